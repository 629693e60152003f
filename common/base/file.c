/* SPDX-License-Identifier: ISC */
/*
 * Files: read whole, written whole or not at all. The temporary of an output
 * file has a name of its own beside the target and is known by its folder's
 * descriptor, so that neither a moved folder nor a planted link can redirect
 * it.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"

int
fd_write_all(int fd, const void *data, size_t n, struct err *err)
{
	const char *p = data;

	while (n > 0) {
		ssize_t w = write(fd, p, n);

		if (w < 0) {
			if (errno == EINTR)
				continue;
			return err_sys(err, "write");
		}
		p += w;
		n -= (size_t)w;
	}
	return 0;
}

int
fd_read_all(
    int fd, const char *name, struct buf *ret, size_t max, struct err *err)
{
	size_t start = ret->len;
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
	    (uint64_t)st.st_size <= max)
		buf_reserve(ret, (size_t)st.st_size);
	for (;;) {
		buf_reserve(ret, 4096);
		n = read(fd, ret->p + ret->len, ret->cap - ret->len - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		ret->len += (size_t)n;
		ret->p[ret->len] = '\0';
		if (ret->len - start > max)
			break;
	}
	if (n == 0)
		return 0;
	if (n < 0)
		err_sys(err, "%s", name);
	else
		err_set(err, ERR_FAIL, "%s: larger than %zu bytes", name, max);
	buf_truncate(ret, start);
	return -1;
}

int
file_read(const char *path, struct buf *ret, size_t max, struct err *err)
{
	int fd, rc;

	do {
		fd = open(path, O_RDONLY | O_CLOEXEC);
	} while (fd < 0 && errno == EINTR);
	if (fd < 0)
		return err_sys(err, "%s", path);
	rc = fd_read_all(fd, path, ret, max, err);
	close(fd);
	return rc;
}

int
fd_check_private(int fd, const char *name, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(err, "%s", name);
	if (!S_ISREG(st.st_mode))
		return 0;
	if (st.st_uid != geteuid())
		return err_set(
		    err, ERR_USAGE, "%s: belongs to somebody else", name);
	if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return err_set(err, ERR_USAGE,
		    "%s: others may read or write it; chmod 600 it", name);
	return 0;
}

int
file_read_private(
    const char *path, struct buf *ret, size_t max, struct err *err)
{
	int fd, rc;

	do {
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	} while (fd < 0 && errno == EINTR);
	if (fd < 0)
		return err_sys(err, "%s", path);
	rc = fd_check_private(fd, path, err);
	if (rc == 0)
		rc = fd_read_all(fd, path, ret, max, err);
	close(fd);
	return rc;
}

/* A descriptor of the part of the path; -1 also for "", "." and "..". */
static int
open_part(int folder, struct str part, int flags)
{
	char *name = str_dup(part);
	int fd = -1;

	errno = EINVAL;
	if (part.n && strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
		do {
			fd = openat(folder, name,
			    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | flags);
		} while (fd < 0 && errno == EINTR);
	free(name);
	return fd;
}

/* Each folder on the way is opened by its own name, so that nothing can be
 * moved in between. */
static int
open_below(int folder, const char *path)
{
	struct str rest = str_of(path), part;
	int at = folder, fd;
	bool more;

	do {
		more = str_cut(&rest, '/', &part);
		fd = open_part(at, part, more ? O_DIRECTORY : O_NONBLOCK);
		if (at != folder) {
			int code = errno;

			close(at);
			errno = code;
		}
		at = fd;
	} while (more && fd >= 0);
	return fd;
}

int
file_read_below(
    int folder, const char *path, struct buf *ret, size_t max, struct err *err)
{
	struct stat st;
	int fd = open_below(folder, path), rc;

	if (fd < 0 && (errno == EINVAL || errno == ELOOP || errno == ENOTDIR))
		return err_set(err, ERR_FAIL,
		    "%s: not a plain path below the folder", path);
	if (fd < 0)
		return err_sys(err, "%s", path);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		rc = err_set(err, ERR_FAIL, "%s: not a file", path);
	else
		rc = fd_read_all(fd, path, ret, max, err);
	close(fd);
	return rc;
}

enum { OUTFILES = 16 };

struct outfile {
	FILE *stream;
	char *path;       /* as the caller named it, for messages */
	const char *name; /* the last part of path */
	int slot;         /* of its temporary; -1: written in place */
};

/*
 * Temporaries that exist now: what a signal handler may read. `taken` is
 * under the lock; `ready` says that the file exists and is ours to remove.
 */
static struct slot {
	volatile sig_atomic_t taken, ready;
	int folder;
	char name[40];
} slots[OUTFILES];
static pthread_mutex_t slots_lock = PTHREAD_MUTEX_INITIALIZER;
static pid_t slots_owner; /* a forked child must not remove our files */

static void
remove_all(void)
{
	if (getpid() != slots_owner)
		return;
	for (size_t i = 0; i < COUNT_OF(slots); i++) {
		if (slots[i].ready) {
			slots[i].ready = 0;
			unlinkat(slots[i].folder, slots[i].name, 0);
		}
	}
}

/* Only functions that are safe in a handler; then die as if unhandled. */
static void
on_signal(int number)
{
	remove_all();
	signal(number, SIG_DFL);
	raise(number);
}

/* Once; leaves alone what the program handles or ignores itself. */
static void
watch_signals(void)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction act, old;

	if (slots_owner == getpid())
		return;
	slots_owner = getpid();
	atexit(remove_all);
	memset(&act, 0, sizeof(act));
	act.sa_handler = on_signal;
	sigfillset(&act.sa_mask);
	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		if (sigaction(numbers[i], NULL, &old) == 0 &&
		    !(old.sa_flags & SA_SIGINFO) && old.sa_handler == SIG_DFL)
			sigaction(numbers[i], &act, NULL);
}

static int
slot_take(int folder)
{
	int found = -1;

	pthread_mutex_lock(&slots_lock);
	watch_signals();
	for (int i = 0; i < OUTFILES && found < 0; i++)
		if (!slots[i].taken)
			found = i;
	if (found >= 0) {
		slots[found].taken = 1;
		slots[found].folder = folder;
	}
	pthread_mutex_unlock(&slots_lock);
	return found;
}

static void
slot_give_back(int slot)
{
	slots[slot].ready = 0;
	close(slots[slot].folder);
	slots[slot].taken = 0;
}

/* A file nobody had: its name only has to be new, not secret. */
static int
create_temporary(struct slot *slot)
{
	static unsigned counter;
	struct timespec t;
	sigset_t all, before;

	for (int tries = 0; tries < 100; tries++) {
		uint64_t seed[3];
		int fd;

		clock_gettime(CLOCK_MONOTONIC, &t);
		seed[0] = (uint64_t)t.tv_nsec ^ (uint64_t)t.tv_sec << 32;
		seed[1] = (uint64_t)getpid();
		seed[2] = __atomic_fetch_add(&counter, 1, __ATOMIC_RELAXED);
		snprintf(slot->name, sizeof(slot->name), ".dl-%016llx.tmp",
		    (unsigned long long)hash64(seed, sizeof(seed), 0));
		/* No signal between the file and the note of it. */
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &before);
		fd = openat(slot->folder, slot->name,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd >= 0)
			slot->ready = 1;
		pthread_sigmask(SIG_SETMASK, &before, NULL);
		if (fd >= 0 || (errno != EEXIST && errno != EINTR))
			return fd;
	}
	return -1;
}

/* Devices, pipes and what stands for an open descriptor are written in
 * place: there is nothing to rename. */
static bool
in_place(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return false;
	return (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) ||
	       strncmp(path, "/dev/", 5) == 0 ||
	       strncmp(path, "/proc/", 6) == 0;
}

static int
open_folder(const char *path, const char *name)
{
	char *folder =
	    name == path ? xstrdup(".") : xstrndup(path, (size_t)(name - path));
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	free(folder);
	return fd;
}

static int
open_beside(struct outfile *f, struct err *err)
{
	struct stat st;
	int folder, fd;

	if (!f->path[0])
		return err_set(err, ERR_USAGE, "an empty file name");
	if (!f->name[0] || (stat(f->path, &st) == 0 && S_ISDIR(st.st_mode))) {
		errno = EISDIR;
		return err_sys(err, "%s", f->path);
	}
	folder = open_folder(f->path, f->name);
	if (folder < 0)
		return err_sys(err, "%s", f->path);
	f->slot = slot_take(folder);
	if (f->slot < 0) {
		close(folder);
		return err_set(err, ERR_FAIL,
		    "%s: more than %d output files at once", f->path, OUTFILES);
	}
	fd = create_temporary(&slots[f->slot]);
	if (fd < 0)
		err_sys(err, "%s", f->path);
	return fd;
}

static void
outfile_free(struct outfile *f)
{
	if (f->slot >= 0)
		slot_give_back(f->slot);
	free(f->path);
	free(f);
}

/* Only regular files are looked into: to open a pipe would wait, or wake who
 * writes to it. What cannot be read is no store of ours. */
int
outfile_check(const char *path, struct err *err)
{
	static const char magic[] = "SQLite format 3"; /* with its NUL */
	char first[sizeof(magic)];
	struct stat st;
	bool database;
	int fd;

	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return 0;
	database = pread(fd, first, sizeof(first), 0) == sizeof(first) &&
		   memcmp(first, magic, sizeof(first)) == 0;
	close(fd);
	return database ? err_set(err, ERR_USAGE,
			      "%s: it is a database, which nothing is written "
			      "over: another file, or remove it first",
			      path)
			: 0;
}

int
outfile_open(const char *path, struct outfile **ret, struct err *err)
{
	struct outfile *f = xcalloc(1, sizeof(*f));
	const char *slash;
	int fd;

	f->slot = -1;
	f->path = xstrdup(path);
	slash = strrchr(f->path, '/');
	f->name = slash ? slash + 1 : f->path;
	if (outfile_check(path, err) < 0) {
		outfile_free(f);
		return -1;
	}
	if (in_place(path)) {
		fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_APPEND);
		if (fd < 0)
			err_sys(err, "%s", path);
	} else {
		fd = open_beside(f, err);
	}
	if (fd < 0) {
		outfile_free(f);
		return -1;
	}
	f->stream = fdopen(fd, "w");
	if (!f->stream) {
		err_sys(err, "%s", path);
		close(fd);
		outfile_abort(f);
		return -1;
	}
	setvbuf(f->stream, NULL, _IOFBF, 1 << 16);
	*ret = f;
	return 0;
}

FILE *
outfile_stream(struct outfile *f)
{
	return f->stream;
}

/* Everything on disk before the name changes, and the name before we say so. */
static int
put_in_place(struct outfile *f, struct err *err)
{
	struct slot *slot;
	bool failed = fflush(f->stream) != 0 || ferror(f->stream);

	if (failed)
		return err_sys(err, "%s", f->path);
	if (f->slot >= 0 && fsync(fileno(f->stream)) < 0)
		return err_sys(err, "%s", f->path);
	failed = fclose(f->stream) != 0;
	f->stream = NULL;
	if (failed)
		return err_sys(err, "%s", f->path);
	if (f->slot < 0)
		return 0;
	slot = &slots[f->slot];
	if (renameat(slot->folder, slot->name, slot->folder, f->name) < 0)
		return err_sys(err, "%s", f->path);
	slot->ready = 0;
	/* Some file systems have no such call for folders. */
	if (fsync(slot->folder) < 0 && errno != EINVAL)
		return err_sys(err, "%s", f->path);
	return 0;
}

int
outfile_commit(struct outfile *f, struct err *err)
{
	int rc = put_in_place(f, err);

	if (rc < 0)
		outfile_abort(f);
	else
		outfile_free(f);
	return rc;
}

void
outfile_abort(struct outfile *f)
{
	if (!f)
		return;
	if (f->stream)
		fclose(f->stream);
	if (f->slot >= 0 && slots[f->slot].ready) {
		struct slot *slot = &slots[f->slot];

		slot->ready = 0;
		unlinkat(slot->folder, slot->name, 0);
	}
	outfile_free(f);
}
