/* SPDX-License-Identifier: ISC */
/* What the files of the cli room share with each other. */
#ifndef DL_CLI_PRIV_H
#define DL_CLI_PRIV_H

#include "cli/cli.h"

/* shared.c: the options every program has, as one table. */
struct shared_row {
	unsigned share; /* one of enum cli_shares; 0: every verb has it */
	bool hidden;    /* not in --help */
	struct cli_option option;
};
extern const struct shared_row shared_rows[]; /* ends with KIND_END */

/* What was written on the command line, before defaults are filled in. */
struct shared_words {
	const char *db, *tenant, *user, *format, *output, *where, *now;
	const char *completion;
	bool dry_run, replay, quiet, progress, no_progress;
	bool help, version, options;
	int verbose;
};
extern struct shared_words shared_words;

bool shared_applies(const struct shared_row *row, const struct cli_verb *verb);
/* The formats a verb knows, space separated. */
const char *shared_formats(const struct cli_verb *verb);
/* Fills the values from words, environment, clock and terminal. */
int shared_settle(
    const struct cli_verb *verb, struct cli_shared *ret, struct err *err);

/* config.c: the operator's file, dl-config(5). What a name is set to, or NULL;
 * valid until the next config_read or config_forget. */
enum config_name { CONFIG_DB, CONFIG_TENANT, CONFIG_USER, CONFIG__MAX };
const char *config_value(enum config_name name);
int config_read(struct err *err);
int config_read_text(struct str text, const char *path, struct err *err);
void config_forget(void);

/* walk.c: every option there is for a verb (NULL: for any verb), its own
 * first. Zero-initialise with program and verb. */
struct option_walk {
	const struct cli_program *program;
	const struct cli_verb *verb;
	bool hidden; /* the hidden ones too */
	size_t verb_at, option_at, shared_at;
	const struct shared_row *row; /* of the last result; NULL: verb's own */
};
const struct cli_option *option_next(struct option_walk *w);
const struct cli_option *option_by_letter(const struct cli_program *program,
    const struct cli_verb *verb, char letter);
/* Exact, else the only one that begins so; NULL with *err when none or
 * several. */
const struct cli_option *option_by_name(const struct cli_program *program,
    const struct cli_verb *verb, struct str name, struct err *err);
bool option_takes_value(const struct cli_option *o);
const struct cli_verb *verb_by_name(
    const struct cli_program *program, struct str name);
/* How many operands its synopsis asks for and has room for, SIZE_MAX: any
 * number. False: it is not well formed. */
bool verb_operands(
    const struct cli_verb *verb, size_t *ret_least, size_t *ret_most);

/* value.c: stores the text of one option. `now` matters for MOMENT only. */
int option_store(
    const struct cli_option *o, const char *text, int64_t now, struct err *err);

/* message.c */
void message_start(const char *program_name);
void message_end(void); /* "and N more remarks" */
const char *message_name(void);

/* output.c */
FILE *output_standard(void); /* where help goes, too */
/* Flushes and closes what was opened: commits -o FILE when keep. */
int output_finish(bool keep, struct err *err);
/* A verb's failure, when it comes from writing: named by its file, or cleared
 * because output_finish will report it. */
void output_explain(struct err *err);
void output_may_end(bool may); /* a closed pipe ends the process at once */

/* progress.c */
void progress_wipe(void);
/* The line itself, without program name or end. */
void progress_line(struct buf *line, const char *what, int64_t elapsed,
    uint64_t done, uint64_t part, uint64_t whole);

/* main.c, read by message.c */
extern struct cli_shared cli_shared;

#endif
