/* SPDX-License-Identifier: ISC */
/* That a job is done: a signal for automations, a message for who waits. */
#include "extract/extract_priv.h"
#include "json/json.h"
#include "outbox/outbox.h"
#include "signal/signal.h"

/* "email=boss@example.jp", "slack": the next of a list. */
static bool
next_address(struct str *list, struct str *ret_channel, struct str *ret_to)
{
	struct str one;

	while (list->p && list->n) {
		if (!str_cut(list, ',', &one))
			list->n = 0;
		*ret_to = str_trim(one);
		if (!str_cut(ret_to, '=', ret_channel))
			*ret_to = (struct str){0};
		if (ret_channel->n)
			return true;
	}
	return false;
}

/* Who is told where nobody is named: who asked, when that is an address. */
static struct str
recipient(const struct extract *x, struct str to)
{
	struct str who = str_of(x->c->who);
	struct buf key = {0};

	if (!to.p && email_normalise(who, &key))
		to = who;
	buf_release(&key);
	return to;
}

int
extract_tell_check(const struct extract *x, struct err *err)
{
	struct str list = str_of(x->r->notify), channel, to;

	while (next_address(&list, &channel, &to)) {
		to = recipient(x, to);
		if (str_is(channel, "inbox") && !to.p)
			return err_set(err, ERR_USAGE,
			    "--notify: whose inbox? inbox=ADDRESS");
	}
	return 0;
}

/* What automations and the template know of it. */
static void
put_words(const struct extract *x, struct json_writer *w)
{
	const struct export_done *d = &x->done;

	json_add_text(w, "job", str_of(x->r->job));
	json_add_text(w, "what", str_of(x->r->what));
	json_add_text(w, "format", str_of(x->r->format));
	json_add_text(w, "user", str_of(x->c->who));
	json_add_int(w, "rows", (int64_t)d->counts.written);
	if (d->counts.rejected)
		json_add_int(w, "rejected", (int64_t)d->counts.rejected);
	json_add_int(w, "bytes", (int64_t)d->bytes);
	json_add_text(w, "sha256", str_of(d->sha256));
	json_add_text(w, "file", str_of(x->r->file));
	json_add_time(w, "began_at", x->began_at);
	json_add_time(w, "ended_at", x->c->now);
	if (x->expires_at)
		json_add_time(w, "expires_at", x->expires_at);
}

static int
add_signal(const struct extract *x, struct err *err)
{
	struct bulk *signals = bulk_new(&bulk_signal);
	struct buf data = {0};
	struct json_writer w = {.out = &data};
	int rc;

	json_put_object(&w);
	put_words(x, &w);
	json_put_end(&w);
	bulk_int(signals, 0);
	bulk_text(signals, STR("export.done"));
	bulk_null(signals);
	bulk_text(signals, buf_str(&data));
	bulk_end_row(signals);
	rc = signal_add_bulk(
	    x->c->st, x->c->tenant->id, x->c->now, signals, err);
	bulk_free(signals);
	buf_release(&data);
	return rc;
}

static int
add_message(
    const struct extract *x, struct str channel, struct str to, struct err *err)
{
	struct buf cause = {0}, data = {0};
	struct json_writer w = {.out = &data};
	struct outbox_message m = {.kind = STR("report"),
	    .channel = channel,
	    .recipient = recipient(x, to),
	    .template = STR("export_done")};
	char id[OUTBOX_ID];
	bool added;
	int rc;

	buf_addf(&cause, "export %s, run %lld", x->r->job, (long long)x->run);
	json_put_object(&w);
	json_put_name(&w, "export");
	json_put_object(&w);
	put_words(x, &w);
	json_put_end(&w);
	json_put_end(&w);
	m.cause = buf_str(&cause);
	m.words.data = buf_str(&data);
	rc = outbox_add(x->c->st, x->c->tenant, &m, x->c->now, id, &added, err);
	buf_release(&cause);
	buf_release(&data);
	return rc;
}

int
extract_tell(struct extract *x, struct err *err)
{
	struct str list = str_of(x->r->notify), channel, to;
	int rc = add_signal(x, err);

	while (rc == 0 && next_address(&list, &channel, &to))
		rc = add_message(x, channel, to, err);
	return rc;
}
