/* SPDX-License-Identifier: ISC */
/* Kept forecasts beside what came. */
#include <math.h>
#include <stdlib.h>

#include "metric/metric.sql.h"
#include "metric/metric_priv.h"

/* What a definition measures now, one series. */
struct actual {
	struct series_calendar calendar;
	double *y, *known;
	size_t n;
};

/* A definition that is being looked at. */
struct looking {
	struct store *st;
	const struct tenant *t;
	const struct metric_grading *how;
	struct metric_graded *ret;
	struct str definition;
	struct metric_ask ask;
	struct cond *where;
	struct text_index index; /* of the series by name */
	struct actual *actual;
	size_t count, cap;
	struct arena arena;
	struct series_trials trials;
	struct buf series; /* the one that trials are about, under `each` */
	struct buf lines;
	int (*row)(struct looking *l, const struct rows *r,
	    const struct forecast *f, struct err *err);
};

/* ---- what came -------------------------------------------------------------
 */

static int
note_actual(void *context, const struct series *s, struct err *err)
{
	struct looking *l = context;
	struct actual a = {.calendar = s->calendar, .n = s->n};
	bool new;

	(void)err;
	*text_index_at(&l->index, s->name, &l->arena, &new) = l->count;
	a.y = arena_alloc(&l->arena, s->n * sizeof(*a.y));
	a.known = arena_alloc(&l->arena, s->n * sizeof(*a.known));
	memcpy(a.y, s->y, s->n * sizeof(*a.y));
	memcpy(a.known, s->known, s->n * sizeof(*a.known));
	GROW(l->actual, l->cap, l->count + 1);
	l->actual[l->count++] = a;
	return 0;
}

static const struct actual *
actual_of(const struct looking *l, struct str series)
{
	size_t at = text_index_get(&l->index, series);

	return at == SIZE_MAX ? NULL : &l->actual[at];
}

/* NAN: nobody knows yet. */
static double
came(const struct actual *a, int64_t first, size_t step)
{
	int64_t at = first + (int64_t)step;

	return a && at >= 0 && at < (int64_t)a->n ? a->known[at] : NAN;
}

static const char *
text_of(struct looking *l, const struct json *doc, const char *name)
{
	const struct json *n = json_find(doc, name);

	return n ? arena_strdup(&l->arena, json_text(n)) : NULL;
}

/* From the definition back to what was asked. */
static int
read_definition(struct looking *l, struct err *err)
{
	const char *where, *within;
	struct json *doc;

	if (json_doc_parse(l->definition, "forecast", &doc, err) < 0)
		return -1;
	l->ask = (struct metric_ask){.metric = text_of(l, doc, "metric"),
	    .unit = text_of(l, doc, "by"),
	    .group = text_of(l, doc, "group"),
	    .moment = l->how->moment,
	    .since = TIME_MIN,
	    .each = note_actual,
	    .context = l};
	where = text_of(l, doc, "where");
	within = text_of(l, doc, "within");
	json_doc_free(doc);
	if (within && !duration_parse(str_of(within), &l->ask.within))
		return err_set(err, ERR_FAIL, "within: %s", within);
	if (!where)
		return 0;
	if (cond_parse(str_of(where), "condition", &lead_catalogue, &l->where,
		err) < 0)
		return -1;
	l->ask.where = l->where;
	return lead_bind(l->st, l->t, l->where, err);
}

/* 1 when it is one of those that are wanted. A segment of its condition may be
 * gone: then nobody knows what came. */
static int
measure(struct looking *l, struct err *err)
{
	struct series_counts counts;
	struct err why = {0};
	int rc = read_definition(l, &why);

	if (l->how->metric &&
	    (!l->ask.metric || strcmp(l->ask.metric, l->how->metric) != 0))
		return 0;
	if (rc == 0)
		rc = metric_read(l->st, l->t, &l->ask, &counts, &why);
	if (rc == 0)
		return 1;
	if (why.kind != ERR_USAGE || !l->ask.unit) {
		*err = why;
		return -1;
	}
	remark(l->how->remarks, (struct place){0}, "%.*s: not measured: %s",
	    STR_ARG(l->definition), why.text);
	return 1;
}

/* ---- kept forecasts
 * ---------------------------------------------------------- */

enum { SERIES, MADE_AT, METHOD, MODEL, PERIOD, FIRST_AT, STEPS };

static int
each_kept(struct looking *l, struct err *err)
{
	struct forecast f;
	struct rows *r;
	char what[33];
	int got;

	metric_hash(l->definition, what);
	if (store_query(l->st, &sql_metric_kept,
		BINDS(BIND_INT(l->t->id), BIND_TEXT(str_of(what)),
		    BIND_INT(l->how->since), BIND_INT(l->how->until)),
		&r, err) < 0)
		return -1;
	while ((got = rows_next(r, err)) > 0) {
		if (!series_take_steps(rows_text(r, STEPS), &f)) {
			got = err_set(err, ERR_FAIL,
			    "forecast of %s: the store holds no steps",
			    quoted(rows_text(r, SERIES)));
			break;
		}
		l->ret->forecasts++;
		l->ret->steps += f.horizon;
		got = l->row(l, r, &f, err);
		forecast_release(&f);
		if (got < 0)
			break;
	}
	rows_close(r);
	return got;
}

/* What a line is about: the definition, and the series when it is of one. */
static void
put_about(const struct looking *l, struct str series, struct buf *out)
{
	struct json_writer w = {.out = out};

	buf_adds(out, (struct str){l->definition.p, l->definition.n - 1});
	if (series.p) {
		buf_addstr(out, ",\"series\":");
		json_put_text(&w, series);
	}
	buf_addc(out, '}');
}

static int
flush(struct looking *l, struct err *err)
{
	int rc = l->how->flush(l->how->context, buf_str(&l->lines), err);

	buf_clear(&l->lines);
	return rc;
}

/* ---- grading
 * ----------------------------------------------------------------- */

static int
put_trials(struct looking *l, struct err *err)
{
	struct buf about = {0};

	if (l->trials.count == 0)
		return 0;
	put_about(
	    l, l->how->each ? buf_str(&l->series) : (struct str){0}, &about);
	series_trials_put(
	    &l->trials, buf_str(&about), l->how->steps, &l->lines);
	series_trials_release(&l->trials);
	buf_release(&about);
	return flush(l, err);
}

/* The forecast, and the naive ones from the same place. */
static void
grade(struct looking *l, const char *method, const struct forecast *f,
    const struct actual *a, int64_t first, size_t period)
{
	struct forecast_series known = {
	    .y = a->y, .n = (size_t)first, .period = period};
	/* Nothing that is measured falls below 0. */
	struct forecast_ask ask = {.horizon = f->horizon, .non_negative = true};
	struct forecast_scale scale = forecast_scale_of(&known);
	const struct forecast_method *const rivals[] = {
	    forecast_method_find(STR("naive")),
	    forecast_method_find(STR("snaive"))};
	struct forecast rival;

	for (size_t h = 0; h < f->horizon; h++)
		if (!isnan(came(a, first, h))) {
			series_trials_measure(&l->trials, method, &scale, f, h,
			    came(a, first, h));
			l->ret->come++;
		}
	for (size_t i = 0; i < COUNT_OF(rivals); i++) {
		if (strcmp(method, rivals[i]->name) == 0 ||
		    forecast_run(rivals[i], &known, &ask, &rival, NULL) < 0)
			continue;
		for (size_t h = 0; h < f->horizon; h++)
			if (!isnan(came(a, first, h)))
				series_trials_measure(&l->trials,
				    rivals[i]->name, &scale, &rival, h,
				    came(a, first, h));
		forecast_release(&rival);
	}
}

static int
grade_row(struct looking *l, const struct rows *r, const struct forecast *f,
    struct err *err)
{
	struct str series = rows_text(r, SERIES);
	const struct actual *a = actual_of(l, series);
	struct str method = rows_text(r, METHOD);
	int64_t first;
	char name[64];

	if (l->how->each && !str_eq(series, buf_str(&l->series))) {
		if (put_trials(l, err) < 0)
			return -1;
		buf_clear(&l->series);
		buf_adds(&l->series, series);
	}
	if (!a)
		return 0;
	first = series_position(&a->calendar, rows_int(r, FIRST_AT));
	if (first < 1 || first > (int64_t)a->n)
		return 0;
	snprintf(name, sizeof(name), "%.*s", STR_ARG(method));
	grade(l, name, f, a, first, (size_t)rows_int(r, PERIOD));
	return 0;
}

const char *const metric_grade_columns[] = {"metric", "by", "where", "group",
    "within", "series", "method", "step", "forecasts", "mape", "smape", "mase",
    "rmsse", "bias", "coverage80", "coverage95", "width80", "width95",
    "msis95"};
const size_t metric_grade_column_count = COUNT_OF(metric_grade_columns);

/* ---- telling
 * ----------------------------------------------------------------- */

const char *const metric_kept_columns[] = {"metric", "by", "where", "group",
    "within", "series", "made_at", "step", "time", "mean", "lo80", "hi80",
    "lo95", "hi95", "actual", "method"};
const size_t metric_kept_column_count = COUNT_OF(metric_kept_columns);

/* One number more into a record that is open. */
static void
add_number(struct buf *out, const char *name, double v)
{
	buf_addf(out, ",\"%s\":", name);
	buf_addreal(out, v);
}

static int
tell_row(struct looking *l, const struct rows *r, const struct forecast *f,
    struct err *err)
{
	const struct actual *a = actual_of(l, rows_text(r, SERIES));
	const struct zone *zone = l->how->moment.zone;
	int64_t first_at = rows_int(r, FIRST_AT), first = 0;
	struct series_calendar calendar;
	struct buf about = {0};
	size_t moved;

	series_calendar_find(&first_at, 1, SERIES_MOMENT, l->ask.unit,
	    zone ? zone : zone_utc(), &calendar, &moved);
	if (a)
		first = series_position(&a->calendar, first_at);
	put_about(l, rows_text(r, SERIES), &about);
	buf_truncate(&about, about.len - 1);
	for (size_t h = 0; h < f->horizon; h++) {
		double actual = came(a, first, h);

		buf_adds(&l->lines, buf_str(&about));
		buf_addstr(&l->lines, ",\"made_at\":\"");
		time_add(&l->lines, rows_int(r, MADE_AT));
		buf_addf(&l->lines, "\",\"step\":%zu,\"time\":\"", h + 1);
		series_time_add(&l->lines, &calendar, (int64_t)h);
		buf_addc(&l->lines, '"');
		add_number(&l->lines, "mean", f->mean[h]);
		add_number(&l->lines, "lo80", f->low[FORECAST_80][h]);
		add_number(&l->lines, "hi80", f->high[FORECAST_80][h]);
		add_number(&l->lines, "lo95", f->low[FORECAST_95][h]);
		add_number(&l->lines, "hi95", f->high[FORECAST_95][h]);
		if (!isnan(actual)) {
			add_number(&l->lines, "actual", actual);
			l->ret->come++;
		}
		buf_addstr(&l->lines, ",\"method\":");
		json_quote(&l->lines, rows_text(r, MODEL));
		buf_addstr(&l->lines, "}\n");
	}
	buf_release(&about);
	return flush(l, err);
}

/* ---- definitions
 * -------------------------------------------------------------- */

static void
forget_definition(struct looking *l)
{
	cond_free(l->where);
	text_index_release(&l->index);
	free(l->actual);
	arena_release(&l->arena);
	series_trials_release(&l->trials);
	buf_release(&l->series);
	buf_release(&l->lines);
}

static int
look_at(const struct looking *start, struct str definition, struct err *err)
{
	struct looking l = *start;
	int rc;

	l.definition = definition;
	rc = measure(&l, err);
	if (rc > 0)
		rc = each_kept(&l, err);
	if (rc == 0)
		rc = put_trials(&l, err);
	forget_definition(&l);
	return rc;
}

static int
look_at_all(const struct looking *start, struct err *err)
{
	struct arena arena = {0};
	struct str *list = NULL;
	size_t count = 0, cap = 0;
	struct rows *r;
	int got;

	if (store_query(start->st, &sql_metric_definitions,
		BINDS(BIND_INT(start->t->id)), &r, err) < 0)
		return -1;
	while ((got = rows_next(r, err)) > 0) {
		GROW(list, cap, count + 1);
		list[count++] = arena_str(&arena, rows_text(r, 0));
	}
	rows_close(r);
	for (size_t i = 0; i < count && got == 0; i++)
		got = look_at(start, list[i], err);
	free(list);
	arena_release(&arena);
	return got;
}

int
metric_grade(struct store *st, const struct tenant *t,
    const struct metric_grading *how, struct metric_graded *ret,
    struct err *err)
{
	struct looking l = {
	    .st = st, .t = t, .how = how, .ret = ret, .row = grade_row};

	*ret = (struct metric_graded){0};
	return look_at_all(&l, err);
}

int
metric_kept(struct store *st, const struct tenant *t,
    const struct metric_grading *how, struct metric_graded *ret,
    struct err *err)
{
	struct looking l = {
	    .st = st, .t = t, .how = how, .ret = ret, .row = tell_row};

	*ret = (struct metric_graded){0};
	return look_at_all(&l, err);
}
