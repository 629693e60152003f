/* SPDX-License-Identifier: ISC */
/*
 * The tokens of RFC 8259 and one whole value of them, checked without
 * recursion: the open brackets are a bit each.
 */
#include "json/json_priv.h"

#define P   JSON_PLAIN
#define B   JSON_BLANK
#define D   (JSON_PLAIN | JSON_DIGIT | JSON_HEX)
#define H   (JSON_PLAIN | JSON_HEX)
#define S   (JSON_PLAIN | JSON_BLANK)
#define P8  P, P, P, P, P, P, P, P
#define P32 P8, P8, P8, P8
const unsigned char json_class[256] = {
    /* 0x00 */ 0, 0, 0, 0, 0, 0, 0, 0, 0, B, B, 0, 0, B, 0, 0,
    /* 0x10 */ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    /* 0x20 */ S, P, 0, P, P, P, P, P, P8,
    /* 0x30 */ D, D, D, D, D, D, D, D, D, D, P, P, P, P, P, P,
    /* 0x40 */ P, H, H, H, H, H, H, P, P8,
    /* 0x50 */ P8, P, P, P, P, 0, P, P, P,
    /* 0x60 */ P, H, H, H, H, H, H, P, P8,
    /* 0x70 */ P8, P8,
    /* 0x80 */ P32, P32, P32, P32};
#undef P
#undef B
#undef D
#undef H
#undef S
#undef P8
#undef P32

const char *
json_type_name(enum json_type t)
{
	static const char *const names[] = {
	    [JSON_TYPE_NULL] = "null",
	    [JSON_TYPE_BOOL] = "boolean",
	    [JSON_TYPE_NUMBER] = "number",
	    [JSON_TYPE_STRING] = "string",
	    [JSON_TYPE_OBJECT] = "object",
	    [JSON_TYPE_ARRAY] = "array",
	};

	return names[t];
}

struct place
json_place(struct str text, size_t offset, const char *file)
{
	struct place where = {.file = file, .line = 1};
	size_t start = 0;

	if (offset > text.n)
		offset = text.n;
	for (size_t i = 0; i < offset; i++)
		if (text.p[i] == '\n') {
			where.line++;
			start = i + 1;
		}
	where.column = 1 + (unsigned)utf8_count(
			       (struct str){text.p + start, offset - start});
	return where;
}

int
json_fail(struct json_cursor *c, enum json_code code, const char *at,
    const char *what)
{
	*c->fault = (struct json_fault){
	    .code = code, .offset = (size_t)(at - c->begin), .what = what};
	return -1;
}

int
json_expected(struct json_cursor *c, const char *what)
{
	return json_fail(
	    c, c->p < c->end ? JSON_CODE_SYNTAX : JSON_CODE_CUT, c->p, what);
}

static inline unsigned
hex_digit(unsigned char ch)
{
	return (ch <= '9' ? ch - (unsigned)'0' : (ch | 0x20u) - 'a' + 10) & 15;
}

/* Four hexadecimal digits behind \u. */
static int
lex_hex4(struct json_cursor *c, unsigned *ret)
{
	unsigned code = 0;

	for (int i = 0; i < 4; i++, c->p++) {
		unsigned char ch;

		if (c->p == c->end ||
		    (json_class[ch = (unsigned char)*c->p] & JSON_HEX) == 0)
			return json_expected(
			    c, "expected four hexadecimal digits after \\u");
		code = code << 4 | hex_digit(ch);
	}
	*ret = code;
	return 0;
}

/* c->p at the backslash. */
static int
lex_escape(struct json_cursor *c)
{
	const char *at = c->p;
	unsigned code, low;

	if (++c->p == c->end)
		return json_expected(c, "expected an escape");
	switch (*c->p++) {
	case '"':
	case '\\':
	case '/':
	case 'b':
	case 'f':
	case 'n':
	case 'r':
	case 't':
		return 0;
	case 'u':
		break;
	default:
		return json_fail(c, JSON_CODE_SYNTAX, at, "no such escape");
	}
	if (lex_hex4(c, &code) < 0)
		return -1;
	if (code == 0) {
		if (!c->allow_nul)
			return json_fail(
			    c, JSON_CODE_NUL, at, "\\u0000 cannot be stored");
		c->nul_seen = true;
	}
	if (code < 0xd800 || code > 0xdfff)
		return 0;
	if (code > 0xdbff || c->end - c->p < 2 || c->p[0] != '\\' ||
	    c->p[1] != 'u')
		return json_fail(c, JSON_CODE_SYNTAX, at, "a lone surrogate");
	c->p += 2;
	if (lex_hex4(c, &low) < 0)
		return -1;
	if (low < 0xdc00 || low > 0xdfff)
		return json_fail(c, JSON_CODE_SYNTAX, at, "a lone surrogate");
	return 0;
}

int
json_lex_string(struct json_cursor *c, bool *ret_escaped)
{
	bool escaped = false;

	for (;;) {
		c->p = json_plain_end(c->p, c->end);
		if (c->p == c->end)
			return json_expected(c, "a string that is not closed");
		if (*c->p == '"')
			break;
		if (*c->p != '\\')
			return json_fail(c, JSON_CODE_SYNTAX, c->p,
			    "a control character in a string");
		if (lex_escape(c) < 0)
			return -1;
		escaped = true;
	}
	c->p++;
	*ret_escaped = escaped;
	return 0;
}

static inline const char *
digits(const char *p, const char *end)
{
	while (p < end && (json_class[(unsigned char)*p] & JSON_DIGIT) != 0)
		p++;
	return p;
}

int
json_lex_number(struct json_cursor *c)
{
	const char *p = c->p, *q;

	if (*p == '-')
		p++;
	q = digits(p, c->end);
	c->p = q;
	if (q == p)
		return json_expected(c, "expected a digit");
	if (*p == '0' && q > p + 1)
		return json_fail(
		    c, JSON_CODE_SYNTAX, p, "a number with a leading zero");
	if (q < c->end && *q == '.') {
		p = q + 1;
		c->p = q = digits(p, c->end);
		if (q == p)
			return json_expected(c, "expected a digit");
	}
	if (q < c->end && (*q == 'e' || *q == 'E')) {
		p = q + 1;
		if (p < c->end && (*p == '+' || *p == '-'))
			p++;
		c->p = q = digits(p, c->end);
		if (q == p)
			return json_expected(c, "expected a digit");
	}
	return 0;
}

int
json_lex_word(struct json_cursor *c, const char *word, size_t n)
{
	for (size_t i = 0; i < n; i++, c->p++)
		if (c->p == c->end || *c->p != word[i])
			return json_expected(c, "expected a value");
	return 0;
}

/* A value that is no object and no array. */
static inline int
lex_scalar(struct json_cursor *c, enum json_type *ret_type, bool *ret_escaped)
{
	if (c->p == c->end)
		return json_expected(c, "expected a value");
	switch (*c->p) {
	case '"':
		c->p++;
		*ret_type = JSON_TYPE_STRING;
		return json_lex_string(c, ret_escaped);
	case 't':
		*ret_type = JSON_TYPE_BOOL;
		return json_lex_word(c, "true", 4);
	case 'f':
		*ret_type = JSON_TYPE_BOOL;
		return json_lex_word(c, "false", 5);
	case 'n':
		*ret_type = JSON_TYPE_NULL;
		return json_lex_word(c, "null", 4);
	case '-':
	case '0':
	case '1':
	case '2':
	case '3':
	case '4':
	case '5':
	case '6':
	case '7':
	case '8':
	case '9':
		*ret_type = JSON_TYPE_NUMBER;
		return json_lex_number(c);
	default:
		return json_expected(c, "expected a value");
	}
}

/* A member's name and colon, up to its value. */
static int
lex_name(struct json_cursor *c, const char *what)
{
	bool escaped;

	if (c->p == c->end || *c->p != '"')
		return json_expected(c, what);
	c->p++;
	if (json_lex_string(c, &escaped) < 0)
		return -1;
	json_blanks(c);
	if (c->p == c->end || *c->p != ':')
		return json_expected(c, "expected a colon");
	c->p++;
	json_blanks(c);
	return 0;
}

/* Walks one container from its opening bracket to its closing one. */
static int
lex_container(struct json_cursor *c, unsigned depth)
{
	unsigned char object[JSON_DEPTH_MAX / 8] = {0};
	unsigned base = depth;
	enum json_type type;
	bool escaped;

	for (;;) {
		/* Here a value begins. */
		if (c->p < c->end && (*c->p == '{' || *c->p == '[')) {
			bool is_object = *c->p == '{';

			if (depth == JSON_DEPTH_MAX)
				return json_fail(c, JSON_CODE_DEEP, c->p,
				    "nested too deeply");
			json_open(object, depth, is_object);
			depth++;
			c->p++;
			json_blanks(c);
			if (c->p == c->end ||
			    *c->p != (is_object ? '}' : ']')) {
				if (is_object &&
				    lex_name(c, "expected a name or }") < 0)
					return -1;
				continue;
			}
			c->p++; /* empty */
			depth--;
		} else if (lex_scalar(c, &type, &escaped) < 0) {
			return -1;
		}

		/* Here a value has ended: close what closes, or go on. */
		for (;;) {
			bool is_object;

			if (depth == base)
				return 0;
			is_object = json_in_object(object, depth);
			json_blanks(c);
			if (c->p == c->end)
				return json_expected(c,
				    is_object ? "an object that is not closed"
					      : "an array that is not closed");
			if (*c->p == ',')
				break;
			if (*c->p != (is_object ? '}' : ']'))
				return json_expected(
				    c, is_object ? "expected , or }"
						 : "expected , or ]");
			c->p++;
			depth--;
		}
		c->p++;
		json_blanks(c);
		if (json_in_object(object, depth) &&
		    lex_name(c, "expected a name") < 0)
			return -1;
	}
}

int
json_lex_value(struct json_cursor *c, unsigned depth, enum json_type *ret_type,
    bool *ret_escaped)
{
	*ret_escaped = false;
	if (c->p < c->end && (*c->p == '{' || *c->p == '[')) {
		*ret_type = *c->p == '{' ? JSON_TYPE_OBJECT : JSON_TYPE_ARRAY;
		return lex_container(c, depth);
	}
	return lex_scalar(c, ret_type, ret_escaped);
}

static unsigned
hex4(const char *p)
{
	unsigned code = 0;

	for (int i = 0; i < 4; i++)
		code = code << 4 | hex_digit((unsigned char)p[i]);
	return code;
}

/* The character of a \u whose digits begin at *p; a lone surrogate is U+FFFD,
 * a pair one character. */
static uint32_t
unicode_escape(const char **p, const char *end)
{
	uint32_t code = hex4(*p), low;

	*p += 4;
	if (code < 0xd800 || code > 0xdfff)
		return code;
	if (code > 0xdbff || end - *p < 6 || (*p)[0] != '\\' || (*p)[1] != 'u')
		return 0xfffd;
	low = hex4(*p + 2);
	if (low < 0xdc00 || low > 0xdfff)
		return 0xfffd;
	*p += 6;
	return 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
}

size_t
json_unescape(struct str raw, char *out)
{
	const char *p = raw.p, *end = raw.p + raw.n;
	char *o = out;

	while (p < end) {
		const char *slash = memchr(p, '\\', (size_t)(end - p));
		size_t n = (size_t)((slash ? slash : end) - p);

		memcpy(o, p, n);
		o += n;
		if (!slash || slash + 1 == end)
			break;
		p = slash + 2;
		switch (slash[1]) {
		case 'b':
			*o++ = '\b';
			break;
		case 'f':
			*o++ = '\f';
			break;
		case 'n':
			*o++ = '\n';
			break;
		case 'r':
			*o++ = '\r';
			break;
		case 't':
			*o++ = '\t';
			break;
		case 'u':
			if (end - p >= 4) {
				o += utf8_encode(unicode_escape(&p, end), o);
				break;
			}
			/* fall through */
		default:
			*o++ = slash[1];
		}
	}
	return (size_t)(o - out);
}
