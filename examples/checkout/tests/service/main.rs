//! The service against a gateway and a database that really fail.
//!
//! Every failure is made outside the service: the gateway is an HTTP server on loopback that
//! follows a script, the database a file that another connection locks or mangles. Each test says
//! which variant comes back, how often the gateway was asked and under which key, and what the
//! database holds in the end.

mod charge;
mod contract;
mod gateway_failures;
mod list;
mod routes;
mod store_failures;
mod support;
