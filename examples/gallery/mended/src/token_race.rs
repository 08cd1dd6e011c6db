//! Three requests, one expired token, one refresh: whoever comes first renews it, and the others wait.

use std::cell::Cell;

use gallery_world::{HttpError, Script, TokenError};
use resilience_contract::{FailureModes, external, resilience_contract};

#[derive(Debug, PartialEq, FailureModes)]
pub enum ProfileError {
    Slow,
    NoProfile,
    Down,
    LoginDown,
    LoggedOut,
    Refused,
}

impl From<HttpError> for ProfileError {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::Timeout => Self::Slow,
            HttpError::NotFound => Self::NoProfile,
            HttpError::Unauthorized => Self::Refused,
            HttpError::Status(_) | HttpError::Malformed => Self::Down,
        }
    }
}

impl From<TokenError> for ProfileError {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::IdpUnavailable | TokenError::Malformed => Self::LoginDown,
            TokenError::CredentialRejected => Self::LoggedOut,
        }
    }
}

/// A client with a token that may have expired.
#[derive(Debug)]
pub struct Client {
    api: Script<u32, HttpError>,
    tokens: Script<(), TokenError>,
    fresh: Cell<bool>,
    turn: tokio::sync::Mutex<()>,
}

impl Client {
    pub fn new(api: Script<u32, HttpError>, tokens: Script<(), TokenError>, fresh: bool) -> Self {
        Self {
            api,
            tokens,
            fresh: Cell::new(fresh),
            turn: tokio::sync::Mutex::new(()),
        }
    }

    /// What the API answers: with an old token, nothing but 401.
    async fn get(&self) -> Result<u32, HttpError> {
        let fresh = self.fresh.get();
        tokio::task::yield_now().await;
        if fresh {
            self.api.ask()
        } else {
            Err(HttpError::Unauthorized)
        }
    }

    async fn renew(&self) -> Result<(), ProfileError> {
        let _turn = self.turn.lock().await;
        if self.fresh.get() {
            return Ok(());
        }
        external!(tokens, self.tokens.ask())?;
        tokio::task::yield_now().await;
        self.fresh.set(true);
        Ok(())
    }

    async fn profile(&self) -> Result<u32, ProfileError> {
        let mut renewed = false;
        loop {
            match external!(api, self.get().await) {
                Err(HttpError::Unauthorized) if !renewed => renewed = true,
                other => return Ok(other?),
            }
            self.renew().await?;
        }
    }

    #[resilience_contract("profiles.load", file = "../contracts/profiles.toml")]
    pub async fn load(&self) -> Result<[u32; 3], ProfileError> {
        // The first that fails calls off the others.
        let (one, two, three) = tokio::try_join!(self.profile(), self.profile(), self.profile())?;
        Ok([one, two, three])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script<T, E, const N: usize>(answers: [Result<T, E>; N]) -> Script<T, E> {
        Script::of(answers)
    }

    #[tokio::test]
    async fn an_expired_token_is_renewed() {
        let api = script([Ok(7); 3]);
        let client = Client::new(api, script([Ok(())]), false);
        assert_eq!(client.load().await, Ok([7, 7, 7]));
    }

    #[tokio::test]
    async fn whatever_fails_is_said() {
        for (error, expected) in [
            (HttpError::Timeout, ProfileError::Slow),
            (HttpError::NotFound, ProfileError::NoProfile),
            (HttpError::Status(502), ProfileError::Down),
            (HttpError::Malformed, ProfileError::Down),
        ] {
            let client = Client::new(script([Err(error); 3]), script([]), true);
            assert_eq!(client.load().await, Err(expected));
        }
    }

    #[tokio::test]
    async fn a_new_token_that_is_refused_too_is_the_end_of_it() {
        let api = script([Err(HttpError::Unauthorized); 3]);
        let client = Client::new(api, script([Ok(())]), false);
        assert_eq!(client.load().await, Err(ProfileError::Refused));
    }

    #[tokio::test]
    async fn a_login_that_fails_is_said() {
        for (error, expected) in [
            (TokenError::IdpUnavailable, ProfileError::LoginDown),
            (TokenError::CredentialRejected, ProfileError::LoggedOut),
            (TokenError::Malformed, ProfileError::LoginDown),
        ] {
            let client = Client::new(script([]), script([Err(error); 3]), false);
            assert_eq!(client.load().await, Err(expected));
        }
    }
}
