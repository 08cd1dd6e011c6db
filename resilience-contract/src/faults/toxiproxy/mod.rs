//! The same toxics, injected by a [Toxiproxy](https://github.com/Shopify/toxiproxy) server.
//!
//! For teams that run one already, in front of services that tests cannot reach
//! otherwise. [`FaultProxy`](super::FaultProxy) needs no server and can do more; what
//! Toxiproxy cannot do is refused here and never left out silently.
//!
//! The client speaks the HTTP API of versions 2.x. It is tested against a double of that
//! API, written from the server's source (`api.go`, `toxic_collection.go` and `toxics/` of
//! 2.12), and not against the server itself.
//!
//! ```no_run
//! use resilience_contract::faults::{Toxic, toxiproxy::Toxiproxy};
//! use std::time::Duration;
//!
//! # fn main() -> Result<(), resilience_contract::faults::toxiproxy::ToxiproxyError> {
//! let toxiproxy = Toxiproxy::at("127.0.0.1:8474");
//! let redis = toxiproxy.proxy("redis", "127.0.0.1:0", "127.0.0.1:6379")?;
//! let latency = redis.toxic(&Toxic::latency(Duration::from_secs(1)))?;
//! // Talk to the address `redis.listen()`, and look at what happens.
//! latency.remove()?;
//! redis.down()?;
//! // The proxy is deleted here.
//! # Ok(())
//! # }
//! ```

mod body;
mod error;
mod http;
mod json;

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

pub use error::ToxiproxyError;

use super::Toxic;

/// A Toxiproxy server.
#[derive(Debug, Clone)]
pub struct Toxiproxy {
    addr: String,
}

/// A proxy of a Toxiproxy server. Dropped, it leaves the server as it was: a proxy that
/// was made is deleted; of one that was there before, the toxics that this value added are
/// removed, and it goes up again if this value took it down.
///
/// A test that is killed leaves its proxy behind; the next run replaces it.
#[derive(Debug)]
pub struct RemoteProxy {
    server: Toxiproxy,
    name: String,
    listen: String,
    made: bool,
    down: AtomicBool,
    added: AtomicU64,
    toxics: Mutex<Vec<String>>,
}

/// A toxic of a Toxiproxy server. It lasts until it is removed or its proxy is dropped.
#[derive(Debug)]
pub struct RemoteToxic<'a> {
    proxy: &'a RemoteProxy,
    name: String,
}

impl Toxiproxy {
    /// The server whose API listens at this address, such as `127.0.0.1:8474`. Nothing is
    /// sent yet.
    pub fn at(addr: impl Into<String>) -> Self {
        Self { addr: addr.into() }
    }

    /// The server's version.
    ///
    /// # Errors
    ///
    /// If there is no Toxiproxy at the address.
    pub fn version(&self) -> Result<String, ToxiproxyError> {
        let answer = self.send("GET", "/version", "")?;
        field(&answer, "version")
    }

    /// Makes a proxy that listens at `listen` and hands on to `upstream`; both addresses
    /// are as the server sees them. A proxy of that name is replaced. With port 0, the
    /// server chooses one: see [`RemoteProxy::listen`].
    ///
    /// # Errors
    ///
    /// If the server cannot be reached, or cannot listen there.
    pub fn proxy(
        &self,
        name: &str,
        listen: &str,
        upstream: &str,
    ) -> Result<RemoteProxy, ToxiproxyError> {
        match self.send("DELETE", &proxy_path(name), "") {
            Ok(_) | Err(ToxiproxyError::Refused { status: 404, .. }) => {}
            Err(error) => return Err(error),
        }
        let body = format!(
            r#"{{"name":{},"listen":{},"upstream":{},"enabled":true}}"#,
            json::quoted(name),
            json::quoted(listen),
            json::quoted(upstream)
        );
        let answer = self.send("POST", "/proxies", &body)?;
        self.remote(name, &answer, true)
    }

    /// A proxy that the server has already.
    ///
    /// # Errors
    ///
    /// If the server cannot be reached, or has no such proxy.
    pub fn existing(&self, name: &str) -> Result<RemoteProxy, ToxiproxyError> {
        let answer = self.send("GET", &proxy_path(name), "")?;
        self.remote(name, &answer, false)
    }

    /// Removes every toxic of every proxy, and takes all of them up.
    ///
    /// # Errors
    ///
    /// If the server cannot be reached, or one of its proxies cannot listen.
    pub fn reset(&self) -> Result<(), ToxiproxyError> {
        self.send("POST", "/reset", "").map(drop)
    }

    fn remote(&self, name: &str, answer: &str, made: bool) -> Result<RemoteProxy, ToxiproxyError> {
        Ok(RemoteProxy {
            server: self.clone(),
            name: name.to_owned(),
            listen: field(answer, "listen")?,
            made,
            down: AtomicBool::new(false),
            added: AtomicU64::new(0),
            toxics: Mutex::new(Vec::new()),
        })
    }

    fn send(&self, method: &str, path: &str, body: &str) -> Result<String, ToxiproxyError> {
        let answer = http::request(&self.addr, method, path, body);
        let (status, answer) = answer.map_err(|source| ToxiproxyError::Unreachable {
            addr: self.addr.clone(),
            source,
        })?;
        if (200..300).contains(&status) {
            return Ok(answer);
        }
        // Where the server has no words of its own, those of its router.
        let message = json::string(&answer, "error").unwrap_or_else(|| answer.trim().to_owned());
        Err(ToxiproxyError::Refused { status, message })
    }
}

impl RemoteProxy {
    /// The address that clients connect to instead of the server's.
    #[must_use]
    pub fn listen(&self) -> &str {
        &self.listen
    }

    /// Injures connections from now on. Times are rounded up to milliseconds, those of a
    /// slicer down to microseconds.
    ///
    /// # Errors
    ///
    /// If the server cannot be reached, has lost the proxy, or Toxiproxy knows no such
    /// toxic: it cannot count connections, has no bandwidth of 0, and needs slices that
    /// are longer than their variation.
    pub fn toxic(&self, toxic: &Toxic) -> Result<RemoteToxic<'_>, ToxiproxyError> {
        let number = self.added.fetch_add(1, Ordering::Relaxed) + 1;
        // A name of its own: the server's default allows one of each kind only, and
        // another client may have added that.
        let name = format!(
            "{}_{}_{}_{number}",
            toxic.name(),
            toxic.direction(),
            std::process::id()
        );
        let body = body::body(toxic, &name)?;
        let path = format!("{}/toxics", proxy_path(&self.name));
        self.server.send("POST", &path, &body)?;
        self.toxics().push(name.clone());
        Ok(RemoteToxic { proxy: self, name })
    }

    /// Closes every connection and listens no more.
    ///
    /// # Errors
    ///
    /// If the server cannot be reached or has lost the proxy.
    pub fn down(&self) -> Result<(), ToxiproxyError> {
        self.down.store(true, Ordering::Relaxed);
        self.enable(false)
    }

    /// Listens again.
    ///
    /// # Errors
    ///
    /// If the server cannot be reached, has lost the proxy, or cannot listen.
    pub fn up(&self) -> Result<(), ToxiproxyError> {
        self.enable(true)?;
        self.down.store(false, Ordering::Relaxed);
        Ok(())
    }

    /// Removes the toxics that this value added, and listens again if it took the proxy
    /// down.
    ///
    /// # Errors
    ///
    /// If the server cannot be reached, has lost the proxy, or cannot listen.
    pub fn heal(&self) -> Result<(), ToxiproxyError> {
        loop {
            let Some(name) = self.toxics().last().cloned() else {
                break;
            };
            self.remove(&name)?;
        }
        if self.down.load(Ordering::Relaxed) {
            self.up()?;
        }
        Ok(())
    }

    fn enable(&self, enabled: bool) -> Result<(), ToxiproxyError> {
        let body = format!(r#"{{"enabled":{enabled}}}"#);
        // PATCH is the word since 2.6; POST is understood by all of 2.x.
        self.server
            .send("POST", &proxy_path(&self.name), &body)
            .map(drop)
    }

    fn remove(&self, toxic: &str) -> Result<(), ToxiproxyError> {
        let path = format!("{}/toxics/{}", proxy_path(&self.name), http::encoded(toxic));
        match self.server.send("DELETE", &path, "") {
            // Gone is gone.
            Ok(_) | Err(ToxiproxyError::Refused { status: 404, .. }) => {
                self.toxics().retain(|added| added != toxic);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    fn toxics(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.toxics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for RemoteProxy {
    fn drop(&mut self) {
        // There is nobody to tell if the server has gone; the next run replaces the proxy.
        if self.made {
            self.server.send("DELETE", &proxy_path(&self.name), "").ok();
        } else {
            self.heal().ok();
        }
    }
}

impl RemoteToxic<'_> {
    /// Takes the toxic away. One that is gone already is no error.
    ///
    /// # Errors
    ///
    /// If the server cannot be reached.
    pub fn remove(self) -> Result<(), ToxiproxyError> {
        self.proxy.remove(&self.name)
    }
}

fn proxy_path(name: &str) -> String {
    format!("/proxies/{}", http::encoded(name))
}

fn field(answer: &str, key: &'static str) -> Result<String, ToxiproxyError> {
    json::string(answer, key).ok_or(ToxiproxyError::Unexpected { missing: key })
}
