"""Periodic work of sign-in: what is over is swept away."""

from django.utils import timezone
from procrastinate.contrib.django import app

from . import doors, store


@app.periodic(cron="17 * * * *")
@app.task(queueing_lock="signin-sweep")
def signin_sweep(timestamp: int) -> None:
    """Remove sessions that are over, counts that hold nobody any more."""
    at = timezone.now()
    store.sweep(at=at)
    doors.sweep(at=at)
