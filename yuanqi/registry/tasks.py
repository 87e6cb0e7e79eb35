"""Jobs: the night's snapshot of what is known of every enterprise."""

from django.utils import timezone
from procrastinate.contrib.django import app

from . import facts


@app.periodic(cron="41 2 * * *")
@app.task(queueing_lock="facts-snapshot")
def facts_snapshot(timestamp: int) -> None:
    """Each night: this month's state in the place of last night's. Late or twice does no harm."""
    facts.snapshot(timezone.localdate())
