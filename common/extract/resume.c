/* SPDX-License-Identifier: ISC */
/* A job is gone on with: where it stopped, when that can be believed. */
#include "extract/extract_priv.h"

/* Why what is there is of no use; NULL: it is. */
static const char *
spoilt(struct extract *x, const struct ledger_run *run)
{
	int64_t erasures;

	if (!run->progress)
		return "nothing of it is complete";
	if (lead_erasures(x->c->st, x->c->tenant, &erasures, NULL) < 0 ||
	    erasures != run->erasures)
		return "somebody was erased meanwhile";
	if (!run->terms || strcmp(run->terms, x->terms) != 0)
		return "other columns or masks are in force";
	return NULL;
}

/* What is there already is not more than may be had. */
static int
still_allowed(struct extract *x, struct err *err)
{
	int64_t rows = (int64_t)x->begun.counts.written, most = x->rule.rows;

	return most && rows > most
		   ? extract_refuse(x, err, "more than %lld row%s",
			 (long long)most, plural(most))
		   : 0;
}

/* The rows that are there, and where it goes on. 1, or 0 when the file is not
 * what was noted of it. */
static int
take_up(struct extract *x, const struct ledger_run *run, struct err *err)
{
	int rc = ledger_read_progress(x, run->progress, &x->which.after, err);
	struct buf rows = {0};

	if (rc == 0)
		rc = still_allowed(x, err);
	if (rc == 0)
		rc = part_open(&x->part, x->r->file, run->part,
		    (int64_t)x->begun.bytes, x->begun.sha256, &x->begun_hash,
		    err);
	if (rc <= 0)
		return rc;
	x->progress = run->progress;
	x->output.begun = &x->begun;
	x->output.begun_hash = &x->begun_hash;
	x->at[x->moments++].as_of = x->c->now;
	if (ledger_restart(x, run->part, err) < 0)
		return -1;
	buf_addgroup(&rows, (int64_t)x->begun.counts.written);
	remark(x->c->said, (struct place){0},
	    "%s: goes on after %s rows, which are of an earlier moment",
	    x->r->job, rows.p);
	buf_release(&rows);
	return 1;
}

/* The file is complete, but did not get its name, or nobody said that it did.
 * 1, or 0 when it is not there. */
static int
finish(struct extract *x, const struct ledger_run *run, struct err *err)
{
	int64_t bytes, lead;

	if (ledger_read_progress(x, run->progress, &lead, err) < 0 ||
	    still_allowed(x, err) < 0)
		return -1;
	x->done = x->begun;
	bytes = (int64_t)x->done.bytes;
	if (!part_is(x->r->file, bytes, x->done.sha256) &&
	    part_open(&x->part, x->r->file, run->part, bytes, x->done.sha256,
		&x->begun_hash, err) <= 0)
		return 0;
	return extract_finish(x, err) < 0 ? -1 : 1;
}

static int
go_on(
    struct extract *x, const struct ledger_run *run, bool anew, struct err *err)
{
	bool complete = strcmp(run->state, "finishing") == 0;
	const char *why = anew ? "--snapshot" : NULL;
	int rc = 0;

	x->part_path = run->part;
	if (!why && !complete && !export_can_resume(&x->output))
		why = "what is in order, or no NDJSON, CSV or TSV, is made as "
		      "a whole";
	if (!why)
		why = spoilt(x, run);
	if (!why)
		rc = complete ? finish(x, run, err) : take_up(x, run, err);
	if (rc < 0 || (rc > 0 && complete))
		return rc < 0 ? -1 : 0;
	if (rc == 0) {
		remark(x->c->said, (struct place){0}, "%s: starts over: %s",
		    x->r->job, why ? why : "its file is not as it was left");
		if (extract_anew(x, err) < 0)
			return -1;
	}
	return extract_job(x, err);
}

static bool
is_open(const char *state)
{
	return strcmp(state, "running") == 0 ||
	       strcmp(state, "finishing") == 0 ||
	       strcmp(state, "failed") == 0 || strcmp(state, "stopped") == 0;
}

/* The run, and what was asked for then. 1; 0 there is nothing to do. */
static int
find(struct extract *x, struct extract_request *r, struct ledger_run *run,
    struct err *err)
{
	const struct extract_call *c = x->c;
	struct buf host = {0};
	int got = ledger_latest(c->st, c->tenant, r->job, &x->arena, run, err);

	if (got == 0)
		return err_set(
		    err, ERR_USAGE, "no such job: %s", quoted(str_of(r->job)));
	if (got < 0 || !is_open(run->state))
		return got < 0 ? -1 : 0;
	ledger_host(&host);
	if (strcmp(host.p, run->host) != 0)
		got = err_set(
		    err, ERR_FAIL, "%s: its file is on %s", r->job, run->host);
	buf_release(&host);
	if (got > 0 &&
	    extract_request_read(str_of(run->request), &x->arena, r, err) < 0)
		got = -1;
	return got;
}

int
extract_resume(const char *job, bool anew, const struct extract_call *c,
    struct export_done *ret, struct err *err)
{
	struct extract_request r = {.what = "leads", .job = job};
	struct extract x = {.c = c, .r = &r};
	struct ledger_run run = {0};
	const char *why;
	int rc = extract_lease(&x, err);

	if (rc == 0)
		rc = find(&x, &r, &run, err);
	if (rc == 0) {
		lease_release(c->st);
		extract_release(&x);
		return EXTRACT_NOTHING;
	}
	if (rc > 0) {
		x.began_at = run.began_at;
		rc = extract_plan(&x, err);
	}
	if (rc == 0) {
		x.run = run.run;
		rc = ledger_expiry(&x, err);
	}
	if (rc == 0)
		rc = go_on(&x, &run, anew, err);
	/* What may not be had any more does not lie about either. */
	if (rc < 0 && x.refused && run.part)
		part_remove(run.part, 0, NULL, false, &why);
	return extract_close(&x, rc, ret, err);
}
