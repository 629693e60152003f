/* SPDX-License-Identifier: ISC */
/* Finding leads by what people call them, and showing what is stored. */
#include <stdlib.h>

#include "lead/lead_priv.h"
#include "lead/lead.sql.h"

static int
find_by(struct store *st, const struct tenant *t, enum lead_key by,
    struct str key, int64_t *ret, struct err *err)
{
	struct bulk *keys = bulk_new(&bulk_lead_key);
	int64_t found = 0;
	int rc;

	bulk_int(keys, 0);
	bulk_text(keys, key);
	bulk_null(keys);
	bulk_end_row(keys);
	rc = lead_numbers_find(st, t, by, keys, &found, NULL, NULL, err);
	bulk_free(keys);
	if (rc < 0)
		return -1;
	if (found)
		*ret = found;
	return found != 0;
}

int
lead_find(struct store *st, const struct tenant *t, struct str who,
    int64_t *ret_lead, struct err *err)
{
	struct buf key = {0};
	int got = find_by(st, t, LEAD_KEY_ID, who, ret_lead, err);

	if (got == 0 && email_normalise(who, &key))
		got = find_by(
		    st, t, LEAD_KEY_EMAIL, buf_str(&key), ret_lead, err);
	buf_release(&key);
	return got;
}

int
lead_need(struct store *st, const struct tenant *t, struct str who,
    int64_t *ret_lead, struct err *err)
{
	int got = lead_find(st, t, who, ret_lead, err);

	if (got < 0)
		return -1;
	if (got == 0)
		return err_set(err, ERR_USAGE,
		    "no lead has the id or e-mail %s (try: dl-lead search)",
		    quoted(who));
	return 0;
}

int
lead_list_need(struct store *st, const struct tenant *t,
    const char *const *names, size_t count, struct lead_list *list,
    struct err *err)
{
	size_t total = list->count + count;
	int64_t *lead = xreallocarray(list->lead, total + 1, sizeof(*lead));

	list->lead = lead;
	for (size_t i = 0; i < count; i++)
		if (lead_need(st, t, str_of(names[i]), &lead[list->count + i],
			err) < 0)
			return -1;
	list->count = sort_ints_once(lead, total);
	return 0;
}

static void
put_found(const struct lead_row *row, struct buf *out)
{
	static const enum lead_field fields[] = {
	    LEAD_EMAIL, LEAD_NAME, LEAD_COMPANY, LEAD_TITLE};
	struct json_writer w = {.out = out};

	json_put_object(&w);
	json_add_text(&w, "lead", row->text[LEAD_ID]);
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		if (row->text[fields[i]].p)
			json_add_text(&w, lead_catalogue.fields[fields[i]].name,
			    row->text[fields[i]]);
	json_put_end(&w);
}

int
lead_search(struct store *st, const struct tenant *t, struct str text,
    int64_t limit, int (*each)(void *context, struct str line, struct err *err),
    void *context, int64_t *ret_count, struct err *err)
{
	struct arena arena = {0};
	struct buf folded = {0}, line = {0};
	struct rows *rows = NULL;
	int64_t count = 0;
	int got = 0;

	text_fold(&folded, str_trim(text));
	if (folded.len == 0) {
		got = err_set(err, ERR_USAGE, "nothing to search for");
		goto out;
	}
	if (store_query(st, &sql_lead_search_folded,
		BINDS(BIND_INT(t->id), BIND_TEXT(buf_str(&folded)),
		    BIND_INT(limit)),
		&rows, err) < 0) {
		got = -1;
		goto out;
	}
	while ((got = rows_next(rows, err)) > 0) {
		struct lead_row row;

		arena_clear(&arena);
		lead_row_from(rows, &arena, &row);
		buf_clear(&line);
		put_found(&row, &line);
		count++;
		if (each(context, buf_str(&line), err) < 0) {
			got = -1;
			break;
		}
	}
	if (got == 0)
		*ret_count = count;
out:
	rows_close(rows);
	buf_release(&line);
	buf_release(&folded);
	arena_release(&arena);
	return got;
}

void
lead_row_put(const struct lead_row *row, struct json_writer *w)
{
	struct buf time = {0};

	for (size_t f = 0; f < LEAD_STORED; f++) {
		const struct cond_field *field = &lead_catalogue.fields[f];
		int64_t number = row->number[f];
		bool text =
		    field->type == COND_TEXT || field->type == COND_LIST;

		if (text ? !row->text[f].p : number == LEAD_MISSING)
			continue;
		json_put_name(w, field->name);
		switch (field->type) {
		case COND_TEXT:
			json_put_text(w, row->text[f]);
			break;
		case COND_LIST:
			json_put_raw(w, row->text[f]);
			break;
		case COND_NUMBER:
			json_put_int(w, number);
			break;
		case COND_BOOL:
			json_put_bool(w, number != 0);
			break;
		case COND_TIME:
			buf_clear(&time);
			time_add(&time, number);
			json_put_text(w, buf_str(&time));
			break;
		}
	}
	if (row->attrs.p) {
		json_put_name(w, "attrs");
		json_put_raw(w, row->attrs);
	}
	buf_release(&time);
}
