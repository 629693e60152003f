/* SPDX-License-Identifier: ISC */
/*
 * Searching in text as it is compared (see fold.c): what `contains`, `starts
 * with` and `ends with` mean wherever they are written.
 */
#define _GNU_SOURCE /* memmem */
#include <string.h>

#include "base/base.h"

/* Whether part, not empty, is in s, not shorter. In short texts the last byte
 * tells most: characters of one script begin alike. In long ones it must not
 * take quadratic time where the text repeats itself. */
static bool
is_in(struct str s, struct str part)
{
	enum { SHORT = 256 };
	const char *p = s.p + part.n - 1, *end = s.p + s.n;
	char last = part.p[part.n - 1];

	if (s.n > SHORT)
		return memmem(s.p, s.n, part.p, part.n) != NULL;
	while (p < end && (p = memchr(p, last, (size_t)(end - p))) != NULL) {
		if (memcmp(p - part.n + 1, part.p, part.n) == 0)
			return true;
		p++;
	}
	return false;
}

static bool
holds(struct str s, struct str part, enum text_part where)
{
	if (part.n > s.n)
		return false;
	if (part.n == 0)
		return where != TEXT_WHOLE || s.n == 0;
	switch (where) {
	case TEXT_START:
		return memcmp(s.p, part.p, part.n) == 0;
	case TEXT_END:
		return memcmp(s.p + s.n - part.n, part.p, part.n) == 0;
	case TEXT_WHOLE:
		return s.n == part.n && memcmp(s.p, part.p, part.n) == 0;
	case TEXT_ANYWHERE:
		break;
	}
	return is_in(s, part);
}

bool
text_holds(struct str s, struct str folded, enum text_part part)
{
	char small[256];
	struct arena scratch = {0};
	bool yes;

	if (!s.p)
		return false;
	if (s.n <= sizeof(small)) {
		size_t i;

		for (i = 0; i < s.n && !(s.p[i] & 0x80); i++)
			small[i] = s.p[i] >= 'A' && s.p[i] <= 'Z'
				       ? (char)(s.p[i] | 0x20)
				       : s.p[i];
		if (i == s.n)
			return holds((struct str){small, s.n}, folded, part);
	}
	yes = holds(text_folded(&scratch, s), folded, part);
	arena_release(&scratch);
	return yes;
}
