/* SPDX-License-Identifier: ISC */
/*
 * Leads put into a segment or kept out of it by hand. It takes effect at once,
 * also in a segment that is static or disabled, and holds until it is cleared.
 */
#include <stdlib.h>

#include "segment/segment.sql.h"
#include "segment/segment_priv.h"

enum { STEP = 1000 }; /* changes written at once */

struct segment_overrider {
	struct segment_by by;
	struct plan plan;
	struct kept *kept;
	enum segment_override what;
	const char *why;
	struct cond_moment moment;
	struct batch *batch;
	bool *ask; /* only this segment */
	struct arena arena;
};

/* What is stored of the segment and a lead. */
struct state {
	bool in, hand;
	bool said, included, by_rule;
};

int
segment_override_begin(const struct segment_by *by, const char *segment,
    enum segment_override what, const char *why,
    const struct cond_moment *moment, struct segment_overrider **ret,
    struct err *err)
{
	struct segment_overrider *o = xcalloc(1, sizeof(*o));

	o->by = *by;
	o->what = what;
	o->why = why;
	o->moment = *moment;
	o->batch = batch_new();
	o->batch->replays = true;
	if (plan_load(by->st, by->tenant, &o->plan, err) < 0 ||
	    plan_need(&o->plan, segment, &o->kept, err) < 0)
		return segment_override_end(o, -1, err);
	o->ask = xcalloc(o->plan.count, sizeof(*o->ask));
	o->ask[o->kept - o->plan.kept] = true;
	*ret = o;
	return 0;
}

static int
write_batch(struct segment_overrider *o, struct err *err)
{
	int code =
	    batch_write(o->by.st, o->by.tenant, o->by.now, o->batch, err);

	batch_clear(o->batch);
	return code;
}

int
segment_override_end(struct segment_overrider *o, int rc, struct err *err)
{
	if (rc >= 0 && write_batch(o, err) < 0)
		rc = -1;
	plan_release(&o->plan);
	batch_free(o->batch);
	arena_release(&o->arena);
	free(o->ask);
	free(o);
	return rc;
}

static int
read_state(struct segment_overrider *o, int64_t lead, struct state *ret,
    struct err *err)
{
	struct bind binds[] = {
	    BIND_INT(o->by.tenant->id), BIND_INT(o->kept->id), BIND_INT(lead)};
	struct rows *rows;
	int got;

	*ret = (struct state){0};
	if (store_query(
		o->by.st, &sql_segment_member_read, binds, 3, &rows, err) < 0)
		return -1;
	got = rows_next(rows, err);
	if (got > 0) {
		ret->in = true;
		ret->hand = rows_int(rows, 1) != 0;
	}
	rows_close(rows);
	if (got < 0 || store_query(o->by.st, &sql_segment_override_read, binds,
			   3, &rows, err) < 0)
		return -1;
	got = rows_next(rows, err);
	if (got > 0) {
		ret->said = true;
		ret->included = rows_int(rows, 0) != 0;
		ret->by_rule = rows_int(rows, 1) != 0;
		/* So it is, though it may not be written yet. */
		ret->in = ret->included;
	} else {
		ret->by_rule = ret->in && !ret->hand;
	}
	rows_close(rows);
	return got < 0 ? -1 : 0;
}

/* {"segment","lead","override"} and what became of it. */
static int
tell(struct segment_overrider *o, int64_t lead, const struct state *was,
    bool in, struct str because, struct err *err)
{
	static const char *const words[] = {
	    [SEGMENT_INCLUDE] = "included",
	    [SEGMENT_EXCLUDE] = "excluded",
	    [SEGMENT_CLEAR] = "cleared",
	};
	struct json_writer w = {.out = o->by.changes};
	struct lead_row row;
	struct buf detail = {0};
	struct json_writer d = {.out = &detail};
	int code;

	arena_clear(&o->arena);
	if (lead_row_read(o->by.st, o->by.tenant, lead, &o->arena, &row, err) <
	    0)
		return -1;
	json_put_object(&w);
	json_add_text(&w, "segment", str_of(o->kept->name));
	json_add_text(&w, "lead", row.text[LEAD_ID]);
	json_add_text(&w, "override", str_of(words[o->what]));
	if (in != was->in) {
		json_add_text(&w, "change", in ? STR("entered") : STR("left"));
		json_add_text(&w, "because", because);
	}
	json_put_end(&w);
	buf_addc(o->by.changes, '\n');

	json_put_object(&d);
	json_add_text(&d, "segment", str_of(o->kept->name));
	json_add_text(&d, "override", str_of(words[o->what]));
	if (o->why)
		json_add_text(&d, "why", str_of(o->why));
	json_put_end(&d);
	code = audit_add(o->by.st, o->by.tenant->id, o->by.now, o->by.who,
	    "segment override", row.text[LEAD_ID], buf_str(&detail), err);
	buf_release(&detail);
	return code;
}

static int
decide(struct segment_overrider *o, int64_t lead, const struct state *was,
    struct err *err)
{
	bool in = o->what == SEGMENT_INCLUDE;

	if (was->said && was->included == in && !o->why)
		return 0;
	if (store_run(o->by.st, &sql_segment_override_write,
		BINDS(BIND_INT(o->by.tenant->id), BIND_INT(o->kept->id),
		    BIND_INT(lead), BIND_INT(in), BIND_INT(was->by_rule),
		    BIND_TEXT(str_of(o->by.who)), BIND_INT(o->by.now),
		    BIND_TEXT(str_of(o->why))),
		NULL, err) < 0)
		return -1;
	if (in && !was->in)
		batch_enter(o->batch, o->kept, lead, true);
	else if (was->in && !in)
		batch_leave(o->batch, o->kept, lead);
	if (in != was->in && o->kept->asked_for)
		batch_again(o->batch, lead);
	if (tell(o, lead, was, in,
		in ? STR("included by hand") : STR("excluded by hand"),
		err) < 0)
		return -1;
	return bulk_count(o->batch->signal) < STEP ? 0 : write_batch(o, err);
}

/* The condition decides again. */
static int
judge_again(struct segment_overrider *o, int64_t lead, bool *ret_in,
    struct buf *ret_because, struct err *err)
{
	struct judge j;
	struct json *line;
	int code;

	judge_init(
	    &j, o->by.st, o->by.tenant, &o->plan, &o->moment, true, o->ask);
	code = judge_of(&j, &lead, 1, o->batch, err);
	judge_release(&j);
	if (code < 0 || o->batch->lines.len == 0)
		return code;
	*ret_in = o->batch->entered > 0;
	if (json_doc_parse(buf_str(&o->batch->lines), "line", &line, err) < 0)
		return -1;
	buf_adds(ret_because, json_text(json_find(line, "because")));
	json_doc_free(line);
	return 0;
}

static int
clear(struct segment_overrider *o, int64_t lead, const struct state *was,
    struct err *err)
{
	struct buf because = {0};
	bool in = was->in;
	int code;

	if (!was->said)
		return 0;
	code = store_run(o->by.st, &sql_segment_override_remove,
	    BINDS(BIND_INT(o->by.tenant->id), BIND_INT(o->kept->id),
		BIND_INT(lead)),
	    NULL, err);
	if (code == 0 && o->kept->follows) {
		code = judge_again(o, lead, &in, &because, err);
		if (code == 0 && in && was->hand)
			batch_rehand(o->batch, o->kept, lead, false);
	} else if (code == 0) {
		in = was->by_rule;
		buf_addstr(&because, "as it was");
		if (in && !was->in)
			batch_enter(o->batch, o->kept, lead, false);
		else if (in)
			batch_rehand(o->batch, o->kept, lead, false);
		else if (was->in)
			batch_leave(o->batch, o->kept, lead);
		if (in != was->in && o->kept->asked_for)
			batch_again(o->batch, lead);
	}
	if (code == 0)
		code = tell(o, lead, was, in, buf_str(&because), err);
	if (code == 0)
		code = write_batch(o, err);
	buf_release(&because);
	return code;
}

int
segment_override_lead(
    struct segment_overrider *o, int64_t lead, struct err *err)
{
	struct state was;

	if (read_state(o, lead, &was, err) < 0)
		return -1;
	if (o->what == SEGMENT_CLEAR)
		return clear(o, lead, &was, err);
	return decide(o, lead, &was, err);
}
