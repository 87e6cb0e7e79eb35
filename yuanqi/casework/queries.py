"""Every read of cases starts here, from what the actor may see."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Exists, Func, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from yuanqi.foundation import journal, prepared
from yuanqi.foundation.actors import Actor, Role, Side
from yuanqi.foundation.errors import NotAllowed, NotVisible
from yuanqi.foundation.prepared import Given, Read, among
from yuanqi.foundation.writer import Direct
from yuanqi.organisation.models import Department, Officer
from yuanqi.organisation.roster import standing

from .at_hand import keep
from .casefile import CaseFile
from .models import (
    Attachment,
    Case,
    CaseAccess,
    CaseBar,
    CaseState,
    Extension,
    Message,
    Task,
    TaskKind,
    TaskState,
)


class Act(StrEnum):
    """What can be done to a case. Who may is said in `acts_allowed`; when, by each act itself."""

    DISPATCH = "dispatch"
    ACCEPT = "accept"
    RETURN = "return"
    TASK_START = "task_start"
    TASK_FINISH = "task_finish"
    TALK = "talk"
    NOTE = "note"
    PLAN = "plan"
    PAUSE = "pause"
    RESUME = "resume"
    SUPPLY = "supply"
    ANSWER = "answer"
    EVALUATE = "evaluate"
    CALL_BACK = "call_back"
    EXTEND = "extend"
    DECIDE_EXTENSION = "decide_extension"
    HAND_OVER = "hand_over"
    PARK = "park"
    REDISPATCH = "redispatch"
    REFUSE = "refuse"
    MERGE = "merge"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"
    REMOVE_FILE = "remove_file"
    # who may do these is said by supervision, which knows of whom something is demanded
    REMIND = "remind"
    SUPERVISE = "supervise"
    REPORT = "report"  # answers a demand
    INSPECT = "inspect"


def cases_visible_to(actor: Actor) -> QuerySet[Case]:
    """Own enterprise's; linked enterprises'; own department's; all for the centre and leaders.

    Never a complaint about oneself or one's unit, whatever else would let one see it (Jinan 12345
    Regulation, 2018, art. 32). An outsider gets an empty set, never an error.
    """
    if actor.side is Side.SYSTEM:
        return Case.objects.all()
    if actor.sees_every_case:
        cases = Case.objects.all()
    elif actor.grantees:
        cases = Case.objects.filter(_let_in(Q(grantee__in=actor.grantees)))
    else:
        return Case.objects.none()
    return cases if actor.side is Side.ENTERPRISE else not_barred(cases, actor)


def not_barred(cases: QuerySet[Case], actor: Actor) -> QuerySet[Case]:
    """These without what is kept from the actor."""
    # a set apart, read once: a test for each row would cost long lists dear
    barred = CaseBar.objects.filter(grantee__in=names_to_be_barred(actor))
    return cases.exclude(pk__in=barred.values("case"))


def _let_in(grantee: Q | Func) -> Exists:
    return Exists(CaseAccess.objects.filter(grantee, case=OuterRef("pk")))


class VisibleCase:
    """One case as `cases_visible_to` lets an actor see it, by a query that is planned once.

    `parts` says what is read along.
    """

    def __init__(self, parts: Callable[[QuerySet[Case]], QuerySet[Case]]) -> None:
        one = Case.objects.filter(pk=Given("pk"))
        let_in = _let_in(among("grantee", "names"))
        bars = CaseBar.objects.filter(among("grantee", "barred"), case=OuterRef("pk"))
        # whether every case is seen, whether a bar may stand before it
        self._ways = {
            (True, False): Read(lambda: parts(one)),
            (True, True): Read(lambda: parts(one.filter(~Exists(bars)))),
            (False, False): Read(lambda: parts(one.filter(let_in))),
            (False, True): Read(lambda: parts(one.filter(let_in, ~Exists(bars)))),
        }

    def to(self, actor: Actor, case_id: int) -> Case | None:
        """The case; None if there is none or the actor may not see it."""
        way = (actor.sees_every_case, actor.side is Side.PARK)
        names = () if actor.sees_every_case else actor.grantees
        return self._ways[way].first(
            pk=case_id, names=list(names), barred=list(names_to_be_barred(actor))
        )


def names_to_be_barred(actor: Actor) -> tuple[str, ...]:
    """Under which names a complaint may be about this actor: his own, not whom he acts for."""
    names = (("d", actor.department_id), ("o", actor.officer_id))
    return tuple(f"{kind}{pk}" for kind, pk in names if pk is not None)


def case_visible(case_id: int, actor: Actor) -> Case:
    """Return the case if the actor may see it. Raises NotVisible (shown as 404)."""
    case = (
        cases_visible_to(actor)
        .select_related("enterprise", "lead", "responsible__department", "clock__calendar")
        .filter(pk=case_id)
        .first()
    )
    if case is None:
        raise NotVisible(case_id)
    return case


_along: list[str] = []
_IN_HAND = VisibleCase(lambda cases: cases.select_related("enterprise", *_along))
_BELONGINGS = """
SELECT (SELECT max(at) FROM journal_event WHERE stream = %s),
    ARRAY(SELECT grantee FROM case_access WHERE case_id = %s),
    ARRAY(SELECT grantee FROM case_bar WHERE case_id = %s),
    EXISTS (SELECT FROM clock_pause p JOIN clock c ON c.id = p.clock_id WHERE c.case_id = %s),
    EXISTS (SELECT FROM case_extension WHERE case_id = %s),
    EXISTS (SELECT FROM "case" WHERE merged_into_id = %s)
"""


def read_along(name: str) -> None:
    """Have a slice's row of each case (one to one) read with a case in hand (from `apps.py`)."""
    if name not in _along:
        _along.append(name)


def is_seen_by(file: CaseFile, actor: Actor) -> bool:
    """Whether the actor may see a case in hand: the same as `cases_visible_to`."""
    if actor.side is Side.SYSTEM:
        return True
    if not actor.sees_every_case and file.grantees.isdisjoint(actor.grantees):
        return False
    return actor.side is Side.ENTERPRISE or file.bars.isdisjoint(names_to_be_barred(actor))


def case_for(case_id: int, actor: Actor, act: Act, at: datetime) -> CaseFile:
    """Lock the case's stream and return the case's file if the actor may do `act` to it.

    Whoever writes to a case holds this lock, so two who press the same button come one after the
    other, and the second sees what the first has done. Time never runs backwards on a case: who
    waited for the lock read the time before the one who had it, and servers' clocks differ.
    Raises NotVisible or NotAllowed.
    """
    stream = f"case:{case_id}"
    heads = journal.lock(stream)
    case = _IN_HAND.to(actor, case_id)
    if case is None:
        raise NotVisible(case_id)
    belongings = prepared.row(_BELONGINGS, stream, *[case_id] * 5)
    assert belongings is not None, "a row of values is always there"
    roster = standing(at)
    if case.lead_id is not None:
        case.lead = roster.units[case.lead_id]
    if case.responsible_id is not None:
        case.responsible = roster.officers[case.responsible_id]
    latest, grantees, bars, has_pauses, has_extensions, has_joined = belongings
    file = CaseFile(case, Direct(heads), actor, at if latest is None else max(at, latest))
    file.known(grantees, bars, pauses=has_pauses, extensions=has_extensions, joined=has_joined)
    if act not in acts_allowed(case, actor, file):
        raise NotAllowed(_("这一步不由您办，由承办部门或服务中心办理。"))
    return keep(file)


def acts_allowed(case: Case, actor: Actor, file: CaseFile | None = None) -> frozenset[Act]:
    """What this actor may ever do to this case, whatever state it is in; by its file if it is
    in hand."""
    if actor.side is Side.SYSTEM:
        return frozenset(Act)
    if actor.side is Side.ENTERPRISE:
        if actor.enterprise_id != case.enterprise_id or actor.enterprise_id is None:
            return frozenset()
        return _ENTERPRISE
    if actor.officer_id is None:
        return frozenset()
    acts: set[Act] = {Act.NOTE}
    if case.enterprise_id in actor.linked_enterprise_ids:
        acts |= {Act.TALK}
    if does_the_centres_part(case, actor):
        acts |= _CENTRE
    if case.responsible_id in actor.officer_ids:
        # whoever answers for it, as duty or absence have it, may do what it waits for
        acts |= _AWAITED.get(case.state, frozenset())
    for part in parts_of(case, actor, None if file is None else file.tasks):
        acts |= _LEAD if part.kind == TaskKind.LEAD else _CO_HANDLE
        if part.as_head or part.as_officer:
            acts.add(Act.HAND_OVER)
        if part.as_head and part.kind == TaskKind.LEAD:
            acts.add(Act.PARK)
    if (file is None or file.extensions) and extensions_reviewed_by(case, actor).exists():
        acts.add(Act.DECIDE_EXTENSION)
    return frozenset(acts)


_ENTERPRISE = frozenset(
    {Act.TALK, Act.SUPPLY, Act.EVALUATE, Act.WITHDRAW, Act.REOPEN, Act.REMOVE_FILE}
)
_CENTRE = frozenset(
    {
        Act.DISPATCH, Act.CALL_BACK, Act.TALK, Act.REDISPATCH, Act.REFUSE, Act.MERGE, Act.REOPEN,
        Act.PARK, Act.RESUME, Act.REMOVE_FILE,
    }
)  # fmt: skip
_LEAD = frozenset(
    {
        Act.ACCEPT, Act.RETURN, Act.TALK, Act.PLAN, Act.ANSWER, Act.PAUSE, Act.RESUME, Act.EXTEND,
        Act.REMOVE_FILE,
    }
)  # fmt: skip
_CO_HANDLE = frozenset({Act.TASK_START, Act.TASK_FINISH, Act.TALK, Act.REMOVE_FILE})
_AWAITED: Mapping[str, frozenset[Act]] = {
    CaseState.SUBMITTED: frozenset({Act.DISPATCH, Act.REFUSE, Act.MERGE, Act.TALK}),
    CaseState.DISPATCHED: frozenset({Act.ACCEPT, Act.RETURN, Act.TALK}),
    CaseState.CALL_BACK: frozenset({Act.CALL_BACK, Act.TALK}),
}


def does_the_centres_part(case: Case, actor: Actor) -> bool:
    """The service centre's own; in a complaint about the centre, the leaders above it."""
    if actor.has(Role.CENTRE):
        return True
    if not actor.has(Role.LEADER):
        return False
    return CaseBar.objects.filter(case=case, grantee__in=_names_of_centres()).exists()


def _names_of_centres() -> list[str]:
    units = Department.objects.filter(kind=Department.Kind.CENTRE)
    return [f"d{pk}" for pk in units.values_list("pk", flat=True)]


@dataclass(frozen=True, slots=True)
class Part:
    """What an actor (or whom he acts for) has to do with a case by one of its tasks."""

    kind: str
    as_officer: bool  # the task is his
    as_head: bool  # the unit is


def parts_of(case: Case, actor: Actor, tasks: Sequence[Task] | None = None) -> list[Part]:
    """The tasks of the case that the actor's unit, or he himself, has or had in hand.

    Who led it once and gave it back has none in it any more, nor has who was relieved of it; but
    who was relieved by the end itself is told of that (Conflict), not that it isn't his to do.
    """
    counted = [
        task
        for task in (case.tasks.select_related("department") if tasks is None else tasks)
        if task.state != TaskState.CANCELLED
        or (case.closed_at is not None and task.ended_at == case.closed_at)
    ]
    # of those who led, the last one: tasks come in order of their keys
    leads = [task for task in counted if task.kind == TaskKind.LEAD][-1:]
    parts = leads + [task for task in counted if task.kind != TaskKind.LEAD]
    departments = departments_worked_for(actor)
    found = []
    for task in parts:
        as_officer = task.officer_id in actor.officer_ids
        as_head = task.department.head_id in actor.officer_ids
        if task.department_id in departments or as_officer or as_head:
            found.append(Part(task.kind, as_officer, as_head))
    return found


def extensions_reviewed_by(case: Case, actor: Actor) -> QuerySet[Extension]:
    """Extensions, decided or not, that fall to the actor; nobody decides what he asked for."""
    return Extension.objects.filter(case=case, reviewer__in=actor.officer_ids).exclude(
        asked_by=actor.officer_id
    )


def co_handling_of(case: Case, actor: Actor) -> list[Task]:
    """The co-handling tasks, open or not, that are the actor's, or theirs for whom he acts."""
    departments = departments_worked_for(actor)
    return [
        task
        for task in case.tasks.select_related("department", "officer")
        if task.kind == TaskKind.CO_HANDLE
        and (task.department_id in departments or task.officer_id in actor.officer_ids)
    ]


def departments_worked_for(actor: Actor) -> frozenset[int]:
    """The departments whose tasks the actor may take up: his own as a handler or head of it, and
    those of the handlers and heads for whom he acts."""
    found = set()
    if actor.department_id is not None and actor.has(Role.HANDLER, Role.HEAD):
        found.add(actor.department_id)
    if actor.acts_for:
        found |= {pk for (pk,) in _UNITS_OF.all(officers=sorted(actor.acts_for))}
    return frozenset(found)


_UNITS_OF = Read(
    lambda: Officer.objects.filter(
        among("id", "officers"),
        account__grants__role__in=[Role.HANDLER.value, Role.HEAD.value],
    ).values_list("department_id")
)


def messages_visible_to(case: Case, actor: Actor) -> QuerySet[Message]:
    """The talk; internal notes only for the park's side."""
    messages = Message.objects.filter(case=case)
    if actor.side is Side.ENTERPRISE:
        messages = messages.filter(audience=Message.Audience.ENTERPRISE)
    return messages.prefetch_related("attachments__file").order_by("at", "id")


def attachments_visible_to(actor: Actor) -> QuerySet[Attachment]:
    """Files of visible cases; those of internal notes only for the park's side."""
    found = Attachment.objects.filter(case__in=cases_visible_to(actor)).select_related("file")
    if actor.side is Side.ENTERPRISE:
        found = found.filter(audience=Message.Audience.ENTERPRISE)
    return found.order_by("at", "id")


def attachment_visible(attachment_id: int, actor: Actor) -> Attachment:
    """Return the attachment if the actor may read it, and it was not removed. Raises NotVisible."""
    found = attachments_visible_to(actor).filter(pk=attachment_id, removed_at=None).first()
    if found is None:
        raise NotVisible(attachment_id)
    return found


def open_cases(cases: QuerySet[Case]) -> QuerySet[Case]:
    return cases.exclude(state=CaseState.CLOSED)
