/* SPDX-License-Identifier: ISC */
/* Scores without a store: leads as records, each a line of its own. */
#include "score/score_priv.h"

struct scoring {
	const struct score_filter *filter;
	struct score_result result;
	struct buf line;
};

static int
score_one(void *context, const struct record *record,
    const struct lead_view *view, struct err *err)
{
	struct scoring *s = context;
	const struct score_filter *f = s->filter;
	struct json_writer w = {.out = &s->line};

	(void)record;
	score_compute(f->rules, view, &f->leads.moment, &s->result);
	buf_clear(&s->line);
	json_put_object(&w);
	score_put_lead(f->rules, f->tenant, view, &f->leads.moment, &s->result,
	    f->why, &w);
	json_put_end(&w);
	return f->each(f->context, buf_str(&s->line), err) < 0 ? -1 : 1;
}

int
score_filter(
    const struct score_filter *f, struct lead_streamed *ret, struct err *err)
{
	struct scoring s = {.filter = f};
	struct lead_stream leads = f->leads;
	int rc;

	leads.types = lead_types_new();
	leads.want_events = f->rules->needs_events;
	leads.each = score_one;
	leads.context = &s;
	score_rules_bind_types(f->rules, leads.types);
	score_result_init(&s.result, f->rules);
	rc = lead_stream(&leads, ret, err);
	score_result_release(&s.result);
	lead_types_free(leads.types);
	buf_release(&s.line);
	return rc;
}
