/* SPDX-License-Identifier: ISC */
/* What if: changes of what moves a series, and what they would bring. */
#include <math.h>

#include "series/series_priv.h"

/* By chance alone an effect is called clear in so many cases. */
#define CLEAR 0.05

/* ---- words --------------------------------------------------------------- */

/* NAME=REST; both not empty. */
static bool
cut_name(struct str text, struct str *ret_name, struct str *ret_rest)
{
	*ret_rest = text;
	return str_cut(ret_rest, '=', ret_name) && ret_name->n && ret_rest->n;
}

int
series_change_read(struct str text, struct series_change *ret, struct err *err)
{
	struct series_change c = {.how = SERIES_BECOMES};
	struct str rest;

	if (!cut_name(text, &c.driver, &rest))
		return err_set(err, ERR_USAGE,
		    "not NAME=CHANGE, like budget=+20%%: %s", quoted(text));
	if (rest.p[0] == '+' || rest.p[0] == '-')
		c.how = SERIES_MORE;
	if (str_ends(rest, STR("%"))) {
		if (c.how != SERIES_MORE)
			return err_set(err, ERR_USAGE,
			    "percent are more or less, like +20%% or -20%%: %s",
			    quoted(text));
		c.how = SERIES_TIMES;
		rest.n--;
	}
	if (rest.p[0] == '+') {
		rest.p++;
		rest.n--;
	}
	if (!number_real(rest, &c.by))
		return err_set(err, ERR_USAGE,
		    "not a change, like 12, +3 or -20%%: %s", quoted(text));
	if (c.how == SERIES_TIMES)
		c.by /= 100;
	*ret = c;
	return 0;
}

int
series_price_read(struct str text, struct series_price *ret, struct err *err)
{
	struct series_price p = {.driver = text, .price = 1};
	struct str name, rest;

	if (memchr(text.p ? text.p : "", '=', text.n)) {
		if (!cut_name(text, &name, &rest) ||
		    !number_real(rest, &p.price) || p.price < 0)
			return err_set(err, ERR_USAGE,
			    "not NAME or NAME=PRICE: %s", quoted(text));
		p.driver = name;
	}
	*ret = p;
	return 0;
}

int
series_lag_read(struct str text, struct series_lag *ret, struct err *err)
{
	struct series_lag lag = {0};
	struct str rest = text, first;
	int64_t least, most;
	bool good;

	if (memchr(text.p ? text.p : "", '=', text.n) &&
	    !cut_name(text, &lag.driver, &rest))
		rest.n = 0;
	good = rest.n > 0;
	if (good && str_cut(&rest, '.', &first)) {
		good = rest.n && rest.p[0] == '.';
		rest.p += good;
		rest.n -= good;
	}
	good = good && number_int(first, &least);
	most = least = good ? least : 0;
	if (good && rest.n)
		good = number_int(rest, &most);
	if (!good || least < 0 || most < least || most > SERIES_LONGEST_LAG)
		return err_set(err, ERR_USAGE,
		    "not [NAME=]N or [NAME=]N..M, up to %d: %s",
		    SERIES_LONGEST_LAG, quoted(text));
	lag.least = (size_t)least;
	lag.most = (size_t)most;
	*ret = lag;
	return 0;
}

/* ---- the answer ---------------------------------------------------------- */

size_t
series_simulate_columns(
    const struct series_question *q, const char *ret[SERIES_SIMULATE_COLUMNS])
{
	const struct {
		const char *name;
		bool wanted;
	} columns[] = {
	    {"series", true},
	    {"from", true},
	    {"to", true},
	    {"step", q->steps},
	    {"time", q->steps},
	    {"driver", q->effects},
	    {"lag", q->effects && q->lag_count},
	    {"unit", q->effects},
	    {"before", true},
	    {"after", true},
	    {"difference", true},
	    {"lo80", true},
	    {"hi80", true},
	    {"lo95", true},
	    {"hi95", true},
	    {"least", q->effects},
	    {"most", q->effects},
	    {"inflation", q->effects},
	    {"cost", q->price_count > 0},
	    {"cost_each", q->price_count > 0},
	    {"cost_each_lo95", q->price_count > 0},
	    {"cost_each_hi95", q->price_count > 0},
	    {"return", !isnan(q->worth)},
	    {"return_lo95", !isnan(q->worth)},
	    {"return_hi95", !isnan(q->worth)},
	    {"clear", true},
	    {"method", true},
	    {"answer", true},
	};
	size_t count = 0;

	_Static_assert(COUNT_OF(columns) == SERIES_SIMULATE_COLUMNS, "");
	for (size_t i = 0; i < COUNT_OF(columns); i++)
		if (columns[i].wanted)
			ret[count++] = columns[i].name;
	return count;
}

/* Six digits say all that such figures know. */
static void
put_number(struct json_writer *w, const char *name, double v)
{
	if (!isfinite(v))
		return;
	json_put_name(w, name);
	json_put_real(w, number_digits(v, 6));
}

static void
put_time(struct json_writer *w, const char *name, const struct series *s,
    size_t position)
{
	struct buf text = {0};

	series_time_add(&text, &s->calendar, (int64_t)position);
	json_put_name(w, name);
	if (s->calendar.form == SERIES_NUMBER)
		json_put_raw(w, buf_str(&text));
	else
		json_put_text(w, buf_str(&text));
	buf_release(&text);
}

static void
put_bounds(struct json_writer *w, const double *low, const double *high)
{
	put_number(w, "lo80", low[FORECAST_80]);
	put_number(w, "hi80", high[FORECAST_80]);
	put_number(w, "lo95", low[FORECAST_95]);
	put_number(w, "hi95", high[FORECAST_95]);
}

static void
begin_line(struct json_writer *w, const struct plan *p)
{
	json_put_object(w);
	if (p->s->name.p)
		json_add_text(w, "series", p->s->name);
}

static void
end_line(struct json_writer *w)
{
	json_put_end(w);
	buf_addc(w->out, '\n');
}

static void
put_effects(const struct plan *p, const struct forecast_simulation *made,
    struct buf *out)
{
	for (size_t i = 0; i < p->count; i++) {
		const struct forecast_effect *e = &made->effect[i];
		struct json_writer w = {.out = out};

		begin_line(&w, p);
		json_add_text(&w, "driver", p->drivers[i].name);
		if (p->q->lag_count)
			json_add_int(&w, "lag", (int64_t)p->driver[i].of.lag);
		if (e->used) {
			put_number(&w, "unit", e->unit);
			put_bounds(&w, e->low, e->high);
		}
		put_number(&w, "least", e->least);
		put_number(&w, "most", e->most);
		if (e->used)
			put_number(&w, "inflation", e->inflation);
		end_line(&w);
	}
}

static void
put_steps(const struct plan *p, const struct forecast_simulation *made,
    struct buf *out)
{
	for (size_t h = 0; h < p->steps; h++) {
		double low[] = {
		    made->low[FORECAST_80][h], made->low[FORECAST_95][h]};
		double high[] = {
		    made->high[FORECAST_80][h], made->high[FORECAST_95][h]};
		struct json_writer w = {.out = out};

		begin_line(&w, p);
		json_add_int(&w, "step", (int64_t)h + 1);
		put_time(&w, "time", p->s, p->s->n + h);
		put_number(&w, "before", made->before.mean[h]);
		put_number(&w, "after", made->after.mean[h]);
		put_number(&w, "difference", made->mean[h]);
		put_bounds(&w, low, high);
		end_line(&w);
	}
}

/* NAN: nothing with a price is changed. */
static double
extra_cost(const struct plan *p)
{
	double sum = 0;
	bool known = false;

	for (size_t i = 0; i < p->count; i++) {
		const double *planned = p->driver[i].values + p->lead + p->s->n;

		for (size_t k = 0; k < p->q->price_count; k++) {
			if (!str_eq(p->q->prices[k].driver, p->drivers[i].name))
				continue;
			known = true;
			for (size_t h = 0; h < p->horizon; h++)
				sum += p->q->prices[k].price *
				       (p->driver[i].changed[h] - planned[h]);
		}
	}
	return known ? sum : NAN;
}

static void
put_money(const struct plan *p, const struct forecast_simulation *made,
    double cost, bool clear, struct json_writer *w)
{
	double low = made->total_low[FORECAST_95];
	double high = made->total_high[FORECAST_95];
	double worth = p->q->worth;

	put_number(w, "cost", cost);
	/* What costs more and perhaps brings nothing has no price for one. */
	if (cost > 0 && high > 0) {
		if (clear && made->total > 0)
			put_number(w, "cost_each", cost / made->total);
		put_number(w, "cost_each_lo95", cost / high);
		if (low > 0)
			put_number(w, "cost_each_hi95", cost / low);
	}
	if (cost > 0 && !isnan(worth)) {
		if (clear)
			put_number(
			    w, "return", (worth * made->total - cost) / cost);
		put_number(w, "return_lo95", (worth * low - cost) / cost);
		put_number(w, "return_hi95", (worth * high - cost) / cost);
	}
}

static void
add_size(const struct plan *p, const struct forecast_simulation *made,
    struct buf *out)
{
	double low = made->total_low[FORECAST_95];
	double high = made->total_high[FORECAST_95];

	buf_addf(out, "%.3g %s in %zu step%s", fabs(made->total),
	    made->total < 0 ? "less" : "more", p->horizon,
	    plural((int64_t)p->horizon));
	if (p->steps > p->horizon)
		buf_addf(out, " and the %zu behind", p->steps - p->horizon);
	if (low <= 0 && high >= 0)
		buf_addf(out,
		    ", but history shows no clear effect: anything from %.3g "
		    "to %.3g may come of it",
		    low, high);
	else
		buf_addf(out, ", most likely between %.3g and %.3g", low, high);
}

/* What is to be minded of a driver that is changed. */
static void
add_caution(const struct plan *p, const struct forecast_simulation *made,
    size_t driver, struct buf *out)
{
	const struct forecast_driver *d = &p->drivers[driver];
	const struct forecast_effect *e = &made->effect[driver];
	const struct plan_driver *plan = &p->driver[driver];
	bool changed = false, beyond = false;

	for (size_t h = 0; h < p->steps; h++) {
		bool other = d->after[h] != d->before[h];

		changed |= other;
		beyond |=
		    other && (d->after[h] > e->most || d->after[h] < e->least);
	}
	if (!changed)
		return;
	if (plan->of.lag)
		buf_addf(out, "; %.*s acts %zu step%s later", STR_ARG(d->name),
		    plan->of.lag, plural((int64_t)plan->of.lag));
	if (e->inflation > 10 && e->with < p->count)
		buf_addf(out,
		    "; %.*s moved with %.*s, so their effects are hard to "
		    "tell apart",
		    STR_ARG(d->name), STR_ARG(p->drivers[e->with].name));
	if (beyond)
		buf_addf(out,
		    "; %.*s would be outside of what it was (%.10g to %.10g)",
		    STR_ARG(d->name), e->least, e->most);
}

static void
put_total(const struct plan *p, const struct forecast_simulation *made,
    bool clear, struct buf *out)
{
	struct json_writer w = {.out = out};
	double before = 0, after = 0;
	struct buf text = {0};

	for (size_t h = 0; h < p->steps; h++) {
		before += made->before.mean[h];
		after += made->after.mean[h];
	}
	begin_line(&w, p);
	put_time(&w, "from", p->s, p->s->n);
	put_time(&w, "to", p->s, p->s->n + p->steps - 1);
	put_number(&w, "before", before);
	put_number(&w, "after", after);
	put_number(&w, "difference", made->total);
	put_bounds(&w, made->total_low, made->total_high);
	put_money(p, made, extra_cost(p), clear, &w);
	json_add_bool(&w, "clear", clear);
	json_add_text(&w, "method", str_of(made->before.method));
	add_size(p, made, &text);
	for (size_t i = 0; i < p->count; i++)
		add_caution(p, made, i, &text);
	json_add_text(&w, "answer", buf_str(&text));
	end_line(&w);
	buf_release(&text);
}

const char *const series_lag_columns[] = {
    "series", "driver", "lag", "aicc", "chosen"};
const size_t series_lag_column_count = COUNT_OF(series_lag_columns);

static void
put_lags(const struct plan *p, struct buf *out)
{
	for (size_t i = 0; i < p->count; i++) {
		const struct plan_driver *d = &p->driver[i];

		for (size_t lag = d->least; d->aicc && lag <= d->most; lag++) {
			struct json_writer w = {.out = out};

			begin_line(&w, p);
			json_add_text(&w, "driver", d->name);
			json_add_int(&w, "lag", (int64_t)lag);
			put_number(&w, "aicc", d->aicc[lag - d->least]);
			if (lag == d->of.lag)
				json_add_bool(&w, "chosen", true);
			end_line(&w);
		}
	}
}

static int
answer(const struct plan *p, const struct forecast_ask *asked, bool *ret_clear,
    struct buf *out, struct err *err)
{
	struct forecast_ask ask = *asked;
	struct forecast_simulation made;

	ask.horizon = p->steps;
	if (forecast_simulate(
		&p->numbers, &ask, p->drivers, p->count, &made, err) < 0)
		return -1;
	*ret_clear = made.chance < CLEAR;
	if (p->q->picture) {
		series_picture_plan(p->q->picture, p->s, &made);
		forecast_simulation_release(&made);
		return 0;
	}
	if (p->q->effects)
		put_effects(p, &made, out);
	if (p->q->steps)
		put_steps(p, &made, out);
	put_total(p, &made, *ret_clear, out);
	forecast_simulation_release(&made);
	return 0;
}

int
series_simulate(const struct series *s, const struct forecast_ask *ask,
    const struct series_question *q, struct buf *out, bool *ret_clear,
    struct err *err)
{
	struct plan p;
	int rc = 0;

	if (series_plan_make(&p, s, ask->horizon, q, err) < 0)
		return -1;
	if (q->explain)
		put_lags(&p, out);
	else
		rc = answer(&p, ask, ret_clear, out, err);
	series_plan_release(&p);
	return rc;
}
