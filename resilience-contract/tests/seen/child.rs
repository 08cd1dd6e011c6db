//! One scenario in a process of its own, and what it recorded.

use std::process::Command;

use contract_spec::evidence::{
    EVIDENCE_VARIABLE, LOGS_VARIABLE, Log, MUTANT_VARIABLE, Record, Trace,
};

/// The environment variable that names the scenario.
pub(crate) const SCENARIO: &str = "SEEN_SCENARIO";

/// A scenario that has run, and passed.
pub(crate) struct Child {
    traces: Vec<Trace>,
    loose: Vec<Log>,
}

impl Child {
    pub(crate) fn run(scenario: &str) -> Self {
        Self::with(scenario, "")
    }

    /// With another level than the default one.
    pub(crate) fn with(scenario: &str, level: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "child", "--nocapture"])
            .env(SCENARIO, scenario)
            .env(EVIDENCE_VARIABLE, folder.path())
            .env_remove(MUTANT_VARIABLE)
            .env_remove(LOGS_VARIABLE);
        if !level.is_empty() {
            command.env(LOGS_VARIABLE, level);
        }
        let output = command.output().unwrap();
        let (out, err) = (&output.stdout, &output.stderr);
        assert!(
            output.status.success(),
            "{scenario}\n{}\n{}",
            String::from_utf8_lossy(out),
            String::from_utf8_lossy(err)
        );
        let mut child = Self {
            traces: Vec::new(),
            loose: Vec::new(),
        };
        for entry in std::fs::read_dir(folder.path()).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            for line in text.lines() {
                child.add(serde_json::from_str(line).unwrap());
            }
        }
        child
    }

    fn add(&mut self, record: Record) {
        match record {
            Record::Trace(trace) => self.traces.push(trace),
            Record::Late(late) => {
                let mut traces = self.traces.iter_mut();
                let trace = traces.find(|trace| trace.call == late.call).unwrap();
                trace.seen.logs.push(late.log);
            }
            Record::Loose(loose) => self.loose.push(loose.log),
            _ => {}
        }
    }

    /// The one trace.
    pub(crate) fn trace(&self) -> &Trace {
        assert_eq!(self.traces.len(), 1, "{:?}", self.traces);
        &self.traces[0]
    }

    pub(crate) fn traces(&self) -> &[Trace] {
        &self.traces
    }

    pub(crate) fn loose(&self) -> &[Log] {
        &self.loose
    }
}
