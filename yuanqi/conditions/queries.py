"""Every read of the rules: what holds on a day, what is being written, who waits for whom."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.db.models.functions import Now, TruncDate

from yuanqi.domain.rules import Rule, RuleError
from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.errors import NotVisible

from . import kinds
from .kinds import Kind
from .models import OPEN, Condition, ConditionVersion, State

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """A condition as it holds on a day: its version, and the rule ready to judge."""

    condition: Condition
    version: ConditionVersion
    rule: Rule


def in_force(kind: str, on: date) -> dict[str, Standing]:
    """What holds on a day, by the conditions' codes, in order of their making. One query.

    A text that the facts of today don't carry any more is left out, and the log says so: a fact
    can't be renamed while rules use it, so this takes a fact taken out of the program.
    """
    schema = kinds.find(kind).schema()
    found = {}
    for version in versions_on(on).filter(condition__kind=kind).order_by("condition_id"):
        try:
            rule = Rule.parse(version.text, schema)
        except RuleError as error:
            log.error("condition %s: %s", version.condition_id, error.message)
            continue
        found[version.condition.code] = Standing(version.condition, version, rule)
    return found


def versions_on(day: date) -> QuerySet[ConditionVersion]:
    """The published versions that hold on a day."""
    return (
        ConditionVersion.objects.filter(state=State.PUBLISHED, valid_from__lte=day)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))
        .select_related("condition")
    )


def conditions_visible_to(actor: Actor) -> QuerySet[Condition]:
    """Officers read every rule; enterprises and administrators meet none here."""
    if actor.side is not Side.SYSTEM and not kinds.is_staff(actor):
        return Condition.objects.none()
    return Condition.objects.filter(kind__in=[kind.code for kind in kinds.defined()])


def condition_visible(condition_id: int, actor: Actor) -> Condition:
    """Raises NotVisible."""
    found = conditions_visible_to(actor).select_related("owner").filter(pk=condition_id).first()
    if found is None:
        raise NotVisible(condition_id)
    return found


def kind_of(condition: Condition) -> Kind:
    return kinds.find(condition.kind)


def open_version(condition_id: int) -> ConditionVersion | None:
    """The one that is being written or waits to be confirmed."""
    return _versions().filter(condition_id=condition_id, state__in=OPEN).first()


def version_on(condition_id: int, day: date) -> ConditionVersion | None:
    """The one that holds on a day."""
    return versions_on(day).filter(condition_id=condition_id).first()


def version_numbered(condition: Condition, number: int) -> ConditionVersion:
    """Raises NotVisible."""
    found = _versions().filter(condition=condition, number=number).first()
    if found is None:
        raise NotVisible(number)
    return found


def history_of(condition: Condition) -> list[ConditionVersion]:
    """All versions, the latest first."""
    return list(_versions().filter(condition=condition).order_by("-number"))


def standing_versions(today: date) -> QuerySet[ConditionVersion]:
    """Of all rules what holds, will hold, or is being written."""
    return (
        _versions()
        .filter(
            Q(state__in=OPEN)
            | Q(state=State.PUBLISHED) & (Q(valid_to__isnull=True) | Q(valid_to__gte=today))
        )
        .order_by("condition_id", "number")
    )


def version_before(version: ConditionVersion) -> ConditionVersion | None:
    """What a version is held against: the published one that holds the day before it begins;
    for one without a day, the published one that begins last."""
    published = _versions().filter(condition_id=version.condition_id, state=State.PUBLISHED)
    if version.valid_from is not None:
        published = published.filter(valid_from__lt=version.valid_from)
    return published.exclude(pk=version.pk).order_by("-valid_from").first()


def keeps_rules(actor: Actor) -> bool:
    """Whether the actor writes or confirms rules of any kind."""
    return any(kind.drafts(actor) or kind.confirms(actor) for kind in kinds.defined())


def may_confirm(version: ConditionVersion, actor: Actor) -> bool:
    """Two persons publish a rule: nobody confirms what he has worked on himself."""
    kind = kinds.find(version.condition.kind)
    return kind.confirms(actor) and actor.account_id not in version.written_by


def texts_in_use() -> Iterable[ConditionVersion]:
    """The texts that hold, will hold, or are being written."""
    return (
        ConditionVersion.objects.exclude(state=State.WITHDRAWN)
        .exclude(state=State.PUBLISHED, valid_to__lt=TruncDate(Now()))
        .select_related("condition")
        .order_by("condition_id", "number")
    )


def _versions() -> QuerySet[ConditionVersion]:
    return ConditionVersion.objects.select_related("condition", "drafted_by", "decided_by")
