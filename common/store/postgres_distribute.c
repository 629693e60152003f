/* SPDX-License-Identifier: ISC */
/*
 * A store spread over a cluster by the extension citus: tables of tenants by
 * tenant_id, each tenant's rows on one node; what is small and shared, on
 * every node. What is spread already is left as it is.
 */
#include "json/json.h"
#include "store/postgres_priv.h"

/* The tables that are not spread yet, those on every node first; names of
 * tenants are unique and asked for by all. */
static const char to_spread[] =
    "SELECT c.relname, CASE WHEN a.attname IS NULL OR c.relname = 'tenant' "
    "THEN 'reference' ELSE 'distributed' END AS kind "
    "FROM pg_catalog.pg_class AS c "
    "LEFT JOIN pg_catalog.pg_attribute AS a "
    "ON a.attrelid = c.oid AND a.attname = 'tenant_id' "
    "WHERE c.relnamespace = 'dl'::regnamespace AND c.relkind = 'r' "
    "AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_dist_partition AS p "
    "WHERE p.logicalrelid = c.oid) "
    "ORDER BY kind DESC, c.relname";

/* Functions of rows are called where the rows are. */
static const char functions[] =
    "SELECT create_distributed_function(p.oid::regprocedure) "
    "FROM pg_catalog.pg_proc AS p "
    "WHERE p.pronamespace = 'dl'::regnamespace "
    "ORDER BY p.proname";

static const char extension[] =
    "SELECT 1 FROM pg_catalog.pg_extension WHERE extname = 'citus'";

static void
put_line(struct buf *lines, const char *table, const char *kind)
{
	struct json_writer w = {.out = lines};

	json_put_object(&w);
	json_put_name(&w, "table");
	json_put_text(&w, str_of(table));
	json_put_name(&w, "kind");
	json_put_text(&w, str_of(kind));
	json_put_end(&w);
	buf_addc(lines, '\n');
}

/* Names come from the catalogue; those of the migrations need no quotes. */
static int
spread_one(struct store *st, const char *table, bool shared, struct err *err)
{
	struct buf text = {0};
	int code;

	if (shared)
		buf_addf(
		    &text, "SELECT create_reference_table('dl.%s')", table);
	else if (strcmp(table, "lead") == 0)
		buf_addf(&text,
		    "SELECT create_distributed_table('dl.lead', 'tenant_id', "
		    "colocate_with => 'none')");
	else
		buf_addf(&text,
		    "SELECT create_distributed_table('dl.%s', 'tenant_id', "
		    "colocate_with => 'dl.lead')",
		    table);
	code = postgres_execute(st, text.p, err);
	buf_release(&text);
	return code < 0 ? err_prefix(err, "table %s", table) : 0;
}

/* Others are placed beside the leads, so those come first. */
static int
spread(struct store *st, PGresult *tables, bool shared, bool leads,
    struct buf *lines, struct err *err)
{
	int row;

	for (row = 0; row < libpq.PQntuples(tables); row++) {
		const char *table = libpq.PQgetvalue(tables, row, 0);
		const char *kind = libpq.PQgetvalue(tables, row, 1);

		if ((strcmp(kind, "reference") == 0) != shared ||
		    (strcmp(table, "lead") == 0) != leads)
			continue;
		if (spread_one(st, table, shared, err) < 0)
			return -1;
		put_line(lines, table, kind);
	}
	return 0;
}

static int
spread_all(struct store *st, struct buf *lines, struct err *err)
{
	PGresult *tables;
	int code;

	if (postgres_result(st, to_spread, &tables, err) < 0)
		return -1;
	code = spread(st, tables, true, false, lines, err);
	if (code == 0)
		code = spread(st, tables, false, true, lines, err);
	if (code == 0)
		code = spread(st, tables, false, false, lines, err);
	libpq.PQclear(tables);
	return code < 0 ? -1 : postgres_execute(st, functions, err);
}

int
postgres_distribute(struct store *st, struct buf *ret, struct err *err)
{
	bool there;

	if (postgres_there(st, extension, &there, err) < 0)
		return -1;
	if (!there)
		return 0;
	/* It is the owner's to do. The machines log in to each other as the
	 * role whose statements they run. */
	if (postgres_execute(st,
		"RESET ROLE; ALTER ROLE " APPLICATION_ROLE " LOGIN", err) < 0 ||
	    spread_all(st, ret, err) < 0 || postgres_take_role(st, err) < 0)
		return err_prefix(err, "distribute");
	return 1;
}
