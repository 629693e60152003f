/* SPDX-License-Identifier: ISC */
/*
 * cli-probe: a program that does nothing but behave like one, so that what
 * the cli room promises for all can be tested without a store.
 */
#include <inttypes.h>
#include <unistd.h>

#include "cli/cli.h"

static struct {
	int64_t lines, remarks, status;
	int kind;
} arg = {.lines = 1};

static const char *const kinds[] = {"fail", "usage", "busy", NULL};

static const struct cli_option options[] = {
    CLI_INT('l', "lines", "N", &arg.lines, 0, INT64_MAX, "print N lines"),
    CLI_INT('r', "remarks", "N", &arg.remarks, 0, 1000, "make N remarks"),
    CLI_INT('s', "status", "N", &arg.status, 0, 75, "end with status N"),
    CLI_END,
};

static const struct cli_option fail_options[] = {
    CLI_CHOICE('k', "kind", "KIND", &arg.kind, kinds, "kind of failure"),
    CLI_END,
};

/* Reading and changing do the same; only the cli room treats them apart. */
static int
print(const struct cli_call *call, struct err *err)
{
	struct place where = {.file = "leads.csv"};
	FILE *out;

	if (cli_output(call, &out, err) < 0)
		return -1;
	for (int64_t i = 0; i < arg.lines; i++)
		fprintf(out, "line %" PRId64 "\n", i);
	for (int64_t i = 0; i < arg.remarks; i++) {
		where.line = (uint64_t)i + 1;
		remark(cli_remarks(call), where, "email: not an address: %s",
		    quoted(STR("fo\033[2Jo")));
	}
	cli_verbose(call, 1, "verbose");
	cli_verbose(call, 2, "very verbose: format %s", call->shared->format);
	cli_summary(call, "%" PRId64 " printed", arg.lines);
	return (int)arg.status;
}

static int
fail(const struct cli_call *call, struct err *err)
{
	static const enum err_kind of[] = {ERR_FAIL, ERR_USAGE, ERR_BUSY};
	FILE *out;

	if (cli_output(call, &out, err) < 0)
		return -1;
	fprintf(out, "half of it\n");
	return err_set(
	    err, of[arg.kind], "it went wrong: %s", quoted(STR("why\tnot")));
}

/* Works in batches until told to stop. */
static int
work(const struct cli_call *call, struct err *err)
{
	uint64_t batch = 0;
	FILE *out;

	if (cli_output(call, &out, err) < 0)
		return -1;
	fprintf(out, "started\n");
	fflush(out);
	while (!cli_interrupted()) {
		batch++;
		usleep(20000);
	}
	fprintf(out, "stopped after whole batches\n");
	cli_summary(call, "ended in order");
	return batch > 0 ? CLI_DONE : CLI_FAILED;
}

/* Long enough to draw progress, whatever the machine. */
static int
draw(const struct cli_call *call, struct err *err)
{
	const uint64_t whole = 60;

	for (uint64_t i = 0; i <= whole; i++) {
		cli_progress(call, "steps", i, i, whole);
		usleep(25000);
	}
	cli_summary(call, "drawn");
	return CLI_DONE;
}

static const struct cli_verb verbs[] = {
    {.name = "read",
	.help = "print lines as a verb that only reads",
	.options = options,
	.shared = CLI_READING,
	.run = print},
    {.name = "change",
	.help = "print lines as a verb that changes the store",
	.options = options,
	.shared = CLI_CHANGING,
	.run = print},
    {.name = "fail",
	.help = "print half and fail",
	.options = fail_options,
	.shared = CLI_OUTPUT,
	.run = fail},
    {.name = "work",
	.help = "work until a signal comes",
	.shared = CLI_CHANGING,
	.run = work},
    {.name = "draw",
	.help = "show progress",
	.shared = CLI_PROGRESS,
	.run = draw},
    {0},
};

static const struct cli_program program = {
    .name = "cli-probe",
    .summary = "behave like a program",
    .verbs = verbs,
};

int
main(int argc, char **argv)
{
	return cli_main(&program, argc, argv);
}
