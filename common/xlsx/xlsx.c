/* SPDX-License-Identifier: ISC */
/* Workbooks, by libxlsxwriter in the mode that keeps one row in memory. */
#include <math.h>
#include <unistd.h>

#include "xlsx/xlsx_priv.h"

#define EXCEL_EPOCH INT64_C(25569) /* days from 1899-12-30 to 1970-01-01 */
#define EXCEL_MARCH INT64_C(61)    /* 1900-03-01: right in all programs */

enum {
	MEASURED = 1000, /* rows that say how wide a column is */
	WIDEST = 60,     /* characters of the standard font */
	NARROWEST = 6,
	DATE_WIDTH = 19, /* 2026-01-15 09:00:00 */
	PIECE = 64 << 10,
	FRAME = 580, /* bytes of a sheet, at least, around its rows ... */
	COLUMN = 44, /* ... and for each column */
	PAGE_FRAME = 400,
	LOOKED = 4095, /* rows after which errors are looked for */
};

/* ---- names and texts ---------------------------------------------------- */

void
xlsx_sheet_name(struct buf *out, struct str name, unsigned n)
{
	size_t start = out->len, units = 0, room = 31;
	char number[16] = "";

	if (n > 1)
		snprintf(number, sizeof(number), " %u", n);
	room -= strlen(number);
	while (name.n && units < room) {
		uint32_t code;
		unsigned n_bytes = utf8_decode(name.p, name.n, &code);
		unsigned need = code > 0xffff ? 2 : 1;

		if (n_bytes == 0) {
			code = ' ';
			n_bytes = need = 1;
		}
		if (units + need > room)
			break;
		units += need;
		if (code < ' ' ||
		    (code < 0x80 && strchr("[]:*?/\\'", (int)code)))
			buf_addc(out, '_');
		else
			buf_add(out, name.p, n_bytes);
		name.p += n_bytes;
		name.n -= n_bytes;
	}
	if (out->len == start)
		buf_addstr(out, "Sheet1");
	buf_addstr(out, number);
}

/* "_x0041_" would be read as a character. */
static bool
looks_escaped(struct str s)
{
	return s.n >= 7 && s.p[1] == 'x' && s.p[6] == '_' &&
	       strspn(s.p + 2, "0123456789abcdefABCDEF") >= 4;
}

static bool
plain(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char ch = (unsigned char)text.p[i];

		if (ch >= 0x80 || ch == '_' || (ch < ' ' && ch != '\n'))
			return false;
	}
	return true;
}

bool
xlsx_cell_text(struct buf *out, struct str text)
{
	size_t units = 0;

	buf_clear(out);
	if (text.n <= XLSX_CHARACTERS && plain(text)) {
		buf_adds(out, text);
		return true;
	}
	while (text.n) {
		uint32_t code = 0xfffd;
		unsigned n = utf8_decode(text.p, text.n, &code);
		bool bad = n == 0 || code == 0xfffe || code == 0xffff;

		units += code > 0xffff ? 2 : 1;
		if (units > XLSX_CHARACTERS)
			return false;
		if (bad)
			buf_addstr(out, "\xef\xbf\xbd");
		else if (code < ' ' && code != '\t' && code != '\n')
			buf_addf(out, "_x%04X_", (unsigned)code);
		else if (code == '_' && looks_escaped(text))
			buf_addstr(out, "_x005F_");
		else
			buf_add(out, text.p, n);
		n = n ? n : 1;
		text.p += n;
		text.n -= n;
	}
	return true;
}

/* ---- sheets ---------------------------------------------------------------
 */

void
xlsx_check(struct xlsx *x, lxw_error code, const char *what)
{
	if (code != LXW_NO_ERROR && x->err.kind == ERR_NONE)
		err_set(&x->err, ERR_FAIL, "workbook: %s: %s", what,
		    lxw_strerror(code));
}

/* The rows of the sheet are in its temporary file, all of them: of this the
 * library says nothing. frame: what is written around them, at least. */
static void
check_rows(struct xlsx *x, uint64_t frame)
{
	FILE *rows = x->sheet->optimize_tmpfile;
	off_t size = 0;

	if (rows && (fflush(rows) != 0 || ferror(rows)))
		err_sys(&x->err, "workbook: temporary file");
	if (rows)
		size = ftello(rows);
	GROW(x->least, x->least_cap, x->sheets);
	x->least[x->sheets - 1] = (uint64_t)size + frame;
}

void
xlsx_end_sheet(struct xlsx *x)
{
	lxw_col_t last = (lxw_col_t)(x->count - 1);

	for (size_t i = 0; i < x->count; i++)
		xlsx_check(x,
		    worksheet_set_column(x->sheet, (lxw_col_t)i, (lxw_col_t)i,
			x->width[i] + 2, NULL),
		    "column width");
	xlsx_check(x, worksheet_autofilter(x->sheet, 0, 0, x->row - 1, last),
	    "filter");
	check_rows(x, FRAME + COLUMN * x->count);
}

lxw_worksheet *
xlsx_add_sheet(struct xlsx *x, struct str name, unsigned n)
{
	struct buf text = {0};

	xlsx_sheet_name(&text, name, n);
	x->sheet = workbook_add_worksheet(x->book, text.p);
	buf_release(&text);
	x->sheets++;
	if (!x->sheet)
		err_set(&x->err, ERR_FAIL, "workbook: cannot add a sheet");
	return x->sheet;
}

static void
begin_sheet(struct xlsx *x)
{
	if (!xlsx_add_sheet(x, buf_str(&x->name), x->sheets + 1))
		return;
	worksheet_freeze_panes(x->sheet, 1, 0);
	for (size_t i = 0; i < x->count; i++) {
		xlsx_cell_text(&x->text, x->column[i]);
		xlsx_check(x,
		    worksheet_write_string(x->sheet, 0, (lxw_col_t)i,
			x->text.p ? x->text.p : "", x->header),
		    "header");
	}
	x->row = 1;
}

void
xlsx_head(lxw_format *f)
{
	format_set_bold(f);
	format_set_bg_color(f, 0xE7EEF5);
	format_set_bottom(f, LXW_BORDER_THIN);
}

static int
open_book(struct xlsx *x, int64_t made, struct err *err)
{
	lxw_doc_properties properties = {.created = (time_t)(made / MS_SECOND)};
	lxw_workbook_options how = {
	    .constant_memory = LXW_TRUE, .use_zip64 = LXW_TRUE};
	char path[32];

	x->file = tmpfile();
	if (!x->file)
		return err_sys(err, "workbook: temporary file");
	snprintf(path, sizeof(path), "/dev/fd/%d", fileno(x->file));
	x->book = workbook_new_opt(path, &how);
	if (!x->book)
		return err_set(err, ERR_FAIL, "workbook: cannot begin one");
	workbook_set_properties(x->book, &properties);
	x->header = workbook_add_format(x->book);
	xlsx_head(x->header);
	x->date = workbook_add_format(x->book);
	format_set_num_format(x->date, "yyyy-mm-dd hh:mm:ss");
	return 0;
}

int
xlsx_new(const struct xlsx_options *o, struct xlsx **ret, struct err *err)
{
	struct xlsx *x;

	if (o->count < 1 || o->count > XLSX_COLUMNS)
		return err_set(err, ERR_USAGE,
		    "a workbook has 1 to %d columns, not %zu", XLSX_COLUMNS,
		    o->count);
	x = xcalloc(1, sizeof(*x));
	buf_addstr(&x->name, o->sheet ? o->sheet : "Sheet1");
	x->zone = o->zone ? o->zone : zone_utc();
	x->rows = (lxw_row_t)(o->rows ? o->rows : XLSX_ROWS);
	x->count = o->count;
	x->column = xcalloc(o->count, sizeof(*x->column));
	x->width = xcalloc(o->count, sizeof(*x->width));
	for (size_t i = 0; i < o->count; i++) {
		x->column[i] = arena_str(&x->arena, o->column[i]);
		x->width[i] =
		    fmin(fmax((double)text_width(x->column[i]) + 2, NARROWEST),
			WIDEST);
	}
	if (open_book(x, o->made, err) < 0) {
		xlsx_free(x);
		return -1;
	}
	begin_sheet(x);
	*ret = x;
	return 0;
}

/* ---- cells --------------------------------------------------------------- */

/* The cell's place; false when nothing is to be written any more. */
static bool
next_cell(struct xlsx *x, lxw_col_t *ret)
{
	if (x->err.kind != ERR_NONE || x->at >= x->count)
		return false;
	if (x->row == x->rows) {
		xlsx_end_sheet(x);
		begin_sheet(x);
		if (x->err.kind != ERR_NONE)
			return false;
	}
	*ret = (lxw_col_t)x->at++;
	return true;
}

static void
widen(struct xlsx *x, lxw_col_t at, size_t columns)
{
	if (x->width[at] < (double)columns)
		x->width[at] = fmin((double)columns, WIDEST);
}

bool
xlsx_text(struct xlsx *x, struct str text)
{
	lxw_col_t at;
	bool whole;

	if (!next_cell(x, &at) || !text.p || !text.n)
		return true;
	whole = xlsx_cell_text(&x->text, text);
	if (x->sheets == 1 && x->row <= MEASURED)
		widen(x, at, text_width(utf8_prefix(text, 4 * WIDEST)));
	xlsx_check(x,
	    worksheet_write_string(x->sheet, x->row, at, x->text.p, NULL),
	    "text");
	return whole;
}

void
xlsx_number(struct xlsx *x, double v)
{
	lxw_col_t at;

	if (next_cell(x, &at) && isfinite(v))
		xlsx_check(x,
		    worksheet_write_number(x->sheet, x->row, at, v, NULL),
		    "number");
}

void
xlsx_bool(struct xlsx *x, bool v)
{
	lxw_col_t at;

	if (next_cell(x, &at))
		xlsx_check(x,
		    worksheet_write_boolean(x->sheet, x->row, at, v, NULL),
		    "truth");
}

double
xlsx_serial(const struct xlsx *x, int64_t moment)
{
	int64_t local = moment + zone_offset(x->zone, moment);
	double serial = (double)(local + EXCEL_EPOCH * MS_DAY) / MS_DAY;

	return serial < (double)EXCEL_MARCH ? NAN : serial;
}

void
xlsx_time(struct xlsx *x, int64_t moment)
{
	double serial = xlsx_serial(x, moment);
	struct buf text = {0};
	lxw_col_t at;

	if (isnan(serial)) {
		time_add(&text, moment);
		xlsx_text(x, buf_str(&text));
		buf_release(&text);
		return;
	}
	if (!next_cell(x, &at))
		return;
	widen(x, at, DATE_WIDTH);
	xlsx_check(x,
	    worksheet_write_number(x->sheet, x->row, at, serial, x->date),
	    "date");
}

void
xlsx_end_row(struct xlsx *x)
{
	lxw_col_t at;

	/* A row of missing values is a row, on the next sheet if need be. */
	if (x->at == 0 && next_cell(x, &at))
		x->at = 0;
	x->at = 0;
	x->row++;
	if ((x->row & LOOKED) == 0 && x->err.kind == ERR_NONE &&
	    x->sheet->optimize_tmpfile && ferror(x->sheet->optimize_tmpfile))
		check_rows(x, 0);
}

/* ---- the end ------------------------------------------------------------- */

static int
hand_out(struct xlsx *x,
    int (*put)(void *context, struct str piece, struct err *err), void *context,
    struct err *err)
{
	char *piece = xmalloc(PIECE);
	ptrdiff_t n;
	int rc = 0;

	if (lseek(fileno(x->file), 0, SEEK_SET) < 0)
		rc = err_sys(err, "workbook: temporary file");
	while (rc == 0 && (n = read(fileno(x->file), piece, PIECE)) != 0) {
		if (n < 0)
			rc = err_sys(err, "workbook: temporary file");
		else
			rc = put(context, (struct str){piece, (size_t)n}, err);
	}
	free(piece);
	return rc;
}

int
xlsx_end(struct xlsx *x,
    int (*put)(void *context, struct str piece, struct err *err), void *context,
    struct err *err)
{
	lxw_workbook *book = x->book;

	if (x->err.kind == ERR_NONE && x->page)
		check_rows(x, PAGE_FRAME);
	else if (x->err.kind == ERR_NONE)
		xlsx_end_sheet(x);
	x->book = NULL;
	xlsx_check(x, workbook_close(book), "closing");
	if (x->err.kind != ERR_NONE) {
		*err = x->err;
		return -1;
	}
	if (xlsx_verify(fileno(x->file), x->least, x->sheets, err) < 0)
		return -1;
	return hand_out(x, put, context, err);
}

void
xlsx_free(struct xlsx *x)
{
	if (!x)
		return;
	if (x->book)
		lxw_workbook_free(x->book);
	if (x->file)
		fclose(x->file);
	free(x->column);
	free(x->width);
	free(x->least);
	buf_release(&x->name);
	buf_release(&x->text);
	arena_release(&x->arena);
	free(x);
}
