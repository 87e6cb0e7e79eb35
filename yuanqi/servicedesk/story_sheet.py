"""The rows of one request that an actor may see, read in a fixed number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language

from yuanqi.casework.definition import MechanismDefinition
from yuanqi.casework.models import (
    WITHOUT_ANSWER,
    Attachment,
    CaseHolding,
    ClockPause,
    ClockRecord,
    Evaluation,
    Extension,
    Message,
    Task,
)
from yuanqi.casework.queries import attachments_visible_to, messages_visible_to
from yuanqi.casework.rulebook import definition_in
from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.models import JournalEvent
from yuanqi.organisation.models import Department, Officer
from yuanqi.organisation.queries import departments_ever, reporting_line
from yuanqi.registry.models import ContactPerson
from yuanqi.registry.queries import linked_officer

from . import timeline
from .models import CallBack, Category, Ending, Reopening, ServiceRequest
from .queries import request_visible
from .timeline_names import Happened, Names


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of one request that the actor may see, before anything is made of them."""

    request: ServiceRequest
    definition: MechanismDefinition
    category: Category | None
    tasks: list[Task]
    clocks: list[ClockRecord]
    pauses: Mapping[int, list[ClockPause]]
    holdings: list[CaseHolding]
    messages: list[Message]
    attachments: list[Attachment]
    events: list[Happened]
    evaluations: list[Evaluation]
    call_backs: list[CallBack]
    extensions: list[Extension]
    endings: list[Ending]
    reopenings: list[Reopening]
    units: Mapping[int, Department]
    officers: list[Officer]
    contacts: list[ContactPerson]
    linked: Officer | None


def sheet_of(case_id: int, actor: Actor, now: datetime) -> Sheet:
    """Read a request with what belongs to it. Raises NotVisible.

    What stays inside the park isn't read at all for the enterprise's side.
    """
    request = request_visible(case_id, actor)
    case = request.case
    staff = actor.side is not Side.ENTERPRISE
    # what most requests never see isn't asked for
    judged = bool(case.answered_at or case.bad_reviews or case.reopened)
    ended = case.outcome in WITHOUT_ANSWER or bool(case.reopened)
    pauses: dict[int, list[ClockPause]] = {}
    for pause in (
        ClockPause.objects.filter(clock__case=case).select_related("by").order_by("start_at")
    ):
        pauses.setdefault(pause.clock_id, []).append(pause)
    tasks = list(case.tasks.select_related("department", "officer"))
    holdings = list(case.holdings.select_related("officer", "department"))
    events = [
        Happened(*row)
        for row in JournalEvent.objects.filter(
            stream=case.stream,
            audience__in=timeline.STAFF_READS if staff else timeline.ENTERPRISE_READS,
        )
        .order_by("seq")
        .values_list("kind", "at", "actor", "payload")
    ]
    accounts = {int(label.partition(":")[2]) for label in _accounts(events)}
    accounts.add(request.raised_by_id)
    units = {unit.pk: unit for unit in departments_ever()}
    for unit in units.values():
        # the reporting line is walked in memory
        unit.reports_to = units.get(unit.reports_to_id) if unit.reports_to_id else None
    return Sheet(
        request=request,
        definition=definition_in(case.mechanism_version),
        category=Category.objects.filter(pk=case.category).first(),
        tasks=tasks,
        clocks=list(case.clocks.select_related("calendar")),
        pauses=pauses,
        holdings=holdings,
        messages=list(messages_visible_to(case, actor).prefetch_related(None)),
        attachments=list(attachments_visible_to(actor).filter(case=case)),
        events=events,
        evaluations=list(case.evaluations.all()) if judged else [],
        call_backs=list(case.call_backs.select_related("officer")) if staff and judged else [],
        extensions=list(
            case.extensions.select_related("asked_by", "reviewer", "decided_by", "clock")
        ),
        endings=list(case.endings.select_related("earlier")) if ended else [],
        reopenings=list(case.reopenings.all()) if case.reopened else [],
        units=units,
        officers=list(
            Officer.objects.filter(
                Q(account__in=accounts)
                | Q(pk__in=[task.officer_id for task in tasks if task.officer_id])
                | Q(pk__in=_officers(events))
            )
        ),
        contacts=list(ContactPerson.objects.filter(account__in=accounts)),
        linked=linked_officer(case.enterprise, timezone.localdate(now)),
    )


def _accounts(events: Sequence[Happened]) -> set[str]:
    return {event.actor for event in events if event.actor.startswith("account:")}


def _officers(events: Sequence[Happened]) -> set[int]:
    """The officers whom supervision and a hand-over name, who may hold no task of it."""
    return {
        event.payload[key]
        for event in events
        for key in ("officer_id", "from_officer_id", "to_officer_id")
        if event.payload.get(key)
    }


def reporting_words(sheet: Sheet, unit_id: int) -> str:
    """The line that a delay of this unit is reported up, in one line."""
    unit = sheet.units.get(unit_id)
    return " → ".join(
        f"{step.label} {head.name}" if head else step.label
        for step, head in (reporting_line(unit) if unit else [])
    )


def names_of(sheet: Sheet) -> Names:
    """Everybody and everything that the events of a request name by id."""
    language = "en" if get_language() == "en" else "zh"
    people = {f"account:{one.account_id}": one.name for one in sheet.officers}
    people |= {f"account:{one.account_id}": one.name for one in sheet.contacts}
    units = {pk: unit.label for pk, unit in sheet.units.items()}
    grounds = sheet.definition.pause_grounds
    return Names(
        units=units,
        people=people,
        their_units={
            f"account:{one.account_id}": units.get(one.department_id, "") for one in sheet.officers
        },
        officers={one.pk: one.name for one in sheet.officers},
        opinions={task.pk: task.opinion for task in sheet.tasks},
        grounds={code: getattr(ground.label, language) for code, ground in grounds.items()},
        supplied=frozenset(code for code, one in grounds.items() if one.ends_with_supply),
        refusals={
            code: getattr(ground.label, language)
            for code, ground in sheet.definition.refusal_grounds.items()
        },
    )
