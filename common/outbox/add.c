/* SPDX-License-Identifier: ISC */
/* The front door: a message is written down, once. */
#include <stdlib.h>

#include "outbox/outbox.sql.h"
#include "outbox/outbox_priv.h"

enum { CAUSE_MOST = 500, RECIPIENT_MOST = 400, CONTENT_MOST = 1 << 20 };

bool
outbox_address_hash(const struct tenant *t, struct str address, char ret[65])
{
	struct buf key = {0}, text = {0};
	bool ok = email_normalise(address, &key);

	if (ok) {
		buf_addf(&text, "suppression\n%s\n", t->name);
		buf_adds(&text, buf_str(&key));
		sha256_hex(text.p, text.len, ret);
	}
	buf_release(&key);
	buf_release(&text);
	return ok;
}

/* The same cause, recipient and channel of a tenant; none of them has a line's
 * end in it. */
void
outbox_make_id(const struct tenant *t, struct str cause, struct str recipient,
    struct str channel, char ret[OUTBOX_ID])
{
	struct buf text = {0};
	char hex[65];

	buf_addf(&text, "message\n%s\n", t->name);
	buf_adds(&text, cause);
	buf_addc(&text, '\n');
	buf_adds(&text, recipient);
	buf_addc(&text, '\n');
	buf_adds(&text, channel);
	sha256_hex(text.p, text.len, hex);
	memcpy(ret, hex, OUTBOX_ID - 1);
	ret[OUTBOX_ID - 1] = '\0';
	buf_release(&text);
}

static int
plain(
    const char *what, struct str s, size_t least, size_t most, struct err *err)
{
	uint32_t code;
	unsigned n;

	for (size_t i = 0; i < s.n; i += n) {
		n = utf8_decode(s.p + i, s.n - i, &code);
		if (n == 0)
			return err_set(err, ERR_USAGE, "%s: not UTF-8", what);
		if (code < 0x20 || (code >= 0x7f && code < 0xa0))
			return err_set(err, ERR_USAGE,
			    "%s: a control character in it: %s", what,
			    quoted(s));
	}
	if (s.n < least || s.n > most)
		return err_set(err, ERR_USAGE, "%s: must have %zu to %zu bytes",
		    what, least, most);
	return 0;
}

static int
object(const char *what, struct str json, struct err *err)
{
	struct json_fault fault;

	if (!json.p)
		return 0;
	if (json_check(json, false, &fault) < 0)
		return err_set(err, ERR_USAGE, "%s: %s", what, fault.what);
	if (json.p[0] != '{')
		return err_set(err, ERR_USAGE, "%s: not an object", what);
	return 0;
}

static int
text(const char *what, struct str s, struct err *err)
{
	if (utf8_valid(s) < s.n || (s.n && memchr(s.p, '\0', s.n)))
		return err_set(err, ERR_USAGE, "%s: not UTF-8 text", what);
	return 0;
}

static int
check(const struct outbox_message *m, struct err *err)
{
	bool parts = m->subject.p || m->text.p || m->html.p;

	if (plain("cause", m->cause, 1, CAUSE_MOST, err) < 0 ||
	    plain("recipient", m->recipient, 0, RECIPIENT_MOST, err) < 0 ||
	    name_check("channel", m->channel, err) < 0 ||
	    (m->kind.p && name_check("kind", m->kind, err) < 0) ||
	    (m->template.p && name_check("template", m->template, err) < 0) ||
	    (m->batch.digest.p &&
		(name_check("template", m->batch.digest, err) < 0 ||
		    plain("batch", m->batch.by, 0, RECIPIENT_MOST, err) < 0)) ||
	    text("subject", m->subject, err) < 0 ||
	    text("text", m->text, err) < 0 || text("html", m->html, err) < 0 ||
	    object("list", m->list, err) < 0 ||
	    object("lead", m->words.lead, err) < 0 ||
	    object("owner", m->words.owner, err) < 0 ||
	    object("data", m->words.data, err) < 0 ||
	    attachments_check(m, err) < 0)
		return -1;
	if (m->locale && strcmp(m->locale, "ja") != 0 &&
	    strcmp(m->locale, "en") != 0)
		return err_set(err, ERR_USAGE, "no such locale: %s; ja or en",
		    quoted(str_of(m->locale)));
	if (m->template.p && parts)
		return err_set(err, ERR_USAGE,
		    "a template and parts of its own: one of them");
	if (!m->template.p && !parts && !m->words.data.p)
		return err_set(err, ERR_USAGE,
		    "nothing to say: no template, subject, text or data");
	return 0;
}

static void
put_text(struct json_writer *w, const char *name, struct str s)
{
	if (s.p)
		json_add_text(w, name, s);
}

static void
put_json(struct json_writer *w, const char *name, struct str s)
{
	if (!s.p)
		return;
	json_put_name(w, name);
	json_put_raw(w, s);
}

static void
put_content(const struct outbox_message *m, const struct attachment_hash *hash,
    struct buf *out)
{
	struct json_writer w = {.out = out};

	json_put_object(&w);
	put_text(&w, "subject", m->subject);
	put_text(&w, "text", m->text);
	put_text(&w, "html", m->html);
	put_json(&w, "list", m->list);
	attachments_put(m, hash, &w);
	put_json(&w, "lead", m->words.lead);
	put_json(&w, "owner", m->words.owner);
	put_json(&w, "data", m->words.data);
	json_put_end(&w);
}

/* Which are said together: none of the parts has a line's end in it. */
static void
put_batch(const struct outbox_message *m, struct buf *out)
{
	buf_adds(out, m->batch.digest);
	buf_addc(out, '\n');
	buf_adds(out, m->template);
	buf_addf(out, "\n%d\n", m->critical);
	buf_adds(out, m->batch.by);
}

int
outbox_insert(struct store *st, const struct tenant *t,
    const struct outbox_message *m, const char *id, struct str content,
    const struct attachment_hash *carried, int64_t now, int64_t *ret_number,
    struct err *err)
{
	struct buf address = {0}, batch = {0};
	struct str hash = {0}, key = {0};
	char hex[65];
	int64_t number, added = 0;
	int rc = store_numbers(st, t->id, "message", 1, &number, err);

	if (email_normalise(m->recipient, &address) &&
	    outbox_address_hash(t, m->recipient, hex)) {
		key = buf_str(&address);
		hash = str_of(hex);
	}
	if (m->batch.digest.p)
		put_batch(m, &batch);
	if (rc == 0)
		rc = store_run(st, &sql_outbox_add,
		    BINDS(BIND_INT(t->id), BIND_INT(number),
			BIND_TEXT(str_of(id)), BIND_TEXT(m->cause),
			BIND_TEXT(m->kind.p ? m->kind : STR("message")),
			BIND_TEXT(m->channel),
			BIND_TEXT(m->recipient.p ? m->recipient : STR("")),
			BIND_TEXT(key), BIND_TEXT(hash),
			m->lead ? BIND_INT(m->lead) : BIND_NULL('i'),
			BIND_INT(m->critical), BIND_TEXT(str_of(m->locale)),
			BIND_TEXT(m->template), BIND_TEXT(content),
			BIND_INT(now), BIND_INT(m->due_at ? m->due_at : now),
			batch.len ? BIND_TEXT(buf_str(&batch))
				  : BIND_NULL('t')),
		    &added, err);
	if (rc == 0 && added > 0)
		rc = attachments_keep(st, t, number, m, carried, err);
	/* Where the first one is written is where they are sent from. */
	if (rc == 0 && number == 1)
		rc = sender_stamp(st, t, err);
	*ret_number = added > 0 ? number : 0;
	buf_release(&address);
	buf_release(&batch);
	return rc;
}

int
outbox_add(struct store *st, const struct tenant *t,
    const struct outbox_message *m, int64_t now, char ret_id[OUTBOX_ID],
    bool *ret_added, struct err *err)
{
	struct buf content = {0};
	struct attachment_hash *hash;
	char id[OUTBOX_ID];
	int64_t number;
	int rc;

	if (check(m, err) < 0)
		return -1;
	outbox_make_id(t, m->cause, m->recipient, m->channel, id);
	hash = attachments_hash(m);
	put_content(m, hash, &content);
	rc = content.len > CONTENT_MOST
		 ? err_set(err, ERR_USAGE, "more than a megabyte")
		 : outbox_insert(st, t, m, id, buf_str(&content), hash, now,
		       &number, err);
	free(hash);
	buf_release(&content);
	if (rc < 0)
		return -1;
	memcpy(ret_id, id, OUTBOX_ID);
	if (ret_added)
		*ret_added = number != 0;
	return 0;
}
