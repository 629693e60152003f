/* SPDX-License-Identifier: ISC */
/*
 * The growing buffer and how integers are written into it. Real numbers are
 * next door in real.c; the hot additions are inline in base.h.
 */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

/* The slow half of buf_reserve. */
void
buf_grow(struct buf *b, size_t more)
{
	size_t need, cap = b->cap < 32 ? 64 : b->cap;

	if (__builtin_add_overflow(b->len, more, &need) || need > SIZE_MAX / 4)
		BUG("a buffer of %zu + %zu bytes", b->len, more);
	while (cap < need + 1)
		cap *= 2;
	b->p = xrealloc(b->p, cap);
	b->cap = cap;
	b->p[b->len] = '\0';
}

void
buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(b, fmt, ap);
	va_end(ap);
}

void
buf_vaddf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	buf_reserve(b, 64);
	va_copy(again, ap);
	n = vsnprintf(b->p + b->len, b->cap - b->len, fmt, again);
	va_end(again);
	if (n < 0)
		BUG("format \"%s\"", fmt);
	if ((size_t)n >= b->cap - b->len) {
		buf_reserve(b, (size_t)n);
		vsnprintf(b->p + b->len, b->cap - b->len, fmt, ap);
	}
	b->len += (size_t)n;
}

static const char pairs[] = "00010203040506070809"
			    "10111213141516171819"
			    "20212223242526272829"
			    "30313233343536373839"
			    "40414243444546474849"
			    "50515253545556575859"
			    "60616263646566676869"
			    "70717273747576777879"
			    "80818283848586878889"
			    "90919293949596979899";

/* Writes the digits so that they end before `end`; returns their start. */
static char *
digits_back(char *end, uint64_t v)
{
	while (v >= 100) {
		end -= 2;
		memcpy(end, pairs + v % 100 * 2, 2);
		v /= 100;
	}
	if (v >= 10) {
		end -= 2;
		memcpy(end, pairs + v * 2, 2);
	} else {
		*--end = (char)('0' + v);
	}
	return end;
}

void
buf_addint(struct buf *b, int64_t v)
{
	char text[24], *end = text + sizeof(text), *p;
	uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

	p = digits_back(end, u);
	if (v < 0)
		*--p = '-';
	buf_add(b, p, (size_t)(end - p));
}

void
buf_addgroup(struct buf *b, int64_t v)
{
	char text[24], *end = text + sizeof(text), *p;
	uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
	size_t n;

	p = digits_back(end, u);
	n = (size_t)(end - p);
	if (v < 0)
		buf_addc(b, '-');
	for (; n; n--) {
		buf_addc(b, *p++);
		if (n > 1 && n % 3 == 1)
			buf_addc(b, ',');
	}
}

void
buf_addblanks(struct buf *b, size_t n)
{
	buf_reserve(b, n);
	memset(b->p + b->len, ' ', n);
	b->len += n;
	b->p[b->len] = '\0';
}

void
buf_adddoubled(struct buf *b, struct str s, char quote)
{
	struct str part;
	bool more;

	buf_addc(b, quote);
	do {
		more = str_cut(&s, quote, &part);
		buf_adds(b, part);
		if (more) {
			buf_addc(b, quote);
			buf_addc(b, quote);
		}
	} while (more);
	buf_addc(b, quote);
}

void
buf_truncate(struct buf *b, size_t len)
{
	if (len > b->len)
		BUG("cut at %zu of %zu bytes", len, b->len);
	if (b->p) {
		b->len = len;
		b->p[len] = '\0';
	}
}

void
buf_wipe(struct buf *b)
{
	if (b->p)
		explicit_bzero(b->p, b->cap);
	buf_release(b);
}

void
secret_free(char *secret)
{
	if (secret)
		explicit_bzero(secret, strlen(secret));
	free(secret);
}

void
buf_release(struct buf *b)
{
	if (!b)
		return;
	free(b->p);
	*b = (struct buf){0};
}

char *
buf_detach(struct buf *b)
{
	char *p = b->p ? b->p : xstrdup("");

	*b = (struct buf){0};
	return p;
}

void
buf_addbase64(struct buf *out, struct str bytes)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = (const unsigned char *)bytes.p;
	char *to;

	buf_reserve(out, (bytes.n + 2) / 3 * 4 + 1);
	to = out->p + out->len;
	for (size_t left = bytes.n; left > 0; p += 3) {
		uint32_t v = (uint32_t)p[0] << 16 |
			     (left > 1 ? (uint32_t)p[1] << 8 : 0) |
			     (left > 2 ? p[2] : 0);

		*to++ = digits[v >> 18];
		*to++ = digits[v >> 12 & 63];
		*to++ = left > 1 ? digits[v >> 6 & 63] : '=';
		*to++ = left > 2 ? digits[v & 63] : '=';
		left = left > 3 ? left - 3 : 0;
	}
	out->len = (size_t)(to - out->p);
	*to = '\0';
}
