/* SPDX-License-Identifier: ISC */
/*
 * dl-lead: one lead at a time. Found by a word, shown on one screen, changed
 * by hand.
 */
#include <inttypes.h>
#include <string.h>

#include "cli/cli.h"
#include "lead/lead.h"
#include "score/score.h"
#include "session/session.h"

static struct {
	int64_t limit, events;
} arg = {.limit = 50, .events = 20};

/* ---- search, show ------------------------------------------------------- */

static int
search(struct session *s, struct err *err)
{
	static const char *const columns[] = {
	    "lead", "email", "name", "company", "title"};
	struct buf text = {0};
	int64_t count;
	int rc = session_print(s, columns, COUNT_OF(columns), err);

	for (size_t i = 0; i < s->call->count; i++)
		buf_addf(&text, "%s%s", i ? " " : "", s->call->operands[i]);
	if (rc == 0)
		rc = lead_search(s->st, s->tenant, buf_str(&text), arg.limit,
		    session_each, s, &count, err);
	if (rc == 0 && count == arg.limit)
		session_summary(
		    s, "stopped at %" PRId64 "; --limit for more", arg.limit);
	buf_release(&text);
	return rc;
}

static int
show_one(struct session *s, const char *who, struct err *err)
{
	struct buf person = {0}, drawing = {0};
	int64_t lead;
	int rc = lead_need(s->st, s->tenant, str_of(who), &lead, err);

	if (rc == 0)
		rc = score_person(
		    s->st, s->tenant, lead, &s->moment, &person, err);
	if (rc == 0)
		rc = lead_draw_person(s->tenant, buf_str(&person), arg.events,
		    s->call->shared->columns, &drawing, err);
	if (rc == 0)
		printer_either(&s->printer, &person, &drawing);
	buf_release(&person);
	buf_release(&drawing);
	return rc;
}

static int
show(struct session *s, struct err *err)
{
	int rc = session_print(s, NULL, 0, err);

	if (rc == 0)
		rc = store_begin(s->st, STORE_SNAPSHOT, "show", err);
	for (size_t i = 0; rc == 0 && i < s->call->count; i++) {
		if (i > 0 && s->printer.format == RECORD_TABLE)
			printer_text(&s->printer, STR("\n"));
		rc = show_one(s, s->call->operands[i], err);
	}
	return rc;
}

/* ---- changes ------------------------------------------------------------ */

enum { SET, TAG, UNTAG };

static int
change_lead(struct session *s, int64_t lead, struct err *err)
{
	/* The operands behind the lead. */
	const char *const *words = (const char *const *)s->call->operands + 1;
	size_t count = s->call->count - 1;
	int which = s->call->verb->which;

	if (which == SET)
		return lead_set(s->st, s->tenant, lead, words, count, s->who,
		    s->now, &s->lines, err);
	return lead_tag(s->st, s->tenant, lead, which == TAG, words, count,
	    s->who, s->now, &s->lines, err);
}

static int
change(struct session *s, struct err *err)
{
	struct session_leads how = {
	    .who = (const char *const *)s->call->operands,
	    .count = 1,
	    .each = change_lead};

	return session_leads(s, &how, err);
}

/* ---- the table ---------------------------------------------------------- */

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
	.run = session_reads,
	.work = search},
    {.name = "show",
	.operands = "LEAD...",
	.help = "everything about a lead on one screen",
	.options = show_options,
	.shared = CLI_READING,
	.formats = "ndjson table",
	.run = session_reads,
	.work = show},
    {.name = "set",
	.operands = "LEAD|- FIELD=VALUE...",
	.help = "change fields; an empty value clears",
	.shared = BY_HAND,
	.run = session_begins,
	.work = change,
	.which = SET},
    {.name = "tag",
	.operands = "LEAD|- TAG...",
	.help = "put tags on",
	.shared = BY_HAND,
	.run = session_begins,
	.work = change,
	.which = TAG},
    {.name = "untag",
	.operands = "LEAD|- TAG...",
	.help = "take tags off",
	.shared = BY_HAND,
	.run = session_begins,
	.work = change,
	.which = UNTAG},
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
