/* SPDX-License-Identifier: ISC */
/*
 * The closed set: every statement of every room prepares on the schema, and no
 * plan reads a whole tenant, or loops over bulk rows, unless it is meant. And
 * the schema keeps its promise: tenant_id first in every key.
 */
#include "store/store.h"
#include "unit.h"

/* Tables that belong to no tenant. */
static const char *const common_tables[] = {"migration", "sqlite_stat1",
    "sqlite_stat4", "engine", "fold_part", "fold_class", "fold_pair"};

static void
print_remark(void *context, struct place where, const char *text)
{
	(void)context;
	printf("%s: %s\n", where.file, text);
}

static void
test_statements(struct store *st)
{
	struct remarks remarks = {.put = print_remark};
	struct err err = {0};

	CHECK_INT(store_prepare_all(st, &remarks, &err), 0);
	CHECK_INT(remarks.count, 0);
}

static bool
is_common(struct str name)
{
	size_t i;

	for (i = 0; i < COUNT_OF(common_tables); i++)
		if (str_is(name, common_tables[i]))
			return true;
	return false;
}

/* Every unique key of a tenant's table, the primary key among them, begins
 * with tenant_id. The tenant table's own name is the one exception. */
static const struct {
	const char *keys, *keyless;
} sqlite = {"SELECT m.name, i.name, c.name "
	    "FROM sqlite_schema AS m, pragma_index_list(m.name) AS i, "
	    "	pragma_index_info(i.name) AS c "
	    "WHERE m.type = 'table' AND i.\"unique\" = 1 AND c.seqno = 0 "
	    "ORDER BY m.name, i.name",
    "SELECT m.name FROM sqlite_schema AS m WHERE m.type = 'table' "
    "AND NOT EXISTS (SELECT 1 FROM pragma_index_list(m.name) AS i "
    "	WHERE i.origin = 'pk')"},
  postgres = {"SELECT t.relname, i.relname, a.attname FROM pg_index AS x "
	      "JOIN pg_class AS t ON t.oid = x.indrelid "
	      "JOIN pg_class AS i ON i.oid = x.indexrelid "
	      "JOIN pg_attribute AS a ON a.attrelid = t.oid "
	      "	AND a.attnum = x.indkey[0] "
	      "WHERE t.relnamespace = 'dl'::regnamespace AND x.indisunique "
	      "ORDER BY 1, 2",
      "SELECT t.relname FROM pg_class AS t "
      "WHERE t.relnamespace = 'dl'::regnamespace AND t.relkind = 'r' "
      "AND NOT EXISTS (SELECT 1 FROM pg_index AS x "
      "	WHERE x.indrelid = t.oid AND x.indisprimary)"};

static bool
on_postgres(void)
{
	return strncmp(unit_store(), "postgres", 8) == 0;
}

static void
test_keys(struct store *st)
{
	struct err err = {0};
	struct rows *r;
	unsigned count = 0;

	CHECK_INT(
	    store_query_text(st, on_postgres() ? postgres.keys : sqlite.keys,
		"", NO_BINDS, &r, &err),
	    0);
	while (rows_next(r, &err) == 1) {
		if (is_common(rows_text(r, 0)) ||
		    (str_is(rows_text(r, 0), "tenant") &&
			str_is(rows_text(r, 2), "name")))
			continue;
		count++;
		if (!str_is(rows_text(r, 2), "tenant_id")) {
			printf("%.*s: key %.*s begins with %.*s\n",
			    STR_ARG(rows_text(r, 0)), STR_ARG(rows_text(r, 1)),
			    STR_ARG(rows_text(r, 2)));
			CHECK(!"tenant_id first");
		}
	}
	rows_close(r);
	CHECK(count >= 20);
	CHECK_INT(store_query_text(st,
		      on_postgres() ? postgres.keyless : sqlite.keyless, "",
		      NO_BINDS, &r, &err),
	    0);
	while (rows_next(r, &err) == 1)
		if (!is_common(rows_text(r, 0))) {
			printf("%.*s has no primary key\n",
			    STR_ARG(rows_text(r, 0)));
			CHECK(!"primary key");
		}
	rows_close(r);
}

int
main(void)
{
	struct err err = {0};
	struct store *st = NULL;

	CHECK_INT(store_open(unit_store(), STORE_WRITE, &st, &err), 0);
	if (!st)
		printf("%s\n", err.text);
	else {
		test_statements(st);
		test_keys(st);
	}
	store_close(st);
	return unit_done("statements");
}
