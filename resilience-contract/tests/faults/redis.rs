//! Cuts of a real Redis's conversation.
//!
//! `scripts/with-redis` starts the server. Without it every test here says that it was
//! skipped, past cargo's capture.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use resilience_contract::faults::{Cut, FaultProxy, Protocol};

/// The server that the environment names, or an end to the test that cannot be overlooked.
macro_rules! server {
    () => {
        match server() {
            Some(server) => server,
            None => return,
        }
    };
}

fn server() -> Option<SocketAddr> {
    if let Ok(addr) = std::env::var("REDIS_ADDR") {
        return Some(addr.parse().unwrap());
    }
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    // Not `eprintln!`, which nobody sees of a test that passes.
    let message = format!("\nSKIPPED: {test}: run it under scripts/with-redis\n");
    std::io::stderr().write_all(message.as_bytes()).unwrap();
    None
}

fn proxy(server: SocketAddr) -> FaultProxy {
    let proxy = FaultProxy::to(server).speaking(Protocol::Redis);
    proxy.start().unwrap()
}

/// A command as clients write it.
fn command(words: &str) -> Vec<u8> {
    let words: Vec<&str> = words.split(' ').collect();
    let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        bytes.extend(format!("${}\r\n{word}\r\n", word.len()).bytes());
    }
    bytes
}

/// Sends a command, and reads on until the reply has this in it.
fn ask(client: &mut TcpStream, words: &str, until: &str) -> std::io::Result<String> {
    client.write_all(&command(words))?;
    let mut reply = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&reply).into_owned();
        if text.contains(until) {
            return Ok(text);
        }
        match client.read(&mut buffer)? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            count => reply.extend_from_slice(&buffer[..count]),
        }
    }
}

#[test]
fn every_kind_of_reply_of_a_real_server_is_one_message() {
    let proxy = proxy(server!());
    let mut client = TcpStream::connect(proxy.addr()).unwrap();
    let kinds = [
        "string", "integer", "double", "bignum", "null", "array", "set", "map", "attrib",
        "verbatim", "true", "false",
    ];

    let mut replies = 0;
    for version in ["2", "3"] {
        for words in [
            &format!("HELLO {version}"),
            "SET cut:a b",
            "GET cut:a",
            "GET cut:no",
            "NO",
        ] {
            client.write_all(&command(words)).unwrap();
            replies += 1;
        }
        for kind in kinds {
            // The older version has no attributes and says so; it is a reply all the same.
            client
                .write_all(&command(&format!("DEBUG PROTOCOL {kind}")))
                .unwrap();
            replies += 1;
        }
        let marker = format!("the end of {version}").replace(' ', "-");
        ask(&mut client, &format!("ECHO {marker}"), &marker).unwrap();
        replies += 1;

        let counters = proxy.counters();
        assert_eq!((counters.requests, counters.replies), (replies, replies));
    }

    // What the server pushes is a message of its own.
    ask(&mut client, "DEBUG PROTOCOL push", "following the push").unwrap();
    let counters = proxy.counters();
    assert_eq!(
        (counters.requests, counters.replies),
        (replies + 1, replies + 2)
    );
}

#[test]
fn a_lost_reply_to_exec_is_the_only_one_behind_which_there_is_an_effect() {
    let server = server!();
    let proxy = proxy(server);
    let mut watcher = TcpStream::connect(server).unwrap();
    let transaction = |client: &mut TcpStream| -> std::io::Result<()> {
        ask(client, "MULTI", "+OK\r\n")?;
        ask(client, "INCR cut:number", "+QUEUED\r\n")?;
        ask(client, "EXEC", "*1\r\n:").map(drop)
    };
    ask(&mut watcher, "SET cut:number 0", "+OK\r\n").unwrap();
    let mut before = ":0\r\n".to_owned();
    let mut effects = Vec::new();
    for cut_at in [Cut::request as fn(u64) -> Cut, Cut::reply] {
        for message in 1.. {
            let cut = proxy.cut(cut_at(message)).unwrap();
            let mut client = TcpStream::connect(proxy.addr()).unwrap();

            let done = transaction(&mut client).is_ok();

            cut.remove();
            assert_eq!(done, cut.hits() == 0);
            let number = ask(&mut watcher, "INCRBY cut:number 0", "\r\n").unwrap();
            let effect = number != before;
            before = number;
            if done {
                assert!(effect);
                break;
            }
            effects.push(effect);
        }
    }

    // Three requests, then three replies.
    assert_eq!(effects, [false, false, false, false, false, true]);
}
