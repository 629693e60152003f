/* SPDX-License-Identifier: ISC */
/* What was done, as phrases of a summary; the columns of scores. */
#include "score/draw.h"

const char *const score_columns[] = {"lead", "email", "old_score", "score",
    "fit", "engagement", "band", "priority", "is_hot", "became_hot_at",
    "rules"};
const size_t score_column_count = COUNT_OF(score_columns);

void
score_add_applied(const struct score_applied *done, struct buf *out)
{
	buf_addgroup(out, (int64_t)done->scored);
	buf_addf(out, " lead%s scored, ", plural((int64_t)done->scored));
	buf_addgroup(out, (int64_t)done->moved);
	buf_addstr(out, " moved, ");
	buf_addgroup(out, (int64_t)done->hot);
	buf_addstr(out, " became hot");
	if (done->cooled) {
		buf_addstr(out, ", ");
		buf_addgroup(out, (int64_t)done->cooled);
		buf_addstr(out, " cooled");
	}
}

void
score_add_sampled(const struct sample_taken *s, struct buf *out)
{
	buf_addgroup(out, (int64_t)s->leads);
	buf_addf(out, " lead%s, ", plural((int64_t)s->leads));
	buf_addgroup(out, (int64_t)s->yes);
	buf_addstr(out, " converted");
	if (s->undated) {
		buf_addstr(out, " (");
		buf_addgroup(out, (int64_t)s->undated);
		buf_addstr(out, " undated)");
	}
	if (s->early) {
		buf_addstr(out, "; ");
		buf_addgroup(out, (int64_t)s->early);
		buf_addstr(
		    out, " left out: converted before the first contact");
	}
}
