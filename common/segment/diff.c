/* SPDX-License-Identifier: ISC */
/* Who is on one side and not on the other. */
#include "segment/cursor_priv.h"
#include "segment/segment.h"

enum { BATCH = 1000 }; /* leads whose names are looked up together */

struct difference {
	int64_t at; /* when it came to be; between moments */
	bool right; /* only there */
};

struct diffing {
	struct store *st;
	const struct tenant *tenant;
	const struct cond_moment *moment;
	const struct segment_diff *how;
	struct segment_differs *ret;
	int64_t lead[BATCH];
	struct difference what[BATCH];
	size_t count, next; /* told of so far */
	struct buf line;
};

static int
tell(void *context, const struct lead_view *view, struct err *err)
{
	struct diffing *d = context;
	const struct segment_diff *how = d->how;
	const struct difference *what;
	struct json_writer w = {.out = &d->line};

	while (d->lead[d->next] != view->lead_id)
		d->next++; /* erased since */
	what = &d->what[d->next++];
	buf_clear(&d->line);
	json_put_object(&w);
	json_add_text(&w, "lead", view->values[LEAD_ID].text);
	if (view->values[LEAD_EMAIL].text.p)
		json_add_text(&w, "email", view->values[LEAD_EMAIL].text);
	if (how->right) {
		json_add_text(
		    &w, "only", str_of(what->right ? how->right : how->left));
	} else {
		json_add_text(
		    &w, "change", what->right ? STR("entered") : STR("left"));
		json_add_time(&w, "time", what->at);
	}
	json_put_end(&w);
	return how->each(how->context, buf_str(&d->line), err);
}

static int
flush(struct diffing *d, struct err *err)
{
	struct lead_needs needs = {0};
	int rc;

	needs.field[LEAD_ID] = needs.field[LEAD_EMAIL] = true;
	d->next = 0;
	rc = lead_views_these(d->st, d->tenant, &needs, d->moment, d->lead,
	    d->count, tell, d, err);
	d->count = 0;
	return rc;
}

static int
note(struct diffing *d, const struct cursor *c, bool right, struct err *err)
{
	d->ret->only[right]++;
	d->lead[d->count] = c->lead;
	d->what[d->count++] =
	    (struct difference){right ? c->since : c->left_at, right};
	return d->count == BATCH ? flush(d, err) : 0;
}

static int
walk(struct diffing *d, struct cursor side[2], struct err *err)
{
	for (;;) {
		int64_t left = side[0].lead, right = side[1].lead;
		int rc = 0;

		if (left == INT64_MAX && right == INT64_MAX)
			return d->count ? flush(d, err) : 0;
		if (left == right)
			d->ret->both++;
		else
			rc = note(d, &side[right < left], right < left, err);
		if (rc == 0 && left <= right)
			rc = cursor_next(&side[0], err);
		if (rc == 0 && right <= left)
			rc = cursor_next(&side[1], err);
		if (rc < 0)
			return -1;
	}
}

int
segment_diff(struct store *st, const struct tenant *t,
    const struct cond_moment *moment, const struct segment_diff *how,
    struct segment_differs *ret, struct err *err)
{
	struct diffing d = {
	    .st = st, .tenant = t, .moment = moment, .how = how, .ret = ret};
	struct cursor side[2] = {{0}};
	int64_t left, right;
	int rc;

	*ret = (struct segment_differs){0};
	if (!how->right && how->from > how->to)
		return err_set(err, ERR_USAGE,
		    "the moment to begin with is the later one");
	if (segment_need(st, t, how->left, &left, err) < 0)
		return -1;
	right = left;
	if (how->right && segment_need(st, t, how->right, &right, err) < 0)
		return -1;
	if (store_begin(st, STORE_SNAPSHOT, "segment diff", err) < 0)
		return -1;
	rc = cursor_open(st, t, left, how->from, &side[0], err);
	if (rc == 0)
		rc = cursor_open(st, t, right, how->to, &side[1], err);
	if (rc == 0)
		rc = walk(&d, side, err);
	cursor_close(&side[0]);
	cursor_close(&side[1]);
	store_rollback(st);
	buf_release(&d.line);
	return rc;
}
