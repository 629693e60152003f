/* SPDX-License-Identifier: ISC */
/* All templates of a tenant by name: those that ship, and its own over them. */
#include <stdlib.h>

#include "template/template.h"

extern const char layout_json[], footer_json[], hot_lead_json[],
    mql_reached_json[], task_due_json[], task_overdue_json[], proposal_json[],
    welcome_json[], sql_reached_json[], task_hot_lead_json[], task_mql_json[],
    task_onboarding_json[], digest_json[], export_done_json[],
    attachments_json[], metric_anomaly_json[];

static const char *const shipped[] = {layout_json, footer_json, hot_lead_json,
    mql_reached_json, task_due_json, task_overdue_json, proposal_json,
    welcome_json, sql_reached_json, task_hot_lead_json, task_mql_json,
    task_onboarding_json, digest_json, export_done_json, attachments_json,
    metric_anomaly_json};

struct template_library {
	const struct tenant *tenant;
	struct template **item;  /* by name */
	struct template **under; /* what ships and is overridden */
	size_t count, cap, under_count, under_cap;
};

/* Where it is, or would be. */
static size_t
position(const struct template_library *lib, struct str name, bool *ret_there)
{
	size_t low = 0, high = lib->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = str_cmp(str_of(lib->item[middle]->name), name);

		if (order == 0) {
			*ret_there = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*ret_there = false;
	return low;
}

void
template_library_add(struct template_library *lib, struct template *tpl)
{
	bool there;
	size_t i = position(lib, str_of(tpl->name), &there);
	struct template *old = there ? lib->item[i] : NULL;

	if (old && tpl->origin != TEMPLATE_SHIPPED)
		tpl->origin = old->origin == TEMPLATE_OWN ? TEMPLATE_OWN
							  : TEMPLATE_OVERRIDDEN;
	if (old && old->origin == TEMPLATE_SHIPPED) {
		GROW(lib->under, lib->under_cap, lib->under_count + 1);
		lib->under[lib->under_count++] = old;
	} else if (old) {
		template_free(old);
	}
	if (!there) {
		GROW(lib->item, lib->cap, lib->count + 1);
		memmove(lib->item + i + 1, lib->item + i,
		    (lib->count - i) * sizeof(*lib->item));
		lib->count++;
	}
	lib->item[i] = tpl;
}

struct template *
template_library_take(struct template_library *lib, const char *name)
{
	bool there;
	size_t i = position(lib, str_of(name), &there);
	struct template *old = there ? lib->item[i] : NULL;

	if (!old || old->origin == TEMPLATE_SHIPPED)
		return NULL;
	for (size_t u = 0; u < lib->under_count; u++)
		if (strcmp(lib->under[u]->name, name) == 0) {
			lib->item[i] = lib->under[u];
			lib->under[u] = lib->under[--lib->under_count];
			return old;
		}
	lib->count--;
	memmove(lib->item + i, lib->item + i + 1,
	    (lib->count - i) * sizeof(*lib->item));
	return old;
}

struct template_library *
template_library_shipped(const struct tenant *t)
{
	struct template_library *lib = xcalloc(1, sizeof(*lib));

	lib->tenant = t;
	for (size_t i = 0; i < COUNT_OF(shipped); i++) {
		struct template *tpl;
		struct json *doc;
		struct err err = {0};

		if (json_doc_parse(str_of(shipped[i]), "shipped", &doc, &err) <
			0 ||
		    template_of(doc, NULL, &tpl, &err) < 0)
			BUG("%s", err.text);
		tpl->origin = TEMPLATE_SHIPPED;
		template_library_add(lib, tpl);
	}
	return lib;
}

int
template_library_open(struct store *st, const struct tenant *t,
    struct template_library **ret, struct err *err)
{
	struct template_library *lib = template_library_shipped(t);

	if (template_load(st, t, lib, err) < 0) {
		template_library_free(lib);
		return -1;
	}
	*ret = lib;
	return 0;
}

void
template_library_free(struct template_library *lib)
{
	if (!lib)
		return;
	for (size_t i = 0; i < lib->count; i++)
		template_free(lib->item[i]);
	for (size_t i = 0; i < lib->under_count; i++)
		template_free(lib->under[i]);
	free(lib->item);
	free(lib->under);
	free(lib);
}

const struct template *
template_find(const struct template_library *lib, struct str name)
{
	bool there;
	size_t i = position(lib, name, &there);

	return there ? lib->item[i] : NULL;
}

int
template_need(const struct template_library *lib, const char *name,
    const struct template **ret, struct err *err)
{
	const struct template *found = template_find(lib, str_of(name));
	struct nearest near;

	if (found) {
		*ret = found;
		return 0;
	}
	nearest_start(&near, str_of(name));
	for (size_t i = 0; i < lib->count; i++)
		nearest_offer(&near, str_of(lib->item[i]->name));
	return nearest_err(&near, "template", err);
}

const struct template *
template_at(const struct template_library *lib, size_t i)
{
	return i < lib->count ? lib->item[i] : NULL;
}

const struct tenant *
template_tenant(const struct template_library *lib)
{
	return lib->tenant;
}
