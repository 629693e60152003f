/* SPDX-License-Identifier: ISC */
/*
 * mail: what is refused and how it is told, addresses on the wire, the form of
 * the bytes. That they mean what was told is judged by another reader, see
 * tests/mail.bats.
 */
#include "mail/mail.h"
#include "unit.h"

static struct mail_message
usual(void)
{
	return (struct mail_message){
	    .from = {STR("株式会社ディアグノ"), STR("news@example.co.jp")},
	    .to = {STR("山田 太郎"), STR("taro@example.com")},
	    .subject = STR("お知らせ"),
	    .date = INT64_C(1763784000000),
	    .message_id = STR("a1b2@example.co.jp"),
	    .text = STR("こんにちは\n"),
	};
}

static bool
composes(const struct mail_message *m)
{
	struct buf out = {0};
	struct err err = {0};
	bool ok = mail_compose(m, &out, &err) == 0;

	if (!ok)
		printf("%s\n", err.text);
	CHECK(ok == (out.len > 0));
	buf_release(&out);
	return ok;
}

/* Refused, with this text somewhere in the error. */
static bool
refused(const struct mail_message *m, const char *why)
{
	struct buf out = {0};
	struct err err = {0};
	bool ok = mail_compose(m, &out, &err) == 0;

	if (ok || !strstr(err.text, why))
		printf("%s: %s\n", why, ok ? "composed" : err.text);
	CHECK_INT(out.len, 0);
	buf_release(&out);
	return !ok && strstr(err.text, why);
}

static void
controls(void)
{
	static const struct str bad[] = {STR("a\rb"), STR("a\nb"),
	    STR("a\r\nBcc: evil@example.com"), STR("a\0b"), STR("a\tb"),
	    STR("\x1b[2J"), STR("\x7f"), STR("\xc2\x85"), STR("\xff"),
	    STR("\xe5\xb1")};

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct mail_header extra = {"X-Test", bad[i]};
		struct mail_attachment file = {.name = bad[i]};
		struct mail_message m;

#define REFUSED(member, value, why) \
	(m = usual(), m.member = (value), refused(&m, why))
		CHECK(REFUSED(from.name, bad[i], "From: "));
		CHECK(REFUSED(from.address, bad[i], "From: "));
		CHECK(REFUSED(to.name, bad[i], "To: "));
		CHECK(REFUSED(to.address, bad[i], "To: "));
		CHECK(REFUSED(reply_to.name, bad[i], "Reply-To: "));
		CHECK(REFUSED(reply_to.address, bad[i], "Reply-To: "));
		CHECK(REFUSED(subject, bad[i], "Subject: "));
		CHECK(REFUSED(message_id, bad[i], "Message-ID: "));
		CHECK(REFUSED(list_id.address, bad[i], "List-Id: "));
		CHECK(REFUSED(unsubscribe_url, bad[i], "List-Unsubscribe: "));
		CHECK(REFUSED(unsubscribe_mail, bad[i], "List-Unsubscribe: "));
		m = usual();
		m.extra = &extra;
		m.extra_count = 1;
		CHECK(refused(&m, "X-Test: "));
		m = usual();
		m.attachments = &file;
		m.attachment_count = 1;
		CHECK(refused(&m, "attachment: "));
	}
}

static void
forms(void)
{
	static const char *const ids[] = {
	    "", "a", "@b", "a@", "a@b@c", "<a@b>", "a b@c", "山@b", "a,b@c"};
	static const char *const reserved[] = {"From", "bcc", "SUBJECT",
	    "Content-Type", "content-x", "Date", "MIME-Version", "To", "a b",
	    "a:", "", "é", "Received"};
	struct mail_message m;

	for (size_t i = 0; i < COUNT_OF(ids); i++)
		CHECK(REFUSED(message_id, str_of(ids[i]), "Message-ID: "));
	for (size_t i = 0; i < COUNT_OF(reserved); i++) {
		struct mail_header h[2] = {
		    {reserved[i], STR("x")}, {"X-A", STR("y")}};

		m = usual();
		m.extra = h;
		m.extra_count = 2;
		CHECK(refused(&m, "header: "));
		h[0].name = "x-a";
		CHECK(refused(&m, "X-A stands there twice"));
	}
	CHECK(REFUSED(to.address, STR("no address"), "To: not an address"));
	CHECK(REFUSED(to.address, (struct str){0}, "To: not an address"));
	CHECK(REFUSED(text, (struct str){0}, "without text"));
	CHECK(REFUSED(text, STR("a\0b"), "text: has a NUL"));
	CHECK(REFUSED(html, STR("abc\xff"), "html: not UTF-8 at byte 4"));
	CHECK(REFUSED(one_click, true, "one click"));
	CHECK(REFUSED(unsubscribe_url, STR("http://a.jp/"), "List-Uns"));
	CHECK(REFUSED(unsubscribe_url, STR("https://a.jp/><b"), "List-Uns"));
	CHECK(REFUSED(unsubscribe_mail, STR("a@b.jp"), "List-Uns"));
	m = usual();
	CHECK(composes(&m));
}

static void
files(void)
{
	static const struct mail_attachment bad[] = {{.name = STR("")},
	    {.name = STR("../etc/passwd")}, {.name = STR("a\\b")},
	    {.name = STR("a"), .type = "pdf"},
	    {.name = STR("a"), .type = "text/plain; charset=x"},
	    {.name = STR("a"), .type = "a/b\r\nX: y"}};
	struct mail_message m = usual();

	m.attachment_count = 1;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		m.attachments = &bad[i];
		CHECK(refused(&m, "attachment: "));
	}
	CHECK_TEXT(mail_type_of(STR("四月.CSV")), "text/csv");
	CHECK(!mail_type_of(STR("csv")));
	CHECK(!mail_type_of(STR(".csv")));
	CHECK(!mail_type_of(STR("a.exe")));
	{
		struct mail_attachment deck = {
		    .name = STR("a.pptx"), .type = mail_type_of(STR("a.pptx"))};

		CHECK(deck.type && mail_attachment_check(&deck, NULL) == 0);
	}
}

static const char *
wire(const char *address)
{
	static struct buf b;

	buf_clear(&b);
	if (mail_address_wire("To", str_of(address), &b, NULL) < 0)
		return "refused";
	return b.p;
}

static void
addresses(void)
{
	CHECK_TEXT(wire("Taro@Example.JP"), "Taro@Example.JP");
	CHECK_TEXT(wire(" taro@example.jp "), "taro@example.jp");
	CHECK_TEXT(wire("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ"), "taro@example.jp");
	CHECK_TEXT(wire("taro..y.@docomo.ne.jp"), "\"taro..y.\"@docomo.ne.jp");
	CHECK_TEXT(wire("info@日本語.jp"), "info@xn--wgv71a119e.jp");
	CHECK_TEXT(wire("営業@例え.テスト"), "営業@xn--r8jz45g.xn--zckzah");
	CHECK_TEXT(wire("a@bücher.example"), "a@xn--bcher-kva.example");
	/* The examples of RFC 3492, 7.1: (A), (F), (L), (O), (S). */
	CHECK_TEXT(
	    wire("a@ليهمابتكلموشعربي؟.jp"), "a@xn--egbpdaj6bu4bxfgehfvwxn.jp");
	CHECK_TEXT(wire("a@なぜみんな日本語を話してくれないのか.jp"),
	    "a@xn--n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa.jp");
	CHECK_TEXT(
	    wire("a@3年b組金八先生.jp"), "a@xn--3b-ww4c5e180e575a65lsy2b.jp");
	CHECK_TEXT(
	    wire("a@ひとつ屋根の下2.jp"), "a@xn--2-u9tlzr9756bt3uc0v.jp");
	CHECK_TEXT(wire("a@パフィーdeルンバ.jp"), "a@xn--de-jg4avhby1noc0d.jp");
	CHECK_TEXT(wire("a@b"), "refused");
	CHECK_TEXT(wire("a@b.jp\r\nRCPT TO:<c@d.jp>"), "refused");
	CHECK_TEXT(wire("a@b.jp\r\n"), "refused");
	CHECK_TEXT(wire("a@b.jp>"), "refused");
	CHECK_TEXT(wire(NULL), "refused");
	/* 63 characters a label, counted as A-labels. */
	CHECK_TEXT(wire("a@ああああああああああああああああああああああああああ"
			"いいいいいいいいいいいいいいいいいいいいうううううう"
			"おきくけこさしすせそ.jp"),
	    "refused");
}

static void
cleaned(void)
{
	struct buf b = {0};

	mail_clean(&b, STR("山田\r\n\t太郎\xff\x01 \xc2\x85x\0"));
	CHECK_TEXT(b.p, "山田 太郎   x ");
	buf_release(&b);
}

static void
bytes(void)
{
	static const struct mail_attachment file = {.name = STR("見積.pdf"),
	    .type = "application/pdf",
	    .content = STR("%PDF\0\xff")};
	struct mail_message m = usual();
	struct buf one = {0}, two = {0};
	struct err err = {0};

	m.html = STR("<p>こんにちは</p>");
	m.attachments = &file;
	m.attachment_count = 1;
	buf_addstr(&one, "\r\n");
	CHECK_INT(mail_compose(&m, &one, &err), 0);
	CHECK_INT(mail_compose(&m, &two, &err), 0);
	CHECK_TEXT(one.p + 2, two.p);
	CHECK(strstr(two.p, "\r\nDate: Sat, 22 Nov 2025 04:00:00 +0000\r\n"));
	CHECK(strstr(two.p, "\r\n filename*=UTF-8''%E8%A6%8B%E7%A9%8D.pdf"));
	CHECK(strstr(two.p, "\r\n\r\nJVBERgD/\r\n"));
	/* Another Message-ID, other boundaries. */
	buf_clear(&one);
	m.message_id = STR("a1b3@example.co.jp");
	CHECK_INT(mail_compose(&m, &one, &err), 0);
	CHECK(strcmp(strstr(one.p, "boundary="), strstr(two.p, "boundary=")));
	buf_release(&one);
	buf_release(&two);
}

/* Each text in the encoding that suits it. */
static void
encodings(void)
{
	static const struct {
		const char *text, *encoding;
	} cases[] = {{"Hello\n", "7bit"}, {"", "7bit"},
	    {"From here\n", "quoted-printable"},
	    {"--=_x\n", "quoted-printable"}, {"blank \n", "quoted-printable"},
	    {"Café at noon, as always.\n", "quoted-printable"},
	    {"<td style=\"width:40%\">山田</td><td>0000</td>",
		"quoted-printable"},
	    {"お世話になっております。\n", "base64"}};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct mail_message m = usual();
		struct buf out = {0}, want = {0};

		m.text = str_of(cases[i].text);
		CHECK_INT(mail_compose(&m, &out, NULL), 0);
		buf_addf(&want, "Content-Transfer-Encoding: %s\r\n",
		    cases[i].encoding);
		CHECK(strstr(out.p, want.p));
		buf_release(&out);
		buf_release(&want);
	}
}

int
main(void)
{
	controls();
	forms();
	files();
	addresses();
	cleaned();
	bytes();
	encodings();
	return unit_done("mail");
}
