/* SPDX-License-Identifier: ISC */
/* Watches in the store. */
#include <stdlib.h>

#include "lead/lead.h"
#include "watch/watch.sql.h"
#include "watch/watch_priv.h"

int
watch_of_row(const struct rows *rows, struct watch **ret, struct err *err)
{
	char *name = str_dup(rows_text(rows, 0));
	struct json *document;
	int rc = json_doc_parse(rows_text(rows, 1), name, &document, err);

	if (rc == 0)
		rc = watch_of(document, name, ret, err);
	if (rc == 0) {
		(*ret)->enabled = rows_int(rows, 2) != 0;
		(*ret)->updated_at = rows_int(rows, 3);
		(*ret)->due_at = rows_int(rows, 4);
		if (!rows_null(rows, 5))
			(*ret)->judged_until = rows_int(rows, 5);
	}
	free(name);
	return rc;
}

/* What is stored of a name: 1, or 0. */
static int
read_stored(struct store *st, const struct tenant *t, const char *name,
    struct buf *document, bool *ret_enabled, struct err *err)
{
	struct rows *rows;
	int got;

	if (store_query(st, &sql_watch_read,
		BINDS(BIND_INT(t->id), BIND_TEXT(str_of(name))), &rows,
		err) < 0)
		return -1;
	got = rows_next(rows, err);
	if (got > 0) {
		buf_adds(document, rows_text(rows, 1));
		*ret_enabled = rows_int(rows, 2) != 0;
	}
	rows_close(rows);
	return got;
}

static int
write_one(struct store *st, const struct tenant *t, const char *name,
    struct str document, bool enabled, const char *action, const char *who,
    int64_t now, struct err *err)
{
	if (store_run(st, &sql_watch_write,
		BINDS(BIND_INT(t->id), BIND_TEXT(str_of(name)),
		    BIND_TEXT(document), BIND_INT(enabled), BIND_INT(now)),
		NULL, err) < 0)
		return -1;
	return audit_add(
	    st, t->id, now, who, action, str_of(name), (struct str){0}, err);
}

int
watch_define(struct store *st, const struct tenant *t, const struct watch *w,
    const char *who, int64_t now, struct buf *ret_old, bool *ret_changed,
    struct err *err)
{
	struct buf document = {0};
	bool enabled = true;
	int rc = 0, got = read_stored(st, t, w->name, ret_old, &enabled, err);

	if (got < 0)
		return -1;
	watch_print(w, &document);
	*ret_changed = !got || !str_eq(buf_str(ret_old), buf_str(&document));
	if (*ret_changed)
		rc = write_one(st, t, w->name, buf_str(&document), enabled,
		    "watch define", who, now, err);
	buf_release(&document);
	return rc;
}

static int
not_there(
    struct store *st, const struct tenant *t, const char *name, struct err *err)
{
	struct remarks ignored = {0};
	struct nearest near;
	struct watch **all;

	if (watch_list_read(st, t, &ignored, &all, err) < 0)
		return -1;
	nearest_start(&near, str_of(name));
	for (size_t i = 0; all[i]; i++)
		nearest_offer(&near, str_of(all[i]->name));
	nearest_err(&near, "watch", err);
	watch_list_free(all);
	return -1;
}

int
watch_remove(struct store *st, const struct tenant *t, const char *name,
    const char *who, int64_t now, struct err *err)
{
	int64_t gone;

	if (store_run(st, &sql_watch_delete,
		BINDS(BIND_INT(t->id), BIND_TEXT(str_of(name))), &gone,
		err) < 0)
		return -1;
	if (!gone)
		return not_there(st, t, name, err);
	return audit_add(st, t->id, now, who, "watch remove", str_of(name),
	    (struct str){0}, err);
}

int
watch_switch(struct store *st, const struct tenant *t, const char *name,
    bool on, const char *who, int64_t now, bool *ret_changed, struct err *err)
{
	struct buf document = {0};
	bool enabled = false;
	int got = read_stored(st, t, name, &document, &enabled, err);

	*ret_changed = got > 0 && enabled != on;
	if (got == 0)
		got = not_there(st, t, name, err);
	else if (*ret_changed)
		got = write_one(st, t, name, buf_str(&document), on,
		    on ? "watch enable" : "watch disable", who, now, err);
	buf_release(&document);
	return got < 0 ? -1 : 0;
}

int
watch_list_read(struct store *st, const struct tenant *t,
    struct remarks *broken, struct watch ***ret, struct err *err)
{
	struct watch **list = xcalloc(1, sizeof(struct watch *));
	size_t count = 0;
	struct rows *rows;
	int got;

	if (store_query(
		st, &sql_watch_list, BINDS(BIND_INT(t->id)), &rows, err) < 0) {
		free(list);
		return -1;
	}
	while ((got = rows_next(rows, err)) > 0) {
		struct watch *w = NULL;
		struct err why = {0};

		if (watch_of_row(rows, &w, &why) < 0) {
			remark(broken, (struct place){0}, "watch %s", why.text);
			continue;
		}
		list = xreallocarray(list, count + 2, sizeof(struct watch *));
		list[count++] = w;
		list[count] = NULL;
	}
	rows_close(rows);
	if (got < 0) {
		watch_list_free(list);
		return -1;
	}
	*ret = list;
	return 0;
}

void
watch_list_free(struct watch **list)
{
	for (size_t i = 0; list && list[i]; i++)
		watch_free(list[i]);
	free(list);
}

int
watch_need(struct store *st, const struct tenant *t, const char *name,
    struct watch **ret, struct err *err)
{
	struct rows *rows;
	int got;

	if (store_query(st, &sql_watch_read,
		BINDS(BIND_INT(t->id), BIND_TEXT(str_of(name))), &rows,
		err) < 0)
		return -1;
	got = rows_next(rows, err);
	if (got > 0 && watch_of_row(rows, ret, err) < 0)
		got = -1;
	rows_close(rows);
	if (got == 0)
		return not_there(st, t, name, err);
	return got < 0 ? -1 : 0;
}

int
watch_check(
    struct store *st, const struct tenant *t, struct watch *w, struct err *err)
{
	if (st && w->where && lead_bind(st, t, w->where, err) < 0)
		return err_prefix(err, "%s: where", w->name);
	return 0;
}

int
watch_log(struct store *st, const struct tenant *t, int64_t since,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err)
{
	struct buf line = {0};
	struct rows *rows;
	int got;

	if (store_query(st, &sql_alarm_log,
		BINDS(BIND_INT(t->id), BIND_INT(since)), &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		struct str data = rows_text(rows, 1);

		buf_clear(&line);
		buf_addstr(&line, "{\"told_at\":\"");
		time_add(&line, rows_int(rows, 0));
		buf_addstr(&line, "\",");
		buf_add(&line, data.p + 1, data.n - 1);
		buf_addc(&line, '\n');
		if (each(context, buf_str(&line), err) < 0) {
			got = -1;
			break;
		}
	}
	rows_close(rows);
	buf_release(&line);
	return got;
}
