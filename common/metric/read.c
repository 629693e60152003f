/* SPDX-License-Identifier: ISC */
/* Sums of facts become series. */
#include <math.h>
#include <stdlib.h>

#include "metric/metric.sql.h"
#include "metric/metric_priv.h"

/* The values of one group, and those they are shares of. */
struct values {
	double *known, *of;
	size_t known_cap, of_cap;
	size_t n;
	struct series_room room;
};

/* The cells of a group are laid out from its first step to the last one that
 * is over. */
static void
lay_out(const struct measuring *m, enum metric_kind kind,
    const struct cell *cell, size_t count, int64_t first, struct values *v)
{
	double sum = 0, of = 0;
	size_t i = 0;

	v->n = (size_t)-first;
	GROW(v->known, v->known_cap, v->n);
	GROW(v->of, v->of_cap, v->n);
	for (size_t at = 0; at < v->n; at++) {
		if (kind != METRIC_LEVEL)
			sum = of = 0;
		for (; i < count && cell[i].position <= first + (int64_t)at;
		     i++) {
			sum += cell[i].sum;
			of += cell[i].of;
		}
		v->of[at] = of;
		v->known[at] = sum;
		if (kind == METRIC_RATE || m->source == FROM_SCORES)
			v->known[at] = of > 0 ? sum / of : NAN;
		/* The last of its leads must have had their time. */
		if (m->source == FROM_COHORTS &&
		    series_time(&m->calendar, first + (int64_t)at + 1) +
			    m->ask->within >
			m->ask->moment.now) {
			v->known[at] = NAN;
			v->of[at] = 0;
		}
	}
}

static int
make_series(const struct measuring *m, enum metric_kind kind, struct str name,
    const struct cell *cell, size_t count, struct values *v,
    struct series_counts *counts, struct err *err)
{
	struct series_rules rules = {.unit = m->ask->unit,
	    .zone = m->calendar.zone,
	    .period = m->ask->period};
	struct series_calendar calendar = m->calendar;
	struct err mistake = {0};
	struct series s;
	int64_t first = cell[0].position;

	if (first < m->start)
		first = m->start;
	lay_out(m, kind, cell, count, first, v);
	memcpy(rules.longer, m->ask->longer, sizeof(rules.longer));
	calendar.first += first * calendar.step;
	if (series_set(&v->room, name, &calendar, v->known,
		kind == METRIC_RATE ? v->of : NULL, v->n, &rules,
		m->ask->remarks, &s, &mistake) < 0) {
		remark(m->ask->refused, (struct place){0}, "%s", mistake.text);
		counts->refused++;
		return 0;
	}
	counts->series++;
	return m->ask->each(m->ask->context, &s, err);
}

/* A group and its cells. */
struct part {
	struct str name; /* p NULL: leads without a value */
	const struct cell *cell;
	size_t count;
};

static int
by_name(const void *one, const void *other)
{
	const struct part *a = one, *b = other;

	if (!a->name.p || !b->name.p)
		return (a->name.p == NULL) - (b->name.p == NULL);
	return str_cmp(a->name, b->name);
}

static int
make_all(struct measuring *m, enum metric_kind kind,
    struct series_counts *counts, struct err *err)
{
	struct part *parts = xcalloc(m->groups.count + 1, sizeof(*parts));
	struct values v = {0};
	size_t count = 0;
	int rc = 0;

	cells_sort(&m->cells);
	for (size_t i = 0; i < m->cells.count; i++) {
		const struct cell *c = &m->cells.cell[i];

		if (i == 0 || c->group != c[-1].group)
			parts[count++] =
			    (struct part){m->groups.name[c->group], c, 0};
		parts[count - 1].count++;
	}
	qsort(parts, count, sizeof(*parts), by_name);
	for (size_t i = 0; i < count && rc == 0; i++)
		rc = make_series(m, kind,
		    parts[i].name.p ? parts[i].name : STR("(none)"),
		    parts[i].cell, parts[i].count, &v, counts, err);
	free(parts);
	free(v.known);
	free(v.of);
	series_room_release(&v.room);
	return rc;
}

static int
find_segment(struct measuring *m, struct err *err)
{
	int found = store_int(m->st, &sql_metric_segment,
	    BINDS(BIND_INT(m->t->id), BIND_TEXT(m->word)), &m->segment, err);

	if (found == 0)
		return err_set(
		    err, ERR_USAGE, "no such segment: %s", quoted(m->word));
	return found < 0 ? -1 : 0;
}

static int
read_metric(struct measuring *m, struct series_counts *counts, struct err *err)
{
	const struct metric_ask *ask = m->ask;
	const struct zone *zone = ask->moment.zone;
	const struct metric_about *about;
	size_t moved;

	if (metric_find(ask->metric, &about, &m->source, &m->word, err) < 0 ||
	    (m->source == FROM_SEGMENT && find_segment(m, err) < 0) ||
	    groups_open(&m->groups, ask, err) < 0)
		return -1;
	series_calendar_find(&ask->moment.now, 1, SERIES_MOMENT, ask->unit,
	    zone ? zone : zone_utc(), &m->calendar, &moved);
	m->start = series_position(&m->calendar, ask->since);
	if (metric_gather(m, err) < 0)
		return -1;
	if (m->cells.count == 0) {
		counts->refused++;
		remark(ask->refused, (struct place){0},
		    "%s: nothing to count in any %s that is over",
		    quoted(str_of(ask->metric)), ask->unit);
	}
	counts->records.read = counts->records.written = m->facts;
	return make_all(m, about->kind, counts, err);
}

int
metric_read(struct store *st, const struct tenant *t,
    const struct metric_ask *ask, struct series_counts *ret, struct err *err)
{
	struct measuring *m = xcalloc(1, sizeof(*m));
	struct series_counts counts = {0};
	int rc;

	m->st = st;
	m->t = t;
	m->ask = ask;
	rc = read_metric(m, &counts, err);
	groups_release(&m->groups);
	cells_release(&m->cells);
	free(m);
	*ret = counts;
	return rc;
}
