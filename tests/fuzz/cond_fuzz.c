/* SPDX-License-Identifier: ISC */
/*
 * A condition that parses, in either form, prints to both forms, which parse
 * to the same condition; it evaluates and compiles without harm. One that does
 * not is refused with a reason.
 */
#include "base/base.h"
#include "cond/cond.h"
#include "json/json.h"
#include "lead/lead.h"
#include "fuzz.h"

static void
print(const struct cond *c, struct buf *text, struct buf *json)
{
	cond_print(c, text);
	cond_print_json(c, json);
}

static void
same_again(const struct cond *c)
{
	struct buf text = {0}, json = {0}, text2 = {0}, json2 = {0};
	struct cond *again = NULL;
	struct json *doc = NULL;
	struct err err = {0};

	print(c, &text, &json);
	if (cond_parse(buf_str(&text), "text", &lead_catalogue, &again, &err) <
	    0)
		BUG("refused: %s: %s", text.p, err.text);
	print(again, &text2, &json2);
	if (!str_eq(buf_str(&text), buf_str(&text2)) ||
	    !str_eq(buf_str(&json), buf_str(&json2)))
		BUG("%s became %s", text.p, text2.p);
	cond_free(again);
	buf_clear(&text2);
	buf_clear(&json2);

	if (json_doc_parse(buf_str(&json), "json", &doc, &err) < 0 ||
	    cond_parse_json(doc, &lead_catalogue, &again, &err) < 0)
		BUG("refused: %s: %s", json.p, err.text);
	print(again, &text2, &json2);
	if (!str_eq(buf_str(&text), buf_str(&text2)) ||
	    !str_eq(buf_str(&json), buf_str(&json2)))
		BUG("%s became %s", json.p, json2.p);
	cond_free(again);
	json_doc_free(doc);
	buf_release(&text);
	buf_release(&json);
	buf_release(&text2);
	buf_release(&json2);
}

static void
use(struct cond *c)
{
	static const struct cond_value nothing[LEAD__MAX];
	static const struct cond_event events[] = {
	    {0, INT64_C(1760000000000), {"{\"a\":1}", 7}},
	    {1, INT64_C(1768000000000), {NULL, 0}}};
	struct cond_subject subject = {.values = nothing,
	    .attrs = STR("{\"a\":\"b\",\"n\":7}"),
	    .events = events,
	    .event_count = 2};
	struct cond_moment moment = {.now = INT64_C(1768435200000)};
	struct cond_sql sql = {0};
	struct buf why = {0};
	int64_t next = INT64_MAX;

	for (size_t i = 0; i < cond_event_type_count(c); i++)
		cond_bind_event_type(c, i, (int64_t)i % 2);
	cond_eval(c, &subject, &moment, &next);
	if (next <= moment.now)
		BUG("the next moment is over");
	cond_explain(c, &subject, &moment, &why);
	cond_to_sql(c, &lead_catalogue, &moment, &sql);
	if (sql.types.len != sql.count)
		BUG("%zu types for %zu parameters", sql.types.len, sql.count);
	cond_sql_release(&sql);
	buf_release(&why);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct str text = {(const char *)p, n};
	struct cond *c = NULL;
	struct json *doc = NULL;
	struct err err = {0};
	int code;

	if (n > 0 && *p == '{') {
		if (json_doc_parse(text, "fuzz", &doc, &err) < 0)
			return 0;
		code = cond_parse_json(doc, &lead_catalogue, &c, &err);
		json_doc_free(doc);
	} else {
		code = cond_parse(text, "fuzz", &lead_catalogue, &c, &err);
	}
	if (code < 0) {
		if (err.kind != ERR_USAGE || !err.text[0])
			BUG("refused without a reason");
		return 0;
	}
	same_again(c);
	use(c);
	cond_free(c);
	return 0;
}
