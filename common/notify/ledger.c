/* SPDX-License-Identifier: ISC */
/*
 * What a delivery writes into the outbox, turn by turn.
 *
 * A server that is faster than the disk would wait for a sync at every turn; so
 * the more often there is one, the more messages of the following turns are
 * reserved in it (see outbox.h).
 */
#include <inttypes.h>
#include <stdlib.h>

#include "notify/notify_priv.h"

enum {
	MOST = 250,  /* reserved: so many are in doubt if the machine ends */
	OFTEN = 50,  /* ms between syncs: reserve more with the next ... */
	SELDOM = 200 /* ... or less */
};

void
ledger_tell(struct drain *x, const struct item *i, const struct outbox_end *e)
{
	static const struct place nowhere;

	item_put(i, e, x->d.channel, &x->lines);
	if (i->until) {
		x->done->waiting++;
		return;
	}
	if (strcmp(e->state, "sent") == 0)
		x->done->sent++;
	else if (strcmp(e->state, "retry") == 0)
		x->done->retried++;
	else if (strcmp(e->state, "doubtful") == 0)
		x->done->doubtful++;
	else if (strcmp(e->state, "dead") == 0)
		x->done->dead++;
	else
		x->done->cancelled++;
	if (strcmp(e->state, "sent") != 0 && strcmp(e->state, "retry") != 0)
		remark(x->job->failures, nowhere, "%.*s: %s to %s: %s: %s",
		    STR_ARG(i->row.id), x->d.channel->name,
		    quoted(i->row.recipient), e->state, i->answer);
}

int
ledger_flush(struct drain *x, struct err *err)
{
	int rc = 0;

	if (x->lines.len)
		rc = x->job->flush(x->job->context, buf_str(&x->lines), err);
	buf_clear(&x->lines);
	return rc;
}

/* ---- claiming --------------------------------------------------------------
 */

static void
each_claimed(void *context, int64_t number, struct str suppressed)
{
	struct drain *x = context;
	bool mail = x->d.channel->kind == &kind_email;
	struct item *i = x->next_claimed;

	/* Nearly always they come in the order they were asked for. */
	for (size_t n = 0; n < x->batch.count; n++) {
		if (!i)
			i = x->batch.first;
		if (i->row.number == number)
			break;
		i = i->next;
	}
	if (!i || i->row.number != number)
		return;
	x->next_claimed = i->next;
	i->claimed = true;
	if (suppressed.p && mail && !i->over) {
		item_end(i, OUT_CANCELLED, 0, "suppressed: %.*s",
		    STR_ARG(suppressed));
		i->over = true;
	}
}

/* Of the first `count`. */
static int64_t *
numbers_of(const struct items *q, size_t count)
{
	int64_t *numbers = xmalloc((count + 1) * sizeof(*numbers));
	size_t n = 0;

	for (const struct item *i = q->first; n < count; i = i->next)
		numbers[n++] = i->row.number;
	return numbers;
}

/* How many that wait are to be reserved when now there must be a sync. */
static size_t
reserve_how_many(struct drain *x)
{
	int64_t now = time_monotonic(), since = now - x->reserved_at;
	size_t most = x->ready.count;

	if (!x->may_reserve || x->d.channel->kind->inside)
		return 0;
	if (x->job->limit > 0 && most > (uint64_t)x->job->limit - x->begun)
		most = (size_t)((uint64_t)x->job->limit - x->begun);
	if (since < OFTEN)
		x->ahead = x->ahead ? 2 * x->ahead : 8;
	else if (since > SELDOM)
		x->ahead /= 2;
	x->reserved_at = now;
	if (x->ahead > MOST)
		x->ahead = MOST;
	return x->ahead < most ? x->ahead : most;
}

static int
reserve(struct drain *x, size_t count, struct err *err)
{
	int64_t *numbers = numbers_of(&x->ready, count);
	struct item *i = x->ready.first;
	int rc = count ? outbox_reserve(x->store, x->tenant, buf_str(&x->run),
			     numbers, count, err)
		       : 0;

	free(numbers);
	for (size_t n = 0; n < count; n++, i = i->next)
		i->reserved = true;
	x->reserved += count;
	return rc;
}

/* What was not claimed goes, what is over ends. */
static void
sort_batch(struct drain *x)
{
	struct items all = x->batch;
	struct item *i;

	x->batch = (struct items){0};
	while ((i = items_take(&all)) != NULL) {
		if (!i->claimed)
			item_free(i);
		else
			items_add(i->over ? &x->ended : &x->batch, i);
	}
}

/* Claims the batch, but for what somebody else has taken or decided meanwhile.
 * *ret_durable: what is claimed or reserved must be on disk before anything of
 * it goes out. */
static int
claim(struct drain *x, bool *ret_durable, struct err *err)
{
	int64_t *numbers = numbers_of(&x->batch, x->batch.count);
	size_t fresh = 0, ahead = 0;
	int rc;

	for (const struct item *i = x->batch.first; i; i = i->next)
		fresh += !i->reserved;
	x->next_claimed = NULL;
	rc = outbox_claim(x->store, x->tenant, buf_str(&x->run), numbers,
	    x->batch.count, fresh > 0, x->job->now, each_claimed, x, err);
	free(numbers);
	if (rc < 0)
		return -1;
	sort_batch(x);
	if (gate_count(&x->gate, &x->batch, drain_clock(x), err) < 0)
		return -1;
	*ret_durable = fresh > 0 && x->batch.count > 0;
	if (!*ret_durable)
		return 0;
	ahead = reserve_how_many(x);
	if (reserve(x, ahead, err) < 0)
		return -1;
	return sender_claim(
	    x->sender, x->store, (int64_t)(x->batch.count + ahead), err);
}

static int
close_ended(struct drain *x, struct err *err)
{
	struct outbox_end *ends = xmalloc((x->ended.count + 1) * sizeof(*ends));
	size_t n = 0;
	int rc;

	for (const struct item *i = x->ended.first; i; i = i->next) {
		ends[n] =
		    item_verdict(i, x->job->now, x->d.channel->kind->inside);
		ledger_tell(x, i, &ends[n++]);
	}
	rc = outbox_close(
	    x->store, x->tenant, buf_str(&x->run), ends, n, x->job->now, err);
	if (rc == 0 && x->hold)
		rc = outbox_hold(x->store, x->tenant,
		    str_of(x->d.channel->name), x->hold, err);
	if (x->hold > x->held)
		x->held = x->hold;
	x->hold = 0;
	free(ends);
	return rc;
}

/* What is not to go out now. */
static int
put_off(struct drain *x, struct err *err)
{
	struct outbox_wait *waits =
	    xmalloc((x->waiting.count + 1) * sizeof(*waits));
	size_t n = 0;
	int rc;

	for (const struct item *i = x->waiting.first; i; i = i->next) {
		struct outbox_end e = item_verdict(i, x->job->now, false);

		ledger_tell(x, i, &e);
		waits[n++] = (struct outbox_wait){
		    i->row.number, i->until, str_of(i->answer)};
	}
	rc = outbox_wait(x->store, x->tenant, buf_str(&x->run), waits, n, err);
	free(waits);
	return rc;
}

int
ledger_moment(struct drain *x, struct err *err)
{
	return x->noted ? 0
			: store_moment(x->store, x->tenant->id, x->job->now,
			      x->job->replay, err);
}

int
ledger_write(struct drain *x, struct err *err)
{
	bool durable = false;
	int rc;

	if (store_begin(x->store, STORE_CHANGE, "deliver", err) < 0)
		return -1;
	rc = ledger_moment(x, err);
	if (rc == 0 && x->batch.count)
		rc = claim(x, &durable, err);
	if (rc == 0)
		rc = close_ended(x, err);
	if (rc == 0)
		rc = put_off(x, err);
	if (rc == 0)
		rc = store_commit(x->store, durable, err);
	store_rollback(x->store);
	if (rc < 0)
		return -1;
	x->noted = true;
	items_free(&x->ended);
	items_free(&x->waiting);
	if (durable && sender_note(x->sender, err) < 0)
		return -1;
	return ledger_flush(x, err);
}

int
ledger_ask_again(struct drain *x, struct err *err)
{
	int64_t *numbers;
	int rc;

	if (x->batch.count == 0 || x->d.channel->kind->inside)
		return 0;
	numbers = numbers_of(&x->batch, x->batch.count);
	for (struct item *i = x->batch.first; i; i = i->next)
		i->claimed = false;
	x->next_claimed = NULL;
	rc = outbox_claimed(x->store, x->tenant, buf_str(&x->run), numbers,
	    x->batch.count, each_claimed, x, err);
	free(numbers);
	if (rc == 0)
		rc = gate_hosts(&x->gate, err);
	x->d.hosts = gate_allows(&x->gate);
	for (struct item *i = x->batch.first; i; i = i->next)
		if (x->gate.forbidden && !i->over)
			gate_forbids(&x->gate, i);
	sort_batch(x);
	return rc;
}

/* ---- what was left ---------------------------------------------------------
 */

int
ledger_recover(struct drain *x, const struct channel *c, struct err *err)
{
	struct str name = str_of(c->name);
	int64_t doubtful = 0, again;
	static const struct place nowhere;
	int rc;

	if (store_begin(x->store, STORE_CHANGE, "look what was left", err) < 0)
		return -1;
	rc = outbox_recover(x->store, x->tenant, name, c->kind->inside,
	    x->job->now, &x->lines, &doubtful, err);
	if (rc == 0 && x->job->resend_doubtful)
		rc = outbox_resend(
		    x->store, x->tenant, name, x->job->now, &again, err);
	if (rc == 0)
		rc = store_commit(x->store, true, err);
	store_rollback(x->store);
	if (rc < 0)
		return -1;
	x->done->doubtful += (uint64_t)doubtful;
	if (doubtful)
		remark(x->job->failures, nowhere,
		    "%s: %" PRId64 " message%s in doubt since a program ended",
		    c->name, doubtful, plural(doubtful));
	return ledger_flush(x, err);
}

int
ledger_give_back(struct drain *x, struct err *err)
{
	int64_t at = x->held > x->job->now ? x->held : x->job->now;
	int rc;

	if (x->reserved == 0)
		return 0;
	if (store_begin(x->store, STORE_CHANGE, "give back", err) < 0)
		return -1;
	rc = outbox_unreserve(x->store, x->tenant, str_of(x->d.channel->name),
	    buf_str(&x->run), at, err);
	if (rc == 0)
		rc = store_commit(x->store, false, err);
	store_rollback(x->store);
	return rc;
}
