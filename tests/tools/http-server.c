/* SPDX-License-Identifier: ISC */
/*
 * http-server: a server for requests that does what a test wants.
 *
 *	http-server [-k] [-r RULES] [-i SECONDS] FOLDER
 *
 * It answers 200 and "ok". FOLDER/journal gets a line for each request that
 * came whole, before its answer: connection, method, path, status, bytes of
 * its body; tabs between. With -k FOLDER/N.request gets head and body.
 *
 * The stages of rules (test_server.h) are methods, or ANY, and are told the
 * path. Actions: reply CODE [HEADER: VALUE|...], headers between bars; size N,
 * which answers 200 with that many bytes; stall, which never answers; cut,
 * which closes without an answer; half, which closes inside the answer.
 */
#include <strings.h>

#include "test_server.h"

static struct {
	bool keep;
	uint64_t kept;
} arg;

struct request {
	char method[16], path[1000];
	size_t head, body; /* bytes */
};

static void
opened(struct server *s, struct connection *c)
{
	(void)s;
	(void)c;
}

/* The length of a chunked body with its marks, 0 while it is not whole. */
static size_t
chunked(const char *p)
{
	const char *at = p;

	for (;;) {
		char *end;
		unsigned long n = strtoul(at, &end, 16);
		const char *line = strstr(at, "\r\n");

		if (!line || strlen(line) < n + 4)
			return 0;
		at = line + 2 + n + 2;
		if (n == 0)
			return (size_t)(at - p);
	}
}

static bool
parse(struct connection *c, struct request *r)
{
	const char *end = c->in.p ? strstr(c->in.p, "\r\n\r\n") : NULL;
	const char *line;

	if (!end || sscanf(c->in.p, "%15s %999s", r->method, r->path) != 2)
		return false;
	r->head = (size_t)(end - c->in.p) + 4;
	r->body = 0;
	for (line = c->in.p; line < end; line = strstr(line, "\r\n") + 2) {
		if (strncasecmp(line, "Content-Length:", 15) == 0)
			r->body = strtoul(line + 15, NULL, 10);
		if (strncasecmp(line, "Transfer-Encoding: chunked", 26) == 0 &&
		    (r->body = chunked(end + 4)) == 0)
			return false;
	}
	return c->in.len >= r->head + r->body;
}

static void
keep(struct server *s, struct connection *c, const struct request *r)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%llu.request", s->folder,
	    (unsigned long long)++arg.kept);
	if (!(f = fopen(path, "w")))
		server_die(path);
	fwrite(c->in.p, 1, r->head + r->body, f);
	if (fclose(f) != 0)
		server_die(path);
}

static void
note(struct server *s, struct connection *c, const struct request *r,
    long status)
{
	struct buf line = {0};

	buf_addf(&line, "%llu\t%s\t%s\t%ld\t%zu", (unsigned long long)c->number,
	    r->method, r->path, status, r->body);
	server_note(s, &line);
	if (arg.keep)
		keep(s, c, r);
}

static void
answer(struct connection *c, long status, const char *headers, size_t size)
{
	buf_addf(&c->out, "HTTP/1.1 %ld Told\r\nContent-Length: %zu\r\n",
	    status, size ? size : strlen("ok"));
	while (*headers) {
		size_t n = strcspn(headers, "|");

		buf_addf(&c->out, "%.*s\r\n", (int)n, headers);
		headers += n + (headers[n] == '|');
	}
	buf_addstr(&c->out, "\r\n");
	if (size == 0)
		buf_addstr(&c->out, "ok");
	for (size_t i = 0; i < size; i++)
		buf_addc(&c->out, (char)('a' + i % 26));
}

static void
act(struct connection *c, const struct rule *rule)
{
	char *words = NULL;
	long status;

	c->waited = 0;
	if (strcmp(rule->action, "reply") == 0) {
		status = strtol(rule->words, &words, 10);
		answer(c, status, words + strspn(words, " "), 0);
	} else if (strcmp(rule->action, "size") == 0) {
		answer(c, 200, "", strtoul(rule->words, NULL, 10));
	} else if (strcmp(rule->action, "half") == 0) {
		buf_addstr(&c->out,
		    "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of");
		c->ending = true;
	} else if (strcmp(rule->action, "stall") == 0) {
		c->stalled = true;
	} else {
		c->cut = true;
	}
}

static bool
step(struct server *s, struct connection *c)
{
	struct request r;
	unsigned waited = c->waited;
	struct rule *rule;
	size_t n;

	if (!parse(c, &r))
		return false;
	rule = server_rule(s, c, r.method, r.path);
	if (!rule) {
		c->waited = waited; /* by rules of ANY */
		rule = server_rule(s, c, "ANY", r.path);
	}
	if (c->resume_at)
		return false;
	note(s, c, &r,
	    !rule                                ? 200
	    : strcmp(rule->action, "reply") == 0 ? strtol(rule->words, NULL, 10)
						 : 0);
	if (rule)
		act(c, rule);
	else
		answer(c, 200, "", 0);
	n = r.head + r.body;
	memmove(c->in.p, c->in.p + n, c->in.len - n + 1);
	c->in.len -= n;
	return true;
}

int
main(int argc, char **argv)
{
	static struct server s = {
	    .idle = 60000, .state = 1, .opened = opened, .step = step};
	int option;

	while ((option = getopt(argc, argv, "kr:i:")) != -1)
		switch (option) {
		case 'k':
			arg.keep = true;
			break;
		case 'r':
			s.rules_path = optarg;
			break;
		case 'i':
			s.idle = strtol(optarg, NULL, 10) * MS_SECOND;
			break;
		default:
			return 2;
		}
	if (optind + 1 != argc) {
		fprintf(stderr, "usage: http-server [OPTION...] FOLDER\n");
		return 2;
	}
	s.folder = argv[optind];
	return server_run(&s);
}
