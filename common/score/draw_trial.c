/* SPDX-License-Identifier: ISC */
/* Rules on trial: as JSON and as drawings. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "score/draw.h"

static void
add_count(struct json_writer *w, const char *name, uint64_t v)
{
	json_add_int(w, name, (int64_t)v);
}

/* Four decimals; null when it is undefined. */
static void
add_ratio(struct json_writer *w, const char *name, double v)
{
	char text[32];

	json_put_name(w, name);
	snprintf(text, sizeof(text), "%.4f", v);
	if (isnan(v))
		json_put_null(w);
	else
		json_put_raw(w, str_of(text));
}

/* ---- preview ------------------------------------------------------ */

/* Scores 0..100 in tens, 100 with the nineties. */
static const struct chart_bins tens = {0, 10, 10, true};

static void
in_tens(const uint64_t scores[101], uint64_t ret[10])
{
	memset(ret, 0, 10 * sizeof(*ret));
	for (int i = 0; i <= 100; i++)
		ret[i == 100 ? 9 : i / 10] += scores[i];
}

static void
add_tens(struct json_writer *w, const char *name, const uint64_t scores[101])
{
	uint64_t counts[10];

	in_tens(scores, counts);
	json_put_name(w, name);
	json_put_array(w);
	for (int i = 0; i < 10; i++)
		json_put_int(w, (int64_t)counts[i]);
	json_put_end(w);
}

static void
draw_tens(const char *title, const uint64_t scores[101],
    struct chart_style style, struct buf *out)
{
	uint64_t counts[10];

	in_tens(scores, counts);
	buf_addf(out, "\n%s\n", title);
	chart_histogram(out, tens, counts, style);
}

void
score_put_preview(const struct score_preview *v, struct buf *out)
{
	struct json_writer w = {.out = out};

	json_put_object(&w);
	add_count(&w, "leads", v->leads);
	add_count(&w, "up", v->up);
	add_count(&w, "down", v->down);
	add_count(&w, "same", v->same);
	add_count(&w, "hot_before", v->hot_before);
	add_count(&w, "hot_after", v->hot_after);
	add_count(&w, "becomes_hot", v->becomes_hot);
	add_count(&w, "cools", v->cools);
	add_tens(&w, "before", v->before);
	add_tens(&w, "after", v->after);
	json_put_end(&w);
}

void
score_draw_preview(
    const struct score_preview *v, struct chart_style style, struct buf *out)
{
	struct table_block *block = table_block_new();

	table_block_addf(block, "leads", "%" PRIu64, v->leads);
	table_block_addf(block, "up", "%" PRIu64, v->up);
	table_block_addf(block, "down", "%" PRIu64, v->down);
	table_block_addf(block, "same", "%" PRIu64, v->same);
	table_block_addf(block, "hot",
	    "%" PRIu64 " before, %" PRIu64 " after: %" PRIu64
	    " become hot, %" PRIu64 " cool",
	    v->hot_before, v->hot_after, v->becomes_hot, v->cools);
	table_block_draw(block, style.columns, out);
	table_block_free(block);
	draw_tens("before", v->before, style, out);
	draw_tens("after", v->after, style, out);
}

/* ---- learn -------------------------------------------------------- */

void
score_draw_lessons(const struct score_learnt *learnt, struct chart_style style,
    struct buf *out)
{
	static const struct table_column columns[] = {
	    {"points", TABLE_RIGHT, 0, 0}, {"leads", TABLE_RIGHT, 0, 0},
	    {"rate", TABLE_RIGHT, 0, 0}, {"lift", TABLE_RIGHT, 0, 0},
	    {"rule", TABLE_LEFT, 20, 0}};
	struct table *table = table_new(columns, COUNT_OF(columns));

	for (size_t i = 0; i < learnt->count; i++) {
		const struct score_lesson *l = &learnt->lesson[i];

		table_cellf(table, "%+" PRId64, l->points);
		table_int(table, (int64_t)l->support);
		table_cellf(table, "%.1f %%", l->rate * 100);
		table_real(table, l->lift, 2);
		table_cell(table, str_of(l->rule));
	}
	table_draw(table, style.columns, style.ascii, out);
	table_free(table);
}

/* ---- backtest ----------------------------------------------------- */

static void
add_cut(struct json_writer *w, const char *name, const struct score_cut *c)
{
	json_put_name(w, name);
	json_put_object(w);
	json_add_int(w, "threshold", c->threshold);
	add_count(w, "leads", c->chosen);
	add_count(w, "converted", c->right);
	add_ratio(w, "precision", c->precision);
	add_ratio(w, "recall", c->recall);
	add_ratio(w, "f1", c->f1);
	json_put_end(w);
}

static void
put_decile(struct json_writer *w, int number, const struct score_decile *d)
{
	json_put_object(w);
	json_add_int(w, "decile", number);
	json_add_int(w, "from_score", d->low);
	add_ratio(w, "leads", d->leads);
	add_ratio(w, "converted", d->yes);
	add_ratio(w, "rate", d->rate);
	add_ratio(w, "lift", d->lift);
	json_put_end(w);
}

void
score_put_backtest(const struct score_backtest *b, struct buf *out)
{
	struct json_writer w = {.out = out};

	json_put_object(&w);
	add_count(&w, "leads", b->sampled.leads);
	add_count(&w, "converted", b->sampled.yes);
	add_count(&w, "undated", b->sampled.undated);
	add_count(&w, "early", b->sampled.early);
	add_count(&w, "clamped", b->clamped);
	add_ratio(&w, "auc", b->auc);
	json_put_name(&w, "deciles");
	json_put_array(&w);
	for (int d = 0; d < 10; d++)
		put_decile(&w, d + 1, &b->decile[d]);
	json_put_end(&w);
	add_cut(&w, "hot", &b->hot);
	add_cut(&w, "best", &b->best);
	json_put_end(&w);
}

static void
draw_cut(const char *what, const struct score_cut *c, struct buf *out)
{
	buf_addf(out, "%s %" PRId64 ": ", what, c->threshold);
	buf_addgroup(out, (int64_t)c->chosen);
	if (isnan(c->precision) || isnan(c->recall))
		buf_addstr(out, " leads\n");
	else
		buf_addf(out, " leads, precision %.1f %%, recall %.1f %%\n",
		    c->precision * 100, c->recall * 100);
}

void
score_draw_backtest(
    const struct score_backtest *b, struct chart_style style, struct buf *out)
{
	struct chart_bar bars[10];
	struct arena arena = {0};

	buf_addf(out, "AUC %.4f\n", b->auc);
	draw_cut("hot from", &b->hot, out);
	draw_cut("best from", &b->best, out);
	buf_addstr(out, "\nlift by decile\n");
	for (int d = 0; d < 10; d++)
		bars[d] = (struct chart_bar){
		    .label = arena_printf(&arena, "%d (from %" PRId64 ")",
			d + 1, b->decile[d].low),
		    .value = b->decile[d].lift,
		    .note = arena_printf(&arena, "%.2f  %.1f %%",
			b->decile[d].lift, b->decile[d].rate * 100)};
	if (b->sampled.yes)
		chart_bars(out, bars, 10, style);
	arena_release(&arena);
}
