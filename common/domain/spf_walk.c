/* SPDX-License-Identifier: ISC */
/*
 * check_host of RFC 7208, section 4, for an address; and, without one, a survey
 * of every term a record leads to, which is what an address that no term
 * matches would cost.
 */
#include "domain/domain_priv.h"

enum {
	NAMES_MAX = 10,  /* of an MX or a PTR (4.6.4) */
	SURVEY_MAX = 60, /* lookups */
	DEPTH_MAX = 20,
};

enum match { NO_MATCH, MATCH, MATCH_TEMPERROR, MATCH_PERMERROR };

static void
note_wrong(struct spf_walk *w, struct str domain, const char *text)
{
	if (w->wrong.p)
		return;
	w->wrong =
	    str_eq(domain, w->sender.domain)
		? arena_str(w->check->arena, str_of(text))
		: arena_printf(w->check->arena, "in the record of %.*s: %s",
		      STR_ARG(domain), text);
}

static void
note_void(struct spf_walk *w, struct str name)
{
	w->voids++;
	if (w->void_names.len > 300)
		return;
	if (w->void_names.len > 0)
		buf_addstr(&w->void_names, ", ");
	buf_adds(&w->void_names, name);
}

static void
note_walked(struct spf_walk *w, struct str domain)
{
	GROW(w->walked, w->walked_room, w->walked_count + 1);
	w->walked[w->walked_count++] = arena_str(w->check->arena, domain);
}

/* Counts a lookup: is it one too many? */
static bool
is_too_many(struct spf_walk *w)
{
	w->lookups++;
	if (w->sender.known)
		return w->lookups > SPF_LOOKUPS_MAX;
	w->endless = w->endless || w->lookups >= SURVEY_MAX;
	return w->endless;
}

/* One question of a term; false when nobody answered. */
static bool
ask(struct spf_walk *w, struct str name, enum dns_type type,
    struct dns_answer *ret)
{
	*ret = look(w->check, name, type);
	if (ret->outcome != DNS_FAILED)
		return true;
	if (!w->silent.p)
		w->silent = arena_str(w->check->arena, name);
	return false;
}

static bool
is_in(const struct spf_walk *w, const struct spf_term *t, const char *address)
{
	const unsigned char *a = (const unsigned char *)address;
	unsigned bits = w->sender.six ? t->bits6 : t->bits4;
	unsigned whole = bits / 8, rest = bits % 8;

	return memcmp(a, w->sender.address, whole) == 0 &&
	       (rest == 0 ||
		   (a[whole] ^ w->sender.address[whole]) >> (8 - rest) == 0);
}

/* Does the name have the address? In a survey only whether it has any. */
static enum match
match_host(
    struct spf_walk *w, const struct spf_term *t, struct str name, bool counts)
{
	enum dns_type type = w->sender.six ? DNS_AAAA : DNS_A;
	struct dns_answer a;

	if (!ask(w, name, type, &a))
		return MATCH_TEMPERROR;
	if (!w->sender.known && a.outcome != DNS_FOUND &&
	    !ask(w, name, DNS_AAAA, &a))
		return MATCH_TEMPERROR;
	if (a.outcome != DNS_FOUND && counts)
		note_void(w, name);
	for (size_t i = 0; w->sender.known && i < a.count; i++)
		if (is_in(w, t, a.records[i].data.p))
			return MATCH;
	return NO_MATCH;
}

static enum match
match_mx(struct spf_walk *w, const struct spf_term *t, struct str name)
{
	enum match got = NO_MATCH;
	struct dns_answer a;

	if (!ask(w, name, DNS_MX, &a))
		return MATCH_TEMPERROR;
	if (a.outcome != DNS_FOUND)
		note_void(w, name);
	if (a.count > NAMES_MAX)
		return MATCH_PERMERROR;
	for (size_t i = 0; w->sender.known && got == NO_MATCH && i < a.count;
	     i++)
		got = match_host(w, t, a.records[i].data, false);
	return got;
}

struct str
spf_reverse_name(const struct spf_sender *s, struct arena *arena)
{
	struct buf b = {0};
	struct str name;

	spf_expand(s->six ? STR("%{ir}.ip6.arpa") : STR("%{ir}.in-addr.arpa"),
	    s, STR(""), &b);
	name = arena_str(arena, buf_str(&b));
	buf_release(&b);
	return name;
}

static enum match
match_ptr(struct spf_walk *w, struct str name)
{
	static const struct spf_term exactly = {.bits4 = 32, .bits6 = 128};
	struct dns_answer a;

	w->uses_ptr = true;
	if (!w->sender.known)
		return NO_MATCH;
	/* What goes wrong here is no match (5.5). */
	if (!ask(w, spf_reverse_name(&w->sender, w->check->arena), DNS_PTR, &a))
		return NO_MATCH;
	for (size_t i = 0; i < a.count && i < NAMES_MAX; i++)
		if (name_is_below(a.records[i].data, name) &&
		    match_host(w, &exactly, a.records[i].data, false) == MATCH)
			return MATCH;
	return NO_MATCH;
}

static enum match
match_exists(struct spf_walk *w, struct str name)
{
	struct dns_answer a;

	if (!ask(w, name, DNS_A, &a))
		return MATCH_TEMPERROR;
	if (a.outcome != DNS_FOUND)
		note_void(w, name);
	return a.outcome == DNS_FOUND ? MATCH : NO_MATCH;
}

static enum spf_result walk_domain(struct spf_walk *w, struct str domain);

static enum match
match_include(struct spf_walk *w, struct str from, struct str name)
{
	char text[400];

	switch (walk_domain(w, name)) {
	case SPF_PASS:
		return MATCH;
	case SPF_TEMPERROR:
		return MATCH_TEMPERROR;
	case SPF_PERMERROR:
		return MATCH_PERMERROR;
	case SPF_NONE:
		snprintf(text, sizeof(text),
		    "%.*s is included and has no SPF record", STR_ARG(name));
		note_wrong(w, from, text);
		return MATCH_PERMERROR;
	default:
		return NO_MATCH;
	}
}

static bool
match_network(const struct spf_walk *w, const struct spf_term *t)
{
	return w->sender.known && w->sender.six == (t->kind == SPF_IP6) &&
	       is_in(w, t, (const char *)t->address);
}

/* A term that costs a lookup. */
static enum match
match_name(struct spf_walk *w, const struct spf_term *t, struct str domain)
{
	struct buf b = {0};
	struct str name = domain;
	int rc = 0;

	if (is_too_many(w)) {
		note_wrong(w, w->sender.domain, "more than 10 lookups");
		return MATCH_PERMERROR;
	}
	if (t->domain.p) {
		rc = spf_expand(t->domain, &w->sender, domain, &b);
		name = arena_str(w->check->arena, buf_str(&b));
		buf_release(&b);
	}
	/* Nobody can say where that leads without an address. */
	if (rc != 0)
		return NO_MATCH;
	switch (t->kind) {
	case SPF_INCLUDE:
		return match_include(w, domain, name);
	case SPF_A:
		return match_host(w, t, name, true);
	case SPF_MX:
		return match_mx(w, t, name);
	case SPF_PTR:
		return match_ptr(w, name);
	case SPF_EXISTS:
		return match_exists(w, name);
	default:
		return NO_MATCH;
	}
}

static enum match
match_term(struct spf_walk *w, const struct spf_term *t, struct str domain)
{
	enum match got;

	if (t->kind == SPF_ALL)
		return MATCH;
	if (t->kind == SPF_IP4 || t->kind == SPF_IP6)
		return match_network(w, t) ? MATCH : NO_MATCH;
	if (t->kind >= SPF_REDIRECT)
		return NO_MATCH;
	got = match_name(w, t, domain);
	if (w->sender.known && w->voids > SPF_VOIDS_MAX) {
		note_wrong(w, w->sender.domain,
		    "more than 2 lookups that find nothing");
		return MATCH_PERMERROR;
	}
	/* A survey goes on as long as it can. */
	return w->sender.known || w->endless ? got : NO_MATCH;
}

static enum spf_result
result_of(char qualifier)
{
	return qualifier == '-'   ? SPF_FAIL
	       : qualifier == '~' ? SPF_SOFTFAIL
	       : qualifier == '?' ? SPF_NEUTRAL
				  : SPF_PASS;
}

static enum spf_result
follow_redirect(struct spf_walk *w, const struct spf_term *t, struct str domain)
{
	enum spf_result got;
	struct buf b = {0};
	struct str name;
	char text[400];

	if (is_too_many(w)) {
		note_wrong(w, w->sender.domain, "more than 10 lookups");
		return SPF_PERMERROR;
	}
	if (spf_expand(t->domain, &w->sender, domain, &b) != 0)
		return SPF_NEUTRAL;
	name = arena_str(w->check->arena, buf_str(&b));
	buf_release(&b);
	got = walk_domain(w, name);
	if (got != SPF_NONE)
		return got;
	snprintf(text, sizeof(text),
	    "redirect= leads to %.*s, which has no "
	    "SPF record",
	    STR_ARG(name));
	note_wrong(w, domain, text);
	return SPF_PERMERROR;
}

enum spf_result
spf_walk(struct spf_walk *w, struct str domain, struct str record)
{
	struct spf_record r;
	const struct spf_term *redirect;
	struct err err = {0};

	note_walked(w, domain);
	if (spf_parse(record, w->check->arena, &r, &err) < 0) {
		note_wrong(w, domain, err.text);
		return SPF_PERMERROR;
	}
	for (size_t i = 0; i < r.count; i++) {
		enum match got = match_term(w, &r.terms[i], domain);

		if (got == MATCH)
			return result_of(r.terms[i].qualifier);
		if (got != NO_MATCH)
			return got == MATCH_TEMPERROR ? SPF_TEMPERROR
						      : SPF_PERMERROR;
	}
	redirect = spf_find(&r, SPF_REDIRECT);
	return redirect ? follow_redirect(w, redirect, domain) : SPF_NEUTRAL;
}

static enum spf_result
walk_domain(struct spf_walk *w, struct str domain)
{
	struct str record = {NULL, 0};
	struct dns_answer a;
	enum spf_result got;
	size_t count = 0;

	if (w->depth >= DEPTH_MAX) {
		w->endless = true;
		return SPF_PERMERROR;
	}
	if (!ask(w, domain, DNS_TXT, &a))
		return SPF_TEMPERROR;
	if (a.outcome != DNS_FOUND)
		note_void(w, domain);
	for (size_t i = 0; i < a.count; i++)
		if (spf_is(a.records[i].data)) {
			record = a.records[i].data;
			count++;
		}
	if (count > 1) {
		note_wrong(w, domain, "there is more than one SPF record");
		return SPF_PERMERROR;
	}
	if (count == 0)
		return SPF_NONE;
	w->depth++;
	got = spf_walk(w, domain, record);
	w->depth--;
	return got;
}

void
spf_walk_release(struct spf_walk *w)
{
	buf_release(&w->void_names);
	free(w->walked);
	w->walked = NULL;
}
