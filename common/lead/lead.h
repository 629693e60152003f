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
	bool events;      /* type and time of all events */
	bool event_attrs; /* their attrs too (slower) */
};
void lead_needs_cond(struct lead_needs *needs, const struct cond *c);

struct lead_view {
	int64_t lead_id; /* internal */
	struct cond_subject subject;
	struct cond_value values[LEAD__MAX];
};

struct lead_views; /* a cursor */
/* Leads with lead_id > after in ascending order, at most `limit`. Events later
 * than moment->now are shown; conditions and rules ignore them by themselves.
 * The snapshot is the caller's transaction. */
int lead_views_range(struct store *st, const struct tenant *t,
    const struct lead_needs *needs, const struct cond_moment *moment,
    int64_t after, int64_t limit, struct lead_views **ret, struct err *err);
/* The leads given (ascending internal ids). */
int lead_views_of(struct store *st, const struct tenant *t,
    const struct lead_needs *needs, const struct cond_moment *moment,
    const int64_t *leads, size_t count, struct lead_views **ret,
    struct err *err);
int lead_views_next(struct lead_views *v, const struct lead_view **ret,
    struct err *err); /* 1, 0 at the end, -1 */
void lead_views_close(struct lead_views *v);

/* A view of a record that carries its own facts (dl-score filter): standard
 * fields by name, all else attributes, "events":[{type,time,…}] if present.
 * `types` interns event type names to numbers. */
struct lead_types; /* names <-> numbers, grows */
struct lead_types *lead_types_new(void);
void lead_types_free(struct lead_types *types);
int64_t lead_type_number(struct lead_types *types, struct str name);
int lead_view_of_record(const struct record *r, struct lead_types *types,
    const struct cond_moment *moment, struct arena *arena,
    struct lead_view *ret, struct err *err);
/* Tells a condition the numbers a tenant's store (or `types`) uses. */
int lead_bind_types(
    struct store *st, const struct tenant *t, struct cond *c, struct err *err);
void lead_bind_types_of(struct lead_types *types, struct cond *c);

/* ---- find.c, change.c: one lead ---------------------------------------- */

/* By id, else by normalised e-mail: 1 found, 0 not (a message suggests
 * `dl-lead search`), -1. */
int lead_find(struct store *st, const struct tenant *t, struct str who,
    int64_t *ret_lead, struct err *err);
/* Sets fields ("company=株式会社A", "attrs.予算=あり", "tags=a,b", "owner=" for
 * missing) in the caller's change transaction; marks the lead, audits. Appends
 * {"lead":…,"field":…,"old":…,"new":…} lines to changes. */
int lead_set(struct store *st, const struct tenant *t, int64_t lead,
    const char *const *assignments, size_t count, const char *who, int64_t now,
    struct buf *changes, struct err *err);

#endif
