/* SPDX-License-Identifier: ISC */
/* Events as records, lead by lead. */
#include <stdlib.h>

#include "export/export.sql.h"
#include "export/export_priv.h"
#include "export/leads_priv.h"

const struct export_column export_event_columns[] = {
    {{"id", 2}, EXPORT_TEXT},
    {{"lead", 4}, EXPORT_TEXT},
    {{"email", 5}, EXPORT_TEXT},
    {{"type", 4}, EXPORT_TEXT},
    {{"time", 4}, EXPORT_TIME},
    {{"attrs", 5}, EXPORT_JSON},
};
const size_t export_event_column_count = COUNT_OF(export_event_columns);

struct reading {
	const struct tenant *tenant;
	const struct cond_moment *moment;
	const struct export_which *which;
	bool all;      /* leads are not asked about */
	int64_t *lead; /* those of the page that go out, ascending */
	size_t leads, cap, at;
	struct buf time;
};

static int
choose_leads(struct reading *r, struct store *st, int64_t after, int64_t last,
    struct err *err)
{
	struct lead_needs needs = {0};
	struct lead_views *views;
	const struct lead_view *view;
	int got;

	r->leads = r->at = 0;
	if (r->all)
		return 0;
	export_which_needs(r->which, &needs);
	if (lead_views_range(st, r->tenant, &needs, r->moment, after, last,
		INT64_MAX, &views, err) < 0)
		return -1;
	while ((got = lead_views_next(views, &view, err)) > 0) {
		if (!export_which_lead(r->which, view, r->moment))
			continue;
		GROW(r->lead, r->cap, r->leads + 1);
		r->lead[r->leads++] = view->lead_id;
	}
	lead_views_close(views);
	return got;
}

static bool
goes(struct reading *r, int64_t lead)
{
	while (r->at < r->leads && r->lead[r->at] < lead)
		r->at++;
	return r->all || (r->at < r->leads && r->lead[r->at] == lead);
}

static int
export_event(struct reading *r, const struct rows *rows, struct export_pipe *p,
    struct err *err)
{
	struct field field[COUNT_OF(export_event_columns)];

	for (unsigned i = 0; i < COUNT_OF(field); i++) {
		struct str text = {0};

		if (i == 4) {
			buf_clear(&r->time);
			time_add(&r->time, rows_int(rows, 5));
			text = buf_str(&r->time);
		} else if (!rows_null(rows, i + 1))
			text = rows_text(rows, i + 1);
		field[i] = (struct field){export_event_columns[i].name,
		    !text.p  ? FIELD_MISSING
		    : i == 5 ? FIELD_OBJECT
			     : FIELD_TEXT,
		    text};
	}
	return export_pipe_row(p, field, COUNT_OF(field), err);
}

static int
read_events(void *context, struct store *st, int64_t after, int64_t last,
    struct export_pipe *p, struct err *err)
{
	struct reading *r = context;
	struct rows *rows;
	int got, rc = 0;

	if (choose_leads(r, st, after, last, err) < 0)
		return -1;
	if (!r->all && r->leads == 0)
		return 0;
	if (store_query(st, &sql_export_events,
		BINDS(BIND_INT(r->tenant->id), BIND_INT(after), BIND_INT(last),
		    BIND_INT(r->which->from), BIND_INT(r->which->to)),
		&rows, err) < 0)
		return -1;
	while (rc == 0 && (got = rows_next(rows, err)) != 0) {
		if (got < 0)
			rc = -1;
		else if (goes(r, rows_int(rows, 0)))
			rc = export_event(r, rows, p, err);
	}
	rows_close(rows);
	return rc;
}

int
export_events_run(struct store *st, const struct tenant *t,
    const struct cond_moment *moment, const struct export_which *which,
    struct export *e, struct err *err)
{
	struct reading r = {.tenant = t,
	    .moment = moment,
	    .which = which,
	    .all = !which->where && !which->segment && !which->scored};
	struct export_pipe_how how = {.tenant = t,
	    .read = read_events,
	    .context = &r,
	    .which = which,
	    .column = export_event_columns,
	    .count = export_event_column_count};
	int rc = export_pipe_run(st, &how, e, err);

	free(r.lead);
	buf_release(&r.time);
	return rc;
}
