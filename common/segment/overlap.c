/* SPDX-License-Identifier: ISC */
/*
 * How segments overlap: their members side by side, in the order of the leads'
 * numbers, so that memory does not depend on how many there are.
 */
#include "segment/cursor_priv.h"
#include "segment/segment.h"
#include "segment/share_priv.h"

/* Counts one lead, which is in the segments of the mask. */
static void
count_lead(struct segment_overlap *o, uint32_t mask)
{
	o->either++;
	for (size_t i = 0; i < o->count; i++) {
		if (!(mask >> i & 1))
			continue;
		for (size_t k = 0; k < o->count; k++)
			o->both[i][k] += mask >> k & 1;
	}
	if (o->count <= SEGMENT_REGIONS)
		o->region[mask]++;
}

static int
walk(struct segment_overlap *o, struct cursor *cursor, struct err *err)
{
	for (;;) {
		int64_t lead = INT64_MAX;
		uint32_t mask = 0;

		for (size_t i = 0; i < o->count; i++)
			if (cursor[i].lead < lead)
				lead = cursor[i].lead;
		if (lead == INT64_MAX)
			return 0;
		for (size_t i = 0; i < o->count; i++) {
			if (cursor[i].lead != lead)
				continue;
			mask |= UINT32_C(1) << i;
			if (cursor_next(&cursor[i], err) < 0)
				return -1;
		}
		count_lead(o, mask);
	}
}

int
segment_overlap(struct store *st, const struct tenant *t,
    const char *const *names, size_t count, int64_t at,
    struct segment_overlap *ret, struct err *err)
{
	struct cursor cursor[SEGMENT_OVERLAPS] = {{0}};
	int64_t segment[SEGMENT_OVERLAPS];
	int rc = 0;

	if (count > SEGMENT_OVERLAPS)
		return err_set(
		    err, ERR_USAGE, "at most %d segments", SEGMENT_OVERLAPS);
	*ret = (struct segment_overlap){.name = names, .count = count};
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = segment_need(st, t, names[i], &segment[i], err);
	if (rc < 0 ||
	    store_begin(st, STORE_SNAPSHOT, "segment overlap", err) < 0)
		return -1;
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = cursor_open(st, t, segment[i], at, &cursor[i], err);
	if (rc == 0)
		rc = walk(ret, cursor, err);
	for (size_t i = 0; i < count; i++)
		cursor_close(&cursor[i]);
	store_rollback(st);
	return rc;
}

/* ---- as JSON -------------------------------------------------------- */

static void
put_pair(
    const struct segment_overlap *o, size_t i, size_t k, struct json_writer *w)
{
	uint64_t both = o->both[i][k];
	uint64_t either = o->both[i][i] + o->both[k][k] - both;

	json_put_object(w);
	json_add_text(w, "a", str_of(o->name[i]));
	json_add_text(w, "b", str_of(o->name[k]));
	json_add_int(w, "both", (int64_t)both);
	share_put(w, "share_of_a", both, o->both[i][i]);
	share_put(w, "share_of_b", both, o->both[k][k]);
	share_put(w, "share_of_either", both, either);
	json_put_end(w);
}

void
segment_put_pairs(const struct segment_overlap *o, struct buf *out)
{
	for (size_t i = 0; i < o->count; i++)
		for (size_t k = i + 1; k < o->count; k++) {
			struct json_writer w = {.out = out};

			put_pair(o, i, k, &w);
			buf_addc(out, '\n');
		}
}

static void
put_regions(const struct segment_overlap *o, struct json_writer *w)
{
	json_put_name(w, "regions");
	json_put_array(w);
	for (uint32_t mask = 1; mask < UINT32_C(1) << o->count; mask++) {
		json_put_object(w);
		json_put_name(w, "in");
		json_put_array(w);
		for (size_t i = 0; i < o->count; i++)
			if (mask >> i & 1)
				json_put_text(w, str_of(o->name[i]));
		json_put_end(w);
		json_add_int(w, "leads", (int64_t)o->region[mask]);
		json_put_end(w);
	}
	json_put_end(w);
}

void
segment_put_overlap(const struct segment_overlap *o, struct buf *out)
{
	struct json_writer w = {.out = out};

	json_put_object(&w);
	json_put_name(&w, "segments");
	json_put_array(&w);
	for (size_t i = 0; i < o->count; i++) {
		json_put_object(&w);
		json_add_text(&w, "segment", str_of(o->name[i]));
		json_add_int(&w, "size", (int64_t)o->both[i][i]);
		json_put_end(&w);
	}
	json_put_end(&w);
	json_add_int(&w, "either", (int64_t)o->either);
	json_put_name(&w, "pairs");
	json_put_array(&w);
	for (size_t i = 0; i < o->count; i++)
		for (size_t k = i + 1; k < o->count; k++)
			put_pair(o, i, k, &w);
	json_put_end(&w);
	if (o->count <= SEGMENT_REGIONS)
		put_regions(o, &w);
	json_put_end(&w);
}
