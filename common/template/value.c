/* SPDX-License-Identifier: ISC */
/*
 * A value becomes part of a text: what is no text is taken out, moments and
 * numbers are written as people write them, and what HTML would read as its
 * own is escaped.
 */
#include "template/mustache.h"

/* ---- clean -------------------------------------------------------- */

/* Controls, and what turns the direction of the text around it. */
static bool
is_no_text(uint32_t code)
{
	return (code < ' ' && code != '\n' && code != '\t') ||
	       (code >= 0x7f && code < 0xa0) ||
	       (code >= 0x202a && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

static void
clean(struct buf *out, struct str text)
{
	while (text.n) {
		uint32_t code;
		unsigned n = utf8_decode(text.p, text.n, &code);

		if (n == 0) {
			n = 1;
			buf_addstr(out, "\xef\xbf\xbd");
		} else if (code == 0x2028 || code == 0x2029) {
			buf_addc(out, '\n');
		} else if (!is_no_text(code)) {
			buf_add(out, text.p, n);
		}
		text = (struct str){text.p + n, text.n - n};
	}
}

bool
mustache_blank(struct str text)
{
	while (text.n) {
		uint32_t code;
		unsigned n = utf8_decode(text.p, text.n, &code);

		if (!n ||
		    !(code == ' ' || code == '\n' || code == '\t' ||
			code == 0xa0 || code == 0x3000 ||
			(code >= 0x200b && code <= 0x200f) || code == 0x2028 ||
			code == 0x2029 || code == 0x2060 || is_no_text(code)))
			return false;
		text = (struct str){text.p + n, text.n - n};
	}
	return true;
}

/* ---- format ------------------------------------------------------- */

static const char *const weekdays_ja[] = {
    "月", "火", "水", "木", "金", "土", "日"};
static const char *const weekdays[] = {
    "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
static const char *const months[] = {"January", "February", "March", "April",
    "May", "June", "July", "August", "September", "October", "November",
    "December"};

static void
add_moment(struct buf *out, int64_t at, enum mustache_format format,
    const struct mustache_how *how)
{
	struct civil c = zone_civil(how->zone ? how->zone : zone_utc(), at);
	bool date = format != MUSTACHE_TIME;
	bool clock = format != MUSTACHE_DATE;

	if (date && how->japanese)
		buf_addf(out, "%d年%u月%u日（%s）", c.year, c.month, c.day,
		    weekdays_ja[c.weekday - 1]);
	else if (date)
		buf_addf(out, "%s, %u %s %d%s", weekdays[c.weekday - 1], c.day,
		    months[c.month - 1], c.year, clock ? ", " : "");
	if (clock)
		buf_addf(out, "%02u:%02u", c.hour, c.minute);
}

/* A day (2026-01-15), or a moment with its offset (2026-01-15T09:00:00Z). */
static bool
is_moment(
    struct str text, bool day_too, const struct mustache_how *how, int64_t *ret)
{
	bool whole = text.n >= 20 && text.p[10] == 'T';

	if (text.n < 10 || text.p[4] != '-' || text.p[7] != '-' ||
	    !(whole || (day_too && text.n == 10)))
		return false;
	return time_parse(text, how->zone ? how->zone : zone_utc(), ret);
}

/* Digits in threes; the rest as written. */
static void
add_number(struct buf *out, struct str text)
{
	size_t at = 0, digits;
	double value;

	if (!number_real(text, &value) || memchr(text.p, 'e', text.n) ||
	    memchr(text.p, 'E', text.n)) {
		buf_adds(out, text);
		return;
	}
	if (text.p[0] == '-' || text.p[0] == '+')
		at = 1;
	buf_add(out, text.p, at);
	for (digits = 0; at + digits < text.n && text.p[at + digits] != '.';)
		digits++;
	for (; digits; digits--) {
		buf_addc(out, text.p[at++]);
		if (digits > 1 && digits % 3 == 1)
			buf_addc(out, ',');
	}
	buf_add(out, text.p + at, text.n - at);
}

static void
add_url(struct buf *out, struct str text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789-._~";

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c && strchr(plain, c))
			buf_addc(out, (char)c);
		else
			buf_addf(out, "%%%02X", c);
	}
}

static void
add_sama(struct buf *out, struct str text)
{
	static const char *const addressed[] = {
	    "様", "さま", "さん", "殿", "御中", "先生"};

	text = str_trim(text);
	buf_adds(out, text);
	for (size_t i = 0; i < COUNT_OF(addressed); i++)
		if (str_ends(text, str_of(addressed[i])))
			return;
	buf_addstr(out, " 様");
}

static void
add_formatted(struct buf *out, struct str text, enum mustache_format format,
    const struct mustache_how *how)
{
	int64_t at;

	switch (format) {
	case MUSTACHE_DATE:
	case MUSTACHE_DATETIME:
	case MUSTACHE_TIME:
		if (is_moment(text, true, how, &at)) {
			add_moment(out, at, format, how);
			return;
		}
		break;
	case MUSTACHE_PLAIN:
		if (is_moment(text, false, how, &at)) {
			add_moment(out, at, MUSTACHE_DATETIME, how);
			return;
		}
		break;
	case MUSTACHE_NUMBER:
		add_number(out, text);
		return;
	case MUSTACHE_URL:
		add_url(out, text);
		return;
	case MUSTACHE_SAMA:
		add_sama(out, text);
		return;
	default:
		break;
	}
	buf_adds(out, text);
}

/* ---- escape ------------------------------------------------------- */

static void
escape(struct buf *out, struct str text, bool lines)
{
	for (size_t i = 0; i < text.n; i++)
		switch (text.p[i]) {
		case '&':
			buf_addstr(out, "&amp;");
			break;
		case '<':
			buf_addstr(out, "&lt;");
			break;
		case '>':
			buf_addstr(out, "&gt;");
			break;
		case '"':
			buf_addstr(out, "&quot;");
			break;
		case '\'':
			buf_addstr(out, "&#39;");
			break;
		case '\n':
			buf_addstr(out, lines ? "<br>\n" : "\n");
			break;
		default:
			buf_addc(out, text.p[i]);
		}
}

void
mustache_put(struct buf *out, struct str text, enum mustache_format format,
    bool raw, const struct mustache_how *how)
{
	struct buf cleaned = {0}, formatted = {0};

	if (how->strict) {
		clean(&cleaned, text);
		add_formatted(&formatted, buf_str(&cleaned), format, how);
		text = buf_str(&formatted);
	}
	if (how->html && !raw)
		escape(out, text, format == MUSTACHE_LINES);
	else
		buf_adds(out, text);
	buf_release(&cleaned);
	buf_release(&formatted);
}
