/* SPDX-License-Identifier: ISC */
/*
 * What a weekday, or a month, is worth: means by group of what a trend leaves,
 * how much of the movement they are, and whether that may be chance.
 */
#include <stdlib.h>

#include "forecast/forecast_priv.h"

/* The level around each observation, so that a trend does not pass for a
 * season: the mean of one turn around it, where it is there, else the Sen
 * line through all. */
static int
find_level(
    const double *y, size_t n, size_t turn, double *level, struct err *err)
{
	double *filled = xcalloc(n, sizeof(*filled)), slope = 0, base = 0;
	struct forecast_trend trend;
	size_t from = 0, to = n;
	int rc = forecast_trend_test(y, n, &trend, err);

	if (rc < 0) {
		free(filled);
		return -1;
	}
	/* A slope that may be chance is none. */
	if (trend.chance < 0.05) {
		slope = trend.slope;
		base = trend.level;
	} else {
		double *known = level;
		size_t count = 0;

		for (size_t t = 0; t < n; t++)
			if (!isnan(y[t]))
				known[count++] = y[t];
		base = forecast_median(known, count);
	}
	for (size_t t = 0; t < n; t++)
		level[t] = base + slope * (double)t;
	while (from < n && isnan(y[from]))
		from++;
	while (to > from && isnan(y[to - 1]))
		to--;
	/* Twice around, for of less the ends are most. */
	if (to - from >= 2 * turn) {
		double *mean = xcalloc(n, sizeof(*mean));

		memcpy(filled + from, y + from, (to - from) * sizeof(*y));
		forecast_fill(filled + from, to - from, turn);
		forecast_centred_mean(
		    filled + from, to - from, turn, mean + from);
		for (size_t t = from; t < to; t++)
			if (!isnan(mean[t]))
				level[t] = mean[t];
		/* At the ends the nearest one, moved along the line. */
		for (size_t t = from; t < to && isnan(mean[t]); t++)
			level[t] =
			    mean[from + turn / 2] +
			    slope * ((double)t - (double)(from + turn / 2));
		for (size_t t = to; t-- > from && isnan(mean[t]);)
			level[t] =
			    mean[to - 1 - turn / 2] +
			    slope * ((double)t - (double)(to - 1 - turn / 2));
		free(mean);
	}
	free(filled);
	return 0;
}

static double
mean_of(const double *v, const size_t *group, size_t n, size_t which,
    size_t *ret_count)
{
	double sum = 0;
	size_t count = 0;

	for (size_t t = 0; t < n; t++)
		if (!isnan(v[t]) && (which == SIZE_MAX || group[t] == which)) {
			sum += v[t];
			count++;
		}
	*ret_count = count;
	return count ? sum / (double)count : NAN;
}

/* One-way analysis of variance of the ranks (Conover & Iman 1981), much as
 * Kruskal & Wallis (1952). */
static double
chance_of(const double *off, const size_t *group, size_t n, size_t groups)
{
	double *known = xcalloc(2 * n + 1, sizeof(*known)), *rank = known + n;
	double between = 0, within = 0, f, a, b;
	double *sum = xcalloc(2 * groups + 1, sizeof(*sum));
	double *times = sum + groups;
	size_t count = 0, used = 0;

	for (size_t t = 0; t < n; t++)
		if (!isnan(off[t]))
			known[count++] = off[t];
	forecast_ranks(known, count, rank);
	for (size_t t = 0, i = 0; t < n; t++)
		if (!isnan(off[t])) {
			/* Ranks around 0. */
			rank[i] -= (double)(count + 1) / 2;
			sum[group[t]] += rank[i++];
			times[group[t]]++;
		}
	for (size_t g = 0; g < groups; g++)
		if (times[g] > 0) {
			between += sum[g] * sum[g] / times[g];
			used++;
		}
	for (size_t i = 0; i < count; i++)
		within += rank[i] * rank[i];
	within -= between;
	free(known);
	free(sum);
	if (used < 2 || count <= used)
		return 1;
	a = (double)(used - 1);
	b = (double)(count - used);
	if (!(within > 1e-9 * between))
		return between > 0 ? 0 : 1;
	f = between / a / (within / b);
	return forecast_beta(b / (b + a * f), b / 2, a / 2);
}

int
forecast_profile_of(const double *y, size_t n, const size_t *group,
    size_t groups, size_t turn, struct forecast_profile *ret, struct err *err)
{
	double *level = xcalloc(2 * n + 1, sizeof(*level)), *off = level + n;
	struct forecast_profile p = {.groups = groups};
	double all = 0, rest = 0, overall;
	size_t count;

	if (find_level(y, n, turn, level, err) < 0) {
		free(level);
		return -1;
	}
	for (size_t t = 0; t < n; t++)
		off[t] = y[t] - level[t];
	overall = mean_of(off, group, n, SIZE_MAX, &count);
	p.level = mean_of(y, group, n, SIZE_MAX, &count);
	p.effect = xcalloc(groups, sizeof(*p.effect));
	p.count = xcalloc(groups, sizeof(*p.count));
	p.best = p.worst = SIZE_MAX;
	for (size_t g = 0; g < groups; g++) {
		p.effect[g] = mean_of(off, group, n, g, &p.count[g]) - overall;
		if (isnan(p.effect[g]))
			continue;
		p.seen++;
		if (p.best == SIZE_MAX || p.effect[g] > p.effect[p.best])
			p.best = g;
		if (p.worst == SIZE_MAX || p.effect[g] < p.effect[p.worst])
			p.worst = g;
	}
	for (size_t t = 0; t < n; t++) {
		double d = off[t] - overall;

		if (isnan(d))
			continue;
		all += d * d;
		d -= p.effect[group[t]];
		rest += d * d;
	}
	/* Of as many groups as chance fills, too (adjusted R squared). */
	if (all > 0 && count > p.seen)
		p.strength = fmax(0, 1 - rest / all * (double)(count - 1) /
					     (double)(count - p.seen));
	p.chance = chance_of(off, group, n, groups);
	free(level);
	if (!isfinite(p.level) || !isfinite(all)) {
		forecast_profile_release(&p);
		return err_set(err, ERR_USAGE, "the values are too large");
	}
	*ret = p;
	return 0;
}

void
forecast_profile_release(struct forecast_profile *p)
{
	if (!p)
		return;
	free(p->effect);
	free(p->count);
	*p = (struct forecast_profile){0};
}
