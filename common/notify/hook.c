/* SPDX-License-Identifier: ISC */
/*
 * Slack, Teams and webhooks: one request each, to the place the configuration
 * names. A place that is not there, or that does not know us, is the
 * operator's matter: no message dies of it.
 */
#include "notify/notify_priv.h"

static int
check(const struct channel *c, struct err *err)
{
	if (!c->url)
		return err_at(
		    err, ERR_USAGE, c->where, "%s needs url", c->kind->name);
	return 0;
}

static int
check_webhook(const struct channel *c, struct err *err)
{
	if (!c->url || !c->secret)
		return err_at(
		    err, ERR_USAGE, c->where, "webhook needs url and secret");
	return 0;
}

/* What the receiver tells a repeated delivery by, and us from others. */
static int
prepare_webhook(struct delivery *d, struct item *i, struct err *err)
{
	struct str secret = str_of(d->channel->secret);

	if (body_plain(d, i, err) < 0)
		return -1;
	buf_addf(&i->lines[0], "Idempotency-Key: %.*s", STR_ARG(i->row.id));
	buf_addstr(&i->lines[1], "DL-Signature: ");
	http_sign(&i->lines[1], secret, d->now, buf_str(&i->body));
	buf_addf(&i->lines[2], "DL-Timestamp: %lld",
	    (long long)(d->now / MS_SECOND));
	return 0;
}

static int
open_webhook(struct delivery *d, struct err *err)
{
	const struct channel *c = d->channel;
	struct login login;
	int rc;

	if (!c->netrc)
		return 0;
	if (netrc_find(c->netrc, channel_host(c), NULL, &login, err) < 0)
		return -1;
	rc = http_basic(&d->login, &login, err);
	login_release(&login);
	return rc;
}

static void
close_webhook(struct delivery *d)
{
	buf_wipe(&d->login);
}

static size_t
most(const struct delivery *d)
{
	if (d->channel->sessions)
		return (size_t)d->channel->sessions;
	return d->channel->kind == &kind_webhook ? 4 : 1;
}

static size_t
room(struct delivery *d, size_t waiting)
{
	size_t busy = http_busy(d->net);

	(void)waiting;
	return d->trouble[0] || busy >= most(d) ? 0 : most(d) - busy;
}

static void
start(struct delivery *d, struct item *i)
{
	const struct channel *c = d->channel;
	struct err err = {0};
	size_t n = 0;

	for (size_t k = 0; k < COUNT_OF(i->lines); k++)
		if (i->lines[k].len)
			i->headers[n++] = i->lines[k].p;
	if (d->login.len)
		i->headers[n++] = d->login.p;
	i->headers[n] = NULL;
	i->http = (struct http_request){.method = "POST",
	    .url = c->url,
	    .headers = i->headers,
	    .hosts = d->hosts,
	    .body = buf_str(&i->body),
	    .private_too = c->private_too,
	    .plain_too = c->plain_too,
	    .once = true,
	    .ca_file = c->ca_file,
	    .connect_ms = c->timeout,
	    .total_ms = c->timeout,
	    .max_answer = 1 << 16,
	    .owner = i};
	if (http_start(d->net, &i->http, &err) < 0) {
		item_end(i, OUT_LATER, 0, "%s", err.text);
		snprintf(d->trouble, sizeof(d->trouble), "%s", err.text);
		items_add(&d->done, i);
	}
}

/* A refusal of what was said, not of who says it or where. */
static bool
is_about_message(int status)
{
	return status == 400 || status == 413 || status == 414 ||
	       status == 415 || status == 422;
}

static void
judge(struct delivery *d, struct item *i)
{
	const struct http_request *r = &i->http;
	enum outcome o = OUT_LATER;

	if (r->outcome == HTTP_DONE)
		o = OUT_SENT;
	else if (r->outcome == HTTP_UNCERTAIN)
		o = OUT_DOUBTFUL;
	else if (r->outcome == HTTP_REFUSED && is_about_message(r->status))
		o = OUT_REFUSED;
	item_end(i, o, r->status, "%s", r->text);
	i->wait = r->retry_after;
	if (o == OUT_LATER)
		snprintf(d->trouble, sizeof(d->trouble), "%s", r->text);
}

static struct item *
done(struct delivery *d)
{
	struct item *i = items_take(&d->done);
	struct http_request *r;

	if (i || !(r = http_done(d->net)))
		return i;
	i = r->owner;
	judge(d, i);
	return i;
}

static size_t
busy(const struct delivery *d)
{
	return http_busy(d->net);
}

const struct kind kind_slack = {.name = "slack",
    .web = true,
    .keys = 2,
    .check = check,
    .prepare = body_slack,
    .room = room,
    .start = start,
    .busy = busy,
    .done = done};
const struct kind kind_teams = {.name = "teams",
    .web = true,
    .keys = 2,
    .check = check,
    .prepare = body_teams,
    .room = room,
    .start = start,
    .busy = busy,
    .done = done};
const struct kind kind_webhook = {.name = "webhook",
    .web = true,
    .keys = 2 | 4,
    .attached = ATTACHED_LISTED,
    .check = check_webhook,
    .open = open_webhook,
    .close = close_webhook,
    .prepare = prepare_webhook,
    .room = room,
    .start = start,
    .busy = busy,
    .done = done};
