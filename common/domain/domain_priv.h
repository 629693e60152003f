/* SPDX-License-Identifier: ISC */
/* domain: what its files share. */
#ifndef DL_DOMAIN_PRIV_H
#define DL_DOMAIN_PRIV_H

#include "domain/domain.h"

struct check {
	const struct domain_how *how;
	struct domain_report *report;
	struct arena *arena; /* the report's */
	struct str domain;
	/* What one part tells the next. */
	struct dns_answer mx;
	struct str spf;           /* the record, when there is just one */
	bool spf_valid;           /* ... and it and those it includes are so */
	const struct str *walked; /* domains whose records it stands on */
	size_t walked_count;
};

/* check.c: a new finding; the rest of it is for the caller to fill in. */
struct domain_finding *finding(struct check *c, enum domain_part part,
    enum domain_severity severity, struct str name, const char *fmt, ...)
    PRINTF_LIKE(5, 6);
/* The same for a problem. */
struct domain_finding *problem(struct check *c, enum domain_part part,
    enum domain_risk risk, struct str name, const char *fmt, ...)
    PRINTF_LIKE(5, 6);
struct dns_answer look(struct check *c, struct str name, enum dns_type type);
/* A finding for an answer that nobody gave. */
void unanswered(struct check *c, enum domain_part part, struct str name,
    const struct dns_answer *a);

void check_mx(struct check *c);
void check_spf(struct check *c);
void check_relays(struct check *c);
void check_dkim(struct check *c);
void check_dmarc(struct check *c);

bool name_is_below(struct str name, struct str parent); /* or the same */
bool text_is(struct str a, const char *word);           /* whatever its case */
bool has_word(struct str list, struct str word);        /* blanks part it */
/* The address as text, in the arena. */
struct str address_text(
    const unsigned char *address, bool six, struct arena *arena);

/* sender.c: services that send for others: the one that takes mail, or sends
 * it, under this host's name, NULL: none we know. */
struct service {
	const char *name;
	const char *hosts[4]; /* ends of their names */
	const char *include;  /* what SPF says to mean it */
	const char *begin;    /* ... and how they begin; NULL: anyhow */
};
const struct service *service_of(struct str host);

/* tags.c: "name=value; name=value" (RFC 6376, 3.2). */
struct tag {
	struct str name, value;
};
struct tags {
	struct tag *list;
	size_t count;
};
int tags_parse(
    struct str text, struct arena *arena, struct tags *ret, struct err *err);
struct str tags_value(const struct tags *t, const char *name); /* missing */
/* Is the word among those a colon parts? */
bool value_lists(struct str value, const char *word);

/* key.c: a public key's size. RSA: bits of the modulus; Ed25519: 256. 0 when
 * it is none. */
unsigned key_bits(struct str base64, bool ed25519);

/* spf_parse.c */
enum spf_kind {
	SPF_ALL,
	SPF_INCLUDE,
	SPF_A,
	SPF_MX,
	SPF_PTR,
	SPF_IP4,
	SPF_IP6,
	SPF_EXISTS,
	SPF_REDIRECT, /* modifiers from here on */
	SPF_EXP,
	SPF_OTHER, /* a modifier that is not defined: ignored */
};
struct spf_term {
	enum spf_kind kind;
	char qualifier;    /* + - ~ ? */
	struct str text;   /* as it stands there */
	struct str domain; /* missing: the one whose record it is */
	unsigned bits4, bits6;
	unsigned char address[16];
};
struct spf_record {
	struct spf_term *terms;
	size_t count;
};
bool spf_is(struct str text); /* begins with "v=spf1" */
int spf_parse(struct str text, struct arena *arena, struct spf_record *ret,
    struct err *err);
/* The term of that kind; NULL: none. */
const struct spf_term *spf_find(const struct spf_record *r, enum spf_kind kind);

/* spf_macro.c: what a domain is written with; -1 when its macros are wrong. */
struct spf_sender {
	bool known; /* the address: else macros about it cannot be told */
	bool six;
	unsigned char address[16];
	struct str domain; /* of MAIL FROM */
};
/* Appends the text; 1 (with nothing appended) when that needs an address which
 * is not known. sender NULL: only checks the macros. */
int spf_expand(struct str text, const struct spf_sender *sender,
    struct str current, struct buf *ret);

/* spf_walk.c: a record and all it leads to. */
enum spf_result {
	SPF_NONE,
	SPF_NEUTRAL,
	SPF_PASS,
	SPF_FAIL,
	SPF_SOFTFAIL,
	SPF_TEMPERROR,
	SPF_PERMERROR,
};
enum { SPF_LOOKUPS_MAX = 10, SPF_VOIDS_MAX = 2 };
struct spf_walk {
	struct check *check;
	struct spf_sender sender; /* not known: a survey of all terms */
	unsigned lookups, voids;
	bool uses_ptr, endless; /* of a survey: more than we care to count */
	struct str wrong;       /* the first permanent error; missing: none */
	struct str silent;      /* the first name without an answer */
	struct buf void_names;  /* ", " between them */
	struct str *walked;
	size_t walked_count, walked_room;
	unsigned depth;
};
/* The outcome of a survey means nothing. */
enum spf_result spf_walk(
    struct spf_walk *w, struct str domain, struct str record);
void spf_walk_release(struct spf_walk *w);
/* The name under which the DNS has an address's name. */
struct str spf_reverse_name(const struct spf_sender *s, struct arena *arena);

#endif
