/* SPDX-License-Identifier: ISC */
/* Series in, from records or from the store. */
#include <inttypes.h>

#include "outlook/outlook.h"

enum { LONGEST_SEASON = 1000000 };

/* Options that only one of the two sources of series knows. */
/* Options that are about something with either source. */
static bool
goes_anyway(const struct outlook_of *of, const char *option)
{
	static const char *const of_drivers[] = {"series", "time", "duplicates",
	    "gaps", "encoding", "rejects", NULL};

	if (of->parts && strcmp(option, "group") == 0)
		return true;
	for (size_t i = 0; of->driven && of_drivers[i]; i++)
		if (strcmp(option, of_drivers[i]) == 0)
			return true;
	return false;
}

static int
check_source(
    const struct cli_call *call, const struct outlook_of *of, struct err *err)
{
	static const char *const of_store[] = {
	    "db", "tenant", "where", "group", "since", "within", NULL};
	static const char *const of_files[] = {"series", "time", "value",
	    "duplicates", "gaps", "zone", "encoding", "rejects", "sorted",
	    "until", NULL};
	const char *const *option = of->metric ? of_files : of_store;

	for (; *option; option++)
		if (cli_given(call, *option) && !goes_anyway(of, *option))
			return err_set(err, ERR_USAGE,
			    of->metric
				? "--%s is about records; with --metric series "
				  "are from the store"
				: "--%s is about a store: give --metric",
			    *option);
	if (of->metric && call->count)
		return err_set(err, ERR_USAGE,
		    "with --metric series are from the store: no file is read");
	return 0;
}

int
outlook_runs(
    const struct cli_call *call, const struct outlook_of *of, struct err *err)
{
	if (check_source(call, of, err) < 0)
		return -1;
	return session_run(call, of->metric ? SESSION_READ : SESSION_FILTER,
	    call->verb->work, NULL, err);
}

/* ---- what is asked ------------------------------------------------------- */

/* "7", "7,365", "auto" */
static int
read_period(const char *text, struct series_rules *rules, struct err *err)
{
	struct str rest = str_of(text), word;
	int64_t steps, least = 1;
	bool more = true;

	if (strcmp(text, "auto") == 0) {
		rules->period = SERIES_AUTO;
		return 0;
	}
	for (size_t i = 0; more && i <= SERIES_LONGER; i++) {
		more = str_cut(&rest, ',', &word);
		if (!number_int(word, &steps) || steps < least ||
		    steps > LONGEST_SEASON)
			break;
		least = steps < 2 ? LONGEST_SEASON + 1 : steps + 1;
		*(i ? &rules->longer[i - 1] : &rules->period) = (size_t)steps;
		if (!more)
			return 0;
	}
	return err_set(err, ERR_USAGE,
	    "--period: neither numbers of steps, like 7 or 7,365, nor "
	    "\"auto\": %s",
	    quoted(str_of(text)));
}

int
outlook_rules(const struct outlook_of *of, bool sparse,
    struct series_rules *ret, struct err *err)
{
	struct series_rules rules = {.zone = zone_utc(),
	    .doubled = (enum series_double)of->doubled,
	    .gaps = (enum series_gaps)of->gaps,
	    .until = of->until,
	    .sparse = sparse};

	if (of->zone && zone_find(of->zone, &rules.zone, err) < 0) {
		err->kind = ERR_USAGE;
		return -1;
	}
	if (of->by >= 0)
		rules.unit = series_units[of->by];
	if (of->period && read_period(of->period, &rules, err) < 0)
		return -1;
	*ret = rules;
	return 0;
}

int
outlook_locale(const struct session *s, const char *asked, const char **ret,
    struct err *err)
{
	if (!asked)
		asked = s->st ? s->tenant->settings.locale : "en";
	if (strcmp(asked, "ja") != 0 && strcmp(asked, "en") != 0)
		return err_set(err, ERR_USAGE,
		    "--locale: neither ja nor en: %s", quoted(str_of(asked)));
	*ret = asked;
	return 0;
}

/* ---- one after another --------------------------------------------------- */

static int
look_at(void *context, const struct series *series, struct err *err)
{
	struct outlook *o = context;

	if (o->stops && cli_interrupted())
		return err_set(err, ERR_FAIL, "interrupted: nothing is kept");
	return o->crew ? series_crew_add(o->crew, series, err)
		       : o->each(o, series, err);
}

int
outlook_ask(const struct outlook *o, struct metric_ask *ret, struct err *err)
{
	const struct outlook_of *of = o->of;
	struct session *s = o->s;
	struct series_rules rules;

	if (outlook_rules(of, o->sparse, &rules, err) < 0)
		return -1;
	if (rules.unit && strcmp(rules.unit, "weekday") == 0)
		return err_set(err, ERR_USAGE,
		    "--by weekday: what happens at week-ends counts too");
	*ret = (struct metric_ask){.metric = of->metric,
	    .unit = rules.unit ? rules.unit : "week",
	    .where = s->where,
	    .group = of->group,
	    .moment = s->moment,
	    .since = of->since,
	    .within = of->within,
	    .period = rules.period,
	    .remarks = cli_remarks(s->call),
	    .each = look_at,
	    .context = (void *)(uintptr_t)o};
	memcpy(ret->longer, rules.longer, sizeof(ret->longer));
	return 0;
}

static int
read_store(struct outlook *o, struct remarks *refused,
    struct series_counts *done, struct err *err)
{
	struct metric_ask ask;

	if (outlook_ask(o, &ask, err) < 0)
		return -1;
	ask.refused = refused;
	return metric_read(o->s->st, o->s->tenant, &ask, done, err);
}

static int
read_records(struct outlook *o, struct remarks *refused,
    struct series_counts *done, struct err *err)
{
	const struct outlook_of *of = o->of;
	struct session *s = o->s;
	struct series_read job = {.paths = s->call->operands,
	    .path_count = s->call->count,
	    .encoding = of->encoding,
	    .series = of->parts ? of->group : of->series,
	    .time = of->time,
	    .value = of->value,
	    .drivers = of->drivers.items,
	    .driver_count = of->drivers.count,
	    .sorted = of->sorted,
	    .remarks = cli_remarks(s->call),
	    .refused = refused,
	    .rejects = of->rejects,
	    .each = look_at,
	    .context = o};

	if (outlook_rules(of, o->sparse, &job.rules, err) < 0)
		return -1;
	s->printer.zone = job.rules.zone;
	return series_read(&job, done, err);
}

static int
read_all(struct outlook *o, struct series_counts *ret, struct err *err)
{
	struct remarks refused = {.put = session_refuses};
	const struct series_work work = {o->look, o->tell, o};
	int rc;

	if (o->look)
		o->crew = series_crew_new((size_t)o->of->jobs, &work);
	rc = (o->s->st ? read_store : read_records)(o, &refused, ret, err);
	if (o->crew && series_crew_end(o->crew, rc < 0 ? NULL : err) < 0)
		rc = -1;
	o->crew = NULL;
	return rc;
}

int
outlook_read(struct outlook *o, struct err *err)
{
	struct session *s = o->s;
	struct series_counts done;

	if (read_all(o, &done, err) < 0)
		return -1;
	o->refused += done.refused;
	session_summary(s, "%" PRIu64 " series", done.series + done.refused);
	if (o->refused)
		session_summary(s, ", %" PRIu64 " refused", o->refused);
	if (done.records.rejected)
		session_summary(s,
		    "; %" PRIu64 " of %" PRIu64 " records rejected",
		    done.records.rejected, done.records.read);
	return o->refused || done.records.rejected ? CLI_REJECTS : CLI_DONE;
}

void
outlook_release(struct outlook *o)
{
	buf_release(&o->lines);
}

void
outlook_put(struct outlook *o)
{
	printer_lines(&o->s->printer, buf_str(&o->lines));
	buf_clear(&o->lines);
}

void
outlook_refuse(
    struct outlook *o, const struct series *series, const struct err *why)
{
	struct buf text = {0};

	buf_addf(&text, "%s: %s", series_called(series->name), why->text);
	session_refuses(o->s, (struct place){0}, text.p);
	buf_release(&text);
	o->refused++;
}

/* ---- the series themselves ----------------------------------------------- */

static int
put_series(struct outlook *o, const struct series *series, struct err *err)
{
	(void)err;
	series_put(series, &o->lines);
	outlook_put(o);
	return 0;
}

int
outlook_series(struct session *s, const struct outlook_of *of, struct err *err)
{
	struct outlook o = {.s = s, .of = of, .each = put_series};
	int rc;

	if (session_print(s, series_columns, series_column_count, err) < 0)
		return -1;
	rc = outlook_read(&o, err);
	outlook_release(&o);
	return rc;
}
