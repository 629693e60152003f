/* SPDX-License-Identifier: ISC */
/*
 * cond: the condition language, over any catalogue of fields it is handed.
 * A condition is parsed once (from text or JSON), checked against the
 * catalogue, and then evaluated on records or compiled to SQL; both answers
 * agree on every input. The grammar is in dl-conditions(7).
 *
 *	score between 60 and 79 and industry in ('IT', '製造業')
 *	  and (count(email_opened, 30d) >= 1 or company contains 'システム')
 *
 * Meaning, in short. Two-valued: a comparison with a missing value is false,
 * also `!=` and `not in`; `not` in front inverts. A list compares by any of
 * its elements and is empty, not missing, when it is not there. `=` and `in`
 * are exact, `contains`, `starts with` and `ends with` compare NFKC-folded
 * text. A date is a day in the tenant's zone. A window of 30d holds the
 * moments in (now - 30d, now]; what is later than now does not exist. An
 * attribute is read as the literal's type.
 *
 * Limits: 1 MiB of text, 10,000 tests and values, 100 parentheses open at
 * once, and as much nesting of and and or as SQL's parsers bear (twenty levels
 * and more).
 *
 * Ownership: a struct cond owns copies of all it needs and never changes after
 * parsing and the calls of cond_bind and cond_salt, so threads may share it.
 *Values, events and texts in a subject are borrowed during the call.
 */
#ifndef DL_COND_H
#define DL_COND_H

#include "base/base.h"
#include "json/json.h"
#include "store/store.h"

enum cond_type {
	COND_TEXT,
	COND_NUMBER,
	COND_TIME,
	COND_BOOL,
	COND_LIST, /* a set of texts, as a JSON array */
};

struct cond_field {
	const char *name;
	enum cond_type type;
	/*
	 * The SQL expression of its value (numbers and booleans as numbers,
	 * times as ms, lists as JSON text). Tokens: @now is the moment,
	 * @n0..@n9 and @t0..@t9 stand for cond_moment's numbers and texts.
	 */
	const char *sql;
	const char *help; /* one line for `fields` */
};

/* Where it is recorded that a field changed. `changes` is FROM and WHERE that
 * give its changes up to @now as f.at, the making of the subject left out;
 * @field stands for its name (attrs.KEY) as a parameter. `since` is the moment
 * from which it had its first value. */
struct cond_history {
	const char *changes, *since;
};
#define COND_ATTRS SIZE_MAX /* any attribute, where a field's index stands */

struct cond_catalogue {
	const struct cond_field *fields;
	size_t count;
	size_t id_field; /* what the subject is called: lots are drawn by it */
	const char *attrs_sql; /* SQL of the JSON object attrs.NAME reads; NULL
				  when there are no attributes */
	/*
	 * FROM and WHERE that give one subject's events up to @now, with
	 * columns e.at and e.attrs; @type stands for the event type's name as
	 * a parameter. NULL when there are no events.
	 */
	const char *events_sql;
	/* True when the subject is in a segment, whose number @segment stands
	 * for. NULL when there are no segments. */
	const char *segment_sql;
	/* NULL for fields whose changes are not recorded; NULL itself when no
	 * changes are. */
	const struct cond_history *(*history)(size_t field);
	size_t since_field; /* when the subject came to be, a time */
	/* The event type names a tenant knows are open-ended; these standard
	 * ones serve suggestions. NULL-terminated; may be NULL. */
	const char *const *event_types;
};

/* One value at run time. A number or time wanted from text that is none is
 * missing. */
struct cond_value {
	enum cond_kind {
		COND_MISSING,
		COND_IS_TEXT,
		COND_IS_NUMBER,
		COND_IS_TIME,
		COND_IS_BOOL,
		COND_IS_LIST,
	} kind;
	struct str text; /* text; a list's JSON array */
	double number;   /* number; bool as 0 or 1 */
	int64_t time;    /* time */
};

struct cond_event {
	int64_t type; /* the caller's number for the type's name */
	int64_t at;
	struct str attrs; /* JSON object or missing */
};

struct cond_change {
	size_t field;   /* catalogue index, or COND_ATTRS */
	struct str key; /* of the attribute */
	int64_t at;
	bool first; /* no change: the moment it first had a value, where that
		       is another than since_field's */
};

struct cond_subject {
	const struct cond_value *values; /* by catalogue index; only those
					    cond_uses_field() names are read */
	struct str attrs;                /* JSON object or missing */
	const struct cond_event *events; /* in any order; may hold later ones */
	size_t event_count;
	const int64_t *segments; /* the numbers of those it is in, any order */
	size_t segment_count;
	/* Of those cond_uses_history() names; any order, may hold later ones.
	 */
	const struct cond_change *changes;
	size_t change_count;
};

/* The moment and the tenant's settings under which a condition is read. */
struct cond_moment {
	int64_t now;
	const struct zone *zone; /* for calendar dates; NULL is UTC */
	int64_t numbers[10];     /* @n0.. */
	struct str texts[10];    /* @t0.. */
};

struct cond;

/* name is what messages call the text ("condition"). Errors are ERR_USAGE,
 * located, and suggest the nearest name:
 * condition:1:23: expected a value after "between". */
int cond_parse(struct str text, const char *name,
    const struct cond_catalogue *catalogue, struct cond **ret, struct err *err);
/* The JSON form: an object {"field","operator","value"} or {"logic",
 * "conditions"} or {"not":…}, an event predicate, or a string in the text
 * form. Messages carry the node's place and path:
 * rules.json:12:14: rules[3].when.value: … */
int cond_parse_json(const struct json *node,
    const struct cond_catalogue *catalogue, struct cond **ret, struct err *err);
/* What may stand behind `where` in an event predicate, by itself: a condition
 * on one event, its names being the event's attributes. Text or JSON node. */
int cond_parse_event(
    struct str text, const char *name, struct cond **ret, struct err *err);
int cond_parse_event_json(
    const struct json *node, struct cond **ret, struct err *err);
/* Its truth for an event, as cond_eval gives it for a subject. */
bool cond_eval_event(const struct cond *c, const struct cond_event *event,
    const struct cond_moment *moment, int64_t *next);
void cond_free(struct cond *c);
/* Canonical forms; parsing them gives an equal condition. */
void cond_print(const struct cond *c, struct buf *out);
void cond_print_json(const struct cond *c, struct buf *out);

/* For what `random 10%` draws its lots unless it says so itself: the name of
 * what the condition defines. Otherwise the empty text. */
void cond_salt(struct cond *c, struct str salt);

/* What it needs to be evaluated. */
bool cond_uses_field(const struct cond *c, size_t field);
/* Where the field is missing the condition is false, for all to see. */
bool cond_requires_field(const struct cond *c, size_t field);
bool cond_uses_attrs(const struct cond *c);
bool cond_uses_events(const struct cond *c);
bool cond_uses_event_attrs(const struct cond *c);
/* Of a field, or COND_ATTRS: when it changed. */
bool cond_uses_history(const struct cond *c, size_t field);
/* Its truth may change by time alone: windows, spans of the calendar, and
 * events, which may lie ahead. */
bool cond_uses_time(const struct cond *c);
/* The event types it names: 0 <= i < cond_event_type_count(). Before
 * evaluating a condition that uses events, the caller says which number its
 * subjects use for each (-1: no such events). */
size_t cond_event_type_count(const struct cond *c);
const char *cond_event_type(const struct cond *c, size_t i);
/* Any name may be an event type, so a misspelt one is no error: the standard
 * name that was probably meant, or NULL. For `check` to remark upon. */
const char *cond_event_type_meant(
    const struct cond *c, size_t i, const struct cond_catalogue *catalogue);
void cond_bind_event_type(struct cond *c, size_t i, int64_t number);
/* The segments it names, each once: what it depends on. Before evaluating or
 * compiling it, the caller says which number stands for each; nobody is in
 * one that has none. */
size_t cond_segment_count(const struct cond *c);
const char *cond_segment(const struct cond *c, size_t i);
bool cond_asks(const struct cond *c, const char *segment);
void cond_bind_segment(struct cond *c, size_t i, int64_t number);
/* There is none of that name: ERR_USAGE with the place where it is named, and
 * the nearest of the NULL-terminated names (which may be NULL). Returns -1. */
int cond_segment_unknown(
    const struct cond *c, size_t i, const char *const *names, struct err *err);

/*
 * The truth for one subject at one moment. When `next` is not NULL it is
 * lowered to the earliest later moment at which the truth could change by the
 * passing of time alone (a lower bound; untouched when there is none).
 */
bool cond_eval(const struct cond *c, const struct cond_subject *subject,
    const struct cond_moment *moment, int64_t *next);
/* The condition as a tree with the truth of each node and the values it saw:
 * {"condition":"score >= 60","true":false,"value":41} ... as JSON. */
void cond_explain(const struct cond *c, const struct cond_subject *subject,
    const struct cond_moment *moment, struct buf *out);
/* The short form: the one test that decides, as a condition that is true now:
 * score >= 60, not phone exists. */
void cond_because(const struct cond *c, const struct cond_subject *subject,
    const struct cond_moment *moment, struct buf *out);

/* The same truth as an SQL boolean expression (safe inside NOT: never NULL).
 * Parameters are numbered on from `count` (what is there already). */
struct cond_sql {
	struct buf text;    /* appended to */
	struct buf types;   /* one letter per parameter, appended to */
	struct bind *binds; /* all parameters, grown as needed; text borrowed
			       from the condition, moment and arena */
	size_t count, capacity;
	struct arena arena;
};
void cond_to_sql(const struct cond *c, const struct cond_catalogue *catalogue,
    const struct cond_moment *moment, struct cond_sql *out);
/* Of whom it may have this truth at some moment or other: true at least of all
 * subjects that have it now or could come to have it by the passing of time
 * alone. Where it cannot be both, its truth is settled. */
void cond_to_sql_ever(const struct cond *c,
    const struct cond_catalogue *catalogue, const struct cond_moment *moment,
    bool truth, struct cond_sql *out);
void cond_sql_release(struct cond_sql *out);

/* What can be asked of a type, as the text form spells it: i = 0, 1, ...; NULL
 * behind the last one. */
const char *cond_operator(enum cond_type t, size_t i);
/* A name of an attribute or an event type as the text form wants it: in quotes
 * unless it is a plain word. */
void cond_print_name(struct str name, struct buf *out);

#endif
