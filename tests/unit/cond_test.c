/* SPDX-License-Identifier: ISC */
/*
 * The condition language by example: what is printed for what is written, what
 * is said about mistakes, what is true of one lead, and the limits. Agreement
 * on everything else is in cond_property_test.c.
 */
#include "cond_fixture.h"

/* ---- the forms ---------------------------------------------------------- */

static const struct {
	const char *text, *canonical, *json;
} forms[] = {
    {"score between 60 and 79 and industry in ('IT', '製造業') and "
     "(count(email_opened, 30d) >= 1 or company contains 'システム')",
	"score between 60 and 79 and industry in ('IT', '製造業') and "
	"(count(email_opened, 30d) >= 1 or company contains 'システム')",
	"{\"logic\":\"AND\",\"conditions\":[{\"field\":\"score\",\"operator\":"
	"\"between\",\"value\":[60,79]},{\"field\":\"industry\",\"operator\":"
	"\"in\",\"value\":[\"IT\",\"製造業\"]},{\"logic\":\"OR\",\"conditions\""
	":[{\"event\":\"email_opened\",\"aggregate\":\"count\",\"within\":"
	"\"30d\",\"operator\":\"at_least\",\"value\":1},{\"field\":\"company\","
	"\"operator\":\"contains\",\"value\":\"システム\"}]}]}"},
    {"SCORE_ = 1", NULL, NULL},
    {"score=60", "score = 60",
	"{\"field\":\"score\",\"operator\":\"equals\",\"value\":60}"},
    {"score == 60.0", "score = 60", NULL},
    {"score <> 60", "score != 60",
	"{\"field\":\"score\",\"operator\":\"not_equals\",\"value\":60}"},
    {"score <= +5e1 OR score > -1.50", "score <= 50 or score > -1.5", NULL},
    {"　score　>=　60　", "score >= 60", NULL},
    {"((score >= 60))", "score >= 60", NULL},
    {"score > 1 and (score > 2 and (score > 3))",
	"score > 1 and score > 2 and score > 3", NULL},
    {"score > 1 and score > 2 or score > 3",
	"(score > 1 and score > 2) or score > 3", NULL},
    {"not not phone exists", "phone exists",
	"{\"field\":\"phone\",\"operator\":\"exists\"}"},
    {"NOT Phone_ Exists", NULL, NULL},
    {"NOT phone EXISTS", "not phone exists",
	"{\"not\":{\"field\":\"phone\",\"operator\":\"exists\"}}"},
    {"not (phone exists and score > 1)", "not (phone exists and score > 1)",
	NULL},
    {"phone missing", "phone is missing",
	"{\"field\":\"phone\",\"operator\":\"missing\"}"},
    {"phone is null", "phone is missing", NULL},
    {"phone is not missing", "phone exists", NULL},
    {"phone not exists", "phone is missing", NULL},
    {"phone not missing", "phone exists", NULL},
    {"is_hot", "is_hot = true",
	"{\"field\":\"is_hot\",\"operator\":\"equals\",\"value\":true}"},
    {"not is_hot and score > 1", "not is_hot = true and score > 1", NULL},
    {"name = 'O''Brien'", "name = 'O''Brien'",
	"{\"field\":\"name\",\"operator\":\"equals\",\"value\":\"O'Brien\"}"},
    {"company not contains 'x'", "company not contains 'x'",
	"{\"field\":\"company\",\"operator\":\"not_contains\",\"value\":"
	"\"x\"}"},
    {"company starts with 'x' and company not ends with 'y'",
	"company starts with 'x' and company not ends with 'y'", NULL},
    {"industry not in ('IT')", "industry not in ('IT')",
	"{\"field\":\"industry\",\"operator\":\"not_in\",\"value\":[\"IT\"]}"},
    {"score not between 1 and 2", "score not between 1 and 2", NULL},
    {"created_at within 7 days", "created_at within 7d",
	"{\"field\":\"created_at\",\"operator\":\"within\",\"value\":\"7d\"}"},
    {"created_at within 24 hours", "created_at within 1d", NULL},
    {"created_at older than 2weeks", "created_at older than 2w", NULL},
    {"created_at not within 90m", "created_at not within 90m", NULL},
    {"created_at before '2026-01-01'", "created_at before 2026-01-01",
	"{\"field\":\"created_at\",\"operator\":\"before\",\"value\":"
	"\"2026-01-01\"}"},
    {"created_at = 2026-01-01", "created_at on 2026-01-01",
	"{\"field\":\"created_at\",\"operator\":\"on\",\"value\":"
	"\"2026-01-01\"}"},
    {"created_at != '2026-01-01'", "created_at != 2026-01-01", NULL},
    {"created_at > 2026-01-01T09:00:00+09:00",
	"created_at after 2026-01-01T00:00:00Z", NULL},
    {"created_at >= '2026-01-01 09:00'", "created_at >= 2026-01-01T09:00:00",
	NULL},
    {"created_at between 2026-01-01 and 2026-01-31",
	"created_at between 2026-01-01 and 2026-01-31", NULL},
    {"attrs.\"予算\" = 'あり'", "attrs.予算 = 'あり'",
	"{\"field\":\"attrs.予算\",\"operator\":\"equals\",\"value\":"
	"\"あり\"}"},
    {"attrs.従業員数 >= 5", "attrs.従業員数 >= 5", NULL},
    {"attrs.\"a \"\"b\"\"\" exists", "attrs.\"a \"\"b\"\"\" exists",
	"{\"field\":\"attrs.a \\\"b\\\"\",\"operator\":\"exists\"}"},
    {"attrs.\"\"\"b\"\"\" exists", "attrs.\"\"\"b\"\"\" exists",
	"{\"field\":\"attrs.\\\"\\\"\\\"b\\\"\\\"\\\"\",\"operator\":"
	"\"exists\"}"},
    {"attrs.\"a.b\" = true", "attrs.\"a.b\" = true", NULL},
    {"attrs.and = 5", "attrs.and = 5", NULL},
    {"attrs.x = 2026-01-01", "attrs.x on 2026-01-01", NULL},
    {"attrs.x = '2026-01-01'", "attrs.x = '2026-01-01'",
	"{\"field\":\"attrs.x\",\"operator\":\"equals\",\"value\":"
	"\"2026-01-01\"}"},
    {"attrs.x >= 2026-01-01", "attrs.x >= 2026-01-01",
	"{\"field\":\"attrs.x\",\"operator\":\"at_least\",\"value\":{\"time\":"
	"\"2026-01-01\"}}"},
    {"tags = 'vip'", "tags = 'vip'", NULL},
    {"tags not in ('a','b')", "tags not in ('a', 'b')", NULL},
    {"exists(deal_won)", "count(deal_won) >= 1",
	"{\"event\":\"deal_won\",\"aggregate\":\"count\",\"operator\":"
	"\"at_least\",\"value\":1}"},
    {"not exists(deal_won, within 30 days)", "not count(deal_won, 30d) >= 1",
	NULL},
    {"count(deal_won) is missing", "count(deal_won) = 0", NULL},
    {"Count ( \"見学 会\" , 7d , WHERE url contains 'x' or at within 1d ) = 2",
	"count(\"見学 会\", 7d, where url contains 'x' or at within 1d) = 2",
	"{\"event\":\"見学 会\",\"aggregate\":\"count\",\"within\":\"7d\","
	"\"where\":{\"logic\":\"OR\",\"conditions\":[{\"field\":\"url\","
	"\"operator\":\"contains\",\"value\":\"x\"},{\"field\":\"at\","
	"\"operator\":\"within\",\"value\":\"1d\"}]},\"operator\":\"equals\","
	"\"value\":2}"},
    {"count(x, where \"at\" = 'a' and \"attrs.y\" = 'b' and \"or\" = 1 and "
     "attrs.z = 1) > 0",
	"count(x, where \"at\" = 'a' and \"attrs.y\" = 'b' and \"or\" = 1 and "
	"z = 1) > 0",
	"{\"event\":\"x\",\"aggregate\":\"count\",\"where\":{\"logic\":\"AND\","
	"\"conditions\":[{\"field\":\"attrs.at\",\"operator\":\"equals\","
	"\"value\":\"a\"},{\"field\":\"attrs.attrs.y\",\"operator\":\"equals\","
	"\"value\":\"b\"},{\"field\":\"or\",\"operator\":\"equals\",\"value\":"
	"1},{\"field\":\"z\",\"operator\":\"equals\",\"value\":1}]},"
	"\"operator\":\"greater_than\",\"value\":0}"},
    {"last(site_visited) within 7d and first(site_visited, 30d) after "
     "2026-01-01",
	"last(site_visited) within 7d and first(site_visited, 30d) after "
	"2026-01-01",
	NULL},
    {"last(count) exists", "last(count) exists", NULL},
    {"changed(score, within 7 days) and not Changed(industry)",
	"changed(score, 7d) and not changed(industry)",
	"{\"logic\":\"AND\",\"conditions\":[{\"field\":\"score\",\"operator\":"
	"\"changed\",\"value\":\"7d\"},{\"not\":{\"field\":\"industry\","
	"\"operator\":\"changed\"}}]}"},
    {"changed(attrs.\"a b\", 2w)", "changed(attrs.\"a b\", 2w)", NULL},
    {"industry for more than 14 days", "industry for more than 2w",
	"{\"field\":\"industry\",\"operator\":\"for_more_than\",\"value\":"
	"\"2w\"}"},
    {"not industry = 'IT' For More Than 3d or score > 1",
	"not (industry = 'IT' and industry for more than 3d) or score > 1",
	NULL},
    {"attrs.予算 = 'あり' for more than 1d",
	"attrs.予算 = 'あり' and attrs.予算 for more than 1d", NULL},
    {"created_at in This  Month", "created_at in this month",
	"{\"field\":\"created_at\",\"operator\":\"in\",\"value\":\"this "
	"month\"}"},
    {"created_at not in last 3 weeks", "created_at not in last 3 weeks",
	"{\"field\":\"created_at\",\"operator\":\"not_in\",\"value\":\"last 3 "
	"weeks\"}"},
    {"created_at = today or created_at != 'yesterday'",
	"created_at on today or created_at != yesterday", NULL},
    {"created_at on this　quarter", "created_at in this quarter", NULL},
    {"created_at in last 1 day", "created_at on yesterday",
	"{\"field\":\"created_at\",\"operator\":\"on\",\"value\":"
	"\"yesterday\"}"},
    {"created_at before this year and created_at >= last 2  years",
	"created_at before this year and created_at >= last 2 years", NULL},
    {"created_at between last month and today",
	"created_at between last month and today",
	"{\"field\":\"created_at\",\"operator\":\"between\",\"value\":[\"last "
	"month\",\"today\"]}"},
    {"attrs.x in next 7 days", "attrs.x in next 7 days",
	"{\"field\":\"attrs.x\",\"operator\":\"in\",\"value\":\"next 7 "
	"days\"}"},
    {"attrs.x != today", "attrs.x != today",
	"{\"field\":\"attrs.x\",\"operator\":\"not_equals\",\"value\":{"
	"\"time\":"
	"\"today\"}}"},
    {"attrs.x >= this month", "attrs.x >= this month",
	"{\"field\":\"attrs.x\",\"operator\":\"at_least\",\"value\":{\"time\":"
	"\"this month\"}}"},
    {"attrs.x = 'today'", "attrs.x = 'today'", NULL},
    {"last(deal_won) in last year and count(a, where at in this week) > 0",
	"last(deal_won) in last year and count(a, where at in this week) > 0",
	NULL},
    {"Anniversary(created_at) in next 7 days",
	"anniversary(created_at) in next 7 days",
	"{\"anniversary\":\"created_at\",\"operator\":\"in\",\"value\":\"next "
	"7 "
	"days\"}"},
    {"anniversary(attrs.\"a b\") not between today and next month",
	"anniversary(attrs.\"a b\") not between today and next month",
	"{\"anniversary\":\"attrs.a "
	"b\",\"operator\":\"not_between\",\"value\":["
	"\"today\",\"next month\"]}"},
    {"anniversary(attrs.x) != 2026-03-01", "anniversary(attrs.x) != 2026-03-01",
	NULL},
    {"Random 10.50% OF 'a''b' and not random 0.001%",
	"random 10.5% of 'a''b' and not random 0.001%",
	"{\"logic\":\"AND\",\"conditions\":[{\"random\":\"10.5%\",\"of\":\"a'"
	"b\"},"
	"{\"not\":{\"random\":\"0.001%\"}}]}"},
    {"count(a, where random = 1) > 0", "count(a, where random = 1) > 0", NULL},
    {"IN Segment 'vip' and not in segment '見込み ''26'''",
	"in segment 'vip' and not in segment '見込み ''26'''",
	"{\"logic\":\"AND\",\"conditions\":[{\"segment\":\"vip\"},{\"not\":{"
	"\"segment\":\"見込み '26'\"}}]}"},
};

static void
check_form(const char *text, const char *canonical, const char *json)
{
	struct err err;
	struct cond *c = fixture_parse(text, &err), *again = NULL;
	struct buf b = {0};
	struct json *doc = NULL;

	if (!canonical) {
		CHECK(c == NULL);
		cond_free(c);
		return;
	}
	if (!c)
		printf("%s\n", err.text);
	CHECK(c != NULL);
	if (!c)
		return;
	cond_print(c, &b);
	CHECK_TEXT(b.p, canonical);
	buf_clear(&b);
	cond_print_json(c, &b);
	if (json)
		CHECK_TEXT(b.p, json);
	CHECK_INT(json_doc_parse(buf_str(&b), "j", &doc, &err), 0);
	CHECK_INT(cond_parse_json(doc, &fixture, &again, &err), 0);
	buf_clear(&b);
	if (again)
		cond_print(again, &b);
	CHECK_TEXT(b.p, canonical);
	json_doc_free(doc);
	cond_free(again);
	cond_free(c);
	buf_release(&b);
}

static void
test_forms(void)
{
	for (size_t i = 0; i < COUNT_OF(forms); i++)
		check_form(forms[i].text, forms[i].canonical, forms[i].json);
}

/* ---- mistakes ----------------------------------------------------------- */

static const struct {
	const char *text, *message;
} mistakes[] = {
    {"", "condition:1:1: the condition is empty"},
    {"score between", "condition:1:14: expected a value after \"between\""},
    {"score >= 60 and industry in",
	"condition:1:28: expected \"(\" after \"in\""},
    {"industry in ('IT'", "condition:1:18: expected \",\" or \")\" after "
			  "\"'IT'\""},
    {"score => 1", "condition:1:8: no operator =>: did you mean >=?"},
    {"score =< 1", "condition:1:8: no operator =<: did you mean <=?"},
    {"score !== 1", "condition:1:9: no operator !==: did you mean !=?"},
    {"score = > 1", "condition:1:9: expected a value, found \">\""},
    {"industry in ()", "condition:1:14: expected a value, found \")\""},
    {"(score > 1", "condition:1:11: expected \"and\", \"or\" or \")\" after "
		   "\"1\""},
    {"score > 1)", "condition:1:10: no parenthesis is open here"},
    {"score > 1 score > 2",
	"condition:1:11: expected \"and\" or \"or\", found \"score\""},
    {"created_at not before 2026-01-01",
	"condition:1:16: expected an operator after created_at, found "
	"\"before\": write not before created_at"},
    {"scor > 1", "condition:1:1: unknown field \"scor\": did you mean score?"},
    {"Score > 1",
	"condition:1:1: unknown field \"Score\": did you mean score?"},
    {"ｓｃｏｒｅ > 1",
	"condition:1:1: unknown field \"ｓｃｏｒｅ\": did you mean score?"},
    {"予算 = 'あり'",
	"condition:1:1: unknown field \"予算\" (a custom attribute is written "
	"attrs.予算)"},
    {"score contain 5", "condition:1:7: expected an operator after score, "
			"found \"contain\": did you mean contains?"},
    {"score", "condition:1:6: expected an operator after score"},
    {"score contains 'x'",
	"condition:1:7: score is a number, which takes =, !=, <, <=, >, >=, "
	"between, in, exists"},
    {"score = '60'",
	"condition:1:9: score is a number: write 60 without quotes"},
    {"score = 'x'", "condition:1:9: score is a number, this is none"},
    {"score > 7d", "condition:1:9: a duration goes with within or older than"},
    {"score before 2026-01-01",
	"condition:1:7: score is a number: before, after and on are for times"},
    {"industry = 5", "condition:1:12: industry is a text: write '5'"},
    {"industry = IT", "condition:1:12: a text goes in single quotes: 'IT'"},
    {"industry = \"IT\"", "condition:1:12: a text goes in single quotes: 'IT'"},
    {"industry = 'IT", "condition:1:12: a closing quote is missing"},
    {"attrs.\"x = 1", "condition:1:7: a closing double quote is missing"},
    {"is_hot = 1", "condition:1:10: is_hot is true or false"},
    {"is_hot > true", "condition:1:8: is_hot is true or false, which takes "
		      "=, !=, exists"},
    {"tags = 5", "condition:1:8: tags is a list of texts: write '5'"},
    {"tags > 'x'", "condition:1:6: tags is a list of texts, which takes =, "
		   "!=, in, contains, starts with, ends with, exists"},
    {"created_at > 5",
	"condition:1:14: created_at is a time: write 2026-01-31, "
	"2026-01-31T09:00:00+09:00 or this month"},
    {"created_at on 2026-01-01T00:00:00Z",
	"condition:1:15: on takes a date, without a time of day"},
    {"created_at after 2026-13-01",
	"condition:1:18: not a date or time: \"2026-13-01\" (write 2026-01-31 "
	"or 2026-01-31T09:00:00+09:00)"},
    {"created_at after 2026/01/01",
	"condition:1:18: dates are written 2026-01-31"},
    {"created_at within 5",
	"condition:1:19: expected a duration: 45s, 30m, 12h, 7d or 2w"},
    {"created_at within 3 months",
	"condition:1:19: expected a duration: 45s, 30m, 12h, 7d or 2w"},
    {"created_at within 3months",
	"condition:1:19: neither a number nor a duration: \"3months\" "
	"(durations are 45s, 30m, 12h, 7d or 2w)"},
    {"score between 79 and 60",
	"condition:1:22: between takes the lower bound first: this one is "
	"below it"},
    {"company_size > 1,000",
	"condition:1:17: numbers are written without commas between "
	"thousands"},
    {"company_size > ６０",
	"condition:1:16: numbers are written with ASCII digits: 6 for ６"},
    {"（score > 1", "condition:1:1: write ( for （"},
    {"score ≧ 60", "condition:1:7: write >= for ≧"},
    {"name = 「x」", "condition:1:8: write ' for 「"},
    {"score > 1 && score < 5", "condition:1:11: write and for &&"},
    {"!is_hot", "condition:1:1: write not for !"},
    {"score > 007", "condition:1:9: a number has no leading zero; as a text "
		    "it is '007'"},
    {"score ; 1", "condition:1:7: unexpected \";\""},
    {"score > 1 and\n  and 2", "condition:2:3: expected a field, found "
			       "\"and\""},
    {"名前 = 'x' and\n 'あ' = score",
	"condition:1:1: unknown field \"名前\" (a custom attribute is written "
	"attrs.名前)"},
    {"name = 'あいう' and\n 'あ' = score",
	"condition:2:2: expected a field, found \"'あ'\""},
    {"in segment x",
	"condition:1:12: a segment's name goes in single quotes: 'x'"},
    {"in segment", "condition:1:11: expected a segment's name in single "
		   "quotes after \"segment\""},
    {"in segment ''", "condition:1:12: a segment has an empty name"},
    {"in ('a')", "condition:1:1: expected a field, found \"in\""},
    {"industry in segment 'x'", "condition:1:13: in segment stands by itself, "
				"without a field before it"},
    {"exists(a, where in segment 'x')",
	"condition:1:17: segments cannot be asked for inside where"},
    {"changed(is_hot, 7d)",
	"condition:1:1: changes of is_hot are not recorded"},
    {"changed(scor)",
	"condition:1:9: unknown field \"scor\": did you mean score?"},
    {"changed(score, 7)", "condition:1:16: expected a duration, found \"7\""},
    {"changed(score, 7d", "condition:1:18: expected \")\" after \"7d\""},
    {"last(deal_won) for more than 7d",
	"condition:1:1: changes of last(deal_won) are not recorded"},
    {"industry for 14d", "condition:1:14: expected \"more\", found \"14d\""},
    {"industry for more than 5",
	"condition:1:24: expected a duration, found \"5\""},
    {"score > 5 for more than 7d",
	"condition:1:11: for more than goes with a field alone or with FIELD = "
	"VALUE"},
    {"exists(a, where x for more than 7d)",
	"condition:1:17: changes of x are not recorded"},
    {"created_at this month", "condition:1:12: expected an operator after "
			      "created_at, found \"this\""},
    {"created_at within this month",
	"condition:1:19: within takes a duration; a span of days goes with in"},
    {"created_at in this", "condition:1:19: expected day, week, month, quarter "
			   "or year after \"this\""},
    {"created_at in last 3", "condition:1:21: expected days, weeks, months, "
			     "quarters or years after \"3\""},
    {"created_at in last 0 days", "condition:1:15: not a span of days: \"last "
				  "0 days\" (write today, this "
				  "month, last week or next 3 months)"},
    {"created_at in this 3 days", "condition:1:15: not a span of days: \"this "
				  "3 days\" (write today, this "
				  "month, last week or next 3 months)"},
    {"created_at in last fortnight",
	"condition:1:15: not a span of days: \"last fortnight\" (write today, "
	"this month, last week or next 3 months)"},
    {"created_at in last 3 hours",
	"condition:1:15: not a span of days: \"last 3 hours\" (write today, "
	"this month, last week or next 3 months)"},
    {"industry in this month",
	"condition:1:13: industry is a text: write 'this month'"},
    {"anniversary(industry) on today",
	"condition:1:1: industry is a text: a time has anniversaries"},
    {"anniversary(created_at) within 7d",
	"condition:1:25: anniversary(created_at) takes in, on and between"},
    {"anniversary(created_at) = 2026-01-01T09:00:00",
	"condition:1:27: an anniversary is a day: write 2026-01-31, today or "
	"next 7 days"},
    {"anniversary(last(deal_won)) on today",
	"condition:1:13: unknown field \"last\" (a custom attribute is written "
	"attrs.last)"},
    {"anniversary(created_at", "condition:1:23: expected \")\" after "
			       "\"created_at\""},
    {"random", "condition:1:7: expected a share such as 10% after \"random\""},
    {"random 10", "condition:1:8: expected a share such as 10%, found \"10\""},
    {"random 0%", "condition:1:8: not a share above 0% and up to 100%: \"0%\""},
    {"random 101%",
	"condition:1:8: not a share above 0% and up to 100%: \"101%\""},
    {"random 10d%",
	"condition:1:8: not a share above 0% and up to 100%: \"10d%\""},
    {"random 5% of x",
	"condition:1:14: expected a name in single quotes, found \"x\""},
    {"random 5% of ''",
	"condition:1:14: what the lots are drawn for has an empty name"},
    {"exists(a, where random = 10%)",
	"condition:1:26: expected a value, found \"10%\""},
    {"score = 10%", "condition:1:9: expected a value, found \"10%\""},
    {"sum(x) > 1", "condition:1:1: unknown function \"sum\" (there are count, "
		   "last, first, exists, changed and anniversary)"},
    {"count(email_opened)",
	"condition:1:20: expected an operator after count(email_opened)"},
    {"count('email_opened') > 1",
	"condition:1:7: an event type is written without quotes or in double "
	"quotes"},
    {"count(a.b) > 1",
	"condition:1:8: an event type with a dot is written in double quotes"},
    {"count(a, 7) > 1",
	"condition:1:10: expected a duration or \"where\", found \"7\""},
    {"count(a, 7d, 8d) > 1",
	"condition:1:14: expected \"where\", found \"8d\""},
    {"count(a, where count(b) > 1) > 1",
	"condition:1:22: events cannot be counted inside where"},
    {"count(a) contains 'x'", "condition:1:10: count(a) is a number, which "
			      "takes =, !=, <, <=, >, >=, between, in, "
			      "exists"},
    {"last(a) > 5", "condition:1:11: last(a) is a time: write 2026-01-31, "
		    "2026-01-31T09:00:00+09:00 or this month"},
    {"attrs = 1", "condition:1:7: expected \".\" and a name, found \"=\""},
    {"attrs.a.b = 1", "condition:1:8: a name with a dot is written in double "
		      "quotes: attrs.\"a.b\""},
    {"attrs.\"\" = 1", "condition:1:7: an attribute has an empty name"},
    {"attrs.x in (1, 'a')",
	"condition:1:16: attrs.x is a number, this is none"},
    {"attrs.x contains 5", "condition:1:18: attrs.x is a text: write '5'"},
    {"score is 5", "condition:1:10: expected \"missing\", found \"5\""},
    {"score starts 'x'", "condition:1:14: expected \"with\", found \"'x'\""},
    {"name = 'a\x80'", "condition:1:10: not UTF-8"},
};

static void
test_mistakes(void)
{
	for (size_t i = 0; i < COUNT_OF(mistakes); i++) {
		struct err err;
		struct cond *c = fixture_parse(mistakes[i].text, &err);

		CHECK(c == NULL);
		CHECK_TEXT(err.text, mistakes[i].message);
		CHECK_INT(err.kind, c ? ERR_NONE : ERR_USAGE);
		cond_free(c);
	}
}

static const struct {
	const char *json, *message;
} json_mistakes[] = {
    {"5", "j:1:1: expected a condition: an object or a string"},
    {"{}",
	"j:1:1: expected a condition with \"field\", \"event\", \"segment\", "
	"\"logic\" or \"not\""},
    {"{\"field\":\"scor\",\"operator\":\"equals\",\"value\":5}",
	"j:1:10: field: unknown field \"scor\": did you mean score?"},
    {"{\"field\":\"score\",\"operator\":\"equal\",\"value\":5}",
	"j:1:29: operator: unknown operator \"equal\": did you mean equals?"},
    {"{\"field\":\"score\",\"operator\":\"equals\"}",
	"j:1:1: \"value\" is missing"},
    {"{\"field\":\"score\",\"operator\":\"equals\",\"value\":null}",
	"j:1:46: value: null is no value: there is the operator \"missing\""},
    {"{\"field\":\"score\",\"operator\":\"between\",\"value\":[1]}",
	"j:1:47: value: between takes two values: [low, high]"},
    {"{\"field\":\"score\",\"operator\":\"in\",\"value\":[]}",
	"j:1:42: value: expected at least one value"},
    {"{\"field\":\"score\",\"operator\":\"in\",\"value\":[1,\"x\"]}",
	"j:1:45: value[1]: score is a number, this is none"},
    {"{\"field\":\"score\",\"operator\":\"exists\",\"value\":false}",
	"j:1:46: value: this operator takes no value"},
    {"{\"field\":\"score\",\"operator\":\"exists\",\"valu\":1}",
	"j:1:45: unknown member \"valu\": did you mean \"value\"?"},
    {"{\"field\":\"created_at\",\"operator\":\"within\",\"value\":\"7x\"}",
	"j:1:51: value: expected a duration: 45s, 30m, 12h, 7d or 2w"},
    {"{\"field\":\"attrs.x\",\"operator\":\"less_than\",\"value\":{\"time\":"
     "\"x\"}}",
	"j:1:51: value: not a date or time: \"x\" (write 2026-01-31 or "
	"2026-01-31T09:00:00+09:00)"},
    {"{\"logic\":\"XOR\",\"conditions\":[]}",
	"j:1:10: logic: expected \"AND\" or \"OR\", found \"XOR\""},
    {"{\"logic\":\"AND\",\"conditions\":[]}",
	"j:1:29: conditions: expected at least one condition"},
    {"{\"not\":{\"logic\":\"or\",\"conditions\":[\"score >\"]}}",
	"j:1:36: not.conditions[0]: condition:1:8: expected a value after "
	"\">\""},
    {"{\"event\":\"a\",\"aggregate\":\"sum\",\"operator\":\"equals\","
     "\"value\":1}",
	"j:1:26: aggregate: unknown aggregate \"sum\" (there are count, last "
	"and first)"},
    {"{\"event\":\"a\",\"within\":\"x\"}",
	"j:1:23: within: not a duration: \"x\" (45s, 30m, 12h, 7d or 2w)"},
    {"{\"event\":\"a\",\"where\":{\"event\":\"b\"}}",
	"j:1:22: where: events cannot be counted inside where"},
    {"{\"segment\":5}", "j:1:12: segment: not a string: \"5\""},
    {"{\"segment\":\"x\",\"value\":1}", "j:1:24: unknown member \"value\""},
    {"{\"field\":\"name\",\"operator\":\"in_segment\"}",
	"j:1:28: operator: a segment is asked for by {\"segment\":…}, "
	"without a field"},
};

static void
test_json_mistakes(void)
{
	for (size_t i = 0; i < COUNT_OF(json_mistakes); i++) {
		struct json *doc = NULL;
		struct cond *c = NULL;
		struct err err = {0};

		CHECK_INT(json_doc_parse(
			      str_of(json_mistakes[i].json), "j", &doc, &err),
		    0);
		CHECK_INT(cond_parse_json(doc, &fixture, &c, &err), -1);
		CHECK(c == NULL);
		CHECK_TEXT(err.text, json_mistakes[i].message);
		json_doc_free(doc);
	}
}

/* What is written by hand in JSON and printed otherwise. */
static const struct {
	const char *json, *text;
} json_forms[] = {
    {"\"score>1\"", "score > 1"},
    {"{\"event\":\"deal_won\"}", "count(deal_won) >= 1"},
    {"{\"event\":\"deal_won\",\"operator\":\"missing\",\"within\":\"30 days\"}",
	"count(deal_won, 30d) = 0"},
    {"{\"event\":\"a\",\"operator\":\">\",\"value\":1,\"where\":\"x = 'y'\"}",
	"count(a, where x = 'y') > 1"},
    {"{\"logic\":\"and\",\"conditions\":[\"score > 1\"]}", "score > 1"},
    {"{\"not\":{\"not\":\"score > 1\"}}", "score > 1"},
    {"{\"field\":\"attrs.\\\"a b\\\"\",\"operator\":\"before\",\"value\":"
     "\"2026-01-01\"}",
	"attrs.\"a b\" before 2026-01-01"},
    {"{\"field\":\"phone\",\"operator\":\"exists\",\"value\":true}",
	"phone exists"},
};

static void
test_json_forms(void)
{
	for (size_t i = 0; i < COUNT_OF(json_forms); i++) {
		struct json *doc = NULL;
		struct cond *c = NULL;
		struct err err = {0};
		struct buf b = {0};

		CHECK_INT(
		    json_doc_parse(str_of(json_forms[i].json), "j", &doc, &err),
		    0);
		CHECK_INT(cond_parse_json(doc, &fixture, &c, &err), 0);
		json_doc_free(doc);
		if (c)
			cond_print(c, &b);
		CHECK_TEXT(b.p, json_forms[i].text);
		cond_free(c);
		buf_release(&b);
	}
}

/* ---- meaning ------------------------------------------------------------ */

static struct store *st;
static struct cond_value values[F__MAX];
static struct cond_event events[8];
static struct cond_subject subject = {.values = values, .events = events};
static struct cond_moment moment;

static void
store_subject(void)
{
	fixture_run(st, "DELETE FROM cond_lead", "", NULL, 0, NULL, 0);
	fixture_run(st, "DELETE FROM cond_event", "", NULL, 0, NULL, 0);
	fixture_insert(st, 1, &subject);
}

/* Both truths of one subject. */
static bool
is_true(const char *text)
{
	struct err err;
	struct cond *c = fixture_parse(text, &err);
	int64_t lead = 0;
	bool truth;

	CHECK(c != NULL);
	if (!c) {
		printf("%s: %s\n", text, err.text);
		return false;
	}
	store_subject();
	truth = cond_eval(c, &subject, &moment, NULL);
	if ((fixture_select(st, c, false, &moment, &lead, 1) == 1) != truth) {
		printf("%s: the evaluator says %d\n", text, truth);
		CHECK(false);
	}
	cond_free(c);
	return truth;
}

static void
check_truths(const char *const *yes, const char *const *no)
{
	for (; *yes; yes++)
		if (!is_true(*yes)) {
			printf("should be true: %s\n", *yes);
			CHECK(false);
		} else {
			CHECK(true);
		}
	for (; *no; no++)
		if (is_true(*no)) {
			printf("should be false: %s\n", *no);
			CHECK(false);
		} else {
			CHECK(true);
		}
}

#define TRUTHS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void
set_text(int field, const char *text)
{
	values[field] =
	    (struct cond_value){.kind = COND_IS_TEXT, .text = str_of(text)};
}

static void
set_number(int field, double number)
{
	values[field] =
	    (struct cond_value){.kind = COND_IS_NUMBER, .number = number};
}

static void
set_time(int field, const char *text)
{
	values[field] = (struct cond_value){
	    .kind = COND_IS_TIME, .time = fixture_time(text)};
}

static void
start(void)
{
	memset(values, 0, sizeof(values));
	subject.attrs = (struct str){NULL, 0};
	subject.event_count = subject.change_count = subject.segment_count = 0;
	moment = (struct cond_moment){.now = fixture_time("2026-03-01T12:00Z")};
}

static void
test_missing(void)
{
	start();
	set_text(F_NAME, "");
	check_truths(
	    TRUTHS("name exists", "name = ''", "phone is missing",
		"not phone exists", "not phone = 'x'", "not phone != 'x'",
		"not phone in ('x')", "tags is missing",
		"tags not contains 'x'", "tags != 'x'", "attrs.x is missing",
		"count(a) = 0", "not last(a) within 7d"),
	    TRUTHS("phone = ''", "phone != 'x'", "phone not in ('x')",
		"phone not contains 'x'", "score < 5",
		"score not between 1 "
		"and 2",
		"is_hot", "is_hot = false", "is_hot != true",
		"created_at before 2030-01-01", "created_at not within 7d",
		"tags = ''", "attrs.x = ''", "attrs.x != 5",
		"last(a) not within 7d", "last(a) exists", "exists(a)"));
}

static void
test_text(void)
{
	start();
	set_text(F_COMPANY, "株式会社ＡＢＣ ｼｽﾃﾑ");
	set_text(F_NAME, "O'Brien");
	set_text(F_INDUSTRY, "IT");
	set_text(F_PHONE, "0312345678");
	check_truths(
	    TRUTHS("company contains 'abc'", "company contains 'システム'",
		"company starts with '株式'", "company ends with 'ステム'",
		"name = 'O''Brien'", "name contains 'o''b'",
		"industry in ('it', 'IT')", "industry = 'IT'",
		"company contains ''", "phone = '0312345678'", "name < 'P'",
		"name between 'O' and 'P'"),
	    TRUTHS("industry = 'it'", "industry = 'ＩＴ'", "industry in ('it')",
		"company = '株式会社ABC システム'",
		"company starts with 'システム'", "name < 'O'",
		"phone = '312345678'"));
}

static void
test_numbers(void)
{
	start();
	set_number(F_SCORE, 79);
	set_number(F_COMPANY_SIZE, 9007199254740992.0);
	moment.numbers[0] = 80;
	values[F_IS_HOT] = (struct cond_value){.kind = COND_IS_BOOL};
	check_truths(TRUTHS("score between 60 and 79", "score = 79.0",
			 "score in (1, 79)", "score > 78.9", "score != 80",
			 "score not between 80 and 90",
			 "company_size = 9007199254740992", "not is_hot",
			 "is_hot = false", "is_hot exists"),
	    TRUTHS("score > 79", "score < 79", "score not in (79)",
		"score != 79", "is_hot"));
	moment.numbers[0] = 79;
	values[F_IS_HOT].number = 1;
	check_truths(TRUTHS("is_hot", "is_hot != false"), TRUTHS("not is_hot"));
}

static void
test_attributes(void)
{
	start();
	subject.attrs = STR("{\"n\":5,\"t\":\"5\",\"d\":1.50,\"z\":\"007\","
			    "\"y\":true,\"w\":\"true\",\"u\":\"yes\","
			    "\"nil\":null,\"e\":\"\",\"予算\":\"あり\","
			    "\"long\":12345678901234567890,\"l\":[1,2],"
			    "\"when\":\"2026-02-28\",\"q\":\"a\\\"b\","
			    "\"twice\":1,\"twice\":2,\"f\":\"５\"}");
	check_truths(
	    TRUTHS("attrs.n = 5", "attrs.t = 5", "attrs.t = '5'",
		"attrs.n = '5'", "attrs.d = 1.5", "attrs.d = '1.50'",
		"attrs.z = '007'", "attrs.y = true", "attrs.w = true",
		"attrs.y = 'true'", "attrs.y != false", "attrs.nil is missing",
		"attrs.e exists", "attrs.予算 = 'あり'",
		"attrs.long = '12345678901234567890'",
		"attrs.long > 12345678901234000000", "attrs.l = '[1,2]'",
		"attrs.when on 2026-02-28", "attrs.when within 7d",
		"attrs.when before 2026-03-01", "attrs.when = '2026-02-28'",
		"attrs.q = 'a\"b'", "attrs.twice = 2", "attrs.f contains '5'",
		"attrs.n in (4, 5)", "attrs.n between 5 and 6"),
	    TRUTHS("attrs.z = 7", "attrs.z != 8", "attrs.u = true",
		"attrs.u != true", "attrs.d = '1.5'", "attrs.nil = 'null'",
		"attrs.n != 5", "attrs.f = 5", "attrs.twice = 1", "attrs.e = 0",
		"attrs.n within 7d", "attrs.N = 5"));
}

static void
test_lists(void)
{
	start();
	values[F_TAGS] = (struct cond_value){.kind = COND_IS_LIST,
	    .text = STR("[\"VIP\",\"製造業\",\"東京 本社\"]")};
	check_truths(TRUTHS("tags = 'VIP'", "tags contains 'vip'",
			 "tags contains 'ＶＩＰ'", "tags in ('x', '製造業')",
			 "tags starts with '東京'", "tags ends with '本社'",
			 "tags != 'vip'", "tags not in ('a')", "tags exists",
			 "tags not contains '東京'"),
	    TRUTHS("tags = 'vip'", "tags contains '東京'", "tags != 'VIP'",
		"tags not in ('VIP', 'a')", "tags is missing"));
	values[F_TAGS].text = STR("[]");
	check_truths(TRUTHS("tags is missing", "tags not contains 'x'"),
	    TRUTHS("tags exists", "tags contains ''"));
}

/* A day is a day in the tenant's zone; comparisons put each moment before,
 * on or after it. */
static void
test_days(void)
{
	struct err err;

	start();
	set_time(F_CREATED_AT, "2025-12-31T15:00:00Z");
	check_truths(
	    TRUTHS("created_at on 2025-12-31", "created_at before 2026-01-01",
		"created_at = 2025-12-31T15:00:00Z",
		"created_at = '2025-12-31 15:00'"),
	    TRUTHS("created_at after 2025-12-31"));
	if (zone_find("Asia/Tokyo", &moment.zone, &err) < 0) {
		SKIP(err.text);
		return;
	}
	check_truths(
	    TRUTHS("created_at on 2026-01-01", "created_at after 2025-12-31",
		"created_at >= 2026-01-01", "created_at <= 2026-01-01",
		"created_at between 2026-01-01 and 2026-01-31",
		"created_at between 2025-12-01 and 2026-01-01",
		"created_at = '2026-01-01 00:00'",
		"created_at = 2025-12-31T15:00:00Z"),
	    TRUTHS("created_at on 2025-12-31", "created_at before 2026-01-01",
		"created_at after 2026-01-01", "created_at < 2026-01-01",
		"created_at > 2026-01-01", "created_at != 2026-01-01"));
	values[F_CREATED_AT].time--;
	check_truths(
	    TRUTHS("created_at on 2025-12-31", "created_at before 2026-01-01",
		"created_at <= 2025-12-31"),
	    TRUTHS("created_at on 2026-01-01", "created_at >= 2026-01-01"));
	if (zone_find("America/New_York", &moment.zone, &err) < 0)
		return;
	/* A day of 23 hours ends at 04:00 UTC. */
	set_time(F_CREATED_AT, "2026-03-09T03:59:59.999Z");
	check_truths(TRUTHS("created_at on 2026-03-08"),
	    TRUTHS("created_at on 2026-03-09"));
	set_time(F_CREATED_AT, "2026-03-09T04:00:00Z");
	check_truths(TRUTHS("created_at on 2026-03-09"),
	    TRUTHS("created_at on 2026-03-08"));
}

static int64_t
next_of(const char *text)
{
	struct err err;
	struct cond *c = fixture_parse(text, &err);
	int64_t next = INT64_MAX;

	CHECK(c != NULL);
	if (c)
		cond_eval(c, &subject, &moment, &next);
	cond_free(c);
	return next == INT64_MAX ? -1 : next - moment.now;
}

/* (now - W, now] */
static void
test_windows(void)
{
	start();
	values[F_CREATED_AT] = (struct cond_value){
	    .kind = COND_IS_TIME, .time = moment.now - 7 * MS_DAY};
	check_truths(TRUTHS("created_at older than 7d"),
	    TRUTHS("created_at within 7d", "created_at not older than 7d"));
	CHECK_INT(next_of("created_at within 7d"), -1);
	values[F_CREATED_AT].time++;
	check_truths(TRUTHS("created_at within 7d"),
	    TRUTHS("created_at older than 7d", "created_at not within 7d"));
	CHECK_INT(next_of("created_at within 7d"), 1);
	CHECK_INT(next_of("created_at older than 7d"), 1);
	CHECK_INT(next_of("not created_at older than 8d"), MS_DAY + 1);
	CHECK_INT(next_of("created_at within 7d and score > 5"), -1);
	CHECK_INT(next_of("created_at within 7d or score > 5"), 1);
	CHECK_INT(next_of("created_at within 7d and created_at within 9d"), 1);
	values[F_CREATED_AT].time = moment.now;
	check_truths(
	    TRUTHS("created_at within 1s"), TRUTHS("created_at older than 1s"));
	values[F_CREATED_AT].time = moment.now + 5;
	check_truths(TRUTHS("created_at not within 7d"),
	    TRUTHS("created_at within 7d", "created_at older than 7d"));
	CHECK_INT(next_of("created_at within 7d"), 5);
}

static void
test_events(void)
{
	start();
	subject.event_count = 5;
	events[0] = (struct cond_event){.type = 0,
	    .at = moment.now - 30 * MS_DAY,
	    .attrs = STR("{\"url\":\"/Pricing\",\"at\":5}")};
	events[1] =
	    (struct cond_event){.type = 0, .at = moment.now - 30 * MS_DAY + 1};
	events[2] = (struct cond_event){.type = 0, .at = moment.now};
	events[3] = (struct cond_event){.type = 0, .at = moment.now + 1};
	events[4] = (struct cond_event){.type = 4,
	    .at = moment.now - MS_DAY,
	    .attrs = STR("{\"a b\":\"x\"}")};
	check_truths(
	    TRUTHS("count(email_opened) = 3", "count(email_opened, 30d) = 2",
		"count(email_opened, 31d) = 3", "exists(email_opened, 1s)",
		"exists(email_opened, where url contains 'pricing')",
		"exists(email_opened, where \"at\" = 5)",
		"exists(email_opened, where at older than 30d)",
		"count(email_opened, 30d, where url exists) = 0",
		"count(email_opened, where not url exists) = 2",
		"last(email_opened) within 1s",
		"first(email_opened) older than 30d",
		"first(email_opened, 30d) not older than 30d",
		"last(\"見学 会\", where \"a b\" = 'x') within 2d",
		"count(\"見学 会\") in (1)",
		"count(email_opened) between 3 "
		"and 4",
		"count(deal_won) < 1", "not exists(deal_won)"),
	    TRUTHS("exists(email_clicked)", "last(email_clicked) exists",
		"last(email_opened) older than 1s", "count(email_opened) = 4",
		"exists(\"見学 会\", 1d)"));
	/* The next one comes to exist in a moment. */
	CHECK_INT(next_of("count(email_opened) = 4"), 1);
	subject.event_count = 3;
	CHECK_INT(next_of("count(email_opened) = 4"), -1);
	CHECK_INT(next_of("exists(email_opened, 30d)"), 30 * MS_DAY);
	CHECK_INT(next_of("count(email_opened, 30d) >= 2"), 1);
	CHECK_INT(next_of("count(email_opened, 30d) >= 3"), -1);
	CHECK_INT(next_of("last(email_opened) within 7d"), 7 * MS_DAY);
	CHECK_INT(next_of("first(email_opened, 30d) within 60d"), 1);
}

/* The where of a count, alone. */
static void
test_one_event(void)
{
	struct err err = {0};
	struct cond *c = NULL;
	struct cond_event e = {.type = 3,
	    .at = fixture_time("2026-03-01"),
	    .attrs = STR("{\"url\":\"/Pricing\"}")};
	int64_t next = INT64_MAX;

	start();
	CHECK_INT(cond_parse_event(STR("url contains 'pric' and at within 7d"),
		      "where", &c, &err),
	    0);
	CHECK(c && cond_eval_event(c, &e, &moment, &next));
	CHECK_INT(next, e.at + 7 * MS_DAY);
	e.attrs = (struct str){NULL, 0};
	CHECK(c && !cond_eval_event(c, &e, &moment, NULL));
	cond_free(c);
	c = NULL;
	CHECK_INT(cond_parse_event(STR("count(a) > 1"), "where", &c, &err), -1);
	CHECK_TEXT(
	    err.text, "where:1:7: events cannot be counted inside where");
	cond_free(c);
}

/* Records without a store hand in text. */
static void
test_text_values(void)
{
	struct err err;
	struct cond *c = fixture_parse("score >= 60 and created_at on "
				       "2026-01-01 and is_hot and tags = "
				       "'vip' and name = '5'",
	    &err);

	start();
	CHECK(c != NULL);
	set_text(F_SCORE, "60");
	set_text(F_CREATED_AT, "2026-01-01T10:00:00Z");
	set_text(F_IS_HOT, "true");
	set_text(F_TAGS, "vip");
	set_number(F_NAME, 5);
	CHECK(c && cond_eval(c, &subject, &moment, NULL));
	set_text(F_SCORE, "6O");
	CHECK(c && !cond_eval(c, &subject, &moment, NULL));
	cond_free(c);
}

static void
test_explain(void)
{
	struct err err;
	struct buf b = {0};
	struct cond *c =
	    fixture_parse("score >= 60 and not (phone exists or "
			  "last(email_opened) within 7d or count(deal_won) "
			  "> 0 or tags = 'x')",
		&err);

	start();
	set_number(F_SCORE, 41);
	subject.event_count = 1;
	events[0] =
	    (struct cond_event){.type = 0, .at = fixture_time("2026-02-01")};
	CHECK(c != NULL);
	if (c)
		cond_explain(c, &subject, &moment, &b);
	CHECK_TEXT(b.p,
	    "{\"logic\":\"AND\",\"true\":false,\"conditions\":["
	    "{\"condition\":\"score >= 60\",\"true\":false,\"value\":41},"
	    "{\"true\":true,\"not\":{\"logic\":\"OR\",\"true\":false,"
	    "\"conditions\":[{\"condition\":\"phone exists\",\"true\":false,"
	    "\"value\":null},{\"condition\":\"last(email_opened) within 7d\","
	    "\"true\":false,\"value\":\"2026-02-01T00:00:00Z\"},"
	    "{\"condition\":\"count(deal_won) > 0\",\"true\":false,"
	    "\"value\":0},{\"condition\":\"tags = 'x'\",\"true\":false,"
	    "\"value\":[]}]}}]}");
	cond_free(c);
	buf_release(&b);
}

static void
test_segments(void)
{
	static const char *const names[] = {"customers", "vip", NULL};
	static const int64_t in[] = {101, 102};
	struct err err = {0};
	struct buf b = {0};
	struct json *doc = NULL;
	struct cond *c = fixture_parse("score > 1 or\n in segment 'sleeping' "
				       "and not in segment 'vp' and not in "
				       "segment 'vip' and in segment 'vip'",
	    &err);

	CHECK(c != NULL);
	if (!c)
		return;
	CHECK_INT(cond_segment_count(c), 3);
	CHECK_TEXT(cond_segment(c, 0), "sleeping");
	CHECK_TEXT(cond_segment(c, 1), "vp");
	CHECK_TEXT(cond_segment(c, 2), "vip");
	CHECK_INT(cond_segment_unknown(c, 1, names, &err), -1);
	CHECK_TEXT(err.text,
	    "condition:2:43: unknown segment \"vp\": did you mean vip?");
	CHECK_INT(err.kind, ERR_USAGE);
	cond_segment_unknown(c, 1, NULL, &err);
	CHECK_TEXT(err.text, "condition:2:43: unknown segment \"vp\"");
	cond_free(c);

	CHECK_INT(
	    json_doc_parse(STR("[{\"segment\":\"none\"}]"), "j", &doc, &err),
	    0);
	CHECK_INT(cond_parse_json(json_item(doc, 0), &fixture, &c, &err), 0);
	json_doc_free(doc);
	cond_segment_unknown(c, 0, names, &err);
	CHECK_TEXT(err.text, "j:1:13: [0].segment: unknown segment \"none\"");
	cond_free(c);

	start();
	subject.segments = in;
	subject.segment_count = 2;
	c = fixture_parse("in segment 'sleeping' and not in segment 'vip' and "
			  "not in segment 'nobody knows'",
	    &err);
	CHECK(c && cond_eval(c, &subject, &moment, NULL));
	if (c)
		cond_explain(c, &subject, &moment, &b);
	CHECK(b.p && strstr(b.p, "{\"condition\":\"in segment 'sleeping'\","
				 "\"true\":true,\"value\":true}"));
	cond_free(c);
	buf_release(&b);
}

/* A change counts from its moment on; what never changed is as old as the
 * subject, or as its own first moment. */
static void
test_history(void)
{
	static const struct {
		const char *now, *condition;
		bool truth;
		const char *next;
	} table[] = {
	    {"2026-01-04", "changed(industry)", false, "2026-01-05T00:00:00Z"},
	    {"2026-01-05", "changed(industry)", true, "2026-01-10T00:00:00Z"},
	    {"2026-01-05", "changed(industry, 7d)", true,
		"2026-01-10T00:00:00Z"},
	    {"2026-01-10", "changed(industry, 7d)", true,
		"2026-01-17T00:00:00Z"},
	    {"2026-01-17", "changed(industry, 7d)", false, ""},
	    {"2026-01-17", "changed(name, 90d)", false, ""},
	    {"2026-01-17", "changed(attrs.x)", true, ""},
	    {"2026-01-17", "changed(attrs.y)", false, ""},
	    {"2026-01-17", "changed(score)", false, ""},
	    {"2026-01-10", "industry for more than 2d", false,
		"2026-01-12T00:00:00Z"},
	    {"2026-01-12", "industry for more than 2d", true, ""},
	    {"2026-01-12", "industry = 'IT' for more than 2d", true, ""},
	    {"2026-01-12", "industry = 'x' for more than 2d", false, ""},
	    {"2026-01-08", "industry for more than 2d", true,
		"2026-01-10T00:00:00Z"},
	    /* Never changed: since it was there. */
	    {"2026-01-08", "name for more than 7d", true, ""},
	    {"2026-01-07", "name for more than 7d", false,
		"2026-01-08T00:00:00Z"},
	    {"2026-01-08", "phone for more than 1d", false, ""},
	    {"2026-01-08", "attrs.x for more than 1d", false,
		"2026-01-09T00:00:00Z"},
	    /* The score knows when it began. */
	    {"2026-01-08", "score for more than 2d", false,
		"2026-01-09T00:00:00Z"},
	    {"2026-01-09", "score for more than 2d", true, ""},
	};
	struct cond_change changes[] = {
	    {F_INDUSTRY, {NULL, 0}, fixture_time("2026-01-10"), false},
	    {F_INDUSTRY, {NULL, 0}, fixture_time("2026-01-05"), false},
	    {COND_ATTRS, STR("x"), fixture_time("2026-01-08"), false},
	    {F_SCORE, {NULL, 0}, fixture_time("2026-01-07"), true}};
	struct buf b = {0};
	struct err err;
	struct cond *c;

	start();
	set_text(F_INDUSTRY, "IT");
	set_text(F_NAME, "A");
	set_number(F_SCORE, 5);
	set_time(F_CREATED_AT, "2026-01-01T00:00:00Z");
	subject.attrs = STR("{\"x\":1}");
	subject.changes = changes;
	subject.change_count = COUNT_OF(changes);
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		int64_t next = INT64_MAX;

		c = fixture_parse(table[i].condition, &err);
		CHECK(c != NULL);
		if (!c)
			continue;
		moment.now = fixture_time(table[i].now);
		if (cond_eval(c, &subject, &moment, &next) != table[i].truth) {
			printf("%s at %s\n", table[i].condition, table[i].now);
			CHECK(false);
		}
		buf_clear(&b);
		buf_addstr(&b, "");
		if (next < INT64_MAX)
			time_add(&b, next);
		if (strcmp(b.p, table[i].next) != 0)
			printf("%s at %s\n", table[i].condition, table[i].now);
		CHECK_TEXT(b.p, table[i].next);
		cond_free(c);
	}
	c = fixture_parse(
	    "changed(industry, 7d) or name for more than 1d", &err);
	CHECK(c && cond_uses_history(c, F_INDUSTRY) &&
	      cond_uses_history(c, F_NAME) && !cond_uses_history(c, F_SCORE) &&
	      !cond_uses_history(c, COND_ATTRS) && cond_uses_time(c) &&
	      cond_uses_field(c, F_CREATED_AT));
	buf_clear(&b);
	if (c)
		cond_explain(c, &subject, &moment, &b);
	CHECK_TEXT(b.p,
	    "{\"logic\":\"OR\",\"true\":true,\"conditions\":[{\"condition\":"
	    "\"changed(industry, 7d)\",\"true\":true,\"value\":"
	    "\"2026-01-05T00:00:00Z\"},{\"condition\":\"name for more than "
	    "1d\",\"true\":true,\"value\":\"2026-01-01T00:00:00Z\"}]}");
	cond_free(c);
	buf_release(&b);
}

/* Who is in stays in: the lot depends on nothing but the id and what it is
 * drawn for. */
static void
test_lots(void)
{
	struct err err;
	struct buf b = {0};
	struct cond *c =
	    fixture_parse("random 50% and not random 10% of 'a'", &err);
	unsigned in = 0, moved = 0;

	CHECK(c != NULL);
	if (!c)
		return;
	CHECK(!cond_uses_time(c) && cond_uses_field(c, F_ID));
	start();
	for (int i = 0; i < 2000; i++) {
		bool before;

		buf_clear(&b);
		buf_addf(&b, "L%d", i);
		values[F_ID] = (struct cond_value){
		    .kind = COND_IS_TEXT, .text = buf_str(&b)};
		cond_salt(c, STR(""));
		before = cond_eval(c, &subject, &moment, NULL);
		cond_salt(c, STR("segment"));
		in += before;
		moved += before != cond_eval(c, &subject, &moment, NULL);
	}
	CHECK(in > 800 && in < 1000);
	CHECK(moved > 800 && moved < 1000);
	values[F_ID].kind = COND_MISSING;
	CHECK(!cond_eval(c, &subject, &moment, NULL));
	cond_free(c);
	c = fixture_parse("random 100% of 'x'", &err);
	values[F_ID] =
	    (struct cond_value){.kind = COND_IS_TEXT, .text = STR("L1")};
	CHECK(c && cond_eval(c, &subject, &moment, NULL));
	buf_clear(&b);
	if (c)
		cond_explain(c, &subject, &moment, &b);
	CHECK(b.p && strstr(b.p, "{\"condition\":\"random 100% of 'x'\","
				 "\"true\":true,\"value\":"));
	cond_free(c);
	buf_release(&b);
}

static void
test_needs(void)
{
	struct err err;
	struct cond *c = fixture_parse(
	    "score > 1 and attrs.x = 1 and count(a, where y = 1) > 0 and "
	    "last(a) exists and last(\"b c\") exists",
	    &err);

	CHECK(c != NULL);
	if (!c)
		return;
	CHECK(cond_uses_field(c, F_SCORE) && !cond_uses_field(c, F_NAME));
	CHECK(!cond_uses_field(c, 1000));
	CHECK(cond_uses_attrs(c) && cond_uses_events(c));
	CHECK(cond_uses_event_attrs(c) && cond_uses_time(c));
	CHECK_INT(cond_event_type_count(c), 2);
	CHECK_TEXT(cond_event_type(c, 0), "a");
	CHECK_TEXT(cond_event_type(c, 1), "b c");
	cond_free(c);
	c = fixture_parse("exists(emailopened) and exists(demo) and "
			  "exists(deal_won)",
	    &err);
	CHECK(c != NULL);
	if (!c)
		return;
	CHECK_TEXT(cond_event_type_meant(c, 0, &fixture), "email_opened");
	CHECK(cond_event_type_meant(c, 1, &fixture) == NULL);
	CHECK(cond_event_type_meant(c, 2, &fixture) == NULL);
	cond_free(c);
	c = fixture_parse("score > 1", &err);
	CHECK(c && !cond_uses_attrs(c) && !cond_uses_events(c) &&
	      !cond_uses_event_attrs(c) && !cond_uses_time(c));
	cond_free(c);
}

/* ---- limits ------------------------------------------------------------- */

static void
add_times(struct buf *b, const char *s, size_t n)
{
	while (n--)
		buf_addstr(b, s);
}

static void
check_refused(const struct buf *text, const char *message)
{
	struct err err;
	struct cond *c = fixture_parse(text->p, &err);

	CHECK(c == NULL);
	CHECK_TEXT(err.text, message);
	cond_free(c);
}

/* Accepted, and SQLite accepts it as well. */
static void
check_taken(const struct buf *text)
{
	struct err err;
	struct cond *c = fixture_parse(text->p, &err);
	int64_t lead;

	CHECK(c != NULL);
	if (!c) {
		printf("%s\n", err.text);
		return;
	}
	CHECK_INT(fixture_select(st, c, false, &moment, &lead, 1),
	    cond_eval(c, &subject, &moment, NULL));
	cond_free(c);
}

/* x and (x or (x and ( ... ))), or the group first. */
static void
add_nested(struct buf *b, size_t levels, bool group_first, const char *test)
{
	for (size_t i = 0; i < levels; i++) {
		if (!group_first)
			buf_addf(b, "%s %s ", test, i % 2 ? "or" : "and");
		buf_addstr(b, "(");
	}
	buf_addstr(b, test);
	for (size_t i = levels; i-- > 0;) {
		buf_addstr(b, ")");
		if (group_first)
			buf_addf(b, " %s %s", i % 2 ? "or" : "and", test);
	}
}

static void
test_limits(void)
{
	struct buf b = {0};
	struct err err;
	struct cond *c;

	start();
	set_number(F_SCORE, 5);
	store_subject();

	add_times(&b, "(", 100000);
	check_refused(&b, "condition:1:101: more than 100 open parentheses");
	buf_clear(&b);
	add_times(&b, "not ", 100000);
	buf_addstr(&b, "score > 1");
	check_taken(&b);
	buf_clear(&b);
	add_times(&b, "count(a, where ", 1000);
	check_refused(
	    &b, "condition:1:22: events cannot be counted inside where");

	for (int first = 0; first < 2; first++) {
		buf_clear(&b);
		add_nested(&b, 25, first, "score > 1");
		check_taken(&b);
		buf_clear(&b);
		add_nested(&b, 40, first, "score > 1");
		c = fixture_parse(b.p, &err);
		CHECK(c == NULL);
		CHECK(strstr(err.text, "nested too deeply") != NULL);
		cond_free(c);
		/* The deepest that is taken, with the widest test. */
		for (size_t n = 30;; n--) {
			buf_clear(&b);
			add_nested(&b, n, first,
			    "not count(\"見学 会\", 7d, where not x not in "
			    "('a', 'b') or (y not between 1 and 2 and (z = 1 "
			    "or attrs.z contains 'x'))) between 1 and 2");
			c = fixture_parse(b.p, &err);
			if (!c && n > 1)
				continue;
			CHECK(n > 20);
			cond_free(c);
			check_taken(&b);
			break;
		}
	}

	buf_clear(&b);
	add_times(
	    &b, "score > 1 and not (score > 2 and name = 'x') and ", 1600);
	buf_addstr(&b, "score > 3");
	check_taken(&b);
	buf_clear(&b);
	buf_addstr(&b, "score in (");
	for (int i = 0; i < 9990; i++)
		buf_addf(&b, "%d, ", i);
	buf_addstr(&b, "5)");
	check_taken(&b);
	buf_clear(&b);
	buf_addstr(&b, "tags in (");
	for (int i = 0; i < 9990; i++)
		buf_addf(&b, "'%d', ", i);
	buf_addstr(&b, "'x')");
	check_taken(&b);
	buf_clear(&b);
	add_times(&b, "score > 1 and ", 6000);
	c = fixture_parse(b.p, &err);
	CHECK(c == NULL);
	CHECK(strstr(err.text, "too long: more than 10000 tests and values"));
	buf_clear(&b);
	add_times(&b, " ", (1 << 20) + 1);
	check_refused(&b, "condition:1:1: longer than 1 MiB");
	buf_clear(&b);
	buf_addstr(&b, "attrs.");
	add_times(&b, "あ", 67);
	buf_addstr(&b, " exists");
	check_refused(&b,
	    "condition:1:7: an attribute has a name of more than 200 bytes");
	buf_release(&b);
}

int
main(void)
{
	st = fixture_store();
	test_forms();
	test_mistakes();
	test_json_mistakes();
	test_json_forms();
	test_missing();
	test_text();
	test_numbers();
	test_attributes();
	test_lists();
	test_days();
	test_windows();
	test_events();
	test_one_event();
	test_text_values();
	test_explain();
	test_segments();
	test_lots();
	test_history();
	test_needs();
	test_limits();
	store_rollback(st);
	store_close(st);
	return unit_done("cond");
}
