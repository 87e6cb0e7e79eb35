"""The demo park's rounds of links: the first scheme, the wider one, a hand-over. Fictional.

The links themselves are written, and told, with the enterprises; here stands what the rounds say
of them.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count
from django.utils import timezone

from yuanqi.foundation.actors import SYSTEM
from yuanqi.foundation.bulk import Bulk
from yuanqi.linking.models import Round, RoundLink, RoundState, Seat, SeatRole, Wish, WishKind
from yuanqi.linking.scoping import EVERYONE, LINKED, LIST, UNDER_WAY
from yuanqi.organisation.models import Department, Officer, Rank
from yuanqi.registry import acts
from yuanqi.registry.models import Link, LinkRole, Project
from yuanqi.steering.lists import CODES, KEY_CORE

from .crowd.links import DEPUTIES_FIRMS, LEADERS_FIRMS, OFFICERS_FIRMS
from .crowd.staff import DEPUTIES
from .crowd.words import drawing
from .people import CENTRE, crowd, linked_on
from .size import Size

_TOLD_BEFORE = timedelta(days=12)  # a round is published so long before it begins
_WISHED = ((WishKind.ENTERPRISE, 9), (WishKind.OFFICER, 6), (WishKind.BARRED, 2))
_BARRED = "近亲属在该企业任职"
HANDED_OVER = 4  # enterprises that change their officer on the day of loading
_CAPACITIES = {
    SeatRole.LEADER: LEADERS_FIRMS,
    SeatRole.HEAD: OFFICERS_FIRMS,
    SeatRole.DEPUTY: DEPUTIES_FIRMS,
}


def load(now: datetime, size: Size, officers: Mapping[str, Officer], bulk: Bulk) -> None:
    """Write the rounds that brought the links, and let an officer hand four enterprises over."""
    first_on, newest_on = linked_on(0, now, size), linked_on(size.enterprises, now, size)
    ends = date(newest_on.year + 1, 1, 1)
    everybody = _seats(officers, size)
    before: dict[tuple[int, int], int] = {}
    early = {officers[name].pk: everybody[officers[name].pk] for name in crowd(size).first}
    for year in range(first_on.year, newest_on.year):
        before = _round(
            f"{year} 年挂钩", date(year, 1, 1), date(year + 1, 1, 1), early, before, bulk,
            lists=list(CODES), scope=f"{LIST}:{KEY_CORE}",
        )  # fmt: skip
    _round(
        f"{newest_on.year} 年挂钩", newest_on, ends, everybody, before, bulk,
        is_everyone=True, scope=EVERYONE,
    )  # fmt: skip
    _wishes(now, everybody, bulk)
    _hand_over(now, everybody, bulk)
    bulk.flush()


def _seats(officers: Mapping[str, Officer], size: Size) -> dict[int, SeatRole]:
    """Everybody who may serve, in his role."""
    deputies = set(crowd(size).staff.deputies)
    found = {}
    for name, officer in officers.items():
        if name in deputies:
            found[officer.pk] = SeatRole.DEPUTY
        elif officer.rank >= Rank.DEPUTY_SECTION and officer.department.code != CENTRE:
            is_leader = officer.rank >= Rank.DEPUTY_DIVISION
            found[officer.pk] = SeatRole.LEADER if is_leader else SeatRole.HEAD
    return found


def _round(
    name: str,
    from_on: date,
    until_on: date,
    seats: Mapping[int, SeatRole],
    before: Mapping[tuple[int, int], int],
    bulk: Bulk,
    *,
    scope: str,
    **more: Any,
) -> dict[tuple[int, int], int]:
    """Write a published round as the links of its first day say; return these by firm and role."""
    links = {
        (enterprise, role): officer
        for enterprise, role, officer in Link.objects.filter(
            from_on__lte=from_on, officer__in=seats
        ).values_list("enterprise", "role", "officer")
    }
    at = timezone.make_aware(datetime.combine(from_on - _TOLD_BEFORE, time(9)))
    round_ = bulk.insert(
        Round(
            name=name, year=from_on.year, from_on=from_on, until_on=until_on,
            state=RoundState.PUBLISHED, drafted_at=at - _TOLD_BEFORE, published_at=at,
            leader_capacity=LEADERS_FIRMS, head_capacity=OFFICERS_FIRMS,
            deputy_capacity=DEPUTIES_FIRMS, revision=1, taken="keep",
            deputies=Department.objects.filter(code=DEPUTIES).first(), **more,
        )
    )  # fmt: skip
    for pk, role in seats.items():
        bulk.insert(Seat(round=round_, officer_id=pk, role=role, capacity=_CAPACITIES[role]))
    projects = dict(
        Project.objects.filter(stage__in=UNDER_WAY)
        .values_list("enterprise")
        .annotate(Count("pk"))
        .order_by()
    )
    for enterprise in sorted({enterprise for enterprise, _role in links}):
        lead = links.get((enterprise, LinkRole.LEAD))
        second = links.get((enterprise, LinkRole.SECOND))
        led = before.get((enterprise, LinkRole.LEAD))
        bulk.insert(
            RoundLink(
                round=round_, enterprise_id=enterprise, lead_id=lead, second_id=second,
                lead_before_id=led, second_before_id=before.get((enterprise, LinkRole.SECOND)),
                projects=projects.get(enterprise, 0),
                scopes=[scope] if led is None else [LINKED, scope],
            )
        )  # fmt: skip
    return links


def _wishes(now: datetime, seats: Mapping[int, SeatRole], bulk: Bulk) -> None:
    """What the next round should consider: wishes of enterprises and officers, two conflicts."""
    rng = drawing("wishes of links")
    heads = sorted(pk for pk, role in seats.items() if role == SeatRole.HEAD)
    leads = Link.objects.filter(role=LinkRole.LEAD, until_on=None, officer__in=heads)
    found = list(leads.select_related("officer").order_by("pk"))
    chosen = rng.sample(found, min(len(found), sum(count for _kind, count in _WISHED)))
    for kind, count in _WISHED:
        for _one in range(min(count, len(chosen))):
            link = chosen.pop()
            others = [pk for pk in heads if pk != link.officer_id]
            keeps = kind == WishKind.ENTERPRISE or not others
            bulk.insert(
                Wish(
                    enterprise_id=link.enterprise_id, kind=kind,
                    officer_id=link.officer_id if keeps else rng.choice(others),
                    reason=_BARRED if kind == WishKind.BARRED else "",
                    stated_at=now - timedelta(days=rng.randrange(3, 40)),
                )
            )  # fmt: skip


def _hand_over(now: datetime, seats: Mapping[int, SeatRole], bulk: Bulk) -> None:
    """The fullest of the drawn heads hands some enterprises to colleagues who have room."""
    today = timezone.localdate(now)
    leads = Link.objects.filter(role=LinkRole.LEAD, until_on=None, from_on__lt=today)
    load = Counter(leads.values_list("officer", flat=True))
    heads = [pk for pk, role in seats.items() if role == SeatRole.HEAD]
    room = [pk for pk in sorted(heads) if load[pk] < OFFICERS_FIRMS]
    giver = max(heads, key=lambda pk: (load[pk], pk), default=None)
    if giver is None:
        return
    takers = Officer.objects.in_bulk([pk for pk in room if pk != giver][:HANDED_OVER])
    given = leads.filter(officer=giver).select_related("enterprise").order_by("pk")
    for link, taker in zip(given, takers.values(), strict=False):
        acts.link_end(bulk, link, until_on=today, actor=SYSTEM, at=now)
        acts.link(
            bulk, enterprise=link.enterprise, officer=taker, from_on=today, actor=SYSTEM, at=now
        )
