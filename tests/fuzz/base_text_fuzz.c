/* SPDX-License-Identifier: ISC */
/* Any bytes as text: folding is done once, what is shown is safe, cutting
 * keeps within its bounds, an address once normalised stays. */
#include "base/base.h"
#include "fuzz.h"

static void
folding(struct str s)
{
	struct arena a = {0};
	struct buf once = {0};
	struct str quick;

	text_fold(&once, s);
	quick = text_folded(&a, s);
	if (!str_eq(quick, buf_str(&once)))
		BUG("text_folded and text_fold differ");
	if (utf8_valid(s) == s.n && utf8_valid(quick) != quick.n)
		BUG("folding broke UTF-8");
	buf_release(&once);
	arena_release(&a);
}

static void
showing(struct str s)
{
	struct buf b = {0};
	struct str cut;
	struct err err;

	text_safe(&b, s);
	if (utf8_valid(buf_str(&b)) != b.len)
		BUG("not safe: bad UTF-8");
	for (size_t i = 0; i < b.len; i++)
		if ((unsigned char)b.p[i] < 0x20 || b.p[i] == 0x7f)
			BUG("not safe: a control character");
	quoted(s);
	err_set(&err, ERR_FAIL, "%s: %s", quoted(s), b.p);
	if (utf8_valid(str_of(err.text)) != strlen(err.text) ||
	    strchr(err.text, '\n'))
		BUG("a message that is not one line of UTF-8");
	for (size_t columns = 0; columns < 6; columns++) {
		cut = text_cut(s, columns);
		if (cut.n > s.n || text_width(cut) > columns)
			BUG("cut at %zu columns", columns);
	}
	if (utf8_prefix(s, 5).n > 5)
		BUG("a prefix longer than asked");
	buf_release(&b);
}

static void
addresses(struct str s)
{
	struct buf once = {0}, twice = {0};

	if (email_normalise(s, &once)) {
		if (!email_normalise(buf_str(&once), &twice) ||
		    !str_eq(buf_str(&once), buf_str(&twice)))
			BUG("%s became %s", once.p, twice.p ? twice.p : "-");
		if (once.len > 254 || memchr(once.p, ' ', once.len))
			BUG("%s", once.p);
	}
	buf_release(&once);
	buf_release(&twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str s = {(const char *)data, size};
	struct nearest near;

	folding(s);
	showing(s);
	addresses(s);
	nearest_start(&near, s);
	nearest_offer(&near, str_trim(s));
	return 0;
}
