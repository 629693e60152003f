/* SPDX-License-Identifier: ISC */
/*
 * Sets of rows as bits. Counting them is what a search for subgroups does all
 * the time, so the processor's own instruction is used where there is one.
 */
#include "stats/stats_priv.h"

static inline __attribute__((always_inline)) uint64_t
count_both(const uint64_t *a, const uint64_t *b, size_t words)
{
	uint64_t count = 0;

	for (size_t w = 0; w < words; w++)
		count += (uint64_t)__builtin_popcountll(a[w] & b[w]);
	return count;
}

#if defined(__x86_64__)
__attribute__((target("popcnt"))) static uint64_t
count_both_fast(const uint64_t *a, const uint64_t *b, size_t words)
{
	return count_both(a, b, words);
}
#endif

uint64_t
stats_count_both(const uint64_t *a, const uint64_t *b, size_t words)
{
#if defined(__x86_64__)
	if (__builtin_cpu_supports("popcnt"))
		return count_both_fast(a, b, words);
#endif
	return count_both(a, b, words);
}

void
stats_both(const uint64_t *a, const uint64_t *b, size_t words, uint64_t *ret)
{
	for (size_t w = 0; w < words; w++)
		ret[w] = a[w] & b[w];
}
