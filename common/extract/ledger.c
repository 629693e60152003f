/* SPDX-License-Identifier: ISC */
/* Exports on record: each run, and how far a job has come. */
#include <unistd.h>

#include "extract/extract.sql.h"
#include "extract/extract_priv.h"
#include "json/json.h"

#define DAY_BEFORE(x) ((x)->c->now - MS_DAY)

void
ledger_host(struct buf *out)
{
	char name[256] = "";

	gethostname(name, sizeof(name) - 1);
	buf_addstr(out, name[0] ? name : "localhost");
}

int
ledger_expiry(struct extract *x, struct err *err)
{
	const char *asked = x->r->expires;
	int64_t most = x->rule.expires, span = MS_DAY;

	if (asked && strcmp(asked, "never") == 0)
		span = 0;
	else if (asked && !duration_parse(str_of(asked), &span))
		return err_set(err, ERR_USAGE,
		    "--expires: neither a span such as 24h nor never: %s",
		    quoted(str_of(asked)));
	if (most && (span == 0 || span > most))
		span = most;
	x->expires_at = span ? x->c->now + span : 0;
	return 0;
}

/* ---- texts ----------------------------------------------------------------
 */

static void
put_detail(const struct extract *x, const char *why, struct buf *out)
{
	struct json_writer w = {.out = out};

	json_put_object(&w);
	export_about_put(&x->about, &w);
	if (x->r->job)
		json_add_text(&w, "job", str_of(x->r->job));
	if (why)
		json_add_text(&w, "why", str_of(why));
	json_put_end(&w);
}

static void
put_request(const struct extract *x, struct buf *out)
{
	struct json_writer w = {.out = out};

	json_put_object(&w);
	extract_request_put(x->r, &w);
	json_put_end(&w);
}

static struct bind
text_or_null(const char *text)
{
	return BIND_TEXT(str_of(text));
}

static struct bind
moment_or_null(int64_t at)
{
	return at ? BIND_INT(at) : BIND_NULL('i');
}

static int
audit(struct extract *x, const char *action, struct str detail, struct err *err)
{
	return audit_add(x->c->st, x->c->tenant->id, x->c->now, x->c->who,
	    action, str_of(x->r->what), detail, err);
}

/* ---- beginning ------------------------------------------------------------
 */

static int
insert(struct extract *x, const char *state, const char *why, const char *part,
    int64_t written, struct err *err)
{
	const struct extract_call *c = x->c;
	bool job = part != NULL;
	struct buf request = {0}, host = {0};
	int rc = store_numbers(c->st, c->tenant->id, "export", 1, &x->run, err);

	put_request(x, &request);
	ledger_host(&host);
	if (rc == 0)
		rc = store_run(c->st, &sql_run_insert,
		    BINDS(BIND_INT(c->tenant->id), BIND_INT(x->run),
			text_or_null(x->r->job), BIND_TEXT(str_of(x->r->what)),
			BIND_TEXT(str_of(c->who)), BIND_TEXT(buf_str(&host)),
			BIND_INT(c->now), BIND_TEXT(str_of(state)),
			text_or_null(why), BIND_TEXT(buf_str(&request)),
			text_or_null(job ? x->terms : NULL),
			BIND_INT(x->erasures), BIND_INT(written),
			text_or_null(job ? x->r->file : NULL),
			text_or_null(part),
			moment_or_null(job ? x->expires_at : 0)),
		    NULL, err);
	buf_release(&request);
	buf_release(&host);
	return rc;
}

/* What the policy leaves of a day; refused when that is nothing. */
static int
allowance(struct extract *x, bool again, int64_t *ret_reserved, struct err *err)
{
	const struct extract_call *c = x->c;
	const struct policy_rule *rule = &x->rule;
	struct rows *rows;
	int64_t exports = 0, used = 0;
	int got;

	*ret_reserved = 0;
	x->output.most = rule->rows;
	if (!rule->rows_per_day && !rule->exports_per_day)
		return 0;
	if (store_query(c->st, &sql_run_used,
		BINDS(BIND_INT(c->tenant->id), BIND_TEXT(str_of(c->who)),
		    BIND_INT(DAY_BEFORE(x)), BIND_INT(x->run)),
		&rows, err) < 0)
		return -1;
	got = rows_next(rows, err);
	if (got > 0) {
		exports = rows_int(rows, 0);
		used = rows_int(rows, 1);
	}
	rows_close(rows);
	if (got < 0)
		return -1;
	if (!again && rule->exports_per_day && exports >= rule->exports_per_day)
		return extract_refuse(x, err, "%lld export%s within 24 hours",
		    (long long)exports, plural(exports));
	if (!rule->rows_per_day)
		return 0;
	if (used >= rule->rows_per_day)
		return extract_refuse(x, err, "%lld row%s within 24 hours",
		    (long long)used, plural(used));
	*ret_reserved = rule->rows_per_day - used;
	if (rule->rows && rule->rows < *ret_reserved)
		*ret_reserved = rule->rows;
	x->output.most = *ret_reserved;
	return 0;
}

/* What an earlier run of the job left is given up. */
static int
abandon(struct extract *x, struct buf *ret_part, struct err *err)
{
	const struct extract_call *c = x->c;
	struct ledger_run run;
	int got =
	    ledger_latest(c->st, c->tenant, x->r->job, &x->arena, &run, err);

	if (got <= 0)
		return got;
	if (strcmp(run.state, "running") != 0 &&
	    strcmp(run.state, "failed") != 0 &&
	    strcmp(run.state, "stopped") != 0 &&
	    strcmp(run.state, "finishing") != 0)
		return 0;
	if (run.part)
		buf_addstr(ret_part, run.part);
	return store_run(c->st, &sql_run_state,
	    BINDS(BIND_INT(c->tenant->id), BIND_INT(run.run), BIND_INT(c->now),
		BIND_TEXT(STR("abandoned")), BIND_NULL('t')),
	    NULL, err);
}

static int
begin(struct extract *x, const char *part, struct buf *left, struct err *err)
{
	struct buf detail = {0};
	int64_t reserved;
	int rc = allowance(x, false, &reserved, err);

	put_detail(x, NULL, &detail);
	if (rc == 0 && x->r->job)
		rc = abandon(x, left, err);
	if (rc == 0)
		rc = insert(x, "running", NULL, part, reserved, err);
	if (rc == 0)
		rc = audit(x, "export", buf_str(&detail), err);
	buf_release(&detail);
	return rc;
}

static int
begin_journal(struct extract *x, struct err *err)
{
	struct buf detail = {0};
	int rc;

	x->output.most = x->rule.rows;
	put_detail(x, NULL, &detail);
	rc = journal_add(x, "export", buf_str(&detail), err);
	buf_release(&detail);
	x->journal = rc == 0;
	return rc;
}

int
ledger_begin(struct extract *x, const char *part, struct err *err)
{
	struct store *st = x->c->st;
	struct buf left = {0};
	const char *why;
	int rc;

	if (x->c->read_only)
		return begin_journal(x, err);
	if (lead_erasures(st, x->c->tenant, &x->erasures, err) < 0 ||
	    store_begin(st, STORE_CHANGE, "export", err) < 0)
		return -1;
	rc = begin(x, part, &left, err);
	if (rc == 0)
		rc = store_commit(st, true, err);
	store_rollback(st);
	if (rc == 0 && left.len)
		part_remove(left.p, 0, NULL, false, &why);
	buf_release(&left);
	return rc;
}

int
ledger_restart(struct extract *x, const char *part, struct err *err)
{
	const struct extract_call *c = x->c;
	int64_t reserved;
	int rc;

	if (lead_erasures(c->st, c->tenant, &x->erasures, err) < 0 ||
	    store_begin(c->st, STORE_CHANGE, "export", err) < 0)
		return -1;
	rc = allowance(x, true, &reserved, err);
	if (rc == 0)
		rc = store_run(c->st, &sql_run_restart,
		    BINDS(BIND_INT(c->tenant->id), BIND_INT(x->run),
			BIND_INT(c->now), BIND_TEXT(str_of(x->terms)),
			BIND_INT(x->erasures), BIND_TEXT(str_of(part)),
			text_or_null(x->begun.bytes ? x->progress : NULL),
			BIND_INT(reserved), BIND_TEXT(str_of(c->who))),
		    NULL, err);
	if (rc == 0)
		rc = store_commit(c->st, true, err);
	store_rollback(c->st);
	return rc;
}

/* ---- on the way -----------------------------------------------------------
 */

static void
put_progress(struct extract *x, const struct export_done *d, int64_t lead,
    struct buf *out)
{
	struct json_writer w = {.out = out};

	json_put_object(&w);
	json_add_int(&w, "lead", lead);
	export_done_put(d, &w);
	json_add_int(&w, "replaced", (int64_t)d->replaced);
	json_add_int(&w, "defused", (int64_t)d->defused);
	export_moments_put(x->at, x->moments, &w);
	json_put_end(&w);
}

int
ledger_read_progress(
    struct extract *x, const char *progress, int64_t *ret_lead, struct err *err)
{
	struct export_done *d = &x->begun;
	int64_t n[6] = {0};
	struct str sha256 = {0};
	const struct json *moments;
	struct json *doc;
	int rc = json_doc_parse(str_of(progress), "progress", &doc, err);

	if (rc < 0)
		return -1;
	*d = (struct export_done){0};
	if (json_need_int(doc, "lead", ret_lead, err) < 0 ||
	    json_need_int(doc, "read", &n[0], err) < 0 ||
	    json_need_int(doc, "written", &n[1], err) < 0 ||
	    json_need_int(doc, "rejected", &n[2], err) < 0 ||
	    json_need_int(doc, "bytes", &n[3], err) < 0 ||
	    json_need_int(doc, "replaced", &n[4], err) < 0 ||
	    json_need_int(doc, "defused", &n[5], err) < 0 ||
	    json_need_text(doc, "sha256", &sha256, err) < 0 ||
	    json_need_array(doc, "moments", &moments, err) < 0)
		rc = -1;
	if (rc == 0) {
		d->counts.read = (uint64_t)n[0];
		d->counts.written = (uint64_t)n[1];
		d->counts.rejected = (uint64_t)n[2];
		d->bytes = (uint64_t)n[3];
		d->replaced = (uint64_t)n[4];
		d->defused = (uint64_t)n[5];
		snprintf(d->sha256, sizeof(d->sha256), "%.*s", STR_ARG(sha256));
		x->moments = json_count(moments);
		x->at =
		    arena_zalloc(&x->arena, (x->moments + 1) * sizeof(*x->at));
	}
	for (size_t i = 0; rc == 0 && i < x->moments; i++) {
		const struct json *one = json_item(moments, i);

		rc = json_need_int(one, "rows", &x->at[i].rows, err);
		if (rc == 0 && !time_parse(json_text(json_find(one, "as_of")),
				   zone_utc(), &x->at[i].as_of))
			rc = json_err(one, err, "without a moment");
	}
	json_doc_free(doc);
	return rc;
}

int
ledger_progress(struct extract *x, const struct export_done *done, int64_t lead,
    struct err *err)
{
	const struct extract_call *c = x->c;
	struct buf progress = {0};
	int64_t changed = 0;
	int rc = store_begin(c->st, STORE_CHANGE, "export", err);

	put_progress(x, done, lead, &progress);
	if (rc == 0)
		rc = store_run(c->st, &sql_run_progress,
		    BINDS(BIND_INT(c->tenant->id), BIND_INT(x->run),
			BIND_TEXT(str_of(x->part_path)),
			BIND_TEXT(buf_str(&progress))),
		    &changed, err);
	/* The file is on the disk already: the store may lag behind it. */
	if (rc == 0)
		rc = store_commit(c->st, false, err);
	store_rollback(c->st);
	buf_release(&progress);
	if (rc == 0 && changed == 0)
		return err_set(err, ERR_BUSY,
		    "%s: another process has taken over", x->r->job);
	return rc;
}

/* ---- the end --------------------------------------------------------------
 */

void
ledger_refuse(struct extract *x, const struct err *why)
{
	struct store *st = x->c->st;
	struct buf detail = {0};
	int rc;

	put_detail(x, why->text, &detail);
	if (x->c->read_only) {
		if (x->c->record)
			journal_add(
			    x, "export.refused", buf_str(&detail), NULL);
		buf_release(&detail);
		return;
	}
	rc = store_begin(st, STORE_CHANGE, "export", NULL);
	if (rc == 0)
		rc = insert(x, "refused", why->text, NULL, 0, NULL);
	if (rc == 0)
		rc = audit(x, "export.refused", buf_str(&detail), NULL);
	if (rc == 0)
		store_commit(st, true, NULL);
	store_rollback(st);
	buf_release(&detail);
}

void
ledger_stop(struct extract *x, const char *state, const char *why)
{
	const struct extract_call *c = x->c;
	struct export_done d = {0};
	struct buf detail = {0};
	int rc;

	const char *action =
	    strcmp(state, "failed") == 0 ? "export.failed" : "export.stopped";

	if (!x->run && !x->journal)
		return;
	store_rollback(c->st);
	if (x->e)
		export_so_far(x->e, &d);
	put_detail(x, why, &detail);
	if (x->journal) {
		journal_add(x, action, buf_str(&detail), NULL);
		buf_release(&detail);
		return;
	}
	rc = store_begin(c->st, STORE_CHANGE, "export", NULL);
	if (rc == 0)
		rc = store_run(c->st, &sql_run_stop,
		    BINDS(BIND_INT(c->tenant->id), BIND_INT(x->run),
			BIND_INT(c->now), BIND_TEXT(str_of(state)),
			text_or_null(why), BIND_INT((int64_t)d.counts.written)),
		    NULL, NULL);
	if (rc == 0)
		rc = audit_add(c->st, c->tenant->id, c->now, c->who, action,
		    str_of(x->r->what), buf_str(&detail), NULL);
	if (rc == 0)
		store_commit(c->st, true, NULL);
	store_rollback(c->st);
	buf_release(&detail);
}

/* The counts of the whole, and what is said of the file. */
static int
end(struct extract *x, const char *state, int64_t *ret_changed, struct err *err)
{
	const struct extract_call *c = x->c;
	const struct export_done *d = &x->done;
	struct buf progress = {0};
	int rc;

	put_progress(x, d, 0, &progress);
	rc = store_run(c->st, &sql_run_end,
	    BINDS(BIND_INT(c->tenant->id), BIND_INT(x->run), BIND_INT(c->now),
		BIND_TEXT(str_of(state)), BIND_INT((int64_t)d->counts.read),
		BIND_INT((int64_t)d->counts.written),
		BIND_INT((int64_t)d->counts.rejected),
		BIND_INT((int64_t)d->bytes),
		text_or_null(d->sha256[0] ? d->sha256 : NULL),
		BIND_TEXT(buf_str(&progress))),
	    ret_changed, err);
	buf_release(&progress);
	return rc;
}

int
ledger_finishing(struct extract *x, struct err *err)
{
	const struct extract_call *c = x->c;
	int64_t erasures, changed = 0;
	bool erased = false;
	int rc = store_begin(c->st, STORE_CHANGE, "export", err);

	if (rc == 0)
		rc = lead_erasures(c->st, c->tenant, &erasures, err);
	if (rc == 0) {
		erased = erasures != x->erasures;
		rc = erased ? 0 : end(x, "finishing", &changed, err);
	}
	if (rc == 0 && !erased)
		rc = store_commit(c->st, true, err);
	store_rollback(c->st);
	if (rc == 0 && !erased && changed == 0)
		rc = err_set(err, ERR_BUSY,
		    "%s: another process has taken over", x->r->job);
	return rc < 0 ? -1 : erased;
}

static void
put_end_detail(const struct extract *x, struct buf *out)
{
	struct json_writer w = {.out = out};

	json_put_object(&w);
	if (x->r->job)
		json_add_text(&w, "job", str_of(x->r->job));
	export_done_put(&x->done, &w);
	json_put_end(&w);
}

/* The file is this one's from now on, and expires as this one does. */
static int
replace(struct extract *x, struct err *err)
{
	struct buf host = {0};
	int rc;

	ledger_host(&host);
	rc = store_run(x->c->st, &sql_run_replace,
	    BINDS(BIND_INT(x->c->tenant->id), BIND_TEXT(buf_str(&host)),
		text_or_null(x->r->file), BIND_INT(x->run),
		text_or_null(x->r->job)),
	    NULL, err);
	buf_release(&host);
	return rc;
}

static int
put_done(struct extract *x, struct err *err)
{
	const struct extract_call *c = x->c;
	struct buf detail = {0};
	int rc;

	put_end_detail(x, &detail);
	if (x->r->job)
		rc = store_run(c->st, &sql_run_done,
		    BINDS(BIND_INT(c->tenant->id), BIND_INT(x->run),
			BIND_INT(c->now), moment_or_null(x->expires_at)),
		    NULL, err);
	else
		rc = end(x, "done", NULL, err);
	if (rc == 0)
		rc = audit(x, "export.done", buf_str(&detail), err);
	if (rc == 0 && x->r->job)
		rc = replace(x, err);
	if (rc == 0 && x->r->job)
		rc = extract_tell(x, err);
	buf_release(&detail);
	return rc;
}

int
ledger_done(struct extract *x, struct err *err)
{
	struct store *st = x->c->st;
	int rc;

	if (x->c->read_only) {
		struct buf detail = {0};

		put_end_detail(x, &detail);
		rc = journal_add(x, "export.done", buf_str(&detail), err);
		buf_release(&detail);
		return rc;
	}
	if (store_begin(st, STORE_CHANGE, "export", err) < 0)
		return -1;
	rc = put_done(x, err);
	if (rc == 0)
		rc = store_commit(st, true, err);
	store_rollback(st);
	return rc;
}

/* ---- what there is --------------------------------------------------------
 */

int
ledger_latest(struct store *st, const struct tenant *t, const char *job,
    struct arena *arena, struct ledger_run *ret, struct err *err)
{
	struct rows *rows;
	int got;

	*ret = (struct ledger_run){0};
	if (store_query(st, &sql_run_latest,
		BINDS(BIND_INT(t->id), BIND_TEXT(str_of(job))), &rows, err) < 0)
		return -1;
	got = rows_next(rows, err);
	if (got > 0) {
		const char **texts[] = {&ret->state, &ret->request, &ret->terms,
		    &ret->file, &ret->part, &ret->progress, &ret->host,
		    &ret->sha256};

		ret->run = rows_int(rows, 0);
		for (unsigned i = 0; i < COUNT_OF(texts); i++)
			if (!rows_null(rows, 1 + i))
				*texts[i] =
				    arena_strdup(arena, rows_text(rows, 1 + i));
		ret->erasures = rows_int(rows, 9);
		ret->began_at = rows_int(rows, 10);
	}
	rows_close(rows);
	return got;
}
