/* SPDX-License-Identifier: ISC */
/*
 * Messages: one line, one write(2), so that lines of several programs on one
 * terminal or log never mix. Nothing a value holds can move the cursor.
 */
#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

#include "cli/cli_priv.h"

enum { REMARKS_SHOWN = 20 };

static const char *name = "dl";
static struct remarks remarks;

void
message_start(const char *program_name)
{
	name = program_name;
}

const char *
message_name(void)
{
	return name;
}

/* Nobody can be told when standard error fails, so its result is dropped. */
static void
write_line(const char *text)
{
	struct buf line = {0};

	progress_wipe();
	buf_addf(&line, "%s: ", name);
	text_safe(&line, str_of(text));
	buf_addc(&line, '\n');
	fd_write_all(STDERR_FILENO, line.p, line.len, NULL);
	buf_release(&line);
}

static void
write_format(const char *fmt, va_list ap)
{
	struct buf text = {0};

	buf_vaddf(&text, fmt, ap);
	write_line(text.p != NULL ? text.p : "");
	buf_release(&text);
}

void
cli_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	write_format(fmt, ap);
	va_end(ap);
}

void
cli_summary(const struct cli_call *call, const char *fmt, ...)
{
	va_list ap;

	if (call->shared->quiet)
		return;
	va_start(ap, fmt);
	write_format(fmt, ap);
	va_end(ap);
}

void
cli_verbose(const struct cli_call *call, int level, const char *fmt, ...)
{
	va_list ap;

	if (call->shared->verbose < level)
		return;
	va_start(ap, fmt);
	write_format(fmt, ap);
	va_end(ap);
}

/* remark() has counted this one already or counts it after; the receiver
 * keeps its own number so that it does not matter. */
static uint64_t seen;

static void
put_remark(void *context, struct place where, const char *text)
{
	struct buf line = {0};

	if (seen++ >= REMARKS_SHOWN && cli_shared.verbose == 0)
		return;
	place_add(&line, where);
	buf_addstr(&line, text);
	write_line(line.p);
	buf_release(&line);
}

struct remarks *
cli_remarks(const struct cli_call *call)
{
	remarks.put = put_remark;
	return &remarks;
}

void
message_end(void)
{
	if (seen > REMARKS_SHOWN && cli_shared.verbose == 0)
		cli_error("and %" PRIu64 " more remarks (-v shows all)",
		    seen - REMARKS_SHOWN);
	seen = 0;
}
