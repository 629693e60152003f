/* SPDX-License-Identifier: ISC */
/*
 * The reading thread. It fills one batch while the other one is applied: reads
 * records, makes items of them, and for events looks their leads up through a
 * connection of its own, so that the write lock is held for writing only.
 *
 * A batch is handed over when it is full, or as soon as the applying thread has
 * nothing to do and some time has passed. When by then the reading thread waits
 * for input, the applying thread takes the batch as it is: what comes slowly
 * through a pipe does not wait for what comes after it.
 */
#include <pthread.h>
#include <signal.h>

#include "import/import_priv.h"

#define BATCH_ITEMS 16384
#define BATCH_BYTES ((size_t)1 << 20) /* of records, as read */
#define HANDOVER_MS 100
#define WAIT_MS     100

enum batch_state { EMPTY, FULL };

struct feeder {
	const struct import_run *run;
	struct record_reader *reader;
	struct store *store; /* the thread's own, or NULL */
	struct plan *plan;
	struct remarks remarks; /* noted until a batch takes them along */
	struct noted *noted;
	size_t noteds, noted_cap;
	struct arena noted_texts;
	pthread_t thread;
	bool running;

	pthread_mutex_t mutex;
	pthread_cond_t changed;
	enum batch_state state[2];
	bool idle, quit, done;
	bool reading; /* in record_next */
	bool taken;   /* the batch was, meanwhile */
	bool left;    /* by the applying thread, for good */

	struct batch batch[2];
	struct batch *filling;
	size_t in, out; /* batches begun and taken */
	bool have;      /* the applying thread holds batch[out - 1] */
	struct err err;
	enum err_kind failed;
};

/* ---- filling ------------------------------------------------------------ */

static struct item *
add_item(struct batch *b, struct place place)
{
	struct item *item;

	GROW(b->item, b->cap, b->count + 1);
	item = &b->item[b->count++];
	memset(item, 0, sizeof(*item));
	item->place = place;
	return item;
}

/* Remarks wait here, for the batch may be taken away during record_next. */
static void
note_remark(void *context, struct place place, const char *text)
{
	struct feeder *f = context;

	GROW(f->noted, f->noted_cap, f->noteds + 1);
	f->noted[f->noteds++] =
	    (struct noted){place, arena_str(&f->noted_texts, str_of(text))};
}

static void
move_remarks(struct feeder *f, struct batch *b)
{
	if (f->noteds == 0)
		return;
	GROW(b->noted, b->noted_cap, b->noteds + f->noteds);
	for (size_t i = 0; i < f->noteds; i++) {
		b->noted[b->noteds] = f->noted[i];
		b->noted[b->noteds++].text =
		    arena_str(&b->arena, f->noted[i].text);
	}
	f->noteds = 0;
	arena_clear(&f->noted_texts);
}

static void
add_reject(struct batch *b, const struct record_reject *reject)
{
	struct item *item = add_item(b, reject->place);
	struct record_reject *raw = arena_alloc(&b->arena, sizeof(*raw));

	item->reason = arena_str(&b->arena, str_of(reject->reason));
	*raw = *reject;
	raw->reason = item->reason.p;
	raw->raw = arena_str(&b->arena, reject->raw);
	item->raw = raw;
}

/* Returns about how many bytes the item keeps alive. */
static size_t
add_record(struct feeder *f, struct batch *b, const struct record *record)
{
	struct item *item = add_item(b, record->place);
	struct reading reading;
	struct str reason;
	size_t bytes = 0;

	if (!plan_read(
		f->plan, record, &f->remarks, &b->arena, &reading, &reason) ||
	    !make_item(f->run, &reading, &b->arena, item, &reason))
		item->reason = reason;
	/* Any item may yet be rejected by what the store says. */
	if (f->run->rejects) {
		struct record *copy = arena_alloc(&b->arena, sizeof(*copy));

		*copy = record_copy(record, &b->arena);
		item->record = copy;
	}
	for (size_t i = 0; i < record->count; i++)
		bytes += record->field[i].text.n;
	return bytes;
}

static bool
handover(struct feeder *f, int64_t began)
{
	bool idle;

	pthread_mutex_lock(&f->mutex);
	idle = f->idle || f->quit;
	pthread_mutex_unlock(&f->mutex);
	return idle && time_monotonic() - began >= HANDOVER_MS;
}

/* The next batch, emptied; with the mutex held. False: told to quit. */
static bool
begin_batch(struct feeder *f)
{
	struct batch *b = &f->batch[f->in % 2];

	while (f->state[f->in % 2] == FULL && !f->quit)
		pthread_cond_wait(&f->changed, &f->mutex);
	if (f->quit)
		return false;
	arena_clear(&b->arena);
	b->count = b->noteds = 0;
	b->last = b->looked_up = false;
	b->sorted = 0;
	f->filling = b;
	return true;
}

/* A record, during whose reading the batch may be taken away. */
static enum record_got
next_for_batch(struct feeder *f, struct record *record,
    struct record_reject *reject, struct err *err)
{
	enum record_got got;

	pthread_mutex_lock(&f->mutex);
	f->reading = true;
	pthread_mutex_unlock(&f->mutex);
	got = record_next(f->reader, record, reject, err);
	pthread_mutex_lock(&f->mutex);
	f->reading = false;
	if (f->taken) {
		f->taken = false;
		begin_batch(f);
	}
	/* From here on nothing of the caller's may be looked at. */
	if (f->quit)
		got = RECORD_GOT_END;
	pthread_mutex_unlock(&f->mutex);
	return got;
}

static int
fill(struct feeder *f, struct err *err)
{
	int64_t began = time_monotonic();
	struct record_reject reject;
	struct record record;
	size_t bytes = 0;

	for (;;) {
		enum record_got got = next_for_batch(f, &record, &reject, err);
		struct batch *b = f->filling;

		if (b->count == 0)
			bytes = 0;
		move_remarks(f, b);
		if (got == RECORD_GOT_ERROR)
			return -1;
		if (got == RECORD_GOT_END) {
			plan_tell_unmet(f->plan, &f->remarks);
			move_remarks(f, b);
			b->last = true;
			break;
		}
		if (got == RECORD_GOT_REJECT) {
			add_reject(b, &reject);
			bytes += reject.raw.n;
		} else {
			bytes += add_record(f, b, &record);
			move_remarks(f, b);
		}
		if (b->count >= BATCH_ITEMS || bytes >= BATCH_BYTES)
			break;
		if ((b->count & 127) == 0 && handover(f, began))
			break;
	}
	f->filling->part = record_reader_bytes(f->reader);
	f->filling->whole = record_reader_size(f->reader);
	return 0;
}

static int
by_id(const void *a, const void *b)
{
	const struct item *x = *(struct item *const *)a;
	const struct item *y = *(struct item *const *)b;
	int order = str_cmp(x->in.event->id, y->in.event->id);

	return order ? order : (x < y ? -1 : x > y);
}

static int
by_lead(const void *a, const void *b)
{
	const struct item *x = *(struct item *const *)a;
	const struct item *y = *(struct item *const *)b;

	if (x->in.event->lead != y->in.event->lead)
		return x->in.event->lead < y->in.event->lead ? -1 : 1;
	return x < y ? -1 : x > y;
}

static int
by_place(const void *a, const void *b)
{
	const struct item *x = *(struct item *const *)a;
	const struct item *y = *(struct item *const *)b;

	return x < y ? -1 : x > y;
}

/* Events in the order of their leads walk through the index of the store
 * instead of jumping about in it. Those that need care (no lead found, rejected
 * already, a second one of an id) come after all others, as they came. */
static void
sort_events(struct batch *b)
{
	struct item **order = b->order, **second;
	size_t good = 0, late = b->count, kept = 0, seconds = 0;

	for (size_t i = 0; i < b->count; i++) {
		struct item *item = &b->item[i];

		if (!item->reason.p && item->in.event->lead != 0)
			order[good++] = item;
		else
			order[--late] = item;
	}
	second = xreallocarray(NULL, good + 1, sizeof(struct item *));
	qsort(order, good, sizeof(*order), by_id);
	for (size_t i = 0; i < good; i++) {
		struct item *item = order[i];

		if (kept > 0 &&
		    str_eq(order[kept - 1]->in.event->id, item->in.event->id)) {
			second[seconds++] = item;
			continue;
		}
		order[kept++] = item;
	}
	memcpy(order + kept, second, seconds * sizeof(*order));
	free(second);
	qsort(order, kept, sizeof(*order), by_lead);
	qsort(order + kept, b->count - kept, sizeof(*order), by_place);
	b->sorted = kept;
}

static void
put_in_order(struct feeder *f, struct batch *b)
{
	GROW(b->order, b->order_cap, b->count);
	for (size_t i = 0; i < b->count; i++)
		b->order[i] = &b->item[i];
	if (b->looked_up && f->run->what == IMPORT_EVENTS && !f->run->create)
		sort_events(b);
}

/* The leads that events or assessments speak of, ahead of their turn. */
static int
look_up(struct feeder *f, struct batch *b, struct err *err)
{
	struct event_in **event;
	size_t count = 0;
	int rc;

	if (!f->store || f->run->what == IMPORT_LEADS || b->count == 0)
		return 0;
	event = xreallocarray(NULL, b->count, sizeof(*event));
	for (size_t i = 0; i < b->count; i++)
		if (!b->item[i].reason.p)
			event[count++] = f->run->what == IMPORT_EVENTS
					     ? b->item[i].in.event
					     : &b->item[i].in.run->event;
	rc = store_begin(f->store, STORE_SNAPSHOT, "look up leads", err);
	if (rc == 0) {
		rc = lead_erasures(f->store, f->run->tenant, &b->erasures, err);
		if (rc == 0)
			rc = lookup_leads(f->store, f->run->tenant, event,
			    count, &b->arena, err);
		store_rollback(f->store);
		b->looked_up = rc == 0;
	}
	free(event);
	return rc;
}

/* Hands the batch over; with the mutex held. */
static void
hand_over(struct feeder *f)
{
	f->state[f->in++ % 2] = FULL;
	pthread_cond_broadcast(&f->changed);
}

static bool
told_to_quit(struct feeder *f)
{
	bool quit;

	pthread_mutex_lock(&f->mutex);
	quit = f->quit;
	pthread_mutex_unlock(&f->mutex);
	return quit;
}

/* Fills a batch and gets it ready to be applied. */
static void
prepare(struct feeder *f)
{
	struct err err = {0};
	int rc = fill(f, &err);

	if (told_to_quit(f))
		return;
	if (rc == 0)
		rc = look_up(f, f->filling, &err);
	put_in_order(f, f->filling);
	if (rc < 0) {
		/* What was read before the failure is still good. */
		f->err = err;
		f->failed = err.kind;
		f->filling->last = true;
	}
}

static void
feeder_free(struct feeder *f)
{
	record_reader_close(f->reader);
	store_close(f->store);
	plan_free(f->plan);
	free(f->noted);
	arena_release(&f->noted_texts);
	for (size_t i = 0; i < 2; i++) {
		arena_release(&f->batch[i].arena);
		free(f->batch[i].item);
		free(f->batch[i].order);
		free(f->batch[i].noted);
	}
	pthread_cond_destroy(&f->changed);
	pthread_mutex_destroy(&f->mutex);
	free(f);
}

static void *
feed(void *context)
{
	struct feeder *f = context;
	bool more, left;

	pthread_mutex_lock(&f->mutex);
	more = begin_batch(f);
	while (more) {
		pthread_mutex_unlock(&f->mutex);
		prepare(f);
		pthread_mutex_lock(&f->mutex);
		if (f->quit)
			break;
		f->done = f->filling->last;
		hand_over(f);
		more = !f->done && begin_batch(f);
	}
	f->done = true;
	left = f->left;
	pthread_mutex_unlock(&f->mutex);
	if (left)
		feeder_free(f);
	return NULL;
}

/* ---- taking ------------------------------------------------------------- */

/* False when nothing happened. */
static bool
wait_a_little(struct feeder *f)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += WAIT_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	return pthread_cond_timedwait(&f->changed, &f->mutex, &until) == 0;
}

int
feeder_next(struct feeder *f, struct batch **ret, struct err *err)
{
	size_t at = f->out % 2;
	int got = 1;

	pthread_mutex_lock(&f->mutex);
	if (f->have) {
		f->have = false;
		f->state[(f->out + 1) % 2] = EMPTY;
		pthread_cond_broadcast(&f->changed);
	}
	f->idle = true;
	while (f->state[at] == EMPTY && got == 1) {
		if (f->done)
			got = 0;
		else if (f->run->stop && f->run->stop(f->run->context))
			got = 0;
		else if (!wait_a_little(f) && f->reading && !f->taken &&
			 f->state[at] == EMPTY && f->filling->count > 0) {
			f->taken = true;
			put_in_order(f, f->filling);
			hand_over(f);
		}
	}
	f->idle = false;
	if (got == 1 && f->run->stop && f->run->stop(f->run->context))
		got = 0;
	if (got == 1) {
		*ret = &f->batch[at];
		f->out++;
		f->have = true;
	} else if (f->failed != ERR_NONE) {
		*err = f->err;
		got = -1;
	}
	pthread_mutex_unlock(&f->mutex);
	return got;
}

bool
feeder_ready(struct feeder *f)
{
	bool ready;

	pthread_mutex_lock(&f->mutex);
	ready = f->state[f->out % 2] == FULL;
	pthread_mutex_unlock(&f->mutex);
	return ready;
}

int
feeder_start(const struct import_run *run, char *const *paths, size_t count,
    const struct record_input *input, bool look, struct feeder **ret,
    struct err *err)
{
	struct feeder *f = xcalloc(1, sizeof(*f));
	struct record_input own = *input;
	sigset_t all, before;
	int code;

	f->run = run;
	f->remarks = (struct remarks){.put = note_remark, .context = f};
	own.remarks = &f->remarks;
	pthread_mutex_init(&f->mutex, NULL);
	pthread_cond_init(&f->changed, NULL);
	f->plan = plan_new(run->map);
	if (record_reader_open(paths, count, &own, &f->reader, err) < 0 ||
	    (look && run->what != IMPORT_LEADS &&
		store_reader(run->store, &f->store, err) < 0)) {
		/* What was noticed may say why. */
		for (size_t i = 0; i < f->noteds; i++)
			remark(run->remarks, f->noted[i].place, "%.*s",
			    STR_ARG(f->noted[i].text));
		feeder_stop(f);
		return -1;
	}
	/* Signals are for the thread that can act on them. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	code = pthread_create(&f->thread, NULL, feed, f);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (code != 0) {
		feeder_stop(f);
		return err_set(err, ERR_FAIL, "no thread to read with: %s",
		    strerror(code));
	}
	f->running = true;
	*ret = f;
	return 0;
}

void
feeder_stop(struct feeder *f)
{
	if (!f)
		return;
	if (f->running) {
		pthread_mutex_lock(&f->mutex);
		f->quit = true;
		/* It may wait for input that never comes: leave it there, it
		 * cleans up behind itself. */
		f->left = f->reading && !f->done;
		pthread_cond_broadcast(&f->changed);
		if (f->left) {
			pthread_detach(f->thread);
			pthread_mutex_unlock(&f->mutex);
			return;
		}
		pthread_mutex_unlock(&f->mutex);
		pthread_join(f->thread, NULL);
	}
	feeder_free(f);
}
