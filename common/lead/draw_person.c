/* SPDX-License-Identifier: ISC */
/* A person's document on one screen, times in the tenant's zone. */
#include <stdlib.h>

#include "lead/lead.h"
#include "table/table.h"

/* Times in the tenant's zone, for people. */
static void
local_time(const struct tenant *t, struct str text, struct buf *out)
{
	int64_t at;

	buf_clear(out);
	if (time_parse(text, zone_utc(), &at))
		time_add_local(out, at, t->settings.zone);
}

static void
add_member(
    struct table_block *b, const struct tenant *t, const struct json *member)
{
	char *name = str_dup(json_name(member));
	struct str value = json_text(member);
	struct arena arena = {0};
	struct buf text = {0};
	struct str one;

	if (str_ends(str_of(name), STR("_at"))) {
		local_time(t, value, &text);
	} else if (json_type_of(member) == JSON_TYPE_ARRAY) {
		while (json_stored_next(&value, &arena, &one))
			buf_addf(&text, "%s%.*s", text.len ? ", " : "",
			    STR_ARG(one));
	}
	table_block_add(b, name, text.len ? buf_str(&text) : value);
	arena_release(&arena);
	buf_release(&text);
	free(name);
}

static void
add_members(
    struct table_block *b, const struct tenant *t, const struct json *object)
{
	for (size_t i = 0; i < json_count(object); i++) {
		const struct json *member = json_item(object, i);

		if (json_type_of(member) == JSON_TYPE_OBJECT)
			add_members(b, t, member);
		else
			add_member(b, t, member);
	}
}

static struct str
text_of(const struct json *object, const char *name)
{
	const struct json *n = json_find(object, name);

	return n ? json_text(n) : (struct str){0};
}

/* The newest first, `limit` of them. */
static void
add_events(struct table_block *b, const struct tenant *t,
    const struct json *events, int64_t limit)
{
	size_t count = json_count(events);
	struct buf time = {0}, line = {0};

	for (size_t i = 0; i < count && (int64_t)i < limit; i++) {
		const struct json *e = json_item(events, count - 1 - i);

		local_time(t, text_of(e, "time"), &time);
		buf_clear(&line);
		buf_adds(&line, text_of(e, "type"));
		if (json_find(e, "attrs")) {
			buf_addstr(&line, "  ");
			buf_adds(&line, json_raw(json_find(e, "attrs")));
		}
		table_block_add(b, time.p, buf_str(&line));
	}
	if ((int64_t)count > limit)
		table_block_addf(b, "", "and %lld earlier ones",
		    (long long)count - (long long)limit);
	buf_release(&time);
	buf_release(&line);
}

static void
add_history(struct table_block *b, const struct tenant *t,
    const struct json *history, int64_t limit)
{
	size_t count = json_count(history);
	struct buf time = {0};

	for (size_t i = 0; i < count && (int64_t)i < limit; i++) {
		const struct json *h = json_item(history, count - 1 - i);

		local_time(t, text_of(h, "time"), &time);
		table_block_addf(
		    b, time.p, "%.*s", STR_ARG(text_of(h, "score")));
	}
	buf_release(&time);
}

static void
add_score(
    struct table_block *b, const struct tenant *t, const struct json *score)
{
	const struct json *rules = json_find(score, "rules");

	for (size_t i = 0; i < json_count(score); i++)
		if (json_item(score, i) != rules)
			add_member(b, t, json_item(score, i));
	for (size_t i = 0; rules && i < json_count(rules); i++) {
		const struct json *rule = json_item(rules, i);
		struct buf because = {0};

		time_add_localised(
		    &because, text_of(rule, "because"), t->settings.zone);
		table_block_addf(b, i ? "" : "why", "%7.*s  %.*s%s%.*s",
		    STR_ARG(text_of(rule, "points")),
		    STR_ARG(text_of(rule, "rule")), because.len ? ": " : "",
		    STR_ARG(buf_str(&because)));
		buf_release(&because);
	}
}

int
lead_draw_person(const struct tenant *t, struct str person, int64_t events,
    size_t columns, struct buf *out, struct err *err)
{
	struct table_block *b;
	const struct json *list;
	struct json *doc;

	if (json_doc_parse(person, "person", &doc, err) < 0)
		return -1;
	b = table_block_new();
	add_members(b, t, json_find(doc, "lead"));
	list = json_find(doc, "score");
	if (list) {
		table_block_title(b, "score");
		add_score(b, t, list);
	}
	list = json_find(doc, "events");
	if (json_count(list) > 0) {
		table_block_title(b, "latest events");
		add_events(b, t, list, events);
	}
	list = json_find(doc, "score_history");
	if (json_count(list) > 0) {
		table_block_title(b, "former scores");
		add_history(b, t, list, 10);
	}
	table_block_draw(b, columns, out);
	table_block_free(b);
	json_doc_free(doc);
	return 0;
}
