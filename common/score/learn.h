/* SPDX-License-Identifier: ISC */
/*
 * learn: what the files behind score_learn() share: features are yes/no
 * questions about the columns of leads that a rule can ask (feature.c).
 */
#ifndef DL_SCORE_LEARN_H
#define DL_SCORE_LEARN_H

#include "sample/sample.h"
#include "score/score_priv.h"
#include "stats/stats.h"

struct feature {
	struct str rule, when;
	bool engagement;
	uint64_t support, yes;
};
struct features {
	struct feature *list;
	size_t count, cap;
	/* The rows of each feature, then by row. */
	uint32_t *pair_row, *pair_feature;
	size_t pair_count, pair_row_cap, pair_feature_cap;
	struct arena arena;
};
void features_make(struct features *f, const struct sample_columns *c,
    const struct score_learn *how);
/* As rows of the features kept[]; start and column are the caller's to free. */
void features_matrix(const struct features *f, const bool *kept, size_t rows,
    struct stats_matrix *ret);
void features_release(struct features *f);

#endif
