/* SPDX-License-Identifier: ISC */
/*
 * Statements on PostgreSQL: run in one round trip at first use, prepared from
 * the second on. What says that it reads a whole tenant is read through a
 * cursor, so that memory stays flat; the rest is small and comes at once.
 */
#include <inttypes.h>

#include "store/postgres_priv.h"

enum { BULKS_MOST = 8 };

struct pg_statement {
	struct pg_statement *next;
	const struct sql *sql; /* NULL: composed, not kept */
	const char *name;      /* for messages */
	struct buf text;
	bool writes, whole;
	bool arrays; /* the rows of bulk tables are parameters */
	unsigned uses;
	unsigned prepared; /* in which connection; 0 none */
	char id[16];
	const struct bulk_spec *bulks[BULKS_MOST]; /* it reads these */
	size_t bulk_count;
};

/* ---- text ---------------------------------------------------------------- */

static void
engine_words(struct pg_statement *s, const char *text)
{
	const char *open, *close;
	struct str word;

	while ((open = strstr(text, "{{")) != NULL) {
		close = strstr(open, "}}");
		if (!close)
			BUG("engine word without an end: %s", open);
		buf_add(&s->text, text, (size_t)(open - text));
		word = (struct str){open + 2, (size_t)(close - open) - 2};
		if (str_is(word, "WHOLE_TENANT"))
			s->whole = true;
		else if (str_is(word, "SKIP_LOCKED"))
			buf_addstr(&s->text, "FOR UPDATE SKIP LOCKED");
		else
			BUG("unknown engine word: %.*s", STR_ARG(word));
		text = close + 2;
	}
	buf_addstr(&s->text, text);
}

static bool
word_char(char c)
{
	return c == '_' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static const struct bulk_spec *
spec_named(const struct store *st, struct str name)
{
	const struct bulk_slot *slot;
	size_t i;

	for (i = 0; bulk_all[i]; i++)
		if (str_is(name, bulk_all[i]->name))
			return bulk_all[i];
	for (slot = st->slots; slot; slot = slot->next)
		if (str_is(name, slot->spec->name))
			return slot->spec;
	return NULL;
}

/* Which bulk tables the text reads. */
static void
find_bulks(const struct store *st, struct pg_statement *s)
{
	const char *p = s->text.p;
	const struct bulk_spec *spec;
	struct str name;
	size_t i;

	while ((p = strstr(p, "bulk_")) != NULL) {
		bool inside = p > s->text.p && word_char(p[-1]);

		p += strlen("bulk_");
		for (name = (struct str){p, 0}; word_char(*p); p++)
			name.n++;
		spec = inside ? NULL : spec_named(st, name);
		if (!spec)
			continue;
		for (i = 0; i < s->bulk_count && s->bulks[i] != spec; i++)
			continue;
		if (i == BULKS_MOST)
			BUG("%s reads more bulk tables than %zu", s->name, i);
		s->bulks[i] = spec;
		if (i == s->bulk_count)
			s->bulk_count++;
	}
}

static bool
text_reads(struct str text)
{
	text = str_trim(text);
	if (!str_starts(text, STR("WITH")))
		return str_starts(text, STR("SELECT"));
	return !strstr(text.p, "DELETE FROM ") &&
	       !strstr(text.p, "INSERT INTO ") && !strstr(text.p, "UPDATE ");
}

static struct pg_statement *
statement_new(struct store *st, const char *text, const char *name)
{
	struct pg_statement *s = xcalloc(1, sizeof(*s));

	s->name = name;
	engine_words(s, text);
	s->writes = !text_reads(buf_str(&s->text));
	find_bulks(st, s);
	snprintf(s->id, sizeof(s->id), "s%u", ++st->pg->serial);
	return s;
}

static void
statement_free(struct pg_statement *s)
{
	buf_release(&s->text);
	free(s);
}

static void
take_arrays(struct pg_statement *s, size_t params)
{
	struct buf text = {0};

	postgres_arrays_text(
	    &text, buf_str(&s->text), params, s->bulks, s->bulk_count);
	buf_release(&s->text);
	s->text = text;
	s->arrays = true;
}

/* As it stands, or reading arrays instead of bulk tables. */
static struct pg_statement *
statement_find(struct store *st, const struct sql *sql, bool arrays)
{
	size_t bucket = ((uintptr_t)sql / sizeof(*sql)) % STATEMENT_BUCKETS;
	struct pg_statement *s;

	for (s = st->pg->statements[bucket]; s; s = s->next)
		if (s->sql == sql && s->arrays == arrays)
			return s;
	s = statement_new(st, sql->text, sql->name);
	s->sql = sql;
	if (arrays)
		take_arrays(s, strlen(sql->types));
	s->next = st->pg->statements[bucket];
	st->pg->statements[bucket] = s;
	return s;
}

void
postgres_statements_free(struct store *st)
{
	struct pg_statement *s, *next;
	size_t i;

	for (i = 0; i < STATEMENT_BUCKETS; i++) {
		for (s = st->pg->statements[i]; s; s = next) {
			next = s->next;
			statement_free(s);
		}
		st->pg->statements[i] = NULL;
	}
}

/* ---- telling what is done ------------------------------------------------ */

static void
trace_value(struct buf *out, const struct bind *b)
{
	bool text = b->type == 't' || b->type == 'b';
	size_t i;

	if (b->null || (text && !b->s.p)) {
		buf_addstr(out, "NULL");
	} else if (b->type == 'i') {
		buf_addint(out, b->i);
	} else if (b->type == 'r') {
		buf_addf(out, "%.17g", b->r);
	} else {
		buf_addc(out, '\'');
		for (i = 0; i < b->s.n; i++) {
			if (b->s.p[i] == '\'')
				buf_addc(out, '\'');
			buf_addc(out, b->s.p[i]);
		}
		buf_addc(out, '\'');
	}
}

static void
trace(struct store *st, const char *text, const struct bind *binds,
    size_t count, int64_t began)
{
	struct buf out = {0};
	size_t n;

	if (!st->trace)
		return;
	while (*text) {
		if (*text != '$' || text[1] < '1' || text[1] > '9') {
			buf_addc(&out, *text++);
			continue;
		}
		for (n = 0, text++; *text >= '0' && *text <= '9'; text++)
			n = n * 10 + (size_t)(*text - '0');
		if (n <= count)
			trace_value(&out, &binds[n - 1]);
	}
	st->trace(st->trace_context, out.p ? out.p : "",
	    (double)(time_monotonic() - began));
	buf_release(&out);
}

/* ---- running ------------------------------------------------------------- */

static bool
succeeded(const PGresult *result)
{
	switch (libpq.PQresultStatus(result)) {
	case PGRES_COMMAND_OK:
	case PGRES_TUPLES_OK:
	case PGRES_EMPTY_QUERY:
		return true;
	default:
		return false;
	}
}

int
postgres_result(
    struct store *st, const char *text, PGresult **ret, struct err *err)
{
	int64_t began = st->trace ? time_monotonic() : 0;
	PGresult *result = libpq.PQexec(st->pg->conn, text);

	trace(st, text, NO_BINDS, began);
	if (!succeeded(result))
		return postgres_fail(st, result, err, NULL);
	*ret = result;
	return 0;
}

int
postgres_execute(struct store *st, const char *text, struct err *err)
{
	PGresult *result;

	if (postgres_result(st, text, &result, err) < 0)
		return -1;
	libpq.PQclear(result);
	return 0;
}

int
postgres_there(
    struct store *st, const char *question, bool *ret, struct err *err)
{
	PGresult *result;

	if (postgres_result(st, question, &result, err) < 0)
		return -1;
	*ret = libpq.PQntuples(result) > 0;
	libpq.PQclear(result);
	return 0;
}

/* A cluster passes SET LOCAL on and nothing else. */
void
postgres_tenant_text(const struct store *st, char *text, size_t size)
{
	snprintf(text, size,
	    st->pg->spread ? "SET LOCAL dl.tenant TO '%" PRId64 "'"
			   : "SELECT set_config('dl.tenant', '%" PRId64
			     "', false)",
	    st->tenant);
}

/* A transaction that nobody asked for, and whose end it is. */
static int
begin_implicit(struct store *st, struct err *err)
{
	char text[128] = "BEGIN; ";

	if (!st->pg->spread)
		return postgres_execute(st, "BEGIN", err);
	postgres_tenant_text(
	    st, text + strlen(text), sizeof(text) - strlen(text));
	if (postgres_execute(st, text, err) < 0)
		return -1;
	st->pg->tenant = st->tenant;
	return 0;
}

/* What has failed takes back what it told the session, and its tables. */
void
postgres_end_implicit(struct store *st)
{
	struct postgres *pg = st->pg;

	libpq.PQclear(
	    libpq.PQexec(pg->conn, pg->aborted ? "ROLLBACK" : "COMMIT"));
	if (pg->aborted)
		postgres_bulk_rolled_back(st);
	else
		postgres_bulk_committed(st);
	if (pg->aborted || pg->spread)
		pg->tenant = -1;
	pg->aborted = false;
}

int
postgres_tenant_set(struct store *st, struct err *err)
{
	char text[96];

	if (st->pg->tenant == st->tenant)
		return 0;
	if (st->pg->spread && !st->open && st->pg->implicit == 0)
		return 0; /* see begin_implicit */
	postgres_tenant_text(st, text, sizeof(text));
	if (postgres_execute(st, text, err) < 0)
		return -1;
	st->pg->tenant = st->tenant;
	return 0;
}

static PGresult *
run(struct store *st, struct pg_statement *s, const struct pg_params *p)
{
	PGconn *conn = st->pg->conn;
	PGresult *result;

	if (s->uses++ == 0 || !s->sql)
		return libpq.PQexecParams(conn, s->text.p, p->count, p->types,
		    p->values, p->lengths, p->formats, 1);
	if (s->prepared != st->pg->generation) {
		result =
		    libpq.PQprepare(conn, s->id, s->text.p, p->count, p->types);
		if (!succeeded(result))
			return result;
		libpq.PQclear(result);
		s->prepared = st->pg->generation;
	}
	return libpq.PQexecPrepared(
	    conn, s->id, p->count, p->values, p->lengths, p->formats, 1);
}

/* The next result in a pipeline; the NULL behind each is read over. */
static PGresult *
pipeline_result(PGconn *conn)
{
	PGresult *result = libpq.PQgetResult(conn);

	if (!result)
		result = libpq.PQgetResult(conn);
	return result;
}

/* A whole tenant may be joined by tables read once. */
static const char joins_on[] =
    "SELECT pg_catalog.set_config('enable_hashjoin', 'on', true), "
    "pg_catalog.set_config('enable_mergejoin', 'on', true), "
    "pg_catalog.set_config('enable_material', 'on', true)";
static const char joins_off[] =
    "SELECT pg_catalog.set_config('enable_hashjoin', 'off', true), "
    "pg_catalog.set_config('enable_mergejoin', 'off', true), "
    "pg_catalog.set_config('enable_material', 'off', true)";

static bool
send_plain(PGconn *conn, const char *text)
{
	return libpq.PQsendQueryParams(
	    conn, text, 0, NULL, NULL, NULL, NULL, 1);
}

/* Makes the cursor and fetches its first batch in one round trip; the first
 * result that failed, or the batch. */
static PGresult *
open_cursor(struct store *st, struct pg_statement *s, const struct pg_params *p,
    const char *name)
{
	PGconn *conn = st->pg->conn;
	PGresult *results[4] = {NULL}, *wanted, *end;
	char fetch[64];
	struct buf text = {0};
	size_t i;

	snprintf(fetch, sizeof(fetch), "FETCH %d FROM %s", CURSOR_ROWS, name);
	buf_addf(&text, "DECLARE %s NO SCROLL CURSOR FOR %s", name, s->text.p);
	if (libpq.PQenterPipelineMode(conn) && send_plain(conn, joins_on) &&
	    libpq.PQsendQueryParams(conn, text.p, p->count, p->types, p->values,
		p->lengths, p->formats, 1) &&
	    send_plain(conn, joins_off) && send_plain(conn, fetch) &&
	    libpq.PQpipelineSync(conn)) {
		for (i = 0; i < COUNT_OF(results); i++)
			results[i] = pipeline_result(conn);
		while ((end = pipeline_result(conn)) != NULL &&
		       libpq.PQresultStatus(end) != PGRES_PIPELINE_SYNC)
			libpq.PQclear(end);
		libpq.PQclear(end);
	}
	libpq.PQexitPipelineMode(conn);
	buf_release(&text);
	for (i = 0; i < COUNT_OF(results) - 1; i++)
		if (!succeeded(results[i]))
			break;
	wanted = results[i];
	results[i] = NULL;
	for (i = 0; i < COUNT_OF(results); i++)
		libpq.PQclear(results[i]);
	return wanted;
}

/* A cursor lives in a transaction; outside of one it brings its own. */
static int
query_whole(struct store *st, struct pg_statement *s, const struct pg_params *p,
    struct rows **ret, struct err *err)
{
	struct pg_rows *r;
	char name[16];
	bool implicit = !st->open;
	PGresult *result;

	if (implicit && st->pg->implicit == 0 && begin_implicit(st, err) < 0)
		return -1;
	snprintf(name, sizeof(name), "c%u", ++st->pg->serial);
	result = open_cursor(st, s, p, name);
	if (!succeeded(result)) {
		postgres_fail(st, result, err, s->name);
		if (implicit && st->pg->implicit == 0) {
			st->pg->aborted = true;
			postgres_end_implicit(st);
		}
		return -1;
	}
	r = postgres_rows_new(st, s->name, result);
	memcpy(r->cursor, name, sizeof(r->cursor));
	r->finished = r->count < CURSOR_ROWS;
	r->implicit = implicit;
	st->pg->implicit += implicit;
	*ret = &r->rows;
	return 0;
}

/* On a cluster, in a transaction of its own. */
static int
query_in_cluster(struct store *st, struct pg_statement *s,
    const struct pg_params *p, struct rows **ret, struct err *err)
{
	PGresult *result;

	if (begin_implicit(st, err) < 0)
		return -1;
	result = run(st, s, p);
	if (succeeded(result)) {
		postgres_end_implicit(st);
		*ret = &postgres_rows_new(st, s->name, result)->rows;
		return 0;
	}
	postgres_fail(st, result, err, s->name);
	st->pg->aborted = true;
	postgres_end_implicit(st);
	return -1;
}

/* What stands alone is tried again where that can help. */
static int
query_at_once(struct store *st, struct pg_statement *s,
    const struct pg_params *p, struct rows **ret, struct err *err)
{
	bool alone = !st->open && st->pg->implicit == 0;
	PGresult *result = run(st, s, p);
	int tries;

	for (tries = 0; tries < 3 && alone && postgres_passing(result);
	     tries++) {
		libpq.PQclear(result);
		result = run(st, s, p);
	}
	if (!succeeded(result))
		return postgres_fail(st, result, err, s->name);
	*ret = &postgres_rows_new(st, s->name, result)->rows;
	return 0;
}

static int
load_bulks(struct store *st, const struct pg_statement *s, struct err *err)
{
	struct bulk_slot *slot;
	size_t i;

	for (i = 0; i < s->bulk_count; i++) {
		slot = bulk_slot_of(st, s->bulks[i], err);
		if (!slot || postgres_bulk_load(st, slot, err) < 0)
			return -1;
	}
	return 0;
}

static int
query_once(struct store *st, struct pg_statement *s, const char *types,
    const struct bind *binds, size_t count, struct rows **ret, struct err *err)
{
	const struct pg_call call = {s->name, types, binds, count, s->bulks,
	    s->arrays ? s->bulk_count : 0};
	struct arena a = {0};
	struct pg_params p;
	int64_t began;
	int code;

	if (postgres_ready(st, err) < 0 || postgres_tenant_set(st, err) < 0 ||
	    (!s->arrays && load_bulks(st, s, err) < 0))
		return -1;
	if (postgres_params(&a, st, &call, &p, err) < 0) {
		arena_release(&a);
		return -1;
	}
	began = st->trace ? time_monotonic() : 0;
	if (s->whole && !s->writes)
		code = query_whole(st, s, &p, ret, err);
	else if (st->pg->spread && !st->open && st->pg->implicit == 0)
		code = query_in_cluster(st, s, &p, ret, err);
	else
		code = query_at_once(st, s, &p, ret, err);
	arena_release(&a);
	trace(st, s->text.p, binds, count, began);
	return code;
}

/* What only reads, and stands alone, is asked again when the connection turns
 * out to be lost: a server was started anew between two transactions, say. */
static int
query(struct store *st, struct pg_statement *s, const char *types,
    const struct bind *binds, size_t count, struct rows **ret, struct err *err)
{
	bool alone = !st->open && st->pg->implicit == 0 && !st->pg->exclusive;
	struct err why = {0};

	if (s->writes && !(st->open && st->intent == STORE_CHANGE))
		BUG("%s writes outside a change transaction", s->name);
	if (query_once(st, s, types, binds, count, ret, &why) == 0)
		return 0;
	if (alone && postgres_lost(st))
		return query_once(st, s, types, binds, count, ret, err);
	if (err)
		*err = why;
	return -1;
}

int
postgres_query(struct store *st, const struct sql *sql,
    const struct bind *binds, size_t count, struct rows **ret, struct err *err)
{
	struct pg_statement *s = statement_find(st, sql, false);

	if (!s->writes && postgres_arrays_fit(st, s->bulks, s->bulk_count))
		s = statement_find(st, sql, true);
	return query(st, s, sql->types, binds, count, ret, err);
}

/* Composed text asks about all leads, so it may give many rows. */
int
postgres_query_text(struct store *st, const char *text, const char *types,
    const struct bind *binds, size_t count, struct rows **ret, struct err *err)
{
	struct pg_statement *s = statement_new(st, text, "composed");
	int code;

	s->whole = !s->writes;
	if (!s->writes && postgres_arrays_fit(st, s->bulks, s->bulk_count))
		take_arrays(s, count);
	code = query(st, s, types, binds, count, ret, err);
	statement_free(s);
	return code;
}

/* ---- the whole set ------------------------------------------------------- */

static int
prepare_one(struct store *st, const struct sql *sql, bool arrays,
    struct remarks *remarks, struct err *err)
{
	struct pg_statement *s = statement_find(st, sql, arrays);
	struct arena a = {0};
	struct err why = {0};
	PGresult *result;
	int count;
	Oid *types;

	if (!arrays && load_bulks(st, s, err) < 0)
		return -1;
	types = postgres_param_types(
	    &a, sql->types, s->bulks, arrays ? s->bulk_count : 0, &count);
	result = libpq.PQprepare(st->pg->conn, "", s->text.p, count, types);
	arena_release(&a);
	if (succeeded(result)) {
		libpq.PQclear(result);
		return 0;
	}
	postgres_fail(st, result, &why, NULL);
	remark(remarks, (struct place){.file = sql->name},
	    "does not prepare: %s", why.text);
	if (why.kind == ERR_FAIL)
		return 0;
	*err = why;
	return -1;
}

int
postgres_prepare_all(struct store *st, struct remarks *remarks, struct err *err)
{
	const struct pg_statement *s;
	int code = 0;
	size_t i;

	for (i = 0; sql_all[i] && code == 0; i++) {
		s = statement_find(st, sql_all[i], false);
		code = prepare_one(st, sql_all[i], false, remarks, err);
		if (code == 0 && s->bulk_count > 0 && !s->writes)
			code = prepare_one(st, sql_all[i], true, remarks, err);
	}
	return code;
}
