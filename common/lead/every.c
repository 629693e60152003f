/* SPDX-License-Identifier: ISC */
/* Every lead of a tenant, in pages. */
#include "lead/lead.h"

enum { PAGE = 10000 }; /* leads of one snapshot */

static int
look_at(struct lead_views *views,
    int (*each)(void *context, const struct lead_view *view, struct err *err),
    void *context, struct err *err)
{
	const struct lead_view *view;
	int got;

	while ((got = lead_views_next(views, &view, err)) > 0)
		if ((got = each(context, view, err)) < 0)
			break;
	lead_views_close(views);
	return got;
}

int
lead_views_every(struct store *st, const struct tenant *t,
    const struct lead_needs *needs, const struct cond_moment *moment,
    const char *who,
    int (*each)(void *context, const struct lead_view *view, struct err *err),
    void *context, struct err *err)
{
	struct lead_views *views;
	int64_t last;
	int rc = lead_last(st, t, &last, err);

	for (int64_t after = 0; rc == 0 && after < last; after += PAGE) {
		if (store_begin(st, STORE_SNAPSHOT, who, err) < 0)
			return -1;
		rc = lead_views_range(st, t, needs, moment, after, after + PAGE,
		    INT64_MAX, &views, err);
		if (rc == 0)
			rc = look_at(views, each, context, err);
		store_rollback(st);
	}
	return rc;
}

int
lead_views_these(struct store *st, const struct tenant *t,
    const struct lead_needs *needs, const struct cond_moment *moment,
    const int64_t *leads, size_t count,
    int (*each)(void *context, const struct lead_view *view, struct err *err),
    void *context, struct err *err)
{
	struct lead_views *views;

	if (lead_views_of(st, t, needs, moment, leads, count, &views, err) < 0)
		return -1;
	return look_at(views, each, context, err);
}
