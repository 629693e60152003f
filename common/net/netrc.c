/* SPDX-License-Identifier: ISC */
/*
 * Who logs in where, as netrc(5) has it. libcurl could read it, but its
 * releases differ in what they make of quotes, comments and several logins of
 * one host; it does not mind who else can read the file, and goes on without a
 * login when there is none.
 */
#include <strings.h>

#include "net/net_priv.h"

enum { NETRC_MOST = 1 << 20 };

struct entry {
	bool named, any; /* begun; by "default" */
	struct buf host, user, secret;
	bool has_user, has_secret;
};

struct reader {
	struct str rest;
	struct place where;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void
step(struct reader *r)
{
	if (*r->rest.p == '\n')
		r->where.line++;
	r->rest.p++;
	r->rest.n--;
}

static void
skip_line(struct reader *r)
{
	while (r->rest.n && *r->rest.p != '\n')
		step(r);
}

static void
skip_blanks(struct reader *r)
{
	while (r->rest.n && is_blank(*r->rest.p))
		step(r);
}

/* A word, perhaps in quotes, where a backslash makes the next one plain. False
 * at the end, or when a quote does not end on its line. */
static bool
next_word(struct reader *r, struct buf *ret)
{
	bool quoted;

	buf_clear(ret);
	skip_blanks(r);
	if (r->rest.n == 0)
		return false;
	quoted = *r->rest.p == '"';
	if (quoted)
		step(r);
	while (r->rest.n && (quoted ? *r->rest.p != '"' && *r->rest.p != '\n'
				    : !is_blank(*r->rest.p))) {
		if (quoted && *r->rest.p == '\\' && r->rest.n > 1 &&
		    r->rest.p[1] != '\n')
			step(r);
		buf_addc(ret, *r->rest.p);
		step(r);
	}
	if (!quoted)
		return true;
	if (r->rest.n == 0 || *r->rest.p != '"')
		return false;
	step(r);
	return true;
}

/* Up to an empty line. */
static void
skip_macro(struct reader *r)
{
	skip_line(r);
	while (r->rest.n &&
	       !(r->rest.n > 1 && r->rest.p[0] == '\n' && r->rest.p[1] == '\n'))
		step(r);
}

static int
need_word(struct reader *r, const char *what, struct buf *ret, struct err *err)
{
	if (next_word(r, ret))
		return 0;
	return err_at(err, ERR_USAGE, r->where, "%s without a value", what);
}

static void
clear(struct entry *e)
{
	buf_clear(&e->host);
	buf_clear(&e->user);
	buf_clear(&e->secret);
	e->named = e->any = e->has_user = e->has_secret = false;
}

/* What belongs to the open entry: 1, or 0 when it is at its end; *word is the
 * keyword that was read, of the next entry. */
static int
read_member(
    struct reader *r, struct buf *word, struct entry *e, struct err *err)
{
	struct buf ignored = {0};
	int rc = 1;

	if (str_is(buf_str(word), "login")) {
		rc = need_word(r, "login", &e->user, err);
		e->has_user = true;
	} else if (str_is(buf_str(word), "password")) {
		rc = need_word(r, "password", &e->secret, err);
		e->has_secret = true;
	} else if (str_is(buf_str(word), "account")) {
		rc = need_word(r, "account", &ignored, err);
	} else {
		return 0;
	}
	buf_release(&ignored);
	return rc < 0 ? -1 : 1;
}

static int
begin_entry(
    struct reader *r, const struct buf *word, struct entry *e, struct err *err)
{
	clear(e);
	e->named = true;
	e->any = str_is(buf_str(word), "default");
	if (e->any)
		return 0;
	if (str_is(buf_str(word), "machine"))
		return need_word(r, "machine", &e->host, err);
	/* Not shown: it may be half a secret. */
	return err_at(err, ERR_USAGE, r->where,
	    "expected machine, default, login, password or account");
}

/* The entry that *word begins; then *word is what the next one begins with, and
 * empty at the end. */
static int
read_entry(struct reader *r, struct buf *word, struct entry *e, struct err *err)
{
	int got = begin_entry(r, word, e, err);

	if (got < 0)
		return -1;
	for (;;) {
		skip_blanks(r);
		if (r->rest.n && *r->rest.p == '#') {
			skip_line(r);
			continue;
		}
		if (!next_word(r, word)) {
			buf_clear(word);
			return 0;
		}
		if (str_is(buf_str(word), "macdef")) {
			skip_macro(r);
			continue;
		}
		got = read_member(r, word, e, err);
		if (got <= 0)
			return got;
	}
}

static bool
is_of(const struct entry *e, struct str host, const char *user)
{
	struct str name = buf_str(&e->host);

	if (!e->any &&
	    (name.n != host.n || strncasecmp(name.p, host.p, host.n) != 0))
		return false;
	if (!e->has_secret || (!e->has_user && !user))
		return false;
	return !e->has_user || !user || str_is(buf_str(&e->user), user);
}

/* The first word of the first entry. */
static void
first_word(struct reader *r, struct buf *word)
{
	for (;;) {
		skip_blanks(r);
		if (r->rest.n && *r->rest.p == '#') {
			skip_line(r);
		} else if (!next_word(r, word)) {
			buf_clear(word);
			return;
		} else if (str_is(buf_str(word), "macdef")) {
			skip_macro(r);
		} else {
			return;
		}
	}
}

static void
take(const struct entry *e, const char *user, struct login *ret)
{
	login_release(ret);
	ret->user = e->has_user ? str_dup(buf_str(&e->user)) : xstrdup(user);
	ret->secret = str_dup(buf_str(&e->secret));
}

static int
find(struct reader *r, struct str host, const char *user, struct login *ret,
    struct err *err)
{
	struct entry e = {0};
	struct buf word = {0};
	int rc = 0, found = 0;
	bool by_name = false;

	first_word(r, &word);
	while (word.len && rc == 0 && !by_name) {
		rc = read_entry(r, &word, &e, err);
		if (rc < 0 || !is_of(&e, host, user) || (found && e.any))
			continue;
		take(&e, user, ret);
		by_name = !e.any;
		found = 1;
	}
	buf_release(&e.host);
	buf_release(&e.user);
	buf_wipe(&e.secret);
	buf_wipe(&word);
	if (rc < 0)
		login_release(ret);
	return rc < 0 ? -1 : found;
}

void
login_release(struct login *l)
{
	free(l->user);
	secret_free(l->secret);
	*l = (struct login){NULL, NULL};
}

int
netrc_find(const char *path, struct str host, const char *user,
    struct login *ret, struct err *err)
{
	struct reader r = {.where = {.file = path, .line = 1}};
	struct buf text = {0};
	int rc;

	*ret = (struct login){NULL, NULL};
	if (file_read_private(path, &text, NETRC_MOST, err) < 0)
		return -1;
	r.rest = buf_str(&text);
	if (text.len && memchr(text.p, '\0', text.len))
		rc = err_set(err, ERR_USAGE, "%s: not text", path);
	else
		rc = find(&r, host, user, ret, err);
	buf_wipe(&text);
	if (rc == 0)
		return err_set(err, ERR_USAGE,
		    user ? "%s: no password for this user at %.*s"
			 : "%s: no login for %.*s",
		    path, STR_ARG(host));
	return rc < 0 ? -1 : 0;
}
