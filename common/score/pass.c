/* SPDX-License-Identifier: ISC */
/*
 * A full pass: every lead of the tenant, in blocks of consecutive numbers.
 * Helper threads read and compute blocks on connections of their own, the
 * caller's thread writes them in order; each block is a step that is complete
 * by itself. A lead that changes after its block was read is in the work
 * queue, which was emptied before the pass began, and is done again after it.
 */
#include <pthread.h>
#include <stdlib.h>

#include "score/score.sql.h"
#include "score/score_priv.h"

enum {
	BLOCK = 4096, /* numbers of leads; a multiple of 256 */
	HELPERS = 2,
	SLOTS = 4, /* blocks in flight */
};

struct slot {
	struct score_batch *batch;
	bool ready;
};

struct pass {
	const struct score_apply *job;
	const struct tenant *tenant;
	int64_t version, last; /* lead */
	int64_t first_block, end_block;

	pthread_mutex_t lock;
	pthread_cond_t changed;
	int64_t next_block; /* to be computed */
	int64_t done_block; /* all before are written */
	struct slot slots[SLOTS];
	bool stop;
	struct err err; /* of the first helper that failed */
};

struct helper {
	pthread_t thread;
	struct pass *pass;
	struct store *store;
	struct scorer scorer;
};

static int
compute_block(struct pass *p, struct scorer *s, struct store *st, int64_t block,
    struct score_batch *b, struct err *err)
{
	int64_t last = (block + 1) * BLOCK - 1;

	score_batch_clear(b);
	return scorer_range(
	    s, st, block * BLOCK - 1, last < p->last ? last : p->last, b, err);
}

static int
read_block(
    struct helper *h, int64_t block, struct score_batch *b, struct err *err)
{
	int code;

	if (store_begin(h->store, STORE_SNAPSHOT, "score apply", err) < 0)
		return -1;
	code = compute_block(h->pass, &h->scorer, h->store, block, b, err);
	store_rollback(h->store);
	return code;
}

static void *
help(void *context)
{
	struct helper *h = context;
	struct pass *p = h->pass;

	pthread_mutex_lock(&p->lock);
	while (!p->stop) {
		int64_t block = p->next_block;
		struct slot *slot = &p->slots[block % SLOTS];
		struct err err = {0};
		int code;

		if (block >= p->end_block)
			break;
		if (block >= p->done_block + SLOTS) {
			pthread_cond_wait(&p->changed, &p->lock);
			continue;
		}
		p->next_block++;
		pthread_mutex_unlock(&p->lock);
		code = read_block(h, block, slot->batch, &err);
		pthread_mutex_lock(&p->lock);
		if (code < 0) {
			if (!p->stop)
				p->err = err;
			p->stop = true;
		}
		slot->ready = true;
		pthread_cond_broadcast(&p->changed);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* ---- writing
 * ------------------------------------------------------------------ */

static int
write_block(struct pass *p, struct store *st, int64_t block,
    struct score_batch *b, struct err *err)
{
	if (p->job->dry_run)
		return 0;
	if (!store_in_transaction(st) &&
	    store_begin(st, STORE_CHANGE, "score apply", err) < 0)
		return -1;
	if (score_batch_write(st, p->tenant, p->job->moment.now, b, err) < 0)
		return -1;
	return store_run(st, &sql_score_pass_advance,
	    BINDS(BIND_INT(p->tenant->id), BIND_INT((block + 1) * BLOCK - 1)),
	    NULL, err);
}

static int
commit_block(struct pass *p, struct store *st, struct score_batch *b,
    uint64_t whole, struct score_applied *ret, struct err *err)
{
	if (!p->job->dry_run && store_commit(st, false, err) < 0)
		return -1;
	if (lease_renew(st, err) < 0)
		return -1;
	return score_step_done(p->job, b, whole, ret, err);
}

/* Without a second connection: read and write in one transaction per block. */
static int
run_alone(struct pass *p, struct store *st, uint64_t whole,
    struct score_applied *ret, struct err *err)
{
	struct scorer scorer;
	struct score_batch *b = score_batch_new();
	int code = 0;

	scorer_init(&scorer, p->tenant, p->job, p->version);
	for (int64_t block = p->first_block;
	     code == 0 && block < p->end_block && !ret->stopped; block++) {
		enum store_intent intent =
		    p->job->dry_run ? STORE_SNAPSHOT : STORE_CHANGE;

		code = store_begin(st, intent, "score apply", err);
		if (code == 0)
			code = compute_block(p, &scorer, st, block, b, err);
		if (code == 0)
			code = write_block(p, st, block, b, err);
		if (code == 0 && p->job->dry_run)
			store_rollback(st);
		if (code == 0)
			code = commit_block(p, st, b, whole, ret, err);
	}
	score_batch_free(b);
	scorer_release(&scorer);
	return code;
}

/* Waits for a block; false when the helpers gave up. */
static bool
wait_block(struct pass *p, int64_t block, struct score_batch **ret)
{
	struct slot *slot = &p->slots[block % SLOTS];
	bool ready;

	pthread_mutex_lock(&p->lock);
	while (!slot->ready && !p->stop)
		pthread_cond_wait(&p->changed, &p->lock);
	ready = slot->ready && !p->stop;
	*ret = slot->batch;
	pthread_mutex_unlock(&p->lock);
	return ready;
}

/* The written block's batch goes to the slot's next user. */
static void
release_block(struct pass *p, int64_t block, struct score_batch *b)
{
	struct slot *slot = &p->slots[block % SLOTS];

	/* Its rows are known to this thread's connection: forget them here. */
	score_batch_clear(b);
	pthread_mutex_lock(&p->lock);
	slot->ready = false;
	p->done_block = block + 1;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
}

static int
write_blocks(struct pass *p, struct store *st, uint64_t whole,
    struct score_applied *ret, struct err *err)
{
	for (int64_t block = p->first_block; block < p->end_block; block++) {
		struct score_batch *b;

		if (!wait_block(p, block, &b)) {
			*err = p->err;
			return -1;
		}
		if (write_block(p, st, block, b, err) < 0 ||
		    commit_block(p, st, b, whole, ret, err) < 0)
			return -1;
		release_block(p, block, b);
		if (ret->stopped)
			break;
	}
	return 0;
}

static int
run_helped(struct pass *p, struct store *st, struct helper *helpers,
    size_t count, uint64_t whole, struct score_applied *ret, struct err *err)
{
	size_t started = 0;
	int code = 0;

	for (size_t i = 0; i < SLOTS; i++)
		p->slots[i].batch = score_batch_new();
	for (; started < count; started++) {
		helpers[started].pass = p;
		scorer_init(
		    &helpers[started].scorer, p->tenant, p->job, p->version);
		if (pthread_create(&helpers[started].thread, NULL, help,
			&helpers[started]) != 0) {
			scorer_release(&helpers[started].scorer);
			break;
		}
	}
	if (started == 0)
		code = err_set(err, ERR_FAIL, "cannot start a thread");
	else
		code = write_blocks(p, st, whole, ret, err);
	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
	for (size_t i = 0; i < started; i++) {
		pthread_join(helpers[i].thread, NULL);
		scorer_release(&helpers[i].scorer);
	}
	for (size_t i = 0; i < SLOTS; i++)
		score_batch_free(p->slots[i].batch);
	return code;
}

int
score_pass(struct store *st, const struct score_apply *job,
    const struct tenant *t, int64_t version, int64_t pass_lead,
    struct score_applied *ret, struct err *err)
{
	struct pass p = {.job = job, .tenant = t, .version = version};
	struct helper helpers[HELPERS] = {0};
	size_t count = 0;
	int code;

	if (lead_last(st, t, &p.last, err) < 0)
		return -1;
	p.first_block = (pass_lead + 1) / BLOCK;
	p.end_block = p.last / BLOCK + 1;
	p.next_block = p.done_block = p.first_block;
	if (p.first_block >= p.end_block)
		return 0;
	/* A small tenant is done before a thread has started. */
	for (; p.end_block - p.first_block > 1 && count < HELPERS; count++) {
		if (store_reader(st, &helpers[count].store, err) < 0) {
			while (count)
				store_close(helpers[--count].store);
			return -1;
		}
		if (!helpers[count].store)
			break;
	}
	if (count == 0)
		return run_alone(&p, st, (uint64_t)p.last, ret, err);
	pthread_mutex_init(&p.lock, NULL);
	pthread_cond_init(&p.changed, NULL);
	code = run_helped(&p, st, helpers, count, (uint64_t)p.last, ret, err);
	pthread_cond_destroy(&p.changed);
	pthread_mutex_destroy(&p.lock);
	while (count)
		store_close(helpers[--count].store);
	return code;
}
