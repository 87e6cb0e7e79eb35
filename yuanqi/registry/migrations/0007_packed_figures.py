"""Months of indicators packed into one row each, and what tells that one has changed since.

Triggers rather than acts write the changes: a figure may come by an operation, a bulk load, an
import undone or a merge, and none of them may be forgotten.
"""

from django.db import migrations, models

TRIGGERS = """
ALTER TABLE figure_month ALTER COLUMN frame SET STORAGE EXTERNAL;

CREATE FUNCTION indicator_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO figure_change (month) SELECT DISTINCT month FROM changed;
    RETURN NULL;
END $$;
CREATE FUNCTION indicator_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO figure_change (month) SELECT month FROM before UNION SELECT month FROM changed;
    RETURN NULL;
END $$;
CREATE FUNCTION indicator_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM figure_month;
    RETURN NULL;
END $$;

CREATE TRIGGER indicator_inserted AFTER INSERT ON indicator
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION indicator_changed();
CREATE TRIGGER indicator_deleted AFTER DELETE ON indicator
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION indicator_changed();
CREATE TRIGGER indicator_updated AFTER UPDATE ON indicator
    REFERENCING OLD TABLE AS before NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION indicator_updated();
CREATE TRIGGER indicator_emptied AFTER TRUNCATE ON indicator
    FOR EACH STATEMENT EXECUTE FUNCTION indicator_emptied();
"""

BACK = """
DROP TRIGGER indicator_inserted ON indicator;
DROP TRIGGER indicator_deleted ON indicator;
DROP TRIGGER indicator_updated ON indicator;
DROP TRIGGER indicator_emptied ON indicator;
DROP FUNCTION indicator_changed();
DROP FUNCTION indicator_updated();
DROP FUNCTION indicator_emptied();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0006_facts"),
    ]

    operations = [
        migrations.CreateModel(
            name="FigureMonth",
            fields=[
                ("month", models.DateField(primary_key=True, serialize=False)),
                ("frame", models.BinaryField()),
                ("made_at", models.DateTimeField()),
            ],
            options={"db_table": "figure_month"},
        ),
        migrations.CreateModel(
            name="FigureChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(db_index=True)),
            ],
            options={"db_table": "figure_change"},
        ),
        migrations.RunSQL(TRIGGERS, BACK),
    ]
