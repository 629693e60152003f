/* SPDX-License-Identifier: ISC */
/* What came in and what became of it. */
#include "record/record.h"

bool
record_counts_add_up(const struct record_counts *c)
{
	return c->read ==
	       c->written + c->new + c->updated + c->unchanged + c->rejected;
}

static void
put_count(struct buf *out, uint64_t n, const char *what)
{
	if (out->len > 0 && out->p[out->len - 1] != ' ')
		buf_addstr(out, ", ");
	buf_addgroup(out, (int64_t)n);
	buf_addc(out, ' ');
	buf_addstr(out, what);
}

void
record_counts_import(struct buf *out, const struct record_counts *c)
{
	put_count(out, c->read, "read");
	put_count(out, c->new, "new");
	put_count(out, c->updated, "updated");
	put_count(out, c->unchanged, "unchanged");
	put_count(out, c->rejected, "rejected");
}

void
record_counts_filter(struct buf *out, const struct record_counts *c)
{
	put_count(out, c->read, "read");
	put_count(out, c->written, "written");
	put_count(out, c->rejected, "rejected");
}
