/* SPDX-License-Identifier: ISC */
/* Insights: records, or sentences under headings. */
#include "json/json.h"
#include "outlook/outlook.h"

/* Under which heading an insight stands; in the order of both. */
static const struct heading {
	const char *ja, *en;
	const char *insights[4]; /* NULL-ended */
} headings[] = {
    {"目標に対するペース", "Pace against the goals", {"pace"}},
    {"推移", "Where it goes", {"last_month", "trend", "change"}},
    {"季節性", "Season", {"season"}},
    {"異常", "Out of the ordinary", {"anomaly"}},
    {"成約率の差", "Differences in conversion", {"best", "worst"}},
    {"改善の候補", "What might be done", {"recommendation"}},
};

static bool
stands_under(const struct heading *h, struct str insight)
{
	for (size_t i = 0; i < COUNT_OF(h->insights) && h->insights[i]; i++)
		if (str_is(insight, h->insights[i]))
			return true;
	return false;
}

/* The sentences of one heading; nothing when there are none. */
static int
add_heading(const struct heading *h, bool ja, bool markdown, struct str lines,
    struct buf *out, struct err *err)
{
	bool begun = false;
	struct str line;

	while (lines.n && str_cut(&lines, '\n', &line)) {
		struct json *doc;
		struct str text;

		if (json_doc_own(line, "insight", &doc, err) < 0)
			return -1;
		text = json_text(json_find(doc, "text"));
		if (text.n &&
		    stands_under(h, json_text(json_find(doc, "insight")))) {
			if (!begun)
				buf_addf(out, "%s%s%s\n%s",
				    out->len ? "\n" : "",
				    markdown ? "## "
				    : ja     ? "■ "
					     : "",
				    ja ? h->ja : h->en, markdown ? "\n" : "");
			begun = true;
			buf_addf(out, "%s%.*s\n",
			    markdown ? "- "
			    : ja     ? "・"
				     : "- ",
			    STR_ARG(text));
		}
		json_doc_free(doc);
	}
	return 0;
}

static int
print_text(struct session *s, const char *locale, bool markdown,
    const struct buf *lines, struct err *err)
{
	struct buf text = {0};
	int rc = 0;

	for (size_t i = 0; i < COUNT_OF(headings) && lines->len && rc == 0; i++)
		rc = add_heading(&headings[i], strcmp(locale, "ja") == 0,
		    markdown, buf_str(lines), &text, err);
	if (rc == 0 && text.len)
		printer_text(&s->printer, buf_str(&text));
	buf_release(&text);
	return rc;
}

int
outlook_tell(struct session *s, const struct outlook_tell *how, struct err *err)
{
	const char *format = s->call->shared->format;
	bool markdown = strcmp(format, "markdown") == 0;
	bool text = markdown || strcmp(format, "text") == 0;
	struct insight_telling telling = {.moment = s->moment,
	    .where = s->where,
	    .within = how->within,
	    .explain = how->explain};
	struct buf lines = {0};
	int rc;

	if (outlook_locale(s, how->locale, &telling.locale, err) < 0 ||
	    session_print(
		s, insight_told_columns, insight_told_column_count, err) < 0)
		return -1;
	rc = insight_tell(s->st, s->tenant, &telling, &lines, err);
	if (rc == 0 && text)
		rc = print_text(s, telling.locale, markdown, &lines, err);
	else if (rc == 0 && lines.len)
		printer_lines(&s->printer, buf_str(&lines));
	buf_release(&lines);
	return rc;
}
