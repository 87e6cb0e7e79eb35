"""Deciding on a version: the second person confirms it or sends it back."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.digests import sha256_of
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed
from yuanqi.foundation.writer import DIRECT

from .. import words
from ..checks import (
    end_before,
    last_day,
    opened,
    published_of,
    reason_of,
    record,
    require_drafter,
    require_publishable,
    to_confirm,
)
from ..events import ConditionPublished, ConditionSentBack, ConditionWithdrawn
from ..models import State
from ..queries import kind_of, version_numbered


@transaction.atomic
def version_send_back(
    *, condition_id: int, number: int, revision: int, reason: str, actor: Actor, at: datetime
) -> None:
    """Don't confirm it, and say why; who drafts goes on from there.

    Raises NotVisible, NotAllowed, Invalid, Conflict.
    """
    condition, row = to_confirm(condition_id, number, revision, actor)
    reason = reason_of(reason)
    DIRECT.update(
        row,
        state=State.SENT_BACK,
        submitted_at=None,
        decided_by_id=actor.account_id,
        decided_at=at,
        decision_reason=reason,
    )
    record(
        condition,
        ConditionSentBack(condition_id=condition.pk, number=row.number, reason=reason),
        actor,
        at,
    )


@transaction.atomic
def version_publish(
    *, condition_id: int, number: int, revision: int, actor: Actor, at: datetime
) -> None:
    """Confirm a version as the second person: it holds from its day, the one before ends.

    `revision` is that which was read. Raises NotVisible, NotAllowed; Conflict if it can't be
    published (any more).
    """
    condition, row = to_confirm(condition_id, number, revision, actor)
    try:
        require_publishable(condition, row, at)
    except Invalid as refused:
        raise Conflict(
            _("%(why)s请退回修改。") % {"why": refused.message}
        )  # what was right when it was submitted may not be so today
    published = published_of(condition)
    before = [one for one in published if one.valid_from < row.valid_from]
    after = [one for one in published if one.valid_from > row.valid_from]
    next_from = after[0].valid_from if after else None
    if before:
        end_before(before[-1], row.valid_from)
    DIRECT.update(
        row,
        state=State.PUBLISHED,
        valid_to=last_day(row, next_from),
        decided_by_id=actor.account_id,
        decided_at=at,
        decision_reason="",
    )
    record(
        condition,
        ConditionPublished(
            condition_id=condition.pk,
            of_kind=condition.kind,
            code=condition.code,
            number=row.number,
            text_sha256=sha256_of(row.text),
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        ),
        actor,
        at,
    )


@transaction.atomic
def version_withdraw(
    *, condition_id: int, number: int, reason: str, actor: Actor, at: datetime
) -> None:
    """Give up a draft, or take back a published version whose day hasn't come.

    Who drafts gives up drafts, who confirms takes back; then the version before goes on. Raises
    NotVisible, NotAllowed, Invalid; Conflict for what holds already or is withdrawn.
    """
    condition = opened(condition_id, actor)
    kind = kind_of(condition)
    row = version_numbered(condition, number)
    was_published = row.state == State.PUBLISHED
    if was_published and not kind.confirms(actor):
        raise NotAllowed(_("已发布的版本由%(who)s撤回。") % {"who": kind.confirmers})
    if not was_published:
        require_drafter(kind, actor)
    if row.state == State.WITHDRAWN:
        raise Conflict(
            _("第 %(number)s 版已由%(who)s于 %(at)s 撤回。")
            % {**words.who_and_when(row.decided_by, row.decided_at), "number": row.number}
        )
    if was_published and row.valid_from <= timezone.localdate(at):
        raise Conflict(_("这一版已经生效，不能撤回。要改，请从今天或以后的一天起另发一版。"))
    reason = reason_of(reason)
    DIRECT.update(
        row,
        state=State.WITHDRAWN,
        decided_by_id=actor.account_id,
        decided_at=at,
        decision_reason=reason,
    )
    if was_published:
        published = published_of(condition)
        before = [one for one in published if one.valid_from < row.valid_from]
        after = [one for one in published if one.valid_from > row.valid_from]
        if before:
            end_before(before[-1], after[0].valid_from if after else None)
    record(
        condition,
        ConditionWithdrawn(
            condition_id=condition.pk,
            of_kind=condition.kind,
            code=condition.code,
            number=row.number,
            reason=reason,
            was_published=was_published,
        ),
        actor,
        at,
    )
