/* SPDX-License-Identifier: ISC */
/*
 * forecast_anomaly: how well anomalies are found as they come, on series in
 * which people have marked them.
 *	forecast_anomaly FOLDER
 * The folder has windows.json, {"FILE": [["FROM", "TO"], ...], ...}, and the
 * files it names, with fields timestamp and value.
 *
 * How it is counted, the same for all detectors: the window length of a file
 * is that of its longest marked window; where it has none, a tenth of the time
 * it covers (by which rule the windows of this collection were made). A point
 * that is called odd begins an alert, to which all such points within one
 * window length after it belong. An alert is right when one of its points lies
 * in a marked window; a marked window is found when a point in it is called
 * odd. Precision is right alerts of all, files without windows included;
 * recall is windows found of all. For those who would count in other ways, F1
 * is also given where an alert is only its first point, and with alerts
 * that last as long as points come within a window length of the last one.
 *
 * Prints a line for each detector and ends with the ratio of the watch's F1 to
 * that of the best moving mean.
 */
#include <math.h>
#include <stdlib.h>

#include "forecast/forecast.h"
#include "json/json.h"
#include "series/series.h"

enum { MOST_WINDOWS = 64, HOUR = 3600 * 1000, DAY = 24 * HOUR };

struct marks {
	int64_t from[MOST_WINDOWS], to[MOST_WINDOWS];
	size_t count;
	int64_t length;
};

enum rule { FROM_FIRST, FIRST_ONLY, FROM_LAST, RULES };

struct counts {
	size_t right, wrong, found, windows;
};
struct detector {
	const char *name;
	int64_t window; /* ms of the moving mean; 0: the watch; below 0: so many
			   observations */
	struct counts counts[RULES];
};
static struct detector detectors[] = {{.name = "moving mean, 7", .window = -7},
    {.name = "moving mean, one day", .window = DAY},
    {.name = "moving mean, one week", .window = 7 * (int64_t)DAY},
    {.name = "watch"}};

/* ---- points into alerts -------------------------------------------------- */

static size_t
mark_at(const struct marks *m, int64_t at)
{
	size_t i = 0;

	while (i < m->count && (at < m->from[i] || at > m->to[i]))
		i++;
	return i;
}

static void
count_alerts(const struct series *s, const struct marks *m, const bool *odd,
    enum rule rule, struct counts *ret)
{
	bool open = false, good = false, found[MOST_WINDOWS] = {false};
	int64_t start = 0;

	for (size_t t = 0; t < s->n; t++) {
		int64_t at = series_time(&s->calendar, (int64_t)t);
		size_t mark = mark_at(m, at);
		bool begins = !open || at - start > m->length;

		if (!odd[t])
			continue;
		if (begins) {
			ret->right += open && good;
			ret->wrong += open && !good;
			open = true;
			good = false;
		}
		if (begins || rule == FROM_LAST)
			start = at;
		if (mark < m->count && (begins || rule != FIRST_ONLY))
			good = found[mark] = true;
	}
	ret->right += open && good;
	ret->wrong += open && !good;
	ret->windows += m->count;
	for (size_t i = 0; i < m->count; i++)
		ret->found += found[i];
}

/* ---- detectors ----------------------------------------------------------- */

static void
watch(const struct series *s, bool *odd)
{
	struct forecast_watch_plan plan = series_watch(s);
	struct forecast_watch *w = forecast_watch_open(&plan);
	struct forecast_verdict v;

	for (size_t t = 0; t < s->n; t++) {
		forecast_watch_next(w, s->known[t], &v);
		odd[t] = v.alarm;
	}
	forecast_watch_free(w);
}

static void
moving(const struct series *s, int64_t window, bool *odd)
{
	struct forecast_anomalies a;
	struct err err;
	size_t points =
	    window < 0 ? (size_t)-window : (size_t)(window / s->calendar.step);

	if (forecast_moving_anomalies(s->known, s->n, points, 3, &a, &err) < 0)
		return;
	for (size_t i = 0; i < a.count; i++)
		odd[a.list[i].at] = true;
	forecast_anomalies_release(&a);
}

static int
detect(void *context, const struct series *s, struct err *err)
{
	struct marks *m = context;

	(void)err;
	if (!m->count)
		m->length = (series_time(&s->calendar, (int64_t)s->n - 1) -
				series_time(&s->calendar, 0)) /
			    10;
	for (size_t d = 0; d < COUNT_OF(detectors); d++) {
		bool *odd = xcalloc(s->n, sizeof(*odd));

		if (detectors[d].window)
			moving(s, detectors[d].window, odd);
		else
			watch(s, odd);
		for (int rule = 0; rule < RULES; rule++)
			count_alerts(s, m, odd, (enum rule)rule,
			    &detectors[d].counts[rule]);
		free(odd);
	}
	return 0;
}

/* ---- files --------------------------------------------------------------- */

static int
read_time(const struct json *n, int64_t *ret, struct err *err)
{
	struct arena scratch = {0};
	enum series_form form;
	struct str text;
	int rc = json_as_text(n, &text, err);

	if (rc == 0 &&
	    !series_time_read(text, zone_utc(), &scratch, &form, ret))
		rc = json_err(n, err, "not a time");
	arena_release(&scratch);
	return rc;
}

static int
read_marks(const struct json *list, struct marks *m, struct err *err)
{
	*m = (struct marks){0};
	for (size_t i = 0; i < json_count(list) && i < MOST_WINDOWS; i++) {
		const struct json *window = json_item(list, i);

		if (read_time(json_item(window, 0), &m->from[i], err) < 0 ||
		    read_time(json_item(window, 1), &m->to[i], err) < 0)
			return -1;
		m->count++;
		if (m->to[i] - m->from[i] > m->length)
			m->length = m->to[i] - m->from[i];
	}
	return 0;
}

static void
keep_quiet(void *context, struct place where, const char *text)
{
	(void)context;
	(void)where;
	(void)text;
}

static int
look_at(const char *folder, const struct json *windows, struct err *err)
{
	struct remarks quiet = {.put = keep_quiet};
	struct series_counts done;
	struct marks marks;
	struct buf path = {0};
	char *paths[1];
	struct series_read job = {.path_count = 1,
	    .paths = paths,
	    .time = "timestamp",
	    .rules = {.zone = zone_utc(), .sparse = true},
	    .remarks = &quiet,
	    .refused = &quiet,
	    .each = detect,
	    .context = &marks};
	int rc = 0;

	for (size_t i = 0; i < json_count(windows) && rc == 0; i++) {
		const struct json *list = json_item(windows, i);

		buf_clear(&path);
		buf_addf(&path, "%s/%.*s", folder, STR_ARG(json_name(list)));
		paths[0] = path.p;
		rc = read_marks(list, &marks, err);
		if (rc == 0)
			rc = series_read(&job, &done, err);
		if (rc == 0 && done.series != 1)
			rc = err_set(err, ERR_USAGE, "%s: no series", path.p);
	}
	buf_release(&path);
	return rc;
}

/* ---- the table ----------------------------------------------------------- */

static double
f1(const struct counts *c)
{
	double precision =
	    (double)c->right / fmax(1, (double)(c->right + c->wrong));
	double recall = (double)c->found / fmax(1, (double)c->windows);

	return precision + recall > 0
		   ? 2 * precision * recall / (precision + recall)
		   : 0;
}

static void
print(void)
{
	double best = 0, ours = 0;

	printf("%-22s %7s %7s %10s %7s %6s   %10s %9s\n", "detector", "alerts",
	    "right", "precision", "recall", "F1", "first only", "from last");
	for (size_t d = 0; d < COUNT_OF(detectors); d++) {
		const struct counts *c = detectors[d].counts;
		size_t alerts = c->right + c->wrong;

		printf("%-22s %7zu %7zu %10.3f %7.3f %6.3f   %10.3f %9.3f\n",
		    detectors[d].name, alerts, c->right,
		    (double)c->right / fmax(1, (double)alerts),
		    (double)c->found / fmax(1, (double)c->windows), f1(c),
		    f1(&c[FIRST_ONLY]), f1(&c[FROM_LAST]));
		if (detectors[d].window)
			best = fmax(best, f1(c));
		else
			ours = f1(c);
	}
	printf("%zu windows; F1 of the watch by that of the best moving mean: "
	       "%.2f\n",
	    detectors[0].counts->windows, ours / best);
}

int
main(int argc, char **argv)
{
	struct json *windows = NULL;
	struct buf path = {0};
	struct err err = {0};
	int rc;

	if (argc != 2) {
		fprintf(stderr, "usage: forecast_anomaly FOLDER\n");
		return 2;
	}
	buf_addf(&path, "%s/windows.json", argv[1]);
	rc = json_doc_read(path.p, &windows, &err);
	if (rc == 0)
		rc = look_at(argv[1], windows, &err);
	if (rc < 0)
		fprintf(stderr, "forecast_anomaly: %s\n", err.text);
	else
		print();
	json_doc_free(windows);
	buf_release(&path);
	return rc < 0;
}
