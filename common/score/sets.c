/* SPDX-License-Identifier: ISC */
/*
 * Rule sets in the store: kept as documents, one of them the active one.
 */
#include <stdlib.h>

#include "score/score.sql.h"
#include "score/score_priv.h"

static int
no_such_set(
    struct store *st, const struct tenant *t, const char *name, struct err *err)
{
	struct str wanted = str_of(name);
	struct nearest near;
	struct buf name_near = {0};
	struct rows *rows;
	int got;

	if (store_query(
		st, &sql_rule_set_list, BINDS(BIND_INT(t->id)), &rows, err) < 0)
		return -1;
	nearest_start(&near, wanted);
	while ((got = rows_next(rows, err)) > 0) {
		if (!nearest_offer(&near, rows_text(rows, 0)))
			continue;
		buf_clear(&name_near);
		buf_adds(&name_near, near.name);
		near.name = buf_str(&name_near);
	}
	rows_close(rows);
	if (got == 0)
		nearest_err(&near, "rule set", err);
	buf_release(&name_near);
	return -1;
}

int
score_set_read(struct store *st, const struct tenant *t, const char *name,
    struct buf *ret_document, struct buf *ret_name, struct err *err)
{
	struct bind binds[] = {
	    BIND_INT(t->id), BIND_TEXT(str_of(name ? name : ""))};
	struct rows *rows;
	int got;

	if (store_query(st, name ? &sql_rule_set_read : &sql_rule_set_active,
		binds, name ? 2 : 1, &rows, err) < 0)
		return -1;
	got = rows_next(rows, err);
	if (got > 0) {
		buf_clear(ret_document);
		buf_adds(ret_document, rows_text(rows, 1));
		if (ret_name) {
			buf_clear(ret_name);
			buf_adds(ret_name, rows_text(rows, 0));
		}
	}
	rows_close(rows);
	return got;
}

/* A document of the store, parsed. */
static int
parse_stored(const struct buf *document, const char *name,
    struct score_rules **ret, struct err *err)
{
	struct json *doc;

	if (json_doc_parse(buf_str(document), name, &doc, err) < 0)
		return -1;
	return score_rules_of(doc, ret, err);
}

int
score_set_open(struct store *st, const struct tenant *t, const char *name,
    struct score_rules **ret, struct err *err)
{
	struct buf document = {0}, found = {0};
	struct score_rules *rules = NULL;
	int got = score_set_read(st, t, name, &document, &found, err), code;

	if (got < 0)
		code = -1;
	else if (got == 0 && name)
		code = no_such_set(st, t, name, err);
	else if (got == 0)
		code = err_set(err, ERR_USAGE,
		    "no rule set is active: see dl-score define, enable");
	else
		code = parse_stored(&document, found.p, &rules, err);
	if (code == 0)
		code = score_rules_bind(rules, st, t, err);
	buf_release(&document);
	buf_release(&found);
	if (code < 0) {
		score_rules_free(rules);
		return -1;
	}
	*ret = rules;
	return 0;
}

int
score_set_active(struct store *st, const struct tenant *t,
    struct score_rules **ret, struct err *err)
{
	struct buf document = {0};
	int got = score_set_read(st, t, NULL, &document, NULL, err);

	buf_release(&document);
	if (got < 0)
		return -1;
	if (got > 0)
		return score_set_open(st, t, NULL, ret, err);
	*ret = NULL;
	return 0;
}

int
score_set_choose(struct store *st, const struct tenant *t, const char *path,
    const char *name, struct score_rules **ret, struct err *err)
{
	struct score_rules *rules;

	if (!path)
		return score_set_open(st, t, name, ret, err);
	if (score_rules_read(path, &rules, err) < 0)
		return -1;
	if (score_rules_bind(rules, st, t, err) < 0) {
		score_rules_free(rules);
		return -1;
	}
	*ret = rules;
	return 0;
}

static int
audit(struct store *st, const struct tenant *t, int64_t now, const char *who,
    const char *action, const char *name, struct str detail, struct err *err)
{
	return audit_add(
	    st, t->id, now, who, action, str_of(name), detail, err);
}

int
score_set_define(struct store *st, const struct tenant *t, const char *name,
    const struct score_rules *rules, const char *who, int64_t now,
    bool *ret_changed, struct err *err)
{
	struct buf old = {0}, document = {0};
	int got, code = 0;
	bool changed;

	if (name_check("rule set", str_of(name), err) < 0)
		return -1;
	got = score_set_read(st, t, name, &old, NULL, err);
	score_rules_print(rules, &document);
	changed = got == 0 || !str_eq(buf_str(&old), buf_str(&document));
	if (got < 0)
		code = -1;
	else if (changed)
		code = store_run(st, &sql_rule_set_define,
		    BINDS(BIND_INT(t->id), BIND_TEXT(str_of(name)),
			BIND_TEXT(buf_str(&document)), BIND_INT(now)),
		    NULL, err);
	if (code == 0 && changed)
		code = audit(st, t, now, who, "score define", name,
		    (struct str){NULL, 0}, err);
	buf_release(&old);
	buf_release(&document);
	if (code == 0 && ret_changed)
		*ret_changed = changed;
	return code;
}

/* A statement on one set that has to be there. */
static int
change(struct store *st, const struct tenant *t, const struct sql *sql,
    const struct bind *binds, size_t count, const char *name, const char *who,
    const char *action, int64_t now, struct err *err)
{
	int64_t changed;

	if (store_run(st, sql, binds, count, &changed, err) < 0)
		return -1;
	if (!changed)
		return no_such_set(st, t, name, err);
	return audit(st, t, now, who, action, name, (struct str){NULL, 0}, err);
}

int
score_set_remove(struct store *st, const struct tenant *t, const char *name,
    const char *who, int64_t now, struct err *err)
{
	return change(st, t, &sql_rule_set_remove,
	    BINDS(BIND_INT(t->id), BIND_TEXT(str_of(name))), name, who,
	    "score remove", now, err);
}

int
score_set_enable(struct store *st, const struct tenant *t, const char *name,
    const char *who, int64_t now, struct err *err)
{
	if (store_run(st, &sql_rule_set_deactivate,
		BINDS(BIND_INT(t->id), BIND_INT(now)), NULL, err) < 0)
		return -1;
	return change(st, t, &sql_rule_set_activate,
	    BINDS(BIND_INT(t->id), BIND_TEXT(str_of(name)), BIND_INT(now)),
	    name, who, "score enable", now, err);
}

int
score_set_disable(struct store *st, const struct tenant *t, const char *name,
    const char *who, int64_t now, struct err *err)
{
	struct buf document = {0}, active = {0};
	int got = score_set_read(st, t, NULL, &document, &active, err);
	int code = 0;

	if (got < 0) {
		code = -1;
	} else if (got == 0 || !str_is(buf_str(&active), name)) {
		got = score_set_read(st, t, name, &document, NULL, err);
		code = got < 0    ? -1
		       : got == 0 ? no_such_set(st, t, name, err)
				  : err_set(err, ERR_USAGE,
					"rule set %s is not active",
					quoted(str_of(name)));
	} else {
		code = change(st, t, &sql_rule_set_deactivate,
		    BINDS(BIND_INT(t->id), BIND_INT(now)), name, who,
		    "score disable", now, err);
	}
	buf_release(&document);
	buf_release(&active);
	return code;
}

int
score_rule_enable(struct store *st, const struct tenant *t, const char *name,
    const char *rule, bool on, const char *who, int64_t now, bool *ret_changed,
    struct err *err)
{
	struct score_rules *rules;
	size_t i;
	int code;

	if (score_set_open(st, t, name, &rules, err) < 0)
		return -1;
	code = score_rule_find(rules, str_of(rule), &i, err);
	if (code == 0) {
		rules->rule[i].enabled = on;
		code = score_set_define(
		    st, t, name, rules, who, now, ret_changed, err);
	}
	score_rules_free(rules);
	return code;
}

int
score_set_list(struct store *st, const struct tenant *t,
    int (*each)(void *context, struct str name, bool active, size_t rules,
	int64_t updated_at, struct err *err),
    void *context, struct err *err)
{
	struct rows *rows;
	int got;

	if (store_query(
		st, &sql_rule_set_list, BINDS(BIND_INT(t->id)), &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		struct buf document = {0};
		struct score_rules *set;

		buf_adds(&document, rows_text(rows, 1));
		if (parse_stored(&document, "rule set", &set, err) < 0)
			got = -1;
		buf_release(&document);
		if (got < 0)
			break;
		got = each(context, rows_text(rows, 0), rows_int(rows, 2) != 0,
		    set->count, rows_int(rows, 3), err);
		score_rules_free(set);
		if (got < 0)
			break;
	}
	rows_close(rows);
	return got;
}

struct set_lines {
	int (*each)(void *context, struct str line, struct err *err);
	void *context;
};

static int
put_set(void *context, struct str name, bool active, size_t rules,
    int64_t updated_at, struct err *err)
{
	const struct set_lines *l = context;
	struct buf line = {0};
	struct json_writer w = {.out = &line};
	int code;

	json_put_object(&w);
	json_add_text(&w, "name", name);
	json_add_bool(&w, "active", active);
	json_add_int(&w, "rules", (int64_t)rules);
	json_add_time(&w, "updated_at", updated_at);
	json_put_end(&w);
	code = l->each(l->context, buf_str(&line), err);
	buf_release(&line);
	return code;
}

int
score_set_lines(struct store *st, const struct tenant *t,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err)
{
	struct set_lines l = {each, context};

	return score_set_list(st, t, put_set, &l, err);
}
