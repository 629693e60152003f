/* SPDX-License-Identifier: ISC */
/*
 * SQL that sqlite3 and psql read alike: a table where there is none, and its
 * rows, in one transaction, so that a text which was cut short loads nothing.
 * Texts are literals as the standard has them: nothing but the quote means
 * anything in one.
 */
#include "export/export_priv.h"

enum {
	ROWS = 100,     /* of one statement */
	NAME_BYTES = 63 /* PostgreSQL would cut what is longer */
};

static void
put_quoted(struct buf *out, struct str text)
{
	const char *quote;

	buf_reserve(out, text.n + 2);
	buf_addc(out, '\'');
	while (text.n && (quote = memchr(text.p, '\'', text.n))) {
		size_t n = (size_t)(quote + 1 - text.p);

		buf_add(out, text.p, n);
		buf_addc(out, '\'');
		text.p += n;
		text.n -= n;
	}
	buf_adds(out, text);
	buf_addc(out, '\'');
}

/* What a column holds when it has been masked is a text. */
static enum export_type
type_of(const struct export *e, size_t i)
{
	const struct export_masks *m = e->how.masks;

	for (size_t k = 0; m && k < m->count; k++)
		if (str_eq(m->mask[k].column, e->column[i].name) &&
		    m->mask[k].how != EXPORT_DROP)
			return EXPORT_TEXT;
	return e->column[i].type;
}

/* SQLite takes names for the same whatever their case. */
static bool
same_name(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++) {
		unsigned char x = (unsigned char)a.p[i];
		unsigned char y = (unsigned char)b.p[i];

		if (x != y &&
		    ((x ^ y) != 0x20 || (x | 0x20) < 'a' || (x | 0x20) > 'z'))
			return false;
	}
	return true;
}

static int
check_name(const char *what, struct str name, struct err *err)
{
	if (name.n >= 1 && name.n <= NAME_BYTES && !memchr(name.p, 0, name.n))
		return 0;
	return err_set(err, ERR_USAGE,
	    "the name of a %s in SQL has 1 to %d bytes: %s", what, NAME_BYTES,
	    quoted(name));
}

static int
check_names(const struct export *e, struct err *err)
{
	if (check_name("table", str_of(e->how.sheet), err) < 0)
		return -1;
	for (size_t i = 0; i < e->count; i++) {
		if (check_name("column", e->column[i].name, err) < 0)
			return -1;
		for (size_t k = 0; k < i; k++)
			if (same_name(e->column[i].name, e->column[k].name))
				return err_set(err, ERR_USAGE,
				    "SQL takes two columns for the same: %s "
				    "and %s",
				    quoted(e->column[k].name),
				    quoted(e->column[i].name));
	}
	return 0;
}

int
export_sql_begin(struct export *e, struct err *err)
{
	static const char *const types[] = {[EXPORT_ANY] = "text",
	    [EXPORT_TEXT] = "text",
	    [EXPORT_NUMBER] = "numeric",
	    [EXPORT_BOOL] = "boolean",
	    [EXPORT_TIME] = "timestamptz",
	    [EXPORT_JSON] = "json"};
	struct str table = str_of(e->how.sheet);
	struct buf head = {0};

	if (check_names(e, err) < 0)
		return -1;
	buf_addstr(&e->line, "BEGIN;\nCREATE TABLE IF NOT EXISTS ");
	buf_adddoubled(&e->line, table, '"');
	buf_addstr(&e->line, " (");
	buf_addstr(&head, "INSERT INTO ");
	buf_adddoubled(&head, table, '"');
	buf_addstr(&head, " (");
	for (size_t i = 0; i < e->count; i++) {
		enum export_type type = type_of(e, i);

		buf_addstr(&e->line, i ? ",\n\t" : "\n\t");
		buf_adddoubled(&e->line, e->column[i].name, '"');
		buf_addf(&e->line, " %s", types[type]);
		buf_addstr(&head, i ? ", " : "");
		buf_adddoubled(&head, e->column[i].name, '"');
	}
	buf_addstr(&e->line, "\n);\n");
	buf_addstr(&head, ") VALUES\n");
	e->head = arena_str(&e->arena, buf_str(&head));
	buf_release(&head);
	return 0;
}

void
export_sql_row(struct export *e, const struct field *cell, size_t count)
{
	if (e->rows % ROWS == 0) {
		buf_addstr(&e->line, e->rows ? ";\n" : "");
		buf_adds(&e->line, e->head);
	} else {
		buf_addstr(&e->line, ",\n");
	}
	for (size_t i = 0; i < count; i++) {
		enum export_type type = type_of(e, i);

		buf_addc(&e->line, i ? ',' : '(');
		if (cell[i].type == FIELD_NULL || !cell[i].text.p)
			buf_addstr(&e->line, "NULL");
		else if ((type == EXPORT_NUMBER &&
			     cell[i].type == FIELD_NUMBER) ||
			 (type == EXPORT_BOOL && cell[i].type == FIELD_BOOL))
			buf_adds(&e->line, cell[i].text);
		else
			put_quoted(&e->line, cell[i].text);
	}
	buf_addc(&e->line, ')');
}

int
export_sql_end(struct export *e, struct err *err)
{
	(void)err;
	buf_addstr(&e->line, e->rows ? ";\nCOMMIT;\n" : "COMMIT;\n");
	return 0;
}
