/* SPDX-License-Identifier: ISC */
/*
 * libpq, loaded when it is wanted: who keeps the store in a file neither needs
 * it installed nor waits for it and its own libraries to start.
 */
#include <pthread.h>

#include "store/postgres_priv.h"

struct libpq libpq;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct err problem;

static const struct library_function functions[] = {
#define FUNCTION(name) {#name, offsetof(struct libpq, name)},
    LIBPQ_FUNCTIONS(FUNCTION)
#undef FUNCTION
};

static void
load(void)
{
	static const char *const files[] = {"libpq.so.5", NULL};
	const struct library l = {
	    "PostgreSQL's client library (Debian: apt install libpq5)", files,
	    functions, COUNT_OF(functions), &libpq};

	library_load(&l, &problem);
}

int
libpq_load(struct err *err)
{
	pthread_once(&once, load);
	if (problem.kind)
		return err_set(err, problem.kind, "%s", problem.text);
	return 0;
}
