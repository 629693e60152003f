/* SPDX-License-Identifier: ISC */
/*
 * Shared by the files of the room import.
 *
 * A record becomes an item in three steps: the plan (which columns of this
 * shape feed which slot), the reading of values (text into number, time, ...),
 * the making of what the kind of import stores. That is the reading thread's
 * part; the rest, everything that looks at the store, is the applying thread's.
 */
#ifndef DL_IMPORT_PRIV_H
#define DL_IMPORT_PRIV_H

#include "import/import.h"

/* ---- map.c -------------------------------------------------------------- */

enum value_type {
	AS_GIVEN, /* attributes: text stays text, JSON values stay */
	AS_TEXT,
	AS_EMAIL,
	AS_INTEGER,
	AS_NUMBER,
	AS_TIME,
	AS_BOOL,
	AS_LIST,
	AS_JSON,
	AS__MAX
};

/* What a record of one kind of import may hold: the columns' names, by which
 * the slots are numbered, and what their values are. */
struct slots {
	const struct lead_column *column;
	const enum value_type *type;
	size_t count;
};
const struct slots *slots_of(enum import_what what);
#define SLOT_NONE SIZE_MAX
/* Fields that are computed here and are not taken from files. */
bool column_is_computed(struct str name);

enum assessment_slot {
	RUN_ID,
	RUN_LEAD,
	RUN_EMAIL,
	RUN_NAME,
	RUN_STARTED,
	RUN_HALF,
	RUN_COMPLETED,
	RUN_PROGRESS,
	RUN_RESULT,
	RUN_ANSWERS
};

enum rule_source { FROM_COLUMNS, FROM_HASH, FROM_LINE, FROM_CONSTANT };

struct replacement {
	struct str from;
	struct field to; /* its type and text; MISSING: treat as missing */
};

/* How one slot or attribute comes to its value. */
struct rule {
	size_t slot;     /* SLOT_NONE: an attribute */
	struct str attr; /* its name */
	enum rule_source source;
	struct str *column;
	size_t columns;
	struct str join, prefix;
	struct field constant;
	enum value_type type;
	struct str *format; /* of times; none: the usual forms */
	size_t formats;
	const struct zone *zone;
	struct str split;
	struct replacement *value;
	size_t values;
	bool has_otherwise;
	struct field otherwise;
	struct str *missing, *yes, *no;
	size_t missings, yesses, noes;
};

/* Events that columns of a lead stand for. */
struct event_rule {
	struct str type;
	struct rule time;
	bool has_count, has_when;
	struct rule count;
	struct rule when; /* a BOOL: whether it happened */
	struct rule *attr;
	size_t attrs;
};

struct import_map {
	enum import_what what;
	struct arena arena;
	struct rule *rule;
	size_t rules;
	struct event_rule *event;
	size_t events;
	bool rest_ignored;
	struct str *ignore;
	size_t ignores;
	struct str *missing; /* in every column */
	size_t missings;
	const struct zone *zone;
	struct rule *typed; /* columns of the rest with a type of their own */
	size_t typeds;
};

int map_of_document(const struct json *doc, enum import_what what,
    const struct tenant *t, struct import_map **ret, struct err *err);

/* ---- value.c ------------------------------------------------------------ */

enum value_state { VALUE_ABSENT, VALUE_CLEAR, VALUE_SET };
struct value {
	enum value_state state;
	struct str text; /* TEXT, EMAIL; NUMBER as JSON; LIST, JSON, and
			    AS_GIVEN as JSON */
	struct str key;  /* EMAIL normalised */
	int64_t number;  /* INTEGER, TIME, BOOL */
};
/* Reads one field by its rule. False: *reason says why not (in arena). */
bool value_read(const struct import_map *map, const struct rule *rule,
    const struct field *field, struct arena *arena, struct value *ret,
    struct str *reason);
/* A JSON text kept in the arena; arrays and objects without the white space in
 * them, so that one who has them laid out and one who has not say the same, on
 * one line. */
struct str value_json_kept(struct arena *arena, struct str json);
/* A value as JSON, for attributes. */
struct str value_json(
    const struct rule *rule, const struct value *v, struct arena *arena);

/* ---- plan.c ------------------------------------------------------------- */

struct plan; /* what the columns of the present shape feed */
struct plan *plan_new(const struct import_map *map);
void plan_free(struct plan *plan);
/* At the end: columns the map names and no record had, misspelt perhaps. */
void plan_tell_unmet(const struct plan *plan, struct remarks *remarks);

/* One record with its values read. Slots by number; attrs as text. */
struct reading {
	struct value slot[LEAD_STORED];
	struct str attrs; /* JSON object or missing */
	struct derived_event {
		struct str type, attrs;
		int64_t at, count;
	} * event;
	size_t events;
};
/* False: *reason. remarks get what is noticed once per shape. */
bool plan_read(struct plan *plan, const struct record *record,
    struct remarks *remarks, struct arena *arena, struct reading *ret,
    struct str *reason);

/* ---- batch.c ------------------------------------------------------------ */

struct lead_in {
	struct str id, email_key; /* either may be missing */
	struct lead_patch patch;
	struct derived_event *event;
	size_t events;
};
struct event_in {
	struct str id;   /* p NULL: made once the lead is known */
	bool id_made;    /* it was */
	struct str ref;  /* the lead's id, or its normalised e-mail */
	struct str mail; /* the e-mail as given, when ref is one */
	struct str type, attrs;
	int64_t at;
	int64_t lead;                 /* 0: not found yet */
	const struct lead_row *owner; /* of events that come with a lead */
};
struct run_in {                /* through an assessment */
	struct event_in event; /* id, ref, mail */
	struct str name, result, answers;
	int64_t started, half, completed, progress; /* LEAD_MISSING */
};
struct item {
	struct place place;
	struct str reason;           /* p set: rejected */
	const struct record *record; /* for the rejects file, or NULL */
	const struct record_reject *raw;
	union {
		struct lead_in *lead;
		struct event_in *event;
		struct run_in *run;
	} in;
};
struct batch {
	struct arena arena;
	struct item *item;
	size_t count, cap;
	/* How to apply them: first `sorted` ones without two of one id, by
	 * lead; the others as they came. */
	struct item **order;
	size_t order_cap, sorted;
	uint64_t part, whole; /* progress of the reader behind it */
	int64_t erasures;     /* when leads were looked up */
	bool looked_up, last;
	struct noted { /* remarks of the reader */
		struct place place;
		struct str text;
	} * noted;
	size_t noteds, noted_cap;
};

struct feeder; /* the reading thread */
/* look: leads are looked up ahead. */
int feeder_start(const struct import_run *run, char *const *paths, size_t count,
    const struct record_input *input, bool look, struct feeder **ret,
    struct err *err);
/* 1 a batch, 0 the end, -1. Waits; gives up when run->stop says so (0). The
 * batch before is given back. */
int feeder_next(struct feeder *f, struct batch **ret, struct err *err);
/* True when the next batch is there already. */
bool feeder_ready(struct feeder *f);
void feeder_stop(struct feeder *f); /* NULL is fine */

/* make.c: what a reading becomes. False: *reason. */
bool make_item(const struct import_run *run, const struct reading *r,
    struct arena *arena, struct item *ret, struct str *reason);

/* The id of an event that has none: known by what it says of the lead with that
 * id (however it names it), its time leading so that ids grow as time does;
 * number tells equal ones apart. */
struct str event_content_id(const struct event_in *in, struct str lead,
    int64_t number, struct arena *arena);

/* ---- run.c -------------------------------------------------------------- */

struct importer {
	const struct import_run *run;
	/* Where it is applied: the run's, or those of a dry run. */
	struct store *st;
	const struct tenant *t;
	struct tenant own;
	struct import_done done, committed;
	struct buf changes; /* lines since the last commit */
	struct lead_event_types *types;
	struct lead_state *leads;
	struct event_state *events;
	char *first_early_type, *first_early_ref;
	int64_t first_early_at;
	struct arena *arena; /* of the batch: reasons */
	bool sorted;         /* the slice is from the sorted part */
	bool want_changes;
	FILE *spool;
	size_t applied; /* items in the open transaction */
	size_t slice;   /* how many to apply next */
	int64_t slice_began;
	int64_t erasures; /* when it began */
};

/* dry.c: a store of its own for a dry run; in a run that stores, all of this
 * does nothing but open and close. */
int dry_open(struct importer *im, struct err *err);
void dry_close(struct importer *im);
/* Around a slice, which sees one moment of the real store. */
int dry_begin(struct importer *im, struct err *err);
void dry_end(struct importer *im);
/* Before these are looked up: what the real store has of them comes over,
 * except what came or was made before. Leads by a bulk_lead_key; those that
 * events speak of; events by a bulk_event with seq into event[], assessments by
 * a bulk_assessment with seq into run[]. */
int dry_fetch_leads(
    struct importer *im, enum lead_key by, struct bulk *keys, struct err *err);
int dry_fetch_leads_of(struct importer *im, struct event_in *const *event,
    size_t count, struct err *err);
int dry_fetch_events(struct importer *im, struct event_in *const *event,
    struct bulk *events, struct err *err);
int dry_fetch_runs(struct importer *im, struct run_in *const *run, size_t count,
    struct bulk *keys, struct err *err);

/* leads.c, events.c, runs.c: apply a slice of items in the open transaction;
 * rejected ones get their reason. */
int leads_apply(
    struct importer *im, struct item **item, size_t count, struct err *err);
int events_apply(
    struct importer *im, struct item **item, size_t count, struct err *err);
int runs_apply(
    struct importer *im, struct item **item, size_t count, struct err *err);
void leads_free(struct lead_state *s);
void events_free(struct event_state *s);

/* lookup.c: the numbers of the leads that event_in speak of. Distinct leads
 * are looked up once, in the order of their ids. Those not found stay 0. Events
 * without an id get theirs now, in arena. */
int lookup_leads(struct store *st, const struct tenant *t,
    struct event_in **event, size_t count, struct arena *arena,
    struct err *err);
/* Gives new leads their numbers, stores and marks them, and says that they
 * were created. */
int store_new_leads(struct importer *im, struct lead_row *const *row,
    size_t count, struct err *err);
/* Makes the leads that are still 0, known by no more than their id or e-mail.
 */
int create_leads(struct importer *im, struct event_in **event, size_t count,
    struct err *err);
/* Sorts them by their ids and keeps one of each; how many those are. */
size_t distinct_events(struct event_in **event, size_t count);
/* Stores events whose lead and id are known and marks their leads. `each` as
 * for lead_events_insert; index is into event[]. */
int store_events(struct importer *im, struct event_in **event, size_t count,
    bool exact, struct lead_events_done *ret,
    int (*each)(void *context, int64_t index, bool same, struct err *err),
    void *context, struct err *err);

#endif
