/* SPDX-License-Identifier: ISC */
/*
 * record: ordered, typed fields, read from and written to any format, one at a
 * time, however long the stream, with rejects and row counts.
 *
 * A bad record never stops the good ones and is never dropped in silence: the
 * reader hands it out as a reject with its place, a reason and what it read,
 * and goes on behind it. No input makes memory grow past a few times
 * max_record.
 *
 * Ownership: a record, its fields and a reject borrow the reader's memory and
 * live until the next call for it. record_copy keeps.
 */
#ifndef DL_RECORD_H
#define DL_RECORD_H

#include "base/base.h"

struct json_writer;

enum field_type {
	FIELD_MISSING, /* a CSV column left empty; writers leave it out */
	FIELD_NULL,    /* JSON's null; means missing as well */
	FIELD_BOOL,    /* text is "true" or "false" */
	FIELD_NUMBER,  /* text as written: 1.100 stays 1.100 */
	FIELD_TEXT,    /* text without quotes and escapes; all CSV fields */
	FIELD_OBJECT,  /* text is JSON */
	FIELD_ARRAY,   /* text is JSON */
};

enum record_format {
	RECORD_AUTO, /* by the file's name, then by its content */
	RECORD_NDJSON,
	RECORD_CSV,
	RECORD_TSV,
	RECORD_JSON,  /* one array of objects, or objects one after another */
	RECORD_TABLE, /* for people; output only */
};

struct field {
	struct str name;
	enum field_type type;
	struct str text; /* p is NULL when missing */
};

struct record {
	const struct field *field;
	size_t count;
	struct place place; /* file and line; of its first line in CSV */
	uint64_t origin;    /* that line, or where a mended reject first was */
	enum record_format format; /* of the file it is from; AUTO: none */
	/* NDJSON: the line itself, when all of it is in the record; else
	 * missing. */
	struct str line;
	/* Changes when the names or their order do: who looks fields up by name
	 * may keep the positions while shape stays. Never 0 from a reader; 0
	 * means unknown. */
	uint64_t shape;
};

/* record.c: NULL when there is no such field, or it is missing or null. */
const struct field *record_find(const struct record *r, const char *name);
const struct field *record_find_str(const struct record *r, struct str name);
/* A field's position whatever its type; SIZE_MAX when there is none. */
size_t record_index(const struct record *r, struct str name);
/* All of it copied into the arena. */
struct record record_copy(const struct record *r, struct arena *a);
/* One JSON object; missing fields left out. */
void record_put_json(struct json_writer *w, const struct record *r);
void field_put_json(struct json_writer *w, const struct field *f);
/* cell.c: a field's text for people: lists read as words. */
void cell_put(struct buf *b, const struct field *f);

/*
 * make.c: a record in the making. Names and texts of record_add_X are copied.
 * Zero-initialise; record_make_clear starts the next one.
 */
struct record_make {
	struct record record; /* ready to be written at any time */
	struct field *field;  /* private from here on */
	size_t cap;
	struct arena arena;
};
void record_make_clear(struct record_make *m);
void record_make_release(struct record_make *m);
void record_add(struct record_make *m, struct str name, enum field_type type,
    struct str text);
void record_add_text(struct record_make *m, const char *name, struct str text);
void record_add_int(struct record_make *m, const char *name, int64_t v);
void record_add_real(struct record_make *m, const char *name, double v);
void record_add_bool(struct record_make *m, const char *name, bool v);
void record_add_time(struct record_make *m, const char *name, int64_t at);
/* Text that is JSON: its type is seen from its first character. */
void record_add_json(struct record_make *m, const char *name, struct str json);
/* members.c: every member of a JSON object, which must be one, as a field. */
void record_add_members(struct record_make *m, struct str object);

/* format.c */
/* "ndjson" (also "jsonl"), "csv", "tsv", "json", "table". false: no such. */
bool record_format_find(struct str name, enum record_format *ret);
const char *record_format_name(enum record_format f);

/*
 * reader*.c: the reader.
 *
 * CSV and TSV begin with a header line of names: an empty name becomes the
 * column's number, a second one of a name gets "_2" (both remarked upon); every
 * record must have as many fields as the header. A blank row, nothing but
 * delimiters, is no record, as many of them as it has: such rows are skipped,
 * and remarked upon, with their number, at the file's end. In NDJSON blank
 * lines are skipped. A name written twice in one object: the last value counts.
 *
 * A rejected record that was mended and comes back in (see record_rejects)
 * loses its `_reason`, `_file` and `_line`.
 */
struct record_input {
	enum record_format format;
	const char *encoding; /* any iconv knows; NULL is UTF-8 */
	char delimiter;       /* of CSV; 0: a comma, or what the header shows */
	size_t max_record;    /* bytes of one record; 0 is 1 MiB */
	size_t max_fields;    /* 0 is 4,096 */
	struct remarks *remarks; /* may be NULL */
};

struct record_reject {
	struct place place;
	const char *reason; /* lower case, no full stop */
	struct str raw;     /* as read, without line end; at most 64 KiB */
	uint64_t raw_size;  /* true size: more than raw.n when cut */
};

enum record_got {
	RECORD_GOT_ERROR = -1, /* *err is filled; the reader is finished */
	RECORD_GOT_END,
	RECORD_GOT_ONE,
	RECORD_GOT_REJECT,
};

struct record_reader;
/* Reads the paths one after another, "-" being standard input; no paths means
 * standard input. Files are opened when their turn comes, but the first one
 * here. paths must outlive the reader. */
int record_reader_open(char *const *paths, size_t count,
    const struct record_input *input, struct record_reader **ret,
    struct err *err);
/* Where standard input is among the paths and is a pipe, reads all of it into a
 * temporary file that takes its place: for who reads twice, and for who reads
 * while the store is held and must not wait for others meanwhile. */
int record_keep_input(char *const *paths, size_t count, struct err *err);
/* Reads a descriptor, which stays the caller's. */
int record_reader_open_fd(int fd, const char *name,
    const struct record_input *input, struct record_reader **ret,
    struct err *err);
/* Fills *ret on GOT_ONE, *ret_reject on GOT_REJECT. */
enum record_got record_next(struct record_reader *r, struct record *ret,
    struct record_reject *ret_reject, struct err *err);
/* The header of a CSV or TSV that was just opened, as a record in which all is
 * missing; false when there is none. */
bool record_reader_header(const struct record_reader *r, struct record *ret);
/* The format of the file being read, once something was read from it. */
enum record_format record_reader_format(const struct record_reader *r);
/* Bytes read, and the sum of the files' sizes when all are known, else 0: for
 * progress. */
uint64_t record_reader_bytes(const struct record_reader *r);
uint64_t record_reader_size(const struct record_reader *r);
void record_reader_close(struct record_reader *r); /* NULL is fine */

/*
 * writer.c: the writer. Errors stick: write freely, ask at the close. A record
 * that has its line still is written as NDJSON byte for byte. Columns
 * of CSV, TSV and table are those given, else the names of the first record; a
 * later field outside them (and not missing) is an error, unless `drop`.
 */
struct record_output {
	enum record_format format; /* AUTO is NDJSON */
	const char *const
	    *columns; /* also select and order for JSON, or NULL */
	size_t column_count;
	bool drop;      /* fields outside the columns are left out */
	bool no_header; /* CSV, TSV, table */
	size_t width;   /* of a table in columns; 0 is no limit */
};

struct record_writer;
/* out stays the caller's; columns must outlive the writer. */
struct record_writer *record_writer_new(
    FILE *out, const struct record_output *output);
void record_write(struct record_writer *w, const struct record *r);
/* Takes this record's names for columns as if it were the first one written:
 * a header stands above no records, too. */
void record_writer_begin(struct record_writer *w, const struct record *r);
/* True once something failed: stop early. */
bool record_writer_failed(const struct record_writer *w);
/* Ends the document (a table is printed here), flushes, frees w. Without any
 * record an empty array is still an array, and given columns still a header. */
int record_writer_close(struct record_writer *w, struct err *err);

/*
 * rejects.c: the rejects file, NDJSON. What could be read as a record is
 *   {"_reason":…,"_file":…,"_line":N, and its own fields …}
 * and goes through the reader again as it is once its fields are mended. What
 * could not is {"_reason":…,"_file":…,"_line":N,"_raw":"the text"} (cut ones
 * with "_bytes":N, the true size); while `_raw` is there the reader rejects it
 * again.
 */
struct record_rejects;
/* path "-" is standard error. The file appears at close. */
int record_rejects_open(
    const char *path, struct record_rejects **ret, struct err *err);
/* r may be NULL, as any record_rejects_add may be called always. */
void record_rejects_add(
    struct record_rejects *r, const struct record_reject *reject);
void record_rejects_add_record(
    struct record_rejects *r, const struct record *record, const char *reason);
int record_rejects_close(struct record_rejects *r, struct err *err);
void record_rejects_abort(struct record_rejects *r);

/* counts.c: what came in and what became of it. */
struct record_counts {
	uint64_t read; /* every record, rejected ones too */
	uint64_t written, new, updated, unchanged, rejected;
};
/* read == written + new + updated + unchanged + rejected. */
bool record_counts_add_up(const struct record_counts *c);
/* "9,240 read, 9,240 new, 0 updated, 0 unchanged, 0 rejected" */
void record_counts_import(struct buf *out, const struct record_counts *c);
/* "1,000 read, 998 written, 2 rejected" */
void record_counts_filter(struct buf *out, const struct record_counts *c);

#endif
