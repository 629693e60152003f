/* SPDX-License-Identifier: ISC */
/*
 * From columns to questions: a number is cut into bins of about equal size, a
 * text column asks for each of its frequent values, what may be missing is
 * asked for too; events ask how often and how lately.
 */
#include <stdlib.h>
#include <string.h>

#include "score/learn.h"

enum {
	FEW_VALUES = 6,  /* numbers of so few values are asked one by one */
	VALUES_MAX = 50, /* of one column */
	EDGES_MAX = 64,
	NAME_MAX_BYTES = 90,
};

struct maker {
	struct features *f;
	const struct sample_columns *c;
	const struct sample_column *k;
	size_t bins;
	uint64_t least; /* rows a feature needs, and that need to lack it */
	struct buf rule, when;
};

/* ---- words -------------------------------------------------------- */

/* Rules are told apart by their names: cut ones get a number. */
static struct str
rule_name(struct maker *m)
{
	struct str name = utf8_prefix(buf_str(&m->rule), NAME_MAX_BYTES);

	for (size_t i = 0; i < m->f->count; i++)
		if (str_eq(m->f->list[i].rule, name))
			return arena_printf(&m->f->arena, "%.*s #%zu",
			    STR_ARG(name), m->f->count + 1);
	return arena_str(&m->f->arena, name);
}

static size_t
feature_add(struct maker *m)
{
	struct features *f = m->f;

	GROW(f->list, f->cap, f->count + 1);
	f->list[f->count] = (struct feature){
	    .rule = rule_name(m),
	    .when = arena_str(&f->arena, buf_str(&m->when)),
	    .engagement = m->k->kind >= SAMPLE_COUNT,
	};
	return f->count++;
}

static void
begin_feature(struct maker *m)
{
	buf_clear(&m->rule);
	buf_clear(&m->when);
	buf_adds(&m->rule, m->k->name);
}

static void
pair_add(struct maker *m, uint32_t row, size_t feature)
{
	struct features *f = m->f;

	GROW(f->pair_row, f->pair_row_cap, f->pair_count + 1);
	GROW(f->pair_feature, f->pair_feature_cap, f->pair_count + 1);
	f->pair_row[f->pair_count] = row;
	f->pair_feature[f->pair_count++] = (uint32_t)feature;
	f->list[feature].support++;
	f->list[feature].yes += m->c->outcome[row];
}

static bool
enough(const struct maker *m, uint64_t support)
{
	return support >= m->least && support + m->least <= m->c->rows;
}

/* ---- numbers ------------------------------------------------------ */

/* value >= low and value < high, either of which may be left out. */
static size_t
bin_feature(struct maker *m, const double *low, const double *high, bool whole)
{
	begin_feature(m);
	sample_add_subject(&m->when, m->k);
	if (m->k->kind == SAMPLE_COUNT)
		buf_addstr(&m->rule, " count");
	if (low && high && whole && *high - *low == 1) {
		buf_addstr(&m->when, " = ");
		buf_addreal(&m->when, *low);
		buf_addstr(&m->rule, " = ");
		buf_addreal(&m->rule, *low);
		return feature_add(m);
	}
	if (low) {
		buf_addstr(&m->when, " >= ");
		buf_addreal(&m->when, *low);
		buf_addstr(&m->rule, " from ");
		buf_addreal(&m->rule, *low);
	}
	if (low && high) {
		buf_addstr(&m->when, " and ");
		sample_add_subject(&m->when, m->k);
	}
	if (high) {
		buf_addstr(&m->when, " < ");
		buf_addreal(&m->when, *high);
		buf_addstr(&m->rule, " below ");
		buf_addreal(&m->rule, *high);
	}
	return feature_add(m);
}

static void
make_bins(struct maker *m, const double *number)
{
	const struct sample_column *k = m->k;
	double *sorted = xreallocarray(NULL, k->count, sizeof(*sorted));
	double edges[EDGES_MAX];
	const double one = 1, *least = NULL;
	size_t count, bins = m->bins, feature[EDGES_MAX + 1];
	bool whole = true;

	memcpy(sorted, number, k->count * sizeof(*sorted));
	stats_sort(sorted, k->count);
	for (size_t i = 0; i < k->count; i++)
		whole &= sorted[i] == round_half_away(sorted[i]);
	count = stats_bins(sorted, k->count,
	    bins > EDGES_MAX ? EDGES_MAX
	    : bins < 2       ? 2
			     : bins,
	    edges);
	/* The least value alone in its bin reads better as such; and leads
	 * without any event are in no bin of counts. */
	if (count && whole && sorted[0] + 1 == edges[0])
		least = &sorted[0];
	else if (k->kind == SAMPLE_COUNT)
		least = &one;
	for (size_t b = 0; count && b <= count; b++)
		feature[b] = bin_feature(m, b ? &edges[b - 1] : least,
		    b < count ? &edges[b] : NULL, whole);
	for (size_t i = 0; count && i < k->count; i++)
		pair_add(m, k->row[i],
		    feature[stats_bin_of(edges, count, number[i])]);
	free(sorted);
}

/* The column's values as numbers; NULL when they are none, or so few. */
static double *
as_numbers(const struct sample_column *k)
{
	double *of_text = sample_numbers(k), *number;

	if (!of_text || k->text_count <= FEW_VALUES) {
		free(of_text);
		return NULL;
	}
	number = xreallocarray(NULL, k->count, sizeof(*number));
	for (size_t i = 0; i < k->count; i++)
		number[i] = of_text[(size_t)k->value[i]];
	free(of_text);
	return number;
}

/* ---- values ------------------------------------------------------- */

static void
value_words(struct maker *m, struct str value, bool bare)
{
	begin_feature(m);
	sample_add_subject(&m->when, m->k);
	buf_addstr(&m->when, " = ");
	if (bare)
		buf_adds(&m->when, value);
	else
		buf_adddoubled(&m->when, value, '\'');
	buf_addstr(&m->rule, " = ");
	buf_adds(&m->rule, value);
}

static void
make_values(struct maker *m)
{
	const struct sample_column *k = m->k;
	uint32_t *order = sample_by_use(k);
	size_t *feature =
	    xreallocarray(NULL, k->text_count + 1, sizeof(*feature));
	bool bare = sample_is_bare(k);

	for (size_t i = 0; i < k->text_count; i++)
		feature[i] = SIZE_MAX;
	for (size_t i = 0; i < k->text_count && i < VALUES_MAX; i++) {
		if (!enough(m, k->uses[order[i]]))
			continue;
		value_words(m, k->text[order[i]], bare);
		feature[order[i]] = feature_add(m);
	}
	for (size_t i = 0; i < k->count; i++)
		if (feature[(size_t)k->value[i]] != SIZE_MAX)
			pair_add(m, k->row[i], feature[(size_t)k->value[i]]);
	free(order);
	free(feature);
}

static void
make_missing(struct maker *m)
{
	const struct sample_column *k = m->k;
	size_t feature, at = 0;

	if (!enough(m, m->c->rows - k->count))
		return;
	begin_feature(m);
	buf_addstr(&m->rule, k->kind == SAMPLE_COUNT ? " never" : " missing");
	if (k->kind == SAMPLE_COUNT) {
		sample_add_subject(&m->when, k);
		buf_addstr(&m->when, " = 0");
	} else {
		buf_addstr(&m->when, "not ");
		sample_add_subject(&m->when, k);
		buf_addstr(&m->when, " exists");
	}
	feature = feature_add(m);
	for (uint32_t row = 0; row < m->c->rows; row++) {
		if (at < k->count && k->row[at] == row)
			at++;
		else
			pair_add(m, row, feature);
	}
}

static void
make_lately(struct maker *m)
{
	const struct sample_column *k = m->k;

	for (size_t d = 0; d < COUNT_OF(sample_lately); d++) {
		double window = (double)(sample_lately[d] * MS_DAY);
		uint64_t support = 0;
		size_t feature;

		for (size_t i = 0; i < k->count; i++)
			support += k->value[i] < window;
		if (!enough(m, support))
			continue;
		begin_feature(m);
		sample_add_subject(&m->when, k);
		buf_addf(
		    &m->when, " within %lldd", (long long)sample_lately[d]);
		buf_addf(
		    &m->rule, " within %lldd", (long long)sample_lately[d]);
		feature = feature_add(m);
		for (size_t i = 0; i < k->count; i++)
			if (k->value[i] < window)
				pair_add(m, k->row[i], feature);
	}
}

static void
make_of_column(struct maker *m)
{
	double *number;

	switch (m->k->kind) {
	case SAMPLE_LAST:
	case SAMPLE_ACTIVITY:
		make_lately(m);
		return;
	case SAMPLE_COUNT:
		if (m->k->count)
			make_bins(m, m->k->value);
		break;
	case SAMPLE_FIELD:
	case SAMPLE_ATTR:
		number = as_numbers(m->k);
		if (number)
			make_bins(m, number);
		else
			make_values(m);
		free(number);
		break;
	}
	/* The seniority of a missing title is 0. */
	make_missing(m);
}

void
features_make(struct features *f, const struct sample_columns *c,
    const struct score_learn *how)
{
	struct maker m = {.f = f, .c = c, .least = how->min_support};

	memset(f, 0, sizeof(*f));
	m.bins = how->bins;
	if (!m.least) {
		m.least = c->rows / 500;
		if (m.least < 20)
			m.least = 20;
	}
	for (size_t i = 0; i < c->count; i++) {
		m.k = &c->list[i];
		make_of_column(&m);
	}
	buf_release(&m.rule);
	buf_release(&m.when);
}

void
features_matrix(const struct features *f, const bool *kept, size_t rows,
    struct stats_matrix *ret)
{
	size_t *start = xcalloc(rows + 2, sizeof(*start));
	uint32_t *column =
	    xreallocarray(NULL, f->pair_count + 1, sizeof(*column));
	uint32_t *number = xcalloc(f->count + 1, sizeof(*number));
	uint32_t next = 0;

	for (size_t i = 0; i < f->count; i++)
		if (kept[i])
			number[i] = next++;
	/* Counting sort by row: start[r + 1] first serves as the cursor. */
	for (size_t i = 0; i < f->pair_count; i++)
		if (kept[f->pair_feature[i]])
			start[f->pair_row[i] + 2]++;
	for (size_t r = 2; r < rows + 2; r++)
		start[r] += start[r - 1];
	for (size_t i = 0; i < f->pair_count; i++)
		if (kept[f->pair_feature[i]])
			column[start[f->pair_row[i] + 1]++] =
			    number[f->pair_feature[i]];
	free(number);
	*ret = (struct stats_matrix){
	    .rows = rows, .columns = next, .start = start, .column = column};
}

void
features_release(struct features *f)
{
	free(f->list);
	free(f->pair_row);
	free(f->pair_feature);
	arena_release(&f->arena);
}
