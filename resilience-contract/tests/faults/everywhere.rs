//! The five classic ways to write a transfer, told apart by losing each of its messages.
//! The bank is a server of this test that speaks Redis' protocol; `tests/crates/libraries`
//! has the same with a real PostgreSQL.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use resilience_contract::faults::{
    CutBreach, CutReport, Direction, FaultProxy, Protocol, Told, Transaction,
};

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

/// Sends a command, waits for its reply, sends another one and is gone.
fn say_and_leave(bank: SocketAddr, command: &str, unheard: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(bank)?;
    stream.write_all(format!("*1\r\n${}\r\n{command}\r\n", command.len()).as_bytes())?;
    stream.read_exact(&mut [0; 5])?;
    let words = unheard
        .split(' ')
        .map(|word| format!("${}\r\n{word}\r\n", word.len()));
    stream.write_all(format!("*2\r\n{}", words.collect::<String>()).as_bytes())
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

/// A server of PostgreSQL's protocol, as much of it as the queries `MOVE` take.
fn postgres() -> (SocketAddr, Arc<Mutex<Accounts>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let accounts = Arc::new(Mutex::new(Accounts::default()));
    let shared = Arc::clone(&accounts);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, accounts) = (stream.unwrap(), Arc::clone(&shared));
            std::thread::spawn(move || -> io::Result<()> {
                let mut startup = [0; 17];
                stream.read_exact(&mut startup)?;
                stream.write_all(b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I")?;
                loop {
                    let mut header = [0; 5];
                    stream.read_exact(&mut header)?;
                    if header[0] == b'X' {
                        return Ok(());
                    }
                    let mut query = [0; 5];
                    stream.read_exact(&mut query)?;
                    accounts.lock().unwrap().given += 1;
                    stream.write_all(b"C\0\0\0\x09MOVE\0Z\0\0\0\x05I")?;
                }
            });
        }
    });
    (addr, accounts)
}

const FAREWELL: &[u8] = b"X\0\0\0\x04";

/// Logs in and moves money, and gives what it is connected by.
fn move_money(addr: SocketAddr) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(addr)?;
    for (question, answer) in [
        (&b"\0\0\0\x11\0\x03\0\0user\0me\0\0"[..], 15),
        (b"Q\0\0\0\x09MOVE\0", 16),
    ] {
        stream.write_all(question)?;
        stream.read_exact(&mut vec![0; answer])?;
    }
    Ok(stream)
}

#[test]
fn a_farewell_is_no_message_to_lose_however_late_it_comes() {
    let cut = |leave: &dyn Fn(TcpStream)| {
        let (addr, accounts) = postgres();
        let proxy = FaultProxy::to(addr).speaking(Protocol::Postgres);
        let proxy = proxy.start().unwrap();
        let act = || match move_money(proxy.addr()) {
            Ok(stream) => {
                leave(stream);
                Told::Committed
            }
            Err(_) => Told::Unknown,
        };
        Transaction::new(act, || accounts.lock().unwrap().given)
            .before(|| *accounts.lock().unwrap() = Accounts::default())
            .cut_everywhere(&proxy)
            .unwrap()
    };
    let without = cut(&|stream| drop(stream));
    assert!(without.is_clean(), "{without}");
    let names = without.runs.iter().filter(|run| run.message > 0);
    let names: Vec<&str> = names.map(|run| run.name.as_str()).collect();
    let requests = ["StartupMessage", "Query"].repeat(2);
    let replies = [
        "Authentication",
        "ReadyForQuery",
        "CommandComplete",
        "ReadyForQuery",
    ]
    .repeat(2);
    assert_eq!(names, [requests, replies].concat());

    let at_once = cut(&|mut stream| stream.write_all(FAREWELL).unwrap());
    assert_eq!(at_once, without);

    // By a task that gets to it when the next run has begun.
    let last = std::cell::RefCell::new(None::<TcpStream>);
    let late = cut(&|stream| {
        if let Some(mut before) = last.replace(Some(stream)) {
            before.write_all(FAREWELL).unwrap();
        }
    });
    assert_eq!(late, without);
}

#[test]
fn what_the_server_still_says_to_an_earlier_client_is_no_part_of_a_run() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut others: Vec<TcpStream> = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            for mut other in &others {
                // It may have been reset.
                drop(other.write_all(b"+LATE\r\n"));
            }
            // One that is reset asks for nothing.
            if stream.read_exact(&mut [0; 6]).is_ok() {
                drop(stream.write_all(b"+OK\r\n"));
            }
            others.push(stream);
        }
    });
    let proxy = FaultProxy::to(addr).speaking(Protocol::Redis);
    let proxy = proxy.start().unwrap();
    let kept = std::cell::RefCell::new(Vec::new());
    let act = || {
        let mut stream = TcpStream::connect(proxy.addr()).unwrap();
        let asked = stream.write_all(b"PING\r\n");
        let answered = asked.and_then(|()| stream.read_exact(&mut [0; 5]));
        kept.borrow_mut().push(stream);
        match answered {
            Ok(()) => Told::Committed,
            Err(_) => Told::Unknown,
        }
    };
    let report = Transaction::new(act, || 1).cut_everywhere(&proxy).unwrap();
    let names: Vec<&str> = report.runs.iter().map(|run| run.name.as_str()).collect();
    assert_eq!(names, ["PING", "", "PING", "+OK", "+OK"], "{report:?}");
}

#[test]
fn what_nobody_waits_for_is_counted_all_the_same() {
    let report = lost(|bank| match say_and_leave(bank, "MOVE", "ONCE k") {
        Ok(()) => Told::Committed,
        Err(_) => Told::Unknown,
    });
    // Of the replies, the second one comes or does not.
    let lost = report.runs.iter().filter(|run| run.message > 0);
    let requests = lost.filter(|run| run.direction == Direction::Upstream);
    let requests: Vec<&str> = requests.map(|run| run.name.as_str()).collect();
    assert_eq!(requests, ["MOVE", "ONCE"].repeat(2), "{report:?}");
}

#[test]
fn a_proxy_that_knows_no_messages_cannot_lose_them() {
    let (addr, _accounts) = bank();
    let proxy = FaultProxy::to(addr).start().unwrap();
    let cut = Transaction::new(|| Told::Committed, || 1).cut_everywhere(&proxy);
    assert_eq!(cut.unwrap_err().kind(), io::ErrorKind::InvalidInput);
}
