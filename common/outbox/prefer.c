/* SPDX-License-Identifier: ISC */
/*
 * How the tenant's people want to be told: when not, what not, and by which
 * channel instead of another. A document a person,
 *
 *	{"quiet": "22:00-07:00", "mute": ["slack", "template:task_due"],
 *	 "use": {"email": "pager"}}
 */
#include <stdlib.h>

#include "outbox/outbox.sql.h"
#include "outbox/outbox_priv.h"

struct use {
	struct str channel, instead;
};
struct outbox_preference {
	struct str email, quiet_text; /* missing: none */
	struct quiet quiet;
	struct str *mute;
	size_t mutes;
	struct use *use;
	size_t uses;
	int64_t updated_at;
};
struct outbox_preferences {
	struct outbox_preference *person; /* by address */
	size_t count, cap;
	struct arena arena;
};

/* ---- documents -------------------------------------------------------------
 */

/* Stored ones were checked; what a newer program may have added is passed
 * over. */
static int
read_document(struct outbox_preference *p, struct str document,
    struct arena *arena, struct err *err)
{
	const struct json *mute, *use;
	struct json *doc;
	int rc = 0;

	if (json_doc_parse(document, "preference", &doc, err) < 0)
		return -1;
	if (json_find(doc, "quiet")) {
		p->quiet_text =
		    arena_str(arena, json_text(json_find(doc, "quiet")));
		rc = quiet_parse("quiet", p->quiet_text, &p->quiet, err);
	}
	mute = json_find(doc, "mute");
	p->mutes = json_count(mute);
	p->mute = arena_zalloc(arena, (p->mutes + 1) * sizeof(*p->mute));
	for (size_t i = 0; i < p->mutes; i++)
		p->mute[i] = arena_str(arena, json_text(json_item(mute, i)));
	use = json_find(doc, "use");
	p->uses = json_count(use);
	/* Room for one more. */
	p->use = arena_zalloc(arena, (p->uses + 1) * sizeof(*p->use));
	for (size_t i = 0; i < p->uses; i++) {
		const struct json *n = json_item(use, i);

		p->use[i].channel = arena_str(arena, json_name(n));
		p->use[i].instead = arena_str(arena, json_text(n));
	}
	json_doc_free(doc);
	return rc;
}

/* Members of the open object. */
static void
put_document(const struct outbox_preference *p, struct json_writer *w)
{
	if (p->quiet_text.p)
		json_add_text(w, "quiet", p->quiet_text);
	if (p->mutes) {
		json_put_name(w, "mute");
		json_put_array(w);
		for (size_t i = 0; i < p->mutes; i++)
			json_put_text(w, p->mute[i]);
		json_put_end(w);
	}
	if (p->uses) {
		json_put_name(w, "use");
		json_put_object(w);
		for (size_t i = 0; i < p->uses; i++) {
			json_put_key(w, p->use[i].channel);
			json_put_text(w, p->use[i].instead);
		}
		json_put_end(w);
	}
}

/* ---- reading ---------------------------------------------------------------
 */

int
outbox_preferences_open(struct store *st, const struct tenant *t,
    struct outbox_preferences **ret, struct err *err)
{
	struct outbox_preferences *all = xcalloc(1, sizeof(*all));
	struct rows *rows;
	int got;

	if (store_query(st, &sql_preference_all, BINDS(BIND_INT(t->id)), &rows,
		err) < 0) {
		free(all);
		return -1;
	}
	while ((got = rows_next(rows, err)) > 0) {
		struct outbox_preference p = {
		    .email = arena_str(&all->arena, rows_text(rows, 0)),
		    .updated_at = rows_int(rows, 2)};

		if (read_document(&p, rows_text(rows, 1), &all->arena, err) <
		    0) {
			got = -1;
			break;
		}
		GROW(all->person, all->cap, all->count + 1);
		all->person[all->count++] = p;
	}
	rows_close(rows);
	if (got < 0) {
		outbox_preferences_free(all);
		return -1;
	}
	*ret = all;
	return 0;
}

void
outbox_preferences_free(struct outbox_preferences *all)
{
	if (!all)
		return;
	free(all->person);
	arena_release(&all->arena);
	free(all);
}

static int
by_email(const void *key, const void *member)
{
	const struct str *email = key;
	const struct outbox_preference *p = member;

	return str_cmp(*email, p->email);
}

const struct outbox_preference *
outbox_preference_of(const struct outbox_preferences *all, struct str email)
{
	if (!all || all->count == 0 || !email.p)
		return NULL;
	return bsearch(
	    &email, all->person, all->count, sizeof(*all->person), by_email);
}

const struct quiet *
outbox_quiet(const struct outbox_preference *p)
{
	static const struct quiet never;

	return p ? &p->quiet : &never;
}

static bool
is_of(struct str muted, const char *prefix, struct str name)
{
	struct str head = str_of(prefix);

	if (!name.p || !str_starts(muted, head))
		return false;
	return str_eq((struct str){muted.p + head.n, muted.n - head.n}, name);
}

bool
outbox_mutes(const struct outbox_preference *p, struct str channel,
    struct str template, struct str kind)
{
	for (size_t i = 0; p && i < p->mutes; i++)
		if (is_of(p->mute[i], "", channel) ||
		    is_of(p->mute[i], "template:", template) ||
		    is_of(p->mute[i], "kind:", kind))
			return true;
	return false;
}

struct str
outbox_chosen(const struct outbox_preference *p, struct str channel)
{
	for (size_t i = 0; p && i < p->uses; i++)
		if (str_eq(p->use[i].channel, channel))
			return p->use[i].instead;
	return channel;
}

/* ---- changing --------------------------------------------------------------
 */

static int
set_quiet(struct outbox_preference *p, struct str value, struct err *err)
{
	struct quiet quiet = {0};

	if (value.n && quiet_parse("quiet", value, &quiet, err) < 0)
		return -1;
	p->quiet = quiet;
	p->quiet_text = quiet.any ? value : (struct str){0};
	return 0;
}

static int
check_mute(struct str one, struct err *err)
{
	struct str name = one, head;

	if (!str_cut(&name, ':', &head))
		return name_check("mute", one, err);
	if (!str_is(head, "template") && !str_is(head, "kind"))
		return err_set(err, ERR_USAGE,
		    "mute: not a channel, template:NAME or kind:NAME: %s",
		    quoted(one));
	return name_check("mute", name, err);
}

static int
set_mute(struct outbox_preference *p, struct str value, struct arena *arena,
    struct err *err)
{
	struct str rest = value, one;
	bool more = value.n > 0;

	p->mutes = 0;
	p->mute = arena_zalloc(arena, (value.n + 1) * sizeof(*p->mute));
	while (more) {
		more = str_cut(&rest, ',', &one);
		one = str_trim(one);
		if (check_mute(one, err) < 0)
			return -1;
		p->mute[p->mutes++] = one;
	}
	return 0;
}

/* Every assignment is read from the document anew: there is room for one. */
static int
set_use(struct outbox_preference *p, struct str channel, struct str value,
    struct err *err)
{
	size_t i = 0;

	if (name_check("use", channel, err) < 0 ||
	    (value.n && name_check("use", value, err) < 0))
		return -1;
	while (i < p->uses && str_cmp(p->use[i].channel, channel) < 0)
		i++;
	if (i < p->uses && str_eq(p->use[i].channel, channel)) {
		p->use[i].instead = value;
		if (value.n)
			return 0;
		memmove(&p->use[i], &p->use[i + 1],
		    (--p->uses - i) * sizeof(*p->use));
		return 0;
	}
	if (!value.n)
		return 0;
	memmove(&p->use[i + 1], &p->use[i], (p->uses++ - i) * sizeof(*p->use));
	p->use[i] = (struct use){channel, value};
	return 0;
}

static int
assign(struct outbox_preference *p, const char *assignment, struct arena *arena,
    struct err *err)
{
	struct str value = str_of(assignment), key;

	if (!str_cut(&value, '=', &key))
		return err_set(err, ERR_USAGE, "not KEY=VALUE: %s",
		    quoted(str_of(assignment)));
	if (str_is(key, "quiet"))
		return set_quiet(p, value, err);
	if (str_is(key, "mute"))
		return set_mute(p, value, arena, err);
	if (str_starts(key, STR("use.")))
		return set_use(
		    p, (struct str){key.p + 4, key.n - 4}, value, err);
	return err_set(err, ERR_USAGE,
	    "a person says quiet, mute and use.CHANNEL, not %s", quoted(key));
}

static void
put_line(const struct outbox_preference *p, struct buf *out)
{
	struct json_writer w = {.out = out};

	json_put_object(&w);
	json_add_text(&w, "user", p->email);
	put_document(p, &w);
	if (p->updated_at)
		json_add_time(&w, "updated_at", p->updated_at);
	json_put_end(&w);
	buf_addc(out, '\n');
}

/* The document that follows from another by one assignment. */
static int
follow(struct outbox_preference *p, struct buf *document,
    const char *assignment, struct arena *arena, struct err *err)
{
	struct json_writer w = {.out = document};

	if (read_document(p, buf_str(document), arena, err) < 0 ||
	    assign(p, assignment, arena, err) < 0)
		return -1;
	buf_clear(document);
	json_put_object(&w);
	put_document(p, &w);
	json_put_end(&w);
	return 0;
}

static int
keep(struct store *st, const struct tenant *t,
    const struct outbox_preference *p, struct str document, const char *who,
    int64_t now, struct err *err)
{
	int rc;

	if (str_is(document, "{}"))
		rc = store_run(st, &sql_preference_remove,
		    BINDS(BIND_INT(t->id), BIND_TEXT(p->email)), NULL, err);
	else
		rc = store_run(st, &sql_preference_set,
		    BINDS(BIND_INT(t->id), BIND_TEXT(p->email),
			BIND_TEXT(document), BIND_INT(now)),
		    NULL, err);
	return rc < 0 ? -1
		      : audit_add(st, t->id, now, who, "notify prefer",
			    p->email, document, err);
}

/* The address of one of the tenant's people. */
static int
need_person(struct store *st, const struct tenant *t, struct str user,
    struct buf *ret, struct err *err)
{
	struct buf about = {0};
	int got = member_read(st, t, user, &about, err);

	buf_release(&about);
	if (got == 0)
		got = err_set(err, ERR_USAGE, "no such user: %s", quoted(user));
	if (got > 0 && !email_normalise(user, ret))
		BUG("a person without an address");
	return got < 0 ? -1 : 0;
}

int
outbox_prefer(struct store *st, const struct tenant *t, struct str user,
    char *const *assignments, size_t count, const char *who, int64_t now,
    struct buf *lines, struct err *err)
{
	struct outbox_preference p = {0};
	struct buf email = {0}, before = {0}, after = {0};
	struct arena arena = {0};
	int rc = need_person(st, t, user, &email, err);

	if (rc == 0)
		rc = store_text(st, &sql_preference_one,
		    BINDS(BIND_INT(t->id), BIND_TEXT(buf_str(&email))), &before,
		    err);
	if (rc == 0)
		buf_addstr(&before, "{}");
	buf_adds(&after, buf_str(&before));
	for (size_t i = 0; rc >= 0 && i < count; i++) {
		p = (struct outbox_preference){.email = buf_str(&email)};
		rc = follow(&p, &after, assignments[i], &arena, err);
	}
	if (rc >= 0 && !str_eq(buf_str(&before), buf_str(&after))) {
		rc = keep(st, t, &p, buf_str(&after), who, now, err);
		put_line(&p, lines);
	}
	buf_release(&email);
	buf_release(&before);
	buf_release(&after);
	arena_release(&arena);
	return rc < 0 ? -1 : 0;
}

int
outbox_preferences_list(struct store *st, const struct tenant *t,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err)
{
	struct outbox_preferences *all;
	struct buf line = {0};
	int rc = 0;

	if (outbox_preferences_open(st, t, &all, err) < 0)
		return -1;
	for (size_t i = 0; rc == 0 && i < all->count; i++) {
		buf_clear(&line);
		put_line(&all->person[i], &line);
		rc = each(context, buf_str(&line), err);
	}
	buf_release(&line);
	outbox_preferences_free(all);
	return rc;
}
