/* SPDX-License-Identifier: ISC */
/* What a domain says of who sends for it. */
#include <strings.h>

#include "domain/domain_priv.h"

static const char rfc[] = "RFC 7208";
static const char demand[] = "Gmail, Yahoo and Microsoft: requirements for "
			     "senders";

/* What a first record would say: who takes mail for a domain mostly sends it
 * too. */
static struct str
first_record(struct check *c)
{
	const struct service *s = NULL;
	struct buf b = {0};
	struct str record;

	for (size_t i = 0; i < c->how->relay_count && !s; i++)
		s = service_of(str_of(c->how->relays[i]));
	for (size_t i = 0; i < c->mx.count && !s; i++)
		s = service_of(c->mx.records[i].data);
	if (s)
		buf_addf(&b, "v=spf1 include:%s ~all", s->include);
	else
		buf_addstr(&b, "v=spf1 mx ~all");
	record = arena_str(c->arena, buf_str(&b));
	buf_release(&b);
	return record;
}

/* Texts that were meant to be SPF, or begin as if. */
static bool
is_almost(struct str text)
{
	static const char *const begins[] = {"v=spf", "v = spf", "v=spf1",
	    "spf1", "spf2.0", "\"v=spf1", "v spf"};
	struct str t = str_trim(text);

	if (spf_is(text))
		return false;
	for (size_t i = 0; i < COUNT_OF(begins); i++)
		if (t.n >= strlen(begins[i]) &&
		    strncasecmp(t.p, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

static void
none(struct check *c, const struct dns_answer *a)
{
	struct domain_finding *f =
	    problem(c, DOMAIN_SPF, DOMAIN_REFUSED, c->domain,
		"there is no SPF record: nobody knows who may send for it");

	for (size_t i = 0; i < a->count; i++)
		if (is_almost(a->records[i].data)) {
			f->found = a->records[i].data;
			f->finding = STR("this is no SPF record, though it was "
					 "meant to be: one begins with "
					 "\"v=spf1 \"");
		}
	f->advice = STR("publish one that names all who send for the domain");
	f->should = first_record(c);
	f->source = demand;
}

/* All terms of several records as one, the last word being the first's. */
static struct str
merged(struct check *c, const struct dns_answer *a)
{
	struct buf b = {0};
	struct str all = {NULL, 0}, record, rest, term;

	buf_addstr(&b, "v=spf1");
	for (size_t i = 0; i < a->count; i++) {
		rest = a->records[i].data;
		if (!spf_is(rest))
			continue;
		str_cut(&rest, ' ', &term);
		while (rest.n > 0) {
			str_cut(&rest, ' ', &term);
			if (str_ends(term, STR("all")) && term.n <= 4) {
				all = all.p ? all : term;
			} else if (term.n > 0 && !has_word(buf_str(&b), term)) {
				buf_addc(&b, ' ');
				buf_adds(&b, term);
			}
		}
	}
	buf_addc(&b, ' ');
	buf_adds(
	    &b, all.p && all.n == 4 && all.p[0] != '+' ? all : STR("~all"));
	record = arena_str(c->arena, buf_str(&b));
	buf_release(&b);
	return record;
}

static void
several(struct check *c, const struct dns_answer *a, size_t count)
{
	struct domain_finding *f =
	    problem(c, DOMAIN_SPF, DOMAIN_REFUSED, c->domain,
		"there are %zu SPF records: that is an error, and none counts",
		count);

	f->advice = STR("make one of them");
	f->should = merged(c, a);
	f->source = "RFC 7208, 4.5";
}

/* The record with another last word. */
static struct str
with_all(struct check *c, const char *all)
{
	struct buf b = {0};
	struct str rest = c->spf, term, record;

	while (rest.n > 0) {
		str_cut(&rest, ' ', &term);
		if (term.n == 0 || text_is(term, "all") ||
		    (term.n == 4 && memchr("+-~?", term.p[0], 4) &&
			text_is((struct str){term.p + 1, 3}, "all")))
			continue;
		buf_adds(&b, term);
		buf_addc(&b, ' ');
	}
	buf_addstr(&b, all);
	record = arena_str(c->arena, buf_str(&b));
	buf_release(&b);
	return record;
}

static struct domain_finding *
about(struct check *c, struct domain_finding *f, const char *source)
{
	f->found = c->spf;
	f->source = source;
	return f;
}

static void
judge_all(struct check *c, const struct spf_record *r)
{
	const struct spf_term *all = spf_find(r, SPF_ALL);
	struct domain_finding *f;

	if (all && all->qualifier == '+') {
		f = about(c,
		    problem(c, DOMAIN_SPF, DOMAIN_SPOOFED, c->domain,
			"%s lets everybody send for the domain",
			quoted(all->text)),
		    "RFC 7208, 5.1");
	} else if (all && all->qualifier == '?') {
		f = about(c,
		    finding(c, DOMAIN_SPF, DOMAIN_WARNING, c->domain,
			"\"?all\" says nothing of those it does not name"),
		    "RFC 7208, 8.2");
	} else if (!all && !spf_find(r, SPF_REDIRECT)) {
		f = about(c,
		    finding(c, DOMAIN_SPF, DOMAIN_WARNING, c->domain,
			"it does not end: without \"all\" it says nothing of "
			"those it does not name"),
		    "RFC 7208, 4.7");
	} else {
		return;
	}
	f->advice = STR("end it with \"~all\" (or \"-all\")");
	f->should = with_all(c, "~all");
}

static void
judge_behind(struct check *c, const struct spf_record *r)
{
	const struct spf_term *all = spf_find(r, SPF_ALL);
	struct domain_finding *f;

	for (size_t i = 0; i < r->count; i++) {
		const struct spf_term *t = &r->terms[i];

		if (t->kind == SPF_OTHER) {
			f = about(c,
			    finding(c, DOMAIN_SPF, DOMAIN_WARNING, c->domain,
				"%s means nothing and is passed over",
				quoted(t->text)),
			    "RFC 7208, 6");
			f->advice =
			    STR("a mechanism has a colon: include:DOMAIN");
		} else if (all && t != all &&
			   (t > all ? t->kind < SPF_REDIRECT : false)) {
			f = about(c,
			    finding(c, DOMAIN_SPF, DOMAIN_WARNING, c->domain,
				"%s stands behind %s, where nobody reads it",
				quoted(t->text), quoted(all->text)),
			    "RFC 7208, 5.1");
			f->should = with_all(
			    c, all->qualifier == '-' ? "-all" : "~all");
			f->advice = STR("\"all\" comes last");
			return;
		} else if (all && t->kind == SPF_REDIRECT) {
			f = about(c,
			    finding(c, DOMAIN_SPF, DOMAIN_WARNING, c->domain,
				"%s is not followed where there is an \"all\"",
				quoted(t->text)),
			    "RFC 7208, 6.1");
			f->advice = STR("leave out one of the two");
		}
	}
}

/* Networks so wide that they are other people's too. */
static void
judge_networks(struct check *c, const struct spf_record *r)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct spf_term *t = &r->terms[i];
		bool six = t->kind == SPF_IP6;
		unsigned bits = six ? t->bits6 : t->bits4;
		struct domain_finding *f;

		if ((!six && t->kind != SPF_IP4) || t->qualifier != '+' ||
		    bits >= (six ? 32 : 16))
			continue;
		if (bits < 8)
			f = problem(c, DOMAIN_SPF, DOMAIN_SPOOFED, c->domain,
			    "%s lets a great part of the world send for the "
			    "domain",
			    quoted(t->text));
		else
			f = finding(c, DOMAIN_SPF, DOMAIN_WARNING, c->domain,
			    "%s is a wide network: who else is in it may send "
			    "for the domain",
			    quoted(t->text));
		about(c, f, rfc)->advice =
		    STR("name only the addresses that send");
	}
}

static void
judge_costs(struct check *c, const struct spf_walk *w)
{
	struct domain_finding *f;

	if (w->endless || w->lookups > SPF_LOOKUPS_MAX) {
		f = about(c,
		    problem(c, DOMAIN_SPF, DOMAIN_REFUSED, c->domain,
			"it leads to %s%u lookups, and receivers stop with an "
			"error after 10",
			w->endless ? "more than " : "", w->lookups),
		    "RFC 7208, 4.6.4");
		f->advice = STR("leave out services that do not send for you "
				"any more, let others send for a subdomain");
	} else if (w->lookups > 8) {
		f = about(c,
		    finding(c, DOMAIN_SPF, DOMAIN_WARNING, c->domain,
			"it leads to %u of the 10 lookups there may be: those "
			"it includes can add more",
			w->lookups),
		    "RFC 7208, 4.6.4");
		f->advice = STR("leave out services that do not send for you "
				"any more");
	}
	if (w->voids == 0)
		return;
	f = about(c,
	    w->voids > SPF_VOIDS_MAX
		? problem(c, DOMAIN_SPF, DOMAIN_REFUSED, c->domain,
		      "%u lookups find nothing (%.*s), and receivers stop with "
		      "an error after 2",
		      w->voids, STR_ARG(buf_str(&w->void_names)))
		: finding(c, DOMAIN_SPF, DOMAIN_WARNING, c->domain,
		      "%u lookup%s nothing (%.*s)", w->voids,
		      w->voids == 1 ? " finds" : "s find",
		      STR_ARG(buf_str(&w->void_names))),
	    "RFC 7208, 4.6.4");
	f->advice = STR("leave out names that are gone");
}

static void
judge(struct check *c, const struct spf_record *r, struct spf_walk *w)
{
	struct domain_finding *f;

	if (w->wrong.p && !w->endless) {
		f = about(c,
		    problem(c, DOMAIN_SPF, DOMAIN_REFUSED, c->domain,
			"it does not hold: %.*s", STR_ARG(w->wrong)),
		    "RFC 7208, 4.6");
		f->advice = STR("receivers take an error as if there were no "
				"record: mend it");
	}
	judge_costs(c, w);
	if (w->silent.p) {
		f = about(c,
		    finding(c, DOMAIN_SPF, DOMAIN_UNKNOWN, c->domain,
			"nobody answered for %.*s, to which it leads",
			STR_ARG(w->silent)),
		    "RFC 7208, 2.6.6");
		f->advice = STR("try again");
	}
	judge_all(c, r);
	judge_networks(c, r);
	judge_behind(c, r);
	if (w->uses_ptr) {
		f = about(c,
		    finding(c, DOMAIN_SPF, DOMAIN_WARNING, c->domain,
			"it uses \"ptr\", which is slow and not to be used"),
		    "RFC 7208, 5.5");
		f->advice = STR("name addresses or hosts: ip4:, ip6:, a:");
	}
}

static void
check_record(struct check *c)
{
	struct spf_walk w = {.check = c, .sender = {.domain = c->domain}};
	struct spf_record r;
	struct err err = {0};
	size_t before = c->report->count;
	struct domain_finding *f;

	if (spf_parse(c->spf, c->arena, &r, &err) < 0) {
		f = about(c,
		    problem(c, DOMAIN_SPF, DOMAIN_REFUSED, c->domain,
			"it is no valid record: %s", err.text),
		    "RFC 7208, 4.6");
		f->advice = STR("receivers take an error as if there were no "
				"record: mend it");
		return;
	}
	spf_walk(&w, c->domain, c->spf);
	judge(c, &r, &w);
	c->spf_valid = !w.wrong.p && w.voids <= SPF_VOIDS_MAX &&
		       w.lookups <= SPF_LOOKUPS_MAX;
	if (w.walked_count > 0) {
		struct str *walked =
		    arena_alloc(c->arena, w.walked_count * sizeof(*walked));

		memcpy(walked, w.walked, w.walked_count * sizeof(*walked));
		c->walked = walked;
		c->walked_count = w.walked_count;
	}
	if (c->report->count == before)
		about(c,
		    finding(c, DOMAIN_SPF, DOMAIN_OK, c->domain,
			"valid, with %u of 10 lookups", w.lookups),
		    rfc);
	spf_walk_release(&w);
}

void
check_spf(struct check *c)
{
	struct dns_answer a = look(c, c->domain, DNS_TXT);
	size_t count = 0;

	if (a.outcome == DNS_FAILED) {
		unanswered(c, DOMAIN_SPF, c->domain, &a);
		return;
	}
	for (size_t i = 0; i < a.count; i++)
		if (spf_is(a.records[i].data)) {
			c->spf = a.records[i].data;
			count++;
		}
	if (count == 0) {
		none(c, &a);
	} else if (count > 1) {
		c->spf = (struct str){NULL, 0};
		several(c, &a, count);
	} else {
		check_record(c);
	}
}
