//! Injuries to what goes over the wire, for tests: a [`FaultProxy`] stands between a client
//! and its server, with [Toxiproxy's](https://github.com/Shopify/toxiproxy) words and what
//! Toxiproxy cannot do.
//!
//! It is for failures that no test can make as a value, because the client's error type
//! has no constructor (`reqwest::Error`, `tokio_postgres::Error`), and for those that only
//! the wire has: the reply that is lost after the server did its work.
//!
//! ```
//! use resilience_contract::faults::{FaultProxy, Toxic};
//! use std::io::{Read, Write};
//! use std::net::{TcpListener, TcpStream};
//! # fn main() -> std::io::Result<()> {
//! # let server = TcpListener::bind("127.0.0.1:0")?;
//! # let server_addr = server.local_addr()?;
//! # std::thread::spawn(move || {
//! #     for stream in server.incoming() {
//! #         let Ok(mut stream) = stream else { return };
//! #         let mut byte = [0];
//! #         if stream.read_exact(&mut byte).is_ok() { stream.write_all(&byte).ok(); }
//! #     }
//! # });
//!
//! let proxy = FaultProxy::to(server_addr).start()?;
//! let fault = proxy.toxic(Toxic::limit_data(0));
//!
//! let mut client = TcpStream::connect(proxy.addr())?;
//! client.write_all(b"?")?;
//! let mut reply = Vec::new();
//! client.read_to_end(&mut reply)?;
//!
//! assert!(reply.is_empty(), "the connection was closed instead of the reply");
//! assert_eq!(fault.hits(), 1, "the fault was there, and the client ran into it");
//! # Ok(())
//! # }
//! ```
//!
//! - [`FaultProxy::toxic`]: latency, bandwidth, slow close, timeout, reset, slices, a limit
//!   of bytes, in either direction, also [for the next few connections
//!   only](Toxic::for_connections).
//! - [`FaultProxy::refuse_next`]: the next connections fail and later ones pass.
//! - [`FaultProxy::down`]: nobody listens.
//! - [`FaultProxy::cut`]: the connection ends at a message of PostgreSQL's, Redis' or
//!   HTTP's protocol, request or reply.
//!
//! [`Calls`] are the messages of a database without a wire: SQLite's, lost before they are
//! made or after.
//!
//! [`Transaction`] loses every message of a transaction in turn and judges what is left.
//!
//! [`FaultProxy::injected`] is a record of what really happened. A test whose fault was
//! never met has shown nothing: [`Applied::hits`] tells.
//!
//! [`toxiproxy`] has a Toxiproxy server inject the same toxics.
//!
//! Nothing here is random: jitter has the same sequence in every run.

mod calls;
mod connection;
mod conversation;
mod cut;
mod everywhere;
mod link;
mod listen;
mod protocol;
mod proxy;
mod random;
mod record;
mod state;
mod toxic;
pub mod toxiproxy;

pub use calls::{Calls, Lossy};
pub use conversation::Conversation;
pub use cut::{Cut, Ending, Protocol};
pub use everywhere::{CutBreach, CutReport, CutRun, Told, Transaction};
pub use proxy::{Applied, FaultProxy, FaultProxyBuilder};
pub use record::{Counters, Injected};
pub use toxic::{Direction, Toxic};
