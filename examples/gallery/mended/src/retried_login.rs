//! What passes by itself is tried again, and a wrong password does not pass by itself.

use gallery_world::{HttpError, Script};
use resilience_contract::{FailureModes, external, resilience_contract, retry_policy};

#[derive(Debug, PartialEq, FailureModes)]
pub enum ExportError {
    Slow,
    Refused,
    NoAccount,
    Down,
    Nonsense,
}

impl From<HttpError> for ExportError {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::Timeout => Self::Slow,
            HttpError::Unauthorized => Self::Refused,
            HttpError::NotFound => Self::NoAccount,
            HttpError::Status(_) => Self::Down,
            HttpError::Malformed => Self::Nonsense,
        }
    }
}

#[resilience_contract("export.statement", file = "../contracts/export.toml")]
pub fn statement(bank: &Script<u32, HttpError>) -> Result<u32, ExportError> {
    let mut delays = retry_policy!("export", patient, file = "../contracts/export.toml").delays();
    loop {
        let answer = external!(bank, bank.ask());
        if let Err(HttpError::Timeout | HttpError::Status(_)) = answer
            && let Some(delay) = delays.next()
        {
            std::thread::sleep(delay);
            continue;
        }
        return Ok(answer?);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes of a bank that fails so many times.
    fn failing(error: HttpError, times: usize) -> Result<u32, ExportError> {
        statement(&Script::of(vec![Err(error); times]))
    }

    #[test]
    fn a_bank_that_comes_back_is_no_failure() {
        let bank = Script::of([Err(HttpError::Timeout), Err(HttpError::Status(503)), Ok(7)]);
        assert_eq!(statement(&bank), Ok(7));
    }

    #[test]
    fn a_bank_that_stays_away_is_slow_or_down() {
        assert_eq!(failing(HttpError::Timeout, 3), Err(ExportError::Slow));
        assert_eq!(failing(HttpError::Status(503), 3), Err(ExportError::Down));
    }

    #[test]
    fn a_wrong_password_is_refused() {
        assert_eq!(
            failing(HttpError::Unauthorized, 1),
            Err(ExportError::Refused)
        );
    }

    #[test]
    fn what_makes_no_sense_is_said_to_make_none() {
        assert_eq!(failing(HttpError::NotFound, 1), Err(ExportError::NoAccount));
        assert_eq!(failing(HttpError::Malformed, 1), Err(ExportError::Nonsense));
    }
}
