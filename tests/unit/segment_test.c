/* SPDX-License-Identifier: ISC */
/*
 * Segments in a store. Leads, events, scores, definitions and decisions by hand
 * come at random while time goes on; after every refresh of what is due, who
 * is in is what looking at all leads would give, lead by lead and by SQL. And
 * who was in at a moment can be told later.
 */
#include "score/score.h"
#include "segment/segment_priv.h"
#include "unit.h"

#define NOW INT64_C(1768435200000) /* 2026-01-15T00:00:00Z */

enum { LEADS = 120, SEGMENTS = 9, MOMENTS = 40 };

static uint64_t dice = 5;
static struct store *st;
static struct tenant *tenant;
static int64_t now = NOW, events_made;
static struct score_rules *rules;

static uint32_t
roll(uint32_t sides)
{
	dice = dice * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(dice >> 33) % sides;
}

static void
ok_(int code, const struct err *err, int line)
{
	if (code < 0) {
		printf("line %d: %s\n", line, err->text);
		exit(1);
	}
}
#define OK(x) ok_((x), &err, __LINE__)

/* ---- what happens to leads ---- */

static void
add_leads(void)
{
	struct bulk *b = bulk_new(&bulk_lead);
	struct err err = {0};
	int64_t first;

	OK(store_begin(st, STORE_CHANGE, "test", &err));
	OK(store_numbers(st, tenant->id, "lead", LEADS, &first, &err));
	for (int64_t i = 0; i < LEADS; i++) {
		struct lead_row row;
		char id[24];
		int n =
		    snprintf(id, sizeof(id), "L%lld", (long long)(first + i));

		lead_row_init(&row);
		row.lead_id = first + i;
		row.text[LEAD_ID] = (struct str){id, (size_t)n};
		row.number[LEAD_COMPANY_SIZE] =
		    roll(3) ? (int64_t)roll(1000) : LEAD_MISSING;
		row.number[LEAD_CREATED_AT] = now - (int64_t)roll(60) * MS_DAY;
		row.number[LEAD_UPDATED_AT] = now;
		row.text[LEAD_TITLE] = roll(2) ? STR("部長") : STR("主任");
		row.text[LEAD_INDUSTRY] = roll(2) ? STR("IT") : STR("製造業");
		if (roll(8) == 0)
			row.number[LEAD_CONVERTED_AT] =
			    now + ((int64_t)roll(20) - 10) * MS_DAY;
		lead_bulk_add(b, &row);
		OK(work_changed(st, tenant->id, WORK_DATA, row.lead_id, &err));
	}
	OK(lead_bulk_insert(st, tenant, b, &err));
	OK(store_commit(st, false, &err));
	bulk_free(b);
}

static int
told(void *context, int64_t seq, bool same, struct err *err)
{
	(void)context;
	(void)seq;
	(void)same;
	(void)err;
	return 0;
}

/* Some of them are dated later than now. */
static void
add_events(int64_t count)
{
	static const char *const names[] = {
	    "email_opened", "site_visited", "demo_requested", "deal_won"};
	struct lead_event_types *types = lead_event_types_new(st, tenant);
	struct bulk *b = bulk_new(&bulk_event);
	struct lead_events_done done;
	struct err err = {0};

	OK(store_begin(st, STORE_CHANGE, "test", &err));
	for (int64_t i = 0; i < count; i++) {
		const char *name = names[roll(COUNT_OF(names))];
		int64_t type, lead = 1 + roll(LEADS);
		char id[24];
		int n =
		    snprintf(id, sizeof(id), "E%lld", (long long)++events_made);

		OK(lead_event_type(types, str_of(name), &type, &err));
		OK(work_changed(st, tenant->id, WORK_DATA, lead, &err));
		bulk_int(b, i);
		bulk_text(b, (struct str){id, (size_t)n});
		bulk_int(b, lead);
		bulk_int(b, type);
		bulk_int(
		    b, now - (int64_t)roll(20 * 24) * MS_HOUR + 2 * MS_DAY);
		bulk_text(b, roll(2) ? STR("{\"page\":\"/price\"}")
				     : (struct str){NULL, 0});
		bulk_end_row(b);
	}
	OK(lead_events_insert(st, tenant, b, false, &done, told, NULL, &err));
	OK(store_commit(st, false, &err));
	lead_event_types_free(types);
	bulk_free(b);
}

static void
change_leads(unsigned count)
{
	struct buf changes = {0};
	struct err err = {0};

	OK(store_begin(st, STORE_CHANGE, "test", &err));
	for (unsigned i = 0; i < count; i++) {
		char size[40], stage[40];
		const char *words[] = {size, stage,
		    roll(2) ? "industry=IT" : "industry=小売業",
		    roll(2) ? "attrs.予算=あり" : "attrs.予算="};

		snprintf(size, sizeof(size), "company_size=%u", roll(1000));
		snprintf(stage, sizeof(stage), "stage=%s",
		    roll(5) ? "lead" : "customer");
		OK(lead_set(st, tenant, 1 + roll(LEADS), words + roll(4), 1,
		    "test", now, &changes, &err));
	}
	OK(store_commit(st, false, &err));
	buf_release(&changes);
}

static void
apply_scores(void)
{
	struct score_apply job = {
	    .rules = rules, .moment = tenant_moment(tenant, now)};
	struct score_applied done;
	struct err err = {0};

	OK(score_apply(st, tenant, &job, &done, &err));
	CHECK(done.holder.len == 0);
}

static void
define_rules(void)
{
	bool changed;
	struct err err = {0};

	OK(score_rules_reference(&rules, &err));
	OK(store_begin(st, STORE_CHANGE, "test", &err));
	OK(score_set_define(
	    st, tenant, "ref", rules, "test", now, &changed, &err));
	OK(store_commit(st, false, &err));
	score_rules_free(rules);
	OK(score_set_open(st, tenant, NULL, &rules, &err));
}

/* ---- segments ---- */

/* %s, %u: a segment with a smaller number, a number of days. */
static const char *const conditions[] = {
    "company_size >= 500 and industry = 'IT'",
    "not company_size >= 300",
    "count(email_opened, 5d) >= 1",
    "count(site_visited, 7d) >= 2 or company_size >= 800",
    "industry = 'IT' and not last(site_visited) within 6d",
    "last(email_opened) older than 4d and score >= 5",
    "score >= 10 and (count(email_opened, 9d) = 1 or attrs.\"予算\" = 'あり')",
    "converted = true",
    "not converted and company_size < 400",
    "last_activity_at within 3d",
    "random 30% or created_at in last month",
    "company_size < 600 and last(email_opened) in this week",
    "seniority >= 4 or count(email_opened, 2d) >= 1",
    "created_at within 30d or stage = 'customer'",
    "changed(company_size, 5d) or anniversary(created_at) in next 9 days",
    "company_size for more than 4d and last(site_visited) before last 3 days",
    "industry = 'IT' for more than 2d",
    "count(site_visited, 8d, where page = '/price') >= 1",
    "count(demo_requested) >= 1 and not count(deal_won) >= 1",
    "first(site_visited) exists and company_size between 100 and 900",
};
static const char *const asking[] = {
    "in segment 'S%u'",
    "not in segment 'S%u' and score >= 3",
    "in segment 'S%u' and count(email_opened, 6d) >= 1",
    "company_size >= 700 or not in segment 'S%u'",
};

static struct segment_by
by_test(struct buf *changes)
{
	return (struct segment_by){st, tenant, "test", now, changes};
}

static void
define_segment(unsigned number)
{
	struct buf changes = {0};
	struct segment_by by = by_test(&changes);
	struct segment *s;
	struct err err = {0};
	char name[16], where[200];

	snprintf(name, sizeof(name), "S%u", number);
	if (number > 0 && roll(3) == 0)
		snprintf(where, sizeof(where), asking[roll(COUNT_OF(asking))],
		    roll(number));
	else
		snprintf(where, sizeof(where), "%s",
		    conditions[roll(COUNT_OF(conditions))]);
	OK(segment_of_condition(str_of(where), &s, &err));
	s->fixed = roll(12) == 0;
	OK(store_begin(st, STORE_CHANGE, "test", &err));
	OK(segment_define(&by, name, s, NULL, &err));
	OK(store_commit(st, false, &err));
	segment_free(s);
	buf_release(&changes);
}

static void
switch_segment(void)
{
	struct buf changes = {0};
	struct segment_by by = by_test(&changes);
	struct err err = {0};
	char name[16];

	snprintf(name, sizeof(name), "S%u", roll(SEGMENTS));
	OK(store_begin(st, STORE_CHANGE, "test", &err));
	OK(segment_switch(&by, name, (enum segment_switch)roll(4), &err));
	OK(store_commit(st, false, &err));
	buf_release(&changes);
}

static void
override_leads(unsigned count)
{
	struct buf changes = {0};
	struct segment_by by = by_test(&changes);
	struct cond_moment moment = tenant_moment(tenant, now);
	struct segment_overrider *o;
	struct err err = {0};
	char name[16];

	snprintf(name, sizeof(name), "S%u", roll(SEGMENTS));
	OK(store_begin(st, STORE_CHANGE, "test", &err));
	OK(segment_override_begin(&by, name, (enum segment_override)roll(3),
	    roll(2) ? "因" : NULL, &moment, &o, &err));
	for (unsigned i = 0; i < count; i++)
		OK(segment_override_lead(o, 1 + roll(LEADS), &err));
	OK(segment_override_end(o, 0, &err));
	OK(store_commit(st, false, &err));
	buf_release(&changes);
}

/* ---- what must be so ---- */

static int
keep_lines(void *context, struct str lines, struct err *err)
{
	(void)err;
	buf_adds(context, lines);
	return 0;
}

static struct segment_refreshed
refresh(bool all, bool dry_run, const char *name, struct buf *lines)
{
	const char *const names[] = {name};
	struct segment_refresh job = {.moment = tenant_moment(tenant, now),
	    .all = all,
	    .dry_run = dry_run,
	    .names = names,
	    .name_count = name != NULL,
	    .flush = lines ? keep_lines : NULL,
	    .context = lines};
	struct segment_refreshed done;
	struct err err = {0};

	OK(segment_refresh(st, tenant, &job, &done, &err));
	CHECK(done.holder.len == 0);
	return done;
}

static int64_t
count(const char *text)
{
	struct bind binds[] = {BIND_INT(tenant->id)};
	struct rows *rows;
	struct err err = {0};
	int64_t n;

	OK(store_query_text(st, text, "i", binds, 1, &rows, &err));
	OK(rows_next(rows, &err));
	n = rows_int(rows, 0);
	rows_close(rows);
	return n;
}

/* Every lead that is in has entered once more than it has left. */
static void
check_signals(void)
{
	CHECK_INT(count("SELECT count(*) FILTER (WHERE kind ="
			" 'segment.entered') - count(*) FILTER (WHERE kind ="
			" 'segment.left') FROM signal WHERE tenant_id = $1"),
	    count("SELECT count(*) FROM segment_member WHERE tenant_id = $1"));
	CHECK_INT(count("SELECT count(*) FROM segment_member AS m WHERE"
			" m.tenant_id = $1 AND (SELECT count(*) FILTER (WHERE"
			" g.kind = 'segment.entered') - count(*) FILTER (WHERE"
			" g.kind = 'segment.left') FROM signal AS g WHERE"
			" g.tenant_id = $1 AND g.lead_id = m.lead_id)"
			" <> (SELECT count(*) FROM segment_member AS o WHERE"
			" o.tenant_id = $1 AND o.lead_id = m.lead_id)"),
	    0);
}

static struct {
	int64_t at;
	char digest[65];
} moments[MOMENTS];
static unsigned moment_count;

static void
digest(int64_t at, char ret[65])
{
	struct buf text = {0};
	struct err err = {0};

	for (unsigned i = 0; i < SEGMENTS; i++) {
		char name[16];

		snprintf(name, sizeof(name), "S%u", i);
		buf_addf(&text, "%s\n", name);
		OK(segment_members(
		    st, tenant, name, at, keep_lines, &text, &err));
	}
	sha256_hex(text.p, text.len, ret);
	buf_release(&text);
}

/* Only whether the rule alone would do may have changed since. */
static void
check_moments(void)
{
	char again[65];

	for (unsigned i = 0; i < moment_count; i++) {
		digest(moments[i].at, again);
		CHECK_TEXT(again, moments[i].digest);
	}
	moment_count = 0;
}

static void
check_step(unsigned step)
{
	struct buf lines = {0};
	struct segment_refreshed done = refresh(false, false, NULL, &lines);
	uint64_t told_lines = 0;
	struct str rest, line;
	struct kept *k;
	struct plan plan;
	struct err err = {0};

	rest = buf_str(&lines);
	while (rest.n) {
		str_cut(&rest, '\n', &line);
		told_lines++;
	}
	CHECK_INT(told_lines, done.entered + done.left);
	buf_clear(&lines);
	/* Lead by lead, and by SQL: nothing is otherwise. */
	done = refresh(true, true, NULL, &lines);
	if (done.entered + done.left)
		printf("step %u, lead by lead: %s", step, lines.p);
	CHECK_INT(done.entered + done.left, 0);
	OK(store_begin(st, STORE_SNAPSHOT, "test", &err));
	OK(plan_load(st, tenant, &plan, &err));
	store_rollback(st);
	k = &plan.kept[roll((uint32_t)plan.count)];
	buf_clear(&lines);
	if (k->follows) {
		done = refresh(false, false, k->name, &lines);
		if (done.entered + done.left)
			printf("step %u, SQL: %s", step, lines.p);
		CHECK_INT(done.entered + done.left, 0);
	}
	plan_release(&plan);
	done = refresh(false, false, NULL, NULL);
	CHECK_INT(done.entered + done.left, 0);
	buf_release(&lines);
}

static void
something_happens(void)
{
	switch (roll(8)) {
	case 0:
		add_events(1 + roll(20));
		break;
	case 1:
		change_leads(1 + roll(20));
		break;
	case 2:
		add_events(3);
		apply_scores();
		break;
	case 3:
		override_leads(1 + roll(5));
		break;
	case 4:
		define_segment(roll(SEGMENTS));
		break;
	case 5:
		if (roll(2))
			switch_segment();
		else
			refresh(true, false, NULL, NULL);
		break;
	default:
		break;
	}
}

static void
test_histories(unsigned steps)
{
	struct remarks none = {0};
	struct err err = {0};

	add_leads();
	add_events(300);
	define_rules();
	apply_scores();
	for (unsigned i = 0; i < SEGMENTS; i++)
		define_segment(i);
	for (unsigned step = 0; step < steps; step++) {
		check_step(step);
		check_signals();
		if (roll(3) == 0 && moment_count < MOMENTS) {
			moments[moment_count].at = now;
			digest(now, moments[moment_count++].digest);
		}
		now += 1 + (int64_t)roll(30) * MS_HOUR;
		for (uint32_t n = roll(4); n > 0; n--)
			something_happens();
		/* Whether a member is in by hand only may change later. */
		if (step % 50 == 49)
			moment_count = 0;
	}
	OK(lead_check(st, tenant, &none, &err));
	CHECK_INT(none.count, 0);
}

static bool
stop(void *context, uint64_t done, uint64_t whole)
{
	(void)context;
	(void)done;
	(void)whole;
	return true;
}

/* A look at all leads empties the queue; when it is cut short, what waited in
 * there must not be lost. Few segments, so each is a step of its own. */
static void
test_cut_short(void)
{
	static const char *const where[] = {"company_size >= 500",
	    "company_size >= 600", "industry = 'IT' and company_size >= 700"};
	struct segment_refresh job = {.moment = tenant_moment(tenant, now),
	    .all = true,
	    .progress = stop};
	struct segment_refreshed done;
	struct buf changes = {0};
	struct segment_by by = by_test(&changes);
	struct err err = {0};

	for (unsigned i = 0; i < SEGMENTS; i++) {
		struct segment *s;
		char name[16];

		snprintf(name, sizeof(name), "S%u", i);
		OK(store_begin(st, STORE_CHANGE, "test", &err));
		if (i < COUNT_OF(where)) {
			OK(segment_of_condition(str_of(where[i]), &s, &err));
			OK(segment_define(&by, name, s, NULL, &err));
			OK(segment_switch(&by, name, SEGMENT_ENABLE, &err));
			segment_free(s);
		} else {
			OK(segment_remove(
			    &by, name, (struct str){NULL, 0}, true, &err));
		}
		OK(store_commit(st, false, &err));
	}
	refresh(true, false, NULL, NULL);
	change_leads(100);
	for (unsigned i = 0; i < 3; i++) {
		OK(segment_refresh(st, tenant, &job, &done, &err));
		CHECK(done.stopped);
		job.all = false;
	}
	change_leads(20);
	check_step(0);
	buf_release(&changes);
}

int
main(int argc, char **argv)
{
	unsigned steps = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 150;
	struct err err = {0};

	if (argc > 2)
		dice = strtoull(argv[2], NULL, 10);
	OK(store_open(unit_store(), STORE_WRITE, &st, &err));
	OK(store_begin(st, STORE_CHANGE, "test", &err));
	OK(tenant_add(st, "main", "test", NOW, &err));
	OK(store_commit(st, false, &err));
	OK(tenant_open(st, "main", &tenant, &err));
	test_histories(steps);
	check_moments();
	test_cut_short();
	score_rules_free(rules);
	tenant_free(tenant);
	store_close(st);
	return unit_done("segment");
}
