//! A double of Toxiproxy's HTTP API, after its source (2.12: `api.go`,
//! `proxy_collection.go`, `toxic_collection.go`, `toxics/*.go`): the same routes, defaults,
//! statuses and words. Behind each of its proxies is a [`FaultProxy`], so that what was
//! asked for happens.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use resilience_contract::faults::{Applied, FaultProxy, Toxic};
use serde_json::{Map, Value, json};

pub(crate) struct Double {
    pub(crate) addr: SocketAddr,
    proxies: Arc<Mutex<BTreeMap<String, Proxy>>>,
}

struct Proxy {
    upstream: String,
    enabled: bool,
    toxics: Vec<(Value, Applied)>,
    through: FaultProxy,
}

/// A status and what comes with it; an error carries its words.
type Answer = Result<(u16, Value), (u16, String)>;

impl Double {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let double = Self {
            addr: listener.local_addr().unwrap(),
            proxies: Arc::default(),
        };
        let proxies = Arc::clone(&double.proxies);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                serve(&stream.unwrap(), &mut proxies.lock().unwrap());
            }
        });
        double
    }

    /// The names of its proxies.
    pub(crate) fn proxies(&self) -> Vec<String> {
        self.proxies.lock().unwrap().keys().cloned().collect()
    }

    /// A proxy as `GET /proxies/NAME` shows it.
    pub(crate) fn show(&self, name: &str) -> Value {
        let (status, body) = self.ask("GET", &format!("/proxies/{name}"), "");
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    }

    /// What it answers to a request.
    pub(crate) fn ask(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.addr).unwrap();
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.0\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap();
        (status.parse().unwrap(), body.to_owned())
    }
}

fn serve(stream: &TcpStream, proxies: &mut BTreeMap<String, Proxy>) {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let header = |wanted: &str| {
        lines.iter().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case(wanted).then(|| value.to_owned())
        })
    };
    let length = header("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let mut words = lines[0].split(' ');
    let (method, path) = (words.next().unwrap(), words.next().unwrap());
    let browser = header("user-agent").is_some_and(|agent| agent.starts_with("Mozilla/"));
    let (status, kind, answer) = if browser {
        (403, "text/plain", "User agent not allowed\n".to_owned())
    } else {
        match route(method, &decoded(path), &body, proxies) {
            Some(Ok((204, _))) => (204, "", String::new()),
            Some(Ok((status, value))) => (status, "application/json", value.to_string()),
            // Go's `http.Error` calls it plain text, whatever was said before.
            Some(Err((status, error))) => {
                let error = json!({ "error": error, "status": status });
                (status, "text/plain; charset=utf-8", format!("{error}\n"))
            }
            None => (
                404,
                "text/plain; charset=utf-8",
                "404 page not found\n".to_owned(),
            ),
        }
    };
    let length = answer.len();
    let head =
        format!("HTTP/1.0 {status} -\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n");
    (&*stream).write_all((head + &answer).as_bytes()).unwrap();
}

/// The path as the router sees it. An encoded slash is one by then.
fn decoded(path: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).unwrap()
}

fn route(
    method: &str,
    path: &str,
    body: &[u8],
    proxies: &mut BTreeMap<String, Proxy>,
) -> Option<Answer> {
    let segments: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
    Some(match (method, &segments[..]) {
        ("GET", ["version"]) => Ok((200, json!({ "version": "2.12.0" }))),
        ("POST", ["reset"]) => {
            for proxy in proxies.values_mut() {
                proxy.enabled = true;
                proxy.through.up().unwrap();
                proxy
                    .toxics
                    .drain(..)
                    .for_each(|(_, applied)| applied.remove());
            }
            Ok((204, Value::Null))
        }
        ("GET", ["proxies"]) => {
            let all = proxies
                .iter()
                .map(|(name, proxy)| (name.clone(), proxy.show(name)));
            Ok((200, Value::Object(all.collect())))
        }
        ("POST", ["proxies"]) => create(body, proxies),
        (_, ["proxies", name]) => match (method, proxies.get_mut(*name)) {
            ("GET" | "POST" | "PATCH" | "DELETE", None) => Err(no_proxy()),
            ("GET", Some(proxy)) => Ok((200, proxy.show(name))),
            ("POST" | "PATCH", Some(proxy)) => proxy.update(name, body),
            ("DELETE", Some(_)) => {
                proxies.remove(*name);
                Ok((204, Value::Null))
            }
            _ => return None,
        },
        ("GET" | "POST", ["proxies", name, "toxics"]) => match proxies.get_mut(*name) {
            None => Err(no_proxy()),
            Some(proxy) if method == "GET" => Ok((200, proxy.list())),
            Some(proxy) => proxy.add(body),
        },
        ("GET" | "DELETE", ["proxies", name, "toxics", toxic]) => match proxies.get_mut(*name) {
            None => Err(no_proxy()),
            Some(proxy) => proxy.one(method, toxic),
        },
        _ => return None,
    })
}

fn no_proxy() -> (u16, String) {
    (404, "proxy not found".to_owned())
}

fn bad_body(why: &str) -> (u16, String) {
    (400, format!("bad request body: {why}"))
}

fn object(body: &[u8]) -> Result<Map<String, Value>, (u16, String)> {
    serde_json::from_slice(body).map_err(|error| bad_body(&error.to_string()))
}

/// A field of Go's type `string`; one that is absent is empty.
fn text(object: &Map<String, Value>, key: &str) -> Result<String, (u16, String)> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => Err(bad_body(
            "json: cannot unmarshal into Go struct field of type string",
        )),
    }
}

fn create(body: &[u8], proxies: &mut BTreeMap<String, Proxy>) -> Answer {
    let input = object(body)?;
    let [name, listen, upstream] = ["name", "listen", "upstream"].map(|key| text(&input, key));
    let (name, listen, upstream) = (name?, listen?, upstream?);
    for (field, value) in [("name", &name), ("upstream", &upstream)] {
        if value.is_empty() {
            return Err((400, format!("missing required field: {field}")));
        }
    }
    if proxies.contains_key(&name) {
        return Err((409, "proxy already exists".to_owned()));
    }
    if listen != "127.0.0.1:0" {
        return Err((
            500,
            format!("listen tcp {listen}: bind: this double chooses ports"),
        ));
    }
    let proxy = Proxy {
        through: FaultProxy::to(&upstream[..]).start().unwrap(),
        upstream,
        enabled: true,
        toxics: Vec::new(),
    };
    let shown = proxy.show(&name);
    proxies.insert(name, proxy);
    Ok((201, shown))
}

impl Proxy {
    fn show(&self, name: &str) -> Value {
        json!({
            "name": name,
            "listen": self.through.addr().to_string(),
            "upstream": self.upstream,
            "enabled": self.enabled,
            "toxics": self.list(),
        })
    }

    fn list(&self) -> Value {
        self.toxics.iter().map(|(toxic, _)| toxic.clone()).collect()
    }

    fn update(&mut self, name: &str, body: &[u8]) -> Answer {
        self.enabled = match object(body)?.get("enabled") {
            None => self.enabled,
            Some(Value::Bool(enabled)) => *enabled,
            Some(_) => return Err(bad_body("json: cannot unmarshal into type bool")),
        };
        let done = if self.enabled {
            self.through.up()
        } else {
            self.through.down()
        };
        done.unwrap();
        Ok((200, self.show(name)))
    }

    fn add(&mut self, body: &[u8]) -> Answer {
        let input = object(body)?;
        let (kind, mut stream, mut name) = (
            text(&input, "type")?,
            text(&input, "stream")?,
            text(&input, "name")?,
        );
        if !input.contains_key("stream") {
            "downstream".clone_into(&mut stream);
        }
        if stream != "upstream" && stream != "downstream" {
            let why = "stream was invalid, can be either upstream or downstream";
            return Err((400, why.to_owned()));
        }
        if name.is_empty() {
            name = format!("{kind}_{stream}");
        }
        let toxicity = input.get("toxicity").map_or(Some(1.0), Value::as_f64);
        let toxicity = toxicity.ok_or_else(|| bad_body("json: toxicity is a float32"))?;
        let none = Map::new();
        let given = input
            .get("attributes")
            .and_then(Value::as_object)
            .unwrap_or(&none);
        let (attributes, toxic) = toxic(&kind, given)?;
        if self.toxics.iter().any(|(toxic, _)| toxic["name"] == name) {
            return Err((409, "toxic already exists".to_owned()));
        }
        let shown = json!({
            "attributes": attributes, "name": name, "type": kind, "stream": stream, "toxicity": toxicity,
        });
        let toxic = if stream == "upstream" {
            toxic.upstream()
        } else {
            toxic
        };
        self.toxics.push((shown.clone(), self.through.toxic(toxic)));
        Ok((200, shown))
    }

    fn one(&mut self, method: &str, name: &str) -> Answer {
        let found = self
            .toxics
            .iter()
            .position(|(toxic, _)| toxic["name"] == name);
        let index = found.ok_or((404, "toxic not found".to_owned()))?;
        if method == "GET" {
            return Ok((200, self.toxics[index].0.clone()));
        }
        self.toxics.remove(index).1.remove();
        Ok((204, Value::Null))
    }
}

/// The attributes of a toxic as Go decodes them, and what they mean.
fn toxic(kind: &str, given: &Map<String, Value>) -> Result<(Value, Toxic), (u16, String)> {
    let names: &[&str] = match kind {
        "latency" => &["latency", "jitter"],
        "bandwidth" => &["rate"],
        "slow_close" => &["delay"],
        "timeout" | "reset_peer" => &["timeout"],
        "slicer" => &["average_size", "size_variation", "delay"],
        "limit_data" => &["bytes"],
        _ => return Err((400, "invalid toxic type".to_owned())),
    };
    let mut numbers = Vec::new();
    for name in names {
        let number = match given.get(*name) {
            None => Some(0),
            Some(value) => value.as_i64(),
        };
        numbers.push(number.ok_or_else(|| bad_body("json: cannot unmarshal into type int64"))?);
    }
    let attributes = names.iter().zip(&numbers);
    let attributes = attributes.map(|(name, number)| ((*name).to_owned(), json!(number)));
    let number = |index: usize| u64::try_from(numbers[index]).unwrap();
    let small = |index: usize| u32::try_from(numbers[index]).unwrap();
    let millis = |index| Duration::from_millis(number(index));
    let toxic = match kind {
        "latency" => Toxic::latency_with_jitter(millis(0), millis(1)),
        "bandwidth" => Toxic::bandwidth(small(0)),
        "slow_close" => Toxic::slow_close(millis(0)),
        "timeout" => Toxic::timeout(millis(0)),
        "reset_peer" => Toxic::reset_peer(millis(0)),
        "slicer" => {
            assert!(numbers[1] > 0, "the server would crash: rand.Intn(0)");
            Toxic::slicer(small(0), small(1), Duration::from_micros(number(2)))
        }
        _ => Toxic::limit_data(number(0)),
    };
    Ok((Value::Object(attributes.collect()), toxic))
}
