/* SPDX-License-Identifier: ISC */
/* The writer: one record a line. */
#include "csv/csv.h"

#define ONES UINT64_C(0x0101010101010101)

/* Whether one of eight bytes is zero. */
static inline bool
has_zero(uint64_t v)
{
	return (v - ONES) & ~v & (ONES * 0x80);
}

static bool
needs_quotes(struct str field, char delimiter)
{
	uint64_t every = ONES * (unsigned char)delimiter, v;
	size_t i = 0;

	if (field.n == 0)
		return true;
	if (field.p[0] == ' ' || field.p[field.n - 1] == ' ')
		return true;
	for (; i + 8 <= field.n; i += 8) {
		memcpy(&v, field.p + i, 8);
		if (has_zero(v ^ every) || has_zero(v ^ ONES * '"') ||
		    has_zero(v ^ ONES * '\n') || has_zero(v ^ ONES * '\r'))
			return true;
	}
	for (; i < field.n; i++) {
		char ch = field.p[i];

		/* All that must be quoted but the delimiter is up to '"'. */
		if (ch == delimiter ||
		    ((unsigned char)ch <= '"' &&
			(ch == '"' || ch == '\n' || ch == '\r')))
			return true;
	}
	return false;
}

void
csv_put_record(
    struct buf *out, const struct str *field, size_t count, char delimiter)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_addc(out, delimiter);
		if (!field[i].p && count == 1)
			buf_add(out, "\"\"", 2);
		else if (!field[i].p)
			continue;
		else if (needs_quotes(field[i], delimiter))
			buf_adddoubled(out, field[i], '"');
		else
			buf_adds(out, field[i]);
	}
	buf_addc(out, '\n');
}
