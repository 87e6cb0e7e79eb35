"""Jobs: verifications that were asked for, the night's retention."""

from django.utils import timezone
from procrastinate.contrib.django import app

from . import operations


@app.task(name=operations.VERIFY)
def verify(verification_id: int) -> None:
    """Carry out a verification; may be run again after a killed worker."""
    operations.verification_run(verification_id=verification_id, clock=timezone.now)


@app.periodic(cron="11 3 * * *")
@app.task(queueing_lock="audit-retention")
def retention(timestamp: int) -> None:
    """Each night: remove what is kept no longer. Late or twice does no harm."""
    operations.retention_run(at=timezone.now())
