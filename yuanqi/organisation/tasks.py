"""What becomes of the organisation on its day."""

from django.utils import timezone
from procrastinate.contrib.django import app

from . import lines


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="organisation-lines")
def lines_apply(timestamp: int) -> None:
    """Put reporting lines whose day has come into force. Late or twice does no harm."""
    lines.lines_apply(at=timezone.now())
