/* SPDX-License-Identifier: ISC */
/*
 * test_server: what the servers of the tests share. One process, one thread,
 * loopback only, a port of the system's choice written to FOLDER/port when it
 * listens. It ends by itself: with the process that started it, or when for
 * some time nobody was there. What it does beside the usual comes from rules,
 * a line each, the first that fits:
 *
 *	STAGE PATTERN [1/N] ACTION [WORDS]
 *
 * PATTERN is a shell's, for what is told at that stage; 1/N lets the rule fit
 * every Nth time only. `wait MS` puts off what the later rules say, the others
 * are the server's own.
 */
#ifndef TEST_SERVER_H
#define TEST_SERVER_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/base.h"

enum { RULES_MAX = 200, CONNECTIONS_MAX = 2000 };

struct rule {
	char stage[16], pattern[200], action[16], words[400];
	unsigned every, seen;
};

struct connection {
	int fd;
	uint64_t number; /* of the session, from 1 */
	struct buf in, out;
	size_t sent;
	int64_t resume_at;    /* 0: nothing is put off */
	unsigned waited;      /* rules whose wait is over, for this step */
	bool stalled, ending; /* no answer any more; closed when sent */
	bool cut;             /* closed at once */
	void *own;
};

struct server {
	const char *folder, *rules_path;
	int64_t idle; /* ms until it ends by itself */
	size_t state; /* bytes of connection.own */
	void (*opened)(struct server *, struct connection *);
	/* Takes one step off c->in; false: there is no whole one. */
	bool (*step)(struct server *, struct connection *);
	void (*closed)(struct server *, struct connection *);
	struct rule rules[RULES_MAX];
	size_t rule_count, count;
	struct connection *connections[CONNECTIONS_MAX];
	uint64_t sessions;
	int listener, journal;
};

static void
server_die(const char *what)
{
	perror(what);
	exit(1);
}

static void
server_rules(struct server *s)
{
	FILE *f = s->rules_path ? fopen(s->rules_path, "r") : NULL;
	char line[1000];

	if (s->rules_path && !f)
		server_die(s->rules_path);
	while (f && s->rule_count < RULES_MAX && fgets(line, sizeof(line), f)) {
		struct rule *r = &s->rules[s->rule_count];
		int at = 0, more = 0;

		r->every = 1;
		if (sscanf(line, "%15s %199s %n", r->stage, r->pattern, &at) <
			2 ||
		    r->stage[0] == '#')
			continue;
		if (sscanf(line + at, "1/%u %n", &r->every, &more) == 1)
			at += more;
		sscanf(line + at, "%15s %399[^\n]", r->action, r->words);
		s->rule_count++;
	}
	if (f)
		fclose(f);
}

/* The rule for this stage, NULL for the usual. A wait is served here. */
static struct rule *
server_rule(
    struct server *s, struct connection *c, const char *stage, const char *told)
{
	unsigned waits = 0;

	for (size_t i = 0; i < s->rule_count; i++) {
		struct rule *r = &s->rules[i];
		bool is_wait = strcmp(r->action, "wait") == 0;

		if (strcmp(r->stage, stage) != 0 ||
		    fnmatch(r->pattern, told, 0) != 0)
			continue;
		if (is_wait && waits++ < c->waited)
			continue;
		if (++r->seen % r->every != 0)
			continue;
		if (!is_wait)
			return r;
		c->waited = waits;
		c->resume_at = time_monotonic() + strtol(r->words, NULL, 10);
		return r;
	}
	c->waited = 0;
	return NULL;
}

/* One line for the journal, before the other side hears of it. */
static void
server_note(struct server *s, struct buf *line)
{
	struct err err = {0};

	buf_addc(line, '\n');
	if (fd_write_all(s->journal, line->p, line->len, &err) < 0)
		server_die("journal");
	buf_release(line);
}

static void
server_listen(struct server *s)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t size = sizeof(at);
	char path[4096], ready[4096];
	FILE *f;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (s->listener < 0 ||
	    bind(s->listener, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    listen(s->listener, 512) < 0 ||
	    getsockname(s->listener, (struct sockaddr *)&at, &size) < 0)
		server_die("listen");
	snprintf(path, sizeof(path), "%s/journal", s->folder);
	s->journal = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	snprintf(path, sizeof(path), "%s/port.new", s->folder);
	snprintf(ready, sizeof(ready), "%s/port", s->folder);
	f = fopen(path, "w");
	if (s->journal < 0 || !f)
		server_die(s->folder);
	fprintf(f, "%u\n", ntohs(at.sin_port));
	if (fclose(f) != 0 || rename(path, ready) < 0)
		server_die(ready);
}

static void
server_accept(struct server *s)
{
	while (s->count < CONNECTIONS_MAX) {
		int one = 1, fd = accept(s->listener, NULL, NULL);
		struct connection *c;

		if (fd < 0)
			return;
		fcntl(fd, F_SETFL, O_NONBLOCK);
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		c = xcalloc(1, sizeof(*c));
		c->fd = fd;
		c->number = ++s->sessions;
		c->own = xcalloc(1, s->state);
		s->connections[s->count++] = c;
		s->opened(s, c);
	}
}

static void
server_write(struct connection *c)
{
	while (c->sent < c->out.len) {
		ssize_t n = send(c->fd, c->out.p + c->sent,
		    c->out.len - c->sent, MSG_NOSIGNAL);

		if (n < 0) {
			c->cut = c->cut || (errno != EAGAIN && errno != EINTR);
			return;
		}
		c->sent += (size_t)n;
	}
	buf_clear(&c->out);
	c->sent = 0;
	c->cut = c->cut || c->ending;
}

static void
server_serve(struct server *s, struct connection *c, short events)
{
	ssize_t n = 1;

	if (events & (POLLIN | POLLHUP | POLLERR)) {
		buf_reserve(&c->in, 1 << 16);
		n = recv(
		    c->fd, c->in.p + c->in.len, c->in.cap - c->in.len - 1, 0);
		if (n > 0) {
			c->in.len += (size_t)n;
			c->in.p[c->in.len] = '\0';
		}
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
			c->cut = true;
			return;
		}
	}
	if (c->resume_at && c->resume_at > time_monotonic())
		return;
	c->resume_at = 0;
	while (!c->stalled && !c->ending && !c->cut && !c->resume_at &&
	       s->step(s, c))
		;
	server_write(c);
}

static void
server_close(struct server *s, size_t i)
{
	struct connection *c = s->connections[i];

	if (s->closed)
		s->closed(s, c);
	close(c->fd);
	buf_release(&c->in);
	buf_release(&c->out);
	free(c->own);
	free(c);
	s->connections[i] = s->connections[--s->count];
}

static int
server_run(struct server *s)
{
	static struct pollfd fds[CONNECTIONS_MAX + 1];
	int64_t last = time_monotonic();

	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	server_rules(s);
	server_listen(s);
	for (;;) {
		int64_t now = time_monotonic(), until = last + s->idle;
		size_t count = s->count;

		if (count > 0)
			last = now;
		else if (now >= until)
			return 0;
		for (size_t i = 0; i < count; i++) {
			struct connection *c = s->connections[i];

			if (c->resume_at && c->resume_at < until)
				until = c->resume_at;
			fds[i + 1] = (struct pollfd){c->fd, POLLIN, 0};
			if (c->out.len > c->sent)
				fds[i + 1].events |= POLLOUT;
		}
		fds[0] = (struct pollfd){s->listener, POLLIN, 0};
		if (poll(fds, count + 1, until > now ? (int)(until - now) : 0) <
			0 &&
		    errno != EINTR)
			server_die("poll");
		now = time_monotonic();
		for (size_t i = 0; i < count; i++) {
			struct connection *c = s->connections[i];

			if (fds[i + 1].revents ||
			    (c->resume_at && c->resume_at <= now))
				server_serve(s, c, fds[i + 1].revents);
		}
		if (fds[0].revents)
			server_accept(s);
		for (size_t i = s->count; i-- > 0;)
			if (s->connections[i]->cut)
				server_close(s, i);
	}
}

#endif
