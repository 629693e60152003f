/* SPDX-License-Identifier: ISC */
/*
 * Rows on their way from the store to the stream. Where there are many, they
 * are read by a thread of their own, on a connection of its own that stays in
 * one snapshot; the caller's thread takes them from a few blocks that go round
 * and puts them into their format.
 */
#include <pthread.h>
#include <stdlib.h>

#include "export/export_priv.h"

enum {
	PAGE = 10000, /* leads that are read at once */
	SLOTS = 4,
	FULL = 192 << 10, /* bytes of text in a block */
	KEPT = 1 << 20,   /* of its memory: some texts are long */
};

struct piece {
	uint32_t at, n; /* in the block's text */
	uint8_t type;   /* enum field_type */
	bool there;
};
struct block {
	struct buf text;
	struct piece *piece;
	size_t count, cap;
	int64_t done, whole; /* done 0: in the middle */
};

struct export_pipe {
	struct export *e;
	const struct export_which *which;
	struct store *st; /* what is read */
	const struct export_pipe_how *how;
	struct field *cell; /* a row, with the names of its columns */
	size_t cells, cell_cap;
	bool alone; /* without a thread: rows go straight on */

	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct block slots[SLOTS];
	uint64_t filled, emptied; /* blocks so far */
	bool over, stop;
	struct err err; /* of the reader */
};

static int
mark(const struct export_which *which, int64_t done, int64_t whole,
    struct err *err)
{
	return which->mark ? which->mark(which->context, done, whole, err) : 0;
}

/* ---- the reader ---------------------------------------------------------- */

static struct block *
filling(struct export_pipe *p)
{
	return &p->slots[p->filled % SLOTS];
}

/* The block goes on; waits for the next one. 1 when nobody wants more. */
static int
hand_over(struct export_pipe *p)
{
	bool stop;

	pthread_mutex_lock(&p->lock);
	p->filled++;
	pthread_cond_broadcast(&p->changed);
	while (!p->stop && p->filled - p->emptied >= SLOTS)
		pthread_cond_wait(&p->changed, &p->lock);
	stop = p->stop;
	pthread_mutex_unlock(&p->lock);
	return stop;
}

int
export_pipe_row(struct export_pipe *p, const struct field *cell, size_t count,
    struct err *err)
{
	struct block *b = filling(p);

	if (p->alone) {
		struct record record = {
		    .field = (struct field *)(uintptr_t)cell,
		    .count = count,
		    .shape = 1};

		return export_record(p->e, &record, err);
	}
	GROW(b->piece, b->cap, b->count + count);
	for (size_t i = 0; i < count; i++) {
		struct piece *piece = &b->piece[b->count++];
		struct str text = cell[i].text;

		*piece = (struct piece){(uint32_t)b->text.len, (uint32_t)text.n,
		    (uint8_t)cell[i].type, text.p != NULL};
		if (text.n)
			buf_adds(&b->text, text);
	}
	return b->text.len >= FULL ? hand_over(p) : 0;
}

/* All leads up to `done` of `whole` are out. */
static int
put_mark(struct export_pipe *p, int64_t done, int64_t whole, struct err *err)
{
	struct block *b = filling(p);

	if (p->alone)
		return mark(p->which, done, whole, err);
	b->done = done;
	b->whole = whole;
	return hand_over(p);
}

static int
read_pages(struct export_pipe *p, struct err *err)
{
	const struct export_pipe_how *how = p->how;
	int64_t whole;
	int rc = lead_last(p->st, how->tenant, &whole, err);

	for (int64_t after = p->which->after; rc == 0 && after < whole;
	     after += PAGE) {
		int64_t last = after + PAGE < whole ? after + PAGE : whole;

		rc = how->read(how->context, p->st, after, last, p, err);
		if (rc == 0)
			rc = put_mark(p, last, whole, err);
	}
	return rc;
}

static int
read_all(struct export_pipe *p, struct err *err)
{
	int rc;

	if (store_begin(p->st, STORE_SNAPSHOT, "export", err) < 0)
		return -1;
	rc = read_pages(p, err);
	store_rollback(p->st);
	return rc;
}

static void *
read_thread(void *context)
{
	struct export_pipe *p = context;
	struct err err = {0};
	int rc = read_all(p, &err);

	pthread_mutex_lock(&p->lock);
	if (rc < 0)
		p->err = err;
	p->filled++; /* what was begun */
	p->over = true;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* ---- the other end ------------------------------------------------------- */

/* The next block; NULL at the end. */
static struct block *
wait_block(struct export_pipe *p)
{
	struct block *b = NULL;

	pthread_mutex_lock(&p->lock);
	while (p->filled == p->emptied && !p->over)
		pthread_cond_wait(&p->changed, &p->lock);
	if (p->filled != p->emptied && p->err.kind == ERR_NONE)
		b = &p->slots[p->emptied % SLOTS];
	pthread_mutex_unlock(&p->lock);
	return b;
}

static void
give_back(struct export_pipe *p, struct block *b)
{
	if (b->text.cap > KEPT)
		buf_release(&b->text);
	buf_clear(&b->text);
	b->count = 0;
	b->done = b->whole = 0;
	pthread_mutex_lock(&p->lock);
	p->emptied++;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
}

static int
put_block(struct export_pipe *p, const struct block *b, struct err *err)
{
	struct record record = {
	    .field = p->cell, .count = p->cells, .shape = 1};
	const struct piece *piece = b->piece;
	const char *text = buf_str(&b->text).p;
	int rc = 0;

	for (size_t left = b->count; rc == 0 && left; left -= p->cells) {
		for (size_t i = 0; i < p->cells; i++, piece++) {
			p->cell[i].type = (enum field_type)piece->type;
			p->cell[i].text.p =
			    piece->there ? text + piece->at : NULL;
			p->cell[i].text.n = piece->n;
		}
		rc = export_record(p->e, &record, err);
	}
	if (rc == 0 && b->done)
		rc = mark(p->which, b->done, b->whole, err);
	return rc;
}

static int
take_all(struct export_pipe *p, struct err *err)
{
	struct block *b;
	int rc = 0;

	while (rc == 0 && (b = wait_block(p))) {
		rc = put_block(p, b, err);
		give_back(p, b);
	}
	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
	pthread_join(p->thread, NULL);
	if (rc == 0 && p->err.kind != ERR_NONE) {
		*err = p->err;
		rc = -1;
	}
	return rc;
}

/* ---- all of it ----------------------------------------------------------- */

static int
run_thread(struct export_pipe *p, struct err *err)
{
	int rc;

	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->changed, NULL);
	if (pthread_create(&p->thread, NULL, read_thread, p) != 0)
		rc = err_set(err, ERR_FAIL, "cannot start a thread");
	else
		rc = take_all(p, err);
	pthread_cond_destroy(&p->changed);
	pthread_mutex_destroy(&p->lock);
	for (size_t i = 0; i < SLOTS; i++) {
		buf_release(&p->slots[i].text);
		free(p->slots[i].piece);
	}
	return rc;
}

int
export_pipe_run(struct store *st, const struct export_pipe_how *how,
    struct export *e, struct err *err)
{
	struct export_pipe p = {.e = e, .how = how, .which = how->which};
	struct store *reader = NULL;
	int64_t whole;
	int rc;

	if (lead_last(st, how->tenant, &whole, err) < 0 ||
	    (whole > PAGE && store_reader(st, &reader, err) < 0))
		return -1;
	p.st = reader ? reader : st;
	p.alone = !reader;
	GROW(p.cell, p.cell_cap, how->count);
	for (size_t i = 0; i < how->count; i++)
		p.cell[i] = (struct field){.name = how->column[i].name};
	p.cells = how->count;
	rc = p.alone ? read_all(&p, err) : run_thread(&p, err);
	free(p.cell);
	store_close(reader);
	return rc < 0 ? -1 : 0;
}
