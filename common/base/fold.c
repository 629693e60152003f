/* SPDX-License-Identifier: ISC */
/*
 * Text as it is compared: NFKC with case folded, so that ＩＴ, IT and it are
 * one word, and ｶﾞ is ガ. Nearly everything is ASCII, kana and kanji, where
 * that is a step or two per character; utf8proc does the rest. And e-mail
 * addresses, whose comparing form has rules of its own.
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

static utf8proc_int32_t
lower(utf8proc_int32_t code, void *data)
{
	(void)data;
	return utf8proc_tolower(code);
}

/* NFKC and lower case, but no more: ß and ss are two mailboxes. */
static bool
fold_address(struct str s, struct buf *out)
{
	utf8proc_uint8_t *mapped = NULL;
	utf8proc_ssize_t n = utf8proc_map_custom((const utf8proc_uint8_t *)s.p,
	    (utf8proc_ssize_t)s.n, &mapped,
	    UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT, lower, NULL);

	if (n > 0)
		buf_add(out, mapped, (size_t)n);
	free(mapped);
	return n > 0;
}

/* Letters and digits of any script: what is not ASCII was checked to be
 * printable before. */
static bool
domain_valid(struct str domain)
{
	struct str rest = domain, label = {0};
	unsigned labels = 0;
	bool more = true, digits = true;

	while (more) {
		more = str_cut(&rest, '.', &label);
		if (label.n == 0 || label.n > 63 || label.p[0] == '-' ||
		    label.p[label.n - 1] == '-')
			return false;
		digits = true;
		for (size_t i = 0; i < label.n; i++) {
			char c = label.p[i];

			if (c >= '0' && c <= '9')
				continue;
			digits = false;
			if ((c < 'a' || c > 'z') && c != '-' && !(c & 0x80))
				return false;
		}
		labels++;
	}
	return labels >= 2 && !digits;
}

/*
 * Dot-atom; a quoted local part is a typing error in every list a marketer
 * has. Two Japanese carriers gave out addresses with dots side by side or at
 * the end, and they are still in use.
 */
static bool
local_valid(struct str local, struct str domain)
{
	static const char others[] = "!#$%&'*+-/=?^_`{|}~";
	bool any_dots =
	    str_is(domain, "docomo.ne.jp") || str_is(domain, "ezweb.ne.jp");

	if (local.n == 0 || local.n > 64 || local.p[0] == '.')
		return false;
	for (size_t i = 0; i < local.n; i++) {
		char c = local.p[i];

		if (c == '.') {
			if (!any_dots &&
			    (i + 1 == local.n || local.p[i + 1] == '.'))
				return false;
		} else if (!(c & 0x80) && (c < 'a' || c > 'z') &&
			   (c < '0' || c > '9') &&
			   !memchr(others, c, sizeof(others) - 1)) {
			return false;
		}
	}
	return true;
}

/* Nothing that is a space, a control or invisible in any script. */
static bool
printable(struct str s)
{
	uint32_t code;
	unsigned len;

	for (size_t i = 0; i < s.n; i += len) {
		len = utf8_decode(s.p + i, s.n - i, &code);
		if (len == 0)
			return false;
		if (code < 0x80)
			continue; /* judged by its place */
		switch (utf8proc_category((utf8proc_int32_t)code)) {
		case UTF8PROC_CATEGORY_CN:
		case UTF8PROC_CATEGORY_ZS:
		case UTF8PROC_CATEGORY_ZL:
		case UTF8PROC_CATEGORY_ZP:
		case UTF8PROC_CATEGORY_CC:
		case UTF8PROC_CATEGORY_CF:
		case UTF8PROC_CATEGORY_CS:
		case UTF8PROC_CATEGORY_CO:
			return false;
		default:
			break;
		}
	}
	return true;
}

bool
email_normalise(struct str s, struct buf *ret)
{
	char lowered[254];
	struct buf folded = {0};
	struct str local, domain;
	bool ok, ascii = utf8_is_ascii(s);

	s = str_trim(s);
	/* NFKC makes text shorter, but no address out of a page of it. */
	if (s.n < 3 || s.n > 1024 || (ascii && s.n > sizeof(lowered)))
		return false;
	if (ascii) {
		for (size_t i = 0; i < s.n; i++) {
			char c = s.p[i];

			lowered[i] =
			    c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
		}
		domain = (struct str){lowered, s.n};
	} else {
		if (utf8_valid(s) != s.n || !fold_address(s, &folded))
			return false;
		domain = str_trim(buf_str(&folded));
	}
	ok = domain.n <= 254 && str_cut(&domain, '@', &local) &&
	     (ascii || (printable(local) && printable(domain))) &&
	     domain_valid(domain) && local_valid(local, domain);
	if (ok) {
		buf_clear(ret);
		buf_add(ret, local.p, local.n);
		buf_addc(ret, '@');
		buf_adds(ret, domain);
	}
	buf_release(&folded);
	return ok;
}
