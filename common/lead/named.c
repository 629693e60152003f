/* SPDX-License-Identifier: ISC */
/* Leads that are named by records, one after another. */
#include "lead/lead.h"

static struct str
name_of(const struct record *r)
{
	static const char *const names[] = {"lead", "id", "email"};

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const struct field *f = record_find(r, names[i]);

		if (f)
			return f->text;
	}
	return (struct str){0};
}

struct naming {
	struct store *st;
	const struct tenant *tenant;
	int (*each)(void *context, int64_t lead, struct err *err);
	void *context;
};

static int
each_record(
    const struct naming *n, const struct record *record, struct err *err)
{
	struct str who = name_of(record);
	int64_t lead;

	if (!who.p)
		return err_set(err, ERR_USAGE, "no lead, id or email");
	if (lead_need(n->st, n->tenant, who, &lead, err) < 0)
		return -1;
	return n->each(n->context, lead, err);
}

int
lead_each_named(struct store *st, const struct tenant *t, const char *path,
    struct remarks *remarks,
    int (*each)(void *context, int64_t lead, struct err *err), void *context,
    uint64_t *ret_rejected, struct err *err)
{
	const struct naming n = {st, t, each, context};
	char *paths[] = {(char *)(uintptr_t)path};
	struct record_input input = {.remarks = remarks};
	struct record_reader *reader;
	struct record_reject reject;
	struct record record;
	uint64_t rejected = 0;
	enum record_got got;

	if (record_reader_open(paths, 1, &input, &reader, err) < 0)
		return -1;
	while ((got = record_next(reader, &record, &reject, err)) > 0) {
		struct err why = {0};

		if (got == RECORD_GOT_REJECT) {
			remark(remarks, reject.place, "%s", reject.reason);
			rejected++;
		} else if (each_record(&n, &record, &why) < 0) {
			if (why.kind != ERR_USAGE) {
				*err = why;
				got = RECORD_GOT_ERROR;
				break;
			}
			remark(remarks, record.place, "%s", why.text);
			rejected++;
		}
	}
	record_reader_close(reader);
	if (got == RECORD_GOT_ERROR)
		return -1;
	*ret_rejected = rejected;
	return 0;
}
