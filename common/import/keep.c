/* SPDX-License-Identifier: ISC */
/* Standard input that can be read twice; and what an import did, in words. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "import/import.h"

static int
copy_input(FILE *file, struct err *err)
{
	char chunk[1 << 16];
	ssize_t n;

	while ((n = read(STDIN_FILENO, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "<stdin>");
		if (fwrite(chunk, 1, (size_t)n, file) != (size_t)n)
			return err_sys(err, "a temporary file");
	}
	if (fflush(file) != 0 || fseek(file, 0, SEEK_SET) < 0 ||
	    dup2(fileno(file), STDIN_FILENO) < 0)
		return err_sys(err, "a temporary file");
	return 0;
}

int
import_keep_input(char *const *paths, size_t count, struct err *err)
{
	bool standard = count == 0;
	FILE *file;
	int rc;

	for (size_t i = 0; i < count; i++)
		standard = standard || strcmp(paths[i], "-") == 0;
	if (!standard || lseek(STDIN_FILENO, 0, SEEK_CUR) >= 0)
		return 0;
	file = tmpfile();
	if (!file)
		return err_sys(err, "a temporary file");
	rc = copy_input(file, err);
	fclose(file);
	return rc;
}

void
import_done_add(const struct import_done *done, struct buf *out)
{
	record_counts_import(out, &done->counts);
	if (done->held_back) {
		buf_addstr(out, ", ");
		buf_addgroup(out, (int64_t)done->held_back);
		buf_addstr(out, " held back; nothing was stored (--strict)");
	}
	if (done->events_new || done->events_same) {
		buf_addstr(out, "; with ");
		buf_addgroup(out, (int64_t)done->events_new);
		buf_addf(
		    out, " new event%s", plural((int64_t)done->events_new));
	}
	if (done->leads_created) {
		buf_addstr(out, "; ");
		buf_addgroup(out, (int64_t)done->leads_created);
		buf_addf(out, " lead%s created",
		    plural((int64_t)done->leads_created));
	}
}
