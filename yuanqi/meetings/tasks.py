"""The sweep of meetings: tasks due soon and late, in working hours."""

from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app

from yuanqi.foundation import spells

from . import operations

FROM_HOUR, UNTIL_HOUR = 9, 18  # by the zone's clocks: nobody is reminded at night


@app.periodic(cron="36 * * * *")
@app.task(queueing_lock="meetings-sweep", pass_context=True)
def sweep(context: JobContext, timestamp: int) -> None:
    """Remind of tasks due soon or late. Late or twice does no harm."""
    now = timezone.now()
    if FROM_HOUR <= timezone.localtime(now).hour < UNTIL_HOUR:
        operations.sweep(at=now, goes_on=spells.of(context, seconds=60))
