/* SPDX-License-Identifier: ISC */
/*
 * Digests: what waits to be said together is made one message, before any of it
 * is begun; and what such a message says, from its parts, when it is delivered.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "notify/notify_priv.h"

enum {
	PARTS_MOST = 100,
	HELD_MOST = 50 /* ms: then others may write */
};

struct batches {
	struct batch {
		struct str batch, recipient;
	} * one;
	size_t count, cap;
	struct arena arena;
};

/* ---- putting together ------------------------------------------------------
 */

static int
add_batch(
    void *context, struct str batch, struct str recipient, struct err *err)
{
	struct batches *all = context;

	(void)err;
	GROW(all->one, all->cap, all->count + 1);
	all->one[all->count++] = (struct batch){
	    arena_str(&all->arena, batch), arena_str(&all->arena, recipient)};
	return 0;
}

static int
find_batches(struct drain *x, struct batches *ret, struct err *err)
{
	return outbox_batches(x->store, x->tenant, str_of(x->d.channel->name),
	    x->job->now, x->job->now - x->job->max_late, add_batch, ret, err);
}

static void
release_batches(struct batches *all)
{
	free(all->one);
	arena_release(&all->arena);
}

static int
add_part(void *context, const struct outbox_row *row, struct err *err)
{
	struct items *q = context;

	(void)err;
	items_add(q, item_new(row));
	return 0;
}

/* The message that says what waits of a batch, behind a number, with its parts;
 * NULL when they are to go, or to wait, one by one. */
static int
digest_of(struct drain *x, const struct batch *batch, int64_t after,
    struct item **ret, struct err *err)
{
	struct items parts = {0};
	struct outbox_row row;
	struct arena arena = {0};
	struct str channel = str_of(x->d.channel->name);
	int rc = outbox_batch(x->store, x->tenant, channel, batch->batch,
	    batch->recipient, x->job->now - x->job->max_late, after, PARTS_MOST,
	    add_part, &parts, err);

	*ret = NULL;
	if (rc == 0 && parts.count > 1 &&
	    !gate_refuses(&x->gate, parts.first, drain_clock(x))) {
		outbox_digest(x->tenant, &parts.first->row, channel,
		    x->job->now, &arena, &row);
		*ret = item_new(&row);
		(*ret)->parts = parts;
		parts = (struct items){0};
	}
	arena_release(&arena);
	items_free(&parts);
	return rc;
}

static void
tell_part(struct drain *x, const struct item *i, struct str digest)
{
	struct json_writer w = {.out = &x->lines};

	json_put_object(&w);
	json_add_text(&w, "id", i->row.id);
	json_add_text(&w, "channel", str_of(x->d.channel->name));
	if (i->row.recipient.n)
		json_add_text(&w, "recipient", i->row.recipient);
	if (i->row.lead.p)
		json_add_text(&w, "lead", i->row.lead);
	json_add_text(&w, "state", STR("merged"));
	json_add_text(&w, "part_of", digest);
	json_put_end(&w);
	buf_addc(&x->lines, '\n');
	x->done->merged++;
}

static int
merge(struct drain *x, const struct item *digest, struct err *err)
{
	int64_t numbers[PARTS_MOST];
	size_t n = 0;

	for (const struct item *i = digest->parts.first; i; i = i->next) {
		numbers[n++] = i->row.number;
		tell_part(x, i, digest->row.id);
	}
	return outbox_merge(x->store, x->tenant, &digest->row,
	    str_of(x->d.channel->name), numbers, n, x->job->now, err);
}

/* One batch, more than once where it is long: 1 something was done, 0, -1. */
static int
merge_batch(struct drain *x, const struct batch *batch, struct err *err)
{
	struct item *digest;
	int rc = digest_of(x, batch, 0, &digest, err);

	if (rc < 0 || !digest)
		return rc;
	rc = merge(x, digest, err);
	item_free(digest);
	return rc < 0 ? -1 : 1;
}

/* A transaction's worth; *at moves on. */
static int
merge_some(
    struct drain *x, const struct batches *all, size_t *at, struct err *err)
{
	int rc = store_begin(x->store, STORE_CHANGE, "put together", err);

	if (rc == 0)
		rc =
		    gate_open(&x->gate, x->store, x->tenant, x->d.channel, err);
	while (rc >= 0 && *at < all->count && store_held(x->store) < HELD_MOST)
		if ((rc = merge_batch(x, &all->one[*at], err)) == 0)
			++*at;
	if (rc >= 0)
		rc = store_commit(x->store, false, err);
	store_rollback(x->store);
	return rc < 0 ? -1 : ledger_flush(x, err);
}

int
digest_gather(struct drain *x, struct err *err)
{
	struct batches all = {0};
	size_t at = 0;
	int rc = store_begin(x->store, STORE_SNAPSHOT, "look for batches", err);

	if (rc == 0)
		rc = find_batches(x, &all, err);
	store_rollback(x->store);
	while (rc == 0 && at < all.count)
		rc = merge_some(x, &all, &at, err);
	release_batches(&all);
	return rc;
}

/* Of ready it takes the place of its parts. */
static void
show_instead(struct drain *x, struct item *digest)
{
	struct items all = x->ready;
	struct item *i;

	x->ready = (struct items){0};
	items_add(&x->ready, digest);
	while ((i = items_take(&all)) != NULL) {
		const struct item *part = digest->parts.first;

		while (part && part->row.number != i->row.number)
			part = part->next;
		if (part)
			item_free(i);
		else
			items_add(&x->ready, i);
	}
	for (i = digest->parts.first; i; i = i->next)
		tell_part(x, i, digest->row.id);
}

int
digest_rehearse(struct drain *x, struct err *err)
{
	struct batches all = {0};
	struct item *digest;
	int rc = find_batches(x, &all, err);

	for (size_t n = 0; rc == 0 && n < all.count; n++)
		for (int64_t after = 0; rc == 0 && after >= 0;) {
			rc = digest_of(x, &all.one[n], after, &digest, err);
			after = -1;
			if (rc < 0 || !digest)
				continue;
			for (const struct item *i = digest->parts.first; i;
			     i = i->next)
				after = i->row.number;
			show_instead(x, digest);
		}
	release_batches(&all);
	return rc;
}

/* ---- what it says ----------------------------------------------------------
 */

/* The foot that every text has stands below all of them, once. */
static struct str
without_footer(
    struct delivery *d, const struct item *i, struct template_words *words)
{
	struct template_message foot = {0};
	struct str text = str_trim(buf_str(&i->message.part[TEMPLATE_TEXT]));
	struct err err = {0};

	if (template_render(d->library, "footer", words, &foot, &err) == 0 &&
	    foot.has[TEMPLATE_TEXT]) {
		struct str end = str_trim(buf_str(&foot.part[TEMPLATE_TEXT]));

		if (str_ends(text, end))
			text = str_trim((struct str){text.p, text.n - end.n});
	}
	template_message_release(&foot);
	return text;
}

static void
put_words(struct delivery *d, struct item *i, struct json_writer *w)
{
	struct template_words words;
	struct err err = {0};
	struct str text;

	if (item_words(d, i, &err) < 0) {
		/* The others are said. */
		json_add_text(w, "subject",
		    i->row.template.p ? i->row.template : i->row.kind);
		json_add_text(w, "text", str_of(err.text));
		return;
	}
	json_add_text(
	    w, "subject", item_title(i).n ? item_title(i) : i->row.kind);
	item_template_words(d, i, &words);
	text = without_footer(d, i, &words);
	if (text.n)
		json_add_text(w, "text", text);
	if (i->lead.p) {
		json_put_name(w, "lead");
		json_put_raw(w, i->lead);
	}
	if (i->data.p) {
		json_put_name(w, "data");
		json_put_raw(w, i->data);
	}
}

static void
put_items(struct delivery *d, struct item *digest, struct json_writer *w)
{
	int64_t number = 0;

	json_put_name(w, "items");
	json_put_array(w);
	for (struct item *i = digest->parts.first; i; i = i->next) {
		json_put_object(w);
		json_add_int(w, "number", ++number);
		json_add_text(w, "id", i->row.id);
		put_words(d, i, w);
		json_put_end(w);
	}
	json_put_end(w);
}

int
digest_words(struct delivery *d, struct item *digest, struct err *err)
{
	struct buf data = {0};
	struct json_writer w = {.out = &data};
	struct item *first;

	if (!digest->parts.first &&
	    outbox_parts(d->store, d->tenant, digest->row.number, add_part,
		&digest->parts, err) < 0)
		return -1;
	first = digest->parts.first;
	if (!first)
		return err_set(
		    err, ERR_USAGE, "all that it was to say has been erased");
	json_put_object(&w);
	json_add_int(&w, "count", (int64_t)digest->parts.count);
	if (digest->parts.count > 1)
		json_add_int(&w, "others", (int64_t)digest->parts.count - 1);
	put_items(d, digest, &w);
	/* The first has words by now. */
	json_add_text(&w, "first",
	    item_title(first).n ? item_title(first) : first->row.kind);
	json_put_end(&w);
	digest->data = arena_str(&digest->arena, buf_str(&data));
	buf_release(&data);
	return 0;
}
