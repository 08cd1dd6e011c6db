"""Packages from the registry: fetching, copying, editing, and running their tests."""

import json
import os
import re
import shutil
import subprocess

from .rules import Wrong

MANIFEST = '[package]\nname = "wanted"\nversion = "0.0.0"\nedition = "2024"\n\n[workspace]\n\n[lib]\npath = "lib.rs"\n'
TIME_LIMIT = 120.0
RESULT = re.compile(r"^test (?P<name>\S.*?)(?: - should panic)? \.\.\. (?P<outcome>ok|FAILED|ignored)", re.MULTILINE)


def fetch(rules, home):
    """Has cargo fetch the packages; where it has put each, by name."""
    wanted = home / "wanted"
    wanted.mkdir(exist_ok=True)
    (wanted / "lib.rs").write_text("")
    lines = [f'{each.name} = {{ version = "={each.version}", default-features = false }}' for each in rules]
    (wanted / "Cargo.toml").write_text(MANIFEST + "\n[dependencies]\n" + "\n".join(lines) + "\n")
    command = ["cargo", "metadata", "--format-version=1", "--quiet"]
    run = subprocess.run(command, cwd=wanted, capture_output=True, text=True)
    if run.returncode != 0:
        raise Wrong(f"the packages could not be fetched:\n{run.stderr}")
    found = {}
    for package in json.loads(run.stdout)["packages"]:
        for each in rules:
            if (package["name"], package["version"]) == (each.name, each.version):
                found[each.name] = os.path.dirname(package["manifest_path"])
    return found


class Package:
    def __init__(self, rules, fetched, home):
        self.rules = rules
        self.fetched = fetched
        self.home = home
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)

    def copy(self, name):
        root = self.home / name
        # Not with the old times: what another run has built would pass for fresh.
        ignored = shutil.ignore_patterns("Cargo.lock", "target", ".cargo*", "rust-toolchain*")
        shutil.copytree(self.fetched, root, ignore=ignored, copy_function=shutil.copy)
        manifest = root / "Cargo.toml"
        text = manifest.read_text()
        for name in self.rules.listed.get("without", []):
            text, times = re.subn(rf"(?ms)^\[{re.escape(name)}\]\n.*?(?=^\[|\Z)", "", text)
            if times != 1:
                raise Wrong(f"{self.rules.name}: Cargo.toml has no `[{name}]`")
        manifest.write_text(text + "\n[workspace]\n")
        for file in self.rules.listed.get("leave-out", []):
            (root / file).unlink()
        return root

    def edited(self, root, blank):
        """{file: text} with our lines put in, or as many empty ones in their place."""
        sources = {}
        for rule, anchor, text in self.rules.insertions():
            file = rule["file"]
            source = sources.get(file) or (root / file).read_text()
            at = self.rules.anchor(source, rule, anchor)
            start = source.rfind("\n", 0, at) + 1
            # What a test needs to be left out stays in both.
            ours = "\n" * len(text.splitlines()) if blank and not rule.get("both") else text + "\n"
            sources[file] = source[:start] + ours + source[start:]
        return sources

    def bare(self, name):
        root = self.copy(name)
        return Tree(root, self.rules), self.edited(root, blank=True)

    def annotated(self, workspace):
        root = self.copy("annotated")
        for file, text in self.edited(root, blank=False).items():
            (root / file).write_text(text)
        shutil.copytree(self.rules.folder / "contracts", root / "contracts")
        manifest = root / "Cargo.toml"
        path = json.dumps(str(workspace / "resilience-contract"))
        dependency = f"\n[dependencies.resilience-contract]\npath = {path}\n"
        manifest.write_text(manifest.read_text() + dependency)
        return Tree(root, self.rules)


class Tree:
    """A copy of a package that can be built and tested."""

    def __init__(self, root, rules):
        self.root = root
        self.rules = rules

    def build(self, target, kinds=("--lib", "--bins", "--tests")):
        """Builds the tests: {target's name: binary}."""
        env = os.environ | {"CARGO_TARGET_DIR": str(target), "CARGO_PROFILE_DEV_DEBUG": "0"} | self.rules.environment
        command = ["cargo", "test", "--no-run", *kinds, "--message-format=json", "--quiet", *self.rules.arguments]
        run = subprocess.run(command, cwd=self.root, env=env, capture_output=True, text=True)
        messages = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
        if run.returncode != 0:
            shown = [m["message"]["rendered"] for m in messages if m["reason"] == "compiler-message"]
            raise Wrong(f"{self.root}: the build failed:\n" + "".join(shown) + run.stderr)
        return {
            f"{message['target']['kind'][0]}:{message['target']['name']}": message["executable"]
            for message in messages
            if message["reason"] == "compiler-artifact" and message.get("executable") and message["profile"]["test"]
        }

    def outcome(self, binary, notes=None, tests=()):
        """({test: outcome}, how the process ended) of one test binary, or some of its tests."""
        env = os.environ | {"RUST_BACKTRACE": "0", "CARGO_MANIFEST_DIR": str(self.root)} | self.rules.environment
        env.pop("BRANCHES_LEFT", None)
        if notes:
            env["BRANCHES_LEFT"] = str(notes)
        command = [binary, *self.rules.listed.get("test-arguments", [])]
        if tests:
            command += ["--exact", *tests]
        try:
            run = subprocess.run(command, cwd=self.root, env=env, capture_output=True, text=True, timeout=TIME_LIMIT)
        except subprocess.TimeoutExpired:
            return {}, "timed out"
        outcomes = {match["name"]: match["outcome"] for match in RESULT.finditer(run.stdout)}
        if run.returncode == 0 and "test result: ok." in run.stdout:
            return outcomes, "passed"
        if run.returncode == 101 and "test result: FAILED." in run.stdout:
            return outcomes, "failed"
        return outcomes, "crashed"

    def run(self, target):
        """Builds and runs everything: {(binary, test): outcome}."""
        found = {}
        for name, binary in self.build(target).items():
            outcomes, ended = self.outcome(binary)
            found |= {(name, test): outcome for test, outcome in outcomes.items()}
            if ended != "passed":
                failed = [test for test, outcome in outcomes.items() if outcome == "FAILED"]
                raise Wrong(f"{self.root}: the tests of {name} {ended} with nothing changed: {', '.join(failed)}")
        return found


def lend(built, target):
    """Copies what one build directory has and another has not: dependencies are built once."""
    for folder, folders, files in os.walk(built / "debug"):
        folders[:] = [name for name in folders if name not in ("incremental", "examples")]
        into = target / os.path.relpath(folder, built)
        into.mkdir(parents=True, exist_ok=True)
        for file in files:
            if not (into / file).exists():
                # With their times, by which cargo knows that they are fresh.
                shutil.copy2(os.path.join(folder, file), into / file)


def same(plain, other, what):
    differing = sorted(name for name in plain.keys() | other.keys() if plain.get(name) != other.get(name))
    if differing:
        raise Wrong(f"these tests do something else {what}: {differing}")
