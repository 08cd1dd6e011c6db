//! The five classic ways to write a transfer, told apart by losing each of its messages.
//! The bank is a server of this test that speaks Redis' protocol; `tests/crates/libraries`
//! has the same with a real PostgreSQL.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use resilience_contract::faults::{CutBreach, CutReport, FaultProxy, Protocol, Told, Transaction};

/// Two accounts, and the transfers that it knows by their keys.
#[derive(Debug, Default)]
struct Accounts {
    taken: u64,
    given: u64,
    keys: Vec<String>,
}

/// The bank: `TAKE`, `GIVE`, `MOVE` and, once for each key, `ONCE key`.
fn bank() -> (SocketAddr, Arc<Mutex<Accounts>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let accounts = Arc::new(Mutex::new(Accounts::default()));
    let shared = Arc::clone(&accounts);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (stream, accounts) = (stream.unwrap(), Arc::clone(&shared));
            std::thread::spawn(move || serve(&stream, &accounts));
        }
    });
    (addr, accounts)
}

/// Until the client is gone.
fn serve(stream: &TcpStream, accounts: &Mutex<Accounts>) -> Option<()> {
    let mut lines = BufReader::new(stream).lines();
    loop {
        let words: usize = lines.next()?.ok()?.strip_prefix('*')?.parse().ok()?;
        let mut command = Vec::new();
        for _ in 0..words {
            let _length = lines.next()?.ok()?;
            command.push(lines.next()?.ok()?);
        }
        let mut accounts = accounts.lock().unwrap();
        let (take, give) = match command[0].as_str() {
            "TAKE" => (1, 0),
            "GIVE" => (0, 1),
            "MOVE" => (1, 1),
            _ if accounts.keys.contains(&command[1]) => (0, 0),
            _ => {
                accounts.keys.push(command[1].clone());
                (1, 1)
            }
        };
        accounts.taken += take;
        accounts.given += give;
        drop(accounts);
        let mut stream = stream;
        stream.write_all(b"+OK\r\n").ok()?;
    }
}

/// Sends each command and waits for its reply.
fn say(bank: SocketAddr, commands: &[&str]) -> io::Result<()> {
    let stream = TcpStream::connect(bank)?;
    let mut lines = BufReader::new(&stream).lines();
    for command in commands {
        let words: Vec<&str> = command.split(' ').collect();
        let mut bytes = format!("*{}\r\n", words.len());
        for word in words {
            bytes.push_str(&["$", &word.len().to_string(), "\r\n", word, "\r\n"].concat());
        }
        (&stream).write_all(bytes.as_bytes())?;
        lines.next().ok_or(io::ErrorKind::UnexpectedEof)??;
    }
    Ok(())
}

/// What comes of a transfer whose every message is lost in turn.
fn lost(transfer: impl Fn(SocketAddr) -> Told) -> CutReport {
    let (addr, accounts) = bank();
    let proxy = FaultProxy::to(addr).speaking(Protocol::Redis);
    let proxy = proxy.start().unwrap();
    let state = || accounts.lock().unwrap();
    Transaction::new(|| transfer(proxy.addr()), || state().given)
        .before(|| *state() = Accounts::default())
        .invariant("money is conserved", || {
            let accounts = state();
            accounts.taken == accounts.given
        })
        .cut_everywhere(&proxy)
        .unwrap()
}

fn breaches(report: &CutReport) -> Vec<CutBreach> {
    let runs = report.runs.iter();
    let mut breaches: Vec<CutBreach> = runs.flat_map(|run| run.breaches.clone()).collect();
    breaches.sort();
    breaches.dedup();
    breaches
}

#[test]
fn two_steps_are_found_half_done() {
    let report = lost(|bank| match say(bank, &["TAKE", "GIVE"]) {
        Ok(()) => Told::Committed,
        Err(_) => Told::Aborted,
    });
    let expected = [
        CutBreach::Broken("money is conserved"),
        CutBreach::UntrueFailure,
    ];
    assert_eq!(breaches(&report), expected, "{report}");
    // Two requests and two replies, once and lasting, and the run in which nothing was lost.
    assert_eq!(report.runs.len(), 9);
    let text = report.to_string();
    assert!(text.starts_with("8 runs with a lost message\n"), "{text}");
    assert!(
        text.contains(
            "reply 1 (+OK) lost and all later ones: \"money is conserved\" does not hold"
        ),
        "{text}"
    );
}

#[test]
fn a_failure_that_is_none_is_found() {
    let report = lost(|bank| match say(bank, &["MOVE"]) {
        Ok(()) => Told::Committed,
        Err(_) => Told::Aborted,
    });
    assert_eq!(breaches(&report), [CutBreach::UntrueFailure], "{report}");
    assert_eq!(
        report.count(|breach| *breach == CutBreach::UntrueFailure),
        2
    );
    assert!(!report.is_clean());
}

#[test]
fn who_says_that_nobody_knows_is_right() {
    let report = lost(|bank| match say(bank, &["MOVE"]) {
        Ok(()) => Told::Committed,
        Err(_) => Told::Unknown,
    });
    assert!(report.is_clean(), "{report}");
}

#[test]
fn a_retry_without_a_key_is_found_to_do_it_twice() {
    let report = lost(
        |bank| match say(bank, &["MOVE"]).or_else(|_| say(bank, &["MOVE"])) {
            Ok(()) => Told::Committed,
            Err(_) => Told::Unknown,
        },
    );
    assert_eq!(breaches(&report), [CutBreach::AppliedTwice(2)], "{report}");
}

#[test]
fn a_retry_with_a_key_is_right() {
    let report = lost(
        |bank| match say(bank, &["ONCE k"]).or_else(|_| say(bank, &["ONCE k"])) {
            Ok(()) => Told::Committed,
            Err(_) => Told::Unknown,
        },
    );
    assert!(report.is_clean(), "{report}");
}

#[test]
fn a_client_that_stays_broken_and_a_lie_about_success_are_found() {
    let broken = std::cell::Cell::new(false);
    let report = lost(|bank| {
        if broken.get() || say(bank, &["MOVE"]).is_err() {
            broken.set(true);
            return Told::Unknown;
        }
        Told::Committed
    });
    assert_eq!(breaches(&report), [CutBreach::NoRecovery], "{report}");
    let report = lost(|bank| {
        drop(say(bank, &["MOVE"]));
        Told::Committed
    });
    assert_eq!(breaches(&report), [CutBreach::UntrueSuccess], "{report}");
}

#[test]
fn a_proxy_that_knows_no_messages_cannot_lose_them() {
    let (addr, _accounts) = bank();
    let proxy = FaultProxy::to(addr).start().unwrap();
    let cut = Transaction::new(|| Told::Committed, || 1).cut_everywhere(&proxy);
    assert_eq!(cut.unwrap_err().kind(), io::ErrorKind::InvalidInput);
}
