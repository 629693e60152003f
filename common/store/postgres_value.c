/* SPDX-License-Identifier: ISC */
/*
 * Values as they travel: big-endian numbers, text without NUL, numerics.
 */
#include "store/postgres_priv.h"

/* ---- text ---------------------------------------------------------------- */

enum { MARK = 1, FOR_NUL = 1, FOR_MARK = 2 };

static size_t
count_special(struct str s)
{
	size_t i, n = 0;

	for (i = 0; i < s.n; i++)
		n += (unsigned char)s.p[i] <= MARK;
	return n;
}

struct str
postgres_text_out(struct arena *a, struct str s)
{
	size_t special, i, n = 0;
	char *p;

	if (!memchr(s.p, 0, s.n) && !memchr(s.p, MARK, s.n))
		return s;
	special = count_special(s);
	p = arena_alloc(a, s.n + special);
	for (i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] > MARK) {
			p[n++] = s.p[i];
			continue;
		}
		p[n++] = MARK;
		p[n++] = s.p[i] ? FOR_MARK : FOR_NUL;
	}
	return (struct str){p, n};
}

struct str
postgres_text_in(struct arena *a, struct str s)
{
	size_t i, n = 0;
	char *p;

	if (!memchr(s.p, MARK, s.n))
		return s;
	p = arena_alloc(a, s.n);
	for (i = 0; i < s.n; i++) {
		if (s.p[i] == MARK && i + 1 < s.n)
			p[n++] = s.p[++i] == FOR_NUL ? 0 : MARK;
		else
			p[n++] = s.p[i];
	}
	return (struct str){p, n};
}

/* ---- numbers ------------------------------------------------------------- */

void
postgres_put16(struct buf *out, unsigned v)
{
	const char bytes[2] = {(char)(v >> 8), (char)v};

	buf_add(out, bytes, sizeof(bytes));
}

void
postgres_put32(struct buf *out, uint32_t v)
{
	const char bytes[4] = {
	    (char)(v >> 24), (char)(v >> 16), (char)(v >> 8), (char)v};

	buf_add(out, bytes, sizeof(bytes));
}

void
postgres_put64(char *p, uint64_t v)
{
	int i;

	for (i = 7; i >= 0; i--, v >>= 8)
		p[i] = (char)v;
}

uint64_t
postgres_get64(const char *p)
{
	uint64_t v = 0;
	int i;

	for (i = 0; i < 8; i++)
		v = v << 8 | (unsigned char)p[i];
	return v;
}

static int
get16(const char *p)
{
	unsigned v = (unsigned)(unsigned char)p[0] << 8 | (unsigned char)p[1];

	return v < 0x8000 ? (int)v : (int)v - 0x10000;
}

/* Groups of four decimal digits: how many, the weight of the first in powers
 * of 10,000, the sign, the digits to show behind the point; then the groups. */
void
postgres_numeric(struct buf *out, const char *p, size_t n)
{
	int groups, weight, sign, scale, i;
	size_t point;

	if (n < 8)
		return;
	groups = get16(p);
	weight = get16(p + 2);
	sign = get16(p + 4);
	scale = get16(p + 6);
	if (sign == 0x4000)
		buf_addc(out, '-');
	if (weight < 0)
		buf_addc(out, '0');
	for (i = 0; i <= weight; i++)
		buf_addf(out, i ? "%04d" : "%d",
		    i < groups ? get16(p + 8 + (size_t)i * 2) : 0);
	if (scale <= 0)
		return;
	buf_addc(out, '.');
	point = out->len;
	for (i = weight + 1; out->len - point < (size_t)scale; i++)
		buf_addf(out, "%04d",
		    i >= 0 && i < groups ? get16(p + 8 + (size_t)i * 2) : 0);
	buf_truncate(out, point + (size_t)scale);
}
