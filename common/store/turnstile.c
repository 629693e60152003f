/* SPDX-License-Identifier: ISC */
/*
 * Taking turns at writing, fairly. Two locks in the file PATH-lock, which is
 * never unlinked: who wants to write first takes the turnstile (byte 0), then
 * the turn (byte 1), then lets the turnstile go. A lock alone is unfair: the
 * one who gives it up takes it again before a sleeper wakes. Here he finds
 * the turnstile taken by the next in line.
 *
 * The kernel frees the locks of a killed process. They belong to the open
 * file (OFD locks), so two connections of one process exclude each other too,
 * and the file may be opened and closed without a thought for SQLite's own
 * locks, which are on other files.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store_priv.h"

/* Where there are no OFD locks, a process opens one writing store. */
#ifndef F_OFD_SETLK
#define F_OFD_GETLK  F_GETLK
#define F_OFD_SETLK  F_SETLK
#define F_OFD_SETLKW F_SETLKW
#endif

enum { TURNSTILE, TURN };

static struct flock
lock_of(short type, off_t byte)
{
	return (struct flock){
	    .l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
}

static int
lock_file(int fd, int command, short type, off_t byte)
{
	struct flock lock = lock_of(type, byte);
	int code;

	do
		code = fcntl(fd, command, &lock);
	while (code < 0 && errno == EINTR);
	if (code == 0 && command == F_OFD_GETLK)
		return lock.l_type != F_UNLCK;
	return code;
}

/* ---- waiting with an end ------------------------------------------------- */

/* The kernel's queue for a lock wakes sleepers at once and in order, but has
 * no time-out; so a helper thread sleeps there while we watch the clock. */
struct wait {
	int fd;
	struct flock lock;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	bool done;
	int error; /* errno, 0: the lock is ours */
};

static void *
wait_thread(void *context)
{
	struct wait *w = context;
	int code, error;

	/* Nothing of this lies on the thread's own stack: it may be cancelled.
	 */
	do
		code = fcntl(w->fd, F_OFD_SETLKW, &w->lock);
	while (code < 0 && errno == EINTR);
	error = code < 0 ? errno : 0;
	pthread_mutex_lock(&w->mutex);
	w->done = true;
	w->error = error;
	pthread_cond_signal(&w->changed);
	pthread_mutex_unlock(&w->mutex);
	return NULL;
}

/* A small stack, and no signals: they are the caller's. */
static int
start_thread(pthread_t *ret, struct wait *w)
{
	pthread_attr_t attr;
	sigset_t all, before;
	int code;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, (size_t)256 * 1024);
	code = pthread_create(ret, &attr, wait_thread, w);
	pthread_attr_destroy(&attr);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return code;
}

static struct timespec
timespec_of(int64_t ms)
{
	return (struct timespec){.tv_sec = (time_t)(ms / 1000),
	    .tv_nsec = (long)(ms % 1000) * 1000000L};
}

/* 1 locked, 0 not before the deadline, -1 errno is set. */
static int
lock_sleeping(int fd, off_t byte, int64_t deadline)
{
	struct wait w = {.fd = fd, .lock = lock_of(F_WRLCK, byte)};
	struct timespec until = timespec_of(deadline);
	pthread_condattr_t attr;
	pthread_t thread;
	int code = 0;

	pthread_mutex_init(&w.mutex, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&w.changed, &attr);
	pthread_condattr_destroy(&attr);
	errno = start_thread(&thread, &w);
	if (errno == 0) {
		pthread_mutex_lock(&w.mutex);
		while (!w.done && code == 0)
			code = pthread_cond_timedwait(
			    &w.changed, &w.mutex, &until);
		pthread_mutex_unlock(&w.mutex);
		if (!w.done)
			pthread_cancel(thread);
		pthread_join(thread, NULL);
		code = !w.done ? 0 : w.error == 0 ? 1 : -1;
		errno = w.error;
		/* It may have got the lock just before it was cancelled. */
		if (code == 0)
			lock_file(fd, F_OFD_SETLK, F_UNLCK, byte);
	} else {
		code = -1;
	}
	pthread_cond_destroy(&w.changed);
	pthread_mutex_destroy(&w.mutex);
	return code;
}

static int
lock_until(int fd, off_t byte, int64_t deadline)
{
	if (lock_file(fd, F_OFD_SETLK, F_WRLCK, byte) == 0)
		return 1;
	if (errno != EAGAIN && errno != EACCES)
		return -1;
	if (deadline <= time_monotonic())
		return 0;
	return lock_sleeping(fd, byte, deadline);
}

/* ---- the turn ------------------------------------------------------------ */

int
turnstile_open(struct store *st, struct err *err)
{
	/* SQLite's name for the file: symbolic links are resolved, so that all
	 * ways to one file lead to one lock. */
	const char *file = sqlite3_db_filename(st->db, "main");
	struct buf path = {0};
	struct stat sb;
	int code = 0;

	buf_addf(&path, "%s-lock", file);
	st->turnstile = open(path.p, O_RDWR | O_CLOEXEC);
	if (st->turnstile < 0 && errno == ENOENT) {
		/* Who may write the store may take turns at it. */
		st->turnstile =
		    open(path.p, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (st->turnstile >= 0 && stat(file, &sb) == 0)
			(void)fchmod(st->turnstile, sb.st_mode & 0666);
	}
	if (st->turnstile < 0)
		code = err_sys(err, "%s", path.p);
	buf_release(&path);
	return code;
}

int
turnstile_take(struct store *st, int64_t deadline, struct err *err)
{
	int code;

	if (st->turnstile < 0 || st->turn)
		return 1;
	code = lock_until(st->turnstile, TURNSTILE, deadline);
	if (code == 1) {
		code = lock_until(st->turnstile, TURN, deadline);
		lock_file(st->turnstile, F_OFD_SETLK, F_UNLCK, TURNSTILE);
	}
	if (code < 0)
		return err_sys(err, "%s-lock", st->path);
	st->turn = code == 1;
	return code;
}

void
turnstile_give(struct store *st)
{
	if (!st->turn || st->exclusive)
		return;
	lock_file(st->turnstile, F_OFD_SETLK, F_UNLCK, TURN);
	st->turn = false;
}

void
turnstile_close(struct store *st)
{
	if (st->turnstile >= 0)
		close(st->turnstile);
	st->turnstile = -1;
	st->turn = false;
}

bool
store_awaited(struct store *st)
{
	if (!st->turn || st->exclusive)
		return false;
	return lock_file(st->turnstile, F_OFD_GETLK, F_WRLCK, TURNSTILE) == 1;
}
