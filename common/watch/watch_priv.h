/* SPDX-License-Identifier: ISC */
/* What the files of the room watch share. */
#ifndef DL_WATCH_PRIV_H
#define DL_WATCH_PRIV_H

#include "insight/insight.h"
#include "watch/watch.h"

/* keep.c: a row of watch_list, watch_read or watch_due. */
int watch_of_row(const struct rows *rows, struct watch **ret, struct err *err);

/* ---- look.c ---- */

/* What was found in a step of a series. */
struct odd {
	char part[33]; /* hash of the series */
	int64_t at;    /* when the step begins */
	int64_t from;  /* when the window before it does: one that was told
			  there is told already */
	bool upwards;
	enum forecast_severity severity;
	char *data; /* of the signal */
};
struct look {
	const struct watch *watch;
	char what[33]; /* hash of the definition */
	struct odd *odd;
	size_t count, cap;
	uint64_t steps;
	int64_t due_at, judged_until; /* then */
};
/* What there is to judge of a watch at a moment; its condition is bound. Not in
 * a transaction. ERR_USAGE: it cannot be looked at. */
int watch_look(struct store *st, const struct tenant *t, const struct watch *w,
    const struct cond_moment *moment, struct look *ret, struct err *err);
void look_release(struct look *l);

#endif
