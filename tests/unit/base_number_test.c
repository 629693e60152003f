/* SPDX-License-Identifier: ISC */
/*
 * Numbers in and out, buffers, arenas, errors, hashes. DL_SOAK=1 tries a
 * million doubles instead of 20,000.
 */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"
#include "unit.h"

static uint64_t random_state = 1;

static uint64_t
random64(void)
{
	return hash64(NULL, 0, random_state++);
}

static bool
int_is(const char *s, bool ok, int64_t want)
{
	int64_t v = 77;

	return number_int(str_of(s), &v) == ok && v == (ok ? want : 77);
}

static void
integers(void)
{
	struct buf b = {0};
	unsigned wrong = 0;

	CHECK(int_is("0", true, 0));
	CHECK(int_is("-0", true, 0));
	CHECK(int_is("+5", true, 5));
	CHECK(int_is("007", true, 7));
	CHECK(int_is("9223372036854775807", true, INT64_MAX));
	CHECK(int_is("-9223372036854775808", true, INT64_MIN));
	CHECK(int_is("9223372036854775808", false, 0));
	CHECK(int_is("-9223372036854775809", false, 0));
	CHECK(int_is("18446744073709551617", false, 0));
	CHECK(int_is("99999999999999999999999999", false, 0));
	CHECK(int_is("", false, 0));
	CHECK(int_is("-", false, 0));
	CHECK(int_is(" 5", false, 0));
	CHECK(int_is("5 ", false, 0));
	CHECK(int_is("1e5", false, 0));
	CHECK(int_is("0x10", false, 0));
	CHECK(int_is("1,000", false, 0));
	CHECK(int_is("１", false, 0));
	CHECK(int_is(NULL, false, 0));
	CHECK(!number_int(STR("5\0"), &(int64_t){0}));

	for (unsigned i = 0; i < 20000; i++) {
		int64_t v = (int64_t)(random64() >> i % 64), back = 0;

		if (i & 1)
			v = -v;
		buf_clear(&b);
		buf_addint(&b, v);
		wrong += !number_int(buf_str(&b), &back) || back != v;
	}
	CHECK_INT(wrong, 0);
	buf_clear(&b);
	buf_addint(&b, INT64_MIN);
	CHECK_TEXT(b.p, "-9223372036854775808");
	buf_clear(&b);
	buf_addgroup(&b, 9240);
	buf_addc(&b, ' ');
	buf_addgroup(&b, 999);
	buf_addc(&b, ' ');
	buf_addgroup(&b, -1234567);
	buf_addc(&b, ' ');
	buf_addgroup(&b, INT64_MIN);
	CHECK_TEXT(b.p, "9,240 999 -1,234,567 -9,223,372,036,854,775,808");
	buf_release(&b);
}

static bool
real_is(const char *s, bool ok, double want)
{
	double v = 77;

	return number_real(str_of(s), &v) == ok && v == (ok ? want : 77);
}

static void
reals_read(void)
{
	double v;

	CHECK(real_is("0", true, 0));
	CHECK(real_is("+1.5", true, 1.5));
	CHECK(real_is("-1.5e3", true, -1500));
	CHECK(real_is("1E+2", true, 100));
	CHECK(real_is("0.1", true, 0.1));
	CHECK(real_is("123456789012345678901234567890", true,
	    123456789012345678901234567890.0));
	CHECK(real_is("0.30000000000000004", true, 0.1 + 0.2));
	CHECK(real_is("9007199254740993", true, 9007199254740992.0));
	CHECK(real_is("1e308", true, 1e308));
	CHECK(real_is("1e309", false, 0));
	CHECK(real_is("-1e999999999999999999999", false, 0));
	CHECK(real_is("1e-400", true, 0));
	CHECK(real_is("0e999999999", true, 0));
	CHECK(real_is("4.9e-324", true, 4.9406564584124654e-324));
	CHECK(real_is(
	    "0.000000000000000000000000000000000000000000001", true, 1e-45));
	CHECK(real_is("", false, 0));
	CHECK(real_is("+", false, 0));
	CHECK(real_is(".5", false, 0));
	CHECK(real_is("5.", false, 0));
	CHECK(real_is("01", false, 0));
	CHECK(real_is("-01.5", false, 0));
	CHECK(real_is("1e", false, 0));
	CHECK(real_is("1e+", false, 0));
	CHECK(real_is("nan", false, 0));
	CHECK(real_is("inf", false, 0));
	CHECK(real_is("0x1p3", false, 0));
	CHECK(real_is("1.5 ", false, 0));
	CHECK(real_is("1,5", false, 0));
	CHECK(number_real(STR("-0"), &v) && v == 0 && signbit(v));
	/* Only the slice, whatever stands behind it. */
	CHECK(number_real((struct str){"12345678901234567890999", 20}, &v) &&
	      v == 12345678901234567890.0);
	/* A thousand digits. */
	{
		struct buf b = {0};

		buf_addstr(&b, "0.");
		for (unsigned i = 0; i < 1000; i++)
			buf_addc(&b, '3');
		CHECK(number_real(buf_str(&b), &v) && v == 1.0 / 3);
		buf_release(&b);
	}
}

static const char *
real_text(double v)
{
	static struct buf b;

	buf_clear(&b);
	buf_addreal(&b, v);
	return b.p;
}

static void
reals_written(void)
{
	CHECK_TEXT(real_text(0), "0");
	CHECK_TEXT(real_text(-0.0), "0");
	CHECK_TEXT(real_text(100), "100");
	CHECK_TEXT(real_text(-2.5), "-2.5");
	CHECK_TEXT(real_text(0.1), "0.1");
	CHECK_TEXT(real_text(0.1 + 0.2), "0.30000000000000004");
	CHECK_TEXT(real_text(1.0 / 3), "0.3333333333333333");
	CHECK_TEXT(real_text(2.0 / 3), "0.6666666666666666");
	CHECK_TEXT(real_text(71.35), "71.35");
	CHECK_TEXT(real_text(1e15 + 0.5), "1000000000000000.5");
	CHECK_TEXT(real_text(9007199254740991.0), "9007199254740991");
	CHECK_TEXT(real_text(1e20), "100000000000000000000");
	CHECK_TEXT(real_text(1e21), "1e21");
	CHECK_TEXT(real_text(1.25e-5), "0.0000125");
	CHECK_TEXT(real_text(1e-6), "0.000001");
	CHECK_TEXT(real_text(1.5e-7), "1.5e-7");
	CHECK_TEXT(real_text(5e-324), "5e-324");
	CHECK_TEXT(real_text(1.7976931348623157e308), "1.7976931348623157e308");
	CHECK_TEXT(real_text(-1e-300), "-1e-300");
	/* Powers of two, where the interval is lopsided. */
	CHECK_TEXT(real_text(ldexp(1, -10)), "0.0009765625");
	CHECK_TEXT(real_text(ldexp(1, -20)), "9.5367431640625e-7");
	CHECK_TEXT(real_text(9007199254740993e-3), "9007199254740.992");
}

/* The significant digits of a text; how many. */
static int
significant(const char *s, char ret[40])
{
	int n = 0;

	for (; *s && *s != 'e'; s++)
		if (*s >= '0' && *s <= '9' && (n > 0 || *s != '0'))
			ret[n++] = *s;
	while (n > 0 && ret[n - 1] == '0')
		n--;
	ret[n] = '\0';
	return n;
}

/* Reads back the same with the C library and with ours, and no precision
 * that does is shorter; of those so short it is the nearest. */
static bool
round_trips(double v)
{
	const char *text = real_text(v);
	char other[40], digits[40], other_digits[40];
	double back = 0;
	int n = significant(text, digits);

	if (strtod(text, NULL) != v || !number_real(str_of(text), &back) ||
	    back != v) {
		printf("%.17g: %s\n", v, text);
		return false;
	}
	if (v == 0)
		return true;
	if (n > 1) {
		snprintf(other, sizeof(other), "%.*e", n - 2, v);
		if (strtod(other, NULL) == v) {
			printf("%.17g: %s, but %s\n", v, text, other);
			return false;
		}
	}
	snprintf(other, sizeof(other), "%.*e", n - 1, v);
	significant(other, other_digits);
	if (strtod(other, NULL) == v && strcmp(digits, other_digits) != 0) {
		printf("%.17g: %s, but %s is nearer\n", v, text, other);
		return false;
	}
	return true;
}

static void
reals_round_trip(void)
{
	unsigned count = getenv("DL_SOAK") ? 1000000 : 20000, wrong = 0;

	for (unsigned i = 0; i < count; i++) {
		uint64_t bits = random64();
		double v;

		/* Any bits; numbers of everyday size; decimals; neighbours of
		 * decimals and of powers of two. */
		switch (i % 5) {
		case 0:
			memcpy(&v, &bits, sizeof(v));
			break;
		case 1:
			v = (double)(int64_t)bits /
			    ldexp(1, 20 + (int)(i / 5 % 70));
			break;
		case 2:
			v = (double)(bits % 100000000) /
			    pow(10, (int)(i / 5 % 12));
			break;
		case 3:
			v = (double)(bits % 1000000) / 1000;
			v = nextafter(v, bits & 1 ? 1e9 : -1e9);
			break;
		default:
			v = ldexp(1, (int)(bits % 100) - 50);
			if (bits >> 63)
				v = nextafter(v, bits >> 62 & 1 ? 1e30 : 0);
		}
		if (!isfinite(v))
			continue;
		wrong += !round_trips(v);
	}
	CHECK_INT(wrong, 0);
}

/* Random digit strings: our reader and the C library's. */
static void
reals_agree(void)
{
	unsigned count = getenv("DL_SOAK") ? 1000000 : 20000, wrong = 0;
	struct buf b = {0};

	for (unsigned i = 0; i < count; i++) {
		uint64_t r = random64();
		double v = 0;

		buf_clear(&b);
		buf_addint(&b, (int64_t)(random64() >> r % 64) & INT64_MAX);
		if (r >> 8 & 1)
			buf_addf(&b, ".%0*llu", (int)(r >> 16 & 15) + 1,
			    (unsigned long long)(random64() >> (r >> 32) % 64));
		if (r >> 9 & 1)
			buf_addf(&b, "e%d", (int)(r >> 20 & 63) - 40);
		wrong +=
		    !number_real(buf_str(&b), &v) || v != strtod(b.p, NULL);
	}
	CHECK_INT(wrong, 0);
	buf_release(&b);
}

static bool
bytes_is(const char *s, int64_t want)
{
	int64_t v = -1;

	return number_bytes(str_of(s), &v) == (want >= 0) && v == want;
}

static void
other_numbers(void)
{
	double v = 0;

	CHECK(bytes_is("512", 512));
	CHECK(bytes_is("512k", 512 * 1024));
	CHECK(bytes_is("64M", 64 << 20));
	CHECK(bytes_is("64MB", 64 << 20));
	CHECK(bytes_is("1GiB", 1 << 30));
	CHECK(bytes_is("2T", INT64_C(2) << 40));
	CHECK(bytes_is("100B", 100));
	CHECK(bytes_is("8388607T", INT64_C(8388607) << 40));
	CHECK(bytes_is("8388608T", -1));
	CHECK(bytes_is("M", -1));
	CHECK(bytes_is("iB", -1));
	CHECK(bytes_is("5iB", -1));
	CHECK(bytes_is("-1k", -1));
	CHECK(bytes_is("1.5M", -1));
	CHECK(bytes_is("1 M", -1));
	CHECK(bytes_is("1X", -1));
	CHECK(bytes_is("", -1));
	CHECK(number_percent(STR("10%"), &v) && v == 0.10);
	CHECK(number_percent(STR("12.5%"), &v) && v == 0.125);
	CHECK(!number_percent(STR("10"), &v) && !number_percent(STR("%"), &v));
	CHECK(round_half_away(0.5) == 1 && round_half_away(-0.5) == -1);
	CHECK(round_half_away(2.5) == 3 && round_half_away(0.49) == 0);
}

static void
buffers(void)
{
	struct buf b = {0};
	char *p;

	CHECK_TEXT(buf_str(&b).p, "");
	buf_clear(&b);
	buf_truncate(&b, 0);
	p = buf_detach(&b);
	CHECK_TEXT(p, "");
	free(p);
	for (unsigned i = 0; i < 1000; i++) {
		buf_addf(&b, "%u,", i);
		if (b.p[b.len] != '\0' || b.len >= b.cap)
			break;
	}
	CHECK_INT(b.len, 10 * 2 + 90 * 3 + 900 * 4);
	CHECK(str_ends(buf_str(&b), STR("998,999,")));
	buf_truncate(&b, 4);
	CHECK_TEXT(b.p, "0,1,");
	buf_addf(&b, "%0200d", 7);
	CHECK_INT(b.len, 204);
	buf_adds(&b, str_of(NULL));
	buf_add(&b, "\0x", 2);
	CHECK(b.len == 206 && b.p[204] == '\0' && b.p[205] == 'x');
	buf_release(&b);
	CHECK(b.p == NULL && b.len == 0 && b.cap == 0);
	buf_release(NULL);

	{
		int *list = NULL;
		size_t cap = 0;

		for (size_t n = 0; n < 1000; n++) {
			GROW(list, cap, n + 1);
			list[n] = (int)n;
		}
		CHECK(cap >= 1000 && cap < 4000 && list[999] == 999);
		free(list);
	}
	p = xstrndup("abcdef", 3);
	CHECK_TEXT(p, "abc");
	free(p);
}

/* How a child that does this ends, and what it says. */
static int
ending(void (*what)(void), char *said, size_t size)
{
	int ends[2], status = -1;
	size_t n = 0;
	ssize_t got;
	pid_t child;

	CHECK_INT(pipe(ends), 0);
	fflush(stdout);
	child = fork();
	if (child == 0) {
		dup2(ends[1], 2);
		what();
		_exit(77);
	}
	close(ends[1]);
	while (
	    n < size - 1 && (got = read(ends[0], said + n, size - 1 - n)) > 0)
		n += (size_t)got;
	said[n] = '\0';
	close(ends[0]);
	CHECK(waitpid(child, &status, 0) == child);
	return status;
}

static void
ask_for_all(void)
{
	free(xreallocarray(NULL, SIZE_MAX / 2, 3));
}

static void
grow_past_all(void)
{
	size_t cap = 0;

	free(mem_grow(NULL, &cap, SIZE_MAX, 1));
}

static void
make_a_mistake(void)
{
	struct buf b = {0};

	buf_addstr(&b, "ab");
	buf_truncate(&b, 3);
}

static void
memory_ends(void)
{
	char said[200];
	int status;

	status = ending(ask_for_all, said, sizeof(said));
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	CHECK_TEXT(said, "out of memory\n");
	status = ending(grow_past_all, said, sizeof(said));
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	CHECK_TEXT(said, "out of memory\n");
	status = ending(make_a_mistake, said, sizeof(said));
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	CHECK(strncmp(said, "BUG: common/base/buf.c:", 23) == 0);
	CHECK(strstr(said, ": cut at 3 of 2 bytes\n") != NULL);
}

static void
arenas(void)
{
	struct arena a = {0};
	char *kept[100];
	struct str s;

	arena_clear(&a);
	for (unsigned round = 0; round < 3; round++) {
		bool aligned = true, intact = true;

		for (unsigned i = 0; i < 100; i++) {
			void *p = arena_alloc(&a, i * 7 + 1);

			aligned &= (uintptr_t)p % sizeof(long double) == 0;
			memset(p, 0xaa, i * 7 + 1);
			kept[i] = arena_strdup(&a, STR("kept"));
			p = arena_zalloc(&a, i);
			for (unsigned j = 0; j < i; j++)
				intact &= ((char *)p)[j] == 0;
		}
		for (unsigned i = 0; i < 100; i++)
			intact &= strcmp(kept[i], "kept") == 0;
		CHECK(aligned);
		CHECK(intact);
		memset(arena_alloc(&a, 1 << 20), 1, 1 << 20);
		arena_clear(&a);
	}
	s = arena_printf(&a, "%d %s", 5, "five");
	CHECK(str_is(s, "5 five"));
	CHECK(arena_str(&a, str_of(NULL)).p == NULL);
	CHECK(arena_str(&a, STR("")).p != NULL);
	arena_release(&a);
	arena_release(&a);
	arena_release(NULL);
	/* One huge row, the first even, holds nothing after it. */
	memset(arena_alloc(&a, 1 << 20), 1, 1 << 20);
	arena_clear(&a);
	CHECK(a.first == NULL);
	memset(arena_alloc(&a, 100), 1, 100);
	arena_clear(&a);
	CHECK(a.first != NULL);
	arena_release(&a);
}

static struct buf remarked;

static void
keep_remark(void *context, struct place where, const char *text)
{
	*(unsigned *)context += 1;
	place_add(&remarked, where);
	buf_addstr(&remarked, text);
}

static void
errors(void)
{
	struct err err = {0};
	struct place where = {"leads.csv", 17, 0};
	unsigned calls = 0;
	struct remarks remarks = {keep_remark, &calls, 0};
	char longer[3000];

	CHECK_INT(err_at(&err, ERR_USAGE, where, "email: not an address: %s",
		      quoted(STR("foo@"))),
	    -1);
	CHECK_TEXT(err.text, "leads.csv:17: email: not an address: \"foo@\"");
	CHECK(err.kind == ERR_USAGE);
	err_prefix(&err, "set %d", 3);
	CHECK_TEXT(
	    err.text, "set 3: leads.csv:17: email: not an address: \"foo@\"");
	/* A message may be made of the one it replaces. */
	err_set(&err, ERR_FAIL, "%s!", "short");
	err_set(&err, ERR_BUSY, "[%s]", err.text);
	CHECK_TEXT(err.text, "[short!]");
	CHECK(err.kind == ERR_BUSY);
	errno = ENOENT;
	CHECK_INT(err_sys(&err, "%s", "x.db"), -1);
	CHECK_TEXT(err.text, "x.db: No such file or directory");
	CHECK(err.kind == ERR_FAIL && errno == ENOENT);
	/* One line, whole characters, whatever comes in. */
	err_set(&err, ERR_FAIL, "a\nb\xff\x1b");
	CHECK_TEXT(err.text, "a b? ");
	memset(longer, 'x', sizeof(longer));
	memcpy(longer + 1021, "製", 3);
	longer[sizeof(longer) - 1] = '\0';
	err_set(&err, ERR_FAIL, "%s", longer);
	CHECK_INT(strlen(err.text), 1021);
	err_clear(&err);
	CHECK(err.kind == ERR_NONE && !err.text[0]);
	CHECK_INT(err_set(NULL, ERR_FAIL, "x"), -1);
	CHECK_INT(err_prefix(NULL, "x"), -1);

	where.column = 23;
	remark(&remarks, where, "%s", "odd");
	CHECK_TEXT(remarked.p, "leads.csv:17:23: odd");
	CHECK(remarks.count == 1 && calls == 1);
	remark(NULL, where, "nobody listens");
	buf_clear(&remarked);
	place_add(&remarked, (struct place){0});
	CHECK_INT(remarked.len, 0);
	buf_release(&remarked);
}

static const char *
sha(const char *s, size_t n)
{
	static char hex[65];

	sha256_hex(s, n, hex);
	return hex;
}

static const char *
hmac(struct str key, struct str data)
{
	static char hex[65];
	unsigned char digest[SHA256_BYTES];

	hmac_sha256(key, data, digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	return hex;
}

/* The examples of RFC 4231. */
static void
keyed(void)
{
	char long_key[131];

	CHECK_TEXT(hmac(STR("Jefe"), STR("what do ya want for nothing?")),
	    "5bdcc146bf60754e6a042426089575c7"
	    "5a003f089d2739839dec58b964ec3843");
	memset(long_key, 0xaa, sizeof(long_key));
	CHECK_TEXT(hmac((struct str){long_key, sizeof(long_key)},
		       STR("Test Using Larger Than Block-Size Key - Hash Key "
			   "First")),
	    "60e431591ee0b67f0d8a26aacbf5b77f"
	    "8e0bc6213728c5140546040f0ee37f54");
	CHECK_TEXT(hmac((struct str){0}, (struct str){0}),
	    "b613679a0814d9ec772f95d778c35fc5"
	    "ff1697c493715653c6c712144292c5ad");
}

static void
hashes(void)
{
	char *million = xmalloc(1000000);

	/* The examples of FIPS 180-4. */
	CHECK_TEXT(sha("", 0), "e3b0c44298fc1c149afbf4c8996fb924"
			       "27ae41e4649b934ca495991b7852b855");
	CHECK_TEXT(sha("abc", 3), "ba7816bf8f01cfea414140de5dae2223"
				  "b00361a396177a9cb410ff61f20015ad");
	CHECK_TEXT(sha("abcdbcdecdefdefgefghfghighijhijk"
		       "ijkljklmklmnlmnomnopnopq",
		       56),
	    "248d6a61d20638b8e5c026930c3e6039"
	    "a33ce45964ff2167f6ecedd419db06c1");
	memset(million, 'a', 1000000);
	CHECK_TEXT(sha(million, 1000000), "cdc76e5c9914fb9281a1c7e284d73e67"
					  "f1809a48a497200e046d39ccc7112cd0");
	/* Around the block: 55, 56, 63, 64 bytes of 'a' (coreutils). */
	CHECK_TEXT(sha(million, 55), "9f4390f8d30c2dd92ec9f095b65e2b9a"
				     "e9b0a925a5258e241c9f1e910f734318");
	CHECK_TEXT(sha(million, 56), "b35439a4ac6f0948b6d6f9e3c6af0f5f"
				     "590ce20f1bde7090ef7970686ec6738a");
	CHECK_TEXT(sha(million, 63), "7d3e74a05d7db15bce4ad9ec0658ea98"
				     "e3f06eeecf16b4c6fff2da457ddc2f34");
	CHECK_TEXT(sha(million, 64), "ffe054fe7ae0cb6dc65c3af9b61d5209"
				     "f439851db43d0ba5997337df154668eb");
	free(million);
}

static int
compare64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void
hashing(void)
{
	enum { KEYS = 200000 };
	uint64_t *seen = xmalloc(KEYS * sizeof(*seen));
	unsigned buckets[1024] = {0}, same = 0, worst_low = 64, worst_high = 0;
	double chi = 0;
	char key[100];

	/* Keys as they come: numbered. No collision among 200,000 of 2^64,
	 * and 1024 buckets by the low bits and by the high ones fill evenly
	 * (chi squared of 1023 degrees: 1300 is beyond six sigma). */
	for (unsigned i = 0; i < KEYS; i++) {
		int n = snprintf(key, sizeof(key), "lead-%u", i);

		seen[i] = hash64(key, (size_t)n, 0);
		buckets[seen[i] % 1024]++;
	}
	for (unsigned i = 0; i < 1024; i++)
		chi += (buckets[i] - KEYS / 1024.0) *
		       (buckets[i] - KEYS / 1024.0) / (KEYS / 1024.0);
	CHECK(chi < 1300);
	memset(buckets, 0, sizeof(buckets));
	for (unsigned i = 0; i < KEYS; i++)
		buckets[seen[i] >> 54]++;
	chi = 0;
	for (unsigned i = 0; i < 1024; i++)
		chi += (buckets[i] - KEYS / 1024.0) *
		       (buckets[i] - KEYS / 1024.0) / (KEYS / 1024.0);
	CHECK(chi < 1300);
	qsort(seen, KEYS, sizeof(*seen), compare64);
	for (unsigned i = 1; i < KEYS; i++)
		same += seen[i] == seen[i - 1];
	CHECK_INT(same, 0);
	free(seen);

	/* Every bit of every length turns about half of the result. */
	for (size_t n = 1; n <= sizeof(key); n++) {
		for (size_t bit = 0; bit < n * 8; bit++) {
			uint64_t before, after;
			unsigned turned = 0;

			for (unsigned t = 0; t < 16; t++) {
				for (size_t i = 0; i < n; i++)
					key[i] = (char)random64();
				before = hash64(key, n, 7);
				key[bit / 8] ^= (char)(1 << bit % 8);
				after = hash64(key, n, 7);
				turned += (unsigned)__builtin_popcountll(
				    before ^ after);
			}
			turned /= 16;
			if (turned < worst_low)
				worst_low = turned;
			if (turned > worst_high)
				worst_high = turned;
		}
	}
	CHECK(worst_low >= 24 && worst_high <= 40);
	CHECK(hash64("a", 1, 0) != hash64("a", 1, 1));
	CHECK(hash64("\0", 1, 0) != hash64("\0\0", 2, 0));
	CHECK(hash64("", 0, 0) != 0);
	/* The same on every machine and in every version: samples and splits
	 * are made with it. */
	CHECK(hash64("lead-1", 6, 0) == UINT64_C(0xe1551456d5571469));
	CHECK(hash64("the quick brown fox jumps over the lazy dog, twice", 50,
		  42) == UINT64_C(0xb31d3ce450954ebb));
}

static void
digits(void)
{
	CHECK(number_digits(1234.5678, 6) == 1234.57);
	CHECK(number_digits(-0.000123456, 3) == -0.000123);
	CHECK(number_digits(1.1484991758e150, 4) == 1.148e150);
	CHECK(number_digits(9.99e-300, 2) == 1e-299);
	CHECK(number_digits(1.79769e308, 2) == 1.79769e308);
	CHECK(number_digits(0.7, 0) == 0 && number_digits(0, 3) == 0);
	CHECK(number_digits(0.1, 17) == 0.1);
	CHECK(isnan(number_digits(NAN, 3)));
	CHECK(number_digits_of(1234.5678, 0.25, 2) == 1234.57);
	CHECK(number_digits_of(1234.5678, 400, 1) == 1200);
	CHECK(number_digits_of(3, 400, 1) == 0);
	CHECK(number_digits_of(1.0 / 3, 1e-300, 2) == 0.333333333333333);
	CHECK(number_digits_of(12.3456, 0, 3) == 12.3);
}

int
main(void)
{
	digits();
	integers();
	reals_read();
	reals_written();
	reals_round_trip();
	reals_agree();
	other_numbers();
	buffers();
	arenas();
	memory_ends();
	errors();
	hashes();
	keyed();
	hashing();
	return unit_done("base_number");
}
