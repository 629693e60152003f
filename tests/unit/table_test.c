/* SPDX-License-Identifier: ISC */
/* table: drawings character for character. */
#include "table/table.h"
#include "unit.h"

static struct buf out;

static const char *
drawn(void)
{
	static char copy[8192];

	snprintf(copy, sizeof copy, "%s", out.p != NULL ? out.p : "");
	buf_clear(&out);
	return copy;
}

static const struct table_column columns[] = {
    {.header = "lead"}, {.header = "company"}, {.header = "score"}};

static struct table *
sample(void)
{
	struct table *t = table_new(columns, 3);

	table_cell(t, STR("L-1"));
	table_cell(t, STR("株式会社テスト商事"));
	table_int(t, 1234567);
	table_cell(t, STR("L-22"));
	table_cell(t, str_of(NULL));
	table_int(t, -5);
	return t;
}

static void
test_draw(void)
{
	struct table *t = sample();

	CHECK_INT(table_rows(t), 2);
	table_draw(t, 0, false, &out);
	CHECK_TEXT(drawn(), "lead  company                 score\n"
			    "────  ──────────────────  ─────────\n"
			    "L-1   株式会社テスト商事  1,234,567\n"
			    "L-22                             -5\n");
	table_free(t);
}

static void
test_fit(void)
{
	struct table *t = sample();

	table_draw(t, 30, false, &out);
	CHECK_TEXT(drawn(), "lead  company            score\n"
			    "────  ─────────────  ─────────\n"
			    "L-1   株式会社テス…  1,234,567\n"
			    "L-22                        -5\n");
	table_draw(t, 30, true, &out);
	CHECK_TEXT(drawn(), "lead  company            score\n"
			    "----  -------------  ---------\n"
			    "L-1   株式会社テ...  1,234,567\n"
			    "L-22                        -5\n");
	/* Too narrow for all: texts stop shrinking, numbers stay whole. */
	table_draw(t, 5, false, &out);
	CHECK(strstr(out.p, "1,234,567") != NULL);
	CHECK(strstr(out.p, "株式会…") != NULL);
	buf_clear(&out);
	table_free(t);
}

static void
test_clear_and_early_end(void)
{
	struct table *t = sample();

	table_clear(t);
	CHECK_INT(table_rows(t), 0);
	table_row_end(t);
	CHECK_INT(table_rows(t), 0);
	table_cell(t, STR("x"));
	CHECK_INT(table_rows(t), 0);
	table_row_end(t);
	CHECK_INT(table_rows(t), 1);
	table_draw(t, 0, true, &out);
	CHECK_TEXT(drawn(), "lead  company  score\n"
			    "----  -------  -----\n"
			    "x\n");
	table_free(t);
}

static void
test_align(void)
{
	static const struct table_column two[] = {
	    {.header = "mixed"}, {.header = "n", .align = TABLE_LEFT}};
	static const struct table_column rates[] = {
	    {.header = "rate"}, {.header = "share"}, {.header = "date"}};
	struct table *t = table_new(two, 2);

	table_cell(t, STR("1"));
	table_cell(t, STR("1"));
	table_cell(t, STR("a"));
	table_cellf(t, "%d", 22);
	table_draw(t, 0, true, &out);
	CHECK_TEXT(drawn(), "mixed  n\n-----  --\n1      1\na      22\n");
	table_free(t);

	t = table_new(rates, 3);
	table_real(t, 0.5, 2);
	table_cell(t, STR("12 %"));
	table_cell(t, STR("2026-01-15"));
	table_draw(t, 0, true, &out);
	CHECK_TEXT(drawn(), "rate  share  date\n----  -----  ----------\n"
			    "0.50   12 %  2026-01-15\n");
	table_free(t);
}

static void
test_safe_and_max(void)
{
	static const struct table_column one[] = {{.header = "t", .max = 6}};
	struct table *t = table_new(one, 1);

	table_cell(t, STR("a\nb\033[2J"));
	table_cell(t, STR("abcdefgh"));
	table_draw(t, 0, false, &out);
	CHECK(strchr(out.p, '\033') == NULL);
	CHECK(strstr(out.p, "a\\nb\\…\n") != NULL);
	CHECK(strstr(out.p, "abcde…\n") != NULL);
	buf_clear(&out);
	table_free(t);
	table_free(NULL);
}

static void
test_block(void)
{
	struct table_block *b = table_block_new();

	table_block_add(b, "email", STR("taro@example.jp"));
	table_block_add(b, "会社", STR("株式会社テスト"));
	table_block_add(b, "phone", str_of(NULL));
	table_block_addf(b, "score", "%d", 87);
	table_block_title(b, "Why");
	table_block_add(b, "note", STR("one two three four five six\nlast"));
	table_block_add(b, "", STR("明日お電話をいただきたいとのこと"));
	table_block_add(b, "a name that is much too long", STR("x"));
	table_block_draw(b, 30, &out);
	CHECK_TEXT(drawn(), "email  taro@example.jp\n"
			    "会社   株式会社テスト\n"
			    "score  87\n"
			    "\n"
			    "Why\n"
			    "note   one two three four five\n"
			    "       six\n"
			    "       last\n"
			    "       明日お電話をいただきた\n"
			    "       いとのこと\n"
			    "a name that is much too long\n"
			    "       x\n");
	table_block_draw(b, 0, &out);
	CHECK(strstr(out.p, "one two three four five six\n") != NULL);
	buf_clear(&out);
	table_block_free(b);
	table_block_free(NULL);
}

int
main(void)
{
	test_draw();
	test_fit();
	test_clear_and_early_end();
	test_align();
	test_safe_and_max();
	test_block();
	buf_release(&out);
	return unit_done("table");
}
