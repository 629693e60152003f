/* SPDX-License-Identifier: ISC */
/*
 * What to do next about a lead: the first row of a table that fits its stage,
 * its strongest fit rule and its latest event; and why.
 */
#include <stdlib.h>

#include "automation/automation.sql.h"
#include "automation/automation_priv.h"

extern const char recommend_json[];

enum { ROWS_MOST = 1000 };

struct recommend {
	struct json *document;
	const struct json *rows, *events;
};

static const char *const locales[] = {"ja", "en", NULL};

/* A text or null, or a list of these. */
static int
check_names(const struct json *n, bool null, struct err *err)
{
	struct str text;

	if (!n)
		return 0;
	if (json_type_of(n) == JSON_TYPE_ARRAY) {
		for (size_t i = 0; i < json_count(n); i++)
			if (check_names(json_item(n, i), null, err) < 0)
				return -1;
		return 0;
	}
	if (null && json_type_of(n) == JSON_TYPE_NULL)
		return 0;
	return json_as_text(n, &text, err);
}

static int
check_words(const struct json *n, struct err *err)
{
	struct str text = {0};

	for (size_t l = 0; locales[l]; l++)
		if (json_take_text(n, locales[l], &text, err) < 0)
			return -1;
	if (text.n == 0)
		return json_err(n, err, "neither ja nor en");
	return 0;
}

static int
check_row(const struct json *n, struct err *err)
{
	static const char *const names[] = {
	    "stage", "rule", "event", "ja", "en", NULL};

	if (json_as_object(n, err) < 0 || json_only(n, names, err) < 0 ||
	    check_names(json_find(n, "stage"), true, err) < 0 ||
	    check_names(json_find(n, "rule"), false, err) < 0 ||
	    check_names(json_find(n, "event"), false, err) < 0)
		return -1;
	return check_words(n, err);
}

static int
check_document(struct recommend *r, struct err *err)
{
	static const char *const names[] = {"rows", "events", NULL};
	const struct json *root = r->document;

	if (json_as_object(root, err) < 0 || json_only(root, names, err) < 0 ||
	    json_need_array(root, "rows", &r->rows, err) < 0 ||
	    json_take_object(root, "events", &r->events, err) < 0)
		return -1;
	if (json_count(r->rows) == 0 || json_count(r->rows) > ROWS_MOST)
		return json_err(r->rows, err, "not 1 to %d rows", ROWS_MOST);
	for (size_t i = 0; i < json_count(r->rows); i++)
		if (check_row(json_item(r->rows, i), err) < 0)
			return -1;
	for (size_t i = 0; i < json_count(r->events); i++) {
		const struct json *n = json_item(r->events, i);

		if (json_as_object(n, err) < 0 ||
		    json_only(n, locales, err) < 0 || check_words(n, err) < 0)
			return -1;
	}
	return 0;
}

int
recommend_of(struct json *document, struct recommend **ret, struct err *err)
{
	struct recommend *r = xcalloc(1, sizeof(*r));

	r->document = document;
	if (check_document(r, err) < 0) {
		recommend_free(r);
		return -1;
	}
	*ret = r;
	return 0;
}

void
recommend_free(struct recommend *r)
{
	if (!r)
		return;
	json_doc_free(r->document);
	free(r);
}

/* A row a line: a table is to be read as one. */
void
recommend_print(const struct recommend *r, struct buf *out)
{
	static const char *const parts[] = {"rows", "events"};

	buf_addstr(out, "{\n");
	for (size_t p = 0; p < COUNT_OF(parts); p++) {
		const struct json *list = p ? r->events : r->rows;

		if (!list)
			continue;
		buf_addf(out, "%s  \"%s\": %c\n", p ? ",\n" : "", parts[p],
		    p ? '{' : '[');
		for (size_t i = 0; i < json_count(list); i++) {
			struct json_writer w = {.out = out};

			buf_addstr(out, i ? ",\n    " : "    ");
			if (p) {
				json_quote(out, json_name(json_item(list, i)));
				buf_addstr(out, ": ");
			}
			json_put_node(&w, json_item(list, i));
		}
		buf_addf(out, "\n  %c", p ? '}' : ']');
	}
	buf_addstr(out, "\n}\n");
}

/* ---- in the store -----------------------------------------------------------
 */

int
recommend_open(struct store *st, const struct tenant *t, struct recommend **ret,
    struct err *err)
{
	struct buf text = {0};
	struct json *document;
	int rc = store_text(
	    st, &sql_recommend_read, BINDS(BIND_INT(t->id)), &text, err);

	if (rc >= 0)
		rc = json_doc_parse(
		    text.len ? buf_str(&text) : str_of(recommend_json),
		    "recommend", &document, err);
	if (rc == 0)
		rc = recommend_of(document, ret, err);
	buf_release(&text);
	return rc;
}

int
recommend_define(struct store *st, const struct tenant *t,
    const struct recommend *r, const char *who, int64_t now, bool *ret_changed,
    struct err *err)
{
	struct buf old = {0}, new = {0};
	int rc;

	/* The state has to be there. */
	if (automation_listen(st, t, err) < 0 ||
	    store_text(st, &sql_recommend_read, BINDS(BIND_INT(t->id)), &old,
		err) < 0) {
		buf_release(&old);
		return -1;
	}
	if (r)
		recommend_print(r, &new);
	*ret_changed = !str_eq(buf_str(&old), buf_str(&new));
	rc = *ret_changed
		 ? store_run(st, &sql_recommend_write,
		       BINDS(BIND_INT(t->id),
			   BIND_TEXT(r ? buf_str(&new) : (struct str){0})),
		       NULL, err)
		 : 0;
	if (rc == 0 && *ret_changed)
		rc = audit_add(st, t->id, now, who,
		    r ? "recommend define" : "recommend reset", (struct str){0},
		    (struct str){0}, err);
	buf_release(&old);
	buf_release(&new);
	return rc;
}

/* ---- choosing
 * ---------------------------------------------------------------- */

static bool
one_fits(const struct json *n, struct str have, bool part)
{
	struct arena arena = {0};
	bool fits;

	if (json_type_of(n) == JSON_TYPE_NULL)
		return !have.p;
	if (!have.p || !part)
		return have.p && str_eq(json_text(n), have);
	fits =
	    text_holds(have, text_folded(&arena, json_text(n)), TEXT_ANYWHERE);
	arena_release(&arena);
	return fits;
}

/* part: the text is to be in what there is. */
static bool
fits(const struct json *n, struct str have, bool part)
{
	if (!n)
		return true;
	if (json_type_of(n) != JSON_TYPE_ARRAY)
		return one_fits(n, have, part);
	for (size_t i = 0; i < json_count(n); i++)
		if (one_fits(json_item(n, i), have, part))
			return true;
	return false;
}

/* In the language, or in the one there is. */
static struct str
in_words(const struct json *n, const char *locale)
{
	const struct json *text = json_find(n, locale);

	for (size_t l = 0; !text && locales[l]; l++)
		text = json_find(n, locales[l]);
	return json_text(text);
}

static void
add_reason(const struct recommend *r, const struct recommend_lead *lead,
    const char *locale, const struct zone *zone, struct buf *out)
{
	bool ja = strcmp(locale, "ja") == 0;
	const struct json *event = json_find_str(r->events, lead->event);

	if (lead->rule.p)
		buf_addf(out,
		    ja ? "最も効いた属性：「%.*s」（%.*s点）"
		       : "strongest fit: %.*s (%.*s points)",
		    STR_ARG(lead->rule), STR_ARG(lead->points));
	if (!lead->event.p)
		return;
	if (out->len)
		buf_addstr(out, ja ? "、" : "; ");
	buf_addstr(out, ja ? "最近の行動：「" : "latest: ");
	buf_adds(out, event ? in_words(event, locale) : lead->event);
	buf_addstr(out, ja ? "」（" : " (");
	time_add_local(out, lead->event_at, zone);
	buf_addstr(out, ja ? "）" : ")");
}

bool
recommend_choose(const struct recommend *r, const struct recommend_lead *lead,
    const char *locale, const struct zone *zone, struct buf *action,
    struct buf *reason)
{
	for (size_t i = 0; i < json_count(r->rows); i++) {
		const struct json *row = json_item(r->rows, i);

		if (!fits(json_find(row, "stage"), lead->stage, false) ||
		    !fits(json_find(row, "rule"), lead->rule, true) ||
		    !fits(json_find(row, "event"), lead->event, false))
			continue;
		buf_adds(action, in_words(row, locale));
		add_reason(r, lead, locale, zone, reason);
		return true;
	}
	return false;
}
