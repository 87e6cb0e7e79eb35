"""Every write to a request that is more than a write to a case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.casework.operations import enclosed, limits_of, opened
from yuanqi.casework.queries import Act, Limits, current_mechanism
from yuanqi.foundation.actors import Actor, Role, Side
from yuanqi.foundation.errors import Invalid, NotAllowed, NotVisible
from yuanqi.foundation.files import Upload
from yuanqi.foundation.writer import DIRECT
from yuanqi.organisation.models import Department, Officer
from yuanqi.organisation.queries import bureaus, centre, current_calendar, officer_on_duty
from yuanqi.registry.models import ContactPerson

from . import acts
from .acts import CoHandling, Intake
from .models import Category, Channel, Level

MECHANISM = "service-request"


@dataclass(frozen=True, slots=True)
class CoHandler:
    """A department to ask besides the lead, and what it is asked."""

    department_id: int
    brief: str


def intake_at(at: datetime) -> Intake:
    unit = centre()
    return Intake(unit, officer_on_duty(unit, at))


def next_number(at: datetime) -> str:
    """Give the month's next number, as "2611-0168": year and month, then a count."""
    month = timezone.localtime(at).strftime("%y%m")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO case_number (month, last) VALUES (%s, 1)"
            " ON CONFLICT (month) DO UPDATE SET last = case_number.last + 1 RETURNING last",
            [month],
        )
        return f"{month}-{cursor.fetchone()[0]:04d}"


@transaction.atomic
def request_raise(
    *,
    contact_id: int,
    category: str,
    level: str,
    text: str,
    uploads: Sequence[Upload] = (),
    actor: Actor,
    at: datetime,
) -> int:
    """Raise a request (提诉求) in the enterprise's own words; returns the case's id.

    By the enterprise itself, by its linked officer, or by the service centre for it, at any hour.
    Raises NotVisible, NotAllowed, Invalid.
    """
    contact = (
        ContactPerson.objects.select_related("enterprise")
        .filter(pk=contact_id, is_active=True)
        .first()
    )
    if contact is None:
        raise NotVisible(contact_id)
    channel = _channel(contact.enterprise_id, actor)
    text = text.strip()
    if not text:
        raise Invalid(_("请写下遇到了什么事。"), "text")
    found = Category.objects.select_related("lead").filter(pk=category).first()
    if found is None:
        raise Invalid(_("请从列出的类别中选一个。"), "category")
    if level not in Level.values:
        raise Invalid(_("请选择对生产的影响。"), "level")
    mechanism = current_mechanism(MECHANISM)
    file = acts.raise_request(
        DIRECT,
        number=next_number(at),
        mechanism=mechanism,
        contact=contact,
        category=found.code,
        level=level,
        text=text,
        channel=channel,
        proposed_lead=found.lead,
        enclosed=enclosed(uploads, at),
        limits=Limits.on(mechanism.mechanism, timezone.localdate(at)),
        calendar=current_calendar(),
        intake=intake_at(at),
        actor=actor,
        at=at,
    )
    return file.case.pk


def _channel(enterprise_id: int, actor: Actor) -> Channel:
    if actor.side is Side.ENTERPRISE:
        if actor.enterprise_id != enterprise_id:
            raise NotVisible(enterprise_id)
        return Channel.ENTERPRISE
    if actor.has(Role.CENTRE):
        return Channel.CENTRE
    if enterprise_id in actor.linked_enterprise_ids:
        return Channel.OFFICER
    raise NotAllowed(_("诉求由企业自己、它的挂钩干部或服务中心提出。"))


@transaction.atomic
def request_dispatch(
    *,
    case_id: int,
    lead_id: int,
    co_handlers: Sequence[CoHandler] = (),
    actor: Actor,
    at: datetime,
) -> None:
    """Give a request to a lead and co-handlers (派单).

    Raises NotVisible, NotAllowed, Invalid; Conflict if it has been dispatched meanwhile.
    """
    file = opened(case_id, actor, Act.DISPATCH, at)
    units = {unit.pk: unit for unit in bureaus()}
    if lead_id not in units:
        raise Invalid(_("请选一个主办部门。"), "lead")
    asked = [item.department_id for item in co_handlers]
    if lead_id in asked or len(set(asked)) != len(asked) or not set(asked) <= set(units):
        raise Invalid(_("协办部门要和主办不同，每个部门只列一次。"), "co_handlers")
    acts.dispatch(
        file,
        lead=units[lead_id],
        officer=_answering(units[lead_id], at),
        co_handlers=[
            CoHandling(
                units[item.department_id], _answering(units[item.department_id], at), item.brief
            )
            for item in co_handlers
        ],
        limits=limits_of(file.case),
    )


def _answering(department: Department, at: datetime) -> Officer:
    try:
        return officer_on_duty(department, at)
    except LookupError:
        raise Invalid(
            _("%(unit)s还没有人员，请先请系统管理员登记。") % {"unit": department.label}, "lead"
        )


@transaction.atomic
def request_accept(*, case_id: int, actor: Actor, at: datetime) -> None:
    """Take up a dispatched request (签收). Raises Conflict if a colleague has, naming him."""
    file = opened(case_id, actor, Act.ACCEPT, at)
    acts.accept(file, officer=_self(actor), limits=limits_of(file.case))


@transaction.atomic
def request_return(*, case_id: int, reason: str, basis: str, actor: Actor, at: datetime) -> None:
    """Give a request back to the service centre with reason and basis (退单).

    Raises NotVisible, NotAllowed; Conflict after the sign limit or once it is accepted.
    """
    file = opened(case_id, actor, Act.RETURN, at)
    acts.return_(
        file,
        officer=_self(actor),
        reason=reason,
        basis=basis,
        intake=intake_at(at),
        limits=limits_of(file.case),
    )


@transaction.atomic
def request_answer(
    *,
    case_id: int,
    body: str,
    uploads: Sequence[Upload] = (),
    actor: Actor,
    at: datetime,
) -> None:
    """Give the formal answer (正式答复); the enterprise is asked to evaluate it.

    Raises NotVisible, NotAllowed; Conflict while a co-handler's opinion is missing, or paused.
    """
    file = opened(case_id, actor, Act.ANSWER, at)
    acts.answer(file, body=body, enclosed=enclosed(uploads, at), limits=limits_of(file.case))


@transaction.atomic
def request_call_back(
    *,
    case_id: int,
    spoke_with: str,
    facts: str,
    is_resolved: bool,
    actor: Actor,
    at: datetime,
) -> None:
    """Record the call-back after a bad evaluation and close (回访). Raises Conflict if done."""
    file = opened(case_id, actor, Act.CALL_BACK, at)
    acts.call_back(
        file, officer=_self(actor), spoke_with=spoke_with, facts=facts, is_resolved=is_resolved
    )


def _self(actor: Actor) -> Officer:
    return Officer.objects.select_related("department").get(pk=actor.officer_id)
