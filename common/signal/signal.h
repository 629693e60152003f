/* SPDX-License-Identifier: ISC */
/*
 * signal: facts that something inside changed, appended in the transaction
 * that changed it. dl-database(5) lists the kinds.
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

#endif
