/* SPDX-License-Identifier: ISC */
/*
 * What the files of this room share among themselves.
 */
#ifndef DL_SCORE_PRIV_H
#define DL_SCORE_PRIV_H

#include "score/score.h"

/* engine.c: points as whole multiples of 1/SCORE_UNIT, within bounds that a
 * thousand rules cannot add up out of 64 bits. */
int64_t score_quantise(double points);
/* Caps, groups, rounding and limits from the rules' own points in
 * part[0 .. count). */
void score_add_up(const struct score_rules *rules, struct score_result *result);

/* packed.c: the parts of a score that are not 0, as few bytes as can be. The
 * version says under which names they are to be read. */
void score_pack(
    const struct score_result *result, int64_t version, struct buf *out);
/* False when the blob is malformed. Calls each(part, points). */
bool score_unpack(struct str blob, int64_t *ret_version,
    void (*each)(void *context, size_t part, int64_t points), void *context);

#endif
