/* SPDX-License-Identifier: ISC */
/*
 * All segments of a tenant, parsed, bound and put in an order in which those
 * that others ask for come first. One that cannot be read keeps its place with
 * its problem.
 */
#include <stdlib.h>
#include <string.h>

#include "segment/segment.sql.h"
#include "segment/segment_priv.h"

/* ---- reading ------------------------------------------------------------- */

static char *
text_or_null(const struct rows *rows, unsigned column)
{
	return rows_null(rows, column) ? NULL
				       : str_dup(rows_text(rows, column));
}

static int64_t
time_or_missing(const struct rows *rows, unsigned column)
{
	return rows_null(rows, column) ? LEAD_MISSING : rows_int(rows, column);
}

static void
take_row(const struct rows *rows, struct kept *k)
{
	struct json_writer w = {.out = &k->signal};

	k->id = rows_int(rows, 0);
	k->name = str_dup(rows_text(rows, 1));
	k->document = str_dup(rows_text(rows, 2));
	k->enabled = rows_int(rows, 3) != 0;
	k->dynamic = rows_int(rows, 4) != 0;
	k->checksum = text_or_null(rows, 5);
	k->fill_checksum = text_or_null(rows, 6);
	k->fill_lead = rows_null(rows, 7) ? 0 : rows_int(rows, 7);
	k->filled_at = time_or_missing(rows, 8);
	k->updated_at = time_or_missing(rows, 9);
	json_put_object(&w);
	json_add_text(&w, "segment", str_of(k->name));
	json_put_end(&w);
}

static int
read_rows(struct store *st, const struct tenant *t, struct plan *plan,
    struct err *err)
{
	struct rows *rows;
	size_t cap = 0;
	int got;

	if (store_query(
		st, &sql_segment_list, BINDS(BIND_INT(t->id)), &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		GROW(plan->kept, cap, plan->count + 1);
		plan->kept[plan->count] = (struct kept){0};
		take_row(rows, &plan->kept[plan->count++]);
	}
	rows_close(rows);
	return got;
}

int
plan_generation(
    struct store *st, const struct tenant *t, int64_t *ret, struct err *err)
{
	*ret = 0;
	return store_int(st, &sql_segment_generation, BINDS(BIND_INT(t->id)),
		   ret, err) < 0
		   ? -1
		   : 0;
}

void
plan_release(struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct kept *k = &plan->kept[i];

		free(k->name);
		free(k->document);
		free(k->checksum);
		free(k->fill_checksum);
		free(k->problem);
		segment_free(k->segment);
		buf_release(&k->signal);
	}
	free(plan->kept);
	free(plan->order);
	memset(plan, 0, sizeof(*plan));
}

/* ---- finding ------------------------------------------------------------- */

struct kept *
plan_find(const struct plan *plan, struct str name)
{
	for (size_t i = 0; i < plan->count; i++)
		if (str_is(name, plan->kept[i].name))
			return &plan->kept[i];
	return NULL;
}

int
plan_need(const struct plan *plan, const char *name, struct kept **ret,
    struct err *err)
{
	struct str wanted = str_of(name);
	struct nearest near;

	*ret = plan_find(plan, wanted);
	if (*ret)
		return 0;
	nearest_start(&near, wanted);
	for (size_t i = 0; i < plan->count; i++)
		nearest_offer(&near, str_of(plan->kept[i].name));
	return nearest_err(&near, "segment", err);
}

bool
plan_asks(const struct kept *k, const char *name)
{
	return k->segment && cond_asks(k->segment->where, name);
}

void
plan_users(const struct plan *plan, const char *name, struct buf *out)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan_asks(&plan->kept[i], name))
			buf_addf(out, "%s%s", out->len ? ", " : "",
			    plan->kept[i].name);
}

/* ---- the order ----------------------------------------------------------- */

enum { UNSEEN, ON_THE_WAY, PLACED };

struct sorting {
	struct plan *plan;
	unsigned char *state;
	size_t *way; /* the segments between the first and this one */
	size_t way_count, placed;
};

static int
refuse_circle(const struct sorting *s, size_t at, struct err *err)
{
	struct buf way = {0};
	size_t i = 0;

	while (s->way[i] != at)
		i++;
	for (; i < s->way_count; i++)
		buf_addf(&way, "%s, which asks for ",
		    quoted(str_of(s->plan->kept[s->way[i]].name)));
	err_set(err, ERR_USAGE, "a circle: %s%s", way.p,
	    quoted(str_of(s->plan->kept[at].name)));
	buf_release(&way);
	return -1;
}

static int
place(struct sorting *s, size_t at, struct err *err)
{
	const struct kept *k = &s->plan->kept[at];

	if (s->state[at] == PLACED)
		return 0;
	if (s->state[at] == ON_THE_WAY)
		return refuse_circle(s, at, err);
	s->state[at] = ON_THE_WAY;
	s->way[s->way_count++] = at;
	for (size_t i = 0;
	     k->segment && i < cond_segment_count(k->segment->where); i++) {
		struct kept *other = plan_find(
		    s->plan, str_of(cond_segment(k->segment->where, i)));

		if (other && place(s, (size_t)(other - s->plan->kept), err) < 0)
			return -1;
	}
	s->way_count--;
	s->state[at] = PLACED;
	s->plan->order[s->placed++] = at;
	return 0;
}

int
plan_sort(struct plan *plan, struct err *err)
{
	struct sorting s = {.plan = plan,
	    .state = xcalloc(plan->count + 1, 1),
	    .way = xcalloc(plan->count + 1, sizeof(*s.way))};
	int code = 0;

	free(plan->order);
	plan->order = xcalloc(plan->count + 1, sizeof(*plan->order));
	for (size_t i = 0; code == 0 && i < plan->count; i++)
		code = place(&s, i, err);
	free(s.state);
	free(s.way);
	return code;
}

/* ---- making ready -------------------------------------------------------- */

/* Everything the membership depends on beside the lead itself. */
static void
checksum(const struct tenant *t, struct kept *k)
{
	const struct tenant_settings *set = &t->settings;
	struct buf text = {0};

	buf_addf(&text, "%s\n%s %lld %lld %lld %lld %lld",
	    k->segment->where_json, set->zone_name, (long long)set->band_warm,
	    (long long)set->band_hot, (long long)set->priority_critical,
	    (long long)set->priority_high, (long long)set->priority_medium);
	for (char **event = set->conversion_events; *event; event++)
		buf_addf(&text, " %s", *event);
	sha256_hex(text.p, text.len, k->now);
	buf_release(&text);
}

static void
spoil(struct kept *k, const struct err *err)
{
	free(k->problem);
	k->problem = str_dup(str_of(err->text));
}

/* What follows the data, what is behind, and what is asked for. */
static void
assess(const struct tenant *t, struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct kept *k = &plan->kept[i];

		if (k->problem || !k->enabled)
			continue;
		checksum(t, k);
		k->follows = k->dynamic;
		/* A look at all that was cut short may have emptied the queue.
		 */
		k->fill = !k->checksum ||
			  (k->dynamic && (k->fill_checksum ||
					     strcmp(k->checksum, k->now) != 0));
		if (k->follows)
			lead_needs_cond(&plan->needs, k->segment->where);
	}
	for (size_t i = 0; i < plan->count; i++)
		for (size_t j = 0; j < plan->count; j++)
			if (plan->kept[j].follows &&
			    plan_asks(&plan->kept[j], plan->kept[i].name))
				plan->kept[i].asked_for = true;
}

int
plan_bind(struct plan *plan, struct store *st, const struct tenant *t,
    struct err *err)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct kept *k = &plan->kept[i];

		if (!k->problem &&
		    lead_bind(st, t, k->segment->where, err) < 0) {
			if (err->kind != ERR_USAGE)
				return -1;
			spoil(k, err);
			k->follows = k->fill = false;
			err_clear(err);
		}
	}
	return 0;
}

int
plan_load(
    struct store *st, const struct tenant *t, struct plan *ret, struct err *err)
{
	struct err own = {0};

	memset(ret, 0, sizeof(*ret));
	if (plan_generation(st, t, &ret->generation, err) < 0 ||
	    read_rows(st, t, ret, err) < 0)
		return -1;
	for (size_t i = 0; i < ret->count; i++) {
		struct kept *k = &ret->kept[i];

		if (segment_parse_text(
			str_of(k->document), k->name, &k->segment, &own) < 0)
			spoil(k, &own);
		else
			cond_salt(k->segment->where, str_of(k->name));
	}
	if (plan_bind(ret, st, t, err) < 0 || plan_sort(ret, err) < 0)
		return -1;
	assess(t, ret);
	return 0;
}
