/* SPDX-License-Identifier: ISC */
/*
 * Whether a workbook holds all that was put into its sheets. libxlsxwriter
 * does not look whether its temporary files could be written; what they hold
 * and what came out of them is compared here, by the directory at the end of
 * the workbook (a ZIP file, APPNOTE.TXT sections 4.3 and 4.5.3).
 */
#include <stdlib.h>
#include <unistd.h>

#include "xlsx/xlsx_priv.h"

enum {
	END = 22,   /* bytes of the end of the directory */
	FILE_ = 46, /* of a file's entry before its name */
	MOST = 16 << 20
};
#define END_MARK   UINT32_C(0x06054b50)
#define END64_MARK UINT32_C(0x06064b50)
#define FILE_MARK  UINT32_C(0x02014b50)
#define IN_EXTRA   UINT32_C(0xffffffff)

static uint64_t
number(const char *p, size_t bytes)
{
	uint64_t v = 0;

	while (bytes--)
		v = v << 8 | (unsigned char)p[bytes];
	return v;
}

static int
damaged(struct err *err)
{
	return err_set(err, ERR_FAIL,
	    "workbook: it is not whole: is there room for temporary files?");
}

static int
read_at(int fd, uint64_t at, char *to, size_t n, struct err *err)
{
	while (n) {
		ssize_t got = pread(fd, to, n, (off_t)at);

		if (got <= 0)
			return damaged(err);
		to += got;
		at += (uint64_t)got;
		n -= (size_t)got;
	}
	return 0;
}

/* Where the directory is. */
static int
find_directory(
    int fd, uint64_t size, uint64_t *ret_at, uint64_t *ret_n, struct err *err)
{
	char end[END], end64[56], locator[20];
	uint64_t at;

	if (size < END || read_at(fd, size - END, end, END, err) < 0 ||
	    number(end, 4) != END_MARK)
		return damaged(err);
	*ret_n = number(end + 12, 4);
	*ret_at = number(end + 16, 4);
	if (*ret_at != IN_EXTRA)
		return 0;
	if (read_at(fd, size - END - 20, locator, 20, err) < 0)
		return -1;
	at = number(locator + 8, 8);
	if (read_at(fd, at, end64, sizeof(end64), err) < 0 ||
	    number(end64, 4) != END64_MARK)
		return damaged(err);
	*ret_n = number(end64 + 40, 8);
	*ret_at = number(end64 + 48, 8);
	return 0;
}

/* The size of a file before it was packed. */
static uint64_t
size_of(const char *entry, const char *extra, size_t n)
{
	uint64_t size = number(entry + 24, 4);

	/* A size that is too large stands first in an extra field. */
	while (size == IN_EXTRA && n >= 4) {
		size_t length = number(extra + 2, 2);

		if (length > n - 4)
			break;
		if (number(extra, 2) == 1 && length >= 8)
			return number(extra + 4, 8);
		extra += 4 + length;
		n -= 4 + length;
	}
	return size;
}

/* "xl/worksheets/sheet7.xml" is 7; 0 for all else. */
static size_t
sheet_number(struct str name)
{
	int64_t n;

	if (!str_starts(name, STR("xl/worksheets/sheet")) ||
	    !str_ends(name, STR(".xml")))
		return 0;
	name.p += 19;
	name.n -= 23;
	return number_int(name, &n) && n > 0 ? (size_t)n : 0;
}

static size_t
count_whole(struct str directory, const uint64_t *least, size_t sheets)
{
	size_t whole = 0;

	while (directory.n >= FILE_ && number(directory.p, 4) == FILE_MARK) {
		size_t name = number(directory.p + 28, 2);
		size_t extra = number(directory.p + 30, 2);
		size_t all = FILE_ + name + extra + number(directory.p + 32, 2);
		size_t sheet;

		if (all > directory.n)
			break;
		sheet = sheet_number((struct str){directory.p + FILE_, name});
		if (sheet && sheet <= sheets &&
		    size_of(directory.p, directory.p + FILE_ + name, extra) >=
			least[sheet - 1])
			whole++;
		directory.p += all;
		directory.n -= all;
	}
	return whole;
}

int
xlsx_verify(int fd, const uint64_t *least, size_t sheets, struct err *err)
{
	off_t size = lseek(fd, 0, SEEK_END);
	uint64_t at = 0, n = 0;
	char *text;
	int rc;

	if (size < 0 || find_directory(fd, (uint64_t)size, &at, &n, err) < 0)
		return damaged(err);
	if (n > MOST)
		return damaged(err);
	text = xmalloc(n + 1);
	rc = read_at(fd, at, text, n, err);
	if (rc == 0 &&
	    count_whole((struct str){text, n}, least, sheets) != sheets)
		rc = damaged(err);
	free(text);
	return rc;
}
