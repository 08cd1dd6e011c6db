//! Real failures of tokio-postgres and sqlx, from a real PostgreSQL and on the way to it.
//!
//! `scripts/with-postgres` starts the server. Without it every test here says that it
//! was skipped, past cargo's capture.

mod postgres;
mod sqlx;
mod transfer;
mod wire;

use std::io::Write as _;

/// Ends when somebody ends it: longer than any test takes, on a machine however busy.
const SLEEP: &str = "SELECT pg_sleep(600)";

/// Where the server is.
struct Server {
    host: String,
    port: String,
    user: String,
    password: String,
}

impl Server {
    /// Its address.
    fn addr(&self) -> std::net::SocketAddr {
        format!("{}:{}", self.host, self.port).parse().unwrap()
    }

    /// The one that the environment names.
    fn of_environment(test: &str) -> Option<Self> {
        let variable = |name: &str| std::env::var(format!("POSTGRES_{name}")).ok();
        let server = || {
            Some(Self {
                host: variable("HOST")?,
                port: variable("PORT")?,
                user: variable("USER")?,
                password: variable("PASSWORD")?,
            })
        };
        let server = server();
        if server.is_none() {
            // Not `eprintln!`, which nobody sees of a test that passes.
            let message = format!("\nSKIPPED: {test}: run it under scripts/with-postgres\n");
            std::io::stderr().write_all(message.as_bytes()).unwrap();
        }
        server
    }
}

/// A real server, or an end to the test that cannot be overlooked.
macro_rules! server {
    () => {
        match crate::Server::of_environment(std::thread::current().name().unwrap_or_default()) {
            Some(server) => server,
            None => return,
        }
    };
}
use server;
