"""Transactions of a restored journal come after those it brought, whatever the new cluster counts.

A cluster counts its transactions from its own beginning. What is restored into a younger one would
bear ids that its own writers have yet to reach, and subscribers and seals, who follow the order of
transactions, would pass over all that is written meanwhile. `journal_offset()` is added to every
id; it is nought until `yuanqi restore` makes it larger than any id that was restored.
"""

import django.db.models.expressions
from django.db import migrations, models

# a restored journal that is older than this migration brings its offset with it
FORWARD = """
DO $do$ BEGIN
    IF to_regproc('journal_offset') IS NULL THEN
        CREATE FUNCTION journal_offset() RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
            AS $$ SELECT 0::bigint $$;
    END IF;
END $do$;
"""
BACK = "DROP FUNCTION journal_offset();"


# a default only: no row is touched
NEW_DEFAULT = """
ALTER TABLE journal_event
    ALTER COLUMN xid SET DEFAULT (pg_current_xact_id()::text::bigint + journal_offset());
"""
OLD_DEFAULT = """
ALTER TABLE journal_event ALTER COLUMN xid SET DEFAULT (pg_current_xact_id()::text::bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("foundation", "0004_journal_browsing")]
    operations = [
        migrations.RunSQL(FORWARD, BACK),
        migrations.RunSQL(
            NEW_DEFAULT,
            OLD_DEFAULT,
            state_operations=[
                migrations.AlterField(
                    model_name="journalevent",
                    name="xid",
                    field=models.BigIntegerField(
                        db_default=django.db.models.expressions.RawSQL(
                            "(pg_current_xact_id()::text::bigint + journal_offset())",
                            (),
                            models.BigIntegerField(),
                        )
                    ),
                )
            ],
        ),
    ]
