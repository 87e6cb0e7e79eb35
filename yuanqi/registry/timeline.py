"""What happened in the registers to one enterprise, a sentence an event, the newest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation import formats
from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.models import JournalEvent
from yuanqi.organisation.models import Officer

from .events import ContactAdded, EnterpriseRegistered, LinkBegun, LinkEnded
from .models import ContactPerson, Enterprise, LinkRole

KINDS = tuple(event.kind for event in (EnterpriseRegistered, ContactAdded, LinkBegun, LinkEnded))


@dataclass(frozen=True, slots=True)
class Happening:
    at: datetime
    text: str


def happenings_of(
    enterprise: Enterprise, actor: Actor, now: datetime, most: int
) -> list[Happening]:
    """Return the latest events of the enterprise's register that the actor may read.

    The enterprise reads those meant for it; staff also those that stay inside the park.
    """
    audiences = [Audience.ENTERPRISE.value]
    if actor.side is not Side.ENTERPRISE:
        audiences.append(Audience.STAFF.value)
    events = list(
        JournalEvent.objects.filter(
            stream=enterprise.stream, kind__in=KINDS, audience__in=audiences
        ).order_by("-seq")[:most]
    )
    officers = Officer.objects.select_related("department").in_bulk(_ids(events, "officer_id"))
    people = ContactPerson.objects.in_bulk(_ids(events, "contact_id"))
    return [
        Happening(event.at, _sentence(event.kind, event.payload, officers, people, now))
        for event in events
    ]


def _ids(events: list[JournalEvent], key: str) -> set[int]:
    return {event.payload[key] for event in events if key in event.payload}


def _sentence(
    kind: str,
    payload: Mapping[str, Any],
    officers: Mapping[int, Officer],
    people: Mapping[int, ContactPerson],
    now: datetime,
) -> str:
    if kind == EnterpriseRegistered.kind:
        return _("登记入册，代码 %(code)s") % {"code": payload["uscc"]}
    if kind == ContactAdded.kind:
        name = {"name": people[payload["contact_id"]].name}
        if payload["is_main"]:
            return _("登记主要联系人%(name)s") % name
        return _("登记联系人%(name)s") % name
    officer = officers[payload["officer_id"]]
    values = {"unit": officer.department.label, "name": officer.name}
    if kind == LinkEnded.kind:
        values["day"] = _day(payload["until_on"], now)
        return _("%(unit)s%(name)s的挂钩从 %(day)s 起结束") % values
    values["day"] = _day(payload["from_on"], now)
    if payload["role"] == LinkRole.SECOND:
        return _("%(unit)s%(name)s从 %(day)s 起协助挂钩") % values
    return _("%(unit)s%(name)s从 %(day)s 起挂钩") % values


def _day(text: str, now: datetime) -> str:
    return formats.day(date.fromisoformat(text), now=now, tz=timezone.get_default_timezone())
