//! What `explore` injects, and what it makes of it: each value of a mode, calls that never
//! answer, workers, and pairs.

mod support;

use serde_json::Value;
use support::{Project, Run};

const TOKIO: &str =
    r#"tokio = { version = "1", features = ["macros", "rt", "sync", "test-util", "time"] }"#;

const CONTRACT: &str = r#"
format = 1

[kind.service]
summary = "A service that is called over the network"
mode.timeout = { effect = "none", retry = "yes", surface = "err" }
mode.down    = { effect = "none", retry = "yes", surface = "err" }

[interface.gateway]
kind = "service"
timeout = "1s"

[interface.line]
kind = "service"
timeout = "1s"

[interface.jobs]
kind = "service"
timeout = "1s"

[error.CallError]
variants = ["Slow", "Down", "Other"]

[function.call]
error = "CallError"

[function.call.on.gateway]
timeout = { returns = "Slow" }
down    = { returns = "Down" }
other   = { returns = "Other" }

[function.dial]
error = "CallError"

[function.dial.on.line]
timeout = { returns = "Slow" }
down    = { returns = "Down" }

[function.work]
error = "CallError"

[function.work.on.jobs]
down = { returns = "Down" }

[function.work.on.line]
timeout = { recovers = "the job is put aside for a person to look at" }
down    = { recovers = "the job is put aside for a person to look at" }
"#;

const HEAD: &str = r#"
use std::time::Duration;
use resilience_contract::{FailureModes, external, resilience_contract};

/// It says itself that it took too long, in two ways.
#[derive(Debug, Clone, Copy, PartialEq, FailureModes)]
pub enum GatewayError {
    #[failure(mode = "timeout")] Connect,
    #[failure(mode = "timeout")] Read,
    Down, Odd, Weird,
}

/// It does not know what too long is.
#[derive(Debug, Clone, Copy, PartialEq, FailureModes)]
pub enum LineError { Down }

#[derive(Debug, PartialEq, FailureModes)]
pub enum CallError { Slow, Down, Other }

pub async fn ask() -> Result<u32, GatewayError> { Ok(7) }
pub async fn ring() -> Result<u32, LineError> { Ok(7) }
"#;

fn project(source: &str) -> Project {
    let source = format!("{HEAD}\n{source}");
    let files = [("contracts/shop.toml", CONTRACT), ("src/lib.rs", &*source)];
    Project::depending(TOKIO, &files)
}

fn explored(project: &Project, arguments: &[&str]) -> Run {
    let mut all = vec!["explore", "--format", "json", "--quiet"];
    all.extend(arguments);
    project.verify(&all)
}

/// The code of each finding, its test, and its faults.
fn found(run: &Run) -> Vec<String> {
    let report = run.report();
    let findings = report["findings"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let faults = |finding: &Value| {
        let faults = finding["faults"].as_array().unwrap().iter();
        faults.map(text).collect::<Vec<_>>().join(" ")
    };
    let mut found: Vec<String> = findings
        .map(|finding| {
            let (code, test) = (text(&finding["code"]), text(&finding["test"]));
            format!("{code} {test} {}", faults(finding))
        })
        .collect();
    found.sort();
    found
}

#[test]
fn every_value_that_bears_a_mode_is_injected() {
    let project = project(
        r#"
/// Knows one of the two ways in which the gateway is too slow.
#[resilience_contract("shop.call")]
pub async fn half() -> Result<u32, CallError> {
    external!(gateway, ask().await).map_err(|error| match error {
        GatewayError::Connect => CallError::Slow,
        GatewayError::Read | GatewayError::Down => CallError::Down,
        GatewayError::Odd | GatewayError::Weird => CallError::Other,
    })
}

#[resilience_contract("shop.call")]
pub async fn whole() -> Result<u32, CallError> {
    external!(gateway, ask().await).map_err(|error| match error {
        GatewayError::Connect | GatewayError::Read => CallError::Slow,
        GatewayError::Down => CallError::Down,
        GatewayError::Odd | GatewayError::Weird => CallError::Other,
    })
}

#[tokio::test] async fn halves() { assert_eq!(half().await, Ok(7)); }
#[tokio::test] async fn wholes() { assert_eq!(whole().await, Ok(7)); }
"#,
    );
    let run = explored(&project, &[]);
    let expected = ["RC404 halves gateway#1=timeout/2:once"];
    assert_eq!(found(&run), expected, "{}\n{}", run.stdout, run.stderr);
    // Two of `timeout`, one of `down`, and one that stands for `other`, which may have been
    // carried out all the same: in each test.
    assert_eq!(run.report()["summary"]["runs"], 10);
    let again = ["--only", "halves", "--fault", "gateway#1=timeout/2:once"];
    assert_eq!(found(&explored(&project, &again)), expected);
    let third = ["--only", "halves", "--fault", "gateway#1=timeout/3:once"];
    let third = explored(&project, &third);
    assert_eq!(third.code, 2);
    let why = "has 2 values for `timeout`";
    assert!(third.stderr.contains(why), "{}", third.stderr);
}

#[test]
fn a_call_that_never_answers_needs_somebody_who_ends_the_wait() {
    let project = project(
        r#"
const LIMIT: Duration = Duration::from_millis(300);

#[resilience_contract("shop.dial")]
pub async fn waits() -> Result<u32, CallError> {
    external!(line, ring().await).map_err(|LineError::Down| CallError::Down)
}

#[resilience_contract("shop.dial")]
pub async fn limits() -> Result<u32, CallError> {
    let call = async { external!(line, ring().await) };
    match tokio::time::timeout(LIMIT, call).await {
        Ok(answer) => answer.map_err(|LineError::Down| CallError::Down),
        Err(_late) => Err(CallError::Slow),
    }
}

#[resilience_contract("shop.dial")]
pub async fn persists() -> Result<u32, CallError> {
    loop {
        let call = async { external!(line, ring().await) };
        if let Ok(answer) = tokio::time::timeout(LIMIT, call).await {
            return answer.map_err(|LineError::Down| CallError::Down);
        }
    }
}

/// The limit is inside of the call.
#[resilience_contract("shop.dial")]
pub async fn limits_inside() -> Result<u32, CallError> {
    let answer = external!(line, tokio::time::timeout(LIMIT, ring()).await.unwrap_or(Err(LineError::Down)));
    answer.map_err(|LineError::Down| CallError::Down)
}

/// The line is asked where nothing can be awaited.
#[resilience_contract("shop.dial")]
pub fn blocks() -> Result<u32, CallError> {
    external!(line, Ok::<u32, LineError>(7)).map_err(|LineError::Down| CallError::Down)
}

/// The gateway says by itself that it took too long.
#[resilience_contract("shop.call")]
pub async fn asks() -> Result<u32, CallError> {
    external!(gateway, ask().await).map_err(|error| match error {
        GatewayError::Connect | GatewayError::Read => CallError::Slow,
        GatewayError::Down => CallError::Down,
        GatewayError::Odd | GatewayError::Weird => CallError::Other,
    })
}

/// While a blocking task runs, a paused clock does not go on.
#[tokio::test(start_paused = true)]
async fn asked_beside_a_blocked_thread() {
    let (done, wait) = std::sync::mpsc::channel::<()>();
    let blocked = tokio::task::spawn_blocking(move || wait.recv().is_err());
    let _answer = asks().await;
    drop(done);
    assert!(blocked.await.unwrap());
}

#[tokio::test] async fn waiting() { assert_eq!(waits().await, Ok(7)); }
#[tokio::test(start_paused = true)] async fn waiting_by_a_paused_clock() { assert_eq!(waits().await, Ok(7)); }
#[tokio::test] async fn limited() { assert_eq!(limits().await, Ok(7)); }
#[tokio::test(start_paused = true)] async fn limited_by_a_paused_clock() { assert_eq!(limits().await, Ok(7)); }
#[tokio::test(start_paused = true)] async fn persisting() { assert_eq!(persists().await, Ok(7)); }
#[tokio::test] async fn limited_inside() { assert_eq!(limits_inside().await, Ok(7)); }
#[test] fn blocked() { assert_eq!(blocks(), Ok(7)); }
#[tokio::test] async fn asked() { assert_eq!(asks().await, Ok(7)); }
"#,
    );
    let run = explored(&project, &[]);
    assert_eq!(
        found(&run),
        [
            "RC422 persisting line#1=hangs:lasting",
            // One finding, with the first of the runs that show it.
            "RC422 waiting line#1=hangs:once",
        ],
        "{}\n{}",
        run.stdout,
        run.stderr
    );
    let report = run.report();
    for finding in report["findings"].as_array().unwrap() {
        let waiting = finding["test"] == "waiting";
        assert_eq!(finding["runs"], if waiting { 2 } else { 1 });
        assert_eq!(finding["mode"], "line.timeout");
    }
    // Who has a time-out of its own is in that mode, and it has been explored.
    let functions = report["functions"].as_array().unwrap();
    let timeout = |function: &str| {
        let is_it = |f: &&Value| f["path"].as_str().unwrap().ends_with(function);
        let function = functions.iter().find(is_it).unwrap();
        function["modes"][0].clone()
    };
    assert_eq!(timeout("::limits")["explored"], true);
    for cannot in ["::limits_inside", "::blocks"] {
        assert_eq!(timeout(cannot)["explored"], false, "{cannot}");
    }
    // By hand it is nobody's guess: what cannot wait did not.
    let by_hand = ["--only", "blocked", "--fault", "line#1=hangs:once"];
    let by_hand = found(&explored(&project, &by_hand));
    assert_eq!(by_hand, ["RC421 blocked line#1=hangs:once"]);
}

#[test]
fn whoever_gives_up_waiting_has_to_say_so() {
    let project = project(
        r#"
const LIMIT: Duration = Duration::from_millis(300);

/// A line that does not answer costs nothing, it thinks.
#[resilience_contract("shop.dial")]
pub async fn makes_it_up() -> Result<u32, CallError> {
    let call = async { external!(line, ring().await) };
    let answer = tokio::time::timeout(LIMIT, call).await.unwrap_or(Ok(0));
    answer.map_err(|LineError::Down| CallError::Down)
}

/// Asks a second time, and takes the answer that comes first.
#[resilience_contract("shop.dial")]
pub async fn hedges() -> Result<u32, CallError> {
    let first = async { external!(line, ring().await) };
    tokio::pin!(first);
    let answer = tokio::select! {
        answer = &mut first => answer,
        () = tokio::time::sleep(LIMIT) => {
            let second = async { external!(line, ring().await) };
            match tokio::time::timeout(LIMIT, async {
                tokio::select! { answer = &mut first => answer, answer = second => answer }
            }).await {
                Ok(answer) => answer,
                Err(_late) => return Err(CallError::Slow),
            }
        }
    };
    answer.map_err(|LineError::Down| CallError::Down)
}

#[tokio::test(start_paused = true)]
async fn making_it_up() { assert_eq!(makes_it_up().await, Ok(7)); }
#[tokio::test(start_paused = true)]
async fn hedging() { assert_eq!(hedges().await, Ok(7)); }
"#,
    );
    let run = explored(&project, &[]);
    let expected = ["RC403 making_it_up line#1=hangs:once"];
    assert_eq!(found(&run), expected, "{}\n{}", run.stdout, run.stderr);
    // It hedged.
    let both = ["line#1=hangs:once", "line#2=hangs:once"];
    let both = explored(
        &project,
        &["--only", "hedging", "--fault", both[0], "--fault", both[1]],
    );
    assert_eq!(found(&both), [""; 0], "{}", both.stdout);
}

#[test]
fn a_worker_that_waits_for_its_next_job_has_come_back() {
    let project = project(
        r#"
use tokio::sync::{mpsc, oneshot};
type Job = oneshot::Sender<u32>;

#[derive(Debug, FailureModes)]
pub enum JobsError { Down }

async fn next(jobs: &mut mpsc::Receiver<Job>) -> Result<Option<Job>, JobsError> { Ok(jobs.recv().await) }

/// Puts aside what cannot be done, and goes on.
#[resilience_contract("shop.work")]
pub async fn work(mut jobs: mpsc::Receiver<Job>) -> Result<(), CallError> {
    let mut aside = Vec::new();
    while let Some(job) = external!(jobs, next(&mut jobs).await).map_err(|JobsError::Down| CallError::Down)? {
        let call = async { external!(line, ring().await) };
        match tokio::time::timeout(Duration::from_millis(300), call).await {
            Ok(Ok(answer)) => { let _told: Result<(), u32> = job.send(answer); }
            Ok(Err(LineError::Down)) | Err(_) => aside.push(job),
        }
    }
    Ok(())
}

/// Gives up the first time, and then holds its caller for ever.
#[resilience_contract("shop.dial")]
pub async fn sulks() -> Result<u32, CallError> {
    match external!(line, ring().await) {
        Ok(answer) => Ok(answer),
        Err(LineError::Down) => std::future::pending().await,
    }
}

#[tokio::test]
async fn works() {
    let (jobs, queue) = mpsc::channel(1);
    tokio::spawn(work(queue));
    let (job, answer) = oneshot::channel();
    jobs.send(job).await.unwrap();
    assert_eq!(answer.await, Ok(7));
}

#[tokio::test]
async fn sulking() { assert_eq!(sulks().await, Ok(7)); }
"#,
    );
    let once = |test: &str, fault: &str| explored(&project, &["--only", test, "--fault", fault]);
    let run = once("works", "line#1=down:once");
    assert_eq!(found(&run), [""; 0], "{}", run.stdout);
    let report = run.report();
    let reason = report["left_out"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("waits for its next job"), "{reason}");
    let run = once("sulking", "line#1=down:once");
    assert_eq!(found(&run), ["RC422 sulking line#1=down:once"]);
}

#[test]
fn of_two_failures_the_first_may_take_the_way_to_the_second() {
    let project = project(
        r#"
fn told(error: GatewayError) -> CallError {
    match error {
        GatewayError::Connect | GatewayError::Read => CallError::Slow,
        GatewayError::Down => CallError::Down,
        GatewayError::Odd | GatewayError::Weird => CallError::Other,
    }
}

#[resilience_contract("shop.call")]
pub async fn call_twice() -> Result<u32, CallError> {
    external!(gateway, ask().await).map_err(told)?;
    external!(gateway, ask().await).map_err(told)
}

/// All of it happens at one time, by this clock.
#[tokio::test(start_paused = true)]
async fn calls() { assert_eq!(call_twice().await, Ok(7)); }

#[tokio::test(start_paused = true)]
async fn calls_and_calls_again() {
    let (_first, _second) = (call_twice().await, call_twice().await);
}
"#,
    );
    let run = explored(&project, &["--pairs"]);
    assert_eq!(found(&run), [""; 0], "{}\n{}", run.stdout, run.stderr);
    // There are pairs: a failure of the first function, and one of the second.
    let single = explored(&project, &[]).report()["summary"]["runs"].as_u64();
    assert!(run.report()["summary"]["runs"].as_u64() > single);
    // Nobody plans what cannot be; who asks for it is told.
    let never = ["gateway#1=down:once", "gateway#2=down:once"];
    let never = explored(
        &project,
        &["--only", "calls", "--fault", never[0], "--fault", never[1]],
    );
    assert_eq!(
        found(&never),
        ["RC421 calls gateway#1=down:once gateway#2=down:once"]
    );
}
