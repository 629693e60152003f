/* SPDX-License-Identifier: ISC */
/* What was done, in a line. */
#include "segment/segment_priv.h"

/* "1,234 what" */
static void
add(struct buf *out, uint64_t count, const char *what)
{
	buf_addgroup(out, (int64_t)count);
	buf_addstr(out, what);
}

void
segment_add_moves(const struct segment_refreshed *done, struct buf *out)
{
	add(out, done->entered, " entered, ");
	add(out, done->left, " left");
}

void
segment_add_refreshed(const struct segment_refreshed *done, struct buf *out)
{
	add(out, done->looked,
	    done->looked == 1 ? " lead looked at, " : " leads looked at, ");
	segment_add_moves(done, out);
}

void
segment_add_found(const struct segment_preview *p, struct buf *out)
{
	add(out, p->found, " of ");
	add(out, p->leads, " leads");
	buf_addf(out, " (%.1f %%)",
	    p->leads ? 100 * (double)p->found / (double)p->leads : 0.0);
}

void
segment_add_differs(const struct segment_diff *how,
    const struct segment_differs *found, struct buf *out)
{
	if (how->right) {
		add(out, found->only[0], " only in ");
		buf_addf(out, "%s, ", how->left);
		add(out, found->only[1], " only in ");
		buf_addf(out, "%s, ", how->right);
		add(out, found->both, " in both");
	} else {
		add(out, found->only[1], " entered, ");
		add(out, found->only[0], " left, ");
		add(out, found->both, " in at both moments");
	}
}

void
segment_add_filtered(const struct record_counts *c, struct buf *out)
{
	add(out, c->read, " read, ");
	add(out, c->written, " found, ");
	add(out, c->unchanged, " not, ");
	add(out, c->rejected, " rejected");
}
