//! The service as its callers see it, over HTTP.

use crate::support::{Gateway, MAX_AMOUNT_CENTS, Reply, Setup, Shop};
use checkout::http;
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::TcpListener;

/// A running service and a way to talk to it.
struct Service {
    url: String,
    client: Client,
}

impl Service {
    async fn start(shop: Shop) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            // The whole shop: its database lives as long as it does.
            let shop = shop;
            axum::serve(listener, http::router(shop.payments)).await
        });
        let client = Client::builder().no_proxy().build().unwrap();
        Self { url, client }
    }

    async fn charge(&self, order: &Value) -> Response {
        let request = self
            .client
            .post(format!("{}/charges", self.url))
            .json(order);
        request.send().await.unwrap()
    }

    async fn orders(&self) -> Response {
        self.client
            .get(format!("{}/orders", self.url))
            .send()
            .await
            .unwrap()
    }
}

fn order(amount_cents: u32) -> Value {
    json!({"id": 1, "amount_cents": amount_cents, "card": "tok_visa"})
}

/// The status and the body of a response.
async fn seen(response: Response) -> (StatusCode, Value) {
    (response.status(), response.json().await.unwrap())
}

/// What a caller sees who charges an order at a gateway that gives one reply, over and over.
async fn charge_at(reply: Reply) -> (StatusCode, Value) {
    let gateway = Gateway::replying([reply]).await;
    let service = Service::start(Shop::open(&gateway).await).await;
    seen(service.charge(&order(4_200)).await).await
}

#[tokio::test]
async fn a_charged_order_is_created_and_listed() {
    let gateway = Gateway::replying([Reply::Receipt("ch_1")]).await;
    let service = Service::start(Shop::open(&gateway).await).await;

    let created = seen(service.charge(&order(4_200)).await).await;
    assert_eq!(created, (StatusCode::CREATED, json!({"id": "ch_1"})));

    let listed = json!([{"id": 1, "amount_cents": 4_200, "receipt": "ch_1"}]);
    assert_eq!(seen(service.orders().await).await, (StatusCode::OK, listed));
}

#[tokio::test]
async fn an_order_that_comes_twice_is_a_conflict() {
    let gateway = Gateway::replying([Reply::Receipt("ch_1")]).await;
    let service = Service::start(Shop::open(&gateway).await).await;
    service.charge(&order(4_200)).await;

    let second = seen(service.charge(&order(4_200)).await).await;

    assert_eq!(
        second,
        (StatusCode::CONFLICT, json!({"error": "duplicate"}))
    );
}

#[tokio::test]
async fn an_amount_that_cannot_be_charged_is_the_callers_mistake() {
    let gateway = Gateway::replying([Reply::Receipt("ch_1")]).await;
    let service = Service::start(Shop::open(&gateway).await).await;

    let response = seen(service.charge(&order(MAX_AMOUNT_CENTS + 1)).await).await;

    assert_eq!(
        response,
        (
            StatusCode::UNPROCESSABLE_ENTITY,
            json!({"error": "invalid_amount"})
        )
    );
}

#[tokio::test]
async fn an_order_that_cannot_be_read_reaches_no_gateway() {
    let gateway = Gateway::replying([Reply::Receipt("ch_1")]).await;
    let service = Service::start(Shop::open(&gateway).await).await;

    let negative = json!({"id": 1, "amount_cents": -1, "card": "tok_visa"});
    let response = service.charge(&negative).await;

    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(gateway.keys().len(), 0);
}

#[tokio::test]
async fn a_declined_card_must_be_paid_otherwise() {
    assert_eq!(
        charge_at(Reply::Status(402)).await,
        (StatusCode::PAYMENT_REQUIRED, json!({"error": "declined"}))
    );
}

#[tokio::test]
async fn a_refused_credential_of_ours_is_not_the_callers_affair() {
    assert_eq!(
        charge_at(Reply::Status(401)).await,
        (StatusCode::BAD_GATEWAY, json!({"error": "gateway_failed"}))
    );
}

#[tokio::test]
async fn a_gateway_that_fails_makes_the_service_unavailable() {
    assert_eq!(
        charge_at(Reply::Status(500)).await,
        (
            StatusCode::SERVICE_UNAVAILABLE,
            json!({"error": "gateway_down"})
        )
    );
}

#[tokio::test]
async fn a_gateway_that_never_answers_is_a_gateway_timeout() {
    let gateway = Gateway::replying([Reply::Stall]).await;
    let setup = Setup {
        gateway_timeout: Duration::from_millis(20),
        ..Setup::default()
    };
    let service = Service::start(setup.open(&gateway.url).await).await;

    let response = seen(service.charge(&order(4_200)).await).await;

    assert_eq!(
        response,
        (
            StatusCode::GATEWAY_TIMEOUT,
            json!({"error": "gateway_timeout"})
        )
    );
}

#[tokio::test]
async fn a_closed_database_makes_the_service_unavailable() {
    let gateway = Gateway::replying([Reply::Receipt("ch_1")]).await;
    let shop = Shop::open(&gateway).await;
    shop.pool.close().await;
    let service = Service::start(shop).await;

    let unavailable = (
        StatusCode::SERVICE_UNAVAILABLE,
        json!({"error": "store_unavailable"}),
    );
    assert_eq!(seen(service.charge(&order(4_200)).await).await, unavailable);
    assert_eq!(seen(service.orders().await).await, unavailable);
}

#[tokio::test]
async fn every_response_carries_the_correlation_id() {
    let gateway = Gateway::replying([Reply::Receipt("ch_1")]).await;
    let service = Service::start(Shop::open(&gateway).await).await;

    let request = service.client.get(format!("{}/orders", service.url));
    let response = request
        .header("x-correlation-id", "shop-7f3a")
        .send()
        .await
        .unwrap();
    assert_eq!(response.headers()["x-correlation-id"], "shop-7f3a");

    let response = service.charge(&order(0)).await;
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(response.headers()["x-correlation-id"].len(), 16);
}
