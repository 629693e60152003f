/* SPDX-License-Identifier: ISC */
/* A request as JSON, which a job keeps so that it can be gone on with. */
#include <stddef.h>

#include "extract/extract.h"
#include "json/json.h"

enum kind { TEXT, NUMBER, TRUTH };

static const struct asked {
	const char *name;
	enum kind kind;
	size_t offset;
} all[] = {
#define MEMBER(kind, name)                                          \
	{                                                           \
#name, kind, offsetof(struct extract_request, name) \
	}
    MEMBER(TEXT, what),
    MEMBER(TEXT, of),
    MEMBER(TEXT, columns),
    MEMBER(TEXT, where),
    MEMBER(TEXT, segment),
    MEMBER(TEXT, range),
    MEMBER(TEXT, sort),
    MEMBER(NUMBER, newest),
    MEMBER(NUMBER, limit),
    MEMBER(TEXT, format),
    MEMBER(TRUTH, bom),
    MEMBER(TRUTH, crlf),
    MEMBER(TRUTH, raw),
    MEMBER(TRUTH, replace),
    MEMBER(TEXT, delimiter),
    MEMBER(TEXT, encoding),
    MEMBER(TEXT, table),
    MEMBER(TEXT, mask),
    MEMBER(TEXT, mask_key),
    MEMBER(TRUTH, summary),
    MEMBER(TEXT, by),
    MEMBER(TEXT, file),
    MEMBER(TEXT, manifest),
    MEMBER(TEXT, job),
    MEMBER(TEXT, expires),
    MEMBER(TEXT, notify),
#undef MEMBER
};

void
extract_request_put(const struct extract_request *r, struct json_writer *w)
{
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		const struct asked *m = &all[i];
		const void *at = (const char *)r + m->offset;

		if (m->kind == TEXT && *(const char *const *)at)
			json_add_text(
			    w, m->name, str_of(*(const char *const *)at));
		else if (m->kind == NUMBER && *(const int64_t *)at)
			json_add_int(w, m->name, *(const int64_t *)at);
		else if (m->kind == TRUTH && *(const bool *)at)
			json_add_bool(w, m->name, true);
	}
}

static int
take(const struct json *doc, const struct asked *m, struct arena *arena,
    struct extract_request *r, struct err *err)
{
	void *at = (char *)r + m->offset;
	struct str text = {0};

	if (m->kind == NUMBER)
		return json_take_int(doc, m->name, at, err);
	if (m->kind == TRUTH)
		return json_take_bool(doc, m->name, at, err);
	if (json_take_text(doc, m->name, &text, err) < 0)
		return -1;
	if (text.p)
		*(const char **)at = arena_strdup(arena, text);
	return 0;
}

int
extract_request_read(struct str json, struct arena *arena,
    struct extract_request *ret, struct err *err)
{
	struct json *doc;
	int rc = json_doc_parse(json, "request", &doc, err);

	*ret = (struct extract_request){0};
	for (size_t i = 0; rc == 0 && i < COUNT_OF(all); i++)
		rc = take(doc, &all[i], arena, ret, err);
	if (rc == 0 && !ret->what)
		rc = json_err(doc, err, "nothing is asked for");
	json_doc_free(doc);
	return rc;
}
