/* SPDX-License-Identifier: ISC */
/* What base's own files share. */
#ifndef DL_BASE_PRIV_H
#define DL_BASE_PRIV_H

#include "base/base.h"

/* time.c: the year of a moment counted in local milliseconds. */
int civil_year(int64_t local);

#endif
