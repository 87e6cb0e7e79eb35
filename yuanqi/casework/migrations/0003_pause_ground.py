"""A pause names its ground and basis, and no clock that a case promises can be deleted."""

from django.db import migrations, models
from django.db.models import Q

FORWARD = """
CREATE OR REPLACE FUNCTION case_keeps_its_promise() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    row jsonb := CASE TG_OP WHEN 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
    checked bigint := CASE TG_TABLE_NAME WHEN 'case' THEN row->>'id' ELSE row->>'case_id' END;
    stands text;
    promised text;
BEGIN
    SELECT state INTO stands FROM "case" WHERE id = checked;
    IF stands IS NULL OR stands = 'closed' THEN
        RETURN NULL;
    END IF;
    promised := CASE WHEN stands IN ('answered', 'call_back') THEN 'evaluate' ELSE 'resolve' END;
    PERFORM 1 FROM clock WHERE case_id = checked AND task_id IS NULL AND stopped_at IS NULL
        AND purpose = promised;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'case % is % and has no open % clock', checked, stands, promised
            USING ERRCODE = 'check_violation', CONSTRAINT = 'case_keeps_its_promise';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER clock_stays AFTER DELETE ON clock
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.stopped_at IS NULL)
    EXECUTE FUNCTION case_keeps_its_promise();
"""

# the function serves rows that are there as well as before
BACK = "DROP TRIGGER clock_stays ON clock;"


class Migration(migrations.Migration):
    dependencies = [("casework", "0002_case_promise")]
    operations = [
        migrations.AddConstraint(
            model_name="clockpause",
            constraint=models.CheckConstraint(
                condition=~Q(ground="") & ~Q(basis=""), name="pause_has_ground_and_basis"
            ),
        ),
        migrations.RunSQL(FORWARD, BACK),
    ]
