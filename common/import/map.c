/* SPDX-License-Identifier: ISC */
/*
 * Reading maps: a JSON document, or FIELD=COLUMN pairs, into rules. Everything
 * a rule needs at run time (zones, tables) is made here once.
 */
#include <unistd.h>

#include "import/import_priv.h"

/* ---- small readers ------------------------------------------------------ */

static struct str
keep(struct import_map *map, struct str s)
{
	return arena_str(&map->arena, s);
}

/* A text, or a list of texts. */
static int
read_texts(struct import_map *map, const struct json *node, struct str **ret,
    size_t *ret_count, struct err *err)
{
	bool list = json_type_of(node) == JSON_TYPE_ARRAY;
	size_t count = list ? json_count(node) : 1;
	struct str *texts =
	    arena_zalloc(&map->arena, (count + 1) * sizeof(*texts));

	for (size_t i = 0; i < count; i++) {
		const struct json *one = list ? json_item(node, i) : node;
		struct str text;

		/* Numbers stand for what they look like: ["", 0]. */
		if (json_type_of(one) == JSON_TYPE_NUMBER)
			text = json_text(one);
		else if (json_as_text(one, &text, err) < 0)
			return -1;
		texts[i] = keep(map, text);
	}
	*ret = texts;
	*ret_count = count;
	return 0;
}

static struct field
scalar(struct import_map *map, const struct json *node)
{
	static const enum field_type types[] = {
	    [JSON_TYPE_NULL] = FIELD_MISSING,
	    [JSON_TYPE_BOOL] = FIELD_BOOL,
	    [JSON_TYPE_NUMBER] = FIELD_NUMBER,
	    [JSON_TYPE_STRING] = FIELD_TEXT,
	    [JSON_TYPE_OBJECT] = FIELD_OBJECT,
	    [JSON_TYPE_ARRAY] = FIELD_ARRAY,
	};
	struct field f = {.type = types[json_type_of(node)]};

	if (f.type != FIELD_MISSING)
		f.text = keep(map,
		    f.type == FIELD_TEXT ? json_text(node) : json_raw(node));
	return f;
}

static int
read_zone(const struct json *node, const struct zone **ret, struct err *err)
{
	struct err why = {0};
	struct str name;
	char *text;
	int rc;

	if (!node)
		return 0;
	if (json_as_text(node, &name, err) < 0)
		return -1;
	text = str_dup(name);
	rc = zone_find(text, ret, &why);
	free(text);
	return rc < 0 ? json_err(node, err, "%s", why.text) : 0;
}

static int
read_type(const struct json *node, enum value_type *ret, struct err *err)
{
	static const struct {
		const char *name;
		enum value_type type;
	} names[] = {{"text", AS_TEXT}, {"number", AS_NUMBER},
	    {"time", AS_TIME}, {"bool", AS_BOOL}, {"list", AS_LIST},
	    {"json", AS_JSON}};
	struct str name;

	if (json_as_text(node, &name, err) < 0)
		return -1;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_is(name, names[i].name)) {
			*ret = names[i].type;
			return 0;
		}
	return json_err(node, err,
	    "not a type (text, number, time, bool, list, json): %s",
	    quoted(name));
}

/* ---- rules -------------------------------------------------------------- */

static const char *const rule_members[] = {"column", "columns", "join", "hash",
    "line", "prefix", "value", "type", "format", "zone", "split", "values",
    "otherwise", "missing", "true", "false", NULL};

static int
read_values(struct import_map *map, const struct json *node, struct rule *rule,
    struct err *err)
{
	if (json_as_object(node, err) < 0)
		return -1;
	rule->values = json_count(node);
	rule->value = arena_zalloc(
	    &map->arena, (rule->values + 1) * sizeof(*rule->value));
	for (size_t i = 0; i < rule->values; i++) {
		const struct json *to = json_item(node, i);

		rule->value[i].from = keep(map, json_name(to));
		rule->value[i].to = scalar(map, to);
	}
	return 0;
}

/* Where the value comes from: exactly one of four. */
static int
read_source(struct import_map *map, const struct json *node, struct rule *rule,
    struct err *err)
{
	static const char *const sources[] = {
	    "column", "columns", "hash", "line", "value"};
	const struct json *found = NULL;
	size_t which = 0;

	for (size_t i = 0; i < COUNT_OF(sources); i++) {
		const struct json *one = json_find(node, sources[i]);

		if (one && found)
			return json_err(one, err,
			    "\"%s\" and \"%s\" cannot stand together",
			    sources[which], sources[i]);
		if (one) {
			found = one;
			which = i;
		}
	}
	if (!found)
		return json_err(node, err,
		    "says not where the value comes from: column, columns, "
		    "hash, line or value");
	switch (which) {
	case 0:
	case 1:
		rule->source = FROM_COLUMNS;
		break;
	case 2:
		rule->source = FROM_HASH;
		break;
	case 3:
		rule->source = FROM_LINE;
		if (json_type_of(found) != JSON_TYPE_BOOL || !json_truth(found))
			return json_err(found, err, "can only be true");
		return 0;
	default:
		rule->source = FROM_CONSTANT;
		rule->constant = scalar(map, found);
		return 0;
	}
	if (read_texts(map, found, &rule->column, &rule->columns, err) < 0)
		return -1;
	if (rule->columns == 0)
		return json_err(found, err, "names no column");
	return 0;
}

static int
read_texts_if(struct import_map *map, const struct json *node, const char *name,
    struct str **ret, size_t *ret_count, struct err *err)
{
	const struct json *list = json_find(node, name);

	return list ? read_texts(map, list, ret, ret_count, err) : 0;
}

static int
read_details(struct import_map *map, const struct json *node, struct rule *rule,
    struct err *err)
{
	const struct json *type = json_find(node, "type");
	const struct json *values = json_find(node, "values");
	const struct json *otherwise = json_find(node, "otherwise");
	enum value_type wanted;

	if (json_only(node, rule_members, err) < 0 ||
	    read_source(map, node, rule, err) < 0 ||
	    json_take_text(node, "join", &rule->join, err) < 0 ||
	    json_take_text(node, "prefix", &rule->prefix, err) < 0 ||
	    json_take_text(node, "split", &rule->split, err) < 0)
		return -1;
	rule->join = keep(map, rule->join);
	rule->prefix = keep(map, rule->prefix);
	rule->split = keep(map, rule->split);
	if (type) {
		if (read_type(type, &wanted, err) < 0)
			return -1;
		if (rule->slot == SLOT_NONE)
			rule->type = wanted;
		else if (wanted != rule->type &&
			 !(wanted == AS_TEXT && rule->type == AS_EMAIL) &&
			 !(wanted == AS_NUMBER && rule->type == AS_INTEGER))
			return json_err(
			    type, err, "the field has a type of its own");
	}
	if (rule->slot == SLOT_NONE && !type) {
		if (rule->split.n)
			rule->type = AS_LIST;
		else if (json_find(node, "format"))
			rule->type = AS_TIME;
		else if (json_find(node, "true") || json_find(node, "false"))
			rule->type = AS_BOOL;
	}
	if (read_texts_if(
		map, node, "format", &rule->format, &rule->formats, err) < 0 ||
	    read_texts_if(map, node, "missing", &rule->missing, &rule->missings,
		err) < 0 ||
	    read_texts_if(map, node, "true", &rule->yes, &rule->yesses, err) <
		0 ||
	    read_texts_if(map, node, "false", &rule->no, &rule->noes, err) <
		0 ||
	    read_zone(json_find(node, "zone"), &rule->zone, err) < 0)
		return -1;
	if (values && read_values(map, values, rule, err) < 0)
		return -1;
	if (otherwise) {
		rule->has_otherwise = true;
		rule->otherwise = scalar(map, otherwise);
	}
	return 0;
}

/* A column's name, or an object that says more. */
static int
read_rule(struct import_map *map, const struct json *node, struct rule *rule,
    struct err *err)
{
	struct str name;

	rule->zone = map->zone;
	if (json_type_of(node) == JSON_TYPE_OBJECT)
		return read_details(map, node, rule, err);
	if (json_as_text(node, &name, err) < 0)
		return -1;
	rule->source = FROM_COLUMNS;
	rule->column = arena_alloc(&map->arena, sizeof(*rule->column));
	rule->column[0] = keep(map, name);
	rule->columns = 1;
	return 0;
}

/* "company", or "attrs.NAME". */
static int
read_target(
    struct import_map *map, struct str name, struct rule *rule, struct buf *why)
{
	const struct slots *slots = slots_of(map->what);
	struct nearest near;

	if (str_starts(name, STR("attrs."))) {
		if (map->what == IMPORT_ASSESSMENTS) {
			buf_addstr(why, "assessments have no attributes");
			return -1;
		}
		rule->slot = SLOT_NONE;
		rule->attr = keep(map, (struct str){name.p + 6, name.n - 6});
		if (lead_attr_name_ok(rule->attr))
			return 0;
		buf_addstr(why, "not a name of an attribute: ");
		buf_addquoted(why, rule->attr);
		return -1;
	}
	nearest_start(&near, name);
	for (size_t i = 0; i < slots->count; i++) {
		if (!slots->column[i].name)
			continue;
		if (str_is(name, slots->column[i].name)) {
			rule->slot = i;
			rule->type = slots->type[i];
			return 0;
		}
		nearest_offer(&near, str_of(slots->column[i].name));
	}
	if (map->what == IMPORT_LEADS && column_is_computed(name)) {
		buf_addf(why, "%.*s is computed here, not taken from files",
		    STR_ARG(name));
		return -1;
	}
	buf_addstr(why, "no such field: ");
	buf_addquoted(why, name);
	if (near.name.p)
		buf_addf(why, " (did you mean %s?)", near.name.p);
	else
		buf_addstr(why, " (attributes are called attrs.NAME)");
	return -1;
}

static int
read_fields(struct import_map *map, const struct json *node, struct err *err)
{
	if (json_as_object(node, err) < 0)
		return -1;
	map->rule = arena_zalloc(
	    &map->arena, (json_count(node) + 1) * sizeof(*map->rule));
	for (size_t i = 0; i < json_count(node); i++) {
		const struct json *one = json_item(node, i);
		struct rule *rule = &map->rule[i];
		struct buf why = {0};

		if (read_target(map, json_name(one), rule, &why) < 0) {
			json_err(one, err, "%s", why.p);
			buf_release(&why);
			return -1;
		}
		if (read_rule(map, one, rule, err) < 0)
			return -1;
		map->rules++;
	}
	return 0;
}

/* {"Visits": "number"} for columns that just become attributes. */
static int
read_types(struct import_map *map, const struct json *node, struct err *err)
{
	if (json_as_object(node, err) < 0)
		return -1;
	map->typed = arena_zalloc(
	    &map->arena, (json_count(node) + 1) * sizeof(*map->typed));
	for (size_t i = 0; i < json_count(node); i++) {
		struct rule *rule = &map->typed[i];

		rule->slot = SLOT_NONE;
		rule->attr = keep(map, json_name(json_item(node, i)));
		rule->zone = map->zone;
		if (read_type(json_item(node, i), &rule->type, err) < 0)
			return -1;
		map->typeds++;
	}
	return 0;
}

/* ---- columns that are events -------------------------------------------- */

static int
read_event_attrs(struct import_map *map, const struct json *node,
    struct event_rule *event, struct err *err)
{
	if (json_as_object(node, err) < 0)
		return -1;
	event->attr = arena_zalloc(
	    &map->arena, (json_count(node) + 1) * sizeof(*event->attr));
	for (size_t i = 0; i < json_count(node); i++) {
		struct rule *rule = &event->attr[i];

		rule->slot = SLOT_NONE;
		rule->attr = keep(map, json_name(json_item(node, i)));
		if (read_rule(map, json_item(node, i), rule, err) < 0)
			return -1;
		event->attrs++;
	}
	return 0;
}

static int
read_event(struct import_map *map, const struct json *node,
    struct event_rule *event, struct err *err)
{
	static const char *const members[] = {
	    "type", "time", "count", "when", "attrs", NULL};
	const struct json *time = json_find(node, "time");
	const struct json *count = json_find(node, "count");
	const struct json *when = json_find(node, "when");
	const struct json *attrs = json_find(node, "attrs");

	if (json_as_object(node, err) < 0 ||
	    json_only(node, members, err) < 0 ||
	    json_need_text(node, "type", &event->type, err) < 0)
		return -1;
	event->type = keep(map, event->type);
	if (!lead_event_type_ok(event->type))
		return json_err(
		    json_find(node, "type"), err, "not an event type");
	if (!time)
		return json_err(node, err, "an event needs a time");
	event->time = (struct rule){.slot = SLOT_NONE, .type = AS_TIME};
	event->count = (struct rule){.slot = SLOT_NONE, .type = AS_INTEGER};
	event->when = (struct rule){.slot = SLOT_NONE, .type = AS_BOOL};
	event->has_count = count != NULL;
	event->has_when = when != NULL;
	if (read_rule(map, time, &event->time, err) < 0 ||
	    (count && read_rule(map, count, &event->count, err) < 0) ||
	    (when && read_rule(map, when, &event->when, err) < 0) ||
	    (attrs && read_event_attrs(map, attrs, event, err) < 0))
		return -1;
	event->time.type = AS_TIME;
	event->count.type = AS_INTEGER;
	event->when.type = AS_BOOL;
	return 0;
}

static int
read_events(struct import_map *map, const struct json *node, struct err *err)
{
	if (json_as_array(node, err) < 0)
		return -1;
	if (map->what != IMPORT_LEADS)
		return json_err(node, err, "only in maps for leads");
	map->event = arena_zalloc(
	    &map->arena, (json_count(node) + 1) * sizeof(*map->event));
	for (size_t i = 0; i < json_count(node); i++) {
		if (read_event(map, json_item(node, i), &map->event[i], err) <
		    0)
			return -1;
		map->events++;
	}
	return 0;
}

/* ---- documents ---------------------------------------------------------- */

static int
read_rest(struct import_map *map, const struct json *node, struct err *err)
{
	struct str word;

	if (json_as_text(node, &word, err) < 0)
		return -1;
	if (!str_is(word, "attrs") && !str_is(word, "ignore"))
		return json_err(node, err, "neither \"attrs\" nor \"ignore\"");
	map->rest_ignored = str_is(word, "ignore");
	return 0;
}

static int
read_document(struct import_map *map, const struct json *doc, struct err *err)
{
	static const char *const members[] = {"fields", "types", "events",
	    "missing", "ignore", "rest", "zone", "comment", NULL};
	const struct json *fields = json_find(doc, "fields");
	const struct json *types = json_find(doc, "types");
	const struct json *events = json_find(doc, "events");
	const struct json *rest = json_find(doc, "rest");

	if (json_as_object(doc, err) < 0 || json_only(doc, members, err) < 0 ||
	    read_zone(json_find(doc, "zone"), &map->zone, err) < 0 ||
	    read_texts_if(
		map, doc, "missing", &map->missing, &map->missings, err) < 0 ||
	    read_texts_if(
		map, doc, "ignore", &map->ignore, &map->ignores, err) < 0)
		return -1;
	if ((fields && read_fields(map, fields, err) < 0) ||
	    (types && read_types(map, types, err) < 0) ||
	    (events && read_events(map, events, err) < 0) ||
	    (rest && read_rest(map, rest, err) < 0))
		return -1;
	return 0;
}

static int
read_pairs(struct import_map *map, const char *spec, struct err *err)
{
	struct str left = str_of(spec), pair, field;
	size_t cap = 0;
	struct rule *rules = NULL;
	struct buf why = {0};
	bool more = true;

	while (more) {
		struct rule rule = {.zone = map->zone};

		more = str_cut(&left, ',', &pair);
		if (!str_cut(&pair, '=', &field) || pair.n == 0) {
			free(rules);
			return err_set(err, ERR_USAGE,
			    "--map: not FIELD=COLUMN: %s", quoted(field));
		}
		if (read_target(map, str_trim(field), &rule, &why) < 0) {
			err_set(err, ERR_USAGE, "--map: %s", why.p);
			buf_release(&why);
			free(rules);
			return -1;
		}
		rule.source = FROM_COLUMNS;
		rule.column = arena_alloc(&map->arena, sizeof(*rule.column));
		rule.column[0] = keep(map, pair);
		rule.columns = 1;
		GROW(rules, cap, map->rules + 1);
		rules[map->rules++] = rule;
	}
	map->rule = arena_alloc(&map->arena, map->rules * sizeof(*rules));
	memcpy(map->rule, rules, map->rules * sizeof(*rules));
	free(rules);
	return 0;
}

static struct import_map *
map_new(enum import_what what, const struct tenant *t)
{
	struct import_map *map = xcalloc(1, sizeof(*map));

	map->what = what;
	map->zone = t->settings.zone;
	return map;
}

int
map_of_document(const struct json *doc, enum import_what what,
    const struct tenant *t, struct import_map **ret, struct err *err)
{
	struct import_map *map = map_new(what, t);

	if (read_document(map, doc, err) < 0) {
		import_map_free(map);
		return -1;
	}
	*ret = map;
	return 0;
}

int
import_map_read(const char *spec, enum import_what what, const struct tenant *t,
    struct import_map **ret, struct err *err)
{
	struct import_map *map;
	struct json *doc;
	int rc;

	if (spec && !(strchr(spec, '=') && access(spec, F_OK) < 0)) {
		if (json_doc_read(spec, &doc, err) < 0)
			return -1;
		rc = map_of_document(doc, what, t, ret, err);
		json_doc_free(doc);
		return rc;
	}
	map = map_new(what, t);
	if (spec && read_pairs(map, spec, err) < 0) {
		import_map_free(map);
		return -1;
	}
	*ret = map;
	return 0;
}

void
import_map_free(struct import_map *map)
{
	if (!map)
		return;
	arena_release(&map->arena);
	free(map);
}
