/* SPDX-License-Identifier: ISC */
/* What the files of this room share. */
#ifndef DL_EXPORT_PRIV_H
#define DL_EXPORT_PRIV_H

#include <iconv.h>

#include "export/export.h"
#include "json/json.h"

struct export_sort; /* sort.c */
struct facts;       /* facts.c */

/* A format: how a row is appended to e->line, what stands before and after. */
struct export_sink {
	const char *name;
	bool by_columns; /* they must be known before the first row */
	bool separated;  /* CSV and TSV: dialects and encodings */
	int (*begin)(struct export *e, struct err *err);
	void (*row)(struct export *e, const struct field *cell, size_t count);
	int (*end)(struct export *e, struct err *err);
};
extern const struct export_sink export_sinks[]; /* by enum export_format */
int export_sql_begin(struct export *e, struct err *err); /* sql.c */
void export_sql_row(struct export *e, const struct field *cell, size_t count);
int export_sql_end(struct export *e, struct err *err);
int export_book_begin(struct export *e, struct err *err);
void export_book_row(struct export *e, const struct field *cell, size_t count);
int export_book_end(struct export *e, struct err *err);
/* summary.c: from the first row on facts are gathered; the page of them. */
int export_summary_begin(struct export *e, struct err *err);
int export_summary_end(struct export *e, struct err *err);

struct export
{
	struct export_output how;
	const struct export_sink *sink;
	struct export_column *column; /* NULL: each record has its own */
	size_t count;
	size_t *position; /* of each column in records of `shape` */
	uint64_t shape;
	bool as_it_is;      /* the first of those are the columns */
	struct field *cell; /* a row of them */
	size_t cell_cap;
	struct str *text; /* the same as texts, for CSV */
	struct str *key;  /* names of columns as JSON has them; or missing */
	struct str head;  /* of SQL: how a statement begins */
	struct buf line;  /* the row in the making; rows, in UTF-8 */
	struct buf out;   /* encoded, not yet written */
	struct buf word;  /* one cell in the making */
	iconv_t encoder;
	bool encodes;
	uint64_t rows; /* put into the format */
	uint64_t taken;
	struct sha256 hash;
	struct export_done done;
	struct export_sort *sort;
	struct xlsx *book;
	struct facts *facts;     /* for a summary; NULL: none is wanted */
	struct record_make make; /* of export_lines */
	bool masks_attrs;        /* some attributes are masked by name */
	struct json_scanner scan;
	struct arena arena;   /* columns */
	struct arena passing; /* of one row */
};

/* export.c: what waits in e->line and e->out goes to the file. */
int export_flush(struct export *e, struct err *err);
/* "id "a": " of a row, for messages. */
void export_name_row(struct buf *out, const struct field *cell, size_t count);
/* A row that goes out now. */
int export_emit(
    struct export *e, const struct field *cell, size_t count, struct err *err);

/* encode.c: where e->encodes, appends the text to e->out in the encoding that
 * was asked for; false, nothing appended, when it lacks a character, which is
 * *ret_code. */
int export_encoder_open(struct export *e, struct err *err);
bool export_encode(struct export *e, struct str text, uint32_t *ret_code);
/* Whether a line of it looks the same wherever it stands: one that begins with
 * a mark of its own does not. */
bool export_encoding_plain(const char *encoding);

/* pipe.c: rows from the store, read in one snapshot, which is that of a thread
 * with a connection of its own where there are many. */
struct export_pipe;
/* Hands out all rows of the leads with a number in (after, last] by
 * export_pipe_row; ends when that returns something else than 0, with that. */
typedef int export_reading(void *context, struct store *st, int64_t after,
    int64_t last, struct export_pipe *p, struct err *err);
struct export_pipe_how {
	const struct tenant *tenant;
	export_reading *read;
	void *context;
	const struct export_which *which;
	const struct export_column *column; /* of all rows */
	size_t count;
};
int export_pipe_run(struct store *st, const struct export_pipe_how *how,
    struct export *e, struct err *err);
int export_pipe_row(struct export_pipe *p, const struct field *cell,
    size_t count, struct err *err);

/* mask.c: the cells as they may be seen, in e->cell; texts in e->passing. */
const struct field *export_mask_row(
    struct export *e, const struct field *cell, size_t count);

/* sort.c: rows in order, of any number, in memory that does not grow: runs in
 * files without names, merged. */
int export_sort_new(struct export *e, struct err *err);
int export_sort_add(struct export *e, const struct record *r,
    const struct field *cell, size_t count, struct err *err);
int export_sort_end(struct export *e, struct err *err);
void export_sort_free(struct export_sort *s);

#endif
