/* SPDX-License-Identifier: ISC */
/*
 * A job's file in the making: beside the place where it is to be, known by a
 * name that the store has before the file is there. Nothing of it is believed
 * when somebody comes back to it: it must be ours alone, and hold what was
 * noted of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "extract/extract_priv.h"

/* ---- places -------------------------------------------------------------- */

static const char *
last_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The folder of a path, as an open descriptor, or -1. */
static int
open_folder(const char *path)
{
	const char *name = last_of(path);
	char *folder =
	    name == path ? xstrdup(".") : xstrndup(path, (size_t)(name - path));
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	free(folder);
	return fd;
}

int
part_place(
    const char *path, struct arena *arena, const char **ret, struct err *err)
{
	const char *name = last_of(path);
	char *folder, *real;
	bool plain;

	if (!name[0] || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return err_set(err, ERR_USAGE, "%s: not the name of a file",
		    quoted(str_of(path)));
	folder =
	    name == path ? xstrdup(".") : xstrndup(path, (size_t)(name - path));
	real = realpath(folder, NULL);
	free(folder);
	if (!real)
		return err_sys(err, "%s", path);
	plain = strcmp(real, "/") == 0;
	*ret = arena_printf(arena, "%s/%s", plain ? "" : real, name).p;
	free(real);
	return 0;
}

bool
part_same(const char *a, const char *b)
{
	struct stat one, two;
	int x, y;
	bool same;

	if (stat(a, &one) == 0 && stat(b, &two) == 0 && S_ISREG(one.st_mode) &&
	    one.st_dev == two.st_dev && one.st_ino == two.st_ino)
		return true;
	/* What is not there yet has a name in a folder that is. */
	if (strcmp(last_of(a), last_of(b)) != 0)
		return false;
	x = open_folder(a);
	y = open_folder(b);
	same = x >= 0 && y >= 0 && fstat(x, &one) == 0 && fstat(y, &two) == 0 &&
	       one.st_dev == two.st_dev && one.st_ino == two.st_ino;
	if (x >= 0)
		close(x);
	if (y >= 0)
		close(y);
	return same;
}

int
part_folder_check(const char *path, struct err *err)
{
	struct stat st;
	int folder, rc = 0;

	if (str_starts(str_of(path), STR("/dev/")) ||
	    str_starts(str_of(path), STR("/proc/")))
		return 0;
	folder = open_folder(path);
	if (folder < 0)
		return err_sys(err, "%s", path);
	if (fstat(folder, &st) < 0)
		rc = err_sys(err, "%s", path);
	/* In a folder like /tmp only who owns a file can put another there. */
	else if ((st.st_mode & S_IWOTH) && !(st.st_mode & S_ISVTX))
		rc = err_set(err, ERR_FAIL,
		    "%s: everybody may write to its folder, and put another "
		    "file in its place: chmod o-w, or chmod +t",
		    path);
	close(folder);
	return rc;
}

int
part_file_check(const char *path, struct err *err)
{
	struct stat st;

	if (lstat(path, &st) < 0 || S_ISREG(st.st_mode) || S_ISLNK(st.st_mode))
		return 0;
	return err_set(err, ERR_USAGE,
	    "--job: %s: not a file, and a job puts one in its place", path);
}

int
part_name(const char *file, struct buf *ret, struct err *err)
{
	uint64_t lot;

	if (getentropy(&lot, sizeof(lot)) < 0)
		return err_sys(err, "getentropy");
	buf_add(ret, file, (size_t)(last_of(file) - file));
	buf_addf(ret, ".dl-export-%016llx.part", (unsigned long long)lot);
	return 0;
}

/* ---- making, finding again ----------------------------------------------- */

static int
part_stream(
    struct part *p, const char *file, const char *name, int fd, struct err *err)
{
	p->folder = open_folder(file);
	p->out = fdopen(fd, "w");
	if (p->folder < 0 || !p->out) {
		err_sys(err, "%s", name);
		if (!p->out)
			close(fd);
		part_close(p);
		return -1;
	}
	setvbuf(p->out, NULL, _IOFBF, 1 << 16);
	p->file = file;
	p->name = xstrdup(last_of(name));
	return 0;
}

int
part_create(struct part *p, const char *file, const char *name, struct err *err)
{
	int fd = open(
	    name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	*p = (struct part){.folder = -1};
	if (fd < 0)
		return err_sys(err, "%s", file);
	return part_stream(p, file, name, fd, err);
}

/* Opens what is a file of ours, which nobody else can write or has a name for.
 */
static int
open_ours(const char *path, int flags, struct stat *st)
{
	int fd = open(path, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return -1;
	if (fstat(fd, st) == 0 && S_ISREG(st->st_mode) &&
	    st->st_uid == geteuid() && st->st_nlink == 1 &&
	    !(st->st_mode & 022))
		return fd;
	close(fd);
	errno = EPERM;
	return -1;
}

/* Whether the first bytes of it have that checksum. */
static bool
holds(int fd, int64_t bytes, const char *sha256, struct sha256 *ret_hash)
{
	enum { PIECE = 1 << 16 };
	unsigned char digest[SHA256_BYTES];
	char *piece = xmalloc(PIECE), hex[65];
	struct sha256 hash;
	int64_t left = bytes;

	sha256_begin(&hash);
	while (left > 0) {
		ssize_t n =
		    read(fd, piece, left < PIECE ? (size_t)left : PIECE);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		sha256_add(&hash, (struct str){piece, (size_t)n});
		left -= n;
	}
	free(piece);
	if (left > 0)
		return false;
	*ret_hash = hash;
	sha256_end(&hash, digest);
	hash_hex(digest, hex);
	return strcmp(hex, sha256) == 0;
}

int
part_open(struct part *p, const char *file, const char *name, int64_t bytes,
    const char *sha256, struct sha256 *ret_hash, struct err *err)
{
	struct stat st;
	int fd = open_ours(name, O_RDWR, &st);

	*p = (struct part){.folder = -1};
	if (fd < 0)
		return 0;
	if (st.st_size < bytes || !holds(fd, bytes, sha256, ret_hash)) {
		close(fd);
		return 0;
	}
	/* The reading has brought it to where the writing goes on. */
	if (ftruncate(fd, bytes) < 0) {
		err_sys(err, "%s", name);
		close(fd);
		return -1;
	}
	return part_stream(p, file, name, fd, err) < 0 ? -1 : 1;
}

bool
part_is(const char *path, int64_t bytes, const char *sha256)
{
	struct sha256 hash;
	struct stat st;
	int fd = open_ours(path, O_RDONLY, &st);
	bool is =
	    fd >= 0 && st.st_size == bytes && holds(fd, bytes, sha256, &hash);

	if (fd >= 0)
		close(fd);
	return is;
}

/* ---- the end of it ------------------------------------------------------- */

int
part_sync(struct part *p, struct err *err)
{
	if (fflush(p->out) != 0 || fdatasync(fileno(p->out)) < 0)
		return err_sys(err, "%s", p->file);
	return 0;
}

int
part_finish(struct part *p, struct err *err)
{
	bool failed = fclose(p->out) != 0;

	p->out = NULL;
	if (failed ||
	    renameat(p->folder, p->name, p->folder, last_of(p->file)) < 0 ||
	    (fsync(p->folder) < 0 && errno != EINVAL))
		return err_sys(err, "%s", p->file);
	return 0;
}

void
part_close(struct part *p)
{
	if (p->out)
		fclose(p->out);
	if (p->folder > 0)
		close(p->folder);
	free(p->name);
	*p = (struct part){.folder = -1};
}

int
part_remove(const char *path, int64_t bytes, const char *sha256, bool dry,
    const char **ret_why)
{
	struct sha256 hash;
	struct stat st;
	int fd = open_ours(path, O_RDONLY, &st), rc = 1;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd < 0) {
		*ret_why = "not a file of ours alone";
		return -1;
	}
	if (sha256 &&
	    (st.st_size != bytes || !holds(fd, bytes, sha256, &hash))) {
		*ret_why = "somebody has changed it";
		rc = -1;
	} else if (!dry && unlink(path) < 0) {
		*ret_why = "it cannot be removed";
		rc = -1;
	}
	close(fd);
	return rc;
}
