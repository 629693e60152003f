/* SPDX-License-Identifier: ISC */
/*
 * dl-lead: one lead at a time. Found by a word, shown on one screen, changed
 * by hand.
 */
#include "cli/cli.h"
#include "lead/lead.h"
#include "record/record.h"
#include "score/score.h"
#include "store/store.h"
#include "table/table.h"
#include "tenant/tenant.h"

static struct {
	int64_t limit, events;
} arg = {.limit = 50, .events = 20};

/* ---- printing ----------------------------------------------------------- */

struct printer {
	struct record_writer *writer;
	struct record_make make;
	uint64_t count;
};

static int
printer_open(const struct cli_call *call, struct printer *p,
    const char *const *columns, size_t count, struct err *err)
{
	struct record_output output = {.width = call->shared->columns,
	    .columns = columns,
	    .column_count = count};
	FILE *out;

	if (!record_format_find(str_of(call->shared->format), &output.format))
		BUG("format %s", call->shared->format);
	if (cli_output(call, &out, err) < 0)
		return -1;
	memset(p, 0, sizeof(*p));
	p->writer = record_writer_new(out, &output);
	return 0;
}

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
		p->count++;
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

struct place_of_work {
	struct store *st;
	struct tenant *t;
};

static int
enter(const struct cli_call *call, enum store_mode mode,
    struct place_of_work *ret, struct err *err)
{
	if (store_open(call->shared->db, mode, &ret->st, err) < 0)
		return -1;
	if (tenant_open(ret->st, call->shared->tenant, &ret->t, err) < 0) {
		store_close(ret->st);
		return -1;
	}
	return 0;
}

static void
leave(struct place_of_work *w)
{
	tenant_free(w->t);
	store_close(w->st);
}

/* ---- search ------------------------------------------------------------- */

static const char *const found_columns[] = {
    "lead", "email", "name", "company", "title"};

static int
print_found(void *context, const struct lead_row *row, struct err *err)
{
	static const enum lead_field fields[] = {
	    LEAD_EMAIL, LEAD_NAME, LEAD_COMPANY, LEAD_TITLE};
	struct printer *p = context;
	struct buf line = {0};
	struct json_writer w = {.out = &line};

	(void)err;
	json_put_object(&w);
	json_put_name(&w, "lead");
	json_put_text(&w, row->text[LEAD_ID]);
	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		if (!row->text[fields[i]].p)
			continue;
		json_put_name(&w, lead_catalogue.fields[fields[i]].name);
		json_put_text(&w, row->text[fields[i]]);
	}
	json_put_end(&w);
	print_json(p, buf_str(&line));
	buf_release(&line);
	return 0;
}

static int
search(const struct cli_call *call, struct err *err)
{
	struct place_of_work work;
	struct printer printer;
	struct buf text = {0};
	int rc;

	for (size_t i = 0; i < call->count; i++)
		buf_addf(&text, "%s%s", i ? " " : "", call->operands[i]);
	if (enter(call, STORE_READ, &work, err) < 0) {
		buf_release(&text);
		return -1;
	}
	rc = printer_open(
	    call, &printer, found_columns, COUNT_OF(found_columns), err);
	if (rc == 0) {
		rc = lead_search(work.st, work.t, buf_str(&text), arg.limit,
		    print_found, &printer, err);
		rc = printer_close(&printer, rc, err);
		if (rc == 0 && (int64_t)printer.count == arg.limit)
			cli_summary(call, "stopped at %lld; --limit for more",
			    (long long)arg.limit);
	}
	buf_release(&text);
	leave(&work);
	return rc;
}

/* ---- show
 * ---------------------------------------------------------------------------
 */

/* Times in the tenant's zone, for people. */
static void
local_time(const struct tenant *t, struct str text, struct buf *out)
{
	int64_t at;

	buf_clear(out);
	if (time_parse(text, zone_utc(), &at))
		time_add_local(out, at, t->settings.zone);
}

static void
add_member(
    struct table_block *b, const struct tenant *t, const struct json *member)
{
	char *name = str_dup(json_name(member));
	struct str value = json_text(member);
	struct arena arena = {0};
	struct buf text = {0};
	struct str one;

	if (str_ends(str_of(name), STR("_at"))) {
		local_time(t, value, &text);
	} else if (json_type_of(member) == JSON_TYPE_ARRAY) {
		while (json_stored_next(&value, &arena, &one))
			buf_addf(&text, "%s%.*s", text.len ? ", " : "",
			    STR_ARG(one));
	}
	table_block_add(b, name, text.len ? buf_str(&text) : value);
	arena_release(&arena);
	buf_release(&text);
	free(name);
}

static void
add_members(
    struct table_block *b, const struct tenant *t, const struct json *object)
{
	for (size_t i = 0; i < json_count(object); i++) {
		const struct json *member = json_item(object, i);

		if (json_type_of(member) == JSON_TYPE_OBJECT)
			add_members(b, t, member);
		else
			add_member(b, t, member);
	}
}

static struct str
text_of(const struct json *object, const char *name)
{
	const struct json *n = json_find(object, name);

	return n ? json_text(n) : (struct str){0};
}

/* The newest first, `limit` of them. */
static void
add_events(struct table_block *b, const struct tenant *t,
    const struct json *events, int64_t limit)
{
	size_t count = json_count(events);
	struct buf time = {0}, line = {0};

	for (size_t i = 0; i < count && (int64_t)i < limit; i++) {
		const struct json *e = json_item(events, count - 1 - i);

		local_time(t, text_of(e, "time"), &time);
		buf_clear(&line);
		buf_adds(&line, text_of(e, "type"));
		if (json_find(e, "attrs")) {
			buf_addstr(&line, "  ");
			buf_adds(&line, json_raw(json_find(e, "attrs")));
		}
		table_block_add(b, time.p, buf_str(&line));
	}
	if ((int64_t)count > limit)
		table_block_addf(b, "", "and %lld earlier ones",
		    (long long)count - (long long)limit);
	buf_release(&time);
	buf_release(&line);
}

static void
add_history(struct table_block *b, const struct tenant *t,
    const struct json *history, int64_t limit)
{
	size_t count = json_count(history);
	struct buf time = {0};

	for (size_t i = 0; i < count && (int64_t)i < limit; i++) {
		const struct json *h = json_item(history, count - 1 - i);

		local_time(t, text_of(h, "time"), &time);
		table_block_addf(
		    b, time.p, "%.*s", STR_ARG(text_of(h, "score")));
	}
	buf_release(&time);
}

static void
add_score(
    struct table_block *b, const struct tenant *t, const struct json *score)
{
	const struct json *rules = json_find(score, "rules");

	for (size_t i = 0; i < json_count(score); i++)
		if (json_item(score, i) != rules)
			add_member(b, t, json_item(score, i));
	for (size_t i = 0; rules && i < json_count(rules); i++) {
		const struct json *rule = json_item(rules, i);

		table_block_addf(b, i ? "" : "why", "%7.*s  %.*s%s%.*s",
		    STR_ARG(text_of(rule, "points")),
		    STR_ARG(text_of(rule, "rule")),
		    text_of(rule, "because").n ? ": " : "",
		    STR_ARG(text_of(rule, "because")));
	}
}

static void
draw(const struct cli_call *call, const struct tenant *t,
    const struct json *doc, struct buf *out)
{
	struct table_block *b = table_block_new();
	const struct json *list;

	add_members(b, t, json_find(doc, "lead"));
	list = json_find(doc, "score");
	if (list) {
		table_block_title(b, "score");
		add_score(b, t, list);
	}
	list = json_find(doc, "events");
	if (list && json_count(list) > 0) {
		table_block_title(b, "latest events");
		add_events(b, t, list, arg.events);
	}
	list = json_find(doc, "score_history");
	if (list && json_count(list) > 0) {
		table_block_title(b, "former scores");
		add_history(b, t, list, 10);
	}
	table_block_draw(b, call->shared->columns, out);
	table_block_free(b);
}

/* The score as of now, by the active rules, and why; nothing without rules. */
struct why {
	struct score_rules *rules; /* NULL: no active set */
	struct cond_moment moment;
	struct lead_needs needs;
};

static int
why_open(const struct cli_call *call, struct place_of_work *work,
    struct why *ret, struct err *err)
{
	struct buf document = {0};
	int got;

	memset(ret, 0, sizeof(*ret));
	ret->moment = tenant_moment(work->t, call->shared->now);
	got = score_set_read(work->st, work->t, NULL, &document, NULL, err);
	buf_release(&document);
	if (got <= 0)
		return got;
	if (score_set_open(work->st, work->t, NULL, &ret->rules, err) < 0)
		return -1;
	score_rules_needs(ret->rules, &ret->needs);
	return 0;
}

static void
put_why(const struct why *why, const struct tenant *t,
    const struct lead_view *view, struct json_writer *w)
{
	struct score_result result;

	score_result_init(&result, why->rules);
	score_compute(why->rules, view, &why->moment, &result);
	json_put_object(w);
	score_explain(why->rules, view, &why->moment, &result, w);
	json_put_name(w, "band");
	json_put_text(w, str_of(tenant_band(t, result.score)));
	json_put_name(w, "priority");
	json_put_text(w, str_of(tenant_priority(t, result.score,
			     result.score >= t->settings.hot_threshold)));
	json_put_end(w);
	score_result_release(&result);
}

/* Adds the member "score" to a person's document. */
static int
add_why(const struct why *why, struct place_of_work *work, int64_t lead,
    struct buf *person, struct err *err)
{
	struct buf text = {0};
	struct json_writer w = {.out = &text};
	const struct lead_view *view;
	struct lead_views *views;
	int got;

	if (!why->rules)
		return 0;
	if (lead_views_of(work->st, work->t, &why->needs, &why->moment, &lead,
		1, &views, err) < 0)
		return -1;
	got = lead_views_next(views, &view, err);
	if (got > 0)
		put_why(why, work->t, view, &w);
	lead_views_close(views);
	if (got > 0) {
		buf_truncate(person, person->len - 1);
		buf_addstr(person, ",\"score\":");
		buf_adds(person, buf_str(&text));
		buf_addc(person, '}');
	}
	buf_release(&text);
	return got < 0 ? -1 : 0;
}

static int
show_one(const struct cli_call *call, struct place_of_work *work,
    const struct why *why, FILE *out, const char *who, struct err *err)
{
	struct buf person = {0}, text = {0};
	struct json *doc = NULL;
	int64_t lead;
	int rc;

	if (lead_need(work->st, work->t, str_of(who), &lead, err) < 0)
		return -1;
	rc = lead_person(work->st, work->t, lead, &person, err);
	if (rc == 0)
		rc = add_why(why, work, lead, &person, err);
	if (rc == 0 && strcmp(call->shared->format, "table") == 0) {
		rc = json_doc_parse(buf_str(&person), who, &doc, err);
		if (rc == 0)
			draw(call, work->t, doc, &text);
		json_doc_free(doc);
	} else {
		buf_adds(&text, buf_str(&person));
		buf_addc(&text, '\n');
	}
	if (rc == 0)
		fwrite(text.p, 1, text.len, out);
	buf_release(&person);
	buf_release(&text);
	return rc;
}

static int
show(const struct cli_call *call, struct err *err)
{
	struct place_of_work work;
	struct why why;
	FILE *out;
	int rc;

	if (cli_output(call, &out, err) < 0 ||
	    enter(call, STORE_READ, &work, err) < 0)
		return -1;
	rc = why_open(call, &work, &why, err);
	if (rc == 0)
		rc = store_begin(work.st, STORE_SNAPSHOT, "show", err);
	for (size_t i = 0; rc == 0 && i < call->count; i++) {
		if (i > 0 && strcmp(call->shared->format, "table") == 0)
			fputc('\n', out);
		rc = show_one(call, &work, &why, out, call->operands[i], err);
	}
	store_rollback(work.st);
	score_rules_free(why.rules);
	leave(&work);
	return rc;
}

/* ---- changes ------------------------------------------------------------ */

typedef int change(struct place_of_work *work, int64_t lead,
    const struct cli_call *call, struct buf *changes, struct err *err);

/* The leads a record names: lead, id or email, in this order. */
static struct str
named(const struct record *r)
{
	static const char *const names[] = {"lead", "id", "email"};

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const struct field *f = record_find(r, names[i]);

		if (f)
			return f->text;
	}
	return (struct str){0};
}

struct changing {
	const struct cli_call *call;
	struct place_of_work work;
	struct buf changes;
	change *each;
	uint64_t rejected;
};

static int
change_one(struct changing *c, struct str who, struct err *err)
{
	int64_t lead;

	if (lead_need(c->work.st, c->work.t, who, &lead, err) < 0)
		return -1;
	return c->each(&c->work, lead, c->call, &c->changes, err);
}

/* Leads on standard input; one that is not there is named and passed over. */
static int
change_stream(struct changing *c, struct err *err)
{
	char *const paths[] = {(char[]){"-"}};
	struct record_input input = {.remarks = cli_remarks(c->call)};
	struct record_reader *reader;
	struct record_reject reject;
	struct record record;
	enum record_got got;

	if (record_reader_open(paths, 1, &input, &reader, err) < 0)
		return -1;
	while ((got = record_next(reader, &record, &reject, err)) > 0) {
		struct err why = {0};

		if (got == RECORD_GOT_REJECT) {
			remark(cli_remarks(c->call), reject.place, "%s",
			    reject.reason);
			c->rejected++;
		} else if (!named(&record).p) {
			remark(cli_remarks(c->call), record.place,
			    "no lead, id or email");
			c->rejected++;
		} else if (change_one(c, named(&record), &why) < 0) {
			if (why.kind != ERR_USAGE) {
				*err = why;
				got = RECORD_GOT_ERROR;
				break;
			}
			remark(
			    cli_remarks(c->call), record.place, "%s", why.text);
			c->rejected++;
		}
	}
	record_reader_close(reader);
	return got == RECORD_GOT_ERROR ? -1 : 0;
}

static int
change_leads(const struct cli_call *call, change *each, struct err *err)
{
	const struct cli_shared *shared = call->shared;
	struct changing c = {.call = call, .each = each};
	struct printer printer;
	int rc;

	if (enter(call, STORE_WRITE, &c.work, err) < 0)
		return -1;
	rc = store_begin(c.work.st, STORE_CHANGE, call->verb->name, err);
	if (rc == 0)
		rc = store_moment(
		    c.work.st, c.work.t->id, shared->now, shared->replay, err);
	if (rc == 0 && strcmp(call->operands[0], "-") == 0)
		rc = change_stream(&c, err);
	else if (rc == 0)
		rc = change_one(&c, str_of(call->operands[0]), err);
	if (rc < 0 || shared->dry_run)
		store_rollback(c.work.st);
	else
		rc = store_commit(c.work.st, true, err);
	if (rc == 0 && (rc = printer_open(call, &printer, NULL, 0, err)) == 0) {
		print_json(&printer, buf_str(&c.changes));
		rc = printer_close(&printer, 0, err);
	}
	buf_release(&c.changes);
	leave(&c.work);
	if (rc < 0)
		return -1;
	return c.rejected ? CLI_REJECTS : CLI_DONE;
}

static const char *const *
operands_from(const struct cli_call *call, size_t first)
{
	return (const char *const *)call->operands + first;
}

static int
set_fields(struct place_of_work *work, int64_t lead,
    const struct cli_call *call, struct buf *changes, struct err *err)
{
	return lead_set(work->st, work->t, lead, operands_from(call, 1),
	    call->count - 1, call->shared->user, call->shared->now, changes,
	    err);
}

static int
put_tags(struct place_of_work *work, int64_t lead, const struct cli_call *call,
    struct buf *changes, struct err *err)
{
	return lead_tag(work->st, work->t, lead, true, operands_from(call, 1),
	    call->count - 1, call->shared->user, call->shared->now, changes,
	    err);
}

static int
take_tags(struct place_of_work *work, int64_t lead, const struct cli_call *call,
    struct buf *changes, struct err *err)
{
	return lead_tag(work->st, work->t, lead, false, operands_from(call, 1),
	    call->count - 1, call->shared->user, call->shared->now, changes,
	    err);
}

static int
set(const struct cli_call *call, struct err *err)
{
	return change_leads(call, set_fields, err);
}

static int
tag(const struct cli_call *call, struct err *err)
{
	return change_leads(call, put_tags, err);
}

static int
untag(const struct cli_call *call, struct err *err)
{
	return change_leads(call, take_tags, err);
}

/* ---- the table
 * ----------------------------------------------------------------------------
 */

static const struct cli_option search_options[] = {
    CLI_INT(0, "limit", "N", &arg.limit, 1, INT64_MAX,
	"print at most N leads (default 50)"),
    CLI_END};

static const struct cli_option show_options[] = {
    CLI_INT(0, "events", "N", &arg.events, 0, INT64_MAX,
	"show the latest N events (default 20)"),
    CLI_END};

enum {
	BY_HAND =
	    CLI_STORE | CLI_PRINTS | CLI_DRY_RUN | CLI_REPLAY | CLI_CHANGES,
};

static const struct cli_verb verbs[] = {
    {.name = "search",
	.operands = "TEXT...",
	.help = "leads by a part of name, company, e-mail or id",
	.options = search_options,
	.shared = CLI_READING,
	.min = 1,
	.max = CLI_MANY,
	.run = search},
    {.name = "show",
	.operands = "LEAD...",
	.help = "everything about a lead on one screen",
	.options = show_options,
	.shared = CLI_READING,
	.formats = "ndjson table",
	.min = 1,
	.max = CLI_MANY,
	.run = show},
    {.name = "set",
	.operands = "LEAD|- FIELD=VALUE...",
	.help = "change fields; an empty value clears",
	.shared = BY_HAND,
	.min = 2,
	.max = CLI_MANY,
	.run = set},
    {.name = "tag",
	.operands = "LEAD|- TAG...",
	.help = "put tags on",
	.shared = BY_HAND,
	.min = 2,
	.max = CLI_MANY,
	.run = tag},
    {.name = "untag",
	.operands = "LEAD|- TAG...",
	.help = "take tags off",
	.shared = BY_HAND,
	.min = 2,
	.max = CLI_MANY,
	.run = untag},
    {0}};

static const struct cli_program program = {
    .name = "dl-lead",
    .summary = "find a lead, show it, change it by hand",
    .verbs = verbs,
};

int
main(int argc, char **argv)
{
	return cli_main(&program, argc, argv);
}
