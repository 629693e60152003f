/* SPDX-License-Identifier: ISC */
/*
 * base: what every room stands on. Memory that dies instead of failing,
 * slices and growing buffers, strict numbers, UTF-8, the clock and time
 * zones, errors with a place. Knows nothing of leads.
 *
 * Ownership: a `struct str` is always borrowed; functions whose name ends in
 * `dup` return memory the caller frees; arena memory lives until the arena is
 * cleared. Functions return 0 on success and -1 with *err filled, unless they
 * say otherwise. Free and release functions accept NULL and half-built
 * objects. Outputs named ret_* are untouched on failure.
 */
#ifndef DL_BASE_H
#define DL_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/banned.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

#if defined(__GNUC__)
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define PRINTF_LIKE(fmt, args)
#endif

/* mem.c: allocation that never returns NULL; out of memory ends the process
 * with status 1 and one line on standard error. */
void *xmalloc(size_t n);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *p, size_t n);
void *xreallocarray(void *p, size_t count, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);
/* Grows *p (elements of `size` bytes) so that `need` elements fit. */
#define GROW(p, cap, need)                                                    \
	((need) > (cap) ? ((p) = mem_grow((p), &(cap), (need), sizeof(*(p)))) \
			: (p))
void *mem_grow(void *p, size_t *cap, size_t need, size_t size);

/* Our own mistake: prints where and aborts. Never for a user's mistake. */
#define BUG(...) bug_(__FILE__, __LINE__, __VA_ARGS__)
void bug_(const char *file, int line, const char *fmt, ...) PRINTF_LIKE(3, 4)
    __attribute__((noreturn));

/* str.c: a borrowed slice. p may hold NUL bytes; p == NULL means missing,
 * n == 0 with p != NULL is the empty text. */
struct str {
	const char *p;
	size_t n;
};
#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
/* For printf("%.*s", STR_ARG(s)). */
#define STR_ARG(s) (int)(s).n, (s).p ? (s).p : ""
struct str str_of(const char *s); /* NULL gives the missing slice */
static inline bool
str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}
static inline bool
str_is(struct str a, const char *literal)
{
	/* Most comparisons end at the first byte. */
	return a.p && (a.n ? a.p[0] == literal[0] : !literal[0]) &&
	       strlen(literal) == a.n && memcmp(a.p, literal, a.n) == 0;
}
int str_cmp(struct str a, struct str b); /* by bytes, then length */
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
struct str str_trim(struct str s); /* ASCII white space off both ends */
/* Cuts at the first `sep`: *ret_head gets what is before it, the result is
 * true and *rest what follows; without a sep, false and all in head. */
bool str_cut(struct str *rest, char sep, struct str *ret_head);
char *str_dup(struct str s); /* NUL-terminated copy */

/* arena.c: many small pieces that die together. Zero-initialise to start. */
struct arena_block;
struct arena {
	struct arena_block *first, *current;
};
void *arena_alloc(struct arena *a, size_t n); /* aligned for any type */
void *arena_zalloc(struct arena *a, size_t n);
char *arena_strdup(struct arena *a, struct str s); /* NUL-terminated */
struct str arena_str(struct arena *a, struct str s);
struct str arena_printf(struct arena *a, const char *fmt, ...)
    PRINTF_LIKE(2, 3);
void arena_clear(struct arena *a); /* keeps one block, at most 256 KiB */
void arena_release(struct arena *a);

/* buf.c and real.c: one growing buffer, always NUL-terminated once touched; len
 * does not count the NUL. Zero-initialise to start; b->p may be NULL while len
 * == 0. */
struct buf {
	char *p;
	size_t len, cap;
};
void buf_grow(struct buf *b, size_t more); /* only for buf_reserve */
static inline void
buf_reserve(struct buf *b, size_t more) /* room for `more` + NUL */
{
	if (b->cap - b->len <= more)
		buf_grow(b, more);
}
static inline void
buf_add(struct buf *b, const void *p, size_t n)
{
	buf_reserve(b, n);
	if (n)
		memcpy(b->p + b->len, p, n);
	b->len += n;
	b->p[b->len] = '\0';
}
static inline void
buf_addc(struct buf *b, char c)
{
	buf_reserve(b, 1);
	b->p[b->len++] = c;
	b->p[b->len] = '\0';
}
static inline void
buf_adds(struct buf *b, struct str s)
{
	buf_add(b, s.p, s.n);
}
static inline void
buf_addstr(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}
void buf_addf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_vaddf(struct buf *b, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);
void buf_addint(struct buf *b, int64_t v);
/* The shortest decimal that reads back as v; locale-blind; integers below
 * 2^53 without point or exponent; -0 is 0. v must be finite. */
void buf_addreal(struct buf *b, double v);
void buf_addgroup(struct buf *b, int64_t v); /* 1,234,567 */
void buf_addblanks(struct buf *b, size_t n);
void buf_addbase64(struct buf *b, struct str bytes); /* RFC 4648, one line */
/* s between quotes, with those in it doubled: as CSV and conditions have it. */
void buf_adddoubled(struct buf *b, struct str s, char quote);
void buf_truncate(struct buf *b, size_t len);
static inline void
buf_clear(struct buf *b) /* len = 0, memory kept */
{
	b->len = 0;
	if (b->p)
		b->p[0] = '\0';
}
void buf_release(struct buf *b); /* memory freed, ready for reuse */
/* The same of what held a secret, and of one: its bytes are overwritten. */
void buf_wipe(struct buf *b);
void secret_free(char *secret);
char *buf_detach(struct buf *b); /* caller frees; never NULL */
/* What is in it, borrowed until the next change; never the missing slice. */
static inline struct str
buf_str(const struct buf *b)
{
	return (struct str){b->p ? b->p : "", b->len};
}

/* err.c: errors and places. An operation that fails returns -1 and fills a
 * struct err; remarks about data are another species (see struct remarks). */
struct place {
	const char *file; /* "<stdin>" for standard input; NULL when none */
	uint64_t line;    /* from 1; 0 when none */
	unsigned column;  /* in characters, from 1; 0 when none */
};

enum err_kind {
	ERR_NONE,
	ERR_FAIL,  /* the operation failed: exit 1 */
	ERR_USAGE, /* the caller's words or a definition are wrong: exit 2 */
	ERR_BUSY,  /* try again later: exit 75 */
};

struct err {
	enum err_kind kind;
	char text[1024]; /* complete, with its place; one line, UTF-8 */
};
/* Fill err and return -1. Lower case, no full stop, values in quotes. err may
 * be NULL. err_sys appends ": " and strerror(errno). */
int err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
int err_at(struct err *err, enum err_kind kind, struct place where,
    const char *fmt, ...) PRINTF_LIKE(4, 5);
int err_sys(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Puts "prefix: " in front of a filled err; returns -1. */
int err_prefix(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);
void err_clear(struct err *err);
/* Appends `value` in double quotes, cut at 80 characters, control characters
 * and bad UTF-8 escaped: how a message shows data. */
void buf_addquoted(struct buf *b, struct str value);
/* The same as a C string in a static ring of eight buffers. */
const char *quoted(struct str value);
/* "s" unless n is 1, for what a message counts. */
const char *plural(int64_t n);
/* Whether what a user calls a `what` ("tenant") can be a name of the store:
 * UTF-8 of 1 to 100 bytes without control characters or spaces at its ends;
 * every key that holds it stays small. Else ERR_USAGE. */
int name_check(const char *what, struct str name, struct err *err);
void place_add(struct buf *b, struct place where); /* "file:line:col: " */

/* nearest.c: "did you mean". Case, width and swapped letters count little; a
 * third of a word's characters may be wrong. */
struct nearest {
	struct str word, name; /* what was written; the name nearest to it, or
				  missing */
	unsigned limit;
};
void nearest_start(struct nearest *n, struct str word);
/* Whether this name is nearer than all before; it is borrowed. */
bool nearest_offer(struct nearest *n, struct str name);
/* ERR_USAGE: no such WHAT: "word": did you mean "name"? */
int nearest_err(const struct nearest *n, const char *what, struct err *err);

/* library.c: a foreign library that a program loads when it wants it, because
 * it takes long to start or need not be there. The functions wanted of it stand
 * in a table of pointers; it stays loaded. One call in a process
 * (pthread_once). */
struct library_function {
	const char *name;
	size_t offset; /* of its pointer in the table */
};
struct library {
	const char *what;        /* "libcurl (Debian: apt install libcurl4)" */
	const char *const *file; /* names to try, then NULL */
	const struct library_function *function;
	size_t count;
	void *table;
};
int library_load(const struct library *l, struct err *err);

/* Remarks: what is noticed about data while the work goes on. The receiver
 * counts, caps and prints; rooms only call remark(). */
struct remarks {
	void (*put)(void *context, struct place where, const char *text);
	void *context;
	uint64_t count;
};
void remark(struct remarks *r, struct place where, const char *fmt, ...)
    PRINTF_LIKE(3, 4); /* r may be NULL */

/* number.c: strict, whole-input, locale-blind readers. false when s is not
 * such a number or out of range (*ret untouched). */
bool number_int(struct str s, int64_t *ret);    /* [-+]?digits */
bool number_real(struct str s, double *ret);    /* JSON number, or +… */
bool number_bytes(struct str s, int64_t *ret);  /* 64M, 1GiB, 512k: of 1024 */
bool number_percent(struct str s, double *ret); /* "10%" gives 0.10 */
void sort_ints(int64_t *v, size_t n);           /* ascending */
size_t sort_ints_once(int64_t *v, size_t n);    /* each once; how many */
double round_half_away(double v);               /* 0.5 -> 1, -0.5 -> -1 */
/* real.c: v to so many significant digits, of whatever size it is: 1 to 16;
 * below 1 nothing is left of it, with more it stays. */
double number_digits(double v, int digits);
/* The same to the place that the last of so many digits of `width` has, but 15
 * digits at most. */
double number_digits_of(double v, double width, int digits);

/* utf8.c and text.c */
/* Length of the sequence at s (1-4) with its code point, 0 when malformed
 * (overlong, surrogate, > U+10FFFF, cut) or n == 0. */
unsigned utf8_decode(const char *s, size_t n, uint32_t *ret_code);
unsigned utf8_encode(uint32_t code, char out[4]);
/* n when all is valid, else the offset of the first bad byte. Fast on ASCII. */
size_t utf8_valid(struct str s);
bool utf8_is_ascii(struct str s);
size_t utf8_count(struct str s);                        /* characters */
struct str utf8_prefix(struct str s, size_t max_bytes); /* cut at a boundary */
/* Columns on a terminal: East Asian wide and full-width 2 (ambiguous 1),
 * combining marks and controls 0, grapheme-aware for emoji sequences. */
size_t text_width(struct str s);
/* Longest prefix of at most `columns`. */
struct str text_cut(struct str s, size_t columns);
/* Appends s in a field of `columns`: cut and marked with an ellipsis ("..." in
 * ASCII) where it is wider, filled up with blanks, on its left when `right`. */
void text_field(
    struct buf *out, struct str s, size_t columns, bool right, bool ascii);
/* Ends the line that began at offset `start`, without blanks at its end. */
void text_end_line(struct buf *out, size_t start);
/* Appends s in NFKC with case folded (full-width and half-width agree,
 * ＩＴ = it, ｶﾞ = ガ). Bytes that are not UTF-8 are copied as they are. */
void text_fold(struct buf *out, struct str s);
/* s itself when already folded (the common ASCII case), else in arena. */
struct str text_folded(struct arena *a, struct str s);
/* The tables behind text_fold, for an engine that has to fold by itself: what
 * a character becomes (in place of it, 0 to FOLD_PARTS others; false: itself);
 * the class that orders a combining mark among others (0: it is none); the two
 * that join into it (false: none do). And which Unicode they are of. */
enum { FOLD_PARTS = 32 };
bool fold_parts(uint32_t code, uint32_t ret[FOLD_PARTS], size_t *ret_count);
unsigned fold_class(uint32_t code);
bool fold_pair(uint32_t whole, uint32_t *ret_a, uint32_t *ret_b);
const char *fold_version(void);
/* Does s, folded, hold `folded` (folded already) there? Without memory of its
 * own for ASCII and for text that is folded as it stands. */
enum text_part { TEXT_ANYWHERE, TEXT_START, TEXT_END, TEXT_WHOLE };
bool text_holds(struct str s, struct str folded, enum text_part part);
/* Appends "- " and "+ " lines: what of an old text goes and what of a new one
 * comes, between the lines that are equal at both ends. difference.c */
void text_difference(struct buf *out, struct str old, struct str new);
/* Appends s safe for a terminal: controls, bidi overrides and bad UTF-8 are
 * shown escaped. */
void text_safe(struct buf *out, struct str s);
/* email.c: replaces *ret by the e-mail address as it is compared: trimmed,
 * NFKC (ＦＯＯ＠ is foo@), lower case; plus-tags and dots are kept. false, *ret
 * untouched, when s is no address a marketer can write to: LOCAL@DOMAIN of at
 * most 254 bytes, LOCAL an RFC 5321 dot-string of at most 64 (any script; never
 * quoted), DOMAIN of two or more labels of letters, digits and hyphens (any
 * script), the last not all digits; no [address], comment, white space,
 * control or invisible character. */
bool email_normalise(struct str s, struct buf *ret);

/* time.c and zone.c: times are milliseconds since 1970-01-01T00:00:00Z. */
#define MS_SECOND INT64_C(1000)
#define MS_MINUTE (60 * MS_SECOND)
#define MS_HOUR   (60 * MS_MINUTE)
#define MS_DAY    (24 * MS_HOUR)
#define TIME_MIN  INT64_C(-62135596800000) /* 0001-01-01 */
#define TIME_MAX  INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */
int64_t time_real(void);      /* the wall clock; only cli calls it */
int64_t time_monotonic(void); /* ms, for rates and time-outs */

struct civil {
	int year;       /* 1..9999 */
	unsigned month; /* 1..12 */
	unsigned day;   /* 1..31 */
	unsigned hour, minute, second, ms;
	unsigned weekday;  /* 1 Monday .. 7 Sunday (ISO 8601); output only */
	unsigned year_day; /* 1..366; output only */
};
int64_t days_from_civil(int year, unsigned month, unsigned day);
bool date_valid(int year, unsigned month, unsigned day);

struct zone; /* one IANA zone, read from the system's TZif files */
const struct zone *zone_utc(void);
/* Cached for the process and never freed. Names are checked ("../x" is no
 * zone). -1 when the system has no such zone. */
int zone_find(const char *name, const struct zone **ret, struct err *err);
const char *zone_name(const struct zone *z);
struct civil zone_civil(const struct zone *z, int64_t at);
/* The moment of a local time. In a gap: the moment as far after the gap's
 * start as the clock says (02:30 in a one-hour gap is 03:30). Ambiguous: the
 * earlier one. Fields out of range (month 13, day 0, hour 25) are carried. */
int64_t zone_moment(const struct zone *z, struct civil c);
/* Offset in ms east of UTC in force at that moment. */
int64_t zone_offset(const struct zone *z, int64_t at);

enum time_unit {
	UNIT_HOUR,
	UNIT_DAY,
	UNIT_WEEK,
	UNIT_MONTH,
	UNIT_QUARTER,
	UNIT_YEAR
};
/* Start of the bucket that holds `at` in the zone (weeks begin on Monday). */
int64_t time_bucket(int64_t at, enum time_unit unit, const struct zone *z);
/* n buckets on (or back) from a bucket's start. */
int64_t time_step(
    int64_t start, enum time_unit unit, int n, const struct zone *z);

/* When the day of `at` comes round for the first time at or after `low`, a year
 * or more later: the start of that day in the zone. 29 February comes round on
 * the 28th where there is none. INT64_MAX when `at` is outside TIME_MIN ..
 * TIME_MAX. */
int64_t time_anniversary(int64_t at, int64_t low, const struct zone *z);

/* RFC 3339 and ISO 8601: 2026-11-22T12:00:00Z, with fraction or offset, a
 * space for the T, date alone (midnight in z), no offset (local in z). */
bool time_parse(struct str s, const struct zone *z, int64_t *ret);
/* A strptime-like format: %Y %y %m %d %e %j %H %I %p %M %S %f %z %s %%, %b %B
 * %a %A (English names, whole or three letters; %a also 月..日, read over; %p
 * also 午前 and 午後) and literal text, a space for one or more. Numbers may be
 * shorter than their field (2025/1/8 9:05). All of s must match; month and
 * day left out are 1, the clock midnight; a year or %s is needed. */
bool time_parse_format(
    struct str s, const char *format, const struct zone *z, int64_t *ret);
/* What --now takes: time_parse, "now", "today", "yesterday", "tomorrow", or
 * relative to `base`: "+3d", "-2h", "now-30m", "2026-11-22+1d". */
bool time_parse_moment(
    struct str s, int64_t base, const struct zone *z, int64_t *ret);
/* 250ms 30s 15m 12h 7d 2w (fixed lengths; 1d = 24 h). Positive, at most 100
 * years. */
bool duration_parse(struct str s, int64_t *ret);
void duration_add(struct buf *b, int64_t ms); /* the shortest of the above */
/* 2026-11-22T12:00:00Z, with .mmm when there are milliseconds. */
void time_add(struct buf *b, int64_t at);
/* 2026-11-22 21:00 in the zone, for people. */
void time_add_local(struct buf *b, int64_t at, const struct zone *z);
/* A text for people: every moment in it that is written as time_add does is
 * written as time_add_local does instead. */
void time_add_localised(struct buf *b, struct str text, const struct zone *z);

/*
 * index.c: texts to numbers, a hash table. Zero-initialise; texts are borrowed.
 * text_index_clear empties it and keeps the room.
 */
struct text_index {
	struct text_entry {
		struct str text; /* p NULL: free */
		size_t value;
	} * entry;
	size_t size, count;
};
void text_index_clear(struct text_index *x, size_t expected);
/* The text's place, to be filled when *ret_new says that it was not there; a
 * new text is copied into `keep`, when there is one. */
size_t *text_index_at(
    struct text_index *x, struct str text, struct arena *keep, bool *ret_new);
size_t text_index_get(
    const struct text_index *x, struct str text); /* SIZE_MAX: not there */
void text_index_release(struct text_index *x);

/* hash.c */
uint64_t hash64(const void *p, size_t n, uint64_t seed); /* not for secrets */
enum { SHA256_BYTES = 32 };
void sha256(struct str data, unsigned char ret[SHA256_BYTES]);
/* The same of what comes piece by piece: begin, add, ..., end. */
struct sha256 {
	uint32_t state[8];
	uint64_t bytes;
	unsigned char rest[64];
};
void sha256_begin(struct sha256 *h);
void sha256_add(struct sha256 *h, struct str data);
void sha256_end(struct sha256 *h, unsigned char ret[SHA256_BYTES]);
/* 64 lower-case hex digits and a NUL. */
void hash_hex(const unsigned char digest[SHA256_BYTES], char ret[65]);
/* What only who has the key can make of the data. */
void hmac_sha256(
    struct str key, struct str data, unsigned char ret[SHA256_BYTES]);
/* A lot drawn for a name, of 2^32; another salt gives another lot. It never
 * changes: the first four bytes of the SHA-256 of salt, newline, name. */
uint32_t hash_lot(struct str salt, struct str name);
/* SHA-256 as 64 lower-case hex digits and a NUL. */
void sha256_hex(const void *p, size_t n, char ret[65]);

/* file.c: all of it checked, EINTR and short writes handled. file_read appends
 * the whole file, fd_read_all what is left of an open one (`name` is for
 * messages); they fail, and append nothing, past max bytes. */
int file_read(const char *path, struct buf *ret, size_t max, struct err *err);
int fd_read_all(
    int fd, const char *name, struct buf *ret, size_t max, struct err *err);
/* One that holds a secret: ERR_USAGE when it belongs to somebody else or others
 * may read or write it. What is no regular file (a pipe, say) is taken. */
int file_read_private(
    const char *path, struct buf *ret, size_t max, struct err *err);
int fd_check_private(int fd, const char *name, struct err *err);
/* A file below a folder (an open one), and surely none outside: path is
 * relative, without "..", and no part of it is a link. Regular files only. */
int file_read_below(
    int folder, const char *path, struct buf *ret, size_t max, struct err *err);
int fd_write_all(int fd, const void *p, size_t n, struct err *err);
/* window.c: the part of a stream that is in memory: p[start..have) is read and
 * not used. read() fills p with up to n bytes and returns how many, 0 at
 * the end, -1 with *err filled. The holder frees p. */
struct window {
	ptrdiff_t (*read)(void *context, char *p, size_t n, struct err *err);
	void *context;
	char *p;
	size_t start, have, cap;
	bool at_end;
};
/* More text behind what is there, which moves to the front of p. */
int window_fill(struct window *w, struct err *err);

/* An output file that appears whole or not at all: a temporary of mode 0600
 * beside the target, synced and renamed by commit, removed by abort, exit and
 * SIGINT, SIGTERM and SIGHUP (unless the program handles them itself). A link
 * at path is replaced, not followed; devices, pipes and /dev/stdout are
 * written in place. A database is not replaced: ERR_USAGE. */
struct outfile;
/* Only whether it is one. */
int outfile_check(const char *path, struct err *err);
int outfile_open(const char *path, struct outfile **ret, struct err *err);
FILE *outfile_stream(struct outfile *f);
int outfile_commit(struct outfile *f, struct err *err); /* frees f */
void outfile_abort(struct outfile *f);                  /* frees f */

#endif
