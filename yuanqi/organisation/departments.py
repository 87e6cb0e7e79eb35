"""What the system administrator does to departments: renamed, reported elsewhere, merged."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yuanqi.access import acts as access
from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.errors import Conflict, Invalid, NotVisible
from yuanqi.foundation.journal import Audience, Event
from yuanqi.foundation.writer import DIRECT, conflict_if_taken

from . import acts, merging
from .events import DepartmentChanged, DepartmentClosed, HeadResigned, ListExported, OfficerMoved
from .models import Department, DutyShift, Officer
from .operations import require_system
from .shifts import cancel

FIELDS = ("name", "short_name", "name_en", "kind", "phone", "position")
_KINDS = Department.Kind


@transaction.atomic
def department_add(
    *, code: str, reports_to_id: int | None = None, actor: Actor, at: datetime, **values: Any
) -> Department:
    """Add a department with its place in the reporting line.

    Raises NotAllowed, NotVisible; Conflict if the code is taken, or for a second service centre.
    """
    require_system(actor)
    above = open_one(reports_to_id) if reports_to_id else None
    _require_one_centre(values.get("kind", _KINDS.BUREAU), None)
    with conflict_if_taken(_("代码 %(code)s 已经有部门用，请换一个。") % {"code": code}):
        return acts.department(DIRECT, code=code, reports_to=above, actor=actor, at=at, **values)


@transaction.atomic
def departments_export(*, rows: int, actor: Actor, at: datetime) -> None:
    """Write down that somebody took the list of departments. Raises NotAllowed."""
    require_system(actor)
    journal.record(
        ListExported(register="departments", rows=rows),
        stream=f"account:{actor.account_id}",
        audience=Audience.AUDIT,
        actor=actor,
        at=at,
    )


@transaction.atomic
def department_change(
    *, department_id: int, reports_to_id: int | None, actor: Actor, at: datetime, **values: Any
) -> Department:
    """Change what a department is called, what it is, and to whom it reports.

    Raises NotAllowed, NotVisible; Invalid if the reporting line would run in a ring; Conflict if
    it is closed, or would be a second service centre, or the only one no longer.
    """
    require_system(actor)
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise ValueError(f"a department has no {sorted(unknown)}")
    if not Department.objects.filter(pk=department_id).exists():
        raise NotVisible(department_id)
    journal.lock(f"department:{department_id}")
    found = all_locked()
    department = _among(found, department_id)
    above = _among(found, reports_to_id) if reports_to_id else None
    if above is not None and above.closed_at:
        raise Conflict(_("%(unit)s已经撤并，请选别的上级。") % {"unit": above.name})
    require_no_ring(department, above, found)
    _require_one_centre(values.get("kind", department.kind), department)
    wanted = {**values, "reports_to_id": reports_to_id}
    changes = {name: value for name, value in wanted.items() if getattr(department, name) != value}
    if not changes:
        return department
    before = {name: getattr(department, name) for name in changes}
    DIRECT.update(department, **changes)
    event = DepartmentChanged(department_id=department.pk, changes=changes, before=before)
    tell(event, department, actor=actor, at=at)
    return department


@transaction.atomic
def head_set(*, department_id: int, officer_id: int | None, actor: Actor, at: datetime) -> None:
    """Say who heads a department (nobody with None).

    Raises NotAllowed, NotVisible; Invalid for an officer who has left or belongs elsewhere.
    """
    require_system(actor)
    department = open_one(department_id)
    journal.lock(f"department:{department.pk}")
    department.refresh_from_db()
    if department.head_id == officer_id:
        return
    if officer_id is None:
        event = HeadResigned(department_id=department.pk, officer_id=department.head_id or 0)
        DIRECT.update(department, head=None)
        tell(event, department, actor=actor, at=at)
        return
    officer = Officer.objects.filter(pk=officer_id, is_active=True).first()
    if officer is None or officer.department_id != department.pk:
        raise Invalid(_("负责人要是本部门在岗的人员。"), "head")
    acts.head(DIRECT, department=department, officer=officer, actor=actor, at=at)


@transaction.atomic
def department_close(
    *, department_id: int, into_id: int | None, reason: str, actor: Actor, at: datetime
) -> None:
    """Close a department; its people, its open work and its sight go over to another (撤并).

    Without another it must be empty: nobody in it, nothing open, nobody reporting to it. Its
    head's role ends: whoever heads the other one stays. Raises NotAllowed, NotVisible, Invalid;
    Conflict saying what stands in the way.
    """
    require_system(actor)
    department = open_one(department_id)
    if department.kind == _KINDS.CENTRE:
        raise Conflict(_("服务中心接收全部诉求，不能撤并。"))
    into = open_one(into_id) if into_id else None
    if into is not None and into.pk == department.pk:
        raise Invalid(_("不能并入自己，请选另一个部门。"), "into")
    works = merging.work_of_department(department, at)
    people = list(Officer.objects.filter(department=department).order_by("pk"))
    locked = [f"department:{department.pk}", *merging.streams_of(works)]
    locked += [f"officer:{person.pk}" for person in people]
    locked += [f"account:{person.account_id}" for person in people if person.account_id]
    below = Department.objects.filter(reports_to=department, closed_at=None)
    locked += [f"department:{unit.pk}" for unit in [*below, *([into] if into else [])]]
    journal.lock(*locked)
    found = all_locked()
    department.refresh_from_db()
    if department.closed_at:
        raise Conflict(_("%(unit)s已经撤并。") % {"unit": department.name})
    if into is None:
        _require_empty(department, people, works, below.exists())
    else:
        into = found[into.pk]
        if into.closed_at:
            raise Conflict(_("%(unit)s已经撤并，请选别的部门。") % {"unit": into.name})
        if is_above(department, into, found):
            report_to(into, department.reports_to, actor=actor, at=at)
        for unit in below.exclude(pk=into.pk):
            report_to(unit, into, actor=actor, at=at)
        for mover in merging.movers():
            mover.department_to(department, into, actor=actor, at=at)
        _move_people(department, people, into, reason=reason, actor=actor, at=at)
    for shift in DutyShift.objects.filter(department=department, end_at__gt=at):
        cancel(DIRECT, shift, actor=actor, at=at)
    DIRECT.update(department, closed_at=at, merged_into=into, head=None)
    event = DepartmentClosed(
        department_id=department.pk, merged_into_id=into.pk if into else None, reason=reason
    )
    tell(event, department, actor=actor, at=at)


def _move_people(
    department: Department,
    people: list[Officer],
    into: Department,
    *,
    reason: str,
    actor: Actor,
    at: datetime,
) -> None:
    for person in people:
        if person.account_id and person.pk == department.head_id:
            access.take_roles(
                DIRECT,
                account_id=person.account_id,
                roles=access.holds(person.account_id, Role.HEAD),
                reason=reason,
                actor=actor,
                at=at,
            )
        DIRECT.update(person, department=into)
        event = OfficerMoved(
            officer_id=person.pk,
            from_department_id=department.pk,
            to_department_id=into.pk,
            handed_to_id=None,
            reason=reason,
        )
        DIRECT.record(
            event, stream=f"officer:{person.pk}", audience=Audience.STAFF, actor=actor, at=at
        )


def _require_empty(
    department: Department, people: list[Officer], works: list[merging.Work], is_above: bool
) -> None:
    active = [person.name for person in people if person.is_active]
    if active:
        raise Conflict(
            _("还有 %(count)s 人在这个部门：%(names)s。请选并入哪个部门，或先调走。")
            % {"count": len(active), "names": _("、").join(active[:5])}
        )
    if works:
        raise Conflict(_("还有%(work)s。请选并入哪个部门。") % {"work": merging.said(works)})
    if is_above:
        raise Conflict(_("还有部门报告给它，请先改报告关系，或选并入哪个部门。"))


def report_to(unit: Department, above: Department | None, *, actor: Actor, at: datetime) -> None:
    before = unit.reports_to_id
    DIRECT.update(unit, reports_to=above)
    event = DepartmentChanged(
        department_id=unit.pk,
        changes={"reports_to_id": above.pk if above else None},
        before={"reports_to_id": before},
    )
    tell(event, unit, actor=actor, at=at)


def require_no_ring(
    department: Department, above: Department | None, found: dict[int, Department]
) -> None:
    """An overdue case climbs the line: it must end somewhere."""
    if above is not None and (above.pk == department.pk or is_above(department, above, found)):
        raise Invalid(
            _("%(above)s本来就报告给%(unit)s，报告关系不能绕成圈。")
            % {"above": above.name, "unit": department.name},
            "reports_to",
        )


def is_above(department: Department, unit: Department, found: dict[int, Department]) -> bool:
    """Whether a unit reports to this department, through others too."""
    seen: set[int] = set()
    step = unit.reports_to_id
    while step is not None and step not in seen:
        if step == department.pk:
            return True
        seen.add(step)
        step = found[step].reports_to_id
    return False


def _require_one_centre(kind: str, department: Department | None) -> None:
    standing = Department.objects.filter(kind=_KINDS.CENTRE, closed_at=None).first()
    is_it = department is not None and standing is not None and standing.pk == department.pk
    if kind == _KINDS.CENTRE and standing is not None and not is_it:
        raise Conflict(_("已经有服务中心：%(unit)s。一个园区只有一个。") % {"unit": standing.name})
    if is_it and kind != _KINDS.CENTRE:
        raise Conflict(_("服务中心接收全部诉求，不能改成别的部门。"))


def all_locked() -> dict[int, Department]:
    """All of them, in order: of two who turn two lines at once neither closes a ring unseen."""
    return {row.pk: row for row in Department.objects.select_for_update().order_by("pk")}


def open_one(department_id: int) -> Department:
    found = (
        Department.objects.select_related("reports_to")
        .filter(pk=department_id, closed_at=None)
        .first()
    )
    if found is None:
        raise NotVisible(department_id)
    return found


def _among(found: dict[int, Department], department_id: int) -> Department:
    if department_id not in found:
        raise NotVisible(department_id)
    return found[department_id]


def tell(event: Event, department: Department, *, actor: Actor, at: datetime) -> None:
    DIRECT.record(
        event,
        stream=department.stream,
        audience=Audience.STAFF,
        actor=actor,
        at=at,
    )
