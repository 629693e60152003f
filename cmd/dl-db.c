/* SPDX-License-Identifier: ISC */
/*
 * dl-db: the store itself. Made, migrated, checked, copied, dumped; its
 * tenants and their people; what one person is owed: everything about them
 * out, or everything gone.
 */
#include <errno.h>
#include <unistd.h>

#include "cli/cli.h"
#include "lead/lead.h"
#include "record/record.h"
#include "store/store.h"
#include "tenant/tenant.h"

static struct {
	const char *name, *role, *region, *manager;
	int64_t since;
	bool inactive;
} arg = {.role = "sales", .since = INT64_MIN};

/* ---- printing ----------------------------------------------------------- */

struct printer {
	struct record_writer *writer;
	struct record_make make;
};

static int
printer_open(const struct cli_call *call, struct printer *p, struct err *err)
{
	const struct cli_shared *shared = call->shared;
	struct record_output output = {.width = shared->columns};
	FILE *out;

	if (!record_format_find(str_of(shared->format), &output.format))
		BUG("format %s", shared->format);
	if (cli_output(call, &out, err) < 0)
		return -1;
	memset(p, 0, sizeof(*p));
	p->writer = record_writer_new(out, &output);
	return 0;
}

/* Prints one JSON object, or several with a new line after each. */
static void
print_json(struct printer *p, struct str lines)
{
	struct str line;
	bool more = true;

	while (more) {
		more = str_cut(&lines, '\n', &line);
		if (line.n == 0)
			continue;
		record_make_clear(&p->make);
		record_add_members(&p->make, line);
		record_write(p->writer, &p->make.record);
	}
}

static int
printer_close(struct printer *p, int rc, struct err *err)
{
	struct err late = {0};

	record_make_release(&p->make);
	if (record_writer_close(p->writer, &late) < 0 && rc >= 0) {
		*err = late;
		return -1;
	}
	return rc;
}

/* ---- the store ---------------------------------------------------------- */

static void
trace(void *context, const char *sql, double ms)
{
	cli_verbose(context, 2, "%.1f ms: %s", ms, sql);
}

static int
open_store(const struct cli_call *call, enum store_mode mode,
    struct store **ret, struct err *err)
{
	if (store_open(call->shared->db, mode, ret, err) < 0)
		return -1;
	if (call->shared->verbose > 1)
		store_trace(*ret, trace, (void *)(uintptr_t)call);
	return 0;
}

static int
open_tenant(const struct cli_call *call, enum store_mode mode, const char *name,
    struct store **ret_store, struct tenant **ret_tenant, struct err *err)
{
	struct store *st;

	if (open_store(call, mode, &st, err) < 0)
		return -1;
	if (tenant_open(st, name, ret_tenant, err) < 0) {
		store_close(st);
		return -1;
	}
	*ret_store = st;
	return 0;
}

/* Ends a change: commits it, or rolls back after a failure or under -n. */
static int
end_change(
    const struct cli_call *call, struct store *st, int rc, struct err *err)
{
	if (rc < 0 || call->shared->dry_run) {
		store_rollback(st);
		return rc;
	}
	return store_commit(st, true, err);
}

static int
init(const struct cli_call *call, struct err *err)
{
	const struct cli_shared *shared = call->shared;
	struct store *st;
	int rc = 0;

	if (open_store(call, STORE_CREATE, &st, err) < 0)
		return -1;
	if (shared->tenant) {
		rc = store_begin(st, STORE_CHANGE, "init", err);
		if (rc == 0) {
			rc = tenant_add(
			    st, shared->tenant, shared->user, shared->now, err);
			rc = end_change(call, st, rc, err);
		}
	}
	store_close(st);
	if (rc == 0)
		cli_summary(call, "made %s%s%s", shared->db,
		    shared->tenant ? " with tenant " : "",
		    shared->tenant ? shared->tenant : "");
	return rc;
}

static int
migrate(const struct cli_call *call, struct err *err)
{
	struct store_stats stats;
	struct store *st;
	int rc;

	if (open_store(call, STORE_UPGRADE, &st, err) < 0)
		return -1;
	rc = store_stats(st, &stats, err);
	store_close(st);
	if (rc == 0)
		cli_summary(call, "%s is at schema %d", call->shared->db,
		    stats.schema_version);
	return rc;
}

/* ---- tenants ------------------------------------------------------------ */

static int
tenant_add_verb(const struct cli_call *call, struct err *err)
{
	const struct cli_shared *shared = call->shared;
	struct printer printer;
	struct store *st;
	struct tenant *t = NULL;
	struct buf text = {0};
	int rc;

	if (open_store(call, STORE_WRITE, &st, err) < 0)
		return -1;
	rc = store_begin(st, STORE_CHANGE, "tenant add", err);
	if (rc == 0) {
		rc = tenant_add(
		    st, call->operands[0], shared->user, shared->now, err);
		if (rc == 0)
			rc = tenant_open(st, call->operands[0], &t, err);
		rc = end_change(call, st, rc, err);
	}
	if (rc == 0 && (rc = printer_open(call, &printer, err)) == 0) {
		tenant_json(t, &text);
		print_json(&printer, buf_str(&text));
		rc = printer_close(&printer, 0, err);
	}
	buf_release(&text);
	tenant_free(t);
	store_close(st);
	return rc;
}

static int
print_tenant(void *context, const struct tenant *t, struct err *err)
{
	struct buf text = {0};

	(void)err;
	tenant_json(t, &text);
	print_json(context, buf_str(&text));
	buf_release(&text);
	return 0;
}

static int
tenant_list_verb(const struct cli_call *call, struct err *err)
{
	struct printer printer;
	struct store *st;
	int rc;

	if (open_store(call, STORE_READ, &st, err) < 0)
		return -1;
	rc = printer_open(call, &printer, err);
	if (rc == 0) {
		rc = tenant_list(st, print_tenant, &printer, err);
		rc = printer_close(&printer, rc, err);
	}
	store_close(st);
	return rc;
}

static int
tenant_show_verb(const struct cli_call *call, struct err *err)
{
	const char *name =
	    call->count > 0 ? call->operands[0] : call->shared->tenant;
	struct printer printer;
	struct tenant *t;
	struct store *st;
	int rc;

	if (open_tenant(call, STORE_READ, name, &st, &t, err) < 0)
		return -1;
	rc = printer_open(call, &printer, err);
	if (rc == 0) {
		rc = print_tenant(&printer, t, err);
		rc = printer_close(&printer, rc, err);
	}
	tenant_free(t);
	store_close(st);
	return rc;
}

/* dl-db tenant set [NAME] KEY=VALUE...: the name is what has no "=". */
static int
tenant_set_verb(const struct cli_call *call, struct err *err)
{
	const struct cli_shared *shared = call->shared;
	const char *name = shared->tenant;
	struct buf changes = {0};
	struct printer printer;
	struct tenant *t;
	struct store *st;
	size_t first = 0;
	int rc;

	if (!strchr(call->operands[0], '='))
		name = call->operands[first++];
	if (first == call->count)
		return err_set(err, ERR_USAGE, "no KEY=VALUE given");
	if (open_tenant(call, STORE_WRITE, name, &st, &t, err) < 0)
		return -1;
	rc = store_begin(st, STORE_CHANGE, "tenant set", err);
	for (size_t i = first; rc == 0 && i < call->count; i++)
		rc = tenant_set(st, t, call->operands[i], shared->user,
		    shared->now, &changes, err);
	if (store_in_transaction(st))
		rc = end_change(call, st, rc, err);
	if (rc == 0 && (rc = printer_open(call, &printer, err)) == 0) {
		print_json(&printer, buf_str(&changes));
		rc = printer_close(&printer, 0, err);
	}
	buf_release(&changes);
	tenant_free(t);
	store_close(st);
	return rc;
}

static int
tenant_settings_verb(const struct cli_call *call, struct err *err)
{
	struct buf text = {0};
	FILE *out;

	if (cli_output(call, &out, err) < 0)
		return -1;
	tenant_settings_help(&text);
	fwrite(text.p, 1, text.len, out);
	buf_release(&text);
	return CLI_DONE;
}

/* ---- users -------------------------------------------------------------- */

static void
member_put(const struct member *m, struct buf *out)
{
	struct json_writer w = {.out = out};
	const struct {
		const char *name;
		struct str value;
	} fields[] = {{"user", m->email}, {"name", m->name}, {"role", m->role},
	    {"region", m->region}, {"manager", m->manager}};

	json_put_object(&w);
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		if (fields[i].value.p) {
			json_put_name(&w, fields[i].name);
			json_put_text(&w, fields[i].value);
		}
	json_put_name(&w, "active");
	json_put_bool(&w, m->active);
	json_put_end(&w);
}

static int
print_member(void *context, const struct member *m, struct err *err)
{
	struct buf text = {0};

	(void)err;
	member_put(m, &text);
	print_json(context, buf_str(&text));
	buf_release(&text);
	return 0;
}

static int
user_add_verb(const struct cli_call *call, struct err *err)
{
	const struct cli_shared *shared = call->shared;
	const struct member m = {.email = str_of(call->operands[0]),
	    .name = str_of(arg.name),
	    .role = str_of(arg.role),
	    .region = str_of(arg.region),
	    .manager = str_of(arg.manager),
	    .active = !arg.inactive};
	struct printer printer;
	struct tenant *t;
	struct store *st;
	int rc;

	if (open_tenant(call, STORE_WRITE, shared->tenant, &st, &t, err) < 0)
		return -1;
	rc = store_begin(st, STORE_CHANGE, "user add", err);
	if (rc == 0) {
		rc = member_add(st, t, &m, shared->user, shared->now, err);
		rc = end_change(call, st, rc, err);
	}
	if (rc == 0 && (rc = printer_open(call, &printer, err)) == 0) {
		print_member(&printer, &m, err);
		rc = printer_close(&printer, 0, err);
	}
	tenant_free(t);
	store_close(st);
	return rc;
}

static int
user_list_verb(const struct cli_call *call, struct err *err)
{
	struct printer printer;
	struct tenant *t;
	struct store *st;
	int rc;

	if (open_tenant(call, STORE_READ, call->shared->tenant, &st, &t, err) <
	    0)
		return -1;
	rc = printer_open(call, &printer, err);
	if (rc == 0) {
		rc = member_list(st, t, print_member, &printer, err);
		rc = printer_close(&printer, rc, err);
	}
	tenant_free(t);
	store_close(st);
	return rc;
}

static int
user_set_verb(const struct cli_call *call, struct err *err)
{
	const struct cli_shared *shared = call->shared;
	struct tenant *t;
	struct store *st;
	int rc;

	if (open_tenant(call, STORE_WRITE, shared->tenant, &st, &t, err) < 0)
		return -1;
	rc = store_begin(st, STORE_CHANGE, "user set", err);
	for (size_t i = 1; rc == 0 && i < call->count; i++)
		rc = member_set(st, t, call->operands[0], call->operands[i],
		    shared->user, shared->now, err);
	if (store_in_transaction(st))
		rc = end_change(call, st, rc, err);
	tenant_free(t);
	store_close(st);
	return rc;
}

/* ---- care --------------------------------------------------------------- */

struct findings {
	struct printer *printer;
	const char *tenant; /* NULL: of the store itself */
	bool advice;
};

static void
print_finding(void *context, struct place where, const char *text)
{
	struct findings *f = context;
	struct buf line = {0};
	struct json_writer w = {.out = &line};

	(void)where;
	json_put_object(&w);
	json_put_name(&w, f->advice ? "advice" : "finding");
	json_put_text(&w, str_of(text));
	if (f->tenant) {
		json_put_name(&w, "tenant");
		json_put_text(&w, str_of(f->tenant));
	}
	json_put_end(&w);
	print_json(f->printer, buf_str(&line));
	buf_release(&line);
}

struct checking {
	struct store *st;
	struct findings *findings;
	struct remarks *remarks;
};

static int
check_tenant(void *context, const struct tenant *t, struct err *err)
{
	struct checking *c = context;
	int rc;

	c->findings->tenant = t->name;
	rc = lead_check(c->st, t, c->remarks, err);
	c->findings->tenant = NULL;
	return rc;
}

static int
check(const struct cli_call *call, struct err *err)
{
	struct printer printer;
	struct findings found = {.printer = &printer};
	struct findings advised = {.printer = &printer, .advice = true};
	struct remarks remarks = {.put = print_finding, .context = &found};
	struct remarks advice = {.put = print_finding, .context = &advised};
	struct checking checking = {.findings = &found, .remarks = &remarks};
	struct store_stats stats;
	struct store *st;
	int rc;

	if (open_store(call, STORE_READ, &st, err) < 0)
		return -1;
	if (printer_open(call, &printer, err) < 0) {
		store_close(st);
		return -1;
	}
	checking.st = st;
	rc = store_stats(st, &stats, err);
	if (rc == 0)
		rc = store_check(st, &remarks, &advice, err);
	if (rc == 0)
		rc = tenant_list(st, check_tenant, &checking, err);
	rc = printer_close(&printer, rc, err);
	store_close(st);
	if (rc < 0)
		return -1;
	cli_summary(call, "%s %s, schema %d: %llu findings", stats.engine,
	    stats.version, stats.schema_version,
	    (unsigned long long)remarks.count);
	return remarks.count ? CLI_NO : CLI_DONE;
}

struct counting {
	struct store *st;
	struct json_writer *w;
};

static int
count_tenant(void *context, const struct tenant *t, struct err *err)
{
	struct counting *c = context;
	int rc;

	json_put_object(c->w);
	json_put_name(c->w, "tenant");
	json_put_text(c->w, str_of(t->name));
	rc = lead_stats(c->st, t, c->w, err);
	json_put_end(c->w);
	return rc;
}

static void
put_stats(const struct store_stats *s, struct json_writer *w)
{
	const struct {
		const char *name;
		int64_t value;
	} numbers[] = {{"schema", s->schema_version},
	    {"file_bytes", s->file_bytes}, {"log_bytes", s->wal_bytes},
	    {"page_size", s->page_size}, {"pages", s->pages},
	    {"free_pages", s->free_pages}};

	json_put_name(w, "engine");
	json_put_text(w, str_of(s->engine));
	json_put_name(w, "version");
	json_put_text(w, str_of(s->version));
	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		json_put_name(w, numbers[i].name);
		json_put_int(w, numbers[i].value);
	}
}

static int
stats(const struct cli_call *call, struct err *err)
{
	struct buf text = {0};
	struct json_writer w = {.out = &text};
	struct counting counting = {.w = &w};
	struct store_stats numbers;
	struct printer printer;
	struct store *st;
	int rc;

	if (open_store(call, STORE_READ, &st, err) < 0)
		return -1;
	counting.st = st;
	rc = store_stats(st, &numbers, err);
	if (rc == 0) {
		json_put_object(&w);
		put_stats(&numbers, &w);
		json_put_name(&w, "tenants");
		json_put_array(&w);
		rc = tenant_list(st, count_tenant, &counting, err);
	}
	if (rc == 0) {
		json_put_end(&w);
		json_put_end(&w);
		rc = printer_open(call, &printer, err);
	}
	if (rc == 0) {
		print_json(&printer, buf_str(&text));
		rc = printer_close(&printer, 0, err);
	}
	buf_release(&text);
	store_close(st);
	return rc;
}

static void
show_backup(void *context, int64_t done, int64_t total)
{
	cli_progress(
	    context, "pages", (uint64_t)done, (uint64_t)done, (uint64_t)total);
}

static int
backup(const struct cli_call *call, struct err *err)
{
	struct store *st;
	int rc;

	if (open_store(call, STORE_READ, &st, err) < 0)
		return -1;
	rc = store_backup(
	    st, call->operands[0], show_backup, (void *)(uintptr_t)call, err);
	store_close(st);
	return rc;
}

static int
write_line(void *context, struct str line, struct err *err)
{
	FILE *out = context;

	(void)err;
	/* A failed write shows at the end; one to a closed pipe never does. */
	fwrite(line.p, 1, line.n, out);
	putc('\n', out);
	return 0;
}

static int
dump(const struct cli_call *call, struct err *err)
{
	struct tenant *t;
	struct store *st;
	FILE *out;
	int rc;

	if (cli_output(call, &out, err) < 0 ||
	    open_tenant(call, STORE_READ, call->shared->tenant, &st, &t, err) <
		0)
		return -1;
	rc = store_begin(st, STORE_SNAPSHOT, "dump", err);
	if (rc == 0) {
		rc = lead_dump(st, t, write_line, out, err);
		store_rollback(st);
	}
	tenant_free(t);
	store_close(st);
	return rc;
}

/* ---- one person --------------------------------------------------------- */

static int
person(const struct cli_call *call, struct err *err)
{
	struct buf text = {0};
	struct arena arena = {0};
	struct lead_row row;
	struct tenant *t;
	struct store *st;
	int64_t lead;
	FILE *out;
	int rc;

	if (cli_output(call, &out, err) < 0 ||
	    open_tenant(call, STORE_WRITE, call->shared->tenant, &st, &t, err) <
		0)
		return -1;
	/* Who looked is part of the audit, so reading is a change here. */
	rc = store_begin(st, STORE_CHANGE, "person", err);
	if (rc == 0) {
		rc = lead_need(st, t, str_of(call->operands[0]), &lead, err);
		if (rc == 0)
			rc = lead_person(st, t, lead, &text, err);
		if (rc == 0)
			rc = lead_row_read(st, t, lead, &arena, &row, err);
		if (rc == 0)
			rc = audit_add(st, t->id, call->shared->now,
			    call->shared->user, "lead.person",
			    row.text[LEAD_ID], (struct str){0}, err);
		rc = end_change(call, st, rc, err);
	}
	if (rc == 0)
		rc = write_line(out, buf_str(&text), err);
	buf_release(&text);
	arena_release(&arena);
	tenant_free(t);
	store_close(st);
	return rc;
}

static int
erase(const struct cli_call *call, struct err *err)
{
	const struct cli_shared *shared = call->shared;
	int64_t lead, rows, total = 0;
	struct tenant *t;
	struct store *st;
	int rc = 0;

	if (open_tenant(call, STORE_WRITE, shared->tenant, &st, &t, err) < 0)
		return -1;
	rc = store_begin(st, STORE_CHANGE, "erase", err);
	for (size_t i = 0; rc == 0 && i < call->count; i++) {
		rc = lead_need(st, t, str_of(call->operands[i]), &lead, err);
		if (rc == 0)
			rc = lead_erase(
			    st, t, lead, shared->user, shared->now, &rows, err);
		if (rc == 0)
			total += rows;
	}
	if (store_in_transaction(st))
		rc = end_change(call, st, rc, err);
	if (rc == 0 && !shared->dry_run)
		rc = store_scrub(st, err);
	if (rc == 0)
		cli_summary(call, "%s%zu leads and %lld rows erased",
		    shared->dry_run ? "would be: " : "", call->count,
		    (long long)total);
	tenant_free(t);
	store_close(st);
	return rc;
}

static int
print_audit(void *context, int64_t at, struct str who, struct str action,
    struct str object, struct str detail, struct err *err)
{
	struct buf line = {0}, time = {0};
	struct json_writer w = {.out = &line};

	(void)err;
	time_add(&time, at);
	json_put_object(&w);
	json_put_name(&w, "time");
	json_put_text(&w, buf_str(&time));
	json_put_name(&w, "user");
	json_put_text(&w, who);
	json_put_name(&w, "action");
	json_put_text(&w, action);
	if (object.p) {
		json_put_name(&w, "object");
		json_put_text(&w, object);
	}
	if (detail.p) {
		json_put_name(&w, "detail");
		json_put_raw(&w, detail);
	}
	json_put_end(&w);
	print_json(context, buf_str(&line));
	buf_release(&line);
	buf_release(&time);
	return 0;
}

static int
audit(const struct cli_call *call, struct err *err)
{
	struct printer printer;
	struct tenant *t;
	struct store *st;
	int rc;

	if (open_tenant(call, STORE_READ, call->shared->tenant, &st, &t, err) <
	    0)
		return -1;
	rc = printer_open(call, &printer, err);
	if (rc == 0) {
		rc = audit_list(st, t, arg.since, print_audit, &printer, err);
		rc = printer_close(&printer, rc, err);
	}
	tenant_free(t);
	store_close(st);
	return rc;
}

/* ---- the table ---------------------------------------------------------- */

static const struct cli_option user_options[] = {
    CLI_TEXT(0, "name", "NAME", &arg.name, "the person's name"),
    CLI_TEXT(0, "role", "ROLE", &arg.role,
	"admin, manager, sales (default), marketing or viewer"),
    CLI_TEXT(0, "region", "REGION", &arg.region, "whose leads they get"),
    CLI_TEXT(0, "manager", "EMAIL", &arg.manager, "who is told if need be"),
    CLI_FLAG(0, "inactive", &arg.inactive, "gets no leads for now"), CLI_END};

static const struct cli_option audit_options[] = {
    CLI_MOMENT(0, "since", "TIME", &arg.since, "only what was done since"),
    CLI_END};

enum {
	CHANGES = CLI_STORE | CLI_PRINTS | CLI_DRY_RUN | CLI_CHANGES,
	STORE_CHANGES =
	    CLI_DB | CLI_AS | CLI_NOW | CLI_PRINTS | CLI_DRY_RUN | CLI_CHANGES,
};

static const struct cli_verb verbs[] = {
    {.name = "init",
	.help = "make a new store, with its first tenant if one is named",
	.shared = CLI_STORE | CLI_CHANGES,
	.run = init},
    {.name = "migrate",
	.help = "bring an older store up to date",
	.shared = CLI_DB | CLI_CHANGES,
	.run = migrate},
    {.name = "tenant add",
	.operands = "NAME",
	.help = "add a tenant",
	.shared = STORE_CHANGES,
	.min = 1,
	.max = 1,
	.run = tenant_add_verb},
    {.name = "tenant list",
	.help = "list the tenants",
	.shared = CLI_DB | CLI_PRINTS,
	.run = tenant_list_verb},
    {.name = "tenant show",
	.operands = "[NAME]",
	.help = "show a tenant and its settings in force",
	.shared = CLI_DB | CLI_TENANT | CLI_PRINTS,
	.max = 1,
	.run = tenant_show_verb},
    {.name = "tenant set",
	.operands = "[NAME] KEY=VALUE...",
	.help = "change settings; an empty value is the default",
	.shared = CHANGES,
	.min = 1,
	.max = CLI_MANY,
	.run = tenant_set_verb},
    {.name = "tenant settings",
	.help = "say what can be set",
	.shared = CLI_OUTPUT,
	.run = tenant_settings_verb},
    {.name = "user add",
	.operands = "EMAIL",
	.help = "add one of the tenant's own people",
	.options = user_options,
	.shared = CHANGES,
	.min = 1,
	.max = 1,
	.run = user_add_verb},
    {.name = "user list",
	.help = "list the tenant's people",
	.shared = CLI_READING,
	.run = user_list_verb},
    {.name = "user set",
	.operands = "EMAIL KEY=VALUE...",
	.help = "change a person's name, role, region, manager, active",
	.shared = CLI_STORE | CLI_DRY_RUN | CLI_CHANGES,
	.min = 2,
	.max = CLI_MANY,
	.run = user_set_verb},
    {.name = "check",
	.help = "check the store and what is in it",
	.shared = CLI_DB | CLI_PRINTS,
	.run = check},
    {.name = "stats",
	.help = "sizes and counts",
	.shared = CLI_DB | CLI_PRINTS,
	.run = stats},
    {.name = "backup",
	.operands = "FILE",
	.help = "copy the store while others write",
	.shared = CLI_DB | CLI_PROGRESS,
	.min = 1,
	.max = 1,
	.run = backup},
    {.name = "dump",
	.help = "all of a tenant as NDJSON in canonical order",
	.shared = CLI_DB | CLI_TENANT | CLI_OUTPUT,
	.run = dump},
    {.name = "person",
	.operands = "LEAD",
	.help = "everything about one person as JSON",
	.shared = CLI_STORE | CLI_OUTPUT | CLI_CHANGES,
	.min = 1,
	.max = 1,
	.run = person},
    {.name = "erase",
	.operands = "LEAD...",
	.help = "erase people everywhere, free pages included",
	.shared = CLI_STORE | CLI_DRY_RUN | CLI_CHANGES,
	.min = 1,
	.max = CLI_MANY,
	.run = erase},
    {.name = "audit",
	.help = "who did what when",
	.options = audit_options,
	.shared = CLI_READING,
	.run = audit},
    {0}};

static const struct cli_program program = {
    .name = "dl-db",
    .summary = "the store: make, check, copy, dump it; tenants and users",
    .verbs = verbs,
};

int
main(int argc, char **argv)
{
	return cli_main(&program, argc, argv);
}
