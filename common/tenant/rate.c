/* SPDX-License-Identifier: ISC */
/* At most so many in so much time. */
#include "tenant/tenant.h"

enum { COUNT_MOST = 1000000 };
#define SPAN_MOST (31 * MS_DAY)

static bool
rate_parse(struct str text, struct rate *ret)
{
	struct str span = text, count;

	return str_cut(&span, '/', &count) &&
	       number_int(str_trim(count), &ret->count) && ret->count >= 1 &&
	       ret->count <= COUNT_MOST &&
	       duration_parse(str_trim(span), &ret->span) &&
	       ret->span <= SPAN_MOST;
}

int
rates_parse(
    const char *what, struct str text, struct rates *ret, struct err *err)
{
	struct rates all = {0};
	struct str rest = text, one;
	bool more = true;

	while (more) {
		more = str_cut(&rest, ',', &one);
		if (all.count == RATES_MOST)
			return err_set(err, ERR_USAGE,
			    "%s: more than %d limits", what, RATES_MOST);
		if (!rate_parse(one, &all.rate[all.count++]))
			return err_set(err, ERR_USAGE,
			    "%s: not like 10/1s or 500/1h: %s", what,
			    quoted(str_trim(one)));
	}
	*ret = all;
	return 0;
}

void
rates_join(struct rates *all, const struct rates *other)
{
	for (size_t i = 0; i < other->count; i++)
		all->rate[all->count++] = other->rate[i];
}
