/* SPDX-License-Identifier: ISC */
/*
 * Definitions of templates: a JSON document becomes sources that are parsed,
 * and the other way round, always in the same form.
 */
#include <stdlib.h>

#include "template/template.h"

const char *const template_part_names[] = {
    [TEMPLATE_SUBJECT] = "subject",
    [TEMPLATE_TEXT] = "text",
    [TEMPLATE_HTML] = "html",
    [TEMPLATE_PART__MAX] = NULL,
};
const char *const template_locale_names[] = {
    [TEMPLATE_JA] = "ja",
    [TEMPLATE_EN] = "en",
    [TEMPLATE_LOCALE__MAX] = NULL,
};
const char *const template_origin_names[] = {
    [TEMPLATE_SHIPPED] = "shipped",
    [TEMPLATE_OVERRIDDEN] = "overridden",
    [TEMPLATE_OWN] = "own",
};

enum { NAME_MAX_BYTES = 100 };

int
template_locale_find(
    const char *name, enum template_locale *ret, struct err *err)
{
	for (int l = 0; l < TEMPLATE_LOCALE__MAX; l++)
		if (strcmp(name, template_locale_names[l]) == 0) {
			*ret = (enum template_locale)l;
			return 0;
		}
	return err_set(
	    err, ERR_USAGE, "not ja or en: %s", quoted(str_of(name)));
}

bool
template_has(const struct template *tpl, enum template_locale locale)
{
	for (int p = 0; p < TEMPLATE_PART__MAX; p++)
		if (tpl->part[locale][p].source.p)
			return true;
	return false;
}

/* ---- reading ------------------------------------------------------ */

/* A word that can stand in {{>name}}. */
static bool
name_ok(struct str name)
{
	if (name.n == 0 || name.n > NAME_MAX_BYTES || name.p[0] == '*' ||
	    name.p[0] == '-')
		return false;
	for (size_t i = 0; i < name.n;) {
		uint32_t code;
		unsigned n = utf8_decode(name.p + i, name.n - i, &code);

		if (n == 0 || code <= ' ' || code == 0x7f || code == '/' ||
		    code == '{' || code == '}' || code == '"' || code == 0x3000)
			return false;
		i += n;
	}
	return true;
}

/* Line ends are \n; other controls, but for tabs, have no place in a text. */
static int
add_line(const struct json *n, struct buf *out, struct err *err)
{
	struct str text;

	if (json_as_text(n, &text, err) < 0)
		return -1;
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c == '\r' && i + 1 < text.n && text.p[i + 1] == '\n')
			continue;
		if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f)
			return json_err(n, err, "a control character");
		buf_addc(out, (char)c);
	}
	return 0;
}

/* A string, or the lines of one. */
static int
read_source(const struct json *n, struct buf *out, struct err *err)
{
	if (json_type_of(n) != JSON_TYPE_ARRAY)
		return add_line(n, out, err);
	for (size_t i = 0; i < json_count(n); i++) {
		if (add_line(json_item(n, i), out, err) < 0)
			return -1;
		buf_addc(out, '\n');
	}
	return 0;
}

static int
read_part(struct template *tpl, const struct json *n, int locale, int part,
    struct err *err)
{
	struct buf text = {0};
	int rc = read_source(n, &text, err);

	if (rc == 0 && part == TEMPLATE_SUBJECT) {
		while (text.len && text.p[text.len - 1] == '\n')
			buf_truncate(&text, text.len - 1);
		if (text.len && memchr(text.p, '\n', text.len))
			rc = json_err(n, err, "a subject has one line");
	}
	if (rc == 0) {
		struct str called = arena_printf(&tpl->arena, "%s/%s/%s",
		    tpl->name, template_locale_names[locale],
		    template_part_names[part]);
		struct str source = arena_str(&tpl->arena, buf_str(&text));

		tpl->part[locale][part].source = source;
		tpl->part[locale][part].called =
		    arena_strdup(&tpl->arena, called);
		rc = mustache_parse(source, tpl->part[locale][part].called,
		    &tpl->arena, &tpl->part[locale][part].made, err);
	}
	buf_release(&text);
	return rc;
}

static int
read_locales(struct template *tpl, const struct json *root, struct err *err)
{
	const struct json *locales;

	if (json_need_object(root, "locales", &locales, err) < 0 ||
	    json_only(locales, template_locale_names, err) < 0)
		return -1;
	for (int l = 0; l < TEMPLATE_LOCALE__MAX; l++) {
		const struct json *locale =
		    json_find(locales, template_locale_names[l]);

		if (!locale)
			continue;
		if (json_as_object(locale, err) < 0 ||
		    json_only(locale, template_part_names, err) < 0)
			return -1;
		if (json_count(locale) == 0)
			return json_err(locale, err, "no parts");
		for (int p = 0; p < TEMPLATE_PART__MAX; p++) {
			const struct json *part =
			    json_find(locale, template_part_names[p]);

			if (part && read_part(tpl, part, l, p, err) < 0)
				return -1;
		}
	}
	if (json_count(locales) == 0)
		return json_err(locales, err, "neither ja nor en");
	return 0;
}

static int
read_sample(struct template *tpl, const struct json *root, struct err *err)
{
	static const char *const given[] = {"lead", "owner"};
	static const char *const taken[] = {"now", "tenant", "data"};

	if (json_take_object(root, "sample", &tpl->sample, err) < 0)
		return -1;
	for (size_t i = 0; i < COUNT_OF(given); i++) {
		const struct json *n = json_find(tpl->sample, given[i]);

		if (n && json_as_object(n, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < COUNT_OF(taken); i++) {
		const struct json *n = json_find(tpl->sample, taken[i]);

		if (n)
			return json_err(n, err,
			    "this name means something "
			    "else in every template");
	}
	return 0;
}

static int
read_document(struct template *tpl, const char *name, struct err *err)
{
	static const char *const members[] = {
	    "name", "description", "locales", "sample", NULL};
	const struct json *root = tpl->document;
	struct str given = {0};

	if (json_as_object(root, err) < 0 ||
	    json_only(root, members, err) < 0 ||
	    json_take_text(root, "name", &given, err) < 0 ||
	    json_take_text(root, "description", &tpl->description, err) < 0)
		return -1;
	if (name)
		given = str_of(name);
	if (!given.p)
		return err_set(err, ERR_USAGE,
		    "a template needs a name: as operand, or as \"name\"");
	if (!name_ok(given))
		return err_set(err, ERR_USAGE,
		    "not a name for a template (no blanks, slashes, "
		    "quotes or braces; at most %d bytes): %s",
		    NAME_MAX_BYTES, quoted(given));
	tpl->name = arena_strdup(&tpl->arena, given);
	if (read_sample(tpl, root, err) < 0)
		return -1;
	return read_locales(tpl, root, err);
}

int
template_of(struct json *document, const char *name, struct template **ret,
    struct err *err)
{
	struct template *tpl = xcalloc(1, sizeof(*tpl));

	tpl->document = document;
	tpl->origin = TEMPLATE_OWN;
	if (read_document(tpl, name, err) < 0) {
		template_free(tpl);
		return -1;
	}
	*ret = tpl;
	return 0;
}

void
template_free(struct template *tpl)
{
	if (!tpl)
		return;
	json_doc_free(tpl->document);
	arena_release(&tpl->arena);
	free(tpl);
}

/* ---- printing ----------------------------------------------------- */

/* Whole lines one by one, any other text as a string. */
static void
put_source(struct json_writer *w, struct str text)
{
	struct str line;

	if (text.n == 0 || text.p[text.n - 1] != '\n') {
		json_put_text(w, text);
		return;
	}
	json_put_array(w);
	while (text.n && str_cut(&text, '\n', &line))
		json_put_text(w, line);
	json_put_end(w);
}

void
template_print(const struct template *tpl, struct buf *out)
{
	struct json_writer w = {.out = out, .pretty = true};

	json_put_object(&w);
	json_add_text(&w, "name", str_of(tpl->name));
	if (tpl->description.p)
		json_add_text(&w, "description", tpl->description);
	json_put_name(&w, "locales");
	json_put_object(&w);
	for (int l = 0; l < TEMPLATE_LOCALE__MAX; l++) {
		if (!template_has(tpl, (enum template_locale)l))
			continue;
		json_put_name(&w, template_locale_names[l]);
		json_put_object(&w);
		for (int p = 0; p < TEMPLATE_PART__MAX; p++) {
			if (!tpl->part[l][p].source.p)
				continue;
			json_put_name(&w, template_part_names[p]);
			put_source(&w, tpl->part[l][p].source);
		}
		json_put_end(&w);
	}
	json_put_end(&w);
	if (tpl->sample) {
		json_put_name(&w, "sample");
		json_put_node(&w, tpl->sample);
	}
	json_put_end(&w);
	buf_addc(out, '\n');
}

/* The names for which there is something, as a list. */
static void
put_names(struct json_writer *w, const char *member, const char *const *names,
    unsigned have)
{
	json_put_name(w, member);
	json_put_array(w);
	for (int i = 0; names[i]; i++)
		if (have & 1u << i)
			json_put_text(w, str_of(names[i]));
	json_put_end(w);
}

void
template_put(const struct template *tpl, struct buf *out)
{
	struct json_writer w = {.out = out};
	unsigned locales = 0, parts = 0;

	for (int l = 0; l < TEMPLATE_LOCALE__MAX; l++)
		for (int p = 0; p < TEMPLATE_PART__MAX; p++)
			if (tpl->part[l][p].source.p) {
				locales |= 1u << l;
				parts |= 1u << p;
			}
	json_put_object(&w);
	json_add_text(&w, "name", str_of(tpl->name));
	json_add_text(&w, "origin", str_of(template_origin_names[tpl->origin]));
	put_names(&w, "locales", template_locale_names, locales);
	put_names(&w, "parts", template_part_names, parts);
	if (tpl->description.p)
		json_add_text(&w, "description", tpl->description);
	if (tpl->origin != TEMPLATE_SHIPPED)
		json_add_time(&w, "updated_at", tpl->updated_at);
	json_put_end(&w);
}
