/* SPDX-License-Identifier: ISC */
/*
 * Why, of many leads: those named, all that fit a condition, or the best of
 * them, which are chosen by one look at all and told in a second one.
 */
#include <stdlib.h>
#include <string.h>

#include "score/draw.h"
#include "score/score_priv.h"

struct best {
	int64_t score, lead;
};

struct telling {
	struct store *st;
	const struct tenant *tenant;
	const struct score_telling *how;
	struct lead_needs needs;
	struct score_result result;
	struct best *best; /* the best first */
	size_t best_count;
	bool choosing;       /* scores are compared, nothing is told yet */
	struct table *table; /* of the best, drawn */
	struct buf line, page, local;
};

/* Among equals the lead that came first stays in front. */
static void
keep_best(struct telling *t, int64_t lead)
{
	size_t i = t->best_count, top = t->how->top;

	while (i > 0 && t->best[i - 1].score < t->result.score)
		i--;
	if (i == top)
		return;
	if (t->best_count < top)
		t->best_count++;
	memmove(&t->best[i + 1], &t->best[i],
	    (t->best_count - i - 1) * sizeof(*t->best));
	t->best[i] = (struct best){t->result.score, lead};
}

static int
tell_lead(void *context, const struct lead_view *view, struct err *err)
{
	struct telling *t = context;
	const struct score_telling *how = t->how;

	if (how->where &&
	    !cond_eval(how->where, &view->subject, &how->moment, NULL))
		return 0;
	score_compute(how->rules, view, &how->moment, &t->result);
	if (t->choosing) {
		keep_best(t, view->lead_id);
		return 0;
	}
	buf_clear(&t->line);
	buf_clear(&t->page);
	score_put_explained(how->rules, t->tenant, view, &how->moment,
	    &t->result, how->leads != NULL, &t->line);
	if (t->table)
		return score_best_row(t->table, view, buf_str(&t->line), err);
	if (!how->draw)
		return how->each(how->context, buf_str(&t->line), err);
	buf_clear(&t->local);
	time_add_localised(&t->local, buf_str(&t->line), how->moment.zone);
	if (score_draw_explained(
		buf_str(&t->local), *how->draw, &t->page, err) < 0)
		return -1;
	return how->each(how->context, buf_str(&t->page), err);
}

static int
tell_these(
    struct telling *t, const int64_t *leads, size_t count, struct err *err)
{
	int rc;

	if (store_begin(t->st, STORE_SNAPSHOT, "score explain", err) < 0)
		return -1;
	rc = lead_views_these(t->st, t->tenant, &t->needs, &t->how->moment,
	    leads, count, tell_lead, t, err);
	store_rollback(t->st);
	return rc;
}

static int
tell_all(struct telling *t, struct err *err)
{
	return lead_views_every(t->st, t->tenant, &t->needs, &t->how->moment,
	    "score explain", tell_lead, t, err);
}

static int
tell_best(struct telling *t, struct err *err)
{
	const struct chart_style *draw = t->how->draw;
	int rc;

	t->best = xcalloc(t->how->top + 1, sizeof(*t->best));
	t->choosing = true;
	rc = tell_all(t, err);
	t->choosing = false;
	if (draw) {
		t->table = score_best_table();
		t->needs.field[LEAD_COMPANY] = t->needs.field[LEAD_NAME] =
		    t->needs.field[LEAD_TITLE] = true;
	}
	for (size_t i = 0; rc == 0 && i < t->best_count; i++)
		rc = tell_these(t, &t->best[i].lead, 1, err);
	if (rc == 0 && draw && table_rows(t->table) > 0) {
		buf_clear(&t->page);
		table_draw(t->table, draw->columns, draw->ascii, &t->page);
		rc = t->how->each(t->how->context, buf_str(&t->page), err);
	}
	table_free(t->table);
	free(t->best);
	return rc;
}

int
score_tell(struct store *st, const struct tenant *tenant,
    const struct score_telling *how, struct err *err)
{
	struct telling t = {.st = st, .tenant = tenant, .how = how};
	int rc;

	score_rules_needs(how->rules, &t.needs);
	if (how->where)
		lead_needs_cond(&t.needs, how->where);
	t.needs.field[LEAD_ID] = t.needs.field[LEAD_EMAIL] = true;
	score_result_init(&t.result, how->rules);
	if (how->top)
		rc = tell_best(&t, err);
	else if (how->leads)
		rc = tell_these(&t, how->leads, how->lead_count, err);
	else
		rc = tell_all(&t, err);
	score_result_release(&t.result);
	buf_release(&t.line);
	buf_release(&t.page);
	buf_release(&t.local);
	return rc;
}
