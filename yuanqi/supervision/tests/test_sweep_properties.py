"""Whenever one sweeps, the register is what a slow reading of the rules gives.

The rules: a limit that has passed is escalated by the first sweep after it; the head asked has one
working day from that sweep; the first sweep after that asks the next above; the top is told once.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.people import BEFORE, Zone, at
from yuanqi.casework.models import Case
from yuanqi.foundation.actors import SYSTEM
from yuanqi.organisation.models import Department
from yuanqi.organisation.operations import department_create, head_appoint
from yuanqi.supervision.models import Supervision
from yuanqi.supervision.operations import supervision_answer, sweep
from yuanqi.supervision.tests.test_sweep import accepted

pytestmark = pytest.mark.django_db

DUE = at("11-19 17:30")  # of the request's answer
OPENS = at("11-18 09:00")
# 18 November to 2 December: which days are worked, plainly
WORKED = [f"11-{day}" for day in (18, 19, 20, 23, 24, 25, 26, 27, 30)] + [
    f"12-{day:02}" for day in (1, 2, 3, 4)
]
LINE = 3  # rungs from the head of the unit to the top


@dataclass
class Reference:
    """The register by the words of the rules, one sweep at a time."""

    rung: int = 0
    due: datetime = DUE
    began: datetime | None = None
    answered: bool = False
    at_top: bool = False
    asked: list[datetime] = field(default_factory=list)

    def sweep(self, now: datetime) -> None:
        if now <= self.due or self.answered or self.at_top:
            return
        if self.rung == LINE:
            self.at_top = True
            return
        self.rung += 1
        self.asked.append(now)
        today = now.strftime("%m-%d")
        following = next(day for day in WORKED if day > today)
        self.due = at(f"{following} 17:30")

    def answer(self) -> None:
        if self.rung:
            self.answered = True


minutes = st.integers(min_value=0, max_value=14 * 24 * 60)


@given(
    sweeps=st.lists(minutes, min_size=1, max_size=12),
    answer=st.none() | minutes,
    twice=st.booleans(),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_register_is_what_the_rules_say_whenever_one_sweeps(zone, sweeps, answer, twice):
    steps = sorted(
        [(minute, "sweep") for minute in sweeps]
        + ([(answer, "answer")] if answer is not None else [])
    )
    expected = Reference()
    with transaction.atomic():
        case_id = accepted(_with_a_longer_line(zone))
        for minute, what in steps:
            now = OPENS + timedelta(minutes=minute)
            if what == "sweep":
                expected.sweep(now)
                sweep(at=now)
                if twice:
                    assert sweep(at=now) == 0
            elif expected.rung and not expected.answered:
                expected.answer()
                officer = Supervision.objects.get().officer
                supervision_answer(case_id=case_id, reply="在办", actor=zone.actor(officer), at=now)

        row = Supervision.objects.first()
        assert (row is not None) == (expected.rung > 0)
        assert Case.objects.get(pk=case_id).escalation == expected.rung
        if row is not None:
            assert (row.rung, row.due_at) == (expected.rung, expected.due)
            assert (row.began_at, row.asked_at) == (expected.asked[0], expected.asked[-1])
            assert (row.passed_at is not None) == expected.at_top
            assert (row.replied_at is not None) == expected.answered
        transaction.set_rollback(True)


def _with_a_longer_line(zone: Zone) -> Zone:
    """Between the bureau and the committee stands a deputy's office: three rungs."""
    between = department_create(
        code="deputy", name="分管领导", short_name="分管", name_en="Deputy",
        kind=Department.Kind.LEADERSHIP, reports_to=zone.safety.reports_to, actor=SYSTEM,
        at=BEFORE,
    )  # fmt: skip
    head_appoint(department=between, officer=zone.approval_handler, actor=SYSTEM, at=BEFORE)
    Department.objects.filter(pk=zone.safety.pk).update(reports_to=between)
    return zone


def test_sweeping_each_minute_and_once_late_differ_only_by_when_one_is_told(zone):
    """A week away: each minute gives the whole ladder, one late sweep its first rung, from then."""
    _with_a_longer_line(zone)
    with transaction.atomic():
        accepted(zone)
        now = DUE
        while now < at("11-24 18:00"):
            sweep(at=now)
            now += timedelta(minutes=7)
        row = Supervision.objects.get()
        assert (row.rung, row.began_at) == (3, DUE + timedelta(minutes=7))
        transaction.set_rollback(True)

    accepted(zone)
    sweep(at=at("11-24 18:00"))
    row = Supervision.objects.get()
    assert (row.rung, row.began_at, row.due_at) == (1, at("11-24 18:00"), at("11-25 17:30"))
