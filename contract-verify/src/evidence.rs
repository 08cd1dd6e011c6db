//! Reading what the probes recorded in one run of one test.

use std::collections::BTreeMap;
use std::path::Path;

use contract_spec::evidence::{Errors, FORMAT, Function, Record, Trace};

use crate::error::{Error, Result};

/// The evidence of one run, of however many processes it consisted.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    pub(crate) processes: Vec<Recorded>,
}

/// The evidence of one process.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    pub(crate) functions: BTreeMap<u32, Function>,
    pub(crate) errors: BTreeMap<u32, Errors>,
    pub(crate) traces: Vec<Trace>,
    /// How often the mutant changed something.
    pub(crate) mutated: usize,
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
        let processes = paths.iter().map(|path| {
            let text = std::fs::read(path).map_err(|error| {
                Error::Evidence(format!("failed to read {}: {error}", path.display()))
            })?;
            Recorded::parse(&text)
        });
        Ok(Self {
            processes: processes.collect::<Result<_>>()?,
        })
    }

    /// Whether a mutant changed anything in this run.
    pub(crate) fn was_mutated(&self) -> bool {
        self.processes.iter().any(|process| process.mutated > 0)
    }
}

impl Recorded {
    fn parse(text: &[u8]) -> Result<Self> {
        let mut recorded = Self::default();
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            // A line without its end was cut short by the death of the process.
            let Some(line) = line.strip_suffix(b"\n") else {
                break;
            };
            let record = serde_json::from_slice(line)
                .map_err(|error| Error::Evidence(format!("a record cannot be read: {error}")))?;
            match record {
                Record::Process(process) if process.format != FORMAT => {
                    return Err(Error::Evidence(format!(
                        "the tests record in format {}, this program reads {FORMAT}: \
                         `resilience-contract` and `contract-verify` must be of one version",
                        process.format
                    )));
                }
                Record::Process(_) => {}
                Record::Function(function) => {
                    recorded.functions.insert(function.number, function);
                }
                Record::Errors(errors) => {
                    recorded.errors.insert(errors.function, errors);
                }
                Record::Trace(trace) => recorded.traces.push(trace),
                Record::Mutated(_) => recorded.mutated += 1,
            }
        }
        Ok(recorded)
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
                    start_us: 1,
                    end_us: 2,
                }],
                start_us: 0,
                end_us: 3,
            }),
            Record::Mutated(evidence::Mutated { call: 0 }),
        ]
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
        let recorded = Recorded::parse(written(&records()).as_bytes()).unwrap();
        assert_eq!((recorded.traces.len(), recorded.mutated), (1, 1));
    }

    #[test]
    fn a_line_cut_short_loses_itself_and_nothing_else() {
        let text = written(&records());
        let text = &text[..text.len() - 5];
        let recorded = Recorded::parse(text.as_bytes()).unwrap();
        assert_eq!((recorded.traces.len(), recorded.mutated), (1, 0));
    }

    #[test]
    fn a_broken_line_in_the_middle_is_no_evidence() {
        let text = format!("{{\"kind\":\n{}", written(&records()));
        assert!(matches!(
            Recorded::parse(text.as_bytes()),
            Err(Error::Evidence(_))
        ));
    }

    #[test]
    fn a_line_that_is_no_text_is_no_evidence() {
        let mut text = written(&records()).into_bytes();
        let place = text.iter().position(|byte| *byte == b'p').unwrap();
        text[place] = 0xff;
        assert!(matches!(Recorded::parse(&text), Err(Error::Evidence(_))));
    }

    #[test]
    fn another_format_is_refused() {
        let text = written(&[Record::Process(evidence::Process {
            format: FORMAT + 1,
            pid: 7,
        })]);
        assert!(matches!(
            Recorded::parse(text.as_bytes()),
            Err(Error::Evidence(_))
        ));
    }
}
