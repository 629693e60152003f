/* SPDX-License-Identifier: ISC */
/*
 * A session's beginning and end. libcurl connects, makes TLS, says EHLO and
 * logs in (CURLOPT_CONNECT_ONLY), and hands us the ready connection; what the
 * server says meanwhile we overhear.
 */
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/net_priv.h"

/* One line of the answer to EHLO. */
static void
take_capability(struct session *s, struct str text)
{
	struct str word;

	str_cut(&text, ' ', &word);
	if (word.n == 10 && strncasecmp(word.p, "PIPELINING", 10) == 0)
		s->pipelining = true;
	else if (word.n == 8 && strncasecmp(word.p, "8BITMIME", 8) == 0)
		s->eight_bit = true;
	else if (word.n == 8 && strncasecmp(word.p, "SMTPUTF8", 8) == 0)
		s->utf8 = true;
	else if (word.n == 4 && strncasecmp(word.p, "SIZE", 4) == 0) {
		s->takes_size = true;
		if (!number_int(str_trim(text), &s->size_limit))
			s->size_limit = 0;
	}
}

static size_t
on_line(char *p, size_t size, size_t n, void *context)
{
	struct session *s = context;
	struct str line = str_trim((struct str){p, size * n}), text;
	bool last;

	if (!reply_line(line, &s->code, &last, &text))
		return size * n;
	text_keep(s->words, sizeof(s->words), text);
	if (s->code == 235)
		s->logged_in = true;
	/* The greeting, or STARTTLS: what was offered before is void. */
	if (s->code == 220) {
		s->pipelining = s->eight_bit = s->utf8 = s->takes_size = false;
		s->size_limit = 0;
	}
	if (s->code == 250)
		take_capability(s, text);
	return size * n;
}

/* Without TLS only to this machine, whatever its name resolves to. */
static curl_socket_t
open_loopback(void *context, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct session *s = context;

	(void)purpose;
	if (address_is_loopback(&to->addr))
		return socket(
		    to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
	s->strayed = true;
	return CURL_SOCKET_BAD;
}

static void
describe_login(CURL *easy, const struct smtp *smtp)
{
	char options[40];

	if (!smtp->user)
		return;
	libcurl.curl_easy_setopt(easy, CURLOPT_USERNAME, smtp->user);
	if (smtp->mechanism && strcmp(smtp->mechanism, "XOAUTH2") == 0)
		libcurl.curl_easy_setopt(
		    easy, CURLOPT_XOAUTH2_BEARER, smtp->secret);
	else
		libcurl.curl_easy_setopt(easy, CURLOPT_PASSWORD, smtp->secret);
	if (smtp->mechanism) {
		snprintf(options, sizeof(options), "AUTH=%s", smtp->mechanism);
		libcurl.curl_easy_setopt(easy, CURLOPT_LOGIN_OPTIONS, options);
	}
}

static int
describe(struct session *s, struct err *err)
{
	const struct smtp *smtp = s->smtp;

	if (easy_open(&s->easy, smtp->ca_file, err) < 0)
		return -1;
	if (easy_protocols(
		s->easy, "smtp,smtps", CURLPROTO_SMTP | CURLPROTO_SMTPS) < 0 ||
	    libcurl.curl_easy_setopt(s->easy, CURLOPT_URL, smtp->url) !=
		CURLE_OK)
		return err_set(err, ERR_FAIL, "libcurl has no SMTP");
	libcurl.curl_easy_setopt(s->easy, CURLOPT_CONNECT_ONLY, 1L);
	libcurl.curl_easy_setopt(s->easy, CURLOPT_ERRORBUFFER, s->problem);
	libcurl.curl_easy_setopt(
	    s->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)smtp->connect_ms);
	libcurl.curl_easy_setopt(s->easy, CURLOPT_SERVER_RESPONSE_TIMEOUT,
	    (long)(smtp->connect_ms / MS_SECOND + 1));
	libcurl.curl_easy_setopt(s->easy, CURLOPT_USE_SSL,
	    (long)(smtp->plain ? CURLUSESSL_NONE : CURLUSESSL_ALL));
	libcurl.curl_easy_setopt(s->easy, CURLOPT_HEADERFUNCTION, on_line);
	libcurl.curl_easy_setopt(s->easy, CURLOPT_HEADERDATA, s);
	if (smtp->plain) {
		libcurl.curl_easy_setopt(
		    s->easy, CURLOPT_OPENSOCKETFUNCTION, open_loopback);
		libcurl.curl_easy_setopt(s->easy, CURLOPT_OPENSOCKETDATA, s);
	}
	describe_login(s->easy, smtp);
	return 0;
}

static void
trouble(struct session *s, enum smtp_failure failure, int code, const char *why)
{
	struct smtp_trouble *t = &s->smtp->trouble;
	struct buf text = {0};

	buf_addf(&text, "%s: ", s->smtp->host);
	if (code)
		buf_addf(&text, "%d ", code);
	buf_addstr(&text, why);
	t->failure = failure;
	t->code = code;
	text_keep(t->text, sizeof(t->text), buf_str(&text));
	buf_release(&text);
	s->stage = STAGE_DEAD;
	s->deadline = -1;
	s->smtp->net->happened = true;
}

void
session_open(struct smtp *smtp)
{
	struct session *s = xcalloc(1, sizeof(*s));
	struct err err = {0};

	s->smtp = smtp;
	s->fd = -1;
	s->deadline = -1;
	s->next = smtp->first;
	smtp->first = s;
	if (watch_open(&s->watch, &err) < 0 || describe(s, &err) < 0)
		trouble(s, SMTP_NO_CONNECTION, 0, err.text);
	else
		libcurl.curl_multi_add_handle(s->watch.multi, s->easy);
}

static enum smtp_failure
failure_of(CURLcode result)
{
	switch (result) {
	case CURLE_USE_SSL_FAILED:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_ENGINE_NOTFOUND:
	case CURLE_SSL_ENGINE_SETFAILED:
	case CURLE_SSL_ENGINE_INITFAILED:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_SHUTDOWN_FAILED:
	case CURLE_SSL_CRL_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
	case CURLE_SSL_INVALIDCERTSTATUS:
		return SMTP_NO_TLS;
	case CURLE_LOGIN_DENIED:
	case CURLE_AUTH_ERROR:
		return SMTP_NO_LOGIN;
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_REMOTE_ACCESS_DENIED:
		return SMTP_TURNED_AWAY;
	default:
		return SMTP_NO_CONNECTION;
	}
}

static void
connected(struct session *s, CURLcode result)
{
	enum smtp_failure failure = failure_of(result);
	curl_socket_t fd = -1;

	if (s->strayed) {
		trouble(s, SMTP_NO_TLS, 0,
		    "is not this machine, and there is no TLS");
	} else if (result != CURLE_OK) {
		bool refused = s->code >= 400 && failure != SMTP_NO_CONNECTION;

		trouble(s, failure, refused ? s->code : 0,
		    refused         ? s->words
		    : s->problem[0] ? s->problem
				    : libcurl.curl_easy_strerror(result));
	} else if (s->smtp->user && !s->logged_in) {
		/* libcurl goes on when none is offered. */
		trouble(s, SMTP_NO_LOGIN, 0, "offers no AUTH that we know");
	} else if (libcurl.curl_easy_getinfo(
		       s->easy, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK ||
		   fd < 0) {
		trouble(s, SMTP_NO_CONNECTION, 0, "has no connection");
	} else {
		s->fd = fd;
		s->stage = STAGE_IDLE;
		s->smtp->net->happened = true;
	}
}

void
session_connect(struct session *s, const struct polls *p, size_t *at)
{
	CURLMsg *message;
	int left;

	watch_serve(&s->watch, p, at);
	message = libcurl.curl_multi_info_read(s->watch.multi, &left);
	if (message && message->msg == CURLMSG_DONE)
		connected(s, message->data.result);
}

void
session_free(struct session *s)
{
	/* What was to be said has been; libcurl need not say it again. */
	if (s->fd >= 0)
		shutdown(s->fd, SHUT_RDWR);
	if (s->easy) {
		if (s->watch.multi)
			libcurl.curl_multi_remove_handle(
			    s->watch.multi, s->easy);
		libcurl.curl_easy_cleanup(s->easy);
	}
	watch_close(&s->watch);
	buf_release(&s->in);
	buf_release(&s->out);
	buf_release(&s->reply);
	free(s);
}

void
session_die(struct session *s, int code, const char *why)
{
	struct smtp_message *m = s->message;
	bool uncertain = s->stage == STAGE_FINAL && code == 0;

	if (m && s->refused)
		message_done(s->smtp, m, m->outcome, m->code, NULL);
	else if (m)
		message_done(s->smtp, m, uncertain ? SMTP_UNCERTAIN : SMTP_LOST,
		    code, why);
	s->message = NULL;
	s->stage = STAGE_DEAD;
	s->deadline = -1;
}
