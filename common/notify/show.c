/* SPDX-License-Identifier: ISC */
/* One message of the ledger, with what it says. */
#include <stdlib.h>

#include "notify/notify_priv.h"
#include "table/table.h"

/* What of the ledger's record a message is made from again. */
static struct item *
item_of(int64_t number, const struct json *record)
{
	const struct json *content = json_find(record, "content");
	struct outbox_row row = {.number = number,
	    .id = json_text(json_find(record, "id")),
	    .kind = json_text(json_find(record, "kind")),
	    .locale = json_text(json_find(record, "locale")),
	    .template = json_text(json_find(record, "template")),
	    .content = content ? json_raw(content) : STR("{}")};

	return item_new(&row);
}

/* The record again, with the words; what cannot be said is a "problem". */
static int
put_words(struct store *st, const struct tenant *t, const struct json *record,
    struct item *i, int64_t now, struct buf *out, struct err *err)
{
	struct delivery d = {.store = st, .tenant = t, .now = now};
	struct json_writer w = {.out = out};
	struct err problem = {0};

	if (template_library_open(st, t, &d.library, err) < 0)
		return -1;
	json_put_object(&w);
	for (size_t k = 0; k < json_count(record); k++) {
		json_put_key(&w, json_name(json_item(record, k)));
		json_put_raw(&w, json_raw(json_item(record, k)));
	}
	if (item_words(&d, i, &problem) < 0)
		json_add_text(&w, "problem", str_of(problem.text));
	if (item_title(i).p)
		json_add_text(&w, "subject", item_title(i));
	if (i->message.has[TEMPLATE_TEXT])
		json_add_text(
		    &w, "text", buf_str(&i->message.part[TEMPLATE_TEXT]));
	json_put_end(&w);
	buf_addc(out, '\n');
	template_library_free(d.library);
	return 0;
}

/* ---- drawn ------------------------------------------------------------------
 */

static struct str
value_of(const struct tenant *t, const struct json *member, struct buf *text)
{
	struct str value = json_text(member);
	int64_t at;

	if (!str_ends(json_name(member), STR("_at")) ||
	    !time_parse(value, NULL, &at))
		return value;
	buf_clear(text);
	time_add_local(text, at, t->settings.zone);
	return buf_str(text);
}

static void
add_field(struct table_block *b, struct str name, struct str value)
{
	char *copy = str_dup(name);

	table_block_add(b, copy, value);
	free(copy);
}

static void
draw_members(struct table_block *b, const struct tenant *t,
    const struct json *record, struct buf *text)
{
	for (size_t i = 0; i < json_count(record); i++) {
		const struct json *member = json_item(record, i);
		enum json_type type = json_type_of(member);

		if (type != JSON_TYPE_OBJECT && type != JSON_TYPE_ARRAY)
			add_field(
			    b, json_name(member), value_of(t, member, text));
	}
}

static void
draw_history(struct table_block *b, const struct tenant *t,
    const struct json *record, struct buf *text)
{
	const struct json *history = json_find(record, "history");

	for (size_t i = 0; history && i < json_count(history); i++) {
		const struct json *one = json_item(history, i);
		const struct json *answer = json_find(one, "answer");
		int64_t at;

		buf_clear(text);
		if (time_parse(json_text(json_find(one, "time")), NULL, &at))
			time_add_local(text, at, t->settings.zone);
		if (answer) {
			buf_addstr(text, "  ");
			buf_adds(text, json_text(answer));
		}
		add_field(b, json_text(json_find(one, "state")), buf_str(text));
	}
}

static void
draw_attachments(struct table_block *b, const struct json *record)
{
	const struct json *files =
	    json_find(json_find(record, "content"), "attachments");

	if (files)
		table_block_title(b, "attachments");
	for (size_t i = 0; i < json_count(files); i++) {
		const struct json *one = json_item(files, i);
		struct buf size = {0};

		attachment_size(one, &size);
		add_field(b, json_text(json_find(one, "name")), buf_str(&size));
		buf_release(&size);
	}
}

/* As it reads, whatever somebody has put into it. */
static void
draw_text(struct str text, struct buf *out)
{
	struct str line;

	bool more = true;

	text = str_trim(text);
	if (text.n)
		buf_addc(out, '\n');
	while (text.n && more) {
		more = str_cut(&text, '\n', &line);
		text_safe(out, line);
		buf_addc(out, '\n');
	}
}

static void
draw(const struct tenant *t, const struct json *record, const struct item *i,
    size_t columns, struct buf *out)
{
	struct table_block *b = table_block_new();
	struct buf text = {0};

	draw_members(b, t, record, &text);
	table_block_title(b, "history");
	draw_history(b, t, record, &text);
	draw_attachments(b, record);
	table_block_draw(b, columns, out);
	table_block_free(b);
	buf_release(&text);
	draw_text(item_title(i), out);
	if (i->message.has[TEMPLATE_TEXT])
		draw_text(buf_str(&i->message.part[TEMPLATE_TEXT]), out);
}

int
notify_show(struct store *st, const struct tenant *t, int64_t number,
    int64_t now, size_t columns, struct buf *line, struct buf *drawing,
    struct err *err)
{
	struct json *record = NULL;
	struct item *i = NULL;
	struct buf kept = {0};
	int rc = outbox_show(st, t, number, &kept, err);

	if (rc == 0)
		rc = json_doc_own(buf_str(&kept), "message", &record, err);
	if (rc == 0) {
		i = item_of(number, record);
		rc = put_words(st, t, record, i, now, line, err);
	}
	if (rc == 0)
		draw(t, record, i, columns, drawing);
	item_free(i);
	json_doc_free(record);
	buf_release(&kept);
	return rc;
}
