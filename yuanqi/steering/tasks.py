"""Jobs: the night's ranks and lists; care requests in working hours."""

from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app

from yuanqi.foundation import spells
from yuanqi.foundation.actors import SYSTEM

from . import operations, ranks

FROM_HOUR, UNTIL_HOUR = 9, 18  # by the zone's clocks: nobody is asked for care at night


@app.periodic(cron="21 2 * * *")
@app.task(queueing_lock="steering-ranks")
def ranks_make(timestamp: int) -> None:
    """Before the night's snapshot of facts, which holds the ranks too."""
    ranks.make(timezone.localdate())


@app.periodic(cron="13 3 * * *")
@app.task(queueing_lock="steering-lists")
def lists_keep_up(timestamp: int) -> None:
    """The month's lists on their day. Late or twice does no harm."""
    operations.keep_up(actor=SYSTEM, at=timezone.now())


@app.periodic(cron="11,41 * * * *")
@app.task(queueing_lock="steering-cares", pass_context=True)
def cares(context: JobContext, timestamp: int) -> None:
    """Raise the care requests that the list of declines asks for, a spell at a time."""
    now = timezone.now()
    if FROM_HOUR <= timezone.localtime(now).hour < UNTIL_HOUR:
        operations.cares_sweep(actor=SYSTEM, at=now, goes_on=spells.of(context, seconds=60))
