/* SPDX-License-Identifier: ISC */
/* Messages that records describe, so that any pipeline can say something. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "lead/lead.h"
#include "notify/notify_priv.h"
#include "record/record.h"

struct sending {
	struct store *store;
	const struct tenant *tenant;
	const struct cond_moment *moment;
	struct notify_counts *counts;
	struct buf *lines;
	struct arena arena;
	struct buf lead, owner; /* of the record's lead */
	const struct notify_channels *channels;
	int folder;               /* of attachments; -1: none */
	struct attached attached; /* to the record's message */
};

static struct str
text_of(const struct record *r, const char *name)
{
	const struct field *f = record_find(r, name);

	return f ? f->text : (struct str){0};
}

static const char *const names[] = {"channel", "to", "template", "subject",
    "text", "html", "data", "lead", "locale", "kind", "key", "due", "critical",
    "group", "wait", "digest", "list", "attach"};

static int
check_names(const struct record *r, struct err *err)
{
	for (size_t i = 0; i < r->count; i++) {
		size_t k = 0;

		while (
		    k < COUNT_OF(names) && !str_is(r->field[i].name, names[k]))
			k++;
		if (k == COUNT_OF(names))
			return err_set(err, ERR_USAGE, "unknown field %s",
			    quoted(r->field[i].name));
	}
	return 0;
}

/* Who the message is about; and "owner" and "lead" as recipients. */
static int
take_lead(struct sending *s, struct outbox_message *m, struct str who,
    struct err *err)
{
	struct str to = m->recipient;

	buf_clear(&s->lead);
	buf_clear(&s->owner);
	if (who.p) {
		if (lead_need(s->store, s->tenant, who, &m->lead, err) < 0 ||
		    lead_tell(s->store, s->tenant, m->lead, s->moment, &s->lead,
			&s->owner, err) < 0)
			return -1;
		m->words.lead = buf_str(&s->lead);
		if (s->owner.len)
			m->words.owner = buf_str(&s->owner);
	}
	if (str_is(to, "owner"))
		m->recipient = json_stored_text(
		    buf_str(&s->owner), STR("email"), &s->arena);
	else if (str_is(to, "lead"))
		m->recipient = json_stored_text(
		    buf_str(&s->lead), STR("email"), &s->arena);
	else
		return 0;
	if (!m->recipient.n)
		return err_set(
		    err, ERR_USAGE, "to: the %.*s has no address", STR_ARG(to));
	return 0;
}

static int
take_due(struct sending *s, struct outbox_message *m, struct str due,
    struct err *err)
{
	if (due.p && !time_parse_moment(
			 due, s->moment->now, s->moment->zone, &m->due_at))
		return err_set(
		    err, ERR_USAGE, "due: not a moment: %s", quoted(due));
	return 0;
}

/* Said together with others of its group, a while after the first. */
static int
take_group(struct sending *s, struct outbox_message *m, const struct record *r,
    struct err *err)
{
	struct str wait = text_of(r, "wait"), digest = text_of(r, "digest");
	int64_t span;

	m->batch.by = text_of(r, "group");
	if (!m->batch.by.p)
		return wait.p || digest.p
			   ? err_set(err, ERR_USAGE, "%s without group",
				 wait.p ? "wait" : "digest")
			   : 0;
	if (!duration_parse(wait, &span))
		return err_set(err, ERR_USAGE,
		    "wait: not a span like 5m or 2h: %s", quoted(wait));
	m->batch.digest = digest.p ? digest : STR("digest");
	if (!m->due_at)
		m->due_at = s->moment->now + span;
	return 0;
}

/* The record's key, or what it says, and when. */
static struct str
cause_of(struct sending *s, const struct record *r)
{
	struct str key = text_of(r, "key");
	struct buf text = {0};
	struct json_writer w = {.out = &text};
	char hex[65];

	if (key.p)
		return arena_printf(&s->arena, "send %.*s", STR_ARG(key));
	record_put_json(&w, r);
	sha256_hex(text.p, text.len, hex);
	buf_clear(&text);
	time_add(&text, s->moment->now);
	key = arena_printf(&s->arena, "send %s %.16s", text.p, hex);
	buf_release(&text);
	return key;
}

/* What is known to be forbidden is not queued. */
static int
check_channel(struct sending *s, struct str name, struct err *err)
{
	const struct channel *c =
	    s->channels ? channel_find(s->channels, s->tenant, name) : NULL;

	if (!c ||
	    channel_allowed(c, (const char *const *)s->tenant->settings.hosts))
		return 0;
	return err_set(err, ERR_USAGE,
	    "channel: webhook_hosts does not have %.*s",
	    STR_ARG(channel_host(c)));
}

static int
take_files(struct sending *s, struct outbox_message *m, struct str files,
    struct err *err)
{
	attachments_release(&s->attached);
	if (attachments_read(files, s->folder, &s->attached, err) < 0)
		return -1;
	m->attachments = s->attached.one;
	m->attachment_count = s->attached.count;
	return 0;
}

static int
add_record(struct sending *s, const struct record *r, struct err *err)
{
	struct str locale = text_of(r, "locale");
	struct outbox_message m = {.cause = cause_of(s, r),
	    .kind = text_of(r, "kind"),
	    .channel = text_of(r, "channel"),
	    .recipient = text_of(r, "to"),
	    .critical = str_is(text_of(r, "critical"), "true"),
	    .locale = locale.p ? arena_strdup(&s->arena, locale) : NULL,
	    .template = text_of(r, "template"),
	    .subject = text_of(r, "subject"),
	    .text = text_of(r, "text"),
	    .html = text_of(r, "html"),
	    .list = text_of(r, "list"),
	    .words = {.data = text_of(r, "data")}};
	struct json_writer w = {.out = s->lines};
	char id[OUTBOX_ID];
	bool added;

	if (check_names(r, err) < 0 || check_channel(s, m.channel, err) < 0 ||
	    take_lead(s, &m, text_of(r, "lead"), err) < 0 ||
	    take_due(s, &m, text_of(r, "due"), err) < 0 ||
	    take_group(s, &m, r, err) < 0 ||
	    take_files(s, &m, text_of(r, "attach"), err) < 0 ||
	    outbox_add(
		s->store, s->tenant, &m, s->moment->now, id, &added, err) < 0)
		return -1;
	s->counts->added += added;
	s->counts->known += !added;
	if (!added)
		return 0;
	json_put_object(&w);
	json_add_text(&w, "id", str_of(id));
	json_add_text(&w, "channel", m.channel);
	if (m.recipient.n)
		json_add_text(&w, "recipient", m.recipient);
	json_add_text(&w, "state", STR("queued"));
	json_put_end(&w);
	buf_addc(s->lines, '\n');
	return 0;
}

static int
open_folder(const char *path, int *ret, struct err *err)
{
	*ret = -1;
	if (!path)
		return 0;
	do {
		*ret = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	} while (*ret < 0 && errno == EINTR);
	if (*ret >= 0)
		return 0;
	err_sys(err, "%s", path);
	err->kind = ERR_USAGE;
	return -1;
}

static int
each_record(
    struct sending *s, const struct notify_records *job, struct err *err)
{
	struct record_reject reject;
	struct record record;
	enum record_got got;

	while ((got = record_next(job->in, &record, &reject, err)) !=
	       RECORD_GOT_END) {
		if (got == RECORD_GOT_ERROR)
			return -1;
		s->counts->read++;
		arena_clear(&s->arena);
		if (got == RECORD_GOT_REJECT) {
			remark(job->remarks, reject.place, "%s", reject.reason);
			s->counts->rejected++;
		} else if (add_record(s, &record, err) < 0) {
			if (err->kind != ERR_USAGE)
				return -1;
			remark(job->remarks, record.place, "%s", err->text);
			err_clear(err);
			s->counts->rejected++;
		}
	}
	return 0;
}

int
notify_send(struct store *st, const struct tenant *t,
    const struct notify_records *job, struct notify_counts *counts,
    struct buf *lines, struct err *err)
{
	struct sending s = {.store = st,
	    .tenant = t,
	    .moment = job->moment,
	    .channels = job->channels,
	    .counts = counts,
	    .lines = lines};
	int rc = open_folder(job->attachments, &s.folder, err);

	if (rc == 0)
		rc = each_record(&s, job, err);
	if (s.folder >= 0)
		close(s.folder);
	attachments_release(&s.attached);
	arena_release(&s.arena);
	buf_release(&s.lead);
	buf_release(&s.owner);
	return rc;
}
