/* SPDX-License-Identifier: ISC */
/*
 * unit: the few lines a C test needs. A test file has functions of CHECKs and
 * a main that ends in `return unit_done("room");`. Every CHECK counts; a
 * failed one prints where and what and the run goes on.
 */
#ifndef DL_UNIT_H
#define DL_UNIT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned unit_passed, unit_failed, unit_skipped;

#define CHECK(x)                                                              \
	do {                                                                  \
		if (x) {                                                      \
			unit_passed++;                                        \
		} else {                                                      \
			unit_failed++;                                        \
			printf(                                               \
			    "%s:%d: not true: %s\n", __FILE__, __LINE__, #x); \
		}                                                             \
	} while (0)

#define CHECK_INT(got, want)                                              \
	do {                                                              \
		long long g_ = (long long)(got), w_ = (long long)(want);  \
		if (g_ == w_) {                                           \
			unit_passed++;                                    \
		} else {                                                  \
			unit_failed++;                                    \
			printf("%s:%d: %s is %lld, not %lld\n", __FILE__, \
			    __LINE__, #got, g_, w_);                      \
		}                                                         \
	} while (0)

#define CHECK_TEXT(got, want)                                                 \
	do {                                                                  \
		const char *g_ = (got), *w_ = (want);                         \
		if (g_ && strcmp(g_, w_) == 0) {                              \
			unit_passed++;                                        \
		} else {                                                      \
			unit_failed++;                                        \
			printf("%s:%d: %s is \"%s\", not \"%s\"\n", __FILE__, \
			    __LINE__, #got, g_ ? g_ : "(null)", w_);          \
		}                                                             \
	} while (0)

#define SKIP(why)                             \
	do {                                  \
		unit_skipped++;               \
		printf("skipped: %s\n", why); \
	} while (0)

/* A store for tests that any engine must pass: $DL_TEST_STORE, made by dl-db
 * init with nothing in it, or one in memory. */
static inline const char *
unit_store(void)
{
	const char *uri = getenv("DL_TEST_STORE");

	return uri && *uri ? uri : ":memory:";
}

static inline int
unit_done(const char *room)
{
	printf("unit %s: %u passed, %u failed, %u skipped\n", room, unit_passed,
	    unit_failed, unit_skipped);
	return unit_failed ? 1 : 0;
}

#endif
