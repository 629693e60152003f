/* SPDX-License-Identifier: ISC */
/*
 * Where answers and bounces go: receivers ask whether a sender could be
 * answered at all.
 */
#include <arpa/inet.h>

#include "domain/domain_priv.h"

static void
no_mx(struct check *c)
{
	struct dns_answer a = look(c, c->domain, DNS_A);
	struct domain_finding *f;

	if (a.outcome == DNS_EMPTY)
		a = look(c, c->domain, DNS_AAAA);
	if (a.outcome == DNS_FAILED) {
		unanswered(c, DOMAIN_MX, c->domain, &a);
		return;
	}
	if (a.outcome == DNS_FOUND) {
		f = finding(c, DOMAIN_MX, DOMAIN_WARNING, c->domain,
		    "there is no MX: answers and bounces go to the host of "
		    "that "
		    "name, if it takes mail");
		f->source = "RFC 5321, 5.1";
	} else {
		f = problem(c, DOMAIN_MX, DOMAIN_REFUSED, c->domain,
		    "the domain has neither MX nor address: who gets mail from "
		    "it cannot answer");
		f->source = "RFC 5321, 2.3.5";
	}
	f->advice = STR("name the host that takes its mail");
	f->should = arena_printf(c->arena, "10 mail.%.*s", STR_ARG(c->domain));
}

static struct str
mx_text(struct check *c, size_t i)
{
	return arena_printf(c->arena, "%u %.*s", c->mx.records[i].preference,
	    STR_ARG(c->mx.records[i].data));
}

/* Has the host an address? It should be its own name, too. */
static bool
check_host(struct check *c, size_t i)
{
	struct str host = c->mx.records[i].data;
	struct dns_answer a = look(c, host, DNS_A);
	struct domain_finding *f = NULL;
	struct in_addr four;

	if (a.outcome == DNS_EMPTY)
		a = look(c, host, DNS_AAAA);
	if (a.outcome == DNS_FAILED) {
		unanswered(c, DOMAIN_MX, host, &a);
		return true;
	}
	if (inet_pton(AF_INET, host.p, &four) == 1) {
		f = finding(c, DOMAIN_MX, DOMAIN_WARNING, c->domain,
		    "the MX %.*s is an address, not the name of a host",
		    STR_ARG(host));
	} else if (a.outcome != DNS_FOUND) {
		f = finding(c, DOMAIN_MX, DOMAIN_WARNING, c->domain,
		    "the MX %.*s has no address", STR_ARG(host));
	} else if (!str_eq(a.name, host)) {
		f = finding(c, DOMAIN_MX, DOMAIN_WARNING, c->domain,
		    "the MX %.*s is an alias of %.*s", STR_ARG(host),
		    STR_ARG(a.name));
		f->advice = STR("name the host itself");
		f->should = arena_printf(c->arena, "%u %.*s",
		    c->mx.records[i].preference, STR_ARG(a.name));
	}
	if (f) {
		f->found = mx_text(c, i);
		f->source = "RFC 5321, 5.1; RFC 2181, 10.3";
		if (!f->advice.p)
			f->advice = STR("name a host that is there");
	}
	return a.outcome == DNS_FOUND;
}

static void
null_mx(struct check *c)
{
	struct domain_finding *f =
	    problem(c, DOMAIN_MX, DOMAIN_REFUSED, c->domain,
		"the domain says that it takes no mail (null MX): receivers "
		"refuse senders who cannot be answered");

	f->found = mx_text(c, 0);
	f->advice = STR("send from another domain, or name the host that takes "
			"its mail");
	f->source = "RFC 7505, 4.2";
}

void
check_mx(struct check *c)
{
	struct domain_finding *f;
	size_t before = c->report->count, there = 0;

	c->mx = look(c, c->domain, DNS_MX);
	if (c->mx.outcome == DNS_NO_NAME) {
		f = problem(c, DOMAIN_MX, DOMAIN_REFUSED, c->domain,
		    "there is no such domain");
		f->advice = STR("is it written right?");
		f->source = "RFC 5321, 2.3.5";
		return;
	}
	if (c->mx.outcome == DNS_FAILED) {
		unanswered(c, DOMAIN_MX, c->domain, &c->mx);
		return;
	}
	if (c->mx.outcome != DNS_FOUND) {
		no_mx(c);
		return;
	}
	if (c->mx.count == 1 && c->mx.records[0].data.n == 0) {
		null_mx(c);
		return;
	}
	for (size_t i = 0; i < c->mx.count && i < 10; i++)
		there += check_host(c, i);
	if (there == 0) {
		f = problem(c, DOMAIN_MX, DOMAIN_REFUSED, c->domain,
		    "none of its MX has an address: who gets mail from it "
		    "cannot answer");
		f->advice = STR("name the host that takes its mail");
		f->source = "RFC 5321, 5.1";
	} else if (c->report->count == before) {
		f = finding(c, DOMAIN_MX, DOMAIN_OK, c->domain,
		    "mail can be answered, at %zu host%s", c->mx.count,
		    plural((int64_t)c->mx.count));
		f->found = mx_text(c, 0);
		f->source = "RFC 5321, 5.1";
	}
}
