/* SPDX-License-Identifier: ISC */
/*
 * Whether a message may go out now: what its recipient does not want is not
 * sent, and what falls into quiet hours waits for their end. That they are
 * quiet is the tenant's word, a channel's, and the person's; messages that are
 * critical do not wait.
 */
#include "notify/notify_priv.h"

/* No hour of the week is left when all words are taken together. */
#define ASK_AGAIN MS_DAY

int
gate_open(struct gate *g, struct store *st, const struct tenant *t,
    const struct channel *c, struct err *err)
{
	struct outbox_preferences *preferences;

	if (outbox_preferences_open(st, t, &preferences, err) < 0)
		return -1;
	gate_close(g);
	*g = (struct gate){
	    .tenant = t, .channel = c, .preferences = preferences};
	tenant_quiet(t, str_of(c->name), &g->quiet);
	return 0;
}

void
gate_close(struct gate *g)
{
	outbox_preferences_free(g->preferences);
	g->preferences = NULL;
}

static int64_t
quiet_moment(const struct gate *g, const struct outbox_preference *p,
    int64_t clock, struct item *i)
{
	struct quiet all = g->quiet;
	int64_t until;

	/* What stands in an inbox disturbs nobody. */
	if (p && !g->channel->kind->inside)
		quiet_join(&all, outbox_quiet(p));
	until = quiet_until(&all, g->tenant->settings.zone, clock);
	if (until == 0)
		return 0;
	if (until == INT64_MAX) {
		until = clock + ASK_AGAIN;
		item_say(i, "quiet hours, which leave no time of the week");
	} else {
		item_say(i, "quiet hours");
	}
	return until;
}

int64_t
gate_ask(const struct gate *g, struct item *i, int64_t clock)
{
	const struct outbox_preference *p =
	    outbox_preference_of(g->preferences, i->row.address);

	if (outbox_mutes(
		p, str_of(g->channel->name), i->row.template, i->row.kind)) {
		item_end(i, OUT_CANCELLED, 0, "the recipient has muted it");
		i->over = true;
		return 0;
	}
	return i->row.critical ? 0 : quiet_moment(g, p, clock, i);
}
