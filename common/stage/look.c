/* SPDX-License-Identifier: ISC */
/* Who stands where, and for how long. */
#include <math.h>
#include <stdlib.h>

#include "stage/stage.sql.h"
#include "stage/stage_priv.h"

#define DAY INT64_C(86400000)

/* ---- list -----------------------------------------------------------------
 */

struct telling {
	int (*each)(void *context, struct str line, struct err *err);
	void *context;
};

static int
tell_stage(const struct telling *t, const struct stage *s, struct str name,
    int64_t leads, int64_t stalled, struct err *err)
{
	struct buf line = {0}, text = {0};
	struct json_writer w = {.out = &line};
	int code;

	json_put_object(&w);
	json_add_text(&w, "stage", name);
	json_add_bool(&w, "pipeline", s && !s->aside);
	json_add_int(&w, "leads", leads);
	if (s && s->stalled_after) {
		json_add_int(&w, "stalled", stalled);
		duration_add(&text, s->stalled_after);
		json_add_text(&w, "stalled_after", buf_str(&text));
	}
	json_put_end(&w);
	code = t->each(t->context, buf_str(&line), err);
	buf_release(&line);
	buf_release(&text);
	return code;
}

static int
count_stalled(struct store *st, const struct tenant *t, const struct stage *s,
    int64_t now, int64_t *ret, struct err *err)
{
	*ret = 0;
	if (!s->stalled_after)
		return 0;
	return store_int(st, &sql_stage_count_before,
		   BINDS(BIND_INT(t->id), BIND_TEXT(str_of(s->name)),
		       BIND_INT(now - s->stalled_after)),
		   ret, err) < 0
		   ? -1
		   : 0;
}

/* Stages that leads have and the model does not know; the others' counts go to
 * leads[]. */
static int
count_all(struct store *st, const struct tenant *t, const struct stages *m,
    int64_t *leads, const struct telling *other, struct err *err)
{
	struct rows *rows;
	int got;

	if (store_query(
		st, &sql_stage_counts, BINDS(BIND_INT(t->id)), &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		size_t stage = stage_find(m, rows_text(rows, 0));

		if (stage < m->count)
			leads[stage] = rows_int(rows, 1);
		else if (other && tell_stage(other, NULL, rows_text(rows, 0),
				      rows_int(rows, 1), 0, err) < 0) {
			got = -1;
			break;
		}
	}
	rows_close(rows);
	return got;
}

int
stage_list(struct store *st, const struct tenant *t, const struct stages *m,
    int64_t now, int (*each)(void *context, struct str line, struct err *err),
    void *context, struct err *err)
{
	struct telling telling = {each, context};
	int64_t leads[STAGES_MAX] = {0}, stalled;

	if (count_all(st, t, m, leads, NULL, err) < 0)
		return -1;
	for (size_t i = 0; i < m->count; i++)
		if (count_stalled(st, t, &m->stage[i], now, &stalled, err) <
			0 ||
		    tell_stage(&telling, &m->stage[i], str_of(m->stage[i].name),
			leads[i], stalled, err) < 0)
			return -1;
	return count_all(st, t, m, leads, &telling, err);
}

/* ---- stalled --------------------------------------------------------------
 */

static int
tell_stalled(const struct telling *t, const struct stage *s, int64_t now,
    const struct rows *rows, struct err *err)
{
	static const struct row_field fields[] = {{"lead", ROW_TEXT},
	    {"email", ROW_TEXT}, {"name", ROW_TEXT}, {"company", ROW_TEXT},
	    {"owner", ROW_TEXT}, ROW_END};
	struct buf line = {0};
	struct json_writer w = {.out = &line};
	int64_t since = rows_int(rows, COUNT_OF(fields) - 1);
	int code;

	json_put_object(&w);
	rows_put(rows, 0, fields, &w);
	json_add_text(&w, "stage", str_of(s->name));
	json_add_time(&w, "since", since);
	json_add_int(&w, "days", (now - since) / DAY);
	json_put_end(&w);
	code = t->each(t->context, buf_str(&line), err);
	buf_release(&line);
	return code;
}

static int
stalled_in(struct store *st, const struct tenant *t, const struct stage *s,
    int64_t longer, int64_t limit, int64_t now, const struct telling *telling,
    uint64_t *count, struct err *err)
{
	struct rows *rows;
	int got;

	if (store_query(st, &sql_stage_stalled,
		BINDS(BIND_INT(t->id), BIND_TEXT(str_of(s->name)),
		    BIND_INT(now - longer), BIND_INT(limit)),
		&rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		if (tell_stalled(telling, s, now, rows, err) < 0) {
			got = -1;
			break;
		}
		(*count)++;
	}
	rows_close(rows);
	return got;
}

int
stage_stalled(struct store *st, const struct tenant *t, const struct stages *m,
    size_t only, int64_t longer, int64_t limit, int64_t now,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    uint64_t *ret_count, struct err *err)
{
	struct telling telling = {each, context};

	*ret_count = 0;
	for (size_t i = 0; i < m->count; i++) {
		const struct stage *s = &m->stage[i];
		int64_t than = longer ? longer : s->stalled_after;
		int64_t left = limit ? limit - (int64_t)*ret_count : INT64_MAX;

		if ((only != STAGE_NONE && i != only) || !than || left <= 0)
			continue;
		if (stalled_in(st, t, s, than, left, now, &telling, ret_count,
			err) < 0)
			return -1;
	}
	return 0;
}
