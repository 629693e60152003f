/* SPDX-License-Identifier: ISC */
/*
 * table: rows of text as a table for people, and one record as a block of
 * "field  value" lines. Pure: texts in, drawing out. Widths are columns of a
 * terminal (a kanji takes two); what would not fit is cut and marked with an
 * ellipsis, numbers never are. Values are made safe for a terminal.
 *
 *	struct table *t = table_new(columns, COUNT_OF(columns));
 *	table_cell(t, str);  ... one call per column, row after row
 *	table_draw(t, shared->columns, shared->ascii, &out);
 *	table_free(t);
 *
 * Ownership: cells are copied; the columns' texts are borrowed until
 * table_free. A table holds all its rows, since widths depend on them; let
 * table_rows() decide when to draw, clear and go on for endless streams.
 */
#ifndef DL_TABLE_H
#define DL_TABLE_H

#include "base/base.h"

enum table_align {
	TABLE_AUTO, /* right when every value is a number, else left */
	TABLE_LEFT,
	TABLE_RIGHT, /* never cut */
};

struct table_column {
	const char *header;
	enum table_align align;
	size_t min; /* not narrower than this when cutting; 0: 8 */
	size_t max; /* never wider than this; 0: no limit */
};

struct table;
struct table *table_new(const struct table_column *columns, size_t count);
void table_free(struct table *t);

/* The next cell, left to right, then the next row. Missing (p == NULL) is
 * drawn empty. New lines and other controls are shown escaped. */
void table_cell(struct table *t, struct str value);
void table_cellf(struct table *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
void table_int(struct table *t, int64_t value); /* 1,234,567 */
void table_real(struct table *t, double value, int decimals);
/* Ends the row early, the rest missing; nothing when the row is empty. */
void table_row_end(struct table *t);
size_t table_rows(const struct table *t); /* complete rows */
void table_clear(struct table *t);        /* rows gone, columns stay */

/* Appends header, rule and rows, each line without trailing blanks. Fits
 * `columns` of a terminal by cutting the widest texts first; 0: no limit.
 * ascii: "-" and "..." for the rule and the ellipsis. */
void table_draw(
    const struct table *t, size_t columns, bool ascii, struct buf *out);

/* One record as a block: names in a column of their own, long values wrapped
 * beside them. Names and values are copied. */
struct table_block;
struct table_block *table_block_new(void);
void table_block_free(struct table_block *b);
/* An empty name continues the previous field on a new line; a missing value
 * is left out. */
void table_block_add(struct table_block *b, const char *name, struct str value);
void table_block_addf(struct table_block *b, const char *name, const char *fmt,
    ...) PRINTF_LIKE(3, 4);
/* A line of its own between fields, with a blank line before it. */
void table_block_title(struct table_block *b, const char *title);
void table_block_draw(
    const struct table_block *b, size_t columns, struct buf *out);

#endif
