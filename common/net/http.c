/* SPDX-License-Identifier: ISC */
/*
 * Requests: what may be asked, where it may lead, and what came of it.
 */
#include <strings.h>
#include <sys/socket.h>

#include "net/net_priv.h"

struct http_transfer {
	struct net *net;
	CURL *easy;
	struct curl_slist *headers;
	bool strayed;
	char problem[CURL_ERROR_SIZE];
	struct http_transfer *next, **back; /* among those under way */
};

static curl_socket_t
open_public(void *context, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct http_transfer *t = context;

	(void)purpose;
	if (!address_is_private(&to->addr))
		return socket(
		    to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
	t->strayed = true;
	return CURL_SOCKET_BAD;
}

/* The same for a connection that was opened for somebody else's request. */
static int
before_request(
    void *context, char *there, char *here, int there_port, int here_port)
{
	struct http_transfer *t = context;

	(void)here;
	(void)there_port;
	(void)here_port;
	if (!net_is_private(there))
		return CURL_PREREQFUNC_OK;
	t->strayed = true;
	return CURL_PREREQFUNC_ABORT;
}

static size_t
on_body(char *p, size_t size, size_t n, void *context)
{
	struct http_request *r = context;
	size_t limit = r->max_answer ? r->max_answer : 1 << 20;
	size_t room = limit - r->answer.len;

	n *= size;
	if (n > room) {
		buf_add(&r->answer, p, room);
		r->cut = true;
		return 0; /* and so the end */
	}
	buf_add(&r->answer, p, n);
	return n;
}

static size_t
on_header(char *p, size_t size, size_t n, void *context)
{
	enum { MOST = 1 << 16 };
	struct http_request *r = context;
	struct str line = {p, size * n};

	if (str_starts(line, STR("HTTP/")))
		buf_clear(&r->headers_got); /* of an answer before (100) */
	else if (r->headers_got.len + line.n > MOST)
		return 0;
	else
		buf_adds(&r->headers_got, line);
	return line.n;
}

struct str
http_header(const struct http_request *r, const char *name)
{
	struct str rest = buf_str(&r->headers_got), line, head;
	size_t n = strlen(name);

	while (str_cut(&rest, '\n', &line)) {
		if (str_cut(&line, ':', &head) && head.n == n &&
		    strncasecmp(head.p, name, n) == 0)
			return str_trim(line);
	}
	return (struct str){0};
}

static bool
is_clean_line(const char *s)
{
	for (; *s; s++)
		if (((unsigned char)*s < ' ' && *s != '\t') || *s == 0x7f)
			return false;
	return true;
}

static bool
is_header(const char *s)
{
	size_t name = strcspn(s, ":");

	if (!is_clean_line(s) || s[name] != ':' || name == 0)
		return false;
	for (size_t i = 0; i < name; i++)
		if (s[i] <= ' ' || s[i] > '~' ||
		    strchr("()<>@,;\\\"/[]?={}", s[i]))
			return false;
	return true;
}

static int
check_url(const struct http_request *r, struct err *err)
{
	const char *url = r->url ? r->url : "";
	bool tls = strncasecmp(url, "https://", 8) == 0;
	bool plain = strncasecmp(url, "http://", 7) == 0;
	char *host, *user;
	int rc = 0;

	if (!is_clean_line(url) || (!tls && !plain))
		return err_set(err, ERR_USAGE, "not an https address: %s",
		    quoted(str_of(url)));
	if (plain && !r->plain_too)
		return err_set(err, ERR_USAGE,
		    "an address without TLS (https) is not allowed: %s",
		    quoted(str_of(url)));
	host = url_part(url, CURLUPART_HOST);
	user = url_part(url, CURLUPART_USER);
	if (!host || user)
		rc = err_set(err, ERR_USAGE, "not an https address of a host");
	else if (!host_is_allowed(str_of(host), r->hosts))
		rc = err_set(err, ERR_USAGE, "the host %s is not allowed",
		    quoted(str_of(host)));
	libcurl.curl_free(host);
	libcurl.curl_free(user);
	return rc;
}

static int
check(const struct http_request *r, struct err *err)
{
	static const char *const methods[] = {
	    "GET", "POST", "PUT", "PATCH", "DELETE"};
	bool known = false;

	for (size_t i = 0; r->method && i < COUNT_OF(methods); i++)
		known = known || strcmp(r->method, methods[i]) == 0;
	if (!known)
		return err_set(err, ERR_USAGE, "not a method: %s",
		    quoted(str_of(r->method)));
	for (const char *const *h = r->headers; h && *h; h++)
		if (!is_header(*h)) /* it may hold a secret: not shown */
			return err_set(err, ERR_USAGE,
			    "header %zu is not a header",
			    (size_t)(h - r->headers) + 1);
	if (r->content_type && !is_clean_line(r->content_type))
		return err_set(err, ERR_USAGE, "content type: not a type");
	return check_url(r, err);
}

static void
add_header(struct http_transfer *t, const char *line)
{
	struct curl_slist *more = libcurl.curl_slist_append(t->headers, line);

	if (!more)
		BUG("libcurl: no memory for a header");
	t->headers = more;
}

static void
describe_headers(struct http_transfer *t, const struct http_request *r)
{
	struct buf line = {0};

	if (r->body.p) {
		buf_addf(&line, "Content-Type: %s",
		    r->content_type ? r->content_type : "application/json");
		add_header(t, line.p);
		buf_release(&line);
	}
	add_header(t, "Expect:"); /* no asking whether we may */
	for (const char *const *h = r->headers; h && *h; h++)
		add_header(t, *h);
	libcurl.curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
}

static void
describe_body(CURL *easy, const struct http_request *r)
{
	if (r->body.p || strcmp(r->method, "POST") == 0) {
		libcurl.curl_easy_setopt(
		    easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.n);
		libcurl.curl_easy_setopt(
		    easy, CURLOPT_POSTFIELDS, r->body.p ? r->body.p : "");
	}
	libcurl.curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, r->method);
}

static void
describe_guard(struct http_transfer *t, const struct http_request *r)
{
	CURL *easy = t->easy;

	if (!r->private_too) {
		libcurl.curl_easy_setopt(
		    easy, CURLOPT_OPENSOCKETFUNCTION, open_public);
		libcurl.curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, t);
		libcurl.curl_easy_setopt(
		    easy, CURLOPT_PREREQFUNCTION, before_request);
		libcurl.curl_easy_setopt(easy, CURLOPT_PREREQDATA, t);
	}
	if (r->once) {
		libcurl.curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
		libcurl.curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	}
}

static int
describe(struct http_transfer *t, struct http_request *r, struct err *err)
{
	CURL *easy = t->easy;

	if (easy_protocols(easy, r->plain_too ? "https,http" : "https",
		CURLPROTO_HTTPS | (r->plain_too ? CURLPROTO_HTTP : 0)) < 0 ||
	    libcurl.curl_easy_setopt(easy, CURLOPT_URL, r->url) != CURLE_OK)
		return err_set(err, ERR_FAIL, "libcurl has no HTTPS");
	libcurl.curl_easy_setopt(easy, CURLOPT_PRIVATE, r);
	libcurl.curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->problem);
	libcurl.curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	libcurl.curl_easy_setopt(
	    easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	libcurl.curl_easy_setopt(easy, CURLOPT_USERAGENT, "DiagnoLeads");
	libcurl.curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
	    (long)(r->connect_ms ? r->connect_ms : 10 * MS_SECOND));
	libcurl.curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
	    (long)(r->total_ms ? r->total_ms : 30 * MS_SECOND));
	libcurl.curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	libcurl.curl_easy_setopt(easy, CURLOPT_WRITEDATA, r);
	libcurl.curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	libcurl.curl_easy_setopt(easy, CURLOPT_HEADERDATA, r);
	describe_guard(t, r);
	describe_headers(t, r);
	describe_body(easy, r);
	return 0;
}

static void
transfer_free(struct http_transfer *t)
{
	if (t->back) {
		*t->back = t->next;
		if (t->next)
			t->next->back = t->back;
	}
	if (t->easy) {
		libcurl.curl_multi_remove_handle(t->net->http.multi, t->easy);
		libcurl.curl_easy_cleanup(t->easy);
	}
	libcurl.curl_slist_free_all(t->headers);
	free(t);
}

int
http_start(struct net *net, struct http_request *r, struct err *err)
{
	struct http_transfer *t;

	if (check(r, err) < 0)
		return -1;
	r->status = 0;
	r->cut = false;
	r->retry_after = -1;
	r->text[0] = '\0';
	r->next = NULL;
	buf_clear(&r->answer);
	buf_clear(&r->headers_got);
	t = xcalloc(1, sizeof(*t));
	t->net = net;
	if (easy_open(&t->easy, r->ca_file, err) < 0 ||
	    describe(t, r, err) < 0) {
		transfer_free(t);
		return -1;
	}
	r->transfer = t;
	libcurl.curl_multi_add_handle(net->http.multi, t->easy);
	t->next = net->asked;
	t->back = &net->asked;
	if (t->next)
		t->next->back = &t->next;
	net->asked = t;
	net->asking++;
	return 0;
}

static enum http_outcome
outcome_of(int status)
{
	if (status >= 200 && status < 300)
		return HTTP_DONE;
	if (status >= 500 || status == 408 || status == 425 || status == 429)
		return HTTP_LATER;
	return HTTP_REFUSED;
}

static void
read_retry_after(struct http_request *r)
{
	struct str value = http_header(r, "Retry-After");
	int64_t now = r->now, far;

	/* By the clock that wrote the date, when no other is given. */
	if (now == 0 && !time_parse_format(http_header(r, "Date"),
			    "%a, %d %b %Y %H:%M:%S GMT", zone_utc(), &now))
		now = TIME_MAX;
	if (value.p && http_retry_after(value, now, &far))
		r->retry_after = far;
}

static void
judge(struct http_request *r, CURLcode result)
{
	struct http_transfer *t = r->transfer;
	long status = 0, asked = 0;
	bool whole = result == CURLE_OK || r->cut;

	libcurl.curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	libcurl.curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &asked);
	r->status = (int)status;
	if (whole && !t->strayed) {
		r->outcome = outcome_of(r->status);
		read_retry_after(r);
		snprintf(r->text, sizeof(r->text), "status %d", r->status);
		return;
	}
	r->outcome = t->strayed  ? HTTP_FORBIDDEN
		     : asked > 0 ? HTTP_UNCERTAIN
				 : HTTP_NETWORK;
	text_keep(r->text, sizeof(r->text),
	    t->strayed      ? STR("leads to an address that is not allowed")
	    : t->problem[0] ? str_of(t->problem)
			    : str_of(libcurl.curl_easy_strerror(result)));
}

void
http_collect(struct net *net)
{
	CURLMsg *message;
	int left;

	while ((message = libcurl.curl_multi_info_read(
		    net->http.multi, &left)) != NULL) {
		struct http_request *r = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		libcurl.curl_easy_getinfo(
		    message->easy_handle, CURLINFO_PRIVATE, (char **)&r);
		judge(r, message->data.result);
		transfer_free(r->transfer);
		r->transfer = NULL;
		*net->done_last = r;
		net->done_last = &r->next;
		net->asking--;
		net->happened = true;
	}
}

void
http_give_up(struct net *net)
{
	while (net->asked)
		transfer_free(net->asked);
}

struct http_request *
http_done(struct net *net)
{
	struct http_request *r = net->done;

	if (!r)
		return NULL;
	net->done = r->next;
	if (!net->done)
		net->done_last = &net->done;
	r->next = NULL;
	return r;
}

size_t
http_busy(const struct net *net)
{
	return net->asking;
}

void
http_release(struct http_request *r)
{
	buf_release(&r->answer);
	buf_release(&r->headers_got);
}
