/* SPDX-License-Identifier: ISC */
/* A funnel for people: one as a picture, several as a table of cohorts. */
#include <math.h>

#include "stage/stage_priv.h"
#include "table/table.h"

#define METER_COLUMNS 24

static void
percent(struct table *t, double share)
{
	if (isnan(share))
		table_cell(t, (struct str){0});
	else
		table_cellf(t, "%.1f %%", share * 100);
}

static void
days(struct table *t, double v)
{
	if (isnan(v))
		table_cell(t, (struct str){0});
	else
		table_cellf(t, "%.1f", v);
}

static void
draw_one(const struct stages *m, const struct stage_step *step, size_t count,
    struct chart_style style, struct buf *out)
{
	static const struct table_column columns[] = {{.header = "stage"},
	    {.header = "", .min = METER_COLUMNS},
	    {.header = "reached", .align = TABLE_RIGHT},
	    {.header = "to next", .align = TABLE_RIGHT},
	    {.header = "now", .align = TABLE_RIGHT},
	    {.header = "median days", .align = TABLE_RIGHT},
	    {.header = "p90 days", .align = TABLE_RIGHT}, {.header = ""}};
	struct table *t = table_new(columns, COUNT_OF(columns));
	struct chart_style meter = {
	    .columns = METER_COLUMNS, .ascii = style.ascii};
	double whole = count && step->reached ? (double)step->reached : 1;
	struct buf bar = {0};

	for (size_t i = 0; i < count; i++) {
		buf_clear(&bar);
		chart_meter(&bar, (double)step[i].reached / whole, meter);
		table_cell(t, str_of(m->stage[step[i].stage].name));
		table_cell(t, buf_str(&bar));
		table_int(t, (int64_t)step[i].reached);
		percent(t, step[i].conversion);
		table_int(t, (int64_t)step[i].now);
		days(t, step[i].median);
		days(t, step[i].p90);
		table_cell(t,
		    step[i].bottleneck ? STR("bottleneck") : (struct str){0});
	}
	table_draw(t, style.columns, style.ascii, out);
	table_free(t);
	buf_release(&bar);
}

/* A line a cohort: how many entered, and which share came how far. */
static void
draw_cohorts(const struct stages *m, const struct tenant *tenant,
    const struct stage_funnel *f, struct chart_style style, struct buf *out)
{
	struct table_column columns[STAGES_MAX + 2] = {
	    {.header = "cohort"}, {.header = "leads", .align = TABLE_RIGHT}};
	struct buf month = {0};
	struct table *t;

	for (size_t i = 0; i < m->count; i++)
		columns[i + 2] = (struct table_column){
		    .header = m->stage[f->step[i].stage].name,
		    .align = TABLE_RIGHT};
	t = table_new(columns, m->count + 2);
	for (size_t i = 0; i < f->count; i += m->count) {
		double whole = (double)f->step[i].reached;

		buf_clear(&month);
		time_add_local(
		    &month, f->step[i].cohort, tenant->settings.zone);
		table_cell(t, (struct str){month.p, 7});
		table_int(t, (int64_t)f->step[i].reached);
		for (size_t k = 0; k < m->count; k++)
			percent(t, (double)f->step[i + k].reached / whole);
	}
	table_draw(t, style.columns, style.ascii, out);
	table_free(t);
	buf_release(&month);
}

void
stage_funnel_draw(const struct stages *m, const struct tenant *t,
    const struct stage_funnel *f, struct chart_style style, struct buf *out)
{
	if (!f->count)
		buf_addstr(out, "no lead has entered the pipeline\n");
	else if (f->step[0].cohort == INT64_MIN)
		draw_one(m, f->step, f->count, style, out);
	else
		draw_cohorts(m, t, f, style, out);
}
