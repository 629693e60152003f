/* SPDX-License-Identifier: ISC */
/* What the files of the chart room share with each other. */
#ifndef DL_CHART_PRIV_H
#define DL_CHART_PRIV_H

#include "chart/chart.h"

struct chart_style style_full(struct chart_style style); /* defaults filled */
/* A lying bar of `length` cells, in eighths; no less than one eighth unless
 * length is 0. Returns the whole cells it takes. */
size_t add_bar(struct buf *out, double length, bool ascii);
/* Bars whose labels stand right, under each other, as numbers do. */
void draw_bars(struct buf *out, const struct chart_bar *bars, size_t count,
    struct chart_style style, bool right);

#endif
