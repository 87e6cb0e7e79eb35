"""Drop indexes that wider ones hold already: a case changes six times, each time all are written.

The number keeps its uniqueness without the second index that Django makes for LIKE. Made while
others write: nobody waits for a big table.
"""

import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

NUMBER_ONCE = """
ALTER TABLE "case" ADD CONSTRAINT case_number_once UNIQUE USING INDEX case_number_once
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("casework", "0011_clock_next"),
        ("organisation", "0002_closed_departments"),
        ("registry", "0005_ways_into_the_register"),
    ]

    operations = [
        migrations.RunSQL(
            'CREATE UNIQUE INDEX CONCURRENTLY case_number_once ON "case" (number)',
            "DROP INDEX case_number_once",
        ),
        migrations.RunSQL(
            NUMBER_ONCE,
            migrations.RunSQL.noop,
            state_operations=[
                migrations.AddConstraint(
                    model_name="case",
                    constraint=models.UniqueConstraint(fields=("number",), name="case_number_once"),
                ),
            ],
        ),
        AddIndexConcurrently(
            model_name="case",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", False)),
                fields=["merged_into"],
                name="case_merged",
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="number",
            field=models.CharField(max_length=12),
        ),
        migrations.AlterField(
            model_name="case",
            name="clock",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="casework.clockrecord",
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="lead",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="led_cases",
                to="organisation.department",
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="mechanism_version",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="casework.mechanismversion",
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="casework.case",
            ),
        ),
        migrations.AlterField(
            model_name="clockrecord",
            name="calendar",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="organisation.calendarversion",
            ),
        ),
    ]
