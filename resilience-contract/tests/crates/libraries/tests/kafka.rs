//! Real failures of rdkafka, from the broker over loopback that its C library brings along.

use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::future_producer::OwnedDeliveryResult;
use rdkafka::producer::{
    BaseProducer, BaseRecord, DefaultProducerContext, FutureProducer, FutureRecord, Producer,
};
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use resilience_contract::FailureModes;

type Cluster = MockCluster<'static, DefaultProducerContext>;

fn cluster() -> Cluster {
    let cluster = MockCluster::new(1).unwrap();
    cluster.create_topic("orders", 1, 1).unwrap();
    cluster
}

fn config(cluster: &Cluster) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", cluster.bootstrap_servers());
    config
        .set("message.timeout.ms", "20000")
        .set("log_level", "0");
    config
}

async fn send(config: &ClientConfig, text: &str) -> OwnedDeliveryResult {
    let producer: FutureProducer = config.create().unwrap();
    let record = FutureRecord::<(), str>::to("orders").payload(text);
    producer.send(record, Duration::ZERO).await
}

#[tokio::test]
async fn a_message_that_arrives_is_no_failure() {
    let cluster = cluster();
    send(&config(&cluster), "hello").await.unwrap();
}

#[tokio::test]
async fn a_message_that_nobody_takes_in_time_is_not_acknowledged() {
    let cluster = cluster();
    cluster
        .broker_round_trip_time(1, Duration::from_secs(30))
        .unwrap();
    let error = send(config(&cluster).set("message.timeout.ms", "200"), "hello")
        .await
        .unwrap_err();
    assert_eq!(error.failure_mode(), Some("ack_timeout"), "{error:?}");
}

#[tokio::test]
async fn a_message_can_be_too_large() {
    let cluster = cluster();
    let text = "x".repeat(5000);
    let error = send(config(&cluster).set("message.max.bytes", "1000"), &text)
        .await
        .unwrap_err();
    assert_eq!(error.failure_mode(), Some("too_large"), "{error:?}");
}

#[tokio::test]
async fn what_the_broker_says_is_told_by_its_code() {
    use RDKafkaRespErr::{
        RD_KAFKA_RESP_ERR_INVALID_RECORD as INVALID,
        RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED as FORBIDDEN,
    };
    for (said, mode) in [(FORBIDDEN, "auth"), (INVALID, "publish_failed")] {
        let cluster = cluster();
        cluster.request_errors(RDKafkaApiKey::Produce, &[said]);
        let error = send(&config(&cluster), "hello").await.unwrap_err();
        assert_eq!(error.failure_mode(), Some(mode), "{error:?}");
    }
}

#[test]
fn the_buffer_of_a_producer_can_be_full() {
    let cluster = cluster();
    let producer: BaseProducer = config(&cluster)
        .set("queue.buffering.max.messages", "1")
        .set("linger.ms", "10000")
        .create()
        .unwrap();
    let record = || BaseRecord::<(), str>::to("orders").payload("hello");
    producer.send(record()).unwrap();
    let error = producer.send(record()).unwrap_err();
    assert_eq!(error.failure_mode(), Some("queue_full"), "{:?}", error.0);
}

#[test]
fn a_broker_that_is_down_is_no_connection() {
    let cluster = cluster();
    let producer: BaseProducer = config(&cluster).create().unwrap();
    cluster.broker_down(1).unwrap();
    // No transport, or a time-out where the connection was made before the broker went.
    let metadata = producer
        .client()
        .fetch_metadata(None, Duration::from_millis(500));
    let error = metadata.err().unwrap();
    assert_eq!(error.failure_mode(), Some("connection"), "{error:?}");
}

#[test]
fn a_commit_that_fails_leaves_the_work_done_and_the_broker_unaware() {
    let cluster = cluster();
    let consumer: BaseConsumer = config(&cluster)
        .set("group.id", "workers")
        .create()
        .unwrap();
    let error = consumer
        .commit_consumer_state(CommitMode::Sync)
        .unwrap_err();
    assert_eq!(error.failure_mode(), Some("ack_failed"), "{error:?}");
}
