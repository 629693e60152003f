/* SPDX-License-Identifier: ISC */
/*
 * Text into tokens. The text is known to be UTF-8 without NUL. Full-width
 * spaces are spaces; other full-width signs an input method slips in are
 * refused by name, so that nobody stares at two parentheses that look alike.
 */
#include <string.h>

#include "cond/cond_priv.h"

static struct spot
at(size_t offset)
{
	return (struct spot){offset, NULL};
}

/* Signs that are not part of the language, and what was meant. */
static const struct {
	uint32_t code;
	const char *meant;
} signs[] = {{0xff08, "("}, {0xff09, ")"}, {0xff0c, ","}, {0x3001, ","},
    {0xff1d, "="}, {0xff1e, ">"}, {0xff1c, "<"}, {0xff0e, "."}, {0x2260, "!="},
    {0x2264, "<="}, {0x2266, "<="}, {0x2265, ">="}, {0x2267, ">="},
    {0xff07, "'"}, {0xff02, "\""}, {0x2018, "'"}, {0x2019, "'"}, {0x201c, "'"},
    {0x201d, "'"}, {0x300c, "'"}, {0x300d, "'"}, {0x300e, "'"}, {0x300f, "'"},
    {0xff0d, "-"}, {0x2212, "-"}, {0xff01, "!"}, {0xff3f, "_"}, {0xff0b, "+"}};

static const char *
sign_meant(uint32_t code)
{
	for (size_t i = 0; i < COUNT_OF(signs); i++)
		if (signs[i].code == code)
			return signs[i].meant;
	return NULL;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
in_range(uint32_t code, uint32_t first, uint32_t last)
{
	return code >= first && code <= last;
}

/* Letters of any script; not its spaces, punctuation and controls. */
static bool
name_code(uint32_t code, bool first)
{
	if (code < 0x80) {
		char c = (char)code;

		return is_letter(c) || c == '_' ||
		       (!first && (is_digit(c) || c == '-'));
	}
	if (in_range(code, 0xff10, 0xff19)) /* full-width digits */
		return !first;
	return code != 0xa0 && !in_range(code, 0x80, 0x9f) &&
	       !in_range(code, 0x2000, 0x206f) &&
	       !in_range(code, 0x2200, 0x22ff) && code != 0x3000 &&
	       !in_range(code, 0x3001, 0x3003) &&
	       !in_range(code, 0x3008, 0x3011) &&
	       !in_range(code, 0x3014, 0x301f) &&
	       !in_range(code, 0xd800, 0xf8ff) &&
	       !in_range(code, 0xfe00, 0xfe0f) && code != 0xfeff &&
	       !in_range(code, 0xff01, 0xff20) &&
	       !in_range(code, 0xff3b, 0xff40) &&
	       !in_range(code, 0xff5b, 0xff64) &&
	       !in_range(code, 0xfff0, 0xffff);
}

/* How many bytes at the start of s are a bare name. */
static size_t
name_length(struct str s)
{
	size_t i = 0;

	while (i < s.n) {
		uint32_t code;
		unsigned len = utf8_decode(s.p + i, s.n - i, &code);

		if (len == 0 || !name_code(code, i == 0))
			break;
		i += len;
	}
	return i;
}

bool
name_plain(struct str name)
{
	return name.n && name_length(name) == name.n;
}

/* ---- literals -----------------------------------------------------------
 */

bool
literal_duration(struct str s, int64_t *ret)
{
	static const struct {
		const char *word;
		char letter;
	} units[] = {{"second", 's'}, {"minute", 'm'}, {"hour", 'h'},
	    {"day", 'd'}, {"week", 'w'}};
	struct str number = s, unit = s;
	char small[24];

	if (duration_parse(s, ret))
		return true;
	number.n = 0;
	while (number.n < s.n && is_digit(s.p[number.n]))
		number.n++;
	unit.p += number.n;
	unit.n -= number.n;
	unit = str_trim(unit);
	if (unit.n > 1 && (unit.p[unit.n - 1] | 0x20) == 's')
		unit.n--;
	if (number.n == 0 || number.n > sizeof(small) - 2)
		return false;
	for (size_t i = 0; i < COUNT_OF(units); i++) {
		if (!word_is(unit, units[i].word))
			continue;
		memcpy(small, number.p, number.n);
		small[number.n] = units[i].letter;
		return duration_parse((struct str){small, number.n + 1}, ret);
	}
	return false;
}

bool
literal_time(struct str s, struct literal *ret)
{
	int64_t t;
	char last;
	bool zoned;

	if (literal_span(s, ret))
		return true;
	if (s.n < 10 || !is_digit(s.p[0]) || !time_parse(s, zone_utc(), &t))
		return false;
	last = s.p[s.n - 1];
	zoned = last == 'Z' || last == 'z' || memchr(s.p + 10, '+', s.n - 10) ||
		memchr(s.p + 10, '-', s.n - 10);
	if (s.n == 10)
		*ret = (struct literal){
		    .kind = LIT_DATE, .low = t, .high = t + MS_DAY};
	else
		*ret = (struct literal){.kind = zoned ? LIT_MOMENT : LIT_LOCAL,
		    .low = t,
		    .high = t + 1};
	return true;
}

/* ---- tokens -------------------------------------------------------------
 */

/* 'text' and "name": the quote doubled stands for itself. */
static int
lex_quoted(struct parser *p, struct str rest, char quote)
{
	struct token *t = &p->token;
	size_t i = 1, n = 0;
	bool doubled = false;
	char *out;

	for (;; i++) {
		if (i >= rest.n)
			return mistake(p, at(t->start),
			    "a closing %s is missing",
			    quote == '"' ? "double quote" : "quote");
		if (rest.p[i] != quote)
			continue;
		if (i + 1 == rest.n || rest.p[i + 1] != quote)
			break;
		doubled = true;
		i++;
	}
	t->kind = quote == '"' ? TOKEN_NAME : TOKEN_TEXT;
	t->raw = (struct str){rest.p, i + 1};
	t->text = (struct str){rest.p + 1, i - 1};
	p->at += i + 1;
	if (!doubled)
		return 0;
	out = arena_alloc(&p->cond->arena, t->text.n);
	for (i = 0; i < t->text.n; i++) {
		out[n++] = t->text.p[i];
		if (t->text.p[i] == quote)
			i++;
	}
	t->text = (struct str){out, n};
	return 0;
}

/* Of "30 days" the second word, when it is a unit: its length with the space
 * between, else 0. */
static size_t
unit_word(struct str rest, size_t used)
{
	size_t i = used, word;
	int64_t ms;

	while (i < rest.n && rest.p[i] == ' ')
		i++;
	for (word = i; word < rest.n && is_letter(rest.p[word]); word++)
		;
	if (i == used || word - i < 3 ||
	    !literal_duration((struct str){rest.p, word}, &ms))
		return 0;
	return word - used;
}

/* 2026-01-31 and the like; n bytes of it are known to be a year. */
static int
lex_time(struct parser *p, struct str rest, size_t n)
{
	struct token *t = &p->token;

	if (rest.p[n] == '/')
		return mistake(p, at(t->start), "dates are written 2026-01-31");
	while (n < rest.n && (is_digit(rest.p[n]) || is_letter(rest.p[n]) ||
				 memchr(":.+-", rest.p[n], 4)))
		n++;
	t->raw = t->text = (struct str){rest.p, n};
	t->kind = TOKEN_TIME;
	p->at += n;
	if (!literal_time(t->text, &t->literal))
		return mistake(p, at(t->start),
		    "not a date or time: %s (write 2026-01-31 or "
		    "2026-01-31T09:00:00+09:00)",
		    quoted(t->text));
	t->literal.spot = at(t->start);
	return 0;
}

static int
lex_number(struct parser *p, struct str rest)
{
	struct token *t = &p->token;
	size_t n = rest.p[0] == '-' || rest.p[0] == '+';
	bool digits_only;

	while (n < rest.n && is_digit(rest.p[n]))
		n++;
	digits_only = is_digit(rest.p[0]);
	if (n == 4 && digits_only && rest.n > 5 && is_digit(rest.p[5]) &&
	    memchr("-/", rest.p[4], 2))
		return lex_time(p, rest, n);
	if (n + 1 < rest.n && rest.p[n] == '.' && is_digit(rest.p[n + 1]))
		for (n++; n < rest.n && is_digit(rest.p[n]); n++)
			;
	if (n + 1 < rest.n && (rest.p[n] | 0x20) == 'e' &&
	    (is_digit(rest.p[n + 1]) ||
		(n + 2 < rest.n && memchr("+-", rest.p[n + 1], 2) &&
		    is_digit(rest.p[n + 2]))))
		for (n += 2; n < rest.n && is_digit(rest.p[n]); n++)
			;
	n += name_length((struct str){rest.p + n, rest.n - n});
	if (digits_only)
		n += unit_word(rest, n);
	if (n < rest.n && rest.p[n] == '%') {
		t->raw = t->text = (struct str){rest.p, n + 1};
		t->kind = TOKEN_SHARE;
		p->at += n + 1;
		return 0;
	}
	t->raw = t->text = (struct str){rest.p, n};
	t->literal = (struct literal){.spot = at(t->start)};
	p->at += n;
	if (number_real(t->text, &t->literal.number)) {
		t->kind = TOKEN_NUMBER;
		t->literal.kind = LIT_NUMBER;
		return 0;
	}
	if (literal_duration(t->text, &t->literal.low)) {
		t->kind = TOKEN_DURATION;
		t->literal.kind = LIT_DURATION;
		return 0;
	}
	if (t->text.n > 1 && t->text.p[0] == '0' && is_digit(t->text.p[1]))
		return mistake(p, at(t->start),
		    "a number has no leading zero; as a text it is '%.*s'",
		    STR_ARG(t->text));
	return mistake(p, at(t->start),
	    "neither a number nor a duration: %s (durations are 45s, 30m, 12h, "
	    "7d or 2w)",
	    quoted(t->text));
}

static const struct {
	const char *text;
	enum operator op;
	bool negated;
} symbols[] = {{"!=", OP_EQUAL, true}, {"<>", OP_EQUAL, true},
    {"<=", OP_AT_MOST, false}, {">=", OP_AT_LEAST, false},
    {"==", OP_EQUAL, false}, {"=", OP_EQUAL, false}, {"<", OP_LESS, false},
    {">", OP_GREATER, false}};

static bool
lex_symbol(struct parser *p, struct str rest)
{
	static const char marks[] = "(),.";
	static const enum token_kind kinds[] = {
	    TOKEN_OPEN, TOKEN_CLOSE, TOKEN_COMMA, TOKEN_DOT};
	struct token *t = &p->token;
	const char *mark = memchr(marks, rest.p[0], sizeof(marks) - 1);
	size_t n = 1;

	if (mark) {
		t->kind = kinds[mark - marks];
	} else {
		size_t i;

		for (i = 0; i < COUNT_OF(symbols); i++)
			if (str_starts(rest, str_of(symbols[i].text)))
				break;
		if (i == COUNT_OF(symbols))
			return false;
		t->kind = TOKEN_OPERATOR;
		t->op = symbols[i].op;
		t->negated = symbols[i].negated;
		n = strlen(symbols[i].text);
	}
	t->raw = t->text = (struct str){rest.p, n};
	p->at += n;
	return true;
}

static int
lex_wrong(struct parser *p, struct str rest)
{
	uint32_t code = 0;
	unsigned len = utf8_decode(rest.p, rest.n, &code);
	struct str sign = {rest.p, len ? len : 1};
	const char *meant = sign_meant(code);

	if (in_range(code, 0xff10, 0xff19))
		return mistake(p, at(p->token.start),
		    "numbers are written with ASCII digits: %c for %.*s",
		    (int)(code - 0xff10) + '0', STR_ARG(sign));
	if (meant)
		return mistake(p, at(p->token.start), "write %s for %.*s",
		    meant, STR_ARG(sign));
	if (str_starts(rest, STR("&&")))
		return mistake(p, at(p->token.start), "write and for &&");
	if (str_starts(rest, STR("||")))
		return mistake(p, at(p->token.start), "write or for ||");
	if (code == '!')
		return mistake(p, at(p->token.start), "write not for !");
	return mistake(p, at(p->token.start), "unexpected %s", quoted(sign));
}

static void
skip_space(struct parser *p)
{
	while (p->at < p->text.n) {
		const char *s = p->text.p + p->at;

		if (*s == ' ' || (*s >= '\t' && *s <= '\r'))
			p->at++;
		else if (p->text.n - p->at >= 3 &&
			 memcmp(s, "\xe3\x80\x80", 3) == 0) /* U+3000 */
			p->at += 3;
		else
			break;
	}
}

int
lex_next(struct parser *p)
{
	struct token *t = &p->token;
	struct str rest;
	size_t n;

	p->previous = *t;
	skip_space(p);
	rest = (struct str){p->text.p + p->at, p->text.n - p->at};
	*t = (struct token){
	    .kind = TOKEN_END, .start = p->at, .raw = {rest.p, 0}};
	if (rest.n == 0)
		return 0;
	if (rest.p[0] == '\'' || rest.p[0] == '"')
		return lex_quoted(p, rest, rest.p[0]);
	if (is_digit(rest.p[0]) ||
	    (rest.n > 1 && memchr("+-", rest.p[0], 2) && is_digit(rest.p[1])))
		return lex_number(p, rest);
	if ((n = name_length(rest)) != 0) {
		t->kind = TOKEN_WORD;
		t->raw = t->text = (struct str){rest.p, n};
		p->at += n;
		return 0;
	}
	if (lex_symbol(p, rest))
		return 0;
	return lex_wrong(p, rest);
}
