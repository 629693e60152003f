/* SPDX-License-Identifier: ISC */
/*
 * What was begun lately, so that of no span of time there is more in it than
 * may be. Moments with counts, the oldest first. Of many the nearest two become
 * one at the later moment: that errs to the side of waiting.
 */
#include <inttypes.h>

#include "notify/notify_priv.h"

#define CLOCKS_DIFFER MS_MINUTE

static int64_t
most_of(const struct rates *rates)
{
	int64_t most = 0;

	for (size_t i = 0; i < rates->count; i++)
		if (rates->rate[i].count > most)
			most = rates->rate[i].count;
	return most;
}

static void
drop_oldest(struct pace *p, size_t n)
{
	p->count -= n;
	memmove(p->mark, p->mark + n, p->count * sizeof(*p->mark));
}

/* Those are of no interest which as many are younger than as any limit lets
 * through at all. */
static void
forget_needless(struct pace *p, const struct rates *rates)
{
	int64_t most = most_of(rates), younger = 0;
	size_t i = p->count;

	while (i > 0 && younger < most)
		younger += p->mark[--i].count;
	drop_oldest(p, i);
}

/* The two that are nearest to each other, for how long ago they are. */
static void
merge_nearest(struct pace *p)
{
	int64_t newest = p->mark[p->count - 1].at;
	double least = 0;
	size_t best = 0;

	for (size_t i = 0; i + 1 < p->count; i++) {
		double gap = (double)(p->mark[i + 1].at - p->mark[i].at) /
			     (double)(newest - p->mark[i].at + 1);

		if (i == 0 || gap < least) {
			least = gap;
			best = i;
		}
	}
	p->mark[best + 1].count += p->mark[best].count;
	p->count--;
	memmove(p->mark + best, p->mark + best + 1,
	    (p->count - best) * sizeof(*p->mark));
}

void
pace_add(struct pace *p, const struct rates *rates, int64_t at, int64_t count)
{
	if (count <= 0)
		return;
	if (p->count > 0 && at <= p->mark[p->count - 1].at) {
		p->mark[p->count - 1].count += count;
	} else {
		if (p->count == PACE_MARKS)
			merge_nearest(p);
		p->mark[p->count++] = (struct pace_mark){at, count};
	}
	forget_needless(p, rates);
}

int64_t
pace_room(const struct pace *p, const struct rates *rates, int64_t now)
{
	int64_t room = INT64_MAX;

	for (size_t r = 0; r < rates->count; r++) {
		int64_t left = rates->rate[r].count;

		for (size_t i = 0; i < p->count; i++)
			if (p->mark[i].at > now - rates->rate[r].span)
				left -= p->mark[i].count;
		if (left < room)
			room = left;
	}
	return room < 0 ? 0 : room;
}

int64_t
pace_next(const struct pace *p, const struct rates *rates, int64_t now)
{
	int64_t next = now;

	for (size_t r = 0; r < rates->count; r++) {
		int64_t younger = 0;
		size_t i = p->count;

		while (i > 0 && younger < rates->rate[r].count)
			younger += p->mark[--i].count;
		if (younger >= rates->rate[r].count &&
		    p->mark[i].at + rates->rate[r].span > next)
			next = p->mark[i].at + rates->rate[r].span;
	}
	return next;
}

int64_t
pace_until(const struct pace *p, const struct rates *rates)
{
	int64_t span = 0;

	for (size_t r = 0; r < rates->count; r++)
		if (rates->rate[r].span > span)
			span = rates->rate[r].span;
	return p->count ? p->mark[p->count - 1].at + span : 0;
}

void
pace_put(const struct pace *p, struct buf *out)
{
	for (size_t i = 0; i < p->count; i++)
		buf_addf(out, "%s%" PRId64 ":%" PRId64, i ? " " : "",
		    p->mark[i].at, p->mark[i].count);
}

/* What is far ahead was written by a clock that was wrong, or by a run for
 * another day: it counts as if it were now. */
void
pace_read(struct pace *p, struct str text, int64_t now)
{
	struct str mark, at;
	int64_t moment, count;
	bool more = text.n > 0;

	p->count = 0;
	while (more && p->count < PACE_MARKS) {
		more = str_cut(&text, ' ', &mark);
		if (!str_cut(&mark, ':', &at) || !number_int(at, &moment) ||
		    !number_int(mark, &count) || count <= 0)
			continue;
		if (moment > now + CLOCKS_DIFFER)
			moment = now;
		if (p->count > 0 && moment < p->mark[p->count - 1].at)
			moment = p->mark[p->count - 1].at;
		p->mark[p->count++] = (struct pace_mark){moment, count};
	}
}
