/* SPDX-License-Identifier: ISC */
/*
 * How well rules would have ranked leads whose outcome is known.
 */
#include <stdlib.h>
#include <string.h>

#include "score/score_priv.h"
#include "stats/stats.h"

struct graded {
	const struct score_rules *rules;
	struct score_result result;
	double *score;
	uint8_t *yes;
	size_t count, score_cap, yes_cap;
	struct score_backtest *ret;
};

static int
grade(void *context, const struct lead_view *view,
    const struct cond_moment *moment, uint8_t yes, struct err *err)
{
	struct graded *g = context;
	int64_t score;

	score_compute(g->rules, view, moment, &g->result);
	score = g->result.score;
	GROW(g->score, g->score_cap, g->count + 1);
	GROW(g->yes, g->yes_cap, g->count + 1);
	g->score[g->count] = (double)score;
	g->yes[g->count++] = yes;
	if (yes)
		g->ret->yes[score]++;
	else
		g->ret->no[score]++;
	/* The last part is the limit. */
	if (g->result.part[score_part_count(g->rules) - 1])
		g->ret->clamped++;
	return 0;
}

static struct score_cut
cut_of(struct stats_cut c)
{
	return (struct score_cut){.threshold = (int64_t)c.threshold,
	    .chosen = c.chosen,
	    .right = c.right,
	    .precision = c.precision,
	    .recall = c.recall,
	    .f1 = c.f1};
}

static void
judge_ranking(const struct graded *g, int64_t threshold)
{
	struct score_backtest *ret = g->ret;
	struct stats_decile decile[10];

	ret->auc = stats_auc(g->score, g->yes, g->count);
	stats_deciles(g->score, g->yes, g->count, decile);
	for (int d = 0; d < 10; d++)
		ret->decile[d] = (struct score_decile){.leads = decile[d].count,
		    .yes = decile[d].yes,
		    .rate = decile[d].rate,
		    .lift = decile[d].lift,
		    .low = decile[d].count > 0 ? (int64_t)decile[d].low : 0};
	ret->hot =
	    cut_of(stats_cut_at(g->score, g->yes, g->count, (double)threshold));
	if (ret->sampled.yes)
		ret->best = cut_of(stats_cut_best(g->score, g->yes, g->count));
}

int
score_backtest(struct store *st, const struct tenant *t,
    const struct score_rules *rules, const struct sample *sample,
    const struct cond_moment *moment, struct score_backtest *ret,
    struct err *err)
{
	struct graded g = {.rules = rules, .ret = ret};
	struct lead_needs needs = {0};
	int code;

	memset(ret, 0, sizeof(*ret));
	score_rules_needs(rules, &needs);
	score_result_init(&g.result, rules);
	code = sample_leads(
	    st, t, sample, &needs, moment, grade, &g, &ret->sampled, err);
	if (code == 0 && g.count == 0)
		code = err_set(err, ERR_USAGE, "no leads to judge by");
	if (code == 0)
		judge_ranking(&g, t->settings.hot_threshold);
	score_result_release(&g.result);
	free(g.score);
	free(g.yes);
	return code;
}
