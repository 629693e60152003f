/* SPDX-License-Identifier: ISC */
#include <dirent.h>
#include <math.h>

#include "json/json.h"
#include "unit.h"

/* Scans a literal and returns the fault's code. */
static enum json_code
scan_code(struct json_scanner *s, const char *text)
{
	return json_scan_object(s, str_of(text)) == 0 ? JSON_CODE_NONE
						      : s->fault.code;
}

static void
scan_members(void)
{
	struct json_scanner s = {0};
	struct json_member *m;

	CHECK_INT(
	    scan_code(&s, " {\"a\":1.100, \"b\" :\"x\\n\\u3042\\ud83d\\ude00\","
			  "\"c\":[1,{\"d\":null}],\"\":null,\"t\":true,"
			  "\"o\":{\"a\":[]} } "),
	    JSON_CODE_NONE);
	CHECK_INT(s.count, 6);
	m = s.member;
	CHECK(m[0].type == JSON_TYPE_NUMBER && str_is(m[0].text, "1.100"));
	CHECK(m[1].type == JSON_TYPE_STRING &&
	      str_is(m[1].text, "x\n\xe3\x81\x82\xf0\x9f\x98\x80"));
	CHECK(str_is(m[1].raw, "\"x\\n\\u3042\\ud83d\\ude00\""));
	CHECK(m[2].type == JSON_TYPE_ARRAY &&
	      str_is(m[2].raw, "[1,{\"d\":null}]"));
	CHECK(m[3].type == JSON_TYPE_NULL && m[3].name.n == 0);
	CHECK(m[4].type == JSON_TYPE_BOOL && str_is(m[4].text, "true"));
	CHECK(m[5].type == JSON_TYPE_OBJECT && str_is(m[5].name, "o"));

	CHECK_INT(scan_code(&s, "{}"), JSON_CODE_NONE);
	CHECK_INT(s.count, 0);

	/* The last value of a name counts, at the first one's position; the
	 * escaped spelling is the same name. */
	CHECK_INT(
	    scan_code(&s, "{\"a\":1,\"b\":2,\"\\u0061\":3}"), JSON_CODE_NONE);
	CHECK_INT(s.count, 2);
	CHECK(str_is(s.member[0].text, "3") && str_is(s.member[1].text, "2"));
	json_scanner_release(&s);
}

static void
scan_faults(void)
{
	static const struct {
		const char *text;
		enum json_code code;
		size_t offset;
	} rows[] = {
	    {"", JSON_CODE_CUT, 0},
	    {"{", JSON_CODE_CUT, 1},
	    {"{\"a\":1", JSON_CODE_CUT, 6},
	    {"{\"a\":\"x", JSON_CODE_CUT, 7},
	    {"{\"a\":tru", JSON_CODE_CUT, 8},
	    {"{\"a\":1}x", JSON_CODE_SYNTAX, 7},
	    {"{\"a\":01}", JSON_CODE_SYNTAX, 5},
	    {"{\"a\":1.}", JSON_CODE_SYNTAX, 7},
	    {"{\"a\":+1}", JSON_CODE_SYNTAX, 5},
	    {"{\"a\":1,}", JSON_CODE_SYNTAX, 7},
	    {"{a:1}", JSON_CODE_SYNTAX, 1},
	    {"{\"a\" 1}", JSON_CODE_SYNTAX, 5},
	    {"{\"a\":\"\t\"}", JSON_CODE_SYNTAX, 6},
	    {"{\"a\":\"\\x\"}", JSON_CODE_SYNTAX, 6},
	    {"{\"a\":\"\\ud800\"}", JSON_CODE_SYNTAX, 6},
	    {"{\"a\":\"\\udc00\\ud800\"}", JSON_CODE_SYNTAX, 6},
	    {"{\"a\":\"\\ud800\\u0041\"}", JSON_CODE_SYNTAX, 6},
	    {"{\"a\":\"b\\u0000\"}", JSON_CODE_NUL, 7},
	    {"{\"\\u0000\":1}", JSON_CODE_NUL, 2},
	    {"{\"a\":[\"\\u0000\"]}", JSON_CODE_NUL, 7},
	    {"{\"a\":\"\xff\"}", JSON_CODE_UTF8, 6},
	    {"{\"a\":\"\xed\xa0\x80\"}", JSON_CODE_UTF8, 6},
	    {"[1]", JSON_CODE_NO_OBJECT, 0},
	    {" 12 ", JSON_CODE_NO_OBJECT, 1},
	    {"\"x\"", JSON_CODE_NO_OBJECT, 0},
	    {"nul", JSON_CODE_CUT, 3},
	    {"{\"a\":[1,2}", JSON_CODE_SYNTAX, 9},
	    {"{\"a\":{\"b\":1]", JSON_CODE_SYNTAX, 11},
	    {"{\"a\":[1,]}", JSON_CODE_SYNTAX, 8},
	    {"{\"a\":{1:2}}", JSON_CODE_SYNTAX, 6},
	};
	struct json_scanner s = {0};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		enum json_code code = scan_code(&s, rows[i].text);

		if (code != rows[i].code || s.fault.offset != rows[i].offset)
			printf("%s: %s at %zu\n", rows[i].text,
			    s.fault.what ? s.fault.what : "fine",
			    s.fault.offset);
		CHECK_INT(code, rows[i].code);
		CHECK_INT(s.fault.offset, rows[i].offset);
		CHECK_INT(s.count, 0);
	}
	json_scanner_release(&s);
}

/* Every plain stretch length, so that both the eight-byte steps and the rest
 * see each kind of end at each position. */
static void
scan_every_length(void)
{
	struct json_scanner s = {0};
	struct buf text = {0};

	for (unsigned n = 0; n < 40; n++) {
		buf_clear(&text);
		buf_addstr(&text, "{\"k\":\"");
		for (unsigned i = 0; i < n; i++)
			buf_addc(&text, (char)(i % 3 ? 'a' + i % 26 : '~'));
		buf_addstr(&text, "\\\"\xe3\x81\x82\"}");
		CHECK(json_scan_object(&s, buf_str(&text)) == 0);
		CHECK_INT(s.member[0].text.n, n + 4);
		text.p[6 + n] = '\x1f';
		CHECK(json_scan_object(&s, buf_str(&text)) < 0);
		CHECK_INT(s.fault.offset, 6 + n);
	}
	buf_release(&text);
	json_scanner_release(&s);
}

static void
scan_limits(void)
{
	struct json_scanner s = {.max_members = 100};
	struct buf text = {0};

	for (int wide = 100; wide <= 101; wide++) {
		buf_clear(&text);
		buf_addc(&text, '{');
		for (int i = 0; i < wide; i++)
			buf_addf(&text, "%s\"n%d\":%d", i ? "," : "", i, i);
		/* Names met again do not count twice. */
		for (int i = 0; i < wide; i++)
			buf_addf(&text, ",\"n%d\":%d", i, -i);
		buf_addc(&text, '}');
		CHECK_INT(scan_code(&s, text.p),
		    wide == 100 ? JSON_CODE_NONE : JSON_CODE_FIELDS);
		if (wide == 100) {
			CHECK_INT(s.count, 100);
			CHECK(str_is(s.member[57].text, "-57"));
		}
	}
	/* Many more of a name than there are names, of which some are found
	 * through the index: in a moment, or never. */
	buf_clear(&text);
	buf_addstr(&text, "{\"n0\":0");
	for (int i = 1; i < 25; i++)
		buf_addf(&text, ",\"n%d\":%d", i, i);
	for (int i = 0; i < 300000; i++)
		buf_addf(&text, ",\"n%d\":%d", i % 25, i);
	buf_addc(&text, '}');
	CHECK_INT(scan_code(&s, text.p), JSON_CODE_NONE);
	CHECK_INT(s.count, 25);
	for (int i = 0; i < 25; i++)
		CHECK_INT(strtol(s.member[i].text.p, NULL, 10), 299975 + i);
	for (int deep = 255; deep <= 256; deep++) {
		buf_clear(&text);
		buf_addstr(&text, "{\"a\":");
		for (int i = 0; i < deep; i++)
			buf_addc(&text, '[');
		for (int i = 0; i < deep; i++)
			buf_addc(&text, ']');
		buf_addc(&text, '}');
		CHECK_INT(scan_code(&s, text.p),
		    deep == 255 ? JSON_CODE_NONE : JSON_CODE_DEEP);
	}
	buf_release(&text);
	json_scanner_release(&s);
}

static void
places(void)
{
	struct str text = STR("{\n \"\xe3\x81\x82\": x");
	struct place p = json_place(text, 9, "f.json");

	CHECK_INT(p.line, 2);
	CHECK_INT(p.column, 6);
	CHECK_TEXT(p.file, "f.json");
	p = json_place(text, 1000, NULL);
	CHECK_INT(p.column, 8);
}

/* The splitter fed in pieces of every size: "E" and the text of an element,
 * "J" and the text of junk, then how the end is. */
static void
split_all(const char *text, size_t piece, struct buf *out)
{
	struct json_splitter s = {0};
	struct buf current = {0};
	size_t n = strlen(text), done = 0;
	bool open = false;

	buf_clear(out);
	while (done < n) {
		size_t size = n - done < piece ? n - done : piece, used;
		enum json_split_got got =
		    json_split(&s, (struct str){text + done, size}, &used);

		if (open)
			buf_add(&current, text + done, used);
		done += used;
		switch (got) {
		case JSON_SPLIT_BEGIN:
			open = true;
			break;
		case JSON_SPLIT_ELEMENT:
		case JSON_SPLIT_JUNK:
			buf_addf(out, "%c<%.*s>",
			    got == JSON_SPLIT_JUNK ? 'J' : 'E',
			    STR_ARG(buf_str(&current)));
			buf_clear(&current);
			open = false;
			break;
		case JSON_SPLIT_MORE:
			break;
		}
	}
	if (open)
		buf_addf(out, "?<%.*s>", STR_ARG(buf_str(&current)));
	if (json_split_end(&s))
		buf_addf(out, "%s", json_split_end(&s));
	buf_release(&current);
}

static void
splitting(void)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
	    {"[]", ""},
	    {" [ {\"a\":\"]}\\\"\"} , {\"b\":[{}]}\n]\n",
		"E<{\"a\":\"]}\\\"\"}>E<{\"b\":[{}]}>"},
	    {"{\"a\":1}{\"b\":2}\n{}", "E<{\"a\":1}>E<{\"b\":2}>E<{}>"},
	    {"[{} {}]", "E<{}>J<>E<{}>"},
	    {"[,{}]", "J<,>E<{}>"},
	    {"[{},,{},]", "E<{}>J<,>E<{}>J<>"},
	    {"[1,\"a,b\",{}]", "E<1>E<\"a,b\">E<{}>"},
	    {"[{\"a\":]},\n{\"b\":1}]", "E<{\"a\":]},>E<{\"b\":1}>"},
	    {"[{\"a\":\"x\n},\n{\"b\":1}]", "E<{\"a\":\"x>J<},\n>E<{\"b\":1}>"},
	    {"[{}] x", "E<{}>?<x>text after the end of the array"},
	    {"[{}", "E<{}>the array is not closed"},
	    {"[{\"a\":{}", "?<{\"a\":{}>the file ends inside this record"},
	    {"", ""},
	    {"]", "?<]>"},
	    {",{}]\n{}", "E<,>E<{}>E<]>E<{}>"},
	    {"[{}x,\n{\"a\":1}]", "E<{}>J<x,\n>E<{\"a\":1}>"},
	    /* A brace that is missing costs one element. */
	    {"[{\"a\":1,\n{\"b\":2},\n{\"c\":3}]",
		"E<{\"a\":1,\n>E<{\"b\":2}>E<{\"c\":3}>"},
	    {"[{\"a\"   {\"b\":2}},\n{}]",
		"E<{\"a\"   >E<{\"b\":2}>J<},\n>E<{}>"},
	    {"[{\"a\": [ {} , {\"b\" : {} } ]}]",
		"E<{\"a\": [ {} , {\"b\" : {} } ]}>"},
	};
	struct buf got = {0}, deep = {0};

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		for (size_t piece = 1; piece < 40; piece++) {
			split_all(rows[i].text, piece, &got);
			CHECK_TEXT(got.p ? got.p : "", rows[i].want);
		}
	/* Too deep to be read: given up where the line ends. */
	buf_addstr(&deep, "[");
	for (int i = 0; i < 300; i++)
		buf_addstr(&deep, "{\"a\":");
	buf_addstr(&deep, "\n{}]");
	split_all(deep.p, 100, &got);
	CHECK(str_ends(buf_str(&got), STR("{\"a\":>E<{}>")));
	buf_release(&deep);
	buf_release(&got);
}

/* Read as our own it is the same. */
static void
same_own(struct str text, const struct json *doc)
{
	struct json *own = NULL;
	struct err err = {0};

	CHECK(json_doc_own(text, "own", &own, &err) == 0);
	CHECK(json_doc_equal(doc, own));
	json_doc_free(own);
}

static struct json *
parse(const char *text)
{
	struct json *doc = NULL;
	struct err err = {0};

	if (json_doc_parse(str_of(text), "d.json", &doc, &err) < 0)
		printf("%s\n", err.text);
	else
		same_own(str_of(text), doc);
	return doc;
}

static void
documents(void)
{
	struct json *doc =
	    parse("{\"name\":\"x\",\n \"n\":12345678901234567890,\n"
		  " \"rules\":[{\"points\":5,\"w\":1.50},{\"points\":\"x\"}],\n"
		  " \"on\":true,\"off\":null,\"\xe4\xba\x88 \":1}");
	const struct json *rules, *n;
	struct err err = {0};
	struct str text = {0};
	struct buf many = {0};
	int64_t i = -1;
	double v = -1;
	bool b = false;
	static const char *const known[] = {
	    "name", "n", "rules", "on", "of", NULL};

	CHECK(doc != NULL);
	CHECK_INT(json_count(doc), 6);
	CHECK(json_need_text(doc, "name", &text, &err) == 0);
	CHECK(str_is(text, "x"));
	CHECK(json_need_array(doc, "rules", &rules, &err) == 0);
	CHECK_INT(json_count(rules), 2);
	CHECK(json_need_int(json_item(rules, 0), "points", &i, &err) == 0);
	CHECK_INT(i, 5);
	CHECK(json_need_real(json_item(rules, 0), "w", &v, &err) == 0);
	CHECK(v == 1.5);
	CHECK(str_is(json_text(json_find(json_item(rules, 0), "w")), "1.50"));
	CHECK(json_need_bool(doc, "on", &b, &err) == 0 && b);
	i = 7;
	CHECK(json_take_int(doc, "off", &i, &err) == 0);
	CHECK(json_take_int(doc, "absent", &i, &err) == 0);
	CHECK_INT(i, 7);

	CHECK(json_need_int(json_item(rules, 1), "points", &i, &err) < 0);
	CHECK_TEXT(err.text,
	    "d.json:3:43: rules[1].points: not a whole number: \"x\"");
	CHECK_INT(err.kind, ERR_USAGE);
	CHECK(json_need_int(doc, "n", &i, &err) < 0);
	CHECK_TEXT(
	    err.text, "d.json:2:6: n: too large: \"12345678901234567890\"");
	CHECK(json_need_int(json_item(rules, 0), "w", &i, &err) < 0);
	CHECK_TEXT(
	    err.text, "d.json:3:27: rules[0].w: not a whole number: \"1.50\"");
	CHECK(json_need_text(doc, "rules", &text, &err) < 0);
	CHECK_TEXT(err.text, "d.json:3:10: rules: not a string but an array");
	CHECK(json_need_text(rules, "x", &text, &err) < 0);
	CHECK_TEXT(err.text, "d.json:3:10: rules: not an object but an array");
	CHECK(json_need_bool(json_item(rules, 0), "x", &b, &err) < 0);
	CHECK_TEXT(err.text, "d.json:3:11: rules[0]: \"x\" is missing");
	CHECK(json_need_text(doc, "off", &text, &err) < 0);
	CHECK_TEXT(err.text, "d.json:4:18: off: not a string but null");
	CHECK(json_only(doc, known, &err) < 0);
	CHECK_TEXT(err.text,
	    "d.json:4:18: unknown member \"off\": did you mean \"of\"?");
	CHECK(json_only(doc, known + 4, &err) < 0);
	CHECK_TEXT(err.text, "d.json:1:9: unknown member \"name\"");
	b = false;
	CHECK(json_as_bool(json_find(doc, "name"), &b, &err) < 0);
	CHECK_TEXT(err.text, "d.json:1:9: name: not true or false: \"x\"");
	CHECK(json_as_real(json_find(doc, "on"), &v, &err) < 0);
	CHECK_TEXT(err.text, "d.json:4:7: on: not a number: \"true\"");
	CHECK(json_need_object(doc, "name", &n, &err) < 0);
	CHECK_TEXT(err.text, "d.json:1:9: name: not an object: \"x\"");
	CHECK(json_take_array(doc, "name", &n, &err) < 0);
	CHECK_TEXT(err.text, "d.json:1:9: name: not an array: \"x\"");
	CHECK(json_take_object(doc, "absent", &n, &err) == 0);
	CHECK(json_need_object(rules, "x", &n, &err) < 0);
	CHECK(json_take_int(rules, "x", &i, &err) < 0);
	CHECK(json_find(NULL, "x") == NULL && !json_truth(NULL));
	CHECK(json_item(doc, 99) == NULL);
	n = json_item(doc, 5);
	CHECK(json_as_text(n, &text, &err) < 0);
	CHECK_TEXT(
	    err.text, "d.json:4:28: \"\xe4\xba\x88 \": not a string: \"1\"");
	json_doc_free(doc);

	/* Written twice, also with values of other kinds. */
	doc = parse("{\"a\":{\"x\":1},\"b\":0,\"a\":{\"y\":[2]},\"b\":[{}],"
		    "\"c\":[1],\"c\":{\"d\":4}}");
	CHECK_INT(json_count(doc), 3);
	CHECK(str_is(json_raw(json_item(doc, 0)), "{\"y\":[2]}"));
	CHECK(json_count(json_find(json_find(doc, "a"), "y")) == 1);
	CHECK(json_type_of(json_find(doc, "b")) == JSON_TYPE_ARRAY);
	CHECK(str_is(json_text(json_find(json_find(doc, "c"), "d")), "4"));
	json_doc_free(doc);

	/* A path of which the ends are enough. */
	doc = parse("{\"a\":[[[[[[[[[[[[[[[{\"b\":{\"c\":1}}]]]]]]]]]]]]]]]}");
	n = json_item(doc, 0);
	while (json_count(n) > 0)
		n = json_item(n, 0);
	CHECK(json_as_text(n, &text, &err) < 0);
	CHECK_TEXT(err.text, "d.json:1:31: a[0][0][0][0][0]…[0][0][0][0].b.c: "
			     "not a string: \"1\"");
	json_doc_free(doc);

	/* All of them, and many: in a moment, or never. */
	buf_addstr(&many, "{\"n0\":0");
	for (int k = 1; k < 400000; k++)
		buf_addf(&many, ",\"n%d\":%d", k % 200000, k);
	buf_addc(&many, '}');
	doc = parse(many.p);
	CHECK_INT(json_count(doc), 200000);
	CHECK(str_is(json_name(json_item(doc, 123)), "n123"));
	CHECK(str_is(json_raw(json_item(doc, 123)), "200123"));
	CHECK(str_is(json_raw(json_item(doc, 199999)), "399999"));
	json_doc_free(doc);
	buf_release(&many);

	/* NUL is text in a document, and no name. */
	doc = parse("{\"a\\u0000\\u0000\":\"\\u0000\\\\u0000\","
		    "\"b\\\\u0000\":1}");
	CHECK_INT(json_text(json_item(doc, 0)).n, 7);
	CHECK(
	    str_is(json_name(json_item(doc, 0)), "a\xef\xbf\xbd\xef\xbf\xbd"));
	CHECK(str_is(json_name(json_item(doc, 1)), "b\\u0000"));
	json_doc_free(doc);
	json_doc_free(NULL);
}

static void
document_errors(void)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
	    {"{\n  \"a\": 01}", "d.json:2:8: a number with a leading zero"},
	    {"{\n", "d.json:2:1: expected a name or } (the text ends here)"},
	    {"[1,\n 2\n 3]", "d.json:3:2: expected , or ]"},
	    {"", "d.json:1:1: expected a value (the text ends here)"},
	    {"\xef\xbb\xbf{}", "d.json:1:1: expected a value"},
	};
	struct json *doc = NULL;
	struct err err = {0};
	struct buf deep = {0};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		CHECK(json_doc_parse(
			  str_of(rows[i].text), "d.json", &doc, &err) < 0);
		CHECK_TEXT(err.text, rows[i].want);
	}
	for (int i = 0; i < 100000; i++)
		buf_addc(&deep, '[');
	CHECK(json_doc_parse(buf_str(&deep), "d.json", &doc, &err) < 0);
	CHECK_TEXT(err.text, "d.json:1:257: nested too deeply");
	CHECK(json_doc_read("/nonexistent/x.json", &doc, &err) < 0);
	CHECK(doc == NULL);
	buf_release(&deep);
}

static void
equality(void)
{
	struct json *a = parse("{\"a\":1,\"b\":[1.0,2]}");
	struct json *b = parse("{ \"b\" : [1, 2e0], \"a\":1 }");
	struct json *c = parse("{ \"b\" : [2, 1], \"a\":1 }");

	CHECK(json_doc_equal(a, b));
	CHECK(!json_doc_equal(a, c));
	json_doc_free(a);
	json_doc_free(c);
	a = parse("[9007199254740993,\"x\",true]");
	c = parse("[9007199254740992,\"x\",true]");
	CHECK(json_doc_equal(a, a) && !json_doc_equal(a, c));
	json_doc_free(a);
	json_doc_free(b);
	json_doc_free(c);
}

static void
writing(void)
{
	struct buf out = {0};
	struct json_writer w = {.out = &out};
	struct json *doc;
	char odd[] = "a\"\\/\b\f\n\r\t\x01\x7f\xe3\x81\x82\xff\xe3\x81";

	json_put_object(&w);
	json_put_name(&w, "t");
	json_put_text(&w, str_of(odd));
	json_put_name(&w, "none");
	json_put_text(&w, (struct str){0});
	json_put_name(&w, "empty");
	json_put_array(&w);
	json_put_end(&w);
	json_put_key(&w, STR("a"));
	json_put_array(&w);
	json_put_int(&w, INT64_MIN);
	json_put_real(&w, 0.1);
	json_put_real(&w, (double)NAN);
	json_put_bool(&w, false);
	json_put_null(&w);
	json_put_raw(&w, STR("1.100"));
	json_put_object(&w);
	json_put_end(&w);
	json_put_end(&w);
	json_put_end(&w);
	CHECK_TEXT(out.p,
	    "{\"t\":\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\x7f\xe3\x81\x82"
	    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\",\"none\":null,"
	    "\"empty\":[],\"a\":[-9223372036854775808,0.1,null,false,null,"
	    "1.100,{}]}");

	/* A document laid out: the same bytes whatever it looked like. */
	doc = parse("{\"b\":{ } ,\"a\":[1.10,\n{\"x\":\"\\u3042\"}],\"c\":[]}");
	buf_clear(&out);
	w = (struct json_writer){.out = &out, .pretty = true};
	json_put_node(&w, doc);
	CHECK_TEXT(out.p,
	    "{\n  \"b\": {},\n  \"a\": [\n    1.10,\n    {\n      \"x\": "
	    "\"\xe3\x81\x82\"\n    }\n  ],\n  \"c\": []\n}");
	json_doc_free(doc);
	buf_release(&out);
}

/* Members of what is stored already. */
static void
stored(void)
{
	struct arena a = {0};
	struct str object = STR("{\"a\": [1,\"x\\n\",null,{\"b\":2}] ,"
				"\"\\u3042\":\"\\ud83d\\ude00\",\"n\":null,"
				"\"a\":\"last\"}");
	struct str list = STR(" [1,\"x\\n\", null ,{\"b\":[2]},true]");
	struct str item = {0};
	static const char *const want[] = {"1", "x\n", "{\"b\":[2]}", "true"};

	CHECK(str_is(json_stored_text(object, STR("a"), &a), "last"));
	CHECK(str_is(json_stored_text(object, STR("\xe3\x81\x82"), &a),
	    "\xf0\x9f\x98\x80"));
	CHECK(json_stored_text(object, STR("n"), &a).p == NULL);
	CHECK(json_stored_text(object, STR("b"), &a).p == NULL);
	CHECK(json_stored_text(STR("no"), STR("b"), &a).p == NULL);
	for (size_t i = 0; i < COUNT_OF(want); i++) {
		CHECK(json_stored_next(&list, &a, &item));
		CHECK(str_is(item, want[i]));
	}
	CHECK(!json_stored_next(&list, &a, &item));
	arena_release(&a);
}

/* The JSON test suite as documents, and as objects of a stream. */
static void
suite(void)
{
	const char *shared = getenv("DL_SHARED");
	struct json_scanner s = {0};
	struct buf path = {0}, text = {0}, line = {0};
	struct dirent *entry;
	unsigned files = 0;
	DIR *dir;

	buf_addf(&path, "%s/corpora/json", shared ? shared : "");
	dir = shared ? opendir(path.p) : NULL;
	if (!dir) {
		SKIP("no $DL_SHARED/corpora/json");
		buf_release(&path);
		return;
	}
	while ((entry = readdir(dir)) != NULL) {
		const char *name = entry->d_name;
		struct json *doc = NULL;
		struct err err = {0};
		bool good, in_stream;

		if (name[0] == '.' || name[1] != '_')
			continue;
		files++;
		buf_clear(&path);
		buf_addf(&path, "%s/corpora/json/%s", shared, name);
		buf_clear(&text);
		CHECK(file_read(path.p, &text, 1 << 24, &err) == 0);
		good = json_doc_parse(buf_str(&text), name, &doc, &err) == 0;
		if ((name[0] == 'y' && !good) || (name[0] == 'n' && good))
			printf("%s: %s\n", name, good ? "accepted" : err.text);
		CHECK(name[0] != 'y' || good);
		CHECK(name[0] != 'n' || !good);
		CHECK(good || (err.kind == ERR_USAGE && strchr(err.text, ':')));
		if (good)
			same_own(buf_str(&text), doc);

		/* As the value of a member the scanner says the same, but for
		 * \u0000 and white space around the whole. */
		buf_clear(&line);
		buf_addstr(&line, "{\"v\":");
		buf_add(&line, text.p ? text.p : "", text.len);
		buf_addc(&line, '}');
		in_stream = json_scan_object(&s, buf_str(&line)) == 0;
		if (name[0] == 'y')
			CHECK(in_stream || s.fault.code == JSON_CODE_NUL);
		json_doc_free(doc);
	}
	closedir(dir);
	CHECK(files > 300);
	json_scanner_release(&s);
	buf_release(&path);
	buf_release(&text);
	buf_release(&line);
}

int
main(void)
{
	scan_members();
	scan_faults();
	scan_every_length();
	scan_limits();
	places();
	splitting();
	documents();
	document_errors();
	equality();
	writing();
	stored();
	suite();
	return unit_done("json");
}
