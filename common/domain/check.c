/* SPDX-License-Identifier: ISC */
/* The parts in their order, and what they share. */
#include <strings.h>

#include "domain/domain_priv.h"
#include "mail/mail.h"

bool
text_is(struct str a, const char *word)
{
	return a.n == strlen(word) &&
	       (a.n == 0 || strncasecmp(a.p, word, a.n) == 0);
}

bool
has_word(struct str list, struct str word)
{
	struct str one;

	while (list.n > 0) {
		str_cut(&list, ' ', &one);
		if (str_eq(one, word))
			return true;
	}
	return false;
}

bool
name_is_below(struct str name, struct str parent)
{
	if (name.n && name.p[name.n - 1] == '.')
		name.n--;
	if (parent.n && parent.p[parent.n - 1] == '.')
		parent.n--;
	return name.n >= parent.n && parent.n > 0 &&
	       strncasecmp(name.p + name.n - parent.n, parent.p, parent.n) ==
		   0 &&
	       (name.n == parent.n || name.p[name.n - parent.n - 1] == '.');
}

static struct domain_finding *
add(struct check *c, enum domain_part part, enum domain_severity severity,
    struct str name, const char *fmt, va_list ap)
{
	struct domain_report *r = c->report;
	struct domain_finding *f;
	struct buf b = {0};

	GROW(r->list, r->room, r->count + 1);
	f = &r->list[r->count++];
	buf_vaddf(&b, fmt, ap);
	*f = (struct domain_finding){.part = part,
	    .severity = severity,
	    .name = name,
	    .type = part == DOMAIN_MX ? "MX" : "TXT",
	    .finding = arena_str(c->arena, buf_str(&b))};
	buf_release(&b);
	return f;
}

struct domain_finding *
finding(struct check *c, enum domain_part part, enum domain_severity severity,
    struct str name, const char *fmt, ...)
{
	struct domain_finding *f;
	va_list ap;

	va_start(ap, fmt);
	f = add(c, part, severity, name, fmt, ap);
	va_end(ap);
	return f;
}

struct domain_finding *
problem(struct check *c, enum domain_part part, enum domain_risk risk,
    struct str name, const char *fmt, ...)
{
	struct domain_finding *f;
	va_list ap;

	va_start(ap, fmt);
	f = add(c, part, DOMAIN_PROBLEM, name, fmt, ap);
	va_end(ap);
	f->risk = risk;
	return f;
}

struct dns_answer
look(struct check *c, struct str name, enum dns_type type)
{
	struct dns_answer a = {.outcome = DNS_FAILED, .name = name};

	c->how->ask(c->how->context, name, type, c->arena, &a);
	return a;
}

void
unanswered(struct check *c, enum domain_part part, struct str name,
    const struct dns_answer *a)
{
	struct domain_finding *f = finding(c, part, DOMAIN_UNKNOWN, name,
	    "not known: %s", a->why ? a->why : "no answer");

	f->advice = STR("try again");
}

/* The domain as the DNS has it. */
static int
read_domain(
    struct str text, struct arena *arena, struct str *ret, struct err *err)
{
	struct buf address = {0}, lower = {0}, wire = {0};
	struct str domain = str_trim(text), local;
	int rc = -1;

	if (str_ends(domain, STR(".")))
		domain.n--;
	buf_addstr(&address, "a@");
	buf_adds(&address, domain);
	if (email_normalise(buf_str(&address), &lower) &&
	    mail_address_wire("domain", buf_str(&lower), &wire, err) == 0) {
		domain = buf_str(&wire);
		str_cut(&domain, '@', &local);
		*ret = arena_str(arena, domain);
		rc = 0;
	}
	buf_release(&address);
	buf_release(&lower);
	buf_release(&wire);
	return rc == 0
		   ? 0
		   : err_set(err, ERR_USAGE, "not a domain: %s", quoted(text));
}

/* A selector is one or more labels. */
static int
check_names(const struct domain_how *how, struct err *err)
{
	struct buf wire = {0};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < how->selector_count; i++) {
		struct str s = str_of(how->selectors[i]);

		rc = s.n > 0 && s.n <= 100 ? dns_put_name(&wire, s) : -1;
		if (rc < 0)
			err_set(
			    err, ERR_USAGE, "not a selector: %s", quoted(s));
	}
	for (size_t i = 0; rc == 0 && i < how->relay_count; i++) {
		struct str s = str_of(how->relays[i]);

		rc = s.n > 0 ? dns_put_name(&wire, s) : -1;
		if (rc < 0)
			err_set(err, ERR_USAGE, "not a host: %s", quoted(s));
	}
	buf_release(&wire);
	return rc;
}

int
domain_check(
    const struct domain_how *how, struct domain_report *ret, struct err *err)
{
	struct domain_report r = {0};
	struct check c = {.how = how, .report = &r, .arena = &r.arena};

	if (read_domain(how->domain, &r.arena, &r.domain, err) < 0 ||
	    check_names(how, err) < 0) {
		domain_report_release(&r);
		return -1;
	}
	c.domain = r.domain;
	check_mx(&c);
	/* Of a domain that is not there nothing else need be said. */
	if (c.mx.outcome == DNS_NO_NAME) {
		*ret = r;
		return 0;
	}
	check_spf(&c);
	check_relays(&c);
	check_dkim(&c);
	check_dmarc(&c);
	*ret = r;
	return 0;
}

void
domain_report_release(struct domain_report *r)
{
	if (!r)
		return;
	free(r->list);
	arena_release(&r->arena);
	*r = (struct domain_report){0};
}

size_t
domain_count(const struct domain_report *r, enum domain_severity s)
{
	size_t n = 0;

	for (size_t i = 0; i < r->count; i++)
		n += r->list[i].severity == s;
	return n;
}

bool
domain_has(const struct domain_report *r, enum domain_risk risk)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->list[i].severity == DOMAIN_PROBLEM &&
		    r->list[i].risk == risk)
			return true;
	return false;
}
