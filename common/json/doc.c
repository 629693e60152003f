/* SPDX-License-Identifier: ISC */
/*
 * Documents. Our scanner checks the text first (it says precisely what is
 * wrong and where), jansson builds the values, and a walk over the checked
 * text gives every value a node that knows its place, its name and its parent.
 * Of what we have written ourselves the walk takes the values as well, in a
 * third of the time. Typed getters are in doc_get.c.
 */
#include <jansson.h>
#include <unistd.h>

#include "json/json_priv.h"

#define DOC_MAX ((size_t)64 << 20)

struct json {
	enum json_type type;
	const struct json *parent;
	size_t index;    /* among the parent's children */
	struct str name; /* in an object; else missing */
	struct str raw;
	struct str text;
	const struct json **child; /* in the order of the text */
	size_t count;
	struct json_doc *doc;
};

struct json_doc {
	struct json root; /* first, so that the root's address is the doc's */
	json_t *value;    /* NULL: of our own making */
	struct str text;
	const char *name;
	struct arena arena;
};

static struct json *build(struct json_doc *doc, struct json_cursor *c,
    const json_t *value, struct json *n);

/* Children are collected here until their number is known. */
struct children {
	struct json **item;
	size_t count, cap;
};

static struct str
build_name(struct json_doc *doc, struct json_cursor *c)
{
	const char *start = ++c->p;
	bool escaped;
	struct str raw;
	char *p;

	json_lex_string(c, &escaped);
	raw = (struct str){start, (size_t)(c->p - 1 - start)};
	json_blanks(c);
	c->p++; /* the colon */
	json_blanks(c);
	p = arena_alloc(&doc->arena, raw.n + 1);
	raw.n = json_unescape(raw, p);
	p[raw.n] = '\0';
	return (struct str){p, raw.n};
}

static int
by_name(const void *a, const void *b)
{
	const struct json *x = *(struct json *const *)a;
	const struct json *y = *(struct json *const *)b;
	int order = str_cmp(x->name, y->name);

	return order ? order : (x->index > y->index) - (x->index < y->index);
}

static int
by_index(const void *a, const void *b)
{
	const struct json *x = *(struct json *const *)a;
	const struct json *y = *(struct json *const *)b;

	return (x->index > y->index) - (x->index < y->index);
}

/* A name written twice: the last value counts, where the first one stood.
 * Sorted, because a hostile document has many. */
static void
drop_duplicates(struct children *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++)
		list->item[i]->index = i;
	qsort(list->item, list->count, sizeof(*list->item), by_name);
	for (size_t i = 0; i < list->count; i++) {
		struct json *n = list->item[i];

		if (kept == 0 || !str_eq(list->item[kept - 1]->name, n->name))
			kept++;
		else
			n->index = list->item[kept - 1]->index;
		list->item[kept - 1] = n;
	}
	list->count = kept;
	qsort(list->item, kept, sizeof(*list->item), by_index);
}

static bool
has_duplicates(const struct children *list)
{
	enum { FEW = 24 };

	if (list->count > FEW)
		return true; /* it may, and sorting will tell */
	for (size_t i = 1; i < list->count; i++)
		for (size_t k = 0; k < i; k++)
			if (str_eq(list->item[i]->name, list->item[k]->name))
				return true;
	return false;
}

static enum json_type
type_of(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return JSON_TYPE_OBJECT;
	case JSON_ARRAY:
		return JSON_TYPE_ARRAY;
	case JSON_STRING:
		return JSON_TYPE_STRING;
	case JSON_INTEGER:
	case JSON_REAL:
		return JSON_TYPE_NUMBER;
	case JSON_TRUE:
	case JSON_FALSE:
		return JSON_TYPE_BOOL;
	case JSON_NULL:
		break;
	}
	return JSON_TYPE_NULL;
}

/* c->p behind the opening bracket of n. */
static void
build_children(struct json_doc *doc, struct json_cursor *c, const json_t *whole,
    struct json *n)
{
	struct children list = {0};
	bool object = n->type == JSON_TYPE_OBJECT;
	size_t item = 0;

	json_blanks(c);
	while (*c->p != '}' && *c->p != ']') {
		struct str name = {0};
		struct json *child;
		const json_t *value = NULL;

		if (object)
			name = build_name(doc, c);
		child = arena_zalloc(&doc->arena, sizeof(*child));
		GROW(list.item, list.cap, list.count + 1);
		list.item[list.count++] = child;
		if (whole)
			value = object ? json_object_get(whole, name.p)
				       : json_array_get(whole, item++);
		child->parent = n;
		child->name = name;
		build(doc, c, value, child);
		json_blanks(c);
		if (*c->p == ',') {
			c->p++;
			json_blanks(c);
		}
	}
	c->p++;
	if (object && (whole ? list.count > json_object_size(whole)
			     : has_duplicates(&list)))
		drop_duplicates(&list);
	n->count = list.count;
	n->child = arena_alloc(&doc->arena, list.count * sizeof(*n->child) + 1);
	for (size_t i = 0; i < list.count; i++) {
		list.item[i]->index = i;
		n->child[i] = list.item[i];
	}
	free(list.item);
}

static struct str
own_text(struct json_doc *doc, struct str raw)
{
	struct str inner = {raw.p + 1, raw.n - 2};
	char *p = arena_alloc(&doc->arena, inner.n + 1);

	inner.n = json_unescape(inner, p);
	p[inner.n] = '\0';
	return (struct str){p, inner.n};
}

/* Recursion is bounded by JSON_DEPTH_MAX: the text is checked. */
static struct json *
build(struct json_doc *doc, struct json_cursor *c, const json_t *value,
    struct json *n)
{
	const char *start = c->p;
	bool escaped, bracket = *start == '{' || *start == '[';

	n->doc = doc;
	if (bracket)
		n->type = *start == '{' ? JSON_TYPE_OBJECT : JSON_TYPE_ARRAY;
	/* An earlier value of a name written twice has no jansson value of its
	 * own kind: pass over it. */
	if (bracket && (!value || type_of(value) == n->type)) {
		c->p++;
		build_children(doc, c, value, n);
	} else {
		json_lex_value(c, 0, &n->type, &escaped);
	}
	n->raw = n->text = (struct str){start, (size_t)(c->p - start)};
	if (value) {
		n->type = type_of(value);
		if (n->type == JSON_TYPE_STRING)
			n->text = (struct str){json_string_value(value),
			    json_string_length(value)};
	} else if (n->type == JSON_TYPE_STRING) {
		n->text = own_text(doc, n->raw);
	}
	return n;
}

/* jansson takes no NUL in names: such a name reads U+FFFD there, in a text of
 * the same length. Names are the strings with a colon behind them. */
static void
mend_names(char *text, size_t n)
{
	struct json_fault fault;
	struct json_cursor c = {.p = text,
	    .end = text + n,
	    .begin = text,
	    .allow_nul = true,
	    .fault = &fault};

	while (c.p < c.end) {
		size_t start;
		bool escaped;

		if (*c.p++ != '"')
			continue;
		start = (size_t)(c.p - text);
		json_lex_string(&c, &escaped);
		json_blanks(&c);
		if (c.p == c.end || *c.p != ':')
			continue;
		for (char *p = text + start; p + 6 <= c.p; p++) {
			if (*p != '\\')
				continue;
			if (memcmp(p, "\\u0000", 6) == 0)
				memcpy(p, "\\ufffd", 6);
			p++;
		}
	}
}

static int
load(struct json_doc *doc, struct err *err)
{
	json_error_t why;
	size_t at;

	/* jansson has no integers past 64 bits; as reals all of them pass, and
	 * exact ones are read from the text. */
	doc->value = json_loadb(doc->text.p, doc->text.n,
	    JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &why);
	if (doc->value)
		return 0;
	at = why.position > 0 ? (size_t)why.position - 1 : 0;
	return err_at(err, ERR_USAGE, json_place(doc->text, at, doc->name),
	    "%s", why.text);
}

static int
parse(struct str text, const char *name, bool own, struct json **ret,
    struct err *err)
{
	struct json_fault fault = {0};
	struct json_cursor c = {.allow_nul = true, .fault = &fault};
	struct json_doc *doc;
	char *copy;

	if (!text.p)
		text = STR("");
	if (text.n > DOC_MAX)
		return err_set(err, ERR_USAGE, "%s: longer than 64 MiB", name);
	if (json_check(text, true, &fault) < 0)
		return err_at(err, ERR_USAGE,
		    json_place(text, fault.offset, name), "%s%s", fault.what,
		    fault.code == JSON_CODE_CUT ? " (the text ends here)" : "");

	doc = xcalloc(1, sizeof(*doc));
	copy = arena_strdup(&doc->arena, text);
	if (strstr(copy, "\\u0000"))
		mend_names(copy, text.n);
	doc->text = (struct str){copy, text.n};
	doc->name = arena_strdup(&doc->arena, str_of(name));
	if (!own && load(doc, err) < 0) {
		json_doc_free(&doc->root);
		return -1;
	}
	c.p = c.begin = copy;
	c.end = copy + text.n;
	json_blanks(&c);
	build(doc, &c, doc->value, &doc->root);
	*ret = &doc->root;
	return 0;
}

int
json_doc_parse(
    struct str text, const char *name, struct json **ret, struct err *err)
{
	return parse(text, name, false, ret, err);
}

int
json_doc_own(
    struct str text, const char *name, struct json **ret, struct err *err)
{
	return parse(text, name, true, ret, err);
}

int
json_doc_read(const char *path, struct json **ret, struct err *err)
{
	struct buf text = {0};
	bool standard = strcmp(path, "-") == 0;
	int rc;

	rc = standard
		 ? fd_read_all(STDIN_FILENO, "<stdin>", &text, DOC_MAX, err)
		 : file_read(path, &text, DOC_MAX, err);
	if (rc == 0)
		rc = json_doc_parse(
		    buf_str(&text), standard ? "<stdin>" : path, ret, err);
	buf_release(&text);
	return rc;
}

void
json_doc_free(struct json *root)
{
	struct json_doc *doc = (struct json_doc *)root;

	if (!doc)
		return;
	json_decref(doc->value);
	arena_release(&doc->arena);
	free(doc);
}

/* Whole numbers exactly, others as reals. */
static bool
equal_numbers(struct str a, struct str b)
{
	int64_t i, k;
	double x, y;

	if (number_int(a, &i) && number_int(b, &k))
		return i == k;
	if (number_real(a, &x) && number_real(b, &y))
		return x >= y && x <= y;
	return str_eq(a, b);
}

bool
json_doc_equal(const struct json *a, const struct json *b)
{
	enum json_type type = json_type_of(a);

	if (type != json_type_of(b) || a->count != b->count)
		return false;
	if (type == JSON_TYPE_NUMBER)
		return equal_numbers(a->raw, b->raw);
	if (type != JSON_TYPE_OBJECT && type != JSON_TYPE_ARRAY)
		return str_eq(a->text, b->text);
	for (size_t i = 0; i < a->count; i++) {
		const struct json *other = b->child[i];

		/* Mostly they are in the same order. */
		if (type == JSON_TYPE_OBJECT &&
		    !str_eq(other->name, a->child[i]->name))
			other = json_find_str(b, a->child[i]->name);
		if (!other || !json_doc_equal(a->child[i], other))
			return false;
	}
	return true;
}

enum json_type
json_type_of(const struct json *n)
{
	return n->type;
}

struct place
json_place_of(const struct json *n)
{
	return json_place(
	    n->doc->text, (size_t)(n->raw.p - n->doc->text.p), n->doc->name);
}

size_t
json_count(const struct json *n)
{
	return n ? n->count : 0;
}

const struct json *
json_item(const struct json *n, size_t i)
{
	return n && i < n->count ? n->child[i] : NULL;
}

struct str
json_name(const struct json *n)
{
	return n->name;
}

const struct json *
json_find_str(const struct json *n, struct str name)
{
	if (!n)
		return NULL;
	for (size_t i = 0; i < n->count; i++)
		if (n->child[i]->name.p && str_eq(n->child[i]->name, name))
			return n->child[i];
	return NULL;
}

const struct json *
json_find(const struct json *n, const char *name)
{
	return json_find_str(n, str_of(name));
}

struct str
json_text(const struct json *n)
{
	return n ? n->text : (struct str){0};
}

struct str
json_raw(const struct json *n)
{
	return n->raw;
}

bool
json_truth(const struct json *n)
{
	return n && n->type == JSON_TYPE_BOOL && n->raw.p[0] == 't';
}

static bool
plain_word(struct str name)
{
	if (name.n == 0 || name.n > 80)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		unsigned char ch = (unsigned char)name.p[i];

		if (ch != '_' && ch < 0x80 && !(ch >= '0' && ch <= '9') &&
		    !((ch | 0x20) >= 'a' && (ch | 0x20) <= 'z'))
			return false;
	}
	return true;
}

void
json_path_add(struct buf *b, const struct json *n)
{
	/* Of a long one its ends: what is said after it must still fit. */
	enum { LAST = 6, FIRST = 6 };
	const struct json *chain[JSON_DEPTH_MAX + 1];
	size_t steps = 0;
	bool first = true;

	for (; n->parent; n = n->parent)
		chain[steps++] = n;
	for (size_t all = steps; steps-- > 0;) {
		n = chain[steps];
		if (all > FIRST + LAST && steps < all - FIRST &&
		    steps >= LAST) {
			buf_addstr(b, steps == LAST ? "\u2026" : "");
			continue;
		}
		if (!n->name.p) {
			buf_addf(b, "[%zu]", n->index);
		} else {
			if (!first)
				buf_addc(b, '.');
			if (plain_word(n->name))
				buf_adds(b, n->name);
			else
				buf_addquoted(b, n->name);
		}
		first = false;
	}
}
