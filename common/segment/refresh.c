/* SPDX-License-Identifier: ISC */
/*
 * Keeping who is in: finds out what there is to do, does it in steps, and
 * leaves everything so that a killed run is completed by the next one. Looking
 * at all leads stands in whole.c.
 */
#include <stdlib.h>
#include <string.h>

#include "segment/refresh.h"
#include "segment/segment.sql.h"

enum {
	STEP = 1000,   /* leads of one transaction */
	SHARE = 5,     /* all leads are looked at when one in so many waits */
	SMALL = 10000, /* fewer marks than this never make that worth while */
};

/* ---- steps --------------------------------------------------------------- */

int
refresh_begin(struct refreshing *r, struct err *err)
{
	int64_t generation;

	batch_clear(r->batch);
	if (store_begin(r->st, r->job->dry_run ? STORE_SNAPSHOT : STORE_CHANGE,
		"segment refresh", err) < 0 ||
	    plan_generation(r->st, r->tenant, &generation, err) < 0)
		return -1;
	/* Somebody has changed a definition since. */
	r->outdated = generation != r->plan.generation;
	return r->outdated ? 0 : plan_bind(&r->plan, r->st, r->tenant, err);
}

int
refresh_write(struct refreshing *r, struct err *err)
{
	struct batch *b = r->batch;

	if (!r->job->dry_run &&
	    batch_write(r->st, r->tenant, r->job->moment.now, b, err) < 0)
		return -1;
	r->pending.looked += b->looked;
	r->pending.entered += b->entered;
	r->pending.left += b->left;
	buf_adds(&r->lines, buf_str(&b->lines));
	batch_clear(b);
	return 0;
}

int
refresh_end(
    struct refreshing *r, uint64_t done, uint64_t whole, struct err *err)
{
	const struct segment_refresh *job = r->job;
	struct segment_refreshed *ret = r->ret;

	if (job->dry_run)
		store_rollback(r->st);
	else if (store_commit(r->st, false, err) < 0 ||
		 lease_renew(r->st, err) < 0)
		return -1;
	ret->looked += r->pending.looked;
	ret->entered += r->pending.entered;
	ret->left += r->pending.left;
	memset(&r->pending, 0, sizeof(r->pending));
	if (job->flush && r->lines.len &&
	    job->flush(job->context, buf_str(&r->lines), err) < 0)
		return -1;
	buf_clear(&r->lines);
	if (job->progress &&
	    job->progress(job->context, whole ? done : ret->looked, whole))
		ret->stopped = true;
	return 0;
}

static bool
halted(const struct refreshing *r)
{
	return r->outdated || r->ret->stopped;
}

/* ---- the queue ----------------------------------------------------------- */

/* The next marks: taken, or only looked at in a dry run. */
static int
next_marks(struct refreshing *r, int64_t after, int64_t leads[STEP],
    size_t *ret, struct err *err)
{
	if (!r->job->dry_run)
		return work_claim(
		    r->st, r->tenant->id, WORK_SEGMENT, STEP, leads, ret, err);
	return work_look(
	    r->st, r->tenant->id, WORK_SEGMENT, after, STEP, leads, ret, err);
}

static int
do_marks(struct refreshing *r, struct judge *j, struct err *err)
{
	int64_t *leads = xreallocarray(NULL, STEP, sizeof(*leads)), after = 0;
	size_t count = 0;
	int code = 0;

	while (code == 0 && !halted(r)) {
		code = refresh_begin(r, err);
		if (code == 0 && !r->outdated)
			code = next_marks(r, after, leads, &count, err);
		if (code == 0 && (r->outdated || count == 0)) {
			store_rollback(r->st);
			break;
		}
		if (code == 0)
			code = judge_of(j, leads, count, r->batch, err);
		if (code == 0)
			code = refresh_write(r, err);
		if (code == 0)
			code = refresh_end(r, 0, 0, err);
		if (code == 0)
			after = leads[count - 1];
	}
	free(leads);
	return code;
}

/* ---- what is due --------------------------------------------------------- */

static int
due_chunk(struct refreshing *r, int64_t after, int64_t *ret, struct err *err)
{
	return store_int(r->st, &sql_segment_due_next,
	    BINDS(BIND_INT(r->tenant->id), BIND_INT(r->job->moment.now),
		BIND_INT(after)),
	    ret, err);
}

/* Gathers whole chunks of due leads. */
static int
next_due(struct refreshing *r, int64_t *after, int64_t leads[STEP],
    int64_t chunks[STEP], size_t *ret_leads, size_t *ret_chunks,
    struct err *err)
{
	size_t count = 0, n = 0;
	int64_t chunk;
	int got = 1;

	while (count + 256 <= STEP && n < STEP &&
	       (got = due_chunk(r, *after, &chunk, err)) > 0) {
		struct rows *rows;

		if (store_query(r->st, &sql_segment_due_leads,
			BINDS(BIND_INT(r->tenant->id), BIND_INT(chunk),
			    BIND_INT(r->job->moment.now)),
			&rows, err) < 0)
			return -1;
		while ((got = rows_next(rows, err)) > 0)
			leads[count++] = rows_int(rows, 0);
		rows_close(rows);
		if (got < 0)
			return -1;
		chunks[n++] = *after = chunk;
	}
	*ret_leads = count;
	*ret_chunks = n;
	return got < 0 ? -1 : 0;
}

static int
do_due_step(struct refreshing *r, struct judge *j, const int64_t *leads,
    size_t count, const int64_t *chunks, size_t n, struct err *err)
{
	if ((count && judge_of(j, leads, count, r->batch, err) < 0) ||
	    refresh_write(r, err) < 0)
		return -1;
	for (size_t i = 0; !r->job->dry_run && i < n; i++)
		if (store_run(r->st, &sql_segment_due_renew,
			BINDS(BIND_INT(r->tenant->id), BIND_INT(chunks[i])),
			NULL, err) < 0)
			return -1;
	return refresh_end(r, 0, 0, err);
}

static int
do_due(struct refreshing *r, struct judge *j, struct err *err)
{
	int64_t *leads = xreallocarray(NULL, 2 * STEP, sizeof(*leads));
	int64_t *chunks = leads + STEP, after = -1;
	int code = 0;

	while (code == 0 && !halted(r)) {
		size_t count = 0, n = 0;

		code = refresh_begin(r, err);
		if (code == 0 && !r->outdated)
			code =
			    next_due(r, &after, leads, chunks, &count, &n, err);
		if (code == 0 && n == 0) {
			store_rollback(r->st);
			break;
		}
		if (code == 0)
			code = do_due_step(r, j, leads, count, chunks, n, err);
	}
	free(leads);
	return code;
}

/* ---- what there is to do ------------------------------------------------- */

/* 1 when so many leads wait that looking at all of them is quicker. */
static int
many_wait(struct refreshing *r, struct err *err)
{
	int64_t waiting, leads = 0;

	if (work_count(
		r->st, r->tenant->id, WORK_SEGMENT, SMALL, &waiting, err) < 0)
		return -1;
	if (waiting < SMALL)
		return 0;
	if (work_count(r->st, r->tenant->id, WORK_SEGMENT, INT64_MAX, &waiting,
		err) < 0 ||
	    store_int(r->st, &sql_segment_lead_count,
		BINDS(BIND_INT(r->tenant->id)), &leads, err) < 0)
		return -1;
	return waiting > leads / SHARE;
}

static int
choose_named(struct refreshing *r, struct err *err)
{
	const struct segment_refresh *job = r->job;

	for (size_t i = 0; i < r->plan.count; i++)
		r->fill[i] = false;
	for (size_t i = 0; i < job->name_count; i++) {
		struct kept *k;

		if (plan_need(&r->plan, job->names[i], &k, err) < 0)
			return -1;
		if (job->behind) {
			r->fill[k - r->plan.kept] = k->fill;
			continue;
		}
		if (!k->enabled)
			return err_set(err, ERR_USAGE, "segment %s is disabled",
			    quoted(str_of(k->name)));
		if (!k->dynamic && !k->fill)
			return err_set(err, ERR_USAGE,
			    "segment %s is static: it stays as it is",
			    quoted(str_of(k->name)));
		r->fill[k - r->plan.kept] = !k->problem;
	}
	return 0;
}

/* Which segments are to be looked at whole; whether there is anything. */
static int
choose(struct refreshing *r, struct err *err)
{
	const struct segment_refresh *job = r->job;
	int64_t waiting = 0, chunk;
	int many = job->name_count ? 0 : many_wait(r, err), due;

	if (many < 0)
		return -1;
	free(r->fill);
	r->fill = xcalloc(r->plan.count + 1, sizeof(*r->fill));
	for (size_t i = 0; i < r->plan.count; i++) {
		const struct kept *k = &r->plan.kept[i];

		r->fill[i] = k->fill || (k->follows && (job->all || many));
	}
	if (job->name_count && choose_named(r, err) < 0)
		return -1;
	r->fills = 0;
	for (size_t i = 0; i < r->plan.count; i++)
		r->fills += r->fill[i];
	if (r->fills || job->name_count)
		return r->fills > 0;
	if (work_count(r->st, r->tenant->id, WORK_SEGMENT, 1, &waiting, err) <
		0 ||
	    (due = due_chunk(r, -1, &chunk, err)) < 0)
		return -1;
	return waiting || due;
}

/* A segment that cannot be kept misses what happens from now on. */
static int
spoil_broken(struct refreshing *r, struct err *err)
{
	for (size_t i = 0; i < r->plan.count; i++) {
		const struct kept *k = &r->plan.kept[i];

		if (k->problem && k->enabled && k->dynamic &&
		    store_run(r->st, &sql_segment_spoil,
			BINDS(BIND_INT(r->tenant->id), BIND_INT(k->id)), NULL,
			err) < 0)
			return -1;
	}
	return 0;
}

/* Is the segment among those that were to be refreshed? */
static bool
wanted(const struct segment_refresh *job, const struct kept *k)
{
	for (size_t i = 0; i < job->name_count; i++)
		if (strcmp(job->names[i], k->name) == 0)
			return true;
	return !job->name_count;
}

static void
report_broken(struct refreshing *r)
{
	static const struct place nowhere;

	for (size_t i = 0; i < r->plan.count; i++) {
		const struct kept *k = &r->plan.kept[i];

		if (!k->problem || !k->enabled || !k->dynamic ||
		    !wanted(r->job, k))
			continue;
		remark(r->job->broken, nowhere, "segment %s: %s",
		    quoted(str_of(k->name)), k->problem);
		r->ret->broken++;
	}
}

/* What is to be done: 1 something, 0 nothing. Refuses a moment before the
 * latest. */
static int
survey(struct refreshing *r, struct err *err)
{
	const struct segment_refresh *job = r->job;
	int code;

	plan_release(&r->plan);
	if (store_begin(r->st, job->dry_run ? STORE_SNAPSHOT : STORE_CHANGE,
		"segment refresh", err) < 0)
		return -1;
	if ((!job->dry_run && store_moment(r->st, r->tenant->id,
				  job->moment.now, job->replay, err) < 0) ||
	    plan_load(r->st, r->tenant, &r->plan, err) < 0)
		code = -1;
	else
		code = choose(r, err);
	/* A run that finds nothing to do writes nothing. */
	if (code > 0 && !job->dry_run) {
		if (spoil_broken(r, err) < 0 ||
		    store_commit(r->st, false, err) < 0)
			code = -1;
	} else {
		store_rollback(r->st);
	}
	return code;
}

/* ---- one run ------------------------------------------------------------- */

static int
run_once(struct refreshing *r, struct err *err)
{
	struct judge j;
	int code = 0;

	r->outdated = false;
	if (r->fills)
		code = refresh_whole(r, err);
	if (code < 0 || halted(r) || r->job->name_count ||
	    (r->fills && r->job->dry_run))
		return code;
	judge_init(&j, r->st, r->tenant, &r->plan, &r->job->moment,
	    r->job->flush != NULL, NULL);
	code = do_marks(r, &j, err);
	if (code == 0)
		code = do_due(r, &j, err);
	judge_release(&j);
	return code;
}

/* Until it was done by the definitions that are in force at its end. */
static int
run(struct refreshing *r, struct err *err)
{
	int code = run_once(r, err);

	while (code == 0 && r->outdated && !r->ret->stopped) {
		store_rollback(r->st);
		code = survey(r, err);
		if (code <= 0)
			return code;
		code = run_once(r, err);
	}
	return code;
}

static int
run_leased(struct refreshing *r, struct err *err)
{
	int code = lease_take(
	    r->st, r->tenant->id, "segment refresh", &r->ret->holder, err);

	if (code <= 0)
		return code;
	buf_clear(&r->ret->holder);
	/* Another copy may have been at work until now. */
	code = survey(r, err);
	if (code > 0)
		code = run(r, err);
	if (code < 0)
		store_rollback(r->st);
	lease_release(r->st);
	/* One sync for all of it, the lease's end included. */
	return code < 0 ? -1 : store_sync(r->st, err);
}

int
segment_refresh(struct store *st, const struct tenant *t,
    const struct segment_refresh *job, struct segment_refreshed *ret,
    struct err *err)
{
	struct refreshing r = {.st = st,
	    .tenant = t,
	    .job = job,
	    .ret = ret,
	    .batch = batch_new()};
	int code;

	memset(ret, 0, sizeof(*ret));
	r.batch->replays = job->replay;
	code = survey(&r, err);
	if (code > 0)
		code = job->dry_run ? run(&r, err) : run_leased(&r, err);
	if (code < 0)
		store_rollback(st);
	else if (!ret->holder.len)
		report_broken(&r);
	batch_free(r.batch);
	buf_release(&r.lines);
	free(r.fill);
	plan_release(&r.plan);
	return code < 0 ? -1 : 0;
}
