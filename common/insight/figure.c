/* SPDX-License-Identifier: ISC */
/* Numbers, moments, metrics and fields as people read them. */
#include <math.h>

#include "insight/insight_priv.h"
#include "template/mustache.h"

static bool
is_ja(const char *locale)
{
	return strcmp(locale, "ja") == 0;
}

/* With so many decimals; digits in threes. */
static void
add_decimals(struct buf *out, double v, bool always, double scale)
{
	struct buf text = {0};
	struct mustache_how how = {.strict = true};

	v = round_half_away(v * scale) / scale;
	if (always)
		buf_addf(&text, "%.1f", v);
	else
		buf_addreal(&text, v);
	mustache_put(out, buf_str(&text), MUSTACHE_NUMBER, true, &how);
	buf_release(&text);
}

/* Two decimals below 1, one below 10, else none. */
void
insight_add_number(struct buf *out, double v)
{
	add_decimals(out, v, false,
	    fabs(v) < 0.995  ? 100
	    : fabs(v) < 9.95 ? 10
			     : 1);
}

void
insight_add_value(
    struct buf *out, enum insight_unit unit, double v, const char *locale)
{
	static const char *const names[] = {
	    "unit.count", "unit.rate", "unit.score"};

	if (unit == INSIGHT_RATE)
		add_decimals(out, 100 * v, true, 10);
	else
		insight_add_number(out, v);
	insight_say(names[unit], locale, STR("{}"), out);
}

void
insight_add_date(
    struct buf *out, int64_t at, const struct zone *zone, const char *locale)
{
	struct mustache_how how = {
	    .strict = true, .japanese = is_ja(locale), .zone = zone};
	struct buf text = {0};

	time_add(&text, at);
	mustache_put(out, buf_str(&text), MUSTACHE_DATE, true, &how);
	buf_release(&text);
}

const char *
insight_month(unsigned month, const char *locale)
{
	static const char *const names[2][12] = {
	    {"1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月",
		"10月", "11月", "12月"},
	    {"January", "February", "March", "April", "May", "June", "July",
		"August", "September", "October", "November", "December"}};

	return names[is_ja(locale) ? 0 : 1][month - 1];
}

static const char *
unit_word(const struct series_calendar *c)
{
	if (c->unit == SERIES_MS && c->step == MS_HOUR)
		return "hour";
	if (c->unit == SERIES_DAYS && c->step == 1)
		return "day";
	if (c->unit == SERIES_DAYS && c->step == 7)
		return "week";
	if (c->unit == SERIES_MONTHS && c->step == 1)
		return "month";
	return "step";
}

/* One step in words. */
static void
add_step(struct buf *out, const struct series_calendar *c, int64_t position,
    const char *locale)
{
	int64_t at = series_time(c, position);
	struct civil civil = zone_civil(c->zone, at);
	struct buf data = {0}, date = {0}, name = {0};
	struct json_writer w = {.out = &data};

	insight_add_date(&date, at, c->zone, locale);
	json_put_object(&w);
	json_add_text(&w, "date", buf_str(&date));
	json_add_int(&w, "hour", civil.hour);
	json_add_int(&w, "year", civil.year);
	json_add_int(&w, "month", civil.month);
	json_add_text(
	    &w, "month_name", str_of(insight_month(civil.month, locale)));
	json_put_end(&w);
	buf_addf(&name, "when.%s", unit_word(c));
	insight_say(name.p, locale, buf_str(&data), out);
	buf_release(&data);
	buf_release(&date);
	buf_release(&name);
}

void
insight_add_when(struct buf *out, const struct series_calendar *c,
    int64_t position, size_t span, const char *locale)
{
	struct buf data = {0}, from = {0}, to = {0}, name = {0};
	struct json_writer w = {.out = &data};

	if (span <= 1) {
		add_step(out, c, position, locale);
		return;
	}
	if (strcmp(unit_word(c), "week") == 0) {
		insight_add_date(&from,
		    series_time(c, position + 1 - (int64_t)span), c->zone,
		    locale);
		insight_add_date(
		    &to, series_time(c, position), c->zone, locale);
	} else {
		add_step(&from, c, position + 1 - (int64_t)span, locale);
		add_step(&to, c, position, locale);
	}
	json_put_object(&w);
	json_add_text(&w, "from", buf_str(&from));
	json_add_text(&w, "to", buf_str(&to));
	json_put_end(&w);
	buf_addf(&name, "when.span.%s", unit_word(c));
	insight_say(name.p, locale, buf_str(&data), out);
	buf_release(&data);
	buf_release(&from);
	buf_release(&to);
	buf_release(&name);
}

void
insight_add_metric(struct buf *out, const char *metric, const char *locale)
{
	const struct metric_about *about;
	struct buf data = {0}, name = {0};
	struct json_writer w = {.out = &data};
	struct str rest = str_of(metric), head;
	struct err ignored = {0};

	if (metric_about_of(metric, &about, &ignored) < 0)
		BUG("%s", ignored.text);
	json_put_object(&w);
	if (str_cut(&rest, ':', &head))
		json_add_text(&w, "word", rest);
	json_put_end(&w);
	buf_addf(&name, "metric.%s", about->name);
	insight_say(name.p, locale, buf_str(&data), out);
	buf_release(&data);
	buf_release(&name);
}

enum insight_unit
insight_metric_unit(const char *metric)
{
	const struct metric_about *about;
	struct err ignored = {0};

	if (metric_about_of(metric, &about, &ignored) < 0)
		BUG("%s", ignored.text);
	if (about->kind == METRIC_RATE)
		return INSIGHT_RATE;
	return strcmp(about->name, "score") == 0 ? INSIGHT_SCORE
						 : INSIGHT_COUNT;
}

void
insight_add_field(struct buf *out, struct str field, const char *locale)
{
	struct buf name = {0};

	buf_addf(&name, "field.%.*s", STR_ARG(field));
	if (insight_has_words(name.p)) {
		insight_say(name.p, locale, STR("{}"), out);
	} else {
		if (str_starts(field, STR("attrs.")))
			field = (struct str){field.p + 6, field.n - 6};
		if (field.n >= 2 && field.p[0] == '"')
			field = (struct str){field.p + 1, field.n - 2};
		buf_adds(out, field);
	}
	buf_release(&name);
}

void
insight_add_part(struct buf *out, struct str part, const char *locale)
{
	if (str_is(part, "(none)"))
		insight_say("part.none", locale, STR("{}"), out);
	else
		buf_adds(out, part);
}
