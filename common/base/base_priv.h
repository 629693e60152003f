/* SPDX-License-Identifier: ISC */
/* What base's own files share. */
#ifndef DL_BASE_PRIV_H
#define DL_BASE_PRIV_H

#include "base/base.h"

/* time.c: the year of a moment counted in local milliseconds. */
int civil_year(int64_t local);

/* zone.c: a zone from the bytes of a TZif file, outside the cache; NULL when
 * they are none. For the fuzzer. */
struct zone *zone_read(const char *name, struct str data);
void zone_free(struct zone *z);

#endif
