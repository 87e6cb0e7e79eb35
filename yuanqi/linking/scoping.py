"""Whom a round covers, and why; who may take part in it."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from yuanqi.organisation.models import Department, Officer, Rank
from yuanqi.registry import industry
from yuanqi.registry.models import Enterprise, Link, LinkRole, Project, Stage, Standing, Title
from yuanqi.registry.queries import links_on
from yuanqi.steering.lists import DECLINE, KEY_CORE
from yuanqi.steering.models import Entry
from yuanqi.steering.queries import conditions, newest_month

from .models import Round, SeatRole

EVERYONE, LINKED = "everyone", "linked"
INDUSTRY, LIST, TITLE, PROJECT = "industry", "list", "title", "project"
# how much more than an ordinary enterprise one asks for, by what is known of it
_EFFORT_PROJECT, _EFFORT_LIST, _EFFORT_MOST = 0.25, 0.5, 3.0
UNDER_WAY = (Stage.SIGNED, Stage.LAND, Stage.STARTED, Stage.FINISHED)


@dataclass(frozen=True, slots=True)
class Covered:
    """An enterprise that a round covers; `effort` in ordinary enterprises."""

    enterprise_id: int
    scopes: tuple[str, ...]
    effort: float
    projects: int
    lead_id: int | None  # who serves it on the eve of the round
    second_id: int | None


def present() -> QuerySet[Enterprise]:
    """The enterprises that the park can serve: here, and not merged into another."""
    gone = (Standing.MOVED, Standing.CANCELLED)
    return Enterprise.objects.filter(merged_into=None).exclude(standing__in=gone)


def heads_of_present() -> dict[int, int | None]:
    """All of them, each with the head of its group: cheaper than to ask for a long list of keys."""
    return dict(present().order_by().values_list("pk", "group__head"))


def named(round_: Round, among: Collection[int] | None = None) -> dict[int, list[str]]:
    """The enterprises that the round's scopes name, each with the scopes that name it.

    With `among` only these are looked up.
    """
    here = present() if among is None else present().filter(pk__in=among)
    found: dict[int, list[str]] = defaultdict(list)
    if round_.is_everyone:
        for pk in here.values_list("pk", flat=True):
            found[pk].append(EVERYONE)
    if round_.industries:
        for pk, code in here.filter(_in_trades(round_)).values_list("pk", "industry_code"):
            hit = max((one for one in round_.industries if code.startswith(one)), key=len)
            found[pk].append(f"{INDUSTRY}:{hit}")
    for kind, rows, field in _sources(round_):
        told = rows if among is None else rows.filter(enterprise__in=among)
        for pk, value in told.values_list("enterprise", field).distinct():
            found[pk].append(f"{kind}:{value}")
    there = set(here.values_list("pk", flat=True)) if found else set()
    return {pk: sorted(codes) for pk, codes in found.items() if pk in there}


def named_in(round_: Round) -> QuerySet[Enterprise]:
    """The same enterprises for the database to count and to page, without their scopes."""
    if round_.is_everyone:
        return present()
    ways = [_in_trades(round_)] if round_.industries else []
    ways += [
        Q(Exists(rows.filter(enterprise=OuterRef("pk"))))
        for _kind, rows, _field in _sources(round_)
    ]
    return present().filter(reduce(or_, ways)) if ways else present().none()


def _in_trades(round_: Round) -> Q:
    return reduce(or_, (Q(industry_code__startswith=code) for code in round_.industries))


def _sources(round_: Round) -> Iterator[tuple[str, QuerySet[Any], str]]:
    """Where scopes stand beside the enterprise: rows that name it, and what they call it."""
    if round_.lists:
        entries = Entry.objects.filter(
            sheet__month=newest_month(), sheet__condition__code__in=round_.lists, is_on=True
        )
        yield LIST, entries, "sheet__condition__code"
    if round_.titles:
        held = Title.objects.filter(name__in=round_.titles).filter(
            Q(valid_until=None) | Q(valid_until__gte=round_.from_on)
        )
        yield TITLE, held, "name"
    if round_.stages:
        yield PROJECT, Project.objects.filter(stage__in=round_.stages), "stage"


def covered(round_: Round) -> list[Covered]:
    """Whom the round covers: those that its scopes name, and those that are served already.

    A member of a group that has no lead of its own goes with the group's head, and takes no place
    of its own; so does a project with its enterprise. Nor has a member one whose lead ends with the
    eve while the head's goes on: it was given to the head's.
    """
    scopes = named(round_)
    before = served_before(round_.from_on)
    leads = {pk for pk, role in before if role == LinkRole.LEAD}
    going_on = set(
        links_on(round_.from_on).filter(role=LinkRole.LEAD).values_list("enterprise", flat=True)
    )
    for pk in leads - set(scopes):
        scopes[pk] = [LINKED]
    here = {pk: head for pk, head in heads_of_present().items() if pk in scopes}
    projects = dict(
        Project.objects.filter(enterprise__in=here, stage__in=UNDER_WAY)
        .values_list("enterprise")
        .annotate(Count("pk"))
        .order_by()
    )
    watched = set(
        Entry.objects.filter(
            sheet__month=newest_month(), is_on=True,
            sheet__condition__code__in=(KEY_CORE, DECLINE),
        ).values_list("enterprise", flat=True)
    )  # fmt: skip
    made = []
    for pk, head in sorted(here.items()):
        has_own = pk in leads and (pk in going_on or head not in going_on)
        if not has_own and head not in (None, pk) and head in here:
            continue
        lead, second = before.get((pk, LinkRole.LEAD)), before.get((pk, LinkRole.SECOND))
        effort = 1 + _EFFORT_PROJECT * projects.get(pk, 0) + _EFFORT_LIST * (pk in watched)
        made.append(
            Covered(
                pk, tuple(scopes[pk]), min(effort, _EFFORT_MOST), projects.get(pk, 0),
                lead, None if second == lead else second,
            )
        )  # fmt: skip
    return made


def served_before(day: date) -> dict[tuple[int, int], int]:
    """Who serves whom on the eve of a day: officers by (firm, role).

    A link that begins on the day itself counts; one that ends with the eve does too, because a new
    round goes on from it.
    """
    found = {}
    for on in (day - timedelta(days=1), day):
        for enterprise, role, officer in links_on(on).values_list("enterprise", "role", "officer"):
            found[enterprise, role] = officer
    return found


# who takes part ----------------------------------------------------------------------------------


def candidates(deputies: Department | None) -> dict[int, SeatRole]:
    """Who may serve, and in which role: officers of rank (副科级及以上), congress deputies.

    The service centre supervises the others, and leads none.
    """
    found = {}
    officers = Officer.objects.filter(is_active=True, department__closed_at=None)
    of_rank = officers.filter(rank__gte=Rank.DEPUTY_SECTION).exclude(
        department__kind=Department.Kind.CENTRE
    )
    for pk, rank in of_rank.values_list("pk", "rank"):
        found[pk] = SeatRole.LEADER if rank >= Rank.DEPUTY_DIVISION else SeatRole.HEAD
    if deputies is not None:
        # who heads their liaison station keeps it, and is no deputy
        station = officers.filter(department=deputies).exclude(pk=deputies.head_id)
        for pk in station.values_list("pk", flat=True):
            found[pk] = SeatRole.DEPUTY
    return found


@dataclass(frozen=True, slots=True)
class Known:
    """What an officer has to do with: the area of most of his enterprises, trades he has served."""

    area: int | None
    trades: frozenset[str]


def known_of(officers: Collection[int], day: date) -> Mapping[int, Known]:
    """Areas follow from those whom an officer serves on a day, trades from all he ever served."""
    areas: dict[int, Counter[int]] = defaultdict(Counter)
    trades: dict[int, set[str]] = defaultdict(set)
    links = Link.objects.filter(officer__in=officers)
    for officer, code in links.values_list("officer", "enterprise__industry_code").distinct():
        if len(code) >= 3:
            trades[officer].add(code[:3])
    now = links_on(day).filter(officer__in=officers, enterprise__area__isnull=False)
    for officer, area in now.values_list("officer", "enterprise__area"):
        areas[officer][area] += 1
    return {
        pk: Known(
            min(areas[pk], key=lambda area: (-areas[pk][area], area)) if areas[pk] else None,
            frozenset(trades[pk]),
        )
        for pk in officers
    }


# in words ----------------------------------------------------------------------------------------


def scope_label(code: str, lists: Mapping[str, str] | None = None) -> str:
    """A scope in words. `lists` are the labels of the four lists."""
    kind, _colon, value = code.partition(":")
    if kind == EVERYONE:
        return _("全部企业")
    if kind == LINKED:
        return _("原有挂钩")
    if kind == INDUSTRY:
        found = industry.find(value)
        return found.label if found else value
    if kind == LIST:
        return (lists if lists is not None else list_labels()).get(value, value)
    if kind == PROJECT:
        return _("%(stage)s项目") % {"stage": Stage(int(value)).label}
    return value


def list_labels() -> dict[str, str]:
    """The names of the four lists by code."""
    return {one.code: one.label for one in conditions()}


def scopes_of(round_: Round) -> list[str]:
    """All scopes that a round names, in words."""
    codes = [EVERYONE] if round_.is_everyone else []
    codes += [f"{INDUSTRY}:{one}" for one in round_.industries]
    codes += [f"{LIST}:{one}" for one in round_.lists]
    codes += [f"{TITLE}:{one}" for one in round_.titles]
    codes += [f"{PROJECT}:{one}" for one in round_.stages]
    lists = list_labels() if round_.lists else {}
    return [scope_label(code, lists) for code in codes]
