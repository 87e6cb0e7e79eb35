"""At commit, every open case has the clock it promises: resolve until answered, then evaluate."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION case_keeps_its_promise() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    checked bigint := CASE TG_TABLE_NAME WHEN 'case' THEN to_jsonb(NEW)->>'id'
                                         ELSE to_jsonb(NEW)->>'case_id' END;
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
CREATE CONSTRAINT TRIGGER case_promise AFTER INSERT OR UPDATE OF state ON "case"
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION case_keeps_its_promise();
CREATE CONSTRAINT TRIGGER clock_promise AFTER UPDATE OF stopped_at ON clock
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.stopped_at IS NOT NULL)
    EXECUTE FUNCTION case_keeps_its_promise();
"""

BACK = """
DROP TRIGGER case_promise ON "case";
DROP TRIGGER clock_promise ON clock;
DROP FUNCTION case_keeps_its_promise();
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
