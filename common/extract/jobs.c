/* SPDX-License-Identifier: ISC */
/* What became of exports, for who looks. */
#include "extract/extract.sql.h"
#include "extract/extract_priv.h"
#include "json/json.h"

static void
put_text(struct json_writer *w, const char *name, const struct rows *r,
    unsigned column)
{
	struct str s = rows_text(r, column);

	if (s.n)
		json_add_text(w, name, s);
}

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
	bool file = rows_text(r, 12).p != NULL;

	put_text(w, "job", r, 0);
	json_add_int(w, "run", rows_int(r, 1));
	put_text(w, "what", r, 2);
	put_request(w, rows_text(r, 3));
	put_text(w, "user", r, 4);
	put_text(w, "state", r, 5);
	put_text(w, "why", r, 6);
	json_add_int(w, "read", rows_int(r, 7));
	json_add_int(w, "written", rows_int(r, 8));
	json_add_int(w, "rejected", rows_int(r, 9));
	json_add_int(w, "bytes", rows_int(r, 10));
	put_text(w, "sha256", r, 11);
	put_text(w, "file", r, 12);
	json_add_time(w, "began_at", rows_int(r, 13));
	json_add_time(w, "changed_at", rows_int(r, 14));
	if (!rows_null(r, 15))
		json_add_time(w, "expires_at", rows_int(r, 15));
	if (file && !rows_null(r, 15) && erasures > rows_int(r, 16))
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
