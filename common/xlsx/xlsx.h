/* SPDX-License-Identifier: ISC */
/*
 * xlsx: workbooks that spreadsheet programs open without a word, written row by
 * row: a header line in bold that stays in sight and filters, columns as wide
 * as what is in them (wide characters counted as two), texts as texts whatever
 * they look like, numbers and dates as such. Rows past what a sheet holds go on
 * a further sheet. Memory stays flat: rows wait in a temporary file without a
 * name.
 *
 * What a cell cannot hold is told by the calls that put it: a text longer than
 * 32,767 characters (UTF-16 units, as Excel counts) is cut there. Characters
 * that XML forbids are written as _xHHHH_, which readers of workbooks turn
 * back; what is not UTF-8 becomes U+FFFD. A moment before 1900-03-01, where
 * the calendars of spreadsheets disagree, is written as text.
 *
 * Ownership: texts are copied; names need not outlive xlsx_new. Errors stick:
 * put freely, ask at the end.
 */
#ifndef DL_XLSX_H
#define DL_XLSX_H

#include <stdio.h>

#include "base/base.h"

enum {
	XLSX_ROWS = 1048576, /* of a sheet, the header included */
	XLSX_COLUMNS = 16384,
	XLSX_CHARACTERS = 32767, /* of a cell */
};

struct xlsx_options {
	const char *sheet;        /* its name; made valid; NULL is "Sheet1" */
	const struct str *column; /* the header */
	size_t count;             /* 1..XLSX_COLUMNS, else an error */
	int64_t made;             /* the moment its properties tell */
	const struct zone *zone;  /* of dates; NULL is UTC */
	int64_t rows;             /* of a sheet, for tests; 0 is XLSX_ROWS */
};

struct xlsx;
int xlsx_new(
    const struct xlsx_options *options, struct xlsx **ret, struct err *err);
/* The next cell of the row, from left to right. A missing text, and NaN, leave
 * it empty. xlsx_text is false when the text was cut. */
bool xlsx_text(struct xlsx *x, struct str text);
void xlsx_number(struct xlsx *x, double v);
void xlsx_bool(struct xlsx *x, bool v);
void xlsx_time(struct xlsx *x, int64_t at);
void xlsx_end_row(struct xlsx *x);
/* ---- page.c: one sheet more, of facts, formulas and a picture ------------ */

/* Begins it, after the last row; rows and cells count from 0, and each row is
 * done before the next. Its name is another than that of the sheets of rows,
 * whatever that is. */
enum xlsx_look {
	XLSX_PLAIN,
	XLSX_TITLE,
	XLSX_HEAD,   /* as the header of the rows */
	XLSX_OVER,   /* the same, above numbers */
	XLSX_SOFT,   /* beside what matters */
	XLSX_WHOLE,  /* 1,234 */
	XLSX_NUMBER, /* 1,234.5 */
	XLSX_SHARE,  /* 12.3% of 0.123 */
	XLSX_DATE,
	XLSX__LOOKS
};
void xlsx_page(struct xlsx *x, const char *name);
void xlsx_page_width(struct xlsx *x, unsigned column, double characters);
void xlsx_page_text(struct xlsx *x, unsigned row, unsigned column,
    struct str text, enum xlsx_look look);
void xlsx_page_number(struct xlsx *x, unsigned row, unsigned column, double v,
    enum xlsx_look look);
/* As text where a spreadsheet has no such date. */
void xlsx_page_time(
    struct xlsx *x, unsigned row, unsigned column, int64_t moment);
/* "=SUM(A1:A3)", and what it comes to, for who does not reckon; what comes to
 * no number is left out. */
void xlsx_page_formula(struct xlsx *x, unsigned row, unsigned column,
    const char *formula, double v, enum xlsx_look look);

/* Columns over labels, of cells of the page. */
struct xlsx_chart {
	const char *title;
	unsigned row, column;  /* where its corner is */
	unsigned first, count; /* rows of the cells */
	unsigned label_column, value_column;
	const struct str *label; /* the same that is in the cells */
	const double *value;
	bool lying; /* the columns lie: long labels beside them */
};
void xlsx_page_chart(struct xlsx *x, const struct xlsx_chart *c);
/* How many rows that takes. */
unsigned xlsx_chart_rows(const struct xlsx_chart *c);

/* How many sheets of rows there are, and the cells of a column in one of them
 * (from 0), as formulas of the page call them: "leads!$C$2:$C$1001". */
unsigned xlsx_row_sheets(const struct xlsx *x);
void xlsx_range(
    const struct xlsx *x, unsigned sheet, size_t column, struct buf *out);
/* Where that would be no formula: a moment as spreadsheets count, days; NAN
 * before 1900-03-01. */
double xlsx_serial(const struct xlsx *x, int64_t moment);

/* Writes the workbook through put, piece by piece; put returns -1 to stop.
 * xlsx_free afterwards, always. */
int xlsx_end(struct xlsx *x,
    int (*put)(void *context, struct str piece, struct err *err), void *context,
    struct err *err);
void xlsx_free(struct xlsx *x); /* NULL is fine */

/* The n-th sheet's name (from 1) into 31 characters, without what Excel refuses
 * in it: "leads", "leads 2". */
void xlsx_sheet_name(struct buf *out, struct str name, unsigned n);

#endif
