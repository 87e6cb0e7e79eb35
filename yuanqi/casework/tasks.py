"""The minute's sweep: what has become due by the clock alone."""

from django.utils import timezone
from procrastinate.contrib.django import app

from . import calendar_moves, operations


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="casework-sweep")
def sweep(timestamp: int) -> None:
    """End pauses that ran out, close what nobody rated. Late or twice does no harm."""
    operations.sweep(at=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="casework-calendar")
def calendar_follow(timestamp: int) -> None:
    """Let open clocks follow a newly published calendar. Late or twice does no harm."""
    calendar_moves.follow(at=timezone.now())
