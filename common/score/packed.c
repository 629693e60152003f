/* SPDX-License-Identifier: ISC */
/*
 * The parts of a score as bytes for the store: numbers of seven bits a byte,
 * the highest bit saying that more follows. The version of the names comes
 * first, then pairs of (part - previous part, points); points with their sign
 * in the lowest bit, and as whole points where they are (one bit says which).
 */
#include "score/score_priv.h"

/* More than any set of rules has or gives. */
#define PARTS_MAX  100000
#define POINTS_MAX (UINT64_C(1) << 61) /* in 1/SCORE_UNIT */

static void
put(struct buf *out, uint64_t v)
{
	while (v >= 0x80) {
		buf_addc(out, (char)(v & 0x7f) | (char)0x80);
		v >>= 7;
	}
	buf_addc(out, (char)v);
}

static bool
take(struct str *in, uint64_t *ret)
{
	uint64_t v = 0;

	for (unsigned shift = 0; in->n && shift < 64; shift += 7) {
		unsigned char c = (unsigned char)*in->p;

		in->p++;
		in->n--;
		v |= (uint64_t)(c & 0x7f) << shift;
		if (c < 0x80) {
			*ret = v;
			return true;
		}
	}
	return false;
}

void
score_pack(const struct score_result *result, int64_t version, struct buf *out)
{
	size_t parts = score_part_count(result->rules), last = 0;

	put(out, (uint64_t)version);
	for (size_t i = 0; i < parts; i++) {
		int64_t points = result->part[i];
		uint64_t size = (uint64_t)(points < 0 ? -points : points);
		unsigned whole = size % SCORE_UNIT == 0;

		if (!points)
			continue;
		put(out, i - last);
		last = i;
		if (whole)
			size /= SCORE_UNIT;
		put(out, size << 2 | (points < 0 ? 2 : 0) | whole);
	}
}

bool
score_unpack(struct str blob, int64_t *ret_version,
    void (*each)(void *context, size_t part, int64_t points), void *context)
{
	uint64_t version, step, code;
	size_t part = 0;

	if (!take(&blob, &version))
		return false;
	*ret_version = (int64_t)version;
	while (blob.n) {
		int64_t points;

		if (!take(&blob, &step) || !take(&blob, &code))
			return false;
		if (step > PARTS_MAX || (part += step) > PARTS_MAX ||
		    code >> 2 > POINTS_MAX / (code & 1 ? SCORE_UNIT : 1))
			return false;
		points = (int64_t)(code >> 2);
		if (code & 1)
			points *= SCORE_UNIT;
		each(context, part, code & 2 ? -points : points);
	}
	return true;
}
