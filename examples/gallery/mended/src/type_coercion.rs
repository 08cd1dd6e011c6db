//! What is no number is said to be none.

use resilience_contract::{FailureModes, resilience_contract};

#[derive(Debug, PartialEq, FailureModes)]
pub enum SignupError {
    AgeIsNoNumber,
    TooYoung,
}

impl From<std::num::ParseIntError> for SignupError {
    fn from(_: std::num::ParseIntError) -> Self {
        Self::AgeIsNoNumber
    }
}

#[resilience_contract("signup.register", file = "../contracts/signup.toml")]
pub fn register(age: &str) -> Result<u8, SignupError> {
    let age = age.trim().parse()?;
    if age < 18 {
        return Err(SignupError::TooYoung);
    }
    Ok(age)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adults_may_register() {
        assert_eq!(register("42"), Ok(42));
    }

    #[test]
    fn children_may_not() {
        assert_eq!(register("17"), Err(SignupError::TooYoung));
    }

    #[test]
    fn what_is_no_number_is_said_to_be_none() {
        for age in ["forty", "1 8", "", "1e2"] {
            assert_eq!(register(age), Err(SignupError::AgeIsNoNumber));
        }
    }
}
