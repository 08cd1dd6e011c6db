"""Verdicts and truths side by side."""

import dataclasses

ORDER = ["missing", "entered", "proven"]


@dataclasses.dataclass
class Row:
    """One thing that was judged twice."""

    name: str
    says: str
    true: str
    note: str = ""

    @property
    def agrees(self):
        return self.says == self.true


@dataclasses.dataclass
class Result:
    rules: object
    pairs: list
    branches: list
    mutants: int
    strays: list
    tests: int = 0
    seconds: float = 0.0

    def unexplained(self):
        rows = [row for row in self.pairs + self.branches if not row.agrees and not row.note]
        return rows + [stray for stray in self.strays if not stray[1]]


def truth_of_exit(outcomes):
    """Of a variant that was seen to leave: {to: (outcome, tests)}."""
    if outcomes and all(outcome == "killed" for outcome, _ in outcomes.values()):
        return "proven"
    return "entered"


def compare(rules, measured, found, seen, killed):
    explained = rules.listed.get("explained", {})
    pairs, branches = {}, []
    for branch in measured:
        exits = {was: truth_of_exit(killed[branch.name, was]) for was in seen[branch.name]}
        true = "missing" if not exits else min(exits.values(), key=ORDER.index)
        of = found.of(branch)
        says = of["verdict"] if of else "not listed"
        name = f"{branch.function} {branch.file}:{branch.place[0]}:{branch.place[1]} {branch.kind}"
        branches.append(Row(name, says, true, explained.get(branch.name, "")))
        for was, verdict in exits.items():
            known = pairs.get((branch.function, was), "missing")
            pairs[branch.function, was] = max(known, verdict, key=ORDER.index)
    rows = []
    for (function, variant), mode in found.modes.items():
        name = f"{function} {variant}"
        rows.append(Row(name, mode["verdict"], pairs.pop((function, variant), "missing"), explained.get(name, "")))
    for (function, variant), verdict in pairs.items():
        name = f"{function} {variant}"
        rows.append(Row(name, "not declared", verdict, explained.get(name, "")))
    places = {(branch.function, *branch.place) for branch in measured}
    strays = [
        (f"{function} {branch['file']}:{line}:{column} {branch['kind']}", explained.get(f"{function}:{line}:{column}", ""))
        for (function, line, column), branch in found.branches.items()
        if (function, line, column) not in places
    ]
    return Result(rules, rows, branches, sum(map(len, killed.values())), strays)
