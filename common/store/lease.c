/* SPDX-License-Identifier: ISC */
/*
 * Leases: a row says which process does a job for a tenant. Its owner is
 * "host/namespace:pid:random", so that a process on this host can be seen to
 * be dead; anybody else is believed until he has been silent for too long.
 */
#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store.sql.h"
#include "store/store_priv.h"

#define LEASE_LOST_MS       (30 * MS_SECOND)
#define RELEASE_PATIENCE_MS (5 * MS_SECOND)
#define LEASE_RENEW_MS      (10 * MS_SECOND)

/* ---- owners -------------------------------------------------------------- */

/* Containers share host names; process numbers mean something only within one
 * namespace of them. */
static void
add_host(struct buf *out)
{
	char name[256] = "";
	struct stat sb;
	char *p;

	gethostname(name, sizeof(name) - 1);
	for (p = name; *p; p++)
		if (*p == ':')
			*p = '.';
	buf_addstr(out, name[0] ? name : "localhost");
	if (stat("/proc/self/ns/pid", &sb) == 0)
		buf_addf(out, "/%llu", (unsigned long long)sb.st_ino);
}

static void
add_owner(struct buf *out, const struct store *st)
{
	struct timespec now;
	struct {
		uint64_t a, b, c;
	} seed;

	clock_gettime(CLOCK_REALTIME, &now);
	seed.a = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	seed.b = (uint64_t)(uintptr_t)st; /* two stores of one process */
	seed.c = (uint64_t)getpid();
	add_host(out);
	buf_addf(out, ":%ld:%016llx", (long)getpid(),
	    (unsigned long long)hash64(&seed, sizeof(seed), 0));
}

/* Cuts "host:pid:random". */
static bool
owner_parts(struct str owner, struct str *ret_host, int64_t *ret_pid)
{
	struct str pid;

	return str_cut(&owner, ':', ret_host) && str_cut(&owner, ':', &pid) &&
	       number_int(pid, ret_pid);
}

/* A killed process that its parent has not asked about yet still has its
 * number, but does nothing more. Where there is no /proc, nobody is a zombie.
 */
static bool
is_zombie(pid_t pid)
{
	char path[64], text[512], *end;
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	f = fopen(path, "re");
	if (f) {
		n = fread(text, 1, sizeof(text) - 1, f);
		fclose(f);
	}
	text[n] = '\0';
	/* pid (name) state: the name may hold anything. */
	end = strrchr(text, ')');
	return end && end[1] == ' ' && (end[2] == 'Z' || end[2] == 'X');
}

static bool
owner_is_dead(struct str owner)
{
	struct buf here = {0};
	struct str host;
	int64_t pid;
	bool dead;

	add_host(&here);
	dead = owner_parts(owner, &host, &pid) &&
	       str_eq(host, buf_str(&here)) && pid > 0 &&
	       ((kill((pid_t)pid, 0) < 0 && errno == ESRCH) ||
		   is_zombie((pid_t)pid));
	buf_release(&here);
	return dead;
}

static void
describe(struct buf *out, struct str owner, int64_t since)
{
	struct str host, name;
	int64_t pid;

	if (owner_parts(owner, &host, &pid)) {
		str_cut(&host, '/', &name);
		buf_addf(
		    out, "process %lld on %.*s", (long long)pid, STR_ARG(name));
	} else {
		buf_adds(out, owner);
	}
	buf_addstr(out, ", since ");
	time_add(out, since - since % MS_SECOND);
}

/* ---- taking -------------------------------------------------------------- */

/* 1 free for us, 0 held by somebody who is described. */
static int
look(struct store *st, int64_t tenant, const char *job, int64_t now,
    struct buf *ret_holder, struct err *err)
{
	struct rows *r;
	int64_t silent;
	int code;

	if (store_query(st, &sql_lease_holder,
		BINDS(BIND_INT(tenant), BIND_TEXT(str_of(job))), &r, err) < 0)
		return -1;
	code = rows_next(r, err);
	if (code == 1) {
		/* A renewal from the future is a clock that was set back. */
		silent = now - rows_int(r, 2);
		if (silent < LEASE_LOST_MS && silent > -LEASE_LOST_MS &&
		    !owner_is_dead(rows_text(r, 0))) {
			describe(ret_holder, rows_text(r, 0), rows_int(r, 1));
			code = 0;
		}
	} else if (code == 0) {
		code = 1;
	}
	rows_close(r);
	return code;
}

static int
take(struct store *st, int64_t tenant, const char *job, struct str owner,
    struct buf *ret_holder, struct err *err)
{
	int64_t now = time_real();
	int code;

	code = look(st, tenant, job, now, ret_holder, err);
	if (code != 1)
		return code;
	if (store_run(st, &sql_lease_take,
		BINDS(BIND_INT(tenant), BIND_TEXT(str_of(job)),
		    BIND_TEXT(owner), BIND_INT(now)),
		NULL, err) < 0)
		return -1;
	return 1;
}

int
lease_take(struct store *st, int64_t tenant, const char *job,
    struct buf *ret_holder, struct err *err)
{
	struct lease *l = &st->lease;
	int code;

	if (l->held)
		BUG("a second lease: %s inside %s", job, l->job);
	if (store_begin(st, STORE_CHANGE, "take the lease", err) < 0)
		return -1;
	buf_clear(&l->owner);
	add_owner(&l->owner, st);
	code = take(st, tenant, job, buf_str(&l->owner), ret_holder, err);
	if (code == 1 && store_commit(st, false, err) < 0)
		code = -1;
	store_rollback(st);
	if (code == 1) {
		l->held = true;
		l->tenant = tenant;
		free(l->job); /* one that was lost leaves its name */
		l->job = xstrdup(job);
		l->renewed = time_monotonic();
	}
	return code;
}

/* ---- keeping and giving back --------------------------------------------- */

/* In the open change transaction, or in one of its own. */
static int
run_own(struct store *st, const struct sql *sql, const struct bind *binds,
    size_t count, int64_t *ret_changed, struct err *err)
{
	int code;

	if (st->open)
		return store_run(st, sql, binds, count, ret_changed, err);
	if (store_begin(st, STORE_CHANGE, "lease", err) < 0)
		return -1;
	code = store_run(st, sql, binds, count, ret_changed, err);
	if (code == 0)
		code = store_commit(st, false, err);
	store_rollback(st);
	return code;
}

int
lease_renew(struct store *st, struct err *err)
{
	struct lease *l = &st->lease;
	int64_t changed;

	if (!l->held || time_monotonic() - l->renewed < LEASE_RENEW_MS)
		return 0;
	/* A snapshot cannot write; the next call comes soon. */
	if (st->open && st->intent == STORE_SNAPSHOT)
		return 0;
	if (run_own(st, &sql_lease_renew,
		BINDS(BIND_INT(l->tenant), BIND_TEXT(str_of(l->job)),
		    BIND_TEXT(buf_str(&l->owner)), BIND_INT(time_real())),
		&changed, err) < 0)
		return -1;
	if (changed == 0) {
		l->held = false;
		return err_set(err, ERR_BUSY,
		    "%s: another process has taken over, this one was silent "
		    "too long",
		    l->job);
	}
	l->renewed = time_monotonic();
	return 0;
}

void
lease_release(struct store *st)
{
	struct lease *l = &st->lease;
	int64_t patience = st->patience;

	if (!l->held)
		return;
	l->held = false;
	/* What fails here heals by itself: we are soon dead, or silent. So do
	 * not wait for long. */
	store_rollback(st);
	if (st->patience > RELEASE_PATIENCE_MS)
		st->patience = RELEASE_PATIENCE_MS;
	run_own(st, &sql_lease_release,
	    BINDS(BIND_INT(l->tenant), BIND_TEXT(str_of(l->job)),
		BIND_TEXT(buf_str(&l->owner))),
	    NULL, NULL);
	st->patience = patience;
	free(l->job);
	l->job = NULL;
}
