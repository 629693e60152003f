/* SPDX-License-Identifier: ISC */
/*
 * chart: where axes are labelled, plots on a terminal, and pictures: what is
 * in them, that they do not change from run to run, and that nothing a series
 * holds upsets them.
 */
#include <math.h>

#include "chart/chart_priv.h"
#include "unit.h"

static struct buf out;

static const char *
drawn(void)
{
	static char copy[20000];

	snprintf(copy, sizeof(copy), "%s", out.p ? out.p : "");
	buf_clear(&out);
	return copy;
}

static bool
holds(const char *piece)
{
	return out.p && strstr(out.p, piece);
}

static size_t
times(const char *piece)
{
	size_t count = 0;

	for (const char *at = out.p; at && (at = strstr(at, piece)); at++)
		count++;
	return count;
}

static const char *
labels_of(double low, double high, double wanted, struct chart_numbers style)
{
	struct chart_ticks t = chart_ticks(low, high, wanted);

	buf_clear(&out);
	for (size_t i = 0; i < t.count; i++) {
		if (i)
			buf_addc(&out, ' ');
		chart_tick_label(&out, &t, chart_tick(&t, i), style);
	}
	return drawn();
}

static void
ticks(void)
{
	const struct chart_numbers plain = {false, false};
	const struct chart_numbers percent = {true, false};
	const struct chart_numbers japanese = {false, true};

	CHECK_TEXT(labels_of(0, 100, 5, plain), "0 25 50 75 100");
	CHECK_TEXT(labels_of(-1, 200, 5, plain), "0 50 100 150 200");
	CHECK_TEXT(labels_of(-3, 3, 5, plain), "-3 -2 -1 0 1 2 3");
	CHECK_TEXT(labels_of(0.1, 0.42, 4, percent), "10 % 20 % 30 % 40 %");
	CHECK_TEXT(labels_of(0, 2.1e6, 5, plain), "0 0.5M 1.0M 1.5M 2.0M");
	CHECK_TEXT(
	    labels_of(0, 2.1e6, 5, japanese), "0 50万 100万 150万 200万");
	CHECK_TEXT(labels_of(0, 3.9e8, 4, japanese), "0 1億 2億 3億 4億");
	CHECK_TEXT(
	    labels_of(0, 0.004, 5, plain), "0.000 0.001 0.002 0.003 0.004");
	CHECK_TEXT(labels_of(1e20, 4e20, 4, plain), "1e+20 2e+20 3e+20 4e+20");
	/* Ends, and stays near what is to be seen, whatever that is. */
	for (double low = -1e300; low < 1e301; low = low < -1e-300 ? low / 1e50
						     : low < 1e-300
							 ? low + 1e-290
							 : low * 1e50)
		for (double range = 1e-200; range < 1e300; range *= 1e25) {
			struct chart_ticks t = chart_ticks(low, low + range, 6);

			CHECK(t.count >= 2 && t.count < 40);
			CHECK(isfinite(t.first) && isfinite(t.step));
		}
}

static double
columns_of(void *context, struct str label)
{
	return (double)text_width(label) + 1;
}

static int64_t
moment(
    const struct zone *z, int year, unsigned month, unsigned day, unsigned hour)
{
	return zone_moment(
	    z, (struct civil){
		   .year = year, .month = month, .day = day, .hour = hour});
}

/* "label/below label/below", in so many columns. */
static const char *
dates_of(int64_t low, int64_t high, const struct zone *z, bool japanese,
    double columns)
{
	const struct chart_room room = {columns_of, NULL, columns};
	struct chart_date d[CHART_DATES];
	size_t count =
	    chart_dates((double)low, (double)high, z, japanese, &room, d);

	buf_clear(&out);
	for (size_t i = 0; i < count; i++)
		buf_addf(&out, "%s%s%s%s", i ? " " : "", d[i].label,
		    d[i].below[0] ? "/" : "", d[i].below);
	return drawn();
}

static void
dates(void)
{
	const struct zone *z;
	struct err err;
	struct chart_date d[CHART_DATES];
	const struct chart_room room = {columns_of, NULL, 60};
	size_t count;

	CHECK(zone_find("Asia/Tokyo", &z, &err) == 0);
	CHECK_TEXT(dates_of(moment(z, 2025, 11, 1, 0), moment(z, 2026, 4, 1, 0),
		       z, false, 40),
	    "Nov/2025 Dec Jan/2026 Feb Mar Apr");
	CHECK_TEXT(dates_of(moment(z, 2025, 11, 1, 0), moment(z, 2026, 4, 1, 0),
		       z, true, 40),
	    "11月/2025年 12月 1月/2026年 2月 3月 4月");
	/* A year that would meet the next one is left out. */
	CHECK_TEXT(dates_of(moment(z, 2025, 12, 1, 0), moment(z, 2026, 6, 1, 0),
		       z, true, 34),
	    "12月 1月/2026年 2月 3月 4月 5月 6月");
	CHECK_TEXT(dates_of(moment(z, 2020, 2, 1, 0), moment(z, 2026, 4, 1, 0),
		       z, false, 34),
	    "2021 2022 2023 2024 2025 2026");
	CHECK_TEXT(dates_of(moment(z, 2026, 1, 5, 0), moment(z, 2026, 1, 26, 0),
		       z, false, 40),
	    "5 Jan/2026 12 Jan 19 Jan 26 Jan");
	CHECK_TEXT(dates_of(moment(z, 2026, 1, 30, 0), moment(z, 2026, 2, 3, 0),
		       z, true, 40),
	    "30日/2026年1月 31日 1日/2026年2月 2日 3日");
	CHECK_TEXT(dates_of(moment(z, 2026, 1, 5, 21), moment(z, 2026, 1, 6, 9),
		       z, false, 40),
	    "21:00 00:00/6 Jan 2026 03:00 06:00 09:00");
	/* The clock is set back and forth: ticks stay on its face. */
	CHECK(zone_find("Europe/Berlin", &z, &err) == 0);
	CHECK_TEXT(dates_of(moment(z, 2026, 3, 28, 12),
		       moment(z, 2026, 3, 30, 0), z, false, 60),
	    "12:00/28 Mar 2026 18:00 00:00/29 Mar 2026 06:00 12:00 18:00 "
	    "00:00/30 Mar 2026");
	/* Nothing of it overlaps or goes back. */
	for (double length = 1; length < 4e14; length *= 3) {
		count = chart_dates((double)moment(z, 2025, 10, 25, 5),
		    (double)moment(z, 2025, 10, 25, 5) + length, z, true, &room,
		    d);
		CHECK(count <= CHART_DATES);
		for (size_t i = 1; i < count; i++)
			CHECK(d[i].at > d[i - 1].at);
	}
}

static const double known[] = {1, 3, 2, NAN, 4, 5};
static const double at[] = {0, 1, 2, 3, 4, 5};
static const double next[] = {6, 7, 8, 9, 10};
static const double mean[] = {5, 6, 5, 6, 6};
static const double low80[] = {4, 4, 4, 4, 3}, high80[] = {6, 7, 7, 7, 8};
static const double low95[] = {3, 3, 2, 2, 1}, high95[] = {7, 8, 8, 9, 10};
static const size_t mark[] = {1};

static struct chart_line
a_line(const char *name)
{
	return (struct chart_line){.name = str_of(name),
	    .x = at,
	    .y = known,
	    .n = COUNT_OF(known),
	    .next = next,
	    .mean = mean,
	    .low = {low80, low95},
	    .high = {high80, high95},
	    .steps = COUNT_OF(next),
	    .mark = mark,
	    .marks = 1};
}

static void
terminal(void)
{
	struct chart_line lines[] = {a_line("資料請求"), a_line("B")};
	struct chart_plot plot = {.title = STR("リード"),
	    .line = lines,
	    .count = 1,
	    .level = {80, 95}};
	struct chart_style style = {.columns = 40, .height = 6, .ascii = true};
	struct str rest, text;

	chart_plot(&out, &plot, style);
	CHECK_TEXT(drawn(), "リード\n"
			    " 10|                                 ...\n"
			    "   |                       ...........::\n"
			    "   |                  *  +++++++++++++++\n"
			    "   |              ****   :::::::::::::::\n"
			    "   |****o***                   .........\n"
			    "  0|\n"
			    "   ++-----------------+----------------+\n"
			    "    0                 5               10\n"
			    "* actual   + forecast   : 80 %   . 95...\n");
	style.ascii = false;
	chart_plot(&out, &plot, style);
	CHECK_TEXT(drawn(), "リード\n"
			    " 10┤                                 ░░░\n"
			    "   │                       ░░░░░░░░░░░▒▒\n"
			    "   │                     ⢀⣀⠤⠔⠲⠤⣀⡀⣀⠤⠔⠒⠒⠒⠒\n"
			    "   │              ⠤⠒⠊⠉⠁  ⠈▒▒▒▒▒▒⠈▒▒▒▒▒▒▒\n"
			    "   │ ⢀⠔●⠑⠒⠤⠄                   ░░░░░░░░░\n"
			    "  0┤⠊⠁\n"
			    "   └┬─────────────────┬────────────────┬\n"
			    "    0                 5               10\n"
			    "▒ 80 %   ░ 95 %   ● out of the ordinary\n");
	/* Nothing is wider than asked for, names of two panels are there. */
	plot.count = 2;
	plot.japanese = true;
	plot.subtitle = STR("とても長い副題で、四十桁にはとうてい収まりません");
	for (size_t columns = 30; columns < 90; columns += 7)
		for (int ascii = 0; ascii < 2; ascii++) {
			style = (struct chart_style){
			    .columns = columns, .ascii = ascii};
			chart_plot(&out, &plot, style);
			CHECK(holds("資料請求\n") && holds("B\n"));
			rest = buf_str(&out);
			while (str_cut(&rest, '\n', &text)) {
				CHECK(text_width(text) <= columns);
				CHECK(!text.n || text.p[text.n - 1] != ' ');
			}
			buf_clear(&out);
		}
}

static void
vector(void)
{
	struct chart_line lines[] = {
	    a_line("<a> & \"b\""), a_line("b"), a_line("c")};
	struct chart_plot plot = {.title = STR("リード & <more>\x01"),
	    .note = STR("note"),
	    .line = lines,
	    .count = 1,
	    .level = {80, 95},
	    .japanese = true};
	struct chart_size size = {0};
	struct err err;
	size_t once;

	CHECK(chart_picture(&out, &plot, CHART_SVG, size, NULL, &err) == 0);
	CHECK(holds("<title>リード &amp; &lt;more&gt; </title>"));
	CHECK(holds("width=\"960\" height="));
	CHECK(holds(">80%区間</text>") && holds(">95%区間</text>"));
	/* Bands, and their samples. */
	CHECK_INT(times("<polygon"), 4);
	/* The mark, its sample, each on an edge; gaps leave no point alone
	 * here.
	 */
	CHECK_INT(times("<circle"), 4);
	CHECK(!holds("nan") && !holds("inf"));
	once = out.len;
	CHECK(chart_picture(&out, &plot, CHART_SVG, size, NULL, &err) == 0);
	CHECK(out.len == 2 * once && memcmp(out.p, out.p + once, once) == 0);
	buf_clear(&out);
	plot.count = 3;
	CHECK(chart_picture(&out, &plot, CHART_SVG, size, NULL, &err) == 0);
	CHECK(holds(">&lt;a&gt; &amp; &quot;b&quot;</text>"));
	CHECK_INT(times("<polygon"), 8);
	buf_clear(&out);
	plot.overlay = true;
	CHECK(chart_picture(&out, &plot, CHART_SVG, size, NULL, &err) == 0);
	CHECK_INT(times("#e69f00"), 6);
	buf_clear(&out);
	/* Sizes that are none. */
	plot.count = 0;
	CHECK(chart_picture(&out, &plot, CHART_SVG, size, NULL, &err) == -1);
	plot.count = 1;
	size.width = 50;
	CHECK(chart_picture(&out, &plot, CHART_SVG, size, NULL, &err) == -1);
	size.width = NAN;
	CHECK(chart_picture(&out, &plot, CHART_SVG, size, NULL, &err) == -1);
	CHECK(out.len == 0);
}

/* Pictures with numbers and times as they come. */
static void
wild(void)
{
	static const double sizes[] = {
	    0, 1e-320, 1e-9, 1, 1e15, 1e300, 1.7e308, INFINITY, NAN};
	enum { N = 5 };
	double x[N], y[N], low[N], high[N];
	struct chart_line l = {.name = STR("x"),
	    .x = x,
	    .y = y,
	    .next = x,
	    .mean = y,
	    .low = {low, low},
	    .high = {high, high}};
	struct chart_plot plot = {.line = &l, .count = 1, .level = {80, 95}};
	struct err err;

	for (size_t a = 0; a < COUNT_OF(sizes); a++)
		for (size_t b = 0; b < COUNT_OF(sizes); b++) {
			for (size_t i = 0; i < N; i++) {
				x[i] = (double)i * sizes[a];
				y[i] = i % 2 ? sizes[b] : -sizes[b];
				low[i] = -sizes[a];
				high[i] = sizes[a];
			}
			for (l.n = 0; l.n <= N; l.n++) {
				l.steps = N - l.n;
				plot.zone = b % 2 ? zone_utc() : NULL;
				plot.percent = a % 2;
				CHECK(chart_picture(&out, &plot, CHART_SVG,
					  (struct chart_size){0}, NULL,
					  &err) == 0);
				CHECK(!holds("nan") && !holds("inf"));
				buf_clear(&out);
				chart_plot(
				    &out, &plot, (struct chart_style){0});
				CHECK(!holds("nan") && !holds("inf"));
				buf_clear(&out);
			}
		}
}

static void
long_one(void)
{
	enum { N = 100000 };
	double *x = xcalloc(2 * N, sizeof(*x)), *y = x + N;
	struct chart_line l = {.name = STR("x"), .x = x, .y = y, .n = N};
	struct chart_plot plot = {.line = &l, .count = 1};
	struct err err;

	for (size_t i = 0; i < N; i++) {
		x[i] = (double)i;
		y[i] = (double)(i * 7919 % 10007);
	}
	y[40000] = 1e6; /* a needle is not lost */
	CHECK(chart_picture(&out, &plot, CHART_SVG, (struct chart_size){0},
		  NULL, &err) == 0);
	CHECK(out.len < 200000);
	CHECK(holds("1.0M</text>"));
	buf_clear(&out);
	free(x);
}

static void
count_remark(void *context, struct place where, const char *text)
{
	if (strstr(text, "no font of this machine"))
		++*(int *)context;
}

static void
drawn_by_cairo(void)
{
	struct chart_line lines[] = {a_line("a"), a_line("b")};
	struct chart_plot plot = {.title = STR("Leads"),
	    .line = lines,
	    .count = 2,
	    .level = {80, 95}};
	struct chart_size size = {.width = 640, .height = 300, .scale = 1};
	int told = 0;
	struct remarks remarks = {count_remark, &told, 0};
	struct err err;
	size_t once;

	if (chart_picture(&out, &plot, CHART_PNG, size, &remarks, &err) < 0) {
		CHECK(strstr(err.text, "this machine lacks"));
		SKIP("pango and cairo are not installed");
		return;
	}
	CHECK(out.len > 1000);
	CHECK(memcmp(out.p, "\x89PNG\r\n\x1a\n", 8) == 0);
	/* The size stands in the first chunk. */
	CHECK(memcmp(out.p + 16, "\0\0\x02\x80\0\0\x01\x2c", 8) == 0);
	once = out.len;
	CHECK(chart_picture(&out, &plot, CHART_PNG, size, &remarks, &err) == 0);
	CHECK(out.len == 2 * once && memcmp(out.p, out.p + once, once) == 0);
	buf_clear(&out);
	CHECK(chart_picture(&out, &plot, CHART_PDF, size, &remarks, &err) == 0);
	CHECK(out.len > 1000 && memcmp(out.p, "%PDF-1.", 7) == 0);
	once = out.len;
	CHECK(chart_picture(&out, &plot, CHART_PDF, size, &remarks, &err) == 0);
	CHECK(out.len == 2 * once && memcmp(out.p, out.p + once, once) == 0);
	buf_clear(&out);
	CHECK_INT(told, 0);
	/* A character of nobody's. */
	plot.title = STR("a\U0010fffd");
	CHECK(chart_picture(&out, &plot, CHART_PNG, size, &remarks, &err) == 0);
	CHECK_INT(told, 1);
	buf_clear(&out);
}

int
main(void)
{
	ticks();
	dates();
	terminal();
	vector();
	wild();
	long_one();
	drawn_by_cairo();
	buf_release(&out);
	return unit_done("chart_plot");
}
