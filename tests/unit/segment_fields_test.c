/* SPDX-License-Identifier: ISC */
/*
 * What `fields` stands on: values counted exactly, also past the limit of how
 * many are told apart; operators that are really understood.
 */
#include "lead/lead.h"
#include "segment/tally.h"
#include "unit.h"

static void
counts(void)
{
	struct tally t = {0};

	tally_add(&t, STR("製造業"));
	tally_add(&t, STR("IT"));
	tally_add(&t, STR("ＩＴ"));
	tally_add(&t, STR("IT"));
	tally_add(&t, STR(""));
	tally_add(&t, STR("a\0b"));
	tally_add(&t, STR("a\0c"));
	tally_sort(&t, false);
	CHECK_INT(t.count, 6);
	CHECK(!t.more);
	CHECK(str_is(t.value[0].text, "IT"));
	CHECK_INT(t.value[0].uses, 2);
	/* Equal ones by their bytes. */
	CHECK_INT(t.value[1].text.n, 0);
	CHECK(str_eq(t.value[2].text, STR("a\0b")));
	CHECK(str_is(t.value[5].text, "ＩＴ"));
	tally_release(&t);
}

static void
numbers(void)
{
	static const double in[] = {2, -1, 2, 0.5, 1e300, -1, 10};
	struct tally t = {0};

	for (size_t i = 0; i < COUNT_OF(in); i++)
		tally_add_number(&t, in[i]);
	tally_sort(&t, true);
	CHECK_INT(t.count, 5);
	CHECK(tally_number(&t.value[0]) == -1);
	CHECK(tally_number(&t.value[1]) == 2);
	CHECK(tally_number(&t.value[2]) == 0.5);
	CHECK(tally_number(&t.value[4]) == 1e300);
	tally_release(&t);
}

/* Values met before the limit are counted on behind it. */
static void
limit(void)
{
	struct tally t = {0};
	char text[32];

	for (int round = 0; round < 3; round++)
		for (int i = 0; i < 3 * TALLY_MAX; i++) {
			int n = snprintf(text, sizeof(text), "v%d", i);

			tally_add(&t, (struct str){text, (size_t)n});
		}
	CHECK_INT(t.count, TALLY_MAX);
	CHECK(t.more);
	for (size_t i = 0; i < t.count; i++)
		if (t.value[i].uses != 3)
			CHECK_INT(t.value[i].uses, 3);
	tally_release(&t);

	t = (struct tally){0};
	for (int i = 0; i < TALLY_MAX; i++) {
		int n = snprintf(text, sizeof(text), "v%d", i);

		tally_add(&t, (struct str){text, (size_t)n});
	}
	CHECK(!t.more);
	tally_release(&t);
}

/* A literal of the type, for what an operator wants behind it. */
static const char *
operand(const char *op, enum cond_type type)
{
	static const char *const one[] = {[COND_TEXT] = "'x'",
	    [COND_NUMBER] = "5",
	    [COND_TIME] = "2026-01-01",
	    [COND_BOOL] = "true",
	    [COND_LIST] = "'x'"};
	static const char *const two[] = {[COND_TEXT] = "'a' and 'b'",
	    [COND_NUMBER] = "1 and 5",
	    [COND_TIME] = "2026-01-01 and 2026-02-01"};

	if (strstr(op, "exists") || strstr(op, "missing"))
		return "";
	if (strstr(op, "between"))
		return two[type];
	if (strstr(op, "within") || strstr(op, "older"))
		return "7d";
	if (str_ends(str_of(op), STR("in")))
		return type == COND_TIME     ? "this month"
		       : type == COND_NUMBER ? "(1, 5)"
					     : "('x', 'y')";
	return one[type];
}

/* Whatever can be asked is understood, of every field. */
static void
operators(void)
{
	struct buf text = {0};
	size_t asked = 0;

	for (size_t f = 0; f < LEAD__MAX; f++) {
		const struct cond_field *field = &lead_catalogue.fields[f];
		const char *op;

		for (size_t i = 0; (op = cond_operator(field->type, i)); i++) {
			struct cond *c = NULL;
			struct err err = {0};

			buf_clear(&text);
			buf_addf(&text, "%s %s %s", field->name, op,
			    operand(op, field->type));
			if (cond_parse(buf_str(&text), "t", &lead_catalogue, &c,
				&err) < 0)
				printf("%s: %s\n", text.p, err.text);
			CHECK(c != NULL);
			cond_free(c);
			asked++;
		}
	}
	CHECK(asked > 200);
	buf_release(&text);
}

int
main(void)
{
	counts();
	numbers();
	limit();
	operators();
	return unit_done("segment fields");
}
