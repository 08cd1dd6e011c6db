//! What was refunded is said, and that it was not all.

use gallery_world::{HttpError, Script};
use resilience_contract::{FailureModes, external, resilience_contract};

#[derive(Debug, PartialEq, FailureModes)]
pub enum RefundError {
    #[failure(sample = RefundError::Incomplete { refunded: 0, cause: HttpError::Timeout })]
    Incomplete {
        refunded: u32,
        cause: HttpError,
    },
    NothingToRefund,
}

#[resilience_contract("refund.whole_order", file = "../contracts/refund.toml")]
pub fn whole_order(gateway: &Script<u32, HttpError>, payments: u32) -> Result<u32, RefundError> {
    if payments == 0 {
        return Err(RefundError::NothingToRefund);
    }
    let mut refunded = 0;
    for _payment in 0..payments {
        match external!(gateway, gateway.ask()) {
            Ok(cents) => refunded += cents,
            Err(cause) => return Err(RefundError::Incomplete { refunded, cause }),
        }
    }
    Ok(refunded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_refunded() {
        assert_eq!(whole_order(&Script::of([Ok(700), Ok(300)]), 2), Ok(1000));
    }

    #[test]
    fn an_order_without_payments_has_nothing_to_refund() {
        assert_eq!(
            whole_order(&Script::of([]), 0),
            Err(RefundError::NothingToRefund)
        );
    }

    #[test]
    fn a_payment_that_cannot_be_refunded_makes_it_incomplete() {
        for cause in [
            HttpError::Timeout,
            HttpError::Unauthorized,
            HttpError::Status(503),
            HttpError::Malformed,
        ] {
            let gateway = Script::of([Ok(700), Err(cause)]);
            let refunded = 700;
            assert_eq!(
                whole_order(&gateway, 2),
                Err(RefundError::Incomplete { refunded, cause })
            );
        }
    }
}
