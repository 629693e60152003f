/* SPDX-License-Identifier: ISC */
/*
 * dl-score: scores leads by rules and says why. Rule sets are defined, tried
 * out on what is stored, applied to what changed; learnt from what became of
 * leads and judged by it.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "chart/chart.h"
#include "cli/cli.h"
#include "lead/lead.h"
#include "record/record.h"
#include "score/score.h"
#include "store/store.h"
#include "table/table.h"
#include "tenant/tenant.h"

static struct {
	bool all, no_events, reference, why, leads;
	struct cli_list lead, exclude;
	const char *rule, *rules, *set, *events, *rejects, *share;
	int64_t top, threshold, bins, max_rules, min_support, lead_time;
	double l2;
} arg = {
    .bins = 8, .max_rules = 200, .min_support = 0, .l2 = 2, .threshold = -1};

/* ---- printing ----------------------------------------------------- */

struct printer {
	FILE *out;
	enum record_format format;
	struct record_writer *writer; /* NULL: lines go out as they are */
	struct record_make make;
};

static const char *const move_columns[] = {"lead", "email", "old_score",
    "score", "fit", "engagement", "band", "priority", "is_hot", "became_hot_at",
    "rules"};
static const char *const set_columns[] = {
    "name", "active", "rules", "updated_at"};
static const char *const history_columns[] = {
    "time", "old_score", "score", "fit", "engagement", "rules"};
static const char *const explain_columns[] = {"lead", "email", "score", "fit",
    "engagement", "band", "priority", "is_hot", "rules", "to_hot"};

/* columns NULL: whatever the records hold. The last one, usually "rules", is
 * left out of tables when it is one of two or more. */
static int
printer_open(const struct cli_call *call, struct printer *p,
    const char *const *columns, size_t count, struct err *err)
{
	const struct cli_shared *shared = call->shared;
	struct record_output output = {.width = shared->columns};

	memset(p, 0, sizeof(*p));
	if (!record_format_find(str_of(shared->format), &p->format))
		BUG("format %s", shared->format);
	if (cli_output(call, &p->out, err) < 0)
		return -1;
	if (p->format == RECORD_NDJSON)
		return 0;
	output.format = p->format;
	if (p->format != RECORD_JSON && columns) {
		output.columns = columns;
		output.column_count = count;
		output.drop = true;
	}
	p->writer = record_writer_new(p->out, &output);
	return 0;
}

/* JSON objects, one a line. */
static void
print_lines(struct printer *p, struct str lines)
{
	struct str line;
	bool more = true;

	if (!p->writer) {
		fwrite(lines.p, 1, lines.n, p->out);
		if (lines.n && lines.p[lines.n - 1] != '\n')
			fputc('\n', p->out);
		return;
	}
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
	if (p->writer && record_writer_close(p->writer, &late) < 0 && rc >= 0) {
		*err = late;
		return -1;
	}
	return rc;
}

/* ---- the store
 * ---------------------------------------------------------------- */

struct session {
	struct store *st;
	struct tenant *tenant;
	struct cond_moment moment;
};

static void
trace(void *context, const char *sql, double ms)
{
	cli_verbose(context, 2, "%.1f ms: %s", ms, sql);
}

static int
session_open(const struct cli_call *call, enum store_mode mode,
    struct session *s, struct err *err)
{
	memset(s, 0, sizeof(*s));
	if (store_open(call->shared->db, mode, &s->st, err) < 0)
		return -1;
	if (call->shared->verbose > 1)
		store_trace(s->st, trace, (void *)(uintptr_t)call);
	if (tenant_open(s->st, call->shared->tenant, &s->tenant, err) < 0) {
		store_close(s->st);
		return -1;
	}
	s->moment = tenant_moment(s->tenant, call->shared->now);
	return 0;
}

static void
session_close(struct session *s)
{
	tenant_free(s->tenant);
	store_close(s->st);
}

/* A change in one transaction: begun here, ended by end_change. */
static int
begin_change(struct session *s, const char *who, struct err *err)
{
	return store_begin(s->st, STORE_CHANGE, who, err);
}

static int
end_change(
    const struct cli_call *call, struct session *s, int rc, struct err *err)
{
	if (rc < 0 || call->shared->dry_run) {
		store_rollback(s->st);
		return rc;
	}
	return store_commit(s->st, true, err);
}

/* ---- rules from a file
 * ---------------------------------------------------------- */

static int
read_rules(const char *path, struct score_rules **ret, struct err *err)
{
	struct json *doc;
	int rc;

	if (json_doc_read(path, &doc, err) < 0)
		return -1;
	rc = score_rules_parse(doc, ret, err);
	json_doc_free(doc);
	return rc;
}

static int
read_reference(struct score_rules **ret, struct err *err)
{
	struct json *doc;
	int rc;

	if (json_doc_parse(score_reference(), "reference", &doc, err) < 0)
		return -1;
	rc = score_rules_parse(doc, ret, err);
	json_doc_free(doc);
	return rc;
}

/* A set by --rules FILE, --set NAME, or the active one; bound. */
static int
chosen_rules(struct session *s, struct score_rules **ret, struct err *err)
{
	if (!arg.rules)
		return score_set_open(s->st, s->tenant, arg.set, ret, err);
	if (read_rules(arg.rules, ret, err) < 0)
		return -1;
	if (score_rules_bind(*ret, s->st, s->tenant, err) == 0)
		return 0;
	score_rules_free(*ret);
	return -1;
}

/* ---- definitions
 * ------------------------------------------------------------------ */

/* [NAME] [FILE|-]: one operand that looks like a file is the file. */
static void
name_and_file(const struct cli_call *call, const char **name, const char **file)
{
	*name = NULL;
	*file = "-";
	for (size_t i = 0; i < call->count; i++) {
		const char *operand = call->operands[i];
		struct str s = str_of(operand);
		bool is_file =
		    strcmp(operand, "-") == 0 || i == 1 ||
		    (call->count == 1 &&
			(strchr(operand, '/') || str_ends(s, STR(".json"))));

		*(is_file ? file : name) = operand;
	}
}

/* What of the old document goes and what of the new one comes, line by line
 * between the parts that are equal at both ends. */
static void
print_difference(struct str old, struct str new, FILE *out)
{
	struct str line;
	size_t same = 0, end = 0;

	while (same < old.n && same < new.n &&old.p[same] == new.p[same])
		same++;
	while (same > 0 && (same > old.n || old.p[same - 1] != '\n'))
		same--;
	while (
	    end < old.n - same && end < new.n - same &&old.p[old.n - 1 - end] ==
				      new.p[new.n - 1 - end])
		end++;
	while (end > 0 && old.p[old.n - end - (old.n > end)] != '\n')
		end--;
	old = (struct str){old.p + same, old.n - same - end};
	new = (struct str){new.p + same, new.n - same - end};
	while (old.n && (str_cut(&old, '\n', &line) || line.n))
		fprintf(out, "- %.*s\n", STR_ARG(line));
	while (new.n && (str_cut(&new, '\n', &line) || line.n))
		fprintf(out, "+ %.*s\n", STR_ARG(line));
}

static bool
type_known(void *context, struct str event_type)
{
	struct session *s = context;
	int64_t number = -1;

	return lead_type_find(s->st, s->tenant, event_type, &number, NULL) ==
		   0 &&
	       number >= 0;
}

static int
define_set(const struct cli_call *call, struct session *s, const char *name,
    struct score_rules *rules, struct err *err)
{
	const struct cli_shared *shared = call->shared;
	struct buf old = {0}, new = {0};
	bool changed = false;
	FILE *out;
	int rc;

	if (cli_output(call, &out, err) < 0)
		return -1;
	score_rules_review(rules, type_known, s, cli_remarks(call));
	if (begin_change(s, "score define", err) < 0)
		return -1;
	rc = score_set_read(s->st, s->tenant, name, &old, NULL, err);
	if (rc >= 0)
		rc = score_set_define(s->st, s->tenant, name, rules,
		    shared->user, shared->now, &changed, err);
	rc = end_change(call, s, rc, err);
	if (rc == 0 && shared->dry_run) {
		score_rules_print(rules, &new);
		print_difference(buf_str(&old), buf_str(&new), out);
	}
	if (rc == 0)
		cli_summary(call, "%s: %zu rules, %s%s", name, rules->count,
		    changed ? (old.len ? "changed" : "defined") : "unchanged",
		    shared->dry_run ? " (dry run)" : "");
	buf_release(&old);
	buf_release(&new);
	return rc;
}

static int
define_verb(const struct cli_call *call, struct err *err)
{
	const char *name, *file;
	struct score_rules *rules;
	struct session s;
	int rc;

	name_and_file(call, &name, &file);
	rc = arg.reference ? read_reference(&rules, err)
			   : read_rules(file, &rules, err);
	if (rc < 0)
		return -1;
	if (!name)
		name = rules->name;
	if (!name) {
		score_rules_free(rules);
		return err_set(err, ERR_USAGE,
		    "a rule set needs a name: as operand, or as \"name\"");
	}
	rc = session_open(call, STORE_WRITE, &s, err);
	if (rc == 0) {
		rc = define_set(call, &s, name, rules, err);
		session_close(&s);
	}
	score_rules_free(rules);
	return rc;
}

static int
print_set(void *context, struct str name, bool active, size_t rules,
    int64_t updated_at, struct err *err)
{
	struct buf text = {0}, at = {0};
	struct json_writer w = {.out = &text};

	time_add(&at, updated_at);
	json_put_object(&w);
	json_put_name(&w, "name");
	json_put_text(&w, name);
	json_put_name(&w, "active");
	json_put_bool(&w, active);
	json_put_name(&w, "rules");
	json_put_int(&w, (int64_t)rules);
	json_put_name(&w, "updated_at");
	json_put_text(&w, buf_str(&at));
	json_put_end(&w);
	print_lines(context, buf_str(&text));
	buf_release(&text);
	buf_release(&at);
	return 0;
}

static int
list_verb(const struct cli_call *call, struct err *err)
{
	struct printer p;
	struct session s;
	int rc;

	if (session_open(call, STORE_READ, &s, err) < 0)
		return -1;
	rc = printer_open(call, &p, set_columns, COUNT_OF(set_columns), err);
	if (rc == 0) {
		rc = score_set_list(s.st, s.tenant, print_set, &p, err);
		rc = printer_close(&p, rc, err);
	}
	session_close(&s);
	return rc;
}

static int
show_verb(const struct cli_call *call, struct err *err)
{
	const char *name = call->count ? call->operands[0] : NULL;
	struct score_rules *rules = NULL;
	struct buf text = {0};
	struct session s;
	FILE *out;
	int rc;

	if (session_open(call, STORE_READ, &s, err) < 0)
		return -1;
	rc = score_set_open(s.st, s.tenant, name, &rules, err);
	if (rc == 0)
		rc = cli_output(call, &out, err);
	if (rc == 0) {
		score_rules_print(rules, &text);
		fwrite(text.p, 1, text.len, out);
	}
	buf_release(&text);
	score_rules_free(rules);
	session_close(&s);
	return rc;
}

static int
remove_verb(const struct cli_call *call, struct err *err)
{
	const struct cli_shared *shared = call->shared;
	struct session s;
	int rc;

	if (session_open(call, STORE_WRITE, &s, err) < 0)
		return -1;
	rc = begin_change(&s, "score remove", err);
	if (rc == 0) {
		rc = score_set_remove(s.st, s.tenant, call->operands[0],
		    shared->user, shared->now, err);
		rc = end_change(call, &s, rc, err);
	}
	session_close(&s);
	if (rc == 0)
		cli_summary(call, "%s: removed%s", call->operands[0],
		    shared->dry_run ? " (dry run)" : "");
	return rc;
}

static int
switch_set(const struct cli_call *call, bool on, struct err *err)
{
	const struct cli_shared *shared = call->shared;
	const char *name = call->operands[0];
	bool changed = true;
	struct session s;
	int rc;

	if (session_open(call, STORE_WRITE, &s, err) < 0)
		return -1;
	rc = begin_change(&s, "score enable", err);
	if (rc == 0) {
		if (arg.rule)
			rc = score_rule_enable(s.st, s.tenant, name, arg.rule,
			    on, shared->user, shared->now, &changed, err);
		else if (on)
			rc = score_set_enable(s.st, s.tenant, name,
			    shared->user, shared->now, err);
		else
			rc = score_set_disable(s.st, s.tenant, name,
			    shared->user, shared->now, err);
		rc = end_change(call, &s, rc, err);
	}
	session_close(&s);
	if (rc == 0)
		cli_summary(call, "%s%s%s: %s%s", name, arg.rule ? ": " : "",
		    arg.rule ? arg.rule : "",
		    !changed ? "unchanged"
		    : on     ? "enabled"
			     : "disabled",
		    shared->dry_run ? " (dry run)" : "");
	return rc;
}

static int
enable_verb(const struct cli_call *call, struct err *err)
{
	return switch_set(call, true, err);
}

static int
disable_verb(const struct cli_call *call, struct err *err)
{
	return switch_set(call, false, err);
}

/* A wrong definition is what a check is for: exit 4, not 2. */
static int
check_failed(struct err *err)
{
	if (err->kind != ERR_USAGE)
		return -1;
	cli_error("%s", err->text);
	err_clear(err);
	return CLI_NO;
}

struct check {
	const struct cli_call *call;
	struct session *session;
};

static int
check_stored(void *context, struct str name, bool active, size_t count,
    int64_t updated_at, struct err *err)
{
	struct check *c = context;
	char *copy = str_dup(name);
	struct score_rules *rules;
	int rc = score_set_open(
	    c->session->st, c->session->tenant, copy, &rules, err);

	if (rc == 0) {
		score_rules_review(
		    rules, type_known, c->session, cli_remarks(c->call));
		score_rules_free(rules);
	}
	free(copy);
	return rc;
}

static int
check_verb(const struct cli_call *call, struct err *err)
{
	struct score_rules *rules;
	struct session s;
	struct check check = {call, &s};
	int rc;

	if (call->count) {
		if (read_rules(call->operands[0], &rules, err) < 0)
			return check_failed(err);
		score_rules_review(rules, NULL, NULL, cli_remarks(call));
		score_rules_free(rules);
		return 0;
	}
	if (session_open(call, STORE_READ, &s, err) < 0)
		return -1;
	rc = score_set_list(s.st, s.tenant, check_stored, &check, err);
	session_close(&s);
	return rc < 0 ? check_failed(err) : rc;
}

/* ---- leads by name
 * ------------------------------------------------------------------ */

static int
compare_numbers(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* The leads named by operands and --lead, ascending, each once. */
static int
named_leads(const struct cli_call *call, struct session *s, int64_t **ret,
    size_t *ret_count, struct err *err)
{
	size_t total = call->count + arg.lead.count, count = 0;
	int64_t *leads = xcalloc(total + 1, sizeof(*leads));

	for (size_t i = 0; i < total; i++) {
		const char *who = i < call->count
				      ? call->operands[i]
				      : arg.lead.items[i - call->count];

		if (lead_need(s->st, s->tenant, str_of(who), &leads[i], err) <
		    0) {
			free(leads);
			return -1;
		}
	}
	qsort(leads, total, sizeof(*leads), compare_numbers);
	for (size_t i = 0; i < total; i++)
		if (count == 0 || leads[count - 1] != leads[i])
			leads[count++] = leads[i];
	*ret = leads;
	*ret_count = count;
	return 0;
}

/* ---- apply -------------------------------------------------------- */

struct apply_context {
	const struct cli_call *call;
	struct printer printer;
};

static int
apply_flush(void *context, struct str lines, struct err *err)
{
	struct apply_context *c = context;

	print_lines(&c->printer, lines);
	return 0;
}

static bool
apply_progress(void *context, uint64_t done, uint64_t whole)
{
	struct apply_context *c = context;

	cli_progress(c->call, "leads", done, done, whole);
	return cli_interrupted();
}

static void
apply_summary(const struct cli_call *call, const struct score_applied *done)
{
	struct buf text = {0};

	if (done->holder.len) {
		cli_summary(
		    call, "nothing done: already at work: %s", done->holder.p);
		return;
	}
	if (!done->scored)
		return;
	buf_addgroup(&text, (int64_t)done->scored);
	buf_addf(&text, " lead%s scored, ", done->scored == 1 ? "" : "s");
	buf_addgroup(&text, (int64_t)done->moved);
	buf_addstr(&text, " moved, ");
	buf_addgroup(&text, (int64_t)done->hot);
	buf_addstr(&text, " became hot");
	if (done->cooled) {
		buf_addstr(&text, ", ");
		buf_addgroup(&text, (int64_t)done->cooled);
		buf_addstr(&text, " cooled");
	}
	cli_summary(
	    call, "%s%s", text.p, call->shared->dry_run ? " (dry run)" : "");
	buf_release(&text);
}

static int
apply_rules(const struct cli_call *call, struct session *s,
    struct score_apply *job, struct err *err)
{
	struct apply_context context = {.call = call};
	struct score_applied done = {0};
	int rc;

	if (printer_open(call, &context.printer, move_columns,
		COUNT_OF(move_columns) - 1 +
		    (strcmp(call->shared->format, "table") != 0),
		err) < 0)
		return -1;
	job->moment = s->moment;
	job->replay = call->shared->replay;
	job->dry_run = call->shared->dry_run;
	job->all = arg.all;
	job->flush = apply_flush;
	job->progress = apply_progress;
	job->context = &context;
	rc = score_apply(s->st, s->tenant, job, &done, err);
	cli_progress_end();
	rc = printer_close(&context.printer, rc, err);
	if (rc == 0)
		apply_summary(call, &done);
	buf_release(&done.holder);
	return rc;
}

static int
apply_verb(const struct cli_call *call, struct err *err)
{
	enum store_mode mode = call->shared->dry_run ? STORE_READ : STORE_WRITE;
	struct score_apply job = {0};
	int64_t *leads = NULL;
	struct session s;
	int rc;

	if (session_open(call, mode, &s, err) < 0)
		return -1;
	rc = score_set_open(s.st, s.tenant, NULL, &job.rules, err);
	if (rc == 0 && (call->count || arg.lead.count)) {
		rc = named_leads(call, &s, &leads, &job.lead_count, err);
		job.leads = leads;
	}
	if (rc == 0)
		rc = apply_rules(call, &s, &job, err);
	free(leads);
	score_rules_free(job.rules);
	session_close(&s);
	return rc;
}

/* ---- explain ------------------------------------------------------ */

struct explain {
	const struct cli_call *call;
	struct session *session;
	const struct score_rules *rules;
	struct score_result result;
	struct cond *where;
	struct printer printer;
	bool to_hot;
	struct buf text;
	struct best *best; /* of --top; the best first */
	size_t best_count;
	bool choosing; /* scores are compared, nothing is printed yet */
	struct table *table;
};

struct best {
	int64_t score, lead;
};

/* Among equals the lead that came first stays in front. */
static void
keep_best(struct explain *e, int64_t lead)
{
	size_t i = e->best_count, top = (size_t)arg.top;

	while (i > 0 && e->best[i - 1].score < e->result.score)
		i--;
	if (i == top)
		return;
	if (e->best_count < top)
		e->best_count++;
	memmove(&e->best[i + 1], &e->best[i],
	    (e->best_count - i - 1) * sizeof(*e->best));
	e->best[i] = (struct best){e->result.score, lead};
}

static void
put_explained(struct explain *e, const struct lead_view *view)
{
	const struct tenant *t = e->session->tenant;
	bool hot = e->result.score >= t->settings.hot_threshold;
	struct json_writer w = {.out = &e->text};

	buf_clear(&e->text);
	json_put_object(&w);
	json_put_name(&w, "lead");
	json_put_text(&w, view->values[LEAD_ID].text);
	if (view->values[LEAD_EMAIL].kind == COND_IS_TEXT) {
		json_put_name(&w, "email");
		json_put_text(&w, view->values[LEAD_EMAIL].text);
	}
	score_explain(e->rules, view, &e->session->moment, &e->result, &w);
	json_put_name(&w, "band");
	json_put_text(&w, str_of(tenant_band(t, e->result.score)));
	json_put_name(&w, "priority");
	json_put_text(&w, str_of(tenant_priority(t, e->result.score, hot)));
	json_put_name(&w, "is_hot");
	json_put_bool(&w, hot);
	if (e->to_hot)
		score_explain_to_hot(e->rules, view, &e->session->moment,
		    &e->result, t->settings.hot_threshold, &w);
	json_put_end(&w);
	buf_addc(&e->text, '\n');
}

static void
draw_rules(struct explain *e, const struct json *list)
{
	static const struct table_column columns[] = {
	    {"points", TABLE_RIGHT, 0, 0}, {"rule", TABLE_LEFT, 12, 40},
	    {"because", TABLE_LEFT, 20, 0}};
	struct table *table = table_new(columns, COUNT_OF(columns));
	struct buf text = {0};

	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *rule = json_item(list, i);

		table_cell(table, json_text(json_find(rule, "points")));
		table_cell(table, json_text(json_find(rule, "rule")));
		table_cell(table, json_text(json_find(rule, "because")));
	}
	table_draw(
	    table, e->call->shared->columns, e->call->shared->ascii, &text);
	fwrite(text.p, 1, text.len, e->printer.out);
	buf_release(&text);
	table_free(table);
}

static void
draw_steps(struct explain *e, const struct json *hot)
{
	FILE *out = e->printer.out;
	const struct json *steps = json_find(hot, "steps");
	const struct json *together = json_find(hot, "together");

	if (!steps)
		return;
	fprintf(out, "\n%.*s more points would make it hot:\n",
	    STR_ARG(json_text(json_find(hot, "missing"))));
	for (size_t i = 0; i < json_count(steps); i++)
		fprintf(out, "  %.*s  ->  %.*s\n",
		    STR_ARG(json_text(json_find(json_item(steps, i), "what"))),
		    STR_ARG(
			json_text(json_find(json_item(steps, i), "score"))));
	for (size_t i = 0; i < json_count(together); i++)
		fprintf(out, "  %s%.*s\n", i ? "and " : "",
		    STR_ARG(
			json_text(json_find(json_item(together, i), "what"))));
	if (together)
		fprintf(out, "  ->  %.*s\n",
		    STR_ARG(json_text(json_find(hot, "score"))));
}

/* One lead for people. */
static int
draw_explained(struct explain *e, struct err *err)
{
	struct json *doc;
	FILE *out = e->printer.out;

	if (json_doc_parse(buf_str(&e->text), "explanation", &doc, err) < 0)
		return -1;
	fprintf(out,
	    "%.*s  score %.*s (fit %.*s, engagement %.*s), %.*s, priority "
	    "%.*s\n\n",
	    STR_ARG(json_text(json_find(doc, "lead"))),
	    STR_ARG(json_text(json_find(doc, "score"))),
	    STR_ARG(json_text(json_find(doc, "fit"))),
	    STR_ARG(json_text(json_find(doc, "engagement"))),
	    STR_ARG(json_text(json_find(doc, "band"))),
	    STR_ARG(json_text(json_find(doc, "priority"))));
	draw_rules(e, json_find(doc, "rules"));
	draw_steps(e, json_find(doc, "to_hot"));
	json_doc_free(doc);
	return 0;
}

struct reason {
	double points;
	struct str rule;
};

static int
by_points(const void *a, const void *b)
{
	const struct reason *x = a, *y = b;

	return (x->points < y->points) - (x->points > y->points);
}

/* One row of the best: who it is, and the rules that gave most first. */
static int
draw_best(struct explain *e, const struct lead_view *view, struct err *err)
{
	const struct cond_value *v = view->values;
	struct json *doc;
	const struct json *list;
	struct reason *reasons;
	struct buf why = {0};

	if (json_doc_parse(buf_str(&e->text), "explanation", &doc, err) < 0)
		return -1;
	list = json_find(doc, "rules");
	reasons = xcalloc(json_count(list) + 1, sizeof(*reasons));
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *rule = json_item(list, i);

		number_real(
		    json_text(json_find(rule, "points")), &reasons[i].points);
		reasons[i].rule = json_text(json_find(rule, "rule"));
	}
	qsort(reasons, json_count(list), sizeof(*reasons), by_points);
	for (size_t i = 0; i < json_count(list); i++) {
		buf_addf(&why, "%s%s", i ? ", " : "",
		    reasons[i].points < 0 ? "" : "+");
		buf_addreal(&why, reasons[i].points);
		buf_addf(&why, " %.*s", STR_ARG(reasons[i].rule));
	}
	table_int(e->table, e->result.score);
	table_cell(e->table, v[LEAD_ID].text);
	table_cell(e->table, v[LEAD_COMPANY].text);
	table_cell(e->table, v[LEAD_NAME].text);
	table_cell(e->table, v[LEAD_TITLE].text);
	table_cell(e->table, buf_str(&why));
	buf_release(&why);
	free(reasons);
	json_doc_free(doc);
	return 0;
}

static int
explain_views(struct explain *e, struct lead_views *views, struct err *err)
{
	const struct lead_view *view;
	int got;

	while ((got = lead_views_next(views, &view, err)) > 0) {
		if (e->where && !cond_eval(e->where, &view->subject,
				    &e->session->moment, NULL))
			continue;
		score_compute(e->rules, view, &e->session->moment, &e->result);
		if (e->choosing) {
			keep_best(e, view->lead_id);
			continue;
		}
		put_explained(e, view);
		if (e->table)
			got = draw_best(e, view, err);
		else if (e->to_hot && e->printer.format == RECORD_TABLE)
			got = draw_explained(e, err);
		else
			print_lines(&e->printer, buf_str(&e->text));
		if (got < 0 || cli_interrupted())
			break;
	}
	return got < 0 ? -1 : 0;
}

static int
explain_leads(struct explain *e, const struct lead_needs *needs,
    const int64_t *leads, size_t count, struct err *err)
{
	struct session *s = e->session;
	struct lead_views *views;
	int rc = store_begin(s->st, STORE_SNAPSHOT, "score explain", err);

	if (rc == 0)
		rc = lead_views_of(s->st, s->tenant, needs, &s->moment, leads,
		    count, &views, err);
	if (rc == 0) {
		rc = explain_views(e, views, err);
		lead_views_close(views);
	}
	store_rollback(s->st);
	return rc;
}

static int
explain_all(struct explain *e, const struct lead_needs *needs, struct err *err)
{
	enum { PAGE = 5000 };
	struct session *s = e->session;
	int64_t last;
	int rc = lead_last(s->st, s->tenant, &last, err);

	for (int64_t after = 0; rc == 0 && after < last; after += PAGE) {
		struct lead_views *views;

		rc = store_begin(s->st, STORE_SNAPSHOT, "score explain", err);
		if (rc == 0)
			rc = lead_views_range(s->st, s->tenant, needs,
			    &s->moment, after, after + PAGE, INT64_MAX, &views,
			    err);
		if (rc == 0) {
			rc = explain_views(e, views, err);
			lead_views_close(views);
		}
		store_rollback(s->st);
		if (cli_interrupted())
			break;
	}
	return rc;
}

/* The best leads, the best one first: chosen by one look at all of them. */
static int
explain_top(struct explain *e, struct lead_needs *needs, struct err *err)
{
	static const struct table_column columns[] = {
	    {"score", TABLE_RIGHT, 0, 0}, {"lead", TABLE_LEFT, 0, 40},
	    {"company", TABLE_LEFT, 12, 26}, {"name", TABLE_LEFT, 8, 20},
	    {"title", TABLE_LEFT, 8, 14}, {"why", TABLE_LEFT, 40, 0}};
	struct buf text = {0};
	int rc;

	e->best = xcalloc((size_t)arg.top + 1, sizeof(*e->best));
	e->choosing = true;
	rc = explain_all(e, needs, err);
	e->choosing = false;
	if (e->printer.format == RECORD_TABLE) {
		e->table = table_new(columns, COUNT_OF(columns));
		needs->field[LEAD_COMPANY] = needs->field[LEAD_NAME] =
		    needs->field[LEAD_TITLE] = true;
	}
	for (size_t i = 0; rc == 0 && i < e->best_count; i++)
		rc = explain_leads(e, needs, &e->best[i].lead, 1, err);
	if (rc == 0 && e->table && e->best_count > 0) {
		table_draw(e->table, e->call->shared->columns,
		    e->call->shared->ascii, &text);
		fwrite(text.p, 1, text.len, e->printer.out);
	}
	buf_release(&text);
	table_free(e->table);
	free(e->best);
	return rc;
}

/* -w, parsed and bound; NULL without. */
static int
where_condition(const struct cli_call *call, struct session *s,
    struct cond **ret, struct err *err)
{
	*ret = NULL;
	if (!call->shared->where)
		return 0;
	if (cond_parse(str_of(call->shared->where), "condition",
		&lead_catalogue, ret, err) < 0)
		return -1;
	return lead_bind_types(s->st, s->tenant, *ret, err);
}

static int
explain_run(const struct cli_call *call, struct explain *e, struct err *err)
{
	struct lead_needs needs = {0};
	int64_t *leads = NULL;
	size_t count = 0;
	int rc = printer_open(
	    call, &e->printer, explain_columns, COUNT_OF(explain_columns), err);

	if (rc < 0)
		return -1;
	score_rules_needs(e->rules, &needs);
	if (e->where)
		lead_needs_cond(&needs, e->where);
	needs.field[LEAD_ID] = needs.field[LEAD_EMAIL] = true;
	/* An explanation names what the fields of its conditions hold. */
	if (arg.top > 0) {
		rc = explain_top(e, &needs, err);
	} else if (arg.all || e->where) {
		rc = explain_all(e, &needs, err);
	} else {
		e->to_hot = true;
		rc = named_leads(call, e->session, &leads, &count, err);
		if (rc == 0)
			rc = explain_leads(e, &needs, leads, count, err);
		free(leads);
	}
	return printer_close(&e->printer, rc, err);
}

static int
explain_verb(const struct cli_call *call, struct err *err)
{
	struct score_rules *rules = NULL;
	struct session s;
	struct explain e = {.call = call, .session = &s};
	bool named = call->count > 0 || arg.lead.count > 0;
	int rc;

	if (!named && !arg.all && !arg.top && !call->shared->where)
		return err_set(
		    err, ERR_USAGE, "which lead? name one, or give --all");
	if (named && arg.top > 0)
		return err_set(
		    err, ERR_USAGE, "--top chooses by itself: name no lead");
	if (session_open(call, STORE_READ, &s, err) < 0)
		return -1;
	rc = chosen_rules(&s, &rules, err);
	if (rc == 0)
		rc = where_condition(call, &s, &e.where, err);
	if (rc == 0) {
		e.rules = rules;
		score_result_init(&e.result, rules);
		rc = explain_run(call, &e, err);
		score_result_release(&e.result);
	}
	buf_release(&e.text);
	cond_free(e.where);
	score_rules_free(rules);
	session_close(&s);
	return rc;
}

/* ---- history ------------------------------------------------------ */

static int
print_history(void *context, struct str object, struct err *err)
{
	print_lines(context, object);
	return 0;
}

static int
history_verb(const struct cli_call *call, struct err *err)
{
	struct printer p;
	struct session s;
	int64_t lead;
	int rc;

	if (session_open(call, STORE_READ, &s, err) < 0)
		return -1;
	rc = lead_need(s.st, s.tenant, str_of(call->operands[0]), &lead, err);
	if (rc >= 0)
		rc = printer_open(
		    call, &p, history_columns, COUNT_OF(history_columns), err);
	if (rc >= 0) {
		rc =
		    score_history(s.st, s.tenant, lead, print_history, &p, err);
		rc = printer_close(&p, rc, err);
	}
	session_close(&s);
	return rc;
}

/* ---- preview ------------------------------------------------------ */

static int
print_moved(void *context, struct str lead, int64_t old_score,
    int64_t new_score, struct err *err)
{
	struct buf text = {0};
	struct json_writer w = {.out = &text};

	json_put_object(&w);
	json_put_name(&w, "lead");
	json_put_text(&w, lead);
	json_put_name(&w, "old_score");
	json_put_int(&w, old_score);
	json_put_name(&w, "score");
	json_put_int(&w, new_score);
	json_put_end(&w);
	print_lines(context, buf_str(&text));
	buf_release(&text);
	return 0;
}

/* Scores 0..100 in tens, 100 with the nineties. */
static const struct chart_bins tens = {0, 10, 10, true};

static void
in_tens(const uint64_t scores[101], uint64_t ret[10])
{
	memset(ret, 0, 10 * sizeof(*ret));
	for (int i = 0; i <= 100; i++)
		ret[i == 100 ? 9 : i / 10] += scores[i];
}

static void
put_tens(struct json_writer *w, const char *name, const uint64_t scores[101])
{
	uint64_t counts[10];

	in_tens(scores, counts);
	json_put_name(w, name);
	json_put_array(w);
	for (int i = 0; i < 10; i++)
		json_put_int(w, (int64_t)counts[i]);
	json_put_end(w);
}

static void
draw_tens(const struct cli_call *call, const char *title,
    const uint64_t scores[101], struct buf *out)
{
	struct chart_style style = {
	    .columns = call->shared->columns, .ascii = call->shared->ascii};
	uint64_t counts[10];

	in_tens(scores, counts);
	buf_addf(out, "\n%s\n", title);
	chart_histogram(out, tens, counts, style);
}

static void
put_count(struct json_writer *w, const char *name, uint64_t v)
{
	json_put_name(w, name);
	json_put_int(w, (int64_t)v);
}

static void
print_preview(const struct cli_call *call, struct printer *p,
    const struct score_preview *v)
{
	struct buf text = {0};
	struct json_writer w = {.out = &text};

	if (p->format == RECORD_TABLE) {
		struct table_block *block = table_block_new();

		table_block_addf(block, "leads", "%" PRIu64, v->leads);
		table_block_addf(block, "up", "%" PRIu64, v->up);
		table_block_addf(block, "down", "%" PRIu64, v->down);
		table_block_addf(block, "same", "%" PRIu64, v->same);
		table_block_addf(block, "hot",
		    "%" PRIu64 " before, %" PRIu64 " after: %" PRIu64
		    " become hot, %" PRIu64 " cool",
		    v->hot_before, v->hot_after, v->becomes_hot, v->cools);
		table_block_draw(block, call->shared->columns, &text);
		table_block_free(block);
		draw_tens(call, "before", v->before, &text);
		draw_tens(call, "after", v->after, &text);
		fwrite(text.p, 1, text.len, p->out);
		buf_release(&text);
		return;
	}
	json_put_object(&w);
	put_count(&w, "leads", v->leads);
	put_count(&w, "up", v->up);
	put_count(&w, "down", v->down);
	put_count(&w, "same", v->same);
	put_count(&w, "hot_before", v->hot_before);
	put_count(&w, "hot_after", v->hot_after);
	put_count(&w, "becomes_hot", v->becomes_hot);
	put_count(&w, "cools", v->cools);
	put_tens(&w, "before", v->before);
	put_tens(&w, "after", v->after);
	json_put_end(&w);
	print_lines(p, buf_str(&text));
	buf_release(&text);
}

/* The set in force, for comparison; NULL when none is active. */
static int
active_rules(struct session *s, struct score_rules **ret, struct err *err)
{
	struct buf document = {0};
	int got = score_set_read(s->st, s->tenant, NULL, &document, NULL, err);

	buf_release(&document);
	*ret = NULL;
	if (got <= 0)
		return got;
	return score_set_open(s->st, s->tenant, NULL, ret, err);
}

static int
preview_verb(const struct cli_call *call, struct err *err)
{
	struct score_rules *before = NULL, *after = NULL;
	struct score_preview preview;
	struct cond *where = NULL;
	struct printer p;
	struct session s;
	int rc;

	if (call->count)
		arg.rules = call->operands[0];
	if (!arg.rules && !arg.set)
		return err_set(
		    err, ERR_USAGE, "which rules? give a FILE or --set NAME");
	if (session_open(call, STORE_READ, &s, err) < 0)
		return -1;
	rc = chosen_rules(&s, &after, err);
	if (rc == 0)
		rc = active_rules(&s, &before, err);
	if (rc == 0)
		rc = where_condition(call, &s, &where, err);
	if (rc == 0)
		rc = printer_open(call, &p, NULL, 0, err);
	if (rc == 0) {
		rc = score_preview(s.st, s.tenant, before, after, where,
		    &s.moment, arg.leads ? print_moved : NULL, &p, &preview,
		    err);
		if (rc == 0 && !arg.leads)
			print_preview(call, &p, &preview);
		rc = printer_close(&p, rc, err);
	}
	cond_free(where);
	score_rules_free(before);
	score_rules_free(after);
	session_close(&s);
	return rc;
}

/* ---- filter ------------------------------------------------------- */

struct filter {
	const struct cli_call *call;
	struct score_filter *filter;
	struct record_rejects *rejects;
	struct record_counts counts;
	struct printer printer;
};

static void
refuse(struct filter *f, struct place place, const char *reason)
{
	struct buf where = {0};

	place_add(&where, place);
	cli_error("%s%s", where.p ? where.p : "", reason);
	buf_release(&where);
	f->counts.rejected++;
}

static int
filter_events(struct filter *f, const char *path, struct err *err)
{
	char *paths[] = {(char *)(uintptr_t)path};
	struct record_input input = {.remarks = cli_remarks(f->call)};
	struct record_reader *reader;
	struct record_reject reject;
	struct record record;
	struct err mistake;
	enum record_got got;

	if (record_reader_open(paths, 1, &input, &reader, err) < 0)
		return -1;
	while ((got = record_next(reader, &record, &reject, err)) > 0) {
		if (got == RECORD_GOT_REJECT) {
			refuse(f, reject.place, reject.reason);
			record_rejects_add(f->rejects, &reject);
		} else if (score_filter_event(f->filter, &record, &mistake) <
			   0) {
			refuse(f, record.place, mistake.text);
			record_rejects_add_record(
			    f->rejects, &record, mistake.text);
		}
	}
	record_reader_close(reader);
	score_filter_events_end(f->filter);
	return got == RECORD_GOT_ERROR ? -1 : 0;
}

static int
filter_leads(struct filter *f, struct err *err)
{
	char **paths = (char **)(uintptr_t)f->call->operands;
	struct record_input input = {.remarks = cli_remarks(f->call)};
	struct record_reader *reader;
	struct record_reject reject;
	struct record record;
	struct buf line = {0};
	enum record_got got;

	if (record_reader_open(paths, f->call->count, &input, &reader, err) < 0)
		return -1;
	while ((got = record_next(reader, &record, &reject, err)) > 0) {
		struct err mistake = {0};

		f->counts.read++;
		if (got == RECORD_GOT_REJECT) {
			refuse(f, reject.place, reject.reason);
			record_rejects_add(f->rejects, &reject);
			continue;
		}
		buf_clear(&line);
		if (score_filter_lead(
			f->filter, &record, arg.why, &line, &mistake) < 0) {
			refuse(f, record.place, mistake.text);
			record_rejects_add_record(
			    f->rejects, &record, mistake.text);
			continue;
		}
		f->counts.written++;
		buf_addc(&line, '\n');
		print_lines(&f->printer, buf_str(&line));
		if (cli_interrupted())
			break;
	}
	record_reader_close(reader);
	buf_release(&line);
	return got == RECORD_GOT_ERROR ? -1 : 0;
}

static int
filter_run(struct filter *f, struct err *err)
{
	int rc = printer_open(
	    f->call, &f->printer, move_columns, COUNT_OF(move_columns), err);
	uint64_t unmatched;

	if (rc < 0)
		return -1;
	if (arg.events)
		rc = filter_events(f, arg.events, err);
	if (rc == 0)
		rc = filter_leads(f, err);
	rc = printer_close(&f->printer, rc, err);
	unmatched = score_filter_unmatched(f->filter);
	if (rc == 0 && unmatched)
		cli_summary(f->call,
		    "%" PRIu64 " events of leads that are not there",
		    unmatched);
	if (rc == 0 && f->counts.rejected) {
		struct buf text = {0};

		record_counts_filter(&text, &f->counts);
		cli_summary(f->call, "%s", text.p);
		buf_release(&text);
		return CLI_REJECTS;
	}
	return rc;
}

static int
filter_verb(const struct cli_call *call, struct err *err)
{
	struct tenant *t = tenant_default();
	struct cond_moment moment = tenant_moment(t, call->shared->now);
	struct filter f = {.call = call};
	struct score_rules *rules = NULL;
	int rc = 0;

	if (!arg.rules && !arg.reference)
		rc = err_set(err, ERR_USAGE,
		    "which rules? give --rules FILE or --reference");
	if (arg.threshold >= 0)
		t->settings.hot_threshold = arg.threshold;
	if (rc == 0)
		rc = arg.rules ? read_rules(arg.rules, &rules, err)
			       : read_reference(&rules, err);
	if (rc == 0 && arg.rejects)
		rc = record_rejects_open(arg.rejects, &f.rejects, err);
	if (rc == 0) {
		f.filter = score_filter_new(rules, t, &moment, arg.no_events);
		rc = filter_run(&f, err);
		score_filter_free(f.filter);
		if (rc < 0)
			record_rejects_abort(f.rejects);
		else if (record_rejects_close(f.rejects, err) < 0)
			rc = -1;
	}
	score_rules_free(rules);
	tenant_free(t);
	return rc;
}

/* ---- learn and backtest ------------------------------------------- */

/* "70%" or "0.7". */
static int
read_share(const char *text, const char *option, double *ret, struct err *err)
{
	if (!text)
		return 0;
	if (!number_percent(str_of(text), ret) &&
	    !number_real(str_of(text), ret))
		return err_set(err, ERR_USAGE,
		    "--%s: not a share like 70%%: %s", option,
		    quoted(str_of(text)));
	if (!(*ret > 0 && *ret <= 1))
		return err_set(err, ERR_USAGE,
		    "--%s: not more than 0%% and at most 100%%: %s", option,
		    quoted(str_of(text)));
	return 0;
}

static void
tell_sample(const struct cli_call *call, const char *what,
    const struct score_sampled *s)
{
	struct buf text = {0};

	buf_addgroup(&text, (int64_t)s->leads);
	buf_addstr(&text, " leads, ");
	buf_addgroup(&text, (int64_t)s->yes);
	buf_addstr(&text, " converted");
	if (s->undated) {
		buf_addstr(&text, " (");
		buf_addgroup(&text, (int64_t)s->undated);
		buf_addstr(&text, " undated)");
	}
	if (s->early) {
		buf_addstr(&text, "; ");
		buf_addgroup(&text, (int64_t)s->early);
		buf_addstr(
		    &text, " left out: converted before the first contact");
	}
	cli_summary(call, "%s: %s", what, text.p);
	buf_release(&text);
}

static void
draw_lessons(const struct cli_call *call, const struct score_learnt *learnt)
{
	static const struct table_column columns[] = {
	    {"points", TABLE_RIGHT, 0, 0}, {"leads", TABLE_RIGHT, 0, 0},
	    {"rate", TABLE_RIGHT, 0, 0}, {"lift", TABLE_RIGHT, 0, 0},
	    {"rule", TABLE_LEFT, 20, 0}};
	struct table *table = table_new(columns, COUNT_OF(columns));
	struct buf text = {0};

	for (size_t i = 0; i < learnt->count; i++) {
		const struct score_lesson *l = &learnt->lesson[i];

		table_cellf(table, "%+" PRId64, l->points);
		table_int(table, (int64_t)l->support);
		table_cellf(table, "%.1f %%", l->rate * 100);
		table_real(table, l->lift, 2);
		table_cell(table, str_of(l->rule));
	}
	table_draw(table, call->shared->columns, call->shared->ascii, &text);
	fwrite(text.p, 1, text.len, stderr);
	buf_release(&text);
	table_free(table);
}

/* How well what was learnt does on the leads it has not seen. */
static int
tell_held_out(const struct cli_call *call, struct session *s,
    const struct score_learnt *learnt, const struct score_sample *train,
    struct err *err)
{
	struct score_sample rest = *train;
	struct score_backtest *test;
	struct score_rules *rules;
	struct json *doc;
	int rc;

	rest.half = SCORE_TEST;
	rest.share = 1 - train->share;
	if (json_doc_parse(str_of(learnt->document), "learnt", &doc, err) < 0)
		return -1;
	rc = score_rules_parse(doc, &rules, err);
	json_doc_free(doc);
	if (rc < 0)
		return -1;
	test = xcalloc(1, sizeof(*test));
	rc = score_rules_bind(rules, s->st, s->tenant, err);
	if (rc == 0)
		rc = score_backtest(
		    s->st, s->tenant, rules, &rest, &s->moment, test, err);
	if (rc == 0) {
		tell_sample(call, "held out", &test->sampled);
		cli_summary(call,
		    "AUC %.4f on those it learnt from, %.4f on those held "
		    "out; %.1f %% of the leads outside 0..100",
		    learnt->train_auc, test->auc, learnt->clamped * 100);
	}
	free(test);
	score_rules_free(rules);
	return rc;
}

static int
learn_verb(const struct cli_call *call, struct err *err)
{
	struct score_learn how = {.exclude = arg.exclude.items,
	    .exclude_count = arg.exclude.count,
	    .bins = (size_t)arg.bins,
	    .max_rules = (size_t)arg.max_rules,
	    .l2 = arg.l2,
	    .min_support = (uint64_t)arg.min_support};
	struct score_learnt learnt = {0};
	struct cond *where = NULL;
	struct session s;
	FILE *out;
	int rc;

	how.sample = (struct score_sample){
	    .half = SCORE_TRAIN, .share = 0.7, .lead_time = arg.lead_time};
	if (read_share(arg.share, "train", &how.sample.share, err) < 0 ||
	    session_open(call, STORE_READ, &s, err) < 0)
		return -1;
	rc = where_condition(call, &s, &where, err);
	how.sample.where = where;
	if (rc == 0)
		rc = cli_output(call, &out, err);
	if (rc == 0)
		rc = score_learn(s.st, s.tenant, &how, &s.moment, &learnt, err);
	if (rc == 0) {
		fputs(learnt.document, out);
		if (!call->shared->quiet)
			draw_lessons(call, &learnt);
		tell_sample(call, "learnt from", &learnt.train);
		if (how.sample.share < 1 && !call->shared->quiet)
			rc = tell_held_out(call, &s, &learnt, &how.sample, err);
	}
	score_learnt_release(&learnt);
	cond_free(where);
	session_close(&s);
	return rc;
}

static void
put_ratio(struct json_writer *w, const char *name, double v)
{
	struct buf text = {0};

	json_put_name(w, name);
	if (isnan(v)) {
		json_put_null(w);
		return;
	}
	buf_addf(&text, "%.4f", v);
	json_put_raw(w, buf_str(&text));
	buf_release(&text);
}

static void
put_cut(struct json_writer *w, const char *name, const struct score_cut *c)
{
	json_put_name(w, name);
	json_put_object(w);
	json_put_name(w, "threshold");
	json_put_int(w, c->threshold);
	put_count(w, "leads", c->chosen);
	put_count(w, "converted", c->right);
	put_ratio(w, "precision", c->precision);
	put_ratio(w, "recall", c->recall);
	put_ratio(w, "f1", c->f1);
	json_put_end(w);
}

static void
put_backtest(struct buf *out, const struct score_backtest *b)
{
	struct json_writer w = {.out = out};

	json_put_object(&w);
	put_count(&w, "leads", b->sampled.leads);
	put_count(&w, "converted", b->sampled.yes);
	put_count(&w, "undated", b->sampled.undated);
	put_count(&w, "early", b->sampled.early);
	put_count(&w, "clamped", b->clamped);
	put_ratio(&w, "auc", b->auc);
	json_put_name(&w, "deciles");
	json_put_array(&w);
	for (int d = 0; d < 10; d++) {
		json_put_object(&w);
		json_put_name(&w, "decile");
		json_put_int(&w, d + 1);
		json_put_name(&w, "from_score");
		json_put_int(&w, b->decile[d].low);
		put_ratio(&w, "leads", b->decile[d].leads);
		put_ratio(&w, "converted", b->decile[d].yes);
		put_ratio(&w, "rate", b->decile[d].rate);
		put_ratio(&w, "lift", b->decile[d].lift);
		json_put_end(&w);
	}
	json_put_end(&w);
	put_cut(&w, "hot", &b->hot);
	put_cut(&w, "best", &b->best);
	json_put_end(&w);
}

static void
draw_cut(struct buf *out, const char *what, const struct score_cut *c)
{
	buf_addf(out, "%s %" PRId64 ": ", what, c->threshold);
	buf_addgroup(out, (int64_t)c->chosen);
	if (isnan(c->precision) || isnan(c->recall))
		buf_addstr(out, " leads\n");
	else
		buf_addf(out, " leads, precision %.1f %%, recall %.1f %%\n",
		    c->precision * 100, c->recall * 100);
}

static void
draw_backtest(const struct cli_call *call, const struct score_backtest *b,
    struct buf *out)
{
	struct chart_style style = {
	    .columns = call->shared->columns, .ascii = call->shared->ascii};
	struct chart_bar bars[10];
	struct arena arena = {0};

	buf_addf(out, "AUC %.4f\n", b->auc);
	draw_cut(out, "hot from", &b->hot);
	draw_cut(out, "best from", &b->best);
	buf_addstr(out, "\nlift by decile\n");
	for (int d = 0; d < 10; d++)
		bars[d] = (struct chart_bar){
		    .label = arena_printf(&arena, "%d (from %" PRId64 ")",
			d + 1, b->decile[d].low),
		    .value = b->decile[d].lift,
		    .note = arena_printf(&arena, "%.2f  %.1f %%",
			b->decile[d].lift, b->decile[d].rate * 100)};
	if (b->sampled.yes)
		chart_bars(out, bars, 10, style);
	arena_release(&arena);
}

static int
backtest_run(const struct cli_call *call, struct session *s,
    const struct score_rules *rules, const struct score_sample *sample,
    struct err *err)
{
	struct score_backtest *test = xcalloc(1, sizeof(*test));
	struct buf text = {0};
	struct printer p;
	int rc = printer_open(call, &p, NULL, 0, err);

	if (rc == 0) {
		rc = score_backtest(
		    s->st, s->tenant, rules, sample, &s->moment, test, err);
		if (rc == 0 && p.format == RECORD_TABLE) {
			draw_backtest(call, test, &text);
			fwrite(text.p, 1, text.len, p.out);
		} else if (rc == 0) {
			put_backtest(&text, test);
			print_lines(&p, buf_str(&text));
		}
		if (rc == 0)
			tell_sample(call, "judged by", &test->sampled);
		rc = printer_close(&p, rc, err);
	}
	buf_release(&text);
	free(test);
	return rc;
}

static int
backtest_verb(const struct cli_call *call, struct err *err)
{
	struct score_sample sample = {.lead_time = arg.lead_time};
	struct score_rules *rules = NULL;
	struct cond *where = NULL;
	struct session s;
	int rc;

	if (call->count)
		arg.rules = call->operands[0];
	if (arg.share) {
		sample.half = SCORE_TEST;
		if (read_share(arg.share, "test", &sample.share, err) < 0)
			return -1;
	}
	if (session_open(call, STORE_READ, &s, err) < 0)
		return -1;
	rc = chosen_rules(&s, &rules, err);
	if (rc == 0)
		rc = where_condition(call, &s, &where, err);
	sample.where = where;
	if (rc == 0)
		rc = backtest_run(call, &s, rules, &sample, err);
	cond_free(where);
	score_rules_free(rules);
	session_close(&s);
	return rc;
}

/* ---- the tables --------------------------------------------------- */

#define LEAD_OPTION \
	CLI_LIST('l', "lead", "LEAD", &arg.lead, "this lead, by id or e-mail")
#define RULES_OPTION \
	CLI_FILE(0, "rules", "FILE", &arg.rules, "rules from a file")
#define SET_OPTION CLI_TEXT(0, "set", "NAME", &arg.set, "a stored rule set")

static const struct cli_option apply_options[] = {
    CLI_FLAG('a', "all", &arg.all, "score every lead anew"), LEAD_OPTION,
    CLI_END};
static const struct cli_option define_options[] = {
    CLI_FLAG(0, "reference", &arg.reference,
	"the reference set that ships with the toolkit"),
    CLI_END};
static const struct cli_option switch_options[] = {
    CLI_TEXT(0, "rule", "RULE", &arg.rule, "one rule of the set"), CLI_END};
static const struct cli_option explain_options[] = {
    CLI_FLAG('a', "all", &arg.all, "every lead"),
    CLI_INT('k', "top", "N", &arg.top, 1, 10000,
	"the best N leads, the best one first"),
    LEAD_OPTION, RULES_OPTION, SET_OPTION, CLI_END};
static const struct cli_option preview_options[] = {SET_OPTION,
    CLI_FLAG(0, "leads", &arg.leads, "print each lead that would move"),
    CLI_END};
static const struct cli_option filter_options[] = {RULES_OPTION,
    CLI_FLAG(0, "reference", &arg.reference,
	"the reference set that ships with the toolkit"),
    CLI_FILE(0, "events", "FILE", &arg.events,
	"events of these leads, joined by id or e-mail"),
    CLI_FLAG(0, "no-events", &arg.no_events,
	"leads without events are leads to whom nothing happened"),
    CLI_FLAG(0, "explain", &arg.why, "say why"),
    CLI_INT(0, "threshold", "N", &arg.threshold, 0, 100,
	"a score from here up is hot (80)"),
    CLI_FILE(0, "rejects", "FILE", &arg.rejects,
	"records that were refused, with the reason"),
    CLI_END};

#define LEAD_TIME_OPTION                                     \
	CLI_DURATION(0, "lead-time", "TIME", &arg.lead_time, \
	    "judge leads this long before their outcome")
static const struct cli_option learn_options[] = {
    CLI_LIST('x', "exclude", "NAME", &arg.exclude,
	"not this field, attribute or event type"),
    CLI_TEXT(0, "train", "SHARE", &arg.share,
	"learn from this share of the leads (70%)"),
    LEAD_TIME_OPTION,
    CLI_INT(0, "bins", "N", &arg.bins, 2, 64, "bins of a number (8)"),
    CLI_INT(0, "max-rules", "N", &arg.max_rules, 1, SCORE_RULES_MAX - 1,
	"at most so many rules (200)"),
    CLI_INT(0, "min-support", "N", &arg.min_support, 1, 1000000000,
	"leads a rule needs (20, or 1 in 500)"),
    CLI_REAL(0, "l2", "X", &arg.l2, 0.000001, 1000000.0,
	"how much weights are held back (2)"),
    CLI_END};
static const struct cli_option backtest_options[] = {SET_OPTION,
    CLI_TEXT(0, "test", "SHARE", &arg.share,
	"only the share that learn did not see: 30%"),
    LEAD_TIME_OPTION, CLI_END};

static const struct cli_exclusive apply_exclusive[] = {
    {"all", "lead"}, {NULL, NULL}};
static const struct cli_exclusive rules_exclusive[] = {
    {"rules", "set"}, {NULL, NULL}};
static const struct cli_exclusive filter_exclusive[] = {
    {"rules", "reference"}, {"events", "no-events"}, {NULL, NULL}};

#define DEFINING (CLI_STORE | CLI_DRY_RUN | CLI_CHANGES)

static const struct cli_verb verbs[] = {
    {.name = "apply",
	.help = "score the leads that changed or are due",
	.operands = "[LEAD...]",
	.options = apply_options,
	.exclusive = apply_exclusive,
	.shared = CLI_CHANGING,
	.max = CLI_MANY,
	.run = apply_verb},
    {.name = "define",
	.help = "store a rule set; the first one becomes the active one",
	.operands = "[NAME] [FILE]",
	.options = define_options,
	.shared = DEFINING | CLI_OUTPUT,
	.max = 2,
	.run = define_verb},
    {.name = "list",
	.help = "print the rule sets",
	.shared = CLI_READING,
	.run = list_verb},
    {.name = "show",
	.help = "print a rule set as define accepts it",
	.operands = "[NAME]",
	.shared = CLI_STORE | CLI_OUTPUT,
	.max = 1,
	.run = show_verb},
    {.name = "remove",
	.help = "delete a rule set",
	.operands = "NAME",
	.shared = DEFINING,
	.min = 1,
	.max = 1,
	.run = remove_verb},
    {.name = "enable",
	.help = "make a rule set the active one, or switch a rule on",
	.operands = "NAME",
	.options = switch_options,
	.shared = DEFINING,
	.min = 1,
	.max = 1,
	.run = enable_verb},
    {.name = "disable",
	.help = "let no rule set be active, or switch a rule off",
	.operands = "NAME",
	.options = switch_options,
	.shared = DEFINING,
	.min = 1,
	.max = 1,
	.run = disable_verb},
    {.name = "check",
	.help = "look for mistakes in a file or in every stored set",
	.operands = "[FILE]",
	.shared = CLI_STORE,
	.max = 1,
	.run = check_verb},
    {.name = "filter",
	.help = "score records from files or standard input, no store",
	.operands = "[FILE...]",
	.options = filter_options,
	.exclusive = filter_exclusive,
	.shared = CLI_FILTERING,
	.max = CLI_MANY,
	.run = filter_verb},
    {.name = "preview",
	.help = "say what another rule set would change",
	.operands = "[FILE]",
	.options = preview_options,
	.shared = CLI_READING | CLI_WHERE,
	.max = 1,
	.run = preview_verb},
    {.name = "explain",
	.help = "say why leads have their scores",
	.operands = "[LEAD...]",
	.options = explain_options,
	.exclusive = rules_exclusive,
	.shared = CLI_READING | CLI_WHERE,
	.max = CLI_MANY,
	.run = explain_verb},
    {.name = "history",
	.help = "print the scores a lead has had",
	.operands = "LEAD",
	.shared = CLI_READING,
	.min = 1,
	.max = 1,
	.run = history_verb},
    {.name = "learn",
	.help = "propose rules from what became of leads",
	.options = learn_options,
	.shared = CLI_STORE | CLI_OUTPUT | CLI_WHERE,
	.run = learn_verb},
    {.name = "backtest",
	.help = "judge rules by what became of leads",
	.operands = "[FILE]",
	.options = backtest_options,
	.shared = CLI_READING | CLI_WHERE,
	.max = 1,
	.run = backtest_verb},
    {0}};

static const struct cli_program program = {
    .name = "dl-score",
    .summary = "score leads by rules and say why",
    .verbs = verbs,
    .default_verb = "apply",
};

int
main(int argc, char **argv)
{
	return cli_main(&program, argc, argv);
}
