/* SPDX-License-Identifier: ISC */
/*
 * The closed set of statements, looked at as a whole: does each one prepare,
 * and does its plan stay small when a tenant is large? The seeded statistics
 * make the planner believe in a million leads, so an empty store will do.
 */
#include "store/store_priv.h"

/* Tables with a row or more per lead. Reading all of a tenant's rows in one
 * of these must be meant. */
static const char *const large_tables[] = {"lead", "event", "assessment",
    "score", "score_history", "score_due", "signal", "audit", "work",
    "field_change", "segment_member", "segment_history", "segment_next",
    "segment_due", "stage_state", "stage_history", "task", "task_note",
    "outbox", "outbox_attempt", "attachment", "outbox_attachment",
    "suppression", "inbox", "signal_queue", "firing", "pace", "forecast",
    "alarm", "export_run"};

struct check {
	struct store *store;
	const struct sql *sql;
	const char *text; /* engine words replaced */
	bool whole;       /* it says {{WHOLE_TENANT}} */
	struct remarks *remarks;
};

/* ---- reading a plan ------------------------------------------------------ */

static bool
word_char(char c)
{
	return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

/* The word at *p, which moves on to the next one. */
static struct str
next_word(const char **p)
{
	struct str word;

	while (**p && !word_char(**p))
		++*p;
	word.p = *p;
	while (word_char(**p))
		++*p;
	word.n = (size_t)(*p - word.p);
	return word;
}

static bool
table_is_large(struct str name)
{
	size_t i;

	for (i = 0; i < COUNT_OF(large_tables); i++)
		if (str_is(name, large_tables[i]))
			return true;
	return false;
}

/* Plans name a table by its alias: "lead AS l" in the text says what l is. */
static bool
names_large_table(const struct check *c, struct str name)
{
	const char *p = c->text;
	struct str word, before = {NULL, 0}, table = {NULL, 0};

	if (table_is_large(name))
		return true;
	while ((word = next_word(&p)).n > 0) {
		if (str_is(before, "AS") && str_eq(word, name) &&
		    table_is_large(table))
			return true;
		if (str_is(word, "AS"))
			table = before;
		before = word;
	}
	return false;
}

static void
say(const struct check *c, const char *what, const char *detail)
{
	remark(c->remarks, (struct place){.file = c->sql->name}, "%s: %s", what,
	    detail);
}

/* The largest or smallest key is read off one end of the index. */
static bool
is_end_of_index(const struct check *c)
{
	return str_starts(str_of(c->text), STR("SELECT max(")) ||
	       str_starts(str_of(c->text), STR("SELECT min("));
}

/* One line of a plan: "SCAN l", "SEARCH lead USING PRIMARY KEY
 * (tenant_id=?)", "SCAN b VIRTUAL TABLE INDEX 0:". `inner`: not the first
 * loop of its nest. */
static void
check_line(const struct check *c, const char *detail, bool inner)
{
	struct str line = str_of(detail);
	const char *p = detail;
	struct str verb = next_word(&p), name = next_word(&p);
	bool scan = str_is(verb, "SCAN");

	if (!scan && !str_is(verb, "SEARCH"))
		return;
	if (scan && strstr(detail, "VIRTUAL TABLE")) {
		if (inner)
			say(c, "loops over bulk rows inside a loop", detail);
		return;
	}
	if (c->whole || !names_large_table(c, name))
		return;
	if (scan)
		say(c, "reads a whole table", detail);
	else if (str_ends(line, STR("(tenant_id=?)")) && !is_end_of_index(c))
		say(c, "reads all of a tenant's rows", detail);
}

static int
check_plan(const struct check *c, struct err *err)
{
	struct buf text = {0};
	sqlite3_stmt *stmt = NULL;
	int code, parent;
	uint64_t nests = 0; /* one bit per parent whose first loop was seen */
	const char *detail;

	buf_addf(&text, "EXPLAIN QUERY PLAN %s", c->text);
	code = sqlite3_prepare_v2(c->store->db, text.p, -1, &stmt, NULL);
	buf_release(&text);
	if (code != SQLITE_OK) {
		say(c, "does not prepare", sqlite3_errmsg(c->store->db));
		return 0;
	}
	while ((code = sqlite3_step(stmt)) == SQLITE_ROW) {
		parent = sqlite3_column_int(stmt, 1);
		detail = (const char *)sqlite3_column_text(stmt, 3);
		check_line(c, detail, nests >> (parent % 64) & 1);
		if (str_starts(str_of(detail), STR("S"))) /* SCAN, SEARCH */
			nests |= UINT64_C(1) << (parent % 64);
	}
	sqlite3_finalize(stmt);
	return code == SQLITE_DONE ? 0 : sqlite_fail(c->store, err, "plan");
}

/* ---- the whole set ------------------------------------------------------- */

int
sqlite_prepare_all(struct store *st, struct remarks *remarks, struct err *err)
{
	struct check c = {.store = st, .remarks = remarks};
	struct buf text = {0};
	int code = 0;
	size_t i;

	for (i = 0; sql_all[i] && code == 0; i++) {
		buf_clear(&text);
		statement_text(&text, sql_all[i]->text, &c.whole);
		c.sql = sql_all[i];
		c.text = text.p;
		code = check_plan(&c, err);
	}
	buf_release(&text);
	return code;
}
