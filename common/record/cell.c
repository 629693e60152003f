/* SPDX-License-Identifier: ISC */
/*
 * Lists in a table for people: ["VIP","展示会"] reads "VIP, 展示会", and of a
 * list of objects each shows its first two members, by which the programs name
 * a thing and say how much: [{"rule":"demo","points":50}] reads "demo 50".
 */
#include "json/json.h"
#include "record/record_priv.h"

#define SHOWN_MEMBERS 2

static void
add_item(struct buf *b, const struct json *item)
{
	size_t shown =
	    json_type_of(item) == JSON_TYPE_OBJECT ? json_count(item) : 0;

	if (shown == 0)
		buf_adds(b, json_text(item));
	for (size_t i = 0; i < shown && i < SHOWN_MEMBERS; i++) {
		if (i > 0)
			buf_addc(b, ' ');
		buf_adds(b, json_text(json_item(item, i)));
	}
}

void
cell_put(struct buf *b, const struct field *f)
{
	struct json *list;

	if (f->type != FIELD_ARRAY ||
	    json_doc_parse(f->text, "list", &list, NULL) < 0) {
		buf_adds(b, f->text);
		return;
	}
	for (size_t i = 0; i < json_count(list); i++) {
		if (i > 0)
			buf_addstr(b, ", ");
		add_item(b, json_item(list, i));
	}
	json_doc_free(list);
}
