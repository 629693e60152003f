/* SPDX-License-Identifier: ISC */
/*
 * signal: facts that something inside changed, appended in the transaction
 * that changed it. dl-database(5) lists the kinds. Those that somebody waits
 * for stand in a queue, so that each is dealt with once, in whatever order its
 * writers committed.
 */
#ifndef DL_SIGNAL_H
#define DL_SIGNAL_H

#include "base/base.h"
#include "store/store.h"

/* Many signals: seq (0, 1, 2 … in their order), kind, lead_id (or NULL), data
 * (JSON or NULL). */
extern const struct bulk_spec bulk_signal;
/* Appends all rows of the bulk at the moment; in a change transaction. An
 * empty bulk is fine. */
int signal_add_bulk(struct store *st, int64_t tenant, int64_t at,
    struct bulk *signals, struct err *err);
int signal_list(struct store *st, int64_t tenant, int64_t since,
    int (*each)(void *context, int64_t at, struct str kind, struct str lead,
	struct str data, struct err *err),
    void *context, struct err *err);

/* ---- queue.c: signals that somebody waits for ------------------------------
 */

/*
 * What is appended from now on and is of one of these kinds waits until it is
 * claimed; nothing else is queued. Kinds replace those that were wanted; what
 * waits already stays. In a change transaction.
 */
int signal_want(struct store *st, int64_t tenant, const char *const *kinds,
    size_t count, struct err *err);
/* 1 some wait, *ret_last (may be NULL) being the number of the last one; 0
 * none, -1. */
int signal_waiting(
    struct store *st, int64_t tenant, int64_t *ret_last, struct err *err);

struct signal_row {
	int64_t number; /* its place in the order; internal */
	int64_t at;
	int64_t lead; /* internal; 0: of none */
	struct str kind, data;
};
/* Takes up to `limit` off the queue, none with a number above `last`, and calls
 * each in their order; in a change transaction, whose rollback puts them back.
 * *ret_count may be 0. */
int signal_claim(struct store *st, int64_t tenant, size_t limit, int64_t last,
    int (*each)(void *context, const struct signal_row *row, struct err *err),
    void *context, size_t *ret_count, struct err *err);
/* Signals since a moment, whoever waited for them, oldest first; in pages that
 * are snapshots of their own. */
int signal_past(struct store *st, int64_t tenant, int64_t since,
    int (*each)(void *context, const struct signal_row *row, struct err *err),
    void *context, struct err *err);

#endif
