/* SPDX-License-Identifier: ISC */
#include <dirent.h>

#include "csv/csv.h"
#include "json/json.h"
#include "pieces.h"
#include "unit.h"

/* All of it as one line of text: fields between |, missing as -, records as
 * "line:…;", rejects as "line!reason@line.column=raw;". */
static void
read_all(struct str text, const struct csv_options *options, size_t piece,
    struct buf *out)
{
	struct pieces from = {text.p, text.n, piece};
	struct csv_reader *r =
	    csv_reader_new((struct csv_source){pieces_read, &from}, options);
	const struct csv_record *record;
	enum csv_got got;

	buf_clear(out);
	buf_addstr(out, "");
	while ((got = csv_reader_next(r, &record, NULL)) > CSV_GOT_END) {
		buf_addint(out, (int64_t)record->line);
		if (got == CSV_GOT_REJECT) {
			buf_addf(out, "!%s@%d.%d=", record->reason,
			    (int)record->at_line, (int)record->at_column);
			buf_adds(out, record->raw);
			CHECK_INT(record->count, 0);
		}
		for (size_t i = 0; i < record->count; i++) {
			buf_addc(out, i > 0 ? '|' : ':');
			if (record->field[i].p)
				buf_adds(out, record->field[i]);
			else
				buf_addc(out, '-');
		}
		buf_addc(out, ';');
	}
	CHECK_INT(got, CSV_GOT_END);
	csv_reader_release(r);
}

static void
reading(void)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
	    {"", ""},
	    {"\n\r\n\r", ""},
	    {"a,b\n1,2\n", "1:a|b;2:1|2;"},
	    {"a,b\r\n1,2", "1:a|b;2:1|2;"},
	    {"a,b\r1,2\r\r3,4\r", "1:a|b;2:1|2;4:3|4;"},
	    {"a,,\"\",\n", "1:a|-||-;"},
	    {",\n", "1:-|-;"},
	    {"\"\"\n", "1:;"},
	    {"\"\",\"\"", "1:|;"},
	    {" a , b\t\n", "1: a | b\t;"},
	    {"\" a \",\" \"\n", "1: a | ;"},
	    {"\"x\"\"y\",\"\"\"\"\n", "1:x\"y|\";"},
	    {"\"x\ny\r\nz\",1\nq,2\n", "1:x\ny\r\nz|1;4:q|2;"},
	    {"007,1.100,1e5\n", "1:007|1.100|1e5;"},
	    {"\n\na\n\n\nb", "3:a;6:b;"},
	    {"a\"b,1\n2,3\n",
		"1!a quote inside a field without quotes@1.2=a\"b,1;2:2|3;"},
	    {"1,\"a\" ,2\n3\n", "1!text after a closing quote@1.6=1,\"a\" ,2;"
				"2:3;"},
	    {"1,\"a\n2,b\n3,c\n", "1!a quote that is not closed@1.3=1,\"a;"
				  "2:2|b;3:3|c;"},
	    {"1,\"a\n2,\"b\"\n3,c\n", "1!text after a closing quote@2.4=1,\"a;"
				      "2:2|b;3:3|c;"},
	    {"\"", "1!a quote that is not closed@1.1=\";"},
	    {"\"a\"\"\n", "1!a quote that is not closed@1.1=\"a\"\";"},
	    {"\xe3\x81\x82,\"\xe3\x81\x84\"x\n",
		"1!text after a closing quote@1.6="
		"\xe3\x81\x82,\"\xe3\x81\x84\"x;"},
	    {"a'b,c\\,d\n", "1:a'b|c\\|d;"},
	};
	struct buf got = {0};

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		for (size_t piece = 1; piece < 30; piece++) {
			read_all(str_of(rows[i].text), NULL, piece, &got);
			CHECK_TEXT(got.p, rows[i].want);
		}
	read_all(STR("a\tb,\"c\"\t\n"),
	    &(struct csv_options){.delimiter = '\t'}, 100, &got);
	CHECK_TEXT(got.p, "1!a quote inside a field without quotes@1.5="
			  "a\tb,\"c\"\t;");
	read_all(STR("a\tb,c\t\n"), &(struct csv_options){.delimiter = '\t'},
	    100, &got);
	CHECK_TEXT(got.p, "1:a|b,c|-;");
	read_all(
	    STR("a;b,c\n"), &(struct csv_options){.delimiter = ';'}, 100, &got);
	CHECK_TEXT(got.p, "1:a|b,c;");
	read_all(STR("a,\0b\nc\n"), NULL, 3, &got);
	CHECK(memcmp(got.p, "1!a NUL byte@0.0=a,\0b;2:c;", got.len) == 0);
	buf_release(&got);
}

static void
limits(void)
{
	struct csv_options options = {.max_record = 20, .max_fields = 3};
	struct buf got = {0}, text = {0};

	for (size_t piece = 1; piece < 80; piece++) {
		read_all(STR("a,b\n12345678901234567890\n"
			     "123456789012345678901\nc\n"),
		    &options, piece, &got);
		CHECK_TEXT(got.p, "1:a|b;2:12345678901234567890;"
				  "3!longer than a record may be@0.0="
				  "123456789012345678901;4:c;");
		read_all(STR("1,2,3,4\r\n1,2,3\r\n"), &options, piece, &got);
		CHECK_TEXT(got.p, "1!too many fields@0.0=1,2,3,4;2:1|2|3;");
		/* A quote that would swallow what follows. */
		read_all(STR("a,b\n1,\"x\n1,2\n3,4\n5,6\n7,8\n9,0\n"), &options,
		    piece, &got);
		CHECK_TEXT(got.p, "1:a|b;2!a quote that is not closed@2.3=1,\"x"
				  ";3:1|2;4:3|4;5:5|6;6:7|8;7:9|0;");
	}

	/* A line of 30 MB keeps 64 KiB. */
	buf_reserve(&text, 30 << 20);
	memset(text.p, 'x', 30 << 20);
	text.len = 30 << 20;
	buf_addstr(&text, "\r\n1,2\n");
	for (int quoted_line = 0; quoted_line < 2; quoted_line++) {
		struct pieces from = {text.p, text.len, 100000};
		struct csv_reader *r = csv_reader_new(
		    (struct csv_source){pieces_read, &from}, NULL);
		const struct csv_record *record;

		CHECK_INT(csv_reader_next(r, &record, NULL), CSV_GOT_REJECT);
		CHECK_INT(record->raw.n, 64 << 10);
		CHECK_INT(record->raw_size, 30 << 20);
		CHECK_INT(csv_reader_next(r, &record, NULL), CSV_GOT_RECORD);
		CHECK_INT(record->line, 2);
		CHECK_INT(record->count, 2);
		CHECK(!csv_reader_unended(r));
		CHECK_INT(csv_reader_next(r, &record, NULL), CSV_GOT_END);
		csv_reader_release(r);
		text.p[0] = '"';
	}
	buf_release(&text);
	buf_release(&got);
}

static void
writing(void)
{
	struct str row[] = {STR("a"), {NULL, 0}, STR(""), STR("x\"y\""),
	    STR("1,2"), STR("p\nq"), STR(" s"), STR("\t")};
	struct buf out = {0}, got = {0};

	csv_put_record(&out, row, COUNT_OF(row), ',');
	CHECK_TEXT(
	    out.p, "a,,\"\",\"x\"\"y\"\"\",\"1,2\",\"p\nq\",\" s\",\t\n");
	read_all(buf_str(&out), NULL, 7, &got);
	CHECK_TEXT(got.p, "1:a|-||x\"y\"|1,2|p\nq| s|\t;");
	buf_clear(&out);
	csv_put_record(&out, row + 7, 1, '\t');
	CHECK_TEXT(out.p, "\"\t\"\n");
	buf_clear(&out);
	csv_put_record(&out, row + 1, 1, ',');
	CHECK_TEXT(out.p, "\"\"\n");
	buf_release(&out);
	buf_release(&got);
}

/* The file's records against the expected JSON. */
static void
compare(struct str text, const struct json *want, const char *name)
{
	struct pieces from = {text.p, text.n, 11};
	struct csv_reader *r =
	    csv_reader_new((struct csv_source){pieces_read, &from}, NULL);
	const struct csv_record *record;
	struct str names[16];
	struct arena arena = {0};
	size_t rows = 0;

	CHECK_INT(csv_reader_next(r, &record, NULL), CSV_GOT_RECORD);
	for (size_t i = 0; i < record->count && i < 16; i++)
		names[i] = arena_str(&arena, record->field[i]);
	while (csv_reader_next(r, &record, NULL) == CSV_GOT_RECORD) {
		const struct json *row = json_item(want, rows++);

		CHECK_INT(record->count, json_count(row));
		for (size_t i = 0; i < record->count; i++) {
			const struct json *n = json_find_str(row, names[i]);

			if (!n || !str_eq(json_text(n), record->field[i]))
				printf("%s: row %zu\n", name, rows);
			CHECK(n && str_eq(json_text(n), record->field[i]));
		}
	}
	CHECK_INT(rows, json_count(want));
	csv_reader_release(r);
	arena_release(&arena);
}

static void
spectrum(void)
{
	const char *shared = getenv("DL_SHARED");
	struct buf path = {0}, text = {0};
	struct dirent *entry;
	unsigned files = 0;
	DIR *dir;

	buf_addf(&path, "%s/corpora/csv", shared ? shared : "");
	dir = shared ? opendir(path.p) : NULL;
	if (!dir) {
		SKIP("no $DL_SHARED/corpora/csv");
		buf_release(&path);
		return;
	}
	while ((entry = readdir(dir)) != NULL) {
		const char *dot = strrchr(entry->d_name, '.');
		struct json *want = NULL;
		struct err err = {0};

		if (!dot || strcmp(dot, ".csv") != 0)
			continue;
		files++;
		buf_clear(&path);
		buf_addf(&path, "%s/corpora/csv/expected/%.*s.json", shared,
		    (int)(dot - entry->d_name), entry->d_name);
		CHECK(json_doc_read(path.p, &want, &err) == 0);
		buf_clear(&path);
		buf_addf(&path, "%s/corpora/csv/%s", shared, entry->d_name);
		buf_clear(&text);
		CHECK(file_read(path.p, &text, 1 << 20, &err) == 0);
		if (want)
			compare(buf_str(&text), want, entry->d_name);
		json_doc_free(want);
	}
	closedir(dir);
	CHECK(files >= 11);
	buf_release(&path);
	buf_release(&text);
}

int
main(void)
{
	reading();
	limits();
	writing();
	spectrum();
	return unit_done("csv");
}
