/* SPDX-License-Identifier: ISC */
/*
 * What receivers are asked to do with mail that only claims to come from the
 * domain, and who is told. The policy of the domain itself counts, else that of
 * the organisation's domain: of the parents with one, the one with the fewest
 * labels (public suffixes have none, but for a few that say psd=y).
 */
#include <strings.h>

#include "domain/domain_priv.h"

enum { PARENTS_MAX = 7 };

static const char rfc[] = "RFC 7489, 6.3";

struct policy {
	struct str name;   /* _dmarc.example.jp */
	struct str domain; /* example.jp */
	struct str record;
	struct tags tags;
	bool inherited;
};

static const char *const strengths[] = {"none", "quarantine", "reject"};

/* 0 to 2; -1: none of them. */
static int
strength_of(struct str value)
{
	for (size_t i = 0; i < COUNT_OF(strengths); i++)
		if (value.p && text_is(value, strengths[i]))
			return (int)i;
	return -1;
}

static struct domain_finding *
about(const struct policy *p, struct domain_finding *f, const char *source)
{
	f->found = p->record;
	f->source = source;
	return f;
}

/* The record with one tag of another value, added where it was not. */
static struct str
with_tag(struct check *c, const struct policy *p, const char *name,
    const char *value)
{
	struct buf b = {0};
	struct str record;
	bool done = false;

	for (size_t i = 0; i < p->tags.count; i++) {
		const struct tag *t = &p->tags.list[i];
		bool is = str_is(t->name, name);

		buf_addf(&b, "%s%.*s=%.*s", b.len ? "; " : "", STR_ARG(t->name),
		    STR_ARG(is ? str_of(value) : t->value));
		done = done || is;
	}
	if (!done)
		buf_addf(&b, "; %s=%s", name, value);
	record = arena_str(c->arena, buf_str(&b));
	buf_release(&b);
	return record;
}

/* ---- finding it -----------------------------------------------------------
 */

/* Does it begin with "v=DMARC1", blanks or not? */
static bool
is_dmarc(struct str text)
{
	struct str first, name;

	str_cut(&text, ';', &first);
	return str_cut(&first, '=', &name) && str_is(str_trim(name), "v") &&
	       str_is(str_trim(first), "DMARC1");
}

/* 1 with *ret, 0 when there is none, -1 when the search ends here, with a
 * finding. */
static int
find_at(struct check *c, struct str domain, struct policy *ret)
{
	struct str name =
	    arena_printf(c->arena, "_dmarc.%.*s", STR_ARG(domain));
	struct dns_answer a = look(c, name, DNS_TXT);
	struct domain_finding *f;
	size_t count = 0;

	if (a.outcome == DNS_FAILED) {
		unanswered(c, DOMAIN_DMARC, name, &a);
		return -1;
	}
	for (size_t i = 0; i < a.count; i++)
		if (is_dmarc(a.records[i].data)) {
			ret->record = a.records[i].data;
			count++;
		} else if (str_eq(domain, c->domain)) {
			f = finding(c, DOMAIN_DMARC, DOMAIN_WARNING, name,
			    "this is no DMARC record: one begins with "
			    "\"v=DMARC1;\"");
			f->found = a.records[i].data;
			f->source = "RFC 7489, 6.6.3";
		}
	ret->name = name;
	ret->domain = domain;
	if (count < 2)
		return (int)count;
	f = problem(c, DOMAIN_DMARC, DOMAIN_SPOOFED, name,
	    "there are %zu DMARC records, so none counts", count);
	f->advice = STR("leave one of them");
	f->source = "RFC 7489, 6.6.3";
	return -1;
}

static int
find_policy(struct check *c, struct policy *ret)
{
	struct str parent = c->domain, label;
	int got = find_at(c, c->domain, ret), labels = 1;
	struct policy above;

	for (size_t i = 0; i < parent.n; i++)
		labels += parent.p[i] == '.';
	for (; got == 0 && labels > 2; labels--) {
		str_cut(&parent, '.', &label);
		if (labels - 1 > PARENTS_MAX)
			continue;
		got = find_at(c, parent, &above);
		if (got < 0)
			return got;
		if (got == 1) {
			*ret = above;
			ret->inherited = true;
			got = 0; /* one further up comes first */
		}
	}
	return got == 0 && ret->inherited ? 1 : got;
}

/* ---- reports --------------------------------------------------------------
 */

/* The host behind the @ of "mailto:dmarc@example.jp!10m". */
static struct str
report_host(struct str uri)
{
	static const char begin[] = "mailto:";
	size_t n = strlen(begin);
	struct str host, before;

	uri = str_trim(uri);
	if (uri.n <= n || strncasecmp(uri.p, begin, n) != 0)
		return (struct str){NULL, 0};
	host = (struct str){uri.p + n, uri.n - n};
	str_cut(&host, '!', &before);
	host = before;
	if (!str_cut(&host, '@', &before) || before.n == 0 || host.n == 0)
		return (struct str){NULL, 0};
	return host;
}

/* Does a host that belongs to others want the reports? */
static void
check_outside(struct check *c, const struct policy *p, struct str host)
{
	struct domain_finding *f;
	struct dns_answer a;
	struct str name;

	if (name_is_below(host, p->domain) || name_is_below(p->domain, host))
		return;
	name = arena_printf(c->arena, "%.*s._report._dmarc.%.*s",
	    STR_ARG(p->domain), STR_ARG(host));
	a = look(c, name, DNS_TXT);
	for (size_t i = 0; i < a.count; i++)
		if (is_dmarc(a.records[i].data))
			return;
	if (a.outcome == DNS_FAILED) {
		unanswered(c, DOMAIN_DMARC, name, &a);
		return;
	}
	f = finding(c, DOMAIN_DMARC, DOMAIN_WARNING, name,
	    "%.*s does not say that it wants the reports of %.*s, so nobody "
	    "sends them",
	    STR_ARG(host), STR_ARG(p->domain));
	f->advice = STR("who takes the reports publishes this record");
	f->should = STR("v=DMARC1");
	f->source = "RFC 7489, 7.1";
}

static void
judge_reports(struct check *c, const struct policy *p)
{
	struct str rua = tags_value(&p->tags, "rua"), uri, host;
	struct domain_finding *f;
	size_t asked = 0;
	char to[300];

	snprintf(to, sizeof(to), "mailto:dmarc@%.*s", STR_ARG(p->domain));
	if (!rua.p || rua.n == 0) {
		f = about(p,
		    finding(c, DOMAIN_DMARC, DOMAIN_WARNING, p->name,
			"nobody gets reports: you will not see what fails"),
		    rfc);
		f->advice = STR("have them sent to a mailbox or a service");
		f->should = with_tag(c, p, "rua", to);
		return;
	}
	while (rua.n > 0) {
		str_cut(&rua, ',', &uri);
		host = report_host(uri);
		if (host.p) {
			if (asked++ < 10)
				check_outside(c, p, host);
			continue;
		}
		f = about(p,
		    finding(c, DOMAIN_DMARC, DOMAIN_WARNING, p->name,
			"reports cannot go to %s", quoted(str_trim(uri))),
		    "RFC 7489, 6.2");
		f->advice = STR("write mailto: and an address");
	}
}

/* ---- judging it -----------------------------------------------------------
 */

static void
judge_strength(struct check *c, const struct policy *p, int strength)
{
	bool sub = p->inherited && strength_of(tags_value(&p->tags, "sp")) >= 0;
	const char *tag = sub ? "sp" : "p";
	struct domain_finding *f;
	int64_t pct;

	if (strength == 0) {
		f = about(p,
		    problem(c, DOMAIN_DMARC, DOMAIN_SPOOFED, p->name,
			"%s=none asks receivers to do nothing: others can send "
			"in this name",
			tag),
		    rfc);
		f->advice = STR("when the reports show that your own mail "
				"passes, ask for quarantine, later for reject");
		f->should = with_tag(c, p, tag, "quarantine");
	}
	if (strength > 0 && tags_value(&p->tags, "pct").p &&
	    number_int(tags_value(&p->tags, "pct"), &pct) && pct >= 0 &&
	    pct < 100) {
		f = about(p,
		    finding(c, DOMAIN_DMARC, DOMAIN_WARNING, p->name,
			"pct=%d: it counts for a part of the mail only",
			(int)pct),
		    rfc);
		f->advice = STR("leave out pct when you are through with "
				"trying");
		f->should = with_tag(c, p, "pct", "100");
	}
}

static void
judge_subdomains(struct check *c, const struct policy *p, int strength)
{
	struct str sp = tags_value(&p->tags, "sp");
	struct domain_finding *f;

	if (p->inherited || !sp.p)
		return;
	if (strength_of(sp) < 0) {
		f = about(p,
		    finding(c, DOMAIN_DMARC, DOMAIN_WARNING, p->name,
			"sp=%s is none of none, quarantine, reject",
			quoted(sp)),
		    rfc);
	} else if (strength_of(sp) < strength) {
		f = about(p,
		    finding(c, DOMAIN_DMARC, DOMAIN_WARNING, p->name,
			"subdomains are protected less (sp=%.*s): others can "
			"send in the name of any",
			STR_ARG(sp)),
		    rfc);
	} else {
		return;
	}
	f->advice = STR("ask the same for subdomains");
	f->should = with_tag(c, p, "sp", strengths[strength]);
}

static void
judge_details(struct check *c, const struct policy *p)
{
	static const char *const tags[] = {"aspf", "adkim"};
	static const char *const rules[] = {
	    "the sender of bounces (Return-Path) must be in this very domain, "
	    "not in one below it",
	    "signatures (d=) must be of this very domain, not of one above or "
	    "below it"};
	struct domain_finding *f;
	struct str pct = tags_value(&p->tags, "pct");
	int64_t n;

	for (size_t i = 0; i < COUNT_OF(tags); i++) {
		struct str v = tags_value(&p->tags, tags[i]);

		if (v.p && text_is(v, "s"))
			about(p,
			    finding(c, DOMAIN_DMARC, DOMAIN_NOTE, p->name,
				"%s=s: %s", tags[i], rules[i]),
			    "RFC 7489, 3.1");
		else if (v.p && !text_is(v, "r")) {
			f = about(p,
			    finding(c, DOMAIN_DMARC, DOMAIN_WARNING, p->name,
				"%s=%.*s is neither r nor s", tags[i],
				STR_ARG(v)),
			    rfc);
			f->should = with_tag(c, p, tags[i], "r");
		}
	}
	if (pct.p && (!number_int(pct, &n) || n < 0 || n > 100)) {
		f = about(p,
		    finding(c, DOMAIN_DMARC, DOMAIN_WARNING, p->name,
			"pct=%s is no number from 0 to 100", quoted(pct)),
		    rfc);
		f->should = with_tag(c, p, "pct", "100");
	}
}

static void
not_valid(struct check *c, const struct policy *p, const char *why)
{
	struct domain_finding *f = about(p,
	    problem(c, DOMAIN_DMARC, DOMAIN_SPOOFED, p->name,
		"it is no valid record: %s", why),
	    rfc);

	f->advice = STR("mend it");
	f->should = arena_printf(c->arena,
	    "v=DMARC1; p=none; rua=mailto:dmarc@%.*s", STR_ARG(p->domain));
}

static void
judge(struct check *c, struct policy *p)
{
	struct err err = {0};
	struct str sp;
	int strength;
	size_t before = c->report->count;

	if (tags_parse(p->record, c->arena, &p->tags, &err) < 0) {
		not_valid(c, p, err.text);
		return;
	}
	strength = strength_of(tags_value(&p->tags, "p"));
	if (strength < 0) {
		not_valid(c, p, "p= is none of none, quarantine, reject");
		return;
	}
	sp = tags_value(&p->tags, "sp");
	if (p->inherited && strength_of(sp) >= 0)
		strength = strength_of(sp);
	judge_strength(c, p, strength);
	judge_subdomains(c, p, strength);
	judge_details(c, p);
	judge_reports(c, p);
	if (c->report->count == before)
		about(p,
		    finding(c, DOMAIN_DMARC, DOMAIN_OK, p->name,
			"receivers are asked to %s what is not yours%s",
			strength == 2 ? "refuse" : "quarantine",
			p->inherited ? ", by the domain above" : ""),
		    rfc);
}

void
check_dmarc(struct check *c)
{
	struct policy p = {0};
	struct domain_finding *f;
	int got = find_policy(c, &p);

	if (got > 0)
		judge(c, &p);
	if (got != 0)
		return;
	f = problem(c, DOMAIN_DMARC, DOMAIN_SPOOFED,
	    arena_printf(c->arena, "_dmarc.%.*s", STR_ARG(c->domain)),
	    "there is no DMARC record: others can send in this name, and "
	    "large receivers refuse bulk mail without one");
	f->advice = STR("begin with p=none and reports; when they show that "
			"your own mail passes, ask for quarantine");
	f->should = arena_printf(c->arena,
	    "v=DMARC1; p=none; rua=mailto:dmarc@%.*s", STR_ARG(c->domain));
	f->source = "Gmail, Yahoo and Microsoft: requirements for senders";
}
