"""The figures as text."""

from .compare import ORDER
from .rules import Wrong

BEGIN = "<!-- Measured: `benches/real-code/run --write`. -->"
END = "<!-- End of what was measured. -->"


def of_crate(result):
    rules = result.rules
    lines = [
        f"{rules.name} {rules.version}: {result.tests} tests, {len(result.pairs)} pairs, "
        f"{len(result.branches)} branches, {result.mutants} mutants, {result.seconds:.0f} s"
    ]
    for kind, rows in [("pair", result.pairs), ("branch", result.branches)]:
        for row in rows:
            mark = " " if row.agrees else ("~" if row.note else "!")
            lines.append(f"{mark} {kind:6} {row.name:60} {row.says:10} {row.true:10} {row.note}".rstrip())
    lines += [f"{'~' if why else '!'} only the verifier lists {name} {why}".rstrip() for name, why in result.strays]
    return "\n".join(lines)


def confusion(rows):
    says = ORDER + sorted({row.says for row in rows} - set(ORDER))
    lines = ["| the verifier says ↓, true is → | missing | entered | proven |", "|---|---|---|---|"]
    for verdict in says:
        cells = [sum(row.says == verdict and row.true == true for row in rows) for true in ORDER]
        lines.append(f"| `{verdict}` | " + " | ".join(map(str, cells)) + " |")
    return lines


def summary(results):
    rows = {"pairs": [r for x in results for r in x.pairs], "branches": [r for x in results for r in x.branches]}
    out = []
    for what, found in rows.items():
        agreeing = sum(row.agrees for row in found)
        explained = sum(not row.agrees and bool(row.note) for row in found)
        out.append(f"{what}: {agreeing} of {len(found)} agree, {explained} disagree for a known reason")
    return "\n".join(out)


def write(path, results):
    text = path.read_text()
    if BEGIN not in text or END not in text:
        raise Wrong(f"{path} does not say where the figures go")
    before, rest = text.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    path.write_text(before + BEGIN + "\n\n" + "\n".join(measured(results)) + "\n\n" + END + after)


def measured(results):
    pairs = [row for result in results for row in result.pairs]
    branches = [row for result in results for row in result.branches]
    lines = [
        "| crate | shapes | tests | functions | branches | mutants | (function, variant) pairs | agree |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for result in results:
        listed = result.rules.listed
        agree = sum(row.agrees for row in result.pairs)
        cells = [
            f"{result.rules.name} {result.rules.version}",
            listed["shapes"],
            result.tests,
            len(listed["function"]),
            len(result.branches),
            result.mutants,
            len(result.pairs),
            f"{agree} of {len(result.pairs)}",
        ]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    lines += ["", f"Of {len(pairs)} pairs:", "", *confusion(pairs)]
    lines += ["", f"Of {len(branches)} branches:", "", *confusion(branches)]
    odd = [(r.rules.name, row) for r in results for row in r.pairs + r.branches if not row.agrees]
    odd += [(r.rules.name, stray) for r in results for stray in r.strays]
    if odd:
        lines += ["", "Where the two differ:", ""]
    for name, row in odd:
        if isinstance(row, tuple):
            lines.append(f"- {name}, `{row[0]}`, which only the verifier lists: {row[1]}")
        else:
            lines.append(f"- {name}, `{row.name}`: `{row.says}`, and in truth `{row.true}`. {row.note}")
    lines += ["", "Every pair:", "", "| crate | function | variant | verifier | truth |", "|---|---|---|---|---|"]
    for result in results:
        for row in result.pairs:
            function, variant = row.name.split(" ", 1)
            lines.append(f"| {result.rules.name} | `{function}` | `{variant}` | {row.says} | {row.true} |")
    return lines
