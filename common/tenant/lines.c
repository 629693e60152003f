/* SPDX-License-Identifier: ISC */
/* Tenants and their people as lines of JSON. */
#include "tenant/tenant.h"

struct lines {
	int (*each)(void *context, struct str line, struct err *err);
	void *context;
	struct buf line;
};

static int
tell_tenant(void *context, const struct tenant *t, struct err *err)
{
	struct lines *l = context;

	buf_clear(&l->line);
	tenant_json(t, &l->line);
	return l->each(l->context, buf_str(&l->line), err);
}

int
tenant_lines(struct store *st,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err)
{
	struct lines l = {.each = each, .context = context};
	int rc = tenant_list(st, tell_tenant, &l, err);

	buf_release(&l.line);
	return rc;
}

void
member_put(const struct member *m, const char *key, struct json_writer *w)
{
	const struct {
		const char *name;
		struct str value;
	} fields[] = {{key, m->email}, {"name", m->name}, {"role", m->role},
	    {"region", m->region}, {"manager", m->manager}};

	for (size_t i = 0; i < COUNT_OF(fields); i++)
		if (fields[i].value.p)
			json_add_text(w, fields[i].name, fields[i].value);
	json_add_bool(w, "active", m->active);
}

void
member_json(const struct member *m, struct buf *out)
{
	struct json_writer w = {.out = out};

	json_put_object(&w);
	member_put(m, "user", &w);
	json_put_end(&w);
}

static int
tell_member(void *context, const struct member *m, struct err *err)
{
	struct lines *l = context;

	buf_clear(&l->line);
	member_json(m, &l->line);
	return l->each(l->context, buf_str(&l->line), err);
}

int
member_lines(struct store *st, const struct tenant *t,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err)
{
	struct lines l = {.each = each, .context = context};
	int rc = member_list(st, t, tell_member, &l, err);

	buf_release(&l.line);
	return rc;
}
