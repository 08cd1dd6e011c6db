//! Taking connections, and being down.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use socket2::{Domain, Protocol as Transport, Socket, Type};

use super::connection::{carry, reset_on_drop};
use super::cut::Protocol;
use super::state::Shared;

/// How many connections may wait to be taken.
const BACKLOG: i32 = 128;

#[derive(Debug)]
pub(super) struct Listening {
    addr: SocketAddr,
    upstream: SocketAddr,
    protocol: Option<Protocol>,
    door: Door,
}

#[derive(Debug)]
enum Door {
    /// The port is taken, and nobody listens at it.
    Shut(Socket),
    /// The thread takes connections.
    Open(JoinHandle<()>),
    /// The port could not be kept.
    Lost,
}

impl Listening {
    /// Takes a port, without listening.
    pub(super) fn bind(upstream: SocketAddr, protocol: Option<Protocol>) -> io::Result<Self> {
        let socket = hold(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let addr = socket
            .local_addr()?
            .as_socket()
            .ok_or_else(|| io::Error::other("a TCP socket without an address"))?;
        Ok(Self {
            addr,
            upstream,
            protocol,
            door: Door::Shut(socket),
        })
    }

    pub(super) const fn addr(&self) -> SocketAddr {
        self.addr
    }

    pub(super) const fn is_up(&self) -> bool {
        matches!(self.door, Door::Open(_))
    }

    pub(super) fn up(&mut self, shared: &Arc<Shared>) -> io::Result<()> {
        let socket = match std::mem::replace(&mut self.door, Door::Lost) {
            Door::Open(thread) => {
                self.door = Door::Open(thread);
                return Ok(());
            }
            Door::Shut(socket) => socket,
            Door::Lost => hold(self.addr)?,
        };
        share(&socket, true)?;
        socket.listen(BACKLOG)?;
        shared.change(|state| state.accepting = true);
        let (shared, upstream, protocol) = (Arc::clone(shared), self.upstream, self.protocol);
        let thread = std::thread::Builder::new()
            .name("fault proxy".to_owned())
            .spawn(move || accept(&shared, &socket.into(), upstream, protocol))?;
        self.door = Door::Open(thread);
        Ok(())
    }

    pub(super) fn down(&mut self, shared: &Shared) -> io::Result<()> {
        let thread = match std::mem::replace(&mut self.door, Door::Lost) {
            Door::Open(thread) => thread,
            door => {
                self.door = door;
                return Ok(());
            }
        };
        shared.change(|state| state.accepting = false);
        // Wakes the thread. If nobody answers, it has ended by itself.
        let wake = TcpStream::connect_timeout(&self.addr, Duration::from_secs(1));
        thread.join().ok();
        drop(wake);
        self.door = Door::Shut(hold(self.addr)?);
        Ok(())
    }
}

/// Takes an address, so that nobody else gets it, without listening there.
fn hold(addr: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(
        Domain::for_address(addr),
        Type::STREAM,
        Some(Transport::TCP),
    )?;
    share(&socket, true)?;
    socket.bind(&addr.into())?;
    // From now on nobody else gets in, who may share with what is over.
    share(&socket, false)?;
    Ok(socket)
}

/// Lets the socket share its address with connections there that are not quite over. On
/// Windows the option means something else, and is not needed.
fn share(socket: &Socket, yes: bool) -> io::Result<()> {
    if cfg!(windows) {
        return Ok(());
    }
    socket.set_reuse_address(yes)
}

fn accept(
    shared: &Arc<Shared>,
    listener: &TcpListener,
    upstream: SocketAddr,
    protocol: Option<Protocol>,
) {
    loop {
        let accepted = listener.accept();
        if !shared.lock().accepting {
            return;
        }
        let Ok((client, _)) = accepted else {
            // Too many open files, most likely. Others may close some.
            std::thread::sleep(Duration::from_millis(10));
            continue;
        };
        let (number, refused) = shared.change(super::state::State::arrive);
        if refused {
            reset_on_drop(&client);
            continue;
        }
        let shared = Arc::clone(shared);
        // If there is no thread to be had, the connection ends here.
        std::thread::Builder::new()
            .spawn(move || carry(&shared, number, client, upstream, protocol))
            .ok();
    }
}
