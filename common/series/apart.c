/* SPDX-License-Identifier: ISC */
/* Drivers that are known apart from the series they move. */
#include <math.h>
#include <stdlib.h>

#include "series/series.h"

/* What is known of one driver for one series, or for all. */
struct known {
	struct series_point *points;
	size_t count, cap;
	bool numbers; /* times are */
	bool zero;    /* of all */
};

struct series_apart {
	struct known *known;
	size_t count, cap;
	struct text_index index; /* by driver and series */
	struct arena texts;
};

struct series_apart *
series_apart_new(void)
{
	return xcalloc(1, sizeof(struct series_apart));
}

void
series_apart_free(struct series_apart *a)
{
	if (!a)
		return;
	for (size_t i = 0; i < a->count; i++)
		free(a->known[i].points);
	free(a->known);
	text_index_release(&a->index);
	arena_release(&a->texts);
	free(a);
}

/* What a driver of a series is found by; series.p NULL: of all. */
static struct str
key(struct buf *room, struct str driver, struct str series)
{
	buf_clear(room);
	buf_add(room, driver.p, driver.n);
	buf_addc(room, '\0');
	if (series.p) {
		buf_addc(room, '=');
		buf_add(room, series.p, series.n);
	}
	return buf_str(room);
}

static struct known *
known_of(struct series_apart *a, struct str driver, struct str series)
{
	struct buf room = {0};
	bool new;
	size_t *at = text_index_at(
	    &a->index, key(&room, driver, series), &a->texts, &new);

	buf_release(&room);
	if (!new)
		return &a->known[*at];
	*at = a->count;
	GROW(a->known, a->cap, a->count + 1);
	a->known[a->count] = (struct known){0};
	return &a->known[a->count++];
}

static void
add_point(struct known *k, struct series_point point)
{
	if (isnan(point.value))
		return;
	GROW(k->points, k->cap, k->count + 1);
	k->points[k->count++] = point;
}

/* ---- in ------------------------------------------------------------------ */

static int
take(void *context, const struct series *s, struct err *err)
{
	struct series_apart *a = context;

	(void)err;
	for (size_t i = 0; i < s->driver_count; i++) {
		const struct series_driver *d = &s->drivers[i];
		struct known *k = known_of(a, d->name, s->name);

		k->numbers = s->calendar.form == SERIES_NUMBER;
		for (size_t p = 0; p < d->count; p++)
			add_point(k, d->points[p]);
	}
	return 0;
}

int
series_apart_read(struct series_apart *a, const struct series_read *job,
    struct series_counts *ret, struct err *err)
{
	struct series_read own = *job;

	own.apart = true;
	own.each = take;
	own.context = a;
	return series_read(&own, ret, err);
}

void
series_apart_add(
    struct series_apart *a, struct str driver, const struct series *s, bool all)
{
	struct known *k = known_of(a, driver, all ? (struct str){0} : s->name);

	for (size_t i = 0; i < s->n; i++)
		add_point(
		    k, (struct series_point){
			   series_time(&s->calendar, (int64_t)i), s->known[i]});
}

void
series_apart_zero(struct series_apart *a, struct str driver)
{
	known_of(a, driver, (struct str){0})->zero = true;
}

/* ---- out ----------------------------------------------------------------- */

static const struct known *
find(const struct series_apart *a, struct str driver, struct str series)
{
	struct buf room = {0};
	size_t at = text_index_get(&a->index, key(&room, driver, series));

	buf_release(&room);
	return at == SIZE_MAX ? NULL : &a->known[at];
}

int
series_apart_join(const struct series_apart *a, const struct series *s,
    const char *const *names, size_t count, struct series_driver *ret,
    struct err *err)
{
	bool numbers = s->calendar.form == SERIES_NUMBER;
	int rc = 0;

	for (size_t i = 0; i < count && rc == 0; i++) {
		struct str name = str_of(names[i]);
		const struct known *all = find(a, name, (struct str){0});
		const struct known *k =
		    s->name.p ? find(a, name, s->name) : NULL;

		if (!k)
			k = all;
		ret[i] = (struct series_driver){
		    .name = name, .zero = all && all->zero};
		if (!k)
			continue;
		if (k->count && k->numbers != numbers)
			rc = err_set(err, ERR_USAGE,
			    "%s: times are %s, those of %s are %s",
			    quoted(name), k->numbers ? "numbers" : "dates",
			    series_called(s->name),
			    numbers ? "numbers" : "dates");
		ret[i].points = k->points;
		ret[i].count = k->count;
	}
	return rc;
}
