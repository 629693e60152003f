/* SPDX-License-Identifier: ISC */
/*
 * libpq, loaded when it is wanted: who keeps the store in a file neither needs
 * it installed nor waits for it and its own libraries to start.
 */
#include <dlfcn.h>
#include <pthread.h>

#include "store/postgres_priv.h"

struct libpq libpq;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char problem[256];

static const struct {
	const char *name;
	size_t offset;
} functions[] = {
#define FUNCTION(name) {#name, offsetof(struct libpq, name)},
    LIBPQ_FUNCTIONS(FUNCTION)
#undef FUNCTION
};

static void
load(void)
{
	void *library = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
	void *function;
	size_t i;

	if (!library) {
		snprintf(problem, sizeof(problem),
		    "this machine lacks PostgreSQL's client library: %s "
		    "(Debian: apt install libpq5)",
		    dlerror());
		return;
	}
	for (i = 0; i < COUNT_OF(functions); i++) {
		function = dlsym(library, functions[i].name);
		if (!function) {
			snprintf(problem, sizeof(problem),
			    "libpq.so.5 is too old: it has no %s (version 14 "
			    "has)",
			    functions[i].name);
			return;
		}
		memcpy((char *)&libpq + functions[i].offset, &function,
		    sizeof(function));
	}
}

int
libpq_load(struct err *err)
{
	pthread_once(&once, load);
	if (problem[0])
		return err_set(err, ERR_FAIL, "%s", problem);
	return 0;
}
