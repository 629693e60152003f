/* SPDX-License-Identifier: ISC */
/*
 * Bodies: line ends made one kind, and each part in the encoding that is
 * shortest and safe on the way.
 */
#include "mail/mail_priv.h"

static void
add_base64_lines(struct buf *out, struct str bytes)
{
	enum { BYTES_PER_LINE = LINE_MAX_ENCODED / 4 * 3 };

	buf_reserve(out, bytes.n / BYTES_PER_LINE * (LINE_MAX_ENCODED + 2) +
			     LINE_MAX_ENCODED + 2);
	while (bytes.n > 0) {
		size_t n = bytes.n < BYTES_PER_LINE ? bytes.n : BYTES_PER_LINE;

		buf_addbase64(out, (struct str){bytes.p, n});
		buf_addstr(out, "\r\n");
		bytes.p += n;
		bytes.n -= n;
	}
}

/* CRLF after every line, the last one too; CR and LF alone end one as well. */
static void
add_canonical(struct buf *out, struct str s)
{
	buf_reserve(out, s.n + s.n / 16 + 2);
	while (s.n > 0) {
		struct str line, piece;
		bool ended = str_cut(&s, '\n', &line);

		if (ended && line.n && line.p[line.n - 1] == '\r')
			line.n--;
		while (str_cut(&line, '\r', &piece)) {
			buf_adds(out, piece);
			buf_addstr(out, "\r\n");
		}
		buf_adds(out, piece);
		if (ended)
			buf_addstr(out, "\r\n");
	}
	if (out->len && out->p[out->len - 1] != '\n')
		buf_addstr(out, "\r\n");
}

/* A line off the front of a canonical text, without its CRLF. */
static struct str
next_line(struct str *rest)
{
	struct str line;

	str_cut(rest, '\n', &line);
	line.n--;
	return line;
}

/* Lines that some server on the way would take for something else: the mark
 * of a mailbox, a boundary of ours. */
static bool
is_taken_for_more(struct str line)
{
	return str_starts(line, STR("From ")) || str_starts(line, STR("--=_"));
}

static bool
is_safe_line(struct str line)
{
	if (line.n > LINE_MAX_ENCODED || is_taken_for_more(line) ||
	    (line.n &&
		(line.p[line.n - 1] == ' ' || line.p[line.n - 1] == '\t')))
		return false;
	for (size_t i = 0; i < line.n; i++)
		if ((line.p[i] < ' ' && line.p[i] != '\t') || line.p[i] > '~')
			return false;
	return true;
}

static bool
is_safe(struct str text)
{
	while (text.n > 0)
		if (!is_safe_line(next_line(&text)))
			return false;
	return true;
}

static bool
qp_as_is(unsigned char c, bool at_end)
{
	if (c == ' ' || c == '\t')
		return !at_end;
	return c > ' ' && c <= '~' && c != '=';
}

static void
add_qp_line(struct buf *out, struct str line)
{
	size_t column = 0;
	bool odd_start =
	    is_taken_for_more(line) || (line.n && line.p[0] == '.');

	for (size_t i = 0; i < line.n; i++) {
		unsigned char c = (unsigned char)line.p[i];
		bool as_is =
		    qp_as_is(c, i + 1 == line.n) && !(odd_start && i == 0);
		size_t width = as_is ? 1 : 3;

		if (column + width >= LINE_MAX_ENCODED) {
			buf_addstr(out, "=\r\n");
			column = 0;
			/* A line must not begin with a dot here either. */
			if (c == '.') {
				as_is = false;
				width = 3;
			}
		}
		if (as_is)
			buf_addc(out, (char)c);
		else
			buf_addf(out, "=%02X", c);
		column += width;
	}
	buf_addstr(out, "\r\n");
}

/* Is quoted-printable not longer than base64? */
static bool
qp_is_shorter(struct str text)
{
	size_t qp = 0;

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		qp += qp_as_is(c, false) || c == '\r' || c == '\n' ? 1 : 3;
	}
	return qp <= (text.n + 2) / 3 * 4;
}

void
body_text(struct buf *out, const char *type, struct str text)
{
	struct buf canonical = {0};
	struct str rest;

	add_canonical(&canonical, text);
	rest = buf_str(&canonical);
	if (is_safe(rest)) {
		buf_addf(out,
		    "Content-Type: %s; charset=us-ascii\r\n"
		    "Content-Transfer-Encoding: 7bit\r\n\r\n",
		    type);
		buf_adds(out, rest);
	} else if (qp_is_shorter(rest)) {
		buf_addf(out,
		    "Content-Type: %s; charset=utf-8\r\n"
		    "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
		    type);
		while (rest.n > 0)
			add_qp_line(out, next_line(&rest));
	} else {
		buf_addf(out,
		    "Content-Type: %s; charset=utf-8\r\n"
		    "Content-Transfer-Encoding: base64\r\n\r\n",
		    type);
		add_base64_lines(out, rest);
	}
	buf_release(&canonical);
}

void
body_bytes(struct buf *out, const struct mail_attachment *a)
{
	buf_addf(out, "Content-Type: %s",
	    a->type ? a->type : "application/octet-stream");
	buf_addstr(out, "\r\nContent-Disposition: attachment");
	header_parameter(out, "filename", a->name);
	buf_addstr(out, "\r\nContent-Transfer-Encoding: base64\r\n\r\n");
	add_base64_lines(out, a->content);
}
