/* SPDX-License-Identifier: ISC */
/*
 * Strict readers of numbers: the whole slice or nothing. Leading zeros and
 * signs are judged here once, so that "1e5", "0x10", " 7" and "5 " mean the
 * same everywhere: not an integer.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool
number_int(struct str s, int64_t *ret)
{
	const char *p = s.p, *end;
	uint64_t v = 0, most = INT64_MAX;
	bool minus = false;

	if (s.n == 0)
		return false;
	end = p + s.n;
	if (*p == '-' || *p == '+') {
		minus = *p++ == '-';
		most += minus;
	}
	if (p == end)
		return false;
	for (; p < end; p++) {
		unsigned digit = (unsigned)(*p - '0');

		/* The division is for the nineteenth digit alone. */
		if (digit > 9 ||
		    (v >= INT64_MAX / 10 && v > (most - digit) / 10))
			return false;
		v = v * 10 + digit;
	}
	*ret = minus ? (int64_t)(0 - v) : (int64_t)v;
	return true;
}

/* [-+]? (0|[1-9][0-9]*) (\.[0-9]+)? ([eE][-+]?[0-9]+)? : the digits as an
 * integer (the first 19 of them) and a power of ten. */
struct scanned {
	uint64_t digits;
	int exponent;
	bool minus, exact; /* exact: no digit was left out */
};

static bool
scan_real(struct str s, struct scanned *ret)
{
	const char *p = s.p, *end, *first;
	struct scanned r = {.exact = true};
	unsigned seen = 0;
	int64_t power = 0;

	if (s.n == 0)
		return false;
	end = p + s.n;
	if (*p == '-' || *p == '+')
		r.minus = *p++ == '-';
	first = p;
	for (; p < end && is_digit(*p); p++) {
		if (seen < 19) {
			r.digits = r.digits * 10 + (unsigned)(*p - '0');
			seen += r.digits != 0;
		} else {
			r.exact = false;
			power++;
		}
	}
	if (p == first || (*first == '0' && p - first > 1))
		return false;
	if (p < end && *p == '.') {
		first = ++p;
		for (; p < end && is_digit(*p); p++) {
			if (seen < 19) {
				r.digits = r.digits * 10 + (unsigned)(*p - '0');
				seen += r.digits != 0;
				power--;
			} else {
				r.exact = false;
			}
		}
		if (p == first)
			return false;
	}
	if (p < end && (*p == 'e' || *p == 'E')) {
		bool minus = false;
		int64_t e = 0;

		p++;
		if (p < end && (*p == '-' || *p == '+'))
			minus = *p++ == '-';
		first = p;
		for (; p < end && is_digit(*p); p++)
			if (e < 100000000)
				e = e * 10 + (*p - '0');
		if (p == first)
			return false;
		power += minus ? -e : e;
	}
	if (p != end)
		return false;
	r.exponent = power < -1000000  ? -1000000
		     : power > 1000000 ? 1000000
				       : (int)power;
	*ret = r;
	return true;
}

/* The C library's reader, for what two exact doubles cannot say. */
static double
read_slowly(struct str s)
{
	char small[128], *text = small;
	double v;

	if (s.n >= sizeof(small))
		text = xmalloc(s.n + 1);
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	v = strtod(text, NULL);
	if (text != small)
		free(text);
	return v;
}

bool
number_real(struct str s, double *ret)
{
	static const double power10[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7,
	    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
	    1e19, 1e20, 1e21, 1e22};
	struct scanned r;
	double v;

	if (!scan_real(s, &r))
		return false;
	/* Both operands are exact, so the one rounding is the right one. */
	if (r.exact && r.digits <= UINT64_C(1) << 53 && r.exponent >= -22 &&
	    r.exponent <= 22) {
		v = (double)r.digits;
		v = r.exponent < 0 ? v / power10[-r.exponent]
				   : v * power10[r.exponent];
		*ret = r.minus ? -v : v;
		return true;
	}
	v = read_slowly(s);
	if (!isfinite(v))
		return false;
	*ret = v;
	return true;
}

bool
number_bytes(struct str s, int64_t *ret)
{
	static const char units[] = "kmgt";
	struct str number = s;
	int64_t v, factor = 1;

	if (number.n > 1 && (number.p[number.n - 1] == 'B')) {
		number.n--;
		if (number.n > 1 && number.p[number.n - 1] == 'i') {
			number.n--;
			if (is_digit(number.p[number.n - 1]))
				return false;
		}
	}
	if (number.n && !is_digit(number.p[number.n - 1])) {
		const char *unit =
		    strchr(units, number.p[--number.n] | ('a' ^ 'A'));

		if (!unit || !*unit)
			return false;
		factor <<= 10 * (unit - units + 1);
	}
	if (!number_int(number, &v) || v < 0 ||
	    __builtin_mul_overflow(v, factor, &v))
		return false;
	*ret = v;
	return true;
}

bool
number_percent(struct str s, double *ret)
{
	double v;

	if (!str_ends(s, STR("%")))
		return false;
	s.n--;
	if (!number_real(s, &v))
		return false;
	*ret = v / 100;
	return true;
}

double
round_half_away(double v)
{
	return round(v);
}

static int
compare_ints(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

void
sort_ints(int64_t *v, size_t n)
{
	if (n > 1)
		qsort(v, n, sizeof(*v), compare_ints);
}

size_t
sort_ints_once(int64_t *v, size_t n)
{
	size_t kept = 0;

	sort_ints(v, n);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || v[kept - 1] != v[i])
			v[kept++] = v[i];
	return kept;
}
