/* SPDX-License-Identifier: ISC */
/*
 * The shortest decimal that reads back as the same double. A double in the
 * range people use is m * 2^e with e in -80..0; scaled by the power of ten
 * that gives it 17 digits, it and the two ends of the interval of decimals
 * that round to it are exact in 128 bits, and the shortest decimal of the
 * interval is found by dropping digits. What lies outside goes through the C
 * library, which is slower and as exact.
 */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

__extension__ typedef unsigned __int128 wide;

/* 5^0 .. 5^27, what fits in 64 bits. */
static const uint64_t power5[28] = {UINT64_C(1), UINT64_C(5), UINT64_C(25),
    UINT64_C(125), UINT64_C(625), UINT64_C(3125), UINT64_C(15625),
    UINT64_C(78125), UINT64_C(390625), UINT64_C(1953125), UINT64_C(9765625),
    UINT64_C(48828125), UINT64_C(244140625), UINT64_C(1220703125),
    UINT64_C(6103515625), UINT64_C(30517578125), UINT64_C(152587890625),
    UINT64_C(762939453125), UINT64_C(3814697265625), UINT64_C(19073486328125),
    UINT64_C(95367431640625), UINT64_C(476837158203125),
    UINT64_C(2384185791015625), UINT64_C(11920928955078125),
    UINT64_C(59604644775390625), UINT64_C(298023223876953125),
    UINT64_C(1490116119384765625), UINT64_C(7450580596923828125)};

struct decimal { /* digits * 10^exponent */
	uint64_t digits;
	int exponent;
};

/* 1e-9 <= v < 2^53, not an integer. */
static struct decimal
shortest(double v)
{
	uint64_t bits, m, low, high, value, cut;
	int e, scale, dropped = 0;
	unsigned shift;
	wide at, below, above, mask;
	bool even;

	memcpy(&bits, &v, sizeof(bits));
	m = (bits & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1) << 52;
	e = (int)(bits >> 52) - 1075;

	/* v * 10^scale has 17 digits or one more; log10(2) = 0.30103. */
	scale = 16 - (int)floor((e + 52) * 0.30102999566398120);
	if (scale > 27)
		scale = 27;
	/* Four times the value, so that the interval's ends are integers; the
	 * one below a power of two is half as far away. */
	at = (wide)(4 * m) * power5[scale];
	below = at - (wide)(bits << 12 == 0 ? 1 : 2) * power5[scale];
	above = at + (wide)2 * power5[scale];
	shift = (unsigned)(2 - e - scale);
	mask = ((wide)1 << shift) - 1;
	even = m % 2 == 0; /* the ends round to an even m, not to an odd one */

	value = (uint64_t)(at >> shift);
	low = (uint64_t)(below >> shift);
	if (below & mask || !even)
		low++;
	high = (uint64_t)(above >> shift);
	if (!(above & mask) && !even)
		high--;

	for (cut = 1; (low + 9) / 10 <= high / 10; cut *= 10, dropped++) {
		low = (low + 9) / 10;
		high /= 10;
	}
	/* Of several with that length, the nearest. */
	if (cut == 1) {
		wide rest = at & mask, half = (mask >> 1) + 1;

		if (rest > half || (rest == half && value % 2))
			value++;
	} else {
		uint64_t rest = value % cut;

		value /= cut;
		if (rest > cut / 2 ||
		    (rest == cut / 2 && (at & mask || value % 2)))
			value++;
	}
	if (value < low)
		value = low;
	if (value > high)
		value = high;
	return (struct decimal){value, dropped - scale};
}

/* Any finite v > 0, by trying precisions. What needs 15 digits or fewer is
 * printed by 15, then zeros; only the smallest doubles have less than that. */
static struct decimal
searched(double v)
{
	struct decimal d = {0, 0};
	char text[40];

	for (int digits = v < DBL_MIN ? 1 : 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*e", digits - 1, v);
		if (strtod(text, NULL) == v)
			break;
	}
	for (const char *p = text; *p; p++) {
		if (*p >= '0' && *p <= '9') {
			d.digits = d.digits * 10 + (uint64_t)(*p - '0');
			d.exponent--;
		} else if (*p == 'e') {
			d.exponent += 1 + (int)strtol(p + 1, NULL, 10);
			break;
		}
	}
	return d;
}

static void
add_decimal(struct buf *b, struct decimal d)
{
	char text[24];
	size_t n;
	int point; /* place of the point from the left of the digits */

	while (d.digits % 10 == 0) {
		d.digits /= 10;
		d.exponent++;
	}
	{
		struct buf digits = {text, 0, sizeof(text)};

		buf_addint(&digits, (int64_t)d.digits);
		n = digits.len;
	}
	point = (int)n + d.exponent;

	if (point > 21 || point < -5) {
		buf_addc(b, text[0]);
		if (n > 1) {
			buf_addc(b, '.');
			buf_add(b, text + 1, n - 1);
		}
		buf_addc(b, 'e');
		buf_addint(b, point - 1);
	} else if (point <= 0) {
		buf_addstr(b, "0.");
		buf_add(b, "00000", (size_t)-point);
		buf_add(b, text, n);
	} else if ((size_t)point < n) {
		buf_add(b, text, (size_t)point);
		buf_addc(b, '.');
		buf_add(b, text + point, n - (size_t)point);
	} else {
		buf_add(b, text, n);
		for (size_t i = n; i < (size_t)point; i++)
			buf_addc(b, '0');
	}
}

void
buf_addreal(struct buf *b, double v)
{
	const double exact = 9007199254740992.0; /* 2^53 */

	if (!isfinite(v))
		BUG("a number that is not finite");
	if (v > -exact && v < exact && v == (double)(int64_t)v) {
		buf_addint(b, (int64_t)v);
		return;
	}
	if (v < 0) {
		buf_addc(b, '-');
		v = -v;
	}
	add_decimal(b, v >= 1e-9 && v < exact ? shortest(v) : searched(v));
}

double
number_digits(double v, int digits)
{
	char text[40];
	double rounded;

	if (digits < 1)
		return isfinite(v) ? 0 : v;
	if (digits > 16 || !isfinite(v) || v == 0)
		return v;
	snprintf(text, sizeof(text), "%.*e", digits - 1, v);
	rounded = strtod(text, NULL);
	return isfinite(rounded) ? rounded : v;
}

double
number_digits_of(double v, double width, int digits)
{
	if (!isfinite(width) || width == 0 || v == 0)
		return number_digits(v, digits);
	digits += (int)floor(log10(fabs(v))) - (int)floor(log10(fabs(width)));
	return number_digits(v, digits < 15 ? digits : 15);
}
