/* SPDX-License-Identifier: ISC */
/*
 * forecast_ets: exponential smoothing of the series of an M3 file on standard
 * input (id,frequency,start,values...), every form that a series allows and
 * the form that is chosen, as CSV; forecast_ets.R prints the same.
 *	forecast_ets [EVERY]	only every EVERYth series
 */
#include <stdlib.h>
#include <time.h>

#include "forecast/forecast.h"

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
half_width(const struct forecast *f, size_t step)
{
	return f->high[FORECAST_95][step] - f->mean[step];
}

static void
print(struct str id, const char *form, const struct forecast_series *s,
    const struct forecast_ets_form *asked)
{
	struct forecast_ask ask = {.horizon = 14};
	struct forecast f;
	double start = seconds(), spent;

	if (forecast_ets(s, &ask, asked, &f, NULL) < 0)
		return;
	spent = seconds() - start;
	printf("%.*s,%s,\"%s\",%.10g,%.10g,%.8g,%.8g,%.8g,%.8g,%.6f\n",
	    STR_ARG(id), form, f.method, f.log_likelihood, f.aicc, f.mean[0],
	    f.mean[13], half_width(&f, 0), half_width(&f, 13), spent);
	forecast_release(&f);
}

static void
one(struct str line)
{
	static const char *const forms[] = {"ANN", "AAN", "AAdN", "ANA", "AAA",
	    "AAdA", "MNN", "MAN", "MAdN", "MNA", "MAA", "MAdA", "MNM", "MAM",
	    "MAdM"};
	struct str id, field;
	int64_t period = 1;
	double *y = NULL;
	size_t n = 0, cap = 0;
	struct forecast_series s;
	bool more = str_cut(&line, ',', &id);

	str_cut(&line, ',', &field);
	if (!number_int(field, &period))
		return;
	str_cut(&line, ',', &field);
	while (more) {
		more = str_cut(&line, ',', &field);
		GROW(y, cap, n + 1);
		if (number_real(str_trim(field), &y[n]))
			n++;
	}
	s = (struct forecast_series){.y = y, .n = n, .period = (size_t)period};
	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		struct forecast_ets_form form;

		if (forecast_ets_form(str_of(forms[i]), &form))
			print(id, forms[i], &s, &form);
	}
	print(id, "auto", &s, NULL);
	free(y);
}

int
main(int argc, char **argv)
{
	struct buf text = {0};
	struct str rest, line;
	int64_t every = 1, count = 0;
	struct err err;

	if (argc > 1 && !number_int(str_of(argv[1]), &every))
		return 2;
	if (fd_read_all(0, "<stdin>", &text, SIZE_MAX / 2, &err) < 0) {
		fprintf(stderr, "forecast_ets: %s\n", err.text);
		return 1;
	}
	rest = buf_str(&text);
	str_cut(&rest, '\n', &line);
	while (str_cut(&rest, '\n', &line))
		if (line.n && count++ % every == 0)
			one(line);
	buf_release(&text);
	return 0;
}
