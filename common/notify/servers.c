/* SPDX-License-Identifier: ISC */
/*
 * The servers of a channel of mail. A message goes by any that has a session
 * free; few messages by the first ones. One that fails is left alone for a
 * while, in this run and the next ones, as long as there is another. What it
 * had in hand is settled as ever: what surely did not arrive waits and may go
 * by another, what is in doubt does not.
 */
#include <stdlib.h>
#include <unistd.h>

#include "notify/notify_priv.h"

enum { FAULTS = 5, SESSIONS = 4 };

#define EVAL_TIMEOUT (30 * MS_SECOND)
#define ASIDE_FIRST  (5 * MS_MINUTE)
#define ASIDE_MOST   MS_HOUR

struct server {
	const struct channel *set; /* what the configuration says of it */
	struct smtp *smtp;         /* NULL: not opened */
	struct login login;
	bool out;   /* has failed in this run */
	bool spare; /* failed lately: only when there is no other */
	bool worked;
	int64_t failures; /* in a row, in runs before */
	unsigned faults;  /* in a row, in this one */
	int64_t pause;    /* its rate lets none through until then */
	int64_t granted;  /* ... and so many now */
	char why[1200];
};
struct servers {
	size_t count;
	struct server one[];
};

/* ---- opening ---------------------------------------------------------------
 */

static int
evaluate(const char *command, char **ret, struct err *err)
{
	struct buf out = {0};
	struct str line, rest;
	bool begun;
	int status, rc = command_run(command, STR(""), &out, EVAL_TIMEOUT, NULL,
			NULL, &status, &begun, err);

	if (rc < 0 || status != 0) {
		rc = err_set(err, ERR_FAIL, "passwordeval: %s",
		    rc < 0 ? err->text : "the command failed");
	} else {
		rest = buf_str(&out);
		str_cut(&rest, '\n', &line);
		*ret = str_dup(line);
	}
	buf_wipe(&out);
	return rc;
}

static int
find_login(struct server *r, struct err *err)
{
	const struct channel *c = r->set;

	if (c->netrc)
		return netrc_find(
		    c->netrc, channel_host(c), c->user, &r->login, err);
	r->login.user = c->user ? xstrdup(c->user) : NULL;
	if (c->password)
		r->login.secret = xstrdup(c->password);
	else if (c->passwordeval)
		return evaluate(c->passwordeval, &r->login.secret, err);
	return 0;
}

static unsigned
sessions_of(const struct server *r)
{
	return (unsigned)(r->set->sessions ? r->set->sessions : SESSIONS);
}

static int
open_server(struct delivery *d, struct server *r, struct err *err)
{
	const struct channel *c = r->set;
	char host[256] = "";
	struct smtp_server server = {.url = c->url,
	    .hello = c->hello,
	    .mechanism = c->mechanism,
	    .ca_file = c->ca_file,
	    .starttls = c->starttls,
	    .sessions = sessions_of(r),
	    .per_session = (unsigned)c->per_session,
	    .connect_ms = c->timeout,
	    .answer_ms = c->timeout,
	    .final_ms = c->timeout ? 2 * c->timeout : 0};

	gethostname(host, sizeof(host) - 1);
	if (!server.hello)
		server.hello = host[0] ? host : "localhost";
	/* It may be opened once more. */
	login_release(&r->login);
	if (find_login(r, err) < 0)
		return -1;
	server.user = r->login.user;
	server.secret = r->login.secret;
	return smtp_open(d->net, &server, &r->smtp, err);
}

/* Several have names. */
static void
fail(struct delivery *d, struct server *r, const char *why)
{
	r->out = true;
	if (d->servers->count > 1)
		snprintf(
		    r->why, sizeof(r->why), "server %s: %s", r->set->name, why);
	else
		snprintf(r->why, sizeof(r->why), "%s", why);
}

static bool
usable(const struct server *r)
{
	return !r->out && !r->spare;
}

static size_t
count_usable(const struct servers *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->count; i++)
		n += usable(&s->one[i]);
	return n;
}

static void
open_all(struct delivery *d)
{
	for (size_t i = 0; i < d->servers->count; i++) {
		struct server *r = &d->servers->one[i];
		struct err err = {0};

		if (usable(r) && !r->smtp && open_server(d, r, &err) < 0)
			fail(d, r, err.text);
	}
}

/* Where all others have failed, those that failed before get a chance. */
static void
call_spares(struct delivery *d)
{
	if (count_usable(d->servers) > 0)
		return;
	for (size_t i = 0; i < d->servers->count; i++)
		d->servers->one[i].spare = false;
	open_all(d);
}

/* Why none is left. */
static void
tell_trouble(struct delivery *d)
{
	struct buf text = {0};

	if (count_usable(d->servers) > 0 || d->trouble[0])
		return;
	for (size_t i = 0; i < d->servers->count; i++)
		buf_addf(&text, "%s%s", i ? "; " : "", d->servers->one[i].why);
	snprintf(d->trouble, sizeof(d->trouble), "%s", text.p);
	d->trouble[utf8_valid(str_of(d->trouble))] = '\0';
	buf_release(&text);
}

static void
note_aside(void *context, struct str name, int64_t until, int64_t failures)
{
	struct delivery *d = context;

	for (size_t i = 0; i < d->servers->count; i++) {
		struct server *r = &d->servers->one[i];

		if (!str_eq(str_of(r->set->name), name))
			continue;
		r->failures = failures;
		/* Not what a run for a later day has written. */
		r->spare = until > delivery_clock(d) &&
			   until <= delivery_clock(d) + ASIDE_MOST;
	}
}

int
servers_open(struct delivery *d, struct err *err)
{
	const struct channel *c = d->channel;

	d->servers = xcalloc(
	    1, sizeof(*d->servers) + c->servers * sizeof(struct server));
	d->servers->count = c->servers;
	for (size_t i = 0; i < c->servers; i++)
		d->servers->one[i].set = c->server[i];
	if (c->servers > 1 && aside_load(d->store, d->tenant, str_of(c->name),
				  note_aside, d, err) < 0)
		return -1;
	open_all(d);
	call_spares(d);
	tell_trouble(d);
	return 0;
}

void
servers_close(struct delivery *d)
{
	for (size_t i = 0; d->servers && i < d->servers->count; i++) {
		if (d->servers->one[i].smtp)
			smtp_close(d->servers->one[i].smtp, 2 * MS_SECOND);
		login_release(&d->servers->one[i].login);
	}
	free(d->servers);
	d->servers = NULL;
}

/* What the next runs are to know of them. */
int
servers_settle(struct delivery *d, struct buf *told, struct err *err)
{
	struct servers *s = d->servers;
	struct aside *asides;
	size_t n = 0;
	int rc;

	if (!s || s->count < 2)
		return 0;
	asides = xcalloc(s->count, sizeof(*asides));
	for (size_t i = 0; i < s->count; i++) {
		struct server *r = &s->one[i];
		struct aside a = {.server = str_of(r->set->name)};
		int64_t wait = ASIDE_FIRST;

		for (int64_t k = 0; k < r->failures && wait < ASIDE_MOST; k++)
			wait *= 2;
		if (r->out) {
			a.failures = r->failures + 1;
			a.until = delivery_clock(d) +
				  (wait < ASIDE_MOST ? wait : ASIDE_MOST);
			a.why = str_of(r->why);
			buf_addf(told, "%s%s: %s", told->len ? "; " : "",
			    d->channel->name, r->why);
		} else if (!r->worked || !r->failures) {
			continue;
		}
		asides[n++] = a;
	}
	rc = n ? aside_save(d->store, d->tenant, str_of(d->channel->name),
		     asides, n, err)
	       : 0;
	free(asides);
	return rc;
}

/* ---- sending ---------------------------------------------------------------
 */

static void
retire(struct delivery *d)
{
	for (size_t i = 0; i < d->servers->count; i++) {
		struct server *r = &d->servers->one[i];
		const struct smtp_trouble *t =
		    r->smtp ? smtp_trouble(r->smtp) : NULL;

		if (usable(r) && t && smtp_busy(r->smtp) == 0 &&
		    smtp_room(r->smtp) == 0)
			fail(d, r, t->text);
	}
}

/* How many more it could have in hand than it has. */
static size_t
capacity(const struct server *r)
{
	size_t busy = smtp_busy(r->smtp), most = sessions_of(r);

	if (smtp_trouble(r->smtp))
		return smtp_room(r->smtp);
	return busy < most ? most - busy : 0;
}

size_t
servers_room(struct delivery *d, size_t waiting)
{
	struct servers *s = d->servers;
	int64_t clock = delivery_clock(d), next = INT64_MAX;
	size_t room = 0, open = 0;

	retire(d);
	call_spares(d);
	tell_trouble(d);
	if (d->trouble[0])
		waiting = 0;
	for (size_t i = 0; i < s->count; i++) {
		struct server *r = &s->one[i];
		bool may = usable(r) && r->pause <= clock;
		size_t share = may ? capacity(r) : 0;

		if (share > waiting)
			share = waiting;
		if (r->smtp)
			smtp_want(r->smtp, share);
		waiting -= share;
		open += may;
		if (may)
			room += smtp_room(r->smtp);
		else if (usable(r) && r->pause < next)
			next = r->pause;
	}
	d->pause = open == 0 && next != INT64_MAX ? next : 0;
	return d->trouble[0] ? 0 : room;
}

size_t
servers_meters(struct delivery *d, struct meter *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < d->servers->count; i++) {
		struct server *r = &d->servers->one[i];

		/* What was granted before and not used is lost. */
		r->granted = 0;
		if (!usable(r) || r->pause > delivery_clock(d) ||
		    smtp_room(r->smtp) == 0)
			continue;
		ret[n++] = (struct meter){.whom = str_of(r->set->name),
		    .rates = &r->set->rate,
		    .most = (int64_t)smtp_room(r->smtp),
		    .owner = r};
	}
	return n;
}

void
servers_granted(const struct meter *meters, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct server *r = meters[i].owner;

		r->granted = meters[i].got;
		r->pause = meters[i].next;
	}
}

/* The one with most sessions free, of those that may. */
static struct server *
choose(struct delivery *d)
{
	struct server *best = NULL;
	size_t most = 0;

	for (size_t i = 0; i < d->servers->count; i++) {
		struct server *r = &d->servers->one[i];
		size_t room = r->smtp ? smtp_room(r->smtp) : 0;
		bool may = !r->set->rate.count || r->granted > 0 || d->trial;

		if (!usable(r) || !may)
			continue;
		if (!best || room > most) {
			best = r;
			most = room;
		}
	}
	return best;
}

void
servers_start(struct delivery *d, struct item *i)
{
	struct server *r = choose(d);
	struct err err = {0};

	if (!r) {
		item_end(i, OUT_LATER, 0, "no server is left");
		items_add(&d->done, i);
		return;
	}
	r->granted--;
	i->server = r;
	if (smtp_start(r->smtp, &i->smtp, &err) < 0) {
		item_end(i, OUT_REFUSED, 0, "%s", err.text);
		items_add(&d->done, i);
	}
}

struct smtp_message *
servers_done(struct delivery *d)
{
	struct smtp_message *m = NULL;

	for (size_t i = 0; !m && d->servers && i < d->servers->count; i++)
		if (d->servers->one[i].smtp)
			m = smtp_done(d->servers->one[i].smtp);
	return m;
}

void
servers_judge(struct delivery *d, const struct item *i)
{
	struct server *r = i->server;

	if (i->outcome != OUT_LATER) {
		r->worked = true;
		r->faults = 0;
	} else if (++r->faults == FAULTS && !r->out) {
		fail(d, r, i->answer);
	}
}

size_t
servers_busy(const struct delivery *d)
{
	size_t n = 0;

	for (size_t i = 0; d->servers && i < d->servers->count; i++)
		if (d->servers->one[i].smtp)
			n += smtp_busy(d->servers->one[i].smtp);
	return n;
}
