/* SPDX-License-Identifier: ISC */
/* Forecasts as records. */
#include <math.h>

#include "series/series.h"

const char *const series_forecast_columns[] = {
    "series", "step", "time", "mean", "lo80", "hi80", "lo95", "hi95", "method"};
const size_t series_forecast_column_count = COUNT_OF(series_forecast_columns);

/* The narrowest interval; 0 where none has a width. */
static double
find_width(const struct forecast *f)
{
	double width = INFINITY;

	for (size_t h = 0; h < f->horizon; h++) {
		double w = f->high[FORECAST_95][h] - f->low[FORECAST_95][h];

		if (w > 0 && w < width)
			width = w;
	}
	return isfinite(width) ? width : 0;
}

/* To a ten-thousandth of the width, and not before the point where all digits
 * are known. */
static double
rounded(double v, double width)
{
	if (!(width > 0))
		return number_digits(v, 15);
	if (width >= 1e5 && width < 9e15 && fabs(v) < 9e15)
		return round(v);
	return number_digits_of(v, width, 5);
}

static void
put_number(struct json_writer *w, const char *name, double v)
{
	json_put_name(w, name);
	json_put_real(w, v);
}

void
series_put_time(struct json_writer *w, const char *name,
    const struct series_calendar *c, int64_t position)
{
	struct buf text = {0};

	series_time_add(&text, c, position);
	json_put_name(w, name);
	if (c->form == SERIES_NUMBER)
		json_put_raw(w, buf_str(&text));
	else
		json_put_text(w, buf_str(&text));
	buf_release(&text);
}

void
series_put_forecast(
    const struct series *s, const struct forecast *f, struct buf *out)
{
	double width = find_width(f);

	for (size_t h = 0; h < f->horizon; h++) {
		struct json_writer w = {.out = out};

		json_put_object(&w);
		if (s->name.p)
			json_add_text(&w, "series", s->name);
		json_add_int(&w, "step", (int64_t)h + 1);
		series_put_time(&w, "time", &s->calendar, (int64_t)(s->n + h));
		put_number(&w, "mean", rounded(f->mean[h], width));
		put_number(&w, "lo80", rounded(f->low[FORECAST_80][h], width));
		put_number(&w, "hi80", rounded(f->high[FORECAST_80][h], width));
		put_number(&w, "lo95", rounded(f->low[FORECAST_95][h], width));
		put_number(&w, "hi95", rounded(f->high[FORECAST_95][h], width));
		json_add_text(&w, "method", str_of(f->method));
		json_put_end(&w);
		buf_addc(out, '\n');
	}
}

const char *const series_choice_columns[] = {
    "series", "method", "weight", "error", "aicc", "origins", "widened", "why"};
const size_t series_choice_column_count = COUNT_OF(series_choice_columns);

/* To six digits; not at all what nobody knows. */
static void
put_known(struct json_writer *w, const char *name, double v)
{
	if (!isfinite(v))
		return;
	put_number(w, name,
	    fabs(v) >= 1e6 && fabs(v) < 9e15 ? round(v) : number_digits(v, 6));
}

static void
put_candidate(const struct series *s, const struct forecast_choice *choice,
    const struct forecast_candidate *c, struct buf *out)
{
	struct json_writer w = {.out = out};

	json_put_object(&w);
	if (s->name.p)
		json_add_text(&w, "series", s->name);
	json_add_text(&w, "method", str_of(c->method));
	put_known(&w, "weight", c->weight);
	put_known(&w, "error", c->error);
	put_known(&w, "aicc", c->aicc);
	json_add_int(&w, "origins", (int64_t)choice->origins);
	put_known(&w, "widened", choice->widened);
	if (c->why[0])
		json_add_text(&w, "why", str_of(c->why));
	json_put_end(&w);
	buf_addc(out, '\n');
}

void
series_put_choice(const struct series *s, const struct forecast_choice *choice,
    struct buf *out)
{
	for (size_t i = 0; i < FORECAST_CANDIDATES; i++)
		if (choice->candidate[i].method[0])
			put_candidate(s, choice, &choice->candidate[i], out);
}

void
series_put_steps(const struct forecast *f, struct buf *out)
{
	struct json_writer w = {.out = out};
	double width = find_width(f);

	json_put_array(&w);
	for (size_t h = 0; h < f->horizon; h++) {
		json_put_array(&w);
		json_put_real(&w, rounded(f->mean[h], width));
		for (int l = 0; l < FORECAST_LEVELS; l++) {
			json_put_real(&w, rounded(f->low[l][h], width));
			json_put_real(&w, rounded(f->high[l][h], width));
		}
		json_put_end(&w);
	}
	json_put_end(&w);
}

static bool
take_step(const struct json *step, struct forecast *f, size_t h)
{
	double v[1 + 2 * FORECAST_LEVELS];

	if (json_count(step) != COUNT_OF(v))
		return false;
	for (size_t i = 0; i < COUNT_OF(v); i++)
		if (json_as_real(json_item(step, i), &v[i], NULL) < 0)
			return false;
	f->mean[h] = v[0];
	for (int l = 0; l < FORECAST_LEVELS; l++) {
		f->low[l][h] = v[1 + 2 * l];
		f->high[l][h] = v[2 + 2 * l];
	}
	return true;
}

bool
series_take_steps(struct str json, struct forecast *ret)
{
	struct forecast f = {0};
	struct json *doc;
	bool good;

	if (json_doc_parse(json, "steps", &doc, NULL) < 0)
		return false;
	good = json_type_of(doc) == JSON_TYPE_ARRAY && json_count(doc) > 0;
	if (good)
		forecast_make(&f, 0, json_count(doc));
	for (size_t h = 0; good && h < f.horizon; h++)
		good = take_step(json_item(doc, h), &f, h);
	json_doc_free(doc);
	if (!good) {
		forecast_release(&f);
		return false;
	}
	*ret = f;
	return true;
}

const char *const series_columns[] = {
    "series", "time", "value", "of", "filled"};
const size_t series_column_count = COUNT_OF(series_columns);

void
series_put(const struct series *s, struct buf *out)
{
	for (size_t t = 0; t < s->n; t++) {
		struct json_writer w = {.out = out};

		json_put_object(&w);
		if (s->name.p)
			json_add_text(&w, "series", s->name);
		series_put_time(&w, "time", &s->calendar, (int64_t)t);
		put_number(&w, "value", s->y[t]);
		if (s->of)
			put_number(&w, "of", s->of[t]);
		if (isnan(s->known[t]))
			json_add_bool(&w, "filled", true);
		json_put_end(&w);
		buf_addc(out, '\n');
	}
}

void
series_put_methods(struct buf *out)
{
	for (const struct forecast_method *m = forecast_methods; m->name; m++) {
		struct json_writer w = {.out = out};

		json_put_object(&w);
		json_add_text(&w, "method", str_of(m->name));
		json_add_text(&w, "about", str_of(m->help));
		json_put_end(&w);
		buf_addc(out, '\n');
	}
}
