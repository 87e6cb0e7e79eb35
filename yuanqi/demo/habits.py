"""What the park's enterprises usually ask, over the years: patterns with words to choose.

`habits/README.md` tells how the files are written.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from random import Random
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

from .crowd.words import listed
from .matters import spaced

# the innermost braces: what it may be, after a name to keep it or one whose turn it follows
_CHOICE = re.compile(r"\{(?:([a-z][a-z0-9]*)([=:]))?([^{}]*)\}")
_RANGE = re.compile(r"(\d+)\.\.(\d+)(?:/(\d+))?\Z")
_NAME = re.compile(r"[a-z][a-z0-9]*\Z")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Ask(_Part):
    ask: str
    say: tuple[str, ...] = ()  # the lead's officer and the enterprise in turn
    answer: str


class Habit(_Part):
    """How a category is asked."""

    weight: int
    months: tuple[int, ...] = (100,) * 12
    levels: dict[str, int]
    leads: dict[str, int]
    helps: tuple[tuple[str, str, str], ...] = ()  # department, what it is asked, what it says
    awaits: tuple[str, ...] = ()
    asks: tuple[Ask, ...] = Field(min_length=4)
    praise: tuple[str, ...] = Field(min_length=1)
    anger: tuple[tuple[str, str], ...] = ()  # the complaint, what the call-back heard


@cache
def habits() -> dict[str, Habit]:
    """The habits by category, in a fixed order."""
    return {
        code: Habit.model_validate(told)
        for name in ("building", "money", "people", "production", "science", "trade")
        for code, told in _read(name).items()
    }


@cache
def common() -> dict[str, Any]:
    """What is said in requests of all categories, by occasion."""
    return _read("common")


def _read(name: str) -> dict[str, Any]:
    text = (resources.files(__package__) / "habits" / f"{name}.yaml").read_text("utf-8")
    found: dict[str, Any] = yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506
    return found


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one request: what was chosen once stands wherever its name stands."""

    rng: Random
    chosen: dict[str, str]
    turns: dict[str, int] = field(default_factory=dict)  # which of its words a name took

    def filled(self, text: str) -> str:
        """The text with words chosen. Raises KeyError for a name without a choice."""
        while True:
            text, count = _CHOICE.subn(self._word, text)
            if not count:
                return spaced(text)

    def _word(self, found: re.Match[str]) -> str:
        name, sign, choice = found.groups()
        if name is None and "|" not in choice and _NAME.match(choice):
            return self._known(choice)
        words = choice.split("|")
        if sign == ":":
            return words[self.turns[name]]
        numbers = _RANGE.match(choice)
        if numbers:
            low, high, step = int(numbers[1]), int(numbers[2]), int(numbers[3] or 1)
            word = f"{self.rng.randrange(low, high + 1, step):,}"
        else:
            turn = self.rng.randrange(len(words))
            word = words[turn]
            if name is not None:
                self.turns[name] = turn
        if name is not None:
            self.chosen[name] = word
        return word

    def _known(self, name: str) -> str:
        if name == "road" and name not in self.chosen:
            self.chosen[name] = self.rng.choice(listed("roads"))
        return self.chosen[name]


def drawn(rng: Random, weights: dict[str, int]) -> str:
    """One of the names, as often as its weight says."""
    return rng.choices(list(weights), list(weights.values()))[0]


def every_text() -> Iterator[tuple[str, Sequence[str]]]:
    """All patterns with the texts that share their words, for a look at each."""
    for code, habit in habits().items():
        for ask in habit.asks:
            yield code, (ask.ask, *ask.say, ask.answer)
