/* SPDX-License-Identifier: ISC */
/*
 * Scores in a store. Leads and events come at random while time goes on; after
 * every apply each stored score is what computing it afresh gives, whether it
 * came from a full pass, the queue or a moment that was due. And the derived
 * fields of a lead mean the same in views and in SQL.
 */
#include <math.h>
#include <unistd.h>

#include "score/score_priv.h"
#include "unit.h"

#define NOW INT64_C(1768435200000) /* 2026-01-15T00:00:00Z */

static uint64_t dice = 11;
static struct store *st;
static struct tenant *tenant;
static int64_t leads_made, events_made;

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

static void
open_store(const char *path)
{
	struct err err = {0};

	OK(store_open(
	    path, *path == ':' ? STORE_WRITE : STORE_CREATE, &st, &err));
	OK(store_begin(st, STORE_CHANGE, "test", &err));
	OK(tenant_add(st, "main", "test", NOW, &err));
	OK(store_commit(st, false, &err));
	OK(tenant_open(st, "main", &tenant, &err));
	leads_made = events_made = 0;
}

static void
close_store(void)
{
	tenant_free(tenant);
	store_close(st);
}

/* ---- leads and events at random ---- */

static void
add_leads(int64_t count, int64_t now)
{
	static const char *const titles[] = {NULL, "", "部長", "副部長",
	    "営業部長代理", "Vice President, Sales", "CTO", "director",
	    "social-media manager", "社長秘書", "学生", "ＣＥＯ", "coordinator",
	    "head of R&D", "主任", "本部長", "支社長", "　"};
	static const char *const mails[] = {
	    NULL, "a@gmail.com", "b@corp.jp", "c@yahoo.co.jp", "d@x.gmail.com"};
	struct bulk *b = bulk_new(&bulk_lead);
	struct err err = {0};
	int64_t first;

	OK(store_begin(st, STORE_CHANGE, "test", &err));
	OK(store_numbers(st, tenant->id, "lead", count, &first, &err));
	for (int64_t i = 0; i < count; i++) {
		struct lead_row row;
		char id[24];
		int n =
		    snprintf(id, sizeof(id), "L%lld", (long long)(first + i));

		lead_row_init(&row);
		row.lead_id = first + i;
		row.text[LEAD_ID] = (struct str){id, (size_t)n};
		row.text[LEAD_TITLE] = str_of(titles[roll(COUNT_OF(titles))]);
		row.text[LEAD_EMAIL] = str_of(mails[roll(COUNT_OF(mails))]);
		row.email_key = row.text[LEAD_EMAIL];
		row.number[LEAD_COMPANY_SIZE] =
		    roll(3) ? (int64_t)roll(1000) : LEAD_MISSING;
		row.number[LEAD_CREATED_AT] = now - (int64_t)roll(60) * MS_DAY;
		row.number[LEAD_UPDATED_AT] = now;
		if (roll(10) == 0)
			row.text[LEAD_STAGE] = STR("customer");
		if (roll(10) == 0)
			row.number[LEAD_CONVERTED] = roll(2);
		if (roll(10) == 0)
			row.number[LEAD_CONVERTED_AT] =
			    now + ((int64_t)roll(20) - 10) * MS_DAY;
		if (roll(2))
			row.attrs = roll(2) ? STR("{\"予算\":\"あり\"}")
					    : STR("{\"予算\":\"なし\"}");
		lead_bulk_add(b, &row);
		OK(work_mark(st, tenant->id, WORK_SCORE, row.lead_id, &err));
	}
	OK(lead_bulk_insert(st, tenant, b, &err));
	OK(store_commit(st, false, &err));
	bulk_free(b);
	leads_made = first + count - 1;
}

static int
told(void *context, int64_t seq, bool same, struct err *err)
{
	return 0;
}

static void
add_events(int64_t count, int64_t now)
{
	static const char *const names[] = {"email_opened", "site_visited",
	    "demo_requested", "email_sent", "deal_won"};
	struct lead_event_types *types = lead_event_types_new(st, tenant);
	struct bulk *b = bulk_new(&bulk_event);
	struct lead_events_done done;
	struct err err = {0};

	OK(store_begin(st, STORE_CHANGE, "test", &err));
	for (int64_t i = 0; i < count; i++) {
		const char *name = names[roll(COUNT_OF(names))];
		char id[24];
		int64_t type, lead;
		int n =
		    snprintf(id, sizeof(id), "E%lld", (long long)++events_made);

		OK(lead_event_type(types, str_of(name), &type, &err));
		bulk_int(b, i);
		bulk_text(b, (struct str){id, (size_t)n});
		lead = 1 + roll((uint32_t)leads_made);
		OK(work_mark(st, tenant->id, WORK_SCORE, lead, &err));
		bulk_int(b, lead);
		bulk_int(b, type);
		bulk_int(
		    b, now - (int64_t)roll(40 * 24) * MS_HOUR + 2 * MS_DAY);
		bulk_text(b, roll(2) ? STR("{\"page\":\"/price\"}")
				     : (struct str){NULL, 0});
		bulk_end_row(b);
	}
	OK(lead_events_insert(st, tenant, b, false, &done, told, NULL, &err));
	CHECK_INT(done.new, count);
	OK(store_commit(st, false, &err));
	lead_event_types_free(types);
	bulk_free(b);
}

/* ---- rules ---- */

static const char *const some_rules =
    "{\"rules\":["
    "{\"name\":\"opened\",\"type\":\"behavior\",\"event\":\"email_opened\","
    "\"points\":7.3,\"half_life\":\"9d\",\"max_points\":30},"
    "{\"name\":\"visited\",\"type\":\"behavior\",\"event\":\"site_visited\","
    "\"points\":6,\"within\":\"12d\",\"max_count\":3},"
    "{\"name\":\"price\",\"type\":\"behavior\",\"event\":\"site_visited\","
    "\"where\":\"page = '/price'\",\"points\":11,\"within\":\"20d\"},"
    "{\"name\":\"demo\",\"type\":\"behavior\",\"event\":\"demo_requested\","
    "\"points\":70,\"max_count\":1,\"within\":\"30d\"},"
    "{\"name\":\"large\",\"type\":\"attribute\","
    "\"when\":\"company_size >= 500\",\"points\":20},"
    "{\"name\":\"senior\",\"type\":\"attribute\",\"when\":\"seniority >= 4\","
    "\"points\":15},"
    "{\"name\":\"budget\",\"type\":\"attribute\","
    "\"when\":\"attrs.\\\"予算\\\" = 'あり'\",\"points\":12},"
    "{\"name\":\"lately\",\"type\":\"attribute\","
    "\"when\":\"last(demo_requested) within 5d\",\"points\":9},"
    "{\"name\":\"won\",\"type\":\"attribute\",\"when\":\"converted = true\","
    "\"points\":-20},"
    "{\"name\":\"idle\",\"type\":\"inactivity\",\"idle\":\"6d\","
    "\"points\":-4,\"repeat\":true,\"max_count\":5}],"
    "\"groups\":{\"fit\":{\"max\":35}}}";

static struct score_rules *
make_rules(const char *text)
{
	struct score_rules *rules;
	struct err err = {0};
	struct json *doc;

	OK(json_doc_parse(str_of(text), "rules", &doc, &err));
	OK(score_rules_parse(doc, &rules, &err));
	json_doc_free(doc);
	return rules;
}

/* ---- applying ---- */

struct lines {
	uint64_t count;
	struct buf text;
};

static int
count_lines(void *context, struct str lines, struct err *err)
{
	struct lines *l = context;

	for (size_t i = 0; i < lines.n; i++)
		l->count += lines.p[i] == '\n';
	buf_adds(&l->text, lines);
	return 0;
}

static struct score_applied
apply(struct score_rules *rules, int64_t now, bool all, bool dry,
    struct lines *lines)
{
	struct score_applied done;
	struct err err = {0};
	struct score_apply job = {.rules = rules,
	    .moment = tenant_moment(tenant, now),
	    .all = all,
	    .dry_run = dry,
	    .flush = lines ? count_lines : NULL,
	    .context = lines};

	OK(score_apply(st, tenant, &job, &done, &err));
	CHECK_INT(done.holder.len, 0);
	if (lines)
		CHECK_INT(lines->count, done.moved);
	return done;
}

/* Every stored score is what computing it now gives. */
static void
verify(struct score_rules *rules, int64_t now, const char *what)
{
	struct cond_moment moment = tenant_moment(tenant, now);
	struct lead_needs needs = {0};
	struct score_result result;
	struct lead_views *views;
	const struct lead_view *view;
	struct err err = {0};
	int64_t seen = 0, wrong = 0;
	int got;

	score_rules_needs(rules, &needs);
	needs.field[LEAD_SCORE] = needs.field[LEAD_FIT] = true;
	needs.field[LEAD_ENGAGEMENT] = needs.field[LEAD_IS_HOT] = true;
	OK(score_rules_bind(rules, st, tenant, &err));
	score_result_init(&result, rules);
	OK(store_begin(st, STORE_SNAPSHOT, "test", &err));
	OK(lead_views_range(st, tenant, &needs, &moment, 0, INT64_MAX,
	    INT64_MAX, &views, &err));
	while ((got = lead_views_next(views, &view, &err)) > 0) {
		const struct cond_value *v = view->values;

		seen++;
		score_compute(rules, view, &moment, &result);
		if (v[LEAD_SCORE].kind == COND_IS_NUMBER &&
		    v[LEAD_SCORE].number == (double)result.score &&
		    v[LEAD_FIT].number == (double)result.fit &&
		    v[LEAD_ENGAGEMENT].number == (double)result.engagement &&
		    (v[LEAD_IS_HOT].number != 0) ==
			(result.score >= tenant->settings.hot_threshold))
			continue;
		if (!wrong++)
			printf("%s: lead %lld: stored %g, computed %lld\n",
			    what, (long long)view->lead_id,
			    v[LEAD_SCORE].kind == COND_IS_NUMBER
				? v[LEAD_SCORE].number
				: -1,
			    (long long)result.score);
	}
	OK(got);
	lead_views_close(views);
	store_rollback(st);
	score_result_release(&result);
	CHECK_INT(wrong, 0);
	CHECK_INT(seen, leads_made);
}

struct signals {
	int64_t hot, cooled, wrong;
	bool is_hot[20001];
};

static int
note_signal(void *context, int64_t at, struct str kind, struct str lead,
    struct str data, struct err *err)
{
	struct signals *s = context;
	int64_t number = 0;

	number_int((struct str){lead.p + 1, lead.n - 1}, &number);
	if (str_is(kind, "lead.hot")) {
		/* Never twice without cooling in between. */
		s->wrong += s->is_hot[number];
		s->is_hot[number] = true;
		s->hot++;
	} else if (str_is(kind, "lead.cooled")) {
		s->wrong += !s->is_hot[number];
		s->is_hot[number] = false;
		s->cooled++;
	}
	return 0;
}

static void
life(void)
{
	struct score_rules *rules = make_rules(some_rules);
	struct signals *signals = xcalloc(1, sizeof(*signals));
	struct score_applied done;
	struct err err = {0};
	uint64_t hot = 0, cooled = 0;
	int64_t now = NOW;

	open_store(":memory:");
	add_leads(300, now);
	for (int step = 0; step < 60; step++) {
		struct lines lines = {0};
		char what[40];

		snprintf(what, sizeof(what), "step %d", step);
		if (step % 7 == 3)
			add_leads(20, now);
		if (step % 3)
			add_events(roll(150), now);
		/* A dry run says what the real one then does. */
		if (step % 5 == 0) {
			struct lines dry = {0};
			struct score_applied a, b;

			a = apply(rules, now, false, true, &dry);
			b = apply(rules, now, false, false, &lines);
			CHECK_INT(a.moved, b.moved);
			CHECK_INT(a.hot, b.hot);
			CHECK_TEXT(dry.text.p ? dry.text.p : "",
			    lines.text.p ? lines.text.p : "");
			done = b;
			buf_release(&dry.text);
		} else {
			done = apply(rules, now, false, false, &lines);
		}
		hot += done.hot;
		cooled += done.cooled;
		verify(rules, now, what);
		/* There is nothing left to do, and everything anew is the
		 * same. */
		buf_release(&lines.text);
		memset(&lines, 0, sizeof(lines));
		done = apply(rules, now, false, false, &lines);
		CHECK_INT(done.scored, 0);
		done = apply(rules, now, true, true, &lines);
		CHECK_INT(done.scored, leads_made);
		CHECK_INT(done.moved, 0);
		buf_release(&lines.text);
		now += (int64_t)roll(4 * 24 * 60) * MS_MINUTE;
	}
	OK(signal_list(st, tenant->id, 0, note_signal, signals, &err));
	CHECK_INT(signals->wrong, 0);
	CHECK_INT(signals->hot, hot);
	CHECK_INT(signals->cooled, cooled);
	CHECK(hot > 10 && cooled > 10);
	free(signals);
	score_rules_free(rules);
	close_store();
}

/* ---- the pass with helper threads ---- */

struct stopper {
	int steps;
};

static bool
stop_soon(void *context, uint64_t done, uint64_t whole)
{
	struct stopper *s = context;

	return --s->steps < 0;
}

static void
threads(void)
{
	struct score_rules *rules = make_rules(some_rules);
	struct score_rules *other = make_rules(score_reference().p);
	struct stopper stopper = {1};
	struct score_applied done;
	struct lines lines = {0};
	struct err err = {0};
	char path[] = "/tmp/dl-score-XXXXXX", file[64];
	struct score_apply job = {
	    .rules = other, .progress = stop_soon, .context = &stopper};
	struct signals *signals = xcalloc(1, sizeof(*signals));

	if (!mkdtemp(path)) {
		perror(path);
		exit(1);
	}
	snprintf(file, sizeof(file), "%s/dl.db", path);
	open_store(file);
	add_leads(20000, NOW);
	add_events(60000, NOW);
	done = apply(rules, NOW, false, false, &lines);
	CHECK_INT(done.scored, 20000);
	verify(rules, NOW, "first pass");
	/* Leads come out in order whatever thread made them. */
	CHECK(lines.count > 1000);
	/* Other rules: a pass that is stopped, and taken up again. */
	job.moment = tenant_moment(tenant, NOW + MS_DAY);
	OK(score_apply(st, tenant, &job, &done, &err));
	CHECK(done.stopped);
	CHECK(done.scored > 0 && done.scored < 20000);
	add_events(50, NOW);
	buf_clear(&lines.text);
	lines.count = 0;
	done = apply(other, NOW + 2 * MS_DAY, false, false, &lines);
	CHECK(done.scored >= 20000 - 2 * 4096 && done.scored < 40000);
	verify(other, NOW + 2 * MS_DAY, "resumed pass");
	OK(signal_list(st, tenant->id, 0, note_signal, signals, &err));
	CHECK_INT(signals->wrong, 0);
	free(signals);
	buf_release(&lines.text);
	score_rules_free(rules);
	score_rules_free(other);
	close_store();
	for (const char *const *end =
		 (const char *const[]){"", "-wal", "-shm", "-lock", NULL};
	     *end; end++) {
		snprintf(file, sizeof(file), "%s/dl.db%s", path, *end);
		unlink(file);
	}
	CHECK_INT(rmdir(path), 0);
}

/* Segments of every second and every third lead; changes of fields; scores
 * before those there are. */
static void
add_past(void)
{
	static const char *const texts[] = {
	    "INSERT INTO field_change (tenant_id, lead_id, field, at)"
	    " SELECT l.tenant_id, l.lead_id, CASE l.lead_id % 4 WHEN 0 THEN"
	    " 'title' WHEN 1 THEN 'company' WHEN 2 THEN 'attrs.予算' ELSE"
	    " 'attrs.x' END, 1768435200000 - l.lead_id % 7 * 43200000"
	    " FROM lead AS l WHERE l.tenant_id = $1",
	    "INSERT INTO score_history (tenant_id, lead_id, at, number, score,"
	    " fit, engagement, points) SELECT s.tenant_id, s.lead_id, s.at -"
	    " 864000000 - s.lead_id % 30 * 86400000, 0, s.score, s.fit,"
	    " s.engagement, s.points FROM score AS s WHERE s.tenant_id = $1",
	    "INSERT INTO score_history (tenant_id, lead_id, at, number, score,"
	    " fit, engagement, points) SELECT s.tenant_id, s.lead_id, s.at -"
	    " s.lead_id % 3 * 86400000, 0, s.score + s.lead_id % 2, s.fit,"
	    " s.engagement + s.lead_id % 5 / 4, s.points FROM score AS s"
	    " WHERE s.tenant_id = $1",
	    "INSERT INTO segment (tenant_id, segment_id, name, document, "
	    "enabled, dynamic, updated_at) VALUES "
	    "($1, 2, 'even', '{}', 1, 1, 1), ($1, 3, 'third', '{}', 1, 1, 1)",
	    "INSERT INTO segment_member (tenant_id, segment_id, lead_id, since,"
	    " hand)"
	    " SELECT g.tenant_id, g.segment_id, l.lead_id, 1, 0 FROM lead AS l"
	    " JOIN segment AS g ON g.tenant_id = l.tenant_id"
	    " AND l.lead_id % g.segment_id = 0 WHERE l.tenant_id = $1"};
	struct err err = {0};

	OK(store_begin(st, STORE_CHANGE, "test", &err));
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct rows *rows;

		OK(store_query_text(st, texts[i], "i",
		    BINDS(BIND_INT(tenant->id)), &rows, &err));
		OK(rows_next(rows, &err));
		rows_close(rows);
	}
	OK(store_commit(st, true, &err));
}

static void
unknown_segment(void)
{
	struct err err = {0};
	struct cond *c;

	OK(cond_parse(
	    STR("in segment 'thrid'"), "t", &lead_catalogue, &c, &err));
	CHECK_INT(lead_bind(st, tenant, c, &err), -1);
	CHECK_TEXT(
	    err.text, "t:1:12: unknown segment \"thrid\": did you mean third?");
	cond_free(c);
}

/* ---- fields in views and in SQL ---- */

static void
same_in_sql(void)
{
	static const char *const conditions[] = {"seniority = 0",
	    "seniority = 1", "seniority = 2", "seniority = 3", "seniority = 4",
	    "seniority = 5", "seniority = 6", "email_domain = 'gmail.com'",
	    "is_free_email = true", "is_free_email = false",
	    "is_free_email exists", "converted = true", "converted_at exists",
	    "converted_at within 3d", "last_activity_at exists",
	    "last_activity_at within 5d", "band = 'warm'",
	    "priority = 'medium'", "score >= 20", "fit >= 20", "engagement < 0",
	    "is_hot = true", "became_hot_at exists", "stage = 'customer'",
	    "company_size between 10 and 500", "attrs.\"予算\" = 'あり'",
	    "created_at in this month", "last_activity_at in last 3 days",
	    "changed(title)", "changed(company, 2d)", "changed(attrs.\"予算\")",
	    "title for more than 1d", "changed(score)",
	    "changed(engagement, 1d)", "score for more than 36h",
	    "fit for more than 20d", "random 30%", "random 30% of 'x'",
	    "in segment 'even'", "not in segment 'third'",
	    "in segment 'third' and not in segment 'even'"};
	struct score_rules *rules = make_rules(some_rules);
	struct cond_moment moment;
	struct lead_needs needs;
	struct err err = {0};

	open_store(":memory:");
	moment = tenant_moment(tenant, NOW);
	add_leads(600, NOW);
	add_events(2500, NOW);
	apply(rules, NOW, false, false, NULL);
	add_past();
	OK(store_begin(st, STORE_SNAPSHOT, "test", &err));
	unknown_segment();
	for (size_t i = 0; i < COUNT_OF(conditions); i++) {
		struct cond_sql sql = {0};
		struct lead_views *views;
		const struct lead_view *view;
		struct cond *c;
		struct rows *rows;
		int64_t yes = 0, differ = 0;
		int got;

		memset(&needs, 0, sizeof(needs));
		OK(cond_parse(
		    str_of(conditions[i]), "t", &lead_catalogue, &c, &err));
		OK(lead_bind(st, tenant, c, &err));
		/* Records know nothing of segments and changes. */
		CHECK_INT(lead_check_of_record(c, NULL),
		    strstr(conditions[i], "segment") ||
			    strstr(conditions[i], "changed") ||
			    strstr(conditions[i], "for more")
			? -1
			: 0);
		lead_needs_cond(&needs, c);
		OK(lead_views_range(st, tenant, &needs, &moment, 0, INT64_MAX,
		    INT64_MAX, &views, &err));
		buf_addstr(&sql.text, "SELECT CASE WHEN ");
		cond_to_sql(c, &lead_catalogue, &moment, &sql);
		buf_addf(&sql.text,
		    " THEN 1 ELSE 0 END, l.lead_id FROM " LEAD_FROM
		    " WHERE l.tenant_id = %lld ORDER BY l.lead_id",
		    (long long)tenant->id);
		OK(store_query_text(st, sql.text.p,
		    sql.types.p ? sql.types.p : "", sql.binds, sql.count, &rows,
		    &err));
		while ((got = lead_views_next(views, &view, &err)) > 0) {
			bool truth =
			    cond_eval(c, &view->subject, &moment, NULL);

			CHECK_INT(rows_next(rows, &err), 1);
			CHECK_INT(rows_int(rows, 1), view->lead_id);
			yes += truth;
			differ += truth != (rows_int(rows, 0) != 0);
		}
		OK(got);
		if (differ)
			printf("%s: %lld differ\n", conditions[i],
			    (long long)differ);
		CHECK_INT(differ, 0);
		if (yes == 0)
			printf("nobody: %s\n", conditions[i]);
		CHECK(yes > 0 && yes < 600);
		rows_close(rows);
		lead_views_close(views);
		cond_sql_release(&sql);
		cond_free(c);
	}
	store_rollback(st);
	score_rules_free(rules);
	close_store();
}

static void
words(void)
{
	static const struct {
		const char *title;
		int level;
	} titles[] = {{NULL, 0}, {"", 0}, {" ", 0}, {"営業", 1}, {"部長", 4},
	    {"本部長", 5}, {"副本部長", 4}, {"執行役員", 6},
	    {"代表取締役社長", 6}, {"課長", 3}, {"課長代理", 2}, {"次長", 3},
	    {"副部長", 3}, {"部長代理", 3}, {"支社長", 4}, {"社長秘書", 1},
	    {"ＣＴＯ", 6}, {"Director", 4}, {"Associate Director", 3},
	    {"VP Sales", 5}, {"Vice-President", 5}, {"coordinator", 1},
	    {"Sales Manager", 3}, {"team lead", 2}, {"チームリーダー", 2},
	    {"product owner", 1}, {"Owner", 6}, {"人事・総務部長", 4}};

	for (size_t i = 0; i < COUNT_OF(titles); i++) {
		if (lead_seniority(str_of(titles[i].title)) != titles[i].level)
			printf("%s\n", titles[i].title);
		CHECK_INT(
		    lead_seniority(str_of(titles[i].title)), titles[i].level);
	}
	CHECK(lead_is_free_email(STR("gmail.com")));
	CHECK(lead_is_free_email(STR("10minutemail.com")));
	CHECK(lead_is_free_email(STR("zohomail.com")));
	CHECK(lead_is_free_email(STR("docomo.ne.jp")));
	CHECK(!lead_is_free_email(STR("gmail.co")));
	CHECK(!lead_is_free_email(STR("")));
	CHECK(!lead_is_free_email((struct str){NULL, 0}));
}

int
main(void)
{
	words();
	same_in_sql();
	life();
	threads();
	return unit_done("score in a store");
}
