"""Indexes for what lists narrow closed cases by, and for what waits for one officer.

Made while others write: nobody waits for a big table. Two that wider ones hold already are dropped.
"""

import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

SHOWN = ["opened_at", "state", "category", "level", "outcome", "lead", "mechanism_version"]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("casework", "0009_case_outcome"),
    ]

    operations = [
        migrations.AlterField(
            model_name="case",
            name="enterprise",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cases",
                to="registry.enterprise",
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="responsible",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="held_cases",
                to="organisation.officer",
            ),
        ),
        AddIndexConcurrently(
            model_name="case",
            index=models.Index(
                condition=models.Q(("state", "closed"), _negated=True),
                fields=["responsible"],
                name="case_open_responsible",
            ),
        ),
        AddIndexConcurrently(
            model_name="case",
            index=models.Index(
                condition=models.Q(("state", "closed")),
                fields=["category", "level", "-closed_at", "-id"],
                name="case_closed_category",
            ),
        ),
        AddIndexConcurrently(
            model_name="case",
            index=models.Index(
                condition=models.Q(("state", "closed")),
                fields=["outcome", "-closed_at", "-id"],
                name="case_closed_outcome",
            ),
        ),
        AddIndexConcurrently(
            model_name="case",
            index=models.Index(
                condition=models.Q(("answered_at__gt", models.F("resolve_due_at"))),
                fields=["-closed_at", "-id"],
                include=[*SHOWN, "review_level"],
                name="case_late",
            ),
        ),
        AddIndexConcurrently(
            model_name="case",
            index=models.Index(
                condition=models.Q(("review_level__lt", 3)),
                fields=["-closed_at", "-id"],
                include=SHOWN,
                name="case_dissatisfied",
            ),
        ),
        AddIndexConcurrently(
            model_name="extension",
            index=models.Index(
                condition=models.Q(("decided_at__isnull", True)),
                fields=["reviewer"],
                name="extension_waiting",
            ),
        ),
    ]
