/* SPDX-License-Identifier: ISC */
/*
 * What must be true of a tenant's rows: nothing hangs on a lead that is not
 * there, and what is kept twice (keys, folded text, orders) agrees.
 */
#include "lead/facts.sql.h"
#include "lead/lead_priv.h"
#include "lead/lead.sql.h"

static const struct {
	const struct sql *sql; /* counts what is wrong */
	const char *what;
} counts[] = {
    {&sql_check_event_leads, "events of leads that are not there"},
    {&sql_check_event_types, "events of types without a name"},
    {&sql_check_assessment_leads, "assessments of leads not there"},
    {&sql_check_score_leads, "scores of leads that are not there"},
    {&sql_check_score_range, "scores out of range or hot since never"},
    {&sql_check_history_leads, "former scores of leads not there"},
    {&sql_check_stage_leads, "stages of leads that are not there"},
    {&sql_check_stage_moves, "leads that no move led to their stage"},
    {&sql_check_task_leads, "tasks of leads that are not there"},
    {&sql_check_tasks, "tasks whose state and moments disagree"},
    {&sql_check_queued_signals, "signals that wait and are not there"},
    {&sql_check_firings, "firings by signals, or of leads, not there"},
    {&sql_check_export_runs, "exports in a state that cannot be"},
    {&sql_check_member_leads, "members of nothing, or no leads"},
    {&sql_check_membership_leads, "former members of nothing, or no leads"},
    {&sql_check_override_leads, "overrides of nothing, or of no leads"},
    {&sql_check_excluded_members, "members that overrides contradict"},
    {&sql_check_signal_leads, "signals about leads that are not there"},
    {&sql_check_change_leads, "changes of leads that are not there"},
    {&sql_check_work_leads, "queued leads that are not there"},
    {&sql_check_message_leads, "messages about leads that are not there"},
    {&sql_check_message_states, "messages in a state that cannot be"},
    {&sql_check_attachments, "attachments without a message, or without one"},
    {&sql_check_message_rest, "attempts or inboxes without a message"},
    {&sql_check_rule_sets, "active rule sets beyond the first"},
};

static const struct place nowhere;

/* A JSON object with its keys in byte order, and not an empty one. */
static const char *
attrs_fault(struct json_scanner *s, struct str attrs)
{
	if (json_scan_object(s, attrs) < 0)
		return "attributes that are no JSON object";
	if (s->count == 0)
		return "empty attributes";
	for (size_t i = 1; i < s->count; i++)
		if (str_cmp(s->member[i - 1].name, s->member[i].name) >= 0)
			return "attributes out of order";
	return NULL;
}

static bool
tags_ordered(struct str tags)
{
	struct str last = {0};
	struct json *doc;
	bool ok;

	if (json_doc_parse(tags, "tags", &doc, NULL) < 0)
		return false;
	ok = json_type_of(doc) == JSON_TYPE_ARRAY && json_count(doc) > 0;
	for (size_t i = 0; ok && i < json_count(doc); i++) {
		const struct json *tag = json_item(doc, i);

		ok = json_type_of(tag) == JSON_TYPE_STRING &&
		     (i == 0 || str_cmp(last, json_text(tag)) < 0);
		last = json_text(tag);
	}
	json_doc_free(doc);
	return ok;
}

static bool
email_agrees(const struct lead_row *row)
{
	struct buf key = {0};
	bool ok;

	if (!row->text[LEAD_EMAIL].p)
		return !row->email_key.p;
	ok = email_normalise(row->text[LEAD_EMAIL], &key) && row->email_key.p &&
	     str_eq(buf_str(&key), row->email_key);
	buf_release(&key);
	return ok;
}

static void
check_lead(const struct lead_row *row, struct str folded,
    struct json_scanner *scanner, struct remarks *findings)
{
	const char *id = quoted(row->text[LEAD_ID]), *fault;
	struct buf text = {0};

	if (!email_agrees(row))
		remark(findings, nowhere,
		    "lead %s: e-mail and its normalised form disagree", id);
	lead_row_fold(row, &text);
	if (!str_eq(buf_str(&text), folded))
		remark(findings, nowhere,
		    "lead %s: the text that is searched is out of date", id);
	buf_release(&text);
	if (row->text[LEAD_TAGS].p && !tags_ordered(row->text[LEAD_TAGS]))
		remark(
		    findings, nowhere, "lead %s: tags are no ordered list", id);
	if (row->attrs.p && (fault = attrs_fault(scanner, row->attrs)))
		remark(findings, nowhere, "lead %s: %s", id, fault);
}

static int
check_leads(struct store *st, const struct tenant *t, struct remarks *findings,
    struct err *err)
{
	struct json_scanner scanner = {0};
	struct arena arena = {0};
	struct rows *rows;
	int got;

	if (store_query(
		st, &sql_check_leads, BINDS(BIND_INT(t->id)), &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		struct lead_row row;

		arena_clear(&arena);
		lead_row_from(rows, &arena, &row);
		check_lead(
		    &row, rows_text(rows, LEAD_STORED + 3), &scanner, findings);
	}
	rows_close(rows);
	json_scanner_release(&scanner);
	arena_release(&arena);
	return got;
}

static int
check_events(struct store *st, const struct tenant *t, struct remarks *findings,
    struct err *err)
{
	struct json_scanner scanner = {0};
	const char *fault;
	struct rows *rows;
	int got;

	if (store_query(
		st, &sql_check_events, BINDS(BIND_INT(t->id)), &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0)
		if ((fault = attrs_fault(&scanner, rows_text(rows, 1))))
			remark(findings, nowhere, "event %s: %s",
			    quoted(rows_text(rows, 0)), fault);
	rows_close(rows);
	json_scanner_release(&scanner);
	return got;
}

int
lead_check(struct store *st, const struct tenant *t, struct remarks *findings,
    struct err *err)
{
	for (size_t i = 0; i < COUNT_OF(counts); i++) {
		int64_t count = 0;

		if (store_int(st, counts[i].sql, BINDS(BIND_INT(t->id)), &count,
			err) < 0)
			return -1;
		if (count)
			remark(findings, nowhere, "%lld %s", (long long)count,
			    counts[i].what);
	}
	if (check_leads(st, t, findings, err) < 0)
		return -1;
	return check_events(st, t, findings, err);
}

static int
put_types(struct store *st, const struct tenant *t, struct json_writer *w,
    struct err *err)
{
	struct buf time = {0};
	struct rows *rows;
	int got;

	json_put_name(w, "event_types");
	json_put_object(w);
	if (store_query(
		st, &sql_stats_events, BINDS(BIND_INT(t->id)), &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		json_put_key(w, rows_text(rows, 0));
		json_put_object(w);
		json_add_int(w, "count", rows_int(rows, 1));
		for (unsigned i = 2; i < 4; i++) {
			json_put_name(w, i == 2 ? "first" : "last");
			buf_clear(&time);
			time_add(&time, rows_int(rows, i));
			json_put_text(w, buf_str(&time));
		}
		json_put_end(w);
	}
	rows_close(rows);
	buf_release(&time);
	json_put_end(w);
	return got;
}

int
lead_stats(struct store *st, const struct tenant *t, struct json_writer *w,
    struct err *err)
{
	static const char *const names[] = {"leads", "events", "types",
	    "assessments", "scores", "hot", "history", "signals", "waiting",
	    "audit", "segments", "members"};
	struct rows *rows;
	int got;

	if (store_query(
		st, &sql_stats_counts, BINDS(BIND_INT(t->id)), &rows, err) < 0)
		return -1;
	if ((got = rows_next(rows, err)) > 0)
		for (unsigned i = 0; i < COUNT_OF(names); i++) {
			json_add_int(w, names[i], rows_int(rows, i));
		}
	rows_close(rows);
	if (got < 0)
		return -1;
	return put_types(st, t, w, err);
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
	json_add_text(c->w, "tenant", str_of(t->name));
	rc = lead_stats(c->st, t, c->w, err);
	json_put_end(c->w);
	return rc;
}

int
lead_store_stats(struct store *st, struct buf *out, struct err *err)
{
	struct json_writer w = {.out = out};
	struct counting counting = {st, &w};
	struct store_stats s;

	if (store_stats(st, &s, err) < 0)
		return -1;
	json_put_object(&w);
	json_add_text(&w, "engine", str_of(s.engine));
	json_add_text(&w, "version", str_of(s.version));
	json_add_int(&w, "schema", s.schema_version);
	json_add_int(&w, "file_bytes", s.file_bytes);
	json_add_int(&w, "log_bytes", s.wal_bytes);
	json_add_int(&w, "page_size", s.page_size);
	json_add_int(&w, "pages", s.pages);
	json_add_int(&w, "free_pages", s.free_pages);
	json_put_name(&w, "tenants");
	json_put_array(&w);
	if (tenant_list(st, count_tenant, &counting, err) < 0)
		return -1;
	json_put_end(&w);
	json_put_end(&w);
	return 0;
}

int
lead_erasures(
    struct store *st, const struct tenant *t, int64_t *ret, struct err *err)
{
	int64_t count = 0;

	if (store_int(st, &sql_lead_erasure_count, BINDS(BIND_INT(t->id)),
		&count, err) < 0)
		return -1;
	*ret = count;
	return 0;
}
