/* SPDX-License-Identifier: ISC */
/*
 * Delivering. Of each channel, in turns: what has ended is written down, as
 * many as can begin are claimed, in the same transaction; when that is on disk
 * they are begun. What will not be begun at all (too late, suppressed, nothing
 * to say) is claimed and closed at once, so that it is never in doubt.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "notify/notify_priv.h"

enum {
	AHEAD = 500, /* messages read from the store at a time */
	FAULTS = 5   /* of a server in a row: enough for now */
};

struct drain {
	struct store *store;
	const struct tenant *tenant;
	const struct notify_job *job;
	struct notify_done *done;
	struct template_library *library;
	struct sender *sender;
	struct buf run, lines;
	bool noted; /* the moment */
	uint64_t begun;
	int64_t started; /* on the monotonic clock */
	/* Of the channel. */
	struct delivery d;
	struct gate gate;
	struct items ready, batch, ended, waiting;
	bool exhausted; /* nothing more is due, or to be begun */
	unsigned faults;
	int64_t hold; /* nothing before this moment; 0: not asked for */
};

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

/* The moment of the run, and what has passed since it began. */
static int64_t
clock_now(const struct drain *x)
{
	return x->job->now + time_monotonic() - x->started;
}

/* ---- what has ended --------------------------------------------------------
 */

static void
tell(struct drain *x, const struct item *i, const struct outbox_end *e)
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

static void
collect(struct drain *x)
{
	struct item *i;

	while ((i = x->d.channel->kind->done(&x->d)) != NULL) {
		if (i->outcome != OUT_LATER)
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
		    x->job->now, AHEAD, look_at, x, err);
	store_rollback(x->store);
	x->exhausted = x->ready.count == 0;
	return rc;
}

static void
judge_late(struct drain *x, struct item *i)
{
	struct buf limit = {0};

	if (i->row.due_at >= x->job->now - x->job->max_late)
		return;
	duration_add(&limit, x->job->max_late);
	item_end(i, OUT_CANCELLED, 0, "overdue by more than %s", limit.p);
	i->over = true;
	buf_release(&limit);
}

/* Over, or to wait? */
static void
judge(struct drain *x, struct item *i)
{
	judge_late(x, i);
	if (!i->over)
		i->until = gate_ask(&x->gate, i, clock_now(x));
	if (!i->over && !i->until)
		delivery_prepare(&x->d, i);
}

/* From ready to batch: as many as can begin, and on the way what never will,
 * or not now. */
static void
choose(struct drain *x)
{
	size_t room = x->d.channel->kind->room(&x->d, x->ready.count),
	       begin = 0;
	struct item *i;

	if (x->job->limit > 0 && room > (uint64_t)x->job->limit - x->begun)
		room = (size_t)((uint64_t)x->job->limit - x->begun);
	while (begin < room && (i = items_take(&x->ready)) != NULL) {
		judge(x, i);
		items_add(i->until ? &x->waiting : &x->batch, i);
		begin += !i->over && !i->until;
	}
	x->begun += begin;
}

/* ---- writing down ----------------------------------------------------------
 */

static void
each_claimed(void *context, int64_t number, struct str suppressed)
{
	struct drain *x = context;
	bool mail = x->d.channel->kind == &kind_email;

	for (struct item *i = x->batch.first; i; i = i->next) {
		if (i->row.number != number)
			continue;
		i->claimed = true;
		if (suppressed.p && mail && !i->over) {
			item_end(i, OUT_CANCELLED, 0, "suppressed: %.*s",
			    STR_ARG(suppressed));
			i->over = true;
		}
	}
}

static int64_t *
numbers_of(const struct items *q)
{
	int64_t *numbers = xmalloc((q->count + 1) * sizeof(*numbers));
	size_t n = 0;

	for (const struct item *i = q->first; i; i = i->next)
		numbers[n++] = i->row.number;
	return numbers;
}

/* Claims the batch; what somebody else has taken or decided meanwhile goes,
 * what is over ends. */
static int
claim(struct drain *x, struct err *err)
{
	int64_t *numbers = numbers_of(&x->batch);
	struct items all;
	struct item *i;
	int rc;

	if (x->batch.count == 0) {
		free(numbers);
		return 0;
	}
	rc = outbox_claim(x->store, x->tenant, buf_str(&x->run), numbers,
	    x->batch.count, x->job->now, each_claimed, x, err);
	free(numbers);
	all = x->batch;
	x->batch = (struct items){0};
	while ((i = items_take(&all)) != NULL) {
		if (!i->claimed)
			item_free(i);
		else
			items_add(i->over ? &x->ended : &x->batch, i);
	}
	if (rc == 0 && x->batch.count)
		rc = sender_claim(
		    x->sender, x->store, (int64_t)x->batch.count, err);
	return rc;
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
		tell(x, i, &ends[n++]);
	}
	rc = outbox_close(
	    x->store, x->tenant, buf_str(&x->run), ends, n, x->job->now, err);
	if (rc == 0 && x->hold)
		rc = outbox_hold(x->store, x->tenant,
		    str_of(x->d.channel->name), x->hold, err);
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

		tell(x, i, &e);
		waits[n++] = (struct outbox_wait){
		    i->row.number, i->until, str_of(i->answer)};
	}
	rc = outbox_wait(x->store, x->tenant, waits, n, err);
	free(waits);
	return rc;
}

static int
flush(struct drain *x, struct err *err)
{
	int rc = 0;

	if (x->lines.len)
		rc = x->job->flush(x->job->context, buf_str(&x->lines), err);
	buf_clear(&x->lines);
	return rc;
}

/* One transaction, on disk before anything of the batch goes out. */
static int
write_down(struct drain *x, struct err *err)
{
	int rc;

	if (store_begin(x->store, STORE_CHANGE, "deliver", err) < 0)
		return -1;
	rc = x->noted ? 0
		      : store_moment(x->store, x->tenant->id, x->job->now,
			    x->job->replay, err);
	if (rc == 0)
		rc = claim(x, err);
	if (rc == 0)
		rc = close_ended(x, err);
	if (rc == 0)
		rc = put_off(x, err);
	if (rc == 0)
		rc = store_commit(x->store, x->batch.count > 0, err);
	store_rollback(x->store);
	if (rc < 0)
		return -1;
	x->noted = true;
	items_free(&x->ended);
	items_free(&x->waiting);
	if (x->batch.count && sender_note(x->sender, err) < 0)
		return -1;
	return flush(x, err);
}

/* ---- beginning -------------------------------------------------------------
 */

/* Once more, just before the first byte: must it not be written to now? */
static int
begin_batch(struct drain *x, struct err *err)
{
	int64_t *numbers = numbers_of(&x->batch);
	struct item *i;
	int rc = 0;

	if (x->batch.count && x->d.channel->kind == &kind_email)
		rc = outbox_claimed(x->store, x->tenant, buf_str(&x->run),
		    numbers, x->batch.count, each_claimed, x, err);
	free(numbers);
	while (rc == 0 && (i = items_take(&x->batch)) != NULL) {
		if (i->over)
			items_add(&x->ended, i);
		else
			x->d.channel->kind->start(&x->d, i);
	}
	return rc;
}

static int
work(struct drain *x, struct err *err)
{
	for (;;) {
		collect(x);
		if (look_ahead(x, err) < 0)
			return -1;
		choose(x);
		if ((x->batch.count || x->ended.count || x->waiting.count) &&
		    write_down(x, err) < 0)
			return -1;
		if (begin_batch(x, err) < 0)
			return -1;
		if (x->exhausted && !x->ended.count && !x->d.done.count &&
		    x->d.channel->kind->busy(&x->d) == 0)
			return 0;
		if (lease_renew(x->store, err) < 0 ||
		    delivery_wait(&x->d, x->ready.count, err) < 0)
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

/* What somebody who died has left, and what is to be sent again. */
static int
recover(struct drain *x, const struct channel *c, struct err *err)
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
	return flush(x, err);
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
	items_free(&x->ready);
	items_free(&x->batch);
	items_free(&x->ended);
	items_free(&x->waiting);
}

static int
deliver(struct drain *x, const struct channel *c, struct err *err)
{
	int rc;

	x->d = (struct delivery){.channel = c,
	    .tenant = x->tenant,
	    .library = x->library,
	    .now = x->job->now,
	    .pulse = pulse,
	    .context = x->store};
	x->exhausted = false;
	x->faults = 0;
	rc = recover(x, c, err);
	if (rc == 0 && delivery_open(&x->d, err) < 0) {
		snprintf(x->d.trouble, sizeof(x->d.trouble), "%s", err->text);
		err_clear(err);
	} else if (rc == 0) {
		rc = work(x, err);
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

/* What would be said, without saying it. */
static int
rehearse(struct drain *x, struct str name, struct err *err)
{
	const struct channel *c =
	    channel_find(x->job->channels, x->tenant, name);
	struct item *i;
	int rc = 0;

	if (!c || (x->job->only && !str_is(name, x->job->only)))
		return 0;
	x->d = (struct delivery){.channel = c,
	    .tenant = x->tenant,
	    .library = x->library,
	    .now = x->job->now};
	if (gate_open(&x->gate, x->store, x->tenant, c, err) < 0 ||
	    outbox_due(x->store, x->tenant, name, x->job->now, INT32_MAX,
		look_at, x, err) < 0)
		return -1;
	while (rc == 0 && (i = items_take(&x->ready)) != NULL) {
		struct outbox_end e;

		judge(x, i);
		e = item_verdict(i, x->job->now, false);
		tell(x, i, &e);
		item_free(i);
		if (rc == 0)
			rc = flush(x, err);
	}
	items_free(&x->ready);
	gate_close(&x->gate);
	return rc;
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
			sender_run(x.sender, &x.run);
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
