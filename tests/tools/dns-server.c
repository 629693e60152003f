/* SPDX-License-Identifier: ISC */
/*
 * dns-server: a resolver that knows one zone, on loopback, by UDP and TCP.
 *
 *	dns-server -z ZONE FOLDER
 *
 * FOLDER/port gets the port when it listens, FOLDER/journal a line for each
 * question: udp or tcp, name, type, "edns" or "-". It ends with the process
 * that started it, or when for a minute nobody asked. What a name does beside
 * the usual is said in the zone (zone.h) by a record of type DO:
 *
 *	silent	never answers		late N	not the first N times
 *	cut	TCP only		hangup	the same, and TCP is closed
 *	forge	answers that are none come before the one that is
 *	loop	the answer's name points to itself
 *	old	does not understand EDNS
 *	refuse	says so			lone	aliases come without their
 *target
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/dns.h"
#include "zone.h"

enum { IDLE_MS = 60000, HEADER = 12, TYPE_CNAME = 5 };

static struct zone zone;
static FILE *journal;
static struct {
	char name[DNS_NAME_MAX];
	int times;
} late[50];

struct question {
	unsigned id, type;
	char name[DNS_NAME_MAX];
	struct str raw; /* name, type, class */
	bool tcp, edns;
	const char *what; /* to do; "" the usual */
};

static void
die(const char *what)
{
	perror(what);
	exit(1);
}

static void
put16(struct buf *out, unsigned v)
{
	buf_addc(out, (char)(v >> 8));
	buf_addc(out, (char)(v & 255));
}

static unsigned
get16(const char *p)
{
	return (unsigned)(unsigned char)p[0] << 8 | (unsigned char)p[1];
}

static const char *
type_name(unsigned type)
{
	return type == DNS_A      ? "A"
	       : type == DNS_AAAA ? "AAAA"
	       : type == DNS_MX   ? "MX"
	       : type == DNS_TXT  ? "TXT"
	       : type == DNS_PTR  ? "PTR"
				  : "?";
}

static bool
understand(struct str message, struct question *q)
{
	const struct zone_record *r;
	size_t at = HEADER, from = 0;

	if (message.n < HEADER || get16(message.p + 4) != 1 ||
	    !dns_get_name(message, &at, q->name) || message.n - at < 4)
		return false;
	q->id = get16(message.p);
	q->type = get16(message.p + at);
	q->raw = (struct str){message.p + HEADER, at + 4 - HEADER};
	q->edns = get16(message.p + 10) > 0;
	r = zone_next(&zone, str_of(q->name), "DO", &from);
	q->what = r ? r->data : "";
	fprintf(journal, "%s\t%s\t%s\t%s\n", q->tcp ? "tcp" : "udp", q->name,
	    type_name(q->type), q->edns ? "edns" : "-");
	fflush(journal);
	return true;
}

/* ---- answers --------------------------------------------------------------
 */

static void
put_data(struct buf *out, const char *type, const char *data)
{
	size_t start = out->len;
	struct str s = str_of(data);
	unsigned char p[16];
	char *end;

	put16(out, 0);
	if (strcmp(type, "TXT") == 0) {
		do {
			size_t n = s.n > 255 ? 255 : s.n;

			buf_addc(out, (char)n);
			buf_add(out, s.p, n);
			s.p += n;
			s.n -= n;
		} while (s.n > 0);
	} else if (strcmp(type, "A") == 0) {
		inet_pton(AF_INET, data, p);
		buf_add(out, p, 4);
	} else if (strcmp(type, "AAAA") == 0) {
		inet_pton(AF_INET6, data, p);
		buf_add(out, p, 16);
	} else {
		if (strcmp(type, "MX") == 0) {
			put16(out, (unsigned)strtoul(data, &end, 10));
			s = str_trim(str_of(end));
		}
		dns_put_name(out, str_is(s, ".") ? STR("") : s);
	}
	out->p[start] = (char)((out->len - start - 2) >> 8);
	out->p[start + 1] = (char)((out->len - start - 2) & 255);
}

static void
put_record(struct buf *out, const char *name, const char *type, unsigned number,
    const char *data)
{
	dns_put_name(out, str_of(name));
	put16(out, number);
	put16(out, 1);
	put16(out, 0);
	put16(out, 60);
	put_data(out, type, data);
}

static void
start(struct buf *out, const struct question *q, unsigned id, unsigned flags,
    unsigned count)
{
	buf_clear(out);
	put16(out, id);
	put16(out, 0x8180 | flags);
	put16(out, 1);
	put16(out, count);
	put16(out, 0);
	put16(out, 0);
	buf_adds(out, q->raw);
}

static void
usual(struct buf *out, const struct question *q)
{
	const struct zone_record *r;
	struct buf records = {0};
	const char *name = q->name;
	unsigned count = 0;
	bool known = false;

	for (int i = 0; i < 20; i++) {
		size_t at = 0;

		known = zone_knows(&zone, str_of(name));
		while ((r = zone_next(
			    &zone, str_of(name), type_name(q->type), &at))) {
			put_record(
			    &records, r->name, r->type, q->type, r->data);
			count++;
		}
		at = 0;
		r = zone_next(&zone, str_of(name), "CNAME", &at);
		if (!r)
			break;
		put_record(&records, name, "CNAME", TYPE_CNAME, r->data);
		count++;
		name = r->data;
		known = true;
		if (strcmp(q->what, "lone") == 0)
			break;
	}
	start(out, q, q->id, known ? 0 : 3, count);
	buf_adds(out, buf_str(&records));
	buf_release(&records);
	/* No more than there is room for. */
	if (!q->tcp && out->len > (q->edns ? 1232 : 512))
		start(out, q, q->id, 0x0200, 0);
}

static bool
is_late(const struct question *q)
{
	size_t i = 0;

	if (strncmp(q->what, "late ", 5) != 0)
		return false;
	while (i + 1 < COUNT_OF(late) && late[i].name[0] &&
	       strcmp(late[i].name, q->name) != 0)
		i++;
	snprintf(late[i].name, sizeof(late[i].name), "%s", q->name);
	return late[i].times++ < strtol(q->what + 5, NULL, 10);
}

/* The one answer; false when there is none. */
static bool
answer(struct buf *out, const struct question *q)
{
	const char *what = q->what;
	size_t at = 0;

	if (strcmp(what, "silent") == 0 || is_late(q))
		return false;
	if (strcmp(what, "hangup") == 0 && q->tcp)
		return false;
	if (strcmp(what, "refuse") == 0)
		start(out, q, q->id, 5, 0);
	else if (zone_next(&zone, str_of(q->name), "FAIL", &at))
		start(out, q, q->id, 2, 0);
	else if (strcmp(what, "old") == 0 && q->edns)
		start(out, q, q->id, 1, 0);
	else if (!q->tcp &&
		 (strcmp(what, "cut") == 0 || strcmp(what, "hangup") == 0))
		start(out, q, q->id, 0x0200, 0);
	else if (strcmp(what, "loop") == 0) {
		start(out, q, q->id, 0, 1);
		put16(out, 0xc000 | (unsigned)out->len);
		put16(out, q->type);
		put16(out, 1);
	} else {
		usual(out, q);
	}
	return true;
}

/* Another id; another question; no answer at all. */
static void
forge(int fd, const struct sockaddr_in *to, const struct question *q)
{
	struct question other = *q;
	struct buf out = {0};
	char raw[300];

	for (int i = 0; i < 3; i++) {
		start(&out, q, i == 0 ? q->id ^ 1 : q->id, 0, 1);
		if (i == 1) {
			memcpy(raw, q->raw.p, q->raw.n);
			raw[1] ^= 1;
			other.raw.p = raw;
			start(&out, &other, q->id, 0, 1);
		}
		put_record(&out, q->name, "TXT", DNS_TXT, "forged");
		if (i == 2)
			out.p[2] = 1; /* a question */
		sendto(fd, out.p, out.len, 0, (const struct sockaddr *)to,
		    sizeof(*to));
	}
	buf_release(&out);
}

/* ---- the wire -------------------------------------------------------------
 */

static void
serve_udp(int fd)
{
	char message[4096];
	struct sockaddr_in from;
	socklen_t size = sizeof(from);
	ssize_t n = recvfrom(
	    fd, message, sizeof(message), 0, (struct sockaddr *)&from, &size);
	struct question q = {.tcp = false};
	struct buf out = {0};

	if (n <= 0 || !understand((struct str){message, (size_t)n}, &q))
		return;
	if (strcmp(q.what, "forge") == 0)
		forge(fd, &from, &q);
	if (answer(&out, &q) &&
	    sendto(fd, out.p, out.len, 0, (struct sockaddr *)&from, size) < 0)
		perror("sendto");
	buf_release(&out);
}

/* One question a connection, from those who send at once. */
static void
serve_tcp(int listener)
{
	int fd = accept(listener, NULL, NULL);
	struct timeval limit = {5, 0};
	unsigned char size[2];
	char message[4096];
	struct question q = {.tcp = true};
	struct buf out = {0}, framed = {0};
	ssize_t n;

	if (fd < 0)
		return;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (recv(fd, size, 2, MSG_WAITALL) == 2) {
		size_t wanted = (size_t)size[0] << 8 | size[1];

		n = wanted <= sizeof(message)
			? recv(fd, message, wanted, MSG_WAITALL)
			: 0;
		if (n > 0 && understand((struct str){message, (size_t)n}, &q) &&
		    answer(&out, &q)) {
			put16(&framed, (unsigned)out.len);
			buf_adds(&framed, buf_str(&out));
			/* In two pieces, as it may come. */
			send(fd, framed.p, 5, MSG_NOSIGNAL);
			send(fd, framed.p + 5, framed.len - 5, MSG_NOSIGNAL);
		}
	}
	buf_release(&out);
	buf_release(&framed);
	close(fd);
}

static void
open_all(int fds[2])
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t size = sizeof(at);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	/* The system finds a port for one; the other may have it too. */
	for (int i = 0; i < 100; i++) {
		at.sin_port = 0;
		fds[0] = socket(AF_INET, SOCK_DGRAM, 0);
		fds[1] = socket(AF_INET, SOCK_STREAM, 0);
		if (fds[0] < 0 || fds[1] < 0 ||
		    bind(fds[0], (struct sockaddr *)&at, sizeof(at)) < 0 ||
		    getsockname(fds[0], (struct sockaddr *)&at, &size) < 0)
			die("socket");
		if (bind(fds[1], (struct sockaddr *)&at, sizeof(at)) == 0 &&
		    listen(fds[1], 16) == 0)
			return;
		close(fds[0]);
		close(fds[1]);
	}
	die("bind");
}

static void
tell_port(const char *folder, int fd)
{
	struct sockaddr_in at;
	socklen_t size = sizeof(at);
	char path[4096], ready[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/journal", folder);
	journal = fopen(path, "a");
	snprintf(path, sizeof(path), "%s/port.new", folder);
	snprintf(ready, sizeof(ready), "%s/port", folder);
	f = fopen(path, "w");
	if (!journal || !f ||
	    getsockname(fd, (struct sockaddr *)&at, &size) < 0)
		die(folder);
	fprintf(f, "%u\n", ntohs(at.sin_port));
	if (fclose(f) != 0 || rename(path, ready) < 0)
		die(ready);
}

int
main(int argc, char **argv)
{
	struct buf text = {0};
	struct pollfd p[2];
	struct err err = {0};
	int fds[2];

	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (argc != 4 || strcmp(argv[1], "-z") != 0) {
		fprintf(stderr, "usage: dns-server -z ZONE FOLDER\n");
		return 2;
	}
	if (file_read(argv[2], &text, 1 << 24, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	zone_read(&zone, buf_str(&text));
	buf_release(&text);
	open_all(fds);
	tell_port(argv[3], fds[0]);
	p[0] = (struct pollfd){fds[0], POLLIN, 0};
	p[1] = (struct pollfd){fds[1], POLLIN, 0};
	while (poll(p, 2, IDLE_MS) > 0) {
		if (p[0].revents)
			serve_udp(fds[0]);
		if (p[1].revents)
			serve_tcp(fds[1]);
	}
	zone_release(&zone);
	return 0;
}
