"""Advice counted by topic: how much was answered, adopted, late; each figure leads to its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from yuanqi.foundation.actors import Actor

from .filters import Filters
from .models import Topic
from .queries import advice_visible_to, counts_by_topic, topics

_COLUMNS = {
    "given": {},
    "answered": {"verdict": "answered"},
    "adopted": {"verdict": "adopted"},
    "partly": {"verdict": "partly"},
    "refused": {"verdict": "not"},
    "late": {"late": "1"},
    "changed": {"queue": "changed"},
}


@dataclass(frozen=True, slots=True)
class Figure:
    number: int
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """A topic, or all of them; the adopted share is of what was answered."""

    label: str
    figures: dict[str, Figure]
    taken: Figure

    @property
    def open(self) -> int:
        return self.figures["given"].number - self.figures["answered"].number


def rows_of(actor: Actor, year: int, now: datetime) -> tuple[Row, Sequence[Row]]:
    """All of a year's advice, and each topic that has some or is offered."""
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    counted = counts_by_topic(advice_visible_to(actor), first, after, now)
    nothing = dict.fromkeys(_COLUMNS, 0)
    known = [topic for topic in topics(is_active=None) if topic.is_active or topic.pk in counted]
    sums = {name: sum(one[name] for one in counted.values()) for name in _COLUMNS}
    every = _row(None, sums, year)
    return every, [_row(topic, counted.get(topic.pk, nothing), year) for topic in known]


def _row(topic: Topic | None, numbers: dict[str, int], year: int) -> Row:
    code = topic.code if topic else ""
    found = {
        name: Figure(numbers[name], _url(year, code, narrowing))
        for name, narrowing in _COLUMNS.items()
    }
    taken = Figure(
        numbers["adopted"] + numbers["partly"], _url(year, code, {"verdict": "taken"})
    )  # fmt: skip
    return Row(topic.label if topic else _("合计"), found, taken)


def _url(year: int, topic: str, narrowing: dict[str, str]) -> str:
    return f"{reverse('advice:list')}?{Filters(year=str(year), topic=topic, **narrowing).query}"
