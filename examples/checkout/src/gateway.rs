//! The payment gateway: one HTTP request to charge a card, and what its answers mean.
//!
//! It knows neither retries nor orders in the database; one call is one request.

use crate::model::{NewOrder, Receipt};
use reqwest::{Client, StatusCode, Url, redirect};
use resilience_contract::FailureModes;
use serde::Serialize;
use std::error::Error;
use std::time::Duration;

/// The gateway's name in logs and in the contract.
pub const SERVICE: &str = "acme-payments";

/// Where the gateway is and how to talk to it.
#[derive(Clone)]
pub struct GatewayConfig {
    /// Where charges are posted to.
    pub url: Url,
    /// The credential that the gateway knows us by.
    pub api_key: String,
    /// The limit of one request, from connecting to the last byte of the answer.
    pub timeout: Duration,
}

impl GatewayConfig {
    /// A gateway with the time limit of the contract.
    pub fn new(url: Url, api_key: String) -> Self {
        Self {
            url,
            api_key,
            timeout: Duration::from_secs(2),
        }
    }
}

/// The gateway's answer to a charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Charge {
    /// The card was charged.
    Captured(Receipt),
    /// The card's bank said no.
    Declined,
}

/// How a request to the gateway fails.
#[derive(Debug, thiserror::Error, FailureModes)]
pub enum GatewayError {
    /// Nobody took the connection, so nothing was asked.
    #[error("no connection to the gateway")]
    #[failure(sample = GatewayError::Connect("connection refused".into()))]
    Connect(#[source] Box<dyn Error + Send + Sync>),
    /// No answer in time; the card may have been charged.
    #[error("the gateway did not answer in time")]
    Timeout,
    /// The gateway does not accept our credential.
    #[error("the gateway refused our credential")]
    Unauthorized,
    /// The gateway knows no such card.
    #[error("the gateway does not know the card")]
    NotFound,
    /// The gateway failed on its side; the card may have been charged.
    #[error("the gateway failed with status {0}")]
    #[failure(mode = "server_error", sample = GatewayError::Server(500))]
    Server(u16),
    /// An answer that means nothing to us, or one that broke off; the card may have been charged.
    #[error("the gateway's answer makes no sense")]
    #[failure(mode = "other", sample = GatewayError::Unexpected("status 418".into()))]
    Unexpected(#[source] Box<dyn Error + Send + Sync>),
}

impl GatewayError {
    /// Whether another attempt may fare better.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Connect(_) | Self::Timeout | Self::Server(_))
    }

    /// Logs the failure that ended a charge. A card that does not exist is the caller's affair and
    /// alarms nobody.
    pub(crate) fn log(&self, correlation_id: &str, order: i64) {
        let error: &(dyn Error + 'static) = self;
        if matches!(self, Self::NotFound) {
            tracing::info!(
                correlation_id,
                service = SERVICE,
                order,
                error,
                "not charged"
            );
        } else {
            tracing::error!(
                correlation_id,
                service = SERVICE,
                order,
                error,
                "not charged, or not known to be"
            );
        }
    }
}

impl From<reqwest::Error> for GatewayError {
    fn from(error: reqwest::Error) -> Self {
        // The time-out comes first: a body that stalls is one, and a decoding error too.
        if error.is_timeout() {
            Self::Timeout
        } else if error.is_connect() {
            Self::Connect(Box::new(error))
        } else {
            Self::Unexpected(Box::new(error))
        }
    }
}

/// A client of the gateway.
pub struct Gateway {
    http: Client,
    config: GatewayConfig,
}

#[derive(Serialize)]
struct ChargeRequest<'a> {
    amount_cents: u32,
    card: &'a str,
}

impl Gateway {
    /// A client that talks to the gateway and to nobody in between.
    ///
    /// # Errors
    ///
    /// If the HTTP client cannot be set up.
    pub fn new(config: GatewayConfig) -> Result<Self, reqwest::Error> {
        let http = Client::builder()
            .timeout(config.timeout)
            .no_proxy()
            // The credential is for this address and no other.
            .redirect(redirect::Policy::none())
            .build()?;
        Ok(Self { http, config })
    }

    /// Asks once for the order's amount. Requests with the same key are one charge.
    ///
    /// # Errors
    ///
    /// Whenever there is no clear answer; a declined card is a clear one.
    pub async fn charge(&self, order: &NewOrder, key: &str) -> Result<Charge, GatewayError> {
        let request = ChargeRequest {
            amount_cents: order.amount_cents,
            card: &order.card,
        };
        let response = self
            .http
            .post(self.config.url.clone())
            .bearer_auth(&self.config.api_key)
            .header("idempotency-key", key)
            .json(&request)
            .send()
            .await?;
        match response.status() {
            StatusCode::OK | StatusCode::CREATED => Ok(Charge::Captured(response.json().await?)),
            StatusCode::PAYMENT_REQUIRED => Ok(Charge::Declined),
            StatusCode::UNAUTHORIZED => Err(GatewayError::Unauthorized),
            StatusCode::NOT_FOUND => Err(GatewayError::NotFound),
            status if status.is_server_error() => Err(GatewayError::Server(status.as_u16())),
            status => Err(GatewayError::Unexpected(format!("status {status}").into())),
        }
    }
}
