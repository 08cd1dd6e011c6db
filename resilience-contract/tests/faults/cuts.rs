//! Conversations that end at a message.

use std::io::{ErrorKind, Write};
use std::net::{Shutdown, TcpStream};

use resilience_contract::faults::{Cut, Ending, Protocol};

use crate::support::{
    Seen, Server, ask, assert_nothing_to_read, connect, injected, receive, receive_all, until,
};

const RESET: Option<ErrorKind> = Some(ErrorKind::ConnectionReset);

const STARTUP: &[u8] = b"\0\0\0\x11\0\x03\0\0user\0me\0\0";
const COMMIT: &[u8] = b"Q\0\0\0\x0bCOMMIT\0";
const WELCOME: &[u8] = b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I";
const COMMITTED: &[u8] = b"C\0\0\0\x0bCOMMIT\0Z\0\0\0\x05I";

/// Speaks as much of PostgreSQL's protocol as a commit takes.
fn postgres() -> Server {
    Server::answering(|question| match question {
        STARTUP => WELCOME.to_vec(),
        COMMIT => COMMITTED.to_vec(),
        other => panic!("{other:?}"),
    })
}

fn log_in(mut client: &TcpStream) {
    client.write_all(STARTUP).unwrap();
    assert_eq!(receive(client, WELCOME.len()), WELCOME);
}

fn commit(mut client: &TcpStream) -> (Vec<u8>, Option<ErrorKind>) {
    client.write_all(COMMIT).unwrap();
    receive_all(client)
}

#[test]
fn the_reply_to_a_commit_is_lost_after_the_server_committed() {
    let server = postgres();
    let proxy = server.proxy_speaking(Protocol::Postgres);
    // Authentication, ReadyForQuery, and then:
    let cut = proxy.cut(Cut::reply(3)).unwrap();
    let client = connect(&proxy);
    log_in(&client);

    assert_eq!(commit(&client), (vec![], RESET));

    assert_eq!(server.next(), Seen::Bytes(STARTUP.to_vec()));
    assert_eq!(server.next(), Seen::Bytes(COMMIT.to_vec()));
    assert_eq!(server.next(), Seen::Reset);
    assert_eq!(cut.hits(), 1);
    assert_eq!(
        injected(&proxy),
        ["cut downstream on connection 1, message 3 (CommandComplete)"]
    );
}

#[test]
fn a_cut_is_on_record_before_what_comes_ahead_of_it_arrives() {
    let server = postgres();
    for _ in 0..50 {
        let proxy = server.proxy_speaking(Protocol::Postgres);
        // CommandComplete and ReadyForQuery come together.
        let cut = proxy.cut(Cut::reply(4)).unwrap();
        let client = connect(&proxy);
        log_in(&client);
        (&client).write_all(COMMIT).unwrap();
        receive(&client, 12);
        assert_eq!(cut.hits(), 1);
    }
}

#[test]
fn a_farewell_is_not_counted_and_passes() {
    let server = Server::answering(|_| Vec::new());
    let proxy = server.proxy_speaking(Protocol::Postgres);
    let cut = proxy.cut(Cut::request(2)).unwrap();
    let mut client = connect(&proxy);
    client.write_all(STARTUP).unwrap();
    assert_eq!(server.next(), Seen::Bytes(STARTUP.to_vec()));
    client.write_all(b"X\0\0\0\x04").unwrap();
    assert_eq!(server.next(), Seen::Bytes(b"X\0\0\0\x04".to_vec()));
    assert_eq!((cut.hits(), proxy.counters().requests), (0, 2));
    client.write_all(COMMIT).unwrap();
    assert_eq!(server.next(), Seen::Reset);
    assert_eq!(cut.hits(), 1);
}

#[test]
fn a_commit_that_is_cut_does_not_reach_the_server() {
    let server = postgres();
    let proxy = server.proxy_speaking(Protocol::Postgres);
    proxy.cut(Cut::request(2).ending(Ending::Close)).unwrap();
    let client = connect(&proxy);
    log_in(&client);

    assert_eq!(commit(&client), (vec![], None));

    assert_eq!(server.next(), Seen::Bytes(STARTUP.to_vec()));
    assert_eq!(server.next(), Seen::Closed);
    assert_eq!(
        injected(&proxy),
        ["cut upstream on connection 1, message 2 (Query)"]
    );
}

#[test]
fn every_message_of_a_conversation_can_be_cut_and_none_is_forgotten() {
    let server = postgres();
    let mut cuts = 0;
    for message in 1.. {
        let proxy = server.proxy_speaking(Protocol::Postgres);
        let cut = proxy.cut(Cut::reply(message)).unwrap();
        let mut client = connect(&proxy);
        let mut spoken = 0;
        for (question, answer) in [(STARTUP, WELCOME), (COMMIT, COMMITTED)] {
            // Nobody listens any more if it was the first answer that was cut.
            if client.write_all(question).is_err() {
                break;
            }
            spoken += 1;
            if cut.hits() == 1 {
                break;
            }
            let mut reply = vec![0; answer.len()];
            if std::io::Read::read_exact(&mut client, &mut reply).is_err() {
                break;
            }
        }
        if cut.hits() == 0 {
            assert_eq!(spoken, 2);
            assert_eq!(proxy.counters().replies, 4);
            break;
        }
        cuts += 1;
    }

    assert_eq!(cuts, 4);
}

#[test]
fn a_cut_happens_once_and_a_lasting_one_on_every_connection() {
    for (cut, answers) in [
        (Cut::request(2), [true, false, true, true]),
        (Cut::request(2).lasting(), [true, false, false, false]),
    ] {
        let server = Server::echo();
        let proxy = server.proxy_speaking(Protocol::Redis);
        let cut = proxy.cut(cut).unwrap();

        // An echo of an inline command is a reply.
        let answered = [(); 4].map(|()| {
            let mut client = connect(&proxy);
            client.write_all(b"+OK\r\n").unwrap();
            let mut byte = [0];
            std::io::Read::read_exact(&mut client, &mut byte).is_ok()
        });

        assert_eq!(answered, answers);
        let cuts = answers.iter().filter(|answered| !**answered).count();
        assert_eq!(cut.hits(), cuts as u64);
    }
}

#[test]
fn messages_before_a_cut_arrive_though_they_came_together() {
    let server = Server::answering(|_| b"+1\r\n$1\r\n2\r\n:3\r\n".to_vec());
    let proxy = server.proxy_speaking(Protocol::Redis);
    proxy.cut(Cut::reply(3).ending(Ending::Close)).unwrap();
    let mut client = connect(&proxy);

    client.write_all(b"*1\r\n$4\r\nMGET\r\n").unwrap();

    assert_eq!(receive_all(&client), (b"+1\r\n$1\r\n2\r\n".to_vec(), None));
    assert_eq!(
        injected(&proxy),
        ["cut downstream on connection 1, message 3 (:3)"]
    );
}

#[test]
fn a_stalled_conversation_stays_open_and_silent_both_ways() {
    let server = Server::echo();
    let proxy = server.proxy_speaking(Protocol::Redis);
    let cut = proxy.cut(Cut::reply(2).ending(Ending::Stall)).unwrap();
    let mut client = connect(&proxy);
    assert_eq!(ask(&client, b"+1\r\n"), b"+1\r\n");
    assert_eq!(server.next(), Seen::Bytes(b"+1\r\n".to_vec()));

    client.write_all(b"+2\r\n").unwrap();
    until(|| cut.hits() == 1);
    assert_eq!(server.next(), Seen::Bytes(b"+2\r\n".to_vec()));
    assert_nothing_to_read(&client);

    // Of what the client still says, nothing arrives but that it has gone.
    client.write_all(b"+3\r\n").unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    assert_eq!(receive_all(&client), (vec![], None));
    assert_eq!(server.next(), Seen::Closed);
}

const REQUEST: &[u8] = b"POST /charges HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}";
const REPLY: &[u8] = b"HTTP/1.1 201 Created\r\ncontent-length: 4\r\n\r\ndone";

#[test]
fn an_http_reply_breaks_off_in_its_body() {
    let server = Server::answering(|_| REPLY.to_vec());
    let proxy = server.proxy_speaking(Protocol::Http1);
    let broken = REPLY.len() as u64 - 2;
    proxy
        .cut(Cut::reply(2).after_bytes(broken).ending(Ending::Close))
        .unwrap();
    let mut client = connect(&proxy);

    client.write_all(REQUEST).unwrap();
    assert_eq!(receive(&client, REPLY.len()), REPLY);
    client.write_all(REQUEST).unwrap();

    assert_eq!(
        receive_all(&client),
        (REPLY[..REPLY.len() - 2].to_vec(), None)
    );
    assert_eq!(
        injected(&proxy),
        ["cut downstream on connection 1, message 2 (HTTP/1.1 201 Created)"]
    );
}

#[test]
fn a_reply_shorter_than_its_cut_passes_whole_and_is_the_last() {
    let server = Server::answering(|_| REPLY.to_vec());
    let proxy = server.proxy_speaking(Protocol::Http1);
    let cut = Cut::reply(1).after_bytes(10_000).ending(Ending::Close);
    let cut = proxy.cut(cut).unwrap();
    let mut client = connect(&proxy);

    client.write_all(REQUEST).unwrap();

    assert_eq!(receive_all(&client), (REPLY.to_vec(), None));
    assert_eq!(cut.hits(), 1);
}

#[test]
fn messages_are_counted_and_pass_where_no_cut_strikes() {
    let server = Server::answering(|_| REPLY.to_vec());
    let proxy = server.proxy_speaking(Protocol::Http1);
    let cut = proxy.cut(Cut::request(4)).unwrap();
    let mut client = connect(&proxy);

    for _ in 0..3 {
        client.write_all(REQUEST).unwrap();
        assert_eq!(receive(&client, REPLY.len()), REPLY);
    }

    assert_eq!(
        (proxy.counters().requests, proxy.counters().replies),
        (3, 3)
    );
    assert_eq!(cut.hits(), 0);
    assert_eq!(injected(&proxy), [""; 0]);
}

#[test]
fn a_proxy_that_knows_no_protocol_says_what_to_do() {
    let server = Server::echo();

    let refused = server.proxy().cut(Cut::reply(1)).unwrap_err();

    assert_eq!(refused.kind(), ErrorKind::InvalidInput);
    assert!(
        refused.to_string().contains(".speaking(Protocol::"),
        "{refused}"
    );
}
