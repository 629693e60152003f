/* SPDX-License-Identifier: ISC */
/*
 * cli: everything about being a program. A program is a `struct cli_program`
 * with a table of verbs, each with a table of options; from these come the
 * parsing, usage line, --help, shell completion and the list the manual is
 * checked against. This is the only room that reads the environment, the
 * clock and the terminal, and the only one that prints messages.
 *
 *	static struct { bool all; int64_t top; } arg = { .top = 10 };
 *
 *	static const struct cli_option apply_options[] = {
 *		CLI_FLAG('a', "all", &arg.all, "score every lead"),
 *		CLI_INT('k', "top", "N", &arg.top, 1, 1000, "print the best N"),
 *		CLI_END
 *	};
 *	static const struct cli_verb verbs[] = {
 *		{ .name = "apply", .help = "score the leads that changed",
 *		  .options = apply_options, .shared = CLI_CHANGING,
 *		  .operands = "[LEAD...]", .run = apply },
 *		{ 0 }
 *	};
 *	static const struct cli_program program = {
 *		.name = "dl-score", .summary = "score leads and say why",
 *		.verbs = verbs, .default_verb = "apply",
 *	};
 *
 *	int
 *	main(int argc, char **argv)
 *	{
 *		return cli_main(&program, argc, argv);
 *	}
 *
 * Ownership: tables are constant and outlive the call; texts stored in option
 * values point into argv; what a `struct cli_call` points to lives until
 * cli_main returns.
 */
#ifndef DL_CLI_H
#define DL_CLI_H

#include "base/base.h"

/* The same in every program and every manual. New ones go last. */
enum cli_status {
	CLI_DONE = 0,    /* done; nothing to do is done */
	CLI_FAILED = 1,  /* failed; committed batches stay, a rerun completes */
	CLI_USAGE = 2,   /* usage, or a wrong definition; nothing changed */
	CLI_REJECTS = 3, /* done, but some records or items were refused */
	CLI_NO = 4,      /* the check said no */
	CLI_LATER = 75,  /* store busy or remote service fails: try again */
};
/* ERR_FAIL 1, ERR_USAGE 2, ERR_BUSY 75. */
enum cli_status cli_status_of(const struct err *err);

/* Options. Use the row macros below: they check the value's type. */
enum cli_kind {
	CLI_KIND_END,
	CLI_KIND_FLAG,     /* bool: set to true */
	CLI_KIND_COUNT,    /* int: one more each time */
	CLI_KIND_TEXT,     /* const char *: the last one given */
	CLI_KIND_FILE,     /* the same, completed as a file name */
	CLI_KIND_LIST,     /* struct cli_list: all, in order */
	CLI_KIND_INT,      /* int64_t within min..max */
	CLI_KIND_REAL,     /* double within low..high */
	CLI_KIND_DURATION, /* int64_t, milliseconds: 30s 15m 12h 7d 2w */
	CLI_KIND_MOMENT,   /* int64_t, as --now and relative to it */
	CLI_KIND_CHOICE,   /* int: index into the NULL-ended choices */
};

/* The texts of an option that may be repeated. Zero-initialise. */
struct cli_list {
	const char **items;
	size_t count, cap;
};

struct cli_option {
	char letter;          /* 0: none */
	const char *name;     /* long name without dashes; never NULL */
	const char *argument; /* "FILE"; NULL for flags */
	const char *help;     /* one line, lower case, no full stop */
	enum cli_kind kind;
	union {
		bool *flag;
		int *count; /* COUNT, and index of a CHOICE */
		const char **text;
		struct cli_list *list;
		int64_t *integer; /* INT, DURATION, MOMENT */
		double *real;
	} value;
	int64_t min, max;           /* INT */
	double low, high;           /* REAL */
	const char *const *choices; /* CHOICE */
};

/* Rows: letter (or 0), long name, [argument word,] pointer, [limits,] help. */
#define CLI_ROW(k, l, n, a, h, ...)                                       \
	{                                                                 \
		.letter = (l), .name = (n), .argument = (a), .help = (h), \
		.kind = CLI_KIND_##k, __VA_ARGS__                         \
	}
#define CLI_FLAG(l, n, v, h)    CLI_ROW(FLAG, l, n, NULL, h, .value.flag = (v))
#define CLI_COUNT(l, n, v, h)   CLI_ROW(COUNT, l, n, NULL, h, .value.count = (v))
#define CLI_TEXT(l, n, a, v, h) CLI_ROW(TEXT, l, n, a, h, .value.text = (v))
#define CLI_FILE(l, n, a, v, h) CLI_ROW(FILE, l, n, a, h, .value.text = (v))
#define CLI_LIST(l, n, a, v, h) CLI_ROW(LIST, l, n, a, h, .value.list = (v))
#define CLI_INT(l, n, a, v, lo, hi, h) \
	CLI_ROW(INT, l, n, a, h, .value.integer = (v), .min = (lo), .max = (hi))
#define CLI_REAL(l, n, a, v, lo, hi, h) \
	CLI_ROW(REAL, l, n, a, h, .value.real = (v), .low = (lo), .high = (hi))
#define CLI_DURATION(l, n, a, v, h) \
	CLI_ROW(DURATION, l, n, a, h, .value.integer = (v))
#define CLI_MOMENT(l, n, a, v, h) \
	CLI_ROW(MOMENT, l, n, a, h, .value.integer = (v))
#define CLI_CHOICE(l, n, a, v, names, h) \
	CLI_ROW(CHOICE, l, n, a, h, .value.count = (v), .choices = (names))
#define CLI_END                      \
	{                            \
		.kind = CLI_KIND_END \
	}

/* Two long names, without dashes, that cannot be given together. */
struct cli_exclusive {
	const char *one, *other; /* one == NULL ends */
};

/* Which of the shared options a verb takes. -q -v -h -V are always there. */
enum cli_shares {
	CLI_DB = 1 << 0,        /* -d, --db URI */
	CLI_TENANT = 1 << 1,    /* -t, --tenant NAME */
	CLI_AS = 1 << 2,        /* --as USER */
	CLI_FORMAT = 1 << 3,    /* -f, --format F, of what is printed */
	CLI_FORMAT_IN = 1 << 4, /* -f, --format F, of what is read */
	CLI_OUTPUT = 1 << 5,    /* -o, --output FILE */
	CLI_WHERE = 1 << 6,     /* -w, --where COND */
	CLI_DRY_RUN = 1 << 7,   /* -n, --dry-run */
	CLI_NOW = 1 << 8,       /* --now TIME */
	CLI_REPLAY = 1 << 9,    /* --replay */
	CLI_PROGRESS = 1 << 10, /* --progress, --no-progress */
	CLI_CHANGES = 1 << 11,  /* no option: the verb changes the store, so
				 * a closed pipe or a first SIGINT must not
				 * cut it short in the middle of a batch */
	CLI_STORE = CLI_DB | CLI_TENANT | CLI_AS | CLI_NOW,
	CLI_PRINTS = CLI_FORMAT | CLI_OUTPUT,
	CLI_READING = CLI_STORE | CLI_PRINTS,
	CLI_CHANGING = CLI_STORE | CLI_PRINTS | CLI_DRY_RUN | CLI_REPLAY |
		       CLI_PROGRESS | CLI_CHANGES,
	CLI_FILTERING = CLI_NOW | CLI_PRINTS, /* needs no store */
};

/* What every program understands, parsed once. Read only. */
struct cli_shared {
	const char *db;     /* --db, $DL_DB, dl-config(5), "dl.db" */
	const char *tenant; /* NULL: the only one of the store */
	const char *user;   /* --as, $DL_USER or the login name; never NULL */
	const char *format; /* name; NULL only for FORMAT_IN not given */
	bool format_given;
	bool format_default; /* nothing spoke for it: not --format, nor the name
			      * of --output, nor a terminal */
	const char *output;  /* NULL: standard output */
	const char *where;   /* NULL: none */
	bool dry_run;
	int64_t now;    /* the moment the program believes it is */
	bool now_given; /* by --now or $DL_NOW, not from the clock */
	bool replay;
	bool quiet;
	int verbose;    /* how many -v */
	bool progress;  /* draw it: asked for, or a terminal and no -q */
	bool terminal;  /* records go to a terminal */
	bool ascii;     /* the terminal cannot show UTF-8 drawings */
	size_t columns; /* its width; 0: no terminal, do not fit */
};

struct cli_call;
struct session;
struct cli_verb {
	const char *name; /* "apply", or two words "tenant add" */
	/* Synopsis, which is also how many there may be: "NAME [FILE]",
	 * "[LEAD...]", "TASK... HOW"; NULL: none. */
	const char *operands;
	const char *help; /* one line, lower case, no full stop */
	const struct cli_option *options;      /* NULL: none of its own */
	const struct cli_exclusive *exclusive; /* NULL: none */
	unsigned shared;                       /* enum cli_shares */
	const char *formats; /* "ndjson csv"; NULL: the usual five */
	size_t min, max;     /* what the synopsis says already */
	int which; /* for the work of several verbs: which it is to be */
	/* Returns an enum cli_status, or -1 with *err filled, which cli_main
	 * prints and turns into a status. */
	int (*run)(const struct cli_call *call, struct err *err);
	/* What a run that opens a session calls with it. */
	int (*work)(struct session *s, struct err *err);
};

struct cli_program {
	const char *name;             /* "dl-score" */
	const char *summary;          /* one line, lower case, no full stop */
	const struct cli_verb *verbs; /* ends with name == NULL */
	const char *default_verb;     /* NULL: one must be named */
	const char *feature; /* what a tenant must have switched on; NULL:
			      * nothing. session looks after it */
};

struct cli_call {
	const struct cli_program *program;
	const struct cli_verb *verb;
	const struct cli_shared *shared;
	char *const *operands; /* NULL-ended */
	size_t count;
};

/* main.c: parses, runs the verb, prints its error, finishes output, returns
 * the exit status. */
int cli_main(const struct cli_program *program, int argc, char **argv);
/* Was this option of the verb given? By long name. */
bool cli_given(const struct cli_call *call, const char *name);
/* True once SIGINT or SIGTERM asked a CLI_CHANGES verb to stop. Long loops ask
 * at each batch's end and then finish as if the input had ended there; cli_main
 * does the rest. A second signal kills at once. Other verbs need not ask: a
 * signal, or a closed pipe at standard output, ends them on the spot. */
bool cli_interrupted(void);

/* output.c: where records go: -o FILE, which appears whole when the verb ends
 * with status 0, 3 or 4, or standard output, buffered. Write freely; cli_main
 * flushes, closes and reports a failed write. When the reader of a pipe has
 * gone, what is written is dropped without an error. */
int cli_output(const struct cli_call *call, FILE **ret, struct err *err);
/* That it has: nobody reads what goes to standard output any more. */
bool cli_reader_gone(void);

/* config.c: what the operator's configuration, dl-config(5), says under names
 * that begin with prefix ("channel."), in its order; without the prefix. This
 * is where secrets and commands come from: messages never show a value. */
int cli_settings(const char *prefix,
    int (*each)(void *context, struct str name, struct str value,
	struct place where, struct err *err),
    void *context, struct err *err);
/* The folder (perhaps not made yet) of what a program keeps for this user on
 * this machine, outside of any store: $XDG_STATE_HOME/dl, or
 * ~/.local/state/dl. NULL: there is none. */
const char *cli_state_folder(void);

/* message.c: one message, one line, one write to standard error, prefixed
 * with the program's name, control characters escaped. */
void cli_error(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* The one-line account of what was done; silent under -q. */
void cli_summary(const struct cli_call *call, const char *fmt, ...)
    PRINTF_LIKE(2, 3);
/* Only when -v was given at least `level` times. */
void cli_verbose(const struct cli_call *call, int level, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
/* Remarks about data: the first 20 are printed (all with -v), the rest
 * counted; cli_main prints "and N more remarks". The same object each time. */
struct remarks *cli_remarks(const struct cli_call *call);

/* progress.c: call it as often as you like; draws on standard error at most
 * ten times a second, once the work has lasted a second. `done` things of the
 * kind `what` ("events") are counted and rated; part/whole (bytes, or the same
 * count; whole 0 when unknown) give percent and time left. */
void cli_progress(const struct cli_call *call, const char *what, uint64_t done,
    uint64_t part, uint64_t whole);
void cli_progress_end(void); /* wipes the line; cli_main does it too */

/* options.c: the parser behind cli_main, for tests. Fills *ret_call (its
 * memory belongs to the process). Returns -1 with *err on a usage error;
 * *ret_special is set when --help, --version, --options or --completion was
 * asked for instead of a verb. */
enum cli_special {
	CLI_SPECIAL_NONE,
	CLI_SPECIAL_HELP,
	CLI_SPECIAL_VERSION,
	CLI_SPECIAL_OPTIONS,
	CLI_SPECIAL_COMPLETION,
};
int cli_parse(const struct cli_program *program, int argc, char **argv,
    struct cli_call *ret_call, enum cli_special *ret_special, struct err *err);
/* Our own mistakes in a table: clashing letters, missing help, lines too long.
 * Returns -1 with the first one. */
int cli_check(const struct cli_program *program, struct err *err);

/* help.c: the pages as text. verb NULL: of the whole program. */
void cli_help(struct buf *out, const struct cli_program *program,
    const struct cli_verb *verb);
/* verb TAB letter TAB long TAB argument, one option a line, "-" for none. */
void cli_list_options(struct buf *out, const struct cli_program *program);

/* completion.c: a script for "bash", "zsh" or "fish". */
int cli_completion(struct buf *out, const struct cli_program *program,
    const char *shell, struct err *err);

#endif
