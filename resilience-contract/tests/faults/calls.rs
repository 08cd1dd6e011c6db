//! Calls of an embedded database that are lost. The database is a double of this test, so
//! that it can be seen what reaches it and when; `examples/gallery` has a real SQLite.

use std::cell::RefCell;
use std::io::{self, ErrorKind};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use resilience_contract::faults::{
    Calls, Cut, CutBreach, CutReport, Direction, Ending, Lossy, Told, Transaction,
};

/// What is in the database, and who is connected.
#[derive(Debug, Default)]
struct Shelf {
    taken: u64,
    given: u64,
    keys: Vec<&'static str>,
    connections: u64,
    open: u64,
}

/// An embedded database.
#[derive(Debug, Clone, Default)]
struct Database(Arc<Mutex<Shelf>>);

/// A connection to it, which rolls back what is open when it is dropped.
#[derive(Debug)]
struct Connection {
    database: Database,
    /// What the transaction that is open has done so far.
    pending: Option<(u64, u64, Option<&'static str>)>,
}

impl Database {
    fn shelf(&self) -> std::sync::MutexGuard<'_, Shelf> {
        self.0.lock().unwrap()
    }

    fn connect(&self) -> io::Result<Connection> {
        self.shelf().connections += 1;
        Ok(Connection {
            database: self.clone(),
            pending: None,
        })
    }

    fn reset(&self) {
        let mut shelf = self.shelf();
        (shelf.taken, shelf.given) = (0, 0);
        shelf.keys.clear();
    }
}

impl Connection {
    fn execute(&mut self, what: &'static str) -> io::Result<()> {
        let mut shelf = self.database.shelf();
        let (taken, given) = match what {
            "BEGIN" => {
                shelf.open += 1;
                self.pending = Some((0, 0, None));
                return Ok(());
            }
            "COMMIT" => {
                let (taken, given, key) = self.pending.take().unwrap();
                shelf.open -= 1;
                shelf.taken += taken;
                shelf.given += given;
                shelf.keys.extend(key);
                return Ok(());
            }
            "TAKE" => (1, 0),
            "GIVE" => (0, 1),
            key => {
                if shelf.keys.contains(&key) {
                    return Err(ErrorKind::AlreadyExists.into());
                }
                let (taken, given, _) = self.pending.unwrap();
                self.pending = Some((taken, given, Some(key)));
                return Ok(());
            }
        };
        match &mut self.pending {
            Some(pending) => (pending.0, pending.1) = (pending.0 + taken, pending.1 + given),
            None => (shelf.taken, shelf.given) = (shelf.taken + taken, shelf.given + given),
        }
        Ok(())
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let mut shelf = self.database.shelf();
        shelf.connections -= 1;
        shelf.open -= u64::from(self.pending.is_some());
    }
}

fn run(db: &mut Lossy<Connection>, statement: &'static str) -> io::Result<()> {
    db.call(statement, |db| db.execute(statement))
}

#[test]
fn a_lost_request_is_not_made_and_a_lost_reply_is() {
    let mut texts = Vec::new();
    for (cut, made) in [(Cut::request(2), 0), (Cut::reply(2), 1)] {
        let (database, calls) = (Database::default(), Calls::new());
        let cut = calls.cut(cut).unwrap();
        let mut db = calls.connect(|| database.connect()).unwrap();

        let error = run(&mut db, "GIVE").unwrap_err();

        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        assert_eq!(database.shelf().given, made);
        assert_eq!(database.shelf().connections, 0, "it is gone at once");
        assert!(db.is_lost());
        assert_eq!(cut.hits(), 1);
        texts.push(error.to_string());
    }
    // Whoever loses a connection does not know more than that.
    assert_eq!(texts[0], texts[1]);
}

#[test]
fn nothing_is_lost_that_no_cut_strikes() {
    let (database, calls) = (Database::default(), Calls::new());
    let cut = calls.cut(Cut::request(4)).unwrap();
    let mut db = calls.connect(|| database.connect()).unwrap();
    run(&mut db, "TAKE").unwrap();
    run(&mut db, "GIVE").unwrap();
    assert!(!db.is_lost());
    assert_eq!(cut.hits(), 0);
    assert_eq!(calls.injected(), []);
    let counters = calls.counters();
    let counted = (counters.connections, counters.requests, counters.replies);
    assert_eq!(counted, (1, 3, 3));
}

#[test]
fn what_was_open_on_a_lost_connection_is_rolled_back_while_it_is_still_held() {
    let (database, calls) = (Database::default(), Calls::new());
    calls.cut(Cut::reply(3)).unwrap();
    let mut db = calls.connect(|| database.connect()).unwrap();
    run(&mut db, "BEGIN").unwrap();
    assert_eq!(database.shelf().open, 1);
    run(&mut db, "GIVE").unwrap_err();
    assert_eq!(database.shelf().open, 0);
    assert_eq!(database.shelf().given, 0);
}

#[test]
fn a_lost_connection_stays_lost_and_counts_no_more_until_there_is_another() {
    let (database, calls) = (Database::default(), Calls::new());
    calls.cut(Cut::request(2)).unwrap();
    let mut db = calls.connect(|| database.connect()).unwrap();
    run(&mut db, "GIVE").unwrap_err();
    for _ in 0..2 {
        let error = run(&mut db, "GIVE").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotConnected);
        assert!(error.to_string().ends_with("connect again"), "{error}");
    }
    assert_eq!(calls.counters().requests, 2);
    assert_eq!(database.shelf().given, 0);
    let mut db = calls.connect(|| database.connect()).unwrap();
    run(&mut db, "GIVE").unwrap();
    assert_eq!(database.shelf().given, 1);
}

#[test]
fn a_lasting_cut_leaves_nobody_in_until_it_is_removed() {
    let (database, calls) = (Database::default(), Calls::new());
    let cut = calls.cut(Cut::request(1).lasting()).unwrap();
    for _ in 0..2 {
        calls.connect(|| database.connect()).unwrap_err();
    }
    assert_eq!(cut.hits(), 2);
    cut.remove();
    calls.connect(|| database.connect()).unwrap();
    let injected: Vec<String> = calls.injected().iter().map(|i| i.detail.clone()).collect();
    assert_eq!(injected, ["message 1 (connect)", "message 2 (connect)"]);
}

#[test]
fn a_reply_to_connecting_that_is_lost_leaves_no_connection() {
    let (database, calls) = (Database::default(), Calls::new());
    calls.cut(Cut::reply(1)).unwrap();
    calls.connect(|| database.connect()).unwrap_err();
    assert_eq!(database.shelf().connections, 0);
}

#[test]
fn an_error_of_the_database_is_a_reply_and_no_loss() {
    let (database, calls) = (Database::default(), Calls::<io::Error>::new());
    let cut = calls.cut(Cut::reply(3)).unwrap();
    let mut db = calls.connect(|| database.connect()).unwrap();
    let failed = db.call("x", |_| Err::<(), _>(ErrorKind::AlreadyExists.into()));
    assert_eq!(failed.unwrap_err().kind(), ErrorKind::AlreadyExists);
    assert!(!db.is_lost());
    let hidden = db.call("x", |_| Err::<(), _>(ErrorKind::AlreadyExists.into()));
    assert_eq!(hidden.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(cut.hits(), 1);
}

#[test]
fn the_library_says_it_in_its_own_words() {
    let (database, calls) = (Database::default(), Calls::failing_with(|lost| lost.kind()));
    calls.cut(Cut::request(2).ending(Ending::Close)).unwrap();
    let connect = || database.connect().map_err(|error| error.kind());
    let mut db = calls.connect(connect).unwrap();
    let lost = db.call("GIVE", |db| {
        db.execute("GIVE").map_err(|error| error.kind())
    });
    assert_eq!(lost, Err(ErrorKind::UnexpectedEof));
    let gone = db.call("GIVE", |db| {
        db.execute("GIVE").map_err(|error| error.kind())
    });
    assert_eq!(gone, Err(ErrorKind::NotConnected));
}

#[test]
fn what_only_bytes_can_suffer_is_refused() {
    let calls = Calls::<io::Error>::new();
    for cut in [
        Cut::reply(1).ending(Ending::Stall),
        Cut::reply(1).after_bytes(1),
    ] {
        let refused = calls.cut(cut).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidInput);
        assert!(refused.to_string().contains("FaultProxy"), "{refused}");
    }
}

#[test]
fn a_guard_ends_with_its_last_call() {
    for (cut, given, fails) in [
        (Cut::request(3), 0, true),
        (Cut::reply(3), 1, true),
        (Cut::request(4), 1, false),
    ] {
        let (database, calls) = (Database::default(), Calls::new());
        calls.cut(cut).unwrap();
        let begin = || {
            let mut guard = database.connect()?;
            guard.execute("BEGIN")?;
            Ok(guard)
        };
        let mut guard = calls.connect(begin).unwrap();
        run(&mut guard, "GIVE").unwrap();
        let ended = guard.last("COMMIT", |mut guard: Connection| guard.execute("COMMIT"));
        assert_eq!(ended.is_err(), fails);
        let shelf = database.shelf();
        assert_eq!((shelf.given, shelf.open, shelf.connections), (given, 0, 0));
    }
}

#[tokio::test]
async fn calls_that_are_awaited_are_lost_like_others() {
    for (cut, given) in [(Cut::request(2), 0), (Cut::reply(2), 1)] {
        let (database, calls) = (Database::default(), Calls::new());
        calls.cut(cut).unwrap();
        let connect = async || {
            tokio::task::yield_now().await;
            database.connect()
        };
        let mut db = calls.connect_async(connect).await.unwrap();
        let give = async |db: &mut Connection| {
            tokio::task::yield_now().await;
            db.execute("GIVE")
        };
        let lost = db.call_async("GIVE", give).await;
        assert_eq!(lost.unwrap_err().kind(), ErrorKind::ConnectionReset);
        assert!(db.is_lost());
        assert_eq!(database.shelf().given, given);
        let again = db.last_async("GIVE", async |mut db: Connection| db.execute("GIVE"));
        assert_eq!(again.await.unwrap_err().kind(), ErrorKind::NotConnected);
        assert_eq!(database.shelf().given, given);
    }
}

/// Connects, and says one thing after the other.
fn say(calls: &Calls, database: &Database, statements: &[&'static str]) -> io::Result<()> {
    let mut db = calls.connect(|| database.connect())?;
    statements
        .iter()
        .try_for_each(|statement| run(&mut db, statement))
}

/// What comes of a transfer whose every call is lost in turn.
fn lost(transfer: impl Fn(&Calls, &Database) -> Told) -> CutReport {
    let (database, calls) = (Database::default(), Calls::new());
    let reset = || database.reset();
    Transaction::new(|| transfer(&calls, &database), || database.shelf().given)
        .before(reset)
        .invariant("money is conserved", || {
            let shelf = database.shelf();
            shelf.taken == shelf.given
        })
        .open_transactions(|| database.shelf().open)
        .patience(Duration::ZERO)
        .cut_everywhere(&calls)
        .unwrap()
}

fn breaches(report: &CutReport) -> Vec<CutBreach> {
    let runs = report.runs.iter();
    let mut breaches: Vec<CutBreach> = runs.flat_map(|run| run.breaches.clone()).collect();
    breaches.sort();
    breaches.dedup();
    breaches
}

const TRANSACTION: &[&str] = &["BEGIN", "TAKE", "GIVE", "COMMIT"];

#[test]
fn two_autocommits_are_half_done() {
    let report = lost(
        |calls, database| match say(calls, database, &["TAKE", "GIVE"]) {
            Ok(()) => Told::Committed,
            Err(_) => Told::Aborted,
        },
    );
    let text = report.to_string();
    assert_eq!(
        text,
        "12 runs with a lost message\n\
         request 3 (GIVE) lost: \"money is conserved\" does not hold\n\
         request 3 (GIVE) lost and all later ones: \"money is conserved\" does not hold\n\
         reply 2 (TAKE) lost: \"money is conserved\" does not hold\n\
         reply 3 (GIVE) lost: it said that it was aborted, and it took effect\n\
         reply 2 (TAKE) lost and all later ones: \"money is conserved\" does not hold\n\
         reply 3 (GIVE) lost and all later ones: it said that it was aborted, and it took effect\n"
    );
}

#[test]
fn every_call_is_lost_both_ways_once_and_lastingly_and_each_is_named() {
    let report = lost(|calls, database| match say(calls, database, TRANSACTION) {
        Ok(()) => Told::Committed,
        Err(_) => Told::Unknown,
    });
    assert!(report.is_clean(), "{report}");
    let mut expected = Vec::new();
    for direction in [Direction::Upstream, Direction::Downstream] {
        for lasting in [false, true] {
            for (n, name) in ["connect", "BEGIN", "TAKE", "GIVE", "COMMIT"]
                .iter()
                .enumerate()
            {
                expected.push((direction, lasting, n as u64 + 1, *name));
            }
        }
    }
    let lost = report.runs.iter().filter(|run| run.message > 0);
    let lost = lost.map(|run| (run.direction, run.lasting, run.message, run.name.as_str()));
    assert_eq!(lost.collect::<Vec<_>>(), expected);
}

#[test]
fn an_outcome_that_is_not_true_is_found() {
    let report = lost(|calls, database| match say(calls, database, TRANSACTION) {
        Ok(()) => Told::Committed,
        Err(_) => Told::Aborted,
    });
    assert_eq!(breaches(&report), [CutBreach::UntrueFailure], "{report}");
    let report = lost(|calls, database| {
        drop(say(calls, database, TRANSACTION));
        Told::Committed
    });
    assert_eq!(breaches(&report), [CutBreach::UntrueSuccess], "{report}");
}

#[test]
fn a_retry_does_it_twice_unless_it_has_a_key() {
    let twice = |statements: &'static [&'static str]| {
        lost(|calls, database| {
            let again = |error: io::Error| match error.kind() {
                ErrorKind::AlreadyExists => Ok(()),
                _ => say(calls, database, statements),
            };
            match say(calls, database, statements).or_else(again) {
                Ok(()) => Told::Committed,
                Err(error) if error.kind() == ErrorKind::AlreadyExists => Told::Committed,
                Err(_) => Told::Unknown,
            }
        })
    };
    let report = twice(TRANSACTION);
    assert_eq!(breaches(&report), [CutBreach::AppliedTwice(2)], "{report}");
    let report = twice(&["BEGIN", "key", "TAKE", "GIVE", "COMMIT"]);
    assert!(report.is_clean(), "{report}");
}

#[test]
fn a_transaction_that_somebody_keeps_open_is_found() {
    // Held past the calls, in a pool that nobody counts.
    let kept = RefCell::new(Vec::new());
    let report = lost(|calls, database| {
        kept.borrow_mut().clear();
        match say(calls, database, TRANSACTION) {
            Ok(()) => Told::Committed,
            Err(_) => {
                let mut connection = database.connect().unwrap();
                connection.execute("BEGIN").unwrap();
                kept.borrow_mut().push(connection);
                Told::Unknown
            }
        }
    });
    assert_eq!(breaches(&report), [CutBreach::LeftOpen(1)], "{report}");
}

#[test]
fn a_client_that_keeps_its_lost_connection_does_not_recover() {
    let kept = RefCell::new(None);
    let report = lost(|calls, database| {
        let mut kept = kept.borrow_mut();
        let db = match &mut *kept {
            Some(db) => db,
            none => match calls.connect(|| database.connect()) {
                Ok(db) => none.insert(db),
                Err(_) => return Told::Aborted,
            },
        };
        match TRANSACTION
            .iter()
            .try_for_each(|statement| run(db, statement))
        {
            Ok(()) => Told::Committed,
            Err(_) => Told::Unknown,
        }
    });
    assert!(
        breaches(&report).contains(&CutBreach::NoRecovery),
        "{report}"
    );
}
