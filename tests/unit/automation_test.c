/* SPDX-License-Identifier: ISC */
/* Definitions come back as they were; the table of actions chooses. */
#include <stdio.h>

#include "automation/automation.h"
#include "unit.h"

static void
wrong(const char *document, const char *why)
{
	struct automation *a = NULL;
	struct json *doc;
	struct err err = {0};

	if (json_doc_parse(str_of(document), "x", &doc, &err) == 0)
		CHECK_INT(automation_of(doc, NULL, &a, &err), -1);
	CHECK(strstr(err.text, why) != NULL);
	if (!strstr(err.text, why))
		printf("%s: %s\n", document, err.text);
}

static void
definitions(void)
{
	struct automation_library *lib = automation_library_shipped();
	const struct automation *a;

	for (size_t i = 0; (a = automation_at(lib, i)) != NULL; i++) {
		struct buf one = {0}, other = {0};
		struct automation *again = NULL;
		struct json *doc;
		struct err err = {0};

		CHECK(a->enabled && a->origin == AUTOMATION_SHIPPED);
		automation_print(a, &one);
		CHECK_INT(json_doc_parse(buf_str(&one), "x", &doc, &err), 0);
		CHECK_INT(automation_of(doc, NULL, &again, &err), 0);
		automation_print(again, &other);
		CHECK_TEXT(other.p, one.p);
		automation_free(again);
		buf_release(&one);
		buf_release(&other);
	}
	automation_library_free(lib);
	wrong("{\"on\":\"a\",\"do\":[]}", "needs a name");
	wrong("{\"name\":\"a b\",\"on\":\"a\",\"do\":[]}", "not a name");
	wrong("{\"name\":\"a\",\"on\":\"\",\"do\":[]}", "on: empty");
	wrong("{\"name\":\"a\",\"do\":[]}", "on");
	wrong("{\"name\":\"a\",\"on\":\"b\",\"do\":[{\"action\":\"stage\"}]}",
	    "stage");
	wrong("{\"name\":\"a\",\"on\":\"b\",\"do\":[{\"action\":\"webhook\"}]}",
	    "needs \"channel\"");
	wrong("{\"name\":\"a\",\"on\":\"b\",\"where\":\"x =\",\"do\":[{"
	      "\"action\":\"close_tasks\"}]}",
	    "where");
	wrong("{\"name\":\"a\",\"on\":\"b\",\"do\":[{\"action\":\"close_tasks\""
	      ",\"to\":\"x\"}]}",
	    "to");
#define NOTIFY(more)                                                       \
	"{\"name\":\"a\",\"on\":\"b\",\"do\":[{\"action\":\"notify\","     \
	"\"template\":\"t\",\"channels\":\"inbox\",\"to\":\"owner\"," more \
	"}]}"
	wrong(NOTIFY("\"wait\":\"5m\""), "needs \"group_by\"");
	wrong(NOTIFY("\"digest\":\"x\""), "needs \"group_by\"");
	wrong(NOTIFY("\"group_by\":\"owner\""), "needs \"wait\"");
	wrong(NOTIFY("\"group_by\":\"lead\",\"wait\":\"5m\""),
	    "not owner or recipient");
	wrong(NOTIFY("\"group_by\":\"owner\",\"wait\":\"8d\""),
	    "of a week at most");
}

static const char table[] =
    "{\"rows\":["
    "{\"stage\":[\"sql\",null],\"rule\":\"ＩＴ\",\"event\":\"demo\","
    "\"ja\":\"一\",\"en\":\"one\"},"
    "{\"event\":[\"demo\",\"visit\"],\"ja\":\"二\"},"
    "{\"stage\":\"mql\",\"en\":\"three\"}],"
    "\"events\":{\"demo\":{\"ja\":\"デモ\"}}}";

static const struct {
	const char *stage, *rule, *event, *locale, *action, *reason;
} rows[] = {
    {"sql", "IT or SaaS", "demo", "ja", "一",
	"最も効いた属性：「IT or SaaS」（15点）、最近の行動：「デモ」（1970-01-"
	"01 00:00）"},
    {NULL, "it", "demo", "en", "one",
	"strongest fit: it (15 points); latest: デモ (1970-01-01 00:00)"},
    {"mql", "IT", "demo", "en", "二",
	"strongest fit: IT (15 points); latest: デモ (1970-01-01 00:00)"},
    {"mql", NULL, "visit", "ja", "二",
	"最近の行動：「visit」（1970-01-01 00:00）"},
    {"mql", NULL, NULL, "ja", "three", ""},
    {"new", "IT", NULL, "ja", NULL, ""},
    {NULL, NULL, NULL, "ja", NULL, ""},
};

static void
choices(void)
{
	struct recommend *r;
	struct json *doc;
	struct err err = {0};

	CHECK_INT(json_doc_parse(STR(table), "x", &doc, &err), 0);
	CHECK_INT(recommend_of(doc, &r, &err), 0);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct recommend_lead lead = {.stage = str_of(rows[i].stage),
		    .rule = str_of(rows[i].rule),
		    .event = str_of(rows[i].event),
		    .points = STR("15")};
		struct buf action = {0}, reason = {0};
		bool found = recommend_choose(
		    r, &lead, rows[i].locale, zone_utc(), &action, &reason);

		CHECK_INT(found, rows[i].action != NULL);
		if (found) {
			CHECK_TEXT(action.p, rows[i].action);
			CHECK_TEXT(reason.p ? reason.p : "", rows[i].reason);
		}
		buf_release(&action);
		buf_release(&reason);
	}
	recommend_free(r);
}

int
main(void)
{
	definitions();
	choices();
	return unit_done("automation");
}
