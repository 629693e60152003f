/* SPDX-License-Identifier: ISC */
/*
 * dl-template: the words of what is sent. Templates are defined, checked
 * before anything can go wrong, and tried out on leads.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "lead/lead.h"
#include "session/session.h"
#include "template/template.h"

static struct {
	const char *lead, *locale, *part, *data;
	bool sample;
} arg;

/* ---- definitions -------------------------------------------------- */

/* Mistakes in templates: printed, and counted. */
static void
print_wrong(void *context, struct place where, const char *text)
{
	struct buf line = {0};

	(void)context;
	place_add(&line, where);
	cli_error("%s%s", line.p ? line.p : "", text);
	buf_release(&line);
}

/* What a change of one makes of the others: told, but nobody is stopped. */
static void
check_others(
    struct session *s, const struct template_library *lib, const char *changed)
{
	struct remarks ignored = {0};

	template_check_all(
	    lib, changed, &lead_catalogue, cli_remarks(s->call), &ignored);
}

static int
read_file(
    const char *path, const char *name, struct template **ret, struct err *err)
{
	struct json *document;

	if (json_doc_read(path, &document, err) < 0)
		return -1;
	return template_of(document, name, ret, err);
}

/* A template with mistakes is no template: nothing is stored. The library
 * takes it. */
static int
check_new(struct session *s, struct template *tpl, struct template_library *lib,
    struct err *err)
{
	struct remarks wrong = {.put = print_wrong};

	template_library_add(lib, tpl);
	template_check(lib, tpl, &lead_catalogue, &wrong, cli_remarks(s->call));
	if (wrong.count)
		return err_set(err, ERR_USAGE, "%s: %s, nothing stored",
		    tpl->name, wrong.count == 1 ? "a mistake" : "mistakes");
	return 0;
}

static int
define_template(struct session *s, struct err *err)
{
	struct template *tpl = s->context;
	struct template_library *lib;
	struct buf old = {0}, new = {0};
	bool changed = false;
	int rc = template_library_open(s->st, s->tenant, &lib, err);

	if (rc < 0) {
		template_free(tpl);
		return -1;
	}
	rc = check_new(s, tpl, lib, err);
	if (rc == 0)
		rc = template_define(
		    s->st, s->tenant, tpl, s->who, s->now, &old, &changed, err);
	if (rc == 0) {
		check_others(s, lib, tpl->name);
		template_print(tpl, &new);
		session_summary(s, "%s: %s%s", tpl->name,
		    session_defined(
			s, "template", tpl->name, buf_str(&old), buf_str(&new)),
		    session_dry(s));
	}
	template_library_free(lib);
	buf_release(&old);
	buf_release(&new);
	return rc;
}

static int
define(const struct cli_call *call, struct err *err)
{
	const char *name, *file;
	struct template *tpl;

	session_define_operands(call, &name, &file);
	if (read_file(file ? file : "-", name, &tpl, err) < 0)
		return -1;
	return session_run(call, SESSION_CHANGE, define_template, tpl, err);
}

static int
list_templates(struct session *s, struct err *err)
{
	static const char *const columns[] = {
	    "name", "origin", "locales", "parts", "description", "updated_at"};
	struct template_library *lib;
	const struct template *tpl;
	struct buf line = {0};

	if (session_print(s, columns, COUNT_OF(columns), err) < 0 ||
	    template_library_open(s->st, s->tenant, &lib, err) < 0)
		return -1;
	for (size_t i = 0; (tpl = template_at(lib, i)) != NULL; i++) {
		buf_clear(&line);
		template_put(tpl, &line);
		printer_lines(&s->printer, buf_str(&line));
	}
	buf_release(&line);
	template_library_free(lib);
	return 0;
}

static int
show_template(struct session *s, struct err *err)
{
	struct template_library *lib;
	const struct template *tpl;
	struct buf text = {0};
	int rc;

	if (session_print(s, NULL, 0, err) < 0 ||
	    template_library_open(s->st, s->tenant, &lib, err) < 0)
		return -1;
	rc = template_need(lib, s->call->operands[0], &tpl, err);
	if (rc == 0) {
		template_print(tpl, &text);
		printer_text(&s->printer, buf_str(&text));
		session_summary(
		    s, "%s: %s", tpl->name, template_origin_names[tpl->origin]);
	}
	buf_release(&text);
	template_library_free(lib);
	return rc;
}

static int
remove_template(struct session *s, struct err *err)
{
	const char *name = s->call->operands[0];
	struct template_library *lib;
	const struct template *tpl;
	int rc;

	if (template_library_open(s->st, s->tenant, &lib, err) < 0)
		return -1;
	rc = template_need(lib, name, &tpl, err);
	if (rc == 0 && tpl->origin == TEMPLATE_SHIPPED)
		rc = err_set(err, ERR_USAGE,
		    "%s ships with the toolkit: it can be overridden, not "
		    "removed",
		    name);
	if (rc == 0)
		rc = template_remove(
		    s->st, s->tenant, name, s->who, s->now, err);
	if (rc == 0) {
		session_change(s, "template", name, NULL, NULL, "removed");
		session_summary(s, "%s: removed%s%s", name,
		    tpl->origin == TEMPLATE_OVERRIDDEN
			? ", the shipped one is back"
			: "",
		    session_dry(s));
		template_free(template_library_take(lib, name));
		check_others(s, lib, name);
	}
	template_library_free(lib);
	return rc;
}

/* ---- check -------------------------------------------------------- */

static int
check_stored(struct session *s, struct err *err)
{
	struct remarks wrong = {.put = print_wrong};
	struct template_library *lib;

	if (template_library_open(s->st, s->tenant, &lib, err) < 0)
		return -1;
	template_check_all(
	    lib, NULL, &lead_catalogue, &wrong, cli_remarks(s->call));
	template_library_free(lib);
	return wrong.count ? CLI_NO : CLI_DONE;
}

/* Files that are checked see each other and what ships. */
static int
check_files(struct session *s, struct err *err)
{
	struct template_library *lib = template_library_shipped(s->tenant);
	struct remarks wrong = {.put = print_wrong};
	const struct template *tpl;

	for (size_t i = 0; i < s->call->count; i++) {
		struct template *read;

		if (read_file(s->call->operands[i], NULL, &read, err) == 0) {
			template_library_add(lib, read);
		} else if (err->kind == ERR_USAGE) {
			remark(&wrong, (struct place){0}, "%s", err->text);
			err_clear(err);
		} else {
			template_library_free(lib);
			return -1;
		}
	}
	for (size_t i = 0; (tpl = template_at(lib, i)) != NULL; i++)
		if (tpl->origin != TEMPLATE_SHIPPED)
			template_check(lib, tpl, &lead_catalogue, &wrong,
			    cli_remarks(s->call));
	template_library_free(lib);
	return wrong.count ? CLI_NO : CLI_DONE;
}

static int
check(const struct cli_call *call, struct err *err)
{
	return call->count
		   ? session_run(call, SESSION_FILTER, check_files, NULL, err)
		   : session_run(call, SESSION_READ, check_stored, NULL, err);
}

/* ---- render ------------------------------------------------------- */

struct rendering {
	struct session *session;
	struct template_library *library;
	const struct template *template;
	int part;      /* only this one; TEMPLATE_PART__MAX: all, as a record */
	int64_t about; /* the lead named by --lead; 0: none */
	uint64_t made, failed;
	struct template_message message;
	struct buf lead, owner, data, line;
	struct arena arena;
};

/* Safe for a terminal, line by line. */
static void
add_letter_lines(struct buf *page, struct str text)
{
	struct str line;
	bool more = true;

	while (more && text.n) {
		more = str_cut(&text, '\n', &line);
		text_safe(page, line);
		if (more)
			buf_addc(page, '\n');
	}
}

/* For people: the subject, and the text or what there is. */
static void
print_letter(struct rendering *r)
{
	const struct template_message *m = &r->message;
	struct printer *p = &r->session->printer;
	struct buf page = {0};

	if (r->made++)
		buf_addstr(&page, "\n\n");
	for (int i = 0; i < TEMPLATE_PART__MAX; i++) {
		if (!m->has[i] || (i == TEMPLATE_HTML && m->has[TEMPLATE_TEXT]))
			continue;
		add_letter_lines(&page, buf_str(&m->part[i]));
		if (i == TEMPLATE_SUBJECT)
			buf_addstr(&page, "\n\n");
	}
	printer_text(p, buf_str(&page));
	buf_release(&page);
}

static int
print_message(struct rendering *r, struct str lead, struct err *err)
{
	struct printer *p = &r->session->printer;
	const char *name = r->template->name;

	if (r->part < TEMPLATE_PART__MAX) {
		if (!r->message.has[r->part])
			return err_set(err, ERR_USAGE, "%s has no %s in %s",
			    name, template_part_names[r->part],
			    r->message.locale);
		printer_text(p, buf_str(&r->message.part[r->part]));
		if (r->part == TEMPLATE_SUBJECT)
			printer_text(p, STR("\n"));
	} else if (p->format == RECORD_TABLE) {
		print_letter(r);
	} else {
		buf_clear(&r->line);
		template_message_put(&r->message, name, lead, &r->line);
		printer_lines(p, buf_str(&r->line));
	}
	return 0;
}

/* What is known of a lead, in a snapshot of its own: the next record may be
 * long in coming. */
static int
read_lead(struct rendering *r, int64_t lead, struct err *err)
{
	struct session *s = r->session;
	int rc;

	if (store_begin(s->st, STORE_SNAPSHOT, "render a template", err) < 0)
		return -1;
	rc = lead_tell(
	    s->st, s->tenant, lead, &s->moment, &r->lead, &r->owner, err);
	store_rollback(s->st);
	return rc;
}

/* One message, about a lead or (0) nobody; with what the sender adds. */
static int
render_one(struct rendering *r, int64_t lead, struct str data, struct err *err)
{
	struct template_words words = {
	    .data = data, .now = r->session->now, .locale = arg.locale};
	struct str id = {0};

	arena_clear(&r->arena);
	buf_clear(&r->lead);
	buf_clear(&r->owner);
	if (lead && read_lead(r, lead, err) < 0)
		return -1;
	if (r->lead.len)
		words.lead = buf_str(&r->lead);
	if (r->owner.len)
		words.owner = buf_str(&r->owner);
	if (lead)
		id = json_stored_text(words.lead, STR("id"), &r->arena);
	if (arg.sample)
		words = template_sampled(r->template, &words, &r->arena);
	if (template_render(
		r->library, r->template->name, &words, &r->message, err) < 0)
		return -1;
	return print_message(r, id, err);
}

/* What is wrong with one message is said, and the others are rendered. */
static int
settle(struct rendering *r, struct place where, int rc, struct err *err)
{
	if (rc == 0 || err->kind != ERR_USAGE)
		return rc;
	print_wrong(NULL, where, err->text);
	err_clear(err);
	r->failed++;
	return 0;
}

/* Whom a record is about: a lead that was named, else the one it names. */
static int
lead_of_record(struct rendering *r, const struct record *record, int64_t *ret,
    struct err *err)
{
	static const char *const names[] = {"lead", "id", "email"};
	const struct field *f = NULL;

	*ret = r->about;
	for (size_t i = 0; !*ret && !f && i < COUNT_OF(names); i++)
		f = record_find(record, names[i]);
	return f ? lead_need(
		       r->session->st, r->session->tenant, f->text, ret, err)
		 : 0;
}

/* A record's members are what the sender adds. */
static int
render_record(struct rendering *r, const struct record *record, struct err *err)
{
	struct json_writer w = {.out = &r->data};
	int64_t lead;
	int rc;

	buf_clear(&r->data);
	json_put_object(&w);
	for (size_t i = 0; i < record->count; i++) {
		const struct field *f = &record->field[i];

		if (f->type == FIELD_MISSING || str_is(f->name, "lead"))
			continue;
		json_put_key(&w, f->name);
		field_put_json(&w, f);
	}
	json_put_end(&w);
	rc = lead_of_record(r, record, &lead, err);
	if (rc == 0)
		rc = render_one(r, lead, buf_str(&r->data), err);
	return settle(r, record->place, rc, err);
}

static int
render_records(struct rendering *r, struct err *err)
{
	char *paths[] = {(char *)(uintptr_t)arg.data};
	struct record_input input = {.remarks = cli_remarks(r->session->call)};
	struct record_reader *reader;
	struct record_reject reject;
	struct record record;
	enum record_got got;

	if (record_reader_open(paths, 1, &input, &reader, err) < 0)
		return -1;
	while ((got = record_next(reader, &record, &reject, err)) > 0) {
		if (got == RECORD_GOT_REJECT) {
			print_wrong(NULL, reject.place, reject.reason);
			r->failed++;
		} else if (render_record(r, &record, err) < 0) {
			got = RECORD_GOT_ERROR;
			break;
		}
	}
	record_reader_close(reader);
	return got == RECORD_GOT_ERROR ? -1 : 0;
}

static int
render_all(struct rendering *r, struct err *err)
{
	struct session *s = r->session;

	if (template_need(r->library, s->call->operands[0], &r->template, err) <
		0 ||
	    (arg.lead && lead_need(s->st, s->tenant, str_of(arg.lead),
			     &r->about, err) < 0))
		return -1;
	if (arg.data)
		return render_records(r, err);
	return settle(r, (struct place){0},
	    render_one(r, r->about, (struct str){0}, err), err);
}

static int
render(struct session *s, struct err *err)
{
	static const char *const columns[] = {
	    "lead", "template", "locale", "subject", "text", "html"};
	struct rendering r = {.session = s, .part = TEMPLATE_PART__MAX};
	enum template_locale locale;
	int rc;

	if (!arg.lead && !arg.data && !arg.sample)
		return err_set(err, ERR_USAGE,
		    "about whom? give --lead LEAD, --data FILE or --sample");
	for (int p = 0; arg.part && p < TEMPLATE_PART__MAX; p++)
		if (strcmp(arg.part, template_part_names[p]) == 0)
			r.part = p;
	if (arg.part && r.part == TEMPLATE_PART__MAX)
		return err_set(err, ERR_USAGE,
		    "--part: not subject, text or html: %s",
		    quoted(str_of(arg.part)));
	if (arg.locale && template_locale_find(arg.locale, &locale, err) < 0)
		return err_prefix(err, "--locale");
	if (session_print(s, columns, COUNT_OF(columns), err) < 0 ||
	    template_library_open(s->st, s->tenant, &r.library, err) < 0)
		return -1;
	rc = render_all(&r, err);
	template_library_free(r.library);
	template_message_release(&r.message);
	buf_release(&r.lead);
	buf_release(&r.owner);
	buf_release(&r.data);
	buf_release(&r.line);
	arena_release(&r.arena);
	return rc < 0 ? rc : r.failed ? CLI_REJECTS : CLI_DONE;
}

/* ---- the tables --------------------------------------------------- */

static const struct cli_option render_options[] = {
    CLI_TEXT('l', "lead", "LEAD", &arg.lead, "this lead, by id or e-mail"),
    CLI_TEXT(0, "locale", "LOCALE", &arg.locale,
	"ja or en, instead of the tenant's"),
    CLI_TEXT(0, "part", "PART", &arg.part,
	"only the subject, text or html, as it is"),
    CLI_FILE(0, "data", "FILE", &arg.data,
	"what the sender adds, a message for each record"),
    CLI_FLAG(0, "sample", &arg.sample,
	"what is missing comes from the template's sample"),
    CLI_END};

#define DEFINING (CLI_STORE | CLI_DRY_RUN | CLI_CHANGES | CLI_OUTPUT)

static const struct cli_verb verbs[] = {
    {.name = "list",
	.help = "print the templates, and which of them ship",
	.shared = CLI_READING,
	.run = session_reads,
	.work = list_templates},
    {.name = "show",
	.help = "print a template as define accepts it",
	.operands = "NAME",
	.shared = CLI_STORE | CLI_OUTPUT,
	.run = session_reads,
	.work = show_template},
    {.name = "define",
	.help = "store a template, perhaps over one that ships",
	.operands = "[NAME] [FILE]",
	.shared = DEFINING,
	.run = define},
    {.name = "remove",
	.help = "delete a template; one that ships comes back",
	.operands = "NAME",
	.shared = DEFINING,
	.run = session_changes,
	.work = remove_template},
    {.name = "check",
	.help = "look for mistakes in files or in all templates",
	.operands = "[FILE...]",
	.shared = CLI_STORE,
	.run = check},
    {.name = "render",
	.help = "print what a lead would get to read",
	.operands = "NAME",
	.options = render_options,
	.shared = CLI_READING,
	.run = session_reads,
	.work = render},
    {0}};

static const struct cli_program program = {
    .name = "dl-template",
    .summary = "the words of mail and alerts, with placeholders",
    .verbs = verbs,
    .default_verb = "list",
};

int
main(int argc, char **argv)
{
	return cli_main(&program, argc, argv);
}
