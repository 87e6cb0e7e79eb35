"""What the system administrator does to officers: changed, moved, gone, back."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yuanqi.access import acts as access
from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict, Invalid, NotVisible
from yuanqi.foundation.journal import Audience, Event, Personal
from yuanqi.foundation.models import Account
from yuanqi.foundation.writer import DIRECT

from . import acts, merging
from .events import OfficerChanged, OfficerLeft, OfficerMoved, OfficerReturned
from .models import Absence, Department, DutyShift, Officer
from .operations import require_system
from .shifts import cancel

FIELDS = ("name", "title", "rank", "phone")


@transaction.atomic
def officer_add(*, department_id: int, actor: Actor, at: datetime, **values: Any) -> Officer:
    """Add an officer to a department; his account is opened apart.

    Raises NotAllowed, NotVisible.
    """
    require_system(actor)
    return acts.officer(
        DIRECT, account=None, department=_department(department_id), actor=actor, at=at, **values
    )


@transaction.atomic
def officer_change(*, officer_id: int, actor: Actor, at: datetime, **values: Any) -> Officer:
    """Change an officer's name, title, rank or telephone. Raises NotAllowed, NotVisible."""
    require_system(actor)
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise ValueError(f"an officer has no {sorted(unknown)}")
    officer = _locked(officer_id)
    changes = {name: value for name, value in values.items() if getattr(officer, name) != value}
    if changes:
        DIRECT.update(officer, **changes)
        event = OfficerChanged(
            officer_id=officer.pk,
            fields=sorted(changes),
            name=Personal(officer.name),
            rank=officer.rank,
        )
        _tell(event, officer, actor=actor, at=at)
    return officer


@transaction.atomic
def officer_move(
    *,
    officer_id: int,
    department_id: int,
    to_id: int | None,
    reason: str,
    actor: Actor,
    at: datetime,
) -> Officer:
    """Move an officer to another department; his open work stays with a named colleague.

    His roles were granted for the old post: they are taken, and the security administrator grants
    those of the new one. The enterprises that he serves remain his. Raises NotAllowed, NotVisible,
    Invalid; Conflict saying what stands in the way.
    """
    require_system(actor)
    into = _department(department_id)
    officer, to = _ready_to_go(officer_id, to_id, at, staying=True)
    if officer.department_id == into.pk:
        raise Conflict(_("%(name)s已经在%(unit)s。") % {"name": officer.name, "unit": into.name})
    _hand_over(officer, to, staying=True, actor=actor, at=at)
    before = officer.department
    DIRECT.update(officer, department=into)
    for mover in merging.movers():
        mover.officer_moved(officer, before)
    event = OfficerMoved(
        officer_id=officer.pk,
        from_department_id=before.pk,
        to_department_id=into.pk,
        handed_to_id=to.pk if to else None,
        reason=reason,
    )
    _tell(event, officer, actor=actor, at=at)
    if officer.account_id:
        access.take_all_roles(
            DIRECT, account_id=officer.account_id, reason=reason, actor=actor, at=at
        )
    return officer


@transaction.atomic
def officer_leave(
    *, officer_id: int, to_id: int | None, reason: str, actor: Actor, at: datetime
) -> Officer:
    """An officer leaves: his open work goes to a named colleague, his account is closed at once.

    Raises NotAllowed, NotVisible, Invalid; Conflict while he holds open work, saying which, or
    heads a department, or acts for somebody who is away.
    """
    require_system(actor)
    officer, to = _ready_to_go(officer_id, to_id, at, staying=False)
    _hand_over(officer, to, staying=False, actor=actor, at=at)
    DIRECT.update(officer, is_active=False)
    event = OfficerLeft(
        officer_id=officer.pk,
        department_id=officer.department_id,
        handed_to_id=to.pk if to else None,
        reason=reason,
    )
    _tell(event, officer, actor=actor, at=at)
    if officer.account_id:
        account = Account.objects.get(pk=officer.account_id)
        access.close_account(DIRECT, account=account, reason=reason, actor=actor, at=at)
    return officer


@transaction.atomic
def officer_return(*, officer_id: int, actor: Actor, at: datetime) -> Officer:
    """An officer who had left works here again; his account stays closed until it is reopened.

    Raises NotAllowed, NotVisible; Conflict if he is here, or his department is closed.
    """
    require_system(actor)
    officer = _locked(officer_id)
    if officer.is_active:
        raise Conflict(_("%(name)s在岗。") % {"name": officer.name})
    if officer.department.closed_at:
        raise Conflict(_("%(unit)s已经撤并，请新建人员。") % {"unit": officer.department.name})
    DIRECT.update(officer, is_active=True)
    event = OfficerReturned(officer_id=officer.pk, department_id=officer.department_id)
    _tell(event, officer, actor=actor, at=at)
    return officer


def work_of(officer: Officer, at: datetime, *, staying: bool = False) -> list[merging.Work]:
    """What hangs on him: open work of all slices, and the duty that he has still to do."""
    works = merging.work_of_officer(officer, at, staying=staying)
    shifts = DutyShift.objects.filter(officer=officer, end_at__gt=at).count()
    if shifts:
        works.append(merging.Work(label=_("值班"), count=shifts))
    return works


def _ready_to_go(
    officer_id: int, to_id: int | None, at: datetime, *, staying: bool
) -> tuple[Officer, Officer | None]:
    """The officer and his successor, under the locks of all that goes over."""
    officer = Officer.objects.filter(pk=officer_id).first()
    if officer is None:
        raise NotVisible(officer_id)
    to = _successor(officer, to_id) if to_id else None
    works = work_of(officer, at, staying=staying)
    streams = [f"officer:{officer.pk}", f"department:{officer.department_id}"]
    streams += [f"account:{officer.account_id}"] if officer.account_id else []
    journal.lock(*streams, *merging.streams_of(works))
    officer = Officer.objects.select_related("department").get(pk=officer_id)
    if not officer.is_active:
        raise Conflict(_("%(name)s已经离岗。") % {"name": officer.name})
    headed = Department.objects.filter(head=officer, closed_at=None).first()
    if headed is not None:
        raise Conflict(
            _("%(name)s是%(unit)s的负责人，请先换负责人。")
            % {"name": officer.name, "unit": headed.name}
        )
    acting = Absence.objects.select_related("officer").filter(acting=officer, end_at__gt=at).first()
    if acting is not None:
        raise Conflict(
            _("%(name)s正要替%(other)s代理，请先改由别人代理。")
            % {"name": officer.name, "other": acting.officer.name}
        )
    works = work_of(officer, at, staying=staying)
    if works and to is None:
        raise Conflict(
            _("%(name)s手上还有：%(work)s。请选一位同事接手。")
            % {"name": officer.name, "work": merging.said(works)}
        )
    return officer, to


def _successor(officer: Officer, to_id: int) -> Officer:
    """A colleague of the same department: its work stays in it."""
    to = Officer.objects.filter(pk=to_id, department=officer.department_id, is_active=True).exclude(
        pk=officer.pk
    )
    found = to.first()
    if found is None:
        raise Invalid(_("接手的人要是本部门在岗的同事。"), "to")
    return found


def _hand_over(
    officer: Officer, to: Officer | None, *, staying: bool, actor: Actor, at: datetime
) -> None:
    if to is None:
        return
    for mover in merging.movers(staying=staying):
        mover.officer_to(officer, to, actor=actor, at=at)
    for shift in DutyShift.objects.filter(officer=officer, end_at__gt=at).order_by("start_at"):
        start, end, unit = max(shift.start_at, at), shift.end_at, shift.department
        cancel(DIRECT, shift, actor=actor, at=at)
        acts.shift(
            DIRECT, department=unit, officer=to, start_at=start, end_at=end, actor=actor, at=at
        )


def _locked(officer_id: int) -> Officer:
    if not Officer.objects.filter(pk=officer_id).exists():
        raise NotVisible(officer_id)
    journal.lock(f"officer:{officer_id}")
    return Officer.objects.select_related("department").get(pk=officer_id)


def _department(department_id: int) -> Department:
    found = Department.objects.filter(pk=department_id, closed_at=None).first()
    if found is None:
        raise NotVisible(department_id)
    return found


def _tell(event: Event, officer: Officer, *, actor: Actor, at: datetime) -> None:
    DIRECT.record(
        event, stream=f"officer:{officer.pk}", audience=Audience.STAFF, actor=actor, at=at
    )
