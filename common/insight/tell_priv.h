/* SPDX-License-Identifier: ISC */
/* What the files of insight_tell share. */
#ifndef DL_INSIGHT_TELL_PRIV_H
#define DL_INSIGHT_TELL_PRIV_H

#include "insight/insight_priv.h"

struct teller {
	struct store *st;
	const struct tenant *tenant;
	const struct insight_telling *how;
	const struct zone *zone;
	struct buf *out;
	struct remarks none; /* series that are none are told otherwise */
};

/* ---- tell.c ---- */

/* A record with its numbers, and what its sentence is filled in from. */
struct told_insight {
	struct teller *teller;
	struct json_writer w, words;
	struct buf data;
};
void told_begin(struct teller *t, struct told_insight *o, const char *insight,
    const char *metric);
/* In the sentence only; in both; a text; a share as a whole percentage without
 * its sign. */
void told_shown(
    struct told_insight *o, const char *name, enum insight_unit unit, double v);
void told_value(
    struct told_insight *o, const char *name, enum insight_unit unit, double v);
void told_word(struct told_insight *o, const char *name, struct str text);
void told_percent(struct told_insight *o, const char *name, double share);
/* "110 of 1,030" */
void told_ratio(
    struct told_insight *o, const char *name, uint64_t yes, uint64_t of);
/* A probability, in both. */
void told_chance(struct told_insight *o, const char *name, double chance);
void told_end(struct told_insight *o, const char *words);
/* Why there is nothing to say, when that is asked for. */
void told_not(struct teller *t, const char *insight, const char *metric,
    const char *fmt, ...) PRINTF_LIKE(4, 5);
struct metric_ask teller_ask(
    struct teller *t, const char *metric, const char *unit);
/* Its series, if it is one, is insight_whole_series. */
int teller_read(struct teller *t, const char *metric, const char *unit,
    int64_t since, struct insight_whole **ret, struct err *err);

/* ---- pace.c, groups.c ---- */

int tell_paces(struct teller *t, struct err *err);
int tell_groups(struct teller *t, struct err *err);

/* ---- stalled.c ---- */

int tell_stalled(struct teller *t, int64_t rank, struct err *err);

#endif
