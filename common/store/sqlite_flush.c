/* SPDX-License-Identifier: ISC */
/*
 * Setting the disk to work early. Who empties the log must wait until all of
 * it is on disk, in his turn, while others wait for him. So every few
 * megabytes a writer that has given up its turn tells the kernel to begin
 * writing: nobody waits for that, and the sync that comes later finds little
 * to do. A hint only: what is durable is decided elsewhere.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <unistd.h>

#include "store/store_priv.h"

#define FLUSH_BYTES (INT64_C(4) << 20)

void
flush_begin(struct store *st)
{
	int64_t seen = st->flush_seen, step;

	if (st->turnstile < 0) /* not shared: nobody waits */
		return;
	step = FLUSH_BYTES / st->page_size;
	st->flush_seen = st->frames;
	if (st->frames / step == seen / step)
		return;
#ifdef SYNC_FILE_RANGE_WRITE
	/* An open file of our own is safe here: SQLite has no locks on its
	 * log, only on the database and its shared memory. */
	if (st->flush_fd < 0)
		st->flush_fd = open(
		    sqlite3_filename_wal(sqlite3_db_filename(st->db, "main")),
		    O_RDONLY | O_CLOEXEC);
	if (st->flush_fd >= 0)
		(void)sync_file_range(
		    st->flush_fd, 0, 0, SYNC_FILE_RANGE_WRITE);
#endif
}

void
flush_close(struct store *st)
{
	if (st->flush_fd >= 0)
		close(st->flush_fd);
	st->flush_fd = -1;
}
