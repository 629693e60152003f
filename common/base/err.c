/* SPDX-License-Identifier: ISC */
/*
 * Errors and remarks as text. Data shown in a message is always quoted and
 * escaped, so that a message stays one line and cannot drive a terminal.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/base.h"

/* Keeps whole characters and one line, whatever came in through %s. */
static void
keep(struct err *err, struct str s)
{
	size_t n = 0, i = 0;

	while (i < s.n) {
		uint32_t code;
		unsigned len = utf8_decode(s.p + i, s.n - i, &code);

		if (n + len + 1 > sizeof(err->text))
			break;
		if (len == 0) {
			if (n + 2 > sizeof(err->text))
				break;
			err->text[n++] = '?';
			i++;
			continue;
		}
		if (code < 0x20 || code == 0x7f) {
			err->text[n++] = ' ';
		} else {
			memcpy(err->text + n, s.p + i, len);
			n += len;
		}
		i += len;
	}
	err->text[n] = '\0';
}

static int
fill(struct err *err, enum err_kind kind, struct place where, const char *fmt,
    va_list ap, const char *after)
{
	struct buf b = {0};

	place_add(&b, where);
	buf_vaddf(&b, fmt, ap);
	buf_addstr(&b, after);
	err->kind = kind;
	keep(err, buf_str(&b));
	buf_release(&b);
	return -1;
}

int
err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return -1;
	va_start(ap, fmt);
	fill(err, kind, (struct place){0}, fmt, ap, "");
	va_end(ap);
	return -1;
}

int
err_at(struct err *err, enum err_kind kind, struct place where, const char *fmt,
    ...)
{
	va_list ap;

	if (!err)
		return -1;
	va_start(ap, fmt);
	fill(err, kind, where, fmt, ap, "");
	va_end(ap);
	return -1;
}

int
err_sys(struct err *err, const char *fmt, ...)
{
	int number = errno;
	char reason[128] = ": ";
	va_list ap;

	if (!err)
		return -1;
	if (strerror_r(number, reason + 2, sizeof(reason) - 2) != 0)
		snprintf(reason, sizeof(reason), ": error %d", number);
	va_start(ap, fmt);
	fill(err, ERR_FAIL, (struct place){0}, fmt, ap, reason);
	va_end(ap);
	errno = number;
	return -1;
}

int
err_prefix(struct err *err, const char *fmt, ...)
{
	char text[sizeof(err->text) + 2];
	va_list ap;

	if (!err)
		return -1;
	snprintf(text, sizeof(text), ": %s", err->text);
	va_start(ap, fmt);
	fill(err, err->kind, (struct place){0}, fmt, ap, text);
	va_end(ap);
	return -1;
}

void
err_clear(struct err *err)
{
	if (!err)
		return;
	err->kind = ERR_NONE;
	err->text[0] = '\0';
}

void
buf_addquoted(struct buf *b, struct str value)
{
	enum { LONGEST = 80 };
	size_t i = 0;

	if (!value.p) {
		buf_addstr(b, "(missing)");
		return;
	}
	buf_addc(b, '"');
	for (unsigned shown = 0; i < value.n && shown < LONGEST; shown++) {
		uint32_t code;
		unsigned len = utf8_decode(value.p + i, value.n - i, &code);
		size_t n = len ? len : 1;

		if (len == 1 && (code == '"' || code == '\\'))
			buf_addc(b, '\\');
		text_safe(b, (struct str){value.p + i, n});
		i += n;
	}
	buf_addstr(b, i < value.n ? "\xe2\x80\xa6\"" : "\"");
}

const char *
quoted(struct str value)
{
	/* 80 characters of at most ten bytes each ("\U0010ffff"). */
	static _Thread_local char ring[8][880];
	static _Thread_local unsigned turn;
	struct buf b = {0};
	char *text = ring[turn++ % COUNT_OF(ring)];

	buf_addquoted(&b, value);
	if (b.len >= sizeof(ring[0]))
		BUG("a quoted value of %zu bytes", b.len);
	memcpy(text, b.p, b.len + 1);
	buf_release(&b);
	return text;
}

void
place_add(struct buf *b, struct place where)
{
	if (where.file)
		buf_addf(b, "%s:", where.file);
	if (where.line)
		buf_addf(b, "%llu:", (unsigned long long)where.line);
	if (where.column)
		buf_addf(b, "%u:", where.column);
	if (where.file || where.line || where.column)
		buf_addc(b, ' ');
}

void
remark(struct remarks *r, struct place where, const char *fmt, ...)
{
	struct buf b = {0};
	va_list ap;

	if (!r)
		return;
	r->count++;
	if (!r->put)
		return;
	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	r->put(r->context, where, b.p);
	buf_release(&b);
}
