/* SPDX-License-Identifier: ISC */
/* Templates in the store: kept as documents, as template_print writes them. */
#include "template/template.h"
#include "template/template.sql.h"

int
template_define(struct store *st, const struct tenant *t,
    const struct template *tpl, const char *who, int64_t now,
    struct buf *ret_old, bool *ret_changed, struct err *err)
{
	struct str name = str_of(tpl->name);
	struct buf document = {0};
	size_t begin = ret_old->len;
	int rc = 0;
	int got = store_text(st, &sql_template_read,
	    BINDS(BIND_INT(t->id), BIND_TEXT(name)), ret_old, err);

	if (got < 0)
		return -1;
	template_print(tpl, &document);
	*ret_changed = !got || ret_old->len - begin != document.len ||
		       memcmp(ret_old->p + begin, document.p, document.len);
	if (*ret_changed)
		rc = store_run(st, &sql_template_define,
		    BINDS(BIND_INT(t->id), BIND_TEXT(name),
			BIND_TEXT(buf_str(&document)), BIND_INT(now)),
		    NULL, err);
	if (rc == 0 && *ret_changed)
		rc = audit_add(st, t->id, now, who, "template define", name,
		    (struct str){NULL, 0}, err);
	buf_release(&document);
	return rc;
}

int
template_remove(struct store *st, const struct tenant *t, const char *name,
    const char *who, int64_t now, struct err *err)
{
	int64_t changed;

	if (store_run(st, &sql_template_remove,
		BINDS(BIND_INT(t->id), BIND_TEXT(str_of(name))), &changed,
		err) < 0)
		return -1;
	if (!changed)
		return err_set(err, ERR_USAGE, "no such template: %s",
		    quoted(str_of(name)));
	return audit_add(st, t->id, now, who, "template remove", str_of(name),
	    (struct str){NULL, 0}, err);
}

static int
load_row(struct rows *rows, struct template_library *lib, struct err *err)
{
	struct template *tpl;
	struct json *doc;
	struct buf name = {0};
	int rc;

	buf_adds(&name, rows_text(rows, 0));
	rc = json_doc_parse(rows_text(rows, 1), "template", &doc, err);
	if (rc == 0)
		rc = template_of(doc, name.p, &tpl, err);
	if (rc == 0) {
		tpl->updated_at = rows_int(rows, 2);
		template_library_add(lib, tpl);
	} else {
		err_prefix(err, "template %s", quoted(buf_str(&name)));
	}
	buf_release(&name);
	return rc;
}

int
template_load(struct store *st, const struct tenant *t,
    struct template_library *lib, struct err *err)
{
	struct rows *rows;
	int got;

	if (store_query(
		st, &sql_template_list, BINDS(BIND_INT(t->id)), &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0)
		if (load_row(rows, lib, err) < 0) {
			got = -1;
			break;
		}
	rows_close(rows);
	return got;
}
