/* SPDX-License-Identifier: ISC */
/* Rows as JSON objects, for who hands them on. */
#include "json/json.h"
#include "store/store_priv.h"

static void
put_column(struct json_writer *w, const struct row_field *f,
    const struct rows *r, unsigned column)
{
	switch (f->type) {
	case ROW_TEXT:
		if (rows_text(r, column).n)
			json_add_text(w, f->name, rows_text(r, column));
		break;
	case ROW_INT:
		json_add_int(w, f->name, rows_int(r, column));
		break;
	case ROW_TIME:
		json_add_time(w, f->name, rows_int(r, column));
		break;
	case ROW_TRUE:
		if (rows_int(r, column))
			json_add_bool(w, f->name, true);
		break;
	case ROW_JSON:
		json_put_name(w, f->name);
		json_put_raw(w, rows_text(r, column));
		break;
	}
}

void
rows_put(const struct rows *r, unsigned first, const struct row_field *fields,
    struct json_writer *w)
{
	for (unsigned i = 0; fields[i].name; i++)
		if (!rows_null(r, first + i))
			put_column(w, &fields[i], r, first + i);
}

static void
put_object(
    const struct rows *r, const struct row_field *fields, struct json_writer *w)
{
	json_put_object(w);
	rows_put(r, 0, fields, w);
	json_put_end(w);
}

int
store_lines(struct store *st, const struct sql *sql, const struct bind *binds,
    size_t count, const struct row_field *fields,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err)
{
	struct buf line = {0};
	struct rows *rows;
	int got;

	if (store_query(st, sql, binds, count, &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		struct json_writer w = {.out = &line};

		buf_clear(&line);
		put_object(rows, fields, &w);
		buf_addc(&line, '\n');
		if (each(context, buf_str(&line), err) < 0) {
			got = -1;
			break;
		}
	}
	rows_close(rows);
	buf_release(&line);
	return got;
}

int
store_put_array(struct store *st, const struct sql *sql,
    const struct bind *binds, size_t count, const struct row_field *fields,
    struct json_writer *w, struct err *err)
{
	struct rows *rows;
	int got;

	if (store_query(st, sql, binds, count, &rows, err) < 0)
		return -1;
	json_put_array(w);
	while ((got = rows_next(rows, err)) > 0)
		put_object(rows, fields, w);
	json_put_end(w);
	rows_close(rows);
	return got;
}
