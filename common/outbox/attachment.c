/* SPDX-License-Identifier: ISC */
/*
 * What messages carry. The content is taken when a message is written down, for
 * files change and go away, and what a message says must not depend on when it
 * is delivered, or tried again. It goes when nothing that carries it may be
 * sent any more; what it was called, its size and its SHA-256 stay with the
 * message.
 */
#include "outbox/outbox.sql.h"
#include "outbox/outbox_priv.h"

int
attachments_check(const struct outbox_message *m, struct err *err)
{
	size_t left = OUTBOX_ATTACHED;

	if (m->attachment_count > OUTBOX_ATTACHMENTS)
		return err_set(err, ERR_USAGE, "more than %d attachments",
		    OUTBOX_ATTACHMENTS);
	if (m->attachment_count && m->batch.digest.p)
		return err_set(err, ERR_USAGE,
		    "with attachments it is not said together with others");
	for (size_t i = 0; i < m->attachment_count; i++) {
		const struct mail_attachment *a = &m->attachments[i];

		if (mail_attachment_check(a, err) < 0) {
			err->kind = ERR_USAGE;
			return -1;
		}
		if (a->content.n > left)
			return err_set(err, ERR_USAGE,
			    "attachments: more than %d MiB in all",
			    OUTBOX_ATTACHED >> 20);
		left -= a->content.n;
	}
	return 0;
}

struct attachment_hash *
attachments_hash(const struct outbox_message *m)
{
	struct attachment_hash *hash =
	    xcalloc(m->attachment_count + 1, sizeof(*hash));

	for (size_t i = 0; i < m->attachment_count; i++) {
		struct str content = m->attachments[i].content;

		sha256_hex(content.n ? content.p : "", content.n, hash[i].hex);
	}
	return hash;
}

void
attachments_put(const struct outbox_message *m,
    const struct attachment_hash *hash, struct json_writer *w)
{
	if (m->attachment_count == 0)
		return;
	json_put_name(w, "attachments");
	json_put_array(w);
	for (size_t i = 0; i < m->attachment_count; i++) {
		const struct mail_attachment *a = &m->attachments[i];

		json_put_object(w);
		json_add_text(w, "name", a->name);
		if (a->type)
			json_add_text(w, "type", str_of(a->type));
		json_add_int(w, "size", (int64_t)a->content.n);
		json_add_text(w, "sha256", str_of(hash[i].hex));
		json_put_end(w);
	}
	json_put_end(w);
}

int
attachments_keep(struct store *st, const struct tenant *t, int64_t number,
    const struct outbox_message *m, const struct attachment_hash *hash,
    struct err *err)
{
	for (size_t i = 0; i < m->attachment_count; i++) {
		const struct mail_attachment *a = &m->attachments[i];

		if (store_run(st, &sql_attachment_add,
			BINDS(BIND_INT(t->id), BIND_TEXT(str_of(hash[i].hex)),
			    BIND_INT((int64_t)a->content.n),
			    BIND_BLOB(a->content.n ? a->content : STR(""))),
			NULL, err) < 0 ||
		    store_run(st, &sql_attachment_carry,
			BINDS(BIND_INT(t->id), BIND_INT(number),
			    BIND_TEXT(str_of(hash[i].hex))),
			NULL, err) < 0)
			return -1;
	}
	return 0;
}

int
attachments_forget(struct store *st, const struct tenant *t,
    const int64_t *numbers, size_t count, struct err *err)
{
	struct bulk *b;
	int rc;

	if (count == 0)
		return 0;
	b = outbox_picked(numbers, count);
	rc = store_bulk(st, b, err);
	if (rc == 0)
		rc = store_run(st, &sql_attachment_forget,
		    BINDS(BIND_INT(t->id)), NULL, err);
	if (rc == 0)
		rc = store_run(st, &sql_attachment_lay_down,
		    BINDS(BIND_INT(t->id)), NULL, err);
	bulk_free(b);
	return rc;
}

int
outbox_attachment(struct store *st, const struct tenant *t, struct str sha256,
    struct buf *ret, struct err *err)
{
	struct str content;
	struct rows *rows;
	char hash[65];
	int got;

	if (store_query(st, &sql_attachment_read,
		BINDS(BIND_INT(t->id), BIND_TEXT(sha256)), &rows, err) < 0)
		return -1;
	got = rows_next(rows, err);
	if (got > 0) {
		content = rows_blob(rows, 0);
		sha256_hex(content.n ? content.p : "", content.n, hash);
		if (str_is(sha256, hash))
			buf_adds(ret, content);
		else
			got = 0;
	}
	rows_close(rows);
	return got;
}
