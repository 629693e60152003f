/* SPDX-License-Identifier: ISC */
/* share.c: parts of a whole, as numbers that read well. */
#ifndef DL_SEGMENT_SHARE_PRIV_H
#define DL_SEGMENT_SHARE_PRIV_H

#include "json/json.h"

double share_of(uint64_t part, uint64_t whole); /* 0 of nothing */
/* A member of four decimals at most. */
void share_put(
    struct json_writer *w, const char *name, uint64_t part, uint64_t whole);
void share_put_real(struct json_writer *w, const char *name, double v);
/* "1,234 (12.3 %)" */
void share_add(struct buf *out, uint64_t part, uint64_t whole);

#endif
