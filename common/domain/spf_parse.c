/* SPDX-License-Identifier: ISC */
/* One SPF record, by the grammar of RFC 7208, section 12. */
#include <arpa/inet.h>
#include <strings.h>

#include "domain/domain_priv.h"

static const struct {
	const char *name;
	enum spf_kind kind;
	bool needs_domain, may_domain;
} words[] = {
    {"all", SPF_ALL, false, false},
    {"include", SPF_INCLUDE, true, true},
    {"a", SPF_A, false, true},
    {"mx", SPF_MX, false, true},
    {"ptr", SPF_PTR, false, true},
    {"ip4", SPF_IP4, true, true},
    {"ip6", SPF_IP6, true, true},
    {"exists", SPF_EXISTS, true, true},
    {"redirect", SPF_REDIRECT, true, true},
    {"exp", SPF_EXP, true, true},
};

bool
spf_is(struct str text)
{
	static const char begin[] = "v=spf1";
	size_t n = strlen(begin);

	return text.n >= n && strncasecmp(text.p, begin, n) == 0 &&
	       (text.n == n || text.p[n] == ' ');
}

const struct spf_term *
spf_find(const struct spf_record *r, enum spf_kind kind)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->terms[i].kind == kind)
			return &r->terms[i];
	return NULL;
}

static int
wrong(const struct spf_term *t, struct err *err, const char *why)
{
	return err_set(err, ERR_USAGE, "%s: %s", quoted(t->text), why);
}

/* "/24" off the end of *s, behind `mark`: -1 there is none, else how many. */
static int
take_bits(struct str *s, const char *mark, unsigned most, bool *ret_bad)
{
	size_t digits = 0, n = strlen(mark);
	int64_t v;

	while (digits < s->n && s->p[s->n - digits - 1] >= '0' &&
	       s->p[s->n - digits - 1] <= '9')
		digits++;
	if (digits == 0 || s->n < digits + n ||
	    memcmp(s->p + s->n - digits - n, mark, n) != 0)
		return -1;
	if (digits > 3 || (digits > 1 && s->p[s->n - digits] == '0') ||
	    !number_int((struct str){s->p + s->n - digits, digits}, &v) ||
	    v > most) {
		*ret_bad = true;
		return -1;
	}
	s->n -= digits + n;
	return (int)v;
}

/* Takes networks' sizes off what stands behind a mechanism's name. */
static int
take_networks(struct spf_term *t, struct str *rest, struct err *err)
{
	bool bad = false;
	int six = -1, four = -1;

	if (t->kind == SPF_IP6) {
		six = take_bits(rest, "/", 128, &bad);
	} else {
		if (t->kind != SPF_IP4)
			six = take_bits(rest, "//", 128, &bad);
		if (!bad)
			four = take_bits(rest, "/", 32, &bad);
	}
	if (bad)
		return wrong(t, err, "no size of a network");
	t->bits4 = four < 0 ? 32 : (unsigned)four;
	t->bits6 = six < 0 ? 128 : (unsigned)six;
	return 0;
}

static bool
is_last_label(struct str s)
{
	bool letter = false;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool alpha = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		letter = letter || alpha || c == '-';
		if (!alpha && c != '-' && (c < '0' || c > '9'))
			return false;
	}
	return letter && s.p[0] != '-' && s.p[s.n - 1] != '-';
}

static int
check_name(const struct spf_term *t, struct err *err)
{
	struct str rest = t->domain, label;
	size_t labels = 0;

	for (size_t i = 0; i < t->domain.n; i++)
		if (t->domain.p[i] <= ' ' || t->domain.p[i] > '~')
			return wrong(t, err, "no name of a domain");
	if (t->domain.n && memchr(t->domain.p, '%', t->domain.n))
		return spf_expand(t->domain, NULL, t->domain, NULL) < 0
			   ? wrong(t, err, "no such macro")
			   : 0;
	if (str_ends(rest, STR(".")))
		rest.n--;
	while (rest.n > 0) {
		str_cut(&rest, '.', &label);
		labels++;
		if (label.n == 0 || label.n > 63)
			return wrong(t, err, "no name of a domain");
	}
	if (labels < 2 || t->domain.n > 254 || !is_last_label(label))
		return wrong(t, err, "no name of a domain");
	return 0;
}

static int
read_address(struct spf_term *t, struct str text, struct err *err)
{
	char s[64];
	bool six = t->kind == SPF_IP6;

	snprintf(s, sizeof(s), "%.*s", STR_ARG(text));
	if (text.n >= sizeof(s) || memchr(text.p, '\0', text.n) ||
	    inet_pton(six ? AF_INET6 : AF_INET, s, t->address) != 1)
		return wrong(
		    t, err, six ? "no IPv6 address" : "no IPv4 address");
	return 0;
}

/* What stands behind the name of a mechanism or a modifier. */
static int
read_rest(struct spf_term *t, size_t word, struct str rest, struct err *err)
{
	bool network = t->kind == SPF_A || t->kind == SPF_MX ||
		       t->kind == SPF_IP4 || t->kind == SPF_IP6;

	if (network && take_networks(t, &rest, err) < 0)
		return -1;
	if (rest.n == 0)
		return words[word].needs_domain
			   ? wrong(t, err, "it names nothing")
			   : 0;
	if (!words[word].may_domain ||
	    (t->kind < SPF_REDIRECT && rest.p[0] != ':'))
		return wrong(t, err, "not written like that");
	t->domain = (struct str){rest.p + 1, rest.n - 1};
	if (t->domain.n == 0)
		return wrong(t, err, "it names nothing");
	if (t->kind == SPF_IP4 || t->kind == SPF_IP6)
		return read_address(t, t->domain, err);
	return check_name(t, err);
}

static size_t
word_of(struct str name)
{
	size_t i = 0;

	while (i < COUNT_OF(words) && !text_is(name, words[i].name))
		i++;
	return i;
}

static int
unknown_mechanism(const struct spf_term *t, struct str name, struct err *err)
{
	struct in_addr four;
	char s[64];

	snprintf(s, sizeof(s), "%.*s", STR_ARG(name));
	if (text_is(name, "ip") || text_is(name, "ipv4") ||
	    inet_pton(AF_INET, s, &four) == 1)
		return wrong(t, err, "an address is written ip4:192.0.2.1");
	if (text_is(name, "ipv6"))
		return wrong(t, err, "an address is written ip6:2001:db8::1");
	if (memchr(name.p, '.', name.n))
		return wrong(t, err, "a domain is written include:DOMAIN");
	return wrong(t, err, "there is no such mechanism");
}

static int
read_modifier(struct spf_term *t, size_t name, struct err *err)
{
	size_t word = word_of((struct str){t->text.p, name});

	if (word == COUNT_OF(words) || words[word].kind < SPF_REDIRECT) {
		t->kind = SPF_OTHER;
		return 0;
	}
	t->kind = words[word].kind;
	return read_rest(
	    t, word, (struct str){t->text.p + name, t->text.n - name}, err);
}

static int
read_term(struct spf_term *t, struct err *err)
{
	struct str rest = t->text, name;
	size_t n = 0, word;

	while (n < rest.n && !memchr("=:/", rest.p[n], 3))
		n++;
	if (n > 0 && n < rest.n && rest.p[n] == '=' &&
	    !memchr("+-~?", rest.p[0], 4))
		return read_modifier(t, n, err);
	t->qualifier = '+';
	if (memchr("+-~?", rest.p[0], 4)) {
		t->qualifier = rest.p[0];
		rest.p++;
		rest.n--;
		n--;
	}
	name = (struct str){rest.p, n};
	word = word_of(name);
	if (word == COUNT_OF(words) || words[word].kind >= SPF_REDIRECT)
		return unknown_mechanism(t, name, err);
	t->kind = words[word].kind;
	return read_rest(t, word, (struct str){rest.p + n, rest.n - n}, err);
}

int
spf_parse(struct str text, struct arena *arena, struct spf_record *ret,
    struct err *err)
{
	struct spf_record r = {0};
	size_t room = 1;

	for (size_t i = 0; i < text.n; i++) {
		room += text.p[i] == ' ';
		if (text.p[i] < ' ' || text.p[i] > '~')
			return err_set(err, ERR_USAGE,
			    "it holds characters that are not ASCII");
	}
	r.terms = arena_zalloc(arena, room * sizeof(*r.terms));
	text.p += strlen("v=spf1");
	text.n -= strlen("v=spf1");
	while (text.n > 0) {
		struct spf_term *t = &r.terms[r.count];

		str_cut(&text, ' ', &t->text);
		if (t->text.n == 0)
			continue;
		if (read_term(t, err) < 0)
			return -1;
		if (t->kind >= SPF_REDIRECT && t->kind <= SPF_EXP)
			for (size_t i = 0; i < r.count; i++)
				if (r.terms[i].kind == t->kind)
					return wrong(
					    t, err, "it stands there twice");
		r.count++;
	}
	*ret = r;
	return 0;
}
