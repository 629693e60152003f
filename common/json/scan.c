/* SPDX-License-Identifier: ISC */
/*
 * The scanner of records: the members of one object as slices of its text.
 * Everything is checked, nothing but escaped strings is copied.
 */
#include "json/json_priv.h"

/* Names past this many are found through a hash index; before, a 64-bit
 * filter tells nearly always that a name is new. */
#define FEW_NAMES 24

static bool
valid_utf8(struct json_cursor *c, struct str text)
{
	size_t good = utf8_valid(text);

	if (good == text.n)
		return true;
	json_fail(c, JSON_CODE_UTF8, text.p + good, "a byte that is not UTF-8");
	return false;
}

int
json_check(struct str text, bool allow_nul, struct json_fault *ret)
{
	struct json_fault fault = {0};
	struct json_cursor c = {.p = text.p,
	    .end = text.p + text.n,
	    .begin = text.p,
	    .allow_nul = allow_nul,
	    .fault = &fault};
	enum json_type type;
	bool escaped;
	int rc = -1;

	if (valid_utf8(&c, text)) {
		json_blanks(&c);
		rc = json_lex_value(&c, 0, &type, &escaped);
		if (rc == 0) {
			json_blanks(&c);
			if (c.p < c.end)
				rc = json_expected(
				    &c, "expected nothing after the value");
		}
	}
	if (rc < 0 && ret)
		*ret = fault;
	return rc;
}

static struct str
decoded(struct json_scanner *s, struct str raw)
{
	char *p = arena_alloc(&s->arena, raw.n + 1);

	return (struct str){p, json_unescape(raw, p)};
}

/* Puts member i into the index; another of the same name is returned instead
 * (SIZE_MAX when there is none). */
static size_t
index_member(struct json_scanner *s, size_t i)
{
	struct str name = s->member[i].name;
	size_t mask = s->index_cap - 1;
	size_t at = (size_t)hash64(name.p, name.n, 0) & mask;

	for (; s->index[at] != 0; at = (at + 1) & mask)
		if (str_eq(s->member[s->index[at] - 1].name, name))
			return s->index[at] - 1;
	s->index[at] = (uint32_t)(i + 1);
	return SIZE_MAX;
}

/* Makes the index twice as large as members need, from all but the last. */
static void
grow_index(struct json_scanner *s, size_t members)
{
	size_t cap = 64;

	while (cap < members * 4)
		cap *= 2;
	if (cap > s->index_cap) {
		s->index = xreallocarray(s->index, cap, sizeof(*s->index));
		s->index_cap = cap;
	}
	memset(s->index, 0, s->index_cap * sizeof(*s->index));
	for (size_t i = 0; i < members; i++)
		index_member(s, i);
	s->indexed = true;
}

/* The earlier member with the last one's name, or SIZE_MAX. */
static size_t
find_earlier(struct json_scanner *s, uint64_t *filter)
{
	size_t last = s->count - 1;
	struct str name = s->member[last].name;
	uint64_t bit = 1;

	if (last >= FEW_NAMES) {
		if (!s->indexed || last * 2 >= s->index_cap)
			grow_index(s, last);
		return index_member(s, last);
	}
	if (name.n > 0)
		bit <<= (name.n * 7 + (unsigned char)name.p[0] * 5u +
			    (unsigned char)name.p[name.n - 1]) &
			63;
	if ((*filter & bit) == 0) {
		*filter |= bit;
		return SIZE_MAX;
	}
	for (size_t i = 0; i < last; i++)
		if (str_eq(s->member[i].name, name))
			return i;
	return SIZE_MAX;
}

/* One member from its name's quote to the end of its value. */
static int
scan_member(struct json_scanner *s, struct json_cursor *c, uint64_t *filter)
{
	struct json_member *m;
	const char *start = ++c->p;
	size_t earlier;
	bool escaped;

	GROW(s->member, s->cap, s->count + 1);
	m = &s->member[s->count];
	if (json_lex_string(c, &escaped) < 0)
		return -1;
	m->name = (struct str){start, (size_t)(c->p - 1 - start)};
	if (escaped)
		m->name = decoded(s, m->name);
	json_blanks(c);
	if (c->p == c->end || *c->p != ':')
		return json_expected(c, "expected a colon");
	c->p++;
	json_blanks(c);
	start = c->p;
	if (json_lex_value(c, 1, &m->type, &escaped) < 0)
		return -1;
	m->raw = (struct str){start, (size_t)(c->p - start)};
	m->text = m->raw;
	if (m->type == JSON_TYPE_STRING) {
		m->text = (struct str){start + 1, m->raw.n - 2};
		if (escaped)
			m->text = decoded(s, m->text);
	}

	s->count++;
	earlier = find_earlier(s, filter);
	if (earlier != SIZE_MAX) {
		s->member[earlier] = *m;
		s->count--;
	} else if (s->max_members != 0 && s->count > s->max_members) {
		return json_fail(c, JSON_CODE_FIELDS, c->p, "too many fields");
	}
	return 0;
}

/* From behind the opening brace to the end of the text. */
static int
scan_members(struct json_scanner *s, struct json_cursor *c)
{
	uint64_t filter = 0;

	json_blanks(c);
	if (c->p < c->end && *c->p == '}') {
		c->p++;
	} else {
		for (;;) {
			if (c->p == c->end || *c->p != '"')
				return json_expected(
				    c, s->count == 0 ? "expected a name or }"
						     : "expected a name");
			if (scan_member(s, c, &filter) < 0)
				return -1;
			json_blanks(c);
			if (c->p < c->end && *c->p == '}')
				break;
			if (c->p == c->end || *c->p != ',')
				return json_expected(c, "expected , or }");
			c->p++;
			json_blanks(c);
		}
		c->p++;
	}
	json_blanks(c);
	if (c->p < c->end)
		return json_expected(c, "expected nothing after the object");
	return 0;
}

int
json_scan_object(struct json_scanner *s, struct str text)
{
	struct json_cursor c = {.p = text.p,
	    .end = text.p + text.n,
	    .begin = text.p,
	    .fault = &s->fault};

	s->count = 0;
	s->indexed = false;
	s->fault = (struct json_fault){0};
	arena_clear(&s->arena);
	if (!valid_utf8(&c, text))
		return -1;
	json_blanks(&c);
	if (c.p == c.end || *c.p != '{') {
		/* JSON of another kind, or no JSON at all? */
		if (json_check(text, false, &s->fault) == 0)
			json_fail(
			    &c, JSON_CODE_NO_OBJECT, c.p, "expected an object");
		return -1;
	}
	c.p++;
	if (scan_members(s, &c) < 0) {
		s->count = 0;
		return -1;
	}
	return 0;
}

void
json_scanner_release(struct json_scanner *s)
{
	free(s->member);
	free(s->index);
	arena_release(&s->arena);
	*s = (struct json_scanner){.max_members = s->max_members};
}
