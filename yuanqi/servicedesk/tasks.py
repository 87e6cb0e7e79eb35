"""What becomes of categories on its day."""

from django.utils import timezone
from procrastinate.contrib.django import app

from . import category_rules


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="servicedesk-categories")
def categories_apply(timestamp: int) -> None:
    """Put changes whose day has come into the categories. Late or twice does no harm."""
    category_rules.categories_apply(at=timezone.now())
