//! Runs the payment service. `LISTEN`, `DATABASE`, `GATEWAY_URL` and `GATEWAY_API_KEY` say where
//! everything is.

use checkout::gateway::{Gateway, GatewayConfig};
use checkout::http;
use checkout::payments::Payments;
use checkout::retry::RetryPolicy;
use checkout::store::{self, Store, StoreConfig};
use std::error::Error;
use std::path::Path;

const MAX_AMOUNT_CENTS: u32 = 1_000_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().init();
    let limits = StoreConfig::default();
    let pool = store::connect(Path::new(&var("DATABASE")?), &limits).await?;
    let payments = Payments {
        gateway: Gateway::new(GatewayConfig::new(
            var("GATEWAY_URL")?.parse()?,
            var("GATEWAY_API_KEY")?,
        ))?,
        store: Store::new(pool.clone(), limits.timeout),
        retry: RetryPolicy::default(),
        max_amount_cents: MAX_AMOUNT_CENTS,
    };
    let listener = tokio::net::TcpListener::bind(var("LISTEN")?).await?;
    axum::serve(listener, http::router(payments))
        .with_graceful_shutdown(stopped())
        .await?;
    pool.close().await;
    Ok(())
}

/// Ends when somebody presses Ctrl-C.
async fn stopped() {
    if let Err(error) = tokio::signal::ctrl_c().await {
        tracing::error!(%error, "cannot listen for Ctrl-C");
        std::future::pending().await
    }
}

fn var(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|error| format!("{name}: {error}"))
}
