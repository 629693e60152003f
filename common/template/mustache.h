/* SPDX-License-Identifier: ISC */
/*
 * mustache: the engine under template.h. Logic-less templates as
 * https://mustache.github.io/mustache.5.html and the specification 1.4 have
 * them, inheritance and dynamic names included, lambdas not. A source is
 * parsed once and rendered often; what is rendered is JSON.
 *
 *	{{name}}		its value, escaped in HTML
 *	{{name|お客様}}		the same, or this when there is none
 *	{{due_at:date|未定}}	its value as a date, or this
 *	{{{name}}} {{&name}}	never escaped
 *	{{#name}}...{{/name}}	for each of a list; once for what is there
 *	{{^name}}...{{/name}}	when there is none
 *	{{>footer}} {{>*name}}	another template; one whose name is a value
 *	{{<layout}}{{$body}}...{{/body}}{{/layout}}
 *				another template with some of its blocks
 *				{{$body}}...{{/body}} replaced
 *	{{! ... }} {{=<% %>=}}	a comment; other brackets
 *
 * A name is a path: `task.title`, `attrs."予算.2026"`; `.` is the innermost
 * value. There is none when it is missing, null, or blank text. False are what
 * there is none of, `false` and the empty list; 0 is a value.
 *
 * Limits, all of them errors: MUSTACHE_* below.
 *
 * Ownership: what is parsed lives in the arena it was parsed into and borrows
 * the source.
 */
#ifndef DL_MUSTACHE_H
#define DL_MUSTACHE_H

#include "base/base.h"
#include "json/json.h"

enum {
	MUSTACHE_SOURCE_MAX = 256 << 10, /* bytes of a source */
	MUSTACHE_DEPTH_MAX = 64,         /* sections open at once */
	MUSTACHE_PARTIALS_MAX = 32,      /* templates within templates */
	MUSTACHE_STEPS_MAX = 1 << 22,    /* tags and values looked at */
	MUSTACHE_OUTPUT_MAX = 1 << 20,   /* bytes */
	MUSTACHE_INDENT_MAX = 1 << 10,   /* blanks before a line */
};

/* How a value is shown. What cannot be shown so (text as a number) is shown as
 * it is. In this order: */
enum mustache_format {
	MUSTACHE_PLAIN,    /* as it is; a moment like datetime */
	MUSTACHE_DATE,     /* 2026年1月15日（木）, Thu, 15 January 2026 */
	MUSTACHE_DATETIME, /* 2026年1月15日（木）18:00, Thu, 15 January
			      2026, 18:00 */
	MUSTACHE_TIME,     /* 18:00 */
	MUSTACHE_NUMBER,   /* 1,234,567 */
	MUSTACHE_LINES,    /* line ends become <br> in HTML */
	MUSTACHE_URL,      /* percent-encoded, for a link's parameter */
	MUSTACHE_SAMA,     /* with 様 behind, unless it is addressed already */
	MUSTACHE_FORMAT__MAX
};
extern const char *const mustache_formats[]; /* "", "date" ... NULL */

struct mustache_path {
	struct str written;
	const struct str *part; /* none: the innermost value */
	size_t count;
};

enum mustache_kind {
	MUSTACHE_TEXT,
	MUSTACHE_VALUE,
	MUSTACHE_SECTION,
	MUSTACHE_INVERTED,
	MUSTACHE_PARTIAL,
	MUSTACHE_PARENT,
	MUSTACHE_BLOCK,
};

struct mustache_node {
	enum mustache_kind kind;
	struct place place;
	struct str text; /* of TEXT; else what names the tag, as written */
	struct mustache_path path; /* VALUE, sections, dynamic partials */
	struct mustache_node *first, *next;

	/* VALUE */
	enum mustache_format format;
	bool raw;
	struct str otherwise; /* the default; missing when there is none */

	/* Where lines begin: what is indented anew is indented there. */
	bool starts_line;   /* TEXT: its first byte begins a line */
	bool dynamic;       /* PARTIAL, PARENT: the name is the path's value */
	bool alone;         /* PARTIAL, PARENT: on a line of its own */
	bool opens_line;    /* BLOCK: its content begins a line */
	bool at_line_start; /* BLOCK: blanks at most stand before it */
	struct str indent;  /* these blanks, when alone or such a BLOCK */
	struct str inner;   /* BLOCK with opens_line: those of its first line */
};

struct mustache {
	const char *name; /* what messages call it */
	struct mustache_node *first;
};

/* name and source outlive what is parsed. A mistake is an ERR_USAGE with its
 * place. */
int mustache_parse(struct str source, const char *name, struct arena *arena,
    struct mustache **ret, struct err *err);

struct mustache_how {
	bool html; /* values are escaped */
	/*
	 * Not strict, as the specification has it: what is missing is nothing,
	 * values are shown as they are. Strict, for what people get to read: a
	 * value without a default, or a template, that is missing is an
	 * ERR_USAGE with its place; formats and moments are for zone and
	 * language; characters that are no text (controls, bidi overrides) are
	 * taken out of values.
	 */
	bool strict;
	bool japanese;
	const struct zone *zone;
	/* Another template: 1 found, 0 there is none, -1 with *err. NULL:
	 * there are none. */
	int (*partial)(void *context, struct str name,
	    const struct mustache **ret, struct err *err);
	void *context;
};

/* Values are looked for in stack[depth - 1] first, NULLs being skipped. Appends
 * to out, nothing when it fails. */
int mustache_render(const struct mustache *m, const struct mustache_how *how,
    const struct json *const *stack, size_t depth, struct buf *out,
    struct err *err);

/* value.c: a text as a part of what is rendered: cleaned, formatted, escaped
 * as `how` says. */
void mustache_put(struct buf *out, struct str text, enum mustache_format format,
    bool raw, const struct mustache_how *how);
/* Is there nothing to be seen? */
bool mustache_blank(struct str text);

#endif
