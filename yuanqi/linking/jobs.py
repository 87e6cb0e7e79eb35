"""How the job that works out a round's variants is started."""

from procrastinate.contrib.django import app

_TASK = "yuanqi.linking.tasks.variants_work_out"


def enqueue(round_id: int) -> None:
    """Have the variants worked out once the running transaction is committed."""
    app.configure_task(_TASK, lock=f"linking:{round_id}").defer(round_id=round_id)
