/* SPDX-License-Identifier: ISC */
/*
 * Rows made in C memory, column by column: eight bytes for a number, a slice
 * for a text, one bit for NULL. How a statement reads them is in bulk_table.c.
 */
#include "store/store_priv.h"

struct bulk *
bulk_new(const struct bulk_spec *spec)
{
	struct bulk *b = xcalloc(1, sizeof(*b));

	b->spec = spec;
	b->columns = xcalloc(spec->count, sizeof(*b->columns));
	return b;
}

/* ---- making rows --------------------------------------------------------- */

static bool
column_is_text(const struct bulk *b, unsigned column)
{
	return b->spec->columns[column].type == 't' ||
	       b->spec->columns[column].type == 'b';
}

/* The next column of the row being made, with room for its value. */
static struct bulk_values *
next_column(struct bulk *b, const char *types)
{
	const struct bulk_column *column;
	struct bulk_values *v;

	if (b->column >= b->spec->count)
		BUG("bulk_%s has %zu columns", b->spec->name, b->spec->count);
	column = &b->spec->columns[b->column];
	if (!strchr(types, column->type))
		BUG("bulk_%s.%s is of type %c", b->spec->name, column->name,
		    column->type);
	v = &b->columns[b->column];
	if (column_is_text(b, b->column))
		GROW(v->u.s, v->cap, b->rows + 1);
	else
		GROW(v->u.i, v->cap, b->rows + 1);
	b->column++;
	return v;
}

static void
mark_null(struct bulk *b)
{
	size_t bit = b->rows * b->spec->count + b->column - 1;
	size_t had = b->nulls_cap;

	if (bit / 8 >= had) {
		GROW(b->nulls, b->nulls_cap, bit / 8 + 1);
		memset(b->nulls + had, 0, b->nulls_cap - had);
	}
	b->nulls[bit / 8] |= (unsigned char)(1u << (bit % 8));
	b->any_null = true;
}

bool
bulk_is_null(const struct bulk *b, size_t row, unsigned column)
{
	size_t bit = row * b->spec->count + column;

	return b->any_null && bit / 8 < b->nulls_cap &&
	       (b->nulls[bit / 8] >> (bit % 8) & 1);
}

void
bulk_int(struct bulk *b, int64_t v)
{
	next_column(b, "i")->u.i[b->rows] = v;
}

void
bulk_real(struct bulk *b, double v)
{
	next_column(b, "r")->u.r[b->rows] = v;
}

static void
add_text(struct bulk *b, struct str s, const char *type, bool copy)
{
	struct bulk_values *v = next_column(b, type);

	if (!s.p) {
		mark_null(b);
		s = (struct str){NULL, 0};
	} else if (copy && s.n > 0) {
		s = arena_str(&b->text, s);
		b->text_bytes += s.n;
	} else if (copy) {
		s = STR("");
	}
	v->u.s[b->rows] = s;
}

void
bulk_text(struct bulk *b, struct str s)
{
	add_text(b, s, "t", true);
}

void
bulk_blob(struct bulk *b, struct str s)
{
	add_text(b, s, "b", true);
}

void
bulk_text_borrowed(struct bulk *b, struct str s)
{
	add_text(b, s, "tb", false);
}

void
bulk_null(struct bulk *b)
{
	next_column(b, "irtb");
	mark_null(b);
}

void
bulk_end_row(struct bulk *b)
{
	if (b->column != b->spec->count)
		BUG("bulk_%s: a row ends at column %u of %zu", b->spec->name,
		    b->column, b->spec->count);
	b->column = 0;
	b->rows++;
}

/* ---- the whole ----------------------------------------------------------- */

size_t
bulk_count(const struct bulk *b)
{
	return b->rows;
}

size_t
bulk_bytes(const struct bulk *b)
{
	size_t total = b->nulls_cap + b->text_bytes;
	unsigned i;

	for (i = 0; i < b->spec->count; i++)
		total += b->columns[i].cap * (column_is_text(b, i)
						     ? sizeof(struct str)
						     : sizeof(int64_t));
	return total;
}

void
bulk_clear(struct bulk *b)
{
	if (b->slot && b->slot->bulk == b)
		b->slot->bulk = NULL;
	b->slot = NULL;
	b->rows = 0;
	b->column = 0;
	if (b->any_null)
		memset(b->nulls, 0, b->nulls_cap);
	b->any_null = false;
	arena_clear(&b->text);
	b->text_bytes = 0;
}

void
bulk_free(struct bulk *b)
{
	unsigned i;

	if (!b)
		return;
	bulk_clear(b);
	for (i = 0; i < b->spec->count; i++)
		free(b->columns[i].u.i);
	free(b->columns);
	free(b->nulls);
	arena_release(&b->text);
	free(b);
}

/* ---- what the tables show ------------------------------------------------ */

struct bulk_slot *
bulk_slot_of(struct store *st, const struct bulk_spec *spec, struct err *err)
{
	struct bulk_slot *slot = st->slots;

	while (slot && slot->spec != spec)
		slot = slot->next;
	if (slot)
		return slot;
	slot = xcalloc(1, sizeof(*slot));
	slot->spec = spec;
	slot->next = st->slots;
	st->slots = slot;
	return st->engine->bulk_slot(st, slot, err) < 0 ? NULL : slot;
}

int
bulk_slots_all(struct store *st, struct err *err)
{
	size_t i;

	for (i = 0; bulk_all[i]; i++)
		if (!bulk_slot_of(st, bulk_all[i], err))
			return -1;
	return 0;
}

int
store_bulk(struct store *st, struct bulk *b, struct err *err)
{
	struct bulk_slot *slot;

	if (b->column != 0)
		BUG("bulk_%s: the last row is not complete", b->spec->name);
	slot = bulk_slot_of(st, b->spec, err);
	if (!slot)
		return -1;
	if (b->slot && b->slot->bulk == b)
		b->slot->bulk = NULL;
	if (slot->bulk)
		slot->bulk->slot = NULL;
	slot->bulk = b;
	slot->loaded = false;
	b->slot = slot;
	return 0;
}

/* After the connection. Rows that outlive it point at no slot. */
void
bulk_slots_free(struct store *st)
{
	struct bulk_slot *slot;

	while ((slot = st->slots) != NULL) {
		st->slots = slot->next;
		if (slot->bulk)
			slot->bulk->slot = NULL;
		free(slot);
	}
}

int
store_bulk_run(struct store *st, struct bulk *b, const struct sql *sql,
    const struct bind *binds, size_t count, struct err *err)
{
	if (bulk_count(b) == 0)
		return 0;
	if (store_bulk(st, b, err) < 0)
		return -1;
	return store_run(st, sql, binds, count, NULL, err);
}
