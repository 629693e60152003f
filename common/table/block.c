/* SPDX-License-Identifier: ISC */
/* One record as lines of "name  value". */
#include <stdlib.h>

#include "table/table.h"

enum { GAP = 2, NAME_MAX_WIDTH = 24, VALUE_MIN_WIDTH = 20 };

struct line {
	struct str name; /* missing: a title, in value */
	struct str value;
};

struct table_block {
	struct line *lines;
	size_t count, cap;
	struct arena texts;
	struct buf scratch;
};

struct table_block *
table_block_new(void)
{
	return xcalloc(1, sizeof(struct table_block));
}

void
table_block_free(struct table_block *b)
{
	if (b == NULL)
		return;
	arena_release(&b->texts);
	buf_release(&b->scratch);
	free(b->lines);
	free(b);
}

static struct str
keep_safe(struct table_block *b, struct str s)
{
	buf_clear(&b->scratch);
	text_safe(&b->scratch, s);
	if (b->scratch.len == 0)
		return STR("");
	return arena_str(&b->texts, buf_str(&b->scratch));
}

static void
add_line(struct table_block *b, struct str name, struct str value)
{
	(void)GROW(b->lines, b->cap, b->count + 1);
	b->lines[b->count++] = (struct line){name, value};
}

/* A new line in a value is a new line in the block, not an escape. */
void
table_block_add(struct table_block *b, const char *name, struct str value)
{
	struct str head, label = keep_safe(b, str_of(name));
	bool more;

	if (value.p == NULL)
		return;
	do {
		more = str_cut(&value, '\n', &head);
		add_line(b, label, keep_safe(b, head));
		label = STR("");
	} while (more);
}

void
table_block_addf(struct table_block *b, const char *name, const char *fmt, ...)
{
	struct buf text = {0};
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	table_block_add(b, name, text.p != NULL ? buf_str(&text) : STR(""));
	buf_release(&text);
}

void
table_block_title(struct table_block *b, const char *title)
{
	add_line(b, str_of(NULL), keep_safe(b, str_of(title)));
}

/* The part of `s` for a line of `width`: cut at a blank where one is near,
 * anywhere else (Japanese has none). */
static struct str
first_line(struct str s, size_t width)
{
	struct str cut = text_cut(s, width);

	if (cut.n == 0 || cut.n == s.n)
		return s;
	if (s.p[cut.n] == ' ')
		return cut;
	for (size_t i = cut.n; i > cut.n / 2; i--)
		if (s.p[i - 1] == ' ')
			return (struct str){s.p, i};
	return cut;
}

static void
add_wrapped(struct buf *out, struct str value, size_t indent, size_t width)
{
	struct str part;

	for (;;) {
		part = width > 0 ? first_line(value, width) : value;
		buf_adds(out, part);
		text_end_line(out, 0);
		value.p += part.n;
		value.n -= part.n;
		while (value.n > 0 && value.p[0] == ' ') {
			value.p++;
			value.n--;
		}
		if (value.n == 0)
			return;
		buf_addblanks(out, indent);
	}
}

void
table_block_draw(const struct table_block *b, size_t columns, struct buf *out)
{
	size_t widest = 0, width, indent;

	for (size_t i = 0; i < b->count; i++) {
		width = text_width(b->lines[i].name);
		if (width > widest && width <= NAME_MAX_WIDTH)
			widest = width;
	}
	indent = widest + GAP;
	width = 0;
	if (columns > 0)
		width = columns > indent + VALUE_MIN_WIDTH ? columns - indent
							   : VALUE_MIN_WIDTH;
	for (size_t i = 0; i < b->count; i++) {
		const struct line *l = &b->lines[i];
		size_t taken = text_width(l->name);

		if (l->name.p == NULL) {
			buf_addstr(out, i > 0 ? "\n" : "");
			buf_adds(out, l->value);
			buf_addc(out, '\n');
			continue;
		}
		buf_adds(out, l->name);
		if (taken > widest)
			buf_addc(out, '\n');
		buf_addblanks(out, taken > widest ? indent : indent - taken);
		add_wrapped(out, l->value, indent, width);
	}
}
