/* SPDX-License-Identifier: ISC */
/*
 * What would go wrong, found without any values: a walk over a template as
 * rendering takes it, with the shapes of values in place of values.
 */
#include <stdlib.h>

#include "template/shape.h"

enum { STACK_MAX = 96, PARTIALS_MAX = 8, SAID_MAX = 1000, STEPS_MAX = 1 << 20 };

/* The blocks that replace others. */
struct replaced {
	const struct mustache_node *parent;
	const struct replaced *outer;
};

/* What has been said already: a template may be part of several. */
struct said {
	uint64_t *hash;
	size_t count, cap;
};

struct checking {
	const struct template_library *lib;
	enum template_locale locale;
	enum template_part part;
	struct remarks *wrong, *doubts;
	struct said *said;
	struct arena *arena;
	unsigned steps;
	/* Innermost last. */
	struct shape *shape[STACK_MAX];
	size_t shapes;
	/* What the sections around are there for. */
	const struct shape *present[STACK_MAX];
	size_t presents;
	const struct mustache *within[PARTIALS_MAX];
	struct shape *extra[PARTIALS_MAX]; /* what these may be given beside */
	size_t withins;
};

static void walk(struct checking *c, const struct mustache_node *n,
    const struct replaced *blocks);

static void say(struct checking *c, struct remarks *r, struct place where,
    const char *fmt, ...) PRINTF_LIKE(4, 5);

static void
say(struct checking *c, struct remarks *r, struct place where, const char *fmt,
    ...)
{
	struct buf text = {0};
	uint64_t hash;
	va_list ap;
	size_t begin;

	place_add(&text, where);
	begin = text.len;
	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	hash = hash64(text.p, text.len, 0);
	for (size_t i = 0; i < c->said->count; i++)
		if (c->said->hash[i] == hash) {
			buf_release(&text);
			return;
		}
	/* Enough to mend; nobody reads on. */
	if (c->said->count == SAID_MAX)
		c->steps = STEPS_MAX;
	GROW(c->said->hash, c->said->cap, c->said->count + 1);
	c->said->hash[c->said->count++] = hash;
	remark(r, where, "%s", text.p + begin);
	buf_release(&text);
}

/* ---- names -------------------------------------------------------- */

static bool
is_present(const struct checking *c, const struct shape *s)
{
	if (s->certain)
		return true;
	for (size_t i = 0; i < c->presents; i++)
		if (c->present[i] == s)
			return true;
	return false;
}

static void
offer_names(struct nearest *near, const struct shape *in)
{
	for (const struct shape *s = in->first; s; s = s->next)
		nearest_offer(near, s->name);
}

static void
name_unknown(struct checking *c, struct place where,
    const struct mustache_path *path, size_t part, struct shape *in)
{
	struct nearest near;

	nearest_start(&near, path->part[part]);
	if (in)
		offer_names(&near, in);
	for (size_t i = c->shapes; !in && i-- > 0;)
		offer_names(&near, c->shape[i]);
	if (near.name.p)
		say(c, c->wrong, where,
		    "%.*s: nothing has this name: did you mean %s?",
		    STR_ARG(path->written), quoted(near.name));
	else
		say(c, c->wrong, where,
		    "%.*s: nothing has this name; what the sender adds is "
		    "declared in \"sample\"",
		    STR_ARG(path->written));
}

struct found {
	struct shape *shape;
	bool certain;
	struct shape *way[32]; /* all that must be there for it to be */
	size_t count;
};

/* From the inside out; of what may have any name only when nothing else has
 * this one. */
static struct shape *
find_first(struct checking *c, struct str name)
{
	struct shape *s = NULL;

	for (size_t i = c->shapes; i-- > 0 && !s;)
		s = shape_find(c->shape[i], name);
	for (size_t i = c->withins; i-- > 0 && !s;)
		if (c->extra[i])
			s = shape_find(c->extra[i], name);
	for (size_t i = c->shapes; i-- > 0 && !s;)
		s = shape_imagine(c->shape[i], name, c->arena);
	return s;
}

static bool
resolve(struct checking *c, struct place where,
    const struct mustache_path *path, struct found *ret)
{
	struct shape *s;

	*ret = (struct found){.certain = true};
	if (path->count == 0) {
		ret->shape = c->shape[c->shapes - 1];
		return true;
	}
	s = find_first(c, path->part[0]);
	if (!s) {
		name_unknown(c, where, path, 0, NULL);
		return false;
	}
	for (size_t i = 0;; s = ret->shape) {
		ret->shape = s;
		ret->certain &= is_present(c, s);
		ret->way[ret->count++] = s;
		if (++i == path->count)
			return true;
		ret->shape = shape_imagine(s, path->part[i], c->arena);
		if (!ret->shape) {
			name_unknown(c, where, path, i, s);
			return false;
		}
	}
}

/* ---- tags --------------------------------------------------------- */

static void
check_format(
    struct checking *c, const struct mustache_node *n, const struct shape *s)
{
	bool moment = n->format >= MUSTACHE_DATE && n->format <= MUSTACHE_TIME;

	if (s->guessed || s->kind == SHAPE_ANY)
		return;
	if (moment ? s->kind != SHAPE_TIME
		   : n->format == MUSTACHE_NUMBER && s->kind != SHAPE_NUMBER)
		say(c, c->doubts, n->place,
		    "%.*s: no %s, so \"%s\" does "
		    "nothing",
		    STR_ARG(n->path.written), moment ? "moment" : "number",
		    mustache_formats[n->format]);
}

/* In html: what an escaped value can still do. */
static void
check_html(struct checking *c, const struct mustache_node *n,
    const struct shape *s, struct str before)
{
	static const char *const addresses[] = {
	    "href=\"", "href='", "src=\"", "src='"};

	if (n->raw && s->of_lead)
		say(c, c->doubts, n->place,
		    "%.*s: not escaped, and others have written it",
		    STR_ARG(n->path.written));
	if (str_ends(before, STR("=")))
		say(c, c->doubts, n->place,
		    "%.*s: an attribute without quotation marks ends at the "
		    "first blank",
		    STR_ARG(n->path.written));
	for (size_t i = 0; s->of_lead && i < COUNT_OF(addresses); i++)
		if (str_ends(before, str_of(addresses[i])))
			say(c, c->doubts, n->place,
			    "%.*s: an address that others have written",
			    STR_ARG(n->path.written));
}

static void
check_value(
    struct checking *c, const struct mustache_node *n, struct str before)
{
	struct found f;

	if (!resolve(c, n->place, &n->path, &f))
		return;
	if (f.shape->kind == SHAPE_OBJECT || f.shape->kind == SHAPE_LIST) {
		say(c, c->wrong, n->place, "%.*s: not a text but %s: %s",
		    STR_ARG(n->path.written),
		    f.shape->kind == SHAPE_LIST ? "a list" : "an object",
		    f.shape->kind == SHAPE_LIST ? "put it into a section"
						: "name a member of it");
		return;
	}
	if (!f.certain && !n->otherwise.p)
		say(c, c->wrong, n->place,
		    "%.*s: may be missing: give a default, {{%.*s|...}}, or "
		    "put it into a section of its own",
		    STR_ARG(n->path.written), STR_ARG(n->text));
	if (c->part == TEMPLATE_HTML)
		check_html(c, n, f.shape, before);
	check_format(c, n, f.shape);
}

static void
check_section(struct checking *c, const struct mustache_node *n,
    const struct replaced *blocks)
{
	size_t presents = c->presents, shapes = c->shapes;
	struct found f;

	if (!resolve(c, n->place, &n->path, &f))
		return;
	if (n->kind == MUSTACHE_SECTION) {
		if (c->shapes == STACK_MAX || c->presents + f.count > STACK_MAX)
			return;
		for (size_t i = 0; i < f.count; i++)
			c->present[c->presents++] = f.way[i];
		c->shape[c->shapes++] =
		    f.shape->kind == SHAPE_LIST && f.shape->item ? f.shape->item
								 : f.shape;
	}
	walk(c, n->first, blocks);
	c->presents = presents;
	c->shapes = shapes;
}

/* Is there a block of that name, in it or in what it inherits from? */
static bool
has_block(struct checking *c, const struct mustache_node *n, struct str name,
    unsigned depth)
{
	for (; n && c->steps < STEPS_MAX; n = n->next) {
		c->steps++;
		if (n->kind == MUSTACHE_BLOCK && str_eq(n->text, name))
			return true;
		if (has_block(c, n->first, name, depth))
			return true;
		if ((n->kind == MUSTACHE_PARENT ||
			n->kind == MUSTACHE_PARTIAL) &&
		    !n->dynamic && depth < PARTIALS_MAX) {
			const struct template *tpl =
			    template_find(c->lib, n->text);
			const struct mustache *m =
			    tpl ? tpl->part[c->locale][c->part].made : NULL;

			if (m && has_block(c, m->first, name, depth + 1))
				return true;
		}
	}
	return false;
}

/* In a parent only blocks count; each has to replace something. */
static void
check_arguments(struct checking *c, const struct mustache_node *parent,
    const struct mustache *other)
{
	const struct mustache_node *n;

	for (n = parent->first; n; n = n->next)
		if (n->kind != MUSTACHE_BLOCK &&
		    !(n->kind == MUSTACHE_TEXT && mustache_blank(n->text)))
			say(c, c->wrong, n->place,
			    "what is outside of the blocks of {{<%.*s}} is "
			    "not shown",
			    STR_ARG(parent->text));
		else if (n->kind == MUSTACHE_BLOCK &&
			 !has_block(c, other->first, n->text, 0))
			say(c, c->wrong, n->place, "%.*s has no block %s",
			    STR_ARG(parent->text), quoted(n->text));
}

static void
check_other(struct checking *c, const struct mustache_node *n,
    const struct replaced *blocks)
{
	const struct replaced inner = {n, blocks};
	const struct template *tpl;
	const struct mustache *other;
	struct found f;

	if (n->dynamic) {
		if (resolve(c, n->place, &n->path, &f) && !f.certain)
			say(c, c->wrong, n->place,
			    "%.*s: may be missing: no name of a template",
			    STR_ARG(n->path.written));
		return;
	}
	tpl = template_find(c->lib, n->text);
	other = tpl ? tpl->part[c->locale][c->part].made : NULL;
	if (!tpl) {
		say(c, c->wrong, n->place, "no such template: %s",
		    quoted(n->text));
		return;
	}
	if (!other) {
		say(c, c->wrong, n->place, "%s has no %s in %s", tpl->name,
		    template_part_names[c->part],
		    template_locale_names[c->locale]);
		return;
	}
	if (n->kind == MUSTACHE_PARENT)
		check_arguments(c, n, other);
	if (c->withins == PARTIALS_MAX)
		return;
	for (size_t i = 0; i < c->withins; i++)
		if (c->within[i] == other)
			return; /* as deep as the data goes */
	c->extra[c->withins] = shape_of_extras(tpl, c->arena);
	c->within[c->withins++] = other;
	walk(c, other->first, n->kind == MUSTACHE_PARENT ? &inner : blocks);
	c->withins--;
}

static const struct mustache_node *
replacement(
    const struct replaced *blocks, struct str name, const struct replaced **ret)
{
	const struct mustache_node *n =
	    blocks ? replacement(blocks->outer, name, ret) : NULL;

	if (n || !blocks)
		return n;
	for (n = blocks->parent->first; n; n = n->next)
		if (n->kind == MUSTACHE_BLOCK && str_eq(n->text, name)) {
			*ret = blocks->outer;
			break;
		}
	return n;
}

static void
walk(struct checking *c, const struct mustache_node *n,
    const struct replaced *blocks)
{
	struct str before = {"", 0};

	for (; n; n = n->next) {
		const struct replaced *outer = NULL;
		const struct mustache_node *other;

		if (c->steps++ >= STEPS_MAX)
			return;
		switch (n->kind) {
		case MUSTACHE_TEXT:
			break;
		case MUSTACHE_VALUE:
			check_value(c, n, before);
			break;
		case MUSTACHE_SECTION:
		case MUSTACHE_INVERTED:
			check_section(c, n, blocks);
			break;
		case MUSTACHE_PARTIAL:
		case MUSTACHE_PARENT:
			check_other(c, n, blocks);
			break;
		case MUSTACHE_BLOCK:
			other = replacement(blocks, n->text, &outer);
			walk(c, other ? other->first : n->first,
			    other ? outer : blocks);
			break;
		}
		before = n->kind == MUSTACHE_TEXT ? n->text : STR("");
	}
}

/* ---- templates ---------------------------------------------------- */

static void
check_parts(struct checking *c, const struct template *tpl)
{
	const int first =
	    template_has(tpl, TEMPLATE_JA) ? TEMPLATE_JA : TEMPLATE_EN;

	for (int l = 0; l < TEMPLATE_LOCALE__MAX; l++) {
		struct place where = {.file = tpl->name};
		const char *locale = template_locale_names[l];

		if (!template_has(tpl, (enum template_locale)l))
			continue;
		for (int p = 0; p < TEMPLATE_PART__MAX; p++)
			if (!tpl->part[l][p].source.p !=
			    !tpl->part[first][p].source.p)
				say(c, c->doubts, where,
				    "%s in one language only",
				    template_part_names[p]);
		if (!tpl->part[l][TEMPLATE_SUBJECT].source.p)
			continue;
		if (!tpl->part[l][TEMPLATE_TEXT].source.p &&
		    !tpl->part[l][TEMPLATE_HTML].source.p)
			say(c, c->wrong, where, "%s: a subject and no body",
			    locale);
		else if (!tpl->part[l][TEMPLATE_TEXT].source.p)
			say(c, c->doubts, where,
			    "%s: html without text for those who cannot "
			    "see it",
			    locale);
	}
}

static void
check_one(const struct template_library *lib, const struct template *tpl,
    const struct cond_catalogue *fields, struct remarks *wrong,
    struct remarks *doubts, struct said *said)
{
	struct arena arena = {0};
	struct checking c = {.lib = lib,
	    .wrong = wrong,
	    .doubts = doubts,
	    .said = said,
	    .arena = &arena};
	struct shape *words = shape_of_words(tpl, fields, &arena);

	c.shape[0] = shape_find(words, STR("lead"));
	c.shape[1] = shape_find(words, STR("data"));
	c.shape[2] = words;
	for (int l = 0; l < TEMPLATE_LOCALE__MAX; l++)
		for (int p = 0; p < TEMPLATE_PART__MAX; p++) {
			const struct mustache *m = tpl->part[l][p].made;

			if (!m)
				continue;
			c.locale = (enum template_locale)l;
			c.part = (enum template_part)p;
			c.shapes = 3;
			c.within[0] = m;
			c.extra[0] = NULL;
			c.withins = 1;
			c.steps = 0;
			walk(&c, m->first, NULL);
			if (c.steps > STEPS_MAX)
				remark(wrong,
				    (struct place){
					.file = tpl->part[l][p].called},
				    "too much to check, or too much is wrong");
		}
	check_parts(&c, tpl);
	arena_release(&arena);
}

void
template_check(const struct template_library *lib, const struct template *tpl,
    const struct cond_catalogue *fields, struct remarks *wrong,
    struct remarks *doubts)
{
	struct said said = {0};

	check_one(lib, tpl, fields, wrong, doubts, &said);
	free(said.hash);
}

void
template_check_all(const struct template_library *lib, const char *but,
    const struct cond_catalogue *fields, struct remarks *wrong,
    struct remarks *doubts)
{
	const struct template *tpl;
	struct said said = {0};

	for (size_t i = 0; (tpl = template_at(lib, i)) != NULL; i++)
		if (!but || strcmp(tpl->name, but) != 0)
			check_one(lib, tpl, fields, wrong, doubts, &said);
	free(said.hash);
}
