/* SPDX-License-Identifier: ISC */
/* A report as JSON, for people, and as a summary. */
#include "domain/domain.h"
#include "json/json.h"
#include "table/table.h"

const char *const domain_columns[] = {"domain", "check", "severity", "risk",
    "name", "type", "finding", "advice", "should", "found", "source"};
const size_t domain_column_count = COUNT_OF(domain_columns);

static const char *const parts[] = {[DOMAIN_MX] = "mx",
    [DOMAIN_SPF] = "spf",
    [DOMAIN_RELAY] = "relay",
    [DOMAIN_DKIM] = "dkim",
    [DOMAIN_DMARC] = "dmarc"};
static const char *const titles[] = {[DOMAIN_MX] = "MX",
    [DOMAIN_SPF] = "SPF",
    [DOMAIN_RELAY] = "Who sends",
    [DOMAIN_DKIM] = "DKIM",
    [DOMAIN_DMARC] = "DMARC"};
static const char *const severities[] = {[DOMAIN_OK] = "ok",
    [DOMAIN_NOTE] = "note",
    [DOMAIN_WARNING] = "warning",
    [DOMAIN_UNKNOWN] = "unknown",
    [DOMAIN_PROBLEM] = "problem"};
static const char *const risks[] = {[DOMAIN_NO_RISK] = NULL,
    [DOMAIN_REFUSED] = "refused",
    [DOMAIN_SPOOFED] = "spoofed"};
static void
add_there(struct json_writer *w, const char *name, struct str value)
{
	if (value.p)
		json_add_text(w, name, value);
}

static void
put_one(const struct domain_report *r, const struct domain_finding *f,
    struct buf *out)
{
	struct json_writer w = {.out = out};

	json_put_object(&w);
	json_add_text(&w, "domain", r->domain);
	json_add_text(&w, "check", str_of(parts[f->part]));
	json_add_text(&w, "severity", str_of(severities[f->severity]));
	add_there(&w, "risk", str_of(risks[f->risk]));
	json_add_text(&w, "name", f->name);
	json_add_text(&w, "type", str_of(f->type));
	json_add_text(&w, "finding", f->finding);
	add_there(&w, "advice", f->advice);
	add_there(&w, "should", f->should);
	add_there(&w, "found", f->found);
	add_there(&w, "source", str_of(f->source));
	json_put_end(&w);
	buf_addc(out, '\n');
}

void
domain_put(const struct domain_report *r, struct buf *out)
{
	for (size_t i = 0; i < r->count; i++)
		put_one(r, &r->list[i], out);
}

/* A record as a zone's file has it. */
static void
add_record(
    struct table_block *b, const struct domain_finding *f, struct str value)
{
	const char *quote = strcmp(f->type, "TXT") == 0 ? "\"" : "";

	table_block_addf(b, "", "%.*s %s %s%.*s%s", STR_ARG(f->name), f->type,
	    quote, STR_ARG(value), quote);
}

void
domain_draw(const struct domain_report *r, size_t columns, struct buf *out)
{
	struct table_block *b = table_block_new();
	struct str shown = {NULL, 0};

	for (size_t i = 0; i < r->count; i++) {
		const struct domain_finding *f = &r->list[i];

		if (i == 0 || f->part != f[-1].part)
			table_block_title(b, titles[f->part]);
		table_block_add(b, severities[f->severity], f->finding);
		/* One record is often told of more than once. */
		if (f->found.p && !(shown.p && str_eq(shown, f->found)))
			add_record(b, f, f->found);
		shown = f->found;
		if (f->advice.p)
			table_block_addf(b, "", "-> %.*s", STR_ARG(f->advice));
		if (f->should.p)
			add_record(b, f, f->should);
	}
	table_block_draw(b, columns, out);
	table_block_free(b);
}

void
domain_add_summary(const struct domain_report *r, struct buf *out)
{
	size_t problems = domain_count(r, DOMAIN_PROBLEM),
	       warnings = domain_count(r, DOMAIN_WARNING),
	       unknown = domain_count(r, DOMAIN_UNKNOWN);
	bool refused = domain_has(r, DOMAIN_REFUSED),
	     spoofed = domain_has(r, DOMAIN_SPOOFED);

	text_safe(out, r->domain);
	buf_addf(out, ": %zu problem%s, %zu warning%s", problems,
	    plural((int64_t)problems), warnings, plural((int64_t)warnings));
	if (unknown)
		buf_addf(out, ", %zu not known", unknown);
	if (refused)
		buf_addstr(out, "; mail from it would likely be refused");
	if (spoofed)
		buf_addstr(out, refused ? ", and others can send in its name"
					: "; others can send mail in its name");
}
