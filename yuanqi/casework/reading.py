"""Reading a definition's YAML: plain values, and in which line each stands.

Pure: no Django, no database. Every problem of a file is told at once, with its line.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import yaml

_DEEPEST = 20
PATH = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong, in which line (from 1), at which place of the definition."""

    line: int
    path: str
    message: str


@dataclass
class Reading:
    """Plain values read from YAML, and in which line each stands."""

    data: Any = None
    read: bool = False  # False: not YAML at all
    lines: dict[PATH, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, path: PATH, message: str) -> Problem:
        """Return a problem at `path`, in the line of the nearest thing that stands there."""
        known = path
        while known and known not in self.lines:
            known = known[:-1]
        return Problem(self.lines.get(known, 1), _written(path), message)


def _written(path: PATH) -> str:
    """Return a path as `limits[3].source`."""
    text = ""
    for part in path:
        if part == "[key]":
            continue
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


class _Loader(yaml.SafeLoader):
    """YAML without surprises: NO, 010, 12:30 and 2026-11-05 are texts, as they are written."""

    yaml_implicit_resolvers: dict[str, Any] = {}


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^(?:0|-?[1-9][0-9]{0,8})$"), list("-0123456789")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""]
)


def read_yaml(text: str) -> Reading:
    """Read one YAML document into plain values; problems are its syntax, and keys given twice.

    Only maps, lists, texts, whole numbers, true, false and null; no tags and no aliases, so a
    file can neither build objects nor unfold without end.
    """
    reading = Reading()
    try:
        loader = _Loader(text)
        if _no_aliases(text, reading):
            node = loader.get_single_node()
            reading.data = _plain(node, (), reading) if node is not None else None
            reading.read = True
            reading.lines.setdefault((), 1)
    except yaml.MarkedYAMLError as error:
        line = _line(error.problem_mark or error.context_mark)
        reading.problems.append(Problem(line, "", f"not YAML: {error.problem or error.context}"))
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        reading.problems.append(Problem(line, "", f"not YAML: {error.reason}"))
    except RecursionError:
        reading.problems.append(Problem(1, "", "nested too deeply"))
    return reading


def _line(mark: Any) -> int:
    return 1 if mark is None else int(mark.line) + 1


def _no_aliases(text: str, reading: Reading) -> bool:
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            message = "aliases (*name) are not used here: write it out"
            reading.problems.append(Problem(_line(event.start_mark), "", message))
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            reading.problems.append(Problem(_line(event.start_mark), "", "nested too deeply"))
            return False
    return not reading.problems


def _plain(node: yaml.Node, path: PATH, reading: Reading) -> Any:
    reading.lines.setdefault(path, _line(node.start_mark))
    kind = node.tag.removeprefix("tag:yaml.org,2002:")
    match kind, node:
        case "map", yaml.MappingNode():
            return _mapping(node, path, reading)
        case "seq", yaml.SequenceNode():
            return [_plain(item, (*path, i), reading) for i, item in enumerate(node.value)]
        case "str", yaml.ScalarNode():
            return node.value
        case "bool", yaml.ScalarNode() if node.value in ("true", "false"):
            return node.value == "true"
        case "int", yaml.ScalarNode() if re.fullmatch(r"-?[0-9]{1,9}", node.value):
            return int(node.value)
        case "null", yaml.ScalarNode():
            return None
    reading.problems.append(reading.problem(path, f"the tag {node.tag} is not used here"))
    return None


def _mapping(node: yaml.MappingNode, path: PATH, reading: Reading) -> dict[str, Any]:
    counts = Counter(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
    found: dict[str, Any] = {}
    for key, value in node.value:
        line = _line(key.start_mark)
        if not isinstance(key, yaml.ScalarNode):
            reading.problems.append(Problem(line, _written(path), "a key is a plain name"))
            continue
        name = key.value
        if name in found:
            message = f"the key is given {counts[name]} times"
            reading.problems.append(Problem(line, _written((*path, name)), message))
            continue
        reading.lines[(*path, name)] = line
        found[name] = _plain(value, (*path, name), reading)
    return found
