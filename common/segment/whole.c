/* SPDX-License-Identifier: ISC */
/*
 * Looking at all leads: for a few segments by SQL, one after another, for many
 * of them lead by lead. Either way in steps that are noted, so that a run that
 * was cut short goes on where it was.
 */
#include <stdlib.h>
#include <string.h>

#include "segment/refresh.h"
#include "segment/segment.sql.h"

enum {
	RANGE = 16384, /* leads looked at before anybody else is let in */
	FEW = 6,       /* segments for which SQL is quicker than reading all */
	HELD = 1000,   /* ms of one transaction while nobody waits */
	ROWS = 100000, /* changes of one transaction */
};

struct pass {
	struct refreshing *r;
	int64_t last;    /* the largest number of a lead */
	uint64_t before; /* leads of the segments that are done already */
	uint64_t whole;
	size_t rows; /* changes in the open transaction */
	/* By SQL one after the other, or all of them by one judge. */
	const struct kept *kept;
	struct filler *filler;
	struct judge *judge;
};

/* ---- where it stands ----------------------------------------------------- */

static int
begin_fill(struct refreshing *r, struct kept *k, struct err *err)
{
	k->fill_lead = 0;
	free(k->fill_checksum);
	k->fill_checksum = str_dup(str_of(k->now));
	return store_run(r->st, &sql_segment_fill_begin,
	    BINDS(BIND_INT(r->tenant->id), BIND_INT(k->id),
		BIND_TEXT(str_of(k->now))),
	    NULL, err);
}

/* All that are filled begin anew or go on; when all that follow are among
 * them, nobody has to wait in the queue any more. */
static int
begin_all(struct refreshing *r, struct err *err)
{
	bool resumed = false, all = !r->job->name_count;

	if (r->job->dry_run)
		return 0;
	if (refresh_begin(r, err) < 0)
		return -1;
	if (r->outdated) {
		store_rollback(r->st);
		return 0;
	}
	for (size_t i = 0; i < r->plan.count; i++) {
		struct kept *k = &r->plan.kept[i];

		if (!r->fill[i]) {
			all = all && !k->follows;
			continue;
		}
		if (k->fill_checksum && !r->job->all &&
		    strcmp(k->fill_checksum, k->now) == 0) {
			resumed = true;
			continue;
		}
		if (begin_fill(r, k, err) < 0)
			return -1;
	}
	if (all && !resumed &&
	    work_clear(r->st, r->tenant->id, WORK_SEGMENT, err) < 0)
		return -1;
	return store_commit(r->st, false, err);
}

static int
note(struct refreshing *r, const struct kept *k, int64_t lead, bool end,
    struct err *err)
{
	return store_run(r->st,
	    end ? &sql_segment_fill_end : &sql_segment_fill_advance,
	    BINDS(BIND_INT(r->tenant->id), BIND_INT(k->id),
		BIND_INT(end ? r->job->moment.now : lead)),
	    NULL, err);
}

/* ---- steps --------------------------------------------------------------- */

static int
open_step(struct pass *p, struct err *err)
{
	p->rows = 0;
	if (store_in_transaction(p->r->st))
		return 0;
	return refresh_begin(p->r, err);
}

/* True when it is time to commit. */
static bool
long_enough(struct pass *p)
{
	struct refreshing *r = p->r;

	return r->job->dry_run || p->rows > ROWS || r->lines.len > (8 << 20) ||
	       store_held(r->st) > HELD || store_awaited(r->st);
}

static int
write_range(struct pass *p, struct err *err)
{
	struct batch *b = p->r->batch;

	p->rows += bulk_count(b->in) + bulk_count(b->out);
	return refresh_write(p->r, err);
}

/* Range by range, from the leads after one; `look` finds who enters and leaves,
 * `tell` notes where that stands. */
static int
go_through(struct pass *p, int64_t after,
    int (*look)(struct pass *p, int64_t after, int64_t last, struct err *err),
    int (*tell)(struct pass *p, int64_t last, bool end, struct err *err),
    struct err *err)
{
	struct refreshing *r = p->r;

	while (!r->ret->stopped) {
		int64_t last =
		    after + RANGE < p->last ? after + RANGE : p->last;
		bool end = last >= p->last;

		if (!store_in_transaction(r->st) && open_step(p, err) < 0)
			return -1;
		if (r->outdated)
			return 0;
		if ((last > after && look(p, after, last, err) < 0) ||
		    write_range(p, err) < 0 || tell(p, last, end, err) < 0)
			return -1;
		after = last;
		if ((end || long_enough(p)) &&
		    refresh_end(r, p->before + (uint64_t)after, p->whole, err) <
			0)
			return -1;
		if (end)
			break;
	}
	return 0;
}

/* ---- by SQL -------------------------------------------------------------- */

static int
fill_range(struct pass *p, int64_t after, int64_t last, struct err *err)
{
	/* Each lead once, however many segments ask for it. */
	if (!p->before)
		p->r->pending.looked += (uint64_t)(last - after);
	return filler_range(p->filler, after, last, p->r->batch, err);
}

static int
note_filled(struct pass *p, int64_t last, bool end, struct err *err)
{
	return note(p->r, p->kept, last, end, err);
}

static int
fill_by_sql(struct pass *p, struct err *err)
{
	struct refreshing *r = p->r;
	int code = 0;

	p->whole = (uint64_t)p->last * r->fills;
	for (size_t i = 0; code == 0 && i < r->plan.count; i++) {
		size_t at = r->plan.order[i];
		struct kept *k = &r->plan.kept[at];
		struct filler f;

		if (!r->fill[at] || r->outdated || r->ret->stopped)
			continue;
		filler_init(&f, r->st, r->tenant, k, &r->job->moment,
		    r->job->flush != NULL);
		p->kept = k;
		p->filler = &f;
		code =
		    go_through(p, k->fill_lead, fill_range, note_filled, err);
		filler_release(&f);
		p->before += (uint64_t)p->last;
	}
	return code;
}

/* ---- lead by lead -------------------------------------------------------- */

static int
judge_leads(struct pass *p, int64_t after, int64_t last, struct err *err)
{
	return judge_range(p->judge, after, last, p->r->batch, err);
}

static int
note_all(struct pass *p, int64_t last, bool end, struct err *err)
{
	struct refreshing *r = p->r;

	for (size_t i = 0; i < r->plan.count; i++)
		if (r->fill[i] && !r->job->dry_run &&
		    note(r, &r->plan.kept[i], last, end, err) < 0)
			return -1;
	return 0;
}

static int
fill_by_lead(struct pass *p, struct err *err)
{
	struct refreshing *r = p->r;
	int64_t after = INT64_MAX;
	bool *ask = xcalloc(r->plan.count + 1, sizeof(*ask));
	struct judge j;
	int code;

	/* A dry run shows what follows from what, too. */
	for (size_t i = 0; i < r->plan.count; i++) {
		const struct kept *k = &r->plan.kept[i];

		ask[i] = r->fill[i] ||
			 (r->job->dry_run && k->follows && !r->job->name_count);
		if (r->fill[i] && k->fill_lead < after)
			after = k->fill_lead;
	}
	if (r->job->dry_run)
		after = 0;
	p->whole = (uint64_t)p->last;
	judge_init(&j, r->st, r->tenant, &r->plan, &r->job->moment,
	    r->job->flush != NULL, ask);
	p->judge = &j;
	code = go_through(p, after, judge_leads, note_all, err);
	judge_release(&j);
	free(ask);
	return code;
}

/* What a title means is told by a table in C, and by a hundred comparisons in
 * SQL. */
static bool
dear_in_sql(const struct refreshing *r)
{
	for (size_t i = 0; i < r->plan.count; i++)
		if (r->fill[i] &&
		    cond_uses_field(
			r->plan.kept[i].segment->where, LEAD_SENIORITY))
			return true;
	return false;
}

int
refresh_whole(struct refreshing *r, struct err *err)
{
	struct pass p = {.r = r};
	int code;

	if (begin_all(r, err) < 0)
		return -1;
	if (r->outdated)
		return 0;
	if (store_begin(r->st, STORE_SNAPSHOT, "segment refresh", err) < 0)
		return -1;
	code = lead_last(r->st, r->tenant, &p.last, err);
	store_rollback(r->st);
	if (code < 0)
		return -1;
	if (r->job->dry_run || r->fills > FEW || dear_in_sql(r))
		return fill_by_lead(&p, err);
	return fill_by_sql(&p, err);
}
