-- Who may do what, set again after every migration. The programs work as the
-- role dl_app, whoever has logged in; it owns nothing and bypasses nothing.
-- A row of a tenant shows only while the session says it works for that
-- tenant, even where a statement forgot to ask.

GRANT USAGE ON SCHEMA dl TO dl_app;
DO $$
DECLARE
	t text;
	owned text;
BEGIN
	IF NOT has_database_privilege('dl_app', current_database(),
	    'TEMPORARY') THEN
		EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO dl_app',
		    current_database());
	END IF;
	FOR t IN SELECT c.relname FROM pg_class AS c
	    WHERE c.relnamespace = 'dl'::regnamespace
		AND c.relkind IN ('r', 'p') LOOP
		owned := NULL;
		SELECT a.attname INTO owned FROM pg_attribute AS a
		WHERE a.attrelid = ('dl.' || quote_ident(t))::regclass
			AND a.attname = 'tenant_id' AND NOT a.attisdropped;
		IF owned IS NULL THEN
			EXECUTE format('GRANT SELECT ON dl.%I TO dl_app', t);
			CONTINUE;
		END IF;
		EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE '
		    'ON dl.%I TO dl_app', t);
		EXECUTE format(
		    'ALTER TABLE dl.%I ENABLE ROW LEVEL SECURITY', t);
		EXECUTE format(
		    'ALTER TABLE dl.%I FORCE ROW LEVEL SECURITY', t);
		EXECUTE format('DROP POLICY IF EXISTS dl_tenant ON dl.%I', t);
		EXECUTE format('CREATE POLICY dl_tenant ON dl.%I '
		    'USING (tenant_id = nullif(current_setting(''dl.tenant'', '
		    'true), '''')::bigint)', t);
	END LOOP;
	-- Which tenants there are is known to all; a tenant's line is its own
	-- to change.
	DROP POLICY IF EXISTS dl_names ON dl.tenant;
	CREATE POLICY dl_names ON dl.tenant FOR SELECT USING (true);
END $$;
