"""What `cargo verify-contracts` says."""

import json
import os
import subprocess

from .rules import Wrong


def build(workspace):
    command = ["cargo", "build", "--quiet", "--package", "contract-verify"]
    if subprocess.run(command, cwd=workspace).returncode != 0:
        raise Wrong("cargo verify-contracts could not be built")


def report(root, rules, home):
    debug = home.parent / "debug"
    env = os.environ | {
        "PATH": f"{debug}{os.pathsep}{os.environ['PATH']}",
        "CARGO_TARGET_DIR": str(home / "annotated"),
        "CARGO_PROFILE_DEV_DEBUG": "0",
    }
    command = ["cargo", "verify-contracts", "--format", "json", "-q", *rules.arguments]
    run = subprocess.run(command, cwd=root, env=env | rules.environment, capture_output=True, text=True)
    (root / "report.json").write_text(run.stdout)
    if run.returncode not in (0, 100):
        raise Wrong(f"{rules.name}: the verifier exits with {run.returncode}:\n{run.stderr}{run.stdout}")
    return json.loads(run.stdout)


class Found:
    def __init__(self, report, rules):
        self.report = report
        self.modes = {
            (function["id"], mode["returns"]): mode
            for function in report["functions"]
            for mode in function["modes"]
            if mode["returns"]
        }
        self.branches = {
            (function["id"], branch["line"], branch["column"]): branch
            for function in report["functions"]
            for branch in function["branches"]
        }
        missing = {f["id"] for f in rules.listed["function"]} - {f["id"] for f in report["functions"]}
        if missing:
            raise Wrong(f"{rules.name}: the verifier does not list {sorted(missing)}")

    def of(self, branch):
        return self.branches.get((branch.function, *branch.place))

    def survivors(self, branch, was):
        of = self.of(branch)
        mutants = of["mutants"] if of else []
        return [m["to"] for m in mutants if m["from"] == was and m["outcome"] == "survived" and m["to"]]

    def exit(self, branch, was):
        """The verdict on one variant at one branch."""
        of = self.of(branch)
        if of is None or was not in of["variants"]:
            return "missing"
        mutants = [mutant for mutant in of["mutants"] if mutant["from"] == was]
        killed = mutants and all(mutant["outcome"] == "killed" for mutant in mutants)
        # What was not tried proves nothing, whatever the rest of the branch says.
        return "proven" if killed else "entered"
