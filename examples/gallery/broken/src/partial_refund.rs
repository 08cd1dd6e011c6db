//! An order of two payments, one of which could not be refunded. The customer was told "refunded".

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
        if let Ok(cents) = external!(gateway, gateway.ask()) {
            refunded += cents;
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
    fn what_can_be_refunded_is() {
        let gateway = Script::of([Ok(700), Err(HttpError::Status(503))]);
        assert_eq!(whole_order(&gateway, 2), Ok(700));
    }
}
