/* SPDX-License-Identifier: ISC */
/*
 * Learning rules: columns, features, a logistic regression, and the way from
 * its weights to points.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "score/learn.h"

#define MARGIN      2.0 /* points kept free at either end */
#define CLAMPED_MAX 0.015

struct fitted {
	struct features *features;
	bool *kept;
	double *weight; /* by feature; 0 when not kept */
	double base;
	int64_t *points, base_points;
};

/* Fits the kept features. */
static void
fit(struct fitted *m, const struct sample_columns *c, double l2)
{
	struct stats_matrix matrix;
	double *weight;
	size_t next = 0;

	features_matrix(m->features, m->kept, c->rows, &matrix);
	weight = xcalloc(matrix.columns + 1, sizeof(*weight));
	stats_logistic(&matrix, c->outcome, l2, weight, &m->base);
	for (size_t i = 0; i < m->features->count; i++)
		m->weight[i] = m->kept[i] ? weight[next++] : 0;
	free(weight);
	free((void *)(uintptr_t)matrix.start);
	free((void *)(uintptr_t)matrix.column);
}

/* How much a feature moves the ranking: its weight by its spread. */
static double
importance(const struct fitted *m, size_t i, size_t rows)
{
	double share = (double)m->features->list[i].support / (double)rows;

	return fabs(m->weight[i]) * sqrt(share * (1 - share));
}

static int
descending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x > y ? -1 : x < y;
}

/* Keeps the `max` most important ones. */
static void
keep_best(struct fitted *m, size_t rows, size_t max)
{
	size_t count = m->features->count, left = max;
	double *sorted, limit;

	if (count <= max)
		return;
	sorted = xreallocarray(NULL, count, sizeof(*sorted));
	for (size_t i = 0; i < count; i++)
		sorted[i] = importance(m, i, rows);
	qsort(sorted, count, sizeof(*sorted), descending);
	limit = sorted[max - 1];
	free(sorted);
	for (size_t i = 0; i < count; i++) {
		m->kept[i] = left && importance(m, i, rows) >= limit;
		left -= m->kept[i];
	}
}

/* Sums of what[] over the features of each row. */
static void
sum_rows(const struct fitted *m, const struct sample_columns *c,
    const double *what, double base, double *ret)
{
	const struct features *f = m->features;

	for (size_t r = 0; r < c->rows; r++)
		ret[r] = base;
	for (size_t i = 0; i < f->pair_count; i++)
		ret[f->pair_row[i]] += what[f->pair_feature[i]];
}

/* Points such that hardly a lead falls outside 0..100; returns the share that
 * does, and the scores. */
static double
choose_points(struct fitted *m, const struct sample_columns *c, double *scores)
{
	size_t count = m->features->count;
	double *points = xcalloc(count + 1, sizeof(*points));
	double *sorted = xreallocarray(NULL, c->rows, sizeof(*sorted));
	double low, high, scale, clamped;

	sum_rows(m, c, m->weight, m->base, sorted);
	stats_sort(sorted, c->rows);
	low = stats_quantile(sorted, c->rows, 0.005);
	high = stats_quantile(sorted, c->rows, 0.995);
	free(sorted);
	scale = high > low ? (100 - 2 * MARGIN) / (high - low) : 0;
	for (;;) {
		size_t out = 0;

		for (size_t i = 0; i < count; i++)
			points[i] = round_half_away(scale * m->weight[i]);
		m->base_points = (int64_t)round_half_away(
		    50 + scale * (m->base - (low + high) / 2));
		sum_rows(m, c, points, (double)m->base_points, scores);
		for (size_t r = 0; r < c->rows; r++)
			out += scores[r] < 0 || scores[r] > 100;
		clamped = (double)out / (double)c->rows;
		if (clamped <= CLAMPED_MAX)
			break;
		scale *= 0.96;
	}
	for (size_t i = 0; i < count; i++)
		m->points[i] = (int64_t)points[i];
	free(points);
	return clamped;
}

/* ---- what comes out
 * ------------------------------------------------------------ */

static const struct fitted *sorting; /* for qsort, which takes no context */

static int
most_points_first(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	int64_t p = llabs(sorting->points[x]), q = llabs(sorting->points[y]);

	if (p != q)
		return p > q ? -1 : 1;
	return x < y ? -1 : x > y;
}

static void
make_lessons(struct fitted *m, const struct sample_columns *c, uint64_t yes,
    struct score_learnt *ret)
{
	const struct features *f = m->features;
	size_t *order = xcalloc(f->count + 1, sizeof(*order)), n = 0;
	double rate = (double)yes / (double)c->rows;

	for (size_t i = 0; i < f->count; i++)
		if (m->points[i])
			order[n++] = i;
	sorting = m;
	qsort(order, n, sizeof(*order), most_points_first);
	ret->lesson = xcalloc(n + 1, sizeof(*ret->lesson));
	ret->count = n + 1;
	ret->lesson[0] = (struct score_lesson){.rule = xstrdup("base"),
	    .points = m->base_points,
	    .support = c->rows,
	    .rate = rate,
	    .lift = 1};
	for (size_t i = 0; i < n; i++) {
		const struct feature *feature = &f->list[order[i]];
		struct score_lesson *lesson = &ret->lesson[i + 1];

		lesson->rule = str_dup(feature->rule);
		lesson->when = str_dup(feature->when);
		lesson->points = m->points[order[i]];
		lesson->support = feature->support;
		lesson->rate = (double)feature->yes / (double)feature->support;
		lesson->lift = lesson->rate / rate;
	}
	free(order);
}

static bool
is_engagement(const struct fitted *m, const char *rule)
{
	for (size_t i = 0; i < m->features->count; i++)
		if (str_is(m->features->list[i].rule, rule))
			return m->features->list[i].engagement;
	return false;
}

static void
make_document(const struct fitted *m, struct score_learnt *ret)
{
	struct buf out = {0};
	struct json_writer w = {.out = &out, .pretty = true};

	json_put_object(&w);
	json_add_text(&w, "name", STR("learnt"));
	json_put_name(&w, "rules");
	json_put_array(&w);
	for (size_t i = 0; i < ret->count; i++) {
		const struct score_lesson *lesson = &ret->lesson[i];

		json_put_object(&w);
		json_add_text(&w, "name", str_of(lesson->rule));
		json_add_text(&w, "type", STR("attribute"));
		if (lesson->when) {
			json_add_text(&w, "when", str_of(lesson->when));
		}
		json_add_int(&w, "points", lesson->points);
		if (lesson->when && is_engagement(m, lesson->rule)) {
			json_add_text(&w, "group", STR("engagement"));
		}
		json_put_end(&w);
	}
	json_put_end(&w);
	json_put_end(&w);
	buf_addc(&out, '\n');
	ret->document = buf_detach(&out);
}

static void
learn_from(const struct sample_columns *c, const struct score_learn *how,
    struct score_learnt *ret)
{
	struct features features;
	struct fitted m = {.features = &features};
	double *scores = xreallocarray(NULL, c->rows, sizeof(*scores));

	features_make(&features, c, how);
	m.kept = xcalloc(features.count + 1, sizeof(*m.kept));
	m.weight = xcalloc(features.count + 1, sizeof(*m.weight));
	m.points = xcalloc(features.count + 1, sizeof(*m.points));
	for (size_t i = 0; i < features.count; i++)
		m.kept[i] = true;
	fit(&m, c, how->l2);
	if (features.count > how->max_rules) {
		keep_best(&m, c->rows, how->max_rules);
		fit(&m, c, how->l2);
	}
	ret->clamped = choose_points(&m, c, scores);
	ret->train_auc = stats_auc(scores, c->outcome, c->rows);
	make_lessons(&m, c, ret->train.yes, ret);
	make_document(&m, ret);
	free(scores);
	free(m.kept);
	free(m.weight);
	free(m.points);
	features_release(&features);
}

int
score_learn(struct store *st, const struct tenant *t,
    const struct score_learn *how, const struct cond_moment *moment,
    struct score_learnt *ret, struct err *err)
{
	struct lead_needs needs = {0};
	struct sample_columns columns;
	int code = sample_columns_open(&columns, st, t, &how->ask, &needs, err);

	memset(ret, 0, sizeof(*ret));
	if (code == 0)
		code = sample_leads(st, t, &how->sample, &needs, moment,
		    sample_columns_add, &columns, &ret->train, err);
	if (code == 0 &&
	    (ret->train.yes == 0 || ret->train.yes == ret->train.leads))
		code = err_set(err, ERR_USAGE,
		    "nothing to learn from: %llu of %llu leads converted",
		    (unsigned long long)ret->train.yes,
		    (unsigned long long)ret->train.leads);
	if (code == 0)
		learn_from(&columns, how, ret);
	sample_columns_release(&columns);
	return code;
}

int
score_learnt_test(struct store *st, const struct tenant *t,
    const struct score_learnt *learnt, const struct sample *learnt_from,
    const struct cond_moment *moment, struct score_backtest *ret,
    struct err *err)
{
	struct sample rest = *learnt_from;
	struct score_rules *rules;
	struct json *doc;
	int code;

	rest.half = SAMPLE_TEST;
	rest.share = 1 - learnt_from->share;
	if (json_doc_parse(str_of(learnt->document), "learnt", &doc, err) < 0 ||
	    score_rules_of(doc, &rules, err) < 0)
		return -1;
	code = score_rules_bind(rules, st, t, err);
	if (code == 0)
		code = score_backtest(st, t, rules, &rest, moment, ret, err);
	score_rules_free(rules);
	return code;
}

void
score_learnt_release(struct score_learnt *learnt)
{
	for (size_t i = 0; i < learnt->count; i++) {
		free(learnt->lesson[i].rule);
		free(learnt->lesson[i].when);
	}
	free(learnt->lesson);
	free(learnt->document);
	memset(learnt, 0, sizeof(*learnt));
}
