"""Periodic work of the foundation: seals, and jobs whose worker died."""

from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app

from . import seals

_DEAD_AFTER_SECONDS = 30


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="journal-seal", pass_context=False)
def journal_seal(timestamp: int) -> None:
    """Seal the journal every ten minutes."""
    seals.make(at=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="stalled-jobs", pass_context=True)
async def stalled_jobs_retry(context: JobContext, timestamp: int) -> None:
    """Run again what a killed worker left behind: jobs are idempotent."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=_DEAD_AFTER_SECONDS):
        await manager.retry_job(job)
