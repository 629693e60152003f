/* SPDX-License-Identifier: ISC */
/* chart: drawings character for character, and the choice of bins. */
#include <math.h>

#include "chart/chart.h"
#include "unit.h"

static struct buf out;

static const char *
drawn(void)
{
	static char copy[8192];

	snprintf(copy, sizeof copy, "%s", out.p != NULL ? out.p : "");
	buf_clear(&out);
	return copy;
}

/* The widest line of a drawing, in columns. */
static size_t
widest(const char *text)
{
	struct str rest = str_of(text), line;
	size_t most = 0, width;
	bool more;

	do {
		more = str_cut(&rest, '\n', &line);
		width = text_width(line);
		most = width > most ? width : most;
	} while (more);
	return most;
}

static void
test_bars(void)
{
	const struct chart_bar bars[] = {
	    {.label = STR("IT"), .value = 40},
	    {.label = STR("製造業"), .value = 10},
	    {.label = STR("none"), .value = 0},
	    {.label = STR("odd"), .value = -3},
	    {.label = STR("little"), .value = 0.001, .note = STR("few")},
	};

	chart_bars(&out, bars, 5, (struct chart_style){.columns = 30});
	CHECK_TEXT(drawn(), "IT     │█████████████████   40\n"
			    "製造業 │████▎               10\n"
			    "none   │                     0\n"
			    "odd    │                     0\n"
			    "little │▏                  few\n");
	chart_bars(
	    &out, bars, 2, (struct chart_style){.columns = 30, .ascii = true});
	CHECK_TEXT(drawn(), "IT     |##################  40\n"
			    "製造業 |#####               10\n");
	chart_bars(&out, bars, 0, (struct chart_style){0});
	CHECK_TEXT(drawn(), "");
}

static void
test_groups(void)
{
	const struct chart_bar bars[] = {
	    {.label = STR("90"), .value = 1, .group = STR("Hot")},
	    {.label = STR("80"), .value = 2, .group = STR("Hot")},
	    {.label = STR("70"), .value = 4, .group = STR("Warm")},
	};

	chart_bars(
	    &out, bars, 3, (struct chart_style){.columns = 30, .ascii = true});
	CHECK_TEXT(drawn(), "Hot   90 |####               1\n"
			    "      80 |#########          2\n"
			    "Warm  70 |#################  4\n");
}

static void
test_labels_are_safe_and_cut(void)
{
	const struct chart_bar bars[] = {
	    {.label = STR("a\033[31m"), .value = 1},
	    {.label = STR("情報通信・システム開発とその他の業種"), .value = 2},
	};
	const char *text;

	chart_bars(&out, bars, 2, (struct chart_style){.columns = 40});
	text = drawn();
	CHECK(strchr(text, '\033') == NULL);
	CHECK(strstr(text, "…") != NULL);
	CHECK(widest(text) <= 40);
}

/* Whatever is drawn, no line is wider than asked for. */
static void
test_keeps_within(void)
{
	static uint64_t counts[1000];
	struct chart_bins wide = {-1e6, 12345, 20, true};
	struct chart_bins many = {0, 1, COUNT_OF(counts), true};
	struct chart_bar bars[2] = {
	    {.label = STR("情報通信・システム開発とその他の業種"),
		.note = STR("a note that is longer than a note should be"),
		.group = STR("a group of bars with a long name")},
	    {.label = STR("b"), .value = 2, .group = STR("an other group")},
	};
	bool within = true;

	for (size_t i = 0; i < COUNT_OF(counts); i++)
		counts[i] = i * 123456789;
	for (size_t columns = 30; columns < 100; columns++) {
		for (int ascii = 0; ascii < 2; ascii++) {
			struct chart_style style = {
			    .columns = columns, .ascii = ascii};

			chart_bars(&out, bars, 2, style);
			chart_histogram(&out, wide, counts, style);
			chart_columns(&out, wide, counts, style);
			chart_columns(&out, many, counts, style);
			within = within && widest(out.p) <= columns;
			buf_clear(&out);
		}
	}
	CHECK(within);
	chart_columns(&out, many, counts, (struct chart_style){.columns = 80});
	CHECK(strstr(drawn(), " 0 34 85 136 204 ") != NULL);
}

/* Distances that no double can hold. */
static void
test_extremes(void)
{
	const double values[] = {-1.7e308, 1.7e308, 4e307, -4e307, INFINITY};
	uint64_t counts[1000], sum = 0;
	struct chart_bins b = chart_nice_bins(values, 5, 0);

	CHECK(b.count > 0 && b.count <= 1000);
	CHECK(isfinite(b.low) && isfinite(b.width) && b.width > 0);
	CHECK_INT(chart_count(values, 5, b, counts), 3);
	for (size_t i = 0; i < b.count; i++)
		sum += counts[i];
	CHECK_INT(sum, 2);
	chart_sparkline(&out, values, 5, (struct chart_style){0});
	CHECK_TEXT(drawn(), "▁█▅▄ ");
}

static void
test_nice_bins(void)
{
	const double scores[] = {0, 12, 55, 100};
	const double ratings[] = {1, 2, 2, 3, 5};
	const double same[] = {7, 7, 7};
	const double reals[] = {-0.93, 0.2, 1.4};
	const double none[] = {NAN, INFINITY};
	struct chart_bins b;

	b = chart_nice_bins(scores, 4, 10);
	CHECK(b.low == 0 && b.width == 10 && b.whole);
	CHECK_INT(b.count, 10);
	b = chart_nice_bins(ratings, 5, 5);
	CHECK(b.low == 1 && b.width == 1);
	CHECK_INT(b.count, 5);
	b = chart_nice_bins(same, 3, 0);
	CHECK(b.low == 7 && b.width == 1);
	CHECK_INT(b.count, 1);
	b = chart_nice_bins(reals, 3, 5);
	CHECK(b.low == -1 && b.width == 0.5 && !b.whole);
	CHECK_INT(b.count, 5);
	b = chart_nice_bins(none, 2, 0);
	CHECK_INT(b.count, 1);
}

/* Whatever the values, every finite one falls into a bin. */
static void
test_bins_hold_all(void)
{
	double values[200];
	uint64_t counts[2000], seed = 1, sum;
	struct chart_bins b;
	bool held = true, few = true;

	for (int round = 0; round < 300; round++) {
		double scale = pow(10, round % 12 - 5);
		for (size_t i = 0; i < 200; i++) {
			seed =
			    seed * 6364136223846793005u + 1442695040888963407u;
			values[i] = ((double)(seed >> 40) / 1e7 - 0.8) * scale;
			if (round % 3 == 0)
				values[i] = floor(values[i]);
		}
		b = chart_nice_bins(values, 200, (size_t)(round % 25));
		few = few && b.count <= 45;
		held = held && chart_count(values, 200, b, counts) == 0;
		sum = 0;
		for (size_t i = 0; i < b.count; i++)
			sum += counts[i];
		held = held && sum == 200;
	}
	CHECK(held);
	CHECK(few);
}

static void
test_histogram(void)
{
	const struct chart_bins whole = {0, 50, 2, true};
	const struct chart_bins reals = {0, 0.5, 2, false};
	const struct chart_bins below = {-1, 1, 2, false};
	const uint64_t counts[] = {999, 1};
	struct chart_style style = {.columns = 36, .ascii = true};

	chart_histogram(&out, whole, counts, style);
	CHECK_TEXT(drawn(), "  0-49 |################  999  100 %\n"
			    "50-100 |#                   1   <1 %\n");
	style.ascii = false;
	chart_histogram(&out, reals, counts, style);
	CHECK(strncmp(drawn(), "0.0–0.5 │█", 11) == 0);
	chart_histogram(&out, below, counts, style);
	CHECK(strncmp(drawn(), "-1 to 0 │█", 9) == 0);
}

static void
test_count_edges(void)
{
	const struct chart_bins b = {0, 10, 2, true};
	const double values[] = {0, 9.999, 10, 20, 20.001, -0.001, NAN};
	uint64_t counts[2];

	CHECK_INT(chart_count(values, 7, b, counts), 3);
	CHECK_INT(counts[0], 2);
	CHECK_INT(counts[1], 2);
}

static void
test_columns(void)
{
	const struct chart_bins b = {0, 10, 3, true};
	const uint64_t counts[] = {8, 4, 1};

	chart_columns(
	    &out, b, counts, (struct chart_style){.columns = 40, .height = 2});
	CHECK_TEXT(drawn(), "8 │███████\n"
			    "  │███████ ███████ ▂▂▂▂▂▂▂\n"
			    "0 └────────────────────────\n"
			    "   0       10      20      30\n");
}

static void
test_sparkline_and_meter(void)
{
	const double values[] = {0, 7, NAN, 3.5};
	const double flat[] = {5, 5};
	double many[1000];

	chart_sparkline(&out, values, 4, (struct chart_style){0});
	CHECK_TEXT(drawn(), "▁█ ▅");
	chart_sparkline(&out, values, 4, (struct chart_style){.ascii = true});
	CHECK_TEXT(drawn(), "_# +");
	chart_sparkline(&out, flat, 2, (struct chart_style){0});
	CHECK_TEXT(drawn(), "▄▄");
	chart_sparkline(&out, flat, 0, (struct chart_style){0});
	CHECK_TEXT(drawn(), "");
	for (int i = 0; i < 1000; i++)
		many[i] = i;
	chart_sparkline(&out, many, 1000, (struct chart_style){.columns = 8});
	CHECK_TEXT(drawn(), "▁▂▃▄▅▆▇█");
	chart_meter(&out, 0.55, (struct chart_style){.columns = 10});
	CHECK_TEXT(drawn(), "█████▌····");
	chart_meter(&out, 7, (struct chart_style){.columns = 4});
	CHECK_TEXT(drawn(), "████");
	chart_meter(&out, NAN, (struct chart_style){.columns = 4});
	CHECK_TEXT(drawn(), "····");
}

int
main(void)
{
	test_bars();
	test_groups();
	test_labels_are_safe_and_cut();
	test_keeps_within();
	test_extremes();
	test_nice_bins();
	test_bins_hold_all();
	test_histogram();
	test_count_edges();
	test_columns();
	test_sparkline_and_meter();
	buf_release(&out);
	return unit_done("chart");
}
