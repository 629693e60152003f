/* SPDX-License-Identifier: ISC */
/* A text that comes in pieces of a given size, for readers of streams. */
#ifndef DL_PIECES_H
#define DL_PIECES_H

#include "base/base.h"

struct pieces {
	const char *p;
	size_t left, size;
};

/* A csv_source's read; context is a struct pieces. */
static inline ptrdiff_t
pieces_read(void *context, char *p, size_t n, struct err *err)
{
	struct pieces *from = context;

	(void)err;
	if (n > from->size)
		n = from->size;
	if (n > from->left)
		n = from->left;
	if (n == 0)
		return 0;
	memcpy(p, from->p, n);
	from->p += n;
	from->left -= n;
	return (ptrdiff_t)n;
}

#endif
