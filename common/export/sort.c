/* SPDX-License-Identifier: ISC */
/*
 * Rows in order, however many: runs that fit into memory are sorted and put
 * aside in files without names, then merged. A row's key is made so that its
 * bytes compare as the row does.
 */
#include <stdlib.h>
#include <string.h>

#include "export/export_priv.h"

enum {
	RUN = 16 << 20,    /* bytes of a run */
	RUN_ROWS = 400000, /* and its rows */
	MERGED = 64,       /* runs merged at once */
	NUMBERS = 1,
	TEXTS = 2,
	NOTHING = 3, /* this is how they follow */
};

struct sort_key {
	struct str name;
	bool down;
};
struct run_head {
	uint32_t key, size; /* bytes of the key; of both */
};
struct run {
	FILE *file;
	struct buf row; /* the next one, key first */
	struct run_head head;
	bool over;
};
struct export_sort {
	struct sort_key *key;
	size_t keys;
	uint64_t seq; /* of equal rows the first one stays the first */
	struct buf text;
	size_t *row; /* where each begins in text: its head */
	size_t rows, row_cap;
	struct run *run;
	size_t runs, run_cap;
	struct arena arena;
};

int
export_sort_new(struct export *e, struct err *err)
{
	struct export_sort *s = xcalloc(1, sizeof(*s));
	struct str *name;

	e->sort = s;
	if (export_split(str_of(e->how.sort), &s->arena, &name, &s->keys, err) <
	    0)
		return err_prefix(err, "sort");
	s->key = arena_zalloc(&s->arena, s->keys * sizeof(*s->key));
	for (size_t i = 0; i < s->keys; i++) {
		s->key[i].down = name[i].p[0] == '-';
		s->key[i].name = (struct str){
		    name[i].p + s->key[i].down, name[i].n - s->key[i].down};
	}
	return 0;
}

/* ---- keys -----------------------------------------------------------------
 */

static void
put_big(struct buf *out, uint64_t v)
{
	for (int shift = 56; shift >= 0; shift -= 8)
		buf_addc(out, (char)(v >> shift & 0xff));
}

static void
put_number(struct buf *out, double v)
{
	uint64_t bits;

	v = v == 0 ? 0 : v; /* no -0 */
	memcpy(&bits, &v, sizeof(bits));
	bits = bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
	buf_addc(out, NUMBERS);
	put_big(out, bits);
}

/* Bytes in which no text is the beginning of another. */
static void
put_text(struct buf *out, struct str text)
{
	buf_addc(out, TEXTS);
	for (size_t i = 0; i < text.n; i++) {
		buf_addc(out, text.p[i]);
		if (text.p[i] == 0)
			buf_addc(out, 1);
	}
	buf_add(out, "\0\0", 2);
}

static void
put_key(struct buf *out, const struct record *r, const struct sort_key *key)
{
	const struct field *f = record_find_str(r, key->name);
	size_t start = out->len;
	double number;
	int64_t at;

	if (!f || !f->text.p) {
		buf_addc(out, NOTHING); /* last, up and down */
		return;
	}
	if (f->type == FIELD_NUMBER && number_real(f->text, &number))
		put_number(out, number);
	else if (f->text.n >= 20 && f->text.p[10] == 'T' &&
		 time_parse(f->text, zone_utc(), &at))
		put_number(out, (double)at);
	else
		put_text(out, f->text);
	if (!key->down)
		return;
	/* The kind goes down too, but stays before what is missing. */
	out->p[start] = (char)(NOTHING - out->p[start]);
	for (size_t i = start + 1; i < out->len; i++)
		out->p[i] = (char)~out->p[i];
}

/* ---- rows -----------------------------------------------------------------
 */

static void
put_piece(struct buf *out, struct str text)
{
	uint32_t n = (uint32_t)text.n;

	buf_add(out, &n, sizeof(n));
	buf_adds(out, text);
}

static struct str
take_piece(struct str *from)
{
	uint32_t n;
	struct str piece;

	memcpy(&n, from->p, sizeof(n));
	piece = (struct str){from->p + sizeof(n), n};
	from->p += sizeof(n) + n;
	from->n -= sizeof(n) + n;
	return piece;
}

static void
put_row(struct buf *out, const struct field *cell, size_t count, bool names)
{
	for (size_t i = 0; i < count; i++) {
		bool there = cell[i].text.p != NULL;

		buf_addc(out, (char)(cell[i].type | (there ? 0x40 : 0)));
		if (names)
			put_piece(out, cell[i].name);
		if (there)
			put_piece(out, cell[i].text);
	}
}

/* Puts a row as it was kept out. */
static int
emit_row(struct export *e, struct str row, struct err *err)
{
	const struct field *cell;
	size_t count = 0;

	while (row.n) {
		struct field *f;
		int type = row.p[0];

		GROW(e->cell, e->cell_cap, count + 1);
		f = &e->cell[count];
		*f = (struct field){.type = (enum field_type)(type & 0x3f)};
		row.p++;
		row.n--;
		f->name = e->column ? e->column[count].name : take_piece(&row);
		if (type & 0x40)
			f->text = take_piece(&row);
		count++;
	}
	cell = e->how.masks ? export_mask_row(e, e->cell, count) : e->cell;
	return export_emit(e, cell, count, err);
}

static bool
enough(const struct export *e)
{
	if (e->how.limit && e->done.counts.written >= (uint64_t)e->how.limit)
		return true;
	return e->how.enough && (e->done.counts.read & 0xff) == 0xff &&
	       e->how.enough(e->how.context);
}

/* ---- runs -----------------------------------------------------------------
 */

static struct run_head
head_at(const char *p)
{
	struct run_head head;

	memcpy(&head, p, sizeof(head));
	return head;
}

static int
compare_bytes(const char *a, size_t a_n, const char *b, size_t b_n)
{
	return str_cmp((struct str){a, a_n}, (struct str){b, b_n});
}

static const char *sorted_text; /* of qsort, which takes no context */

static int
compare_rows(const void *a, const void *b)
{
	const char *x = sorted_text + *(const size_t *)a;
	const char *y = sorted_text + *(const size_t *)b;

	return compare_bytes(x + sizeof(struct run_head), head_at(x).key,
	    y + sizeof(struct run_head), head_at(y).key);
}

static void
sort_rows(struct export_sort *s)
{
	sorted_text = s->text.p;
	if (s->rows)
		qsort(s->row, s->rows, sizeof(*s->row), compare_rows);
}

static struct run *
new_run(struct export_sort *s, struct err *err)
{
	struct run *run;

	GROW(s->run, s->run_cap, s->runs + 1);
	run = &s->run[s->runs];
	*run = (struct run){.file = tmpfile()};
	if (!run->file) {
		err_sys(err, "sort: temporary file");
		return NULL;
	}
	s->runs++;
	return run;
}

static int
write_row(struct run *run, const char *row, struct err *err)
{
	size_t n = sizeof(struct run_head) + head_at(row).size;

	return fwrite(row, 1, n, run->file) == n
		   ? 0
		   : err_sys(err, "sort: temporary file");
}

/* What is in memory goes aside; of no use past the limit. */
static int
put_aside(struct export *e, struct err *err)
{
	struct export_sort *s = e->sort;
	struct run *run = new_run(s, err);
	size_t rows = s->rows;

	if (!run)
		return -1;
	sort_rows(s);
	/* An encoding may refuse some, and the next ones take their place. */
	if (e->how.limit && !e->encodes && rows > (size_t)e->how.limit)
		rows = (size_t)e->how.limit;
	for (size_t i = 0; i < rows; i++)
		if (write_row(run, s->text.p + s->row[i], err) < 0)
			return -1;
	if (fflush(run->file) != 0)
		return err_sys(err, "sort: temporary file");
	rewind(run->file);
	s->rows = 0;
	buf_clear(&s->text);
	return 0;
}

static int
next_row(struct run *run, struct err *err)
{
	size_t got = fread(&run->head, 1, sizeof(run->head), run->file);

	run->over = got == 0 && feof(run->file);
	if (run->over)
		return 0;
	buf_clear(&run->row);
	buf_reserve(&run->row, run->head.size);
	if (got != sizeof(run->head) ||
	    fread(run->row.p, 1, run->head.size, run->file) != run->head.size)
		return err_sys(err, "sort: temporary file");
	run->row.len = run->head.size;
	return 0;
}

static struct run *
least(struct run *run, size_t count)
{
	struct run *best = NULL;

	for (size_t i = 0; i < count; i++)
		if (!run[i].over &&
		    (!best || compare_bytes(run[i].row.p, run[i].head.key,
				  best->row.p, best->head.key) < 0))
			best = &run[i];
	return best;
}

static void
close_run(struct run *run)
{
	fclose(run->file);
	buf_release(&run->row);
}

/* Merges the first `count` runs: into one more, or out when into is NULL. */
static int
merge(struct export *e, size_t count, struct run *into, struct err *err)
{
	struct export_sort *s = e->sort;
	struct run *run;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = next_row(&s->run[i], err);
	while (
	    rc == 0 && (into || !enough(e)) && (run = least(s->run, count))) {
		struct str all = buf_str(&run->row);
		struct str row = {all.p + run->head.key, all.n - run->head.key};

		if (!into)
			rc = emit_row(e, row, err);
		else if (fwrite(&run->head, 1, sizeof(run->head), into->file) !=
			     sizeof(run->head) ||
			 fwrite(all.p, 1, all.n, into->file) != all.n)
			rc = err_sys(err, "sort: temporary file");
		if (rc == 0)
			rc = next_row(run, err);
	}
	if (rc == 0 && into && fflush(into->file) != 0)
		rc = err_sys(err, "sort: temporary file");
	return rc;
}

/* So many files are never open that there could be too many. */
static int
thin_out(struct export *e, struct err *err)
{
	struct export_sort *s = e->sort;

	while (s->runs > MERGED) {
		if (!new_run(s, err) ||
		    merge(e, MERGED, &s->run[s->runs - 1], err) < 0)
			return -1;
		for (size_t i = 0; i < MERGED; i++)
			close_run(&s->run[i]);
		s->runs -= MERGED;
		memmove(s->run, s->run + MERGED, s->runs * sizeof(*s->run));
		rewind(s->run[s->runs - 1].file);
	}
	return 0;
}

int
export_sort_add(struct export *e, const struct record *r,
    const struct field *cell, size_t count, struct err *err)
{
	struct export_sort *s = e->sort;
	size_t start = s->text.len;
	struct run_head head = {0};

	GROW(s->row, s->row_cap, s->rows + 1);
	s->row[s->rows++] = start;
	buf_add(&s->text, &head, sizeof(head));
	for (size_t i = 0; i < s->keys; i++)
		put_key(&s->text, r, &s->key[i]);
	put_big(&s->text, s->seq++);
	head.key = (uint32_t)(s->text.len - start - sizeof(head));
	put_row(&s->text, cell, count, !e->column);
	head.size = (uint32_t)(s->text.len - start - sizeof(head));
	memcpy(s->text.p + start, &head, sizeof(head));
	if (s->text.len < RUN && s->rows < RUN_ROWS)
		return 0;
	if (put_aside(e, err) < 0)
		return -1;
	return s->runs > MERGED ? thin_out(e, err) : 0;
}

int
export_sort_end(struct export *e, struct err *err)
{
	struct export_sort *s = e->sort;
	int rc = 0;

	if (s->runs) {
		if (put_aside(e, err) < 0 || thin_out(e, err) < 0)
			return -1;
		return merge(e, s->runs, NULL, err);
	}
	sort_rows(s);
	for (size_t i = 0; rc == 0 && i < s->rows && !enough(e); i++) {
		const char *row = s->text.p + s->row[i];
		struct run_head head = head_at(row);

		rc = emit_row(e,
		    (struct str){
			row + sizeof(head) + head.key, head.size - head.key},
		    err);
	}
	return rc;
}

void
export_sort_free(struct export_sort *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->runs; i++)
		close_run(&s->run[i]);
	free(s->run);
	free(s->row);
	buf_release(&s->text);
	arena_release(&s->arena);
	free(s);
}
