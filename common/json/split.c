/* SPDX-License-Identifier: ISC */
/*
 * Where elements begin and end in a stream of them, looking at nothing but
 * brackets and strings. The text may come in pieces of any size.
 */
#include "json/json_priv.h"

enum {
	AT_START,     /* nothing seen yet */
	AT_FIRST,     /* behind [ */
	AT_ELEMENT,   /* behind a comma, or between objects without an array */
	AT_SEPARATOR, /* behind an element: a comma or ] */
	AT_ANYTHING,  /* behind a broken element */
	AT_END,       /* behind ] */
	IN_ELEMENT,
	IN_SCALAR, /* an element that opens no bracket */
	IN_SKIP,   /* s->skip bytes of junk, then s->next */
	IN_JUNK,
	IN_JUNK_LINE, /* in junk, only blanks since a newline */
};

/* Junk of a known size, for which there is a word. */
static enum json_split_got
say(struct json_splitter *s, const char *what, size_t size, int next)
{
	s->what = what;
	s->skip = size;
	s->next = next;
	s->state = IN_SKIP;
	return JSON_SPLIT_BEGIN;
}

static enum json_split_got
begin_junk(struct json_splitter *s, const char *what)
{
	s->what = what;
	s->state = IN_JUNK;
	return JSON_SPLIT_BEGIN;
}

static enum json_split_got
begin_element(struct json_splitter *s, char ch)
{
	s->depth = 0;
	s->string = s->escape = s->mismatch = false;
	s->state = ch == '{' || ch == '[' ? IN_ELEMENT : IN_SCALAR;
	return JSON_SPLIT_BEGIN;
}

/* One character between elements, not blank. *ret_take: it is used up. MORE
 * means: go on. */
static enum json_split_got
between(struct json_splitter *s, char ch, bool *ret_take)
{
	int state = s->state;

	*ret_take = true;
	if (state == AT_START && ch == '[') {
		s->in_array = true;
		s->state = AT_FIRST;
		return JSON_SPLIT_MORE;
	}
	if (s->in_array && ch == ']' && state != AT_ELEMENT &&
	    state != AT_END) {
		s->state = AT_END;
		return JSON_SPLIT_MORE;
	}
	if (s->in_array && ch == ',' &&
	    (state == AT_SEPARATOR || state == AT_ANYTHING)) {
		s->state = AT_ELEMENT;
		return JSON_SPLIT_MORE;
	}

	*ret_take = false;
	if (state == AT_END)
		return begin_junk(s, "text after the end of the array");
	if (state == AT_SEPARATOR && ch == '{')
		return say(s, "no comma between two records", 0, AT_ELEMENT);
	if (state == AT_SEPARATOR || (state == AT_ANYTHING && ch != '{'))
		return begin_junk(s, "text between the records");
	if (s->in_array && ch == ',')
		return say(s, "a comma too many", 1, AT_ELEMENT);
	if (s->in_array && ch == ']')
		return say(
		    s, "a comma with no record after it", 0, AT_SEPARATOR);
	return begin_element(s, ch);
}

/* What stands before p, blanks apart. */
static char
before(const struct json_splitter *s, const char *begin, const char *p)
{
	while (p > begin && json_is_blank(p[-1]))
		p--;
	return p > begin ? p[-1] : s->before;
}

/* May a brace open behind what stands before it? */
static bool
may_open(const struct json_splitter *s, const char *begin, const char *p)
{
	char last;

	if (s->depth == 0 || s->depth > JSON_DEPTH_MAX)
		return true;
	last = before(s, begin, p);
	return json_in_object(s->object, s->depth) ? last == ':'
						   : last == ',' || last == '[';
}

static void
open_bracket(struct json_splitter *s, char ch)
{
	if (s->depth < JSON_DEPTH_MAX)
		json_open(s->object, s->depth, ch == '{');
	s->depth++;
}

/* True when the element is complete with this bracket. One with a wrong
 * bracket is not before the line ends. */
static bool
close_bracket(struct json_splitter *s, char ch)
{
	if (s->depth <= JSON_DEPTH_MAX &&
	    json_in_object(s->object, s->depth) != (ch == '}'))
		s->mismatch = true;
	if (s->depth == 1 && s->mismatch)
		return false;
	return --s->depth == 0;
}

/* Passes over a string's text; false when the line ends inside it. */
static bool
in_string(struct json_splitter *s, const char **p, const char *end)
{
	if (s->escape) {
		s->escape = false;
		++*p;
		return true;
	}
	*p = json_plain_end(*p, end);
	if (*p == end)
		return true;
	if (**p == '\n')
		return false;
	s->escape = **p == '\\';
	s->string = **p != '"';
	++*p;
	return true;
}

/* Inside an element that opened with a bracket; *ret_done when it ends at the
 * place returned. */
static const char *
inside(struct json_splitter *s, const char *p, const char *end, bool *ret_done)
{
	const char *begin = p;

	*ret_done = true;
	while (p < end) {
		char ch = *p;

		if (s->string) {
			if (!in_string(s, &p, end)) {
				s->mismatch = true;
				return p;
			}
			continue;
		}
		if (ch == '"') {
			s->string = true;
		} else if (ch == '{' || ch == '[') {
			if (ch == '{' && !may_open(s, begin, p)) {
				s->mismatch = true;
				return p;
			}
			open_bracket(s, ch);
		} else if (ch == '}' || ch == ']') {
			if (close_bracket(s, ch))
				return p + 1;
		} else if (ch == '\n' &&
			   (s->mismatch || s->depth > JSON_DEPTH_MAX)) {
			s->mismatch = true; /* good for nothing: give up */
			return p;
		}
		p++;
	}
	s->before = before(s, begin, p);
	*ret_done = false;
	return p;
}

/* A number, a word, a string in the place of an element. */
static const char *
scalar(struct json_splitter *s, const char *p, const char *end, bool *ret_done)
{
	*ret_done = true;
	for (; p < end; p++) {
		bool stop =
		    *p == '{' || (s->in_array && (*p == ',' || *p == ']'));

		/* Never at its first character: between() saw to that. */
		if (*p == '\n' || (stop && !s->string))
			return p;
		if (s->escape)
			s->escape = false;
		else if (*p == '\\')
			s->escape = s->string;
		else if (*p == '"')
			s->string = !s->string;
	}
	*ret_done = false;
	return p;
}

/* Junk ends where a line begins with {. */
static const char *
junk(struct json_splitter *s, const char *p, const char *end, bool *ret_done)
{
	*ret_done = true;
	for (; p < end; p++) {
		if (*p == '\n')
			s->state = IN_JUNK_LINE;
		else if (s->state == IN_JUNK_LINE && *p == '{')
			return p;
		else if (!json_is_blank(*p))
			s->state = IN_JUNK;
	}
	*ret_done = false;
	return p;
}

/* One step; MORE when there is nothing to say yet. */
static enum json_split_got
step(struct json_splitter *s, const char **p, const char *end)
{
	bool done = false;
	enum json_split_got got;

	switch (s->state) {
	case IN_ELEMENT:
	case IN_SCALAR:
		*p = s->state == IN_ELEMENT ? inside(s, *p, end, &done)
					    : scalar(s, *p, end, &done);
		if (!done)
			return JSON_SPLIT_MORE;
		if (s->mismatch)
			s->state = AT_ANYTHING;
		else
			s->state = s->in_array ? AT_SEPARATOR : AT_ELEMENT;
		return JSON_SPLIT_ELEMENT;
	case IN_JUNK:
	case IN_JUNK_LINE:
		*p = junk(s, *p, end, &done);
		if (!done)
			return JSON_SPLIT_MORE;
		s->state = AT_ELEMENT;
		return JSON_SPLIT_JUNK;
	case IN_SKIP:
		*p += s->skip;
		s->state = s->next;
		return JSON_SPLIT_JUNK;
	default:
		while (*p < end && json_is_blank(**p))
			++*p;
		if (*p == end)
			return JSON_SPLIT_MORE;
		got = between(s, **p, &done);
		*p += done;
		return got;
	}
}

enum json_split_got
json_split(struct json_splitter *s, struct str text, size_t *ret_used)
{
	const char *p = text.p, *end = text.p + text.n;
	enum json_split_got got = JSON_SPLIT_MORE;

	while (p < end && got == JSON_SPLIT_MORE)
		got = step(s, &p, end);
	*ret_used = (size_t)(p - text.p);
	return got;
}

const char *
json_split_end(const struct json_splitter *s)
{
	switch (s->state) {
	case IN_ELEMENT:
		return "the file ends inside this record";
	case IN_SCALAR:
		return s->in_array ? "the file ends inside this record" : NULL;
	case IN_SKIP:
	case IN_JUNK:
	case IN_JUNK_LINE:
		return s->what;
	case AT_FIRST:
	case AT_ELEMENT:
	case AT_SEPARATOR:
	case AT_ANYTHING:
		return s->in_array ? "the array is not closed" : NULL;
	default:
		return NULL;
	}
}
