/* SPDX-License-Identifier: ISC */
/* The tenant's own people: who sells, who manages whom. */
#include "tenant/tenant.h"
#include "tenant/tenant.sql.h"

static const char *const roles[] = {
    "admin", "manager", "sales", "marketing", "viewer"};

int
member_role_check(struct str role, struct err *err)
{
	for (size_t i = 0; i < COUNT_OF(roles); i++)
		if (str_is(role, roles[i]))
			return 0;
	return err_set(err, ERR_USAGE,
	    "role: not admin, manager, sales, marketing or viewer: %s",
	    quoted(role));
}

static int
address(struct str given, const char *field, struct buf *ret, struct err *err)
{
	if (!email_normalise(given, ret))
		return err_set(err, ERR_USAGE, "%s: not an address: %s", field,
		    quoted(given));
	return 0;
}

/* A manager must be one of the tenant's people, and not below the person. */
static int
manager_check(struct store *st, int64_t tenant, struct str person,
    struct str manager, struct err *err)
{
	struct buf at = {0};
	int got = 1;

	buf_adds(&at, manager);
	for (int steps = 0; got > 0 && at.len > 0; steps++) {
		struct rows *rows;

		if (str_eq(buf_str(&at), person) || steps > 100) {
			got = err_set(err, ERR_USAGE,
			    "manager: %s would report to themselves",
			    quoted(person));
			break;
		}
		if (store_query(st, &sql_member_one,
			BINDS(BIND_INT(tenant), BIND_TEXT(buf_str(&at))), &rows,
			err) < 0) {
			got = -1;
			break;
		}
		got = rows_next(rows, err);
		if (got == 0 && steps == 0)
			got = err_set(err, ERR_USAGE,
			    "manager: no such user: %s", quoted(manager));
		buf_clear(&at);
		if (got > 0)
			buf_adds(&at, rows_text(rows, 4));
		rows_close(rows);
	}
	buf_release(&at);
	return got < 0 ? -1 : 0;
}

int
member_add(struct store *st, const struct tenant *t, const struct member *m,
    const char *who, int64_t now, struct err *err)
{
	struct buf email = {0}, manager = {0};
	int64_t changed;
	int rc = -1;

	if (address(m->email, "email", &email, err) < 0 ||
	    member_role_check(m->role, err) < 0)
		goto out;
	if (m->manager.p &&
	    (address(m->manager, "manager", &manager, err) < 0 ||
		manager_check(
		    st, t->id, buf_str(&email), buf_str(&manager), err) < 0))
		goto out;
	if (store_run(st, &sql_member_insert,
		BINDS(BIND_INT(t->id), BIND_TEXT(buf_str(&email)),
		    BIND_TEXT(m->name), BIND_TEXT(m->role),
		    BIND_TEXT(m->region),
		    BIND_TEXT(
			manager.len ? buf_str(&manager) : (struct str){0}),
		    BIND_INT(m->active), BIND_INT(now)),
		&changed, err) < 0)
		goto out;
	if (changed == 0) {
		err_set(err, ERR_USAGE, "user exists already: %s",
		    quoted(buf_str(&email)));
		goto out;
	}
	rc = audit_add(st, t->id, now, who, "user.add", buf_str(&email),
	    (struct str){0}, err);
out:
	buf_release(&email);
	buf_release(&manager);
	return rc;
}

static int
assign(struct store *st, const struct tenant *t, struct member *m,
    const char *assignment, struct buf *manager, struct err *err)
{
	struct str value = str_of(assignment), key;

	if (!str_cut(&value, '=', &key))
		return err_set(err, ERR_USAGE, "not KEY=VALUE: %s",
		    quoted(str_of(assignment)));
	if (str_is(key, "name")) {
		m->name = value.n ? value : (struct str){0};
	} else if (str_is(key, "region")) {
		m->region = value.n ? value : (struct str){0};
	} else if (str_is(key, "role")) {
		m->role = value;
		return member_role_check(value, err);
	} else if (str_is(key, "manager")) {
		m->manager = (struct str){0};
		if (value.n == 0)
			return 0;
		if (address(value, "manager", manager, err) < 0)
			return -1;
		m->manager = buf_str(manager);
		return manager_check(st, t->id, m->email, m->manager, err);
	} else if (str_is(key, "active")) {
		if (!str_is(value, "yes") && !str_is(value, "no"))
			return err_set(err, ERR_USAGE,
			    "active: not yes or no: %s", quoted(value));
		m->active = str_is(value, "yes");
	} else {
		return err_set(err, ERR_USAGE,
		    "a user has name, role, region, manager and active, "
		    "not %s",
		    quoted(key));
	}
	return 0;
}

int
member_set(struct store *st, const struct tenant *t, const char *email,
    const char *assignment, const char *who, int64_t now, struct buf *ret,
    struct err *err)
{
	struct buf key = {0}, manager = {0};
	struct arena arena = {0};
	struct member m = {0};
	struct rows *rows = NULL;
	int got = -1;

	if (address(str_of(email), "email", &key, err) < 0 ||
	    store_query(st, &sql_member_one,
		BINDS(BIND_INT(t->id), BIND_TEXT(buf_str(&key))), &rows,
		err) < 0 ||
	    (got = rows_next(rows, err)) < 0)
		goto out;
	if (got == 0) {
		got = err_set(
		    err, ERR_USAGE, "no such user: %s", quoted(buf_str(&key)));
		goto out;
	}
	m.email = arena_str(&arena, rows_text(rows, 0));
	m.name = arena_str(&arena, rows_text(rows, 1));
	m.role = arena_str(&arena, rows_text(rows, 2));
	m.region = arena_str(&arena, rows_text(rows, 3));
	m.manager = arena_str(&arena, rows_text(rows, 4));
	m.active = rows_int(rows, 5) != 0;
	rows_close(rows);
	rows = NULL;
	got = -1;
	if (assign(st, t, &m, assignment, &manager, err) < 0 ||
	    store_run(st, &sql_member_update,
		BINDS(BIND_INT(t->id), BIND_TEXT(m.email), BIND_TEXT(m.name),
		    BIND_TEXT(m.role), BIND_TEXT(m.region),
		    BIND_TEXT(m.manager), BIND_INT(m.active)),
		NULL, err) < 0)
		goto out;
	got = audit_add(
	    st, t->id, now, who, "user.set", m.email, (struct str){0}, err);
	buf_clear(ret);
	member_json(&m, ret);
out:
	rows_close(rows);
	arena_release(&arena);
	buf_release(&key);
	buf_release(&manager);
	return got;
}

static struct member
member_of(const struct rows *rows)
{
	return (struct member){.email = rows_text(rows, 0),
	    .name = rows_text(rows, 1),
	    .role = rows_text(rows, 2),
	    .region = rows_text(rows, 3),
	    .manager = rows_text(rows, 4),
	    .active = rows_int(rows, 5) != 0};
}

int
member_read(struct store *st, const struct tenant *t, struct str email,
    struct buf *ret, struct err *err)
{
	struct json_writer w = {.out = ret};
	struct buf key = {0};
	struct rows *rows;
	int got = 0;

	if (email_normalise(email, &key)) {
		if (store_query(st, &sql_member_one,
			BINDS(BIND_INT(t->id), BIND_TEXT(buf_str(&key))), &rows,
			err) < 0) {
			got = -1;
		} else {
			got = rows_next(rows, err);
			if (got > 0) {
				struct member m = member_of(rows);

				json_put_object(&w);
				member_put(&m, "email", &w);
				json_put_end(&w);
			}
			rows_close(rows);
		}
	}
	buf_release(&key);
	return got;
}

int
member_list(struct store *st, const struct tenant *t,
    int (*each)(void *context, const struct member *m, struct err *err),
    void *context, struct err *err)
{
	struct rows *rows;
	int got;

	if (store_query(
		st, &sql_member_all, BINDS(BIND_INT(t->id)), &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		struct member m = member_of(rows);

		if (each(context, &m, err) < 0) {
			got = -1;
			break;
		}
	}
	rows_close(rows);
	return got;
}
