/* SPDX-License-Identifier: ISC */
/*
 * Headers: plain text where it is plain, encoded words (RFC 2047) where it is
 * not, folded so that unfolding gives the same value back.
 */
#include "mail/mail_priv.h"

/* How far the line that is being written has come. */
static size_t
column(const struct buf *out)
{
	size_t n = 0;

	while (n < out->len && out->p[out->len - n - 1] != '\n')
		n++;
	return n;
}

static void
fold(struct buf *out)
{
	buf_addstr(out, "\r\n ");
}

static bool
is_alnum(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z');
}

static bool
one_of(unsigned char c, const char *set)
{
	return c && strchr(set, c);
}

/* What a Q word may hold as it is wherever it stands (RFC 2047, 5 (3)). */
static bool
is_q_safe(unsigned char c)
{
	return is_alnum(c) || one_of(c, "!*+-/");
}

static size_t
q_size(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == ' ' || is_q_safe((unsigned char)s.p[i]) ? 1 : 3;
	return n;
}

static size_t
b_size(size_t bytes)
{
	return (bytes + 2) / 3 * 4;
}

static void
add_q(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == ' ')
			buf_addc(out, '_');
		else if (is_q_safe(c))
			buf_addc(out, (char)c);
		else
			buf_addf(out, "=%02X", c);
	}
}

/* As much of s as one word of `room` characters between its marks takes; no
 * character is cut in two. */
static struct str
word_part(struct str s, bool q, size_t room)
{
	size_t taken = 0, size = 0;

	while (taken < s.n) {
		uint32_t code;
		size_t len = utf8_decode(s.p + taken, s.n - taken, &code);
		struct str c = {s.p + taken, len};

		size = q ? size + q_size(c) : b_size(taken + len);
		if (size > room)
			break;
		taken += len;
	}
	return (struct str){s.p, taken};
}

static void
add_words(struct buf *out, struct str s)
{
	/* =?UTF-8?Q?...?= around at most 63: a word has 75 characters. */
	enum { MARKS = 12, WORD_MAX = 75 };
	bool q = q_size(s) <= b_size(s.n);

	while (s.n > 0) {
		size_t used = column(out) + MARKS;
		size_t room =
		    used < LINE_MAX_ENCODED ? LINE_MAX_ENCODED - used : 0;
		struct str part;

		if (room > WORD_MAX - MARKS)
			room = WORD_MAX - MARKS;
		part = word_part(s, q, room);
		if (part.n == 0) {
			fold(out);
			continue;
		}
		buf_addstr(out, q ? "=?UTF-8?Q?" : "=?UTF-8?B?");
		if (q)
			add_q(out, part);
		else
			buf_addbase64(out, part);
		buf_addstr(out, "?=");
		s.p += part.n;
		s.n -= part.n;
		if (s.n > 0)
			fold(out);
	}
}

/* Blanks at the ends and runs of them do not survive every reader. */
static bool
has_odd_blanks(struct str s)
{
	return s.n &&
	       (s.p[0] == ' ' || s.p[s.n - 1] == ' ' || has_pair(s, "  "));
}

/* Can s stand as it is, and be folded at its blanks? */
static bool
is_plain(struct str s, size_t width)
{
	size_t word = 0;

	if (has_odd_blanks(s) || has_pair(s, "=?"))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < ' ' || c > '~')
			return false;
		word = c == ' ' ? 0 : word + 1;
		if (word > width)
			return false;
	}
	return true;
}

static void
add_plain(struct buf *out, struct str s)
{
	bool more = s.n > 0, first = true;
	struct str word;

	while (more) {
		more = str_cut(&s, ' ', &word);
		if (!first && column(out) + 1 + word.n > LINE_MAX_ENCODED)
			fold(out);
		else if (!first)
			buf_addc(out, ' ');
		buf_adds(out, word);
		first = false;
	}
}

void
header_text(struct buf *out, const char *name, struct str value)
{
	buf_addf(out, "%s: ", name);
	/* A first word that does not fit beside the name would leave a line
	 * of blanks behind when folded. */
	if (is_plain(value, LINE_MAX_ENCODED - HEADER_NAME_MAX - 2) ||
	    (column(out) + value.n <= LINE_MAX_ENCODED &&
		is_plain(value, LINE_MAX_ENCODED)))
		add_plain(out, value);
	else
		add_words(out, value);
	buf_addstr(out, "\r\n");
}

static bool
is_atoms(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != ' ' && !is_alnum((unsigned char)s.p[i]) &&
		    !one_of((unsigned char)s.p[i], "!#$%&'*+-/=?^_`{|}~"))
			return false;
	return true;
}

static void
add_quoted(struct buf *out, struct str s)
{
	buf_addc(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (one_of((unsigned char)s.p[i], "\"\\"))
			buf_addc(out, '\\');
		buf_addc(out, s.p[i]);
	}
	buf_addc(out, '"');
}

static void
add_phrase(struct buf *out, struct str phrase)
{
	enum { LONGEST = 50 };

	if (phrase.n > LONGEST || !is_plain(phrase, LONGEST))
		add_words(out, phrase);
	else if (is_atoms(phrase))
		buf_adds(out, phrase);
	else
		add_quoted(out, phrase);
}

void
header_mailbox(
    struct buf *out, const char *name, struct str phrase, struct str address)
{
	buf_addf(out, "%s: ", name);
	if (phrase.n) {
		add_phrase(out, phrase);
		if (column(out) + address.n + 3 > LINE_MAX_ENCODED)
			fold(out);
		else
			buf_addc(out, ' ');
	}
	buf_addf(out, "<%.*s>\r\n", STR_ARG(address));
}

/* What an extended value may hold as it is (RFC 2231, attribute-char). */
static bool
is_attribute_char(unsigned char c)
{
	return is_alnum(c) || one_of(c, "!#$&+-.^_`{|}~");
}

/* Some readers decode the sections of a long value one by one. */
static bool
begins_character(const struct buf *text, size_t at)
{
	const char *p = text->p + at;

	if (p[0] == '%') /* the bytes behind a first one are 80 to BF */
		return !strchr("89AB", p[1]);
	return p[-1] != '%' && p[-2] != '%';
}

static void
add_extended(struct buf *out, const char *name, struct str value)
{
	enum { ROOM = 50 };
	struct buf text = {0};
	size_t at = 0;

	buf_addstr(&text, "UTF-8''");
	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];

		if (is_attribute_char(c))
			buf_addc(&text, (char)c);
		else
			buf_addf(&text, "%%%02X", c);
	}
	if (text.len <= ROOM) {
		buf_addf(out, ";\r\n %s*=%s", name, text.p);
		buf_release(&text);
		return;
	}
	for (unsigned part = 0; at < text.len; part++) {
		size_t n = text.len - at < ROOM ? text.len - at : ROOM;

		while (at + n < text.len && !begins_character(&text, at + n))
			n--;
		buf_addf(
		    out, ";\r\n %s*%u*=%.*s", name, part, (int)n, text.p + at);
		at += n;
	}
	buf_release(&text);
}

void
header_parameter(struct buf *out, const char *name, struct str value)
{
	enum { LONGEST = 60 };

	if (value.n > LONGEST || !is_plain(value, LONGEST)) {
		add_extended(out, name, value);
		return;
	}
	buf_addf(out, ";\r\n %s=", name);
	add_quoted(out, value);
}
