/* SPDX-License-Identifier: ISC */
/*
 * What a run would do, without doing it: the same judgement, the same lines. Of
 * servers it is believed that they take everything, as fast as may be.
 */
#include <stdlib.h>

#include "notify/notify_priv.h"

struct rehearsal {
	struct meter *meters; /* the channel, then its servers */
	size_t count;
	int64_t clock;
};

static int
look_at(void *context, const struct outbox_row *row, struct err *err)
{
	(void)err;
	items_add(context, item_new(row));
	return 0;
}

static int
open_limits(struct drain *x, const struct channel *c, struct rehearsal *r,
    struct err *err)
{
	r->count = 1 + c->servers;
	r->clock = x->job->now;
	r->meters = xcalloc(r->count, sizeof(*r->meters));
	r->meters[0] = (struct meter){.whom = STR(""), .rates = &c->rate};
	for (size_t i = 0; i < c->servers; i++)
		r->meters[1 + i] =
		    (struct meter){.whom = str_of(c->server[i]->name),
			.rates = &c->server[i]->rate};
	return limits_look(x->store, x->tenant, str_of(c->name), r->meters,
	    r->count, r->clock, err);
}

static int64_t
next_of(const struct meter *m, int64_t clock)
{
	return pace_next(&m->pace, m->rates, clock);
}

/* By the server that can first. False: the rest is left to another run. */
static bool
pass(struct rehearsal *r)
{
	int64_t at = next_of(&r->meters[0], r->clock);
	struct meter *server = NULL;

	for (size_t i = 1; i < r->count; i++)
		if (!server || next_of(&r->meters[i], at) < next_of(server, at))
			server = &r->meters[i];
	if (server)
		at = next_of(server, at);
	if (at - r->clock > DRAIN_PATIENCE)
		return false;
	pace_add(&r->meters[0].pace, r->meters[0].rates, at, 1);
	if (server)
		pace_add(&server->pace, server->rates, at, 1);
	r->clock = at;
	return true;
}

static int
rehearse_all(struct drain *x, struct rehearsal *r, struct err *err)
{
	struct outbox_end e;
	struct item *i;
	int rc = 0;

	while (rc == 0 && (i = items_take(&x->ready)) != NULL) {
		bool stop;

		rc = drain_judge(x, i, err);
		stop =
		    rc < 0 || (!i->over && !i->until &&
				  ((x->job->limit > 0 &&
				       x->begun >= (uint64_t)x->job->limit) ||
				      !pass(r)));
		x->begun += !stop && !i->over && !i->until;
		if (!stop) {
			e = item_verdict(i, x->job->now, false);
			ledger_tell(x, i, &e);
			rc = ledger_flush(x, err);
		}
		item_free(i);
		if (stop)
			break;
	}
	return rc;
}

int
drain_rehearse(struct drain *x, const struct channel *c, struct err *err)
{
	struct rehearsal r = {0};
	int rc;

	x->d = (struct delivery){.store = x->store,
	    .channel = c,
	    .tenant = x->tenant,
	    .library = x->library,
	    .now = x->job->now,
	    .started = x->started};
	rc = gate_open(&x->gate, x->store, x->tenant, c, err);
	if (rc == 0)
		rc = open_limits(x, c, &r, err);
	if (rc == 0)
		rc = outbox_due(x->store, x->tenant, str_of(c->name),
		    x->job->now, INT32_MAX, look_at, &x->ready, err);
	if (rc == 0)
		rc = digest_rehearse(x, err);
	if (rc == 0)
		rc = rehearse_all(x, &r, err);
	items_free(&x->ready);
	gate_close(&x->gate);
	free(r.meters);
	return rc;
}
