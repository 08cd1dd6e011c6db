//! Building, and listing what there is to run.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use contract_spec::evidence::file::{self, Header, Inputs, Partition, SCHEMA, VERSION};

use super::scratch::Scratch;
use super::setting::Setting;
use crate::answers::Live;
use crate::build::{self, Binary, Build};
use crate::cli::Options;
use crate::compiled;
use crate::contracts::is_attribute_used;
use crate::error::{Error, Result};
use crate::exit;
use crate::eyes;
use crate::inventory::{self, Inventory};
use crate::kept::Kept;
use crate::kept::explored::{Mark, Origin};
use crate::kept::key::Surroundings;
use crate::observe::TestIndex;
use crate::parallel;
use crate::process::Watchdog;
use crate::record::{Plan, Record};
use crate::status::{self, Status};
use crate::tests::{Entry, Runner, Test};
use crate::workspace::Workspace;

/// Everything that is known before a test runs.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) inventory: Inventory,
    pub(crate) tests: Vec<Test>,
    pub(crate) runner: Runner,
    build: Build,
    /// What the run is about, where that is known without looking.
    inputs: Option<Inputs>,
    kept: Option<Kept>,
    /// Files that this program writes itself.
    own: Vec<PathBuf>,
    site: Site,
}

/// Where things are built and run.
#[derive(Debug)]
pub(super) struct Site {
    /// This program's own folder in the target directory.
    folder: PathBuf,
    pub(super) scratch: Scratch,
    watchdog: Watchdog,
}

impl Site {
    pub(super) fn new(workspace: &Workspace, options: &Options, status: Status) -> Result<Self> {
        let watchdog = Watchdog::default();
        leave_nothing_behind(&watchdog);
        let folder = workspace.target_directory(options).join("verify-contracts");
        let scratch = Scratch::new(&folder, status)?;
        Ok(Self {
            folder,
            scratch,
            watchdog,
        })
    }

    /// Has cargo build.
    pub(super) fn build(&self, setting: &Setting, options: &Options) -> Result<Build> {
        // A build may take minutes, and would come to the same.
        if setting.contracts.files.is_empty() && !is_attribute_used(&setting.workspace)? {
            return Err(Error::NoContracts);
        }
        let plan = self.scratch.path().join("plan.jsonl");
        build::build(&setting.workspace, options, &plan)
    }
}

impl Prepared {
    /// Builds. `None` if contracts turn out to be mistaken that only the sources name.
    /// `own` are files that this program writes itself.
    pub(crate) fn new(
        setting: &mut Setting,
        options: &Options,
        own: &[PathBuf],
        status: Status,
    ) -> Result<Option<Self>> {
        let site = Site::new(&setting.workspace, options, status)?;
        let mut build = site.build(setting, options)?;
        let jobs = jobs(options);
        let binaries = std::mem::take(&mut build.binaries);
        let surroundings = Surroundings {
            binaries: &binaries,
            libraries: &build.libraries,
            compiled: &compiled::files(&build.artifacts),
            own,
            workspace: &setting.workspace,
            jobs,
        };
        let kept = match surroundings.keys() {
            Ok(keys) => Kept::open(&site.folder.join("kept"), keys, options.fresh, status),
            Err(error) => {
                status.warn(&format!("nothing is kept for the next run: {error}"));
                Kept::nothing(binaries.len())
            }
        };
        build.binaries = binaries;
        let mut prepared = Self::of(setting, options, site, build, kept, None)?;
        if let Some(prepared) = &mut prepared {
            prepared.own = own.to_vec();
        }
        Ok(prepared)
    }

    /// The same from an archive, of which it is known what went into it.
    pub(super) fn archived(
        setting: &mut Setting,
        options: &Options,
        site: Site,
        build: Build,
        inputs: Inputs,
    ) -> Result<Option<Self>> {
        // Where it is unpacked, nothing is the same a second time.
        let kept = Kept::nothing(build.binaries.len());
        Self::of(setting, options, site, build, kept, Some(inputs))
    }

    fn of(
        setting: &mut Setting,
        options: &Options,
        site: Site,
        mut build: Build,
        kept: Kept,
        inputs: Option<Inputs>,
    ) -> Result<Option<Self>> {
        let all = !setting.policy.required.is_empty();
        let inventory = inventory::find(&setting.workspace, &build, &mut setting.contracts, all)?;
        setting.contracts.judge(Some(&setting.workspace))?;
        if setting.mistakes().is_some() {
            return Ok(None);
        }
        if setting.contracts.files.is_empty() {
            return Err(Error::NoContracts);
        }
        let binaries = std::mem::take(&mut build.binaries);
        let runner = Runner::new(
            binaries,
            site.scratch.path(),
            site.watchdog.clone(),
            eyes::level(&setting.contracts),
            setting.workspace.serial(),
        );
        let limit = Duration::from_secs(options.test_timeout);
        let tests = list(&setting.workspace, &runner, &kept, limit, jobs(options))?;
        Ok(Some(Self {
            inventory,
            tests,
            runner,
            build,
            inputs,
            kept: Some(kept),
            own: Vec::new(),
            site,
        }))
    }

    /// The tests that are run.
    pub(crate) fn runnable(&self) -> Result<Vec<TestIndex>> {
        let chosen: Vec<TestIndex> = runnable(&self.tests).collect();
        if chosen.is_empty() {
            return Err(Error::NoTests);
        }
        Ok(chosen)
    }

    /// What the test binaries are made from and run with; nothing where that cannot be read.
    pub(crate) fn origin(
        &self,
        setting: &Setting,
        options: &Options,
        status: Status,
    ) -> Option<Origin> {
        let surroundings = Surroundings {
            binaries: &self.runner.binaries,
            libraries: &self.build.libraries,
            compiled: &compiled::files(&self.build.artifacts),
            own: &[],
            workspace: &setting.workspace,
            jobs: jobs(options),
        };
        let folder = &self.site.folder;
        let origin = Origin::of(
            folder,
            &setting.workspace,
            options,
            &self.build,
            &surroundings,
            &self.own,
        );
        origin
            .map_err(|error| status.warn(&format!("what was explored is not known: {error}")))
            .ok()
    }

    /// The failure modes that explorations of these very sources injected.
    pub(super) fn explored(
        &self,
        setting: &Setting,
        options: &Options,
        status: Status,
    ) -> BTreeSet<Mark> {
        if !Origin::is_kept(&self.site.folder) {
            return BTreeSet::new();
        }
        let origin = self.origin(setting, options, status);
        origin.map(|origin| origin.marks()).unwrap_or_default()
    }

    /// Whoever runs the tests now.
    pub(super) fn live(
        &mut self,
        options: &Options,
        record: Option<Record>,
        status: Status,
    ) -> Live<'_> {
        let kept = self.kept.take();
        let kept = kept.unwrap_or_else(|| Kept::nothing(self.runner.binaries.len()));
        let limit = Duration::from_secs(options.test_timeout);
        let jobs = jobs(options);
        Live::new(&self.runner, &self.tests, limit, jobs, status, kept, record)
    }

    /// What a record begins with.
    pub(super) fn plan(
        &self,
        setting: &Setting,
        options: &Options,
        partition: Option<Partition>,
    ) -> Result<Plan> {
        let tests = self.tests.iter().enumerate();
        Ok(Plan {
            header: Header {
                schema: SCHEMA.to_owned(),
                format: VERSION,
                tool: env!("CARGO_PKG_VERSION").to_owned(),
                partition,
                inputs: self.inputs(setting, options)?,
                places: !setting.policy.required.is_empty(),
            },
            listed: self.inventory.listed(&setting.root),
            hidden: self.inventory.hidden(),
            places: self.inventory.places(),
            tests: tests
                .map(|(test, of)| file::Test {
                    test,
                    id: of.id.clone(),
                    whole: of.entry == Entry::Whole,
                    ignored: of.ignored,
                })
                .collect(),
        })
    }

    fn inputs(&self, setting: &Setting, options: &Options) -> Result<Inputs> {
        match &self.inputs {
            Some(inputs) => Ok(inputs.clone()),
            None => inputs(setting, options, &self.build),
        }
    }
}

/// What a build is about.
pub(super) fn inputs(setting: &Setting, options: &Options, build: &Build) -> Result<Inputs> {
    let workspace = &setting.workspace;
    let mut files = compiled::files(&build.artifacts);
    let contracts = setting.contracts.read_files();
    files.extend(contracts.map(|(path, _)| path.clone()));
    files.extend(
        workspace
            .packages()
            .map(|package| package.manifest_path.clone().into()),
    );
    let lock = setting.root.join("Cargo.lock");
    if lock.exists() {
        files.insert(lock);
    }
    let built = [
        workspace.target_directory(options),
        workspace.build_directory(options),
    ];
    let written = options.features.features.iter();
    let mut features: BTreeSet<String> = written
        .flat_map(|features| features.split([',', ' ']))
        .filter(|feature| !feature.is_empty())
        .map(str::to_owned)
        .collect();
    let flags = [
        ("--all-features", options.features.all_features),
        (
            "--no-default-features",
            options.features.no_default_features,
        ),
    ];
    let flags = flags.iter().filter(|(_, given)| *given);
    features.extend(flags.map(|(flag, _)| (*flag).to_owned()));
    let profile = match (&options.profile, options.release) {
        (Some(profile), _) => profile.as_str(),
        (None, true) => "release",
        (None, false) => "test",
    };
    Ok(Inputs {
        packages: workspace
            .packages()
            .map(|package| package.name.to_string())
            .collect(),
        features,
        profile: profile.to_owned(),
        target: build.triple.clone(),
        rustc: build.rustc.clone(),
        files: compiled::digests(&setting.root, &built, files.iter())?,
    })
}

/// The tests that are run: `#[ignore]` is heeded, as by `cargo test`.
fn runnable(tests: &[Test]) -> impl Iterator<Item = TestIndex> {
    let tests = tests.iter().enumerate();
    tests
        .filter(|(_, test)| !test.ignored)
        .map(|(index, _)| index)
}

/// On an interrupt, takes every running test along.
fn leave_nothing_behind(watchdog: &Watchdog) {
    let watchdog = watchdog.clone();
    let handled = ctrlc::set_handler(move || {
        watchdog.close();
        status::error("interrupted: there is no verdict");
        std::process::exit(exit::INTERRUPTED.into());
    });
    // Only a second handler in one process is refused, and there is none.
    debug_assert!(handled.is_ok());
}

/// How many things to run at once.
pub(crate) fn jobs(options: &Options) -> usize {
    match options.jobs {
        Some(jobs) => jobs.get(),
        None => parallel::jobs(),
    }
}

fn list(
    workspace: &Workspace,
    runner: &Runner,
    kept: &Kept,
    limit: Duration,
    jobs: usize,
) -> Result<Vec<Test>> {
    let several = runner
        .binaries
        .windows(2)
        .any(|pair| pair[0].package != pair[1].package);
    let binaries: Vec<usize> = (0..runner.binaries.len()).collect();
    let lists = parallel::map(jobs, &binaries, |binary| {
        let prefix = prefix(workspace, &runner.binaries[*binary], several);
        if let Some(list) = kept.list(*binary) {
            let known = list.into_iter().map(|test| Test {
                id: if test.whole {
                    prefix.trim_end_matches("::").to_owned()
                } else {
                    format!("{prefix}{}", test.id)
                },
                binary: *binary,
                ignored: test.ignored,
                entry: if test.whole {
                    Entry::Whole
                } else {
                    Entry::Named(test.id)
                },
            });
            return Ok(known.collect());
        }
        let list = runner.list(*binary, &prefix, limit)?;
        kept.keep_list(*binary, &list);
        Ok(list)
    })?;
    Ok(lists.into_iter().flatten().collect())
}

/// What stands before the names of a binary's tests: nothing where they are unambiguous.
fn prefix(workspace: &Workspace, binary: &Binary, several_packages: bool) -> String {
    let mut prefix = String::new();
    if several_packages {
        prefix.push_str(&workspace.metadata[&binary.package].name);
        prefix.push_str("::");
    }
    if !binary.target.is_lib() && !binary.target.is_proc_macro() {
        prefix.push_str(&binary.target.name);
        prefix.push_str("::");
    }
    prefix
}
