/* SPDX-License-Identifier: ISC */
/* How many rows are of which kind: by days, months or years, by numbers or
 * spans of them, by texts. */
#include <math.h>
#include <stdlib.h>

#include "export/summary_priv.h"

enum {
	STEPS = 10,      /* of numbers that are told by spans of them */
	EXACTLY = 50000, /* rows; more, and no texts are compared again */
};

/* "=COUNTIFS(RANGE,">="&FROM,RANGE,"<"&TO)", of all sheets together; below is
 * "<" or "<=". */
static struct str
between(struct page *p, size_t column, struct str from, const char *below,
    struct str to)
{
	if (!summary_reckons(p))
		return (struct str){0};
	buf_clear(&p->text);
	for (unsigned i = 0; i < xlsx_row_sheets(p->book); i++) {
		buf_addstr(&p->text, i ? "+COUNTIFS(" : "=COUNTIFS(");
		xlsx_range(p->book, i, column, &p->text);
		buf_addf(&p->text, ",\">=\"&%.*s,", STR_ARG(from));
		xlsx_range(p->book, i, column, &p->text);
		buf_addf(&p->text, ",\"%s\"&%.*s)", below, STR_ARG(to));
	}
	return arena_str(&p->arena, buf_str(&p->text));
}

static void
add_kind(struct page *p, struct str label, double count, struct str formula)
{
	p->kinds.kind[p->kinds.count++] =
	    (struct kind){.label = label, .count = count, .formula = formula};
}

/* ---- by days, months or years -------------------------------------------- */

/* "DATE(2026,1,31)" */
static struct str
date_of(struct page *p, int year, unsigned month, unsigned day)
{
	return arena_printf(&p->arena, "DATE(%d,%u,%u)", year, month, day);
}

static struct civil
civil_of_day(int64_t day)
{
	return zone_civil(zone_utc(), day * MS_DAY);
}

static struct str
dates(struct page *p, struct civil from, struct civil to)
{
	size_t by = p->facts->by;
	const struct fact_column *c = &p->facts->column[by];

	/* A text is no date to a formula. */
	if (c->old || c->filled != c->times)
		return (struct str){0};
	return between(p, by, date_of(p, from.year, from.month, from.day), "<",
	    date_of(p, to.year, to.month, to.day));
}

static void
by_days(struct page *p)
{
	const struct fact_calendar *k = p->facts->calendar;

	p->kinds.unit = "day";
	for (int64_t day = k->first; day <= k->last; day++) {
		struct civil c = civil_of_day(day);
		size_t at = (size_t)((day % FACT_DAYS + FACT_DAYS) % FACT_DAYS);

		add_kind(p,
		    arena_printf(
			&p->arena, "%04d-%02u-%02u", c.year, c.month, c.day),
		    (double)k->day[at], dates(p, c, civil_of_day(day + 1)));
	}
}

static void
by_months(struct page *p, int from, int to)
{
	const struct fact_calendar *k = p->facts->calendar;

	p->kinds.unit = "month";
	for (int i = from; i <= to; i++) {
		struct civil a = {
		    .year = i / 12, .month = (unsigned)(i % 12) + 1, .day = 1};
		struct civil b = {.year = (i + 1) / 12,
		    .month = (unsigned)((i + 1) % 12) + 1,
		    .day = 1};

		add_kind(p,
		    arena_printf(&p->arena, "%04d-%02u", a.year, a.month),
		    (double)k->month[i], dates(p, a, b));
	}
}

static void
by_years(struct page *p, int from, int to)
{
	const struct fact_calendar *k = p->facts->calendar;
	int first = to - from >= BARS ? to - BARS + 1 : from;
	double earlier = 0;

	p->kinds.unit = "year";
	for (int i = from * 12; i < first * 12; i++)
		earlier += (double)k->month[i];
	if (first > from)
		add_kind(p, STR("(earlier)"), earlier, (struct str){0});
	for (int year = first; year <= to; year++) {
		struct civil a = {.year = year, .month = 1, .day = 1};
		struct civil b = {.year = year + 1, .month = 1, .day = 1};
		double count = 0;

		for (int i = 0; i < 12; i++)
			count += (double)k->month[year * 12 + i];
		add_kind(p, arena_printf(&p->arena, "%04d", year), count,
		    dates(p, a, b));
	}
}

static void
by_times(struct page *p)
{
	const struct fact_calendar *k = p->facts->calendar;
	struct civil a = civil_of_day(k->first), b = civil_of_day(k->last);
	int from = a.year * 12 + (int)a.month - 1;
	int to = b.year * 12 + (int)b.month - 1;

	if (k->last - k->first < BARS)
		by_days(p);
	else if (to - from < BARS)
		by_months(p, from, to);
	else
		by_years(p, a.year, b.year);
}

/* ---- by numbers ----------------------------------------------------------
 */

static void
add_number(void *page, double v, uint64_t n)
{
	struct page *p = page;
	struct kinds *k = &p->kinds;

	for (size_t i = 0; i < k->count; i++)
		if (v >= k->kind[i].from && v < k->kind[i].to)
			k->kind[i].count += (double)n;
}

/* 1, 2 or 5 times a power of ten, so that a few of them make the span. */
static double
step_for(double span)
{
	double step = pow(10, floor(log10(span / STEPS)));

	if (step * STEPS < span)
		step *= 2;
	if (step * STEPS < span)
		step *= 2.5;
	if (step * STEPS < span)
		step *= 2;
	return step;
}

static struct str
number_text(struct page *p, double v)
{
	buf_clear(&p->text);
	buf_addreal(&p->text, v);
	return arena_str(&p->arena, buf_str(&p->text));
}

/* The i-th bound: 3 / 10, for 3 * 0.1 is not 0.3. */
static double
bound(double i, double step)
{
	return step < 1 ? i / round(1 / step) : i * step;
}

static bool
by_spans(struct page *p)
{
	size_t by = p->facts->by;
	const struct fact_column *c = &p->facts->column[by];
	double step = step_for(c->most - c->least);
	double first = floor(c->least / step);

	if (!isfinite(step) || !isfinite(first) || !isfinite(1 / step) ||
	    first + 1 == first)
		return false;
	for (double i = first;
	     bound(i, step) <= c->most && p->kinds.count < BARS; i++) {
		double from = bound(i, step), to = bound(i + 1, step);
		struct str a = number_text(p, from), b = number_text(p, to);

		add_kind(p,
		    arena_printf(&p->arena, "%.*s to less than %.*s",
			STR_ARG(a), STR_ARG(b)),
		    0,
		    c->numbers == c->filled ? between(p, by, a, "<", b)
					    : (struct str){0});
		p->kinds.kind[p->kinds.count - 1].from = from;
		p->kinds.kind[p->kinds.count - 1].to = to;
	}
	return fact_numbers(p->facts, by, add_number, p);
}

static int
ascending(const void *a, const void *b)
{
	double x = ((const struct kind *)a)->from;
	double y = ((const struct kind *)b)->from;

	return x < y ? -1 : x > y;
}

static void
add_one(void *page, double v, uint64_t n)
{
	struct page *p = page;
	struct str text = number_text(p, v);

	add_kind(
	    p, text, (double)n, between(p, p->facts->by, text, "<=", text));
	p->kinds.kind[p->kinds.count - 1].from = v;
}

static bool
by_numbers(struct page *p)
{
	const struct fact_column *c = &p->facts->column[p->facts->by];

	if (c->many_numbers || c->number.count > KINDS)
		return by_spans(p);
	fact_numbers(p->facts, p->facts->by, add_one, p);
	qsort(p->kinds.kind, p->kinds.count, sizeof(*p->kinds.kind), ascending);
	return true;
}

/* ---- by texts ------------------------------------------------------------ */

/* Whether EXACT counts the same, for COUNTIF takes * for any text, and a for A.
 */
static bool
exact(const struct page *p, struct str label)
{
	const struct fact_column *c = &p->facts->column[p->facts->by];

	if (!summary_reckons(p) || p->facts->rows > EXACTLY ||
	    c->texts != c->filled)
		return false;
	for (size_t i = 0; i < label.n; i++)
		if ((unsigned char)label.p[i] < ' ' || label.p[i] == '_')
			return false;
	return true;
}

static void
by_texts(struct page *p)
{
	const struct facts *f = p->facts;
	const struct fact_column *c = &f->column[f->by];
	struct fact_value value[KINDS];
	size_t n = fact_values(c, value, KINDS);

	p->kinds.lying = true;
	for (size_t i = 0; i < n; i++) {
		add_kind(
		    p, value[i].text, (double)value[i].count, (struct str){0});
		p->kinds.kind[i].exact = exact(p, value[i].text);
	}
}

/* ---- all kinds -----------------------------------------------------------
 */

/* The first column whose texts are few. */
static size_t
few_texts(const struct facts *f)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct fact_column *c = &f->column[i];

		if (!c->longs && c->text.count >= 2 && c->text.count <= KINDS &&
		    c->filled > c->text.count)
			return i;
	}
	return SIZE_MAX;
}

void
summary_kinds(struct page *p)
{
	struct facts *f = p->facts;
	struct kinds *k = &p->kinds;
	const struct fact_column *c;
	uint64_t words;
	double told = 0;

	if (f->by == SIZE_MAX)
		f->by = few_texts(f);
	if (f->by == SIZE_MAX)
		return;
	c = &f->column[f->by];
	words = c->texts + c->truths;
	if (c->filled == 0)
		return;
	if (c->times >= words && c->times >= c->numbers && f->calendar)
		by_times(p);
	else if (c->numbers >= words && c->numbers > 0) {
		if (!by_numbers(p))
			k->count = 0;
	} else if (!c->many_texts)
		by_texts(p);
	if (k->count == 0)
		return;
	for (size_t i = 0; i < k->count; i++)
		told += k->kind[i].count;
	if ((double)c->filled > told)
		add_kind(p, STR("(others)"), (double)c->filled - told,
		    (struct str){0});
	if (f->rows > c->filled)
		add_kind(p, STR("(empty)"), (double)(f->rows - c->filled),
		    (struct str){0});
}
