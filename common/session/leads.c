/* SPDX-License-Identifier: ISC */
/*
 * Changing leads that operands or records name. All names are read before the
 * first change begins: whoever makes them may want to write to the store too,
 * and would wait for us while we wait for them.
 */
#include <string.h>

#include "lead/lead.h"
#include "session/session.h"

enum {
	HELD = 1000, /* ms of one change while nobody waits */
	SHARED = 50, /* and while somebody does */
	A_FEW = 64   /* leads between two looks at the clock */
};

struct changing {
	struct session *s;
	const struct session_leads *how;
	struct lead_names names;
	size_t next; /* of the names */
};

/* What an operand names must be there before anything changes. */
static int
read_names(struct changing *c, struct err *err)
{
	struct session *s = c->s;
	struct remarks *remarks = cli_remarks(s->call);
	int64_t lead;

	for (size_t i = 0; i < c->how->count; i++) {
		const char *who = c->how->who[i];

		if (strcmp(who, "-") == 0) {
			if (lead_names_read(who, remarks, &c->names, err) < 0)
				return -1;
			continue;
		}
		if (lead_need(s->st, s->tenant, str_of(who), &lead, err) < 0)
			return -1;
		lead_names_add(&c->names, str_of(who), (struct place){0});
	}
	return 0;
}

/* A record may name a lead that is not there: told, and passed over. */
static int
change_lead(struct changing *c, struct err *err)
{
	const struct lead_name *name = &c->names.name[c->next++];
	struct session *s = c->s;
	int64_t lead;

	if (lead_need(s->st, s->tenant, name->text, &lead, err) == 0 &&
	    c->how->each(s, lead, err) == 0)
		return 0;
	if (!name->place.file || err->kind != ERR_USAGE)
		return -1;
	remark(cli_remarks(s->call), name->place, "%s", err->text);
	err_clear(err);
	c->names.rejected++;
	return 0;
}

static bool
long_enough(const struct changing *c)
{
	struct session *s = c->s;
	int64_t held;

	if (c->how->whole || s->call->shared->dry_run || c->next % A_FEW)
		return false;
	held = store_held(s->st);
	return held > HELD || (held > SHARED && store_awaited(s->st)) ||
	       cli_interrupted();
}

static int
change_some(struct changing *c, struct err *err)
{
	struct session *s = c->s;
	const struct session_leads *how = c->how;
	int rc = 0;

	if (session_begin(s, err) < 0 ||
	    store_moment(s->st, s->tenant->id, s->now, s->call->shared->replay,
		err) < 0 ||
	    (how->begin && how->begin(s, err) < 0))
		return -1;
	do {
		if (c->next < c->names.count)
			rc = change_lead(c, err);
	} while (rc == 0 && c->next < c->names.count && !long_enough(c));
	return how->end ? how->end(s, rc, err) : rc;
}

/* The last change is left open: it ends with the session. */
static int
change_all(struct changing *c, struct err *err)
{
	struct session *s = c->s;
	FILE *out;

	/* Where nothing can be said, nothing is changed. */
	if (cli_output(s->call, &out, err) < 0)
		return -1;
	for (;;) {
		size_t before = c->next;

		if (change_some(c, err) < 0) {
			if (before)
				cli_summary(s->call,
				    "%zu of %zu leads were done before", before,
				    c->names.count);
			return -1;
		}
		if (c->next == c->names.count || cli_interrupted())
			return c->names.rejected ? CLI_REJECTS : CLI_DONE;
		if (session_commit(s, 0, err) < 0 || session_tell(s, err) < 0)
			return -1;
	}
}

int
session_leads(
    struct session *s, const struct session_leads *how, struct err *err)
{
	struct changing c = {.s = s, .how = how};
	int rc = read_names(&c, err);

	if (rc == 0)
		rc = change_all(&c, err);
	lead_names_release(&c.names);
	return rc;
}
