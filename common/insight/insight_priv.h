/* SPDX-License-Identifier: ISC */
/* What the files of the room insight share. */
#ifndef DL_INSIGHT_PRIV_H
#define DL_INSIGHT_PRIV_H

#include "insight/insight.h"
#include "json/json.h"

/* words.c: the sentence of a name in "ja" or "en", filled in from an object. */
void insight_say(
    const char *name, const char *locale, struct str data, struct buf *out);

#endif
