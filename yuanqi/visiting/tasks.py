"""The morning's word to officers whose enterprises wait for a visit."""

from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app

from yuanqi.foundation import spells

from . import operations

FROM_HOUR, UNTIL_HOUR = 9, 12  # by the zone's clocks


@app.periodic(cron="27 * * * *")
@app.task(queueing_lock="visiting-reminders", pass_context=True)
def reminders(context: JobContext, timestamp: int) -> None:
    """Late or twice does no harm: an officer is told once a day."""
    now = timezone.now()
    if FROM_HOUR <= timezone.localtime(now).hour < UNTIL_HOUR:
        operations.sweep(at=now, goes_on=spells.of(context, seconds=60))
