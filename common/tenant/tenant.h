/* SPDX-License-Identifier: ISC */
/*
 * tenant: whose data it is. Tenants and their settings, their people, and the
 * audit of who did what. Every other domain room takes a const struct tenant *
 * and filters by its id.
 *
 * Ownership: a struct tenant owns all it points to; tenant_free() frees it.
 */
#ifndef DL_TENANT_H
#define DL_TENANT_H

#include "base/base.h"
#include "cond/cond.h"
#include "json/json.h"
#include "store/store.h"

/* quiet.c: when nobody is to be disturbed, by the clock on the wall:
 * "21:00-08:00,sat-sun,mon-fri 12:00-13:00"; hours of a day that end before
 * they begin end on the next day; "none". Zeroed: never. */
struct quiet {
	uint8_t minute[7 * 24 * 60 / 8]; /* a bit each, from Monday 00:00 */
	bool any;
};
/* ERR_USAGE names `what` it is, also when no minute of the week is left. */
int quiet_parse(
    const char *what, struct str text, struct quiet *ret, struct err *err);
void quiet_join(struct quiet *q, const struct quiet *other); /* and these */
/* The first moment from `at` on that is not quiet; 0: that is `at` itself;
 * INT64_MAX: never. */
int64_t quiet_until(const struct quiet *q, const struct zone *z, int64_t at);

/* rate.c: at most so many in so much time: "10/1s, 500/1h". */
enum { RATES_MOST = 4 }; /* of one text */
struct rate {
	int64_t count, span; /* span in ms */
};
struct rates {
	struct rate rate[2 * RATES_MOST]; /* all of them hold */
	size_t count;                     /* 0: no limit */
};
/* ERR_USAGE names `what` it is. */
int rates_parse(
    const char *what, struct str text, struct rates *ret, struct err *err);
/* Those of another text hold as well. */
void rates_join(struct rates *all, const struct rates *other);

/* settings.c. Settings: a JSON document in the store; what is not set has its
 * default. Names, defaults and meanings stand in one table, which also drives
 * `dl-db tenant set` and its help. */
struct tenant_settings {
	int64_t hot_threshold; /* 80: a score from here up is hot */
	int64_t hot_margin;    /* 10: falling this far below re-arms */
	int64_t hot_rearm;     /* 7d in ms: so does this long since the last */
	int64_t band_warm;     /* 31: cold below, warm from here */
	int64_t band_hot;      /* 61 */
	int64_t priority_critical; /* 90, and hot */
	int64_t priority_high;     /* 80 */
	int64_t priority_medium;   /* 60 */
	char **conversion_events;  /* NULL-terminated; {"deal_won"} */
	char *conversion_json;     /* the same as a JSON array */
	char *zone_name;           /* "Asia/Tokyo" */
	const struct zone *zone;
	char *locale;        /* "ja" or "en" */
	char *plan;          /* "professional" */
	char *working_hours; /* "09:00-18:00"; the same in ms of the day: */
	int64_t opens, closes;
	char *working_days_text; /* "mon,tue"; bits 1 Monday .. 7 Sunday: */
	unsigned working_days;
	char *due_clock; /* "clock" or "working" */
	char *quiet_hours;
	struct quiet quiet; /* the same */
	/* Hosts that channels which ask the web may ask, beside what the
	 * operator says: "any", "none", or names with commas; ".example.jp"
	 * means those below, not itself. */
	char *webhook_hosts;
	char **hosts; /* the same, NULL-terminated; NULL: any */
	/* goal.NAME=NUMBER, feature.NAME=on|off, quiet.NAME=HOURS and
	 * per_recipient.NAME=RATES live in the document, family.c. */
};
/* "name  default  meaning" of every setting, one a line. */
void tenant_settings_help(struct buf *out);

struct tenant {
	int64_t id;
	char *name;
	int64_t created_at;
	struct tenant_settings settings;
	char *document; /* the settings as stored */
};

/* name NULL: the only tenant there is; with none or several an ERR_USAGE that
 * lists them. The store works for this tenant from now on (store_tenant). */
int tenant_open(
    struct store *st, const char *name, struct tenant **ret, struct err *err);
/* One with every setting at its default and the id 0, for work without a
 * store. */
struct tenant *tenant_default(void);
void tenant_free(struct tenant *t);
/* In a change transaction of the caller, with their audit row. */
int tenant_add(struct store *st, const char *name, const char *who, int64_t now,
    struct err *err);
/* "KEY=VALUE": checked against the table of settings; an empty VALUE goes
 * back to the default. t follows; appends
 * {"tenant":…,"setting":…,"old":…,"new":…} to changes unless it was so. */
int tenant_set(struct store *st, struct tenant *t, const char *assignment,
    const char *who, int64_t now, struct buf *changes, struct err *err);
/* The store works for each tenant while it is looked at, and for none after. */
int tenant_list(struct store *st,
    int (*each)(void *context, const struct tenant *t, struct err *err),
    void *context, struct err *err);
/* The same with tenant_json() of each. */
int tenant_lines(struct store *st,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err);
/* name, created_at and every setting with its value in force, as JSON. */
void tenant_json(const struct tenant *t, struct buf *out);
/* family.c. */
/* Calls each goal, by name. */
int tenant_goals(const struct tenant *t,
    int (*each)(void *context, const char *name, double goal, struct err *err),
    void *context, struct err *err);
/* A goal's number; false when there is none of the name. */
bool tenant_goal(const struct tenant *t, const char *name, double *ret);
/* Whether a feature is on: feature.NAME, else by plan. */
bool tenant_feature(const struct tenant *t, const char *feature);
/* ERR_USAGE naming the feature and how to switch it on, when it is off. */
int tenant_require(
    const struct tenant *t, const char *feature, struct err *err);
/* Of a channel: its own, else those of the tenant, which are not the inbox's.
 */
void tenant_quiet(
    const struct tenant *t, struct str channel, struct quiet *ret);
/* How many messages of a channel one recipient gets at most. */
void tenant_per_recipient(
    const struct tenant *t, struct str channel, struct rates *ret);

/* Bands and priorities of a score: static names. */
const char *tenant_band(const struct tenant *t, int64_t score);
const char *tenant_priority(const struct tenant *t, int64_t score, bool hot);
/* now, zone and the numbers and texts the lead catalogue's tokens stand for:
 * @n0 band_warm, @n1 band_hot, @n2 critical, @n3 high, @n4 medium,
 * @t0 conversion events as a JSON array (in t's memory). */
struct cond_moment tenant_moment(const struct tenant *t, int64_t now);

/* member.c: the tenant's people. member_set takes "KEY=VALUE" with name, role,
 * region, manager, active; an empty value takes it away. */
struct member {
	struct str email, name, role, region, manager;
	bool active;
};
int member_add(struct store *st, const struct tenant *t, const struct member *m,
    const char *who, int64_t now, struct err *err);
int member_set(struct store *st, const struct tenant *t, const char *email,
    const char *assignment, const char *who, int64_t now, struct buf *ret,
    struct err *err); /* *ret: all of it then, as member_json() */
int member_list(struct store *st, const struct tenant *t,
    int (*each)(void *context, const struct member *m, struct err *err),
    void *context, struct err *err);
/* One of them by address, however it is written: appends an object of
 * member_put() with the key "email". 1 found, 0 nobody, -1. */
int member_read(struct store *st, const struct tenant *t, struct str email,
    struct buf *ret, struct err *err);

/* ERR_USAGE, with all there are, for what is no role. */
int member_role_check(struct str role, struct err *err);
/* {"user","name","role","region","manager","active"} */
void member_json(const struct member *m, struct buf *out);
/* Its members, in an object that is open; `key` is what the e-mail is called.
 */
void member_put(const struct member *m, const char *key, struct json_writer *w);
/* member_list with member_json() of each. */
int member_lines(struct store *st, const struct tenant *t,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err);

/* audit.c: in the caller's change transaction. detail is JSON or missing. */
int audit_add(struct store *st, int64_t tenant, int64_t now, const char *who,
    const char *action, struct str object, struct str detail, struct err *err);
/* {"time","user","action","object","detail"} of each, oldest first. */
int audit_lines(struct store *st, const struct tenant *t, int64_t since,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err);

#endif
