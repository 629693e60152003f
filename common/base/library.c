/* SPDX-License-Identifier: ISC */
/* Foreign libraries that are loaded when they are wanted. */
#include <dlfcn.h>

#include "base/base.h"

int
library_load(const struct library *l, struct err *err)
{
	void *handle = NULL, *function;

	for (size_t i = 0; l->file[i] && !handle; i++)
		handle = dlopen(l->file[i], RTLD_NOW | RTLD_LOCAL);
	if (!handle)
		return err_set(err, ERR_FAIL, "this machine lacks %s: %s",
		    l->what, dlerror());
	for (size_t i = 0; i < l->count; i++) {
		function = dlsym(handle, l->function[i].name);
		if (!function)
			return err_set(err, ERR_FAIL,
			    "%s is too old here: it has no %s", l->what,
			    l->function[i].name);
		/* ISO C has no cast from an object's pointer to a function's.
		 */
		memcpy((char *)l->table + l->function[i].offset, &function,
		    sizeof(function));
	}
	return 0;
}
