/* SPDX-License-Identifier: ISC */
/*
 * notify: delivers what the outbox has. A channel is a way out: its kind
 * (inbox, email, slack, teams, webhook, exec) and what that needs, as the
 * operator's configuration says it, dl-config(5); never the store, for who can
 * write the store must not reach new places, hold secrets or run commands.
 *
 *	struct notify_channels *channels = notify_channels_new();
 *
 *	cli_settings("channel.", notify_channels_setting, channels, err);
 *	notify_channels_ready(channels, err);
 *	notify_drain(st, t, &job, &done, err);
 *
 * Channels are worked off one after another, each under a lease of its own, so
 * that one that waits for its server holds up no other program's. Of each, no
 * more messages are claimed (and that is on disk) than can be begun at once;
 * so a kill leaves at most one doubtful message per open session.
 *
 * What an answer means:
 *
 *	sent		the server has it
 *	retry		refused for now: an attempt counts, the next one comes
 *			later and later (attempts, see policy.c); or the server
 *			is at fault (no connection, no login, busy): none counts
 *	dead		refused for good, or given up
 *	doubtful	handed over, and no answer came
 *	cancelled	suppressed, muted, overdue by more than max_late, or to
 *a host that the tenant does not allow
 *
 * What falls into quiet hours is due at their end instead. Of more than a
 * channel's rate, or one recipient's, lets through the rest waits: for a
 * recipient until there is a place, for a channel until a run finds one.
 */
#ifndef DL_NOTIFY_H
#define DL_NOTIFY_H

#include "base/base.h"
#include "outbox/outbox.h"
#include "store/store.h"
#include "tenant/tenant.h"

/* ---- channel.c ---------------------------------------------------------- */

struct notify_channels;
struct notify_channels *notify_channels_new(void);
void notify_channels_free(struct notify_channels *c);
/* One setting: "NAME.KEY". For cli_settings; the place must live as long. */
int notify_channels_setting(void *channels, struct str name, struct str value,
    struct place where, struct err *err);
/* All have been said: is each channel whole? */
int notify_channels_ready(struct notify_channels *c, struct err *err);
/* {"channel","kind","to","allowed"} of those this tenant may use; of places to
 * which secrets belong only the host; allowed: false where the tenant's
 * webhook_hosts does not have it. */
int notify_channels_list(const struct notify_channels *c,
    const struct tenant *t,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err);

/* The hosts that mail from addresses of this domain is handed to, in the arena;
 * NULL behind the last. */
const char **notify_channels_relays(const struct notify_channels *c,
    struct str domain, struct arena *arena, size_t *ret_count);

/* ---- drain.c ------------------------------------------------------------ */

struct notify_job {
	const struct notify_channels *channels;
	const char *state_folder; /* cli_state_folder() */
	const char *only;         /* a channel; NULL: all */
	int64_t now, max_late;
	int64_t limit; /* messages */
	bool resend_doubtful, replay, dry_run;
	/* Lines {"id","channel","recipient","lead","state","next_at","code",
	 * "answer"}, once they are true. */
	int (*flush)(void *context, struct str lines, struct err *err);
	/* Whether to begin no more. */
	bool (*progress)(void *context, uint64_t done, uint64_t whole);
	void *context;
	/* What did not go out and why, a remark each. */
	struct remarks *failures;
};
struct notify_done {
	uint64_t sent, retried, doubtful, dead, cancelled;
	uint64_t waiting; /* due now, and put off by a rule */
	uint64_t merged;  /* said together with others */
	bool later;       /* a server is at fault: try again later */
	/* Released by the caller: */
	struct buf holder;  /* who is at work on a channel */
	struct buf limited; /* "CHANNEL until MOMENT": whose rate is used up */
	struct buf aside;   /* "CHANNEL: server NAME: WHY": those that failed */
};
/* Outside a transaction. With dry_run it only says what it would do. */
int notify_drain(struct store *st, const struct tenant *t,
    const struct notify_job *job, struct notify_done *done, struct err *err);
/* One message to try a channel, without the ledger. recipient may be missing
 * where the channel knows it. Appends a line as above; 0 when it was sent. */
int notify_test(struct store *st, const struct tenant *t,
    const struct notify_channels *channels, const char *name,
    struct str recipient, int64_t now, struct buf *line, struct err *err);

/* show.c: outbox_show's record with what the message says, by the templates
 * there are now: "subject", "text", or the "problem" that it cannot be said.
 * Line and drawing are appended to; the drawing fits `columns` (0: any). */
int notify_show(struct store *st, const struct tenant *t, int64_t number,
    int64_t now, size_t columns, struct buf *line, struct buf *drawing,
    struct err *err);

/* ---- send.c: messages that records describe ------------------------------ */

struct notify_counts {
	uint64_t read, added, known, rejected;
};
/* Each record {"channel","to","template" or "subject","text","html","data",
 * "lead","locale","kind","key","due","critical","group","wait","digest","list",
 * "attach"} becomes a message, in the caller's change transaction. Appends
 * {"id","channel","recipient","state"}. What cannot be one is a remark. */
struct record_reader;
struct notify_records {
	struct record_reader *in;
	const struct cond_moment *moment;
	const char *attachments; /* the folder of their files; NULL: none */
	/* What a channel's host is judged by now; NULL: when it is sent. */
	const struct notify_channels *channels;
	struct remarks *remarks;
};
int notify_send(struct store *st, const struct tenant *t,
    const struct notify_records *job, struct notify_counts *counts,
    struct buf *lines, struct err *err);

#endif
