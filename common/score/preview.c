/* SPDX-License-Identifier: ISC */
/*
 * What another set of rules would change: both sets computed side by side at
 * one moment. Nothing is written.
 */
#include <string.h>

#include "score/score_priv.h"

struct pair {
	const struct score_rules *before, *after;
	struct score_result old, new;
};

static void
count_lead(struct score_preview *p, int64_t threshold, int64_t old, int64_t new)
{
	bool was = old >= threshold, is = new >= threshold;

	p->leads++;
	p->before[old]++;
	p->after[new]++;
	if (new > old)
		p->up++;
	else if (new < old)
		p->down++;
	else
		p->same++;
	p->hot_before += was;
	p->hot_after += is;
	p->becomes_hot += is && !was;
	p->cools += was && !is;
}

struct preview_run {
	const struct tenant *tenant;
	const struct cond *where;
	const struct cond_moment *moment;
	struct pair pair;
	int (*each)(void *context, struct str line, struct err *err);
	void *context;
	struct score_preview *ret;
	struct buf line;
};

static int
tell_move(struct preview_run *r, struct str lead, int64_t old, int64_t new,
    struct err *err)
{
	struct json_writer w = {.out = &r->line};

	buf_clear(&r->line);
	json_put_object(&w);
	json_add_text(&w, "lead", lead);
	json_add_int(&w, "old_score", old);
	json_add_int(&w, "score", new);
	json_put_end(&w);
	return r->each(r->context, buf_str(&r->line), err);
}

static int
preview_lead(void *context, const struct lead_view *view, struct err *err)
{
	struct preview_run *r = context;
	int64_t old = 0;

	if (r->where && !cond_eval(r->where, &view->subject, r->moment, NULL))
		return 0;
	if (r->pair.before) {
		score_compute(r->pair.before, view, r->moment, &r->pair.old);
		old = r->pair.old.score;
	}
	score_compute(r->pair.after, view, r->moment, &r->pair.new);
	count_lead(
	    r->ret, r->tenant->settings.hot_threshold, old, r->pair.new.score);
	if (r->each && old != r->pair.new.score)
		return tell_move(
		    r, view->values[LEAD_ID].text, old, r->pair.new.score, err);
	return 0;
}

int
score_preview(struct store *st, const struct tenant *t,
    const struct score_rules *before, const struct score_rules *after,
    const struct cond *where, const struct cond_moment *moment,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct score_preview *ret, struct err *err)
{
	struct preview_run r = {.tenant = t,
	    .where = where,
	    .moment = moment,
	    .pair = {.before = before, .after = after},
	    .each = each,
	    .context = context,
	    .ret = ret};
	struct lead_needs needs = {0};
	int code;

	memset(ret, 0, sizeof(*ret));
	if (before) {
		score_rules_needs(before, &needs);
		score_result_init(&r.pair.old, before);
	}
	if (where)
		lead_needs_cond(&needs, where);
	score_rules_needs(after, &needs);
	score_result_init(&r.pair.new, after);
	needs.field[LEAD_ID] = true;
	code = lead_views_every(
	    st, t, &needs, moment, "score preview", preview_lead, &r, err);
	score_result_release(&r.pair.old);
	score_result_release(&r.pair.new);
	buf_release(&r.line);
	return code;
}
