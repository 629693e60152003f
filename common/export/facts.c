/* SPDX-License-Identifier: ISC */
/* What is known of columns when all their cells have gone by. */
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "export/facts_priv.h"

enum {
	MOST_TEXTS = 1000,    /* different ones of a column ... */
	MOST_BY = 100000,     /* ... of the one that is counted closely */
	MOST_NUMBERS = 4096,  /* then they go to a file */
	MOST_OF_ALL = 40000,  /* values of all columns but that one */
	MOST_BYTES = 8 << 20, /* of the texts of that one */
	LONG = 200,           /* bytes of a text that is no category any more */
	MOST_SPILLS = 32,     /* files */
	RADIX = 1 << 16,
};

struct facts *
facts_new(size_t count, size_t by, const struct zone *zone)
{
	struct facts *f = xcalloc(1, sizeof(*f));

	f->column = xcalloc(count, sizeof(*f->column));
	f->count = count;
	f->by = by;
	f->zone = zone ? zone : zone_utc();
	return f;
}

static void
forget_texts(struct facts *f, size_t column)
{
	struct fact_column *c = &f->column[column];

	if (column != f->by)
		f->remembered -= c->text.count;
	text_index_release(&c->text);
	arena_release(&c->keep);
	c->keep = (struct arena){0};
}

void
facts_free(struct facts *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->count; i++) {
		text_index_release(&f->column[i].text);
		text_index_release(&f->column[i].number);
		arena_release(&f->column[i].keep);
		arena_release(&f->column[i].kept_numbers);
		if (f->column[i].spilt)
			fclose(f->column[i].spilt);
	}
	free(f->column);
	free(f->calendar);
	free(f);
}

/* ---- texts --------------------------------------------------------------- */

static bool
room_for(const struct facts *f, size_t column, const struct text_index *x,
    size_t most)
{
	return x->count <= most &&
	       (column == f->by || f->remembered <= MOST_OF_ALL);
}

static void
remember(struct facts *f, size_t column, struct str text)
{
	struct fact_column *c = &f->column[column];
	size_t most = column == f->by ? MOST_BY : MOST_TEXTS;
	bool fresh;
	size_t *place;

	/* One of them does not take those with it that are categories. */
	if (text.n > LONG) {
		c->longs++;
		return;
	}
	if (c->many_texts)
		return;
	place = text_index_at(&c->text, text, &c->keep, &fresh);
	*place = fresh ? 1 : *place + 1;
	f->remembered += fresh && column != f->by;
	c->bytes += fresh ? text.n : 0;
	if (!room_for(f, column, &c->text, most) || c->bytes > MOST_BYTES) {
		forget_texts(f, column);
		c->many_texts = true;
	}
}

void
facts_other(struct facts *f, size_t column, struct str text)
{
	struct fact_column *c = &f->column[column];

	if (text.n == 0)
		return;
	c->filled++;
	c->texts++;
	if (!c->many_texts)
		forget_texts(f, column);
	c->many_texts = true;
}

void
facts_text(struct facts *f, size_t column, struct str text)
{
	struct fact_column *c = &f->column[column];

	if (text.n == 0)
		return;
	c->filled++;
	c->texts++;
	remember(f, column, text);
}

void
facts_truth(struct facts *f, size_t column, bool v)
{
	struct fact_column *c = &f->column[column];

	c->filled++;
	c->truths++;
	remember(f, column, v ? STR("TRUE") : STR("FALSE"));
}

static int
commoner(const void *a, const void *b)
{
	const struct fact_value *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return str_cmp(x->text, y->text);
}

size_t
fact_values(const struct fact_column *c, struct fact_value *ret, size_t most)
{
	struct fact_value *all;
	size_t n = 0;

	if (c->text.count == 0)
		return 0;
	all = xcalloc(c->text.count, sizeof(*all));
	for (size_t i = 0; i < c->text.size; i++)
		if (c->text.entry[i].text.p)
			all[n++] = (struct fact_value){
			    c->text.entry[i].text, c->text.entry[i].value};
	qsort(all, n, sizeof(*all), commoner);
	if (n > most)
		n = most;
	for (size_t i = 0; i < n; i++)
		ret[i] = all[i];
	free(all);
	return n;
}

/* ---- numbers ------------------------------------------------------------- */

/* A number and how often it was there, in the file. */
struct pair {
	double v;
	uint64_t n;
};

static void
put_pair(struct facts *f, struct fact_column *c, double v, uint64_t n)
{
	struct pair pair = {v, n};

	if (fwrite(&pair, sizeof(pair), 1, c->spilt) != 1)
		err_sys(&f->err, "summary: temporary file");
}

static double
number_of(struct str bytes)
{
	double v;

	memcpy(&v, bytes.p, sizeof(v));
	return v;
}

/* They are too many: to a file, those after them too. */
static void
spill(struct facts *f, struct fact_column *c)
{
	c->many_numbers = true;
	if (f->spills < MOST_SPILLS && (c->spilt = tmpfile()) == NULL)
		err_sys(&f->err, "summary: temporary file");
	f->spills += c->spilt != NULL;
	for (size_t i = 0; c->spilt && i < c->number.size; i++)
		if (c->number.entry[i].text.p)
			put_pair(f, c, number_of(c->number.entry[i].text),
			    c->number.entry[i].value);
	f->remembered -= c->number.count;
	text_index_release(&c->number);
	arena_release(&c->kept_numbers);
	c->kept_numbers = (struct arena){0};
}

static void
add_to_sum(struct fact_column *c, double v)
{
	double sum = c->sum + v;

	c->rest +=
	    fabs(c->sum) >= fabs(v) ? (c->sum - sum) + v : (v - sum) + c->sum;
	c->sum = sum;
}

void
facts_number(struct facts *f, size_t column, double v)
{
	struct fact_column *c = &f->column[column];
	bool fresh;
	size_t *place;

	v += 0.0; /* there is one nought */
	if (c->numbers == 0 || v < c->least)
		c->least = v;
	if (c->numbers == 0 || v > c->most)
		c->most = v;
	c->filled++;
	c->numbers++;
	add_to_sum(c, v);
	if (c->spilt)
		put_pair(f, c, v, 1);
	if (c->many_numbers || f->err.kind != ERR_NONE)
		return;
	place =
	    text_index_at(&c->number, (struct str){(const char *)&v, sizeof(v)},
		&c->kept_numbers, &fresh);
	*place = fresh ? 1 : *place + 1;
	f->remembered += fresh;
	if (!room_for(f, column, &c->number, MOST_NUMBERS))
		spill(f, c);
}

double
fact_mean(const struct fact_column *c)
{
	return c->numbers ? (c->sum + c->rest) / (double)c->numbers : NAN;
}

bool
fact_numbers(struct facts *f, size_t column,
    void (*each)(void *context, double v, uint64_t n), void *context)
{
	struct fact_column *c = &f->column[column];
	struct pair pair;

	for (size_t i = 0; i < c->number.size; i++)
		if (c->number.entry[i].text.p)
			each(context, number_of(c->number.entry[i].text),
			    c->number.entry[i].value);
	if (!c->many_numbers)
		return true;
	if (!c->spilt || fseeko(c->spilt, 0, SEEK_SET) < 0)
		return false;
	while (fread(&pair, sizeof(pair), 1, c->spilt) == 1)
		each(context, pair.v, pair.n);
	if (ferror(c->spilt))
		err_sys(&f->err, "summary: temporary file");
	return !ferror(c->spilt);
}

/* ---- the median -----------------------------------------------------------
 * The number at a place, found by its bits, sixteen at a time from the highest,
 * each time counting those that begin as it does.
 */

struct ranked {
	uint64_t prefix; /* the bits that are known */
	unsigned shift;  /* of the next sixteen */
	uint64_t *count; /* RADIX of them */
};

/* Bits that are in order as the numbers are. */
static uint64_t
in_order(double v)
{
	uint64_t bits;

	memcpy(&bits, &v, sizeof(bits));
	return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static double
back(uint64_t bits)
{
	double v;

	bits = bits >> 63 ? bits & ~(UINT64_C(1) << 63) : ~bits;
	memcpy(&v, &bits, sizeof(v));
	return v;
}

static void
count_bits(void *context, double v, uint64_t n)
{
	struct ranked *p = context;
	uint64_t bits = in_order(v);

	if (p->shift == 48 || bits >> (p->shift + 16) == p->prefix)
		p->count[(bits >> p->shift) & (RADIX - 1)] += n;
}

/* The k-th number from the smallest, from 0. */
static bool
number_at(struct facts *f, size_t column, uint64_t k, double *ret)
{
	struct ranked p = {
	    .shift = 64, .count = xcalloc(RADIX, sizeof(*p.count))};
	bool known = true;

	while (known && p.shift > 0) {
		size_t i = 0;

		p.shift -= 16;
		memset(p.count, 0, RADIX * sizeof(*p.count));
		known = fact_numbers(f, column, count_bits, &p);
		while (i + 1 < RADIX && k >= p.count[i])
			k -= p.count[i++];
		p.prefix = p.prefix << 16 | i;
	}
	free(p.count);
	*ret = back(p.prefix);
	return known;
}

double
fact_median(struct facts *f, size_t column)
{
	uint64_t n = f->column[column].numbers;
	double a, b;

	if (n == 0 || !number_at(f, column, (n - 1) / 2, &a))
		return NAN;
	if (n % 2)
		return a;
	return number_at(f, column, n / 2, &b) ? a + (b - a) / 2 : NAN;
}

/* ---- times --------------------------------------------------------------- */

static void
mark_calendar(struct facts *f, int64_t at)
{
	struct fact_calendar *k = f->calendar;
	struct civil c = zone_civil(f->zone, at);
	int64_t day = days_from_civil(c.year, c.month, c.day);

	if (!k) {
		k = f->calendar = xcalloc(1, sizeof(*k));
		k->first = k->last = day;
	}
	if (day < k->first)
		k->first = day;
	if (day > k->last)
		k->last = day;
	k->day[((day % FACT_DAYS) + FACT_DAYS) % FACT_DAYS]++;
	k->month[c.year * 12 + (int)c.month - 1]++;
}

void
facts_time(struct facts *f, size_t column, int64_t at, bool dated)
{
	struct fact_column *c = &f->column[column];

	if (c->times == 0 || at < c->first)
		c->first = at;
	if (c->times == 0 || at > c->last)
		c->last = at;
	c->filled++;
	c->times++;
	c->old += !dated;
	if (column == f->by)
		mark_calendar(f, at);
}
