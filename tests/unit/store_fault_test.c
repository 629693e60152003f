/* SPDX-License-Identifier: ISC */
/*
 * Disks that fail and power that goes. A layer under SQLite (a VFS of ours
 * around the usual one) makes the Nth write, sync or truncation fail, for
 * every N; and plays a power cut: what was not synced is kept or lost sector
 * by sector at random. After each the store must be sound, hold every change
 * it called durable, and no half transaction.
 */
#include <fcntl.h>
#include <sqlite3.h>

#include "store/store.h"
#include "store_unit.h"

enum { ROWS = 50, SECTOR = 512, FILES = 8 };

/* ---- the layer ----------------------------------------------------------- */

/* Something done to a file that no sync has covered yet. */
struct change {
	sqlite3_int64 offset; /* a truncation to here when bytes is NULL */
	int length;
	char *bytes;
};

/* What a file would be after a power cut: its synced state, and changes. */
struct shadow {
	char name[4096];
	char *bytes;
	size_t size, cap;
	struct change *changes;
	size_t count, changes_cap;
};

struct layer_file {
	sqlite3_file base;
	struct shadow *shadow; /* NULL for files that need none */
	sqlite3_file *below;
};

static sqlite3_vfs layer, *below;
static struct shadow shadows[FILES];
static bool shadowing;      /* keep shadows */
static int64_t until_fault; /* operations that still succeed; -1 for ever */
static bool fault_stays;    /* all later ones fail as well */
static int64_t until_cut;   /* operations until the power goes; -1 never */

static void power_cut(void);

static void
shadow_resize(struct shadow *s, size_t size)
{
	GROW(s->bytes, s->cap, size);
	if (size > s->size)
		memset(s->bytes + s->size, 0, size - s->size);
	s->size = size;
}

static struct shadow *
shadow_of(const char *name)
{
	struct buf now = {0};
	struct shadow *s;

	for (s = shadows; s < shadows + FILES; s++) {
		if (strcmp(s->name, name) == 0)
			return s;
		if (s->name[0] == '\0')
			break;
	}
	if (s == shadows + FILES)
		abort();
	snprintf(s->name, sizeof(s->name), "%s", name);
	if (file_read(name, &now, (size_t)1 << 30, NULL) == 0) {
		shadow_resize(s, now.len);
		if (now.len > 0)
			memcpy(s->bytes, now.p, now.len);
	}
	buf_release(&now);
	return s;
}

static void
shadow_change(struct layer_file *f, const void *p, int n, sqlite3_int64 at)
{
	struct shadow *s = f->shadow;
	struct change *c;

	if (!s)
		return;
	GROW(s->changes, s->changes_cap, s->count + 1);
	c = &s->changes[s->count++];
	*c = (struct change){.offset = at, .length = n};
	if (p) {
		c->bytes = xmalloc((size_t)n);
		memcpy(c->bytes, p, (size_t)n);
	}
}

/* Applies a change; of a write each sector only when `keep` says so. */
static void
shadow_apply(struct shadow *s, const struct change *c, bool (*keep)(void))
{
	int at, n;

	if (!c->bytes) {
		if (keep())
			shadow_resize(s, (size_t)c->offset);
		return;
	}
	for (at = 0; at < c->length; at += n) {
		n = SECTOR - (int)((c->offset + at) % SECTOR);
		n = n < c->length - at ? n : c->length - at;
		if (!keep())
			continue;
		if (s->size < (size_t)(c->offset + at + n))
			shadow_resize(s, (size_t)(c->offset + at + n));
		memcpy(s->bytes + c->offset + at, c->bytes + at, (size_t)n);
	}
}

static void
shadow_settle(struct shadow *s, bool (*keep)(void))
{
	size_t i;

	for (i = 0; i < s->count; i++) {
		shadow_apply(s, &s->changes[i], keep);
		free(s->changes[i].bytes);
	}
	s->count = 0;
}

static bool
always(void)
{
	return true;
}

/* Counts one operation; true when it is to fail. */
static bool
is_faulty(void)
{
	if (until_cut == 0)
		power_cut();
	if (until_cut > 0)
		until_cut--;
	if (until_fault < 0)
		return false;
	if (until_fault > 0) {
		until_fault--;
		return false;
	}
	if (!fault_stays)
		until_fault = -1;
	return true;
}

#define BELOW(f) (((struct layer_file *)(f))->below)

static int
layer_close(sqlite3_file *f)
{
	return BELOW(f)->pMethods ? BELOW(f)->pMethods->xClose(BELOW(f))
				  : SQLITE_OK;
}

static int
layer_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	return BELOW(f)->pMethods->xRead(BELOW(f), p, n, at);
}

static int
layer_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	if (is_faulty())
		return SQLITE_FULL;
	shadow_change((struct layer_file *)f, p, n, at);
	return BELOW(f)->pMethods->xWrite(BELOW(f), p, n, at);
}

static int
layer_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	if (is_faulty())
		return SQLITE_IOERR_TRUNCATE;
	shadow_change((struct layer_file *)f, NULL, 0, size);
	return BELOW(f)->pMethods->xTruncate(BELOW(f), size);
}

static int
layer_sync(sqlite3_file *f, int flags)
{
	if (is_faulty())
		return SQLITE_IOERR_FSYNC;
	if (((struct layer_file *)f)->shadow)
		shadow_settle(((struct layer_file *)f)->shadow, always);
	/* The power of this machine stays on. */
	(void)flags;
	return SQLITE_OK;
}

static int
layer_size(sqlite3_file *f, sqlite3_int64 *ret)
{
	return BELOW(f)->pMethods->xFileSize(BELOW(f), ret);
}

static int
layer_lock(sqlite3_file *f, int level)
{
	return BELOW(f)->pMethods->xLock(BELOW(f), level);
}

static int
layer_unlock(sqlite3_file *f, int level)
{
	return BELOW(f)->pMethods->xUnlock(BELOW(f), level);
}

static int
layer_reserved(sqlite3_file *f, int *ret)
{
	return BELOW(f)->pMethods->xCheckReservedLock(BELOW(f), ret);
}

static int
layer_control(sqlite3_file *f, int operation, void *argument)
{
	return BELOW(f)->pMethods->xFileControl(BELOW(f), operation, argument);
}

static int
layer_sector(sqlite3_file *f)
{
	return BELOW(f)->pMethods->xSectorSize(BELOW(f));
}

static int
layer_device(sqlite3_file *f)
{
	return BELOW(f)->pMethods->xDeviceCharacteristics(BELOW(f));
}

static int
layer_shm_map(
    sqlite3_file *f, int page, int size, int extend, void volatile **ret)
{
	return BELOW(f)->pMethods->xShmMap(BELOW(f), page, size, extend, ret);
}

static int
layer_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
	return BELOW(f)->pMethods->xShmLock(BELOW(f), offset, n, flags);
}

static void
layer_shm_barrier(sqlite3_file *f)
{
	BELOW(f)->pMethods->xShmBarrier(BELOW(f));
}

static int
layer_shm_unmap(sqlite3_file *f, int delete)
{
	return BELOW(f)->pMethods->xShmUnmap(BELOW(f), delete);
}

static const sqlite3_io_methods layer_methods = {2, layer_close, layer_read,
    layer_write, layer_truncate, layer_sync, layer_size, layer_lock,
    layer_unlock, layer_reserved, layer_control, layer_sector, layer_device,
    layer_shm_map, layer_shm_lock, layer_shm_barrier, layer_shm_unmap, NULL,
    NULL};

static int
layer_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
    int *ret_flags)
{
	struct layer_file *f = (struct layer_file *)file;
	int code;

	(void)vfs;
	f->below = (sqlite3_file *)(f + 1);
	f->below->pMethods = NULL;
	f->shadow = NULL;
	code = below->xOpen(below, name, f->below, flags, ret_flags);
	f->base.pMethods = f->below->pMethods ? &layer_methods : NULL;
	if (code == SQLITE_OK && shadowing && name &&
	    (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)))
		f->shadow = shadow_of(name);
	return code;
}

static void
layer_install(void)
{
	below = sqlite3_vfs_find(NULL);
	layer = *below;
	layer.zName = "layer";
	layer.szOsFile = (int)sizeof(struct layer_file) + below->szOsFile;
	layer.xOpen = layer_open;
	sqlite3_vfs_register(&layer, 1);
}

/* ---- power --------------------------------------------------------------- */

static uint64_t dice = 1;

static bool
by_chance(void)
{
	dice = dice * 6364136223846793005u + 1442695040888963407u;
	return dice >> 40 & 1;
}

/* Leaves the files as the disk has them, and this process. */
static void
power_cut(void)
{
	struct shadow *s;
	int fd;

	for (s = shadows; s < shadows + FILES && s->name[0]; s++) {
		shadow_settle(s, by_chance);
		fd = open(s->name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		if (fd < 0 || fd_write_all(fd, s->bytes, s->size, NULL) < 0)
			_exit(9);
	}
	_exit(0);
}

/* ---- the work ------------------------------------------------------------ */

/* Transactions of ROWS rows, every third durable; tells `say` (or -1) how
 * many rows are there for certain. */
static int
work(const char *path, int transactions, int say, struct err *err)
{
	struct store *st = NULL;
	int64_t n, i;
	bool durable;
	int code = -1;

	if (store_open(path, STORE_WRITE, &st, err) < 0)
		return -1;
	store_log_limit(st, 40000);
	n = count_marks(st, 1);
	for (i = 0; i < transactions; i++) {
		durable = i % 3 == 2;
		if (store_begin(st, STORE_CHANGE, "work", err) < 0)
			goto out;
		put_rows(st, 1, ROWS, n + i * ROWS, err);
		if (err->kind != ERR_NONE || store_commit(st, durable, err) < 0)
			goto out;
		if (durable && say >= 0) {
			int64_t rows = n + (i + 1) * ROWS;

			if (write(say, &rows, sizeof(rows)) != sizeof(rows))
				_exit(9);
		}
	}
	code = 0;
out:
	store_close(st);
	return code;
}

static void
check_sound(const char *path, int64_t least)
{
	struct remarks findings = {0}, advice = {0};
	struct store *st = open_old(path);
	struct err err = {0};
	int64_t count;

	if (!st)
		return;
	count = count_marks(st, 1);
	CHECK(count >= least);
	CHECK_INT(count % ROWS, 0);
	CHECK_INT(store_check(st, &findings, &advice, &err), 0);
	CHECK_INT(findings.count, 0);
	store_close(st);
}

/* Every operation fails once, or from then on. */
static void
test_faults(bool stays)
{
	char *path = file_in_folder(stays ? "stays.db" : "once.db");
	struct err err = {0};
	int64_t at;
	int code = -1, failures = 0;

	fault_stays = stays;
	store_close(open_new(path));
	for (at = 0; at < 2000; at++) {
		err = (struct err){0};
		until_fault = at;
		code = work(path, 6, -1, &err);
		if (code == 0 && until_fault > 0)
			break; /* there was no such operation any more */
		failures += code < 0;
		if (code < 0) {
			CHECK_INT(err.kind, ERR_FAIL);
			CHECK(strstr(err.text, path) != NULL);
		}
		until_fault = -1;
		check_sound(path, 0);
	}
	CHECK(at > 20 && at < 2000);
	CHECK(failures > 10);
	until_fault = -1;
	free(path);
}

/* The same for making a store: there is a whole one or none. */
static void
test_faults_creating(void)
{
	char *path = file_in_folder("creating.db");
	struct store *st;
	struct err err = {0};
	int64_t at;
	bool made = false;

	for (at = 0; at < 2000 && !made; at++) {
		until_fault = at;
		fault_stays = true;
		made = store_open(path, STORE_CREATE, &st, &err) == 0;
		if (made)
			store_close(st);
		else
			CHECK_INT(access(path, F_OK), -1);
		until_fault = -1;
	}
	CHECK(at > 5);
	check_sound(path, 0);
	free(path);
}

static void
test_faults_copying(void)
{
	char *path = file_in_folder("copied.db");
	char *copy = file_in_folder("copy.db");
	struct store *st = open_new(path);
	struct err err = {0};
	int64_t at;
	bool made = false;

	put_marks(st, 1, 10 * ROWS);
	for (at = 0; at < 2000 && !made; at++) {
		until_fault = at;
		fault_stays = true;
		made = store_backup(st, copy, NULL, NULL, &err) == 0;
		if (!made)
			CHECK_INT(access(copy, F_OK), -1);
		until_fault = -1;
	}
	CHECK(at > 5);
	check_sound(copy, 10 * ROWS);
	store_close(st);
	free(path);
	free(copy);
}

/* The power goes at every moment of the work, with many throws of the dice. */
static void
test_power(void)
{
	enum { CUTS = 250 };
	char *path = file_in_folder("power.db");
	char *shared = file_in_folder("power.db-shm");
	struct err err = {0};
	int64_t rows, least = 0;
	int i, pair[2], status, cut = 0;
	pid_t pid;

	store_close(open_new(path));
	fault_stays = false;
	for (i = 0; i < CUTS; i++) {
		CHECK_INT(pipe(pair), 0);
		fflush(stdout);
		if ((pid = fork()) == 0) {
			close(pair[0]);
			shadowing = true;
			dice = (uint64_t)i * 7919 + 1;
			until_cut = i * 13 % 120;
			_exit(work(path, 9, pair[1], &err) == 0 ? 1 : 2);
		}
		close(pair[1]);
		while (read(pair[0], &rows, sizeof(rows)) == sizeof(rows))
			least = rows;
		close(pair[0]);
		CHECK_INT(waitpid(pid, &status, 0), pid);
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) <= 1);
		cut += WEXITSTATUS(status) == 0;
		(void)unlink(shared); /* memory does not outlive the power */
		check_sound(path, least);
	}
	CHECK(cut > CUTS / 2);
	free(path);
	free(shared);
}

int
main(void)
{
	until_fault = until_cut = -1;
	folder_make();
	layer_install();
	test_faults(false);
	test_faults(true);
	test_faults_creating();
	test_faults_copying();
	test_power();
	folder_remove();
	return unit_done("store_fault");
}
