"""Every read of cases starts here, from what the actor may see."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor, Role, Side
from yuanqi.foundation.errors import NotAllowed, NotVisible
from yuanqi.organisation.models import Department, Officer

from .casefile import Allowance
from .definition import OPTIONAL_PURPOSES, MechanismDefinition, most_exact
from .models import (
    Attachment,
    Case,
    CaseAccess,
    CaseBar,
    CaseState,
    Extension,
    LimitRule,
    Mechanism,
    MechanismVersion,
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
        names = actor.grantees
        cases = Case.objects.filter(
            Exists(CaseAccess.objects.filter(case=OuterRef("pk"), grantee__in=names))
        )
    else:
        return Case.objects.none()
    if actor.side is Side.ENTERPRISE:
        return cases
    # a set apart, read once: a test for each row would cost long lists dear
    barred = CaseBar.objects.filter(grantee__in=names_to_be_barred(actor))
    return cases.exclude(pk__in=barred.values("case"))


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


def case_for(case_id: int, actor: Actor, act: Act) -> Case:
    """Lock the case's stream and return the case if the actor may do `act` to it.

    Whoever writes to a case holds this lock, so two who press the same button come one after the
    other, and the second sees what the first has done. Raises NotVisible or NotAllowed.
    """
    case_visible(case_id, actor)
    journal.lock(f"case:{case_id}")
    case = case_visible(case_id, actor)
    if act not in acts_allowed(case, actor):
        raise NotAllowed(_("这一步不由您办，由承办部门或服务中心办理。"))
    return case


def acts_allowed(case: Case, actor: Actor) -> frozenset[Act]:
    """What this actor may ever do to this case, whatever state it is in."""
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
    for part in parts_of(case, actor):
        acts |= _LEAD if part.kind == TaskKind.LEAD else _CO_HANDLE
        if part.as_head or part.as_officer:
            acts.add(Act.HAND_OVER)
        if part.as_head and part.kind == TaskKind.LEAD:
            acts.add(Act.PARK)
    if extensions_reviewed_by(case, actor).exists():
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


def parts_of(case: Case, actor: Actor) -> list[Part]:
    """The tasks of the case that the actor's unit, or he himself, has or had in hand.

    Who led it once and gave it back has none in it any more, nor has who was relieved of it; but
    who was relieved by the end itself is told of that (Conflict), not that it isn't his to do.
    """
    relieved = Q(state=TaskState.CANCELLED)
    if case.closed_at is not None:
        relieved &= ~Q(ended_at=case.closed_at)
    tasks = list(
        case.tasks.exclude(relieved).values_list(
            "kind", "department_id", "officer_id", "department__head_id"
        )
    )
    # of those who led, the last one: tasks come in order of their keys
    leads = [task for task in tasks if task[0] == TaskKind.LEAD][-1:]
    parts = leads + [task for task in tasks if task[0] != TaskKind.LEAD]
    departments = departments_worked_for(actor)
    found = []
    for kind, department_id, officer_id, head_id in parts:
        as_officer, as_head = officer_id in actor.officer_ids, head_id in actor.officer_ids
        if department_id in departments or as_officer or as_head:
            found.append(Part(kind, as_officer, as_head))
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
    handling = [Role.HANDLER.value, Role.HEAD.value]
    found = set()
    if actor.department_id is not None and actor.has(Role.HANDLER, Role.HEAD):
        found.add(actor.department_id)
    if actor.acts_for:
        found |= set(
            Officer.objects.filter(
                pk__in=actor.acts_for, account__grants__role__in=handling
            ).values_list("department_id", flat=True)
        )
    return frozenset(found)


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


def current_mechanism(code: str) -> MechanismVersion:
    """Return the newest published version of a mechanism. Raises DoesNotExist if none is."""
    return (
        MechanismVersion.objects.select_related("mechanism")
        .filter(mechanism__code=code)
        .latest("number")
    )


# published definitions are few and never change: one a digest
_definitions: dict[str, MechanismDefinition] = {}


def definition_in(version: MechanismVersion) -> MechanismDefinition:
    """Return what this version defines, checked once a process."""
    definition = _definitions.get(version.digest)
    if definition is None:
        definition = MechanismDefinition.model_validate(version.definition)
        _definitions[version.digest] = definition
    return definition


class Limits:
    """The rule table of one mechanism on one day, read once.

    The most exact rule wins: for the level and category, the level, the category, then for any.
    """

    def __init__(self, rules: Iterable[LimitRule]) -> None:
        self._rules = {(rule.purpose, rule.level, rule.category): rule for rule in rules}

    @classmethod
    def on(cls, mechanism: Mechanism, day: date) -> "Limits":
        rules = list(
            LimitRule.objects.filter(mechanism=mechanism)
            .filter(Q(valid_until__isnull=True) | Q(valid_until__gt=day))
            .order_by("valid_from")
        )
        holding = [rule for rule in rules if rule.valid_from <= day]
        # a step that the park limited only later: its first limits hold for older cases too
        known = {rule.purpose for rule in holding}
        later = [
            rule for rule in rules
            if rule.purpose in OPTIONAL_PURPOSES and rule.purpose not in known
        ]  # fmt: skip
        return cls(later[::-1] + holding)

    def allowance(self, purpose: str, level: str = "", category: str = "") -> Allowance:
        """Return the limit for a purpose. Raises LookupError if the table has none."""
        found = self.find(purpose, level, category)
        if found is None:
            raise LookupError(f"no limit for {purpose} at level {level!r}, category {category!r}")
        return found

    def find(self, purpose: str, level: str = "", category: str = "") -> Allowance | None:
        """Return the limit for a purpose that a mechanism may leave out."""
        for key in most_exact(purpose, level, category):
            rule = self._rules.get(key)
            if rule is not None:
                return Allowance(rule.limit, rule.source)
        return None


def open_cases(cases: QuerySet[Case]) -> QuerySet[Case]:
    return cases.exclude(state=CaseState.CLOSED)
