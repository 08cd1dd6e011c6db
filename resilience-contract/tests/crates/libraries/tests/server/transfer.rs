//! The five classic ways to write a transfer, told apart by losing each message of their
//! conversation with a real PostgreSQL.

use std::net::SocketAddr;

use resilience_contract::faults::{CutBreach, CutReport, FaultProxy, Protocol, Told, Transaction};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::{Client, Config, Error, NoTls, SimpleQueryMessage};

use crate::{Server, server};

const MONEY: &str = "money is conserved";

/// A bank with two accounts, in tables of its own.
struct Bank {
    server: Server,
    name: &'static str,
    runtime: Runtime,
    watcher: Client,
}

/// A connection, and the task that drives it.
async fn connect(server: &Server, addr: SocketAddr, name: &str) -> Result<Connected, Error> {
    let mut config = Config::new();
    config.host(addr.ip().to_string()).port(addr.port());
    config
        .user(&server.user)
        .password(&server.password)
        .application_name(name)
        .dbname("postgres");
    let (client, connection) = config.connect(NoTls).await?;
    let driver = tokio::spawn(connection);
    Ok(Connected { client, driver })
}

struct Connected {
    client: Client,
    driver: tokio::task::JoinHandle<Result<(), Error>>,
}

impl Connected {
    /// Ends within the run: what is said later may be counted or not.
    async fn close(self) {
        drop(self.client);
        let _gone = self.driver.await;
    }
}

/// How far a transfer came.
enum Failed {
    /// The server had not been told to commit.
    Before,
    /// It had, and nobody knows whether it did.
    Commit,
}

impl Bank {
    fn new(server: Server, name: &'static str) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let addr = server.addr();
        let watching = connect(&server, addr, "watcher");
        let watcher = runtime.block_on(watching).unwrap().client;
        Self {
            server,
            name,
            runtime,
            watcher,
        }
    }

    fn told(&self, sql: &str) {
        let sql = sql.replace("NAME", self.name);
        self.runtime
            .block_on(self.watcher.batch_execute(&sql))
            .unwrap();
    }

    fn asked(&self, sql: &str) -> i64 {
        let sql = sql.replace("NAME", self.name);
        let row = self.runtime.block_on(self.watcher.query_one(&sql, &[]));
        row.unwrap().get(0)
    }

    fn reset(&self) {
        self.told(
            "TRUNCATE accounts_NAME, transfers_NAME; INSERT INTO accounts_NAME VALUES (1, 100), (2, 100)",
        );
    }

    /// What comes of a transfer whose every message is lost in turn.
    fn lost(&self, transfer: impl Fn(SocketAddr) -> Told) -> CutReport {
        self.told(
            "DROP TABLE IF EXISTS accounts_NAME, transfers_NAME;
             CREATE TABLE accounts_NAME (id INT PRIMARY KEY, amount INT NOT NULL);
             CREATE TABLE transfers_NAME (key TEXT PRIMARY KEY)",
        );
        let proxy = FaultProxy::to(self.server.addr()).speaking(Protocol::Postgres);
        let proxy = proxy.start().unwrap();
        let report = Transaction::new(
            || transfer(proxy.addr()),
            || {
                let given = "SELECT (amount - 100)::BIGINT / 10 FROM accounts_NAME WHERE id = 2";
                u64::try_from(self.asked(given)).unwrap()
            },
        )
        .before(|| self.reset())
        .invariant(MONEY, || {
            self.asked("SELECT sum(amount) FROM accounts_NAME") == 200
        })
        .open_transactions(|| {
            let open = "SELECT count(*) FROM pg_stat_activity
                        WHERE application_name = 'NAME' AND xact_start IS NOT NULL";
            u64::try_from(self.asked(open)).unwrap()
        })
        .cut_everywhere(&proxy)
        .unwrap();
        self.told("DROP TABLE accounts_NAME, transfers_NAME");
        report
    }

    /// Runs statements one after another; where a `COMMIT` among them fails, nobody knows.
    fn run(&self, addr: SocketAddr, statements: &[&str]) -> Result<(), Failed> {
        self.runtime.block_on(async {
            let connected = connect(&self.server, addr, self.name).await;
            let connected = connected.map_err(|_| Failed::Before)?;
            let mut outcome = Ok(());
            for statement in statements {
                let sql = statement.replace("NAME", self.name);
                let done = connected.client.simple_query(&sql).await;
                let known = |message: &SimpleQueryMessage| {
                    statement.starts_with("INSERT")
                        && matches!(message, SimpleQueryMessage::CommandComplete(0))
                };
                match done {
                    // This key's transfer is there already.
                    Ok(messages) if messages.iter().any(known) => break,
                    Ok(_) => {}
                    Err(_) if *statement == "COMMIT" => outcome = Err(Failed::Commit),
                    Err(_) => outcome = Err(Failed::Before),
                }
                if outcome.is_err() {
                    break;
                }
            }
            connected.close().await;
            outcome
        })
    }
}

const TAKE: &str = "UPDATE accounts_NAME SET amount = amount - 10 WHERE id = 1";
const GIVE: &str = "UPDATE accounts_NAME SET amount = amount + 10 WHERE id = 2";
const TRANSACTION: &[&str] = &["BEGIN", TAKE, GIVE, "COMMIT"];
const KEYED: &[&str] = &[
    "BEGIN",
    "INSERT INTO transfers_NAME VALUES ('k') ON CONFLICT DO NOTHING",
    TAKE,
    GIVE,
    "COMMIT",
];

fn breaches(report: &CutReport) -> Vec<CutBreach> {
    let runs = report.runs.iter();
    let mut breaches: Vec<CutBreach> = runs.flat_map(|run| run.breaches.clone()).collect();
    breaches.sort();
    breaches.dedup();
    breaches
}

#[test]
fn two_autocommits_are_half_done() {
    let bank = Bank::new(server!(), "autocommits");
    let report = bank.lost(|addr| match bank.run(addr, &[TAKE, GIVE]) {
        Ok(()) => Told::Committed,
        Err(_) => Told::Aborted,
    });
    let expected = [CutBreach::Broken(MONEY), CutBreach::UntrueFailure];
    assert_eq!(breaches(&report), expected, "{report}");
}

#[test]
fn a_transaction_that_calls_every_error_a_failure_lies_about_the_commit() {
    let bank = Bank::new(server!(), "liar");
    let report = bank.lost(|addr| match bank.run(addr, TRANSACTION) {
        Ok(()) => Told::Committed,
        Err(_) => Told::Aborted,
    });
    assert_eq!(breaches(&report), [CutBreach::UntrueFailure], "{report}");
}

#[test]
fn a_commit_whose_reply_is_lost_is_unknown_and_that_is_right() {
    let bank = Bank::new(server!(), "honest");
    let lost = || {
        bank.lost(|addr| match bank.run(addr, TRANSACTION) {
            Ok(()) => Told::Committed,
            Err(Failed::Before) => Told::Aborted,
            Err(Failed::Commit) => Told::Unknown,
        })
    };
    let report = lost();
    assert!(report.is_clean(), "{report}");
    // The COMMIT itself, and both parts of its reply; once and lasting.
    let unknown = report.runs.iter().filter(|run| run.told == Told::Unknown);
    assert_eq!(unknown.count(), 6, "{report:?}");
    // What is found is no matter of chance.
    assert_eq!(lost(), report);
}

#[test]
fn a_retry_on_everything_does_it_twice() {
    let bank = Bank::new(server!(), "twice");
    let report = bank.lost(|addr| {
        let again = |_| bank.run(addr, TRANSACTION);
        match bank.run(addr, TRANSACTION).or_else(again) {
            Ok(()) => Told::Committed,
            Err(_) => Told::Unknown,
        }
    });
    assert_eq!(breaches(&report), [CutBreach::AppliedTwice(2)], "{report}");
}

#[test]
fn a_retry_with_a_key_in_the_same_transaction_is_right() {
    let bank = Bank::new(server!(), "keyed");
    let report = bank.lost(|addr| {
        let again = |_| bank.run(addr, KEYED);
        match bank.run(addr, KEYED).or_else(again) {
            Ok(()) => Told::Committed,
            Err(_) => Told::Unknown,
        }
    });
    assert!(report.is_clean(), "{report}");
}
