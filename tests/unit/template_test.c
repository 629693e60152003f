/* SPDX-License-Identifier: ISC */
/*
 * template: what documents may say, what checking finds before there is any
 * lead, and that what ships is right, also with leads that mean harm.
 */
#include "lead/lead.h"
#include "template/template.h"
#include "unit.h"

#define NOW INT64_C(1768435200000) /* 2026-01-15T00:00:00Z */

static struct tenant *tenant;

static int
read_template(const char *text, struct template **ret, struct err *err)
{
	struct json *doc;

	if (json_doc_parse(str_of(text), "t.json", &doc, err) < 0)
		return -1;
	return template_of(doc, NULL, ret, err);
}

/* ---- documents ---- */

#define JA(parts) "{\"name\":\"x\",\"locales\":{\"ja\":{" parts "}}}"
#define TEXT(t)   JA("\"text\":\"" t "\"")

static const struct {
	const char *document, *part; /* of the error */
} refused[] = {
    {"[]", "not an object"},
    {"{\"name\":\"x\"}", "\"locales\" is missing"},
    {"{\"locales\":{\"ja\":{\"text\":\"a\"}}}", "needs a name"},
    {"{\"name\":\"x\",\"locales\":{}}", "neither ja nor en"},
    {"{\"name\":\"x\",\"locales\":{\"jp\":{}}}", "did you mean \"ja\""},
    {JA(""), "no parts"},
    {JA("\"body\":\"a\""), "unknown member \"body\""},
    {JA("\"text\":1"), "locales.ja.text"},
    {JA("\"text\":[\"a\",2]"), "locales.ja.text[1]"},
    {JA("\"subject\":\"a\\nb\""), "a subject has one line"},
    {TEXT("a\\u0007"), "t.json:1:37: locales.ja.text: a control character"},
    {TEXT("a\\u0000"), "a control character"},
    {JA("\"text\":[\"a\",\" {{#b}}\"]"), "x/ja/text:2:2: no end of {{b}}"},
    {"{\"name\":\"a b\",\"locales\":{\"ja\":{\"text\":\"a\"}}}",
	"not a name for a template"},
    {"{\"name\":\"*a\",\"locales\":{\"ja\":{\"text\":\"a\"}}}",
	"not a name for a template"},
    {"{\"name\":\"x\",\"sample\":{\"now\":1},\"locales\":{\"ja\":{\"text\":"
     "\"a\"}}}",
	"sample.now: this name means something else"},
    {"{\"name\":\"x\",\"sample\":{\"lead\":1},\"locales\":{\"ja\":{\"text\":"
     "\"a\"}}}",
	"sample.lead"},
};

static void
documents(void)
{
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		struct template *tpl = NULL;
		struct err err = {0};

		CHECK_INT(read_template(refused[i].document, &tpl, &err), -1);
		CHECK_INT(err.kind, ERR_USAGE);
		if (!strstr(err.text, refused[i].part))
			printf("wanted \"%s\" in: %s\n", refused[i].part,
			    err.text);
		CHECK(strstr(err.text, refused[i].part) != NULL);
		template_free(tpl);
	}
}

static void
printed(const char *document, const char *wanted)
{
	struct template *tpl = NULL, *again = NULL;
	struct buf one = {0}, two = {0};
	struct err err = {0};

	CHECK_INT(read_template(document, &tpl, &err), 0);
	template_print(tpl, &one);
	CHECK_TEXT(one.p, wanted);
	CHECK_INT(read_template(one.p, &again, &err), 0);
	template_print(again, &two);
	CHECK_TEXT(two.p, one.p);
	template_free(tpl);
	template_free(again);
	buf_release(&one);
	buf_release(&two);
}

static void
forms(void)
{
	printed("{\"sample\":{\"b\":1.50,\"a\":[ ]},\"locales\":{\"en\":{"
		"\"text\":\"a\\r\\nb\\n\"},\"ja\":{\"html\":\"\",\"subject\":"
		"[\"x\"],\"text\":[\"1\\n2\",\"\"]}},\"name\":\"名\"}",
	    "{\n  \"name\": \"名\",\n  \"locales\": {\n    \"ja\": {\n"
	    "      \"subject\": \"x\",\n      \"text\": [\n        \"1\",\n"
	    "        \"2\",\n        \"\"\n      ],\n      \"html\": \"\"\n"
	    "    },\n    \"en\": {\n      \"text\": [\n        \"a\",\n"
	    "        \"b\"\n      ]\n    }\n  },\n  \"sample\": {\n"
	    "    \"b\": 1.50,\n    \"a\": []\n  }\n}\n");
}

/* ---- checking ---- */

/* Of a text, beside the sample {"task":{"title":"a","due_at":"2026-01-15",
 * "note":null},"list":[{"a":1,"b":2},{"a":3}],"words":["x"],"any":[]}. */
static const struct {
	const char *text, *wrong; /* NULL: nothing is */
} checked[] = {
    {"{{task.title}} {{task.due_at:date}} {{now}} {{tenant.name}}", NULL},
    {"{{lead.id}}{{id}}{{created_at:date}}{{is_hot}}{{data.task.title}}", NULL},
    {"{{name|x}}{{lead.company|x}}{{attrs.a|x}}{{attrs.\"b.c\"|}}", NULL},
    {"{{#name}}{{name}}{{/name}}", NULL},
    {"{{#lead.name}}{{lead.name}}{{name}}{{/lead.name}}", NULL},
    {"{{#attrs.a}}{{attrs.a}}{{/attrs.a}}", NULL},
    {"{{#owner}}{{owner.email}}{{email}}{{/owner}}", NULL},
    {"{{#list}}{{a}}{{#b}}{{b}}{{/b}}{{/list}}", NULL},
    {"{{#words}}{{.}}{{/words}}{{#tags}}{{.}}{{/tags}}", NULL},
    {"{{#any}}{{x|}}{{#y}}{{y}}{{/y}}{{/any}}", NULL},
    {"{{>footer}}", NULL},
    {"{{name}}", "x/ja/text:1:1: name: may be missing: give a default, "
		 "{{name|...}}"},
    {"\n {{attrs.a:number}}", "x/ja/text:2:2: attrs.a: may be missing: give "
			      "a default, {{attrs.a:number|...}}"},
    {"{{^name}}{{name}}{{/name}}", "name: may be missing"},
    {"{{#name}}{{company}}{{/name}}", "company: may be missing"},
    {"{{#owner}}{{owner.name}}{{/owner}}", "owner.name: may be missing"},
    {"{{owner.email}}", "owner.email: may be missing"},
    {"{{task.note}}", "task.note: may be missing"},
    {"{{#list}}{{b}}{{/list}}", "b: may be missing"},
    {"{{nmae}}", "nmae: nothing has this name: did you mean \"name\"?"},
    {"{{task.titel|x}}", "did you mean \"title\"?"},
    {"{{#comapny}}{{/comapny}}", "did you mean \"company\"?"},
    {"{{zzzzzzzz|x}}", "what the sender adds is declared in \"sample\""},
    {"{{title.x|y}}", "title.x: nothing has this name"},
    {"{{tags}}", "tags: not a text but a list: put it into a section"},
    {"{{owner}}", "owner: not a text but an object: name a member"},
    {"{{>fooder}}", "no such template: \"fooder\""},
    {"{{>layout}}", "layout has no text in ja"},
    {"{{>*name}}", "name: may be missing: no name of a template"},
};

static void
keep_first(void *context, struct place where, const char *text)
{
	struct buf *out = context;

	if (out->len)
		return;
	place_add(out, where);
	buf_addstr(out, text);
}

static void
check_template(const char *document, const char *wrong, const char *doubt)
{
	struct template_library *lib = template_library_shipped(tenant);
	struct buf first = {0}, odd = {0};
	struct remarks remarks = {.put = keep_first, .context = &first};
	struct remarks doubts = {.put = keep_first, .context = &odd};
	struct template *tpl = NULL;
	struct err err = {0};

	CHECK_INT(read_template(document, &tpl, &err), 0);
	template_library_add(lib, tpl);
	template_check(lib, tpl, &lead_catalogue, &remarks, &doubts);
	if (wrong ? !first.p || !strstr(first.p, wrong) : first.len > 0)
		printf("%s\n  got    %s\n  wanted %s\n", document,
		    first.p ? first.p : "nothing", wrong ? wrong : "nothing");
	CHECK(wrong ? first.p && strstr(first.p, wrong) : first.len == 0);
	CHECK(doubt ? odd.p && strstr(odd.p, doubt) : odd.len == 0);
	template_library_free(lib);
	buf_release(&first);
	buf_release(&odd);
}

static void
checks(void)
{
	for (size_t i = 0; i < COUNT_OF(checked); i++) {
		struct buf text = {0};

		buf_addstr(&text,
		    "{\"name\":\"x\",\"sample\":{\"task\":{\"title\":\"a\","
		    "\"due_at\":\"2026-01-15\",\"note\":null},\"list\":[{\"a\""
		    ":1,\"b\":2},{\"a\":3}],\"words\":[\"x\"],\"any\":[]},"
		    "\"locales\":{\"ja\":{\"text\":");
		json_quote(&text, str_of(checked[i].text));
		buf_addstr(&text, "}}}");
		check_template(text.p, checked[i].wrong, NULL);
		buf_release(&text);
	}
	check_template(
	    JA("\"subject\":\"a\""), "x: ja: a subject and no body", NULL);
	check_template(
	    JA("\"subject\":\"a\",\"html\":\"b\""), NULL, "html without text");
	check_template(JA("\"html\":\"{{{name|x}}}\""), NULL, "not escaped");
	check_template(JA("\"html\":\"<a title={{name|x}}>\""), NULL,
	    "without quotation marks");
	check_template(JA("\"html\":\"<a href='{{attrs.x|y}}'>\""), NULL,
	    "an address that others have written");
	check_template(TEXT("{{company:date|x}}"), NULL, "no moment");
	check_template(JA("\"html\":\"{{<layout}}x{{/layout}}\""),
	    "what is outside of the blocks of {{<layout}} is not shown", NULL);
	check_template(
	    JA("\"html\":\"{{<layout}}{{$bdoy}}{{/bdoy}}{{/layout}}\""),
	    "layout has no block \"bdoy\"", NULL);
	check_template(JA("\"html\":\"{{<layout}}{{$body}}{{nmae|x}}{{/body}}"
			  "{{/layout}}\""),
	    "x/ja/html:1:21: nmae", NULL);
	check_template("{\"name\":\"x\",\"locales\":{\"ja\":{\"text\":\"a\"},"
		       "\"en\":{\"html\":\"a\"}}}",
	    NULL, "in one language only");
}

/* Templates that hold each other many times over: checking ends. */
static void
bounds(void)
{
	struct template_library *lib = template_library_shipped(tenant);
	struct buf first = {0}, text = {0};
	struct remarks wrong = {.put = keep_first, .context = &first};
	struct remarks doubts = {.put = keep_first, .context = &first};

	for (int i = 0; i < 8; i++) {
		struct template *tpl = NULL;
		struct err err = {0};

		buf_clear(&text);
		buf_addf(&text,
		    "{\"name\":\"p%d\",\"locales\":{\"en\":{\"text\":\"", i);
		for (int n = 0; n < 1000; n++)
			buf_addf(&text, "{{>p%d}}", i + 1);
		buf_addstr(&text, "\"}}}");
		CHECK_INT(read_template(text.p, &tpl, &err), 0);
		template_library_add(lib, tpl);
	}
	template_check(lib, template_find(lib, STR("p0")), &lead_catalogue,
	    &wrong, &doubts);
	CHECK(first.p && strstr(first.p, "no such template: \"p8\""));
	CHECK_INT(wrong.count, 1001);
	CHECK_INT(doubts.count, 0);
	template_library_free(lib);
	buf_release(&first);
	buf_release(&text);
}

/* ---- what ships ---- */

static void
print_remark(void *context, struct place where, const char *text)
{
	(void)context;
	printf(
	    "%s:%llu: %s\n", where.file, (unsigned long long)where.line, text);
}

/* A lead that would like to be more than that. */
static void
hostile(struct buf *out)
{
	struct json_writer w = {.out = out};
	struct buf text = {0};

	buf_addstr(&text, "{{{data}}}{{/name}}<script>alert(1)</script>\r\n"
			  "Bcc: x@example.jp\x1b[2J\xe2\x80\xae");
	for (int i = 0; i < 10000; i++)
		buf_addc(&text, 'A');
	json_put_object(&w);
	for (size_t i = 0; i < lead_catalogue.count; i++)
		if (lead_catalogue.fields[i].type == COND_TEXT)
			json_add_text(
			    &w, lead_catalogue.fields[i].name, buf_str(&text));
	json_put_end(&w);
	buf_release(&text);
}

static void
hostile_message(const struct template_message *m)
{
	struct str subject = buf_str(&m->part[TEMPLATE_SUBJECT]);
	const char *p;

	for (p = subject.p; *p; p++)
		CHECK((unsigned char)*p >= ' ' && *p != 0x7f);
	CHECK(utf8_count(subject) <= 256);
	/* A task's has no HTML. */
	CHECK(!m->has[TEMPLATE_HTML] ||
	      !strstr(m->part[TEMPLATE_HTML].p, "<script>"));
	for (int i = 0; i < TEMPLATE_PART__MAX; i++) {
		if (!m->has[i])
			continue;
		CHECK(!strchr(m->part[i].p, '\x1b'));
		CHECK(!strchr(m->part[i].p, '\r'));
		CHECK(!strstr(m->part[i].p, "\xe2\x80\xae"));
	}
}

static void
render_shipped(const struct template_library *lib, const struct template *tpl,
    const char *locale, bool harm)
{
	struct template_words words = {.now = NOW, .locale = locale};
	struct template_message m = {0};
	struct arena arena = {0};
	struct buf lead = {0};
	struct err err = {0};

	if (harm) {
		hostile(&lead);
		words.lead = buf_str(&lead);
	}
	words = template_sampled(tpl, &words, &arena);
	if (template_render(lib, tpl->name, &words, &m, &err) < 0)
		printf("%s\n", err.text);
	CHECK_TEXT(err.text, "");
	CHECK_TEXT(m.locale, locale);
	if (m.has[TEMPLATE_SUBJECT] && harm)
		hostile_message(&m);
	template_message_release(&m);
	arena_release(&arena);
	buf_release(&lead);
}

static void
shipped(void)
{
	struct template_library *lib = template_library_shipped(tenant);
	struct remarks remarks = {.put = print_remark};
	const struct template *tpl;
	size_t i;

	template_check_all(lib, NULL, &lead_catalogue, &remarks, &remarks);
	CHECK_INT(remarks.count, 0);
	for (i = 0; (tpl = template_at(lib, i)) != NULL; i++) {
		CHECK_INT(tpl->origin, TEMPLATE_SHIPPED);
		for (int l = 0; l < TEMPLATE_LOCALE__MAX; l++) {
			const char *locale = template_locale_names[l];

			CHECK(template_has(tpl, (enum template_locale)l));
			render_shipped(lib, tpl, locale, false);
			render_shipped(lib, tpl, locale, true);
		}
	}
	CHECK_INT(i, 16);
	template_library_free(lib);
}

/* A lead of which nothing is known but that it is there: defaults hold. */
static void
poorest(void)
{
	static const char *const names[] = {
	    "hot_lead", "mql_reached", "proposal", "welcome"};
	struct template_library *lib = template_library_shipped(tenant);

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct template_words words = {
		    .lead = STR("{\"id\":\"L1\"}"), .now = NOW};
		struct template_message m = {0};
		struct err err = {0};

		template_render(lib, names[i], &words, &m, &err);
		CHECK_TEXT(err.text, "");
		template_message_release(&m);
	}
	template_library_free(lib);
}

/* ---- messages ---- */

static void
messages(void)
{
	struct template_library *lib = template_library_shipped(tenant);
	struct template_words words = {
	    .lead = STR("{\"name\":\"佐藤\",\"title\":\"部長\",\"owner\":\"a@"
			"example.jp\"}"),
	    .owner = STR("{\"name\":\"鈴木\"}"),
	    .data = STR("{\"title\":\"件\",\"lead\":\"x\",\"n\":{\"a\":1}}"),
	    .now = NOW};
	struct template_message m = {0};
	struct template *tpl = NULL;
	struct err err = {0};

	CHECK_INT(
	    read_template(JA("\"subject\":\" {{name}}\\t {{title}}\",\"text\":"
			     "\"{{lead.title}} {{owner.name}} {{lead.owner}} "
			     "{{n.a}} {{now:date}}\""),
		&tpl, &err),
	    0);
	template_library_add(lib, tpl);
	CHECK_INT(template_render(lib, "x", &words, &m, &err), 0);
	CHECK_TEXT(m.part[TEMPLATE_SUBJECT].p, "佐藤 件");
	CHECK_TEXT(m.part[TEMPLATE_TEXT].p,
	    "部長 鈴木 a@example.jp 1 2026年1月15日（木）");
	CHECK(!m.has[TEMPLATE_HTML]);
	words.locale = "en";
	CHECK_INT(template_render(lib, "x", &words, &m, &err), -1);
	CHECK_TEXT(err.text, "x: there is none in en");
	words.locale = NULL;
	words.lead = (struct str){0};
	CHECK_INT(template_render(lib, "x", &words, &m, &err), -1);
	CHECK_INT(err.kind, ERR_USAGE);
	CHECK_TEXT(
	    err.text, "x/ja/subject:1:2: name: missing, and without a default");
	CHECK_INT(template_render(lib, "hot_laed", &words, &m, &err), -1);
	CHECK_TEXT(err.text,
	    "no such template: \"hot_laed\": did you mean \"hot_lead\"?");
	template_message_release(&m);
	template_library_free(lib);
}

static void
overriding(void)
{
	struct template_library *lib = template_library_shipped(tenant);
	struct template *tpl = NULL;
	struct err err = {0};

	CHECK_INT(read_template("{\"name\":\"footer\",\"locales\":{\"ja\":{"
				"\"text\":\"a\"}}}",
		      &tpl, &err),
	    0);
	template_library_add(lib, tpl);
	CHECK_INT(
	    template_find(lib, STR("footer"))->origin, TEMPLATE_OVERRIDDEN);
	CHECK(!template_library_take(lib, "layout"));
	CHECK(template_library_take(lib, "footer") == tpl);
	template_free(tpl);
	CHECK_INT(template_find(lib, STR("footer"))->origin, TEMPLATE_SHIPPED);
	CHECK(!template_library_take(lib, "footer"));
	template_library_free(lib);
}

int
main(void)
{
	tenant = tenant_default();
	free(tenant->name);
	tenant->name = xstrdup("株式会社サンプル");
	documents();
	forms();
	checks();
	bounds();
	shipped();
	poorest();
	messages();
	overriding();
	tenant_free(tenant);
	return unit_done("template");
}
