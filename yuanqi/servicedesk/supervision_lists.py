"""The lists of supervision: who owes an account, who gave one, what is red too long, who is late
too often. Each is a view of the register, named in the address."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.casework.models import Case
from yuanqi.foundation import pages
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.pages import Key, KeysetPage
from yuanqi.organisation.models import Department
from yuanqi.supervision.models import Supervision
from yuanqi.supervision.queries import is_demand, long_red, register, standing, talks

from .ledger import URGENT, requests_listed
from .rows import with_row_parts
from .supervising import Account, account_of

KINDS: Mapping[str, Q] = {
    "escalation": ~is_demand,
    "demand": is_demand,
}
_LATEST = (Key("began_at", descending=True), Key("id", descending=True))


@dataclass(frozen=True, slots=True)
class View:
    """One list of the register: which rows, in which order."""

    code: str
    label: str
    condition: Q
    keys: tuple[Key, ...]
    is_apart: bool = False


def views(now: datetime) -> list[View]:
    """The lists, in the order of the page."""
    waits = standing & Q(replied_at__isnull=True)
    return [
        View("waiting", _("待说明"), waits, (Key("due_at", nulls="last"), Key("id"))),
        View(
            "answered",
            _("已说明，没办完"),
            standing & Q(replied_at__isnull=False),
            (Key("replied_at"), Key("id")),
        ),
        View("month", _("本月超时"), ~is_demand & Q(began_at__gte=month_of(now)), _LATEST),
        View(
            "ended",
            _("已结束"),
            Q(ended_at__isnull=False),
            (Key("ended_at", descending=True), Key("id", descending=True)),
            is_apart=True,
        ),
    ]


def month_of(now: datetime) -> datetime:
    """The first instant of the month, by the zone's days."""
    local = timezone.localtime(now)
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks of the register; what it doesn't know it leaves out."""

    view: str = "waiting"
    kind: str = ""
    unit: int | None = None

    @classmethod
    def read(cls, query: Mapping[str, str], known: Iterable[str]) -> "Filters":
        view, kind, unit = (query.get(name, "") for name in ("view", "kind", "unit"))
        return cls(
            view=view if view in {*known, "long", "talks"} else "waiting",
            kind=kind if kind in KINDS else "",
            unit=int(unit) if unit.isascii() and unit.isdecimal() and len(unit) < 10 else None,
        )

    @property
    def condition(self) -> Q:
        found = KINDS.get(self.kind, Q())
        return found if self.unit is None else found & Q(unit=self.unit)


def accounts(
    view: View, filters: Filters, actor: Actor, now: datetime, cursor: str
) -> tuple[KeysetPage[Supervision], list[Account]]:
    """One page of a list, with what its lines say."""
    rows = (
        register(actor)
        .filter(view.condition, filters.condition)
        .select_related(
            "case__enterprise", "case__responsible__department", "by", "unit",
            "department", "officer", "calendar", "replied_by",
        )
        .prefetch_related("passed_limits__clock")
    )  # fmt: skip
    page = pages.keyset_page(rows, view.keys, cursor)
    return page, [account_of(row, now) for row in page.rows]


def counts(
    listed: Iterable[View], filters: Filters, actor: Actor, now: datetime
) -> dict[str, pages.Count]:
    """How many lines each list has, under the same filters."""
    rows = register(actor).filter(filters.condition)
    found = {view.code: pages.count_of(rows.filter(view.condition)) for view in listed}
    found["long"] = pages.count_of(long_late(filters, actor, now))
    found["talks"] = pages.Count(len(to_talk_to(actor, now)))
    return found


def long_late(filters: Filters, actor: Actor, now: datetime) -> QuerySet[Case]:
    """The leadership list (挂牌): red for more than five working days."""
    cases = requests_listed(actor).filter(long_red(now))
    if not actor.sees_every_case:
        cases = cases.filter(Q(lead=actor.department_id) | Q(lead__head__in=actor.officer_ids))
    return cases if filters.unit is None else cases.filter(lead=filters.unit)


def long_late_page(filters: Filters, actor: Actor, now: datetime, cursor: str) -> KeysetPage[Case]:
    """One page of the leadership list, the longest late first."""
    return pages.keyset_page(with_row_parts(long_late(filters, actor, now)), URGENT, cursor)


def to_talk_to(actor: Actor, now: datetime) -> list[tuple[Department, int]]:
    """The departments late three times or more this month (约谈)."""
    start = month_of(now)
    return talks(actor, start, month_of(start + timedelta(days=32)))
