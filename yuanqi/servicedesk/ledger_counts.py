"""How many requests stand in each queue of a desk: on every page of the ledger, so made for it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Count, DateTimeField, Func, Q, QuerySet

from yuanqi.casework.models import OPEN_TASKS, Case, Task
from yuanqi.casework.queries import open_cases
from yuanqi.casework.rulebook import version_ids
from yuanqi.casework.sight import cases_led_by, seen_among
from yuanqi.foundation import pages
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.prepared import Given, Read, among, meanwhile, one_of
from yuanqi.supervision.queries import idle_before

from .ledger_queues import (
    Now,
    Queue,
    asked_of,
    ended,
    is_department,
    queues_at,
    requests,
    requests_listed,
)
from .models import MECHANISM

_KEPT = 200  # desks whose statements a process keeps


@dataclass(frozen=True, slots=True)
class Standing:
    """The open requests that can stand in one of somebody's queues.

    `keys` are theirs where they had to be found first; None for who sees every case.
    """

    actor: Actor
    keys: list[int] | None = None

    @property
    def cases(self) -> QuerySet[Case]:
        return _open(self.actor, None if self.keys is None else one_of("id", self.keys))


def standing(actor: Actor) -> Standing:
    """Find the open requests that can stand in the actor's queues.

    A department's and an officer's are found first, each kind by its own index: who may see a
    request is then asked of these few, not of the hundred thousand that he ever had to do with.
    """
    if not _has_own(actor):
        return Standing(actor)
    return Standing(actor, seen_among([pk for (pk,) in _desk(actor).his.all()], actor))


def queue_counts(actor: Actor, now: datetime, at_hand: Standing) -> dict[str, pages.Count]:
    """How many requests stand in each queue, by its code: open ones all (of `standing`), closed
    ones up to a thousand."""
    with counting(actor, now, at_hand) as counted:
        return counted()


@contextmanager
def counting(
    actor: Actor, now: datetime, at_hand: Standing
) -> Iterator[Callable[[], dict[str, pages.Count]]]:
    """Have the queues counted while the block goes on; yields what returns their counts."""
    desk = _desk(actor)
    shorts = [short for _queue, short in desk.ended if short is not None]
    given = {"now": now, "lain_before": idle_before(now), "keys": at_hand.keys}
    with meanwhile([*(pile.read for pile in desk.piles), *shorts], given) as rows:
        yield lambda: _counts(desk, rows(), actor)


def _counts(desk: "_Desk", rows: Sequence[Sequence[Any]], actor: Actor) -> dict[str, pages.Count]:
    found = iter(rows)
    counts = {}
    for pile in desk.piles:
        by_state = next(found)
        for queue in pile.queues:
            column = 1 + pile.columns[queue.code]
            number = sum(one[column] for one in by_state if one[0] in queue.states)
            counts[queue.code] = pages.Count(number)
    for queue, short in desk.ended:
        seen = None if short is None else len(next(found))
        counts[queue.code] = _closed(queue, seen, actor)
    return counts


@dataclass(frozen=True, slots=True)
class _Pile:
    """Queues that share whose they are, counted by one pass over these cases, by state.

    So each row is looked at only for what a queue asks beyond the state.
    """

    queues: Sequence[Queue]
    columns: Mapping[str, int]  # of each queue's code
    read: Read[Any]


@dataclass(frozen=True, slots=True)
class _Desk:
    """The statements of one person's desk: the same from page to page, but for the instants."""

    his: Read[Any]
    piles: Sequence[_Pile]
    ended: Sequence[tuple[Queue, Read[Any] | None]]  # with the short way to its first thousand
    queues: Mapping[str, Queue]
    firsts: dict[tuple[str, tuple[pages.Key, ...], int], Read[Any]]  # as they are asked for


def _desk(actor: Actor) -> _Desk:
    if actor.sees_every_case:
        # nothing at the zone's desk hangs on whom he serves himself: thousands needn't be compared
        actor = actor.without_links()
    return _made(actor, tuple(version_ids(MECHANISM)))


@lru_cache(maxsize=_KEPT)
def _made(actor: Actor, _versions: tuple[int, ...]) -> _Desk:
    queues = queues_at(actor, _GAPS)
    at_hand = [queue for queue in queues if not queue.is_done]
    shared = {id(queue.ours): queue.ours for queue in at_hand}
    return _Desk(
        his=Read(lambda: _his(actor)),
        piles=[
            _pile([queue for queue in at_hand if queue.ours is ours], ours, actor)
            for ours in shared.values()
        ],
        ended=[(queue, _short(queue, actor)) for queue in queues if queue.is_done],
        queues={queue.code: queue for queue in queues},
        firsts={},
    )


def queues_shown(actor: Actor) -> Sequence[Queue]:
    """The queues of `queues_of` as they are shown: to ask for their rows they lack the instant."""
    return list(_desk(actor).queues.values())


def first_keys(
    code: str,
    order: tuple[pages.Key, ...],
    limit: int,
    actor: Actor,
    now: datetime,
    at_hand: Standing,
) -> list[int]:
    """The keys that one of the actor's queues begins with, in this order."""
    desk = _desk(actor)
    place = (code, order, limit)
    read = desk.firsts.get(place)
    if read is None:
        read = desk.firsts[place] = Read(lambda: _firsts(desk.queues[code], order, limit, actor))
    found = read.all(now=now, lain_before=idle_before(now), keys=at_hand.keys)
    return [pk for (pk,) in found]


def _firsts(queue: Queue, order: tuple[pages.Key, ...], limit: int, actor: Actor) -> QuerySet[Any]:
    cases = ended(actor) if queue.is_done else _at_hand(actor)
    ordered = cases.filter(queue.condition).order_by(*(key.ordering for key in order))
    return ordered.values_list("pk")[:limit]


def _at_hand(actor: Actor) -> QuerySet[Case]:
    """The cases of `standing`, whose keys are a gap."""
    return _open(actor, among("id", "keys") if _has_own(actor) else None)


def _open(actor: Actor, his: Func | None) -> QuerySet[Case]:
    """The open requests whose keys are his; without such a condition all that he may see."""
    if his is None:
        return open_cases(requests_listed(actor))
    return requests(open_cases(Case.objects.filter(his)))


_GAPS = Now(Given("now", DateTimeField()), Given("lain_before", DateTimeField()))


def _pile(queues: Sequence[Queue], ours: Q, actor: Actor) -> _Pile:
    rests = [queue.rest for queue in queues]
    asked = [rest for place, rest in enumerate(rests) if rest not in rests[:place]]
    counts = {f"n{n}": Count("pk", filter=rest or None) for n, rest in enumerate(asked)}

    def counted() -> QuerySet[Any]:
        by_state = _at_hand(actor).filter(ours).order_by().values("state")
        return by_state.annotate(**counts).values_list("state", *counts)

    columns = {queue.code: asked.index(queue.rest) for queue in queues}
    return _Pile(queues, columns, Read(counted))


def _has_own(actor: Actor) -> bool:
    """Whether what can stand in his queues is found by whose it is, before it is counted."""
    return is_department(actor) or (not actor.sees_every_case and bool(actor.linked_enterprise_ids))


def _his(actor: Actor) -> QuerySet[Any]:
    his = open_cases(Case.objects.order_by())
    found = [
        his.filter(responsible__in=actor.officer_ids).values_list("pk"),
        his.filter(enterprise__in=actor.linked_enterprise_ids).values_list("pk"),
        asked_of(actor).values_list("case").order_by(),
    ]
    if is_department(actor):
        tasks = Task.objects.filter(department=actor.department_id, state__in=OPEN_TASKS)
        found.append(his.filter(lead=actor.department_id).values_list("pk"))
        found.append(tasks.values_list("case").order_by())
    return found[0].union(*found[1:])


def _short(queue: Queue, actor: Actor) -> Read[Any] | None:
    """One range of an index: what a department led, or all there are for who sees every case.

    Of others a plan that holds for every value would read the closed ones of the whole zone.
    """
    if is_department(actor):
        closed = requests(cases_led_by(actor))
    elif actor.sees_every_case:
        closed = ended(actor)
    else:
        return None
    listed = closed.filter(queue.condition).order_by().values_list("pk")
    return Read(lambda: listed[: pages.EXACT_UP_TO + 1])


def _closed(queue: Queue, seen: int | None, actor: Actor) -> pages.Count:
    """`seen`: how many the short way has found, up to one more than are counted."""
    if seen is not None:
        if seen > pages.EXACT_UP_TO:
            return pages.Count(pages.EXACT_UP_TO, is_more=True)
        if not is_department(actor):
            return pages.Count(seen)
    return pages.count_of(ended(actor).filter(queue.condition))
