"""Say with each row of who may see a case when the case was raised.

So the newest of what a department may see is read by an index, however many others' requests are
newer. The rows are filled a few thousand cases at a time, indexes made while others write.
"""

import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

FILL = """
UPDATE case_access SET opened_at = "case".opened_at
FROM "case" WHERE "case".id = case_access.case_id AND case_access.opened_at IS NULL
    AND "case".id > %s AND "case".id <= %s
"""
BATCH = 5_000
# a constraint that is checked while others write spares the look at all rows under the lock
IS_SAID = """
ALTER TABLE case_access ADD CONSTRAINT case_access_opened CHECK (opened_at IS NOT NULL) NOT VALID
"""
ALWAYS = """
ALTER TABLE case_access ALTER COLUMN opened_at SET NOT NULL, DROP CONSTRAINT case_access_opened
"""
ONCE = """
ALTER TABLE case_access DROP CONSTRAINT case_access_once,
    ADD CONSTRAINT case_access_once UNIQUE USING INDEX case_access_one
"""


def fill(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute('SELECT coalesce(max(id), 0) FROM "case"')
        last = cursor.fetchone()[0]
        for start in range(0, last, BATCH):
            cursor.execute(FILL, [start, start + BATCH])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("casework", "0012_lean_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="caseaccess",
            name="opened_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunSQL(IS_SAID, migrations.RunSQL.noop),
        migrations.RunSQL(
            "ALTER TABLE case_access VALIDATE CONSTRAINT case_access_opened",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            ALWAYS,
            "ALTER TABLE case_access ALTER COLUMN opened_at DROP NOT NULL",
            state_operations=[
                migrations.AlterField(
                    model_name="caseaccess", name="opened_at", field=models.DateTimeField()
                ),
            ],
        ),
        AddIndexConcurrently(
            model_name="caseaccess",
            index=models.Index(fields=["grantee", "opened_at", "case"], name="case_access_newest"),
        ),
        migrations.RunSQL(
            "CREATE UNIQUE INDEX CONCURRENTLY case_access_one ON case_access (case_id, grantee)",
            "DROP INDEX IF EXISTS case_access_one",
        ),
        migrations.RunSQL(
            ONCE,
            migrations.RunSQL.noop,
            state_operations=[
                migrations.RemoveConstraint(model_name="caseaccess", name="case_access_once"),
                migrations.AddConstraint(
                    model_name="caseaccess",
                    constraint=models.UniqueConstraint(
                        fields=("case", "grantee"), name="case_access_once"
                    ),
                ),
            ],
        ),
        migrations.AlterField(
            model_name="caseaccess",
            name="case",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="access",
                to="casework.case",
            ),
        ),
    ]
