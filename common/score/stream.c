/* SPDX-License-Identifier: ISC */
/* Whole files through a filter; what it refuses is told and put aside. */
#include "score/score_priv.h"

struct passing {
	struct score_filter *filter;
	const struct score_stream *stream;
	struct record_rejects *rejects; /* NULL: not kept */
	struct record_counts counts;
	struct buf line;
};

static void
refuse(struct passing *p, struct place where, const char *reason)
{
	remark(p->stream->refused, where, "%s", reason);
	p->counts.rejected++;
}

static int
pass_event(struct passing *p, const struct record *record, struct err *err)
{
	struct err mistake = {0};

	(void)err;
	if (score_filter_event(p->filter, record, &mistake) == 0)
		return 0;
	refuse(p, record->place, mistake.text);
	record_rejects_add_record(p->rejects, record, mistake.text);
	return 0;
}

static int
pass_lead(struct passing *p, const struct record *record, struct err *err)
{
	struct err mistake = {0};

	p->counts.read++;
	buf_clear(&p->line);
	if (score_filter_lead(
		p->filter, record, p->stream->why, &p->line, &mistake) < 0) {
		refuse(p, record->place, mistake.text);
		record_rejects_add_record(p->rejects, record, mistake.text);
		return 0;
	}
	p->counts.written++;
	return p->stream->each(p->stream->context, buf_str(&p->line), err);
}

/* Every record of the files to `each`; what is none is refused. */
static int
pass_files(struct passing *p, char *const *paths, size_t count,
    int (*each)(
	struct passing *p, const struct record *record, struct err *err),
    struct err *err)
{
	struct record_input input = {.remarks = p->stream->remarks};
	struct record_reader *reader;
	struct record_reject reject;
	struct record record;
	enum record_got got;
	int rc = 0;

	if (record_reader_open(paths, count, &input, &reader, err) < 0)
		return -1;
	while (
	    rc == 0 && (got = record_next(reader, &record, &reject, err)) > 0) {
		if (got == RECORD_GOT_ONE) {
			rc = each(p, &record, err);
			continue;
		}
		p->counts.read += each == pass_lead;
		refuse(p, reject.place, reject.reason);
		record_rejects_add(p->rejects, &reject);
	}
	record_reader_close(reader);
	return rc < 0 || got == RECORD_GOT_ERROR ? -1 : 0;
}

static int
pass_all(struct passing *p, struct err *err)
{
	const struct score_stream *stream = p->stream;
	char *events[] = {(char *)(uintptr_t)stream->events};

	if (stream->events) {
		if (pass_files(p, events, 1, pass_event, err) < 0)
			return -1;
		score_filter_events_end(p->filter);
	}
	return pass_files(p, stream->paths, stream->path_count, pass_lead, err);
}

int
score_filter_stream(struct score_filter *f, const struct score_stream *stream,
    struct record_counts *ret, struct err *err)
{
	struct passing p = {.filter = f, .stream = stream};
	int rc;

	if (stream->rejects &&
	    record_rejects_open(stream->rejects, &p.rejects, err) < 0)
		return -1;
	rc = pass_all(&p, err);
	if (rc < 0)
		record_rejects_abort(p.rejects);
	else
		rc = record_rejects_close(p.rejects, err);
	buf_release(&p.line);
	*ret = p.counts;
	return rc;
}
