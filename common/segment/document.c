/* SPDX-License-Identifier: ISC */
/*
 * A segment as a document: what it may say, and how it is printed again.
 */
#include <stdlib.h>
#include <string.h>

#include "segment/segment_priv.h"

static const char *const members[] = {
    "name", "description", "where", "static", NULL};

static int
take_name(const struct json *document, char **ret, struct err *err)
{
	const struct json *n = json_find(document, "name");
	struct str text = {NULL, 0};

	if (json_take_text(document, "name", &text, err) < 0)
		return -1;
	if (!text.p)
		return 0;
	if (!segment_name_ok(text))
		return json_err(n, err, "not a name: %s", quoted(text));
	*ret = str_dup(text);
	return 0;
}

bool
segment_name_ok(struct str name)
{
	if (name.n == 0 || name.n > SEGMENT_NAME_MAX ||
	    utf8_valid(name) != name.n)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] < ' ' || name.p[i] == 0x7f)
			return false;
	return true;
}

static int
take_where(const struct json *document, struct segment *s, struct err *err)
{
	const struct json *where = json_find(document, "where");
	struct buf text = {0};
	struct json_writer w = {.out = &text};

	if (!where)
		return json_err(
		    document, err, "a segment needs a condition: \"where\"");
	if (cond_parse_json(where, &lead_catalogue, &s->where, err) < 0)
		return -1;
	json_put_node(&w, where);
	s->where_json = buf_detach(&text);
	return 0;
}

int
segment_parse(
    const struct json *document, struct segment **ret, struct err *err)
{
	struct segment *s = xcalloc(1, sizeof(*s));
	struct str description = {NULL, 0};

	if (json_as_object(document, err) < 0 ||
	    json_only(document, members, err) < 0 ||
	    take_name(document, &s->name, err) < 0 ||
	    json_take_text(document, "description", &description, err) < 0 ||
	    json_take_bool(document, "static", &s->fixed, err) < 0 ||
	    take_where(document, s, err) < 0) {
		segment_free(s);
		return -1;
	}
	if (description.p)
		s->description = str_dup(description);
	*ret = s;
	return 0;
}

static int
parse_freeing(struct json *document, struct segment **ret, struct err *err)
{
	int code = segment_parse(document, ret, err);

	json_doc_free(document);
	return code;
}

int
segment_read(const char *path, struct segment **ret, struct err *err)
{
	struct json *document;

	if (json_doc_read(path, &document, err) < 0)
		return -1;
	return parse_freeing(document, ret, err);
}

int
segment_parse_text(struct str document, const char *name, struct segment **ret,
    struct err *err)
{
	struct json *doc;

	if (json_doc_parse(document, name, &doc, err) < 0)
		return -1;
	return parse_freeing(doc, ret, err);
}

int
segment_of_condition(struct str where, struct segment **ret, struct err *err)
{
	struct segment *s = xcalloc(1, sizeof(*s));
	struct buf text = {0};

	where = str_trim(where);
	if (cond_parse(where, "condition", &lead_catalogue, &s->where, err) <
	    0) {
		segment_free(s);
		return -1;
	}
	json_quote(&text, where);
	s->where_json = buf_detach(&text);
	*ret = s;
	return 0;
}

void
segment_free(struct segment *s)
{
	if (!s)
		return;
	cond_free(s->where);
	free(s->name);
	free(s->description);
	free(s->where_json);
	free(s);
}

void
segment_print(const struct segment *s, struct buf *out)
{
	struct json_writer w = {.out = out, .pretty = true};

	json_put_object(&w);
	if (s->name)
		json_add_text(&w, "name", str_of(s->name));
	if (s->description)
		json_add_text(&w, "description", str_of(s->description));
	json_put_name(&w, "where");
	json_put_raw(&w, str_of(s->where_json));
	if (s->fixed) {
		json_add_bool(&w, "static", true);
	}
	json_put_end(&w);
	buf_addc(out, '\n');
}
