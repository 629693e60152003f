/* SPDX-License-Identifier: ISC */
/* The part of a file that is in memory. */
#include "record/record_priv.h"

int
window_fill(struct window *w, struct err *err)
{
	size_t kept = w->have - w->start;
	ptrdiff_t got;

	if (w->start > 0 && kept > 0)
		memmove(w->p, w->p + w->start, kept);
	w->start = 0;
	w->have = kept;
	GROW(w->p, w->cap, kept + READ_CHUNK);
	got = source_read(w->source, w->p + kept, READ_CHUNK, err);
	if (got < 0)
		return -1;
	w->have += (size_t)got;
	w->at_end = got == 0;
	return 0;
}
