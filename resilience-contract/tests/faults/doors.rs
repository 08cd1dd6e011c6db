//! Connections that do not come about.

use std::io::ErrorKind;
use std::net::{TcpListener, TcpStream};

use resilience_contract::faults::{FaultProxy, Toxic};

use crate::support::{NEVER, Server, ask, connect, injected, receive_all};

#[test]
fn the_next_two_connections_are_refused_and_later_ones_pass() {
    let server = Server::echo();
    let proxy = server.proxy();
    let before = connect(&proxy);
    ask(&before, b"?");
    let refusal = proxy.refuse_next(2);

    for _ in 0..2 {
        let refused = connect(&proxy);
        assert_eq!(
            receive_all(&refused),
            (vec![], Some(ErrorKind::ConnectionReset))
        );
    }

    assert_eq!(ask(&connect(&proxy), b"third"), b"third");
    assert_eq!(ask(&before, b"open"), b"open");
    assert_eq!(refusal.hits(), 2);
    assert_eq!(proxy.counters().refused, 2);
    assert_eq!(
        injected(&proxy),
        ["refuse on connection 2", "refuse on connection 3"]
    );
}

#[test]
fn a_refusal_that_is_removed_refuses_nobody() {
    let server = Server::echo();
    let proxy = server.proxy();

    proxy.refuse_next(2).remove();

    assert_eq!(ask(&connect(&proxy), b"first"), b"first");
    assert_eq!(proxy.counters().refused, 0);
}

#[test]
fn down_is_a_refused_connection_and_up_is_the_same_address_again() {
    let server = Server::echo();
    let proxy = server.proxy();
    let before = connect(&proxy);
    ask(&before, b"?");

    for _ in 0..2 {
        proxy.down().unwrap();
        proxy.down().unwrap();

        let refused = TcpStream::connect(proxy.addr()).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
        let taken = TcpListener::bind(proxy.addr()).unwrap_err();
        assert_eq!(taken.kind(), ErrorKind::AddrInUse);

        proxy.up().unwrap();
        proxy.up().unwrap();
        assert_eq!(ask(&connect(&proxy), b"back"), b"back");
    }

    assert_eq!(receive_all(&before), (vec![], None));
    assert_eq!(injected(&proxy), ["down", "down"]);
}

#[test]
fn healing_removes_every_fault_and_goes_up() {
    let server = Server::echo();
    let proxy = server.proxy();
    let faults = [
        proxy.toxic(Toxic::latency(NEVER)),
        proxy.toxic(Toxic::bandwidth(0).upstream()),
        proxy.refuse_next(9),
    ];
    proxy.down().unwrap();

    proxy.heal().unwrap();

    assert_eq!(ask(&connect(&proxy), b"well"), b"well");
    assert!(faults.iter().all(|fault| fault.hits() == 0));
}

#[test]
fn a_server_that_is_not_there_breaks_the_connection() {
    let nobody = Server::echo().proxy();
    nobody.down().unwrap();
    let proxy = FaultProxy::to(nobody.addr()).start().unwrap();

    let client = connect(&proxy);

    assert_eq!(
        receive_all(&client),
        (vec![], Some(ErrorKind::ConnectionReset))
    );
    assert_eq!(proxy.counters().unreachable, 1);
    assert_eq!(injected(&proxy), [""; 0], "the fault was not ours");
}

#[test]
fn a_dropped_proxy_takes_its_connections_along() {
    let server = Server::echo();
    let proxy = server.proxy();
    let client = connect(&proxy);
    ask(&client, b"?");
    let addr = proxy.addr();

    drop(proxy);

    assert_eq!(receive_all(&client), (vec![], None));
    assert!(TcpStream::connect(addr).is_err());
}
