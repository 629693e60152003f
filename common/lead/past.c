/* SPDX-License-Identifier: ISC */
/*
 * When fields of leads changed: written with the change, in its transaction,
 * and read side by side with the leads that are looked at. Scores keep a
 * history of their own, which is read here as changes, too.
 */
#include <stdlib.h>

#include "lead/lead_priv.h"
#include "lead/past.sql.h"

/* ---- writing ------------------------------------------------------------ */

static void
add_change(struct bulk *b, int64_t lead, struct str field, int64_t at)
{
	bulk_int(b, lead);
	bulk_text(b, field);
	bulk_int(b, at);
	bulk_end_row(b);
}

/* Attributes of either that the other has not, or has with another value; both
 * have their keys in byte order. */
static void
add_attrs(struct bulk *b, int64_t lead, struct str before, struct str after,
    int64_t at)
{
	struct json_scanner old = {0}, new = {0};
	struct buf field = {0};
	size_t i = 0, k = 0;

	if (before.p && json_scan_object(&old, before) < 0)
		old.count = 0;
	if (after.p && json_scan_object(&new, after) < 0)
		new.count = 0;
	while (i < old.count || k < new.count) {
		int order = i == old.count   ? 1
			    : k == new.count ? -1
					     : str_cmp(old.member[i].name,
						   new.member[k].name);
		struct str name =
		    order <= 0 ? old.member[i].name : new.member[k].name;

		if (order != 0 ||
		    !str_eq(old.member[i].raw, new.member[k].raw)) {
			buf_clear(&field);
			buf_addstr(&field, "attrs.");
			buf_adds(&field, name);
			add_change(b, lead, buf_str(&field), at);
		}
		i += order <= 0;
		k += order >= 0;
	}
	buf_release(&field);
	json_scanner_release(&old);
	json_scanner_release(&new);
}

void
lead_changes_add(struct bulk *b, int64_t lead, uint64_t changed,
    struct str attrs_before, struct str attrs_after, int64_t at)
{
	for (size_t f = 0; f < LEAD_STORED; f++)
		if (changed >> f & 1 && lead_catalogue.history(f))
			add_change(
			    b, lead, str_of(lead_catalogue.fields[f].name), at);
	if (changed >> LEAD_STORED & 1)
		add_attrs(b, lead, attrs_before, attrs_after, at);
}

int
lead_changes_store(
    struct store *st, const struct tenant *t, struct bulk *b, struct err *err)
{
	return store_bulk_run(
	    st, b, &sql_field_change_insert, BINDS(BIND_INT(t->id)), err);
}

/* ---- reading ------------------------------------------------------------ */

struct lead_past {
	bool field[LEAD__MAX];
	bool attrs;
	struct rows *changes, *scores;
	int64_t change_lead, score_lead; /* of the row they stand on */
	struct cond_change *change;
	size_t count, cap;
	struct arena arena; /* keys */
};

static bool
asks_scores(const struct lead_needs *n)
{
	return n->history[LEAD_SCORE] || n->history[LEAD_FIT] ||
	       n->history[LEAD_ENGAGEMENT];
}

static bool
asks_stored(const struct lead_needs *n)
{
	for (size_t f = 0; f < LEAD_STORED; f++)
		if (n->history[f])
			return true;
	return n->attr_history;
}

static int
step(struct rows *rows, int64_t *lead, struct err *err)
{
	int got = rows_next(rows, err);

	if (got < 0)
		return -1;
	*lead = got ? rows_int(rows, 0) : INT64_MAX;
	return 0;
}

int
lead_past_open(struct store *st, const struct lead_needs *needs, bool range,
    const struct bind *binds, size_t count, struct lead_past **ret,
    struct err *err)
{
	struct lead_past *p;

	if (!asks_stored(needs) && !asks_scores(needs))
		return 0;
	p = *ret = xcalloc(1, sizeof(*p));
	memcpy(p->field, needs->history, sizeof(p->field));
	p->attrs = needs->attr_history;
	p->change_lead = p->score_lead = INT64_MAX;
	if (asks_stored(needs) &&
	    (store_query(st, range ? &sql_past_changes : &sql_past_changes_of,
		 binds, count, &p->changes, err) < 0 ||
		step(p->changes, &p->change_lead, err) < 0))
		return -1;
	if (asks_scores(needs) &&
	    (store_query(st, range ? &sql_past_scores : &sql_past_scores_of,
		 binds, count, &p->scores, err) < 0 ||
		step(p->scores, &p->score_lead, err) < 0))
		return -1;
	return 0;
}

static void
keep(struct lead_past *p, size_t field, struct str key, int64_t at, bool first)
{
	GROW(p->change, p->cap, p->count + 1);
	p->change[p->count++] = (struct cond_change){field, key, at, first};
}

static void
keep_stored(struct lead_past *p)
{
	const struct str prefix = STR("attrs.");
	struct str name = rows_text(p->changes, 1);
	int64_t at = rows_int(p->changes, 2);

	if (str_starts(name, prefix)) {
		name.p += prefix.n;
		name.n -= prefix.n;
		if (p->attrs)
			keep(p, COND_ATTRS, arena_str(&p->arena, name), at,
			    false);
		return;
	}
	for (size_t f = 0; f < LEAD_STORED; f++)
		if (p->field[f] && str_is(name, lead_catalogue.fields[f].name))
			keep(p, f, (struct str){0}, at, false);
}

int
lead_past_read(struct lead_past *p, int64_t lead,
    const struct cond_change **ret, size_t *ret_count, struct err *err)
{
	int64_t score[3] = {0};
	bool begun = false;

	p->count = 0;
	arena_clear(&p->arena);
	for (; p->change_lead <= lead;) {
		if (p->change_lead == lead)
			keep_stored(p);
		if (step(p->changes, &p->change_lead, err) < 0)
			return -1;
	}
	for (; p->score_lead <= lead;) {
		for (unsigned i = 0; p->score_lead == lead && i < 3; i++) {
			int64_t now = rows_int(p->scores, 2 + i);

			if (p->field[LEAD_SCORE + i] &&
			    (!begun || now != score[i]))
				keep(p, LEAD_SCORE + i, (struct str){0},
				    rows_int(p->scores, 1), !begun);
			score[i] = now;
		}
		begun = begun || p->score_lead == lead;
		if (step(p->scores, &p->score_lead, err) < 0)
			return -1;
	}
	*ret = p->change;
	*ret_count = p->count;
	return 0;
}

void
lead_past_close(struct lead_past *p)
{
	if (!p)
		return;
	rows_close(p->changes);
	rows_close(p->scores);
	free(p->change);
	arena_release(&p->arena);
	free(p);
}
