/* SPDX-License-Identifier: ISC */
/* The rejects file: every line can be mended and read again. */
#include <errno.h>

#include "json/json.h"
#include "record/record.h"

struct record_rejects {
	struct outfile *file; /* NULL: standard error */
	FILE *stream;
	struct buf line;
	bool failed;
	int failure;
};

int
record_rejects_open(
    const char *path, struct record_rejects **ret, struct err *err)
{
	struct record_rejects *r = xcalloc(1, sizeof(*r));

	if (strcmp(path, "-") == 0) {
		r->stream = stderr;
	} else if (outfile_open(path, &r->file, err) < 0) {
		free(r);
		return -1;
	} else {
		r->stream = outfile_stream(r->file);
	}
	*ret = r;
	return 0;
}

/* The opening of a line: the reader knows it by its first name. */
static struct json_writer
begin_line(struct record_rejects *r, const char *reason, struct place place)
{
	struct json_writer w = {.out = &r->line};

	buf_clear(&r->line);
	json_put_object(&w);
	json_put_name(&w, "_reason");
	json_put_text(&w, str_of(reason));
	if (place.file) {
		json_put_name(&w, "_file");
		json_put_text(&w, str_of(place.file));
	}
	if (place.line > 0) {
		json_put_name(&w, "_line");
		json_put_int(&w, (int64_t)place.line);
	}
	return w;
}

static void
end_line(struct record_rejects *r, struct json_writer *w)
{
	json_put_end(w);
	buf_addc(&r->line, '\n');
	if (!r->failed &&
	    fwrite(r->line.p, 1, r->line.len, r->stream) != r->line.len) {
		r->failed = true;
		r->failure = errno;
	}
}

void
record_rejects_add(struct record_rejects *r, const struct record_reject *reject)
{
	struct json_writer w;

	if (!r)
		return;
	w = begin_line(r, reject->reason, reject->place);
	if (reject->raw_size > reject->raw.n) {
		json_put_name(&w, "_bytes");
		json_put_int(&w, (int64_t)reject->raw_size);
	}
	json_put_name(&w, "_raw");
	json_put_text(&w, reject->raw.p ? reject->raw : STR(""));
	end_line(r, &w);
}

/* A field of the reader's own would be taken for ours. */
static bool
is_ours(struct str name)
{
	return str_is(name, "_reason") || str_is(name, "_file") ||
	       str_is(name, "_line") || str_is(name, "_raw") ||
	       str_is(name, "_bytes");
}

void
record_rejects_add_record(
    struct record_rejects *r, const struct record *record, const char *reason)
{
	struct json_writer w;

	if (!r)
		return;
	w = begin_line(r, reason, record->place);
	for (size_t i = 0; i < record->count; i++) {
		const struct field *f = &record->field[i];

		if (f->type == FIELD_MISSING || is_ours(f->name))
			continue;
		json_put_key(&w, f->name);
		field_put_json(&w, f);
	}
	end_line(r, &w);
}

int
record_rejects_close(struct record_rejects *r, struct err *err)
{
	int rc = 0;

	if (!r)
		return 0;
	if (r->failed) {
		errno = r->failure;
		rc = err_sys(err, "the rejects file");
		outfile_abort(r->file);
	} else if (r->file) {
		rc = outfile_commit(r->file, err);
	} else if (fflush(stderr) != 0) {
		rc = err_sys(err, "<stderr>");
	}
	buf_release(&r->line);
	free(r);
	return rc;
}

void
record_rejects_abort(struct record_rejects *r)
{
	if (!r)
		return;
	outfile_abort(r->file);
	buf_release(&r->line);
	free(r);
}
