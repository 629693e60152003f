/* SPDX-License-Identifier: ISC */
/*
 * The automatic forecast: several methods that err in different ways, and the
 * middle of what they say. That such a middle is hard to beat is what the M
 * competitions found again and again; the members are those of Petropoulos &
 * Svetunkov, A simple combination of univariate models (2020), with Theta
 * beside them. Each is weighed by how it would have done from earlier origins
 * within the series: little where there is little to learn from, nearly all
 * where there is much, so that a member of no use (or all others, where the
 * last season is the best there is) loses its say. The same backtests tell how
 * much wider than claimed the intervals have to be.
 */
#include <stdlib.h>

#include "forecast/forecast_priv.h"

#define ORIGINS          6
#define ORIGINS_THOROUGH 12

/* So few observations allow no more trust in a trend than in the last one. */
#define FEW 9

/* A period in 1.32 or fewer brings something: Syntetos, Boylan & Croston, On
 * the categorization of demand patterns (2005). */
#define RARE 1.32

/* Observations that are looked at: so many, or so many of the longest season.
 */
#define LONG_AGO    5000
#define SEASONS_AGO 12

/* Weights are (least error / error)^power; the power is a hundredth of the
 * number of observations, up to this. */
#define POWER_MOST 8
#define POWER_PER  100

/* Backtests hardly tell tsb from sba. They differ where demand dies out: only
 * tsb sees that; and hardly anywhere else. */
#define SBA_SAY 0.5

/* Intervals are taken to be as much too narrow as those of one model of many
 * (result.c), as surely as after PRIOR backtests. Errors have longer tails than
 * normal ones: inner intervals are too narrow by a little less. All found on
 * the known parts of the M3 series and on other collections, not on what M3
 * asks for. */
#define PRIOR 2
#define RATIO_MOST                                                \
	4 /* of an error to what is claimed: no shock says it all \
	   */
static const double tail[] = {[FORECAST_80] = 0.93, [FORECAST_95] = 1};

enum member {
	ETS,
	ARIMA,
	THETA,
	DOTM,
	CES,
	SEASONAL,
	LONGEST,
	NAIVE,
	TSB,
	SBA,
	MEMBERS
};

typedef int method(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err);

static const struct {
	const char *name;
	method *run;     /* NULL: has a form that is kept for the past */
	bool deseasoned; /* of what a decomposition leaves */
} members[MEMBERS] = {
    [ETS] = {"ets", NULL, false},
    [ARIMA] = {"arima", NULL, false},
    [THETA] = {"theta", forecast_theta, true},
    [DOTM] = {"dotm", forecast_dotm, true},
    [CES] = {"ces", forecast_ces, true},
    [SEASONAL] = {"snaive", forecast_seasonal_naive, false},
    [LONGEST] = {"snaive", forecast_seasonal_naive, false},
    [NAIVE] = {"naive", forecast_naive, true},
    [TSB] = {"tsb", forecast_tsb, false},
    [SBA] = {"sba", forecast_sba, false},
};

/* What members say, standing at one origin. */
struct panel {
	size_t cut; /* observations known */
	bool good[MEMBERS];
	struct forecast f[MEMBERS];
};

struct work {
	const struct forecast_series *s;
	struct forecast_ask ask;
	bool in[MEMBERS];
	/* What ETS and ARIMA chose; it is only fitted anew in the past. */
	struct forecast_ets_form form;
	struct forecast_arima_order order;
	bool plain; /* both on what the decomposition leaves */
	bool rare;  /* tsb and sba */
	bool thorough;
	struct panel now, past[ORIGINS_THOROUGH];
	size_t origins, steps; /* of the past */
	double weight[MEMBERS];
	struct forecast_choice choice;
};

static void
panel_release(struct panel *p)
{
	for (int m = 0; m < MEMBERS; m++)
		if (p->good[m])
			forecast_release(&p->f[m]);
}

static int
run_member(struct work *w, enum member m, const struct forecast_series *s,
    const struct forecast_ask *ask, bool past, struct forecast *ret,
    struct err *err)
{
	struct forecast_series longest = *s;

	switch (m) {
	case ETS:
		if (past && !w->thorough)
			return forecast_ets(s, ask, &w->form, ret, err);
		return forecast_ets_average_best(s, ask, &w->form, ret, err);
	case ARIMA:
		if (past && !w->thorough)
			return forecast_arima(s, ask, &w->order, ret, err);
		return forecast_arima_chosen(
		    s, ask, w->thorough, &w->order, ret, err);
	case LONGEST:
		longest.period = s->longer[s->longer_count - 1];
		return forecast_seasonal_naive(&longest, ask, ret, err);
	default:
		return members[m].run(s, ask, ret, err);
	}
}

/* Fills p->f from the observations before p->cut. */
static void
ask_members(struct work *w, struct panel *p, size_t horizon, bool past)
{
	struct forecast_series known = *w->s, rest_of;
	struct forecast_ask ask = w->ask, any = {.horizon = horizon};
	struct forecast_rest rest;
	struct err err;

	known.n = p->cut;
	ask.horizon = horizon;
	if (forecast_take_seasons(&known, &rest, &err) < 0)
		return;
	rest_of =
	    (struct forecast_series){.y = rest.y, .n = known.n, .period = 1};
	for (int m = 0; m < MEMBERS; m++) {
		struct forecast_candidate *c = &w->choice.candidate[m];
		bool deseasoned = members[m].deseasoned ||
				  (w->plain && (m == ETS || m == ARIMA));
		struct forecast f;
		int code;

		if (!w->in[m])
			continue;
		code = run_member(w, m, deseasoned ? &rest_of : &known,
		    deseasoned ? &any : &ask, past, &f, &err);
		if (code == 0 && deseasoned) {
			forecast_put_seasons(&rest, &f);
			code = forecast_finish(&f, &ask, &err);
			if (code < 0)
				forecast_release(&f);
		}
		p->good[m] = code == 0;
		if (code == 0)
			p->f[m] = f;
		if (past)
			continue;
		if (code < 0) {
			snprintf(c->why, sizeof(c->why), "%.120s", err.text);
			continue;
		}
		snprintf(c->method, sizeof(c->method), "%s%.40s",
		    !deseasoned          ? ""
		    : rest.parts.seasons ? "stl + "
		    : rest.once          ? "season + "
					 : "",
		    f.method);
		c->aicc = deseasoned ? NAN : f.aicc;
	}
	forecast_rest_release(&rest);
}

/* Earlier origins, as far apart as the steps that are looked ahead if there is
 * room. */
static void
look_back(struct work *w)
{
	size_t n = w->s->n, period = w->s->period;
	size_t need = period > 1 && n / 2 > period ? 2 * period + 2 : 6;
	size_t every, most = w->thorough ? ORIGINS_THOROUGH : ORIGINS;

	if (n <= need)
		return;
	w->steps = w->ask.horizon < n - need ? w->ask.horizon : n - need;
	every = (n - w->steps - need) / (most - 1);
	if (every > w->steps)
		every = w->steps;
	if (!every)
		every = 1;
	for (size_t k = 0; k < most; k++) {
		size_t back = w->steps + k * every;

		if (back + need > n && k)
			break;
		w->past[k].cut = n - back;
		ask_members(w, &w->past[k], w->steps, true);
		w->origins++;
	}
}

/* What a member missed by at the origins; NAN where it could not say. Where
 * most periods bring nothing, absolute errors are least for always saying so:
 * squares there. */
static double
error_of(const struct work *w, int m)
{
	double sum = 0;

	for (size_t k = 0; k < w->origins; k++) {
		const struct panel *p = &w->past[k];

		if (!p->good[m])
			return NAN;
		for (size_t h = 0; h < w->steps; h++) {
			double e = w->s->y[p->cut + h] - p->f[m].mean[h];

			sum += w->rare ? e * e : fabs(e);
		}
	}
	sum /= (double)(w->origins * w->steps);
	return w->rare ? sqrt(sum) : sum;
}

/* Whoever could not be tested has a say like the least of those that were; the
 * last season has none then. */
static void
weigh(struct work *w)
{
	double power = fmin(POWER_MOST, (double)w->s->n / POWER_PER);
	double least = INFINITY, untested = 1, sum = 0, error[MEMBERS];

	for (int m = 0; m < MEMBERS; m++) {
		error[m] = w->now.good[m] ? error_of(w, m) : NAN;
		w->choice.candidate[m].error = error[m];
		least = fmin(least, error[m]);
	}
	for (int m = 0; m < MEMBERS; m++) {
		if (isnan(error[m]))
			continue;
		w->weight[m] = error[m] > 0 ? pow(least / error[m], power) : 1;
		if (m == SBA)
			w->weight[m] *= SBA_SAY;
		untested = fmin(untested, w->weight[m]);
	}
	for (int m = 0; m < MEMBERS; m++) {
		if (w->now.good[m] && isnan(error[m]) && m != SEASONAL &&
		    m != LONGEST)
			w->weight[m] = untested;
		sum += w->weight[m];
	}
	for (int m = 0; m < MEMBERS; m++) {
		/* Nobody: those that could not be tested are all there is. */
		if (!(sum > 0))
			w->weight[m] = w->now.good[m];
		else
			w->weight[m] /= sum;
		w->choice.candidate[m].weight = w->weight[m];
	}
}

enum part { MEAN, LOW, HIGH };

static double
pick(const struct forecast *f, enum part part, int level, size_t step)
{
	return part == MEAN  ? f->mean[step]
	       : part == LOW ? f->low[level][step]
			     : f->high[level][step];
}

/* The middle of what the members of a panel say. */
static double
combine(const struct work *w, const struct panel *p, enum part part, int level,
    size_t step)
{
	double value[MEMBERS], weight[MEMBERS];
	size_t count = 0;

	for (int m = 0; m < MEMBERS; m++) {
		if (!p->good[m] || !(w->weight[m] > 0))
			continue;
		value[count] = pick(&p->f[m], part, level, step);
		weight[count++] = w->weight[m];
	}
	return count ? forecast_middle(value, weight, count) : NAN;
}

/* How much wider than the members claim the intervals have to be. */
static double
widening(const struct work *w)
{
	double prior = forecast_of_many(w->s->n), sum = 0, windows;
	size_t count = 0, last;

	for (size_t k = 0; k < w->origins; k++) {
		const struct panel *p = &w->past[k];

		for (size_t h = 0; h < w->steps; h++) {
			double mean = combine(w, p, MEAN, 0, h);
			double error = w->s->y[p->cut + h] - mean;
			double half =
			    error > 0
				? combine(w, p, HIGH, FORECAST_95, h) - mean
				: mean - combine(w, p, LOW, FORECAST_95, h);
			double ratio = forecast_z[FORECAST_95] * error / half;

			if (isnan(ratio))
				continue;
			ratio = fmin(fabs(ratio), RATIO_MOST);
			sum += ratio * ratio;
			count++;
		}
	}
	if (!count)
		return prior;
	last = w->origins - 1;
	windows =
	    1 + (double)(w->past[0].cut - w->past[last].cut) / (double)w->steps;
	return sqrt((PRIOR * prior * prior + windows * sum / (double)count) /
		    (PRIOR + windows));
}

static void
put_name(const struct work *w, char *ret, size_t size)
{
	int at = snprintf(ret, size, "auto");
	char mark = '(';

	for (int m = 0; m < MEMBERS; m++) {
		if (!(w->weight[m] >= 0.01))
			continue;
		at += snprintf(
		    ret + at, size - (size_t)at, "%c%s", mark, members[m].name);
		mark = ',';
	}
	snprintf(ret + at, size - (size_t)at, ")");
}

static int
conclude(struct work *w, size_t n, struct forecast *ret, struct err *err)
{
	double wide = w->rare ? 1 : widening(w);
	struct forecast f;

	w->choice.rare = w->rare;
	w->choice.widened = wide;
	w->choice.origins = w->origins;
	w->choice.steps = w->origins ? w->steps : 0;
	forecast_make(&f, n, w->ask.horizon);
	put_name(w, f.method, sizeof(f.method));
	for (size_t h = 0; h < f.horizon; h++) {
		double mean = f.mean[h] = combine(w, &w->now, MEAN, 0, h);

		for (int l = 0; l < FORECAST_LEVELS; l++) {
			double low = combine(w, &w->now, LOW, l, h),
			       high = combine(w, &w->now, HIGH, l, h);

			f.low[l][h] = low;
			f.high[l][h] = high;
			if (w->rare) /* quantiles of what there was */
				continue;
			f.low[l][h] = mean - tail[l] * wide * (mean - low);
			f.high[l][h] = mean + tail[l] * wide * (high - mean);
		}
	}
	for (size_t t = 0; t < w->s->n; t++) {
		double sum = 0, weight = 0;

		for (int m = 0; m < MEMBERS; m++) {
			if (!w->now.good[m] || isnan(w->now.f[m].fitted[t]))
				continue;
			sum += w->weight[m] * w->now.f[m].fitted[t];
			weight += w->weight[m];
		}
		f.fitted[n - w->s->n + t] = weight > 0 ? sum / weight : NAN;
	}
	if (forecast_finish(&f, &w->ask, err) < 0) {
		forecast_release(&f);
		return -1;
	}
	*ret = f;
	return 0;
}

/* What is so long ago says no more of what comes. */
static struct forecast_series
recent(const struct forecast_series *s)
{
	size_t longest =
	    s->longer_count ? s->longer[s->longer_count - 1] : s->period;
	size_t enough =
	    longest > LONG_AGO / SEASONS_AGO ? longest * SEASONS_AGO : LONG_AGO;
	struct forecast_series r = *s;

	if (r.n > enough) {
		r.y += r.n - enough;
		r.n = enough;
	}
	return r;
}

/* Whether most periods bring nothing, and not because of the season. */
static bool
is_rare(const struct forecast_series *s)
{
	size_t orders = 0;

	for (size_t t = 0; t < s->n; t++) {
		if (s->y[t] < 0)
			return false;
		orders += s->y[t] > 0;
	}
	return orders >= 2 && (double)s->n > RARE * (double)orders &&
	       !forecast_is_seasonal(s->y, s->n, s->period) &&
	       !forecast_comes_again(s->y, s->n, s->period);
}

static void
invite(struct work *w)
{
	const struct forecast_series *s = w->s;
	bool seasonal = s->period > 1 && s->n / 2 >= s->period;
	bool several = s->longer_count && s->n / 2 >= s->longer[0];

	w->plain = !seasonal || several || s->period > FORECAST_ETS_PERIOD;
	w->rare = is_rare(s);
	w->in[TSB] = w->in[SBA] = w->rare;
	for (int m = ETS; m <= CES; m++)
		w->in[m] = !w->rare;
	w->in[SEASONAL] = seasonal && !w->rare;
	w->in[LONGEST] = s->longer_count > 0 && !w->rare;
	w->in[NAIVE] = s->n <= FEW && !w->rare;
}

int
forecast_auto_explained(const struct forecast_series *all,
    const struct forecast_ask *ask, bool thorough, struct forecast *ret,
    struct forecast_choice *ret_choice, struct err *err)
{
	const struct forecast_series last = recent(all);
	struct work w = {.s = &last, .ask = *ask, .thorough = thorough};
	bool any = false;
	int code = -1;

	invite(&w);
	w.now.cut = last.n;
	ask_members(&w, &w.now, ask->horizon, false);
	for (int m = 0; m < MEMBERS; m++)
		any = any || w.now.good[m];
	if (any) {
		look_back(&w);
		weigh(&w);
		code = conclude(&w, all->n, ret, err);
	} else {
		err_set(err, ERR_USAGE, "%s",
		    w.choice.candidate[w.in[NAIVE] ? NAIVE : DOTM].why);
	}
	if (code == 0)
		*ret_choice = w.choice;
	panel_release(&w.now);
	for (size_t k = 0; k < ORIGINS_THOROUGH; k++)
		panel_release(&w.past[k]);
	return code;
}

int
forecast_auto(const struct forecast_series *s, const struct forecast_ask *ask,
    struct forecast *ret, struct err *err)
{
	struct forecast_choice choice;

	return forecast_auto_explained(s, ask, false, ret, &choice, err);
}

int
forecast_auto_thorough(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err)
{
	struct forecast_choice choice;

	return forecast_auto_explained(s, ask, true, ret, &choice, err);
}
