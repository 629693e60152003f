/* SPDX-License-Identifier: ISC */
/* The formats that are text, and what spreadsheet programs make of it. */
#include <string.h>

#include "csv/csv.h"
#include "export/export_priv.h"
#include "json/json.h"

/* ---- formulas -------------------------------------------------------------
 */

static bool
begins_formula(struct str text)
{
	static const char *const wide[] = {"＝", "＋", "－", "＠"};

	if (text.n == 0)
		return false;
	switch (text.p[0]) {
	case '=':
	case '+':
	case '-':
	case '@':
	case '\t':
	case '\r':
	case '\n':
		return true;
	case '\xef':
		for (size_t i = 0; i < COUNT_OF(wide); i++)
			if (str_starts(text, str_of(wide[i])))
				return true;
	}
	return false;
}

/* -1,234.5 or +81 (3) 1234-5678 or -5%: a sign, then digits and what stands
 * between them. Neither a cell nor a function can be named in such a text. */
static bool
is_amount(struct str text)
{
	bool digit = false;

	if (text.p[0] != '+' && text.p[0] != '-')
		return false;
	for (size_t i = 1; i < text.n; i++) {
		char ch = text.p[i];

		if (ch >= '0' && ch <= '9')
			digit = true;
		else if (!memchr(" ,.-()%", ch, 7))
			return false;
	}
	return digit;
}

bool
export_formula(struct str text)
{
	double number;

	return begins_formula(text) && !is_amount(text) &&
	       !number_real(text, &number);
}

/* ---- CSV and TSV ----------------------------------------------------------
 */

static char
delimiter(const struct export *e)
{
	if (e->how.delimiter)
		return e->how.delimiter;
	return e->how.format == EXPORT_TSV ? '\t' : ',';
}

static void
put_texts(struct export *e, size_t count)
{
	size_t start = e->line.len;

	if (!e->how.raw)
		for (size_t i = 0; i < count; i++) {
			struct str *text = &e->text[i];

			if (!text->p || !export_formula(*text))
				continue;
			*text =
			    arena_printf(&e->passing, "'%.*s", STR_ARG(*text));
			e->done.defused++;
		}
	csv_put_record(&e->line, e->text, count, delimiter(e));
	if (e->how.crlf && e->line.len > start) {
		buf_truncate(&e->line, e->line.len - 1);
		buf_addstr(&e->line, "\r\n");
	}
}

static int
csv_begin(struct export *e, struct err *err)
{
	(void)err;
	if (e->how.bom)
		buf_addstr(&e->line, "\xef\xbb\xbf");
	for (size_t i = 0, n = 0; i < e->count; i++)
		e->text[n++] = e->column[i].name;
	put_texts(e, e->count);
	return 0;
}

static void
csv_row(struct export *e, const struct field *cell, size_t count)
{
	for (size_t i = 0; i < count; i++)
		e->text[i] =
		    cell[i].type == FIELD_NULL ? (struct str){0} : cell[i].text;
	put_texts(e, count);
}

/* ---- JSON -----------------------------------------------------------------
 */

static void
put_value(struct buf *out, const struct field *cell)
{
	struct json_writer w = {.out = out};

	if (cell->type == FIELD_TEXT)
		json_quote(out, cell->text);
	else
		field_put_json(&w, cell);
}

/* A name with its quotes and colon: made once where the columns are known. */
static struct str
key_of(struct export *e, const struct field *cell, size_t i)
{
	if (e->column && e->key[i].p)
		return e->key[i];
	buf_clear(&e->word);
	json_quote(&e->word, cell->name);
	buf_addc(&e->word, ':');
	if (!e->column)
		return buf_str(&e->word);
	return e->key[i] = arena_str(&e->arena, buf_str(&e->word));
}

static void
put_object(struct export *e, const struct field *cell, size_t count)
{
	bool more = false;

	buf_addc(&e->line, '{');
	for (size_t i = 0; i < count; i++) {
		if (cell[i].type == FIELD_MISSING)
			continue;
		if (more)
			buf_addc(&e->line, ',');
		buf_adds(&e->line, key_of(e, &cell[i], i));
		put_value(&e->line, &cell[i]);
		more = true;
	}
	buf_addc(&e->line, '}');
}

static void
ndjson_row(struct export *e, const struct field *cell, size_t count)
{
	put_object(e, cell, count);
	buf_addc(&e->line, '\n');
}

static void
json_row(struct export *e, const struct field *cell, size_t count)
{
	buf_addstr(&e->line, e->rows == 0 ? "[\n" : ",\n");
	put_object(e, cell, count);
}

static int
json_end(struct export *e, struct err *err)
{
	(void)err;
	buf_addstr(&e->line, e->rows == 0 ? "[]\n" : "\n]\n");
	return 0;
}

/* ---- Markdown -------------------------------------------------------------
 */

static void
markdown_cell(struct buf *out, struct str text)
{
	buf_addstr(out, " ");
	for (size_t i = 0; i < text.n; i++) {
		char ch = text.p[i];

		if (ch == '|' || ch == '\\' || ch == '`' || ch == '*' ||
		    ch == '_' || ch == '[')
			buf_addc(out, '\\');
		if (ch == '<')
			buf_addstr(out, "&lt;");
		else if (ch == '&')
			buf_addstr(out, "&amp;");
		else if (ch == '\n')
			buf_addstr(out, "<br>");
		else if (ch != '\r')
			buf_addc(out, ch);
	}
	buf_addstr(out, " |");
}

static int
markdown_begin(struct export *e, struct err *err)
{
	(void)err;
	buf_addc(&e->line, '|');
	for (size_t i = 0; i < e->count; i++)
		markdown_cell(&e->line, e->column[i].name);
	buf_addstr(&e->line, "\n|");
	for (size_t i = 0; i < e->count; i++)
		buf_addstr(&e->line,
		    e->column[i].type == EXPORT_NUMBER ? " ---: |" : " --- |");
	buf_addc(&e->line, '\n');
	return 0;
}

static void
markdown_row(struct export *e, const struct field *cell, size_t count)
{
	buf_addc(&e->line, '|');
	for (size_t i = 0; i < count; i++) {
		buf_clear(&e->word);
		if (cell[i].type != FIELD_NULL && cell[i].text.p)
			cell_put(&e->word, &cell[i]);
		markdown_cell(&e->line, buf_str(&e->word));
	}
	buf_addc(&e->line, '\n');
}

/* ---- all ------------------------------------------------------------------
 */

const struct export_sink export_sinks[] = {
    [EXPORT_NDJSON] = {.name = "ndjson", .row = ndjson_row},
    [EXPORT_CSV] = {"csv", true, true, csv_begin, csv_row, NULL},
    [EXPORT_TSV] = {"tsv", true, true, csv_begin, csv_row, NULL},
    [EXPORT_JSONS] = {.name = "json", .row = json_row, .end = json_end},
    [EXPORT_MARKDOWN] = {"markdown", true, false, markdown_begin, markdown_row,
	NULL},
    [EXPORT_XLSX] = {"xlsx", true, false, export_book_begin, export_book_row,
	export_book_end},
    [EXPORT_SQL] = {"sql", true, false, export_sql_begin, export_sql_row,
	export_sql_end},
};

bool
export_format_find(struct str name, enum export_format *ret)
{
	for (size_t i = 0; i < COUNT_OF(export_sinks); i++)
		if (str_is(name, export_sinks[i].name)) {
			*ret = (enum export_format)i;
			return true;
		}
	return false;
}
