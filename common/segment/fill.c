/* SPDX-License-Identifier: ISC */
/*
 * One segment over a range of leads. The store says of whom the condition is
 * true and stays so, and of whom time might decide; only these are looked at
 * one by one, which also finds the moment when they are to be looked at again.
 */
#include <stdlib.h>
#include <string.h>

#include "segment/segment.sql.h"
#include "segment/segment_priv.h"

enum {
	PAGE = 1000, /* leads picked at once */
	SHARE = 8,   /* when more than one in so many is open, all are read */
};

void
filler_init(struct filler *f, struct store *st, const struct tenant *t,
    const struct kept *kept, const struct cond_moment *moment, bool lines)
{
	const struct cond *where = kept->segment->where;
	struct cond_sql *sql = &f->sql;

	memset(f, 0, sizeof(*f));
	f->st = st;
	f->tenant = t;
	f->kept = kept;
	f->moment = *moment;
	f->lines = lines;
	lead_needs_cond(&f->needs, where);
	if (lines)
		f->needs.field[LEAD_ID] = true;
	for (size_t i = 0; i < 3; i++) {
		GROW(sql->binds, sql->capacity, sql->count + 1);
		sql->binds[sql->count++] = BIND_INT(t->id);
		buf_addc(&sql->types, 'i');
	}
	buf_addstr(&sql->text, "SELECT l.lead_id, CASE WHEN ");
	cond_to_sql_ever(where, &lead_catalogue, &f->moment, false, sql);
	buf_addstr(
	    &sql->text, lead_cond_scored(where)
			    ? " THEN 1 ELSE 0 END FROM " LEAD_FROM_SCORED
			      " WHERE s.tenant_id = $1 AND s.lead_id > $2"
			      " AND s.lead_id <= $3 AND " LEAD_SCORED_ON " AND "
			    : " THEN 1 ELSE 0 END FROM " LEAD_FROM
			      " WHERE l.tenant_id = $1 AND l.lead_id > $2"
			      " AND l.lead_id <= $3 AND ");
	cond_to_sql_ever(where, &lead_catalogue, &f->moment, true, sql);
	buf_addstr(&sql->text, lead_cond_scored(where) ? " ORDER BY s.lead_id"
						       : " ORDER BY l.lead_id");
}

void
filler_release(struct filler *f)
{
	cond_sql_release(&f->sql);
	free(f->found);
	free(f->open);
	free(f->changed);
}

static void
add(int64_t **list, size_t *cap, size_t *count, int64_t lead)
{
	GROW(*list, *cap, *count + 1);
	(*list)[(*count)++] = lead;
}

/* Who is in for good, and of whom it is open. */
static int
ask_store(struct filler *f, int64_t after, int64_t last, struct err *err)
{
	struct rows *rows;
	int got;

	f->found_count = f->open_count = f->changed_count = 0;
	f->sql.binds[1].i = after;
	f->sql.binds[2].i = last;
	if (store_query_text(f->st, f->sql.text.p, f->sql.types.p, f->sql.binds,
		f->sql.count, &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		int64_t lead = rows_int(rows, 0);

		if (rows_int(rows, 1))
			add(&f->open, &f->open_cap, &f->open_count, lead);
		else
			add(&f->found, &f->found_cap, &f->found_count, lead);
	}
	rows_close(rows);
	return got;
}

/* ---- what is open -------------------------------------------------------- */

struct settling {
	struct filler *f;
	struct batch *batch;
	struct beside next;
	size_t at; /* in open */
};

static int
settle(struct settling *s, const struct lead_view *view, struct err *err)
{
	struct filler *f = s->f;
	int64_t next = view->next_at, lead = view->lead_id;

	while (s->at < f->open_count && f->open[s->at] < lead)
		s->at++;
	if (s->at == f->open_count || f->open[s->at] != lead)
		return 0;
	if (cond_eval(
		f->kept->segment->where, &view->subject, &f->moment, &next))
		add(&f->found, &f->found_cap, &f->found_count, lead);
	if (beside_seek(&s->next, lead, err) < 0)
		return -1;
	/* Other segments have their own moments. */
	if (s->next.lead == lead && s->next.a <= next)
		return 0;
	if (next != INT64_MAX) {
		batch_next(s->batch, lead, next);
		batch_due(s->batch, lead, next);
	}
	return 0;
}

static int
settle_views(struct settling *s, struct lead_views *views, struct err *err)
{
	const struct lead_view *view;
	int got;

	while ((got = lead_views_next(views, &view, err)) > 0)
		if (settle(s, view, err) < 0)
			return -1;
	return got;
}

static int
settle_page(struct settling *s, size_t from, struct err *err)
{
	struct filler *f = s->f;
	size_t count =
	    f->open_count - from < PAGE ? f->open_count - from : PAGE;
	struct lead_views *views = NULL;
	int code = lead_views_of(f->st, f->tenant, &f->needs, &f->moment,
	    f->open + from, count, &views, err);

	if (code == 0)
		code = settle_views(s, views, err);
	lead_views_close(views);
	return code;
}

static int
settle_range(struct settling *s, int64_t after, int64_t last, struct err *err)
{
	struct filler *f = s->f;
	struct lead_views *views = NULL;
	int code = lead_views_range(f->st, f->tenant, &f->needs, &f->moment,
	    after, last, INT64_MAX, &views, err);

	if (code == 0)
		code = settle_views(s, views, err);
	lead_views_close(views);
	return code;
}

static int
compare_leads(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static int
settle_open(struct filler *f, int64_t after, int64_t last, struct batch *b,
    struct err *err)
{
	struct settling s = {.f = f, .batch = b};
	struct bind binds[] = {
	    BIND_INT(f->tenant->id), BIND_INT(after), BIND_INT(last)};
	size_t settled = f->found_count;
	int code;

	if (f->open_count == 0)
		return 0;
	code =
	    beside_open(&s.next, f->st, &sql_segment_next_range, binds, 3, err);
	if (code == 0 && f->open_count > (size_t)(last - after) / SHARE)
		code = settle_range(&s, after, last, err);
	else
		for (size_t at = 0; code == 0 && at < f->open_count; at += PAGE)
			code = settle_page(&s, at, err);
	batch_due_end(b);
	beside_close(&s.next);
	if (settled && f->found_count > settled)
		qsort(
		    f->found, f->found_count, sizeof(*f->found), compare_leads);
	return code;
}

/* ---- who enters, who leaves ---------------------------------------------- */

static int64_t
least(int64_t a, int64_t b, int64_t c)
{
	if (b < a)
		a = b;
	return c < a ? c : a;
}

static int
compare_range(struct filler *f, struct beside *member, struct beside *override,
    struct batch *b, struct err *err)
{
	const struct kept *k = f->kept;
	size_t at = 0;

	for (;;) {
		int64_t found = at < f->found_count ? f->found[at] : INT64_MAX;
		int64_t lead = least(found, member->lead, override->lead);
		bool truth = found == lead, in = truth, was, hand;

		if (lead == INT64_MAX)
			return 0;
		at += truth;
		if (override->lead == lead)
			in = override->b != 0;
		was = member->lead == lead;
		hand = was && member->b != 0;
		if (in && was && hand != !truth)
			batch_rehand(b, k, lead, !truth);
		if (in && !was)
			batch_enter(b, k, lead, !truth);
		else if (was && !in)
			batch_leave(b, k, lead);
		if (in != was && k->asked_for)
			batch_again(b, lead);
		if (in != was && f->lines)
			add(&f->changed, &f->changed_cap, &f->changed_count,
			    in ? lead : -lead);
		if (beside_seek(member, lead + 1, err) < 0 ||
		    beside_seek(override, lead + 1, err) < 0)
			return -1;
	}
}

static int
compare_stored(struct filler *f, int64_t after, int64_t last, struct batch *b,
    struct err *err)
{
	struct bind binds[] = {BIND_INT(f->tenant->id), BIND_INT(after),
	    BIND_INT(last), BIND_INT(f->kept->id)};
	struct beside member = {0}, override = {0};
	int code = -1;

	if (beside_open(
		&member, f->st, &sql_segment_members_in, binds, 4, err) == 0 &&
	    beside_open(&override, f->st, &sql_segment_overrides_in, binds, 4,
		err) == 0)
		code = compare_range(f, &member, &override, b, err);
	beside_close(&member);
	beside_close(&override);
	return code;
}

/* ---- telling ------------------------------------------------------------- */

/* Negative numbers left. What the lead is in was not read for what follows; the
 * line says what it can. */
static int
tell_page(struct filler *f, int64_t *change, size_t count, struct batch *b,
    struct err *err)
{
	int64_t *leads = xreallocarray(NULL, count, sizeof(*leads));
	struct lead_views *views = NULL;
	const struct lead_view *view;
	struct buf because = {0};
	size_t at = 0;
	int got;

	for (size_t i = 0; i < count; i++)
		leads[i] = change[i] < 0 ? -change[i] : change[i];
	got = lead_views_of(
	    f->st, f->tenant, &f->needs, &f->moment, leads, count, &views, err);
	while (got >= 0 && (got = lead_views_next(views, &view, err)) > 0) {
		const struct cond *where = f->kept->segment->where;
		bool in, truth;

		while (leads[at] != view->lead_id)
			at++;
		in = change[at] > 0;
		truth = cond_eval(where, &view->subject, &f->moment, NULL);
		buf_clear(&because);
		if (truth != in)
			buf_addstr(&because,
			    in ? "included by hand" : "excluded by hand");
		else
			cond_because(
			    where, &view->subject, &f->moment, &because);
		batch_line(b, f->kept, view->values[LEAD_ID].text, in,
		    buf_str(&because));
	}
	lead_views_close(views);
	buf_release(&because);
	free(leads);
	return got < 0 ? -1 : 0;
}

int
filler_range(struct filler *f, int64_t after, int64_t last, struct batch *b,
    struct err *err)
{
	if (ask_store(f, after, last, err) < 0 ||
	    settle_open(f, after, last, b, err) < 0 ||
	    compare_stored(f, after, last, b, err) < 0)
		return -1;
	for (size_t at = 0; at < f->changed_count; at += PAGE) {
		size_t count = f->changed_count - at;

		if (tell_page(f, f->changed + at, count < PAGE ? count : PAGE,
			b, err) < 0)
			return -1;
	}
	return 0;
}
