/* SPDX-License-Identifier: ISC */
/*
 * The progress line: rewritten in place on a terminal, one line a second
 * elsewhere (when asked for with --progress).
 */
#include <inttypes.h>
#include <unistd.h>

#include "cli/cli_priv.h"

static struct {
	const char *what; /* NULL: nothing is going on */
	int64_t started, drawn;
	bool visible, terminal;
} now_doing;

void
progress_wipe(void)
{
	if (!now_doing.visible)
		return;
	now_doing.visible = false;
	fd_write_all(STDERR_FILENO, "\r\033[K", 4, NULL);
}

void
cli_progress_end(void)
{
	progress_wipe();
	now_doing.what = NULL;
}

static void
add_clock(struct buf *line, int64_t ms)
{
	int64_t s = (ms + 999) / 1000;

	if (s >= 3600)
		buf_addf(line, "%" PRId64 ":%02" PRId64 ":%02" PRId64, s / 3600,
		    s / 60 % 60, s % 60);
	else
		buf_addf(line, "%" PRId64 ":%02" PRId64, s / 60, s % 60);
}

void
progress_line(struct buf *line, const char *what, int64_t elapsed,
    uint64_t done, uint64_t part, uint64_t whole)
{
	double seconds = (double)elapsed / 1000.0;

	buf_addgroup(line, (int64_t)done);
	buf_addf(line, " %s", what);
	if (elapsed > 0) {
		buf_addstr(line, "  ");
		buf_addgroup(line, (int64_t)((double)done / seconds));
		buf_addstr(line, "/s");
	}
	if (whole > 0 && part > 0 && part <= whole) {
		double share = (double)part / (double)whole;
		buf_addf(line, "  %d %%", (int)(share * 100.0));
		buf_addstr(line, "  ");
		add_clock(
		    line, (int64_t)((double)elapsed * (1.0 - share) / share));
		buf_addstr(line, " left");
	}
}

static void
draw(int64_t at, uint64_t done, uint64_t part, uint64_t whole)
{
	struct buf line = {0};

	if (now_doing.terminal)
		buf_addstr(&line, "\r\033[K");
	buf_addf(&line, "%s: ", message_name());
	progress_line(
	    &line, now_doing.what, at - now_doing.started, done, part, whole);
	if (!now_doing.terminal)
		buf_addc(&line, '\n');
	fd_write_all(STDERR_FILENO, line.p, line.len, NULL);
	buf_release(&line);
	now_doing.visible = now_doing.terminal;
	now_doing.drawn = at;
}

void
cli_progress(const struct cli_call *call, const char *what, uint64_t done,
    uint64_t part, uint64_t whole)
{
	int64_t at;

	if (!call->shared->progress)
		return;
	at = time_monotonic();
	if (now_doing.what != what) {
		cli_progress_end();
		now_doing.what = what;
		now_doing.started = now_doing.drawn = at;
		now_doing.terminal = isatty(STDERR_FILENO);
		return;
	}
	if (at - now_doing.started < 1000 ||
	    at - now_doing.drawn < (now_doing.terminal ? 100 : 1000))
		return;
	draw(at, done, part, whole);
}
