/* SPDX-License-Identifier: ISC */
/*
 * Copies of tenants: every table of the schema is copied with all its columns,
 * and what is copied is compared.
 */
#include "store/copy.h"
#include "store_unit.h"

/* What a copy leaves out: the tenant itself is written last and by hand,
 * leases are held by nobody in the new store. */
static const char schema[] =
    "SELECT m.name, c.name, upper(c.type), c.pk FROM sqlite_schema AS m, "
    "	pragma_table_info(m.name) AS c "
    "WHERE m.type = 'table' AND m.name NOT IN ('tenant', 'lease') "
    "AND EXISTS (SELECT 1 FROM pragma_table_info(m.name) AS t "
    "	WHERE t.name = 'tenant_id') "
    "ORDER BY m.name, c.cid";

static const struct copy_table *
table_named(struct str name)
{
	const struct copy_table *t;

	for (t = copy_tables; t->name; t++)
		if (str_is(name, t->name))
			return t;
	return NULL;
}

static char
letter(struct str type)
{
	return str_is(type, "BIGINT") ? 'i'
	       : str_is(type, "TEXT") ? 't'
	       : str_is(type, "BLOB") ? 'b'
				      : 'r';
}

/* Columns are looked at in their order; `at` is the one that is due. */
static void
check_column(const struct copy_table *t, const struct rows *r, size_t at)
{
	const struct bulk_column *column = &t->spec.columns[at];
	int64_t key = rows_int(r, 3);

	CHECK(at < t->spec.count);
	if (at >= t->spec.count)
		return;
	CHECK(str_is(rows_text(r, 1), column->name));
	CHECK_INT(column->type, letter(rows_text(r, 2)));
	/* tenant_id is the first of the key, the others follow in order. */
	CHECK_INT(key, at < t->keys ? (int64_t)at + 2 : 0);
}

static void
test_tables(struct store *st)
{
	const struct copy_table *t = NULL, *now;
	size_t at = 0, tables = 0, all = 0;
	struct err err = {0};
	struct rows *r;

	while (copy_tables[all].name)
		all++;
	CHECK_INT(store_query_text(st, schema, "", NO_BINDS, &r, &err), 0);
	while (rows_next(r, &err) == 1) {
		now = table_named(rows_text(r, 0));
		CHECK(now != NULL);
		if (!now) {
			printf(
			    "%.*s is not copied\n", STR_ARG(rows_text(r, 0)));
			continue;
		}
		if (now != t) {
			CHECK(!t || at == t->spec.count);
			t = now;
			tables++;
			at = 0;
			CHECK(str_is(rows_text(r, 1), "tenant_id"));
			continue;
		}
		check_column(t, r, at++);
	}
	rows_close(r);
	CHECK_INT(tables, all);
}

/* ---- copying --------------------------------------------------------------
 */

struct seen {
	int64_t rows, before;
};

static int
see_table(void *context, const struct copied *c, struct err *err)
{
	struct seen *seen = context;

	(void)err;
	if (strcmp(c->table, "work") != 0)
		return 0;
	seen->rows = c->rows;
	seen->before = c->before;
	return 0;
}

static void
see_progress(void *context, int64_t rows)
{
	(void)context;
	(void)rows;
}

static void
add_tenant(struct store *st, int64_t number, const char *name)
{
	static const struct sql insert = {"insert",
	    "INSERT INTO tenant (tenant_id, name, created_at, settings) "
	    "VALUES ($1, $2, 5, '{}')",
	    "it"};
	struct err err = {0};

	CHECK_INT(store_begin(st, STORE_CHANGE, "test", &err), 0);
	CHECK_INT(
	    store_run(st, &insert,
		BINDS(BIND_INT(number), BIND_TEXT(str_of(name))), NULL, &err),
	    0);
	CHECK_INT(store_commit(st, true, &err), 0);
}

static int
run_copy(struct store *from, struct store *to, const char *tenant, bool again,
    struct seen *seen, struct err *err)
{
	struct copy_watch watch = {see_table, see_progress, seen};
	struct copy_result result;

	return store_copy(from, to, tenant, again, &watch, &result, err);
}

static void
run_sql(struct store *st, const char *text)
{
	struct err err = {0};
	struct rows *r;

	CHECK_INT(store_begin(st, STORE_CHANGE, "test", &err), 0);
	CHECK_INT(store_query_text(st, text, "", NO_BINDS, &r, &err), 0);
	CHECK_INT(rows_next(r, &err), 0);
	rows_close(r);
	CHECK_INT(store_commit(st, true, &err), 0);
}

/* A copy that has come to the 30th of 100 rows: what it leaves behind is a
 * number without a tenant, and rows of that number. */
static void
test_resume(struct store *from)
{
	struct store *to = open_new(":memory:");
	struct seen seen = {0};
	struct err err = {0};

	put_marks(to, 1, 30);
	run_sql(to, "INSERT INTO counter VALUES (0, 'copy 5 one', 1), "
		    "(0, 'tenant', 2)");
	CHECK_INT(run_copy(from, to, "one", false, &seen, &err), 0);
	CHECK_INT(seen.rows, 100);
	CHECK_INT(seen.before, 30);
	CHECK_INT(count_marks(to, 1), 100);
	/* Now it is complete: the same, until anything changes. */
	seen = (struct seen){0};
	CHECK_INT(run_copy(from, to, "one", false, &seen, &err), 0);
	CHECK_INT(run_copy(from, to, "one", true, &seen, &err), 0);
	CHECK_INT(seen.rows, 0);
	run_sql(to, "UPDATE work SET lead_id = 999 WHERE lead_id = 50");
	CHECK_INT(run_copy(from, to, "one", false, &seen, &err), -1);
	CHECK_INT(err.kind, ERR_USAGE);
	CHECK(strstr(err.text, "not the same (table work)") != NULL);
	CHECK_INT(run_copy(from, to, "one", true, &seen, &err), -1);
	CHECK_INT(count_marks(to, 1), 100);
	store_close(to);
}

/* What has changed since is found out, and begun anew on demand. */
static void
test_changed(struct store *from)
{
	struct store *to = open_new(":memory:");
	struct seen seen = {0};
	struct err err = {0};

	run_sql(
	    to, "INSERT INTO work VALUES (1, 1, 1), (1, 1, 3), (1, 1, 999)");
	run_sql(to, "INSERT INTO counter VALUES (0, 'copy 5 one', 1), "
		    "(0, 'tenant', 2)");
	CHECK_INT(run_copy(from, to, "one", false, &seen, &err), -1);
	CHECK_INT(err.kind, ERR_FAIL);
	CHECK(strstr(err.text, "table work") != NULL);
	err_clear(&err);
	CHECK_INT(run_copy(from, to, "one", true, &seen, &err), 0);
	CHECK_INT(count_marks(to, 1), 100);
	store_close(to);
}

/* Numbers are the new store's own. */
static void
test_numbers(struct store *from)
{
	struct store *to = open_new(":memory:");
	struct seen seen = {0};
	struct err err = {0};

	add_tenant(to, 1, "other");
	put_marks(to, 1, 7);
	run_sql(to, "INSERT INTO counter VALUES (0, 'tenant', 2)");
	CHECK_INT(run_copy(from, to, NULL, false, &seen, &err), 0);
	CHECK_INT(count_marks(to, 1), 7);
	CHECK_INT(count_marks(to, 2), 100);
	CHECK_INT(count_marks(to, 3), 40);
	store_close(to);
}

static void
test_refused(struct store *from)
{
	struct store *to = open_new(":memory:");
	struct seen seen = {0};
	struct err err = {0};

	add_tenant(to, 1, "two");
	CHECK_INT(run_copy(from, to, NULL, false, &seen, &err), -1);
	CHECK_INT(err.kind, ERR_USAGE);
	CHECK_INT(count_marks(to, 1), 0);
	CHECK_INT(count_marks(to, 2), 0);
	CHECK_INT(run_copy(from, to, "three", false, &seen, &err), -1);
	CHECK(strstr(err.text, "no such tenant") != NULL);
	store_close(to);
}

int
main(void)
{
	struct store *from = open_new(":memory:");

	test_tables(from);
	add_tenant(from, 1, "one");
	add_tenant(from, 2, "two");
	put_marks(from, 1, 100);
	put_marks(from, 2, 40);
	test_resume(from);
	test_changed(from);
	test_numbers(from);
	test_refused(from);
	store_close(from);
	return unit_done("copy");
}
