/* SPDX-License-Identifier: ISC */
/*
 * The record reader on anything, in every format and in two encodings. The
 * first byte chooses, the rest is the file. What it reads as records is
 * written as NDJSON and must read again as the very same; nothing may be
 * rejected then.
 */
#define _GNU_SOURCE /* memfd_create */
#include <sys/mman.h>
#include <unistd.h>

#include "json/json.h"
#include "record/record.h"
#include "fuzz.h"

/* Descriptor of a file with this text. */
static int
file_of(struct str text)
{
	int fd = memfd_create("input", MFD_CLOEXEC);
	struct err err;

	if (fd < 0)
		return -1;
	MUST(fd_write_all(fd, text.p, text.n, &err) == 0);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static uint64_t
read_all(struct str text, const struct record_input *input, struct buf *out)
{
	struct record_reader *r = NULL;
	struct record_reject reject;
	struct record record;
	struct err err = {0};
	enum record_got got;
	uint64_t rejects = 0;
	int fd = file_of(text);

	if (fd < 0)
		return 0;
	if (record_reader_open_fd(fd, "f", input, &r, &err) < 0) {
		MUST(err.kind != ERR_NONE && err.text[0] != '\0');
		close(fd);
		return 0;
	}
	while (
	    (got = record_next(r, &record, &reject, &err)) > RECORD_GOT_END) {
		struct json_writer w = {.out = out};

		if (got == RECORD_GOT_REJECT) {
			MUST(reject.reason && reject.reason[0] != '\0');
			MUST(reject.place.line > 0);
			MUST(reject.raw.n <= reject.raw_size);
			rejects++;
			continue;
		}
		MUST(record.shape != 0 && record.place.line > 0);
		MUST(record.count <= 20);
		record_put_json(&w, &record);
		buf_addc(out, '\n');
	}
	MUST(got == RECORD_GOT_END);
	record_reader_close(r);
	close(fd);
	return rejects;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum record_format formats[] = {
	    RECORD_AUTO, RECORD_NDJSON, RECORD_CSV, RECORD_TSV, RECORD_JSON};
	static const char *const encodings[] = {
	    NULL, "CP932", "UTF-16", "ISO-2022-JP"};
	struct record_input input = {.max_record = 300, .max_fields = 20};
	struct buf out = {0}, again = {0};
	struct str text;

	if (size == 0)
		return 0;
	input.format = formats[data[0] % 5];
	input.encoding = encodings[data[0] / 5 % 4];
	text = (struct str){(const char *)data + 1, size - 1};
	read_all(text, &input, &out);

	/* A line that looks like a mended reject loses its marks: not those. */
	if (!out.p || !strstr(out.p, "_reason")) {
		input = (struct record_input){.format = RECORD_NDJSON};
		MUST(read_all(buf_str(&out), &input, &again) == 0);
		MUST(str_eq(buf_str(&out), buf_str(&again)));
	}
	buf_release(&out);
	buf_release(&again);
	return 0;
}
