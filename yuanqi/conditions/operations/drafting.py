"""Writing a version: what somebody has in mind until another confirms it."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.digests import sha256_of
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed
from yuanqi.foundation.writer import DIRECT, conflict_if_taken
from yuanqi.registry.seen import ChangedMeanwhile

from .. import words
from ..checks import (
    LONGEST_REASON,
    account_of,
    kind_coded,
    opened,
    record,
    require_drafter,
    require_publishable,
    require_submitted,
)
from ..drafts import Draft, unified
from ..events import (
    ConditionAdded,
    ConditionChanged,
    ConditionDrafted,
    ConditionSubmitted,
    ConditionTakenBack,
)
from ..models import Condition, ConditionVersion, State
from ..queries import kind_of, open_version, version_numbered


@transaction.atomic
def condition_add(
    *,
    kind: str,
    code: str,
    name: str,
    name_en: str = "",
    owner_id: int | None = None,
    actor: Actor,
    at: datetime,
) -> Condition:
    """Begin a rule of the park's own; it says nothing until a version is published.

    Raises NotAllowed, NotVisible for an unknown kind; Conflict for a code that is taken; Invalid.
    """
    found = kind_coded(kind)
    if actor.side is not Side.SYSTEM:
        require_drafter(found, actor)
        if not found.is_open:
            raise NotAllowed(_("这一类规则随平台提供，只能修改，不能新增。"))
    if not name.strip():
        raise Invalid(_("请给规则起个名称。"), "name")
    with conflict_if_taken(_("这一类里已有代码“%(code)s”的规则。") % {"code": code}):
        row = DIRECT.insert(
            Condition(
                kind=kind,
                code=code,
                name=name.strip(),
                name_en=name_en.strip(),
                subject=found.subject,
                owner_id=owner_id,
            )
        )
    record(row, ConditionAdded(condition_id=row.pk, of_kind=kind, code=code), actor, at)
    return row


@transaction.atomic
def draft_save(
    *,
    condition_id: int,
    draft: Draft,
    number: int | None = None,
    seen: Mapping[str, str] | None = None,
    actor: Actor,
    at: datetime,
) -> ConditionVersion:
    """Write down a version that isn't published yet: the open one, else a new one.

    A draft may still be wrong. `number` is the open version that the form was shown with, None if
    there was none; `seen` what it was shown with (`Draft.said`). Raises NotVisible, NotAllowed,
    Invalid; ChangedMeanwhile if somebody else has changed it, Conflict if it can't be written any
    more.
    """
    condition = opened(condition_id, actor)
    require_drafter(kind_of(condition), actor)
    draft = _tidied(draft)
    row = open_version(condition.pk)
    if row is None:
        _require_not_decided(condition, number)
        return _begun(condition, draft, actor, at)
    if row.state == State.SUBMITTED:
        raise Conflict(
            _("第 %(number)s 版已由%(who)s于 %(at)s 提交，正在等确认。要改，请先收回。")
            % {**words.who_and_when(row.drafted_by, row.submitted_at), "number": row.number}
        )
    before = Draft.of(row).said
    changed = {name: value for name, value in draft.said.items() if before[name] != value}
    if seen is not None:
        _require_as_seen(row, before, seen, draft.said)
    if changed:
        DIRECT.update(
            row,
            **draft.values,
            state=State.DRAFT,
            revision=row.revision + 1,
            written_by=sorted({*row.written_by, *account_of(actor)}),
            drafted_by_id=actor.account_id,
            drafted_at=at,
        )
        record(
            condition,
            ConditionChanged(
                condition_id=condition.pk,
                number=row.number,
                fields=tuple(sorted(changed)),
                text_sha256=sha256_of(row.text),
            ),
            actor,
            at,
        )
    return row


@transaction.atomic
def draft_submit(
    *,
    condition_id: int,
    draft: Draft,
    number: int | None = None,
    seen: Mapping[str, str] | None = None,
    actor: Actor,
    at: datetime,
) -> ConditionVersion:
    """Write a version down and hand it to who confirms it.

    Raises what `draft_save` raises, and Invalid where it couldn't be published: a text that is no
    rule, a case that fails, a day before today, no reason or source.
    """
    row = draft_save(
        condition_id=condition_id, draft=draft, number=number, seen=seen, actor=actor, at=at
    )
    condition = row.condition
    if not row.reason:
        raise Invalid(_("请写明为什么改。"), "reason")
    if not row.source:
        raise Invalid(_("请写明依据哪个文件、哪一条。"), "source")
    require_publishable(condition, row, at)
    # who hands it in vouches for it too, and can't be the second person
    written_by = sorted({*row.written_by, *account_of(actor)})
    DIRECT.update(row, state=State.SUBMITTED, submitted_at=at, written_by=written_by)
    record(
        condition,
        ConditionSubmitted(
            condition_id=condition.pk,
            number=row.number,
            text_sha256=sha256_of(row.text),
            valid_from=row.valid_from,
        ),
        actor,
        at,
    )
    return row


@transaction.atomic
def version_take_back(*, condition_id: int, number: int, actor: Actor, at: datetime) -> None:
    """Go on writing what was submitted. Raises NotVisible, NotAllowed, Conflict."""
    condition = opened(condition_id, actor)
    require_drafter(kind_of(condition), actor)
    row = version_numbered(condition, number)
    require_submitted(row)
    DIRECT.update(row, state=State.DRAFT, submitted_at=None)
    record(
        condition, ConditionTakenBack(condition_id=condition.pk, number=row.number), actor, at
    )  # fmt: skip


def _tidied(draft: Draft) -> Draft:
    """The draft as it is kept. Raises Invalid for what no row holds."""
    made = Draft(
        text=unified(draft.text),
        valid_from=draft.valid_from,
        planned_to=draft.planned_to,
        source=draft.source.strip(),
        reason=draft.reason.strip(),
        cases=list(draft.cases),
    )
    if len(made.text) > ConditionVersion._meta.get_field("text").max_length:
        raise Invalid(_("规则最多 10000 个字符。"), "text")
    for name in ("text", "source", "reason"):
        if "\0" in getattr(made, name):
            raise Invalid(_("含有不能保存的字符。"), name)
    for name in ("source", "reason"):
        if len(getattr(made, name)) > LONGEST_REASON:
            raise Invalid(_("最多 %(most)s 个字。") % {"most": LONGEST_REASON}, name)
    if made.planned_to and made.valid_from and made.planned_to < made.valid_from:
        raise Invalid(_("截止日期不能早于生效日期。"), "planned_to")
    return made


def _begun(condition: Condition, draft: Draft, actor: Actor, at: datetime) -> ConditionVersion:
    last = ConditionVersion.objects.filter(condition=condition).order_by("-number").first()
    row = DIRECT.insert(
        ConditionVersion(
            condition=condition,
            number=last.number + 1 if last else 1,
            **draft.values,
            written_by=account_of(actor),
            drafted_by_id=actor.account_id,
            drafted_at=at,
        )
    )
    record(
        condition,
        ConditionDrafted(
            condition_id=condition.pk,
            number=row.number,
            text_sha256=sha256_of(row.text),
            valid_from=row.valid_from,
        ),
        actor,
        at,
    )
    return row


def _require_not_decided(condition: Condition, number: int | None) -> None:
    """Raise Conflict if the version that the form was shown with is no draft any more."""
    if number is None:
        return
    row = version_numbered(condition, number)
    raise Conflict(
        _("第 %(number)s 版刚由%(who)s于 %(at)s %(what)s。您写的还在；再保存一次，就另起一版。")
        % {
            **words.who_and_when(row.decided_by, row.decided_at),
            "number": row.number,
            "what": words.DECIDED[row.state],
        }
    )


def _require_as_seen(
    row: ConditionVersion, now: Mapping[str, str], seen: Mapping[str, str], own: Mapping[str, str]
) -> None:
    """Raise ChangedMeanwhile for what somebody else has changed, unless both write the same."""
    differing = {
        name: (seen[name], now[name])
        for name in now
        if name in seen and seen[name] != now[name] and own[name] != now[name]
    }
    if differing:
        raise ChangedMeanwhile(differing)
