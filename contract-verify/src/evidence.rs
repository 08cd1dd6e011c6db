//! Reading what the probes recorded in one run of one test.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use contract_spec::evidence::{
    Errors, FORMAT, Function, Invariant, Log, Record, Step, Trace, signature,
};

use crate::error::{Error, Result};

/// The evidence of one run, of however many processes it consisted.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    pub(crate) processes: Vec<Recorded>,
    /// The same as the probes wrote it, one process after the other, in whole lines.
    pub(crate) lines: String,
}

/// The evidence of one process.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    /// Whether its first line has been read.
    began: bool,
    pub(crate) functions: BTreeMap<u32, Function>,
    pub(crate) errors: BTreeMap<u32, Errors>,
    pub(crate) traces: Vec<Trace>,
    /// Whether log events were not recorded.
    pub(crate) unheard: bool,
    /// Log events in the course of no call.
    pub(crate) loose: Vec<Log>,
    /// The calls whose result the mutant changed.
    pub(crate) mutated: Vec<u64>,
    /// What the test says must hold, where it was looked at.
    pub(crate) invariants: Vec<Invariant>,
    /// How far calls to interfaces came, where faults may be injected.
    pub(crate) steps: Vec<Step>,
}

impl Evidence {
    /// Reads every file of a folder.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let unreadable = |error| Error::Read {
            path: folder.to_owned(),
            error,
        };
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "jsonl")
            {
                paths.push(path);
            }
        }
        paths.sort();
        let mut evidence = Self::default();
        for path in paths {
            let text = std::fs::read(&path).map_err(|error| {
                Error::Evidence(format!("failed to read {}: {error}", path.display()))
            })?;
            evidence.process(&text)?;
        }
        Ok(evidence)
    }

    /// Reads what one process wrote.
    fn process(&mut self, text: &[u8]) -> Result<()> {
        // A line without its end was cut short by the death of the process.
        let whole = text.iter().rposition(|byte| *byte == b'\n');
        let text = std::str::from_utf8(&text[..whole.map_or(0, |end| end + 1)])
            .map_err(|error| Error::Evidence(format!("a record cannot be read: {error}")))?;
        self.processes.push(Recorded::default());
        self.add(text)
    }

    /// Reads [`Self::lines`] again.
    pub(crate) fn parse(lines: &str) -> Result<Self> {
        let mut evidence = Self::default();
        evidence.add(lines)?;
        Ok(evidence)
    }

    fn add(&mut self, text: &str) -> Result<()> {
        for line in text.lines() {
            let record = serde_json::from_str(line)
                .map_err(|error| Error::Evidence(format!("a record cannot be read: {error}")))?;
            if let Record::Process(process) = &record {
                if process.format != FORMAT {
                    return Err(Error::Evidence(format!(
                        "the tests record in format {}, this program reads {FORMAT}: \
                         `resilience-contract` and `contract-verify` must be of one version",
                        process.format
                    )));
                }
                // The first line of a file.
                if self.processes.last().is_none_or(|last| last.began) {
                    self.processes.push(Recorded::default());
                }
            }
            match self.processes.last_mut() {
                Some(process) => process.record(record),
                None => {
                    let message = "a record stands before that of its process";
                    return Err(Error::Evidence(message.to_owned()));
                }
            }
        }
        self.lines.push_str(text);
        Ok(())
    }

    /// Whether log events were not recorded in this run.
    pub(crate) fn is_unheard(&self) -> bool {
        self.processes.iter().any(|process| process.unheard)
    }

    /// Whether a mutant changed anything in this run.
    pub(crate) fn was_mutated(&self) -> bool {
        self.processes
            .iter()
            .any(|process| !process.mutated.is_empty())
    }

    /// The failures that stood in the calls whose result a mutant changed.
    pub(crate) fn changed(&self) -> BTreeSet<String> {
        let mut changed = BTreeSet::new();
        for process in &self.processes {
            let mutated: BTreeSet<u64> = process.mutated.iter().copied().collect();
            let traces = process.traces.iter();
            let traces = traces.filter(|trace| mutated.contains(&trace.call));
            changed.extend(traces.map(|trace| signature(&trace.calls)));
        }
        changed
    }
}

impl Recorded {
    fn record(&mut self, record: Record) {
        match record {
            Record::Process(process) => {
                self.began = true;
                self.unheard = process.unheard;
            }
            Record::Function(function) => {
                self.functions.insert(function.number, function);
            }
            Record::Errors(errors) => {
                self.errors.insert(errors.function, errors);
            }
            Record::Trace(trace) => self.traces.push(trace),
            Record::Mutated(mutated) => self.mutated.push(mutated.call),
            Record::Late(late) => {
                let mut traces = self.traces.iter_mut().rev();
                if let Some(trace) = traces.find(|trace| trace.call == late.call) {
                    trace.seen.logs.push(late.log);
                }
            }
            Record::Loose(loose) => self.loose.push(loose.log),
            Record::Invariant(invariant) => self.invariants.push(invariant),
            Record::Step(step) => self.steps.push(step),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract_spec::evidence::{self, Outcome};

    fn records() -> Vec<Record> {
        vec![
            Record::Process(evidence::Process {
                format: FORMAT,
                pid: 7,
                unheard: true,
            }),
            Record::Function(Function {
                number: 1,
                id: "payments.charge".into(),
                package: "checkout".into(),
                path: "checkout::charge".into(),
                file: "src/a \"quoted\"\u{1}\\ü.rs".into(),
                line: 3,
                column: 8,
                branches: vec![evidence::Branch {
                    form: "question_mark".into(),
                    line: 4,
                    column: 20,
                }],
            }),
            Record::Errors(Errors {
                function: 1,
                name: "ChargeError".into(),
                variants: vec![evidence::Variant {
                    name: "Timeout".into(),
                    sample: true,
                    takes: vec!["Late".into()],
                    inner: Some("Phase".into()),
                }],
                swallow: false,
            }),
            Record::Trace(Trace {
                function: 1,
                call: 0,
                parent: None,
                thread: Some("tests::times_out".into()),
                outcome: Outcome::Err,
                variant: Some("Timeout".into()),
                branch: Some(0),
                calls: vec![evidence::Call {
                    interface: "gateway".into(),
                    site: "src/a.rs:1:1".into(),
                    failed: true,
                    cancelled: false,
                    mode: Some("timeout".into()),
                    transaction: Some(evidence::Transaction::Commit),
                    error: vec!["no answer".into(), "Timeout".into()],
                    start_us: 1,
                    end_us: 2,
                    explored: Some(evidence::Explored {
                        number: 3,
                        value: "Result<(), E>".into(),
                        injectable: vec!["timeout".into()],
                        whole: true,
                        unlimited: true,
                        waits: true,
                        injected: Some("gateway#3=timeout:once".into()),
                    }),
                }],
                start_us: 0,
                end_us: 3,
                seen: evidence::Seen {
                    clock: evidence::Clock::Paused,
                    returned: vec!["too \"slow\"".into()],
                    logs: vec![log("not charged")],
                    logs_cut: true,
                    logs_unseen: Some("a reason".into()),
                    spans_unseen: Some("another".into()),
                    planted: vec![field("correlation_id", "c-1")],
                    retries: vec![evidence::Retry {
                        policy: evidence::policy_key(3, true, 100, 2.0, 400, "full"),
                        delays_us: vec![7, 9],
                        exhausted: true,
                    }],
                },
            }),
            Record::Mutated(evidence::Mutated { call: 0 }),
            Record::Late(evidence::Late {
                call: 0,
                log: log("late"),
            }),
            Record::Loose(evidence::Loose { log: log("loose") }),
            Record::Step(Step {
                call: 0,
                function: 1,
                interface: "gateway".into(),
                number: 3,
                ended: true,
                injected: Some("gateway#3=timeout:once".into()),
            }),
            Record::Invariant(evidence::Invariant {
                name: "money is conserved".into(),
                site: "tests/a.rs:3".into(),
                held: Some(false),
                reason: Some("7 cents too many".into()),
            }),
            Record::Invariant(evidence::Invariant {
                name: "nobody waits".into(),
                site: "tests/a.rs:4".into(),
                held: None,
                reason: None,
            }),
        ]
    }

    fn field(name: &str, value: &str) -> evidence::Field {
        evidence::Field {
            name: name.into(),
            value: value.into(),
        }
    }

    fn log(message: &str) -> Log {
        Log {
            at_us: 2,
            level: evidence::LogLevel::Warn,
            target: "shop::payments".into(),
            message: message.into(),
            fields: vec![field("service", "acme"), field("error", "no answer")],
            spans: vec![field("correlation_id", "c-1")],
            leaks: vec!["card".into()],
        }
    }

    fn parsed(text: &[u8]) -> Result<Evidence> {
        let mut evidence = Evidence::default();
        evidence.process(text)?;
        Ok(evidence)
    }

    fn written(records: &[Record]) -> String {
        let mut text = String::new();
        for record in records {
            record.write(&mut text);
        }
        text
    }

    #[test]
    fn what_the_recorder_writes_is_read_back() {
        for record in records() {
            let text = written(std::slice::from_ref(&record));
            assert_eq!(
                serde_json::from_str::<Record>(text.trim_end()).unwrap(),
                record
            );
        }
        let evidence = parsed(written(&records()).as_bytes()).unwrap();
        let recorded = &evidence.processes[0];
        assert_eq!((recorded.traces.len(), &*recorded.mutated), (1, &[0][..]));
        assert_eq!(evidence.changed(), ["gateway.timeout".to_owned()].into());
        let messages = recorded.traces[0].seen.logs.iter().map(|log| &*log.message);
        assert_eq!(messages.collect::<Vec<_>>(), ["not charged", "late"]);
        assert_eq!(recorded.loose, [log("loose")]);
        assert_eq!(recorded.invariants[0].held, Some(false));
    }

    #[test]
    fn what_several_processes_wrote_is_passed_on_and_read_again() {
        let mut evidence = parsed(written(&records()).as_bytes()).unwrap();
        evidence.process(b"").unwrap();
        evidence.process(written(&records()).as_bytes()).unwrap();
        let again = Evidence::parse(&evidence.lines).unwrap();
        let traces = |evidence: &Evidence| -> Vec<usize> {
            let processes = evidence.processes.iter().filter(|process| process.began);
            processes.map(|process| process.traces.len()).collect()
        };
        assert_eq!(traces(&again), [1, 1]);
        assert_eq!(traces(&again), traces(&evidence));
        assert_eq!(again.lines, evidence.lines);
        assert!(Evidence::parse(evidence.lines.split_once('\n').unwrap().1).is_err());
    }

    #[test]
    fn a_line_cut_short_loses_itself_and_nothing_else() {
        let text = written(&records());
        let text = &text[..text.len() - 5];
        let evidence = parsed(text.as_bytes()).unwrap();
        let recorded = &evidence.processes[0];
        assert_eq!((recorded.loose.len(), recorded.invariants.len()), (1, 1));
    }

    #[test]
    fn a_broken_line_in_the_middle_is_no_evidence() {
        let text = format!("{{\"kind\":\n{}", written(&records()));
        assert!(matches!(parsed(text.as_bytes()), Err(Error::Evidence(_))));
    }

    #[test]
    fn a_line_that_is_no_text_is_no_evidence() {
        let mut text = written(&records()).into_bytes();
        let place = text.iter().position(|byte| *byte == b'p').unwrap();
        text[place] = 0xff;
        assert!(matches!(parsed(&text), Err(Error::Evidence(_))));
    }

    #[test]
    fn another_format_is_refused() {
        let text = written(&[Record::Process(evidence::Process {
            format: FORMAT + 1,
            pid: 7,
            unheard: true,
        })]);
        assert!(matches!(parsed(text.as_bytes()), Err(Error::Evidence(_))));
    }
}
