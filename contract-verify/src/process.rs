//! Running one program with a time limit, and leaving nothing of it behind.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How a program ended.
#[derive(Debug)]
pub(crate) struct Finished {
    /// `None` if its time ran out.
    pub(crate) status: Option<ExitStatus>,
    pub(crate) duration: Duration,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Ends programs whose time is up. One thread watches over all of them, so that
/// whoever waits for a program simply waits and hears at once that it ended.
#[derive(Debug, Clone, Default)]
pub(crate) struct Watchdog {
    watched: Arc<Watched>,
}

#[derive(Debug, Default)]
struct Watched {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Process ids with their deadlines; `None` once they have been ended.
    deadlines: HashMap<u32, Option<Instant>>,
    running: bool,
    /// Nothing may begin any more.
    closed: bool,
}

impl Watchdog {
    /// Runs a program; its output goes through files in `scratch`, because a pipe
    /// stays open as long as any child of it lives.
    pub(crate) fn run(
        &self,
        mut command: Command,
        scratch: &Path,
        limit: Duration,
    ) -> std::io::Result<Finished> {
        let (stdout, stderr) = (scratch.join("stdout"), scratch.join("stderr"));
        command
            .stdin(Stdio::null())
            .stdout(File::create(&stdout)?)
            .stderr(File::create(&stderr)?);
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let start = Instant::now();
        let mut child = command.spawn()?;
        self.watch(child.id(), start + limit);
        let status = child.wait();
        let duration = start.elapsed();
        let ended_by_us = self.release(child.id());
        // Whatever the program started and left behind would go on writing.
        end_group(child.id());
        Ok(Finished {
            status: if ended_by_us { None } else { Some(status?) },
            duration,
            stdout: read_lossy(&stdout)?,
            stderr: read_lossy(&stderr)?,
        })
    }

    fn watch(&self, process: u32, deadline: Instant) {
        let mut state = self
            .watched
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        state.deadlines.insert(process, Some(deadline));
        if state.closed {
            end_group(process);
        }
        if !state.running {
            state.running = true;
            let watched = Arc::clone(&self.watched);
            std::thread::spawn(move || watched.keep_watch());
        }
        self.watched.changed.notify_one();
    }

    /// Ends everything that runs, and whatever begins from now on.
    pub(crate) fn close(&self) {
        let mut state = self
            .watched
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        state.closed = true;
        for process in state.deadlines.keys() {
            end_group(*process);
        }
    }

    /// Whether the program was ended because its time was up.
    fn release(&self, process: u32) -> bool {
        let mut state = self
            .watched
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        state.deadlines.remove(&process) == Some(None)
    }
}

impl Watched {
    fn keep_watch(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let now = Instant::now();
            for (process, deadline) in &mut state.deadlines {
                if deadline.is_some_and(|deadline| deadline <= now) {
                    *deadline = None;
                    end_group(*process);
                }
            }
            let next = state.deadlines.values().flatten().min();
            let wait = next.map_or(Duration::from_secs(3600), |next| *next - now);
            let waited = self.changed.wait_timeout(state, wait);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

#[cfg(unix)]
fn end_group(process: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let pid = i32::try_from(process).ok().and_then(Pid::from_raw);
    if let Some(pid) = pid {
        // It fails only where there is nobody left to end, and that is what is wanted.
        let _gone = kill_process_group(pid, Signal::KILL);
    }
}

#[cfg(windows)]
fn end_group(process: u32) {
    let _ended = Command::new("taskkill")
        .args(["/F", "/T", "/PID", &process.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

fn read_lossy(path: &Path) -> std::io::Result<String> {
    Ok(String::from_utf8_lossy(&std::fs::read(path)?).into_owned())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn output_and_status_come_back() {
        let scratch = tempfile::tempdir().unwrap();
        let finished = Watchdog::default()
            .run(
                shell("echo out; echo err >&2; exit 3"),
                scratch.path(),
                Duration::from_secs(60),
            )
            .unwrap();
        assert_eq!(finished.status.and_then(|status| status.code()), Some(3));
        assert_eq!(
            (finished.stdout.as_str(), finished.stderr.as_str()),
            ("out\n", "err\n")
        );
    }

    #[test]
    fn a_program_that_hangs_is_ended_with_its_children() {
        let scratch = tempfile::tempdir().unwrap();
        let script = "sleep 600 & echo $!; wait";
        let finished = Watchdog::default()
            .run(shell(script), scratch.path(), Duration::from_millis(300))
            .unwrap();
        assert!(finished.status.is_none());
        let child = finished.stdout.trim();
        let is_alive = || {
            let found = shell(&format!("kill -0 {child}"))
                .stderr(Stdio::null())
                .status()
                .unwrap();
            found.success() && !is_zombie(child)
        };
        // A signal takes its time to arrive.
        for _ in 0..1000 {
            if !is_alive() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the child goes on");
    }

    #[test]
    fn a_child_that_keeps_the_output_open_delays_nothing() {
        let scratch = tempfile::tempdir().unwrap();
        let finished = Watchdog::default()
            .run(
                shell("sleep 600 & echo done"),
                scratch.path(),
                Duration::from_secs(60),
            )
            .unwrap();
        assert_eq!(finished.stdout, "done\n");
    }

    /// Ended, and not yet collected by whoever inherited it.
    fn is_zombie(process: &str) -> bool {
        std::fs::read_to_string(format!("/proc/{process}/stat")).is_ok_and(|stat| {
            stat.rsplit(')')
                .next()
                .is_some_and(|rest| rest.starts_with(" Z"))
        })
    }
}
