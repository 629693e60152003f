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

enum { EMAIL = 1, HOOK = 2, SIGNED = 4, EXEC = 8, ALL = 15, SERVER = 16 };

static const struct key {
	const char *name;
	char type; /* t text, b yes or no, n number, d duration, l list, r rates
		    */
	unsigned kinds; /* that have it; SERVER: so has each server of mail */
	size_t offset;
	int64_t most; /* of numbers */
} keys[] = {
#define FIELD(name) offsetof(struct channel, name)
    {"url", 't', EMAIL | HOOK | SERVER, FIELD(url), 0},
    {"from", 't', EMAIL, FIELD(from), 0},
    {"reply_to", 't', EMAIL, FIELD(reply_to), 0},
    {"hello", 't', EMAIL | SERVER, FIELD(hello), 0},
    {"user", 't', EMAIL | SERVER, FIELD(user), 0},
    {"password", 't', EMAIL | SERVER, FIELD(password), 0},
    {"passwordeval", 't', EMAIL | SERVER, FIELD(passwordeval), 0},
    {"netrc", 't', EMAIL | SIGNED | SERVER, FIELD(netrc), 0},
    {"mechanism", 't', EMAIL | SERVER, FIELD(mechanism), 0},
    {"ca_file", 't', EMAIL | HOOK | SERVER, FIELD(ca_file), 0},
    {"starttls", 'b', EMAIL | SERVER, FIELD(starttls), 0},
    {"sessions", 'n', EMAIL | HOOK | SERVER, FIELD(sessions), 100},
    {"per_session", 'n', EMAIL | SERVER, FIELD(per_session), 1000000},
    {"private", 'b', HOOK, FIELD(private_too), 0},
    {"plain", 'b', HOOK, FIELD(plain_too), 0},
    {"secret", 't', SIGNED, FIELD(secret), 0},
    {"timeout", 'd', ALL | SERVER, FIELD(timeout), 0},
    {"command", 't', EXEC, FIELD(command), 0},
    {"tenants", 'l', ALL, FIELD(tenants), 0},
    {"rate", 'r', ALL | SERVER, FIELD(rate), 0},
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

static void
free_channel(struct channel *one)
{
	for (size_t k = 0; k < COUNT_OF(keys); k++) {
		char *at = (char *)one + keys[k].offset;

		if (keys[k].type == 't')
			free(*(char **)(void *)at);
	}
	for (size_t i = 0; i < one->servers; i++)
		free_channel(one->server[i]);
	free(one->server);
	free_list(one->tenants);
	free(one->name);
	free(one);
}

void
notify_channels_free(struct notify_channels *c)
{
	for (size_t i = 0; c && i < c->count; i++)
		free_channel(c->channel[i]);
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

/* What belongs to a server alone is written in a channel of its own. */
static struct channel *
server_named(struct channel *c, struct str name, struct place where)
{
	struct channel *one;

	for (size_t i = 0; i < c->servers; i++)
		if (str_eq(str_of(c->server[i]->name), name))
			return c->server[i];
	one = xcalloc(1, sizeof(*one));
	one->name = str_dup(name);
	one->where = where;
	GROW(c->server, c->server_cap, c->servers + 1);
	c->server[c->servers++] = one;
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

/* "NAME.KEY" of a server. */
static int
set_server(struct channel *c, struct str key, struct str value,
    struct place where, struct err *err)
{
	struct str name;

	if (!str_cut(&key, '.', &name) || name.n == 0)
		return err_at(err, ERR_USAGE, where,
		    "expected channel.NAME.server.NAME.SETTING = value");
	if (name_check("server", name, err) < 0)
		return err_prefix(err, "%s", where.file);
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (str_is(key, keys[i].name) && keys[i].kinds & SERVER)
			return set_value(server_named(c, name, where), &keys[i],
			    value, where, err);
	return unknown_key(key, where, err);
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
	if (str_starts(key, STR("server.")))
		return set_server(
		    c, (struct str){key.p + 7, key.n - 7}, value, where, err);
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (str_is(key, keys[i].name))
			return set_value(c, &keys[i], value, where, err);
	return unknown_key(key, where, err);
}

static size_t
size_of(const struct key *key)
{
	return key->type == 'b'   ? sizeof(bool)
	       : key->type == 't' ? sizeof(char *)
	       : key->type == 'l' ? sizeof(char **)
	       : key->type == 'r' ? sizeof(struct rates)
				  : sizeof(int64_t);
}

static bool
is_set(const struct channel *c, const struct key *key)
{
	static const struct channel none;

	return memcmp((const char *)c + key->offset,
		   (const char *)&none + key->offset, size_of(key)) != 0;
}

/* A setting that its kind has no use for is a mistake. */
static int
check_keys(const struct channel *c, struct err *err)
{
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (!(keys[i].kinds & c->kind->keys) && is_set(c, &keys[i]))
			return err_at(err, ERR_USAGE, c->where,
			    "channel %s: %s is nothing for the kind %s",
			    quoted(str_of(c->name)), keys[i].name,
			    c->kind->name);
	if (c->servers && c->kind != &kind_email)
		return err_at(err, ERR_USAGE, c->where,
		    "channel %s: servers are nothing for the kind %s",
		    quoted(str_of(c->name)), c->kind->name);
	return 0;
}

static bool
is_secret(const char *key)
{
	return strncmp(key, "password", 8) == 0 || strcmp(key, "netrc") == 0;
}

/* What a server does not say itself is as the channel says it. */
static void
inherit(struct channel *server, const struct channel *c)
{
	bool secret = server->password || server->passwordeval || server->netrc;

	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		char *to = (char *)server + keys[i].offset;
		const char *from = (const char *)c + keys[i].offset;

		/* The channel's rate is that of all its servers together. */
		if (!(keys[i].kinds & SERVER) || is_set(server, &keys[i]) ||
		    !is_set(c, &keys[i]) || keys[i].type == 'r' ||
		    (secret && is_secret(keys[i].name)))
			continue;
		if (keys[i].type == 't')
			*(char **)(void *)to =
			    xstrdup(*(char *const *)(const void *)from);
		else
			memcpy(to, from, size_of(&keys[i]));
	}
	server->kind = c->kind;
}

/* A channel of mail has one server at least. */
static int
settle_servers(struct channel *c, struct err *err)
{
	if (c->kind != &kind_email)
		return 0;
	if (c->servers && c->url)
		return err_at(err, ERR_USAGE, c->where,
		    "channel %s: url and servers: one of them",
		    quoted(str_of(c->name)));
	if (!c->servers && c->url)
		server_named(c, STR(""), c->where);
	for (size_t i = 0; i < c->servers; i++)
		inherit(c->server[i], c);
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
		if (check_keys(c, err) < 0 || settle_servers(c, err) < 0)
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

/* The same with them, as libcurl has it. */
static struct str
url_host(const char *url)
{
	struct str host = host_of(url), bare = without_port(host);

	return bare.p == host.p ? bare : (struct str){host.p, bare.n + 2};
}

struct str
channel_host(const struct channel *c)
{
	return c->url ? without_port(host_of(c->url)) : (struct str){0};
}

bool
channel_allowed(const struct channel *c, const char *const *hosts)
{
	return !c->kind->web || !c->url ||
	       host_is_allowed(url_host(c->url), hosts);
}

static void
put_hosts(struct json_writer *w, const struct channel *c)
{
	struct buf hosts = {0};

	if (c->url)
		buf_adds(&hosts, host_of(c->url));
	for (size_t i = 0; !c->url && i < c->servers; i++) {
		buf_addstr(&hosts, i ? ", " : "");
		buf_adds(&hosts, host_of(c->server[i]->url));
	}
	if (hosts.len)
		json_add_text(w, "to", buf_str(&hosts));
	buf_release(&hosts);
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
		put_hosts(&w, one);
		if (!channel_allowed(
			one, (const char *const *)t->settings.hosts))
			json_add_bool(&w, "allowed", false);
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

static void
add_host(const char **hosts, size_t *count, const char *host)
{
	size_t k = 0;

	while (k < *count && strcmp(hosts[k], host) != 0)
		k++;
	if (k == *count)
		hosts[(*count)++] = host;
}

const char **
notify_channels_relays(const struct notify_channels *c, struct str domain,
    struct arena *arena, size_t *ret_count)
{
	size_t most = 1;
	const char **hosts;

	for (size_t i = 0; i < c->count; i++)
		most += c->channel[i]->servers;
	hosts = arena_zalloc(arena, most * sizeof(*hosts));
	*ret_count = 0;
	for (size_t i = 0; i < c->count; i++) {
		const struct channel *one = c->channel[i];

		if (one->kind != &kind_email || !is_from(one->from, domain))
			continue;
		for (size_t k = 0; k < one->servers; k++)
			add_host(hosts, ret_count,
			    arena_strdup(arena, channel_host(one->server[k])));
	}
	return hosts;
}
