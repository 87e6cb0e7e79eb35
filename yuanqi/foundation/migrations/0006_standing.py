"""What stands: a version for the registers that every write reads, new with each change.

A process keeps departments, officers, duty and rules in memory and asks only whether they are
still those. Statement triggers see every change, also by hand; a version is random, so that one
that was rolled back never comes again.
"""

from django.db import migrations

REGISTERS = {
    "organisation": ("department", "officer", "officer_absence", "duty_shift"),
    "rules": ("mechanism", "mechanism_version", "limit_rule", "calendar_version",
              "request_category"),
}  # fmt: skip

FORWARDS = """
CREATE TABLE standing (name varchar(32) PRIMARY KEY, version uuid NOT NULL);
INSERT INTO standing SELECT name, gen_random_uuid() FROM unnest(ARRAY[%(names)s]) AS name;
CREATE FUNCTION standing_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE standing SET version = gen_random_uuid() WHERE name = TG_ARGV[0];
    RETURN NULL;
END $$;
"""

TRIGGER = """
CREATE TRIGGER standing_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %(table)s
FOR EACH STATEMENT EXECUTE FUNCTION standing_changed('%(name)s');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("foundation", "0005_journal_offset"),
        ("organisation", "0001_initial"),
        ("casework", "0001_initial"),
        ("servicedesk", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(
            FORWARDS % {"names": ", ".join(f"'{name}'" for name in REGISTERS)},
            "DROP FUNCTION standing_changed() CASCADE; DROP TABLE standing;",
        ),
        *(
            migrations.RunSQL(TRIGGER % {"table": table, "name": name}, migrations.RunSQL.noop)
            for name, tables in REGISTERS.items()
            for table in tables
        ),
    ]
