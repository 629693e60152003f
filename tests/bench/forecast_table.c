/* SPDX-License-Identifier: ISC */
/*
 * forecast_table: how good methods are on series whose ends are known, in the
 * way of the M competitions.
 *	forecast_table METHOD[,METHOD...] NAME TRAIN TEST [NAME TRAIN TEST...]
 * The files hold a header and lines `id,freq,start,values...`, in the same
 * order. Prints one line for each set and method and one for all together:
 * means over series of sMAPE and MASE, OWA against the benchmark (Naive 2, the
 * naive method without the season), percent inside the intervals, MSIS of the
 * 95 % ones, and milliseconds a series.
 */
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "forecast/forecast.h"

struct numbers {
	size_t n, cap, freq;
	double *v;
};

struct sums {
	double smape, mase, naive_smape, naive_mase, msis, inside[2], seconds;
	size_t series, steps, refused;
};

static bool
read_line(FILE *in, struct buf *line, struct numbers *ret)
{
	struct str rest, field;
	int c;

	buf_clear(line);
	while ((c = getc(in)) != EOF && c != '\n')
		buf_addc(line, (char)c);
	if (!line->len)
		return false;
	rest = buf_str(line);
	ret->n = 0;
	for (int i = 0; rest.p && rest.n; i++) {
		double v;

		if (!str_cut(&rest, ',', &field))
			rest = (struct str){0};
		if (i == 0 || i == 2 || !number_real(str_trim(field), &v))
			continue;
		if (i == 1) {
			ret->freq = (size_t)v;
			continue;
		}
		GROW(ret->v, ret->cap, ret->n + 1);
		ret->v[ret->n++] = v;
	}
	return ret->n > 0;
}

/* Naive 2 of the competitions. */
static void
naive2(const struct forecast_series *s, struct forecast *f)
{
	double *index = xcalloc(s->period, sizeof(*index)), last;
	bool season =
	    forecast_is_seasonal(s->y, s->n, s->period) &&
	    forecast_seasonal_indices(s->y, s->n, s->period, true, index);

	last = s->y[s->n - 1];
	if (season)
		last /= index[(s->n - 1) % s->period];
	for (size_t h = 0; h < f->horizon; h++)
		f->mean[h] =
		    season ? last * index[(s->n + h) % s->period] : last;
	free(index);
}

static struct forecast_accuracy
measure(const struct forecast_series *s, const struct forecast *f,
    const double *actual, struct forecast_measure *ret)
{
	struct forecast_scale scale = forecast_scale_of(s);

	*ret = (struct forecast_measure){0};
	for (size_t h = 0; h < f->horizon; h++)
		forecast_measure_step(ret, &scale, f, h, actual[h]);
	return forecast_accuracy_of(ret);
}

static void
one(const struct forecast_method *method, const struct forecast_series *s,
    const struct numbers *actual, struct sums *sums)
{
	struct forecast_ask ask = {.horizon = actual->n};
	struct forecast f, naive;
	struct forecast_accuracy a, b;
	struct forecast_measure m;
	struct err err;
	double least = INFINITY;
	clock_t start = clock();

	for (size_t t = 0; t < s->n; t++)
		least = fmin(least, s->y[t]);
	ask.non_negative = least >= 0;
	forecast_make(&naive, s->n, ask.horizon);
	naive2(s, &naive);
	b = measure(s, &naive, actual->v, &m);
	if (forecast_run(method, s, &ask, &f, &err) < 0) {
		sums->refused++;
		f = naive;
		naive = (struct forecast){0};
		for (int l = 0; l < FORECAST_LEVELS; l++)
			for (size_t h = 0; h < f.horizon; h++)
				f.low[l][h] = f.high[l][h] = f.mean[h];
	}
	sums->seconds += (double)(clock() - start) / CLOCKS_PER_SEC;
	a = measure(s, &f, actual->v, &m);
	forecast_release(&naive);
	forecast_release(&f);
	sums->series++;
	sums->steps += m.steps;
	sums->smape += a.smape;
	sums->naive_smape += b.smape;
	sums->inside[0] += m.inside[0];
	sums->inside[1] += m.inside[1];
	if (isnan(a.mase))
		return;
	sums->mase += a.mase;
	sums->naive_mase += b.mase;
	sums->msis += a.msis[FORECAST_95];
}

static void
add(struct sums *to, const struct sums *s)
{
	to->smape += s->smape;
	to->mase += s->mase;
	to->naive_smape += s->naive_smape;
	to->naive_mase += s->naive_mase;
	to->msis += s->msis;
	to->inside[0] += s->inside[0];
	to->inside[1] += s->inside[1];
	to->seconds += s->seconds;
	to->series += s->series;
	to->steps += s->steps;
	to->refused += s->refused;
}

static void
print(const char *set, const char *method, const struct sums *s)
{
	double n = (double)s->series;

	printf(
	    "%-12s %-10s %6zu %8.3f %8.3f %8.3f %6.1f %6.1f %8.2f %8.3f %5zu\n",
	    set, method, s->series, s->smape / n, s->mase / n,
	    (s->smape / s->naive_smape + s->mase / s->naive_mase) / 2,
	    100 * s->inside[0] / (double)s->steps,
	    100 * s->inside[1] / (double)s->steps, s->msis / n,
	    1000 * s->seconds / n, s->refused);
	fflush(stdout);
}

static int
table(const struct forecast_method *method, char **set, struct sums *ret)
{
	struct buf line = {0};
	struct numbers known = {0}, actual = {0};
	FILE *train = fopen(set[1], "r"), *test = fopen(set[2], "r");
	struct sums sums = {0};

	if (!train || !test) {
		perror(train ? set[2] : set[1]);
		return -1;
	}
	read_line(train, &line, &known); /* headers */
	read_line(test, &line, &actual);
	while (read_line(train, &line, &known) &&
	       read_line(test, &line, &actual)) {
		struct forecast_series s = {
		    .y = known.v, .n = known.n, .period = known.freq};

		one(method, &s, &actual, &sums);
	}
	fclose(train);
	fclose(test);
	free(known.v);
	free(actual.v);
	buf_release(&line);
	print(set[0], method->name, &sums);
	add(ret, &sums);
	return 0;
}

int
main(int argc, char **argv)
{
	struct str names, name;

	if (argc < 5 || argc % 3 != 2) {
		fprintf(stderr, "usage: forecast_table METHOD[,METHOD...] NAME "
				"TRAIN TEST [NAME TRAIN TEST...]\n");
		return 2;
	}
	printf("%-12s %-10s %6s %8s %8s %8s %6s %6s %8s %8s %5s\n", "set",
	    "method", "series", "sMAPE", "MASE", "OWA", "in80", "in95", "MSIS",
	    "ms", "naive");
	for (names = str_of(argv[1]); names.p && names.n;) {
		const struct forecast_method *method;
		struct sums all = {0};

		if (!str_cut(&names, ',', &name))
			names = (struct str){0};
		method = forecast_method_find(name);
		if (!method) {
			fprintf(stderr, "no method \"%.*s\"\n", STR_ARG(name));
			return 2;
		}
		for (int i = 2; i < argc; i += 3)
			if (table(method, argv + i, &all) < 0)
				return 1;
		if (argc > 5)
			print("all", method->name, &all);
	}
	return 0;
}
