/* SPDX-License-Identifier: ISC */
/* One lead as words for people: every field there is, and who takes care. */
#include "lead/lead_priv.h"

static void
put_value(struct json_writer *w, const struct cond_field *field,
    const struct cond_value *v)
{
	if (v->kind == COND_MISSING)
		return;
	if (v->kind == COND_IS_TIME) {
		json_add_time(w, field->name, v->time);
		return;
	}
	json_put_name(w, field->name);
	switch (v->kind) {
	case COND_IS_NUMBER:
		json_put_real(w, v->number);
		break;
	case COND_IS_BOOL:
		json_put_bool(w, v->number != 0);
		break;
	case COND_IS_LIST:
		json_put_raw(w, v->text);
		break;
	default:
		json_put_text(w, v->text);
	}
}

void
lead_view_put(const struct lead_view *view, struct json_writer *w)
{
	for (size_t f = 0; f < LEAD__MAX; f++)
		put_value(w, &lead_catalogue.fields[f], &view->values[f]);
	if (view->subject.attrs.p) {
		json_put_name(w, "attrs");
		json_put_raw(w, view->subject.attrs);
	}
}

void
lead_needs_all(struct lead_needs *needs)
{
	for (size_t f = 0; f < LEAD__MAX; f++)
		needs->field[f] = true;
	needs->attrs = true;
}

static int
tell_owner(struct store *st, const struct tenant *t, struct str owner,
    struct buf *ret, struct err *err)
{
	struct json_writer w = {.out = ret};
	int got = member_read(st, t, owner, ret, err);

	if (got != 0)
		return got < 0 ? -1 : 0;
	json_put_object(&w);
	json_add_text(&w, "email", owner);
	json_put_end(&w);
	return 0;
}

int
lead_tell(struct store *st, const struct tenant *t, int64_t lead,
    const struct cond_moment *moment, struct buf *ret_lead,
    struct buf *ret_owner, struct err *err)
{
	struct json_writer w = {.out = ret_lead};
	struct lead_needs needs = {0};
	struct lead_views *views;
	const struct lead_view *view;
	struct buf owner = {0};
	int got;

	lead_needs_all(&needs);
	if (lead_views_of(st, t, &needs, moment, &lead, 1, &views, err) < 0)
		return -1;
	got = lead_views_next(views, &view, err);
	if (got > 0) {
		json_put_object(&w);
		lead_view_put(view, &w);
		json_put_end(&w);
		buf_adds(&owner, view->values[LEAD_OWNER].kind == COND_MISSING
				     ? (struct str){"", 0}
				     : view->values[LEAD_OWNER].text);
	}
	lead_views_close(views);
	if (got == 0)
		got = err_set(err, ERR_FAIL, "the lead is not there any more");
	else if (got > 0)
		got = owner.len
			  ? tell_owner(st, t, buf_str(&owner), ret_owner, err)
			  : 0;
	buf_release(&owner);
	return got;
}
