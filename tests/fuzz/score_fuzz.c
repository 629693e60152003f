/* SPDX-License-Identifier: ISC */
/*
 * First line a rule set, the rest a lead with its events: what parses prints
 * to what parses to the same; the parts of the score add up; packed parts come
 * back. The input as packed parts is refused or read, never harmful.
 */
#include "score/score_priv.h"
#include "fuzz.h"

static struct score_rules *
parse(struct str text)
{
	struct score_rules *rules = NULL;
	struct json *doc;
	struct err err = {0};

	if (json_doc_parse(text, "rules", &doc, &err) < 0)
		return NULL;
	if (score_rules_parse(doc, &rules, &err) < 0)
		rules = NULL;
	json_doc_free(doc);
	return rules;
}

static void
same_again(const struct score_rules *rules)
{
	struct buf one = {0}, two = {0};
	struct score_rules *again;

	score_rules_print(rules, &one);
	again = parse(buf_str(&one));
	if (!again)
		BUG("refused: %s", one.p);
	score_rules_print(again, &two);
	if (!str_eq(buf_str(&one), buf_str(&two)))
		BUG("%s became %s", one.p, two.p);
	score_rules_free(again);
	buf_release(&one);
	buf_release(&two);
}

static void
ignore(void *context, size_t part, int64_t points)
{
}

static void
score(struct score_rules *rules, struct str text)
{
	struct cond_moment moment = {.now = INT64_C(1768435200000)};
	struct lead_types *types = lead_types_new();
	struct record_make make = {0};
	struct json_scanner scan = {0};
	struct arena arena = {0};
	struct score_result result;
	struct lead_view view;
	struct buf out = {0};
	struct json_writer w = {.out = &out};
	struct err err = {0};
	int64_t sum = 0, version;

	score_rules_bind_types(rules, types);
	score_result_init(&result, rules);
	if (json_scan_object(&scan, text) == 0) {
		record_add_members(&make, text);
		if (lead_view_of_record(&make.record, types, &moment, NULL,
			&arena, &view, &err) == 0) {
			score_compute(rules, &view, &moment, &result);
			for (size_t i = 0; i < score_part_count(rules); i++)
				sum += result.part[i];
			if (sum != result.score * SCORE_UNIT)
				BUG("the parts are not the score");
			if (result.next_at <= moment.now)
				BUG("due at once");
			json_put_object(&w);
			score_explain(rules, &view, &moment, &result, &w);
			score_explain_to_hot(
			    rules, &view, &moment, &result, 80, &w);
			json_put_end(&w);
			buf_clear(&out);
			score_pack(&result, 1, &out);
			if (!score_unpack(
				buf_str(&out), &version, ignore, NULL))
				BUG("what was packed cannot be unpacked");
		}
	}
	json_scanner_release(&scan);
	score_result_release(&result);
	record_make_release(&make);
	arena_release(&arena);
	lead_types_free(types);
	buf_release(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct str rest = {(const char *)p, n}, first;
	struct score_rules *rules;
	int64_t version;

	score_unpack(rest, &version, ignore, NULL);
	str_cut(&rest, '\n', &first);
	rules = parse(first);
	if (!rules)
		return 0;
	same_again(rules);
	score(rules, rest);
	score_rules_free(rules);
	return 0;
}
