/* SPDX-License-Identifier: ISC */
/*
 * The hosts that hand the domain's mail to the world: does SPF cover them, and
 * has each address a name that leads back to it?
 */
#include <arpa/inet.h>

#include "domain/domain_priv.h"
#include "net/net.h"

struct str
address_text(const unsigned char *address, bool six, struct arena *arena)
{
	char text[INET6_ADDRSTRLEN] = "";

	inet_ntop(six ? AF_INET6 : AF_INET, address, text, sizeof(text));
	return arena_str(arena, str_of(text));
}

static struct domain_finding *
soften(const struct check *c, struct domain_finding *f)
{
	if (c->how->relays_may_differ) {
		f->severity = DOMAIN_WARNING;
		f->risk = DOMAIN_NO_RISK;
	}
	return f;
}

/* Does one of the names lead to the address? */
static bool
leads_back(
    struct check *c, const struct dns_answer *names, const struct spf_sender *s)
{
	for (size_t i = 0; i < names->count && i < 10; i++) {
		struct dns_answer a =
		    look(c, names->records[i].data, s->six ? DNS_AAAA : DNS_A);

		for (size_t k = 0; k < a.count; k++)
			if (memcmp(a.records[k].data.p, s->address,
				s->six ? 16 : 4) == 0)
				return true;
	}
	return false;
}

/* Has it a name that leads back? */
static bool
check_name(struct check *c, const struct spf_sender *s, struct str address)
{
	struct str name = spf_reverse_name(s, c->arena);
	struct dns_answer a = look(c, name, DNS_PTR);
	struct domain_finding *f;

	if (a.outcome == DNS_FAILED) {
		unanswered(c, DOMAIN_RELAY, name, &a);
		return false;
	}
	if (leads_back(c, &a, s))
		return true;
	f = soften(c, problem(c, DOMAIN_RELAY, DOMAIN_REFUSED, name,
			  a.count ? "the name of %.*s does not lead back to it"
				  : "%.*s has no name",
			  STR_ARG(address)));
	f->type = "PTR";
	if (a.count)
		f->found = a.records[0].data;
	f->advice = STR("who gave you the address sets its name (PTR); a host "
			"of that name must have the address");
	f->source = "Gmail: requirements for senders";
	return false;
}

/* The record with one more that may send. */
static struct str
with_term(struct check *c, struct str term)
{
	static const char begin[] = "v=spf1";

	if (!c->spf.p)
		return (struct str){NULL, 0};
	return arena_printf(c->arena, "%s %.*s%.*s", begin, STR_ARG(term),
	    (int)(c->spf.n - strlen(begin)), c->spf.p + strlen(begin));
}

static const char *
words_of(enum spf_result r)
{
	switch (r) {
	case SPF_FAIL:
		return "refuses";
	case SPF_SOFTFAIL:
		return "doubts";
	default:
		return "does not name";
	}
}

static void
check_address(
    struct check *c, struct str host, const unsigned char *address, bool six)
{
	struct spf_walk w = {.check = c,
	    .sender = {.known = true, .six = six, .domain = c->domain}};
	struct str text = address_text(address, six, c->arena);
	struct str shown = str_eq(host, text)
			       ? text
			       : arena_printf(c->arena, "%.*s (%.*s)",
				     STR_ARG(text), STR_ARG(host));
	enum spf_result got = SPF_NONE;
	struct domain_finding *f;
	bool named;

	memcpy(w.sender.address, address, six ? 16 : 4);
	named = check_name(c, &w.sender, shown);
	if (c->spf.p)
		got = spf_walk(&w, c->domain, c->spf);
	spf_walk_release(&w);
	if (got == SPF_PASS && named) {
		f = finding(c, DOMAIN_RELAY, DOMAIN_OK, c->domain,
		    "SPF lets %.*s send, and its name leads back to it",
		    STR_ARG(shown));
	} else if (got == SPF_TEMPERROR) {
		f = finding(c, DOMAIN_RELAY, DOMAIN_UNKNOWN, c->domain,
		    "whether SPF lets %.*s send cannot be told: nobody "
		    "answered for %.*s",
		    STR_ARG(shown), STR_ARG(w.silent));
	} else if (got == SPF_PASS || got == SPF_NONE || got == SPF_PERMERROR) {
		return; /* told, here or where SPF was judged */
	} else {
		f = soften(
		    c, problem(c, DOMAIN_RELAY, DOMAIN_REFUSED, c->domain,
			   "SPF %s %.*s, which sends for the domain",
			   words_of(got), STR_ARG(shown)));
		f->advice = c->how->relays_may_differ
				? STR("let it send, if mail goes out from this "
				      "address; else ask who runs it what to "
				      "include")
				: STR("let it send");
		f->should =
		    with_term(c, arena_printf(c->arena, "%s:%.*s",
				     six ? "ip6" : "ip4", STR_ARG(text)));
	}
	f->found = c->spf;
	f->source = "RFC 7208, 4";
}

static void
check_service(struct check *c, struct str host, const struct service *s)
{
	struct str include = str_of(s->include);
	struct domain_finding *f;

	for (size_t i = 0; i < c->walked_count; i++)
		if (str_eq(c->walked[i], include)) {
			f = finding(c, DOMAIN_RELAY, DOMAIN_OK, c->domain,
			    "SPF includes %s, whose host %.*s is", s->name,
			    STR_ARG(host));
			f->found = c->spf;
			return;
		}
	if (!c->spf.p)
		return; /* that is told, with what it should say */
	f = problem(c, DOMAIN_RELAY, DOMAIN_REFUSED, c->domain,
	    "mail leaves through %s (%.*s), which SPF does not include",
	    s->name, STR_ARG(host));
	f->found = c->spf;
	f->advice = STR("include it");
	f->should =
	    with_term(c, arena_printf(c->arena, "include:%s", s->include));
	f->source = "RFC 7208, 5.2";
}

/* Addresses nobody outside sees; what the world sees is another one. */
static bool
is_inside(struct check *c, struct str host, const unsigned char *p, bool six)
{
	struct str text = address_text(p, six, c->arena);
	struct domain_finding *f;

	if (!net_is_private(text.p))
		return false;
	f = finding(c, DOMAIN_RELAY, DOMAIN_NOTE, host,
	    "%.*s is an address of this machine or network: with which one its "
	    "mail goes out is not known here",
	    STR_ARG(text));
	f->advice = STR("give that one with --relay");
	return true;
}

static void
check_host(struct check *c, struct str host)
{
	struct dns_answer a[2] = {
	    look(c, host, DNS_A), look(c, host, DNS_AAAA)};
	struct domain_finding *f;

	for (size_t k = 0; k < 2; k++) {
		if (a[k].outcome == DNS_FAILED)
			unanswered(c, DOMAIN_RELAY, host, &a[k]);
		for (size_t i = 0; i < a[k].count && i < 10; i++) {
			const unsigned char *p =
			    (const unsigned char *)a[k].records[i].data.p;

			if (!is_inside(c, host, p, k == 1))
				check_address(c, host, p, k == 1);
		}
	}
	if (a[0].count + a[1].count > 0 || a[0].outcome == DNS_FAILED ||
	    a[1].outcome == DNS_FAILED)
		return;
	f = problem(c, DOMAIN_RELAY, DOMAIN_REFUSED, host,
	    "the host %.*s, which sends for the domain, has no address",
	    STR_ARG(host));
	f->advice = STR("mend the host's name");
}

void
check_relays(struct check *c)
{
	for (size_t i = 0; i < c->how->relay_count; i++) {
		struct str host = str_of(c->how->relays[i]);
		const struct service *s = service_of(host);
		unsigned char p[16];

		if (text_is(host, "localhost"))
			host = STR("127.0.0.1");
		if (s)
			check_service(c, host, s);
		else if (inet_pton(AF_INET, host.p, p) == 1 ||
			 inet_pton(AF_INET6, host.p, p) == 1) {
			bool six = memchr(host.p, ':', host.n);

			if (!is_inside(c, host, p, six))
				check_address(c, host, p, six);
		} else {
			check_host(c, host);
		}
	}
}
