"""Ways into the journal for the audit administrator: by time, kind, actor; his own events.

The table is large and always written to: each index is built beside the writers.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("foundation", "0003_idempotency_key")]
    operations = [
        AddIndexConcurrently(
            "journalevent", models.Index(fields=["at", "id"], name="journal_event_at")
        ),
        AddIndexConcurrently(
            "journalevent", models.Index(fields=["kind", "at", "id"], name="journal_event_kind")
        ),
        AddIndexConcurrently(
            "journalevent", models.Index(fields=["actor", "at", "id"], name="journal_event_actor")
        ),
        AddIndexConcurrently(
            "journalevent",
            models.Index(
                fields=["at", "id"],
                condition=models.Q(audience="audit"),
                name="journal_event_audit",
            ),
        ),
    ]
