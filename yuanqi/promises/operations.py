"""Promises: made, kept, broken, withdrawn, handed over, reminded of."""

import logging
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation import files, journal
from yuanqi.foundation.actors import SYSTEM, Actor
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible, YuanqiError
from yuanqi.foundation.files import Upload
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.spells import GoesOn, always
from yuanqi.foundation.writer import DIRECT
from yuanqi.organisation.models import Officer
from yuanqi.registry.queries import enterprise_visible, linked_officer

from . import acts
from .events import PromiseReminded
from .models import LONGEST, NEAR, Occasion, Promise
from .queries import (
    answers_for,
    is_officer,
    left_behind,
    may_judge,
    may_withdraw,
    open_promises,
    promise_visible,
    watches,
)

log = logging.getLogger(__name__)
FARTHEST = timedelta(days=3 * 366)
SOON, LATE = 1, 2  # what an owner has been told


@transaction.atomic
def promise_make(
    *,
    enterprise_id: int,
    text: str,
    due_on: date,
    occasion: str = Occasion.VISIT,
    officer_id: int | None = None,
    actor: Actor,
    at: datetime,
) -> Promise:
    """Promise an enterprise something by a day, in one's own name.

    The service centre and leaders may name another officer to answer for it, as in a meeting.
    Raises NotVisible, NotAllowed; Invalid for no words, a day that has passed or lies too far, an
    officer who has left; Conflict for an enterprise that was merged into another.
    """
    enterprise = enterprise_visible(enterprise_id, actor)
    if not is_officer(actor):
        raise NotAllowed(_("承诺由园区人员作出。"))
    journal.lock(enterprise.stream)
    enterprise.refresh_from_db()
    if enterprise.merged_into_id is not None:
        raise Conflict(_("这家企业已经并入另一条档案，请到那里登记。"))
    own = Officer.objects.get(pk=actor.officer_id)
    officer = _taker(officer_id) if officer_id not in (None, own.pk) else own
    if officer != own and not watches(actor):
        raise NotAllowed(_("只能以自己的名义承诺；请别人办的，由服务中心登记。"))
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise Invalid(_("请写下答应了什么，300 字以内。"), "text")
    if occasion not in Occasion.values:
        raise Invalid(_("请选在什么场合答应的。"), "occasion")
    today = timezone.localdate(at)
    if not today <= due_on <= today + FARTHEST:
        raise Invalid(_("请选今天以后、三年以内的日子。"), "due_on")
    return acts.promise(
        DIRECT, enterprise=enterprise, text=text, officer=officer, made_by=own, due_on=due_on,
        occasion=occasion, actor=actor, at=at,
    )  # fmt: skip


@transaction.atomic
def promise_keep(
    *, promise_id: int, outcome: str, upload: Upload | None = None, actor: Actor, at: datetime
) -> Promise:
    """Say how a promise was kept, with evidence where there is some.

    Raises NotVisible, NotAllowed, Invalid without words, Conflict if it isn't open any more.
    """
    row = _locked(promise_id, actor)
    if not answers_for(row, actor):
        raise NotAllowed(_("由承诺人或他部门的负责人说明兑现情况。"))
    _require_open(row)
    outcome = _said(outcome, _("请写下怎样兑现的，企业看得到。"), "outcome")
    evidence = {}
    if upload is not None:
        evidence = {"file": files.keep(upload, at), "file_name": upload.name[-160:]}
    acts.promise_keep(DIRECT, row, outcome=outcome, **evidence, actor=actor, at=at)
    return row


@transaction.atomic
def promise_break(*, promise_id: int, reason: str, actor: Actor, at: datetime) -> Promise:
    """Say that a promise wasn't kept and won't be, and why. The enterprise reads it.

    Raises NotVisible, NotAllowed, Invalid without a reason, Conflict if it isn't open any more.
    """
    row = _locked(promise_id, actor)
    if not may_judge(row, actor):
        raise NotAllowed(_("由承诺人、他部门的负责人或服务中心说明。"))
    _require_open(row)
    reason = _said(reason, _("请写明为什么没有兑现，企业看得到。"), "reason")
    acts.promise_break(DIRECT, row, reason=reason, actor=actor, at=at)
    return row


@transaction.atomic
def promise_withdraw(*, promise_id: int, reason: str, actor: Actor, at: datetime) -> Promise:
    """Take a promise back that nobody needs any more; never its owner.

    Raises NotVisible, NotAllowed, Invalid without a reason, Conflict if it isn't open any more.
    """
    row = _locked(promise_id, actor)
    if not may_withdraw(row, actor):
        raise NotAllowed(_("承诺由企业说不需要了，或者由服务中心撤回。"))
    _require_open(row)
    reason = _said(reason, _("请写明为什么不需要了。"), "reason")
    acts.promise_withdraw(DIRECT, row, reason=reason, actor=actor, at=at)
    return row


@transaction.atomic
def promise_hand_over(*, promise_id: int, officer_id: int, actor: Actor, at: datetime) -> Promise:
    """Let another officer answer for a promise; its day stays.

    Raises NotVisible, NotAllowed, Invalid for somebody who has left, Conflict if it isn't open any
    more or he answers for it already.
    """
    row = _locked(promise_id, actor)
    if not may_judge(row, actor):
        raise NotAllowed(_("由承诺人、他部门的负责人或服务中心移交。"))
    _require_open(row)
    officer = _taker(officer_id)
    if officer.pk == row.officer_id:
        raise Conflict(_("这件承诺已经由%(name)s负责。") % {"name": officer.name})
    acts.promise_hand_over(DIRECT, row, officer=officer, actor=actor, at=at)
    return row


@transaction.atomic
def promise_watch(*, promise_id: int, actor: Actor, at: datetime) -> bool:
    """Tell the owner that its day is near, or has passed; once each. False if nothing is to say.

    Raises NotVisible.
    """
    row = _locked(promise_id, actor)
    step = _step(row, timezone.localdate(at))
    if not row.is_open or step <= row.told_step:
        return False
    DIRECT.update(row, told_step=step)
    event = PromiseReminded(
        promise_id=row.pk, enterprise_id=row.enterprise_id, is_late=step == LATE
    )
    acts.tell(DIRECT, event, row, actor=actor, at=at, audience=Audience.STAFF)
    return True


@transaction.atomic
def promise_follow(*, promise_id: int, actor: Actor, at: datetime) -> bool:
    """Give what a former linked officer promised on a visit to the officer who serves now.

    False if nothing is to be done any more. Raises NotVisible.
    """
    row = _locked(promise_id, actor)
    now_serving = linked_officer(row.enterprise, timezone.localdate(at))
    if not row.is_open or now_serving is None or now_serving.pk == row.officer_id:
        return False
    acts.promise_hand_over(DIRECT, row, officer=now_serving, actor=actor, at=at)
    return True


def sweep(*, at: datetime, goes_on: GoesOn = always) -> int:
    """Hand over what former linked officers promised, remind of what is near or late.

    Returns how many were reminded of. One that fails holds up no other.
    """
    today = timezone.localdate(at)
    for promise_id in list(left_behind(today).values_list("pk", flat=True)):
        if not goes_on():
            return 0
        promise_follow(promise_id=promise_id, actor=SYSTEM, at=at)
    due = open_promises().filter(due_on__lte=today + NEAR, told_step__lt=SOON)
    past = open_promises().filter(due_on__lt=today, told_step__lt=LATE)
    said = 0
    ids = [*past.values_list("pk", flat=True), *due.values_list("pk", flat=True)]
    for promise_id in dict.fromkeys(ids):
        if not goes_on():
            break
        try:
            said += promise_watch(promise_id=promise_id, actor=SYSTEM, at=at)
        except YuanqiError as refusal:
            log.warning("promise %d could not be reminded of: %s", promise_id, refusal)
    return said


def _step(row: Promise, today: date) -> int:
    if row.due_on < today:
        return LATE
    return SOON if row.due_on <= today + NEAR else 0


def _locked(promise_id: int, actor: Actor) -> Promise:
    found = promise_visible(promise_id, actor)
    journal.lock(found.stream)
    # what somebody else has done meanwhile
    return promise_visible(promise_id, actor)


def _require_open(row: Promise) -> None:
    if not row.is_open:
        raise Conflict(_("这件承诺刚才已经是“%(state)s”。") % {"state": row.get_state_display()})


def _said(text: str, message: str, field: str) -> str:
    text = text.strip()[:500]
    if not text:
        raise Invalid(message, field)
    return text


def _taker(officer_id: int | None) -> Officer:
    found = Officer.objects.filter(pk=officer_id).first()
    if found is None:
        raise NotVisible(officer_id)
    if not found.is_active:
        raise Invalid(_("这位同事已经离开，请选别人。"), "officer")
    return found
