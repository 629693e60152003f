/* SPDX-License-Identifier: ISC */
/* What the files of the room insight share. */
#ifndef DL_INSIGHT_PRIV_H
#define DL_INSIGHT_PRIV_H

#include "insight/insight.h"
#include "json/json.h"

/* words.c: the sentence of a name in "ja" or "en", filled in from an object;
 * whether there are words of a name. */
void insight_say(
    const char *name, const char *locale, struct str data, struct buf *out);
bool insight_has_words(const char *name);

/* ---- figure.c: numbers, moments and names as people read them ------------ */

enum insight_unit {
	INSIGHT_COUNT, /* 120件 */
	INSIGHT_RATE,  /* 0.034 is 3.4％ */
	INSIGHT_SCORE, /* 62点 */
};
enum insight_unit insight_metric_unit(const char *metric);
/* 1,234; 3.4; 0.56: two decimals below 1, one below 10. */
void insight_add_number(struct buf *out, double v);
/* The same with its unit. */
void insight_add_value(
    struct buf *out, enum insight_unit unit, double v, const char *locale);
void insight_add_date(
    struct buf *out, int64_t at, const struct zone *zone, const char *locale);
const char *insight_month(unsigned month, const char *locale);
/* `span` steps of a calendar that end with the one at a position. */
void insight_add_when(struct buf *out, const struct series_calendar *c,
    int64_t position, size_t span, const char *locale);
/* "リード数"; "流入元"; the value of a group, "(none)" as 未設定. */
void insight_add_metric(
    struct buf *out, const char *metric, const char *locale);
void insight_add_field(struct buf *out, struct str field, const char *locale);
void insight_add_part(struct buf *out, struct str part, const char *locale);

#endif
