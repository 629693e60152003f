/* SPDX-License-Identifier: ISC */
/*
 * The store on PostgreSQL as one process sees it: values and their types,
 * rows through cursors, bulk tables and what a rollback does to them, rows of
 * other tenants, a connection that was lost. Skipped without a server.
 */
#include <time.h>

#include "store/store.h"
#include "unit.h"

static struct store *
open_store(int64_t tenant)
{
	struct store *st = NULL;
	struct err err = {0};

	if (store_open(unit_store(), STORE_WRITE, &st, &err) < 0 ||
	    store_tenant(st, tenant, &err) < 0) {
		printf("%s\n", err.text);
		exit(1);
	}
	return st;
}

static void
begin(struct store *st)
{
	struct err err = {0};

	CHECK_INT(store_begin(st, STORE_CHANGE, "test", &err), 0);
}

static void
commit(struct store *st)
{
	struct err err = {0};

	CHECK_INT(store_commit(st, true, &err), 0);
}

/* ---- values -------------------------------------------------------------- */

static void
test_values(void)
{
	static const struct sql echo = {
	    "echo", "SELECT $4, $3, $2, $1, sum($1), 1.5, 7", "itrb"};
	struct store *st = open_store(1);
	struct err err = {0};
	struct rows *r;
	int i;

	/* At once, then prepared. */
	for (i = 0; i < 3; i++) {
		CHECK_INT(
		    store_query(st, &echo,
			BINDS(BIND_INT(INT64_MIN), BIND_TEXT(STR("a\0\1b")),
			    BIND_REAL(0.1), BIND_BLOB(STR("\xff\0"))),
			&r, &err),
		    0);
		CHECK_INT(rows_next(r, &err), 1);
		CHECK(str_eq(rows_blob(r, 0), STR("\xff\0")));
		CHECK(rows_real(r, 1) == 0.1);
		CHECK(str_eq(rows_text(r, 2), STR("a\0\1b")));
		CHECK(rows_int(r, 3) == INT64_MIN);
		CHECK(rows_int(r, 4) == INT64_MIN);
		CHECK(str_is(rows_text(r, 4), "-9223372036854775808"));
		CHECK(rows_real(r, 5) == 1.5);
		CHECK(str_is(rows_text(r, 5), "1.5"));
		CHECK_INT(rows_int(r, 5), 1);
		CHECK_INT(rows_int(r, 6), 7);
		CHECK(rows_real(r, 6) == 7);
		CHECK_INT(rows_next(r, &err), 0);
		CHECK_INT(rows_next(r, &err), 0);
		rows_close(r);
	}
	CHECK_INT(store_query(st, &echo,
		      BINDS(BIND_NULL('i'), BIND_TEXT(((struct str){NULL, 0})),
			  BIND_NULL('r'), BIND_BLOB(STR(""))),
		      &r, &err),
	    0);
	CHECK_INT(rows_next(r, &err), 1);
	CHECK(rows_blob(r, 0).p != NULL && rows_blob(r, 0).n == 0);
	CHECK(rows_null(r, 1) && rows_null(r, 2) && rows_null(r, 3));
	CHECK(rows_text(r, 2).p == NULL && rows_blob(r, 2).p == NULL);
	CHECK_INT(rows_int(r, 4), 0);
	rows_close(r);
	store_close(st);
}

static void
test_order(void)
{
	static const struct sql order = {"order",
	    "SELECT CASE WHEN $1 < $2 COLLATE \"C\" THEN 1 ELSE 0 END", "tt"};
	static const char *const texts[] = {
	    "", "a", "a\0", "a\0\0", "a\0b", "a\1", "a\1a", "a\2", "あ"};
	static const size_t lengths[] = {0, 1, 2, 3, 3, 2, 3, 2, 3};
	struct store *st = open_store(1);
	struct err err = {0};
	int64_t less;

	for (size_t i = 0; i < COUNT_OF(texts); i++)
		for (size_t j = 0; j < COUNT_OF(texts); j++) {
			CHECK_INT(
			    store_int(st, &order,
				BINDS(BIND_TEXT(
					  ((struct str){texts[i], lengths[i]})),
				    BIND_TEXT(
					((struct str){texts[j], lengths[j]}))),
				&less, &err),
			    1);
			CHECK_INT(less, i < j);
		}
	store_close(st);
}

/* ---- rows ---------------------------------------------------------------- */

static const struct sql marks = {"marks",
    "SELECT {{WHOLE_TENANT}} w.lead_id FROM work AS w WHERE w.tenant_id = $1 "
    "AND w.consumer = 7 ORDER BY w.lead_id",
    "i"};
static const struct sql mark_add = {"mark_add",
    "INSERT INTO work (tenant_id, consumer, lead_id) VALUES ($1, 7, $2)", "ii"};
static const struct sql marks_clear = {
    "marks_clear", "DELETE FROM work WHERE consumer = 7", ""};
static const struct sql marks_fill = {"marks_fill",
    "INSERT INTO work (tenant_id, consumer, lead_id) "
    "SELECT $1, 7, b.lead_id FROM bulk_lead_mark AS b",
    "i"};

static int64_t
sum_marks(struct store *st, int64_t tenant, int64_t *ret_count)
{
	struct err err = {0};
	struct rows *r;
	int64_t sum = 0;

	*ret_count = 0;
	CHECK_INT(
	    store_query(st, &marks, BINDS(BIND_INT(tenant)), &r, &err), 0);
	while (rows_next(r, &err) == 1) {
		sum += rows_int(r, 0);
		++*ret_count;
	}
	CHECK_INT(err.kind, ERR_NONE);
	rows_close(r);
	return sum;
}

/* More rows than a cursor brings at once, inside a transaction and outside,
 * and two of them in turns. */
static void
test_cursors(void)
{
	struct store *st = open_store(1);
	struct bulk *b = bulk_new(&bulk_lead_mark);
	struct err err = {0};
	struct rows *one, *two;
	int64_t changed, n, i;

	for (i = 1; i <= 4500; i++) {
		bulk_int(b, i);
		bulk_end_row(b);
	}
	begin(st);
	CHECK_INT(store_run(st, &marks_clear, NO_BINDS, NULL, &err), 0);
	CHECK_INT(store_bulk(st, b, &err), 0);
	CHECK_INT(
	    store_run(st, &marks_fill, BINDS(BIND_INT(1)), &changed, &err), 0);
	CHECK_INT(changed, 4500);
	CHECK_INT(sum_marks(st, 1, &n), INT64_C(4500) * 4501 / 2);
	commit(st);
	CHECK_INT(sum_marks(st, 1, &n), INT64_C(4500) * 4501 / 2);
	CHECK_INT(n, 4500);
	CHECK_INT(store_query(st, &marks, BINDS(BIND_INT(1)), &one, &err), 0);
	CHECK_INT(store_query(st, &marks, BINDS(BIND_INT(1)), &two, &err), 0);
	for (i = 1; i <= 4500; i++) {
		if (rows_next(one, &err) != 1 || rows_int(one, 0) != i ||
		    rows_next(two, &err) != 1 || rows_int(two, 0) != i)
			break;
	}
	CHECK_INT(i, 4501);
	rows_close(one);
	CHECK_INT(rows_next(two, &err), 0);
	rows_close(two);
	/* One that is left early. */
	CHECK_INT(store_query(st, &marks, BINDS(BIND_INT(1)), &one, &err), 0);
	CHECK_INT(rows_next(one, &err), 1);
	rows_close(one);
	begin(st);
	commit(st);
	bulk_free(b);
	store_close(st);
}

/* ---- bulk rows ----------------------------------------------------------- */

static const struct bulk_column every_columns[] = {
    {"number", 'i'}, {"part", 'r'}, {"word", 't'}, {"bytes", 'b'}};
static const struct bulk_spec bulk_every = {"every", every_columns, 4};
static const struct sql every_sum = {"every_sum",
    "SELECT count(*), coalesce(sum(number), 0), coalesce(sum(part), 0), "
    "count(word), max(word), max(encode(bytes, 'hex')) FROM bulk_every",
    ""};

static void
fill_every(struct bulk *b, int64_t rows)
{
	char word[32];
	int64_t i;

	for (i = 0; i < rows; i++) {
		snprintf(word, sizeof(word), "w%06lld", (long long)i);
		bulk_int(b, i);
		bulk_real(b, (double)i / 2);
		if (i % 10 == 0)
			bulk_null(b);
		else
			bulk_text(b, str_of(word));
		bulk_blob(b, STR("\0\1"));
		bulk_end_row(b);
	}
}

static void
check_every(struct store *st, int64_t rows)
{
	struct err err = {0};
	struct rows *r;

	CHECK_INT(store_query(st, &every_sum, NO_BINDS, &r, &err), 0);
	CHECK_INT(rows_next(r, &err), 1);
	CHECK_INT(rows_int(r, 0), rows);
	CHECK_INT(rows_int(r, 1), rows * (rows - 1) / 2);
	CHECK(rows_real(r, 2) == (double)(rows * (rows - 1)) / 4);
	CHECK_INT(rows_int(r, 3), rows - (rows + 9) / 10);
	if (rows > 0)
		CHECK(str_is(rows_text(r, 5), "0001"));
	rows_close(r);
}

static void
test_bulk(void)
{
	struct store *st = open_store(1);
	struct bulk *b = bulk_new(&bulk_every), *other = bulk_new(&bulk_every);
	struct err err = {0};

	fill_every(b, 30000);
	CHECK_INT(store_bulk(st, b, &err), 0);
	check_every(st, 30000);
	bulk_clear(b);
	check_every(st, 0);
	fill_every(b, 1000);
	check_every(st, 0);
	CHECK_INT(store_bulk(st, b, &err), 0);
	check_every(st, 1000);

	/* A rollback takes back what the transaction put there, not what the
	 * tables are to show. */
	fill_every(other, 700);
	begin(st);
	CHECK_INT(store_bulk(st, other, &err), 0);
	check_every(st, 700);
	store_rollback(st);
	check_every(st, 700);
	begin(st);
	CHECK_INT(store_bulk(st, b, &err), 0);
	check_every(st, 1000);
	commit(st);
	check_every(st, 1000);
	bulk_free(b);
	check_every(st, 0);
	CHECK_INT(store_bulk(st, other, &err), 0);
	check_every(st, 700);
	store_close(st);
	bulk_free(other);

	/* A table first made inside what is rolled back. */
	st = open_store(1);
	b = bulk_new(&bulk_every);
	fill_every(b, 501);
	begin(st);
	CHECK_INT(store_bulk(st, b, &err), 0);
	check_every(st, 501);
	store_rollback(st);
	check_every(st, 501);
	bulk_free(b);
	store_close(st);
}

/* Few rows go along with what reads them, and no table is made; nor is one on
 * a server that may only be read, however many there are. */
static void
check_few(struct store *st, int64_t rows)
{
	static const struct sql with = {"with",
	    "WITH twice AS (SELECT b.number * 2 AS n FROM bulk_every AS b "
	    "WHERE b.number >= $1) SELECT max(n) FROM twice",
	    "i"};
	static const struct sql made = {"made",
	    "SELECT count(*) FROM pg_catalog.pg_class "
	    "WHERE relname = 'bulk_every' AND relpersistence = 't' "
	    "AND pg_catalog.pg_table_is_visible(oid)",
	    ""};
	static const struct sql texts = {"texts",
	    "SELECT b.word, b.bytes, b.part FROM bulk_every AS b "
	    "ORDER BY b.word, b.number",
	    ""};
	struct bulk *b = bulk_new(&bulk_every);
	struct err err = {0};
	struct rows *r;
	int64_t n = 0;
	int i;

	fill_every(b, rows);
	CHECK_INT(store_bulk(st, b, &err), 0);
	for (i = 0; i < 3; i++) {
		check_every(st, rows);
		CHECK_INT(
		    store_int(st, &with, BINDS(BIND_INT(1)), &n, &err), 1);
		CHECK_INT(n, (rows - 1) * 2);
	}
	bulk_clear(b);
	check_every(st, 0);
	/* By bytes, with what a text of the server cannot hold; no rows but
	 * nulls. */
	bulk_int(b, 1);
	bulk_null(b);
	bulk_text(b, STR("a\0b"));
	bulk_null(b);
	bulk_end_row(b);
	bulk_int(b, 2);
	bulk_real(b, -0.5);
	bulk_text(b, STR("Z"));
	bulk_blob(b, STR(""));
	bulk_end_row(b);
	CHECK_INT(store_bulk(st, b, &err), 0);
	CHECK_INT(store_query(st, &texts, NO_BINDS, &r, &err), 0);
	CHECK_INT(rows_next(r, &err), 1);
	CHECK(str_is(rows_text(r, 0), "Z"));
	CHECK(!rows_null(r, 1) && rows_blob(r, 1).n == 0);
	CHECK(rows_real(r, 2) == -0.5);
	CHECK_INT(rows_next(r, &err), 1);
	CHECK(str_eq(rows_text(r, 0), STR("a\0b")));
	CHECK(rows_null(r, 1) && rows_null(r, 2));
	rows_close(r);
	CHECK_INT(store_int(st, &made, NO_BINDS, &n, &err), 1);
	CHECK_INT(n, 0);
	bulk_free(b);
	store_close(st);
}

static void
test_arrays(void)
{
	struct store *st = NULL;
	struct err err = {0};

	check_few(open_store(1), 500);
	setenv("PGOPTIONS", "-c default_transaction_read_only=on", 1);
	CHECK_INT(store_open(unit_store(), STORE_READ, &st, &err), 0);
	check_few(st, 3000);
	unsetenv("PGOPTIONS");
}

/* ---- transactions -------------------------------------------------------- */

static void
test_failure(void)
{
	struct store *st = open_store(1);
	struct err err = {0};
	int64_t n;

	begin(st);
	CHECK_INT(store_run(st, &marks_clear, NO_BINDS, NULL, &err), 0);
	commit(st);
	begin(st);
	CHECK_INT(store_run(st, &mark_add, BINDS(BIND_INT(1), BIND_INT(5)),
		      NULL, &err),
	    0);
	CHECK_INT(store_run(st, &mark_add, BINDS(BIND_INT(1), BIND_INT(5)),
		      NULL, &err),
	    -1);
	CHECK_INT(err.kind, ERR_FAIL);
	CHECK(strstr(err.text, "unique") != NULL);
	CHECK_INT(store_commit(st, true, &err), -1);
	store_rollback(st);
	sum_marks(st, 1, &n);
	CHECK_INT(n, 0);
	store_close(st);
}

/* Changes of one tenant take turns; another tenant's do not wait. */
static void
test_turns(void)
{
	struct store *a = open_store(1), *b = open_store(1), *c = open_store(2);
	struct err err = {0};

	store_patience(b, 50);
	store_patience(c, 50);
	begin(a);
	CHECK(!store_awaited(a));
	CHECK_INT(store_begin(b, STORE_CHANGE, "second", &err), -1);
	CHECK_INT(err.kind, ERR_BUSY);
	CHECK(strstr(err.text, "second: waited") != NULL);
	begin(c);
	commit(c);
	CHECK_INT(store_begin(b, STORE_SNAPSHOT, "look", &err), 0);
	CHECK_INT(store_commit(b, false, &err), 0);
	commit(a);
	begin(b);
	commit(b);
	CHECK_INT(store_exclusive(a, &err), 0);
	begin(a);
	commit(a);
	CHECK_INT(store_begin(b, STORE_CHANGE, "second", &err), -1);
	CHECK_INT(err.kind, ERR_BUSY);
	CHECK_INT(store_exclusive(b, &err), -1);
	CHECK_INT(err.kind, ERR_BUSY);
	/* It has the one tenant to itself, and others only in its turn. */
	begin(c);
	CHECK_INT(store_tenant(a, 2, &err), 0);
	store_patience(a, 50);
	CHECK_INT(store_begin(a, STORE_CHANGE, "other tenant", &err), -1);
	CHECK_INT(err.kind, ERR_BUSY);
	commit(c);
	store_close(a);
	begin(b);
	commit(b);
	store_close(b);
	store_close(c);
}

/* The server ends a session that idles; the next transaction has a new one,
 * but not the one that was open. */
static void
idle_out(struct store *st)
{
	static const struct timespec nap = {.tv_nsec = 300000000L};
	struct err err = {0};
	struct rows *r;

	CHECK_INT(store_query_text(st,
		      "SELECT set_config('idle_session_timeout', '50', false), "
		      "set_config('idle_in_transaction_session_timeout', "
		      "'50', false)",
		      "", NO_BINDS, &r, &err),
	    0);
	rows_close(r);
	nanosleep(&nap, NULL);
}

static void
test_lost(void)
{
	struct store *st = open_store(1);
	struct bulk *b = bulk_new(&bulk_every);
	struct err err = {0};
	int64_t n;

	fill_every(b, 600);
	CHECK_INT(store_bulk(st, b, &err), 0);
	check_every(st, 600);
	sum_marks(st, 1, &n);
	idle_out(st);
	begin(st);
	check_every(st, 600);
	CHECK_INT(store_run(st, &mark_add, BINDS(BIND_INT(1), BIND_INT(5)),
		      NULL, &err),
	    0);
	commit(st);
	idle_out(st);
	check_every(st, 600);
	idle_out(st);
	CHECK_INT(sum_marks(st, 1, &n), 5);
	CHECK_INT(n, 1);

	begin(st);
	CHECK_INT(store_run(st, &mark_add, BINDS(BIND_INT(1), BIND_INT(6)),
		      NULL, &err),
	    0);
	idle_out(st);
	CHECK_INT(store_run(st, &mark_add, BINDS(BIND_INT(1), BIND_INT(7)),
		      NULL, &err),
	    -1);
	CHECK_INT(err.kind, ERR_BUSY);
	store_rollback(st);
	CHECK_INT(sum_marks(st, 1, &n), 5);
	begin(st);
	CHECK_INT(store_run(st, &marks_clear, NO_BINDS, NULL, &err), 0);
	commit(st);
	bulk_free(b);
	store_close(st);
}

/* What was committed and not synced may have gone with the server: nobody is
 * told that it is on disk, and no later change is built upon it. */
static void
test_lost_unsynced(void)
{
	struct store *st = open_store(1);
	struct err err = {0};
	int64_t n;

	begin(st);
	CHECK_INT(store_run(st, &mark_add, BINDS(BIND_INT(1), BIND_INT(5)),
		      NULL, &err),
	    0);
	CHECK_INT(store_commit(st, false, &err), 0);
	idle_out(st);
	CHECK_INT(store_sync(st, &err), -1);
	CHECK_INT(err.kind, ERR_BUSY);
	CHECK_INT(store_begin(st, STORE_CHANGE, "next", &err), -1);
	CHECK_INT(err.kind, ERR_BUSY);
	CHECK(strstr(err.text, "next: ") != NULL);
	store_close(st);

	/* What only looks may look. */
	st = open_store(1);
	CHECK_INT(sum_marks(st, 1, &n), 5);
	begin(st);
	CHECK_INT(store_run(st, &marks_clear, NO_BINDS, NULL, &err), 0);
	commit(st);
	store_close(st);
}

/* The connection goes while a batch asks whether others wait. */
static void
test_lost_awaited(void)
{
	struct store *st = open_store(1);
	struct err err = {0};

	begin(st);
	CHECK_INT(store_run(st, &mark_add, BINDS(BIND_INT(1), BIND_INT(6)),
		      NULL, &err),
	    0);
	idle_out(st);
	CHECK(!store_awaited(st));
	CHECK_INT(store_commit(st, true, &err), -1);
	CHECK_INT(err.kind, ERR_BUSY);
	store_rollback(st);
	store_close(st);
}

/* What the session says of the tenant goes back with a transaction that
 * fails, and what was said outside of it does not. */
static void
test_tenant_rolled_back(void)
{
	static const struct sql wrong = {"wrong",
	    "SELECT {{WHOLE_TENANT}} 1 / (w.lead_id - w.lead_id) "
	    "FROM work AS w WHERE w.tenant_id = $1",
	    "i"};
	struct store *st = open_store(1);
	struct bulk *b = bulk_new(&bulk_every);
	struct err err = {0};
	struct rows *one, *two;
	int64_t n;

	begin(st);
	CHECK_INT(store_run(st, &mark_add, BINDS(BIND_INT(1), BIND_INT(5)),
		      NULL, &err),
	    0);
	CHECK_INT(store_tenant(st, 2, &err), 0);
	CHECK_INT(store_run(st, &mark_add, BINDS(BIND_INT(2), BIND_INT(6)),
		      NULL, &err),
	    0);
	commit(st);
	CHECK_INT(store_tenant(st, 1, &err), 0);
	CHECK_INT(sum_marks(st, 1, &n), 5);

	/* Rows are open while another tenant comes and a statement fails. */
	CHECK_INT(store_query(st, &marks, BINDS(BIND_INT(1)), &one, &err), 0);
	CHECK_INT(store_tenant(st, 2, &err), 0);
	fill_every(b, 600);
	CHECK_INT(store_bulk(st, b, &err), 0);
	check_every(st, 600);
	CHECK_INT(store_query(st, &wrong, BINDS(BIND_INT(2)), &two, &err), -1);
	rows_close(one);
	CHECK_INT(sum_marks(st, 2, &n), 6);
	check_every(st, 600);

	begin(st);
	CHECK_INT(store_run(st, &marks_clear, NO_BINDS, NULL, &err), 0);
	commit(st);
	CHECK_INT(store_tenant(st, 1, &err), 0);
	begin(st);
	CHECK_INT(store_run(st, &marks_clear, NO_BINDS, NULL, &err), 0);
	commit(st);
	bulk_free(b);
	store_close(st);
}

/* ---- tenants ------------------------------------------------------------- */

static void
test_isolation(void)
{
	struct store *st = open_store(1);
	struct err err = {0};
	int64_t n, changed;

	begin(st);
	CHECK_INT(store_run(st, &marks_clear, NO_BINDS, NULL, &err), 0);
	CHECK_INT(store_run(st, &mark_add, BINDS(BIND_INT(1), BIND_INT(5)),
		      NULL, &err),
	    0);
	CHECK_INT(store_tenant(st, 2, &err), 0);
	CHECK_INT(store_run(st, &mark_add, BINDS(BIND_INT(2), BIND_INT(6)),
		      NULL, &err),
	    0);
	commit(st);
	/* Asked for the wrong one. */
	CHECK_INT(sum_marks(st, 1, &n), 0);
	CHECK_INT(n, 0);
	CHECK_INT(sum_marks(st, 2, &n), 6);
	CHECK_INT(store_tenant(st, 0, &err), 0);
	sum_marks(st, 1, &n);
	CHECK_INT(n, 0);
	CHECK_INT(store_tenant(st, 1, &err), 0);
	CHECK_INT(sum_marks(st, 1, &n), 5);
	/* Written for the wrong one. */
	begin(st);
	CHECK_INT(store_run(st, &mark_add, BINDS(BIND_INT(2), BIND_INT(8)),
		      NULL, &err),
	    -1);
	CHECK(strstr(err.text, "row-level security") != NULL);
	store_rollback(st);
	/* Without a filter. */
	begin(st);
	CHECK_INT(store_run(st, &marks_clear, NO_BINDS, &changed, &err), 0);
	CHECK_INT(changed, 1);
	commit(st);
	CHECK_INT(store_tenant(st, 2, &err), 0);
	CHECK_INT(sum_marks(st, 2, &n), 6);
	begin(st);
	CHECK_INT(store_run(st, &marks_clear, NO_BINDS, NULL, &err), 0);
	commit(st);
	store_close(st);
}

int
main(void)
{
	if (strncmp(unit_store(), "postgres", 8) != 0) {
		SKIP("no PostgreSQL server ($DL_TEST_STORE)");
		return unit_done("store_postgres");
	}
	test_values();
	test_order();
	test_cursors();
	test_bulk();
	test_arrays();
	test_failure();
	test_turns();
	test_lost();
	test_lost_unsynced();
	test_lost_awaited();
	test_tenant_rolled_back();
	test_isolation();
	return unit_done("store_postgres");
}
