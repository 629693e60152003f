/* SPDX-License-Identifier: ISC */
/*
 * score: what documents may say, what caps do, that parts add up, that order
 * and moment of computing do not matter, and that a bound for the next change
 * is one. Rule sets and leads of the property tests are rolled.
 */
#include <math.h>

#include "score/score_priv.h"
#include "unit.h"

#define NOW INT64_C(1768435200000) /* 2026-01-15T00:00:00Z */

static uint64_t dice = 7;

static uint32_t
roll(uint32_t sides)
{
	dice = dice * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(dice >> 33) % sides;
}

static struct score_rules *
rules_of(const char *text)
{
	struct score_rules *rules = NULL;
	struct err err = {0};
	struct json *doc;

	if (json_doc_parse(str_of(text), "t", &doc, &err) < 0 ||
	    score_rules_parse(doc, &rules, &err) < 0) {
		printf("%s\n%s\n", err.text, text);
		exit(1);
	}
	json_doc_free(doc);
	return rules;
}

/* ---- documents ---- */

static void
refused(const char *text, const char *part)
{
	struct score_rules *rules = NULL;
	struct err err = {0};
	struct json *doc;
	int code;

	CHECK_INT(json_doc_parse(str_of(text), "t", &doc, &err), 0);
	code = score_rules_parse(doc, &rules, &err);
	CHECK_INT(code, -1);
	CHECK_INT(err.kind, ERR_USAGE);
	if (!strstr(err.text, part))
		printf("wanted \"%s\" in: %s\n", part, err.text);
	CHECK(strstr(err.text, part) != NULL);
	json_doc_free(doc);
	if (code == 0)
		score_rules_free(rules);
}

#define RULE(x) "{\"rules\":[{\"name\":\"a\"," x "}]}"
#define ATTR    "\"type\":\"attribute\",\"points\":1"
#define BEHAVE  "\"type\":\"behavior\",\"event\":\"e\",\"points\":1"

static void
documents(void)
{
	refused("[]", "not an object");
	refused("{}", "rules");
	refused("{\"rules\":[],\"x\":1}", "unknown member \"x\"");
	refused("{\"rules\":[{}]}", "\"type\" is missing");
	refused(RULE("\"type\":\"what\",\"points\":1"), "rules[0].type");
	refused(RULE("\"type\":\"attribute\",\"ponits\":1"),
	    "did you mean \"points\"");
	refused(
	    RULE("\"type\":\"attribute\",\"points\":\"1\""), "rules[0].points");
	refused(
	    RULE("\"type\":\"attribute\",\"points\":1e9"), "rules[0].points");
	refused(RULE(ATTR ",\"event\":\"e\""), "rules[0].event");
	refused(RULE(ATTR ",\"when\":\"score > 5\""), "rules[0].when");
	refused(RULE(ATTR ",\"when\":\"nmae = 'x'\""), "name");
	refused(RULE(ATTR ",\"group\":\"\""), "rules[0].group");
	refused(RULE("\"type\":\"behavior\",\"points\":1"), "rules[0]");
	refused(RULE(BEHAVE ",\"within\":\"soon\""), "rules[0].within");
	refused(RULE(BEHAVE ",\"max_count\":0"), "rules[0].max_count");
	refused(RULE(BEHAVE ",\"max_points\":-1"), "rules[0].max_points");
	refused(RULE(BEHAVE ",\"idle\":\"7d\""), "rules[0].idle");
	refused(RULE("\"type\":\"inactivity\",\"points\":1"), "idle");
	refused("{\"rules\":[{\"name\":\"a\"," ATTR "},{\"name\":\"a\"," ATTR
		"}]}",
	    "rules[1].name");
	refused("{\"rules\":[{\"name\":\"limit\"," ATTR "}]}", "rules[0].name");
	refused("{\"rules\":[],\"groups\":{\"g\":{\"max\":1}}}", "groups.g");
	refused("{\"rules\":[],\"groups\":{\"fit\":{\"max\":-1}}}",
	    "groups.fit.max");
}

/* Printing and parsing again gives the same bytes. */
static void
print_is_stable(void)
{
	struct score_rules *rules = rules_of(score_reference().p), *again;
	struct buf one = {0}, two = {0};

	score_rules_print(rules, &one);
	again = rules_of(one.p);
	score_rules_print(again, &two);
	CHECK_TEXT(two.p, one.p);
	CHECK_TEXT(one.p, score_reference().p);
	score_rules_free(rules);
	score_rules_free(again);
	buf_release(&one);
	buf_release(&two);
}

/* ---- one lead ---- */

struct scene {
	struct score_rules *rules;
	struct lead_types *types;
	struct lead_view view;
	struct arena arena;
	struct score_result result;
	struct record_make make;
	struct cond_moment moment;
};

static void
scene_open(struct scene *s, const char *rules, const char *lead)
{
	struct err err = {0};

	memset(s, 0, sizeof(*s));
	s->rules = rules_of(rules);
	s->types = lead_types_new();
	s->moment.now = NOW;
	score_rules_bind_types(s->rules, s->types);
	score_result_init(&s->result, s->rules);
	record_add_members(&s->make, str_of(lead));
	if (lead_view_of_record(&s->make.record, s->types, &s->moment, NULL,
		&s->arena, &s->view, &err) < 0) {
		printf("%s\n%s\n", err.text, lead);
		exit(1);
	}
}

static void
scene_close(struct scene *s)
{
	score_result_release(&s->result);
	score_rules_free(s->rules);
	lead_types_free(s->types);
	arena_release(&s->arena);
	record_make_release(&s->make);
}

/* What is derived depends on the moment too. */
static void
compute_at(struct scene *s, int64_t now)
{
	s->moment.now = now;
	s->view.values[LEAD_LAST_ACTIVITY_AT].kind = COND_MISSING;
	s->view.values[LEAD_CONVERTED_AT].kind = COND_MISSING;
	lead_view_add_events(
	    &s->view, s->types, &s->moment, NULL, 0, &s->arena);
	score_compute(s->rules, &s->view, &s->moment, &s->result);
}

static int64_t
parts_sum(const struct scene *s)
{
	int64_t sum = 0;

	for (size_t i = 0; i < score_part_count(s->rules); i++)
		sum += s->result.part[i];
	return sum;
}

static int64_t
score_of(const char *rules, const char *lead)
{
	struct scene s;
	int64_t score;

	scene_open(&s, rules, lead);
	compute_at(&s, NOW);
	CHECK_INT(parts_sum(&s), s.result.score * SCORE_UNIT);
	score = s.result.score;
	scene_close(&s);
	return score;
}

#define EVENTS3                                                  \
	"{\"events\":[{\"type\":\"e\",\"time\":\"2026-01-14\"}," \
	"{\"type\":\"e\",\"time\":\"2026-01-05\",\"x\":\"p\"},"  \
	"{\"type\":\"e\",\"time\":\"2025-12-01\"},"              \
	"{\"type\":\"e\",\"time\":\"2026-02-01\"}]}"

static void
caps(void)
{
	CHECK_INT(score_of(RULE(BEHAVE), EVENTS3), 3);
	CHECK_INT(score_of(RULE("\"type\":\"behavior\",\"event\":\"e\","
				"\"points\":10,\"max_count\":2"),
		      EVENTS3),
	    20);
	CHECK_INT(score_of(RULE("\"type\":\"behavior\",\"event\":\"e\","
				"\"points\":10,\"max_points\":25"),
		      EVENTS3),
	    25);
	CHECK_INT(score_of(RULE("\"type\":\"behavior\",\"event\":\"e\","
				"\"points\":10,\"weight\":1.25"),
		      EVENTS3),
	    38);
	CHECK_INT(score_of(RULE("\"type\":\"behavior\",\"event\":\"e\","
				"\"points\":10,\"within\":\"14d\""),
		      EVENTS3),
	    20);
	CHECK_INT(score_of(RULE("\"type\":\"behavior\",\"event\":\"e\","
				"\"points\":10,\"where\":\"x = 'p'\""),
		      EVENTS3),
	    10);
	CHECK_INT(score_of(RULE("\"type\":\"behavior\",\"event\":\"e\","
				"\"points\":10,\"when\":\"name exists\""),
		      EVENTS3),
	    0);
	CHECK_INT(
	    score_of(RULE("\"type\":\"attribute\",\"points\":140"), "{}"), 100);
	CHECK_INT(
	    score_of(RULE("\"type\":\"attribute\",\"points\":-3"), "{}"), 0);
	CHECK_INT(
	    score_of(RULE("\"type\":\"attribute\",\"points\":0.5"), "{}"), 1);
	CHECK_INT(score_of(RULE("\"type\":\"attribute\",\"points\":20,"
				"\"enabled\":false"),
		      "{}"),
	    0);
	/* A group's cap is on its positive points. */
	CHECK_INT(score_of("{\"rules\":["
			   "{\"name\":\"a\",\"type\":\"attribute\","
			   "\"points\":50},"
			   "{\"name\":\"b\",\"type\":\"attribute\","
			   "\"points\":30},"
			   "{\"name\":\"c\",\"type\":\"attribute\","
			   "\"points\":-15}],"
			   "\"groups\":{\"fit\":{\"max\":40}}}",
		      "{}"),
	    25);
}

static void
idleness(void)
{
	const char *lead =
	    "{\"created_at\":\"2025-11-01\",\"events\":["
	    "{\"type\":\"e\",\"time\":\"2025-12-31\"},"
	    "{\"type\":\"email_sent\",\"time\":\"2026-01-14\"}]}";
	const char *never = "{\"created_at\":\"2026-01-10\"}";

#define IDLE "\"type\":\"inactivity\",\"points\":10,\"idle\":\"7d\""
	/* What is done to a lead is no activity of its own. */
	CHECK_INT(score_of(RULE(IDLE), lead), 10);
	CHECK_INT(score_of(RULE(IDLE ",\"repeat\":true"), lead), 20);
	CHECK_INT(
	    score_of(RULE(IDLE ",\"repeat\":true,\"max_count\":1"), lead), 10);
	CHECK_INT(score_of(RULE(IDLE), never), 0);
	CHECK_INT(score_of(RULE(IDLE), "{}"), 0);
}

static void
groups_and_numbers(void)
{
	struct scene s;

	scene_open(&s,
	    "{\"rules\":["
	    "{\"name\":\"a\",\"type\":\"attribute\",\"points\":10},"
	    "{\"name\":\"b\",\"type\":\"behavior\",\"event\":\"e\","
	    "\"points\":4},"
	    "{\"name\":\"c\",\"type\":\"attribute\",\"points\":5,"
	    "\"group\":\"engagement\"},"
	    "{\"name\":\"d\",\"type\":\"attribute\",\"points\":2,"
	    "\"group\":\"who\"}]}",
	    EVENTS3);
	compute_at(&s, NOW);
	CHECK_INT(s.result.fit, 12);
	CHECK_INT(s.result.engagement, 17);
	CHECK_INT(s.result.score, 29);
	/* The next event is still to come. */
	CHECK_INT(s.result.next_at, INT64_C(1769904000000));
	scene_close(&s);
}

/* ---- properties ---- */

static void
roll_rules(struct buf *out)
{
	static const char *const when[] = {"company_size >= 100",
	    "count(a) >= 2", "last(b) within 9d", "count(c, 20d) = 1",
	    "not created_at within 40d", "name exists"};
	uint32_t count = 1 + roll(8);

	buf_addstr(out, "{\"rules\":[");
	for (uint32_t i = 0; i < count; i++) {
		uint32_t type = roll(4);

		buf_addf(out, "%s{\"name\":\"r%u\",\"points\":%d.%u",
		    i ? "," : "", i, (int)roll(60) - 15, roll(1000));
		if (roll(3) == 0)
			buf_addf(out, ",\"weight\":0.%u", 1 + roll(99));
		if (type >= 2) {
			buf_addf(out, ",\"type\":\"behavior\",\"event\":\"%c\"",
			    'a' + (char)roll(3));
			if (roll(3) == 0)
				buf_addf(
				    out, ",\"within\":\"%ud\"", 1 + roll(60));
			if (roll(2) == 0)
				buf_addf(out, ",\"half_life\":\"%uh\"",
				    12 + roll(1000));
			if (roll(4) == 0)
				buf_addf(out, ",\"where\":\"k = %u\"", roll(2));
		} else if (type == 1) {
			buf_addf(out,
			    ",\"type\":\"inactivity\",\"idle\":\"%uh\"",
			    1 + roll(400));
			if (roll(2))
				buf_addstr(out, ",\"repeat\":true");
		} else {
			buf_addstr(out, ",\"type\":\"attribute\"");
		}
		if (type && roll(3) == 0)
			buf_addf(out, ",\"max_count\":%u", 1 + roll(3));
		if (type && roll(3) == 0)
			buf_addf(
			    out, ",\"max_points\":%u.%u", roll(40), roll(100));
		if (roll(3) == 0)
			buf_addf(out, ",\"when\":\"%s\"",
			    when[roll(COUNT_OF(when))]);
		if (roll(5) == 0)
			buf_addf(out, ",\"group\":\"%s\"",
			    roll(2) ? "fit" : "engagement");
		buf_addc(out, '}');
	}
	buf_addstr(out, "],\"groups\":{");
	if (roll(2))
		buf_addf(out, "\"fit\":{\"max\":%u.5}", roll(60));
	buf_addstr(out, "}}");
}

static void
roll_lead(struct buf *out)
{
	uint32_t count = roll(12);

	buf_addf(out, "{\"company_size\":%u,\"created_at\":\"2025-1%u-0%u\"",
	    roll(200), roll(3), 1 + roll(9));
	if (roll(2))
		buf_addstr(out, ",\"name\":\"n\"");
	buf_addstr(out, ",\"events\":[");
	for (uint32_t i = 0; i < count; i++) {
		buf_addf(out, "%s{\"type\":\"%c\",\"k\":%u,\"time\":\"",
		    i ? "," : "", 'a' + (char)roll(3), roll(2));
		time_add(
		    out, NOW - 60 * MS_DAY + (int64_t)roll(70 * 24) * MS_HOUR);
		buf_addstr(out, "\"}");
	}
	buf_addstr(out, "]}");
}

static void
shuffle(struct scene *s)
{
	struct cond_event *events =
	    (struct cond_event *)(uintptr_t)s->view.subject.events;

	for (size_t i = s->view.subject.event_count; i > 1; i--) {
		size_t j = roll((uint32_t)i);
		struct cond_event kept = events[j];

		events[j] = events[i - 1];
		events[i - 1] = kept;
	}
}

static void
properties(void)
{
	struct buf rules = {0}, lead = {0}, blob = {0}, other = {0};

	for (int round = 0; round < 4000; round++) {
		struct scene s;
		int64_t score, fit, engagement, next, later;

		buf_clear(&rules);
		buf_clear(&lead);
		roll_rules(&rules);
		roll_lead(&lead);
		scene_open(&s, rules.p, lead.p);
		compute_at(&s, NOW);
		/* The parts are all of it. */
		CHECK_INT(parts_sum(&s), s.result.score * SCORE_UNIT);
		CHECK(s.result.score >= 0 && s.result.score <= 100);
		score = s.result.score;
		fit = s.result.fit;
		engagement = s.result.engagement;
		next = s.result.next_at;
		CHECK(next > NOW);
		buf_clear(&blob);
		score_pack(&s.result, 1, &blob);
		/* Order does not matter: they are put in order anyway. */
		shuffle(&s);
		compute_at(&s, NOW);
		buf_clear(&other);
		score_pack(&s.result, 1, &other);
		CHECK(str_eq(buf_str(&blob), buf_str(&other)));
		/* Before the bound nothing changes by itself. */
		for (int i = 0; i < 8; i++) {
			int64_t limit = next > NOW + 200 * MS_DAY
					    ? NOW + 200 * MS_DAY
					    : next;

			later = i == 0
				    ? limit - 1
				    : NOW + (int64_t)((double)roll(1u << 30) *
						      (double)(limit - NOW) /
						      (1 << 30));
			compute_at(&s, later);
			if (s.result.score != score || s.result.fit != fit ||
			    s.result.engagement != engagement)
				printf("%s\n%s\nat +%lld of +%lld: %lld, was "
				       "%lld\n",
				    rules.p, lead.p, (long long)(later - NOW),
				    (long long)(next - NOW),
				    (long long)s.result.score,
				    (long long)score);
			CHECK_INT(s.result.score, score);
			CHECK_INT(s.result.fit, fit);
			CHECK_INT(s.result.engagement, engagement);
		}
		scene_close(&s);
	}
	buf_release(&rules);
	buf_release(&lead);
	buf_release(&blob);
	buf_release(&other);
}

/* Explained points, read back as decimals, sum to the score exactly. */
static void
explained(void)
{
	struct buf rules = {0}, lead = {0}, text = {0};

	for (int round = 0; round < 500; round++) {
		struct scene s;
		struct json_writer w = {.out = &text};
		struct err err = {0};
		struct json *doc;
		double sum = 0, total = 0;
		const struct json *list;

		buf_clear(&rules);
		buf_clear(&lead);
		buf_clear(&text);
		roll_rules(&rules);
		roll_lead(&lead);
		scene_open(&s, rules.p, lead.p);
		compute_at(&s, NOW);
		json_put_object(&w);
		score_explain(s.rules, &s.view, &s.moment, &s.result, &w);
		score_explain_to_hot(
		    s.rules, &s.view, &s.moment, &s.result, 80, &w);
		json_put_end(&w);
		CHECK_INT(json_doc_parse(buf_str(&text), "t", &doc, &err), 0);
		list = json_find(doc, "rules");
		for (size_t i = 0; i < json_count(list); i++) {
			double points;

			CHECK_INT(json_need_real(json_item(list, i), "points",
				      &points, &err),
			    0);
			sum += points;
		}
		CHECK_INT(json_need_real(doc, "score", &total, &err), 0);
		CHECK(sum == total);
		json_doc_free(doc);
		scene_close(&s);
	}
	buf_release(&rules);
	buf_release(&lead);
	buf_release(&text);
}

static void
points_text(void)
{
	struct buf b = {0};

	score_add_points(&b, 1);
	CHECK_TEXT(b.p, "0.0009765625");
	buf_clear(&b);
	score_add_points(&b, -SCORE_UNIT * 12 - SCORE_UNIT / 2);
	CHECK_TEXT(b.p, "-12.5");
	buf_clear(&b);
	score_add_points(&b, SCORE_UNIT * 7);
	CHECK_TEXT(b.p, "7");
	buf_release(&b);
	CHECK_INT(score_quantise(0.5 / SCORE_UNIT), 1);
	CHECK_INT(score_quantise(-0.5 / SCORE_UNIT), -1);
	CHECK_INT(score_quantise(1e300), (int64_t)1e15);
}

/* What would make it hot does: the single steps are taken and counted. */
static void
to_hot(void)
{
	struct scene s;
	struct buf text = {0};
	struct json_writer w = {.out = &text};

	scene_open(&s,
	    "{\"rules\":["
	    "{\"name\":\"a\",\"type\":\"behavior\",\"event\":\"e\","
	    "\"points\":10},"
	    "{\"name\":\"b\",\"type\":\"attribute\",\"points\":50,"
	    "\"when\":\"name exists\"},"
	    "{\"name\":\"c\",\"type\":\"attribute\",\"points\":5,"
	    "\"when\":\"phone exists\"}]}",
	    EVENTS3);
	compute_at(&s, NOW);
	json_put_object(&w);
	score_explain_to_hot(s.rules, &s.view, &s.moment, &s.result, 80, &w);
	json_put_end(&w);
	CHECK_TEXT(text.p,
	    "{\"to_hot\":{\"threshold\":80,\"missing\":50,\"steps\":["
	    "{\"rule\":\"b\",\"what\":\"name exists\",\"score\":80},"
	    "{\"rule\":\"a\",\"what\":\"5 × e\",\"score\":80}]}}");
	scene_close(&s);
	buf_release(&text);
}

/* ---- crossing the threshold ---- */

static void
hot_steps(void)
{
	const struct tenant_settings set = {
	    .hot_threshold = 80, .hot_margin = 10, .hot_rearm = 7 * MS_DAY};
	static const struct {
		int day;
		int64_t score;
		enum score_turn turn;
		bool hot;
		int became; /* day; -1 never */
	} steps[] = {
	    {0, 79, SCORE_TURN_NONE, false, -1},
	    {1, 80, SCORE_TURN_HOT, true, 1},
	    {2, 95, SCORE_TURN_NONE, true, 1},
	    {3, 75, SCORE_TURN_NONE, false, 1}, /* not far enough below */
	    {4, 85, SCORE_TURN_NONE, true, 1},  /* not told again */
	    {5, 70, SCORE_TURN_COOLED, false, 1},
	    {6, 80, SCORE_TURN_HOT, true, 6},
	    {7, 79, SCORE_TURN_NONE, false, 6},
	    {13, 79, SCORE_TURN_COOLED, false, 6}, /* seven days since */
	    {14, 60, SCORE_TURN_NONE, false, 6},
	    {15, 99, SCORE_TURN_HOT, true, 15},
	    {40, 99, SCORE_TURN_NONE, true, 15},
	};
	struct score_hot hot = score_hot_new;

	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		int64_t next = INT64_MAX;
		int64_t became = steps[i].became < 0
				     ? LEAD_MISSING
				     : NOW + steps[i].became * MS_DAY;

		CHECK_INT(score_hot_step(&set, steps[i].score,
			      NOW + steps[i].day * MS_DAY, &hot, &next),
		    steps[i].turn);
		CHECK_INT(hot.is_hot, steps[i].hot);
		CHECK_INT(hot.became_hot_at, became);
		if (steps[i].day == 7)
			CHECK_INT(next, NOW + 13 * MS_DAY);
	}
}

/* ---- packed parts ---- */

struct unpacked {
	int64_t part[64];
};

static void
keep(void *context, size_t part, int64_t points)
{
	struct unpacked *u = context;

	if (part < COUNT_OF(u->part))
		u->part[part] = points;
}

static void
packing(void)
{
	struct score_rules *rules = rules_of(score_reference().p);
	struct score_result r;
	struct buf blob = {0};

	score_result_init(&r, rules);
	for (int round = 0; round < 1000; round++) {
		size_t parts = score_part_count(rules);
		struct unpacked u = {0};
		int64_t version = roll(1 << 20), got = -1;

		for (size_t i = 0; i < parts; i++)
			r.part[i] = roll(2)
					? 0
					: ((int64_t)roll(1 << 30) - (1 << 29)) *
					      (roll(2) ? SCORE_UNIT : 1);
		buf_clear(&blob);
		score_pack(&r, version, &blob);
		CHECK(score_unpack(buf_str(&blob), &got, keep, &u));
		CHECK_INT(got, version);
		CHECK(memcmp(u.part, r.part, parts * sizeof(*r.part)) == 0);
		/* A cut blob is malformed, or a shorter one. */
		if (blob.len > 3)
			score_unpack(
			    (struct str){blob.p, blob.len - 1}, &got, keep, &u);
	}
	CHECK(!score_unpack(STR("\xff"), &(int64_t){0}, keep, NULL));
	score_result_release(&r);
	score_rules_free(rules);
	buf_release(&blob);
}

int
main(void)
{
	documents();
	print_is_stable();
	caps();
	idleness();
	groups_and_numbers();
	properties();
	explained();
	points_text();
	to_hot();
	hot_steps();
	packing();
	return unit_done("score");
}
