/* SPDX-License-Identifier: ISC */
/* What the files of this room share: terms. */
#ifndef DL_SUGGEST_PRIV_H
#define DL_SUGGEST_PRIV_H

#include "stats/stats.h"
#include "suggest/suggest.h"

enum term_kind {
	TERM_VALUE,
	TERM_RANGE,
	TERM_MISSING, /* or never */
	TERM_EXISTS,
	TERM_WITHIN,
};
struct term {
	enum term_kind kind;
	const struct sample_column *column;
	struct str value; /* of a TERM_VALUE */
	double low, high; /* low <= number < high; infinite: no limit */
	bool whole;       /* all numbers are whole ones */
	int64_t days;     /* of a TERM_WITHIN */
	uint32_t group;   /* of terms that say the same kind of thing */
	uint64_t rows;
	uint64_t *bits[2]; /* of the rows searched; of those held out */
};

/* term.c */
struct terms {
	struct term *list;
	size_t count, cap;
	size_t left_out; /* more than can be used */
	uint64_t least;  /* rows of a term, and outside of it */
	const struct sample_columns *columns;
	const uint8_t *half;   /* by row: 0 searched, 1 held out */
	const uint32_t *place; /* by row, in its half */
	size_t rows[2];
};
void terms_make(struct terms *terms);
void terms_release(struct terms *terms);

/* word.c: as a condition; as words of a sentence. */
void term_add_condition(struct buf *out, const struct term *term);
void term_add_words(struct buf *out, const struct term *term, bool japanese);
/* The sentence about a suggestion. */
void suggest_add_text(struct buf *out, const struct suggested *s,
    const struct suggestion *one, const struct term *const *terms, size_t count,
    const char *target, bool japanese);

#endif
