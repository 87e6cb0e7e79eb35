"""Jobs: all size classes, each night and after a new version of a rule."""

from contextlib import suppress

from django.db import transaction
from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from yuanqi.foundation import spells

from . import operations

NIGHTLY = "night"


@app.periodic(cron="4 * * * *")
@app.task(queueing_lock="sizing-night")
def nightly(timestamp: int) -> None:
    """Once the zone's day has begun: a version may hold from today, a statement be out of date."""
    if timezone.localtime(timezone.now()).hour == 0:
        begin(NIGHTLY)


@app.task(pass_context=True)
def recompute(context: JobContext, why: str, after: int = 0) -> None:
    """Work out all enterprises. What a spell leaves over is taken up behind the jobs that wait.

    Late or twice does no harm. `why` keeps two rounds apart, so that neither stops the other.
    """
    reached = operations.all_recompute(
        at=timezone.now(), after=after, goes_on=spells.of(context, seconds=20)
    )
    if reached is not None:
        begin(why, reached)


def begin(why: str, after: int = 0) -> None:
    """Have everybody worked out, beyond a key; asked twice before it begins, it is one round."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        recompute.configure(queueing_lock=f"sizing:{why}").defer(why=why, after=after)
