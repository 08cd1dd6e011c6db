//! Orders that are charged, and orders that are turned away before anything went wrong.

use crate::support::{Gateway, MAX_AMOUNT_CENTS, NO_ORDERS, Reply, Shop, order};
use checkout::model::{NewOrder, Order, Receipt};
use checkout::payments::ChargeError;
use resilience_contract::invariant;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_charged_order_is_recorded_with_its_receipt() {
    let gateway = Gateway::replying([Reply::Receipt("ch_1")]).await;
    let shop = Shop::open(&gateway).await;
    // Whatever fails: `cargo verify-contracts explore` has it fail.
    invariant!(
        "all requests for an order are one charge",
        gateway.keys().iter().all(|key| key == "order-7")
    );
    invariant!("what is recorded was charged", async {
        shop.stored().await.is_empty() || !gateway.keys().is_empty()
    });

    let receipt = shop.payments.charge(&order(7), "c-1").await.unwrap();

    assert_eq!(
        receipt,
        Receipt {
            id: "ch_1".to_owned()
        }
    );
    let recorded = Order {
        id: 7,
        amount_cents: 4_200,
        receipt: "ch_1".to_owned(),
    };
    assert_eq!(shop.payments.store.list().await.unwrap(), [recorded]);
}

#[tokio::test]
async fn the_gateway_gets_the_amount_the_card_the_key_and_our_credential() {
    let gateway = Gateway::replying([Reply::Receipt("ch_1")]).await;
    let shop = Shop::open(&gateway).await;

    shop.payments.charge(&order(7), "c-1").await.unwrap();

    let [request] = &gateway.requests()[..] else {
        panic!("one request: {:?}", gateway.requests());
    };
    assert_eq!(
        request.body,
        json!({"amount_cents": 4_200, "card": "tok_visa"})
    );
    assert_eq!(request.key, "order-7");
    assert_eq!(request.authorization, "Bearer test-key");
}

#[tokio::test]
async fn nothing_is_charged_for_an_amount_of_zero() {
    let gateway = Gateway::replying([Reply::Receipt("ch_1")]).await;
    let shop = Shop::open(&gateway).await;

    let free = NewOrder {
        amount_cents: 0,
        ..order(1)
    };
    let error = shop.payments.charge(&free, "c-1").await.unwrap_err();

    assert!(matches!(error, ChargeError::InvalidAmount), "{error:?}");
    assert_eq!(gateway.requests().len(), 0);
    assert_eq!(shop.stored().await, NO_ORDERS);
}

#[tokio::test]
async fn nothing_is_charged_for_an_amount_over_the_limit() {
    let gateway = Gateway::replying([Reply::Receipt("ch_1")]).await;
    let shop = Shop::open(&gateway).await;

    let dear = NewOrder {
        amount_cents: MAX_AMOUNT_CENTS + 1,
        ..order(1)
    };
    let error = shop.payments.charge(&dear, "c-1").await.unwrap_err();

    assert!(matches!(error, ChargeError::InvalidAmount), "{error:?}");
    assert_eq!(gateway.requests().len(), 0);
    assert_eq!(shop.stored().await, NO_ORDERS);
}

#[tokio::test]
async fn the_least_and_the_most_that_may_be_charged_are_charged() {
    let gateway = Gateway::replying([Reply::Receipt("ch_1")]).await;
    let shop = Shop::open(&gateway).await;

    for (id, amount_cents) in [(1, 1), (2, MAX_AMOUNT_CENTS)] {
        let order = NewOrder {
            amount_cents,
            ..order(id)
        };
        shop.payments.charge(&order, "c-1").await.unwrap();
    }

    assert_eq!(gateway.keys(), ["order-1", "order-2"]);
    assert_eq!(shop.stored().await, [1, 2]);
}

#[tokio::test]
async fn a_declined_card_is_asked_once_and_leaves_no_order() {
    let gateway = Gateway::replying([Reply::Status(402)]).await;
    let shop = Shop::open(&gateway).await;

    let error = shop.payments.charge(&order(1), "c-1").await.unwrap_err();

    assert!(matches!(error, ChargeError::Declined), "{error:?}");
    assert_eq!(gateway.keys(), ["order-1"]);
    assert_eq!(shop.stored().await, NO_ORDERS);
}
