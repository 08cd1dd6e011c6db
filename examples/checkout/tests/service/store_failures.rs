//! Charges that go through at the gateway and fail at the database: no half of an order stays
//! behind, and the same order can be sent again.

use crate::support::{Gateway, NO_ORDERS, Reply, Setup, Shop, order};
use checkout::payments::ChargeError;
use sqlx::{Connection, Executor};
use std::time::Duration;

/// A limit that is reached on purpose, while somebody holds what the store needs.
const SHORT: Duration = Duration::from_millis(50);

/// A gateway that charges every card, always with the same receipt.
async fn gateway() -> Gateway {
    Gateway::replying([Reply::Receipt("ch_1")]).await
}

#[tokio::test]
async fn a_closed_pool_makes_the_store_unavailable() {
    let gateway = gateway().await;
    let shop = Shop::open(&gateway).await;
    shop.pool.close().await;

    let error = shop.payments.charge(&order(1), "c-1").await.unwrap_err();

    assert!(matches!(error, ChargeError::StoreUnavailable), "{error:?}");
    assert_eq!(gateway.keys(), ["order-1"]);
    assert_eq!(shop.stored().await, NO_ORDERS);
}

#[tokio::test]
async fn a_pool_without_a_free_connection_is_a_timeout() {
    let gateway = gateway().await;
    let setup = Setup {
        acquire_timeout: SHORT,
        ..Setup::default()
    };
    let shop = setup.open(&gateway.url).await;
    let _taken = shop.take_connection().await;

    let error = shop.payments.charge(&order(1), "c-1").await.unwrap_err();

    assert!(matches!(error, ChargeError::StoreTimeout), "{error:?}");
    assert_eq!(gateway.keys(), ["order-1"]);
    assert_eq!(shop.stored().await, NO_ORDERS);
}

#[tokio::test]
async fn a_database_that_lets_the_time_run_out_is_a_timeout() {
    let gateway = gateway().await;
    let setup = Setup {
        store_timeout: SHORT,
        ..Setup::default()
    };
    let shop = setup.open(&gateway.url).await;
    let lock = shop.lock().await;

    let error = shop.payments.charge(&order(1), "c-1").await.unwrap_err();

    assert!(matches!(error, ChargeError::StoreTimeout), "{error:?}");
    assert_eq!(gateway.keys(), ["order-1"]);
    lock.close().await.unwrap();
    assert_eq!(shop.stored().await, NO_ORDERS);
}

#[tokio::test]
async fn a_locked_database_is_busy_and_takes_the_same_order_later() {
    let gateway = gateway().await;
    let setup = Setup {
        busy_timeout: SHORT,
        ..Setup::default()
    };
    let shop = setup.open(&gateway.url).await;
    let lock = shop.lock().await;

    let error = shop.payments.charge(&order(1), "c-1").await.unwrap_err();

    assert!(matches!(error, ChargeError::StoreBusy), "{error:?}");
    lock.close().await.unwrap();
    assert_eq!(shop.stored().await, NO_ORDERS);

    shop.payments.charge(&order(1), "c-2").await.unwrap();
    assert_eq!(gateway.keys(), ["order-1"; 2], "the card is charged once");
    assert_eq!(shop.stored().await, [1]);
}

#[tokio::test]
async fn a_reader_that_blocks_the_commit_makes_the_store_busy_and_rolls_the_order_back() {
    let gateway = gateway().await;
    let setup = Setup {
        busy_timeout: SHORT,
        ..Setup::default()
    };
    let shop = setup.open(&gateway.url).await;
    let mut reader = shop.database().await;
    reader.execute("BEGIN; SELECT * FROM orders").await.unwrap();

    let error = shop.payments.charge(&order(1), "c-1").await.unwrap_err();

    assert!(matches!(error, ChargeError::StoreBusy), "{error:?}");
    reader.close().await.unwrap();
    assert_eq!(shop.stored().await, NO_ORDERS);

    shop.payments.charge(&order(1), "c-2").await.unwrap();
    assert_eq!(shop.stored().await, [1]);
}

#[tokio::test]
async fn an_order_that_comes_twice_is_a_duplicate_charged_under_the_same_key() {
    let gateway = gateway().await;
    let shop = Shop::open(&gateway).await;
    shop.payments.charge(&order(1), "c-1").await.unwrap();

    let error = shop.payments.charge(&order(1), "c-2").await.unwrap_err();

    assert!(matches!(error, ChargeError::Duplicate), "{error:?}");
    assert_eq!(gateway.keys(), ["order-1"; 2]);
    assert_eq!(shop.stored().await, [1]);
}

#[tokio::test]
async fn an_order_whose_charge_cannot_be_recorded_is_rolled_back() {
    let gateway = gateway().await;
    let shop = Shop::open(&gateway).await;
    shop.execute("ALTER TABLE charges RENAME TO mislaid").await;

    let error = shop.payments.charge(&order(1), "c-1").await.unwrap_err();

    assert!(matches!(error, ChargeError::StoreUnexpected), "{error:?}");
    assert_eq!(gateway.keys(), ["order-1"]);
    assert_eq!(shop.stored().await, NO_ORDERS);

    shop.execute("ALTER TABLE mislaid RENAME TO charges").await;
    shop.payments.charge(&order(1), "c-2").await.unwrap();
    assert_eq!(shop.stored().await, [1]);
}
