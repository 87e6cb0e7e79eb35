"""The rules as a list says them: by kind, with what holds, what waits and for whom."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation.actors import Actor

from . import kinds, queries, words
from .kinds import Kind
from .models import OPEN, Condition, ConditionVersion, State

__all__ = ["OPEN", "Group", "Line", "Told", "groups_of", "is_coming", "told"]


@dataclass(frozen=True, slots=True)
class Line:
    """A rule in the list. `waits` is being written or waits to be confirmed."""

    condition: Condition
    holds: ConditionVersion | None
    coming: ConditionVersion | None
    waits: ConditionVersion | None
    waits_for: str
    waits_for_reader: bool


@dataclass(frozen=True, slots=True)
class Group:
    kind: Kind
    may_add: bool
    lines: list[Line] = field(default_factory=list)


def groups_of(actor: Actor, today: date) -> list[Group]:
    """Every kind with its rules. Two queries, however many rules there are."""
    found = {
        kind.code: Group(kind, may_add=kind.is_open and kind.drafts(actor))
        for kind in kinds.defined()
    }
    versions: dict[int, list[ConditionVersion]] = {}
    for row in queries.standing_versions(today):
        versions.setdefault(row.condition_id, []).append(row)
    for condition in queries.conditions_visible_to(actor).order_by("kind", "id"):
        found[condition.kind].lines.append(
            _line(condition, versions.get(condition.pk, []), actor, today)
        )
    return [group for group in found.values() if group.lines or group.may_add]


def _line(condition: Condition, rows: list[ConditionVersion], actor: Actor, today: date) -> Line:
    waits = next((row for row in rows if row.state in OPEN), None)
    coming = sorted((row for row in rows if is_coming(row, today)), key=lambda row: row.valid_from)
    kind = kinds.find(condition.kind)
    is_submitted = waits is not None and waits.state == State.SUBMITTED
    return Line(
        condition=condition,
        holds=next((row for row in rows if row.holds_on(today)), None),
        coming=coming[0] if coming else None,
        waits=waits,
        waits_for=str(kind.confirmers if is_submitted else kind.drafters) if waits else "",
        waits_for_reader=bool(is_submitted and queries.may_confirm(waits, actor)),
    )


def is_coming(row: ConditionVersion, today: date) -> bool:
    return row.state == State.PUBLISHED and row.valid_from > today


@dataclass(frozen=True, slots=True)
class Told:
    """A version with who wrote it and who decided, by name, and how it stands today."""

    version: ConditionVersion
    standing: str
    is_holding: bool
    drafted_by: str
    decided_by: str
    decided: str  # what that one did


def told(rows: Iterable[ConditionVersion], today: date) -> list[Told]:
    """Each version in words; people are named as they are called now."""
    names: dict[int, str] = {}
    at = timezone.make_aware(datetime.combine(today, time()))

    def name(row: ConditionVersion, part: str) -> str:
        account = getattr(row, part)
        if account is None:
            return ""
        if account.pk not in names:
            names[account.pk] = words.name_of(account, at)
        return names[account.pk]

    return [
        Told(
            version=row,
            standing=_standing(row, today),
            is_holding=row.holds_on(today),
            drafted_by=_("随平台提供") if row.is_shipped else name(row, "drafted_by"),
            # what was sent back once and handed in again waits for another decision
            decided_by=name(row, "decided_by") if row.state in words.DECIDED else "",
            decided=str(words.DECIDED.get(row.state, "")),
        )
        for row in rows
    ]


def _standing(row: ConditionVersion, today: date) -> str:
    if row.state != State.PUBLISHED:
        return str(row.get_state_display())
    if row.holds_on(today):
        return _("现行")
    return _("未到执行日") if row.valid_from > today else _("已被替代")
