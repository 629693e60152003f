/* SPDX-License-Identifier: ISC */
/*
 * Values as they are read, attributes as they are merged (against a plain
 * model, at random), and the index of texts.
 */
#include "import/import_priv.h"
#include "unit.h"

static struct arena arena;

/* ---- values ------------------------------------------------------------- */

static const struct reading_case {
	enum value_type type;
	const char *text, *json; /* json NULL: refused */
} cases[] = {
    {AS_INTEGER, "226", "226"},
    {AS_INTEGER, " 1,200名 ", "1200"},
    {AS_INTEGER, "１２００", "1200"},
    {AS_INTEGER, "12人", "12"},
    {AS_INTEGER, "226.0", "226"},
    {AS_INTEGER, "-5", "-5"},
    {AS_INTEGER, "1,00", NULL},
    {AS_INTEGER, "12,34,567", NULL},
    {AS_INTEGER, "1.5", NULL},
    {AS_INTEGER, "1e99", NULL},
    {AS_INTEGER, "名", NULL},
    {AS_INTEGER, "500-1000", NULL},
    {AS_NUMBER, "1.50", "1.50"},
    {AS_NUMBER, "+7", "7"},
    {AS_NUMBER, "1,234,567.89", "1234567.89"},
    {AS_NUMBER, "-1,234", "-1234"},
    {AS_NUMBER, "12345678901234567890123", "12345678901234567890123"},
    {AS_NUMBER, "1234,567", NULL},
    {AS_NUMBER, ",123", NULL},
    {AS_NUMBER, "007", NULL},
    {AS_NUMBER, "++1", NULL},
    {AS_NUMBER, "NaN", NULL},
    {AS_NUMBER, "0x10", NULL},
    {AS_TIME, "2026-01-15", "\"2026-01-15T00:00:00Z\""},
    {AS_TIME, "2026/1/5 07:08", "\"2026-01-05T07:08:00Z\""},
    {AS_TIME, "２０２６年１月５日", "\"2026-01-05T00:00:00Z\""},
    {AS_TIME, "2026-01-15T09:00:00.5+09:00", "\"2026-01-15T00:00:00.500Z\""},
    {AS_TIME, "15/01/2026", NULL},
    {AS_TIME, "2026-02-30", NULL},
    {AS_BOOL, "はい", "true"},
    {AS_BOOL, "ＹＥＳ", "true"},
    {AS_BOOL, "なし", "false"},
    {AS_BOOL, "2", NULL},
    {AS_LIST, "b,a, b ,", "[\"a\",\"b\"]"},
    {AS_LIST, "[\"x\",1,null]", "[\"1\",\"x\"]"},
    {AS_LIST, " , ", "null"},
    {AS_JSON, "{\"a\": 1}", "{\"a\":1}"},
    {AS_JSON, "not json", "\"not json\""},
    {AS_GIVEN, "007", "\"007\""},
    {AS_GIVEN, "a\"b", "\"a\\\"b\""},
    {AS_TEXT, " x ", "\" x \""},
    {AS_EMAIL, " A@x.example ", "\"A@x.example\""},
    {AS_EMAIL, "a@", NULL},
};

static void
values(void)
{
	struct import_map map = {0};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct rule rule = {.slot = SLOT_NONE,
		    .type = cases[i].type,
		    .zone = zone_utc()};
		struct field field = {
		    .type = FIELD_TEXT, .text = str_of(cases[i].text)};
		struct str reason = {0}, json;
		struct value v;
		char *text;

		if (!value_read(&map, &rule, &field, &arena, &v, &reason)) {
			if (cases[i].json)
				printf("%s: %.*s\n", cases[i].text,
				    STR_ARG(reason));
			CHECK(!cases[i].json);
			CHECK(reason.n > 0);
			continue;
		}
		json = value_json(&rule, &v, &arena);
		text = str_dup(json);
		CHECK_TEXT(text, cases[i].json ? cases[i].json : "refused");
		free(text);
	}
}

static int64_t
truth(const char *text, const char *yes, const char *no)
{
	struct str y = str_of(yes), n = str_of(no);
	struct rule rule = {.type = AS_BOOL,
	    .yes = &y,
	    .yesses = yes != NULL,
	    .no = &n,
	    .noes = no != NULL};
	struct field field = {.type = FIELD_TEXT, .text = str_of(text)};
	struct import_map map = {0};
	struct str reason;
	struct value v;

	if (!value_read(&map, &rule, &field, &arena, &v, &reason))
		return -1;
	return v.number;
}

static void
words_of_truth(void)
{
	CHECK_INT(truth("W", "W", NULL), 1);
	CHECK_INT(truth("L", "W", NULL), 0);
	CHECK_INT(truth("L", NULL, "L"), 0);
	CHECK_INT(truth("W", NULL, "L"), 1);
	CHECK_INT(truth("W", "W", "L"), 1);
	CHECK_INT(truth("L", "W", "L"), 0);
	CHECK_INT(truth("D", "W", "L"), -1);
}

static int64_t
moment_of(const char *text, const char *format)
{
	struct str f = str_of(format);
	struct rule rule = {
	    .type = AS_TIME, .format = &f, .formats = 1, .zone = zone_utc()};
	struct field field = {.type = FIELD_NUMBER, .text = str_of(text)};
	struct import_map map = {0};
	struct str reason;
	struct value v;

	if (!value_read(&map, &rule, &field, &arena, &v, &reason))
		return -1;
	return v.number;
}

static void
times_by_format(void)
{
	CHECK_INT(moment_of("1768435200", "unix"), INT64_C(1768435200000));
	CHECK_INT(moment_of("1768435200.25", "unix"), INT64_C(1768435200250));
	CHECK_INT(
	    moment_of("1768435200123", "unix_ms"), INT64_C(1768435200123));
	CHECK_INT(moment_of("99999999999999", "unix"), -1);
	CHECK_INT(moment_of("1e300", "unix"), -1);
	CHECK_INT(moment_of("2026-01-15", "iso"), INT64_C(1768435200000));
	CHECK_INT(moment_of("15.01.2026", "%d.%m.%Y"), INT64_C(1768435200000));
	CHECK_INT(moment_of("2026-01-15", "%d.%m.%Y"), -1);
}

/* ---- attributes ---------------------------------------------------------- */

static uint64_t dice = 3;

static uint32_t
roll(uint32_t sides)
{
	dice = dice * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(dice >> 33) % sides;
}

#define KEYS 40

/* A model: the value of each key, 0 none, 9 null. */
static struct str
attrs_of(const int *model, bool nulls)
{
	struct lead_attr attr[2 * KEYS];
	size_t count = 0;

	for (size_t tries = 0; tries < KEYS; tries++) {
		size_t k = (tries * 7 + 3) % KEYS; /* in no order */

		if (model[k] == 0 || (model[k] == 9 && !nulls))
			continue;
		if (roll(4) == 0) /* an earlier value that does not count */
			attr[count++] = (struct lead_attr){
			    arena_printf(&arena, "k%zu", k), STR("77")};
		attr[count++] =
		    (struct lead_attr){arena_printf(&arena, "k%zu", k),
			model[k] == 9 ? STR("null")
				      : arena_printf(&arena, "%d", model[k])};
	}
	return lead_attrs_make(&arena, attr, count);
}

static void
merging(void)
{
	for (int round = 0; round < 2000; round++) {
		int a[KEYS] = {0}, b[KEYS] = {0};
		struct str merged, want;
		uint32_t dense = 1 + roll(20);

		for (size_t k = 0; k < KEYS; k++) {
			if (roll(dense) == 0)
				a[k] = 1 + (int)roll(8);
			if (roll(dense) == 0)
				b[k] = 1 + (int)roll(9);
		}
		merged = lead_attrs_merge(
		    &arena, attrs_of(a, false), attrs_of(b, true));
		for (size_t k = 0; k < KEYS; k++)
			if (b[k])
				a[k] = b[k] == 9 ? 0 : b[k];
		want = attrs_of(a, false);
		CHECK(!merged.p == !want.p && str_eq(merged, want));
		arena_clear(&arena);
	}
}

static void
texts(void)
{
	struct text_index x = {0};
	char name[2000][8];
	bool new;

	CHECK(text_index_get(&x, STR("a")) == SIZE_MAX);
	for (int round = 0; round < 2; round++) {
		text_index_clear(&x, 10); /* it grows past what it expects */
		for (size_t i = 0; i < 2000; i++) {
			snprintf(name[i], sizeof(name[i]), "%zu", i);
			*text_index_at(&x, str_of(name[i]), NULL, &new) = i;
			CHECK(new);
		}
		for (size_t i = 0; i < 2000; i++)
			CHECK(text_index_get(&x, str_of(name[i])) == i);
		text_index_at(&x, STR("17"), NULL, &new);
		CHECK(!new &&x.count == 2000);
	}
	text_index_release(&x);
}

static void
columns(void)
{
	const struct slots *s = slots_of(IMPORT_LEADS);

	CHECK_INT(
	    lead_column_find(s->column, s->count, STR("会社名")), LEAD_COMPANY);
	CHECK_INT(
	    lead_column_find(s->column, s->count, STR(" E-Mail ")), LEAD_EMAIL);
	CHECK_INT(
	    lead_column_find(s->column, s->count, STR("LEAD_ID")), LEAD_ID);
	CHECK(lead_column_find(s->column, s->count, STR("updated_at")) ==
	      SLOT_NONE);
	CHECK(lead_column_find(s->column, s->count, STR("")) == SLOT_NONE);
	CHECK(column_is_computed(STR("score")));
	CHECK(!column_is_computed(STR("scores")));
	/* The tables speak of the same fields. */
	for (size_t f = 0; f < LEAD_STORED; f++)
		if (s->column[f].name)
			CHECK_TEXT(
			    s->column[f].name, lead_catalogue.fields[f].name);
}

int
main(void)
{
	values();
	words_of_truth();
	times_by_format();
	merging();
	texts();
	columns();
	arena_release(&arena);
	return unit_done("import");
}
