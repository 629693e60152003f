/* SPDX-License-Identifier: ISC */
/*
 * The search for conjunctions whose rows stand out. Rows are bits; outcomes are
 * kept as planes, one per binary digit, so that a sum is a few counts of bits.
 * What single terms and pairs have is kept: a conjunction of three is looked at
 * only when all its pairs are worth it, and tested against them.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/stats_priv.h"

enum { PLANES = 8, SQUARE_PLANES = 16 };

struct search {
	const struct stats_terms *t;
	const struct stats_search *how;
	struct stats_subgroups *ret;
	size_t words;
	bool yes_no;
	uint8_t highest; /* outcome */
	uint64_t *plane[PLANES], *square[SQUARE_PLANES];
	size_t planes, squares;
	struct stats_sums *pair; /* of terms i <= j; no rows: not worth it */
	/* By number of terms: p that is small enough, the deviation that it
	 * surely takes, what p is multiplied by. */
	double critical[STATS_TERMS + 1], needed[STATS_TERMS + 1],
	    tries[STATS_TERMS + 1];
	size_t heap_cap;
	uint64_t spent; /* word operations */
};

/* ---- counting bits ------------------------------------------------ */

static uint64_t
weigh(const struct search *s, const uint64_t *rows, uint64_t *const *planes,
    size_t count)
{
	uint64_t sum = 0;

	for (size_t p = 0; p < count; p++)
		sum += stats_count_both(rows, planes[p], s->words) << p;
	return sum;
}

static struct stats_sums
sums_of(const struct search *s, const uint64_t *rows)
{
	struct stats_sums sums = {
	    .rows = stats_count_both(rows, rows, s->words)};

	sums.sum = weigh(s, rows, s->plane, s->planes);
	sums.squares =
	    s->yes_no ? sums.sum : weigh(s, rows, s->square, s->squares);
	return sums;
}

/* ---- what is good enough ------------------------------------------ */

static bool
joins(const struct search *s, size_t a, size_t b)
{
	return s->t->group[a] != s->t->group[b];
}

static struct stats_sums *
pair_of(const struct search *s, size_t a, size_t b)
{
	return a < b ? &s->pair[a * s->t->count + b]
		     : &s->pair[b * s->t->count + a];
}

/* The most that a part of rows with this sum of outcomes can deviate: as few
 * rows as can hold the sum. */
static double
best_part(const struct search *s, uint64_t sum)
{
	struct stats_sums part = {.sum = sum};

	part.rows = (sum + s->highest - 1) / s->highest;
	if (part.rows < s->how->least)
		part.rows = s->how->least;
	return stats_deviation(&s->ret->whole, &part);
}

/* The deviation below which nothing of so many terms is of interest. */
static double
threshold(const struct search *s, size_t terms)
{
	double full =
	    s->ret->count == s->how->keep ? s->ret->list[0].deviation : 0;

	return fmax(s->needed[terms], full);
}

static bool
is_hopeless(const struct search *s, uint64_t sum)
{
	double best = best_part(s, sum), needed = INFINITY;

	for (size_t terms = 1; terms <= s->how->max_terms; terms++)
		needed = fmin(needed, threshold(s, terms));
	return best < needed;
}

/* The deviation at which the normal tail is p. */
static double
normal_quantile(double p)
{
	double low = 0, high = 40;

	for (int i = 0; i < 100; i++) {
		double middle = (low + high) / 2;

		if (stats_normal_tail(middle) > p)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Conjunctions of so many terms, no two of one group: the elementary
 * symmetric polynomials of the groups' sizes. */
static void
count_tries(struct search *s)
{
	const struct stats_terms *t = s->t;
	uint32_t groups = 0;
	double *size;

	for (size_t i = 0; i < t->count; i++)
		if (t->group[i] >= groups)
			groups = t->group[i] + 1;
	size = xcalloc(groups + 1, sizeof(*size));
	for (size_t i = 0; i < t->count; i++)
		size[t->group[i]]++;
	s->tries[0] = 1;
	for (size_t g = 0; g < groups; g++)
		for (size_t n = STATS_TERMS; n > 0; n--)
			s->tries[n] += s->tries[n - 1] * size[g];
	free(size);
	for (size_t n = 1; n <= s->how->max_terms; n++) {
		s->ret->tries += s->tries[n];
		s->tries[n] *= (double)s->how->max_terms;
		s->critical[n] = s->how->alpha / fmax(1, s->tries[n]);
		/* The exact test may be a little kinder than the normal one. */
		s->needed[n] = 0.8 * normal_quantile(s->critical[n]);
	}
}

/* ---- the best so far: a heap, the worst one on top ---------------- */

static int
better_first(const void *a, const void *b)
{
	const struct stats_subgroup *x = a, *y = b;

	if (x->deviation != y->deviation)
		return x->deviation > y->deviation ? -1 : 1;
	if (x->terms != y->terms)
		return x->terms < y->terms ? -1 : 1;
	for (size_t i = 0; i < x->terms; i++)
		if (x->term[i] != y->term[i])
			return x->term[i] < y->term[i] ? -1 : 1;
	return 0;
}

static bool
worse(const struct stats_subgroup *list, size_t a, size_t b)
{
	return better_first(&list[a], &list[b]) > 0;
}

static void
swap(struct stats_subgroup *list, size_t a, size_t b)
{
	struct stats_subgroup kept = list[a];

	list[a] = list[b];
	list[b] = kept;
}

static void
sink(struct stats_subgroup *list, size_t count)
{
	for (size_t at = 0;;) {
		size_t worst = at;

		for (size_t child = 2 * at + 1;
		     child <= 2 * at + 2 && child < count; child++)
			if (worse(list, child, worst))
				worst = child;
		if (worst == at)
			return;
		swap(list, at, worst);
		at = worst;
	}
}

static void
keep(struct search *s, const struct stats_subgroup *found)
{
	struct stats_subgroups *ret = s->ret;
	size_t at = ret->count;

	if (ret->count == s->how->keep) {
		if (better_first(found, &ret->list[0]) < 0) {
			ret->list[0] = *found;
			sink(ret->list, ret->count);
		}
		return;
	}
	GROW(ret->list, s->heap_cap, ret->count + 1);
	ret->list[ret->count++] = *found;
	for (; at && worse(ret->list, at, (at - 1) / 2); at = (at - 1) / 2)
		swap(ret->list, at, (at - 1) / 2);
}

/* ---- candidates --------------------------------------------------- */

/* What the conjunction has without one of its terms. */
static const struct stats_sums *
without(const struct search *s, const struct stats_subgroup *g, size_t left_out)
{
	size_t a = left_out == 0 ? 1 : 0, b = left_out == 2 ? 1 : 2;

	if (g->terms == 1)
		return &s->ret->whole;
	if (g->terms == 2)
		return pair_of(s, g->term[a], g->term[a]);
	return pair_of(s, g->term[a], g->term[b]);
}

static bool
improves(const struct search *s, const struct stats_sums *sums,
    const struct stats_sums *on)
{
	return (double)sums->sum * (double)on->rows >=
	       s->how->improvement * (double)on->sum * (double)sums->rows;
}

static void
consider(struct search *s, struct stats_subgroup *g)
{
	double needed = s->needed[g->terms];
	double critical = s->critical[g->terms];

	if (g->sums.rows > s->how->most ||
	    !improves(s, &g->sums, &s->ret->whole))
		return;
	g->deviation = stats_deviation(&s->ret->whole, &g->sums);
	if (g->deviation < threshold(s, g->terms))
		return;
	/* The quick tests first: most fail here. */
	for (size_t i = 0; g->terms > 1 && i < g->terms; i++)
		if (!improves(s, &g->sums, without(s, g, i)) ||
		    stats_deviation(without(s, g, i), &g->sums) < needed)
			return;
	g->p = stats_chance(&s->ret->whole, &g->sums, s->yes_no);
	for (size_t i = 0; g->terms > 1 && i < g->terms; i++)
		g->p = fmax(
		    g->p, stats_chance(without(s, g, i), &g->sums, s->yes_no));
	if (g->p > critical)
		return;
	g->p = fmin(1, g->p * s->tries[g->terms]);
	keep(s, g);
}

static void
look_at_single(struct search *s, size_t i)
{
	struct stats_subgroup g = {.term = {(uint32_t)i}, .terms = 1};

	g.sums = sums_of(s, s->t->bits[i]);
	if (g.sums.rows < s->how->least ||
	    g.sums.rows + s->how->least > s->t->rows ||
	    is_hopeless(s, g.sums.sum))
		return;
	*pair_of(s, i, i) = g.sums;
	consider(s, &g);
}

static void
look_at_pair(struct search *s, size_t i, size_t j, uint64_t *rows)
{
	const struct stats_sums *a = pair_of(s, i, i), *b = pair_of(s, j, j);
	struct stats_subgroup g = {
	    .term = {(uint32_t)i, (uint32_t)j}, .terms = 2};

	if (!a->rows || !b->rows || !joins(s, i, j))
		return;
	g.sums.rows = stats_count_both(s->t->bits[i], s->t->bits[j], s->words);
	/* A term that takes nothing away says nothing, here and in any
	 * conjunction with both. */
	if (g.sums.rows < s->how->least || g.sums.rows == a->rows ||
	    g.sums.rows == b->rows)
		return;
	stats_both(s->t->bits[i], s->t->bits[j], s->words, rows);
	g.sums = sums_of(s, rows);
	if (is_hopeless(s, g.sums.sum))
		return;
	*pair_of(s, i, j) = g.sums;
	consider(s, &g);
}

/* All that has a third term behind these two. */
static void
look_at_triples(struct search *s, size_t i, size_t j, uint64_t *rows,
    uint64_t *const *plane)
{
	const struct stats_sums *first = pair_of(s, i, j);

	stats_both(s->t->bits[i], s->t->bits[j], s->words, rows);
	for (size_t p = 0; p < s->planes; p++)
		stats_both(rows, s->plane[p], s->words, plane[p]);
	for (size_t k = j + 1; k < s->t->count; k++) {
		const struct stats_sums *b = pair_of(s, i, k);
		const struct stats_sums *c = pair_of(s, j, k);
		struct stats_subgroup g = {
		    .term = {(uint32_t)i, (uint32_t)j, (uint32_t)k},
		    .terms = 3};
		uint64_t sum = first->sum;

		if (!b->rows || !c->rows)
			continue;
		sum = b->sum < sum ? b->sum : sum;
		sum = c->sum < sum ? c->sum : sum;
		if (best_part(s, sum) < threshold(s, 3))
			continue;
		s->spent += s->words;
		g.sums.rows = stats_count_both(rows, s->t->bits[k], s->words);
		if (g.sums.rows < s->how->least)
			continue;
		s->spent += s->words * s->planes;
		g.sums.sum = weigh(s, s->t->bits[k], plane, s->planes);
		g.sums.squares = s->yes_no ? g.sums.sum : 0;
		consider(s, &g);
	}
}

struct promise {
	uint32_t i, j;
	double deviation;
};

static int
most_promising_first(const void *a, const void *b)
{
	const struct promise *x = a, *y = b;

	if (x->deviation != y->deviation)
		return x->deviation > y->deviation ? -1 : 1;
	if (x->i != y->i)
		return x->i < y->i ? -1 : 1;
	return x->j < y->j ? -1 : x->j > y->j;
}

static struct promise *
promising_pairs(const struct search *s, size_t *ret_count)
{
	struct promise *list = NULL;
	size_t count = 0, cap = 0;

	for (size_t i = 0; i < s->t->count; i++)
		for (size_t j = i + 1; j < s->t->count; j++) {
			const struct stats_sums *sums = pair_of(s, i, j);

			if (!sums->rows)
				continue;
			GROW(list, cap, count + 1);
			list[count++] = (struct promise){(uint32_t)i,
			    (uint32_t)j, stats_deviation(&s->ret->whole, sums)};
		}
	if (count)
		qsort(list, count, sizeof(*list), most_promising_first);
	*ret_count = count;
	return list;
}

static void
search_triples(struct search *s)
{
	uint64_t *rows = xcalloc(s->words + 1, sizeof(*rows));
	uint64_t *plane[PLANES] = {NULL};
	size_t count;
	struct promise *list = promising_pairs(s, &count);

	for (size_t p = 0; p < s->planes; p++)
		plane[p] = xcalloc(s->words + 1, sizeof(**plane));
	for (size_t i = 0; i < count; i++) {
		const struct stats_sums *sums =
		    pair_of(s, list[i].i, list[i].j);

		if (best_part(s, sums->sum) < threshold(s, 3))
			continue;
		if (s->how->work && s->spent >= s->how->work) {
			s->ret->complete = false;
			break;
		}
		look_at_triples(s, list[i].i, list[i].j, rows, plane);
	}
	for (size_t p = 0; p < s->planes; p++)
		free(plane[p]);
	free(rows);
	free(list);
}

/* ---- the whole ---------------------------------------------------- */

static void
make_planes(struct search *s)
{
	const struct stats_terms *t = s->t;
	struct stats_sums *whole = &s->ret->whole;

	for (size_t r = 0; r < t->rows; r++)
		if (t->outcome[r] > s->highest)
			s->highest = t->outcome[r];
	s->yes_no = s->highest <= 1;
	while (s->planes < PLANES && s->highest >> s->planes)
		s->planes++;
	s->squares = s->yes_no ? 0 : 2 * s->planes;
	for (size_t p = 0; p < s->planes; p++)
		s->plane[p] = xcalloc(s->words + 1, sizeof(**s->plane));
	for (size_t p = 0; p < s->squares; p++)
		s->square[p] = xcalloc(s->words + 1, sizeof(**s->square));
	whole->rows = t->rows;
	for (size_t r = 0; r < t->rows; r++) {
		uint32_t value = t->outcome[r], square = value * value;
		uint64_t bit = UINT64_C(1) << r % 64;

		whole->sum += value;
		whole->squares += square;
		for (size_t p = 0; p < s->planes; p++)
			if (value >> p & 1)
				s->plane[p][r / 64] |= bit;
		for (size_t p = 0; p < s->squares; p++)
			if (square >> p & 1)
				s->square[p][r / 64] |= bit;
	}
}

static void
search(struct search *s)
{
	uint64_t *rows = xcalloc(s->words + 1, sizeof(*rows));

	for (size_t i = 0; i < s->t->count; i++)
		look_at_single(s, i);
	for (size_t i = 0; s->how->max_terms > 1 && i < s->t->count; i++)
		for (size_t j = i + 1; j < s->t->count; j++)
			look_at_pair(s, i, j, rows);
	free(rows);
	if (s->how->max_terms > 2)
		search_triples(s);
}

void
stats_subgroups_find(const struct stats_terms *t,
    const struct stats_search *how, struct stats_subgroups *ret)
{
	struct search s = {
	    .t = t, .how = how, .ret = ret, .words = (t->rows + 63) / 64};

	memset(ret, 0, sizeof(*ret));
	ret->complete = true;
	make_planes(&s);
	if (s.highest && t->count && how->keep) {
		s.pair = xcalloc(t->count * t->count, sizeof(*s.pair));
		count_tries(&s);
		search(&s);
		free(s.pair);
	}
	for (size_t p = 0; p < s.planes; p++)
		free(s.plane[p]);
	for (size_t p = 0; p < s.squares; p++)
		free(s.square[p]);
	if (ret->count)
		qsort(ret->list, ret->count, sizeof(*ret->list), better_first);
}

void
stats_subgroups_release(struct stats_subgroups *s)
{
	free(s->list);
	memset(s, 0, sizeof(*s));
}
