/* SPDX-License-Identifier: ISC */
/*
 * The words of the language: which are reserved, how operators are spelt in
 * either form, which goes with which type, and what somebody meant who
 * misspelt one.
 */
#include <string.h>

#include "cond/cond_priv.h"

/* What may stand before or behind a name; count, last, first and changed are
 * known by the parenthesis that follows. */
static const char *const reserved[] = {"and", "or", "not", "in", "between",
    "contains", "starts", "ends", "exists", "missing", "is", "within", "before",
    "after", "on", "older", "true", "false", "where", "attrs", "at"};

bool
word_is(struct str word, const char *keyword)
{
	if (word.n != strlen(keyword))
		return false;
	for (size_t i = 0; i < word.n; i++) {
		char c = word.p[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c | 0x20);
		if (c != keyword[i])
			return false;
	}
	return true;
}

bool
word_reserved(struct str word)
{
	for (size_t i = 0; i < COUNT_OF(reserved); i++)
		if (word_is(word, reserved[i]))
			return true;
	return false;
}

struct spelling {
	const char *text, *negated_text;
	const char *json, *negated_json;
	unsigned types; /* 1 << enum cond_type */
};

#define TEXTS  (1u << COND_TEXT)
#define NUMBER (1u << COND_NUMBER)
#define TIME   (1u << COND_TIME)
#define BOOL   (1u << COND_BOOL)
#define LISTS  (1u << COND_LIST)

static const struct spelling spellings[OP__MAX] = {
    [OP_EQUAL] = {"=", "!=", "equals", "not_equals",
	TEXTS | NUMBER | TIME | BOOL | LISTS},
    [OP_LESS] = {"<", NULL, "less_than", NULL, TEXTS | NUMBER | TIME},
    [OP_AT_MOST] = {"<=", NULL, "at_most", NULL, TEXTS | NUMBER | TIME},
    [OP_GREATER] = {">", NULL, "greater_than", NULL, TEXTS | NUMBER | TIME},
    [OP_AT_LEAST] = {">=", NULL, "at_least", NULL, TEXTS | NUMBER | TIME},
    [OP_BETWEEN] = {"between", "not between", "between", "not_between",
	TEXTS | NUMBER | TIME},
    [OP_IN] = {"in", "not in", "in", "not_in", TEXTS | NUMBER | LISTS},
    [OP_CONTAINS] = {"contains", "not contains", "contains", "not_contains",
	TEXTS | LISTS},
    [OP_STARTS] = {"starts with", "not starts with", "starts_with",
	"not_starts_with", TEXTS | LISTS},
    [OP_ENDS] = {"ends with", "not ends with", "ends_with", "not_ends_with",
	TEXTS | LISTS},
    [OP_EXISTS] = {"exists", "is missing", "exists", "missing",
	TEXTS | NUMBER | TIME | BOOL | LISTS},
    [OP_WITHIN] = {"within", "not within", "within", "not_within", TIME},
    [OP_OLDER] = {"older than", "not older than", "older_than",
	"not_older_than", TIME},
    /* Of anything whose changes are recorded: see history.c. */
    [OP_CHANGED] = {"changed", NULL, "changed", NULL, 0},
    [OP_HELD] = {"for more than", NULL, "for_more_than", NULL, 0},
};

/* Times have words of their own for some. */
static const char *
time_word(const struct node *test)
{
	if (test->type != COND_TIME || test->negated)
		return NULL;
	if (test->op == OP_LESS)
		return "before";
	if (test->op == OP_GREATER)
		return "after";
	if (test->op == OP_EQUAL && (test->literals[0].kind == LIT_DATE ||
					span_is_day(&test->literals[0])))
		return "on";
	return NULL;
}

/* A time in a span of days: `in this month` rather than `=`. */
static bool
in_span(const struct node *test)
{
	return test->op == OP_EQUAL && test->type == COND_TIME &&
	       test->literals[0].kind == LIT_SPAN &&
	       !span_is_day(&test->literals[0]);
}

const char *
operator_text(const struct node *test)
{
	const struct spelling *s = &spellings[in_span(test) ? OP_IN : test->op];
	const char *word = time_word(test);

	if (word)
		return word;
	return test->negated ? s->negated_text : s->text;
}

const char *
operator_json(const struct node *test)
{
	const struct spelling *s = &spellings[in_span(test) ? OP_IN : test->op];
	const char *word = time_word(test);

	if (word)
		return word;
	return test->negated ? s->negated_json : s->json;
}

/* What people who know other tools write, and the words for times. */
static const struct {
	const char *name;
	enum operator op;
	bool negated, as_time;
} synonyms[] = {
    {"before", OP_LESS, false, true},
    {"after", OP_GREATER, false, true},
    {"on", OP_EQUAL, false, true},
    {"is_missing", OP_EXISTS, true, false},
    {"not_exists", OP_EXISTS, true, false},
    {"not_missing", OP_EXISTS, false, false},
    {"=", OP_EQUAL, false, false},
    {"!=", OP_EQUAL, true, false},
    {"<", OP_LESS, false, false},
    {"<=", OP_AT_MOST, false, false},
    {">", OP_GREATER, false, false},
    {">=", OP_AT_LEAST, false, false},
};

bool
operator_of_json(
    struct str name, enum operator* ret, bool *ret_negated, bool *ret_as_time)
{
	for (size_t i = 0; i < COUNT_OF(synonyms); i++) {
		if (!str_is(name, synonyms[i].name))
			continue;
		*ret = synonyms[i].op;
		*ret_negated = synonyms[i].negated;
		*ret_as_time = synonyms[i].as_time;
		return true;
	}
	for (size_t i = 0; i < OP__MAX; i++) {
		const struct spelling *s = &spellings[i];
		bool negated = s->negated_json && str_is(name, s->negated_json);

		if (!negated && !str_is(name, s->json))
			continue;
		*ret = (enum operator)i;
		*ret_negated = negated;
		*ret_as_time = false;
		return true;
	}
	return false;
}

const char *
type_name(enum cond_type t)
{
	static const char *const names[] = {[COND_TEXT] = "a text",
	    [COND_NUMBER] = "a number",
	    [COND_TIME] = "a time",
	    [COND_BOOL] = "true or false",
	    [COND_LIST] = "a list of texts"};

	return names[t];
}

bool
operator_fits(enum operator op, enum cond_type t)
{
	return spellings[op].types & 1u << t;
}

void
operators_of(struct buf *out, enum cond_type t)
{
	for (size_t i = 0; i < OP__MAX; i++) {
		if (!operator_fits((enum operator)i, t))
			continue;
		if (i)
			buf_addstr(out, ", ");
		buf_addstr(out, spellings[i].text);
		if (i == OP_EQUAL)
			buf_addstr(out, ", !=");
		if (i == OP_GREATER && t == COND_TIME)
			buf_addstr(out, ", before, after");
	}
}

const char *
cond_operator(enum cond_type t, size_t i)
{
	static const char *const times[] = {
	    "before", "after", "on", "in", "not in"};

	for (size_t op = 0; op < OP__MAX; op++) {
		const struct spelling *s = &spellings[op];

		if (!(s->types & 1u << t))
			continue;
		if (i-- == 0)
			return s->text;
		if (s->negated_text && i-- == 0)
			return s->negated_text;
	}
	return t == COND_TIME && i < COUNT_OF(times) ? times[i] : NULL;
}

/* ---- suggestions --------------------------------------------------------
 */

const char *
nearest_operator(struct str word)
{
	static const char *const words[] = {"between", "in", "contains",
	    "starts with", "ends with", "exists", "is missing", "within",
	    "older than", "before", "after", "on", "and", "or", "not",
	    "for more than"};
	struct nearest n;

	nearest_start(&n, word);
	for (size_t i = 0; i < COUNT_OF(words); i++)
		nearest_offer(&n, str_of(words[i]));
	return n.name.p;
}

const char *
nearest_json_operator(struct str word)
{
	struct nearest n;

	nearest_start(&n, word);
	for (size_t i = 0; i < OP__MAX; i++) {
		nearest_offer(&n, str_of(spellings[i].json));
		if (spellings[i].negated_json)
			nearest_offer(&n, str_of(spellings[i].negated_json));
	}
	for (size_t i = 0; i < COUNT_OF(synonyms); i++)
		nearest_offer(&n, str_of(synonyms[i].name));
	return n.name.p;
}
