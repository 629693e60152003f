/* SPDX-License-Identifier: ISC */
/* What the files of this room share. */
#ifndef DL_XLSX_PRIV_H
#define DL_XLSX_PRIV_H

#include <xlsxwriter.h>

#include "xlsx/xlsx.h"

struct xlsx {
	lxw_workbook *book;
	lxw_worksheet *sheet;
	lxw_format *header, *date;
	lxw_format *look[XLSX__LOOKS]; /* of a page; NULL: not made yet */
	FILE *file; /* without a name: gone with the process */
	struct buf name;
	const struct zone *zone;
	struct str *column;
	double *width;
	size_t count;
	lxw_row_t row, rows; /* the next one; of a sheet */
	size_t at;           /* the next cell */
	unsigned sheets;     /* so far, a page included */
	bool page;           /* there is one: the last sheet */
	lxw_row_t
	    last_row;    /* of the last sheet of rows, when there is a page */
	uint64_t *least; /* bytes of each sheet that is ended */
	size_t least_cap;
	struct buf text;
	struct arena arena;
	struct err err;
};

void xlsx_check(struct xlsx *x, lxw_error code, const char *what);
/* A text as a cell takes it; false when it was cut. */
bool xlsx_cell_text(struct buf *out, struct str text);
/* NULL: it failed, which is noted. n as for xlsx_sheet_name. */
lxw_worksheet *xlsx_add_sheet(struct xlsx *x, struct str name, unsigned n);
void xlsx_end_sheet(struct xlsx *x);
void xlsx_head(lxw_format *f); /* a header's look */

/* verify.c: the workbook in fd is whole, and each of its sheets has at least so
 * many bytes. */
int xlsx_verify(int fd, const uint64_t *least, size_t sheets, struct err *err);

#endif
