/* SPDX-License-Identifier: ISC */
/* CSV and TSV: a header line of names, then records of as many fields. */
#include "record/record_priv.h"

static const char *
name_of_column(struct record_reader *r, struct str field, size_t column,
    uint64_t line, struct str *ret)
{
	if (field.n == 0) {
		*ret = arena_printf(&r->names_arena, "%zu", column);
		remark(r->input.remarks, reader_place(r, line),
		    "column %zu has no name: called \"%zu\"", column, column);
		return NULL;
	}
	if (utf8_valid(field) != field.n)
		return r->source.encoding ? r->source.encoding : "UTF-8";
	*ret = arena_str(&r->names_arena, field);
	return NULL;
}

/* The columns named so far, to be found by name: a header may have thousands
 * of columns, and all of one name. */
struct taken {
	struct text_index names; /* the columns' numbers */
	unsigned *next;          /* by column: the ending its name takes next */
};

/* A second "x" becomes "x_2", or what is free. */
static void
make_unique(struct record_reader *r, struct taken *t, size_t i, uint64_t line)
{
	struct str name = r->names[i];
	struct buf other = {0};
	size_t *at, first;
	bool new;

	at = text_index_at(&t->names, name, NULL, &new);
	first = new ? i : *at;
	while (!new) {
		buf_clear(&other);
		buf_adds(&other, name);
		buf_addf(&other, "_%u", 2 + t->next[first]++);
		at = text_index_at(
		    &t->names, buf_str(&other), &r->names_arena, &new);
	}
	*at = i;
	if (other.len == 0)
		return;
	r->names[i] = arena_str(&r->names_arena, buf_str(&other));
	buf_release(&other);
	remark(r->input.remarks, reader_place(r, line),
	    "column %zu: a second %s: called %s", i + 1, quoted(name),
	    quoted(r->names[i]));
}

static int
name_columns(struct record_reader *r, const struct csv_record *header,
    struct taken *taken, struct err *err)
{
	for (size_t i = 0; i < header->count; i++) {
		const char *encoding = name_of_column(
		    r, header->field[i], i + 1, header->line, &r->names[i]);

		if (encoding)
			return err_at(err, ERR_FAIL,
			    reader_place(r, header->line),
			    "the name of column %zu is not %s: %s%s", i + 1,
			    encoding, quoted(header->field[i]),
			    r->source.encoding
				? ""
				: " (text in another encoding, such as "
				  "cp932? its name must be given)");
		make_unique(r, taken, i, header->line);
		r->field[i] = (struct field){.name = r->names[i]};
	}
	return 0;
}

static int
take_header(
    struct record_reader *r, const struct csv_record *header, struct err *err)
{
	struct taken taken = {0};
	int rc;

	arena_clear(&r->names_arena);
	free(r->names);
	r->names = xcalloc(header->count, sizeof(*r->names));
	r->name_count = header->count;
	GROW(r->field, r->field_cap, header->count);
	taken.next = xcalloc(header->count, sizeof(*taken.next));
	rc = name_columns(r, header, &taken, err);
	text_index_release(&taken.names);
	free(taken.next);
	if (rc == 0)
		r->record.shape = reader_shape(r, header->count);
	return rc;
}

int
fields_begin(struct record_reader *r, char delimiter, struct err *err)
{
	struct csv_options options = {.delimiter = delimiter,
	    .max_record = r->input.max_record,
	    .max_fields = r->input.max_fields};
	const struct csv_record *header;

	r->blanks = 0;
	r->csv = csv_reader_new(
	    (struct csv_source){source_read, &r->source}, &options);
	switch (csv_reader_next(r->csv, &header, err)) {
	case CSV_GOT_ERROR:
		return -1;
	case CSV_GOT_END:
		return 0; /* an empty file holds no records */
	case CSV_GOT_REJECT:
		return err_at(err, ERR_FAIL, reader_place(r, header->line),
		    "the header line: %s", header->reason);
	case CSV_GOT_RECORD:
		break;
	}
	return take_header(r, header, err);
}

bool
record_reader_header(const struct record_reader *r, struct record *ret)
{
	if (!r->csv || !r->name_count)
		return false;
	for (size_t i = 0; i < r->name_count; i++)
		r->field[i] = (struct field){.name = r->names[i]};
	*ret = (struct record){.field = r->field,
	    .count = r->name_count,
	    .place = reader_place(r, 1),
	    .origin = 1,
	    .format = r->format,
	    .shape = r->record.shape};
	return true;
}

static int
reject_record(struct record_reader *r, const struct csv_record *record)
{
	struct place where = reader_place(r, record->line);

	/* A place in the first line is worth its column; one in a later line
	 * must not hide where the record began. */
	if (record->at_line == record->line)
		where.column = (unsigned)record->at_column;
	if (record->at_line > record->line)
		return reader_reject(r, where, record->raw, record->raw_size,
		    "%s (line %llu, column %zu)", record->reason,
		    (unsigned long long)record->at_line, record->at_column);
	if (record->raw_size > r->input.max_record)
		return reader_reject(r, where, record->raw, record->raw_size,
		    "%s (%zu bytes)", record->reason, r->input.max_record);
	return reader_reject(
	    r, where, record->raw, record->raw_size, "%s", record->reason);
}

/* Nothing between the commas, not even quotes: what a spreadsheet writes of
 * rows that were cleared. */
static bool
is_blank(const struct csv_record *record)
{
	for (size_t i = 0; i < record->count; i++)
		if (record->field[i].p)
			return false;
	return true;
}

/* The next one that is no blank row; those are counted. */
static enum csv_got
next_row(
    struct record_reader *r, const struct csv_record **ret, struct err *err)
{
	enum csv_got got;

	while ((got = csv_reader_next(r->csv, ret, err)) == CSV_GOT_RECORD &&
	       is_blank(*ret))
		if (r->blanks++ == 0)
			r->blank_line = (*ret)->line;
	return got;
}

static void
tell_blanks(struct record_reader *r)
{
	if (r->blanks == 1)
		remark(r->input.remarks, reader_place(r, r->blank_line),
		    "1 blank row skipped");
	else if (r->blanks > 1)
		remark(r->input.remarks, reader_place(r, r->blank_line),
		    "%llu blank rows skipped, this one and later ones",
		    (unsigned long long)r->blanks);
}

int
fields_next(struct record_reader *r, struct err *err)
{
	const struct csv_record *record;
	size_t good;

	switch (next_row(r, &record, err)) {
	case CSV_GOT_ERROR:
		return RECORD_GOT_ERROR;
	case CSV_GOT_END:
		tell_blanks(r);
		return RECORD_GOT_END;
	case CSV_GOT_REJECT:
		return reject_record(r, record);
	case CSV_GOT_RECORD:
		break;
	}
	good = utf8_valid(record->raw);
	if (good != record->raw.n) {
		struct place where =
		    json_place(record->raw, good, r->source.name);

		where.line += record->line - 1;
		return reader_reject(r, where, record->raw, record->raw.n,
		    "bytes that are not %s",
		    r->source.encoding ? r->source.encoding : "UTF-8");
	}
	if (record->count != r->name_count)
		return reader_reject(r, reader_place(r, record->line),
		    record->raw, record->raw.n,
		    "%zu field%s, but the header has %zu%s", record->count,
		    plural((int64_t)record->count), r->name_count,
		    csv_reader_unended(r->csv) ? " (the file ends here)" : "");
	for (size_t i = 0; i < record->count; i++) {
		r->field[i].name = r->names[i];
		r->field[i].text = record->field[i];
		r->field[i].type =
		    record->field[i].p ? FIELD_TEXT : FIELD_MISSING;
	}
	r->record.field = r->field;
	r->record.count = record->count;
	r->record.place = reader_place(r, record->line);
	r->record.origin = record->line;
	r->record.format = r->format;
	return RECORD_GOT_ONE;
}
