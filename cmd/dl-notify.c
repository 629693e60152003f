/* SPDX-License-Identifier: ISC */
/*
 * dl-notify: delivers what is to be said, and answers for each message: sent,
 * waiting, given up, or in doubt.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "domain/domain.h"
#include "notify/notify.h"
#include "outbox/outbox.h"
#include "session/session.h"

static struct {
	bool resend_doubtful, unread;
	int64_t max_late, limit, since, most;
	const char *channel, *state, *reason, *note, *resolver, *attachments;
	struct cli_list selectors, relays;
} arg = {.max_late = MS_DAY, .since = INT64_MIN, .most = INT64_MAX};

static int
open_channels(struct notify_channels **ret, struct err *err)
{
	struct notify_channels *c = notify_channels_new();

	if (cli_settings("channel.", notify_channels_setting, c, err) < 0 ||
	    notify_channels_ready(c, err) < 0) {
		notify_channels_free(c);
		return -1;
	}
	*ret = c;
	return 0;
}

/* ---- delivering -----------------------------------------------------------
 */

static bool
count(void *session, uint64_t done, uint64_t whole)
{
	const struct session *s = session;

	cli_progress(s->call, "messages", done, done, whole);
	return cli_interrupted();
}

/* What did not go out: each is named. */
static void
print_failure(void *context, struct place where, const char *text)
{
	(void)context;
	(void)where;
	cli_error("%s", text);
}

static void
sum_up(struct session *s, const struct notify_done *d)
{
	static const struct {
		const char *name;
		size_t offset;
	} sums[] = {{"sent", offsetof(struct notify_done, sent)},
	    {"to be tried again", offsetof(struct notify_done, retried)},
	    {"doubtful", offsetof(struct notify_done, doubtful)},
	    {"dead", offsetof(struct notify_done, dead)},
	    {"cancelled", offsetof(struct notify_done, cancelled)},
	    {"waiting", offsetof(struct notify_done, waiting)},
	    {"put together", offsetof(struct notify_done, merged)}};
	const char *comma = "";

	if (d->holder.len)
		session_summary(s, "already at work on %s", d->holder.p);
	if (d->holder.len)
		comma = "; ";
	for (size_t i = 0; i < COUNT_OF(sums); i++) {
		uint64_t n = *(const uint64_t *)(const void *)((const char *)d +
							       sums[i].offset);

		if (n == 0)
			continue;
		session_summary(s, "%s%" PRIu64 " %s", comma, n, sums[i].name);
		comma = ", ";
	}
	if (d->limited.len) {
		session_summary(
		    s, "%s%s waits for its limit", comma, d->limited.p);
		comma = ", ";
	}
	if (d->aside.len) {
		session_summary(s, "%sset aside: %s", comma, d->aside.p);
		comma = ", ";
	}
	if (*comma)
		session_summary(s, "%s", session_dry(s));
}

static int
deliver_by(struct session *s, struct err *err)
{
	static const char *const columns[] = {"id", "channel", "recipient",
	    "lead", "state", "next_at", "code", "answer", "part_of"};
	struct remarks failures = {.put = print_failure};
	struct notify_job job = {.channels = s->context,
	    .state_folder = cli_state_folder(),
	    .only = arg.channel,
	    .now = s->now,
	    .max_late = arg.max_late,
	    .limit = arg.limit,
	    .resend_doubtful = arg.resend_doubtful,
	    .replay = s->call->shared->replay,
	    .dry_run = s->call->shared->dry_run,
	    .flush = session_each,
	    .progress = count,
	    .context = s,
	    .failures = &failures};
	struct notify_done done = {0};
	int rc;

	if (!job.state_folder)
		return err_set(err, ERR_USAGE,
		    "no HOME and no XDG_STATE_HOME: nowhere to note that this "
		    "store sends");
	if (session_print(s, columns, COUNT_OF(columns), err) < 0)
		return -1;
	rc = notify_drain(s->st, s->tenant, &job, &done, err);
	cli_progress_end();
	sum_up(s, &done);
	buf_release(&done.holder);
	buf_release(&done.limited);
	buf_release(&done.aside);
	if (rc < 0)
		return -1;
	return done.later ? CLI_LATER : failures.count ? CLI_REJECTS : CLI_DONE;
}

static int
deliver(const struct cli_call *call, struct err *err)
{
	struct notify_channels *channels;
	int rc;

	if (open_channels(&channels, err) < 0)
		return -1;
	rc = session_run(call,
	    call->shared->dry_run ? SESSION_READ : SESSION_WRITE, deliver_by,
	    channels, err);
	notify_channels_free(channels);
	return rc;
}

static int
test_channel(struct session *s, struct err *err)
{
	char *const *operands = s->call->operands;
	int rc = session_print(s, NULL, 0, err);

	if (rc == 0)
		rc = notify_test(s->st, s->tenant, s->context, operands[0],
		    str_of(operands[1]), s->now, &s->lines, err);
	if (rc == 0)
		printer_lines(&s->printer, buf_str(&s->lines));
	return rc;
}

static int
list_channels(struct session *s, struct err *err)
{
	static const char *const columns[] = {
	    "channel", "kind", "to", "allowed"};

	if (session_print(s, columns, COUNT_OF(columns), err) < 0)
		return -1;
	return notify_channels_list(
	    s->context, s->tenant, session_each, s, err);
}

/* A verb that reads the store and knows the channels. */
static int
with_channels(const struct cli_call *call, struct err *err)
{
	struct notify_channels *channels;
	int rc;

	if (open_channels(&channels, err) < 0)
		return -1;
	rc = session_run(call, SESSION_READ, call->verb->work, channels, err);
	notify_channels_free(channels);
	return rc;
}

static int
adopt(struct session *s, struct err *err)
{
	const char *folder = cli_state_folder();

	if (!folder)
		return err_set(err, ERR_USAGE, "no HOME and no XDG_STATE_HOME");
	return sender_adopt(
	    s->st, s->tenant, folder, s->who, s->now, &s->lines, err);
}

/* ---- messages -------------------------------------------------------------
 */

static int
send_records(struct session *s, struct err *err)
{
	struct record_input input = {.remarks = cli_remarks(s->call)};
	struct remarks refused = {.put = session_refuses};
	struct notify_records job = {.moment = &s->moment,
	    .attachments = arg.attachments,
	    .remarks = &refused};
	struct notify_channels *channels = NULL;
	struct notify_counts n = {0};
	struct record_reader *in;
	struct err ignored = {0};
	int rc;

	if (record_keep_input(s->call->operands, s->call->count, err) < 0 ||
	    session_begin(s, err) < 0 ||
	    store_moment(s->st, s->tenant->id, s->now, s->call->shared->replay,
		err) < 0 ||
	    record_reader_open(
		s->call->operands, s->call->count, &input, &in, err) < 0)
		return -1;
	/* A mistake in the configuration is no reason to lose a message. */
	open_channels(&channels, &ignored);
	job.in = in;
	job.channels = channels;
	rc = notify_send(s->st, s->tenant, &job, &n, &s->lines, err);
	notify_channels_free(channels);
	record_reader_close(in);
	session_summary(s,
	    "%" PRIu64 " read, %" PRIu64 " queued, %" PRIu64
	    " known already, %" PRIu64 " rejected%s",
	    n.read, n.added, n.known, n.rejected, session_dry(s));
	if (rc < 0)
		return -1;
	return n.rejected ? CLI_REJECTS : CLI_DONE;
}

static const char *const message_columns[] = {"id", "state", "channel",
    "recipient", "kind", "lead", "due_at", "attempts", "code", "answer",
    "part_of"};

static int
list(struct session *s, struct err *err)
{
	struct outbox_filter filter = {.state = arg.state,
	    .channel = arg.channel,
	    .since = arg.since,
	    .limit = arg.most};

	if (session_print(s, message_columns, COUNT_OF(message_columns), err) <
	    0)
		return -1;
	return outbox_list(s->st, s->tenant, &filter, session_each, s, err);
}

static int
doubtful(struct session *s, struct err *err)
{
	if (session_print(s, message_columns, COUNT_OF(message_columns), err) <
	    0)
		return -1;
	return outbox_doubtful(s->st, s->tenant, session_each, s, err);
}

static int
show(struct session *s, struct err *err)
{
	struct buf line = {0}, drawing = {0};
	int64_t number;
	int rc = session_print(s, NULL, 0, err);

	if (rc == 0)
		rc = outbox_need(s->st, s->tenant, str_of(s->call->operands[0]),
		    &number, err);
	if (rc == 0)
		rc = notify_show(s->st, s->tenant, number, s->now,
		    s->call->shared->columns, &line, &drawing, err);
	if (rc == 0)
		printer_either(&s->printer, &line, &drawing);
	buf_release(&line);
	buf_release(&drawing);
	return rc;
}

static int
decide(struct session *s,
    int (*one)(struct store *st, const struct tenant *t, int64_t number,
	const char *who, int64_t now, struct buf *lines, struct err *err),
    struct err *err)
{
	int64_t number;

	for (size_t i = 0; i < s->call->count; i++)
		if (outbox_need(s->st, s->tenant, str_of(s->call->operands[i]),
			&number, err) < 0 ||
		    one(s->st, s->tenant, number, s->who, s->now, &s->lines,
			err) < 0)
			return -1;
	return 0;
}

static int
retry(struct session *s, struct err *err)
{
	return decide(s, outbox_retry, err);
}

static int
cancel(struct session *s, struct err *err)
{
	return decide(s, outbox_cancel, err);
}

static int
stats(struct session *s, struct err *err)
{
	static const char *const columns[] = {"day", "channel", "accepted",
	    "bounced", "retried", "doubtful", "dead", "cancelled", "rate"};

	if (session_print(s, columns, COUNT_OF(columns), err) < 0)
		return -1;
	return outbox_stats(s->st, s->tenant, arg.since, session_each, s, err);
}

/* ---- suppression ----------------------------------------------------------
 */

static int
suppress_add(struct session *s, struct err *err)
{
	const char *reason = arg.reason ? arg.reason : "unsubscribed";

	for (size_t i = 0; i < s->call->count; i++)
		if (outbox_suppress(s->st, s->tenant,
			str_of(s->call->operands[i]), str_of(reason),
			str_of(arg.note), s->who, s->now, &s->lines, err) < 0)
			return -1;
	return 0;
}

static int
suppress_remove(struct session *s, struct err *err)
{
	for (size_t i = 0; i < s->call->count; i++)
		if (outbox_release(s->st, s->tenant,
			str_of(s->call->operands[i]), s->who, s->now, &s->lines,
			err) < 0)
			return -1;
	return 0;
}

static int
suppress_list(struct session *s, struct err *err)
{
	static const char *const columns[] = {
	    "address", "hash", "reason", "note", "user", "time"};

	if (session_print(s, columns, COUNT_OF(columns), err) < 0)
		return -1;
	return outbox_suppressions(s->st, s->tenant, session_each, s, err);
}

/* ---- how people want to be told --------------------------------------------
 */

static int
prefer_set(struct session *s, struct err *err)
{
	char *const *operands = s->call->operands;

	return outbox_prefer(s->st, s->tenant, str_of(operands[0]),
	    operands + 1, s->call->count - 1, s->who, s->now, &s->lines, err);
}

static int
prefer_list(struct session *s, struct err *err)
{
	static const char *const columns[] = {
	    "user", "quiet", "mute", "use", "updated_at"};

	if (session_print(s, columns, COUNT_OF(columns), err) < 0)
		return -1;
	return outbox_preferences_list(s->st, s->tenant, session_each, s, err);
}

/* ---- the inbox ------------------------------------------------------------
 */

static int
inbox(struct session *s, struct err *err)
{
	static const char *const columns[] = {
	    "id", "time", "subject", "lead", "critical", "read_at"};

	if (session_print(s, columns, COUNT_OF(columns), err) < 0)
		return -1;
	return outbox_inbox(s->st, s->tenant, str_of(s->call->operands[0]),
	    arg.unread, arg.most, session_each, s, err);
}

static int
read_told(struct session *s, struct err *err)
{
	struct str member = str_of(s->call->operands[0]);
	int64_t number, n, all = 0;

	if (s->call->count == 1 &&
	    outbox_read(s->st, s->tenant, member, 0, s->now, &all, err) < 0)
		return -1;
	for (size_t i = 1; i < s->call->count; i++) {
		if (outbox_need(s->st, s->tenant, str_of(s->call->operands[i]),
			&number, err) < 0 ||
		    outbox_read(
			s->st, s->tenant, member, number, s->now, &n, err) < 0)
			return -1;
		all += n;
	}
	session_summary(s, "%" PRId64 " read%s", all, session_dry(s));
	return 0;
}

/* ---- domains --------------------------------------------------------------
 */

static void
ask(void *context, struct str name, enum dns_type type, struct arena *arena,
    struct dns_answer *ret)
{
	struct dns *const *dns = context;

	dns_ask(*dns, name, type, arena, ret);
}

static int
judge_domain(struct session *s, struct dns *dns, struct arena *arena,
    struct domain_report *ret, struct err *err)
{
	struct domain_how how = {.domain = str_of(s->call->operands[0]),
	    .selectors = arg.selectors.items,
	    .selector_count = arg.selectors.count,
	    .relays = arg.relays.items,
	    .relay_count = arg.relays.count,
	    .ask = ask,
	    .context = &dns};

	if (arg.relays.count == 0) {
		how.relays = notify_channels_relays(
		    s->context, how.domain, arena, &how.relay_count);
		how.relays_may_differ = true;
	}
	return domain_check(&how, ret, err);
}

static int
print_domain(
    struct session *s, const struct domain_report *report, struct err *err)
{
	struct buf text = {0}, drawing = {0};

	if (session_print(s, domain_columns, domain_column_count, err) < 0)
		return -1;
	domain_put(report, &text);
	domain_draw(report, s->call->shared->columns, &drawing);
	printer_either(&s->printer, &text, &drawing);
	buf_clear(&text);
	domain_add_summary(report, &text);
	session_summary(s, "%s", text.p);
	buf_release(&text);
	buf_release(&drawing);
	if (domain_count(report, DOMAIN_PROBLEM))
		return CLI_NO;
	return domain_count(report, DOMAIN_UNKNOWN) ? CLI_LATER : CLI_DONE;
}

static int
check_domain_by(struct session *s, struct err *err)
{
	struct dns_options options = {.resolver = arg.resolver};
	struct domain_report report = {0};
	struct arena arena = {0};
	struct dns *dns = NULL;
	int rc = dns_open(&options, &dns, err);

	if (rc == 0)
		rc = judge_domain(s, dns, &arena, &report, err);
	if (rc == 0)
		rc = print_domain(s, &report, err);
	dns_close(dns);
	domain_report_release(&report);
	arena_release(&arena);
	return rc;
}

static int
check_domain(const struct cli_call *call, struct err *err)
{
	struct notify_channels *channels;
	int rc;

	if (open_channels(&channels, err) < 0)
		return -1;
	rc = session_run(call, SESSION_FILTER, check_domain_by, channels, err);
	notify_channels_free(channels);
	return rc;
}

/* ---- the table ------------------------------------------------------------
 */

static const struct cli_option deliver_options[] = {
    CLI_TEXT(0, "channel", "NAME", &arg.channel, "only this channel"),
    CLI_INT(0, "limit", "N", &arg.limit, 1, INT64_MAX, "at most N messages"),
    CLI_DURATION(0, "max-late", "TIME", &arg.max_late,
	"cancel what is overdue by more (1d)"),
    CLI_FLAG(0, "resend-doubtful", &arg.resend_doubtful,
	"send messages in doubt once more"),
    CLI_END,
};

static const struct cli_option send_options[] = {
    CLI_FILE(0, "attachments", "FOLDER", &arg.attachments,
	"records may attach files below it"),
    CLI_END,
};

static const struct cli_option list_options[] = {
    CLI_TEXT(0, "state", "STATE", &arg.state,
	"queued, sending, sent, retry, doubtful, dead, cancelled, merged"),
    CLI_TEXT(0, "channel", "NAME", &arg.channel, "only this channel"),
    CLI_MOMENT(0, "since", "TIME", &arg.since, "changed from here on"),
    CLI_INT(0, "limit", "N", &arg.most, 1, INT64_MAX, "at most N"),
    CLI_END,
};

static const struct cli_option stats_options[] = {
    CLI_MOMENT(0, "since", "TIME", &arg.since, "from here on"),
    CLI_END,
};

static const struct cli_option suppress_options[] = {
    CLI_TEXT('r', "reason", "TEXT", &arg.reason,
	"unsubscribed (so unless told), bounced, complained"),
    CLI_TEXT(0, "note", "TEXT", &arg.note, "what else there is to say"),
    CLI_END,
};

static const struct cli_option inbox_options[] = {
    CLI_FLAG(0, "unread", &arg.unread, "only what has not been read"),
    CLI_INT(0, "limit", "N", &arg.most, 1, INT64_MAX, "at most N"),
    CLI_END,
};

static const struct cli_option domain_options[] = {
    CLI_LIST(0, "selector", "NAME", &arg.selectors,
	"mail is signed under this one (the usual ones)"),
    CLI_LIST(0, "relay", "HOST", &arg.relays,
	"it sends the domain's mail (the channels' servers)"),
    CLI_TEXT(0, "resolver", "ADDRESS[:PORT]", &arg.resolver,
	"ask this one (the system's)"),
    CLI_END,
};

#define ONE_CHANGE (CLI_CHANGING & ~(unsigned)(CLI_PROGRESS | CLI_REPLAY))

static const struct cli_verb verbs[] = {
    {.name = "deliver",
	.help = "send what is due",
	.options = deliver_options,
	.shared = CLI_CHANGING,
	.run = deliver},
    {.name = "send",
	.operands = "[FILE...]",
	.help = "queue a message for each record",
	.options = send_options,
	.shared = CLI_CHANGING & ~(unsigned)CLI_PROGRESS,
	.run = session_begins,
	.work = send_records},
    {.name = "list",
	.help = "messages and what became of them, the newest first",
	.options = list_options,
	.shared = CLI_READING,
	.run = session_reads,
	.work = list},
    {.name = "show",
	.operands = "ID",
	.help = "one message, what it says and what was tried",
	.shared = CLI_READING,
	.run = session_reads,
	.work = show},
    {.name = "doubtful",
	.help = "messages of which nobody knows whether they were sent",
	.shared = CLI_READING,
	.run = session_reads,
	.work = doubtful},
    {.name = "retry",
	.operands = "ID...",
	.help = "send these again, now",
	.shared = ONE_CHANGE,
	.run = session_changes,
	.work = retry},
    {.name = "cancel",
	.operands = "ID...",
	.help = "do not send these (again)",
	.shared = ONE_CHANGE,
	.run = session_changes,
	.work = cancel},
    {.name = "stats",
	.help = "accepted, bounced, retried, dead...: by day and channel",
	.options = stats_options,
	.shared = CLI_READING,
	.run = session_reads,
	.work = stats},
    {.name = "channels",
	.help = "the channels that are configured",
	.shared = CLI_READING,
	.run = with_channels,
	.work = list_channels},
    {.name = "test",
	.operands = "CHANNEL [RECIPIENT]",
	.help = "send a trial message past the ledger",
	.shared = CLI_READING,
	.run = with_channels,
	.work = test_channel},
    {.name = "check-domain",
	.operands = "DOMAIN",
	.help = "judge what the DNS says of its mail",
	.options = domain_options,
	.shared = CLI_PRINTS,
	.run = check_domain},
    {.name = "adopt",
	.help = "make this store the one that sends",
	.shared = ONE_CHANGE & ~(unsigned)CLI_DRY_RUN,
	.run = session_changes,
	.work = adopt},
    {.name = "suppress add",
	.operands = "ADDRESS...",
	.help = "never write to these",
	.options = suppress_options,
	.shared = ONE_CHANGE,
	.run = session_changes,
	.work = suppress_add},
    {.name = "suppress remove",
	.operands = "ADDRESS...",
	.help = "they may be written to again",
	.shared = ONE_CHANGE,
	.run = session_changes,
	.work = suppress_remove},
    {.name = "suppress list",
	.help = "who must not be written to",
	.shared = CLI_READING,
	.run = session_reads,
	.work = suppress_list},
    {.name = "prefer set",
	.operands = "USER KEY=VALUE...",
	.help = "how somebody wants to be told: quiet, mute, use.CHANNEL",
	.shared = ONE_CHANGE,
	.run = session_changes,
	.work = prefer_set},
    {.name = "prefer list",
	.help = "what the tenant's people have said about it",
	.shared = CLI_READING,
	.run = session_reads,
	.work = prefer_list},
    {.name = "inbox",
	.operands = "USER",
	.help = "what somebody was told inside",
	.options = inbox_options,
	.shared = CLI_READING,
	.run = session_reads,
	.work = inbox},
    {.name = "read",
	.operands = "USER [ID...]",
	.help = "mark these (all) as read",
	.shared = ONE_CHANGE,
	.run = session_changes,
	.work = read_told},
    {0},
};

static const struct cli_program program = {
    .name = "dl-notify",
    .summary = "deliver messages, and account for each of them",
    .verbs = verbs,
    .default_verb = "deliver",
};

int
main(int argc, char **argv)
{
	return cli_main(&program, argc, argv);
}
