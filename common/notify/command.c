/* SPDX-License-Identifier: ISC */
/*
 * A command of the operator's: what there is to say on its standard input, as
 * text of arguments or environment nothing. What it starts is ended with it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "notify/notify_priv.h"

enum { OUTPUT_MOST = 1 << 16, STEP = 200, SOON = 5 /* ms */ };

struct running {
	pid_t pid;
	int in, out; /* ours: what it reads, what it prints; -1: closed */
	struct str left;
	struct buf *output;
};

static void
shut(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Only calls that are safe between fork and exec. */
static void
become(const char *command, int in, int out)
{
	static const int reset[] = {SIGPIPE, SIGINT, SIGTERM, SIGHUP};
	sigset_t none;

	for (size_t i = 0; i < COUNT_OF(reset); i++)
		signal(reset[i], SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setpgid(0, 0);
	if (dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0)
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	kill(getpid(), SIGKILL);
}

static int
pipe_pair(int ret[2], struct err *err)
{
	if (pipe(ret) < 0)
		return err_sys(err, "pipe");
	for (int i = 0; i < 2; i++)
		fcntl(ret[i], F_SETFD, FD_CLOEXEC);
	return 0;
}

static int
begin(const char *command, struct running *r, struct err *err)
{
	int in[2] = {-1, -1}, out[2] = {-1, -1}, rc = -1;

	if (pipe_pair(in, err) == 0 && pipe_pair(out, err) == 0) {
		r->pid = fork();
		if (r->pid == 0)
			become(command, in[0], out[1]);
		rc = r->pid < 0 ? err_sys(err, "fork") : 0;
	}
	shut(&in[0]);
	shut(&out[1]);
	r->in = in[1];
	r->out = out[0];
	if (rc < 0) {
		shut(&r->in);
		shut(&r->out);
		return -1;
	}
	setpgid(r->pid, r->pid);
	fcntl(r->in, F_SETFL, O_NONBLOCK);
	fcntl(r->out, F_SETFL, O_NONBLOCK);
	return 0;
}

static int
feed(struct running *r, struct err *err)
{
	ssize_t n = r->left.n ? write(r->in, r->left.p, r->left.n) : 0;

	if (n > 0) {
		r->left.p += n;
		r->left.n -= (size_t)n;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	/* One that reads no further may still do its work; one that was not
	 * handed everything must not be taken to have done it. */
	if (n < 0 && errno != EPIPE)
		return err_sys(err, "the command's input");
	if (n < 0 || r->left.n == 0)
		shut(&r->in);
	return 0;
}

static void
drink(struct running *r)
{
	char piece[4096];
	ssize_t n = read(r->out, piece, sizeof(piece));

	if (n > 0 && r->output && r->output->len < OUTPUT_MOST)
		buf_add(r->output, piece, (size_t)n);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		shut(&r->out);
}

/* 1 ended, 0 still at it, -1. */
static int
step(struct running *r, int *ret_status, struct err *err)
{
	struct pollfd fds[2] = {
	    {.fd = r->in, .events = POLLOUT}, {.fd = r->out, .events = POLLIN}};

	/* Who has closed both is about to end. */
	poll(fds, 2, r->in < 0 && r->out < 0 ? SOON : STEP);
	if (r->in >= 0 && fds[0].revents && feed(r, err) < 0)
		return -1;
	if (r->out >= 0 && fds[1].revents)
		drink(r);
	/* What it printed first: it may print and end. */
	if (r->out >= 0 && fds[1].revents & POLLIN)
		return 0;
	return waitpid(r->pid, ret_status, WNOHANG) == r->pid;
}

int
command_run(const char *command, struct str input, struct buf *out,
    int64_t timeout, int (*pulse)(void *context, struct err *err),
    void *context, int *ret_status, bool *ret_begun, struct err *err)
{
	struct running r = {.left = input, .output = out};
	int64_t end = time_monotonic() + timeout;
	int rc = 0;

	*ret_begun = false;
	if (begin(command, &r, err) < 0)
		return -1;
	*ret_begun = true;
	while (rc == 0) {
		rc = step(&r, ret_status, err);
		if (rc == 0 && time_monotonic() > end)
			rc = err_set(err, ERR_FAIL, "not done in time");
		if (rc == 0 && pulse)
			rc = pulse(context, err);
	}
	if (rc < 0) {
		kill(-r.pid, SIGKILL);
		waitpid(r.pid, ret_status, 0);
	}
	while (rc > 0 && r.out >= 0 && out && out->len < OUTPUT_MOST) {
		size_t before = out->len;

		drink(&r);
		if (out->len == before)
			break;
	}
	shut(&r.in);
	shut(&r.out);
	return rc < 0 ? -1 : 0;
}
