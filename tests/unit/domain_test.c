/* SPDX-License-Identifier: ISC */
/*
 * domain: zones as texts, and what is found to be true of them.
 */
#include <arpa/inet.h>

#include "domain/domain_priv.h"
#include "../tools/zone.h"
#include "domain_keys.h"
#include "unit.h"

static unsigned asked;

static void
fill(struct dns_record *r, enum dns_type type, const char *data,
    struct arena *arena)
{
	unsigned char p[16];
	char *end;

	switch (type) {
	case DNS_MX:
		r->preference = (unsigned)strtoul(data, &end, 10);
		end += *end == ' ';
		r->data = arena_str(arena, str_of(*end == '.' ? "" : end));
		return;
	case DNS_A:
	case DNS_AAAA:
		if (inet_pton(type == DNS_A ? AF_INET : AF_INET6, data, p) == 1)
			r->data = arena_str(arena,
			    (struct str){(char *)p, type == DNS_A ? 4 : 16});
		return;
	default:
		r->data = arena_str(arena, str_of(data));
	}
}

static void
ask_zone(void *context, struct str name, enum dns_type type,
    struct arena *arena, struct dns_answer *ret)
{
	const struct zone *z = context;
	const struct zone_record *r;
	const char *word = type == DNS_TXT    ? "TXT"
			   : type == DNS_MX   ? "MX"
			   : type == DNS_A    ? "A"
			   : type == DNS_AAAA ? "AAAA"
					      : "PTR";
	size_t at = 0;

	asked++;
	*ret = (struct dns_answer){.outcome = DNS_NO_NAME, .name = name};
	if (zone_next(z, name, "FAIL", &at)) {
		ret->outcome = DNS_FAILED;
		ret->why = "test fails to find out";
		return;
	}
	at = 0;
	if ((r = zone_next(z, name, "CNAME", &at))) {
		ask_zone(context, str_of(r->data), type, arena, ret);
		return;
	}
	if (zone_knows(z, name))
		ret->outcome = DNS_EMPTY;
	ret->records = arena_zalloc(arena, z->count * sizeof(*ret->records));
	for (at = 0; (r = zone_next(z, name, word, &at));) {
		fill(&ret->records[ret->count++], type, r->data, arena);
		ret->outcome = DNS_FOUND;
	}
}

/* ---- a report as lines ----------------------------------------------------
 */

static struct buf told;

static const char *
judge(const char *records, const char *domain, const char *selector,
    const char *relay)
{
	static const char *const parts[] = {
	    "mx", "spf", "relay", "dkim", "dmarc"};
	static const char *const severities[] = {
	    "ok", "note", "warning", "unknown", "problem"};
	static const char *const risks[] = {"", " refused", " spoofed"};
	struct zone z = {0};
	struct domain_how how = {.domain = str_of(domain),
	    .selectors = &selector,
	    .selector_count = selector != NULL,
	    .relays = &relay,
	    .relay_count = relay != NULL,
	    .ask = ask_zone,
	    .context = &z};
	struct domain_report r = {0};
	struct err err = {0};

	asked = 0;
	buf_clear(&told);
	zone_read(&z, str_of(records));
	if (domain_check(&how, &r, &err) < 0)
		buf_addf(&told, "error %d %s\n", err.kind, err.text);
	for (size_t i = 0; i < r.count; i++) {
		const struct domain_finding *f = &r.list[i];

		buf_addf(&told, "%s %s%s %.*s: %.*s", parts[f->part],
		    severities[f->severity], risks[f->risk], STR_ARG(f->name),
		    STR_ARG(f->finding));
		if (f->should.p)
			buf_addf(&told, " => %.*s", STR_ARG(f->should));
		buf_addc(&told, '\n');
		CHECK((f->severity == DOMAIN_PROBLEM) == (f->risk != 0));
		CHECK(f->severity < DOMAIN_WARNING || f->source || f->advice.p);
	}
	domain_report_release(&r);
	zone_release(&z);
	return told.p ? told.p : "";
}

/* Is this a line, or the beginning of one? */
static bool
says(const char *line)
{
	const char *at = told.p;

	while (at && (at = strstr(at, line))) {
		if (at == told.p || at[-1] == '\n')
			return true;
		at++;
	}
	printf("no line: %s\namong:\n%s", line, told.p ? told.p : "");
	return false;
}

static bool
quiet(const char *part)
{
	char line[40];

	snprintf(line, sizeof(line), "%s ok", part);
	for (const char *at = told.p; at && *at; at = strchr(at, '\n') + 1)
		if (strncmp(at, part, strlen(part)) == 0 &&
		    at[strlen(part)] == ' ' &&
		    strncmp(at, line, strlen(line)) != 0) {
			printf("not only ok:\n%s", told.p);
			return false;
		}
	return says(line);
}

/* ---- a domain as it should be ---------------------------------------------
 */

#define GOOD_MX                              \
	"example.jp MX 10 mail.example.jp\n" \
	"mail.example.jp A 203.1.113.7\n"    \
	"7.113.1.203.in-addr.arpa PTR mail.example.jp\n"
#define GOOD_SPF "example.jp TXT v=spf1 mx ip4:203.1.114.0/24 -all\n"
#define GOOD_DKIM \
	"s1._domainkey.example.jp TXT v=DKIM1; k=rsa; p=" RSA_2048 "\n"
#define GOOD_DMARC                                   \
	"_dmarc.example.jp TXT v=DMARC1; p=reject; " \
	"rua=mailto:dmarc@example.jp\n"

static void
as_it_should_be(void)
{
	judge(GOOD_MX GOOD_SPF GOOD_DKIM GOOD_DMARC, "example.jp", NULL,
	    "mail.example.jp");
	CHECK(quiet("mx") && quiet("spf") && quiet("relay") && quiet("dkim") &&
	      quiet("dmarc"));
	CHECK(says("spf ok example.jp: valid, with 1 of 10 lookups"));
	CHECK(
	    says("dkim ok s1._domainkey.example.jp: an RSA key of 2048 bits"));
	judge(GOOD_MX GOOD_SPF GOOD_DKIM GOOD_DMARC, " Example.JP. ", "s1",
	    "203.1.114.9");
	CHECK(quiet("dkim"));
	CHECK(says("relay problem refused 9.114.1.203.in-addr.arpa: "
		   "203.1.114.9 has no name"));
}

static void
nothing_there(void)
{
	CHECK_TEXT(judge("jp TXT x\n", "例え.jp", NULL, NULL),
	    "mx problem refused xn--r8jz45g.jp: there is no such domain\n");
	judge("xn--r8jz45g.jp TXT x\n", "例え.jp", NULL, NULL);
	CHECK(
	    says("mx problem refused xn--r8jz45g.jp: the domain has neither"));
	CHECK(
	    says("spf problem refused xn--r8jz45g.jp: there is no SPF "
		 "record: nobody knows who may send for it => v=spf1 mx ~all"));
	CHECK(says("dkim problem refused _domainkey.xn--r8jz45g.jp: there are "
		   "no keys"));
	CHECK(says("dmarc problem spoofed _dmarc.xn--r8jz45g.jp: there is no "
		   "DMARC record"));
	CHECK_TEXT(judge("", "exa mple.jp", NULL, NULL),
	    "error 2 not a domain: \"exa mple.jp\"\n");
	CHECK_TEXT(
	    judge("", "jp", NULL, NULL), "error 2 not a domain: \"jp\"\n");
	CHECK_TEXT(judge("", "a.jp", "a..b", NULL),
	    "error 2 not a selector: \"a..b\"\n");
	CHECK_TEXT(judge("", "a.jp", NULL, ""), "error 2 not a host: \"\"\n");
}

static void
nobody_answers(void)
{
	judge("example.jp FAIL x\n_dmarc.example.jp FAIL x\n"
	      "s._domainkey.example.jp FAIL x\n",
	    "example.jp", "s", NULL);
	CHECK(says("mx unknown example.jp: not known: test fails"));
	CHECK(says("spf unknown example.jp: "));
	CHECK(says("dkim unknown s._domainkey.example.jp: "));
	CHECK(says("dmarc unknown _dmarc.example.jp: "));
	CHECK(!strstr(told.p, "problem"));
	judge("example.jp TXT v=spf1 include:b.jp -all\nb.jp FAIL x\n",
	    "example.jp", NULL, NULL);
	CHECK(says("spf unknown example.jp: nobody answered for b.jp"));
}

/* ---- MX -------------------------------------------------------------------
 */

static const struct {
	const char *zone, *line;
} mx_cases[] = {
    {"a.jp MX 0 .\n", "mx problem refused a.jp: the domain says that it takes "
		      "no mail"},
    {"a.jp A 203.1.113.7\n", "mx warning a.jp: there is no MX: answers and "
			     "bounces go to the host"},
    {"a.jp TXT x\n", "mx problem refused a.jp: the domain has neither"},
    {"a.jp MX 5 b.jp\n", "mx problem refused a.jp: none of its MX has an "
			 "address"},
    {"a.jp MX 5 b.jp\na.jp MX 9 c.jp\nc.jp AAAA 2a00::1\nb.jp TXT x\n",
	"mx warning a.jp: the MX b.jp has no address"},
    {"a.jp MX 5 b.jp\nb.jp AAAA 2a00::1\n",
	"mx ok a.jp: mail can be answered, at 1 host"},
    {"a.jp MX 5 203.1.113.7\n", "mx warning a.jp: the MX 203.1.113.7 is an "
				"address"},
    {"a.jp MX 5 b.jp\nb.jp CNAME c.jp\nc.jp A 203.1.113.7\n",
	"mx warning a.jp: the MX b.jp is an alias of c.jp => 5 c.jp"},
    {"a.jp MX 5 b.jp\nb.jp FAIL x\n", "mx unknown b.jp: not known"},
};

static void
mx(void)
{
	for (size_t i = 0; i < COUNT_OF(mx_cases); i++) {
		judge(mx_cases[i].zone, "a.jp", "s", NULL);
		CHECK(says(mx_cases[i].line));
	}
}

/* ---- SPF ------------------------------------------------------------------
 */

static const char *
parse(const char *text)
{
	static struct err err;
	struct arena arena = {0};
	struct spf_record r;

	err.text[0] = '\0';
	if (spf_parse(str_of(text), &arena, &r, &err) == 0)
		snprintf(err.text, sizeof(err.text), "%zu terms", r.count);
	arena_release(&arena);
	return err.text;
}

static const struct {
	const char *text, *got;
} spf_parses[] = {
    {"v=spf1", "0 terms"},
    {"V=SPF1  MX  -ALL ", "2 terms"},
    {"v=spf1 a a:b.jp a/24 a//64 a/24//64 a:b.jp/0//0 -all", "7 terms"},
    {"v=spf1 mx/20 mx:b.jp//128 ?ptr ~ptr:b.jp", "4 terms"},
    {"v=spf1 ip4:203.0.113.7 ip4:203.0.113.0/24 ip6:2001:db8::/32 "
     "ip6:::1 +ip6:2001:db8::203.0.113.7",
	"5 terms"},
    {"v=spf1 exists:%{ir}.%{l1r-}.%{d2}.b.jp include:_spf.b.jp.", "2 terms"},
    {"v=spf1 redirect=_spf.b.jp exp=why.b.jp x-y.z=1", "3 terms"},
    {"v=spf1 exists:%%%_%-.%{h}", "1 terms"},
    {"v=spf1 a:b.jp-", "\"a:b.jp-\": no name of a domain"},
    {"v=spf1 all:b.jp", "\"all:b.jp\": not written like that"},
    {"v=spf1 include", "\"include\": it names nothing"},
    {"v=spf1 include:", "\"include:\": it names nothing"},
    {"v=spf1 include:jp", "\"include:jp\": no name of a domain"},
    {"v=spf1 a:203.0.113.7", "\"a:203.0.113.7\": no name of a domain"},
    {"v=spf1 a/33", "\"a/33\": no size of a network"},
    {"v=spf1 a/024", "\"a/024\": no size of a network"},
    {"v=spf1 a//129", "\"a//129\": no size of a network"},
    {"v=spf1 ip4:203.0.113", "\"ip4:203.0.113\": no IPv4 address"},
    {"v=spf1 ip4:203.0.113.0/33", "\"ip4:203.0.113.0/33\": no size of a "
				  "network"},
    {"v=spf1 ip6:203.0.113.7", "\"ip6:203.0.113.7\": no IPv6 address"},
    {"v=spf1 ipv4:203.0.113.7",
	"\"ipv4:203.0.113.7\": an address is written ip4:192.0.2.1"},
    {"v=spf1 203.0.113.7",
	"\"203.0.113.7\": an address is written ip4:192.0.2.1"},
    {"v=spf1 _spf.google.com",
	"\"_spf.google.com\": a domain is written include:DOMAIN"},
    {"v=spf1 mail -all", "\"mail\": there is no such mechanism"},
    {"v=spf1 redirect=a.jp redirect=b.jp",
	"\"redirect=b.jp\": it stands there twice"},
    {"v=spf1 redirect:a.jp", "\"redirect:a.jp\": there is no such mechanism"},
    {"v=spf1 exists:%{x}.jp", "\"exists:%{x}.jp\": no such macro"},
    {"v=spf1 exists:%{i", "\"exists:%{i\": no such macro"},
    {"v=spf1 exists:%{d0}", "\"exists:%{d0}\": no such macro"},
    {"v=spf1 exists:%a.jp", "\"exists:%a.jp\": no such macro"},
    {"v=spf1 a:b..jp", "\"a:b..jp\": no name of a domain"},
    {"v=spf1 +", "\"+\": there is no such mechanism"},
    {"v=spf1 =x", "\"=x\": there is no such mechanism"},
    {"v=spf1\tmx", "it holds characters that are not ASCII"},
    {"v=spf1 ａ", "it holds characters that are not ASCII"},
};

static void
spf_grammar(void)
{
	CHECK(spf_is(STR("v=spf1")) && spf_is(STR("V=sPf1 x")));
	CHECK(!spf_is(STR("v=spf10")) && !spf_is(STR("v=spf1\tx")));
	CHECK(!spf_is(STR(" v=spf1")) && !spf_is(STR("")));
	for (size_t i = 0; i < COUNT_OF(spf_parses); i++)
		if (strcmp(spf_parses[i].text, "v=spf1\tmx") != 0 ||
		    spf_is(str_of(spf_parses[i].text)))
			CHECK_TEXT(
			    parse(spf_parses[i].text), spf_parses[i].got);
}

/* RFC 7208, 7.4. */
static const struct {
	const char *macro, *four, *six;
} macros[] = {
    {"%{s}", "postmaster@email.example.com", "postmaster@email.example.com"},
    {"%{o}", "email.example.com", "email.example.com"},
    {"%{d}", "email.example.com", "email.example.com"},
    {"%{d4}", "email.example.com", "email.example.com"},
    {"%{d3}", "email.example.com", "email.example.com"},
    {"%{d2}", "example.com", "example.com"},
    {"%{d1}", "com", "com"},
    {"%{dr}", "com.example.email", "com.example.email"},
    {"%{d2r}", "example.email", "example.email"},
    {"%{l1r-}", "postmaster", "postmaster"},
    {"%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com",
	"1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6."
	"_spf.example.com"},
    {"%{i}", "192.0.2.3",
	"2.0.0.1.0.d.b.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.c.b.0.1"},
};

static void
spf_macros(void)
{
	struct spf_sender s = {.known = true,
	    .address = {192, 0, 2, 3},
	    .domain = STR("email.example.com")};
	struct arena arena = {0};
	struct buf b = {0};

	for (size_t i = 0; i < COUNT_OF(macros); i++) {
		s.six = false;
		inet_pton(AF_INET, "192.0.2.3", s.address);
		buf_clear(&b);
		CHECK_INT(
		    spf_expand(str_of(macros[i].macro), &s, s.domain, &b), 0);
		CHECK_TEXT(b.p, macros[i].four);
		s.six = true;
		inet_pton(AF_INET6, "2001:db8::cb01", s.address);
		buf_clear(&b);
		CHECK_INT(
		    spf_expand(str_of(macros[i].macro), &s, s.domain, &b), 0);
		CHECK_TEXT(b.p, macros[i].six);
	}
	s.known = false;
	buf_clear(&b);
	CHECK_INT(spf_expand(STR("x.%{i}"), &s, s.domain, &b), 1);
	CHECK_INT(b.len, 0);
	/* Longer than a name may be: labels go from the left. */
	for (int i = 0; i < 60; i++)
		buf_addstr(&b, "abcd.");
	buf_addstr(&b, "jp");
	s.domain = arena_str(&arena, buf_str(&b));
	buf_clear(&b);
	CHECK_INT(spf_expand(STR("%{d}"), &s, s.domain, &b), 0);
	CHECK_INT(b.len, 252);
	CHECK(strncmp(b.p, "abcd.", 5) == 0);
	buf_release(&b);
	arena_release(&arena);
}

static const struct {
	const char *zone, *line;
} spf_cases[] = {
    {"a.jp TXT v=spf1 -all\na.jp TXT v=spf1 mx ip4:203.1.113.7 ?all\n",
	"spf problem refused a.jp: there are 2 SPF records: that is an error, "
	"and none counts => v=spf1 mx ip4:203.1.113.7 -all"},
    {"a.jp TXT v=spf1; mx -all\n", "spf problem refused a.jp: this is no SPF "
				   "record, though it was meant to be"},
    {"a.jp TXT google-site-verification=x\n", "spf problem refused a.jp: there "
					      "is no SPF record"},
    {"a.jp MX 1 a-jp.mail.protection.outlook.com\n",
	"spf problem refused a.jp: there is no SPF record: nobody knows who "
	"may send for it => v=spf1 include:spf.protection.outlook.com ~all"},
    {"a.jp TXT v=spf1 mx +all\n",
	"spf problem spoofed a.jp: \"+all\" lets everybody send for the domain "
	"=> v=spf1 mx ~all"},
    {"a.jp TXT v=spf1 all\n", "spf problem spoofed a.jp: \"all\" lets"},
    {"a.jp TXT v=spf1 ip4:203.1.113.7 ?all\n",
	"spf warning a.jp: \"?all\" says nothing of those it does not name => "
	"v=spf1 ip4:203.1.113.7 ~all"},
    {"a.jp TXT v=spf1 ip4:203.1.113.7\n",
	"spf warning a.jp: it does not end: without \"all\" it says nothing"},
    {"a.jp TXT v=spf1 -all ip4:203.1.113.7\n",
	"spf warning a.jp: \"ip4:203.1.113.7\" stands behind \"-all\", where "
	"nobody reads it => v=spf1 ip4:203.1.113.7 -all"},
    {"a.jp TXT v=spf1 -all redirect=b.jp\n",
	"spf warning a.jp: \"redirect=b.jp\" is not followed"},
    {"a.jp TXT v=spf1 include=b.jp -all\n",
	"spf warning a.jp: \"include=b.jp\" means nothing"},
    {"a.jp TXT v=spf1 ip4:0.0.0.0/0 -all\n",
	"spf problem spoofed a.jp: \"ip4:0.0.0.0/0\" lets a great part"},
    {"a.jp TXT v=spf1 ip4:203.0.0.0/8 -all\n",
	"spf warning a.jp: \"ip4:203.0.0.0/8\" is a wide network"},
    {"a.jp TXT v=spf1 ptr -all\n", "spf warning a.jp: it uses \"ptr\""},
    {"a.jp TXT v=spf1 ip4:203.1.113.300 -all\n",
	"spf problem refused a.jp: it is no valid record: "
	"\"ip4:203.1.113.300\": no IPv4 address"},
    {"a.jp TXT v=spf1 include:b.jp -all\n",
	"spf problem refused a.jp: it does not hold: b.jp is included and has "
	"no SPF record"},
    {"a.jp TXT v=spf1 redirect=b.jp\n",
	"spf problem refused a.jp: it does not hold: redirect= leads to b.jp, "
	"which has no SPF record"},
    {"a.jp TXT v=spf1 include:b.jp -all\nb.jp TXT v=spf1 ip4:1 -all\n",
	"spf problem refused a.jp: it does not hold: in the record of b.jp: "
	"\"ip4:1\": no IPv4 address"},
    {"a.jp TXT v=spf1 include:b.jp -all\nb.jp TXT v=spf1\nb.jp TXT v=spf1 a\n",
	"spf problem refused a.jp: it does not hold: in the record of b.jp: "
	"there is more than one SPF record"},
    {"a.jp TXT v=spf1 include:a.jp -all\n",
	"spf problem refused a.jp: it leads to more than "},
    {"a.jp TXT v=spf1 include:b.jp include:b.jp -all\nb.jp TXT v=spf1 "
     "include:a.jp -all\n",
	"spf problem refused a.jp: it leads to more than "},
    {"a.jp TXT v=spf1 a:x.jp a:y.jp a:z.jp -all\n",
	"spf problem refused a.jp: 3 lookups find nothing (x.jp, y.jp, z.jp)"},
    {"a.jp TXT v=spf1 a:x.jp -all\n",
	"spf warning a.jp: 1 lookup finds nothing (x.jp)"},
    {"a.jp TXT v=spf1 exists:%{i}.b.jp -all\n",
	"spf ok a.jp: valid, with 1 of 10 lookups"},
    {"a.jp TXT v=spf1 redirect=b.jp\nb.jp TXT v=spf1 ip6:2a00::/32 ~all\n",
	"spf ok a.jp: valid, with 1 of 10 lookups"},
};

static void
spf_records(void)
{
	for (size_t i = 0; i < COUNT_OF(spf_cases); i++) {
		judge(spf_cases[i].zone, "a.jp", "s", NULL);
		CHECK(says(spf_cases[i].line));
		CHECK(asked < 200);
	}
}

/* n includes beside each other. */
static void
spf_limit(unsigned n, const char *line)
{
	struct buf zone = {0};

	buf_addstr(&zone, "b.jp TXT v=spf1 -all\na.jp TXT v=spf1");
	for (unsigned i = 0; i < n; i++)
		buf_addstr(&zone, " include:b.jp");
	buf_addstr(&zone, " -all\n");
	judge(zone.p, "a.jp", "s", "203.1.113.7");
	CHECK(says(line));
	/* An address that nothing matches goes all the way. */
	CHECK(n > 10 ? !strstr(told.p, "SPF refuses 203.1.113.7")
		     : says("relay problem refused a.jp: SPF refuses "
			    "203.1.113.7"));
	buf_release(&zone);
}

/* Which addresses a record lets send. */
static const struct {
	const char *spf, *address, *line;
} sends[] = {
    {"ip4:203.1.113.0/24 -all", "203.1.113.200", "ok"},
    {"ip4:203.1.113.0/24 -all", "203.1.114.1",
	"problem refused a.jp: SPF refuses 203.1.114.1"},
    {"ip4:203.1.113.0/23 ~all", "203.1.113.9", "ok"},
    {"ip4:203.1.112.0/25 ~all", "203.1.112.128",
	"problem refused a.jp: SPF doubts 203.1.112.128"},
    {"ip4:203.1.113.7 ?all", "203.1.113.8",
	"problem refused a.jp: SPF does not name 203.1.113.8"},
    {"-ip4:203.1.113.7 ip4:203.1.113.0/24 -all", "203.1.113.7",
	"problem refused a.jp: SPF refuses 203.1.113.7"},
    {"ip6:2a00:1:2::/48 -all", "2a00:1:2:3::4", "ok"},
    {"ip6:2a00:1:2::/48 -all", "203.1.113.7", "problem"},
    {"a -all", "203.1.113.1", "ok"},
    {"a/24 -all", "203.1.113.99", "ok"},
    {"a:six.jp//64 -all", "2a00::5", "ok"},
    {"a:six.jp -all", "2a00::5", "problem"},
    {"mx -all", "203.1.113.2", "ok"},
    {"mx -all", "203.1.113.3", "problem"},
    {"include:b.jp -all", "203.1.115.1", "ok"},
    {"include:b.jp -all", "203.1.115.2", "problem"},
    {"include:alias.jp -all", "203.1.115.1", "ok"},
    {"redirect=b.jp", "203.1.115.1", "ok"},
    {"redirect=b.jp", "203.1.115.2",
	"problem refused a.jp: SPF doubts 203.1.115.2"},
    {"exists:%{ir}.list.jp -all", "203.1.116.1", "ok"},
    {"exists:%{ir}.list.jp -all", "203.1.116.2", "problem"},
    {"ptr:b.jp -all", "203.1.117.1", "ok"},
    {"ptr:c.jp -all", "203.1.117.1", "problem"},
    {"include:silent.jp -all", "203.1.115.1", "unknown"},
    {"ip4:203.1.113.7 include:silent.jp -all", "203.1.113.7", "ok"},
};

static void
spf_senders(void)
{
	static const char rest[] =
	    "a.jp A 203.1.113.1\na.jp MX 1 m.jp\nm.jp A 203.1.113.2\n"
	    "six.jp AAAA 2a00::1\nb.jp TXT v=spf1 ip4:203.1.115.1 ~all\n"
	    "alias.jp CNAME b.jp\n1.116.1.203.list.jp A 127.0.0.2\n"
	    "1.117.1.203.in-addr.arpa PTR h.b.jp\nh.b.jp A 203.1.117.1\n"
	    "silent.jp FAIL x\n";
	struct buf zone = {0};
	char line[200];

	for (size_t i = 0; i < COUNT_OF(sends); i++) {
		struct spf_sender s = {
		    .known = true, .six = strchr(sends[i].address, ':')};
		struct arena arena = {0};

		/* Each has a name that leads back. */
		inet_pton(
		    s.six ? AF_INET6 : AF_INET, sends[i].address, s.address);
		buf_clear(&zone);
		buf_addf(&zone,
		    "%sa.jp TXT v=spf1 %s\n%.*s PTR name.a.jp\n"
		    "name.a.jp %s %s\n",
		    rest, sends[i].spf, STR_ARG(spf_reverse_name(&s, &arena)),
		    s.six ? "AAAA" : "A", sends[i].address);
		judge(zone.p, "a.jp", "s", sends[i].address);
		snprintf(line, sizeof(line), "relay %s", sends[i].line);
		if (!says(line))
			printf("%s from %s\n", sends[i].spf, sends[i].address);
		CHECK(says(line));
		arena_release(&arena);
	}
	buf_release(&zone);
}

static const struct {
	const char *zone, *relay, *line;
} relays[] = {
    {"a.jp TXT v=spf1 mx -all\n", "smtp-relay.gmail.com",
	"relay problem refused a.jp: mail leaves through Google Workspace "
	"(smtp-relay.gmail.com), which SPF does not include => v=spf1 "
	"include:_spf.google.com mx -all"},
    {"a.jp TXT v=spf1 include:_spf.google.com -all\n_spf.google.com TXT v=spf1 "
     "-all\n",
	"smtp.gmail.com", "relay ok a.jp: SPF includes Google Workspace"},
    {"a.jp TXT v=spf1 -all\n", "email-smtp.ap-northeast-1.amazonaws.com",
	"relay problem refused a.jp: mail leaves through Amazon SES"},
    {"a.jp TXT v=spf1 -all\n", "ec2-1.compute.amazonaws.com",
	"relay problem refused ec2-1.compute.amazonaws.com: the host"},
    {"a.jp TXT v=spf1 -all\n", "127.0.0.1",
	"relay note 127.0.0.1: 127.0.0.1 is an address of this machine"},
    {"a.jp TXT v=spf1 -all\nm.a.jp A 10.0.0.1\n", "m.a.jp",
	"relay note m.a.jp: 10.0.0.1 is an address of this machine"},
    {"a.jp TXT v=spf1 -all\nm.a.jp FAIL x\n", "m.a.jp",
	"relay unknown m.a.jp: not known"},
    {"a.jp TXT v=spf1 ip4:203.1.113.7 -all\nm.a.jp A 203.1.113.7\n"
     "7.113.1.203.in-addr.arpa PTR other.jp\n",
	"m.a.jp",
	"relay problem refused 7.113.1.203.in-addr.arpa: the name of "
	"203.1.113.7 (m.a.jp) does not lead back to it"},
};

static void
spf_relays(void)
{
	for (size_t i = 0; i < COUNT_OF(relays); i++) {
		judge(relays[i].zone, "a.jp", "s", relays[i].relay);
		CHECK(says(relays[i].line));
	}
}

/* ---- DKIM -----------------------------------------------------------------
 */

static void
keys(void)
{
	CHECK_INT(key_bits(STR(RSA_512), false), 512);
	CHECK_INT(key_bits(STR(RSA_1024), false), 1024);
	CHECK_INT(key_bits(STR(RSA_2048), false), 2048);
	CHECK_INT(key_bits(STR(RSA_6144), false), 6144);
	CHECK_INT(key_bits(STR(RSA_BARE), false), 1024);
	CHECK_INT(key_bits(STR(ED25519), true), 256);
	CHECK_INT(key_bits(STR(ED25519), false), 0);
	CHECK_INT(key_bits(STR(RSA_1024), true), 0);
	CHECK_INT(key_bits(STR("MIGf MA0G"), false), 0);
	CHECK_INT(key_bits(STR("===="), false), 0);
	CHECK_INT(key_bits(STR(""), false), 0);
	CHECK_INT(key_bits(STR("MIG!"), false), 0);
	/* Cut off anywhere, it is none. */
	for (size_t n = 0; n < strlen(RSA_2048) - 8; n++)
		CHECK_INT(key_bits((struct str){RSA_2048, n}, false), 0);
}

static const struct {
	const char *record, *line;
} dkim_cases[] = {
    {"v=DKIM1; k=rsa; p=" RSA_2048, "ok s._domainkey.a.jp: an RSA key of 2048"},
    {"p=" RSA_2048, "ok s._domainkey.a.jp: an RSA key of 2048"},
    {"v=DKIM1;k=ed25519;p=" ED25519 ";", "ok s._domainkey.a.jp: an Ed25519"},
    {"v=DKIM1; p=" RSA_1024, "warning s._domainkey.a.jp: the key has 1024"},
    {"v=DKIM1; p=" RSA_6144, "warning s._domainkey.a.jp: the key has 6144"},
    {"v=DKIM1; p=" RSA_512,
	"problem spoofed s._domainkey.a.jp: the key has 512 bits"},
    {"v=DKIM1; p=", "problem refused s._domainkey.a.jp: its p= is empty"},
    {"v=DKIM1; k=rsa", "problem refused s._domainkey.a.jp: it has no p="},
    {"v=DKIM1; p=MIGfMA0GCSq",
	"problem refused s._domainkey.a.jp: its p= is no RSA key"},
    {"v=DKIM1; k=dsa; p=" RSA_2048,
	"problem refused s._domainkey.a.jp: its k= is neither"},
    {"v=DKIM1; h=sha1; p=" RSA_2048,
	"problem refused s._domainkey.a.jp: its h= leaves out sha256"},
    {"v=DKIM1; h=sha1 : sha256; s=*; p=" RSA_2048, "ok s._domainkey.a.jp"},
    {"v=DKIM1; s=other; p=" RSA_2048,
	"problem refused s._domainkey.a.jp: its s= says"},
    {"v=DKIM1; t=y:s; p=" RSA_2048, "warning s._domainkey.a.jp: it says t=y"},
    {"k=rsa; v=DKIM1; p=" RSA_2048,
	"problem refused s._domainkey.a.jp: its v="},
    {"v=DKIM2; p=" RSA_2048, "problem refused s._domainkey.a.jp: its v="},
    {"v=DKIM1; p=a; p=b",
	"problem refused s._domainkey.a.jp: \"p\" stands there twice"},
    {"what is this", "problem refused s._domainkey.a.jp: \"what is this\" has "
		     "no value"},
    {"v=DKIM1; p=" RSA_2048 "\ns._domainkey.a.jp TXT v=DKIM1; p=" RSA_1024,
	"problem refused s._domainkey.a.jp: there is more than one key"},
};

static void
dkim(void)
{
	struct buf zone = {0};
	char line[300];

	for (size_t i = 0; i < COUNT_OF(dkim_cases); i++) {
		buf_clear(&zone);
		buf_addf(
		    &zone, "s._domainkey.a.jp TXT %s\n", dkim_cases[i].record);
		judge(zone.p, "a.jp", "s", NULL);
		snprintf(line, sizeof(line), "dkim %s", dkim_cases[i].line);
		CHECK(says(line));
	}
	buf_release(&zone);
	judge("a.jp TXT x\n", "a.jp", "s", NULL);
	CHECK(says("dkim problem refused s._domainkey.a.jp: there is no key "
		   "under the selector s => v=DKIM1; k=rsa; p=PUBLIC-KEY"));
}

static void
dkim_usual(void)
{
	/* There are names below _domainkey, but which? */
	judge("hidden._domainkey.a.jp TXT v=DKIM1; p=" RSA_2048 "\n", "a.jp",
	    NULL, NULL);
	CHECK(says("dkim warning _domainkey.a.jp: there is no usable key"));
	judge("a.jp TXT x\n", "a.jp", NULL, NULL);
	CHECK(says("dkim problem refused _domainkey.a.jp: there are no keys"));
	/* Old keys do no harm where there is a good one. */
	judge("google._domainkey.a.jp TXT v=DKIM1; p=\n"
	      "selector1._domainkey.a.jp CNAME s1.b.jp\n"
	      "s1.b.jp TXT v=DKIM1; p=" RSA_2048 "\n",
	    "a.jp", NULL, NULL);
	CHECK(says("dkim ok selector1._domainkey.a.jp: an RSA key of 2048"));
	CHECK(says("dkim note google._domainkey.a.jp: not usable: its p="));
	CHECK(!strstr(told.p, "dkim problem"));
	/* A wildcard answers everything, an SPF record under one nothing. */
	judge("no-such-selector._domainkey.a.jp TXT v=DKIM1; p=\n", "a.jp",
	    NULL, NULL);
	CHECK(says("dkim warning *._domainkey.a.jp: every selector leads"));
	judge("google._domainkey.a.jp TXT v=spf1 -all\n", "a.jp", NULL, NULL);
	CHECK(says("dkim warning _domainkey.a.jp: there is no usable key"));
	judge("google._domainkey.a.jp FAIL x\n", "a.jp", NULL, NULL);
	CHECK(says("dkim unknown _domainkey.a.jp: for 1 of the usual"));
}

/* ---- DMARC ----------------------------------------------------------------
 */

static const struct {
	const char *record, *line;
} dmarc_cases[] = {
    {"v=DMARC1; p=quarantine; rua=mailto:d@a.jp",
	"ok _dmarc.a.jp: receivers are asked to quarantine what"},
    {"v = DMARC1 ;p=REJECT; rua=mailto:d@reports.a.jp!10m,mailto:e@a.jp;",
	"ok _dmarc.a.jp: receivers are asked to refuse what"},
    {"v=DMARC1; p=none; rua=mailto:d@a.jp",
	"problem spoofed _dmarc.a.jp: p=none asks receivers to do nothing: "
	"others can send in this name => v=DMARC1; p=quarantine; "
	"rua=mailto:d@a.jp"},
    {"v=DMARC1; p=reject",
	"warning _dmarc.a.jp: nobody gets reports: you will not see what "
	"fails => v=DMARC1; p=reject; rua=mailto:dmarc@a.jp"},
    {"v=DMARC1; p=reject; pct=20; rua=mailto:d@a.jp",
	"warning _dmarc.a.jp: pct=20: it counts for a part of the mail only "
	"=> v=DMARC1; p=reject; pct=100; rua=mailto:d@a.jp"},
    {"v=DMARC1; p=reject; pct=all; rua=mailto:d@a.jp",
	"warning _dmarc.a.jp: pct=\"all\" is no number"},
    {"v=DMARC1; p=reject; sp=none; rua=mailto:d@a.jp",
	"warning _dmarc.a.jp: subdomains are protected less (sp=none): others "
	"can send in the name of any => v=DMARC1; p=reject; sp=reject; "
	"rua=mailto:d@a.jp"},
    {"v=DMARC1; p=reject; sp=block; rua=mailto:d@a.jp",
	"warning _dmarc.a.jp: sp=\"block\" is none of"},
    {"v=DMARC1; p=reject; adkim=s; rua=mailto:d@a.jp",
	"note _dmarc.a.jp: adkim=s: signatures (d=) must be"},
    {"v=DMARC1; p=reject; aspf=strict; rua=mailto:d@a.jp",
	"warning _dmarc.a.jp: aspf=strict is neither r nor s => v=DMARC1; "
	"p=reject; aspf=r; rua=mailto:d@a.jp"},
    {"v=DMARC1; p=reject; rua=d@a.jp",
	"warning _dmarc.a.jp: reports cannot go to \"d@a.jp\""},
    {"v=DMARC1; p=reject; rua=mailto:d@b.jp",
	"warning a.jp._report._dmarc.b.jp: b.jp does not say that it wants "
	"the reports of a.jp, so nobody sends them => v=DMARC1"},
    {"v=DMARC1; p=reject; rua=mailto:d@c.jp\n"
     "a.jp._report._dmarc.c.jp TXT v=DMARC1",
	"ok _dmarc.a.jp: receivers"},
    {"v=DMARC1; p=block; rua=mailto:d@a.jp",
	"problem spoofed _dmarc.a.jp: it is no valid record: p= is none of "
	"none, quarantine, reject => v=DMARC1; p=none; "
	"rua=mailto:dmarc@a.jp"},
    {"v=DMARC1; rua=mailto:d@a.jp", "problem spoofed _dmarc.a.jp: it is no "
				    "valid record: p="},
    {"v=DMARC1; p=none; p=reject", "problem spoofed _dmarc.a.jp: it is no "
				   "valid record: \"p\" stands there twice"},
    {"v=DMARC1; p=none\n_dmarc.a.jp TXT v=DMARC1; p=reject",
	"problem spoofed _dmarc.a.jp: there are 2 DMARC records"},
    {"v=dmarc1; p=reject", "warning _dmarc.a.jp: this is no DMARC record"},
    {"v=dmarc1; p=reject", "problem spoofed _dmarc.a.jp: there is no DMARC"},
};

static void
dmarc(void)
{
	struct buf zone = {0};
	char line[300];

	for (size_t i = 0; i < COUNT_OF(dmarc_cases); i++) {
		buf_clear(&zone);
		buf_addf(&zone, "_dmarc.a.jp TXT %s\n", dmarc_cases[i].record);
		judge(zone.p, "a.jp", "s", NULL);
		snprintf(line, sizeof(line), "dmarc %s", dmarc_cases[i].line);
		CHECK(says(line));
	}
	buf_release(&zone);
}

static void
dmarc_parents(void)
{
	static const char up[] =
	    "_dmarc.b.jp TXT v=DMARC1; p=reject; sp=none; rua=mailto:d@b.jp\n"
	    "_dmarc.a.b.jp TXT v=DMARC1; p=quarantine; rua=mailto:d@b.jp\n"
	    "news.a.b.jp TXT x\n";

	judge(up, "b.jp", "s", NULL);
	CHECK(says("dmarc warning _dmarc.b.jp: subdomains are protected less"));
	judge(up, "a.b.jp", "s", NULL);
	CHECK(
	    says("dmarc ok _dmarc.a.b.jp: receivers are asked to quarantine"));
	/* Not its parent's: the organisation's. */
	judge(up, "news.a.b.jp", "s", NULL);
	CHECK(says("dmarc problem spoofed _dmarc.b.jp: sp=none asks receivers "
		   "to do nothing: others can send in this name => v=DMARC1; "
		   "p=reject; sp=quarantine; rua=mailto:d@b.jp"));
	judge("_dmarc.b.co.jp TXT v=DMARC1; p=reject; rua=mailto:d@b.co.jp\n"
	      "news.b.co.jp TXT x\n",
	    "news.b.co.jp", "s", NULL);
	CHECK(says("dmarc ok _dmarc.b.co.jp: receivers are asked to refuse "
		   "what is not yours, by the domain above"));
	judge("_dmarc.b.jp FAIL x\na.b.jp TXT x\n", "a.b.jp", "s", NULL);
	CHECK(says("dmarc unknown _dmarc.b.jp: not known"));
}

/* ---- what is printed ------------------------------------------------------
 */

static void
drawing(void)
{
	struct zone z = {0};
	struct domain_how how = {
	    .domain = STR("example.jp"), .ask = ask_zone, .context = &z};
	struct domain_report r;
	struct buf out = {0};

	zone_read(&z, STR(GOOD_MX GOOD_SPF GOOD_DKIM
			  "_dmarc.example.jp TXT v=DMARC1; p=none; "
			  "rua=mailto:d@example.jp\n"));
	CHECK_INT(domain_check(&how, &r, NULL), 0);
	domain_add_summary(&r, &out);
	CHECK_TEXT(out.p, "example.jp: 1 problem, 0 warnings; others can send "
			  "mail in its name");
	CHECK(
	    domain_has(&r, DOMAIN_SPOOFED) && !domain_has(&r, DOMAIN_REFUSED));
	CHECK_INT(domain_count(&r, DOMAIN_OK), 3);
	buf_clear(&out);
	domain_put(&r, &out);
	CHECK(strstr(out.p,
	    "{\"domain\":\"example.jp\",\"check\":\"dmarc\",\"severity\":"
	    "\"problem\",\"risk\":\"spoofed\",\"name\":\"_dmarc.example.jp\","
	    "\"type\":\"TXT\",\"finding\":\"p=none asks"));
	buf_clear(&out);
	domain_draw(&r, 80, &out);
	CHECK(strstr(out.p, "DMARC\n"));
	CHECK(strstr(out.p, "problem  p=none asks"));
	buf_release(&out);
	domain_report_release(&r);
	zone_release(&z);
}

int
main(void)
{
	as_it_should_be();
	nothing_there();
	nobody_answers();
	mx();
	spf_grammar();
	spf_macros();
	spf_records();
	spf_limit(8, "spf ok a.jp: valid, with 8 of 10");
	spf_limit(10, "spf warning a.jp: it leads to 10 of the 10");
	spf_limit(11, "spf problem refused a.jp: it leads to 11 lookups");
	spf_senders();
	spf_relays();
	keys();
	dkim();
	dkim_usual();
	dmarc();
	dmarc_parents();
	drawing();
	buf_release(&told);
	return unit_done("domain");
}
