/* SPDX-License-Identifier: ISC */
/* A channel at work. */
#include <poll.h>

#include "notify/notify_priv.h"

enum { STEP = 2000 }; /* ms: who waits looks after its lease as often */

static bool
needs_net(const struct channel *c)
{
	return c->kind != &kind_inbox && c->kind != &kind_exec;
}

int
delivery_open(struct delivery *d, struct err *err)
{
	const struct kind *k = d->channel->kind;

	if (needs_net(d->channel) && net_open(&d->net, err) < 0)
		return -1;
	return k->open ? k->open(d, err) : 0;
}

int64_t
delivery_clock(const struct delivery *d)
{
	return d->now + time_monotonic() - d->started;
}

void
delivery_close(struct delivery *d)
{
	if (d->channel->kind->close)
		d->channel->kind->close(d);
	if (d->net)
		net_close(d->net);
	d->net = NULL;
	items_free(&d->done);
}

void
delivery_prepare(struct delivery *d, struct item *i)
{
	struct err err = {0};

	if (item_words(d, i, &err) == 0 &&
	    d->channel->kind->prepare(d, i, &err) == 0)
		return;
	item_end(i, OUT_REFUSED, 0, "%s", err.text);
	i->over = true;
}

int
delivery_serve(struct delivery *d, bool *ret_happened, struct err *err)
{
	int got = d->net ? net_wait(d->net, 0, err) : 0;

	if (got > 0)
		*ret_happened = true;
	return got < 0 ? -1 : 0;
}

int
delivery_wait(struct delivery *d, size_t waiting, struct err *err)
{
	const struct kind *k = d->channel->kind;

	if (!d->net || d->done.count > 0)
		return 0;
	if (k->busy(d) == 0 && (waiting == 0 || k->room(d, waiting) > 0))
		return 0;
	return net_wait(d->net, STEP, err) < 0 ? -1 : 0;
}

int
delivery_pause(struct delivery *d, int64_t ms, struct err *err)
{
	if (d->done.count > 0)
		return 0;
	if (ms > STEP)
		ms = STEP;
	if (d->net && d->channel->kind->busy(d) > 0)
		return net_wait(d->net, ms, err) < 0 ? -1 : 0;
	poll(NULL, 0, (int)ms);
	return 0;
}

/* ---- for kinds that end what they begin -----------------------------------
 */

size_t
room_for_one(struct delivery *d, size_t waiting)
{
	return d->trouble[0] ? 0 : waiting > 0;
}

size_t
nothing_busy(const struct delivery *d)
{
	(void)d;
	return 0;
}

struct item *
take_done(struct delivery *d)
{
	return items_take(&d->done);
}
