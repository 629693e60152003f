/* SPDX-License-Identifier: ISC */
/* A JSON object that was made in C, as a record for the writer. */
#include "record/record_priv.h"

void
record_add_members(struct record_make *m, struct str object)
{
	struct json_scanner s = {0};

	if (json_scan_object(&s, object) < 0)
		BUG("not a JSON object: %s at %zu: %s", s.fault.what,
		    s.fault.offset, quoted(object));
	for (size_t i = 0; i < s.count; i++)
		record_add(m, s.member[i].name,
		    field_type_of_json[s.member[i].type], s.member[i].text);
	json_scanner_release(&s);
}
