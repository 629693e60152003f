/* SPDX-License-Identifier: ISC */
/*
 * net-probe: the net room on a command line, for tests with real servers.
 *
 *	net-probe smtp [OPTION...] URL <MESSAGES	lines FROM TAB TO [TAB
 *FILE] net-probe http [OPTION...] URL...
 *
 * smtp: -s SESSIONS, -m PER_SESSION, -u USER, -p SECRET, -M MECHANISM,
 * -c CA_FILE, -h HELLO, -t CONNECT:ANSWER:FINAL (ms), -S (STARTTLS also here),
 * -n COUNT (of each line), -q (only the sum), -r (retry after trouble), -l
 * (what is lost is started again).
 * Prints "TO TAB outcome TAB code TAB text" as they are done; trouble as it
 * comes; at last the sums and, on standard error, messages a second.
 *
 * http: -X METHOD, -H HEADER, -b BODY, -a HOST (allowed), -P (private too),
 * -L (plain too), -1 (once), -c CA_FILE, -t CONNECT:TOTAL, -m MAX, -g (all at
 * once; else one after the other); a URL behind a ! without -P. Prints "outcome
 *TAB status TAB retry after TAB bytes[+] TAB text" for each.
 */
#include <signal.h>
#include <unistd.h>

#include "net/net.h"

static const char *const outcomes[] = {[SMTP_ACCEPTED] = "accepted",
    [SMTP_SENDER_REFUSED] = "sender",
    [SMTP_RECIPIENT_REFUSED] = "recipient",
    [SMTP_DATA_REFUSED] = "data",
    [SMTP_LOST] = "lost",
    [SMTP_UNCERTAIN] = "uncertain"};
static const char *const failures[] = {[SMTP_NO_CONNECTION] = "connection",
    [SMTP_NO_TLS] = "tls",
    [SMTP_NO_LOGIN] = "login",
    [SMTP_TURNED_AWAY] = "turned away"};
static const char *const answers[] = {[HTTP_DONE] = "done",
    [HTTP_REFUSED] = "refused",
    [HTTP_LATER] = "later",
    [HTTP_NETWORK] = "network",
    [HTTP_FORBIDDEN] = "forbidden",
    [HTTP_UNCERTAIN] = "uncertain"};

static struct {
	struct smtp_server server;
	struct http_request request;
	const char *headers[10], *hosts[10];
	size_t header_count, host_count;
	int64_t count;
	bool quiet, retry, again, together;
} arg = {.server.hello = "probe.invalid", .request.method = "GET", .count = 1};

static struct err err;

static int
fail(void)
{
	printf("error\t%s\n", err.text);
	return 1;
}

static const char usual[] = "From: <a@example.jp>\r\n"
			    "To: <b@example.jp>\r\n"
			    "Subject: probe\r\n"
			    "Message-ID: <%zu@probe.invalid>\r\n"
			    "\r\n"
			    "%s\r\n";

static void
fill(struct smtp_message *m, size_t n, struct str line)
{
	struct buf content = {0}, body = {0};
	char *path;

	str_cut(&line, '\t', &m->from);
	if (str_cut(&line, '\t', &m->to)) {
		path = str_dup(line);
		if (file_read(path, &content, 1 << 30, &err) < 0)
			exit(fail());
		free(path);
	} else {
		for (size_t i = 0; i < 30; i++)
			buf_addstr(&body, "What a body of some size says.\r\n");
		buf_addf(&content, usual, n, body.p);
		buf_release(&body);
	}
	m->content = (struct str){content.p ? content.p : "", content.len};
}

static struct smtp_message *
read_messages(struct buf *input, size_t *ret_count)
{
	struct smtp_message *all = NULL;
	size_t cap = 0, n = 0;
	struct str rest, line;

	if (fd_read_all(STDIN_FILENO, "<stdin>", input, 1 << 30, &err) < 0)
		exit(fail());
	rest = buf_str(input);
	while (rest.n > 0) {
		str_cut(&rest, '\n', &line);
		for (int64_t i = 0; i < arg.count; i++) {
			GROW(all, cap, n + 1);
			all[n] = (struct smtp_message){0};
			fill(&all[n], n, line);
			n++;
		}
	}
	*ret_count = n;
	return all;
}

/* Messages that were lost and wait to be started once more (-l). */
static struct smtp_message *lost;

static void
tell_done(struct smtp *smtp, uint64_t sums[6])
{
	struct smtp_message *m;

	while ((m = smtp_done(smtp)) != NULL) {
		if (arg.again && m->outcome == SMTP_LOST) {
			m->next = lost;
			lost = m;
			continue;
		}
		sums[m->outcome]++;
		if (!arg.quiet)
			printf("%.*s\t%s\t%d\t%s\n", STR_ARG(m->to),
			    outcomes[m->outcome], m->code, m->text);
	}
}

static int
send_all(struct net *net, struct smtp *smtp, struct smtp_message *all,
    size_t count, uint64_t sums[6])
{
	size_t next = 0;

	for (;;) {
		const struct smtp_trouble *t = smtp_trouble(smtp);

		tell_done(smtp, sums);
		for (size_t n = smtp_room(smtp);
		     n > 0 && (lost || next < count); n--) {
			struct smtp_message *m = lost ? lost : &all[next++];

			if (m == lost)
				lost = m->next;
			if (smtp_start(smtp, m, &err) < 0)
				printf("error\t%s\n", err.text);
		}
		if (t && smtp_busy(smtp) == 0 && smtp_room(smtp) == 0) {
			printf("trouble\t%s\t%d\t%s\n", failures[t->failure],
			    t->code, t->text);
			if (!arg.retry)
				return 75;
			smtp_retry(smtp);
		}
		smtp_want(smtp, count - next + (lost != NULL));
		if (next == count && !lost && smtp_busy(smtp) == 0)
			break;
		if (net_wait(net, -1, &err) < 0)
			return fail();
	}
	tell_done(smtp, sums);
	return 0;
}

static int
run_smtp(struct net *net, const char *url)
{
	struct smtp *smtp = NULL;
	struct buf input = {0};
	uint64_t sums[6] = {0};
	struct smtp_message *all;
	size_t count;
	int64_t began;
	int code;

	arg.server.url = url;
	if (smtp_open(net, &arg.server, &smtp, &err) < 0)
		return fail();
	all = read_messages(&input, &count);
	began = time_monotonic();
	code = send_all(net, smtp, all, count, sums);
	fprintf(stderr, "%.0f a second\n",
	    (double)count * 1000 / (double)(time_monotonic() - began + 1));
	smtp_close(smtp, 2000);
	for (size_t i = 0; i < COUNT_OF(sums); i++)
		if (sums[i])
			printf("%llu %s\n", (unsigned long long)sums[i],
			    outcomes[i]);
	for (size_t i = 0; i < count; i++)
		free((char *)all[i].content.p);
	free(all);
	buf_release(&input);
	return code;
}

static void
tell_answer(struct http_request *r)
{
	printf("%s\t%d\t%lld\t%zu%s\t%s\n", answers[r->outcome], r->status,
	    (long long)r->retry_after, r->answer.len, r->cut ? "+" : "",
	    r->text);
	http_release(r);
}

static int
run_http(struct net *net, char **urls, size_t count)
{
	struct http_request *all = xcalloc(count, sizeof(*all));

	for (size_t i = 0; i < count; i++) {
		struct http_request *r;

		all[i] = arg.request;
		all[i].url = urls[i] + (urls[i][0] == '!');
		all[i].private_too &= urls[i][0] != '!';
		if (http_start(net, &all[i], &err) < 0) {
			fail();
			continue;
		}
		while (http_busy(net) > 0 && (!arg.together || i + 1 == count))
			if (net_wait(net, -1, &err) < 0)
				return fail();
		while ((r = http_done(net)) != NULL)
			tell_answer(r);
	}
	free(all);
	return 0;
}

static void
times(char *text)
{
	arg.server.connect_ms = arg.request.connect_ms =
	    strtol(text, &text, 10);
	arg.server.answer_ms = arg.request.total_ms =
	    *text ? strtol(text + 1, &text, 10) : 0;
	arg.server.final_ms = *text ? strtol(text + 1, NULL, 10) : 0;
}

static bool
option(int letter, char *value)
{
	switch (letter) {
	case 's':
		arg.server.sessions = (unsigned)strtoul(value, NULL, 10);
		return true;
	case 'm':
		arg.server.per_session = (unsigned)strtoul(value, NULL, 10);
		arg.request.max_answer = strtoul(value, NULL, 10);
		return true;
	case 'u':
		arg.server.user = value;
		return true;
	case 'p':
		arg.server.secret = value;
		return true;
	case 'M':
		arg.server.mechanism = value;
		return true;
	case 'c':
		arg.server.ca_file = arg.request.ca_file = value;
		return true;
	case 'h':
		arg.server.hello = value;
		return true;
	case 't':
		times(value);
		return true;
	case 'S':
		return arg.server.starttls = true;
	case 'n':
		arg.count = strtol(value, NULL, 10);
		return true;
	case 'q':
		return arg.quiet = true;
	case 'r':
		return arg.retry = true;
	case 'l':
		return arg.again = true;
	case 'X':
		arg.request.method = value;
		return true;
	case 'H':
		arg.headers[arg.header_count++ % 9] = value;
		arg.request.headers = arg.headers;
		return true;
	case 'b':
		arg.request.body = str_of(value);
		return true;
	case 'a':
		arg.hosts[arg.host_count++ % 9] = value;
		arg.request.hosts = arg.hosts;
		return true;
	case 'P':
		return arg.request.private_too = true;
	case 'L':
		return arg.request.plain_too = true;
	case '1':
		return arg.request.once = true;
	case 'g':
		return arg.together = true;
	default:
		return false;
	}
}

int
main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	struct net *net = NULL;
	int letter, code = 2;

	signal(SIGPIPE, SIG_IGN);
	while ((letter = getopt(argc - 1, argv + 1,
		    "s:m:u:p:M:c:h:t:Sn:qrlX:H:b:a:PL1g")) != -1)
		if (!option(letter, optarg))
			return 2;
	argc -= optind + 1;
	argv += optind + 1;
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (net_open(&net, &err) < 0)
		return fail();
	if (strcmp(what, "smtp") == 0 && argc == 1)
		code = run_smtp(net, argv[0]);
	else if (strcmp(what, "http") == 0 && argc > 0)
		code = run_http(net, argv, (size_t)argc);
	else
		fprintf(stderr, "usage: net-probe smtp|http [OPTION...] URL\n");
	net_close(net);
	return code;
}
