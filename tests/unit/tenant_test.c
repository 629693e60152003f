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
	broken();
	signals();
	tenant_free(t);
	store_close(st);
	return unit_done("tenant");
}
