"""What the demo park's enterprises ask, and how it went: texts with the firms they belong to.

A text says `<n>` where the firm's own word or number stands. Everything is fictional.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

_SLOT = re.compile(r"<([a-z][a-z0-9]*)>")
_HAN = r"[\u4e00-\u9fff]"
# the house style: a space between Chinese and figures or letters, none between Chinese words
_NEEDS_SPACE = re.compile(rf"(?<={_HAN})(?=[0-9A-Za-z])|(?<=[0-9A-Za-z])(?={_HAN})")
_NEEDS_NONE = re.compile(rf"(?<={_HAN}) +(?={_HAN})")
_YEAR = "y"  # a figure under this name is a year: it has no separators


def spaced(text: str) -> str:
    """The text in the house's spacing."""
    return _NEEDS_NONE.sub("", _NEEDS_SPACE.sub(" ", text))


# how far the request has come when the park is loaded, and which light it shows
Stage = Literal[
    "new", "new-yellow", "new-red", "new-returned", "new-returned-twice",
    "sent", "sent-yellow", "sent-red",
    "work", "work-yellow", "work-red", "wait-material", "wait-superior",
    "answered", "called", "closed",
]  # fmt: skip


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Asked(_Part):
    """What a co-handler is asked, and what he says; nothing said yet: he is still at it."""

    brief: str
    opinion: str = ""


class Awaited(_Part):
    """What the clock waits for from the enterprise, and its words when it comes."""

    what: str
    supplied: str
    papers: tuple[str, ...] = ()


class Above(_Part):
    """What a superior organ is asked for, and how it came."""

    what: str
    done: str


class Misdirected(_Part):
    """A department that got the request first and gave it back."""

    to: str
    reason: str
    basis: str


class Matter(_Part):
    category: str
    level: str
    lead: str
    text: str
    ask: dict[str, Asked] = {}
    wrong: tuple[Misdirected, ...] = ()
    said: tuple[str, ...] = Field(min_length=2)  # the lead's officer and the enterprise in turn
    plan: str = ""
    note: str = ""
    awaits: Awaited | None = None
    above: Above | None = None
    answer: str
    praise: str
    complaint: str = ""
    heard: str = ""
    papers: tuple[str, ...] = ()
    answer_papers: tuple[str, ...] = ()


class Turn(BaseModel):
    """One firm's run of a matter: its words and numbers, and how far it has come."""

    model_config = ConfigDict(frozen=True, extra="allow")

    stage: Stage = Field(default="closed", alias="as")
    stars: int | None = None
    unrated: bool = False
    returned: int = 0
    via: Literal["", "phone", "officer"] = ""
    night: bool = False

    def filled(self, text: str) -> str:
        """The text with this firm's words. KeyError for a slot without one."""
        # a word may stand in a word: twice is enough
        for _round in range(2):
            text = _SLOT.sub(lambda found: self._word(found[1]), text)
        return spaced(text)

    def _word(self, name: str) -> str:
        word = str((self.model_extra or {})[name])
        return f"{int(word):,}" if word.isdecimal() and name != _YEAR else word


class Told(_Part):
    """A matter as one firm told it."""

    firm: str
    turn: Turn
    matter: Matter  # its texts filled

    @property
    def key(self) -> str:
        return f"{self.firm}:{self.matter.category}:{self.matter.text[:20]}"


@cache
def told() -> tuple[Told, ...]:
    """Every request of the demo park, without its times."""
    return tuple(_read())


def _read() -> Iterator[Told]:
    folder = resources.files(__package__) / "matters"
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        for entry in yaml.load(item.read_text("utf-8"), Loader=yaml.CBaseLoader):  # noqa: S506
            firms = entry.pop("firms")
            for firm, words in firms.items():
                turn = Turn.model_validate(words)
                yield Told(firm=firm, turn=turn, matter=Matter.model_validate(_fill(entry, turn)))


def _fill(value: object, turn: Turn) -> object:
    if isinstance(value, str):
        return turn.filled(value)
    if isinstance(value, list):
        return [_fill(item, turn) for item in value]
    if isinstance(value, dict):
        return {key: _fill(item, turn) for key, item in value.items()}
    return value
