/* SPDX-License-Identifier: ISC */
/*
 * Looking after a store on a server: its sizes, what is wrong with it, and
 * what an administrator wants to know about it.
 */
#include <inttypes.h>

#include "store/postgres_priv.h"

/* ---- small questions ----------------------------------------------------- */

/* The first column of the first row; "" when there is none. */
static int
ask(struct store *st, const char *text, struct buf *ret, struct err *err)
{
	PGresult *result;

	buf_clear(ret);
	if (postgres_result(st, text, &result, err) < 0)
		return -1;
	buf_addstr(ret,
	    libpq.PQntuples(result) > 0 ? libpq.PQgetvalue(result, 0, 0) : "");
	libpq.PQclear(result);
	return 0;
}

static int
ask_int(struct store *st, const char *text, int64_t *ret, struct err *err)
{
	struct buf b = {0};
	int code = ask(st, text, &b, err);

	if (code == 0 && !number_int(buf_str(&b), ret))
		*ret = 0;
	buf_release(&b);
	return code;
}

/* ---- sizes --------------------------------------------------------------- */

static const char store_bytes[] =
    "SELECT coalesce(sum(pg_catalog.pg_total_relation_size(c.oid)), 0) "
    "FROM pg_catalog.pg_class AS c "
    "WHERE c.relnamespace = 'dl'::regnamespace AND c.relkind IN ('r', 'p')";

int
postgres_stats(struct store *st, struct store_stats *ret, struct err *err)
{
	struct store_stats s = {.engine = "PostgreSQL"};
	struct buf version = {0};
	int code;

	code = ask(st, "SHOW server_version", &version, err);
	if (code == 0)
		snprintf(s.version, sizeof(s.version), "%.*s",
		    (int)strcspn(version.p, " "), version.p);
	buf_release(&version);
	if (code < 0 || ask_int(st, store_bytes, &s.file_bytes, err) < 0 ||
	    ask_int(st,
		"SELECT pg_catalog.current_setting('block_size')::bigint",
		&s.page_size, err) < 0 ||
	    postgres_version(st, &s.schema_version, err) < 0)
		return -1;
	s.pages = s.page_size > 0 ? s.file_bytes / s.page_size : 0;
	*ret = s;
	return 0;
}

/* ---- what is wrong ------------------------------------------------------- */

/* Each row of one of these is a finding, in its own words. */
static const char *const checks[] = {
    "SELECT 'table ' || c.relname || ': row-level security is not forced' "
    "FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_attribute AS a "
    "ON a.attrelid = c.oid AND a.attname = 'tenant_id' "
    "WHERE c.relnamespace = 'dl'::regnamespace AND c.relkind IN ('r', 'p') "
    "AND NOT (c.relrowsecurity AND c.relforcerowsecurity) "
    "ORDER BY c.relname",
    "SELECT 'table ' || c.relname || ': policy dl_tenant is missing' "
    "FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_attribute AS a "
    "ON a.attrelid = c.oid AND a.attname = 'tenant_id' "
    "WHERE c.relnamespace = 'dl'::regnamespace AND c.relkind IN ('r', 'p') "
    "AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_policy AS p "
    "WHERE p.polrelid = c.oid AND p.polname = 'dl_tenant') "
    "ORDER BY c.relname",
    "SELECT 'index ' || c.relname || ' is not valid' "
    "FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c "
    "ON c.oid = i.indexrelid WHERE c.relnamespace = 'dl'::regnamespace "
    "AND NOT i.indisvalid ORDER BY c.relname",
    "SELECT 'the role " APPLICATION_ROLE
    " bypasses row-level security' FROM pg_catalog.pg_roles AS r "
    "WHERE r.rolname = '" APPLICATION_ROLE
    "' AND (r.rolsuper OR r.rolbypassrls)",
};

static const char *const advices[] = {
    "SELECT 'the server does not sync its log (fsync = off): a crash of the "
    "machine loses data' WHERE pg_catalog.current_setting('fsync') = 'off'",
    "SELECT 'the server confirms changes before they are on disk "
    "(synchronous_commit = off)' "
    "WHERE pg_catalog.current_setting('synchronous_commit') = 'off'",
    "SELECT 'the login ' || session_user || ' is a superuser; an ordinary "
    "login that is a member of " APPLICATION_ROLE " is enough' "
    "FROM pg_catalog.pg_roles AS r "
    "WHERE r.rolname = session_user AND r.rolsuper",
    "SELECT 'autovacuum is off' "
    "WHERE pg_catalog.current_setting('autovacuum') = 'off'",
};

static int
collect(struct store *st, const char *const *texts, size_t count,
    struct remarks *ret, struct err *err)
{
	struct place where = {.file = st->path};
	PGresult *result;
	size_t i;
	int row;

	for (i = 0; i < count; i++) {
		if (postgres_result(st, texts[i], &result, err) < 0)
			return -1;
		for (row = 0; row < libpq.PQntuples(result); row++)
			remark(
			    ret, where, "%s", libpq.PQgetvalue(result, row, 0));
		libpq.PQclear(result);
	}
	return 0;
}

int
postgres_check(struct store *st, struct remarks *findings,
    struct remarks *advice, struct err *err)
{
	if (collect(st, checks, COUNT_OF(checks), findings, err) < 0 ||
	    migrations_verify(st, findings, err) < 0)
		return -1;
	return collect(st, advices, COUNT_OF(advices), advice, err);
}

/* ---- for the administrator ----------------------------------------------- */

static const char *const facts[] = {
    "SELECT 'server: PostgreSQL ' || pg_catalog.current_setting("
    "'server_version')",
    "SELECT 'database: ' || current_database() || ', schema dl, encoding ' || "
    "pg_catalog.current_setting('server_encoding')",
    "SELECT 'owner: ' || pg_catalog.pg_get_userbyid(n.nspowner) || "
    "' (dl-db migrate needs it)' FROM pg_catalog.pg_namespace AS n "
    "WHERE n.nspname = 'dl'",
    "SELECT 'role: " APPLICATION_ROLE
    " (the programs work as it; GRANT " APPLICATION_ROLE
    " TO every login that uses them; it may read and write rows of one "
    "tenant at a time and owns nothing)'",
    "SELECT 'extensions needed: none; available: ' || "
    "coalesce(string_agg(e.name, ', ' ORDER BY e.name), 'none') "
    "FROM pg_catalog.pg_available_extensions AS e "
    "WHERE e.name IN ('citus', 'amcheck', 'pg_stat_statements')",
    "SELECT 'size to expect: about 0.6 GB for a million leads, 0.25 GB for "
    "a million events, 0.3 GB for a million scores and their signals'",
    "SELECT 'connections: one for each program at work, up to three while "
    "all leads are scored; max_connections is ' || "
    "pg_catalog.current_setting('max_connections')",
};

int
postgres_describe(struct store *st, struct remarks *ret, struct err *err)
{
	return collect(st, facts, COUNT_OF(facts), ret, err);
}
