/* SPDX-License-Identifier: ISC */
/*
 * dl-forecast: what numbers in time will do next.
 *
 * Every verb that looks at series takes SERIES_OPTIONS and SERIES_SHARED and
 * runs by series_runs: from records, or, with --metric, from what a store can
 * be measured by.
 */
#include <inttypes.h>
#include <math.h>

#include "cli/cli.h"
#include "metric/metric.h"
#include "outlook/outlook.h"
#include "series/series.h"
#include "session/session.h"

static struct {
	struct outlook_of of;
	struct outlook_ahead ahead;
	struct outlook_backtest backtest;
	struct outlook_odd odd;
	struct outlook_what_if what_if;
	bool steps, each, gate;
	int64_t until;
} arg = {.of = OUTLOOK_OF,
    .ahead.method = "auto",
    .backtest = {.origins = 10, .every = 1},
    .what_if.worth = NAN,
    .until = TIME_MAX};

static int
series_runs(const struct cli_call *call, struct err *err)
{
	return outlook_runs(call, &arg.of, err);
}

/* ---- series and what they will do ---------------------------------------- */

static int
show_series(struct session *s, struct err *err)
{
	return outlook_series(s, &arg.of, err);
}

static int
forecast(struct session *s, struct err *err)
{
	return outlook_forecast(s, &arg.of, &arg.ahead, err);
}

static int
backtest(struct session *s, struct err *err)
{
	arg.backtest.ahead = arg.ahead;
	arg.backtest.steps = arg.steps;
	arg.backtest.each = arg.each;
	arg.backtest.gate = arg.gate;
	return outlook_backtest(s, &arg.of, &arg.backtest, err);
}

static int
simulate_runs(const struct cli_call *call, struct err *err)
{
	arg.of.driven = true;
	return outlook_runs(call, &arg.of, err);
}

static int
simulate(struct session *s, struct err *err)
{
	arg.what_if.ahead = arg.ahead;
	arg.what_if.steps = arg.steps;
	arg.what_if.gate = arg.gate;
	arg.what_if.explain = arg.ahead.explain;
	return outlook_simulate(s, &arg.of, &arg.what_if, err);
}

static int
anomalies(struct session *s, struct err *err)
{
	arg.odd.title = arg.ahead.title;
	arg.odd.locale = arg.ahead.locale;
	return outlook_anomalies(s, &arg.of, &arg.odd, err);
}

static int
trend(struct session *s, struct err *err)
{
	return outlook_trend(
	    s, &arg.of, arg.ahead.title, arg.ahead.locale, err);
}

static int
insights(struct session *s, struct err *err)
{
	const struct outlook_tell how = {
	    arg.ahead.locale, arg.ahead.explain, arg.of.within};

	return outlook_tell(s, &how, err);
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

/* ---- kept forecasts ------------------------------------------------------ */

static int
keep(struct session *s, struct err *err)
{
	return outlook_keep(s, &arg.of, &arg.ahead, err);
}

static struct metric_grading
grading(struct session *s)
{
	return (struct metric_grading){.metric = arg.of.metric,
	    .since = arg.of.since,
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

/* ---- the table --------------------------------------------------------- */

/* How series are read: the same in every verb that looks at them. */
#define STEP_OPTIONS                                                    \
	CLI_TEXT(0, "period", "P", &arg.of.period,                      \
	    "steps in a season: 7 or 7,365, or auto (the calendar's)"), \
	    CLI_CHOICE(0, "by", "UNIT", &arg.of.by, series_units, "a step")
#define METRIC_OPTIONS                                                 \
	CLI_TEXT(0, "metric", "NAME", &arg.of.metric,                  \
	    "series from the store: see dl-forecast metrics"),         \
	    CLI_TEXT(0, "group", "FIELD", &arg.of.group,               \
		"of these a series for each value of a field"),        \
	    CLI_MOMENT(0, "since", "TIME", &arg.of.since, NOT_BEFORE), \
	    CLI_DURATION(0, "within", "TIME", &arg.of.within,          \
		"how long leads have to convert (90d)")
#define NOT_BEFORE "not before this"
#define FILE_OPTIONS                                                  \
	STEP_OPTIONS,                                                 \
	    CLI_TEXT(0, "series", "FIELD", &arg.of.series,            \
		"the field that names the series (series)"),          \
	    CLI_TEXT(0, "time", "FIELD", &arg.of.time,                \
		"the field with the time (time)"),                    \
	    CLI_TEXT(0, "value", "FIELD", &arg.of.value,              \
		"the field with the number (value)"),                 \
	    CLI_CHOICE(0, "duplicates", "RULE", &arg.of.doubled,      \
		series_doubles, "several values at one time"),        \
	    CLI_CHOICE(0, "gaps", "RULE", &arg.of.gaps, series_gaps,  \
		"no value at a time, between others"),                \
	    CLI_TEXT(0, "zone", "NAME", &arg.of.zone,                 \
		"the zone of times, like Asia/Tokyo (UTC)"),          \
	    CLI_TEXT('e', "encoding", "NAME", &arg.of.encoding,       \
		"encoding of the input, like cp932 (default UTF-8)"), \
	    CLI_FILE(0, "rejects", "FILE", &arg.of.rejects,           \
		"records that were refused, with the reason"),        \
	    CLI_MOMENT(0, "until", "TIME", &arg.of.until,             \
		"leave out the step that holds it, and later ones"),  \
	    CLI_FLAG(0, "sorted", &arg.of.sorted,                     \
		"series come one after another: less memory")
#define SERIES_OPTIONS FILE_OPTIONS, METRIC_OPTIONS
#define SERIES_SHARED  ((CLI_READING | CLI_WHERE) & ~(unsigned)CLI_AS)

static const struct cli_option series_options[] = {SERIES_OPTIONS, CLI_END};

#define JOBS_OPTION                                    \
	CLI_INT(0, "jobs", "N", &arg.of.jobs, 1, 1024, \
	    "series at once (one per processor)")
#define FORECAST_OPTIONS                                            \
	CLI_INT('H', "horizon", "N", &arg.ahead.horizon, 1, 100000, \
	    "steps to look ahead (a season)"),                      \
	    CLI_FLAG(0, "allow-negative", &arg.ahead.negative,      \
		"also below 0 where no value is"),                  \
	    JOBS_OPTION

static const struct cli_option anomaly_options[] = {
    CLI_FLAG(0, "streaming", &arg.odd.streaming,
	"as it was found when it came: no look ahead"),
    CLI_INT(0, "rare", "N", &arg.odd.rare, 1, 1000000,
	"streaming: one false alarm in N windows (30)"),
    CLI_INT(0, "moving", "N", &arg.odd.moving, 2, 100000,
	"3 deviations from the mean of the N before"),
    CLI_FLAG(
	'a', "all", &arg.odd.all, "also what is ordinary, with its bounds"),
    CLI_FLAG(0, "explain", &arg.of.parts, "which parts carry it"),
    CLI_TEXT(0, "title", "TEXT", &arg.ahead.title, "over a picture"),
    CLI_TEXT(0, "locale", "LOCALE", &arg.ahead.locale,
	"language of a picture: ja or en"),
    JOBS_OPTION,
    SERIES_OPTIONS,
    CLI_END,
};

static const struct cli_option insight_options[] = {
    CLI_TEXT(0, "locale", "LOCALE", &arg.ahead.locale,
	"language of the sentences: ja or en"),
    CLI_DURATION(0, "within", "TIME", &arg.of.within,
	"how long leads have to convert (90d)"),
    CLI_FLAG(
	0, "explain", &arg.ahead.explain, "also why something is not said"),
    CLI_END,
};

static const struct cli_option trend_options[] = {
    CLI_TEXT(0, "locale", "LOCALE", &arg.ahead.locale,
	"language of the sentences: ja or en"),
    CLI_TEXT(0, "title", "TEXT", &arg.ahead.title, "over a picture"),
    SERIES_OPTIONS,
    CLI_END,
};

static const struct cli_option forecast_options[] = {
    CLI_TEXT(
	0, "method", "NAME", &arg.ahead.method, "how: see dl-forecast methods"),
    CLI_FLAG(0, "thorough", &arg.ahead.thorough,
	"auto: more to choose from, slower"),
    CLI_FLAG(
	0, "explain", &arg.ahead.explain, "what auto chose from, and by what"),
    CLI_TEXT(0, "title", "TEXT", &arg.ahead.title, "over a picture"),
    CLI_TEXT(0, "locale", "LOCALE", &arg.ahead.locale,
	"language of a picture: ja or en"),
    FORECAST_OPTIONS,
    SERIES_OPTIONS,
    CLI_END,
};

static const struct cli_option keep_options[] = {
    CLI_TEXT(
	0, "method", "NAME", &arg.ahead.method, "how: see dl-forecast methods"),
    FORECAST_OPTIONS,
    STEP_OPTIONS,
    METRIC_OPTIONS,
    CLI_END,
};

#define KEPT_OPTIONS                                                        \
	CLI_TEXT(                                                           \
	    0, "metric", "NAME", &arg.of.metric, "only forecasts of this"), \
	    CLI_MOMENT(0, "since", "TIME", &arg.of.since,                   \
		"made at this time or later"),                              \
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
    CLI_TEXT(0, "method", "NAME", &arg.ahead.method, "these: a,b,c"),
    FORECAST_OPTIONS,
    CLI_INT(0, "origins", "N", &arg.backtest.origins, 1, 1000000,
	"from so many earlier times (10)"),
    CLI_INT(0, "every", "N", &arg.backtest.every, 1, 1000000,
	"so many steps apart (1)"),
    TRIAL_OPTIONS,
    CLI_FLAG(0, "gate", &arg.gate, "exit 4 when the naive ones are better"),
    SERIES_OPTIONS,
    CLI_END,
};

static const struct cli_option simulate_options[] = {
    CLI_LIST(0, "set", "NAME=CHANGE", &arg.what_if.set,
	"what would be: budget=+20%, days=12, price=-3"),
    CLI_LIST(0, "driver", "NAME", &arg.of.drivers,
	"what else moves the series: a field, NAME=METRIC"),
    CLI_FILE(0, "drivers", "FILE", &arg.what_if.file,
	"records of drivers, joined by time"),
    CLI_LIST(0, "lag", "[NAME=]N[..M]", &arg.what_if.lag,
	"it acts N steps later, or the best of N to M"),
    CLI_LIST(0, "cost", "NAME[=PRICE]", &arg.what_if.cost,
	"what a unit of it costs (1)"),
    CLI_REAL(0, "worth", "N", &arg.what_if.worth, 0, 1e300,
	"what one more is worth, for returns"),
    CLI_FLAG(0, "steps", &arg.steps, "also for each step ahead"),
    CLI_FLAG(
	0, "effects", &arg.what_if.effects, "also what a unit of each does"),
    CLI_FLAG(0, "explain", &arg.ahead.explain,
	"the lags that were looked at, by AICc"),
    CLI_FLAG(0, "gate", &arg.gate, "exit 4 when no effect is clear"),
    CLI_INT('H', "horizon", "N", &arg.ahead.horizon, 1, 100000,
	"steps to look ahead (a season)"),
    CLI_FLAG(0, "allow-negative", &arg.ahead.negative,
	"also below 0 where no value is"),
    CLI_TEXT(0, "title", "TEXT", &arg.ahead.title, "over a picture"),
    CLI_TEXT(0, "locale", "LOCALE", &arg.ahead.locale,
	"language of a picture: ja or en"),
    SERIES_OPTIONS,
    CLI_END,
};

static const struct cli_verb verbs[] = {
    {.name = "forecast",
	.operands = "[FILE...]",
	.help = "say what comes next, with intervals",
	.options = forecast_options,
	.shared = SERIES_SHARED,
	.formats = "ndjson csv tsv json table chart svg png pdf",
	.run = series_runs,
	.work = forecast},
    {.name = "backtest",
	.operands = "[FILE...]",
	.help = "say how good forecasts would have been in the past",
	.options = backtest_options,
	.shared = SERIES_SHARED,
	.run = series_runs,
	.work = backtest},
    {.name = "simulate",
	.operands = "[FILE...]",
	.help = "say what other plans would bring",
	.options = simulate_options,
	.shared = SERIES_SHARED,
	.formats = "ndjson csv tsv json table chart svg png pdf",
	.run = simulate_runs,
	.work = simulate},
    {.name = "series",
	.operands = "[FILE...]",
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
	.help = "find what is out of the ordinary, and who carries it",
	.options = anomaly_options,
	.shared = SERIES_SHARED,
	.formats = "ndjson csv tsv json table chart svg png pdf",
	.run = series_runs,
	.work = anomalies},
    {.name = "trend",
	.operands = "[FILE...]",
	.help = "say whether it rises, by which days, and when it changed",
	.options = trend_options,
	.shared = SERIES_SHARED,
	.formats = "ndjson csv tsv json table chart svg png pdf",
	.run = series_runs,
	.work = trend},
    {.name = "insights",
	.help = "say what a store's numbers tell, and what might be done",
	.options = insight_options,
	.shared = (CLI_READING | CLI_WHERE) & ~(unsigned)CLI_AS,
	.formats = "ndjson csv tsv json table text markdown",
	.run = session_reads,
	.work = insights},
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
