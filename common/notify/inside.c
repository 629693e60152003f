/* SPDX-License-Identifier: ISC */
/* The two kinds that need no network: inboxes in the store, and commands. */
#include <sys/wait.h>

#include "notify/notify_priv.h"

enum { LATER_STATUS = 75 }; /* a command's "try again later" */

/* ---- inbox: what closes the message also puts it in ------------------------
 */

static int
prepare_inbox(struct delivery *d, struct item *i, struct err *err)
{
	(void)d;
	if (!i->row.address.p)
		return err_set(err, ERR_USAGE,
		    "the recipient is no address of a person: %s",
		    quoted(i->row.recipient));
	if (!item_title(i).p && !i->message.has[TEMPLATE_TEXT])
		return err_set(err, ERR_USAGE, "no subject and no text");
	return 0;
}

static size_t
room_for_many(struct delivery *d, size_t waiting)
{
	(void)d;
	return waiting;
}

static void
start_inbox(struct delivery *d, struct item *i)
{
	item_end(i, OUT_SENT, 0, "%s", "");
	items_add(&d->done, i);
}

const struct kind kind_inbox = {.name = "inbox",
    .inside = true,
    .prepare = prepare_inbox,
    .room = room_for_many,
    .start = start_inbox,
    .busy = nothing_busy,
    .done = take_done};

/* ---- exec ------------------------------------------------------------------
 */

static int
check_exec(const struct channel *c, struct err *err)
{
	return c->command
		   ? 0
		   : err_at(err, ERR_USAGE, c->where, "exec needs command");
}

/* By its status: 0 done, 75 not now, others refused for this time; whoever was
 * stopped in the middle may have done it or not. */
static void
judge(struct delivery *d, struct item *i, int status)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		item_end(i, OUT_SENT, 0, "%s", "");
	else if (WIFEXITED(status) && WEXITSTATUS(status) == LATER_STATUS) {
		item_end(i, OUT_LATER, LATER_STATUS, "exit status 75");
		snprintf(d->trouble, sizeof(d->trouble),
		    "the command says: later (exit status 75)");
	} else if (WIFEXITED(status))
		item_end(i, OUT_AGAIN, WEXITSTATUS(status), "exit status %d",
		    WEXITSTATUS(status));
	else
		item_end(
		    i, OUT_DOUBTFUL, 0, "ended by signal %d", WTERMSIG(status));
}

static void
start_exec(struct delivery *d, struct item *i)
{
	int64_t timeout = d->channel->timeout ? d->channel->timeout : MS_MINUTE;
	struct err err = {0};
	bool begun;
	int status;

	if (command_run(d->channel->command, buf_str(&i->body), NULL, timeout,
		d->pulse, d->context, &status, &begun, &err) == 0)
		judge(d, i, status);
	else
		item_end(
		    i, begun ? OUT_DOUBTFUL : OUT_LATER, 0, "%s", err.text);
	items_add(&d->done, i);
}

const struct kind kind_exec = {.name = "exec",
    .keys = 8,
    .attached = ATTACHED_LISTED,
    .check = check_exec,
    .prepare = body_plain,
    .room = room_for_one,
    .start = start_exec,
    .busy = nothing_busy,
    .done = take_done};
