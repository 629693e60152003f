/* SPDX-License-Identifier: ISC */
/* What an export was, for who has the file and for who asks later. */
#include <inttypes.h>

#include "export/export.h"
#include "json/json.h"

static void
add_given(struct json_writer *w, const char *name, const char *text)
{
	if (text)
		json_add_text(w, name, str_of(text));
}

void
export_about_put(const struct export_about *a, struct json_writer *w)
{
	add_given(w, "what", a->what);
	add_given(w, "of", a->of);
	add_given(w, "format", a->format);
	json_put_name(w, "columns");
	json_put_array(w);
	for (size_t i = 0; i < a->count; i++)
		json_put_text(w, a->column[i].name);
	json_put_end(w);
	add_given(w, "where", a->where);
	add_given(w, "segment", a->segment);
	add_given(w, "range", a->range);
	add_given(w, "sort", a->sort);
	if (a->limit)
		json_add_int(w, "limit", a->limit);
	add_given(w, "mask", a->mask);
	add_given(w, "file", a->file);
}

void
export_done_put(const struct export_done *d, struct json_writer *w)
{
	json_add_int(w, "read", (int64_t)d->counts.read);
	json_add_int(w, "written", (int64_t)d->counts.written);
	json_add_int(w, "rejected", (int64_t)d->counts.rejected);
	json_add_int(w, "bytes", (int64_t)d->bytes);
	if (d->sha256[0])
		json_add_text(w, "sha256", str_of(d->sha256));
}

static void
tell_more(struct buf *out, uint64_t n, const char *what, const char *done)
{
	if (n)
		buf_addf(out, "; %" PRIu64 " %s%s %s", n, what,
		    plural((int64_t)n), done);
}

void
export_done_tell(const struct export_done *d, struct buf *out)
{
	record_counts_filter(out, &d->counts);
	tell_more(out, d->replaced, "character", "replaced");
	tell_more(out, d->defused, "formula", "defused");
	tell_more(out, d->cut, "cell", "cut");
}

void
export_moments_put(
    const struct export_moment *moment, size_t count, struct json_writer *w)
{
	json_put_name(w, "moments");
	json_put_array(w);
	for (size_t i = 0; i < count; i++) {
		json_put_object(w);
		json_add_time(w, "as_of", moment[i].as_of);
		json_add_int(w, "rows", moment[i].rows);
		json_put_end(w);
	}
	json_put_end(w);
}

int
export_manifest(const char *path, const struct export_about *a,
    const struct export_done *done, struct err *err)
{
	struct outfile *file;
	struct buf text = {0};
	struct json_writer w = {.out = &text, .pretty = true};

	if (outfile_open(path, &file, err) < 0)
		return -1;
	json_put_object(&w);
	export_about_put(a, &w);
	add_given(&w, "tenant", a->tenant);
	add_given(&w, "by", a->who);
	json_add_time(&w, "as_of", a->now);
	if (a->moments > 1)
		export_moments_put(a->moment, a->moments, &w);
	add_given(&w, "zone", a->zone);
	export_done_put(done, &w);
	json_put_end(&w);
	buf_addc(&text, '\n');
	fwrite(text.p, 1, text.len, outfile_stream(file));
	buf_release(&text);
	return outfile_commit(file, err);
}
