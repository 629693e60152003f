/* SPDX-License-Identifier: ISC */
/* Shared by the files of the room tenant. */
#ifndef DL_TENANT_PRIV_H
#define DL_TENANT_PRIV_H

#include "tenant/tenant.h"

/* settings.c: reads a document into ret (all in fresh memory). */
int settings_read(
    const char *document, struct tenant_settings *ret, struct err *err);
void settings_release(struct tenant_settings *s);
/* The document with KEY=VALUE applied, canonical; the value before and after
 * as JSON. Checks the whole of it. */
int settings_assign(const char *document, const char *assignment,
    struct buf *ret_key, struct buf *ret_document, struct buf *ret_old,
    struct buf *ret_new, struct err *err);
/* Every setting with its value in force, as members of the open object. */
void settings_put(const struct tenant *t, struct json_writer *w);

#endif
