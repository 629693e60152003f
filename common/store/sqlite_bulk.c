/* SPDX-License-Identifier: ISC */
/*
 * Bulk rows as SQLite reads them: every bulk_spec is a table bulk_NAME that is
 * always there (an eponymous virtual table) and shows the rows that
 * store_bulk() last put behind it, straight from their C memory.
 */
#include "store/store_priv.h"

/* What the planner is told: a whole batch, read front to back. It should be
 * the outer loop, with look-ups into real tables inside. */
#define ASSUMED_ROWS 10000

struct bulk_table {
	sqlite3_vtab base;
	struct bulk_slot *slot;
};

struct bulk_cursor {
	sqlite3_vtab_cursor base;
	const struct bulk *bulk; /* NULL: no rows */
	size_t row;
};

/* ---- the module ---------------------------------------------------------- */

static int
declare(sqlite3 *db, const struct bulk_spec *spec)
{
	struct buf text = {0};
	size_t i;
	int code;

	buf_addstr(&text, "CREATE TABLE x(");
	for (i = 0; i < spec->count; i++)
		buf_addf(&text, "%s%s %s", i ? ", " : "", spec->columns[i].name,
		    spec->columns[i].type == 'i'   ? "bigint"
		    : spec->columns[i].type == 'r' ? "real"
		    : spec->columns[i].type == 't' ? "text"
						   : "blob");
	buf_addc(&text, ')');
	code = sqlite3_declare_vtab(db, text.p);
	buf_release(&text);
	return code;
}

static int
table_connect(sqlite3 *db, void *context, int argc, const char *const *argv,
    sqlite3_vtab **ret, char **ret_error)
{
	struct bulk_slot *slot = context;
	struct bulk_table *table;
	int code;

	(void)argc;
	(void)argv;
	(void)ret_error;
	code = declare(db, slot->spec);
	if (code != SQLITE_OK)
		return code;
	table = sqlite3_malloc(sizeof(*table));
	if (!table)
		return SQLITE_NOMEM;
	memset(table, 0, sizeof(*table));
	table->slot = slot;
	*ret = &table->base;
	return SQLITE_OK;
}

static int
table_disconnect(sqlite3_vtab *table)
{
	sqlite3_free(table);
	return SQLITE_OK;
}

static int
table_best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
	(void)table;
	info->estimatedCost = ASSUMED_ROWS;
	info->estimatedRows = ASSUMED_ROWS;
	return SQLITE_OK;
}

static int
cursor_open(sqlite3_vtab *table, sqlite3_vtab_cursor **ret)
{
	struct bulk_cursor *c = sqlite3_malloc(sizeof(*c));

	(void)table;
	if (!c)
		return SQLITE_NOMEM;
	memset(c, 0, sizeof(*c));
	*ret = &c->base;
	return SQLITE_OK;
}

static int
cursor_close(sqlite3_vtab_cursor *cursor)
{
	sqlite3_free(cursor);
	return SQLITE_OK;
}

static int
cursor_filter(sqlite3_vtab_cursor *cursor, int index, const char *text,
    int argc, sqlite3_value **argv)
{
	struct bulk_cursor *c = (struct bulk_cursor *)cursor;

	(void)index;
	(void)text;
	(void)argc;
	(void)argv;
	c->bulk = ((struct bulk_table *)cursor->pVtab)->slot->bulk;
	c->row = 0;
	return SQLITE_OK;
}

static int
cursor_next(sqlite3_vtab_cursor *cursor)
{
	((struct bulk_cursor *)cursor)->row++;
	return SQLITE_OK;
}

static int
cursor_eof(sqlite3_vtab_cursor *cursor)
{
	const struct bulk_cursor *c = (const struct bulk_cursor *)cursor;

	return !c->bulk || c->row >= c->bulk->rows;
}

static int
cursor_column(sqlite3_vtab_cursor *cursor, sqlite3_context *result, int column)
{
	const struct bulk_cursor *c = (const struct bulk_cursor *)cursor;
	const struct bulk *b = c->bulk;
	const struct bulk_values *v = &b->columns[column];

	if (bulk_is_null(b, c->row, (unsigned)column))
		return SQLITE_OK; /* NULL unless told otherwise */
	switch (b->spec->columns[column].type) {
	case 'i':
		sqlite3_result_int64(result, v->u.i[c->row]);
		break;
	case 'r':
		sqlite3_result_double(result, v->u.r[c->row]);
		break;
	case 't':
		sqlite3_result_text64(result, v->u.s[c->row].p,
		    v->u.s[c->row].n, SQLITE_STATIC, SQLITE_UTF8);
		break;
	default:
		sqlite3_result_blob64(
		    result, v->u.s[c->row].p, v->u.s[c->row].n, SQLITE_STATIC);
	}
	return SQLITE_OK;
}

static int
cursor_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *ret)
{
	*ret = (sqlite3_int64)((struct bulk_cursor *)cursor)->row + 1;
	return SQLITE_OK;
}

static const sqlite3_module module = {
    .xConnect = table_connect, /* no xCreate: eponymous only */
    .xBestIndex = table_best_index,
    .xDisconnect = table_disconnect,
    .xOpen = cursor_open,
    .xClose = cursor_close,
    .xFilter = cursor_filter,
    .xNext = cursor_next,
    .xEof = cursor_eof,
    .xColumn = cursor_column,
    .xRowid = cursor_rowid,
};

int
sqlite_bulk_slot(struct store *st, struct bulk_slot *slot, struct err *err)
{
	char name[128];

	snprintf(name, sizeof(name), "bulk_%s", slot->spec->name);
	if (sqlite3_create_module_v2(st->db, name, &module, slot, NULL) !=
	    SQLITE_OK)
		return sqlite_fail(st, err, name);
	return 0;
}
