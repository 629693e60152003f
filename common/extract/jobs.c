/* SPDX-License-Identifier: ISC */
/* What became of exports, for who looks. */
#include "extract/extract.sql.h"
#include "extract/extract_priv.h"
#include "json/json.h"

/* Of the request what says which rows, and how they look. */
static void
put_request(struct json_writer *w, struct str text)
{
	static const char *const names[] = {"format", "of", "columns", "where",
	    "segment", "range", "sort", "newest", "limit", "mask"};
	struct json *doc;

	if (json_doc_parse(text, "request", &doc, NULL) < 0)
		return;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (json_find(doc, names[i])) {
			json_put_name(w, names[i]);
			json_put_node(w, json_find(doc, names[i]));
		}
	json_doc_free(doc);
}

static void
put_moments(struct json_writer *w, struct str progress)
{
	const struct json *moments;
	struct json *doc;

	if (!progress.p || json_doc_parse(progress, "progress", &doc, NULL) < 0)
		return;
	moments = json_find(doc, "moments");
	if (json_count(moments) > 1) {
		json_put_name(w, "moments");
		json_put_node(w, moments);
	}
	json_doc_free(doc);
}

static void
put_run(struct json_writer *w, const struct rows *r, int64_t erasures)
{
	static const struct row_field rest[] = {{"user", ROW_TEXT},
	    {"state", ROW_TEXT}, {"why", ROW_TEXT}, {"read", ROW_INT},
	    {"written", ROW_INT}, {"rejected", ROW_INT}, {"bytes", ROW_INT},
	    {"sha256", ROW_TEXT}, {"file", ROW_TEXT}, {"began_at", ROW_TIME},
	    {"changed_at", ROW_TIME}, {"expires_at", ROW_TIME}, ROW_END};
	bool file = !rows_null(r, 12), expires = !rows_null(r, 15);

	rows_put(r, 0,
	    ROW_FIELDS({"job", ROW_TEXT}, {"run", ROW_INT}, {"what", ROW_TEXT}),
	    w);
	put_request(w, rows_text(r, 3));
	rows_put(r, 4, rest, w);
	if (file && expires && erasures > rows_int(r, 16))
		json_add_bool(w, "erased_since", true);
	put_moments(w, rows_text(r, 17));
}

int
extract_jobs(struct store *st, const struct tenant *t, const char *job,
    bool all, int (*each)(void *context, struct str line, struct err *err),
    void *context, struct err *err)
{
	struct bind which = BIND_TEXT(all ? STR("") : str_of(job));
	struct buf line = {0};
	struct rows *rows;
	int64_t erasures;
	int got;

	if (lead_erasures(st, t, &erasures, err) < 0 ||
	    store_query(st, &sql_run_list, BINDS(BIND_INT(t->id), which), &rows,
		err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		struct json_writer w = {.out = &line};

		buf_clear(&line);
		json_put_object(&w);
		put_run(&w, rows, erasures);
		json_put_end(&w);
		buf_addc(&line, '\n');
		if (each(context, buf_str(&line), err) < 0) {
			got = -1;
			break;
		}
	}
	rows_close(rows);
	buf_release(&line);
	return got;
}
