/* SPDX-License-Identifier: ISC */
/*
 * Nodes and JSON become text. Indentation: a partial that stands alone on its
 * line has its own lines indented by what stood before it; the content of a
 * block loses the blanks of its first line and gets those of the block it
 * replaces. Only lines of sources are indented, never those of values.
 */
#include <stdlib.h>

#include "template/mustache.h"

/* The blocks that replace others, those of the outermost parent first. */
struct blocks {
	const struct mustache_node *parent;
	const struct blocks *outer;
};

/* How lines of a source are indented, and which blocks are replaced in it. */
struct layout {
	struct str indent; /* put before each line */
	struct str strip;  /* taken off before */
	const struct blocks *blocks;
};

struct render {
	const struct mustache_how *how;
	struct buf *out;
	size_t begin; /* of what is ours in out */
	struct arena arena;
	struct err *err;
	const struct json **value; /* innermost last */
	size_t values, cap;
	unsigned steps, partials;
	bool indented; /* the next line is already */
};

static int render_nodes(
    struct render *r, const struct mustache_node *n, const struct layout *l);

/* ---- values ------------------------------------------------------- */

static bool
is_nothing(const struct json *v)
{
	return !v || json_type_of(v) == JSON_TYPE_NULL ||
	       (json_type_of(v) == JSON_TYPE_STRING &&
		   mustache_blank(json_text(v)));
}

static bool
is_false(const struct json *v)
{
	if (is_nothing(v))
		return true;
	switch (json_type_of(v)) {
	case JSON_TYPE_BOOL:
		return !json_truth(v);
	case JSON_TYPE_ARRAY:
		return json_count(v) == 0;
	default:
		return false;
	}
}

/* The first part is looked for from the inside out, the rest in it. */
static const struct json *
look_up(struct render *r, const struct mustache_path *path)
{
	const struct json *v = NULL;

	if (path->count == 0)
		return r->values ? r->value[r->values - 1] : NULL;
	for (size_t i = r->values; i-- > 0 && !v; r->steps++)
		if (json_type_of(r->value[i]) == JSON_TYPE_OBJECT)
			v = json_find_str(r->value[i], path->part[0]);
	for (size_t i = 1; i < path->count && v; i++)
		v = json_type_of(v) == JSON_TYPE_OBJECT
			? json_find_str(v, path->part[i])
			: NULL;
	return v;
}

/* ---- lines -------------------------------------------------------- */

/* Blanks at a line's start without those that are taken off. */
static struct str
stripped(struct str line, struct str strip)
{
	size_t n = 0;

	while (n < strip.n && n < line.n && line.p[n] == strip.p[n])
		n++;
	return (struct str){line.p + n, line.n - n};
}

static void
begin_line(struct render *r, const struct layout *l)
{
	if (!r->indented)
		buf_adds(r->out, l->indent);
	r->indented = false;
}

static void
render_text(
    struct render *r, const struct mustache_node *n, const struct layout *l)
{
	struct str rest = n->text, line;
	bool begins = n->starts_line, more = true;

	if (begins && rest.n == 0)
		begin_line(r, l);
	while (rest.n && more) {
		more = str_cut(&rest, '\n', &line);
		if (begins) {
			line = stripped(line, l->strip);
			begin_line(r, l);
		}
		buf_add(r->out, line.p, line.n + more);
		begins = true;
	}
}

/* The blanks before what is to be indented as well. */
static int
indent_by(struct render *r, const struct mustache_node *n,
    const struct layout *l, struct str blanks, struct str *ret)
{
	struct buf text = {0};

	if (blanks.p)
		blanks = stripped(blanks, l->strip);
	buf_adds(&text, l->indent);
	buf_adds(&text, blanks);
	*ret = arena_str(&r->arena, buf_str(&text));
	buf_release(&text);
	if (ret->n > MUSTACHE_INDENT_MAX)
		return err_at(r->err, ERR_USAGE, n->place,
		    "more than %d blanks before a line", MUSTACHE_INDENT_MAX);
	return 0;
}

/* ---- tags --------------------------------------------------------- */

static int
render_value(struct render *r, const struct mustache_node *n)
{
	const struct json *v = look_up(r, &n->path);
	bool list = v && (json_type_of(v) == JSON_TYPE_OBJECT ||
			     json_type_of(v) == JSON_TYPE_ARRAY);

	if (list && r->how->strict)
		return err_at(r->err, ERR_USAGE, n->place,
		    "%.*s: not a text but an %s", STR_ARG(n->path.written),
		    json_type_name(json_type_of(v)));
	if (!is_nothing(v) && !list)
		mustache_put(r->out, json_text(v), n->format, n->raw, r->how);
	else if (n->otherwise.p)
		mustache_put(
		    r->out, n->otherwise, MUSTACHE_PLAIN, n->raw, r->how);
	else if (r->how->strict)
		return err_at(r->err, ERR_USAGE, n->place,
		    "%.*s: missing, and without a default",
		    STR_ARG(n->path.written));
	return 0;
}

static int
render_with(struct render *r, const struct mustache_node *n,
    const struct json *v, const struct layout *l)
{
	int rc;

	GROW(r->value, r->cap, r->values + 1);
	r->value[r->values++] = v;
	rc = render_nodes(r, n->first, l);
	r->values--;
	return rc;
}

static int
render_section(
    struct render *r, const struct mustache_node *n, const struct layout *l)
{
	const struct json *v = look_up(r, &n->path);

	if (n->kind == MUSTACHE_INVERTED)
		return is_false(v) ? render_nodes(r, n->first, l) : 0;
	if (is_false(v))
		return 0;
	if (json_type_of(v) != JSON_TYPE_ARRAY)
		return render_with(r, n, v, l);
	for (size_t i = 0; i < json_count(v); i++)
		if (render_with(r, n, json_item(v, i), l) < 0)
			return -1;
	return 0;
}

/* The template that a partial or a parent names: 1, 0 nothing, -1. */
static int
find_other(struct render *r, const struct mustache_node *n,
    const struct mustache **ret)
{
	struct str name = n->text;
	int got = 0;

	if (n->dynamic) {
		const struct json *v = look_up(r, &n->path);

		if (v && json_type_of(v) == JSON_TYPE_STRING)
			name = json_text(v);
		else if (r->how->strict)
			return err_at(r->err, ERR_USAGE, n->place,
			    "%.*s: missing: no name of a template",
			    STR_ARG(n->path.written));
		else
			return 0;
	}
	if (r->how->partial)
		got = r->how->partial(r->how->context, name, ret, r->err);
	if (got == 0 && r->how->strict)
		return err_at(r->err, ERR_USAGE, n->place,
		    "no such template: %s", quoted(name));
	return got;
}

static int
render_other(
    struct render *r, const struct mustache_node *n, const struct layout *l)
{
	const struct blocks blocks = {n, l->blocks};
	struct layout inner = {
	    {"", 0}, {"", 0}, n->kind == MUSTACHE_PARENT ? &blocks : l->blocks};
	const struct mustache *other = NULL;
	int rc = find_other(r, n, &other);

	if (rc <= 0)
		return rc;
	if (r->partials == MUSTACHE_PARTIALS_MAX)
		return err_at(r->err, ERR_USAGE, n->place,
		    "%s: more than %d templates within each other", other->name,
		    MUSTACHE_PARTIALS_MAX);
	if (n->alone && indent_by(r, n, l, n->indent, &inner.indent) < 0)
		return -1;
	r->partials++;
	rc = render_nodes(r, other->first, &inner);
	r->partials--;
	return rc;
}

static const struct mustache_node *
replacement(struct render *r, const struct blocks *blocks, struct str name,
    const struct blocks **ret)
{
	const struct mustache_node *found;

	if (!blocks)
		return NULL;
	found = replacement(r, blocks->outer, name, ret);
	if (found)
		return found;
	for (found = blocks->parent->first; found; found = found->next) {
		r->steps++;
		if (found->kind == MUSTACHE_BLOCK &&
		    str_eq(found->text, name)) {
			*ret = blocks;
			break;
		}
	}
	return found;
}

static int
render_block(
    struct render *r, const struct mustache_node *n, const struct layout *l)
{
	const struct blocks *where = NULL;
	const struct mustache_node *other =
	    replacement(r, l->blocks, n->text, &where);
	struct layout inner = {.strip = {"", 0}};
	int rc;

	if (!n->opens_line && n->at_line_start) {
		begin_line(r, l);
		buf_adds(r->out, stripped(n->indent, l->strip));
	}
	if (!other)
		return render_nodes(r, n->first, l);
	/* What replaces it sees the blocks its own place sees. */
	inner.blocks = where->outer;
	if (indent_by(r, n, l, n->opens_line && n->first ? n->inner : n->indent,
		&inner.indent) < 0)
		return -1;
	if (other->opens_line)
		inner.strip = other->inner;
	if (n->opens_line && !other->opens_line)
		buf_adds(r->out, inner.indent);
	r->indented = !n->opens_line && other->opens_line;
	rc = render_nodes(r, other->first, &inner);
	r->indented = false;
	return rc;
}

static int
render_node(
    struct render *r, const struct mustache_node *n, const struct layout *l)
{
	switch (n->kind) {
	case MUSTACHE_TEXT:
		render_text(r, n, l);
		return 0;
	case MUSTACHE_VALUE:
		return render_value(r, n);
	case MUSTACHE_SECTION:
	case MUSTACHE_INVERTED:
		return render_section(r, n, l);
	case MUSTACHE_PARTIAL:
	case MUSTACHE_PARENT:
		return render_other(r, n, l);
	case MUSTACHE_BLOCK:
		return render_block(r, n, l);
	}
	BUG("node %d", (int)n->kind);
}

static int
render_nodes(
    struct render *r, const struct mustache_node *n, const struct layout *l)
{
	for (; n; n = n->next) {
		if (r->steps++ >= MUSTACHE_STEPS_MAX)
			return err_at(r->err, ERR_USAGE, n->place,
			    "more than %d tags to look at", MUSTACHE_STEPS_MAX);
		if (render_node(r, n, l) < 0)
			return -1;
		if (r->out->len - r->begin > MUSTACHE_OUTPUT_MAX)
			return err_at(r->err, ERR_USAGE, n->place,
			    "more than %d KiB of text",
			    MUSTACHE_OUTPUT_MAX >> 10);
	}
	return 0;
}

int
mustache_render(const struct mustache *m, const struct mustache_how *how,
    const struct json *const *stack, size_t depth, struct buf *out,
    struct err *err)
{
	static const struct layout plain = {{"", 0}, {"", 0}, NULL};
	struct render r = {
	    .how = how, .out = out, .begin = out->len, .err = err};
	int rc;

	GROW(r.value, r.cap, depth + 1);
	for (size_t i = 0; i < depth; i++)
		if (stack[i])
			r.value[r.values++] = stack[i];
	rc = render_nodes(&r, m->first, &plain);
	if (rc < 0)
		buf_truncate(out, r.begin);
	arena_release(&r.arena);
	free(r.value);
	return rc;
}
