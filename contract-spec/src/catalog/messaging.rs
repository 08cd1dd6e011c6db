//! What carries messages: publishing to a queue, consuming from one.

use super::{Kind, facts};

pub(super) const QUEUE: Kind = facts! {
    "queue", "A message broker that the function publishes to.",
    must connection: Maybe, Idempotent, Err,
        "The connection to the broker is lost; the message may have arrived.",
        "rdkafka's `AllBrokersDown` and `BrokerTransportFailure`, lapin's `IOError`, `MissingHeartbeatError`, `InvalidConnectionState`.";
    must publish_failed: Maybe, Idempotent, Err,
        "The broker could not take the message, or took it and could not replicate it.",
        "rdkafka's `KafkaError::MessageProduction`, which hands the message back; after `NotEnoughReplicasAfterAppend` it may be stored.";
    must serialization: None, No, Err,
        "The message cannot be put into bytes.",
        "serde's or prost's error while encoding, lapin's `SerialisationError`.";
    may ack_timeout: Maybe, Idempotent, Err,
        "The broker did not confirm in time.",
        "rdkafka's `MessageTimedOut` and `RequestTimedOut`, async-nats' `PublishErrorKind::TimedOut`.";
    may queue_full: None, Yes, Err,
        "The local buffer has no room.",
        "rdkafka's `QueueFull`, async-nats' limit on pending acknowledgements.";
    may nack: None, Hint, Ok,
        "The broker refuses the message.",
        "lapin gives `Ok(Confirmation::Nack(_))`; `Ok(Confirmation::NotRequested)` means that nobody asked.";
    may unroutable: None, No, Ok,
        "No queue is bound to take the message.",
        "lapin gives `Ok(Confirmation::Ack(Some(_)))` with the message in it; async-nats `StreamNotFound`.";
    may too_large: None, No, Err,
        "The message is larger than the broker takes.",
        "rdkafka's `MessageSizeTooLarge`, AMQP code 311, async-nats' `MaxPayloadExceeded`.";
    may auth: None, No, Err,
        "The credential may not publish here.",
        "rdkafka's `TopicAuthorizationFailed` and `SaslAuthenticationFailed`, AMQP code 403.";
    may fenced_or_fatal: Maybe, No, Err,
        "The producer is of no more use and must be made anew.",
        "`RDKafkaError::is_fatal()`, rdkafka's `Fatal`, `Fenced`, `ProducerFenced`.";
    may txn_abortable: None, Transaction, Err,
        "The transaction must be aborted and started anew.",
        "`RDKafkaError::txn_requires_abort()`.";
};

pub(super) const QUEUE_CONSUMER: Kind = facts! {
    "queue_consumer", "A message broker that the function consumes from.",
    must connection: None, Yes, Err,
        "The connection to the broker is lost; what is unacknowledged comes again.",
        "rdkafka's `MessageConsumption`, an `Err` of lapin's consumer.";
    must deserialization: None, No, Err,
        "The bytes are no message that the function understands.",
        "serde's error: set the message aside, never acknowledge and drop it.";
    must handler_failed: Partial, Idempotent, Err,
        "The handling failed half way.",
        "The function's own error: redeliver up to a limit, then set the message aside.";
    may poison: None, No, Err,
        "The message has failed as often as it may.",
        "The delivery count is over the limit: set it aside and tell somebody.";
    may ack_failed: Applied, Idempotent, Err,
        "The work is done but the broker does not know, so the message comes again.",
        "rdkafka's `ConsumerCommit`, an `Err` of `ack()`.";
    may duplicate: Applied, No, Ok,
        "The message was handled before.",
        "Its key is among those already seen.";
    may rebalance_lost: Maybe, No, Err,
        "Another consumer has taken over the partition.",
        "rdkafka's `AssignmentLost`, `IllegalGeneration`, `RebalanceInProgress`.";
    may offset_out_of_range: None, No, Err,
        "Messages between the last one read and the oldest one kept are gone.",
        "rdkafka's `OffsetOutOfRange` and `AutoOffsetReset`.";
    may visibility_expired: Maybe, No, Err,
        "The time to acknowledge has passed while the work went on.",
        "The lease or deadline of the message is over before `ack()`.";
};
