/* SPDX-License-Identifier: ISC */
/* Channels, as the operator's configuration describes them. Values are never
 * shown: any of them may be half a secret. */
#include <stddef.h>
#include <stdlib.h>
#include <strings.h>

#include "notify/notify_priv.h"

struct notify_channels {
	struct channel **channel;
	size_t count, cap;
};

static const struct kind *const kinds[] = {&kind_inbox, &kind_email,
    &kind_slack, &kind_teams, &kind_webhook, &kind_exec};

enum { EMAIL = 1, HOOK = 2, SIGNED = 4, EXEC = 8, ALL = 15 };

static const struct key {
	const char *name;
	char type; /* t text, b yes or no, n number, d duration, l list, r rates
		    */
	unsigned kinds;
	size_t offset;
	int64_t most; /* of numbers */
} keys[] = {
#define FIELD(name) offsetof(struct channel, name)
    {"url", 't', EMAIL | HOOK, FIELD(url), 0},
    {"from", 't', EMAIL, FIELD(from), 0},
    {"reply_to", 't', EMAIL, FIELD(reply_to), 0},
    {"hello", 't', EMAIL, FIELD(hello), 0},
    {"user", 't', EMAIL, FIELD(user), 0},
    {"password", 't', EMAIL, FIELD(password), 0},
    {"passwordeval", 't', EMAIL, FIELD(passwordeval), 0},
    {"mechanism", 't', EMAIL, FIELD(mechanism), 0},
    {"ca_file", 't', EMAIL | HOOK, FIELD(ca_file), 0},
    {"starttls", 'b', EMAIL, FIELD(starttls), 0},
    {"sessions", 'n', EMAIL | HOOK, FIELD(sessions), 100},
    {"per_session", 'n', EMAIL, FIELD(per_session), 1000000},
    {"private", 'b', HOOK, FIELD(private_too), 0},
    {"plain", 'b', HOOK, FIELD(plain_too), 0},
    {"secret", 't', SIGNED, FIELD(secret), 0},
    {"timeout", 'd', ALL, FIELD(timeout), 0},
    {"command", 't', EXEC, FIELD(command), 0},
    {"tenants", 'l', ALL, FIELD(tenants), 0},
    {"rate", 'r', ALL, FIELD(rate), 0},
    {"per_recipient", 'r', ALL, FIELD(per_recipient), 0},
#undef FIELD
};

struct notify_channels *
notify_channels_new(void)
{
	struct notify_channels *c = xcalloc(1, sizeof(*c));
	struct channel *inbox = xcalloc(1, sizeof(*inbox));

	inbox->name = xstrdup("inbox");
	inbox->kind = &kind_inbox;
	GROW(c->channel, c->cap, 1);
	c->channel[c->count++] = inbox;
	return c;
}

static void
free_list(char **list)
{
	for (size_t i = 0; list && list[i]; i++)
		free(list[i]);
	free(list);
}

void
notify_channels_free(struct notify_channels *c)
{
	for (size_t i = 0; c && i < c->count; i++) {
		struct channel *one = c->channel[i];

		for (size_t k = 0; k < COUNT_OF(keys); k++) {
			char *at = (char *)one + keys[k].offset;

			if (keys[k].type == 't')
				free(*(char **)(void *)at);
		}
		free_list(one->tenants);
		free(one->name);
		free(one);
	}
	if (c)
		free(c->channel);
	free(c);
}

static struct channel *
channel_named(struct notify_channels *c, struct str name, struct place where)
{
	struct channel *one;

	for (size_t i = 0; i < c->count; i++)
		if (str_eq(str_of(c->channel[i]->name), name))
			return c->channel[i];
	one = xcalloc(1, sizeof(*one));
	one->name = str_dup(name);
	one->where = where;
	GROW(c->channel, c->cap, c->count + 1);
	c->channel[c->count++] = one;
	return one;
}

static int
set_kind(
    struct channel *c, struct str value, struct place where, struct err *err)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (str_is(value, kinds[i]->name) && kinds[i] != &kind_inbox) {
			c->kind = kinds[i];
			return 0;
		}
	return err_at(err, ERR_USAGE, where,
	    "channel %s: no such kind; email, slack, teams, webhook or exec",
	    quoted(str_of(c->name)));
}

static char **
list_of(struct str value)
{
	char **list = NULL;
	size_t cap = 0, count = 0;
	struct str one;
	bool more;

	do {
		more = str_cut(&value, ',', &one);
		GROW(list, cap, count + 2);
		list[count++] = str_dup(str_trim(one));
	} while (more);
	list[count] = NULL;
	return list;
}

static int
set_value(struct channel *c, const struct key *key, struct str value,
    struct place where, struct err *err)
{
	void *at = (char *)c + key->offset;
	int64_t number;

	switch (key->type) {
	case 't':
		free(*(char **)at);
		*(char **)at = str_dup(value);
		return 0;
	case 'l':
		free_list(*(char ***)at);
		*(char ***)at = list_of(value);
		return 0;
	case 'b':
		if (!str_is(value, "yes") && !str_is(value, "no"))
			return err_at(err, ERR_USAGE, where,
			    "%s: neither yes nor no", key->name);
		*(bool *)at = str_is(value, "yes");
		return 0;
	case 'd':
		if (!duration_parse(value, at))
			return err_at(err, ERR_USAGE, where,
			    "%s: no time like 30s or 2m", key->name);
		return 0;
	case 'r':
		if (rates_parse(key->name, value, at, NULL) < 0)
			return err_at(err, ERR_USAGE, where,
			    "%s: not like 10/1s or 10/1s,500/1h", key->name);
		return 0;
	default:
		if (!number_int(value, &number) || number < 1 ||
		    number > key->most)
			return err_at(err, ERR_USAGE, where,
			    "%s: not a number from 1 to %lld", key->name,
			    (long long)key->most);
		*(int64_t *)at = number;
		return 0;
	}
}

static int
unknown_key(struct str key, struct place where, struct err *err)
{
	struct nearest near;

	nearest_start(&near, key);
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		nearest_offer(&near, str_of(keys[i].name));
	if (near.name.p)
		return err_at(err, ERR_USAGE, where,
		    "unknown setting %s of a channel; did you mean \"%s\"?",
		    quoted(key), near.name.p);
	return err_at(err, ERR_USAGE, where, "unknown setting %s of a channel",
	    quoted(key));
}

int
notify_channels_setting(void *channels, struct str name, struct str value,
    struct place where, struct err *err)
{
	struct notify_channels *all = channels;
	struct channel *c;
	struct str key = name, head;

	if (!str_cut(&key, '.', &head) || head.n == 0)
		return err_at(err, ERR_USAGE, where,
		    "expected channel.NAME.SETTING = value");
	if (name_check("channel", head, err) < 0)
		return err_prefix(err, "%s", where.file);
	if (str_is(head, "inbox"))
		return err_at(err, ERR_USAGE, where,
		    "the channel inbox is there without any setting");
	c = channel_named(all, head, where);
	if (str_is(key, "kind"))
		return set_kind(c, value, where, err);
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (str_is(key, keys[i].name))
			return set_value(c, &keys[i], value, where, err);
	return unknown_key(key, where, err);
}

/* A setting that its kind has no use for is a mistake. */
static int
check_keys(const struct channel *c, struct err *err)
{
	static const struct channel none;

	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		const char *at = (const char *)c + keys[i].offset;
		const char *empty = (const char *)&none + keys[i].offset;
		size_t size = keys[i].type == 'b'   ? sizeof(bool)
			      : keys[i].type == 't' ? sizeof(char *)
			      : keys[i].type == 'l' ? sizeof(char **)
			      : keys[i].type == 'r' ? sizeof(struct rates)
						    : sizeof(int64_t);

		if (!(keys[i].kinds & c->kind->keys) &&
		    memcmp(at, empty, size) != 0)
			return err_at(err, ERR_USAGE, c->where,
			    "channel %s: %s is nothing for the kind %s",
			    quoted(str_of(c->name)), keys[i].name,
			    c->kind->name);
	}
	return 0;
}

int
notify_channels_ready(struct notify_channels *all, struct err *err)
{
	for (size_t i = 0; i < all->count; i++) {
		struct channel *c = all->channel[i];

		if (!c->kind)
			return err_at(err, ERR_USAGE, c->where,
			    "channel %s has no kind", quoted(str_of(c->name)));
		if (check_keys(c, err) < 0)
			return -1;
		if (c->kind->check && c->kind->check(c, err) < 0)
			return err->text[0] ? err_prefix(err, "channel %s",
						  quoted(str_of(c->name)))
					    : -1;
	}
	return 0;
}

static bool
may_use(const struct channel *c, const struct tenant *t)
{
	if (!c->tenants)
		return true;
	for (size_t i = 0; c->tenants[i]; i++)
		if (strcmp(c->tenants[i], t->name) == 0)
			return true;
	return false;
}

const struct channel *
channel_find(
    const struct notify_channels *c, const struct tenant *t, struct str name)
{
	for (size_t i = 0; i < c->count; i++)
		if (str_eq(str_of(c->channel[i]->name), name) &&
		    may_use(c->channel[i], t))
			return c->channel[i];
	return NULL;
}

const struct channel *
channel_at(const struct notify_channels *c, size_t i)
{
	return i < c->count ? c->channel[i] : NULL;
}

/* What is between :// and the next slash, without a user. */
static struct str
host_of(const char *url)
{
	const char *at = strstr(url, "://");
	struct str host;
	size_t n;

	at = at ? at + 3 : url;
	n = strcspn(at, "/?#");
	host = (struct str){at, n};
	for (size_t i = 0; i < n; i++)
		if (at[i] == '@')
			host = (struct str){at + i + 1, n - i - 1};
	return host;
}

int
notify_channels_list(const struct notify_channels *c, const struct tenant *t,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err)
{
	struct buf line = {0};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < c->count; i++) {
		const struct channel *one = c->channel[i];
		struct json_writer w = {.out = &line};

		if (!may_use(one, t))
			continue;
		buf_clear(&line);
		json_put_object(&w);
		json_add_text(&w, "channel", str_of(one->name));
		json_add_text(&w, "kind", str_of(one->kind->name));
		if (one->url)
			json_add_text(&w, "to", host_of(one->url));
		json_put_end(&w);
		buf_addc(&line, '\n');
		rc = each(context, buf_str(&line), err);
	}
	buf_release(&line);
	return rc;
}

/* Is "NAME <LOCAL@DOMAIN>" of this domain? */
static bool
is_from(const char *from, struct str domain)
{
	const char *at = strrchr(from, '@');

	return at && strcspn(at + 1, ">") == domain.n &&
	       strncasecmp(at + 1, domain.p, domain.n) == 0;
}

/* "[2001:db8::1]:25" and "mail.example.jp:25" without port and brackets. */
static struct str
without_port(struct str host)
{
	struct str rest = host;

	if (host.n && host.p[0] == '[') {
		rest = (struct str){host.p + 1, host.n - 1};
		str_cut(&rest, ']', &host);
	} else {
		str_cut(&rest, ':', &host);
	}
	return host;
}

const char **
notify_channels_relays(const struct notify_channels *c, struct str domain,
    struct arena *arena, size_t *ret_count)
{
	const char **hosts =
	    arena_zalloc(arena, (c->count + 1) * sizeof(*hosts));
	size_t n = 0;

	for (size_t i = 0; i < c->count; i++) {
		const struct channel *one = c->channel[i];
		const char *host;
		size_t k = 0;

		if (one->kind != &kind_email || !is_from(one->from, domain))
			continue;
		host = arena_strdup(arena, without_port(host_of(one->url)));
		while (k < n && strcmp(hosts[k], host) != 0)
			k++;
		if (k == n)
			hosts[n++] = host;
	}
	*ret_count = n;
	return hosts;
}
