/* SPDX-License-Identifier: ISC */
/*
 * What segments come to: one pass over the leads for all of them, and for all
 * leads, to compare with; the days from what was recorded.
 */
#include <stdlib.h>

#include "segment/compare.sql.h"
#include "segment/fields.sql.h"
#include "segment/segment.h"

struct counting {
	struct segment_stats *all; /* everyone, then each segment */
	size_t count;
	int64_t *number; /* of each segment */
};

static void
count_stage(struct segment_stats *s, struct str stage)
{
	size_t i = 0;

	while (i < s->stage_count && !str_eq(str_of(s->stage[i].name), stage))
		i++;
	if (i == s->stage_count) {
		GROW(s->stage, s->stage_cap, i + 1);
		s->stage[s->stage_count++] =
		    (struct segment_stage){str_dup(stage), 0};
	}
	s->stage[i].leads++;
}

static void
count_lead(struct segment_stats *s, const struct cond_value *values)
{
	const struct cond_value *score = &values[LEAD_SCORE];
	struct str band = values[LEAD_BAND].text;

	s->size++;
	s->converted += values[LEAD_CONVERTED].number != 0;
	if (score->kind == COND_IS_NUMBER) {
		int ten = (int)score->number / 10;

		s->scored++;
		s->score_sum += score->number;
		s->tens[ten < 0 ? 0 : ten > 9 ? 9 : ten]++;
		s->bands[str_is(band, "hot") ? 2 : str_is(band, "warm")]++;
	}
	count_stage(s, values[LEAD_STAGE].kind == COND_IS_TEXT
			   ? values[LEAD_STAGE].text
			   : STR(""));
}

static int
look(void *context, const struct lead_view *view, struct err *err)
{
	struct counting *c = context;
	const struct cond_subject *subject = &view->subject;

	(void)err;
	count_lead(&c->all[0], view->values);
	for (size_t i = 0; i < subject->segment_count; i++)
		for (size_t k = 0; k < c->count; k++)
			if (c->number[k] == subject->segments[i])
				count_lead(&c->all[k + 1], view->values);
	return 0;
}

static int
compare_stages(const void *a, const void *b)
{
	const struct segment_stage *x = a, *y = b;

	if (x->leads != y->leads)
		return x->leads < y->leads ? 1 : -1;
	return strcmp(x->name, y->name);
}

/* ---- days ------------------------------------------------------------ */

static void
make_days(
    struct segment_stats *s, size_t days, const struct cond_moment *moment)
{
	const struct zone *zone = moment->zone ? moment->zone : zone_utc();
	int64_t day = time_bucket(moment->now, UNIT_DAY, zone);

	s->day = xcalloc(days, sizeof(*s->day));
	s->days = days;
	for (size_t i = days; i-- > 0;) {
		s->day[i].start = day;
		day = time_step(day, UNIT_DAY, -1, zone);
	}
}

static int
count_days(struct store *st, const struct tenant *t, int64_t segment,
    const struct cond_moment *moment, struct segment_stats *s, struct err *err)
{
	const struct zone *zone = moment->zone ? moment->zone : zone_utc();
	struct rows *rows;
	uint64_t size = s->size;
	size_t i = 0;
	int got;

	if (store_query(st, &sql_compare_days,
		BINDS(BIND_INT(t->id), BIND_INT(segment),
		    BIND_INT(s->day[0].start), BIND_INT(moment->now),
		    BIND_TEXT(str_of(zone_name(zone)))),
		&rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		while (i < s->days - 1 && s->day[i].start < rows_int(rows, 0))
			i++;
		s->day[i].entered += (uint64_t)rows_int(rows, 1);
		s->day[i].left += (uint64_t)rows_int(rows, 2);
	}
	rows_close(rows);
	for (i = s->days; i-- > 0;) {
		const struct segment_day *d = &s->day[i];

		s->entered += d->entered;
		s->left += d->left;
		s->day[i].size = size;
		/* Never below nothing, whatever --now says. */
		size = size + d->left < d->entered
			   ? 0
			   : size + d->left - d->entered;
	}
	return got;
}

/* ---- all of it -------------------------------------------------------- */

static int
name_all(struct store *st, const struct tenant *t,
    struct segment_stats_all *ret, struct err *err)
{
	struct rows *rows;
	size_t cap = 0;
	int got;

	if (store_query(st, &sql_fields_segments, BINDS(BIND_INT(t->id)), &rows,
		err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		GROW(ret->list, cap, ret->count + 1);
		ret->list[ret->count++] =
		    (struct segment_stats){.name = str_dup(rows_text(rows, 0))};
	}
	rows_close(rows);
	return got;
}

static int
finish(struct store *st, const struct tenant *t, const struct counting *c,
    size_t days, const struct cond_moment *moment, struct err *err)
{
	for (size_t i = 0; i <= c->count; i++) {
		struct segment_stats *s = &c->all[i];
		int64_t by_hand = 0;

		if (s->stage_count)
			qsort(s->stage, s->stage_count, sizeof(*s->stage),
			    compare_stages);
		if (i == 0)
			continue;
		make_days(s, days, moment);
		if (store_int(st, &sql_compare_by_hand,
			BINDS(BIND_INT(t->id), BIND_INT(c->number[i - 1])),
			&by_hand, err) < 0 ||
		    count_days(st, t, c->number[i - 1], moment, s, err) < 0)
			return -1;
		s->by_hand = (uint64_t)by_hand;
	}
	return 0;
}

static int
count_all(struct store *st, const struct tenant *t, size_t days,
    const struct cond_moment *moment, struct segment_stats_all *ret,
    struct err *err)
{
	struct counting c = {.count = ret->count};
	struct lead_needs needs = {.segments = true};
	int rc = 0;

	needs.field[LEAD_SCORE] = needs.field[LEAD_BAND] = true;
	needs.field[LEAD_STAGE] = needs.field[LEAD_CONVERTED] = true;
	c.number = xcalloc(c.count + 1, sizeof(*c.number));
	c.all = xcalloc(c.count + 1, sizeof(*c.all));
	for (size_t i = 0; rc == 0 && i < c.count; i++)
		rc = segment_need(st, t, ret->list[i].name, &c.number[i], err);
	if (rc == 0)
		rc = lead_views_every(
		    st, t, &needs, moment, "segment stats", look, &c, err);
	if (rc == 0)
		rc = finish(st, t, &c, days, moment, err);
	ret->everyone = c.all[0];
	for (size_t i = 0; i < c.count; i++) {
		c.all[i + 1].name = ret->list[i].name;
		ret->list[i] = c.all[i + 1];
	}
	free(c.all);
	free(c.number);
	return rc;
}

int
segment_stats(struct store *st, const struct tenant *t,
    const char *const *names, size_t count, size_t days,
    const struct cond_moment *moment, struct segment_stats_all *ret,
    struct err *err)
{
	*ret = (struct segment_stats_all){0};
	if (!count && name_all(st, t, ret, err) < 0)
		return -1;
	if (count)
		ret->list = xcalloc(count, sizeof(*ret->list));
	for (size_t i = 0; i < count; i++)
		ret->list[ret->count++].name = xstrdup(names[i]);
	return count_all(st, t, days, moment, ret, err);
}

static void
release(struct segment_stats *s)
{
	for (size_t i = 0; i < s->stage_count; i++)
		free(s->stage[i].name);
	free(s->name);
	free(s->stage);
	free(s->day);
}

void
segment_stats_release(struct segment_stats_all *all)
{
	for (size_t i = 0; i < all->count; i++)
		release(&all->list[i]);
	release(&all->everyone);
	free(all->list);
}
