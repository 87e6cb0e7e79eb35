"""The sweep of monthly returns: rounds opened on their day, late returns reminded."""

from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app

from yuanqi.foundation import spells

from . import operations

FROM_HOUR, UNTIL_HOUR = 9, 18  # by the zone's clocks: nobody is reminded at night


@app.periodic(cron="7,37 * * * *")
@app.task(queueing_lock="monitoring-sweep", pass_context=True)
def sweep(context: JobContext, timestamp: int) -> None:
    """Open the round whose day has come, remind of what is late. Late or twice does no harm.

    What a spell leaves over the next one takes up, half an hour later.
    """
    now = timezone.now()
    if FROM_HOUR <= timezone.localtime(now).hour < UNTIL_HOUR:
        operations.sweep(at=now, goes_on=spells.of(context, seconds=60))
