/* SPDX-License-Identifier: ISC */
/*
 * dl-db: the store itself. Made, migrated, checked, copied, dumped; its
 * tenants and their people; what one person is owed: everything about them
 * out, or everything gone.
 */
#include <inttypes.h>
#include <string.h>

#include "cli/cli.h"
#include "lead/lead.h"
#include "session/session.h"
#include "store/copy.h"
#include "store/store.h"
#include "tenant/tenant.h"

static struct {
	const char *name, *role, *region, *manager;
	int64_t since;
	bool inactive, again;
} arg = {.role = "sales", .since = INT64_MIN};

/* ---- the store ---------------------------------------------------------- */

static void
add_note(void *context, struct place where, const char *text)
{
	struct session *s = context;
	struct json_writer w = {.out = &s->lines};

	(void)where;
	json_put_object(&w);
	json_put_name(&w, "note");
	json_put_text(&w, str_of(text));
	json_put_end(&w);
	buf_addc(&s->lines, '\n');
}

/* The administrator of a server reads what has been made there. */
static int
make(struct session *s, struct err *err)
{
	const struct cli_shared *shared = s->call->shared;
	struct remarks notes = {.put = add_note, .context = s};

	if (store_describe(s->st, &notes, err) < 0)
		return -1;
	session_summary(s, "made %s", shared->db);
	if (!shared->tenant)
		return 0;
	session_summary(s, " with tenant %s", shared->tenant);
	if (session_begin(s, err) < 0)
		return -1;
	return tenant_add(s->st, shared->tenant, s->who, s->now, err);
}

static int
init(const struct cli_call *call, struct err *err)
{
	return session_run(
	    call, SESSION_CREATE | SESSION_STORE, make, NULL, err);
}

static int
tell_version(struct session *s, struct err *err)
{
	struct store_stats stats;

	if (store_stats(s->st, &stats, err) < 0)
		return -1;
	session_summary(
	    s, "%s is at schema %d", s->call->shared->db, stats.schema_version);
	return 0;
}

static int
migrate(const struct cli_call *call, struct err *err)
{
	return session_run(
	    call, SESSION_UPGRADE | SESSION_STORE, tell_version, NULL, err);
}

/* ---- tenants ------------------------------------------------------------ */

static int
add_tenant(struct session *s, struct err *err)
{
	const char *name = s->call->operands[0];

	if (tenant_add(s->st, name, s->who, s->now, err) < 0 ||
	    session_tenant(s, name, err) < 0)
		return -1;
	tenant_json(s->tenant, &s->lines);
	return 0;
}

static int
list_tenants(struct session *s, struct err *err)
{
	static const char *const columns[] = {"tenant", "created_at",
	    "hot_threshold", "hot_margin", "hot_rearm", "band_warm", "band_hot",
	    "priority_critical", "priority_high", "priority_medium",
	    "conversion_events", "zone", "locale", "working_hours",
	    "working_days", "due_clock", "quiet_hours", "webhook_hosts", "plan",
	    "goals", "features", "quiet", "per_recipient"};

	if (session_print(s, columns, COUNT_OF(columns), err) < 0)
		return -1;
	return tenant_lines(s->st, session_each, s, err);
}

static int
show_tenant(struct session *s, struct err *err)
{
	const char *name =
	    s->call->count > 0 ? s->call->operands[0] : s->call->shared->tenant;
	struct buf text = {0};

	if (session_tenant(s, name, err) < 0 ||
	    session_print(s, NULL, 0, err) < 0)
		return -1;
	tenant_json(s->tenant, &text);
	printer_lines(&s->printer, buf_str(&text));
	buf_release(&text);
	return 0;
}

/* dl-db tenant set [NAME] KEY=VALUE...: the name is what has no "=". */
static int
set_tenant(struct session *s, struct err *err)
{
	char *const *operand = s->call->operands;
	const char *name = s->call->shared->tenant;
	int rc;

	if (!strchr(*operand, '='))
		name = *operand++;
	if (!*operand)
		return err_set(err, ERR_USAGE, "no KEY=VALUE given");
	rc = session_tenant(s, name, err);
	for (; rc == 0 && *operand; operand++)
		rc = tenant_set(
		    s->st, s->tenant, *operand, s->who, s->now, &s->lines, err);
	return rc;
}

static int
settings(const struct cli_call *call, struct err *err)
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

static int
add_user(struct session *s, struct err *err)
{
	const struct member m = {.email = str_of(s->call->operands[0]),
	    .name = str_of(arg.name),
	    .role = str_of(arg.role),
	    .region = str_of(arg.region),
	    .manager = str_of(arg.manager),
	    .active = !arg.inactive};

	member_json(&m, &s->lines);
	return member_add(s->st, s->tenant, &m, s->who, s->now, err);
}

static int
list_users(struct session *s, struct err *err)
{
	static const char *const columns[] = {
	    "user", "name", "role", "region", "manager", "active"};

	if (session_print(s, columns, COUNT_OF(columns), err) < 0)
		return -1;
	return member_lines(s->st, s->tenant, session_each, s, err);
}

static int
set_user(struct session *s, struct err *err)
{
	char *const *operand = s->call->operands;
	int rc = 0;

	for (size_t i = 1; rc == 0 && i < s->call->count; i++)
		rc = member_set(s->st, s->tenant, operand[0], operand[i],
		    s->who, s->now, &s->lines, err);
	return rc;
}

/* ---- care --------------------------------------------------------------- */

struct findings {
	struct session *session;
	const char *kind;   /* "finding" or "advice" */
	const char *tenant; /* NULL: of the store itself */
	struct remarks remarks;
};

static void
print_finding(void *context, struct place where, const char *text)
{
	struct findings *f = context;
	struct buf line = {0};
	struct json_writer w = {.out = &line};

	(void)where;
	json_put_object(&w);
	json_add_text(&w, f->kind, str_of(text));
	if (f->tenant)
		json_add_text(&w, "tenant", str_of(f->tenant));
	json_put_end(&w);
	printer_lines(&f->session->printer, buf_str(&line));
	buf_release(&line);
}

static int
check_tenant(void *context, const struct tenant *t, struct err *err)
{
	struct findings *f = context;
	int rc;

	f->tenant = t->name;
	rc = lead_check(f->session->st, t, &f->remarks, err);
	f->tenant = NULL;
	return rc;
}

static int
check(struct session *s, struct err *err)
{
	struct findings found = {
	    s, "finding", NULL, {print_finding, &found, 0}};
	struct findings advice = {
	    s, "advice", NULL, {print_finding, &advice, 0}};
	struct store_stats stats;

	if (session_print(s, NULL, 0, err) < 0 ||
	    store_stats(s->st, &stats, err) < 0 ||
	    store_check(s->st, &found.remarks, &advice.remarks, err) < 0 ||
	    tenant_list(s->st, check_tenant, &found, err) < 0)
		return -1;
	session_summary(s, "%s %s, schema %d: %" PRIu64 " finding%s",
	    stats.engine, stats.version, stats.schema_version,
	    found.remarks.count, plural((int64_t)found.remarks.count));
	return found.remarks.count ? CLI_NO : CLI_DONE;
}

static int
stats(struct session *s, struct err *err)
{
	struct buf text = {0};
	int rc = lead_store_stats(s->st, &text, err);

	if (rc == 0)
		rc = session_print(s, NULL, 0, err);
	if (rc == 0)
		printer_lines(&s->printer, buf_str(&text));
	buf_release(&text);
	return rc;
}

static void
show_backup(void *call, int64_t done, int64_t total)
{
	cli_progress(
	    call, "pages", (uint64_t)done, (uint64_t)done, (uint64_t)total);
}

static int
backup(struct session *s, struct err *err)
{
	return store_backup(s->st, s->call->operands[0], show_backup,
	    (void *)(uintptr_t)s->call, err);
}

static int
print_copied(void *context, const struct copied *copied, struct err *err)
{
	struct session *s = context;
	struct buf line = {0};

	copied_json(copied, &line);
	session_each(s, buf_str(&line), err);
	buf_release(&line);
	return 0;
}

static void
show_copied(void *session, int64_t rows)
{
	const struct session *s = session;

	cli_progress(s->call, "rows", (uint64_t)rows, (uint64_t)rows, 0);
}

static int
copy_into(struct session *s, struct err *err)
{
	const char *uri = s->call->operands[1];
	struct copy_watch watch = {print_copied, show_copied, s};
	struct copy_result done;
	struct store *to;
	int rc;

	if (store_open(uri, STORE_ENSURE, &to, err) < 0)
		return -1;
	rc = session_print(s, NULL, 0, err);
	if (rc == 0)
		rc = store_copy(s->st, to, s->call->shared->tenant, arg.again,
		    &watch, &done, err);
	store_close(to);
	if (rc < 0)
		return -1;
	session_summary(s, "%" PRId64 " tenant%s, %" PRId64 " row%s",
	    done.tenants, plural(done.tenants), done.rows, plural(done.rows));
	if (done.before > 0)
		session_summary(s, "; %" PRId64 " %s there already",
		    done.before, done.before == 1 ? "was" : "were");
	return 0;
}

/* The store of the session is the one that is copied. */
static int
copy(const struct cli_call *call, struct err *err)
{
	struct cli_shared shared = *call->shared;
	struct cli_call from = *call;

	if (strcmp(call->operands[0], call->operands[1]) == 0)
		return err_set(err, ERR_USAGE,
		    "%s: a store is not copied onto itself", call->operands[0]);
	shared.db = call->operands[0];
	from.shared = &shared;
	return session_run(
	    &from, SESSION_READ | SESSION_STORE, copy_into, NULL, err);
}

static int
distribute(struct session *s, struct err *err)
{
	struct buf lines = {0};
	int rc;

	if (session_print(s, NULL, 0, err) < 0)
		return -1;
	rc = store_distribute(s->st, &lines, err);
	session_each(s, buf_str(&lines), err);
	buf_release(&lines);
	if (rc == 0)
		session_summary(
		    s, "without the extension citus nothing can be done");
	return rc == 0 ? CLI_NO : rc < 0 ? -1 : CLI_DONE;
}

static int
distribute_store(const struct cli_call *call, struct err *err)
{
	return session_run(
	    call, SESSION_UPGRADE | SESSION_STORE, distribute, NULL, err);
}

static int
dump(struct session *s, struct err *err)
{
	if (session_print(s, NULL, 0, err) < 0 ||
	    store_begin(s->st, STORE_SNAPSHOT, "dump", err) < 0)
		return -1;
	return lead_dump(s->st, s->tenant, session_each, s, err);
}

/* ---- one person --------------------------------------------------------- */

static int
person(struct session *s, struct err *err)
{
	int64_t lead;

	if (lead_need(
		s->st, s->tenant, str_of(s->call->operands[0]), &lead, err) < 0)
		return -1;
	return lead_disclose(
	    s->st, s->tenant, lead, s->who, s->now, &s->lines, err);
}

static int
erase(struct session *s, struct err *err)
{
	bool dry = s->call->shared->dry_run;
	int64_t lead, rows, total = 0;

	for (size_t i = 0; i < s->call->count; i++) {
		struct str who = str_of(s->call->operands[i]);

		if (lead_need(s->st, s->tenant, who, &lead, err) < 0 ||
		    lead_erase(s->st, s->tenant, lead, s->who, s->now,
			&s->lines, &rows, err) < 0)
			return -1;
		total += rows;
	}
	session_summary(s, "%s%zu lead%s and %" PRId64 " row%s erased",
	    dry ? "would be: " : "", s->call->count,
	    plural((int64_t)s->call->count), total, plural(total));
	if (session_commit(s, 0, err) < 0 || session_tell(s, err) < 0)
		return -1;
	return dry ? 0 : store_scrub(s->st, err);
}

static int
audit(struct session *s, struct err *err)
{
	static const char *const columns[] = {
	    "time", "user", "action", "object", "detail"};

	if (session_print(s, columns, COUNT_OF(columns), err) < 0)
		return -1;
	return audit_lines(s->st, s->tenant, arg.since, session_each, s, err);
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

static const struct cli_option copy_options[] = {
    CLI_FLAG(0, "again", &arg.again, "begin an unfinished copy anew"), CLI_END};

enum {
	CHANGES = CLI_STORE | CLI_PRINTS | CLI_DRY_RUN | CLI_CHANGES,
	STORE_CHANGES =
	    CLI_DB | CLI_AS | CLI_NOW | CLI_PRINTS | CLI_DRY_RUN | CLI_CHANGES,
};

static const struct cli_verb verbs[] = {
    {.name = "init",
	.help = "make a new store, with its first tenant if one is named",
	.shared = CLI_STORE | CLI_PRINTS | CLI_CHANGES,
	.run = init},
    {.name = "migrate",
	.help = "bring an older store up to date",
	.shared = CLI_DB | CLI_CHANGES,
	.run = migrate},
    {.name = "tenant add",
	.operands = "NAME",
	.help = "add a tenant",
	.shared = STORE_CHANGES,
	.run = session_changes_store,
	.work = add_tenant},
    {.name = "tenant list",
	.help = "list the tenants",
	.shared = CLI_DB | CLI_PRINTS,
	.run = session_reads_store,
	.work = list_tenants},
    {.name = "tenant show",
	.operands = "[NAME]",
	.help = "show a tenant and its settings in force",
	.shared = CLI_DB | CLI_TENANT | CLI_PRINTS,
	.run = session_reads_store,
	.work = show_tenant},
    {.name = "tenant set",
	.operands = "[NAME] KEY=VALUE...",
	.help = "change settings; an empty value is the default",
	.shared = CHANGES,
	.run = session_changes_store,
	.work = set_tenant},
    {.name = "tenant settings",
	.help = "say what can be set",
	.shared = CLI_OUTPUT,
	.run = settings},
    {.name = "user add",
	.operands = "EMAIL",
	.help = "add one of the tenant's own people",
	.options = user_options,
	.shared = CHANGES,
	.run = session_changes,
	.work = add_user},
    {.name = "user list",
	.help = "list the tenant's people",
	.shared = CLI_READING,
	.run = session_reads,
	.work = list_users},
    {.name = "user set",
	.operands = "EMAIL KEY=VALUE...",
	.help = "change a person's name, role, region, manager, active",
	.shared = CHANGES,
	.run = session_changes,
	.work = set_user},
    {.name = "check",
	.help = "check the store and what is in it",
	.shared = CLI_DB | CLI_PRINTS,
	.run = session_reads_store,
	.work = check},
    {.name = "stats",
	.help = "sizes and counts",
	.shared = CLI_DB | CLI_PRINTS,
	.run = session_reads_store,
	.work = stats},
    {.name = "backup",
	.operands = "FILE",
	.help = "copy the store while others write",
	.shared = CLI_DB | CLI_PROGRESS,
	.run = session_reads_store,
	.work = backup},
    {.name = "copy",
	.operands = "FROM TO",
	.help = "copy tenants into another store, whatever the engines",
	.options = copy_options,
	.shared = CLI_TENANT | CLI_PRINTS | CLI_CHANGES | CLI_PROGRESS,
	.run = copy},
    {.name = "distribute",
	.help = "spread the tenants over a PostgreSQL cluster (Citus)",
	.shared = CLI_DB | CLI_PRINTS | CLI_CHANGES,
	.run = distribute_store},
    {.name = "dump",
	.help = "all of a tenant as NDJSON in canonical order",
	.shared = CLI_DB | CLI_TENANT | CLI_OUTPUT,
	.run = session_reads,
	.work = dump},
    {.name = "person",
	.operands = "LEAD",
	.help = "everything about one person as JSON",
	.shared = CLI_STORE | CLI_OUTPUT | CLI_CHANGES,
	.run = session_changes,
	.work = person},
    {.name = "erase",
	.operands = "LEAD...",
	.help = "erase people everywhere, free pages included",
	.shared = CHANGES,
	.run = session_changes,
	.work = erase},
    {.name = "audit",
	.help = "who did what when",
	.options = audit_options,
	.shared = CLI_READING,
	.run = session_reads,
	.work = audit},
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
