//! Each toxic, in both directions, with its effect and without it.

use std::io::{ErrorKind, Write};
use std::net::Shutdown;
use std::time::{Duration, Instant};

use resilience_contract::faults::Toxic;

use crate::support::{
    NEVER, Seen, Server, ask, assert_nothing_to_read, connect, injected, receive, receive_all,
    until,
};

#[test]
fn without_a_toxic_everything_passes_and_nothing_is_on_record() {
    let server = Server::echo();
    let proxy = server.proxy();
    let client = connect(&proxy);

    assert_eq!(ask(&client, b"hello"), b"hello");
    client.shutdown(Shutdown::Write).unwrap();

    assert_eq!(receive_all(&client), (vec![], None));
    assert_eq!(server.next(), Seen::Bytes(b"hello".to_vec()));
    assert_eq!(server.next(), Seen::Closed);
    assert_eq!(injected(&proxy), [""; 0]);
    let counters = proxy.counters();
    assert_eq!((counters.connections, counters.refused), (1, 0));
    assert_eq!((counters.bytes_upstream, counters.bytes_downstream), (5, 5));
    assert_eq!((counters.requests, counters.replies), (0, 0));
}

#[test]
fn much_data_passes_unharmed() {
    let server = Server::echo();
    let proxy = server.proxy();
    let client = connect(&proxy);
    let much: Vec<u8> = (0..8_000_000_u32).map(|n| (n % 251) as u8).collect();
    let (mut sender, sent) = (client.try_clone().unwrap(), much.clone());

    let writer = std::thread::spawn(move || {
        sender.write_all(&sent).unwrap();
        sender.shutdown(Shutdown::Write).unwrap();
    });
    let (echo, end) = receive_all(&client);

    writer.join().unwrap();
    assert_eq!(end, None);
    assert!(echo == much, "{} of {} bytes", echo.len(), much.len());
}

#[test]
fn latency_keeps_replies_back_and_requests_not() {
    let server = Server::echo();
    let proxy = server.proxy();
    let mut client = connect(&proxy);
    let toxic = proxy.toxic(Toxic::latency(NEVER));

    client.write_all(b"slow").unwrap();

    assert_eq!(server.next(), Seen::Bytes(b"slow".to_vec()));
    until(|| toxic.hits() == 1);
    assert_nothing_to_read(&client);
    toxic.remove();
    assert_eq!(receive(&client, 4), b"slow");
    assert_eq!(ask(&client, b"fast"), b"fast");
    assert_eq!(injected(&proxy), ["latency downstream on connection 1"]);
}

#[test]
fn latency_upstream_keeps_requests_back() {
    let server = Server::echo();
    let proxy = server.proxy();
    let mut client = connect(&proxy);
    let toxic = proxy.toxic(Toxic::latency(NEVER).upstream());

    client.write_all(b"slow").unwrap();

    until(|| toxic.hits() == 1);
    server.assert_saw_nothing();
    toxic.remove();
    assert_eq!(receive(&client, 4), b"slow");
    assert_eq!(injected(&proxy), ["latency upstream on connection 1"]);
}

#[test]
fn latency_lasts_as_long_as_it_says() {
    let server = Server::echo();
    let proxy = server.proxy();
    let client = connect(&proxy);
    proxy.toxic(Toxic::latency(Duration::from_millis(40)));
    proxy.toxic(Toxic::latency_with_jitter(
        Duration::from_millis(60),
        Duration::from_millis(10),
    ));

    let since = Instant::now();
    ask(&client, b"?");

    assert!(
        since.elapsed() >= Duration::from_millis(90),
        "{:?}",
        since.elapsed()
    );
}

#[test]
fn a_toxic_for_two_connections_leaves_the_others_alone() {
    let server = Server::echo();
    let proxy = server.proxy();
    let before = connect(&proxy);
    // Otherwise the proxy may get to see it only after the toxic.
    ask(&before, b"?");
    let toxic = proxy.toxic(Toxic::timeout(Duration::ZERO).for_connections(2));
    let slow = [connect(&proxy), connect(&proxy)];
    until(|| proxy.counters().connections == 3);
    let after = connect(&proxy);

    for mut client in &slow {
        client.write_all(b"?").unwrap();
    }

    until(|| toxic.hits() == 2);
    assert_eq!(ask(&before, b"1"), b"1");
    assert_eq!(ask(&after, b"2"), b"2");
    slow.iter().for_each(assert_nothing_to_read);
    assert_eq!(
        proxy
            .injected()
            .iter()
            .filter_map(|fault| fault.connection)
            .max(),
        Some(3)
    );
}

#[test]
fn bandwidth_lets_only_so_much_pass_in_a_time() {
    let server = Server::echo();
    let proxy = server.proxy();
    let client = connect(&proxy);
    let toxic = proxy.toxic(Toxic::bandwidth(10));

    let since = Instant::now();
    // Two kilobytes at ten in a second.
    ask(&client, &[b'x'; 2000]);

    assert!(
        since.elapsed() >= Duration::from_millis(200),
        "{:?}",
        since.elapsed()
    );
    assert_eq!(toxic.hits(), 1);
}

#[test]
fn no_bandwidth_holds_everything_until_it_is_back() {
    let server = Server::echo();
    let proxy = server.proxy();
    let mut client = connect(&proxy);
    let toxic = proxy.toxic(Toxic::bandwidth(0).upstream());

    client.write_all(b"hello").unwrap();

    until(|| toxic.hits() == 1);
    server.assert_saw_nothing();
    toxic.remove();
    assert_eq!(receive(&client, 5), b"hello");
    assert_eq!(injected(&proxy), ["bandwidth upstream on connection 1"]);
}

#[test]
fn slow_close_keeps_back_the_end_and_no_data() {
    let server = Server::echo();
    let proxy = server.proxy();
    let client = connect(&proxy);
    let toxic = proxy.toxic(Toxic::slow_close(NEVER));

    assert_eq!(ask(&client, b"hello"), b"hello");
    assert_eq!(toxic.hits(), 0);
    client.shutdown(Shutdown::Write).unwrap();

    until(|| toxic.hits() == 1);
    assert_nothing_to_read(&client);
    toxic.remove();
    assert_eq!(receive_all(&client), (vec![], None));
}

#[test]
fn a_timeout_of_zero_swallows_everything_and_closes_when_it_is_removed() {
    let server = Server::echo();
    let proxy = server.proxy();
    let mut client = connect(&proxy);
    let toxic = proxy.toxic(Toxic::timeout(Duration::ZERO).upstream());

    client.write_all(b"lost").unwrap();

    until(|| toxic.hits() == 1);
    server.assert_saw_nothing();
    assert_nothing_to_read(&client);
    toxic.remove();
    assert_eq!(receive_all(&client), (vec![], None));
    assert_eq!(server.next(), Seen::Closed);
    assert_eq!(ask(&connect(&proxy), b"found"), b"found");
}

#[test]
fn a_timeout_closes_a_silent_connection() {
    let server = Server::answering(|_| Vec::new());
    let proxy = server.proxy();
    let mut client = connect(&proxy);
    client.write_all(b"?").unwrap();
    // The silence begins with the timeout; before, the request might come too late.
    assert_eq!(server.next(), Seen::Bytes(b"?".to_vec()));

    proxy.toxic(Toxic::timeout(Duration::from_millis(1)));

    assert_eq!(receive_all(&client), (vec![], None));
    assert_eq!(server.next(), Seen::Closed);
    assert_eq!(injected(&proxy), ["timeout downstream on connection 1"]);
}

#[test]
fn a_timeout_that_is_not_reached_leaves_the_other_direction_alone() {
    let server = Server::echo();
    let proxy = server.proxy();
    let mut client = connect(&proxy);
    let toxic = proxy.toxic(Toxic::timeout(NEVER));

    client.write_all(b"?").unwrap();

    assert_eq!(server.next(), Seen::Bytes(b"?".to_vec()));
    until(|| toxic.hits() == 1);
    assert_nothing_to_read(&client);
}

#[test]
fn a_reset_is_one_at_both_ends() {
    for toxic in [
        Toxic::reset_peer(Duration::ZERO),
        Toxic::reset_peer(Duration::from_millis(5)).upstream(),
    ] {
        let server = Server::echo();
        let proxy = server.proxy();
        let mut client = connect(&proxy);
        let direction = toxic.direction();
        let toxic = proxy.toxic(toxic);

        client.write_all(b"?").unwrap();

        assert_eq!(
            receive_all(&client),
            (vec![], Some(ErrorKind::ConnectionReset))
        );
        let request_arrives = direction == resilience_contract::faults::Direction::Downstream;
        if request_arrives {
            assert_eq!(server.next(), Seen::Bytes(b"?".to_vec()));
        }
        assert_eq!(server.next(), Seen::Reset);
        assert_eq!(toxic.hits(), 1);
    }
}

#[test]
fn a_reset_that_is_removed_in_time_lets_the_bytes_pass() {
    let server = Server::echo();
    let proxy = server.proxy();
    let mut client = connect(&proxy);
    let toxic = proxy.toxic(Toxic::reset_peer(NEVER));

    client.write_all(b"saved").unwrap();
    until(|| toxic.hits() == 1);
    toxic.remove();

    assert_eq!(receive(&client, 5), b"saved");
}

#[test]
fn a_slicer_hands_on_one_slice_at_a_time() {
    let server = Server::echo();
    let proxy = server.proxy();
    let mut client = connect(&proxy);
    let toxic = proxy.toxic(Toxic::slicer(3, 0, NEVER).upstream());

    client.write_all(b"0123456789").unwrap();

    assert_eq!(server.next(), Seen::Bytes(b"012".to_vec()));
    server.assert_saw_nothing();
    toxic.remove();
    assert_eq!(receive(&client, 10), b"0123456789");
    assert_eq!(toxic.hits(), 1);
}

#[test]
fn slices_vary_and_nothing_is_lost() {
    let server = Server::echo();
    let proxy = server.proxy();
    let client = connect(&proxy);
    let question: Vec<u8> = (0..200).collect();
    proxy.toxic(Toxic::slicer(5, 4, Duration::from_micros(10)));

    assert_eq!(ask(&client, &question), question);
}

#[test]
fn a_limit_of_data_closes_each_connection_behind_it() {
    let server = Server::echo();
    let proxy = server.proxy();
    let toxic = proxy.toxic(Toxic::limit_data(6));

    for connection in 1..=2 {
        let mut client = connect(&proxy);
        assert_eq!(ask(&client, b"1234"), b"1234");
        client.write_all(b"5678").unwrap();

        assert_eq!(receive_all(&client), (b"56".to_vec(), None));
        assert_eq!(server.next(), Seen::Bytes(b"1234".to_vec()));
        // Requests are not limited.
        assert_eq!(server.next(), Seen::Bytes(b"5678".to_vec()));
        assert_eq!(server.next(), Seen::Closed);
        assert_eq!(toxic.hits(), connection);
    }
}

#[test]
fn a_limit_that_is_not_reached_closes_nothing() {
    let server = Server::echo();
    let proxy = server.proxy();
    let client = connect(&proxy);
    let toxic = proxy.toxic(Toxic::limit_data(6).upstream());

    assert_eq!(ask(&client, b"12345"), b"12345");

    assert_eq!(toxic.hits(), 0);
    assert_eq!(injected(&proxy), [""; 0]);
}
