/* SPDX-License-Identifier: ISC */
/*
 * Parameters of statements, all in binary. Few rows of a bulk go with the
 * statement that reads them, as arrays among its parameters: no table is made
 * for them, which saves two round trips and works on a server that may only be
 * read.
 */
#include "store/postgres_priv.h"

/* More than that in a table, whose rows the planner can count. */
enum { ARRAY_ROWS = 500, ARRAY_BYTES = 1 << 20 };

Oid
postgres_type(char letter)
{
	switch (letter) {
	case 'i':
		return 20;
	case 'r':
		return 701;
	case 't':
		return 25;
	case 'b':
		return 17;
	}
	BUG("type %c", letter);
}

static void
params_value(struct arena *a, const struct bind *b, const char **ret, int *size)
{
	struct str s = b->s;
	uint64_t bits;
	char *p;

	*size = 0;
	*ret = NULL;
	if (b->null || ((b->type == 't' || b->type == 'b') && !s.p))
		return;
	if (b->type == 't' || b->type == 'b') {
		if (b->type == 't')
			s = postgres_text_out(a, s);
		if (s.n > INT32_MAX)
			BUG("a parameter of %zu bytes", s.n);
		*ret = s.p;
		*size = (int)s.n;
		return;
	}
	if (b->type == 'r')
		memcpy(&bits, &b->r, sizeof(bits));
	else
		bits = (uint64_t)b->i;
	p = arena_alloc(a, 8);
	postgres_put64(p, bits);
	*ret = p;
	*size = 8;
}

/* ---- bulk rows as arrays --------------------------------------------------
 */

static Oid
array_type(char letter)
{
	switch (letter) {
	case 'i':
		return 1016;
	case 'r':
		return 1022;
	case 't':
		return 1009;
	default:
		return 1001;
	}
}

bool
postgres_arrays_fit(
    struct store *st, const struct bulk_spec *const *bulks, size_t count)
{
	const struct bulk_slot *slot;
	size_t i;

	/* Rows of a cluster's tables are joined to tables. */
	if (count == 0 || st->pg->spread)
		return false;
	for (i = 0; i < count; i++) {
		slot = bulk_slot_of(st, bulks[i], NULL);
		if (!slot)
			return false;
		if (!st->pg->read_only && slot->bulk &&
		    (slot->loaded || slot->bulk->rows > ARRAY_ROWS ||
			slot->bulk->text_bytes > ARRAY_BYTES))
			return false;
	}
	return true;
}

static void
add_bulk(struct buf *out, const struct bulk_spec *spec, size_t parameter)
{
	static const char *const names[] = {['i'] = "bigint",
	    ['r'] = "double precision",
	    ['t'] = "text",
	    ['b'] = "bytea"};
	size_t i;

	buf_addf(out, "bulk_%s AS (SELECT ", spec->name);
	for (i = 0; i < spec->count; i++)
		buf_addf(out, "%su.%s%s", i ? ", " : "", spec->columns[i].name,
		    spec->columns[i].type == 't' ? " COLLATE \"C\"" : "");
	buf_addstr(out, " FROM unnest(");
	for (i = 0; i < spec->count; i++)
		buf_addf(out, "%s$%zu::%s[]", i ? ", " : "", parameter + i,
		    names[(unsigned char)spec->columns[i].type]);
	buf_addstr(out, ") AS u (");
	for (i = 0; i < spec->count; i++)
		buf_addf(out, "%s%s", i ? ", " : "", spec->columns[i].name);
	buf_addstr(out, "))");
}

void
postgres_arrays_text(struct buf *out, struct str text, size_t params,
    const struct bulk_spec *const *bulks, size_t count)
{
	size_t i;

	text = str_trim(text);
	buf_addstr(out, "WITH ");
	for (i = 0; i < count; i++) {
		buf_addstr(out, i ? ", " : "");
		add_bulk(out, bulks[i], params + 1);
		params += bulks[i]->count;
	}
	if (str_starts(text, STR("WITH "))) {
		buf_addc(out, ',');
		text.p += strlen("WITH");
		text.n -= strlen("WITH");
	} else {
		buf_addc(out, ' ');
	}
	buf_adds(out, text);
}

/* One column; `b` is NULL where there are no rows. */
static struct str
array_value(struct arena *a, const struct bulk *b, char type, unsigned column)
{
	size_t rows = b ? b->rows : 0, row;
	struct buf out = {0};
	struct str s;

	postgres_put32(&out, rows > 0);
	postgres_put32(&out, b && b->any_null);
	postgres_put32(&out, postgres_type(type));
	if (rows > 0) {
		postgres_put32(&out, (uint32_t)rows);
		postgres_put32(&out, 1);
	}
	for (row = 0; row < rows; row++)
		postgres_put_value(&out, a, b, row, column);
	s = arena_str(a, buf_str(&out));
	buf_release(&out);
	return s;
}

/* ---- all of them -----------------------------------------------------------
 */

Oid *
postgres_param_types(struct arena *a, const char *types,
    const struct bulk_spec *const *arrays, size_t array_count, int *ret_count)
{
	size_t room = strlen(types) + 1, i, k;
	int n = 0;
	Oid *ret;

	for (i = 0; i < array_count; i++)
		room += arrays[i]->count;
	ret = arena_alloc(a, room * sizeof(*ret));
	for (i = 0; types[i]; i++)
		ret[n++] = postgres_type(types[i]);
	for (i = 0; i < array_count; i++)
		for (k = 0; k < arrays[i]->count; k++)
			ret[n++] = array_type(arrays[i]->columns[k].type);
	*ret_count = n;
	return ret;
}

/* The arrays' values behind those that are bound. */
static void
add_arrays(struct pg_params *p, size_t at, struct arena *a,
    const struct bulk_slot *slot)
{
	const struct bulk_spec *spec = slot->spec;
	struct str s;
	unsigned i;

	for (i = 0; i < spec->count; i++) {
		s = array_value(a, slot->bulk, spec->columns[i].type, i);
		if (s.n > INT32_MAX)
			BUG("bulk_%s: too much for a parameter", spec->name);
		p->values[at + i] = s.p;
		p->lengths[at + i] = (int)s.n;
	}
}

int
postgres_params(struct arena *a, struct store *st, const struct pg_call *call,
    struct pg_params *ret, struct err *err)
{
	struct pg_params p = {0};
	const struct bulk_slot *slot;
	size_t i, at = call->count;

	if (call->count != strlen(call->types))
		BUG("%s takes %zu parameters, not %zu", call->name,
		    strlen(call->types), call->count);
	p.types = postgres_param_types(
	    a, call->types, call->arrays, call->array_count, &p.count);
	p.values = arena_alloc(a, (size_t)(p.count + 1) * sizeof(*p.values));
	p.lengths = arena_alloc(a, (size_t)(p.count + 1) * sizeof(*p.lengths));
	p.formats = arena_alloc(a, (size_t)(p.count + 1) * sizeof(*p.formats));
	for (i = 0; i < (size_t)p.count; i++)
		p.formats[i] = 1;
	for (i = 0; i < call->count; i++) {
		if (call->binds[i].type != call->types[i])
			BUG("%s: $%zu is of type %c, not %c", call->name, i + 1,
			    call->types[i], call->binds[i].type);
		params_value(a, &call->binds[i], &p.values[i], &p.lengths[i]);
	}
	for (i = 0; i < call->array_count; i++) {
		slot = bulk_slot_of(st, call->arrays[i], err);
		if (!slot)
			return -1;
		add_arrays(&p, at, a, slot);
		at += call->arrays[i]->count;
	}
	*ret = p;
	return 0;
}
