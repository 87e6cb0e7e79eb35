"""The table of limits as a park edits it: a rule from a day on, the one before it kept.

A case keeps the limits of the day it was raised, so a change begins tomorrow at the earliest: what
was raised today was raised under today's. The rows of the past stay, closed the day before.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.domain.clock import Limit
from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.writer import DIRECT

from .definition import LEVELLED_PURPOSES, LEVELS, OPTIONAL_PURPOSES, PURPOSES, most_exact
from .events import LimitChanged, LimitWithdrawn
from .models import Case, CaseState, LimitRule, Mechanism

_AHEAD = timedelta(days=3 * 366)  # a day further off is a slip of the pen
_LARGEST = Decimal(9999)
_LONGEST = 200
Key = tuple[str, str, str]  # purpose, level, category


@dataclass(frozen=True, slots=True)
class Standing:
    """What limits one thing: the rule that holds on a day, and those to come."""

    key: Key
    holds: LimitRule | None
    coming: tuple[LimitRule, ...]


def rules_of(mechanism: Mechanism, on: date) -> list[Standing]:
    """All rules in force on a day or later, by purpose, level and category."""
    found: dict[Key, list[LimitRule]] = {}
    rows = LimitRule.objects.filter(mechanism=mechanism).filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=on)
    )
    for row in rows.order_by("valid_from"):
        found.setdefault(key_of(row), []).append(row)
    order = {purpose: place for place, purpose in enumerate(PURPOSES)}
    return [
        Standing(
            key,
            next((row for row in rows if row.valid_from <= on), None),
            tuple(row for row in rows if row.valid_from > on),
        )
        for key, rows in sorted(found.items(), key=lambda item: (order[item[0][0]], item[0][1:]))
    ]


def history_of(mechanism: Mechanism, key: Key) -> list[LimitRule]:
    """Every rule that ever stood for this, the latest first."""
    purpose, level, category = key
    rows = LimitRule.objects.filter(
        mechanism=mechanism, purpose=purpose, level=level, category=category
    )
    return list(rows.order_by("-valid_from"))


def key_of(rule: LimitRule) -> Key:
    return (rule.purpose, rule.level, rule.category)


def open_cases_of(mechanism: Mechanism, level: str, category: str) -> QuerySet[Case]:
    """The open cases that such a rule would be for, were they raised anew: they keep theirs."""
    cases = Case.objects.filter(mechanism_version__mechanism=mechanism).exclude(
        state=CaseState.CLOSED
    )
    if level:
        cases = cases.filter(level=level)
    return cases.filter(category=category) if category else cases


@transaction.atomic
def limit_change(
    *,
    mechanism: str,
    purpose: str,
    level: str = "",
    category: str = "",
    limit: Limit | None,
    source: str,
    valid_from: date,
    reason: str,
    actor: Actor,
    at: datetime,
) -> LimitRule | None:
    """Let another limit hold from a day on, tomorrow at the earliest; None ends the exception.

    It holds until the next rule already planned. Raises NotVisible for an unknown mechanism,
    NotAllowed, Invalid; Conflict if that day has a rule already, or nothing would change.
    """
    _require_system(actor)
    row = Mechanism.objects.filter(code=mechanism).first()
    if row is None:
        raise NotVisible(mechanism)
    source, reason = source.strip(), reason.strip()
    _check(purpose, level, category, limit, source, reason, valid_from, timezone.localdate(at))
    stream = f"mechanism:{mechanism}"
    journal.lock(stream)  # publishing a definition locks it too
    key = (purpose, level, category)
    standing = list(
        LimitRule.objects.filter(
            mechanism=row, purpose=purpose, level=level, category=category
        ).order_by("valid_from")
    )
    if any(rule.valid_from == valid_from for rule in standing):
        raise Conflict(_("那一天已经有一条新的时限在等生效。要改，请先撤回那一条。"))
    before = _holding(standing, valid_from)
    following = next((rule for rule in standing if rule.valid_from > valid_from), None)
    if limit is None and before is None:
        raise Conflict(_("那一天本来就没有这条例外，不用取消。"))
    if (
        limit is not None
        and before is not None
        and (before.limit, before.source) == (limit, source)
    ):
        raise Conflict(_("那一天本来就是这个时限，不用再改。"))
    if before is not None:
        DIRECT.update(before, valid_until=valid_from)
    made = None
    if limit is not None:
        made = DIRECT.insert(
            LimitRule(
                mechanism=row,
                purpose=purpose,
                level=level,
                category=category,
                amount=limit.amount,
                base=str(limit.base),
                source=source,
                valid_from=valid_from,
                valid_until=following.valid_from if following else None,
            )
        )
    _refuse_contradictions(row, valid_from, key)
    journal.record(
        LimitChanged(
            code=mechanism,
            purpose=purpose,
            level=level,
            category=category,
            old=str(before.limit) if before else "",
            new=str(limit) if limit else "",
            source=source,
            valid_from=valid_from,
            reason=reason,
        ),
        stream=stream,
        audience=Audience.STAFF,
        actor=actor,
        at=at,
    )
    return made


@transaction.atomic
def limit_withdraw(*, rule_id: int, reason: str, actor: Actor, at: datetime) -> None:
    """Take back a rule whose day hasn't come: the one before it goes on.

    Raises NotVisible, NotAllowed, Invalid; Conflict if it holds already.
    """
    _require_system(actor)
    rule = LimitRule.objects.select_related("mechanism").filter(pk=rule_id).first()
    if rule is None:
        raise NotVisible(rule_id)
    reason = reason.strip()
    if not reason or len(reason) > _LONGEST:
        raise Invalid(_("请写明为什么撤回。"), "reason")
    stream = f"mechanism:{rule.mechanism.code}"
    journal.lock(stream)
    if not LimitRule.objects.filter(pk=rule_id).exists():
        raise Conflict(_("这一条已经撤回。"))
    if rule.valid_from <= timezone.localdate(at):
        raise Conflict(_("这一条已经生效，不能撤回。要改，请从以后的一天起另定。"))
    rule.refresh_from_db()
    before = LimitRule.objects.filter(
        mechanism=rule.mechanism,
        purpose=rule.purpose,
        level=rule.level,
        category=rule.category,
        valid_until=rule.valid_from,
    ).first()
    until, key = rule.valid_until, key_of(rule)
    rule.delete()
    if before is not None:
        DIRECT.update(before, valid_until=until)
    _refuse_contradictions(rule.mechanism, rule.valid_from, key)
    journal.record(
        LimitWithdrawn(
            code=rule.mechanism.code,
            purpose=rule.purpose,
            level=rule.level,
            category=rule.category,
            withdrawn=str(rule.limit),
            holds=str(before.limit) if before else "",
            valid_from=rule.valid_from,
            reason=reason,
        ),
        stream=stream,
        audience=Audience.STAFF,
        actor=actor,
        at=at,
    )


def _require_system(actor: Actor) -> None:
    if not actor.has(Role.SYSTEM_ADMIN):
        raise NotAllowed(_("办理时限由系统管理员维护。"))


def _check(
    purpose: str,
    level: str,
    category: str,
    limit: Limit | None,
    source: str,
    reason: str,
    valid_from: date,
    today: date,
) -> None:
    if purpose not in PURPOSES or level not in ("", *LEVELS):
        raise Invalid(_("请从列出的时限里选。"), "purpose")
    if purpose not in LEVELLED_PURPOSES and (level or category):
        raise Invalid(_("这种时限不分等级和类别。"), "level")
    if limit is None and not category and purpose not in OPTIONAL_PURPOSES:
        raise Invalid(_("这条时限必须有，只能改，不能取消。"), "limit")
    if limit is not None and limit.amount > _LARGEST:
        raise Invalid(_("这个时限太长了。"), "amount")
    if limit is not None and limit.amount != round(limit.amount, 1):
        raise Invalid(_("小数点后最多一位。"), "amount")
    if not source or len(source) > _LONGEST:
        raise Invalid(_("请写明依据，最多 200 个字。"), "source")
    if not reason or len(reason) > _LONGEST:
        raise Invalid(_("请写明为什么改，最多 200 个字。"), "reason")
    if valid_from <= today:
        raise Invalid(_("最早从明天起生效：今天提出的诉求仍按今天的时限。"), "valid_from")
    if valid_from > today + _AHEAD:
        raise Invalid(_("生效日期最远三年以后，请核对年份。"), "valid_from")


def _holding(rules: Iterable[LimitRule], day: date) -> LimitRule | None:
    for rule in rules:
        if rule.valid_from <= day and (rule.valid_until is None or rule.valid_until > day):
            return rule
    return None


def _refuse_contradictions(mechanism: Mechanism, day: date, key: Key) -> None:
    """An extension is counted as the limit that it extends: on this day and at each later change.

    Only what the change touches is looked at: a contradiction elsewhere isn't its fault.
    """
    if key[0] not in ("resolve", "extension"):
        return
    rows = list(
        LimitRule.objects.filter(mechanism=mechanism, purpose__in=["resolve", "extension"]).filter(
            Q(valid_until__isnull=True) | Q(valid_until__gt=day)
        )
    )
    for on in sorted({day, *(row.valid_from for row in rows if row.valid_from > day)}):
        bases = {
            key_of(row): row.base
            for row in rows
            if row.valid_from <= on and (row.valid_until is None or row.valid_until > on)
        }
        for (purpose, level, category), base in bases.items():
            if purpose != "resolve":
                continue
            name = next((n for n in most_exact("extension", level, category) if n in bases), None)
            if (
                name is not None
                and bases[name] != base
                and key in ((purpose, level, category), name)
            ):
                raise Invalid(
                    _("办结和延期要用同一种单位：%(level)s %(category)s 的另一条用的是别的单位。")
                    % {"level": level, "category": category},
                    "base",
                )
