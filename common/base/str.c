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
unsigned
str_distance(struct str a, struct str b, unsigned limit)
{
	enum { LONGEST = 127 };
	unsigned rows[3][LONGEST + 1];
	unsigned *before = rows[0], *above = rows[1], *now = rows[2], *spare;

	if (a.n > LONGEST || b.n > LONGEST)
		return limit + 1;
	for (size_t j = 0; j <= b.n; j++)
		above[j] = (unsigned)j;
	for (size_t i = 1; i <= a.n; i++) {
		unsigned best = now[0] = (unsigned)i;

		for (size_t j = 1; j <= b.n; j++) {
			unsigned d = above[j - 1] + (a.p[i - 1] != b.p[j - 1]);

			if (above[j] + 1 < d)
				d = above[j] + 1;
			if (now[j - 1] + 1 < d)
				d = now[j - 1] + 1;
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] &&
			    a.p[i - 2] == b.p[j - 1] && before[j - 2] + 1 < d)
				d = before[j - 2] + 1;
			now[j] = d;
			if (d < best)
				best = d;
		}
		/* A swap reaches back two rows, so one row above the limit may
		 * still come back down by nothing: rows never shrink by more
		 * than the swap's own cost of one. */
		if (best > limit + 1)
			return limit + 1;
		spare = before;
		before = above;
		above = now;
		now = spare;
	}
	return above[b.n] > limit ? limit + 1 : above[b.n];
}
