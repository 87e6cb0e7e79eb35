"""Write the promise and the judgement of each case along, so that lists filter by its own columns.

The rows are written a few thousand at a time, so that nobody waits.
"""

from django.db import migrations, models

FILL = """
UPDATE "case" SET
    resolve_due_at = (
        SELECT due_at FROM clock
        WHERE clock.case_id = "case".id AND purpose = 'resolve' AND task_id IS NULL
        ORDER BY id DESC LIMIT 1
    ),
    (review_level, review_resolved) = (
        SELECT level, is_resolved FROM evaluation
        WHERE evaluation.case_id = "case".id AND at >= answered_at
        ORDER BY id DESC LIMIT 1
    )
WHERE id > %s AND id <= %s
"""
BATCH = 5_000


def fill(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute('SELECT coalesce(max(id), 0) FROM "case"')
        last = cursor.fetchone()[0]
        for start in range(0, last, BATCH):
            cursor.execute(FILL, [start, start + BATCH])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("casework", "0008_helped_index"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="resolve_due_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="case",
            name="review_level",
            field=models.SmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="case",
            name="review_resolved",
            field=models.BooleanField(blank=True, null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
