//! The MCP server as a client meets it: lines of JSON over a pipe, in both lifecycles of the
//! protocol.

mod support;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use support::{Project, target_dir};

const CONTRACT: &str = r#"format = 1

[function.charge]
summary = "Charges a card"
error = "ChargeError"
idempotency = "safe"

[function.charge.on.input]
out_of_range = { returns = "Amount" }
missing = { returns = "Card" }
"#;

const SOURCE: &str = r#"
use resilience_contract::{FailureModes, resilience_contract};

#[derive(Debug, PartialEq, FailureModes)]
pub enum ChargeError { Amount, Card }

#[resilience_contract("payments.charge")]
pub fn charge(amount: u32, card: &str) -> Result<u32, ChargeError> {
    if amount == 0 { return Err(ChargeError::Amount); }
    if card.is_empty() { return Err(ChargeError::Card); }
    Ok(amount)
}

#[test]
fn nothing_is_not_charged() { assert!(charge(0, "4111").is_err()); }

#[test]
fn a_card_is_needed() { assert_eq!(charge(1, ""), Err(ChargeError::Card)); }
"#;

/// A client, and the server that it has started.
struct Client {
    server: Child,
    write: ChildStdin,
    read: BufReader<ChildStdout>,
    requests: u64,
    /// What goes with every request of the lifecycle without a beginning.
    meta: Option<Value>,
}

impl Client {
    fn start(folder: &Path) -> Self {
        let mut server = Command::new(env!("CARGO_BIN_EXE_cargo-verify-contracts"))
            .args(["verify-contracts", "mcp"])
            .current_dir(folder)
            .env("CARGO_TARGET_DIR", target_dir())
            .env_remove("RUSTFLAGS")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server");
        Self {
            write: server.stdin.take().expect("its input"),
            read: BufReader::new(server.stdout.take().expect("its output")),
            server,
            requests: 0,
            meta: None,
        }
    }

    fn send(&mut self, message: &Value) {
        writeln!(self.write, "{message}").expect("the server listens");
    }

    /// The answer to a request: what stands in `result`, or in `error`.
    fn ask(&mut self, method: &str, mut params: Value) -> Result<Value, Value> {
        self.requests += 1;
        if let Some(meta) = &self.meta {
            params["_meta"] = meta.clone();
        }
        let id = self.requests;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let mut line = String::new();
            assert!(
                self.read.read_line(&mut line).expect("a line") > 0,
                "the server has gone"
            );
            // Nothing but the protocol is on this pipe.
            let message: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}"));
            assert_eq!(message["jsonrpc"], "2.0");
            if message["id"] == id {
                return match message.get("result") {
                    Some(result) => Ok(result.clone()),
                    None => Err(message["error"].clone()),
                };
            }
        }
    }

    /// The lifecycle that begins with a handshake.
    fn initialize(folder: &Path) -> (Self, Value) {
        let mut client = Self::start(folder);
        let hello = json!({
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": { "name": "test", "version": "1" },
        });
        let info = client.ask("initialize", hello).expect("an answer");
        client.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        (client, info)
    }

    /// The lifecycle in which every request says who asks.
    fn discover(folder: &Path) -> (Self, Value) {
        let mut client = Self::start(folder);
        client.meta = Some(json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
            "io.modelcontextprotocol/clientCapabilities": {},
        }));
        let info = client.ask("server/discover", json!({})).expect("an answer");
        (client, info)
    }

    /// What a tool says, and whether it calls that an error.
    fn call(&mut self, tool: &str, arguments: Value) -> (String, bool) {
        let params = json!({ "name": tool, "arguments": arguments });
        let result = self.ask("tools/call", params).expect("a result");
        let text = result["content"][0]["text"].as_str().expect("a text");
        (text.to_owned(), result["isError"] == true)
    }

    fn end(mut self) {
        drop(self.write);
        let status = self.server.wait().expect("the server ends");
        assert!(status.success(), "{status}");
    }
}

fn project() -> Project {
    Project::new(&[
        ("contracts/payments.toml", CONTRACT),
        ("src/lib.rs", SOURCE),
    ])
}

fn names(list: &Value) -> Vec<&str> {
    let list = list.as_array().expect("a list");
    list.iter()
        .filter_map(|item| item["name"].as_str())
        .collect()
}

#[test]
fn a_session_from_the_contract_to_the_repair() {
    let project = project();
    let (mut client, info) = Client::initialize(project.path());
    assert_eq!(info["serverInfo"]["name"], "resilience-contracts");
    assert_eq!(info["protocolVersion"], "2025-06-18");

    let tools = client.ask("tools/list", json!({})).expect("tools");
    assert_eq!(
        names(&tools["tools"]),
        ["verify", "check", "get_contract", "catalog", "explain"]
    );
    for tool in tools["tools"].as_array().expect("a list") {
        assert!(jsonschema::meta::is_valid(&tool["inputSchema"]), "{tool}");
    }
    let prompts = client.ask("prompts/list", json!({})).expect("prompts");
    assert_eq!(names(&prompts["prompts"]), ["implement", "tests", "repair"]);

    let (contract, failed) = client.call("get_contract", json!({ "id": "payments.charge" }));
    assert!(contract.contains(CONTRACT.trim()) && !failed, "{contract}");
    let (checked, failed) = client.call("check", json!({}));
    assert!(
        checked.contains("checked 1 contract") && !failed,
        "{checked}"
    );

    let prompt = |client: &mut Client, name: &str| {
        let params = json!({ "name": name, "arguments": { "id": "payments.charge" } });
        let prompt = client.ask("prompts/get", params)?;
        assert_eq!(prompt["messages"][0]["role"], "user");
        let text = &prompt["messages"][0]["content"]["text"];
        Ok::<_, Value>(text.as_str().expect("a text").to_owned())
    };
    assert!(
        prompt(&mut client, "implement")
            .expect("a prompt")
            .contains("payments.charge")
    );

    let (verified, failed) = client.call("verify", json!({}));
    assert!(
        !failed && verified.ends_with("exit status: 100"),
        "{verified}"
    );
    assert!(
        verified.contains("error branches proven: 1/2"),
        "{verified}"
    );
    assert!(!verified.contains('\u{1b}'), "{verified:?}");
    let repair = prompt(&mut client, "repair").expect("a prompt");
    assert!(repair.contains("RC304"), "{repair}");
    let (explained, failed) = client.call("explain", json!({ "code": "RC304" }));
    assert!(explained.contains("RC304") && !failed);
    let (catalog, failed) = client.call("catalog", json!({ "kind": "queue" }));
    assert!(
        catalog.starts_with("## queue") && !catalog.contains("## http") && !failed,
        "{catalog}"
    );
    client.end();
}

#[test]
fn the_lifecycle_without_a_handshake() {
    let project = project();
    let (mut client, info) = Client::discover(project.path());
    let versions = info["supportedVersions"].as_array().expect("versions");
    assert!(versions.contains(&"2026-07-28".into()), "{info}");
    let tools = client.ask("tools/list", json!({})).expect("tools");
    assert_eq!(tools["tools"].as_array().map(Vec::len), Some(5));
    assert_eq!(tools["resultType"], "complete");
    let (contract, failed) = client.call("get_contract", json!({ "id": "payments.charge" }));
    assert!(contract.contains("Charges a card") && !failed);
    let params = json!({ "name": "tests", "arguments": { "id": "payments.charge" } });
    let prompt = client.ask("prompts/get", params).expect("a prompt");
    assert!(prompt["messages"][0]["content"]["text"].is_string());
    client.end();
}

#[test]
fn what_is_wrong_is_said_and_the_server_goes_on() {
    let project = project();
    let secret = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(secret.path(), "format = 1 # the secret\n").expect("a file");
    let (mut client, _) = Client::initialize(project.path());
    for path in [secret.path().to_str().expect("a path"), "../", "/etc"] {
        let (said, failed) = client.call("check", json!({ "paths": [path] }));
        assert!(
            failed && said.contains("outside of the workspace"),
            "{said}"
        );
        assert!(!said.contains("the secret"));
    }
    for (tool, arguments) in [
        ("get_contract", json!({ "id": "payments.refund" })),
        ("get_contract", json!({ "id": "--help" })),
        ("catalog", json!({ "kind": "htpp" })),
        ("explain", json!({ "code": "RC999" })),
        ("verify", json!({ "package": "no-such-package" })),
        ("verify", json!({ "target-dir": "/tmp" })),
    ] {
        let (said, failed) = client.call(tool, arguments.clone());
        assert!(failed && !said.is_empty(), "{tool} {arguments}: {said}");
    }
    let unknown = client.ask("tools/call", json!({ "name": "rm", "arguments": {} }));
    assert!(unknown.is_err());
    let (contract, failed) = client.call("get_contract", json!({ "id": "payments.charge" }));
    assert!(contract.contains("Charges a card") && !failed);
    client.end();
}
