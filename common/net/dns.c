/* SPDX-License-Identifier: ISC */
/*
 * Asking: each server in its turn, by UDP and then, where the answer is cut,
 * by TCP; and again, as often as is configured.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/dns.h"

enum {
	SERVERS_MAX = 3, /* as the system's resolver has it */
	ALIASES_MAX = 8, /* questions more, where answers stop at an alias */
	SILENT_MAX = 3,
	CONFIGURATION_MAX = 1 << 20,
};

struct server {
	struct sockaddr_storage address;
	socklen_t size;
	char text[120];
	bool old; /* does not know EDNS */
};

struct dns {
	struct server servers[SERVERS_MAX];
	size_t count;
	int64_t timeout_ms;
	unsigned tries, silent;
	char *room; /* DNS_MESSAGE_MAX bytes */
};

/* One exchange. */
struct attempt {
	struct dns *dns;
	struct server *server;
	int fd;
	int64_t deadline;
	uint16_t id;
	struct str name;
	enum dns_type type;
	struct arena *arena;
	struct dns_answer *ret;
	unsigned code;
	bool cut;
};

/* ---- whom to ask ----------------------------------------------------------
 */

static bool
add_server(struct dns *d, const char *host, const char *port)
{
	struct addrinfo want = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
	    .ai_socktype = SOCK_DGRAM};
	struct addrinfo *found;
	struct server *s = &d->servers[d->count];

	if (d->count == SERVERS_MAX || !*host ||
	    getaddrinfo(host, port, &want, &found) != 0)
		return false;
	memcpy(&s->address, found->ai_addr, found->ai_addrlen);
	s->size = found->ai_addrlen;
	snprintf(s->text, sizeof(s->text),
	    found->ai_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
	freeaddrinfo(found);
	d->count++;
	return true;
}

static int
set_resolver(struct dns *d, const char *text, struct err *err)
{
	struct str host, port = STR("53"), rest = str_of(text);
	char *h, *p;
	int64_t number;
	bool is;

	if (rest.n > 0 && rest.p[0] == '[') {
		rest.p++;
		rest.n--;
		if (!str_cut(&rest, ']', &host))
			host = STR("");
		else if (rest.n > 0 && rest.p[0] == ':')
			port = (struct str){rest.p + 1, rest.n - 1};
		else if (rest.n > 0)
			host = STR("");
	} else {
		host = rest;
		/* More than one colon: an address of IPv6. */
		if (str_cut(&rest, ':', &host) && !memchr(rest.p, ':', rest.n))
			port = rest;
		else
			host = str_of(text);
	}
	h = str_dup(host);
	p = str_dup(port);
	is = number_int(port, &number) && number > 0 && number < 65536 &&
	     add_server(d, strcmp(h, "localhost") == 0 ? "127.0.0.1" : h, p);
	free(h);
	free(p);
	if (is)
		return 0;
	return err_set(err, ERR_USAGE,
	    "resolver: not an address with or without a port: %s",
	    quoted(str_of(text)));
}

/* The next word of a line; missing at its end. */
static struct str
next_word(struct str *line)
{
	struct str word;

	do {
		*line = str_trim(*line);
		if (line->n == 0)
			return (struct str){NULL, 0};
		for (word = *line; word.n > 0; word.n--)
			if (!memchr(word.p, ' ', word.n) &&
			    !memchr(word.p, '\t', word.n))
				break;
		line->p += word.n;
		line->n -= word.n;
	} while (word.n == 0);
	return word;
}

static void
set_option(struct dns *d, struct str word)
{
	struct str name;
	int64_t n;

	if (!str_cut(&word, ':', &name) || !number_int(word, &n) || n < 1)
		return;
	if (str_is(name, "timeout"))
		d->timeout_ms = (n > 30 ? 30 : n) * MS_SECOND;
	else if (str_is(name, "attempts"))
		d->tries = n > 5 ? 5 : (unsigned)n;
}

static void
configure(struct dns *d, struct str text, bool servers_too)
{
	struct str line, word;

	while (text.n > 0) {
		str_cut(&text, '\n', &line);
		word = next_word(&line);
		if (str_is(word, "options")) {
			while ((word = next_word(&line)).p)
				set_option(d, word);
		} else if (servers_too && str_is(word, "nameserver")) {
			char *host = str_dup(next_word(&line));

			add_server(d, host, "53");
			free(host);
		}
	}
}

int
dns_open(const struct dns_options *o, struct dns **ret, struct err *err)
{
	const char *path =
	    o->configuration ? o->configuration : "/etc/resolv.conf";
	struct dns *d = xcalloc(1, sizeof(*d));
	struct buf text = {0};

	d->timeout_ms = 3 * MS_SECOND;
	d->tries = 2;
	/* Without it the system asks this machine, and so do we. */
	if (file_read(path, &text, CONFIGURATION_MAX, NULL) == 0)
		configure(d, buf_str(&text), !o->resolver);
	buf_release(&text);
	if (o->resolver && set_resolver(d, o->resolver, err) < 0) {
		free(d);
		return -1;
	}
	if (d->count == 0)
		add_server(d, "127.0.0.1", "53");
	if (o->timeout_ms > 0)
		d->timeout_ms = o->timeout_ms;
	if (o->tries > 0)
		d->tries = o->tries;
	d->room = xmalloc(DNS_MESSAGE_MAX);
	*ret = d;
	return 0;
}

void
dns_close(struct dns *d)
{
	if (!d)
		return;
	free(d->room);
	free(d);
}

/* ---- one exchange ---------------------------------------------------------
 */

/* Waits until the socket is ready; false when time is over. */
static bool
await(const struct attempt *a, short events)
{
	struct pollfd p = {a->fd, events, 0};

	for (;;) {
		int64_t left = a->deadline - time_monotonic();
		int n;

		if (left <= 0)
			return false;
		n = poll(&p, 1, left > MS_HOUR ? (int)MS_HOUR : (int)left);
		if (n > 0)
			return true;
		if (n < 0 && errno != EINTR)
			return false;
	}
}

static bool
reach(struct attempt *a, int kind)
{
	const struct server *s = a->server;

	a->deadline = time_monotonic() + a->dns->timeout_ms;
	a->fd = socket(s->address.ss_family, kind | SOCK_CLOEXEC, 0);
	if (a->fd < 0)
		return false;
	fcntl(a->fd, F_SETFL, O_NONBLOCK);
	if (connect(a->fd, (const struct sockaddr *)&s->address, s->size) ==
		0 ||
	    (errno == EINPROGRESS && await(a, POLLOUT)))
		return true;
	close(a->fd);
	return false;
}

static bool
understand(struct attempt *a, size_t n)
{
	return dns_get_answer((struct str){a->dns->room, n}, a->id, a->name,
	    a->type, a->arena, a->ret, &a->code, &a->cut);
}

/* The socket is connected: nobody else's packets reach it. */
static bool
by_udp(struct attempt *a, struct str question)
{
	bool done = false;

	if (!reach(a, SOCK_DGRAM))
		return false;
	if (send(a->fd, question.p, question.n, MSG_NOSIGNAL) ==
	    (ssize_t)question.n)
		while (!done && await(a, POLLIN)) {
			ssize_t n =
			    recv(a->fd, a->dns->room, DNS_MESSAGE_MAX, 0);

			if (n < 0 && errno != EAGAIN && errno != EINTR)
				break; /* nobody listens there */
			done = n > 0 && understand(a, (size_t)n);
		}
	close(a->fd);
	return done;
}

static bool
send_all(struct attempt *a, struct str s)
{
	while (s.n > 0) {
		ssize_t n = send(a->fd, s.p, s.n, MSG_NOSIGNAL);

		if (n > 0) {
			s.p += n;
			s.n -= (size_t)n;
		} else if ((errno != EAGAIN && errno != EINTR) ||
			   !await(a, POLLOUT)) {
			return false;
		}
	}
	return true;
}

static bool
receive_all(struct attempt *a, char *p, size_t size)
{
	while (size > 0) {
		ssize_t n = recv(a->fd, p, size, 0);

		if (n > 0) {
			p += n;
			size -= (size_t)n;
		} else if (n == 0 || (errno != EAGAIN && errno != EINTR) ||
			   !await(a, POLLIN)) {
			return false;
		}
	}
	return true;
}

static bool
by_tcp(struct attempt *a, struct str question)
{
	struct buf framed = {0};
	unsigned char size[2];
	size_t n;
	bool done;

	if (!reach(a, SOCK_STREAM))
		return false;
	buf_addc(&framed, (char)(question.n >> 8));
	buf_addc(&framed, (char)(question.n & 255));
	buf_adds(&framed, question);
	done = send_all(a, buf_str(&framed)) &&
	       receive_all(a, (char *)size, sizeof(size));
	if (done) {
		n = (size_t)size[0] << 8 | size[1];
		done = receive_all(a, a->dns->room, n) && understand(a, n);
	}
	buf_release(&framed);
	close(a->fd);
	return done;
}

/* ---- asking ---------------------------------------------------------------
 */

/* False when the server gave no answer to this question. */
static bool
try_server(struct attempt *a)
{
	struct buf question = {0};
	bool done;

	if (getentropy(&a->id, sizeof(a->id)) < 0)
		return false;
	/* The name has been looked at: this does not fail. */
	dns_put_question(&question, a->id, a->name, a->type, !a->server->old);
	done = by_udp(a, buf_str(&question));
	if (done && a->cut)
		done = by_tcp(a, buf_str(&question));
	buf_release(&question);
	if (done && !a->server->old && (a->code == 1 || a->code == 4)) {
		a->server->old = true;
		return try_server(a);
	}
	return done;
}

static void
ask(struct dns *d, struct str name, enum dns_type type, struct arena *arena,
    struct dns_answer *ret)
{
	struct dns_answer got;
	struct attempt a = {
	    .dns = d, .name = name, .type = type, .arena = arena, .ret = &got};
	bool answered = false;

	for (unsigned i = 0; i < d->tries * d->count; i++) {
		a.server = &d->servers[i % d->count];
		if (!try_server(&a))
			continue;
		answered = true;
		*ret = got;
		if (got.outcome != DNS_FAILED)
			break;
		ret->why =
		    arena_printf(arena, "%s %s", a.server->text, got.why).p;
	}
	d->silent = answered ? 0 : d->silent + 1;
	if (!answered)
		*ret = (struct dns_answer){.outcome = DNS_FAILED,
		    .name = name,
		    .why = arena_printf(
			arena, "no answer from %s", d->servers[0].text)
			       .p};
}

/* The name as answers write it; missing when it is none. */
static struct str
plain_name(struct str name, struct arena *arena)
{
	struct buf wire = {0};
	char text[DNS_NAME_MAX];
	size_t at = 0;
	bool is = dns_put_name(&wire, name) == 0 &&
		  dns_get_name(buf_str(&wire), &at, text);

	buf_release(&wire);
	return is ? arena_str(arena, str_of(text)) : (struct str){NULL, 0};
}

void
dns_ask(struct dns *d, struct str name, enum dns_type type, struct arena *arena,
    struct dns_answer *ret)
{
	struct str next = plain_name(name, arena);

	*ret = (struct dns_answer){.outcome = DNS_NO_NAME, .name = name};
	for (size_t i = 0; next.p && i < ALIASES_MAX; i++) {
		if (d->silent >= SILENT_MAX) {
			ret->outcome = DNS_FAILED;
			ret->why = "no answer any more";
			return;
		}
		ask(d, next, type, arena, ret);
		/* An answer that stops at an alias says nothing of it. */
		if (ret->outcome != DNS_EMPTY || str_eq(ret->name, next))
			return;
		next = ret->name;
	}
}
