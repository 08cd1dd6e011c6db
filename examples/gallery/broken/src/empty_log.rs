//! `invoice failed: {}`, ten thousand times. The template was meant to show the error.

use gallery_world::{HttpError, Script};
use resilience_contract::{FailureModes, external, resilience_contract};

#[derive(Debug, PartialEq, FailureModes)]
pub enum InvoiceError {
    NotSent,
    NoAddress,
}

#[resilience_contract("invoice.send", file = "../contracts/invoice.toml")]
pub fn send(mail: &Script<(), HttpError>, to: &str, request_id: &str) -> Result<(), InvoiceError> {
    if !to.contains('@') {
        return Err(InvoiceError::NoAddress);
    }
    match external!(mail, mail.ask()) {
        Ok(()) => Ok(()),
        Err(_error) => {
            tracing::error!(request_id, "invoice failed: {{}}");
            Err(InvoiceError::NotSent)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invoice_is_sent() {
        assert_eq!(
            send(&Script::of([Ok(())]), "a@example.com", "r-4711"),
            Ok(())
        );
    }

    #[test]
    fn an_invoice_without_an_address_is_not() {
        let mail = Script::of([]);
        assert_eq!(
            send(&mail, "nobody", "r-4711"),
            Err(InvoiceError::NoAddress)
        );
    }

    #[test]
    fn whatever_fails_is_said() {
        for error in [
            HttpError::Timeout,
            HttpError::Unauthorized,
            HttpError::Status(500),
            HttpError::Malformed,
        ] {
            let mail = Script::of([Err(error)]);
            let sent = send(&mail, "a@example.com", "r-4711");
            assert_eq!(sent, Err(InvoiceError::NotSent));
        }
    }
}
