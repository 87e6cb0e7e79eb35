"""A year of what enterprises of the demo park advised, over all topics. All fictional."""

from datetime import datetime, time, timedelta
from importlib import resources
from typing import Any

import yaml
from django.utils import timezone

from yuanqi.advice import operations
from yuanqi.advice.models import Advice, Source
from yuanqi.domain.worktime import WorkCalendar
from yuanqi.foundation.actors import SYSTEM, Actor, actor_for
from yuanqi.foundation.models import Account
from yuanqi.organisation.calendars import work_calendar
from yuanqi.organisation.models import Department
from yuanqi.organisation.queries import current_calendar
from yuanqi.registry.models import ContactPerson

from . import people

_STRIDE = 7  # every so many enterprises one has said something
_OWN = (2, 26, 33)  # of these in the file the firm that visitors sign in for is the giver
_CENTRE = "centre"  # the account that assigns
_HOURS = ((9, 20), (10, 45), (14, 10), (15, 35), (16, 50))


def load(now: datetime) -> int:
    """Write the advice, each act by whom and when it would be; returns how many there are."""
    told = yaml.safe_load(resources.files("yuanqi.demo").joinpath("advice.yaml").read_text("utf-8"))
    calendar = work_calendar(current_calendar())
    givers = _givers(len(told))
    own = ContactPerson.objects.select_related("enterprise", "account").get(
        account__username="enterprise"
    )
    for place, one in enumerate(told):
        giver = own if place in _OWN else givers[place % len(givers)]
        _write(one, giver, _Days(now, calendar, place))
    # what is late or due soon was said before the visitor comes
    operations.sweep(at=now)
    return len(told)


class _Days:
    """Instants in working hours: so many days before the loading, and so many after that."""

    def __init__(self, now: datetime, calendar: WorkCalendar, place: int) -> None:
        self.now = now
        self.calendar = calendar
        self.hour = _HOURS[place % len(_HOURS)]

    def after(self, ago: int, days: int, hours: int = 0) -> datetime:
        day = timezone.localdate(self.now) - timedelta(days=ago - days)
        while not self.calendar.is_working(day):
            day += timedelta(days=1)
        at = timezone.make_aware(datetime.combine(day, time(*self.hour))) + timedelta(hours=hours)
        # what falls behind the loading has happened just before it
        return min(at, self.now - timedelta(minutes=60 - 20 * hours))


def _write(one: dict[str, Any], giver: ContactPerson, days: _Days) -> None:
    ago: int = one["ago"]
    at = days.after(ago, 0)
    row = _give(one, giver, at)
    if "assigned" not in one and "answered" not in one:
        return
    unit = Department.objects.get(code=one["unit"])
    operations.advice_assign(
        advice_id=row.pk, department_id=unit.pk, actor=_by(_CENTRE, at),
        at=days.after(ago, one.get("assigned", 1), 1),
    )  # fmt: skip
    if "answered" not in one:
        return
    answered = days.after(ago, one["answered"], 2)
    handler = people.HANDLERS.get(one["unit"], _CENTRE)
    operations.advice_answer(
        advice_id=row.pk, verdict=one["verdict"], answer=one["answer"],
        actor=_by(handler, answered), at=answered,
    )  # fmt: skip
    if "changed" in one:
        changed = days.after(ago, one["changed"], 2)
        operations.advice_follow_up(
            advice_id=row.pk, change=one["change"], actor=_by(handler, changed), at=changed
        )


def _give(one: dict[str, Any], giver: ContactPerson, at: datetime) -> Advice:
    """By the contact himself where he has an account and it was said at the portal; else it was
    written down by the centre."""
    is_own = one["source"] == Source.PORTAL and giver.account is not None
    return operations.advice_give(
        enterprise=giver.enterprise, text=one["text"], topic=one["topic"],
        source=Source.PORTAL if is_own else _heard(one["source"]),
        contact_id=None if is_own else giver.pk,
        actor=actor_for(giver.account, at) if is_own else _by(_CENTRE, at), at=at,
    )  # fmt: skip


def _heard(source: str) -> str:
    return Source.VISIT if source == Source.PORTAL else source


def _givers(number: int) -> list[ContactPerson]:
    """Main contacts of enterprises here and there in the register, the same each time."""
    found = ContactPerson.objects.filter(
        is_main=True, is_active=True, enterprise__merged_into=None
    ).select_related("enterprise", "account")
    listed = list(found.order_by("enterprise")[: number * _STRIDE])
    stride = max(1, min(_STRIDE, len(listed) // number))
    return listed[1::stride] or listed


def _by(username: str, at: datetime) -> Actor:
    account = Account.objects.filter(username=username).first()
    return SYSTEM if account is None else actor_for(account, at)
