/* SPDX-License-Identifier: ISC */
/*
 * JSON: the objects of one array, or objects one after another, taken out of
 * the stream as they come.
 */
#include "record/record_priv.h"

/* Counts lines and columns over text that is dealt with. */
static void
pass(struct record_reader *r, const char *p, size_t n)
{
	const char *end = p + n, *start = p, *newline;

	while (
	    p < end && (newline = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		r->line++;
		r->column = 0;
		p = start = newline + 1;
	}
	r->column +=
	    (unsigned)utf8_count((struct str){start, (size_t)(end - start)});
}

/* What is being read, from where it begins. */
struct piece {
	bool open;
	uint64_t line;
	unsigned column;
	uint64_t dropped; /* of a long one: bytes no longer in the window */
};

static int
finish(struct record_reader *r, const struct piece *piece, bool junk,
    const char *at_end)
{
	struct window *w = &r->window;
	struct str text = {w->p + w->start, r->scanned - w->start};
	struct place where = reader_place(r, piece->line);
	uint64_t size = text.n + piece->dropped;

	where.column = piece->column + 1;
	w->start = r->scanned;
	if (piece->dropped > 0)
		text = buf_str(&r->raw);
	if (junk)
		return reader_reject(r, where, text, size, "%s",
		    at_end ? at_end : r->splitter.what);
	if (piece->dropped > 0 || size > r->input.max_record)
		return reader_reject(r, where, text, size,
		    "longer than a record may be (%zu bytes)",
		    r->input.max_record);
	if (at_end)
		return reader_reject(r, where, text, size, "%s", at_end);
	return reader_object(r, text, piece->line, piece->column);
}

/* Makes room: keeps the piece, or the beginning of a long one. */
static int
more(struct record_reader *r, struct piece *piece, struct err *err)
{
	struct window *w = &r->window;
	size_t have = r->scanned - w->start;

	if (!piece->open) {
		w->start = r->scanned;
	} else if (have > r->input.max_record || piece->dropped > 0) {
		if (piece->dropped == 0) {
			buf_clear(&r->raw);
			buf_add(&r->raw, w->p + w->start,
			    have < RAW_MAX ? have : RAW_MAX);
		}
		piece->dropped += have;
		w->start = r->scanned;
	}
	have = r->scanned - w->start;
	if (window_fill(w, err) < 0)
		return -1;
	r->scanned = w->start + have;
	return 0;
}

int
elements_next(struct record_reader *r, struct err *err)
{
	struct window *w = &r->window;
	struct piece piece = {0};

	for (;;) {
		struct str text = {w->p + r->scanned, w->have - r->scanned};
		enum json_split_got got = JSON_SPLIT_MORE;
		const char *at_end;
		size_t used = 0;

		if (text.n > 0)
			got = json_split(&r->splitter, text, &used);
		pass(r, text.p, used);
		r->scanned += used;
		switch (got) {
		case JSON_SPLIT_BEGIN:
			w->start = r->scanned;
			piece = (struct piece){
			    .open = true, .line = r->line, .column = r->column};
			break;
		case JSON_SPLIT_ELEMENT:
		case JSON_SPLIT_JUNK:
			return finish(r, &piece, got == JSON_SPLIT_JUNK, NULL);
		case JSON_SPLIT_MORE:
			if (!w->at_end) {
				if (more(r, &piece, err) < 0)
					return RECORD_GOT_ERROR;
				break;
			}
			at_end = json_split_end(&r->splitter);
			if (!piece.open && !at_end)
				return RECORD_GOT_END;
			/* Said once: nothing is left to be said. */
			r->splitter = (struct json_splitter){0};
			if (!piece.open) {
				piece.line = r->line;
				piece.column = r->column;
			}
			return finish(r, &piece, !piece.open, at_end);
		}
	}
}
