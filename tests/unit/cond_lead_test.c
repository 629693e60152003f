/* SPDX-License-Identifier: ISC */
/*
 * The real catalogue under the limits: every field of a lead, nested as deeply
 * as a condition may be, is still SQL that the store can prepare.
 */
#include "lead/lead.h"
#include "unit.h"

static struct store *st;

static void
add_test(struct buf *b, const struct cond_field *f)
{
	switch (f->type) {
	case COND_NUMBER:
		buf_addf(b, "not %s not between 1 and 2", f->name);
		break;
	case COND_TEXT:
		buf_addf(b, "not %s not in ('a', 'b')", f->name);
		break;
	case COND_TIME:
		buf_addf(b, "not %s not within 7d", f->name);
		break;
	case COND_BOOL:
		buf_addf(b, "not %s != true", f->name);
		break;
	case COND_LIST:
		buf_addf(b, "not %s not contains 'x'", f->name);
		break;
	}
}

/* Chains on every level, so that brackets stand on either side. */
static void
add_nested(struct buf *b, const char *test, size_t levels)
{
	for (size_t i = 0; i < levels; i++)
		buf_addf(b, "%s %s (", test, i % 2 ? "or" : "and");
	buf_addstr(b, test);
	for (size_t i = levels; i-- > 0;)
		buf_addf(b, ") %s %s", i % 2 ? "or" : "and", test);
}

static void
prepare(const struct cond *c, const char *test)
{
	struct cond_moment moment = {.now = 1, .texts = {STR("[]")}};
	struct cond_sql sql = {0};
	struct rows *rows = NULL;
	struct err err = {0};

	buf_addstr(&sql.text,
	    "SELECT x.n FROM (SELECT count(*) AS n FROM " LEAD_FROM
	    " WHERE l.tenant_id > 0 AND l.lead_id > 0 AND ");
	cond_to_sql(c, &lead_catalogue, &moment, &sql);
	buf_addstr(&sql.text, ") AS x");
	if (store_query_text(st, sql.text.p, sql.types.p, sql.binds, sql.count,
		&rows, &err) < 0) {
		printf("%s: %s\n", test, err.text);
		CHECK(false);
	} else {
		CHECK_INT(rows_next(rows, &err), 1);
		CHECK_INT(rows_int(rows, 0), 0);
	}
	rows_close(rows);
	cond_sql_release(&sql);
}

static void
deepest(const char *test)
{
	struct cond *c = NULL;
	struct buf b = {0};
	struct err err;
	size_t levels;

	for (levels = 40; levels > 0; levels--) {
		buf_clear(&b);
		add_nested(&b, test, levels);
		err_clear(&err);
		if (cond_parse(buf_str(&b), "condition", &lead_catalogue, &c,
			&err) == 0)
			break;
		CHECK(strstr(err.text, "nested too deeply") != NULL);
	}
	if (levels < 20)
		printf("%s: only %zu levels: %s\n", test, levels, err.text);
	CHECK(levels >= 20);
	if (c)
		prepare(c, test);
	cond_free(c);
	buf_release(&b);
}

int
main(void)
{
	struct buf b = {0};
	struct err err = {0};

	if (store_open(":memory:", STORE_WRITE, &st, &err) < 0) {
		printf("%s\n", err.text);
		return 1;
	}
	for (size_t i = 0; i < lead_catalogue.count; i++) {
		buf_clear(&b);
		add_test(&b, &lead_catalogue.fields[i]);
		deepest(b.p);
	}
	deepest("not attrs.x not in ('a', 'b')");
	deepest("not attrs.x not between 2026-01-01 and 2026-01-02");
	deepest(
	    "not count(a, 7d, where x not in ('a', 'b') and (y within 1d or "
	    "attrs.z not contains 'x')) not between 1 and 2");
	buf_release(&b);
	store_close(st);
	return unit_done("cond_lead");
}
