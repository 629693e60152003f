/* SPDX-License-Identifier: ISC */
/* Columns and rows. The block of one record is next door in block.c. */
#include <stdlib.h>

#include "table/table.h"

enum { GAP = 2, MIN_WIDTH = 8 };

struct cell {
	struct str text; /* safe to print, in the table's arena */
	size_t width;
	bool number;
};

struct table {
	const struct table_column *columns;
	size_t count; /* of columns */
	struct cell *cells;
	size_t used, cap;
	struct arena texts;
	struct buf scratch;
};

struct table *
table_new(const struct table_column *columns, size_t count)
{
	struct table *t = xcalloc(1, sizeof *t);

	if (count == 0)
		BUG("a table without columns");
	t->columns = columns;
	t->count = count;
	return t;
}

void
table_free(struct table *t)
{
	if (t == NULL)
		return;
	arena_release(&t->texts);
	buf_release(&t->scratch);
	free(t->cells);
	free(t);
}

/* Digits with sign, point, groups or a percent sign: what belongs to the
 * right, under its like. */
static bool
looks_like_number(struct str s)
{
	bool digit = false;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool last = i + 1 == s.n;

		if (c >= '0' && c <= '9')
			digit = true;
		else if ((c == '-' || c == '+') && i == 0 && s.n > 1)
			continue;
		else if ((c == '.' || c == ',') && digit && !last)
			continue;
		else if ((c == '%' || c == ' ') && digit &&
			 (last || s.p[s.n - 1] == '%'))
			continue;
		else
			return false;
	}
	return digit;
}

static void
add_cell(struct table *t, struct str value)
{
	struct cell *c;

	(void)GROW(t->cells, t->cap, t->used + 1);
	c = &t->cells[t->used++];
	*c = (struct cell){0};
	if (value.p == NULL || value.n == 0)
		return;
	buf_clear(&t->scratch);
	text_safe(&t->scratch, value);
	c->text = arena_str(&t->texts, buf_str(&t->scratch));
	c->width = text_width(c->text);
	c->number = looks_like_number(c->text);
}

void
table_cell(struct table *t, struct str value)
{
	add_cell(t, value);
}

void
table_cellf(struct table *t, const char *fmt, ...)
{
	struct buf b = {0};
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	add_cell(t, buf_str(&b));
	buf_release(&b);
}

void
table_int(struct table *t, int64_t value)
{
	struct buf b = {0};

	buf_addgroup(&b, value);
	add_cell(t, buf_str(&b));
	buf_release(&b);
}

void
table_real(struct table *t, double value, int decimals)
{
	table_cellf(t, "%.*f", decimals, value);
}

void
table_row_end(struct table *t)
{
	while (t->used % t->count != 0)
		add_cell(t, str_of(NULL));
}

size_t
table_rows(const struct table *t)
{
	return t->used / t->count;
}

void
table_clear(struct table *t)
{
	t->used = 0;
	arena_clear(&t->texts);
}

struct layout {
	size_t width;
	bool right;
};

/* How wide each column would like to be, and which side its cells stand. */
static void
measure(const struct table *t, struct layout *layout)
{
	size_t rows = table_rows(t);

	for (size_t c = 0; c < t->count; c++) {
		const struct table_column *column = &t->columns[c];
		size_t header = text_width(str_of(column->header));
		size_t widest = 0;
		bool numbers = false, others = false;

		for (size_t r = 0; r < rows; r++) {
			const struct cell *cell = &t->cells[r * t->count + c];
			if (cell->text.p == NULL)
				continue;
			numbers |= cell->number;
			others |= !cell->number;
			if (cell->width > widest)
				widest = cell->width;
		}
		layout[c].right =
		    column->align == TABLE_RIGHT ||
		    (column->align == TABLE_AUTO && numbers && !others);
		if (column->max > 0 && widest > column->max && !layout[c].right)
			widest = column->max;
		layout[c].width = widest > header ? widest : header;
	}
}

static size_t
smallest(const struct table_column *column)
{
	return column->min > 0 ? column->min : MIN_WIDTH;
}

/* Takes columns away from the widest texts until the line fits or every text
 * is as narrow as it may be; numbers stay whole. */
static void
fit(const struct table *t, struct layout *layout, size_t columns)
{
	size_t total = GAP * (t->count - 1);

	for (size_t c = 0; c < t->count; c++)
		total += layout[c].width;
	while (total > columns) {
		struct layout *widest = NULL;

		for (size_t c = 0; c < t->count; c++)
			if (!layout[c].right &&
			    layout[c].width > smallest(&t->columns[c]) &&
			    (widest == NULL || layout[c].width > widest->width))
				widest = &layout[c];
		if (widest == NULL)
			return;
		widest->width--;
		total--;
	}
}

void
table_draw(const struct table *t, size_t columns, bool ascii, struct buf *out)
{
	struct layout *layout = xcalloc(t->count, sizeof *layout);
	size_t rows = table_rows(t), line = out->len;

	measure(t, layout);
	if (columns > 0)
		fit(t, layout, columns);
	for (size_t c = 0; c < t->count; c++) {
		buf_addblanks(out, c > 0 ? GAP : 0);
		text_field(out, str_of(t->columns[c].header), layout[c].width,
		    layout[c].right, ascii);
	}
	text_end_line(out, line);
	for (size_t c = 0; c < t->count; c++) {
		buf_addblanks(out, c > 0 ? GAP : 0);
		for (size_t i = 0; i < layout[c].width; i++)
			buf_addstr(out, ascii ? "-" : "\u2500");
	}
	buf_addc(out, '\n');
	for (size_t r = 0; r < rows; r++) {
		line = out->len;
		for (size_t c = 0; c < t->count; c++) {
			buf_addblanks(out, c > 0 ? GAP : 0);
			text_field(out, t->cells[r * t->count + c].text,
			    layout[c].width, layout[c].right, ascii);
		}
		text_end_line(out, line);
	}
	free(layout);
}
