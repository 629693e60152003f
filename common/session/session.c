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
	if (tenant_open(s->st, name, &s->tenant, err) < 0)
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
	return lead_bind_types(s->st, s->tenant, s->where, err);
}

static int
open_store(struct session *s, bool write, struct err *err)
{
	const struct cli_shared *shared = s->call->shared;

	if (store_open(
		shared->db, write ? STORE_WRITE : STORE_READ, &s->st, err) < 0)
		return -1;
	if (shared->verbose > 1)
		store_trace(s->st, trace, (void *)(uintptr_t)s->call);
	return 0;
}

static int
open_session(struct session *s, int kind, struct err *err)
{
	const struct cli_shared *shared = s->call->shared;
	int what = kind & ~SESSION_STORE;
	bool write = what == SESSION_CHANGE ||
		     (what == SESSION_WRITE && !shared->dry_run);

	if (what == SESSION_FILTER) {
		s->tenant = tenant_default();
		s->moment = tenant_moment(s->tenant, s->now);
		return 0;
	}
	if (open_store(s, write, err) < 0)
		return -1;
	if (!(kind & SESSION_STORE) &&
	    session_tenant(s, shared->tenant, err) < 0)
		return -1;
	if (shared->where && open_where(s, shared->where, err) < 0)
		return -1;
	if (what != SESSION_CHANGE)
		return 0;
	if (store_begin(s->st, STORE_CHANGE, s->call->verb->name, err) < 0)
		return -1;
	s->changing = true;
	return 0;
}

/* Commits the change, or undoes it after a failure or under --dry-run. */
static int
end_change(struct session *s, int rc, struct err *err)
{
	if (rc < 0 || s->call->shared->dry_run)
		store_rollback(s->st);
	else if (store_commit(s->st, true, err) < 0)
		return -1;
	if (rc < 0 || !(s->call->verb->shared & CLI_FORMAT))
		return rc;
	if (session_print(s, NULL, 0, err) < 0)
		return -1;
	printer_lines(&s->printer, buf_str(&s->lines));
	return rc;
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
	return session_run(call, SESSION_WRITE, call->verb->work, NULL, err);
}

int
session_changes(const struct cli_call *call, struct err *err)
{
	return session_run(call, SESSION_CHANGE, call->verb->work, NULL, err);
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
	return printer_open(s->call, columns, count, &s->printer, err);
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
session_summary(struct session *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&s->summary, fmt, ap);
	va_end(ap);
}
