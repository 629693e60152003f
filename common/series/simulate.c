/* SPDX-License-Identifier: ISC */
/* What if: changes of what moves a series, and what they would bring. */
#include <math.h>
#include <stdlib.h>

#include "series/series.h"

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

/* ---- plans --------------------------------------------------------------- */

struct plan {
	const struct series *s;
	const struct series_question *q;
	size_t horizon, count;
	double *values; /* of each driver, n + horizon; NAN: none */
	double *after;  /* horizon of each */
	struct forecast_driver *drivers;
};

/* What was read of a driver, at its places. */
static void
lay_out(const struct plan *p, const struct series_driver *d, double *ret)
{
	size_t n = p->s->n + p->horizon;
	size_t *times = xcalloc(n, sizeof(*times));

	for (size_t t = 0; t < n; t++)
		ret[t] = NAN;
	for (size_t i = 0; i < d->count; i++) {
		int64_t at = series_position(&p->s->calendar, d->points[i].at);
		double value = d->points[i].value;

		if (at < 0 || (uint64_t)at >= n)
			continue;
		if (times[at]++ == 0 || p->q->rules.doubled == SERIES_LAST)
			ret[at] = value;
		else if (p->q->rules.doubled != SERIES_FIRST)
			ret[at] += value;
	}
	for (size_t t = 0; t < n; t++)
		if (p->q->rules.doubled == SERIES_MEAN && times[t])
			ret[t] /= (double)times[t];
	free(times);
}

static int
complete_past(const struct plan *p, struct str name, double *v, struct err *err)
{
	size_t n = p->s->n, missing = 0, first = SIZE_MAX;
	struct buf time = {0};

	for (size_t t = 0; t < n; t++) {
		if (!isnan(v[t]))
			continue;
		missing++;
		first = first == SIZE_MAX ? t : first;
		if (p->q->rules.gaps == SERIES_ZERO)
			v[t] = 0;
	}
	if (!missing || p->q->rules.gaps == SERIES_ZERO)
		return 0;
	series_time_add(&time, &p->s->calendar, (int64_t)first);
	if (isnan(v[0]) || isnan(v[n - 1]) || missing * 2 > n)
		err_set(err, ERR_USAGE,
		    "%s: %zu of %zu values missing, the first at %s: with "
		    "--gaps zero that means none",
		    quoted(name), missing, n, time.p);
	else
		remark(p->q->remarks, (struct place){0},
		    "%s: %s: %zu of %zu values missing, the first at %s: "
		    "filled in",
		    series_called(p->s->name), quoted(name), missing, n,
		    time.p);
	buf_release(&time);
	if (isnan(v[0]) || isnan(v[n - 1]) || missing * 2 > n)
		return -1;
	forecast_fill(v, n, p->s->period);
	return 0;
}

/* As planned; without any plan as in the last season. */
static void
complete_future(const struct plan *p, double *v)
{
	size_t n = p->s->n;
	size_t back = p->s->period > 1 && p->s->period <= n ? p->s->period : 1;
	bool planned = false;

	for (size_t h = 0; h < p->horizon; h++)
		planned |= !isnan(v[n + h]);
	for (size_t h = 0; h < p->horizon; h++) {
		if (!isnan(v[n + h]))
			continue;
		v[n + h] = planned && p->q->rules.gaps == SERIES_ZERO
			       ? 0
			       : v[n + h - back];
	}
}

static void
change(const struct plan *p, struct str name, const double *before, double *ret)
{
	for (size_t h = 0; h < p->horizon; h++)
		ret[h] = before[h];
	for (size_t i = 0; i < p->q->change_count; i++) {
		const struct series_change *c = &p->q->changes[i];

		if (!str_eq(c->driver, name))
			continue;
		for (size_t h = 0; h < p->horizon; h++)
			ret[h] = c->how == SERIES_BECOMES ? c->by
				 : c->how == SERIES_MORE  ? ret[h] + c->by
							 : ret[h] * (1 + c->by);
	}
}

static int
make_plan(struct plan *p, struct err *err)
{
	size_t n = p->s->n;

	for (size_t i = 0; i < p->count; i++) {
		const struct series_driver *d = &p->s->drivers[i];
		double *v = p->values + i * (n + p->horizon);
		double *after = p->after + i * p->horizon;

		lay_out(p, d, v);
		if (complete_past(p, d->name, v, err) < 0)
			return -1;
		complete_future(p, v);
		change(p, d->name, v + n, after);
		p->drivers[i] =
		    (struct forecast_driver){d->name, v, v + n, after};
	}
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
	double scale;

	if (!isfinite(v))
		return;
	scale = v == 0 ? 1 : pow(10, 5 - floor(log10(fabs(v))));
	json_put_name(w, name);
	json_put_real(
	    w, isfinite(scale) && scale > 0 ? round(v * scale) / scale : v);
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
	for (size_t h = 0; h < p->horizon; h++) {
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

	for (size_t i = 0; i < p->count; i++)
		for (size_t k = 0; k < p->q->price_count; k++) {
			if (!str_eq(p->q->prices[k].driver, p->drivers[i].name))
				continue;
			known = true;
			for (size_t h = 0; h < p->horizon; h++)
				sum += p->q->prices[k].price *
				       (p->drivers[i].after[h] -
					   p->drivers[i].before[h]);
		}
	return known ? sum : NAN;
}

static void
put_money(const struct plan *p, const struct forecast_simulation *made,
    double cost, struct json_writer *w)
{
	double low = made->total_low[FORECAST_95];
	double high = made->total_high[FORECAST_95];
	double worth = p->q->worth;

	put_number(w, "cost", cost);
	/* What costs more and brings nothing has no price for one. */
	if (cost > 0 && made->total > 0) {
		put_number(w, "cost_each", cost / made->total);
		put_number(w, "cost_each_lo95", cost / high);
		if (low > 0)
			put_number(w, "cost_each_hi95", cost / low);
	}
	if (cost > 0 && !isnan(worth)) {
		put_number(w, "return", (worth * made->total - cost) / cost);
		put_number(w, "return_lo95", (worth * low - cost) / cost);
		put_number(w, "return_hi95", (worth * high - cost) / cost);
	}
}

/* What a reader should know before using the number. */
static void
add_answer(const struct plan *p, const struct forecast_simulation *made,
    struct buf *out)
{
	double low = made->total_low[FORECAST_95];
	double high = made->total_high[FORECAST_95];
	double size = fabs(made->total);
	bool beyond = false;

	buf_addf(out, "%.3g %s in %zu step%s", size,
	    made->total < 0 ? "less" : "more", p->horizon,
	    plural((int64_t)p->horizon));
	if (low <= 0 && high >= 0)
		buf_addf(out,
		    ", but history shows no clear effect: anything from %.3g "
		    "to %.3g may come of it",
		    low, high);
	else
		buf_addf(out, ", most likely between %.3g and %.3g", low, high);
	for (size_t i = 0; i < p->count; i++) {
		const struct forecast_driver *d = &p->drivers[i];
		const struct forecast_effect *e = &made->effect[i];
		bool changed = false;

		for (size_t h = 0; h < p->horizon; h++) {
			changed |= d->after[h] != d->before[h];
			beyond |=
			    d->after[h] != d->before[h] &&
			    (d->after[h] > e->most || d->after[h] < e->least);
		}
		if (changed && e->inflation > 10 && e->with < p->count)
			buf_addf(out,
			    "; %.*s moved with %.*s, so their effects are hard "
			    "to tell apart",
			    STR_ARG(d->name),
			    STR_ARG(p->drivers[e->with].name));
		if (beyond) {
			buf_addf(out,
			    "; %.*s would be outside of what it was (%.10g to "
			    "%.10g)",
			    STR_ARG(d->name), e->least, e->most);
			beyond = false;
		}
	}
}

static void
put_total(const struct plan *p, const struct forecast_simulation *made,
    struct buf *out)
{
	struct json_writer w = {.out = out};
	double before = 0, after = 0;
	struct buf text = {0};

	for (size_t h = 0; h < p->horizon; h++) {
		before += made->before.mean[h];
		after += made->after.mean[h];
	}
	begin_line(&w, p);
	put_time(&w, "from", p->s, p->s->n);
	put_time(&w, "to", p->s, p->s->n + p->horizon - 1);
	put_number(&w, "before", before);
	put_number(&w, "after", after);
	put_number(&w, "difference", made->total);
	put_bounds(&w, made->total_low, made->total_high);
	put_money(p, made, extra_cost(p), &w);
	json_add_text(&w, "method", str_of(made->before.method));
	add_answer(p, made, &text);
	json_add_text(&w, "answer", buf_str(&text));
	end_line(&w);
	buf_release(&text);
}

int
series_simulate(const struct series *s, const struct forecast_ask *ask,
    const struct series_question *q, struct buf *out, struct err *err)
{
	struct forecast_series numbers = series_numbers(s);
	struct plan p = {
	    .s = s, .q = q, .horizon = ask->horizon, .count = s->driver_count};
	struct forecast_simulation made;
	int rc;

	p.values = xcalloc(p.count * (s->n + p.horizon) + 1, sizeof(*p.values));
	p.after = xcalloc(p.count * p.horizon + 1, sizeof(*p.after));
	p.drivers = xcalloc(p.count + 1, sizeof(*p.drivers));
	rc = make_plan(&p, err);
	if (rc == 0)
		rc = forecast_simulate(
		    &numbers, ask, p.drivers, p.count, &made, err);
	if (rc == 0) {
		if (q->effects)
			put_effects(&p, &made, out);
		if (q->steps)
			put_steps(&p, &made, out);
		put_total(&p, &made, out);
		forecast_simulation_release(&made);
	}
	free(p.values);
	free(p.after);
	free(p.drivers);
	return rc;
}
