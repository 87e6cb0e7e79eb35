"""A year of visits in the demo park: notes, promises kept and broken, departments on one day, what
is planned and wished for. All fictional.

Each enterprise is visited by who serves it, about as often as its list asks; a few wait too long.
"""

from bisect import bisect
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from importlib import resources
from random import Random
from typing import Any

import yaml
from django.utils import timezone

from yuanqi.advice.models import Advice, Source
from yuanqi.casework.models import Case
from yuanqi.domain.worktime import WorkCalendar
from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.bulk import Bulk
from yuanqi.organisation.calendars import work_calendar
from yuanqi.organisation.models import Officer
from yuanqi.organisation.queries import current_calendar
from yuanqi.promises import acts as promising
from yuanqi.promises.models import Occasion, Promise
from yuanqi.registry import acts as registry
from yuanqi.registry.contacting import acts as contacting
from yuanqi.registry.contacting import asking
from yuanqi.registry.facts import fields
from yuanqi.registry.models import (
    ContactKind,
    ContactPerson,
    Enterprise,
    FactSource,
    Link,
    LinkRole,
)
from yuanqi.servicedesk.models import Channel
from yuanqi.visiting import acts
from yuanqi.visiting.known import TRENDS
from yuanqi.visiting.models import Mode, Trend, Visit, Wish
from yuanqi.visiting.plans import plans_of

from .crowd.words import drawing
from .ordered import Ordered
from .people import HANDLERS
from .profiles import KNOWN

MOST = 1000  # enterprises whose visits are told; a park of more is there to be measured
DAYS = 365
_OFFICER = "officer"  # whose account visitors are offered
_HOURS = (time(9, 30), time(10, 20), time(14, 0), time(15, 30))
_MINUTES = timedelta(minutes=20)  # from the end of a visit to its note
_PROMISED, _MERGED, _RIGHT, _WRONG = 60, 40, 720, 20  # of a thousand visits
_NEAR = timedelta(days=12)  # so far from its day what was heard on a visit may lie
_CALLED = 15  # of a hundred enterprises, this month
_RARE, _MANY, _BUDGET = 250, 6, 4  # each so many-th is called too often: six times instead of four
_AHEAD = 8  # of a hundred, a visit in the next days is planned
_WAITS = 21

Born = Case | Advice


@dataclass
class _Teller:
    """Writes what happens on visits; `told` is the file's, `units` who works for a department."""

    writer: Ordered
    told: Mapping[str, Any]
    calendar: WorkCalendar
    now: datetime
    units: Mapping[str, Officer]
    people: Mapping[int, ContactPerson]
    newest: dict[int, Visit] = field(default_factory=dict)  # by enterprise

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)

    def working(self, day: date) -> date:
        """The day itself, or the last working day before it."""
        while not self.calendar.is_working(day):
            day -= timedelta(days=1)
        return day

    def visit(self, link: Link, at: datetime, rng: Random, born: Sequence[Born] = ()) -> Visit:
        """A visit that took place, with all that came of it."""
        firm, officer, actor = link.enterprise, link.officer, by(link.officer)
        talk = rng.choice(self.told["talks"])
        trends = {name: Trend[talk[name].upper()].value for name in TRENDS if name in talk}
        person = self.people.get(firm.pk)
        wishes = []
        if rng.randrange(1000) < _MERGED:
            for unit in rng.sample(sorted(self.units), rng.choice((1, 1, 2))):
                if self.units[unit].department_id != officer.department_id:
                    wishes.append(self.wish(firm, unit, at - timedelta(days=6), rng))
        made = self._promised(link, at, rng)
        row = acts.visit_record(
            self.writer, enterprise=firm, officer=officer, happened_at=at, talk=talk["text"],
            mode=rng.choices((Mode.ONSITE, Mode.OFFICE, Mode.VIDEO), (90, 7, 3))[0],
            met=person.name if person else "", policies=talk.get("policies", ()),
            is_safety_reminded=rng.randrange(10) < 4, wishes=wishes, born=[*born, *made],
            purpose=rng.choice(self.told["purposes"]), actor=actor, at=at + _MINUTES, **trends,
        )  # fmt: skip
        self.newest[firm.pk] = row
        # the newest of the firm that visitors sign in for waits for them
        is_theirs = firm.short_name == KNOWN and at > self.now - timedelta(days=_WAITS)
        if person is not None and person.account_id is not None and not is_theirs:
            self._read(row, person, rng)
        return row

    def _read(self, row: Visit, person: ContactPerson, rng: Random) -> None:
        """What the enterprise says of the report, of those that read it."""
        assert row.happened_at is not None, "a visit that was done has its time"
        draw, at = rng.randrange(1000), row.happened_at + timedelta(hours=rng.randrange(2, 60))
        if draw >= _RIGHT or at > self.now:
            return
        is_right = draw >= _WRONG
        actor = Actor(
            side=Side.ENTERPRISE, account_id=person.account_id, enterprise_id=row.enterprise_id
        )
        remark = "" if is_right else rng.choice(self.told["remarks"])
        acts.visit_confirm(
            self.writer, row, is_right=is_right, remark=remark, actor=actor, at=at
        )  # fmt: skip

    def _promised(self, link: Link, at: datetime, rng: Random) -> list[Promise]:
        if rng.randrange(1000) >= _PROMISED:
            return []
        told = rng.choice(self.told["promises"])
        row = self.promise(link, told, at)
        ended = at + timedelta(days=told["days"] - rng.randrange(1, 4))
        if ended < self.now - timedelta(days=3):
            self.end(row, told, is_kept=rng.randrange(100) < 88, at=ended)
        return [row]

    def promise(
        self, link: Link, told: Mapping[str, Any], at: datetime, due_on: date | None = None
    ) -> Promise:
        due = due_on or timezone.localdate(at) + timedelta(days=told["days"])
        return promising.promise(
            self.writer, enterprise=link.enterprise, text=told["text"], officer=link.officer,
            made_by=link.officer, due_on=due, occasion=Occasion.VISIT, actor=by(link.officer),
            at=at,
        )  # fmt: skip

    def end(self, row: Promise, told: Mapping[str, Any], *, is_kept: bool, at: datetime) -> None:
        actor = by(row.officer)
        if is_kept or "broken" not in told:
            promising.promise_keep(self.writer, row, outcome=told["kept"], actor=actor, at=at)
        else:
            promising.promise_break(self.writer, row, reason=told["broken"], actor=actor, at=at)

    def wish(self, firm: Enterprise, unit: str, at: datetime, rng: Random, days: int = 14) -> Wish:
        officer = self.units[unit]
        return acts.wish(
            self.writer, enterprise=firm, officer=officer,
            subject=rng.choice(self.told["wishes"][unit]),
            until_on=timezone.localdate(at) + timedelta(days=days), actor=by(officer), at=at,
        )  # fmt: skip

    def plan(self, firm: Enterprise, officer: Officer, day: date, **more: Any) -> Visit:
        told = {"planned_time": time(10), "purpose": self.told["purposes"][0]} | more
        return acts.visit_plan(
            self.writer, enterprise=firm, officer=officer, planned_on=day, actor=by(officer),
            at=self.now - timedelta(days=2), **told,
        )  # fmt: skip


def by(officer: Officer) -> Actor:
    return Actor(
        side=Side.PARK, account_id=officer.account_id, name=officer.name, officer_id=officer.pk,
        department_id=officer.department_id,
    )  # fmt: skip


def load(now: datetime) -> int:
    """Write them, each act by whom and when it would be; returns how many rows that were."""
    text = resources.files("yuanqi.demo").joinpath("visits.yaml").read_text("utf-8")
    bulk = Bulk()
    officers = {
        one.account.username: one
        for one in Officer.objects.select_related("department", "account")
        if one.account is not None
    }
    firms = list(Enterprise.objects.filter(merged_into=None).order_by("pk")[:MOST])
    teller = _Teller(
        Ordered(bulk), yaml.safe_load(text), work_calendar(current_calendar()), now,
        {unit: officers[name] for unit, name in HANDLERS.items() if name in officers},
        {one.enterprise_id: one for one in ContactPerson.objects.filter(is_main=True)},
    )  # fmt: skip
    links = Link.objects.filter(role=LinkRole.LEAD, enterprise__in=firms).order_by("from_on", "pk")
    chains: dict[int, list[Link]] = defaultdict(list)
    for link in links.select_related("enterprise", "officer__department", "officer__account"):
        chains[link.enterprise_id].append(link)
    plans = plans_of([one.pk for one in firms], teller.today)
    heard = _heard(firms, now)
    # the officer whose account is offered: her enterprises but the firm that visitors know
    own = [
        chain[-1] for chain in chains.values()
        if chain[-1].until_on is None and chain[-1].officer == officers.get(_OFFICER)
    ]  # fmt: skip
    others = [one for one in own if one.enterprise.short_name != KNOWN]
    waiting = {one.enterprise_id for one in others[:3]}
    for firm in firms:
        chain = chains.get(firm.pk, [])
        lag = 29 if firm.pk in waiting else 0
        every = plans[firm.pk].every_days
        for link, at, born in _year(teller, firm, chain, every, lag, heard.get(firm.pk, [])):
            teller.visit(link, at, drawing("visit", firm.uscc, at.date()), born)
        _calls(teller, firm)
        if chain and chain[-1] not in own and drawing("ahead", firm.uscc).randrange(100) < _AHEAD:
            day = teller.today + timedelta(days=1 + firm.pk % 6)
            while not teller.calendar.is_working(day):
                day += timedelta(days=1)
            teller.plan(firm, chain[-1].officer, day, planned_time=_HOURS[firm.pk % len(_HOURS)])
    _found(teller, own)
    _today(teller, others)
    _known(teller, [one for one in own if one.enterprise.short_name == KNOWN])
    teller.writer.tell()
    return bulk.flush()


def _heard(firms: Sequence[Enterprise], now: datetime) -> Mapping[int, list[tuple[datetime, Born]]]:
    """What officers brought back from their visits: requests and advice, by enterprise and time."""
    since = now - timedelta(days=DAYS)
    cases = Case.objects.filter(
        enterprise__in=firms, request__channel=Channel.OFFICER, opened_at__gte=since
    )
    advice = Advice.objects.filter(
        enterprise__in=firms, source=Source.VISIT, given_at__gte=since
    )  # fmt: skip
    found: dict[int, list[tuple[datetime, Born]]] = defaultdict(list)
    for case in cases:
        found[case.enterprise_id].append((case.opened_at, case))
    for one in advice:
        found[one.enterprise_id].append((one.given_at, one))
    return {pk: sorted(things, key=lambda one: one[0]) for pk, things in found.items()}


def _year(
    teller: _Teller,
    firm: Enterprise,
    chain: Sequence[Link],
    every: int,
    lag: int,
    heard: list[tuple[datetime, Born]],
) -> Iterator[tuple[Link, datetime, list[Born]]]:
    """Who visited it when in the last year, the oldest first, with what he heard there."""
    rng = drawing("visits", firm.uscc)
    lag = lag or rng.choices(
        (rng.randrange(1, max(2, every - 7)), every - 3, every + 6, every + 28), (84, 8, 6, 2)
    )[0]  # fmt: skip
    days: list[date] = []
    day = teller.today - timedelta(days=lag)
    since = max(
        teller.today - timedelta(days=DAYS),
        min((one.from_on for one in chain), default=teller.today),
    )
    while day > since:
        days.append(teller.working(day))
        day -= timedelta(days=every + rng.randrange(-3, 3))
    starts = [one.from_on for one in chain]
    for on in sorted(set(days)):
        place = bisect(starts, on) - 1
        if place < 0:
            continue
        at = timezone.make_aware(datetime.combine(on, rng.choice(_HOURS)))
        at += timedelta(minutes=rng.randrange(0, 25))
        near = [one for one in heard if abs(one[0] - at) <= _NEAR]
        if near:
            at = near[0][0]
            heard.remove(near[0])
        if at < teller.now - timedelta(hours=1):
            yield chain[place], at, [thing for _at, thing in near[:1]]


def _calls(teller: _Teller, firm: Enterprise) -> None:
    """Departments call; a few enterprises too often, with a reason."""
    rng = drawing("calls", firm.uscc)
    if not teller.units or (rng.randrange(100) >= _CALLED and firm.pk % _RARE):
        return
    units = sorted(teller.units)
    for turn in range(_MANY if firm.pk % _RARE == 0 else rng.choice((1, 1, 2))):
        officer = teller.units[rng.choice(units)]
        day = teller.working(teller.today - timedelta(days=rng.randrange(1, 26)))
        at = timezone.make_aware(datetime.combine(day, rng.choice(_HOURS)))
        contacting.contact_record(
            teller.writer, enterprise=firm, kind=ContactKind.CALL,
            subject=rng.choice(teller.told["calls"]), department=officer.department,
            officer=officer, reason=teller.told["reason"] if turn >= _BUDGET else "",
            actor=by(officer), at=at,
        )  # fmt: skip


def _found(teller: _Teller, own: Sequence[Link]) -> None:
    """What the offered officer saw on her last visits stands as facts."""
    known = fields()
    for link in own:
        row = teller.newest.get(link.enterprise_id)
        if row is None or row.happened_at is None:
            continue
        for column, name in TRENDS.items():
            if value := getattr(row, column):
                registry.fact(
                    teller.writer, enterprise=link.enterprise, field=known[name], value=value,
                    as_of=timezone.localdate(row.happened_at), source=FactSource.VISIT,
                    actor=by(link.officer), at=row.happened_at + _MINUTES,
                )  # fmt: skip


def _today(teller: _Teller, others: Sequence[Link]) -> None:
    """The offered officer's day: two stops, one enterprise that three departments want to see."""
    rng = drawing("today")
    promises = teller.told["promises"]
    for link, hour, due, told in zip(
        others, (time(10), time(14, 30)), (-2, 2), promises[:2], strict=False
    ):
        teller.plan(link.enterprise, link.officer, teller.today, planned_time=hour)
        made = teller.now - timedelta(days=12)
        teller.promise(link, told, made, teller.today + timedelta(days=due))
    for link in others[2:3]:
        asked = teller.now - timedelta(days=3)
        for unit, days in (("safety-environment", 9), ("social-affairs", 12)):
            if unit in teller.units:
                teller.wish(link.enterprise, unit, asked, rng, days)
        planner = teller.units.get("planning-construction")
        if planner is not None:
            teller.plan(
                link.enterprise, planner, teller.today + timedelta(days=4),
                purpose=teller.told["wishes"]["planning-construction"][0],
            )  # fmt: skip


def _known(teller: _Teller, own: Sequence[Link]) -> None:
    """What the firm that visitors know is shown: three departments on one day, a question."""
    rng = drawing("known")
    for link in own:
        firm, at = link.enterprise, teller.now - timedelta(days=3)
        wishes = [
            teller.wish(firm, unit, at, rng)
            for unit in ("safety-environment", "planning-construction") if unit in teller.units
        ]  # fmt: skip
        day = teller.today + timedelta(days=3)
        while not teller.calendar.is_working(day):
            day += timedelta(days=1)
        teller.plan(firm, link.officer, day, planned_time=time(14), wishes=wishes)
        kept, open_ = teller.told["promises"][4], teller.told["promises"][6]
        row = teller.promise(link, kept, teller.now - timedelta(days=39))
        teller.end(row, kept, is_kept=True, at=teller.now - timedelta(days=14))
        teller.promise(link, open_, teller.now - timedelta(days=8),
                       teller.today + timedelta(days=12))  # fmt: skip
        asker = teller.units.get("technology-talent")
        unknown = (
            one for one in asking.askable() if asking.held(firm.pk, one, teller.today) is None
        )
        wanted = next(unknown, None)
        if asker is not None and wanted is not None:
            contacting.contact_record(
                teller.writer, enterprise=firm, kind=ContactKind.DATA, subject="测算明年的研发补助",
                asks=wanted.name, department=asker.department, officer=asker, actor=by(asker),
                at=teller.now - timedelta(days=1),
            )  # fmt: skip
