/* SPDX-License-Identifier: ISC */
/* Who is in a segment, or was at a moment; pages of their own snapshots. */
#include "segment/segment.sql.h"
#include "segment/segment_priv.h"

enum { PAGE = 5000 };

static void
put_member(const struct rows *rows, struct buf *out)
{
	buf_adds(out, STR("{\"lead\":"));
	json_quote(out, rows_text(rows, 1));
	if (!rows_null(rows, 2)) {
		buf_adds(out, STR(",\"email\":"));
		json_quote(out, rows_text(rows, 2));
	}
	buf_adds(out, STR(",\"since\":\""));
	time_add(out, rows_int(rows, 3));
	buf_adds(out, rows_int(rows, 4) ? STR("\",\"by\":\"hand\"}\n")
					: STR("\",\"by\":\"rule\"}\n"));
}

/* One page; the number of its members. */
static int
read_page(struct store *st, const struct tenant *t, int64_t segment, int64_t at,
    int64_t *after, struct buf *lines, size_t *ret_count, struct err *err)
{
	bool now = at == INT64_MAX;
	struct bind binds[] = {BIND_INT(t->id), BIND_INT(segment),
	    BIND_INT(*after), BIND_INT(PAGE), BIND_INT(at)};
	struct rows *rows;
	int got;

	buf_clear(lines);
	*ret_count = 0;
	if (store_query(st,
		now ? &sql_segment_members_now : &sql_segment_members_then,
		binds, now ? 4 : 5, &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		put_member(rows, lines);
		*after = rows_int(rows, 0);
		++*ret_count;
	}
	rows_close(rows);
	return got;
}

int
segment_members(struct store *st, const struct tenant *t, const char *name,
    int64_t at, int (*each)(void *context, struct str line, struct err *err),
    void *context, struct err *err)
{
	struct buf lines = {0};
	int64_t segment, after = 0;
	size_t count = PAGE;
	int code;

	if (store_begin(st, STORE_SNAPSHOT, "segment members", err) < 0)
		return -1;
	code = segment_need(st, t, name, &segment, err);
	store_rollback(st);
	while (code == 0 && count == PAGE) {
		if (store_begin(st, STORE_SNAPSHOT, "segment members", err) < 0)
			code = -1;
		else
			code = read_page(
			    st, t, segment, at, &after, &lines, &count, err);
		store_rollback(st);
		if (code == 0 && count)
			code = each(context, buf_str(&lines), err);
	}
	buf_release(&lines);
	return code;
}
