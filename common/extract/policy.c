/* SPDX-License-Identifier: ISC */
/* The tenant's policy: one document, a rule for each role. */
#include "extract/extract.sql.h"
#include "extract/extract_priv.h"
#include "json/json.h"

/* ---- rules --------------------------------------------------------------- */

static int
read_count(
    const struct json *rule, const char *name, int64_t *ret, struct err *err)
{
	*ret = 0;
	if (json_take_int(rule, name, ret, err) < 0)
		return -1;
	if (json_find(rule, name) && *ret < 1)
		return json_err(json_find(rule, name), err, "not 1 or more");
	return 0;
}

static int
read_mask(const struct json *rule, struct arena *arena,
    struct export_masks *masks, struct err *err)
{
	struct str text = {0};
	int rc;

	if (json_take_text(rule, "mask", &text, err) < 0)
		return -1;
	if (!text.p)
		return 0;
	text = arena_str(arena, text);
	rc = export_masks_parse(text, arena, masks, err);
	for (size_t i = 0; rc == 0 && i < masks->count; i++)
		rc = subject_column_check(masks->mask[i].column, err);
	if (rc < 0) {
		struct err why = *err;

		return json_err(json_find(rule, "mask"), err, "%s", why.text);
	}
	return 0;
}

static int
read_rule(const struct json *rule, struct arena *arena, struct policy_rule *ret,
    struct err *err)
{
	static const char *const names[] = {"deny", "mask", "rows",
	    "rows_per_day", "exports_per_day", "expires", NULL};
	struct str expires = {0};

	*ret = (struct policy_rule){0};
	if (json_as_object(rule, err) < 0 || json_only(rule, names, err) < 0 ||
	    json_take_bool(rule, "deny", &ret->deny, err) < 0 ||
	    read_mask(rule, arena, &ret->masks, err) < 0 ||
	    read_count(rule, "rows", &ret->rows, err) < 0 ||
	    read_count(rule, "rows_per_day", &ret->rows_per_day, err) < 0 ||
	    read_count(rule, "exports_per_day", &ret->exports_per_day, err) <
		0 ||
	    json_take_text(rule, "expires", &expires, err) < 0)
		return -1;
	if (expires.p && !duration_parse(expires, &ret->expires))
		return json_err(
		    json_find(rule, "expires"), err, "not a span such as 24h");
	return 0;
}

int
extract_policy_check(const struct json *document, struct err *err)
{
	static const char *const names[] = {"roles", NULL};
	const struct json *roles;
	struct arena arena = {0};
	struct policy_rule rule;
	int rc = json_as_object(document, err);

	if (rc == 0)
		rc = json_only(document, names, err);
	if (rc == 0)
		rc = json_need_object(document, "roles", &roles, err);
	for (size_t i = 0; rc == 0 && i < json_count(roles); i++) {
		const struct json *one = json_item(roles, i);
		struct err why = {0};

		if (!str_is(json_name(one), "*") &&
		    member_role_check(json_name(one), &why) < 0)
			rc = json_err(one, err, "%s", why.text);
		if (rc == 0)
			rc = read_rule(one, &arena, &rule, err);
	}
	arena_release(&arena);
	return rc;
}

/* ---- who it is ----------------------------------------------------------- */

/* The role of one of the tenant's people; missing for everybody else. */
static int
role_of(struct store *st, const struct tenant *t, const char *who,
    struct arena *arena, struct str *ret, bool *ret_inactive, struct err *err)
{
	struct buf text = {0};
	struct json *doc;
	int got = member_read(st, t, str_of(who), &text, err);

	*ret = (struct str){0};
	*ret_inactive = false;
	if (got > 0 &&
	    json_doc_parse(buf_str(&text), "member", &doc, err) == 0) {
		const struct json *active = json_find(doc, "active");

		*ret_inactive = active && !json_truth(active);
		if (json_text(json_find(doc, "role")).n)
			*ret =
			    arena_str(arena, json_text(json_find(doc, "role")));
		json_doc_free(doc);
	}
	buf_release(&text);
	return got < 0 ? -1 : 0;
}

int
policy_rule_of(struct store *st, const struct tenant *t, const char *who,
    struct arena *arena, struct policy_rule *ret, struct err *err)
{
	struct buf text = {0};
	struct json *doc = NULL;
	const struct json *roles, *rule = NULL;
	struct str role;
	bool inactive;
	int rc = extract_policy_read(st, t, &text, err);

	*ret = (struct policy_rule){0};
	if (rc <= 0)
		return rc;
	rc = json_doc_parse(buf_str(&text), "policy", &doc, err);
	buf_release(&text);
	if (rc == 0)
		rc = role_of(st, t, who, arena, &role, &inactive, err);
	if (rc == 0) {
		roles = json_find(doc, "roles");
		if (role.p)
			rule = json_find_str(roles, role);
		if (!rule)
			rule = json_find(roles, "*");
		if (rule)
			rc = read_rule(rule, arena, ret, err);
		ret->deny |= inactive;
		ret->role = role.p ? arena_strdup(arena, role) : NULL;
	}
	json_doc_free(doc);
	return rc;
}

/* ---- in the store -------------------------------------------------------- */

int
extract_policy_read(
    struct store *st, const struct tenant *t, struct buf *ret, struct err *err)
{
	return store_text(
	    st, &sql_policy_read, BINDS(BIND_INT(t->id)), ret, err);
}

static void
put_document(const struct json *document, struct buf *out)
{
	struct json_writer w = {.out = out, .pretty = true};

	json_put_node(&w, document);
	buf_addc(out, '\n');
}

int
extract_policy_define(struct store *st, const struct tenant *t,
    const struct json *document, const char *who, int64_t now,
    struct buf *ret_old, struct buf *ret_new, struct err *err)
{
	if (extract_policy_check(document, err) < 0 ||
	    extract_policy_read(st, t, ret_old, err) < 0)
		return -1;
	put_document(document, ret_new);
	if (str_eq(buf_str(ret_old), buf_str(ret_new)))
		return 0;
	if (store_run(st, &sql_policy_write,
		BINDS(BIND_INT(t->id), BIND_TEXT(buf_str(ret_new)),
		    BIND_INT(now)),
		NULL, err) < 0)
		return -1;
	return audit_add(st, t->id, now, who, "export policy", STR("defined"),
	    (struct str){0}, err);
}

int
extract_policy_remove(struct store *st, const struct tenant *t, const char *who,
    int64_t now, struct err *err)
{
	int64_t gone;

	if (store_run(
		st, &sql_policy_delete, BINDS(BIND_INT(t->id)), &gone, err) < 0)
		return -1;
	if (gone == 0)
		return 0;
	return audit_add(st, t->id, now, who, "export policy", STR("removed"),
		   (struct str){0}, err) < 0
		   ? -1
		   : 1;
}
