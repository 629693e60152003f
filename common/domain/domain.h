/* SPDX-License-Identifier: ISC */
/*
 * domain: would mail from a domain be refused, and could others send in its
 * name? What its DNS says of SPF (RFC 7208), DKIM (RFC 6376, 8301, 8463), DMARC
 * (RFC 7489), MX (RFC 5321, 7505) and of the hosts that hand its mail to the
 * world, judged by these and by what large receivers demand of bulk senders
 * (Gmail, Yahoo, Microsoft: SPF, DKIM and DMARC, addresses that have names):
 * what is missing, what is weak, what should stand there instead.
 *
 * Pure but for the questions, which go through a function the caller gives;
 * dns_ask of net/dns.h is one, a table in a test another. Answers may hold
 * anything: walks through them are bounded, in questions too.
 *
 * Not told: whether messages really are signed, and with which selector. A key
 * is looked for under the selectors given, else under the usual ones of large
 * senders. The domain that stands for an organisation is found by asking each
 * parent for its DMARC record, not by a list of public suffixes.
 *
 * Ownership: a report owns all its texts.
 */
#ifndef DL_DOMAIN_H
#define DL_DOMAIN_H

#include "base/base.h"
#include "net/dns.h"

enum domain_severity {
	DOMAIN_OK,
	DOMAIN_NOTE,
	DOMAIN_WARNING, /* weak: should be mended */
	DOMAIN_UNKNOWN, /* no answer of the DNS: try again */
	DOMAIN_PROBLEM, /* mail likely refused, or spoofed */
};

enum domain_risk { DOMAIN_NO_RISK, DOMAIN_REFUSED, DOMAIN_SPOOFED };

enum domain_part {
	DOMAIN_MX,
	DOMAIN_SPF,
	DOMAIN_RELAY,
	DOMAIN_DKIM,
	DOMAIN_DMARC,
	DOMAIN_PARTS
};

struct domain_finding {
	enum domain_part part;
	enum domain_severity severity;
	enum domain_risk risk; /* of a problem: which */
	struct str name;       /* whose record: "_dmarc.example.jp" */
	const char *type;      /* of record: "TXT", "MX", "PTR" */
	struct str found;      /* the record; missing: none, or it is not one */
	struct str finding;    /* what is true of it */
	struct str advice;     /* what to do; missing: nothing */
	struct str should;     /* the record as it should be; missing: it may
				* stay, or nobody here can know */
	const char *source;    /* who says so; NULL: nobody needs to */
};

struct domain_how {
	struct str domain; /* in any script, as in an address */
	/* Without "._domainkey"; 0: the usual ones. */
	const char *const *selectors;
	size_t selector_count;
	/* Hosts or addresses that hand the domain's mail to the world. */
	const char *const *relays;
	size_t relay_count;
	/* They take its mail, and may send it from other addresses: what is
	 * wrong with theirs is weak at most. */
	bool relays_may_differ;
	/* Fills *ret, as dns_ask does. */
	void (*ask)(void *context, struct str name, enum dns_type type,
	    struct arena *arena, struct dns_answer *ret);
	void *context;
};

struct domain_report {
	struct str domain;           /* A-labels, lower case */
	struct domain_finding *list; /* by part */
	size_t count;
	struct arena arena; /* private */
	size_t room;
};

/* check.c. ERR_USAGE when `domain` is none. */
int domain_check(
    const struct domain_how *how, struct domain_report *ret, struct err *err);
void domain_report_release(struct domain_report *r);
/* How many findings are of this severity. */
size_t domain_count(const struct domain_report *r, enum domain_severity s);
/* Is there a problem of this kind? */
bool domain_has(const struct domain_report *r, enum domain_risk risk);

/* draw.c: a JSON line for each finding; the same for people, no wider than
 * `columns` (0: no limit); a summary without its end of line. */
extern const char *const domain_columns[];
extern const size_t domain_column_count;
void domain_put(const struct domain_report *r, struct buf *out);
void domain_draw(
    const struct domain_report *r, size_t columns, struct buf *out);
void domain_add_summary(const struct domain_report *r, struct buf *out);

#endif
