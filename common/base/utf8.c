/* SPDX-License-Identifier: ISC */
/*
 * UTF-8, byte by byte where it must be and eight at a time where it may:
 * most of what passes here is ASCII, most of the rest are three-byte kana and
 * kanji.
 */
#include <string.h>

#include "base/base.h"

#define HIGH_BITS UINT64_C(0x8080808080808080)

static uint64_t
load8(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

unsigned
utf8_decode(const char *s, size_t n, uint32_t *ret_code)
{
	const unsigned char *p = (const unsigned char *)s;
	uint32_t code, least;
	unsigned len;

	if (n == 0)
		return 0;
	if (p[0] < 0x80) {
		*ret_code = p[0];
		return 1;
	}
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	if (p[0] < 0xe0) {
		len = 2;
		least = 0x80;
		code = p[0] & 0x1fu;
	} else if (p[0] < 0xf0) {
		len = 3;
		least = 0x800;
		code = p[0] & 0x0fu;
	} else {
		len = 4;
		least = 0x10000;
		code = p[0] & 0x07u;
	}
	if (n < len)
		return 0;
	for (unsigned i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (p[i] & 0x3fu);
	}
	if (code < least || code > 0x10ffff ||
	    (code >= 0xd800 && code <= 0xdfff))
		return 0;
	*ret_code = code;
	return len;
}

unsigned
utf8_encode(uint32_t code, char out[4])
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		if (code >= 0xd800 && code <= 0xdfff)
			BUG("a surrogate is no character: %x", code);
		out[0] = (char)(0xe0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3f));
		out[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	if (code > 0x10ffff)
		BUG("no character: %x", code);
	out[0] = (char)(0xf0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3f));
	out[2] = (char)(0x80 | (code >> 6 & 0x3f));
	out[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

size_t
utf8_valid(struct str s)
{
	size_t i = 0;

	while (i < s.n) {
		const unsigned char *p = (const unsigned char *)s.p + i;
		uint32_t code;
		unsigned len;

		if (p[0] < 0x80) {
			while (i + 16 <= s.n &&
			       !((load8(s.p + i) | load8(s.p + i + 8)) &
				   HIGH_BITS))
				i += 16;
			while (i + 8 <= s.n && !(load8(s.p + i) & HIGH_BITS))
				i += 8;
			while (i < s.n && !(s.p[i] & 0x80))
				i++;
			continue;
		}
		/* Three bytes that cannot be overlong or a surrogate. */
		while (s.n - i >= 3 && p[0] > 0xe0 && p[0] < 0xed &&
		       (p[1] & 0xc0) == 0x80 && (p[2] & 0xc0) == 0x80) {
			i += 3;
			p += 3;
		}
		if (i == s.n)
			break;
		len = utf8_decode(s.p + i, s.n - i, &code);
		if (len == 0)
			return i;
		i += len;
	}
	return s.n;
}

bool
utf8_is_ascii(struct str s)
{
	size_t i = 0;
	char any = 0;

	for (; i + 8 <= s.n; i += 8)
		if (load8(s.p + i) & HIGH_BITS)
			return false;
	for (; i < s.n; i++)
		any |= s.p[i];
	return !(any & 0x80);
}

/* Every byte that does not continue a character begins one. */
size_t
utf8_count(struct str s)
{
	size_t count = 0, i = 0;

	for (; i + 8 <= s.n; i += 8) {
		uint64_t v = load8(s.p + i);
		uint64_t continues = v & ~(v << 1) & HIGH_BITS;

		count += 8 - (size_t)__builtin_popcountll(continues);
	}
	for (; i < s.n; i++)
		count += (s.p[i] & 0xc0) != 0x80;
	return count;
}

struct str
utf8_prefix(struct str s, size_t max_bytes)
{
	size_t n = max_bytes;

	if (s.n <= max_bytes)
		return s;
	while (n > 0 && max_bytes - n < 3 && (s.p[n] & 0xc0) == 0x80)
		n--;
	/* Four bytes back and still no start: not UTF-8, cut where asked. */
	if ((s.p[n] & 0xc0) == 0x80)
		n = max_bytes;
	return (struct str){s.p, n};
}
