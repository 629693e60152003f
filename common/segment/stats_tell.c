/* SPDX-License-Identifier: ISC */
/* What a segment comes to, as JSON and on a terminal. */
#include <inttypes.h>
#include <stdlib.h>

#include "segment/segment.h"
#include "segment/share_priv.h"
#include "table/table.h"

static const char *const band_names[] = {"cold", "warm", "hot"};

/* The conversion over that of all leads; negative: nobody's is known. */
static double
lift_of(const struct segment_stats *s, const struct segment_stats *everyone)
{
	double all = share_of(everyone->converted, everyone->size);

	return all > 0 && s->size ? share_of(s->converted, s->size) / all : -1;
}

/* 2026-01-15 */
static void
add_day(struct buf *out, int64_t start, const struct zone *zone)
{
	size_t begin = out->len;

	time_add_local(out, start, zone);
	buf_truncate(out, begin + strlen("2026-01-15"));
}

/* ---- JSON ------------------------------------------------------------ */

static void
put_counted(
    struct json_writer *w, const char *what, struct str name, uint64_t leads)
{
	json_put_object(w);
	json_add_text(w, what, name);
	json_add_int(w, "leads", (int64_t)leads);
	json_put_end(w);
}

static void
put_distributions(const struct segment_stats *s, struct json_writer *w)
{
	json_put_name(w, "scores");
	json_put_array(w);
	for (size_t i = 0; s->scored && i < COUNT_OF(s->tens); i++) {
		json_put_object(w);
		json_add_int(w, "from", (int64_t)i * 10);
		json_add_int(w, "leads", (int64_t)s->tens[i]);
		json_put_end(w);
	}
	json_put_end(w);
	json_put_name(w, "bands");
	json_put_array(w);
	for (size_t i = 0; s->scored && i < COUNT_OF(s->bands); i++)
		put_counted(w, "band", str_of(band_names[i]), s->bands[i]);
	json_put_end(w);
	json_put_name(w, "stages");
	json_put_array(w);
	for (size_t i = 0; i < s->stage_count; i++) {
		struct str name = str_of(s->stage[i].name);

		put_counted(w, "stage", name.n ? name : (struct str){0},
		    s->stage[i].leads);
	}
	json_put_end(w);
}

static void
put_days(const struct segment_stats *s, const struct zone *zone,
    struct json_writer *w)
{
	struct buf day = {0};

	json_put_name(w, "days");
	json_put_array(w);
	for (size_t i = 0; i < s->days; i++) {
		buf_clear(&day);
		add_day(&day, s->day[i].start, zone);
		json_put_object(w);
		json_add_text(w, "day", buf_str(&day));
		json_add_int(w, "entered", (int64_t)s->day[i].entered);
		json_add_int(w, "left", (int64_t)s->day[i].left);
		json_add_int(w, "size", (int64_t)s->day[i].size);
		json_put_end(w);
	}
	json_put_end(w);
	buf_release(&day);
}

void
segment_put_stats(const struct segment_stats *s,
    const struct segment_stats *everyone, const struct zone *zone,
    struct buf *out)
{
	struct json_writer w = {.out = out};
	double lift = lift_of(s, everyone);

	json_put_object(&w);
	json_add_text(&w, "segment", str_of(s->name));
	json_add_int(&w, "size", (int64_t)s->size);
	share_put(&w, "share", s->size, everyone->size);
	json_add_int(&w, "by_hand", (int64_t)s->by_hand);
	json_add_int(&w, "entered", (int64_t)s->entered);
	json_add_int(&w, "left", (int64_t)s->left);
	if (s->scored)
		share_put_real(&w, "score", s->score_sum / (double)s->scored);
	put_distributions(s, &w);
	json_add_int(&w, "converted", (int64_t)s->converted);
	share_put(&w, "conversion", s->converted, s->size);
	if (lift >= 0)
		share_put_real(&w, "lift", lift);
	put_days(s, zone, &w);
	json_put_end(&w);
}

/* ---- a page ----------------------------------------------------------- */

static void
draw_facts(const struct segment_stats *s, const struct segment_stats *everyone,
    struct chart_style style, struct buf *out)
{
	struct table_block *block = table_block_new();
	double lift = lift_of(s, everyone);
	struct buf text = {0};

	table_block_add(block, "segment", str_of(s->name));
	buf_addgroup(&text, (int64_t)s->size);
	buf_addf(&text, " of ");
	buf_addgroup(&text, (int64_t)everyone->size);
	buf_addf(
	    &text, " leads (%.1f %%)", 100 * share_of(s->size, everyone->size));
	if (s->by_hand)
		buf_addf(&text, ", %" PRIu64 " by hand", s->by_hand);
	table_block_add(block, "size", buf_str(&text));
	buf_clear(&text);
	share_add(&text, s->converted, s->size);
	if (lift >= 0)
		buf_addf(&text, ", %.2f times that of all leads", lift);
	table_block_add(block, "converted", buf_str(&text));
	if (s->scored)
		table_block_addf(block, "score", "%.1f on average",
		    s->score_sum / (double)s->scored);
	table_block_draw(block, style.columns, out);
	table_block_free(block);
	buf_release(&text);
}

static void
draw_scores(
    const struct segment_stats *s, struct chart_style style, struct buf *out)
{
	static const struct chart_bins tens = {
	    .low = 0, .width = 10, .count = 10, .whole = true};

	if (!s->scored)
		return;
	buf_addstr(out, "\nscore\n");
	chart_histogram(out, tens, s->tens, style);
}

static void
draw_stages(
    const struct segment_stats *s, struct chart_style style, struct buf *out)
{
	struct chart_bar *bars;

	/* Where no lead has a stage there is nothing to see. */
	if (!s->stage_count || (s->stage_count == 1 && !*s->stage[0].name))
		return;
	bars = xcalloc(s->stage_count, sizeof(*bars));
	for (size_t i = 0; i < s->stage_count; i++) {
		const char *name = s->stage[i].name;

		bars[i].label = *name ? str_of(name) : STR("none");
		bars[i].value = (double)s->stage[i].leads;
	}
	buf_addstr(out, "\nstage\n");
	chart_bars(out, bars, s->stage_count, style);
	free(bars);
}

static void
draw_days(const struct segment_stats *s, const struct zone *zone,
    struct chart_style style, struct buf *out)
{
	double *sizes = xcalloc(s->days, sizeof(*sizes));

	for (size_t i = 0; i < s->days; i++)
		sizes[i] = (double)s->day[i].size;
	buf_addstr(out, "\nsize since ");
	add_day(out, s->day[0].start, zone);
	buf_addstr(out, ": ");
	buf_addgroup(out, (int64_t)s->entered);
	buf_addstr(out, " entered, ");
	buf_addgroup(out, (int64_t)s->left);
	buf_addstr(out, " left\n");
	chart_sparkline(out, sizes, s->days, style);
	buf_addc(out, ' ');
	buf_addgroup(out, (int64_t)s->day[0].size);
	buf_addstr(out, " to ");
	buf_addgroup(out, (int64_t)s->size);
	buf_addc(out, '\n');
	free(sizes);
}

void
segment_draw_stats(const struct segment_stats *s,
    const struct segment_stats *everyone, const struct zone *zone,
    struct chart_style style, struct buf *out)
{
	draw_facts(s, everyone, style, out);
	draw_scores(s, style, out);
	draw_stages(s, style, out);
	draw_days(s, zone, style, out);
}
