/* SPDX-License-Identifier: ISC */
/*
 * A model out of its JSON document and back. What is here decides what a
 * document may say; what it means stands in step.c.
 */
#include <stdlib.h>
#include <string.h>

#include "stage/stage_priv.h"

static const struct place nowhere;

/* ---- small members --------------------------------------------------------
 */

/* ---- stages ---------------------------------------------------------------
 */

static int
parse_stage(const struct json *node, struct stages *m, struct err *err)
{
	static const char *const names[] = {
	    "name", "aside", "stalled_after", NULL};
	struct stage *s = &m->stage[m->count];
	const struct json *where;
	struct str name;

	if (json_as_object(node, err) < 0 || json_only(node, names, err) < 0 ||
	    json_need_text(node, "name", &name, err) < 0)
		return -1;
	where = json_find(node, "name");
	if (!name.n || name.n > STAGE_NAME_MAX || memchr(name.p, '\0', name.n))
		return json_err(
		    where, err, "not 1 to %d bytes of text", STAGE_NAME_MAX);
	if (stage_find(m, name) < m->count)
		return json_err(
		    where, err, "the second stage called %s", quoted(name));
	s->name = str_dup(name);
	m->count++;
	if (json_take_bool(node, "aside", &s->aside, err) < 0)
		return -1;
	return json_take_duration(
	    node, "stalled_after", &s->stalled_after, err);
}

static int
parse_stages(const struct json *document, struct stages *m, struct err *err)
{
	const struct json *list;
	bool pipeline = false;

	if (json_need_array(document, "stages", &list, err) < 0)
		return -1;
	if (json_count(list) == 0 || json_count(list) > STAGES_MAX)
		return json_err(list, err, "not 1 to %d stages", STAGES_MAX);
	m->stage = xcalloc(json_count(list), sizeof(*m->stage));
	for (size_t i = 0; i < json_count(list); i++) {
		if (parse_stage(json_item(list, i), m, err) < 0)
			return -1;
		pipeline = pipeline || !m->stage[i].aside;
	}
	if (!pipeline)
		return json_err(list, err, "all stages stand aside");
	return 0;
}

/* ---- rules ----------------------------------------------------------------
 */

static int
need_stage(const struct stages *m, const struct json *node, size_t *ret,
    struct err *err)
{
	struct err why = {0};
	struct str name;

	if (json_as_text(node, &name, err) < 0)
		return -1;
	if (stage_need(m, name, ret, &why) < 0)
		return json_err(node, err, "%s", why.text);
	return 0;
}

/* Without "from": from wherever a lead may be. */
static int
parse_from(const struct json *node, const struct stages *m,
    struct stage_rule *rule, struct err *err)
{
	const struct json *list = NULL;

	if (json_take_array(node, "from", &list, err) < 0)
		return -1;
	if (!list) {
		rule->from = STAGE_FROM_ANY;
		return 0;
	}
	if (json_count(list) == 0)
		return json_err(list, err,
		    "from nowhere: name stages, or null for leads without one");
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *item = json_item(list, i);
		size_t stage = STAGE_NONE;

		if (json_type_of(item) != JSON_TYPE_NULL &&
		    need_stage(m, item, &stage, err) < 0)
			return -1;
		rule->from |= UINT64_C(1) << stage;
	}
	return 0;
}

static int
parse_when(const struct json *node, struct stage_rule *rule, struct err *err)
{
	const struct json *when = json_find(node, "when");
	struct json_writer w;
	struct buf text = {0};

	if (!when || json_type_of(when) == JSON_TYPE_NULL)
		return 0;
	if (cond_parse_json(when, &lead_catalogue, &rule->when, err) < 0)
		return -1;
	w = (struct json_writer){.out = &text};
	json_put_node(&w, when);
	rule->when_json = buf_detach(&text);
	return 0;
}

static int
parse_rule(const struct json *node, struct stages *m, struct err *err)
{
	static const char *const names[] = {
	    "to", "from", "on", "when", "for", NULL};
	struct stage_rule *rule = &m->rule[m->rule_count++];
	struct str event = {0};

	rule->event_type = -1;
	if (json_as_object(node, err) < 0 || json_only(node, names, err) < 0)
		return -1;
	if (!json_find(node, "to"))
		return json_err(node, err, "needs \"to\"");
	if (need_stage(m, json_find(node, "to"), &rule->to, err) < 0 ||
	    parse_from(node, m, rule, err) < 0 ||
	    json_take_text(node, "on", &event, err) < 0 ||
	    parse_when(node, rule, err) < 0 ||
	    json_take_duration(node, "for", &rule->wait, err) < 0)
		return -1;
	if (event.p && !lead_event_type_ok(event))
		return json_err(json_find(node, "on"), err,
		    "not the name of an event type: %s", quoted(event));
	if (event.p)
		rule->event = str_dup(event);
	if (!rule->event && !rule->when)
		return json_err(node, err, "needs \"on\", \"when\" or both");
	if (rule->wait && (!rule->when || rule->event))
		return json_err(json_find(node, "for"), err,
		    "goes with \"when\" alone: an event is over at once");
	for (const struct stage_rule *r = m->rule; r < rule; r++)
		if (r->wait && rule->wait && r->to == rule->to)
			return json_err(json_find(node, "for"), err,
			    "two rules wait for the way to %s",
			    quoted(str_of(m->stage[rule->to].name)));
	return 0;
}

static int
parse_rules(const struct json *document, struct stages *m, struct err *err)
{
	const struct json *list;

	if (json_need_array(document, "moves", &list, err) < 0)
		return -1;
	if (json_count(list) > STAGE_RULES_MAX)
		return json_err(
		    list, err, "more than %d moves", STAGE_RULES_MAX);
	m->rule = xcalloc(json_count(list) + 1, sizeof(*m->rule));
	for (size_t i = 0; i < json_count(list); i++)
		if (parse_rule(json_item(list, i), m, err) < 0)
			return -1;
	return 0;
}

int
stages_parse(const struct json *document, struct stages **ret, struct err *err)
{
	static const char *const names[] = {"stages", "moves", NULL};
	struct stages *m = xcalloc(1, sizeof(*m));

	if (json_as_object(document, err) < 0 ||
	    json_only(document, names, err) < 0 ||
	    parse_stages(document, m, err) < 0 ||
	    parse_rules(document, m, err) < 0) {
		stages_free(m);
		return -1;
	}
	*ret = m;
	return 0;
}

static int
parse_and_free(struct json *doc, struct stages **ret, struct err *err)
{
	int code = stages_parse(doc, ret, err);

	json_doc_free(doc);
	return code;
}

int
stages_read(const char *path, struct stages **ret, struct err *err)
{
	struct json *doc;

	if (json_doc_read(path, &doc, err) < 0)
		return -1;
	return parse_and_free(doc, ret, err);
}

int
stages_of_text(
    struct str text, const char *name, struct stages **ret, struct err *err)
{
	struct json *doc;

	if (json_doc_parse(text, name, &doc, err) < 0)
		return -1;
	return parse_and_free(doc, ret, err);
}

void
stages_free(struct stages *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->count; i++)
		free(m->stage[i].name);
	for (size_t i = 0; i < m->rule_count; i++) {
		free(m->rule[i].event);
		free(m->rule[i].when_json);
		cond_free(m->rule[i].when);
	}
	free(m->stage);
	free(m->rule);
	free(m);
}

/* ---- names ----------------------------------------------------------------
 */

size_t
stage_find(const struct stages *m, struct str name)
{
	if (!name.p)
		return STAGE_NONE;
	for (size_t i = 0; i < m->count; i++)
		if (str_is(name, m->stage[i].name))
			return i;
	return STAGE_OTHER;
}

int
stage_need(
    const struct stages *m, struct str name, size_t *ret, struct err *err)
{
	struct nearest near;

	*ret = stage_find(m, name);
	if (*ret < m->count)
		return 0;
	nearest_start(&near, name);
	for (size_t i = 0; i < m->count; i++)
		nearest_offer(&near, str_of(m->stage[i].name));
	return nearest_err(&near, "stage", err);
}

/* ---- printing -------------------------------------------------------------
 */

static void
put_from(
    struct json_writer *w, const struct stages *m, const struct stage_rule *r)
{
	if (r->from == STAGE_FROM_ANY)
		return;
	json_put_name(w, "from");
	json_put_array(w);
	if (r->from >> STAGE_NONE & 1)
		json_put_null(w);
	for (size_t i = 0; i < m->count; i++)
		if (r->from >> i & 1)
			json_put_text(w, str_of(m->stage[i].name));
	json_put_end(w);
}

void
stages_print(const struct stages *m, struct buf *out)
{
	struct json_writer w = {.out = out, .pretty = true};

	json_put_object(&w);
	json_put_name(&w, "stages");
	json_put_array(&w);
	for (size_t i = 0; i < m->count; i++) {
		json_put_object(&w);
		json_add_text(&w, "name", str_of(m->stage[i].name));
		if (m->stage[i].aside)
			json_add_bool(&w, "aside", true);
		if (m->stage[i].stalled_after)
			json_add_duration(
			    &w, "stalled_after", m->stage[i].stalled_after);
		json_put_end(&w);
	}
	json_put_end(&w);
	json_put_name(&w, "moves");
	json_put_array(&w);
	for (size_t i = 0; i < m->rule_count; i++) {
		const struct stage_rule *r = &m->rule[i];

		json_put_object(&w);
		json_add_text(&w, "to", str_of(m->stage[r->to].name));
		put_from(&w, m, r);
		if (r->event)
			json_add_text(&w, "on", str_of(r->event));
		if (r->when_json) {
			json_put_name(&w, "when");
			json_put_raw(&w, str_of(r->when_json));
		}
		if (r->wait)
			json_add_duration(&w, "for", r->wait);
		json_put_end(&w);
	}
	json_put_end(&w);
	json_put_end(&w);
	buf_addc(out, '\n');
}

/* ---- review ---------------------------------------------------------------
 */

static bool
standard_event(const char *name)
{
	for (const char *const *e = lead_catalogue.event_types; *e; e++)
		if (strcmp(*e, name) == 0)
			return true;
	return false;
}

void
stages_review(const struct stages *m,
    bool (*known)(void *context, struct str event_type), void *context,
    struct remarks *remarks)
{
	uint64_t led_to = 0;

	for (size_t i = 0; i < m->rule_count; i++) {
		const struct stage_rule *r = &m->rule[i];

		led_to |= UINT64_C(1) << r->to;
		if (r->event && !standard_event(r->event) &&
		    !(known && known(context, str_of(r->event))))
			remark(remarks, nowhere,
			    "moves[%zu].on: no standard event type, and none "
			    "of it is stored: %s",
			    i, quoted(str_of(r->event)));
	}
	for (size_t i = 0; i < m->count; i++)
		if (!(led_to >> i & 1))
			remark(remarks, nowhere,
			    "stages[%zu]: no rule leads to %s: only people "
			    "move leads there",
			    i, quoted(str_of(m->stage[i].name)));
}
