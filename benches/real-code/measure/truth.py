"""What is true of each branch, by changes of the source that are built and tested.

Nothing of the project is compiled here: where the annotations stand there are
empty lines, so that both see the same line numbers.
"""

import concurrent.futures
import queue
import tempfile
import pathlib

from . import packages
from .rules import Wrong

# Of an enum with more variants, only the nearest and the farthest are put in a variant's place.
FEW = 4

NOTE_MODULE = """
mod truth {
    extern crate std;
    use std::io::Write as _;

    pub(crate) fn note(branch: &str, variant: &str) {
        if let Some(path) = std::env::var_os("BRANCHES_LEFT") {
            let thread = std::thread::current();
            let line = std::format!("{branch} {variant} {}\\n", thread.name().unwrap_or("-").replace(' ', "-"));
            let mut file = std::fs::File::options().append(true).create(true).open(path).unwrap();
            file.write_all(line.as_bytes()).unwrap();
        }
    }
}
"""


def mapped(branch, body):
    """An edit that hands the error, as the function returns it, to some code in `left`."""
    enum = branch.enum
    closure = f"|left| {{ use {enum.use} as E; let left: {enum.type} = ::core::convert::From::from(left); {body} }}"
    if branch.kind == "question_mark":
        return "(", f").map_err({closure})"
    # The type of what leaves is known, and may be all there is to infer it from.
    return f"::core::result::Result::<_, {enum.path}>::map_err(", f", {closure})"


def noting(branch):
    """An edit that changes nothing, and says who leaves."""
    enum = branch.enum
    arms = "".join(f'{enum.pattern(v)} => "{v}", ' for v in enum.known())
    return mapped(branch, f'crate::truth::note("{branch.name}", match &left {{ {arms}}}); left')


def misreporting(branch, was, becomes):
    """What would have left as the one variant leaves as the other."""
    enum = branch.enum
    return mapped(branch, f"match &left {{ {enum.pattern(was)} => {enum.values[becomes]}, _ => left }}")


def swallowing(branch, was):
    """What would have left as an error is an `Ok`."""
    before, after = mapped(branch, "left")
    leave = f"{branch.enum.pattern(was)} => return Ok({branch.ok}), _ => Err(left)"
    arm = f"Err(left) => {{ use {branch.enum.use} as E; match &left {{ {leave} }} }}"
    return f"(match {before}", f"{after} {{ Ok(well) => Ok(well), {arm} }})"


def edited(text, edits):
    """Puts (branch, (before, after)) around each branch's expression."""
    pieces = []
    for branch, (before, after) in edits:
        # Of two that open at one place the outer opens first, and the inner closes first.
        pieces.append((branch.open, 1, -branch.close, before))
        pieces.append((branch.close, 0, -branch.open, after))
    for at, _, _, piece in sorted(pieces, reverse=True):
        text = text[:at] + piece + text[at:]
    return text


class Trees:
    """Copies of the bare package, one for each job, each with a build directory of its own."""

    def __init__(self, package, home, jobs):
        self.rules = package.rules
        self.idle = queue.SimpleQueue()
        self.jobs = jobs
        self.all = []
        for job in range(jobs):
            tree, sources = package.bare(f"bare-{job}")
            self.sources = sources
            self.all.append((tree, home / f"bare-{job}"))
            self.idle.put(self.all[-1])
        self.branches = self.rules.branches(sources)
        self.root = self.rules.listed.get("root", "src/lib.rs")

    def write(self, tree, edits, note=False):
        for file, text in self.sources.items():
            text = edited(text, [(b, edit) for b, edit in edits if b.file == file])
            self.put(tree.root / file, text + NOTE_MODULE if note and file == self.root else text)
        if note and self.root not in self.sources:
            path = tree.root / self.root
            path.write_text(path.read_text() + NOTE_MODULE)

    @staticmethod
    def put(path, text):
        if path.read_text() != text:
            path.write_text(text)

    def tests(self):
        tree, target = self.all[0]
        self.write(tree, [])
        return tree.run(target)

    def entries(self):
        """{branch: {variant: {(binary, thread), …}}}"""
        for _, target in self.all[1:]:
            packages.lend(self.all[0][1], target)
        # The last copy, which is never asked for the unchanged tests.
        tree, target = self.all[-1]
        self.write(tree, [(branch, noting(branch)) for branch in self.branches], note=True)
        seen = {branch.name: {} for branch in self.branches}
        self.known = {}
        for name, binary in tree.build(target).items():
            with tempfile.TemporaryDirectory() as scratch:
                notes = pathlib.Path(scratch) / "notes"
                outcomes, ended = tree.outcome(binary, notes)
                self.known[name] = set(outcomes)
                if ended != "passed":
                    raise Wrong(f"{self.rules.name}: the tests of {name} {ended} while they were watched")
                for line in notes.read_text().splitlines() if notes.exists() else []:
                    branch, variant, thread = line.split()
                    seen[branch].setdefault(variant, set()).add((name, thread))
        if self.root not in self.sources:
            path = tree.root / self.root
            path.write_text(path.read_text().removesuffix(NOTE_MODULE))
        return seen

    def mutants(self, seen, found):
        """{(branch, from): {to: (outcome, tests that failed)}}; `to` is `Ok` where it was swallowed."""
        waiting = {}
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            for branch in self.branches:
                for was in seen[branch.name]:
                    binaries = self.enterers(seen[branch.name][was])
                    tried = self.changes(branch, was, found.survivors(branch, was))
                    waiting[branch.name, was] = pool.submit(self.try_all, branch, was, tried, binaries)
            results = {}
            for key, future in waiting.items():
                try:
                    results[key] = future.result()
                except Wrong:
                    pool.shutdown(cancel_futures=True)
                    raise
        return results

    def enterers(self, seen):
        """{binary: the tests that left by the branch}: all of them, if another thread did."""
        binaries = {}
        for name, thread in seen:
            binaries.setdefault(name, set()).add(thread)
        for name, threads in binaries.items():
            if not threads <= self.known[name]:
                binaries[name] = set()
        return binaries

    def changes(self, branch, was, claimed):
        """What is put in a variant's place: what the verifier says that nobody would notice,
        then variants near it and far from it, then an `Ok`."""
        others = [variant for variant in branch.enum.values if variant != was]
        order = list(branch.enum.known())
        others.sort(key=lambda variant: abs(order.index(variant) - order.index(was)))
        chosen = others if len(order) <= FEW else [others[0], others[-1]]
        claimed = [variant for variant in claimed if variant in others]
        chosen = claimed + [variant for variant in chosen if variant not in claimed]
        return chosen + (["Ok"] if branch.ok else [])

    def try_all(self, branch, was, changes, binaries):
        outcomes = {}
        tree, target = job = self.idle.get()
        try:
            for becomes in changes:
                edit = swallowing(branch, was) if becomes == "Ok" else misreporting(branch, was, becomes)
                self.write(tree, [(branch, edit)])
                kinds = []
                for binary in sorted(binaries):
                    kind, name = binary.split(":", 1)
                    kinds += {"test": ["--test", name], "bin": ["--bin", name]}.get(kind, ["--lib"])
                outcomes[becomes] = self.try_one(tree, tree.build(target, kinds), binaries)
                # One that nobody notices settles it.
                if outcomes[becomes][0] != "killed":
                    break
        finally:
            self.idle.put(job)
        return outcomes

    @staticmethod
    def try_one(tree, built, binaries):
        odd = None
        for name in sorted(binaries):
            outcomes, ended = tree.outcome(built[name], tests=sorted(binaries[name]))
            if ended == "failed":
                return "killed", sorted(test for test, outcome in outcomes.items() if outcome == "FAILED")
            if ended != "passed":
                odd = ended, []
        return odd or ("survived", [])
