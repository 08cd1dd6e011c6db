//! Charges that fail at the gateway: nothing is recorded, and only what may pass is tried again.

use crate::support::{Gateway, NO_ORDERS, Reply, Setup, Shop, order};
use checkout::payments::ChargeError;
use resilience_contract::faults::{Cut, FaultProxy, Protocol};
use std::time::Duration;

/// Time-outs that the gateway runs into on purpose. What has to arrive within one does so within
/// the first; on a machine that is too busy for that, it is done once more with the second.
const SHORT: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(2)];

/// Charges order 1 at a gateway that follows the script, and returns the error and the keys that
/// the gateway saw.
async fn fails(script: impl IntoIterator<Item = Reply>) -> (ChargeError, Vec<String>) {
    let gateway = Gateway::replying(script).await;
    let shop = Shop::open(&gateway).await;
    let error = shop.payments.charge(&order(1), "c-1").await.unwrap_err();
    assert_eq!(
        shop.stored().await,
        NO_ORDERS,
        "a failed charge leaves no order"
    );
    (error, gateway.keys())
}

/// The same at a gateway that lets the time run out, and sees this many requests.
async fn times_out(reply: Reply, requests: usize) -> (ChargeError, Vec<String>) {
    let mut seen = None;
    for gateway_timeout in SHORT {
        let gateway = Gateway::replying([reply]).await;
        let setup = Setup {
            gateway_timeout,
            ..Setup::default()
        };
        let shop = setup.open(&gateway.url).await;
        let error = shop.payments.charge(&order(1), "c-1").await.unwrap_err();
        assert_eq!(
            shop.stored().await,
            NO_ORDERS,
            "a failed charge leaves no order"
        );
        let keys = gateway.keys();
        let in_time = keys.len() >= requests;
        seen = Some((error, keys));
        if in_time {
            break;
        }
    }
    seen.unwrap()
}

#[tokio::test]
async fn a_gateway_that_never_answers_is_asked_three_times_under_one_key() {
    let (error, keys) = times_out(Reply::Stall, 3).await;

    assert!(matches!(error, ChargeError::GatewayTimeout), "{error:?}");
    assert_eq!(keys, ["order-1"; 3]);
}

#[tokio::test]
async fn an_answer_that_stalls_half_way_is_a_timeout_and_not_nonsense() {
    let (error, keys) = times_out(Reply::StallHalfWay, 3).await;

    assert!(matches!(error, ChargeError::GatewayTimeout), "{error:?}");
    assert_eq!(keys, ["order-1"; 3]);
}

#[tokio::test]
async fn a_gateway_that_recovers_from_a_stall_charges_under_the_same_key() {
    let mut seen = None;
    for gateway_timeout in SHORT {
        let gateway = Gateway::replying([Reply::Stall, Reply::Receipt("ch_1")]).await;
        let setup = Setup {
            gateway_timeout,
            ..Setup::default()
        };
        let shop = setup.open(&gateway.url).await;
        let charged = shop.payments.charge(&order(1), "c-1").await;
        let keys = gateway.keys();
        // The second answer has to come in time, too.
        let in_time = keys.len() == 2;
        seen = Some((charged, keys, shop.stored().await));
        if in_time {
            break;
        }
    }
    let (charged, keys, stored) = seen.unwrap();

    assert_eq!(charged.unwrap().id, "ch_1");
    assert_eq!(keys, ["order-1"; 2]);
    assert_eq!(stored, [1]);
}

#[tokio::test]
async fn a_gateway_that_fails_is_asked_three_times_under_one_key() {
    for status in [500, 503] {
        let (error, keys) = fails([Reply::Status(status)]).await;

        assert!(
            matches!(error, ChargeError::GatewayDown),
            "{status}: {error:?}"
        );
        assert_eq!(keys, ["order-1"; 3], "{status}");
    }
}

#[tokio::test]
async fn a_gateway_that_recovers_at_the_third_attempt_charges_under_the_same_key() {
    let script = [
        Reply::Status(500),
        Reply::Status(503),
        Reply::Receipt("ch_1"),
    ];
    let gateway = Gateway::replying(script).await;
    let shop = Shop::open(&gateway).await;

    let receipt = shop.payments.charge(&order(1), "c-1").await.unwrap();

    assert_eq!(receipt.id, "ch_1");
    assert_eq!(gateway.keys(), ["order-1"; 3]);
    assert_eq!(shop.stored().await, [1]);
}

#[tokio::test]
async fn a_gateway_that_is_not_there_is_down() {
    let (url, _held) = Gateway::refusing();
    let shop = Setup::default().open(&url).await;

    let error = shop.payments.charge(&order(1), "c-1").await.unwrap_err();

    assert!(matches!(error, ChargeError::GatewayDown), "{error:?}");
    assert_eq!(shop.stored().await, NO_ORDERS);
}

#[tokio::test]
async fn a_refused_credential_is_not_tried_again() {
    let (error, keys) = fails([Reply::Status(401)]).await;

    assert!(matches!(error, ChargeError::GatewayAuth), "{error:?}");
    assert_eq!(keys, ["order-1"]);
}

#[tokio::test]
async fn a_credential_that_is_refused_at_the_second_attempt_ends_the_attempts() {
    let (error, keys) = fails([Reply::Status(503), Reply::Status(401)]).await;

    assert!(matches!(error, ChargeError::GatewayAuth), "{error:?}");
    assert_eq!(keys, ["order-1"; 2]);
}

#[tokio::test]
async fn an_unknown_card_is_not_tried_again() {
    let gateway = Gateway::replying([Reply::Status(404)]).await;
    let shop = Shop::open(&gateway).await;

    let charged = shop.payments.charge(&order(1), "c-1").await;

    assert!(matches!(charged, Err(ChargeError::CardNotFound)));
    assert_eq!(gateway.keys(), ["order-1"]);
    assert_eq!(shop.stored().await, NO_ORDERS);
}

#[tokio::test]
async fn a_status_that_means_nothing_to_us_is_not_tried_again() {
    // A redirect is among them: the credential is not carried elsewhere.
    for status in [418, 307] {
        let (error, keys) = fails([Reply::Status(status)]).await;

        assert!(
            matches!(error, ChargeError::GatewayUnexpected),
            "{status}: {error:?}"
        );
        assert_eq!(keys, ["order-1"], "{status}");
    }
}

#[tokio::test]
async fn an_answer_that_is_no_receipt_is_not_tried_again() {
    for reply in [Reply::Garbage, Reply::Status(200)] {
        let (error, keys) = fails([reply]).await;

        assert!(
            matches!(error, ChargeError::GatewayUnexpected),
            "{reply:?}: {error:?}"
        );
        assert_eq!(keys, ["order-1"], "{reply:?}");
    }
}

#[tokio::test]
async fn a_gateway_that_hangs_up_half_way_is_not_tried_again() {
    let (error, keys) = fails([Reply::HangUp]).await;

    assert!(matches!(error, ChargeError::GatewayUnexpected), "{error:?}");
    assert_eq!(keys, ["order-1"]);
}

#[tokio::test]
async fn an_answer_that_is_lost_on_its_way_is_not_tried_again() {
    let gateway = Gateway::replying([Reply::Receipt("ch_1")]).await;
    let proxy = FaultProxy::to(gateway.url.socket_addrs(|| None).unwrap()[0])
        .speaking(Protocol::Http1)
        .start()
        .unwrap();
    let lost = proxy.cut(Cut::reply(1)).unwrap();
    let mut url = gateway.url.clone();
    url.set_port(Some(proxy.addr().port())).unwrap();
    let shop = Setup::default().open(&url).await;

    let error = shop.payments.charge(&order(1), "c-1").await.unwrap_err();

    assert!(matches!(error, ChargeError::GatewayUnexpected), "{error:?}");
    assert_eq!(lost.hits(), 1);
    assert_eq!(
        gateway.keys(),
        ["order-1"],
        "the gateway has charged the card"
    );
    assert_eq!(shop.stored().await, NO_ORDERS);
}
