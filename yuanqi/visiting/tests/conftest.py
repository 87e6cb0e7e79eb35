"""Visits of the standing people: 沈一帆 serves 松濑, other bureaus want to go there too."""

from datetime import date
from uuid import UUID

import pytest

from tests.people import Zone, at
from yuanqi.advice.models import Topic
from yuanqi.visiting import operations
from yuanqi.visiting.models import Visit, Wish
from yuanqi.visiting.operations import Note

KEY = UUID("6f1a2b3c-0000-4000-8000-000000000001")
THURSDAY = at("11-05 10:00")


def wish(zone: Zone, who: str, subject: str, until_on: date, when=THURSDAY, **more) -> Wish:
    return operations.wish_make(
        enterprise_id=zone.enterprise.pk, subject=subject, until_on=until_on,
        actor=zone.actor(getattr(zone, who)), at=when, **more,
    )  # fmt: skip


def plan(zone: Zone, who="linked_officer", when=THURSDAY, **more) -> Visit:
    told = {"planned_on": date(2026, 11, 10)} | more
    return operations.visit_plan(
        enterprise_id=zone.enterprise.pk, actor=zone.actor(getattr(zone, who)), at=when, **told
    )


def record(zone: Zone, who="linked_officer", key=KEY, when=THURSDAY, **more) -> Visit:
    told = {"note": Note(talk="二期厂房封顶，明年 3 月搬。"), "happened_at": when} | more
    return operations.visit_record(
        enterprise_id=zone.enterprise.pk, key=key, actor=zone.actor(getattr(zone, who), when),
        at=when, **told,
    )  # fmt: skip


@pytest.fixture
def topics(zone: Zone) -> str:
    """A topic of advice that is offered."""
    return Topic.objects.filter(is_active=True).first().code
