/* SPDX-License-Identifier: ISC */
/*
 * Between sql.c (parameters, tokens, groups) and sql_test.c (one test).
 */
#ifndef DL_COND_SQL_H
#define DL_COND_SQL_H

#include "cond/cond_priv.h"

struct sql_maker {
	const struct cond *cond;
	const struct cond_catalogue *catalogue;
	const struct cond_moment *moment;
	struct cond_sql *out;
	bool ever; /* what time may change is as it is wanted */
	/* Parameters that all tests share, by number; 0 not there yet. */
	size_t now, zone, numbers[10], texts[10];
};

/* Adds to the parameters; its number. */
size_t sql_parameter(struct sql_maker *m, struct bind b);
/* The same, and writes $n. */
void sql_add_parameter(struct sql_maker *m, struct bind b);
void sql_add_now(struct sql_maker *m);
void sql_add_zone(struct sql_maker *m);
/* The catalogue's SQL with its tokens replaced; `of` is what @type, @segment
 * and @field stand for. */
void sql_add_source(struct sql_maker *m, const char *sql, struct bind of);
/* An expression true exactly when the node's truth is `want`. */
void sql_add_node(struct sql_maker *m, const struct node *n, bool want);
void sql_add_test(struct sql_maker *m, const struct node *test, bool want);

#endif
