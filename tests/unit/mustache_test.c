/* SPDX-License-Identifier: ISC */
/*
 * mustache: every case of the published specification but those of lambdas,
 * where the shared corpora are; a table of our own cases; limits and hostile
 * input.
 */
#include "template/mustache.h"
#include "unit.h"

static const char *const spec[] = {"comments", "delimiters", "interpolation",
    "inverted", "partials", "sections", "~dynamic-names", "~inheritance"};

struct partials {
	const struct json *sources;
	struct arena *arena;
	struct mustache *made[64];
	struct str name[64];
	size_t count;
};

static int
find_partial(void *context, struct str name, const struct mustache **ret,
    struct err *err)
{
	struct partials *p = context;
	const struct json *source = json_find_str(p->sources, name);

	for (size_t i = 0; i < p->count; i++)
		if (str_eq(p->name[i], name)) {
			*ret = p->made[i];
			return 1;
		}
	if (!source)
		return 0;
	if (mustache_parse(json_text(source), arena_strdup(p->arena, name),
		p->arena, &p->made[p->count], err) < 0)
		return -1;
	p->name[p->count] = arena_str(p->arena, name);
	*ret = p->made[p->count++];
	return 1;
}

/* 0 and the text, or -1 and the error's. */
static int
render(struct str source, const struct json *data, const struct json *sources,
    struct mustache_how how, struct buf *out)
{
	struct arena arena = {0};
	struct partials partials = {.sources = sources, .arena = &arena};
	struct mustache *m;
	struct err err = {0};
	int rc;

	how.partial = find_partial;
	how.context = &partials;
	rc = mustache_parse(source, "t", &arena, &m, &err);
	if (rc == 0)
		rc = mustache_render(m, &how, &data, 1, out, &err);
	if (rc < 0)
		buf_addstr(out, err.text);
	arena_release(&arena);
	return rc;
}

static void
spec_case(const char *file, const struct json *test)
{
	struct buf out = {0};
	struct str wanted = json_text(json_find(test, "expected"));
	int rc = render(json_text(json_find(test, "template")),
	    json_find(test, "data"), json_find(test, "partials"),
	    (struct mustache_how){.html = true}, &out);

	if (rc < 0 || !str_eq(buf_str(&out), wanted))
		printf("%s: %.*s:\ngot    %s\nwanted %.*s\n", file,
		    STR_ARG(json_text(json_find(test, "name"))),
		    out.p ? out.p : "", STR_ARG(wanted));
	CHECK(rc == 0 && str_eq(buf_str(&out), wanted));
	buf_release(&out);
}

static void
spec_file(const char *shared, const char *name)
{
	const struct json *tests;
	struct json *doc;
	struct err err = {0};
	struct buf path = {0};

	buf_addf(&path, "%s/corpora/mustache/%s.json", shared, name);
	if (json_doc_read(path.p, &doc, &err) < 0) {
		SKIP(err.text);
	} else {
		tests = json_find(doc, "tests");
		CHECK(json_count(tests) >= 10);
		for (size_t i = 0; i < json_count(tests); i++)
			spec_case(name, json_item(tests, i));
		json_doc_free(doc);
	}
	buf_release(&path);
}

static void
specification(void)
{
	const char *shared = getenv("DL_SHARED");

	if (!shared || !*shared) {
		SKIP("the mustache specification: DL_SHARED is not set");
		return;
	}
	for (size_t i = 0; i < COUNT_OF(spec); i++)
		spec_file(shared, spec[i]);
}

/* ---- our own cases ---- */

/* NOW is Thursday, 15 January 2026, 00:00 UTC, 09:00 in Tokyo. */
static const struct {
	const char *source, *data, *wanted;
	char how; /* t text, h html, e text in English, ! an error in text */
} cases[] = {
    /* defaults */
    {"{{name|お客様}}", "{\"name\":\"佐藤\"}", "佐藤", 't'},
    {"{{name|お客様}}", "{}", "お客様", 't'},
    {"{{name|お客様}}", "{\"name\":null}", "お客様", 't'},
    {"{{name|お客様}}", "{\"name\":\" \\u3000\"}", "お客様", 't'},
    {"{{name | お客 様 }}", "{}", "お客 様", 't'},
    {"[{{name|}}]", "{}", "[]", 't'},
    {"{{name|<b>}}{{{name|<b>}}}{{&name|<b>}}", "{}", "&lt;b&gt;<b><b>", 'h'},
    {"{{n|x}}", "{\"n\":0}", "0", 't'},
    {"{{n|x}}", "{\"n\":false}", "false", 't'},
    {"a{{name}}b", "{}", "t:1:2: name: missing, and without a default", '!'},
    {"\n  {{a.b}}", "{\"a\":{}}", "t:2:3: a.b: missing", '!'},
    {"{{#a}}{{.}}{{/a}}", "{\"a\":[1,\"\"]}", "t:1:7: .: missing", '!'},
    {"{{a}}", "{\"a\":[1]}", "t:1:1: a: not a text but an array", '!'},
    {"{{a}}", "{\"a\":{\"b\":1}}", "not a text but an object", '!'},
    {"{{>x}}", "{}", "t:1:1: no such template: \"x\"", '!'},
    {"{{>*x}}", "{}", "t:1:1: x: missing: no name of a template", '!'},
    /* names */
    {"{{attrs.従業員数}}", "{\"attrs\":{\"従業員数\":1200}}", "1200", 't'},
    {"{{attrs.\"予算.2026\"}}", "{\"attrs\":{\"予算.2026\":5}}", "5", 't'},
    {"{{\"a \"\"b|c\"\"\":number|x}}", "{\"a \\\"b|c\\\"\":1e3}", "1e3", 't'},
    {"{{\"a}}", "{}", "quotation mark without end", '!'},
    {"{{a..b}}", "{}", "not a name: \"a..b\"", '!'},
    {"{{a b}}", "{}", "not a name: \"a b\"", '!'},
    {"{{}}", "{}", "not a name: \"\"", '!'},
    {"{{.a}}", "{}", "not a name", '!'},
    /* what is false */
    {"{{#a}}x{{/a}}{{^a}}y{{/a}}", "{\"a\":0}", "x", 't'},
    {"{{#a}}x{{/a}}{{^a}}y{{/a}}", "{\"a\":\"\"}", "y", 't'},
    {"{{#a}}x{{/a}}{{^a}}y{{/a}}", "{\"a\":[]}", "y", 't'},
    {"{{#a}}x{{/a}}{{^a}}y{{/a}}", "{\"a\":{}}", "x", 't'},
    /* formats */
    {"{{a}}", "{\"a\":\"2026-01-15T00:00:00Z\"}", "2026年1月15日（木）09:00",
	't'},
    {"{{a}}", "{\"a\":\"2026-01-15T00:00:00Z\"}", "Thu, 15 January 2026, 09:00",
	'e'},
    {"{{a:date}} {{a:time}}", "{\"a\":\"2026-01-14T15:00:00Z\"}",
	"2026年1月15日（木） 00:00", 't'},
    {"{{a:date}}", "{\"a\":\"2026-01-14T15:00:00Z\"}", "Thu, 15 January 2026",
	'e'},
    {"{{a:date}}", "{\"a\":\"2026-12-31\"}", "2026年12月31日（木）", 't'},
    {"{{a}}", "{\"a\":\"2026-12-31\"}", "2026-12-31", 't'},
    {"{{a:date|未定}}", "{}", "未定", 't'},
    {"{{a:date}}", "{\"a\":\"来月\"}", "来月", 't'},
    {"{{a:date}}", "{\"a\":\"2026-13-45\"}", "2026-13-45", 't'},
    {"{{a:number}}", "{\"a\":1234567}", "1,234,567", 't'},
    {"{{a:number}}", "{\"a\":-1234.5678}", "-1,234.5678", 't'},
    {"{{a:number}}", "{\"a\":\"999\"}", "999", 't'},
    {"{{a:number}}", "{\"a\":\"1000円\"}", "1000円", 't'},
    {"{{a:lines}}", "{\"a\":\"一<\\n二\"}", "一&lt;<br>\n二", 'h'},
    {"{{a:lines}}", "{\"a\":\"一<\\n二\"}", "一<\n二", 't'},
    {"{{a:url}}", "{\"a\":\"あ&b=c d\"}", "%E3%81%82%26b%3Dc%20d", 'h'},
    {"{{a:sama}}", "{\"a\":\"山田 太郎\"}", "山田 太郎 様", 't'},
    {"{{a:sama}}", "{\"a\":\"山田様\"}", "山田様", 't'},
    {"{{a:sama|ご担当者様}}", "{}", "ご担当者様", 't'},
    {"{{a:dat}}", "{}", "no such format: \"dat\": did you mean \"date\"?", '!'},
    {"{{a:currency}}", "{}", "no such format: \"currency\": there are", '!'},
    /* data stays data */
    {"{{a}}", "{\"a\":\"{{{b}}} {{#x}}\"}", "{{{b}}} {{#x}}", 't'},
    {"{{a}}", "{\"a\":\"<script>'\\\"&\"}", "&lt;script&gt;&#39;&quot;&amp;",
	'h'},
    {"{{a}}", "{\"a\":\"a\\u0000\\u001b[2J\\rb\\u007f\\u0085c\\td\"}",
	"a[2Jbc\td", 't'},
    {"{{a}}", "{\"a\":\"x\\u202ey\\u2066z\\ufeff\"}", "xyz", 't'},
    {"{{a}}", "{\"a\":\"x\\u200f\\u200ey\"}", "x\u200f\u200ey", 't'},
    {"{{a}}", "{\"a\":\"x\\u2028y\"}", "x\ny", 't'},
    {"{{a:sama}}", "{\"a\":\"\\u202e\\u200f\"}", "a: missing", '!'},
    /* structure */
    {"{{#a}}", "{}", "t:1:1: no end of {{a}}", '!'},
    {"{{/a}}", "{}", "t:1:1: {{/a}} ends nothing", '!'},
    {"{{#a}}\n{{/b}}", "{}",
	"t:2:1: {{/b}} where {{/a}} should be, for "
	"line 1",
	'!'},
    {"{{a", "{}", "t:1:1: tag without end: \"{{a\"", '!'},
    {"{{{a}}", "{}", "tag without end", '!'},
    {"{{=x}}", "{}", "tag without end", '!'},
    {"{{=x=}}", "{}", "not two brackets: \"x\"", '!'},
    {"{{$}}{{/}}", "{}", "not a name", '!'},
};

static void
own_cases(void)
{
	const struct zone *tokyo = NULL;
	struct err err = {0};

	CHECK_INT(zone_find("Asia/Tokyo", &tokyo, &err), 0);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct mustache_how how = {.html = cases[i].how == 'h',
		    .strict = true,
		    .japanese = cases[i].how != 'e',
		    .zone = tokyo};
		bool wrong = cases[i].how == '!', good;
		struct buf out = {0};
		struct json *data;
		int rc;

		CHECK_INT(
		    json_doc_parse(str_of(cases[i].data), "data", &data, &err),
		    0);
		rc = render(str_of(cases[i].source), data, NULL, how, &out);
		good = wrong ? rc < 0 && strstr(out.p, cases[i].wanted)
			     : rc == 0 && strcmp(buf_str(&out).p,
					      cases[i].wanted) == 0;
		if (!good)
			printf("%s: got    %s\n    wanted %s\n",
			    cases[i].source, out.p, cases[i].wanted);
		CHECK(good);
		json_doc_free(data);
		buf_release(&out);
	}
}

/* ---- limits ---- */

static void
limit(const char *source, const char *partial, const char *data,
    const char *wanted)
{
	struct mustache_how how = {.strict = true};
	struct json *doc, *sources;
	struct buf out = {0}, text = {0};
	struct err err = {0};

	buf_addstr(&text, "{\"p\":");
	json_quote(&text, str_of(partial));
	buf_addstr(&text, "}");
	CHECK_INT(json_doc_parse(str_of(data), "data", &doc, &err), 0);
	CHECK_INT(json_doc_parse(buf_str(&text), "p", &sources, &err), 0);
	CHECK_INT(render(str_of(source), doc, sources, how, &out), -1);
	if (!out.p || !strstr(out.p, wanted))
		printf("got %s, wanted %s\n", out.p, wanted);
	CHECK(out.p && strstr(out.p, wanted));
	json_doc_free(doc);
	json_doc_free(sources);
	buf_release(&out);
	buf_release(&text);
}

static void
limits(void)
{
	struct buf deep = {0}, data = {0};

	limit("{{>p}}", "{{>p}}", "{}", "more than 32 templates within");
	limit("{{<p}}{{$b}}{{<p}}{{/p}}{{/b}}{{/p}}",
	    "{{$b}}{{/b}}{{<p}}{{$b}}{{>p}}{{/b}}{{/p}}", "{}",
	    "more than 32 templates within");
	limit("{{>p}}\n", "x{{a}}\n     {{>p}}\n", "{\"a\":1}",
	    "more than 32 templates within");
	for (int i = 0; i < 65; i++)
		buf_addstr(&deep, "{{#a}}");
	limit(deep.p, "", "{}", "more than 64 tags open at once");
	buf_clear(&deep);
	for (int i = 0; i < 300 * 1024; i++)
		buf_addc(&deep, 'x');
	limit(deep.p, "", "{}", "more than 256 KiB");
	/* Lists in lists: nothing is printed, and yet it ends. */
	buf_addstr(&data, "{\"a\":[1");
	for (int i = 0; i < 999; i++)
		buf_addstr(&data, ",1");
	buf_addstr(&data, "]}");
	limit("{{#a}}{{#a}}{{#a}}{{#a}}{{/a}}{{/a}}{{/a}}{{/a}}", "", data.p,
	    "tags to look at");
	limit("{{#a}}{{#a}}12345678{{/a}}{{/a}}", "", data.p,
	    "more than 1024 KiB of text");
	buf_clear(&deep);
	for (int i = 0; i < 600; i++)
		buf_addc(&deep, ' ');
	buf_addstr(&deep, "{{>p}}\n");
	limit("{{>p}}", deep.p, "{}", "more than 1024 blanks before a line");
	buf_release(&deep);
	buf_release(&data);
}

/* What a partial brings with it is indented, what a value does is not. */
static void
indentation(void)
{
	static const char partials[] =
	    "{\"list\":\"{{#a}}\\n- {{.}}\\n{{/a}}\\nend\\n\","
	    "\"outer\":\"  {{>list}}\\nx\\n\","
	    "\"page\":\"<\\n  {{$b}}\\n  none\\n  {{/b}}\\n>\\n\"}";
	struct mustache_how how = {.strict = true};
	struct json *sources, *data;
	struct buf out = {0};
	struct err err = {0};

	CHECK_INT(json_doc_parse(str_of(partials), "p", &sources, &err), 0);
	CHECK_INT(
	    json_doc_parse(STR("{\"a\":[\"1\\n2\",\"3\"]}"), "d", &data, &err),
	    0);
	CHECK_INT(render(STR(" {{>outer}}\n"), data, sources, how, &out), 0);
	CHECK_TEXT(out.p, "   - 1\n2\n   - 3\n   end\n x\n");
	buf_clear(&out);
	CHECK_INT(render(STR("{{<page}}\n{{$b}}\n\t{{>list}}\n\tok\n{{/b}}\n"
			     "{{/page}}\n{{<page}}{{/page}}\n"),
		      data, sources, how, &out),
	    0);
	CHECK_TEXT(out.p, "<\n  - 1\n2\n  - 3\n  end\n  ok\n>\n"
			  "<\n  none\n>\n");
	json_doc_free(sources);
	json_doc_free(data);
	buf_release(&out);
}

int
main(void)
{
	specification();
	own_cases();
	indentation();
	limits();
	return unit_done("mustache");
}
