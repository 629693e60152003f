/* SPDX-License-Identifier: ISC */
/* Borrowed slices: comparing, cutting, the distance for "did you mean". */
#include <string.h>

#include "base/base.h"

struct str
str_of(const char *s)
{
	return (struct str){s, s ? strlen(s) : 0};
}

int
str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	return c ? c : (a.n > b.n) - (a.n < b.n);
}

bool
str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n &&
	       (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

bool
str_ends(struct str s, struct str suffix)
{
	return s.n >= suffix.n &&
	       (suffix.n == 0 ||
		   memcmp(s.p + s.n - suffix.n, suffix.p, suffix.n) == 0);
}

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str
str_trim(struct str s)
{
	while (s.n && is_space(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool
str_cut(struct str *rest, char sep, struct str *ret_head)
{
	struct str all = *rest;
	const char *at = all.n ? memchr(all.p, sep, all.n) : NULL;
	size_t n;

	if (!at) {
		*ret_head = all;
		*rest = (struct str){all.p ? all.p + all.n : NULL, 0};
		return false;
	}
	n = (size_t)(at - all.p);
	*ret_head = (struct str){all.p, n};
	*rest = (struct str){at + 1, all.n - n - 1};
	return true;
}

char *
str_dup(struct str s)
{
	char *copy = xmalloc(s.n + 1);

	if (s.n)
		memcpy(copy, s.p, s.n);
	copy[s.n] = '\0';
	return copy;
}

/*
 * Optimal string alignment over three rows. Names are short: what is longer
 * than a row is far from everything.
 */
