/* SPDX-License-Identifier: ISC */
/*
 * The reader. We find where a record ends, and whether its quotes are in
 * order, so that a bad one is known as a whole, with its line, and is passed
 * over; libcsv then takes the good ones apart. Writing is next door.
 */
#include <csv.h>

#include "csv/csv.h"

#define RAW_MAX  ((size_t)64 << 10)
#define TEXT_MAX ((size_t)1 << 20)

#define LINE_END 2

enum stop { STOP_DELIMITER = 1, STOP_QUOTE, STOP_LF, STOP_CR };

struct csv_reader {
	char delimiter;
	size_t max_record, max_fields;
	unsigned char stop[256]; /* what an unquoted field stops at */
	struct csv_parser parser;

	struct window in;
	bool unended;
	uint64_t line; /* of in.p[in.start], from 1 */

	struct csv_record record;
	size_t field_cap;
	struct buf fields; /* the fields' bytes, one after another */
	struct buf raw;    /* the kept part of what was too long */
};

/* How the text at r->in.start looks. */
struct frame {
	enum { FRAME_GOOD, FRAME_MORE, FRAME_BAD, FRAME_UNCLOSED } kind;
	size_t size;        /* without the line end */
	size_t full;        /* with it */
	uint64_t lines;     /* ended in it */
	const char *reason; /* FRAME_BAD */
	size_t wrong;       /* BAD: the byte; else the last quote opened */
};

static int
no_space(unsigned char ch)
{
	(void)ch;
	return 0;
}

struct csv_reader *
csv_reader_new(struct csv_source source, const struct csv_options *options)
{
	static const struct csv_options defaults;
	struct csv_reader *r = xcalloc(1, sizeof(*r));

	if (!options)
		options = &defaults;
	r->in = (struct window){.read = source.read, .context = source.context};
	r->line = 1;
	r->delimiter = options->delimiter != 0 ? options->delimiter : ',';
	r->max_record = options->max_record ? options->max_record : TEXT_MAX;
	r->max_fields = options->max_fields ? options->max_fields : SIZE_MAX;
	r->stop[(unsigned char)r->delimiter] = STOP_DELIMITER;
	r->stop['"'] = STOP_QUOTE;
	r->stop['\n'] = STOP_LF;
	r->stop['\r'] = STOP_CR;

	GROW(r->in.p, r->in.cap, 1);
	if (csv_init(&r->parser,
		CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL) != 0)
		BUG("libcsv does not start");
	csv_set_delim(&r->parser, (unsigned char)r->delimiter);
	csv_set_space_func(&r->parser, no_space);
	return r;
}

void
csv_reader_release(struct csv_reader *r)
{
	if (!r)
		return;
	csv_free(&r->parser);
	free(r->in.p);
	free(r->record.field);
	buf_release(&r->fields);
	buf_release(&r->raw);
	free(r);
}

bool
csv_reader_unended(const struct csv_reader *r)
{
	return r->unended;
}

static uint64_t
count_lines(const char *p, const char *end)
{
	uint64_t n = 0;

	for (; p < end; p++)
		n += *p == '\n' ||
		     (*p == '\r' && (p + 1 == end || p[1] != '\n'));
	return n;
}

/* More text than the longest record and its line end. */
static bool
beyond_limit(const struct csv_reader *r)
{
	return r->in.have - r->in.start > r->max_record + LINE_END;
}

/* Passes over a quoted field from its quote on. NULL when the text does not
 * reach to its end. */
static const char *
skip_quoted(const char *p, const char *end, bool at_end)
{
	for (p++;; p += 2) {
		p = memchr(p, '"', (size_t)(end - p));
		if (!p)
			return NULL;
		if (p + 1 == end)
			return at_end ? end : NULL;
		if (p[1] != '"')
			return p + 1;
	}
}

/* The record's end is at p, where a line ends or the text does. */
static struct frame
frame_end(const char *begin, const char *p, const char *end, bool at_end,
    struct frame f)
{
	f.kind = FRAME_GOOD;
	f.size = f.full = (size_t)(p - begin);
	if (p == end)
		return f;
	if (*p == '\r' && p + 1 == end && !at_end) {
		f.kind = FRAME_MORE; /* perhaps a newline follows */
		return f;
	}
	f.full += *p == '\r' && p + 1 < end && p[1] == '\n' ? 2 : 1;
	f.lines++;
	return f;
}

/* Looks no further than a record may reach, so that what is found does not
 * depend on how the text arrives. */
static struct frame
frame_text(const struct csv_reader *r)
{
	const char *begin = r->in.p + r->in.start, *end = r->in.p + r->in.have;
	const char *p = begin;
	bool at_end = r->in.at_end;
	struct frame f = {0};

	if (beyond_limit(r)) {
		end = begin + r->max_record + LINE_END;
		at_end = false;
	}
	for (;;) {
		if (p < end && *p == '"') {
			const char *q = skip_quoted(p, end, at_end);

			f.wrong = (size_t)(p - begin);
			if (!q) {
				f.kind = at_end ? FRAME_UNCLOSED : FRAME_MORE;
				return f;
			}
			f.lines += count_lines(p, q);
			p = q;
			f.reason = "text after a closing quote";
		} else {
			while (p < end && r->stop[(unsigned char)*p] == 0)
				p++;
			f.reason = "a quote inside a field without quotes";
		}
		if (p == end && !at_end) {
			f.kind = FRAME_MORE;
			return f;
		}
		if (p == end || *p == '\n' || *p == '\r')
			return frame_end(begin, p, end, at_end, f);
		if (*p != r->delimiter) {
			f.kind = FRAME_BAD;
			f.wrong = (size_t)(p - begin);
			return f;
		}
		p++;
	}
}

static void
take_field(void *text, size_t n, void *context)
{
	struct csv_reader *r = context;
	struct csv_record *record = &r->record;
	struct str field = {0};

	if (text) {
		/* Never moves: room for the whole record was made. */
		field = (struct str){r->fields.p + r->fields.len, n};
		buf_add(&r->fields, text, n);
	}
	if (record->count < r->max_fields) {
		GROW(record->field, r->field_cap, record->count + 1);
		record->field[record->count] = field;
	}
	record->count++;
}

static enum csv_got
reject(struct csv_reader *r, struct str raw, const char *reason)
{
	r->record.count = 0;
	r->record.reason = reason;
	r->record.raw = raw;
	if (r->record.raw_size == 0)
		r->record.raw_size = raw.n;
	if (r->record.raw.n > RAW_MAX)
		r->record.raw.n = RAW_MAX;
	return CSV_GOT_REJECT;
}

/* A framed record of good quotes. */
static enum csv_got
take_record(struct csv_reader *r, struct frame f)
{
	struct str raw = {r->in.p + r->in.start, f.size};
	size_t used;

	r->in.start += f.full;
	r->line += f.lines;
	r->unended = f.full == f.size;
	if (memchr(raw.p, '\0', raw.n))
		return reject(r, raw, "a NUL byte");

	buf_clear(&r->fields);
	buf_reserve(&r->fields, raw.n);
	used = csv_parse(&r->parser, raw.p, raw.n, take_field, NULL, r);
	if (used != raw.n || csv_fini(&r->parser, take_field, NULL, r) != 0)
		BUG("libcsv stops at byte %zu of a checked record", used);
	if (r->record.count > r->max_fields)
		return reject(r, raw, "too many fields");
	r->record.raw = raw;
	r->record.raw_size = raw.n;
	return CSV_GOT_RECORD;
}

/* How long the first line in the text is, without and with its end; false
 * when its end is not there yet. */
static bool
first_line(const struct csv_reader *r, size_t *ret_size, size_t *ret_full)
{
	const char *begin = r->in.p + r->in.start, *end = r->in.p + r->in.have;
	const char *p = begin;

	while (p < end && *p != '\n' && *p != '\r')
		p++;
	*ret_full = *ret_size = (size_t)(p - begin);
	if (p == end || (*p == '\r' && p + 1 == end && !r->in.at_end))
		return r->in.at_end;
	*ret_full += *p == '\r' && p + 1 < end && p[1] == '\n' ? 2 : 1;
	return true;
}

/* Reads over a line longer than a record may be; its beginning is kept. */
static enum csv_got
skip_line(struct csv_reader *r, const char *reason, struct err *err)
{
	size_t full, size;
	bool ended;

	buf_clear(&r->raw);
	for (;;) {
		ended = first_line(r, &size, &full);
		if (r->raw.len < RAW_MAX)
			buf_add(&r->raw, r->in.p + r->in.start,
			    size < RAW_MAX - r->raw.len ? size
							: RAW_MAX - r->raw.len);
		r->record.raw_size += size;
		r->in.start += ended ? full : size;
		if (ended)
			break;
		if (window_fill(&r->in, err) < 0)
			return CSV_GOT_ERROR;
	}
	r->line += full > size;
	r->unended = full == size;
	return reject(r, buf_str(&r->raw), reason);
}

/* Rejects the line the text begins with, however the record would go on; the
 * next line is read anew. */
static enum csv_got
reject_line(
    struct csv_reader *r, const char *reason, size_t wrong, struct err *err)
{
	const char *begin = r->in.p + r->in.start, *line = begin + wrong;
	size_t full, size;

	while (line > begin && line[-1] != '\n' && line[-1] != '\r')
		line--;
	r->record.at_line = r->line + count_lines(begin, line);
	r->record.at_column =
	    1 + utf8_count((struct str){line, (size_t)(begin + wrong - line)});

	while (!first_line(r, &size, &full)) {
		if (size > r->max_record)
			return skip_line(r, reason, err);
		if (window_fill(&r->in, err) < 0)
			return CSV_GOT_ERROR;
	}
	begin = r->in.p + r->in.start;
	r->in.start += full;
	r->line += full > size;
	r->unended = full == size;
	return reject(r, (struct str){begin, size}, reason);
}

/* More than max_record. If these are several lines, a quote that was not
 * meant to open one is the likely cause. */
static enum csv_got
too_long(struct csv_reader *r, struct frame f, struct err *err)
{
	size_t full, size;

	if (first_line(r, &size, &full) && size <= r->max_record)
		return reject_line(
		    r, "a quote that is not closed", f.wrong, err);
	return skip_line(r, "longer than a record may be", err);
}

/* The next record's frame, with as much text as it takes. -1 on errors, 0
 * when the record is longer than max_record. */
static int
next_frame(struct csv_reader *r, struct frame *ret, struct err *err)
{
	for (;;) {
		*ret = frame_text(r);
		if (ret->kind == FRAME_GOOD)
			return ret->size <= r->max_record;
		if (ret->kind != FRAME_MORE)
			return 1;
		if (beyond_limit(r))
			return 0;
		if (window_fill(&r->in, err) < 0)
			return -1;
	}
}

/* Passes over line ends with nothing before them. False at the end. */
static int
skip_blank_lines(struct csv_reader *r, struct err *err)
{
	for (;;) {
		size_t size, full;

		if (r->in.start == r->in.have) {
			if (!r->in.at_end && window_fill(&r->in, err) < 0)
				return -1;
			if (r->in.start == r->in.have && r->in.at_end)
				return 0;
		}
		if (r->in.p[r->in.start] != '\n' &&
		    r->in.p[r->in.start] != '\r')
			return 1;
		while (!first_line(r, &size, &full))
			if (window_fill(&r->in, err) < 0)
				return -1;
		r->in.start += full;
		r->line++;
	}
}

enum csv_got
csv_reader_next(
    struct csv_reader *r, const struct csv_record **ret, struct err *err)
{
	struct frame f;
	int more = skip_blank_lines(r, err);

	if (more <= 0)
		return more < 0 ? CSV_GOT_ERROR : CSV_GOT_END;
	r->record =
	    (struct csv_record){.field = r->record.field, .line = r->line};
	*ret = &r->record;
	more = next_frame(r, &f, err);
	if (more < 0)
		return CSV_GOT_ERROR;
	if (more == 0)
		return too_long(r, f, err);
	if (f.kind == FRAME_GOOD)
		return take_record(r, f);
	return reject_line(r,
	    f.kind == FRAME_BAD ? f.reason : "a quote that is not closed",
	    f.wrong, err);
}
