/* SPDX-License-Identifier: ISC */
/* A JSON object that was made in C, as a record for the writer. */
#include "json/json.h"
#include "record/record.h"

void
record_add_members(struct record_make *m, struct str object)
{
	static const enum field_type type_of[] = {
	    [JSON_TYPE_NULL] = FIELD_NULL,
	    [JSON_TYPE_BOOL] = FIELD_BOOL,
	    [JSON_TYPE_NUMBER] = FIELD_NUMBER,
	    [JSON_TYPE_STRING] = FIELD_TEXT,
	    [JSON_TYPE_OBJECT] = FIELD_OBJECT,
	    [JSON_TYPE_ARRAY] = FIELD_ARRAY,
	};
	struct json_scanner s = {0};

	if (json_scan_object(&s, object) < 0)
		BUG("not a JSON object: %s at %zu: %s", s.fault.what,
		    s.fault.offset, quoted(object));
	for (size_t i = 0; i < s.count; i++)
		record_add(m, s.member[i].name, type_of[s.member[i].type],
		    s.member[i].text);
	json_scanner_release(&s);
}
