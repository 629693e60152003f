/* SPDX-License-Identifier: ISC */
/*
 * From columns to terms. A number becomes ranges between its quantiles, a text
 * its frequent values, what may be missing that too; events how often (at
 * least) and how lately. Terms that pick the same leads are kept once.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "suggest/suggest_priv.h"

enum {
	BINS = 8,
	FEW_VALUES = 6,  /* numbers of so few values are not binned */
	VALUES_MAX = 50, /* of one column */
	TERMS_MAX = 1000,
};

static size_t
words_of(const struct terms *s, int half)
{
	return (s->rows[half] + 63) / 64;
}

static struct term
term_new(const struct terms *s, enum term_kind kind,
    const struct sample_column *k, uint32_t group)
{
	struct term term = {.kind = kind,
	    .column = k,
	    .low = -INFINITY,
	    .high = INFINITY,
	    .group = group};

	for (int half = 0; half < 2; half++)
		term.bits[half] =
		    xcalloc(words_of(s, half) + 1, sizeof(uint64_t));
	return term;
}

static void
term_release(struct term *term)
{
	free(term->bits[0]);
	free(term->bits[1]);
}

static void
hold(const struct terms *s, struct term *term, uint32_t row)
{
	uint32_t place = s->place[row];

	term->bits[s->half[row]][place / 64] |= UINT64_C(1) << place % 64;
	term->rows++;
}

static bool
picks_the_same(
    const struct terms *s, const struct term *a, const struct term *b)
{
	for (int half = 0; half < 2; half++)
		if (memcmp(a->bits[half], b->bits[half],
			words_of(s, half) * sizeof(uint64_t)) != 0)
			return false;
	return true;
}

/* Takes the term over, or forgets it: too rare, too common, nothing new. */
static void
offer(struct terms *s, struct term *term)
{
	uint64_t all = s->columns->rows;
	bool wanted = term->rows >= s->least && term->rows + s->least <= all;

	for (size_t i = 0; wanted && i < s->count; i++)
		wanted = s->list[i].rows != term->rows ||
			 !picks_the_same(s, &s->list[i], term);
	if (!wanted) {
		term_release(term);
		return;
	}
	GROW(s->list, s->cap, s->count + 1);
	s->list[s->count++] = *term;
}

/* ---- numbers ------------------------------------------------------ */

struct numbers {
	double *of_row; /* as the column has its rows */
	double edge[BINS];
	size_t edges;
	bool whole;
};

/* Where the numbers are cut: at each value when they are few. */
static void
cut(struct numbers *n, size_t count)
{
	double *sorted = xreallocarray(NULL, count, sizeof(*sorted));
	double seen[FEW_VALUES];
	size_t distinct = 0;

	memcpy(sorted, n->of_row, count * sizeof(*sorted));
	stats_sort(sorted, count);
	n->whole = true;
	for (size_t i = 0; i < count; i++) {
		n->whole &= sorted[i] == round_half_away(sorted[i]);
		if (i > 0 && sorted[i] == sorted[i - 1])
			continue;
		if (distinct < FEW_VALUES)
			seen[distinct] = sorted[i];
		distinct++;
	}
	if (distinct <= FEW_VALUES) {
		n->edges = distinct - 1;
		memcpy(n->edge, seen + 1, n->edges * sizeof(*seen));
	} else {
		n->edges = stats_bins(sorted, count, BINS, n->edge);
	}
	free(sorted);
}

/* The rows of each bin. */
static void
fill_bins(const struct terms *s, const struct sample_column *k,
    const struct numbers *n, struct term *bin)
{
	for (size_t b = 0; b <= n->edges; b++)
		bin[b] = term_new(s, TERM_RANGE, k, 0);
	for (size_t i = 0; i < k->count; i++)
		hold(s, &bin[stats_bin_of(n->edge, n->edges, n->of_row[i])],
		    k->row[i]);
}

static void
offer_range(struct terms *s, const struct numbers *n, const struct term *bin,
    size_t from, size_t to, uint32_t group)
{
	struct term term = term_new(s, TERM_RANGE, bin->column, group);

	term.whole = n->whole;
	if (from > 0)
		term.low = n->edge[from - 1];
	if (to < n->edges)
		term.high = n->edge[to];
	for (size_t b = from; b <= to; b++) {
		term.rows += bin[b].rows;
		for (int half = 0; half < 2; half++)
			for (size_t w = 0; w < words_of(s, half); w++)
				term.bits[half][w] |= bin[b].bits[half][w];
	}
	offer(s, &term);
}

/* Every range of neighbours; of counts only those without an upper end, for
 * a lead that was never counted has a number, too. */
static void
offer_ranges(struct terms *s, const struct sample_column *k, struct numbers *n,
    uint32_t group)
{
	struct term bin[BINS + 1];
	bool counts = k->kind == SAMPLE_COUNT;

	cut(n, k->count);
	fill_bins(s, k, n, bin);
	for (size_t from = counts; from <= n->edges; from++)
		for (size_t to = counts ? n->edges : from; to <= n->edges; to++)
			if (from > 0 || to < n->edges)
				offer_range(s, n, bin, from, to, group);
	for (size_t b = 0; b <= n->edges; b++)
		term_release(&bin[b]);
}

/* ---- values, and whether there is one ----------------------------- */

static void
offer_values(struct terms *s, const struct sample_column *k, uint32_t group)
{
	uint32_t *order = sample_by_use(k);
	size_t *number =
	    xreallocarray(NULL, k->text_count + 1, sizeof(*number));
	struct term term[VALUES_MAX];
	size_t count = 0;

	for (size_t i = 0; i < k->text_count; i++)
		number[i] = VALUES_MAX;
	for (; count < VALUES_MAX && count < k->text_count; count++) {
		if (k->uses[order[count]] < s->least)
			break;
		number[order[count]] = count;
		term[count] = term_new(s, TERM_VALUE, k, group);
		term[count].value = k->text[order[count]];
	}
	for (size_t i = 0; i < k->count; i++)
		if (number[(size_t)k->value[i]] < VALUES_MAX)
			hold(s, &term[number[(size_t)k->value[i]]], k->row[i]);
	for (size_t i = 0; i < count; i++)
		offer(s, &term[i]);
	free(order);
	free(number);
}

/* Whether there is a value at all; how many leads have none is seen first. */
static void
offer_presence(struct terms *s, const struct sample_column *k, uint32_t group)
{
	struct term exists = term_new(s, TERM_EXISTS, k, group);
	struct term missing = term_new(s, TERM_MISSING, k, group);
	size_t at = 0;

	for (uint32_t row = 0; row < s->columns->rows; row++) {
		if (at < k->count && k->row[at] == row) {
			hold(s, &exists, row);
			at++;
		} else {
			hold(s, &missing, row);
		}
	}
	offer(s, &exists);
	offer(s, &missing);
}

static void
offer_lately(struct terms *s, const struct sample_column *k, uint32_t group)
{
	for (size_t d = 0; d < COUNT_OF(sample_lately); d++) {
		struct term term = term_new(s, TERM_WITHIN, k, group);

		term.days = sample_lately[d];
		for (size_t i = 0; i < k->count; i++)
			if (k->value[i] < (double)(term.days * MS_DAY))
				hold(s, &term, k->row[i]);
		offer(s, &term);
	}
}

static void
offer_texts(struct terms *s, const struct sample_column *k, uint32_t group)
{
	double *number = k->bools ? NULL : sample_numbers(k);
	struct numbers n = {0};

	if (number && k->text_count > 1) {
		n.of_row = xreallocarray(NULL, k->count, sizeof(*n.of_row));
		for (size_t i = 0; i < k->count; i++)
			n.of_row[i] = number[(size_t)k->value[i]];
		offer_ranges(s, k, &n, group);
		free(n.of_row);
	} else {
		offer_values(s, k, group);
	}
	free(number);
	offer_presence(s, k, group);
}

static void
offer_column(struct terms *s, const struct sample_column *k, uint32_t group)
{
	struct numbers n = {.of_row = k->value};

	switch (k->kind) {
	case SAMPLE_FIELD:
	case SAMPLE_ATTR:
		offer_texts(s, k, group);
		break;
	case SAMPLE_LAST:
	case SAMPLE_ACTIVITY:
		offer_lately(s, k, group);
		break;
	case SAMPLE_COUNT:
		if (!k->window)
			offer_presence(s, k, group);
		if (k->count)
			offer_ranges(s, k, &n, group);
		break;
	}
}

/* ---- all of them -------------------------------------------------- */

static uint64_t
balance(const struct terms *s, const struct term *term)
{
	uint64_t rest = s->columns->rows - term->rows;

	return term->rows < rest ? term->rows : rest;
}

static int
descending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x > y ? -1 : x < y;
}

/* Of too many, those that part the leads most evenly. */
static void
leave_some_out(struct terms *s)
{
	uint64_t *sorted, limit;
	size_t used = 0;

	if (s->count <= TERMS_MAX)
		return;
	sorted = xreallocarray(NULL, s->count, sizeof(*sorted));
	for (size_t i = 0; i < s->count; i++)
		sorted[i] = balance(s, &s->list[i]);
	qsort(sorted, s->count, sizeof(*sorted), descending);
	limit = sorted[TERMS_MAX - 1];
	free(sorted);
	for (size_t i = 0; i < s->count; i++) {
		if (used < TERMS_MAX && balance(s, &s->list[i]) >= limit)
			s->list[used++] = s->list[i];
		else
			term_release(&s->list[i]);
	}
	s->left_out = s->count - used;
	s->count = used;
}

/* Of terms that pick the same leads the first one stays: what says least comes
 * last. */
static int
rank(const struct sample_column *k)
{
	return k->kind == SAMPLE_ACTIVITY ? 2 : k->kind == SAMPLE_ATTR;
}

/* Attributes by name, for the store has them in any order. */
static int
compare_columns(const void *a, const void *b)
{
	const struct sample_column *x = *(const struct sample_column *const *)a;
	const struct sample_column *y = *(const struct sample_column *const *)b;

	if (rank(x) != rank(y))
		return rank(x) - rank(y);
	if (x->kind == SAMPLE_ATTR)
		return str_cmp(x->name, y->name);
	return x < y ? -1 : x > y;
}

void
terms_make(struct terms *s)
{
	const struct sample_columns *c = s->columns;
	const struct sample_column **order =
	    xreallocarray(NULL, c->count + 1, sizeof(*order));
	uint32_t group = 0, counts = 0;

	for (size_t i = 0; i < c->count; i++)
		order[i] = &c->list[i];
	qsort(order, c->count, sizeof(*order), compare_columns);
	for (size_t i = 0; i < c->count; i++) {
		/* How often within a window says what how often ever does. */
		if (order[i]->window) {
			offer_column(s, order[i], counts);
			continue;
		}
		if (order[i]->kind == SAMPLE_COUNT)
			counts = group;
		offer_column(s, order[i], group++);
	}
	free(order);
	leave_some_out(s);
}

void
terms_release(struct terms *s)
{
	for (size_t i = 0; i < s->count; i++)
		term_release(&s->list[i]);
	free(s->list);
	s->list = NULL;
	s->count = s->cap = 0;
}
