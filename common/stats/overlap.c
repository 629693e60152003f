/* SPDX-License-Identifier: ISC */
/*
 * What the rows of found subgroups are: their sums, and which of them pick much
 * the same ones.
 */
#include <stdlib.h>
#include <string.h>

#include "stats/stats_priv.h"

static void
rows_of(const struct stats_terms *t, const uint32_t *term, size_t terms,
    uint64_t *ret)
{
	size_t words = (t->rows + 63) / 64;

	memcpy(ret, t->bits[term[0]], words * sizeof(*ret));
	for (size_t i = 1; i < terms; i++)
		stats_both(ret, t->bits[term[i]], words, ret);
}

struct stats_sums
stats_subgroup_sums(
    const struct stats_terms *t, const uint32_t *term, size_t terms)
{
	uint64_t *rows = xcalloc(t->rows / 64 + 1, sizeof(*rows));
	struct stats_sums sums = {0};

	rows_of(t, term, terms, rows);
	for (size_t r = 0; r < t->rows; r++) {
		uint64_t value = t->outcome[r];

		if (!(rows[r / 64] >> r % 64 & 1))
			continue;
		sums.rows++;
		sums.sum += value;
		sums.squares += value * value;
	}
	free(rows);
	return sums;
}

size_t
stats_subgroups_merge(const struct stats_terms *t,
    const struct stats_subgroup *list, size_t count, double jaccard, size_t max,
    size_t *ret_into)
{
	size_t words = (t->rows + 63) / 64;
	uint64_t *rows = xcalloc(words + 1, sizeof(*rows));
	uint64_t **kept = xcalloc(max + 1, sizeof(*kept));
	size_t *number = xcalloc(max + 1, sizeof(*number)), used = 0;

	for (size_t i = 0; i < count; i++) {
		rows_of(t, list[i].term, list[i].terms, rows);
		ret_into[i] = SIZE_MAX;
		for (size_t k = 0; k < used && ret_into[i] == SIZE_MAX; k++) {
			uint64_t shared =
			    stats_count_both(rows, kept[k], words);
			uint64_t either = list[i].sums.rows +
					  list[number[k]].sums.rows - shared;

			if ((double)shared > jaccard * (double)either)
				ret_into[i] = number[k];
		}
		if (ret_into[i] != SIZE_MAX || used == max)
			continue;
		kept[used] = xmalloc((words + 1) * sizeof(*rows));
		memcpy(kept[used], rows, words * sizeof(*rows));
		number[used++] = i;
		ret_into[i] = i;
	}
	for (size_t k = 0; k < used; k++)
		free(kept[k]);
	free(kept);
	free(number);
	free(rows);
	return used;
}
