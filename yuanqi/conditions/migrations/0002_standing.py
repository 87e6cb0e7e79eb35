"""A version for the rules in memory: new with each change of a rule, or of the park's own facts."""

from django.db import migrations

TRIGGER = """
CREATE TRIGGER standing_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %(table)s
FOR EACH STATEMENT EXECUTE FUNCTION standing_changed('conditions');
"""
TABLES = ("condition", "condition_version", "fact_field")


class Migration(migrations.Migration):
    dependencies = [
        ("conditions", "0001_conditions"),
        ("foundation", "0006_standing"),
        ("registry", "0006_facts"),
    ]

    operations = [
        migrations.RunSQL(
            "INSERT INTO standing VALUES ('conditions', gen_random_uuid())",
            "DELETE FROM standing WHERE name = 'conditions'",
        ),
        *(
            migrations.RunSQL(
                TRIGGER % {"table": table}, f"DROP TRIGGER standing_changed ON {table}"
            )
            for table in TABLES
        ),
    ]
