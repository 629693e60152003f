/* SPDX-License-Identifier: ISC */
/*
 * tally: how often which value occurs, in memory that does not grow with the
 * leads. Values are bytes; numbers go in as they are in memory.
 */
#ifndef DL_SEGMENT_TALLY_H
#define DL_SEGMENT_TALLY_H

#include "base/base.h"

/* Past so many different values no new ones are taken in; those there are
 * counted on, so what is told of them stays exact. */
enum { TALLY_MAX = 10000 };

struct tally_value {
	struct str text;
	uint64_t uses;
};
struct tally { /* zero-initialise */
	struct tally_value *value;
	size_t count;
	bool more; /* there were other values than these */
	/* Private. */
	size_t cap, slot_count;
	uint32_t *slots; /* number + 1 by hash */
	struct arena arena;
};
void tally_add(struct tally *t, struct str text);
void tally_add_number(struct tally *t, double v);
double tally_number(const struct tally_value *v);
/* The commonest first; of equal ones the lesser. Add nothing afterwards. */
void tally_sort(struct tally *t, bool numbers);
void tally_release(struct tally *t);

#endif
