//! A shop: the service over a database file of its own, and a second way into that file.

use super::Gateway;
use checkout::gateway::{self, GatewayConfig};
use checkout::model::NewOrder;
use checkout::payments::Payments;
use checkout::retry::RetryPolicy;
use checkout::store::{self, Store, StoreConfig};
use reqwest::Url;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{Sqlite, SqliteConnectOptions, SqliteConnection, SqlitePool};
use sqlx::{ConnectOptions, Executor};
use std::time::Duration;
use tempfile::TempDir;

pub(crate) const MAX_AMOUNT_CENTS: u32 = 50_000;

/// What [`Shop::stored`] finds when nothing was recorded.
pub(crate) const NO_ORDERS: [i64; 0] = [];

const FILE: &str = "orders.db";

/// Longer than any test takes: a limit that must not be reached.
const NEVER: Duration = Duration::from_secs(60);

/// The limits of the service. By default none is ever reached; each test lowers the one that it is
/// about.
pub(crate) struct Setup {
    pub(crate) gateway_timeout: Duration,
    pub(crate) busy_timeout: Duration,
    pub(crate) acquire_timeout: Duration,
    pub(crate) store_timeout: Duration,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            gateway_timeout: NEVER,
            busy_timeout: NEVER,
            acquire_timeout: NEVER,
            store_timeout: NEVER,
        }
    }
}

impl Setup {
    /// Opens the shop with these limits.
    pub(crate) async fn open(self, gateway: &Url) -> Shop {
        let directory = TempDir::new().unwrap();
        let limits = StoreConfig {
            busy_timeout: self.busy_timeout,
            acquire_timeout: self.acquire_timeout,
            timeout: self.store_timeout,
            // So that one test can take them all.
            max_connections: 1,
        };
        let path = directory.path().join(FILE);
        // A limit that is to be reached later may be too short for opening on a busy machine.
        let pool = loop {
            match store::connect(&path, &limits).await {
                Err(sqlx::Error::PoolTimedOut) => {}
                pool => break pool.unwrap(),
            }
        };
        let config = GatewayConfig {
            timeout: self.gateway_timeout,
            ..GatewayConfig::new(gateway.clone(), "test-key".to_owned())
        };
        let payments = Payments {
            gateway: gateway::Gateway::new(config).unwrap(),
            store: Store::new(pool.clone(), limits.timeout),
            retry: RetryPolicy {
                initial_delay: Duration::from_millis(1),
                ..RetryPolicy::default()
            },
            max_amount_cents: MAX_AMOUNT_CENTS,
        };
        Shop {
            payments,
            pool,
            directory,
        }
    }
}

/// The service, the pool that it uses, and the directory of its database.
pub(crate) struct Shop {
    pub(crate) payments: Payments,
    pub(crate) pool: SqlitePool,
    directory: TempDir,
}

impl Shop {
    /// A shop with limits that are never reached.
    pub(crate) async fn open(gateway: &Gateway) -> Self {
        Setup::default().open(&gateway.url).await
    }

    /// A connection to the shop's database beside the service's own.
    pub(crate) async fn database(&self) -> SqliteConnection {
        SqliteConnectOptions::new()
            .filename(self.directory.path().join(FILE))
            .busy_timeout(NEVER)
            .connect()
            .await
            .unwrap()
    }

    /// Locks the database against readers and writers until the connection is dropped.
    pub(crate) async fn lock(&self) -> SqliteConnection {
        let mut connection = self.database().await;
        connection.execute("BEGIN EXCLUSIVE").await.unwrap();
        connection
    }

    /// Takes the service's only connection, until it is dropped.
    pub(crate) async fn take_connection(&self) -> PoolConnection<Sqlite> {
        loop {
            match self.pool.acquire().await {
                Err(sqlx::Error::PoolTimedOut) => {}
                taken => return taken.unwrap(),
            }
        }
    }

    /// Changes the database behind the service's back.
    pub(crate) async fn execute(&self, sql: &'static str) {
        self.database().await.execute(sql).await.unwrap();
    }

    /// The numbers of all orders in the database, with or without a charge.
    pub(crate) async fn stored(&self) -> Vec<i64> {
        sqlx::query_scalar("SELECT id FROM orders ORDER BY id")
            .fetch_all(&mut self.database().await)
            .await
            .unwrap()
    }
}

/// An order of that number which nothing is wrong with.
pub(crate) fn order(id: i64) -> NewOrder {
    NewOrder {
        id,
        amount_cents: 4_200,
        card: "tok_visa".to_owned(),
    }
}
