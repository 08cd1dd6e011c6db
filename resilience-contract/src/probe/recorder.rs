//! Writing evidence to this process's file.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Instant, SystemTime};

use contract_spec::evidence::{
    self, Branch, Degraded, EVIDENCE_VARIABLE, Errors, FAULTS_VARIABLE, FORMAT, Function,
    MUTANT_VARIABLE, Mutant, Mutated, Operator, Process, Record, Trace, read_faults,
};

use super::inject::Injector;
use super::leave::Variants;

/// The exit code of a process whose evidence could not be written. Going on
/// would leave a branch unseen that was entered, and that would be a lie.
const EVIDENCE_LOST: i32 = evidence::EVIDENCE_LOST;

/// The place of a contracted function, compiled in by the macro.
#[doc(hidden)]
#[derive(Debug)]
pub struct Site {
    id: &'static str,
    package: &'static str,
    /// The path of an item in the function's body.
    inner_path: fn() -> &'static str,
    file: &'static str,
    position: (u32, u32),
    branches: &'static [(&'static str, u32, u32)],
    /// The line of its attribute; what other attributes add comes after it.
    #[cfg(feature = "probe-tracing")]
    first_line: u32,
    /// What the contract says must not be logged.
    #[cfg(any(feature = "probe-log", feature = "probe-tracing"))]
    pub(super) sensitive: &'static [&'static str],
    /// How long a call to an interface may take, in microseconds.
    #[cfg(feature = "probe-inject")]
    limits: &'static [(&'static str, u64)],
    /// Its number in this process's file; 0 before its first call.
    number: AtomicU32,
    /// Whether its error enum has been written down.
    errors: AtomicBool,
    key: OnceLock<String>,
}

impl Site {
    /// A contracted function.
    pub const fn new(
        id: &'static str,
        package: &'static str,
        inner_path: fn() -> &'static str,
        file: &'static str,
        (first_line, line, column): (u32, u32, u32),
        branches: &'static [(&'static str, u32, u32)],
        (sensitive, limits): (&'static [&'static str], &'static [(&'static str, u64)]),
    ) -> Self {
        // Only who listens asks for these, or who injects.
        let _ = (first_line, sensitive, limits);
        Self {
            id,
            package,
            inner_path,
            file,
            #[cfg(feature = "probe-tracing")]
            first_line,
            position: (line, column),
            branches,
            #[cfg(any(feature = "probe-log", feature = "probe-tracing"))]
            sensitive,
            #[cfg(feature = "probe-inject")]
            limits,
            number: AtomicU32::new(0),
            errors: AtomicBool::new(false),
            key: OnceLock::new(),
        }
    }

    /// How long a call to an interface may take, if the contract says so.
    #[cfg(feature = "probe-inject")]
    pub(super) fn limit(&self, interface: &str) -> Option<std::time::Duration> {
        let mut limits = self.limits.iter();
        let (_, micros) = limits.find(|(name, _)| *name == interface)?;
        Some(std::time::Duration::from_micros(*micros))
    }

    /// The function's own path, without what its body added.
    fn path(&self) -> String {
        let path = (self.inner_path)();
        let path = path.rsplit_once("::").map_or(path, |(path, _)| path);
        path.replace("::{{closure}}", "")
    }

    /// Whether something is written between its attribute and its name: another
    /// attribute's doing.
    #[cfg(feature = "probe-tracing")]
    pub(super) fn is_before_its_name(&self, file: &str, line: u32) -> bool {
        file == self.file && (self.first_line..=self.position.0).contains(&line)
    }

    fn key(&self) -> &str {
        self.key.get_or_init(|| {
            let (line, column) = self.position;
            evidence::function_key(self.package, &self.path(), self.file, line, column)
        })
    }
}

/// The process's evidence file.
#[derive(Debug)]
pub(super) struct Recorder {
    file: Mutex<File>,
    began: Instant,
    functions: AtomicU32,
    calls: AtomicU64,
    mutant: Option<Mutant>,
    /// Where faults may be injected.
    injector: Option<Injector>,
}

/// The recorder, if the verifier asked for evidence.
pub(super) fn recorder() -> Option<&'static Recorder> {
    static RECORDER: OnceLock<Option<Recorder>> = OnceLock::new();
    RECORDER
        .get_or_init(|| {
            let folder = std::env::var_os(EVIDENCE_VARIABLE)?;
            Some(Recorder::open(Path::new(&folder)))
        })
        .as_ref()
}

/// A moment that lies before all that a process records.
///
/// The paused clock of a runtime that was there before the first contracted call stands at a
/// time before that call, and what it shows must not be cut off.
fn before(now: Instant) -> Instant {
    now.checked_sub(std::time::Duration::from_secs(60))
        .unwrap_or(now)
}

impl Recorder {
    fn open(folder: &Path) -> Self {
        let pid = std::process::id();
        // Numbers of processes come round again; the time tells them apart.
        let time = SystemTime::UNIX_EPOCH
            .elapsed()
            .map_or(0, |time| time.as_nanos());
        let path = folder.join(format!("{pid}-{time}.jsonl"));
        let file = OpenOptions::new().append(true).create_new(true).open(&path);
        let recorder = Self {
            file: Mutex::new(file.unwrap_or_else(|error| lost(&error))),
            began: before(Instant::now()),
            functions: AtomicU32::new(0),
            calls: AtomicU64::new(0),
            mutant: std::env::var_os(MUTANT_VARIABLE).map(|text| {
                let mutant = text.to_str().and_then(Mutant::parse);
                mutant.unwrap_or_else(|| lost(&format_args!("unknown mutant {text:?}")))
            }),
            injector: std::env::var_os(FAULTS_VARIABLE).map(|text| {
                let faults = text.to_str().and_then(|text| read_faults(text).ok());
                let unknown = || lost(&format_args!("unknown faults {text:?}"));
                Injector::new(faults.unwrap_or_else(unknown))
            }),
        };
        recorder.write(&Record::Process(Process {
            format: FORMAT,
            pid,
            unheard: super::logs::is_off(),
        }));
        recorder
    }

    /// A time in microseconds since the process began to record.
    pub(super) fn since_began(&self, time: Instant) -> u64 {
        let since = time.saturating_duration_since(self.began);
        u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
    }

    /// Who injects faults, where they may be.
    pub(super) fn injector(&self) -> Option<&Injector> {
        self.injector.as_ref()
    }

    pub(super) fn next_call(&self) -> u64 {
        self.calls.fetch_add(1, Ordering::Relaxed)
    }

    /// The site's number, and a line about it if it is new.
    pub(super) fn function(&self, site: &Site) -> u32 {
        let known = site.number.load(Ordering::Acquire);
        if known != 0 {
            return known;
        }
        let mut file = self.lock();
        let known = site.number.load(Ordering::Acquire);
        if known != 0 {
            return known;
        }
        let number = self.functions.fetch_add(1, Ordering::Relaxed) + 1;
        let branches = site.branches.iter().map(|(form, line, column)| Branch {
            form: (*form).to_owned(),
            line: *line,
            column: *column,
        });
        let (line, column) = site.position;
        let mut text = String::with_capacity(256);
        let record = Record::Function(Function {
            number,
            id: site.id.to_owned(),
            package: site.package.to_owned(),
            path: site.path(),
            file: site.file.to_owned(),
            line,
            column,
            branches: branches.collect(),
        });
        record.write(&mut text);
        append(&mut file, &text);
        site.number.store(number, Ordering::Release);
        number
    }

    /// Writes down the error enum of a site, once.
    pub(super) fn errors<E>(
        &self,
        site: &Site,
        function: u32,
        known: &impl Variants<E>,
        swallow: bool,
    ) {
        if site.errors.swap(true, Ordering::Relaxed) {
            return;
        }
        let names = known.names();
        let givers = |index| {
            let givers = known
                .takes(index)
                .iter()
                .filter(move |giver| **giver != index);
            givers.filter_map(|giver| Some((*names.get(*giver)?).to_owned()))
        };
        let variants = names.iter().enumerate().map(|(index, name)| {
            let sample = known.can_sample(index);
            evidence::Variant {
                name: (*name).to_owned(),
                sample,
                takes: givers(index).collect(),
                inner: known.inner(index).map(str::to_owned),
            }
        });
        self.write(&Record::Errors(Errors {
            function,
            name: known.name().to_owned(),
            variants: variants.collect(),
            swallow,
        }));
    }

    /// What the chosen mutant does, if it is one of this site and for a call like this.
    pub(super) fn operator(&self, site: &Site, calls: &[evidence::Call]) -> Option<&Operator> {
        let mutant = self.mutant.as_ref()?;
        let for_this = mutant.function == site.key()
            && mutant
                .when
                .as_ref()
                .is_none_or(|when| when.contains(&evidence::signature(calls)));
        for_this.then_some(&mutant.operator)
    }

    /// What the chosen mutant does to a retry policy in a call of this site.
    pub(super) fn retry_operator(&self, site: &Site) -> Option<&Operator> {
        let mutant = self.mutant.as_ref()?;
        (mutant.function == site.key()).then_some(&mutant.operator)
    }

    pub(super) fn mutated(&self, call: u64) {
        self.write(&Record::Mutated(Mutated { call }));
    }

    pub(super) fn write(&self, record: &Record) {
        let mut line = String::with_capacity(256);
        record.write(&mut line);
        append(&mut self.lock(), &line);
    }

    pub(super) fn write_trace(&self, trace: &Trace, degraded: &[Degraded]) {
        let mut line = String::with_capacity(256);
        trace.write_line(degraded, &mut line);
        append(&mut self.lock(), &line);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, File> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One write for one line: what a crash cuts short is the last line and nothing else.
fn append(file: &mut File, line: &str) {
    if let Err(error) = file.write_all(line.as_bytes()) {
        lost(&error);
    }
}

pub(super) fn lost(error: &dyn std::fmt::Display) -> ! {
    // The recorder has no other way to speak than the test's own standard error.
    eprintln!("resilience-contract: failed to write evidence: {error}");
    std::process::exit(EVIDENCE_LOST);
}
