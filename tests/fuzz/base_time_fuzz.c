/* SPDX-License-Identifier: ISC */
/* Numbers, times, formats and durations: what is read can be written and read
 * again. The first line is the format, all of it everything else. */
#include "base/base.h"
#include "fuzz.h"

static void
numbers(struct str s)
{
	struct buf b = {0};
	int64_t i, i2;
	double d, d2;

	if (number_int(s, &i)) {
		buf_addint(&b, i);
		if (!number_int(buf_str(&b), &i2) || i2 != i)
			BUG("%lld", (long long)i);
	}
	if (number_real(s, &d)) {
		char *copy = str_dup(s);

		if (strtod(copy, NULL) != d)
			BUG("%s read as %.17g", copy, d);
		free(copy);
		buf_clear(&b);
		buf_addreal(&b, d);
		if (!number_real(buf_str(&b), &d2) || d2 != d)
			BUG("%.17g written as %s", d, b.p);
	}
	if (number_bytes(s, &i) && i < 0)
		BUG("%lld bytes", (long long)i);
	number_percent(s, &d);
	buf_release(&b);
}

static void
times(struct str s)
{
	const struct zone *z = zone_utc();
	struct buf b = {0};
	struct str rest = s, format;
	char *text;
	int64_t at, again;

	zone_find("America/New_York", &z, NULL);
	if (time_parse(s, z, &at)) {
		time_add(&b, at);
		if (!time_parse(buf_str(&b), z, &again) || again != at)
			BUG("%s", b.p);
	}
	if (time_parse_moment(s, 0, z, &at) && (at < TIME_MIN || at > TIME_MAX))
		BUG("%lld", (long long)at);
	if (duration_parse(s, &at)) {
		buf_clear(&b);
		duration_add(&b, at);
		if (!duration_parse(buf_str(&b), &again) || again != at)
			BUG("%s", b.p);
	}
	str_cut(&rest, '\n', &format);
	text = str_dup(format);
	if (time_parse_format(rest, text, z, &at) &&
	    (at < TIME_MIN || at > TIME_MAX + 999))
		BUG("%lld", (long long)at);
	free(text);
	text = str_dup(s);
	zone_find(text, &z, NULL);
	free(text);
	buf_release(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str s = {(const char *)data, size};

	numbers(s);
	times(s);
	return 0;
}
