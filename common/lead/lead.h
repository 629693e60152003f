/* SPDX-License-Identifier: ISC */
/*
 * lead: the leads, their events and their assessments. The catalogue of
 * fields, finding and reading a lead, looking at many of them quickly, and
 * changing them so that the work queues know.
 *
 * Ownership: a lead_view and all it shows is borrowed until the next
 * lead_views_next(); a struct lead_id list belongs to the caller.
 */
#ifndef DL_LEAD_H
#define DL_LEAD_H

#include "base/base.h"
#include "cond/cond.h"
#include "record/record.h"
#include "signal/signal.h"
#include "store/store.h"
#include "tenant/tenant.h"

/* ---- catalogue.c: the words -------------------------------------------- */

/* In the order of design: stored columns first, then what the score row
 * holds, then what is derived. */
enum lead_field {
	LEAD_ID,
	LEAD_EMAIL,
	LEAD_NAME,
	LEAD_COMPANY,
	LEAD_DEPARTMENT,
	LEAD_TITLE,
	LEAD_PHONE,
	LEAD_INDUSTRY,
	LEAD_COMPANY_SIZE,
	LEAD_REGION,
	LEAD_COUNTRY,
	LEAD_SOURCE,
	LEAD_OWNER,
	LEAD_TAGS,
	LEAD_STATUS,
	LEAD_STAGE,
	LEAD_CREATED_AT,
	LEAD_UPDATED_AT,
	LEAD_CONVERTED_AT, /* given, else the first conversion event */
	LEAD_CONVERTED,    /* bool: converted_at, outcome, or stage customer */
	LEAD_SCORE,
	LEAD_FIT,
	LEAD_ENGAGEMENT,
	LEAD_BAND,
	LEAD_PRIORITY,
	LEAD_IS_HOT,
	LEAD_BECAME_HOT_AT,
	LEAD_LAST_ACTIVITY_AT, /* the latest event that the lead itself made:
				  all types but those in lead_outbound[] */
	LEAD_EMAIL_DOMAIN,
	LEAD_IS_FREE_EMAIL,
	LEAD_SENIORITY, /* number, from the title: see seniority() */
	LEAD__MAX
};
/* Index = enum lead_field. SQL aliases: l lead, s score (left join). */
extern const struct cond_catalogue lead_catalogue;
/* lead l LEFT JOIN score s, the FROM that the catalogue's SQL expects. */
#define LEAD_FROM                                                     \
	"lead AS l LEFT JOIN score AS s ON s.tenant_id = l.tenant_id" \
	" AND s.lead_id = l.lead_id"
/* The same when leads without a score are of no interest: from the narrow table
 * to the wide one. */
#define LEAD_FROM_SCORED "score AS s CROSS JOIN lead AS l"
#define LEAD_SCORED_ON   "l.tenant_id = s.tenant_id AND l.lead_id = s.lead_id"
/* Is the condition false of all leads without a score? */
bool lead_cond_scored(const struct cond *c);
extern const char *const lead_outbound[];   /* event types done to a lead:
	  email_sent email_bounced sales_contacted proposal_sent deal_won
	  deal_lost; NULL-terminated */
bool lead_is_free_email(struct str domain); /* embedded list */
/* 0 unknown, 1 staff, 2 主任 係長 lead, 3 課長 次長 副部長 部長代理 manager,
 * 4 部長 director/head, 5 本部長 VP, 6 役員 取締役 社長 C-level. */
int lead_seniority(struct str title);

/* ---- view.c: many leads, quickly --------------------------------------- */

/* What the views must carry; gathered from conditions and rules. */
struct lead_needs {
	bool field[LEAD__MAX];
	bool attrs;
	bool events;             /* type and time of all events */
	bool event_attrs;        /* their attrs too (slower) */
	bool segments;           /* which it is in */
	bool history[LEAD__MAX]; /* when they changed */
	bool attr_history;
};
void lead_needs_cond(struct lead_needs *needs, const struct cond *c);

struct lead_view {
	int64_t lead_id;             /* internal; 0 of a record */
	struct cond_subject subject; /* its values are those below; events by
					type, then by time */
	struct cond_value values[LEAD__MAX];
	int64_t next_at; /* when a derived value may be another one, because
			    something dated later than now has come about;
			    INT64_MAX: never */
};

struct lead_views; /* a cursor */
/* Leads with after < lead_id <= last in ascending order, at most `limit`.
 * Events later than moment->now are shown; conditions and rules ignore them by
 * themselves. The snapshot is the caller's transaction. Two ordered scans side
 * by side, no look-up per lead unless fields of the score are needed. */
int lead_views_range(struct store *st, const struct tenant *t,
    const struct lead_needs *needs, const struct cond_moment *moment,
    int64_t after, int64_t last, int64_t limit, struct lead_views **ret,
    struct err *err);
/* The leads given (ascending internal ids); they are what bulk_lead_pick
 * (lead_id) shows in the connection while the cursor is open. */
extern const struct bulk_spec bulk_lead_pick;
int lead_views_of(struct store *st, const struct tenant *t,
    const struct lead_needs *needs, const struct cond_moment *moment,
    const int64_t *leads, size_t count, struct lead_views **ret,
    struct err *err);
int lead_views_next(struct lead_views *v, const struct lead_view **ret,
    struct err *err); /* 1, 0 at the end, -1 */
/* The present lead as it was known at another moment: what is derived from
 * events and time is made anew in the view; stored fields have no past and
 * stay as they are. */
void lead_views_at(struct lead_views *v, int64_t now);
void lead_views_close(struct lead_views *v);
/* every.c: each lead of the tenant, in pages that are snapshots of their own
 * (`who` as in store_begin); or the leads given (ascending), in the caller's
 * transaction. Ends early when each returns -1. */
int lead_views_every(struct store *st, const struct tenant *t,
    const struct lead_needs *needs, const struct cond_moment *moment,
    const char *who,
    int (*each)(void *context, const struct lead_view *view, struct err *err),
    void *context, struct err *err);
int lead_views_these(struct store *st, const struct tenant *t,
    const struct lead_needs *needs, const struct cond_moment *moment,
    const int64_t *leads, size_t count,
    int (*each)(void *context, const struct lead_view *view, struct err *err),
    void *context, struct err *err);
/* The largest internal number in use; 0 without leads. */
int lead_last(
    struct store *st, const struct tenant *t, int64_t *ret, struct err *err);
/* bind.c: tells a condition the numbers a tenant's store uses for event types
 * and segments; one that is not there is a located error. */
int lead_bind(
    struct store *st, const struct tenant *t, struct cond *c, struct err *err);
/* One name: its number, -1 when no event of it was ever stored. */
int lead_type_find(struct store *st, const struct tenant *t, struct str name,
    int64_t *ret, struct err *err);

/* value.c: a value as JSON. */
void lead_put_value(struct json_writer *w, const struct cond_value *v);

/* ---- record_view.c: leads that come as records -------------------------- */

/* Names of event types and their numbers, where there is no store. Grows. */
struct lead_types;
struct lead_types *lead_types_new(void);
void lead_types_free(struct lead_types *types);
int64_t lead_type_number(struct lead_types *types, struct str name);
void lead_bind_types_of(struct lead_types *types, struct cond *c);
/* What only a store knows, such as segments, cannot be asked of a record: an
 * error that says so. */
int lead_check_of_record(const struct cond *c, struct err *err);
/* A view of a record that carries its own facts: standard fields by name
 * ("lead" is "id"), "attrs" and all else attributes, events as
 * "events":[{"type":…,"time":…}]. A number, time or truth that is none
 * and malformed events are an error, empty text there is missing. Lives as long
 * as record and arena. `needs`, when not NULL, says what will be looked at:
 * other fields are not read, whatever they hold. It went through
 * lead_needs_derived. */
int lead_view_of_record(const struct record *r, struct lead_types *types,
    const struct cond_moment *moment, const struct lead_needs *needs,
    struct arena *arena, struct lead_view *ret, struct err *err);
/* Adds what the fields that are derived follow from. */
void lead_needs_derived(struct lead_needs *needs);
/* An event as a record: type, time (or at), attrs or any other members. Kept
 * in the arena. *ret_lead is its lead, id or email, whichever is there. */
int lead_event_of_record(const struct record *r, struct lead_types *types,
    const struct cond_moment *moment, struct arena *arena,
    struct cond_event *ret, struct str *ret_lead, struct err *err);
/* Gives the view more events (kept in arena) and derives anew. */
void lead_view_add_events(struct lead_view *view, struct lead_types *types,
    const struct cond_moment *moment, const struct cond_event *events,
    size_t count, struct arena *arena);

/* ---- stream.c: leads that come as files --------------------------------- */

struct lead_stream {
	char *const *paths; /* of leads; none: standard input */
	size_t path_count;
	const char *encoding; /* any iconv knows; NULL is UTF-8 */
	/* A file of events, each with its lead's id or e-mail; NULL: none. */
	const char *events;
	bool want_events; /* a lead without any "events" is refused... */
	bool no_events;   /* ...unless that means nothing happened to it */
	const struct lead_needs *needs; /* of the views; NULL: all */
	struct lead_types *types;
	struct cond_moment moment;
	struct remarks *remarks; /* about files */
	struct remarks *refused; /* every record that was refused */
	const char *rejects;     /* file for these records; NULL: none */
	/* Called first where there is a header, with a record in which all is
	 * missing; or NULL. */
	int (*header)(
	    void *context, const struct record *record, struct err *err);
	/* Called for each lead: 1 when it goes on from here, 0 when it does
	 * not, -1. */
	int (*each)(void *context, const struct record *record,
	    const struct lead_view *view, struct err *err);
	void *context;
};
struct lead_streamed {
	struct record_counts counts; /* unchanged: those that do not go on */
	uint64_t events_left;        /* events whose lead never came */
};
int lead_stream(
    const struct lead_stream *s, struct lead_streamed *ret, struct err *err);

/* ---- row.c: what is stored of one lead --------------------------------- */

#define LEAD_STORED  (LEAD_CONVERTED + 1) /* the fields a row holds */
#define LEAD_MISSING INT64_MIN            /* a missing number or time */

/* ---- columns.c: what columns of files are called ------------------------- */

/* The field's own name, and other names that lists have, Japanese ones too. */
struct lead_column {
	const char *name;        /* NULL: does not come from files */
	const char *const *also; /* NULL, or ended by NULL */
};
extern const struct lead_column lead_columns[LEAD_STORED]; /* by lead_field */
enum lead_event_column {
	EVENT_ID,
	EVENT_LEAD,
	EVENT_EMAIL,
	EVENT_TYPE,
	EVENT_TIME,
	EVENT__MAX
};
extern const struct lead_column lead_event_columns[EVENT__MAX];
/* The column a header stands for: its name in any case, then one of the other
 * names; without the blanks around it. SIZE_MAX: none. */
size_t lead_column_find(
    const struct lead_column *columns, size_t count, struct str name);

/* ---- values.c: what lists write in them ---------------------------------- */

/* A number with full-width or grouped digits, as JSON writes it (digits as
 * given, in arena); "226", "1,000", "226.0", and people counted: "1,000名". */
bool lead_read_number(struct str text, struct arena *arena, struct str *ret);
bool lead_read_integer(struct str text, struct arena *arena, int64_t *ret);
/* Beyond ISO 8601, what Japanese tables write: 2026/1/5 9:30, 2026年1月5日. Day
 * and month never change places in these. */
bool lead_read_time(struct str text, const struct zone *zone,
    struct arena *arena, int64_t *ret);
/* true, yes, on, 1, はい, 有, あり and their opposites. */
bool lead_read_truth(struct str text, struct arena *arena, bool *ret);

/* The type of a stored field: TEXT in text[], LIST in text[] as a JSON array
 * (sorted, no element twice), NUMBER, TIME and BOOL in number[]. */
struct lead_row {
	int64_t lead_id; /* 0: not stored yet */
	struct str text[LEAD_STORED];
	int64_t number[LEAD_STORED];
	struct str email_key; /* normalised e-mail or missing */
	struct str attrs;     /* JSON object, keys in byte order, or missing */
};
/* One field's new value; missing clears it. */
struct lead_change {
	enum lead_field field;
	struct str text;
	int64_t number;
};
struct lead_patch {
	const struct lead_change *change;
	size_t count;
	/* JSON object, keys in byte order; null takes a key away; or missing */
	struct str attrs;
};
void lead_row_init(struct lead_row *row);
/* Fields not named stay, attributes are merged by key. True when the row is
 * another one then; *ret_changed (may be NULL) gets a bit per changed field,
 * bit LEAD_STORED for attrs. Texts are borrowed from the patch; what must be
 * made is made in arena. */
bool lead_row_apply(struct lead_row *row, const struct lead_patch *patch,
    struct arena *arena, uint64_t *ret_changed);
/* Rows by their internal numbers or by what users call them or by normalised
 * e-mail; each is called for each lead found, with texts in arena. `keys` is a
 * bulk_lead_key: seq, key (text) or lead_id; each gets the seq. */
extern const struct bulk_spec bulk_lead_key;
enum lead_key { LEAD_KEY_NUMBER, LEAD_KEY_ID, LEAD_KEY_EMAIL };
int lead_rows_find(struct store *st, const struct tenant *t, enum lead_key by,
    struct bulk *keys, struct arena *arena,
    int (*each)(void *context, int64_t seq, const struct lead_row *row,
	struct err *err),
    void *context, struct err *err);
/* The same for numbers only: ret[seq] = lead_id where one was found. Of several
 * with one e-mail the one whose id comes first. With ids also ids[seq], in
 * arena; both may be NULL. */
int lead_numbers_find(struct store *st, const struct tenant *t,
    enum lead_key by, struct bulk *keys, int64_t *ret, struct str *ids,
    struct arena *arena, struct err *err);
/* A bulk_lead of rows to be stored; computes the folded text. */
extern const struct bulk_spec bulk_lead;
void lead_bulk_add(struct bulk *b, const struct lead_row *row);
/* In a change transaction. New rows need a lead_id (store_numbers "lead"). */
int lead_bulk_insert(
    struct store *st, const struct tenant *t, struct bulk *b, struct err *err);
int lead_bulk_update(
    struct store *st, const struct tenant *t, struct bulk *b, struct err *err);
/* Puts leads into stages (missing: none); in a change transaction. That their
 * stages changed is recorded as below. */
extern const struct bulk_spec bulk_lead_stage;
int lead_stages_set(struct store *st, const struct tenant *t, int64_t now,
    struct bulk *stages, struct err *err);
/* past.c: that fields of a stored lead changed, for conditions that ask when:
 * `changed` as lead_row_apply tells it, the attributes before and after. What
 * updates a row stores these in the same transaction; what makes one has
 * none. */
extern const struct bulk_spec bulk_field_change;
void lead_changes_add(struct bulk *b, int64_t lead, uint64_t changed,
    struct str attrs_before, struct str attrs_after, int64_t at);
int lead_changes_store(
    struct store *st, const struct tenant *t, struct bulk *b, struct err *err);
/* The id of a lead known by its e-mail only: "e" and 16 hex digits. */
void lead_id_of_email(struct str email_key, char ret[18]);

/* attrs.c: attributes as text. A JSON object with its keys in byte order and
 * no white space between members; values as written. */
struct lead_attr {
	struct str key, json;
};
/* Sorts; of equal keys the last counts. Missing when count is 0. */
struct str lead_attrs_make(
    struct arena *arena, struct lead_attr *attr, size_t count);
/* b over a; null in b takes the key away; missing when nothing is left. */
struct str lead_attrs_merge(struct arena *arena, struct str a, struct str b);
/* "…" of a name of an attribute: UTF-8, no controls, 1..200 bytes. */
bool lead_attr_name_ok(struct str name);
/* Sorted, without blanks around and doubles, as a JSON array; missing when
 * nothing is left. */
struct str lead_tags_make(struct arena *arena, struct str *tag, size_t count);

/* ---- event.c: what happened -------------------------------------------- */

/* Event types of a tenant's store by name; remembers what it has seen. In a
 * change transaction when the name may be new. lead_event_types_forget after
 * a rollback. */
struct lead_event_types;
struct lead_event_types *lead_event_types_new(
    struct store *st, const struct tenant *t);
void lead_event_types_free(struct lead_event_types *types);
int lead_event_type(struct lead_event_types *types, struct str name,
    int64_t *ret, struct err *err);
void lead_event_types_forget(struct lead_event_types *types);
/* All of them, in any order. */
int lead_event_types_each(struct store *st, const struct tenant *t,
    void (*each)(void *context, int64_t number, struct str name), void *context,
    struct err *err);
/* seq, event_id, lead_id, type_id, at, attrs; no event_id twice. */
extern const struct bulk_spec bulk_event;
struct lead_events_done {
	int64_t new, same, different;
};
/* Stores those whose id is new: what is stored wins. each(seq, same) tells of
 * rows that were there already, same when nothing about them differs. Unless
 * `exact`, which is slower, it may leave out those that are the same when
 * others are new. each may be NULL. The caller marks the leads of what is new.
 */
int lead_events_insert(struct store *st, const struct tenant *t,
    struct bulk *events, bool exact, struct lead_events_done *ret,
    int (*each)(void *context, int64_t seq, bool same, struct err *err),
    void *context, struct err *err);
/* Types that may be stored: 1..100 bytes of UTF-8 without controls. */
bool lead_event_type_ok(struct str name);

/* ---- find.c, change.c: one lead ---------------------------------------- */

/* By id, else by normalised e-mail: 1 found, 0 not, -1. */
int lead_find(struct store *st, const struct tenant *t, struct str who,
    int64_t *ret_lead, struct err *err);
/* The same, and 0 is an error that says how to search. */
int lead_need(struct store *st, const struct tenant *t, struct str who,
    int64_t *ret_lead, struct err *err);
/* The leads of several names, ascending, each once; more may follow. The list
 * is the caller's to free. Zero-initialise. */
struct lead_list {
	int64_t *lead;
	size_t count;
};
int lead_list_need(struct store *st, const struct tenant *t,
    const char *const *names, size_t count, struct lead_list *list,
    struct err *err);
/* Leads whose name, company, e-mail or id contains the text, whatever its case
 * and width, in the order of their ids; at most limit. Each gets
 * {"lead","email","name","company","title"}. */
int lead_search(struct store *st, const struct tenant *t, struct str text,
    int64_t limit, int (*each)(void *context, struct str line, struct err *err),
    void *context, int64_t *ret_count, struct err *err);
/* Names of leads, ids or e-mail addresses, that stand somewhere.
 * Zero-initialise; all that is added is copied. */
struct lead_name {
	struct str text;
	struct place place; /* file NULL: nowhere */
};
struct lead_names {
	struct lead_name *name;
	size_t count, cap;
	uint64_t rejected; /* records that name none */
	struct arena arena;
};
void lead_names_add(
    struct lead_names *names, struct str name, struct place place);
/* Those that the records of one input have as "lead", "id" or "email", the
 * first of these that is there. A record without is a remark. */
int lead_names_read(const char *path, struct remarks *remarks,
    struct lead_names *names, struct err *err);
void lead_names_release(struct lead_names *names);
int lead_row_read(struct store *st, const struct tenant *t, int64_t lead,
    struct arena *arena, struct lead_row *ret, struct err *err);
/* A value as a user types it ("1,000", "2026-04-01", "a,b") into a change;
 * empty clears. ERR_USAGE names the field. */
int lead_change_parse(const struct tenant *t, struct str field,
    struct str value, struct arena *arena, struct lead_change *ret,
    struct err *err);
/* Members of one lead's stored fields, those that are not missing. */
void lead_row_put(const struct lead_row *row, struct json_writer *w);
/* Sets fields ("company=株式会社A", "attrs.予算=あり", "tags=a,b", "owner=" for
 * missing) in the caller's change transaction; marks the lead, audits. Appends
 * {"lead":…,"field":…,"old":…,"new":…} lines to changes. */
int lead_set(struct store *st, const struct tenant *t, int64_t lead,
    const char *const *assignments, size_t count, const char *who, int64_t now,
    struct buf *changes, struct err *err);
/* Puts tags on or takes them off, in the same way. */
int lead_tag(struct store *st, const struct tenant *t, int64_t lead, bool on,
    const char *const *tags, size_t count, const char *who, int64_t now,
    struct buf *changes, struct err *err);

/* ---- person.c: everything about one person ----------------------------- */

/* One JSON object: fields, events, assessments, score and its history,
 * signals, queue; by outside ids. */
int lead_person(struct store *st, const struct tenant *t, int64_t lead,
    struct buf *ret, struct err *err);
/* The same for somebody who asked: who looked is part of the audit, so this is
 * a change. */
int lead_disclose(struct store *st, const struct tenant *t, int64_t lead,
    const char *who, int64_t now, struct buf *ret, struct err *err);
/* draw_person.c: what lead_person (or score_person) made, on one screen: the
 * latest `events` of them. */
int lead_draw_person(const struct tenant *t, struct str person, int64_t events,
    size_t columns, struct buf *out, struct err *err);
/* Deletes the lead and all that hangs on it, in the caller's change
 * transaction; audited without personal data. store_scrub() afterwards takes
 * it from free pages. *ret_rows counts what went; a line
 * {"lead":…,"change":"erased","rows":N} is added. */
int lead_erase(struct store *st, const struct tenant *t, int64_t lead,
    const char *who, int64_t now, struct buf *lines, int64_t *ret_rows,
    struct err *err);
/* Grows with each erasure: numbers found before may be of erased leads. */
int lead_erasures(
    struct store *st, const struct tenant *t, int64_t *ret, struct err *err);

/* ---- tell.c: a lead as words for people --------------------------------- */

/* All fields and attributes, for lead_view_put. */
void lead_needs_all(struct lead_needs *needs);
/* Those that are not missing, under their names and in the catalogue's order,
 * and "attrs": members of an object that is open. */
void lead_view_put(const struct lead_view *view, struct json_writer *w);
/* Appends an object of these, and who takes care of the lead, as member_read
 * has it: only an e-mail when it is nobody of the tenant's, nothing without an
 * owner. In the caller's snapshot or change. */
int lead_tell(struct store *st, const struct tenant *t, int64_t lead,
    const struct cond_moment *moment, struct buf *ret_lead,
    struct buf *ret_owner, struct err *err);

/* ---- dump.c, check.c: all of a tenant ----------------------------------- */

/* NDJSON lines in canonical order: two stores that hold the same dump the same
 * bytes, whatever order or interruptions brought it there. Without audit,
 * leases, queues and internal numbers. The caller holds a snapshot. */
int lead_dump(struct store *st, const struct tenant *t,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err);
/* What must be true of a tenant's rows and is not; each finding a remark. */
int lead_check(struct store *st, const struct tenant *t,
    struct remarks *findings, struct err *err);
/* One JSON object: the store's own numbers and those of its tenants. */
int lead_store_stats(struct store *st, struct buf *out, struct err *err);
/* How many of what a tenant has, as members of the open object. */
int lead_stats(struct store *st, const struct tenant *t, struct json_writer *w,
    struct err *err);

#endif
