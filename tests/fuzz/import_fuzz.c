/* SPDX-License-Identifier: ISC */
/*
 * First line a map, the rest a record: whatever they are, the record becomes
 * an item or is rejected with a reason, attributes come out as an ordered JSON
 * object, and reading it twice gives the same.
 */
#include "import/import_priv.h"
#include "fuzz.h"

static void
check_attrs(struct str attrs)
{
	struct json_scanner s = {0};

	if (!attrs.p)
		return;
	if (json_scan_object(&s, attrs) < 0)
		BUG("no object: %s", quoted(attrs));
	for (size_t i = 1; i < s.count; i++)
		if (str_cmp(s.member[i - 1].name, s.member[i].name) >= 0)
			BUG("out of order: %s", quoted(attrs));
	json_scanner_release(&s);
}

static void
read_record(const struct import_map *map, const struct import_run *run,
    const struct record *record)
{
	struct plan *plan = plan_new(map);
	struct arena arena = {0};
	struct reading one, two;
	struct str reason = {0}, again = {0};
	struct item item = {0};
	bool good;

	good = plan_read(plan, record, NULL, &arena, &one, &reason);
	if (good != plan_read(plan, record, NULL, &arena, &two, &again) ||
	    (good ? !str_eq(one.attrs, two.attrs) : !str_eq(reason, again)))
		BUG("twice is not the same");
	if (good) {
		check_attrs(one.attrs);
		good = make_item(run, &one, &arena, &item, &reason);
	}
	if (!good && (!reason.p || utf8_valid(reason) != reason.n))
		BUG("no reason");
	if (good && run->what == IMPORT_EVENTS)
		check_attrs(item.in.event->attrs);
	plan_free(plan);
	arena_release(&arena);
}

static void
try(enum import_what what, struct str map_text, struct str text)
{
	struct tenant t = {.settings = {.zone = zone_utc()}};
	struct import_run run = {.what = what, .tenant = &t};
	struct json_scanner scan = {0};
	struct record_make make = {0};
	struct import_map *map;
	struct json *doc;

	if (json_doc_parse(map_text, "map", &doc, NULL) < 0)
		return;
	if (map_of_document(doc, what, &t, &map, NULL) == 0) {
		run.map = map;
		if (json_scan_object(&scan, text) == 0) {
			record_add_members(&make, text);
			make.record.shape = 1;
			make.record.origin = 7;
			read_record(map, &run, &make.record);
		}
		import_map_free(map);
	}
	json_doc_free(doc);
	json_scanner_release(&scan);
	record_make_release(&make);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct str rest = {(const char *)p, n}, first;

	str_cut(&rest, '\n', &first);
	try(IMPORT_LEADS, first, rest);
	try(IMPORT_EVENTS, first, rest);
	try(IMPORT_ASSESSMENTS, first, rest);
	return 0;
}
