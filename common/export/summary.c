/* SPDX-License-Identifier: ISC */
/*
 * The summary of a workbook: what it is, what is in its columns, how many rows
 * are of which kind, with a picture. What can be reckoned from the rows is a
 * formula over them, where it comes to the very same.
 */
#include <math.h>
#include <stdlib.h>

#include "export/summary_priv.h"

enum {
	TOP = 5,    /* values of a column */
	TOLD = 50,  /* columns of which they are told */
	SHEETS = 8, /* of rows; more, and nothing is a formula */
};

/* ---- the column rows are counted by -------------------------------------- */

static size_t
column_named(const struct export_column *column, size_t count, struct str name)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(column[i].name, name))
			return i;
	return SIZE_MAX;
}

int
export_summary_check(const struct export_output *output, struct err *err)
{
	struct nearest near;

	if (!output->by || !output->column ||
	    column_named(output->column, output->count, str_of(output->by)) !=
		SIZE_MAX)
		return 0;
	nearest_start(&near, str_of(output->by));
	for (size_t i = 0; i < output->count; i++)
		nearest_offer(&near, output->column[i].name);
	if (near.name.p)
		return nearest_err(&near, "column among those written", err);
	return err_set(err, ERR_USAGE, "no such column among those written: %s",
	    quoted(str_of(output->by)));
}

int
export_summary_begin(struct export *e, struct err *err)
{
	static const char *const first[] = {"created_at", "time"};
	const struct export_output whole = {
	    .by = e->how.by, .column = e->column, .count = e->count};
	size_t by = SIZE_MAX;

	if (export_summary_check(&whole, err) < 0)
		return -1;
	if (e->how.by)
		by = column_named(e->column, e->count, str_of(e->how.by));
	for (size_t i = 0; by == SIZE_MAX && i < COUNT_OF(first); i++)
		by = column_named(e->column, e->count, str_of(first[i]));
	for (size_t i = 0; by == SIZE_MAX && i < e->count; i++)
		if (e->column[i].type == EXPORT_TIME)
			by = i;
	e->facts = facts_new(e->count, by, e->how.zone);
	return 0;
}

/* ---- formulas ------------------------------------------------------------ */

bool
summary_reckons(const struct page *p)
{
	return p->facts->rows > 0 && xlsx_row_sheets(p->book) <= SHEETS;
}

/* All cells of the column, as a list of what a formula takes. */
static void
put_ranges(struct page *p, size_t column)
{
	for (unsigned i = 0; i < xlsx_row_sheets(p->book); i++) {
		if (i > 0)
			buf_addc(&p->text, ',');
		xlsx_range(p->book, i, column, &p->text);
	}
}

/* ---- the page ------------------------------------------------------------ */

static void
tell(struct page *p, const char *name, struct str text)
{
	if (!text.n)
		return;
	xlsx_page_text(p->book, p->row, 0, str_of(name), XLSX_SOFT);
	xlsx_page_text(p->book, p->row++, 1, text, XLSX_PLAIN);
}

static void
tell_given(struct page *p, const char *name, const char *text)
{
	if (text)
		tell(p, name, str_of(text));
}

static void
tell_count(struct page *p, const char *name, uint64_t n)
{
	if (n == 0)
		return;
	xlsx_page_text(p->book, p->row, 0, str_of(name), XLSX_SOFT);
	xlsx_page_number(p->book, p->row++, 1, (double)n, XLSX_WHOLE);
}

/* "=ROWS(A)+ROWS(B)", or another function of each. */
static const char *
over_sheets(struct page *p, const char *function, size_t column)
{
	buf_clear(&p->text);
	for (unsigned i = 0; i < xlsx_row_sheets(p->book); i++) {
		buf_addf(&p->text, "%s%s", i ? "+" : "=", function);
		xlsx_range(p->book, i, column, &p->text);
		buf_addc(&p->text, ')');
	}
	return p->text.p;
}

static void
tell_rows(struct page *p)
{
	const struct facts *f = p->facts;
	double rows = (double)f->rows;

	xlsx_page_text(p->book, p->row, 0, STR("Rows"), XLSX_SOFT);
	if (summary_reckons(p))
		xlsx_page_formula(p->book, p->row++, 1,
		    over_sheets(p, "ROWS(", 0), rows, XLSX_WHOLE);
	else
		xlsx_page_number(p->book, p->row++, 1, rows, XLSX_WHOLE);
	/* What a filter leaves, by a column without gaps. */
	for (size_t i = 0; summary_reckons(p) && i < f->count; i++)
		if (f->column[i].filled == f->rows) {
			xlsx_page_text(p->book, p->row, 0, STR("Rows in sight"),
			    XLSX_SOFT);
			xlsx_page_formula(p->book, p->row++, 1,
			    over_sheets(p, "SUBTOTAL(103,", i), rows,
			    XLSX_WHOLE);
			return;
		}
}

static void
tell_masks(struct page *p)
{
	static const char *const how[] = {
	    [EXPORT_SHOWN] = "shown",
	    [EXPORT_PARTIAL] = "partial",
	    [EXPORT_HASH] = "hash",
	    [EXPORT_DROP] = "drop",
	};
	const struct export_masks *m = p->e->how.masks;

	buf_clear(&p->text);
	for (size_t i = 0; m && i < m->count; i++) {
		struct str name = m->mask[i].column;
		bool among =
		    column_named(p->e->column, p->e->count, name) != SIZE_MAX;

		/* A part of one that is there as a whole. */
		among |= str_starts(name, STR("attrs.")) &&
			 column_named(p->e->column, p->e->count,
			     STR("attrs")) != SIZE_MAX;
		if (among)
			buf_addf(&p->text, "%s%.*s (%s)",
			    p->text.len ? ", " : "", STR_ARG(name),
			    how[m->mask[i].how]);
	}
	tell(p, "Masked", buf_str(&p->text));
}

static void
put_about(struct page *p)
{
	static const struct export_about nothing;
	const struct export_about *a =
	    p->e->how.about ? p->e->how.about : &nothing;
	const struct export_done *d = &p->e->done;

	xlsx_page_text(p->book, p->row, 0,
	    str_of(p->e->how.sheet ? p->e->how.sheet : "Summary"), XLSX_TITLE);
	p->row += 2;
	tell_rows(p);
	tell_count(p, "Rejected", d->counts.rejected);
	tell_count(p, "Cells cut", d->cut);
	tell_count(p, "Columns", p->e->count);
	tell_given(p, "Of", a->of);
	tell_given(p, "Condition", a->where);
	tell_given(p, "Segment", a->segment);
	tell_given(p, "Range", a->range);
	tell_given(p, "Sorted by", a->sort);
	tell_count(p, "At most", (uint64_t)a->limit);
	tell_masks(p);
	xlsx_page_text(p->book, p->row, 0, STR("As of"), XLSX_SOFT);
	xlsx_page_time(p->book, p->row++, 1, p->e->how.now);
	tell_given(p, "Time zone",
	    zone_name(p->e->how.zone ? p->e->how.zone : zone_utc()));
	tell_given(p, "Tenant", a->tenant);
	tell_given(p, "Asked for by", a->who);
}

/* ---- its columns --------------------------------------------------------- */

/* A function over all cells of a column, where each is a number to it. */
static void
put_value(struct page *p, size_t column, unsigned at, const char *function,
    double v, enum xlsx_look look)
{
	if (!summary_reckons(p)) {
		xlsx_page_number(p->book, p->row, at, v, look);
		return;
	}
	buf_clear(&p->text);
	buf_addf(&p->text, "=%s(", function);
	put_ranges(p, column);
	buf_addc(&p->text, ')');
	xlsx_page_formula(p->book, p->row, at, p->text.p, v, look);
}

static void
put_numbers(struct page *p, size_t column)
{
	const struct fact_column *c = &p->facts->column[column];
	double median = fact_median(p->facts, column);

	if (c->numbers != c->filled) {
		xlsx_page_number(p->book, p->row, 5, c->least, XLSX_PLAIN);
		xlsx_page_number(p->book, p->row, 6, median, XLSX_PLAIN);
		xlsx_page_number(p->book, p->row, 7, fact_mean(c), XLSX_NUMBER);
		xlsx_page_number(p->book, p->row, 8, c->most, XLSX_PLAIN);
		return;
	}
	put_value(p, column, 5, "MIN", c->least, XLSX_PLAIN);
	if (!isnan(median))
		put_value(p, column, 6, "MEDIAN", median, XLSX_PLAIN);
	put_value(p, column, 7, "AVERAGE", fact_mean(c), XLSX_NUMBER);
	put_value(p, column, 8, "MAX", c->most, XLSX_PLAIN);
}

static void
put_times(struct page *p, size_t column)
{
	const struct fact_column *c = &p->facts->column[column];

	if (c->old || c->times != c->filled) {
		xlsx_page_time(p->book, p->row, 5, c->first);
		xlsx_page_time(p->book, p->row, 8, c->last);
		return;
	}
	put_value(
	    p, column, 5, "MIN", xlsx_serial(p->book, c->first), XLSX_DATE);
	put_value(
	    p, column, 8, "MAX", xlsx_serial(p->book, c->last), XLSX_DATE);
}

static const char *
kind_of(const struct fact_column *c)
{
	return c->filled == 0            ? "empty"
	       : c->texts == c->filled   ? "text"
	       : c->numbers == c->filled ? "number"
	       : c->times == c->filled   ? "date"
	       : c->truths == c->filled  ? "truth"
					 : "mixed";
}

static void
put_column(struct page *p, size_t i)
{
	const struct facts *f = p->facts;
	const struct fact_column *c = &f->column[i];
	double empty = (double)(f->rows - c->filled);
	size_t different = c->text.count + c->number.count;
	bool many = c->many_texts || c->longs || c->many_numbers;

	xlsx_page_text(p->book, p->row, 0, p->e->column[i].name, XLSX_PLAIN);
	xlsx_page_text(p->book, p->row, 1, str_of(kind_of(c)), XLSX_SOFT);
	xlsx_page_number(p->book, p->row, 2, (double)c->filled, XLSX_WHOLE);
	if (summary_reckons(p))
		xlsx_page_formula(p->book, p->row, 3,
		    over_sheets(p, "COUNTBLANK(", i), empty, XLSX_WHOLE);
	else
		xlsx_page_number(p->book, p->row, 3, empty, XLSX_WHOLE);
	if (c->filled && !c->times && !many)
		xlsx_page_number(
		    p->book, p->row, 4, (double)different, XLSX_WHOLE);
	else if (many)
		xlsx_page_text(p->book, p->row, 4, STR("many"), XLSX_SOFT);
	if (c->numbers)
		put_numbers(p, i);
	else if (c->times)
		put_times(p, i);
	p->row++;
}

static void
put_head(
    struct page *p, const char *const *name, unsigned count, unsigned words)
{
	for (unsigned i = 0; i < count; i++)
		xlsx_page_text(p->book, p->row, i, str_of(name[i]),
		    i < words ? XLSX_HEAD : XLSX_OVER);
	p->row++;
}

static void
put_columns(struct page *p)
{
	static const char *const head[] = {"Column", "Kind", "Filled", "Empty",
	    "Different", "Least, first", "Median", "Mean", "Most, last"};

	put_head(p, head, COUNT_OF(head), 2);
	for (size_t i = 0; i < p->e->count; i++)
		put_column(p, i);
	p->row++;
}

/* ---- its rows by kind ---------------------------------------------------- */

static void
put_kind(struct page *p, const struct kind *k, unsigned total)
{
	struct buf share = {0};
	double rows = (double)p->facts->rows;

	xlsx_page_text(p->book, p->row, 0, k->label, XLSX_PLAIN);
	if (k->exact) {
		buf_clear(&p->text);
		for (unsigned i = 0; i < xlsx_row_sheets(p->book); i++) {
			buf_addstr(&p->text, i ? "+SUMPRODUCT(--EXACT("
					       : "=SUMPRODUCT(--EXACT(");
			xlsx_range(p->book, i, p->facts->by, &p->text);
			buf_addf(&p->text, ",$A$%u))", p->row + 1);
		}
		xlsx_page_formula(
		    p->book, p->row, 1, p->text.p, k->count, XLSX_WHOLE);
	} else if (k->formula.p)
		xlsx_page_formula(
		    p->book, p->row, 1, k->formula.p, k->count, XLSX_WHOLE);
	else
		xlsx_page_number(p->book, p->row, 1, k->count, XLSX_WHOLE);
	buf_addf(&share, "=B%u/B$%u", p->row + 1, total + 1);
	xlsx_page_formula(
	    p->book, p->row++, 2, share.p, k->count / rows, XLSX_SHARE);
	buf_release(&share);
}

static struct xlsx_chart
picture(struct page *p)
{
	const struct kinds *k = &p->kinds;
	struct str name = p->e->column[p->facts->by].name;
	struct str *label = arena_alloc(&p->arena, k->count * sizeof(*label));
	double *value = arena_alloc(&p->arena, k->count * sizeof(*value));
	struct str title = arena_printf(&p->arena, "Rows by %s%s%.*s",
	    k->unit ? k->unit : "", k->unit ? " of " : "", STR_ARG(name));

	for (size_t i = 0; i < k->count; i++) {
		label[i] = k->kind[i].label;
		value[i] = k->kind[i].count;
	}
	return (struct xlsx_chart){.title = title.p,
	    .row = 2,
	    .column = 3,
	    .count = (unsigned)k->count,
	    .label_column = 0,
	    .value_column = 1,
	    .label = label,
	    .value = value,
	    .lying = k->lying};
}

static void
put_kinds(struct page *p, struct xlsx_chart *chart)
{
	const struct kinds *k = &p->kinds;
	unsigned first = p->row + 1, total = first + (unsigned)k->count;
	const char *head[] = {NULL, "Rows", "Share"};
	struct buf sum = {0};

	head[0] = arena_strdup(&p->arena, p->e->column[p->facts->by].name);
	put_head(p, head, COUNT_OF(head), 1);
	for (size_t i = 0; i < k->count; i++)
		put_kind(p, &k->kind[i], total);
	xlsx_page_text(p->book, p->row, 0, STR("All"), XLSX_SOFT);
	buf_addf(&sum, "=SUM(B%u:B%u)", first + 1, total);
	xlsx_page_formula(
	    p->book, p->row, 1, sum.p, (double)p->facts->rows, XLSX_WHOLE);
	buf_release(&sum);
	p->row += 2;
	chart->first = first;
	xlsx_page_chart(p->book, chart);
}

/* ---- the values that are there most often --------------------------------
 */

static void
put_values(struct page *p)
{
	static const char *const head[] = {
	    "Column", "The commonest", "Rows", "Share"};
	const struct facts *f = p->facts;
	struct fact_value value[TOP];
	unsigned told = 0;

	for (size_t i = 0; i < f->count && told < TOLD; i++) {
		const struct fact_column *c = &f->column[i];
		size_t n;

		/* What is different everywhere has no commonest; of what was
		 * given up, or is long, it is not known. */
		if (i == f->by || c->text.count == 0 || c->longs ||
		    c->text.count == c->texts + c->truths)
			continue;
		if (told++ == 0)
			put_head(p, head, COUNT_OF(head), 2);
		n = fact_values(c, value, TOP);
		for (size_t k = 0; k < n; k++) {
			double count = (double)value[k].count;

			if (k == 0)
				xlsx_page_text(p->book, p->row, 0,
				    p->e->column[i].name, XLSX_PLAIN);
			xlsx_page_text(
			    p->book, p->row, 1, value[k].text, XLSX_PLAIN);
			xlsx_page_number(p->book, p->row, 2, count, XLSX_WHOLE);
			xlsx_page_number(p->book, p->row++, 3,
			    count / (double)f->rows, XLSX_SHARE);
		}
	}
}

/* ---- all of it ----------------------------------------------------------- */

/* Who asked for a table hears why there is none. */
static void
tell_missing(const struct page *p)
{
	const struct export_output *how = &p->e->how;
	size_t by = p->facts->by;

	if (!how->by || !how->said || p->kinds.count || by >= p->facts->count ||
	    p->facts->rows == 0)
		return;
	remark(how->said, (struct place){0},
	    "--by %s: no table, no picture: %s", how->by,
	    p->facts->column[by].filled
		? "its values are too many or too long to be told apart"
		: "it is empty");
}

static void
put_page(struct page *p)
{
	static const double width[] = {26, 26, 12, 12, 12, 20, 12, 12, 20};
	struct xlsx_chart chart = {0};

	xlsx_page(p->book, "Summary");
	for (unsigned i = 0; i < COUNT_OF(width); i++)
		xlsx_page_width(p->book, i, width[i]);
	put_about(p);
	summary_kinds(p);
	if (p->kinds.count) {
		chart = picture(p);
		if (p->row < chart.row + xlsx_chart_rows(&chart))
			p->row = chart.row + xlsx_chart_rows(&chart);
	}
	p->row++;
	put_columns(p);
	if (p->kinds.count)
		put_kinds(p, &chart);
	put_values(p);
}

int
export_summary_end(struct export *e, struct err *err)
{
	struct page *p = xcalloc(1, sizeof(*p));
	int rc = 0;

	p->e = e;
	p->facts = e->facts;
	p->book = e->book;
	put_page(p);
	tell_missing(p);
	if (p->facts->err.kind != ERR_NONE) {
		*err = p->facts->err;
		rc = -1;
	}
	arena_release(&p->arena);
	buf_release(&p->text);
	free(p);
	return rc;
}
