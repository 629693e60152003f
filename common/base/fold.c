/* SPDX-License-Identifier: ISC */
/*
 * Text as it is compared: NFKC with case folded, so that ＩＴ, IT and it are
 * one word, and ｶﾞ is ガ. Nearly everything is ASCII, kana and kanji, where
 * that is a step or two per character; utf8proc does the rest. E-mail addresses
 * have rules of their own, next door in email.c.
 */
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/base.h"

/*
 * The folded form of a character that is folded alone, whatever stands beside
 * it; 0 when only utf8proc can tell. No combining mark is let through here,
 * so nothing in a run of these composes.
 */
static uint32_t
fold_simple(uint32_t code)
{
	if (code < 0x80)
		return code >= 'A' && code <= 'Z' ? code | 0x20 : code;
	if ((code >= 0x3041 && code <= 0x3096) ||
	    (code >= 0x30a1 && code <= 0x30fe) ||
	    (code >= 0x4e00 && code <= 0x9fef) ||
	    (code >= 0x3001 && code <= 0x3029))
		return code;
	if (code == 0x3000)
		return ' ';
	if (code >= 0xff01 && code <= 0xff5e)
		return fold_simple(code - 0xfee0);
	return 0;
}

/* Valid UTF-8 only. */
static void
fold_valid(struct buf *out, struct str s)
{
	const utf8proc_option_t how = UTF8PROC_STABLE | UTF8PROC_COMPOSE |
				      UTF8PROC_COMPAT | UTF8PROC_CASEFOLD |
				      UTF8PROC_IGNORE;
	utf8proc_int32_t small[256], *codes = small;
	utf8proc_ssize_t n, room = COUNT_OF(small) - 1;
	const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)s.p;

	n = utf8proc_decompose(p, (utf8proc_ssize_t)s.n, codes, room, how);
	if (n > room) {
		codes = xreallocarray(NULL, (size_t)n + 1, sizeof(*codes));
		n = utf8proc_decompose(p, (utf8proc_ssize_t)s.n, codes, n, how);
	}
	if (n < 0)
		BUG("utf8proc: %s", utf8proc_errmsg(n));
	n = utf8proc_reencode(codes, n, how);
	if (n < 0)
		BUG("utf8proc: %s", utf8proc_errmsg(n));
	buf_add(out, codes, (size_t)n);
	if (codes != small)
		free(codes);
}

/*
 * How much of s is UTF-8 and can be folded at once. Marks are sorted in
 * quadratic time, so no more than 30 of them in a row, which is what Unicode
 * calls stream-safe text.
 */
static size_t
foldable(struct str s)
{
	enum { MOST_MARKS = 30 };
	unsigned marks = 0;
	size_t i = 0;

	while (i < s.n && marks <= MOST_MARKS) {
		uint32_t code;
		unsigned len = utf8_decode(s.p + i, s.n - i, &code);

		if (len == 0)
			break;
		marks = utf8proc_get_property((utf8proc_int32_t)code)
				->combining_class
			    ? marks + 1
			    : 0;
		i += len;
	}
	return i;
}

void
text_fold(struct buf *out, struct str s)
{
	size_t start = out->len, i = 0;

	buf_reserve(out, s.n);
	while (i < s.n) {
		uint32_t code, folded;
		unsigned len;

		len = utf8_decode(s.p + i, s.n - i, &code);
		if (len == 0)
			break;
		folded = fold_simple(code);
		if (!folded && code)
			break;
		if (folded == code && len > 1) {
			buf_add(out, s.p + i, len);
		} else {
			char bytes[4];

			buf_add(out, bytes, utf8_encode(folded, bytes));
		}
		i += len;
	}
	if (i == s.n)
		return;

	/* Something else: what came before may join with it, so begin anew. */
	buf_truncate(out, start);
	for (i = 0; i < s.n;) {
		struct str rest = {s.p + i, s.n - i};
		size_t good = foldable(rest);

		if (good == 0) {
			buf_addc(out, s.p[i++]);
			continue;
		}
		fold_valid(out, (struct str){rest.p, good});
		i += good;
	}
}

#define EACH_BYTE UINT64_C(0x0101010101010101)

/* How many bytes at the start are ASCII without upper case. */
static size_t
lower_ascii(struct str s)
{
	const uint64_t high = EACH_BYTE * 0x80;
	size_t i = 0;

	for (; i + 8 <= s.n; i += 8) {
		uint64_t v;

		/* Adding carries into the high bit from 'A' on, and from '['
		 * on; an upper-case letter is where only the first does. */
		memcpy(&v, s.p + i, sizeof(v));
		if ((v | ((v + EACH_BYTE * (0x80 - 'A')) ^
			     (v + EACH_BYTE * (0x80 - '[')))) &
		    high)
			break;
	}
	while (i < s.n && !(s.p[i] & 0x80) && (s.p[i] < 'A' || s.p[i] > 'Z'))
		i++;
	return i;
}

/* True when text_fold would give the same bytes, as far as is told quickly. */
static bool
is_folded(struct str s)
{
	size_t i = lower_ascii(s);

	while (i < s.n) {
		uint32_t code;
		unsigned len = utf8_decode(s.p + i, s.n - i, &code);

		if (len == 0 || fold_simple(code) != code)
			return false;
		i += len;
	}
	return true;
}

struct str
text_folded(struct arena *a, struct str s)
{
	struct buf out = {0};
	struct str folded;

	if (!s.p || is_folded(s))
		return s;
	if (utf8_is_ascii(s)) {
		char *p = arena_strdup(a, s);

		for (size_t i = 0; i < s.n; i++)
			if (p[i] >= 'A' && p[i] <= 'Z')
				p[i] = (char)(p[i] | 0x20);
		return (struct str){p, s.n};
	}
	text_fold(&out, s);
	folded = arena_str(a, buf_str(&out));
	buf_release(&out);
	return folded;
}
