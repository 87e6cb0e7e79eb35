"""Jobs: sending deliveries, the minute's retries, forgetting what is old."""

from django.utils import timezone
from procrastinate.contrib.django import app

from . import deliveries, sending


@app.task(pass_context=False)
def webhook_send(webhook_id: int) -> None:
    """Send what waits for a webhook."""
    sending.send_waiting(webhook_id)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="webhooks-due", pass_context=False)
def webhooks_due(timestamp: int) -> None:
    """Each minute: send again what failed and is due."""
    deliveries.wake(sending.due_webhooks(timezone.now()))
