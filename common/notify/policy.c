/* SPDX-License-Identifier: ISC */
/*
 * When to try again. Each wait is up to a quarter shorter or longer than the
 * policy says, by a lot drawn from the message's id, so that what failed
 * together does not come back together; the same message waits the same.
 */
#include "notify/notify_priv.h"

#define GIVE_UP (5 * MS_DAY) /* as mail servers do */

static const struct policy {
	const char *kind; /* of message; NULL: any other */
	int64_t attempts; /* that may fail for the message's own fault */
	int64_t first, most;
	int64_t factor;
} policies[] = {
    {"report", 4, MS_HOUR, MS_HOUR, 1},
    {NULL, 8, 5 * MS_MINUTE, 12 * MS_HOUR, 2},
};

static const struct policy server = {NULL, 0, MS_MINUTE, MS_HOUR, 2};

static const struct policy *
policy_of(struct str kind)
{
	const struct policy *p = policies;

	while (p->kind && !str_is(kind, p->kind))
		p++;
	return p;
}

static int64_t
delay(const struct policy *p, int64_t failed, struct str id)
{
	int64_t wait = p->first;
	uint32_t lot;

	for (int64_t i = 1; i < failed && wait < p->most; i++)
		wait *= p->factor;
	if (wait > p->most)
		wait = p->most;
	lot = hash_lot(STR("retry"), id);
	return wait - wait / 4 +
	       (int64_t)((double)(wait / 2) * ((double)lot / 4294967296.0));
}

int64_t
policy_next(const struct outbox_row *row, int64_t attempts, int64_t tries,
    enum outcome outcome, int64_t wait, int64_t now)
{
	const struct policy *p = policy_of(row->kind);
	int64_t next;

	if (now - row->due_at > GIVE_UP)
		return -1;
	if (outcome == OUT_AGAIN && attempts >= p->attempts)
		return -1;
	next = outcome == OUT_AGAIN ? delay(p, attempts, row->id)
				    : delay(&server, tries, row->id);
	if (wait > next)
		next = wait;
	return now + next;
}
