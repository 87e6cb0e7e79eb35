"""Every write to departments, officers, duty and the calendar."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yuanqi.domain.worktime import WorkCalendar
from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor, Role, Side
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.models import Account
from yuanqi.foundation.writer import DIRECT, conflict_if_taken

from . import acts
from .events import CalendarPublished
from .models import Absence, CalendarVersion, Department, DutyShift, Officer


def require_system(actor: Actor) -> None:
    """Departments, officers and the calendar are the system administrator's. Raises NotAllowed."""
    if actor.side is not Side.SYSTEM and not actor.has(Role.SYSTEM_ADMIN):
        raise NotAllowed(_("部门、人员和工作日历由系统管理员维护。"))


@transaction.atomic
def department_create(*, actor: Actor, at: datetime, **values: Any) -> Department:
    """Add a department with its place in the reporting line. Raises NotAllowed."""
    require_system(actor)
    return acts.department(DIRECT, actor=actor, at=at, **values)


@transaction.atomic
def officer_create(
    *, account: Account | None = None, actor: Actor, at: datetime, **values: Any
) -> Officer:
    """Add an officer to a department. Raises NotAllowed."""
    require_system(actor)
    return acts.officer(DIRECT, account=account, actor=actor, at=at, **values)


@transaction.atomic
def head_appoint(*, department: Department, officer: Officer, actor: Actor, at: datetime) -> None:
    """Make an officer the head of a department. Raises NotAllowed."""
    require_system(actor)
    acts.head(DIRECT, department=department, officer=officer, actor=actor, at=at)


@transaction.atomic
def duty_assign(
    *,
    department: Department,
    officer: Officer,
    start_at: datetime,
    end_at: datetime,
    actor: Actor,
    at: datetime,
) -> DutyShift:
    """Put an officer on a department's duty roster (值班).

    The department's head may, and the system administrator. Raises NotAllowed, Invalid,
    Conflict if somebody is on duty then.
    """
    own_head = actor.has(Role.HEAD) and actor.department_id == department.pk
    if not own_head:
        require_system(actor)
    if end_at <= start_at:
        raise Invalid(_("结束时间要晚于开始时间。"), "end_at")
    with conflict_if_taken(_("这段时间已经有人值班，请先看值班表。")):
        return acts.shift(
            DIRECT,
            department=department,
            officer=officer,
            start_at=start_at,
            end_at=end_at,
            actor=actor,
            at=at,
        )


@transaction.atomic
def absence_record(
    *,
    officer_id: int,
    acting_id: int,
    start_at: datetime,
    end_at: datetime,
    reason: str,
    actor: Actor,
    at: datetime,
) -> Absence:
    """Record an absence with the officer who acts meanwhile (代理); he sees the work at once.

    An officer records his own; a department's head those of his people. Raises NotAllowed,
    Invalid, Conflict if an absence is already recorded for that time.
    """
    officer = Officer.objects.select_related("department").get(pk=officer_id)
    acting = Officer.objects.get(pk=acting_id)
    own = actor.officer_id == officer.pk
    head = actor.has(Role.HEAD) and actor.department_id == officer.department_id
    if not own and not head:
        require_system(actor)
    if end_at <= start_at:
        raise Invalid(_("结束时间要晚于开始时间。"), "end_at")
    if acting.pk == officer.pk:
        raise Invalid(_("代理人不能是本人，请选一位同事。"), "acting")
    journal.lock(f"officer:{officer.pk}")
    with conflict_if_taken(_("这段时间已经登记过外出，请改时间，或先取消原来的。")):
        return acts.absence(
            DIRECT,
            officer=officer,
            acting=acting,
            start_at=start_at,
            end_at=end_at,
            reason=reason,
            actor=actor,
            at=at,
        )


@transaction.atomic
def calendar_publish(
    *,
    calendar: WorkCalendar,
    days: dict[str, bool],
    spans: list[tuple[str, str]],
    time_zone: str,
    document_no: str,
    source: str,
    replaces: str | None = None,
    actor: Actor,
    at: datetime,
) -> CalendarVersion:
    """Publish a calendar version: new clocks are pinned to it, open ones follow it (casework).

    Publishing it again does nothing. `replaces` is the version that it was drawn up against.
    Raises NotAllowed; Conflict if another has been published since.
    """
    require_system(actor)
    journal.lock("calendar")
    if replaces is not None:
        standing = CalendarVersion.objects.filter(is_current=True).first()
        if standing is not None and standing.version not in (replaces, calendar.version):
            raise Conflict(_("刚刚已有另一份工作日历发布。请重新核对影响以后再发布。"))
    existing = CalendarVersion.objects.filter(version=calendar.version).first()
    if existing is not None and existing.is_current:
        return existing
    CalendarVersion.objects.filter(is_current=True).update(is_current=False)
    if existing is not None:
        existing.is_current = True
        existing.save(update_fields=["is_current"])
        row = existing
    else:
        row = CalendarVersion.objects.create(
            version=calendar.version,
            days=days,
            spans=spans,
            time_zone=time_zone,
            document_no=document_no,
            source=source,
            published_at=at,
            is_current=True,
        )
    journal.record(
        CalendarPublished(calendar=row.version, document_no=document_no, source=source),
        stream="calendar",
        audience=Audience.STAFF,
        actor=actor,
        at=at,
    )
    return row
