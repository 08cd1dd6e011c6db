//! The routes, and what each failure looks like from outside.
//!
//! Callers are told what they can act on, in a word that does not change; what happened inside is
//! for the log.

use crate::correlation::{CorrelationId, correlate};
use crate::model::{NewOrder, Order, Receipt};
use crate::orders::{self, ListError};
use crate::payments::{ChargeError, Payments};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router, middleware};
use serde::Serialize;
use std::sync::Arc;

/// The service's routes: `POST /charges` and `GET /orders`.
pub fn router(payments: Payments) -> Router {
    Router::new()
        .route("/charges", post(charge))
        .route("/orders", get(list))
        .layer(middleware::from_fn(correlate))
        .with_state(Arc::new(payments))
}

async fn charge(
    State(payments): State<Arc<Payments>>,
    Extension(correlation): Extension<CorrelationId>,
    Json(order): Json<NewOrder>,
) -> Result<(StatusCode, Json<Receipt>), Problem> {
    let receipt = payments.charge(&order, &correlation.0).await?;
    Ok((StatusCode::CREATED, Json(receipt)))
}

async fn list(
    State(payments): State<Arc<Payments>>,
    Extension(correlation): Extension<CorrelationId>,
) -> Result<Json<Vec<Order>>, Problem> {
    let orders = orders::list(&payments.store, &correlation.0).await?;
    Ok(Json(orders))
}

/// A failure as callers see it.
#[derive(Debug, PartialEq, Eq)]
struct Problem {
    status: StatusCode,
    error: &'static str,
}

#[derive(Serialize)]
struct Body {
    error: &'static str,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.status, Json(Body { error: self.error })).into_response()
    }
}

impl From<ChargeError> for Problem {
    fn from(error: ChargeError) -> Self {
        let (status, error) = match error {
            ChargeError::InvalidAmount => (StatusCode::UNPROCESSABLE_ENTITY, "invalid_amount"),
            ChargeError::CardNotFound => (StatusCode::UNPROCESSABLE_ENTITY, "card_not_found"),
            ChargeError::Declined => (StatusCode::PAYMENT_REQUIRED, "declined"),
            ChargeError::Duplicate => (StatusCode::CONFLICT, "duplicate"),
            ChargeError::GatewayTimeout => (StatusCode::GATEWAY_TIMEOUT, "gateway_timeout"),
            ChargeError::GatewayDown => (StatusCode::SERVICE_UNAVAILABLE, "gateway_down"),
            // The caller's own credential is not at fault, so this is no 401, and it need not know
            // about ours.
            ChargeError::GatewayAuth | ChargeError::GatewayUnexpected => {
                (StatusCode::BAD_GATEWAY, "gateway_failed")
            }
            ChargeError::StoreUnavailable => (StatusCode::SERVICE_UNAVAILABLE, "store_unavailable"),
            ChargeError::StoreTimeout => (StatusCode::SERVICE_UNAVAILABLE, "store_timeout"),
            ChargeError::StoreBusy => (StatusCode::SERVICE_UNAVAILABLE, "store_busy"),
            ChargeError::StoreUnexpected => (StatusCode::INTERNAL_SERVER_ERROR, "store_failed"),
        };
        Self { status, error }
    }
}

impl From<ListError> for Problem {
    fn from(error: ListError) -> Self {
        let (status, error) = match error {
            ListError::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "store_unavailable"),
            ListError::Timeout => (StatusCode::SERVICE_UNAVAILABLE, "store_timeout"),
            ListError::Busy => (StatusCode::SERVICE_UNAVAILABLE, "store_busy"),
            ListError::Unexpected => (StatusCode::INTERNAL_SERVER_ERROR, "store_failed"),
        };
        Self { status, error }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_that_pass_are_told_from_those_that_stay() {
        let status = |error: ChargeError| Problem::from(error).status.as_u16();
        // Send it again.
        assert_eq!(status(ChargeError::GatewayTimeout), 504);
        assert_eq!(status(ChargeError::GatewayDown), 503);
        assert_eq!(status(ChargeError::StoreUnavailable), 503);
        assert_eq!(status(ChargeError::StoreTimeout), 503);
        assert_eq!(status(ChargeError::StoreBusy), 503);
        // Change it first.
        assert_eq!(status(ChargeError::InvalidAmount), 422);
        assert_eq!(status(ChargeError::CardNotFound), 422);
        assert_eq!(status(ChargeError::Declined), 402);
        // It is done.
        assert_eq!(status(ChargeError::Duplicate), 409);
        // Nothing that the caller could do.
        assert_eq!(status(ChargeError::GatewayAuth), 502);
        assert_eq!(status(ChargeError::GatewayUnexpected), 502);
        assert_eq!(status(ChargeError::StoreUnexpected), 500);
    }

    #[test]
    fn a_list_that_fails_may_be_asked_for_again_unless_the_database_is_broken() {
        let status = |error: ListError| Problem::from(error).status.as_u16();
        assert_eq!(status(ListError::Unavailable), 503);
        assert_eq!(status(ListError::Timeout), 503);
        assert_eq!(status(ListError::Busy), 503);
        assert_eq!(status(ListError::Unexpected), 500);
    }
}
