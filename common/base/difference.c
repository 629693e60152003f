/* SPDX-License-Identifier: ISC */
/* What differs between two texts, in whole lines. */
#include "base/base.h"

/* How many bytes of whole lines both begin with. */
static size_t
same_start(struct str a, struct str b)
{
	size_t n = 0;

	while (n < a.n && n < b.n && a.p[n] == b.p[n])
		n++;
	while (n > 0 && (n > a.n || a.p[n - 1] != '\n'))
		n--;
	return n;
}

/* How many bytes of whole lines both end with. */
static size_t
same_end(struct str a, struct str b)
{
	size_t n = 0;

	while (n < a.n && n < b.n && a.p[a.n - 1 - n] == b.p[b.n - 1 - n])
		n++;
	while (n > 0 && a.p[a.n - n - (a.n > n)] != '\n')
		n--;
	return n;
}

static void
add_lines(struct buf *out, char sign, struct str lines)
{
	struct str line;

	while (lines.n && (str_cut(&lines, '\n', &line) || line.n))
		buf_addf(out, "%c %.*s\n", sign, STR_ARG(line));
}

void
text_difference(struct buf *out, struct str old, struct str new)
{
	size_t n = same_start(old, new);

	old = (struct str){old.p + n, old.n - n};
	new = (struct str){new.p + n, new.n - n};
	n = same_end(old, new);
	old.n -= n;
	new.n -= n;
	add_lines(out, '-', old);
	add_lines(out, '+', new);
}
