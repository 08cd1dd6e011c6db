//! A ledger in SQLite, each of whose calls can be lost.

use std::path::PathBuf;
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use resilience_contract::faults::{Calls, CutReport, Lossy, Told, Transaction};
use rusqlite::{Connection, Error, ErrorCode};

use crate::DbError;

/// What must be true of a ledger whatever failed: nobody loses money, and nobody makes any.
pub const MONEY: &str = "money is conserved";

const TAKE: &str = "UPDATE accounts SET amount = amount - ?1 WHERE id = 1";
const GIVE: &str = "UPDATE accounts SET amount = amount + ?1 WHERE id = 2";
const MOVE: &str =
    "UPDATE accounts SET amount = amount + CASE id WHEN 1 THEN -?1 ELSE ?1 END WHERE id IN (1, 2)";

/// Two accounts with 100 on each, in a file of their own.
#[derive(Debug)]
pub struct Ledger {
    calls: Calls<DbError>,
    file: PathBuf,
    /// Goes past the calls: nothing that it does is lost.
    watcher: Connection,
}

/// A connection to the ledger.
#[derive(Debug)]
pub struct Session(Lossy<Connection, DbError>);

fn of(error: Error) -> DbError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy) => DbError::WriteConflict,
        _ => DbError::Broken,
    }
}

fn open(file: &PathBuf) -> Result<Connection, Error> {
    let connection = Connection::open(file)?;
    // Whoever writes has the lock or an error. Nothing here outlives its process, so the
    // disk need not have it either.
    connection.execute_batch(
        "PRAGMA busy_timeout = 0; PRAGMA foreign_keys = ON;
         PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY",
    )?;
    Ok(connection)
}

impl Ledger {
    /// A new one.
    ///
    /// # Panics
    ///
    /// If there is no file to be had for it.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it makes a file")]
    pub fn new() -> Self {
        static LEDGERS: AtomicU64 = AtomicU64::new(0);
        let number = LEDGERS.fetch_add(1, Ordering::Relaxed);
        let file = format!("gallery-ledger-{}-{number}.sqlite", process::id());
        let file = std::env::temp_dir().join(file);
        // Of a process that had this number before, and was killed.
        drop(std::fs::remove_file(&file));
        let watcher = open(&file).expect("a file for the ledger");
        let ledger = Self {
            calls: Calls::failing_with(|_| DbError::Connection),
            file,
            watcher,
        };
        ledger.do_past("CREATE TABLE accounts (id INTEGER PRIMARY KEY, amount INTEGER NOT NULL)");
        ledger.do_past("CREATE TABLE transfers (key TEXT PRIMARY KEY)");
        ledger.reset();
        ledger
    }

    /// Connects.
    ///
    /// # Errors
    ///
    /// If the database cannot be had.
    pub fn connect(&self) -> Result<Session, DbError> {
        let connect = || open(&self.file).map_err(of);
        self.calls.connect(connect).map(Session)
    }

    /// What came to the second account.
    #[must_use]
    pub fn given(&self) -> i64 {
        self.ask("SELECT amount - 100 FROM accounts WHERE id = 2")
    }

    /// While somebody else writes.
    pub fn while_locked<T>(&self, act: impl FnOnce() -> T) -> T {
        self.do_past("BEGIN IMMEDIATE");
        let done = act();
        self.do_past("ROLLBACK");
        done
    }

    /// From now on there are no accounts, as after a migration that failed.
    pub fn break_down(&self) {
        self.do_past("DROP TABLE accounts");
    }

    /// From now on each change leaves behind what the next COMMIT does not take.
    pub fn break_commits(&self) {
        self.do_past(
            "CREATE TABLE lines (account INTEGER REFERENCES accounts DEFERRABLE INITIALLY DEFERRED);
             CREATE TRIGGER stray AFTER UPDATE ON accounts BEGIN INSERT INTO lines VALUES (9); END",
        );
    }

    /// What comes of a transfer of 10, each of whose calls is lost in turn.
    ///
    /// # Panics
    ///
    /// If it has no end.
    pub fn lose_every_call_of(&self, transfer: impl Fn() -> Told) -> CutReport {
        let times = || u64::try_from(self.given() / 10).unwrap_or(u64::MAX);
        Transaction::new(transfer, times)
            .before(|| self.reset())
            .invariant(MONEY, || {
                self.ask("SELECT sum(amount) FROM accounts") == 200
            })
            .open_transactions(|| {
                // Who can begin to write is the only one.
                let alone = self.watcher.execute_batch("BEGIN IMMEDIATE; ROLLBACK");
                u64::from(alone.is_err())
            })
            .cut_everywhere(&self.calls)
            .expect("a transfer has an end")
    }

    fn reset(&self) {
        self.do_past("DELETE FROM accounts; INSERT INTO accounts VALUES (1, 100), (2, 100)");
        self.do_past("DELETE FROM transfers");
    }

    fn do_past(&self, sql: &str) {
        self.watcher.execute_batch(sql).expect(sql);
    }

    fn ask(&self, sql: &str) -> i64 {
        self.watcher
            .query_row(sql, (), |row| row.get(0))
            .expect(sql)
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        // Nobody misses a file that is gone.
        drop(std::fs::remove_file(&self.file));
    }
}

/// Each fails if the database does, or the connection is lost.
#[expect(clippy::missing_errors_doc, reason = "said above for all of them")]
impl Session {
    /// Begins a transaction.
    pub fn begin(&mut self) -> Result<(), DbError> {
        self.run("BEGIN", "BEGIN IMMEDIATE")
    }

    /// Ends it, with effect.
    pub fn commit(&mut self) -> Result<(), DbError> {
        self.run("COMMIT", "COMMIT")
    }

    /// Takes an amount from the first account.
    pub fn take(&mut self, amount: u32) -> Result<(), DbError> {
        self.change("take", TAKE, amount)
    }

    /// Gives an amount to the second.
    pub fn give(&mut self, amount: u32) -> Result<(), DbError> {
        self.change("give", GIVE, amount)
    }

    /// Both in one statement.
    pub fn shift(&mut self, amount: u32) -> Result<(), DbError> {
        self.change("move", MOVE, amount)
    }

    /// Remembers the key of a transfer; `false` if it was there before.
    pub fn remember(&mut self, key: &str) -> Result<bool, DbError> {
        let insert = "INSERT INTO transfers VALUES (?1) ON CONFLICT DO NOTHING";
        let new = |db: &mut Connection| db.execute(insert, [key]).map_err(of);
        self.0.call("remember", new).map(|rows| rows > 0)
    }

    fn run(&mut self, name: &str, sql: &str) -> Result<(), DbError> {
        self.0.call(name, |db| db.execute_batch(sql).map_err(of))
    }

    fn change(&mut self, name: &str, sql: &str, amount: u32) -> Result<(), DbError> {
        let changed = self
            .0
            .call(name, |db| db.execute(sql, [amount]).map_err(of));
        changed.map(|_accounts| ())
    }
}
