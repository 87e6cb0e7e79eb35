"""The access log refuses changes, whoever asks; what is old enough goes by one function alone.

Who may insert might also insert a row that looks old, never remove one that isn't.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION access_read_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < now() - interval '184 days' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the access log is append-only: % is refused', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER access_read_guard BEFORE UPDATE OR DELETE ON access_read
    FOR EACH ROW EXECUTE FUNCTION access_read_refuse();
CREATE FUNCTION access_read_refuse_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the access log is append-only: TRUNCATE is refused'
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER access_read_guard_all BEFORE TRUNCATE ON access_read
    FOR EACH STATEMENT EXECUTE FUNCTION access_read_refuse_all();
CREATE FUNCTION access_read_forget(before timestamptz, most integer) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    WITH gone AS (
        DELETE FROM public.access_read WHERE id IN (
            SELECT id FROM public.access_read
            WHERE at < least(before, now() - interval '184 days')
            ORDER BY at, id LIMIT most
        ) RETURNING 1
    )
    SELECT count(*) FROM gone
$$;
"""

BACK = """
DROP FUNCTION access_read_forget(timestamptz, integer);
DROP TRIGGER access_read_guard_all ON access_read;
DROP TRIGGER access_read_guard ON access_read;
DROP FUNCTION access_read_refuse_all();
DROP FUNCTION access_read_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_access_log")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
