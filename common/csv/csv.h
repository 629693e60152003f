/* SPDX-License-Identifier: ISC */
/*
 * csv: comma (or tab, or semicolon) separated text, RFC 4180, read by libcsv
 * and written. Fields are bytes as they stand: nothing is trimmed, no number
 * is touched. An empty field is missing (p == NULL); `""` is the empty text.
 * The room knows nothing of headers, types or encodings: its input is ASCII
 * compatible text without byte order mark.
 *
 * Strict about quotes, but a bad record never costs the ones after it:
 *   - a quote inside an unquoted field, or text after a closing quote, rejects
 *     the record and reading goes on with the next line;
 *   - a quote that is never closed (until the end or max_record) rejects the
 *     line it began on, and reading goes on with the line after that one;
 *   - a record longer than max_record is rejected without being kept.
 * Lines end in LF, CRLF or CR; blank lines are skipped; a NUL byte rejects its
 * record.
 *
 * Ownership: a record and its slices live until the next call.
 */
#ifndef DL_CSV_H
#define DL_CSV_H

#include "base/base.h"

/* Where text comes from: fills p with up to n bytes and returns how many, 0 at
 * the end, -1 with *err filled. */
struct csv_source {
	ptrdiff_t (*read)(void *context, char *p, size_t n, struct err *err);
	void *context;
};

struct csv_options {
	char delimiter;    /* 0 is a comma */
	size_t max_record; /* bytes; 0 is 1 MiB */
	size_t max_fields; /* 0 is no limit */
};

struct csv_record {
	struct str *field;
	size_t count;
	uint64_t line;     /* on which it begins, from 1 */
	struct str raw;    /* as written, without the line end; may be cut */
	uint64_t raw_size; /* its true size: more than raw.n when cut */
	/* Of a rejected record only: */
	const char *reason; /* static: "a quote that is not closed" */
	uint64_t at_line;   /* where exactly, 0 when nowhere in particular */
	size_t at_column;   /* in characters, from 1 */
};

enum csv_got {
	CSV_GOT_ERROR = -1, /* the source failed; *err is filled */
	CSV_GOT_END,
	CSV_GOT_RECORD,
	CSV_GOT_REJECT, /* count is 0, reason and raw say what and why */
};

struct csv_reader;
struct csv_reader *csv_reader_new(struct csv_source source,
    const struct csv_options *options); /* NULL: all defaults */
enum csv_got csv_reader_next(
    struct csv_reader *r, const struct csv_record **ret, struct err *err);
/* True when the last record read was the last line and had no line end. */
bool csv_reader_unended(const struct csv_reader *r);
void csv_reader_release(struct csv_reader *r); /* frees r; NULL is fine */

/*
 * write.c: one record a line, LF. A field is quoted when it must be (or starts
 * or ends with a space, which some readers trim). The only field of a line is
 * written `""` even when missing: an empty line would be no record.
 */
void csv_put_record(
    struct buf *out, const struct str *field, size_t count, char delimiter);

#endif
