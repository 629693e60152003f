/* SPDX-License-Identifier: ISC */
/*
 * Copying tenants between stores: which there are, which an earlier attempt
 * has begun or done, and each from its number in the new store to its name
 * there. The number is kept among the store's own counters until all is done.
 */
#include <inttypes.h>
#include <sys/stat.h>

#include "json/json.h"
#include "store/copy.sql.h"
#include "store/copy_priv.h"

enum { CACHE_BYTES = 32 << 20 };
#define NOBODY INT64_C(0) /* whose counters are the store's own */

/* ---- one tenant -----------------------------------------------------------
 */

/* Which number the tenant has there, as an unfinished copy and by its name:
 * 1 it has, 0 not. */
static int
number_of_copy(
    struct store *to, const struct owner *o, int64_t *ret, struct err *err)
{
	return store_int(to, &sql_copy_mark_find,
	    BINDS(BIND_INT(NOBODY), BIND_TEXT(str_of(o->mark))), ret, err);
}

static int
number_of_name(
    struct store *to, const struct owner *o, int64_t *ret, struct err *err)
{
	return store_int(to, &sql_copy_tenant_number,
	    BINDS(BIND_TEXT(str_of(o->name))), ret, err);
}

static int
reserve_number(struct store *to, struct owner *o, struct err *err)
{
	int code = store_numbers(to, NOBODY, "tenant", 1, &o->target, err);

	if (code == 0)
		code = store_run(to, &sql_copy_mark_insert,
		    BINDS(BIND_INT(NOBODY), BIND_TEXT(str_of(o->mark)),
			BIND_INT(o->target)),
		    NULL, err);
	return code;
}

/* The tenant's number in the new store, kept until the whole copy is done.
 * Another copy may have been the first to ask for one. */
static int
start(struct copying *c, struct owner *o, struct err *err)
{
	int code;

	if (o->started)
		return 0;
	if (store_tenant(c->to, NOBODY, err) < 0 ||
	    store_begin(c->to, STORE_CHANGE, "copy", err) < 0)
		return -1;
	code = number_of_copy(c->to, o, &o->target, err);
	if (code == 1)
		code = 0;
	else if (code == 0)
		code = reserve_number(c->to, o, err);
	if (code == 0)
		code = store_commit(c->to, true, err);
	store_rollback(c->to);
	return code;
}

static int
take_away(struct copying *c, struct err *err)
{
	const struct copy_table *t;
	int code = 0;

	if (store_begin(c->to, STORE_CHANGE, "copy again", err) < 0)
		return -1;
	for (t = copy_tables; t->name && code == 0; t++)
		code = copy_take_away(c, t, err);
	if (code == 0)
		code = store_commit(c->to, true, err);
	store_rollback(c->to);
	return code;
}

/* From here on there is such a tenant. */
static int
name_tenant(struct copying *c, struct err *err)
{
	const struct owner *o = c->owner;
	int64_t changed = 0;
	int code;

	if (store_begin(c->to, STORE_CHANGE, "copy", err) < 0)
		return -1;
	code = store_run(c->to, &sql_copy_tenant_insert,
	    BINDS(BIND_INT(o->target), BIND_TEXT(str_of(o->name)),
		BIND_INT(o->created_at), BIND_TEXT(str_of(o->settings))),
	    &changed, err);
	if (code == 0 && changed == 0)
		code = err_set(err, ERR_USAGE, "%s: has a tenant %s by now",
		    copy_name(c->to), quoted(str_of(o->name)));
	if (code == 0)
		code = store_commit(c->to, true, err);
	store_rollback(c->to);
	return code;
}

static int
copy_leased(struct copying *c, bool again, struct err *err)
{
	const struct copy_table *t;
	int64_t named;
	int code;

	/* Another copy may have been quicker. */
	code = number_of_name(c->to, c->owner, &named, err);
	if (code < 0 || (code == 1 && named == c->owner->target))
		return code < 0 ? -1 : 0;
	code = 0;
	if (again && c->owner->started && take_away(c, err) < 0)
		return -1;
	if (store_tenant(c->from, c->owner->id, err) < 0 ||
	    store_begin(c->from, STORE_SNAPSHOT, "copy", err) < 0)
		return -1;
	for (t = copy_tables; t->name && code == 0; t++)
		code = copy_table(c, t, err);
	store_rollback(c->from);
	return code < 0 ? -1 : name_tenant(c, err);
}

static int
copy_tenant(struct copying *c, struct owner *o, bool again, struct err *err)
{
	struct buf holder = {0};
	int code;

	c->owner = o;
	if (start(c, o, err) < 0 || store_tenant(c->to, o->target, err) < 0)
		return -1;
	code = lease_take(c->to, o->target, "copy", &holder, err);
	if (code == 0)
		code = err_set(err, ERR_BUSY,
		    "%s: somebody else copies tenant %s: %s", copy_name(c->to),
		    quoted(str_of(o->name)), holder.p);
	buf_release(&holder);
	if (code < 0)
		return -1;
	code = copy_leased(c, again, err);
	lease_release(c->to);
	return code;
}

/* ---- which tenants --------------------------------------------------------
 */

static void
owners_free(struct owner *o)
{
	struct owner *next;

	for (; o; o = next) {
		next = o->next;
		free(o->name);
		free(o->settings);
		free(o->mark);
		free(o);
	}
}

/* A tenant of the same name that came to be at another moment is another. */
static struct owner *
owner_new(const struct rows *r)
{
	struct owner *o = xcalloc(1, sizeof(*o));
	struct buf mark = {0};

	o->id = rows_int(r, 0);
	o->name = str_dup(rows_text(r, 1));
	o->created_at = rows_int(r, 2);
	o->settings = str_dup(rows_text(r, 3));
	buf_addf(&mark, "copy %" PRId64 " %s", o->created_at, o->name);
	o->mark = buf_detach(&mark);
	return o;
}

static int
list_owners(
    struct store *st, const char *tenant, struct owner **ret, struct err *err)
{
	struct owner **end = ret;
	struct rows *r;
	int code;

	if (store_query(st, &sql_copy_tenants, NO_BINDS, &r, err) < 0)
		return -1;
	while ((code = rows_next(r, err)) == 1)
		if (!tenant || str_is(rows_text(r, 1), tenant)) {
			*end = owner_new(r);
			end = &(*end)->next;
		}
	rows_close(r);
	if (code == 0 && tenant && !*ret)
		return err_set(err, ERR_USAGE, "%s: no such tenant: %s",
		    copy_name(st), quoted(str_of(tenant)));
	return code;
}

/* NULL, or where the tenant that has the name there is another one. */
static int
find_difference(struct copying *c, const char **ret, struct err *err)
{
	const struct copy_table *t;
	struct owner *there = NULL, *o;
	bool same = false;
	int code;

	*ret = "tenant";
	code = list_owners(c->to, c->owner->name, &there, err);
	for (o = there; o && code == 0; o = o->next)
		same = o->created_at == c->owner->created_at &&
		       strcmp(o->settings, c->owner->settings) == 0;
	owners_free(there);
	for (t = copy_tables; t->name && code == 0 && same; t++) {
		*ret = t->name;
		code = copy_compare(c, t, &same, err);
	}
	if (same)
		*ret = NULL;
	return code;
}

/* A tenant of that name which no copy is known to have brought. */
static int
compare_tenant(struct copying *c, struct owner *o, struct err *err)
{
	const char *table = NULL;
	int code;

	c->owner = o;
	if (store_tenant(c->from, o->id, err) < 0 ||
	    store_tenant(c->to, o->target, err) < 0 ||
	    store_begin(c->from, STORE_SNAPSHOT, "compare", err) < 0)
		return -1;
	code = store_begin(c->to, STORE_SNAPSHOT, "compare", err);
	if (code == 0)
		code = find_difference(c, &table, err);
	store_rollback(c->to);
	store_rollback(c->from);
	if (code == 0 && table)
		code = err_set(err, ERR_USAGE,
		    "%s: has a tenant %s already, and it is not the same "
		    "(table %s)",
		    copy_name(c->to), quoted(str_of(o->name)), table);
	return code < 0 ? -1 : store_tenant(c->to, NOBODY, err);
}

/* Started by an earlier attempt, complete, or another's. */
static int
look(struct copying *c, struct owner *o, struct err *err)
{
	int64_t marked = 0, named = 0;
	int code;

	code = number_of_copy(c->to, o, &marked, err);
	if (code < 0)
		return -1;
	o->started = code == 1;
	o->target = marked;
	code = number_of_name(c->to, o, &named, err);
	if (code < 1)
		return code;
	o->complete = true;
	if (o->started && named == marked)
		return 0;
	o->target = named;
	return compare_tenant(c, o, err);
}

/* A file copied onto itself would be told to be there already. */
static int
refuse_itself(const struct store *from, const struct store *to, struct err *err)
{
	struct stat one, two;

	if (store_path(from) && store_path(to) &&
	    stat(store_path(from), &one) == 0 &&
	    stat(store_path(to), &two) == 0 && one.st_dev == two.st_dev &&
	    one.st_ino == two.st_ino)
		return err_set(
		    err, ERR_USAGE, "%s: is the store itself", copy_name(to));
	return 0;
}

/* The numbers are forgotten in one go, so that a rerun knows what is done. */
static int
forget_marks(struct store *to, const struct owner *o, struct err *err)
{
	int code = 0;

	if (!o)
		return 0;
	if (store_tenant(to, NOBODY, err) < 0 ||
	    store_begin(to, STORE_CHANGE, "copy", err) < 0)
		return -1;
	for (; o && code == 0; o = o->next)
		code = store_run(to, &sql_copy_mark_delete,
		    BINDS(BIND_INT(NOBODY), BIND_TEXT(str_of(o->mark))), NULL,
		    err);
	if (code == 0)
		code = store_commit(to, true, err);
	store_rollback(to);
	return code;
}

int
store_copy(struct store *from, struct store *to, const char *tenant, bool again,
    const struct copy_watch *watch, struct copy_result *ret, struct err *err)
{
	struct copying c = {.from = from, .to = to, .watch = watch};
	struct copy_result result = {0};
	struct owner *owners = NULL, *o;
	int code;

	code = refuse_itself(from, to, err);
	if (code == 0)
		code = list_owners(from, tenant, &owners, err);
	if (code == 0)
		code = store_cache(to, CACHE_BYTES, err);
	if (code == 0)
		code = store_tenant(to, NOBODY, err);
	for (o = owners; o && code == 0; o = o->next)
		code = look(&c, o, err);
	for (o = owners; o && code == 0; o = o->next) {
		result.before += o->complete;
		result.tenants += !o->complete;
		if (!o->complete)
			code = copy_tenant(&c, o, again, err);
	}
	if (code == 0)
		code = forget_marks(to, owners, err);
	result.rows = c.rows;
	if (code == 0)
		*ret = result;
	owners_free(owners);
	buf_release(&c.row);
	return code;
}

void
copied_json(const struct copied *c, struct buf *out)
{
	struct json_writer w = {.out = out};
	char sum[17];

	snprintf(sum, sizeof(sum), "%016" PRIx64, c->sum);
	json_put_object(&w);
	json_put_name(&w, "tenant");
	json_put_text(&w, str_of(c->tenant));
	json_put_name(&w, "table");
	json_put_text(&w, str_of(c->table));
	json_put_name(&w, "rows");
	json_put_int(&w, c->rows);
	json_put_name(&w, "before");
	json_put_int(&w, c->before);
	json_put_name(&w, "checksum");
	json_put_text(&w, str_of(sum));
	json_put_end(&w);
}
