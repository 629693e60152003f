/* SPDX-License-Identifier: ISC */
/*
 * E-mail addresses in the form they are compared by: what can be one, and what
 * two ways of writing the same have in common.
 */
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/base.h"

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
