"""Staff confirm an entry, or overrule it with a reason until a day."""

from calendar import monthrange
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.conditions.models import ConditionVersion
from yuanqi.domain.rules import Rule, RuleError
from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.writer import DIRECT
from yuanqi.registry import facts
from yuanqi.registry.queries import enterprise_visible

from ..events import EntryConfirmed, EntryOverruled
from ..judging import ENTERPRISE, figures_for, move_of
from ..models import Entry, Ruling, Sheet
from ..queries import condition_of, entry_visible, may_rule, newest_month, require_watcher
from .making import LISTS, recount

LONGEST_DAYS = 366


def month_end(month: date) -> date:
    """The last day of a month."""
    return month.replace(day=monthrange(month.year, month.month)[1])


@transaction.atomic
def entry_confirm(*, entry_id: int, revision: int, actor: Actor, at: datetime) -> Entry:
    """Confirm that an enterprise is rightly on the list.

    Raises NotVisible, NotAllowed; Conflict if it has changed since it was shown, is past, or isn't
    on the list.
    """
    entry = _opened(entry_id, revision, actor)
    if not entry.is_on:
        raise Conflict(_("它现在不在清单上，没有可以确认的。"))
    DIRECT.update(
        entry, ruling=entry.ruling or Ruling.CONFIRMED, ruled_by_id=actor.account_id,
        ruled_at=at, revision=entry.revision + 1,
    )  # fmt: skip
    event = EntryConfirmed(
        enterprise_id=entry.enterprise_id,
        code=entry.sheet.condition.code,
        month=entry.sheet.month,
    )
    _tell(event, entry.enterprise_id, Audience.STAFF, actor, at)
    return entry


@transaction.atomic
def entry_overrule(
    *,
    enterprise_id: int,
    code: str,
    revision: int,
    is_on: bool,
    reason: str,
    until: date | None,
    actor: Actor,
    at: datetime,
) -> Entry:
    """Keep an enterprise on a list that its figures don't put it on, or off one that they do.

    It holds until the month ends, or until a day that is named. `revision` is the entry's as it
    was shown, -1 where there was none. Raises NotVisible, NotAllowed, Invalid, Conflict.
    """
    require_watcher(actor)
    if not may_rule(actor):
        raise NotAllowed(_("清单由服务中心或分管领导确认。"))
    enterprise = enterprise_visible(enterprise_id, actor)
    condition = condition_of(code)
    reason = reason.strip()
    if not reason:
        raise Invalid(_("请写下理由，企业和以后的同事都要看得懂。"), "reason")
    journal.lock(LISTS)
    month = newest_month()
    sheet = Sheet.objects.filter(condition=condition, month=month).first()
    if sheet is None:
        raise Conflict(_("这份清单还没有算过。"))
    today = timezone.localdate(at)
    last = until or max(month_end(sheet.month), today)
    if not today <= last <= today.replace(year=today.year + 1, day=1):
        raise Invalid(_("请选今天以后、一年以内的日子。"), "until")
    entry = (
        Entry.objects.select_related("sheet__condition")
        .filter(sheet=sheet, enterprise=enterprise)
        .first()
    )
    if (entry.revision if entry else -1) != revision:
        raise _changed()
    if (entry.is_on if entry else False) == is_on:
        raise Conflict(_("它已经在清单上。") if is_on else _("它已经不在清单上。"))
    told = {
        "is_on": is_on,
        "move": move_of(entry.was_on if entry else False, is_on),
        "ruling": Ruling.ON if is_on else Ruling.OFF,
        "reason": reason,
        "until": last,
        "ruled_by_id": actor.account_id,
        "ruled_at": at,
        "because": {"cause": "ruling", "at": at.isoformat()},
    }
    if entry is None:
        verdict, figures = _judged(sheet.version, enterprise.pk, today)
        entry = DIRECT.insert(
            Entry(sheet=sheet, enterprise=enterprise, verdict=verdict, figures=figures, **told)
        )
    else:
        DIRECT.update(entry, revision=entry.revision + 1, **told)
    recount(sheet)
    event = EntryOverruled(
        enterprise_id=enterprise.pk, code=code, month=sheet.month, is_on=is_on, reason=reason,
        until=last,
    )  # fmt: skip
    _tell(event, enterprise.pk, Audience.ENTERPRISE, actor, at)
    return entry


def _opened(entry_id: int, revision: int, actor: Actor) -> Entry:
    require_watcher(actor)
    entry_visible(entry_id, actor)
    if not may_rule(actor):
        raise NotAllowed(_("清单由服务中心或分管领导确认。"))
    journal.lock(LISTS)
    entry = entry_visible(entry_id, actor)
    if entry.sheet.month != newest_month():
        raise Conflict(_("这是以前月份的清单，不能再改。"))
    if entry.revision != revision or entry.ruling == Ruling.CONFIRMED:
        raise _changed()
    return entry


def _changed() -> Conflict:
    return Conflict(_("您打开这一页以后，这家企业的情况已经变了，请看过再定。"))


def _judged(
    version: ConditionVersion, enterprise_id: int, on: date
) -> tuple[bool | None, dict[str, object]]:
    """The rule's own word on an enterprise that nobody had an entry of, with its figures."""
    try:
        rule = Rule.parse(version.text, facts.schema())
    except RuleError:
        return None, {}
    known = facts.facts_of(enterprise_id, on)
    names = [one.name for one in rule.fields]
    return rule.evaluate(known), figures_for(rule, {name: known.get(name) for name in names})


def _tell(
    event: EntryConfirmed | EntryOverruled,
    enterprise_id: int,
    audience: Audience,
    actor: Actor,
    at: datetime,
) -> None:
    DIRECT.record(
        event, stream=f"{ENTERPRISE}:{enterprise_id}", audience=audience, actor=actor, at=at,
        enterprise_id=enterprise_id,
    )  # fmt: skip
