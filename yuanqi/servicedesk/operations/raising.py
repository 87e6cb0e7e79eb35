"""Raising a request, or a complaint."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.casework.at_hand import keep, kept_at_hand
from yuanqi.casework.operations import enclosed
from yuanqi.casework.queries import names_to_be_barred
from yuanqi.casework.rulebook import current_mechanism, limits_on
from yuanqi.foundation import prepared
from yuanqi.foundation.actors import SYSTEM, Actor, Role, Side
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.files import Upload
from yuanqi.foundation.idempotency import tried
from yuanqi.foundation.prepared import Given, Read
from yuanqi.foundation.writer import Direct
from yuanqi.organisation.models import Department, Officer
from yuanqi.organisation.queries import current_calendar
from yuanqi.parameters import parameters
from yuanqi.registry.models import ContactPerson

from .. import acts
from ..acts import Accused
from ..duty import intake_at
from ..models import MECHANISM, Channel, Level
from ..parameters_defined import ROUTE_AT_ONCE
from ..queries import categories_standing
from ..routing import Route, route_of
from .dispatching import request_dispatch


def next_number(at: datetime) -> str:
    """Give the month's next number, as "2611-0168": year and month, then a count."""
    month = timezone.localtime(at).strftime("%y%m")
    last = prepared.row(
        "INSERT INTO case_number (month, last) VALUES (%s, 1)"
        " ON CONFLICT (month) DO UPDATE SET last = case_number.last + 1 RETURNING last",
        month,
    )
    assert last is not None, "the statement returns a row"
    return f"{month}-{last[0]:04d}"


_CONTACT = Read(
    lambda: ContactPerson.objects.select_related("enterprise").filter(
        pk=Given("pk"), is_active=True
    )
)


@transaction.atomic
def request_raise(
    *,
    contact_id: int,
    category: str,
    level: str,
    text: str,
    uploads: Sequence[Upload] = (),
    accused_department_id: int | None = None,
    accused_officer_id: int | None = None,
    actor: Actor,
    at: datetime,
) -> int:
    """Raise a request (提诉求) in the enterprise's own words; returns the case's id.

    By the enterprise itself, by its linked officer, or by the service centre for it, at any hour.
    A complaint (投诉) names the unit or the officer that it is about, who never sees it; it goes
    to whoever may take it in. Raises NotVisible, NotAllowed, Invalid; Conflict if nobody may.
    """
    contact = _CONTACT.first(pk=contact_id)
    if contact is None:
        raise NotVisible(contact_id)
    channel = _channel(contact.enterprise_id, actor)
    text = text.strip()
    if not text:
        raise Invalid(_("请写下遇到了什么事。"), "text")
    found = categories_standing().get(category)
    if found is None or not found.is_offered(timezone.localdate(at)):
        raise Invalid(_("请从列出的类别中选一个。"), "category")
    if level not in Level.values:
        raise Invalid(_("请选择对生产的影响。"), "level")
    accused = _accused(accused_department_id, accused_officer_id)
    bars = accused.bars if accused else ()
    if set(bars) & set(names_to_be_barred(actor)):
        raise NotAllowed(_("投诉自己或本单位的事，不能由您代提，请企业自己在网上提出。"))
    route = None if accused else _route(found.code, level, channel, text, contact, at)
    mechanism = current_mechanism(MECHANISM)
    file = acts.raise_request(
        Direct({}),
        number=next_number(at),
        mechanism=mechanism,
        contact=contact,
        category=found.code,
        level=level,
        text=text,
        channel=channel,
        proposed_lead=found.lead if route is None else route.lead,
        enclosed=enclosed(uploads, at),
        limits=limits_on(mechanism.mechanism_id, timezone.localdate(at)),
        calendar=current_calendar(),
        intake=intake_at(at, bars),
        actor=actor,
        at=at,
        accused=accused,
        route=route,
    )
    if route is not None and parameters.value(ROUTE_AT_ONCE, timezone.localdate(at)):
        _dispatched(file.case.pk, route, at)
    else:
        keep(file)
    return file.case.pk


def _dispatched(case_id: int, route: Route, at: datetime) -> None:
    """Give the request to the route's department as the centre would; where that isn't possible
    (nobody answers for it), it waits for the centre as ever."""
    # what a refused dispatch had in hand must not be taken for how the case stands
    with kept_at_hand(), suppress(Conflict, Invalid), tried():
        request_dispatch(case_id=case_id, lead_id=route.lead.pk, actor=SYSTEM, at=at)


def _route(
    category: str, level: str, channel: Channel, text: str, contact: ContactPerson, at: datetime
) -> Route | None:
    """The park's rule that says whom this request should go to."""
    said = {
        "request_category": category,
        "request_level": level,
        "request_channel": channel.value,
        "request_text": text,
    }
    today = timezone.localdate(at)
    return route_of(said, enterprise_id=contact.enterprise_id, today=today)


def _accused(department_id: int | None, officer_id: int | None) -> Accused | None:
    """Whom a complaint is about; an officer stands with the unit that he works in."""
    if officer_id is not None:
        officer = Officer.objects.select_related("department").filter(pk=officer_id).first()
        if officer is None or department_id not in (None, officer.department_id):
            raise Invalid(_("请选被投诉的人员，要和所在单位一致。"), "accused_officer")
        return Accused(officer.department, officer)
    if department_id is not None:
        department = Department.objects.filter(pk=department_id).first()
        if department is None:
            raise Invalid(_("请选被投诉的单位。"), "accused_department")
        return Accused(department)
    return None


def _channel(enterprise_id: int, actor: Actor) -> Channel:
    if actor.side is Side.ENTERPRISE:
        if actor.enterprise_id != enterprise_id:
            raise NotVisible(enterprise_id)
        return Channel.ENTERPRISE
    # what the program sees by itself it registers as the centre would
    if actor.side is Side.SYSTEM or actor.has(Role.CENTRE):
        return Channel.CENTRE
    if enterprise_id in actor.linked_enterprise_ids:
        return Channel.OFFICER
    raise NotAllowed(_("诉求由企业自己、它的挂钩干部或服务中心提出。"))
