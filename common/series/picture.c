/* SPDX-License-Identifier: ISC */
/* Series and what is expected of them, to be looked at. */
#include <math.h>
#include <stdlib.h>

#include "series/series.h"

struct series_picture {
	struct chart_line *line;
	size_t count, cap;
	const struct zone *zone; /* NULL: positions are numbers */
	bool rates;
	char method[64]; /* of all; empty: they differ */
};

struct series_picture *
series_picture_new(void)
{
	return xcalloc(1, sizeof(struct series_picture));
}

void
series_picture_free(struct series_picture *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->count; i++) {
		free((char *)p->line[i].name.p);
		free((double *)p->line[i].x);
	}
	free(p->line);
	free(p);
}

/* What is shown of the past: a few times what is to come, two seasons. */
static size_t
shown(const struct series *s, size_t horizon)
{
	size_t n = 6 * horizon;

	n = n < 2 * s->period ? 2 * s->period : n;
	n = n < 40 ? 40 : n;
	return n < s->n ? n : s->n;
}

static double *
copied(double *to, const double *from, size_t n, const double **ret)
{
	memcpy(to, from, n * sizeof(*to));
	*ret = to;
	return to + n;
}

void
series_picture_add(
    struct series_picture *p, const struct series *s, const struct forecast *f)
{
	size_t h = f->horizon, n = shown(s, h), first = s->n - n;
	double *x = xcalloc(2 * (n + h) + 5 * h, sizeof(*x)), *at = x;
	struct chart_line l = {.x = x, .n = n, .next = x + n, .steps = h};

	for (size_t t = 0; t < n + h; t++)
		*at++ = (double)series_time(&s->calendar, (int64_t)(first + t));
	at = copied(at, s->known + first, n, &l.y);
	at = copied(at, f->mean, h, &l.mean);
	for (int b = 0; b < FORECAST_LEVELS; b++) {
		at = copied(at, f->low[b], h, &l.low[b]);
		at = copied(at, f->high[b], h, &l.high[b]);
	}
	l.name = str_of(str_dup(s->name));
	if (p->count == 0)
		memcpy(p->method, f->method, sizeof(p->method));
	else if (strcmp(p->method, f->method) != 0)
		p->method[0] = '\0';
	p->zone = s->calendar.form == SERIES_NUMBER ? NULL : s->calendar.zone;
	p->rates = s->of != NULL;
	GROW(p->line, p->cap, p->count + 1);
	p->line[p->count++] = l;
}

static struct chart_plot
plot_of(const struct series_picture *p, const struct series_look *look)
{
	struct chart_plot plot = {.title = str_of(look->title),
	    .subtitle = str_of(p->method),
	    .line = p->line,
	    .count = p->count,
	    .zone = p->zone,
	    .level = {80, 95},
	    .percent = p->rates,
	    .japanese = look->japanese};

	if (!plot.title.n && p->count == 1)
		plot.title = p->line[0].name;
	return plot;
}

void
series_picture_text(const struct series_picture *p,
    const struct series_look *look, struct chart_style style, struct buf *out)
{
	struct chart_plot plot = plot_of(p, look);

	chart_plot(out, &plot, style);
}

int
series_picture_draw(const struct series_picture *p,
    const struct series_look *look, enum chart_picture kind,
    struct remarks *remarks, struct buf *out, struct err *err)
{
	struct chart_plot plot = plot_of(p, look);

	return chart_picture(
	    out, &plot, kind, (struct chart_size){0}, remarks, err);
}
