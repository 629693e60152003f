/* SPDX-License-Identifier: ISC */
/*
 * The message: everything checked first, then written from top to bottom.
 * How a header is written is in header.c, how a body in body.c.
 */
#include <strings.h>

#include "mail/mail_priv.h"

bool
has_pair(struct str s, const char *pair)
{
	for (size_t i = 1; i < s.n; i++)
		if (s.p[i - 1] == pair[0] && s.p[i] == pair[1])
			return true;
	return false;
}

/* What a header may not hold. */
static bool
is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

int
header_check(const char *field, struct str value, struct err *err)
{
	for (size_t i = 0; i < value.n;) {
		uint32_t code;
		unsigned len = utf8_decode(value.p + i, value.n - i, &code);

		if (len == 0)
			return err_set(err, ERR_FAIL, "%s: not UTF-8: %s",
			    field, quoted(value));
		if (is_control(code))
			return err_set(err, ERR_FAIL,
			    "%s: has the control character U+%04X: %s", field,
			    code, quoted(value));
		i += len;
	}
	return 0;
}

void
mail_clean(struct buf *ret, struct str s)
{
	bool gap = false;

	for (size_t i = 0; i < s.n;) {
		uint32_t code;
		unsigned len = utf8_decode(s.p + i, s.n - i, &code);

		if (len == 0 || is_control(code)) {
			if (!gap)
				buf_addc(ret, ' ');
			gap = true;
		} else {
			buf_add(ret, s.p + i, len);
			gap = false;
		}
		i += len ? len : 1;
	}
}

bool
is_word(struct str s, const char *but, size_t longest)
{
	if (!s.p || s.n == 0 || s.n > longest)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' || strchr(but, s.p[i]))
			return false;
	return true;
}

static int
check_word(const char *field, struct str s, bool good, struct err *err)
{
	if (good)
		return 0;
	return err_set(
	    err, ERR_FAIL, "%s: not of its form: %s", field, quoted(s));
}

static int
check_message_id(struct str id, struct err *err)
{
	struct str right = id, left;
	bool good = is_word(id, "<>()[],:;\\\"", 250) &&
		    str_cut(&right, '@', &left) && left.n && right.n &&
		    !memchr(right.p, '@', right.n);

	return check_word("Message-ID", id, good, err);
}

static int
check_list(const struct mail_message *m, struct err *err)
{
	struct str id = m->list_id.address, url = m->unsubscribe_url,
		   to = m->unsubscribe_mail;

	if (id.p && (header_check("List-Id", m->list_id.name, err) < 0 ||
			check_word("List-Id", id,
			    is_word(id, "<>()[],:;@\\\"", 250), err) < 0))
		return -1;
	if (url.p &&
	    check_word("List-Unsubscribe", url,
		str_starts(url, STR("https://")) && is_word(url, "<>,", 600),
		err) < 0)
		return -1;
	if (to.p &&
	    check_word("List-Unsubscribe", to,
		str_starts(to, STR("mailto:")) && is_word(to, "<>,", 300),
		err) < 0)
		return -1;
	if (m->one_click && !url.p)
		return err_set(err, ERR_FAIL,
		    "List-Unsubscribe-Post: one click needs an https address");
	return 0;
}

/* The headers this room writes itself, and those that are others' to write. */
static bool
is_reserved(const char *name)
{
	static const char *const names[] = {"From", "Sender", "To", "Cc", "Bcc",
	    "Reply-To", "Subject", "Date", "Message-ID", "MIME-Version",
	    "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post",
	    "Return-Path", "Received"};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (strcasecmp(name, names[i]) == 0)
			return true;
	return strncasecmp(name, "Content-", 8) == 0 ||
	       strncasecmp(name, "Resent-", 7) == 0;
}

static int
check_extra(const struct mail_message *m, struct err *err)
{
	for (size_t i = 0; i < m->extra_count; i++) {
		const struct mail_header *h = &m->extra[i];

		if (!is_word(str_of(h->name), ":", HEADER_NAME_MAX))
			return err_set(err, ERR_FAIL, "header: not a name: %s",
			    quoted(str_of(h->name)));
		if (is_reserved(h->name))
			return err_set(err, ERR_FAIL,
			    "header: %s is not for others to set", h->name);
		for (size_t j = 0; j < i; j++)
			if (strcasecmp(h->name, m->extra[j].name) == 0)
				return err_set(err, ERR_FAIL,
				    "header: %s stands there twice", h->name);
		if (header_check(h->name, h->value, err) < 0)
			return -1;
	}
	return 0;
}

static int
check_attachments(const struct mail_message *m, struct err *err)
{
	for (size_t i = 0; i < m->attachment_count; i++)
		if (mail_attachment_check(&m->attachments[i], err) < 0)
			return -1;
	return 0;
}

static int
check_text(const char *field, struct str s, struct err *err)
{
	if (utf8_valid(s) != s.n)
		return err_set(err, ERR_FAIL, "%s: not UTF-8 at byte %zu",
		    field, utf8_valid(s) + 1);
	if (s.n && memchr(s.p, '\0', s.n))
		return err_set(err, ERR_FAIL, "%s: has a NUL", field);
	return 0;
}

static int
check(const struct mail_message *m, struct err *err)
{
	if (header_check("From", m->from.name, err) < 0 ||
	    header_check("To", m->to.name, err) < 0 ||
	    header_check("Reply-To", m->reply_to.name, err) < 0 ||
	    header_check("Subject", m->subject, err) < 0 ||
	    check_message_id(m->message_id, err) < 0 ||
	    check_list(m, err) < 0 || check_extra(m, err) < 0 ||
	    check_attachments(m, err) < 0 ||
	    check_text("text", m->text, err) < 0 ||
	    check_text("html", m->html, err) < 0)
		return -1;
	if (!m->text.p && !m->html.p)
		return err_set(err, ERR_FAIL, "a message without text");
	return 0;
}

static int
add_mailbox(struct buf *out, const char *name, const struct mail_address *a,
    struct err *err)
{
	struct buf wire = {0};
	int rc = mail_address_wire(name, a->address, &wire, err);

	if (rc == 0)
		header_mailbox(out, name, a->name, buf_str(&wire));
	buf_release(&wire);
	return rc;
}

static void
add_date(struct buf *out, int64_t at, const struct zone *z)
{
	static const char days[] = "MonTueWedThuFriSatSun";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct civil c;
	int64_t minutes;

	if (!z)
		z = zone_utc();
	c = zone_civil(z, at);
	minutes = zone_offset(z, at) / MS_MINUTE;
	buf_addf(out, "Date: %.3s, %u %.3s %04d %02u:%02u:%02u %c%02d%02d\r\n",
	    days + 3 * (c.weekday - 1), c.day, months + 3 * (c.month - 1),
	    c.year, c.hour, c.minute, c.second, minutes < 0 ? '-' : '+',
	    (int)(minutes < 0 ? -minutes : minutes) / 60,
	    (int)(minutes < 0 ? -minutes : minutes) % 60);
}

static void
add_list(struct buf *out, const struct mail_message *m)
{
	if (m->list_id.address.p)
		header_mailbox(
		    out, "List-Id", m->list_id.name, m->list_id.address);
	if (m->unsubscribe_url.p || m->unsubscribe_mail.p) {
		buf_addstr(out, "List-Unsubscribe: ");
		if (m->unsubscribe_url.p)
			buf_addf(out, "<%.*s>", STR_ARG(m->unsubscribe_url));
		if (m->unsubscribe_url.p && m->unsubscribe_mail.p)
			buf_addstr(out, ",\r\n ");
		if (m->unsubscribe_mail.p)
			buf_addf(out, "<%.*s>", STR_ARG(m->unsubscribe_mail));
		buf_addstr(out, "\r\n");
	}
	if (m->one_click)
		buf_addstr(out,
		    "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
}

static int
add_headers(struct buf *out, const struct mail_message *m, struct err *err)
{
	if (add_mailbox(out, "From", &m->from, err) < 0 ||
	    add_mailbox(out, "To", &m->to, err) < 0 ||
	    (m->reply_to.address.p &&
		add_mailbox(out, "Reply-To", &m->reply_to, err) < 0))
		return -1;
	header_text(out, "Subject", m->subject);
	add_date(out, m->date, m->zone);
	buf_addf(out, "Message-ID: <%.*s>\r\n", STR_ARG(m->message_id));
	add_list(out, m);
	for (size_t i = 0; i < m->extra_count; i++)
		header_text(out, m->extra[i].name, m->extra[i].value);
	buf_addstr(out, "MIME-Version: 1.0\r\n");
	return 0;
}

/* No text of ours has a line that begins so, see is_taken_for_more; and '='
 * is not in base64's lines but at their end. */
static void
add_boundary(struct buf *out, const char *seed, unsigned level)
{
	buf_addf(out, "=_%.24s.%u", seed, level);
}

static void
begin_multipart(
    struct buf *out, const char *kind, const char *seed, unsigned level)
{
	buf_addf(out, "Content-Type: multipart/%s;\r\n boundary=\"", kind);
	add_boundary(out, seed, level);
	buf_addstr(out, "\"\r\n\r\n");
}

/* The CRLF before a boundary belongs to it (RFC 2046, 5.1.1). */
static void
add_delimiter(struct buf *out, const char *seed, unsigned level, bool last)
{
	buf_addstr(out, "\r\n--");
	add_boundary(out, seed, level);
	buf_addstr(out, last ? "--\r\n" : "\r\n");
}

static void
add_texts(struct buf *out, const struct mail_message *m, const char *seed)
{
	if (!m->html.p) {
		body_text(out, "text/plain", m->text);
		return;
	}
	if (!m->text.p) {
		body_text(out, "text/html", m->html);
		return;
	}
	begin_multipart(out, "alternative", seed, 2);
	add_delimiter(out, seed, 2, false);
	body_text(out, "text/plain", m->text);
	add_delimiter(out, seed, 2, false);
	body_text(out, "text/html", m->html);
	add_delimiter(out, seed, 2, true);
}

int
mail_compose(const struct mail_message *m, struct buf *ret, struct err *err)
{
	char seed[65];
	size_t start = ret->len;

	if (check(m, err) < 0)
		return -1;
	if (add_headers(ret, m, err) < 0) {
		buf_truncate(ret, start);
		return -1;
	}
	sha256_hex(m->message_id.p, m->message_id.n, seed);
	if (m->attachment_count == 0) {
		add_texts(ret, m, seed);
		return 0;
	}
	begin_multipart(ret, "mixed", seed, 1);
	add_delimiter(ret, seed, 1, false);
	add_texts(ret, m, seed);
	for (size_t i = 0; i < m->attachment_count; i++) {
		add_delimiter(ret, seed, 1, false);
		body_bytes(ret, &m->attachments[i]);
	}
	add_delimiter(ret, seed, 1, true);
	return 0;
}
