/* SPDX-License-Identifier: ISC */
/* The model in the store, and what it needs before it can be used. */
#include "stage/stage.sql.h"
#include "stage/stage_priv.h"

extern const char stages_json[]; /* stages.json */

void
stages_needs(const struct stages *m, struct lead_needs *needs)
{
	needs->field[LEAD_STAGE] = true;
	for (size_t i = 0; i < m->rule_count; i++) {
		needs->events = needs->events || m->rule[i].event;
		if (m->rule[i].when)
			lead_needs_cond(needs, m->rule[i].when);
	}
}

int
stages_bind(
    struct stages *m, struct store *st, const struct tenant *t, struct err *err)
{
	for (size_t i = 0; i < m->rule_count; i++) {
		struct stage_rule *r = &m->rule[i];

		if (r->event && lead_type_find(st, t, str_of(r->event),
				    &r->event_type, err) < 0)
			return -1;
		if (r->when && lead_bind(st, t, r->when, err) < 0)
			return -1;
	}
	return 0;
}

/* The tenant's own document; missing: there is none. */
static int
read_document(
    struct store *st, const struct tenant *t, struct buf *ret, struct err *err)
{
	struct rows *rows;
	int got;

	if (store_query(st, &sql_stage_model_read, BINDS(BIND_INT(t->id)),
		&rows, err) < 0)
		return -1;
	got = rows_next(rows, err);
	if (got > 0 && !rows_null(rows, 0))
		buf_adds(ret, rows_text(rows, 0));
	rows_close(rows);
	return got < 0 ? -1 : 0;
}

static int
open_unbound(struct store *st, const struct tenant *t, struct stages **ret,
    bool *ret_own, struct err *err)
{
	struct buf document = {0};
	int code = read_document(st, t, &document, err);

	if (code == 0)
		code = document.len ? stages_of_text(buf_str(&document),
					  "stage model", ret, err)
				    : stages_of_text(str_of(stages_json),
					  "stages.json", ret, err);
	*ret_own = document.len > 0;
	buf_release(&document);
	return code;
}

int
stages_open(struct store *st, const struct tenant *t, struct stages **ret,
    struct err *err)
{
	struct stages *m = NULL;
	bool own;

	if (open_unbound(st, t, &m, &own, err) < 0)
		return -1;
	if (stages_bind(m, st, t, err) < 0) {
		stages_free(m);
		return -1;
	}
	*ret = m;
	return 0;
}

int
stages_ask(struct store *st, const struct tenant *t, const char *segment,
    struct buf *out, struct err *err)
{
	struct stages *m = NULL;
	bool own;

	if (open_unbound(st, t, &m, &own, err) < 0)
		return -1;
	for (size_t i = 0; i < m->rule_count; i++) {
		const struct stage_rule *rule = &m->rule[i];

		if (rule->when && cond_asks(rule->when, segment))
			buf_addf(out, "%sthe stages (to %s)",
			    out->len ? ", " : "", m->stage[rule->to].name);
	}
	stages_free(m);
	return 0;
}

int
stages_define(struct store *st, const struct tenant *t, const struct stages *m,
    const char *who, int64_t now, struct buf *ret_old, bool *ret_changed,
    struct err *err)
{
	struct buf document = {0};
	struct stages *old;
	bool own;
	int code = 0;

	if (open_unbound(st, t, &old, &own, err) < 0)
		return -1;
	stages_print(old, ret_old);
	stages_free(old);
	if (m)
		stages_print(m, &document);
	*ret_changed =
	    m ? !own || !str_eq(buf_str(ret_old), buf_str(&document)) : own;
	if (*ret_changed)
		code = store_run(st, &sql_stage_model_write,
		    BINDS(BIND_INT(t->id),
			m ? BIND_TEXT(buf_str(&document)) : BIND_NULL('t'),
			BIND_INT(now)),
		    NULL, err);
	if (code == 0 && *ret_changed)
		code = audit_add(st, t->id, now, who,
		    m ? "stage define" : "stage reset", (struct str){0},
		    (struct str){0}, err);
	buf_release(&document);
	return code;
}

struct knowing {
	struct store *st;
	const struct tenant *tenant;
};

static bool
known_type(void *context, struct str event_type)
{
	const struct knowing *k = context;
	int64_t number;

	return lead_type_find(k->st, k->tenant, event_type, &number, NULL) ==
		   0 &&
	       number >= 0;
}

void
stages_review_stored(struct store *st, const struct tenant *t,
    const struct stages *m, struct remarks *remarks)
{
	struct knowing k = {st, t};

	stages_review(m, known_type, &k, remarks);
}
