/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as the answer to a question: what is read lies within bounds, and
 * a name that is read can be written and read again. The first two bytes choose
 * the type and whether header and question are made to fit.
 */
#include "net/dns.h"
#include "fuzz.h"

static void
again(const char *text)
{
	struct buf wire = {0};
	char other[DNS_NAME_MAX];
	size_t at = 0;

	MUST(strlen(text) < DNS_NAME_MAX);
	MUST(dns_put_name(&wire, str_of(text)) == 0 && wire.len <= 255);
	MUST(dns_get_name(buf_str(&wire), &at, other) && at == wire.len);
	MUST(strcmp(text, other) == 0);
	buf_release(&wire);
}

static void
check(enum dns_type type, const struct dns_answer *a, size_t size)
{
	MUST(a->count <= size / 11);
	MUST((a->outcome == DNS_FOUND) == (a->count > 0));
	MUST((a->outcome == DNS_FAILED) == (a->why != NULL));
	for (size_t i = 0; i < a->count; i++) {
		struct str data = a->records[i].data;

		MUST(data.p && data.n < size);
		if (type == DNS_A || type == DNS_AAAA)
			MUST(data.n == (type == DNS_A ? 4 : 16));
		else if (type != DNS_TXT)
			again(data.p);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum dns_type types[] = {
	    DNS_A, DNS_PTR, DNS_MX, DNS_TXT, DNS_AAAA};
	struct arena arena = {0};
	struct buf b = {0};
	struct dns_answer a;
	enum dns_type type;
	unsigned code;
	bool cut;

	if (size < 4)
		return 0;
	type = types[data[0] % COUNT_OF(types)];
	if (data[1] & 1) {
		/* Straight to the records. */
		dns_put_question(&b, 7, STR("a.example.jp"), type, false);
		b.p[2] = (char)0x81;
		b.p[6] = (char)(data[2] & 1);
		b.p[7] = (char)data[3];
		data += 2;
		size -= 2;
	}
	buf_add(&b, (const char *)data + 2, size - 2);
	if (dns_get_answer(buf_str(&b), 7, STR("a.example.jp"), type, &arena,
		&a, &code, &cut))
		check(type, &a, b.len);
	for (size_t i = 0; i < b.len && i < 64; i++) {
		char name[DNS_NAME_MAX];
		size_t at = i;

		if (dns_get_name(buf_str(&b), &at, name)) {
			MUST(at > i && at <= b.len);
			again(name);
		}
	}
	buf_release(&b);
	arena_release(&arena);
	return 0;
}
