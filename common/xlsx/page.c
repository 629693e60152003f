/* SPDX-License-Identifier: ISC */
/* A sheet beside the rows: facts, formulas over them, a picture. */
#include <math.h>
#include <stdlib.h>

#include "xlsx/xlsx_priv.h"

enum {
	NOBODY = 1, /* rows a formula looks at where there are none */
	WIDE = 680, /* of a picture, in pixels */
	HIGH = 340,
	ROW = 20, /* a row is so high */
	BAR = 22, /* one that lies */
};

/* ---- the sheet ----------------------------------------------------------- */

/* Sheets of rows are called NAME, NAME 2, ...: no two may be called alike, in
 * whatever case. */
static const char *
other_name(const struct xlsx *x, const char *name)
{
	struct buf rows = {0}, mine = {0};
	bool alike;

	text_fold(&rows, buf_str(&x->name));
	text_fold(&mine, str_of(name));
	alike = str_starts(buf_str(&rows), buf_str(&mine));
	buf_release(&rows);
	buf_release(&mine);
	return alike ? "About" : name;
}

void
xlsx_page(struct xlsx *x, const char *name)
{
	if (x->err.kind != ERR_NONE)
		return;
	xlsx_end_sheet(x);
	x->last_row = x->row - 1;
	x->page = true;
	if (!xlsx_add_sheet(x, str_of(other_name(x, name)), 1))
		return;
	worksheet_gridlines(x->sheet, LXW_HIDE_ALL_GRIDLINES);
	worksheet_set_landscape(x->sheet);
	worksheet_set_paper(x->sheet, 9); /* A4 */
	worksheet_fit_to_pages(x->sheet, 1, 0);
}

static lxw_format *
make_look(struct xlsx *x, enum xlsx_look look)
{
	static const char *const numbers[XLSX__LOOKS] = {
	    [XLSX_WHOLE] = "#,##0",
	    [XLSX_NUMBER] = "#,##0.00",
	    [XLSX_SHARE] = "0.0%",
	};
	lxw_format *f = workbook_add_format(x->book);

	if (!f)
		return NULL;
	if (look == XLSX_TITLE) {
		format_set_bold(f);
		format_set_font_size(f, 16);
	}
	if (look == XLSX_OVER) {
		xlsx_head(f);
		format_set_align(f, LXW_ALIGN_RIGHT);
	}
	if (look == XLSX_SOFT)
		format_set_font_color(f, 0x667788);
	if (numbers[look])
		format_set_num_format(f, numbers[look]);
	return f;
}

static lxw_format *
look_of(struct xlsx *x, enum xlsx_look look)
{
	if (look == XLSX_PLAIN)
		return NULL;
	if (look == XLSX_HEAD)
		return x->header;
	if (look == XLSX_DATE)
		return x->date;
	if (!x->look[look])
		x->look[look] = make_look(x, look);
	return x->look[look];
}

static bool
ready(const struct xlsx *x)
{
	return x->page && x->err.kind == ERR_NONE;
}

void
xlsx_page_width(struct xlsx *x, unsigned column, double characters)
{
	if (ready(x))
		xlsx_check(x,
		    worksheet_set_column(x->sheet, (lxw_col_t)column,
			(lxw_col_t)column, characters, NULL),
		    "column width");
}

/* ---- cells --------------------------------------------------------------- */

void
xlsx_page_text(struct xlsx *x, unsigned row, unsigned column, struct str text,
    enum xlsx_look look)
{
	if (!ready(x) || !text.n)
		return;
	xlsx_cell_text(&x->text, text);
	xlsx_check(x,
	    worksheet_write_string(
		x->sheet, row, (lxw_col_t)column, x->text.p, look_of(x, look)),
	    "text");
}

void
xlsx_page_number(struct xlsx *x, unsigned row, unsigned column, double v,
    enum xlsx_look look)
{
	if (ready(x) && isfinite(v))
		xlsx_check(x,
		    worksheet_write_number(
			x->sheet, row, (lxw_col_t)column, v, look_of(x, look)),
		    "number");
}

void
xlsx_page_time(struct xlsx *x, unsigned row, unsigned column, int64_t moment)
{
	double serial = xlsx_serial(x, moment);
	struct buf text = {0};

	if (!isnan(serial)) {
		xlsx_page_number(x, row, column, serial, XLSX_DATE);
		return;
	}
	time_add(&text, moment);
	xlsx_page_text(x, row, column, buf_str(&text), XLSX_PLAIN);
	buf_release(&text);
}

void
xlsx_page_formula(struct xlsx *x, unsigned row, unsigned column,
    const char *formula, double v, enum xlsx_look look)
{
	if (ready(x) && isfinite(v))
		xlsx_check(x,
		    worksheet_write_formula_num(x->sheet, row,
			(lxw_col_t)column, formula, look_of(x, look), v),
		    "formula");
}

/* ---- what formulas look at ------------------------------------------------
 */

unsigned
xlsx_row_sheets(const struct xlsx *x)
{
	return x->sheets - (x->page ? 1 : 0);
}

void
xlsx_range(const struct xlsx *x, unsigned sheet, size_t column, struct buf *out)
{
	bool last = sheet + 1 == xlsx_row_sheets(x);
	lxw_row_t to = last ? x->last_row : x->rows - 1;
	struct buf name = {0};
	char letters[LXW_MAX_COL_NAME_LENGTH];

	xlsx_sheet_name(&name, buf_str(&x->name), sheet + 1);
	lxw_col_to_name(letters, (lxw_col_t)column, LXW_TRUE);
	buf_adddoubled(out, buf_str(&name), '\'');
	buf_addf(out, "!%s$%u:%s$%u", letters, 2, letters,
	    (unsigned)(to < NOBODY ? NOBODY : to) + 1);
	buf_release(&name);
}

/* ---- the picture ---------------------------------------------------------
 */

/* What is in the cells, for programs that draw without reckoning. The library
 * reads it from cells that are in memory, as these are not. */
static void
keep_point(lxw_series_range *range, const char *text, double number)
{
	struct lxw_series_data_point *point = xcalloc(1, sizeof(*point));

	point->is_string = text != NULL;
	point->string = text ? xstrdup(text) : NULL;
	point->number = number;
	range->has_string_cache |= text != NULL;
	range->num_data_points++;
	range->ignore_cache = LXW_TRUE;
	STAILQ_INSERT_TAIL(range->data_cache, point, list_pointers);
}

static void
add_series(struct xlsx *x, lxw_chart *chart, const struct xlsx_chart *c)
{
	lxw_chart_series *s = chart_add_series(chart, NULL, NULL);
	lxw_row_t last = c->first + c->count - 1;
	lxw_chart_fill fill = {.color = 0x3B78B5};

	if (!s) {
		err_set(&x->err, ERR_FAIL, "workbook: cannot draw");
		return;
	}
	chart_series_set_categories(s, x->sheet->name, c->first,
	    (lxw_col_t)c->label_column, last, (lxw_col_t)c->label_column);
	chart_series_set_values(s, x->sheet->name, c->first,
	    (lxw_col_t)c->value_column, last, (lxw_col_t)c->value_column);
	for (unsigned i = 0; i < c->count; i++) {
		xlsx_cell_text(&x->text, c->label[i]);
		keep_point(s->categories, x->text.p ? x->text.p : "", 0);
		keep_point(s->values, NULL, c->value[i]);
	}
	chart_series_set_fill(s, &fill);
}

/* In pixels: what lies gets as high as it needs to be. */
static double
height(const struct xlsx_chart *c)
{
	return c->lying ? fmax(HIGH, 80.0 + BAR * c->count) : HIGH;
}

unsigned
xlsx_chart_rows(const struct xlsx_chart *c)
{
	return (unsigned)ceil(height(c) / ROW) + 1;
}

void
xlsx_page_chart(struct xlsx *x, const struct xlsx_chart *c)
{
	lxw_chart_options where = {
	    .x_scale = WIDE / 480.0, .y_scale = height(c) / 288.0};
	lxw_chart_font small = {.size = 9}, title = {.size = 12};
	lxw_chart_line pale = {.color = 0xDDDDDD};
	lxw_chart_axis *labels, *values;
	lxw_chart *chart;

	if (!ready(x) || c->count == 0)
		return;
	chart = workbook_add_chart(
	    x->book, c->lying ? LXW_CHART_BAR : LXW_CHART_COLUMN);
	if (!chart) {
		err_set(&x->err, ERR_FAIL, "workbook: cannot draw");
		return;
	}
	add_series(x, chart, c);
	xlsx_cell_text(&x->text, str_of(c->title));
	chart_title_set_name(chart, x->text.p);
	chart_title_set_name_font(chart, &title);
	chart_set_series_gap(chart, 40);
	chart_legend_set_position(chart, LXW_CHART_LEGEND_NONE);
	/* The library calls them by where they are. */
	labels = c->lying ? chart->y_axis : chart->x_axis;
	values = c->lying ? chart->x_axis : chart->y_axis;
	/* The first of a table is above the others there, too. */
	if (c->lying) {
		chart_axis_set_reverse(labels);
		chart_axis_set_interval_unit(labels, 1);
	}
	chart_axis_set_num_font(labels, &small);
	chart_axis_set_num_font(values, &small);
	chart_axis_major_gridlines_set_line(values, &pale);
	chart_axis_set_num_format(values, "#,##0");
	chart_axis_set_min(values, 0);
	xlsx_check(x,
	    worksheet_insert_chart_opt(
		x->sheet, c->row, (lxw_col_t)c->column, chart, &where),
	    "picture");
}
