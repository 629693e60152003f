/* SPDX-License-Identifier: ISC */
/* Rows as bits, among the files of this room. */
#ifndef DL_STATS_PRIV_H
#define DL_STATS_PRIV_H

#include "stats/stats.h"

/* bits.c */
/* How many bits are set in both. */
uint64_t stats_count_both(const uint64_t *a, const uint64_t *b, size_t words);
void stats_both(
    const uint64_t *a, const uint64_t *b, size_t words, uint64_t *ret);

#endif
