"""The minute's sweep: what has become due by the clock alone."""

from django.utils import timezone
from procrastinate.contrib.django import app

from . import operations


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="casework-sweep")
def sweep(timestamp: int) -> None:
    """End pauses that ran out, close what nobody rated. Late or twice does no harm."""
    operations.sweep(at=timezone.now())
