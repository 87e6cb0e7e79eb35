"""The minute's sweep of supervision: limits near and passed, and the reporting line."""

from django.utils import timezone
from procrastinate.contrib.django import app

from . import operations


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="supervision-sweep")
def sweep(timestamp: int) -> None:
    """Warn, escalate, remind. Late or twice does no harm."""
    operations.sweep(at=timezone.now())
