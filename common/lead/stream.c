/* SPDX-License-Identifier: ISC */
/*
 * Leads that come as files, one by one to who wants them; what is no lead is
 * told and put aside.
 */
#include "lead/lead_priv.h"

struct passing {
	const struct lead_stream *stream;
	struct lead_needs needs; /* completed */
	struct lead_loose *loose;
	struct record_rejects *rejects; /* NULL: not kept */
	struct record_counts counts;
	struct arena arena;
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
	if (lead_loose_add(p->loose, record, &mistake) == 0)
		return 0;
	refuse(p, record->place, mistake.text);
	record_rejects_add_record(p->rejects, record, mistake.text);
	return 0;
}

static int
view_of(struct passing *p, const struct record *record, struct lead_view *view,
    struct err *err)
{
	const struct lead_stream *s = p->stream;

	const struct field *events = NULL;

	if (!s->needs || p->needs.events)
		events = record_find(record, "events");
	if (s->want_events && !s->no_events && !p->loose && !events)
		return err_set(err, ERR_USAGE,
		    "events are looked at and this lead has no \"events\": "
		    "give --events FILE or --no-events");
	if (events && events->type != FIELD_ARRAY)
		return err_set(err, ERR_USAGE, "events: not an array");
	if (lead_view_of_record(record, s->types, &s->moment,
		s->needs ? &p->needs : NULL, &p->arena, view, err) < 0)
		return -1;
	if (p->loose)
		lead_loose_join(p->loose, view, &p->arena);
	return 0;
}

static int
pass_lead(struct passing *p, const struct record *record, struct err *err)
{
	struct err mistake = {0};
	struct lead_view view;
	int rc;

	p->counts.read++;
	arena_clear(&p->arena);
	if (view_of(p, record, &view, &mistake) < 0) {
		refuse(p, record->place, mistake.text);
		record_rejects_add_record(p->rejects, record, mistake.text);
		return 0;
	}
	rc = p->stream->each(p->stream->context, record, &view, err);
	if (rc < 0)
		return -1;
	if (rc > 0)
		p->counts.written++;
	else
		p->counts.unchanged++;
	return 0;
}

/* Every record of the files to `each`; what is none is refused. */
static int
pass_files(struct passing *p, char *const *paths, size_t count,
    int (*each)(
	struct passing *p, const struct record *record, struct err *err),
    struct err *err)
{
	struct record_input input = {
	    .encoding = p->stream->encoding, .remarks = p->stream->remarks};
	struct record_reader *reader;
	struct record_reject reject;
	struct record record;
	enum record_got got = RECORD_GOT_END;
	int rc = 0;

	if (record_reader_open(paths, count, &input, &reader, err) < 0)
		return -1;
	if (each == pass_lead && p->stream->header &&
	    record_reader_header(reader, &record))
		rc = p->stream->header(p->stream->context, &record, err);
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
	const struct lead_stream *s = p->stream;
	char *events[] = {(char *)(uintptr_t)s->events};

	if (s->needs)
		p->needs = *s->needs;
	if (s->events) {
		p->needs.field[LEAD_ID] = p->needs.field[LEAD_EMAIL] = true;
		p->loose = lead_loose_new(s->types, &s->moment);
		if (pass_files(p, events, 1, pass_event, err) < 0)
			return -1;
	}
	lead_needs_derived(&p->needs);
	return pass_files(p, s->paths, s->path_count, pass_lead, err);
}

int
lead_stream(
    const struct lead_stream *s, struct lead_streamed *ret, struct err *err)
{
	struct passing p = {.stream = s};
	int rc;

	if (s->rejects && record_rejects_open(s->rejects, &p.rejects, err) < 0)
		return -1;
	rc = pass_all(&p, err);
	if (rc < 0)
		record_rejects_abort(p.rejects);
	else
		rc = record_rejects_close(p.rejects, err);
	ret->counts = p.counts;
	ret->events_left = p.loose ? lead_loose_left(p.loose) : 0;
	lead_loose_free(p.loose);
	arena_release(&p.arena);
	return rc;
}
