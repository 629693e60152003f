/* SPDX-License-Identifier: ISC */
/* Channels as the operator writes them; when a message is tried again; what is
 * not sent now. Without a network. */
#include "notify/notify_priv.h"
#include "unit.h"

#define NOW INT64_C(1768435200000) /* a Thursday, nine o'clock in Tokyo */

static struct store *st;
static struct tenant *t;
static struct err err;

static void
ok_(int code, int line)
{
	if (code < 0) {
		printf("line %d: %s\n", line, err.text);
		exit(1);
	}
}
#define OK(x) ok_((x), __LINE__)

/* ---- channels --------------------------------------------------------------
 */

/* "NAME.KEY=VALUE" of each, NULL-ended; -1 when any or all of them is wrong. */
static int
configure(const char *const *settings, struct notify_channels **ret)
{
	struct notify_channels *c = notify_channels_new();
	int rc = 0;

	for (size_t i = 0; rc == 0 && settings[i]; i++) {
		struct str value = str_of(settings[i]), name;
		struct place where = {
		    .file = "config", .line = (unsigned)i + 1};

		CHECK(str_cut(&value, '=', &name));
		rc = notify_channels_setting(c, name, value, where, &err);
	}
	if (rc == 0)
		rc = notify_channels_ready(c, &err);
	if (rc == 0 && ret)
		*ret = c;
	else
		notify_channels_free(c);
	return rc;
}
#define SETTINGS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void
wrong_(const char *const *settings, const char *want, int line)
{
	err_clear(&err);
	CHECK_INT(configure(settings, NULL), -1);
	CHECK_INT(err.kind, ERR_USAGE);
	if (!strstr(err.text, want)) {
		printf("line %d: %s\n", line, err.text);
		unit_failed++;
	}
	/* Any value may be half a secret. */
	CHECK(!strstr(err.text, "himitsu"));
}
#define WRONG(want, ...) wrong_(SETTINGS(__VA_ARGS__), want, __LINE__)

static int
add_line(void *context, struct str line, struct err *e)
{
	(void)e;
	buf_adds(context, line);
	return 0;
}

static void
channels(void)
{
	struct notify_channels *c;
	struct buf lines = {0};
	struct arena arena = {0};
	const char **hosts;
	size_t count;

	OK(configure(
	    SETTINGS("mail.kind=email", "mail.url=smtp://[::1]:2525",
		"mail.from=営業 <a@Example.jp>", "mail.sessions=7",
		"other.kind=email", "other.url=smtps://mx.example.jp:465",
		"other.from=b@example.jp", "other.tenants=b, a",
		"hook.kind=webhook", "hook.secret=himitsu",
		"hook.url=https://user@in.example.jp/himitsu?himitsu",
		"hers.kind=exec", "hers.command=true", "hers.tenants=b"),
	    &c));
	OK(notify_channels_list(c, t, add_line, &lines, &err));
	CHECK_TEXT(lines.p,
	    "{\"channel\":\"inbox\",\"kind\":\"inbox\"}\n"
	    "{\"channel\":\"mail\",\"kind\":\"email\",\"to\":\"[::1]:2525\"}\n"
	    "{\"channel\":\"other\",\"kind\":\"email\","
	    "\"to\":\"mx.example.jp:465\"}\n"
	    "{\"channel\":\"hook\",\"kind\":\"webhook\","
	    "\"to\":\"in.example.jp\"}\n");
	CHECK(channel_find(c, t, STR("other")) != NULL);
	CHECK(channel_find(c, t, STR("hers")) == NULL);
	CHECK_INT(channel_find(c, t, STR("mail"))->sessions, 7);
	hosts = notify_channels_relays(c, STR("example.jp"), &arena, &count);
	CHECK_INT(count, 2);
	CHECK_TEXT(hosts[0], "::1");
	CHECK_TEXT(hosts[1], "mx.example.jp");
	hosts = notify_channels_relays(c, STR("example"), &arena, &count);
	CHECK(count == 0 && hosts[0] == NULL);
	arena_release(&arena);
	buf_release(&lines);
	notify_channels_free(c);
	WRONG("no such kind", "x.kind=himitsu");
	WRONG("no such kind", "x.kind=inbox");
	WRONG("has no kind", "x.url=himitsu");
	WRONG("inbox is there without any setting", "inbox.tenants=himitsu");
	WRONG("expected channel.NAME.SETTING", "x=himitsu");
	WRONG("expected channel.NAME.SETTING", ".kind=himitsu");
	WRONG("did you mean \"sessions\"", "x.sesions=1");
	WRONG("unknown setting", "x.level=himitsu");
	WRONG("timeout: no time", "x.timeout=himitsu");
	WRONG("sessions: not a number from 1 to 100", "x.sessions=101");
	WRONG("server \"a\" needs url", "x.kind=email", "x.from=a@b.jp",
	    "x.server.a.user=himitsu");
	WRONG("url and servers: one of them", "x.kind=email", "x.from=a@b.jp",
	    "x.url=smtp://himitsu", "x.server.a.url=smtp://himitsu");
	WRONG("servers are nothing for the kind exec", "x.kind=exec",
	    "x.command=himitsu", "x.server.a.url=smtp://himitsu");
	WRONG("unknown setting \"from\"", "x.server.a.from=himitsu");
	WRONG("expected channel.NAME.server.NAME.SETTING", "x.server.a=1");
	WRONG("expected channel.NAME.server.NAME.SETTING", "x.server..url=1");
	WRONG("user needs password", "x.kind=email", "x.from=a@b.jp",
	    "x.server.a.url=smtp://himitsu", "x.server.a.user=himitsu");
	WRONG("from", "x.kind=email", "x.url=smtp://a", "x.from=nobody");
	WRONG("reply_to", "x.kind=email", "x.url=smtp://a", "x.from=a@b.jp",
	    "x.reply_to=a@b.jp\r\nBcc: c@d.jp");
}

/* What a server does not say, the channel says for it. */
static void
servers(void)
{
	struct notify_channels *c;
	const struct channel *m;
	struct buf lines = {0};

	OK(configure(
	    SETTINGS("m.kind=email", "m.from=a@example.jp",
		"m.password=himitsu", "m.user=we", "m.sessions=7",
		"m.rate=10/1s", "m.server.a.url=smtp://a.example.jp",
		"m.server.b.url=smtp://b.example.jp:26",
		"m.server.b.passwordeval=true", "m.server.b.sessions=2",
		"m.server.b.rate=1/1s, 100/1h"),
	    &c));
	m = channel_find(c, t, STR("m"));
	CHECK_INT(m->servers, 2);
	CHECK_TEXT(m->server[0]->user, "we");
	CHECK_TEXT(m->server[0]->password, "himitsu");
	CHECK(m->server[0]->sessions == 7 && m->server[1]->sessions == 2);
	CHECK(!m->server[1]->password && m->server[1]->passwordeval);
	CHECK(m->rate.count == 1 && m->server[0]->rate.count == 0);
	CHECK_INT(m->server[1]->rate.count, 2);
	OK(notify_channels_list(c, t, add_line, &lines, &err));
	CHECK(strstr(lines.p, "\"to\":\"a.example.jp, b.example.jp:26\""));
	buf_release(&lines);
	notify_channels_free(c);
}

/* ---- when again ------------------------------------------------------------
 */

static void
when_again(void)
{
	struct outbox_row row = {
	    .id = STR("abc"), .kind = STR("alert"), .due_at = NOW};
	int64_t last = 0, wait;

	/* Later and later, up to half a day, and not for ever. */
	for (int64_t n = 1; n < 8; n++) {
		wait = policy_next(&row, n, n, OUT_AGAIN, -1, NOW) - NOW;
		CHECK(wait > last && wait >= 5 * MS_MINUTE * 3 / 4);
		CHECK(wait <= 12 * MS_HOUR * 5 / 4);
		CHECK_INT(
		    policy_next(&row, n, n, OUT_AGAIN, -1, NOW) - NOW, wait);
		last = wait;
	}
	CHECK_INT(policy_next(&row, 8, 8, OUT_AGAIN, -1, NOW), -1);
	/* The server's fault: as often as it takes, within the hour. */
	wait = policy_next(&row, 0, 100, OUT_LATER, -1, NOW) - NOW;
	CHECK(wait >= MS_HOUR * 3 / 4 && wait <= MS_HOUR * 5 / 4);
	/* As it asks, when that is later. */
	CHECK_INT(policy_next(&row, 0, 1, OUT_LATER, 3 * MS_HOUR, NOW) - NOW,
	    3 * MS_HOUR);
	CHECK_INT(
	    policy_next(&row, 0, 1, OUT_LATER, -1, NOW + 5 * MS_DAY + 1), -1);
	row.kind = STR("report");
	wait = policy_next(&row, 3, 3, OUT_AGAIN, -1, NOW) - NOW;
	CHECK(wait >= MS_HOUR * 3 / 4 && wait <= MS_HOUR * 5 / 4);
	CHECK_INT(policy_next(&row, 4, 4, OUT_AGAIN, -1, NOW), -1);
	/* What failed together does not come back together. */
	row.id = STR("abd");
	CHECK(policy_next(&row, 3, 3, OUT_AGAIN, -1, NOW) - NOW != wait);
}

/* ---- items -----------------------------------------------------------------
 */

static struct item *
item_to(struct str address, bool critical)
{
	struct outbox_row row = {.number = 1,
	    .id = STR("00ff"),
	    .kind = STR("alert"),
	    .recipient = address,
	    .address = address,
	    .template = STR("hot_lead"),
	    .critical = critical,
	    .due_at = NOW};

	return item_new(&row);
}

static void
verdicts(void)
{
	struct item *i = item_to(STR("abe@ao.example"), false), *j;
	char name[] = "pager";
	struct channel c = {.name = name};
	struct items q = {0};
	struct buf line = {0};
	char text[600];
	struct outbox_end e;

	/* An answer that is too long ends with a whole character. */
	memset(text, 'x', sizeof(text));
	memcpy(text + sizeof(i->answer) - 3, "電", 3);
	text[sizeof(text) - 1] = '\0';
	item_end(i, OUT_AGAIN, 451, "%s", text);
	CHECK_INT(strlen(i->answer), sizeof(i->answer) - 3);
	i->answer[4] = '\0';
	e = item_verdict(i, NOW, false);
	CHECK_TEXT(e.state, "retry");
	CHECK(e.attempts == 1 && e.tries == 1 && e.next_at > NOW);
	item_end(i, OUT_LATER, 0, "%s", "");
	e = item_verdict(i, NOW, false);
	CHECK(e.attempts == 0 && e.tries == 1 && !e.answer.p);
	i->row.due_at = NOW - 6 * MS_DAY;
	CHECK_TEXT(item_verdict(i, NOW, false).state, "dead");
	/* One that waits has not been tried. */
	i->until = NOW + MS_HOUR;
	item_say(i, "quiet hours");
	e = item_verdict(i, NOW, false);
	item_put(i, &e, &c, &line);
	CHECK_TEXT(line.p,
	    "{\"id\":\"00ff\",\"channel\":\"pager\","
	    "\"recipient\":\"abe@ao.example\",\"state\":\"queued\","
	    "\"next_at\":\"2026-01-15T01:00:00Z\",\"answer\":\"quiet hours\"}"
	    "\n");
	buf_release(&line);
	j = item_to((struct str){0}, false);
	items_add(&q, i);
	items_add(&q, j);
	CHECK(q.count == 2 && items_take(&q) == i);
	items_add(&q, i);
	CHECK(items_take(&q) == j && items_take(&q) == i);
	CHECK(!items_take(&q) && q.count == 0);
	items_add(&q, i);
	items_add(&q, j);
	items_free(&q);
}

/* ---- the gate --------------------------------------------------------------
 */

static void
say(const char *user, const char *assignment)
{
	char *assignments[] = {xstrdup(assignment)};
	struct buf lines = {0};

	OK(store_begin(st, STORE_CHANGE, "test", &err));
	OK(outbox_prefer(
	    st, t, str_of(user), assignments, 1, "me", NOW, &lines, &err));
	OK(store_commit(st, false, &err));
	buf_release(&lines);
	free(assignments[0]);
}

static void
set(const char *assignment)
{
	struct buf lines = {0};

	OK(store_begin(st, STORE_CHANGE, "test", &err));
	OK(tenant_set(st, t, assignment, "me", NOW, &lines, &err));
	OK(store_commit(st, false, &err));
	buf_release(&lines);
}

/* Hours from NOW that a message is to wait; -1: it is not wanted. */
static int
waits(const struct kind *kind, const char *to, bool critical)
{
	char name[] = "pager";
	struct channel c = {.name = name, .kind = kind};
	struct item *i = item_to(str_of(to), critical);
	struct gate gate = {0};
	int64_t until;
	int hours;

	OK(gate_open(&gate, st, t, &c, &err));
	i->placed = false;
	OK(gate_ask(&gate, i, NOW, &until, &err));
	hours = i->over ? -1 : until ? (int)((until - NOW) / MS_HOUR) : 0;
	CHECK(!i->over || i->outcome == OUT_CANCELLED);
	CHECK((until != 0 || i->over) == (i->answer[0] != '\0'));
	gate_close(&gate);
	item_free(i);
	return hours;
}

static void
gates(void)
{
	struct member abe = {.email = STR("abe@ao.example"),
	    .role = STR("sales"),
	    .active = true};
	const char *her = "abe@ao.example";

	OK(store_begin(st, STORE_CHANGE, "test", &err));
	OK(member_add(st, t, &abe, "me", NOW, &err));
	OK(store_commit(st, false, &err));
	CHECK_INT(waits(&kind_exec, her, false), 0);
	CHECK_INT(waits(&kind_exec, NULL, false), 0);
	set("quiet_hours=08:00-10:00");
	CHECK_INT(waits(&kind_exec, her, false), 1);
	CHECK_INT(waits(&kind_exec, NULL, false), 1);
	CHECK_INT(waits(&kind_exec, her, true), 0);
	/* Her hours and the tenant's, one after the other. */
	say(her, "quiet=10:00-12:00");
	CHECK_INT(waits(&kind_exec, her, false), 3);
	CHECK_INT(waits(&kind_exec, "baba@ao.example", false), 1);
	set("quiet.pager=none");
	CHECK_INT(waits(&kind_exec, her, false), 0);
	say(her, "quiet=09:00-12:00");
	CHECK_INT(waits(&kind_exec, her, false), 3);
	CHECK_INT(waits(&kind_inbox, her, false), 0);
	say(her, "mute=template:hot_lead");
	CHECK_INT(waits(&kind_exec, her, true), -1);
	CHECK_INT(waits(&kind_inbox, her, false), -1);
	say(her, "mute=kind:alert");
	CHECK_INT(waits(&kind_exec, her, false), -1);
	say(her, "mute=slack,kind:reminder");
	CHECK_INT(waits(&kind_exec, her, false), 3);
	say(her, "mute=slack,pager");
	CHECK_INT(waits(&kind_exec, her, false), -1);
	CHECK_INT(waits(&kind_exec, "baba@ao.example", false), 0);
	say(her, "mute=");
	say(her, "quiet=");
	set("quiet.pager=");
	set("quiet_hours=");
}

/* ---- limits ----------------------------------------------------------------
 */

static struct rates
rates_of(const char *text)
{
	struct rates r;

	OK(rates_parse("rate", str_of(text), &r, &err));
	return r;
}

static void
rates(void)
{
	static const char *const wrong[] = {"", "10", "0/1s", "-1/1s", "1/0s",
	    "1/32d", "1000001/1s", "1/1s,", "1/1s,,1/1m", "1.5/1s", "1/1s/1s",
	    "1/1s,1/2s,1/3s,1/4s,1/5s"};
	struct rates r = rates_of(" 10/1s , 500/1h"), other = rates_of("7/1d");

	CHECK(r.count == 2 && r.rate[0].count == 10);
	CHECK(r.rate[1].count == 500 && r.rate[1].span == MS_HOUR);
	rates_join(&r, &other);
	CHECK(r.count == 3 && r.rate[2].span == MS_DAY);
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		err_clear(&err);
		CHECK_INT(rates_parse("rate", str_of(wrong[i]), &r, &err), -1);
		CHECK_INT(err.kind, ERR_USAGE);
	}
}

static uint64_t random_state = 7;

static int64_t
random_below(int64_t n)
{
	random_state =
	    random_state * 6364136223846793005u + 1442695040888963407u;
	return (int64_t)(random_state >> 33) % n;
}

/* The most that any span of a limit holds. */
static int64_t
busiest(const int64_t *at, size_t n, int64_t span)
{
	int64_t most = 0;
	size_t first = 0;

	for (size_t i = 0; i < n; i++) {
		while (at[first] <= at[i] - span)
			first++;
		if ((int64_t)(i - first + 1) > most)
			most = (int64_t)(i - first + 1);
	}
	return most;
}

/* As many as may go, asked at odd moments, written down and read again. */
static size_t
run_against(const char *text, int64_t wake, int64_t *at, size_t most)
{
	struct rates r = rates_of(text);
	struct pace p = {0};
	struct buf kept = {0};
	int64_t now = NOW;
	size_t n = 0;

	while (n < most) {
		int64_t room = pace_room(&p, &r, now), next;

		CHECK((room > 0) == (pace_next(&p, &r, now) == now));
		room = room ? 1 + random_below(room) : 0;
		pace_add(&p, &r, now, room);
		for (int64_t k = 0; k < room && n < most; k++)
			at[n++] = now;
		next = pace_next(&p, &r, now);
		CHECK(next == now || pace_room(&p, &r, next - 1) == 0);
		CHECK(pace_room(&p, &r, next) > 0);
		buf_clear(&kept);
		pace_put(&p, &kept);
		pace_read(&p, kept.p ? buf_str(&kept) : STR(""), now);
		now += 1 + random_below(wake);
	}
	for (size_t i = 0; i < r.count; i++)
		CHECK(busiest(at, n, r.rate[i].span) <= r.rate[i].count);
	buf_release(&kept);
	return n;
}

static void
paces(void)
{
	enum { MANY = 20000 };
	int64_t *at = xmalloc(MANY * sizeof(*at)), fair;
	struct rates r = rates_of("2/1h");
	struct pace p = {0};

	run_against("3/1s", 100, at, 1000);
	run_against("1/1m", 20000, at, 500);
	run_against("10/1s,100/1m", 150, at, 3000);
	run_against("5/1h,20/1d", 10 * MS_MINUTE, at, 500);
	/* Far more than there are marks: none too many, and few too few. */
	run_against("1000/1h", 2 * MS_SECOND, at, MANY);
	fair = (at[MANY - 1] - at[0]) / MS_HOUR * 1000;
	CHECK(fair <= MANY && fair >= MANY * 85 / 100);
	free(at);
	/* A clock that was wrong once does not stop anybody for ever. */
	pace_read(&p, STR("99999999999999:2"), NOW);
	CHECK_INT(pace_next(&p, &r, NOW), NOW + MS_HOUR);
	pace_read(&p, STR("x 5: 7:-1 :3"), NOW);
	CHECK_INT(p.count, 0);
	/* Places that are taken ahead come one after the other. */
	for (int64_t i = 0; i < 200; i++) {
		int64_t next = pace_next(&p, &r, NOW);

		CHECK_INT((next - NOW) / MS_HOUR, i / 2);
		pace_add(&p, &r, next, 1);
	}
}

/* What one may begin of so many, by a rate and up to so many at once. */
static int64_t
takes(const struct tenant *who, const char *channel, const char *rate,
    int64_t at, size_t want, int64_t *ret_next)
{
	struct rates r = rates_of(rate);
	struct meter m = {.whom = STR(""), .rates = &r};

	OK(limits_take(st, who, str_of(channel), &m, 1, at, want, &err));
	*ret_next = m.next;
	return m.got;
}

/* What two runs of different tenants take, they take from the same. */
static void
shared_limit(void)
{
	struct tenant *other;
	int64_t next;

	OK(store_begin(st, STORE_CHANGE, "test", &err));
	OK(tenant_add(st, "b", "me", NOW, &err));
	OK(store_commit(st, false, &err));
	CHECK_INT(takes(t, "pager", "5/1h", NOW, 3, &next), 3);
	CHECK_INT(next, NOW);
	OK(tenant_open(st, "b", &other, &err));
	CHECK_INT(takes(other, "pager", "5/1h", NOW + 1, 3, &next), 2);
	CHECK_INT(next, NOW + MS_HOUR);
	CHECK_INT(takes(other, "pager", "5/1h", NOW + 2, 3, &next), 0);
	CHECK_INT(next, NOW + MS_HOUR);
	CHECK_INT(takes(other, "pager", "5/1h", NOW + MS_HOUR, 9, &next), 3);
	CHECK_INT(next, NOW + MS_HOUR + 1);
	CHECK_INT(takes(other, "else", "5/1h", NOW + 2, 9, &next), 5);
	tenant_free(other);
	tenant_free(t);
	OK(tenant_open(st, "a", &t, &err));
}

/* A channel's servers, each with a rate and with room. */
static void
limits_of_servers(void)
{
	struct rates all = rates_of("10/1h"), a = rates_of("4/1h"), none = {0};
	struct meter m[4] = {{.whom = STR(""), .rates = &all},
	    {.whom = STR("a"), .rates = &a, .most = 3},
	    {.whom = STR("b"), .rates = &none, .most = 2},
	    {.whom = STR("c"), .rates = &a, .most = 9}};

	/* In their order, each within its room and rate. */
	OK(limits_take(st, t, STR("m"), m, 4, NOW, 6, &err));
	CHECK_INT(m[0].got, 6);
	CHECK(m[1].got == 3 && m[2].got == 2 && m[3].got == 1);
	CHECK(m[1].next == NOW && m[2].next == NOW && m[0].next == NOW);
	/* Of the channel four are left, of a one, of c three. */
	OK(limits_take(st, t, STR("m"), m, 4, NOW + 1, 6, &err));
	CHECK_INT(m[0].got, 4);
	CHECK(m[1].got == 1 && m[2].got == 2 && m[3].got == 1);
	CHECK(m[1].next == NOW + MS_HOUR && m[3].next == NOW + 1);
	CHECK_INT(m[0].next, NOW + MS_HOUR);
	OK(limits_take(st, t, STR("m"), m, 4, NOW + 2, 6, &err));
	CHECK(m[0].got == 0 && m[1].got == 0 && m[2].got == 0);
	/* Six of the first hour are over. */
	OK(limits_take(st, t, STR("m"), m, 4, NOW + MS_HOUR, 9, &err));
	CHECK_INT(m[0].got, 6);
	CHECK(m[1].got == 3 && m[2].got == 2 && m[3].got == 1);
}

/* Hours from NOW to which the n-th message for somebody is put off. */
static void
of_one_recipient(void)
{
	char name[] = "pager";
	struct channel c = {.name = name,
	    .kind = &kind_exec,
	    .per_recipient = rates_of("2/1h")};
	struct item *i = item_to(STR("abe@ao.example"), false);
	struct item *urgent = item_to(STR("abe@ao.example"), true);
	struct item *other = item_to(STR("baba@ao.example"), false);
	struct gate gate = {0};
	struct items batch = {0};
	int64_t until;

	OK(gate_open(&gate, st, t, &c, &err));
	for (int64_t n = 0; n < 10; n++) {
		i->placed = false;
		OK(gate_ask(&gate, i, NOW, &until, &err));
		CHECK_INT(until ? (until - NOW) / MS_HOUR : 0, n / 2);
	}
	OK(gate_ask(&gate, urgent, NOW, &until, &err));
	CHECK_INT(until, 0);
	OK(gate_ask(&gate, other, NOW, &until, &err));
	CHECK_INT(until, 0);
	/* Only what is begun is kept; the tenant may be stricter. */
	items_add(&batch, i);
	items_add(&batch, other);
	OK(store_begin(st, STORE_CHANGE, "test", &err));
	OK(gate_count(&gate, &batch, NOW, &err));
	OK(store_commit(st, false, &err));
	gate_close(&gate);
	OK(gate_open(&gate, st, t, &c, &err));
	i->placed = false;
	OK(gate_ask(&gate, i, NOW, &until, &err));
	CHECK_INT(until, 0);
	gate_close(&gate);
	set("per_recipient.pager=1/1d");
	OK(gate_open(&gate, st, t, &c, &err));
	i->placed = false;
	OK(gate_ask(&gate, i, NOW, &until, &err));
	CHECK_INT(until, NOW + MS_DAY);
	gate_close(&gate);
	set("per_recipient.pager=");
	items_free(&batch);
	item_free(urgent);
}

int
main(void)
{
	OK(store_open(":memory:", STORE_WRITE, &st, &err));
	OK(store_begin(st, STORE_CHANGE, "test", &err));
	OK(tenant_add(st, "a", "me", NOW, &err));
	OK(store_commit(st, false, &err));
	OK(tenant_open(st, NULL, &t, &err));
	channels();
	servers();
	when_again();
	verdicts();
	gates();
	rates();
	paces();
	shared_limit();
	limits_of_servers();
	of_one_recipient();
	tenant_free(t);
	store_close(st);
	return unit_done("notify");
}
