/* SPDX-License-Identifier: ISC */
/*
 * Database files that appear whole or not at all: made under another name
 * beside the place they go to, mode 0600, synced, then given their name.
 */
#ifndef DL_STORE_PRIVATE_FILE_H
#define DL_STORE_PRIVATE_FILE_H

#include "base/base.h"

char *path_folder(const char *path); /* "." when it has none; caller frees */
char *path_beside(const char *path, const char *suffix); /* caller frees */
/* An empty file of mode 0600 beside path; *ret_path is the caller's. */
int private_begin(const char *path, char **ret_path, struct err *err);
/* Syncs it and gives it its name: `replace` or fails when that is taken.
 * Either way made is gone afterwards and freed. */
int private_finish(char *made, const char *path, bool replace, struct err *err);
void private_abort(char *made); /* and what SQLite left beside it */
/* A new, migrated store at path. */
int private_create(const char *path, struct err *err);

#endif
