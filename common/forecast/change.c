/* SPDX-License-Identifier: ISC */
/*
 * Where a series changed: the segments of least cost, each change having its
 * price, found by the pruned exact linear time method (Killick, Fearnhead &
 * Eckley 2012). The cost of a segment is what its mean, or its line, leaves in
 * squares, by the variance of the noise.
 */
#include <stdlib.h>

#include "forecast/forecast_priv.h"

enum {
	MOST = 4096, /* values that are searched: more are put together */
	CLIP_REACH = 30,
};

/* Sums of the values before each, for the cost of any segment at once. */
struct sums {
	double w, t, y, tt, ty, yy;
};

struct search {
	enum forecast_change_kind kind;
	const struct sums *sums;
	size_t n;
	double variance, penalty;
	size_t least;
};

static double
cost(const struct search *s, size_t from, size_t to)
{
	const struct sums *a = &s->sums[from], *b = &s->sums[to];
	double w = b->w - a->w, y = b->y - a->y, yy = b->yy - a->yy;
	double left;

	if (!(w > 0))
		return 0;
	left = yy - y * y / w;
	if (s->kind == FORECAST_LINES) {
		double t = b->t - a->t;
		double tt = b->tt - a->tt - t * t / w;
		double ty = b->ty - a->ty - t * y / w;

		if (tt > 0)
			left -= ty * ty / tt;
	}
	return fmax(left, 0) / s->variance;
}

/* A begin of the last segment that may still be the best one. */
struct candidate {
	size_t from;
	size_t beaten; /* the end at which it was: 0, not yet */
};

/* Fills last[i], the begin of the last segment of 0 .. i - 1. */
static void
segment(const struct search *s, size_t *last)
{
	size_t n = s->n, count = 0;
	double *best = xcalloc(n + 1, sizeof(*best));
	struct candidate *c = xcalloc(n + 1, sizeof(*c));

	best[0] = -s->penalty;
	for (size_t end = 1; end <= n; end++) {
		size_t kept = 0;

		best[end] = INFINITY;
		last[end] = 0;
		if (end >= s->least)
			c[count++] = (struct candidate){end - s->least, 0};
		for (size_t i = 0; i < count; i++) {
			double whole =
			    best[c[i].from] + cost(s, c[i].from, end);

			if (whole + s->penalty < best[end]) {
				best[end] = whole + s->penalty;
				last[end] = c[i].from;
			}
		}
		/* Who is worse now by more than a change costs will never be
		 * better than a change here (their theorem 3.1), once a segment
		 * can begin here. */
		for (size_t i = 0; i < count; i++) {
			if (!c[i].beaten &&
			    best[c[i].from] + cost(s, c[i].from, end) >
				best[end])
				c[i].beaten = end;
			if (!c[i].beaten || end + 1 < c[i].beaten + s->least)
				c[kept++] = c[i];
		}
		count = kept;
	}
	free(best);
	free(c);
}

/* The changes, ascending; the caller frees. */
static size_t *
find(const struct search *s, size_t *ret_count)
{
	size_t *last = xcalloc(s->n + 1, sizeof(*last)), count = 0, *at;

	segment(s, last);
	for (size_t end = s->n; last[end]; end = last[end])
		count++;
	at = xcalloc(count + 1, sizeof(*at));
	*ret_count = count;
	for (size_t end = s->n; last[end]; end = last[end])
		at[--count] = last[end];
	free(last);
	return at;
}

/* ---- values to search in ---- */

struct values {
	size_t n;
	double *t, *y, *w; /* positions, means, how many */
};

static struct sums *
sum_up(const struct values *v, double start)
{
	struct sums *s = xcalloc(v->n + 1, sizeof(*s));

	for (size_t i = 0; i < v->n; i++) {
		double w = v->w[i], t = v->t[i] - start, y = v->y[i];

		s[i + 1] = (struct sums){s[i].w + w, s[i].t + w * t,
		    s[i].y + w * y, s[i].tt + w * t * t, s[i].ty + w * t * y,
		    s[i].yy + w * y * y};
	}
	return s;
}

/* Of single values that stand out nothing but a change of three deviations
 * remains (Hampel's filter), or each were two changes. */
static void
clip(double *y, size_t n, size_t least, double sd)
{
	size_t reach = least < CLIP_REACH ? least : CLIP_REACH;
	double *out = xcalloc(n, sizeof(*out));
	double window[2 * CLIP_REACH + 1];

	for (size_t i = 0; i < n; i++) {
		size_t from = i < reach ? 0 : i - reach, count;
		double middle;

		count = (i + reach < n ? i + reach + 1 : n) - from;
		memcpy(window, y + from, count * sizeof(*window));
		middle = forecast_median(window, count);
		out[i] = fmin(fmax(y[i], middle - 3 * sd), middle + 3 * sd);
	}
	memcpy(y, out, n * sizeof(*y));
	free(out);
}

/* The standard deviation of normal noise, from values around 0; what is beyond
 * three of them counts as three (which is 0.99501 of the variance). Where most
 * are 0, *ret_known is false and all count. */
static double
spread_of(double *v, size_t n, bool *ret_known)
{
	double *size = xcalloc(n + 1, sizeof(*size)), middle, sum = 0;

	for (size_t i = 0; i < n; i++)
		size[i] = fabs(v[i]);
	middle = n ? forecast_median(size, n) * 1.4826022185056018 : 0;
	*ret_known = middle > 0;
	for (size_t i = 0; i < n; i++) {
		double x =
		    *ret_known ? fmin(fabs(v[i]), 3 * middle) : fabs(v[i]);

		sum += x * x / (double)n;
	}
	free(size);
	return sqrt(*ret_known ? sum / 0.99501 : sum);
}

/* The noise: its standard deviation, and how much it resembles itself one
 * observation before. */
struct noise {
	double sd, memory;
};

/* From differences over one observation and over two, which a few changes do
 * not move (Chakar, Lebarbier, Levy-Leduc & Robin 2017; of second ones, which
 * slopes do not move, in the same way). For noise of variance 1 and memory r
 * first ones have the variance 2 (1 - r), over two 2 (1 - r^2); second ones
 * 2 (1 - r) (3 - r) and 2 (1 - r^2) (3 - r^2). */
static struct noise
noise_of(const double *y, size_t n, const struct forecast_change_options *o)
{
	double *v = xcalloc(n + 1, sizeof(*v)), spread[2], ratio, low = 0,
	       high = 0.9, r;
	bool line = o->kind == FORECAST_LINES, known = true;
	struct noise noise = {0};

	for (size_t lag = 1; lag <= 2; lag++) {
		size_t count = 0;

		for (size_t i = lag; i + (line ? lag : 0) < n; i++)
			v[count++] = line ? y[i - lag] - 2 * y[i] + y[i + lag]
					  : y[i] - y[i - lag];
		spread[lag - 1] = spread_of(v, count, &known);
		if (!known)
			high = 0;
	}
	free(v);
	ratio = spread[1] * spread[1] / (spread[0] * spread[0]);
	/* Which rises with the memory. */
	while (high - low > 1e-6) {
		r = (low + high) / 2;
		if ((1 + r) * (line ? (3 - r * r) / (3 - r) : 1) < ratio)
			low = r;
		else
			high = r;
	}
	r = noise.memory = low;
	noise.sd = spread[0] / sqrt(2 * (1 - r) * (line ? 3 - r : 1));
	return noise;
}

/* ---- what a segment is like ---- */

static void
describe(const struct search *s, size_t from, size_t to,
    struct forecast_segment *ret)
{
	const struct sums *a = &s->sums[from], *b = &s->sums[to];
	double w = b->w - a->w;

	ret->mean = (b->y - a->y) / w;
	ret->slope = 0;
	if (s->kind == FORECAST_LINES) {
		double t = b->t - a->t, y = b->y - a->y;
		double tt = b->tt - a->tt - t * t / w;

		if (tt > 0)
			ret->slope = (b->ty - a->ty - t * y / w) / tt;
	}
}

/* ---- all of it ---- */

static void
put_together(
    const double *t, const double *y, size_t n, size_t by, struct values *ret)
{
	ret->n = (n + by - 1) / by;
	ret->t = xcalloc(3 * ret->n + 1, sizeof(double));
	ret->y = ret->t + ret->n;
	ret->w = ret->y + ret->n;
	for (size_t i = 0; i < n; i++) {
		ret->t[i / by] += t[i];
		ret->y[i / by] += y[i];
		ret->w[i / by]++;
	}
	for (size_t i = 0; i < ret->n; i++) {
		ret->t[i] /= ret->w[i];
		ret->y[i] /= ret->w[i];
	}
}

/* The changes among values that were put together, to the very value. */
static void
refine(const struct search *fine, size_t *at, size_t count, size_t by)
{
	for (size_t k = 0; k < count; k++) {
		size_t from = k ? at[k - 1] : 0, best = at[k] * by;
		size_t to = k + 1 < count ? at[k + 1] * by : fine->n;
		double least = INFINITY;

		for (size_t i = at[k] * by - by + 1;
		     i < at[k] * by + by && i < to; i++) {
			double c = i > from
				       ? cost(fine, from, i) + cost(fine, i, to)
				       : INFINITY;

			if (c < least) {
				least = c;
				best = i;
			}
		}
		at[k] = best;
	}
}

/* y near 0, in units, clipped: what is searched. */
struct scaled {
	double *t, *y;
	size_t n;
	double unit, base;
};

static void
put_on_scale(const double *y, size_t n, struct scaled *ret)
{
	double *scratch = xcalloc(n + 1, sizeof(*scratch)), largest = 0;
	int exponent;

	*ret =
	    (struct scaled){.t = xcalloc(2 * n + 1, sizeof(double)), .unit = 1};
	ret->y = ret->t + n;
	for (size_t i = 0; i < n; i++)
		if (!isnan(y[i])) {
			ret->t[ret->n] = (double)i;
			ret->y[ret->n++] = y[i];
		}
	memcpy(scratch, ret->y, ret->n * sizeof(*scratch));
	ret->base = ret->n ? forecast_median(scratch, ret->n) : 0;
	for (size_t i = 0; i < ret->n; i++)
		largest = fmax(largest, fabs(ret->y[i] / 2 - ret->base / 2));
	frexp(largest, &exponent);
	if (largest > 0)
		ret->unit = ldexp(1, exponent < -1000 ? -1000 : exponent);
	for (size_t i = 0; i < ret->n; i++)
		ret->y[i] = ret->y[i] / ret->unit - ret->base / ret->unit;
	free(scratch);
}

static void
tell(const struct search *fine, const struct scaled *v, const size_t *at,
    size_t count, double spread, struct forecast_changes *ret)
{
	struct forecast_segment *list = xcalloc(count + 1, sizeof(*list));

	for (size_t k = 0; k <= count; k++) {
		size_t from = k ? at[k - 1] : 0, to = k < count ? at[k] : v->n;

		describe(fine, from, to, &list[k]);
		list[k].from = (size_t)v->t[from];
		list[k].to = (size_t)v->t[to - 1] + 1;
		list[k].chance = 1;
		if (k && fine->kind == FORECAST_STEPS) {
			double before =
			    (double)(from - (k > 1 ? at[k - 2] : 0));
			double sd =
			    spread * sqrt(1 / before + 1 / (double)(to - from));

			list[k].chance = fmin(
			    1, 2 * (double)v->n *
				   forecast_normal_tail(
				       fabs(list[k].mean - list[k - 1].mean) /
				       sd));
		}
	}
	for (size_t k = 0; k <= count; k++) {
		list[k].mean =
		    forecast_bounded(list[k].mean * v->unit + v->base);
		list[k].slope = forecast_bounded(list[k].slope * v->unit);
	}
	*ret = (struct forecast_changes){.segment = list, .count = count + 1};
}

int
forecast_changes_of(const double *y, size_t n,
    const struct forecast_change_options *options, struct forecast_changes *ret,
    struct err *err)
{
	struct scaled v;
	struct values coarse = {0}, all;
	struct search s = {.kind = options->kind,
			  .least = options->least ? options->least : 1},
		      fine;
	size_t *at = NULL, count = 0, by;
	struct noise noise;
	double spread;

	if (s.kind == FORECAST_LINES && s.least < 3)
		s.least = 3;
	put_on_scale(y, n, &v);
	if (v.n < 2 * s.least || v.n < 4) {
		free(v.t);
		return err_set(err, ERR_USAGE,
		    "a change needs %zu observations, there are %zu",
		    2 * s.least < 4 ? (size_t)4 : 2 * s.least, v.n);
	}
	noise = noise_of(v.y, v.n, options);
	if (!options->all && noise.sd > 0)
		clip(v.y, v.n, s.least, noise.sd);
	by = (v.n + MOST - 1) / MOST;
	put_together(v.t, v.y, v.n, by, &coarse);
	all = (struct values){.n = v.n, .t = v.t, .y = v.y};
	all.w = xcalloc(v.n, sizeof(double));
	for (size_t i = 0; i < v.n; i++)
		all.w[i] = 1;
	fine = s;
	fine.sums = sum_up(&all, v.t[0]);
	fine.n = v.n;
	s.sums = sum_up(&coarse, v.t[0]);
	s.n = coarse.n;
	s.least = (s.least + by - 1) / by;
	/* Noise that remembers wanders: sums of it vary more, and a change
	 * costs as much more (Lavielle & Moulines 2000). */
	spread = noise.sd * sqrt((1 + noise.memory) / (1 - noise.memory));
	s.variance = fine.variance = spread * spread;
	s.penalty = options->penalty > 0
			? options->penalty
			: (s.kind == FORECAST_LINES ? 4 : 3) * log((double)v.n);
	if (options->variance > 0) {
		spread = sqrt(options->variance) / v.unit;
		s.variance = fine.variance = spread * spread;
	}
	if (spread > 0)
		at = find(&s, &count);
	if (by > 1)
		refine(&fine, at, count, by);
	tell(&fine, &v, at, count, spread, ret);
	free(at);
	free((void *)fine.sums);
	free((void *)s.sums);
	free(coarse.t);
	free(all.w);
	free(v.t);
	return 0;
}

void
forecast_changes_release(struct forecast_changes *c)
{
	if (!c)
		return;
	free(c->segment);
	*c = (struct forecast_changes){0};
}
