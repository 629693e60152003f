/* SPDX-License-Identifier: ISC */
/* Tenants and what their settings say; signals out again as they went in. */
#include "signal/signal.h"
#include "tenant/tenant.h"
#include "unit.h"

#define NOW INT64_C(1768435200000)

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

static void
set(const char *assignment)
{
	struct buf changes = {0};

	OK(store_begin(st, STORE_CHANGE, "test", &err));
	OK(tenant_set(st, t, assignment, "me", NOW, &changes, &err));
	OK(store_commit(st, false, &err));
	buf_release(&changes);
}

static void
bands_and_priorities(void)
{
	CHECK_TEXT(tenant_band(t, 30), "cold");
	CHECK_TEXT(tenant_band(t, 31), "warm");
	CHECK_TEXT(tenant_band(t, 60), "warm");
	CHECK_TEXT(tenant_band(t, 61), "hot");
	CHECK_TEXT(tenant_priority(t, 90, true), "critical");
	CHECK_TEXT(tenant_priority(t, 90, false), "high");
	CHECK_TEXT(tenant_priority(t, 79, false), "medium");
	CHECK_TEXT(tenant_priority(t, 59, false), "low");
	set("band_hot=50");
	CHECK_TEXT(tenant_band(t, 50), "hot");
	set("band_hot=");
	CHECK_TEXT(tenant_band(t, 50), "warm");
}

static void
goals_and_features(void)
{
	double goal = 0;

	CHECK(!tenant_goal(t, "deals", &goal));
	set("goal.deals=12.5");
	CHECK(tenant_goal(t, "deals", &goal) && goal == 12.5);
	CHECK(tenant_feature(t, "scoring") && tenant_feature(t, "campaigns"));
	CHECK(!tenant_feature(t, "flying"));
	set("plan=starter");
	CHECK(tenant_feature(t, "scoring") && !tenant_feature(t, "campaigns"));
	set("feature.campaigns=on");
	CHECK_INT(tenant_require(t, "campaigns", &err), 0);
	set("plan=free");
	CHECK(!tenant_feature(t, "scoring"));
	CHECK_INT(tenant_require(t, "scoring", &err), -1);
	CHECK_INT(err.kind, ERR_USAGE);
	CHECK_TEXT(err.text,
	    "feature \"scoring\" is off for tenant \"a\" (plan "
	    "free): dl-db tenant set a feature.scoring=on");
	set("plan=");
}

static void
moment(void)
{
	struct cond_moment m = tenant_moment(t, NOW);

	CHECK(m.now == NOW && m.zone == t->settings.zone);
	CHECK_INT(m.numbers[0], 31);
	CHECK_INT(m.numbers[4], 60);
	CHECK(str_is(m.texts[0], "[\"deal_won\"]"));
}

static int64_t
moment_of(const char *text, const struct zone *z)
{
	int64_t at = 0;

	CHECK(time_parse(str_of(text), z, &at));
	return at;
}

/* Until when it is quiet; "" : it is not. */
static void
quiet_at(const char *hours, const char *zone, const char *at, const char *until)
{
	struct quiet q;
	struct buf got = {0};
	const struct zone *z;
	int64_t end;

	OK(zone_find(zone, &z, &err));
	OK(quiet_parse("quiet", str_of(hours), &q, &err));
	end = quiet_until(&q, z, moment_of(at, z));
	if (end)
		time_add_local(&got, end, z);
	CHECK_TEXT(got.p ? got.p : "", until);
	buf_release(&got);
}

static void
webhook_hosts(void)
{
	CHECK(!t->settings.hosts);
	set("webhook_hosts=a.jp, .b.example,[::1]");
	CHECK_TEXT(t->settings.hosts[0], "a.jp");
	CHECK_TEXT(t->settings.hosts[1], ".b.example");
	CHECK_TEXT(t->settings.hosts[2], "[::1]");
	CHECK(!t->settings.hosts[3]);
	set("webhook_hosts=none");
	CHECK(t->settings.hosts && !t->settings.hosts[0]);
	set("webhook_hosts=any");
	CHECK(!t->settings.hosts);
	set("webhook_hosts=");
	CHECK(!t->settings.hosts);
}

static void
quiet_hours(void)
{
	static const char *const wrong[] = {"", "9-18", "21:00", "21:00-21:00",
	    "24:00-08:00", "25:00-08:00", "mon-", "mon 9", "none,sat",
	    "sat;sun", "mon-sun", "00:00-12:00,12:00-24:00", "fri-thu"};
	struct quiet q, other;

	quiet_at("none", "Asia/Tokyo", "2026-01-15T03:00", "");
	quiet_at("21:00-08:00", "Asia/Tokyo", "2026-01-15T20:59:59.999", "");
	quiet_at("21:00-08:00", "Asia/Tokyo", "2026-01-15T21:00",
	    "2026-01-16 08:00");
	quiet_at("21:00-08:00", "Asia/Tokyo", "2026-01-16T07:59:59.999",
	    "2026-01-16 08:00");
	quiet_at("21:00-08:00", "Asia/Tokyo", "2026-01-16T08:00", "");
	/* From Saturday's first minute to Monday's hours, and over them. */
	quiet_at("sat-sun,mon 00:00-06:00", "Asia/Tokyo", "2026-01-17T00:00",
	    "2026-01-19 06:00");
	quiet_at("fri 18:00-06:00", "Asia/Tokyo", "2026-01-17T05:00",
	    "2026-01-17 06:00");
	quiet_at("fri 18:00-06:00", "Asia/Tokyo", "2026-01-16T05:00", "");
	quiet_at("sun 18:00-06:00", "Asia/Tokyo", "2026-01-19T05:00",
	    "2026-01-19 06:00");
	quiet_at(
	    "sat-mon", "Asia/Tokyo", "2026-01-18T12:00", "2026-01-20 00:00");
	quiet_at("mon-fri 12:00-13:00", "Asia/Tokyo", "2026-01-17T12:30", "");
	/* Before 1970 too. */
	quiet_at("21:00-08:00", "Asia/Tokyo", "1965-01-15T21:00:30",
	    "1965-01-16 08:00");
	/* The night in which clocks go forward has an hour less, and that in
	 * which they go back one more. */
	quiet_at("22:00-07:00", "Europe/Berlin", "2026-03-28T23:00",
	    "2026-03-29 07:00");
	quiet_at("22:00-07:00", "Europe/Berlin", "2026-10-24T23:00",
	    "2026-10-25 07:00");
	/* Ends in the hour that is not there, or there twice. */
	quiet_at("22:00-02:30", "Europe/Berlin", "2026-03-28T23:00",
	    "2026-03-29 03:00");
	quiet_at("22:00-02:30", "Europe/Berlin", "2026-10-24T23:00",
	    "2026-10-25 02:30");
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		CHECK_INT(quiet_parse("quiet", str_of(wrong[i]), &q, &err), -1);
		CHECK_INT(err.kind, ERR_USAGE);
	}
	OK(quiet_parse("quiet", STR("00:00-12:00"), &q, &err));
	OK(quiet_parse("quiet", STR("12:00-24:00"), &other, &err));
	quiet_join(&q, &other);
	CHECK(quiet_until(&q, zone_utc(), NOW) == INT64_MAX);
}

static void
quiet_of_channels(void)
{
	struct quiet q;

	tenant_quiet(t, STR("email"), &q);
	CHECK(!q.any);
	set("quiet_hours=21:00-08:00");
	set("quiet.slack=none");
	set("quiet.inbox=sun");
	tenant_quiet(t, STR("email"), &q);
	CHECK(q.any && q.minute[0] == 0xff);
	tenant_quiet(t, STR("slack"), &q);
	CHECK(!q.any);
	tenant_quiet(t, STR("inbox"), &q);
	CHECK(q.any && q.minute[0] == 0);
	set("quiet.inbox=");
	tenant_quiet(t, STR("inbox"), &q);
	CHECK(!q.any);
	set("quiet.slack=");
	tenant_quiet(t, STR("slack"), &q);
	CHECK(q.any);
	set("quiet_hours=");
}

/* A settings document that somebody broke is an error, not a crash. */
static void
broken(void)
{
	struct buf changes = {0};

	OK(store_begin(st, STORE_CHANGE, "test", &err));
	CHECK_INT(
	    tenant_set(st, t, "hot_threshold=101", "me", NOW, &changes, &err),
	    -1);
	store_rollback(st);
	CHECK_INT(t->settings.hot_threshold, 80);
	CHECK_INT(changes.len, 0);
	buf_release(&changes);
}

struct seen {
	struct buf text;
};

static int
see(void *context, int64_t at, struct str kind, struct str lead,
    struct str data, struct err *e)
{
	struct seen *s = context;

	(void)e;
	buf_addf(&s->text, "%lld %.*s %.*s %.*s;", (long long)(at - NOW),
	    STR_ARG(kind), STR_ARG(lead), STR_ARG(data));
	return 0;
}

static void
signals(void)
{
	struct bulk *b = bulk_new(&bulk_signal);
	struct seen seen = {{0}};

	OK(store_begin(st, STORE_CHANGE, "test", &err));
	OK(signal_add_bulk(st, t->id, NOW, b, &err)); /* none is fine */
	for (int64_t round = 0; round < 2; round++) {
		bulk_clear(b);
		for (int64_t i = 0; i < 2; i++) {
			bulk_int(b, i);
			bulk_text(b, i ? STR("b") : STR("a"));
			bulk_null(b);
			bulk_text(b, i ? STR("{}") : (struct str){0});
			bulk_end_row(b);
		}
		OK(signal_add_bulk(st, t->id, NOW + round, b, &err));
	}
	OK(store_commit(st, false, &err));
	OK(signal_list(st, t->id, NOW, see, &seen, &err));
	CHECK_TEXT(seen.text.p, "0 a  ;0 b  {};1 a  ;1 b  {};");
	buf_clear(&seen.text);
	OK(signal_list(st, t->id, NOW + 1, see, &seen, &err));
	CHECK_TEXT(seen.text.p, "1 a  ;1 b  {};");
	CHECK_INT(signal_list(st, t->id + 1, NOW, see, &seen, &err), 0);
	buf_release(&seen.text);
	bulk_free(b);
}

int
main(void)
{
	OK(store_open(":memory:", STORE_WRITE, &st, &err));
	OK(store_begin(st, STORE_CHANGE, "test", &err));
	OK(tenant_add(st, "a", "me", NOW, &err));
	OK(store_commit(st, false, &err));
	OK(tenant_open(st, NULL, &t, &err));
	bands_and_priorities();
	goals_and_features();
	moment();
	quiet_hours();
	webhook_hosts();
	quiet_of_channels();
	broken();
	signals();
	tenant_free(t);
	store_close(st);
	return unit_done("tenant");
}
