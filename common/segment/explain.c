/* SPDX-License-Identifier: ISC */
/*
 * Why a lead is in a segment or not: since when, by rule or by hand, and the
 * condition part by part.
 */
#include "segment/segment.sql.h"
#include "segment/segment_priv.h"

/* Calls put with the one view of the lead. */
static int
with_view(struct store *st, const struct tenant *t, const struct cond *where,
    int64_t lead, const struct cond_moment *moment, struct json_writer *w,
    void (*put)(struct json_writer *w, const struct cond *where,
	const struct lead_view *view, const struct cond_moment *moment),
    struct err *err)
{
	struct lead_needs needs = {0};
	struct lead_views *views = NULL;
	const struct lead_view *view;
	int got;

	lead_needs_cond(&needs, where);
	needs.field[LEAD_ID] = needs.field[LEAD_EMAIL] = true;
	got = lead_views_of(st, t, &needs, moment, &lead, 1, &views, err);
	if (got == 0)
		got = lead_views_next(views, &view, err);
	if (got > 0)
		put(w, where, view, moment);
	lead_views_close(views);
	if (got == 0)
		return err_set(err, ERR_FAIL, "the lead is gone");
	return got < 0 ? -1 : 0;
}

static void
put_lead(struct json_writer *w, const struct cond *where,
    const struct lead_view *view, const struct cond_moment *moment)
{
	(void)where;
	(void)moment;
	json_add_text(w, "lead", view->values[LEAD_ID].text);
	if (view->values[LEAD_EMAIL].kind == COND_IS_TEXT)
		json_add_text(w, "email", view->values[LEAD_EMAIL].text);
}

/* The truth, the tree, and when time may change it. */
static void
put_truth(struct json_writer *w, const struct cond *where,
    const struct lead_view *view, const struct cond_moment *moment)
{
	int64_t next = view->next_at;
	struct buf text = {0};

	json_add_bool(
	    w, "true", cond_eval(where, &view->subject, moment, &next));
	cond_because(where, &view->subject, moment, &text);
	json_add_text(w, "because", buf_str(&text));
	if (next != INT64_MAX)
		json_add_time(w, "next_at", next);
	buf_clear(&text);
	cond_explain(where, &view->subject, moment, &text);
	json_put_name(w, "condition");
	json_put_raw(w, buf_str(&text));
	buf_release(&text);
}

static int
put_member(struct store *st, const struct bind binds[3], struct json_writer *w,
    struct err *err)
{
	struct rows *rows;
	int got;

	if (store_query(st, &sql_segment_member_read, binds, 3, &rows, err) < 0)
		return -1;
	got = rows_next(rows, err);
	json_add_bool(w, "in", got > 0);
	if (got > 0) {
		json_add_time(w, "since", rows_int(rows, 0));
		json_add_text(
		    w, "by", rows_int(rows, 1) ? STR("hand") : STR("rule"));
	}
	rows_close(rows);
	return got < 0 ? -1 : 0;
}

static int
put_override(struct store *st, const struct bind binds[3],
    struct json_writer *w, struct err *err)
{
	struct rows *rows;
	int got;

	if (store_query(st, &sql_segment_override_read, binds, 3, &rows, err) <
	    0)
		return -1;
	got = rows_next(rows, err);
	if (got > 0) {
		json_put_name(w, "override");
		json_put_object(w);
		json_add_bool(w, "included", rows_int(rows, 0) != 0);
		json_add_text(w, "user", rows_text(rows, 2));
		json_add_time(w, "time", rows_int(rows, 3));
		if (!rows_null(rows, 4))
			json_add_text(w, "why", rows_text(rows, 4));
		json_put_end(w);
	}
	rows_close(rows);
	return got < 0 ? -1 : 0;
}

static int
put_history(struct store *st, const struct bind binds[3], struct json_writer *w,
    struct err *err)
{
	struct rows *rows;
	bool any = false;
	int got;

	if (store_query(st, &sql_segment_history_of, binds, 3, &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		if (!any) {
			json_put_name(w, "before");
			json_put_array(w);
			any = true;
		}
		json_put_object(w);
		json_add_time(w, "since", rows_int(rows, 0));
		json_add_time(w, "left", rows_int(rows, 1));
		json_add_text(
		    w, "by", rows_int(rows, 2) ? STR("hand") : STR("rule"));
		json_put_end(w);
	}
	rows_close(rows);
	if (any)
		json_put_end(w);
	return got;
}

static int
explain(struct store *st, const struct tenant *t, struct kept *k, int64_t lead,
    const struct cond_moment *moment, struct buf *ret, struct err *err)
{
	struct bind binds[] = {
	    BIND_INT(t->id), BIND_INT(k->id), BIND_INT(lead)};
	struct json_writer w = {.out = ret};

	if (k->problem)
		return err_set(err, ERR_USAGE, "segment %s: %s",
		    quoted(str_of(k->name)), k->problem);
	json_put_object(&w);
	json_add_text(&w, "segment", str_of(k->name));
	if (with_view(st, t, k->segment->where, lead, moment, &w, put_lead,
		err) < 0 ||
	    put_member(st, binds, &w, err) < 0 ||
	    put_override(st, binds, &w, err) < 0 ||
	    put_history(st, binds, &w, err) < 0 ||
	    with_view(
		st, t, k->segment->where, lead, moment, &w, put_truth, err) < 0)
		return -1;
	json_put_end(&w);
	return 0;
}

int
segment_explain(struct store *st, const struct tenant *t, const char *name,
    int64_t lead, const struct cond_moment *moment, struct buf *ret,
    struct err *err)
{
	struct plan plan;
	struct kept *k;
	int code = store_begin(st, STORE_SNAPSHOT, "segment explain", err);

	if (code < 0)
		return -1;
	code = plan_load(st, t, &plan, err);
	if (code == 0)
		code = plan_need(&plan, name, &k, err);
	if (code == 0)
		code = explain(st, t, k, lead, moment, ret, err);
	store_rollback(st);
	plan_release(&plan);
	return code;
}

int
segment_explain_condition(struct store *st, const struct tenant *t,
    const struct cond *where, int64_t lead, const struct cond_moment *moment,
    struct buf *ret, struct err *err)
{
	struct json_writer w = {.out = ret};
	int code;

	if (store_begin(st, STORE_SNAPSHOT, "segment explain", err) < 0)
		return -1;
	json_put_object(&w);
	code = with_view(st, t, where, lead, moment, &w, put_lead, err);
	if (code == 0)
		code =
		    with_view(st, t, where, lead, moment, &w, put_truth, err);
	store_rollback(st);
	if (code == 0)
		json_put_end(&w);
	return code;
}
