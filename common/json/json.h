/* SPDX-License-Identifier: ISC */
/*
 * json: JSON in and out. Three crafts under one roof:
 *
 * 1. The scanner, our own and fast, for streams of flat records: one object
 *    after another, its members as slices of the line (scan.c, split.c).
 * 2. Documents (definitions, maps, settings), built by jansson and known by
 *    place and path, so that a mistake reads
 *    `rules.json:12:14: rules[3].points: not a number: "x"` (doc*.c).
 * 3. The writer, appending to a struct buf (write.c).
 *
 * Both readers take RFC 8259 to the letter: valid UTF-8 only, no lone
 * surrogates, no leading zeros, nothing after the value, no byte order mark,
 * at most JSON_DEPTH_MAX open brackets. A name written twice: the last value
 * counts, at the first one's position. `\u0000` is valid JSON which no store
 * can keep: the scanner refuses it under its own code, a document keeps it in
 * strings and shows it as U+FFFD in names.
 *
 * Ownership: slices from the scanner borrow the text and the scanner's memory
 * and live until its next call; nodes and their texts live until the document
 * is freed.
 */
#ifndef DL_JSON_H
#define DL_JSON_H

#include "base/base.h"

#define JSON_DEPTH_MAX 256

enum json_type {
	JSON_TYPE_NULL,
	JSON_TYPE_BOOL,
	JSON_TYPE_NUMBER,
	JSON_TYPE_STRING,
	JSON_TYPE_OBJECT,
	JSON_TYPE_ARRAY,
};
/* "null", "boolean", "number", "string", "object", "array". */
const char *json_type_name(enum json_type t);

enum json_code {
	JSON_CODE_NONE,
	JSON_CODE_SYNTAX,    /* not JSON */
	JSON_CODE_CUT,       /* JSON so far, but the text ends inside it */
	JSON_CODE_UTF8,      /* a byte that is not UTF-8 */
	JSON_CODE_NUL,       /* \u0000 in a string or a name: not storable */
	JSON_CODE_DEEP,      /* more than JSON_DEPTH_MAX open brackets */
	JSON_CODE_FIELDS,    /* more members than max_members */
	JSON_CODE_NO_OBJECT, /* JSON, but not an object */
};

/* What is wrong with a text and where. */
struct json_fault {
	enum json_code code;
	size_t offset; /* of the first wrong byte; the text's length if cut */
	const char *what; /* static: "expected a value" */
};
/* Line and column (in characters) of an offset into text; file is kept. */
struct place json_place(struct str text, size_t offset, const char *file);

/*
 * scan.c: one object of a stream.
 *
 * Zero-initialise struct json_scanner, set max_members if there is a limit,
 * call json_scan_object for each text, release at the end. White space
 * (newlines too) may stand around the object.
 */
struct json_member {
	struct str name; /* decoded */
	enum json_type type;
	struct str text; /* a string decoded; anything else as written */
	struct str raw;  /* the value as written, strings with quotes */
};
struct json_scanner {
	size_t max_members; /* 0 is no limit */
	/* Out: */
	struct json_member *member; /* in the order of the text */
	size_t count;
	struct json_fault fault; /* after -1 */
	/* Private: */
	size_t cap;
	struct arena arena;
	uint32_t *index;
	size_t index_cap;
	bool indexed; /* this text's members */
};
/* 0, or -1 with s->fault filled (and count 0). */
int json_scan_object(struct json_scanner *s, struct str text);
void json_scanner_release(struct json_scanner *s);
/* Any one value, checked and nothing kept. NUL escapes pass when allow_nul. */
int json_check(struct str text, bool allow_nul, struct json_fault *ret);

/*
 * split.c: where the elements of a long `[ {…}, {…} ]` (or of objects simply
 * one after another) begin and end, without holding more than the caller does.
 * Only brackets and strings are looked at: each element still goes through the
 * scanner. An element whose brackets do not match costs itself and, at worst,
 * what follows until a line that begins with `{`.
 */
enum json_split_got {
	JSON_SPLIT_MORE,    /* all was used: bring more text */
	JSON_SPLIT_BEGIN,   /* something begins with the next byte */
	JSON_SPLIT_ELEMENT, /* it ends here and was an element */
	JSON_SPLIT_JUNK,    /* it ends here (perhaps empty); s->what is wrong */
};
struct json_splitter { /* zero-initialise; private but for `what` */
	const char *what;
	int state, next;
	size_t depth, skip;
	bool in_array, string, escape, mismatch;
	char before; /* what stood last, blanks apart, in an earlier text */
	unsigned char object[JSON_DEPTH_MAX / 8];
};
/* Looks at text, sets *ret_used to how much of it is dealt with. */
enum json_split_got json_split(
    struct json_splitter *s, struct str text, size_t *ret_used);
/* What is wrong when the input ends here: NULL when nothing is. */
const char *json_split_end(const struct json_splitter *s);

/*
 * stored.c: single members of JSON that was checked on its way into the store;
 * what both the evaluator of conditions and the store's SQL functions read
 * attributes and lists with. Text that is no JSON gives missing values.
 */
/* The value of `key` in an object as text: a string decoded, anything else as
 * written; missing (p NULL) when there is no such member or it is null. Of a
 * name written twice the last value counts. Borrows object or the arena. */
struct str json_stored_text(struct str object, struct str key, struct arena *a);
/* The next element of a list as text; nulls are passed over. *rest begins as
 * the whole array. False at the end. */
bool json_stored_next(struct str *rest, struct arena *a, struct str *ret);

/*
 * doc.c: documents. struct json is one value (node) of a document; the root
 * stands for all of it. Nodes know where they were written and how one gets
 * to them from the root.
 */
struct json;
/* `name` is what messages call the text ("rules.json", "<stdin>"). */
int json_doc_parse(
    struct str text, const char *name, struct json **ret, struct err *err);
/* The same of what our programs have written, and quicker. */
int json_doc_own(
    struct str text, const char *name, struct json **ret, struct err *err);
/* "-" is standard input. At most 64 MiB. */
int json_doc_read(const char *path, struct json **ret, struct err *err);
void json_doc_free(struct json *root);
/* Same value, whatever the white space and the order of members (numbers by
 * value, whole ones exactly). */
bool json_doc_equal(const struct json *a, const struct json *b);

enum json_type json_type_of(const struct json *n);
struct place json_place_of(const struct json *n);
/* Members of an object, items of an array; 0 for all else, NULL too. */
size_t json_count(const struct json *n);
/* The i-th item, or the i-th member's value. */
const struct json *json_item(const struct json *n, size_t i);
/* The name under which a member's value stands in its object; else missing. */
struct str json_name(const struct json *n);
/* NULL when n is no object or has no such member. n may be NULL. */
const struct json *json_find(const struct json *n, const char *name);
const struct json *json_find_str(const struct json *n, struct str name);
/* A string's text (NUL-terminated behind it), anything else as written; NULL
 * has none. */
struct str json_text(const struct json *n);
struct str json_raw(const struct json *n); /* as written, strings quoted */
bool json_truth(const struct json *n);

/* An error about n: "file:line:col: path: message", ERR_USAGE, returns -1. */
int json_err(const struct json *n, struct err *err, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
/* "rules[3].points"; names that are no plain words in quotes; "" for the
 * root. Of a long path only the ends. */
void json_path_add(struct buf *b, const struct json *n);

/*
 * doc_get.c: typed getters. json_as_X reads the node itself; json_need_X the
 * member `name` of an object, which must be there; json_take_X the same, but
 * an absent or null member leaves *ret as it is. All return 0, or -1 with a
 * located err. int: written without point or exponent, within 64 bits.
 */
int json_as_text(const struct json *n, struct str *ret, struct err *err);
int json_as_int(const struct json *n, int64_t *ret, struct err *err);
int json_as_real(const struct json *n, double *ret, struct err *err);
int json_as_bool(const struct json *n, bool *ret, struct err *err);
int json_as_object(const struct json *n, struct err *err); /* checks only */
int json_as_array(const struct json *n, struct err *err);
int json_need_text(const struct json *object, const char *name, struct str *ret,
    struct err *err);
int json_need_int(
    const struct json *object, const char *name, int64_t *ret, struct err *err);
int json_need_real(
    const struct json *object, const char *name, double *ret, struct err *err);
int json_need_bool(
    const struct json *object, const char *name, bool *ret, struct err *err);
int json_need_object(const struct json *object, const char *name,
    const struct json **ret, struct err *err);
int json_need_array(const struct json *object, const char *name,
    const struct json **ret, struct err *err);
int json_take_text(const struct json *object, const char *name, struct str *ret,
    struct err *err);
int json_take_int(
    const struct json *object, const char *name, int64_t *ret, struct err *err);
int json_take_real(
    const struct json *object, const char *name, double *ret, struct err *err);
int json_take_bool(
    const struct json *object, const char *name, bool *ret, struct err *err);
int json_take_object(const struct json *object, const char *name,
    const struct json **ret, struct err *err);
int json_take_array(const struct json *object, const char *name,
    const struct json **ret, struct err *err);
/* "30d" in milliseconds. */
int json_take_duration(
    const struct json *object, const char *name, int64_t *ret, struct err *err);
/* Refuses members whose name is not in the NULL-terminated list and suggests
 * the nearest: `unknown member "ponits": did you mean "points"?` */
int json_only(
    const struct json *object, const char *const *names, struct err *err);

/*
 * write.c: appends to w->out. Commas, colons, indentation come by themselves;
 * the caller's calls must form JSON (anything else is a BUG). Text is kept as
 * UTF-8, controls are escaped, bytes that are not UTF-8 become U+FFFD.
 */
struct json_writer {
	struct buf *out;
	bool pretty; /* two spaces a level, one member a line */
	/* Private, zero to start: */
	unsigned depth;
	bool filled, named;
	unsigned char object[JSON_DEPTH_MAX / 8];
};
void json_put_object(struct json_writer *w); /* { */
void json_put_array(struct json_writer *w);  /* [ */
void json_put_end(struct json_writer *w);    /* the innermost } or ] */
void json_put_key(struct json_writer *w, struct str name);
void json_put_name(struct json_writer *w, const char *name); /* plain word */
void json_put_text(struct json_writer *w, struct str text);  /* missing: null */
void json_put_int(struct json_writer *w, int64_t v);
void json_put_real(struct json_writer *w, double v); /* NaN, inf: null */
void json_put_bool(struct json_writer *w, bool v);
void json_put_null(struct json_writer *w);
/* A member in one call: its name, a plain word, and its value. */
void json_add_text(struct json_writer *w, const char *name, struct str text);
void json_add_int(struct json_writer *w, const char *name, int64_t v);
void json_add_bool(struct json_writer *w, const char *name, bool v);
void json_add_time(struct json_writer *w, const char *name, int64_t at);
void json_add_duration(struct json_writer *w, const char *name, int64_t ms);
/* To 1 / parts; nothing of NAN. */
void json_add_rounded(
    struct json_writer *w, const char *name, double v, double parts);
/* A value that is JSON already, as it is, also when pretty. */
void json_put_raw(struct json_writer *w, struct str json);
/* A document's node: numbers as written, the rest laid out anew, so that the
 * same document always gives the same bytes. */
void json_put_node(struct json_writer *w, const struct json *n);
/* A JSON text on one line: without the white space between its tokens. */
void json_compact(struct buf *out, struct str json);
/* Just a string with its quotes. */
void json_quote(struct buf *out, struct str text);

#endif
