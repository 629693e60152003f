/* SPDX-License-Identifier: ISC */
/* NDJSON: one object a line. */
#include "record/record_priv.h"

/* A line longer than a record may be: its beginning is kept, its rest read
 * over. */
static int
skip_long_line(struct record_reader *r, struct err *err)
{
	struct window *w = &r->window;
	struct place where = reader_place(r, r->line);
	uint64_t size = 0;

	buf_clear(&r->raw);
	for (;;) {
		const char *text = w->p + w->start;
		size_t have = w->have - w->start, room = RAW_MAX - r->raw.len;
		const char *end = have ? memchr(text, '\n', have) : NULL;
		size_t n = end ? (size_t)(end - text) : have;

		buf_add(&r->raw, text, n < room ? n : room);
		size += n;
		w->start += n + (end != NULL);
		if (end) {
			r->line++;
			break;
		}
		if (w->at_end)
			break;
		if (window_fill(w, err) < 0)
			return RECORD_GOT_ERROR;
	}
	return reader_reject(r, where, buf_str(&r->raw), size,
	    "longer than a record may be (%zu bytes)", r->input.max_record);
}

/* The next line without its end: 1, 0 at the end of the file, -1 on errors, 2
 * when it is too long. */
static int
next_line(struct record_reader *r, struct str *ret, struct err *err)
{
	struct window *w = &r->window;
	size_t looked = 0;

	for (;;) {
		const char *text = w->p + w->start;
		size_t have = w->have - w->start;
		const char *end = NULL;

		if (have > looked)
			end = memchr(text + looked, '\n', have - looked);
		if (end || w->at_end) {
			size_t n = end ? (size_t)(end - text) : have;

			if (n == 0 && !end)
				return 0;
			if (n > r->input.max_record)
				return 2;
			*ret = (struct str){text, n};
			w->start += n + (end != NULL);
			return 1;
		}
		looked = have;
		if (have > r->input.max_record)
			return 2;
		if (window_fill(w, err) < 0)
			return -1;
	}
}

int
lines_next(struct record_reader *r, struct err *err)
{
	struct str line;
	uint64_t number;
	int rc;

	do {
		rc = next_line(r, &line, err);
		if (rc == 2)
			return skip_long_line(r, err);
		if (rc <= 0)
			return rc < 0 ? RECORD_GOT_ERROR : RECORD_GOT_END;
		number = r->line++;
		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
	} while (line.n == 0 || (line.p[0] != '{' && str_trim(line).n == 0));

	rc = reader_object(r, line, number, 0);
	if (rc == RECORD_GOT_REJECT && memchr(line.p, '\0', line.n)) {
		buf_clear(&r->reason);
		buf_addstr(&r->reason, "a NUL byte");
		r->reject.reason = r->reason.p;
	}
	return rc;
}
