"""A desk with one request in every state, as it stands on a Thursday morning in November."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.db import transaction

from tests.people import Zone, at, build_zone
from yuanqi.casework import operations as cases
from yuanqi.casework.models import Case
from yuanqi.organisation.models import Department, Officer
from yuanqi.registry.models import ContactPerson
from yuanqi.servicedesk import operations
from yuanqi.servicedesk.operations import CoHandler

NOW = at("11-19 10:20")


@dataclass
class Desk:
    """The requests by name; a request's title is its name."""

    zone: Zone
    ids: dict[str, int] = field(default_factory=dict)

    def case(self, name: str) -> Case:
        return Case.objects.get(pk=self.ids[name])

    def raised(
        self,
        name: str,
        when: str,
        *,
        category: str = "ENV",
        level: str = "P2",
        contact: ContactPerson | None = None,
    ) -> int:
        contact = contact or self.zone.contact
        self.ids[name] = operations.request_raise(
            contact_id=contact.pk,
            category=category,
            level=level,
            text=name,
            actor=self.zone.actor(contact),
            at=at(when),
        )
        return self.ids[name]

    def dispatched(self, name: str, when: str, lead: Department, *helping: Department) -> None:
        operations.request_dispatch(
            case_id=self.ids[name],
            lead_id=lead.pk,
            co_handlers=[CoHandler(unit.pk, "核一下") for unit in helping],
            actor=self.zone.actor(self.zone.clerk),
            at=at(when),
        )

    def accepted(self, name: str, when: str, officer: Officer) -> None:
        operations.request_accept(
            case_id=self.ids[name], actor=self.zone.actor(officer), at=at(when)
        )

    def answered(self, name: str, when: str, officer: Officer) -> None:
        operations.request_answer(
            case_id=self.ids[name], body="办好了", actor=self.zone.actor(officer), at=at(when)
        )

    def handled(self, name: str, *, start: str, answer: str, officer: Officer, **what: str) -> None:
        """Raised, dispatched and accepted on one day, answered on another."""
        self.raised(name, f"{start} 09:00", **what)
        self.dispatched(name, f"{start} 09:10", officer.department)
        self.accepted(name, f"{start} 09:20", officer)
        self.answered(name, answer, officer)

    def rated(self, name: str, when: str, level: int, *, resolved: bool = True) -> None:
        cases.case_evaluate(
            case_id=self.ids[name],
            level=level,
            is_resolved=resolved,
            was_contacted=True,
            actor=self.zone.actor(self.zone.contact),
            at=at(when),
        )


def build_desk(zone: Zone) -> Desk:
    """At NOW: 10 at work (2 red, 2 yellow, 5 green, 1 paused), 1 to be rated, 4 closed."""
    found = Desk(zone)
    safety, planning, approval = (
        zone.safety_handler,
        zone.planning_handler,
        zone.approval_handler,
    )
    # closed: in October; in time and praised; late and never rated; rated badly, called back
    found.handled("上月办结", start="10-12", answer="10-14 10:00", officer=safety)
    found.rated("上月办结", "10-15 10:00", 5)
    found.handled("超时没评价", start="10-20", answer="11-02 10:00", officer=safety, level="P1")
    cases.case_close_unrated(case_id=found.ids["超时没评价"], at=at("11-10 10:00"))
    found.handled("按时满意", start="11-03", answer="11-05 09:00", officer=safety)
    found.rated("按时满意", "11-06 10:00", 5)
    found.handled("回访过", start="11-04", answer="11-06 10:00", officer=planning)
    found.rated("回访过", "11-09 10:00", 2, resolved=False)
    operations.request_call_back(
        case_id=found.ids["回访过"],
        spoke_with="许若楠",
        facts="还没解决",
        is_resolved=False,
        actor=zone.actor(zone.clerk),
        at=at("11-10 10:00"),
    )
    # at work, in order of opening
    found.raised("在办黄灯", "11-05 10:00")
    found.dispatched("在办黄灯", "11-05 10:10", zone.safety)
    found.accepted("在办黄灯", "11-05 10:20", safety)
    found.raised("协办中", "11-10 10:00")
    found.dispatched("协办中", "11-10 10:10", zone.safety, zone.planning)
    found.accepted("协办中", "11-10 10:20", safety)
    task = found.case("协办中").tasks.get(department=zone.planning)
    cases.task_start(
        case_id=found.ids["协办中"],
        task_id=task.pk,
        actor=zone.actor(planning),
        at=at("11-10 13:00"),
    )
    found.raised("停产超时", "11-12 10:00", category="UTL", level="P1")
    found.dispatched("停产超时", "11-12 10:10", zone.approval, zone.safety)
    found.accepted("停产超时", "11-12 10:20", approval)
    found.raised("等材料", "11-16 10:00", category="LAB", level="P3")
    found.dispatched("等材料", "11-16 10:10", zone.planning)
    found.accepted("等材料", "11-16 10:20", planning)
    cases.clock_pause(
        case_id=found.ids["等材料"],
        ground="enterprise-material",
        awaited="总平面图",
        actor=zone.actor(planning),
        at=at("11-17 10:00"),
    )
    found.handled("等评价", start="11-17", answer="11-18 10:00", officer=approval)
    found.handled("差评", start="11-17", answer="11-18 11:00", officer=approval)
    found.rated("差评", "11-19 09:30", 1, resolved=False)
    found.raised("待派超时", "11-18 09:00", category="FIN")
    found.raised("退单", "11-18 16:00", level="P3")
    found.dispatched("退单", "11-18 16:30", zone.safety)
    operations.request_return(
        case_id=found.ids["退单"],
        reason="不归安环局",
        basis="三定方案",
        actor=zone.actor(safety),
        at=at("11-18 17:00"),
    )
    found.raised("待签收", "11-18 17:00")
    found.dispatched("待签收", "11-18 17:20", zone.planning)
    found.raised("别家的", "11-19 09:30", category="TRA", level="P4", contact=zone.stranger)
    found.raised("待派单", "11-19 10:00")
    return found


@pytest.fixture(scope="module")
def desk(django_db_setup: None, django_db_blocker) -> Iterator[Desk]:
    """The desk, built once for a module: each test's changes are rolled back to it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build_desk(build_zone())
        transaction.set_rollback(True)


@pytest.fixture
def thursday(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wall clock stands at NOW: what a page calls late depends on it."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
