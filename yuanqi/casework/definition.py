"""The definition of a mechanism (事项): what a park writes, checked whole before it is used.

Pure: no Django, no database. `check` reads YAML and lists every problem with its line; an
invalid definition cannot be built. How to write one: docs/mechanisms.md.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
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
from yuanqi.foundation.digests import sha256_of

from .reading import Problem, read_yaml

PurposeName = Literal[
    "sign", "contact", "plan", "resolve", "work", "evaluate", "call_back",
    "extension", "rectify", "supervise",
]  # fmt: skip
LevelName = Literal["", "P1", "P2", "P3", "P4"]
PURPOSES: tuple[str, ...] = get_args(PurposeName)
LEVELS: tuple[str, ...] = get_args(LevelName)[1:]
# The others are the same for everybody, however urgent the request is or was.
LEVELLED_PURPOSES = ("sign", "contact", "plan", "resolve", "work", "extension", "rectify")
# A mechanism without a limit for these doesn't have the step: no extension, no rectification, no
# demand of supervision.
OPTIONAL_PURPOSES = ("extension", "rectify", "supervise")

_Key = tuple[str, str, str]  # purpose, level, category


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


Text = Annotated[str, Field(min_length=1, max_length=200)]
GroundCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=40)]


class Label(_Part):
    """A name in both languages of the pages."""

    zh: Text
    en: Text


def _countable(text: str) -> str:
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


Countable = Annotated[str, AfterValidator(_countable)]  # a limit as it is written


class PauseGround(_Part):
    """Why a resolve clock may stop (暂停计时), on what basis, and for how long at most.

    Lengths are in working days; the clock goes on by itself after the longest. With
    `ends_with_supply` it goes on as soon as the enterprise hands in what was awaited. On a ground
    that `parks` the case is set aside (挂起) until a day of review: by the centre or the lead's
    head, with an explanation to the enterprise, never by the handler alone.
    """

    label: Label
    basis: Text
    at_most_working_days: Annotated[StrictInt, Field(ge=1, le=250)]
    remind_after_working_days: Annotated[StrictInt, Field(ge=1)] | None = None
    ends_with_supply: StrictBool
    parks: StrictBool = False

    @model_validator(mode="after")
    def _reminds_before_the_end(self) -> "PauseGround":
        after = self.remind_after_working_days
        if after is not None and after >= self.at_most_working_days:
            raise PydanticCustomError(
                "reminder_too_late", "the reminder must come before the pause ends"
            )
        return self


class RefusalGround(_Part):
    """Why a request isn't accepted (不予受理), on what basis, and where the enterprise can turn.

    With `needs_earlier` the case that settled the matter must be named.
    """

    label: Label
    basis: Text
    where_to: Label
    needs_earlier: StrictBool = False


class ReopeningRules(_Part):
    """Within what time after its end a case may be taken up again (重新办理)."""

    within: Countable
    basis: Text

    @property
    def limit(self) -> Limit:
        return Limit.parse(self.within)


class SupervisionRules(_Part):
    """What supervision goes by (催办、督办), in working days."""

    remind_grace_working_days: Annotated[StrictInt, Field(ge=0, le=60)] = 3  # between two reminders
    idle_working_days: Annotated[StrictInt, Field(ge=1, le=60)] = 2  # nothing done for so long
    leadership_after_working_days: Annotated[StrictInt, Field(ge=1, le=60)] = 5  # of red
    basis: Text = "园区默认，可改"


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
    limit: Countable
    source: Text

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
    pause_grounds: dict[GroundCode, PauseGround] = {}
    # what a mechanism leaves out, its cases don't have: nothing refused, nothing reopened
    refusal_grounds: dict[GroundCode, RefusalGround] = {}
    reopening: ReopeningRules | None = None
    supervision: SupervisionRules = SupervisionRules()
    evaluation: EvaluationRules
    limits: tuple[LimitDefinition, ...]

    @property
    def handlers_grounds(self) -> dict[str, PauseGround]:
        """The grounds on which the handler himself may pause the clock."""
        return {code: ground for code, ground in self.pause_grounds.items() if not ground.parks}

    @property
    def parking(self) -> tuple[str, PauseGround] | None:
        """The ground on which a case is set aside (挂起), if the mechanism has one."""
        return next(((c, g) for c, g in self.pause_grounds.items() if g.parks), None)

    @field_validator("pause_grounds")
    @classmethod
    def _parks_on_one_ground(cls, grounds: dict[str, PauseGround]) -> dict[str, PauseGround]:
        if sum(ground.parks for ground in grounds.values()) > 1:
            raise PydanticCustomError("parks_twice", "only one ground parks a case")
        return grounds

    @model_validator(mode="after")
    def _limits_agree(self) -> "MechanismDefinition":
        found = list(_disagreements((i, row.key, row.base) for i, row in enumerate(self.limits)))
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
        return sha256_of(text)


def _disagreements(
    limits: Iterable[tuple[int, _Key, str]],
) -> Iterator[tuple[int | None, str]]:
    """Yield (index of the limit or None, what is wrong) for limits that don't fit together."""
    rows = list(limits)
    seen: dict[_Key, str] = {}
    for index, key, base in rows:
        purpose, level, category = key
        if key in seen:
            yield index, f"the limit is defined twice: {_named(key)}"
        seen.setdefault(key, base)
        if purpose not in LEVELLED_PURPOSES and (level or category):
            yield index, f"{purpose} has one limit for all: leave out level and category"
    for purpose in PURPOSES:
        if (purpose, "", "") in seen:
            continue
        if purpose in OPTIONAL_PURPOSES and not any(key[0] == purpose for key in seen):
            continue
        if purpose not in LEVELLED_PURPOSES:
            yield None, f"{purpose} has no limit"
            continue
        missing = [level for level in LEVELS if (purpose, level, "") not in seen]
        if missing:
            yield None, f"{purpose} has no limit for {', '.join(missing)} whatever the category"
    yield from _other_bases(rows, seen)


def _other_bases(
    rows: Sequence[tuple[int, _Key, str]], bases: Mapping[_Key, str]
) -> Iterator[tuple[int, str]]:
    """An extension is counted as the limit that it extends: days of work aren't added to dates."""
    for index, (purpose, level, category), base in rows:
        if purpose != "resolve":
            continue
        for name in most_exact("extension", level, category):
            if name in bases:
                if bases[name] != base:
                    yield index, f"its extension is counted in {bases[name]}: {_named(name)}"
                break


def most_exact(purpose: str, level: str, category: str) -> tuple[_Key, ...]:
    """Under which names a limit may stand, the most exact first: that one holds."""
    return (
        (purpose, level, category),
        (purpose, level, ""),
        (purpose, "", category),
        (purpose, "", ""),
    )


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
            for index, message in _disagreements(_limits(reading.data))
        ]
    problems = sorted(set(reading.problems))
    return (None if problems else definition), problems


def report(path: str, problems: Iterable[Problem]) -> str:
    """Return the problems as lines an editor can jump to: "file:line: message"."""
    return "\n".join(
        f"{path}:{p.line}: {f'{p.path}: ' if p.path else ''}{p.message}" for p in problems
    )


def _limits(data: Any) -> Iterator[tuple[int, _Key, str]]:
    """Yield what each row limits and its base, also of rows that are wrong in something else."""
    rows = data.get("limits") if isinstance(data, dict) else None
    for index, row in enumerate(rows if isinstance(rows, list) else ()):
        if not isinstance(row, dict):
            continue
        purpose, level, category = (row.get(k, "") for k in ("purpose", "level", "category"))
        if purpose in PURPOSES and isinstance(level, str) and isinstance(category, str):
            yield index, (str(purpose), level, category), str(row.get("limit", "")).split(" ")[-1]


def _sentence(details: ErrorDetails) -> str:
    match details["type"]:
        case "missing":
            return f"{details['loc'][-1]} is missing"
        case "extra_forbidden":
            return "is not a part of a mechanism"
        case "reminder_too_late" | "parks_twice":
            return details["msg"]
    given = details["input"]
    shown = f": {given!r}" if isinstance(given, str | int | bool) else ""
    return details["msg"][:1].lower() + details["msg"][1:] + shown
