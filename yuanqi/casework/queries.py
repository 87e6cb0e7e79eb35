"""Every read of cases starts here, from what the actor may see."""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor, Role, Side
from yuanqi.foundation.errors import NotAllowed, NotVisible
from yuanqi.organisation.models import Officer

from .casefile import Allowance
from .definition import MechanismDefinition
from .models import (
    Attachment,
    Case,
    CaseAccess,
    CaseState,
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


def cases_visible_to(actor: Actor) -> QuerySet[Case]:
    """Own enterprise's; linked enterprises'; own department's; all for the centre and leaders.

    An outsider gets an empty set, never an error.
    """
    if actor.sees_every_case:
        return Case.objects.all()
    names = actor.grantees
    if not names:
        return Case.objects.none()
    return Case.objects.filter(
        Exists(CaseAccess.objects.filter(case=OuterRef("pk"), grantee__in=names))
    )


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
        return frozenset({Act.TALK, Act.SUPPLY, Act.EVALUATE})
    if actor.officer_id is None:
        return frozenset()
    acts: set[Act] = {Act.NOTE}
    if case.enterprise_id in actor.linked_enterprise_ids:
        acts |= {Act.TALK}
    if actor.has(Role.CENTRE):
        acts |= {Act.DISPATCH, Act.CALL_BACK, Act.TALK}
    if case.responsible_id in actor.officer_ids:
        # whoever answers for it, as duty or absence have it, may do what it waits for
        acts |= _AWAITED.get(case.state, frozenset())
    for kind in kinds_of_tasks(case, actor):
        acts |= _LEAD if kind == TaskKind.LEAD else _CO_HANDLE
    return frozenset(acts)


_LEAD = frozenset({Act.ACCEPT, Act.RETURN, Act.TALK, Act.PLAN, Act.ANSWER, Act.PAUSE, Act.RESUME})
_CO_HANDLE = frozenset({Act.TASK_START, Act.TASK_FINISH, Act.TALK})
_AWAITED: Mapping[str, frozenset[Act]] = {
    CaseState.SUBMITTED: frozenset({Act.DISPATCH, Act.TALK}),
    CaseState.DISPATCHED: frozenset({Act.ACCEPT, Act.RETURN, Act.TALK}),
    CaseState.CALL_BACK: frozenset({Act.CALL_BACK, Act.TALK}),
}


def kinds_of_tasks(case: Case, actor: Actor) -> set[str]:
    """In which roles the actor (or whom he acts for) has a part in the case.

    Who led it once and gave it back has none in it any more, nor has a cancelled co-handler.
    """
    tasks = list(
        case.tasks.exclude(state=TaskState.CANCELLED).values_list(
            "kind", "department_id", "officer_id"
        )
    )
    # of those who led, the last one: tasks come in order of their keys
    leads = [task for task in tasks if task[0] == TaskKind.LEAD][-1:]
    parts = leads + [task for task in tasks if task[0] != TaskKind.LEAD]
    departments = departments_worked_for(actor)
    return {
        kind
        for kind, department_id, officer_id in parts
        if department_id in departments or officer_id in actor.officer_ids
    }


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
    """Return the attachment if the actor may read it. Raises NotVisible."""
    found = attachments_visible_to(actor).filter(pk=attachment_id).first()
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
        return cls(
            LimitRule.objects.filter(mechanism=mechanism, valid_from__lte=day)
            .filter(Q(valid_until__isnull=True) | Q(valid_until__gt=day))
            .order_by("valid_from")
        )

    def allowance(self, purpose: str, level: str = "", category: str = "") -> Allowance:
        """Return the limit for a purpose. Raises LookupError if the table has none."""
        for key in ((level, category), (level, ""), ("", category), ("", "")):
            rule = self._rules.get((purpose, *key))
            if rule is not None:
                return Allowance(rule.limit, rule.source)
        raise LookupError(f"no limit for {purpose} at level {level!r}, category {category!r}")


def open_cases(cases: QuerySet[Case]) -> QuerySet[Case]:
    return cases.exclude(state=CaseState.CLOSED)
