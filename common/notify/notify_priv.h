/* SPDX-License-Identifier: ISC */
/* What the files of the room share: channels, items on their way, kinds. */
#ifndef DL_NOTIFY_PRIV_H
#define DL_NOTIFY_PRIV_H

#include "json/json.h"
#include "mail/mail.h"
#include "net/net.h"
#include "notify/notify.h"
#include "template/template.h"

/* ---- channels ----------------------------------------------------------- */

struct channel {
	char *name;
	struct place where;
	const struct kind *kind; /* NULL: not said yet */
	char *url, *from, *reply_to, *hello, *user, *password, *passwordeval,
	    *netrc, *mechanism, *ca_file, *secret, *command;
	char **tenants; /* NULL-terminated; NULL: all */
	bool starttls, private_too, plain_too;
	int64_t sessions, per_session, timeout;
	struct rates rate, per_recipient;
	/* Of mail, one at least. A server's is a channel of its own, of which
	 * only the settings of a server count. */
	struct channel **server;
	size_t servers, server_cap;
};
const struct channel *channel_find(
    const struct notify_channels *c, const struct tenant *t, struct str name);
/* The host of its url, without brackets and port; missing: it has no url. */
struct str channel_host(const struct channel *c);
/* Does a tenant's list let it be used? */
bool channel_allowed(const struct channel *c, const char *const *hosts);
const struct channel *channel_at(const struct notify_channels *c, size_t i);

/* ---- items -------------------------------------------------------------- */

enum outcome {
	OUT_SENT,
	OUT_AGAIN,     /* not now, for its own fault */
	OUT_LATER,     /* not now, for the server's */
	OUT_REFUSED,   /* never */
	OUT_DOUBTFUL,  /* nobody knows */
	OUT_CANCELLED, /* was not begun */
};

struct items { /* a queue */
	struct item *first, **last;
	size_t count;
};
struct item {
	struct outbox_row row; /* in the arena */
	struct arena arena;
	/* What there is to say. */
	struct template_message message; /* the parts */
	struct str lead, owner, data;    /* JSON or missing */
	struct str list, attachments;    /* the same */
	struct items parts;              /* of a digest */
	/* As it goes out. */
	struct buf from, to, body, id;
	struct buf lines[3]; /* of headers */
	const char *headers[5];
	struct smtp_message smtp;
	struct server *server; /* that it went by */
	struct http_request http;
	bool prepared, reserved, claimed;
	bool placed; /* under the limits of its recipient */
	bool over;   /* it will not be begun */
	/* What came of it. */
	enum outcome outcome;
	int code;
	int64_t wait;  /* the server asks for; -1: not said */
	int64_t until; /* not begun: it waits for that moment */
	char answer[500];
	struct item *next;
};

/* ---- kinds -------------------------------------------------------------- */

/* A channel at work. */
struct delivery {
	struct store *store;
	const struct channel *channel;
	const struct tenant *tenant;
	struct template_library *library;
	int64_t now;
	int64_t started; /* on the monotonic clock */
	struct net *net; /* NULL: not needed yet */
	struct servers *servers;
	const char *const *hosts; /* that the tenant lets it ask; NULL: any */
	struct buf login;         /* of a webhook: its header; empty: none */
	int64_t pause;            /* no server may begin one until then; 0 */
	bool trial;               /* no limits */
	struct items done;        /* of kinds that end what they begin */
	char trouble[1200];       /* why no more may begin; "": none */
	/* While something takes long. */
	int (*pulse)(void *context, struct err *err);
	void *context;
};

struct meter;
struct kind {
	const char *name;
	unsigned keys;   /* of the configuration, see channel.c */
	bool inside;     /* what is delivered never leaves the store */
	bool web;        /* it asks a host that the tenant must allow too */
	bool own_faults; /* it says itself when that was enough */
	/* Of attachments: it carries them, or tells of them in a field of their
	 * own; or else, in what it says. */
	enum { ATTACHED_SAID, ATTACHED_LISTED, ATTACHED_CARRIED } attached;
	int (*check)(const struct channel *c, struct err *err);
	int (*open)(struct delivery *d, struct err *err);
	/* -1: this message cannot be sent at all. */
	int (*prepare)(struct delivery *d, struct item *i, struct err *err);
	/* How many may begin now, when `waiting` wait. */
	size_t (*room)(struct delivery *d, size_t waiting);
	void (*start)(struct delivery *d, struct item *i);
	size_t (*busy)(const struct delivery *d);
	struct item *(*done)(struct delivery *d); /* NULL: none */
	/* May all be NULL. Those that may begin now, with their own rates; what
	 * they were granted; and what is to be known of them in other runs, a
	 * text about those that failed. */
	size_t (*meters)(struct delivery *d, struct meter *ret);
	void (*granted)(const struct meter *meters, size_t count);
	int (*settle)(struct delivery *d, struct buf *told, struct err *err);
	void (*close)(struct delivery *d);
};
extern const struct kind kind_inbox, kind_email, kind_slack, kind_teams,
    kind_webhook, kind_exec;
/* For kinds that end what they begin. */
size_t room_for_one(struct delivery *d, size_t waiting);
size_t nothing_busy(const struct delivery *d);
struct item *take_done(struct delivery *d);

/* words.c: the parts of an item, from a template or as they are. */
int item_words(struct delivery *d, struct item *i, struct err *err);
/* What its template is told. */
void item_template_words(
    struct delivery *d, struct item *i, struct template_words *ret);
/* The subject, else the first line of the text; missing: neither. */
struct str item_title(const struct item *i);

/* attachment.c: for a channel that does not carry them, that there are some: at
 * the end of the text. */
int attachments_say(struct delivery *d, struct item *i, struct err *err);
/* Of a message's "attachments", as people read it. */
void attachment_size(const struct json *one, struct buf *out);
/* With their contents, which the buffers own; all released by the caller. */
struct attached {
	struct mail_attachment *one;
	struct buf *content;
	size_t count;
	struct arena arena;
};
int attachments_load(
    struct delivery *d, struct item *i, struct attached *ret, struct err *err);
void attachments_release(struct attached *a);
/* The files a record names, all below an open folder (-1: none). */
int attachments_read(
    struct str files, int folder, struct attached *ret, struct err *err);

/* card.c: bodies of requests. */
int body_slack(struct delivery *d, struct item *i, struct err *err);
int body_teams(struct delivery *d, struct item *i, struct err *err);
int body_plain(struct delivery *d, struct item *i, struct err *err);

/* item.c */
struct item *item_new(const struct outbox_row *row);
/* What an inbox has had, and lost a part of by an erasure: it is to say the
 * rest again, however late, and whatever its reader has muted since. */
bool item_restores(const struct item *i, const struct channel *c);
void item_end(struct item *i, enum outcome outcome, int code, const char *fmt,
    ...) PRINTF_LIKE(4, 5);
/* Why, of one that has not ended. */
void item_say(struct item *i, const char *fmt, ...) PRINTF_LIKE(2, 3);
void item_free(struct item *i);
void items_add(struct items *q, struct item *i);
struct item *items_take(struct items *q);
void items_free(struct items *q);
/* What the ledger says of one that is over, or waits; borrows it. */
struct outbox_end item_verdict(const struct item *i, int64_t now, bool inside);
/* A line about it. */
void item_put(const struct item *i, const struct outbox_end *end,
    const struct channel *c, struct buf *out);

/* pace.c: what was begun lately, against limits */
enum { PACE_MARKS = 64 };
struct pace {
	struct pace_mark {
		int64_t at, count;
	} mark[PACE_MARKS]; /* the oldest first */
	size_t count;
};
/* `at` is not before the newest, or counts as that. */
void pace_add(
    struct pace *p, const struct rates *rates, int64_t at, int64_t count);
/* How many may begin now; and the first moment, from now on, of the next. */
int64_t pace_room(const struct pace *p, const struct rates *rates, int64_t now);
int64_t pace_next(const struct pace *p, const struct rates *rates, int64_t now);
/* From when on it limits nothing. */
int64_t pace_until(const struct pace *p, const struct rates *rates);
void pace_put(const struct pace *p, struct buf *out);
void pace_read(struct pace *p, struct str text, int64_t now);

/* limits.c: the same in the store, by channel, recipient and tenant */
int pace_load(struct store *st, int64_t tenant, struct str whom,
    struct str channel, int64_t now, struct pace *ret, struct err *err);
/* Rows to be saved; in a change transaction. */
struct bulk *pace_rows(void);
void pace_row(struct bulk *b, struct str whom, const struct pace *p,
    const struct rates *rates);
int pace_save(struct store *st, int64_t tenant, struct bulk *rows,
    struct str channel, int64_t now, struct err *err);
/* What has a rate of its own: a channel, then those of its servers that may
 * begin one now. */
struct meter {
	struct str whom;
	const struct rates *rates;
	int64_t most; /* of a server: more it has no room for */
	void *owner;
	/* Out: */
	int64_t got;  /* may begin, and counts as begun */
	int64_t next; /* when it may begin another */
	struct pace pace;
};
/* How many of `want` may begin now: of the channel (meters[0]) that is the sum
 * of its servers. A transaction of its own. */
int limits_take(struct store *st, const struct tenant *t, struct str channel,
    struct meter *meters, size_t count, int64_t clock, size_t want,
    struct err *err);
/* What was begun by each lately: fills in pace. */
int limits_look(struct store *st, const struct tenant *t, struct str channel,
    struct meter *meters, size_t count, int64_t clock, struct err *err);
/* Servers that failed, with how often in a row. */
int aside_load(struct store *st, const struct tenant *t, struct str channel,
    void (*each)(
	void *context, struct str server, int64_t until, int64_t failures),
    void *context, struct err *err);
struct aside {
	struct str server, why;
	int64_t until, failures; /* until 0: it works again */
};
int aside_save(struct store *st, const struct tenant *t, struct str channel,
    const struct aside *all, size_t count, struct err *err);

/* servers.c: the servers of mail, as a kind wants them */
int servers_open(struct delivery *d, struct err *err);
size_t servers_room(struct delivery *d, size_t waiting);
void servers_start(struct delivery *d, struct item *i);
struct smtp_message *servers_done(struct delivery *d);
/* What came of it says something of its server. */
void servers_judge(struct delivery *d, const struct item *i);
size_t servers_busy(const struct delivery *d);
size_t servers_meters(struct delivery *d, struct meter *ret);
void servers_granted(const struct meter *meters, size_t count);
int servers_settle(struct delivery *d, struct buf *told, struct err *err);
void servers_close(struct delivery *d);

/* gate.c: whether it may go out now */
struct gate {
	struct store *store;
	const struct tenant *tenant;
	const struct channel *channel;
	struct quiet quiet;
	struct outbox_preferences *preferences;
	struct rates rates; /* to one recipient */
	struct recipients *recipients;
	struct tenant *fresh; /* as it is now; NULL: not asked */
	bool forbidden;       /* the channel's host, by the tenant's list */
};
/* Reads what people prefer; again, when it was open. */
int gate_open(struct gate *g, struct store *st, const struct tenant *t,
    const struct channel *c, struct err *err);
void gate_close(struct gate *g);
/* *ret_until: 0 when it may, or is over now; else the moment it is to wait
 * for, or to be asked about again. */
int gate_ask(struct gate *g, struct item *i, int64_t clock, int64_t *ret_until,
    struct err *err);
/* Reads again which hosts the tenant allows. */
int gate_hosts(struct gate *g, struct err *err);
const char *const *gate_allows(const struct gate *g);
/* It is over: the tenant does not allow the channel's host. */
void gate_forbids(const struct gate *g, struct item *i);
/* Is it not wanted, or to wait for the end of quiet hours? */
bool gate_refuses(const struct gate *g, const struct item *i, int64_t clock);
/* Messages that are begun count: in the transaction that claims them. */
int gate_count(
    struct gate *g, const struct items *batch, int64_t clock, struct err *err);

/* delivery.c */
/* The moment of the run, and what has passed since it began. */
int64_t delivery_clock(const struct delivery *d);
int delivery_open(struct delivery *d, struct err *err);
void delivery_close(struct delivery *d);
/* Words and wire form. What cannot be said is over: no message stops the
 * others. */
void delivery_prepare(struct delivery *d, struct item *i);
/* What is under way goes on; *ret_happened is set when something has. */
int delivery_serve(struct delivery *d, bool *ret_happened, struct err *err);
/* Until something has happened. */
int delivery_wait(struct delivery *d, size_t waiting, struct err *err);
/* Nothing may begin for so long: until that is over, or something has
 * happened. */
int delivery_pause(struct delivery *d, int64_t ms, struct err *err);

/* drain.c: all there is to deliver. */
enum {
	DRAIN_AHEAD = 500,    /* messages read from the store at a time */
	DRAIN_PATIENCE = 5000 /* ms that a run waits for a place under a limit
			       */
};
struct drain {
	struct store *store;
	const struct tenant *tenant;
	const struct notify_job *job;
	struct notify_done *done;
	struct template_library *library;
	struct sender *sender;
	struct buf run, lines;
	bool noted;       /* the moment */
	bool may_reserve; /* the store has an epoch */
	uint64_t begun;
	int64_t started; /* on the monotonic clock */
	/* Of the channel. */
	struct delivery d;
	struct gate gate;
	struct items ready, batch, ended, waiting;
	struct item *next_claimed; /* of batch: where to look first */
	bool exhausted;            /* nothing more is due, or to be begun */
	unsigned faults;
	int64_t hold; /* nothing before this moment; 0: not asked for */
	int64_t held; /* ... that was written down */
	/* The first so many of ready are reserved; how many will be next time;
	 * when it was done last, by the monotonic clock. */
	size_t reserved, ahead;
	int64_t reserved_at;
	int64_t pause; /* none is begun until then, by the channel's rate */
};
/* The moment of the run, and what has passed since it began. */
int64_t drain_clock(const struct drain *x);
/* Is it over, to wait (until), or to go out? Then it is prepared. */
int drain_judge(struct drain *x, struct item *i, struct err *err);

/* rehearse.c: what a run would say on a channel, without saying it. */
int drain_rehearse(struct drain *x, const struct channel *c, struct err *err);

/* ledger.c: what is written down of it. */
/* That work is done at this moment, unless that was noted. In a change. */
int ledger_moment(struct drain *x, struct err *err);
/* What has ended, and that the batch begins; on disk when it returns. Leaves in
 * the batch what is ours to begin. */
int ledger_write(struct drain *x, struct err *err);
/* Just before their first byte: what must not be written to any more, and what
 * is no longer ours, leaves the batch. */
int ledger_ask_again(struct drain *x, struct err *err);
/* What somebody who died has left, and what is to be sent again. */
int ledger_recover(struct drain *x, const struct channel *c, struct err *err);
/* What was reserved and is not begun after all. */
int ledger_give_back(struct drain *x, struct err *err);
/* A line about one that is over, and it counts. */
void ledger_tell(
    struct drain *x, const struct item *i, const struct outbox_end *e);
/* The lines are true: out with them. */
int ledger_flush(struct drain *x, struct err *err);

/* digest.c: several messages in one */
/* What waits on the channel to be said together, and is due, becomes one
 * message for each recipient and batch. Its own transaction. */
int digest_gather(struct drain *x, struct err *err);
/* The same in `ready` alone. */
int digest_rehearse(struct drain *x, struct err *err);
/* Its data, for its template:
 * {"count","others","first","items":[{"number","id",
 * "subject","text","lead","data"}]}. */
int digest_words(struct delivery *d, struct item *digest, struct err *err);

/* policy.c */
/* When to try again after the attempts and tries so far, or -1: not again. */
int64_t policy_next(const struct outbox_row *row, int64_t attempts,
    int64_t tries, enum outcome outcome, int64_t wait, int64_t now);

/* command.c: `sh -c command` with that input. *ret_status is what waitpid
 * says; -1 with *err when it could not be run or took too long (*ret_begun
 * says whether it was begun). out (may be NULL) gets what it prints. */
int command_run(const char *command, struct str input, struct buf *out,
    int64_t timeout, int (*pulse)(void *context, struct err *err),
    void *context, int *ret_status, bool *ret_begun, struct err *err);

#endif
