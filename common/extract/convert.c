/* SPDX-License-Identifier: ISC */
/* Records from files, in another format: no store, no policy. */
#include "extract/extract_priv.h"

/* What a table of records from files is called: as the first file is. */
static const char *
table_name(const struct extract_input *in, struct arena *arena)
{
	const char *path, *name;
	struct str stem;

	if (in->count == 0 || strcmp(in->paths[0], "-") == 0)
		return "records";
	path = in->paths[0];
	name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	stem = (struct str){name, strcspn(name, ".")};
	return stem.n ? arena_strdup(arena, stem) : "records";
}

static int
put_records(struct extract *x, struct record_reader *in, struct err *err)
{
	const struct extract_call *c = x->c;
	struct record_reject reject;
	struct record record;
	int rc = 0;

	if (record_reader_header(in, &record))
		rc = export_header(x->e, &record, err);
	while (rc == 0) {
		enum record_got got = record_next(in, &record, &reject, err);

		if (got == RECORD_GOT_ERROR)
			return -1;
		if (got == RECORD_GOT_END)
			break;
		if (got == RECORD_GOT_REJECT)
			export_refuse(x->e, reject.place, reject.reason);
		else
			rc = export_record(x->e, &record, err);
		if (c->progress)
			c->progress(c->context, record_reader_bytes(in),
			    record_reader_size(in));
	}
	return rc < 0 ? -1 : 0;
}

static int
convert(struct extract *x, struct record_reader *in, struct err *err)
{
	const struct extract_request *r = x->r;
	int rc;

	x->about.column = x->output.column;
	x->about.count = x->output.count;
	if (extract_places_check(r, x->c, err) < 0 ||
	    x->c->open(x->c->context, &x->output.out, err) < 0 ||
	    export_begin(&x->output, &x->e, err) < 0)
		return -1;
	rc = put_records(x, in, err);
	if (rc == 0)
		rc = export_end(x->e, &x->done, err);
	if (rc == 0 && r->manifest)
		rc = export_manifest(r->manifest, &x->about, &x->done, err);
	return rc;
}

int
extract_convert(const struct extract_request *r, const struct extract_input *in,
    const struct extract_call *c, struct export_done *ret, struct err *err)
{
	struct record_input input = {
	    .encoding = in->encoding, .remarks = in->remarks};
	struct extract x = {.r = r, .c = c};
	struct record_reader *reader = NULL;
	int rc;

	x.moment = tenant_moment(c->tenant, c->now);
	rc = extract_output(&x, err);
	if (in->count)
		x.about.of = in->paths[0];
	if (!r->table)
		x.output.sheet = table_name(in, &x.arena);
	if (rc == 0)
		rc = extract_masks(&x, err);
	if (rc == 0)
		rc = extract_columns(&x, NULL, 0, err);
	if (rc == 0)
		rc = record_reader_open((char *const *)(uintptr_t)in->paths,
		    in->count, &input, &reader, err);
	if (rc == 0)
		rc = convert(&x, reader, err);
	record_reader_close(reader);
	*ret = x.done;
	extract_release(&x);
	return rc;
}
