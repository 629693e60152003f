/* SPDX-License-Identifier: ISC */
/* What the files of simulations share. */
#ifndef DL_SERIES_PRIV_H
#define DL_SERIES_PRIV_H

#include "series/series.h"

/* ---- plan.c: drivers as they were and as they would be ------------------- */

struct plan_driver {
	struct str name;
	size_t least, most; /* lags that may be; the same: it is known */
	struct forecast_lag of;
	double *aicc;    /* of each of these lags, where there are several */
	double *values;  /* [lead + n + room], as planned */
	double *changed; /* [room], with the changes */
	double *after;   /* [room], the same so much later */
};
struct plan {
	const struct series *s;
	const struct series_question *q;
	size_t horizon; /* steps that are changed */
	size_t steps;   /* and those in which that is still felt */
	size_t lead;    /* steps before the series that lags reach back to */
	size_t room;    /* steps behind it that plans have room for */
	size_t skip;    /* first observations of which lags tell nothing */
	size_t count;
	struct plan_driver *driver;
	struct forecast_series numbers; /* without those */
	struct forecast_driver *drivers;
};
/* ERR_USAGE: too much is missing, or too little is left. */
int series_plan_make(struct plan *ret, const struct series *s, size_t horizon,
    const struct series_question *q, struct err *err);
void series_plan_release(struct plan *p);

/* ---- picture.c ----------------------------------------------------------- */

/* Both futures, as series_picture_add has one. */
void series_picture_plan(struct series_picture *p, const struct series *s,
    const struct forecast_simulation *made);

#endif
