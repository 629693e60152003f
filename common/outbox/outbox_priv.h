/* SPDX-License-Identifier: ISC */
/* What the files of the room share. */
#ifndef DL_OUTBOX_PRIV_H
#define DL_OUTBOX_PRIV_H

#include "outbox/outbox.h"

struct attachment_hash {
	char hex[65]; /* SHA-256 */
};

/* sender.c: this host and this path, unless there is a stamp. */
int sender_stamp(struct store *st, const struct tenant *t, struct err *err);

/* add.c: the id of the same cause, recipient and channel. */
void outbox_make_id(const struct tenant *t, struct str cause,
    struct str recipient, struct str channel, char ret[OUTBOX_ID]);
/* One that was checked, with the hashes of what it carries. *ret_number 0: it
 * is there already. */
int outbox_insert(struct store *st, const struct tenant *t,
    const struct outbox_message *m, const char *id, struct str content,
    const struct attachment_hash *hash, int64_t now, int64_t *ret_number,
    struct err *err);

/* attachment.c: of a message that is written down: may it be, as a member of
 * its content, their contents; and of those that were sent. */
int attachments_check(const struct outbox_message *m, struct err *err);
/* Of each, the caller's to free. */
struct attachment_hash *attachments_hash(const struct outbox_message *m);
void attachments_put(const struct outbox_message *m,
    const struct attachment_hash *hash, struct json_writer *w);
int attachments_keep(struct store *st, const struct tenant *t, int64_t number,
    const struct outbox_message *m, const struct attachment_hash *hash,
    struct err *err);
int attachments_forget(struct store *st, const struct tenant *t,
    const int64_t *numbers, size_t count, struct err *err);

/* claim.c: rows of statements with the columns of outbox_due. */
int outbox_each_row(struct store *st, const struct sql *sql,
    const struct bind *binds, size_t count,
    int (*each)(void *context, const struct outbox_row *row, struct err *err),
    void *context, struct err *err);
/* Messages by number, for bulk_outbox_pick. */
struct bulk *outbox_picked(const int64_t *numbers, size_t count);

#endif
