/* SPDX-License-Identifier: ISC */
/* What is allowed in a definition and yet probably a mistake. */
#include "segment/segment_priv.h"

static const struct place nowhere;

static int
review_types(struct store *st, const struct tenant *t, const char *name,
    const struct cond *where, struct remarks *remarks, struct err *err)
{
	for (size_t i = 0; i < cond_event_type_count(where); i++) {
		const char *type = cond_event_type(where, i), *meant;
		int64_t number = -1;

		if (st && lead_type_find(st, t, str_of(type), &number, err) < 0)
			return -1;
		meant = cond_event_type_meant(where, i, &lead_catalogue);
		if (number < 0 && meant)
			remark(remarks, nowhere,
			    "segment %s: no event is called %s: did you mean "
			    "%s?",
			    quoted(str_of(name)), quoted(str_of(type)), meant);
	}
	return 0;
}

int
segment_review(struct store *st, const struct tenant *t, const char *name,
    const struct segment *s, struct remarks *remarks, struct err *err)
{
	return review_types(st, t, name, s->where, remarks, err);
}

/* It asks for one that does not follow the data as it does itself. */
static void
review_asked(
    const struct plan *plan, const struct kept *k, struct remarks *remarks)
{
	const struct cond *where = k->segment->where;

	for (size_t i = 0; i < cond_segment_count(where); i++) {
		const struct kept *other =
		    plan_find(plan, str_of(cond_segment(where, i)));

		if (other && !other->enabled)
			remark(remarks, nowhere,
			    "segment %s asks for %s, which is disabled",
			    quoted(str_of(k->name)),
			    quoted(str_of(other->name)));
	}
}

int
segment_review_all(struct store *st, const struct tenant *t,
    struct remarks *remarks, uint64_t *ret_broken, struct err *err)
{
	struct plan plan;
	int code = plan_load(st, t, &plan, err);

	*ret_broken = 0;
	for (size_t i = 0; code == 0 && i < plan.count; i++) {
		const struct kept *k = &plan.kept[i];

		if (k->problem) {
			remark(remarks, nowhere, "segment %s: %s",
			    quoted(str_of(k->name)), k->problem);
			++*ret_broken;
			continue;
		}
		code = review_types(
		    st, t, k->name, k->segment->where, remarks, err);
		if (k->enabled)
			review_asked(&plan, k, remarks);
	}
	plan_release(&plan);
	return code;
}
