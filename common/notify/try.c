/* SPDX-License-Identifier: ISC */
/* A trial of a channel, without the ledger. */
#include "notify/notify_priv.h"

static int
try_it(struct delivery *d, struct item *i, struct err *err)
{
	struct item *back = NULL;

	if (delivery_open(d, err) < 0)
		return -1;
	delivery_prepare(d, i);
	if (i->over)
		return 0;
	while (!back) {
		if (i && d->channel->kind->room(d, 1) > 0) {
			d->channel->kind->start(d, i);
			i = NULL;
		} else if (i && d->trouble[0]) {
			item_end(i, OUT_LATER, 0, "%s", d->trouble);
			return 0;
		}
		if (delivery_wait(d, i != NULL, err) < 0)
			return -1;
		back = d->channel->kind->done(d);
	}
	return 0;
}

int
notify_test(struct store *st, const struct tenant *t,
    const struct notify_channels *channels, const char *name,
    struct str recipient, int64_t now, struct buf *line, struct err *err)
{
	const struct channel *c = channel_find(channels, t, str_of(name));
	struct buf address = {0};
	struct outbox_row row = {.id = STR("000000000000000000000000"),
	    .cause = STR("test"),
	    .kind = STR("test"),
	    .recipient = recipient,
	    .due_at = now,
	    .content = STR("{\"subject\":\"DiagnoLeads: テスト / test\","
			   "\"text\":\"このチャネルは動作しています。\\n"
			   "This channel works.\\n\"}")};
	struct delivery d = {.store = st,
	    .channel = c,
	    .tenant = t,
	    .now = now,
	    .started = time_monotonic(),
	    .hosts = (const char *const *)t->settings.hosts,
	    .trial = true};
	struct outbox_end end;
	struct item *i;
	int rc;

	if (!c)
		return err_set(err, ERR_USAGE, "no such channel: %s",
		    quoted(str_of(name)));
	if (c->kind->inside)
		return err_set(err, ERR_USAGE,
		    "the inbox is in the store: there is nothing to try");
	if (recipient.p && email_normalise(recipient, &address))
		row.address = buf_str(&address);
	i = item_new(&row);
	rc = try_it(&d, i, err);
	if (rc == 0) {
		end = item_verdict(i, now, false);
		item_put(i, &end, c, line);
		rc = i->outcome == OUT_SENT
			 ? 0
			 : err_set(err,
			       i->outcome == OUT_LATER ? ERR_BUSY : ERR_FAIL,
			       "%s: %s", c->name,
			       i->answer[0] ? i->answer : end.state);
	}
	delivery_close(&d);
	item_free(i);
	buf_release(&address);
	return rc;
}
