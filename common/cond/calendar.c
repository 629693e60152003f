/* SPDX-License-Identifier: ISC */
/*
 * The calendar in the tenant's zone: spans of whole days such as `this month`,
 * which move with the moment; anniversaries; and when either will next come or
 * go for a time that stands still.
 *
 * A span is counted in its unit from the one that holds the moment: `last 3
 * months` is -3 to -1. Weeks begin on Monday.
 */
#include "cond/cond_priv.h"

enum { SPAN_MAX = 1000 };

static const struct {
	const char *word;
	int64_t longest; /* in ms, with a margin for changes of the clock */
} units[] = {
    [UNIT_DAY] = {"day", 2 * MS_DAY},
    [UNIT_WEEK] = {"week", 8 * MS_DAY},
    [UNIT_MONTH] = {"month", 32 * MS_DAY},
    [UNIT_QUARTER] = {"quarter", 94 * MS_DAY},
    [UNIT_YEAR] = {"year", 368 * MS_DAY},
};

static const struct {
	const char *word;
	int offset;
} days[] = {{"yesterday", -1}, {"today", 0}, {"tomorrow", 1}};

/* ---- words -------------------------------------------------------------- */

bool
span_begins(struct str word)
{
	for (size_t i = 0; i < COUNT_OF(days); i++)
		if (word_is(word, days[i].word))
			return true;
	return word_is(word, "this") || word_is(word, "last") ||
	       word_is(word, "next");
}

/* The next word of *s, or number right before a word; empty at the end. */
static struct str
next_word(struct str *s)
{
	const struct str wide = STR("\xe3\x80\x80");
	struct str word;
	bool digits;

	for (;;) {
		size_t n = s->n && (s->p[0] == ' ' ||
				       (s->p[0] >= '\t' && s->p[0] <= '\r'));

		if (str_starts(*s, wide))
			n = wide.n;
		if (n == 0)
			break;
		s->p += n;
		s->n -= n;
	}
	word = (struct str){s->p, 0};
	digits = s->n && s->p[0] >= '0' && s->p[0] <= '9';
	while (s->n &&
	       (digits ? s->p[0] >= '0' && s->p[0] <= '9'
		       : (s->p[0] | 0x20) >= 'a' && (s->p[0] | 0x20) <= 'z')) {
		s->p++;
		s->n--;
		word.n++;
	}
	return word;
}

static bool
unit_of(struct str word, enum time_unit *ret)
{
	if (word.n > 1 && (word.p[word.n - 1] | 0x20) == 's')
		word.n--;
	for (size_t i = UNIT_DAY; i < COUNT_OF(units); i++)
		if (word_is(word, units[i].word)) {
			*ret = (enum time_unit)i;
			return true;
		}
	return false;
}

bool
literal_span(struct str s, struct literal *ret)
{
	struct literal l = {.kind = LIT_SPAN, .unit = UNIT_DAY};
	struct str word = next_word(&s), count;
	bool last = word_is(word, "last"), next = word_is(word, "next");
	int64_t n = 1;

	for (size_t i = 0; i < COUNT_OF(days); i++)
		if (word_is(word, days[i].word)) {
			l.from = l.to = days[i].offset;
			*ret = l;
			return next_word(&s).n == 0 && s.n == 0;
		}
	if (!last && !next && !word_is(word, "this"))
		return false;
	word = next_word(&s);
	count = word;
	if (count.n && count.p[0] >= '0' && count.p[0] <= '9') {
		if ((!last && !next) || !number_int(count, &n) || n < 1 ||
		    n > SPAN_MAX)
			return false;
		word = next_word(&s);
	}
	if (!unit_of(word, &l.unit) || next_word(&s).n || s.n)
		return false;
	if (last) {
		l.from = (int)-n;
		l.to = -1;
	} else if (next) {
		l.from = 1;
		l.to = (int)n;
	}
	*ret = l;
	return true;
}

bool
span_is_day(const struct literal *l)
{
	return l->kind == LIT_SPAN && l->unit == UNIT_DAY && l->from == l->to;
}

void
print_span(const struct literal *l, struct buf *out)
{
	int n = l->to - l->from + 1;
	const char *way = l->from < 0 ? "last" : l->to > 0 ? "next" : "this";

	if (span_is_day(l)) {
		buf_addstr(out, days[l->from + 1].word);
		return;
	}
	buf_addf(out, "%s ", way);
	if (n > 1)
		buf_addf(out, "%d ", n);
	buf_addf(out, "%s%s", units[l->unit].word, n > 1 ? "s" : "");
}

/* ---- spans of days ------------------------------------------------------ */

/*
 * The start of the unit that holds the moment. Where clocks are set back over
 * midnight a day seems to begin twice; the first time counts, so that units
 * follow each other without gaps.
 */
static int64_t
unit_start(int64_t at, enum time_unit unit, const struct zone *zone)
{
	int64_t start = time_bucket(at, unit, zone);
	int64_t next = time_step(start, unit, 1, zone);

	return at >= next ? next : start;
}

void
span_bounds(const struct literal *l, const struct cond_moment *moment,
    int64_t *ret_low, int64_t *ret_high)
{
	const struct zone *zone = moment->zone ? moment->zone : zone_utc();
	int64_t start = unit_start(moment->now, l->unit, zone);

	*ret_low = time_step(start, l->unit, l->from, zone);
	*ret_high = time_step(start, l->unit, l->to + 1, zone);
}

/* A span's bounds are looked up in the calendar; most times are far enough
 * from it to do without: -1, 1, or 0 when they are not. */
int
span_far(const struct literal *l, int64_t at, int64_t now)
{
	int64_t longest = units[l->unit].longest;

	if (at < now - longest * (l->from < 0 ? 1 - l->from : 1))
		return -1;
	return at > now + longest * (l->to > 0 ? 1 + l->to : 1);
}

/* Which of a span's ends decide: that its start passes over the time, or its
 * end. */
enum { START = 1, END = 2 };

static unsigned
ends_that_decide(const struct node *test, size_t literal)
{
	switch (test->op) {
	case OP_LESS:
	case OP_AT_LEAST:
		return START;
	case OP_GREATER:
	case OP_AT_MOST:
		return END;
	case OP_BETWEEN:
		return literal == 0 ? START : END;
	default:
		return START | END;
	}
}

static void
one_next(const struct literal *l, unsigned ends, int64_t at,
    const struct cond_moment *moment, int64_t *next)
{
	const struct zone *zone = moment->zone ? moment->zone : zone_utc();
	int64_t start, comes, goes;

	if (l->kind != LIT_SPAN || span_far(l, at, moment->now) < 0)
		return;
	start = unit_start(at, l->unit, zone);
	comes = time_step(start, l->unit, -l->to, zone);
	goes = time_step(start, l->unit, 1 - l->from, zone);
	if (ends & END && comes > moment->now)
		next_lower(next, comes);
	else if (ends & START && goes > moment->now)
		next_lower(next, goes);
}

void
spans_next(const struct node *test, int64_t at,
    const struct cond_moment *moment, int64_t *next)
{
	if (!next || at < TIME_MIN || at > TIME_MAX)
		return;
	for (size_t i = 0; i < test->literal_count; i++)
		one_next(&test->literals[i], ends_that_decide(test, i), at,
		    moment, next);
}

/* ---- anniversaries ------------------------------------------------------ */

/* From where to where the days lie that a test names. */
void
days_named(const struct node *test, const struct cond_moment *moment,
    int64_t *ret_low, int64_t *ret_high)
{
	int64_t other;

	literal_bounds(&test->literals[0], moment, ret_low, ret_high);
	if (test->op == OP_BETWEEN)
		literal_bounds(&test->literals[1], moment, &other, ret_high);
}

int64_t
anniversary_seen(
    const struct node *test, int64_t at, const struct cond_moment *moment)
{
	int64_t low, high;

	days_named(test, moment, &low, &high);
	return time_anniversary(
	    at, low, moment->zone ? moment->zone : zone_utc());
}

bool
eval_anniversary(const struct cond_moment *moment, const struct node *test,
    int64_t at, int64_t *next)
{
	int64_t low, high, day;

	days_named(test, moment, &low, &high);
	day =
	    time_anniversary(at, low, moment->zone ? moment->zone : zone_utc());
	/* The first one that is not before the days is what matters until it
	 * is. */
	spans_next(test, day, moment, next);
	return day <= TIME_MAX && (day < high) != test->negated;
}
