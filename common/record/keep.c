/* SPDX-License-Identifier: ISC */
/* Standard input that is read to its end beforehand, or twice. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "record/record.h"

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
record_keep_input(char *const *paths, size_t count, struct err *err)
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
