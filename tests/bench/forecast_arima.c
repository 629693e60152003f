/* SPDX-License-Identifier: ISC */
/*
 * forecast_arima: fits the orders that FILE (of forecast_arima.R) gives for
 * series of M3 on standard input (id,frequency,start,values..., no header), in
 * the same columns; for `auto` the AICc of what is chosen.
 *	forecast_arima FILE <all series
 */
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "forecast/forecast.h"

#define MOST 1000 /* observations */

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Up to `most` numbers between commas. */
static size_t
numbers(struct str line, double *ret, size_t most)
{
	struct str field;
	size_t n = 0;
	bool more = true;

	while (more && n < most) {
		more = str_cut(&line, ',', &field);
		n += number_real(str_trim(field), &ret[n]);
	}
	return n;
}

/* The series of that name. */
static bool
find(struct str all, struct str id, double *y, struct forecast_series *ret)
{
	struct str line, field;
	int64_t period;
	bool more = true;

	while (more) {
		more = str_cut(&all, '\n', &line);
		if (!str_cut(&line, ',', &field) || !str_eq(field, id))
			continue;
		str_cut(&line, ',', &field);
		if (!number_int(field, &period))
			return false;
		str_cut(&line, ',', &field);
		*ret = (struct forecast_series){.y = y,
		    .n = numbers(line, y, MOST),
		    .period = (size_t)period};
		return true;
	}
	return false;
}

static void
one(struct str line, struct str all)
{
	static double y[MOST];
	struct forecast_ask ask = {.horizon = 1};
	struct forecast_arima_order order;
	struct forecast_series s;
	struct str id, orders;
	double given[7], start = seconds();
	struct forecast f;
	bool chosen;

	str_cut(&line, ',', &id);
	orders = line;
	chosen = str_starts(orders, STR("auto"));
	if (!find(all, id, y, &s) || (!chosen && numbers(orders, given, 7) < 7))
		return;
	if (chosen) {
		if (forecast_arima_quick(&s, &ask, &f, NULL) < 0)
			return;
		printf("%.*s,auto,%.10g,%.6f\n", STR_ARG(id), f.aicc,
		    seconds() - start);
		forecast_release(&f);
		return;
	}
	order = (struct forecast_arima_order){(size_t)given[0],
	    (size_t)given[1], (size_t)given[2], (size_t)given[3],
	    (size_t)given[4], (size_t)given[5], given[6] > 0};
	if (forecast_arima(&s, &ask, &order, &f, NULL) < 0)
		return;
	printf("%.*s", STR_ARG(id));
	for (size_t i = 0; i < COUNT_OF(given); i++)
		printf(",%g", given[i]);
	printf(",%.10g,%.6f\n", f.log_likelihood, seconds() - start);
	forecast_release(&f);
}

int
main(int argc, char **argv)
{
	struct buf all = {0}, asked = {0};
	struct str rest, line;
	struct err err;
	FILE *in = argc == 2 ? fopen(argv[1], "r") : NULL;

	if (!in) {
		fprintf(stderr, "usage: forecast_arima FILE <all series\n");
		return 2;
	}
	if (fd_read_all(0, "<stdin>", &all, SIZE_MAX / 2, &err) < 0 ||
	    fd_read_all(fileno(in), argv[1], &asked, SIZE_MAX / 2, &err) < 0) {
		fprintf(stderr, "forecast_arima: %s\n", err.text);
		return 1;
	}
	rest = buf_str(&asked);
	while (str_cut(&rest, '\n', &line))
		one(line, buf_str(&all));
	buf_release(&all);
	buf_release(&asked);
	fclose(in);
	return 0;
}
