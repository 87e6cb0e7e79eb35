"""Two versions held against each other: their words, and who comes and goes between them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Any

import polars as pl

from yuanqi.domain.rules import Explanation, Rule
from yuanqi.foundation.actors import Actor
from yuanqi.registry.models import Enterprise
from yuanqi.registry.queries import enterprises_visible_to

from . import judging, words
from .judging import ENTERPRISE, Judged
from .kinds import Kind

SIZE = 50
MOST_REASONS = 3
WAYS = ("enters", "leaves", "fits", "unknown")
_WORDS = re.compile(r"[0-9]+(?:\.[0-9]+)?|\w+|\s+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: "same", "gone" or "new"."""

    kind: str
    text: str


def pieces(old: str, new: str) -> list[Piece]:
    """The new text with what was taken out and put in, word by word."""
    return list(_pieces(_WORDS.findall(old), _WORDS.findall(new)))


def _pieces(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(old[a:b]))
            continue
        if a < b:
            yield Piece("gone", "".join(old[a:b]))
        if c < d:
            yield Piece("new", "".join(new[c:d]))


@dataclass(frozen=True, slots=True)
class Row:
    """An enterprise in a list of those that come, go, fit or aren't known, and why."""

    enterprise: Enterprise
    verdict: bool | None
    reasons: Sequence[str]


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of them, in order of their keys, and how many there are each way."""

    on: date
    counts: dict[str, int]
    rows: list[Row]
    next_after: int | None


def listed(
    kind: Kind, new: Rule, old: Rule | None, *, way: str, after: int, actor: Actor
) -> Listed | None:
    """Those that come or go between two rules, fit, or aren't known; None where nobody is counted.

    A page begins after an enterprise's key: who comes or goes meanwhile moves nobody else.
    """
    frame = kind.frame() if kind.frame else None
    if frame is None:
        return None
    made = judging.judged(new, old, frame)
    ids = made.ids(_mask(made, way))
    page = ids.filter(ids > after).head(SIZE + 1).to_list()
    shown = page[:SIZE]
    return Listed(
        on=made.on,
        counts={each: int(_mask(made, each).sum()) for each in WAYS},
        rows=_rows(made, new, shown, actor),
        next_after=shown[-1] if len(page) > SIZE else None,
    )


def _mask(made: Judged, way: str) -> pl.Series:
    mask: pl.Series = getattr(made, way)
    return mask


def _rows(made: Judged, rule: Rule, ids: Sequence[int], actor: Actor) -> list[Row]:
    firms = enterprises_visible_to(actor).in_bulk(ids)
    known = {
        row[ENTERPRISE]: row
        for row in made.frame.filter(pl.col(ENTERPRISE).is_in(list(ids))).to_dicts()
    }
    return [_row(firms[pk], rule, known[pk]) for pk in ids if pk in firms]


def _row(enterprise: Enterprise, rule: Rule, known: dict[str, Any]) -> Row:
    made = rule.explain(known)
    return Row(enterprise, made.verdict, _reasons(made))


def _reasons(made: Explanation) -> list[str]:
    """The conditions that decide: those that hold where all does, else those that don't."""
    wanted = made.verdict is True
    found = [
        part.sentence(words.language())
        for part in made.conditions()
        if (part.verdict is True) is wanted
    ]
    return found[:MOST_REASONS]
