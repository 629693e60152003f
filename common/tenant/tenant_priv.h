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

/* family.c: settings like goal.NAME. */
struct family;
/* By the key as one types it; NULL: of none. */
const struct family *family_of(struct str key, struct str *ret_name);
/* The value in a document of settings; NULL: not set. */
const struct json *family_find(
    const struct json *doc, const struct family *family, struct str name);
/* A value as JSON, checked; nothing where it is empty: taken away. */
int family_value(const struct family *family, struct str name, struct str value,
    struct buf *ret, struct err *err);
/* All families as members of the open object, with one value changed (empty:
 * taken away), or as they are (changed NULL). */
void families_put(struct json_writer *w, const struct json *doc,
    const struct family *changed, struct str name, struct str value);
void families_help(struct buf *out);

/* quiet.c: "09:00-18:00" as ms of the day, "mon" as 1 to "sun" as 7. */
bool hours_parse(struct str text, int64_t ret[2]);
bool weekday_parse(struct str text, unsigned *ret);

#endif
