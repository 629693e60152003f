/* SPDX-License-Identifier: ISC */
/* The writer: one record a line. */
#include "csv/csv.h"

static bool
needs_quotes(struct str field, char delimiter)
{
	if (field.n == 0)
		return true;
	if (field.p[0] == ' ' || field.p[field.n - 1] == ' ')
		return true;
	for (size_t i = 0; i < field.n; i++) {
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
