/* SPDX-License-Identifier: ISC */
/*
 * Mustache sources become nodes. Which tags stand alone on their line, and
 * vanish with it, is decided here; where lines begin is kept in the nodes for
 * render.c, which indents.
 */
#include "template/mustache.h"

struct parser {
	struct str source;
	struct arena *arena;
	const char *name;
	struct err *err;
	struct str open, close; /* the brackets */
	size_t at;              /* all before is dealt with */
	bool line_start;        /* nothing of this line is a node yet */
	/* Lines and characters are counted as far as this. */
	size_t counted;
	uint64_t line;
	unsigned column;
	/* Open tags, innermost last; level 0 is the source itself. */
	struct level {
		struct mustache_node *node;
		struct mustache_node **tail;
		struct mustache_node *blanks; /* before a PARENT */
	} level[MUSTACHE_DEPTH_MAX + 1];
	size_t depth;
};

/* One tag with all there is to know of its surroundings. */
struct tag {
	size_t start, end;      /* in the source, brackets included */
	char sign;              /* "#^/>!=<$&{", or 0 for a value */
	struct str text;        /* between the brackets, trimmed, no sign */
	bool begins, ends;      /* only blanks before, behind in its line */
	size_t line_at, behind; /* where its line begins, the next one */
};

const char *const mustache_formats[] = {
    [MUSTACHE_PLAIN] = "",
    [MUSTACHE_DATE] = "date",
    [MUSTACHE_DATETIME] = "datetime",
    [MUSTACHE_TIME] = "time",
    [MUSTACHE_NUMBER] = "number",
    [MUSTACHE_LINES] = "lines",
    [MUSTACHE_URL] = "url",
    [MUSTACHE_SAMA] = "sama",
    [MUSTACHE_FORMAT__MAX] = NULL,
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_space(char c)
{
	return is_blank(c) || c == '\n' || c == '\r';
}

static bool
is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

static struct str
slice(const struct parser *p, size_t from, size_t to)
{
	return (struct str){p->source.p + from, to - from};
}

/* Offsets come in ascending order, but for a few. */
static struct place
place_of(struct parser *p, size_t at)
{
	if (at < p->counted) {
		p->counted = 0;
		p->line = p->column = 1;
	}
	for (; p->counted < at; p->counted++) {
		unsigned char c = (unsigned char)p->source.p[p->counted];

		if (c == '\n') {
			p->line++;
			p->column = 1;
		} else if ((c & 0xc0) != 0x80) {
			p->column++;
		}
	}
	return (struct place){p->name, p->line, p->column};
}

/* ---- nodes -------------------------------------------------------- */

static struct mustache_node *
add_node(struct parser *p, enum mustache_kind kind, size_t at)
{
	struct mustache_node *n = arena_zalloc(p->arena, sizeof(*n));
	struct level *level = &p->level[p->depth];

	n->kind = kind;
	n->place = place_of(p, at);
	*level->tail = n;
	level->tail = &n->next;
	return n;
}

static struct mustache_node *
add_text(struct parser *p, size_t from, size_t to)
{
	struct mustache_node *n = add_node(p, MUSTACHE_TEXT, from);

	n->text = slice(p, from, to);
	n->starts_line = p->line_start;
	p->line_start = to > from && p->source.p[to - 1] == '\n';
	return n;
}

/* The text before a tag, and a mark where the tag itself begins a line. */
static void
text_before(struct parser *p, size_t to)
{
	if (to > p->at)
		add_text(p, p->at, to);
	if (p->line_start)
		add_text(p, to, to);
	p->line_start = false;
}

/* The text before a tag that takes its line with it. */
static void
lines_before(struct parser *p, const struct tag *tag)
{
	if (tag->line_at > p->at)
		add_text(p, p->at, tag->line_at);
	p->line_start = true;
}

/* ---- names -------------------------------------------------------- */

/* `"a.b"` with quotes doubled inside; *at behind it. */
static int
quoted_part(struct parser *p, const struct tag *tag, struct str text,
    size_t *at, struct str *ret)
{
	char *out = arena_alloc(p->arena, text.n - *at);
	size_t n = 0, i = *at + 1;

	for (;; i++) {
		if (i >= text.n)
			return err_at(p->err, ERR_USAGE,
			    place_of(p, tag->start),
			    "quotation mark without end: %s", quoted(text));
		if (text.p[i] == '"' && (++i >= text.n || text.p[i] != '"'))
			break;
		out[n++] = text.p[i];
	}
	*ret = (struct str){out, n};
	*at = i;
	return 0;
}

static int
bad_name(struct parser *p, const struct tag *tag, struct str text)
{
	return err_at(p->err, ERR_USAGE, place_of(p, tag->start),
	    "not a name: %s", quoted(text));
}

/* The path at the start of text; *ret_used is how much of it that is. */
static int
parse_path(struct parser *p, const struct tag *tag, struct str text, bool value,
    struct mustache_path *ret, size_t *ret_used)
{
	struct str part[32];
	size_t count = 0, at = 0;

	if (text.n && text.p[0] == '.') {
		at = 1;
	} else {
		do {
			size_t begin = at;

			if (count == COUNT_OF(part))
				return bad_name(p, tag, text);
			if (at < text.n && text.p[at] == '"') {
				if (quoted_part(
					p, tag, text, &at, &part[count++]) < 0)
					return -1;
				continue;
			}
			while (at < text.n && text.p[at] != '.' &&
			       text.p[at] != '"' && !is_space(text.p[at]) &&
			       !(value && is_one_of(text.p[at], ":|")))
				at++;
			if (at == begin)
				return bad_name(p, tag, text);
			part[count++] =
			    (struct str){text.p + begin, at - begin};
		} while (at < text.n && text.p[at] == '.' && ++at);
	}
	ret->written = (struct str){text.p, at};
	ret->count = count;
	ret->part = NULL;
	if (count) {
		struct str *kept = arena_alloc(p->arena, count * sizeof(*kept));

		memcpy(kept, part, count * sizeof(*kept));
		ret->part = kept;
	}
	*ret_used = at;
	return 0;
}

/* A path and nothing else. */
static int
whole_path(struct parser *p, const struct tag *tag, struct str text,
    struct mustache_path *ret)
{
	size_t used;

	if (parse_path(p, tag, text, false, ret, &used) < 0)
		return -1;
	return used == text.n ? 0 : bad_name(p, tag, text);
}

static int
parse_format(struct parser *p, const struct tag *tag, struct str word,
    enum mustache_format *ret)
{
	struct nearest near;

	nearest_start(&near, word);
	for (int f = MUSTACHE_DATE; f < MUSTACHE_FORMAT__MAX; f++) {
		struct str name = str_of(mustache_formats[f]);

		if (str_eq(word, name)) {
			*ret = (enum mustache_format)f;
			return 0;
		}
		nearest_offer(&near, name);
	}
	return err_at(p->err, ERR_USAGE, place_of(p, tag->start),
	    near.name.p ? "no such format: %s: did you mean \"%s\"?"
			: "no such format: %s: there are date, datetime, time, "
			  "number, lines, url, sama",
	    quoted(word), near.name.p);
}

/* ---- tags --------------------------------------------------------- */

/* PATH[:FORMAT][|DEFAULT] */
static int
add_value(struct parser *p, const struct tag *tag)
{
	struct mustache_path path;
	enum mustache_format format = MUSTACHE_PLAIN;
	struct str rest = tag->text, word, otherwise = {0};
	struct mustache_node *n;
	size_t used;

	if (parse_path(p, tag, rest, true, &path, &used) < 0)
		return -1;
	rest = str_trim((struct str){rest.p + used, rest.n - used});
	if (rest.n && rest.p[0] == ':') {
		rest = (struct str){rest.p + 1, rest.n - 1};
		used = 0;
		while (used < rest.n && rest.p[used] != '|')
			used++;
		word = str_trim((struct str){rest.p, used});
		rest = (struct str){rest.p + used, rest.n - used};
		if (parse_format(p, tag, word, &format) < 0)
			return -1;
	}
	if (rest.n && rest.p[0] == '|')
		otherwise = str_trim((struct str){rest.p + 1, rest.n - 1});
	else if (rest.n)
		return bad_name(p, tag, tag->text);
	text_before(p, tag->start);
	n = add_node(p, MUSTACHE_VALUE, tag->start);
	n->text = tag->text;
	n->path = path;
	n->format = format;
	n->otherwise = otherwise;
	n->raw = tag->sign == '&' || tag->sign == '{';
	return 0;
}

static int
push(struct parser *p, const struct tag *tag, struct mustache_node *n,
    struct mustache_node *blanks)
{
	if (p->depth == MUSTACHE_DEPTH_MAX)
		return err_at(p->err, ERR_USAGE, n->place,
		    "more than %d tags open at once", MUSTACHE_DEPTH_MAX);
	n->text = tag->text;
	p->level[++p->depth] = (struct level){n, &n->first, blanks};
	return 0;
}

static int
add_section(struct parser *p, const struct tag *tag)
{
	struct mustache_node *n;
	struct mustache_path path;

	bool alone = tag->begins && tag->ends;

	if (whole_path(p, tag, tag->text, &path) < 0)
		return -1;
	if (alone)
		lines_before(p, tag);
	else
		text_before(p, tag->start);
	n = add_node(p, tag->sign == '#' ? MUSTACHE_SECTION : MUSTACHE_INVERTED,
	    tag->start);
	n->path = path;
	if (alone)
		n->indent = slice(p, tag->line_at, tag->start);
	return push(p, tag, n, NULL);
}

/* The name of a partial or a parent: a word, or * and a path. */
static int
other_template(struct parser *p, const struct tag *tag, struct mustache_node *n)
{
	n->text = tag->text;
	if (n->text.n && n->text.p[0] == '*') {
		n->dynamic = true;
		return whole_path(p, tag,
		    str_trim((struct str){n->text.p + 1, n->text.n - 1}),
		    &n->path);
	}
	if (n->text.n == 0)
		return bad_name(p, tag, n->text);
	for (size_t i = 0; i < n->text.n; i++)
		if (is_space(n->text.p[i]))
			return bad_name(p, tag, n->text);
	return 0;
}

static int
add_partial(struct parser *p, const struct tag *tag)
{
	bool alone = tag->begins && tag->ends;
	struct mustache_node *n;

	if (alone)
		lines_before(p, tag);
	else
		text_before(p, tag->start);
	n = add_node(p, MUSTACHE_PARTIAL, tag->start);
	n->alone = alone;
	if (alone)
		n->indent = slice(p, tag->line_at, tag->start);
	return other_template(p, tag, n);
}

/* Whether it stands alone is known at its end: the blanks before it become a
 * node that can be taken away. */
static int
add_parent(struct parser *p, const struct tag *tag)
{
	struct mustache_node *n, *blanks = NULL;

	if (tag->begins) {
		lines_before(p, tag);
		blanks = add_text(p, tag->line_at, tag->start);
		p->line_start = false;
	} else {
		text_before(p, tag->start);
	}
	n = add_node(p, MUSTACHE_PARENT, tag->start);
	if (other_template(p, tag, n) < 0)
		return -1;
	return push(p, tag, n, blanks);
}

/* Text that stands in a parent beside its blocks is not shown, so a block in
 * there may follow it and still open a line. */
static int
add_block(struct parser *p, const struct tag *tag)
{
	const struct mustache_node *in = p->level[p->depth].node;
	bool argument = in && in->kind == MUSTACHE_PARENT;
	bool alone = tag->ends && (tag->begins || argument);
	struct mustache_node *n;

	if (tag->text.n == 0)
		return bad_name(p, tag, tag->text);
	if (tag->begins)
		lines_before(p, tag);
	else
		text_before(p, tag->start);
	n = add_node(p, MUSTACHE_BLOCK, tag->start);
	n->opens_line = alone;
	n->at_line_start = tag->begins;
	if (tag->begins)
		n->indent = slice(p, tag->line_at, tag->start);
	p->line_start = alone;
	return push(p, tag, n, NULL);
}

/* The blanks before the first line of a block. */
static struct str
inner_blanks(const struct mustache_node *first)
{
	struct str s = {"", 0};

	if (!first)
		return s;
	if (first->kind != MUSTACHE_TEXT)
		return first->indent.p ? first->indent : s;
	s = first->text;
	for (size_t i = 0; i < s.n; i++)
		if (!is_blank(s.p[i]))
			return (struct str){s.p, i};
	return s;
}

static int
end_section(struct parser *p, const struct tag *tag)
{
	struct level *level = &p->level[p->depth];
	struct mustache_node *n = level->node;
	const struct mustache_node *around;
	bool alone = tag->begins && tag->ends;

	if (!n)
		return err_at(p->err, ERR_USAGE, place_of(p, tag->start),
		    "{{/%.*s}} ends nothing", STR_ARG(tag->text));
	if (!str_eq(n->text, tag->text))
		return err_at(p->err, ERR_USAGE, place_of(p, tag->start),
		    "{{/%.*s}} where {{/%.*s}} should be, for line %llu",
		    STR_ARG(tag->text), STR_ARG(n->text),
		    (unsigned long long)n->place.line);
	around = p->level[p->depth - 1].node;
	if (alone || (n->kind == MUSTACHE_BLOCK && tag->begins && around &&
			 around->kind == MUSTACHE_PARENT))
		lines_before(p, tag);
	else
		text_before(p, tag->start);
	if (n->kind == MUSTACHE_PARENT) {
		n->alone = level->blanks && tag->ends;
		if (n->alone) {
			n->indent = level->blanks->text;
			*level->blanks =
			    (struct mustache_node){.kind = MUSTACHE_TEXT,
				.place = n->place,
				.text = {"", 0},
				.next = level->blanks->next};
		}
		alone = n->alone;
	}
	if (n->kind == MUSTACHE_BLOCK && n->opens_line)
		n->inner = inner_blanks(n->first);
	p->line_start = alone;
	p->depth--;
	return 0;
}

static int
set_brackets(struct parser *p, const struct tag *tag)
{
	size_t n = 0;

	while (n < tag->text.n && !is_space(tag->text.p[n]))
		n++;
	p->open = (struct str){tag->text.p, n};
	p->close = str_trim((struct str){tag->text.p + n, tag->text.n - n});
	for (size_t i = 0; i < p->close.n; i++)
		if (is_space(p->close.p[i]))
			p->close.n = 0;
	if (p->open.n == 0 || p->close.n == 0 ||
	    memchr(tag->text.p, '=', tag->text.n))
		return err_at(p->err, ERR_USAGE, place_of(p, tag->start),
		    "not two brackets: %s", quoted(tag->text));
	return 0;
}

static int
add_tag(struct parser *p, const struct tag *tag)
{
	switch (tag->sign) {
	case '#':
	case '^':
		return add_section(p, tag);
	case '/':
		return end_section(p, tag);
	case '>':
		return add_partial(p, tag);
	case '<':
		return add_parent(p, tag);
	case '$':
		return add_block(p, tag);
	case '!':
	case '=':
		if (tag->begins && tag->ends)
			lines_before(p, tag);
		else
			text_before(p, tag->start);
		return tag->sign == '=' ? set_brackets(p, tag) : 0;
	default:
		return add_value(p, tag);
	}
}

/* ---- the source --------------------------------------------------- */

/* The first `what` from there on; the source's end when there is none. */
static size_t
find(const struct parser *p, struct str what, size_t from)
{
	const char *s = p->source.p;
	size_t n = p->source.n;

	while (from + what.n <= n) {
		const char *hit =
		    memchr(s + from, what.p[0], n - what.n - from + 1);

		if (!hit)
			return n;
		from = (size_t)(hit - s);
		if (memcmp(hit, what.p, what.n) == 0)
			return from;
		from++;
	}
	return n;
}

/* What stands before and behind the tag in its line. */
static void
look_around(const struct parser *p, struct tag *tag)
{
	const char *s = p->source.p;
	size_t i = tag->start;

	while (i > 0 && is_blank(s[i - 1]))
		i--;
	tag->begins = i == 0 || s[i - 1] == '\n';
	tag->line_at = i;
	i = tag->end;
	while (i < p->source.n && is_blank(s[i]))
		i++;
	if (i + 1 < p->source.n && s[i] == '\r' && s[i + 1] == '\n')
		i++;
	tag->ends = i == p->source.n || s[i] == '\n';
	tag->behind = i < p->source.n ? i + 1 : i;
}

static int
read_tag(struct parser *p, size_t start, struct tag *ret)
{
	struct tag tag = {.start = start};
	size_t from = start + p->open.n, end;
	char closing[2] = {0};
	struct str text;

	if (from < p->source.n && is_one_of(p->source.p[from], "#^/>!=<$&{"))
		tag.sign = p->source.p[from++];
	closing[0] = tag.sign == '{' ? '}' : tag.sign == '=' ? '=' : '\0';
	for (end = from; (end = find(p, p->close, end)) < p->source.n; end++)
		if (!closing[0] ||
		    (end > from && p->source.p[end - 1] == closing[0]))
			break;
	if (end >= p->source.n)
		return err_at(p->err, ERR_USAGE, place_of(p, start),
		    "tag without end: %s",
		    quoted(slice(p, start, p->source.n)));
	text = slice(p, from, end - (closing[0] != '\0'));
	tag.end = end + p->close.n;
	tag.text = str_trim(text);
	look_around(p, &tag);
	*ret = tag;
	return 0;
}

static bool
may_stand_alone(const struct tag *tag)
{
	return tag->sign && tag->sign != '&' && tag->sign != '{';
}

/* Where to go on: in the next line, when the tag took its own with it. */
static size_t
after_tag(const struct parser *p, const struct tag *tag)
{
	return may_stand_alone(tag) && p->line_start && tag->ends ? tag->behind
								  : tag->end;
}

static int
parse(struct parser *p)
{
	struct tag tag;

	for (;;) {
		size_t start = find(p, p->open, p->at);

		if (start >= p->source.n)
			break;
		if (read_tag(p, start, &tag) < 0 || add_tag(p, &tag) < 0)
			return -1;
		p->at = after_tag(p, &tag);
	}
	if (p->source.n > p->at)
		add_text(p, p->at, p->source.n);
	if (p->depth)
		return err_at(p->err, ERR_USAGE, p->level[p->depth].node->place,
		    "no end of {{%.*s}}",
		    STR_ARG(p->level[p->depth].node->text));
	return 0;
}

int
mustache_parse(struct str source, const char *name, struct arena *arena,
    struct mustache **ret, struct err *err)
{
	struct parser p = {.source = source,
	    .arena = arena,
	    .name = name,
	    .err = err,
	    .open = STR("{{"),
	    .close = STR("}}"),
	    .line = 1,
	    .column = 1,
	    .line_start = true};
	struct mustache *m = arena_zalloc(arena, sizeof(*m));

	if (source.n > MUSTACHE_SOURCE_MAX)
		return err_set(err, ERR_USAGE, "%s: more than %d KiB", name,
		    MUSTACHE_SOURCE_MAX >> 10);
	m->name = name;
	p.level[0].tail = &m->first;
	if (parse(&p) < 0)
		return -1;
	*ret = m;
	return 0;
}
