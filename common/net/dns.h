/* SPDX-License-Identifier: ISC */
/*
 * dns: questions to a resolver, one at a time, without libcurl and without the
 * system's resolver, so that a test (or a user who just changed a record) can
 * say whom to ask. UDP with 1232 bytes of room (EDNS, RFC 6891; without it for
 * servers that refuse it), TCP where the answer is cut; a socket of its own and
 * a random id for each try; what does not answer this very question is not
 * looked at. Aliases are followed. Nothing is verified (DNSSEC) or kept.
 *
 * Names are texts of A-labels: "_dmarc.example.jp", a dot at the end may be
 * left out. Names that come back are in lower case, without that dot; what is
 * no letter, digit, hyphen, underscore or such is written \DDD.
 *
 * Ownership: an answer and all it points to lives in the arena it was read
 * into, but for `why`, which is static or in the arena as well.
 */
#ifndef DL_NET_DNS_H
#define DL_NET_DNS_H

#include "base/base.h"

enum dns_type {
	DNS_A = 1,
	DNS_PTR = 12,
	DNS_MX = 15,
	DNS_TXT = 16,
	DNS_AAAA = 28,
};

enum dns_outcome {
	DNS_FOUND,   /* records of the type that was asked for */
	DNS_EMPTY,   /* the name is there, or names below it; no such record */
	DNS_NO_NAME, /* there is no such name */
	DNS_FAILED,  /* nobody knows: no answer, or one that says so */
};

struct dns_record {
	/* TXT: its strings joined, any bytes; MX, PTR: a name, "" for the
	 * root; A, AAAA: 4 or 16 bytes. */
	struct str data;
	unsigned preference; /* MX */
};

struct dns_answer {
	enum dns_outcome outcome;
	struct dns_record *records; /* as they came */
	size_t count;
	struct str name; /* what has the records: where the aliases lead */
	const char *why; /* of DNS_FAILED: "no answer from 192.0.2.1:53" */
};

enum {
	DNS_NAME_MAX = 1016,    /* a name as text, the worst one escaped */
	DNS_MESSAGE_MAX = 65535 /* bytes */
};

struct dns_options {
	const char *resolver;      /* ADDRESS, ADDRESS:PORT, [IPV6]:PORT; NULL:
				    * those of the configuration */
	const char *configuration; /* NULL: /etc/resolv.conf */
	int64_t timeout_ms;        /* of a try; 0: as configured, or 3 s */
	unsigned tries;            /* of each server; 0: as configured, or 2 */
};

/* dns.c. ERR_USAGE when `resolver` is none. Sends nothing yet. */
struct dns;
int dns_open(const struct dns_options *o, struct dns **ret, struct err *err);
void dns_close(struct dns *d);
/* Fills *ret, whatever comes. Once three questions in a row got no answer of
 * any server, further ones fail at once. */
void dns_ask(struct dns *d, struct str name, enum dns_type type,
    struct arena *arena, struct dns_answer *ret);

/*
 * dns_message.c: the messages themselves (RFC 1035), for the client, servers of
 * tests, and whoever throws bytes at them.
 */
/* Appends a question. -1 when `name` is none: an empty label or one of more
 * than 63 bytes, more than 255 in all. */
int dns_put_question(struct buf *out, uint16_t id, struct str name,
    enum dns_type type, bool edns);
/* Appends a name as labels, uncompressed; the same errors. */
int dns_put_name(struct buf *out, struct str name);
/* Reads the name at *at, which moves behind it; ret holds DNS_NAME_MAX bytes
 * and gets a text that ends in NUL. false when there is no name: loops,
 * pointers forward, lengths past the end. */
bool dns_get_name(struct str message, size_t *at, char *ret);
/* Reads the answer to this question. false when it is the answer to none or
 * to another one; then *ret is untouched. A malformed one has DNS_FAILED.
 * *ret_code is the response code, *ret_cut whether more is to be had by TCP
 * (then there are no records). */
bool dns_get_answer(struct str message, uint16_t id, struct str name,
    enum dns_type type, struct arena *arena, struct dns_answer *ret,
    unsigned *ret_code, bool *ret_cut);

#endif
