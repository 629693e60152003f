/* SPDX-License-Identifier: ISC */
/* Messages into the outbox: to whom, on which channels. */
#include <stdlib.h>

#include "automation/automation_priv.h"

/* As carries; one remark in a run where the operator has none of the
 * name. */
static int
find_channel(struct work *w, struct str name)
{
	const struct automation_run *job = w->job;
	struct str rest = buf_str(&w->absent), one;
	int found = carries(job->channels, name);

	if (found)
		return found;
	while (rest.n && str_cut(&rest, '\n', &one))
		if (str_eq(one, name))
			return 0;
	buf_adds(&w->absent, name);
	buf_addc(&w->absent, '\n');
	remark(job->remarks, (struct place){0},
	    "channel %s is not configured: what it should carry is left out",
	    quoted(name));
	return 0;
}

/* With which others it is said in one message. */
static int
group(struct work *w, const struct firing *f,
    const struct automation_action *act, struct outbox_message *m,
    struct err *err)
{
	struct person owner = {0};

	m->due_at = w->job->moment.now + act->wait;
	m->batch.digest = act->digest;
	m->batch.by = STR("");
	if (!act->by_owner)
		return 0;
	if (person_responsible(w, f, &owner, err) < 0)
		return -1;
	if (owner.email.p)
		m->batch.by = owner.email;
	return 0;
}

static int
say(struct work *w, struct firing *f, const struct automation_action *act,
    struct str channel, const struct person *to, struct err *err)
{
	struct outbox_message m = {.cause = fire_cause(w, f, act),
	    .kind = str_is(f->signal->kind, "task.due") ? STR("reminder")
							: STR("alert"),
	    .channel = channel,
	    .critical = act->critical,
	    .lead = f->told ? f->told->lead : 0,
	    .template = act->template};
	struct template_words words;
	char id[OUTBOX_ID];
	struct json_writer j;
	bool added;

	if (to)
		m.recipient = to->email;
	if (act->wait && group(w, f, act, &m, err) < 0)
		return -1;
	if (people_words(w, f, to, &words, err) < 0)
		return -1;
	m.words.lead = words.lead;
	m.words.owner = words.owner;
	m.words.data = words.data;
	if (outbox_add(
		w->st, w->tenant, &m, w->job->moment.now, id, &added, err) < 0)
		return -1;
	if (!added)
		return 0;
	f->messages++;
	fire_line(w, f, act, &j);
	json_add_text(&j, "channel", channel);
	if (to)
		json_add_text(&j, "to", to->email);
	json_add_text(&j, "message", str_of(id));
	fire_line_end(w, &j);
	return 0;
}

/* The channel that somebody has chosen in place of one, where that reaches
 * people at all. */
static struct str
channel_for(struct work *w, const struct person *to, struct str asked)
{
	struct str chosen = outbox_chosen(
	    outbox_preference_of(w->preferences, to->email), asked);

	return carries(w->job->channels, chosen) == 2 ? chosen : asked;
}

/* Those of the people whom a channel reaches. */
static int
say_to_people(struct work *w, struct firing *f,
    const struct automation_action *act, struct str channel,
    const struct person *person, size_t count, struct err *err)
{
	size_t reached = 0;

	for (size_t i = 0; i < count; i++) {
		struct str by = channel_for(w, &person[i], channel);

		/* The inbox is the tenant's own people's. */
		if (str_is(by, "inbox") && !person[i].json.p)
			continue;
		reached++;
		if (say(w, f, act, by, &person[i], err) < 0 &&
		    fire_failed(w, f, act, err) < 0)
			return -1;
	}
	if (!reached)
		fire_problem(
		    w, f, act, "nobody to tell on %.*s", STR_ARG(channel));
	return 0;
}

int
fire_notify(struct work *w, struct firing *f,
    const struct automation_action *act, struct err *err)
{
	struct person *person;
	size_t count;
	int rc = 0;

	if (people_told(w, f, act, &person, &count, err) < 0)
		return -1;
	for (size_t i = 0; rc == 0 && i < act->channels; i++) {
		int found = find_channel(w, act->channel[i]);

		if (found == 0)
			continue;
		if (found == 2)
			rc = say_to_people(
			    w, f, act, act->channel[i], person, count, err);
		else if (say(w, f, act, act->channel[i], NULL, err) < 0)
			rc = fire_failed(w, f, act, err);
	}
	free(person);
	return rc;
}

int
fire_webhook(struct work *w, struct firing *f,
    const struct automation_action *act, struct err *err)
{
	if (find_channel(w, act->channel[0]) == 0)
		return 0;
	return say(w, f, act, act->channel[0], NULL, err);
}
