/* SPDX-License-Identifier: ISC */
/*
 * What is stored of one lead: rows read and written in bulk, and a patch laid
 * over a row. Import and changes by hand both go through here, so that the
 * rules of merging stand in one place.
 */
#include "lead/lead_priv.h"
#include "lead/lead.sql.h"

static bool
is_text(enum lead_field f)
{
	enum cond_type type = lead_catalogue.fields[f].type;

	return type == COND_TEXT || type == COND_LIST;
}

void
lead_row_init(struct lead_row *row)
{
	memset(row, 0, sizeof(*row));
	for (size_t i = 0; i < LEAD_STORED; i++)
		row->number[i] = LEAD_MISSING;
}

static bool
same(struct str a, struct str b)
{
	return !a.p == !b.p && str_eq(a, b);
}

static void
set_email(struct lead_row *row, struct str email, struct arena *arena)
{
	struct buf key = {0};

	row->email_key = (struct str){0};
	if (email.p && email_normalise(email, &key))
		row->email_key = arena_str(arena, buf_str(&key));
	buf_release(&key);
}

bool
lead_row_apply(struct lead_row *row, const struct lead_patch *patch,
    struct arena *arena, uint64_t *ret_changed)
{
	uint64_t changed = 0;
	struct str attrs;

	for (size_t i = 0; i < patch->count; i++) {
		const struct lead_change *c = &patch->change[i];

		if (is_text(c->field)) {
			if (same(row->text[c->field], c->text))
				continue;
			row->text[c->field] = c->text;
			if (c->field == LEAD_EMAIL)
				set_email(row, c->text, arena);
		} else {
			if (row->number[c->field] == c->number)
				continue;
			row->number[c->field] = c->number;
		}
		changed |= UINT64_C(1) << c->field;
	}
	attrs = lead_attrs_merge(arena, row->attrs, patch->attrs);
	if (!same(attrs, row->attrs)) {
		row->attrs = attrs;
		changed |= UINT64_C(1) << LEAD_STORED;
	}
	if (ret_changed)
		*ret_changed = changed;
	return changed != 0;
}

/* ---- reading ------------------------------------------------------------ */

void
lead_row_from(struct rows *rows, struct arena *arena, struct lead_row *row)
{
	lead_row_init(row);
	row->lead_id = rows_int(rows, 0);
	for (unsigned f = 0; f < LEAD_STORED; f++) {
		if (rows_null(rows, f + 1))
			continue;
		if (is_text((enum lead_field)f))
			row->text[f] = arena_str(arena, rows_text(rows, f + 1));
		else
			row->number[f] = rows_int(rows, f + 1);
	}
	if (!rows_null(rows, LEAD_STORED + 1))
		row->email_key =
		    arena_str(arena, rows_text(rows, LEAD_STORED + 1));
	if (!rows_null(rows, LEAD_STORED + 2))
		row->attrs = arena_str(arena, rows_text(rows, LEAD_STORED + 2));
}

int
lead_rows_find(struct store *st, const struct tenant *t, enum lead_key by,
    struct bulk *keys, struct arena *arena,
    int (*each)(void *context, int64_t seq, const struct lead_row *row,
	struct err *err),
    void *context, struct err *err)
{
	static const struct sql *const statement[] = {
	    [LEAD_KEY_NUMBER] = &sql_lead_rows_by_number,
	    [LEAD_KEY_ID] = &sql_lead_rows_by_id,
	    [LEAD_KEY_EMAIL] = &sql_lead_rows_by_email,
	};
	struct rows *rows;
	int got;

	if (bulk_count(keys) == 0)
		return 0;
	if (store_bulk(st, keys, err) < 0 ||
	    store_query(st, statement[by], BINDS(BIND_INT(t->id)), &rows, err) <
		0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		struct lead_row row;

		lead_row_from(rows, arena, &row);
		if (each(context, rows_int(rows, LEAD_STORED + 3), &row, err) <
		    0) {
			got = -1;
			break;
		}
	}
	rows_close(rows);
	return got;
}

int
lead_numbers_find(struct store *st, const struct tenant *t, enum lead_key by,
    struct bulk *keys, int64_t *ret, struct str *ids, struct arena *arena,
    struct err *err)
{
	static const struct sql *const statement[] = {
	    [LEAD_KEY_NUMBER] = &sql_lead_numbers_by_number,
	    [LEAD_KEY_ID] = &sql_lead_numbers_by_id,
	    [LEAD_KEY_EMAIL] = &sql_lead_numbers_by_email,
	};
	struct buf first = {0};
	struct rows *rows;
	int64_t last = -1;
	int got;

	if (bulk_count(keys) == 0)
		return 0;
	if (store_bulk(st, keys, err) < 0 ||
	    store_query(st, statement[by], BINDS(BIND_INT(t->id)), &rows, err) <
		0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		int64_t seq = rows_int(rows, 0);
		struct str id = rows_text(rows, 2);

		/* Only an e-mail may stand for several leads. */
		if (by == LEAD_KEY_EMAIL) {
			if (seq == last && str_cmp(buf_str(&first), id) <= 0)
				continue;
			buf_clear(&first);
			buf_adds(&first, id);
			last = seq;
		}
		ret[seq] = rows_int(rows, 1);
		if (ids)
			ids[seq] = arena_str(arena, id);
	}
	rows_close(rows);
	buf_release(&first);
	return got;
}

struct one {
	struct lead_row *row;
	bool found;
};

static int
take_one(
    void *context, int64_t seq, const struct lead_row *row, struct err *err)
{
	struct one *one = context;

	(void)seq;
	(void)err;
	*one->row = *row;
	one->found = true;
	return 0;
}

int
lead_row_read(struct store *st, const struct tenant *t, int64_t lead,
    struct arena *arena, struct lead_row *ret, struct err *err)
{
	struct bulk *keys = bulk_new(&bulk_lead_key);
	struct lead_row row;
	struct one one = {&row, false};
	int rc;

	bulk_int(keys, 0);
	bulk_null(keys);
	bulk_int(keys, lead);
	bulk_end_row(keys);
	rc = lead_rows_find(
	    st, t, LEAD_KEY_NUMBER, keys, arena, take_one, &one, err);
	bulk_free(keys);
	if (rc == 0 && !one.found)
		rc = err_set(err, ERR_FAIL, "the lead is gone");
	if (rc == 0)
		*ret = row;
	return rc;
}

/* ---- writing ------------------------------------------------------------ */

/* Name, company, e-mail and id, folded, a line each. */
void
lead_row_fold(const struct lead_row *row, struct buf *out)
{
	static const enum lead_field parts[] = {
	    LEAD_NAME, LEAD_COMPANY, LEAD_EMAIL, LEAD_ID};

	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		if (!row->text[parts[i]].p)
			continue;
		if (out->len)
			buf_addc(out, '\n');
		text_fold(out, row->text[parts[i]]);
	}
}

void
lead_bulk_add(struct bulk *b, const struct lead_row *row)
{
	struct buf folded = {0};

	bulk_int(b, row->lead_id);
	for (unsigned f = 0; f < LEAD_STORED; f++) {
		if (is_text((enum lead_field)f))
			bulk_text(b, row->text[f]);
		else if (row->number[f] == LEAD_MISSING)
			bulk_null(b);
		else
			bulk_int(b, row->number[f]);
	}
	bulk_text(b, row->email_key);
	bulk_text(b, row->attrs);
	lead_row_fold(row, &folded);
	bulk_text(b, buf_str(&folded));
	buf_release(&folded);
	bulk_end_row(b);
}

int
lead_bulk_insert(
    struct store *st, const struct tenant *t, struct bulk *b, struct err *err)
{
	return store_bulk_run(
	    st, b, &sql_lead_insert_bulk, BINDS(BIND_INT(t->id)), err);
}

int
lead_bulk_update(
    struct store *st, const struct tenant *t, struct bulk *b, struct err *err)
{
	return store_bulk_run(
	    st, b, &sql_lead_update_bulk, BINDS(BIND_INT(t->id)), err);
}

int
lead_stages_set(struct store *st, const struct tenant *t, int64_t now,
    struct bulk *stages, struct err *err)
{
	if (bulk_count(stages) == 0)
		return 0;
	if (store_bulk(st, stages, err) < 0 ||
	    store_run(st, &sql_lead_stage_changes,
		BINDS(BIND_INT(t->id), BIND_INT(now)), NULL, err) < 0)
		return -1;
	return store_run(st, &sql_lead_stage_bulk,
	    BINDS(BIND_INT(t->id), BIND_INT(now)), NULL, err);
}

void
lead_id_of_email(struct str email_key, char ret[18])
{
	char digest[65];

	sha256_hex(email_key.p, email_key.n, digest);
	ret[0] = 'e';
	memcpy(ret + 1, digest, 16);
	ret[17] = '\0';
}
