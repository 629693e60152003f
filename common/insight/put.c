/* SPDX-License-Identifier: ISC */
/* What was found, as records. */
#include <math.h>

#include "insight/insight.h"

const char *const insight_anomaly_columns[] = {"series", "time", "from", "span",
    "value", "of", "expected", "low", "high", "direction", "severity", "chance",
    "method", "because"};
const size_t insight_anomaly_column_count = COUNT_OF(insight_anomaly_columns);

/* To what means something: a thousandth of what is ordinary, or of the value
 * where nothing is known of that; all digits before the point that are known.
 * Without a width as it is. */
static void
put_rounded(struct json_writer *w, const char *name, double v, double width)
{
	if (isnan(v))
		return;
	json_put_name(w, name);
	json_put_real(w, !(width > 0) ? number_digits(v, 15)
			 : width >= 1e4 && width < 9e15 && fabs(v) < 9e15
			     ? round(v)
			     : number_digits_of(v, width, 4));
}

static void
put_bounds(struct json_writer *w, double expected, double low, double high)
{
	double width = high > low ? high - low : fabs(expected);

	put_rounded(w, "expected", expected, width);
	put_rounded(w, "low", low, width);
	put_rounded(w, "high", high, width);
}

/* To three digits. */
static void
put_chance(struct json_writer *w, double chance)
{
	double scale = 1000;

	while (chance > 0 && chance * scale < 100 && scale < 1e15)
		scale *= 10;
	json_add_rounded(w, "chance", chance, scale);
}

void
insight_put_anomaly(const struct series *s, const struct insight_found *f,
    const struct forecast_anomaly *a, struct insight_whole *whole,
    struct json_writer *w)
{
	struct buf because = {0};

	series_put_time(w, "time", &s->calendar, (int64_t)a->at);
	if (a->span > 1) {
		series_put_time(
		    w, "from", &s->calendar, (int64_t)(a->at + 1 - a->span));
		json_add_int(w, "span", (int64_t)a->span);
	}
	put_rounded(w, "value", a->value,
	    a->span > 1 && a->high > a->low ? a->high - a->low : 0);
	if (s->of)
		json_add_rounded(w, "of", s->of[a->at], 1);
	put_bounds(w, a->expected, a->low, a->high);
	json_add_text(
	    w, "direction", a->value > a->expected ? STR("up") : STR("down"));
	json_add_text(w, "severity", str_of(forecast_severities[a->severity]));
	put_chance(w, a->chance);
	json_add_text(w, "method", str_of(f->method));
	if (whole) {
		insight_explain(whole, a, &because);
		json_put_name(w, "because");
		json_put_raw(w, buf_str(&because));
		buf_release(&because);
	}
}

static void
put_ordinary(const struct series *s, const struct insight_found *f, size_t t,
    struct json_writer *w)
{
	series_put_time(w, "time", &s->calendar, (int64_t)t);
	put_rounded(w, "value", s->known[t], 0);
	if (s->of)
		json_add_rounded(w, "of", s->of[t], 1);
	put_bounds(w, f->of.expected[t], f->of.low[t], f->of.high[t]);
}

void
insight_put_anomalies(const struct series *s, const struct insight_found *f,
    bool all, struct insight_whole *whole, struct buf *out)
{
	size_t i = 0;

	for (size_t t = 0; t < s->n; t++) {
		bool odd = i < f->of.count && f->of.list[i].at == t;
		struct json_writer w = {.out = out};

		if (!odd && !all)
			continue;
		json_put_object(&w);
		if (s->name.p)
			json_add_text(&w, "series", s->name);
		if (odd)
			insight_put_anomaly(s, f, &f->of.list[i++], whole, &w);
		else
			put_ordinary(s, f, t, &w);
		json_put_end(&w);
		buf_addc(out, '\n');
	}
}
