/* SPDX-License-Identifier: ISC */
#include "segment/share_priv.h"

double
share_of(uint64_t part, uint64_t whole)
{
	return whole ? (double)part / (double)whole : 0;
}

void
share_put_real(struct json_writer *w, const char *name, double v)
{
	json_put_name(w, name);
	json_put_real(w, round_half_away(v * 1e4) / 1e4);
}

void
share_put(
    struct json_writer *w, const char *name, uint64_t part, uint64_t whole)
{
	share_put_real(w, name, share_of(part, whole));
}

void
share_add(struct buf *out, uint64_t part, uint64_t whole)
{
	buf_addgroup(out, (int64_t)part);
	buf_addf(out, " (%.1f %%)", 100 * share_of(part, whole));
}
