"""Who is told what of requests: lines in people's messages, made from events.

Never for the one who acted, nor for anybody whom the case is kept from. Running again over the same
events adds nothing. Whoever is away is told too, for when he is back; meanwhile so is whoever acts
for him.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from yuanqi.casework.events import (
    CaseClosed,
    CaseParked,
    ClockMoved,
    ClockPaused,
    ClockResumed,
    Evaluated,
    ExtensionAsked,
    ExtensionDecided,
    HandedOver,
    MessageSent,
    TaskDone,
    TaskStarted,
)
from yuanqi.casework.models import Case, Message, Purpose
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.models import JournalEvent
from yuanqi.notices.telling import Word, tell
from yuanqi.parameters import parameters
from yuanqi.supervision.events import (
    CaseEscalated,
    LimitNear,
    LimitPassed,
    Reminded,
    Supervised,
    SupervisionAnswered,
    SupervisionEnded,
    SupplyReminded,
)

from .events import (
    CalledBack,
    RequestAccepted,
    RequestAnswered,
    RequestDispatched,
    RequestJoined,
    RequestMerged,
    RequestRaised,
    RequestRedispatched,
    RequestRefused,
    RequestReopened,
    RequestReturned,
    RequestWithdrawn,
)
from .models import Level
from .notices_facts import Facts, Recipients, Told, together
from .parameters_defined import NEWS_DAYS

SOURCE = "servicedesk"  # of these notices, for their wording

# what can't wait for the morning when production stands still
_URGENT = frozenset(
    {
        Told.RAISED,
        Told.LEAD,
        Told.CO_HANDLE,
        Told.RETURNED,
        Told.HANDED_OVER,
        Told.REOPENED,
        Told.LIMIT_NEAR,
        Told.LIMIT_PASSED,
        Told.ESCALATED,
        Told.REMINDED,
        Told.SUPERVISED,
    }
)


def notices_make(events: Sequence[JournalEvent], *, now: datetime) -> None:
    """Write the notices that follow from these events, in order, and plan their sending."""
    # what is older is news to nobody: a subscriber that begins late, or an import, floods no inbox
    news = timedelta(days=parameters.value(NEWS_DAYS))
    telling = [event for event in events if event.kind in _RULES and event.at > now - news]
    if not telling:
        return
    facts = Facts.read(telling)
    words = []
    for event in telling:
        case = facts.cases.get(event.payload["case_id"])
        if case is None:
            continue
        recipients = facts.may_know(case, _RULES[event.kind](facts, case, event))
        words += [
            Word(
                account_id=account,
                subject=f"case:{case.pk}",
                event_id=event.pk,
                kind=told,
                at=event.at,
                is_urgent=case.level == Level.P1 and told in _URGENT,
            )
            for account, told in recipients.items()
            if f"account:{account}" != event.actor
        ]
    tell(source=SOURCE, words=words, now=now)


# --- the rules: from an event to its recipients ----------------------------------------------


def _raised(facts: Facts, case: Case, event: JournalEvent) -> Recipients:
    return together(
        facts.intake(case, event.at, Told.RAISED),
        facts.linked(case, event.at, Told.RAISED_BY_LINKED),
        facts.contact(case, Told.RAISED_FOR_YOU),
    )


def _dispatched(facts: Facts, case: Case, event: JournalEvent) -> Recipients:
    asked = [
        facts.on_duty(facts.department(unit), event.at, Told.CO_HANDLE)
        for unit in event.payload["co_handlers"]
    ]
    return together(facts.officers([event.payload["officer_id"]], event.at, Told.LEAD), *asked)


def _accepted(facts: Facts, case: Case, event: JournalEvent) -> Recipients:
    return facts.contact(case, Told.ACCEPTED)


def _returned(facts: Facts, case: Case, event: JournalEvent) -> Recipients:
    return facts.intake(case, event.at, Told.RETURNED)


def _said(facts: Facts, case: Case, event: JournalEvent) -> Recipients:
    kind = event.payload["message_kind"]
    if event.audience != Audience.ENTERPRISE:
        involved = [task.officer_id for task in facts.tasks.get(case.pk, ())]
        return facts.officers([*involved, case.responsible_id], event.at, Told.NOTE)
    if kind == Message.Kind.SUPPLY:
        return {}  # the clock that goes on tells it
    if facts.messages[event.payload["message_id"]].from_enterprise:
        return together(
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
        calls_back = facts.intake(case, event.at, Told.CALL_BACK)
    return together(calls_back, facts.handler(case, event.at, Told.EVALUATED))


def _closed(facts: Facts, case: Case, event: JournalEvent) -> Recipients:
    return facts.contact(case, Told.UNRATED) if event.payload["how"] == "unrated" else {}


def _called_back(facts: Facts, case: Case, event: JournalEvent) -> Recipients:
    if not event.payload.get("is_sent_back"):
        return {}
    return facts.handler(case, event.at, Told.SENT_BACK)


def _extension_asked(facts: Facts, case: Case, event: JournalEvent) -> Recipients:
    return facts.officers([event.payload["reviewer_id"]], event.at, Told.EXTENSION_ASKED)


def _extension_decided(facts: Facts, case: Case, event: JournalEvent) -> Recipients:
    if event.payload["by"] == "asker":
        return {}  # taken back, with nothing left to extend
    asker = [event.payload["asked_by_id"]]
    if not event.payload["is_granted"]:
        return facts.officers(asker, event.at, Told.EXTENSION_REFUSED)
    return together(
        facts.officers(asker, event.at, Told.EXTENSION_GRANTED),
        facts.contact(case, Told.EXTENDED),
    )


def _handed_over(facts: Facts, case: Case, event: JournalEvent) -> Recipients:
    return facts.officers([event.payload["to_officer_id"]], event.at, Told.HANDED_OVER)


def _redispatched(facts: Facts, case: Case, event: JournalEvent) -> Recipients:
    return together(
        _dispatched(facts, case, event),
        facts.lead_of(case, event.payload["from_lead_id"], event.at, Told.TAKEN_AWAY),
        facts.contact(case, Told.REDISPATCHED),
    )


def _refused(facts: Facts, case: Case, event: JournalEvent) -> Recipients:
    return facts.contact(case, Told.NOT_ACCEPTED)


def _merged(facts: Facts, case: Case, event: JournalEvent) -> Recipients:
    return together(facts.contact(case, Told.MERGED), facts.last_lead(case, event.at, Told.MERGED))


def _joined(facts: Facts, case: Case, event: JournalEvent) -> Recipients:
    return facts.handler(case, event.at, Told.JOINED)


def _withdrawn(facts: Facts, case: Case, event: JournalEvent) -> Recipients:
    """Whoever worked on it; before a dispatch the centre, so that nobody dispatches it."""
    return together(
        facts.contact(case, Told.WITHDRAWN),
        facts.last_lead(case, event.at, Told.WITHDRAWN)
        or facts.intake(case, event.at, Told.WITHDRAWN),
    )


def _reopened(facts: Facts, case: Case, event: JournalEvent) -> Recipients:
    return together(
        facts.officers([event.payload["officer_id"]], event.at, Told.REOPENED),
        facts.contact(case, Told.REOPENED_FOR_YOU),
    )


def _parked(facts: Facts, case: Case, event: JournalEvent) -> Recipients:
    return facts.contact(case, Told.PARKED)


def _clock_moved(facts: Facts, case: Case, event: JournalEvent) -> Recipients:
    """The enterprise of the limit that it waits for; the rest stands on the request's page."""
    payload = event.payload
    if payload["purpose"] != Purpose.RESOLVE or payload["due_after"] == payload["due_before"]:
        return {}
    return together(
        facts.handler(case, event.at, Told.DUE_MOVED), facts.contact(case, Told.DUE_MOVED_FOR_YOU)
    )


def _to_officer_named(told: Told) -> Callable[[Facts, Case, JournalEvent], Recipients]:
    def rule(facts: Facts, case: Case, event: JournalEvent) -> Recipients:
        return facts.officers([event.payload["officer_id"]], event.at, told)

    return rule


def _limit_passed(facts: Facts, case: Case, event: JournalEvent) -> Recipients:
    """Whoever held it, and, but for a co-handler's part, whoever answers for the whole."""
    return facts.officers(
        {event.payload["officer_id"], case.responsible_id}, event.at, Told.LIMIT_PASSED
    )


def _supply_reminded(facts: Facts, case: Case, event: JournalEvent) -> Recipients:
    return facts.contact(case, Told.SUPPLY_REMINDED)


def _accounted(facts: Facts, case: Case, event: JournalEvent) -> Recipients:
    demanded = [facts.supervisions.get(pk) for pk in event.payload["supervision_ids"]]
    return facts.officers(
        [row.by_id for row in demanded if row is not None], event.at, Told.ACCOUNTED
    )


def _supervision_ended(facts: Facts, case: Case, event: JournalEvent) -> Recipients:
    if event.payload["how"] != "officer":
        return {}  # it ended with its case, which is told by itself
    return facts.officers([case.responsible_id], event.at, Told.SUPERVISION_ENDED)


_RULES: dict[str, Callable[[Facts, Case, JournalEvent], Recipients]] = {
    RequestRaised.kind: _raised,
    RequestDispatched.kind: _dispatched,
    RequestAccepted.kind: _accepted,
    RequestReturned.kind: _returned,
    RequestAnswered.kind: _answered,
    CalledBack.kind: _called_back,
    MessageSent.kind: _said,
    ClockPaused.kind: _paused,
    ClockResumed.kind: _resumed,
    TaskStarted.kind: _task_started,
    TaskDone.kind: _task_done,
    Evaluated.kind: _evaluated,
    CaseClosed.kind: _closed,
    ExtensionAsked.kind: _extension_asked,
    ExtensionDecided.kind: _extension_decided,
    HandedOver.kind: _handed_over,
    CaseParked.kind: _parked,
    ClockMoved.kind: _clock_moved,
    RequestRedispatched.kind: _redispatched,
    RequestRefused.kind: _refused,
    RequestMerged.kind: _merged,
    RequestJoined.kind: _joined,
    RequestWithdrawn.kind: _withdrawn,
    RequestReopened.kind: _reopened,
    LimitNear.kind: _to_officer_named(Told.LIMIT_NEAR),
    LimitPassed.kind: _limit_passed,
    CaseEscalated.kind: _to_officer_named(Told.ESCALATED),
    Reminded.kind: _to_officer_named(Told.REMINDED),
    SupplyReminded.kind: _supply_reminded,
    Supervised.kind: _to_officer_named(Told.SUPERVISED),
    SupervisionAnswered.kind: _accounted,
    SupervisionEnded.kind: _supervision_ended,
}
