/* SPDX-License-Identifier: ISC */
/* The keys under which a domain's mail may be signed. */
#include "domain/domain_priv.h"

/* Selectors that large senders and their manuals give. */
static const char *const usual[] = {"google", "20230601", "selector1",
    "selector2", "default", "dkim", "mail", "s1", "s2", "k1", "k2", "k3",
    "mandrill", "mxvault", "amazonses", "smtpapi", "sendgrid", "mailjet",
    "brevo", "pm", "zoho", "zmail", "fm1", "fm2", "fm3", "protonmail", "sig1",
    "smtp", "key1", "dkim1", "m1", "mta", "everlytickey1", "hs1", "hs2",
    "200608", "scph0118"};

static const char rfc[] = "RFC 6376, 3.6.1";

struct key {
	struct str name, record;
	struct tags tags;
	bool given; /* its selector is one that mail is signed with */
};

static struct domain_finding *
about(const struct key *k, struct domain_finding *f, const char *source)
{
	f->found = k->record;
	f->source = source;
	return f;
}

static struct str
name_of(struct check *c, const char *selector)
{
	return arena_printf(
	    c->arena, "%s._domainkey.%.*s", selector, STR_ARG(c->domain));
}

/* An old key that nobody signs with does no harm. */
static struct domain_finding *
bad_key(struct check *c, const struct key *k, const char *why,
    const char *advice, const char *source)
{
	struct domain_finding *f = about(k,
	    k->given
		? problem(c, DOMAIN_DKIM, DOMAIN_REFUSED, k->name, "%s", why)
		: finding(c, DOMAIN_DKIM, DOMAIN_NOTE, k->name,
		      "not usable: %s", why),
	    source);

	f->advice = str_of(advice);
	return f;
}

static const char renew[] = "make a new key of 2048 bits where the mail is "
			    "signed, and publish what that shows";

/* Is it one that verifiers take? */
static bool
judge_size(struct check *c, const struct key *k, bool ed25519)
{
	struct str p = tags_value(&k->tags, "p");
	unsigned bits = key_bits(p, ed25519);
	struct domain_finding *f;

	if (bits == 0) {
		bad_key(c, k,
		    ed25519 ? "its p= is no Ed25519 key"
			    : "its p= is no RSA key: cut off, perhaps",
		    "publish the key as the signing service shows it, in "
		    "pieces "
		    "of at most 255 characters",
		    rfc);
		return false;
	}
	if (!ed25519 && bits < 1024) {
		f = about(k,
		    problem(c, DOMAIN_DKIM, DOMAIN_SPOOFED, k->name,
			"the key has %u bits: it can be broken, and verifiers "
			"do not take it",
			bits),
		    "RFC 8301, 3.2");
		f->advice = str_of(renew);
		return false;
	}
	if (!ed25519 && bits < 2048) {
		f = about(k,
		    finding(c, DOMAIN_DKIM, DOMAIN_WARNING, k->name,
			"the key has %u bits: 2048 are the rule by now", bits),
		    "RFC 8301, 3.2");
		f->advice = str_of(renew);
	} else if (!ed25519 && bits > 4096) {
		f = about(k,
		    finding(c, DOMAIN_DKIM, DOMAIN_WARNING, k->name,
			"the key has %u bits: not every verifier takes more "
			"than 4096",
			bits),
		    "RFC 8301, 3.2");
		f->advice = str_of(renew);
	} else {
		about(k,
		    finding(c, DOMAIN_DKIM, DOMAIN_OK, k->name,
			ed25519 ? "an Ed25519 key of %u bits; many verifiers "
				  "know only RSA"
				: "an RSA key of %u bits",
			bits),
		    ed25519 ? "RFC 8463" : rfc);
	}
	return true;
}

static void
judge_flags(struct check *c, const struct key *k)
{
	struct domain_finding *f;

	if (!value_lists(tags_value(&k->tags, "t"), "y"))
		return;
	f = about(k,
	    finding(c, DOMAIN_DKIM, DOMAIN_WARNING, k->name,
		"it says t=y, a test: verifiers treat its mail as unsigned"),
	    rfc);
	f->advice = STR("leave out t=y");
}

/* Is this a key that mail can be signed under? */
static bool
judge_key(struct check *c, const struct key *k)
{
	struct str v = tags_value(&k->tags, "v"), h = tags_value(&k->tags, "h"),
		   s = tags_value(&k->tags, "s"),
		   type = tags_value(&k->tags, "k"),
		   p = tags_value(&k->tags, "p");
	bool ed25519 = type.p && text_is(type, "ed25519");

	if (v.p && (!str_is(v, "DKIM1") || !str_is(k->tags.list[0].name, "v")))
		bad_key(c, k,
		    "its v= is not DKIM1 or does not come first: nobody reads "
		    "it",
		    "begin it with v=DKIM1;", rfc);
	else if (!p.p)
		bad_key(c, k, "it has no p=, so no key",
		    "publish the key as the signing service shows it", rfc);
	else if (p.n == 0)
		bad_key(c, k, "its p= is empty: the key is revoked",
		    "sign with another selector", rfc);
	else if (type.p && !ed25519 && !text_is(type, "rsa"))
		bad_key(c, k, "its k= is neither rsa nor ed25519", renew, rfc);
	else if (h.p && !value_lists(h, "sha256"))
		bad_key(c, k,
		    "its h= leaves out sha256: verifiers take nothing else",
		    "leave out h=", "RFC 8301, 3.1");
	else if (s.p && !value_lists(s, "*") && !value_lists(s, "email"))
		bad_key(c, k, "its s= says that it is not for mail",
		    "leave out s=", rfc);
	else if (judge_size(c, k, ed25519)) {
		judge_flags(c, k);
		return true;
	}
	return false;
}

enum there { NOT_THERE, NO_ANSWER, NO_KEY, USABLE };

/* Not what stands there for something else: under a wildcard, an SPF or a
 * DMARC record. */
static bool
is_key(struct check *c, struct str text)
{
	struct tags t;
	struct str v;

	if (str_starts(str_trim(text), STR("v=DKIM1")))
		return true;
	if (tags_parse(text, c->arena, &t, NULL) < 0)
		return false;
	v = tags_value(&t, "v");
	return tags_value(&t, "p").p && (!v.p || text_is(v, "DKIM1"));
}

static enum there
check_selector(struct check *c, const char *selector, bool given)
{
	struct key k = {.name = name_of(c, selector), .given = given};
	struct dns_answer a = look(c, k.name, DNS_TXT);
	struct err err = {0};
	size_t keys = 0;

	if (a.outcome == DNS_FAILED && given)
		unanswered(c, DOMAIN_DKIM, k.name, &a);
	if (a.outcome == DNS_FAILED)
		return NO_ANSWER;
	for (size_t i = 0; i < a.count; i++)
		if (is_key(c, a.records[i].data) || (given && a.count == 1)) {
			k.record = a.records[i].data;
			keys++;
		}
	if (keys == 0)
		return NOT_THERE;
	if (keys > 1) {
		bad_key(c, &k, "there is more than one key under this selector",
		    "leave the one that is signed with", "RFC 6376, 3.6.2.2");
		return NO_KEY;
	}
	if (tags_parse(k.record, c->arena, &k.tags, &err) < 0) {
		bad_key(c, &k, err.text,
		    "publish the key as the signing service shows it", rfc);
		return NO_KEY;
	}
	return judge_key(c, &k) ? USABLE : NO_KEY;
}

static void
check_given(struct check *c)
{
	for (size_t i = 0; i < c->how->selector_count; i++) {
		const char *selector = c->how->selectors[i];
		struct domain_finding *f;

		if (check_selector(c, selector, true) != NOT_THERE)
			continue;
		f = problem(c, DOMAIN_DKIM, DOMAIN_REFUSED,
		    name_of(c, selector),
		    "there is no key under the selector %s", selector);
		f->advice = STR("publish the key that the signing service "
				"shows");
		f->should = STR("v=DKIM1; k=rsa; p=PUBLIC-KEY");
		f->source = "RFC 6376, 3.6.2.1";
	}
}

/* What is to be said when the usual selectors have led to nothing. */
static void
none_found(struct check *c, size_t silent, bool below)
{
	struct str name =
	    arena_printf(c->arena, "_domainkey.%.*s", STR_ARG(c->domain));
	struct domain_finding *f;

	if (silent > 0)
		f = finding(c, DOMAIN_DKIM, DOMAIN_UNKNOWN, name,
		    "for %zu of the usual selectors nobody answered", silent);
	else if (below)
		f = finding(c, DOMAIN_DKIM, DOMAIN_WARNING, name,
		    "there is no usable key under the %zu usual selectors; "
		    "there may be others",
		    COUNT_OF(usual));
	else
		f = problem(c, DOMAIN_DKIM, DOMAIN_REFUSED, name,
		    "there are no keys: mail of the domain is not signed");
	f->advice = below ? STR("name yours with --selector: it is the s= of "
				"DKIM-Signature in a mail you sent")
			  : STR("switch signing on at the service that sends, "
				"and publish the key it shows");
	if (!below)
		f->should = STR("v=DKIM1; k=rsa; p=PUBLIC-KEY");
	f->source = "Gmail, Yahoo and Microsoft: requirements for senders";
}

/* Does any selector lead to a key? Then the usual ones tell nothing. */
static bool
is_wild(struct check *c)
{
	struct dns_answer a = look(c, name_of(c, "no-such-selector"), DNS_TXT);
	struct domain_finding *f;

	for (size_t i = 0; i < a.count; i++)
		if (is_key(c, a.records[i].data)) {
			f = finding(c, DOMAIN_DKIM, DOMAIN_WARNING,
			    name_of(c, "*"),
			    "every selector leads to a record");
			f->found = a.records[i].data;
			f->advice = STR("name yours with --selector");
			f->source = rfc;
			return true;
		}
	return false;
}

static void
check_usual(struct check *c)
{
	struct dns_answer a = look(c,
	    arena_printf(c->arena, "_domainkey.%.*s", STR_ARG(c->domain)),
	    DNS_TXT);
	size_t usable = 0, silent = 0;

	if (is_wild(c))
		return;
	for (size_t i = 0; i < COUNT_OF(usual); i++) {
		enum there there = check_selector(c, usual[i], false);

		usable += there == USABLE;
		silent += there == NO_ANSWER;
	}
	if (usable == 0)
		none_found(c, silent, a.outcome != DNS_NO_NAME);
}

void
check_dkim(struct check *c)
{
	if (c->how->selector_count > 0)
		check_given(c);
	else
		check_usual(c);
}
