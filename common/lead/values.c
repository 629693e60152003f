/* SPDX-License-Identifier: ISC */
/*
 * Values as lists write them: grouped and full-width digits, people counted,
 * dates with slashes or in Japanese. Nothing is guessed that could be wrong.
 */
#include <string.h>

#include "lead/lead.h"

/* Full-width digits and signs become plain ones. */
static struct str
plain(struct str text, struct arena *arena)
{
	return str_trim(text_folded(arena, str_trim(text)));
}

/* ---- numbers ------------------------------------------------------------ */

/* Takes the separators out of 1,234,567.89; anything else stays. */
static struct str
ungrouped(struct str s, struct arena *arena)
{
	size_t start = s.n && (s.p[0] == '-' || s.p[0] == '+'), i, digits = 0;
	char *out;
	size_t n = 0;

	if (!memchr(s.p, ',', s.n))
		return s;
	out = arena_alloc(arena, s.n);
	for (i = 0; i < s.n && s.p[i] != '.'; i++) {
		if (s.p[i] == ',') {
			bool first = n <= start + 3 && digits == n - start;

			if (!(first ? digits >= 1 && digits <= 3 : digits == 3))
				return s;
			digits = 0;
			continue;
		}
		if (i >= start)
			digits++;
		out[n++] = s.p[i];
	}
	if (digits != 3)
		return s;
	memcpy(out + n, s.p + i, s.n - i);
	return (struct str){out, n + s.n - i};
}

bool
lead_read_number(struct str text, struct arena *arena, struct str *ret)
{
	struct str s = ungrouped(plain(text, arena), arena);
	double real;

	if (s.n && s.p[0] == '+') {
		s.p++;
		s.n--;
	}
	if (s.n == 0 || s.p[0] == '+' || !number_real(s, &real))
		return false;
	*ret = s;
	return true;
}

bool
lead_read_integer(struct str text, struct arena *arena, int64_t *ret)
{
	static const char *const counters[] = {"名", "人"};
	struct str s = plain(text, arena);
	double real;

	for (size_t i = 0; i < COUNT_OF(counters); i++)
		if (str_ends(s, str_of(counters[i]))) {
			s.n -= strlen(counters[i]);
			break;
		}
	if (!lead_read_number(s, arena, &s))
		return false;
	if (number_int(s, ret))
		return true;
	if (!number_real(s, &real) || real != (double)(int64_t)real ||
	    real > 9e15 || real < -9e15)
		return false;
	*ret = (int64_t)real;
	return true;
}

/* ---- times, yes and no --------------------------------------------------- */

bool
lead_read_time(
    struct str text, const struct zone *zone, struct arena *arena, int64_t *ret)
{
	static const char *const usual[] = {
	    "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d", "%Y年%m月%d日"};
	struct str s;

	if (time_parse(text, zone, ret))
		return true;
	s = plain(text, arena);
	if (time_parse(s, zone, ret))
		return true;
	for (size_t i = 0; i < COUNT_OF(usual); i++)
		if (time_parse_format(s, usual[i], zone, ret))
			return true;
	return false;
}

bool
lead_read_truth(struct str text, struct arena *arena, bool *ret)
{
	static const char *const words[2][10] = {
	    {"false", "no", "0", "n", "f", "off", "いいえ", "無", "なし"},
	    {"true", "yes", "1", "y", "t", "on", "はい", "有", "あり"},
	};
	struct str s = plain(text, arena);

	for (int i = 0; i < 2; i++)
		for (size_t k = 0; words[i][k]; k++)
			if (str_is(s, words[i][k])) {
				*ret = i;
				return true;
			}
	return false;
}
