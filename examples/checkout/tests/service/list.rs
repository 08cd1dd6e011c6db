//! Listing orders, from a database that works and from one that does not.

use crate::support::{Gateway, Reply, Setup, Shop, order};
use checkout::model::Order;
use checkout::orders::{self, ListError};
use std::time::Duration;

/// A limit that is reached on purpose, while somebody holds what the store needs.
const SHORT: Duration = Duration::from_millis(50);

/// A shop that nobody charges in.
async fn shop(setup: Setup) -> Shop {
    let (nowhere, _held) = Gateway::refusing();
    setup.open(&nowhere).await
}

async fn list_fails(shop: &Shop) -> ListError {
    orders::list(&shop.payments.store, "c-1").await.unwrap_err()
}

#[tokio::test]
async fn a_shop_without_orders_lists_none() {
    let shop = shop(Setup::default()).await;

    assert_eq!(orders::list(&shop.payments.store, "c-1").await.unwrap(), []);
}

#[tokio::test]
async fn orders_are_listed_with_their_receipts_highest_number_first() {
    let gateway = Gateway::replying([Reply::Receipt("ch_1"), Reply::Receipt("ch_2")]).await;
    let shop = Shop::open(&gateway).await;
    for id in [8, 9] {
        shop.payments.charge(&order(id), "c-1").await.unwrap();
    }

    let listed = orders::list(&shop.payments.store, "c-2").await.unwrap();

    let expected = [(9, "ch_2"), (8, "ch_1")].map(|(id, receipt)| Order {
        id,
        amount_cents: 4_200,
        receipt: receipt.to_owned(),
    });
    assert_eq!(listed, expected);
}

#[tokio::test]
async fn no_more_than_a_hundred_orders_are_listed() {
    let shop = shop(Setup::default()).await;
    shop.execute(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 101)
         INSERT INTO orders SELECT n, 100 FROM numbers;
         INSERT INTO charges SELECT id, 'ch' FROM orders",
    )
    .await;

    let listed = orders::list(&shop.payments.store, "c-1").await.unwrap();

    assert_eq!(listed.len(), 100);
    assert_eq!(listed[99].id, 2);
}

#[tokio::test]
async fn a_closed_pool_makes_the_list_unavailable() {
    let shop = shop(Setup::default()).await;
    shop.pool.close().await;

    let error = list_fails(&shop).await;

    assert!(matches!(error, ListError::Unavailable), "{error:?}");
}

#[tokio::test]
async fn a_pool_without_a_free_connection_is_a_timeout() {
    let shop = shop(Setup {
        acquire_timeout: SHORT,
        ..Setup::default()
    })
    .await;
    let _taken = shop.take_connection().await;

    let error = list_fails(&shop).await;

    assert!(matches!(error, ListError::Timeout), "{error:?}");
}

#[tokio::test]
async fn a_database_that_lets_the_time_run_out_is_a_timeout() {
    let shop = shop(Setup {
        store_timeout: SHORT,
        ..Setup::default()
    })
    .await;
    let _lock = shop.lock().await;

    let error = list_fails(&shop).await;

    assert!(matches!(error, ListError::Timeout), "{error:?}");
}

#[tokio::test]
async fn a_locked_database_is_busy() {
    let shop = shop(Setup {
        busy_timeout: SHORT,
        ..Setup::default()
    })
    .await;
    let _lock = shop.lock().await;

    let error = list_fails(&shop).await;

    assert!(matches!(error, ListError::Busy), "{error:?}");
}

#[tokio::test]
async fn a_missing_table_is_unexpected() {
    let shop = shop(Setup::default()).await;
    shop.execute("DROP TABLE charges").await;

    let error = list_fails(&shop).await;

    assert!(matches!(error, ListError::Unexpected), "{error:?}");
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_unexpected_and_not_left_out() {
    let shop = shop(Setup::default()).await;
    shop.execute("INSERT INTO orders VALUES (1, 'plenty'); INSERT INTO charges VALUES (1, 'ch_1')")
        .await;

    let error = list_fails(&shop).await;

    assert!(matches!(error, ListError::Unexpected), "{error:?}");
}
