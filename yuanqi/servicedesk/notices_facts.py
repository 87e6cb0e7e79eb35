"""What the rules of notices stand on: the kinds of notice, and who is who in a batch of events."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone

from yuanqi.casework.definition import MechanismDefinition
from yuanqi.casework.duty import is_barred
from yuanqi.casework.models import (
    Case,
    CaseBar,
    Message,
    Task,
    TaskKind,
)
from yuanqi.casework.rulebook import definition_in, published
from yuanqi.foundation.models import JournalEvent
from yuanqi.organisation.models import Department, Officer
from yuanqi.organisation.roster import Roster, standing_over
from yuanqi.registry.models import Link, LinkRole
from yuanqi.supervision.models import Supervision


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
    SENT_BACK = "sent_back"  # after a call-back, to be put right
    EXTENSION_ASKED = "extension_asked"
    EXTENSION_GRANTED = "extension_granted"
    EXTENSION_REFUSED = "extension_refused"
    EXTENDED = "extended"  # to the contact
    DUE_MOVED = "due_moved"  # by a new calendar
    DUE_MOVED_FOR_YOU = "due_moved_for_you"
    HANDED_OVER = "handed_over"
    TAKEN_AWAY = "taken_away"  # to who led it before
    REDISPATCHED = "redispatched"  # to the contact
    NOT_ACCEPTED = "not_accepted"
    MERGED = "merged"
    JOINED = "joined"  # to who handles the one that another was merged into
    WITHDRAWN = "withdrawn"
    REOPENED = "reopened"
    REOPENED_FOR_YOU = "reopened_for_you"  # to the contact
    PARKED = "parked"
    LIMIT_NEAR = "limit_near"
    LIMIT_PASSED = "limit_passed"
    ESCALATED = "escalated"
    REMINDED = "reminded"
    SUPPLY_REMINDED = "supply_reminded"
    SUPERVISED = "supervised"
    ACCOUNTED = "accounted"  # to who demanded an account
    SUPERVISION_ENDED = "supervision_ended"


Recipients = dict[int, Told]  # by account


@dataclass(frozen=True)
class Facts:
    """What the rules ask, read once for a batch of events."""

    cases: dict[int, Case]
    tasks: dict[int, list[Task]]  # by case
    messages: dict[int, Message]
    links: dict[int, list[Link]]  # by enterprise
    supervisions: dict[int, Supervision]
    bars: dict[int, set[str]]  # who must not know, by case
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
        roster = standing_over(min(e.at for e in events), max(e.at for e in events))
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
            supervisions=Supervision.objects.in_bulk(
                {pk for e in events for pk in e.payload.get("supervision_ids", ())}
            ),
            bars=_barred(cases),
            definitions={
                version_id: definition_in(published(version_id))
                for version_id in {case.mechanism_version_id for case in cases.values()}
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

    def intake(self, case: Case, at: datetime, told: Told) -> Recipients:
        """The centre's officer on duty; where the complaint is about him, who holds it instead."""
        officer = self.roster.on_duty(self.centre, at) if self.centre else None
        if officer is None or self.is_barred(case, officer):
            return self.officers([case.responsible_id], at, told)
        return _account(officer, told)

    def is_barred(self, case: Case, officer: Officer) -> bool:
        """Whether the case is a complaint about this officer or his unit."""
        return is_barred(officer, self.bars.get(case.pk, ()))

    def may_know(self, case: Case, recipients: Recipients) -> Recipients:
        """Without those whom the case is kept from (Jinan 12345 Regulation, 2018, art. 32)."""
        if not self.bars.get(case.pk):
            return recipients
        barred = {o.account_id for o in self.roster.officers.values() if self.is_barred(case, o)}
        return {pk: told for pk, told in recipients.items() if pk not in barred}

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
        return self.last_lead(case, at, told) or self.officers([case.responsible_id], at, told)

    def last_lead(self, case: Case, at: datetime, told: Told) -> Recipients:
        """The lead's officer, also once the case is closed; nobody before anybody has signed."""
        leads = [
            task.officer_id
            for task in self.tasks.get(case.pk, ())
            if task.kind == TaskKind.LEAD and task.officer_id
        ]
        return self.officers(leads[-1:], at, told)

    def lead_of(self, case: Case, department_id: int, at: datetime, told: Told) -> Recipients:
        """Who led it for this department; before anybody there had signed, its officer on duty."""
        led = [
            task.officer_id
            for task in self.tasks.get(case.pk, ())
            if task.kind == TaskKind.LEAD and task.department_id == department_id
        ]
        return self.officers(led[-1:], at, told) or self.on_duty(
            self.department(department_id), at, told
        )

    def department(self, department_id: int) -> Department | None:
        return next((u for u in self.roster.departments if u.pk == department_id), None)

    def definition(self, case: Case) -> MechanismDefinition:
        return self.definitions[case.mechanism_version_id]


def _account(officer: Officer, told: Told) -> Recipients:
    return {officer.account_id: told} if officer.account_id and officer.is_active else {}


def _barred(cases: Iterable[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for case_id, grantee in CaseBar.objects.filter(case__in=cases).values_list(
        "case_id", "grantee"
    ):
        found[case_id].add(grantee)
    return found


def _by(rows: Iterable[Any], key: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return found


def together(*recipients: Recipients) -> Recipients:
    """One notice a person; what comes first says more."""
    found: Recipients = {}
    for item in recipients:
        found = item | found
    return found
