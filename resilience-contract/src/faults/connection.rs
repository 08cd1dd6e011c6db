//! The two sockets of a connection: reading from them, and the ways they can end.

use std::io::{ErrorKind, Read};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use socket2::SockRef;

use super::cut::Protocol;
use super::link::Link;
use super::protocol::Dialogue;
use super::state::{Item, Shared};
use super::toxic::Direction;

/// How often a thread that is stuck in a socket looks up: for systems where a shutdown does not
/// wake a reader, and to know of clients that leave their connections open.
const LOOK_UP: Duration = Duration::from_millis(50);

/// How long a closed connection still swallows what its peers send. A socket that is
/// dropped with unread bytes sends a reset, and a close is no reset.
const DRAIN: Duration = Duration::from_millis(500);

/// How long the server may take to accept.
const CONNECT: Duration = Duration::from_secs(10);

/// Both ends of a connection through the proxy.
#[derive(Debug)]
pub(super) struct Sockets {
    client: TcpStream,
    server: TcpStream,
}

impl Sockets {
    pub(super) fn source(&self, direction: Direction) -> &TcpStream {
        match direction {
            Direction::Upstream => &self.client,
            Direction::Downstream => &self.server,
        }
    }

    pub(super) fn target(&self, direction: Direction) -> &TcpStream {
        match direction {
            Direction::Upstream => &self.server,
            Direction::Downstream => &self.client,
        }
    }

    /// Ends both. With a reset, the last thread that lets go of the sockets sends it:
    /// shutting down the writing side would send a FIN first.
    pub(super) fn end(&self, reset: bool) {
        for socket in [&self.client, &self.server] {
            if reset {
                reset_on_drop(socket);
            }
            // A socket that its peer has left already is as it should be.
            let how = if reset {
                Shutdown::Read
            } else {
                Shutdown::Write
            };
            socket.shutdown(how).ok();
        }
    }
}

/// Makes the socket send a reset when it is dropped.
pub(super) fn reset_on_drop(socket: &TcpStream) {
    SockRef::from(socket).set_linger(Some(Duration::ZERO)).ok();
}

/// Carries a connection until it is over.
pub(super) fn carry(
    shared: &Arc<Shared>,
    number: u64,
    client: TcpStream,
    upstream: SocketAddr,
    protocol: Option<Protocol>,
) {
    let Ok(server) = TcpStream::connect_timeout(&upstream, CONNECT) else {
        shared.lock().counters.unreachable += 1;
        reset_on_drop(&client);
        return;
    };
    for socket in [&client, &server] {
        // Small packets must not wait for company. Where one of these fails, the socket
        // is gone, which reading it will show.
        socket.set_nodelay(true).ok();
        socket.set_read_timeout(Some(LOOK_UP)).ok();
        socket.set_write_timeout(Some(LOOK_UP)).ok();
    }
    let sockets = Arc::new(Sockets { client, server });
    let open = shared.change(|state| {
        if state.accepting {
            state.open(number, Arc::clone(&sockets));
        }
        state.accepting
    });
    if !open {
        // Down, or dropped, while the server was being reached.
        reset_on_drop(&sockets.client);
        return;
    }
    let dialogue = Arc::new(Mutex::new(Dialogue::default()));
    for direction in Direction::BOTH {
        let link = Link::new(
            Arc::clone(shared),
            number,
            direction,
            Arc::clone(&sockets),
            protocol.map(|protocol| (protocol, Arc::clone(&dialogue))),
        );
        let (shared_too, sockets_too) = (Arc::clone(shared), Arc::clone(&sockets));
        let read = std::thread::Builder::new().spawn(move || {
            receive(&shared_too, number, direction, &sockets_too);
        });
        let write = std::thread::Builder::new().spawn(move || link.run());
        if read.is_err() || write.is_err() {
            // No threads to be had: better a broken connection than a half one.
            shared.end(number, true);
        }
    }
}

/// Reads one direction until it ends.
fn receive(shared: &Shared, number: u64, direction: Direction, sockets: &Sockets) {
    let mut source = sockets.source(direction);
    let mut buffer = vec![0; 64 * 1024];
    let mut open = true;
    let mut drained = None;
    loop {
        open = open && shared.lock().is_open(number);
        if !open {
            let until = *drained.get_or_insert_with(|| Instant::now() + DRAIN);
            let resets = SockRef::from(source).linger().ok().flatten().is_some();
            if resets || Instant::now() >= until {
                return;
            }
        }
        let item = match source.read(&mut buffer) {
            Ok(0) => Item::Finished,
            Ok(count) => Item::Bytes(buffer[..count].to_vec(), Instant::now()),
            Err(error) => match error.kind() {
                ErrorKind::WouldBlock | ErrorKind::TimedOut => {
                    if open && direction == Direction::Upstream {
                        shared.change(|state| state.looked_in_vain(number));
                    }
                    continue;
                }
                ErrorKind::Interrupted => continue,
                _ => Item::Broken,
            },
        };
        let last = !matches!(item, Item::Bytes(..));
        open = open && shared.push(number, direction, item);
        if last {
            return;
        }
    }
}
