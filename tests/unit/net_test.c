/* SPDX-License-Identifier: ISC */
/*
 * net: what can be told without a server. The dialogues are in tests/net.bats.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "net/net_priv.h"
#include "unit.h"

static void
private_addresses(void)
{
	static const char *const inside[] = {"0.0.0.0", "0.1.2.3", "10.0.0.1",
	    "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1",
	    "127.255.255.254", "169.254.169.254", "172.16.0.1",
	    "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.168.0.1",
	    "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.7",
	    "224.0.0.1", "239.1.2.3", "240.0.0.1", "255.255.255.255",
	    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.1.2.3",
	    "::ffff:a9fe:a9fe", "64:ff9b::7f00:1", "64:ff9b::10.0.0.1",
	    "64:ff9b:1::1", "2002:7f00:1::", "2002:c0a8:1::1", "2001::1",
	    "2001:db8::1", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%1",
	    "fec0::1", "ff02::1", "100::1", "3fff::1", "5f00::1", "", "x",
	    "127.1", "1.2.3.4.5", "0x7f.0.0.1"};
	static const char *const outside[] = {"1.1.1.1", "9.255.255.255",
	    "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
	    "128.0.0.1", "169.253.255.255", "172.15.255.255", "172.32.0.0",
	    "192.0.1.0", "192.167.255.255", "192.169.0.0", "198.17.255.255",
	    "198.20.0.0", "223.255.255.255", "2606:4700::1111", "2001:200::1",
	    "2400:4050::1", "::ffff:8.8.8.8", "64:ff9b::808:808",
	    "2002:808:808::1", "2620:fe::fe"};

	for (size_t i = 0; i < COUNT_OF(inside); i++)
		if (!net_is_private(inside[i])) {
			printf("%s\n", inside[i]);
			CHECK(!"private");
		}
	for (size_t i = 0; i < COUNT_OF(outside); i++)
		if (net_is_private(outside[i])) {
			printf("%s\n", outside[i]);
			CHECK(!"the world's");
		}
	CHECK(host_is_loopback("localhost") && host_is_loopback("[::1]"));
	CHECK(host_is_loopback("127.9.9.9") && !host_is_loopback("127.1"));
	CHECK(!host_is_loopback("localhost.example.jp"));
	CHECK(!host_is_loopback("mail.example.jp"));
}

static bool
allowed(const char *host, const char *one, const char *two)
{
	const char *const hosts[] = {one, two, NULL};

	return host_is_allowed(str_of(host), hosts);
}

static void
hosts(void)
{
	CHECK(host_is_allowed(STR("anything"), NULL));
	CHECK(!allowed("anything", NULL, NULL));
	CHECK(allowed("hooks.slack.com", "x", "hooks.slack.com"));
	CHECK(allowed("HOOKS.Slack.com.", "hooks.slack.com", NULL));
	CHECK(allowed("a.b.example.jp", ".example.jp", NULL));
	CHECK(!allowed("example.jp", ".example.jp", NULL));
	CHECK(!allowed("badexample.jp", ".example.jp", NULL));
	CHECK(!allowed("example.jp", "www.example.jp", NULL));
	CHECK(!allowed("www.example.jp", "example.jp", NULL));
	CHECK(!allowed("example.jp.evil.com", "example.jp", ".example.jp"));
	CHECK(!allowed("", "example.jp", NULL));
}

static int64_t
retry_after(const char *s)
{
	/* 1994-11-06 08:49:30 */
	int64_t now = INT64_C(784111770000), ret = -7;

	return http_retry_after(str_of(s), now, &ret) ? ret : -1;
}

static void
values(void)
{
	struct buf b = {0};

	CHECK_INT(retry_after("120"), 120000);
	CHECK_INT(retry_after(" 0 "), 0);
	CHECK_INT(retry_after("99999999999999999"), TIME_MAX);
	CHECK_INT(retry_after("Sun, 06 Nov 1994 08:49:37 GMT"), 7000);
	CHECK_INT(retry_after("Sunday, 06-Nov-94 08:49:37 GMT"), 7000);
	CHECK_INT(retry_after("Sun Nov  6 08:49:37 1994"), 7000);
	CHECK_INT(retry_after("Sun, 06 Nov 1994 08:49:00 GMT"), 0);
	CHECK_INT(retry_after(""), -1);
	CHECK_INT(retry_after("-1"), -1);
	CHECK_INT(retry_after("+1"), -1);
	CHECK_INT(retry_after("1.5"), -1);
	CHECK_INT(retry_after("soon"), -1);
	CHECK_INT(retry_after("99999999999999999999999"), -1);
	CHECK_INT(retry_after(NULL), -1);

	/* printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac secret */
	http_sign(&b, STR("secret"), INT64_C(1700000000999), STR("{\"a\":1}"));
	CHECK_TEXT(b.p,
	    "t=1700000000,v1="
	    "49f24e537407743fa4a0242bb63b94b9a47ee99cbbe071ccd8a22550ae411686");
	buf_release(&b);
}

static void
replies(void)
{
	static const struct {
		const char *line;
		int code;
		bool last;
		const char *text;
	} good[] = {{"250 2.0.0 Ok", 250, true, "2.0.0 Ok"},
	    {"250-SIZE 1", 250, false, "SIZE 1"}, {"354", 354, true, ""},
	    {"421 ", 421, true, ""}, {"999-", 999, false, ""}};
	static const char *const bad[] = {"", "25", "2x0 a", "250a", "-25 a",
	    " 250 a", "2500 a", "EHLO", "\xff\xfe"};
	struct str text;
	int code;
	bool last;
	char kept[8];

	for (size_t i = 0; i < COUNT_OF(good); i++) {
		CHECK(reply_line(str_of(good[i].line), &code, &last, &text));
		CHECK_INT(code, good[i].code);
		CHECK(last == good[i].last && str_is(text, good[i].text));
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		CHECK(!reply_line(str_of(bad[i]), &code, &last, &text));
	text_keep(kept, sizeof(kept), STR("a\x1b\xff\xc2\x85\0b"));
	CHECK_TEXT(kept, "a????b");
	text_keep(kept, sizeof(kept), STR("山田太郎"));
	CHECK_TEXT(kept, "山田");
}

/* What cannot be said to a server is refused before one is asked. */
static void
envelopes(void)
{
	static const struct str bad[] = {STR("a@b.jp>\r\nRCPT TO:<c@d.jp"),
	    STR("a\nb@c.jp"), STR("a\0@b.jp"), STR("a b@c.jp"), STR("<a@b.jp>"),
	    STR("a@b.jp>,<c@d.jp"), STR("a\x7f@b.jp"), STR("a@b.jp "),
	    STR("@c.jp:a@b.jp"), STR("\"a@b.jp"), STR("a\xff@b.jp")};
	struct smtp_server server = {
	    .url = "smtp://127.0.0.1:1", .hello = "a.example.jp"};
	struct smtp_message m = {.from = STR("a@b.jp"),
	    .to = STR("a@b.jp"),
	    .content = STR("Subject: x\r\n\r\nx\r\n")};
	struct net *net = NULL;
	struct smtp *smtp = NULL;
	struct err err = {0};

	if (net_open(&net, &err) < 0) {
		SKIP(err.text);
		return;
	}
	CHECK_INT(smtp_open(net, &server, &smtp, &err), 0);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		m.to = bad[i];
		CHECK_INT(smtp_start(smtp, &m, &err), -1);
		CHECK(strncmp(err.text, "RCPT TO: ", 9) == 0);
		m.to = STR("a@b.jp");
		m.from = bad[i];
		CHECK_INT(smtp_start(smtp, &m, &err), -1);
		CHECK(strncmp(err.text, "MAIL FROM: ", 11) == 0);
		m.from = STR("a@b.jp");
	}
	m.to = STR("");
	CHECK_INT(smtp_start(smtp, &m, &err), -1);
	/* Nothing wanted, nothing under way: no waiting. */
	CHECK_INT(net_wait(net, -1, &err), 0);
	CHECK_INT(smtp_room(smtp) + smtp_busy(smtp), 0);
	CHECK(!smtp_trouble(smtp) && !smtp_done(smtp));
	/* Nobody listens: that is trouble, until it is forgotten. */
	smtp_want(smtp, 1);
	CHECK_INT(net_wait(net, -1, &err), 1);
	CHECK(smtp_trouble(smtp));
	CHECK_INT(net_wait(net, -1, &err), 0);
	smtp_retry(smtp);
	CHECK(!smtp_trouble(smtp));
	net_close(net);
}

/* Who logs in by that text: "user secret", "-" nobody, "!" it is not netrc. */
static const char *
logs_in(const char *text, const char *host, const char *user)
{
	static struct buf said;
	char path[] = "/tmp/dl-net-test-XXXXXX";
	struct login login;
	struct err err = {0};
	int fd = mkstemp(path);

	CHECK(fd >= 0 && fd_write_all(fd, text, strlen(text), NULL) == 0);
	close(fd);
	buf_clear(&said);
	if (netrc_find(path, str_of(host), user, &login, &err) == 0)
		buf_addf(&said, "%s %s", login.user, login.secret);
	else
		buf_addstr(&said, strstr(err.text, ": no ") ? "-" : "!");
	CHECK(!strstr(err.text, "himitsu"));
	login_release(&login);
	unlink(path);
	return said.p;
}

static void
netrc(void)
{
	static const char file[] =
	    "# of the office\n"
	    "machine mail.example.jp login alerts password himitsu1\n"
	    "machine MAIL.example.jp\n\tlogin news # the other one\n"
	    "\taccount a\n\tpassword \"himitsu \\\" \\\\ 2\"\n\n"
	    "macdef init\n\tmachine trap.example.jp login x password y\n\n"
	    "machine only.example.jp password himitsu3\n"
	    "machine long.example.jp login himitsu#4 password #himitsu\n"
	    "default login anybody password himitsu5";

	CHECK_TEXT(logs_in(file, "mail.example.jp", NULL), "alerts himitsu1");
	CHECK_TEXT(
	    logs_in(file, "Mail.Example.JP", "news"), "news himitsu \" \\ 2");
	CHECK_TEXT(logs_in(file, "mail.example.jp", "other"), "-");
	CHECK_TEXT(
	    logs_in(file, "mail.example.jp", "anybody"), "anybody himitsu5");
	CHECK_TEXT(
	    logs_in(file, "only.example.jp", "someone"), "someone himitsu3");
	CHECK_TEXT(logs_in(file, "only.example.jp", NULL), "anybody himitsu5");
	CHECK_TEXT(
	    logs_in(file, "long.example.jp", NULL), "himitsu#4 #himitsu");
	CHECK_TEXT(logs_in(file, "trap.example.jp", NULL), "anybody himitsu5");
	CHECK_TEXT(logs_in(file, "mail.example.jp.evil", "alerts"), "-");
	/* What is named comes before what is meant for all. */
	CHECK_TEXT(logs_in("default login a password b machine h login c "
			   "password d",
		       "h", NULL),
	    "c d");
	CHECK_TEXT(logs_in("", "h", NULL), "-");
	CHECK_TEXT(logs_in("machine h login a", "h", NULL), "-");
	CHECK_TEXT(logs_in("himitsu", "h", NULL), "!");
	CHECK_TEXT(logs_in("login a password himitsu", "h", NULL), "!");
	CHECK_TEXT(logs_in("machine h login a password", "h", NULL), "!");
	CHECK_TEXT(
	    logs_in("machine h login a password \"himitsu\n", "h", NULL), "!");
	CHECK_TEXT(logs_in("machine", "h", NULL), "!");
}

static void
basic(void)
{
	char user[] = "Aladdin", secret[] = "open sesame", colon[] = "a:b";
	struct buf b = {0};

	CHECK_INT(http_basic(&b, &(struct login){user, secret}, NULL), 0);
	/* RFC 7617, 2. */
	CHECK_TEXT(b.p, "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
	CHECK_INT(http_basic(&b, &(struct login){colon, secret}, NULL), -1);
	buf_release(&b);
}

int
main(void)
{
	netrc();
	basic();
	private_addresses();
	hosts();
	values();
	replies();
	envelopes();
	return unit_done("net");
}
