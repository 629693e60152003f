/* SPDX-License-Identifier: ISC */
/*
 * What the files of cond share: the tree a condition is kept as, the two
 * parsers' common ground, and the words of the language.
 *
 *	lex.c         text -> tokens
 *	parse.c       tokens -> tree
 *	parse_json.c  JSON -> tree
 *	check.c       types, limits; both parsers hand their tests to it
 *	segment.c     in segment 'x'
 *	calendar.c    this month, anniversaries
 *	lot.c         random 10%
 *	history.c     changed(stage, 7d), stage for more than 14d
 *	words.c       keywords, operators and how they are spelt
 *	print.c       tree -> text, tree -> JSON
 *	eval.c events.c explain.c because.c    the truth in C
 *	sql.c sql_test.c             the truth in SQL
 */
#ifndef DL_COND_PRIV_H
#define DL_COND_PRIV_H

#include "cond/cond.h"

/*
 * Limits. What nests costs room on the stack of SQLite's parser (100 in all)
 * and depth of its expressions (1,000 in all); both are counted while the tree
 * is made, see check.c. The rest is for what a catalogue's fields and the
 * statement around cost (the seniority of a lead takes half of the stack).
 * Chains of and and or are free: sql.c writes long ones in pieces.
 */
enum {
	COND_BYTES_MAX = 1 << 20, /* of the text form */
	COND_PARENS_MAX = 100,    /* as written, redundant ones too */
	COND_STACK_MAX = 26,
	COND_DEPTH_MAX = 700,
	COND_PARTS_MAX = 10000, /* tests and values together */
	COND_NAME_MAX = 200,    /* bytes of an attribute's or event's name */
	COND_CHAIN = 32,        /* parts of an SQL chain before it is cut */
};

/* ---- the tree ----------------------------------------------------------- */

enum literal_kind {
	LIT_TEXT,
	LIT_NUMBER,
	LIT_BOOL,
	LIT_DURATION,
	LIT_DATE,   /* a day in the tenant's zone */
	LIT_LOCAL,  /* a date and time in the tenant's zone */
	LIT_MOMENT, /* with Z or an offset */
	LIT_SPAN,   /* days, weeks ... counted from the moment's */
};

/* Where a piece was written: an offset into the text, or a JSON node. */
struct spot {
	size_t offset;
	const struct json *node;
};

struct literal {
	enum literal_kind kind;
	struct str text;
	double number; /* bool: 0 or 1 */
	/* Times: [low, high); DATE and LOCAL as if the zone were UTC. DURATION:
	 * low. */
	int64_t low, high;
	enum time_unit unit; /* SPAN: which one, and from which to which */
	int from, to;
	struct spot spot; /* while parsing */
};

enum operator{
	OP_EQUAL,
	OP_LESS,
	OP_AT_MOST,
	OP_GREATER,
	OP_AT_LEAST,
	OP_BETWEEN,
	OP_IN,
	OP_CONTAINS,
	OP_STARTS,
	OP_ENDS,
	OP_EXISTS,
	OP_WITHIN,
	OP_OLDER,
	OP_CHANGED, /* within the duration, or ever */
	OP_HELD,    /* has had this value for as long */
	OP__MAX
};

enum operand_kind {
	ON_FIELD,      /* index into the catalogue */
	ON_ATTR,       /* of the lead; key */
	ON_EVENT_AT,   /* inside where: the event's time */
	ON_EVENT_ATTR, /* inside where: key */
	ON_SEGMENT,    /* index into the condition's segments */
	ON_LOT,        /* index of the id; name: for what it is drawn */
	ON_COUNT,
	ON_LAST,
	ON_FIRST,
};

struct operand {
	enum operand_kind kind;
	bool yearly;        /* a field or attribute: its anniversary is meant */
	struct str name;    /* the field's name or the attribute's key */
	size_t index;       /* of the field, event type or segment */
	int64_t window;     /* events: 0 is all of the past */
	struct node *where; /* events: or NULL */
};

enum node_kind { NODE_AND, NODE_OR, NODE_NOT, NODE_TEST };

struct node {
	enum node_kind kind;
	/* AND, OR (two or more), NOT (one) */
	struct node **kids;
	size_t count;
	struct node **order;   /* AND, OR: as SQL has them, the deepest first */
	unsigned stack, depth; /* see the limits above */
	/* TEST. negated: `!=`, `not in` ...: a value there is, and not so. */
	struct operand on;
	enum operator op;
	bool negated;
	bool ages;           /* time alone may change its truth */
	enum cond_type type; /* what the value is compared as */
	struct literal *literals;
	size_t literal_count;
	/* OP_IN with many values: sorted, for searching. */
	double *numbers;
	struct str *texts;
	struct str folded;   /* contains, starts, ends: what is looked for */
	struct str set_json; /* OP_IN on a list: the values as JSON */
};

struct event_type {
	char *name;
	int64_t number;
};

struct segment {
	char *name;
	char *unknown; /* the complaint, with its place */
	int64_t number;
};

struct cond {
	struct arena arena;
	struct node *root;
	bool *fields;    /* by catalogue index: is it read */
	bool *histories; /* the same: are its changes */
	bool attr_histories;
	size_t since_field;
	size_t field_count;
	bool attrs, event_attrs, time;
	struct str salt;
	struct event_type *types;
	size_t type_count, type_cap;
	struct segment *segments;
	size_t segment_count, segment_cap;
};

/* ---- words.c ------------------------------------------------------------ */

/* The word is none a bare name may be (case does not matter). */
bool word_reserved(struct str word);
bool word_is(struct str word, const char *keyword);
/* A name that can be written without quotes. */
bool name_plain(struct str name);
/* "contains", "not in"; "=" ... as the text form has it for this test. */
const char *operator_text(const struct node *test);
/* "not_contains", "at_least" ... */
const char *operator_json(const struct node *test);
/* false: no such operator. `as_time`: before, after and on compare times. */
bool operator_of_json(
    struct str name, enum operator* ret, bool *ret_negated, bool *ret_as_time);
const char *type_name(enum cond_type t); /* "a number" */
bool operator_fits(enum operator op, enum cond_type t);
/* " (it takes = != < ...)" for messages. */
void operators_of(struct buf *out, enum cond_type t);

/* The nearest to `word`, or NULL when none is near. */
const char *nearest_operator(struct str word);
const char *nearest_json_operator(struct str word);

/* ---- lex.c -------------------------------------------------------------- */

enum token_kind {
	TOKEN_END,
	TOKEN_WORD, /* a bare name or keyword */
	TOKEN_NAME, /* "in double quotes" */
	TOKEN_TEXT, /* 'in single quotes' */
	TOKEN_NUMBER,
	TOKEN_DURATION,
	TOKEN_SHARE, /* 10% */
	TOKEN_TIME,
	TOKEN_OPERATOR, /* = != < <= > >= */
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_COMMA,
	TOKEN_DOT,
};

struct token {
	enum token_kind kind;
	size_t start;    /* offset */
	struct str text; /* decoded; in the condition's arena or the text */
	struct str raw;  /* as written */
	struct literal literal; /* NUMBER, DURATION, TIME */
	enum operator op;       /* OPERATOR */
	bool negated;
};

/* ---- the parsers' common ground ---------------------------------------- */

struct parser {
	struct cond *cond;
	const struct cond_catalogue *catalogue;
	struct err *err;
	struct str text; /* the text form */
	const char *name;
	const struct json *json; /* the node the text came from, or NULL */
	size_t at;
	struct token token, previous;
	unsigned parens;
	size_t parts;
	bool in_where;
	/* Stacks of what is not yet in the tree. */
	struct node **nodes;
	size_t node_count, node_cap;
	struct literal *literals;
	size_t literal_count, literal_cap;
};

/* lex.c: reads the next token into p->token. */
int lex_next(struct parser *p);
/* A literal time; false when the text is none. */
bool literal_time(struct str s, struct literal *ret);
/* "7d", "7 days"; the unit in words may be all that s has. */
bool literal_duration(struct str s, int64_t *ret);

/* parse.c: a condition in the text form; the tree is left to the caller. */
int parse_text(struct parser *p, struct node **ret);
/* parse_json.c */
int parse_json(struct parser *p, const struct json *node, struct node **ret);

/* check.c: messages. Always -1. */
int mistake(struct parser *p, struct spot spot, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
/* Fields and names. */
int operand_field(
    struct parser *p, struct str name, struct spot spot, struct operand *ret);
int operand_attr(struct parser *p, enum operand_kind kind, struct str key,
    struct spot spot, struct operand *ret);
int event_type_of(
    struct parser *p, struct str name, struct spot spot, struct operand *ret);
/* No controls, not empty, not too long; `what` is "an attribute". */
int check_name(
    struct parser *p, struct str name, const char *what, struct spot spot);
/* Counts against the limit of parts. */
int count_parts(struct parser *p, struct spot spot);
/* A checked test of the operand, the operator, and the literals on p's stack
 * above `mark` (which are taken off). */
struct test_draft {
	struct operand on;
	enum operator op;
	bool negated;
	bool as_time; /* before, after, on */
	struct spot on_spot, op_spot;
	size_t mark;
};
int make_test(struct parser *p, struct test_draft *d, struct node **ret);
/* lot.c: a checked `random 10% [of 'x']`; of may be missing. */
int make_lot(struct parser *p, struct str share, struct str of,
    struct spot spot, struct spot of_spot, struct node **ret);
/* history.c: a checked OP_CHANGED or OP_HELD. */
int make_history(
    struct parser *p, const struct test_draft *d, struct node **ret);
/* segment.c: a checked `in segment`. */
int make_segment(struct parser *p, struct str name, struct spot spot,
    struct spot name_spot, struct node **ret);
/* AND or OR of the nodes on p's stack above `mark`, flattened. */
int make_group(struct parser *p, enum node_kind kind, size_t mark,
    struct spot spot, struct node **ret);
struct node *make_not(struct parser *p, struct node *n);
void push_node(struct parser *p, struct node *n);
void push_literal(struct parser *p, struct literal l);

/* print.c */
void print_node(const struct node *n, const struct cond *c, struct buf *out);
void print_operand(
    const struct operand *on, const struct cond *c, struct buf *out);
void print_name(struct str name, struct buf *out);
void print_literal(const struct literal *l, struct buf *out);

/* sql.c: how SQL nests the parts of a chain; what it costs. */
void chain_cost(struct node *const *parts, size_t count, unsigned *ret_stack,
    unsigned *ret_depth);

/* ---- the truth ---------------------------------------------------------- */

struct view {
	const struct cond_subject *subject;
	const struct cond_moment *moment;
	const struct cond *cond;
	const struct cond_event *event; /* inside where */
	struct arena scratch;
};

/* eval.c: `next` may be NULL everywhere. */
bool eval_node(struct view *v, const struct node *n, int64_t *next);
bool eval_test(struct view *v, const struct node *test, int64_t *next);
/* Is the number as the test wants it; negation included. */
bool number_holds(const struct node *test, double value);

/* lot.c: the lot drawn, false when it has no id; lots below the limit are in;
 * for what they are drawn. */
bool lot_drawn(struct view *v, const struct operand *on, int64_t *ret);
int64_t lot_limit(const struct node *test);
struct str lot_salt(const struct cond *c, const struct operand *on);

/* calendar.c: words. A bare word that begins a span; the whole of it, false
 * when it is none; how it is written. */
bool span_begins(struct str word);
bool literal_span(struct str s, struct literal *ret);
bool span_is_day(const struct literal *l); /* today and its neighbours */
void print_span(const struct literal *l, struct buf *out);
/* From where to where: [low, high). */
void span_bounds(const struct literal *l, const struct cond_moment *moment,
    int64_t *ret_low, int64_t *ret_high);
int span_far(const struct literal *l, int64_t at, int64_t now);
/* Lowers next to when a span of the test comes or goes over the time. */
void spans_next(const struct node *test, int64_t at,
    const struct cond_moment *moment, int64_t *next);
/* Anniversaries of a time: the days a test names, the anniversary it looks at,
 * its truth. */
void days_named(const struct node *test, const struct cond_moment *moment,
    int64_t *ret_low, int64_t *ret_high);
int64_t anniversary_seen(
    const struct node *test, int64_t at, const struct cond_moment *moment);
bool eval_anniversary(const struct cond_moment *moment, const struct node *test,
    int64_t at, int64_t *next);

/* history.c: NULL where none is kept; the truth of OP_CHANGED and OP_HELD, and
 * the moment it depends on, when there is one. */
const struct cond_history *history_of(
    const struct cond_catalogue *cat, const struct operand *on);
bool eval_history(struct view *v, const struct node *test, int64_t *next);
bool history_seen(struct view *v, const struct node *test, int64_t *ret);

/* segment.c */
bool in_segment(const struct view *v, const struct operand *on);

/* values.c: what a test looks at, as the type it compares; false when it is
 * missing or cannot be read as that. */
bool value_text(struct view *v, const struct operand *on, struct str *ret);
bool value_number(struct view *v, const struct operand *on, double *ret);
bool value_time(struct view *v, const struct operand *on, int64_t *ret);
bool value_bool(struct view *v, const struct operand *on, bool *ret);
/* The next element; *state begins zeroed. */
struct list_state {
	struct str rest;
	bool begun;
};
bool value_next(struct view *v, const struct operand *on,
    struct list_state *state, struct str *ret);

/* times.c */
int64_t time_plus(int64_t at, int64_t more); /* never overflows */
void next_lower(int64_t *next, int64_t at);
/* The moments a literal time stands for at the moment: [low, high). */
void literal_bounds(const struct literal *l, const struct cond_moment *moment,
    int64_t *ret_low, int64_t *ret_high);
/* A test of a time, missing when !there. */
bool eval_time(const struct cond_moment *moment, const struct node *test,
    bool there, int64_t at, int64_t *next);

/* events.c: what count(), last() or first() comes to. */
struct events_seen {
	uint64_t count;
	int64_t earliest, latest; /* when count > 0 */
};
void events_look(struct view *v, const struct operand *on,
    struct events_seen *ret, int64_t *next);
bool eval_events(struct view *v, const struct node *test, int64_t *next);

#endif
