/* SPDX-License-Identifier: ISC */
/* The part of a stream that is in memory. */
#include <string.h>

#include "base/base.h"

int
window_fill(struct window *w, struct err *err)
{
	const size_t chunk = (size_t)64 << 10;
	size_t kept = w->have - w->start;
	ptrdiff_t got;

	if (w->start > 0 && kept > 0)
		memmove(w->p, w->p + w->start, kept);
	w->start = 0;
	w->have = kept;
	GROW(w->p, w->cap, kept + chunk);
	got = w->read(w->context, w->p + kept, chunk, err);
	if (got < 0)
		return -1;
	w->have += (size_t)got;
	w->at_end = got == 0;
	return 0;
}
