/* SPDX-License-Identifier: ISC */
/* What is known of a column when all its cells have gone by, in memory that
 * does not grow with them: what is too much to remember is given up, never
 * guessed. */
#ifndef DL_EXPORT_FACTS_PRIV_H
#define DL_EXPORT_FACTS_PRIV_H

#include "export/export.h"

struct fact_column {
	uint64_t filled;
	uint64_t texts, numbers, times, truths; /* of those */
	uint64_t old; /* of the times: before spreadsheets have dates */
	double least, most;
	double sum, rest; /* the mean's, compensated: Neumaier 1974 */
	int64_t first, last;
	/* How often each text, and each number (its bytes). */
	struct text_index text, number;
	struct arena keep, kept_numbers;
	size_t bytes;      /* of the texts */
	uint64_t longs;    /* texts too long to be told apart */
	bool many_texts;   /* given up: more than there is room for */
	bool many_numbers; /* they are in `spilt` now, or given up, too */
	FILE *spilt;
};
/* How many rows are of each day, month and year of a column's times. */
enum { FACT_DAYS = 400, FACT_YEARS = 10001 };
struct fact_calendar {
	uint64_t day[FACT_DAYS]; /* in turns; valid while all are within it */
	uint64_t month[FACT_YEARS * 12];
	int64_t first, last; /* days since 1970, in the zone */
};
struct facts {
	struct fact_column *column;
	size_t count;
	size_t by; /* the column that is counted closely; SIZE_MAX: none */
	const struct zone *zone;
	struct fact_calendar *calendar; /* of `by`, when that has times */
	uint64_t rows;
	size_t remembered; /* values, of all columns */
	unsigned spills;
	struct err err; /* sticks */
};
struct facts *facts_new(size_t count, size_t by, const struct zone *zone);
void facts_free(struct facts *f); /* NULL is fine */

/* A cell that is there. */
void facts_text(struct facts *f, size_t column, struct str text);
/* One of which nobody asks how often it is there. */
void facts_other(struct facts *f, size_t column, struct str text);
void facts_number(struct facts *f, size_t column, double v);
void facts_truth(struct facts *f, size_t column, bool v);
/* dated: it is a date in the workbook, too. */
void facts_time(struct facts *f, size_t column, int64_t at, bool dated);

/* The mean; the median, NAN when it is not known. */
double fact_mean(const struct fact_column *c);
double fact_median(struct facts *f, size_t column);
/* Each number and how often; false: they are not known. */
bool fact_numbers(struct facts *f, size_t column,
    void (*each)(void *context, double v, uint64_t n), void *context);
/* The texts that are there most often, at most `most` of them, the commonest
 * first; how many there are. Texts are the column's. */
struct fact_value {
	struct str text;
	uint64_t count;
};
size_t fact_values(
    const struct fact_column *c, struct fact_value *ret, size_t most);

#endif
