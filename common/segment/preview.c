/* SPDX-License-Identifier: ISC */
/*
 * Who a condition would find: how many, and a few of them. The few are those
 * with the least hash of their ids, so that the same leads show the same ones
 * and yet not always the oldest.
 */
#include <string.h>

#include "segment/segment.h"

struct choice {
	uint64_t hash;
	int64_t lead;
};

struct choosing {
	const struct cond *where;
	const struct cond_moment *moment;
	struct segment_preview *ret;
	struct choice best[SEGMENT_SAMPLES]; /* least hash first */
	size_t count;
};

/* Shown of each lead, before what the condition looks at. */
static const enum lead_field shown[] = {LEAD_ID, LEAD_EMAIL, LEAD_NAME,
    LEAD_COMPANY, LEAD_TITLE, LEAD_INDUSTRY, LEAD_SCORE};

static void
consider(struct choosing *c, struct str id, int64_t lead)
{
	struct choice one = {hash64(id.p, id.n, 0), lead};
	size_t i = c->count;

	if (c->count == SEGMENT_SAMPLES && c->best[i - 1].hash <= one.hash)
		return;
	while (i > 0 && c->best[i - 1].hash > one.hash)
		i--;
	if (c->count < SEGMENT_SAMPLES)
		c->count++;
	memmove(&c->best[i + 1], &c->best[i],
	    (c->count - i - 1) * sizeof(c->best[0]));
	c->best[i] = one;
}

static int
look(void *context, const struct lead_view *view, struct err *err)
{
	struct choosing *c = context;

	(void)err;
	c->ret->leads++;
	if (!cond_eval(c->where, &view->subject, c->moment, NULL))
		return 0;
	c->ret->found++;
	consider(c, view->values[LEAD_ID].text, view->lead_id);
	return 0;
}

struct showing {
	struct segment_preview *ret;
	size_t shown;
};

static int
show(void *context, const struct lead_view *view, struct err *err)
{
	struct showing *s = context;
	struct segment_preview *p = s->ret;
	struct json_writer w = {.out = &p->samples};

	(void)err;
	if (s->shown++ > 0)
		buf_addc(&p->samples, '\n');
	json_put_object(&w);
	for (size_t i = 0; i < p->field_count; i++) {
		const struct cond_value *v = &view->values[p->field[i]];

		if (v->kind == COND_MISSING)
			continue;
		json_put_name(&w, p->column[i]);
		lead_put_value(&w, v);
	}
	json_put_end(&w);
	return 0;
}

static void
choose_fields(const struct cond *where, struct segment_preview *ret)
{
	bool taken[LEAD__MAX] = {0};
	size_t count = 0;

	for (size_t i = 0; i < COUNT_OF(shown); i++) {
		ret->field[count++] = shown[i];
		taken[shown[i]] = true;
	}
	for (size_t f = 0; f < LEAD__MAX; f++)
		if (!taken[f] && cond_uses_field(where, f))
			ret->field[count++] = (enum lead_field)f;
	for (size_t i = 0; i < count; i++)
		ret->column[i] =
		    ret->field[i] == LEAD_ID
			? "lead"
			: lead_catalogue.fields[ret->field[i]].name;
	ret->field_count = count;
}

/* The leads chosen, as they come in the store. */
static int
show_chosen(struct store *st, const struct tenant *t, const struct choosing *c,
    struct err *err)
{
	struct showing showing = {c->ret, 0};
	struct lead_needs needs = {0};
	int64_t leads[SEGMENT_SAMPLES];
	int rc;

	for (size_t i = 0; i < c->ret->field_count; i++)
		needs.field[c->ret->field[i]] = true;
	for (size_t i = 0, k; i < c->count; i++) {
		for (k = i; k > 0 && leads[k - 1] > c->best[i].lead; k--)
			leads[k] = leads[k - 1];
		leads[k] = c->best[i].lead;
	}
	if (store_begin(st, STORE_SNAPSHOT, "segment preview", err) < 0)
		return -1;
	rc = lead_views_these(
	    st, t, &needs, c->moment, leads, c->count, show, &showing, err);
	store_rollback(st);
	return rc;
}

int
segment_preview(struct store *st, const struct tenant *t,
    const struct cond *where, const struct cond_moment *moment,
    struct segment_preview *ret, struct err *err)
{
	struct choosing chosen = {where, moment, ret, {{0}}, 0};
	struct lead_needs needs = {0};

	memset(ret, 0, sizeof(*ret));
	choose_fields(where, ret);
	lead_needs_cond(&needs, where);
	needs.field[LEAD_ID] = true;
	if (lead_views_every(st, t, &needs, moment, "segment preview", look,
		&chosen, err) < 0)
		return -1;
	return show_chosen(st, t, &chosen, err);
}

void
segment_preview_release(struct segment_preview *p)
{
	buf_release(&p->samples);
}

void
segment_put_preview(const struct segment_preview *p, struct buf *out)
{
	struct json_writer w = {.out = out};
	struct str rest = buf_str(&p->samples), sample;

	json_put_object(&w);
	json_add_int(&w, "count", (int64_t)p->found);
	json_add_int(&w, "leads", (int64_t)p->leads);
	json_put_name(&w, "samples");
	json_put_array(&w);
	for (bool more = rest.n > 0; more;) {
		more = str_cut(&rest, '\n', &sample);
		json_put_raw(&w, sample);
	}
	json_put_end(&w);
	json_put_end(&w);
}
