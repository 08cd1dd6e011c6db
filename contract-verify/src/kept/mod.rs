//! What is kept between runs of what a test binary's tests did, so that nothing runs again
//! that would do the same again.
//!
//! An answer is found by the content of whatever decides it (`key`), never by a time or a
//! name, so one that is out of date cannot be found. Only what passed, or noticed a
//! mutant, is kept; what failed, crashed, hung or flaked is always asked again.

pub(crate) mod explored;
pub(crate) mod key;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use contract_spec::evidence::{
    Mutant,
    file::{self, Again, Binary, Fate, Line, SCHEMA, VERSION},
};

use crate::answers::{Plain, Trial};
use crate::error::Result;
use crate::evidence::Evidence;
use crate::record;
use crate::sealed::{Sealer, open};
use crate::status::Status;
use crate::tests::{Entry, Test};

/// How many test binaries are remembered; those of other builds go first.
const BINARIES: usize = 256;

/// The memory of earlier runs.
#[derive(Debug)]
pub(crate) struct Kept {
    folder: PathBuf,
    /// By the index of the binary; `None` where nothing is to be kept.
    binaries: Vec<Option<Mutex<Memory>>>,
    used: AtomicUsize,
}

/// What is known of one binary.
#[derive(Debug, Default)]
struct Memory {
    key: String,
    /// Its tests, if they have been listed.
    list: Option<Vec<file::Test>>,
    answers: BTreeMap<String, Answered>,
    /// Tests that failed or flaked in this run: nothing that they say is kept.
    distrusted: BTreeSet<String>,
    changed: bool,
}

impl Memory {
    /// Where to keep what a test answers.
    fn of(&mut self, test: &Test) -> Option<&mut Answered> {
        let name = entry(test);
        if self.distrusted.contains(name) {
            return None;
        }
        Some(self.answers.entry(name.to_owned()).or_default())
    }

    /// Forgets what a test answered, and what it will.
    fn distrust(&mut self, test: &Test) {
        let name = entry(test);
        self.distrusted.insert(name.to_owned());
        self.changed |= self.answers.remove(name).is_some();
    }
}

/// What one test has answered, by its name in the binary.
#[derive(Debug, Default)]
struct Answered {
    plain: Option<(file::Run, String)>,
    trials: HashMap<String, file::Trial>,
    passed_again: bool,
}

impl Kept {
    /// The memory of the binaries with these keys. With `fresh`, nothing is remembered, and
    /// what is found out now is kept all the same.
    pub(crate) fn open(folder: &Path, keys: Vec<String>, fresh: bool, status: Status) -> Self {
        let binaries = keys.into_iter().map(|key| {
            let path = folder.join(name(&key));
            let mut memory = match std::fs::read(&path) {
                Ok(_) if fresh => Memory::default(),
                Ok(bytes) => read(&bytes, &key).unwrap_or_else(|why| {
                    status.warn(&format!(
                        "what was kept in {} is not used: {why}",
                        path.display()
                    ));
                    Memory {
                        changed: true,
                        ..Memory::default()
                    }
                }),
                Err(_) => Memory::default(),
            };
            memory.key = key;
            Some(Mutex::new(memory))
        });
        Self {
            folder: folder.to_owned(),
            binaries: binaries.collect(),
            used: AtomicUsize::new(0),
        }
    }

    /// Remembers nothing and keeps nothing.
    pub(crate) fn nothing(binaries: usize) -> Self {
        Self {
            folder: PathBuf::new(),
            binaries: (0..binaries).map(|_| None).collect(),
            used: AtomicUsize::new(0),
        }
    }

    /// How many answers were found.
    pub(crate) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    fn memory(&self, binary: usize) -> Option<MutexGuard<'_, Memory>> {
        let memory = self.binaries.get(binary)?.as_ref()?;
        Some(memory.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn found<T>(&self, answer: Option<T>) -> Option<T> {
        if answer.is_some() {
            self.used.fetch_add(1, Ordering::Relaxed);
        }
        answer
    }

    /// The tests of a binary.
    pub(crate) fn list(&self, binary: usize) -> Option<Vec<file::Test>> {
        self.memory(binary)?.list.clone()
    }

    pub(crate) fn keep_list(&self, binary: usize, tests: &[Test]) {
        let Some(mut memory) = self.memory(binary) else {
            return;
        };
        let list = tests.iter().enumerate().map(|(test, of)| file::Test {
            test,
            id: entry(of).to_owned(),
            whole: of.entry == Entry::Whole,
            ignored: of.ignored,
        });
        let list = Some(list.collect());
        memory.changed |= memory.list != list;
        memory.list = list;
    }

    /// Whether it is known how a test goes with nothing changed.
    pub(crate) fn knows(&self, test: &Test) -> bool {
        let memory = self.memory(test.binary);
        memory.is_some_and(|memory| {
            let answered = memory.answers.get(entry(test));
            answered.is_some_and(|answered| answered.plain.is_some())
        })
    }

    /// How a test went with nothing changed, if it passed.
    pub(crate) fn plain(&self, test: &Test) -> Result<Option<Plain>> {
        let Some(memory) = self.memory(test.binary) else {
            return Ok(None);
        };
        let answered = memory.answers.get(entry(test));
        let Some((run, probes)) = answered.and_then(|answered| answered.plain.clone()) else {
            return Ok(None);
        };
        drop(memory);
        let plain = Plain {
            failure: None,
            duration: Duration::from_micros(run.duration_us),
            should_panic: run.should_panic,
            evidence: Evidence::parse(&probes)?,
        };
        Ok(self.found(Some(plain)))
    }

    pub(crate) fn keep_plain(&self, test: &Test, plain: &Plain) {
        let Some(mut memory) = self.memory(test.binary) else {
            return;
        };
        if plain.failure.is_some() {
            // What it said when it passed is worth nothing either.
            memory.distrust(test);
            return;
        }
        let new = match memory.of(test) {
            Some(answered) if answered.plain.is_none() => {
                let run = record::run(0, plain);
                answered.plain = Some((run, plain.evidence.lines.clone()));
                true
            }
            _ => false,
        };
        memory.changed |= new;
    }

    /// How a test went with a mutant.
    pub(crate) fn trial(&self, test: &Test, mutant: &Mutant) -> Option<Trial> {
        let memory = self.memory(test.binary)?;
        let answered = memory.answers.get(entry(test))?;
        let trial = answered.trials.get(&mutant.to_string());
        self.found(trial.map(|trial| Trial {
            fate: trial.fate.clone(),
            changed: trial.changed.clone(),
        }))
    }

    pub(crate) fn keep_trial(&self, test: &Test, mutant: &Mutant, trial: &Trial) {
        let Some(mut memory) = self.memory(test.binary) else {
            return;
        };
        if matches!(trial.fate, Fate::Undecided(_)) {
            return;
        }
        let Some(answered) = memory.of(test) else {
            return;
        };
        let line = record::trial(0, mutant, trial);
        let before = answered.trials.insert(mutant.to_string(), line);
        memory.changed |= before.is_none();
    }

    /// Whether a test that noticed something passed again.
    pub(crate) fn passed_again(&self, test: &Test) -> bool {
        let answer = self
            .memory(test.binary)
            .and_then(|memory| memory.answers.get(entry(test)).map(|a| a.passed_again));
        self.found(answer.filter(|passed| *passed)).is_some()
    }

    pub(crate) fn keep_again(&self, test: &Test, passes: bool) {
        let Some(mut memory) = self.memory(test.binary) else {
            return;
        };
        if !passes {
            return memory.distrust(test);
        }
        let Some(answered) = memory.of(test) else {
            return;
        };
        let new = !std::mem::replace(&mut answered.passed_again, true);
        memory.changed |= new;
    }

    /// Writes down what is new. That nothing can be kept is no reason to fail.
    pub(crate) fn save(&self, status: Status) {
        let mut used = BTreeSet::new();
        for binary in 0..self.binaries.len() {
            let Some(memory) = self.memory(binary) else {
                continue;
            };
            let name = name(&memory.key);
            if memory.changed
                && let Err(error) = write(&self.folder, &name, &memory)
            {
                let folder = self.folder.display();
                status.warn(&format!(
                    "nothing is kept in {folder} for the next run: {error}"
                ));
                return;
            }
            used.insert(name);
        }
        if !used.is_empty() {
            // Whatever cannot be taken away now can be another time.
            let _left = forget(&self.folder, &used, BINARIES);
        }
    }
}

/// The name of a test in its binary; nothing for a whole binary.
fn entry(test: &Test) -> &str {
    match &test.entry {
        Entry::Named(name) => name,
        Entry::Whole => "",
    }
}

fn name(key: &str) -> String {
    format!("{key}.{}", file::EXTENSION)
}

/// Beside its place first, so that whatever is there is whole.
fn write(folder: &Path, name: &str, memory: &Memory) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let file = tempfile::NamedTempFile::new_in(folder)?;
    std::fs::write(file.path(), text(memory))?;
    file.persist(folder.join(name))?;
    Ok(())
}

fn text(memory: &Memory) -> String {
    let mut sealer = Sealer::default();
    let mut text = sealer.line(&Line::Binary(Binary {
        schema: SCHEMA.to_owned(),
        format: VERSION,
        key: memory.key.clone(),
    }));
    for test in memory.list.iter().flatten() {
        text += &sealer.line(&Line::Test(test.clone()));
    }
    let number = |name: &str| {
        let mut list = memory.list.iter().flatten();
        list.find(|test| test.id == name).map(|test| test.test)
    };
    for (name, answered) in &memory.answers {
        let Some(test) = number(name) else {
            continue;
        };
        if let Some((run, probes)) = &answered.plain {
            let run = file::Run {
                test,
                ..run.clone()
            };
            text += &sealer.run(run, probes);
        }
        for trial in answered.trials.values() {
            let trial = file::Trial {
                test,
                ..trial.clone()
            };
            text += &sealer.line(&Line::Trial(trial));
        }
        if answered.passed_again {
            let passes = true;
            text += &sealer.line(&Line::Again(Again { test, passes }));
        }
    }
    text + &sealer.end()
}

fn read(bytes: &[u8], key: &str) -> std::result::Result<Memory, String> {
    let mut lines = open(bytes)?.into_iter();
    match lines.next().map(|opened| opened.line) {
        Some(Line::Binary(binary)) if binary.key == key => {}
        _ => return Err("it is of another test binary".to_owned()),
    }
    let mut memory = Memory::default();
    let mut names: Vec<String> = Vec::new();
    for opened in lines {
        let of = |test: usize| names.get(test).cloned().ok_or("it names an unknown test");
        match opened.line {
            Line::Test(test) => {
                names.push(test.id.clone());
                memory.list.get_or_insert_default().push(test);
            }
            Line::Run(run) => {
                Evidence::parse(&opened.probes).map_err(|error| error.to_string())?;
                let answered = memory.answers.entry(of(run.test)?).or_default();
                answered.plain = Some((run, opened.probes));
            }
            Line::Trial(trial) => {
                let answered = memory.answers.entry(of(trial.test)?).or_default();
                answered.trials.insert(trial.mutant.clone(), trial);
            }
            Line::Again(again) => {
                let answered = memory.answers.entry(of(again.test)?).or_default();
                answered.passed_again = again.passes;
            }
            _ => return Err("it holds what does not belong there".to_owned()),
        }
    }
    Ok(memory)
}

/// Takes away the memories that were written longest ago, but for those in use.
fn forget(folder: &Path, used: &BTreeSet<String>, most: usize) -> std::io::Result<()> {
    let mut others = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !used.contains(&name) {
            others.push((entry.metadata()?.modified()?, entry.path()));
        }
    }
    others.sort();
    let many = (used.len() + others.len()).saturating_sub(most);
    for (_, path) in others.into_iter().take(many) {
        std::fs::remove_file(path)?;
    }
    Ok(())
}
