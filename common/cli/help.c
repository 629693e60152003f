/* SPDX-License-Identifier: ISC */
/*
 * The help pages, made from the tables. A page fits a screen: 80 columns, 40
 * lines; where many verbs or options leave no room, the shared options become
 * a paragraph. tests/every-program.bats holds programs to it.
 */
#include <ctype.h>
#include <string.h>

#include "cli/cli_priv.h"

enum { PAGE_COLUMNS = 80, PAGE_LINES = 40, LEFT_MAX = 30 };

/* One line of a two-column list. */
struct entry {
	char left[LEFT_MAX + 1];
	char help[128];
};

struct entries {
	struct entry *items;
	size_t count, cap;
};

static struct entry *
add_entry(struct entries *list)
{
	(void)GROW(list->items, list->cap, list->count + 1);
	list->items[list->count] = (struct entry){0};
	return &list->items[list->count++];
}

static size_t
left_width(const struct entries *list)
{
	size_t widest = 0, n;

	for (size_t i = 0; i < list->count; i++) {
		n = strlen(list->items[i].left);
		widest = n > widest ? n : widest;
	}
	return widest;
}

/* Appends words, breaking lines before `PAGE_COLUMNS` and starting the next
 * ones at `indent`; `at` is the column reached so far. */
static void
add_wrapped(struct buf *out, const char *text, size_t indent, size_t at)
{
	struct str rest = str_of(text), word;
	bool more, first = true;

	do {
		more = str_cut(&rest, ' ', &word);
		if (!first && at + 1 + word.n > PAGE_COLUMNS - 1) {
			buf_addf(out, "\n%*s", (int)indent, "");
			at = indent;
		} else if (!first) {
			buf_addc(out, ' ');
			at++;
		}
		buf_adds(out, word);
		at += word.n;
		first = false;
	} while (more);
	buf_addc(out, '\n');
}

static void
add_entries(struct buf *out, const char *title, const struct entries *list,
    size_t width)
{
	if (list->count == 0)
		return;
	buf_addf(out, "\n%s:\n", title);
	for (size_t i = 0; i < list->count; i++) {
		const struct entry *e = &list->items[i];
		buf_addf(out, "  %-*s  ", (int)width, e->left);
		add_wrapped(out, e->help, width + 4, width + 4);
	}
}

static void
option_left(const struct cli_option *o, char left[LEFT_MAX + 1])
{
	char letter[5] = "    ";

	if (o->letter != 0)
		snprintf(letter, sizeof letter, "-%c, ", o->letter);
	snprintf(left, LEFT_MAX + 1, "%s--%s%s%s", letter, o->name,
	    o->argument != NULL ? " " : "",
	    o->argument != NULL ? o->argument : "");
}

/* What the table cannot say by itself: choices and formats. */
static void
option_help(const struct cli_option *o, const struct cli_verb *verb, char *help,
    size_t size)
{
	size_t n;

	if (o->value.text == &shared_words.format && verb != NULL) {
		snprintf(help, size, "%s: %s",
		    verb->shared & CLI_FORMAT_IN ? "format of the input"
						 : "format of the output",
		    shared_formats(verb));
		return;
	}
	if (o->value.text == &shared_words.format) {
		snprintf(help, size, "ndjson, csv, tsv, json or table");
		return;
	}
	snprintf(help, size, "%s", o->help);
	if (o->kind != CLI_KIND_CHOICE)
		return;
	for (int i = 0; o->choices[i] != NULL; i++) {
		n = strlen(help);
		snprintf(help + n, size - n, "%s%s", i == 0 ? ": " : " ",
		    o->choices[i]);
	}
}

static void
add_option(struct entries *list, const struct cli_option *o,
    const struct cli_verb *verb)
{
	struct entry *e = add_entry(list);

	option_left(o, e->left);
	option_help(o, verb, e->help, sizeof e->help);
}

/* Does any verb of the program take it? */
static bool
taken_by_any(const struct cli_program *program, const struct shared_row *row)
{
	const struct cli_verb *v;

	for (v = program->verbs; v->name != NULL; v++)
		if (shared_applies(row, v))
			return true;
	return false;
}

/* The shared options of a verb, or of the program; those that all programs
 * have stand on two lines. */
static void
collect_shared(struct entries *list, const struct cli_program *program,
    const struct cli_verb *verb)
{
	const struct shared_row *row;
	struct entry *e;

	for (row = shared_rows; row->option.kind != CLI_KIND_END; row++) {
		if (row->hidden || row->share == 0)
			continue;
		if (row->option.value.flag == &shared_words.no_progress)
			continue;
		if (verb != NULL ? !shared_applies(row, verb)
				 : !taken_by_any(program, row))
			continue;
		add_option(list, &row->option, verb);
		if (row->option.value.flag == &shared_words.progress) {
			e = &list->items[list->count - 1];
			snprintf(
			    e->left, sizeof e->left, "    --[no-]progress");
			snprintf(e->help, sizeof e->help,
			    "show progress, or never do");
		}
	}
	e = add_entry(list);
	snprintf(e->left, sizeof e->left, "-q, -v");
	snprintf(e->help, sizeof e->help,
	    "--quiet: no summary, no progress; --verbose: say more");
	e = add_entry(list);
	snprintf(e->left, sizeof e->left, "-h, -V");
	snprintf(e->help, sizeof e->help, "--help: this page; --version");
}

static void
collect_verbs(struct entries *list, const struct cli_program *program)
{
	const struct cli_verb *v;
	struct entry *e;
	int n;

	for (v = program->verbs; v->name != NULL; v++) {
		e = add_entry(list);
		n = snprintf(e->left, sizeof e->left, "%s%s%s", v->name,
		    v->operands != NULL ? " " : "",
		    v->operands != NULL ? v->operands : "");
		if (n > LEFT_MAX - 4)
			snprintf(e->left, sizeof e->left, "%s ...", v->name);
		snprintf(e->help, sizeof e->help, "%s", v->help);
	}
}

static void
collect_own(struct entries *list, const struct cli_verb *verb)
{
	const struct cli_option *o = verb->options;

	for (; o != NULL && o->kind != CLI_KIND_END; o++)
		add_option(list, o, verb);
}

/* "-d, --db URI; ..." as a paragraph, when lines are scarce. */
static void
add_shared_paragraph(struct buf *out, const struct entries *shared)
{
	struct buf text = {0};

	for (size_t i = 0; i < shared->count; i++) {
		struct str left = str_trim(str_of(shared->items[i].left));
		buf_addf(&text, "%s%.*s", i > 0 ? "; " : "  ", STR_ARG(left));
	}
	buf_addstr(out, "\nShared options, explained in dl(7):\n");
	add_wrapped(out, text.p, 2, 0);
	buf_release(&text);
}

static size_t
count_lines(const struct buf *b)
{
	size_t lines = 0;

	for (size_t i = 0; i < b->len; i++)
		lines += b->p[i] == '\n';
	return lines;
}

static void
add_sentence(struct buf *out, const char *text)
{
	size_t start = out->len;

	add_wrapped(out, text, 0, 0);
	if (out->len > start + 1) {
		out->p[start] = (char)toupper((unsigned char)out->p[start]);
		out->p[out->len - 1] = '.';
		buf_addc(out, '\n');
	}
}

static bool
has_one_verb(const struct cli_program *program)
{
	return program->verbs[0].name != NULL && program->verbs[1].name == NULL;
}

/* Which formats a verb has is told of no other place. */
static void
take_format(struct entries *own, struct entries *shared)
{
	for (size_t i = 0; i < shared->count; i++) {
		struct entry e = shared->items[i];

		if (strncmp(e.left, "-f, ", 4) != 0)
			continue;
		*add_entry(own) = e;
		memmove(&shared->items[i], &shared->items[i + 1],
		    (--shared->count - i) * sizeof e);
		return;
	}
}

/* brief: the shared options as a paragraph. */
static void
verb_help(struct buf *out, const struct cli_program *program,
    const struct cli_verb *verb, bool brief)
{
	struct entries own = {0}, shared = {0};
	size_t width, other;
	bool named = !has_one_verb(program);

	buf_addf(out, "Usage: %s%s%s [options]%s%s\n", program->name,
	    named ? " " : "", named ? verb->name : "",
	    verb->operands != NULL ? " " : "",
	    verb->operands != NULL ? verb->operands : "");
	add_sentence(out, named ? verb->help : program->summary);
	collect_own(&own, verb);
	collect_shared(&shared, program, verb);
	if (brief)
		take_format(&own, &shared);
	width = left_width(&own);
	other = left_width(&shared);
	width = !brief && other > width ? other : width;
	add_entries(out, "Options", &own, width);
	if (brief)
		add_shared_paragraph(out, &shared);
	else
		add_entries(out, own.count > 0 ? "Shared options" : "Options",
		    &shared, width);
	buf_addf(out, "\nSee %s(1).\n", program->name);
	free(own.items);
	free(shared.items);
}

/* level 0: everything; 1: without the default verb's options; 2: shared
 * options as a paragraph; 3: blank lines given up, too. */
static void
program_help(struct buf *out, const struct cli_program *program, int level)
{
	struct entries verbs = {0}, own = {0}, shared = {0};
	const struct cli_verb *by_default = NULL;
	struct buf title = {0};
	size_t width = 0;

	if (program->default_verb != NULL)
		by_default =
		    verb_by_name(program, str_of(program->default_verb));
	buf_addf(out, "Usage: %s %s [options] [operands]\n", program->name,
	    by_default != NULL ? "[VERB]" : "VERB");
	add_sentence(out, program->summary);
	collect_verbs(&verbs, program);
	collect_shared(&shared, program, NULL);
	if (by_default != NULL && level == 0)
		collect_own(&own, by_default);
	const struct entries *lists[] = {&verbs, &own, &shared};
	for (size_t i = 0; i < COUNT_OF(lists); i++) {
		size_t n = left_width(lists[i]);
		width = n > width ? n : width;
	}
	if (by_default != NULL)
		buf_addf(&title, "Verbs (without one: %s)", by_default->name);
	else
		buf_addstr(&title, "Verbs");
	add_entries(out, title.p, &verbs, width);
	if (own.count > 0) {
		buf_clear(&title);
		buf_addf(&title, "Options of %s", by_default->name);
		add_entries(out, title.p, &own, width);
	}
	if (level < 2)
		add_entries(out, "Shared options", &shared, width);
	else
		add_shared_paragraph(out, &shared);
	buf_addf(out, "%s'%s VERB --help' lists a verb's options; see %s(1).\n",
	    level < 3 ? "\n" : "", program->name, program->name);
	buf_release(&title);
	free(verbs.items);
	free(own.items);
	free(shared.items);
}

/* Without its blank lines where it does not fit with them. */
static void
add_page(struct buf *out, const struct buf *page)
{
	bool fits = count_lines(page) <= PAGE_LINES;

	for (size_t i = 0; i < page->len; i++)
		if (fits || page->p[i] != '\n' || i == 0 ||
		    page->p[i - 1] != '\n')
			buf_addc(out, page->p[i]);
}

void
cli_help(struct buf *out, const struct cli_program *program,
    const struct cli_verb *verb)
{
	if (verb == NULL && has_one_verb(program))
		verb = program->verbs;
	if (verb != NULL) {
		struct buf page = {0};

		verb_help(&page, program, verb, false);
		if (count_lines(&page) > PAGE_LINES) {
			buf_clear(&page);
			verb_help(&page, program, verb, true);
		}
		add_page(out, &page);
		buf_release(&page);
		return;
	}
	for (int level = 0; level <= 3; level++) {
		struct buf page = {0};
		bool fits;

		program_help(&page, program, level);
		fits = count_lines(&page) <= PAGE_LINES || level == 3;
		if (fits)
			buf_adds(out, buf_str(&page));
		buf_release(&page);
		if (fits)
			return;
	}
}

void
cli_list_options(struct buf *out, const struct cli_program *program)
{
	const struct cli_verb *v;
	const struct cli_option *o;

	for (v = program->verbs; v->name != NULL; v++) {
		struct option_walk w = {.program = program, .verb = v};
		while ((o = option_next(&w)) != NULL)
			buf_addf(out, "%s\t%c\t%s\t%s\n", v->name,
			    o->letter != 0 ? o->letter : '-', o->name,
			    o->argument != NULL ? o->argument : "-");
	}
}
