/* SPDX-License-Identifier: ISC */
/*
 * libcurl, loaded when something is to be sent: it and its own libraries take
 * several times as long to start as everything else of a program.
 */
#include <dlfcn.h>
#include <pthread.h>

#include "net/net_priv.h"

struct libcurl libcurl;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char problem[256];

static const struct {
	const char *name;
	size_t offset;
} functions[] = {
#define FUNCTION(name) {#name, offsetof(struct libcurl, name)},
    LIBCURL_FUNCTIONS(FUNCTION)
#undef FUNCTION
};

static void
load(void)
{
	enum { OLDEST = 0x075000 };
	/* The same library over OpenSSL or GnuTLS. */
	void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL),
	     *function;
	size_t i;

	if (!library)
		library = dlopen("libcurl-gnutls.so.4", RTLD_NOW | RTLD_LOCAL);
	if (!library) {
		snprintf(problem, sizeof(problem),
		    "this machine lacks libcurl, which sends: %s "
		    "(Debian: apt install libcurl4)",
		    dlerror());
		return;
	}
	for (i = 0; i < COUNT_OF(functions); i++) {
		function = dlsym(library, functions[i].name);
		if (!function) {
			snprintf(problem, sizeof(problem),
			    "libcurl is too old: it has no %s",
			    functions[i].name);
			return;
		}
		memcpy((char *)&libcurl + functions[i].offset, &function,
		    sizeof(function));
	}
	if (libcurl.curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		snprintf(problem, sizeof(problem), "libcurl does not start");
	else if (libcurl.curl_version_info(CURLVERSION_NOW)->version_num <
		 OLDEST)
		snprintf(
		    problem, sizeof(problem), "libcurl is older than 7.80");
}

int
libcurl_load(struct err *err)
{
	pthread_once(&once, load);
	if (problem[0])
		return err_set(err, ERR_FAIL, "%s", problem);
	return 0;
}
