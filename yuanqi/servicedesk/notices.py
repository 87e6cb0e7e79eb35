"""Who is told what: the subscriber "notices" makes lines in people's messages from events.

Never for the one who acted. Running again over the same events adds nothing. Whoever is away is
told too, for when he is back; meanwhile so is whoever acts for him.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from yuanqi.casework.definition import MechanismDefinition
from yuanqi.casework.events import (
    CaseClosed,
    ClockPaused,
    ClockResumed,
    Evaluated,
    MessageSent,
    TaskDone,
    TaskStarted,
)
from yuanqi.casework.models import Case, MechanismVersion, Message, Task, TaskKind
from yuanqi.casework.queries import definition_in
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.models import JournalEvent
from yuanqi.organisation.models import Department, Officer
from yuanqi.organisation.roster import Roster
from yuanqi.registry.models import Link, LinkRole

from .events import (
    RequestAccepted,
    RequestAnswered,
    RequestDispatched,
    RequestRaised,
    RequestReturned,
)
from .models import Notice

# what is older is news to nobody: a subscriber that begins late, or an import, floods no inbox
NEWS = timedelta(days=14)


class Told(models.TextChoices):
    """What a notice says to its reader (`Notice.kind`)."""

    RAISED = "raised"  # to the centre: dispatch it
    RAISED_BY_LINKED = "raised_by_linked"  # to the linked officer
    RAISED_FOR_YOU = "raised_for_you"  # to the contact, when somebody else raised it
    LEAD = "lead"
    CO_HANDLE = "co_handle"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    SAID_BY_ENTERPRISE = "said_by_enterprise"
    SAID_BY_PARK = "said_by_park"
    PLAN = "plan"
    NOTE = "note"
    AWAITED = "awaited"
    PAUSED = "paused"
    SUPPLIED = "supplied"
    RAN_OUT = "ran_out"
    TASK_STARTED = "task_started"
    TASK_DONE = "task_done"
    ANSWERED = "answered"
    EVALUATED = "evaluated"
    CALL_BACK = "call_back"
    UNRATED = "unrated"


Recipients = dict[int, Told]  # by account


def handle(events: Sequence[JournalEvent]) -> None:
    """The subscriber's handler."""
    notices_make(events, now=timezone.now())


def notices_make(events: Sequence[JournalEvent], *, now: datetime) -> None:
    """Write the notices that follow from these events, in order."""
    telling = [event for event in events if event.kind in _RULES and event.at > now - NEWS]
    if not telling:
        return
    facts = Facts.read(telling)
    rows = []
    for event in telling:
        case = facts.cases.get(event.payload["case_id"])
        if case is None:
            continue
        recipients = _RULES[event.kind](facts, case, event)
        rows += [
            Notice(account_id=account, case=case, event_id=event.pk, kind=told, at=event.at)
            for account, told in recipients.items()
            if f"account:{account}" != event.actor
        ]
    Notice.objects.bulk_create(rows, ignore_conflicts=True)


@dataclass(frozen=True)
class Facts:
    """What the rules ask, read once for a batch of events."""

    cases: dict[int, Case]
    tasks: dict[int, list[Task]]  # by case
    messages: dict[int, Message]
    links: dict[int, list[Link]]  # by enterprise
    definitions: dict[int, MechanismDefinition]  # by version
    roster: Roster
    centre: Department | None

    @classmethod
    def read(cls, events: Sequence[JournalEvent]) -> "Facts":
        cases = (
            Case.objects.filter(request__isnull=False)
            .select_related("request__contact")
            .defer("request__text")
            .in_bulk({event.payload["case_id"] for event in events})
        )
        roster = Roster.over(min(e.at for e in events), max(e.at for e in events))
        return cls(
            cases=cases,
            tasks=_by(Task.objects.filter(case__in=cases).order_by("id"), "case_id"),
            messages=Message.objects.defer("body").in_bulk(
                {e.payload["message_id"] for e in events if "message_id" in e.payload}
            ),
            links=_by(
                Link.objects.filter(
                    enterprise__in={case.enterprise_id for case in cases.values()},
                    role=LinkRole.LEAD,
                ),
                "enterprise_id",
            ),
            definitions={
                version.pk: definition_in(version)
                for version in MechanismVersion.objects.filter(
                    pk__in={case.mechanism_version_id for case in cases.values()}
                )
            },
            roster=roster,
            centre=next((u for u in roster.departments if u.kind == Department.Kind.CENTRE), None),
        )

    # --- people -----------------------------------------------------------------------

    def contact(self, case: Case, told: Told) -> Recipients:
        person = case.request.contact
        return {person.account_id: told} if person.account_id and person.is_active else {}

    def officers(self, ids: Iterable[int | None], at: datetime, told: Told) -> Recipients:
        """These officers, and whoever acts for them at that instant."""
        found: Recipients = {}
        for officer_id in ids:
            if officer_id is not None:
                for officer in (
                    self.roster.officers[officer_id],
                    self.roster.acting_for(officer_id, at),
                ):
                    found |= _account(officer, told)
        return found

    def on_duty(self, department: Department | None, at: datetime, told: Told) -> Recipients:
        officer = self.roster.on_duty(department, at) if department else None
        return _account(officer, told) if officer else {}

    def linked(self, case: Case, at: datetime, told: Told) -> Recipients:
        day = timezone.localdate(at)
        serving = [
            link.officer_id
            for link in self.links.get(case.enterprise_id, ())
            if link.from_on <= day and (link.until_on is None or day < link.until_on)
        ]
        return self.officers(serving, at, told)

    def handler(self, case: Case, at: datetime, told: Told) -> Recipients:
        """The lead's officer; before anybody has signed, whoever is responsible."""
        leads = [
            task.officer_id
            for task in self.tasks.get(case.pk, ())
            if task.kind == TaskKind.LEAD and task.officer_id
        ]
        return self.officers(leads[-1:] or [case.responsible_id], at, told)

    def department(self, department_id: int) -> Department | None:
        return next((u for u in self.roster.departments if u.pk == department_id), None)

    def definition(self, case: Case) -> MechanismDefinition:
        return self.definitions[case.mechanism_version_id]


def _account(officer: Officer, told: Told) -> Recipients:
    return {officer.account_id: told} if officer.account_id and officer.is_active else {}


def _by(rows: Iterable[Any], key: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return found


def _together(*recipients: Recipients) -> Recipients:
    """One notice a person; what comes first says more."""
    found: Recipients = {}
    for item in recipients:
        found = item | found
    return found


# --- the rules: from an event to its recipients ----------------------------------------------


def _raised(facts: Facts, case: Case, event: JournalEvent) -> Recipients:
    return _together(
        facts.on_duty(facts.centre, event.at, Told.RAISED),
        facts.linked(case, event.at, Told.RAISED_BY_LINKED),
        facts.contact(case, Told.RAISED_FOR_YOU),
    )


def _dispatched(facts: Facts, case: Case, event: JournalEvent) -> Recipients:
    asked = [
        facts.on_duty(facts.department(unit), event.at, Told.CO_HANDLE)
        for unit in event.payload["co_handlers"]
    ]
    return _together(facts.officers([event.payload["officer_id"]], event.at, Told.LEAD), *asked)


def _accepted(facts: Facts, case: Case, event: JournalEvent) -> Recipients:
    return facts.contact(case, Told.ACCEPTED)


def _returned(facts: Facts, case: Case, event: JournalEvent) -> Recipients:
    return facts.on_duty(facts.centre, event.at, Told.RETURNED)


def _said(facts: Facts, case: Case, event: JournalEvent) -> Recipients:
    kind = event.payload["message_kind"]
    if event.audience != Audience.ENTERPRISE:
        involved = [task.officer_id for task in facts.tasks.get(case.pk, ())]
        return facts.officers([*involved, case.responsible_id], event.at, Told.NOTE)
    if kind == Message.Kind.SUPPLY:
        return {}  # the clock that goes on tells it
    if facts.messages[event.payload["message_id"]].from_enterprise:
        return _together(
            facts.officers([case.responsible_id], event.at, Told.SAID_BY_ENTERPRISE),
            facts.handler(case, event.at, Told.SAID_BY_ENTERPRISE),
        )
    return facts.contact(case, Told.PLAN if kind == Message.Kind.PLAN else Told.SAID_BY_PARK)


def _paused(facts: Facts, case: Case, event: JournalEvent) -> Recipients:
    ground = facts.definition(case).pause_grounds.get(event.payload["ground"])
    awaited = ground is not None and ground.ends_with_supply
    return facts.contact(case, Told.AWAITED if awaited else Told.PAUSED)


def _resumed(facts: Facts, case: Case, event: JournalEvent) -> Recipients:
    match event.payload["by"]:
        case "enterprise":
            return facts.handler(case, event.at, Told.SUPPLIED)
        case "limit":
            return facts.handler(case, event.at, Told.RAN_OUT)
    return {}


def _task_started(facts: Facts, case: Case, event: JournalEvent) -> Recipients:
    return facts.handler(case, event.at, Told.TASK_STARTED)


def _task_done(facts: Facts, case: Case, event: JournalEvent) -> Recipients:
    return facts.handler(case, event.at, Told.TASK_DONE)


def _answered(facts: Facts, case: Case, event: JournalEvent) -> Recipients:
    return facts.contact(case, Told.ANSWERED)


def _evaluated(facts: Facts, case: Case, event: JournalEvent) -> Recipients:
    calls_back: Recipients = {}
    if event.payload["level"] in facts.definition(case).evaluation.call_back_levels:
        calls_back = facts.on_duty(facts.centre, event.at, Told.CALL_BACK)
    return _together(calls_back, facts.handler(case, event.at, Told.EVALUATED))


def _closed(facts: Facts, case: Case, event: JournalEvent) -> Recipients:
    return facts.contact(case, Told.UNRATED) if event.payload["how"] == "unrated" else {}


_RULES: dict[str, Callable[[Facts, Case, JournalEvent], Recipients]] = {
    RequestRaised.kind: _raised,
    RequestDispatched.kind: _dispatched,
    RequestAccepted.kind: _accepted,
    RequestReturned.kind: _returned,
    RequestAnswered.kind: _answered,
    MessageSent.kind: _said,
    ClockPaused.kind: _paused,
    ClockResumed.kind: _resumed,
    TaskStarted.kind: _task_started,
    TaskDone.kind: _task_done,
    Evaluated.kind: _evaluated,
    CaseClosed.kind: _closed,
}
