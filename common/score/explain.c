/* SPDX-License-Identifier: ISC */
/*
 * Why a lead has its score, and what would make it hot.
 */
#include <stdlib.h>
#include <string.h>

#include "score/score_priv.h"

void
score_add_points(struct buf *out, int64_t points)
{
	uint64_t size = (uint64_t)(points < 0 ? -points : points);
	uint64_t rest = size % SCORE_UNIT;

	if (points < 0)
		buf_addc(out, '-');
	buf_addint(out, (int64_t)(size / SCORE_UNIT));
	if (!rest)
		return;
	/* 1/1024 = 0.0009765625: ten places hold any of them exactly. */
	buf_addf(out, ".%010llu", (unsigned long long)(rest * 9765625));
	while (out->p[out->len - 1] == '0')
		buf_truncate(out, out->len - 1);
}

static void
put_points(struct json_writer *w, int64_t points)
{
	struct buf text = {0};

	score_add_points(&text, points);
	json_put_raw(w, buf_str(&text));
	buf_release(&text);
}

static void
put_part_name(
    const struct score_rules *rules, size_t part, struct json_writer *w)
{
	struct buf name = {0};

	json_put_name(w, "rule");
	if (part < rules->count) {
		json_put_text(w, str_of(rules->rule[part].name));
		return;
	}
	score_part_name(rules, part, &name);
	json_put_text(w, buf_str(&name));
	buf_release(&name);
}

void
score_put_parts(const struct score_rules *rules,
    const struct score_result *result, struct json_writer *w)
{
	size_t parts = score_part_count(rules);

	json_put_array(w);
	for (size_t i = 0; i < parts; i++) {
		if (!result->part[i])
			continue;
		json_put_object(w);
		put_part_name(rules, i, w);
		json_put_name(w, "points");
		put_points(w, result->part[i]);
		json_put_end(w);
	}
	json_put_end(w);
}

/* ---- because ------------------------------------------------------ */

static void
add_event_reason(struct buf *out, const struct score_rule *rule,
    const struct score_evidence *e)
{
	buf_addgroup(out, e->count);
	buf_addf(out, " × %s", rule->event);
	if (rule->within) {
		buf_addstr(out, " within ");
		duration_add(out, rule->within);
	}
	if (e->count > rule->max_count) {
		buf_addstr(out, ", of which the newest ");
		buf_addgroup(out, rule->max_count);
		buf_addstr(out, " count");
	}
	if (rule->half_life) {
		buf_addstr(out, ", halved every ");
		duration_add(out, rule->half_life);
	}
	for (size_t i = 0; i < e->at_count; i++) {
		buf_addstr(out, i ? ", " : ": ");
		time_add(out, e->at[i]);
	}
	if ((size_t)e->count > e->at_count)
		buf_addstr(out, " …");
}

static void
add_value(struct buf *out, const struct cond_value *v)
{
	switch (v->kind) {
	case COND_MISSING:
		buf_addstr(out, "missing");
		break;
	case COND_IS_TEXT:
		buf_addquoted(out, v->text);
		break;
	case COND_IS_LIST:
		buf_adds(out, v->text);
		break;
	case COND_IS_NUMBER:
		buf_addreal(out, v->number);
		break;
	case COND_IS_BOOL:
		buf_addstr(out, v->number != 0 ? "true" : "false");
		break;
	case COND_IS_TIME:
		time_add(out, v->time);
		break;
	}
}

/* The condition and what the fields it names hold. */
static void
add_when_reason(struct buf *out, const struct score_rule *rule,
    const struct lead_view *view)
{
	const char *before = " (";

	if (!rule->when) {
		buf_addstr(out, "always");
		return;
	}
	cond_print(rule->when, out);
	for (size_t f = 0; f < LEAD__MAX; f++) {
		if (!cond_uses_field(rule->when, f))
			continue;
		buf_addstr(out, before);
		buf_addstr(out, lead_catalogue.fields[f].name);
		buf_addstr(out, " is ");
		add_value(out, &view->values[f]);
		before = ", ";
	}
	if (*before == ',')
		buf_addc(out, ')');
}

static void
add_reason(struct buf *out, const struct score_rules *rules, size_t part,
    const struct lead_view *view, const struct cond_moment *moment)
{
	size_t n = rules->count;
	struct score_evidence e;

	if (part < n) {
		const struct score_rule *rule = &rules->rule[part];

		score_evidence(rules, part, view, moment, &e);
		if (rule->type == SCORE_BEHAVIOR) {
			add_event_reason(out, rule, &e);
			if (rule->when) {
				buf_addstr(out, "; ");
				add_when_reason(out, rule, view);
			}
		} else if (rule->type == SCORE_INACTIVITY) {
			buf_addstr(out, "idle since ");
			time_add(out, e.idle_since);
			buf_addf(out, ", %lld × ", (long long)e.count);
			duration_add(out, rule->idle);
		} else {
			add_when_reason(out, rule, view);
		}
	} else if (part < 2 * n) {
		buf_addstr(out, "this rule gives at most ");
		score_add_points(
		    out, score_quantise(rules->rule[part - n].max_points));
	} else if (part < 2 * n + rules->group_count) {
		buf_addstr(out, "this group gives at most ");
		score_add_points(
		    out, score_quantise(rules->group[part - 2 * n].max));
	} else if (part == 2 * n + rules->group_count) {
		buf_addstr(out, "to a whole number");
	} else {
		buf_addstr(out, "a score lies between 0 and 100");
	}
}

void
score_explain(const struct score_rules *rules, const struct lead_view *view,
    const struct cond_moment *moment, const struct score_result *result,
    struct json_writer *w)
{
	size_t parts = score_part_count(rules);
	struct buf reason = {0};

	json_add_int(w, "score", result->score);
	json_add_int(w, "fit", result->fit);
	json_add_int(w, "engagement", result->engagement);
	json_put_name(w, "rules");
	json_put_array(w);
	for (size_t i = 0; i < parts; i++) {
		if (!result->part[i])
			continue;
		json_put_object(w);
		put_part_name(rules, i, w);
		json_put_name(w, "points");
		put_points(w, result->part[i]);
		buf_clear(&reason);
		add_reason(&reason, rules, i, view, moment);
		json_add_text(w, "because", buf_str(&reason));
		json_put_end(w);
	}
	json_put_end(w);
	buf_release(&reason);
}

/* ---- what would make it hot
 * -------------------------------------------------- */

/* Something that could happen to the lead, by rule. */
struct step {
	size_t rule;
	int64_t most;  /* how often it may happen and still add points */
	int64_t times; /* how often it is needed, or has been taken */
	int64_t each;  /* points each time, in 1/SCORE_UNIT */
	int64_t score; /* then */
};

enum { STEPS_SHOWN = 5, TIMES_MAX = 100 };

/* What may change the rule's points for the better; false: nothing. */
static bool
step_of(const struct score_rules *rules, size_t i, const struct lead_view *view,
    const struct cond_moment *moment, const struct score_result *result,
    struct step *ret)
{
	const struct score_rule *rule = &rules->rule[i];
	int64_t points = score_quantise(rule->points * rule->weight);
	struct score_evidence e;

	if (!rule->enabled)
		return false;
	*ret = (struct step){.rule = i, .most = 1, .each = points};
	if (rule->type == SCORE_BEHAVIOR) {
		if (points <= 0)
			return false; /* what happened cannot be undone */
		if (rule->when &&
		    !cond_eval(rule->when, &view->subject, moment, NULL))
			return false;
		score_evidence(rules, i, view, moment, &e);
		ret->most =
		    rule->max_count > e.count ? rule->max_count - e.count : 0;
		if (ret->most > TIMES_MAX)
			ret->most = TIMES_MAX;
		return ret->most > 0;
	}
	if (result->part[i] < 0 && (rule->when || rule->idle)) {
		ret->each = -result->part[i];
		return true;
	}
	return rule->type == SCORE_ATTRIBUTE && points > 0 &&
	       result->part[i] == 0;
}

static int64_t
score_with(const struct score_rules *rules, struct score_result *trial,
    size_t rule, int64_t points)
{
	int64_t kept = trial->part[rule], score;

	trial->part[rule] += points;
	score_add_up(rules, trial);
	score = trial->score;
	trial->part[rule] = kept;
	return score;
}

static void
put_step(const struct score_rules *rules, const struct step *step,
    int64_t score, struct json_writer *w)
{
	const struct score_rule *rule = &rules->rule[step->rule];
	struct buf what = {0};

	if (rule->type == SCORE_BEHAVIOR) {
		buf_addf(
		    &what, "%lld × %s", (long long)step->times, rule->event);
		if (rule->where) {
			buf_addstr(&what, " where ");
			cond_print(rule->where, &what);
		}
	} else if (rule->type == SCORE_INACTIVITY) {
		buf_addstr(&what, "any activity");
	} else if (rule->points * rule->weight < 0) {
		buf_addstr(&what, "no longer: ");
		cond_print(rule->when, &what);
	} else {
		cond_print(rule->when, &what);
	}
	json_put_object(w);
	json_add_text(w, "rule", str_of(rule->name));
	json_add_text(w, "what", buf_str(&what));
	if (score >= 0) {
		json_add_int(w, "score", score);
	}
	json_put_end(w);
	buf_release(&what);
}

static int
fewest_first(const void *a, const void *b)
{
	const struct step *x = a, *y = b;

	if (x->times != y->times)
		return x->times < y->times ? -1 : 1;
	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return x->rule < y->rule ? -1 : x->rule > y->rule;
}

/* Each step repeated until it does it alone; those that do, fewest first. */
static size_t
put_single(const struct score_rules *rules, struct step *steps, size_t count,
    struct score_result *trial, int64_t threshold, struct json_writer *w)
{
	struct step *good = xcalloc(count + 1, sizeof(*good));
	size_t n = 0;

	for (size_t s = 0; s < count; s++) {
		struct step step = steps[s];

		for (step.times = 1; step.times <= step.most; step.times++) {
			step.score = score_with(
			    rules, trial, step.rule, step.times * step.each);
			if (step.score >= threshold) {
				good[n++] = step;
				break;
			}
		}
	}
	qsort(good, n, sizeof(*good), fewest_first);
	json_put_name(w, "steps");
	json_put_array(w);
	for (size_t s = 0; s < n && s < STEPS_SHOWN; s++)
		put_step(rules, &good[s], good[s].score, w);
	json_put_end(w);
	free(good);
	return n;
}

/* Always the step that brings most, until it is enough. */
static void
put_together(const struct score_rules *rules, struct step *steps, size_t count,
    struct score_result *trial, int64_t threshold, struct json_writer *w)
{
	score_add_up(rules, trial);
	while (trial->score < threshold) {
		struct step *best = NULL;
		int64_t most = trial->fit + trial->engagement;

		for (size_t s = 0; s < count; s++) {
			int64_t kept = trial->part[steps[s].rule];

			if (steps[s].times >= steps[s].most)
				continue;
			trial->part[steps[s].rule] += steps[s].each;
			score_add_up(rules, trial);
			if (trial->fit + trial->engagement > most) {
				most = trial->fit + trial->engagement;
				best = &steps[s];
			}
			trial->part[steps[s].rule] = kept;
		}
		if (!best) {
			score_add_up(rules, trial);
			break;
		}
		best->times++;
		trial->part[best->rule] += best->each;
		score_add_up(rules, trial);
	}
	json_put_name(w, "together");
	json_put_array(w);
	for (size_t s = 0; s < count; s++)
		if (steps[s].times)
			put_step(rules, &steps[s], -1, w);
	json_put_end(w);
	json_add_int(w, "score", trial->score);
}

void
score_explain_to_hot(const struct score_rules *rules,
    const struct lead_view *view, const struct cond_moment *moment,
    const struct score_result *result, int64_t threshold, struct json_writer *w)
{
	struct step *steps = xcalloc(rules->count + 1, sizeof(*steps));
	struct score_result trial;
	size_t count = 0;

	json_put_name(w, "to_hot");
	json_put_object(w);
	json_add_int(w, "threshold", threshold);
	json_add_int(w, "missing",
	    result->score >= threshold ? 0 : threshold - result->score);
	if (result->score < threshold) {
		score_result_init(&trial, rules);
		memcpy(trial.part, result->part,
		    score_part_count(rules) * sizeof(*trial.part));
		for (size_t i = 0; i < rules->count; i++)
			count += step_of(
			    rules, i, view, moment, result, &steps[count]);
		if (put_single(rules, steps, count, &trial, threshold, w) == 0)
			put_together(rules, steps, count, &trial, threshold, w);
		score_result_release(&trial);
	}
	json_put_end(w);
	free(steps);
}

void
score_put_standing(const struct tenant *t, int64_t score, struct json_writer *w)
{
	bool hot = score >= t->settings.hot_threshold;

	json_add_text(w, "band", str_of(tenant_band(t, score)));
	json_add_text(w, "priority", str_of(tenant_priority(t, score, hot)));
}

void
score_put_lead(const struct score_rules *rules, const struct tenant *t,
    const struct lead_view *view, const struct cond_moment *moment,
    const struct score_result *result, bool why, struct json_writer *w)
{
	struct str id = view->values[LEAD_ID].text;
	struct str email = view->values[LEAD_EMAIL].text;
	bool hot = result->score >= t->settings.hot_threshold;

	if (id.p || email.p)
		json_add_text(w, "lead", id.p ? id : email);
	if (email.p)
		json_add_text(w, "email", email);
	if (why) {
		score_explain(rules, view, moment, result, w);
	} else {
		json_add_int(w, "score", result->score);
		json_add_int(w, "fit", result->fit);
		json_add_int(w, "engagement", result->engagement);
	}
	score_put_standing(t, result->score, w);
	json_add_bool(w, "is_hot", hot);
	if (!why) {
		json_put_name(w, "rules");
		score_put_parts(rules, result, w);
	}
}

void
score_put_explained(const struct score_rules *rules, const struct tenant *t,
    const struct lead_view *view, const struct cond_moment *moment,
    const struct score_result *result, bool to_hot, struct buf *out)
{
	struct json_writer w = {.out = out};

	json_put_object(&w);
	score_put_lead(rules, t, view, moment, result, true, &w);
	if (to_hot)
		score_explain_to_hot(
		    rules, view, moment, result, t->settings.hot_threshold, &w);
	json_put_end(&w);
}
