//! A transaction that a failure is to roll back, and what became of it.

mod support;

use support::Project;

const CONTRACT: &str = r#"
format = 1
[interface.gateway]
kind = "http"
timeout = "1s"
[interface.orders]
kind = "database"
timeout = "1s"
[function.charge]
error = "ChargeError"
tier = "experimental"
[function.charge.on.gateway]
timeout = { returns = "Slow", rollback = true }
unauthorized = { returns = "Slow", rollback = true }
not_found = { waived = "nothing is looked up at the gateway of this test" }
server_error = { returns = "Slow", rollback = true }
[function.charge.on.orders]
connection = { returns = "Store" }
timeout = { returns = "Store" }
write_conflict = { returns = "Store" }
not_found = { waived = "nothing is ever looked up in this table" }
"#;

fn source(on_failure: &str) -> String {
    format!(
        r#"
use resilience_contract::{{FailureModes, external, resilience_contract}};

#[derive(Debug, PartialEq, FailureModes)]
pub enum GatewayError {{ Timeout }}
#[derive(Debug, PartialEq, FailureModes)]
pub enum StoreError {{ Connection }}
#[derive(Debug, PartialEq, FailureModes)]
pub enum ChargeError {{ Slow, Store }}
impl From<StoreError> for ChargeError {{
    fn from(_: StoreError) -> Self {{ Self::Store }}
}}

pub struct Pool;
pub struct Tx;
impl Pool {{ pub fn begin(&self) -> Result<Tx, StoreError> {{ Ok(Tx) }} }}
impl Tx {{
    pub fn insert(&mut self) -> Result<(), StoreError> {{ Ok(()) }}
    pub fn commit(self) -> Result<(), StoreError> {{ Ok(()) }}
}}

#[resilience_contract("payments.charge")]
pub fn charge(pool: &Pool, reply: Result<u32, GatewayError>) -> Result<u32, ChargeError> {{
    let mut tx = external!(orders, pool.begin())?;
    external!(orders, tx.insert())?;
    match external!(gateway, reply) {{
        Ok(number) => {{
            external!(orders, tx.commit())?;
            Ok(number)
        }}
        Err(GatewayError::Timeout) => {{ {on_failure} Err(ChargeError::Slow) }}
    }}
}}

#[test]
fn slow() {{
    assert_eq!(charge(&Pool, Ok(1)), Ok(1));
    assert_eq!(charge(&Pool, Err(GatewayError::Timeout)), Err(ChargeError::Slow));
}}
"#
    )
}

fn breaches(on_failure: &str) -> Vec<String> {
    let project = Project::new(&[
        ("contracts/payments.toml", CONTRACT),
        ("src/lib.rs", &source(on_failure)),
    ]);
    project.report().behaviour_of("payments.charge")
}

#[test]
fn what_is_committed_after_the_failure_is_a_finding() {
    assert_eq!(breaches("external!(orders, tx.commit())?;"), ["RC417"]);
    assert_eq!(breaches("external!(orders, tx\n.commit())?;"), ["RC417"]);
}

#[test]
fn what_is_dropped_or_recorded_elsewhere_is_none() {
    assert_eq!(breaches("drop(tx);"), [] as [&str; 0]);
    let record = "drop(tx); let other = external!(orders, pool.begin())?; external!(orders, other.commit())?;";
    assert_eq!(breaches(record), [] as [&str; 0]);
    // Another call in between may have begun another one.
    let doubtful = "external!(orders, tx.insert())?; external!(orders, tx.commit())?;";
    assert_eq!(breaches(doubtful), [] as [&str; 0]);
}
