/* SPDX-License-Identifier: ISC */
/* An explanation as a page for people: what is so, and the tree. */
#include "segment/segment_priv.h"

struct drawing {
	struct buf *out;
	bool ascii;
};

static void
add_value(const struct json *node, struct buf *out)
{
	const struct json *value = json_find(node, "value");

	if (!value)
		return;
	buf_addstr(out, "   ");
	if (json_type_of(value) == JSON_TYPE_NULL)
		buf_addstr(out, "(missing)");
	else
		text_safe(out, json_type_of(value) == JSON_TYPE_STRING
				   ? json_text(value)
				   : json_raw(value));
}

static void
draw_node(const struct drawing *d, const struct json *node, unsigned depth)
{
	const struct json *test = json_find(node, "condition");
	const struct json *kids = json_find(node, "conditions");
	const struct json *not = json_find(node, "not");
	bool yes = json_truth(json_find(node, "true"));
	size_t begin = d->out->len;

	buf_addf(d->out, "%*s%s ", (int)depth * 2, "",
	    d->ascii ? (yes ? "+" : "-") : (yes ? "✓" : "✗"));
	if (test) {
		text_safe(d->out, json_text(test));
		add_value(node, d->out);
	} else if (not ) {
		buf_addstr(d->out, "not");
	} else {
		buf_addstr(
		    d->out, str_is(json_text(json_find(node, "logic")), "AND")
				? "all of"
				: "any of");
	}
	text_end_line(d->out, begin);
	if (not )
		draw_node(d, not, depth + 1);
	for (size_t i = 0; i < json_count(kids); i++)
		draw_node(d, json_item(kids, i), depth + 1);
}

static void
add_member(struct buf *out, const char *before, const struct json *object,
    const char *name)
{
	const struct json *member = json_find(object, name);

	if (!member)
		return;
	buf_addstr(out, before);
	text_safe(out, json_text(member));
}

static void
draw_standing(const struct json *doc, struct buf *out)
{
	const struct json *override = json_find(doc, "override");
	const struct json *before = json_find(doc, "before");

	add_member(out, "", doc, "lead");
	add_member(out, "  ", doc, "email");
	if (!json_find(doc, "segment")) {
		buf_addc(out, '\n');
		return;
	}
	buf_addstr(out,
	    json_truth(json_find(doc, "in")) ? "  is in " : "  is not in ");
	text_safe(out, json_text(json_find(doc, "segment")));
	add_member(out, " since ", doc, "since");
	add_member(out, ", by ", doc, "by");
	buf_addc(out, '\n');
	if (override) {
		buf_addstr(out, json_truth(json_find(override, "included"))
				    ? "included by hand"
				    : "excluded by hand");
		add_member(out, " by ", override, "user");
		add_member(out, ", ", override, "time");
		add_member(out, ": ", override, "why");
		buf_addc(out, '\n');
	}
	for (size_t i = 0; i < json_count(before); i++) {
		add_member(out, "was in from ", json_item(before, i), "since");
		add_member(out, " to ", json_item(before, i), "left");
		buf_addc(out, '\n');
	}
}

int
segment_draw_explained(struct str explained, const struct zone *zone,
    bool ascii, struct buf *out, struct err *err)
{
	struct drawing d = {out, ascii};
	struct buf local = {0};
	struct json *doc;
	int rc;

	time_add_localised(&local, explained, zone);
	rc = json_doc_parse(buf_str(&local), "explanation", &doc, err);
	buf_release(&local);
	if (rc < 0)
		return -1;
	draw_standing(doc, out);
	draw_node(&d, json_find(doc, "condition"), 0);
	add_member(out, "may change by time alone at ", doc, "next_at");
	if (json_find(doc, "next_at"))
		buf_addc(out, '\n');
	json_doc_free(doc);
	return 0;
}
