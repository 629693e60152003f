/* SPDX-License-Identifier: ISC */
/* What is out of the ordinary in a metric, in a sentence. */
#include <math.h>

#include "insight/insight_priv.h"

static void
add_shown(struct json_writer *w, const char *name, enum insight_unit unit,
    double v, const char *locale)
{
	struct buf text = {0};

	insight_add_value(&text, unit, v, locale);
	json_add_text(w, name, buf_str(&text));
	buf_release(&text);
}

static void
add_name(const struct insight_alarm *a, const char *locale,
    struct json_writer *words)
{
	struct buf name = {0}, data = {0}, text = {0};
	struct json_writer w = {.out = &data};

	insight_add_metric(&name, a->metric, locale);
	if (a->group) {
		json_put_object(&w);
		json_add_text(&w, "name", buf_str(&name));
		insight_add_field(&text, str_of(a->group), locale);
		json_add_text(&w, "field", buf_str(&text));
		buf_clear(&text);
		insight_add_part(&text, a->series->name, locale);
		json_add_text(&w, "part", buf_str(&text));
		json_put_end(&w);
		buf_clear(&name);
		insight_say("anomaly.part", locale, buf_str(&data), &name);
	}
	json_add_text(words, "name", buf_str(&name));
	buf_release(&name);
	buf_release(&data);
	buf_release(&text);
}

/* " (10 of 480)", of a rate. */
static void
add_of(const struct insight_alarm *a, const char *locale,
    struct json_writer *words)
{
	const struct series *s = a->series;
	struct buf data = {0}, text = {0};
	struct json_writer w = {.out = &data};

	if (s->of && a->anomaly->span <= 1) {
		double of = s->of[a->anomaly->at];

		json_put_object(&w);
		json_add_rounded(&w, "of", of, 1);
		json_add_rounded(&w, "yes", a->anomaly->value * of, 1);
		json_put_end(&w);
		insight_say("anomaly.of", locale, buf_str(&data), &text);
	}
	if (text.len)
		json_add_text(words, "of", buf_str(&text));
	buf_release(&data);
	buf_release(&text);
}

void
insight_say_anomaly(
    const struct insight_alarm *a, const char *locale, struct buf *out)
{
	enum insight_unit unit = insight_metric_unit(a->metric);
	const struct forecast_anomaly *x = a->anomaly;
	struct buf data = {0}, when = {0};
	struct json_writer w = {.out = &data};

	insight_add_when(
	    &when, &a->series->calendar, (int64_t)x->at, x->span, locale);
	json_put_object(&w);
	json_add_text(&w, "when", buf_str(&when));
	add_name(a, locale, &w);
	add_of(a, locale, &w);
	add_shown(&w, "value", unit, x->value, locale);
	add_shown(&w, "low", unit, x->low, locale);
	add_shown(&w, "high", unit, x->high, locale);
	add_shown(&w, "expected", unit, x->expected, locale);
	json_put_end(&w);
	insight_say(x->value > x->expected ? "anomaly.up" : "anomaly.down",
	    locale, buf_str(&data), out);
	buf_release(&data);
	buf_release(&when);
}

void
insight_say_headline(
    const struct insight_alarm *a, const char *locale, struct buf *out)
{
	const struct forecast_anomaly *x = a->anomaly;
	struct buf data = {0}, when = {0};
	struct json_writer w = {.out = &data};

	/* Of several steps the last one. */
	insight_add_when(
	    &when, &a->series->calendar, (int64_t)x->at, 1, locale);
	json_put_object(&w);
	json_add_text(&w, "when", buf_str(&when));
	add_name(a, locale, &w);
	json_put_end(&w);
	insight_say(x->value > x->expected ? "headline.up" : "headline.down",
	    locale, buf_str(&data), out);
	buf_release(&data);
	buf_release(&when);
}

/* A part of `because` as words. */
static void
put_part(const struct json *part, enum insight_unit unit, bool first,
    const char *locale, struct json_writer *w)
{
	struct buf text = {0};
	struct err ignored;
	double v = 0, expected = 0, share = 0;

	json_put_object(w);
	json_add_bool(w, "first", first);
	insight_add_field(&text, json_text(json_find(part, "field")), locale);
	json_add_text(w, "field", buf_str(&text));
	buf_clear(&text);
	insight_add_part(&text, json_text(json_find(part, "part")), locale);
	json_add_text(w, "part", buf_str(&text));
	json_take_real(part, "value", &v, &ignored);
	json_take_real(part, "expected", &expected, &ignored);
	json_take_real(part, "share", &share, &ignored);
	add_shown(w, "value", unit, v, locale);
	add_shown(w, "expected", unit, expected, locale);
	/* Above all of it where others went the other way. */
	json_add_rounded(w, "share", fmin(100, 100 * share), 1);
	json_put_end(w);
	buf_release(&text);
}

void
insight_say_because(
    const char *metric, struct str because, const char *locale, struct buf *out)
{
	struct buf data = {0};
	struct json_writer w = {.out = &data};
	struct json *list;
	struct err err = {0};

	if (json_doc_parse(because, "because", &list, &err) < 0)
		BUG("%s", err.text);
	json_put_object(&w);
	json_put_name(&w, "parts");
	json_put_array(&w);
	for (size_t i = 0; i < json_count(list); i++)
		put_part(json_item(list, i), insight_metric_unit(metric),
		    i == 0, locale, &w);
	json_put_end(&w);
	json_put_end(&w);
	if (json_count(list))
		insight_say("because", locale, buf_str(&data), out);
	json_doc_free(list);
	buf_release(&data);
}
