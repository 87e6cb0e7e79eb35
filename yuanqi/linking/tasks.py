"""The job that works out the variants of a round."""

from django.utils import timezone
from procrastinate.contrib.django import app

from . import working_out


@app.task()
def variants_work_out(round_id: int) -> None:
    """Late or twice does no harm: what was asked for is worked out once."""
    working_out.variants_make(round_id=round_id, at=timezone.now())
