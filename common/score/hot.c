/* SPDX-License-Identifier: ISC */
/*
 * Crossing the hot threshold. A crossing upwards is told once; it can be told
 * again only after the lead was armed anew: by falling well below, or by
 * staying below for long after it became hot.
 */
#include "score/score.h"

const struct score_hot score_hot_new = {false, true, LEAD_MISSING};

enum score_turn
score_hot_step(const struct tenant_settings *settings, int64_t score,
    int64_t now, struct score_hot *hot, int64_t *next)
{
	bool was = hot->is_hot;

	hot->is_hot = score >= settings->hot_threshold;
	if (hot->is_hot) {
		if (was || !hot->armed)
			return SCORE_TURN_NONE;
		hot->armed = false;
		hot->became_hot_at = now;
		return SCORE_TURN_HOT;
	}
	if (hot->armed)
		return SCORE_TURN_NONE;
	if (score > settings->hot_threshold - settings->hot_margin &&
	    now - hot->became_hot_at < settings->hot_rearm) {
		if (hot->became_hot_at + settings->hot_rearm < *next)
			*next = hot->became_hot_at + settings->hot_rearm;
		return SCORE_TURN_NONE;
	}
	hot->armed = true;
	return SCORE_TURN_COOLED;
}
