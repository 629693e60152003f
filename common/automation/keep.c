/* SPDX-License-Identifier: ISC */
/* Automations in the store, and what a tenant listens for. */
#include <stdlib.h>

#include "automation/automation.sql.h"
#include "automation/automation_priv.h"

/* A number that no signal before now has. */
static int
next_signal(
    struct store *st, const struct tenant *t, int64_t *ret, struct err *err)
{
	return store_numbers(st, t->id, "signal", 1, ret, err);
}

/* ---- listening -------------------------------------------------------------
 */

/* The kinds that enabled automations want, each once and sorted, a line each.
 */
static void
add_kinds(const struct automation_library *lib, struct buf *out)
{
	const struct automation *a;
	struct str last = {"", 0};

	for (;;) {
		struct str least = {0};

		for (size_t i = 0; (a = automation_at(lib, i)) != NULL; i++)
			if (a->enabled && str_cmp(a->on, last) > 0 &&
			    (!least.p || str_cmp(a->on, least) < 0))
				least = a->on;
		if (!least.p)
			return;
		buf_adds(out, least);
		buf_addc(out, '\n');
		last = least;
	}
}

/* The kinds that are wanted, and whether the tenant listens for them. 1 it
 * does, 0 not, -1. */
static int
compare_kinds(struct store *st, const struct tenant *t, struct buf *kinds,
    struct err *err)
{
	struct remarks ignored = {0};
	struct automation_library *lib;
	struct buf known = {0};
	int got = store_text(st, &sql_automation_known_read,
	    BINDS(BIND_INT(t->id)), &known, err);

	if (got < 0 ||
	    automation_library_open(st, t, &ignored, &lib, err) < 0) {
		buf_release(&known);
		return -1;
	}
	add_kinds(lib, kinds);
	automation_library_free(lib);
	if (got && !str_eq(buf_str(&known), buf_str(kinds)))
		got = 0;
	buf_release(&known);
	return got;
}

static int
want_kinds(
    struct store *st, const struct tenant *t, struct str kinds, struct err *err)
{
	struct arena arena = {0};
	const char **list = NULL;
	struct str rest = kinds, one;
	size_t count = 0, cap = 0;
	int rc;

	while (rest.n && str_cut(&rest, '\n', &one)) {
		GROW(list, cap, count + 1);
		list[count++] = arena_strdup(&arena, one);
	}
	rc = signal_want(st, t->id, list, count, err);
	free(list);
	arena_release(&arena);
	if (rc < 0)
		return -1;
	return store_run(st, &sql_automation_known_write,
	    BINDS(BIND_INT(t->id), BIND_TEXT(kinds)), NULL, err);
}

int
automation_listen(struct store *st, const struct tenant *t, struct err *err)
{
	struct buf kinds = {0};
	int got = compare_kinds(st, t, &kinds, err);

	if (got == 0)
		got = want_kinds(
			  st, t, kinds.len ? buf_str(&kinds) : STR(""), err) < 0
			  ? -1
			  : 1;
	else if (got > 0)
		got = 0;
	buf_release(&kinds);
	return got;
}

int
automation_waiting(struct store *st, const struct tenant *t, struct err *err)
{
	struct buf kinds = {0};
	int got = signal_waiting(st, t->id, NULL, err);

	if (got == 0) {
		got = compare_kinds(st, t, &kinds, err);
		buf_release(&kinds);
		return got < 0 ? -1 : !got;
	}
	return got;
}

/* ---- definitions -----------------------------------------------------------
 */

/* What is stored of a name: 1, or 0. *ret_since: since when it fires. */
static int
read_stored(struct store *st, const struct tenant *t, struct str name,
    struct buf *document, bool *ret_enabled, int64_t *ret_since,
    struct err *err)
{
	struct rows *rows;
	int got;

	if (store_query(st, &sql_automation_read,
		BINDS(BIND_INT(t->id), BIND_TEXT(name)), &rows, err) < 0)
		return -1;
	got = rows_next(rows, err);
	if (got > 0) {
		buf_adds(document, rows_text(rows, 0));
		*ret_enabled = rows_int(rows, 1) != 0;
		*ret_since = rows_int(rows, 2);
	}
	rows_close(rows);
	return got;
}

static int
write_one(struct store *st, const struct tenant *t, struct str name,
    struct str document, bool enabled, int64_t since, int64_t now,
    struct err *err)
{
	return store_run(st, &sql_automation_write,
	    BINDS(BIND_INT(t->id), BIND_TEXT(name), BIND_TEXT(document),
		BIND_INT(enabled), BIND_INT(since), BIND_INT(now)),
	    NULL, err);
}

/* Audits the change and listens for what is wanted now. */
static int
conclude(struct store *st, const struct tenant *t, const char *action,
    struct str name, const char *who, int64_t now, struct err *err)
{
	if (audit_add(st, t->id, now, who, action, name, (struct str){0}, err) <
	    0)
		return -1;
	return automation_listen(st, t, err) < 0 ? -1 : 0;
}

int
automation_define(struct store *st, const struct tenant *t,
    const struct automation *a, const char *who, int64_t now,
    struct buf *ret_old, bool *ret_changed, struct err *err)
{
	struct str name = str_of(a->name);
	struct buf document = {0};
	size_t begin = ret_old->len;
	bool enabled = true;
	int64_t since = 0;
	int rc = 0;
	int got = read_stored(st, t, name, ret_old, &enabled, &since, err);
	struct str old = {ret_old->p + begin, ret_old->len - begin};

	if (got < 0 || (got == 0 && next_signal(st, t, &since, err) < 0))
		return -1;
	automation_print(a, &document);
	*ret_changed = !got || old.n == 0 || !str_eq(old, buf_str(&document));
	if (*ret_changed)
		rc = write_one(
		    st, t, name, buf_str(&document), enabled, since, now, err);
	if (rc == 0 && *ret_changed)
		rc = conclude(st, t, "automation define", name, who, now, err);
	buf_release(&document);
	return rc;
}

int
automation_remove(struct store *st, const struct tenant *t, const char *name,
    const char *who, int64_t now, struct err *err)
{
	struct buf document = {0};
	bool enabled;
	int64_t since;
	int got =
	    read_stored(st, t, str_of(name), &document, &enabled, &since, err);
	bool own = document.len > 0;

	buf_release(&document);
	if (got < 0)
		return -1;
	if (got == 0 || !own)
		return err_set(err, ERR_USAGE,
		    "%s: not one of the tenant's own: it can be switched off, "
		    "not removed",
		    name);
	if (store_run(st, &sql_automation_delete,
		BINDS(BIND_INT(t->id), BIND_TEXT(str_of(name))), NULL, err) < 0)
		return -1;
	return conclude(
	    st, t, "automation remove", str_of(name), who, now, err);
}

int
automation_switch(struct store *st, const struct tenant *t, const char *name,
    bool on, const char *who, int64_t now, bool *ret_changed, struct err *err)
{
	struct buf document = {0};
	bool enabled = true;
	int64_t since = 0;
	int rc;
	int got =
	    read_stored(st, t, str_of(name), &document, &enabled, &since, err);

	if (got < 0)
		return -1;
	*ret_changed = enabled != on;
	rc = on && *ret_changed ? next_signal(st, t, &since, err) : 0;
	if (rc == 0 && *ret_changed)
		rc = write_one(st, t, str_of(name),
		    document.len ? buf_str(&document) : (struct str){0}, on,
		    since, now, err);
	buf_release(&document);
	if (rc < 0)
		return -1;
	if (!*ret_changed)
		return automation_listen(st, t, err) < 0 ? -1 : 0;
	return conclude(st, t, on ? "automation enable" : "automation disable",
	    str_of(name), who, now, err);
}
