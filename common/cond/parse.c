/* SPDX-License-Identifier: ISC */
/*
 * The text form: tokens to tree, by recursive descent. Recursion is bounded by
 * COND_PARENS_MAX; chains of and, or and not are loops.
 *
 *	or    = and { "or" and }
 *	and   = not { "and" not }
 *	not   = { "not" } ( "(" or ")" | test )
 *	test  = operand operator values | "in" "segment" name
 *	      | "random" share [ "of" name ]
 */
#include <stdlib.h>
#include <string.h>

#include "cond/cond_priv.h"

static int parse_or(struct parser *p, struct node **ret);

static struct spot
here(const struct parser *p)
{
	return (struct spot){p->token.start, NULL};
}

static bool
is_word(const struct parser *p, const char *word)
{
	return p->token.kind == TOKEN_WORD && word_is(p->token.text, word);
}

/* expected WHAT after "before": or, at the very start, without the after. */
static int
expected(struct parser *p, const char *what)
{
	struct str before = p->previous.raw;

	if (p->token.kind != TOKEN_END)
		return mistake(p, here(p), "expected %s, found %s", what,
		    quoted(p->token.raw));
	if (before.n == 0)
		return mistake(p, here(p), "expected %s", what);
	return mistake(
	    p, here(p), "expected %s after %s", what, quoted(before));
}

static int
expect(struct parser *p, enum token_kind kind, const char *what)
{
	if (p->token.kind != kind)
		return expected(p, what);
	return lex_next(p);
}

static int
expect_word(struct parser *p, const char *word)
{
	if (!is_word(p, word)) {
		struct buf what = {0};

		buf_addf(&what, "\"%s\"", word);
		expected(p, what.p);
		buf_release(&what);
		return -1;
	}
	return lex_next(p);
}

/* ---- values -------------------------------------------------------------
 */

/* this month, last 3 weeks, today: up to three tokens. */
static int
parse_span(struct parser *p)
{
	struct spot spot = here(p);
	struct str text = {p->text.p + p->token.start, 0};
	struct literal l;
	bool alone =
	    !is_word(p, "this") && !is_word(p, "last") && !is_word(p, "next");
	bool number = false;

	if (!alone && lex_next(p) < 0)
		return -1;
	if (!alone && p->token.kind == TOKEN_NUMBER) {
		number = true;
		if (lex_next(p) < 0)
			return -1;
	}
	if (!alone && p->token.kind != TOKEN_WORD &&
	    (number || p->token.kind != TOKEN_DURATION))
		return expected(p, number
				       ? "days, weeks, months, quarters or "
					 "years"
				       : "day, week, month, quarter or year");
	text.n = p->token.start + p->token.raw.n - spot.offset;
	if (!literal_span(text, &l))
		return mistake(p, spot,
		    "not a span of days: %s (write today, this month, last "
		    "week or next 3 months)",
		    quoted(text));
	l.spot = spot;
	if (count_parts(p, spot) < 0)
		return -1;
	push_literal(p, l);
	return lex_next(p);
}

static int
bare_value(struct parser *p)
{
	struct str word = p->token.text;

	if (p->token.kind == TOKEN_WORD && word_reserved(word))
		return expected(p, "a value");
	return mistake(
	    p, here(p), "a text goes in single quotes: '%.*s'", STR_ARG(word));
}

/* Two operators side by side: as other languages write one. */
static int
two_operators(struct parser *p)
{
	static const char *const meant[][2] = {
	    {"=>", ">="}, {"=<", "<="}, {"!==", "!="}};
	struct token *a = &p->previous, *b = &p->token;

	for (size_t i = 0; i < COUNT_OF(meant); i++) {
		struct str s = {a->raw.p, a->raw.n + b->raw.n};

		if (a->raw.p + a->raw.n == b->raw.p && str_is(s, meant[i][0]))
			return mistake(p, here(p),
			    "no operator %s: did you mean %s?", meant[i][0],
			    meant[i][1]);
	}
	return expected(p, "a value");
}

static int
parse_value(struct parser *p)
{
	struct literal l;

	switch (p->token.kind) {
	case TOKEN_TEXT:
		l = (struct literal){.kind = LIT_TEXT, .text = p->token.text};
		break;
	case TOKEN_NUMBER:
	case TOKEN_TIME:
	case TOKEN_DURATION:
		l = p->token.literal;
		break;
	case TOKEN_WORD:
		if (span_begins(p->token.text))
			return parse_span(p);
		if (!is_word(p, "true") && !is_word(p, "false"))
			return bare_value(p);
		l = (struct literal){
		    .kind = LIT_BOOL, .number = is_word(p, "true")};
		break;
	case TOKEN_NAME:
		return bare_value(p);
	case TOKEN_OPERATOR:
		return two_operators(p);
	default:
		return expected(p, "a value");
	}
	l.spot = here(p);
	if (count_parts(p, l.spot) < 0)
		return -1;
	push_literal(p, l);
	return lex_next(p);
}

static int
parse_set(struct parser *p)
{
	if (is_word(p, "segment"))
		return mistake(p, here(p),
		    "in segment stands by itself, without a field before it");
	if (expect(p, TOKEN_OPEN, "\"(\"") < 0)
		return -1;
	for (;;) {
		if (parse_value(p) < 0)
			return -1;
		if (p->token.kind != TOKEN_COMMA)
			break;
		if (lex_next(p) < 0)
			return -1;
	}
	return expect(p, TOKEN_CLOSE, "\",\" or \")\"");
}

/* ---- operators ----------------------------------------------------------
 */

enum takes { TAKES_VALUE, TAKES_TWO, TAKES_SET, TAKES_NOTHING };

static const struct {
	const char *word, *second;
	enum operator op;
	bool as_time, can_negate;
	enum takes takes;
} words[] = {
    {"between", NULL, OP_BETWEEN, false, true, TAKES_TWO},
    {"in", NULL, OP_IN, false, true, TAKES_SET},
    {"contains", NULL, OP_CONTAINS, false, true, TAKES_VALUE},
    {"starts", "with", OP_STARTS, false, true, TAKES_VALUE},
    {"ends", "with", OP_ENDS, false, true, TAKES_VALUE},
    {"exists", NULL, OP_EXISTS, false, true, TAKES_NOTHING},
    {"missing", NULL, OP_EXISTS, false, true, TAKES_NOTHING},
    {"within", NULL, OP_WITHIN, false, true, TAKES_VALUE},
    {"older", "than", OP_OLDER, false, true, TAKES_VALUE},
    {"before", NULL, OP_LESS, true, false, TAKES_VALUE},
    {"after", NULL, OP_GREATER, true, false, TAKES_VALUE},
    {"on", NULL, OP_EQUAL, true, false, TAKES_VALUE},
};

static int
parse_values(struct parser *p, enum takes takes)
{
	switch (takes) {
	case TAKES_NOTHING:
		return 0;
	case TAKES_SET:
		return parse_set(p);
	case TAKES_VALUE:
		return parse_value(p);
	case TAKES_TWO:
		break;
	}
	if (parse_value(p) < 0 || expect_word(p, "and") < 0)
		return -1;
	return parse_value(p);
}

/* "is missing", "is not missing"; null is what SQL has taught many. */
static int
parse_is(struct parser *p, struct test_draft *d)
{
	if (lex_next(p) < 0)
		return -1;
	d->op = OP_EXISTS;
	d->negated = true;
	if (is_word(p, "not")) {
		d->negated = false;
		if (lex_next(p) < 0)
			return -1;
	}
	if (!is_word(p, "missing") && !is_word(p, "null"))
		return expected(p, "\"missing\"");
	return lex_next(p);
}

/* for more than 14d */
static int
parse_for(struct parser *p, struct test_draft *d)
{
	if (lex_next(p) < 0 || expect_word(p, "more") < 0 ||
	    expect_word(p, "than") < 0)
		return -1;
	if (p->token.kind != TOKEN_DURATION)
		return expected(p, "a duration");
	d->op = OP_HELD;
	return parse_value(p);
}

static int
no_operator(struct parser *p, const struct test_draft *d)
{
	struct buf name = {0}, what = {0};
	const char *near = NULL;

	print_operand(&d->on, p->cond, &name);
	if (p->token.kind == TOKEN_WORD)
		near = nearest_operator(p->token.text);
	if (p->token.kind == TOKEN_END)
		buf_addf(&what, "expected an operator after %s", name.p);
	else
		buf_addf(&what, "expected an operator after %s, found %s",
		    name.p, quoted(p->token.raw));
	if (near && d->negated && word_is(p->token.text, near))
		buf_addf(&what, ": write not before %s", name.p);
	else if (near)
		buf_addf(&what, ": did you mean %s?", near);
	mistake(p, here(p), "%s", what.p);
	buf_release(&name);
	buf_release(&what);
	return -1;
}

/* A field that is true or false is a condition by itself. */
static bool
stands_alone(const struct parser *p, const struct operand *on)
{
	if (on->kind != ON_FIELD ||
	    p->catalogue->fields[on->index].type != COND_BOOL)
		return false;
	return p->token.kind == TOKEN_END || p->token.kind == TOKEN_CLOSE ||
	       is_word(p, "and") || is_word(p, "or");
}

static int
parse_operator(struct parser *p, struct test_draft *d)
{
	size_t i;

	if (stands_alone(p, &d->on)) {
		d->op = OP_EQUAL;
		push_literal(
		    p, (struct literal){
			   .kind = LIT_BOOL, .number = 1, .spot = here(p)});
		return 0;
	}
	if (p->token.kind == TOKEN_OPERATOR) {
		d->op = p->token.op;
		d->negated = p->token.negated;
		return lex_next(p) < 0 ? -1 : parse_value(p);
	}
	if (is_word(p, "is"))
		return parse_is(p, d);
	if (is_word(p, "for"))
		return parse_for(p, d);
	if (is_word(p, "not")) {
		d->negated = true;
		if (lex_next(p) < 0)
			return -1;
	}
	for (i = 0; i < COUNT_OF(words); i++)
		if (is_word(p, words[i].word) &&
		    (!d->negated || words[i].can_negate))
			break;
	if (i == COUNT_OF(words))
		return no_operator(p, d);
	d->op = words[i].op;
	d->as_time = words[i].as_time;
	if (is_word(p, "missing"))
		d->negated = !d->negated;
	if (lex_next(p) < 0)
		return -1;
	if (words[i].second && expect_word(p, words[i].second) < 0)
		return -1;
	if (d->op == OP_WITHIN && span_begins(p->token.text))
		return mistake(p, here(p),
		    "within takes a duration; a span of days goes with in");
	if (d->op == OP_IN && p->token.kind == TOKEN_WORD &&
	    span_begins(p->token.text)) {
		d->op = OP_EQUAL;
		return parse_span(p);
	}
	return parse_values(p, words[i].takes);
}

/* ---- operands -----------------------------------------------------------
 */

/* count(TYPE[, WITHIN][, where COND]), behind the parenthesis. */
static int
parse_event(struct parser *p, struct operand *on)
{
	struct str name = p->token.text;
	struct spot spot = here(p);

	if (p->in_where)
		return mistake(
		    p, spot, "events cannot be counted inside where");
	if (p->token.kind == TOKEN_TEXT)
		return mistake(p, spot,
		    "an event type is written without quotes or in double "
		    "quotes");
	if (p->token.kind != TOKEN_WORD && p->token.kind != TOKEN_NAME)
		return expected(p, "an event type");
	if (event_type_of(p, name, spot, on) < 0 || lex_next(p) < 0)
		return -1;
	if (p->token.kind == TOKEN_DOT)
		return mistake(p, here(p),
		    "an event type with a dot is written in double quotes");
	while (p->token.kind == TOKEN_COMMA) {
		if (lex_next(p) < 0)
			return -1;
		if (is_word(p, "where")) {
			int failed;

			if (lex_next(p) < 0)
				return -1;
			p->in_where = true;
			failed = parse_or(p, &on->where);
			p->in_where = false;
			if (failed < 0)
				return -1;
			break;
		}
		if (is_word(p, "within") && lex_next(p) < 0)
			return -1;
		if (p->token.kind != TOKEN_DURATION || on->window)
			return expected(p, on->window
					       ? "\"where\""
					       : "a duration or \"where\"");
		on->window = p->token.literal.low;
		if (lex_next(p) < 0)
			return -1;
	}
	return expect(p, TOKEN_CLOSE, "\")\"");
}

/* What follows "attrs": .name or ."name". */
static int
parse_attr(struct parser *p, enum operand_kind kind, struct operand *on)
{
	struct str key;
	struct spot spot;

	if (expect(p, TOKEN_DOT, "\".\" and a name") < 0)
		return -1;
	spot = here(p);
	key = p->token.text;
	if (p->token.kind != TOKEN_WORD && p->token.kind != TOKEN_NAME)
		return expected(p, "an attribute's name");
	if (lex_next(p) < 0)
		return -1;
	if (p->token.kind == TOKEN_DOT)
		return mistake(p, here(p),
		    "a name with a dot is written in double quotes: "
		    "attrs.\"a.b\"");
	return operand_attr(p, kind, key, spot, on);
}

static int
parse_name(struct parser *p, struct str name, bool quotes, struct spot spot,
    struct operand *on)
{
	if (!quotes && word_is(name, "attrs"))
		return parse_attr(p, p->in_where ? ON_EVENT_ATTR : ON_ATTR, on);
	if (!p->in_where)
		return operand_field(p, name, spot, on);
	if (!quotes && word_is(name, "at")) {
		*on = (struct operand){.kind = ON_EVENT_AT};
		return 0;
	}
	if (p->token.kind == TOKEN_DOT)
		return mistake(p, here(p),
		    "a name with a dot is written in double quotes");
	return operand_attr(p, ON_EVENT_ATTR, name, spot, on);
}

/* A field or attribute in parentheses, behind the opening one. */
static int
parse_inner(struct parser *p, struct operand *on)
{
	struct str word = p->token.text;
	struct spot spot = here(p);
	bool quotes = p->token.kind == TOKEN_NAME;

	if (p->token.kind != TOKEN_WORD && !quotes)
		return expected(p, "a field");
	if (!quotes && word_reserved(word) && !word_is(word, "attrs") &&
	    !(p->in_where && word_is(word, "at")))
		return expected(p, "a field");
	if (lex_next(p) < 0)
		return -1;
	return parse_name(p, word, quotes, spot, on);
}

/* anniversary(FIELD), at the parenthesis. */
static int
parse_anniversary(struct parser *p, struct operand *on)
{
	if (lex_next(p) < 0 || parse_inner(p, on) < 0)
		return -1;
	on->yearly = true;
	return expect(p, TOKEN_CLOSE, "\")\"");
}

/* changed(FIELD[, WITHIN]), at the parenthesis. */
static int
parse_changed(struct parser *p, struct test_draft *d)
{
	if (lex_next(p) < 0 || parse_inner(p, &d->on) < 0)
		return -1;
	d->op = OP_CHANGED;
	if (p->token.kind == TOKEN_COMMA) {
		if (lex_next(p) < 0 ||
		    (is_word(p, "within") && lex_next(p) < 0))
			return -1;
		if (p->token.kind != TOKEN_DURATION)
			return expected(p, "a duration");
		if (parse_value(p) < 0)
			return -1;
	}
	return expect(p, TOKEN_CLOSE, "\")\"");
}

static const struct {
	const char *word;
	enum operand_kind kind;
	bool exists;
} aggregates[] = {{"count", ON_COUNT, false}, {"last", ON_LAST, false},
    {"first", ON_FIRST, false}, {"exists", ON_COUNT, true}};

static int
parse_operand(struct parser *p, struct test_draft *d, bool *ret_whole)
{
	struct str word = p->token.text;
	bool quotes = p->token.kind == TOKEN_NAME;

	d->on_spot = here(p);
	if (p->token.kind != TOKEN_WORD && !quotes)
		return expected(p, "a field");
	if (!quotes && word_reserved(word) && !word_is(word, "attrs") &&
	    !word_is(word, "exists") && !(p->in_where && word_is(word, "at")))
		return expected(p, "a field");
	if (lex_next(p) < 0)
		return -1;
	if (quotes || p->token.kind != TOKEN_OPEN) {
		if (!quotes && word_is(word, "exists"))
			return mistake(p, d->on_spot,
			    "expected a field, found %s", quoted(word));
		return parse_name(p, word, quotes, d->on_spot, &d->on);
	}
	for (size_t i = 0; i < COUNT_OF(aggregates); i++) {
		if (!word_is(word, aggregates[i].word))
			continue;
		d->on.kind = aggregates[i].kind;
		*ret_whole = aggregates[i].exists;
		d->op = OP_EXISTS;
		return lex_next(p) < 0 ? -1 : parse_event(p, &d->on);
	}
	if (word_is(word, "anniversary"))
		return parse_anniversary(p, &d->on);
	if (word_is(word, "changed") && !p->in_where) {
		*ret_whole = true;
		return parse_changed(p, d);
	}
	return mistake(p, d->on_spot,
	    "unknown function %s (there are count, last, first, exists, "
	    "changed and anniversary)",
	    quoted(word));
}

/* in segment 'x', without a field before it. */
static int
parse_segment(struct parser *p, struct node **ret)
{
	struct spot spot = here(p), name_spot;
	struct str name;

	if (lex_next(p) < 0)
		return -1;
	if (!is_word(p, "segment"))
		return mistake(p, spot, "expected a field, found \"in\"");
	if (lex_next(p) < 0)
		return -1;
	name = p->token.text;
	name_spot = here(p);
	if (p->token.kind == TOKEN_WORD || p->token.kind == TOKEN_NAME)
		return mistake(p, name_spot,
		    "a segment's name goes in single quotes: '%.*s'",
		    STR_ARG(name));
	if (p->token.kind != TOKEN_TEXT)
		return expected(p, "a segment's name in single quotes");
	if (make_segment(p, name, spot, name_spot, ret) < 0)
		return -1;
	return lex_next(p);
}

/* random 10% of 'x' */
static int
parse_lot(struct parser *p, struct node **ret)
{
	struct str share, of = {NULL, 0};
	struct spot spot, of_spot;

	if (lex_next(p) < 0)
		return -1;
	spot = of_spot = here(p);
	share = p->token.text;
	if (p->token.kind != TOKEN_SHARE)
		return expected(p, "a share such as 10%");
	if (lex_next(p) < 0)
		return -1;
	if (is_word(p, "of")) {
		if (lex_next(p) < 0)
			return -1;
		of_spot = here(p);
		of = p->token.text;
		if (p->token.kind != TOKEN_TEXT)
			return expected(p, "a name in single quotes");
		if (lex_next(p) < 0)
			return -1;
	}
	return make_lot(p, share, of, spot, of_spot, ret);
}

/* FIELD = VALUE for more than 14d: both are wanted. */
static int
add_held(struct parser *p, const struct test_draft *d, struct node **ret)
{
	struct test_draft held = *d;
	size_t mark = p->node_count;
	struct node *n;

	if (d->op != OP_EQUAL || d->negated)
		return mistake(p, here(p),
		    "for more than goes with a field alone or with FIELD = "
		    "VALUE");
	held.op_spot = here(p);
	if (parse_for(p, &held) < 0 || make_test(p, &held, &n) < 0)
		return -1;
	push_node(p, *ret);
	push_node(p, n);
	return make_group(p, NODE_AND, mark, d->on_spot, ret);
}

static int
parse_test(struct parser *p, struct node **ret)
{
	struct test_draft d = {.mark = p->literal_count};
	bool whole = false; /* a test already, without an operator */

	if (is_word(p, "in"))
		return parse_segment(p, ret);
	if (is_word(p, "random") && !p->in_where)
		return parse_lot(p, ret);
	if (parse_operand(p, &d, &whole) < 0)
		return -1;
	d.op_spot = here(p);
	if ((!whole && parse_operator(p, &d) < 0) || make_test(p, &d, ret) < 0)
		return -1;
	return is_word(p, "for") ? add_held(p, &d, ret) : 0;
}

/* ---- and, or, not -------------------------------------------------------
 */

static int
parse_not(struct parser *p, struct node **ret)
{
	struct node *n;
	bool inverted = false;

	for (; is_word(p, "not"); inverted = !inverted)
		if (lex_next(p) < 0)
			return -1;
	if (p->token.kind == TOKEN_OPEN) {
		if (++p->parens > COND_PARENS_MAX)
			return mistake(p, here(p),
			    "more than %d open parentheses", COND_PARENS_MAX);
		if (lex_next(p) < 0 || parse_or(p, &n) < 0 ||
		    expect(p, TOKEN_CLOSE, "\"and\", \"or\" or \")\"") < 0)
			return -1;
		p->parens--;
	} else if (parse_test(p, &n) < 0) {
		return -1;
	}
	*ret = inverted ? make_not(p, n) : n;
	return 0;
}

static int
parse_chain(struct parser *p, const char *word, enum node_kind kind,
    int (*part)(struct parser *, struct node **), struct node **ret)
{
	size_t mark = p->node_count;
	struct spot spot = here(p);

	for (;;) {
		struct node *n = NULL;

		if (part(p, &n) < 0)
			return -1;
		push_node(p, n);
		if (!is_word(p, word))
			break;
		if (lex_next(p) < 0)
			return -1;
	}
	return make_group(p, kind, mark, spot, ret);
}

static int
parse_and(struct parser *p, struct node **ret)
{
	return parse_chain(p, "and", NODE_AND, parse_not, ret);
}

static int
parse_or(struct parser *p, struct node **ret)
{
	return parse_chain(p, "or", NODE_OR, parse_and, ret);
}

/* Something follows the condition. */
static int
left_over(struct parser *p)
{
	if (p->token.kind == TOKEN_COMMA && p->previous.kind == TOKEN_NUMBER)
		return mistake(p, here(p),
		    "numbers are written without commas between thousands");
	if (p->token.kind == TOKEN_CLOSE)
		return mistake(p, here(p), "no parenthesis is open here");
	return expected(p, "\"and\" or \"or\"");
}

int
parse_text(struct parser *p, struct node **ret)
{
	struct str text = p->text;
	size_t good = utf8_valid(text);
	const char *nul = text.n ? memchr(text.p, '\0', text.n) : NULL;

	p->at = 0;
	p->parens = 0;
	p->token = (struct token){.kind = TOKEN_END};
	if (text.n > COND_BYTES_MAX)
		return mistake(p, (struct spot){0}, "longer than 1 MiB");
	if (good < text.n || nul)
		return mistake(p,
		    (struct spot){
			good < text.n ? good : (size_t)(nul - text.p), NULL},
		    good < text.n ? "not UTF-8" : "a NUL character");
	if (lex_next(p) < 0)
		return -1;
	if (p->token.kind == TOKEN_END)
		return mistake(p, (struct spot){0}, "the condition is empty");
	if (parse_or(p, ret) < 0)
		return -1;
	return p->token.kind == TOKEN_END ? 0 : left_over(p);
}
