"""Indexes of what the minute's sweep has to say next of clocks that run.

Most clocks that are late were said to be long ago: the sweep needn't look at them each minute.
Made while others write: nobody waits for a big table.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("casework", "0010_outcome_indexes"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="clockrecord",
            index=models.Index(
                condition=models.Q(("escalated_at__isnull", True), ("stopped_at__isnull", True)),
                fields=["due_at"],
                name="clock_to_escalate",
            ),
        ),
        AddIndexConcurrently(
            model_name="clockrecord",
            index=models.Index(
                condition=models.Q(
                    ("stopped_at__isnull", True),
                    models.Q(
                        ("warned_at__isnull", True),
                        ("warned_at__lt", models.F("warn_at")),
                        _connector="OR",
                    ),
                    models.Q(
                        ("escalated_at__isnull", True),
                        ("escalated_at__lte", models.F("due_at")),
                        _connector="OR",
                    ),
                ),
                fields=["warn_at"],
                name="clock_to_warn",
            ),
        ),
    ]
