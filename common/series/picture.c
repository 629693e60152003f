/* SPDX-License-Identifier: ISC */
/* Series and what is expected of them, to be looked at. */
#include <math.h>
#include <stdlib.h>

#include "series/series_priv.h"

/* What pictures are of, which gives them their words. */
enum kind { AHEAD, ODD, TREND, WHAT_IF, KINDS };

struct series_picture {
	enum kind kind;
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
		free((size_t *)p->line[i].mark);
		free((unsigned char *)p->line[i].shape);
		free((double *)p->line[i].rule);
		if (p->line[i].beside)
			free((double *)p->line[i].beside->x);
		free((struct chart_line *)p->line[i].beside);
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

static void
add_line(struct series_picture *p, const struct series *s, enum kind kind,
    const char *method, struct chart_line l)
{
	p->kind = kind;
	l.name = str_of(str_dup(s->name));
	if (p->count == 0)
		snprintf(p->method, sizeof(p->method), "%s", method);
	else if (strcmp(p->method, method) != 0)
		p->method[0] = '\0';
	p->zone = s->calendar.form == SERIES_NUMBER ? NULL : s->calendar.zone;
	p->rates = s->of != NULL;
	GROW(p->line, p->cap, p->count + 1);
	p->line[p->count++] = l;
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
	add_line(p, s, AHEAD, f->method, l);
}

void
series_picture_odd(struct series_picture *p, const struct series *s,
    const char *method, const struct forecast_anomalies *odd)
{
	size_t n = s->n < odd->n ? s->n : odd->n;
	double *x = xcalloc(5 * n + 1, sizeof(*x)), *at = x;
	size_t *mark = xcalloc(odd->count + 1, sizeof(*mark));
	unsigned char *shape = xcalloc(odd->count + 1, sizeof(*shape));
	struct chart_line l = {.x = x,
	    .n = n,
	    .next = x,
	    .steps = n,
	    .mark = mark,
	    .shape = shape,
	    .marks = odd->count};

	for (size_t t = 0; t < n; t++)
		*at++ = (double)series_time(&s->calendar, (int64_t)t);
	at = copied(at, s->known, n, &l.y);
	at = copied(at, odd->low, n, &l.low[0]);
	at = copied(at, odd->high, n, &l.high[0]);
	/* The middle of the band says no more than it. */
	l.mean = at;
	for (size_t t = 0; t < n; t++)
		*at++ = NAN;
	for (size_t i = 0; i < odd->count; i++) {
		mark[i] = odd->list[i].at;
		shape[i] = (unsigned char)odd->list[i].severity;
	}
	add_line(p, s, ODD, method, l);
}

void
series_picture_trend(struct series_picture *p, const struct series *s,
    double from, double to, const size_t *change, size_t changes)
{
	size_t n = s->n;
	double *x = xcalloc(2 * n + 4, sizeof(*x)), *at = x;
	double *rule = xcalloc(changes + 1, sizeof(*rule));
	struct chart_line l = {.x = x,
	    .n = n,
	    .steps = isnan(from) ? 0 : 2,
	    .rule = rule,
	    .rules = changes};

	for (size_t t = 0; t < n; t++)
		*at++ = (double)series_time(&s->calendar, (int64_t)t);
	at = copied(at, s->known, n, &l.y);
	l.next = at;
	*at++ = x[0];
	*at++ = x[n - 1];
	l.mean = at;
	*at++ = from;
	*at = to;
	for (size_t i = 0; i < changes; i++)
		rule[i] = (double)series_time(&s->calendar, (int64_t)change[i]);
	add_line(p, s, TREND, "", l);
}

void
series_picture_plan(struct series_picture *p, const struct series *s,
    const struct forecast_simulation *made)
{
	struct series_picture one = {0};
	struct chart_line *beside = xcalloc(1, sizeof(*beside));

	/* The other future is a picture of its own, of which only that is
	 * looked at. */
	series_picture_add(&one, s, &made->after);
	*beside = one.line[0];
	free((char *)beside->name.p);
	free(one.line);
	series_picture_add(p, s, &made->before);
	p->line[p->count - 1].beside = beside;
	p->kind = WHAT_IF;
}

static struct chart_plot
plot_of(const struct series_picture *p, const struct series_look *look)
{
	static const struct {
		const char *expected, *band, *beside, *ruled;
		const char *mark[CHART_MARKS];
	} words[KINDS][2] = {
	    [ODD] = {{.band = "ordinary",
			 .mark = {"minor", "major", "critical"}},
		{.band = "通常の範囲", .mark = {"軽度", "中度", "重度"}}},
	    [TREND] = {{.expected = "trend", .ruled = "change of the level"},
		{.expected = "傾向", .ruled = "水準の変化"}},
	    [WHAT_IF] = {{.expected = "as planned",
			     .beside = "with the changes"},
		{.expected = "計画どおり", .beside = "変更した場合"}},
	};
	bool ja = look->japanese;
	struct chart_plot plot = {.title = str_of(look->title),
	    .expected = str_of(words[p->kind][ja].expected),
	    .band = str_of(words[p->kind][ja].band),
	    .beside = str_of(words[p->kind][ja].beside),
	    .ruled = str_of(words[p->kind][ja].ruled),
	    .subtitle = str_of(p->method),
	    .line = p->line,
	    .count = p->count,
	    .zone = p->zone,
	    .level = {80, 95},
	    .percent = p->rates,
	    .japanese = look->japanese};

	for (size_t m = 0; m < CHART_MARKS; m++)
		plot.mark[m] = str_of(words[p->kind][ja].mark[m]);
	if (!plot.title.n && p->count == 1)
		plot.title = p->line[0].name;
	return plot;
}

void
series_picture_text(const struct series_picture *p,
    const struct series_look *look, struct chart_style style, struct buf *out)
{
	/* Words are as plain as the drawing is. */
	const struct series_look plain = {
	    look->title, look->japanese && !style.ascii};
	struct chart_plot plot = plot_of(p, &plain);

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
