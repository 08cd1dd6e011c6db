#!/usr/bin/env python3
"""Establishes the truth about the fixture `branches`, by brute force.

The lines of `mutants.toml` are put into a copy of the fixture, one mutant at a
time; the copy is rebuilt, and every test is run by itself, in a process of its
own. The macros are stood in for by empty ones, so no part of the verifier has
a say in what is measured here.

A test enters a branch when an error leaves the function there while it runs.
Each variant that was seen to leave is replaced by every other one that can be
made, while what leaves as anything else stays as it is. The verdict follows:

    missing   no test enters the branch
    proven    every variant that was seen to leave could be replaced, and every
              replacement fails a test
    entered   otherwise

The table has one line per branch. `entered_by` and `killed_by` name tests
(`killed_by`: those that fail with any mutant, also where another survives);
`variants` is what was seen to leave, `mutants` what was tried, as FROM>TO, and
the tests that then fail.

    truth.py            measures, and exits 1 where truth.tsv says otherwise
    truth.py --write    measures, and writes truth.tsv

It exits 2 where the measurement cannot be trusted: a list of mutants that no
longer fits the fixture, a build that fails, a test that fails unmutated or
that breaks without having entered the mutated branch.
"""

import argparse
import concurrent.futures
import dataclasses
import difflib
import json
import os
import pathlib
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
FIXTURE = HERE.parent / "fixtures" / "branches"
TABLE = HERE / "truth.tsv"
WORKSPACE = HERE.parents[2]
COLUMNS = ["branch", "kind", "verdict", "entered_by", "killed_by", "variants", "mutants", "reason"]

MARK = re.compile(r"^\s*(?P<code>.*?)\s*// branch: (?P<names>\S.*)$")
NOTES = "BRANCHES_LEFT"
TIME_LIMIT = 20.0

# What takes the place of the macros: nothing is added to any function.
STUB_MANIFEST = """\
[package]
name = "resilience-contract"
version = "0.1.0"
edition = "2024"

[lib]
proc-macro = true

[features]
probe = []

[workspace]
"""
STUB = """\
use proc_macro::TokenStream;

#[proc_macro_attribute]
pub fn resilience_contract(_: TokenStream, item: TokenStream) -> TokenStream {
    item
}

#[proc_macro_derive(FailureModes, attributes(failure))]
pub fn failure_modes(_: TokenStream) -> TokenStream {
    TokenStream::new()
}
"""

# What the copy's lib.rs gains for the run that looks who enters what.
NOTE_MODULE = """
mod truth {
    use std::io::Write as _;

    pub(crate) trait Named {
        fn name(&self) -> &'static str;
    }

    pub(crate) fn left<E: Named>(branch: &str, error: E) -> E {
        if let Some(path) = std::env::var_os("NOTES") {
            let line = format!("{branch} {}\\n", error.name());
            let mut file = std::fs::File::options().append(true).create(true).open(path).unwrap();
            file.write_all(line.as_bytes()).unwrap();
        }
        error
    }
IMPLS}
"""


class Wrong(Exception):
    """The measurement cannot be trusted; the text says why."""


@dataclasses.dataclass(frozen=True)
class Branch:
    name: str
    kind: str
    enum: str
    path: str
    values: dict
    file: str
    line: int
    now: str

    def noting(self):
        return f'(|left: {self.path}| crate::truth::left("{self.name}", left))'

    def giving(self, mutant):
        """What would have left as the one variant leaves as the other."""
        was, becomes = mutant
        change = f"{self.path}::{was} {{ .. }} => {self.path}::{self.values[becomes]}"
        # An enum with one variant leaves nothing over for the second arm, and has no mutant.
        return f"(|left: {self.path}| match left {{ {change}, same => same }})"


def read_branches(sources, listed):
    """Joins the fixture's comments with the list of mutants; neither may know more than the other."""
    branches = {}
    for file, text in sources.items():
        for number, line in enumerate(text.splitlines()):
            mark = MARK.match(line)
            if not mark or mark["code"].startswith("//"):
                continue
            for name in mark["names"].split(", "):
                if name in branches:
                    raise Wrong(f"{file}: `{name}` is marked twice")
                entry = listed["branch"].get(name)
                if entry is None:
                    raise Wrong(f"{file}: mutants.toml does not list `{name}`")
                if entry["was"] != mark["code"]:
                    raise Wrong(f"{name}: mutants.toml knows another line:\n  {entry['was']}\n  {mark['code']}")
                if entry["now"].count("{LEAVE}") != 1:
                    raise Wrong(f"{name}: one {{LEAVE}} is needed")
                enum = listed["enum"][entry["enum"]]
                branches[name] = Branch(
                    name, entry["kind"], entry["enum"], enum["path"], enum["values"], file, number, entry["now"]
                )
    unmarked = listed["branch"].keys() - branches.keys()
    if unmarked:
        raise Wrong(f"no line of the fixture is marked {', '.join(sorted(unmarked))}")
    return branches


def patched(sources, changes):
    """The sources with each (branch, closure) put in; no two may share a line."""
    lines = {file: text.splitlines() for file, text in sources.items()}
    for branch, closure in changes:
        lines[branch.file][branch.line] = branch.now.replace("{LEAVE}", closure)
    return {file: "\n".join(text) + "\n" for file, text in lines.items()}


def with_notes(sources, enums):
    """The match has no `_`: an enum whose variants are not all listed does not compile."""
    impls = ""
    for enum in enums.values():
        arms = "".join(f'                Self::{v} {{ .. }} => "{v}",\n' for v in enum["values"])
        impls += (
            f"\n    impl Named for {enum['path']} {{\n        fn name(&self) -> &'static str {{\n"
            f"            match self {{\n{arms}            }}\n        }}\n    }}\n"
        )
    module = NOTE_MODULE.replace("NOTES", NOTES).replace("IMPLS", impls)
    return sources | {"src/lib.rs": sources["src/lib.rs"] + module}


class Copy:
    """A copy of the fixture with a build directory of its own."""

    def __init__(self, root):
        self.package = root / "package"
        self.target = root / "target"
        shutil.rmtree(self.package, ignore_errors=True)
        ignored = shutil.ignore_patterns("target", "Cargo.lock")
        # Not `copy2`: with the old times, what an interrupted run has built would pass for fresh.
        shutil.copytree(FIXTURE, self.package, ignore=ignored, copy_function=shutil.copy)
        self.built = False
        manifest = self.package / "Cargo.toml"
        text, times = re.subn(r'(resilience-contract = \{ path = )"[^"]*"', r'\1"../stub"', manifest.read_text())
        if times != 1:
            raise Wrong("the fixture's Cargo.toml does not name resilience-contract by its path")
        manifest.write_text(text)
        stub = root / "stub"
        (stub / "src").mkdir(parents=True, exist_ok=True)
        (stub / "Cargo.toml").write_text(STUB_MANIFEST)
        (stub / "src" / "lib.rs").write_text(STUB)
        lock = FIXTURE / "Cargo.lock"
        if lock.exists():
            shutil.copy(lock, self.package)

    def write(self, sources):
        """Writes what differs and says whether cargo has something to build."""
        written = not self.built
        for file, text in sources.items():
            path = self.package / file
            if path.read_text() != text:
                path.write_text(text)
                written = True
        return written

    def build(self, sources):
        """Builds the tests and returns {test: binary}."""
        written = self.write(sources)
        env = os.environ | {
            "CARGO_TARGET_DIR": str(self.target),
            "CARGO_INCREMENTAL": "1",
            "CARGO_PROFILE_DEV_DEBUG": "0",
            "RUSTFLAGS": "--cap-lints=allow",
        }
        command = ["cargo", "test", "--no-run", "--lib", "--bins", "--tests", "--message-format=json", "--quiet"]
        run = subprocess.run(command, cwd=self.package, env=env, capture_output=True, text=True)
        messages = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
        if run.returncode != 0:
            shown = [m["message"]["rendered"] for m in messages if m["reason"] == "compiler-message"]
            raise Wrong("the build failed:\n" + "".join(shown) + run.stderr)
        self.built = True
        tests = {}
        for message in messages:
            if message["reason"] == "compiler-artifact" and message.get("executable"):
                if written and message["fresh"]:
                    raise Wrong(f"cargo did not rebuild {message['executable']}")
                for test in self.list(message["executable"]):
                    if test in tests:
                        raise Wrong(f"two tests are called `{test}`")
                    tests[test] = message["executable"]
        return tests

    def list(self, binary):
        run = subprocess.run([binary, "--list", "--format", "terse"], capture_output=True, text=True, check=True)
        return [line.removesuffix(": test") for line in run.stdout.splitlines() if line.endswith(": test")]

    def outcome(self, binary, test, notes=None):
        """`passed`, `failed`, `crashed` or `timed out`."""
        env = os.environ | {"RUST_BACKTRACE": "0", "RUST_LIB_BACKTRACE": "0"}
        env.pop(NOTES, None)
        if notes:
            env[NOTES] = str(notes)
        try:
            run = subprocess.run(
                [binary, "--exact", test],
                cwd=self.package,
                env=env,
                capture_output=True,
                text=True,
                timeout=TIME_LIMIT,
            )
        except subprocess.TimeoutExpired:
            return "timed out"
        if run.returncode == 0 and "test result: ok. 1 passed; 0 failed" in run.stdout:
            return "passed"
        if run.returncode == 101 and "test result: FAILED. 0 passed; 1 failed" in run.stdout:
            return "failed"
        return "crashed"

    def all_pass(self, tests, what):
        for test, binary in tests.items():
            outcome = self.outcome(binary, test)
            if outcome != "passed":
                raise Wrong(f"`{test}` {outcome} {what}")


def entries(copy, sources, branches, enums):
    """Who enters what: {branch: {test: {variant, …}}}. Branches that share a line take turns."""
    seen = {name: {} for name in branches}
    left = list(branches.values())
    while left:
        now = {(b.file, b.line): b for b in reversed(left)}.values()
        left = [b for b in left if b not in now]
        probed = with_notes(patched(sources, [(b, b.noting()) for b in now]), enums)
        for test, binary in copy.build(probed).items():
            with tempfile.TemporaryDirectory() as scratch:
                notes = pathlib.Path(scratch) / "notes"
                outcome = copy.outcome(binary, test, notes)
                if outcome != "passed":
                    raise Wrong(f"`{test}` {outcome} while it was watched")
                for line in notes.read_text().splitlines() if notes.exists() else []:
                    name, variant = line.split()
                    seen[name].setdefault(test, set()).add(variant)
    return seen


def alternatives(branch, seen):
    """(FROM, TO): every variant that was seen to leave, and every other one that can be made."""
    natural = sorted(set().union(*seen.values())) if seen else []
    return [(was, becomes) for was in natural for becomes, value in branch.values.items() if value and becomes != was]


def try_mutant(copy, sources, branch, mutant, enterers):
    """{test: outcome} of the tests that did not pass."""
    tests = copy.build(patched(sources, [(branch, branch.giving(mutant))]))
    outcomes = {test: copy.outcome(binary, test) for test, binary in tests.items()}
    broken = {test: outcome for test, outcome in outcomes.items() if outcome != "passed"}
    strangers = broken.keys() - enterers
    if strangers:
        raise Wrong(f"{branch.name} as {'>'.join(mutant)}: {', '.join(strangers)} broke without entering the branch")
    return broken


def row(branch, seen, mutants):
    """One line of the table, from {test: variants} and {(FROM, TO): {test: outcome}}."""
    killers = {
        mutant: sorted(test for test, outcome in broken.items() if outcome == "failed")
        for mutant, broken in mutants.items()
    }
    undecided = {o for broken in mutants.values() for o in broken.values() if o != "failed"}
    if not seen:
        verdict, reason = "missing", ""
    elif {was for was, _ in mutants} != set().union(*seen.values()):
        verdict, reason = "entered", "not mutatable"
    elif all(killers.values()):
        verdict, reason = "proven", ""
    else:
        survivors = [">".join(mutant) for mutant, tests in killers.items() if not tests]
        verdict, reason = "entered", "survived: " + ",".join(survivors)
        if undecided:
            reason += " (" + ",".join(sorted(undecided)) + ")"
    cells = [
        branch.name,
        branch.kind,
        verdict,
        ",".join(sorted(seen)),
        ",".join(sorted(set().union(*killers.values()))),
        ",".join(sorted(set().union(*seen.values()))),
        ";".join(f"{'>'.join(mutant)}={','.join(tests) or '-'}" for mutant, tests in killers.items()),
        reason,
    ]
    return "\t".join(cell or "-" for cell in cells)


def measure(jobs):
    listed = tomllib.loads((HERE / "mutants.toml").read_text())
    sources = {str(p.relative_to(FIXTURE)): p.read_text() for p in sorted(FIXTURE.glob("src/**/*.rs"))}
    branches = read_branches(sources, listed)

    home = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", WORKSPACE / "target")).absolute() / "truth"
    copies = [Copy(home / str(number)) for number in range(jobs)]
    first = copies[0]
    first.all_pass(first.build(sources), "before anything was changed")
    seen = entries(first, sources, branches, listed["enum"])

    idle = queue.SimpleQueue()
    for copy in copies:
        idle.put(copy)

    def work(branch, mutant):
        copy = idle.get()
        try:
            return try_mutant(copy, sources, branch, mutant, seen[branch.name].keys())
        finally:
            idle.put(copy)

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        waiting = {
            (name, mutant): pool.submit(work, branch, mutant)
            for name, branch in branches.items()
            for mutant in alternatives(branch, seen[name])
        }
        mutants = {name: {} for name in branches}
        for (name, mutant), future in waiting.items():
            try:
                mutants[name][mutant] = future.result()
            except Wrong:
                pool.shutdown(cancel_futures=True)
                raise
    first.all_pass(first.build(sources), "after everything was put back")

    rows = [row(branches[name], seen[name], mutants[name]) for name in sorted(branches)]
    return ["\t".join(COLUMNS), *rows], len(waiting)


def summary(rows):
    table = [line.split("\t") for line in rows[1:]]
    for column in (2, 1):
        counts = {}
        for cells in table:
            counts[cells[column]] = counts.get(cells[column], 0) + 1
        print(", ".join(f"{count} {word}" for word, count in sorted(counts.items())))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write truth.tsv instead of comparing with it")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="copies that are built at once")
    arguments = parser.parse_args()

    start = time.monotonic()
    try:
        rows, mutants = measure(arguments.jobs)
    except Wrong as wrong:
        print(f"error: {wrong}", file=sys.stderr)
        return 2
    print(f"{len(rows) - 1} branches, {mutants} mutants, {time.monotonic() - start:.0f} s")
    summary(rows)
    if arguments.write:
        TABLE.write_text("\n".join(rows) + "\n")
        return 0
    known = TABLE.read_text().splitlines() if TABLE.exists() else []
    changes = list(difflib.unified_diff(known, rows, "truth.tsv", "measured", n=0, lineterm=""))
    print("\n".join(changes))
    return 1 if changes else 0


if __name__ == "__main__":
    sys.exit(main())
