/* SPDX-License-Identifier: ISC */
/* Changes by hand to one lead: fields, attributes, tags. */
#include <strings.h>

#include "lead/lead_priv.h"

/* ---- values as typed ---------------------------------------------------- */

static int
field_find(struct str name, enum lead_field *ret, struct err *err)
{
	struct nearest near;

	nearest_start(&near, name);
	for (size_t f = 0; f < lead_catalogue.count; f++) {
		const char *known = lead_catalogue.fields[f].name;

		if (str_is(name, known)) {
			if (f >= LEAD_STORED || f == LEAD_ID ||
			    f == LEAD_UPDATED_AT)
				return err_set(err, ERR_USAGE,
				    "%s: cannot be set by hand", known);
			*ret = (enum lead_field)f;
			return 0;
		}
		if (f < LEAD_STORED && f != LEAD_ID && f != LEAD_UPDATED_AT)
			nearest_offer(&near, str_of(known));
	}
	if (near.name.p)
		return nearest_err(&near, "field", err);
	return err_set(err, ERR_USAGE,
	    "no such field: %s (attributes are called attrs.NAME)",
	    quoted(name));
}

static struct str
tags_of(struct str value, struct arena *arena)
{
	struct str one, *tag = NULL, tags;
	size_t count = 0, cap = 0;
	bool more = true;

	while (more) {
		more = str_cut(&value, ',', &one);
		GROW(tag, cap, count + 1);
		tag[count++] = one;
	}
	tags = lead_tags_make(arena, tag, count);
	free(tag);
	return tags;
}

static int
truth_of(struct str value, int64_t *ret)
{
	static const char *const words[2][4] = {
	    {"no", "false", "0", "off"}, {"yes", "true", "1", "on"}};

	for (int i = 0; i < 2; i++)
		for (size_t k = 0; k < COUNT_OF(words[i]); k++)
			if (str_is(value, words[i][k])) {
				*ret = i;
				return 0;
			}
	return -1;
}

int
lead_change_parse(const struct tenant *t, struct str field, struct str value,
    struct arena *arena, struct lead_change *ret, struct err *err)
{
	struct lead_change c = {.number = LEAD_MISSING};
	const char *name;
	struct buf key = {0};
	bool ok = true;

	if (field_find(field, &c.field, err) < 0)
		return -1;
	name = lead_catalogue.fields[c.field].name;
	if (utf8_valid(value) != value.n)
		return err_set(
		    err, ERR_USAGE, "%s: not UTF-8: %s", name, quoted(value));
	if (value.n == 0) {
		if (c.field == LEAD_CREATED_AT)
			return err_set(
			    err, ERR_USAGE, "%s: every lead has one", name);
		*ret = c;
		return 0;
	}
	switch (lead_catalogue.fields[c.field].type) {
	case COND_TEXT:
		c.text = arena_str(arena, value);
		if (c.field == LEAD_EMAIL) {
			ok = email_normalise(value, &key);
			buf_release(&key);
			c.text = arena_str(arena, str_trim(value));
		}
		if (!ok)
			return err_set(err, ERR_USAGE, "%s: not an address: %s",
			    name, quoted(value));
		break;
	case COND_LIST:
		c.text = tags_of(value, arena);
		break;
	case COND_NUMBER:
		if (!number_int(value, &c.number))
			return err_set(err, ERR_USAGE,
			    "%s: not a whole number: %s", name, quoted(value));
		break;
	case COND_TIME:
		if (!time_parse(value, t->settings.zone, &c.number))
			return err_set(err, ERR_USAGE, "%s: not a time: %s",
			    name, quoted(value));
		break;
	case COND_BOOL:
		if (truth_of(value, &c.number) < 0)
			return err_set(err, ERR_USAGE,
			    "%s: neither yes nor no: %s", name, quoted(value));
		break;
	}
	*ret = c;
	return 0;
}

/* ---- attributes --------------------------------------------------------- */

/* What is typed is text, except where a number or a truth stood before. */
static struct str
attr_json(struct str old, struct str value, struct arena *arena)
{
	struct buf b = {0};
	struct str json;
	double number;

	if (value.n == 0)
		return STR("null");
	if (old.p && old.n > 0 && strchr("-0123456789", old.p[0]) &&
	    value.p[0] != '+' && number_real(value, &number))
		return value;
	if ((str_is(old, "true") || str_is(old, "false")) &&
	    (str_is(value, "true") || str_is(value, "false")))
		return value;
	json_quote(&b, value);
	json = arena_str(arena, buf_str(&b));
	buf_release(&b);
	return json;
}

/* One attribute as it is stored; missing when there is none. */
static struct str
attr_stored(struct str attrs, struct str name, struct arena *arena)
{
	struct json_scanner s = {0};
	struct str found = {0};

	if (attrs.p && json_scan_object(&s, attrs) == 0)
		for (size_t i = 0; i < s.count; i++)
			if (str_eq(s.member[i].name, name))
				found = arena_str(arena, s.member[i].raw);
	json_scanner_release(&s);
	return found;
}

/* ---- telling and keeping ------------------------------------------------ */

struct editing {
	struct store *st;
	const struct tenant *t;
	struct lead_row row;
	struct arena arena;
	struct buf *changes;
	const char *who;
	int64_t now;
	bool changed;
	struct bulk *past; /* what changed when */
};

static struct str
field_json(const struct lead_row *row, enum lead_field f, struct arena *arena)
{
	struct buf b = {0}, time = {0};
	struct json_writer w = {.out = &b};
	struct str json;

	switch (lead_catalogue.fields[f].type) {
	case COND_TEXT:
		json_put_text(&w, row->text[f]);
		break;
	case COND_LIST:
		json_put_raw(&w, row->text[f].p ? row->text[f] : STR("null"));
		break;
	default:
		if (row->number[f] == LEAD_MISSING) {
			json_put_null(&w);
		} else if (lead_catalogue.fields[f].type == COND_TIME) {
			time_add(&time, row->number[f]);
			json_put_text(&w, buf_str(&time));
		} else if (lead_catalogue.fields[f].type == COND_BOOL) {
			json_put_bool(&w, row->number[f] != 0);
		} else {
			json_put_int(&w, row->number[f]);
		}
	}
	json = arena_str(arena, buf_str(&b));
	buf_release(&b);
	buf_release(&time);
	return json;
}

static int
note(struct editing *e, struct str field, struct str old, struct str new,
    struct err *err)
{
	struct buf line = {0};
	struct json_writer w = {.out = &line};
	int rc;

	json_put_object(&w);
	json_add_text(&w, "lead", e->row.text[LEAD_ID]);
	json_add_text(&w, "field", field);
	json_put_name(&w, "old");
	json_put_raw(&w, old.p ? old : STR("null"));
	json_put_name(&w, "new");
	json_put_raw(&w, new.p ? new : STR("null"));
	json_put_end(&w);
	rc = audit_add(e->st, e->t->id, e->now, e->who, "lead.set",
	    e->row.text[LEAD_ID], buf_str(&line), err);
	buf_adds(e->changes, buf_str(&line));
	buf_addc(e->changes, '\n');
	buf_release(&line);
	e->changed = true;
	return rc;
}

/* One lead per address, when a person says so too. */
static int
check_email(struct editing *e, struct err *err)
{
	struct bulk *keys;
	int64_t other = 0;
	int rc;

	if (!e->row.email_key.p)
		return 0;
	keys = bulk_new(&bulk_lead_key);
	bulk_int(keys, 0);
	bulk_text(keys, e->row.email_key);
	bulk_null(keys);
	bulk_end_row(keys);
	rc = lead_numbers_find(
	    e->st, e->t, LEAD_KEY_EMAIL, keys, &other, NULL, NULL, err);
	bulk_free(keys);
	if (rc == 0 && other != 0 && other != e->row.lead_id)
		rc = err_set(err, ERR_USAGE,
		    "email: another lead has it already: %s",
		    quoted(e->row.email_key));
	return rc;
}

static int
apply(struct editing *e, struct str name, const struct lead_patch *patch,
    struct str old, struct err *err)
{
	bool attr = patch->count == 0;
	struct str new, attrs = e->row.attrs;
	uint64_t changed;

	if (!lead_row_apply(&e->row, patch, &e->arena, &changed))
		return 0;
	lead_changes_add(
	    e->past, e->row.lead_id, changed, attrs, e->row.attrs, e->now);
	if (!attr && patch->change[0].field == LEAD_EMAIL &&
	    check_email(e, err) < 0)
		return -1;
	new = attr ? attr_stored(e->row.attrs,
			 (struct str){name.p + 6, name.n - 6}, &e->arena)
		   : field_json(&e->row, patch->change[0].field, &e->arena);
	return note(e, name, old, new, err);
}

static int
set_attr(struct editing *e, struct str name, struct str value, struct err *err)
{
	struct str key = {name.p + 6, name.n - 6};
	struct str old = attr_stored(e->row.attrs, key, &e->arena);
	struct lead_attr attr;
	struct lead_patch patch = {0};

	if (!lead_attr_name_ok(key))
		return err_set(err, ERR_USAGE, "not a name of an attribute: %s",
		    quoted(key));
	if (utf8_valid(value) != value.n)
		return err_set(err, ERR_USAGE, "%s: not UTF-8: %s",
		    quoted(name), quoted(value));
	attr = (struct lead_attr){key, attr_json(old, value, &e->arena)};
	patch.attrs = lead_attrs_make(&e->arena, &attr, 1);
	return apply(e, name, &patch, old, err);
}

static int
assign(struct editing *e, const char *assignment, struct err *err)
{
	struct str value = str_of(assignment), name, old;
	struct lead_patch patch = {.count = 1};
	struct lead_change change;

	if (!str_cut(&value, '=', &name))
		return err_set(err, ERR_USAGE, "not FIELD=VALUE: %s",
		    quoted(str_of(assignment)));
	if (str_starts(name, STR("attrs.")))
		return set_attr(e, name, value, err);
	if (lead_change_parse(e->t, name, value, &e->arena, &change, err) < 0)
		return -1;
	patch.change = &change;
	old = field_json(&e->row, change.field, &e->arena);
	return apply(e, name, &patch, old, err);
}

static int
begin(struct editing *e, int64_t lead, struct err *err)
{
	e->past = bulk_new(&bulk_field_change);
	return lead_row_read(e->st, e->t, lead, &e->arena, &e->row, err);
}

/* Writes the row when something about it is another now. */
static int
end(struct editing *e, int rc, struct err *err)
{
	struct bulk *rows;

	if (rc == 0 && e->changed) {
		rows = bulk_new(&bulk_lead);
		e->row.number[LEAD_UPDATED_AT] = e->now;
		lead_bulk_add(rows, &e->row);
		rc = lead_bulk_update(e->st, e->t, rows, err);
		if (rc == 0)
			rc = lead_changes_store(e->st, e->t, e->past, err);
		if (rc == 0)
			rc = work_changed(
			    e->st, e->t->id, WORK_DATA, e->row.lead_id, err);
		bulk_free(rows);
	}
	bulk_free(e->past);
	arena_release(&e->arena);
	return rc;
}

int
lead_set(struct store *st, const struct tenant *t, int64_t lead,
    const char *const *assignments, size_t count, const char *who, int64_t now,
    struct buf *changes, struct err *err)
{
	struct editing e = {
	    .st = st, .t = t, .changes = changes, .who = who, .now = now};
	int rc = begin(&e, lead, err);

	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = assign(&e, assignments[i], err);
	return end(&e, rc, err);
}

int
lead_tag(struct store *st, const struct tenant *t, int64_t lead, bool on,
    const char *const *tags, size_t count, const char *who, int64_t now,
    struct buf *changes, struct err *err)
{
	struct editing e = {
	    .st = st, .t = t, .changes = changes, .who = who, .now = now};
	struct str rest, one, *list = NULL;
	size_t n = 0, cap = 0;
	int rc = begin(&e, lead, err);

	rest = e.row.text[LEAD_TAGS];
	while (rc == 0 && rest.p && json_stored_next(&rest, &e.arena, &one)) {
		bool off = false;

		for (size_t i = 0; !on && i < count; i++)
			off = off || str_eq(one, str_trim(str_of(tags[i])));
		GROW(list, cap, n + 1);
		if (!off)
			list[n++] = one;
	}
	for (size_t i = 0; rc == 0 && on && i < count; i++) {
		if (utf8_valid(str_of(tags[i])) != strlen(tags[i]) ||
		    str_trim(str_of(tags[i])).n == 0)
			rc = err_set(err, ERR_USAGE, "not a tag: %s",
			    quoted(str_of(tags[i])));
		GROW(list, cap, n + 1);
		list[n++] = str_of(tags[i]);
	}
	if (rc == 0) {
		struct lead_change change = {.field = LEAD_TAGS,
		    .text = lead_tags_make(&e.arena, list, n),
		    .number = LEAD_MISSING};
		struct lead_patch patch = {.change = &change, .count = 1};

		rc = apply(&e, STR("tags"), &patch,
		    field_json(&e.row, LEAD_TAGS, &e.arena), err);
	}
	free(list);
	return end(&e, rc, err);
}
