/* SPDX-License-Identifier: ISC */
/* Tenants themselves: found, made, listed, and what their settings say about a
 * score. The settings' table is next door in settings.c. */
#include "tenant/tenant_priv.h"
#include "tenant/tenant.sql.h"

void
tenant_free(struct tenant *t)
{
	if (!t)
		return;
	settings_release(&t->settings);
	free(t->name);
	free(t->document);
	free(t);
}

struct tenant *
tenant_default(void)
{
	struct tenant *t = xcalloc(1, sizeof(*t));
	struct err err = {0};

	t->name = xstrdup("");
	t->document = xstrdup("{}");
	if (settings_read(t->document, &t->settings, &err) < 0)
		BUG("default settings: %s", err.text);
	return t;
}

static int
tenant_from_row(struct rows *rows, struct tenant **ret, struct err *err)
{
	struct tenant *t = xcalloc(1, sizeof(*t));

	t->id = rows_int(rows, 0);
	t->name = str_dup(rows_text(rows, 1));
	t->created_at = rows_int(rows, 2);
	t->document = str_dup(rows_text(rows, 3));
	if (settings_read(t->document, &t->settings, err) < 0) {
		err_prefix(err, "settings of tenant \"%s\"", t->name);
		tenant_free(t);
		return -1;
	}
	*ret = t;
	return 0;
}

/* What to say when the tenant is not clear: which ones there are. */
static int
unclear(struct store *st, const char *name, struct err *err)
{
	struct buf names = {0};
	struct rows *rows;
	size_t count = 0;
	int got;

	if (store_query(st, &sql_tenant_all, NO_BINDS, &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0 && ++count <= 10)
		buf_addf(&names, "%s%.*s", count > 1 ? ", " : "",
		    STR_ARG(rows_text(rows, 1)));
	rows_close(rows);
	if (got > 0)
		buf_addstr(&names, " ...");
	if (got < 0)
		;
	else if (count == 0)
		err_set(err, ERR_USAGE,
		    "no tenant in the store: dl-db tenant add NAME");
	else if (name)
		err_set(err, ERR_USAGE, "no such tenant: %s (there is %s)",
		    quoted(str_of(name)), names.p);
	else
		err_set(err, ERR_USAGE,
		    "several tenants in the store: choose with -t NAME: %s",
		    names.p);
	buf_release(&names);
	return -1;
}

int
tenant_open(
    struct store *st, const char *name, struct tenant **ret, struct err *err)
{
	struct tenant *found = NULL;
	struct rows *rows;
	int got;

	if (name)
		got = store_query(st, &sql_tenant_by_name,
		    BINDS(BIND_TEXT(str_of(name))), &rows, err);
	else
		got = store_query(st, &sql_tenant_all, NO_BINDS, &rows, err);
	if (got < 0)
		return -1;
	if ((got = rows_next(rows, err)) > 0 &&
	    (got = tenant_from_row(rows, &found, err)) == 0)
		got = rows_next(rows, err); /* a second one is one too many */
	rows_close(rows);
	if (got < 0) {
		tenant_free(found);
		return -1;
	}
	if (got > 0 || !found) {
		tenant_free(found);
		return unclear(st, name, err);
	}
	if (store_tenant(st, found->id, err) < 0) {
		tenant_free(found);
		return -1;
	}
	*ret = found;
	return 0;
}

int
tenant_add(struct store *st, const char *name, const char *who, int64_t now,
    struct err *err)
{
	int64_t id, changed;

	if (name_check("tenant", str_of(name), err) < 0 ||
	    store_tenant(st, 0, err) < 0 ||
	    store_numbers(st, 0, "tenant", 1, &id, err) < 0 ||
	    store_tenant(st, id, err) < 0 ||
	    store_run(st, &sql_tenant_insert,
		BINDS(BIND_INT(id), BIND_TEXT(str_of(name)), BIND_INT(now),
		    BIND_TEXT(STR("{}"))),
		&changed, err) < 0)
		return -1;
	if (changed == 0)
		return err_set(err, ERR_USAGE, "tenant exists already: %s",
		    quoted(str_of(name)));
	return audit_add(
	    st, id, now, who, "tenant.add", str_of(name), (struct str){0}, err);
}

int
tenant_set(struct store *st, struct tenant *t, const char *assignment,
    const char *who, int64_t now, struct buf *changes, struct err *err)
{
	struct buf key = {0}, document = {0}, old = {0}, new = {0};
	struct buf current = {0}, change = {0};
	struct json_writer w = {.out = &change};
	struct tenant_settings settings = {0};
	int rc = -1;

	if (store_text(st, &sql_tenant_settings_read, BINDS(BIND_INT(t->id)),
		&current, err) < 0 ||
	    settings_assign(current.p ? current.p : "{}", assignment, &key,
		&document, &old, &new, err) < 0)
		goto out;
	if (str_eq(buf_str(&old), buf_str(&new))) {
		rc = 0;
		goto out;
	}
	json_put_object(&w);
	json_add_text(&w, "tenant", str_of(t->name));
	json_add_text(&w, "setting", buf_str(&key));
	json_put_name(&w, "old");
	json_put_raw(&w, buf_str(&old));
	json_put_name(&w, "new");
	json_put_raw(&w, buf_str(&new));
	json_put_end(&w);
	if (settings_read(document.p, &settings, err) < 0 ||
	    store_run(st, &sql_tenant_settings_update,
		BINDS(BIND_INT(t->id), BIND_TEXT(buf_str(&document))), NULL,
		err) < 0 ||
	    audit_add(st, t->id, now, who, "tenant.set", buf_str(&key),
		buf_str(&change), err) < 0)
		goto out;
	settings_release(&t->settings);
	t->settings = settings;
	memset(&settings, 0, sizeof(settings));
	free(t->document);
	t->document = buf_detach(&document);
	buf_adds(changes, buf_str(&change));
	buf_addc(changes, '\n');
	rc = 0;
out:
	settings_release(&settings);
	buf_release(&key);
	buf_release(&document);
	buf_release(&old);
	buf_release(&new);
	buf_release(&current);
	buf_release(&change);
	return rc;
}

int
tenant_list(struct store *st,
    int (*each)(void *context, const struct tenant *t, struct err *err),
    void *context, struct err *err)
{
	struct rows *rows;
	int got;

	if (store_query(st, &sql_tenant_all, NO_BINDS, &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		struct tenant *t;

		if (tenant_from_row(rows, &t, err) < 0) {
			got = -1;
			break;
		}
		got = store_tenant(st, t->id, err);
		if (got == 0)
			got = each(context, t, err);
		tenant_free(t);
		if (got < 0)
			break;
	}
	rows_close(rows);
	if (got < 0)
		return -1;
	return store_tenant(st, 0, err);
}

void
tenant_json(const struct tenant *t, struct buf *out)
{
	struct json_writer w = {.out = out};
	struct buf at = {0};

	json_put_object(&w);
	json_add_text(&w, "tenant", str_of(t->name));
	json_put_name(&w, "created_at");
	time_add(&at, t->created_at);
	json_put_text(&w, buf_str(&at));
	settings_put(t, &w);
	json_put_end(&w);
	buf_release(&at);
}

const char *
tenant_band(const struct tenant *t, int64_t score)
{
	if (score >= t->settings.band_hot)
		return "hot";
	return score >= t->settings.band_warm ? "warm" : "cold";
}

const char *
tenant_priority(const struct tenant *t, int64_t score, bool hot)
{
	const struct tenant_settings *s = &t->settings;

	if (score >= s->priority_critical && hot)
		return "critical";
	if (score >= s->priority_high)
		return "high";
	return score >= s->priority_medium ? "medium" : "low";
}

struct cond_moment
tenant_moment(const struct tenant *t, int64_t now)
{
	const struct tenant_settings *s = &t->settings;

	return (struct cond_moment){
	    .now = now,
	    .zone = s->zone,
	    .numbers = {s->band_warm, s->band_hot, s->priority_critical,
		s->priority_high, s->priority_medium},
	    .texts = {str_of(s->conversion_json)},
	};
}
