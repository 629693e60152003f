/* SPDX-License-Identifier: ISC */
/*
 * Other encodings than UTF-8. Some characters that Windows' Shift_JIS lacks
 * have a twin in it: which one a Japanese text has depends only on the system
 * it was typed on.
 */
#include <errno.h>
#include <strings.h>

#include "export/export_priv.h"

static const struct {
	uint32_t code;
	const char *twin;
} twins[] = {
    {0x301c, "～"},
    {0x2016, "∥"},
    {0x2212, "－"},
    {0x00a2, "￠"},
    {0x00a3, "￡"},
    {0x00ac, "￢"},
    {0x2014, "―"},
    {0x00a5, "\\"},
    {0x203e, "￣"},
    {0x00a0, " "},
    {0x2022, "・"},
    {0x00b7, "・"},
};

static bool
is_utf8(const char *encoding)
{
	return !encoding || strcasecmp(encoding, "utf-8") == 0 ||
	       strcasecmp(encoding, "utf8") == 0;
}

bool
export_encoding_plain(const char *encoding)
{
	char in[] = "a\n", first[32] = "", second[32] = "";
	iconv_t encoder;
	size_t size[2] = {0};

	if (is_utf8(encoding))
		return true;
	encoder = iconv_open(encoding, "UTF-8");
	if (encoder == (iconv_t)-1)
		return false;
	for (size_t i = 0; i < 2; i++) {
		char *from = in, *start = i ? second : first, *to = start;
		size_t left = 2, room = sizeof(first);

		iconv(encoder, &from, &left, &to, &room);
		size[i] = (size_t)(to - start);
	}
	iconv_close(encoder);
	return size[0] == size[1] && memcmp(first, second, size[0]) == 0;
}

int
export_encoder_open(struct export *e, struct err *err)
{
	const char *to = e->how.encoding;

	if (is_utf8(to))
		return 0;
	if (e->how.bom)
		return err_set(err, ERR_USAGE,
		    "a byte order mark is for UTF-8, not %s", to);
	e->encoder = iconv_open(to, "UTF-8");
	if (e->encoder == (iconv_t)-1)
		return err_set(
		    err, ERR_USAGE, "no such encoding: %s", quoted(str_of(to)));
	e->encodes = true;
	return 0;
}

/* Converts what can be; returns what is left of text. */
static struct str
convert(struct export *e, struct str text)
{
	char *in = (char *)(uintptr_t)text.p;
	size_t left = text.n;

	while (left) {
		char *to;
		size_t room, had;

		buf_reserve(&e->out, 2 * left + 16);
		to = e->out.p + e->out.len;
		had = room = e->out.cap - e->out.len - 1;
		if (iconv(e->encoder, &in, &left, &to, &room) != (size_t)-1 ||
		    errno != E2BIG) {
			e->out.len += had - room;
			break;
		}
		e->out.len += had - room;
	}
	e->out.p[e->out.len] = '\0';
	return (struct str){in, left};
}

/* Another text in its place, as near as there is one. */
static void
put_other(struct export *e, uint32_t code)
{
	for (size_t i = 0; i < COUNT_OF(twins); i++)
		if (twins[i].code == code &&
		    convert(e, str_of(twins[i].twin)).n == 0)
			return;
	if (convert(e, STR("〓")).n != 0)
		convert(e, STR("?"));
}

bool
export_encode(struct export *e, struct str text, uint32_t *ret_code)
{
	size_t start = e->out.len;

	for (;;) {
		uint32_t code = 0xfffd;
		unsigned n;

		text = convert(e, text);
		if (text.n == 0)
			return true;
		iconv(e->encoder, NULL, NULL, NULL, NULL);
		n = utf8_decode(text.p, text.n, &code);
		if (!e->how.replace) {
			buf_truncate(&e->out, start);
			*ret_code = code;
			return false;
		}
		put_other(e, code);
		e->done.replaced++;
		n = n ? n : 1;
		text.p += n;
		text.n -= n;
	}
}
