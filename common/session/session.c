/* SPDX-License-Identifier: ISC */
/* What a verb has open, and how it ends. */
#include "lead/lead.h"
#include "session/session.h"

static void
trace(void *call, const char *sql, double ms)
{
	cli_verbose(call, 2, "%.1f ms: %s", ms, sql);
}

int
session_tenant(struct session *s, const char *name, struct err *err)
{
	const char *feature = s->call->program->feature;

	if (tenant_open(s->st, name, &s->tenant, err) < 0 ||
	    (feature && tenant_require(s->tenant, feature, err) < 0))
		return -1;
	s->moment = tenant_moment(s->tenant, s->now);
	return 0;
}

static int
open_where(struct session *s, const char *where, struct err *err)
{
	if (cond_parse(str_of(where), "condition", &lead_catalogue, &s->where,
		err) < 0)
		return -1;
	if (!s->st)
		return lead_check_of_record(s->where, err);
	return lead_bind(s->st, s->tenant, s->where, err);
}

static int
open_store(struct session *s, int kind, bool either, struct err *err)
{
	const struct cli_shared *shared = s->call->shared;
	static const enum store_mode modes[] = {
	    [SESSION_READ] = STORE_READ,
	    [SESSION_WRITE] = STORE_WRITE,
	    [SESSION_CHANGE] = STORE_WRITE,
	    [SESSION_CREATE] = STORE_CREATE,
	    [SESSION_UPGRADE] = STORE_UPGRADE,
	};

	int rc = store_open(shared->db, modes[kind], &s->st, err);

	if (rc < 0 && either && err->kind != ERR_BUSY) {
		s->closed = *err;
		rc = store_open(shared->db, STORE_READ, &s->st, err);
		/* What is no store at all is not closed. */
		if (rc < 0)
			*err = s->closed;
	}
	if (rc < 0)
		return -1;
	if (!shared->now_given)
		store_by_clock(s->st);
	if (shared->verbose > 1)
		store_trace(s->st, trace, (void *)(uintptr_t)s->call);
	return 0;
}

int
session_begin(struct session *s, struct err *err)
{
	FILE *out;

	/* Where nothing can be said, nothing is changed. */
	if ((s->call->verb->shared & CLI_OUTPUT) &&
	    cli_output(s->call, &out, err) < 0)
		return -1;
	if (store_begin(s->st, STORE_CHANGE, s->call->verb->name, err) < 0)
		return -1;
	s->changing = true;
	return 0;
}

static int
open_session(struct session *s, int kind, struct err *err)
{
	const struct cli_shared *shared = s->call->shared;
	bool whole = kind & SESSION_STORE;
	bool where = shared->where && !(kind & SESSION_OWN_WHERE);
	bool either = kind & SESSION_EITHER;

	kind &= ~(SESSION_STORE | SESSION_OWN_WHERE | SESSION_EITHER);
	if (kind == SESSION_FILTER) {
		s->tenant = tenant_default();
		s->moment = tenant_moment(s->tenant, s->now);
		return where ? open_where(s, shared->where, err) : 0;
	}
	if (open_store(s, kind, either, err) < 0 ||
	    (!whole && session_tenant(s, shared->tenant, err) < 0) ||
	    (where && open_where(s, shared->where, err) < 0))
		return -1;
	return kind == SESSION_CHANGE ? session_begin(s, err) : 0;
}

int
session_commit(struct session *s, int rc, struct err *err)
{
	s->changing = false;
	if (rc < 0 || s->call->shared->dry_run)
		store_rollback(s->st);
	else if (store_commit(s->st, true, err) < 0)
		return -1;
	return rc;
}

int
session_tell(struct session *s, struct err *err)
{
	if (!(s->call->verb->shared & CLI_OUTPUT))
		return 0;
	if (!s->printer.out && session_print(s, NULL, 0, err) < 0)
		return -1;
	printer_lines(&s->printer, buf_str(&s->lines));
	buf_clear(&s->lines);
	return 0;
}

static int
end_change(struct session *s, int rc, struct err *err)
{
	rc = session_commit(s, rc, err);
	return rc < 0 || session_tell(s, err) < 0 ? -1 : rc;
}

static int
close_session(struct session *s, int rc, struct err *err)
{
	if (s->changing)
		rc = end_change(s, rc, err);
	if (s->st)
		store_rollback(s->st); /* a snapshot */
	rc = printer_close(&s->printer, rc, err);
	if (rc >= 0 && s->summary.len)
		cli_summary(s->call, "%s", s->summary.p);
	cond_free(s->where);
	tenant_free(s->tenant);
	store_close(s->st);
	buf_release(&s->lines);
	buf_release(&s->summary);
	return rc;
}

int
session_run(const struct cli_call *call, int kind,
    int (*work)(struct session *s, struct err *err), void *context,
    struct err *err)
{
	struct session s = {.call = call,
	    .who = call->shared->user,
	    .now = call->shared->now,
	    .context = context};
	int rc = open_session(&s, kind, err);

	if (rc == 0)
		rc = work(&s, err);
	return close_session(&s, rc, err);
}

int
session_reads(const struct cli_call *call, struct err *err)
{
	return session_run(call, SESSION_READ, call->verb->work, NULL, err);
}

int
session_writes(const struct cli_call *call, struct err *err)
{
	return session_run(call,
	    call->shared->dry_run ? SESSION_READ : SESSION_WRITE,
	    call->verb->work, NULL, err);
}

int
session_changes(const struct cli_call *call, struct err *err)
{
	return session_run(call, SESSION_CHANGE, call->verb->work, NULL, err);
}

int
session_begins(const struct cli_call *call, struct err *err)
{
	return session_run(call, SESSION_WRITE, call->verb->work, NULL, err);
}

int
session_reads_store(const struct cli_call *call, struct err *err)
{
	return session_run(
	    call, SESSION_READ | SESSION_STORE, call->verb->work, NULL, err);
}

int
session_changes_store(const struct cli_call *call, struct err *err)
{
	return session_run(
	    call, SESSION_CHANGE | SESSION_STORE, call->verb->work, NULL, err);
}

int
session_filters(const struct cli_call *call, struct err *err)
{
	return session_run(call, SESSION_FILTER, call->verb->work, NULL, err);
}

int
session_print(struct session *s, const char *const *columns, size_t count,
    struct err *err)
{
	if (printer_open(s->call, columns, count, &s->printer, err) < 0)
		return -1;
	s->printer.zone = s->tenant ? s->moment.zone : NULL;
	return 0;
}

int
session_each(void *session, struct str lines, struct err *err)
{
	struct session *s = session;

	(void)err;
	printer_lines(&s->printer, lines);
	return 0;
}

int
session_text(void *session, struct str text, struct err *err)
{
	struct session *s = session;

	(void)err;
	printer_text(&s->printer, text);
	return 0;
}

bool
session_progress(void *session, uint64_t done, uint64_t whole)
{
	const struct session *s = session;

	cli_progress(s->call, "leads", done, done, whole);
	return cli_interrupted();
}

void
session_refuses(void *context, struct place where, const char *reason)
{
	struct buf text = {0};

	(void)context;
	place_add(&text, where);
	cli_error("%s%s", text.p ? text.p : "", reason);
	buf_release(&text);
}

void
session_summary(struct session *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&s->summary, fmt, ap);
	va_end(ap);
}
