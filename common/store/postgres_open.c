/* SPDX-License-Identifier: ISC */
/*
 * Opening a store on a PostgreSQL server: the URI, the connection and its
 * settings, what the database must be before anyone works in it, and a new
 * connection in place of one that was lost.
 */
#include <inttypes.h>

#include "store/postgres_priv.h"

/* ---- the URI ------------------------------------------------------------- */

/* A key of the query part, with %41 decoded. */
static bool
key_is(struct str key, const char *want)
{
	size_t i = 0;

	for (; *want; want++, i++) {
		unsigned c;

		if (i >= key.n)
			return false;
		c = (unsigned char)key.p[i];
		if (c == '%' && i + 2 < key.n) {
			const char hex[3] = {key.p[i + 1], key.p[i + 2], 0};

			c = (unsigned)strtoul(hex, NULL, 16);
			i += 2;
		}
		if (c != (unsigned char)*want)
			return false;
	}
	return i == key.n;
}

/* "USER:PASSWORD@": a colon before the last @. */
static bool
has_login(struct str s)
{
	while (s.n > 0 && s.p[s.n - 1] != '@')
		s.n--;
	return s.n > 0 && memchr(s.p, ':', s.n);
}

/* What others can read in the list of processes and in histories. A password
 * may hold what it should not: libpq reads on to the first / for an @, people
 * to the last. */
static bool
has_password(struct str uri)
{
	struct str rest = uri, tail, part, key;
	bool more = true;
	size_t i;

	for (i = 0; i + 2 < uri.n && memcmp(uri.p + i, "://", 3) != 0; i++)
		continue;
	if (i + 2 < uri.n)
		rest = (struct str){uri.p + i + 3, uri.n - i - 3};
	tail = rest;
	str_cut(&tail, '/', &part);
	tail = rest;
	str_cut(&tail, '?', &key);
	if (has_login(part) || has_login(key))
		return true;
	if (!str_cut(&rest, '?', &part))
		return false;
	while (more) {
		more = str_cut(&rest, '&', &part);
		str_cut(&part, '=', &key);
		if (key_is(key, "password") || key_is(key, "sslpassword"))
			return true;
	}
	return false;
}

static int
check_uri(const char *uri, struct err *err)
{
	PQconninfoOption *options;

	if (has_password(str_of(uri)))
		return err_set(err, ERR_USAGE,
		    "the store's URI holds a password, which others could "
		    "read: leave it out and put it into ~/.pgpass, a service "
		    "file or PGPASSWORD");
	options = libpq.PQconninfoParse(uri, NULL);
	if (!options)
		return err_set(err, ERR_USAGE,
		    "not a PostgreSQL URI: postgresql://[USER@][HOST][:PORT]/"
		    "DATABASE[?PARAMETERS]");
	libpq.PQconninfoFree(options);
	return 0;
}

/* ---- the connection ------------------------------------------------------ */

static void
ignore_notice(void *context, const char *text)
{
	(void)context;
	(void)text;
}

static bool
has_any(const char *text, const char *const *parts, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strstr(text, parts[i]))
			return true;
	return false;
}

/* No error code comes with a refused connection, only words: libpq's own about
 * what it was given, or the server's. */
static int
fail_connect(struct store *st, struct err *err)
{
	static const char *const given[] = {
	    "invalid ", "service file", "definition of service", "certificate"};
	static const char *const refused[] = {"FATAL:", "password"};
	static const char *const passing[] = {"starting up", "shutting down",
	    "too many", "connection slots", "recovery mode",
	    "not yet accepting"};
	struct str text = str_of(libpq.PQerrorMessage(st->pg->conn)), line;
	const char *said = text.p ? text.p : "";
	enum err_kind kind = ERR_BUSY;

	if (has_any(said, refused, COUNT_OF(refused)))
		kind = has_any(said, passing, COUNT_OF(passing)) ? ERR_BUSY
								 : ERR_FAIL;
	else if (has_any(said, given, COUNT_OF(given)))
		kind = ERR_FAIL;
	str_cut(&text, '\n', &line);
	err_set(err, kind, "%s: %.*s", st->path, STR_ARG(line));
	if (strstr(said, "does not exist") && strstr(said, "database"))
		err_set(err, ERR_FAIL,
		    "%s: no such database (createdb makes one)", st->path);
	return -1;
}

/* Ours where neither the URI nor the environment says anything. */
static PGconn *
connect_with_defaults(const char *uri)
{
	static const char *const ours[][2] = {{"connect_timeout", "10"},
	    {"keepalives_idle", "30"}, {"keepalives_interval", "10"},
	    {"keepalives_count", "3"}, {"tcp_user_timeout", "60000"},
	    {"fallback_application_name", "dl"}};
	const char *names[COUNT_OF(ours) + 3] = {0},
					   *values[COUNT_OF(ours) + 3] = {0};
	PQconninfoOption *defaults = libpq.PQconndefaults(), *o;
	PGconn *conn;
	size_t i, n = 0;

	for (i = 0; i < COUNT_OF(ours); i++) {
		for (o = defaults; o && o->keyword; o++)
			if (strcmp(o->keyword, ours[i][0]) == 0)
				break;
		if (o && o->keyword && o->val && *o->val &&
		    strcmp(ours[i][0], "connect_timeout") == 0)
			continue;
		names[n] = ours[i][0];
		values[n++] = ours[i][1];
	}
	names[n] = "dbname";
	values[n++] = uri;
	names[n] = "client_encoding";
	values[n++] = "UTF8";
	conn = libpq.PQconnectdbParams(names, values, 1);
	libpq.PQconninfoFree(defaults);
	return conn;
}

/* A statement may take half an hour and no more, unless the server or the
 * user's PGOPTIONS say something. A plan for all rows, since all are read; and
 * a plan for the tables as they are now: one kept from when they were empty
 * reads whole tables in inner loops. Every row is found by an index that
 * begins with its tenant, and a few at a time by one loop over bulk rows or
 * none; what reads a whole tenant is told otherwise (postgres_statement.c). */
static const char settings[] =
    "SET search_path TO dl; SET client_min_messages TO error; "
    "SET standard_conforming_strings TO on; SET cursor_tuple_fraction TO 1; "
    "SET jit TO off; SET plan_cache_mode TO force_custom_plan; "
    "SET enable_seqscan TO off; SET enable_hashjoin TO off; "
    "SET enable_mergejoin TO off; SET enable_material TO off; "
    "SELECT set_config('statement_timeout', "
    "CASE current_setting('statement_timeout') WHEN '0' THEN '30min' "
    "ELSE current_setting('statement_timeout') END, false), "
    "EXISTS (SELECT 1 FROM pg_catalog.pg_extension WHERE extname = 'citus'), "
    "current_setting('transaction_read_only')";

int
postgres_connect(struct store *st, struct err *err)
{
	struct postgres *pg = st->pg;
	PGresult *result;

	if (pg->conn)
		libpq.PQfinish(pg->conn);
	pg->conn = connect_with_defaults(pg->uri);
	pg->generation++;
	pg->tenant = pg->tenant_before = -1;
	pg->aborted = false;
	postgres_bulk_forget(st);
	if (libpq.PQstatus(pg->conn) != CONNECTION_OK)
		return fail_connect(st, err);
	libpq.PQsetNoticeProcessor(pg->conn, ignore_notice, NULL);
	if (postgres_result(st, settings, &result, err) < 0)
		return -1;
	pg->spread = *libpq.PQgetvalue(result, 0, 1) == 't';
	pg->read_only = strcmp(libpq.PQgetvalue(result, 0, 2), "on") == 0;
	libpq.PQclear(result);
	return 0;
}

int
postgres_take_role(struct store *st, struct err *err)
{
	PGresult *result =
	    libpq.PQexec(st->pg->conn, "SET ROLE " APPLICATION_ROLE);
	int code = 0;

	if (postgres_is(result, "22023"))
		code = err_set(err, ERR_FAIL,
		    "%s: the role " APPLICATION_ROLE
		    " is missing: have the store's owner run dl-db migrate",
		    st->path);
	else if (postgres_is(result, "42501"))
		code = err_set(err, ERR_FAIL,
		    "%s: this login may not work here: GRANT " APPLICATION_ROLE
		    " TO it",
		    st->path);
	else if (libpq.PQresultStatus(result) != PGRES_COMMAND_OK)
		return postgres_fail(st, result, err, NULL);
	libpq.PQclear(result);
	if (code < 0 || !st->pg->spread)
		return code;
	/* Not before: what makes a schema has connections of its own to other
	 * machines, which would wait for those a setting goes to. */
	return postgres_execute(
	    st, "SET citus.propagate_set_commands TO 'local'", err);
}

int
postgres_ready(struct store *st, struct err *err)
{
	if (!postgres_lost(st))
		return 0;
	if (st->open || st->pg->implicit > 0 || st->pg->exclusive)
		return postgres_fail_lost(st, err);
	/* The server may have come back without them. */
	if (st->unsynced)
		return err_set(err, ERR_BUSY,
		    "%s: the connection to the server was lost before the "
		    "latest changes were known to be on its disk; a rerun "
		    "does what is missing",
		    st->path);
	if (postgres_connect(st, err) < 0)
		return -1;
	return postgres_take_role(st, err);
}

/* ---- what the database is ------------------------------------------------ */

static int
look(struct store *st, bool *ret_there, struct err *err)
{
	PGresult *result;
	int code = 0;

	if (libpq.PQserverVersion(st->pg->conn) < OLDEST_SERVER)
		return err_set(err, ERR_FAIL,
		    "%s: the server is PostgreSQL %d; version %d or later is "
		    "needed",
		    st->path, libpq.PQserverVersion(st->pg->conn) / 10000,
		    OLDEST_SERVER / 10000);
	if (postgres_result(st,
		"SELECT pg_catalog.current_setting('server_encoding'), "
		"CASE WHEN EXISTS (SELECT 1 FROM pg_catalog.pg_class AS c "
		"JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace "
		"WHERE n.nspname = 'dl' AND c.relname = 'migration') "
		"THEN 'y' ELSE 'n' END",
		&result, err) < 0)
		return -1;
	*ret_there = *libpq.PQgetvalue(result, 0, 1) == 'y';
	if (strcmp(libpq.PQgetvalue(result, 0, 0), "UTF8") != 0)
		code = err_set(err, ERR_FAIL,
		    "%s: the database's encoding is %s, not UTF8: createdb "
		    "-E UTF8 -T template0 NAME",
		    st->path, libpq.PQgetvalue(result, 0, 0));
	else if (st->mode != STORE_READ && st->pg->read_only)
		code = err_set(err, ERR_FAIL,
		    "%s: the server is read-only (a standby, or "
		    "default_transaction_read_only)",
		    st->path);
	libpq.PQclear(result);
	return code;
}

static int
create(struct store *st, bool there, struct err *err)
{
	if (there)
		return err_set(err, ERR_FAIL, "%s: is there already", st->path);
	if (postgres_prepare_create(st, err) < 0 || migrate(st, 0, err) < 0 ||
	    postgres_take_role(st, err) < 0)
		return -1;
	st->mode = STORE_WRITE;
	return 0;
}

/* Migrations are the owner's; all else is done as the programs' role. */
static int
open_there(struct store *st, bool there, struct err *err)
{
	int version;

	if (!there)
		return err_set(err, ERR_FAIL,
		    "%s: not a store (dl-db init makes one)", st->path);
	if (st->mode == STORE_UPGRADE) {
		if (postgres_prepare_create(st, err) < 0 ||
		    postgres_version(st, &version, err) < 0 ||
		    migrations_check(st, version, err) < 0 ||
		    postgres_functions_check(st, err) < 0)
			return -1;
		return postgres_take_role(st, err);
	}
	if (postgres_take_role(st, err) < 0 ||
	    postgres_version(st, &version, err) < 0 ||
	    migrations_check(st, version, err) < 0)
		return -1;
	return postgres_functions_check(st, err);
}

static bool
makes(enum store_mode mode, bool there)
{
	return mode == STORE_CREATE || (mode == STORE_ENSURE && !there);
}

int
postgres_store(
    const char *uri, enum store_mode mode, struct store **ret, struct err *err)
{
	struct store *st;
	bool there = false;

	if (libpq_load(err) < 0 || check_uri(uri, err) < 0)
		return -1;
	st = store_new(&postgres_engine);
	st->mode = mode;
	st->path = xstrndup(uri, strcspn(uri, "?"));
	st->pg = xcalloc(1, sizeof(*st->pg));
	st->pg->uri = xstrdup(uri);
	if (postgres_connect(st, err) < 0 || look(st, &there, err) < 0 ||
	    (makes(mode, there) ? create : open_there)(st, there, err) < 0) {
		store_close(st);
		return -1;
	}
	*ret = st;
	return 0;
}

void
postgres_close(struct store *st)
{
	struct postgres *pg = st->pg;

	if (st->active > 0)
		BUG("rows are open while the store closes");
	postgres_statements_free(st);
	if (pg->conn)
		libpq.PQfinish(pg->conn);
	free(pg->uri);
	free(pg);
}
