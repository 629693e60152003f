/* SPDX-License-Identifier: ISC */
/*
 * An address as the wire wants it. Which addresses there are is base's word
 * (email_normalise); here the domain becomes ASCII and an odd local part is
 * quoted.
 */
#include "mail/mail_priv.h"

/* The parameters of RFC 3492, section 5. */
enum {
	BASE = 36,
	T_MIN = 1,
	T_MAX = 26,
	SKEW = 38,
	DAMP = 700,
	FIRST_BIAS = 72,
	FIRST_CODE = 128,
	LABEL_MAX = 63,
};

static uint32_t
adapt(uint32_t delta, uint32_t points, bool first)
{
	uint32_t k = 0;

	delta = first ? delta / DAMP : delta / 2;
	delta += delta / points;
	for (; delta > (BASE - T_MIN) * T_MAX / 2; k += BASE)
		delta /= BASE - T_MIN;
	return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

static void
add_number(struct buf *out, uint32_t q, uint32_t bias)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz0123456789";

	for (uint32_t k = BASE;; k += BASE) {
		uint32_t t = k <= bias           ? T_MIN
			     : k >= bias + T_MAX ? T_MAX
						 : k - bias;

		if (q < t)
			break;
		buf_addc(out, digits[t + (q - t) % (BASE - t)]);
		q = (q - t) / (BASE - t);
	}
	buf_addc(out, digits[q]);
}

/* One label of a domain, at most 63 characters, as an A-label. */
static void
add_punycode(struct buf *out, const uint32_t *codes, uint32_t count)
{
	uint32_t n = FIRST_CODE, delta = 0, bias = FIRST_BIAS, basic = 0, done;

	buf_addstr(out, "xn--");
	for (uint32_t i = 0; i < count; i++)
		if (codes[i] < FIRST_CODE) {
			buf_addc(out, (char)codes[i]);
			basic++;
		}
	done = basic;
	if (basic)
		buf_addc(out, '-');
	while (done < count) {
		uint32_t next = UINT32_MAX;

		for (uint32_t i = 0; i < count; i++)
			if (codes[i] >= n && codes[i] < next)
				next = codes[i];
		delta += (next - n) * (done + 1);
		n = next;
		for (uint32_t i = 0; i < count; i++) {
			if (codes[i] < n)
				delta++;
			if (codes[i] != n)
				continue;
			add_number(out, delta, bias);
			bias = adapt(delta, done + 1, done == basic);
			delta = 0;
			done++;
		}
		delta++;
		n++;
	}
}

static bool
add_label(struct buf *out, struct str label)
{
	uint32_t codes[LABEL_MAX];
	uint32_t count = 0;
	size_t start = out->len;

	if (utf8_is_ascii(label)) {
		buf_adds(out, label);
		return label.n <= LABEL_MAX;
	}
	for (size_t i = 0; i < label.n;) {
		if (count == LABEL_MAX)
			return false;
		i += utf8_decode(label.p + i, label.n - i, &codes[count++]);
	}
	add_punycode(out, codes, count);
	return out->len - start <= LABEL_MAX;
}

/* Two carriers issued local parts that are no dot-strings. */
static bool
needs_quotes(struct str local)
{
	return local.p[0] == '.' || local.p[local.n - 1] == '.' ||
	       has_pair(local, "..");
}

static bool
add_address(struct buf *out, struct str address)
{
	struct str domain = address, local, label;
	bool quotes, more;

	str_cut(&domain, '@', &local);
	quotes = needs_quotes(local);
	if (quotes)
		buf_addc(out, '"');
	buf_adds(out, local);
	buf_addstr(out, quotes ? "\"@" : "@");
	do {
		more = str_cut(&domain, '.', &label);
		if (!add_label(out, label))
			return false;
		if (more)
			buf_addc(out, '.');
	} while (more);
	return true;
}

int
mail_address_wire(
    const char *field, struct str address, struct buf *ret, struct err *err)
{
	struct buf normal = {0}, wire = {0};
	bool ok;

	if (header_check(field, address, err) < 0)
		return -1;
	ok = address.p && email_normalise(address, &normal);
	/* Before the @ of an ASCII address capitals may mean something. */
	ok =
	    ok && add_address(&wire, utf8_is_ascii(address) ? str_trim(address)
							    : buf_str(&normal));
	if (ok)
		buf_adds(ret, buf_str(&wire));
	else
		err_set(err, ERR_FAIL, "%s: not an address: %s", field,
		    quoted(address));
	buf_release(&normal);
	buf_release(&wire);
	return ok ? 0 : -1;
}
