/* SPDX-License-Identifier: ISC */
/*
 * libcurl, loaded when something is to be sent: it and its own libraries take
 * several times as long to start as everything else of a program.
 */
#include <pthread.h>

#include "net/net_priv.h"

struct libcurl libcurl;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct err problem;

static const struct library_function functions[] = {
#define FUNCTION(name) {#name, offsetof(struct libcurl, name)},
    LIBCURL_FUNCTIONS(FUNCTION)
#undef FUNCTION
};

static void
load(void)
{
	enum { OLDEST = 0x075000 };
	/* The same library over OpenSSL or GnuTLS. */
	static const char *const files[] = {
	    "libcurl.so.4", "libcurl-gnutls.so.4", NULL};
	const struct library l = {
	    "libcurl, which sends (Debian: apt install libcurl4)", files,
	    functions, COUNT_OF(functions), &libcurl};

	if (library_load(&l, &problem) < 0)
		return;
	if (libcurl.curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		err_set(&problem, ERR_FAIL, "libcurl does not start");
	else if (libcurl.curl_version_info(CURLVERSION_NOW)->version_num <
		 OLDEST)
		err_set(&problem, ERR_FAIL, "libcurl is older than 7.80");
}

int
libcurl_load(struct err *err)
{
	pthread_once(&once, load);
	if (problem.kind)
		return err_set(err, problem.kind, "%s", problem.text);
	return 0;
}
