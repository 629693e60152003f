/* SPDX-License-Identifier: ISC */
/*
 * Who converts, and what might be done: of leads that have had their time, each
 * as it was known before.
 */
#include <math.h>
#include <stdlib.h>

#include "insight/tell_priv.h"
#include "lead/lead.h"
#include "segment/segment.h"
#include "stats/stats.h"

enum {
	PAGE = 20000, /* leads of a snapshot */
	LEAST = 30,   /* leads of a group that is spoken of */
	SEGMENTS_MOST = 50,
	LATELY = 30, /* days: how many leads there are a month */
};
#define SEEN   (7 * MS_DAY) /* segments see a lead so long after it came */
#define PROMPT MS_DAY       /* who is called by then was called promptly */

struct group {
	const char *field; /* "source"; "segment" */
	struct str name;   /* p NULL: none */
	uint64_t leads, yes;
	uint64_t lately;         /* that came in the last 30 days */
	uint64_t ever, yes_ever; /* whenever they came and converted */
};

/* Promptly called, and not. */
struct calls {
	uint64_t leads[2], yes[2]; /* [1]: promptly */
	uint64_t lately;           /* of the last 30 days, not promptly */
};

struct segment_seen {
	struct str name;
	struct segment *segment;
};

struct cohorts {
	struct teller *teller;
	struct group *group;
	size_t count, cap;
	struct text_index index;
	struct calls any, hot;
	uint64_t leads, yes, undated, lately, ever, yes_ever;
	bool timeless;     /* there are no dates: who ever converted counts */
	int64_t contacted; /* the event type; -1: none */
	struct segment_seen *segment;
	size_t segments;
	struct arena arena;
};

/* ---- leads ----------------------------------------------------------------
 */

static struct group *
group_of(struct cohorts *c, const char *field, struct str name)
{
	struct buf key = {0};
	size_t *at;
	bool new;

	buf_addf(&key, "%s\n", field);
	buf_adds(&key, name.p ? name : STR("\n"));
	at = text_index_at(&c->index, buf_str(&key), &c->arena, &new);
	buf_release(&key);
	if (new) {
		*at = c->count;
		GROW(c->group, c->cap, c->count + 1);
		c->group[c->count++] = (struct group){.field = field,
		    .name = name.p ? arena_str(&c->arena, name) : name};
	}
	return &c->group[*at];
}

/* The first event of a type from a moment on, up to now. */
static int64_t
first_from(const struct cohorts *c, const struct lead_view *view, int64_t from)
{
	const struct cond_event *e = view->subject.events;
	int64_t now = c->teller->how->moment.now, first = INT64_MAX;

	for (size_t i = 0; i < view->subject.event_count; i++)
		if (e[i].type == c->contacted && e[i].at >= from &&
		    e[i].at <= now && e[i].at < first)
			first = e[i].at;
	return first;
}

/* Leads that had not converted a day after, by whether they were called until
 * then (the landmark of Anderson, Cain & Gelber 1983: who converts at once can
 * be called no more). */
static void
count_call(struct cohorts *c, const struct lead_view *view, int64_t from,
    int64_t converted, bool undated, struct calls *calls)
{
	const struct insight_telling *how = c->teller->how;
	int64_t now = how->moment.now;
	bool prompt;

	if (from > now - PROMPT)
		return;
	if (undated || converted <= from + PROMPT)
		return;
	prompt = first_from(c, view, from) <= from + PROMPT;
	/* Who has converted needs no call. */
	if (from > now - LATELY * MS_DAY && !prompt && converted == INT64_MAX)
		calls->lately++;
	if (from > now - how->within)
		return;
	calls->leads[prompt]++;
	calls->yes[prompt] +=
	    converted != INT64_MAX && converted - from <= how->within;
}

static void
count_in(struct cohorts *c, const char *field, struct str name, bool ripe,
    bool yes, bool late)
{
	struct group *g = group_of(c, field, name);

	g->leads += ripe;
	g->yes += ripe && yes;
	g->lately += late;
}

static struct str
text_of(const struct lead_view *view, size_t field)
{
	const struct cond_value *v = &view->values[field];

	return v->kind == COND_IS_TEXT ? v->text : (struct str){0};
}

/* Of lists without dates. */
static void
count_ever(struct cohorts *c, const struct lead_view *view)
{
	static const struct {
		const char *name;
		enum lead_field field;
	} fields[] = {{"source", LEAD_SOURCE}, {"industry", LEAD_INDUSTRY}};
	bool yes = view->values[LEAD_CONVERTED].number != 0;

	c->undated +=
	    yes && view->values[LEAD_CONVERTED_AT].kind != COND_IS_TIME;
	c->ever++;
	c->yes_ever += yes;
	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		struct group *g =
		    group_of(c, fields[i].name, text_of(view, fields[i].field));

		g->ever++;
		g->yes_ever += yes;
	}
}

static void
forget_dates(struct cohorts *c)
{
	c->timeless = true;
	c->leads = c->ever;
	c->yes = c->yes_ever;
	for (size_t i = 0; i < c->count; i++) {
		c->group[i].leads = c->group[i].ever;
		c->group[i].yes = c->group[i].yes_ever;
	}
}

static void
count_lead(
    struct cohorts *c, struct lead_views *views, const struct lead_view *view)
{
	const struct insight_telling *how = c->teller->how;
	const struct cond_value *v = view->values;
	int64_t now = how->moment.now, came, converted = INT64_MAX;
	bool undated, ripe, yes, late;

	if (how->where &&
	    !cond_eval(how->where, &view->subject, &how->moment, NULL))
		return;
	count_ever(c, view);
	if (v[LEAD_CREATED_AT].kind != COND_IS_TIME ||
	    v[LEAD_CREATED_AT].time > now)
		return;
	came = v[LEAD_CREATED_AT].time;
	if (v[LEAD_CONVERTED_AT].kind == COND_IS_TIME &&
	    v[LEAD_CONVERTED_AT].time <= now)
		converted = v[LEAD_CONVERTED_AT].time;
	undated = converted == INT64_MAX && v[LEAD_CONVERTED].number != 0;
	late = came > now - LATELY * MS_DAY;
	c->lately += late;
	/* As conversion_rate counts: who had converted before tells nothing. */
	ripe = !undated && came <= now - how->within && converted >= came;
	yes = ripe && converted != INT64_MAX && converted - came <= how->within;
	c->leads += ripe;
	c->yes += yes;
	count_in(c, "source", text_of(view, LEAD_SOURCE), ripe, yes, late);
	count_in(c, "industry", text_of(view, LEAD_INDUSTRY), ripe, yes, late);
	if (converted >= came)
		count_call(c, view, came, converted, undated, &c->any);
	if (v[LEAD_BECAME_HOT_AT].kind == COND_IS_TIME &&
	    v[LEAD_BECAME_HOT_AT].time <= now &&
	    converted >= v[LEAD_BECAME_HOT_AT].time)
		count_call(c, view, v[LEAD_BECAME_HOT_AT].time, converted,
		    undated, &c->hot);
	if (c->segments && (ripe || late)) {
		struct cond_moment then = how->moment;

		then.now = came + SEEN;
		if (then.now >= converted)
			then.now = converted - 1;
		if (then.now > now)
			then.now = now;
		lead_views_at(views, then.now);
		for (size_t i = 0; i < c->segments; i++)
			if (cond_eval(c->segment[i].segment->where,
				&view->subject, &then, NULL))
				count_in(c, "segment", c->segment[i].name, ripe,
				    yes, late);
	}
}

static void
need(const struct cohorts *c, struct lead_needs *needs)
{
	static const enum lead_field fields[] = {LEAD_ID, LEAD_CREATED_AT,
	    LEAD_CONVERTED, LEAD_CONVERTED_AT, LEAD_SOURCE, LEAD_INDUSTRY,
	    LEAD_BECAME_HOT_AT};

	for (size_t i = 0; i < COUNT_OF(fields); i++)
		needs->field[fields[i]] = true;
	needs->events = true;
	if (c->teller->how->where)
		lead_needs_cond(needs, c->teller->how->where);
	for (size_t i = 0; i < c->segments; i++)
		lead_needs_cond(needs, c->segment[i].segment->where);
}

static int
scan(struct cohorts *c, struct err *err)
{
	struct teller *t = c->teller;
	struct lead_needs needs = {0};
	const struct lead_view *view;
	struct lead_views *views;
	int64_t last;
	int got = lead_last(t->st, t->tenant, &last, err);

	need(c, &needs);
	for (int64_t after = 0; got == 0 && after < last; after += PAGE) {
		if (store_begin(t->st, STORE_SNAPSHOT, "insights", err) < 0)
			return -1;
		got =
		    lead_views_range(t->st, t->tenant, &needs, &t->how->moment,
			after, after + PAGE, INT64_MAX, &views, err);
		if (got == 0) {
			while ((got = lead_views_next(views, &view, err)) > 0)
				count_lead(c, views, view);
			lead_views_close(views);
		}
		store_rollback(t->st);
	}
	return got;
}

/* ---- segments ---------------------------------------------------------------
 */

/* What only becomes known by the outcome, or has no past: who is in would
 * know what was to come. */
static bool
looks_ahead(const struct cond *where)
{
	static const enum lead_field fields[] = {LEAD_SCORE, LEAD_FIT,
	    LEAD_ENGAGEMENT, LEAD_BAND, LEAD_PRIORITY, LEAD_IS_HOT,
	    LEAD_BECAME_HOT_AT, LEAD_STAGE, LEAD_STATUS, LEAD_OWNER, LEAD_TAGS,
	    LEAD_CONVERTED, LEAD_CONVERTED_AT, LEAD_UPDATED_AT};

	if (cond_segment_count(where) > 0)
		return true;
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		if (cond_uses_field(where, fields[i]) ||
		    cond_uses_history(where, fields[i]))
			return true;
	return false;
}

static int
note_segment(void *context, struct str line, struct err *err)
{
	struct cohorts *c = context;
	struct segment *segment = NULL;
	struct json *doc;
	struct str name, where;
	struct err why = {0};

	if (json_doc_parse(line, "segment", &doc, err) < 0)
		return -1;
	name = json_text(json_find(doc, "name"));
	where = json_text(json_find(doc, "where"));
	if (c->segments == SEGMENTS_MOST ||
	    !json_truth(json_find(doc, "enabled")) ||
	    segment_of_condition(where, &segment, &why) < 0 ||
	    !segment->where || looks_ahead(segment->where)) {
		told_not(c->teller, "best", NULL,
		    "segment %.*s: who is in it depends on what came of them",
		    STR_ARG(name));
		segment_free(segment);
	} else {
		c->segment[c->segments++] =
		    (struct segment_seen){arena_str(&c->arena, name), segment};
	}
	json_doc_free(doc);
	return 0;
}

static int
open_segments(struct cohorts *c, struct err *err)
{
	struct teller *t = c->teller;

	c->segment = xcalloc(SEGMENTS_MOST, sizeof(*c->segment));
	if (segment_lines(t->st, t->tenant, note_segment, c, err) < 0)
		return -1;
	for (size_t i = 0; i < c->segments; i++)
		if (lead_bind(t->st, t->tenant, c->segment[i].segment->where,
			err) < 0)
			return -1;
	return 0;
}

/* ---- comparing
 * ---------------------------------------------------------------
 */

static double
rate(uint64_t yes, uint64_t of)
{
	return of ? (double)yes / (double)of : NAN;
}

/* The z that a normal deviate exceeds with a chance. */
static double
deviate(double tail)
{
	double low = 0, high = 10;

	for (int i = 0; i < 60; i++) {
		double z = (low + high) / 2;

		if (stats_normal_tail(z) > tail)
			low = z;
		else
			high = z;
	}
	return low;
}

struct difference {
	double difference, low, high;
};

/* One rate less another, with its interval: Newcombe (1998), method 10. */
static struct difference
compare(uint64_t yes, uint64_t of, uint64_t yes_b, uint64_t of_b, double z)
{
	double p = rate(yes, of), q = rate(yes_b, of_b);
	struct stats_interval a = stats_wilson(yes, of, z),
			      b = stats_wilson(yes_b, of_b, z);

	return (struct difference){.difference = p - q,
	    .low = p - q - sqrt(pow(p - a.low, 2) + pow(b.high - q, 2)),
	    .high = p - q + sqrt(pow(a.high - p, 2) + pow(q - b.low, 2))};
}

#define Z95 1.959964

static void
add_group(struct told_insight *o, const struct group *g)
{
	struct buf text = {0};
	const char *locale = o->teller->how->locale;

	json_add_text(&o->w, "field", str_of(g->field));
	json_add_text(&o->w, "part", g->name.p ? g->name : STR("(none)"));
	insight_add_field(&text, str_of(g->field), locale);
	told_word(o, "field", buf_str(&text));
	buf_clear(&text);
	insight_add_part(&text, g->name.p ? g->name : STR("(none)"), locale);
	told_word(o, "part", buf_str(&text));
	buf_release(&text);
}

static void
tell_group(const struct cohorts *c, const struct group *g, bool best)
{
	struct stats_interval i = stats_wilson(g->yes, g->leads, Z95);
	struct told_insight o;

	told_begin(c->teller, &o, best ? "best" : "worst", "conversion_rate");
	add_group(&o, g);
	told_value(&o, "value", INSIGHT_RATE, rate(g->yes, g->leads));
	json_add_int(&o.w, "of", (int64_t)g->leads);
	json_add_int(&o.w, "conversions", (int64_t)g->yes);
	told_value(&o, "low", INSIGHT_RATE, i.low);
	told_value(&o, "high", INSIGHT_RATE, i.high);
	told_value(&o, "rest", INSIGHT_RATE,
	    rate(c->yes - g->yes, c->leads - g->leads));
	json_add_int(&o.w, "rest_of", (int64_t)(c->leads - g->leads));
	told_ratio(&o, "ratio", g->yes, g->leads);
	json_add_int(&o.words, "days", c->teller->how->within / MS_DAY);
	json_add_bool(&o.words, "dated", !c->timeless);
	/* More than 5 % may turn the order around. */
	if (!c->timeless && 20 * c->undated > c->yes + c->undated)
		told_value(&o, "undated", INSIGHT_COUNT, (double)c->undated);
	told_end(&o, best ? "best" : "worst");
}

/* What is written where nobody knows: no place to get more leads from. */
static bool
says_nothing(struct str name)
{
	static const char *const words[] = {"unknown", "other", "others",
	    "none", "n/a", "na", "not set", "-", "不明", "その他", "未設定",
	    "なし"};
	struct buf folded = {0};
	bool found = false;

	text_fold(&folded, str_trim(name));
	for (size_t i = 0; i < COUNT_OF(words); i++)
		found |= str_is(buf_str(&folded), words[i]);
	buf_release(&folded);
	return found;
}

/* Which stands out from all others for certain, however many are looked at:
 * the best has the highest lower bound, the worst the lowest upper one.
 * telling: its name must say something. */
static const struct group *
stands_out(const struct cohorts *c, const char *field, bool best, bool telling)
{
	const struct group *found = NULL;
	double looked = 0, z, furthest = 0;

	for (size_t i = 0; i < c->count; i++)
		looked += strcmp(c->group[i].field, field) == 0 &&
			  c->group[i].leads >= LEAST;
	if (looked < 1)
		return NULL;
	/* Bonferroni. */
	z = deviate(0.025 / looked);
	for (size_t i = 0; i < c->count; i++) {
		const struct group *g = &c->group[i];
		struct stats_interval w;
		struct difference d;
		double bound;

		if (strcmp(g->field, field) != 0 || g->leads < LEAST ||
		    !g->name.p || c->leads - g->leads < LEAST ||
		    (telling && says_nothing(g->name)))
			continue;
		d = compare(
		    g->yes, g->leads, c->yes - g->yes, c->leads - g->leads, z);
		if (best ? d.low <= 0 : d.high >= 0)
			continue;
		w = stats_wilson(g->yes, g->leads, Z95);
		bound = best ? w.low : 1 - w.high;
		if (!found || bound > furthest) {
			found = g;
			furthest = bound;
		}
	}
	return found;
}

/* ---- what might be done
 * ------------------------------------------------------
 */

struct advice {
	double gain, low, high; /* conversions a month */
	const struct group *group;
	const struct calls *calls; /* NULL: it is about a group */
	struct difference by;
	double leads; /* a month that it is about */
};

static int
by_low(const void *a, const void *b)
{
	const struct advice *x = a, *y = b;

	if (x->low != y->low)
		return x->low < y->low ? 1 : -1;
	return (x->gain < y->gain) - (x->gain > y->gain);
}

static bool
advise_calls(const struct cohorts *c, const struct calls *k, bool hot,
    struct advice *ret)
{
	const char *what = hot ? "hot leads" : "leads";
	struct difference d;

	if (c->contacted < 0) {
		told_not(c->teller, "recommendation", NULL,
		    "calls: no event sales_contacted");
		return false;
	}
	if (k->leads[0] < LEAST || k->leads[1] < LEAST) {
		told_not(c->teller, "recommendation", NULL,
		    "calls: of %s that had their time, %llu were contacted "
		    "within a day and %llu were not: too few to compare",
		    what, (unsigned long long)k->leads[1],
		    (unsigned long long)k->leads[0]);
		return false;
	}
	d = compare(k->yes[1], k->leads[1], k->yes[0], k->leads[0], Z95);
	if (d.low <= 0 || !k->lately) {
		told_not(c->teller, "recommendation", NULL,
		    d.low <= 0
			? "calls: of %s, being contacted within a day makes no "
			  "difference beyond chance"
			: "calls: all %s of the last 30 days were contacted "
			  "within a day",
		    what);
		return false;
	}
	*ret = (struct advice){.calls = k,
	    .by = d,
	    .leads = (double)k->lately,
	    .gain = (double)k->lately * d.difference,
	    .low = (double)k->lately * d.low,
	    .high = (double)k->lately * d.high};
	return true;
}

/* A tenth of what comes from elsewhere, from there instead. */
static bool
advise_source(const struct cohorts *c, struct advice *ret)
{
	const struct group *g = stands_out(c, "source", true, true);
	struct difference d;
	double moved;

	if (!g) {
		told_not(c->teller, "recommendation", NULL,
		    "sources: none converts better than the others beyond "
		    "chance");
		return false;
	}
	moved = round((double)(c->lately - g->lately) / 10);
	if (moved < 1) {
		told_not(c->teller, "recommendation", NULL,
		    "sources: too few leads of others in the last 30 days");
		return false;
	}
	d = compare(
	    g->yes, g->leads, c->yes - g->yes, c->leads - g->leads, Z95);
	*ret = (struct advice){.group = g,
	    .by = d,
	    .leads = moved,
	    .gain = moved * d.difference,
	    .low = moved * d.low,
	    .high = moved * d.high};
	return true;
}

static void
put_points(struct told_insight *o, const char *name, double share)
{
	struct buf text = {0};

	json_add_rounded(&o->w, name, share, 1e4);
	insight_add_number(&text, 100 * share);
	told_word(o, name, buf_str(&text));
	buf_release(&text);
}

static void
tell_advice(const struct cohorts *c, const struct advice *a, int64_t rank)
{
	const struct calls *k = a->calls;
	const struct group *g = a->group;
	struct told_insight o;
	uint64_t yes[2], of[2];

	told_begin(c->teller, &o, "recommendation", NULL);
	json_add_int(&o.w, "rank", rank);
	json_add_text(&o.w, "what",
	    g              ? STR("source")
	    : k == &c->hot ? STR("call_hot_leads")
			   : STR("call_leads"));
	json_add_text(&o.w, "moves", STR("conversions"));
	if (g)
		add_group(&o, g);
	yes[1] = g ? g->yes : k->yes[1];
	of[1] = g ? g->leads : k->leads[1];
	yes[0] = g ? c->yes - g->yes : k->yes[0];
	of[0] = g ? c->leads - g->leads : k->leads[0];
	told_value(&o, "value", INSIGHT_RATE, rate(yes[1], of[1]));
	json_add_int(&o.w, "of", (int64_t)of[1]);
	told_value(&o, "rest", INSIGHT_RATE, rate(yes[0], of[0]));
	json_add_int(&o.w, "rest_of", (int64_t)of[0]);
	told_ratio(&o, "ratio", yes[1], of[1]);
	told_ratio(&o, "rest_ratio", yes[0], of[0]);
	put_points(&o, "difference", a->by.difference);
	put_points(&o, "difference_low", a->by.low);
	put_points(&o, "difference_high", a->by.high);
	told_value(&o, "leads", INSIGHT_COUNT, a->leads);
	told_value(&o, "gain", INSIGHT_COUNT, a->gain);
	told_value(&o, "gain_low", INSIGHT_COUNT, a->low);
	told_value(&o, "gain_high", INSIGHT_COUNT, a->high);
	told_end(&o, g              ? "advice.source"
		     : k == &c->hot ? "advice.hot"
				    : "advice.calls");
}

static int64_t
advise(const struct cohorts *c)
{
	struct advice list[3];
	size_t count = 0;

	/* Hot leads are among all of them: one of the two. */
	if (advise_calls(c, &c->hot, true, &list[count]) ||
	    advise_calls(c, &c->any, false, &list[count]))
		count++;
	if (advise_source(c, &list[count]))
		count++;
	qsort(list, count, sizeof(*list), by_low);
	for (size_t i = 0; i < count; i++)
		tell_advice(c, &list[i], (int64_t)i + 1);
	return (int64_t)count;
}

/* ---- all
 * ---------------------------------------------------------------------
 */

/* Returns how many recommendations. */
static int64_t
tell_all(struct cohorts *c)
{
	static const char *const fields[] = {"source", "industry", "segment"};
	double months = (double)c->teller->how->within / (double)MS_DAY;

	/* Those dated would speak for sources that write dates down, not for
	 * those that convert. */
	if ((c->leads < 2 * LEAST || c->yes == 0 || c->undated > c->yes) &&
	    c->undated >= LEAST) {
		told_not(c->teller, "best", "conversion_rate",
		    "nobody knows when most leads converted: whoever ever did "
		    "counts");
		forget_dates(c);
	}
	if (c->leads < 2 * LEAST || c->yes == 0) {
		told_not(c->teller, "best", "conversion_rate",
		    "%llu leads had %.0f days to convert, %llu did: too few",
		    (unsigned long long)c->leads, months,
		    (unsigned long long)c->yes);
		return 0;
	}
	if (c->undated && !c->timeless)
		told_not(c->teller, "best", "conversion_rate",
		    "%llu leads that converted nobody knows when are left out",
		    (unsigned long long)c->undated);
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		for (int best = 1; best >= 0; best--) {
			const struct group *g =
			    stands_out(c, fields[i], best, false);

			if (g)
				tell_group(c, g, best);
			else
				told_not(c->teller, best ? "best" : "worst",
				    "conversion_rate",
				    "%s: none stands out beyond chance among "
				    "those with %d leads or more",
				    fields[i], (int)LEAST);
		}
	return c->timeless ? 0 : advise(c);
}

int
tell_groups(struct teller *t, struct err *err)
{
	struct cohorts c = {.teller = t};
	int rc = lead_type_find(
	    t->st, t->tenant, STR("sales_contacted"), &c.contacted, err);

	if (rc >= 0)
		rc = open_segments(&c, err);
	if (rc == 0)
		rc = scan(&c, err);
	if (rc == 0)
		rc = tell_stalled(t, tell_all(&c) + 1, err);
	for (size_t i = 0; i < c.segments; i++)
		segment_free(c.segment[i].segment);
	free(c.segment);
	free(c.group);
	text_index_release(&c.index);
	arena_release(&c.arena);
	return rc;
}
