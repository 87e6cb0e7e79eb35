"""An index for what a department has helped with: its closed ones are listed and counted by it.

Made while others write: nobody waits for a big table.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("casework", "0007_calendar_following"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="task",
            index=models.Index(
                condition=models.Q(("kind", "co_handle"), ("state", "done")),
                fields=["department", "case"],
                name="task_helped",
            ),
        ),
    ]
