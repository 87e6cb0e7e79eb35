"""What hangs on officers and departments here: their open cases, tasks, decisions; their sight.

The clocks don't notice: the enterprise waits as before.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.writer import DIRECT
from yuanqi.organisation.merging import Work
from yuanqi.organisation.models import Department, Officer

from .acts.work import give_to_holder
from .casefile import CaseFile
from .duty import DATABASE, is_barred, reviewer_of
from .events import CaseMoved
from .models import OPEN_TASKS, Case, CaseState, Purpose, Task, TaskKind, TaskState


class Cases:
    """Open cases as what an officer or a department leaves behind."""

    stays_with_person = False

    def of_officer(self, officer: Officer, at: datetime) -> Work | None:
        return _work(_with_officer(officer))

    def of_department(self, department: Department, at: datetime) -> Work | None:
        return _work(_with_department(department))

    def officer_to(self, officer: Officer, to: Officer, *, actor: Actor, at: datetime) -> None:
        """Tasks and responsibility go to the colleague; what he was to decide, to whoever would
        be asked today. Raises Conflict for a complaint about the colleague."""
        for file in _files(_with_officer(officer), actor, at):
            if is_barred(to, file.bars):
                raise Conflict(
                    _("有一件在办诉求不能由%(name)s接手，请换一位同事。") % {"name": to.name}
                )
            for task in file.tasks:
                if task.is_open and task.officer_id == officer.pk:
                    file.writer.update(task, officer=to)
            last = file.case.holdings.order_by("start_at", "id").last()
            if file.case.responsible_id == officer.pk and last is not None:
                file.hold(to, last.department, last.work)
            _decide_instead(file, officer, to)
            _tell(file, officer=officer, to=to)

    def department_to(
        self, department: Department, into: Department, *, actor: Actor, at: datetime
    ) -> None:
        """The other department leads, works and sees in its stead; a complaint about the one is
        kept from the other too. Raises Conflict where that other would handle it.

        Neither refusal says which request: whoever merges has no business with requests.
        """
        for file in _files(_with_department(department), actor, at):
            if f"d{into.pk}" in file.bars or f"d{department.pk}" in file.bars:
                raise Conflict(_("有一件在办诉求按回避规定不能并过去，请服务中心先改派。"))
            _tasks_to(file, department, into)
            if file.case.lead_id == department.pk:
                file.set(lead=into)
            last = file.case.holdings.order_by("start_at", "id").last()
            if last is not None and last.department_id == department.pk and file.case.responsible:
                file.hold(file.case.responsible, into, last.work)
            file.grant(f"d{into.pk}")
            _tell(file, department=department, into=into)
        with connection.cursor() as cursor:
            # closed ones too: whoever looks something up years later works there
            cursor.execute(_SEE, [f"d{into.pk}", f"d{department.pk}"])
            cursor.execute(_BAR, [f"d{into.pk}", f"d{department.pk}"])

    def officer_moved(self, officer: Officer, before: Department) -> None:
        """A complaint about his old unit stays kept from him in the new one."""
        with connection.cursor() as cursor:
            cursor.execute(_BAR, [f"o{officer.pk}", f"d{before.pk}"])


CASES = Cases()


def _with_officer(officer: Officer) -> QuerySet[Case]:
    tasks = Task.objects.filter(officer=officer, state__in=OPEN_TASKS)
    return _open(
        Q(responsible=officer)
        | Q(pk__in=tasks.values("case"))
        | Q(extensions__reviewer=officer, extensions__decided_at=None)
    )


def _with_department(department: Department) -> QuerySet[Case]:
    tasks = Task.objects.filter(department=department, state__in=OPEN_TASKS)
    return _open(Q(lead=department) | Q(pk__in=tasks.values("case")))


def _open(which: Q) -> QuerySet[Case]:
    return Case.objects.exclude(state=CaseState.CLOSED).filter(which).distinct().order_by("pk")


def _work(cases: QuerySet[Case]) -> Work | None:
    found = list(cases.values_list("pk", flat=True))
    if not found:
        return None
    return Work(
        label=_("在办诉求"),
        count=len(found),
        streams=tuple(f"case:{pk}" for pk in found),
    )


def _files(cases: QuerySet[Case], actor: Actor, at: datetime) -> Iterable[CaseFile]:
    for case in cases.select_related("responsible", "lead", "clock__calendar"):
        yield CaseFile(case, DIRECT, actor, at)


def _decide_instead(file: CaseFile, officer: Officer, to: Officer) -> None:
    extension = file.open_extension
    if extension is None or extension.reviewer_id != officer.pk:
        return
    unit = file.case.lead or officer.department
    try:
        reviewer = reviewer_of(DATABASE, unit, file.at, asker=extension.asked_by, bars=file.bars)
    except LookupError:
        reviewer = to
    file.writer.update(extension, reviewer=to if reviewer.pk == officer.pk else reviewer)


def _tasks_to(file: CaseFile, department: Department, into: Department) -> None:
    """No department has two open tasks of a case: the lead's stays, else the other's own."""
    theirs = [task for task in file.tasks if task.is_open and task.department_id == into.pk]
    for task in [t for t in file.tasks if t.is_open and t.department_id == department.pk]:
        if not theirs:
            file.writer.update(task, department=into)
        elif task.kind == TaskKind.LEAD:
            _drop(file, theirs[0])
            file.writer.update(task, department=into)
        else:
            _drop(file, task)
    if theirs:
        give_to_holder(file)


def _drop(file: CaseFile, task: Task) -> None:
    file.writer.update(task, state=TaskState.CANCELLED, ended_at=file.at)
    file.stop_clock(Purpose.WORK, task)


def _tell(
    file: CaseFile,
    *,
    officer: Officer | None = None,
    to: Officer | None = None,
    department: Department | None = None,
    into: Department | None = None,
) -> None:
    event = CaseMoved(
        case_id=file.case.pk,
        from_officer_id=officer.pk if officer else None,
        to_officer_id=to.pk if to else None,
        from_department_id=department.pk if department else None,
        to_department_id=into.pk if into else None,
    )
    file.record(event, Audience.STAFF)
    file.settle(acted=False)


_SEE = """
INSERT INTO case_access (case_id, grantee, opened_at)
SELECT case_id, %s, opened_at FROM case_access WHERE grantee = %s ON CONFLICT DO NOTHING
"""
_BAR = """
INSERT INTO case_bar (case_id, grantee)
SELECT case_id, %s FROM case_bar WHERE grantee = %s ON CONFLICT DO NOTHING
"""
