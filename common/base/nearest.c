/* SPDX-License-Identifier: ISC */
/* Which of several names was meant by a word that is none of them. */
#include "base/base.h"

enum { LONGEST = 127 }; /* characters of a word or a name */

/* The characters of s, folded; SIZE_MAX when there are too many. */
static size_t
characters(struct str s, uint32_t ret[LONGEST])
{
	struct arena scratch = {0};
	struct str folded = text_folded(&scratch, s);
	size_t count = 0, at = 0;

	while (at < folded.n && count < LONGEST) {
		unsigned n =
		    utf8_decode(folded.p + at, folded.n - at, &ret[count]);

		if (n == 0) {
			ret[count] = (unsigned char)folded.p[at];
			n = 1;
		}
		at += n;
		count++;
	}
	count = at < folded.n ? SIZE_MAX : count;
	arena_release(&scratch);
	return count;
}

/* The edits from a to b: characters put in, taken out, changed, or swapped with
 * their neighbour (Damerau 1964, each place edited once); more than `limit` of
 * them are told as limit + 1. */
static unsigned
distance(
    const uint32_t *a, size_t an, const uint32_t *b, size_t bn, unsigned limit)
{
	unsigned rows[3][LONGEST + 1];
	unsigned *before = rows[0], *above = rows[1], *now = rows[2], *spare;

	for (size_t j = 0; j <= bn; j++)
		above[j] = (unsigned)j;
	for (size_t i = 1; i <= an; i++) {
		now[0] = (unsigned)i;
		for (size_t j = 1; j <= bn; j++) {
			unsigned d = above[j - 1] + (a[i - 1] != b[j - 1]);

			if (above[j] + 1 < d)
				d = above[j] + 1;
			if (now[j - 1] + 1 < d)
				d = now[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && before[j - 2] + 1 < d)
				d = before[j - 2] + 1;
			now[j] = d;
		}
		spare = before;
		before = above;
		above = now;
		now = spare;
	}
	return above[bn] > limit ? limit + 1 : above[bn];
}

/* A third of a word may be wrong, and half of one as short as two. */
static unsigned
edits_allowed(size_t n)
{
	if (n == 2)
		return 1;
	return n > 12 ? 4 : (unsigned)(n / 3);
}

void
nearest_start(struct nearest *n, struct str word)
{
	uint32_t c[LONGEST];
	size_t count = characters(word, c);

	*n = (struct nearest){.word = word,
	    .limit = count == SIZE_MAX ? 0 : edits_allowed(count)};
}

bool
nearest_offer(struct nearest *n, struct str name)
{
	uint32_t a[LONGEST], b[LONGEST];
	size_t an = characters(n->word, a), bn = characters(name, b);
	unsigned d;

	if (an == SIZE_MAX || bn == SIZE_MAX)
		return false;
	d = distance(a, an, b, bn, n->limit);
	/* The first of equals stays. */
	if (d > n->limit || (n->name.p && d == n->limit))
		return false;
	n->limit = d;
	n->name = name;
	return true;
}

int
nearest_err(const struct nearest *n, const char *what, struct err *err)
{
	if (n->name.p)
		return err_set(err, ERR_USAGE,
		    "no such %s: %s: did you mean %s?", what, quoted(n->word),
		    quoted(n->name));
	return err_set(err, ERR_USAGE, "no such %s: %s", what, quoted(n->word));
}
