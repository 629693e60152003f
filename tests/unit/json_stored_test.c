/* SPDX-License-Identifier: ISC */
/*
 * Single members of stored JSON: what is found, what is missing, and that text
 * cut anywhere does no harm.
 */
#include "json/json.h"
#include "unit.h"

static struct arena scratch;

static const struct {
	const char *object, *key, *text; /* NULL: missing */
} members[] = {
    {"{\"a\":1}", "a", "1"},
    {" { \"a\" : 1.50 , \"b\" : \"x\" } ", "a", "1.50"},
    {" { \"a\" : 1.50 , \"b\" : \"x\" } ", "b", "x"},
    {"{\"a\":\"\"}", "a", ""},
    {"{\"a\":null}", "a", NULL},
    {"{\"a\":true,\"b\":[1,\"]\",{}],\"c\":{\"a\":\"}\"}}", "b",
	"[1,\"]\",{}]"},
    {"{\"a\":true,\"b\":[1,\"]\",{}],\"c\":{\"a\":\"}\"}}", "c",
	"{\"a\":\"}\"}"},
    {"{\"c\":{\"a\":5}}", "a", NULL},
    {"{\"a\":1,\"a\":2}", "a", "2"},
    {"{\"a\":1,\"a\":null}", "a", NULL},
    {"{\"ab\":1}", "a", NULL},
    {"{\"\\u0061\":1}", "a", "1"},
    {"{\"q\\\"\":1}", "q\"", "1"},
    {"{\"a\":\"\\\\\\\"\\n\\u30b7\\ud83d\\ude00\"}", "a", "\\\"\nシ😀"},
    {"{\"a\":\"\\ud800x\"}", "a", "\xef\xbf\xbdx"},
    {"{\"a\":\"\\ud800\\u0041\"}", "a",
	"\xef\xbf\xbd"
	"A"},
    {"{\"a\":\"\\udc00\\r\\b\\f\\/\"}", "a", "\xef\xbf\xbd\r\b\f/"},
    {"{\"a\":\"\\u12\"}", "a", "u12"},
    {"{\"予算\":\"あり\"}", "予算", "あり"},
    {"{\"\":1}", "", "1"},
    {"{}", "a", NULL},
    {"[\"a\",1]", "a", NULL},
    {"", "a", NULL},
    {"x", "a", NULL},
    {"{\"a\"", "a", NULL},
    {"{\"a\":", "a", NULL},
    {"{\"a\":\"x", "a", "x"},
    {"{a:1}", "a", NULL},
};

static void
test_members(void)
{
	for (size_t i = 0; i < COUNT_OF(members); i++) {
		struct str got = json_stored_text(str_of(members[i].object),
		    str_of(members[i].key), &scratch);

		CHECK((got.p != NULL) == (members[i].text != NULL));
		if (got.p && members[i].text && !str_is(got, members[i].text))
			CHECK_TEXT(
			    arena_strdup(&scratch, got), members[i].text);
	}
	CHECK(!json_stored_text((struct str){NULL, 0}, STR("a"), &scratch).p);
}

static void
check_list(const char *list, const char *joined)
{
	struct str rest = str_of(list), item;
	struct buf b = {0};

	buf_addstr(&b, "");
	while (json_stored_next(&rest, &scratch, &item)) {
		buf_addc(&b, '<');
		buf_adds(&b, item);
		buf_addc(&b, '>');
	}
	CHECK_TEXT(b.p, joined);
	CHECK(!json_stored_next(&rest, &scratch, &item));
	buf_release(&b);
}

static void
test_lists(void)
{
	check_list("[]", "");
	check_list(" [ ] ", "");
	check_list("[\"a\"]", "<a>");
	check_list(" [ \"a\\nb\" , 1.50,null,\"\", [2,\"]\"], {} ] ",
	    "<a\nb><1.50><><[2,\"]\"]><{}>");
	check_list("", "");
	check_list("{\"a\":1}", "");
	check_list("[\"a\",", "<a>");
	check_list("[\"a", "<a>");
	check_list("a", "");
	check_list("[1 2]", "<1>");
}

/* In memory of just that size, for the sanitizers to watch. */
static void
test_cut(void)
{
	for (size_t i = 0; i < COUNT_OF(members); i++) {
		size_t n = strlen(members[i].object);

		for (size_t cut = 0; cut <= n; cut++) {
			char *copy = xmalloc(cut + !cut);
			struct str text = {copy, cut}, item;

			memcpy(copy, members[i].object, cut);
			json_stored_text(
			    text, str_of(members[i].key), &scratch);
			while (json_stored_next(&text, &scratch, &item))
				;
			free(copy);
		}
	}
	CHECK(true);
}

int
main(void)
{
	test_members();
	test_lists();
	test_cut();
	arena_release(&scratch);
	return unit_done("json_stored");
}
