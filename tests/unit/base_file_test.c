/* SPDX-License-Identifier: ISC */
/*
 * Files read whole and written whole or not at all, also when the process
 * ends in the middle.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"
#include "unit.h"

static char folder[] = "/tmp/dl-file-test-XXXXXX";

static const char *
path_of(const char *name)
{
	static struct buf ring[4];
	static unsigned turn;
	struct buf *b = &ring[turn++ % COUNT_OF(ring)];

	buf_clear(b);
	buf_addf(b, "%s/%s", folder, name);
	return b->p;
}

/* How many names the folder holds; each is removed when asked. */
static unsigned
names(bool remove_them)
{
	DIR *d = opendir(folder);
	struct dirent *e;
	unsigned n = 0;

	while (d && (e = readdir(d))) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		n++;
		if (remove_them)
			unlink(path_of(e->d_name));
	}
	if (d)
		closedir(d);
	return n;
}

static bool
holds(const char *name, const char *want)
{
	struct buf b = {0};
	bool same = file_read(path_of(name), &b, 1 << 20, NULL) == 0 &&
		    str_is(buf_str(&b), want);

	buf_release(&b);
	return same;
}

static void
write_plain(const char *name, const char *text)
{
	int fd = open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC, 0644);

	CHECK(fd >= 0);
	CHECK_INT(fd_write_all(fd, text, strlen(text), NULL), 0);
	close(fd);
}

static void
reading(void)
{
	struct buf b = {0};
	struct err err = {0};
	int ends[2];

	write_plain("in", "hello");
	buf_addstr(&b, "> ");
	CHECK_INT(file_read(path_of("in"), &b, 5, &err), 0);
	CHECK_TEXT(b.p, "> hello");
	CHECK_INT(file_read(path_of("in"), &b, 4, &err), -1);
	CHECK(strstr(err.text, "in: larger than 4 bytes") != NULL);
	CHECK_TEXT(b.p, "> hello");
	CHECK_INT(file_read(path_of("none"), &b, 5, &err), -1);
	CHECK(strstr(err.text, "none: No such file or directory") != NULL);
	CHECK_INT(file_read(folder, &b, 5, &err), -1);
	CHECK(strstr(err.text, "Is a directory") != NULL);
	write_plain("in", "");
	buf_clear(&b);
	CHECK_INT(file_read(path_of("in"), &b, 5, &err), 0);
	CHECK_INT(b.len, 0);
	/* What says it has no size. */
	CHECK_INT(file_read("/proc/self/status", &b, 1 << 20, &err), 0);
	CHECK(b.len > 100);
	buf_release(&b);
	unlink(path_of("in"));

	/* More than a pipe holds, while the reader is slow. */
	CHECK_INT(pipe(ends), 0);
	if (fork() == 0) {
		char piece[1000];
		ssize_t n, sum = 0;

		close(ends[1]);
		while ((n = read(ends[0], piece, sizeof(piece))) > 0)
			sum += n;
		_exit(sum == 300000 ? 0 : 1);
	} else {
		char *many = xcalloc(1, 300000);
		int status = -1;

		close(ends[0]);
		CHECK_INT(fd_write_all(ends[1], many, 300000, &err), 0);
		close(ends[1]);
		wait(&status);
		CHECK_INT(status, 0);
		free(many);
	}
	CHECK_INT(fd_write_all(-1, "x", 1, &err), -1);
	CHECK_TEXT(err.text, "write: Bad file descriptor");
}

static void
committing(void)
{
	struct outfile *f = NULL;
	struct err err = {0};
	struct stat st;

	write_plain("out", "old");
	CHECK_INT(outfile_open(path_of("out"), &f, &err), 0);
	fputs("new", outfile_stream(f));
	fflush(outfile_stream(f));
	CHECK(holds("out", "old"));
	CHECK_INT(names(false), 2);
	CHECK_INT(outfile_commit(f, &err), 0);
	CHECK(holds("out", "new"));
	CHECK_INT(names(false), 1);
	CHECK(stat(path_of("out"), &st) == 0 && (st.st_mode & 0777) == 0600);

	CHECK_INT(outfile_open(path_of("out"), &f, &err), 0);
	fputs("never", outfile_stream(f));
	outfile_abort(f);
	outfile_abort(NULL);
	CHECK(holds("out", "new"));
	CHECK_INT(names(false), 1);

	/* A link is replaced, what it points to stays. */
	CHECK_INT(symlink(path_of("out"), path_of("link")), 0);
	CHECK_INT(outfile_open(path_of("link"), &f, &err), 0);
	fputs("mine", outfile_stream(f));
	CHECK_INT(outfile_commit(f, &err), 0);
	CHECK(holds("out", "new") && holds("link", "mine"));
	CHECK(lstat(path_of("link"), &st) == 0 && S_ISREG(st.st_mode));
	names(true);
}

static void
refusing(void)
{
	struct outfile *f = NULL;
	struct err err = {0};

	CHECK_INT(outfile_open(path_of("no/such"), &f, &err), -1);
	CHECK(strstr(err.text, "no/such: No such file or directory") != NULL);
	CHECK_INT(outfile_open(folder, &f, &err), -1);
	CHECK(strstr(err.text, "Is a directory") != NULL);
	CHECK_INT(outfile_open("", &f, &err), -1);
	CHECK(f == NULL);
	CHECK_INT(names(false), 0);

	if (access("/dev/full", W_OK) == 0) {
		CHECK_INT(outfile_open("/dev/full", &f, &err), 0);
		fputs("lost", outfile_stream(f));
		CHECK_INT(outfile_commit(f, &err), -1);
		CHECK_TEXT(err.text, "/dev/full: No space left on device");
	} else {
		SKIP("no /dev/full");
	}
	CHECK_INT(outfile_open("/dev/null", &f, &err), 0);
	fputs("gone", outfile_stream(f));
	CHECK_INT(outfile_commit(f, &err), 0);

	/* Several at once, up to a bound that is said. */
	{
		struct outfile *many[17] = {NULL};
		unsigned opened = 0;

		while (opened < COUNT_OF(many) &&
		       outfile_open(path_of("many"), &many[opened], &err) == 0)
			opened++;
		CHECK_INT(opened, 16);
		CHECK(strstr(err.text, "more than 16 output files") != NULL);
		CHECK_INT(names(false), 16);
		for (unsigned i = 0; i < opened; i++)
			outfile_abort(many[i]);
		CHECK_INT(names(false), 0);
	}
}

/* How a child ends that has a file half written. */
enum ending { BY_EXIT, BY_SIGNAL, BY_FULL_DISK, BY_GRANDCHILD };

static void
end_half_written(enum ending how, int number)
{
	struct outfile *f = NULL;
	struct rlimit small = {8192, 8192};
	struct err err = {0};

	if (outfile_open(path_of("half"), &f, NULL) < 0)
		_exit(9);
	fputs("half", outfile_stream(f));
	fflush(outfile_stream(f));
	if (names(false) != 1)
		_exit(8);
	switch (how) {
	case BY_EXIT:
		exit(7);
	case BY_SIGNAL:
		raise(number);
		_exit(6); /* the signal was ignored: the file stays */
	case BY_FULL_DISK:
		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &small);
		for (unsigned i = 0; i < 10000; i++)
			fputs("0123456789", outfile_stream(f));
		if (outfile_commit(f, &err) == 0 ||
		    !strstr(err.text, "half: File too large"))
			_exit(5);
		_exit(names(false) == 0 ? 7 : 4);
	case BY_GRANDCHILD:
		/* One that ends must not take its parent's file along. */
		if (fork() == 0)
			exit(0);
		wait(NULL);
		_exit(
		    names(false) == 1 && outfile_commit(f, NULL) == 0 ? 7 : 3);
	}
}

static int
child(enum ending how, int number, bool ignored)
{
	int status = 0;

	fflush(NULL);
	if (fork() == 0) {
		/* Whoever runs us in the background has it ignored. */
		if (number)
			signal(number, ignored ? SIG_IGN : SIG_DFL);
		end_half_written(how, number);
	}
	wait(&status);
	return status;
}

static void
dying(void)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
	int status;

	status = child(BY_EXIT, 0, false);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	CHECK_INT(names(true), 0);
	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		status = child(BY_SIGNAL, numbers[i], false);
		CHECK(WIFSIGNALED(status) && WTERMSIG(status) == numbers[i]);
		CHECK_INT(names(true), 0);
		status = child(BY_SIGNAL, numbers[i], true);
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 6);
		CHECK_INT(names(true), 1);
	}
	status = child(BY_FULL_DISK, 0, false);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	CHECK_INT(names(true), 0);
	status = child(BY_GRANDCHILD, 0, false);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	CHECK_INT(names(true), 1);
}

/* Out of memory: status 1 and one line, not a crash. */
static void
no_memory(void)
{
	int ends[2], status = 0;
	char text[100];
	ssize_t n;

	CHECK_INT(pipe(ends), 0);
	fflush(NULL);
	if (fork() == 0) {
		dup2(ends[1], 2);
		xreallocarray(NULL, SIZE_MAX / 2, 16);
		_exit(0);
	}
	close(ends[1]);
	n = read(ends[0], text, sizeof(text));
	close(ends[0]);
	wait(&status);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	CHECK(n > 0 &&
	      str_eq((struct str){text, (size_t)n}, STR("out of memory\n")));
}

/* Is it read below the folder? */
static bool
below(const char *path)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY);
	struct buf b = {0};
	bool read = file_read_below(fd, path, &b, 5, NULL) == 0;

	CHECK(!read || str_is(buf_str(&b), "four"));
	close(fd);
	buf_release(&b);
	return read;
}

static void
staying_below(void)
{
	struct outfile *f;

	CHECK_INT(mkdir(path_of("sub"), 0700), 0);
	CHECK_INT(outfile_open(path_of("sub/file"), &f, NULL), 0);
	fputs("four", outfile_stream(f));
	CHECK_INT(outfile_commit(f, NULL), 0);
	CHECK_INT(symlink("sub", path_of("way")), 0);
	CHECK_INT(symlink("file", path_of("sub/link")), 0);
	CHECK(below("sub/file"));
	CHECK(!below("sub"));
	CHECK(!below("sub/"));
	CHECK(!below("/sub/file"));
	CHECK(!below("./sub/file"));
	CHECK(!below("sub/../sub/file"));
	CHECK(!below("way/file"));
	CHECK(!below("sub/link"));
	CHECK(!below("sub/none"));
	CHECK(!below(path_of("sub/file")));
	unlink(path_of("sub/link"));
	unlink(path_of("sub/file"));
	rmdir(path_of("sub"));
	names(true);
}

int
main(void)
{
	if (!mkdtemp(folder)) {
		perror(folder);
		return 1;
	}
	reading();
	committing();
	refusing();
	dying();
	no_memory();
	staying_below();
	rmdir(folder);
	return unit_done("base_file");
}
