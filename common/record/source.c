/* SPDX-License-Identifier: ISC */
/* Bytes of one file, decoded by iconv when they are not UTF-8. */
#include <errno.h>
#include <fcntl.h>
#include <strings.h>
#include <unistd.h>

#include "record/record_priv.h"

#define RAW_CHUNK ((size_t)64 << 10)
#define PEEK_MAX  ((size_t)64 << 10)
#define NOT_TEXT  '\xff'

static bool
is_utf8(const char *encoding)
{
	return strcasecmp(encoding, "utf-8") == 0 ||
	       strcasecmp(encoding, "utf8") == 0;
}

/* How many bytes n letters take in the encoding. */
static size_t
encoded_size(const char *encoding, size_t n)
{
	char text[] = "aa", out[64];
	char *from = text, *to = out;
	size_t from_left = n, to_left = sizeof(out);
	iconv_t cd = iconv_open(encoding, "UTF-8");

	if (cd == (iconv_t)-1)
		return 0;
	iconv(cd, &from, &from_left, &to, &to_left);
	iconv_close(cd);
	return sizeof(out) - to_left;
}

static int
open_decoder(struct source *s, const char *encoding, struct err *err)
{
	size_t unit;

	if (!encoding || is_utf8(encoding))
		return 0;
	s->decoder = iconv_open("UTF-8", encoding);
	if (s->decoder == (iconv_t)-1)
		return err_set(err, ERR_USAGE, "no such encoding: %s",
		    quoted(str_of(encoding)));
	/* A bad byte of UTF-16 spoils the two it stands in. */
	unit = encoded_size(encoding, 2) - encoded_size(encoding, 1);
	s->unit = unit >= 1 && unit <= 4 ? unit : 1;
	s->encoding = encoding;
	s->raw = xmalloc(RAW_CHUNK);
	return 0;
}

/* The byte order mark, and a first look. */
static int
begin(struct source *s, struct err *err)
{
	struct str first;

	if (source_peek(s, &first, err) < 0)
		return -1;
	if (str_starts(first, STR("\xef\xbb\xbf")))
		s->peek_used = 3;
	return 0;
}

int
source_open_fd(struct source *s, int fd, const char *name, const char *encoding,
    struct err *err)
{
	*s = (struct source){.fd = fd, .name = name};
	if (open_decoder(s, encoding, err) < 0 || begin(s, err) < 0) {
		source_close(s);
		return -1;
	}
	return 0;
}

int
source_open(
    struct source *s, const char *path, const char *encoding, struct err *err)
{
	int fd;

	if (strcmp(path, "-") == 0)
		return source_open_fd(
		    s, STDIN_FILENO, "<stdin>", encoding, err);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "%s", path);
	*s = (struct source){.fd = fd, .close = true, .name = path};
	if (open_decoder(s, encoding, err) < 0 || begin(s, err) < 0) {
		source_close(s);
		return -1;
	}
	return 0;
}

void
source_close(struct source *s)
{
	if (s->close)
		close(s->fd);
	if (s->encoding)
		iconv_close(s->decoder);
	free(s->raw);
	buf_release(&s->peek);
	*s = (struct source){.fd = -1};
}

static ptrdiff_t
read_bytes(struct source *s, char *p, size_t n, struct err *err)
{
	ssize_t got;

	do {
		got = read(s->fd, p, n);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return err_sys(err, "%s", s->name);
	s->bytes += (uint64_t)got;
	return got;
}

static int
refill_raw(struct source *s, struct err *err)
{
	size_t kept = s->raw_have - s->raw_start;
	ptrdiff_t got;

	memmove(s->raw, s->raw + s->raw_start, kept);
	s->raw_start = 0;
	s->raw_have = kept;
	got = read_bytes(s, s->raw + kept, RAW_CHUNK - kept, err);
	if (got < 0)
		return -1;
	s->raw_have += (size_t)got;
	s->raw_end = got == 0;
	return 0;
}

/* One unit that is no text. */
static void
skip_bad(struct source *s, char **out, size_t *left)
{
	size_t have = s->raw_have - s->raw_start;

	s->raw_start += have < s->unit ? have : s->unit;
	*(*out)++ = NOT_TEXT;
	--*left;
}

/* Decodes into p; 0 at the end. n is large enough for any one character. */
static ptrdiff_t
read_decoded(struct source *s, char *p, size_t n, struct err *err)
{
	char *out = p;
	size_t left = n;

	while (out == p) {
		char *in = s->raw + s->raw_start;
		size_t in_left = s->raw_have - s->raw_start;
		size_t rc;
		int why;

		if (in_left == 0) {
			if (s->raw_end)
				break;
			if (refill_raw(s, err) < 0)
				return -1;
			if (s->raw_end)
				/* Text held back for a combining mark. */
				iconv(s->decoder, NULL, NULL, &out, &left);
			continue;
		}
		rc = iconv(s->decoder, &in, &in_left, &out, &left);
		why = errno;
		s->raw_start = s->raw_have - in_left;
		if (rc != (size_t)-1 || why == E2BIG)
			continue;
		if (why == EINVAL && !s->raw_end) {
			if (out == p && refill_raw(s, err) < 0)
				return -1;
			if (out != p)
				break;
		} else if (left > 0) {
			skip_bad(s, &out, &left);
		}
	}
	return out - p;
}

static ptrdiff_t
read_any(struct source *s, char *p, size_t n, struct err *err)
{
	return s->encoding ? read_decoded(s, p, n, err)
			   : read_bytes(s, p, n, err);
}

ptrdiff_t
source_read(void *context, char *p, size_t n, struct err *err)
{
	struct source *s = context;
	size_t left = s->peek.len - s->peek_used;

	if (left == 0)
		return read_any(s, p, n, err);
	if (n > left)
		n = left;
	memcpy(p, s->peek.p + s->peek_used, n);
	s->peek_used += n;
	return (ptrdiff_t)n;
}

int
source_peek(struct source *s, struct str *ret, struct err *err)
{
	struct buf *b = &s->peek;

	if (b->len == 0)
		for (;;) {
			ptrdiff_t got;

			buf_reserve(b, PEEK_MAX);
			got =
			    read_any(s, b->p + b->len, PEEK_MAX - b->len, err);
			if (got < 0)
				return -1;
			b->len += (size_t)got;
			if (got == 0 || PEEK_MAX - b->len < 16 ||
			    memchr(b->p, '\n', b->len))
				break;
		}
	*ret = (struct str){b->p + s->peek_used, b->len - s->peek_used};
	return 0;
}
