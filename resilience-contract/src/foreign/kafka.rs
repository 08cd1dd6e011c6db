//! `rdkafka::error::KafkaError`, of a producer and of a consumer, alone and beside the
//! message that a producer hands back.

use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};

use crate::{FailureModes, Variant};

super::failure_modes!(KafkaError, "KafkaError", KAFKA, mode, sample);

/// What a producer gives back when it could not send: the error, and the message.
#[diagnostic::do_not_recommend]
impl<M> FailureModes for (KafkaError, M) {
    const NAME: &'static str = KafkaError::NAME;
    const VARIANTS: &'static [Variant] = KafkaError::VARIANTS;
    const OPEN: bool = true;

    fn variant(&self) -> usize {
        self.0.variant()
    }

    fn failure_mode(&self) -> Option<&'static str> {
        self.0.failure_mode()
    }
}

fn mode(error: &KafkaError) -> &'static str {
    use KafkaError::*;
    match error {
        // Before its code: what is to be done about it is the same whatever it was.
        Transaction(error) if error.is_fatal() => "fenced_or_fatal",
        Transaction(error) if error.txn_requires_abort() => "txn_abortable",
        Transaction(error) => producing(error.code()),
        // Nothing was sent that could be acknowledged: a question, and nobody answers.
        MetadataFetch(code) | GroupListFetch(code) | OffsetFetch(code) if is_late(*code) => {
            "connection"
        }
        MessageConsumption(code)
        | MessageConsumptionFatal(code)
        | OffsetFetch(code)
        | Rebalance(code)
        | SetPartitionOffset(code)
        | GroupListFetch(code)
        | ConsumerQueueClose(code) => consuming(*code).unwrap_or("other"),
        // The work is done, whatever kept the broker from being told.
        ConsumerCommit(code) | StoreOffset(code) => match consuming(*code) {
            Some("rebalance_lost") => "rebalance_lost",
            _ => "ack_failed",
        },
        MessageProduction(code)
        | Flush(code)
        | MetadataFetch(code)
        | AdminOp(code)
        | MockCluster(code) => producing(*code),
        // Either side's.
        Global(code) => match consuming(*code) {
            Some(mode) => mode,
            None => producing(*code),
        },
        _ => "other",
    }
}

fn is_late(code: Code) -> bool {
    matches!(
        code,
        Code::MessageTimedOut
            | Code::RequestTimedOut
            | Code::OperationTimedOut
            | Code::TimedOutQueue
    )
}

fn producing(code: Code) -> &'static str {
    match code {
        Code::BrokerTransportFailure
        | Code::AllBrokersDown
        | Code::Resolve
        | Code::SSL
        | Code::BrokerNotAvailable
        | Code::NetworkException => "connection",
        code if is_late(code) => "ack_timeout",
        Code::QueueFull => "queue_full",
        Code::MessageSizeTooLarge
        | Code::MessageBatchTooLarge
        | Code::InvalidMessageSize
        | Code::OffsetMetadataTooLarge => "too_large",
        Code::KeySerialization | Code::ValueSerialization => "serialization",
        Code::Authentication
        | Code::TopicAuthorizationFailed
        | Code::GroupAuthorizationFailed
        | Code::ClusterAuthorizationFailed
        | Code::TransactionalIdAuthorizationFailed
        | Code::SaslAuthenticationFailed
        | Code::UnsupportedSASLMechanism
        | Code::IllegalSASLState
        | Code::UnacceptableCredential => "auth",
        Code::Fatal
        | Code::Fenced
        | Code::ProducerFenced
        | Code::InvalidProducerEpoch
        | Code::TransactionCoordinatorFenced
        | Code::GaplessGuarantee => "fenced_or_fatal",
        Code::UnknownTopic
        | Code::UnknownTopicOrPartition
        | Code::UnknownPartition
        | Code::InvalidTopic
        | Code::LeaderNotAvailable
        | Code::NotLeaderForPartition
        | Code::ReplicaNotAvailable
        | Code::ISRInsufficient
        | Code::NotEnoughReplicas
        | Code::NotEnoughReplicasAfterAppend
        | Code::KafkaStorageError
        | Code::InvalidMessage
        | Code::InvalidRecord
        | Code::PolicyViolation
        | Code::ThrottlingQuotaExceeded
        | Code::PurgeQueue
        | Code::PurgeInflight
        | Code::OutOfOrderSequenceNumber
        | Code::UnknownProducerId => "publish_failed",
        _ => "other",
    }
}

/// The mode of what can happen to a consumer alone, or to its connection.
fn consuming(code: Code) -> Option<&'static str> {
    Some(match code {
        Code::BrokerTransportFailure
        | Code::AllBrokersDown
        | Code::Resolve
        | Code::SSL
        | Code::BrokerNotAvailable
        | Code::NetworkException => "connection",
        Code::KeyDeserialization | Code::ValueDeserialization => "deserialization",
        Code::AssignmentLost
        | Code::IllegalGeneration
        | Code::RebalanceInProgress
        | Code::UnknownMemberId
        | Code::FencedInstanceId
        | Code::FencedMemberEpoch
        | Code::StaleMemberEpoch
        | Code::PollExceeded => "rebalance_lost",
        Code::OffsetOutOfRange | Code::AutoOffsetReset | Code::LogTruncation | Code::NoOffset => {
            "offset_out_of_range"
        }
        _ => return None,
    })
}

fn sample(mode: &str) -> Option<KafkaError> {
    use KafkaError::{Canceled, ConsumerCommit, MessageConsumption, MessageProduction};
    Some(match mode {
        "connection" => MessageProduction(Code::AllBrokersDown),
        "publish_failed" => MessageProduction(Code::NotEnoughReplicas),
        "serialization" => MessageProduction(Code::ValueSerialization),
        "ack_timeout" => MessageProduction(Code::MessageTimedOut),
        "queue_full" => MessageProduction(Code::QueueFull),
        "too_large" => MessageProduction(Code::MessageSizeTooLarge),
        "auth" => MessageProduction(Code::TopicAuthorizationFailed),
        "fenced_or_fatal" => MessageProduction(Code::ProducerFenced),
        "deserialization" => MessageConsumption(Code::ValueDeserialization),
        "ack_failed" => ConsumerCommit(Code::RequestTimedOut),
        "rebalance_lost" => MessageConsumption(Code::AssignmentLost),
        "offset_out_of_range" => MessageConsumption(Code::OffsetOutOfRange),
        "other" => Canceled,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_means_what_the_side_makes_of_it() {
        let code = Code::RequestTimedOut;
        assert_eq!(mode(&KafkaError::MessageProduction(code)), "ack_timeout");
        assert_eq!(mode(&KafkaError::ConsumerCommit(code)), "ack_failed");
        assert_eq!(mode(&KafkaError::MessageConsumption(code)), "other");
        let late = Code::OperationTimedOut;
        assert_eq!(mode(&KafkaError::MetadataFetch(late)), "connection");
        assert_eq!(mode(&KafkaError::OffsetFetch(late)), "connection");
        assert_eq!(mode(&KafkaError::AdminOp(late)), "ack_timeout");
        let lost = Code::RebalanceInProgress;
        assert_eq!(mode(&KafkaError::ConsumerCommit(lost)), "rebalance_lost");
        assert_eq!(mode(&KafkaError::Global(lost)), "rebalance_lost");
        let down = Code::AllBrokersDown;
        assert_eq!(mode(&KafkaError::Global(down)), "connection");
        assert_eq!(mode(&KafkaError::MessageConsumption(down)), "connection");
    }

    #[test]
    fn the_message_beside_an_error_changes_nothing() {
        let both = (KafkaError::MessageProduction(Code::QueueFull), "a message");
        assert_eq!(both.failure_mode(), Some("queue_full"));
        assert_eq!(both.variant(), both.0.variant());
    }

    #[test]
    fn a_sample_is_what_it_was_made_for() {
        for (index, variant) in KafkaError::VARIANTS.iter().enumerate() {
            match KafkaError::sample(index) {
                Some(sample) => assert_eq!(sample.variant(), index, "{sample}"),
                // Only the C library makes one, or it is no error of the library's.
                None => assert!(
                    [
                        "Nack",
                        "Unroutable",
                        "TxnAbortable",
                        "HandlerFailed",
                        "Poison",
                        "Duplicate",
                        "VisibilityExpired"
                    ]
                    .contains(&variant.name),
                    "{}",
                    variant.name
                ),
            }
        }
    }
}
