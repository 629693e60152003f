/* SPDX-License-Identifier: ISC */
/* Insights: what there is to say of a tenant's metrics, a record each. */
#include <math.h>
#include <stdlib.h>

#include "insight/tell_priv.h"

const char *const insight_told_columns[] = {"insight", "metric", "field",
    "part", "value", "of", "low", "high", "goal", "chance", "gain", "gain_low",
    "gain_high", "text"};
const size_t insight_told_column_count = COUNT_OF(insight_told_columns);

/* ---- records and their words ---------------------------------------------
 */

void
told_begin(struct teller *t, struct told_insight *o, const char *insight,
    const char *metric)
{
	struct buf name = {0};

	*o = (struct told_insight){.teller = t};
	o->w = (struct json_writer){.out = t->out};
	json_put_object(&o->w);
	json_add_text(&o->w, "insight", str_of(insight));
	o->words = (struct json_writer){.out = &o->data};
	json_put_object(&o->words);
	if (metric) {
		json_add_text(&o->w, "metric", str_of(metric));
		insight_add_metric(&name, metric, t->how->locale);
		json_add_text(&o->words, "name", buf_str(&name));
	}
	buf_release(&name);
}

void
told_shown(
    struct told_insight *o, const char *name, enum insight_unit unit, double v)
{
	struct buf text = {0};

	insight_add_value(&text, unit, v, o->teller->how->locale);
	json_add_text(&o->words, name, buf_str(&text));
	buf_release(&text);
}

void
told_value(
    struct told_insight *o, const char *name, enum insight_unit unit, double v)
{
	json_add_rounded(&o->w, name, v, unit == INSIGHT_RATE ? 1e4 : 1e2);
	if (!isnan(v))
		told_shown(o, name, unit, v);
}

void
told_word(struct told_insight *o, const char *name, struct str text)
{
	json_add_text(&o->words, name, text);
}

void
told_percent(struct told_insight *o, const char *name, double share)
{
	struct buf text = {0};

	insight_add_number(&text, round(100 * fabs(share)));
	json_add_text(&o->words, name, buf_str(&text));
	buf_release(&text);
}

/* Who says 0 or 100 % of what is to come knows too much. */
void
told_chance(struct told_insight *o, const char *name, double chance)
{
	struct buf data = {0}, text = {0};
	struct json_writer w = {.out = &data};

	json_add_rounded(&o->w, name, chance, 1e3);
	json_put_object(&w);
	json_add_rounded(&w, "chance", 100 * chance, 1);
	json_put_end(&w);
	insight_say(chance < 0.01   ? "chance.none"
		    : chance > 0.99 ? "chance.sure"
				    : "chance",
	    o->teller->how->locale, buf_str(&data), &text);
	json_add_text(&o->words, name, buf_str(&text));
	buf_release(&data);
	buf_release(&text);
}

void
told_ratio(struct told_insight *o, const char *name, uint64_t yes, uint64_t of)
{
	struct buf text = {0}, data = {0};
	struct json_writer w = {.out = &data};

	json_put_object(&w);
	json_add_int(&w, "yes", (int64_t)yes);
	json_add_int(&w, "of", (int64_t)of);
	json_put_end(&w);
	insight_say("ratio", o->teller->how->locale, buf_str(&data), &text);
	told_word(o, name, buf_str(&text));
	buf_release(&text);
	buf_release(&data);
}

void
told_end(struct told_insight *o, const char *words)
{
	struct buf text = {0};

	json_put_end(&o->words);
	insight_say(words, o->teller->how->locale, buf_str(&o->data), &text);
	json_add_text(&o->w, "text", buf_str(&text));
	json_put_end(&o->w);
	buf_addc(o->teller->out, '\n');
	buf_release(&o->data);
	buf_release(&text);
}

void
told_not(struct teller *t, const char *insight, const char *metric,
    const char *fmt, ...)
{
	struct json_writer w = {.out = t->out};
	struct buf why = {0};
	va_list ap;

	if (!t->how->explain)
		return;
	va_start(ap, fmt);
	buf_vaddf(&why, fmt, ap);
	va_end(ap);
	json_put_object(&w);
	json_add_text(&w, "insight", str_of(insight));
	if (metric)
		json_add_text(&w, "metric", str_of(metric));
	json_add_text(&w, "left_out", buf_str(&why));
	json_put_end(&w);
	buf_addc(t->out, '\n');
	buf_release(&why);
}

/* ---- series ---------------------------------------------------------------
 */

static int
take(void *context, const struct series *s, struct err *err)
{
	(void)err;
	insight_whole_set(context, s);
	return 0;
}

struct metric_ask
teller_ask(struct teller *t, const char *metric, const char *unit)
{
	return (struct metric_ask){.metric = metric,
	    .unit = unit,
	    .where = t->how->where,
	    .moment = t->how->moment,
	    .since = TIME_MIN,
	    .within = t->how->within,
	    .remarks = &t->none,
	    .refused = &t->none};
}

int
teller_read(struct teller *t, const char *metric, const char *unit,
    int64_t since, struct insight_whole **ret, struct err *err)
{
	static const struct insight_how plain = {.streaming = true};
	struct metric_ask ask = teller_ask(t, metric, unit);
	struct insight_whole *w = insight_whole_new(&plain);
	struct series_counts ignored;

	ask.since = since;
	ask.each = take;
	ask.context = w;
	if (metric_read(t->st, t->tenant, &ask, &ignored, err) < 0) {
		insight_whole_free(w);
		return -1;
	}
	*ret = w;
	return 0;
}

/* ---- the month that is over -------------------------------------------------
 */

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* What the difference of two months may well be by chance: one of counts, or
 * what months usually differ by. */
static double
usual_difference(const struct series *s)
{
	double a = s->known[s->n - 1], b = s->known[s->n - 2], sd, usual;
	size_t n = s->n - 2;
	double *d = xcalloc(n + 1, sizeof(*d));

	for (size_t i = 0; i < n; i++)
		d[i] = fabs(s->known[i + 1] - s->known[i]);
	qsort(d, n, sizeof(*d), by_size);
	sd = sqrt(a + b);
	/* The median of |Z| is 1 / 1.4826. */
	usual = n >= 5 ? 1.4826 * d[n / 2] : 0;
	free(d);
	return fmax(sd, usual);
}

static struct str
sign_of(const struct teller *t, double v)
{
	bool ja = strcmp(t->how->locale, "ja") == 0;

	if (v == 0)
		return STR("±");
	if (v > 0)
		return ja ? STR("＋") : STR("+");
	return ja ? STR("－") : STR("−");
}

static int
tell_last_month(struct teller *t, const char *metric, struct err *err)
{
	struct insight_whole *w;
	const struct series *s;
	struct told_insight o;
	struct civil c;
	double now, before;
	bool odd;

	if (teller_read(t, metric, "month", TIME_MIN, &w, err) < 0)
		return -1;
	s = insight_whole_series(w);
	/* The first one may have begun long before its records. */
	if (!s || s->n < 3 || !(s->known[s->n - 2] > 0)) {
		told_not(t, "last_month", metric,
		    "no two whole months that are over, with something in the "
		    "first of them");
		insight_whole_free(w);
		return 0;
	}
	now = s->known[s->n - 1];
	before = s->known[s->n - 2];
	odd = fabs(now - before) > 1.96 * usual_difference(s);
	c = zone_civil(t->zone, series_time(&s->calendar, (int64_t)s->n - 1));
	told_begin(t, &o, "last_month", metric);
	series_put_time(&o.w, "time", &s->calendar, (int64_t)s->n - 1);
	told_value(&o, "value", INSIGHT_COUNT, now);
	told_value(&o, "before", INSIGHT_COUNT, before);
	json_add_rounded(&o.w, "change", now / before - 1, 1e4);
	json_add_bool(&o.w, "beyond_chance", odd);
	json_add_int(&o.words, "year", c.year);
	told_word(&o, "month", str_of(insight_month(c.month, t->how->locale)));
	told_percent(&o, "change", now / before - 1);
	told_word(&o, "sign", sign_of(t, now - before));
	json_add_bool(&o.words, "chance", !odd && now != before);
	told_end(&o, "last_month");
	insight_whole_free(w);
	return 0;
}

/* ---- trend and season -------------------------------------------------------
 */

static double
number_of(const struct json *finding, const char *name)
{
	double v = NAN;
	struct err ignored;

	json_take_real(finding, name, &v, &ignored);
	return v;
}

/* Of weeks, with what is counted. */
static void
tell_weeks(struct teller *t, const char *metric, const struct json *finding,
    bool change)
{
	struct told_insight o;
	double slope = number_of(finding, "slope"),
	       low = number_of(finding, "low"),
	       high = number_of(finding, "high");
	struct buf date = {0};
	int64_t at;

	told_begin(t, &o, change ? "change" : "trend", metric);
	if (change) {
		struct str time = json_text(json_find(finding, "time"));

		if (!time_parse(time, t->zone, &at))
			BUG("no time: %s", quoted(time));
		insight_add_date(&date, at, t->zone, t->how->locale);
		json_add_text(&o.w, "time", time);
		told_word(&o, "date", buf_str(&date));
		told_value(
		    &o, "before", INSIGHT_COUNT, number_of(finding, "before"));
		told_value(
		    &o, "after", INSIGHT_COUNT, number_of(finding, "after"));
		buf_release(&date);
	} else {
		json_add_rounded(&o.w, "slope", slope, 1e4);
		json_add_rounded(&o.w, "low", low, 1e4);
		json_add_rounded(&o.w, "high", high, 1e4);
		told_shown(&o, "size", INSIGHT_COUNT, fabs(slope));
		told_shown(&o, "low", INSIGHT_COUNT, slope < 0 ? -high : low);
		told_shown(&o, "high", INSIGHT_COUNT, slope < 0 ? -low : high);
	}
	json_add_rounded(&o.w, "chance", number_of(finding, "chance"), 1e12);
	told_end(&o, change      ? "told.change"
		     : slope < 0 ? "told.trend.down"
				 : "told.trend.up");
}

/* A finding of insight_trend, when it is more than chance. */
static void
pass_on(struct teller *t, const char *metric, const struct json *finding,
    bool wanted)
{
	struct json_writer w = {.out = t->out};
	struct str kind = json_text(json_find(finding, "finding"));
	double chance = number_of(finding, "chance");

	if (!wanted)
		return;
	if (chance >= 0.05) {
		told_not(t, str_is(kind, "trend") ? "trend" : "season", metric,
		    "%.*s: no more than chance (%.2g)", STR_ARG(kind), chance);
		return;
	}
	if (str_is(kind, "trend") || str_is(kind, "change")) {
		tell_weeks(t, metric, finding, str_is(kind, "change"));
		return;
	}
	json_put_object(&w);
	json_add_text(&w, "insight", STR("season"));
	json_add_text(&w, "metric", str_of(metric));
	json_add_text(&w, "by", kind);
	for (size_t i = 0; i < json_count(finding); i++) {
		const struct json *n = json_item(finding, i);
		struct str name = json_name(n);

		if (str_is(name, "series") || str_is(name, "finding"))
			continue;
		json_put_key(&w, name);
		json_put_node(&w, n);
	}
	json_put_end(&w);
	buf_addc(t->out, '\n');
}

static int
tell_trend_of(
    struct teller *t, const char *metric, const char *unit, struct err *err)
{
	bool days = strcmp(unit, "day") == 0;
	struct insight_whole *w;
	const struct series *kept;
	struct buf lines = {0}, name = {0};
	struct err why = {0};
	struct str rest, line;
	int rc = 0;

	if (teller_read(t, metric, unit, TIME_MIN, &w, err) < 0)
		return -1;
	kept = insight_whole_series(w);
	insight_add_metric(&name, metric, t->how->locale);
	if (kept) {
		struct series s = *kept;

		s.name = buf_str(&name);
		if (insight_trend(&s, t->how->locale, NULL, &lines, &why) < 0)
			told_not(t, days ? "season" : "trend", metric, "%s",
			    why.text);
	} else {
		told_not(
		    t, days ? "season" : "trend", metric, "nothing to count");
	}
	rest = lines.len ? buf_str(&lines) : STR("");
	while (rc == 0 && rest.n && str_cut(&rest, '\n', &line)) {
		struct json *doc;
		bool change, last = rest.n == 0;

		if (line.n == 0)
			continue;
		rc = json_doc_own(line, "finding", &doc, err);
		if (rc < 0)
			break;
		change = str_is(json_text(json_find(doc, "finding")), "change");
		/* Of changes the latest. */
		pass_on(t, metric, doc,
		    change
			? !days && last
			: days != str_is(json_text(json_find(doc, "finding")),
				      "trend"));
		json_doc_free(doc);
	}
	buf_release(&lines);
	buf_release(&name);
	insight_whole_free(w);
	return rc;
}

/* ---- the latest anomaly ----------------------------------------------------
 */

enum { LATELY = 28 }; /* days */

static int
put_anomaly(struct teller *t, const char *metric, struct insight_whole *w,
    const struct insight_found *f, const struct forecast_anomaly *a)
{
	const struct series *s = insight_whole_series(w);
	struct insight_alarm alarm = {metric, NULL, s, a};
	struct json_writer j = {.out = t->out};
	struct buf because = {0}, text = {0};

	json_put_object(&j);
	json_add_text(&j, "insight", STR("anomaly"));
	json_add_text(&j, "metric", str_of(metric));
	insight_put_anomaly(s, f, a, NULL, &j);
	insight_explain(w, a, &because);
	json_put_name(&j, "because");
	json_put_raw(&j, buf_str(&because));
	insight_say_anomaly(&alarm, t->how->locale, &text);
	if (because.len > 2) {
		if (strcmp(t->how->locale, "en") == 0)
			buf_addc(&text, ' ');
		insight_say_because(
		    metric, buf_str(&because), t->how->locale, &text);
	}
	json_add_text(&j, "text", buf_str(&text));
	json_put_end(&j);
	buf_addc(t->out, '\n');
	buf_release(&because);
	buf_release(&text);
	return 0;
}

static int
tell_anomaly(struct teller *t, const char *metric, struct err *err)
{
	static const char *const fields[] = {
	    "source", "industry", "segment", NULL};
	const struct insight_how how = {
	    .streaming = true, .values = FORECAST_COUNTS};
	struct metric_ask ask = teller_ask(t, metric, "day");
	struct insight_whole *w = insight_whole_new(&how);
	struct series_counts ignored;
	struct insight_found f;
	const struct series *s;
	struct err why = {0};
	int rc = insight_whole_read(
	    w, t->st, t->tenant, &ask, fields, &ignored, err);

	s = insight_whole_series(w);
	if (rc == 0 && !s) {
		told_not(t, "anomaly", metric, "nothing to count");
	} else if (rc == 0 && insight_find(s, &how, &f, &why) < 0) {
		told_not(t, "anomaly", metric, "%s", why.text);
	} else if (rc == 0) {
		size_t last = f.of.count;

		if (last && f.of.list[last - 1].at + LATELY >= s->n)
			rc =
			    put_anomaly(t, metric, w, &f, &f.of.list[last - 1]);
		else
			told_not(t, "anomaly", metric,
			    "nothing out of the ordinary in the last %d days",
			    (int)LATELY);
		insight_found_release(&f);
	}
	insight_whole_free(w);
	return rc;
}

/* ---- all -------------------------------------------------------------------
 */

int
insight_tell(struct store *st, const struct tenant *tenant,
    const struct insight_telling *how, struct buf *out, struct err *err)
{
	static const char *const metrics[] = {"leads", "conversions"};
	struct teller t = {.st = st,
	    .tenant = tenant,
	    .how = how,
	    .zone = how->moment.zone ? how->moment.zone : zone_utc(),
	    .out = out};
	int rc = tell_paces(&t, err);

	for (size_t i = 0; rc == 0 && i < COUNT_OF(metrics); i++)
		rc = tell_last_month(&t, metrics[i], err);
	for (size_t i = 0; rc == 0 && i < COUNT_OF(metrics); i++) {
		rc = tell_trend_of(&t, metrics[i], "week", err);
		if (rc == 0)
			rc = tell_trend_of(&t, metrics[i], "day", err);
	}
	for (size_t i = 0; rc == 0 && i < COUNT_OF(metrics); i++)
		rc = tell_anomaly(&t, metrics[i], err);
	return rc < 0 ? -1 : tell_groups(&t, err);
}
