/* SPDX-License-Identifier: ISC */
/*
 * net: the wire. Mail over SMTP and requests over HTTP, many at a time in one
 * thread. libcurl (loaded by net_open, nowhere else) resolves, connects, makes
 * TLS and logs in; the dialogue of a message is held here, because libcurl
 * waits for the answer to a message's final dot without serving anyone else.
 *
 * A program drives it in turns:
 *
 *	smtp_want(smtp, waiting);	how many messages wait: sessions open
 *	net_wait(net, ms, err);		until something has happened
 *	while ((m = smtp_done(smtp)))	outcomes: write them down
 *	n = smtp_room(smtp);		that many may begin now: mark them as
 *					being sent, commit, and only then
 *	smtp_start(smtp, m, err);	the message's first byte (MAIL FROM)
 *
 * So nothing of a message is on the wire before its caller has committed that
 * it will be, and a process that dies leaves at most one message per session
 * of which nobody knows.
 *
 * Ownership: the caller owns messages and requests, which must live from start
 * until they are given back as done (or net_close); what a message or request
 * points to as well. Strings of a struct smtp_server are copied.
 */
#ifndef DL_NET_H
#define DL_NET_H

#include "base/base.h"

struct net;

/* net.c. Fails when this machine has no libcurl (7.80 or later). SIGPIPE must
 * be ignored, as cli does: not every release keeps it from us. */
int net_open(struct net **ret, struct err *err);
/* Closes all connections; what is under way is given up, without outcome. */
void net_close(struct net *net);
/* Works until something is done, a session has become ready or failed, a
 * signal has come, or ms have passed (-1: no limit; 0: only what is due). 1
 * when something has happened, 0 when time is over or nothing is under way. */
int net_wait(struct net *net, int64_t ms, struct err *err);

/* --- SMTP ---------------------------------------------------------------- */

struct smtp; /* a server, and the sessions open to it */

struct smtp_server {
	/* smtp://HOST[:PORT]: STARTTLS is demanded, unless HOST is this
	 * machine (localhost, 127.0.0.0/8, ::1). smtps://: TLS at once. */
	const char *url;
	const char *hello;     /* our name: that of a host */
	const char *user;      /* NULL: no AUTH */
	const char *secret;    /* password, or bearer token for XOAUTH2 */
	const char *mechanism; /* PLAIN, LOGIN, XOAUTH2; NULL: the best */
	const char *ca_file;   /* authorities to trust; NULL: the system's */
	bool starttls;         /* demanded on this machine as well */
	unsigned sessions;     /* at most this many at once; 0: 1 */
	unsigned per_session;  /* messages, then it is closed; 0: any number */
	/* Time-outs in ms, 0 for: 60 s until a session is ready, 300 s for
	 * an answer, 600 s for the answer to the final dot (RFC 5321,
	 * 4.5.3.2: a server may still be delivering). */
	int64_t connect_ms, answer_ms, final_ms;
};

enum smtp_outcome {
	SMTP_ACCEPTED,          /* the server has it */
	SMTP_SENDER_REFUSED,    /* answer to MAIL FROM */
	SMTP_RECIPIENT_REFUSED, /* answer to RCPT TO */
	SMTP_DATA_REFUSED,      /* answer to DATA or to the final dot */
	SMTP_LOST,     /* connection, time or the server (421) gave out: surely
			* not accepted, not the message's fault, and nothing
			* against starting it again */
	SMTP_UNCERTAIN /* no answer after the final dot: nobody knows */
};

struct smtp_message {
	/* As mail_address_wire makes them; from may be empty (<>). */
	struct str from, to;
	/* As mail_compose makes it: CRLF only, lines of at most 998. */
	struct str content;
	void *owner; /* the caller's own */

	enum smtp_outcome outcome;
	int code;       /* the server's, 400 to 599 when it refused; 0: none */
	char text[500]; /* the server's words, or ours; one line, UTF-8 */

	struct smtp_message *next; /* net's own */
};

/* Why no session can be opened (any more). */
enum smtp_failure {
	SMTP_NO_FAILURE,
	SMTP_NO_CONNECTION, /* name, network, time */
	SMTP_NO_TLS,        /* not offered, not trusted, not agreed upon */
	SMTP_NO_LOGIN,      /* AUTH refused or not offered */
	SMTP_TURNED_AWAY,   /* the server's greeting was a refusal */
};
struct smtp_trouble {
	enum smtp_failure failure;
	int code;       /* the server's, 0: none. 4xx may pass by itself */
	char text[500]; /* "mail.example.jp: 535 5.7.8 ..." */
};

/* smtp.c. ERR_USAGE when the description is wrong; connects to nothing. */
int smtp_open(struct net *net, const struct smtp_server *server,
    struct smtp **ret, struct err *err);
/* Says QUIT to the idle sessions and waits for it, at most `ms`. Messages that
 * are under way or not yet fetched are given up. */
void smtp_close(struct smtp *smtp, int64_t ms);
/* So many messages wait to be started: net_wait opens sessions for them. */
void smtp_want(struct smtp *smtp, size_t messages);
size_t smtp_room(const struct smtp *smtp); /* ... can be started now */
size_t smtp_busy(const struct smtp *smtp); /* ... are under way */
/* Starts one. Where there was room and the server has left meanwhile, it is
 * done at once as lost. -1 (nothing was sent, m is not taken) when envelope or
 * content are not as said above. A message that this server cannot take
 * (larger than its limit, an address that is not ASCII without SMTPUTF8) is
 * done at once, refused, with the code a server would give. */
int smtp_start(struct smtp *smtp, struct smtp_message *m, struct err *err);
/* The next message that is done, NULL when there is none. */
struct smtp_message *smtp_done(struct smtp *smtp);
/* The latest failure; while there is one, no session is opened and those
 * that are open go on. NULL: none. smtp_retry forgets it. */
const struct smtp_trouble *smtp_trouble(const struct smtp *smtp);
void smtp_retry(struct smtp *smtp);

/* --- HTTP ---------------------------------------------------------------- */

enum http_outcome {
	HTTP_DONE,      /* 2xx */
	HTTP_REFUSED,   /* 3xx (never followed), 4xx but for HTTP_LATER */
	HTTP_LATER,     /* 408, 425, 429, 5xx: retry_after may say when */
	HTTP_NETWORK,   /* no connection, no TLS: nothing was asked */
	HTTP_FORBIDDEN, /* leads to an address we do not go to */
	HTTP_UNCERTAIN, /* asked, and no (whole) answer came */
};

struct http_request {
	const char *method; /* GET, POST, PUT, PATCH, DELETE */
	const char *url;
	const char *const *headers; /* "Name: value", NULL-terminated */
	struct str body;            /* missing: none */
	const char *content_type;   /* NULL: application/json */

	const char *const *hosts; /* may be asked, NULL-terminated: a name, or
				   * ".example.jp" for those below; NULL: all */
	bool private_too; /* addresses of this machine and its networks */
	bool plain_too;   /* http:// */
	bool once; /* over a connection of its own: never asked a second time
		    * because an old one turned out to be closed */
	const char *ca_file;          /* NULL: the system's */
	int64_t connect_ms, total_ms; /* 0: 10 s and 30 s */
	size_t max_answer;            /* bytes; 0: 1 MiB */
	int64_t now; /* for a Retry-After that is a date; 0: by the answer */
	void *owner;

	enum http_outcome outcome;
	int status;             /* 0: none */
	struct buf answer;      /* the body; cut off at max_answer */
	bool cut;               /* ... and more was to come */
	struct buf headers_got; /* lines, without the status line */
	int64_t retry_after;    /* ms from now; -1: not said */
	char text[300];         /* what went wrong, or the status */

	struct http_transfer *transfer; /* net's own */
	struct http_request *next;
};

/* http.c. -1 when this must not be asked: no URL of ours, host not in the
 * list, a header with control characters. */
int http_start(struct net *net, struct http_request *r, struct err *err);
struct http_request *http_done(struct net *net);
size_t http_busy(const struct net *net);
void http_release(struct http_request *r); /* what the answer holds */
/* The value of a header of the answer, missing when there is none. */
struct str http_header(const struct http_request *r, const char *name);

/* netrc.c */
struct login {
	char *user, *secret; /* NULL: nobody logs in */
};
void login_release(struct login *l);
/* Who logs in to a host by a file as in netrc(5): the first entry of that
 * machine, else the first `default`, with a password, and of that user (NULL:
 * whoever has a login). Hosts are compared without regard to case, a port
 * counts for nothing. ERR_USAGE when there is none, when others may read the
 * file, or it is not of that form; values are never shown. */
int netrc_find(const char *path, struct str host, const char *user,
    struct login *ret, struct err *err);

/* values.c */
/* "Authorization: Basic ..." (RFC 7617); -1 for a user with a colon. */
int http_basic(struct buf *ret, const struct login *l, struct err *err);
/* Retry-After's seconds or date (RFC 9110) as ms from now, 0 for the past. */
bool http_retry_after(struct str value, int64_t now, int64_t *ret);
/* A signature of a body: "t=SECONDS,v1=HEX", HMAC-SHA256 over "SECONDS.BODY".
 * Who knows the secret sees that it is ours, whole, and when it was made. */
void http_sign(
    struct buf *ret, struct str secret, int64_t now, struct str body);

/* guard.c: is this address (as text) one that the world does not reach:
 * loopback, private, link-local, shared, multicast, documentation, and what
 * carries such an IPv4 address inside? Text that is no address is. */
bool net_is_private(const char *address);
/* Is a host in a list as http_request.hosts has it? */
bool host_is_allowed(struct str host, const char *const *hosts);

#endif
