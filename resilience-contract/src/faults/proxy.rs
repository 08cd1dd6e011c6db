//! The proxy as tests see it.

use std::collections::BTreeSet;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::cut::{Cut, Protocol};
use super::listen::Listening;
use super::record::{Counters, Injected};
use super::state::{Hits, Shared, State, What};
use super::toxic::Toxic;

/// How long a connection may take to be over that the client has closed.
const PATIENCE: Duration = Duration::from_secs(10);

/// A TCP proxy between a client and a server, which can injure what passes through it.
///
/// It listens on a port of its own on 127.0.0.1, and ends with its connections when it is
/// dropped. It runs on threads of its own, so it serves blocking clients and those of any
/// runtime, and a paused clock does not stop it. See [the module](super) for an example.
#[derive(Debug)]
pub struct FaultProxy {
    shared: Arc<Shared>,
    protocol: Option<Protocol>,
    listening: Mutex<Listening>,
    addr: SocketAddr,
}

/// A proxy that is not running yet; made by [`FaultProxy::to`].
#[derive(Debug, Clone)]
#[must_use = "the proxy runs when it is started"]
pub struct FaultProxyBuilder<A> {
    upstream: A,
    protocol: Option<Protocol>,
}

/// A fault that a proxy or [`Calls`](super::Calls) were given. It lasts until it is removed or they are dropped,
/// whether this handle is kept or not.
#[derive(Debug, Clone)]
pub struct Applied {
    shared: Arc<Shared>,
    id: u64,
    hits: Arc<Hits>,
}

impl FaultProxy {
    /// A proxy to the server at this address.
    pub const fn to<A: ToSocketAddrs>(upstream: A) -> FaultProxyBuilder<A> {
        FaultProxyBuilder {
            upstream,
            protocol: None,
        }
    }

    /// The address that clients connect to instead of the server's.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Injures connections from now on, those that are open already included.
    pub fn toxic(&self, toxic: Toxic) -> Applied {
        let chosen = toxic.connections.map(|_| Vec::new());
        self.apply(What::Toxic { toxic, chosen })
    }

    /// Ends a connection at a message.
    ///
    /// # Errors
    ///
    /// If the proxy was not told which protocol is spoken
    /// ([`FaultProxyBuilder::speaking`]): it cannot tell messages apart then.
    pub fn cut(&self, cut: Cut) -> io::Result<Applied> {
        self.knows_messages()?;
        Ok(self.apply(What::cut(cut)))
    }

    /// Refuses the next `connections` connections and lets later ones pass.
    ///
    /// The system has completed the handshake by the time that anybody can count, so the
    /// client sees its connection reset before the first byte, and not "connection
    /// refused"; for that, see [`down`](Self::down). Toxiproxy has nothing like it.
    pub fn refuse_next(&self, connections: u32) -> Applied {
        self.apply(What::Refuse { left: connections })
    }

    /// Closes every connection and listens no more: clients get "connection refused". The
    /// port stays taken, so that nobody else gets it. Does nothing if it is down already.
    ///
    /// # Errors
    ///
    /// If the port could not be kept; [`up`](Self::up) will try to get it back.
    pub fn down(&self) -> io::Result<()> {
        let mut listening = self.listening();
        if !listening.is_up() {
            return Ok(());
        }
        self.shared
            .lock()
            .note(0, "down", None, None, String::new());
        let held = listening.down(&self.shared);
        self.shared.end_all();
        held
    }

    /// Listens again, at the same address. Does nothing if it is up already.
    ///
    /// # Errors
    ///
    /// If the system does not let it listen.
    pub fn up(&self) -> io::Result<()> {
        self.listening().up(&self.shared)
    }

    /// Removes every fault, and listens again if it is down.
    ///
    /// # Errors
    ///
    /// If the system does not let it listen.
    pub fn heal(&self) -> io::Result<()> {
        self.shared.change(State::remove_all);
        self.up()
    }

    /// What was really injected so far, in order.
    #[must_use]
    pub fn injected(&self) -> Vec<Injected> {
        self.shared.lock().injected.clone()
    }

    /// What passed so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.shared.lock().counters
    }

    /// A cut in a conversation that begins now: what is left of earlier ones is no part of
    /// it.
    pub(super) fn cut_conversation(&self, cut: Cut) -> io::Result<Applied> {
        self.knows_messages()?;
        Ok(self.apply(What::Cut {
            cut,
            seen: 0,
            asked: Some(BTreeSet::new()),
        }))
    }

    /// Waits until all connections are over that were made after so many others; `false`
    /// if clients leave some open. Whether they do is known by looking, and not by the time:
    /// on a busy machine what a client did may be seen late.
    pub(super) fn is_over_since(&self, connections: u64) -> bool {
        self.shared.change(State::look_anew);
        let until = Instant::now().checked_add(PATIENCE);
        let over = self.shared.wait(
            |_| until,
            |state| match state.all_over_since(connections) {
                true => Some(true),
                false => state.all_left_open_since(connections).then_some(false),
            },
        );
        over.unwrap_or(false)
    }

    fn knows_messages(&self) -> io::Result<()> {
        if self.protocol.is_some() {
            return Ok(());
        }
        Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "a proxy without a protocol knows no messages to cut: start it with `.speaking(Protocol::…)`",
        ))
    }

    fn apply(&self, what: What) -> Applied {
        Applied::to(&self.shared, what)
    }

    fn listening(&self) -> std::sync::MutexGuard<'_, Listening> {
        self.listening
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        // The port is given up right after, kept or not.
        self.listening().down(&self.shared).ok();
        self.shared.end_all();
    }
}

impl<A: ToSocketAddrs> FaultProxyBuilder<A> {
    /// Says what client and server speak, so that messages can be counted and
    /// [cut](FaultProxy::cut). Encrypted connections cannot be followed.
    pub fn speaking(mut self, protocol: Protocol) -> Self {
        self.protocol = Some(protocol);
        self
    }

    /// Starts to listen. The server need not be there yet.
    ///
    /// # Errors
    ///
    /// If the server's address cannot be resolved, or no port or thread is to be had.
    pub fn start(self) -> io::Result<FaultProxy> {
        let upstream = self.upstream.to_socket_addrs()?.next().ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::InvalidInput,
                "the server's name has no address",
            )
        })?;
        let shared = Arc::new(Shared::new());
        let mut listening = Listening::bind(upstream, self.protocol)?;
        listening.up(&shared)?;
        Ok(FaultProxy {
            shared,
            protocol: self.protocol,
            addr: listening.addr(),
            listening: Mutex::new(listening),
        })
    }
}

impl Applied {
    pub(super) fn to(shared: &Arc<Shared>, what: What) -> Self {
        let (id, hits) = shared.change(|state| state.add(what));
        Self {
            shared: Arc::clone(shared),
            id,
            hits,
        }
    }

    /// The name of the first message that it cut; empty for what is no cut.
    pub(super) fn first(&self) -> String {
        self.hits.first.get().cloned().unwrap_or_default()
    }

    /// How often it took effect: on how many connections, or, for a [`Cut`], at how many
    /// messages. A fault that nothing consumed has tested nothing.
    #[must_use]
    pub fn hits(&self) -> u64 {
        self.hits.count.load(Ordering::Relaxed)
    }

    /// Takes the fault away. Bytes that it keeps back go on at once.
    pub fn remove(&self) {
        self.shared.change(|state| state.remove(self.id));
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::net::{Ipv4Addr, TcpListener, TcpStream};

    use super::*;

    /// A connection through a proxy to a server that reads to the end, and leaves then.
    fn connected() -> (FaultProxy, TcpStream) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let proxy = FaultProxy::to(listener.local_addr().unwrap());
        let proxy = proxy.start().unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let _read = stream.unwrap().read_to_end(&mut Vec::new());
            }
        });
        let client = TcpStream::connect(proxy.addr()).unwrap();
        let is_there = |state: &mut State| (!state.all_over_since(0)).then_some(());
        proxy.shared.wait(|_| None, is_there).unwrap();
        (proxy, client)
    }

    #[test]
    fn who_has_closed_a_connection_is_waited_for_however_long_it_takes_to_be_seen() {
        let (proxy, client) = connected();
        let slow = proxy.toxic(Toxic::slow_close(Duration::from_secs(3600)).upstream());
        drop(client);
        let remove = std::thread::spawn(move || {
            // Longer than it takes to know of one that is left open.
            std::thread::sleep(Duration::from_millis(1_500));
            slow.remove();
        });
        assert!(proxy.is_over_since(0));
        remove.join().unwrap();
    }

    #[test]
    fn who_leaves_a_connection_open_is_not_waited_for() {
        let (proxy, client) = connected();
        assert!(!proxy.is_over_since(0));
        drop(client);
        assert!(proxy.is_over_since(0));
    }
}
