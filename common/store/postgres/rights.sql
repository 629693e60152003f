-- Who may do what, and what the planner is told, set again after every
-- migration. The programs work as the
-- role dl_app, whoever has logged in; it owns nothing and bypasses nothing.
-- A row of a tenant shows only while the session says it works for that
-- tenant, even where a statement forgot to ask.

GRANT USAGE ON SCHEMA dl TO dl_app;
DO $$
DECLARE
	t text;
	owned text;
	target integer;
	columns text;
	vals text;
	any_row boolean;
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
		SELECT a.attname, a.attstattarget INTO owned, target
		FROM pg_attribute AS a
		WHERE a.attrelid = ('dl.' || quote_ident(t))::regclass
			AND a.attname = 'tenant_id' AND NOT a.attisdropped;
		IF owned IS NULL THEN
			EXECUTE format('GRANT SELECT ON dl.%I TO dl_app', t);
			CONTINUE;
		END IF;
		-- All rows may be one tenant's: the planner is never to take
		-- "tenant_id = $1" for a few rows, whatever it has counted,
		-- for then it reads whole tenants in inner loops. So the column
		-- gets statistics of one value that is any, and keeps them.
		EXECUTE format(
		    'ALTER TABLE dl.%I NO FORCE ROW LEVEL SECURITY', t);
		EXECUTE format('SELECT EXISTS (SELECT 1 FROM dl.%I)', t)
		INTO any_row;
		IF target IS DISTINCT FROM 0 AND NOT any_row THEN
			SELECT string_agg(quote_ident(a.attname), ', '),
				string_agg(CASE WHEN a.attname = 'tenant_id'
				THEN 'g' WHEN a.atttypid = 'text'::regtype
				THEN 'g::text' WHEN a.atttypid = 'bytea'::regtype
				THEN quote_literal('') ELSE '0' END, ', ')
			INTO columns, vals
			FROM pg_attribute AS a
			WHERE a.attrelid = ('dl.' || quote_ident(t))::regclass
				AND a.attnum > 0 AND a.attnotnull
				AND NOT a.attisdropped;
			EXECUTE format('ALTER TABLE dl.%I ALTER tenant_id '
			    'SET (n_distinct = 1)', t);
			EXECUTE format('INSERT INTO dl.%I (%s) SELECT %s '
			    'FROM generate_series(-300, -1) AS g',
			    t, columns, vals);
			EXECUTE format('ANALYZE dl.%I (tenant_id)', t);
			EXECUTE format('TRUNCATE dl.%I', t);
			EXECUTE format('ALTER TABLE dl.%I ALTER tenant_id '
			    'SET STATISTICS 0', t);
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
