/* SPDX-License-Identifier: ISC */
/*
 * The store as one process sees it: statements, bulk rows, transactions,
 * queues, opening the wrong things, care. What several processes do to one
 * another is in store_shared_test.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "json/json.h"
#include "store/store.h"
#include "store_unit.h"

static const struct sql set_marks = {"set_marks",
    "INSERT INTO work (consumer, tenant_id, lead_id) VALUES ($2, $1, $3)",
    "iii"};
static const struct sql get_marks = {"get_marks",
    "SELECT lead_id FROM work WHERE tenant_id = $1 ORDER BY lead_id", "i"};
static const struct sql echo = {
    "echo", "SELECT $4, $3, $2, $1, length($4), typeof($4)", "itrb"};

/* ---- statements ---------------------------------------------------------- */

/* SQLite numbers parameters by first appearance; values go by their $n. */
static void
test_binding(void)
{
	struct store *st = open_new(":memory:");
	struct err err = {0};
	struct rows *r;

	CHECK_INT(store_query(st, &echo,
		      BINDS(BIND_INT(INT64_MIN), BIND_TEXT(STR("a\0b")),
			  BIND_REAL(0.1), BIND_BLOB(STR("\xff\0"))),
		      &r, &err),
	    0);
	CHECK_INT(rows_next(r, &err), 1);
	CHECK(str_eq(rows_blob(r, 0), STR("\xff\0")));
	CHECK(rows_real(r, 1) == 0.1);
	CHECK(str_eq(rows_text(r, 2), STR("a\0b")));
	CHECK(rows_int(r, 3) == INT64_MIN);
	CHECK_INT(rows_int(r, 4), 2);
	CHECK(str_is(rows_text(r, 5), "blob"));
	CHECK_INT(rows_next(r, &err), 0);
	CHECK_INT(rows_next(r, &err), 0);
	rows_close(r);
	CHECK_INT(store_query(st, &echo,
		      BINDS(BIND_NULL('i'), BIND_TEXT(((struct str){NULL, 0})),
			  BIND_NULL('r'), BIND_BLOB(STR(""))),
		      &r, &err),
	    0);
	CHECK_INT(rows_next(r, &err), 1);
	CHECK(!rows_null(r, 0));
	CHECK(rows_blob(r, 0).p != NULL && rows_blob(r, 0).n == 0);
	CHECK(rows_null(r, 1) && rows_null(r, 2) && rows_null(r, 3));
	CHECK(rows_text(r, 2).p == NULL && rows_blob(r, 2).p == NULL);
	rows_close(r);
	store_close(st);
}

static void
test_one_value(void)
{
	static const struct sql one = {"one", "SELECT $1 WHERE $2 = 1", "ti"};
	struct store *st = open_new(":memory:");
	struct buf text = {0};
	struct err err = {0};
	int64_t v = -7;

	CHECK_INT(store_int(st, &one, BINDS(BIND_TEXT(STR("42")), BIND_INT(1)),
		      &v, &err),
	    1);
	CHECK_INT(v, 42);
	CHECK_INT(store_int(st, &one, BINDS(BIND_TEXT(STR("43")), BIND_INT(0)),
		      &v, &err),
	    0);
	CHECK_INT(
	    store_int(st, &one, BINDS(BIND_NULL('t'), BIND_INT(1)), &v, &err),
	    0);
	CHECK_INT(v, 42);
	buf_addstr(&text, "<");
	CHECK_INT(store_text(st, &one,
		      BINDS(BIND_TEXT(STR("日本")), BIND_INT(1)), &text, &err),
	    1);
	CHECK_TEXT(text.p, "<日本");
	buf_release(&text);
	store_close(st);
}

/* The same statement inside itself. */
static void
test_nested(void)
{
	struct store *st = open_new(":memory:");
	struct rows *outer, *inner;
	struct err err = {0};
	int pairs = 0;

	put_marks(st, 1, 20);
	CHECK_INT(
	    store_query(st, &get_marks, BINDS(BIND_INT(1)), &outer, &err), 0);
	while (rows_next(outer, &err) == 1) {
		CHECK_INT(store_query(
			      st, &get_marks, BINDS(BIND_INT(1)), &inner, &err),
		    0);
		while (rows_next(inner, &err) == 1)
			pairs++;
		rows_close(inner);
	}
	rows_close(outer);
	CHECK_INT(pairs, 400);
	store_close(st);
}

static void
test_bad_statement(void)
{
	static const struct sql bad = {"bad", "SELECT lead_idd FROM work", ""};
	static const struct sql quoted_name = {
	    "quoted", "SELECT \"nonsense\"", ""};
	struct store *st = open_new(":memory:");
	struct err err = {0};
	struct rows *r;

	CHECK_INT(store_query(st, &bad, NO_BINDS, &r, &err), -1);
	CHECK(strstr(err.text, "bad: ") == err.text);
	CHECK(strstr(err.text, "lead_idd") != NULL);
	CHECK_INT(store_query(st, &quoted_name, NO_BINDS, &r, &err), -1);
	store_close(st);
}

static void
count_trace(void *context, const char *sql, double ms)
{
	if (strstr(sql, "'traced'") && ms >= 0)
		++*(int *)context;
}

static void
test_trace(void)
{
	static const struct sql one = {"one", "SELECT $1", "t"};
	struct store *st = open_new(":memory:");
	struct buf b = {0};
	struct err err = {0};
	int seen = 0;

	store_trace(st, count_trace, &seen);
	CHECK_INT(
	    store_text(st, &one, BINDS(BIND_TEXT(STR("traced"))), &b, &err), 1);
	store_trace(st, NULL, NULL);
	store_text(st, &one, BINDS(BIND_TEXT(STR("traced"))), &b, &err);
	CHECK_INT(seen, 1);
	buf_release(&b);
	store_close(st);
}

/* ---- transactions -------------------------------------------------------- */

static void
test_transactions(void)
{
	struct store *st = open_new(":memory:");
	struct err err = {0};
	int64_t changed;

	CHECK_INT(store_begin(st, STORE_CHANGE, "test", &err), 0);
	CHECK(store_in_transaction(st));
	CHECK_INT(
	    store_run(st, &set_marks,
		BINDS(BIND_INT(1), BIND_INT(1), BIND_INT(5)), &changed, &err),
	    0);
	CHECK_INT(changed, 1);
	store_rollback(st);
	CHECK(!store_in_transaction(st));
	store_rollback(st);
	CHECK_INT(count_marks(st, 1), 0);

	/* A failure leaves the transaction to its owner. */
	CHECK_INT(store_begin(st, STORE_CHANGE, "test", &err), 0);
	CHECK_INT(work_mark(st, 1, WORK_SCORE, 5, &err), 0);
	CHECK_INT(work_mark(st, 1, WORK_SCORE, 5, &err), 0);
	CHECK_INT(
	    store_run(st, &set_marks,
		BINDS(BIND_INT(1), BIND_INT(1), BIND_INT(5)), &changed, &err),
	    -1);
	CHECK(strstr(err.text, "UNIQUE") != NULL);
	CHECK_INT(count_marks(st, 1), 1);
	CHECK_INT(store_commit(st, true, &err), 0);
	CHECK_INT(count_marks(st, 1), 1);
	store_close(st);
}

static void
test_snapshot(void)
{
	char *path = file_in_folder("snapshot.db");
	struct store *st = open_new(path), *reader;
	struct err err = {0};

	CHECK_INT(store_reader(st, &reader, &err), 0);
	CHECK_INT(store_begin(reader, STORE_SNAPSHOT, "look", &err), 0);
	CHECK_INT(count_marks(reader, 1), 0);
	put_marks(st, 1, 3);
	CHECK_INT(count_marks(reader, 1), 0);
	CHECK_INT(store_commit(reader, false, &err), 0);
	CHECK_INT(count_marks(reader, 1), 3);
	store_close(reader);
	store_close(st);
	free(path);
}

static void
test_exclusive(void)
{
	char *path = file_in_folder("exclusive.db");
	struct store *st = open_new(path), *other = open_old(path);
	struct err err = {0};

	CHECK_INT(store_exclusive(st, &err), 0);
	put_marks(st, 1, 3);
	CHECK(!store_awaited(st));
	store_patience(other, 50);
	CHECK_INT(store_begin(other, STORE_CHANGE, "other", &err), -1);
	CHECK_INT(err.kind, ERR_BUSY);
	CHECK_INT(store_exclusive(other, &err), -1);
	CHECK_INT(err.kind, ERR_BUSY);
	CHECK_INT(count_marks(other, 1), 3);
	store_close(st);
	put_marks(other, 2, 3);
	store_close(other);
	free(path);
}

/* ---- bulk ---------------------------------------------------------------- */

static const struct bulk_column every_columns[] = {
    {"number", 'i'}, {"part", 'r'}, {"word", 't'}, {"bytes", 'b'}};
static const struct bulk_spec bulk_every = {"every", every_columns, 4};
static const struct sql every_sum = {"every_sum",
    "SELECT count(*), sum(number), sum(part), sum(length(word)), "
    "count(word), count(bytes), max(word), min(typeof(bytes)) "
    "FROM bulk_every",
    ""};

static void
fill_every(struct bulk *b, int64_t rows)
{
	char word[32];
	int64_t i;

	for (i = 0; i < rows; i++) {
		snprintf(word, sizeof(word), "word%06lld", (long long)i);
		bulk_int(b, i);
		bulk_real(b, (double)i / 2);
		if (i % 10 == 0)
			bulk_null(b);
		else
			bulk_text(b, str_of(word));
		if (i % 2)
			bulk_blob(b, STR("\0\1"));
		else
			bulk_text_borrowed(b, STR("xy"));
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
	if (rows > 0) {
		CHECK_INT(rows_int(r, 1), rows * (rows - 1) / 2);
		CHECK(rows_real(r, 2) == (double)(rows * (rows - 1)) / 4);
		CHECK_INT(rows_int(r, 3), rows / 10 * 9 * 10);
		CHECK_INT(rows_int(r, 4), rows / 10 * 9);
		CHECK_INT(rows_int(r, 5), rows);
		CHECK(str_is(rows_text(r, 7), "blob"));
	}
	rows_close(r);
}

static void
test_bulk(void)
{
	struct store *st = open_new(":memory:");
	struct bulk *b = bulk_new(&bulk_every);
	struct err err = {0};
	size_t bytes;

	fill_every(b, 100000);
	CHECK_INT(bulk_count(b), 100000);
	CHECK_INT(store_bulk(st, b, &err), 0);
	check_every(st, 100000);
	bytes = bulk_bytes(b);
	CHECK(bytes > 4000000 && bytes < 12000000);

	/* Clearing forgets the rows and their NULLs, and keeps the memory. */
	bulk_clear(b);
	check_every(st, 0);
	fill_every(b, 1000);
	check_every(st, 0);
	CHECK_INT(store_bulk(st, b, &err), 0);
	check_every(st, 1000);
	bulk_free(b);
	check_every(st, 0);

	/* The store may go first. */
	b = bulk_new(&bulk_every);
	fill_every(b, 10);
	CHECK_INT(store_bulk(st, b, &err), 0);
	store_close(st);
	bulk_free(b);
}

/* Two sets of rows for one name: the later one shows. */
static void
test_bulk_replaced(void)
{
	struct store *st = open_new(":memory:");
	struct bulk *a = bulk_new(&bulk_every), *b = bulk_new(&bulk_every);
	struct err err = {0};

	fill_every(a, 10);
	fill_every(b, 20);
	CHECK_INT(store_bulk(st, a, &err), 0);
	CHECK_INT(store_bulk(st, b, &err), 0);
	check_every(st, 20);
	bulk_clear(a);
	check_every(st, 20);
	bulk_free(b);
	check_every(st, 0);
	bulk_free(a);
	store_close(st);
}

/* ---- rows as JSON -------------------------------------------------------- */

static const struct sql some_rows = {"some_rows",
    "SELECT 'a', 7, 0, 1, '{\"b\":[1]}' UNION ALL "
    "SELECT '', NULL, NULL, 0, NULL UNION ALL "
    "SELECT NULL, -1, 1577934245000, 1, 'null'",
    ""};
static const struct row_field some_fields[] = {{"text", ROW_TEXT},
    {"int", ROW_INT}, {"time", ROW_TIME}, {"true", ROW_TRUE},
    {"json", ROW_JSON}, ROW_END};

struct lines {
	struct buf text;
	size_t count, most;
};

static int
keep_line(void *context, struct str line, struct err *err)
{
	struct lines *l = context;

	if (l->count == l->most)
		return err_set(err, ERR_FAIL, "enough");
	buf_adds(&l->text, line);
	l->count++;
	return 0;
}

static void
test_lines(void)
{
	char *path = file_in_folder("lines.db");
	struct store *st = open_new(path);
	struct lines all = {.most = 9}, two = {.most = 2}, none = {.most = 9};
	struct buf array = {0};
	struct json_writer w = {.out = &array};
	struct err err = {0};

	CHECK_INT(store_lines(st, &some_rows, NO_BINDS, some_fields, keep_line,
		      &all, &err),
	    0);
	CHECK_TEXT(all.text.p,
	    "{\"text\":\"a\",\"int\":7,\"time\":\"1970-01-01T00:00:00Z\","
	    "\"true\":true,\"json\":{\"b\":[1]}}\n"
	    "{}\n"
	    "{\"int\":-1,\"time\":\"2020-01-02T03:04:05Z\",\"true\":true,"
	    "\"json\":null}\n");
	CHECK_INT(store_put_array(st, &some_rows, NO_BINDS,
		      ROW_FIELDS({"text", ROW_TEXT}), &w, &err),
	    0);
	CHECK_TEXT(array.p, "[{\"text\":\"a\"},{},{}]");
	CHECK_INT(store_lines(st, &every_sum, NO_BINDS, some_fields, keep_line,
		      &none, &err),
	    -1);
	CHECK_INT(none.count, 0);
	err_clear(&err);
	/* Who is told says when to stop; the rows are not left open. */
	CHECK_INT(store_lines(st, &some_rows, NO_BINDS, some_fields, keep_line,
		      &two, &err),
	    -1);
	CHECK_TEXT(err.text, "enough");
	CHECK_INT(two.count, 2);
	put_marks(st, 1, 1);
	buf_release(&all.text);
	buf_release(&two.text);
	buf_release(&array);
	err_clear(&err);
	store_close(st);
	free(path);
}

/* ---- queues, numbers, moments -------------------------------------------- */

static void
test_work(void)
{
	struct store *st = open_new(":memory:");
	struct bulk *b = bulk_new(&bulk_lead_mark);
	int64_t got[100], count, i;
	struct err err = {0};
	size_t claimed;

	for (i = 0; i < 250; i++) {
		bulk_int(b, (i * 7) % 250 + 1);
		bulk_end_row(b);
	}
	CHECK_INT(store_begin(st, STORE_CHANGE, "test", &err), 0);
	CHECK_INT(work_mark_bulk(st, 1, WORK_SCORE, b, &err), 0);
	CHECK_INT(work_mark_bulk(st, 2, WORK_SCORE, b, &err), 0);
	CHECK_INT(work_mark_bulk(st, 1, WORK_SCORE, b, &err), 0);
	CHECK_INT(work_count(st, 1, WORK_SCORE, 1000, &count, &err), 0);
	CHECK_INT(count, 250);
	CHECK_INT(work_count(st, 1, WORK_SCORE, 10, &count, &err), 0);
	CHECK_INT(count, 10);
	CHECK_INT(store_commit(st, false, &err), 0);
	CHECK_INT(store_begin(st, STORE_CHANGE, "test", &err), 0);
	CHECK_INT(work_claim(st, 1, WORK_SCORE, 100, got, &claimed, &err), 0);
	CHECK_INT(claimed, 100);
	for (i = 0; i < 100; i++)
		CHECK_INT(got[i], i + 1);
	store_rollback(st);
	CHECK_INT(store_begin(st, STORE_CHANGE, "test", &err), 0);
	for (count = 0;
	     work_claim(st, 1, WORK_SCORE, 100, got, &claimed, &err) == 0 &&
	     claimed > 0;)
		count += (int64_t)claimed;
	CHECK_INT(count, 250);
	CHECK_INT(work_clear(st, 2, WORK_SCORE, &err), 0);
	CHECK_INT(work_count(st, 2, WORK_SCORE, 10, &count, &err), 0);
	CHECK_INT(count, 0);
	CHECK_INT(store_commit(st, false, &err), 0);
	bulk_free(b);
	store_close(st);
}

/* Who is told of a change: scoring always, others when they are wanted and come
 * after the one who made it. */
static void
test_work_wanted(void)
{
	struct store *st = open_new(":memory:");
	struct bulk *b = bulk_new(&bulk_lead_mark);
	struct err err = {0};
	int64_t count;

	for (int64_t lead = 1; lead <= 3; lead++) {
		bulk_int(b, lead);
		bulk_end_row(b);
	}
	CHECK_INT(store_begin(st, STORE_CHANGE, "test", &err), 0);
	CHECK_INT(work_changed_bulk(st, 1, WORK_DATA, b, &err), 0);
	CHECK_INT(work_changed(st, 1, WORK_SCORE, 9, &err), 0);
	CHECK_INT(work_count(st, 1, WORK_SCORE, 10, &count, &err), 0);
	CHECK_INT(count, 3);
	CHECK_INT(work_count(st, 1, WORK_SEGMENT, 10, &count, &err), 0);
	CHECK_INT(count, 0);
	CHECK_INT(work_want(st, 1, WORK_SEGMENT, true, &err), 0);
	CHECK_INT(work_want(st, 1, WORK_SEGMENT, true, &err), 0);
	CHECK_INT(work_changed(st, 1, WORK_DATA, 4, &err), 0);
	CHECK_INT(work_changed(st, 1, WORK_SCORE, 5, &err), 0);
	CHECK_INT(work_changed(st, 1, WORK_SEGMENT, 6, &err), 0);
	CHECK_INT(work_changed(st, 2, WORK_DATA, 7, &err), 0);
	CHECK_INT(work_changed_bulk(st, 1, WORK_SCORE, b, &err), 0);
	CHECK_INT(work_count(st, 1, WORK_SCORE, 10, &count, &err), 0);
	CHECK_INT(count, 4);
	CHECK_INT(work_count(st, 1, WORK_SEGMENT, 10, &count, &err), 0);
	CHECK_INT(count, 5);
	CHECK_INT(work_want(st, 1, WORK_SEGMENT, false, &err), 0);
	CHECK_INT(work_changed(st, 1, WORK_DATA, 8, &err), 0);
	CHECK_INT(work_count(st, 1, WORK_SEGMENT, 10, &count, &err), 0);
	CHECK_INT(count, 0);
	CHECK_INT(store_commit(st, false, &err), 0);
	bulk_free(b);
	store_close(st);
}

static void
test_numbers(void)
{
	struct store *st = open_new(":memory:");
	struct err err = {0};
	int64_t first;

	CHECK_INT(store_begin(st, STORE_CHANGE, "test", &err), 0);
	CHECK_INT(store_numbers(st, 1, "lead", 10, &first, &err), 0);
	CHECK_INT(first, 1);
	CHECK_INT(store_numbers(st, 1, "lead", 1, &first, &err), 0);
	CHECK_INT(first, 11);
	CHECK_INT(store_numbers(st, 1, "signal", 1, &first, &err), 0);
	CHECK_INT(first, 1);
	CHECK_INT(store_numbers(st, 2, "lead", 1, &first, &err), 0);
	CHECK_INT(first, 1);
	store_rollback(st);
	store_close(st);
}

static void
test_moment(void)
{
	struct store *st = open_new(":memory:");
	struct err err = {0};

	CHECK_INT(store_begin(st, STORE_CHANGE, "test", &err), 0);
	CHECK_INT(store_moment(st, 1, 5000, false, &err), 0);
	CHECK_INT(store_moment(st, 1, 5000, false, &err), 0);
	CHECK_INT(store_moment(st, 1, 4999, false, &err), -1);
	CHECK_INT(err.kind, ERR_USAGE);
	CHECK(strstr(err.text, "1970-01-01T00:00:05Z") != NULL);
	CHECK_INT(store_moment(st, 1, 4000, true, &err), 0);
	CHECK_INT(store_moment(st, 1, 4999, false, &err), -1);
	CHECK_INT(store_moment(st, 1, 6000, false, &err), 0);
	CHECK_INT(store_moment(st, 1, 5500, false, &err), -1);
	CHECK_INT(store_moment(st, 2, 1, false, &err), 0);
	CHECK_INT(store_commit(st, false, &err), 0);
	store_close(st);
}

/* ---- functions ----------------------------------------------------------- */

/* The text of an expression over $1 and $2; "NULL" for NULL. */
static const char *
expression(struct store *st, const char *text, const char *a, const char *b)
{
	static char result[256];
	struct err err = {0};
	struct rows *r;

	snprintf(result, sizeof(result), "no row");
	if (store_query_text(st, text, "tt",
		BINDS(BIND_TEXT(str_of(a)), BIND_TEXT(str_of(b))), &r,
		&err) < 0)
		return strcmp(err.text, "") ? "failed" : "";
	if (rows_next(r, &err) == 1)
		snprintf(result, sizeof(result), "%.*s",
		    rows_null(r, 0) ? 4 : (int)rows_text(r, 0).n,
		    rows_null(r, 0) ? "NULL" : rows_text(r, 0).p);
	rows_close(r);
	return result;
}

static void
test_functions(void)
{
	static const char attrs[] =
	    "{\"予算\":\"あり\",\"a.b\":1.50,\"$.x\":true,\"n\":null,"
	    "\"7\":12345678901234567890,\"e\":\"q\\\"\\u3042\","
	    "\"l\":[1, 2],\"t\":\" 12\",\"d\":\"12.5\",\"twice\":1,\"twice\":2,"
	    "\"\":\"empty\"}";
	static const char text[] = "SELECT dl_attr_text($1, $2)";
	static const char real[] = "SELECT dl_attr_real($1, $2)";
	static const char has[] = "SELECT dl_list_has($1, $2)";
	static const char has_folded[] =
	    "SELECT dl_list_has_folded($1, dl_fold($2))";
	static const char tags[] = "[\"VIP\",\"ＩＴ\",\"a\\\"b\"]";
	struct store *st = open_new(":memory:");

	CHECK_TEXT(expression(st, text, attrs, "予算"), "あり");
	CHECK_TEXT(expression(st, text, attrs, "a.b"), "1.50");
	CHECK_TEXT(expression(st, text, attrs, "$.x"), "true");
	CHECK_TEXT(expression(st, text, attrs, "n"), "NULL");
	CHECK_TEXT(expression(st, text, attrs, "absent"), "NULL");
	CHECK_TEXT(expression(st, text, attrs, "7"), "12345678901234567890");
	CHECK_TEXT(expression(st, text, attrs, "e"), "q\"あ");
	CHECK_TEXT(expression(st, text, attrs, "l"), "[1, 2]");
	CHECK_TEXT(expression(st, text, attrs, "twice"), "2");
	CHECK_TEXT(expression(st, text, attrs, ""), "empty");
	CHECK_TEXT(expression(st, text, NULL, "a"), "NULL");
	CHECK_TEXT(expression(st, text, attrs, NULL), "NULL");
	CHECK_TEXT(expression(st, real, attrs, "a.b"), "1.5");
	CHECK_TEXT(expression(st, real, attrs, "d"), "12.5");
	CHECK_TEXT(expression(st, real, attrs, "t"), "NULL");
	CHECK_TEXT(expression(st, real, attrs, "予算"), "NULL");
	CHECK_TEXT(expression(st, real, attrs, "$.x"), "NULL");
	CHECK_TEXT(expression(st, has, tags, "VIP"), "1");
	CHECK_TEXT(expression(st, has, tags, "vip"), "0");
	CHECK_TEXT(expression(st, has, tags, "a\"b"), "1");
	CHECK_TEXT(expression(st, has, NULL, "a"), "NULL");
	CHECK_TEXT(expression(st, has_folded, tags, "it"), "1");
	CHECK_TEXT(expression(st, has_folded, tags, "v"), "0");
	CHECK_TEXT(
	    expression(st, "SELECT dl_fold($1)||$2", "ＩＴ ｶﾞ", ""), "it ガ");
	CHECK_TEXT(expression(st, "SELECT dl_bucket(1700000000000, $1, $2)",
		       "day", "UTC"),
	    "1699920000000");
	CHECK_TEXT(expression(st, "SELECT dl_bucket(1700000000000, $1, $2)",
		       "eon", "UTC"),
	    "no row");
	store_close(st);
}

/* ---- opening ------------------------------------------------------------- */

static void
check_refused(const char *uri, enum store_mode mode, const char *why)
{
	struct store *st = NULL;
	struct err err = {0};
	bool refused = store_open(uri, mode, &st, &err) < 0;

	CHECK(refused);
	if (!refused) {
		printf("%s was opened\n", uri);
		store_close(st);
	} else if (!strstr(err.text, why)) {
		printf("%s: said \"%s\", not \"%s\"\n", uri, err.text, why);
		CHECK(!"the reason");
	}
}

static void
write_file(const char *path, const char *bytes, size_t n)
{
	FILE *f = fopen(path, "w");

	CHECK(f && fwrite(bytes, 1, n, f) == n && fclose(f) == 0);
}

static void
test_refusals(void)
{
	char *path = file_in_folder("refused.db");
	char *inner = file_in_folder("absent/refused.db");
	char *folder = file_in_folder("folder.db");
	struct buf garbage = {0};
	int i;

	check_refused("postgresql://u:secret@localhost/x", STORE_WRITE,
	    "holds a password");
	check_refused("", STORE_WRITE, "empty");
	check_refused(path, STORE_WRITE, "no such store");
	check_refused(path, STORE_READ, "no such store");
	check_refused(inner, STORE_WRITE, "no such store");
	check_refused(inner, STORE_CREATE, "No such file or directory");
	CHECK_INT(mkdir(folder, 0700), 0);
	check_refused(folder, STORE_WRITE, "not a file");
	write_file(path, "", 0);
	check_refused(path, STORE_WRITE, "not a store");
	check_refused(path, STORE_CREATE, "is there already");
	for (i = 0; i < 20000; i++)
		buf_addc(&garbage, (char)(i * 31 + 7));
	write_file(path, garbage.p, garbage.len);
	check_refused(path, STORE_WRITE, "not a store");
	check_refused(path, STORE_READ, "not a store");
	buf_release(&garbage);
	free(path);
	free(inner);
	free(folder);
}

/* A byte pattern in the file's header, four bytes, most significant first. */
static void
patch_header(const char *path, off_t offset, uint32_t value)
{
	unsigned char bytes[4] = {(unsigned char)(value >> 24),
	    (unsigned char)(value >> 16), (unsigned char)(value >> 8),
	    (unsigned char)value};
	int fd = open(path, O_WRONLY);

	CHECK_INT(pwrite(fd, bytes, 4, offset), 4);
	close(fd);
}

static void
test_versions(void)
{
	enum { USER_VERSION = 60, APPLICATION = 68 };
	char *path = file_in_folder("versions.db");
	struct store *st = open_new(path);

	store_close(st);
	patch_header(path, USER_VERSION, 9999);
	check_refused(path, STORE_WRITE, "made by a newer dl");
	check_refused(path, STORE_READ, "made by a newer dl");
	check_refused(path, STORE_UPGRADE, "made by a newer dl");
	patch_header(path, USER_VERSION, 0);
	check_refused(path, STORE_WRITE, "run dl-db migrate");
	check_refused(path, STORE_READ, "run dl-db migrate");
	patch_header(path, APPLICATION, 0x12345678);
	check_refused(path, STORE_WRITE, "another application");
	free(path);
}

static void
count_findings(void *context, struct place where, const char *text)
{
	struct buf *b = context;

	(void)where;
	buf_addf(b, "%s\n", text);
}

static void
check_findings(struct store *st, const char *want)
{
	struct buf found = {0}, advised = {0};
	struct remarks findings = {count_findings, &found, 0};
	struct remarks advice = {count_findings, &advised, 0};
	struct err err = {0};

	CHECK_INT(store_check(st, &findings, &advice, &err), 0);
	if (!want) {
		CHECK_INT(findings.count, 0);
		if (found.len)
			printf("%s", found.p);
	} else {
		CHECK(findings.count > 0 && strstr(found.p, want) != NULL);
	}
	buf_release(&found);
	buf_release(&advised);
}

/* A store without tables, as if made before the first migration. */
static void
test_upgrade(void)
{
	static const char tables[] =
	    "SELECT name FROM sqlite_schema WHERE type = 'table'";
	char *path = file_in_folder("upgrade.db");
	struct store *st = open_new(path);
	struct buf drop = {0}, names = {0};
	struct err err = {0};
	struct str rest, name;
	struct rows *r;

	CHECK_INT(store_query_text(st, tables, "", NO_BINDS, &r, &err), 0);
	while (rows_next(r, &err) == 1) {
		buf_adds(&names, rows_text(r, 0));
		buf_addc(&names, ' ');
	}
	rows_close(r);
	CHECK_INT(store_begin(st, STORE_CHANGE, "drop", &err), 0);
	for (rest = buf_str(&names); str_cut(&rest, ' ', &name);) {
		buf_clear(&drop);
		buf_addf(&drop, "DROP TABLE %.*s", STR_ARG(name));
		CHECK_INT(
		    store_query_text(st, drop.p, "", NO_BINDS, &r, &err), 0);
		CHECK_INT(rows_next(r, &err), 0);
		rows_close(r);
	}
	CHECK_INT(store_commit(st, true, &err), 0);
	store_close(st);
	patch_header(path, 60, 0);
	check_refused(path, STORE_WRITE, "run dl-db migrate");
	st = open_as(path, STORE_UPGRADE);
	put_marks(st, 1, 5);
	check_findings(st, NULL);
	store_close(st);
	st = open_old(path);
	CHECK_INT(count_marks(st, 1), 5);
	store_close(st);
	buf_release(&drop);
	buf_release(&names);
	free(path);
}

static void
test_checksums(void)
{
	static const char tamper[] =
	    "UPDATE migration SET checksum = 'x' WHERE number = 1";
	char *path = file_in_folder("checksum.db");
	struct store *st = open_new(path);
	struct err err = {0};
	struct rows *r;

	check_findings(st, NULL);
	CHECK_INT(store_begin(st, STORE_CHANGE, "tamper", &err), 0);
	CHECK_INT(store_query_text(st, tamper, "", NO_BINDS, &r, &err), 0);
	CHECK_INT(rows_next(r, &err), 0);
	rows_close(r);
	CHECK_INT(store_commit(st, true, &err), 0);
	check_findings(st, "made with another text");
	store_close(st);
	check_refused(path, STORE_UPGRADE, "made with another text");
	free(path);
}

/* Pages overwritten in the middle of the file. */
static void
test_damage(void)
{
	char *path = file_in_folder("damage.db");
	struct store *st = open_new(path);
	char junk[4096];
	off_t size;
	int fd;

	put_marks(st, 1, 20000);
	store_close(st);
	memset(junk, 0x5a, sizeof(junk));
	fd = open(path, O_WRONLY);
	size = lseek(fd, 0, SEEK_END);
	CHECK_INT(
	    pwrite(fd, junk, sizeof(junk), size - 10 * 4096), sizeof(junk));
	close(fd);
	st = open_old(path);
	if (st)
		check_findings(st, "");
	store_close(st);
	free(path);
}

static void
test_read_only(void)
{
	char *path = file_in_folder("readonly.db");
	struct store *st = open_new(path);
	struct err err = {0};

	put_marks(st, 1, 10);
	store_close(st);
	CHECK_INT(chmod(path, 0400), 0);
	if (geteuid() != 0)
		check_refused(path, STORE_WRITE, "Permission denied");
	CHECK_INT(store_open(path, STORE_READ, &st, &err), 0);
	CHECK_INT(count_marks(st, 1), 10);
	store_close(st);
	free(path);
}

/* A folder that one may not write to, as another user sees it. */
static void
test_closed_folder(void)
{
	char *path = file_in_folder("closed/a?b#c%20.db");
	char *folder = file_in_folder("closed");
	struct store *st;
	struct err err = {0};
	int status;
	pid_t pid;

	CHECK_INT(mkdir(folder, 0755), 0);
	st = open_new(path);
	put_marks(st, 1, 10);
	store_close(st);
	if (geteuid() != 0) {
		SKIP("a closed folder: not root");
	} else {
		CHECK_INT(chmod(path, 0444), 0);
		fflush(stdout);
		if ((pid = fork()) == 0) {
			if (setuid(65534) < 0 ||
			    store_open(path, STORE_READ, &st, &err) < 0) {
				printf("%s\n", err.text);
				fflush(stdout);
				_exit(2);
			}
			_exit(count_marks(st, 1) == 10 ? 0 : 3);
		}
		CHECK_INT(waitpid(pid, &status, 0), pid);
		CHECK_INT(status, 0);
	}
	free(path);
	free(folder);
}

/* One lock, whatever name led to the file. */
static void
test_symlink(void)
{
	char *path = file_in_folder("real.db"),
	     *name = file_in_folder("name.db");
	struct store *st = open_new(path), *other;
	struct err err = {0};

	CHECK_INT(symlink("real.db", name), 0);
	other = open_old(name);
	CHECK_INT(store_begin(st, STORE_CHANGE, "one", &err), 0);
	store_patience(other, 20);
	CHECK_INT(store_begin(other, STORE_CHANGE, "two", &err), -1);
	CHECK_INT(err.kind, ERR_BUSY);
	store_rollback(st);
	CHECK_INT(store_begin(other, STORE_CHANGE, "two", &err), 0);
	store_rollback(other);
	store_close(other);
	store_close(st);
	free(path);
	free(name);
}

static void
test_modes(void)
{
	char *path = file_in_folder("modes.db");
	struct store *st = open_new(path), *other = open_old(path);
	struct stat sb;
	char name[4096];

	/* Leaving while another stays holds nobody up with the log. */
	put_marks(other, 1, 2);
	store_close(other);
	snprintf(name, sizeof(name), "%s-wal", path);
	CHECK(stat(name, &sb) == 0 && sb.st_size > 0);

	put_marks(st, 1, 4);
	CHECK(stat(path, &sb) == 0 && (sb.st_mode & 0777) == 0600);
	snprintf(name, sizeof(name), "%s-lock", path);
	CHECK(stat(name, &sb) == 0 && (sb.st_mode & 0777) == 0600);
	store_close(st);
	/* At rest the log is empty: a plain copy of the file is whole. */
	snprintf(name, sizeof(name), "%s-wal", path);
	CHECK(stat(name, &sb) < 0 || sb.st_size == 0);
	free(path);
}

/* ---- care ---------------------------------------------------------------- */

static bool
file_holds(const char *path, const char *suffix, const char *word)
{
	struct buf name = {0}, bytes = {0};
	struct err err = {0};
	bool found = false;
	size_t i, n = strlen(word);

	buf_addf(&name, "%s%s", path, suffix);
	if (file_read(name.p, &bytes, (size_t)1 << 30, &err) == 0)
		for (i = 0; !found && i + n <= bytes.len; i++)
			found = memcmp(bytes.p + i, word, n) == 0;
	buf_release(&name);
	buf_release(&bytes);
	return found;
}

/* Rows of many sizes, so that pages split and leave copies behind. */
static void
put_canaries(struct store *st, int rows)
{
	static const struct sql put = {"put",
	    "INSERT INTO rule_set (tenant_id, name, document, active, "
	    "updated_at) VALUES (1, $1, $2, 0, 0)",
	    "tt"};
	struct buf name = {0}, text = {0};
	struct err err = {0};
	int i;

	CHECK_INT(store_begin(st, STORE_CHANGE, "canaries", &err), 0);
	for (i = 0; i < rows; i++) {
		buf_clear(&name);
		buf_clear(&text);
		buf_addf(&name, "CANARY%d", i * 7919 % rows);
		while (text.len < (size_t)(i * 37 % 3000))
			buf_addstr(&text, "CANARY");
		CHECK_INT(
		    store_run(st, &put,
			BINDS(BIND_TEXT(buf_str(&name)),
			    BIND_TEXT(text.len ? buf_str(&text) : STR(""))),
			NULL, &err),
		    0);
	}
	CHECK_INT(store_commit(st, true, &err), 0);
	buf_release(&name);
	buf_release(&text);
}

static void
test_scrub(void)
{
	static const char erase[] = "DELETE FROM rule_set WHERE tenant_id = 1";
	char *path = file_in_folder("scrub.db");
	struct store *st = open_new(path);
	struct err err = {0};
	struct rows *r;

	put_marks(st, 1, 1000);
	put_canaries(st, 500);
	CHECK_INT(store_checkpoint(st, 0, &err), 0);
	CHECK(file_holds(path, "", "CANARY"));
	CHECK_INT(store_begin(st, STORE_CHANGE, "erase", &err), 0);
	CHECK_INT(store_query_text(st, erase, "", NO_BINDS, &r, &err), 0);
	CHECK_INT(rows_next(r, &err), 0);
	rows_close(r);
	CHECK_INT(store_commit(st, false, &err), 0);
	CHECK_INT(store_scrub(st, &err), 0);
	CHECK(!file_holds(path, "", "CANARY"));
	CHECK(!file_holds(path, "-wal", "CANARY"));
	CHECK_INT(count_marks(st, 1), 1000);
	check_findings(st, NULL);
	store_close(st);
	CHECK(!file_holds(path, "", "CANARY"));
	free(path);
}

static void
test_scrub_with_reader(void)
{
	char *path = file_in_folder("scrub2.db");
	struct store *st = open_new(path), *reader;
	struct err err = {0};

	put_marks(st, 1, 1000);
	CHECK_INT(store_reader(st, &reader, &err), 0);
	CHECK_INT(store_begin(reader, STORE_SNAPSHOT, "look", &err), 0);
	CHECK_INT(count_marks(reader, 1), 1000);
	store_patience(st, 50);
	CHECK_INT(store_scrub(st, &err), -1);
	CHECK_INT(err.kind, ERR_BUSY);
	store_rollback(reader);
	CHECK_INT(store_scrub(st, &err), 0);
	store_close(reader);
	store_close(st);
	free(path);
}

static void
test_stats(void)
{
	char *path = file_in_folder("stats.db");
	struct store *st = open_new(path);
	struct store_stats stats = {0};
	struct err err = {0};

	put_marks(st, 1, 10000);
	CHECK_INT(store_checkpoint(st, 0, &err), 0);
	CHECK_INT(store_stats(st, &stats, &err), 0);
	CHECK_INT(stats.file_bytes, stats.pages * stats.page_size);
	CHECK_INT(stats.wal_bytes, 0);
	CHECK(stats.schema_version >= 1);
	CHECK_TEXT(stats.engine, "SQLite");
	CHECK(strchr(stats.version, '.') != NULL);
	store_close(st);
	free(path);
}

/* Writes in transactions of 200 rows all over a large key range. */
static void
write_much(struct store *st, int transactions)
{
	struct err err = {0};
	static uint64_t lead = 88172645463325252u;
	int i, j;

	for (i = 0; i < transactions; i++) {
		CHECK_INT(store_begin(st, STORE_CHANGE, "much", &err), 0);
		for (j = 0; j < 200; j++) {
			lead =
			    lead * 6364136223846793005u + 1442695040888963407u;
			work_mark(
			    st, 1, WORK_SCORE, (int64_t)(lead >> 40), &err);
		}
		CHECK_INT(store_commit(st, false, &err), 0);
	}
}

static int64_t
log_size(struct store *st)
{
	struct store_stats stats = {0};
	struct err err = {0};

	CHECK_INT(store_stats(st, &stats, &err), 0);
	return stats.wal_bytes;
}

static void
test_log(void)
{
	enum { LIMIT = 1 << 19 };
	char *path = file_in_folder("log.db");
	struct store *st = open_new(path), *reader;
	struct err err = {0};
	int64_t grown;

	store_log_limit(st, LIMIT);
	write_much(st, 60);
	CHECK(log_size(st) > 0);
	CHECK(log_size(st) < 2 * LIMIT);
	/* A snapshot keeps the log; when it ends a commit cuts it. */
	CHECK_INT(store_reader(st, &reader, &err), 0);
	CHECK_INT(store_begin(reader, STORE_SNAPSHOT, "look", &err), 0);
	CHECK(count_marks(reader, 1) > 10000);
	write_much(st, 60);
	grown = log_size(st);
	CHECK(grown > 4 * LIMIT);
	store_rollback(reader);
	store_close(reader);
	write_much(st, 60);
	CHECK(log_size(st) < grown);
	CHECK(log_size(st) < 2 * LIMIT);
	check_findings(st, NULL);
	store_close(st);
	free(path);
}

static void
note_progress(void *context, int64_t done, int64_t total)
{
	int64_t *last = context;

	CHECK(done >= *last && done <= total);
	*last = done;
}

static void
test_backup(void)
{
	char *path = file_in_folder("source.db"),
	     *copy = file_in_folder("copy.db");
	char *absent = file_in_folder("absent/copy.db");
	struct store *st = open_new(path), *other;
	struct err err = {0};
	int64_t last = 0;
	struct stat sb;

	put_marks(st, 1, 50000);
	CHECK_INT(store_backup(st, copy, note_progress, &last, &err), 0);
	CHECK(last > 100);
	CHECK(stat(copy, &sb) == 0 && (sb.st_mode & 0777) == 0600);
	other = open_old(copy);
	CHECK_INT(count_marks(other, 1), 50000);
	check_findings(other, NULL);
	put_marks(other, 2, 10);
	CHECK_INT(store_backup(st, path, NULL, NULL, &err), -1);
	CHECK(strstr(err.text, "the store itself") != NULL);
	CHECK_INT(store_backup(st, copy, NULL, NULL, &err), -1);
	CHECK(strstr(err.text, "in use") != NULL);
	CHECK_INT(store_backup(st, absent, NULL, NULL, &err), -1);
	CHECK(strstr(err.text, "No such file") != NULL);
	store_close(other);
	CHECK_INT(store_backup(st, copy, NULL, NULL, &err), 0);
	other = open_old(copy);
	CHECK_INT(count_marks(other, 2), 0);
	store_close(other);
	store_close(st);

	st = open_new(":memory:");
	put_marks(st, 1, 77);
	CHECK_INT(store_backup(st, copy, NULL, NULL, &err), 0);
	other = open_old(copy);
	CHECK_INT(count_marks(other, 1), 77);
	store_close(other);
	store_close(st);
	free(path);
	free(copy);
	free(absent);
}

/* ---- no room ------------------------------------------------------------- */

/* Writes until the file may not grow further; says what went wrong. */
static int
fill_until_refused(struct store *st, struct err *err)
{
	int i;

	for (i = 0; i < 1000; i++) {
		if (store_begin(st, STORE_CHANGE, "fill", err) < 0)
			return -1;
		put_rows(st, 3, 1000, (int64_t)i * 1000, err);
		if (err->kind != ERR_NONE || store_commit(st, true, err) < 0) {
			store_rollback(st);
			return -1;
		}
	}
	return 0;
}

static void
test_no_room(void)
{
	char *path = file_in_folder("full.db");
	struct store *st = open_new(path);
	struct rlimit before, small;
	struct err err = {0};
	int64_t count;

	put_marks(st, 1, 1000);
	CHECK_INT(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 1500000;
	signal(SIGXFSZ, SIG_IGN);
	CHECK_INT(setrlimit(RLIMIT_FSIZE, &small), 0);
	CHECK_INT(fill_until_refused(st, &err), -1);
	CHECK_INT(err.kind, ERR_FAIL);
	CHECK(strstr(err.text, "may not grow") || strstr(err.text, "full"));
	CHECK_INT(setrlimit(RLIMIT_FSIZE, &before), 0);
	/* Whole transactions are there, and the store works on. */
	count = count_marks(st, 3);
	CHECK(count > 0 && count % 1000 == 0);
	put_marks(st, 4, 1000);
	check_findings(st, NULL);
	store_close(st);
	free(path);
}

int
main(void)
{
	folder_make();
	test_binding();
	test_one_value();
	test_nested();
	test_bad_statement();
	test_trace();
	test_transactions();
	test_snapshot();
	test_exclusive();
	test_bulk();
	test_bulk_replaced();
	test_lines();
	test_work();
	test_work_wanted();
	test_numbers();
	test_moment();
	test_functions();
	test_refusals();
	test_versions();
	test_upgrade();
	test_checksums();
	test_damage();
	test_read_only();
	test_closed_folder();
	test_symlink();
	test_modes();
	test_scrub();
	test_scrub_with_reader();
	test_log();
	test_stats();
	test_backup();
	test_no_room();
	folder_remove();
	return unit_done("store");
}
