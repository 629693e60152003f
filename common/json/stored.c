/* SPDX-License-Identifier: ISC */
/*
 * Single members of objects and lists that a reader has let into the store.
 * They were checked on their way in, so nothing is checked again here; text
 * that is no JSON after all gives missing values and never a read outside of
 * it.
 */
#include <string.h>

#include "json/json_priv.h"

static size_t
skip_space(struct str s, size_t i)
{
	while (i < s.n && json_is_blank(s.p[i]))
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
		} else if (depth == 0 && (c == ',' || json_is_blank(c))) {
			return i;
		}
		i++;
	}
	return s.n;
}

/* s is what stands between the quotes. */
static struct str
unescape(struct arena *a, struct str s)
{
	char *out = arena_alloc(a, s.n + 1);

	s.n = json_unescape(s, out);
	out[s.n] = '\0';
	return (struct str){out, s.n};
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
