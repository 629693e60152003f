/* SPDX-License-Identifier: ISC */
/*
 * outbox: what is to be said to the outside, as a ledger. Who decides that
 * something is to be said writes it here in the transaction of that decision;
 * dl-notify (the room notify) delivers it.
 *
 *	struct outbox_message m = {
 *	    .cause = STR("automation hot_lead, signal 17"),
 *	    .kind = STR("alert"), .channel = STR("email"),
 *	    .recipient = owner, .lead = lead, .template = STR("hot_lead"),
 *	    .words = {.lead = lead_json, .owner = owner_json}};
 *
 *	store_begin(st, STORE_CHANGE, ...);
 *	outbox_add(st, t, &m, now, id, &added, err);
 *
 * The same cause, recipient and channel are the same message: it is there once
 * however often it is added, and keeps what it said first.
 *
 *	queued --> sending --> sent
 *	   ^          |------> dead		given up, or refused for good
 *	   |          |------> doubtful		sent or not: nobody knows
 *	  retry <-----'			cancelled	by hand, by suppression,
 *						or because it came too late
 *
 * What a message carries is kept as it was when the message was written down,
 * until it has been sent.
 *
 * Messages may wait to be said together, see batch below: when the first is due
 * those to one recipient on one channel are `merged` into another message,
 *which says them all and has a fate like any other; theirs is that.
 *
 * A row is `sending`, and that is on disk, before its own first byte goes out;
 * whoever finds it so and nobody at work calls it doubtful. Doubtful messages
 * are sent again only when somebody says so.
 *
 * A sync takes longer than a message, so where a file is the store a run may
 * reserve messages ahead: that they are its own to send is on disk, and their
 * `sending` need only be written, which outlives the run. When the run is
 * found dead, those still reserved were not begun; unless the machine has gone
 * down meanwhile: then they are in doubt.
 *
 * A store that was copied or restored does not send: it holds the stamp of the
 * sender (host, path, a random id and a count of claims) and a file outside of
 * it holds id and count as well, see sender_open.
 */
#ifndef DL_OUTBOX_H
#define DL_OUTBOX_H

#include "base/base.h"
#include "json/json.h"
#include "mail/mail.h"
#include "store/store.h"
#include "tenant/tenant.h"

/* ---- add.c: the front door ---------------------------------------------- */

enum { OUTBOX_ID = 25 }; /* 24 hexadecimal digits and a NUL */

struct outbox_message {
	struct str cause;     /* what made it be said: 1 to 500 bytes */
	struct str kind;      /* "alert", "reminder", "report" ...: a policy
			       * for retries; missing: "message" */
	struct str channel;   /* as the operator's configuration calls it, or
			       * "inbox" */
	struct str recipient; /* e-mail address; a member's for the inbox;
			       * missing where the channel knows to whom */
	int64_t lead;         /* whom it is about; 0: nobody */
	bool critical;
	int64_t due_at;     /* 0: now */
	const char *locale; /* "ja", "en"; NULL: the tenant's */

	/* What waits to be said together with others to the same recipient on
	 * the same channel, of the same template, when `by` is the same: in one
	 * message of `digest`, a template, when the first of them is due.
	 * Missing: alone. */
	struct {
		struct str digest, by; /* by: at most 400 bytes */
	} batch;

	/* Either a template by name, rendered when it is delivered, or the
	 * parts; to webhooks and commands data alone may go. */
	struct str template;
	struct str subject, text, html;
	/* Of mail to many, missing: none. {"id","name","url","mail",
	 * "one_click"}: what List-Id and List-Unsubscribe say; url begins with
	 * https:, mail with mailto:, one_click: a POST to url is enough. */
	struct str list;
	/* Files for channels that carry them: kept as they are now, by content
	 * once for all messages of the tenant, until all that carry them have
	 * been sent. Not of what is said together with others. */
	const struct mail_attachment *attachments;
	size_t attachment_count;
	/* JSON objects or missing, as template.h has them. */
	struct {
		struct str lead, owner, data;
	} words;
};
enum {
	OUTBOX_ATTACHMENTS = 20,           /* of a message at most ... */
	OUTBOX_ATTACHED = 10 * 1024 * 1024 /* ... with so many bytes in all */
};
/* In a change transaction of the caller. ERR_USAGE for what can be no message.
 * ret_added (may be NULL): false when it was there already. */
int outbox_add(struct store *st, const struct tenant *t,
    const struct outbox_message *m, int64_t now, char ret_id[OUTBOX_ID],
    bool *ret_added, struct err *err);
/* What stands for an address in the list of suppressed ones; false when it is
 * none. */
bool outbox_address_hash(
    const struct tenant *t, struct str address, char ret[65]);

/* ---- attachment.c -------------------------------------------------------- */

/* Appends the content of that SHA-256, as "attachments" of a message's content
 * names it: [{"name","type","size","sha256"}]. 1; 0: it is not there, or no
 * longer what it was. */
int outbox_attachment(struct store *st, const struct tenant *t,
    struct str sha256, struct buf *ret, struct err *err);

/* ---- claim.c: for who delivers ------------------------------------------ */

struct outbox_row {
	int64_t number; /* internal */
	struct str id, cause, kind, recipient, address, lead, locale, template;
	struct str content; /* {"subject","text","html","list","attachments",
			       "lead","owner","data"}, or {"digest":true}: what
			       its parts say, outbox_parts */
	struct str batch;   /* missing: alone; opaque */
	bool critical;
	int64_t created_at, due_at, attempts, tries;
};
/* What became of one that was claimed. */
struct outbox_end {
	int64_t number;
	const char *state;        /* sent, retry, doubtful, dead, cancelled */
	int64_t next_at;          /* of retry */
	int64_t attempts, tries;  /* with this one */
	int64_t code;             /* 0: none */
	struct str answer;        /* missing: none */
	struct str subject, text; /* for the inbox of `member` ... */
	struct str member;        /* ... missing: not for an inbox */
	bool attached; /* it has attachments: not kept once it is sent */
};
/* The names of channels on which something is due, or being sent, or (with
 * doubtful too) in doubt; each once, sorted. */
int outbox_channels(struct store *st, const struct tenant *t, int64_t now,
    bool doubtful, int (*each)(void *context, struct str name, struct err *err),
    void *context, struct err *err);
/* The first `limit` that are due on a channel. */
int outbox_due(struct store *st, const struct tenant *t, struct str channel,
    int64_t now, size_t limit,
    int (*each)(void *context, const struct outbox_row *row, struct err *err),
    void *context, struct err *err);
/* From a durable commit on, messages that wait are `run`'s to send. Only where
 * there is a store_epoch, which must stand at the beginning of `run`. */
int outbox_reserve(struct store *st, const struct tenant *t, struct str run,
    const int64_t *numbers, size_t count, struct err *err);
/* What `run` has reserved and not begun waits again, until that moment. */
int outbox_unreserve(struct store *st, const struct tenant *t,
    struct str channel, struct str run, int64_t at, struct err *err);
/* Marks messages as being sent by `run`: those it has reserved and, when the
 * commit will be durable, those that wait. Calls each for those that are
 * claimed now (others were taken or decided about meanwhile), with the reason
 * why the recipient must not be written to (missing: none). In a change
 * transaction. */
int outbox_claim(struct store *st, const struct tenant *t, struct str run,
    const int64_t *numbers, size_t count, bool waiting, int64_t now,
    void (*each)(void *context, int64_t number, struct str suppressed),
    void *context, struct err *err);
/* The same question once more, when they are claimed. */
int outbox_claimed(struct store *st, const struct tenant *t, struct str run,
    const int64_t *numbers, size_t count,
    void (*each)(void *context, int64_t number, struct str suppressed),
    void *context, struct err *err);
/* One that is to wait, though it is due. */
struct outbox_wait {
	int64_t number, until;
	struct str why;
};
/* They are due then, not before: what waits by rule is not late. Others that
 * were taken or decided about meanwhile are left alone. In a change
 * transaction. */
int outbox_wait(struct store *st, const struct tenant *t, struct str run,
    const struct outbox_wait *waits, size_t count, struct err *err);
/* What is due on a channel and waits its turn is due at `until`, so that it is
 * not late one day; what is late by now (due before `late`) stays that. Not
 * written down each time: only what is well on the way to being late is. */
int outbox_keep(struct store *st, const struct tenant *t, struct str channel,
    int64_t now, int64_t late, int64_t until, struct err *err);
/* In a change transaction; with history. */
int outbox_close(struct store *st, const struct tenant *t, struct str run,
    const struct outbox_end *ends, size_t count, int64_t now, struct err *err);
/* For who has the channel's lease: what is still marked as being sent was left
 * by somebody who has died. It is doubtful now, or, when nothing can have left
 * (`inside`, or it was only reserved), queued as before. A line for each that
 * is doubtful. */
int outbox_recover(struct store *st, const struct tenant *t, struct str channel,
    bool inside, int64_t now, struct buf *lines, int64_t *ret_doubtful,
    struct err *err);
/* All that is doubtful on a channel is to be sent once more. */
int outbox_resend(struct store *st, const struct tenant *t, struct str channel,
    int64_t now, int64_t *ret_count, struct err *err);
/* Nothing on a channel before that moment. */
int outbox_hold(struct store *st, const struct tenant *t, struct str channel,
    int64_t until, struct err *err);

/* ---- merge.c: several in one --------------------------------------------- */

/* What waits to be said together on a channel, where some of it is due and none
 * was due before `late`: by batch and recipient. */
int outbox_batches(struct store *st, const struct tenant *t, struct str channel,
    int64_t now, int64_t late,
    int (*each)(
	void *context, struct str batch, struct str recipient, struct err *err),
    void *context, struct err *err);
/* The first `limit` of one of them, behind the number `after` (0: all). */
int outbox_batch(struct store *st, const struct tenant *t, struct str channel,
    struct str batch, struct str recipient, int64_t late, int64_t after,
    size_t limit,
    int (*each)(void *context, const struct outbox_row *row, struct err *err),
    void *context, struct err *err);
/* The row of the message that says them all, of which `first` is one: as it
 * will be, without a number. Borrows from first and the arena. */
void outbox_digest(const struct tenant *t, const struct outbox_row *first,
    struct str channel, int64_t now, struct arena *arena,
    struct outbox_row *ret);
/* It takes their place. In a change transaction in which they were read. */
int outbox_merge(struct store *st, const struct tenant *t,
    const struct outbox_row *digest, struct str channel, const int64_t *parts,
    size_t count, int64_t now, struct err *err);
/* What it says, the oldest first; what was erased is gone. */
int outbox_parts(struct store *st, const struct tenant *t, int64_t digest,
    int (*each)(void *context, const struct outbox_row *row, struct err *err),
    void *context, struct err *err);

/* ---- sender.c: the store that sends ------------------------------------- */

struct sender;
/* Fails unless this store is the one that sends: the host and the path of its
 * stamp are these, and the folder has the file of its id, which has seen no
 * more claims than the store. The first to come makes that file. Outside a
 * transaction. ERR_FAIL says what differs. */
int sender_open(struct store *st, const struct tenant *t, const char *folder,
    struct sender **ret, struct err *err);
/* So many more are claimed: in the transaction that claims them, then, when it
 * is committed, outside as well. */
int sender_claim(
    struct sender *s, struct store *st, int64_t more, struct err *err);
int sender_note(struct sender *s, struct err *err);
/* A name for one run of this process: what rows say has them. True: it begins
 * with the store's epoch, so that messages may be reserved. */
bool sender_run(
    const struct sender *s, const struct store *st, struct buf *ret);
void sender_close(struct sender *s);
/* From now on this store is the one that sends. In a change transaction; the
 * audit says who did it. */
int sender_adopt(struct store *st, const struct tenant *t, const char *folder,
    const char *who, int64_t now, struct buf *line, struct err *err);

/* ---- look.c ------------------------------------------------------------- */

struct outbox_filter {
	const char *state, *channel; /* NULL: any */
	int64_t since, limit;
};
/* {"id","state","channel","recipient","kind","cause","lead","template",
 * "critical","due_at","next_at","attempts","tries","changed_at","code",
 * "answer","part_of"}, the newest first. */
int outbox_list(struct store *st, const struct tenant *t,
    const struct outbox_filter *filter,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err);
/* The same of the doubtful ones, the oldest first. */
int outbox_doubtful(struct store *st, const struct tenant *t,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err);
/* The same of one, with "created_at", "locale", "content", "history" and, of
 * one that says several, their ids as "parts". */
int outbox_show(struct store *st, const struct tenant *t, int64_t number,
    struct buf *ret, struct err *err);
/* {"day","channel","accepted","bounced","retried","doubtful","dead",
 * "cancelled","rate"}; bounced: a mail server refused it for good, which the
 * dead are not; rate: accepted of what is no longer tried, in percent. */
int outbox_stats(struct store *st, const struct tenant *t, int64_t since,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err);

/* ---- hand.c: what people decide; in their change transaction ------------- */

/* By id, or by enough of its beginning. ERR_USAGE: there is none, or several.
 */
int outbox_need(struct store *st, const struct tenant *t, struct str id,
    int64_t *ret, struct err *err);
/* A dead, cancelled or doubtful message is to be sent (again), now. Appends
 * {"id","channel","recipient","from","state"}. */
int outbox_retry(struct store *st, const struct tenant *t, int64_t number,
    const char *who, int64_t now, struct buf *lines, struct err *err);
/* One that waits or is doubtful is not to be sent (again). */
int outbox_cancel(struct store *st, const struct tenant *t, int64_t number,
    const char *who, int64_t now, struct buf *lines, struct err *err);

/* suppress.c. {"address","change","reason"} lines. */
int outbox_suppress(struct store *st, const struct tenant *t,
    struct str address, struct str reason, struct str note, const char *who,
    int64_t now, struct buf *lines, struct err *err);
int outbox_release(struct store *st, const struct tenant *t, struct str address,
    const char *who, int64_t now, struct buf *lines, struct err *err);
/* {"address","reason","note","user","time"}; "hash" where there is no address
 * any more. */
int outbox_suppressions(struct store *st, const struct tenant *t,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err);

/* ---- prefer.c: how the tenant's people want to be told ------------------- */

struct outbox_preference;
struct outbox_preferences;
/* What all of a tenant's people have said. */
int outbox_preferences_open(struct store *st, const struct tenant *t,
    struct outbox_preferences **ret, struct err *err);
void outbox_preferences_free(struct outbox_preferences *all);
/* One person's, by a normalised address; NULL: nothing was said. */
const struct outbox_preference *outbox_preference_of(
    const struct outbox_preferences *all, struct str email);
/* When not to be disturbed. p NULL: never. */
const struct quiet *outbox_quiet(const struct outbox_preference *p);
/* Does not want what comes by that channel, or of that template or kind (may
 * be missing). p NULL: wants all. */
bool outbox_mutes(const struct outbox_preference *p, struct str channel,
    struct str template, struct str kind);
/* The channel that a person has chosen instead of one, or that one itself. */
struct str outbox_chosen(const struct outbox_preference *p, struct str channel);
/* "quiet=HOURS", "mute=LIST" (channels, template:NAME, kind:NAME) or
 * "use.CHANNEL=CHANNEL", empty: no more. In a change transaction; ERR_USAGE
 * also when the tenant has nobody of that address. A line with all of it
 * then, unless it was so. */
int outbox_prefer(struct store *st, const struct tenant *t, struct str user,
    char *const *assignments, size_t count, const char *who, int64_t now,
    struct buf *lines, struct err *err);
/* {"user","quiet","mute","use","updated_at"} of who has said something. */
int outbox_preferences_list(struct store *st, const struct tenant *t,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err);

/* inbox.c. {"id","time","subject","text","lead","critical","read_at"}, the
 * newest first. ERR_USAGE when `member` is no address. */
int outbox_inbox(struct store *st, const struct tenant *t, struct str member,
    bool unread, int64_t limit,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err);
/* One message (0: all) has been read. */
int outbox_read(struct store *st, const struct tenant *t, struct str member,
    int64_t number, int64_t now, int64_t *ret_count, struct err *err);

#endif
