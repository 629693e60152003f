/* SPDX-License-Identifier: ISC */
/*
 * The writer. A format is how one record is appended to the buffer and what
 * stands before the first and after the last; a table can only be drawn when
 * all rows are there.
 */
#include "csv/csv.h"
#include "json/json.h"
#include "record/record_priv.h"
#include "table/table.h"

#define FLUSH_AT ((size_t)64 << 10)

struct record_writer {
	FILE *out;
	struct record_output output;
	const struct writer_format *format;
	uint64_t count;
	struct buf buf;
	struct err err; /* the first failure; sticks */
	bool write_failed;

	/* Columns: those given, or the first record's names. */
	struct str *column;
	size_t column_count;
	size_t
	    *position; /* of each column in records of `shape`, or SIZE_MAX */
	uint64_t shape;
	struct str *row;
	struct arena arena;
	struct table_column *table_column;
	struct table *table;
	struct buf cell;
};

struct writer_format {
	void (*begin)(struct record_writer *w);
	void (*record)(struct record_writer *w, const struct record *r);
	void (*end)(struct record_writer *w);
	bool by_columns; /* columns must be known before the first record */
};

static void
write_out(struct record_writer *w)
{
	if (!w->write_failed && w->buf.len > 0 &&
	    fwrite(w->buf.p, 1, w->buf.len, w->out) != w->buf.len) {
		w->write_failed = true;
		if (w->err.kind == ERR_NONE)
			err_sys(&w->err, "write");
	}
	buf_clear(&w->buf);
}

/* Where the columns stand in a record, found anew when its shape changes. */
static void
find_positions(struct record_writer *w, const struct record *r)
{
	if (r->shape != 0 && r->shape == w->shape)
		return;
	w->shape = r->shape;
	for (size_t i = 0; i < w->column_count; i++)
		w->position[i] = record_index(r, w->column[i]);
	if (w->output.drop || w->err.kind != ERR_NONE)
		return;
	for (size_t i = 0; i < r->count; i++) {
		size_t k = 0;

		while (k < w->column_count &&
		       !str_eq(w->column[k], r->field[i].name))
			k++;
		if (k < w->column_count)
			continue;
		/* What is missing here may be there in the next record. */
		if (r->field[i].type == FIELD_MISSING) {
			w->shape = 0;
			continue;
		}
		err_at(&w->err, ERR_FAIL, r->place,
		    "field %s is none of the columns: name the columns, or "
		    "write NDJSON",
		    quoted(r->field[i].name));
		w->shape = 0;
		return;
	}
}

static const struct field *
at_column(const struct record_writer *w, const struct record *r, size_t i)
{
	static const struct field none;

	return w->position[i] == SIZE_MAX ? &none : &r->field[w->position[i]];
}

/* The record's fields in the order of the columns, as texts. */
static const struct str *
row_of(struct record_writer *w, const struct record *r)
{
	find_positions(w, r);
	for (size_t i = 0; i < w->column_count; i++) {
		const struct field *f = at_column(w, r, i);

		w->row[i] = f->type == FIELD_NULL ? (struct str){0} : f->text;
	}
	return w->row;
}

static void
put_object(struct record_writer *w, const struct record *r)
{
	struct json_writer json = {.out = &w->buf};

	if (!w->output.columns) {
		record_put_json(&json, r);
		return;
	}
	find_positions(w, r);
	json_put_object(&json);
	for (size_t i = 0; i < w->column_count; i++) {
		const struct field *f = at_column(w, r, i);

		if (f->type == FIELD_MISSING)
			continue;
		json_put_key(&json, w->column[i]);
		field_put_json(&json, f);
	}
	json_put_end(&json);
}

static void
ndjson_record(struct record_writer *w, const struct record *r)
{
	if (r->line.p && !w->output.columns)
		buf_adds(&w->buf, r->line);
	else
		put_object(w, r);
	buf_addc(&w->buf, '\n');
}

static void
json_record(struct record_writer *w, const struct record *r)
{
	buf_addstr(&w->buf, w->count == 0 ? "[\n" : ",\n");
	put_object(w, r);
}

static void
json_end(struct record_writer *w)
{
	buf_addstr(&w->buf, w->count == 0 ? "[]\n" : "\n]\n");
}

static char
delimiter(const struct record_writer *w)
{
	return w->output.format == RECORD_TSV ? '\t' : ',';
}

static void
csv_begin(struct record_writer *w)
{
	if (!w->output.no_header)
		csv_put_record(
		    &w->buf, w->column, w->column_count, delimiter(w));
}

static void
csv_record(struct record_writer *w, const struct record *r)
{
	csv_put_record(&w->buf, row_of(w, r), w->column_count, delimiter(w));
}

static void
table_begin(struct record_writer *w)
{
	w->table_column = xcalloc(w->column_count, sizeof(*w->table_column));
	for (size_t i = 0; i < w->column_count; i++)
		w->table_column[i].header =
		    arena_strdup(&w->arena, w->column[i]);
	/* What a row is about is cut last. */
	if (w->column_count)
		w->table_column[0].min = 24;
	w->table = table_new(w->table_column, w->column_count);
}

static void
table_record(struct record_writer *w, const struct record *r)
{
	find_positions(w, r);
	for (size_t i = 0; i < w->column_count; i++) {
		const struct field *f = at_column(w, r, i);

		buf_clear(&w->cell);
		if (f->type != FIELD_NULL)
			cell_put(&w->cell, f);
		table_cell(w->table, buf_str(&w->cell));
	}
}

static void
table_end(struct record_writer *w)
{
	if (w->table && table_rows(w->table) > 0)
		table_draw(w->table, w->output.width, false, &w->buf);
}

static const struct writer_format formats[] = {
    [RECORD_NDJSON] = {.record = ndjson_record},
    [RECORD_JSON] = {.record = json_record, .end = json_end},
    [RECORD_CSV] = {csv_begin, csv_record, NULL, true},
    [RECORD_TSV] = {csv_begin, csv_record, NULL, true},
    [RECORD_TABLE] = {table_begin, table_record, table_end, true},
};

static void
set_columns(struct record_writer *w, size_t count)
{
	w->column = xcalloc(count, sizeof(*w->column));
	w->position = xcalloc(count, sizeof(*w->position));
	w->row = xcalloc(count, sizeof(*w->row));
	w->column_count = count;
}

struct record_writer *
record_writer_new(FILE *out, const struct record_output *output)
{
	struct record_writer *w = xcalloc(1, sizeof(*w));

	w->out = out;
	if (output)
		w->output = *output;
	if (w->output.format == RECORD_AUTO)
		w->output.format = RECORD_NDJSON;
	w->format = &formats[w->output.format];
	if (w->output.columns) {
		set_columns(w, w->output.column_count);
		for (size_t i = 0; i < w->column_count; i++)
			w->column[i] = str_of(w->output.columns[i]);
		if (w->format->begin)
			w->format->begin(w);
	}
	return w;
}

void
record_writer_begin(struct record_writer *w, const struct record *r)
{
	if (w->column || !w->format->by_columns || r->count == 0)
		return;
	set_columns(w, r->count);
	for (size_t i = 0; i < r->count; i++)
		w->column[i] = arena_str(&w->arena, r->field[i].name);
	w->format->begin(w);
}

void
record_write(struct record_writer *w, const struct record *r)
{
	size_t before;

	if (w->err.kind != ERR_NONE)
		return;
	record_writer_begin(w, r);
	if (!w->column && w->format->by_columns)
		return; /* no columns, and nothing to put there */
	before = w->buf.len;
	w->format->record(w, r);
	if (w->err.kind != ERR_NONE) {
		buf_truncate(&w->buf, before); /* not half a record */
		return;
	}
	w->count++;
	if (w->buf.len >= FLUSH_AT)
		write_out(w);
}

bool
record_writer_failed(const struct record_writer *w)
{
	return w->err.kind != ERR_NONE;
}

int
record_writer_close(struct record_writer *w, struct err *err)
{
	int rc = 0;

	if (!w)
		return 0;
	if (w->format->end && w->err.kind == ERR_NONE)
		w->format->end(w);
	write_out(w);
	if (!w->write_failed && fflush(w->out) != 0 && w->err.kind == ERR_NONE)
		err_sys(&w->err, "write");
	if (w->err.kind != ERR_NONE) {
		rc = -1;
		if (err)
			*err = w->err;
	}
	table_free(w->table);
	free(w->table_column);
	free(w->column);
	free(w->position);
	free(w->row);
	buf_release(&w->cell);
	arena_release(&w->arena);
	buf_release(&w->buf);
	free(w);
	return rc;
}
