"""The subscriber "steering": entries follow the facts, whole lists the rules."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.utils import timezone

from yuanqi.conditions.events import ConditionPublished, ConditionWithdrawn
from yuanqi.foundation.actors import SYSTEM
from yuanqi.foundation.models import JournalEvent
from yuanqi.registry import events as registered
from yuanqi.registry.fact_events import FactChanged, FactConfirmed, FactReturned, FactStated
from yuanqi.registry.facts import AS_OF
from yuanqi.registry.models import Enterprise

from . import operations
from .judging import Cause
from .lists import CODES, KIND
from .queries import newest_month, sheets_of

MARGIN = timedelta(hours=1)  # longer than any transaction that tells of facts
_STATED = frozenset({FactStated.kind, FactChanged.kind, FactConfirmed.kind, FactReturned.kind})
_FIGURES = frozenset(
    {
        registered.IndicatorsStated.kind,
        registered.IndicatorsChanged.kind,
        registered.IndicatorsConfirmed.kind,
        registered.IndicatorsReturned.kind,
    }
)
_PROFILE = {
    registered.EnterpriseChanged.kind: "企业信息",
    registered.TitleGranted.kind: "资质称号",
    registered.TitleRemoved.kind: "资质称号",
    registered.ProjectCreated.kind: "项目",
    registered.ProjectStageReached.kind: "项目",
    registered.ProjectInvestmentStated.kind: "项目投资",
}
_RULES = frozenset({ConditionPublished.kind, ConditionWithdrawn.kind})
KINDS = _STATED | _FIGURES | frozenset(_PROFILE) | _RULES  # what the subscriber is handed


def handle(events: Sequence[JournalEvent]) -> None:
    """The subscriber's handler."""
    follow(events, now=timezone.now())


def follow(events: Sequence[JournalEvent], *, now: datetime) -> None:
    """Bring the running month in line with what these events tell."""
    month = newest_month()
    if month is None:
        return
    there = sheets_of(month)
    # what was told well before the lists were made was known to them: years that were loaded
    known = min(sheet.made_at for sheet in there.values()) - MARGIN
    told: dict[int, list[dict[str, str]]] = defaultdict(list)
    codes = set()
    for event in events:
        if event.kind in _RULES and event.payload["of_kind"] == KIND:
            codes.add(event.payload["code"])
        fact = _fact_of(event) if event.at >= known else None
        if fact is not None and event.enterprise_id and fact not in told[event.enterprise_id]:
            told[event.enterprise_id].append(fact)
    if codes:
        _rules(sorted(codes), month, now)
    if told:
        live = Enterprise.objects.filter(pk__in=told, merged_into=None)
        ids = sorted(live.values_list("pk", flat=True))
        cause = Cause(operations.FACTS, {pk: told[pk] for pk in ids})
        operations.entries_follow(enterprises=ids, cause=cause, actor=SYSTEM, at=now)


def _rules(codes: list[str], month: date, now: datetime) -> None:
    """A rule that holds by now makes its list afresh; one of a later day waits for the night."""
    numbers = operations.versions_in_force(timezone.localdate(now))
    there = sheets_of(month)
    stale = [
        code
        for code in codes
        if code in CODES and code in there and numbers.get(code) != there[code].version_id
    ]
    if stale:
        operations.lists_make(month=month, actor=SYSTEM, at=now, codes=stale, cause=operations.RULE)


def _fact_of(event: JournalEvent) -> dict[str, str] | None:
    payload = event.payload
    if event.kind in _STATED and payload["field"] != AS_OF:
        return {
            "field": payload["field"],
            "label": payload["label"],
            "value": payload.get("value", ""),
            "unit": payload.get("unit", ""),
        }
    if event.kind in _FIGURES:
        return {"field": "", "label": f"{payload['month'][:7]} 月度指标", "value": "", "unit": ""}
    if event.kind in _PROFILE:
        return {"field": "", "label": _PROFILE[event.kind], "value": "", "unit": ""}
    return None
