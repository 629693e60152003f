/* SPDX-License-Identifier: ISC */
/*
 * Applying the active rules: finds out what there is to do, does it in steps,
 * and leaves everything so that a killed run is completed by the next one.
 */
#include <stdlib.h>
#include <string.h>

#include "score/score.sql.h"
#include "score/score_priv.h"

enum {
	STEP = 1000,   /* leads of one transaction */
	SHARE = 5,     /* a full pass when one in so many leads waits */
	SMALL = 10000, /* fewer marks than this never make a full pass */
};

/* Where things stand. */
struct standing {
	int64_t version; /* of the rules and settings in force; 0: new */
	char checksum[65];
	struct buf names; /* of the parts, as JSON */
	bool scored;      /* there is a state at all */
	int64_t state_version;
	int64_t pass_version, pass_lead, pass_now; /* 0: no pass */
};

int
score_step_done(const struct score_apply *job, struct score_batch *b,
    uint64_t whole, struct score_applied *ret, struct err *err)
{
	ret->scored += b->scored;
	ret->moved += b->moved;
	ret->hot += b->hot;
	ret->cooled += b->cooled;
	if (job->flush && b->lines.len &&
	    job->flush(job->context, buf_str(&b->lines), err) < 0)
		return -1;
	if (job->progress && job->progress(job->context, ret->scored, whole))
		ret->stopped = true;
	return 0;
}

/* ---- where things stand
 * ----------------------------------------------------------- */

/* Everything a stored score depends on beside the lead itself. */
static void
checksum(const struct tenant *t, const struct score_rules *rules, char ret[65],
    struct buf *ret_names)
{
	const struct tenant_settings *set = &t->settings;
	struct buf text = {0}, name = {0};
	struct json_writer w = {.out = ret_names};

	score_rules_print(rules, &text);
	buf_addf(&text, "%lld %lld %lld %s", (long long)set->hot_threshold,
	    (long long)set->hot_margin, (long long)set->hot_rearm,
	    set->zone_name);
	for (char **event = set->conversion_events; *event; event++)
		buf_addf(&text, " %s", *event);
	sha256_hex(text.p, text.len, ret);
	json_put_array(&w);
	for (size_t i = 0; i < score_part_count(rules); i++) {
		buf_clear(&name);
		score_part_name(rules, i, &name);
		json_put_text(&w, buf_str(&name));
	}
	json_put_end(&w);
	buf_release(&text);
	buf_release(&name);
}

static int
look(struct store *st, const struct tenant *t, const struct score_rules *rules,
    struct standing *ret, struct err *err)
{
	struct rows *rows;
	int got;

	checksum(t, rules, ret->checksum, &ret->names);
	got = store_int(st, &sql_score_version_find,
	    BINDS(BIND_INT(t->id), BIND_TEXT(str_of(ret->checksum))),
	    &ret->version, err);
	if (got < 0 || store_query(st, &sql_score_state_read,
			   BINDS(BIND_INT(t->id)), &rows, err) < 0)
		return -1;
	got = rows_next(rows, err);
	if (got > 0) {
		ret->scored = true;
		ret->state_version = rows_int(rows, 0);
		ret->pass_version = rows_int(rows, 1);
		ret->pass_lead = rows_int(rows, 2);
		ret->pass_now = rows_int(rows, 3);
	}
	rows_close(rows);
	return got < 0 ? -1 : 0;
}

/* 1 when so many leads wait that reading all of them is quicker. */
static int
many_wait(struct store *st, const struct tenant *t, struct err *err)
{
	int64_t waiting, leads;

	if (work_count(st, t->id, WORK_SCORE, SMALL, &waiting, err) < 0)
		return -1;
	if (waiting < SMALL)
		return 0;
	if (work_count(st, t->id, WORK_SCORE, INT64_MAX, &waiting, err) < 0 ||
	    store_int(st, &sql_score_lead_count,
		BINDS(BIND_INT(t->id), BIND_INT(INT64_MAX)), &leads, err) < 0)
		return -1;
	return waiting > leads / SHARE;
}

static int
due_chunk(struct store *st, const struct tenant *t, int64_t now, int64_t after,
    int64_t *ret, struct err *err)
{
	return store_int(st, &sql_score_due_next,
	    BINDS(BIND_INT(t->id), BIND_INT(now), BIND_INT(after)), ret, err);
}

/* ---- steps -------------------------------------------------------- */

struct run {
	struct store *st;
	const struct tenant *tenant;
	const struct score_apply *job;
	struct score_applied *ret;
	int64_t version;
	struct scorer scorer;
	struct score_batch *batch;
};

/* Computes and writes the leads in the open transaction. */
static int
do_leads(struct run *r, const int64_t *leads, size_t count, struct err *err)
{
	/* An event type may have come into being since. */
	if (score_rules_bind(r->job->rules, r->st, r->tenant, err) < 0 ||
	    scorer_of(&r->scorer, r->st, leads, count, r->batch, err) < 0)
		return -1;
	if (r->job->dry_run)
		return 0;
	return score_batch_write(
	    r->st, r->tenant, r->job->moment.now, r->batch, err);
}

static int
end_step(struct run *r, struct err *err)
{
	if (r->job->dry_run)
		store_rollback(r->st);
	else if (store_commit(r->st, false, err) < 0 ||
		 lease_renew(r->st, err) < 0)
		return -1;
	return score_step_done(r->job, r->batch, 0, r->ret, err);
}

static int
begin_step(struct run *r, struct err *err)
{
	score_batch_clear(r->batch);
	return store_begin(r->st,
	    r->job->dry_run ? STORE_SNAPSHOT : STORE_CHANGE, "score apply",
	    err);
}

/* The next marks: taken, or only looked at in a dry run. */
static int
next_marks(struct run *r, int64_t after, int64_t leads[STEP], size_t *ret,
    struct err *err)
{
	if (!r->job->dry_run)
		return work_claim(
		    r->st, r->tenant->id, WORK_SCORE, STEP, leads, ret, err);
	return work_look(
	    r->st, r->tenant->id, WORK_SCORE, after, STEP, leads, ret, err);
}

static int
do_marks(struct run *r, struct err *err)
{
	int64_t *leads = xreallocarray(NULL, STEP, sizeof(*leads)), after = 0;
	size_t count = 0;
	int code = 0;

	while (code == 0 && !r->ret->stopped) {
		code = begin_step(r, err);
		if (code == 0)
			code = next_marks(r, after, leads, &count, err);
		if (code == 0 && count == 0) {
			store_rollback(r->st);
			break;
		}
		if (code == 0)
			code = do_leads(r, leads, count, err);
		if (code == 0)
			code = end_step(r, err);
		if (code == 0)
			after = leads[count - 1];
	}
	free(leads);
	return code;
}

/* Gathers whole chunks of due leads. */
static int
next_due(struct run *r, int64_t *after, int64_t leads[STEP],
    int64_t chunks[STEP], size_t *ret_leads, size_t *ret_chunks,
    struct err *err)
{
	int64_t now = r->job->moment.now, chunk;
	size_t count = 0, n = 0;
	int got = 1;

	while (
	    count + 256 <= STEP && n < STEP &&
	    (got = due_chunk(r->st, r->tenant, now, *after, &chunk, err)) > 0) {
		struct rows *rows;

		if (store_query(r->st, &sql_score_due_leads,
			BINDS(BIND_INT(r->tenant->id), BIND_INT(chunk),
			    BIND_INT(now), BIND_INT(WORK_SCORE)),
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
do_due(struct run *r, struct err *err)
{
	int64_t *leads = xreallocarray(NULL, 2 * STEP, sizeof(*leads));
	int64_t *chunks = leads + STEP, after = -1;
	int code = 0;

	while (code == 0 && !r->ret->stopped) {
		size_t count = 0, n = 0;

		code = begin_step(r, err);
		if (code == 0)
			code =
			    next_due(r, &after, leads, chunks, &count, &n, err);
		if (code == 0 && n == 0) {
			store_rollback(r->st);
			break;
		}
		if (code == 0 && count)
			code = do_leads(r, leads, count, err);
		for (size_t i = 0; code == 0 && !r->job->dry_run && i < n; i++)
			code = store_run(r->st, &sql_score_due_renew,
			    BINDS(BIND_INT(r->tenant->id), BIND_INT(chunks[i])),
			    NULL, err);
		if (code == 0)
			code = end_step(r, err);
	}
	free(leads);
	return code;
}

static int
do_given(struct run *r, struct err *err)
{
	const struct score_apply *job = r->job;

	for (size_t i = 0; i < job->lead_count && !r->ret->stopped; i += STEP) {
		size_t count = job->lead_count - i;

		if (count > STEP)
			count = STEP;
		if (begin_step(r, err) < 0 ||
		    do_leads(r, job->leads + i, count, err) < 0 ||
		    (!job->dry_run &&
			work_take(r->st, r->tenant->id, WORK_SCORE,
			    job->leads + i, count, err) < 0) ||
		    end_step(r, err) < 0)
			return -1;
	}
	return 0;
}

/* ---- the full pass
 * ----------------------------------------------------------------------- */

static int
begin_pass(struct run *r, struct err *err)
{
	const struct tenant *t = r->tenant;

	if (r->job->dry_run)
		return 0;
	if (store_begin(r->st, STORE_CHANGE, "score apply", err) < 0 ||
	    work_clear(r->st, t->id, WORK_SCORE, err) < 0 ||
	    store_run(r->st, &sql_score_due_clear, BINDS(BIND_INT(t->id)), NULL,
		err) < 0 ||
	    store_run(r->st, &sql_score_pass_begin,
		BINDS(BIND_INT(t->id), BIND_INT(r->version),
		    BIND_INT(r->job->moment.now)),
		NULL, err) < 0)
		return -1;
	return store_commit(r->st, false, err);
}

static int
end_pass(struct run *r, struct err *err)
{
	if (r->job->dry_run || r->ret->stopped)
		return 0;
	if (store_begin(r->st, STORE_CHANGE, "score apply", err) < 0 ||
	    store_run(r->st, &sql_score_pass_end,
		BINDS(BIND_INT(r->tenant->id)), NULL, err) < 0)
		return -1;
	return store_commit(r->st, false, err);
}

static int
do_pass(
    struct run *r, const struct standing *stand, bool resume, struct err *err)
{
	/* A pass that was cut short goes on at its own moment, so that it ends
	 * as it would have. */
	struct score_apply job = *r->job;

	if (resume)
		job.moment.now = stand->pass_now;
	else if (begin_pass(r, err) < 0)
		return -1;
	if (score_pass(r->st, &job, r->tenant, r->version,
		resume ? stand->pass_lead : 0, r->ret, err) < 0)
		return -1;
	return end_pass(r, err);
}

/* ---- one run ------------------------------------------------------ */

/* Notes the moment, and the version when the rules are new. */
static int
begin_run(struct run *r, struct standing *stand, struct err *err)
{
	int got;

	if (store_begin(r->st, STORE_CHANGE, "score apply", err) < 0 ||
	    store_moment(r->st, r->tenant->id, r->job->moment.now,
		r->job->replay, err) < 0)
		return -1;
	if (!stand->version) {
		got = store_int(r->st, &sql_score_version_add,
		    BINDS(BIND_INT(r->tenant->id),
			BIND_TEXT(buf_str(&stand->names)),
			BIND_TEXT(str_of(stand->checksum))),
		    &stand->version, err);
		if (got < 0)
			return -1;
	}
	return store_commit(r->st, false, err);
}

static int
do_run(struct run *r, struct standing *stand, bool pass, struct err *err)
{
	bool resume = stand->pass_version && !r->job->all &&
		      stand->pass_version == stand->version;
	int code;

	if (!r->job->dry_run && begin_run(r, stand, err) < 0)
		return -1;
	r->version = stand->version;
	scorer_init(&r->scorer, r->tenant, r->job, r->version);
	r->batch = score_batch_new();
	if (r->job->leads)
		code = do_given(r, err);
	else {
		code = pass ? do_pass(r, stand, resume, err) : 0;
		/* What a dry run of a pass has shown needs no more. */
		if (code == 0 && !(pass && r->job->dry_run))
			code = do_marks(r, err);
		if (code == 0 && !(pass && r->job->dry_run))
			code = do_due(r, err);
	}
	scorer_release(&r->scorer);
	score_batch_free(r->batch);
	return code;
}

/* What is to be done: 1 something, 0 nothing; *ret_pass a full pass. Refuses a
 * moment before the latest. */
static int
survey(struct run *r, struct standing *stand, bool *ret_pass, struct err *err)
{
	const struct score_apply *job = r->job;
	int64_t waiting = 0, chunk;
	int many, due = 0, code = -1;

	if (store_begin(r->st, job->dry_run ? STORE_SNAPSHOT : STORE_CHANGE,
		"score apply", err) < 0)
		return -1;
	if ((job->dry_run ? store_moment_check : store_moment)(
		r->st, r->tenant->id, job->moment.now, job->replay, err) < 0 ||
	    score_rules_bind(job->rules, r->st, r->tenant, err) < 0 ||
	    look(r->st, r->tenant, job->rules, stand, err) < 0 ||
	    (many = many_wait(r->st, r->tenant, err)) < 0 ||
	    work_count(r->st, r->tenant->id, WORK_SCORE, 1, &waiting, err) <
		0 ||
	    (due = due_chunk(
		 r->st, r->tenant, job->moment.now, -1, &chunk, err)) < 0)
		goto out;
	*ret_pass = job->all || many || stand->pass_version ||
		    stand->version == 0 ||
		    stand->version != stand->state_version;
	code = *ret_pass || waiting || due || job->leads;
out:
	/* Nothing was changed: a run that finds nothing to do writes nothing.
	 */
	store_rollback(r->st);
	return code;
}

int
score_apply(struct store *st, const struct tenant *t,
    const struct score_apply *job, struct score_applied *ret, struct err *err)
{
	struct run r = {.st = st, .tenant = t, .job = job, .ret = ret};
	struct standing stand = {0};
	bool pass = false;
	int code, got;

	memset(ret, 0, sizeof(*ret));
	code = survey(&r, &stand, &pass, err);
	if (code <= 0)
		goto out;
	if (job->dry_run) {
		code = do_run(&r, &stand, pass, err);
		goto out;
	}
	got = lease_take(st, t->id, "score apply", &ret->holder, err);
	if (got <= 0) {
		code = got;
		goto out;
	}
	buf_clear(&ret->holder);
	/* Another copy may have been at work until now. */
	buf_release(&stand.names);
	memset(&stand, 0, sizeof(stand));
	code = survey(&r, &stand, &pass, err);
	if (code > 0)
		code = do_run(&r, &stand, pass, err);
	if (code < 0)
		store_rollback(st);
	lease_release(st);
	/* One sync for all of it, the lease's end included. */
	if (code == 0)
		code = store_sync(st, err);
out:
	if (code < 0)
		store_rollback(st);
	buf_release(&stand.names);
	return code < 0 ? -1 : 0;
}
