/* SPDX-License-Identifier: ISC */
/*
 * Anomalies as they come, without a look ahead. What is here: what to expect,
 * at what lengths it is looked, and when that is an alarm. How far out is far
 * out stands in tail.c.
 */
#include <float.h>
#include <stdlib.h>

#include "forecast/forecast_priv.h"

enum {
	WARM_WINDOWS = 4,
	WARM_LEAST = 30,
	LONGEST_WINDOW = 4096,
	LONGEST_SEASON = 1 << 20,
	MEMORY_WINDOWS = 20,   /* of what residuals were like */
	MEMORY_LEAST = 500,    /* observations, */
	MEMORY_MOST = 1 << 16, /* and not more */
	LEVEL_LEAST = 7,       /* the level is not quicker than that */
	LENGTHS = 3,           /* of what is looked at: see open */
	SEASONS = 2,
	EXPERTS = 1 + SEASONS,
	MOST_LAGS = 7,
};

#define LARGEST 1e300

/* Of how many earlier seasons the median is taken. */
static const size_t lags[SEASONS] = {MOST_LAGS, 4};

/* How far off the last `length` were together, upwards and downwards. */
struct look {
	size_t length;
	/* Sums over overlapping stretches are alike; of each `length` of them
	 * in a row the greatest is remembered, so that peaks are independent
	 * (block maxima). */
	struct forecast_tail tail[2];
	double most[2];
	size_t in_block;
};

struct forecast_watch {
	struct forecast_watch_plan plan;
	double limit;
	size_t warm;   /* observations before anything is said */
	size_t seen;   /* observations so far, missing ones too */
	double *early; /* the first `warm`, until their kind is known */
	bool counts, settled;

	double *ring; /* on the scale: the last ring_size */
	size_t ring_size;
	double *off, *guess, *raw; /* the last `window`: residual, expectation
				      (NAN where there was none), as given */
	double level;
	bool has_level;
	double error[EXPERTS];  /* mean absolute, forgetting, */
	size_t judged[EXPERTS]; /* of so many */
	double seasons_seen;    /* that the expectation rests on */

	struct look look[LENGTHS];
	size_t looks;
	bool alarmed;
	size_t alarm_began;
};

/* ---- what is expected ---- */

static double
seasonal(const struct forecast_watch *w, size_t t, int which, double *ret_seen)
{
	double earlier[MOST_LAGS];
	size_t season = w->plan.season[which], count = 0;

	for (size_t k = 1; season && k <= lags[which] && k * season <= t; k++) {
		double x = w->ring[(t - k * season) % w->ring_size];

		if (!isnan(x))
			earlier[count++] = x;
	}
	*ret_seen = (double)count;
	return count ? forecast_median(earlier, count) : NAN;
}

/* The advice of each, and which one has erred least of late: -1 when none has
 * anything to say yet. */
static int
advise(struct forecast_watch *w, size_t t, double advice[EXPERTS],
    double seen[EXPERTS])
{
	int best = -1;

	advice[0] = w->has_level ? w->level : NAN;
	seen[0] = fmin((double)t, (double)w->plan.window);
	for (int i = 0; i < SEASONS; i++)
		advice[1 + i] = seasonal(w, t, i, &seen[1 + i]);
	for (int i = 0; i < EXPERTS; i++)
		if (!isnan(advice[i]) &&
		    (best < 0 || w->error[i] < w->error[best]))
			best = i;
	return best;
}

static void
learn(struct forecast_watch *w, double x, const double advice[EXPERTS])
{
	double memory = fmax(2 * (double)w->plan.window, WARM_LEAST);
	double pace = fmax((double)w->plan.window, LEVEL_LEAST);

	/* Means at first, forgetting later. */
	for (int i = 0; i < EXPERTS; i++)
		if (!isnan(advice[i]))
			w->error[i] += (fabs(x - advice[i]) - w->error[i]) /
				       fmin((double)++w->judged[i], memory);
	w->level = w->has_level ? w->level + (x - w->level) /
						 fmin((double)w->seen + 1, pace)
				: x;
	w->has_level = true;
}

/* ---- what is looked at ---- */

/* The means over the last `length`; false where less than half of them are
 * there. */
static bool
stretch(const struct forecast_watch *w, size_t t, size_t length,
    double *ret_off, double *ret_expected, size_t *ret_count)
{
	double off = 0, expected = 0;
	size_t count = 0;

	if (t + 1 < length)
		return false;
	for (size_t i = t + 1 - length; i <= t; i++) {
		size_t at = i % w->plan.window;

		if (isnan(w->off[at]))
			continue;
		off += w->off[at];
		expected += w->guess[at];
		count++;
	}
	if (count == 0 || count * 2 < length)
		return false;
	*ret_off = off / (double)count;
	*ret_expected = expected / (double)count;
	*ret_count = count;
	return true;
}

/* The same stretch as people see it: the mean of what was expected of each,
 * moved by so much on the scale. */
static double
stretch_moved(
    const struct forecast_watch *w, size_t t, size_t length, double by)
{
	double sum = 0;
	size_t count = 0;

	for (size_t i = t + 1 - length; i <= t; i++) {
		size_t at = i % w->plan.window;

		if (isnan(w->off[at]))
			continue;
		sum += forecast_from_scale(w->counts, w->guess[at] + by);
		count++;
	}
	return forecast_bounded(sum / (double)count);
}

static double
stretch_found(const struct forecast_watch *w, size_t t, size_t length)
{
	double sum = 0;
	size_t count = 0;

	for (size_t i = t + 1 - length; i <= t; i++) {
		size_t at = i % w->plan.window;

		if (isnan(w->off[at]))
			continue;
		sum += w->raw[at];
		count++;
	}
	return sum / (double)count;
}

/* What chance alone makes of events that are as often as expected. */
static double
count_chance(const struct forecast_watch *w, double off, double expected,
    size_t count, bool above)
{
	double usual = forecast_from_scale(true, expected);
	double found = forecast_from_scale(true, expected + off);
	double times = (double)count;

	return forecast_count_tail(found * times,
	    usual * times * w->seasons_seen, w->seasons_seen, above);
}

static void
remember(struct look *l, double off)
{
	for (int side = 0; side < 2; side++) {
		double out = side ? -off : off;

		if (l->in_block == 0 || out > l->most[side])
			l->most[side] = out;
	}
	if (++l->in_block < l->length)
		return;
	l->in_block = 0;
	for (int side = 0; side < 2; side++)
		forecast_tail_add(&l->tail[side], l->most[side]);
}

/* The chance that one observation of a stretch is the end of one that is as
 * far off. */
static double
look_chance(struct forecast_watch *w, struct look *l, double off,
    double expected, size_t count)
{
	bool above = off > 0;
	double chance;

	if (!forecast_tail_knows(&l->tail[0]))
		return 1;
	chance = forecast_tail_chance(&l->tail[!above], above ? off : -off);
	/* Which can only make it more probable. */
	if (w->counts && chance < w->limit * (double)l->length)
		chance =
		    fmax(chance, count_chance(w, off, expected, count, above));
	return chance / (double)l->length;
}

/* The bounds at which a look at a stretch is an alarm. */
static void
look_bounds(struct forecast_watch *w, size_t t, struct look *l, double *ret_low,
    double *ret_high)
{
	double chance = w->limit * (double)l->length, bound[2];

	for (int side = 0; side < 2; side++) {
		double out =
		    fmax(0, forecast_tail_value(&l->tail[side], chance));

		bound[side] = stretch_moved(w, t, l->length, side ? -out : out);
		if (w->plan.non_negative)
			bound[side] = fmax(0, bound[side]);
	}
	*ret_high = bound[0];
	*ret_low = bound[1];
}

/* ---- an observation ---- */

/* What a look finds. */
struct finding {
	struct look *look;
	double off, expected, chance;
};

static void
tell_alarm(struct forecast_watch *w, size_t t, const struct finding *f,
    struct forecast_verdict *v)
{
	struct forecast_anomaly *a = &v->anomaly;
	double looks = 2 * (double)w->looks * (double)w->plan.window;

	v->alarm = true;
	v->fresh = !w->alarmed || t - w->alarm_began >= w->plan.window;
	if (v->fresh)
		w->alarm_began = t;
	w->alarmed = true;
	*a = (struct forecast_anomaly){.at = t,
	    .span = f->look->length,
	    .value = stretch_found(w, t, f->look->length),
	    .expected = stretch_moved(w, t, f->look->length, 0),
	    /* Nothing is less probable than that the model is wrong. */
	    .chance = fmax(f->chance * looks, 1e-12),
	    .severity = forecast_severity_of(f->chance, w->limit)};
	look_bounds(w, t, f->look, &a->low, &a->high);
}

static void
judge(struct forecast_watch *w, size_t t, struct forecast_verdict *v)
{
	struct finding found[LENGTHS], *worst = NULL;
	struct look *point = &w->look[0];
	size_t count = 0;

	for (size_t i = 0; i < w->looks; i++) {
		struct finding *f = &found[count];
		size_t seen;

		f->look = &w->look[i];
		if (!stretch(
			w, t, f->look->length, &f->off, &f->expected, &seen))
			continue;
		f->chance = look_chance(w, f->look, f->off, f->expected, seen);
		if (!worst || f->chance < worst->chance)
			worst = f;
		count++;
	}
	if (v->ready && worst && worst->chance < w->limit)
		tell_alarm(w, t, worst, v);
	if (v->ready && forecast_tail_knows(&point->tail[0]))
		look_bounds(w, t, point, &v->low, &v->high);
	/* The first time around nothing is known of seasons: what it is off
	 * by then is no measure. */
	for (size_t i = 0; i < count; i++)
		if (t >= w->plan.window + found[i].look->length)
			remember(found[i].look, found[i].off);
}

/* Takes an observation in; its verdict. */
static void
take(struct forecast_watch *w, double y, struct forecast_verdict *v)
{
	size_t t = w->seen, at = t % w->plan.window;
	double x = isnan(y) ? NAN : forecast_to_scale(w->counts, y);
	double advice[EXPERTS], seen[EXPERTS];
	int best = advise(w, t, advice, seen);

	*v = (struct forecast_verdict){
	    .expected = NAN, .ready = t >= w->warm, .low = NAN, .high = NAN};
	w->off[at] = w->guess[at] = NAN;
	w->raw[at] = y;
	if (best >= 0) {
		w->guess[at] = advice[best];
		w->seasons_seen = fmax(seen[best], 1);
		v->expected = forecast_from_scale(w->counts, advice[best]);
		if (!isnan(x)) {
			w->off[at] = x - advice[best];
			judge(w, t, v);
		}
	}
	if (!isnan(x))
		learn(w, x, advice);
	w->ring[t % w->ring_size] = x;
	w->seen++;
}

/* ---- before enough is known ---- */

/* The kind of the values is known now: what came is taken in again. */
static void
settle(struct forecast_watch *w)
{
	struct forecast_verdict ignored;
	size_t n = w->seen;

	w->settled = true;
	w->counts = forecast_look_like_counts(w->early, n);
	if (w->counts) {
		/* So far they were taken as they are: all anew. */
		w->seen = 0;
		w->has_level = false;
		for (int i = 0; i < EXPERTS; i++)
			w->judged[i] = 0;
		for (size_t i = 0; i < w->looks; i++) {
			struct look *l = &w->look[i];

			l->in_block = 0;
			for (int side = 0; side < 2; side++) {
				size_t cap = l->tail[side].cap;

				forecast_tail_release(&l->tail[side]);
				forecast_tail_init(&l->tail[side], cap);
			}
		}
		for (size_t i = 0; i < n; i++)
			take(w, w->early[i], &ignored);
	}
	free(w->early);
	w->early = NULL;
}

void
forecast_watch_next(
    struct forecast_watch *w, double y, struct forecast_verdict *ret)
{
	/* Sums of a window are not to overflow. */
	y = isfinite(y) ? fmin(fmax(y, -LARGEST), LARGEST) : NAN;
	if (!w->settled) {
		if (w->seen == w->warm)
			settle(w);
		else
			w->early[w->seen] = y;
	}
	take(w, y, ret);
}

/* ---- beginning and end ---- */

static size_t
within(size_t n, size_t least, size_t most)
{
	return n < least ? least : n > most ? most : n;
}

struct forecast_watch *
forecast_watch_open(const struct forecast_watch_plan *plan)
{
	struct forecast_watch *w = xcalloc(1, sizeof(*w));
	size_t window = within(plan->window, 2, LONGEST_WINDOW);
	size_t memory =
	    within(MEMORY_WINDOWS * window, MEMORY_LEAST, MEMORY_MOST);
	/* A point, a spell, a window: each about as much longer. */
	size_t length[LENGTHS] = {
	    1, (size_t)lround(sqrt((double)window)), window};

	w->plan = *plan;
	w->plan.window = window;
	w->warm = within(WARM_WINDOWS * window, WARM_LEAST, SIZE_MAX);
	w->ring_size = 1;
	for (int i = 0; i < SEASONS; i++) {
		if (plan->season[i] > LONGEST_SEASON)
			w->plan.season[i] = 0;
		if (w->ring_size < lags[i] * w->plan.season[i] + 1)
			w->ring_size = lags[i] * w->plan.season[i] + 1;
	}
	w->ring = xcalloc(w->ring_size, sizeof(*w->ring));
	w->off = xcalloc(window, sizeof(*w->off));
	w->guess = xcalloc(window, sizeof(*w->guess));
	w->raw = xcalloc(window, sizeof(*w->raw));
	for (int i = 0; i < LENGTHS; i++) {
		struct look *l = &w->look[w->looks];

		if (i && length[i] == length[i - 1])
			continue;
		l->length = length[i];
		for (int side = 0; side < 2; side++)
			forecast_tail_init(&l->tail[side], memory);
		w->looks++;
	}
	/* Bonferroni's share for each look at each observation of `rare`
	 * windows. */
	w->limit = 1 / ((plan->rare > 0 ? plan->rare : 30) * (double)window *
			   2 * (double)w->looks);
	w->counts = plan->values == FORECAST_COUNTS;
	w->settled = plan->values != FORECAST_GUESS;
	if (!w->settled)
		w->early = xcalloc(w->warm, sizeof(*w->early));
	return w;
}

void
forecast_watch_free(struct forecast_watch *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->looks; i++)
		for (int side = 0; side < 2; side++)
			forecast_tail_release(&w->look[i].tail[side]);
	free(w->early);
	free(w->ring);
	free(w->off);
	free(w->guess);
	free(w->raw);
	free(w);
}
