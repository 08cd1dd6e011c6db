//! Whether files are the parts of one whole: all of them, once, and of the same thing.

use std::collections::BTreeMap;

use contract_spec::evidence::file::{Inputs, Partition};

use super::read::Shard;
use super::whole::Whole;
use crate::error::{Error, Result};
use crate::observe::TestIndex;
use crate::verify::of_part;

/// Puts parts together, or says why they are none.
pub(crate) fn fit(shards: Vec<Shard>) -> Result<Whole> {
    together(&shards).map_err(Error::Refused)?;
    Ok(Whole::of(shards))
}

fn together(shards: &[Shard]) -> std::result::Result<(), String> {
    let first = shards.first().ok_or("there is no file")?;
    let version = env!("CARGO_PKG_VERSION");
    for shard in shards {
        let tool = &shard.plan.header.tool;
        if tool != version {
            return Err(format!(
                "{}: it was written by version {tool}, and this is {version}\n  \
                 help: use one version for all parts and for what is made of them",
                shard.shown
            ));
        }
        same(first, shard)?;
    }
    all_parts(shards)?;
    shards.iter().try_for_each(own_tests)
}

/// Two parts are of the same thing.
fn same(first: &Shard, other: &Shard) -> std::result::Result<(), String> {
    let (a, b) = (&first.plan, &other.plan);
    let what = match difference(&a.header.inputs, &b.header.inputs) {
        Some(difference) => difference,
        None if a.header.places != b.header.places => {
            "their policies demand different things".into()
        }
        None if a.listed != b.listed || a.hidden != b.hidden || a.places != b.places => {
            "they list different functions".into()
        }
        None if a.tests != b.tests => {
            let pairs = a.tests.iter().zip(&b.tests);
            let other = pairs.into_iter().find(|(a, b)| a != b);
            match other {
                Some((a, b)) => format!(
                    "one lists the test `{}` where the other has `{}`",
                    a.id, b.id
                ),
                None => "they list different tests".into(),
            }
        }
        None => return Ok(()),
    };
    Err(format!(
        "{} and {} are not of one piece: {what}\n  \
         help: run every part on the same commit, with the same toolchain and flags",
        first.shown, other.shown
    ))
}

fn difference(a: &Inputs, b: &Inputs) -> Option<String> {
    let texts = [
        ("profile", &a.profile, &b.profile),
        ("target", &a.target, &b.target),
        ("compiler", &a.rustc, &b.rustc),
    ];
    if let Some((what, a, b)) = texts.into_iter().find(|(_, a, b)| a != b) {
        return Some(format!("the {what} is `{a}` in one and `{b}` in the other"));
    }
    let sets = [
        ("package", &a.packages, &b.packages),
        ("feature", &a.features, &b.features),
    ];
    for (what, a, b) in sets {
        if let Some(only) = a.symmetric_difference(b).next() {
            return Some(format!(
                "the {what} `{only}` is in one and not in the other"
            ));
        }
    }
    let names = a.files.keys().chain(b.files.keys());
    let mut differing = names.filter(|name| a.files.get(*name) != b.files.get(*name));
    let file = differing.next()?;
    Some(match (a.files.get(file), b.files.get(file)) {
        (Some(_), Some(_)) => format!("`{file}` differs"),
        _ => format!("`{file}` is in one and not in the other"),
    })
}

/// Every part is there, and once.
fn all_parts(shards: &[Shard]) -> std::result::Result<(), String> {
    let whole = Partition { index: 1, count: 1 };
    let mut parts: BTreeMap<Partition, &Shard> = BTreeMap::new();
    let count = shards.first().and_then(|shard| shard.plan.header.partition);
    let count = count.unwrap_or(whole).count;
    for shard in shards {
        let part = shard.plan.header.partition.unwrap_or(whole);
        if part.count != count {
            return Err(format!(
                "{} is one of {} parts, and {} one of {count}\n  \
                 help: run all parts with the same number of them",
                shard.shown, part.count, shards[0].shown
            ));
        }
        if let Some(twice) = parts.insert(part, shard) {
            return Err(format!(
                "{} and {} are both part {} of {count}\n  \
                 help: pass every part once; a part that was run twice has two files, of which one is enough",
                twice.shown, shard.shown, part.index
            ));
        }
    }
    // Of very many parts, the first one that is missing is enough to say.
    let missing = (1..=count).find(|index| {
        let index = *index;
        !parts.contains_key(&Partition { index, count })
    });
    match missing {
        Some(index) => Err(format!(
            "part {index} of {count} is missing; there are {} files\n  \
             help: `cargo verify-contracts run --partition slice:{index}/{count}` writes it",
            shards.len()
        )),
        None => Ok(()),
    }
}

/// A part ran its tests, all of them and no others, and had some to run.
fn own_tests(shard: &Shard) -> std::result::Result<(), String> {
    let refused = |what: String| Err(format!("{}: {what}", shard.shown));
    let tests = shard.plan.tests.iter();
    let all: Vec<TestIndex> = tests
        .filter(|test| !test.ignored)
        .map(|test| test.test)
        .collect();
    let own: Vec<TestIndex> = of_part(&all, shard.plan.header.partition).collect();
    let name = |test: &TestIndex| &shard.plan.tests[*test].id;
    if own.is_empty() {
        return refused(format!(
            "it has no test: there are only {}\n  help: have no more parts than tests",
            all.len()
        ));
    }
    if let Some(missing) = own.iter().find(|test| !shard.plain.contains_key(test)) {
        return refused(format!(
            "the test `{}` was not run\n  help: run that part again",
            name(missing)
        ));
    }
    let tried = shard.trials.keys().map(|(test, _)| test);
    let mut ran = shard.plain.keys().chain(tried).chain(shard.again.keys());
    match ran.find(|test| own.binary_search(test).is_err()) {
        Some(foreign) => refused(format!(
            "the test `{}` belongs to another part\n  help: run that part again",
            name(foreign)
        )),
        None => Ok(()),
    }
}
