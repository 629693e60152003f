/* SPDX-License-Identifier: ISC */
/*
 * What the files of net share: the functions of libcurl that are used, found
 * by net_open, and what a connection knows. The only header of the tree that
 * knows curl/curl.h.
 */
#ifndef DL_NET_PRIV_H
#define DL_NET_PRIV_H

/* Our calls go through pointers; the old name of an option is for old
 * releases. */
#define CURL_DISABLE_TYPECHECK
#define CURL_DISABLE_DEPRECATION
#include <curl/curl.h>
#include <poll.h>

#include "net/net.h"

/* library.c */
#define LIBCURL_FUNCTIONS(X)        \
	X(curl_easy_cleanup)        \
	X(curl_easy_getinfo)        \
	X(curl_easy_init)           \
	X(curl_easy_recv)           \
	X(curl_easy_send)           \
	X(curl_easy_setopt)         \
	X(curl_easy_strerror)       \
	X(curl_free)                \
	X(curl_global_init)         \
	X(curl_multi_add_handle)    \
	X(curl_multi_cleanup)       \
	X(curl_multi_info_read)     \
	X(curl_multi_init)          \
	X(curl_multi_remove_handle) \
	X(curl_multi_setopt)        \
	X(curl_multi_socket_action) \
	X(curl_slist_append)        \
	X(curl_slist_free_all)      \
	X(curl_url)                 \
	X(curl_url_cleanup)         \
	X(curl_url_get)             \
	X(curl_url_set)             \
	X(curl_version_info)

struct libcurl {
#define MEMBER(name) __typeof__(&(name)) name;
	LIBCURL_FUNCTIONS(MEMBER)
#undef MEMBER
};
extern struct libcurl libcurl;
int libcurl_load(struct err *err);

/* net.c: a set of libcurl's transfers that our own poll waits for. */
struct watch {
	CURLM *multi;
	struct watched {
		curl_socket_t fd;
		int what;
	} * fds;
	size_t count, cap;
	int64_t due; /* by the monotonic clock; -1: nothing is */
};
int watch_open(struct watch *w, struct err *err);
void watch_close(struct watch *w);

/* What a turn of the loop waits for. */
struct polls {
	struct pollfd *fds;
	size_t count, cap;
	int64_t due; /* -1: never */
};
void polls_add(struct polls *p, int fd, short events);
void polls_due(struct polls *p, int64_t at); /* -1 for never */
void watch_prepare(struct watch *w, struct polls *p);
/* Its part of the polls, which begins at *at. */
void watch_serve(struct watch *w, const struct polls *p, size_t *at);

/* What all transfers of the room have in common. */
int easy_open(CURL **ret, const char *ca_file, struct err *err);
/* Only these protocols ("smtp,smtps"). */
int easy_protocols(CURL *easy, const char *names, long old);
/* A part of a URL, to be freed with curl_free; NULL: it has none. */
char *url_part(const char *url, CURLUPart part);

/* Waits until something is ready, or until that moment; serves it. */
int net_turn(struct net *net, int64_t until, struct err *err);

struct net {
	struct watch http;
	struct smtp *servers;
	struct http_request *done, **done_last;
	struct http_transfer *asked; /* under way */
	size_t asking;
	struct polls polls;
	bool happened; /* something the caller waits for */
};

/* smtp.c */
enum stage {
	STAGE_CONNECTING,
	STAGE_IDLE,
	STAGE_MAIL, /* waiting for the answer to it */
	STAGE_RCPT,
	STAGE_DATA,
	STAGE_BODY,  /* sending it */
	STAGE_FINAL, /* all is handed over, the dot too */
	STAGE_VOID,  /* DATA was taken though the recipient was not */
	STAGE_RESET,
	STAGE_QUIT,
	STAGE_DEAD /* removed at the end of the turn */
};

struct session {
	struct smtp *smtp;
	struct watch watch; /* while connecting */
	CURL *easy;
	int fd; /* when connected */
	enum stage stage;
	int64_t deadline; /* by the monotonic clock; -1: none */
	struct buf in, out;
	size_t sent;                  /* of out */
	struct smtp_message *message; /* under way */
	bool refused;                 /* its outcome stands already */
	bool has_mail;                /* the server took MAIL FROM */
	unsigned started;             /* messages, ever */
	struct buf reply;             /* its lines so far */
	bool pipelining, eight_bit, utf8, takes_size;
	bool logged_in, strayed; /* AUTH; not where it was to go */
	int64_t size_limit;      /* bytes; 0: none told */
	int code;                /* the latest while connecting */
	char words[400];         /* ... and what came with it */
	char problem[CURL_ERROR_SIZE];
	struct session *next;
};

struct smtp {
	struct net *net;
	struct smtp *next;
	char *url, *host, *user, *secret, *mechanism, *ca_file;
	bool tls_at_once, plain;
	unsigned sessions, per_session;
	int64_t connect_ms, answer_ms, final_ms;
	size_t wanted;
	struct session *first;
	struct smtp_message *done, **done_last;
	struct smtp_trouble trouble;
};

/* A turn of the loop, for all sessions of a server. */
void smtp_prepare(struct smtp *smtp, struct polls *p);
void smtp_serve(struct smtp *smtp, const struct polls *p, size_t *at);
bool smtp_is_alive(const struct smtp *smtp); /* may something happen? */

/* session.c */
void session_open(struct smtp *smtp);
void session_connect(struct session *s, const struct polls *p, size_t *at);
void session_free(struct session *s);
void session_say(struct session *s, const char *command, enum stage stage);
/* The message, if any, is done as lost or uncertain; the connection ends. */
void session_die(struct session *s, int code, const char *why);

/* dialogue.c */
void dialogue_start(
    struct session *s, struct smtp_message *m, bool eight_bit, bool utf8);
void dialogue_read(struct session *s);
void dialogue_write(struct session *s);
void dialogue_timeout(struct session *s);
void message_done(struct smtp *smtp, struct smtp_message *m,
    enum smtp_outcome outcome, int code, const char *text);
/* A server's words as we keep them: no controls, whole characters. */
void text_keep(char *ret, size_t size, struct str s);
/* "250-TEXT" without its line end: the code, whether it is the reply's last
 * line, and what is behind. false for no such line. */
bool reply_line(
    struct str line, int *ret_code, bool *ret_last, struct str *ret_text);

/* http.c */
void http_collect(struct net *net);
void http_give_up(struct net *net);

/* guard.c */
bool address_is_private(const struct sockaddr *address);
bool address_is_loopback(const struct sockaddr *address);
bool host_is_loopback(const char *host);

#endif
