//! The client of Toxiproxy's API, against a double of it.

mod double;

use std::io::ErrorKind;
use std::net::TcpStream;
use std::time::Duration;

use resilience_contract::faults::toxiproxy::{RemoteProxy, Toxiproxy, ToxiproxyError};
use resilience_contract::faults::{FaultProxy, Toxic};
use serde_json::{Value, json};

use crate::support::{NEVER, Seen, Server, ask, receive_all};
use double::Double;

/// The answer of another program.
const OTHER: &[u8] = b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}";

fn client(double: &Double) -> Toxiproxy {
    Toxiproxy::at(double.addr.to_string())
}

/// A proxy of the double to a server.
fn proxy(double: &Double, server: &Server) -> RemoteProxy {
    let upstream = server.addr.to_string();
    client(double)
        .proxy("echo", "127.0.0.1:0", &upstream)
        .unwrap()
}

fn connect(proxy: &RemoteProxy) -> TcpStream {
    let client = TcpStream::connect(proxy.listen()).unwrap();
    client
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    client
}

/// The client of something that is no Toxiproxy.
fn client_of(something: &FaultProxy) -> Toxiproxy {
    Toxiproxy::at(something.addr().to_string())
}

fn refused<T>(result: Result<T, ToxiproxyError>) -> (u16, String) {
    match result.err() {
        Some(ToxiproxyError::Refused { status, message }) => (status, message),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_toxic_is_sent_with_the_attributes_that_toxiproxy_knows() {
    let ms = Duration::from_millis;
    let cases = [
        (Toxic::latency(ms(5)), json!({ "latency": 5, "jitter": 0 })),
        (
            Toxic::latency_with_jitter(Duration::from_micros(1500), Duration::from_nanos(1)),
            json!({ "latency": 2, "jitter": 1 }),
        ),
        (Toxic::bandwidth(7), json!({ "rate": 7 })),
        (Toxic::slow_close(ms(8)), json!({ "delay": 8 })),
        (Toxic::timeout(Duration::ZERO), json!({ "timeout": 0 })),
        (
            Toxic::timeout(Duration::from_nanos(1)),
            json!({ "timeout": 1 }),
        ),
        (Toxic::reset_peer(ms(9)), json!({ "timeout": 9 })),
        (
            Toxic::slicer(10, 3, Duration::from_micros(20)),
            json!({ "average_size": 10, "size_variation": 3, "delay": 20 }),
        ),
        (
            Toxic::slicer(10, 0, Duration::ZERO),
            json!({ "average_size": 10, "size_variation": 1, "delay": 0 }),
        ),
        (Toxic::limit_data(11), json!({ "bytes": 11 })),
        (Toxic::limit_data(u64::MAX), json!({ "bytes": i64::MAX })),
    ];
    let (double, server) = (Double::start(), Server::echo());
    let proxy = proxy(&double, &server);

    for (toxic, attributes) in cases {
        for toxic in [toxic.clone().downstream(), toxic.upstream()] {
            let added = proxy.toxic(&toxic).unwrap();

            let shown = double.show("echo")["toxics"].clone();
            assert_eq!(shown.as_array().unwrap().len(), 1, "{shown}");
            assert_eq!(shown[0]["type"], toxic.name());
            assert_eq!(shown[0]["stream"], toxic.direction().name());
            assert_eq!(shown[0]["toxicity"], 1.0);
            assert_eq!(shown[0]["attributes"], attributes, "{toxic:?}");
            added.remove().unwrap();
            assert_eq!(double.show("echo")["toxics"], json!([]));
        }
    }
}

#[test]
fn a_toxic_takes_effect_until_it_is_removed() {
    let (double, server) = (Double::start(), Server::echo());
    let proxy = proxy(&double, &server);
    let limit = proxy.toxic(&Toxic::limit_data(3)).unwrap();

    let client = connect(&proxy);
    assert_eq!(ask(&client, b"123"), b"123");
    assert_eq!(receive_all(&client), (vec![], None));

    limit.remove().unwrap();
    assert_eq!(ask(&connect(&proxy), b"1234"), b"1234");
    assert_eq!(server.next(), Seen::Bytes(b"123".to_vec()));
}

#[test]
fn two_toxics_of_one_kind_have_names_of_their_own() {
    let (double, server) = (Double::start(), Server::echo());
    let proxy = proxy(&double, &server);

    proxy.toxic(&Toxic::slow_close(NEVER)).unwrap();
    proxy.toxic(&Toxic::slow_close(NEVER)).unwrap();

    assert_eq!(double.show("echo")["toxics"].as_array().unwrap().len(), 2);
}

#[test]
fn down_refuses_connections_and_up_takes_them_again() {
    let (double, server) = (Double::start(), Server::echo());
    let proxy = proxy(&double, &server);

    proxy.down().unwrap();
    assert_eq!(double.show("echo")["enabled"], false);
    let refused = TcpStream::connect(proxy.listen()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);

    proxy.up().unwrap();
    assert_eq!(ask(&connect(&proxy), b"back"), b"back");
}

#[test]
fn a_proxy_that_was_made_is_deleted_and_one_left_over_is_replaced() {
    let (double, server) = (Double::start(), Server::echo());
    let left_over = proxy(&double, &server);
    left_over.toxic(&Toxic::limit_data(0)).unwrap();
    std::mem::forget(left_over);

    let proxy = proxy(&double, &server);

    assert_eq!(double.proxies(), ["echo"]);
    assert_eq!(ask(&connect(&proxy), b"new"), b"new");
    drop(proxy);
    assert_eq!(double.proxies(), [""; 0]);
}

#[test]
fn a_proxy_that_was_there_is_left_as_it_was() {
    let (double, server) = (Double::start(), Server::echo());
    let owner = proxy(&double, &server);
    owner.toxic(&Toxic::slow_close(Duration::ZERO)).unwrap();
    let before = double.show("echo");

    let guest = client(&double).existing("echo").unwrap();
    assert_eq!(guest.listen(), owner.listen());
    guest.toxic(&Toxic::limit_data(0)).unwrap();
    guest.down().unwrap();
    assert_ne!(double.show("echo"), before);
    drop(guest);

    assert_eq!(double.show("echo"), before);
}

#[test]
fn a_reset_heals_every_proxy() {
    let (double, server) = (Double::start(), Server::echo());
    let proxy = proxy(&double, &server);
    let toxic = proxy.toxic(&Toxic::limit_data(0)).unwrap();
    proxy.down().unwrap();

    client(&double).reset().unwrap();

    assert_eq!(ask(&connect(&proxy), b"well"), b"well");
    assert_eq!(double.show("echo")["toxics"], json!([]));
    // Somebody else removed it, and gone is gone.
    toxic.remove().unwrap();
    proxy.heal().unwrap();
}

#[test]
fn what_toxiproxy_cannot_do_is_said_and_not_sent() {
    let (double, server) = (Double::start(), Server::echo());
    let proxy = proxy(&double, &server);
    for (toxic, help) in [
        (Toxic::limit_data(1).for_connections(2), "for_connections"),
        (Toxic::bandwidth(0), "Toxic::timeout"),
        (Toxic::slicer(1, 0, Duration::ZERO), "longer than"),
        (Toxic::slicer(5, 5, Duration::ZERO), "longer than"),
    ] {
        let error = proxy.toxic(&toxic).unwrap_err();

        assert!(
            matches!(error, ToxiproxyError::Unsupported { .. }),
            "{error:?}"
        );
        assert!(error.to_string().contains(help), "{error}");
    }
    assert_eq!(double.show("echo")["toxics"], json!([]));
}

#[test]
fn a_refusal_has_the_servers_own_words() {
    let (double, server) = (Double::start(), Server::echo());
    let toxiproxy = client(&double);
    assert_eq!(
        refused(toxiproxy.existing("nobody")),
        (404, "proxy not found".to_owned())
    );
    assert_eq!(
        refused(toxiproxy.proxy("a", "127.0.0.1:0", "")),
        (400, "missing required field: upstream".to_owned())
    );
    let lost = proxy(&double, &server);
    assert_eq!(double.ask("DELETE", "/proxies/echo", "").0, 204);
    assert_eq!(refused(lost.down()), (404, "proxy not found".to_owned()));
    assert_eq!(
        refused(lost.toxic(&Toxic::limit_data(1))),
        (404, "proxy not found".to_owned())
    );
    // The router takes it for two segments: not the server's own words, but all there are.
    let name = "a/b";
    let odd = toxiproxy.proxy(name, "127.0.0.1:0", "127.0.0.1:1").unwrap();
    assert_eq!(refused(odd.down()), (404, "404 page not found".to_owned()));
}

#[test]
fn a_name_may_hold_anything_but_a_slash() {
    let double = Double::start();
    let name = "my \"café\" 100% ?x=1#y";

    let proxy = client(&double)
        .proxy(name, "127.0.0.1:0", "127.0.0.1:1")
        .unwrap();

    assert_eq!(double.proxies(), [name]);
    proxy.down().unwrap();
    drop(proxy);
    assert_eq!(double.proxies(), [""; 0]);
}

#[test]
fn who_is_not_toxiproxy_is_told_apart() {
    let double = Double::start();
    assert_eq!(client(&double).version().unwrap(), "2.12.0");

    let echo = Server::echo();
    let no_http = echo.proxy();
    no_http.toxic(Toxic::limit_data(5));
    let error = client_of(&no_http).version().unwrap_err();
    assert!(
        matches!(error, ToxiproxyError::Unreachable { .. }),
        "{error:?}"
    );

    let other = Server::answering(|_| OTHER.to_vec());
    let other = other.proxy();
    other.toxic(Toxic::limit_data(OTHER.len() as u64));
    let error = client_of(&other).version().unwrap_err();
    assert!(
        matches!(error, ToxiproxyError::Unexpected { missing: "version" }),
        "{error:?}"
    );

    other.down().unwrap();
    let error = client_of(&other).version().unwrap_err();
    assert!(
        error.to_string().contains(&other.addr().to_string()),
        "{error}"
    );
}

#[test]
fn the_double_refuses_what_toxiproxy_refuses() {
    let (double, server) = (Double::start(), Server::echo());
    let _proxy = proxy(&double, &server);
    let toxics = "/proxies/echo/toxics";
    for (method, path, body, status, words) in [
        (
            "POST",
            toxics,
            r#"{"type":"packet_loss"}"#,
            400,
            "invalid toxic type",
        ),
        (
            "POST",
            toxics,
            r#"{"type":"latency","stream":"sideways"}"#,
            400,
            "stream was invalid",
        ),
        (
            "POST",
            toxics,
            r#"{"type":"latency","attributes":{"latency":1.5}}"#,
            400,
            "bad request body",
        ),
        ("POST", toxics, "{", 400, "bad request body"),
        (
            "POST",
            toxics,
            r#"{"type":"timeout"}"#,
            200,
            "timeout_downstream",
        ),
        (
            "POST",
            toxics,
            r#"{"type":"timeout"}"#,
            409,
            "toxic already exists",
        ),
        (
            "DELETE",
            "/proxies/echo/toxics/other",
            "",
            404,
            "toxic not found",
        ),
        (
            "POST",
            "/proxies",
            r#"{"upstream":"a:1"}"#,
            400,
            "missing required field: name",
        ),
        (
            "POST",
            "/proxies",
            r#"{"name":"echo","upstream":"a:1"}"#,
            409,
            "proxy already exists",
        ),
        ("GET", "/nothing", "", 404, "404 page not found"),
    ] {
        let (found, answer) = double.ask(method, path, body);
        assert_eq!(found, status, "{method} {path} {body}: {answer}");
        assert!(answer.contains(words), "{method} {path} {body}: {answer}");
    }
    let (_, all) = double.ask("GET", "/proxies", "");
    let all: Value = serde_json::from_str(&all).unwrap();
    assert_eq!(
        all["echo"]["toxics"][0]["attributes"],
        json!({ "timeout": 0 })
    );
}
