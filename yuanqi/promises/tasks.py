"""The sweep of promises: handed over with their links, reminded of in working hours."""

from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app

from yuanqi.foundation import spells

from . import operations

FROM_HOUR, UNTIL_HOUR = 9, 18  # by the zone's clocks: nobody is reminded at night


@app.periodic(cron="17,47 * * * *")
@app.task(queueing_lock="promises-sweep", pass_context=True)
def sweep(context: JobContext, timestamp: int) -> None:
    """Late or twice does no harm; what a spell leaves over the next one takes up."""
    now = timezone.now()
    if FROM_HOUR <= timezone.localtime(now).hour < UNTIL_HOUR:
        operations.sweep(at=now, goes_on=spells.of(context, seconds=60))
