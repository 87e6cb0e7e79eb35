"""The sender's job: every minute, and at once when something is due."""

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from . import sending


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="notices-send")
def send_due(timestamp: int) -> None:
    """Send what is due. Late, twice or on two machines at once does no harm."""
    sending.send_due(timezone.now)


def wake() -> None:
    """Have what is due sent as soon as the running transaction is committed."""
    try:
        with transaction.atomic():  # a refused job must not undo what is told
            send_due.defer(timestamp=0)
    except AlreadyEnqueued:
        pass
