/* SPDX-License-Identifier: ISC */
/* The stream: columns, order, masks, then the format, then the file. */
#include <inttypes.h>
#include <stdlib.h>

#include "export/export_priv.h"
#include "export/facts_priv.h"
#include "xlsx/xlsx.h"

#define FLUSH_AT ((size_t)64 << 10)
enum { ASKED = 0xff }; /* rows after which it is asked whether to go on */

/* ---- out ------------------------------------------------------------------
 */

static int
write_out(struct export *e, struct buf *text, struct err *err)
{
	struct str piece = buf_str(text);

	if (piece.n == 0)
		return 0;
	if (e->how.hash)
		sha256_add(&e->hash, piece);
	e->done.bytes += piece.n;
	if (fwrite(piece.p, 1, piece.n, e->how.out) != piece.n)
		return err_sys(err, "write");
	buf_clear(text);
	return 0;
}

int
export_flush(struct export *e, struct err *err)
{
	if (!e->encodes && write_out(e, &e->line, err) < 0)
		return -1;
	return write_out(e, &e->out, err);
}

void
export_name_row(struct buf *out, const struct field *cell, size_t count)
{
	if (count > 0 && cell[0].text.p)
		buf_addf(out, "%.*s %s: ", STR_ARG(cell[0].name),
		    quoted(cell[0].text));
}

/* What stands in e->line goes out; a row that the encoding cannot take is
 * rejected. 1 when it went. */
static int
put_line(struct export *e, const struct field *cell, size_t count)
{
	struct buf why = {0};
	uint32_t code;
	char text[4];
	bool fine;

	if (!e->encodes)
		return 1;
	fine = export_encode(e, buf_str(&e->line), &code);
	buf_clear(&e->line);
	if (fine)
		return 1;
	export_name_row(&why, cell, count);
	remark(e->how.refused, (struct place){0},
	    "%s%s has no %.*s (U+%04" PRIX32 ")", why.p ? why.p : "",
	    e->how.encoding, (int)utf8_encode(code, text), text, code);
	buf_release(&why);
	return 0;
}

/* The beginning or the end of the format, of which no part may be missing. */
static int
put_frame(struct export *e, int (*put)(struct export *e, struct err *err),
    struct err *err)
{
	uint32_t code;

	if (!put)
		return 0;
	if (put(e, err) < 0)
		return -1;
	if (!e->encodes)
		return 0;
	if (!export_encode(e, buf_str(&e->line), &code))
		return err_set(err, ERR_FAIL,
		    "the names of the columns: %s has no U+%04" PRIX32,
		    e->how.encoding, code);
	buf_clear(&e->line);
	return 0;
}

int
export_emit(
    struct export *e, const struct field *cell, size_t count, struct err *err)
{
	int went;

	if (e->how.most && e->done.counts.written >= (uint64_t)e->how.most)
		return err_set(err, ERR_FAIL,
		    "more than the %lld row%s that are allowed",
		    (long long)e->how.most, plural(e->how.most));
	e->done.counts.read++;
	e->sink->row(e, cell, count);
	went = put_line(e, cell, count);
	arena_clear(&e->passing);
	if (went) {
		e->rows++;
		e->done.counts.written++;
	} else
		e->done.counts.rejected++;
	return e->line.len + e->out.len >= FLUSH_AT ? export_flush(e, err) : 0;
}

/* ---- columns --------------------------------------------------------------
 */

static int
set_columns(struct export *e, struct err *err)
{
	size_t n = e->count;

	if (n == 0 && e->sink->by_columns)
		return err_set(err, ERR_FAIL, "there are no columns");
	e->position = xcalloc(n + 1, sizeof(*e->position));
	e->text = xcalloc(n + 1, sizeof(*e->text));
	e->key = xcalloc(n + 1, sizeof(*e->key));
	GROW(e->cell, e->cell_cap, n + 1);
	return e->how.begun ? 0 : put_frame(e, e->sink->begin, err);
}

/* The first record's names. */
static int
take_columns(struct export *e, const struct record *r, struct err *err)
{
	e->count = r->count;
	e->column =
	    arena_zalloc(&e->arena, (r->count + 1) * sizeof(*e->column));
	for (size_t i = 0; i < r->count; i++)
		e->column[i].name = arena_str(&e->arena, r->field[i].name);
	return set_columns(e, err);
}

/* A field that is none of the columns, when the columns were not chosen. */
static const struct field *
stranger(const struct export *e, const struct record *r)
{
	for (size_t i = 0; !e->how.column && i < r->count; i++) {
		size_t k = 0;

		if (r->field[i].type == FIELD_MISSING)
			continue;
		while (k < e->count &&
		       !str_eq(e->column[k].name, r->field[i].name))
			k++;
		if (k == e->count)
			return &r->field[i];
	}
	return NULL;
}

static void
find_positions(struct export *e, const struct record *r)
{
	if (r->shape != 0 && r->shape == e->shape)
		return;
	e->shape = r->shape;
	e->as_it_is = e->count <= r->count;
	for (size_t i = 0; i < e->count; i++) {
		e->position[i] = record_index(r, e->column[i].name);
		e->as_it_is &= e->position[i] == i;
	}
}

/* The record's cells, in the order of the columns. */
static const struct field *
take_cells(struct export *e, const struct record *r, size_t *ret_count)
{
	if (e->column)
		find_positions(e, r);
	*ret_count = e->column ? e->count : r->count;
	if (!e->column || e->as_it_is)
		return r->field;
	for (size_t i = 0; i < e->count; i++) {
		size_t at = e->position[i];

		e->cell[i] = at == SIZE_MAX ? (struct field){0} : r->field[at];
		e->cell[i].name = e->column[i].name;
	}
	return e->cell;
}

/* ---- the stream -----------------------------------------------------------
 */

static int
check_dialect(const struct export *e, struct err *err)
{
	const struct export_output *how = &e->how;

	if (!e->sink->separated &&
	    (how->bom || how->crlf || how->raw || how->delimiter ||
		how->encoding || how->replace))
		return err_set(err, ERR_USAGE,
		    "byte order mark, line ends, delimiter, encoding and "
		    "formulas are matters of CSV and TSV, not of %s",
		    e->sink->name);
	if ((how->summary || how->by) && how->format != EXPORT_XLSX)
		return err_set(err, ERR_USAGE,
		    "a summary is a sheet of a workbook: %s has none",
		    e->sink->name);
	return 0;
}

int
export_begin(
    const struct export_output *output, struct export **ret, struct err *err)
{
	struct export *e = xcalloc(1, sizeof(*e));
	int rc = 0;

	e->how = *output;
	e->sink = &export_sinks[output->format];
	sha256_begin(&e->hash);
	if (output->begun) {
		e->done = *output->begun;
		e->rows = e->done.counts.written;
		e->hash = *output->begun_hash;
	}
	for (size_t i = 0; output->masks && i < output->masks->count; i++)
		e->masks_attrs |=
		    str_starts(output->masks->mask[i].column, STR("attrs."));
	if (check_dialect(e, err) < 0 || export_encoder_open(e, err) < 0 ||
	    (output->sort && export_sort_new(e, err) < 0))
		rc = -1;
	if (rc == 0 && output->column) {
		e->count = output->count;
		e->column =
		    arena_alloc(&e->arena, (e->count + 1) * sizeof(*e->column));
		for (size_t i = 0; i < e->count; i++)
			e->column[i] = output->column[i];
		rc = set_columns(e, err);
	}
	if (rc < 0) {
		export_free(e);
		return -1;
	}
	*ret = e;
	return 0;
}

int
export_record(struct export *e, const struct record *r, struct err *err)
{
	const struct field *strange, *cell;
	size_t count;

	if (!e->sort && e->how.limit &&
	    e->done.counts.written >= (uint64_t)e->how.limit)
		return 1;
	if (e->how.enough && (++e->taken & ASKED) == 0 &&
	    e->how.enough(e->how.context))
		return 1;
	if (!e->column && e->sink->by_columns && take_columns(e, r, err) < 0)
		return -1;
	strange = e->column ? stranger(e, r) : NULL;
	if (strange) {
		remark(e->how.refused, r->place,
		    "field %s is none of the columns: name the columns, or "
		    "write NDJSON",
		    quoted(strange->name));
		e->done.counts.read++;
		e->done.counts.rejected++;
		return 0;
	}
	cell = take_cells(e, r, &count);
	if (e->sort)
		return export_sort_add(e, r, cell, count, err);
	if (e->how.masks)
		cell = export_mask_row(e, cell, count);
	return export_emit(e, cell, count, err);
}

int
export_header(struct export *e, const struct record *r, struct err *err)
{
	if (e->column || !e->sink->by_columns || r->count == 0)
		return 0;
	return take_columns(e, r, err);
}

void
export_refuse(struct export *e, struct place place, const char *reason)
{
	remark(e->how.refused, place, "%s", reason);
	e->done.counts.read++;
	e->done.counts.rejected++;
}

int
export_lines(void *export, struct str lines, struct err *err)
{
	struct export *e = export;
	struct str line;
	bool more = true;
	int rc = 0;

	while (more && rc == 0) {
		more = str_cut(&lines, '\n', &line);
		if (line.n == 0)
			continue;
		record_make_clear(&e->make);
		record_add_members(&e->make, line);
		rc = export_record(e, &e->make.record, err);
	}
	return rc < 0 ? -1 : 0;
}

void
export_so_far(const struct export *e, struct export_done *ret)
{
	*ret = e->done;
}

int
export_sync(struct export *e, struct export_done *ret, struct err *err)
{
	unsigned char digest[SHA256_BYTES];
	struct sha256 hash;

	if (export_flush(e, err) < 0)
		return -1;
	if (fflush(e->how.out) != 0)
		return err_sys(err, "write");
	*ret = e->done;
	if (e->how.hash) {
		hash = e->hash;
		sha256_end(&hash, digest);
		hash_hex(digest, ret->sha256);
	}
	return 0;
}

int
export_end(struct export *e, struct export_done *ret, struct err *err)
{
	if (e->sort && export_sort_end(e, err) < 0)
		return -1;
	/* Without a record nobody knows the columns; what has an end of its
	 * own still is a document. */
	if ((e->column || !e->sink->by_columns) &&
	    put_frame(e, e->sink->end, err) < 0)
		return -1;
	return export_sync(e, ret, err);
}

bool
export_can_resume(const struct export_output *output)
{
	return (output->format == EXPORT_NDJSON ||
		   export_sinks[output->format].separated) &&
	       !output->sort && export_encoding_plain(output->encoding);
}

void
export_free(struct export *e)
{
	if (!e)
		return;
	if (e->encodes)
		iconv_close(e->encoder);
	export_sort_free(e->sort);
	xlsx_free(e->book);
	facts_free(e->facts);
	free(e->position);
	free(e->cell);
	free(e->text);
	free(e->key);
	buf_release(&e->line);
	buf_release(&e->out);
	buf_release(&e->word);
	record_make_release(&e->make);
	json_scanner_release(&e->scan);
	arena_release(&e->arena);
	arena_release(&e->passing);
	free(e);
}

/* ---- lists of columns -----------------------------------------------------
 */

/* The end of the item that text begins with. */
static size_t
item_end(struct str text)
{
	unsigned depth = 0;
	char quote = 0;
	size_t i = 0;

	for (; i < text.n; i++) {
		char ch = text.p[i];

		if (quote)
			quote = ch == quote ? 0 : quote;
		else if (ch == '"' || ch == '\'')
			quote = ch;
		else if (ch == '(')
			depth++;
		else if (ch == ')' && depth)
			depth--;
		else if (ch == ',' && depth == 0)
			break;
	}
	return i;
}

int
export_split(struct str list, struct arena *arena, struct str **ret,
    size_t *ret_count, struct err *err)
{
	size_t count = 0;
	struct str *item = arena_alloc(arena, (list.n + 1) * sizeof(*item));

	for (bool more = true; more;) {
		size_t end = item_end(list);
		struct str one = str_trim((struct str){list.p, end});

		if (one.n == 0)
			return err_set(
			    err, ERR_USAGE, "an empty name of a column");
		for (size_t i = 0; i < count; i++)
			if (str_eq(item[i], one))
				return err_set(err, ERR_USAGE,
				    "column %s: twice", quoted(one));
		item[count++] = one;
		more = end < list.n;
		list.p += end + (more ? 1 : 0);
		list.n -= end + (more ? 1 : 0);
	}
	*ret = item;
	*ret_count = count;
	return 0;
}
