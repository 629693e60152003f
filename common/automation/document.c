/* SPDX-License-Identifier: ISC */
/* Definitions: a JSON document becomes an automation, and is printed again. */
#include <stdlib.h>

#include "automation/automation_priv.h"

const char *const automation_kinds[] = {
    [AUTOMATION_NOTIFY] = "notify",
    [AUTOMATION_TASK] = "task",
    [AUTOMATION_STAGE] = "stage",
    [AUTOMATION_CLOSE_TASKS] = "close_tasks",
    [AUTOMATION_WEBHOOK] = "webhook",
    [AUTOMATION_KIND__MAX] = NULL,
};

enum { NAME_MOST = 100, ACTIONS_MOST = 20, LIST_MOST = 50 };

/* Which members an action may have beside "action". */
static const char *const notify_members[] = {"action", "template", "channels",
    "to", "critical", "group_by", "wait", "digest", NULL};
static const char *const task_members[] = {
    "action", "template", "kind", "due", "priority", "assign", NULL};
static const char *const stage_members[] = {"action", "stage", "reason", NULL};
static const char *const close_members[] = {"action", "reason", NULL};
static const char *const webhook_members[] = {"action", "channel", NULL};
static const char *const *const members[] = {
    [AUTOMATION_NOTIFY] = notify_members,
    [AUTOMATION_TASK] = task_members,
    [AUTOMATION_STAGE] = stage_members,
    [AUTOMATION_CLOSE_TASKS] = close_members,
    [AUTOMATION_WEBHOOK] = webhook_members,
};

/* A plain word: what a file can be called as well. */
static bool
name_ok(struct str name)
{
	if (name.n == 0 || name.n > NAME_MOST || name.p[0] == '-')
		return false;
	for (size_t i = 0; i < name.n;) {
		uint32_t code;
		unsigned n = utf8_decode(name.p + i, name.n - i, &code);

		if (n == 0 || code <= ' ' || code == 0x7f || code == '/' ||
		    code == '"' || code == 0x3000)
			return false;
		i += n;
	}
	return true;
}

/* A text, or a list of them. */
static int
read_texts(struct automation *a, const struct json *n, const struct str **ret,
    size_t *ret_count, struct err *err)
{
	bool list = json_type_of(n) == JSON_TYPE_ARRAY;
	size_t count = list ? json_count(n) : 1;
	struct str *text;

	if (count == 0 || count > LIST_MOST)
		return json_err(n, err, "not 1 to %d of them", LIST_MOST);
	text = arena_alloc(&a->arena, count * sizeof(*text));
	for (size_t i = 0; i < count; i++) {
		const struct json *one = list ? json_item(n, i) : n;

		if (json_as_text(one, &text[i], err) < 0)
			return -1;
		if (text[i].n == 0)
			return json_err(one, err, "empty");
	}
	*ret = text;
	*ret_count = count;
	return 0;
}

static int
need_texts(struct automation *a, const struct json *n, const char *name,
    const struct str **ret, size_t *ret_count, struct err *err)
{
	const struct json *list = json_find(n, name);

	if (!list)
		return json_err(n, err, "needs \"%s\"", name);
	return read_texts(a, list, ret, ret_count, err);
}

static int
check_to(
    const struct json *n, const struct str *to, size_t count, struct err *err)
{
	static const char *const known[] = {
	    "owner", "assignee", "manager", "lead", NULL};
	struct buf key = {0};
	bool ok = true;

	for (size_t i = 0; ok && i < count; i++) {
		ok = str_starts(to[i], STR("role:")) ||
		     email_normalise(to[i], &key);
		for (size_t k = 0; !ok && known[k]; k++)
			ok = str_is(to[i], known[k]);
		if (!ok)
			json_err(json_find(n, "to"), err,
			    "not owner, assignee, manager, lead, role:NAME or "
			    "an e-mail address: %s",
			    quoted(to[i]));
	}
	buf_release(&key);
	return ok ? 0 : -1;
}

/* Said together with others, for a while? */
static int
read_group(struct automation_action *act, const struct json *n, struct err *err)
{
	const struct json *wait = json_find(n, "wait");
	struct str by = {0}, span = {0};

	act->digest = STR("digest");
	if (json_take_text(n, "group_by", &by, err) < 0 ||
	    json_take_text(n, "wait", &span, err) < 0 ||
	    json_take_text(n, "digest", &act->digest, err) < 0)
		return -1;
	if (!by.p && (span.p || json_find(n, "digest")))
		return json_err(n, err, "needs \"group_by\"");
	if (!by.p)
		return 0;
	act->by_owner = str_is(by, "owner");
	if (!act->by_owner && !str_is(by, "recipient"))
		return json_err(json_find(n, "group_by"), err,
		    "not owner or recipient: %s", quoted(by));
	if (!span.p)
		return json_err(n, err, "needs \"wait\", how long");
	if (!duration_parse(span, &act->wait) || act->wait > 7 * MS_DAY)
		return json_err(wait, err,
		    "not a span like 5m or 2h, of a week at most: %s",
		    quoted(span));
	return 0;
}

static int
read_notify(struct automation *a, struct automation_action *act,
    const struct json *n, struct err *err)
{
	if (json_need_text(n, "template", &act->template, err) < 0 ||
	    need_texts(a, n, "channels", &act->channel, &act->channels, err) <
		0 ||
	    need_texts(a, n, "to", &act->to, &act->to_count, err) < 0 ||
	    json_take_bool(n, "critical", &act->critical, err) < 0 ||
	    read_group(act, n, err) < 0)
		return -1;
	return check_to(n, act->to, act->to_count, err);
}

static int
read_task(struct automation_action *act, const struct json *n, struct err *err)
{
	struct str due = {0}, priority = {0};
	int p = 0;

	act->assign = STR("round-robin");
	act->priority = TASK_MEDIUM;
	if (json_need_text(n, "template", &act->template, err) < 0 ||
	    json_take_text(n, "kind", &act->task_kind, err) < 0 ||
	    json_take_text(n, "assign", &act->assign, err) < 0 ||
	    json_take_text(n, "due", &due, err) < 0 ||
	    json_take_text(n, "priority", &priority, err) < 0)
		return -1;
	if (due.p && !duration_parse(due, &act->due))
		return json_err(json_find(n, "due"), err,
		    "not a span like 24h or 3d: %s", quoted(due));
	if (!priority.p)
		return 0;
	while (task_priorities[p] && !str_is(priority, task_priorities[p]))
		p++;
	if (!task_priorities[p])
		return json_err(json_find(n, "priority"), err,
		    "not low, medium, high or critical: %s", quoted(priority));
	act->priority = (enum task_priority)p;
	return 0;
}

static int
read_webhook(struct automation *a, struct automation_action *act,
    const struct json *n, struct err *err)
{
	const struct json *channel = json_find(n, "channel");

	if (!channel || json_type_of(channel) != JSON_TYPE_STRING)
		return json_err(channel ? channel : n, err,
		    "needs \"channel\", the name of one");
	return read_texts(a, channel, &act->channel, &act->channels, err);
}

static int
read_action(struct automation *a, struct automation_action *act,
    const struct json *n, struct err *err)
{
	struct str kind;
	int k = 0;

	if (json_as_object(n, err) < 0 ||
	    json_need_text(n, "action", &kind, err) < 0)
		return -1;
	while (automation_kinds[k] && !str_is(kind, automation_kinds[k]))
		k++;
	if (!automation_kinds[k])
		return json_err(json_find(n, "action"), err,
		    "not notify, task, stage, close_tasks or webhook: %s",
		    quoted(kind));
	act->kind = (enum automation_kind)k;
	if (json_only(n, members[k], err) < 0)
		return -1;
	switch (act->kind) {
	case AUTOMATION_NOTIFY:
		return read_notify(a, act, n, err);
	case AUTOMATION_TASK:
		return read_task(act, n, err);
	case AUTOMATION_STAGE:
		return json_need_text(n, "stage", &act->stage, err) < 0
			   ? -1
			   : json_take_text(n, "reason", &act->reason, err);
	case AUTOMATION_CLOSE_TASKS:
		return json_take_text(n, "reason", &act->reason, err);
	default:
		return read_webhook(a, act, n, err);
	}
}

static int
read_actions(struct automation *a, const struct json *root, struct err *err)
{
	const struct json *list;

	if (json_need_array(root, "do", &list, err) < 0)
		return -1;
	a->count = json_count(list);
	if (a->count == 0 || a->count > ACTIONS_MOST)
		return json_err(list, err, "not 1 to %d actions", ACTIONS_MOST);
	a->action = arena_zalloc(&a->arena, a->count * sizeof(*a->action));
	for (size_t i = 0; i < a->count; i++)
		if (read_action(a, &a->action[i], json_item(list, i), err) < 0)
			return -1;
	return 0;
}

static int
read_document(struct automation *a, const char *name, struct err *err)
{
	static const char *const names[] = {
	    "name", "description", "on", "where", "when", "do", NULL};
	const struct json *root = automation_root(a), *where, *when;
	struct str given = {0};

	if (json_as_object(root, err) < 0 || json_only(root, names, err) < 0 ||
	    json_take_text(root, "name", &given, err) < 0 ||
	    json_take_text(root, "description", &a->description, err) < 0 ||
	    json_need_text(root, "on", &a->on, err) < 0)
		return -1;
	if (name)
		given = str_of(name);
	if (!given.p)
		return err_set(err, ERR_USAGE,
		    "an automation needs a name: as operand, or as \"name\"");
	if (!name_ok(given))
		return err_set(err, ERR_USAGE,
		    "not a name for an automation (no blanks, slashes or "
		    "quotes; at most %d bytes): %s",
		    NAME_MOST, quoted(given));
	a->name = arena_strdup(&a->arena, given);
	where = json_find(root, "where");
	when = json_find(root, "when");
	if (a->on.n == 0)
		return json_err(json_find(root, "on"), err, "empty");
	if ((where && cond_parse_event_json(where, &a->where, err) < 0) ||
	    (when && cond_parse_json(when, &lead_catalogue, &a->when, err) < 0))
		return -1;
	return read_actions(a, root, err);
}

const struct json *
automation_root(const struct automation *a)
{
	return a->root ? a->root : a->document;
}

/* The shipped ones share a document: each knows its own part. */
int
automation_of_node(const struct json *node, struct json *document,
    const char *name, struct automation **ret, struct err *err)
{
	struct automation *a = xcalloc(1, sizeof(*a));

	a->document = document;
	a->root = node;
	a->origin = AUTOMATION_OWN;
	a->enabled = true;
	if (read_document(a, name, err) < 0) {
		automation_free(a);
		return -1;
	}
	*ret = a;
	return 0;
}

int
automation_of(struct json *document, const char *name, struct automation **ret,
    struct err *err)
{
	return automation_of_node(NULL, document, name, ret, err);
}

void
automation_free(struct automation *a)
{
	if (!a)
		return;
	cond_free(a->where);
	cond_free(a->when);
	json_doc_free(a->document);
	arena_release(&a->arena);
	free(a);
}

/* ---- printing --------------------------------------------------------------
 */

void
automation_print(const struct automation *a, struct buf *out)
{
	struct json_writer w = {.out = out, .pretty = true};
	static const char *const rest[] = {"on", "where", "when", "do"};

	json_put_object(&w);
	json_add_text(&w, "name", str_of(a->name));
	if (a->description.p)
		json_add_text(&w, "description", a->description);
	for (size_t i = 0; i < COUNT_OF(rest); i++) {
		const struct json *n = json_find(automation_root(a), rest[i]);

		if (!n)
			continue;
		json_put_name(&w, rest[i]);
		json_put_node(&w, n);
	}
	json_put_end(&w);
	buf_addc(out, '\n');
}

void
automation_put(const struct automation *a, struct buf *out)
{
	static const char *const origins[] = {
	    [AUTOMATION_SHIPPED] = "shipped",
	    [AUTOMATION_OVERRIDDEN] = "overridden",
	    [AUTOMATION_OWN] = "own",
	};
	struct json_writer w = {.out = out};

	json_put_object(&w);
	json_add_text(&w, "name", str_of(a->name));
	json_add_bool(&w, "enabled", a->enabled);
	json_add_text(&w, "origin", str_of(origins[a->origin]));
	json_add_text(&w, "on", a->on);
	json_put_name(&w, "actions");
	json_put_array(&w);
	for (size_t i = 0; i < a->count; i++)
		json_put_text(&w, str_of(automation_kinds[a->action[i].kind]));
	json_put_end(&w);
	if (a->description.p)
		json_add_text(&w, "description", a->description);
	if (a->updated_at)
		json_add_time(&w, "updated_at", a->updated_at);
	json_put_end(&w);
}
