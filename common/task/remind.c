/* SPDX-License-Identifier: ISC */
/* Telling in time, and telling when it is too late: signals, once each. */
#include <stdlib.h>

#include "task/task.sql.h"
#include "task/task_priv.h"

struct told {
	int64_t task;
	bool overdue;
};
struct reminding {
	int64_t now;
	struct bulk *signals;
	struct buf *lines;
	struct told *told;
	size_t count, cap;
};

static void
put_reminder(struct json_writer *w, const struct rows *rows)
{
	static const struct {
		const char *name;
		unsigned column;
	} texts[] = {
	    {"lead", 2}, {"title", 3}, {"assignee", 4}, {"manager", 5}};

	json_add_int(w, "task", rows_int(rows, 0));
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		if (!rows_null(rows, texts[i].column))
			json_add_text(
			    w, texts[i].name, rows_text(rows, texts[i].column));
	json_add_time(w, "due_at", rows_int(rows, 6));
}

static void
tell(struct reminding *r, const struct rows *rows, bool overdue)
{
	const char *kind = overdue ? "task.overdue" : "task.due";
	struct buf data = {0};
	struct json_writer d = {.out = &data}, l = {.out = r->lines};

	json_put_object(&d);
	put_reminder(&d, rows);
	json_put_end(&d);
	bulk_int(r->signals, (int64_t)bulk_count(r->signals));
	bulk_text(r->signals, str_of(kind));
	if (rows_null(rows, 1))
		bulk_null(r->signals);
	else
		bulk_int(r->signals, rows_int(rows, 1));
	bulk_text(r->signals, buf_str(&data));
	bulk_end_row(r->signals);
	json_put_object(&l);
	json_add_text(&l, "signal", str_of(kind));
	put_reminder(&l, rows);
	json_put_end(&l);
	buf_addc(r->lines, '\n');
	GROW(r->told, r->cap, r->count + 1);
	r->told[r->count++] = (struct told){rows_int(rows, 0), overdue};
	buf_release(&data);
}

static int
write_told(struct store *st, const struct tenant *t, struct reminding *r,
    struct err *err)
{
	for (size_t i = 0; i < r->count; i++)
		if (store_run(st, &sql_task_told,
			BINDS(BIND_INT(t->id), BIND_INT(r->told[i].task),
			    BIND_INT(r->told[i].overdue)),
			NULL, err) < 0)
			return -1;
	return signal_add_bulk(st, t->id, r->now, r->signals, err);
}

int
task_remind(struct store *st, const struct tenant *t, int64_t now,
    struct buf *lines, int64_t *ret_next, struct err *err)
{
	struct reminding r = {.now = now, .lines = lines};
	struct rows *rows;
	int got;

	if (store_query(st, &sql_task_to_tell,
		BINDS(BIND_INT(t->id), BIND_INT(now)), &rows, err) < 0)
		return -1;
	r.signals = bulk_new(&bulk_signal);
	while ((got = rows_next(rows, err)) > 0)
		tell(&r, rows, rows_int(rows, 6) <= now);
	rows_close(rows);
	if (got == 0)
		got = write_told(st, t, &r, err);
	bulk_free(r.signals);
	free(r.told);
	if (got < 0)
		return -1;
	*ret_next = INT64_MAX;
	return store_int(st, &sql_task_next_telling,
		   BINDS(BIND_INT(t->id), BIND_INT(now)), ret_next, err) < 0
		   ? -1
		   : 0;
}
