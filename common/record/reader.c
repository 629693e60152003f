/* SPDX-License-Identifier: ISC */
/*
 * The reader: one file after another, each by its format. What the formats
 * share is here; lines.c, elements.c and fields.c read.
 */
#include <sys/stat.h>

#include "record/record_priv.h"

#define DEFAULT_RECORD ((size_t)1 << 20)
#define DEFAULT_FIELDS 4096

static char *const standard_input[] = {(char[]){"-"}};

struct place
reader_place(const struct record_reader *r, uint64_t line)
{
	return (struct place){.file = r->source.name, .line = line};
}

int
reader_reject(struct record_reader *r, struct place where, struct str raw,
    uint64_t raw_size, const char *fmt, ...)
{
	va_list ap;

	buf_clear(&r->reason);
	va_start(ap, fmt);
	buf_vaddf(&r->reason, fmt, ap);
	va_end(ap);
	if (raw.n > RAW_MAX)
		raw.n = RAW_MAX;
	r->reject = (struct record_reject){.place = where,
	    .reason = r->reason.p,
	    .raw = raw,
	    .raw_size = raw_size};
	return RECORD_GOT_REJECT;
}

static bool
same_names(const struct shape *s, const struct field *field, size_t count)
{
	size_t start = 0;

	if (s->id == 0 || s->count != count)
		return false;
	for (size_t i = 0; i < count; i++) {
		size_t n = s->end[i] - start;

		if (field[i].name.n != n ||
		    memcmp(field[i].name.p, s->names.p + start, n) != 0)
			return false;
		start = s->end[i];
	}
	return true;
}

uint64_t
reader_shape(struct record_reader *r, size_t count)
{
	struct shape found;
	size_t i = 0;

	if (same_names(&r->shapes[0], r->field, count))
		return r->shapes[0].id;
	while (++i < SHAPES && !same_names(&r->shapes[i], r->field, count))
		continue;
	if (i < SHAPES) {
		found = r->shapes[i];
	} else {
		/* A new one, in the place of the one unused for longest. */
		found = r->shapes[--i];
		found.id = ++r->shape_last;
		found.count = count;
		buf_clear(&found.names);
		buf_reserve(&found.names, 1);
		GROW(found.end, found.cap, count);
		for (size_t k = 0; k < count; k++) {
			buf_adds(&found.names, r->field[k].name);
			found.end[k] = found.names.len;
		}
	}
	memmove(r->shapes + 1, r->shapes, i * sizeof(found));
	r->shapes[0] = found;
	return found.id;
}

/* The place of a fault in an object's text. */
static struct place
fault_place(const struct record_reader *r, struct str text, size_t offset,
    uint64_t line, unsigned first_column)
{
	struct place where = json_place(text, offset, r->source.name);

	if (where.line == 1)
		where.column += first_column;
	where.line += line - 1;
	return where;
}

/* Drops what the rejects file added. False: the text itself is not mended;
 * *ret_raw is it, so that reading it again and again wraps it up once. */
static bool
drop_reject_fields(struct record_reader *r, struct str *ret_raw)
{
	struct record *record = &r->record;
	size_t kept = 0;

	for (size_t i = 0; i < record->count; i++) {
		struct str name = r->field[i].name;

		int64_t line;

		if (str_is(name, "_raw")) {
			if (r->field[i].type == FIELD_TEXT)
				*ret_raw = r->field[i].text;
			return false;
		}
		if (str_is(name, "_line") &&
		    number_int(r->field[i].text, &line) && line > 0)
			record->origin = (uint64_t)line;
		if (!str_is(name, "_reason") && !str_is(name, "_file") &&
		    !str_is(name, "_line") && !str_is(name, "_bytes"))
			r->field[kept++] = r->field[i];
	}
	record->count = kept;
	return true;
}

int
reader_object(struct record_reader *r, struct str text, uint64_t line,
    unsigned first_column)
{
	const struct json_scanner *s = &r->scanner;

	if (json_scan_object(&r->scanner, text) < 0) {
		struct place where =
		    fault_place(r, text, s->fault.offset, line, first_column);

		if (s->fault.code == JSON_CODE_UTF8 && r->source.encoding)
			return reader_reject(r, where, text, text.n,
			    "bytes that are not %s", r->source.encoding);
		return reader_reject(r, where, text, text.n, "%s%s",
		    s->fault.what,
		    s->fault.code == JSON_CODE_CUT ? " (it ends here)" : "");
	}
	GROW(r->field, r->field_cap, s->count);
	for (size_t i = 0; i < s->count; i++) {
		const struct json_member *m = &s->member[i];

		r->field[i] = (struct field){.name = m->name,
		    .type = field_type_of_json[m->type],
		    .text = m->text};
	}
	r->record = (struct record){.field = r->field,
	    .count = s->count,
	    .place = reader_place(r, line),
	    .origin = line,
	    .format = r->format};
	if (s->count > 0 && str_is(r->field[0].name, "_reason")) {
		if (!drop_reject_fields(r, &text))
			return reader_reject(r, r->record.place, text, text.n,
			    "still the raw text of a rejected record");
	} else if (r->format == RECORD_NDJSON) {
		r->record.line = text;
	}
	r->record.shape = reader_shape(r, r->record.count);
	return RECORD_GOT_ONE;
}

static void
close_file(struct record_reader *r)
{
	r->bytes_before += r->source.bytes;
	source_close(&r->source);
	csv_reader_release(r->csv);
	r->csv = NULL;
	r->next = NULL;
}

/* Chooses the format of the file just opened and gets ready for it. */
static int
begin_file(struct record_reader *r, struct err *err)
{
	enum record_format format = r->input.format;
	char delimiter = r->input.delimiter;
	struct str text;

	if (source_peek(&r->source, &text, err) < 0)
		return -1;
	/* Bytes that UTF-8 never has; what spreadsheets call Unicode text. */
	if (!r->source.encoding && (str_starts(text, STR("\xff\xfe")) ||
				       str_starts(text, STR("\xfe\xff"))))
		remark(r->input.remarks, reader_place(r, 1),
		    "looks like UTF-16 text, whose encoding must be named");
	if (str_starts(text, STR("PK\003\004")))
		return err_at(err, ERR_FAIL, reader_place(r, 1),
		    "a workbook, or another ZIP file, which is not read here: "
		    "save it as CSV");
	if (format == RECORD_AUTO)
		format = format_of_name(r->source.name);
	if (format == RECORD_AUTO)
		format = format_of_text(text);
	r->format = format;
	r->line = 1;
	r->column = 0;
	r->scanned = 0;
	r->splitter = (struct json_splitter){0};
	r->window = (struct window){.read = source_read,
	    .context = &r->source,
	    .p = r->window.p,
	    .cap = r->window.cap};

	switch (format) {
	case RECORD_CSV:
	case RECORD_TSV:
		if (format == RECORD_TSV)
			delimiter = '\t';
		else if (delimiter == 0)
			delimiter = format_delimiter(text);
		r->next = fields_next;
		return fields_begin(r, delimiter, err);
	case RECORD_JSON:
		r->next = elements_next;
		return 0;
	case RECORD_NDJSON:
		r->next = lines_next;
		return 0;
	case RECORD_AUTO:
	case RECORD_TABLE:
		break;
	}
	return err_set(
	    err, ERR_USAGE, "%s cannot be read", record_format_name(format));
}

/* 1 when a file is open now, 0 when there are no more. */
static int
open_next(struct record_reader *r, struct err *err)
{
	int rc;

	if (r->path_next == r->path_count)
		return 0;
	if (r->paths)
		rc = source_open(
		    &r->source, r->paths[r->path_next], r->input.encoding, err);
	else
		rc = source_open_fd(&r->source, r->given_fd, r->given_name,
		    r->input.encoding, err);
	r->path_next++;
	if (rc < 0 || begin_file(r, err) < 0)
		return -1;
	return 1;
}

static struct record_reader *
new_reader(const struct record_input *input)
{
	struct record_reader *r = xcalloc(1, sizeof(*r));

	if (input)
		r->input = *input;
	if (r->input.max_record == 0)
		r->input.max_record = DEFAULT_RECORD;
	if (r->input.max_fields == 0)
		r->input.max_fields = DEFAULT_FIELDS;
	r->scanner.max_members = r->input.max_fields;
	r->source.fd = -1;
	GROW(r->window.p, r->window.cap, 1);
	return r;
}

static int
start(struct record_reader *r, struct record_reader **ret, struct err *err)
{
	if (open_next(r, err) < 0) {
		record_reader_close(r);
		return -1;
	}
	*ret = r;
	return 0;
}

int
record_reader_open(char *const *paths, size_t count,
    const struct record_input *input, struct record_reader **ret,
    struct err *err)
{
	struct record_reader *r = new_reader(input);
	struct stat st;

	r->paths = count > 0 ? paths : standard_input;
	r->path_count = count > 0 ? count : 1;
	for (size_t i = 0; i < r->path_count; i++) {
		int rc = strcmp(r->paths[i], "-") == 0 ? fstat(0, &st)
						       : stat(r->paths[i], &st);

		if (rc < 0 || !S_ISREG(st.st_mode)) {
			r->size = 0;
			break;
		}
		r->size += (uint64_t)st.st_size;
	}
	return start(r, ret, err);
}

int
record_reader_open_fd(int fd, const char *name,
    const struct record_input *input, struct record_reader **ret,
    struct err *err)
{
	struct record_reader *r = new_reader(input);

	r->given_fd = fd;
	r->given_name = name;
	r->path_count = 1;
	return start(r, ret, err);
}

enum record_got
record_next(struct record_reader *r, struct record *ret,
    struct record_reject *ret_reject, struct err *err)
{
	int got = RECORD_GOT_END;

	while (r->next) {
		got = r->next(r, err);
		if (got != RECORD_GOT_END)
			break;
		close_file(r);
		if (open_next(r, err) < 0)
			got = RECORD_GOT_ERROR;
		if (got < 0)
			break;
	}
	if (got == RECORD_GOT_ONE)
		*ret = r->record;
	else if (got == RECORD_GOT_REJECT)
		*ret_reject = r->reject;
	else
		r->next = NULL;
	return (enum record_got)got;
}

enum record_format
record_reader_format(const struct record_reader *r)
{
	return r->format;
}

uint64_t
record_reader_bytes(const struct record_reader *r)
{
	return r->bytes_before + r->source.bytes;
}

uint64_t
record_reader_size(const struct record_reader *r)
{
	return r->size;
}

void
record_reader_close(struct record_reader *r)
{
	if (!r)
		return;
	close_file(r);
	for (size_t i = 0; i < SHAPES; i++) {
		buf_release(&r->shapes[i].names);
		free(r->shapes[i].end);
	}
	free(r->field);
	free(r->window.p);
	free(r->names);
	json_scanner_release(&r->scanner);
	arena_release(&r->names_arena);
	buf_release(&r->reason);
	buf_release(&r->raw);
	free(r);
}
