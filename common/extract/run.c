/* SPDX-License-Identifier: ISC */
/* An export from its plan to its end. */
#include <string.h>

#include "extract/extract_priv.h"

enum { NOTED_MS = 250, TRIES = 3 };

/* ---- on the way ---------------------------------------------------------- */

/* What is complete is on the disk before the store says so. */
static int
note(struct extract *x, int64_t lead, struct err *err)
{
	struct export_done d;
	int64_t before = 0;

	if (export_sync(x->e, &d, err) < 0 || part_sync(&x->part, err) < 0)
		return -1;
	for (size_t i = 0; i + 1 < x->moments; i++)
		before += x->at[i].rows;
	x->at[x->moments - 1].rows = (int64_t)d.counts.written - before;
	return ledger_progress(x, &d, lead, err);
}

static int
mark(void *extract, int64_t done, int64_t whole, struct err *err)
{
	struct extract *x = extract;
	const struct extract_call *c = x->c;
	int64_t now;

	if (c->progress)
		c->progress(c->context, (uint64_t)done, (uint64_t)whole);
	if (!x->r->job || store_in_transaction(c->st))
		return 0;
	if (lease_renew(c->st, err) < 0)
		return -1;
	now = time_monotonic();
	if (!export_can_resume(&x->output) ||
	    (x->noted && now - x->noted < NOTED_MS))
		return 0;
	x->noted = now;
	return note(x, done, err);
}

static bool
stopped(void *extract)
{
	const struct extract *x = extract;

	return x->c->enough && x->c->enough(x->c->context);
}

/* All rows, out of one snapshot. 0, 1 somebody has stopped it, -1. */
static int
read_rows(struct extract *x, struct err *err)
{
	const struct extract_call *c = x->c;
	int rc;

	x->which.mark = mark;
	x->which.context = x;
	if (x->subject->leads) {
		rc = export_leads_run(x->leads, &x->which, x->e, err);
	} else if (x->subject->events) {
		rc = export_events_run(
		    c->st, c->tenant, &x->moment, &x->which, x->e, err);
	} else {
		rc = store_begin(c->st, STORE_SNAPSHOT, "export", err);
		if (rc == 0)
			rc = x->subject->tell(x, err);
		store_rollback(c->st);
	}
	if (rc == 0 && !stopped(x))
		rc = export_end(x->e, &x->done, err);
	return rc < 0 ? -1 : stopped(x);
}

static int
write_rows(struct extract *x, FILE *out, struct err *err)
{
	x->output.out = out;
	x->output.enough = stopped;
	x->output.context = x;
	export_free(x->e);
	x->e = NULL;
	if (export_begin(&x->output, &x->e, err) < 0)
		return -1;
	return read_rows(x, err);
}

static int
put_manifest(struct extract *x, struct err *err)
{
	x->about.moment = x->at;
	x->about.moments = x->moments;
	return x->r->manifest
		   ? export_manifest(x->r->manifest, &x->about, &x->done, err)
		   : 0;
}

/* ---- what is no job ------------------------------------------------------ */

static int
run_stream(struct extract *x, struct err *err)
{
	FILE *out;
	int rc;

	if (ledger_begin(x, NULL, err) < 0 ||
	    x->c->open(x->c->context, &out, err) < 0)
		return -1;
	rc = write_rows(x, out, err);
	if (rc == 0)
		rc = ledger_done(x, err);
	if (rc == 0)
		rc = put_manifest(x, err);
	return rc;
}

/* ---- jobs ---------------------------------------------------------------- */

int
extract_finish(struct extract *x, struct err *err)
{
	if (x->part.out && part_finish(&x->part, err) < 0)
		return -1;
	if (put_manifest(x, err) < 0)
		return -1;
	return ledger_done(x, err);
}

/* From where x->begun says, once. 1: somebody was erased since. */
static int
run_part(struct extract *x, struct err *err)
{
	int64_t before = 0;
	int rc;

	x->noted = 0;
	rc = write_rows(x, x->part.out, err);
	if (rc > 0)
		x->stopped = true;
	if (rc != 0)
		return -1;
	for (size_t i = 0; i + 1 < x->moments; i++)
		before += x->at[i].rows;
	x->at[x->moments - 1].rows = (int64_t)x->done.counts.written - before;
	if (part_sync(&x->part, err) < 0)
		return -1;
	return ledger_finishing(x, err);
}

/* A file of its own, from the first row. */
int
extract_anew(struct extract *x, struct err *err)
{
	struct buf name = {0};
	const char *why;
	int rc;

	if (part_name(x->r->file, &name, err) < 0)
		return -1;
	if (x->part_path)
		part_remove(x->part_path, 0, NULL, false, &why);
	part_close(&x->part);
	x->part_path = arena_str(&x->arena, buf_str(&name)).p;
	x->output.begun = NULL;
	x->begun = (struct export_done){0};
	x->which.after = 0;
	x->at = arena_zalloc(&x->arena, sizeof(*x->at));
	x->at[0].as_of = x->c->now;
	x->moments = 1;
	rc = x->run ? ledger_restart(x, x->part_path, err)
		    : ledger_begin(x, x->part_path, err);
	buf_release(&name);
	return rc < 0 ? -1
		      : part_create(&x->part, x->r->file, x->part_path, err);
}

int
extract_job(struct extract *x, struct err *err)
{
	int rc = 1;

	for (int i = 0; rc > 0 && i < TRIES; i++) {
		if (i > 0) {
			remark(x->c->said, (struct place){0},
			    "%s: somebody was erased meanwhile: it starts over",
			    x->r->job);
			if (extract_anew(x, err) < 0)
				return -1;
		}
		rc = run_part(x, err);
	}
	if (rc > 0)
		return err_set(err, ERR_BUSY,
		    "%s: people are being erased: dl-export resume it later",
		    x->r->job);
	return rc == 0 ? extract_finish(x, err) : -1;
}

/* The lease keeps two copies of a job apart. */
int
extract_lease(struct extract *x, struct err *err)
{
	struct buf name = {0}, holder = {0};
	int got;

	buf_addf(&name, "export %s", x->r->job);
	got = lease_take(x->c->st, x->c->tenant->id, name.p, &holder, err);
	if (got == 0)
		err_set(err, ERR_BUSY, "%s: already at work: %s", x->r->job,
		    buf_str(&holder).p);
	buf_release(&name);
	buf_release(&holder);
	return got > 0 ? 0 : -1;
}

static int
start_job(struct extract *x, struct extract_request *whole, struct err *err)
{
	const struct extract_request *r = x->r;
	int rc = name_check("job", str_of(r->job), err);

	if (rc == 0 && !r->file)
		rc = err_set(err, ERR_USAGE,
		    "--job: it makes a file, and may be gone on with from "
		    "elsewhere: -o FILE");
	if (rc == 0 && x->c->read_only)
		rc = err_set(
		    err, ERR_FAIL, "--job: this store can only be read");
	/* Whoever goes on may stand in another folder. */
	*whole = *r;
	x->r = whole;
	if (rc == 0)
		rc = part_place(r->file, &x->arena, &whole->file, err);
	if (rc == 0 && r->manifest)
		rc = part_place(r->manifest, &x->arena, &whole->manifest, err);
	if (rc == 0 && r->mask_key)
		rc = part_place(r->mask_key, &x->arena, &whole->mask_key, err);
	x->about.file = whole->file;
	if (rc == 0)
		rc = part_file_check(whole->file, err);
	if (rc == 0)
		rc = extract_tell_check(x, err);
	if (rc == 0)
		rc = ledger_expiry(x, err);
	if (rc == 0)
		rc = extract_lease(x, err);
	return rc == 0 ? extract_anew(x, err) : -1;
}

/* ---- the door ------------------------------------------------------------ */

int
extract_close(
    struct extract *x, int rc, struct export_done *ret, struct err *err)
{
	const char *why;

	if (rc > 0 || x->stopped) {
		ledger_stop(x, "stopped", NULL);
		rc = EXTRACT_STOPPED;
	} else if (rc < 0 && x->refused) {
		ledger_refuse(x, err);
	} else if (rc < 0) {
		ledger_stop(x, "failed", err->text);
	}
	/* Nobody goes on with half of what is made as a whole. */
	if (rc != 0 && x->part.out && !export_can_resume(&x->output))
		part_remove(x->part_path, 0, NULL, false, &why);
	lease_release(x->c->st);
	*ret = x->done;
	extract_release(x);
	return rc;
}

/* What is put in a place takes what is there away: not the record of what went
 * out, and no store. */
static int
place_check(
    const char *option, const char *path, const char *record, struct err *err)
{
	if (!path)
		return 0;
	if (record && part_same(path, record))
		return err_set(err, ERR_USAGE,
		    "%s: %s is export.record, where exports are on record",
		    option, path);
	if (outfile_check(path, err) < 0)
		return err_prefix(err, "%s", option);
	return part_folder_check(path, err);
}

int
extract_places_check(const struct extract_request *r,
    const struct extract_call *c, struct err *err)
{
	if (place_check("-o", r->file, c->record, err) < 0)
		return -1;
	if (r->file && r->manifest && part_same(r->file, r->manifest))
		return err_set(err, ERR_USAGE,
		    "--manifest: %s is what is exported to", r->manifest);
	return place_check("--manifest", r->manifest, c->record, err);
}

int
extract_run(const struct extract_request *r, const struct extract_call *c,
    struct export_done *ret, struct err *err)
{
	struct extract x = {.r = r, .c = c, .began_at = c->now};
	struct extract_request whole;
	int rc = extract_plan(&x, err);

	if (rc == 0 && extract_places_check(r, c, err) < 0) {
		x.refused = true;
		rc = -1;
	}
	if (rc == 0 && r->job) {
		rc = start_job(&x, &whole, err);
		if (rc == 0)
			rc = extract_job(&x, err);
	} else if (rc == 0) {
		rc = run_stream(&x, err);
	}
	return extract_close(&x, rc, ret, err);
}
