//! A payment service: it charges cards through a gateway and keeps orders in SQLite.
//!
//! Every way in which [`payments::Payments::charge`] and [`orders::list`] can fail is declared in
//! `contracts/`, and held against the code by the compiler and against the tests by `cargo
//! verify-contracts`.

pub mod correlation;
pub mod gateway;
pub mod http;
pub mod model;
pub mod orders;
pub mod payments;
pub mod retry;
pub mod store;
