//! `explore`: which runs it makes, what it says of them, and how it ends.

mod support;

use serde_json::Value;
use support::{Project, Run};

const CONTRACT: &str = r#"
format = 1

[kind.service]
summary = "A service that is called over the network"
mode.timeout = { effect = "maybe", retry = "idempotent", surface = "err" }
mode.down    = { effect = "none", retry = "yes", surface = "err" }
mode.empty   = { effect = "applied", retry = "no", surface = "ok" }

[interface.gateway]
kind = "service"
timeout = "1s"

[interface.store]
kind = "service"
timeout = "1s"

[interface.sealed]
kind = "service"
timeout = "1s"

[retry.thrice]
max_attempts = 3
backoff = "constant"
initial_delay = "1ms"
max_delay = "2ms"
jitter = "full"

[error.OrderError]
variants = ["Slow", "Down", "Empty", "Other"]

[function.order]
error = "OrderError"
idempotency = "key"

[function.order.on.gateway]
timeout = { returns = "Slow", retry = "thrice" }
down    = { returns = "Down" }
empty   = { waived = "the gateway of this shop always says something" }

[function.order.on.store]
down  = { returns = "Down" }
other = { returns = "Other" }

[function.look]
error = "OrderError"

[function.look.on.store]
empty = { returns = "Empty" }
down  = { returns = "Down" }

[function.ask]
error = "OrderError"

[function.ask.on.sealed]
down = { returns = "Down" }
"#;

/// A shop in which nothing ever fails by itself. After a time-out it looks into the store
/// before it asks again.
const SHOP: &str = r#"
use std::cell::Cell;

use resilience_contract::{FailureModes, OkFailure, external, invariant, resilience_contract};

#[derive(Debug, Clone, Copy, PartialEq, FailureModes)]
pub enum ServiceError { Timeout, Down, Odd }

#[derive(Debug, PartialEq, FailureModes)]
pub enum OrderError { Slow, Down, Empty, Other }

impl From<ServiceError> for OrderError {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Timeout => Self::Slow,
            ServiceError::Down => Self::Down,
            ServiceError::Odd => Self::Other,
        }
    }
}

/// How often each was really asked.
#[derive(Default)]
pub struct Shop { pub gateway: Cell<u32>, pub store: Cell<u32> }

impl Shop {
    fn charge(&self) -> Result<u32, ServiceError> {
        self.gateway.set(self.gateway.get() + 1);
        Ok(7)
    }

    fn look_up(&self) -> Result<(), ServiceError> {
        self.store.set(self.store.get() + 1);
        Ok(())
    }
}

#[resilience_contract("shop.order")]
pub fn order(shop: &Shop) -> Result<u32, OrderError> {
    let mut attempt = 1;
    loop {
        match external!(gateway, shop.charge()) {
            Ok(price) => return Ok(price),
            Err(ServiceError::Timeout) if attempt < 3 => external!(store, shop.look_up())?,
            Err(error) => return Err(error.into()),
        }
        attempt += 1;
    }
}

/// A list that may be empty.
pub struct Answer(Vec<u32>);

impl OkFailure for Answer {
    fn failure_mode(&self) -> Option<&'static str> {
        self.0.is_empty().then_some("empty")
    }

    fn samples() -> Vec<Self> {
        vec![Self(Vec::new())]
    }
}

#[resilience_contract("shop.look")]
pub fn look(shop: &Shop) -> Result<usize, OrderError> {
    let answer = external!(store, shop.look_up().map(|()| Answer(vec![1])))?;
    if answer.0.is_empty() {
        return Err(OrderError::Empty);
    }
    Ok(answer.0.len())
}

/// An error that nobody can make.
pub struct Sealed(());

#[resilience_contract("shop.ask")]
pub fn ask() -> Result<u32, OrderError> {
    external!(sealed, if std::hint::black_box(false) { Err(Sealed(())) } else { Ok(3) })
        .map_err(|Sealed(())| OrderError::Down)
}

#[test]
fn orders() {
    let shop = Shop::default();
    invariant!("the gateway is asked three times at most", shop.gateway.get() <= 3);
    assert_eq!(order(&shop), Ok(7));
}

#[test]
fn looks() {
    assert_eq!(look(&Shop::default()), Ok(1));
}

#[test]
fn asks() {
    assert_eq!(ask(), Ok(3));
}
"#;

fn shop(more: &str) -> Project {
    let source = format!("{SHOP}\n{more}");
    Project::new(&[("contracts/shop.toml", CONTRACT), ("src/lib.rs", &source)])
}

fn explored(project: &Project, arguments: &[&str]) -> Run {
    let mut all = vec!["explore", "--format", "json", "--quiet"];
    all.extend(arguments);
    project.verify(&all)
}

fn codes(run: &Run) -> Vec<String> {
    let report = run.report();
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| finding["code"].as_str().unwrap().to_owned())
        .collect()
}

/// A failure mode of a function, as the report has it.
fn mode(report: &Value, function: &str, mode: &str) -> Value {
    let functions = report["functions"].as_array().unwrap();
    let function = functions.iter().find(|f| f["id"] == function).unwrap();
    let modes = function["modes"].as_array().unwrap();
    modes.iter().find(|m| m["id"] == mode).unwrap().clone()
}

#[test]
fn every_declared_mode_of_every_call_is_injected() {
    let project = shop("");
    let run = explored(&project, &[]);
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    let report = run.report();
    assert_eq!(report["outcome"], "passed");
    assert_eq!(report["findings"], serde_json::json!([]));
    for (function, name) in [
        ("shop.order", "gateway.timeout"),
        ("shop.order", "gateway.down"),
        // Called only after a time-out, which no test brings about.
        ("shop.order", "store.down"),
        // By the one variant that has no line of its own.
        ("shop.order", "store.other"),
        // An `Ok` that carries a failure.
        ("shop.look", "store.empty"),
        ("shop.look", "store.down"),
    ] {
        let mode = mode(&report, function, name);
        assert_eq!(mode["explored"], true, "{mode}");
        assert!(mode["runs"].as_u64() > Some(0), "{mode}");
    }
    // What nobody can make is said, and so is the way out.
    let sealed = mode(&report, "shop.ask", "sealed.down");
    assert_eq!(sealed["explored"], false);
    let reason = sealed["reason"].as_str().unwrap();
    assert!(
        reason.contains("Sealed") && reason.contains("FaultProxy"),
        "{reason}"
    );
    assert_eq!(report["summary"]["modes"], 7);
    assert_eq!(report["summary"]["modes_explored"], 6);

    // The same for people.
    let shown = project.verify(&["explore", "--quiet"]).stdout;
    assert!(shown.contains("failure modes explored: 6/7 in"), "{shown}");
    assert!(
        shown.contains("sealed.down  not explored  not injectable"),
        "{shown}"
    );
}

#[test]
fn a_fault_that_no_call_can_have_is_a_finding() {
    let project = shop("");
    let with = |fault: &str| explored(&project, &["--only", "orders", "--fault", fault]);
    for met in [
        "gateway#1=timeout:once",
        "gateway#1=timeout+applied:lasting",
        "gateway#1=down",
    ] {
        let run = with(met);
        assert_eq!(
            (run.code, codes(&run).len()),
            (0, 0),
            "{met} {}",
            run.stdout
        );
        assert_eq!(run.report()["summary"]["runs"], 1);
        let other = mode(&run.report(), "shop.order", "store.down");
        assert_eq!(other["reason"], "only what `--fault` says was injected");
    }
    for unmet in ["gateway#2=down:once", "store#1=down:once"] {
        let run = with(unmet);
        assert_eq!(
            (run.code, codes(&run)),
            (100, vec!["RC421".to_owned()]),
            "{unmet}"
        );
    }
    assert_eq!(with("gateway=down").code, 2);
    let unknown = explored(&project, &["--only", "order"]);
    assert_eq!(unknown.code, 2);
    assert!(
        unknown.stderr.contains("did you mean `orders`?"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn a_cut_exploration_is_incomplete_and_says_what_it_left_out() {
    let project = shop("");
    let run = explored(&project, &["--budget", "2"]);
    assert_eq!(run.code, 103, "{}", run.stdout);
    let report = run.report();
    assert_eq!(report["outcome"], "incomplete");
    assert_eq!(report["summary"]["runs"], 2);
    let cut = report["cut"].as_array().unwrap().len();
    assert_eq!(report["summary"]["cut"], cut);
    assert!(cut > 0);
    let shown = project
        .verify(&["explore", "--quiet", "--budget", "2"])
        .stdout;
    assert!(
        shown.contains("INCOMPLETE: the budget left no room for"),
        "{shown}"
    );
    let enough = explored(&project, &["--budget", "1000"]);
    assert_eq!(enough.code, 0);
    assert_eq!(enough.report()["cut"], serde_json::json!([]));
}

#[test]
fn parts_explore_together_what_one_exploration_does() {
    let project = shop(
        "#[test]\nfn both() {\n    let shop = Shop::default();\n    let _ = order(&shop);\n    \
         assert_eq!(look(&shop), Ok(1));\n}",
    );
    let runs = |arguments: &[&str]| {
        let run = explored(&project, arguments);
        assert_eq!(run.code, 0, "{}", run.stdout);
        run.report()["summary"]["runs"].as_u64().unwrap()
    };
    let parts = runs(&["--partition", "slice:1/2"]) + runs(&["--partition", "slice:2/2"]);
    let whole = runs(&[]);
    assert_eq!(parts, whole);
    // Two failures of places that have nothing to do with each other.
    assert!(runs(&["--pairs"]) > whole);
}

#[test]
fn a_test_that_goes_now_this_way_and_now_that_is_left_out() {
    let project = shop(
        r#"
#[test]
fn wavers() {
    let path = std::env::temp_dir().join(format!("wavers-{}", env!("CARGO_PKG_NAME")));
    let again = std::fs::remove_file(&path).is_ok();
    if !again {
        std::fs::write(&path, "").unwrap();
        assert_eq!(order(&Shop::default()), Ok(7));
    }
    assert_eq!(look(&Shop::default()), Ok(1));
}
"#,
    );
    let run = explored(&project, &["--only", "wavers"]);
    let report = run.report();
    let left_out = report["left_out"].as_array().unwrap();
    assert_eq!(left_out.len(), 1, "{report}");
    let reason = left_out[0]["reason"].as_str().unwrap();
    assert!(reason.contains("not deterministic"), "{reason}");
    assert_eq!(report["summary"]["tests"], 0);
}

#[test]
fn threads_that_call_nothing_leave_no_test_out() {
    let project = shop(
        r#"
#[resilience_contract("shop.look")]
fn look_without_a_call(odd: bool) -> Result<usize, OrderError> {
    if odd { Err(OrderError::Empty) } else { Ok(1) }
}

#[test]
fn goes_many_ways() {
    let threads = (0..8).map(|n| std::thread::spawn(move || look_without_a_call(n % 2 == 1)));
    let threads: Vec<_> = threads.collect();
    let outcomes = threads.into_iter().map(|thread| thread.join().unwrap());
    assert_eq!(outcomes.filter(Result::is_ok).count(), 4);
}

#[test]
fn looks_in_many_threads() {
    let threads: Vec<_> = (0..8).map(|_| std::thread::spawn(|| look(&Shop::default()))).collect();
    for thread in threads {
        let _ = thread.join().unwrap();
    }
}
"#,
    );
    let run = explored(&project, &["--only", "goes_many_ways"]);
    assert_eq!(run.code, 0, "{}", run.stdout);
    assert_eq!(run.report()["summary"]["tests"], 1);
    // Alike, whichever comes first.
    let run = explored(&project, &["--only", "looks_in_many_threads"]);
    assert_eq!(
        (run.code, run.report()["summary"]["tests"].as_u64()),
        (0, Some(1))
    );
}

#[test]
fn a_fault_that_met_nothing_is_given_a_second_run() {
    let project = shop(
        r#"
/// Calls in all of its runs but the third, of those that this file counts.
#[test]
fn mostly_calls() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/runs");
    let runs = std::fs::read(path).map_or(0, |runs| runs.len());
    std::fs::write(path, vec![b'.'; runs + 1]).unwrap();
    let third = runs == 2;
    let never = runs > 2 && std::fs::exists(concat!(env!("CARGO_MANIFEST_DIR"), "/never")).unwrap();
    if !third && !never {
        let _ = look(&Shop::default());
    }
}
"#,
    );
    let once = ["--only", "mostly_calls", "--fault", "store#1=down:once"];
    let run = explored(&project, &once);
    assert_eq!((run.code, codes(&run).len()), (0, 0), "{}", run.stdout);
    std::fs::remove_file(project.path().join("runs")).unwrap();
    project.write("never", "");
    let run = explored(&project, &once);
    assert_eq!(codes(&run), ["RC421"], "{}", run.stdout);
}

#[test]
fn a_test_that_fails_by_itself_is_left_out_and_the_exploration_incomplete() {
    let project = shop("#[test]\nfn fails() { assert_eq!(look(&Shop::default()), Ok(2)); }");
    let run = explored(&project, &[]);
    assert_eq!(run.code, 102, "{}", run.stdout);
    let report = run.report();
    assert_eq!(report["outcome"], "incomplete");
    assert_eq!(report["left_out"][0]["test"], "fails");
    assert_eq!(report["summary"]["tests"], 3);
}

#[test]
fn what_is_found_is_found_again_by_the_command_that_it_comes_with() {
    let project = shop(
        r#"
#[test]
fn expects_to_be_charged_once() {
    let shop = Shop::default();
    invariant!("charged once", shop.gateway.get() == 1);
    assert_eq!(order(&shop), Ok(7));
}

#[test]
fn cannot_look() {
    let shop = Shop::default();
    invariant!("a future that has to wait for a failure", async {
        if shop.gateway.get() > 0 { true } else { std::future::pending().await }
    });
    assert_eq!(order(&shop), Ok(7));
}
"#,
    );
    let run = explored(&project, &["--only", "expects_to_be_charged_once"]);
    assert_eq!(run.code, 100, "{}", run.stdout);
    let report = run.report();
    let finding = &report["findings"][0];
    assert_eq!(finding["code"], "RC423", "{finding}");
    assert_eq!(finding["function"], "shop.order");
    assert!(
        finding["message"]
            .as_str()
            .unwrap()
            .contains("\"charged once\"")
    );
    let timeline = finding["timeline"].as_array().unwrap();
    let injected = timeline.iter().filter_map(Value::as_str);
    let injected = injected.filter(|step| step.contains("injected: gateway#1="));
    assert_eq!(injected.count(), 1, "{timeline:?}");
    let command = finding["reproduce"].as_str().unwrap();
    let arguments: Vec<&str> = command
        .split(' ')
        .skip(3)
        .map(|word| word.trim_matches('\''))
        .collect();
    let again = explored(&project, &arguments);
    assert_eq!(codes(&again), ["RC423"], "{command}");
    assert_eq!(again.report()["summary"]["runs"], 1);

    let unseen = explored(
        &project,
        &["--only", "cannot_look", "--fault", "gateway#1=down:once"],
    );
    assert_eq!(codes(&unseen), ["RC424"], "{}", unseen.stdout);
}
