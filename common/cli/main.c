/* SPDX-License-Identifier: ISC */
/* A program's life: start, parse, run the verb, finish. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli_priv.h"

struct cli_shared cli_shared;

static volatile sig_atomic_t signalled;
static bool interrupted; /* the verb asked, and was told to stop */

enum cli_status
cli_status_of(const struct err *err)
{
	switch (err->kind) {
	case ERR_NONE:
		return CLI_DONE;
	case ERR_FAIL:
		return CLI_FAILED;
	case ERR_USAGE:
		return CLI_USAGE;
	case ERR_BUSY:
		return CLI_LATER;
	}
	BUG("error of kind %d", (int)err->kind);
}

/* A store opened on descriptor 1 or 2 would be written over by the next
 * message, so these three are always taken. */
static void
take_standard_descriptors(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
		    open("/dev/null", O_RDWR) != fd)
			_exit(CLI_FAILED);
}

static void
on_signal(int number)
{
	signalled = number;
}

/* A verb that changes the store finishes its batch at the first signal; the
 * second one finds the default action (SA_RESETHAND) and kills. Others are
 * killed by the first. */
static void
catch_signals(const struct cli_verb *verb)
{
	static const int numbers[] = {SIGINT, SIGTERM};
	struct sigaction sa = {0}, before;

	output_may_end(!(verb->shared & CLI_CHANGES));
	if (!(verb->shared & CLI_CHANGES))
		return;
	sa.sa_handler = on_signal;
	sa.sa_flags = (int)SA_RESETHAND;
	sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		if (sigaction(numbers[i], NULL, &before) == 0 &&
		    before.sa_handler != SIG_IGN) /* a job in the background */
			sigaction(numbers[i], &sa, NULL);
}

bool
cli_interrupted(void)
{
	if (signalled != 0)
		interrupted = true;
	return interrupted;
}

static int
finish(int status)
{
	bool keep =
	    status == CLI_DONE || status == CLI_REJECTS || status == CLI_NO;
	struct err err = {0};

	cli_progress_end();
	message_end();
	if (output_finish(keep && !interrupted, &err) < 0) {
		cli_error("%s", err.text);
		if (keep)
			status = CLI_FAILED;
	}
	if (interrupted) {
		/* The caller (a shell's loop) is to see the signal. */
		cli_error("interrupted; what was committed stays");
		signal(signalled, SIG_DFL);
		raise(signalled);
	}
	return status;
}

static int
usage_error(const struct cli_program *program, const struct cli_call *call,
    const struct err *err)
{
	struct buf hint = {0};

	cli_error("%s", err->text);
	if (err->kind != ERR_USAGE) /* the configuration could not be read */
		return cli_status_of(err);
	buf_addf(&hint, "Try '%s %s%s--help'.\n", program->name,
	    call->verb != NULL ? call->verb->name : "",
	    call->verb != NULL ? " " : "");
	fd_write_all(STDERR_FILENO, hint.p, hint.len, NULL);
	buf_release(&hint);
	return CLI_USAGE;
}

static int
print_special(const struct cli_call *call, enum cli_special special)
{
	struct buf text = {0};
	struct err err = {0};
	int status = CLI_DONE;

	if (special == CLI_SPECIAL_HELP)
		cli_help(&text, call->program, call->verb);
	else if (special == CLI_SPECIAL_VERSION)
		buf_addf(&text, "%s %s\n", call->program->name, DL_VERSION);
	else if (special == CLI_SPECIAL_OPTIONS &&
		 cli_check(call->program, &err) == 0)
		cli_list_options(&text, call->program);
	else if (special == CLI_SPECIAL_COMPLETION)
		cli_completion(
		    &text, call->program, shared_words.completion, &err);
	if (err.kind != ERR_NONE) {
		cli_error("%s", err.text);
		status = cli_status_of(&err);
	}
	if (text.len > 0)
		fwrite(text.p, 1, text.len, output_standard());
	buf_release(&text);
	return finish(status);
}

int
cli_main(const struct cli_program *program, int argc, char **argv)
{
	struct cli_call call = {0};
	enum cli_special special = CLI_SPECIAL_NONE;
	struct err err = {0};
	int status;

	take_standard_descriptors();
	umask(077); /* what we write is about people */
	signal(SIGPIPE, SIG_IGN);
	signal(
	    SIGXFSZ, SIG_IGN); /* a write past ulimit -f fails, and says so */
	message_start(program->name);
	if (cli_parse(program, argc, argv, &call, &special, &err) < 0)
		return usage_error(program, &call, &err);
	if (special != CLI_SPECIAL_NONE)
		return print_special(&call, special);

	catch_signals(call.verb);
	status = call.verb->run(&call, &err);
	if (status < 0) {
		if (err.kind == ERR_NONE)
			BUG("%s failed without saying why", call.verb->name);
		status = cli_status_of(&err);
		output_explain(&err);
		if (err.kind != ERR_NONE)
			cli_error("%s", err.text);
	}
	return finish(status);
}
