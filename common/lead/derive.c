/* SPDX-License-Identifier: ISC */
/*
 * Derived fields, see derive.h.
 */
#include <string.h>

#include "lead/derive.h"

struct cond_value
lead_value_text(struct str s)
{
	struct cond_value v = {.kind = s.p ? COND_IS_TEXT : COND_MISSING};

	v.text = s;
	return v;
}

struct cond_value
lead_value_number(double number)
{
	struct cond_value v = {.kind = COND_IS_NUMBER};

	v.number = number;
	return v;
}

struct cond_value
lead_value_time(int64_t at)
{
	struct cond_value v = {
	    .kind = at == LEAD_MISSING ? COND_MISSING : COND_IS_TIME};

	v.time = at;
	return v;
}

struct cond_value
lead_value_bool(bool truth)
{
	struct cond_value v = {.kind = COND_IS_BOOL};

	v.number = truth ? 1 : 0;
	return v;
}

struct str
lead_email_domain(struct str email_key)
{
	const char *at;

	if (!email_key.p)
		return email_key;
	at = memchr(email_key.p, '@', email_key.n);
	if (!at)
		return (struct str){NULL, 0};
	return (struct str){
	    at + 1, email_key.n - (size_t)(at + 1 - email_key.p)};
}

static bool
among(const int64_t *numbers, size_t count, int64_t number)
{
	for (size_t i = 0; i < count; i++)
		if (numbers[i] == number)
			return true;
	return false;
}

void
lead_derive(struct lead_view *view, const struct lead_meanings *meanings,
    const struct lead_facts *facts, int64_t now)
{
	const struct cond_event *events = view->subject.events;
	int64_t active = LEAD_MISSING, converted = LEAD_MISSING, type = -1;
	int64_t next = INT64_MAX;
	bool outbound = false, conversion = false;

	for (size_t i = 0; i < view->subject.event_count; i++) {
		if (i == 0 || events[i].type != type) {
			type = events[i].type;
			outbound = among(
			    meanings->outbound, meanings->outbound_count, type);
			conversion = among(meanings->conversion,
			    meanings->conversion_count, type);
		}
		if (events[i].at > now) {
			if (events[i].at < next)
				next = events[i].at;
			continue;
		}
		if (!outbound && events[i].at > active)
			active = events[i].at;
		if (conversion &&
		    (converted == LEAD_MISSING || events[i].at < converted))
			converted = events[i].at;
	}
	if (facts->converted_at != LEAD_MISSING) {
		if (facts->converted_at <= now)
			converted = facts->converted_at;
		else if (facts->converted_at < next)
			next = facts->converted_at;
	}
	view->next_at = next;
	view->values[LEAD_LAST_ACTIVITY_AT] = lead_value_time(active);
	view->values[LEAD_CONVERTED_AT] = lead_value_time(converted);
	view->values[LEAD_CONVERTED] = lead_value_bool(
	    facts->converted || facts->customer || converted != LEAD_MISSING);
}
