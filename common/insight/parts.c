/* SPDX-License-Identifier: ISC */
/* A whole and its parts: which of them carry what is odd about it. */
#include <math.h>
#include <stdlib.h>

#include "cond/cond.h"
#include "insight/insight.h"
#include "lead/lead.h"
#include "segment/segment.h"

/* Numbers on a grid of the whole: a value at each of its observations. */
struct expected {
	double *value, *expected;
};

struct part {
	const char *field;
	char *name;
	bool overlap;
	struct series_calendar calendar;
	size_t n;
	double *known, *of;          /* as they came; of NULL: no rate */
	struct expected count, size; /* on the grid, once they are wanted:
					what is counted, and of how many */
};

struct insight_whole {
	struct insight_how how;
	struct series s;
	double *y, *known, *of; /* what s points to */
	char *name;
	bool set;
	struct part *part;
	size_t count, cap;
};

static double *
copy(const double *v, size_t n)
{
	double *c = v ? xcalloc(n + 1, sizeof(*c)) : NULL;

	if (c)
		memcpy(c, v, n * sizeof(*c));
	return c;
}

struct insight_whole *
insight_whole_new(const struct insight_how *how)
{
	struct insight_whole *w = xcalloc(1, sizeof(*w));

	w->how = *how;
	return w;
}

void
insight_whole_free(struct insight_whole *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->count; i++) {
		struct part *p = &w->part[i];

		free(p->name);
		free(p->known);
		free(p->of);
		free(p->count.value);
		free(p->count.expected);
		free(p->size.value);
		free(p->size.expected);
	}
	free(w->part);
	free(w->y);
	free(w->known);
	free(w->of);
	free(w->name);
	free(w);
}

static void
own(struct insight_whole *w)
{
	w->s.y = w->y;
	w->s.known = w->known;
	w->s.of = w->of;
	w->s.name = str_of(w->name);
	w->set = true;
}

void
insight_whole_set(struct insight_whole *w, const struct series *s)
{
	if (w->set)
		BUG("a whole is set twice");
	w->s = *s;
	w->y = copy(s->y, s->n);
	w->known = copy(s->known, s->n);
	w->of = copy(s->of, s->n);
	w->name = s->name.p ? str_dup(s->name) : NULL;
	own(w);
}

const struct series *
insight_whole_series(const struct insight_whole *w)
{
	return w->set ? &w->s : NULL;
}

/* ---- parts ---- */

static bool
same_steps(const struct series_calendar *a, const struct series_calendar *b)
{
	return a->unit == b->unit && a->step == b->step;
}

int
insight_part_add(struct insight_whole *w, const char *field, bool overlap,
    const struct series *s, struct err *err)
{
	const struct series_calendar *other = w->set     ? &w->s.calendar
					      : w->count ? &w->part[0].calendar
							 : &s->calendar;

	if (!same_steps(&s->calendar, other))
		return err_set(err, ERR_USAGE,
		    "the steps of %s are not those of the others: give --by",
		    series_called(s->name));
	GROW(w->part, w->cap, w->count + 1);
	w->part[w->count++] = (struct part){.field = field,
	    .name = str_dup(s->name.p ? s->name : STR("")),
	    .overlap = overlap,
	    .calendar = s->calendar,
	    .n = s->n,
	    .known = copy(s->known, s->n),
	    .of = copy(s->of, s->n)};
	if (!w->set && w->count == 1)
		w->s = *s; /* season and form, for what they come to */
	return 0;
}

/* Where an observation of a part stands among those of the whole. */
static int64_t
offset_of(const struct series_calendar *whole, const struct part *p)
{
	return series_position(whole, series_time(&p->calendar, 0));
}

int
insight_whole_sum(struct insight_whole *w, struct err *err)
{
	struct series *s = &w->s;
	int64_t first = 0, end = 0;

	if (w->count == 0)
		return err_set(err, ERR_USAGE, "no parts to add up");
	s->calendar = w->part[0].calendar;
	for (size_t i = 0; i < w->count; i++) {
		int64_t at = offset_of(&s->calendar, &w->part[i]);

		if (at < first)
			first = at;
		if (at + (int64_t)w->part[i].n > end)
			end = at + (int64_t)w->part[i].n;
	}
	s->calendar.first += first * s->calendar.step;
	s->n = (size_t)(end - first);
	w->known = xcalloc(s->n, sizeof(*w->known));
	for (size_t t = 0; t < s->n; t++)
		w->known[t] = NAN;
	for (size_t i = 0; i < w->count; i++) {
		const struct part *p = &w->part[i];
		size_t at = (size_t)offset_of(&s->calendar, p);

		for (size_t t = 0; t < p->n; t++)
			if (!isnan(p->known[t]))
				w->known[at + t] =
				    isnan(w->known[at + t])
					? p->known[t]
					: w->known[at + t] + p->known[t];
	}
	s->missing = 0;
	s->non_negative = true;
	for (size_t t = 0; t < s->n; t++) {
		s->missing += isnan(w->known[t]);
		s->non_negative &= !(w->known[t] < 0);
	}
	w->y = copy(w->known, s->n);
	forecast_fill(w->y, s->n, s->period);
	own(w);
	return 0;
}

/* ---- what was expected of a part ---- */

static void
expect(const struct insight_whole *w, struct expected *e,
    enum forecast_values values)
{
	struct insight_how how = w->how;
	struct series s = w->s;
	struct insight_found found;
	struct err why;
	double mean = 0;

	how.values = values;
	s.known = e->value;
	s.y = e->value;
	s.of = NULL;
	e->expected = xcalloc(s.n + 1, sizeof(double));
	if (insight_find(&s, &how, &found, &why) == 0) {
		memcpy(e->expected, found.of.expected, s.n * sizeof(double));
		insight_found_release(&found);
		return;
	}
	for (size_t t = 0; t < s.n; t++)
		mean += e->value[t] / (double)s.n;
	for (size_t t = 0; t < s.n; t++)
		e->expected[t] = mean;
}

/* On the grid of the whole; what is not there is nothing. */
static void
lay_out(const struct insight_whole *w, struct part *p)
{
	int64_t offset = offset_of(&w->s.calendar, p);

	if (p->count.value)
		return;
	p->count.value = xcalloc(w->s.n + 1, sizeof(double));
	p->size.value = xcalloc(w->s.n + 1, sizeof(double));
	for (size_t t = 0; t < p->n; t++) {
		int64_t at = offset + (int64_t)t;

		if (at < 0 || at >= (int64_t)w->s.n || isnan(p->known[t]))
			continue;
		p->count.value[at] =
		    p->of ? round(p->known[t] * p->of[t]) : p->known[t];
		p->size.value[at] = p->of ? p->of[t] : 0;
	}
	expect(w, &p->count, p->of ? FORECAST_COUNTS : w->how.values);
	if (p->of)
		expect(w, &p->size, FORECAST_COUNTS);
}

/* Means over the span of an anomaly. */
static double
mean_over(const double *v, const struct forecast_anomaly *a)
{
	double sum = 0;

	for (size_t t = a->at + 1 - a->span; v && t <= a->at; t++)
		sum += isnan(v[t]) ? 0 : v[t] / (double)a->span;
	return sum;
}

static struct forecast_part
part_at(const struct part *p, const struct forecast_anomaly *a)
{
	return (struct forecast_part){.value = mean_over(p->count.value, a),
	    .expected = mean_over(p->count.expected, a),
	    .of = mean_over(p->size.value, a),
	    .expected_of = mean_over(p->size.expected, a)};
}

/* ---- who carries it ---- */

/* The parts of one field, at an anomaly. */
struct account {
	const char *field;
	const struct part **part;
	struct forecast_part *at;
	size_t count;
	struct forecast_explained sum;
};

static void
account_release(struct account *c)
{
	free(c->part);
	free(c->at);
	*c = (struct account){0};
}

static void
account_of(struct insight_whole *w, const char *field,
    const struct forecast_anomaly *a, struct account *ret)
{
	*ret = (struct account){.field = field,
	    .part = xcalloc(w->count, sizeof(struct part *)),
	    .at = xcalloc(w->count, sizeof(struct forecast_part))};
	for (size_t i = 0; i < w->count; i++) {
		struct part *p = &w->part[i];

		if (strcmp(p->field, field) != 0)
			continue;
		lay_out(w, p);
		ret->part[ret->count] = p;
		ret->at[ret->count++] = part_at(p, a);
	}
	ret->sum = forecast_explain(ret->at, ret->count, w->s.of != NULL);
}

/* Those that overlap are each compared with the rest; the one that carries
 * most is it. */
static void
account_alone(struct insight_whole *w, const struct part *p,
    const struct forecast_part *whole, const struct forecast_anomaly *a,
    struct account *best)
{
	struct forecast_part two[2] = {part_at(p, a)};
	struct forecast_explained sum;

	two[1] = (struct forecast_part){
	    .value = fmax(0, whole->value - two[0].value),
	    .expected = fmax(0, whole->expected - two[0].expected),
	    .of = fmax(0, whole->of - two[0].of),
	    .expected_of = fmax(0, whole->expected_of - two[0].expected_of)};
	sum = forecast_explain(two, 2, w->s.of != NULL);
	if (!two[0].named || two[1].named || !sum.enough ||
	    (best->count && sum.surprise <= best->sum.surprise))
		return;
	best->part[0] = p;
	best->at[0] = two[0];
	best->count = 1;
	best->sum = sum;
}

static void
account_overlapping(struct insight_whole *w, const char *field,
    const struct forecast_anomaly *a, struct account *ret)
{
	struct part all = {.n = w->s.n,
	    .calendar = w->s.calendar,
	    .known = w->known,
	    .of = w->of};
	struct forecast_part whole;

	*ret = (struct account){.field = field,
	    .part = xcalloc(1, sizeof(struct part *)),
	    .at = xcalloc(1, sizeof(struct forecast_part))};
	lay_out(w, &all);
	whole = part_at(&all, a);
	for (size_t i = 0; i < w->count; i++)
		if (strcmp(w->part[i].field, field) == 0) {
			lay_out(w, &w->part[i]);
			account_alone(w, &w->part[i], &whole, a, ret);
		}
	free(all.count.value);
	free(all.count.expected);
	free(all.size.value);
	free(all.size.expected);
}

static void
put_account(const struct insight_whole *w, const struct account *c,
    struct json_writer *j)
{
	bool rates = w->s.of != NULL;

	for (size_t i = 0; i < c->count; i++) {
		const struct forecast_part *p = &c->at[i];

		if (!p->named)
			continue;
		json_put_object(j);
		json_add_text(j, "field", str_of(c->field));
		json_add_text(j, "part", str_of(c->part[i]->name));
		json_add_rounded(j, "value",
		    rates ? (p->of > 0 ? p->value / p->of : NAN) : p->value,
		    1e4);
		if (rates)
			json_add_rounded(j, "of", p->of, 100);
		json_add_rounded(j, "expected",
		    rates ? (p->expected_of > 0 ? p->expected / p->expected_of
						: NAN)
			  : p->expected,
		    rates ? 1e4 : 100);
		json_add_rounded(j, "share", p->power, 1000);
		json_put_end(j);
	}
}

/* Parts tell of the whole only where what was expected of them comes to what
 * was expected of it, by and large. */
static bool
agrees(const struct insight_whole *w, const struct account *c,
    const struct forecast_anomaly *a)
{
	double change = a->value - a->expected;

	return w->s.of || fabs(c->sum.change - change) <= fabs(change) / 2;
}

void
insight_explain(
    struct insight_whole *w, const struct forecast_anomaly *a, struct buf *out)
{
	struct json_writer j = {.out = out};
	struct account best = {0};

	for (size_t i = 0; i < w->count; i++) {
		const char *field = w->part[i].field;
		struct account one;

		if (i && strcmp(w->part[i - 1].field, field) == 0)
			continue;
		if (w->part[i].overlap)
			account_overlapping(w, field, a, &one);
		else
			account_of(w, field, a, &one);
		if (one.sum.enough && agrees(w, &one, a) &&
		    one.sum.surprise > best.sum.surprise) {
			account_release(&best);
			best = one;
		} else {
			account_release(&one);
		}
	}
	json_put_array(&j);
	put_account(w, &best, &j);
	json_put_end(&j);
	account_release(&best);
}

/* ---- from the store ---- */

enum { SEGMENTS_MOST = 50 };

struct reading {
	struct insight_whole *w;
	const char *field;
	struct str name; /* of the segment; missing: as the series says */
	struct str *segment;
	size_t segments;
	struct arena arena;
};

static int
take_whole(void *context, const struct series *s, struct err *err)
{
	struct reading *r = context;

	(void)err;
	insight_whole_set(r->w, s);
	return 0;
}

static int
take_part(void *context, const struct series *s, struct err *err)
{
	struct reading *r = context;
	struct series part = *s;

	if (r->name.p)
		part.name = r->name;
	return insight_part_add(r->w, r->field, r->name.p != NULL, &part, err);
}

static int
note_segment(void *context, struct str line, struct err *err)
{
	struct reading *r = context;
	struct json *doc;

	if (json_doc_parse(line, "segment", &doc, err) < 0)
		return -1;
	if (r->segments < SEGMENTS_MOST &&
	    json_truth(json_find(doc, "enabled")))
		r->segment[r->segments++] =
		    arena_str(&r->arena, json_text(json_find(doc, "name")));
	json_doc_free(doc);
	return 0;
}

static int
read_segment(struct reading *r, struct store *st, const struct tenant *t,
    const struct metric_ask *ask, struct str name, struct err *err)
{
	struct metric_ask of_segment = *ask;
	struct series_counts ignored;
	struct cond *where = NULL;
	struct buf text = {0};
	int rc;

	if (ask->where) {
		buf_addc(&text, '(');
		cond_print(ask->where, &text);
		buf_addstr(&text, ") and ");
	}
	buf_addstr(&text, "in segment ");
	buf_adddoubled(&text, name, '\'');
	rc =
	    cond_parse(buf_str(&text), "segment", &lead_catalogue, &where, err);
	if (rc == 0)
		rc = lead_bind(st, t, where, err);
	of_segment.where = where;
	r->name = name;
	if (rc == 0)
		rc = metric_read(st, t, &of_segment, &ignored, err);
	cond_free(where);
	buf_release(&text);
	return rc;
}

static int
read_segments(struct reading *r, struct store *st, const struct tenant *t,
    const struct metric_ask *ask, struct err *err)
{
	int rc;

	r->segment = xcalloc(SEGMENTS_MOST, sizeof(*r->segment));
	rc = segment_lines(st, t, note_segment, r, err);
	for (size_t i = 0; i < r->segments && rc == 0; i++)
		rc = read_segment(r, st, t, ask, r->segment[i], err);
	r->name = (struct str){0};
	free(r->segment);
	return rc;
}

int
insight_whole_read(struct insight_whole *w, struct store *st,
    const struct tenant *t, const struct metric_ask *ask,
    const char *const *fields, struct series_counts *ret, struct err *err)
{
	struct reading r = {.w = w};
	struct metric_ask one = *ask;
	struct remarks none = {.put = NULL};
	int rc;

	one.group = NULL;
	one.each = take_whole;
	one.context = &r;
	rc = metric_read(st, t, &one, ret, err);
	one.each = take_part;
	/* A part that is no series is none: who has no facts carries nothing.
	 */
	one.remarks = one.refused = &none;
	for (; rc == 0 && w->set && *fields; fields++) {
		struct series_counts ignored;

		r.field = *fields;
		one.group = *fields;
		if (strcmp(*fields, "segment") == 0) {
			one.group = NULL;
			rc = read_segments(&r, st, t, &one, err);
		} else {
			rc = metric_read(st, t, &one, &ignored, err);
		}
	}
	arena_release(&r.arena);
	return rc;
}
