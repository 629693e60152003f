/* SPDX-License-Identifier: ISC */
/*
 * What is said about one message (RFC 5321): MAIL, RCPT and DATA in one go
 * where the server takes that (RFC 2920), then the message, then a wait that
 * may be long. From the moment the final dot is handed to the system until
 * the server has answered, nobody knows; before and after, we do.
 */
#include "net/net_priv.h"

enum {
	LONGEST_REPLY = 1 << 16,
	QUIT_MS = 5000,
	LAST_WORDS_MS = 5000,
};

void
text_keep(char *ret, size_t size, struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n;) {
		uint32_t code;
		unsigned len = utf8_decode(s.p + i, s.n - i, &code);
		bool shown =
		    len && code >= 0x20 && (code < 0x7f || code >= 0xa0);

		if (n + (shown ? len : 1) >= size)
			break;
		if (shown)
			memcpy(ret + n, s.p + i, len);
		else
			ret[n] = '?';
		n += shown ? len : 1;
		i += len ? len : 1;
	}
	ret[n] = '\0';
}

bool
reply_line(struct str line, int *ret_code, bool *ret_last, struct str *ret_text)
{
	for (size_t i = 0; i < 3; i++)
		if (i >= line.n || line.p[i] < '0' || line.p[i] > '9')
			return false;
	if (line.n > 3 && line.p[3] != ' ' && line.p[3] != '-')
		return false;
	*ret_code = (line.p[0] - '0') * 100 + (line.p[1] - '0') * 10 +
		    (line.p[2] - '0');
	*ret_last = line.n == 3 || line.p[3] == ' ';
	*ret_text = line.n > 4 ? (struct str){line.p + 4, line.n - 4}
			       : (struct str){"", 0};
	return true;
}

/* text NULL: it stands already. */
void
message_done(struct smtp *smtp, struct smtp_message *m,
    enum smtp_outcome outcome, int code, const char *text)
{
	m->outcome = outcome;
	m->code = code;
	if (text)
		text_keep(m->text, sizeof(m->text), str_of(text));
	m->next = NULL;
	*smtp->done_last = m;
	smtp->done_last = &m->next;
	smtp->net->happened = true;
}

static void
await(struct session *s, enum stage stage, int64_t ms)
{
	s->stage = stage;
	s->deadline = time_monotonic() + ms;
}

void
session_say(struct session *s, const char *command, enum stage stage)
{
	buf_addstr(&s->out, command);
	await(s, stage, stage == STAGE_QUIT ? QUIT_MS : s->smtp->answer_ms);
	dialogue_write(s);
}

void
dialogue_start(
    struct session *s, struct smtp_message *m, bool eight_bit, bool utf8)
{
	s->message = m;
	s->refused = s->has_mail = false;
	s->started++;
	buf_addf(&s->out, "MAIL FROM:<%.*s>", STR_ARG(m->from));
	if (s->takes_size)
		buf_addf(&s->out, " SIZE=%zu", m->content.n);
	if (eight_bit)
		buf_addstr(&s->out, " BODY=8BITMIME");
	if (utf8)
		buf_addstr(&s->out, " SMTPUTF8");
	buf_addstr(&s->out, "\r\n");
	if (s->pipelining)
		buf_addf(&s->out, "RCPT TO:<%.*s>\r\nDATA\r\n", STR_ARG(m->to));
	session_say(s, "", STAGE_MAIL);
}

/* With every line's first dot doubled, and the dot that ends it. */
static void
add_content(struct buf *out, struct str content)
{
	struct str line;

	buf_reserve(out, content.n + content.n / 64 + 8);
	while (content.n > 0) {
		const char *dot = content.p;

		if (*dot == '.')
			buf_addc(out, '.');
		/* As far as the next line that begins with one. */
		do {
			size_t left = content.n - (size_t)(dot - content.p) - 1;

			dot = left ? memchr(dot + 1, '.', left) : NULL;
		} while (dot && dot[-1] != '\n');
		line = content;
		if (dot)
			line.n = (size_t)(dot - content.p);
		buf_adds(out, line);
		content.p += line.n;
		content.n -= line.n;
	}
	buf_addstr(out, ".\r\n");
}

void
dialogue_write(struct session *s)
{
	while (s->sent < s->out.len) {
		size_t n = 0;
		CURLcode result = libcurl.curl_easy_send(
		    s->easy, s->out.p + s->sent, s->out.len - s->sent, &n);

		if (result == CURLE_AGAIN)
			return;
		if (result != CURLE_OK) {
			/* Its last words may still be there to be read, then
			 * comes the end. The stage stays what it is. */
			buf_clear(&s->out);
			s->sent = 0;
			await(s, s->stage, LAST_WORDS_MS);
			return;
		}
		s->sent += n;
		if (s->stage == STAGE_BODY)
			await(s, STAGE_BODY, s->smtp->answer_ms);
	}
	buf_clear(&s->out);
	s->sent = 0;
	if (s->stage == STAGE_BODY)
		await(s, STAGE_FINAL, s->smtp->final_ms);
}

/* The refusal that counts is the first. */
static void
refuse(struct session *s, enum smtp_outcome outcome, int code)
{
	struct smtp_message *m = s->message;

	if (s->refused)
		return;
	s->refused = true;
	m->outcome = outcome;
	m->code = code;
	text_keep(m->text, sizeof(m->text), buf_str(&s->reply));
}

/* The message is done; what the session does next. */
static void
finish(struct session *s, enum smtp_outcome outcome, int code, bool reset)
{
	struct smtp_message *m = s->message;

	if (s->refused)
		message_done(s->smtp, m, m->outcome, m->code, NULL);
	else
		message_done(s->smtp, m, outcome, code, s->reply.p);
	s->message = NULL;
	if (s->smtp->per_session && s->started >= s->smtp->per_session)
		session_say(s, "QUIT\r\n", STAGE_QUIT);
	else if (reset)
		session_say(s, "RSET\r\n", STAGE_RESET);
	else {
		s->stage = STAGE_IDLE;
		s->deadline = -1;
	}
}

static void
on_mail(struct session *s, int code)
{
	s->has_mail = code / 100 == 2;
	if (!s->has_mail)
		refuse(s, SMTP_SENDER_REFUSED, code);
	if (s->pipelining) {
		await(s, STAGE_RCPT, s->smtp->answer_ms);
	} else if (s->refused) {
		finish(s, SMTP_SENDER_REFUSED, code, false);
	} else {
		buf_addf(
		    &s->out, "RCPT TO:<%.*s>\r\n", STR_ARG(s->message->to));
		session_say(s, "", STAGE_RCPT);
	}
}

static void
on_rcpt(struct session *s, int code)
{
	if (code / 100 != 2)
		refuse(s, SMTP_RECIPIENT_REFUSED, code);
	if (s->pipelining)
		await(s, STAGE_DATA, s->smtp->answer_ms);
	else if (s->refused)
		finish(s, SMTP_RECIPIENT_REFUSED, code, true);
	else
		session_say(s, "DATA\r\n", STAGE_DATA);
}

static void
on_data(struct session *s, int code)
{
	if (code != 354) {
		if (code / 100 == 2 || code / 100 == 3) {
			session_die(s, 0, "the server answered out of turn");
			return;
		}
		refuse(s, SMTP_DATA_REFUSED, code);
		finish(s, SMTP_DATA_REFUSED, code, s->has_mail);
	} else if (s->refused) {
		/* It may take DATA for nobody; then it gets nothing. */
		session_say(s, ".\r\n", STAGE_VOID);
	} else {
		add_content(&s->out, s->message->content);
		session_say(s, "", STAGE_BODY);
	}
}

static void
on_final(struct session *s, int code)
{
	if (code / 100 == 2)
		finish(s, SMTP_ACCEPTED, code, false);
	else if (code >= 400 && code < 600)
		finish(s, SMTP_DATA_REFUSED, code, false);
	else
		session_die(s, 0, "the server answered out of turn");
}

static void
on_reply(struct session *s, int code)
{
	/* It closes the channel, whatever it was asked. */
	if (code == 421 && s->stage != STAGE_QUIT) {
		session_die(s, code, s->reply.p);
		return;
	}
	switch (s->stage) {
	case STAGE_MAIL:
		on_mail(s, code);
		break;
	case STAGE_RCPT:
		on_rcpt(s, code);
		break;
	case STAGE_DATA:
		on_data(s, code);
		break;
	case STAGE_BODY:
		/* An answer before the end: the rest need not be sent, and
		 * cannot be left out over this connection. */
		if (code >= 400 && code < 600)
			refuse(s, SMTP_DATA_REFUSED, code);
		session_die(s, 0, "the server answered out of turn");
		break;
	case STAGE_FINAL:
		on_final(s, code);
		break;
	case STAGE_VOID:
		finish(s, SMTP_DATA_REFUSED, code, true);
		break;
	case STAGE_RESET:
		s->stage = code / 100 == 2 ? STAGE_IDLE : STAGE_DEAD;
		s->deadline = -1;
		s->smtp->net->happened = true;
		break;
	default:
		session_die(s, 0, "the server answered out of turn");
	}
}

/* The lines that are whole. */
static void
take_lines(struct session *s)
{
	struct str rest = buf_str(&s->in), line, text;
	int code;
	bool last;

	while (s->stage != STAGE_DEAD && str_cut(&rest, '\n', &line)) {
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		if (!reply_line(line, &code, &last, &text) ||
		    s->reply.len > LONGEST_REPLY) {
			session_die(s, 0, "what the server says is not SMTP");
			return;
		}
		if (s->reply.len)
			buf_addc(&s->reply, ' ');
		buf_adds(&s->reply, text);
		if (!last)
			continue;
		buf_addstr(&s->reply, "");
		on_reply(s, code);
		buf_clear(&s->reply);
	}
	if (s->stage == STAGE_DEAD)
		return;
	if (rest.n)
		memmove(s->in.p, rest.p, rest.n);
	buf_truncate(&s->in, rest.n);
	if (rest.n > LONGEST_REPLY)
		session_die(s, 0, "what the server says is not SMTP");
}

void
dialogue_read(struct session *s)
{
	enum { PIECE = 4096 };

	while (s->stage != STAGE_DEAD) {
		size_t n = 0;
		CURLcode result;

		buf_reserve(&s->in, PIECE);
		result = libcurl.curl_easy_recv(
		    s->easy, s->in.p + s->in.len, PIECE, &n);
		if (result == CURLE_AGAIN)
			return;
		if (result != CURLE_OK || n == 0) {
			session_die(s, 0, "the server closed the connection");
			return;
		}
		s->in.len += n;
		s->in.p[s->in.len] = '\0';
		take_lines(s);
		/* What is left in a socket wakes us again; what TLS has read
		 * ahead does not. Whether it leaves is of interest at once
		 * when a message is over. */
		if (s->smtp->plain && n < PIECE && s->stage != STAGE_IDLE)
			return;
	}
}

void
dialogue_timeout(struct session *s)
{
	if (s->stage != STAGE_DEAD)
		session_die(s, 0, "no answer in time");
}
