/* SPDX-License-Identifier: ISC */
/*
 * smtp-server: a server for mail that does what a test wants.
 *
 *	smtp-server [-k] [-P] [-r RULES] [-a MECHANISMS -u USER -p SECRET]
 *	    [-x CAPABILITY] [-i SECONDS] FOLDER
 *
 * FOLDER/journal gets a line for each message that came whole, before the
 * answer to its final dot: session, verdict (accepted, refused, cut, lost),
 * sender, recipients, Message-ID, bytes, bare line ends; tabs between. With -k
 * FOLDER/N.eml gets it as it was handed over, behind a line X-Session that
 * says how. -P leaves out PIPELINING, -x adds a capability; AUTH is offered
 * and demanded with -u.
 *
 * Stages of rules (test_server.h), and what they are told: connect (-), ehlo
 * (the name), auth (the mechanism), mail (sender), rcpt, data, body (the first
 * bytes), dot (all: the last recipient; data also: - for none), rset, quit (-).
 *Actions: reply CODE TEXT; stall, which never answers; cut, which closes (at
 *dot: the message is kept); at dot also lose, which closes without keeping it,
 *and leave CODE TEXT, which answers and closes. At body lose is a cut that the
 *journal knows of.
 */
#include <strings.h>

#include "test_server.h"

struct session {
	char ehlo[200], from[400], to[400], mechanism[40], options[100];
	struct buf recipients;
	bool greeted, in_data, told_body, authenticated, has_from, losing;
	int challenges; /* of AUTH LOGIN and of an empty first response */
	size_t looked;  /* how far the end of the data was looked for */
};

static struct {
	bool keep, no_pipelining;
	const char *mechanisms, *user, *secret, *capability;
	uint64_t kept;
} arg = {.mechanisms = "PLAIN LOGIN XOAUTH2"};

static void
reply(struct connection *c, const char *text)
{
	buf_addf(&c->out, "%s\r\n", text);
	if (strncmp(text, "421", 3) == 0)
		c->ending = true;
}

/* Is this stage settled by a rule? */
static bool
ruled(
    struct server *s, struct connection *c, const char *stage, const char *told)
{
	struct rule *r = server_rule(s, c, stage, told);
	struct session *m = c->own;

	if (!r)
		return false;
	if (strcmp(r->action, "reply") == 0) {
		c->waited = 0;
		reply(c, r->words);
	} else if (strcmp(r->action, "stall") == 0) {
		c->stalled = true;
	} else if (strcmp(r->action, "wait") != 0) {
		c->cut = true;
		m->losing = strcmp(r->action, "lose") == 0;
	}
	return true;
}

static void
opened(struct server *s, struct connection *c)
{
	if (!ruled(s, c, "connect", "-"))
		reply(c, "220 test.invalid ESMTP");
}

static void
reset(struct session *m)
{
	m->from[0] = m->to[0] = m->options[0] = '\0';
	m->has_from = false;
	buf_clear(&m->recipients);
}

static size_t
bare_line_ends(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\n' && (i == 0 || s.p[i - 1] != '\r'))
			n++;
		if (s.p[i] == '\r' && (i + 1 == s.n || s.p[i + 1] != '\n'))
			n++;
	}
	return n;
}

static void
note(struct server *s, struct connection *c, const char *verdict,
    struct str data)
{
	static const char mark[] = "\r\nMessage-ID: <";
	struct session *m = c->own;
	struct buf line = {0};
	char *id = strstr(data.p, mark);

	id = id ? id + strlen(mark) : NULL;
	buf_addf(&line, "%llu\t%s\t%s\t%s\t%.*s\t%zu\t%zu",
	    (unsigned long long)c->number, verdict, m->from, m->recipients.p,
	    id ? (int)strcspn(id, ">\r") : 0, id ? id : "", data.n,
	    bare_line_ends(data));
	server_note(s, &line);
}

/* As it was before its dots were doubled. */
static void
keep(struct server *s, struct connection *c, struct str data)
{
	struct session *m = c->own;
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%llu.eml", s->folder,
	    (unsigned long long)++arg.kept);
	if (!(f = fopen(path, "w")))
		server_die(path);
	fprintf(f, "X-Session: %llu ehlo=%s auth=%s from=%s%s to=%s\r\n",
	    (unsigned long long)c->number, m->ehlo, m->mechanism, m->from,
	    m->options, m->recipients.p);
	for (size_t i = 0; i < data.n; i++)
		if (data.p[i] != '.' || (i > 0 && data.p[i - 1] != '\n'))
			putc(data.p[i], f);
		else if (i + 1 < data.n)
			putc(data.p[++i], f);
	if (fclose(f) != 0)
		server_die(path);
}

static void
end_of_data(struct server *s, struct connection *c, struct str data)
{
	struct session *m = c->own;
	struct rule *r = server_rule(s, c, "dot", m->to);
	const char *verdict = "accepted";
	bool kept = true;

	if (r && strcmp(r->action, "wait") == 0)
		return;
	c->waited = 0;
	if (r && strcmp(r->action, "reply") == 0) {
		kept = r->words[0] == '2';
		verdict = kept ? "accepted" : "refused";
	} else if (r && strcmp(r->action, "leave") == 0) {
		c->ending = true;
		verdict = "accepted";
	} else if (r && strcmp(r->action, "lose") == 0) {
		kept = false;
		verdict = "lost";
	} else if (r) {
		verdict = "cut";
	}
	note(s, c, verdict, data);
	if (kept && arg.keep)
		keep(s, c, data);
	if (!r)
		reply(c, "250 2.0.0 Ok: queued");
	else if (strcmp(r->action, "reply") == 0 || c->ending)
		reply(c, r->words);
	else if (strcmp(r->action, "stall") == 0)
		c->stalled = true;
	else
		c->cut = true;
	m->in_data = false;
	reset(m);
}

static bool
data_step(struct server *s, struct connection *c)
{
	struct session *m = c->own;
	char *end;
	struct str data;

	if (!m->told_body && c->in.len > 0) {
		if (ruled(s, c, "body", m->to)) {
			if (m->losing)
				note(s, c, "lost", buf_str(&c->in));
			return false;
		}
		m->told_body = true;
	}
	if (c->in.len >= 3 && memcmp(c->in.p, ".\r\n", 3) == 0) {
		data = (struct str){c->in.p, 0};
	} else {
		end = c->in.p ? strstr(c->in.p + m->looked, "\r\n.\r\n") : NULL;
		if (!end) {
			m->looked = c->in.len > 4 ? c->in.len - 4 : 0;
			return false;
		}
		data = (struct str){c->in.p, (size_t)(end - c->in.p) + 2};
	}
	end_of_data(s, c, data);
	if (c->resume_at)
		return false;
	memmove(c->in.p, data.p + data.n + 3, c->in.len - data.n - 3 + 1);
	c->in.len -= data.n + 3;
	m->looked = 0;
	return true;
}

static void
say_hello(struct connection *c, const char *name)
{
	struct session *m = c->own;

	snprintf(m->ehlo, sizeof(m->ehlo), "%s", name);
	m->greeted = true;
	reset(m);
	reply(c, "250-test.invalid");
	if (!arg.no_pipelining)
		reply(c, "250-PIPELINING");
	if (arg.capability)
		buf_addf(&c->out, "250-%s\r\n", arg.capability);
	if (arg.user)
		buf_addf(&c->out, "250-AUTH %s\r\n", arg.mechanisms);
	reply(c, arg.capability ? "250 HELP" : "250 SIZE 52428800");
}

static void
add_decoded(struct buf *out, const char *text)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t v = 0;
	unsigned bits = 0;

	for (; *text && *text != '='; text++) {
		const char *at = strchr(digits, *text);

		if (!at)
			break;
		v = v << 6 | (uint32_t)(at - digits);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			buf_addc(out, (char)(v >> bits & 255));
		}
	}
}

static void
judge(struct server *s, struct connection *c, bool good)
{
	struct session *m = c->own;

	if (ruled(s, c, "auth", m->mechanism)) {
		if (!c->resume_at)
			m->challenges = 0;
		return;
	}
	m->challenges = 0;
	m->authenticated = good;
	reply(c, good ? "235 2.7.0 Authentication successful"
		      : "535 5.7.8 Authentication failed");
	if (!good)
		m->mechanism[0] = '\0';
}

static void
authenticate(struct server *s, struct connection *c, const char *response)
{
	struct session *m = c->own;
	struct buf got = {0}, want = {0};

	add_decoded(&got, response);
	if (strcasecmp(m->mechanism, "PLAIN") == 0) {
		buf_addf(&want, "%c%s%c%s", 0, arg.user, 0, arg.secret);
		judge(s, c, str_eq(buf_str(&got), buf_str(&want)));
	} else if (strcasecmp(m->mechanism, "XOAUTH2") == 0) {
		buf_addf(&want, "user=%s\001auth=Bearer %s\001\001", arg.user,
		    arg.secret);
		judge(s, c, str_eq(buf_str(&got), buf_str(&want)));
	} else if (m->challenges++ == 1) {
		m->authenticated = str_is(buf_str(&got), arg.user);
		reply(c, "334 UGFzc3dvcmQ6");
	} else {
		judge(s, c,
		    m->authenticated && str_is(buf_str(&got), arg.secret));
	}
	buf_release(&got);
	buf_release(&want);
}

static void
begin_auth(struct server *s, struct connection *c, const char *words)
{
	struct session *m = c->own;
	char response[2000] = "";

	if (!arg.user ||
	    sscanf(words, "%39s %1999s", m->mechanism, response) < 1) {
		reply(c, "503 5.5.1 no AUTH here");
		return;
	}
	m->challenges = 1;
	if (strcasecmp(m->mechanism, "LOGIN") == 0 && !response[0])
		reply(c, "334 VXNlcm5hbWU6");
	else if (!response[0])
		reply(c, "334 ");
	else
		authenticate(s, c, response);
}

/* What stands between < and > behind "FROM:", and the options behind. */
static bool
path_of(const char *words, const char *lead, char ret[400], char *options,
    size_t room)
{
	size_t n = strlen(lead);
	const char *end = strrchr(words, '>');

	if (strncasecmp(words, lead, n) != 0 || words[n] != '<' || !end)
		return false;
	snprintf(ret, 400, "%.*s", (int)(end - words - n - 1), words + n + 1);
	if (options)
		snprintf(options, room, "%s", end + 1);
	return true;
}

static void
mail_from(struct server *s, struct connection *c, const char *words)
{
	struct session *m = c->own;
	char from[400];

	if (!path_of(words, "FROM:", from, m->options, sizeof(m->options)))
		reply(c, "501 5.5.4 Syntax: MAIL FROM:<address>");
	else if (arg.user && !m->authenticated)
		reply(c, "530 5.7.0 Authentication required");
	else if (m->has_from)
		reply(c, "503 5.5.1 nested MAIL command");
	else if (!ruled(s, c, "mail", from)) {
		memcpy(m->from, from, sizeof(from));
		m->has_from = true;
		reply(c, "250 2.1.0 Ok");
	}
}

static void
rcpt_to(struct server *s, struct connection *c, const char *words)
{
	struct session *m = c->own;
	char to[400];

	if (!path_of(words, "TO:", to, NULL, 0))
		reply(c, "501 5.5.4 Syntax: RCPT TO:<address>");
	else if (!m->has_from)
		reply(c, "503 5.5.1 need MAIL command");
	else if (!ruled(s, c, "rcpt", to)) {
		memcpy(m->to, to, sizeof(to));
		if (m->recipients.len)
			buf_addc(&m->recipients, ',');
		buf_addstr(&m->recipients, to);
		reply(c, "250 2.1.5 Ok");
	}
}

static void
data(struct server *s, struct connection *c)
{
	struct session *m = c->own;

	if (ruled(s, c, "data", m->to[0] ? m->to : "-"))
		return;
	if (!m->recipients.len) {
		reply(c, "554 5.5.1 no valid recipients");
	} else {
		m->in_data = true;
		m->told_body = false;
		m->looked = 0;
		reply(c, "354 End data with <CR><LF>.<CR><LF>");
	}
}

static void
command(struct server *s, struct connection *c, char *line)
{
	struct session *m = c->own;
	char *words = strchr(line, ' ');

	words = words ? words + 1 : line + strlen(line);
	if (m->challenges)
		authenticate(s, c, line);
	else if (strncasecmp(line, "EHLO ", 5) == 0 ||
		 strncasecmp(line, "HELO ", 5) == 0) {
		if (!ruled(s, c, "ehlo", words))
			say_hello(c, words);
	} else if (strncasecmp(line, "AUTH ", 5) == 0)
		begin_auth(s, c, words);
	else if (strncasecmp(line, "MAIL ", 5) == 0)
		mail_from(s, c, words);
	else if (strncasecmp(line, "RCPT ", 5) == 0)
		rcpt_to(s, c, words);
	else if (strcasecmp(line, "DATA") == 0)
		data(s, c);
	else if (strcasecmp(line, "RSET") == 0) {
		reset(m);
		if (!ruled(s, c, "rset", "-"))
			reply(c, "250 2.0.0 Ok");
	} else if (strcasecmp(line, "QUIT") == 0) {
		if (!ruled(s, c, "quit", "-")) {
			reply(c, "221 2.0.0 Bye");
			c->ending = true;
		}
	} else
		reply(c, "502 5.5.2 command not recognized");
}

static bool
step(struct server *s, struct connection *c)
{
	struct session *m = c->own;
	char *end, line[2100];
	size_t n;

	if (!m->greeted && c->waited && c->out.len == 0 && c->in.len == 0) {
		opened(s, c); /* a greeting that was put off */
		return false;
	}
	if (m->in_data)
		return data_step(s, c);
	end = c->in.p ? strstr(c->in.p, "\r\n") : NULL;
	if (!end)
		return false;
	n = (size_t)(end - c->in.p);
	snprintf(line, sizeof(line), "%.*s", (int)n, c->in.p);
	command(s, c, line);
	if (c->resume_at)
		return false;
	memmove(c->in.p, end + 2, c->in.len - n - 2 + 1);
	c->in.len -= n + 2;
	return true;
}

static void
closed(struct server *s, struct connection *c)
{
	struct session *m = c->own;

	(void)s;
	buf_release(&m->recipients);
}

int
main(int argc, char **argv)
{
	static struct server s = {.idle = 60000,
	    .state = sizeof(struct session),
	    .opened = opened,
	    .step = step,
	    .closed = closed};
	int option;

	while ((option = getopt(argc, argv, "kPr:a:u:p:x:i:")) != -1)
		switch (option) {
		case 'k':
			arg.keep = true;
			break;
		case 'P':
			arg.no_pipelining = true;
			break;
		case 'r':
			s.rules_path = optarg;
			break;
		case 'a':
			arg.mechanisms = optarg;
			break;
		case 'u':
			arg.user = optarg;
			break;
		case 'p':
			arg.secret = optarg;
			break;
		case 'x':
			arg.capability = optarg;
			break;
		case 'i':
			s.idle = strtol(optarg, NULL, 10) * MS_SECOND;
			break;
		default:
			return 2;
		}
	if (optind + 1 != argc) {
		fprintf(stderr, "usage: smtp-server [OPTION...] FOLDER\n");
		return 2;
	}
	s.folder = argv[optind];
	return server_run(&s);
}
