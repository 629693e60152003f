/* SPDX-License-Identifier: ISC */
/*
 * The scores a lead has had, and which parts made the difference.
 */
#include <stdlib.h>

#include "score/score.sql.h"
#include "score/score_priv.h"

/* The parts of one score under the names of their version. */
struct named {
	struct str name;
	int64_t points;
};
struct parts {
	struct named *list;
	size_t count, cap;
	const struct json *names;
};

static void
keep_part(void *context, size_t part, int64_t points)
{
	struct parts *p = context;
	const struct json *name = json_item(p->names, part);

	GROW(p->list, p->cap, p->count + 1);
	p->list[p->count].name = name ? json_text(name) : STR("(unknown rule)");
	p->list[p->count++].points = points;
}

/* Documents of names by version, read once each. */
struct name_table {
	int64_t version;
	struct json *names;
};
struct reader {
	struct store *st;
	const struct tenant *tenant;
	struct name_table *table;
	size_t count, cap;
};

static int
names_of(
    struct reader *r, int64_t version, const struct json **ret, struct err *err)
{
	struct buf text = {0};
	struct json *doc;
	int got;

	for (size_t i = 0; i < r->count; i++)
		if (r->table[i].version == version) {
			*ret = r->table[i].names;
			return 0;
		}
	got = store_text(r->st, &sql_score_version_names,
	    BINDS(BIND_INT(r->tenant->id), BIND_INT(version)), &text, err);
	if (got == 0)
		buf_addstr(&text, "[]");
	if (got >= 0)
		got = json_doc_parse(buf_str(&text), "rule names", &doc, err);
	buf_release(&text);
	if (got < 0)
		return -1;
	GROW(r->table, r->cap, r->count + 1);
	r->table[r->count++] = (struct name_table){version, doc};
	*ret = doc;
	return 0;
}

static int64_t
points_in(const struct parts *p, struct str name)
{
	for (size_t i = 0; i < p->count; i++)
		if (str_eq(p->list[i].name, name))
			return p->list[i].points;
	return 0;
}

static void
put_change(struct json_writer *w, struct str name, int64_t from, int64_t to)
{
	struct buf text = {0};

	if (from == to)
		return;
	json_put_object(w);
	json_add_text(w, "rule", name);
	json_put_name(w, "points");
	score_add_points(&text, to);
	json_put_raw(w, buf_str(&text));
	json_put_name(w, "change");
	buf_clear(&text);
	score_add_points(&text, to - from);
	json_put_raw(w, buf_str(&text));
	json_put_end(w);
	buf_release(&text);
}

static void
put_entry(struct json_writer *w, struct rows *rows, bool first,
    int64_t old_score, const struct parts *before, const struct parts *now)
{
	struct buf at = {0};

	time_add(&at, rows_int(rows, 0));
	json_put_object(w);
	json_add_text(w, "time", buf_str(&at));
	if (!first) {
		json_add_int(w, "old_score", old_score);
	}
	json_add_int(w, "score", rows_int(rows, 1));
	json_add_int(w, "fit", rows_int(rows, 2));
	json_add_int(w, "engagement", rows_int(rows, 3));
	json_put_name(w, "rules");
	json_put_array(w);
	for (size_t i = 0; i < now->count; i++)
		put_change(w, now->list[i].name,
		    points_in(before, now->list[i].name), now->list[i].points);
	for (size_t i = 0; i < before->count; i++)
		if (points_in(now, before->list[i].name) == 0)
			put_change(
			    w, before->list[i].name, before->list[i].points, 0);
	json_put_end(w);
	json_put_end(w);
	buf_release(&at);
}

static void
ignore_part(void *context, size_t part, int64_t points)
{
}

static int
read_entry(
    struct reader *r, struct rows *rows, struct parts *now, struct err *err)
{
	struct str blob = rows_blob(rows, 4);
	int64_t version;

	now->count = 0;
	if (!score_unpack(blob, &version, ignore_part, NULL))
		return err_set(
		    err, ERR_FAIL, "a stored score has malformed points");
	if (names_of(r, version, &now->names, err) < 0)
		return -1;
	score_unpack(blob, &version, keep_part, now);
	return 0;
}

int
score_history(struct store *st, const struct tenant *t, int64_t lead,
    int (*each)(void *context, struct str object, struct err *err),
    void *context, struct err *err)
{
	struct reader reader = {.st = st, .tenant = t};
	struct parts before = {0}, now = {0};
	struct buf text = {0};
	struct rows *rows;
	int64_t old_score = 0;
	bool first = true;
	int got;

	if (store_query(st, &sql_score_history_of,
		BINDS(BIND_INT(t->id), BIND_INT(lead)), &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		struct json_writer w = {.out = &text};
		struct parts kept = before;

		if ((got = read_entry(&reader, rows, &now, err)) < 0)
			break;
		buf_clear(&text);
		put_entry(&w, rows, first, old_score, &before, &now);
		if ((got = each(context, buf_str(&text), err)) < 0)
			break;
		before = now;
		now = kept;
		old_score = rows_int(rows, 1);
		first = false;
	}
	rows_close(rows);
	for (size_t i = 0; i < reader.count; i++)
		json_doc_free(reader.table[i].names);
	free(reader.table);
	free(before.list);
	free(now.list);
	buf_release(&text);
	return got;
}
