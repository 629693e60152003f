/* SPDX-License-Identifier: ISC */
/*
 * Delivering. Of each channel, in turns: what has ended is written down, as
 * many as can begin are claimed, in the same transaction; when that is on disk
 * they are begun. What will not be begun at all (too late, suppressed, nothing
 * to say) is claimed and closed at once, so that it is never in doubt. What is
 * written is in ledger.c.
 */
#include <stdlib.h>

#include "notify/notify_priv.h"

enum { FAULTS = 5 }; /* of a server in a row: enough for now */

static bool
stopped(struct drain *x)
{
	uint64_t over = x->done->sent + x->done->dead + x->done->doubtful +
			x->done->cancelled + x->done->retried;

	if (x->d.trouble[0] ||
	    (x->job->limit > 0 && x->begun >= (uint64_t)x->job->limit))
		return true;
	return x->job->progress && x->job->progress(x->job->context, over, 0);
}

int64_t
drain_clock(const struct drain *x)
{
	return delivery_clock(&x->d);
}

/* ---- what has ended --------------------------------------------------------
 */

static void
collect(struct drain *x)
{
	struct item *i;

	while ((i = x->d.channel->kind->done(&x->d)) != NULL) {
		if (i->outcome != OUT_LATER || x->d.channel->kind->own_faults)
			x->faults = 0;
		else if (++x->faults == FAULTS && !x->d.trouble[0])
			snprintf(x->d.trouble, sizeof(x->d.trouble), "%s",
			    i->answer);
		if (i->outcome == OUT_LATER && i->wait > 0 &&
		    x->job->now + i->wait > x->hold)
			x->hold = x->job->now + i->wait;
		items_add(&x->ended, i);
	}
}

/* ---- what is to begin ------------------------------------------------------
 */

static int
look_at(void *context, const struct outbox_row *row, struct err *err)
{
	struct drain *x = context;

	(void)err;
	items_add(&x->ready, item_new(row));
	return 0;
}

static int
look_ahead(struct drain *x, struct err *err)
{
	int rc;

	if (stopped(x)) {
		x->exhausted = true;
		items_free(&x->ready);
	}
	if (x->exhausted || x->ready.count > 0)
		return 0;
	if (store_begin(x->store, STORE_SNAPSHOT, "look for messages", err) < 0)
		return -1;
	rc = gate_open(&x->gate, x->store, x->tenant, x->d.channel, err);
	if (rc == 0)
		rc = outbox_due(x->store, x->tenant, str_of(x->d.channel->name),
		    x->job->now, DRAIN_AHEAD, look_at, x, err);
	store_rollback(x->store);
	x->exhausted = x->ready.count == 0;
	return rc;
}

static bool
is_late(struct drain *x, struct item *i)
{
	struct buf limit = {0};

	if (i->row.due_at >= x->job->now - x->job->max_late ||
	    item_restores(i, x->d.channel))
		return false;
	duration_add(&limit, x->job->max_late);
	item_end(i, OUT_CANCELLED, 0, "overdue by more than %s", limit.p);
	i->over = true;
	buf_release(&limit);
	return true;
}

int
drain_judge(struct drain *x, struct item *i, struct err *err)
{
	if (i->over || i->until || is_late(x, i))
		return 0;
	if (gate_ask(&x->gate, i, drain_clock(x), &i->until, err) < 0)
		return -1;
	if (i->over || i->until || i->prepared)
		return 0;
	delivery_prepare(&x->d, i);
	i->prepared = true;
	return 0;
}

/* The batch has no more than `most` to begin; the others wait in front. */
static void
shorten(struct drain *x, size_t most)
{
	struct items all = x->batch, back = {0};
	struct item *i;
	size_t begin = 0;

	x->batch = (struct items){0};
	while ((i = items_take(&all)) != NULL) {
		bool stays = i->over || begin++ < most;

		items_add(stays ? &x->batch : &back, i);
		x->reserved += !stays && i->reserved;
	}
	while ((i = items_take(&x->ready)) != NULL)
		items_add(&back, i);
	x->ready = back;
}

/* The rest is left to another run. It is not late by that. */
static int
leave(struct drain *x, struct err *err)
{
	int64_t late = x->job->now - x->job->max_late;
	int rc;

	x->exhausted = true;
	items_free(&x->ready);
	buf_addf(&x->done->limited, "%s%s until ",
	    x->done->limited.len ? ", " : "", x->d.channel->name);
	time_add(&x->done->limited, x->pause - x->pause % MS_SECOND);
	if (store_begin(x->store, STORE_CHANGE, "leave the rest", err) < 0)
		return -1;
	rc = outbox_keep(x->store, x->tenant, str_of(x->d.channel->name),
	    x->job->now, late, x->pause, err);
	if (rc == 0)
		rc = store_commit(x->store, false, err);
	store_rollback(x->store);
	return rc;
}

static int
pause_until(struct drain *x, int64_t moment, struct err *err)
{
	x->pause = moment;
	return x->pause - drain_clock(x) > DRAIN_PATIENCE ? leave(x, err) : 0;
}

/* As many of the batch as the rates of the channel and its servers let
 * through. */
static int
limit(struct drain *x, size_t *begin, struct err *err)
{
	const struct channel *c = x->d.channel;
	size_t count = 0, limited = c->rate.count;
	struct meter *meters;
	int64_t next;
	int rc;

	for (size_t i = 0; i < c->servers; i++)
		limited += c->server[i]->rate.count;
	if (*begin == 0 || limited == 0)
		return 0;
	meters = xcalloc(1 + c->servers, sizeof(*meters));
	meters[0] = (struct meter){.whom = STR(""), .rates = &c->rate};
	if (c->kind->meters)
		count = c->kind->meters(&x->d, meters + 1);
	rc = limits_take(x->store, x->tenant, str_of(c->name), meters,
	    1 + count, drain_clock(x), *begin, err);
	if (rc == 0 && c->kind->granted)
		c->kind->granted(meters + 1, count);
	next = meters[0].next;
	if (rc == 0 && (size_t)meters[0].got < *begin) {
		*begin = (size_t)meters[0].got;
		shorten(x, *begin);
		rc = pause_until(x, next, err);
	}
	free(meters);
	return rc;
}

/* From ready to batch: as many as can begin, and on the way what never will,
 * or not now. */
static int
choose(struct drain *x, struct err *err)
{
	size_t room = x->d.channel->kind->room(&x->d, x->ready.count),
	       begin = 0;
	struct item *i;

	if (x->pause > drain_clock(x))
		return 0;
	x->pause = 0;
	if (room == 0 && x->d.pause && !x->exhausted)
		return pause_until(x, x->d.pause, err);
	if (x->job->limit > 0 && room > (uint64_t)x->job->limit - x->begun)
		room = (size_t)((uint64_t)x->job->limit - x->begun);
	while (begin < room && (i = items_take(&x->ready)) != NULL) {
		int rc = drain_judge(x, i, err);

		x->reserved -= i->reserved;
		items_add(i->until ? &x->waiting : &x->batch, i);
		if (rc < 0)
			return -1;
		begin += !i->over && !i->until;
	}
	if (limit(x, &begin, err) < 0)
		return -1;
	x->begun += begin;
	return 0;
}

/* While the server is at work: as many as may begin when it has answered. */
static int
prepare_ahead(struct drain *x, bool *ret_happened, struct err *err)
{
	enum { AT_A_TIME = 4 };
	size_t most = x->d.channel->kind->busy(&x->d), n = 0;

	*ret_happened = false;
	for (struct item *i = x->ready.first; i && n < most; i = i->next, n++) {
		if (i->prepared || i->over || i->until)
			continue;
		if (drain_judge(x, i, err) < 0)
			return -1;
		if (n % AT_A_TIME == 0 &&
		    delivery_serve(&x->d, ret_happened, err) < 0)
			return -1;
	}
	return 0;
}

/* ---- beginning -------------------------------------------------------------
 */

static int
begin_batch(struct drain *x, struct err *err)
{
	struct item *i;

	if (ledger_ask_again(x, err) < 0)
		return -1;
	while ((i = items_take(&x->batch)) != NULL)
		x->d.channel->kind->start(&x->d, i);
	return 0;
}

static int
wait_turn(struct drain *x, struct err *err)
{
	int64_t left = x->pause - drain_clock(x);

	if (left > 0 && !x->exhausted)
		return delivery_pause(&x->d, left, err);
	return delivery_wait(&x->d, x->ready.count, err);
}

static int
work(struct drain *x, struct err *err)
{
	bool happened;

	for (;;) {
		collect(x);
		if (look_ahead(x, err) < 0)
			return -1;
		if (choose(x, err) < 0)
			return -1;
		if ((x->batch.count || x->ended.count || x->waiting.count) &&
		    ledger_write(x, err) < 0)
			return -1;
		if (begin_batch(x, err) < 0)
			return -1;
		if (x->exhausted && !x->ended.count && !x->d.done.count &&
		    x->d.channel->kind->busy(&x->d) == 0)
			return 0;
		if (lease_renew(x->store, err) < 0 ||
		    prepare_ahead(x, &happened, err) < 0)
			return -1;
		if (!happened && wait_turn(x, err) < 0)
			return -1;
	}
}

/* ---- a channel -------------------------------------------------------------
 */

static int
pulse(void *context, struct err *err)
{
	return lease_renew(context, err);
}

static void
end_channel(struct drain *x)
{
	static const struct place nowhere;

	if (x->d.trouble[0]) {
		remark(x->job->failures, nowhere, "%s: %s", x->d.channel->name,
		    x->d.trouble);
		x->done->later = true;
	}
	delivery_close(&x->d);
	gate_close(&x->gate);
	items_free(&x->waiting);
	items_free(&x->ready);
	items_free(&x->batch);
	items_free(&x->ended);
}

static int
deliver(struct drain *x, const struct channel *c, struct err *err)
{
	int rc;

	x->d = (struct delivery){.store = x->store,
	    .channel = c,
	    .tenant = x->tenant,
	    .library = x->library,
	    .now = x->job->now,
	    .started = x->started,
	    .pulse = pulse,
	    .context = x->store};
	x->exhausted = false;
	x->faults = 0;
	x->reserved = x->ahead = 0;
	x->held = x->reserved_at = x->pause = 0;
	rc = ledger_recover(x, c, err);
	if (rc == 0)
		rc = digest_gather(x, err);
	if (rc == 0 && delivery_open(&x->d, err) < 0) {
		snprintf(x->d.trouble, sizeof(x->d.trouble), "%s", err->text);
		err_clear(err);
	} else if (rc == 0) {
		rc = work(x, err);
		if (rc == 0)
			rc = ledger_give_back(x, err);
		if (rc == 0 && c->kind->settle)
			rc = c->kind->settle(&x->d, &x->done->aside, err);
	}
	end_channel(x);
	return rc;
}

static int
drain_channel(struct drain *x, struct str name, struct err *err)
{
	const struct channel *c =
	    channel_find(x->job->channels, x->tenant, name);
	static const struct place nowhere;
	struct buf job = {0}, holder = {0};
	int rc;

	if (x->job->only && !str_is(name, x->job->only))
		return 0;
	if (!c) {
		remark(x->job->failures, nowhere,
		    "no channel %s is configured for %s: its messages wait",
		    quoted(name), quoted(str_of(x->tenant->name)));
		return 0;
	}
	buf_addf(&job, "notify %s", c->name);
	rc = lease_take(x->store, x->tenant->id, job.p, &holder, err);
	if (rc == 0)
		buf_addf(&x->done->holder, "%s%s: %s",
		    x->done->holder.len ? "; " : "", c->name, holder.p);
	if (rc > 0) {
		rc = deliver(x, c, err);
		lease_release(x->store);
	}
	buf_release(&job);
	buf_release(&holder);
	return rc < 0 ? -1 : 0;
}

/* ---- all of them -----------------------------------------------------------
 */

struct names {
	struct arena arena;
	struct str *name;
	size_t count, cap;
};

static int
add_name(void *context, struct str name, struct err *err)
{
	struct names *n = context;

	(void)err;
	for (size_t i = 0; i < n->count; i++)
		if (str_eq(n->name[i], name))
			return 0;
	GROW(n->name, n->cap, n->count + 1);
	n->name[n->count++] = arena_str(&n->arena, name);
	return 0;
}

/* What is inside first, mail, of which there is most, last. */
static int
rank(const struct drain *x, struct str name)
{
	const struct channel *c =
	    channel_find(x->job->channels, x->tenant, name);

	if (!c)
		return 3;
	return c->kind->inside ? 0 : c->kind == &kind_email ? 2 : 1;
}

static int
rehearse(struct drain *x, struct str name, struct err *err)
{
	const struct channel *c =
	    channel_find(x->job->channels, x->tenant, name);

	if (!c || (x->job->only && !str_is(name, x->job->only)))
		return 0;
	return drain_rehearse(x, c, err);
}

static int
all_channels(struct drain *x, const struct names *names, struct err *err)
{
	for (int r = 0; r <= 3; r++)
		for (size_t i = 0; i < names->count; i++) {
			if (rank(x, names->name[i]) != r)
				continue;
			if ((x->job->dry_run ? rehearse(x, names->name[i], err)
					     : drain_channel(
						   x, names->name[i], err)) < 0)
				return -1;
		}
	return 0;
}

int
notify_drain(struct store *st, const struct tenant *t,
    const struct notify_job *job, struct notify_done *done, struct err *err)
{
	struct drain x = {.store = st,
	    .tenant = t,
	    .job = job,
	    .done = done,
	    .started = time_monotonic()};
	struct names names = {0};
	int rc = outbox_channels(
	    st, t, job->now, job->resend_doubtful, add_name, &names, err);

	*done = (struct notify_done){0};
	if (rc == 0 && names.count > 0) {
		rc = template_library_open(st, t, &x.library, err);
		if (rc == 0 && !job->dry_run)
			rc = sender_open(
			    st, t, job->state_folder, &x.sender, err);
		if (rc == 0 && x.sender)
			x.may_reserve = sender_run(x.sender, st, &x.run);
		if (rc == 0)
			rc = all_channels(&x, &names, err);
		if (rc == 0 && !job->dry_run)
			rc = store_sync(st, err);
	}
	sender_close(x.sender);
	template_library_free(x.library);
	buf_release(&x.run);
	buf_release(&x.lines);
	arena_release(&names.arena);
	free(names.name);
	return rc;
}
