/* SPDX-License-Identifier: ISC */
/* Sentences in Japanese and English: words.json, filled in. */
#include "insight/insight_priv.h"
#include "template/mustache.h"

extern const char words_json[];

bool
insight_has_words(const char *name)
{
	struct json *words = NULL;
	struct err err = {0};
	bool has;

	if (json_doc_parse(str_of(words_json), "words", &words, &err) < 0)
		BUG("%s", err.text);
	has = json_find(words, name) != NULL;
	json_doc_free(words);
	return has;
}

void
insight_say(
    const char *name, const char *locale, struct str data, struct buf *out)
{
	struct mustache_how how = {
	    .strict = true, .japanese = strcmp(locale, "ja") == 0};
	struct json *words = NULL, *values = NULL;
	struct mustache *made;
	struct arena arena = {0};
	struct err err = {0};
	const struct json *text;

	if (json_doc_parse(str_of(words_json), "words", &words, &err) < 0 ||
	    json_doc_parse(data, "numbers", &values, &err) < 0)
		BUG("%s", err.text);
	text = json_find(json_find(words, name), locale);
	if (!text ||
	    mustache_parse(json_text(text), name, &arena, &made, &err) < 0 ||
	    mustache_render(made, &how, (const struct json *const[]){values}, 1,
		out, &err) < 0)
		BUG("%s: %s", name, text ? err.text : "no such words");
	json_doc_free(words);
	json_doc_free(values);
	arena_release(&arena);
}
