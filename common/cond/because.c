/* SPDX-License-Identifier: ISC */
/*
 * The one test that decides: what to tell somebody who asks why and wants a
 * short answer. The long one is explain.c.
 */
#include "cond/cond_priv.h"

static const struct node *deciding(struct view *v, const struct node *n);

/* All parts are as the whole is: the one that time may change is more of a
 * reason than what the lead always was; else the last one. */
static const struct node *
of_all(struct view *v, const struct node *n)
{
	const struct node *leaf = NULL;

	for (size_t i = 0; i < n->count; i++) {
		leaf = deciding(v, n->kids[i]);
		if (leaf->ages)
			break;
	}
	return leaf;
}

static const struct node *
deciding(struct view *v, const struct node *n)
{
	bool decides = n->kind == NODE_OR;

	if (n->kind == NODE_TEST)
		return n;
	if (n->kind == NODE_NOT)
		return deciding(v, n->kids[0]);
	for (size_t i = 0; i < n->count; i++)
		if (eval_node(v, n->kids[i], NULL) == decides)
			return deciding(v, n->kids[i]);
	return of_all(v, n);
}

void
cond_because(const struct cond *c, const struct cond_subject *subject,
    const struct cond_moment *moment, struct buf *out)
{
	struct view v = {.subject = subject, .moment = moment, .cond = c};
	const struct node *leaf = deciding(&v, c->root);

	if (!eval_node(&v, leaf, NULL))
		buf_addstr(out, "not ");
	print_node(leaf, c, out);
	arena_release(&v.scratch);
}
