//! The calls of a database that has no wire, and losing them.
//!
//! It counts and records with what the proxy counts and records with; what it must not do
//! is know any database.

use std::fmt;
use std::io;
use std::sync::Arc;

use super::cut::{Cut, Ending};
use super::proxy::Applied;
use super::record::{Counters, Injected};
use super::state::{Shared, What};
use super::toxic::Direction;

/// What losing a connection to an embedded database looks like to its caller.
type Saying<E> = dyn Fn(io::Error) -> E + Send + Sync;

/// The calls of an embedded database (SQLite, …), which can be lost as the messages of a
/// [`FaultProxy`](super::FaultProxy) can: each call is a request and a reply.
///
/// - Where a request is lost, the call is **not made**.
/// - Where a reply is lost, the call is **made**, and what came of it is thrown away.
///
/// Either way the connection is dropped on the spot, so that the database itself rolls
/// back what was open on it, and the caller gets an error that does not tell the two apart.
/// Further calls on the connection fail and count as nothing, until the code under test
/// [connects](Self::connect) again, which is a call like any other.
///
/// `E` is the error of the database's library. Those that can be made of an
/// [`io::Error`], as sqlx's can, need nothing more ([`Calls::new`]); for others, as
/// rusqlite's, say how a lost connection looks ([`Calls::failing_with`]).
///
/// The code under test gets its connection from something that the test can put in another
/// one's place, and calls it by [`Lossy::call`] or [`Lossy::call_async`] there. Clones count
/// together.
///
/// ```
/// use resilience_contract::faults::{Calls, Cut};
/// use std::io;
/// # #[derive(Default)] struct Database;
/// # impl Database {
/// #     fn open() -> io::Result<Self> { Ok(Self) }
/// #     fn execute(&mut self, _: &str) -> io::Result<()> { Ok(()) }
/// # }
///
/// let calls = Calls::new();
/// // `connect` is the first call, `BEGIN` the second, `COMMIT` the third.
/// let lost = calls.cut(Cut::reply(3))?;
///
/// let mut db = calls.connect(Database::open)?;
/// db.call("BEGIN", |db| db.execute("BEGIN"))?;
/// let committed = db.call("COMMIT", |db| db.execute("COMMIT"));
///
/// assert!(committed.is_err(), "although it is in the database");
/// assert!(db.is_lost());
/// assert_eq!(lost.hits(), 1);
/// # Ok::<(), io::Error>(())
/// ```
pub struct Calls<E = io::Error> {
    pub(super) shared: Arc<Shared>,
    saying: Arc<Saying<E>>,
}

/// A connection that [`Calls`] can take away: to an embedded database, or the guard of a
/// transaction on one. Whatever is in it is dropped when it is lost.
///
/// `C` is the library's type: `rusqlite::Connection`, `sqlx::SqliteConnection`, or, where
/// the code under test begins its transactions by a guard, `rusqlite::Transaction<'_>`,
/// `sqlx::Transaction<'static, Sqlite>`; these end with [`last`](Self::last).
pub struct Lossy<C, E = io::Error> {
    calls: Calls<E>,
    number: u64,
    connection: Option<C>,
}

impl<E: From<io::Error> + 'static> Calls<E> {
    /// Calls none of which is lost yet. Who loses one sees an [`io::Error`] of the kind
    /// [`ConnectionReset`](io::ErrorKind::ConnectionReset), as its library's error.
    #[must_use]
    pub fn new() -> Self {
        Self::failing_with(E::from)
    }
}

impl<E: From<io::Error> + 'static> Default for Calls<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E> Calls<E> {
    /// Calls none of which is lost yet, of a library whose error cannot be made of an
    /// [`io::Error`]. Make what the library gives when it loses its database:
    ///
    /// ```ignore
    /// use rusqlite::ffi;
    /// let calls = Calls::failing_with(|lost| {
    ///     rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_IOERR), Some(lost.to_string()))
    /// });
    /// ```
    #[must_use]
    pub fn failing_with(error: impl Fn(io::Error) -> E + Send + Sync + 'static) -> Self {
        Self {
            shared: Arc::new(Shared::new()),
            saying: Arc::new(error),
        }
    }

    /// Connects, which is a call by the name `connect`.
    ///
    /// # Errors
    ///
    /// What `open` gives, or, if this call is lost, what a lost connection gives.
    pub fn connect<C>(&self, open: impl FnOnce() -> Result<C, E>) -> Result<Lossy<C, E>, E> {
        let mut lossy = self.arrive();
        let connection = lossy.call("connect", |()| open())?;
        Ok(lossy.holding(connection))
    }

    /// Connects, as [`connect`](Self::connect) does, and waits for it.
    ///
    /// # Errors
    ///
    /// What `open` gives, or, if this call is lost, what a lost connection gives.
    pub async fn connect_async<C>(
        &self,
        open: impl AsyncFnOnce() -> Result<C, E>,
    ) -> Result<Lossy<C, E>, E> {
        let mut lossy = self.arrive();
        let connection = lossy.call_async("connect", async |()| open().await).await?;
        Ok(lossy.holding(connection))
    }

    /// Loses a call: a [request](Cut::request), before it is made, or a
    /// [reply](Cut::reply), after it was. Calls are counted from 1, over all connections,
    /// from now on; replies are counted apart from requests.
    ///
    /// # Errors
    ///
    /// If the cut is one that only bytes can have: [`Ending::Stall`], or
    /// [`after_bytes`](Cut::after_bytes).
    pub fn cut(&self, cut: Cut) -> io::Result<Applied> {
        if cut.ending == Ending::Stall || cut.after_bytes > 0 {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "a call is lost whole, and at once: `Ending::Stall` and `after_bytes` are for a `FaultProxy`",
            ));
        }
        Ok(Applied::to(&self.shared, What::cut(cut)))
    }

    /// What was lost so far, in order.
    #[must_use]
    pub fn injected(&self) -> Vec<Injected> {
        self.shared.lock().injected.clone()
    }

    /// What was called so far: `connections`, `requests` and `replies`. There are no bytes.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.shared.lock().counters
    }

    fn arrive(&self) -> Lossy<(), E> {
        let (number, _refused) = self.shared.lock().arrive();
        Lossy {
            calls: self.clone(),
            number,
            connection: Some(()),
        }
    }

    /// Counts a message; gives how the caller hears of it if it is one to lose.
    fn meet(&self, direction: Direction, connection: u64, name: &str) -> Result<(), E> {
        let mut state = self.shared.lock();
        let Some(strike) = state.message(connection, direction, name, false) else {
            return Ok(());
        };
        let kind = match strike.ending {
            Ending::Close => io::ErrorKind::UnexpectedEof,
            Ending::Reset | Ending::Stall => io::ErrorKind::ConnectionReset,
        };
        state.cut(&strike, connection, direction);
        drop(state);
        // The same for both, as nobody who lost a connection knows more.
        let lost = io::Error::new(kind, format!("the connection was lost during `{name}`"));
        Err((self.saying)(lost))
    }
}

impl<C, E> Lossy<C, E> {
    /// Calls the database. The name is what reports call it by: `COMMIT`.
    ///
    /// # Errors
    ///
    /// What `call` gives; or, if it is lost or the connection was lost before, what a lost
    /// connection gives.
    pub fn call<T>(
        &mut self,
        name: &str,
        call: impl FnOnce(&mut C) -> Result<T, E>,
    ) -> Result<T, E> {
        let outcome = call(self.request(name)?);
        self.reply(name)?;
        outcome
    }

    /// Calls the database and waits for it, as [`call`](Self::call) does.
    ///
    /// # Errors
    ///
    /// What `call` gives; or, if it is lost or the connection was lost before, what a lost
    /// connection gives.
    pub async fn call_async<T>(
        &mut self,
        name: &str,
        call: impl AsyncFnOnce(&mut C) -> Result<T, E>,
    ) -> Result<T, E> {
        let outcome = call(self.request(name)?).await;
        self.reply(name)?;
        outcome
    }

    /// The last call, which takes what it calls with it: the `commit` of a guard, a `close`.
    ///
    /// # Errors
    ///
    /// What `call` gives; or, if it is lost or the connection was lost before, what a lost
    /// connection gives.
    pub fn last<T>(mut self, name: &str, call: impl FnOnce(C) -> Result<T, E>) -> Result<T, E> {
        self.request(name)?;
        let connection = self.connection.take().ok_or_else(|| self.gone(name))?;
        let outcome = call(connection);
        self.reply(name)?;
        outcome
    }

    /// The last call, as [`last`](Self::last) is, waited for.
    ///
    /// # Errors
    ///
    /// What `call` gives; or, if it is lost or the connection was lost before, what a lost
    /// connection gives.
    pub async fn last_async<T>(
        mut self,
        name: &str,
        call: impl AsyncFnOnce(C) -> Result<T, E>,
    ) -> Result<T, E> {
        self.request(name)?;
        let connection = self.connection.take().ok_or_else(|| self.gone(name))?;
        let outcome = call(connection).await;
        self.reply(name)?;
        outcome
    }

    /// Whether the connection was lost.
    #[must_use]
    pub const fn is_lost(&self) -> bool {
        self.connection.is_none()
    }

    /// What is to be called, unless it is lost, now or since before.
    fn request(&mut self, name: &str) -> Result<&mut C, E> {
        if self.connection.is_some() {
            self.meet(Direction::Upstream, name)?;
        }
        let gone = &self.calls.saying;
        self.connection
            .as_mut()
            .ok_or_else(|| gone(not_connected(name)))
    }

    fn reply(&mut self, name: &str) -> Result<(), E> {
        self.meet(Direction::Downstream, name)
    }

    fn meet(&mut self, direction: Direction, name: &str) -> Result<(), E> {
        let met = self.calls.meet(direction, self.number, name);
        if met.is_err() {
            // Here and now: what is open on it is rolled back before anybody looks.
            self.connection = None;
        }
        met
    }

    fn gone(&self, name: &str) -> E {
        (self.calls.saying)(not_connected(name))
    }

    fn holding<D>(self, connection: D) -> Lossy<D, E> {
        Lossy {
            calls: self.calls,
            number: self.number,
            connection: Some(connection),
        }
    }
}

fn not_connected(name: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::NotConnected,
        format!("the connection was lost before `{name}`: connect again"),
    )
}

impl<E> Clone for Calls<E> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            saying: Arc::clone(&self.saying),
        }
    }
}

impl<E> fmt::Debug for Calls<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calls")
            .field("counters", &self.counters())
            .finish_non_exhaustive()
    }
}

impl<C, E> fmt::Debug for Lossy<C, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lossy")
            .field("number", &self.number)
            .field("is_lost", &self.is_lost())
            .finish_non_exhaustive()
    }
}
