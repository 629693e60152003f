/* SPDX-License-Identifier: ISC */
/* Records gathered into series. */
#include <math.h>
#include <stdlib.h>

#include "lead/lead.h"
#include "series/series.h"

enum column { SERIES_NAME, SERIES_TIME, SERIES_VALUE, COLUMNS };

/* A series that is being gathered. */
struct gathered {
	struct str name;
	struct series_point *points;
	size_t count, cap;
	enum series_form form;
	struct series_driver *drivers; /* as many as the job has */
};

struct reading {
	const struct series_read *job;
	struct series_counts *counts;
	struct record_rejects *rejects;
	const char *names[COLUMNS];
	size_t at[COLUMNS]; /* their places in records of this shape */
	size_t *driver_at;
	double *driver; /* their values in this record */
	uint64_t shape;
	struct gathered *list; /* as they came first */
	size_t count, cap;
	struct text_index index; /* of their names */
	struct arena texts;      /* the names */
	struct arena scratch;
	struct series_room room;
};

/* ---- fields -------------------------------------------------------------- */

/* Where this record has its fields. */
static void
find_fields(struct reading *r, const struct record *record)
{
	if (record->shape != 0 && record->shape == r->shape)
		return;
	for (int i = 0; i < COLUMNS; i++)
		r->at[i] = record_index(record, str_of(r->names[i]));
	if (r->job->apart)
		r->at[SERIES_VALUE] = SIZE_MAX;
	for (size_t i = 0; i < r->job->driver_count; i++)
		r->driver_at[i] =
		    record_index(record, str_of(r->job->drivers[i]));
	r->shape = record->shape;
}

/* NULL: the record has no such field, or nothing in it. */
static const struct field *
field_at(const struct record *record, size_t at)
{
	const struct field *f;

	if (at == SIZE_MAX)
		return NULL;
	f = &record->field[at];
	return f->type == FIELD_MISSING || f->type == FIELD_NULL ? NULL : f;
}

static bool
is_plain(const struct field *f)
{
	return f->type == FIELD_TEXT || f->type == FIELD_NUMBER;
}

/* What programs write where there is no number. */
static bool
is_none(struct str text)
{
	static const char *const words[] = {
	    "", "nan", "na", "n/a", "null", "none", "-"};

	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_is(text, words[i]))
			return true;
	return false;
}

static int
read_value(struct reading *r, const struct field *f, const char *name,
    double *ret, struct err *err)
{
	struct str text, number;

	*ret = NAN;
	if (!f)
		return 0;
	text = str_trim(f->text);
	if (is_plain(f) && number_real(text, ret))
		return 0;
	if (is_plain(f) && is_none(str_trim(text_folded(&r->scratch, text))))
		return 0;
	if (!is_plain(f) || !lead_read_number(text, &r->scratch, &number) ||
	    !number_real(number, ret))
		return err_set(err, ERR_USAGE, "%s: not a number: %s", name,
		    quoted(f->text));
	return 0;
}

static int
read_drivers(struct reading *r, const struct record *record, struct err *err)
{
	for (size_t i = 0; i < r->job->driver_count; i++)
		if (read_value(r, field_at(record, r->driver_at[i]),
			r->job->drivers[i], &r->driver[i], err) < 0)
			return -1;
	return 0;
}

static int
read_time(struct reading *r, const struct field *f, enum series_form *ret_form,
    int64_t *ret, struct err *err)
{
	if (!f || !is_plain(f) || str_trim(f->text).n == 0)
		return err_set(
		    err, ERR_USAGE, "%s: missing", r->names[SERIES_TIME]);
	if (!series_time_read(
		f->text, r->job->rules.zone, &r->scratch, ret_form, ret))
		return err_set(err, ERR_USAGE, "%s: not a time: %s",
		    r->names[SERIES_TIME], quoted(f->text));
	return 0;
}

/* ---- series -------------------------------------------------------------- */

static void
refuse(struct reading *r, struct place where, const char *reason)
{
	remark(r->job->refused, where, "%s", reason);
}

static void
gathered_release(const struct reading *r, struct gathered *g)
{
	for (size_t i = 0; g->drivers && i < r->job->driver_count; i++)
		free(g->drivers[i].points);
	free(g->drivers);
	free(g->points);
	g->drivers = NULL;
	g->points = NULL;
	g->count = g->cap = 0;
}

/* One series is complete. */
static int
hand_out(struct reading *r, struct gathered *g, struct err *err)
{
	struct err mistake = {0};
	struct series s;
	int rc = 0;

	if (r->job->apart) {
		s = (struct series){.name = g->name,
		    .calendar.form = g->form,
		    .drivers = g->drivers,
		    .driver_count = r->job->driver_count};
		r->counts->series++;
		rc = r->job->each(r->job->context, &s, err);
	} else if (series_make(&r->room, g->name, g->points, g->count, g->form,
		       &r->job->rules, r->job->remarks, &s, &mistake) < 0) {
		refuse(r, (struct place){0}, mistake.text);
		r->counts->refused++;
	} else {
		s.drivers = g->drivers;
		s.driver_count = r->job->driver_count;
		r->counts->series++;
		rc = r->job->each(r->job->context, &s, err);
	}
	gathered_release(r, g);
	return rc;
}

/* The series of a name, perhaps a new one; NULL when its records are past. */
static struct gathered *
gathered_of(struct reading *r, struct str name, bool *ret_done, struct err *err)
{
	bool new;
	size_t *at =
	    text_index_at(&r->index, name.p ? name : STR(""), &r->texts, &new);

	*ret_done = false;
	if (!new) {
		*ret_done = r->job->sorted && *at + 1 != r->count;
		return &r->list[*at];
	}
	if (r->job->sorted && r->count &&
	    hand_out(r, &r->list[r->count - 1], err) < 0)
		return NULL;
	*at = r->count;
	GROW(r->list, r->cap, r->count + 1);
	r->list[r->count] = (struct gathered){0};
	if (name.p)
		r->list[r->count].name = arena_str(&r->texts, name);
	if (r->job->driver_count)
		r->list[r->count].drivers =
		    xcalloc(r->job->driver_count, sizeof(struct series_driver));
	for (size_t i = 0; i < r->job->driver_count; i++)
		r->list[r->count].drivers[i].name = str_of(r->job->drivers[i]);
	return &r->list[r->count++];
}

static int
add_point(struct reading *r, struct str name, enum series_form form,
    struct series_point point, struct err *mistake, struct err *err)
{
	struct gathered *g;
	bool done;

	g = gathered_of(r, name, &done, err);
	if (!g)
		return -1;
	if (done) {
		err_set(mistake, ERR_USAGE,
		    "%s was before another: without --sorted",
		    series_called(name));
		return 0;
	}
	if (g->count && (g->form == SERIES_NUMBER) != (form == SERIES_NUMBER)) {
		err_set(mistake, ERR_USAGE,
		    "%s: a number among dates, or a date among numbers",
		    r->names[SERIES_TIME]);
		return 0;
	}
	if (g->count == 0 || form > g->form)
		g->form = form;
	GROW(g->points, g->cap, g->count + 1);
	g->points[g->count++] = point;
	for (size_t i = 0; i < r->job->driver_count; i++) {
		struct series_driver *d = &g->drivers[i];

		if (isnan(r->driver[i]))
			continue;
		GROW(d->points, d->cap, d->count + 1);
		d->points[d->count++] =
		    (struct series_point){point.at, r->driver[i]};
	}
	return 0;
}

static int
add_record(struct reading *r, const struct record *record, struct err *err)
{
	const struct field *name;
	struct err mistake = {0};
	struct series_point point;
	enum series_form form;

	arena_clear(&r->scratch);
	find_fields(r, record);
	name = field_at(record, r->at[SERIES_NAME]);
	if (read_time(r, field_at(record, r->at[SERIES_TIME]), &form, &point.at,
		&mistake) == 0 &&
	    read_value(r, field_at(record, r->at[SERIES_VALUE]),
		r->names[SERIES_VALUE], &point.value, &mistake) == 0 &&
	    read_drivers(r, record, &mistake) == 0 &&
	    add_point(r, name && name->text.n ? name->text : (struct str){0},
		form, point, &mistake, err) < 0)
		return -1;
	if (mistake.kind == ERR_NONE) {
		r->counts->records.written++;
		return 0;
	}
	r->counts->records.rejected++;
	refuse(r, record->place, mistake.text);
	record_rejects_add_record(r->rejects, record, mistake.text);
	return 0;
}

/* ---- files --------------------------------------------------------------- */

static int
no_field(const struct record *header, const char *name, const char *remedy,
    struct err *err)
{
	struct buf fields = {0};

	for (size_t i = 0; i < header->count; i++) {
		buf_addstr(&fields, i ? ", " : "");
		buf_addquoted(&fields, header->field[i].name);
	}
	err_at(err, ERR_USAGE, header->place, "no field \"%s\"%s; there is %s",
	    name, remedy, fields.p ? fields.p : "none");
	buf_release(&fields);
	return -1;
}

/* A header without what is wanted says it once, not for each record. */
static int
check_header(struct reading *r, const struct record *header, struct err *err)
{
	static const char *const remedies[] = {
	    [SERIES_TIME] = ": name it with --time",
	    [SERIES_VALUE] = ": name it with --value"};

	for (int c = SERIES_TIME; c < (r->job->apart ? SERIES_VALUE : COLUMNS);
	     c++)
		if (record_index(header, str_of(r->names[c])) == SIZE_MAX)
			return no_field(header, r->names[c], remedies[c], err);
	for (size_t i = 0; i < r->job->driver_count; i++) {
		const char *name = r->job->drivers[i];

		if (record_index(header, str_of(name)) == SIZE_MAX)
			return no_field(header, name, "", err);
	}
	return 0;
}

static int
read_files(struct reading *r, struct err *err)
{
	const struct series_read *job = r->job;
	struct record_input input = {
	    .encoding = job->encoding, .remarks = job->remarks};
	struct record_reader *reader;
	struct record_reject reject;
	struct record record;
	enum record_got got = RECORD_GOT_END;
	int rc = 0;

	if (record_reader_open(
		job->paths, job->path_count, &input, &reader, err) < 0)
		return -1;
	if (record_reader_header(reader, &record))
		rc = check_header(r, &record, err);
	while (
	    rc == 0 && (got = record_next(reader, &record, &reject, err)) > 0) {
		r->counts->records.read++;
		if (got == RECORD_GOT_ONE) {
			rc = add_record(r, &record, err);
			continue;
		}
		r->counts->records.rejected++;
		refuse(r, reject.place, reject.reason);
		record_rejects_add(r->rejects, &reject);
	}
	record_reader_close(reader);
	return rc < 0 || got == RECORD_GOT_ERROR ? -1 : 0;
}

static int
read_all(struct reading *r, struct err *err)
{
	size_t first;

	if (read_files(r, err) < 0)
		return -1;
	first = r->job->sorted && r->count ? r->count - 1 : 0;
	for (size_t i = first; i < r->count; i++)
		if (hand_out(r, &r->list[i], err) < 0)
			return -1;
	return 0;
}

int
series_read(
    const struct series_read *job, struct series_counts *ret, struct err *err)
{
	struct series_counts counts = {0};
	struct reading r = {.job = job,
	    .counts = &counts,
	    .names = {job->series ? job->series : "series",
		job->time ? job->time : "time",
		job->value ? job->value : "value"},
	    .driver_at = xcalloc(job->driver_count + 1, sizeof(size_t)),
	    .driver = xcalloc(job->driver_count + 1, sizeof(double))};
	int rc;

	if (job->rejects &&
	    record_rejects_open(job->rejects, &r.rejects, err) < 0) {
		free(r.driver_at);
		free(r.driver);
		return -1;
	}
	rc = read_all(&r, err);
	if (rc < 0)
		record_rejects_abort(r.rejects);
	else
		rc = record_rejects_close(r.rejects, err);
	for (size_t i = 0; i < r.count; i++)
		gathered_release(&r, &r.list[i]);
	free(r.list);
	free(r.driver_at);
	free(r.driver);
	text_index_release(&r.index);
	arena_release(&r.texts);
	arena_release(&r.scratch);
	series_room_release(&r.room);
	*ret = counts;
	return rc;
}
