/* SPDX-License-Identifier: ISC */
/* All automations of a tenant by name: those that ship, and its own over them.
 */
#include <stdlib.h>

#include "automation/automation.sql.h"
#include "automation/automation_priv.h"

extern const char defaults_json[];

struct automation_library {
	struct automation **item; /* by name */
	size_t count, cap;
	struct json *shipped; /* the document of those that ship */
};

/* Where it is, or would be. */
static size_t
position(const struct automation_library *lib, struct str name, bool *ret_there)
{
	size_t low = 0, high = lib->count;

	*ret_there = false;
	while (low < high && !*ret_there) {
		size_t middle = low + (high - low) / 2;
		int order = str_cmp(str_of(lib->item[middle]->name), name);

		if (order < 0)
			low = middle + 1;
		else
			high = middle;
		if (order == 0) {
			*ret_there = true;
			return middle;
		}
	}
	return low;
}

void
automation_library_add(struct automation_library *lib, struct automation *a)
{
	bool there;
	size_t i = position(lib, str_of(a->name), &there);

	if (there) {
		if (lib->item[i]->origin != AUTOMATION_OWN)
			a->origin = AUTOMATION_OVERRIDDEN;
		automation_free(lib->item[i]);
		lib->item[i] = a;
		return;
	}
	GROW(lib->item, lib->cap, lib->count + 1);
	memmove(lib->item + i + 1, lib->item + i,
	    (lib->count - i) * sizeof(*lib->item));
	lib->item[i] = a;
	lib->count++;
}

struct automation_library *
automation_library_shipped(void)
{
	struct automation_library *lib = xcalloc(1, sizeof(*lib));
	const struct json *list;
	struct err err = {0};

	if (json_doc_parse(
		str_of(defaults_json), "defaults", &lib->shipped, &err) < 0)
		BUG("%s", err.text);
	list = json_find(lib->shipped, "automations");
	for (size_t i = 0; i < json_count(list); i++) {
		struct automation *a;

		if (automation_of_node(
			json_item(list, i), NULL, NULL, &a, &err) < 0)
			BUG("%s", err.text);
		a->origin = AUTOMATION_SHIPPED;
		automation_library_add(lib, a);
		a->origin = AUTOMATION_SHIPPED;
	}
	return lib;
}

void
automation_library_free(struct automation_library *lib)
{
	if (!lib)
		return;
	for (size_t i = 0; i < lib->count; i++)
		automation_free(lib->item[i]);
	free(lib->item);
	json_doc_free(lib->shipped);
	free(lib);
}

/* ---- what the store has ----------------------------------------------------
 */

/* A switch of one that ships. */
static void
switch_shipped(struct automation_library *lib, const struct rows *rows)
{
	bool there;
	size_t i = position(lib, rows_text(rows, 0), &there);

	if (!there)
		return; /* it ships no more */
	lib->item[i]->enabled = rows_int(rows, 2) != 0;
	lib->item[i]->since = rows_int(rows, 3);
	lib->item[i]->updated_at = rows_int(rows, 4);
}

static void
load_row(struct automation_library *lib, const struct rows *rows,
    struct remarks *broken)
{
	struct automation *a;
	struct json *document;
	struct err err = {0};
	char *name;

	if (rows_null(rows, 1)) {
		switch_shipped(lib, rows);
		return;
	}
	name = str_dup(rows_text(rows, 0));
	if (json_doc_parse(rows_text(rows, 1), name, &document, &err) == 0 &&
	    automation_of(document, name, &a, &err) == 0) {
		a->enabled = rows_int(rows, 2) != 0;
		a->since = rows_int(rows, 3);
		a->updated_at = rows_int(rows, 4);
		automation_library_add(lib, a);
	} else {
		remark(broken, (struct place){0}, "automation %s", err.text);
	}
	free(name);
}

int
automation_library_open(struct store *st, const struct tenant *t,
    struct remarks *broken, struct automation_library **ret, struct err *err)
{
	struct automation_library *lib = automation_library_shipped();
	struct rows *rows;
	int got = store_query(
	    st, &sql_automation_list, BINDS(BIND_INT(t->id)), &rows, err);

	if (got == 0) {
		while ((got = rows_next(rows, err)) > 0)
			load_row(lib, rows, broken);
		rows_close(rows);
	}
	if (got < 0) {
		automation_library_free(lib);
		return -1;
	}
	*ret = lib;
	return 0;
}

const struct automation *
automation_at(const struct automation_library *lib, size_t i)
{
	return i < lib->count ? lib->item[i] : NULL;
}

int
automation_need(const struct automation_library *lib, struct str name,
    const struct automation **ret, struct err *err)
{
	struct nearest near;
	bool there;
	size_t at = position(lib, name, &there);

	if (there) {
		*ret = lib->item[at];
		return 0;
	}
	nearest_start(&near, name);
	for (size_t i = 0; i < lib->count; i++)
		nearest_offer(&near, str_of(lib->item[i]->name));
	return nearest_err(&near, "automation", err);
}

int
automation_bind(struct automation_library *lib, struct store *st,
    const struct tenant *t, struct remarks *broken, struct err *err)
{
	for (size_t i = 0; i < lib->count; i++) {
		struct automation *a = lib->item[i];

		if (!a->enabled || !a->when ||
		    lead_bind(st, t, a->when, err) == 0)
			continue;
		if (err->kind != ERR_USAGE)
			return -1;
		remark(broken, (struct place){0}, "automation %s: %s", a->name,
		    err->text);
		err_clear(err);
		a->enabled = false;
	}
	return 0;
}

void
automation_needs(const struct automation_library *lib, struct lead_needs *needs)
{
	for (size_t i = 0; i < lib->count; i++)
		if (lib->item[i]->enabled && lib->item[i]->when)
			lead_needs_cond(needs, lib->item[i]->when);
}
