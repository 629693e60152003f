/* SPDX-License-Identifier: ISC */
/*
 * Two hashes: a fast one for tables and samples, the same on every machine,
 * and SHA-256 (FIPS 180-4) where a collision must not happen; HMAC (RFC 2104)
 * where nobody else may make one.
 */
#include <string.h>

#include "base/base.h"

__extension__ typedef unsigned __int128 wide;

/* Odd numbers without pattern: the fractional parts of the square roots of
 * 2, 3, 5, 7 in binary. */
#define K0 UINT64_C(0x6a09e667f3bcc909)
#define K1 UINT64_C(0xbb67ae8584caa73b)
#define K2 UINT64_C(0x3c6ef372fe94f82b)
#define K3 UINT64_C(0xa54ff53a5f1d36f1)

static uint64_t
little8(const unsigned char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return v;
}

static uint64_t
little4(const unsigned char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap32(v);
#endif
	return v;
}

/* A full product folded on itself: every bit of both reaches every bit. */
static uint64_t
fold(uint64_t a, uint64_t b)
{
	wide product = (wide)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t
hash64(const void *data, size_t n, uint64_t seed)
{
	const unsigned char *p = data;
	uint64_t state = fold(seed ^ K0, K1), a, b;
	size_t left = n;

	/* Two chains, so that one product need not wait for the other. */
	if (left > 32) {
		uint64_t other = state ^ K2;

		for (; left > 32; left -= 32, p += 32) {
			state = fold(little8(p) ^ K1, little8(p + 8) ^ state);
			other =
			    fold(little8(p + 16) ^ K3, little8(p + 24) ^ other);
		}
		state ^= other;
	}
	if (left > 16) {
		state = fold(little8(p) ^ K1, little8(p + 8) ^ state);
		p += 16;
		left -= 16;
	}
	/* 0..16 bytes are left, read as two overlapping pieces. */
	if (left >= 8) {
		a = little8(p);
		b = little8(p + left - 8);
	} else if (left >= 4) {
		a = little4(p);
		b = little4(p + left - 4);
	} else if (left > 0) {
		a = (uint64_t)p[0] << 16 | (uint64_t)p[left / 2] << 8 |
		    p[left - 1];
		b = 0;
	} else {
		a = b = 0;
	}
	return fold(fold(a ^ K2, b ^ state) ^ K0 ^ n, state ^ K3);
}

static const uint32_t rounds[64] = {0x428a2f98, 0x71374491, 0xb5c0fbcf,
    0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
    0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7,
    0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
    0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
    0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e,
    0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
    0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c,
    0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee,
    0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
    0xc67178f2};

static uint32_t
turn(uint32_t v, unsigned by)
{
	return v >> by | v << (32 - by);
}

/* One round, and its word of the schedule for sixteen rounds on. The eight
 * variables stay where they are and change their names from round to round. */
#define ROUND(a, b, c, d, e, f, g, h, i)                                       \
	do {                                                                   \
		uint32_t t_ = h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) +   \
			      (g ^ (e & (f ^ g))) + rounds[base + (i)] + w[i]; \
		d += t_;                                                       \
		h = t_ + (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) +            \
		    ((a & b) | (c & (a | b)));                                 \
	} while (0)
#define EIGHT(i)                                \
	ROUND(a, b, c, d, e, f, g, h, i);       \
	ROUND(h, a, b, c, d, e, f, g, (i) + 1); \
	ROUND(g, h, a, b, c, d, e, f, (i) + 2); \
	ROUND(f, g, h, a, b, c, d, e, (i) + 3); \
	ROUND(e, f, g, h, a, b, c, d, (i) + 4); \
	ROUND(d, e, f, g, h, a, b, c, (i) + 5); \
	ROUND(c, d, e, f, g, h, a, b, (i) + 6); \
	ROUND(b, c, d, e, f, g, h, a, (i) + 7)

static void
sha256_block(uint32_t state[8], const unsigned char *p)
{
	uint32_t w[16];
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3],
		 e = state[4], f = state[5], g = state[6], h = state[7];

	for (unsigned i = 0; i < 16; i++)
		w[i] = (uint32_t)p[4 * i] << 24 | (uint32_t)p[4 * i + 1] << 16 |
		       (uint32_t)p[4 * i + 2] << 8 | p[4 * i + 3];
	for (unsigned base = 0;; base += 16) {
		EIGHT(0);
		EIGHT(8);
		if (base == 48)
			break;
		for (unsigned i = 0; i < 16; i++) {
			uint32_t x = w[(i + 1) % 16], y = w[(i + 14) % 16];

			w[i] += (turn(x, 7) ^ turn(x, 18) ^ x >> 3) +
				w[(i + 9) % 16] +
				(turn(y, 17) ^ turn(y, 19) ^ y >> 10);
		}
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
	state[5] += f;
	state[6] += g;
	state[7] += h;
}

void
sha256_begin(struct sha256 *h)
{
	*h = (struct sha256){
	    .state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};
}

void
sha256_add(struct sha256 *h, struct str data)
{
	const unsigned char *p = (const unsigned char *)data.p;
	size_t had = h->bytes % sizeof(h->rest), left = data.n;

	h->bytes += data.n;
	if (had) {
		size_t n = sizeof(h->rest) - had;

		if (n > left)
			n = left;
		if (n)
			memcpy(h->rest + had, p, n);
		p += n;
		left -= n;
		if (had + n < sizeof(h->rest))
			return;
		sha256_block(h->state, h->rest);
	}
	for (; left >= sizeof(h->rest); left -= sizeof(h->rest)) {
		sha256_block(h->state, p);
		p += sizeof(h->rest);
	}
	if (left)
		memcpy(h->rest, p, left);
}

void
sha256_end(struct sha256 *h, unsigned char ret[SHA256_BYTES])
{
	unsigned char last[2 * sizeof(h->rest)] = {0};
	size_t left = h->bytes % sizeof(h->rest);
	size_t end = left < 56 ? 64 : 128;

	memcpy(last, h->rest, left);
	last[left] = 0x80;
	for (unsigned i = 0; i < 8; i++)
		last[end - 1 - i] = (unsigned char)(h->bytes * 8 >> (8 * i));
	for (size_t i = 0; i < end; i += 64)
		sha256_block(h->state, last + i);
	for (unsigned i = 0; i < SHA256_BYTES; i++)
		ret[i] = (unsigned char)(h->state[i / 4] >> (24 - i % 4 * 8));
}

/* SHA-256 of one text after another, as if they were one. */
static void
sha256_joined(struct str head, struct str tail, unsigned char ret[SHA256_BYTES])
{
	struct sha256 h;

	sha256_begin(&h);
	sha256_add(&h, head);
	sha256_add(&h, tail);
	sha256_end(&h, ret);
}

void
sha256(struct str data, unsigned char ret[SHA256_BYTES])
{
	sha256_joined((struct str){0}, data, ret);
}

void
hash_hex(const unsigned char digest[SHA256_BYTES], char ret[65])
{
	for (unsigned i = 0; i < 64; i++)
		ret[i] =
		    "0123456789abcdef"[digest[i / 2] >> (4 - i % 2 * 4) & 15];
	ret[64] = '\0';
}

void
sha256_hex(const void *data, size_t n, char ret[65])
{
	unsigned char digest[SHA256_BYTES];

	sha256((struct str){data, n}, digest);
	hash_hex(digest, ret);
}

uint32_t
hash_lot(struct str salt, struct str name)
{
	unsigned char digest[SHA256_BYTES];
	struct buf both = {0};

	buf_adds(&both, salt);
	buf_addc(&both, '\n');
	buf_adds(&both, name);
	sha256(buf_str(&both), digest);
	buf_release(&both);
	return (uint32_t)digest[0] << 24 | (uint32_t)digest[1] << 16 |
	       (uint32_t)digest[2] << 8 | digest[3];
}

void
hmac_sha256(struct str key, struct str data, unsigned char ret[SHA256_BYTES])
{
	unsigned char pad[64] = {0}, digest[SHA256_BYTES];
	struct str block = {(const char *)pad, sizeof(pad)};
	struct str inner = {(const char *)digest, sizeof(digest)};

	if (key.n > sizeof(pad))
		sha256(key, pad);
	else if (key.n)
		memcpy(pad, key.p, key.n);
	for (size_t i = 0; i < sizeof(pad); i++)
		pad[i] ^= 0x36;
	sha256_joined(block, data, digest);
	for (size_t i = 0; i < sizeof(pad); i++)
		pad[i] ^= 0x36 ^ 0x5c;
	sha256_joined(block, inner, ret);
	/* The key does not stay on the stack. */
	explicit_bzero(pad, sizeof(pad));
}
