"""Opening a month's round, and reminding of what is late: the sweep's work."""

import logging
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation import journal
from yuanqi.foundation.actors import SYSTEM, Actor, Side
from yuanqi.foundation.bulk import Bulk
from yuanqi.foundation.errors import Conflict, NotAllowed
from yuanqi.foundation.spells import GoesOn, always
from yuanqi.foundation.writer import DIRECT

from .. import acts
from ..asking import AFTER, OFFICER, enterprises_asked, last_month, step_on, terms
from ..models import OPEN, Filing, Round
from ..queries import filing_visible

log = logging.getLogger(__name__)


@transaction.atomic
def round_open(*, month: date, actor: Actor, at: datetime) -> Round | None:
    """Open a month's round by the park's settings; None if it is open already.

    Opened twice, late, or by two workers at once, it is one. Raises NotAllowed for people: the
    system opens it; Conflict if nothing is to be asked.
    """
    if actor.side is not Side.SYSTEM:
        raise NotAllowed(_("每月的填报由系统按设置开始。"))
    journal.lock(f"monitoring:{month:%Y-%m}")
    if Round.objects.filter(month=month).exists():
        return None
    today = timezone.localdate(at)
    wanted = terms(month, today)
    if not wanted.measures:
        raise Conflict(_("设置里没有选任何指标，这个月没有可以填报的。"))
    bulk = Bulk()
    row, _filings = acts.round_open(
        bulk,
        month=month,
        measures=wanted.measures,
        forecast=wanted.forecast,
        forecast_months=wanted.forecast_months,
        due_on=wanted.due_on,
        whom=wanted.whom,
        enterprises=list(enterprises_asked(wanted.whom, today)),
        actor=actor,
        at=at,
    )
    bulk.flush()
    return row


def sweep(*, at: datetime, goes_on: GoesOn = always) -> int:
    """Open the round whose day has come, and remind of returns; says how many were reminded.

    Late or twice does no harm: each step is said once. One that fails holds up no other.
    """
    today = timezone.localdate(at)
    month = last_month(today)
    if today >= terms(month, today).opens_on and not Round.objects.filter(month=month).exists():
        try:
            round_open(month=month, actor=SYSTEM, at=at)
        except Conflict:
            log.info("no measure is asked; %s has no round", month)
    said = 0
    for round_ in Round.objects.filter(month__gte=month - timedelta(days=62)):
        step = step_on(round_.due_on, today)
        if not step:
            continue
        late = Filing.objects.filter(round=round_, state__in=OPEN, reminded_step__lt=step)
        for filing_id in list(late.order_by("enterprise").values_list("pk", flat=True)):
            if not goes_on():
                return said
            try:
                said += filing_watch(filing_id=filing_id, actor=SYSTEM, at=at)
            except Exception:
                log.exception("filing %d could not be reminded; the next sweep tries", filing_id)
    return said


@transaction.atomic
def filing_watch(*, filing_id: int, actor: Actor, at: datetime) -> bool:
    """Say what is to be said of a return by now, once a step; False if nothing is.

    What the sweep saw is looked at again under the enterprise's lock. A sweep that comes late says
    the steps it has missed in one word.
    """
    filing = filing_visible(filing_id, actor)
    journal.lock(filing.enterprise.stream)
    filing = filing_visible(filing_id, actor)
    today = timezone.localdate(at)
    step = step_on(filing.round.due_on, today)
    done = filing.reminded_step
    if not filing.is_open or step <= done:
        return False
    acts.filing_remind(
        DIRECT,
        filing,
        step=step,
        to_contacts=done < AFTER,
        to_officer=step >= OFFICER,
        actor=actor,
        at=at,
    )
    return True
