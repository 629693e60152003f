/* SPDX-License-Identifier: ISC */
/* Workbooks: what is a number there, what a date and what stays a text. */
#include <math.h>

#include "export/export_priv.h"
#include "export/facts_priv.h"
#include "xlsx/xlsx.h"

int
export_book_begin(struct export *e, struct err *err)
{
	struct str *name = arena_alloc(&e->arena, e->count * sizeof(*name));
	struct xlsx_options options = {.sheet = e->how.sheet,
	    .column = name,
	    .count = e->count,
	    .made = e->how.now,
	    .zone = e->how.zone};

	for (size_t i = 0; i < e->count; i++)
		name[i] = e->column[i].name;
	if (e->how.summary && export_summary_begin(e, err) < 0)
		return -1;
	return xlsx_new(&options, &e->book, err);
}

/* Spreadsheets keep fifteen digits: a longer number would become another. */
static bool
fits(struct str number, double *ret)
{
	size_t digits = 0;

	for (size_t i = 0; i < number.n && (number.p[i] | 32) != 'e'; i++)
		digits += number.p[i] >= '0' && number.p[i] <= '9';
	return digits <= 15 && number_real(number, ret);
}

static bool
put_text(struct export *e, size_t column, struct str text)
{
	if (e->facts && e->column[column].type == EXPORT_JSON &&
	    str_starts(text, STR("{")))
		facts_other(e->facts, column, text);
	else if (e->facts)
		facts_text(e->facts, column, text);
	return xlsx_text(e->book, text);
}

static bool
put_cell(struct export *e, size_t column, const struct field *cell)
{
	enum export_type type = e->column[column].type;
	double number;
	int64_t at;

	if (cell->type == FIELD_MISSING || cell->type == FIELD_NULL)
		return xlsx_text(e->book, (struct str){0});
	if (cell->type == FIELD_NUMBER && fits(cell->text, &number)) {
		if (e->facts)
			facts_number(e->facts, column, number);
		xlsx_number(e->book, number);
	} else if (cell->type == FIELD_BOOL) {
		if (e->facts)
			facts_truth(
			    e->facts, column, str_is(cell->text, "true"));
		xlsx_bool(e->book, str_is(cell->text, "true"));
	} else if (type == EXPORT_TIME &&
		   time_parse(cell->text, zone_utc(), &at)) {
		if (e->facts)
			facts_time(e->facts, column, at,
			    !isnan(xlsx_serial(e->book, at)));
		xlsx_time(e->book, at);
	} else if (cell->type == FIELD_ARRAY) {
		buf_clear(&e->word);
		cell_put(&e->word, cell);
		return put_text(e, column, buf_str(&e->word));
	} else
		return put_text(e, column, cell->text);
	return true;
}

void
export_book_row(struct export *e, const struct field *cell, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct buf place = {0};

		if (put_cell(e, i, &cell[i]))
			continue;
		export_name_row(&place, cell, count);
		remark(e->how.refused, (struct place){0},
		    "%s%s: cut at the %d characters a cell can hold",
		    place.p ? place.p : "", quoted(cell[i].name),
		    XLSX_CHARACTERS);
		buf_release(&place);
		e->done.cut++;
	}
	xlsx_end_row(e->book);
	if (e->facts)
		e->facts->rows++;
}

static int
take_piece(void *export, struct str piece, struct err *err)
{
	struct export *e = export;

	buf_adds(&e->out, piece);
	return export_flush(e, err);
}

int
export_book_end(struct export *e, struct err *err)
{
	if (e->facts && export_summary_end(e, err) < 0)
		return -1;
	return xlsx_end(e->book, take_piece, e, err);
}
