/* SPDX-License-Identifier: ISC */
/*
 * Single members of objects and lists that a reader has let into the store.
 * They were checked on their way in, so nothing is checked again here; text
 * that is no JSON after all gives missing values and never a read outside of
 * it.
 */
#include <string.h>

#include "json/json.h"

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t
skip_space(struct str s, size_t i)
{
	while (i < s.n && is_space(s.p[i]))
		i++;
	return i;
}

/* i is at the opening quote; the result is behind the closing one, or s.n. */
static size_t
skip_string(struct str s, size_t i, bool *ret_escaped)
{
	const char *start = s.p + i + 1, *end = s.p + s.n;
	const char *p = start, *quote, *slash;

	*ret_escaped = false;
	while ((quote = memchr(p, '"', (size_t)(end - p))) != NULL) {
		slash = memchr(p, '\\', (size_t)(quote - p));
		if (!slash)
			return (size_t)(quote - s.p) + 1;
		*ret_escaped = true;
		if (end - slash < 2)
			break;
		p = slash + 2;
	}
	return s.n;
}

/* Behind the value at i. */
static size_t
skip_value(struct str s, size_t i)
{
	size_t depth = 0;
	bool escaped;

	if (i < s.n && s.p[i] == '"')
		return skip_string(s, i, &escaped);
	while (i < s.n) {
		char c = s.p[i];

		if (c == '"') {
			i = skip_string(s, i, &escaped);
			continue;
		}
		if (c == '{' || c == '[') {
			depth++;
		} else if (c == '}' || c == ']') {
			if (depth == 0)
				return i;
			if (--depth == 0)
				return i + 1;
		} else if (depth == 0 && (c == ',' || is_space(c))) {
			return i;
		}
		i++;
	}
	return s.n;
}

static unsigned
hex4(const char *p)
{
	unsigned v = 0;

	for (int i = 0; i < 4; i++) {
		char c = p[i];

		v <<= 4;
		if (c >= '0' && c <= '9')
			v |= (unsigned)(c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			v |= (unsigned)((c | 0x20) - 'a' + 10);
	}
	return v;
}

/* \uXXXX at s.p[*i] == 'u'; a pair of surrogates is one character. */
static uint32_t
unicode_escape(struct str s, size_t *i)
{
	uint32_t code = hex4(s.p + *i + 1);

	*i += 5;
	if (code >= 0xd800 && code < 0xdc00 && s.n - *i >= 6 &&
	    s.p[*i] == '\\' && s.p[*i + 1] == 'u') {
		uint32_t low = hex4(s.p + *i + 2);

		if (low >= 0xdc00 && low < 0xe000) {
			*i += 6;
			return 0x10000 + ((code - 0xd800) << 10) +
			       (low - 0xdc00);
		}
	}
	return code >= 0xd800 && code < 0xe000 ? 0xfffd : code;
}

/* s is what stands between the quotes. No escape is shorter than what it
 * stands for, so s.n bytes are enough. */
static struct str
unescape(struct arena *a, struct str s)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	char *out = arena_alloc(a, s.n + 1);
	size_t n = 0, i = 0;

	while (i < s.n) {
		const char *known;

		if (s.p[i] != '\\' || ++i == s.n) {
			if (i < s.n)
				out[n++] = s.p[i++];
		} else if (s.p[i] == 'u' && s.n - i >= 5) {
			n += utf8_encode(unicode_escape(s, &i), out + n);
		} else {
			known = memchr(from, s.p[i], sizeof(from) - 1);
			out[n++] = known ? to[known - from] : s.p[i];
			i++;
		}
	}
	out[n] = '\0';
	return (struct str){out, n};
}

static struct str
value_text(struct arena *a, struct str raw)
{
	struct str inner = raw;

	if (raw.n == 0 || str_is(raw, "null"))
		return (struct str){NULL, 0};
	if (raw.p[0] != '"')
		return raw;
	inner.p++;
	inner.n--;
	if (inner.n && inner.p[inner.n - 1] == '"')
		inner.n--;
	return memchr(inner.p, '\\', inner.n) ? unescape(a, inner) : inner;
}

struct str
json_stored_text(struct str object, struct str key, struct arena *a)
{
	struct str found = {NULL, 0};
	size_t i;

	if (!object.p)
		return found;
	i = skip_space(object, 0);
	if (i == object.n || object.p[i] != '{')
		return found;
	/* To the end: of a name written twice the last value counts. */
	for (i++;; i++) {
		size_t start, name_end;
		struct str name;
		bool escaped;

		i = skip_space(object, i);
		if (i == object.n || object.p[i] != '"')
			break;
		start = i + 1;
		i = skip_string(object, i, &escaped);
		name_end = i;
		i = skip_space(object, i);
		if (i == object.n || object.p[i] != ':')
			break;
		name = (struct str){object.p + start, name_end - 1 - start};
		i = skip_space(object, i + 1);
		start = i;
		i = skip_value(object, i);
		if (escaped ? name.n >= key.n && str_eq(unescape(a, name), key)
			    : str_eq(name, key))
			found = (struct str){object.p + start, i - start};
		i = skip_space(object, i);
		if (i == object.n || object.p[i] != ',')
			break;
	}
	return found.p ? value_text(a, found) : found;
}

bool
json_stored_next(struct str *rest, struct arena *a, struct str *ret)
{
	size_t i = 0, start;

	while (rest->p && rest->n) {
		i = skip_space(*rest, 0);
		if (i == rest->n || (rest->p[i] != '[' && rest->p[i] != ','))
			break;
		start = skip_space(*rest, i + 1);
		i = skip_value(*rest, start);
		*ret = value_text(a, (struct str){rest->p + start, i - start});
		rest->p += i;
		rest->n -= i;
		if (ret->p)
			return true;
	}
	return false;
}
