/* SPDX-License-Identifier: ISC */
/*
 * Which store it is that sends. The stamp inside (host, path, id, claims) is
 * copied with the store, the file outside (id, claims) is not: a copy has
 * another path or no file; what was restored to its old place has seen fewer
 * claims than the file.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "outbox/outbox.sql.h"
#include "outbox/outbox_priv.h"

enum { ID_BYTES = 16, FILE_MOST = 100 };

struct sender {
	int64_t tenant, claims;
	char *id, *file;
	int fd;
};

struct stamp {
	struct buf host, path, id;
	int64_t claims;
};

static void
stamp_release(struct stamp *s)
{
	buf_release(&s->host);
	buf_release(&s->path);
	buf_release(&s->id);
}

static void
stamp_here(const struct store *st, struct stamp *ret)
{
	const char *path = store_path(st);
	char host[256] = "", *whole = path ? realpath(path, NULL) : NULL;

	gethostname(host, sizeof(host) - 1);
	buf_addstr(&ret->host, host[0] ? host : "localhost");
	buf_addstr(&ret->path, whole ? whole : path ? path : ":memory:");
	free(whole);
}

/* 1 there is one, 0 none, -1. */
static int
stamp_read(struct store *st, const struct tenant *t, struct stamp *ret,
    struct err *err)
{
	struct rows *rows;
	int got;

	if (store_query(
		st, &sql_sender_read, BINDS(BIND_INT(t->id)), &rows, err) < 0)
		return -1;
	got = rows_next(rows, err);
	if (got > 0) {
		buf_adds(&ret->host, rows_text(rows, 0));
		buf_adds(&ret->path, rows_text(rows, 1));
		buf_adds(&ret->id, rows_text(rows, 2));
		ret->claims = rows_int(rows, 3);
	}
	rows_close(rows);
	return got;
}

int
sender_stamp(struct store *st, const struct tenant *t, struct err *err)
{
	struct stamp here = {0};
	int rc;

	stamp_here(st, &here);
	rc = store_run(st, &sql_sender_stamp,
	    BINDS(BIND_INT(t->id), BIND_TEXT(buf_str(&here.host)),
		BIND_TEXT(buf_str(&here.path))),
	    NULL, err);
	stamp_release(&here);
	return rc;
}

/* ---- the file outside -----------------------------------------------------
 */

/* FOLDER/senders/HASH, made of where the store is. */
static char *
file_of(const char *folder, const struct tenant *t, const struct stamp *here)
{
	struct buf place = {0}, path = {0};
	char hex[65];

	buf_addf(&place, "%s\n%s\n%s", here->host.p, here->path.p, t->name);
	sha256_hex(place.p, place.len, hex);
	buf_addf(&path, "%s/senders/%.32s", folder, hex);
	buf_release(&place);
	return buf_detach(&path);
}

static int
make_folders(const char *path, struct err *err)
{
	char *copy = xstrdup(path), *end = copy;
	int rc = 0;

	while (rc == 0 && (end = strchr(end + 1, '/')) != NULL) {
		*end = '\0';
		if (mkdir(copy, 0700) < 0 && errno != EEXIST)
			rc = err_sys(err, "%s", copy);
		*end = '/';
	}
	free(copy);
	return rc;
}

static int
file_write(const char *path, const char *id, struct err *err)
{
	struct outfile *f;

	if (make_folders(path, err) < 0 || outfile_open(path, &f, err) < 0)
		return -1;
	fprintf(outfile_stream(f), "%s %020d\n", id, 0);
	return outfile_commit(f, err);
}

/* 1 there is one, 0 none, -1. */
static int
file_get(
    const char *path, struct buf *ret_id, int64_t *ret_claims, struct err *err)
{
	struct buf text = {0};
	struct str rest, id;
	int64_t claims;
	int rc = 1;

	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	if (file_read(path, &text, FILE_MOST, err) < 0)
		return -1;
	rest = buf_str(&text);
	if (!str_cut(&rest, ' ', &id) || !number_int(str_trim(rest), &claims))
		rc =
		    err_set(err, ERR_FAIL, "%s: not a file of dl-notify", path);
	if (rc == 1) {
		buf_adds(ret_id, id);
		*ret_claims = claims;
	}
	buf_release(&text);
	return rc;
}

static int
random_id(char ret[2 * ID_BYTES + 1], struct err *err)
{
	unsigned char bytes[ID_BYTES];
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, bytes, sizeof(bytes));

	if (fd >= 0)
		close(fd);
	if (got != ID_BYTES)
		return err_set(err, ERR_FAIL, "/dev/urandom: cannot be read");
	for (size_t i = 0; i < ID_BYTES; i++)
		snprintf(ret + 2 * i, 3, "%02x", bytes[i]);
	return 0;
}

/* ---- opening --------------------------------------------------------------
 */

static int
refuse(const struct tenant *t, const char *why, struct err *err)
{
	return err_set(err, ERR_FAIL,
	    "nothing sent: %s; when this is the store that is to send for %s, "
	    "and no other does: dl-notify adopt",
	    why, quoted(str_of(t->name)));
}

static int
compare(const struct tenant *t, const struct stamp *stamp,
    const struct stamp *here, bool outside, struct str id, int64_t claims,
    struct err *err)
{
	char why[700];

	if (!str_eq(buf_str(&stamp->host), buf_str(&here->host)) ||
	    !str_eq(buf_str(&stamp->path), buf_str(&here->path))) {
		snprintf(why, sizeof(why),
		    "this store is a copy of %.250s on %.250s", stamp->path.p,
		    stamp->host.p);
		return refuse(t, why, err);
	}
	if (!stamp->id.len && outside && claims > 0)
		return refuse(t,
		    "another store was here that has sent, this one has not",
		    err);
	if (stamp->id.len && !outside)
		return refuse(t,
		    "this store was sent from by another user or machine", err);
	if (stamp->id.len && !str_eq(buf_str(&stamp->id), id))
		return refuse(
		    t, "another store at this place has sent since", err);
	if (stamp->id.len && claims > stamp->claims)
		return refuse(t,
		    "this store is older than what was sent from it (was it "
		    "restored?)",
		    err);
	return 0;
}

static int
set_id(struct store *st, const struct tenant *t, const struct stamp *here,
    struct str id, struct err *err)
{
	return store_run(st, &sql_sender_adopt,
	    BINDS(BIND_INT(t->id), BIND_TEXT(buf_str(&here->host)),
		BIND_TEXT(buf_str(&here->path)), BIND_TEXT(id)),
	    NULL, err);
}

/* What the store and the file outside say, and whether that is right. */
struct claimant {
	struct stamp stamp, here;
	struct buf id; /* of the file */
	int64_t claims;
	bool outside;
};

static void
claimant_release(struct claimant *c)
{
	stamp_release(&c->stamp);
	stamp_release(&c->here);
	buf_release(&c->id);
}

static int
examine(struct store *st, const struct tenant *t, const char *file,
    struct claimant *c, struct err *err)
{
	/* The file first: it never says more than the store says later. */
	int got = file_get(file, &c->id, &c->claims, err), known;

	if (got < 0 || (known = stamp_read(st, t, &c->stamp, err)) < 0)
		return -1;
	stamp_here(st, &c->here);
	if (known == 0)
		stamp_here(st, &c->stamp);
	c->outside = got > 0;
	return compare(t, &c->stamp, &c->here, c->outside, buf_str(&c->id),
	    c->claims, err);
}

/* The store gets the id of a file that nothing was sent by; the file first, so
 * that a kill in between leaves nothing to mend. In one turn: of two that come
 * first, one is. */
static int
first_time(
    struct store *st, const struct tenant *t, const char *file, struct err *err)
{
	struct claimant c = {0};
	char fresh[2 * ID_BYTES + 1];
	int rc = store_begin(st, STORE_CHANGE, "stamp the sender", err);

	if (rc == 0)
		rc = examine(st, t, file, &c, err);
	if (rc == 0 && !c.stamp.id.len && !c.outside) {
		rc = random_id(fresh, err);
		if (rc == 0)
			rc = file_write(file, fresh, err);
		buf_addstr(&c.id, fresh);
	}
	if (rc == 0 && !c.stamp.id.len)
		rc = set_id(st, t, &c.here, buf_str(&c.id), err);
	if (rc == 0)
		rc = store_commit(st, true, err);
	store_rollback(st);
	claimant_release(&c);
	return rc;
}

static int
open_file(struct sender *s, struct err *err)
{
	s->fd = open(s->file, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	return s->fd < 0 ? err_sys(err, "%s", s->file) : 0;
}

int
sender_open(struct store *st, const struct tenant *t, const char *folder,
    struct sender **ret, struct err *err)
{
	struct sender *s = xcalloc(1, sizeof(*s));
	struct claimant c = {0};
	struct stamp here = {0};
	int rc;

	s->fd = -1;
	s->tenant = t->id;
	stamp_here(st, &here);
	s->file = file_of(folder, t, &here);
	stamp_release(&here);
	rc = examine(st, t, s->file, &c, err);
	if (rc == 0 && !c.stamp.id.len) {
		rc = first_time(st, t, s->file, err);
		claimant_release(&c);
		if (rc == 0)
			rc = examine(st, t, s->file, &c, err);
	}
	if (rc == 0)
		rc = open_file(s, err);
	s->claims = c.stamp.claims;
	s->id = buf_detach(&c.id);
	claimant_release(&c);
	if (rc < 0) {
		sender_close(s);
		return -1;
	}
	*ret = s;
	return 0;
}

int
sender_claim(struct sender *s, struct store *st, int64_t more, struct err *err)
{
	return store_int(st, &sql_sender_count,
		   BINDS(BIND_INT(s->tenant), BIND_INT(more)), &s->claims,
		   err) < 0
		   ? -1
		   : 0;
}

/* In one write, in place: a process that dies leaves the old line or the new.
 */
int
sender_note(struct sender *s, struct err *err)
{
	char line[FILE_MOST];
	int n = snprintf(
	    line, sizeof(line), "%s %020lld\n", s->id, (long long)s->claims);

	if (pwrite(s->fd, line, (size_t)n, 0) != n)
		return err_sys(err, "%s", s->file);
	return 0;
}

bool
sender_run(const struct sender *s, const struct store *st, struct buf *ret)
{
	bool known;

	store_epoch(st, ret);
	known = ret->len > 0;
	if (known)
		buf_addc(ret, '/');
	buf_addf(ret, "%.8s/%ld/%lld", s->id, (long)getpid(),
	    (long long)time_monotonic());
	return known;
}

void
sender_close(struct sender *s)
{
	if (!s)
		return;
	if (s->fd >= 0)
		close(s->fd);
	free(s->file);
	free(s->id);
	free(s);
}

int
sender_adopt(struct store *st, const struct tenant *t, const char *folder,
    const char *who, int64_t now, struct buf *line, struct err *err)
{
	struct stamp here = {0};
	struct json_writer w = {.out = line};
	char id[2 * ID_BYTES + 1], *file;
	int rc = random_id(id, err);

	stamp_here(st, &here);
	file = file_of(folder, t, &here);
	if (rc == 0)
		rc = set_id(st, t, &here, str_of(id), err);
	if (rc == 0)
		rc = audit_add(st, t->id, now, who, "notify adopt",
		    (struct str){0}, (struct str){0}, err);
	if (rc == 0)
		rc = file_write(file, id, err);
	if (rc == 0) {
		json_put_object(&w);
		json_add_text(&w, "sender", buf_str(&here.path));
		json_add_text(&w, "host", buf_str(&here.host));
		json_put_end(&w);
		buf_addc(line, '\n');
	}
	free(file);
	stamp_release(&here);
	return rc;
}
