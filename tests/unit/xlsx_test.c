/* SPDX-License-Identifier: ISC */
/* xlsx: names of sheets, and workbooks of several. What is in a cell is looked
 * at by tests/dl-export.bats. */
#include <string.h>

#include "unit.h"
#include "xlsx/xlsx.h"

static void
test_names(void)
{
	static const struct {
		const char *name;
		unsigned n;
		const char *want;
	} rows[] = {
	    {"leads", 1, "leads"},
	    {"leads", 2, "leads 2"},
	    {"", 1, "Sheet1"},
	    {"a/b[c]:d*e?f\\g'h", 1, "a_b_c__d_e_f_g_h"},
	    {"見込み客", 12, "見込み客 12"},
	    {"0123456789012345678901234567890123", 1,
		"0123456789012345678901234567890"},
	    {"0123456789012345678901234567890123", 10,
		"0123456789012345678901234567 10"},
	    /* Thirty-one as Excel counts: an emoji is two. */
	    {"012345678901234567890123456789😀", 1,
		"012345678901234567890123456789"},
	};
	struct buf name = {0};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		buf_clear(&name);
		xlsx_sheet_name(&name, str_of(rows[i].name), rows[i].n);
		CHECK_TEXT(name.p, rows[i].want);
	}
	buf_release(&name);
}

static int
take(void *context, struct str piece, struct err *err)
{
	(void)err;
	buf_adds(context, piece);
	return 0;
}

/* Names of members stand as they are in a zip file. */
static bool
holds(struct str text, struct str part)
{
	for (size_t i = 0; i + part.n <= text.n; i++)
		if (memcmp(text.p + i, part.p, part.n) == 0)
			return true;
	return false;
}

static void
test_split(void)
{
	const struct str column[] = {STR("id"), STR("n")};
	struct xlsx_options options = {
	    .sheet = "leads", .column = column, .count = 2, .rows = 4};
	struct buf book = {0};
	struct xlsx *x;
	struct err err;

	CHECK_INT(xlsx_new(&options, &x, &err), 0);
	for (int i = 0; i < 7; i++) {
		CHECK(xlsx_text(x, STR("x")));
		xlsx_number(x, i);
		xlsx_end_row(x);
	}
	CHECK_INT(xlsx_end(x, take, &book, &err), 0);
	xlsx_free(x);
	CHECK(holds(buf_str(&book), STR("worksheets/sheet3.xml")));
	CHECK(!holds(buf_str(&book), STR("worksheets/sheet4.xml")));
	buf_release(&book);
}

/* A page's formulas see all sheets of rows, each to its last row. */
static void
test_page(void)
{
	const struct str column[] = {STR("id"), STR("n")};
	const struct str label[] = {STR("x"), STR("_x0041_")};
	const double value[] = {1, 2};
	struct xlsx_options options = {
	    .sheet = "見込'み", .column = column, .count = 2, .rows = 4};
	struct xlsx_chart chart = {.title = "t",
	    .count = 2,
	    .value_column = 1,
	    .label = label,
	    .value = value};
	struct buf book = {0}, range = {0};
	struct xlsx *x;
	struct err err;

	CHECK_INT(xlsx_new(&options, &x, &err), 0);
	for (int i = 0; i < 7; i++) {
		CHECK(xlsx_text(x, STR("x")));
		xlsx_end_row(x);
	}
	CHECK_INT((int)xlsx_row_sheets(x), 3);
	xlsx_page(x, "Summary");
	CHECK_INT((int)xlsx_row_sheets(x), 3);
	for (unsigned i = 0; i < 3; i++) {
		xlsx_range(x, i, i % 2, &range);
		buf_addc(&range, ' ');
	}
	CHECK_TEXT(range.p, "'見込_み'!$A$2:$A$4 '見込_み 2'!$B$2:$B$4 "
			    "'見込_み 3'!$A$2:$A$2 ");
	xlsx_page_text(x, 0, 0, label[1], XLSX_TITLE);
	xlsx_page_formula(x, 1, 0, "=1+1", 2, XLSX_WHOLE);
	xlsx_page_time(x, 2, 0, 0);
	xlsx_page_chart(x, &chart);
	CHECK_INT(xlsx_end(x, take, &book, &err), 0);
	xlsx_free(x);
	CHECK(holds(buf_str(&book), STR("worksheets/sheet4.xml")));
	CHECK(holds(buf_str(&book), STR("charts/chart1.xml")));
	buf_release(&book);
	buf_release(&range);
}

static int
refuse(void *context, struct str piece, struct err *err)
{
	(void)context;
	(void)piece;
	return err_set(err, ERR_FAIL, "full");
}

static void
test_errors(void)
{
	const struct str column[] = {STR("id")};
	struct xlsx_options options = {.column = column};
	struct xlsx *x;
	struct err err;

	CHECK_INT(xlsx_new(&options, &x, &err), -1);
	options.count = XLSX_COLUMNS + 1;
	CHECK_INT(xlsx_new(&options, &x, &err), -1);
	options.count = 1;
	CHECK_INT(xlsx_new(&options, &x, &err), 0);
	CHECK_INT(xlsx_end(x, refuse, NULL, &err), -1);
	CHECK_TEXT(err.text, "full");
	xlsx_free(x);
	CHECK_INT(xlsx_new(&options, &x, &err), 0);
	xlsx_free(x); /* given up */
}

int
main(void)
{
	test_names();
	test_split();
	test_page();
	test_errors();
	return unit_done("xlsx");
}
