/* SPDX-License-Identifier: ISC */
/* Overlaps on a terminal. */
#include <stdlib.h>

#include "segment/segment.h"
#include "segment/share_priv.h"
#include "table/table.h"

/* A row a segment: how many of it are in each. */
static void
draw_matrix(
    const struct segment_overlap *o, struct chart_style style, struct buf *out)
{
	struct table_column *columns = xcalloc(o->count + 2, sizeof(*columns));
	struct buf cell = {0};
	struct table *table;

	columns[0] = (struct table_column){"segment", TABLE_LEFT, 0, 0};
	columns[1] = (struct table_column){"size", TABLE_RIGHT, 0, 0};
	for (size_t i = 0; i < o->count; i++)
		columns[i + 2] =
		    (struct table_column){o->name[i], TABLE_RIGHT, 0, 0};
	table = table_new(columns, o->count + 2);
	for (size_t i = 0; i < o->count; i++) {
		table_cell(table, str_of(o->name[i]));
		table_int(table, (int64_t)o->both[i][i]);
		for (size_t k = 0; k < o->count; k++) {
			buf_clear(&cell);
			if (k != i)
				share_add(&cell, o->both[i][k], o->both[i][i]);
			table_cell(table, buf_str(&cell));
		}
	}
	table_draw(table, style.columns, style.ascii, out);
	table_free(table);
	free(columns);
	buf_release(&cell);
}

/* "A and B only" */
static void
add_region(const struct segment_overlap *o, uint32_t mask, struct buf *out)
{
	const char *before = "";

	for (size_t i = 0; i < o->count; i++)
		if (mask >> i & 1) {
			buf_addf(out, "%s%s", before, o->name[i]);
			before = " and ";
		}
	if (mask + 1 < UINT32_C(1) << o->count)
		buf_addstr(out, " only");
}

static void
draw_regions(
    const struct segment_overlap *o, struct chart_style style, struct buf *out)
{
	struct chart_bar bars[1 << SEGMENT_REGIONS] = {0};
	struct buf label[1 << SEGMENT_REGIONS] = {{0}};
	struct buf note[1 << SEGMENT_REGIONS] = {{0}};
	size_t count = 0;

	for (uint32_t mask = 1; mask < UINT32_C(1) << o->count; mask++) {
		add_region(o, mask, &label[count]);
		share_add(&note[count], o->region[mask], o->either);
		bars[count] =
		    (struct chart_bar){.label = buf_str(&label[count]),
			.value = (double)o->region[mask],
			.note = buf_str(&note[count])};
		count++;
	}
	chart_bars(out, bars, count, style);
	while (count-- > 0) {
		buf_release(&label[count]);
		buf_release(&note[count]);
	}
}

void
segment_draw_overlap(
    const struct segment_overlap *o, struct chart_style style, struct buf *out)
{
	draw_matrix(o, style, out);
	if (o->count <= SEGMENT_REGIONS) {
		buf_addc(out, '\n');
		draw_regions(o, style, out);
	}
}
