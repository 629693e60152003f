/* SPDX-License-Identifier: ISC */
/*
 * How long a public key is: base64, and in it for RSA the DER of a
 * SubjectPublicKeyInfo (RFC 5280) or, as some write it, of an RSAPublicKey
 * alone (RFC 8017); for Ed25519 its 32 bytes (RFC 8463).
 */
#include "domain/domain_priv.h"

enum { INTEGER = 0x02, BIT_STRING = 0x03, SEQUENCE = 0x30 };

static int
digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* White space in it does not count. */
static bool
decode(struct str s, struct buf *ret)
{
	uint32_t v = 0;
	unsigned bits = 0, ends = 0;

	for (size_t i = 0; i < s.n; i++) {
		int d = digit(s.p[i]);

		if (s.p[i] == ' ' || (s.p[i] >= '\t' && s.p[i] <= '\r'))
			continue;
		if (s.p[i] == '=' && ends++ < 2)
			continue;
		if (d < 0 || ends > 0)
			return false;
		v = v << 6 | (uint32_t)d;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			buf_addc(ret, (char)(v >> bits & 255));
		}
	}
	return ret->len > 0;
}

/* The next value of this kind; *s moves behind it. */
static bool
take(struct str *s, unsigned kind, struct str *ret)
{
	const unsigned char *p = (const unsigned char *)s->p;
	size_t n, at = 2;

	if (s->n < 2 || p[0] != kind)
		return false;
	n = p[1];
	if (n > 0x80) {
		size_t more = n & 0x7f;

		if (more > 3 || s->n - at < more)
			return false;
		for (n = 0; more > 0; more--)
			n = n << 8 | p[at++];
	} else if (n == 0x80) {
		return false;
	}
	if (s->n - at < n)
		return false;
	*ret = (struct str){s->p + at, n};
	s->p += at + n;
	s->n -= at + n;
	return true;
}

static unsigned
modulus_bits(struct str der)
{
	struct str whole, part, n, e;
	unsigned bits;

	if (!take(&der, SEQUENCE, &whole) || der.n > 0)
		return 0;
	if (take(&whole, SEQUENCE, &part)) {
		/* What kind of key it is; then the key. */
		if (!take(&whole, BIT_STRING, &part) || part.n < 1 ||
		    part.p[0] != 0)
			return 0;
		part.p++;
		part.n--;
		if (!take(&part, SEQUENCE, &whole))
			return 0;
	}
	if (!take(&whole, INTEGER, &n) || !take(&whole, INTEGER, &e))
		return 0;
	while (n.n > 0 && n.p[0] == 0) {
		n.p++;
		n.n--;
	}
	if (n.n == 0 || n.n > 8192)
		return 0;
	bits = (unsigned)n.n * 8;
	for (unsigned top = (unsigned char)n.p[0]; !(top & 0x80); top <<= 1)
		bits--;
	return bits;
}

unsigned
key_bits(struct str base64, bool ed25519)
{
	struct buf der = {0};
	unsigned bits = 0;

	if (decode(base64, &der)) {
		if (!ed25519)
			bits = modulus_bits(buf_str(&der));
		else if (der.len == 32)
			bits = 256;
	}
	buf_release(&der);
	return bits;
}
