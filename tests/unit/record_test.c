/* SPDX-License-Identifier: ISC */
#include <dirent.h>
#include <unistd.h>

#include "json/json.h"
#include "record/record.h"
#include "unit.h"

/* A file of this text, rewound; the caller closes it. */
static FILE *
file_of(struct str text)
{
	FILE *f = tmpfile();

	if (!f || fwrite(text.p, 1, text.n, f) != text.n || fflush(f) != 0) {
		printf("no temporary file\n");
		exit(1);
	}
	rewind(f);
	lseek(fileno(f), 0, SEEK_SET);
	return f;
}

/* Everything read, one line each: "LINE {json}" or "LINE:COLUMN! reason
 * <raw>", at the end "error: …" if there was one. */
static void
read_text(struct str text, const struct record_input *input, struct buf *out)
{
	FILE *f = file_of(text);
	struct json_writer w = {.out = out};
	struct record_reader *r = NULL;
	struct record_reject reject;
	struct record record;
	struct err err = {0};
	enum record_got got = RECORD_GOT_ERROR;

	buf_clear(out);
	buf_addstr(out, "");
	if (record_reader_open_fd(fileno(f), "f", input, &r, &err) == 0)
		while ((got = record_next(r, &record, &reject, &err)) >
		       RECORD_GOT_END) {
			if (got == RECORD_GOT_ONE) {
				CHECK_TEXT(record.place.file, "f");
				buf_addf(out, "%d ", (int)record.place.line);
				record_put_json(&w, &record);
			} else {
				buf_addf(out, "%d:%u! %s <",
				    (int)reject.place.line, reject.place.column,
				    reject.reason);
				json_quote(out, reject.raw);
				buf_addc(out, '>');
			}
			buf_addc(out, '\n');
		}
	if (got == RECORD_GOT_ERROR)
		buf_addf(out, "error: %s\n", err.text);
	record_reader_close(r);
	fclose(f);
}

static void
formats(void)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
	    {"", ""},
	    {"\xef\xbb\xbf", ""},
	    {"\xef\xbb\xbf{\"a\":1.100}\n\n  \n{\"b\":\"x\"}",
		"1 {\"a\":1.100}\n4 {\"b\":\"x\"}\n"},
	    {"{\"a\":[1, 2],\"b\":{\"c\" :null},\"d\":null,\"e\":true}\r\n",
		"1 {\"a\":[1,2],\"b\":{\"c\":null},\"d\":null,"
		"\"e\":true}\n"},
	    {"[{\"a\":[\n1, \"x \\\" y\"]}]", "1 {\"a\":[1,\"x \\\" y\"]}\n"},
	    {"{\"n\":12345678901234567890123,\"m\":1e5,\"z\":-0.0}",
		"1 {\"n\":12345678901234567890123,\"m\":1e5,\"z\":-0.0}\n"},
	    {"\xef\xbb\xbf"
	     "a,b\n1,\n007,\"\"\n",
		"2 {\"a\":\"1\"}\n3 {\"a\":\"007\",\"b\":\"\"}\n"},
	    {"a;b\n1,5;2\n", "2 {\"a\":\"1,5\",\"b\":\"2\"}\n"},
	    {"a\tb\n1,2\t\n", "2 {\"a\":\"1,2\"}\n"},
	    {"id\n7\n", "2 {\"id\":\"7\"}\n"},
	    {" [ {\"a\":1},\n {\"a\":\n2}\n] ", "1 {\"a\":1}\n2 {\"a\":2}\n"},
	    {"{\n \"a\":1\n}\n{\n \"a\":2\n}\n", "1 {\"a\":1}\n4 {\"a\":2}\n"},
	    {"[]", ""},
	    {"a,b\n", ""},
	};
	struct buf got = {0};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		read_text(str_of(rows[i].text), NULL, &got);
		CHECK_TEXT(got.p, rows[i].want);
	}
	buf_release(&got);
}

static void
names_of_formats(void)
{
	enum record_format f = RECORD_AUTO;

	CHECK(record_format_find(STR("jsonl"), &f) && f == RECORD_NDJSON);
	CHECK(record_format_find(STR("table"), &f) && f == RECORD_TABLE);
	CHECK(!record_format_find(STR("xml"), &f) && f == RECORD_TABLE);
	CHECK_TEXT(record_format_name(RECORD_NDJSON), "ndjson");
	CHECK_TEXT(record_format_name(RECORD_AUTO), "auto");
}

static void
rejecting(void)
{
	static const struct {
		enum record_format format;
		const char *text, *want;
	} rows[] = {
	    {RECORD_NDJSON, "{\"a\":1}\n{\"a\":01}\n\n[1]\n{\"a\":2",
		"1 {\"a\":1}\n"
		"2:6! a number with a leading zero <\"{\\\"a\\\":01}\">\n"
		"4:1! expected an object <\"[1]\">\n"
		"5:7! expected , or } (it ends here) <\"{\\\"a\\\":2\">\n"},
	    {RECORD_NDJSON, "{\"a\":\"\xff\"}\n{\"\\u0000\":1}\n{}\n",
		"1:7! a byte that is not UTF-8 <\"{\\\"a\\\":\\\"\xef\xbf\xbd"
		"\\\"}\">\n"
		"2:3! \\u0000 cannot be stored <\"{\\\"\\\\u0000\\\":1}\">\n"
		"3 {}\n"},
	    {RECORD_CSV, "a,b\n1\n1,2,3\n1,2\n\"x\ny\",z,\"\n5,6",
		"2:0! 1 field, but the header has 2 <\"1\">\n"
		"3:0! 3 fields, but the header has 2 <\"1,2,3\">\n"
		"4 {\"a\":\"1\",\"b\":\"2\"}\n"
		"5:0! a quote that is not closed (line 6, column 6) "
		"<\"\\\"x\">\n"
		"6:2! a quote inside a field without quotes "
		"<\"y\\\",z,\\\"\">\n"
		"7 {\"a\":\"5\",\"b\":\"6\"}\n"},
	    {RECORD_CSV, "a,b\n1,2\n3",
		"2 {\"a\":\"1\",\"b\":\"2\"}\n3:0! 1 field, but the header "
		"has 2 (the file ends here) <\"3\">\n"},
	    {RECORD_CSV, "a,b\n\xe3\x81\x82,\xe3\x81\n1,2\n",
		"2:3! bytes that are not UTF-8 <\"\xe3\x81\x82,\xef\xbf\xbd"
		"\xef\xbf\xbd\">\n3 {\"a\":\"1\",\"b\":\"2\"}\n"},
	    {RECORD_CSV, "\"a\nb\n",
		"error: f:1: the header line: a quote that "
		"is not closed\n"},
	    {RECORD_CSV, "a,\xff\nb\n",
		"error: f:1: the name of column 2 is not UTF-8: \"\\xff\" "
		"(text in another encoding, such as cp932? its name must be "
		"given)\n"},
	    {RECORD_JSON, "[{\"a\":1} {\"a\":2}, 5, {\"a\":x},\n {\"b\":3}",
		"1 {\"a\":1}\n1:10! no comma between two records <\"\">\n"
		"1 {\"a\":2}\n1:19! expected an object <\"5\">\n"
		"1:27! expected a value <\"{\\\"a\\\":x}\">\n2 {\"b\":3}\n"
		"2:9! the array is not closed <\"\">\n"},
	    {RECORD_JSON, "[\n{\"a\":\n 01},\n{\"a\":2}]}",
		"3:2! a number with a leading zero <\"{\\\"a\\\":\\n 01}\">\n"
		"4 {\"a\":2}\n4:9! text after the end of the array <\"}\">\n"},
	    {RECORD_JSON, "[{\"a\":{\"b\":1}",
		"1:2! the file ends inside this "
		"record <\"{\\\"a\\\":{\\\"b\\\":1}"
		"\">\n"},
	    {RECORD_JSON, "7", "1:1! expected an object <\"7\">\n"},
	    {RECORD_TABLE, "x", "error: table cannot be read\n"},
	};
	struct buf got = {0};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct record_input input = {.format = rows[i].format};

		read_text(str_of(rows[i].text), &input, &got);
		CHECK_TEXT(got.p, rows[i].want);
	}
	read_text(STR("{\"a\":\"x\0\"}\n{}\n"), NULL, &got);
	CHECK_TEXT(got.p,
	    "1:8! a NUL byte <\"{\\\"a\\\":\\\"x\\u0000\\\"}\">\n2 {}\n");
	buf_release(&got);
}

/* Long lines, deep ones, wide ones: one reject, bounded, and on it goes. */
static void
limits(void)
{
	struct record_input input = {.max_record = 100000, .max_fields = 50};
	struct buf text = {0}, got = {0};
	static const char *const begins[] = {"", "[\n", "a,b\n"};
	static const char *const ends[] = {
	    "\n{\"b\":2}\n", ",\n{\"b\":2}]\n", "\n1,2\n"};
	static const enum record_format format[] = {
	    RECORD_NDJSON, RECORD_JSON, RECORD_CSV};

	for (size_t i = 0; i < COUNT_OF(begins); i++) {
		size_t size;

		for (size = 99990; size < 20000000; size = size * 2 + 11) {
			bool fits = size <= input.max_record;

			input.format = format[i];
			buf_clear(&text);
			buf_addstr(&text, begins[i]);
			buf_addstr(&text, i == 2 ? "x,\"" : "{\"a\":\"");
			while (text.len <
			       size - (i == 2 ? 1 : 2) + strlen(begins[i]))
				buf_addc(&text, 'y');
			buf_addstr(&text, i == 2 ? "\"" : "\"}");
			buf_addstr(&text, ends[i]);
			read_text(buf_str(&text), &input, &got);
			CHECK(
			    strstr(got.p, i == 2 ? "3 {\"a\":\"1\",\"b\":\"2\"}"
					  : i == 1 ? "3 {\"b\":2}\n"
						   : "2 {\"b\":2}\n") != NULL);
			CHECK(!strstr(got.p, "longer than") == fits);
			CHECK(fits || got.len < 70000);
		}
	}

	/* What follows a long line is no part of its reject. */
	read_text(STR("{\"a\":\"12345678901234567890\"}\n{\"b\":2}\n"),
	    &(struct record_input){.max_record = 20}, &got);
	CHECK_TEXT(got.p,
	    "1:0! longer than a record may be (20 bytes) "
	    "<\"{\\\"a\\\":\\\"12345678901234567890\\\"}\">\n2 {\"b\":2}\n");

	input.format = RECORD_AUTO;
	buf_clear(&text);
	buf_addc(&text, '{');
	for (int i = 0; i < 51; i++)
		buf_addf(&text, "%s\"f%d\":%d", i ? "," : "", i, i);
	buf_addstr(&text, "}\n{}\n{\"a\":");
	for (int i = 0; i < 20000; i++)
		buf_addc(&text, '[');
	buf_addstr(&text, "\n{}\n");
	read_text(buf_str(&text), &input, &got);
	CHECK(strstr(got.p, "! too many fields <") != NULL);
	CHECK(strstr(got.p, "\n2 {}\n3:261! nested too deeply <") != NULL);
	CHECK(strstr(got.p, "\n4 {}\n") != NULL);
	buf_release(&text);
	buf_release(&got);
}

static void
count_remark(void *context, struct place where, const char *text)
{
	struct buf *out = context;

	place_add(out, where);
	buf_addf(out, "%s\n", text);
}

static void
headers(void)
{
	struct buf remarks_text = {0}, got = {0}, text = {0};
	struct remarks remarks = {count_remark, &remarks_text, 0};
	struct record_input input = {.remarks = &remarks};

	read_text(STR("a,,a,a_2,\n1,2,3,4,5\n"), &input, &got);
	CHECK_TEXT(got.p, "2 {\"a\":\"1\",\"2\":\"2\",\"a_2\":\"3\","
			  "\"a_2_2\":\"4\",\"5\":\"5\"}\n");
	CHECK_TEXT(remarks_text.p,
	    "f:1: column 2 has no name: called \"2\"\n"
	    "f:1: column 3: a second \"a\": called \"a_2\"\n"
	    "f:1: column 4: a second \"a_2\": called \"a_2_2\"\n"
	    "f:1: column 5 has no name: called \"5\"\n");
	CHECK_INT(remarks.count, 4);
	buf_clear(&remarks_text);
	read_text(STR("\xff\xfe{\0}\0"), &input, &got);
	CHECK_TEXT(remarks_text.p,
	    "f:1: looks like UTF-16 text, whose encoding must be named\n");
	CHECK_INT(remarks.count, 5);

	/* Thousands of one name: in a moment, or never. */
	buf_clear(&text);
	for (int line = 0; line < 2; line++)
		for (int i = 0; i < 20000; i++)
			buf_addstr(&text, i < 19999 ? "a," : "a\n");
	input.max_fields = 20000;
	read_text(buf_str(&text), &input, &got);
	CHECK_INT(remarks.count, 5 + 19999);
	CHECK(
	    strstr(got.p, "{\"a\":\"a\",\"a_2\":\"a\",\"a_3\":\"a\",") != NULL);
	CHECK(strstr(got.p, ",\"a_20000\":\"a\"}\n") != NULL);
	buf_release(&text);
	buf_release(&remarks_text);
	buf_release(&got);
}

static void
encodings(void)
{
	struct record_input input = {.encoding = "cp932"};
	struct buf got = {0};

	read_text(STR("\x96\xbc\x91O,b\n\x8a\x94\x8e\xae\x89\xef\x8e\xd0,"
		      "\x83\x5c\n\x81\xff,x\n\xb1,\x81\n1,2"),
	    &input, &got);
	CHECK_TEXT(got.p,
	    "2 {\"\xe5\x90\x8d\xe5\x89\x8d\":\"\xe6\xa0\xaa\xe5\xbc\x8f\xe4\xbc"
	    "\x9a\xe7\xa4\xbe\",\"b\":\"\xe3\x82\xbd\"}\n"
	    "3:1! bytes that are not cp932 <\"\xef\xbf\xbd\xef\xbf\xbd,x\">\n"
	    "4:3! bytes that are not cp932 <\"\xef\xbd\xb1,\xef\xbf\xbd\">\n"
	    "5 {\"\xe5\x90\x8d\xe5\x89\x8d\":\"1\",\"b\":\"2\"}\n");
	input.encoding = "UTF-16";
	read_text(STR("\xff\xfe{\0\"\0a\0\"\0:\0\"\0\x42\x30\"\0}\0\n\0"
		      "{\0\"\0a\0\"\0:\0\"\0\x00\xdcz\0\"\0}\0\n\0"
		      "{\0}\0"),
	    &input, &got);
	CHECK_TEXT(got.p,
	    "1 {\"a\":\"\xe3\x81\x82\"}\n"
	    "2:7! bytes that are not UTF-16 <\"{\\\"a\\\":\\\"\xef\xbf\xbdz"
	    "\\\"}\">\n3 {}\n");
	input.encoding = "no-such";
	read_text(STR("x"), &input, &got);
	CHECK_TEXT(got.p, "error: no such encoding: \"no-such\"\n");
	input.encoding = "utf8";
	read_text(STR("{\"a\":\"\xe3\x81\x82\"}"), &input, &got);
	CHECK_TEXT(got.p, "1 {\"a\":\"\xe3\x81\x82\"}\n");
	buf_release(&got);
}

/* Every pair of the CP932 table through the reader. The lines are
 * "0xBYTES<tab>0xCODE"; a text file of the bytes gives the codes back. */
static void
cp932_table(void)
{
	const char *shared = getenv("DL_SHARED");
	struct record_input input = {.format = RECORD_CSV, .encoding = "cp932"};
	struct buf path = {0}, table = {0}, text = {0}, want = {0}, got = {0};
	struct str rest, line;
	struct err err = {0};
	unsigned pairs = 0;

	buf_addf(&path, "%s/corpora/cp932/CP932.TXT", shared ? shared : "");
	if (!shared || file_read(path.p, &table, 1 << 22, &err) < 0) {
		SKIP("no $DL_SHARED/corpora/cp932");
		buf_release(&path);
		return;
	}
	buf_addstr(&text, "c,d\n");
	rest = buf_str(&table);
	while (rest.n > 0) {
		unsigned long bytes, code;
		char utf8[4];
		char *end;

		str_cut(&rest, '\n', &line);
		if (line.n < 4 || line.p[0] != '0' || line.p[1] != 'x')
			continue;
		bytes = strtoul(line.p, &end, 16);
		while (*end == ' ' || *end == '\t')
			end++;
		if (*end != '0')
			continue;
		code = strtoul(end, NULL, 16);
		if (code < 0x80)
			continue;
		pairs++;
		buf_addc(&text, '"');
		if (bytes > 0xff)
			buf_addc(&text, (char)(bytes >> 8));
		buf_addc(&text, (char)(bytes & 0xff));
		buf_addf(&text, "\",%lx\n", code);
		buf_addf(&want, "%u {\"c\":\"", pairs + 1);
		buf_add(&want, utf8, utf8_encode((uint32_t)code, utf8));
		buf_addf(&want, "\",\"d\":\"%lx\"}\n", code);
	}
	read_text(buf_str(&text), &input, &got);
	CHECK(pairs > 7000);
	if (strcmp(got.p, want.p) != 0) {
		struct str a = buf_str(&got), b = buf_str(&want), x, y;

		while (str_cut(&a, '\n', &x) && str_cut(&b, '\n', &y))
			if (!str_eq(x, y))
				printf(
				    "%.*s, not %.*s\n", STR_ARG(x), STR_ARG(y));
	}
	CHECK(strcmp(got.p, want.p) == 0);
	buf_release(&path);
	buf_release(&table);
	buf_release(&text);
	buf_release(&want);
	buf_release(&got);
}

/* Each file of the JSON suite as one line of a stream (newlines inside turned
 * into spaces): y_ objects are read, n_ are rejected, and the good line after
 * each is read. */
static void
json_lines(void)
{
	const char *shared = getenv("DL_SHARED");
	struct record_input input = {.format = RECORD_NDJSON};
	struct buf path = {0}, text = {0}, got = {0};
	struct dirent *entry;
	unsigned files = 0;
	DIR *dir;

	buf_addf(&path, "%s/corpora/json", shared ? shared : "");
	dir = shared ? opendir(path.p) : NULL;
	if (!dir) {
		SKIP("no $DL_SHARED/corpora/json");
		buf_release(&path);
		return;
	}
	while ((entry = readdir(dir)) != NULL) {
		const char *name = entry->d_name;
		struct err err = {0};
		bool object, nul;
		size_t n;

		if (name[0] == '.' || name[1] != '_')
			continue;
		files++;
		buf_clear(&path);
		buf_addf(&path, "%s/corpora/json/%s", shared, name);
		buf_clear(&text);
		CHECK(file_read(path.p, &text, 1 << 24, &err) == 0);
		for (size_t i = 0; i < text.len; i++)
			if (text.p[i] == '\n')
				text.p[i] = ' ';
		n = text.len;
		object = str_starts(str_trim(buf_str(&text)), STR("{"));
		nul = n > 0 && strstr(text.p, "\\u0000") != NULL;
		buf_addstr(&text, "\n{\"good\":1}\n");
		read_text(buf_str(&text), &input, &got);
		if (!str_ends(buf_str(&got), STR("2 {\"good\":1}\n")))
			printf("%s: %s", name, got.p);
		CHECK(str_ends(buf_str(&got), STR("2 {\"good\":1}\n")));
		if (name[0] == 'y')
			CHECK(str_starts(buf_str(&got), STR("1 {")) ==
			      (object && !nul));
		/* Blank lines are no records and no rejects. */
		if (name[0] == 'n' && got.len > strlen("2 {\"good\":1}\n")) {
			CHECK(str_starts(buf_str(&got), STR("1:")));
			CHECK(strchr(got.p, '!') != NULL);
		}
	}
	closedir(dir);
	CHECK(files > 300);
	buf_release(&path);
	buf_release(&text);
	buf_release(&got);
}

/* Writes records of a reader over text with the given output, as text. */
static void
convert(struct str text, const struct record_input *input,
    const struct record_output *output, struct buf *out)
{
	FILE *from = file_of(text), *to = tmpfile();
	struct record_writer *w = record_writer_new(to, output);
	struct record_reader *r = NULL;
	struct record_reject reject;
	struct record record;
	struct err err = {0};
	enum record_got got;
	int c;

	CHECK(record_reader_open_fd(fileno(from), "f", input, &r, &err) == 0);
	while (r && (got = record_next(r, &record, &reject, &err)) > 0)
		if (got == RECORD_GOT_ONE)
			record_write(w, &record);
	buf_clear(out);
	buf_addstr(out, "");
	if (record_writer_close(w, &err) < 0)
		buf_addf(out, "error: %s\n", err.text);
	rewind(to);
	while ((c = getc(to)) != EOF)
		buf_addc(out, (char)c);
	record_reader_close(r);
	fclose(from);
	fclose(to);
}

static void
writing(void)
{
	static const char *const columns[] = {"b", "a"};
	static const struct {
		const char *text;
		struct record_output output;
		const char *want;
	} rows[] = {
	    {"{\"a\":1.10,\"b\":\"x\"}\n{\"b\":null,\"a\":[1]}\n", {0},
		"{\"a\":1.10,\"b\":\"x\"}\n{\"b\":null,\"a\":[1]}\n"},
	    {"a,b\n1,\n\"\",2\n", {.format = RECORD_NDJSON},
		"{\"a\":\"1\"}\n{\"a\":\"\",\"b\":\"2\"}\n"},
	    {"{\"a\":1,\"b\":\"x\"}\n{\"b\":\"\",\"a\":null}\n{}\n",
		{.format = RECORD_CSV}, "a,b\n1,x\n,\"\"\n,\n"},
	    {"{\"a\":1,\"b\":\"x\"}\n{\"b\":2}\n",
		{.format = RECORD_TSV, .no_header = true}, "1\tx\n\t2\n"},
	    {"{\"a\":1}\n{\"a\":2}\n", {.format = RECORD_JSON},
		"[\n{\"a\":1},\n{\"a\":2}\n]\n"},
	    {"", {.format = RECORD_JSON}, "[]\n"},
	    {"", {.format = RECORD_CSV}, ""},
	    {"", {.format = RECORD_CSV, .columns = columns, .column_count = 2},
		"b,a\n"},
	    {"{\"a\":1,\"b\":2}\n{\"a\":3}\n",
		{.format = RECORD_CSV, .columns = columns, .column_count = 2},
		"b,a\n2,1\n,3\n"},
	    {"{\"a\":1,\"b\":2,\"c\":3}\n",
		{.format = RECORD_NDJSON,
		    .columns = columns,
		    .column_count = 2,
		    .drop = true},
		"{\"b\":2,\"a\":1}\n"},
	    {"{\"a\":1}\n{\"a\":2,\"c\":3}\n{\"a\":4}\n",
		{.format = RECORD_CSV},
		"error: f:2: field \"c\" is none of the columns: name the "
		"columns, or write NDJSON\na\n1\n"},
	    {"{\"a\":1}\n{\"a\":2,\"c\":3}\n",
		{.format = RECORD_CSV, .drop = true}, "a\n1\n2\n"},
	    {"{}\n{\"a\":1}\n{}\n", {.format = RECORD_CSV}, "a\n1\n\"\"\n"},
	    {"{}\n{}\n", {.format = RECORD_TABLE}, ""},
	    /* Where there is little room, the first column stays. */
	    {"{\"field\":\"assessment_completed\",\"operators\":\"count, last, "
	     "first\"}\n",
		{.format = RECORD_TABLE, .width = 36},
		"field                 operators\n"
		"────────────────────  ──────────────\n"
		"assessment_completed  count, last, …\n"},
	    {"a,b,c\n1,2,\n3,4,\n",
		{.format = RECORD_CSV, .columns = columns, .column_count = 2},
		"b,a\n2,1\n4,3\n"},
	    {"a,b,c\n1,2,\n3,4,5\n",
		{.format = RECORD_CSV, .columns = columns, .column_count = 2},
		"error: f:3: field \"c\" is none of the columns: name the "
		"columns, or write NDJSON\nb,a\n2,1\n"},
	};
	struct buf got = {0};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		convert(str_of(rows[i].text), NULL, &rows[i].output, &got);
		CHECK_TEXT(got.p, rows[i].want);
	}
	convert(STR("{\"n\":5,\"name\":\"x\"}\n{\"n\":12}\n"), NULL,
	    &(struct record_output){.format = RECORD_TABLE}, &got);
	CHECK(strstr(got.p, "name") && strstr(got.p, "12"));
	/* Lists read as words in tables, and stay JSON in all else. */
	convert(
	    STR("{\"tags\":[\"VIP\",\"展示会\"],\"rules\":[{\"rule\":\"demo\","
		"\"points\":50,\"change\":1},{}],\"n\":[null,1]}\n"),
	    NULL, &(struct record_output){.format = RECORD_TABLE}, &got);
	CHECK(strstr(got.p, "VIP, 展示会") && strstr(got.p, "demo 50, {}") &&
	      strstr(got.p, ", 1"));
	buf_release(&got);
}

static void
full_disk(void)
{
	struct record_make m = {0};
	FILE *full = fopen("/dev/full", "w");
	struct record_writer *w;
	struct err err = {0};

	if (!full) {
		SKIP("no /dev/full");
		return;
	}
	w = record_writer_new(full, NULL);
	for (int i = 0; i < 100000 && !record_writer_failed(w); i++) {
		record_make_clear(&m);
		record_add_int(&m, "i", i);
		record_write(w, &m.record);
	}
	CHECK(record_writer_failed(w));
	CHECK(record_writer_close(w, &err) < 0);
	CHECK(strstr(err.text, "No space left") != NULL);
	fclose(full);
	record_make_release(&m);
}

static void
making(void)
{
	struct record_make m = {0};
	struct buf out = {0};
	struct json_writer w = {.out = &out};
	struct arena arena = {0};
	struct record copy;

	record_add_text(&m, "stale", STR("x"));
	record_make_clear(&m);
	record_add_text(&m, "t", STR("\"x\""));
	record_add_text(&m, "none", (struct str){0});
	record_add_int(&m, "i", -5);
	record_add_real(&m, "r", 0.5);
	record_add_real(&m, "inf", 1e308 * 10);
	record_add_bool(&m, "b", true);
	record_add_time(&m, "at", 0);
	record_add_json(&m, "j", STR(" [1,{}]"));
	record_add_json(&m, "n", STR("null"));
	record_add_json(&m, "o", STR("{}"));
	record_add_json(&m, "y", STR("true"));
	record_add_json(&m, "f", STR("1.50"));
	record_add_json(&m, "e", STR(" "));
	record_add(&m, STR("gone"), FIELD_MISSING, (struct str){0});
	copy = record_copy(&m.record, &arena);
	record_make_clear(&m);
	record_put_json(&w, &copy);
	CHECK_TEXT(out.p,
	    "{\"t\":\"\\\"x\\\"\",\"none\":null,\"i\":-5,\"r\":0.5,"
	    "\"inf\":null,\"b\":true,\"at\":\"1970-01-01T00:00:00Z\","
	    "\"j\":[1,{}],\"n\":null,\"o\":{},\"y\":true,\"f\":1.50,\"e\":"
	    "null}");
	CHECK(record_find(&copy, "none") == NULL);
	CHECK(record_find(&copy, "gone") == NULL);
	CHECK(record_find(&copy, "absent") == NULL);
	CHECK(str_is(record_find(&copy, "i")->text, "-5"));
	CHECK_INT(record_index(&copy, STR("gone")), 13);
	CHECK(record_index(&copy, STR("absent")) == SIZE_MAX);
	record_make_clear(&m);
	record_add_members(
	    &m, STR("{\"a\":1.0,\"b\":\"\\n\",\"c\":null,\"d\":{}}"));
	buf_clear(&out);
	w = (struct json_writer){.out = &out};
	record_put_json(&w, &m.record);
	CHECK_TEXT(out.p, "{\"a\":1.0,\"b\":\"\\n\",\"c\":null,\"d\":{}}");
	arena_release(&arena);
	record_make_release(&m);
	buf_release(&out);
}

/* Rejects, mended by hand, go through the reader and come out as they were. */
static void
mending(void)
{
	struct record_rejects *rejects;
	struct buf path = {0}, text = {0}, got = {0};
	struct record_make m = {0};
	struct err err = {0};
	const char *dir = getenv("TMPDIR");

	buf_addf(&path, "%s/record_test.%d", dir ? dir : "/tmp", (int)getpid());
	CHECK(record_rejects_open(path.p, &rejects, &err) == 0);
	record_add_text(&m, "email", STR("foo@"));
	record_add_json(&m, "n", STR("1.50"));
	record_add(&m, STR("_file"), FIELD_TEXT, STR("old.csv"));
	m.record.place = (struct place){"leads.csv", 17, 0};
	record_rejects_add_record(
	    rejects, &m.record, "email: not an address: \"foo@\"");
	record_rejects_add(
	    rejects, &(struct record_reject){.place = {"<stdin>", 3, 2},
			 .reason = "expected a value",
			 .raw = STR("{\"a\":\t}"),
			 .raw_size = 70000});
	record_rejects_add(NULL, NULL);
	record_rejects_add_record(NULL, NULL, NULL);
	CHECK(access(path.p, F_OK) != 0);
	CHECK(record_rejects_close(rejects, &err) == 0);
	CHECK(record_rejects_close(NULL, &err) == 0);
	CHECK(file_read(path.p, &text, 1 << 20, &err) == 0);
	CHECK_TEXT(text.p,
	    "{\"_reason\":\"email: not an address: \\\"foo@\\\"\","
	    "\"_file\":\"leads.csv\",\"_line\":17,\"email\":\"foo@\","
	    "\"n\":1.50}\n"
	    "{\"_reason\":\"expected a value\",\"_file\":\"<stdin>\","
	    "\"_line\":3,\"_bytes\":70000,\"_raw\":\"{\\\"a\\\":\\t}\"}\n");
	read_text(buf_str(&text), NULL, &got);
	CHECK(str_starts(
	    buf_str(&got), STR("1 {\"email\":\"foo@\",\"n\":1.50}\n"
			       "2:0! still the raw text of a rejected record "
			       "<\"{\\\"a\\\":\\t}\">")));
	/* The names mean nothing elsewhere. */
	read_text(STR("{\"a\":1,\"_reason\":2}"), NULL, &got);
	CHECK_TEXT(got.p, "1 {\"a\":1,\"_reason\":2}\n");
	unlink(path.p);

	CHECK(record_rejects_open(path.p, &rejects, &err) == 0);
	record_rejects_abort(rejects);
	record_rejects_abort(NULL);
	CHECK(access(path.p, F_OK) != 0);
	CHECK(record_rejects_open("/nonexistent/x", &rejects, &err) < 0);
	buf_release(&path);
	buf_release(&text);
	buf_release(&got);
	record_make_release(&m);
}

static void
several_files(void)
{
	char a[] = "/tmp/record_test_a_XXXXXX",
	     b[] = "/tmp/record_test_b_XXXXXX";
	char missing[] = "/nonexistent/c";
	char *paths[] = {a, b, a, missing};
	struct record_reader *r = NULL;
	struct record_reject reject;
	struct record record;
	struct err err = {0};
	uint64_t shape[5] = {0};
	int fd_a = mkstemp(a), fd_b = mkstemp(b);
	enum record_got got;
	size_t n = 0;

	CHECK(fd_write_all(fd_a, "x,y\n1,2\n", 8, &err) == 0);
	CHECK(
	    fd_write_all(fd_b, "{\"x\":3}\n{\"x\":4,\"y\":5}", 21, &err) == 0);
	close(fd_a);
	close(fd_b);
	CHECK(record_reader_open(paths, 3, NULL, &r, &err) == 0);
	CHECK_INT(record_reader_size(r), 37);
	while ((got = record_next(r, &record, &reject, &err)) > 0 && n < 5) {
		CHECK_INT(got, RECORD_GOT_ONE);
		CHECK_TEXT(record.place.file, n == 1 || n == 2 ? b : a);
		CHECK_INT(record_reader_format(r),
		    n == 1 || n == 2 ? RECORD_NDJSON : RECORD_CSV);
		shape[n++] = record.shape;
	}
	CHECK_INT(got, RECORD_GOT_END);
	CHECK_INT(n, 4);
	/* The names decide, not the file. */
	CHECK(shape[0] != shape[1] && shape[0] == shape[2]);
	CHECK(shape[0] == shape[3] && shape[0] != 0);
	CHECK_INT(record_reader_bytes(r), 37);
	CHECK_INT(record_next(r, &record, &reject, &err), RECORD_GOT_END);
	record_reader_close(r);

	CHECK(record_reader_open(paths + 2, 2, NULL, &r, &err) == 0);
	CHECK_INT(record_reader_size(r), 0);
	CHECK_INT(record_next(r, &record, &reject, &err), RECORD_GOT_ONE);
	CHECK_INT(record_next(r, &record, &reject, &err), RECORD_GOT_ERROR);
	CHECK(strstr(err.text, "/nonexistent/c: No such file") != NULL);
	record_reader_close(r);
	CHECK(record_reader_open(paths + 3, 1, NULL, &r, &err) < 0);
	record_reader_close(NULL);
	unlink(a);
	unlink(b);
}

static void
counting(void)
{
	struct record_counts c = {.read = 9240,
	    .new = 9000,
	    .updated = 100,
	    .unchanged = 130,
	    .rejected = 10};
	struct buf out = {0};

	CHECK(record_counts_add_up(&c));
	record_counts_import(&out, &c);
	CHECK_TEXT(out.p, "9,240 read, 9,000 new, 100 updated, 130 unchanged, "
			  "10 rejected");
	c.read++;
	CHECK(!record_counts_add_up(&c));
	buf_clear(&out);
	buf_addstr(&out, "dl-x: ");
	record_counts_filter(
	    &out, &(struct record_counts){
		      .read = 1000, .written = 998, .rejected = 2});
	CHECK_TEXT(out.p, "dl-x: 1,000 read, 998 written, 2 rejected");
	buf_release(&out);
}

/* Strings that break programs, through every format and back. */
static void
naughty(void)
{
	static const enum record_format through[] = {
	    RECORD_CSV, RECORD_TSV, RECORD_JSON, RECORD_NDJSON};
	const char *shared = getenv("DL_SHARED");
	struct buf path = {0}, first = {0}, middle = {0}, back = {0};
	struct json_writer w = {.out = &first};
	struct json *list = NULL;
	struct err err = {0};

	buf_addf(&path, "%s/corpora/naughty-strings/blns.json",
	    shared ? shared : "");
	if (!shared || json_doc_read(path.p, &list, &err) < 0) {
		SKIP("no $DL_SHARED/corpora/naughty-strings");
		buf_release(&path);
		return;
	}
	CHECK(json_count(list) > 400);
	for (size_t i = 0; i < json_count(list); i++) {
		json_put_object(&w);
		json_put_name(&w, "n");
		json_put_text(&w, str_of("1"));
		json_put_name(&w, "s");
		json_put_text(&w, json_text(json_item(list, i)));
		json_put_end(&w);
		buf_addc(&first, '\n');
		w = (struct json_writer){.out = &first};
	}
	for (size_t i = 0; i < COUNT_OF(through); i++) {
		struct record_output output = {.format = through[i]};
		struct record_input input = {.format = through[i]};

		convert(buf_str(&first), NULL, &output, &middle);
		output.format = RECORD_NDJSON;
		convert(buf_str(&middle), &input, &output, &back);
		CHECK_INT(back.len, first.len);
		CHECK(strcmp(back.p, first.p) == 0);
	}
	json_doc_free(list);
	buf_release(&path);
	buf_release(&first);
	buf_release(&middle);
	buf_release(&back);
}

int
main(void)
{
	formats();
	names_of_formats();
	rejecting();
	limits();
	headers();
	encodings();
	cp932_table();
	json_lines();
	writing();
	full_disk();
	making();
	mending();
	several_files();
	counting();
	naughty();
	return unit_done("record");
}
