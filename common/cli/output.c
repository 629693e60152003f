/* SPDX-License-Identifier: ISC */
/*
 * Where records go. Standard output is a stream of our own over descriptor 1,
 * because stdio forgets why a write failed and would make a closed pipe look
 * like a failed write to every room that prints.
 */
#define _GNU_SOURCE /* fopencookie */
#include <errno.h>
#include <unistd.h>

#include "cli/cli_priv.h"

static FILE *standard;
static struct outfile *file;
static int failed; /* errno of the first failed write; 0: none */
static bool gone, may_end;

void
output_may_end(bool may)
{
	may_end = may;
}

/* Once the reader has gone, everything is taken and dropped: the work goes on
 * where it matters (a store is being changed) and stops where printing was all
 * there was to do. exit() and not _exit(): temporary files are cleaned up. */
static ssize_t
write_standard(void *cookie, const char *p, size_t size)
{
	size_t done = 0;

	progress_wipe();
	while (done < size && !gone) {
		ssize_t n = write(STDOUT_FILENO, p + done, size - done);
		if (n >= 0) {
			done += (size_t)n;
		} else if (errno == EPIPE) {
			gone = true;
			if (may_end)
				exit(CLI_DONE);
		} else if (errno != EINTR) {
			if (failed == 0)
				failed = errno;
			return 0;
		}
	}
	return (ssize_t)size;
}

FILE *
output_standard(void)
{
	static char buffer[1 << 16];
	const cookie_io_functions_t functions = {.write = write_standard};

	if (standard != NULL)
		return standard;
	standard = fopencookie(NULL, "w", functions);
	if (standard == NULL)
		BUG("no memory for a stream");
	setvbuf(standard, buffer, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF,
	    sizeof buffer);
	return standard;
}

bool
cli_reader_gone(void)
{
	return gone;
}

int
cli_output(const struct cli_call *call, FILE **ret, struct err *err)
{
	if (call->shared->output == NULL) {
		*ret = output_standard();
		return 0;
	}
	if (file == NULL && outfile_open(call->shared->output, &file, err) < 0)
		return -1;
	*ret = outfile_stream(file);
	return 0;
}

void
output_explain(struct err *err)
{
	struct err same = {0};

	if (failed != 0) {
		errno = failed;
		err_sys(&same, "%s", "");
		if (str_ends(str_of(err->text), str_of(same.text)))
			err_clear(err); /* output_finish says it, and of what */
	} else if (file != NULL && ferror(outfile_stream(file))) {
		err_prefix(err, "%s", cli_shared.output);
	}
}

static int
finish_standard(struct err *err)
{
	FILE *f = standard;

	if (f == NULL)
		return 0;
	standard = NULL;
	/* Closed by hand: a flush that fails keeps its data, and fclose would
	 * try again. */
	if (fflush(f) != 0 && failed == 0)
		failed = errno;
	fclose(f);
	if (failed == 0 && close(STDOUT_FILENO) < 0 && errno != EBADF)
		failed = errno;
	if (failed == 0)
		return 0;
	errno = failed;
	failed = 0;
	return err_sys(err, "<stdout>");
}

int
output_finish(bool keep, struct err *err)
{
	struct outfile *f = file;
	int rc = 0;

	file = NULL;
	if (f != NULL && keep)
		rc = outfile_commit(f, err);
	else if (f != NULL)
		outfile_abort(f);
	if (finish_standard(rc < 0 ? NULL : err) < 0)
		rc = -1;
	return rc;
}
