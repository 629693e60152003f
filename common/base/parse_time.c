/* SPDX-License-Identifier: ISC */
/*
 * Times from text: RFC 3339 by hand, because every event has one; formats as
 * strptime has them for other people's files; the moments and durations of
 * the command line.
 */
#include <string.h>

#include "base/base.h"

/* What has been read so far; -1 where nothing was said. */
struct reading {
	int64_t year, month, day, year_day, hour, minute, second, ms;
	int64_t half;    /* 0 in the morning, 12 after noon */
	int64_t offset;  /* ms east of UTC */
	int64_t seconds; /* since 1970 */
	bool has_offset, has_seconds;
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void
advance(struct str *s, size_t n)
{
	s->p += n;
	s->n -= n;
}

/* Up to `most` digits, at least one. */
static bool
take_number(struct str *s, unsigned most, int64_t *ret)
{
	int64_t v = 0;
	unsigned n = 0;

	while (n < most && n < s->n && is_digit(s->p[n]))
		v = v * 10 + (s->p[n++] - '0');
	if (n == 0)
		return false;
	advance(s, n);
	*ret = v;
	return true;
}

/* Digits after a decimal point, of which the first three count. */
static bool
take_fraction(struct str *s, int64_t *ret_ms)
{
	int64_t ms = 0;
	size_t n = 0;

	while (n < s->n && is_digit(s->p[n]) && n < 18) {
		if (n < 3)
			ms = ms * 10 + (s->p[n] - '0');
		n++;
	}
	if (n == 0)
		return false;
	for (size_t i = n; i < 3; i++)
		ms *= 10;
	advance(s, n);
	*ret_ms = ms;
	return true;
}

/* Z, +09:00, +0900, +09 */
static bool
take_offset(struct str *s, int64_t *ret)
{
	struct str rest = *s;
	int64_t hours, minutes = 0;
	bool minus;

	if (rest.n && (rest.p[0] == 'Z' || rest.p[0] == 'z')) {
		advance(s, 1);
		*ret = 0;
		return true;
	}
	if (rest.n < 3 || (rest.p[0] != '+' && rest.p[0] != '-') ||
	    !is_digit(rest.p[1]) || !is_digit(rest.p[2]))
		return false;
	minus = rest.p[0] == '-';
	advance(&rest, 1);
	take_number(&rest, 2, &hours);
	if (rest.n >= 3 && rest.p[0] == ':')
		advance(&rest, 1);
	if (rest.n >= 2 && is_digit(rest.p[0]) && is_digit(rest.p[1]))
		take_number(&rest, 2, &minutes);
	if (hours > 23 || minutes > 59)
		return false;
	*ret = hours * MS_HOUR + minutes * MS_MINUTE;
	if (minus)
		*ret = -*ret;
	*s = rest;
	return true;
}

static bool
in_range(int64_t at)
{
	return at >= TIME_MIN && at <= TIME_MAX;
}

/* The moment that was read, when it is one. A 60th second is the next
 * minute's first: RFC 3339 writes leap seconds so. */
static bool
reading_moment(const struct reading *r, const struct zone *z, int64_t *ret)
{
	int64_t at;

	if (r->year < 1 || r->year > 9999 || r->hour > 23 || r->minute > 59 ||
	    r->second > 60 ||
	    !date_valid((int)r->year, (unsigned)r->month, (unsigned)r->day))
		return false;
	if (r->has_offset) {
		at = days_from_civil(
			 (int)r->year, (unsigned)r->month, (unsigned)r->day) *
			 MS_DAY +
		     r->hour * MS_HOUR + r->minute * MS_MINUTE +
		     r->second * MS_SECOND + r->ms - r->offset;
	} else {
		struct civil c = {
		    .year = (int)r->year,
		    .month = (unsigned)r->month,
		    .day = (unsigned)r->day,
		    .hour = (unsigned)r->hour,
		    .minute = (unsigned)r->minute,
		    .second = (unsigned)r->second,
		    .ms = (unsigned)r->ms,
		};

		at = zone_moment(z, c);
	}
	if (!in_range(at))
		return false;
	*ret = at;
	return true;
}

/* Two digits at p as a number, or something far above 99. */
static unsigned
pair(const char *p)
{
	unsigned a = (unsigned char)p[0] - '0', b = (unsigned char)p[1] - '0';

	return a > 9 || b > 9 ? 1000000 : a * 10 + b;
}

bool
time_parse(struct str s, const struct zone *z, int64_t *ret)
{
	struct reading r = {0};
	unsigned year, hour, minute, second;

	if (s.n < 10 || s.p[4] != '-' || s.p[7] != '-')
		return false;
	year = pair(s.p) * 100 + pair(s.p + 2);
	if (year > 9999)
		return false;
	r.year = year;
	r.month = pair(s.p + 5);
	r.day = pair(s.p + 8);
	advance(&s, 10);
	if (s.n == 0)
		return reading_moment(&r, z, ret);

	if (s.n < 6 || (s.p[0] != 'T' && s.p[0] != 't' && s.p[0] != ' ') ||
	    s.p[3] != ':')
		return false;
	hour = pair(s.p + 1);
	minute = pair(s.p + 4);
	if (hour > 23 || minute > 59)
		return false;
	r.hour = hour;
	r.minute = minute;
	advance(&s, 6);
	if (s.n >= 3 && s.p[0] == ':') {
		second = pair(s.p + 1);
		if (second > 60)
			return false;
		r.second = second;
		advance(&s, 3);
		if (s.n && (s.p[0] == '.' || s.p[0] == ',')) {
			advance(&s, 1);
			if (!take_fraction(&s, &r.ms))
				return false;
		}
	}
	if (s.n) {
		/* "2026-11-22 12:00:00 +0900", as git and databases print. */
		if (s.p[0] == ' ' && s.n > 1)
			advance(&s, 1);
		if (!take_offset(&s, &r.offset) || s.n)
			return false;
		r.has_offset = true;
	}
	return reading_moment(&r, z, ret);
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool
same_letters(const char *p, const char *word, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (lower(p[i]) != lower(word[i]))
			return false;
	return true;
}

/* One of the words, whole or its first three letters; its index from 0. */
static bool
take_word(struct str *s, const char *const *words, unsigned count, int64_t *ret)
{
	for (unsigned i = 0; i < count; i++) {
		size_t n = strlen(words[i]);

		if (s->n < n || !same_letters(s->p, words[i], n))
			n = 3;
		if (s->n < n || !same_letters(s->p, words[i], n))
			continue;
		advance(s, n);
		*ret = i;
		return true;
	}
	return false;
}

static bool
take_month(struct str *s, int64_t *ret)
{
	static const char *const months[] = {"January", "February", "March",
	    "April", "May", "June", "July", "August", "September", "October",
	    "November", "December"};

	if (!take_word(s, months, COUNT_OF(months), ret))
		return false;
	++*ret;
	return true;
}

/* English, or one of 月火水木金土日; the date says the same, so it is only
 * read over. */
static bool
take_weekday(struct str *s)
{
	static const char *const days[] = {"Monday", "Tuesday", "Wednesday",
	    "Thursday", "Friday", "Saturday", "Sunday"};
	static const char *const kanji[] = {
	    "月", "火", "水", "木", "金", "土", "日"};
	int64_t which;

	for (size_t i = 0; i < COUNT_OF(kanji); i++) {
		if (str_starts(*s, str_of(kanji[i]))) {
			advance(s, strlen(kanji[i]));
			return true;
		}
	}
	return take_word(s, days, COUNT_OF(days), &which);
}

static bool
take_half(struct str *s, int64_t *ret)
{
	static const struct {
		const char *word;
		int64_t hours;
	} halves[] = {{"午前", 0}, {"午後", 12}, {"AM", 0}, {"PM", 12},
	    {"A.M.", 0}, {"P.M.", 12}};

	for (size_t i = 0; i < COUNT_OF(halves); i++) {
		size_t n = strlen(halves[i].word);

		if (s->n >= n && same_letters(s->p, halves[i].word, n)) {
			advance(s, n);
			*ret = halves[i].hours;
			return true;
		}
	}
	return false;
}

static bool
take_seconds(struct str *s, struct reading *r)
{
	size_t n = s->n && s->p[0] == '-';

	while (n < s->n && is_digit(s->p[n]))
		n++;
	if (!number_int((struct str){s->p, n}, &r->seconds) ||
	    r->seconds < TIME_MIN / 1000 || r->seconds > TIME_MAX / 1000)
		return false;
	advance(s, n);
	r->has_seconds = true;
	return true;
}

static bool
take_directive(struct str *s, char which, struct reading *r)
{
	switch (which) {
	case 'Y':
		return take_number(s, 4, &r->year);
	case 'y':
		if (!take_number(s, 2, &r->year))
			return false;
		r->year += r->year < 69 ? 2000 : 1900;
		return true;
	case 'm':
		return take_number(s, 2, &r->month);
	case 'b':
	case 'B':
		return take_month(s, &r->month);
	case 'e':
		while (s->n && s->p[0] == ' ')
			advance(s, 1);
		return take_number(s, 2, &r->day);
	case 'd':
		return take_number(s, 2, &r->day);
	case 'j':
		return take_number(s, 3, &r->year_day);
	case 'a':
	case 'A':
		return take_weekday(s);
	case 'H':
	case 'I':
		return take_number(s, 2, &r->hour);
	case 'p':
		return take_half(s, &r->half);
	case 'M':
		return take_number(s, 2, &r->minute);
	case 'S':
		return take_number(s, 2, &r->second);
	case 'f':
		return take_fraction(s, &r->ms);
	case 'z':
		r->has_offset = true;
		return take_offset(s, &r->offset);
	case 's':
		return take_seconds(s, r);
	case '%':
		if (s->n == 0 || s->p[0] != '%')
			return false;
		advance(s, 1);
		return true;
	default:
		return false;
	}
}

/* Fills in what the format did not ask for. */
static bool
complete(struct reading *r)
{
	if (r->year_day >= 0) {
		struct civil c;

		if (r->year < 1 || r->year_day < 1 || r->month >= 0 ||
		    r->day >= 0 || r->year_day > 366)
			return false;
		c = zone_civil(zone_utc(),
		    (days_from_civil((int)r->year, 1, 1) + r->year_day - 1) *
			MS_DAY);
		if (c.year != r->year)
			return false;
		r->month = c.month;
		r->day = c.day;
	}
	if (r->month < 0)
		r->month = 1;
	if (r->day < 0)
		r->day = 1;
	if (r->half >= 0) {
		/* 12 in the morning is midnight. */
		if (r->hour < 1 || r->hour > 12)
			return false;
		r->hour = r->hour % 12 + r->half;
	}
	if (r->hour < 0)
		r->hour = 0;
	return true;
}

bool
time_parse_format(
    struct str s, const char *format, const struct zone *z, int64_t *ret)
{
	struct reading r = {.year = -1,
	    .month = -1,
	    .day = -1,
	    .year_day = -1,
	    .hour = -1,
	    .half = -1};

	for (const char *f = format; *f; f++) {
		if (*f == '%') {
			if (!*++f || !take_directive(&s, *f, &r))
				return false;
		} else if (*f == ' ') {
			if (s.n == 0 || s.p[0] != ' ')
				return false;
			while (s.n && s.p[0] == ' ')
				advance(&s, 1);
		} else {
			if (s.n == 0 || s.p[0] != *f)
				return false;
			advance(&s, 1);
		}
	}
	if (s.n)
		return false;
	if (r.has_seconds) {
		*ret = r.seconds * 1000 + r.ms;
		return true;
	}
	return complete(&r) && reading_moment(&r, z, ret);
}

static const struct unit {
	const char *name;
	int64_t ms;
} units[] = {{"w", 7 * MS_DAY}, {"d", MS_DAY}, {"h", MS_HOUR}, {"m", MS_MINUTE},
    {"s", MS_SECOND}, {"ms", 1}};

bool
duration_parse(struct str s, int64_t *ret)
{
	const int64_t longest = 36525 * MS_DAY;
	struct str rest = s;
	int64_t v;

	if (!take_number(&rest, 13, &v) || v == 0)
		return false;
	for (size_t i = 0; i < COUNT_OF(units); i++) {
		if (!str_is(rest, units[i].name))
			continue;
		if (v > longest / units[i].ms)
			return false;
		*ret = v * units[i].ms;
		return true;
	}
	return false;
}

/* 7d, not 1w, but 2w: the shortest, and of two the one of smaller units. */
void
duration_add(struct buf *b, int64_t ms)
{
	char best[32] = "", text[32];

	for (size_t i = COUNT_OF(units); i-- > 0;) {
		if (ms % units[i].ms != 0)
			continue;
		snprintf(text, sizeof(text), "%lld%s",
		    (long long)(ms / units[i].ms), units[i].name);
		if (!best[0] || strlen(text) < strlen(best))
			memcpy(best, text, sizeof(best));
	}
	buf_addstr(b, best);
}

bool
time_parse_moment(
    struct str s, int64_t base, const struct zone *z, int64_t *ret)
{
	static const struct {
		const char *word;
		int days;
	} days[] = {{"today", 0}, {"yesterday", -1}, {"tomorrow", 1}};
	const size_t longest = 100; /* it recurs for each sum */
	int64_t at, shift;
	size_t n;

	if (s.n > longest)
		return false;
	if (time_parse(s, z, ret))
		return true;
	if (str_is(s, "now")) {
		*ret = base;
		return true;
	}
	for (size_t i = 0; i < COUNT_OF(days); i++) {
		if (str_is(s, days[i].word)) {
			*ret = time_step(base, UNIT_DAY, days[i].days, z);
			return true;
		}
	}
	/* [MOMENT]+DURATION or -DURATION, the last one first. */
	for (n = s.n; n > 0 && s.p[n - 1] != '+' && s.p[n - 1] != '-'; n--)
		continue;
	if (n == 0 || !duration_parse((struct str){s.p + n, s.n - n}, &shift))
		return false;
	at = base;
	if (n > 1 && !time_parse_moment((struct str){s.p, n - 1}, base, z, &at))
		return false;
	at += s.p[n - 1] == '-' ? -shift : shift;
	if (!in_range(at))
		return false;
	*ret = at;
	return true;
}
