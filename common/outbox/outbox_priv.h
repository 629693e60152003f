/* SPDX-License-Identifier: ISC */
/* What the files of the room share. */
#ifndef DL_OUTBOX_PRIV_H
#define DL_OUTBOX_PRIV_H

#include "outbox/outbox.h"

/* sender.c: this host and this path, unless there is a stamp. */
int sender_stamp(struct store *st, const struct tenant *t, struct err *err);

#endif
