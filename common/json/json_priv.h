/* SPDX-License-Identifier: ISC */
/*
 * The lexer that the scanner and the documents share. A cursor walks over text
 * that is already known to be valid UTF-8, so that a string's bytes above 0x7f
 * need no second look.
 */
#ifndef DL_JSON_PRIV_H
#define DL_JSON_PRIV_H

#include "json/json.h"

struct json_cursor {
	const char *p, *end;
	const char *begin;
	bool allow_nul; /* take \u0000 in strings */
	bool nul_seen;  /* one was taken */
	struct json_fault *fault;
};

/* Character classes of json_class[]. */
enum {
	JSON_PLAIN = 1, /* stands for itself in a string */
	JSON_BLANK = 2, /* white space between tokens */
	JSON_DIGIT = 4,
	JSON_HEX = 8,
};
extern const unsigned char json_class[256];

int json_fail(struct json_cursor *c, enum json_code code, const char *at,
    const char *what);
/* "expected …" at the cursor, or CODE_CUT when the text ends there. */
int json_expected(struct json_cursor *c, const char *what);
/* c->p behind the opening quote; afterwards behind the closing one. */
int json_lex_string(struct json_cursor *c, bool *ret_escaped);
int json_lex_number(struct json_cursor *c);
int json_lex_word(struct json_cursor *c, const char *word, size_t n);
/* Any value from its first character on, nested as deep as `depth` allows. */
int json_lex_value(struct json_cursor *c, unsigned depth,
    enum json_type *ret_type, bool *ret_escaped);
/* Writes the decoded text of a string; out has room for raw.n. What is no
 * escape in text that was not checked becomes something, but no more text. */
size_t json_unescape(struct str raw, char *out);

/* Of the open brackets one bit each says which are braces: is the innermost of
 * `depth`, and one more is opened behind them. */
static inline bool
json_in_object(const unsigned char *bits, size_t depth)
{
	return (bits[(depth - 1) / 8] >> ((depth - 1) % 8)) & 1;
}

static inline void
json_open(unsigned char *bits, size_t depth, bool object)
{
	unsigned bit = 1u << depth % 8;
	unsigned char *byte = &bits[depth / 8];

	*byte = (unsigned char)(object ? *byte | bit : *byte & ~bit);
}

static inline bool
json_is_blank(char ch)
{
	return (json_class[(unsigned char)ch] & JSON_BLANK) != 0;
}

static inline void
json_blanks(struct json_cursor *c)
{
	while (c->p < c->end && json_is_blank(*c->p))
		c->p++;
}

/* The first of quote, backslash or control at or after p: eight bytes at a
 * time. The lowest flagged byte is exact; borrows only spoil those above. */
static inline const char *
json_plain_end(const char *p, const char *end)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	const uint64_t ones = UINT64_C(0x0101010101010101);
	const uint64_t high = ones * 0x80;

	while (end - p >= 8) {
		uint64_t x, quote, slash, hit;

		__builtin_memcpy(&x, p, 8);
		quote = x ^ (ones * '"');
		slash = x ^ (ones * '\\');
		hit = (((quote - ones) & ~quote) | ((slash - ones) & ~slash) |
			  ((x - ones * 0x20) & ~x)) &
		      high;
		if (hit != 0)
			return p + (__builtin_ctzll(hit) >> 3);
		p += 8;
	}
#endif
	while (p < end && (json_class[(unsigned char)*p] & JSON_PLAIN) != 0)
		p++;
	return p;
}

/* The same, copying to *out what it passes over, and stopping at bytes that
 * are not ASCII too. */
static inline const char *
json_ascii_end(const char *p, const char *end, char **out)
{
	char *to = *out;

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	const uint64_t ones = UINT64_C(0x0101010101010101);
	const uint64_t high = ones * 0x80;

	while (end - p >= 8) {
		uint64_t x, quote, slash;

		__builtin_memcpy(&x, p, 8);
		quote = x ^ (ones * '"');
		slash = x ^ (ones * '\\');
		if ((((quote - ones) | (slash - ones) | (x - ones * 0x20) | x) &
			high) != 0)
			break;
		__builtin_memcpy(to, &x, 8);
		to += 8;
		p += 8;
	}
#endif
	while (p < end && (signed char)*p >= 0 &&
	       (json_class[(unsigned char)*p] & JSON_PLAIN) != 0)
		*to++ = *p++;
	*out = to;
	return p;
}

#endif
