/* SPDX-License-Identifier: ISC */
/* Why leads have their scores, for people: from the lines that programs get. */
#include <stdlib.h>

#include "score/draw.h"

static struct str
member(const struct json *object, const char *name)
{
	return json_text(json_find(object, name));
}

static void
draw_rules(const struct json *list, struct chart_style style, struct buf *out)
{
	static const struct table_column columns[] = {
	    {"points", TABLE_RIGHT, 0, 0}, {"rule", TABLE_LEFT, 12, 40},
	    {"because", TABLE_LEFT, 20, 0}};
	struct table *table = table_new(columns, COUNT_OF(columns));

	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *rule = json_item(list, i);

		table_cell(table, member(rule, "points"));
		table_cell(table, member(rule, "rule"));
		table_cell(table, member(rule, "because"));
	}
	table_draw(table, style.columns, style.ascii, out);
	table_free(table);
}

static void
draw_steps(const struct json *hot, struct buf *out)
{
	const struct json *steps = json_find(hot, "steps");
	const struct json *together = json_find(hot, "together");

	if (!steps)
		return;
	buf_addf(out, "\n%.*s more points would make it hot:\n",
	    STR_ARG(member(hot, "missing")));
	for (size_t i = 0; i < json_count(steps); i++)
		buf_addf(out, "  %.*s  ->  %.*s\n",
		    STR_ARG(member(json_item(steps, i), "what")),
		    STR_ARG(member(json_item(steps, i), "score")));
	for (size_t i = 0; i < json_count(together); i++)
		buf_addf(out, "  %s%.*s\n", i ? "and " : "",
		    STR_ARG(member(json_item(together, i), "what")));
	if (together)
		buf_addf(out, "  ->  %.*s\n", STR_ARG(member(hot, "score")));
}

int
score_draw_explained(
    struct str line, struct chart_style style, struct buf *out, struct err *err)
{
	struct json *doc;

	if (json_doc_parse(line, "explanation", &doc, err) < 0)
		return -1;
	buf_addf(out,
	    "%.*s  score %.*s (fit %.*s, engagement %.*s), %.*s, priority "
	    "%.*s\n\n",
	    STR_ARG(member(doc, "lead")), STR_ARG(member(doc, "score")),
	    STR_ARG(member(doc, "fit")), STR_ARG(member(doc, "engagement")),
	    STR_ARG(member(doc, "band")), STR_ARG(member(doc, "priority")));
	draw_rules(json_find(doc, "rules"), style, out);
	draw_steps(json_find(doc, "to_hot"), out);
	json_doc_free(doc);
	return 0;
}

struct table *
score_best_table(void)
{
	static const struct table_column columns[] = {
	    {"score", TABLE_RIGHT, 0, 0}, {"lead", TABLE_LEFT, 0, 40},
	    {"company", TABLE_LEFT, 12, 26}, {"name", TABLE_LEFT, 8, 20},
	    {"title", TABLE_LEFT, 8, 14}, {"why", TABLE_LEFT, 24, 0}};

	return table_new(columns, COUNT_OF(columns));
}

struct reason {
	double points;
	struct str rule;
};

static int
by_points(const void *a, const void *b)
{
	const struct reason *x = a, *y = b;

	return (x->points < y->points) - (x->points > y->points);
}

/* "+30 director, +12.5 mails opened, -8 limit" */
static void
add_reasons(const struct json *list, struct buf *out)
{
	struct reason *reasons =
	    xcalloc(json_count(list) + 1, sizeof(*reasons));

	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *rule = json_item(list, i);

		number_real(member(rule, "points"), &reasons[i].points);
		reasons[i].rule = member(rule, "rule");
	}
	qsort(reasons, json_count(list), sizeof(*reasons), by_points);
	for (size_t i = 0; i < json_count(list); i++) {
		buf_addf(out, "%s%s", i ? ", " : "",
		    reasons[i].points < 0 ? "" : "+");
		buf_addreal(out, reasons[i].points);
		buf_addf(out, " %.*s", STR_ARG(reasons[i].rule));
	}
	free(reasons);
}

int
score_best_row(struct table *table, const struct lead_view *view,
    struct str line, struct err *err)
{
	static const enum lead_field who[] = {
	    LEAD_ID, LEAD_COMPANY, LEAD_NAME, LEAD_TITLE};
	struct buf why = {0};
	struct json *doc;

	if (json_doc_parse(line, "explanation", &doc, err) < 0)
		return -1;
	table_cell(table, member(doc, "score"));
	for (size_t i = 0; i < COUNT_OF(who); i++)
		table_cell(table, view->values[who[i]].text);
	add_reasons(json_find(doc, "rules"), &why);
	table_cell(table, buf_str(&why));
	buf_release(&why);
	json_doc_free(doc);
	return 0;
}
