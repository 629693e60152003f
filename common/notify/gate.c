/* SPDX-License-Identifier: ISC */
/*
 * Whether a message may go out now: what its recipient does not want is not
 * sent; what falls into quiet hours waits for their end; of what is more than
 * one recipient is to get, each waits for a place of its own. That they are
 * quiet is the tenant's word, a channel's, and the person's. Messages that are
 * critical do not wait. And a tenant may say which hosts of the web its
 * messages go to, among those that the operator's channels lead to.
 */
#include <stdlib.h>

#include "notify/notify_priv.h"

/* No hour of the week is left when all words are taken together. */
#define ASK_AGAIN MS_DAY

/* Whom this run has met. The channel's lease keeps others from the same. */
struct recipient {
	struct str whom;
	struct pace begun;   /* as the store has it */
	struct pace planned; /* and what waits for its place */
	bool changed;
};
struct recipients {
	struct recipient *one;
	size_t count, cap;
	struct text_index index;
	struct arena arena;
};

int
gate_open(struct gate *g, struct store *st, const struct tenant *t,
    const struct channel *c, struct err *err)
{
	struct outbox_preferences *preferences;
	struct rates asked;

	if (outbox_preferences_open(st, t, &preferences, err) < 0)
		return -1;
	outbox_preferences_free(g->preferences);
	g->preferences = preferences;
	g->store = st;
	g->tenant = t;
	g->channel = c;
	tenant_quiet(t, str_of(c->name), &g->quiet);
	tenant_per_recipient(t, str_of(c->name), &asked);
	g->rates = c->per_recipient;
	rates_join(&g->rates, &asked);
	if (g->rates.count && !g->recipients)
		g->recipients = xcalloc(1, sizeof(*g->recipients));
	return gate_hosts(g, err);
}

void
gate_close(struct gate *g)
{
	outbox_preferences_free(g->preferences);
	if (g->recipients) {
		free(g->recipients->one);
		text_index_release(&g->recipients->index);
		arena_release(&g->recipients->arena);
		free(g->recipients);
	}
	tenant_free(g->fresh);
	*g = (struct gate){0};
}

/* ---- where to -------------------------------------------------------------
 */

int
gate_hosts(struct gate *g, struct err *err)
{
	struct tenant *fresh;

	if (!g->channel->kind->web)
		return 0;
	if (tenant_open(g->store, g->tenant->name, &fresh, err) < 0)
		return -1;
	tenant_free(g->fresh);
	g->fresh = fresh;
	g->forbidden = !channel_allowed(g->channel, gate_allows(g));
	return 0;
}

const char *const *
gate_allows(const struct gate *g)
{
	return g->fresh ? (const char *const *)g->fresh->settings.hosts : NULL;
}

void
gate_forbids(const struct gate *g, struct item *i)
{
	item_end(i, OUT_CANCELLED, 0, "webhook_hosts does not have %.*s",
	    STR_ARG(channel_host(g->channel)));
	i->over = true;
}

/* ---- quiet hours -----------------------------------------------------------
 */

static const struct outbox_preference *
preference_of(const struct gate *g, const struct item *i)
{
	return outbox_preference_of(g->preferences, i->row.address);
}

/* 0: not now; INT64_MAX: they never end. */
static int64_t
quiet_end(const struct gate *g, const struct item *i, int64_t clock)
{
	const struct outbox_preference *p = preference_of(g, i);
	struct quiet all = g->quiet;

	if (i->row.critical)
		return 0;
	/* What stands in an inbox disturbs nobody. */
	if (p && !g->channel->kind->inside)
		quiet_join(&all, outbox_quiet(p));
	return quiet_until(&all, g->tenant->settings.zone, clock);
}

static bool
is_muted(const struct gate *g, const struct item *i)
{
	return !item_restores(i, g->channel) &&
	       outbox_mutes(preference_of(g, i), str_of(g->channel->name),
		   i->row.template, i->row.kind);
}

bool
gate_refuses(const struct gate *g, const struct item *i, int64_t clock)
{
	return quiet_end(g, i, clock) != 0 || is_muted(g, i);
}

/* ---- what one recipient gets -----------------------------------------------
 */

static struct str
whom_of(const struct item *i)
{
	return i->row.address.p ? i->row.address : i->row.recipient;
}

static int
meet(struct gate *g, struct str whom, int64_t clock, struct recipient **ret,
    struct err *err)
{
	struct recipients *all = g->recipients;
	struct recipient one = {0};
	size_t at = text_index_get(&all->index, whom);
	bool added;

	if (at == SIZE_MAX) {
		if (pace_load(g->store, g->tenant->id, whom,
			str_of(g->channel->name), clock, &one.begun, err) < 0)
			return -1;
		one.planned = one.begun;
		one.whom = arena_str(&all->arena, whom);
		at = all->count;
		GROW(all->one, all->cap, all->count + 1);
		all->one[all->count++] = one;
		*text_index_at(&all->index, one.whom, NULL, &added) = at;
	}
	*ret = &all->one[at];
	return 0;
}

static int
place_of(struct gate *g, struct item *i, int64_t clock, int64_t *ret_until,
    struct err *err)
{
	struct recipient *r;
	int64_t at = clock;

	if (i->placed || !g->recipients || g->channel->kind->inside ||
	    whom_of(i).n == 0)
		return 0;
	i->placed = true;
	if (meet(g, whom_of(i), clock, &r, err) < 0)
		return -1;
	if (!i->row.critical)
		at = pace_next(&r->planned, &g->rates, clock);
	pace_add(&r->planned, &g->rates, at, 1);
	if (at > clock) {
		item_say(i, "the recipient has got as many as may be for now");
		*ret_until = at;
	}
	return 0;
}

int
gate_count(
    struct gate *g, const struct items *batch, int64_t clock, struct err *err)
{
	struct recipients *all = g->recipients;
	struct recipient *r;
	struct bulk *rows;
	int rc = 0;

	if (!all)
		return 0;
	rows = pace_rows();
	for (const struct item *i = batch->first; rc == 0 && i; i = i->next) {
		if (whom_of(i).n == 0)
			continue;
		rc = meet(g, whom_of(i), clock, &r, err);
		if (rc == 0) {
			pace_add(&r->begun, &g->rates, clock, 1);
			r->changed = true;
		}
	}
	for (const struct item *i = batch->first; rc == 0 && i; i = i->next) {
		if (whom_of(i).n == 0 ||
		    meet(g, whom_of(i), clock, &r, err) < 0 || !r->changed)
			continue;
		pace_row(rows, r->whom, &r->begun, &g->rates);
		r->changed = false;
	}
	if (rc == 0)
		rc = pace_save(g->store, g->tenant->id, rows,
		    str_of(g->channel->name), clock, err);
	bulk_free(rows);
	return rc;
}

/* ---- both ------------------------------------------------------------------
 */

int
gate_ask(struct gate *g, struct item *i, int64_t clock, int64_t *ret_until,
    struct err *err)
{
	*ret_until = 0;
	if (g->forbidden) {
		gate_forbids(g, i);
		return 0;
	}
	if (is_muted(g, i)) {
		item_end(i, OUT_CANCELLED, 0, "the recipient has muted it");
		i->over = true;
		return 0;
	}
	*ret_until = quiet_end(g, i, clock);
	if (*ret_until == INT64_MAX) {
		*ret_until = clock + ASK_AGAIN;
		item_say(i, "quiet hours, which leave no time of the week");
	} else if (*ret_until) {
		item_say(i, "quiet hours");
	}
	return *ret_until ? 0 : place_of(g, i, clock, ret_until, err);
}
