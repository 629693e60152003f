/* SPDX-License-Identifier: ISC */
/* The channels there are, and which of them have to be told to whom. */
#include <stdlib.h>

#include "automation/automation_priv.h"
#include "notify/notify.h"

struct channel {
	struct str name;
	bool personal;
};
struct automation_channels {
	struct channel *channel;
	size_t count, cap;
	struct arena arena;
};

static void
add_channel(struct automation_channels *c, struct str name, struct str kind)
{
	GROW(c->channel, c->cap, c->count + 1);
	c->channel[c->count++] = (struct channel){arena_str(&c->arena, name),
	    str_is(kind, "email") || str_is(kind, "inbox")};
}

static int
note_channel(void *context, struct str line, struct err *err)
{
	struct automation_channels *c = context;
	struct json *doc;

	if (json_doc_parse(line, "channel", &doc, err) < 0)
		return -1;
	add_channel(c, json_text(json_find(doc, "channel")),
	    json_text(json_find(doc, "kind")));
	json_doc_free(doc);
	return 0;
}

int
automation_channels_open(const struct tenant *t,
    int (*settings)(const char *prefix,
	int (*each)(void *context, struct str name, struct str value,
	    struct place where, struct err *err),
	void *context, struct err *err),
    struct automation_channels **ret, struct err *err)
{
	struct automation_channels *c = xcalloc(1, sizeof(*c));
	struct notify_channels *channels = notify_channels_new();
	int rc = settings("channel.", notify_channels_setting, channels, err);

	if (rc == 0)
		rc = notify_channels_ready(channels, err);
	if (rc == 0)
		rc = notify_channels_list(channels, t, note_channel, c, err);
	notify_channels_free(channels);
	if (rc < 0) {
		automation_channels_free(c);
		return -1;
	}
	if (!carries(c, STR("inbox")))
		add_channel(c, STR("inbox"), STR("inbox"));
	*ret = c;
	return 0;
}

void
automation_channels_free(struct automation_channels *c)
{
	if (!c)
		return;
	free(c->channel);
	arena_release(&c->arena);
	free(c);
}

int
carries(const struct automation_channels *c, struct str name)
{
	for (size_t i = 0; i < c->count; i++)
		if (str_eq(c->channel[i].name, name))
			return 1 + c->channel[i].personal;
	return 0;
}
