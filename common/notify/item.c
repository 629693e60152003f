/* SPDX-License-Identifier: ISC */
/* A message on its way: from the ledger's row to the ledger's verdict. */
#include <stdlib.h>

#include "notify/notify_priv.h"

struct item *
item_new(const struct outbox_row *row)
{
	struct item *i = xcalloc(1, sizeof(*i));
	struct str *const texts[] = {&i->row.id, &i->row.cause, &i->row.kind,
	    &i->row.recipient, &i->row.address, &i->row.lead, &i->row.locale,
	    &i->row.template, &i->row.content, &i->row.batch};

	i->row = *row;
	i->wait = -1;
	for (size_t k = 0; k < COUNT_OF(texts); k++)
		if (texts[k]->p)
			*texts[k] = arena_str(&i->arena, *texts[k]);
	return i;
}

bool
item_restores(const struct item *i, const struct channel *c)
{
	return c->kind->inside && i->row.tries > 0;
}

void
item_end(struct item *i, enum outcome outcome, int code, const char *fmt, ...)
{
	va_list ap;

	i->outcome = outcome;
	i->code = code;
	va_start(ap, fmt);
	vsnprintf(i->answer, sizeof(i->answer), fmt, ap);
	va_end(ap);
	/* Not in the middle of a character. */
	i->answer[utf8_valid(str_of(i->answer))] = '\0';
}

void
item_say(struct item *i, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(i->answer, sizeof(i->answer), fmt, ap);
	va_end(ap);
}

void
item_free(struct item *i)
{
	if (!i)
		return;
	template_message_release(&i->message);
	buf_release(&i->from);
	buf_release(&i->to);
	buf_release(&i->body);
	buf_release(&i->id);
	for (size_t k = 0; k < COUNT_OF(i->lines); k++)
		buf_release(&i->lines[k]);
	http_release(&i->http);
	items_free(&i->parts);
	arena_release(&i->arena);
	free(i);
}

void
items_add(struct items *q, struct item *i)
{
	i->next = NULL;
	if (!q->first)
		q->last = &q->first;
	*q->last = i;
	q->last = &i->next;
	q->count++;
}

struct item *
items_take(struct items *q)
{
	struct item *i = q->first;

	if (i) {
		q->first = i->next;
		i->next = NULL;
		q->count--;
	}
	return i;
}

void
items_free(struct items *q)
{
	struct item *i;

	while ((i = items_take(q)) != NULL)
		item_free(i);
}

/* ---- verdicts -------------------------------------------------------------
 */

struct outbox_end
item_verdict(const struct item *i, int64_t now, bool inside)
{
	static const char *const states[] = {[OUT_SENT] = "sent",
	    [OUT_AGAIN] = "retry",
	    [OUT_LATER] = "retry",
	    [OUT_REFUSED] = "dead",
	    [OUT_DOUBTFUL] = "doubtful",
	    [OUT_CANCELLED] = "cancelled"};
	struct outbox_end e = {.number = i->row.number,
	    .state = states[i->outcome],
	    .attempts = i->row.attempts + (i->outcome == OUT_AGAIN),
	    .tries = i->row.tries + 1,
	    .code = i->code,
	    .attached = i->attachments.p != NULL};

	if (i->answer[0])
		e.answer = str_of(i->answer);
	if (i->until) {
		e.state = i->row.tries ? "retry" : "queued";
		e.next_at = i->until;
		return e;
	}
	if (i->outcome == OUT_AGAIN || i->outcome == OUT_LATER) {
		e.next_at = policy_next(
		    &i->row, e.attempts, e.tries, i->outcome, i->wait, now);
		if (e.next_at < 0)
			e.state = "dead";
	}
	if (inside && i->outcome == OUT_SENT) {
		e.member = i->row.address;
		e.subject = item_title(i);
		if (i->message.has[TEMPLATE_TEXT])
			e.text = buf_str(&i->message.part[TEMPLATE_TEXT]);
	}
	return e;
}

void
item_put(const struct item *i, const struct outbox_end *end,
    const struct channel *c, struct buf *out)
{
	struct json_writer w = {.out = out};

	json_put_object(&w);
	if (i->row.id.p)
		json_add_text(&w, "id", i->row.id);
	json_add_text(&w, "channel", str_of(c->name));
	if (i->row.recipient.n)
		json_add_text(&w, "recipient", i->row.recipient);
	if (i->row.lead.p)
		json_add_text(&w, "lead", i->row.lead);
	json_add_text(&w, "state", str_of(end->state));
	if (end->next_at > 0)
		json_add_time(&w, "next_at", end->next_at);
	if (end->code)
		json_add_int(&w, "code", end->code);
	if (end->answer.n)
		json_add_text(&w, "answer", end->answer);
	json_put_end(&w);
	buf_addc(out, '\n');
}
