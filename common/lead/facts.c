/* SPDX-License-Identifier: ISC */
/*
 * Everything there is, as JSON: about a tenant line by line (dump), about one
 * person in one piece. Both are made of the same kinds of facts; a table says
 * how each kind's columns are shown.
 */
#include "lead/facts.sql.h"
#include "lead/lead_priv.h"

/* How a column is shown: t text, i integer, m moment, b bool, j JSON, x bytes
 * (in base64). A missing value is left out. JSON that is stored laid out, as
 * rule sets are, is put on one line like the rest. */
struct shown {
	const char *name;
	char as;
};

static const struct fact {
	const char *kind;            /* what a dump's line calls itself */
	const char *list;            /* its member in a person's document */
	const struct sql *all, *one; /* NULL: not there */
	struct shown columns[20];
} facts[] = {
    {"event", "events", &sql_dump_events, &sql_person_events,
	{{"id", 't'}, {"lead", 't'}, {"type", 't'}, {"time", 'm'},
	    {"attrs", 'j'}}},
    {"assessment", "assessments", &sql_dump_assessments,
	&sql_person_assessments,
	{{"id", 't'}, {"lead", 't'}, {"assessment", 't'}, {"started_at", 'm'},
	    {"completed_at", 'm'}, {"progress", 'i'}, {"result", 'j'},
	    {"answers", 'j'}}},
    {"rule_set", NULL, &sql_dump_rule_sets, NULL,
	{{"name", 't'}, {"active", 'b'}, {"document", 'j'}}},
    {"score", "scores", &sql_dump_scores, &sql_person_score,
	{{"lead", 't'}, {"score", 'i'}, {"fit", 'i'}, {"engagement", 'i'},
	    {"is_hot", 'b'}, {"became_hot_at", 'm'}, {"time", 'm'}}},
    {"score_history", "score_history", &sql_dump_history, &sql_person_history,
	{{"lead", 't'}, {"score", 'i'}, {"fit", 'i'}, {"engagement", 'i'},
	    {"time", 'm'}}},
    {"segment", NULL, &sql_dump_segments, NULL,
	{{"name", 't'}, {"enabled", 'b'}, {"document", 'j'}}},
    {"member", "segments", &sql_dump_members, &sql_person_members,
	{{"lead", 't'}, {"segment", 't'}, {"since", 'm'}, {"by_hand", 'b'}}},
    {"membership", "former_segments", &sql_dump_memberships,
	&sql_person_memberships,
	{{"lead", 't'}, {"segment", 't'}, {"since", 'm'}, {"left", 'm'},
	    {"by_hand", 'b'}}},
    {"override", "segment_overrides", &sql_dump_overrides,
	&sql_person_overrides,
	{{"lead", 't'}, {"segment", 't'}, {"included", 'b'}, {"user", 't'},
	    {"time", 'm'}, {"why", 't'}}},
    {"template", NULL, &sql_dump_templates, NULL,
	{{"name", 't'}, {"document", 'j'}}},
    {"stage_model", NULL, &sql_dump_stage_model, NULL, {{"document", 'j'}}},
    {"stage", "stages", &sql_dump_stages, &sql_person_stages,
	{{"lead", 't'}, {"from", 't'}, {"to", 't'}, {"at", 'm'}, {"by", 't'},
	    {"user", 't'}, {"because", 't'}}},
    {"stage_state", NULL, &sql_dump_stage_states, NULL,
	{{"lead", 't'}, {"stage", 't'}, {"since", 'm'}, {"by_hand_at", 'm'},
	    {"held", 'b'}, {"waiting", 'j'}}},
    /* What came in one batch is one change, so no two stores agree on these:
     * they are not dumped. */
    {NULL, "changes", NULL, &sql_person_changes,
	{{"lead", 't'}, {"field", 't'}, {"time", 'm'}}},
    {"task", "tasks", &sql_dump_tasks, &sql_person_tasks,
	{{"lead", 't'}, {"task", 'i'}, {"title", 't'}, {"body", 't'},
	    {"kind", 't'}, {"priority", 'i'}, {"status", 'i'},
	    {"assignee", 't'}, {"due_at", 'm'}, {"created_at", 'm'},
	    {"created_by", 't'}, {"touched_at", 'm'}, {"started_at", 'm'},
	    {"closed_at", 'm'}, {"follows", 'i'}, {"cause", 't'}}},
    {"task_note", "task_notes", &sql_dump_task_notes, &sql_person_task_notes,
	{{"task", 'i'}, {"time", 'm'}, {"user", 't'}, {"action", 't'},
	    {"note", 't'}}},
    {"absence", NULL, &sql_dump_absences, NULL,
	{{"user", 't'}, {"from", 't'}, {"until", 't'}}},
    {"holiday", NULL, &sql_dump_holidays, NULL, {{"day", 't'}, {"name", 't'}}},
    {"message", "messages", &sql_dump_messages, &sql_person_messages,
	{{"id", 't'}, {"lead", 't'}, {"channel", 't'}, {"recipient", 't'},
	    {"kind", 't'}, {"cause", 't'}, {"critical", 'b'}, {"locale", 't'},
	    {"template", 't'}, {"content", 'j'}, {"created_at", 'm'},
	    {"due_at", 'm'}, {"state", 't'}, {"next_at", 'm'},
	    {"changed_at", 'm'}, {"code", 'i'}, {"answer", 't'}, {"batch", 't'},
	    {"part_of", 't'}}},
    {"attempt", "attempts", &sql_dump_attempts, &sql_person_attempts,
	{{"message", 't'}, {"number", 'i'}, {"time", 'm'}, {"state", 't'},
	    {"code", 'i'}, {"answer", 't'}}},
    {"attachment", "attachments", &sql_dump_attachments,
	&sql_person_attachments,
	{{"sha256", 't'}, {"size", 'i'}, {"content", 'x'}}},
    {"suppression", "suppressions", &sql_dump_suppressions,
	&sql_person_suppressions,
	{{"hash", 't'}, {"address", 't'}, {"reason", 't'}, {"note", 't'},
	    {"user", 't'}, {"time", 'm'}}},
    {"forecast", NULL, &sql_dump_forecasts, NULL,
	{{"made_at", 'm'}, {"definition", 'j'}, {"series", 't'},
	    {"method", 't'}, {"model", 't'}, {"period", 'i'}, {"first_at", 'm'},
	    {"steps", 'j'}}},
    {"watch", NULL, &sql_dump_watches, NULL,
	{{"name", 't'}, {"enabled", 'b'}, {"document", 'j'}}},
    {"alarm", NULL, &sql_dump_alarms, NULL,
	{{"watch", 't'}, {"time", 'm'}, {"told_at", 'm'}, {"data", 'j'}}},
    {"preference", NULL, &sql_dump_preferences, NULL,
	{{"user", 't'}, {"document", 'j'}}},
    {"inbox", "inboxes", &sql_dump_inboxes, &sql_person_inboxes,
	{{"user", 't'}, {"message", 't'}, {"time", 'm'}, {"subject", 't'},
	    {"text", 't'}, {"read_at", 'm'}}},
    {"automation", NULL, &sql_dump_automations, NULL,
	{{"name", 't'}, {"enabled", 'b'}, {"document", 'j'}}},
    {"recommend", NULL, &sql_dump_recommend, NULL, {{"document", 'j'}}},
    {"export_policy", NULL, &sql_dump_export_policy, NULL, {{"document", 'j'}}},
    {"firing", "firings", &sql_dump_firings, &sql_person_firings,
	{{"lead", 't'}, {"automation", 't'}, {"signal", 't'}, {"time", 'm'},
	    {"tasks", 'i'}, {"messages", 'i'}, {"moves", 'i'},
	    {"problem", 't'}}},
    {"signal", "signals", &sql_dump_signals, &sql_person_signals,
	{{"lead", 't'}, {"kind", 't'}, {"time", 'm'}, {"data", 'j'}}},
};

static void
put_moment(struct json_writer *w, int64_t at)
{
	struct buf text = {0};

	time_add(&text, at);
	json_put_text(w, buf_str(&text));
	buf_release(&text);
}

static void
put_json(struct json_writer *w, struct str json)
{
	struct buf text = {0};

	json_compact(&text, json);
	json_put_raw(w, buf_str(&text));
	buf_release(&text);
}

static void
put_bytes(struct json_writer *w, struct str bytes)
{
	struct buf text = {0};

	buf_addbase64(&text, bytes);
	json_put_text(w, buf_str(&text));
	buf_release(&text);
}

/* Members of the open object. */
static void
put_row(struct json_writer *w, const struct shown *columns, struct rows *rows)
{
	for (unsigned i = 0; columns[i].name; i++) {
		/* (There are stores with empty documents.) */
		if (rows_null(rows, i) ||
		    (columns[i].as == 'j' && rows_text(rows, i).n == 0))
			continue;
		json_put_name(w, columns[i].name);
		switch (columns[i].as) {
		case 't':
			json_put_text(w, rows_text(rows, i));
			break;
		case 'i':
			json_put_int(w, rows_int(rows, i));
			break;
		case 'b':
			json_put_bool(w, rows_int(rows, i) != 0);
			break;
		case 'x':
			put_bytes(w, rows_blob(rows, i));
			break;
		case 'm':
			put_moment(w, rows_int(rows, i));
			break;
		default:
			put_json(w, rows_text(rows, i));
		}
	}
}

/* ---- dump --------------------------------------------------------------- */

struct dumping {
	struct buf line;
	int (*each)(void *context, struct str line, struct err *err);
	void *context;
};

static struct json_writer
begin_line(struct dumping *d, const char *kind)
{
	struct json_writer w = {.out = &d->line};

	buf_clear(&d->line);
	json_put_object(&w);
	json_add_text(&w, "record", str_of(kind));
	return w;
}

static int
end_line(struct dumping *d, struct json_writer *w, struct err *err)
{
	json_put_end(w);
	return d->each(d->context, buf_str(&d->line), err);
}

static int
dump_tenant(struct dumping *d, const struct tenant *t, struct err *err)
{
	struct json_writer w = begin_line(d, "tenant");

	json_add_text(&w, "name", str_of(t->name));
	json_put_name(&w, "settings");
	json_put_raw(&w, str_of(t->document));
	return end_line(d, &w, err);
}

static int
dump_member(void *context, const struct member *m, struct err *err)
{
	struct dumping *d = context;
	struct json_writer w = begin_line(d, "user");

	member_put(m, "email", &w);
	return end_line(d, &w, err);
}

static int
dump_leads(struct dumping *d, struct store *st, const struct tenant *t,
    struct err *err)
{
	struct arena arena = {0};
	struct rows *rows;
	int got;

	if (store_query(
		st, &sql_dump_leads, BINDS(BIND_INT(t->id)), &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		struct json_writer w = begin_line(d, "lead");
		struct lead_row row;

		arena_clear(&arena);
		lead_row_from(rows, &arena, &row);
		lead_row_put(&row, &w);
		if (end_line(d, &w, err) < 0) {
			got = -1;
			break;
		}
	}
	rows_close(rows);
	arena_release(&arena);
	return got;
}

static int
dump_facts(struct dumping *d, struct store *st, const struct tenant *t,
    const struct fact *fact, struct err *err)
{
	struct rows *rows;
	int got;

	if (store_query(st, fact->all, BINDS(BIND_INT(t->id)), &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		struct json_writer w = begin_line(d, fact->kind);

		put_row(&w, fact->columns, rows);
		if (end_line(d, &w, err) < 0) {
			got = -1;
			break;
		}
	}
	rows_close(rows);
	return got;
}

int
lead_dump(struct store *st, const struct tenant *t,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err)
{
	struct dumping d = {.each = each, .context = context};
	int rc = 0;

	if (dump_tenant(&d, t, err) < 0 ||
	    member_list(st, t, dump_member, &d, err) < 0 ||
	    dump_leads(&d, st, t, err) < 0)
		rc = -1;
	for (size_t i = 0; rc == 0 && i < COUNT_OF(facts); i++)
		if (facts[i].all)
			rc = dump_facts(&d, st, t, &facts[i], err);
	buf_release(&d.line);
	return rc;
}

/* ---- one person --------------------------------------------------------- */

static int
person_facts(struct json_writer *w, struct store *st, const struct tenant *t,
    int64_t lead, const struct fact *fact, struct err *err)
{
	struct rows *rows;
	int got;

	json_put_name(w, fact->list);
	json_put_array(w);
	if (store_query(st, fact->one, BINDS(BIND_INT(t->id), BIND_INT(lead)),
		&rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		json_put_object(w);
		put_row(w, fact->columns, rows);
		json_put_end(w);
	}
	rows_close(rows);
	json_put_end(w);
	return got;
}

static int
person_audit(struct json_writer *w, struct store *st, const struct tenant *t,
    struct str id, struct err *err)
{
	static const struct shown columns[] = {{"time", 'm'}, {"user", 't'},
	    {"action", 't'}, {"detail", 'j'}, {0}};
	struct rows *rows;
	int got;

	json_put_name(w, "audit");
	json_put_array(w);
	if (store_query(st, &sql_person_audit,
		BINDS(BIND_INT(t->id), BIND_TEXT(id)), &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		json_put_object(w);
		put_row(w, columns, rows);
		json_put_end(w);
	}
	rows_close(rows);
	json_put_end(w);
	return got;
}

int
lead_person(struct store *st, const struct tenant *t, int64_t lead,
    struct buf *ret, struct err *err)
{
	struct json_writer w = {.out = ret};
	struct arena arena = {0};
	struct lead_row row;
	int rc = lead_row_read(st, t, lead, &arena, &row, err);

	if (rc == 0) {
		json_put_object(&w);
		json_put_name(&w, "lead");
		json_put_object(&w);
		lead_row_put(&row, &w);
		json_put_end(&w);
		for (size_t i = 0; rc == 0 && i < COUNT_OF(facts); i++)
			if (facts[i].one)
				rc = person_facts(
				    &w, st, t, lead, &facts[i], err);
	}
	if (rc == 0)
		rc = person_audit(&w, st, t, row.text[LEAD_ID], err);
	if (rc == 0)
		json_put_end(&w);
	arena_release(&arena);
	return rc;
}

int
lead_disclose(struct store *st, const struct tenant *t, int64_t lead,
    const char *who, int64_t now, struct buf *ret, struct err *err)
{
	struct arena arena = {0};
	struct lead_row row;
	int rc = lead_person(st, t, lead, ret, err);

	if (rc == 0)
		rc = lead_row_read(st, t, lead, &arena, &row, err);
	if (rc == 0)
		rc = audit_add(st, t->id, now, who, "lead.person",
		    row.text[LEAD_ID], (struct str){0}, err);
	arena_release(&arena);
	return rc;
}

/* What the tenant's people were told of it among others stays, without it. */
static int
leave_digests(struct store *st, const struct tenant *t, int64_t lead,
    int64_t now, struct err *err)
{
	if (store_run(st, &sql_erase_digests,
		BINDS(BIND_INT(t->id), BIND_INT(lead), BIND_INT(now)), NULL,
		err) < 0)
		return -1;
	return store_run(st, &sql_erase_digest_words,
	    BINDS(BIND_INT(t->id), BIND_INT(lead)), NULL, err);
}

int
lead_erase(struct store *st, const struct tenant *t, int64_t lead,
    const char *who, int64_t now, struct buf *lines, int64_t *ret_rows,
    struct err *err)
{
	static const struct sql *const deletes[] = {&sql_erase_events,
	    &sql_erase_assessments, &sql_erase_score, &sql_erase_history,
	    &sql_erase_task_notes, &sql_erase_tasks, &sql_erase_stages,
	    &sql_erase_stage_state, &sql_erase_members, &sql_erase_memberships,
	    &sql_erase_overrides, &sql_erase_segment_next, &sql_erase_inboxes,
	    &sql_erase_attempts, &sql_erase_attachments, &sql_erase_carried,
	    &sql_erase_messages, &sql_erase_pace, &sql_forget_suppressed,
	    &sql_erase_signal_queue, &sql_erase_firings, &sql_erase_signals,
	    &sql_erase_changes, &sql_erase_work, &sql_erase_lead};
	static const struct sql *const named[] = {&sql_erase_in_exports,
	    &sql_erase_in_audit, &sql_erase_in_alarms, &sql_erase_in_signals};
	struct json_writer w = {.out = lines};
	struct arena arena = {0};
	struct buf detail = {0};
	struct lead_row row;
	int64_t total = 0, count;
	int rc = lead_row_read(st, t, lead, &arena, &row, err);

	if (rc == 0)
		rc = leave_digests(st, t, lead, now, err);
	for (size_t i = 0; rc == 0 && i < COUNT_OF(deletes); i++) {
		rc = store_run(st, deletes[i],
		    BINDS(BIND_INT(t->id), BIND_INT(lead)), &count, err);
		if (rc == 0)
			total += count;
	}
	/* Who asked for exports about this person, or watched it, named the
	 * address. */
	for (size_t i = 0; i < COUNT_OF(named); i++)
		if (rc == 0 && row.text[LEAD_EMAIL].n)
			rc = store_run(st, named[i],
			    BINDS(BIND_INT(t->id),
				BIND_TEXT(row.text[LEAD_EMAIL])),
			    NULL, err);
	if (rc == 0)
		rc = store_run(st, &sql_erase_audit,
		    BINDS(BIND_INT(t->id), BIND_TEXT(row.text[LEAD_ID])), NULL,
		    err);
	/* Importers that looked numbers up before must look again. */
	if (rc == 0)
		rc = store_numbers(st, t->id, "erasure", 1, &count, err);
	buf_addf(&detail, "{\"rows\":%lld}", (long long)total);
	if (rc == 0)
		rc = audit_add(st, t->id, now, who, "lead.erase", STR("erased"),
		    buf_str(&detail), err);
	if (rc == 0) {
		json_put_object(&w);
		json_add_text(&w, "lead", row.text[LEAD_ID]);
		json_add_text(&w, "change", STR("erased"));
		json_add_int(&w, "rows", total);
		json_put_end(&w);
		buf_addc(lines, '\n');
		*ret_rows = total;
	}
	buf_release(&detail);
	arena_release(&arena);
	return rc;
}
