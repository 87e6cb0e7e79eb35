"""The minute's sweep: what has become due by the clock alone."""

from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app

from yuanqi.foundation import spells

from . import calendar_moves, operations

_SECONDS = 30.0  # of each minute, at most


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="casework-sweep", pass_context=True)
def sweep(context: JobContext, timestamp: int) -> None:
    """End pauses that ran out, close what nobody rated. Late or twice does no harm."""
    operations.sweep(at=timezone.now(), goes_on=spells.of(context, _SECONDS))


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="casework-calendar")
def calendar_follow(timestamp: int) -> None:
    """Let open clocks follow a newly published calendar. Late or twice does no harm."""
    calendar_moves.follow(at=timezone.now())
