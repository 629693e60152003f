/* SPDX-License-Identifier: ISC */
/* dns: messages, also such as nobody should send. The dialogue is in
 * tests/dns.bats. */
#include "net/dns.h"
#include "unit.h"

static struct arena arena;

static const char *
name_text(const char *wire, size_t n, size_t from)
{
	static char text[DNS_NAME_MAX];
	size_t at = from;

	return dns_get_name((struct str){wire, n}, &at, text) ? text : NULL;
}
#define NAME(wire, from) name_text("" wire, sizeof(wire) - 1, from)

static void
names(void)
{
	struct buf b = {0};

	CHECK_TEXT(NAME("\3www\7example\2jp\0", 0), "www.example.jp");
	CHECK_TEXT(NAME("\0", 0), "");
	CHECK_TEXT(NAME("\2JP\0\3WWW\300\0", 4), "www.jp");
	CHECK_TEXT(NAME("\4a.\\\"\0", 0), "a\\046\\092\\034");
	CHECK_TEXT(NAME("\3\1 \377\0", 0), "\\001\\032\\255");
	/* Loops, pointers forward or to themselves, ends that are none. */
	CHECK(!NAME("\300\0", 0));
	CHECK(!NAME("\1a\300\0", 2));
	CHECK(!NAME("\300\2\300\0", 0));
	CHECK(!NAME("\1a\300\2", 0));
	CHECK(!NAME("\300", 0) && !NAME("\3ab", 0) && !NAME("\1a", 0));
	CHECK(!NAME("", 0) && !NAME("\100a\0", 0) && !NAME("\200a\0", 0));
	CHECK(!NAME("\0", 7));
	/* 255 bytes are a name, 256 none. */
	for (int i = 0; i < 63; i++)
		buf_add(&b, "\3abc", 4);
	buf_add(&b, "\1a", 3);
	CHECK_INT(b.len, 255);
	CHECK(name_text(b.p, b.len, 0));
	b.p[252] = 2;
	buf_add(&b, "", 1);
	CHECK(!name_text(b.p, b.len, 0));
	buf_release(&b);
}

static int
put(const char *name)
{
	struct buf b = {0};
	int rc = dns_put_name(&b, str_of(name));

	rc = rc < 0 ? rc : (int)b.len;
	buf_release(&b);
	return rc;
}

static void
names_written(void)
{
	char label[70], name[400] = "";

	CHECK_INT(put(""), 1);
	CHECK_INT(put("a.jp"), 6);
	CHECK_INT(put("a.jp."), 6);
	CHECK_INT(put("a\\046b.jp"), 8);
	CHECK_INT(put("a..jp"), -1);
	CHECK_INT(put("."), -1);
	CHECK_INT(put(".jp"), -1);
	CHECK_INT(put("a\\04"), -1);
	CHECK_INT(put("a\\256"), -1);
	CHECK_INT(put("a\\x46"), -1);
	memset(label, 'x', sizeof(label));
	label[63] = '\0';
	CHECK_INT(put(label), 65);
	label[63] = 'x';
	label[64] = '\0';
	CHECK_INT(put(label), -1);
	for (int i = 0; i < 127; i++)
		memcpy(name + 2 * i, "a.", 3);
	CHECK_INT(put(name), 255);
	memcpy(name + 254, "a", 2);
	CHECK_INT(put(name), -1);
}

/* An answer of id 7 to "a.jp TXT", with these records. */
static struct dns_answer got;
static unsigned code;
static bool cut;

static int
answer(unsigned flags, unsigned count, const char *records, size_t n)
{
	struct buf b = {0};
	bool is;

	dns_put_question(&b, 7, STR("a.jp"), DNS_TXT, false);
	b.p[2] = (char)(flags >> 8);
	b.p[3] = (char)(flags & 255);
	b.p[6] = (char)(count >> 8);
	b.p[7] = (char)(count & 255);
	buf_add(&b, records, n);
	got = (struct dns_answer){.outcome = DNS_FAILED};
	is = dns_get_answer(
	    buf_str(&b), 7, STR("A.jp."), DNS_TXT, &arena, &got, &code, &cut);
	/* Cut off anywhere, it is no answer, or a malformed one. */
	for (size_t k = 0; k < b.len && is && got.outcome == DNS_FOUND; k++) {
		struct dns_answer part = {.outcome = DNS_EMPTY};
		unsigned c;
		bool t;
		char *exact = xmalloc(k + 1);

		memcpy(exact, b.p, k);
		if (dns_get_answer((struct str){exact, k}, 7, STR("a.jp"),
			DNS_TXT, &arena, &part, &c, &t))
			CHECK_INT(part.outcome, DNS_FAILED);
		free(exact);
	}
	buf_release(&b);
	return is ? (int)got.outcome : -1;
}
#define ANSWER(flags, count, records) \
	answer(flags, count, "" records, sizeof(records) - 1)
#define OWNER "\300\14"
#define TXT   OWNER "\0\20\0\1\0\0\0\74"

static void
answers(void)
{
	CHECK_INT(ANSWER(0x8180, 1, TXT "\0\6\2ab\2cd"), DNS_FOUND);
	CHECK(got.count == 1 && str_is(got.records[0].data, "abcd"));
	CHECK_INT(ANSWER(0x8180, 1, TXT "\0\1\0"), DNS_FOUND);
	CHECK(got.records[0].data.n == 0);
	CHECK_INT(ANSWER(0x8180, 0, ""), DNS_EMPTY);
	CHECK_INT(ANSWER(0x8183, 0, ""), DNS_NO_NAME);
	CHECK_INT(ANSWER(0x8182, 0, ""), DNS_FAILED);
	CHECK_INT(code, 2);
	CHECK_INT(ANSWER(0x8380, 0, ""), DNS_EMPTY);
	CHECK(cut);
	/* Not of this name, type or class. */
	CHECK_INT(ANSWER(0x8180, 1, "\1b\300\16\0\20\0\1\0\0\0\74\0\2\1a"),
	    DNS_EMPTY);
	CHECK_INT(ANSWER(0x8180, 1, OWNER "\0\1\0\1\0\0\0\74\0\4\1\2\3\4"),
	    DNS_EMPTY);
	CHECK_INT(
	    ANSWER(0x8180, 1, OWNER "\0\20\0\3\0\0\0\74\0\2\1a"), DNS_EMPTY);
	/* An alias, and what it leads to before it. */
	CHECK_INT(ANSWER(0x8180, 2,
		      "\1b\300\16\0\20\0\1\0\0\0\74\0\2\1x" OWNER
		      "\0\5\0\1\0\0\0\74\0\4\1B\300\16"),
	    DNS_FOUND);
	CHECK(str_is(got.name, "b.jp") && str_is(got.records[0].data, "x"));
}

static void
no_answers(void)
{
	/* A question, another opcode, an answer to nothing. */
	CHECK_INT(ANSWER(0x0100, 0, ""), -1);
	CHECK_INT(ANSWER(0x8980, 0, ""), -1);
	/* Texts, lengths and counts that reach past the end. */
	CHECK_INT(ANSWER(0x8180, 1, TXT "\0\2\2a"), DNS_FAILED);
	CHECK_INT(ANSWER(0x8180, 1, TXT "\0\0"), DNS_FAILED);
	CHECK_INT(ANSWER(0x8180, 1, TXT "\0\7\1a"), DNS_FAILED);
	CHECK_INT(ANSWER(0x8180, 1, TXT "\377\377\1a"), DNS_FAILED);
	CHECK_INT(ANSWER(0x8180, 65535, TXT "\0\2\1a"), DNS_FAILED);
	CHECK_INT(ANSWER(0x8180, 1, ""), DNS_FAILED);
	CHECK_INT(ANSWER(0x8180, 1, OWNER "\0\20\0\1\0\0"), DNS_FAILED);
	/* Aliases in a circle, to nowhere, longer than their data. */
	CHECK_INT(ANSWER(0x8180, 1, OWNER "\0\5\0\1\0\0\0\74\0\2\300\14"),
	    DNS_FAILED);
	CHECK_INT(ANSWER(0x8180, 1, OWNER "\0\5\0\1\0\0\0\74\0\2\300\377"),
	    DNS_FAILED);
	CHECK_INT(
	    ANSWER(0x8180, 1, OWNER "\0\5\0\1\0\0\0\74\0\1\1b\0"), DNS_FAILED);
	CHECK_INT(
	    ANSWER(0x8180, 1, "\300\36\0\20\0\1\0\0\0\74\0\2\1a"), DNS_FAILED);
}

static void
whose(void)
{
	struct buf b = {0};
	struct dns_answer a;

	dns_put_question(&b, 7, STR("a.jp"), DNS_TXT, false);
	b.p[2] = (char)0x81;
#define IS(id, name, type) \
	dns_get_answer(    \
	    buf_str(&b), id, STR(name), type, &arena, &a, &code, &cut)
	CHECK(IS(7, "a.jp", DNS_TXT));
	CHECK(!IS(8, "a.jp", DNS_TXT) && !IS(7, "b.jp", DNS_TXT));
	CHECK(!IS(7, "a.jp", DNS_MX) && !IS(7, "a", DNS_TXT));
	CHECK(!IS(7, "a..jp", DNS_TXT));
	/* Without the question: only to say that it was not understood. */
	buf_truncate(&b, 12);
	b.p[5] = 0;
	CHECK(!IS(7, "a.jp", DNS_TXT));
	b.p[3] = 1;
	CHECK(IS(7, "a.jp", DNS_TXT) && a.outcome == DNS_FAILED);
	buf_release(&b);
}

int
main(void)
{
	names();
	names_written();
	answers();
	no_answers();
	whose();
	arena_release(&arena);
	return unit_done("dns");
}
