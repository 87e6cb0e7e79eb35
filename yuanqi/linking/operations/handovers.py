"""A hand-over: opened as a link follows another's, noted by who leaves, confirmed by who comes.

Who doesn't confirm is reminded once; who still doesn't, the service centre is told of.
"""

import logging
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation import journal
from yuanqi.foundation.actors import SYSTEM, Actor, Side
from yuanqi.foundation.digests import sha256_of
from yuanqi.foundation.errors import Conflict, NotAllowed, YuanqiError
from yuanqi.foundation.journal import Audience, Event
from yuanqi.foundation.spells import GoesOn, always
from yuanqi.foundation.writer import DIRECT
from yuanqi.organisation.calendars import work_calendar
from yuanqi.organisation.queries import current_calendar
from yuanqi.parameters import parameters
from yuanqi.promises import acts as promising
from yuanqi.promises.models import Promise
from yuanqi.promises.queries import open_promises
from yuanqi.registry.models import Link, LinkRole

from ..events import HandoverConfirmed, HandoverNoted, HandoverOpened, HandoverReminded
from ..models import Handover
from ..parameters_defined import HANDOVER_DAYS
from ..queries import handover_visible, may_keep, waiting_on

log = logging.getLogger(__name__)
# a link written down so long after it began is history brought in: nothing is left to hand over
LATE = timedelta(days=31)


@transaction.atomic
def handover_open(*, link_id: int, actor: Actor, at: datetime) -> Handover | None:
    """Open the hand-over that a link brings, if it follows another officer's; once.

    A link whose officer is changed before it has begun is handed over to the new one. Called by
    the subscriber, whoever began the link: a round, the centre on the enterprise's page, the
    leaving of an officer.
    """
    link = Link.objects.select_related("enterprise").filter(pk=link_id).first()
    today = timezone.localdate(at)
    if link is None or (link.until_on is not None and link.until_on <= today):
        return None
    journal.lock(link.enterprise.stream)
    there = Handover.objects.filter(link=link).first()
    if there is not None:
        if there.to_officer_id != link.officer_id and there.confirmed_at is None:
            DIRECT.update(
                there, to_officer_id=link.officer_id, reminded_at=None, centre_told_at=None
            )
            _tell(_opened(there), there, actor, at)
        return there
    before = Link.objects.filter(
        enterprise=link.enterprise_id, role=link.role, until_on=link.from_on
    ).first()
    if before is None or link.from_on < today - LATE:
        return None
    # who passes on what he never confirmed hands over nothing: it still comes from the one before
    untaken = Handover.objects.filter(link=before, confirmed_at=None).first()
    giver = untaken.from_officer_id if untaken else before.officer_id
    if giver == link.officer_id:
        return None
    made = DIRECT.insert(
        Handover(
            link=link, enterprise=link.enterprise, role=link.role, from_on=link.from_on,
            from_officer_id=giver, to_officer_id=link.officer_id,
            note=untaken.note if untaken else "", note_at=untaken.note_at if untaken else None,
        )
    )  # fmt: skip
    _tell(_opened(made), made, actor, at)
    return made


@transaction.atomic
def handover_note(*, handover_id: int, note: str, actor: Actor, at: datetime) -> Handover:
    """Write what the successor should know: by who hands over, or the centre in his place.

    Raises NotVisible, NotAllowed; Conflict once it is confirmed.
    """
    found = handover_visible(handover_id, actor)
    if found.from_officer_id not in actor.officer_ids and not may_keep(actor):
        raise NotAllowed(_("交接说明由移交的干部写。"))
    journal.lock(found.enterprise.stream)
    found.refresh_from_db()
    if found.confirmed_at is not None:
        raise Conflict(_("接手的干部已经确认，不能再改说明。"))
    DIRECT.update(found, note=note.strip(), note_at=at)
    event = HandoverNoted(
        handover_id=found.pk, enterprise_id=found.enterprise_id, note_sha256=sha256_of(found.note)
    )
    _tell(event, found, actor, at)
    return found


@transaction.atomic
def handover_confirm(*, handover_id: int, actor: Actor, at: datetime) -> Handover:
    """Confirm having taken the enterprise over: by the successor, or who acts for him.

    What the predecessor promised it as its officer, and has not kept yet, the successor answers
    for from now on, whoever kept it meanwhile. Raises NotVisible; NotAllowed for everybody else,
    the centre too; Conflict if confirmed, or somebody else serves by now.
    """
    found = handover_visible(handover_id, actor)
    if found.to_officer_id not in actor.officer_ids:
        raise NotAllowed(_("交接由接手的干部本人确认。"))
    promises = [] if found.role != LinkRole.LEAD else _promises_of(found)
    journal.lock(found.enterprise.stream, *(one.stream for one in promises))
    found.refresh_from_db()
    if found.to_officer_id not in actor.officer_ids:
        raise NotAllowed(_("交接由接手的干部本人确认。"))
    if found.confirmed_at is not None:
        raise Conflict(_("这家已经确认过了。"))
    if _is_passed_on(found, at):
        raise Conflict(_("这家已经又换了人挂钩，不用您确认了。"))
    DIRECT.update(found, confirmed_at=at, confirmed_by_id=actor.account_id)
    kept = {one.pk for one in promises}
    for one in _promises_of(found):
        if one.pk in kept:  # none that was closed, or made, at this moment
            promising.promise_hand_over(DIRECT, one, officer=found.to_officer, actor=actor, at=at)
    event = HandoverConfirmed(
        handover_id=found.pk, enterprise_id=found.enterprise_id, officer_id=found.to_officer_id
    )
    _tell(event, found, actor, at)
    return found


def _promises_of(found: Handover) -> list[Promise]:
    listed = open_promises(enterprise_ids=[found.enterprise_id])
    theirs = listed.filter(made_by=found.from_officer_id).exclude(officer=found.to_officer_id)
    return list(theirs)


@transaction.atomic
def handover_watch(*, handover_id: int, actor: Actor, at: datetime) -> bool:
    """Remind the successor who hasn't confirmed, then tell the service centre; once each.

    After so many working days as the park sets, and after twice as many, but never both on one
    day. False if nothing is to be said. Raises NotVisible; NotAllowed for people.
    """
    if actor.side is not Side.SYSTEM:
        raise NotAllowed(_("交接提醒由平台发出。"))
    found = handover_visible(handover_id, actor)
    journal.lock(found.enterprise.stream)
    found.refresh_from_db()
    if found.confirmed_at or found.centre_told_at or _is_passed_on(found, at):
        return False
    today = timezone.localdate(at)
    days = parameters.value(HANDOVER_DAYS, today)
    is_centre = found.reminded_at is not None
    if is_centre and timezone.localdate(found.reminded_at) == today:
        return False
    if at <= _until(found.from_on, days * 2 if is_centre else days):
        return False
    if is_centre:
        DIRECT.update(found, centre_told_at=at)
    else:
        DIRECT.update(found, reminded_at=at)
    event = HandoverReminded(
        handover_id=found.pk, enterprise_id=found.enterprise_id,
        to_officer_id=found.to_officer_id, is_centre=is_centre,
    )  # fmt: skip
    _tell(event, found, actor, at)
    return True


def sweep(*, at: datetime, goes_on: GoesOn = always) -> int:
    """Watch every hand-over that may be late; returns of how many something was said.

    One that fails holds up no other. Late or twice does no harm.
    """
    today = timezone.localdate(at)
    waiting = Handover.objects.filter(waiting_on(today), centre_told_at=None)
    days = parameters.value(HANDOVER_DAYS, today)
    # a round begins all of its links on one day: the days are few
    begun = list(waiting.order_by().values_list("from_on", flat=True).distinct())
    first = [day for day in begun if at > _until(day, days)]
    second = [day for day in first if at > _until(day, days * 2)]
    late = waiting.filter(from_on__in=first, reminded_at=None) | waiting.filter(
        from_on__in=second, reminded_at__isnull=False
    )
    said = 0
    for pk in list(late.order_by("from_on", "pk").values_list("pk", flat=True)):
        if not goes_on():
            break
        try:
            said += handover_watch(handover_id=pk, actor=SYSTEM, at=at)
        except YuanqiError as refusal:
            log.warning("hand-over %d could not be reminded of: %s", pk, refusal)
    return said


def _is_passed_on(found: Handover, at: datetime) -> bool:
    """Whether somebody else serves by now."""
    until_on = Link.objects.values_list("until_on", flat=True).get(pk=found.link_id)
    return until_on is not None and until_on <= timezone.localdate(at)


def _until(day: date, days: int) -> datetime:
    """The close of the last of so many working days after a day."""
    begins = timezone.make_aware(datetime.combine(day, time.min))
    return work_calendar(current_calendar()).add_days(begins, days)


def _opened(found: Handover) -> HandoverOpened:
    return HandoverOpened(
        handover_id=found.pk, enterprise_id=found.enterprise_id,
        from_officer_id=found.from_officer_id, to_officer_id=found.to_officer_id,
        role=found.role, from_on=found.from_on,
    )  # fmt: skip


def _tell(event: Event, found: Handover, actor: Actor, at: datetime) -> None:
    DIRECT.record(
        event, stream=found.enterprise.stream, audience=Audience.STAFF, actor=actor, at=at,
        enterprise_id=found.enterprise_id,
    )  # fmt: skip
