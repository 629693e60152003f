/* SPDX-License-Identifier: ISC */
/*
 * A template and what there is to say become a message. All words are one
 * document; templates look into three places of it.
 */
#include "template/template.h"

enum { SUBJECT_MAX = 255 }; /* characters */

/* Whose templates a partial is looked for in. */
struct place_of_partials {
	const struct template_library *lib;
	enum template_locale locale;
	enum template_part part;
};

static int
find_partial(void *context, struct str name, const struct mustache **ret,
    struct err *err)
{
	const struct place_of_partials *in = context;
	const struct template *tpl = template_find(in->lib, name);

	if (!tpl)
		return 0;
	if (!tpl->part[in->locale][in->part].made)
		return err_set(err, ERR_USAGE, "%s has no %s in %s", tpl->name,
		    template_part_names[in->part],
		    template_locale_names[in->locale]);
	*ret = tpl->part[in->locale][in->part].made;
	return 1;
}

/* ---- words -------------------------------------------------------- */

static void
put_object(struct json_writer *w, const char *name, struct str object)
{
	if (!object.p)
		return;
	json_put_name(w, name);
	json_put_raw(w, object);
}

static int
make_document(const struct tenant *t, const struct template_words *words,
    const char *locale, struct json **ret, struct err *err)
{
	struct buf text = {0};
	struct json_writer w = {.out = &text};
	int rc;

	json_put_object(&w);
	json_add_time(&w, "now", words->now);
	json_put_name(&w, "tenant");
	json_put_object(&w);
	json_add_text(&w, "name", str_of(t->name));
	json_add_text(&w, "zone", str_of(t->settings.zone_name));
	json_add_text(&w, "locale", str_of(locale));
	json_put_end(&w);
	put_object(&w, "owner", words->owner);
	put_object(&w, "lead", words->lead);
	put_object(&w, "data", words->data);
	json_put_end(&w);
	rc = json_doc_own(buf_str(&text), "words", ret, err);
	buf_release(&text);
	return rc;
}

/* ---- parts -------------------------------------------------------- */

/* One line, not too long: the subject is a header. */
static int
tidy_subject(struct buf *part, const char *called, struct err *err)
{
	struct buf line = {0};
	size_t characters = 0;
	bool blank = false;

	for (size_t i = 0; i < part->len && characters <= SUBJECT_MAX; i++) {
		unsigned char c = (unsigned char)part->p[i];

		if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
			blank = line.len > 0;
			continue;
		}
		if ((c & 0xc0) != 0x80 &&
		    (characters += 1u + blank) > SUBJECT_MAX) {
			buf_addstr(&line, "…");
			break;
		}
		if (blank)
			buf_addc(&line, ' ');
		blank = false;
		buf_addc(&line, (char)c);
	}
	buf_release(part);
	*part = line;
	if (mustache_blank(buf_str(part)))
		return err_set(err, ERR_USAGE, "%s: nothing in it", called);
	return 0;
}

static int
render_part(const struct template_library *lib, const struct template *tpl,
    enum template_locale locale, enum template_part part,
    const struct json *words, struct buf *out, struct err *err)
{
	const struct json *stack[] = {
	    json_find(words, "lead"), json_find(words, "data"), words};
	struct place_of_partials partials = {lib, locale, part};
	struct mustache_how how = {.html = part == TEMPLATE_HTML,
	    .strict = true,
	    .japanese = locale == TEMPLATE_JA,
	    .zone = template_tenant(lib)->settings.zone,
	    .partial = find_partial,
	    .context = &partials};

	buf_clear(out);
	if (mustache_render(tpl->part[locale][part].made, &how, stack,
		COUNT_OF(stack), out, err) < 0)
		return -1;
	if (part == TEMPLATE_SUBJECT)
		return tidy_subject(out, tpl->part[locale][part].called, err);
	return 0;
}

/* The locale asked for; else the tenant's, else the one there is. */
static int
choose_locale(const struct template_library *lib, const struct template *tpl,
    const char *asked, enum template_locale *ret, struct err *err)
{
	const char *name =
	    asked ? asked : template_tenant(lib)->settings.locale;
	enum template_locale locale = TEMPLATE_JA;

	if (template_locale_find(name, &locale, err) < 0)
		return err_prefix(err, "locale");
	if (!template_has(tpl, locale)) {
		if (asked)
			return err_set(err, ERR_USAGE,
			    "%s: there is none in %s", tpl->name, asked);
		locale = locale == TEMPLATE_JA ? TEMPLATE_EN : TEMPLATE_JA;
	}
	*ret = locale;
	return 0;
}

int
template_render(const struct template_library *lib, const char *name,
    const struct template_words *words, struct template_message *ret,
    struct err *err)
{
	const struct template *tpl;
	enum template_locale locale = TEMPLATE_JA;
	struct json *doc;
	int rc = 0;

	if (template_need(lib, name, &tpl, err) < 0 ||
	    choose_locale(lib, tpl, words->locale, &locale, err) < 0 ||
	    make_document(template_tenant(lib), words,
		template_locale_names[locale], &doc, err) < 0)
		return -1;
	ret->locale = template_locale_names[locale];
	for (int p = 0; rc == 0 && p < TEMPLATE_PART__MAX; p++) {
		ret->has[p] = tpl->part[locale][p].made != NULL;
		if (ret->has[p])
			rc = render_part(lib, tpl, locale,
			    (enum template_part)p, doc, &ret->part[p], err);
	}
	json_doc_free(doc);
	return rc;
}

void
template_message_release(struct template_message *m)
{
	for (int p = 0; p < TEMPLATE_PART__MAX; p++)
		buf_release(&m->part[p]);
}

void
template_message_put(const struct template_message *m, const char *name,
    struct str lead, struct buf *out)
{
	struct json_writer w = {.out = out};

	json_put_object(&w);
	if (lead.p)
		json_add_text(&w, "lead", lead);
	json_add_text(&w, "template", str_of(name));
	json_add_text(&w, "locale", str_of(m->locale));
	for (int p = 0; p < TEMPLATE_PART__MAX; p++)
		if (m->has[p])
			json_add_text(
			    &w, template_part_names[p], buf_str(&m->part[p]));
	json_put_end(&w);
}

/* ---- samples ------------------------------------------------------ */

static bool
is_data(struct str name)
{
	return !str_is(name, "lead") && !str_is(name, "owner");
}

static struct str
node_text(const struct json *n, struct arena *arena)
{
	struct buf text = {0};
	struct json_writer w = {.out = &text};
	struct str kept;

	json_put_node(&w, n);
	kept = arena_str(arena, buf_str(&text));
	buf_release(&text);
	return kept;
}

/* What is given, then what of the sample is not. */
static struct str
merge(struct str given, const struct json *sample, struct arena *arena)
{
	struct json_scanner scan = {0};
	struct buf text = {0};
	struct json_writer w = {.out = &text};
	struct str kept;

	if (given.p && json_scan_object(&scan, given) < 0)
		return given;
	json_put_object(&w);
	for (size_t i = 0; given.p && i < scan.count; i++) {
		json_put_key(&w, scan.member[i].name);
		json_put_raw(&w, scan.member[i].raw);
	}
	for (size_t i = 0; i < json_count(sample); i++) {
		const struct json *n = json_item(sample, i);
		size_t at = 0;

		while (given.p && at < scan.count &&
		       !str_eq(scan.member[at].name, json_name(n)))
			at++;
		if (!is_data(json_name(n)) || (given.p && at < scan.count))
			continue;
		json_put_key(&w, json_name(n));
		json_put_node(&w, n);
	}
	json_put_end(&w);
	kept = arena_str(arena, buf_str(&text));
	json_scanner_release(&scan);
	buf_release(&text);
	return kept;
}

struct template_words
template_sampled(const struct template *tpl, const struct template_words *words,
    struct arena *arena)
{
	struct template_words all = *words;
	const struct json *lead = json_find(tpl->sample, "lead");
	const struct json *owner = json_find(tpl->sample, "owner");

	if (!all.lead.p && lead)
		all.lead = node_text(lead, arena);
	if (!all.owner.p && owner)
		all.owner = node_text(owner, arena);
	all.data = merge(all.data, tpl->sample, arena);
	return all;
}
