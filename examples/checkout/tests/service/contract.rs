//! The service's defaults against the numbers of its contracts.

use checkout::gateway::{self, GatewayConfig};
use checkout::retry::RetryPolicy;
use checkout::store::{self, StoreConfig};
use std::time::Duration;
use toml::de::{DeTable, DeValue};

const PAYMENTS: &str = include_str!("../../contracts/payments.toml");
const ORDERS: &str = include_str!("../../contracts/orders.toml");

/// A value of a contract, as text.
fn value(contract: &str, path: [&str; 3]) -> String {
    let table = DeTable::parse(contract).unwrap().into_inner();
    let [first, second, third] = path;
    match &table[first].get_ref()[second].get_ref()[third].get_ref() {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        other => panic!("{path:?} is {other:?}"),
    }
}

/// A duration of a contract.
fn duration(contract: &str, path: [&str; 3]) -> Duration {
    let text = value(contract, path);
    if let Some(number) = text.strip_suffix("ms") {
        return Duration::from_millis(number.parse().unwrap());
    }
    Duration::from_secs(text.strip_suffix('s').unwrap().parse().unwrap())
}

#[test]
fn the_default_retries_are_those_of_the_contract() {
    let of_contract = |key| ["retry", "standard", key];
    let policy = RetryPolicy::default();

    assert_eq!(
        value(PAYMENTS, of_contract("max_attempts")),
        policy.max_attempts.to_string()
    );
    assert_eq!(value(PAYMENTS, of_contract("multiplier")), "2.0");
    assert_eq!(policy.multiplier, 2.0);
    assert_eq!(
        duration(PAYMENTS, of_contract("initial_delay")),
        policy.initial_delay
    );
    assert_eq!(
        duration(PAYMENTS, of_contract("max_delay")),
        policy.max_delay
    );
}

#[test]
fn the_default_time_limits_are_those_of_the_contracts() {
    let gateway = GatewayConfig::new("http://gateway".parse().unwrap(), String::new());
    let store = StoreConfig::default();

    assert_eq!(
        duration(PAYMENTS, ["interface", "gateway", "timeout"]),
        gateway.timeout
    );
    assert_eq!(
        duration(PAYMENTS, ["interface", "orders", "timeout"]),
        store.timeout
    );
    assert_eq!(
        duration(ORDERS, ["interface", "orders", "timeout"]),
        store.timeout
    );
}

#[test]
fn the_service_names_in_the_log_are_those_of_the_contracts() {
    assert_eq!(
        value(PAYMENTS, ["interface", "gateway", "service"]),
        gateway::SERVICE
    );
    assert_eq!(
        value(PAYMENTS, ["interface", "orders", "service"]),
        store::SERVICE
    );
    assert_eq!(
        value(ORDERS, ["interface", "orders", "service"]),
        store::SERVICE
    );
}
