/* SPDX-License-Identifier: ISC */
/* Everything about one person, and the score as of now with its reasons. */
#include "score/score_priv.h"

static void
put_score(const struct score_rules *rules, const struct tenant *t,
    const struct lead_view *view, const struct cond_moment *moment,
    struct json_writer *w)
{
	struct score_result result;

	score_result_init(&result, rules);
	score_compute(rules, view, moment, &result);
	json_put_object(w);
	score_explain(rules, view, moment, &result, w);
	score_put_standing(t, result.score, w);
	json_put_end(w);
	score_result_release(&result);
}

/* Makes the member "score" the last one of the document. */
static int
add_score(struct store *st, const struct tenant *t,
    const struct score_rules *rules, int64_t lead,
    const struct cond_moment *moment, struct buf *person, struct err *err)
{
	struct json_writer w = {.out = person};
	struct lead_needs needs = {0};
	const struct lead_view *view;
	struct lead_views *views;
	int got;

	score_rules_needs(rules, &needs);
	if (lead_views_of(st, t, &needs, moment, &lead, 1, &views, err) < 0)
		return -1;
	got = lead_views_next(views, &view, err);
	if (got > 0) {
		buf_truncate(person, person->len - 1);
		buf_addstr(person, ",\"score\":");
		put_score(rules, t, view, moment, &w);
		buf_addc(person, '}');
	}
	lead_views_close(views);
	return got < 0 ? -1 : 0;
}

int
score_person(struct store *st, const struct tenant *t, int64_t lead,
    const struct cond_moment *moment, struct buf *ret, struct err *err)
{
	struct score_rules *rules;
	int rc;

	if (score_set_active(st, t, &rules, err) < 0)
		return -1;
	rc = lead_person(st, t, lead, ret, err);
	if (rc == 0 && rules)
		rc = add_score(st, t, rules, lead, moment, ret, err);
	score_rules_free(rules);
	return rc;
}
