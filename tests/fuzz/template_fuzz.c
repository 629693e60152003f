/* SPDX-License-Identifier: ISC */
/*
 * A source, a partial named p and a document of values, a blank line of \1
 * between them: whatever they are, rendering ends within its limits. A source
 * that parses makes a definition that prints to the same again and can be
 * checked. The whole input as a value leaves nothing of its own in HTML.
 */
#include "lead/lead.h"
#include "template/template.h"
#include "fuzz.h"

struct other {
	const struct mustache *p;
};

static int
find_other(void *context, struct str name, const struct mustache **ret,
    struct err *err)
{
	const struct other *other = context;

	(void)err;
	if (!other->p || !str_is(name, "p"))
		return 0;
	*ret = other->p;
	return 1;
}

static void
ignore(void *context, struct place where, const char *text)
{
}

static void
render(struct str source, struct str partial, const struct json *data)
{
	struct arena arena = {0};
	struct mustache *m, *p;
	struct other other = {NULL};
	struct err err = {0};

	if (mustache_parse(partial, "p", &arena, &p, &err) == 0)
		other.p = p;
	if (mustache_parse(source, "t", &arena, &m, &err) == 0)
		for (int i = 0; i < 4; i++) {
			struct mustache_how how = {.html = i & 1,
			    .strict = i & 2,
			    .japanese = i & 1,
			    .partial = find_other,
			    .context = &other};
			struct buf out = {0};

			if (mustache_render(m, &how, &data, 1, &out, &err) < 0)
				MUST(out.len == 0);
			MUST(out.len <= 2 * MUSTACHE_OUTPUT_MAX);
			buf_release(&out);
		}
	arena_release(&arena);
}

static struct template *
define(struct str document)
{
	struct template *tpl;
	struct json *doc;
	struct err err = {0};

	if (json_doc_parse(document, "t", &doc, &err) < 0 ||
	    template_of(doc, NULL, &tpl, &err) < 0)
		return NULL;
	return tpl;
}

/* As a definition: with the partial as a second part, the values as sample. */
static void
same_again(struct str source, struct str partial, struct str data)
{
	static struct template_library *library;
	struct remarks remarks = {.put = ignore};
	struct buf document = {0}, one = {0}, two = {0};
	struct json_writer w = {.out = &document};
	struct template *tpl, *again;

	json_put_object(&w);
	json_add_text(&w, "name", STR("p"));
	json_put_name(&w, "locales");
	json_put_object(&w);
	json_put_name(&w, "en");
	json_put_object(&w);
	json_add_text(&w, "text", source);
	json_add_text(&w, "html", partial);
	json_put_end(&w);
	json_put_end(&w);
	json_put_name(&w, "sample");
	json_put_raw(&w, data);
	json_put_end(&w);
	tpl = define(buf_str(&document));
	if (tpl) {
		template_print(tpl, &one);
		again = define(buf_str(&one));
		MUST(again);
		template_print(again, &two);
		MUST(str_eq(buf_str(&one), buf_str(&two)));
		template_free(again);
		if (!library)
			library = template_library_shipped(tenant_default());
		template_library_add(library, tpl);
		template_check(
		    library, tpl, &lead_catalogue, &remarks, &remarks);
		MUST(template_library_take(library, "p") == tpl);
		template_free(tpl);
	}
	buf_release(&document);
	buf_release(&one);
	buf_release(&two);
}

static void
stays_data(struct str value)
{
	for (int f = 0; f < MUSTACHE_FORMAT__MAX; f++) {
		struct mustache_how how = {.html = true, .strict = true};
		struct buf out = {0};

		mustache_put(&out, value, (enum mustache_format)f, false, &how);
		for (size_t i = 0; i < out.len; i++) {
			MUST((unsigned char)out.p[i] >= ' ' ||
			     out.p[i] == '\n' || out.p[i] == '\t');
			if (out.p[i] == '<')
				MUST(strncmp(out.p + i, "<br>", 4) == 0);
			MUST(out.p[i] != '"' && out.p[i] != '\'');
		}
		MUST(utf8_valid(buf_str(&out)) == out.len);
		buf_release(&out);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct str rest = {(const char *)bytes, n}, source, partial;
	struct json *data;
	struct err err = {0};

	stays_data(rest);
	str_cut(&rest, '\1', &source);
	str_cut(&rest, '\1', &partial);
	if (json_doc_parse(rest, "d", &data, &err) < 0) {
		rest = STR("{\"a\":[1,2,{\"b\":\"c\"}],\"b\":\"x\\ny\"}");
		if (json_doc_parse(rest, "d", &data, &err) < 0)
			abort();
	}
	render(source, partial, data);
	same_again(source, partial, rest);
	json_doc_free(data);
	return 0;
}
