/* SPDX-License-Identifier: ISC */
/*
 * Text as people see it: width on a terminal, and what may be sent to one.
 * The folded form for comparing is next door in fold.c.
 */
#include <string.h>
#include <utf8proc.h>

#include "base/base.h"

/*
 * One step over what is shown as one sign: a letter with its marks, a flag,
 * an emoji joined of several. Returns its length and width.
 */
static size_t
cluster(struct str s, unsigned *ret_width)
{
	utf8proc_int32_t state = 0;
	uint32_t before, code;
	size_t i = utf8_decode(s.p, s.n, &before);
	unsigned width;

	if (i == 0) {
		*ret_width = 1; /* a bad byte is shown as one sign */
		return 1;
	}
	width = (unsigned)utf8proc_charwidth((utf8proc_int32_t)before);
	while (i < s.n) {
		unsigned len = utf8_decode(s.p + i, s.n - i, &code), w;

		if (len == 0 ||
		    utf8proc_grapheme_break_stateful((utf8proc_int32_t)before,
			(utf8proc_int32_t)code, &state))
			break;
		w = (unsigned)utf8proc_charwidth((utf8proc_int32_t)code);
		/* Half-width kana carry their mark beside them. Two halves
		 * make a flag; a sign can be asked to be an emoji. */
		if (code == 0xff9e || code == 0xff9f)
			w = width + 1;
		else if (code >= 0x1f1e6 && code <= 0x1f1ff)
			w = 2;
		else if (code == 0xfe0f && width == 1)
			w = 2;
		if (w > width)
			width = w;
		before = code;
		i += len;
	}
	*ret_width = width;
	return i;
}

/* The ASCII that takes one column and joins with nothing after it. */
static size_t
plain_run(struct str s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] >= 0x20 && s.p[n] < 0x7f)
		n++;
	/* The last one may carry a mark that follows. */
	return n == s.n || n == 0 ? n : n - 1;
}

size_t
text_width(struct str s)
{
	size_t columns = 0;

	while (s.n) {
		size_t n = plain_run(s);

		if (n) {
			columns += n;
		} else {
			unsigned width;

			n = cluster(s, &width);
			columns += width;
		}
		s.p += n;
		s.n -= n;
	}
	return columns;
}

struct str
text_cut(struct str s, size_t columns)
{
	struct str rest = s;
	size_t used = 0;

	while (rest.n) {
		unsigned width;
		size_t n = cluster(rest, &width);

		if (used + width > columns)
			break;
		used += width;
		rest.p += n;
		rest.n -= n;
	}
	return (struct str){s.p, s.n - rest.n};
}

void
text_field(
    struct buf *out, struct str s, size_t columns, bool right, bool ascii)
{
	const struct str mark = ascii ? STR("...") : STR("\u2026");
	struct str end = STR("");
	size_t mark_width = ascii ? 3 : 1, width = text_width(s);

	if (width > columns) {
		bool room = columns > mark_width;

		s = text_cut(s, room ? columns - mark_width : columns);
		width = text_width(s);
		if (room) {
			end = mark;
			width += mark_width;
		}
	}
	if (right)
		buf_addblanks(out, columns - width);
	buf_adds(out, s);
	buf_adds(out, end);
	if (!right)
		buf_addblanks(out, columns - width);
}

void
text_end_line(struct buf *out, size_t start)
{
	size_t n = out->len;

	while (n > start && out->p[n - 1] == ' ')
		n--;
	buf_truncate(out, n);
	buf_addc(out, '\n');
}

/* What would move the cursor, hide text or turn its direction. */
static bool
unsafe(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0xad ||
	       code == 0x61c || code == 0x180e || code == 0x200b ||
	       code == 0x200e || code == 0x200f ||
	       (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2060 && code <= 0x206f) || code == 0xfeff ||
	       (code >= 0xfff9 && code <= 0xfffb) ||
	       (code & 0xfffe) == 0xfffe || (code >= 0xfdd0 && code <= 0xfdef);
}

static void
add_escape(struct buf *out, uint32_t code)
{
	switch (code) {
	case '\n':
		buf_addstr(out, "\\n");
		break;
	case '\r':
		buf_addstr(out, "\\r");
		break;
	case '\t':
		buf_addstr(out, "\\t");
		break;
	default:
		if (code < 0x80)
			buf_addf(out, "\\x%02x", code);
		else
			buf_addf(
			    out, code < 0x10000 ? "\\u%04x" : "\\U%08x", code);
	}
}

void
text_safe(struct buf *out, struct str s)
{
	size_t i = 0, done = 0;

	while (i < s.n) {
		uint32_t code;
		unsigned len;

		if (s.p[i] >= 0x20 && s.p[i] < 0x7f) {
			i++;
			continue;
		}
		len = utf8_decode(s.p + i, s.n - i, &code);
		if (len && !unsafe(code)) {
			i += len;
			continue;
		}
		buf_add(out, s.p + done, i - done);
		if (len)
			add_escape(out, code);
		else
			buf_addf(out, "\\x%02x", (unsigned char)s.p[i]);
		i += len ? len : 1;
		done = i;
	}
	buf_add(out, s.p ? s.p + done : "", s.n - done);
}

/* ---- words ----------------------------------------------------------------
 */

const char *
plural(int64_t n)
{
	return n == 1 ? "" : "s";
}

/* ---- names ----------------------------------------------------------------
 */

enum { NAME_MOST = 100 };

int
name_check(const char *what, struct str name, struct err *err)
{
	size_t i;

	if (name.n == 0 || str_trim(name).n != name.n)
		return err_set(
		    err, ERR_USAGE, "not a %s name: %s", what, quoted(name));
	if (name.n > NAME_MOST)
		return err_set(err, ERR_USAGE,
		    "%s name longer than %d bytes: %s", what, NAME_MOST,
		    quoted(name));
	if (utf8_valid(name) != name.n)
		return err_set(err, ERR_USAGE, "%s name is not UTF-8: %s", what,
		    quoted(name));
	for (i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] < 0x20 || name.p[i] == 0x7f)
			return err_set(err, ERR_USAGE,
			    "control character in %s name: %s", what,
			    quoted(name));
	return 0;
}
