/* SPDX-License-Identifier: ISC */
/*
 * The reader's inside. A source gives the decoded bytes of one file; a window
 * is the part of them in memory; above stand the three formats, which share
 * the reader (its record, its reject, its shapes).
 */
#ifndef DL_RECORD_PRIV_H
#define DL_RECORD_PRIV_H

#include <iconv.h>

#include "csv/csv.h"
#include "json/json.h"
#include "record/record.h"

#define RAW_MAX ((size_t)64 << 10)
#define SHAPES  8

/* source.c: bytes of one file as UTF-8, without byte order mark. What is no
 * text in the file's encoding comes out as the byte 0xff, which is no UTF-8
 * either, so that its record is rejected where records are checked. */
struct source {
	int fd; /* -1: none */
	bool close;
	const char *name;
	const char *encoding; /* NULL: bytes pass as they are */
	iconv_t decoder;
	size_t unit; /* bytes of the encoding's smallest character */
	char *raw;   /* not yet decoded */
	size_t raw_start, raw_have;
	bool raw_end;
	struct buf peek; /* decoded and looked at, but not given out */
	size_t peek_used;
	uint64_t bytes; /* read in all */
};
int source_open(
    struct source *s, const char *path, const char *encoding, struct err *err);
int source_open_fd(struct source *s, int fd, const char *name,
    const char *encoding, struct err *err);
/* Up to n bytes, 0 at the end; a csv_source's read, context is the source. */
ptrdiff_t source_read(void *context, char *p, size_t n, struct err *err);
/* The beginning: at least one whole line, if that fits 64 KiB. */
int source_peek(struct source *s, struct str *ret, struct err *err);
void source_close(struct source *s);

struct shape {
	uint64_t id;
	size_t count;
	struct buf names;
	size_t *end; /* of each name in names */
	size_t cap;
};

struct record_reader {
	struct record_input input;
	char *const *paths;
	size_t path_count, path_next;
	int given_fd;
	const char *given_name;
	uint64_t size, bytes_before;

	struct source source;
	enum record_format format; /* of the open file; AUTO: none open */
	int (*next)(struct record_reader *r, struct err *err);

	struct record record;
	struct field *field;
	size_t field_cap;
	struct shape shapes[SHAPES]; /* latest first */
	uint64_t shape_last;
	struct record_reject reject;
	struct buf reason;

	/* NDJSON and JSON */
	struct window window;
	struct json_scanner scanner;
	uint64_t line; /* of window.p[window.start], from 1 */
	struct json_splitter splitter;
	size_t scanned;  /* what the splitter has seen of the window */
	unsigned column; /* of window.p[scanned], in characters, from 0 */

	/* CSV */
	struct csv_reader *csv;
	struct arena names_arena;
	struct str *names;
	size_t name_count;
	uint64_t blanks, blank_line; /* of the open file; the first one's */
	struct buf raw;
};

/* Each reads on until a record, a reject or the file's end: a record_got. */
int lines_next(struct record_reader *r, struct err *err);
int elements_next(struct record_reader *r, struct err *err);
int fields_next(struct record_reader *r, struct err *err);
int fields_begin(struct record_reader *r, char delimiter, struct err *err);

/* What the three share. */
int reader_reject(struct record_reader *r, struct place where, struct str raw,
    uint64_t raw_size, const char *fmt, ...) PRINTF_LIKE(5, 6);
/* One object's text as the record, or the reject. first_column: of the text
 * in its line, from 0. */
int reader_object(struct record_reader *r, struct str text, uint64_t line,
    unsigned first_column);
/* The shape of r->field[0..count). */
uint64_t reader_shape(struct record_reader *r, size_t count);
struct place reader_place(const struct record_reader *r, uint64_t line);

/* record.c: by enum json_type */
extern const enum field_type field_type_of_json[];

/* format.c */
enum record_format format_of_name(const char *path);
enum record_format format_of_text(struct str beginning);
/* The delimiter a header line shows: , ; or tab. */
char format_delimiter(struct str beginning);

#endif
