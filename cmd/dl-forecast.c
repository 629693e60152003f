/* SPDX-License-Identifier: ISC */
/*
 * dl-forecast: what numbers in time will do next.
 *
 * Every verb that looks at series takes SERIES_OPTIONS and SERIES_SHARED, runs
 * by series_runs and gets its series one by one from with_series(): from
 * records, or, with --metric, from what a store can be measured by.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "forecast/forecast.h"
#include "insight/insight.h"
#include "metric/metric.h"
#include "series/series.h"
#include "session/session.h"

static struct {
	int64_t moving, rare;
	bool streaming, all, explain, thorough;
	const char *locale;
	bool sparse; /* the verb minds what is missing by itself */
	int64_t horizon;
	const char *period, *method;
	const char *series, *time, *value, *encoding, *rejects, *zone;
	int by, doubled, gaps; /* by: -1 as found */
	bool sorted, negative;
	const char *metric, *group, *title;
	int64_t since, within;
	int64_t origins, every, jobs;
	int64_t until;
	bool steps, each, gate;
	bool keep; /* the verb is keep */
	struct cli_list set, driver, cost;
	double worth;
	bool effects;
} arg = {.by = -1,
    .method = "auto",
    .since = TIME_MIN,
    .within = 90 * MS_DAY,
    .until = TIME_MAX,
    .origins = 10,
    .every = 1,
    .worth = NAN};

/* ---- series in --------------------------------------------------------- */

/* A work for each series: `each` where it comes up; or `look`, several at once,
 * which leaves this as it is, and `tell` in their order. */
struct looking {
	struct session *s;
	int (*each)(
	    struct looking *l, const struct series *series, struct err *err);
	void *(*look)(void *looking, const struct series *series);
	int (*tell)(void *looking, const struct series *series, void *result,
	    struct err *err);
	struct series_crew *crew;
	const struct forecast_method **methods; /* the first is the one asked
						   for first */
	size_t method_count;
	struct insight_how how;
	struct insight_whole *whole; /* under --explain */
	struct series_trials trials;
	struct metric_keeping *keeping;         /* NULL: they are not kept */
	struct series_picture *picture;         /* NULL: records are printed */
	const struct series_question *question; /* of simulate */
	struct buf lines;
	uint64_t refused; /* series that came, but were no good */
	uint64_t odd;     /* anomalies */
};

static int
look_at(void *context, const struct series *series, struct err *err)
{
	struct looking *l = context;

	if (arg.keep && cli_interrupted())
		return err_set(err, ERR_FAIL, "interrupted: nothing is kept");
	return l->crew ? series_crew_add(l->crew, series, err)
		       : l->each(l, series, err);
}

/* This series cannot be used: it is told, and the others go on. */
static void
refuse_series(
    struct looking *l, const struct series *series, const struct err *why)
{
	cli_error("%s: %s", series_called(series->name), why->text);
	l->refused++;
}

static int
read_rules(struct series_rules *ret, struct err *err)
{
	int64_t period = 0;

	*ret = (struct series_rules){.zone = zone_utc(),
	    .doubled = (enum series_double)arg.doubled,
	    .gaps = (enum series_gaps)arg.gaps,
	    .sparse = arg.sparse};
	if (arg.zone && zone_find(arg.zone, &ret->zone, err) < 0) {
		err->kind = ERR_USAGE;
		return -1;
	}
	if (arg.by >= 0)
		ret->unit = series_units[arg.by];
	if (arg.period && strcmp(arg.period, "auto") == 0) {
		ret->period = SERIES_AUTO;
		return 0;
	}
	if (arg.period && (!number_int(str_of(arg.period), &period) ||
			      period < 1 || period > 1000000))
		return err_set(err, ERR_USAGE,
		    "--period: neither a number of steps nor \"auto\": %s",
		    quoted(str_of(arg.period)));
	ret->period = (size_t)period;
	return 0;
}

/* Options that only one of the two sources of series knows. */
static int
check_source(const struct cli_call *call, struct err *err)
{
	static const char *const of_store[] = {
	    "db", "tenant", "where", "group", "since", "within", NULL};
	static const char *const of_files[] = {"series", "time", "value",
	    "duplicates", "gaps", "zone", "encoding", "rejects", "sorted",
	    NULL};
	const char *const *option = arg.metric ? of_files : of_store;

	for (; *option; option++)
		if (cli_given(call, *option) &&
		    !(arg.explain && strcmp(*option, "group") == 0))
			return err_set(err, ERR_USAGE,
			    arg.metric
				? "--%s is about records; with --metric series "
				  "are from the store"
				: "--%s is about a store: give --metric",
			    *option);
	if (arg.metric && call->count)
		return err_set(err, ERR_USAGE,
		    "with --metric series are from the store: no file is read");
	return 0;
}

/* How a verb that looks at series runs. */
static int
series_runs(const struct cli_call *call, struct err *err)
{
	if (check_source(call, err) < 0)
		return -1;
	return session_run(call, arg.metric ? SESSION_READ : SESSION_FILTER,
	    call->verb->work, NULL, err);
}

/* What --metric and its options ask of the store. */
static int
metric_asked(struct looking *l, const struct series_rules *rules,
    struct metric_ask *ret, struct err *err)
{
	struct session *s = l->s;

	if (rules->unit && strcmp(rules->unit, "weekday") == 0)
		return err_set(err, ERR_USAGE,
		    "--by weekday: what happens at week-ends counts too");
	*ret = (struct metric_ask){.metric = arg.metric,
	    .unit = rules->unit ? rules->unit : "week",
	    .where = s->where,
	    .group = arg.group,
	    .moment = s->moment,
	    .since = arg.since,
	    .within = arg.within,
	    .period = rules->period,
	    .remarks = cli_remarks(s->call),
	    .each = look_at,
	    .context = l};
	return 0;
}

static int
read_store(struct looking *l, const struct series_rules *rules,
    struct remarks *refused, struct series_counts *done, struct err *err)
{
	struct metric_ask ask;

	if (metric_asked(l, rules, &ask, err) < 0 ||
	    (arg.keep && metric_keeping_new(&ask, &l->keeping, err) < 0))
		return -1;
	ask.refused = refused;
	return metric_read(l->s->st, l->s->tenant, &ask, done, err);
}

static int
read_records(struct looking *l, const struct series_rules *rules,
    struct remarks *refused, struct series_counts *done, struct err *err)
{
	struct session *s = l->s;
	struct series_read job = {.paths = s->call->operands,
	    .path_count = s->call->count,
	    .encoding = arg.encoding,
	    .series = arg.explain ? arg.group : arg.series,
	    .time = arg.time,
	    .value = arg.value,
	    .drivers = arg.driver.items,
	    .driver_count = arg.driver.count,
	    .rules = *rules,
	    .sorted = arg.sorted,
	    .remarks = cli_remarks(s->call),
	    .refused = refused,
	    .rejects = arg.rejects,
	    .each = look_at,
	    .context = l};

	s->printer.zone = rules->zone;
	return series_read(&job, done, err);
}

/* All series that were asked for. */
static int
read_series(struct looking *l, struct series_counts *ret, struct err *err)
{
	struct remarks refused = {.put = session_refuses};
	const struct series_work work = {l->look, l->tell, l};
	struct series_rules rules;
	int rc;

	if (read_rules(&rules, err) < 0)
		return -1;
	if (l->look)
		l->crew = series_crew_new((size_t)arg.jobs, &work);
	rc = (l->s->st ? read_store : read_records)(
	    l, &rules, &refused, ret, err);
	if (l->crew && series_crew_end(l->crew, rc < 0 ? NULL : err) < 0)
		rc = -1;
	return rc;
}

/* Does the work for every series that was asked for. The result is the
 * status: CLI_REJECTS when records or series were refused. */
static int
with_series(struct looking *l, struct err *err)
{
	struct session *s = l->s;
	struct series_counts done;

	if (read_series(l, &done, err) < 0)
		return -1;
	l->refused += done.refused;
	session_summary(s, "%" PRIu64 " series", done.series + done.refused);
	if (l->refused)
		session_summary(s, ", %" PRIu64 " refused", l->refused);
	if (done.records.rejected)
		session_summary(s,
		    "; %" PRIu64 " of %" PRIu64 " records rejected",
		    done.records.rejected, done.records.read);
	return l->refused || done.records.rejected ? CLI_REJECTS : CLI_DONE;
}

/* ---- the series themselves --------------------------------------------- */

static int
put_series(struct looking *l, const struct series *series, struct err *err)
{
	(void)err;
	buf_clear(&l->lines);
	series_put(series, &l->lines);
	printer_lines(&l->s->printer, buf_str(&l->lines));
	return 0;
}

static int
show_series(struct session *s, struct err *err)
{
	struct looking l = {.s = s, .each = put_series};
	int rc;

	if (session_print(s, series_columns, series_column_count, err) < 0)
		return -1;
	rc = with_series(&l, err);
	buf_release(&l.lines);
	return rc;
}

static int
list_methods(struct session *s, struct err *err)
{
	static const char *const columns[] = {"method", "about"};
	struct buf lines = {0};

	if (session_print(s, columns, COUNT_OF(columns), err) < 0)
		return -1;
	series_put_methods(&lines);
	printer_lines(&s->printer, buf_str(&lines));
	buf_release(&lines);
	return 0;
}

static int
list_metrics(struct session *s, struct err *err)
{
	static const char *const columns[] = {"metric", "kind", "about"};
	struct buf lines = {0};

	if (session_print(s, columns, COUNT_OF(columns), err) < 0)
		return -1;
	metric_lines(&lines);
	printer_lines(&s->printer, buf_str(&lines));
	buf_release(&lines);
	return 0;
}

/* ---- forecasts --------------------------------------------------------- */

static struct forecast_ask
ask_of(const struct series *series)
{
	return (struct forecast_ask){.horizon = arg.horizon
						    ? (size_t)arg.horizon
						    : series_horizon(series),
	    .non_negative = series->non_negative && !arg.negative};
}

/* What came of one series. */
struct made {
	int rc;
	struct err why;
	struct forecast f;
	struct forecast_choice choice; /* under --explain */
	struct forecast_backtest b;
};

static void *
forecast_one(void *looking, const struct series *series)
{
	const struct looking *l = looking;
	struct forecast_series numbers = series_numbers(series);
	struct forecast_ask ask = ask_of(series);
	struct made *m = xcalloc(1, sizeof(*m));

	m->rc = arg.explain ? forecast_auto_explained(&numbers, &ask,
				  l->methods[0]->run == forecast_auto_thorough,
				  &m->f, &m->choice, &m->why)
			    : forecast_run(l->methods[0], &numbers, &ask, &m->f,
				  &m->why);
	return m;
}

static int
tell_forecast(
    void *looking, const struct series *series, void *result, struct err *err)
{
	struct looking *l = looking;
	struct made *m = result;

	(void)err;
	if (m->rc < 0) {
		refuse_series(l, series, &m->why);
	} else if (l->keeping) {
		metric_keeping_add(l->keeping, series, arg.method, &m->f);
		series_put_forecast(series, &m->f, &l->s->lines);
	} else if (l->picture) {
		series_picture_add(l->picture, series, &m->f);
	} else {
		buf_clear(&l->lines);
		if (arg.explain)
			series_put_choice(series, &m->choice, &l->lines);
		else
			series_put_forecast(series, &m->f, &l->lines);
		printer_lines(&l->s->printer, buf_str(&l->lines));
	}
	forecast_release(&m->f);
	free(m);
	return 0;
}

/* The method asked for. */
static int
read_method(const struct forecast_method **ret, struct err *err)
{
	if (forecast_method_need(str_of(arg.method), ret, err) < 0)
		return -1;
	if (arg.thorough && (*ret)->run == forecast_auto)
		*ret = forecast_method_find(STR("auto-thorough"));
	if ((arg.thorough || arg.explain) && (*ret)->run != forecast_auto &&
	    (*ret)->run != forecast_auto_thorough)
		return err_set(err, ERR_USAGE,
		    "--%s is about auto: with --method %s there is no choice",
		    arg.explain ? "explain" : "thorough", arg.method);
	return 0;
}

/* Of what is written for people: the tenant's, unless told. */
static int
read_locale(const struct session *s, struct err *err)
{
	if (!arg.locale)
		arg.locale = s->st ? s->tenant->settings.locale : "en";
	if (strcmp(arg.locale, "ja") == 0 || strcmp(arg.locale, "en") == 0)
		return 0;
	return err_set(err, ERR_USAGE, "--locale: neither ja nor en: %s",
	    quoted(str_of(arg.locale)));
}

/* Formats that are looked at; the first is text for the terminal. */
static const char *const pictures[] = {"chart", "svg", "png", "pdf"};
enum { CHART, SVG, PNG, PDF, RECORDS };

static int
picture_asked(const struct session *s, int *ret, struct err *err)
{
	const char *format = s->call->shared->format;

	for (*ret = CHART; *ret < RECORDS; ++*ret)
		if (strcmp(format, pictures[*ret]) == 0)
			break;
	if ((*ret == PNG || *ret == PDF) && s->call->shared->terminal)
		return err_set(err, ERR_USAGE,
		    "--format %s is nothing for a terminal: give --output FILE",
		    format);
	return 0;
}

static int
draw(struct looking *l, int kind, struct err *err)
{
	const struct series_look look = {
	    arg.title ? arg.title : arg.metric, strcmp(arg.locale, "ja") == 0};
	static const enum chart_picture kinds[] = {
	    [SVG] = CHART_SVG, [PNG] = CHART_PNG, [PDF] = CHART_PDF};
	struct printer *p = &l->s->printer;

	buf_clear(&l->lines);
	if (kind == CHART)
		series_picture_text(l->picture, &look, p->style, &l->lines);
	else if (series_picture_draw(l->picture, &look, kinds[kind],
		     cli_remarks(l->s->call), &l->lines, err) < 0)
		return -1;
	printer_text(p, buf_str(&l->lines));
	return 0;
}

static int
forecast(struct session *s, struct err *err)
{
	const struct forecast_method *method;
	struct looking l = {.s = s,
	    .look = forecast_one,
	    .tell = tell_forecast,
	    .methods = &method};
	int rc, kind;

	if (read_method(&method, err) < 0 || read_locale(s, err) < 0 ||
	    picture_asked(s, &kind, err) < 0)
		return -1;
	if (arg.explain && kind != RECORDS)
		return err_set(
		    err, ERR_USAGE, "--explain prints records, not a picture");
	rc = arg.explain ? session_print(s, series_choice_columns,
			       series_choice_column_count, err)
			 : session_print(s, series_forecast_columns,
			       series_forecast_column_count, err);
	if (rc < 0)
		return -1;
	if (kind != RECORDS)
		l.picture = series_picture_new();
	rc = with_series(&l, err);
	if (l.picture && rc >= 0 && draw(&l, kind, err) < 0)
		rc = -1;
	series_picture_free(l.picture);
	buf_release(&l.lines);
	return rc;
}

/* ---- kept forecasts ---------------------------------------------------- */

/* All of them in one change, when all are made. */
static int
keep_these(struct looking *l, struct err *err)
{
	struct session *s = l->s;
	bool dry = s->call->shared->dry_run;
	int rc;

	if (!dry && (session_begin(s, err) < 0 ||
			store_moment(s->st, s->tenant->id, s->now,
			    s->call->shared->replay, err) < 0))
		return -1;
	rc = dry ? 0 : metric_keep(s->st, s->tenant, l->keeping, s->now, err);
	if (!dry)
		rc = session_commit(s, rc, err);
	session_summary(s, ", kept%s", session_dry(s));
	return rc < 0 ? -1 : session_tell(s, err);
}

static int
keep(struct session *s, struct err *err)
{
	const struct forecast_method *method;
	struct looking l = {.s = s,
	    .look = forecast_one,
	    .tell = tell_forecast,
	    .methods = &method};
	int rc, kept;

	if (!arg.metric)
		return err_set(
		    err, ERR_USAGE, "which forecasts? give --metric NAME");
	if (forecast_method_need(str_of(arg.method), &method, err) < 0 ||
	    session_print(s, series_forecast_columns,
		series_forecast_column_count, err) < 0)
		return -1;
	arg.keep = true;
	rc = with_series(&l, err);
	kept = rc < 0 ? -1 : keep_these(&l, err);
	metric_keeping_free(l.keeping);
	return kept < 0 ? -1 : rc;
}

static struct metric_grading
grading(struct session *s)
{
	return (struct metric_grading){.metric = arg.metric,
	    .since = arg.since,
	    .until = arg.until,
	    .moment = s->moment,
	    .steps = arg.steps,
	    .each = arg.each,
	    .remarks = cli_remarks(s->call),
	    .flush = session_each,
	    .context = s};
}

static void
sum_up_kept(struct session *s, const struct metric_graded *done)
{
	session_summary(s,
	    "%" PRIu64 " forecast%s of %" PRIu64 " step%s, %" PRIu64
	    " of them have come",
	    done->forecasts, plural((int64_t)done->forecasts), done->steps,
	    plural((int64_t)done->steps), done->come);
}

static int
grade(struct session *s, struct err *err)
{
	struct metric_grading how = grading(s);
	struct metric_graded done;

	if (session_print(
		s, metric_grade_columns, metric_grade_column_count, err) < 0 ||
	    metric_grade(s->st, s->tenant, &how, &done, err) < 0)
		return -1;
	sum_up_kept(s, &done);
	return 0;
}

static int
list_kept(struct session *s, struct err *err)
{
	struct metric_grading how = grading(s);
	struct metric_graded done;

	if (session_print(
		s, metric_kept_columns, metric_kept_column_count, err) < 0 ||
	    metric_kept(s->st, s->tenant, &how, &done, err) < 0)
		return -1;
	sum_up_kept(s, &done);
	return 0;
}

static int
forget(struct session *s, struct err *err)
{
	int64_t count;

	if (arg.until == TIME_MAX)
		return err_set(
		    err, ERR_USAGE, "which forecasts? give --until TIME");
	if (store_moment(s->st, s->tenant->id, s->now, s->call->shared->replay,
		err) < 0 ||
	    metric_forget(s->st, s->tenant, arg.until, &count, err) < 0)
		return -1;
	session_summary(s, "%" PRId64 " forecast%s forgotten%s", count,
	    plural(count), session_dry(s));
	return 0;
}

/* ---- what if ------------------------------------------------------------ */

static int
simulate_one(struct looking *l, const struct series *series, struct err *err)
{
	struct forecast_ask ask = ask_of(series);
	struct err why = {0};

	(void)err;
	buf_clear(&l->lines);
	if (series_simulate(series, &ask, l->question, &l->lines, &why) < 0)
		refuse_series(l, series, &why);
	else
		printer_lines(&l->s->printer, buf_str(&l->lines));
	return 0;
}

/* A field that is named anywhere is a driver. */
static void
add_driver(struct str name)
{
	for (size_t i = 0; i < arg.driver.count; i++)
		if (str_is(name, arg.driver.items[i]))
			return;
	GROW(arg.driver.items, arg.driver.cap, arg.driver.count + 1);
	arg.driver.items[arg.driver.count++] = str_dup(name);
}

static int
read_question(
    struct series_change *changes, struct series_price *prices, struct err *err)
{
	if (!arg.set.count)
		return err_set(err, ERR_USAGE,
		    "what if? give --set, like --set budget=+20%%");
	for (size_t i = 0; i < arg.set.count; i++) {
		if (series_change_read(
			str_of(arg.set.items[i]), &changes[i], err) < 0)
			return err_prefix(err, "--set");
		add_driver(changes[i].driver);
	}
	for (size_t i = 0; i < arg.cost.count; i++) {
		if (series_price_read(
			str_of(arg.cost.items[i]), &prices[i], err) < 0)
			return err_prefix(err, "--cost");
		add_driver(prices[i].driver);
	}
	if (!isnan(arg.worth) && !arg.cost.count)
		return err_set(err, ERR_USAGE,
		    "--worth: returns are told of costs: give --cost");
	return 0;
}

static int
simulate(struct session *s, struct err *err)
{
	struct series_change *changes =
	    xcalloc(arg.set.count + 1, sizeof(*changes));
	struct series_price *prices =
	    xcalloc(arg.cost.count + 1, sizeof(*prices));
	struct series_question q = {.changes = changes,
	    .change_count = arg.set.count,
	    .prices = prices,
	    .price_count = arg.cost.count,
	    .worth = arg.worth,
	    .steps = arg.steps,
	    .effects = arg.effects,
	    .remarks = cli_remarks(s->call)};
	struct looking l = {.s = s, .each = simulate_one, .question = &q};
	const char *columns[SERIES_SIMULATE_COLUMNS];
	int rc = -1;

	if (read_question(changes, prices, err) == 0 &&
	    read_rules(&q.rules, err) == 0 &&
	    session_print(
		s, columns, series_simulate_columns(&q, columns), err) == 0)
		rc = with_series(&l, err);
	buf_release(&l.lines);
	free(changes);
	free(prices);
	return rc;
}

/* ---- backtest -------------------------------------------------------------
 */

/* {"series":"tokyo"}, or nothing of one without a name. */
static void
put_name(const struct series *series, struct buf *out)
{
	struct json_writer w = {.out = out};

	json_put_object(&w);
	if (series->name.p)
		json_add_text(&w, "series", series->name);
	json_put_end(&w);
}

static void *
backtest_one(void *looking, const struct series *series)
{
	const struct looking *l = looking;
	struct forecast_series numbers = series_numbers(series);
	struct forecast_ask ask = ask_of(series);
	struct forecast_origins origins = {.most = (size_t)arg.origins,
	    .every = (size_t)arg.every,
	    .least = series_least_known(series, ask.horizon)};
	struct made *m = xcalloc(1, sizeof(*m));

	m->rc = forecast_backtest(&numbers, &ask, &origins, l->methods,
	    l->method_count, &m->b, &m->why);
	return m;
}

static int
tell_backtest(
    void *looking, const struct series *series, void *result, struct err *err)
{
	struct series_trials alone = {0};
	struct looking *l = looking;
	struct made *m = result;
	struct buf about = {0};

	(void)err;
	if (m->rc < 0)
		refuse_series(l, series, &m->why);
	else
		series_trials_add(&l->trials, &m->b);
	if (m->rc == 0 && arg.each) {
		series_trials_add(&alone, &m->b);
		buf_clear(&l->lines);
		put_name(series, &about);
		series_trials_put(
		    &alone, buf_str(&about), arg.steps, &l->lines);
		buf_release(&about);
		printer_lines(&l->s->printer, buf_str(&l->lines));
		series_trials_release(&alone);
	}
	forecast_backtest_release(&m->b);
	free(m);
	return 0;
}

static int
add_method(struct looking *l, struct str name, size_t *cap, struct err *err)
{
	const struct forecast_method *m;

	if (forecast_method_need(name, &m, err) < 0)
		return -1;
	for (size_t i = 0; i < l->method_count; i++)
		if (l->methods[i] == m)
			return 0;
	GROW(l->methods, *cap, l->method_count + 1);
	l->methods[l->method_count++] = m;
	return 0;
}

/* Those of --method, and the naive ones that all are measured by. */
static int
find_methods(struct looking *l, struct err *err)
{
	struct str rest = str_of(arg.method), name;
	size_t cap = 0;
	bool more = true;

	while (more) {
		more = str_cut(&rest, ',', &name);
		if (add_method(l, str_trim(name), &cap, err) < 0)
			return -1;
	}
	for (size_t i = 0; series_rivals[i]; i++)
		if (add_method(l, str_of(series_rivals[i]), &cap, err) < 0)
			return -1;
	return 0;
}

/* How the first method stands against the better of the naive ones. */
static int
judge(struct looking *l)
{
	const struct series_trials *t = &l->trials;
	size_t best = series_trials_rival(t);

	if (t->count == 0)
		return CLI_DONE;
	session_summary(l->s, "; %s %s %s", t->trial[0].method,
	    series_trials_loses(t, 0, best) ? "loses to" : "is no worse than",
	    t->trial[best].method);
	return series_trials_loses(t, 0, best) ? CLI_NO : CLI_DONE;
}

static int
backtest_into(struct looking *l, struct err *err)
{
	int rc, verdict;

	if (find_methods(l, err) < 0 ||
	    session_print(
		l->s, series_trial_columns, series_trial_column_count, err) < 0)
		return -1;
	rc = with_series(l, err);
	if (rc < 0)
		return -1;
	if (!arg.each) {
		buf_clear(&l->lines);
		series_trials_put(
		    &l->trials, (struct str){0}, arg.steps, &l->lines);
		printer_lines(&l->s->printer, buf_str(&l->lines));
	}
	verdict = judge(l);
	return arg.gate && verdict != CLI_DONE ? verdict : rc;
}

static int
backtest(struct session *s, struct err *err)
{
	struct looking l = {
	    .s = s, .look = backtest_one, .tell = tell_backtest};
	int rc = backtest_into(&l, err);

	series_trials_release(&l.trials);
	buf_release(&l.lines);
	free(l.methods);
	return rc;
}

/* ---- anomalies --------------------------------------------------------- */

/* What was found in one series. */
struct odd {
	int rc;
	struct err why;
	struct insight_found found;
};

static void *
find_odd(void *looking, const struct series *series)
{
	const struct looking *l = looking;
	struct odd *o = xcalloc(1, sizeof(*o));

	o->rc = insight_find(series, &l->how, &o->found, &o->why);
	return o;
}

static int
tell_odd(
    void *looking, const struct series *series, void *result, struct err *err)
{
	struct looking *l = looking;
	struct odd *o = result;

	(void)err;
	if (o->rc < 0) {
		refuse_series(l, series, &o->why);
	} else {
		buf_clear(&l->lines);
		insight_put_anomalies(
		    series, &o->found, arg.all, l->whole, &l->lines);
		printer_lines(&l->s->printer, buf_str(&l->lines));
		l->odd += o->found.of.count;
	}
	insight_found_release(&o->found);
	free(o);
	return 0;
}

static int
gather_part(struct looking *l, const struct series *series, struct err *err)
{
	return insight_part_add(l->whole, arg.group, false, series, err);
}

/* The fields that parts are looked for by, NULL-ended. */
static const char *const *
explaining_fields(void)
{
	static const char *fields[] = {"source", "industry", "segment", NULL};

	if (arg.group) {
		fields[0] = arg.group;
		fields[1] = NULL;
	}
	return fields;
}

/* The whole with its parts: of records, what the parts come to together. */
static int
read_whole(struct looking *l, struct err *err)
{
	struct remarks refused = {.put = session_refuses};
	struct series_counts done;
	struct series_rules rules;
	struct metric_ask ask;
	int rc;

	if (!l->s->st) {
		l->each = gather_part;
		rc = with_series(l, err);
		return rc < 0 || insight_whole_sum(l->whole, err) < 0 ? -1 : rc;
	}
	if (read_rules(&rules, err) < 0 ||
	    metric_asked(l, &rules, &ask, err) < 0)
		return -1;
	ask.refused = &refused;
	if (insight_whole_read(l->whole, l->s->st, l->s->tenant, &ask,
		explaining_fields(), &done, err) < 0)
		return -1;
	session_summary(l->s, "%" PRIu64 " series", done.series);
	return done.series ? CLI_DONE : CLI_REJECTS;
}

static int
explain_anomalies(struct looking *l, struct err *err)
{
	const struct series *series;
	int rc;

	if (!l->s->st && !arg.group)
		return err_set(err, ERR_USAGE,
		    "--explain: which field parts the records? give --group "
		    "FIELD");
	l->whole = insight_whole_new(&l->how);
	rc = read_whole(l, err);
	series = insight_whole_series(l->whole);
	if (rc >= 0 && series &&
	    tell_odd(l, series, find_odd(l, series), err) < 0)
		rc = -1;
	insight_whole_free(l->whole);
	return rc;
}

/* What a metric's values are. */
static int
find_values(enum forecast_values *ret, struct err *err)
{
	const struct metric_about *about;

	if (!arg.metric)
		return 0;
	if (metric_about_of(arg.metric, &about, err) < 0)
		return -1;
	*ret = about->kind == METRIC_COUNT ? FORECAST_COUNTS : FORECAST_PLAIN;
	if (arg.explain && strcmp(arg.metric, "score") == 0)
		return err_set(err, ERR_USAGE,
		    "--explain: a mean score is not the sum of its parts");
	return 0;
}

static int
anomalies(struct session *s, struct err *err)
{
	struct looking l = {.s = s,
	    .look = find_odd,
	    .tell = tell_odd,
	    .how = {.streaming = arg.streaming,
		.moving = (size_t)arg.moving,
		.rare = (double)arg.rare}};
	int rc;

	arg.sparse = true;
	if (find_values(&l.how.values, err) < 0 ||
	    session_print(s, insight_anomaly_columns,
		insight_anomaly_column_count, err) < 0)
		return -1;
	if (arg.explain)
		l.look = NULL;
	rc = arg.explain ? explain_anomalies(&l, err) : with_series(&l, err);
	session_summary(s, ", %" PRIu64 " anomalies", l.odd);
	buf_release(&l.lines);
	return rc;
}

/* ---- trends ------------------------------------------------------------ */

static int
tell_trend(struct looking *l, const struct series *series, struct err *err)
{
	struct err why = {0};

	(void)err;
	buf_clear(&l->lines);
	if (insight_trend(series, arg.locale, &l->lines, &why) < 0)
		refuse_series(l, series, &why);
	else
		printer_lines(&l->s->printer, buf_str(&l->lines));
	return 0;
}

static int
trend(struct session *s, struct err *err)
{
	struct looking l = {.s = s, .each = tell_trend};
	int rc;

	arg.sparse = true;
	if (read_locale(s, err) < 0 || session_print(s, insight_trend_columns,
					   insight_trend_column_count, err) < 0)
		return -1;
	rc = with_series(&l, err);
	buf_release(&l.lines);
	return rc;
}

/* ---- the table --------------------------------------------------------- */

/* How series are read: the same in every verb that looks at them. */
#define STEP_OPTIONS                                                \
	CLI_TEXT(0, "period", "P", &arg.period,                     \
	    "steps in a season, or auto (as the calendar has it)"), \
	    CLI_CHOICE(0, "by", "UNIT", &arg.by, series_units, "a step")
#define METRIC_OPTIONS                                              \
	CLI_TEXT(0, "metric", "NAME", &arg.metric,                  \
	    "series from the store: see dl-forecast metrics"),      \
	    CLI_TEXT(0, "group", "FIELD", &arg.group,               \
		"of these a series for each value of a field"),     \
	    CLI_MOMENT(0, "since", "TIME", &arg.since, NOT_BEFORE), \
	    CLI_DURATION(0, "within", "TIME", &arg.within,          \
		"how long leads have to convert (90d)")
#define NOT_BEFORE "not before this"
#define FILE_OPTIONS                                                          \
	STEP_OPTIONS,                                                         \
	    CLI_TEXT(0, "series", "FIELD", &arg.series,                       \
		"the field that names the series (series)"),                  \
	    CLI_TEXT(0, "time", "FIELD", &arg.time,                           \
		"the field with the time (time)"),                            \
	    CLI_TEXT(0, "value", "FIELD", &arg.value,                         \
		"the field with the number (value)"),                         \
	    CLI_CHOICE(0, "duplicates", "RULE", &arg.doubled, series_doubles, \
		"several values at one time"),                                \
	    CLI_CHOICE(0, "gaps", "RULE", &arg.gaps, series_gaps,             \
		"no value at a time, between others"),                        \
	    CLI_TEXT(0, "zone", "NAME", &arg.zone,                            \
		"the zone of times, like Asia/Tokyo (UTC)"),                  \
	    CLI_TEXT('e', "encoding", "NAME", &arg.encoding,                  \
		"encoding of the input, like cp932 (default UTF-8)"),         \
	    CLI_FILE(0, "rejects", "FILE", &arg.rejects,                      \
		"records that were refused, with the reason"),                \
	    CLI_FLAG(0, "sorted", &arg.sorted,                                \
		"series come one after another: less memory")
#define SERIES_OPTIONS FILE_OPTIONS, METRIC_OPTIONS
#define SERIES_SHARED  ((CLI_READING | CLI_WHERE) & ~(unsigned)CLI_AS)

static const struct cli_option series_options[] = {SERIES_OPTIONS, CLI_END};

#define JOBS_OPTION                                 \
	CLI_INT(0, "jobs", "N", &arg.jobs, 1, 1024, \
	    "series at once (one per processor)")
#define FORECAST_OPTIONS                                      \
	CLI_INT('H', "horizon", "N", &arg.horizon, 1, 100000, \
	    "steps to look ahead (a season)"),                \
	    CLI_FLAG(0, "allow-negative", &arg.negative,      \
		"also below 0 where no value is"),            \
	    JOBS_OPTION

static const struct cli_option anomaly_options[] = {
    CLI_FLAG(0, "streaming", &arg.streaming,
	"as it was found when it came: no look ahead"),
    CLI_INT(0, "rare", "N", &arg.rare, 1, 1000000,
	"streaming: one false alarm in N windows (30)"),
    CLI_INT(0, "moving", "N", &arg.moving, 2, 100000,
	"3 deviations from the mean of the N before"),
    CLI_FLAG('a', "all", &arg.all, "also what is ordinary, with its bounds"),
    CLI_FLAG(0, "explain", &arg.explain, "which parts carry it"),
    JOBS_OPTION,
    SERIES_OPTIONS,
    CLI_END,
};

static const struct cli_option trend_options[] = {
    CLI_TEXT(0, "locale", "LOCALE", &arg.locale,
	"language of the sentences: ja or en"),
    SERIES_OPTIONS,
    CLI_END,
};

static const struct cli_option forecast_options[] = {
    CLI_TEXT(0, "method", "NAME", &arg.method, "how: see dl-forecast methods"),
    CLI_FLAG(0, "thorough", &arg.thorough, "auto: more to choose from, slower"),
    CLI_FLAG(0, "explain", &arg.explain, "what auto chose from, and by what"),
    CLI_TEXT(0, "title", "TEXT", &arg.title, "over a picture"),
    CLI_TEXT(
	0, "locale", "LOCALE", &arg.locale, "language of a picture: ja or en"),
    FORECAST_OPTIONS,
    SERIES_OPTIONS,
    CLI_END,
};

static const struct cli_option keep_options[] = {
    CLI_TEXT(0, "method", "NAME", &arg.method, "how: see dl-forecast methods"),
    FORECAST_OPTIONS,
    STEP_OPTIONS,
    METRIC_OPTIONS,
    CLI_END,
};

#define KEPT_OPTIONS                                                           \
	CLI_TEXT(0, "metric", "NAME", &arg.metric, "only forecasts of this"),  \
	    CLI_MOMENT(                                                        \
		0, "since", "TIME", &arg.since, "made at this time or later"), \
	    CLI_MOMENT(0, "until", "TIME", &arg.until, "made before this")
#define TRIAL_OPTIONS                                                 \
	CLI_FLAG(0, "steps", &arg.steps, "also for each step ahead"), \
	    CLI_FLAG(                                                 \
		0, "each", &arg.each, "for each series, not for all together")

static const struct cli_option grade_options[] = {
    KEPT_OPTIONS, TRIAL_OPTIONS, CLI_END};
static const struct cli_option kept_options[] = {KEPT_OPTIONS, CLI_END};
static const struct cli_option forget_options[] = {
    CLI_MOMENT(0, "until", "TIME", &arg.until, "made before this"), CLI_END};

static const struct cli_option backtest_options[] = {
    CLI_TEXT(0, "method", "NAME", &arg.method, "these: a,b,c"),
    FORECAST_OPTIONS,
    CLI_INT(0, "origins", "N", &arg.origins, 1, 1000000,
	"from so many earlier times (10)"),
    CLI_INT(0, "every", "N", &arg.every, 1, 1000000, "so many steps apart (1)"),
    TRIAL_OPTIONS,
    CLI_FLAG(0, "gate", &arg.gate, "exit 4 when the naive ones are better"),
    SERIES_OPTIONS,
    CLI_END,
};

static const struct cli_option simulate_options[] = {
    CLI_LIST(0, "set", "NAME=CHANGE", &arg.set,
	"what would be: budget=+20%, days=12, price=-3"),
    CLI_LIST(0, "driver", "NAME", &arg.driver,
	"another field that moves the series"),
    CLI_LIST(
	0, "cost", "NAME[=PRICE]", &arg.cost, "what a unit of it costs (1)"),
    CLI_REAL(0, "worth", "N", &arg.worth, 0, 1e300,
	"what one more is worth, for returns"),
    CLI_FLAG(0, "steps", &arg.steps, "also for each step ahead"),
    CLI_FLAG(0, "effects", &arg.effects, "also what a unit of each does"),
    CLI_INT('H', "horizon", "N", &arg.horizon, 1, 100000,
	"steps to look ahead (a season)"),
    CLI_FLAG(
	0, "allow-negative", &arg.negative, "also below 0 where no value is"),
    FILE_OPTIONS,
    CLI_END,
};

static const struct cli_verb verbs[] = {
    {.name = "forecast",
	.operands = "[FILE...]",
	.max = CLI_MANY,
	.help = "say what comes next, with intervals",
	.options = forecast_options,
	.shared = SERIES_SHARED,
	.formats = "ndjson csv tsv json table chart svg png pdf",
	.run = series_runs,
	.work = forecast},
    {.name = "backtest",
	.operands = "[FILE...]",
	.max = CLI_MANY,
	.help = "say how good forecasts would have been in the past",
	.options = backtest_options,
	.shared = SERIES_SHARED,
	.run = series_runs,
	.work = backtest},
    {.name = "simulate",
	.operands = "[FILE...]",
	.max = CLI_MANY,
	.help = "say what other plans would bring",
	.options = simulate_options,
	.shared = CLI_PRINTS,
	.run = session_filters,
	.work = simulate},
    {.name = "series",
	.operands = "[FILE...]",
	.max = CLI_MANY,
	.help = "print the series that the other verbs look at",
	.options = series_options,
	.shared = SERIES_SHARED,
	.run = series_runs,
	.work = show_series},
    {.name = "keep",
	.help = "forecast what a store is measured by, and keep that",
	.options = keep_options,
	.shared = (CLI_CHANGING | CLI_WHERE) & ~(unsigned)CLI_PROGRESS,
	.run = session_writes,
	.work = keep},
    {.name = "grade",
	.help = "say how good the kept forecasts were",
	.options = grade_options,
	.shared = CLI_READING & ~(unsigned)CLI_AS,
	.run = session_reads,
	.work = grade},
    {.name = "kept",
	.help = "print the kept forecasts, and what came",
	.options = kept_options,
	.shared = CLI_READING & ~(unsigned)CLI_AS,
	.run = session_reads,
	.work = list_kept},
    {.name = "forget",
	.help = "delete kept forecasts",
	.options = forget_options,
	.shared = CLI_STORE | CLI_DRY_RUN | CLI_REPLAY | CLI_CHANGES,
	.run = session_changes,
	.work = forget},
    {.name = "methods",
	.help = "list the ways to forecast",
	.shared = CLI_PRINTS,
	.run = session_filters,
	.work = list_methods},
    {.name = "anomalies",
	.operands = "[FILE...]",
	.max = CLI_MANY,
	.help = "find what is out of the ordinary, and who carries it",
	.options = anomaly_options,
	.shared = SERIES_SHARED,
	.run = series_runs,
	.work = anomalies},
    {.name = "trend",
	.operands = "[FILE...]",
	.max = CLI_MANY,
	.help = "say whether it rises, by which days, and when it changed",
	.options = trend_options,
	.shared = SERIES_SHARED,
	.run = series_runs,
	.work = trend},
    {.name = "metrics",
	.help = "list what a store can be measured by",
	.shared = CLI_PRINTS,
	.run = session_filters,
	.work = list_metrics},
    {0},
};

static const struct cli_program program = {
    .name = "dl-forecast",
    .summary = "say what numbers in time will do next",
    .verbs = verbs,
    .default_verb = "forecast",
};

int
main(int argc, char **argv)
{
	return cli_main(&program, argc, argv);
}
