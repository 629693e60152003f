/* SPDX-License-Identifier: ISC */
/*
 * Several messages in one. The one that takes their place is made once: its
 * cause is the first of them, which is a part from then on.
 */
#include "outbox/outbox.sql.h"
#include "outbox/outbox_priv.h"

int
outbox_batches(struct store *st, const struct tenant *t, struct str channel,
    int64_t now, int64_t late,
    int (*each)(
	void *context, struct str batch, struct str recipient, struct err *err),
    void *context, struct err *err)
{
	struct rows *rows;
	int got;

	if (store_query(st, &sql_outbox_batches,
		BINDS(BIND_INT(t->id), BIND_TEXT(channel), BIND_INT(now),
		    BIND_INT(late)),
		&rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0)
		if (each(context, rows_text(rows, 0), rows_text(rows, 1), err) <
		    0) {
			got = -1;
			break;
		}
	rows_close(rows);
	return got;
}

int
outbox_batch(struct store *st, const struct tenant *t, struct str channel,
    struct str batch, struct str recipient, int64_t late, int64_t after,
    size_t limit,
    int (*each)(void *context, const struct outbox_row *row, struct err *err),
    void *context, struct err *err)
{
	return outbox_each_row(st, &sql_outbox_batch,
	    BINDS(BIND_INT(t->id), BIND_TEXT(channel), BIND_TEXT(batch),
		BIND_TEXT(recipient), BIND_INT(late), BIND_INT(after),
		BIND_INT((int64_t)limit)),
	    each, context, err);
}

void
outbox_digest(const struct tenant *t, const struct outbox_row *first,
    struct str channel, int64_t now, struct arena *arena,
    struct outbox_row *ret)
{
	struct str rest = first->batch, template;
	char id[OUTBOX_ID];

	*ret = *first;
	ret->number = 0;
	ret->batch = ret->lead = (struct str){0};
	ret->created_at = now;
	ret->cause = arena_printf(arena, "digest %.*s", STR_ARG(first->id));
	/* The template is what a batch begins with. */
	str_cut(&rest, '\n', &template);
	ret->template = template;
	ret->content = STR("{\"digest\":true}");
	outbox_make_id(t, ret->cause, ret->recipient, channel, id);
	ret->id = arena_str(arena, str_of(id));
}

int
outbox_merge(struct store *st, const struct tenant *t,
    const struct outbox_row *digest, struct str channel, const int64_t *parts,
    size_t count, int64_t now, struct err *err)
{
	struct arena arena = {0};
	struct outbox_message m = {.cause = digest->cause,
	    .kind = digest->kind,
	    .channel = channel,
	    .recipient = digest->recipient,
	    .critical = digest->critical,
	    .due_at = digest->due_at,
	    .template = digest->template};
	struct bulk *b = outbox_picked(parts, count);
	int64_t number, merged = 0;
	int rc;

	if (digest->locale.p)
		m.locale = arena_strdup(&arena, digest->locale);
	rc = outbox_insert(st, t, &m, arena_strdup(&arena, digest->id),
	    digest->content, NULL, now, &number, err);
	if (rc == 0)
		rc = store_bulk(st, b, err);
	if (rc == 0)
		rc = store_run(st, &sql_outbox_merge,
		    BINDS(BIND_INT(t->id), BIND_INT(number), BIND_INT(now)),
		    &merged, err);
	if (rc == 0 && (!number || merged != (int64_t)count))
		BUG("messages that were read in this change do not wait");
	bulk_free(b);
	arena_release(&arena);
	return rc;
}

int
outbox_parts(struct store *st, const struct tenant *t, int64_t digest,
    int (*each)(void *context, const struct outbox_row *row, struct err *err),
    void *context, struct err *err)
{
	return outbox_each_row(st, &sql_outbox_parts,
	    BINDS(BIND_INT(t->id), BIND_INT(digest)), each, context, err);
}
