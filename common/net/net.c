/* SPDX-License-Identifier: ISC */
/*
 * The loop: one poll over libcurl's transfers (which tell us their sockets and
 * timers) and over the sessions whose dialogue is ours.
 */
#include <errno.h>

#include "net/net_priv.h"

void
polls_add(struct polls *p, int fd, short events)
{
	GROW(p->fds, p->cap, p->count + 1);
	p->fds[p->count++] = (struct pollfd){fd, events, 0};
}

void
polls_due(struct polls *p, int64_t at)
{
	if (at >= 0 && (p->due < 0 || at < p->due))
		p->due = at;
}

static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *own)
{
	struct watch *w = context;
	size_t i = 0;

	(void)easy;
	(void)own;
	while (i < w->count && w->fds[i].fd != fd)
		i++;
	if (what == CURL_POLL_REMOVE) {
		if (i < w->count)
			w->fds[i] = w->fds[--w->count];
		return 0;
	}
	if (i == w->count) {
		GROW(w->fds, w->cap, w->count + 1);
		w->fds[w->count++].fd = fd;
	}
	w->fds[i].what = what;
	return 0;
}

static int
on_timer(CURLM *multi, long ms, void *context)
{
	struct watch *w = context;

	(void)multi;
	w->due = ms < 0 ? -1 : time_monotonic() + ms;
	return 0;
}

int
watch_open(struct watch *w, struct err *err)
{
	w->due = -1;
	w->multi = libcurl.curl_multi_init();
	if (!w->multi)
		return err_set(err, ERR_FAIL, "libcurl: no memory");
	libcurl.curl_multi_setopt(w->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	libcurl.curl_multi_setopt(w->multi, CURLMOPT_SOCKETDATA, w);
	libcurl.curl_multi_setopt(w->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	libcurl.curl_multi_setopt(w->multi, CURLMOPT_TIMERDATA, w);
	return 0;
}

void
watch_close(struct watch *w)
{
	if (w->multi)
		libcurl.curl_multi_cleanup(w->multi);
	free(w->fds);
	*w = (struct watch){.due = -1};
}

void
watch_prepare(struct watch *w, struct polls *p)
{
	polls_due(p, w->due);
	for (size_t i = 0; i < w->count; i++)
		polls_add(p, w->fds[i].fd,
		    (short)((w->fds[i].what & CURL_POLL_IN ? POLLIN : 0) |
			    (w->fds[i].what & CURL_POLL_OUT ? POLLOUT : 0)));
}

void
watch_serve(struct watch *w, const struct polls *p, size_t *at)
{
	size_t end = *at + w->count; /* as many as were prepared */
	int running;

	for (; *at < end; ++*at) {
		short got = p->fds[*at].revents;

		if (got)
			libcurl.curl_multi_socket_action(w->multi,
			    p->fds[*at].fd,
			    (got & (POLLIN | POLLHUP) ? CURL_CSELECT_IN : 0) |
				(got & POLLOUT ? CURL_CSELECT_OUT : 0) |
				(got & (POLLERR | POLLNVAL) ? CURL_CSELECT_ERR
							    : 0),
			    &running);
	}
	if (w->due >= 0 && w->due <= time_monotonic()) {
		w->due = -1;
		libcurl.curl_multi_socket_action(
		    w->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	}
}

int
easy_open(CURL **ret, const char *ca_file, struct err *err)
{
	CURL *easy = libcurl.curl_easy_init();

	if (!easy)
		return err_set(err, ERR_FAIL, "libcurl: no memory");
	libcurl.curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	/* Not what the environment of a cron job happens to say. */
	libcurl.curl_easy_setopt(easy, CURLOPT_PROXY, "");
	libcurl.curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	libcurl.curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	libcurl.curl_easy_setopt(
	    easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (ca_file)
		libcurl.curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file);
	*ret = easy;
	return 0;
}

int
easy_protocols(CURL *easy, const char *names, long old)
{
	/* The first is of 7.85. */
	if (libcurl.curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, names) ==
		CURLE_OK ||
	    libcurl.curl_easy_setopt(easy, CURLOPT_PROTOCOLS, old) == CURLE_OK)
		return 0;
	return -1;
}

char *
url_part(const char *url, CURLUPart part)
{
	CURLU *u = libcurl.curl_url();
	char *text = NULL;

	if (!u || libcurl.curl_url_set(u, CURLUPART_URL, url, 0) != CURLUE_OK ||
	    libcurl.curl_url_get(u, part, &text, 0) != CURLUE_OK)
		text = NULL;
	libcurl.curl_url_cleanup(u);
	return text;
}

int
net_open(struct net **ret, struct err *err)
{
	struct net *net;

	if (libcurl_load(err) < 0)
		return -1;
	net = xcalloc(1, sizeof(*net));
	net->done_last = &net->done;
	if (watch_open(&net->http, err) < 0) {
		free(net);
		return -1;
	}
	*ret = net;
	return 0;
}

void
net_close(struct net *net)
{
	if (!net)
		return;
	while (net->servers)
		smtp_close(net->servers, 0);
	http_give_up(net);
	watch_close(&net->http);
	free(net->polls.fds);
	free(net);
}

static bool
is_alive(const struct net *net)
{
	if (net->asking > 0)
		return true;
	for (const struct smtp *s = net->servers; s; s = s->next)
		if (smtp_is_alive(s))
			return true;
	return false;
}

int
net_turn(struct net *net, int64_t until, struct err *err)
{
	struct polls *p = &net->polls;
	size_t at = 0;
	int64_t now, ms = -1;

	p->count = 0;
	p->due = until;
	watch_prepare(&net->http, p);
	for (struct smtp *s = net->servers; s; s = s->next)
		smtp_prepare(s, p);
	if (net->happened)
		polls_due(p, 0);
	now = time_monotonic();
	if (p->due >= 0)
		ms = p->due > now ? p->due - now : 0;
	if (poll(p->fds, p->count, ms > MS_HOUR ? (int)MS_HOUR : (int)ms) < 0) {
		/* A signal may be what the caller has to look at. */
		net->happened = true;
		return errno == EINTR ? 0 : err_sys(err, "poll");
	}
	watch_serve(&net->http, p, &at);
	http_collect(net);
	for (struct smtp *s = net->servers; s; s = s->next)
		smtp_serve(s, p, &at);
	return 0;
}

int
net_wait(struct net *net, int64_t ms, struct err *err)
{
	int64_t until = ms < 0 ? -1 : time_monotonic() + ms;
	bool happened;

	while (is_alive(net)) {
		if (net_turn(net, until, err) < 0)
			return -1;
		if (net->happened || (until >= 0 && time_monotonic() >= until))
			break;
	}
	happened = net->happened;
	net->happened = false;
	return happened;
}
