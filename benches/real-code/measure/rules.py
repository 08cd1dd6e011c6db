"""Our own words about a package: what goes where, and where a function leaves.

A branch is written as a fragment of its line with the expression that leaves in
guillemets, `return «Err(Error::Empty)»` or `«self.digit()»?`; ` … ` stands for
whatever is between two fragments. Fragments are looked for one after the other,
from the line that the function's `at` names.
"""

import dataclasses
import pathlib
import tomllib


class Wrong(Exception):
    """The measurement cannot be trusted; the text says why."""


@dataclasses.dataclass(frozen=True)
class Enum:
    """How code inside of the package names an enum, tells its variants, and makes them."""

    name: str
    use: str
    type: str
    values: dict
    patterns: dict

    def pattern(self, variant):
        return self.patterns.get(variant) or f"E::{variant} {{ .. }}"

    @property
    def path(self):
        """The type, without the `use`."""
        return self.use + self.type.removeprefix("E")

    def known(self):
        return {**dict.fromkeys(self.values), **dict.fromkeys(self.patterns)}


@dataclasses.dataclass(frozen=True)
class Branch:
    """An expression that leaves a function: from `open` to `close` in the file's text."""

    name: str
    function: str
    enum: Enum
    file: str
    open: int
    close: int
    place: tuple
    kind: str
    ok: str | None


@dataclasses.dataclass
class Rules:
    name: str
    version: str
    folder: pathlib.Path
    listed: dict

    @classmethod
    def read(cls, folder):
        path = folder / "rules.toml"
        if not path.is_file():
            raise Wrong(f"there is no {path}")
        listed = tomllib.loads(path.read_text())
        return cls(folder.name, listed["version"], folder, listed)

    @property
    def arguments(self):
        return self.listed.get("arguments", [])

    @property
    def environment(self):
        return self.listed.get("environment", {})

    def enums(self):
        return {
            name: Enum(name, e["use"], e.get("type", "E"), e["values"], e.get("patterns", {}))
            for name, e in self.listed["enum"].items()
        }

    def insertions(self):
        """(rule, anchor line, text): the attributes, and whatever else is needed."""
        for insert in self.listed.get("insert", []):
            yield insert, insert["before"], insert["text"].strip("\n")
        for function in self.listed["function"]:
            arguments = function.get("arguments", "")
            attribute = f'#[resilience_contract::resilience_contract("{function["id"]}"{arguments})]'
            yield function, function["at"], attribute

    def anchor(self, text, rule, anchor):
        """The place of an anchor line that stands once, or is the first one after another."""
        where = f"{self.name}/{rule['file']}"
        if "within" not in rule:
            return only(text, anchor, where)
        outer = only(text, rule["within"], where)
        return outer + first(text[outer:], anchor, where)

    def branches(self, sources):
        """Every branch, with its place in the text in which the insertions are blank lines."""
        enums = self.enums()
        found = []
        for function in self.listed["function"]:
            text = sources[function["file"]]
            start = self.anchor(text, function, function["at"])
            before = -1
            for number, fragment in enumerate(function["branches"], 1):
                name = f"{function['id']}#{number}"
                branch = find(text, max(start, before), fragment, name)
                if branch[:2] in [(b.open, b.close) for b in found if b.file == function["file"]]:
                    branch = find(text, before + 1, fragment, name)
                opened, closed, place, kind = branch
                before = opened
                found.append(
                    Branch(
                        name,
                        function["id"],
                        enums[function["enum"]],
                        function["file"],
                        opened,
                        closed,
                        position(text, place),
                        kind,
                        function.get("ok"),
                    )
                )
        return found


def places(text, anchor):
    """Where lines begin with an anchor, after their indentation."""
    offset = 0
    for line in text.splitlines(keepends=True):
        if line.strip().startswith(anchor):
            yield offset + len(line) - len(line.lstrip())
        offset += len(line)


def only(text, anchor, where):
    found = list(places(text, anchor))
    if len(found) != 1:
        raise Wrong(f"{where}: {len(found)} lines begin with `{anchor}`; the rule needs one")
    return found[0]


def first(text, anchor, where):
    for found in places(text, anchor):
        return found
    raise Wrong(f"{where}: no line begins with `{anchor}`")


def find(text, start, fragment, name):
    """Where a fragment's expression begins and ends, and where the verifier places it."""
    if fragment.count("«") != 1 or fragment.count("»") != 1:
        raise Wrong(f"{name}: «…» once is needed in `{fragment}`")
    begin = None
    opened = closed = None
    at = start
    for part in fragment.split(" … "):
        plain = part.replace("«", "").replace("»", "")
        at = text.find(plain, at)
        if at < 0:
            raise Wrong(f"{name}: `{part}` is not there")
        begin = at if begin is None else begin
        if "«" in part:
            opened = at + part.index("«")
        if "»" in part:
            closed = at + part.replace("«", "").index("»")
        at += len(plain)
    if text[closed] == "?":
        return opened, closed, closed, "question_mark"
    ahead = text[:opened].rstrip()
    if ahead.endswith("return"):
        return opened, closed, len(ahead) - len("return"), "return"
    return opened, closed, opened, "leaf"


def position(text, at):
    line = text.count("\n", 0, at) + 1
    return line, at - (text.rfind("\n", 0, at) + 1) + 1
