/* SPDX-License-Identifier: ISC */
/*
 * A server for mail and the sessions to it, as its user sees them. How one is
 * opened is in session.c, what is said over it in dialogue.c.
 */
#include "net/net_priv.h"

/* A host's name: letters, digits, hyphens and dots. */
static bool
is_host_name(const char *s)
{
	size_t n = s ? strlen(s) : 0;

	for (size_t i = 0; i < n; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') ||
			(s[i] >= 'A' && s[i] <= 'Z') ||
			(s[i] >= '0' && s[i] <= '9') || s[i] == '-' ||
			s[i] == '.'))
			return false;
	return n > 0 && n < 254 && s[0] != '.' && s[n - 1] != '.';
}

static bool
is_one_line(const char *s)
{
	for (; s && *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return false;
	return true;
}

static bool
has_part(const char *url, CURLUPart part)
{
	char *text = url_part(url, part);
	bool has = text && strcmp(text, "/") != 0;

	libcurl.curl_free(text);
	return has;
}

static int
check_server(const struct smtp_server *server, struct err *err)
{
	static const char *const mechanisms[] = {"PLAIN", "LOGIN", "XOAUTH2"};
	bool known = !server->mechanism;

	if (!server->url || (strncmp(server->url, "smtp://", 7) != 0 &&
				strncmp(server->url, "smtps://", 8) != 0))
		return err_set(err, ERR_USAGE,
		    "not an address of a mail server (smtp:// or smtps://): %s",
		    quoted(str_of(server->url)));
	/* A secret in a URL would be shown in messages. */
	if (has_part(server->url, CURLUPART_USER) ||
	    has_part(server->url, CURLUPART_PASSWORD) ||
	    has_part(server->url, CURLUPART_PATH) ||
	    has_part(server->url, CURLUPART_QUERY) ||
	    has_part(server->url, CURLUPART_FRAGMENT))
		return err_set(err, ERR_USAGE,
		    "an address of a mail server has a host and a port, "
		    "nothing more");
	if (!is_host_name(server->hello))
		return err_set(err, ERR_USAGE,
		    "hello: not the name of a host: %s",
		    quoted(str_of(server->hello)));
	for (size_t i = 0; !known && i < COUNT_OF(mechanisms); i++)
		known = strcmp(server->mechanism, mechanisms[i]) == 0;
	if (!known)
		return err_set(err, ERR_USAGE,
		    "not a way to log in (PLAIN, LOGIN, XOAUTH2): %s",
		    quoted(str_of(server->mechanism)));
	if (!is_one_line(server->user) || !is_one_line(server->secret))
		return err_set(
		    err, ERR_USAGE, "user or secret has a control character");
	if (!server->user != !server->secret)
		return err_set(err, ERR_USAGE,
		    "a user without a secret, or a secret without a user");
	return 0;
}

static char *
copy(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

int
smtp_open(struct net *net, const struct smtp_server *server, struct smtp **ret,
    struct err *err)
{
	struct smtp *smtp;
	struct buf url = {0};
	char *host;

	if (check_server(server, err) < 0)
		return -1;
	host = url_part(server->url, CURLUPART_HOST);
	if (!host)
		return err_set(err, ERR_USAGE,
		    "not an address of a mail server: %s",
		    quoted(str_of(server->url)));
	smtp = xcalloc(1, sizeof(*smtp));
	smtp->net = net;
	smtp->host = xstrdup(host);
	libcurl.curl_free(host);
	/* libcurl says hello by the name in the path. */
	buf_addf(&url, "%s%s%s", server->url,
	    server->url[strlen(server->url) - 1] == '/' ? "" : "/",
	    server->hello);
	smtp->url = buf_detach(&url);
	smtp->user = copy(server->user);
	smtp->secret = copy(server->secret);
	smtp->mechanism = copy(server->mechanism);
	smtp->ca_file = copy(server->ca_file);
	smtp->tls_at_once = strncmp(server->url, "smtps:", 6) == 0;
	smtp->plain = !smtp->tls_at_once && !server->starttls &&
		      host_is_loopback(smtp->host);
	smtp->sessions = server->sessions ? server->sessions : 1;
	smtp->per_session = server->per_session;
	smtp->connect_ms =
	    server->connect_ms ? server->connect_ms : 60 * MS_SECOND;
	smtp->answer_ms =
	    server->answer_ms ? server->answer_ms : 300 * MS_SECOND;
	smtp->final_ms = server->final_ms ? server->final_ms : 600 * MS_SECOND;
	smtp->done_last = &smtp->done;
	smtp->next = net->servers;
	net->servers = smtp;
	*ret = smtp;
	return 0;
}

static size_t
count_stage(const struct smtp *smtp, enum stage first, enum stage last)
{
	size_t n = 0;

	for (const struct session *s = smtp->first; s; s = s->next)
		n += s->stage >= first && s->stage <= last;
	return n;
}

/* QUIT to whom it can be said, and a little time for the answers. */
static void
take_leave(struct smtp *smtp, int64_t ms)
{
	int64_t until = time_monotonic() + ms;

	smtp->wanted = 0;
	for (struct session *s = smtp->first; s; s = s->next)
		if (s->stage == STAGE_IDLE)
			session_say(s, "QUIT\r\n", STAGE_QUIT);
	while (count_stage(smtp, STAGE_QUIT, STAGE_QUIT) > 0 &&
	       time_monotonic() < until)
		if (net_turn(smtp->net, until, NULL) < 0)
			break;
}

void
smtp_close(struct smtp *smtp, int64_t ms)
{
	struct smtp **at;
	struct session *s;

	if (!smtp)
		return;
	if (ms > 0)
		take_leave(smtp, ms);
	while ((s = smtp->first) != NULL) {
		smtp->first = s->next;
		session_free(s);
	}
	for (at = &smtp->net->servers; *at != smtp;)
		at = &(*at)->next;
	*at = smtp->next;
	free(smtp->url);
	free(smtp->host);
	free(smtp->user);
	secret_free(smtp->secret);
	free(smtp->mechanism);
	free(smtp->ca_file);
	free(smtp);
}

void
smtp_want(struct smtp *smtp, size_t messages)
{
	smtp->wanted = messages;
}

size_t
smtp_room(const struct smtp *smtp)
{
	return count_stage(smtp, STAGE_IDLE, STAGE_IDLE);
}

size_t
smtp_busy(const struct smtp *smtp)
{
	size_t n = 0;

	for (const struct session *s = smtp->first; s; s = s->next)
		n += s->message != NULL;
	return n;
}

const struct smtp_trouble *
smtp_trouble(const struct smtp *smtp)
{
	return smtp->trouble.failure ? &smtp->trouble : NULL;
}

void
smtp_retry(struct smtp *smtp)
{
	smtp->trouble = (struct smtp_trouble){0};
}

struct smtp_message *
smtp_done(struct smtp *smtp)
{
	struct smtp_message *m = smtp->done;

	if (!m)
		return NULL;
	smtp->done = m->next;
	if (!smtp->done)
		smtp->done_last = &smtp->done;
	m->next = NULL;
	return m;
}

/* Another session would help, and may be opened. */
static bool
lacks_session(const struct smtp *smtp)
{
	return !smtp->trouble.failure &&
	       count_stage(smtp, STAGE_CONNECTING, STAGE_IDLE) < smtp->wanted &&
	       count_stage(smtp, STAGE_CONNECTING, STAGE_RESET) <
		   smtp->sessions;
}

bool
smtp_is_alive(const struct smtp *smtp)
{
	return lacks_session(smtp) || smtp->done ||
	       count_stage(smtp, STAGE_CONNECTING, STAGE_CONNECTING) > 0 ||
	       count_stage(smtp, STAGE_MAIL, STAGE_QUIT) > 0;
}

void
smtp_prepare(struct smtp *smtp, struct polls *p)
{
	for (struct session **at = &smtp->first; *at;) {
		struct session *s = *at;

		if (s->stage == STAGE_DEAD) {
			*at = s->next;
			session_free(s);
		} else {
			at = &s->next;
		}
	}
	while (lacks_session(smtp))
		session_open(smtp);
	for (struct session *s = smtp->first; s; s = s->next) {
		polls_due(p, s->deadline);
		if (s->stage == STAGE_CONNECTING)
			watch_prepare(&s->watch, p);
		else if (s->stage != STAGE_DEAD)
			polls_add(p, s->fd,
			    (short)(POLLIN |
				    (s->out.len > s->sent ? POLLOUT : 0)));
	}
}

void
smtp_serve(struct smtp *smtp, const struct polls *p, size_t *at)
{
	for (struct session *s = smtp->first; s; s = s->next) {
		short got;

		if (s->stage == STAGE_CONNECTING) {
			session_connect(s, p, at);
			continue;
		}
		if (s->stage == STAGE_DEAD)
			continue;
		got = p->fds[(*at)++].revents;
		if (got & POLLOUT)
			dialogue_write(s);
		if (got & (POLLIN | POLLHUP | POLLERR | POLLNVAL))
			dialogue_read(s);
		if (s->deadline >= 0 && s->deadline <= time_monotonic())
			dialogue_timeout(s);
	}
}

/* What goes between < and >: nothing that ends it or the line. */
static bool
is_path(struct str s, bool may_be_empty)
{
	bool quotes = false;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		quotes ^= c == '"';
		if (c <= ' ' || c == 0x7f || (!quotes && strchr("<>,;:", c)))
			return false;
	}
	return !quotes && s.n <= 254 && utf8_valid(s) == s.n &&
	       (s.n > 0 || may_be_empty);
}

/* CRLF only, at the end too; no NUL; lines of at most 998. */
static int
check_content(struct str s, struct err *err)
{
	enum { LINE_MAX_BYTES = 998 };
	struct str rest = s, line;

	while (rest.n > 0) {
		size_t at = (size_t)(rest.p - s.p);
		bool ends = str_cut(&rest, '\n', &line);
		const char *bare;

		if (!ends)
			return err_set(err, ERR_FAIL,
			    "message: does not end in a line's end");
		bare = memchr(line.p, '\r', line.n);
		if (!bare || bare + 1 < line.p + line.n ||
		    memchr(line.p, '\0', line.n))
			return err_set(err, ERR_FAIL,
			    "message: the line at byte %zu has a bare line end "
			    "or a NUL",
			    at + 1);
		if (line.n - 1 > LINE_MAX_BYTES)
			return err_set(err, ERR_FAIL,
			    "message: byte %zu begins a line of more than %d",
			    at + 1, LINE_MAX_BYTES);
	}
	if (s.n == 0)
		return err_set(
		    err, ERR_FAIL, "message: does not end in a line's end");
	return 0;
}

/* An idle session whose server has not left meanwhile. */
static struct session *
find_idle(struct smtp *smtp)
{
	for (struct session *s = smtp->first; s; s = s->next) {
		if (s->stage != STAGE_IDLE)
			continue;
		dialogue_read(s);
		if (s->stage == STAGE_IDLE)
			return s;
	}
	return NULL;
}

static size_t
head_of(struct str s)
{
	for (size_t i = 0; i + 3 < s.n; i++)
		if (memcmp(s.p + i, "\r\n\r\n", 4) == 0)
			return i;
	return s.n;
}

int
smtp_start(struct smtp *smtp, struct smtp_message *m, struct err *err)
{
	struct session *s;
	bool eight_bit, utf8;

	if (!is_path(m->from, true))
		return err_set(err, ERR_FAIL, "MAIL FROM: not an address: %s",
		    quoted(m->from));
	if (!is_path(m->to, false))
		return err_set(err, ERR_FAIL, "RCPT TO: not an address: %s",
		    quoted(m->to));
	if (check_content(m->content, err) < 0)
		return -1;
	m->code = 0;
	m->text[0] = '\0';
	s = find_idle(smtp);
	eight_bit = !utf8_is_ascii(m->content);
	/* Headers that are not ASCII are what RFC 6531 is about. */
	utf8 = !utf8_is_ascii(m->from) || !utf8_is_ascii(m->to) ||
	       (eight_bit && !utf8_is_ascii((struct str){
				 m->content.p, head_of(m->content)}));
	if (!s)
		message_done(smtp, m, SMTP_LOST, 0, "the session was closed");
	else if (s->size_limit > 0 && m->content.n > (size_t)s->size_limit)
		message_done(smtp, m, SMTP_DATA_REFUSED, 552,
		    "5.3.4 larger than this server takes");
	else if (utf8 && !s->utf8)
		message_done(smtp, m, SMTP_RECIPIENT_REFUSED, 553,
		    "5.6.7 this server takes ASCII addresses only");
	else if (eight_bit && !s->eight_bit)
		message_done(smtp, m, SMTP_DATA_REFUSED, 554,
		    "5.6.3 this server takes ASCII only");
	else
		dialogue_start(s, m, eight_bit, utf8);
	return 0;
}
