/* SPDX-License-Identifier: ISC */
/*
 * sample: leads and events at random; each is shown at the right moment, with
 * the right outcome, and its columns hold what counting it out gives.
 */
#include <math.h>

#include "sample/sample.h"
#include "unit.h"

#define NOW INT64_C(1768435200000) /* 2026-01-15T00:00:00Z */

enum { LEADS = 600, EVENTS = 4000, TYPES = 4 };

static const char *const type_names[TYPES] = {
    "site_visited", "demo_requested", "email_sent", "deal_won"};
static const int64_t windows[] = {7 * MS_DAY, 30 * MS_DAY};

static struct {
	char id[16];
	int64_t created, converted; /* LEAD_MISSING: not given */
} leads[LEADS + 1];
static struct {
	int64_t lead, at;
	int type;
} events[EVENTS];

static uint64_t dice = 5;
static struct store *st;
static struct tenant *tenant;
static struct cond_moment now_moment;

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

static int
told(void *context, int64_t seq, bool same, struct err *err)
{
	return 0;
}

static void
add_leads(void)
{
	struct bulk *b = bulk_new(&bulk_lead);
	struct err err = {0};
	int64_t first;

	OK(store_numbers(st, tenant->id, "lead", LEADS, &first, &err));
	CHECK_INT(first, 1);
	for (int64_t i = 1; i <= LEADS; i++) {
		struct lead_row row;
		int n = snprintf(
		    leads[i].id, sizeof(leads[i].id), "L%lld", (long long)i);

		leads[i].created = NOW - (int64_t)roll(200) * MS_DAY;
		leads[i].converted =
		    roll(6) ? LEAD_MISSING : NOW - (int64_t)roll(200) * MS_DAY;
		lead_row_init(&row);
		row.lead_id = i;
		row.text[LEAD_ID] = (struct str){leads[i].id, (size_t)n};
		row.number[LEAD_CREATED_AT] = leads[i].created;
		row.number[LEAD_CONVERTED_AT] = leads[i].converted;
		row.number[LEAD_UPDATED_AT] = NOW;
		if (roll(2))
			row.text[LEAD_INDUSTRY] = STR("製造業");
		if (roll(2))
			row.attrs = STR("{\"予算\":\"あり\"}");
		lead_bulk_add(b, &row);
	}
	OK(lead_bulk_insert(st, tenant, b, &err));
	bulk_free(b);
}

static void
add_events(void)
{
	struct lead_event_types *types = lead_event_types_new(st, tenant);
	struct bulk *b = bulk_new(&bulk_event);
	struct lead_events_done done;
	struct err err = {0};

	for (int64_t i = 0; i < EVENTS; i++) {
		char id[16];
		int n = snprintf(id, sizeof(id), "E%lld", (long long)i);
		int64_t type;

		events[i].type = (int)roll(10) < 9 ? (int)roll(3) : 3;
		events[i].lead = 1 + roll(LEADS);
		/* Some of them lie ahead. */
		events[i].at =
		    NOW + 2 * MS_DAY - (int64_t)roll(200 * 24) * MS_HOUR;
		OK(lead_event_type(
		    types, str_of(type_names[events[i].type]), &type, &err));
		bulk_int(b, i);
		bulk_text(b, (struct str){id, (size_t)n});
		bulk_int(b, events[i].lead);
		bulk_int(b, type);
		bulk_int(b, events[i].at);
		bulk_text(b, (struct str){NULL, 0});
		bulk_end_row(b);
	}
	OK(lead_events_insert(st, tenant, b, false, &done, told, NULL, &err));
	bulk_free(b);
	lead_event_types_free(types);
}

static void
make_store(void)
{
	struct err err = {0};

	OK(store_open(":memory:", STORE_WRITE, &st, &err));
	OK(store_begin(st, STORE_CHANGE, "test", &err));
	OK(tenant_add(st, "main", "test", NOW, &err));
	OK(store_commit(st, false, &err));
	OK(tenant_open(st, "main", &tenant, &err));
	now_moment = tenant_moment(tenant, NOW);
	OK(store_begin(st, STORE_CHANGE, "test", &err));
	add_leads();
	add_events();
	OK(store_commit(st, false, &err));
}

/* ---- the same by counting ----------------------------------------- */

/* When the lead first had the outcome, or LEAD_MISSING. */
static int64_t
outcome_of(int64_t lead, enum sample_target target)
{
	int type = target == SAMPLE_EVENT ? 1 : 3;
	int64_t first = LEAD_MISSING;

	if (target == SAMPLE_CONVERTED && leads[lead].converted != LEAD_MISSING)
		return leads[lead].converted;
	for (int i = 0; i < EVENTS; i++)
		if (events[i].lead == lead && events[i].type == type &&
		    events[i].at <= NOW &&
		    (first == LEAD_MISSING || events[i].at < first))
			first = events[i].at;
	return first;
}

static int64_t
known_since(int64_t lead, int64_t before)
{
	int64_t first = leads[lead].created;

	for (int i = 0; i < EVENTS; i++)
		if (events[i].lead == lead && events[i].at < before &&
		    events[i].at < first)
			first = events[i].at;
	return first;
}

static int64_t
happened(int64_t lead, int type, int64_t after, int64_t until)
{
	int64_t count = 0;

	for (int i = 0; i < EVENTS; i++)
		count += events[i].lead == lead && events[i].type == type &&
			 events[i].at > after && events[i].at <= until;
	return count;
}

struct seen {
	struct sample sample;
	struct sample_columns columns;
	bool shown[LEADS + 1];
	uint64_t count;
};

/* What a column has for the row that was added last; 0 for nothing. */
static double
value_of(const struct sample_columns *c, enum sample_kind kind,
    const char *name, int64_t window)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct sample_column *k = &c->list[i];

		if (k->kind != kind || !str_is(k->name, name) ||
		    k->window != window)
			continue;
		return k->count && k->row[k->count - 1] == c->rows - 1
			   ? k->value[k->count - 1]
			   : 0;
	}
	return -1;
}

static int
look(void *context, const struct lead_view *view,
    const struct cond_moment *moment, uint8_t outcome, struct err *err)
{
	struct seen *seen = context;
	int64_t lead = view->lead_id;
	int64_t at = outcome_of(lead, seen->sample.target);

	CHECK(!seen->shown[lead]);
	seen->shown[lead] = true;
	seen->count++;
	CHECK_INT(outcome, at != LEAD_MISSING);
	CHECK(view->values[LEAD_CONVERTED].number == 0);
	CHECK(view->values[LEAD_CONVERTED_AT].kind == COND_MISSING);
	if (outcome)
		CHECK_INT(moment->now, at - 1 - seen->sample.lead_time);
	else
		CHECK(moment->now <= NOW);
	if (sample_columns_add(&seen->columns, view, moment, outcome, err) < 0)
		return -1;
	CHECK_INT(value_of(&seen->columns, SAMPLE_COUNT, "site_visited", 0),
	    happened(lead, 0, INT64_MIN, moment->now));
	for (size_t w = 0; w < COUNT_OF(windows); w++)
		CHECK_INT(value_of(&seen->columns, SAMPLE_COUNT, "site_visited",
			      windows[w]),
		    happened(lead, 0, moment->now - windows[w], moment->now));
	return 0;
}

static struct sample_taken
take(struct seen *seen)
{
	static const char *const not [] = {"demo_requested", "attrs.予算"};
	struct sample_ask ask = {.exclude = not,
	    .exclude_count = 2,
	    .windows = windows,
	    .window_count = COUNT_OF(windows)};
	struct lead_needs needs = {0};
	struct sample_taken taken;
	struct err err = {0};

	OK(lead_type_find(
	    st, tenant, STR("demo_requested"), &seen->sample.event, &err));
	OK(sample_columns_open(&seen->columns, st, tenant, &ask, &needs, &err));
	OK(sample_leads(st, tenant, &seen->sample, &needs, &now_moment, look,
	    seen, &taken, &err));
	CHECK_INT(taken.leads, seen->count);
	/* What was left out, and what is done to leads, is no column. */
	CHECK(value_of(&seen->columns, SAMPLE_COUNT, "demo_requested", 0) < 0);
	CHECK(value_of(&seen->columns, SAMPLE_COUNT, "email_sent", 0) < 0);
	CHECK(value_of(&seen->columns, SAMPLE_COUNT, "deal_won", 0) < 0);
	CHECK(value_of(&seen->columns, SAMPLE_ATTR, "予算", 0) < 0);
	CHECK(value_of(&seen->columns, SAMPLE_FIELD, "industry", 0) >= 0);
	sample_columns_release(&seen->columns);
	return taken;
}

static void
outcomes(enum sample_target target, int64_t lead_time)
{
	struct seen seen = {
	    .sample = {.target = target, .lead_time = lead_time}};
	struct sample_taken taken = take(&seen);
	uint64_t yes = 0, early = 0;

	for (int64_t lead = 1; lead <= LEADS; lead++) {
		int64_t at = outcome_of(lead, target);
		bool is_early = at != LEAD_MISSING &&
				at - 1 - lead_time < known_since(lead, at);

		CHECK(seen.shown[lead] == !is_early);
		early += is_early;
		yes += at != LEAD_MISSING && !is_early;
	}
	CHECK_INT(taken.all, LEADS);
	CHECK_INT(taken.yes, yes);
	CHECK_INT(taken.early, early);
	CHECK(yes > 20 && early > 5);
}

/* Of many a part is drawn: about as many as asked for, the same ones again,
 * and all the same for either half. */
static void
limits(void)
{
	struct seen some = {.sample = {.limit = 200}};
	struct seen again = some;
	struct seen more = {.sample = {.limit = 400}};
	struct sample_taken taken = take(&some);

	CHECK_INT(taken.all, LEADS);
	CHECK(taken.leads + taken.early > 150);
	CHECK(taken.leads + taken.early < 250);
	take(&again);
	take(&more);
	CHECK(memcmp(some.shown, again.shown, sizeof(some.shown)) == 0);
	for (int64_t lead = 1; lead <= LEADS; lead++)
		CHECK(!some.shown[lead] || more.shown[lead]);
	more = (struct seen){.sample = {.limit = LEADS}};
	taken = take(&more);
	CHECK_INT(taken.leads + taken.early, LEADS);
}

static void
halves(void)
{
	struct seen train = {.sample = {.half = SAMPLE_TRAIN, .share = 0.5}};
	struct seen test = {.sample = {.half = SAMPLE_TEST, .share = 0.5}};

	take(&train);
	take(&test);
	CHECK(train.count > 200 && test.count > 200);
	for (int64_t lead = 1; lead <= LEADS; lead++) {
		bool low = sample_share(str_of(leads[lead].id)) < 0.5;

		CHECK(!train.shown[lead] || low);
		CHECK(!test.shown[lead] || !low);
	}
}

/* No lead has a score, so none can be told by it. */
static void
scores(void)
{
	struct seen seen = {.sample = {.target = SAMPLE_SCORE}};
	struct sample_taken taken = take(&seen);

	CHECK_INT(taken.leads, 0);
	CHECK_INT(taken.unscored, LEADS);
}

int
main(void)
{
	make_store();
	outcomes(SAMPLE_CONVERTED, 0);
	outcomes(SAMPLE_CONVERTED, 10 * MS_DAY);
	outcomes(SAMPLE_EVENT, 0);
	outcomes(SAMPLE_EVENT, 3 * MS_DAY);
	limits();
	halves();
	scores();
	tenant_free(tenant);
	store_close(st);
	return unit_done("sample");
}
