/* SPDX-License-Identifier: ISC */
/*
 * Segments in the store: made, changed, switched, removed; each change with
 * its audit row, its line, and a new generation, by which a refresh under way
 * notices.
 */
#include <stdlib.h>
#include <string.h>

#include "segment/segment.sql.h"
#include "segment/segment_priv.h"

/* ---- what every change does ---------------------------------------------- */

static void
add_line(const struct segment_by *by, const char *name, const char *change)
{
	struct json_writer w = {.out = by->changes};

	json_put_object(&w);
	json_add_text(&w, "segment", str_of(name));
	json_add_text(&w, "change", str_of(change));
	json_put_end(&w);
	buf_addc(by->changes, '\n');
}

/* The queue is filled while a segment follows the data. */
static int
want_queue(const struct segment_by *by, struct err *err)
{
	struct rows *rows;
	bool wanted = false;
	int got;

	if (store_query(by->st, &sql_segment_list,
		BINDS(BIND_INT(by->tenant->id)), &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0)
		wanted = wanted ||
			 (rows_int(rows, 3) != 0 && rows_int(rows, 4) != 0);
	rows_close(rows);
	if (got < 0)
		return -1;
	return work_want(by->st, by->tenant->id, WORK_SEGMENT, wanted, err);
}

static int
changed(const struct segment_by *by, const char *name, const char *action,
    const char *change, struct err *err)
{
	int64_t generation;

	if (store_numbers(by->st, by->tenant->id, "segment change", 1,
		&generation, err) < 0 ||
	    want_queue(by, err) < 0 ||
	    audit_add(by->st, by->tenant->id, by->now, by->who, action,
		str_of(name), (struct str){NULL, 0}, err) < 0)
		return -1;
	add_line(by, name, change);
	return 0;
}

/* ---- define -------------------------------------------------------------- */

/* As the plan would be with the segment in it: is there a way in a circle? */
static int
check_circles(struct plan *plan, const char *name, const struct segment *s,
    struct err *err)
{
	struct kept *k = plan_find(plan, str_of(name)), *grown;
	struct segment *before;
	bool added = !k;
	int code;

	if (added) {
		grown = xreallocarray(
		    plan->kept, plan->count + 1, sizeof(*plan->kept));
		plan->kept = grown;
		k = &plan->kept[plan->count++];
		*k = (struct kept){.name = str_dup(str_of(name))};
	}
	before = k->segment;
	k->segment = (struct segment *)(uintptr_t)s;
	code = plan_sort(plan, err);
	k->segment = before;
	if (added) {
		free(k->name);
		plan->count--;
	}
	return code;
}

static int
store_new(const struct segment_by *by, const char *name,
    const struct segment *s, struct str document, struct err *err)
{
	int64_t id;

	if (store_numbers(by->st, by->tenant->id, "segment", 1, &id, err) < 0)
		return -1;
	return store_run(by->st, &sql_segment_insert,
	    BINDS(BIND_INT(by->tenant->id), BIND_INT(id),
		BIND_TEXT(str_of(name)), BIND_TEXT(document),
		BIND_INT(!s->fixed), BIND_INT(by->now)),
	    NULL, err);
}

/* Its members are to be found anew when the condition is another one, or when
 * it follows the data again; one that has stopped stays as it is. */
static bool
members_anew(const struct kept *k, const struct segment *s)
{
	if (!k->segment)
		return true;
	return strcmp(k->segment->where_json, s->where_json) != 0 ||
	       (!s->fixed && !k->dynamic);
}

static int
store_again(const struct segment_by *by, const struct kept *k,
    const struct segment *s, struct str document, struct err *err)
{
	return store_run(by->st, &sql_segment_update,
	    BINDS(BIND_INT(by->tenant->id), BIND_INT(k->id),
		BIND_TEXT(document), BIND_INT(!s->fixed), BIND_INT(by->now),
		BIND_INT(members_anew(k, s))),
	    NULL, err);
}

static int
define_in(const struct segment_by *by, struct plan *plan, const char *name,
    const struct segment *s, bool *ret_changed, struct err *err)
{
	const struct kept *k;
	struct buf document = {0};
	int code = check_circles(plan, name, s, err);

	segment_print(s, &document);
	k = plan_find(plan, str_of(name));
	*ret_changed = !k || !str_is(buf_str(&document), k->document);
	if (code == 0 && *ret_changed) {
		code = k ? store_again(by, k, s, buf_str(&document), err)
			 : store_new(by, name, s, buf_str(&document), err);
		if (code == 0)
			code = changed(by, name, "segment define",
			    k ? "changed" : "defined", err);
	}
	buf_release(&document);
	return code;
}

int
segment_define(const struct segment_by *by, const char *name,
    const struct segment *s, bool *ret_changed, struct err *err)
{
	struct plan plan;
	bool is_new = false;
	int code;

	if (!segment_name_ok(str_of(name)))
		return err_set(err, ERR_USAGE,
		    "not a name for a segment: %s (1 to %d bytes without "
		    "control characters)",
		    quoted(str_of(name)), SEGMENT_NAME_MAX);
	if (plan_load(by->st, by->tenant, &plan, err) < 0) {
		plan_release(&plan);
		return -1;
	}
	/* Asking for itself is a circle, not a segment that is not there. */
	code = check_circles(&plan, name, s, err);
	if (code == 0)
		code = lead_bind(by->st, by->tenant, s->where, err);
	if (code == 0)
		code = define_in(by, &plan, name, s, &is_new, err);
	plan_release(&plan);
	if (code == 0 && ret_changed)
		*ret_changed = is_new;
	return code;
}

/* ---- remove, switch ------------------------------------------------------ */

static int
remove_rows(const struct segment_by *by, int64_t id, struct err *err)
{
	static const struct sql *const deletes[] = {&sql_segment_remove_members,
	    &sql_segment_remove_history, &sql_segment_remove_overrides,
	    &sql_segment_remove};

	for (size_t i = 0; i < COUNT_OF(deletes); i++)
		if (store_run(by->st, deletes[i],
			BINDS(BIND_INT(by->tenant->id), BIND_INT(id)), NULL,
			err) < 0)
			return -1;
	return 0;
}

/* Those who ask for it miss what happens until they are mended. */
static int
spoil_users(const struct segment_by *by, const struct plan *plan,
    const char *name, struct err *err)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan_asks(&plan->kept[i], name) &&
		    store_run(by->st, &sql_segment_spoil,
			BINDS(BIND_INT(by->tenant->id),
			    BIND_INT(plan->kept[i].id)),
			NULL, err) < 0)
			return -1;
	return 0;
}

static int
remove_one(const struct segment_by *by, const struct plan *plan,
    const struct kept *k, struct str others, bool force, struct err *err)
{
	struct buf users = {0};
	int code = 0;

	plan_users(plan, k->name, &users);
	if (others.n)
		buf_addf(
		    &users, "%s%.*s", users.len ? ", " : "", STR_ARG(others));
	if (users.len && !force)
		code = err_set(err, ERR_USAGE,
		    "segment %s is asked for by: %s (--force removes it "
		    "all the same)",
		    quoted(str_of(k->name)), users.p);
	buf_release(&users);
	if (code == 0)
		code = spoil_users(by, plan, k->name, err);
	if (code == 0)
		code = remove_rows(by, k->id, err);
	if (code == 0)
		code = changed(by, k->name, "segment remove", "removed", err);
	return code;
}

int
segment_remove(const struct segment_by *by, const char *name, struct str others,
    bool force, struct err *err)
{
	struct plan plan;
	struct kept *k;
	int code = plan_load(by->st, by->tenant, &plan, err);

	if (code == 0)
		code = plan_need(&plan, name, &k, err);
	if (code == 0)
		code = remove_one(by, &plan, k, others, force, err);
	plan_release(&plan);
	return code;
}

static int
turn(const struct segment_by *by, struct kept *k, bool on, struct err *err)
{
	if (k->enabled == on)
		return 0;
	if (store_run(by->st, &sql_segment_enable,
		BINDS(BIND_INT(by->tenant->id), BIND_INT(k->id), BIND_INT(on),
		    BIND_INT(by->now)),
		NULL, err) < 0)
		return -1;
	return changed(by, k->name, on ? "segment enable" : "segment disable",
	    on ? "enabled" : "disabled", err);
}

static int
fix(const struct segment_by *by, struct kept *k, bool fixed, struct err *err)
{
	struct buf document = {0};
	int code;

	if (k->problem && !k->segment)
		return err_set(err, ERR_USAGE, "segment %s: %s",
		    quoted(str_of(k->name)), k->problem);
	if (k->dynamic != fixed)
		return 0;
	k->segment->fixed = fixed;
	segment_print(k->segment, &document);
	code = store_run(by->st, &sql_segment_update,
	    BINDS(BIND_INT(by->tenant->id), BIND_INT(k->id),
		BIND_TEXT(buf_str(&document)), BIND_INT(!fixed),
		BIND_INT(by->now), BIND_INT(!fixed)),
	    NULL, err);
	buf_release(&document);
	if (code < 0)
		return -1;
	return changed(by, k->name, fixed ? "segment freeze" : "segment thaw",
	    fixed ? "frozen" : "thawed", err);
}

int
segment_switch(const struct segment_by *by, const char *name,
    enum segment_switch to, struct err *err)
{
	struct plan plan;
	struct kept *k;
	int code = plan_load(by->st, by->tenant, &plan, err);

	if (code == 0)
		code = plan_need(&plan, name, &k, err);
	if (code == 0 && (to == SEGMENT_ENABLE || to == SEGMENT_DISABLE))
		code = turn(by, k, to == SEGMENT_ENABLE, err);
	else if (code == 0)
		code = fix(by, k, to == SEGMENT_FREEZE, err);
	plan_release(&plan);
	return code;
}

/* ---- reading ------------------------------------------------------------- */

int
segment_document(struct store *st, const struct tenant *t, const char *name,
    struct buf *ret, struct err *err)
{
	struct rows *rows;
	int got, found = 0;

	if (store_query(
		st, &sql_segment_list, BINDS(BIND_INT(t->id)), &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0)
		if (str_is(rows_text(rows, 1), name)) {
			buf_adds(ret, rows_text(rows, 2));
			found = 1;
		}
	rows_close(rows);
	return got < 0 ? -1 : found;
}

int
segment_need(struct store *st, const struct tenant *t, const char *name,
    int64_t *ret, struct err *err)
{
	struct plan plan;
	struct kept *k;
	int code = plan_load(st, t, &plan, err);

	if (code == 0)
		code = plan_need(&plan, name, &k, err);
	if (code == 0)
		*ret = k->id;
	plan_release(&plan);
	return code;
}

static int
read_sizes(struct store *st, const struct tenant *t, const struct plan *plan,
    int64_t *sizes, struct err *err)
{
	struct rows *rows;
	int got;

	if (store_query(
		st, &sql_segment_sizes, BINDS(BIND_INT(t->id)), &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0)
		for (size_t i = 0; i < plan->count; i++)
			if (plan->kept[i].id == rows_int(rows, 0))
				sizes[i] = rows_int(rows, 1);
	rows_close(rows);
	return got;
}

static void
put_line(const struct kept *k, int64_t size, struct buf *out)
{
	struct json_writer w = {.out = out};
	struct buf where = {0};

	json_put_object(&w);
	json_add_text(&w, "name", str_of(k->name));
	json_add_text(&w, "kind", k->dynamic ? STR("dynamic") : STR("static"));
	json_add_bool(&w, "enabled", k->enabled);
	json_add_int(&w, "members", size);
	if (k->segment) {
		cond_print(k->segment->where, &where);
		json_add_text(&w, "where", buf_str(&where));
		buf_release(&where);
	}
	if (k->segment && k->segment->description)
		json_add_text(
		    &w, "description", str_of(k->segment->description));
	json_add_time(&w, "updated_at", k->updated_at);
	if (k->filled_at != LEAD_MISSING)
		json_add_time(&w, "filled_at", k->filled_at);
	if (k->problem)
		json_add_text(&w, "problem", str_of(k->problem));
	json_put_end(&w);
}

int
segment_lines(struct store *st, const struct tenant *t,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err)
{
	struct plan plan;
	struct buf line = {0};
	int64_t *sizes = NULL;
	int code = plan_load(st, t, &plan, err);

	if (code == 0) {
		sizes = xcalloc(plan.count + 1, sizeof(*sizes));
		code = read_sizes(st, t, &plan, sizes, err);
	}
	for (size_t i = 0; code == 0 && i < plan.count; i++) {
		buf_clear(&line);
		put_line(&plan.kept[i], sizes[i], &line);
		code = each(context, buf_str(&line), err);
	}
	buf_release(&line);
	free(sizes);
	plan_release(&plan);
	return code;
}
