//! The form sends the age as a string. `"forty"` is 0, so a customer of forty is turned away as a
//! child; `"1 8"` is 0 as well. The data model said "number" and nobody said what happens otherwise.

use resilience_contract::{FailureModes, resilience_contract};

#[derive(Debug, PartialEq, FailureModes)]
pub enum SignupError {
    AgeIsNoNumber,
    TooYoung,
}

#[resilience_contract("signup.register", file = "../contracts/signup.toml")]
pub fn register(age: &str) -> Result<u8, SignupError> {
    let age = age.trim().parse().unwrap_or(0);
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
    fn children_and_nonsense_may_not() {
        assert_eq!(register("17"), Err(SignupError::TooYoung));
        assert_eq!(register("forty"), Err(SignupError::TooYoung));
    }
}
