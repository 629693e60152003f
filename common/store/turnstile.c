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

/* Byte 2 is shared by all who have the store open for writing. */
enum { TURNSTILE, TURN, PRESENT };

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

/*
 * The kernel's queue for a lock wakes its sleepers at once and in order, but
 * knows no time-out. So a timer interrupts the sleep with a signal that does
 * nothing else, sent to this very thread, and again until it has been heard,
 * in case it comes just before the sleep begins.
 */
#ifdef SIGEV_THREAD_ID
#define WAKE_SIGNAL (SIGRTMIN + 6)
#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

static pthread_once_t listening = PTHREAD_ONCE_INIT;

static void
hear(int number)
{
	(void)number;
}

/* For good: another thread may be waiting when this one is done. */
static void
listen(void)
{
	struct sigaction action = {.sa_handler = hear}; /* no SA_RESTART */

	sigemptyset(&action.sa_mask);
	sigaction(WAKE_SIGNAL, &action, NULL);
}

static int
timer_start(timer_t *ret, int64_t deadline)
{
	struct sigevent event = {
	    .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = WAKE_SIGNAL};
	struct itimerspec when = {
	    .it_value = {.tv_sec = (time_t)(deadline / 1000),
		.tv_nsec = (long)(deadline % 1000) * 1000000L},
	    .it_interval = {.tv_nsec = 20000000L},
	};

	pthread_once(&listening, listen);
	event.sigev_notify_thread_id = gettid();
	if (timer_create(CLOCK_MONOTONIC, &event, ret) < 0)
		return -1;
	return timer_settime(*ret, TIMER_ABSTIME, &when, NULL);
}

/* 1 locked, 0 not before the deadline, -1 errno is set. */
static int
lock_sleeping(int fd, off_t byte, int64_t deadline)
{
	struct flock lock = lock_of(F_WRLCK, byte);
	sigset_t wake, before;
	timer_t timer;
	int code, error;

	sigemptyset(&wake);
	sigaddset(&wake, WAKE_SIGNAL);
	pthread_sigmask(SIG_UNBLOCK, &wake, &before);
	if (timer_start(&timer, deadline) < 0)
		return -1;
	do
		code = fcntl(fd, F_OFD_SETLKW, &lock);
	while (code < 0 && errno == EINTR && time_monotonic() < deadline);
	error = errno;
	timer_delete(timer);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = error;
	return code == 0 ? 1 : errno == EINTR ? 0 : -1;
}
#else
/* Elsewhere: look again every millisecond. */
static int
lock_sleeping(int fd, off_t byte, int64_t deadline)
{
	struct timespec nap = {.tv_nsec = 1000000L};

	while (lock_file(fd, F_OFD_SETLK, F_WRLCK, byte) < 0) {
		if (errno != EAGAIN && errno != EACCES)
			return -1;
		if (time_monotonic() >= deadline)
			return 0;
		nanosleep(&nap, NULL);
	}
	return 1;
}
#endif

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
	else
		lock_file(st->turnstile, F_OFD_SETLK, F_RDLCK, PRESENT);
	buf_release(&path);
	return code;
}

int
turnstile_take(struct store *st, int64_t deadline, struct err *err)
{
	int code, error;

	if (st->turnstile < 0 || st->turn)
		return 1;
	code = lock_until(st->turnstile, TURNSTILE, deadline);
	if (code == 1) {
		code = lock_until(st->turnstile, TURN, deadline);
		error = errno;
		lock_file(st->turnstile, F_OFD_SETLK, F_UNLCK, TURNSTILE);
		errno = error;
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
turnstile_alone(struct store *st)
{
	return lock_file(st->turnstile, F_OFD_GETLK, F_WRLCK, PRESENT) == 0;
}

bool
turnstile_awaited(struct store *st)
{
	if (!st->turn || st->exclusive)
		return false;
	return lock_file(st->turnstile, F_OFD_GETLK, F_WRLCK, TURNSTILE) == 1;
}
