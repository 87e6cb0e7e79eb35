"""The job that works out the variants of a round; the sweep of hand-overs nobody confirms."""

from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app

from yuanqi.foundation import spells

from . import operations, working_out

FROM_HOUR, UNTIL_HOUR = 9, 18  # by the zone's clocks: nobody is reminded at night


@app.task()
def variants_work_out(round_id: int) -> None:
    """Late or twice does no harm: what was asked for is worked out once."""
    working_out.variants_make(round_id=round_id, at=timezone.now())


@app.periodic(cron="37 * * * *")
@app.task(queueing_lock="linking-handovers", pass_context=True)
def handovers_sweep(context: JobContext, timestamp: int) -> None:
    """Late or twice does no harm; what a spell leaves over the next one takes up."""
    now = timezone.now()
    if FROM_HOUR <= timezone.localtime(now).hour < UNTIL_HOUR:
        operations.sweep(at=now, goes_on=spells.of(context, seconds=60))
