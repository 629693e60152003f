/* SPDX-License-Identifier: ISC */
/*
 * template: the words of what is sent. A template has parts (subject, text,
 * html) in Japanese, English or both, written in mustache (mustache.h), and a
 * name. Those that ship serve every tenant; a tenant's own of the same name
 * takes their place.
 *
 *	struct template_library *lib;
 *	struct template_words words = {.lead = lead, .owner = owner,
 *	    .data = STR("{\"action\":\"…\"}"), .now = now};
 *	struct template_message message = {0};
 *
 *	template_library_open(st, t, &lib, err);		once
 *	template_render(lib, "hot_lead", &words, &message, err); per message
 *	... message.part[TEMPLATE_SUBJECT] ...
 *	template_message_release(&message);
 *	template_library_free(lib);
 *
 * Names a template may use, looked for in this order:
 *
 *	now, tenant.name .zone .locale, owner.name .email .role .region
 *	.manager, lead.FIELD, data.NAME		always these
 *	NAME				what the sender adds, see words.data
 *	FIELD, attrs.KEY		of the lead (lead.owner is the address)
 *
 * What is missing or blank and has no default is an error, never a hole.
 * Values of leads stay data: they are never read as mustache; controls and
 * bidi overrides are taken out; they are escaped in html and, in a subject,
 * kept on one line.
 *
 * Ownership: a library and all it hands out belongs to who opened it, may be
 * shared by threads while nobody adds to it, and outlives no tenant.
 */
#ifndef DL_TEMPLATE_H
#define DL_TEMPLATE_H

#include "base/base.h"
#include "cond/cond.h"
#include "json/json.h"
#include "store/store.h"
#include "template/mustache.h"
#include "tenant/tenant.h"

enum template_part {
	TEMPLATE_SUBJECT, /* one line of plain text */
	TEMPLATE_TEXT,    /* plain text */
	TEMPLATE_HTML,    /* values are escaped */
	TEMPLATE_PART__MAX
};
enum template_locale { TEMPLATE_JA, TEMPLATE_EN, TEMPLATE_LOCALE__MAX };
/* "subject", "text", "html"; "ja", "en". NULL-terminated. */
extern const char *const template_part_names[];
extern const char *const template_locale_names[];

enum template_origin {
	TEMPLATE_SHIPPED,    /* comes with the toolkit */
	TEMPLATE_OVERRIDDEN, /* the tenant's, in place of one that ships */
	TEMPLATE_OWN,        /* the tenant's */
};
extern const char *const template_origin_names[];

/* ---- document.c: definitions -------------------------------------- */

/*
 * {"name":…, "description":…,
 *  "locales":{"ja":{"subject":…, "text":…, "html":…}, "en":{…}},
 *  "sample":{"lead":{…}, "owner":{…}, …}}
 *
 * A text is a string, or an array of its lines. sample shows by example what
 * the sender adds: a member that is null there may be missing. Its lead and
 * owner are for trying the template out.
 */
struct template
{
	char *name;
	struct str description; /* missing: none */
	struct {
		struct str source; /* missing: no such part */
		struct mustache *made;
		char *called; /* "NAME/ja/html", for messages */
	} part[TEMPLATE_LOCALE__MAX][TEMPLATE_PART__MAX];
	const struct json *sample; /* NULL: none */
	enum template_origin origin;
	int64_t updated_at; /* of one the store has */
	struct json *document;
	struct arena arena;
};
/* Takes the document, also when it fails: an ERR_USAGE with its place. name
 * NULL: as the document says. */
int template_of(struct json *document, const char *name, struct template **ret,
    struct err *err);
void template_free(struct template *tpl);
/* As define accepts it, always the same bytes. */
void template_print(const struct template *tpl, struct buf *out);
bool template_has(const struct template *tpl, enum template_locale locale);
/* "ja" and so on; an ERR_USAGE for what is none. */
int template_locale_find(
    const char *name, enum template_locale *ret, struct err *err);

/* ---- library.c: all that a tenant has ----------------------------- */

struct template_library;
/* What ships, and what the tenant's store has in its place or beside it. */
int template_library_open(struct store *st, const struct tenant *t,
    struct template_library **ret, struct err *err);
/* What ships. */
struct template_library *template_library_shipped(const struct tenant *t);
void template_library_free(struct template_library *lib);
/* Takes tpl, in place of one of that name. */
void template_library_add(struct template_library *lib, struct template *tpl);
/* Takes away a tenant's own; one that ships comes back. NULL when there is
 * nothing to take; else it is the caller's to free. */
struct template *template_library_take(
    struct template_library *lib, const char *name);
const struct template *template_find(
    const struct template_library *lib, struct str name);
/* The same, and a missing one is an ERR_USAGE that suggests the nearest. */
int template_need(const struct template_library *lib, const char *name,
    const struct template **ret, struct err *err);
/* By name. NULL at the end. */
const struct template *template_at(
    const struct template_library *lib, size_t i);
const struct tenant *template_tenant(const struct template_library *lib);
/* {"name","origin","locales","parts","description","updated_at"} */
void template_put(const struct template *tpl, struct buf *out);

/* ---- message.c: rendering ----------------------------------------- */

/* What there is to say; each a JSON object or missing. */
struct template_words {
	struct str lead;  /* as lead_tell() makes it */
	struct str owner; /* as member_json() makes it: who takes care */
	struct str data;  /* what the sender adds */
	int64_t now;
	const char *locale; /* "ja", "en"; NULL: the tenant's */
};
struct template_message {
	const char *locale; /* the one it is in */
	bool has[TEMPLATE_PART__MAX];
	struct buf part[TEMPLATE_PART__MAX];
};
/* All parts of a template in the locale, or, when that was not asked for by
 * name, in the one it has. An ERR_USAGE, with the place in the template, is
 * about the template or the words: trying again does not help. ret is
 * zero-initialised or used before, and released by the caller. */
int template_render(const struct template_library *lib, const char *name,
    const struct template_words *words, struct template_message *ret,
    struct err *err);
void template_message_release(struct template_message *m);
/* {"template","locale","subject","text","html"}, with "lead" when it has an
 * id; `lead` may be missing. */
void template_message_put(const struct template_message *m, const char *name,
    struct str lead, struct buf *out);
/* Words with what is missing in them taken from the template's sample; kept in
 * the arena. */
struct template_words template_sampled(const struct template *tpl,
    const struct template_words *words, struct arena *arena);

/* ---- check.c: what would go wrong --------------------------------- */

/* Names that are unknown, values that may be missing and have no default,
 * templates, parts and blocks that are not there go to `wrong`; what is
 * allowed but hardly meant to `doubts`. fields: those of a lead. */
void template_check(const struct template_library *lib,
    const struct template *tpl, const struct cond_catalogue *fields,
    struct remarks *wrong, struct remarks *doubts);
/* The same of all but one (NULL: all); what is wrong with a template that is
 * part of several is told once. */
void template_check_all(const struct template_library *lib, const char *but,
    const struct cond_catalogue *fields, struct remarks *wrong,
    struct remarks *doubts);

/* ---- stored.c: in the tenant's store ------------------------------ */

/* Both in a change transaction of the caller, with their audit row. The one
 * that was there before is appended to ret_old as it was printed. */
int template_define(struct store *st, const struct tenant *t,
    const struct template *tpl, const char *who, int64_t now,
    struct buf *ret_old, bool *ret_changed, struct err *err);
/* An ERR_USAGE when the tenant has none of that name. */
int template_remove(struct store *st, const struct tenant *t, const char *name,
    const char *who, int64_t now, struct err *err);
/* Adds what the tenant's store has to the library. */
int template_load(struct store *st, const struct tenant *t,
    struct template_library *lib, struct err *err);

#endif
