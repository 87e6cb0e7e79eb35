"""The definition of a mechanism (事项): what a park writes, checked whole before it is used.

Pure: no Django, no database. `check` reads YAML and lists every problem with its line; an
invalid definition cannot be built. How to write one: docs/mechanisms.md.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    ValidationError,
    field_serializer,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from yuanqi.domain.clock import Base, Limit

PurposeName = Literal["sign", "contact", "plan", "resolve", "work", "evaluate", "call_back"]
LevelName = Literal["", "P1", "P2", "P3", "P4"]
PURPOSES: tuple[str, ...] = get_args(PurposeName)
LEVELS: tuple[str, ...] = get_args(LevelName)[1:]
# What begins after the answer: however urgent the request was, the same for everybody.
LEVELLED_PURPOSES = ("sign", "contact", "plan", "resolve", "work")

_DEEPEST = 20
_PATH = tuple[str | int, ...]
_Key = tuple[str, str, str]  # purpose, level, category


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong, in which line (from 1), at which place of the definition."""

    line: int
    path: str
    message: str


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


Text = Annotated[str, Field(min_length=1, max_length=200)]


class Label(_Part):
    """A name in both languages of the pages."""

    zh: Text
    en: Text


class PauseGround(_Part):
    """Why a resolve clock may stop (暂停计时), on what basis, and for how long at most.

    Lengths are in working days; the clock goes on by itself after the longest. With
    `ends_with_supply` it goes on as soon as the enterprise hands in what was awaited.
    """

    label: Label
    basis: Text
    at_most_working_days: Annotated[StrictInt, Field(ge=1, le=250)]
    remind_after_working_days: Annotated[StrictInt, Field(ge=1)] | None = None
    ends_with_supply: StrictBool

    @model_validator(mode="after")
    def _reminds_before_the_end(self) -> "PauseGround":
        after = self.remind_after_working_days
        if after is not None and after >= self.at_most_working_days:
            raise PydanticCustomError(
                "reminder_too_late", "the reminder must come before the pause ends"
            )
        return self


class EvaluationRules(_Part):
    """Which of the five levels open a call-back; 5 is 非常满意, 1 is 非常不满意."""

    call_back_levels: frozenset[Annotated[StrictInt, Field(ge=1, le=5)]] = Field(min_length=1)
    praise: StrictBool = True

    @field_serializer("call_back_levels")
    def _in_order(self, levels: frozenset[int]) -> list[int]:
        return sorted(levels)


class LimitDefinition(_Part):
    """One limit, for a level and a category or (blank) for any, with the rule it comes from."""

    purpose: PurposeName
    level: LevelName = ""
    category: Annotated[str, Field(pattern=r"^([A-Z][A-Z0-9]{1,7})?$")] = ""
    limit: str
    source: Text

    @field_validator("limit")
    @classmethod
    def _countable(cls, text: str) -> str:
        match = re.fullmatch(r"([0-9]{1,6}(?:\.[0-9])?) ([a-z_]+)", text)
        if match is None:
            raise PydanticCustomError("limit", "expected a limit such as '5 working_days'")
        if match[2] not in set(Base):
            raise PydanticCustomError("limit", f"the base is one of {', '.join(Base)}")
        try:
            Limit.parse(text)
        except ValueError:
            raise PydanticCustomError(
                "limit",
                "more than nought; halves of working_days, whole calendar_days and months",
            )
        return text

    @property
    def amount(self) -> Decimal:
        return Limit.parse(self.limit).amount

    @property
    def base(self) -> str:
        """One of the bases of `domain.clock`."""
        return str(Limit.parse(self.limit).base)

    @property
    def key(self) -> _Key:
        return (self.purpose, self.level, self.category)


class MechanismDefinition(_Part):
    """A kind of case as a park defines it. Limits are complete: no level is left without one."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
    name: Label
    basis: Text
    pause_grounds: dict[
        Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=40)], PauseGround
    ] = {}
    evaluation: EvaluationRules
    limits: tuple[LimitDefinition, ...]

    @model_validator(mode="after")
    def _limits_agree(self) -> "MechanismDefinition":
        found = list(_disagreements(enumerate(limit.key for limit in self.limits)))
        if found:
            sentences = "; ".join(message for _, message in found)
            raise PydanticCustomError("limits_disagree", "{sentences}", {"sentences": sentences})
        return self

    def as_json(self) -> dict[str, Any]:
        """Return the definition as it is stored; `model_validate` reads it back."""
        return self.model_dump(mode="json")

    @property
    def digest(self) -> str:
        """SHA-256 over what is defined: comments and layout of the file don't count."""
        text = json.dumps(self.as_json(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def _disagreements(keys: Iterable[tuple[int, _Key]]) -> Iterator[tuple[int | None, str]]:
    """Yield (index of the limit or None, what is wrong) for limits that don't fit together."""
    rows = list(keys)
    seen: dict[_Key, int] = {}
    for index, key in rows:
        purpose, level, category = key
        if key in seen:
            yield index, f"the limit is defined twice: {_named(key)}"
        seen.setdefault(key, index)
        if purpose not in LEVELLED_PURPOSES and (level or category):
            yield index, f"{purpose} has one limit for all: leave out level and category"
    for purpose in PURPOSES:
        if (purpose, "", "") in seen:
            continue
        if purpose not in LEVELLED_PURPOSES:
            yield None, f"{purpose} has no limit"
            continue
        missing = [level for level in LEVELS if (purpose, level, "") not in seen]
        if missing:
            yield None, f"{purpose} has no limit for {', '.join(missing)} whatever the category"


def _named(key: _Key) -> str:
    return " ".join(part for part in key if part)


# --- reading YAML -------------------------------------------------------------------------


def check(text: str) -> tuple[MechanismDefinition | None, list[Problem]]:
    """Read a definition; return it, or None with every problem in order of lines."""
    reading = read_yaml(text)
    definition = None
    if reading.read:
        try:
            definition = MechanismDefinition.model_validate(reading.data)
        except ValidationError as error:
            reading.problems += [
                reading.problem(details["loc"], _sentence(details))
                for details in error.errors()
                if details["type"] != "limits_disagree"
            ]
        reading.problems += [
            reading.problem(("limits",) if index is None else ("limits", index), message)
            for index, message in _disagreements(_keys(reading.data))
        ]
    problems = sorted(set(reading.problems))
    return (None if problems else definition), problems


def report(path: str, problems: Iterable[Problem]) -> str:
    """Return the problems as lines an editor can jump to: "file:line: message"."""
    return "\n".join(
        f"{path}:{p.line}: {f'{p.path}: ' if p.path else ''}{p.message}" for p in problems
    )


def _keys(data: Any) -> Iterator[tuple[int, _Key]]:
    """Yield what each row limits, also of rows that are wrong in something else."""
    rows = data.get("limits") if isinstance(data, dict) else None
    for index, row in enumerate(rows if isinstance(rows, list) else ()):
        if not isinstance(row, dict):
            continue
        purpose, level, category = (row.get(k, "") for k in ("purpose", "level", "category"))
        if purpose in PURPOSES and isinstance(level, str) and isinstance(category, str):
            yield index, (str(purpose), level, category)


def _sentence(details: ErrorDetails) -> str:
    match details["type"]:
        case "missing":
            return f"{details['loc'][-1]} is missing"
        case "extra_forbidden":
            return "is not a part of a mechanism"
        case "reminder_too_late":
            return details["msg"]
    given = details["input"]
    shown = f": {given!r}" if isinstance(given, str | int | bool) else ""
    return details["msg"][:1].lower() + details["msg"][1:] + shown


@dataclass
class Reading:
    """Plain values read from YAML, and in which line each stands."""

    data: Any = None
    read: bool = False  # False: not YAML at all
    lines: dict[_PATH, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, path: _PATH, message: str) -> Problem:
        """Return a problem at `path`, in the line of the nearest thing that stands there."""
        known = path
        while known and known not in self.lines:
            known = known[:-1]
        return Problem(self.lines.get(known, 1), _written(path), message)


def _written(path: _PATH) -> str:
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


def _plain(node: yaml.Node, path: _PATH, reading: Reading) -> Any:
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


def _mapping(node: yaml.MappingNode, path: _PATH, reading: Reading) -> dict[str, Any]:
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
