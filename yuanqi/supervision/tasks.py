"""The minute's sweep of supervision: limits near and passed, and the reporting line."""

from contextlib import suppress

from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from yuanqi.foundation import spells

from . import operations


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="supervision-sweep", pass_context=True)
def sweep(context: JobContext, timestamp: int, after: int = 0) -> None:
    """Warn, escalate, remind. Late or twice does no harm.

    What a spell leaves over is taken up behind the jobs that wait.
    """
    swept = operations.sweep_on(at=timezone.now(), after=after, goes_on=spells.of(context))
    if swept.reached is not None and not context.should_abort():
        # the next minute's may be there already: it begins with what is left
        with suppress(AlreadyEnqueued):
            sweep.defer(timestamp=timestamp, after=swept.reached)
