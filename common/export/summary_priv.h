/* SPDX-License-Identifier: ISC */
/* What the files of a workbook's summary share. */
#ifndef DL_EXPORT_SUMMARY_PRIV_H
#define DL_EXPORT_SUMMARY_PRIV_H

#include "export/export_priv.h"
#include "export/facts_priv.h"
#include "xlsx/xlsx.h"

enum {
	BARS = 62,  /* of a picture: days, months, years, spans of numbers */
	KINDS = 20, /* of texts that are told apart; the rest are others */
};

struct kind {
	struct str label;
	double count;
	struct str formula; /* missing: the number stands for itself */
	bool exact;         /* the formula compares with the label's cell */
	double from, to;    /* of numbers */
};
struct kinds {
	const char *unit; /* "day", "month", "year"; NULL: of other things */
	struct kind kind[BARS + 3];
	size_t count;
	bool lying;
};

struct page {
	struct export *e;
	struct facts *facts;
	struct xlsx *book;
	struct arena arena;
	struct kinds kinds;
	unsigned row;
	struct buf text;
};

/* Whether formulas are made: not of nothing, nor of very many sheets. */
bool summary_reckons(const struct page *p);
/* kinds.c: how many rows are of which kind, by the column that is counted; the
 * kinds come to all rows together. None: there is nothing to be told apart. */
void summary_kinds(struct page *p);

#endif
