/* SPDX-License-Identifier: ISC */
/*
 * What another set of rules would change: both sets computed side by side at
 * one moment. Nothing is written.
 */
#include <string.h>

#include "score/score_priv.h"

enum { PAGE = 20000 }; /* leads of one snapshot */

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
	struct store *st;
	const struct tenant *tenant;
	const struct cond *where;
	const struct cond_moment *moment;
	struct lead_needs needs;
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
preview_lead(
    struct preview_run *r, const struct lead_view *view, struct err *err)
{
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

/* The leads after *after, one page of them; sets *ret_more. */
static int
preview_page(
    struct preview_run *r, int64_t *after, int64_t last, struct err *err)
{
	struct lead_views *views;
	const struct lead_view *view;
	int64_t end = last - *after > PAGE ? *after + PAGE : last;
	int got;

	if (store_begin(r->st, STORE_SNAPSHOT, "score preview", err) < 0)
		return -1;
	got = lead_views_range(r->st, r->tenant, &r->needs, r->moment, *after,
	    end, INT64_MAX, &views, err);
	if (got == 0) {
		while ((got = lead_views_next(views, &view, err)) > 0)
			if ((got = preview_lead(r, view, err)) < 0)
				break;
		lead_views_close(views);
	}
	store_rollback(r->st);
	*after = end;
	return got;
}

int
score_preview(struct store *st, const struct tenant *t,
    const struct score_rules *before, const struct score_rules *after,
    const struct cond *where, const struct cond_moment *moment,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct score_preview *ret, struct err *err)
{
	struct preview_run r = {.st = st,
	    .tenant = t,
	    .where = where,
	    .moment = moment,
	    .pair = {.before = before, .after = after},
	    .each = each,
	    .context = context,
	    .ret = ret};
	int64_t lead = 0, last;
	int code;

	memset(ret, 0, sizeof(*ret));
	if (lead_last(st, t, &last, err) < 0)
		return -1;
	if (before) {
		score_rules_needs(before, &r.needs);
		score_result_init(&r.pair.old, before);
	}
	if (where)
		lead_needs_cond(&r.needs, where);
	score_rules_needs(after, &r.needs);
	score_result_init(&r.pair.new, after);
	r.needs.field[LEAD_ID] = true;
	for (code = 0; code == 0 && lead < last;)
		code = preview_page(&r, &lead, last, err);
	score_result_release(&r.pair.old);
	score_result_release(&r.pair.new);
	buf_release(&r.line);
	return code;
}
