/* SPDX-License-Identifier: ISC */
/*
 * stats: tests of significance against known answers and by counting out, the
 * search for subgroups against looking at every one of them.
 */
#include <math.h>

#include "stats/stats.h"
#include "unit.h"

static bool
near(double a, double b)
{
	return fabs(a - b) < 1e-4;
}

static uint64_t dice;

static double
roll(void)
{
	dice = dice * 6364136223846793005u + 1442695040888963407u;
	return (double)(dice >> 33) / 2147483648.0;
}

static double
exactly(uint64_t all, uint64_t yes, uint64_t n, uint64_t right)
{
	struct stats_sums whole = {all, yes, yes}, part = {n, right, right};

	return stats_chance(&whole, &part, true);
}

static double
choose(int n, int k)
{
	double ways = 1;

	for (int i = 1; i <= k; i++)
		ways = ways * (n - k + i) / i;
	return k < 0 || k > n ? 0 : ways;
}

static void
chances(void)
{
	struct stats_sums whole = {100, 5000, 333300},
			  part = {25, 1500, 100000};
	double variance = 3333 - 2500, spread;

	/* Fisher's lady and her eight cups of tea. */
	CHECK(near(exactly(8, 4, 4, 4), 1.0 / 70));
	CHECK(near(exactly(8, 4, 4, 3), 17.0 / 70));
	CHECK(near(exactly(8, 4, 4, 0), 1));
	for (int yes = 0; yes <= 12; yes++)
		for (int n = 0; n <= 12; n++)
			for (int right = 0; right <= n && right <= yes;
			     right++) {
				double sum = 0;

				for (int x = right; x <= n; x++)
					sum += choose(yes, x) *
					       choose(12 - yes, n - x);
				CHECK(near(exactly(12, yes, n, right),
				    sum / choose(12, n)));
			}
	/* Far out it is small, not nothing. */
	CHECK(exactly(20000, 2000, 1000, 400) > 0);
	CHECK(exactly(20000, 2000, 1000, 400) < 1e-100);
	CHECK(near(stats_normal_tail(1.959964), 0.025));
	spread = sqrt(variance * 25 * 75 / 99);
	CHECK(near(stats_deviation(&whole, &part), (1500 - 1250) / spread));
	CHECK(stats_deviation(&whole, &whole) == 0);
}

static void
intervals(void)
{
	/* The example of Newcombe 1998, and its edges. */
	struct stats_interval i = stats_wilson(81, 263, STATS_Z95);
	struct stats_sums sums = {4, 10, 30};
	double p[] = {0.01, 0.04, 0.03, 0.005, 0.9};

	CHECK(near(i.low, 0.2553) && near(i.high, 0.3662));
	i = stats_wilson(0, 20, STATS_Z95);
	CHECK(near(i.low, 0) && near(i.high, 0.1611));
	i = stats_wilson(0, 0, STATS_Z95);
	CHECK(i.low == 0 && i.high == 1);
	i = stats_mean_interval(&sums, STATS_Z95); /* 1 2 3 4 */
	CHECK(near(i.low, 2.5 - 1.959964 * sqrt(5.0 / 3 / 4)));
	stats_holm(p, 5);
	CHECK(near(p[3], 0.025) && near(p[0], 0.04) && near(p[2], 0.09));
	CHECK(near(p[1], 0.09) && near(p[4], 0.9));
}

/* ---- the search --------------------------------------------------- */

enum { ROWS = 700, TERMS = 14, WORDS = (ROWS + 63) / 64 };

static uint64_t bits[TERMS][WORDS];
static const uint64_t *bit_list[TERMS];
static uint32_t group[TERMS];
static uint8_t outcome[ROWS];
static const struct stats_terms terms = {ROWS, TERMS, bit_list, group, outcome};

static bool
holds(size_t term, size_t row)
{
	return bits[term][row / 64] >> row % 64 & 1;
}

/* Attributes of two values and of three, drawn for each row; outcomes lean on
 * some of them by `effect`. */
static void
make_world(uint64_t seed, double effect, bool scores)
{
	dice = seed;
	memset(bits, 0, sizeof(bits));
	for (size_t t = 0; t < TERMS; t++) {
		bit_list[t] = bits[t];
		group[t] = (uint32_t)(t < 8 ? t / 2 : 4 + (t - 8) / 3);
	}
	for (size_t r = 0; r < ROWS; r++) {
		double chance = 0.2;

		for (size_t t = 0; t < TERMS; t += t < 8 ? 2 : 3) {
			size_t of = t < 8 ? 2 : 3;
			size_t value = t + (size_t)(roll() * (double)of);

			bits[value][r / 64] |= UINT64_C(1) << r % 64;
		}
		if (holds(0, r) && holds(8, r))
			chance += effect;
		if (holds(2, r))
			chance += effect / 2;
		if (scores)
			outcome[r] =
			    (uint8_t)(100 * (0.6 * chance + 0.4 * roll()));
		else
			outcome[r] = roll() < chance;
	}
}

static const struct stats_sums *
sums(const uint32_t *term, size_t count)
{
	static struct stats_sums ring[8];
	static unsigned next;
	struct stats_sums *ret = &ring[next++ % 8];

	*ret = stats_subgroup_sums(&terms, term, count);
	return ret;
}

static double
mean(const struct stats_sums *s)
{
	return (double)s->sum / (double)s->rows;
}

/* The same answer the long way. */
static bool
expected(const uint32_t *term, size_t count, const struct stats_search *how,
    double tries, const struct stats_sums *whole, bool yes_no)
{
	const struct stats_sums *own = sums(term, count);
	double p = stats_chance(whole, own, yes_no);

	if (own->rows < how->least || own->rows > how->most ||
	    mean(own) < how->improvement * mean(whole))
		return false;
	for (size_t i = 0; i < count; i++) {
		uint32_t rest[3];
		size_t n = 0;

		for (size_t j = 0; j < count; j++)
			if (j != i)
				rest[n++] = term[j];
		if (n && mean(own) < how->improvement * mean(sums(rest, n)))
			return false;
		if (n)
			p = fmax(p, stats_chance(sums(rest, n), own, yes_no));
	}
	return p <= how->alpha / (3 * tries);
}

static bool
was_found(
    const struct stats_subgroups *found, const uint32_t *term, size_t count)
{
	for (size_t i = 0; i < found->count; i++)
		if (found->list[i].terms == count &&
		    memcmp(found->list[i].term, term, count * sizeof(*term)) ==
			0)
			return true;
	return false;
}

static size_t
compare_all(bool scores)
{
	struct stats_search how = {3, 20, ROWS * 2 / 3, 1.05, 0.9, 10000, 0};
	struct stats_subgroups found;
	size_t wanted = 0;
	/* 4 groups of two and 2 of three: e1, e2, e3 by hand. */
	double tries[] = {0, 14, 81, 248};

	stats_subgroups_find(&terms, &how, &found);
	CHECK(found.tries == 14 + 81 + 248);
	CHECK(found.complete);
	for (uint32_t a = 0; a < TERMS; a++)
		for (uint32_t b = a; b < TERMS; b++)
			for (uint32_t c = b; c < TERMS; c++) {
				uint32_t term[] = {a, b, c};
				size_t n = b == a ? 1 : c == b ? 2 : 3;
				bool want;

				if ((b == a && c != b) ||
				    (n > 1 && group[a] == group[b]) ||
				    (n > 2 && (group[b] == group[c] ||
						  group[a] == group[c])))
					continue;
				want = expected(term, n, &how, tries[n],
				    &found.whole, !scores);
				wanted += want;
				CHECK(was_found(&found, term, n) == want);
			}
	CHECK_INT(found.count, wanted);
	for (size_t i = 1; i < found.count; i++)
		CHECK(found.list[i - 1].deviation >= found.list[i].deviation);
	stats_subgroups_release(&found);
	return wanted;
}

static void
finds_all(void)
{
	size_t wanted = 0;

	for (uint64_t seed = 1; seed <= 6; seed++) {
		make_world(seed, 0.1 * (double)seed, false);
		wanted += compare_all(false);
		make_world(seed, 0.1 * (double)seed, true);
		wanted += compare_all(true);
	}
	CHECK(wanted > 30);
}

/* Fewer kept are the first of all; what was planted comes out. */
static void
keeps_the_best(void)
{
	struct stats_search how = {3, 20, ROWS, 1, 0.05, 10000, 0};
	struct stats_subgroups all, few;
	uint32_t planted[] = {0, 8};

	make_world(3, 0.6, false);
	stats_subgroups_find(&terms, &how, &all);
	CHECK(was_found(&all, planted, 2));
	CHECK(all.count > 4);
	how.keep = 4;
	stats_subgroups_find(&terms, &how, &few);
	CHECK_INT(few.count, 4);
	for (size_t i = 0; i < few.count && i < all.count; i++) {
		CHECK(few.list[i].terms == all.list[i].terms);
		CHECK(memcmp(few.list[i].term, all.list[i].term,
			  sizeof(few.list[i].term)) == 0);
		CHECK(few.list[i].p <= 0.05);
	}
	stats_subgroups_release(&few);
	how.work = 1;
	how.alpha = 0.99;
	how.keep = 10000;
	stats_subgroups_find(&terms, &how, &few);
	CHECK(!few.complete && few.count > 0);
	stats_subgroups_release(&few);
	stats_subgroups_release(&all);
}

static void
finds_nothing_in_noise(void)
{
	struct stats_search how = {3, 20, ROWS, 1, 0.05, 10000, 0};
	struct stats_subgroups found;
	unsigned wrong = 0;

	for (uint64_t seed = 100; seed < 140; seed++) {
		make_world(seed, 0, seed % 2);
		stats_subgroups_find(&terms, &how, &found);
		wrong += found.count > 0;
		stats_subgroups_release(&found);
	}
	CHECK(wrong <= 2);
	/* Nobody has the outcome, or everybody; there are no rows. */
	for (int value = 0; value < 2; value++) {
		memset(outcome, value, sizeof(outcome));
		stats_subgroups_find(&terms, &how, &found);
		CHECK_INT(found.count, 0);
		stats_subgroups_release(&found);
	}
	stats_subgroups_find(
	    &(struct stats_terms){
		.bits = bit_list, .group = group, .outcome = outcome},
	    &how, &found);
	CHECK_INT(found.count, 0);
	stats_subgroups_release(&found);
}

static void
merges(void)
{
	struct stats_subgroup list[4] = {0};
	size_t into[4];

	make_world(5, 0.3, false);
	/* Half of a group of two, and three parts of it. */
	for (uint32_t i = 0; i < 4; i++) {
		list[i] = (struct stats_subgroup){
		    .term = {i == 3 ? 4 : 0, 2}, .terms = i % 2 ? 1 : 2};
		list[i].sums = *sums(list[i].term, list[i].terms);
	}
	/* 0 and 2: 2; 0; 0 and 2 again; 4 */
	CHECK_INT(stats_subgroups_merge(&terms, list, 4, 0.9, 9, into), 3);
	CHECK(into[0] == 0 && into[1] == 1 && into[2] == 0 && into[3] == 3);
	CHECK_INT(stats_subgroups_merge(&terms, list, 4, 0.4, 9, into), 2);
	CHECK(into[1] == 0 && into[3] == 3);
	CHECK_INT(stats_subgroups_merge(&terms, list, 4, 0.4, 1, into), 1);
	CHECK(into[3] == SIZE_MAX);
}

int
main(void)
{
	chances();
	intervals();
	finds_all();
	keeps_the_best();
	finds_nothing_in_noise();
	merges();
	return unit_done("subgroup");
}
