/* SPDX-License-Identifier: ISC */
/*
 * The CSV reader on anything, in pieces of different sizes: the same records
 * each time, every byte accounted for by lines that only grow, and what was
 * read is read again the same after being written.
 */
#include "csv/csv.h"
#include "../unit/pieces.h"
#include "fuzz.h"

/* Records with two fields or more go to `rows` as CSV (a lone missing field
 * cannot be told from an empty one); all of it to `log`. */
static void
read_all(struct str text, size_t piece, struct buf *rows, struct buf *log)
{
	static const struct csv_options options = {
	    .max_record = 200, .max_fields = 20};
	struct pieces from = {text.p, text.n, piece};
	struct csv_reader *r =
	    csv_reader_new((struct csv_source){pieces_read, &from}, &options);
	const struct csv_record *record;
	enum csv_got got;
	uint64_t line = 0;

	while ((got = csv_reader_next(r, &record, NULL)) > CSV_GOT_END) {
		MUST(record->line > line);
		line = record->line;
		MUST(record->raw.n <= record->raw_size);
		buf_addf(log, "%d %llu %zu", (int)got, (unsigned long long)line,
		    record->count);
		if (got == CSV_GOT_REJECT) {
			MUST(record->count == 0);
			buf_addf(log, " %s %llu %zu", record->reason,
			    (unsigned long long)record->at_line,
			    record->at_column);
		} else {
			MUST(record->count >= 1 && record->count <= 20);
			MUST(record->raw.n <= 200);
		}
		buf_adds(log, record->raw);
		for (size_t i = 0; i < record->count; i++) {
			buf_addc(log, record->field[i].p ? '=' : '-');
			buf_adds(log, record->field[i]);
		}
		if (record->count > 1)
			csv_put_record(rows, record->field, record->count, ',');
	}
	MUST(got == CSV_GOT_END);
	csv_reader_release(r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {size ? (const char *)data : "", size};
	struct buf rows = {0}, log = {0}, again = {0};
	static const size_t pieces[] = {5, 64};
	struct pieces from;
	struct csv_reader *r;
	const struct csv_record *record;
	enum csv_got got;

	read_all(text, SIZE_MAX, &rows, &log);
	for (size_t i = 0; i < COUNT_OF(pieces); i++) {
		struct buf other_rows = {0}, other_log = {0};

		read_all(text, pieces[i], &other_rows, &other_log);
		MUST(str_eq(buf_str(&log), buf_str(&other_log)));
		buf_release(&other_rows);
		buf_release(&other_log);
	}

	/* Written and read again: the same bytes, nothing rejected. */
	from = (struct pieces){rows.p, rows.len, 7};
	r = csv_reader_new((struct csv_source){pieces_read, &from}, NULL);
	while ((got = csv_reader_next(r, &record, NULL)) > CSV_GOT_END) {
		MUST(got == CSV_GOT_RECORD);
		csv_put_record(&again, record->field, record->count, ',');
	}
	csv_reader_release(r);
	MUST(str_eq(buf_str(&rows), buf_str(&again)));
	buf_release(&rows);
	buf_release(&log);
	buf_release(&again);
	return 0;
}
