"""What the operations share: who may, whether it fits the state, whether it could be published."""

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.domain.rules import Rule, RuleError
from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.journal import Audience, Event
from yuanqi.foundation.writer import DIRECT

from . import kinds, trying, words
from .kinds import Kind
from .models import OPEN, Condition, ConditionVersion, State
from .queries import condition_visible, kind_of, may_confirm, version_numbered

_AHEAD = timedelta(days=3 * 366)  # a day further off is a slip of the pen
LONGEST_REASON = 200


def kind_coded(code: str) -> Kind:
    try:
        return kinds.find(code)
    except LookupError:
        raise NotVisible(code)


def opened(condition_id: int, actor: Actor) -> Condition:
    """The condition, locked, if the actor sees it. Raises NotVisible."""
    condition = condition_visible(condition_id, actor)
    journal.lock(condition.stream)
    return condition


def require_drafter(kind: Kind, actor: Actor) -> None:
    if not kind.drafts(actor):
        raise NotAllowed(_("这一类规则由%(who)s起草。") % {"who": kind.drafters})


def account_of(actor: Actor) -> list[int]:
    return [] if actor.account_id is None else [actor.account_id]


def require_submitted(row: ConditionVersion) -> None:
    if row.state == State.SUBMITTED:
        return
    if row.state in OPEN:
        raise Conflict(_("第 %(number)s 版还没有提交，或已经收回。") % {"number": row.number})
    raise Conflict(
        _("第 %(number)s 版已由%(who)s于 %(at)s %(what)s。")
        % {
            **words.who_and_when(row.decided_by, row.decided_at),
            "number": row.number,
            "what": words.DECIDED[row.state],
        }
    )


def to_confirm(
    condition_id: int, number: int, revision: int, actor: Actor
) -> tuple[Condition, ConditionVersion]:
    """What the actor is to decide on, as he read it. Raises NotVisible, NotAllowed, Conflict."""
    condition = opened(condition_id, actor)
    kind = kind_of(condition)
    row = version_numbered(condition, number)
    if not kind.confirms(actor):
        raise NotAllowed(_("这一类规则由%(who)s确认。") % {"who": kind.confirmers})
    require_submitted(row)
    if not may_confirm(row, actor):
        raise NotAllowed(_("您参与过起草，这一版要由另一个人确认。"))
    if row.revision != revision:
        raise Conflict(_("提交的内容刚改过。请看最新的，再决定一次。"))
    return condition, row


def require_publishable(condition: Condition, row: ConditionVersion, at: datetime) -> None:
    """Raise Invalid unless the version could hold from its day on."""
    if row.valid_from is None:
        raise Invalid(_("请选从哪天起执行。"), "valid_from")
    today = timezone.localdate(at)
    if row.valid_from < today:
        raise Invalid(_("生效日期不能早于今天：以前按以前的规则算。"), "valid_from")
    if row.valid_from > today + _AHEAD:
        raise Invalid(_("生效日期最远三年以后，请核对年份。"), "valid_from")
    same = [one for one in published_of(condition) if one.valid_from == row.valid_from]
    if same:
        raise Invalid(
            _("从 %(day)s 起已经发布了第 %(number)s 版，同一天不能再发一版。请另选一天。")
            % {"day": row.valid_from.isoformat(), "number": same[0].number},
            "valid_from",
        )
    schema = kind_of(condition).schema()
    try:
        rule = Rule.parse(row.text, schema)
    except RuleError as error:
        raise Invalid(words.said(error, row.text), "text")
    failed = trying.failed(rule, row.cases)
    if failed:
        raise Invalid(
            _("用例没有通过：%(places)s。")
            % {"places": _("、").join(str(one.place) for one in failed)},
            "cases",
        )


def published_of(condition: Condition) -> list[ConditionVersion]:
    return list(
        ConditionVersion.objects.filter(condition=condition, state=State.PUBLISHED).order_by(
            "valid_from"
        )
    )


def last_day(row: ConditionVersion, next_from: date | None) -> date | None:
    """The last day of a version: as it was planned, or before the next one's first."""
    days = [row.planned_to] if row.planned_to else []
    if next_from is not None:
        days.append(next_from - timedelta(days=1))
    return min(days, default=None)


def end_before(row: ConditionVersion, next_from: date | None) -> None:
    DIRECT.update(row, valid_to=last_day(row, next_from))


def reason_of(text: str) -> str:
    text = text.strip()
    if not text:
        raise Invalid(_("请写明原因。"), "reason")
    if len(text) > LONGEST_REASON or "\0" in text:
        raise Invalid(_("最多 %(most)s 个字。") % {"most": LONGEST_REASON}, "reason")
    return text


def record(condition: Condition, event: Event, actor: Actor, at: datetime) -> None:
    DIRECT.record(event, stream=condition.stream, audience=Audience.STAFF, actor=actor, at=at)
