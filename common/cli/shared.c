/* SPDX-License-Identifier: ISC */
/*
 * The options that mean the same in every program, and where their values
 * come from when they are not given: environment, clock, terminal.
 */
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/cli_priv.h"

struct shared_words shared_words;

const struct shared_row shared_rows[] = {
    {CLI_DB, false,
	CLI_FILE('d', "db", "URI", &shared_words.db,
	    "the store: a path or a URI ($DL_DB; dl.db)")},
    {CLI_TENANT, false,
	CLI_TEXT('t', "tenant", "NAME", &shared_words.tenant,
	    "tenant ($DL_TENANT; the store's only one)")},
    {CLI_AS, false,
	CLI_TEXT(0, "as", "USER", &shared_words.user,
	    "who acts ($DL_USER; the login name)")},
    {CLI_FORMAT | CLI_FORMAT_IN, false,
	CLI_TEXT('f', "format", "F", &shared_words.format, "")},
    {CLI_OUTPUT, false,
	CLI_FILE('o', "output", "FILE", &shared_words.output,
	    "write to FILE, whole or not at all")},
    {CLI_WHERE, false,
	CLI_TEXT('w', "where", "COND", &shared_words.where,
	    "only leads for which COND holds")},
    {CLI_DRY_RUN, false,
	CLI_FLAG('n', "dry-run", &shared_words.dry_run,
	    "print what would change, change nothing")},
    {CLI_NOW, false,
	CLI_TEXT(0, "now", "TIME", &shared_words.now,
	    "the moment it is: RFC 3339 or relative ($DL_NOW)")},
    {CLI_REPLAY, false,
	CLI_FLAG(0, "replay", &shared_words.replay,
	    "allow a moment before the store's latest work")},
    {CLI_PROGRESS, false,
	CLI_FLAG(0, "progress", &shared_words.progress,
	    "show progress even when not on a terminal")},
    {CLI_PROGRESS, false,
	CLI_FLAG(0, "no-progress", &shared_words.no_progress,
	    "do not show progress")},
    {0, false,
	CLI_FLAG(
	    'q', "quiet", &shared_words.quiet, "no summary and no progress")},
    {0, false,
	CLI_COUNT('v', "verbose", &shared_words.verbose,
	    "say more; repeat for still more")},
    {0, false, CLI_FLAG('h', "help", &shared_words.help, "print this page")},
    {0, false,
	CLI_FLAG('V', "version", &shared_words.version, "print the version")},
    {0, true,
	CLI_FLAG(0, "options", &shared_words.options,
	    "list verbs and options for programs")},
    {0, true,
	CLI_TEXT(0, "completion", "SHELL", &shared_words.completion,
	    "print completions for bash, zsh or fish")},
    {0, false, CLI_END},
};

bool
shared_applies(const struct shared_row *row, const struct cli_verb *verb)
{
	return row->share == 0 || (verb->shared & row->share) != 0;
}

const char *
shared_formats(const struct cli_verb *verb)
{
	if (verb->formats != NULL)
		return verb->formats;
	return verb->shared & CLI_FORMAT_IN ? "ndjson json csv tsv"
					    : "ndjson csv tsv json table";
}

static const char *
environment(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && *value != '\0' ? value : NULL;
}

static const char *
login_name(void)
{
	static char number[32];
	const struct passwd *pw = getpwuid(geteuid());

	if (pw != NULL && pw->pw_name[0] != '\0')
		return pw->pw_name;
	snprintf(number, sizeof number, "uid%lu", (unsigned long)geteuid());
	return number;
}

/* The member of a space-separated list that equals `word`; missing if none. */
static struct str
list_member(const char *list, struct str word)
{
	struct str rest = str_of(list), head;
	bool more;

	do {
		more = str_cut(&rest, ' ', &head);
		if (head.n > 0 && str_eq(head, word))
			return head;
	} while (more);
	return str_of(NULL);
}

/* The format a file's name asks for, when it is one the verb knows. */
static struct str
format_of_name(const char *path, const char *formats)
{
	const char *dot = strrchr(path, '.');

	if (dot == NULL || strchr(dot, '/') != NULL)
		return str_of(NULL);
	if (strcmp(dot, ".jsonl") == 0)
		return list_member(formats, STR("ndjson"));
	if (strcmp(dot, ".txt") == 0)
		return list_member(formats, STR("table"));
	return list_member(formats, str_of(dot + 1));
}

static int
settle_format(
    const struct cli_verb *verb, struct cli_shared *s, struct err *err)
{
	static char name[32];
	const char *formats = shared_formats(verb);
	struct str found, word = str_of(shared_words.format);

	s->format = NULL;
	s->format_given = word.p != NULL;
	if (!(verb->shared & (CLI_FORMAT | CLI_FORMAT_IN)))
		return 0;
	if (word.p != NULL) {
		found = list_member(formats, word);
		if (found.p == NULL)
			return err_set(err, ERR_USAGE,
			    "--format: not one of %s: %s", formats,
			    quoted(word));
	} else if (verb->shared & CLI_FORMAT_IN) {
		return 0;
	} else {
		found = str_of(NULL);
		if (s->output != NULL)
			found = format_of_name(s->output, formats);
		else if (s->terminal)
			found = list_member(formats, STR("table"));
		s->format_default = found.p == NULL;
		if (found.p == NULL)
			found = list_member(formats, STR("ndjson"));
		if (found.p == NULL) {
			struct str rest = str_of(formats);
			str_cut(&rest, ' ', &found);
		}
	}
	snprintf(name, sizeof name, "%.*s", STR_ARG(found));
	s->format = name;
	return 0;
}

/* *now becomes the moment that text names, seen from *now; NULL: stays. */
static int
take_now(
    const char *source, const char *text, struct cli_shared *s, struct err *err)
{
	if (text == NULL)
		return 0;
	s->now_given = true;
	if (!time_parse_moment(str_of(text), s->now, zone_utc(), &s->now))
		return err_set(err, ERR_USAGE,
		    "%s: not a moment (2026-11-22T09:00:00Z, today, -3d): %s",
		    source, quoted(str_of(text)));
	return 0;
}

/* A moment that is the same wherever it is seen from. */
static bool
is_absolute(const char *text)
{
	int64_t one, other;

	return text != NULL &&
	       time_parse_moment(str_of(text), 0, zone_utc(), &one) &&
	       time_parse_moment(
		   str_of(text), 5 * MS_DAY, zone_utc(), &other) &&
	       one == other;
}

/* --now +1d is the day after $DL_NOW where that is set: in a world that stands
 * still, tomorrow is seen from there. What stands by itself does without. */
static int
settle_now(const struct cli_verb *verb, struct cli_shared *s, struct err *err)
{
	s->now = time_real();
	s->now_given = false;
	if (verb->shared & CLI_NOW && !is_absolute(shared_words.now) &&
	    take_now("$DL_NOW", environment("DL_NOW"), s, err) < 0)
		return -1;
	return take_now("--now", shared_words.now, s, err);
}

/* The width records are fitted to; a file or pipe is never fitted, unless
 * COLUMNS was exported on purpose. */
static size_t
terminal_columns(bool terminal)
{
	const char *text = environment("COLUMNS");
	struct winsize size;
	int64_t n;

	if (text != NULL && number_int(str_of(text), &n) && n >= 20 && n < 4096)
		return (size_t)n;
	if (!terminal)
		return 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20)
		return size.ws_col;
	return 80;
}

/* Data is UTF-8 whatever the locale says, so blocks are drawn unless the
 * user names another character set or a terminal that can do nothing. */
static bool
terminal_is_ascii(void)
{
	const char *locale = environment("LC_ALL"), *dot;

	if (locale == NULL)
		locale = environment("LC_CTYPE");
	if (locale == NULL)
		locale = environment("LANG");
	if (locale != NULL && (dot = strchr(locale, '.')) != NULL &&
	    strncasecmp(dot, ".UTF-8", 6) != 0 &&
	    strncasecmp(dot, ".UTF8", 5) != 0)
		return true;
	const char *term = environment("TERM");
	return term != NULL && strcmp(term, "dumb") == 0 &&
	       isatty(STDOUT_FILENO);
}

/* The option's word, else the variable's, else the configuration's; the last
 * two only where the verb has the option. */
static const char *
word_of(
    const char *word, bool applies, const char *variable, enum config_name name)
{
	if (word == NULL && applies)
		word = environment(variable);
	if (word == NULL && applies)
		word = config_value(name);
	return word;
}

int
shared_settle(
    const struct cli_verb *verb, struct cli_shared *ret, struct err *err)
{
	const struct shared_words *w = &shared_words;
	struct cli_shared s = {0};

	if (config_read(err) < 0)
		return -1;
	s.db = word_of(w->db, verb->shared & CLI_DB, "DL_DB", CONFIG_DB);
	if (s.db == NULL)
		s.db = "dl.db";
	s.tenant = word_of(
	    w->tenant, verb->shared & CLI_TENANT, "DL_TENANT", CONFIG_TENANT);
	s.user =
	    word_of(w->user, verb->shared & CLI_AS, "DL_USER", CONFIG_USER);
	if (s.user == NULL)
		s.user = login_name();
	s.output = w->output;
	if (s.output != NULL && strcmp(s.output, "-") == 0)
		s.output = NULL;
	s.where = w->where;
	s.dry_run = w->dry_run;
	s.replay = w->replay;
	s.quiet = w->quiet;
	s.verbose = w->verbose;
	s.terminal = s.output == NULL && isatty(STDOUT_FILENO);
	s.columns = s.output == NULL ? terminal_columns(s.terminal) : 0;
	s.ascii = terminal_is_ascii();
	s.progress = verb->shared & CLI_PROGRESS && !w->no_progress &&
		     (w->progress || (!w->quiet && isatty(STDERR_FILENO)));
	if (settle_now(verb, &s, err) < 0 || settle_format(verb, &s, err) < 0)
		return -1;
	*ret = s;
	return 0;
}
