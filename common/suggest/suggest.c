/* SPDX-License-Identifier: ISC */
/*
 * From leads to suggestions: gather, part into halves, search the one, merge
 * what is much the same, check on the other.
 */
#include <stdlib.h>
#include <string.h>

#include "suggest/suggest_priv.h"

#define ALPHA       0.05
#define JACCARD     0.5 /* groups that share more than this are one */
#define HALF        0.5
#define IMPROVEMENT 1.1  /* what each term has to bring */
#define REVEALING   0.95 /* a rate that no honest field gives alone */

enum {
	KEEP = 5000, /* found conjunctions that are looked at again */
	LEAST = 50,  /* leads of a group, unless asked otherwise */
};
/* Word operations: a few seconds. */
#define WORK UINT64_C(6000000000)

static const int64_t windows[] = {7 * MS_DAY, 30 * MS_DAY, 90 * MS_DAY};

struct job {
	const struct suggest_how *how;
	struct sample sample;
	struct sample_ask ask;
	const char **exclude;
	struct sample_columns columns;
	uint8_t *half;
	uint32_t *place;
	size_t half_cap, place_cap;
	struct terms terms;
	/* The terms as the search wants them, by half. */
	struct stats_terms half_terms[2];
	const uint64_t **bits[2];
	uint8_t *outcome[2];
	uint32_t *group;
	struct stats_sums whole[2];
	bool japanese;
};

/* ---- gathering ---------------------------------------------------- */

static int
aim(struct job *job, struct store *st, const struct tenant *t, struct err *err)
{
	const char *target = job->how->target;

	job->sample.target = SAMPLE_CONVERTED;
	if (strcmp(target, "converted") == 0)
		return 0;
	job->sample.target = SAMPLE_SCORE;
	if (strcmp(target, "score") == 0)
		return 0;
	job->sample.target = SAMPLE_EVENT;
	if (lead_type_find(st, t, str_of(target), &job->sample.event, err) < 0)
		return -1;
	if (job->sample.event < 0)
		return err_set(err, ERR_USAGE,
		    "no events of this type: %s (a target is converted, score "
		    "or an event type)",
		    quoted(str_of(target)));
	return 0;
}

/* What the target is called is not asked about. */
static void
ask(struct job *job)
{
	const struct suggest_how *how = job->how;
	size_t count = how->exclude_count;

	job->exclude = xcalloc(count + 1, sizeof(*job->exclude));
	for (size_t i = 0; i < count; i++)
		job->exclude[i] = how->exclude[i];
	if (job->sample.target == SAMPLE_EVENT)
		job->exclude[count++] = how->target;
	job->ask = (struct sample_ask){.exclude = job->exclude,
	    .exclude_count = count,
	    .windows = windows,
	    .window_count = COUNT_OF(windows)};
}

static int
take(void *context, const struct lead_view *view,
    const struct cond_moment *moment, uint8_t outcome, struct err *err)
{
	struct job *job = context;
	size_t row = job->columns.rows;
	int half = sample_share(view->values[LEAD_ID].text) >= HALF;

	GROW(job->half, job->half_cap, row + 1);
	GROW(job->place, job->place_cap, row + 1);
	job->half[row] = (uint8_t)half;
	job->place[row] = (uint32_t)job->terms.rows[half]++;
	return sample_columns_add(&job->columns, view, moment, outcome, err);
}

static int
gather(struct job *job, struct store *st, const struct tenant *t,
    const struct cond_moment *moment, struct suggested *ret, struct err *err)
{
	struct lead_needs needs = {0};

	if (aim(job, st, t, err) < 0)
		return -1;
	ask(job);
	ret->target = job->sample.target;
	if (sample_columns_open(&job->columns, st, t, &job->ask, &needs, err) <
		0 ||
	    sample_leads(st, t, &job->sample, &needs, moment, take, job,
		&ret->taken, err) < 0)
		return -1;
	if (job->sample.target == SAMPLE_SCORE) {
		if (!ret->taken.leads)
			return err_set(err, ERR_USAGE,
			    "nothing to tell apart: no lead has a score");
	} else if (!ret->taken.yes || ret->taken.yes == ret->taken.leads) {
		return err_set(err, ERR_USAGE,
		    "nothing to tell apart: %llu of %llu leads %s",
		    (unsigned long long)ret->taken.yes,
		    (unsigned long long)ret->taken.leads,
		    job->sample.target == SAMPLE_EVENT ? "had that event"
						       : "converted");
	}
	return 0;
}

/* ---- the halves --------------------------------------------------- */

/* Leads there are for each that was looked at. */
static double
scale(const struct suggested *s)
{
	uint64_t seen = s->taken.leads + s->taken.early + s->taken.unscored;

	return seen && s->taken.all > seen ? (double)s->taken.all / (double)seen
					   : 1;
}

static uint64_t
least_rows(const struct job *job, const struct suggested *s)
{
	uint64_t least = job->how->min_size;

	if (least)
		return (uint64_t)((double)least / scale(s));
	least = job->columns.rows / 100;
	return least > LEAST ? least : LEAST;
}

static void
part_terms(struct job *job)
{
	struct terms *s = &job->terms;

	job->group = xcalloc(s->count + 1, sizeof(*job->group));
	for (size_t i = 0; i < s->count; i++)
		job->group[i] = s->list[i].group;
	for (int half = 0; half < 2; half++) {
		job->bits[half] =
		    xcalloc(s->count + 1, sizeof(*job->bits[half]));
		for (size_t i = 0; i < s->count; i++)
			job->bits[half][i] = s->list[i].bits[half];
		job->outcome[half] = xcalloc(s->rows[half] + 1, 1);
	}
	for (size_t row = 0; row < job->columns.rows; row++) {
		int half = job->half[row];
		uint64_t value = job->columns.outcome[row];

		job->outcome[half][job->place[row]] = (uint8_t)value;
		job->whole[half].rows++;
		job->whole[half].sum += value;
		job->whole[half].squares += value * value;
	}
	for (int half = 0; half < 2; half++)
		job->half_terms[half] = (struct stats_terms){s->rows[half],
		    s->count, job->bits[half], job->group, job->outcome[half]};
}

/* ---- what comes out ----------------------------------------------- */

static double
mean(const struct stats_sums *sums)
{
	return sums->rows ? (double)sums->sum / (double)sums->rows : 0;
}

/* The terms of a conjunction as the canonical text of a condition. */
static char *
condition(const struct job *job, const struct stats_subgroup *g)
{
	struct buf text = {0}, canonical = {0};
	struct cond *cond;
	struct err err = {0};

	for (size_t i = 0; i < g->terms; i++) {
		if (i)
			buf_addstr(&text, " and ");
		term_add_condition(&text, &job->terms.list[g->term[i]]);
	}
	if (cond_parse(
		buf_str(&text), "suggestion", &lead_catalogue, &cond, &err) < 0)
		BUG("%s: %s", text.p, err.text);
	cond_print(cond, &canonical);
	cond_free(cond);
	buf_release(&text);
	return buf_detach(&canonical);
}

static void
fill_rates(const struct job *job, const struct stats_subgroup *g,
    const struct stats_sums *held_out, struct suggested *s,
    struct suggestion *one)
{
	struct stats_interval i =
	    s->target == SAMPLE_SCORE
		? stats_mean_interval(held_out, STATS_Z95)
		: stats_wilson(held_out->sum, held_out->rows, STATS_Z95);
	double rows = (double)(g->sums.rows + held_out->rows);

	one->size = (uint64_t)round_half_away(rows * scale(s));
	one->held_out_size = held_out->rows;
	one->rate = mean(held_out);
	one->low = i.low;
	one->high = i.high;
	one->lift = one->rate / mean(&job->whole[1]);
	one->train_size = g->sums.rows;
	one->train_rate = mean(&g->sums);
	one->train_lift = one->train_rate / mean(&job->whole[0]);
	one->p = g->p;
}

/* A field that alone tells nearly every outcome was filled in afterwards. */
static const char *
reveals(const struct job *job, const struct stats_subgroup *g,
    struct suggested *s, const struct suggestion *one)
{
	const struct sample_column *k = job->terms.list[g->term[0]].column;

	if (s->target == SAMPLE_SCORE || g->terms > 1 ||
	    one->rate < REVEALING || s->rate >= REVEALING * REVEALING)
		return NULL;
	return arena_strdup(&s->arena, k->name);
}

static char **
other_conditions(const struct job *job, const struct stats_subgroups *found,
    const size_t *into, size_t kept)
{
	char **list = NULL;
	size_t count = 0, cap = 0;

	for (size_t i = 0; i < found->count && count < 3; i++) {
		if (i == kept || into[i] != kept)
			continue;
		GROW(list, cap, count + 1);
		list[count++] = condition(job, &found->list[i]);
	}
	GROW(list, cap, count + 1);
	list[count] = NULL;
	return list;
}

static void
make_suggestion(const struct job *job, const struct stats_subgroups *found,
    const size_t *into, size_t kept, const struct stats_sums *held_out,
    double held_out_p, struct suggested *s)
{
	const struct stats_subgroup *g = &found->list[kept];
	struct suggestion *one = &s->list[s->count++];
	const struct term *terms[STATS_TERMS];
	struct buf text = {0};

	for (size_t i = 0; i < g->terms; i++)
		terms[i] = &job->terms.list[g->term[i]];
	fill_rates(job, g, held_out, s, one);
	one->held_out_p = held_out_p;
	one->where = condition(job, g);
	one->also = other_conditions(job, found, into, kept);
	one->revealing = reveals(job, g, s, one);
	suggest_add_text(
	    &text, s, one, terms, g->terms, job->how->target, job->japanese);
	one->text = buf_detach(&text);
}

/* Those that stand out among the leads held out, too. */
static void
check(const struct job *job, const struct stats_subgroups *found,
    const size_t *into, struct suggested *ret)
{
	struct stats_sums sums[SUGGEST_MAX];
	size_t kept[SUGGEST_MAX], count = 0;
	double p[SUGGEST_MAX];
	bool yes_no = ret->target != SAMPLE_SCORE;

	for (size_t i = 0; i < found->count; i++) {
		if (into[i] != i)
			continue;
		sums[count] = stats_subgroup_sums(&job->half_terms[1],
		    found->list[i].term, found->list[i].terms);
		p[count] = stats_chance(&job->whole[1], &sums[count], yes_no);
		kept[count++] = i;
	}
	stats_holm(p, count);
	ret->list = xcalloc(count + 1, sizeof(*ret->list));
	for (size_t i = 0; i < count && ret->count < job->how->top; i++)
		if (p[i] <= ALPHA)
			make_suggestion(
			    job, found, into, kept[i], &sums[i], p[i], ret);
}

static void
search(struct job *job, struct suggested *ret)
{
	uint64_t least = least_rows(job, ret);
	struct stats_search how = {.max_terms = STATS_TERMS,
	    .alpha = ALPHA,
	    .improvement = IMPROVEMENT,
	    .keep = KEEP,
	    .work = WORK};
	struct stats_subgroups found;
	size_t *into;

	job->terms.columns = &job->columns;
	job->terms.half = job->half;
	job->terms.place = job->place;
	job->terms.least = least;
	terms_make(&job->terms);
	part_terms(job);
	how.least = (least + 1) / 2;
	how.most = job->terms.rows[0] / 2;
	stats_subgroups_find(&job->half_terms[0], &how, &found);
	into = xcalloc(found.count + 1, sizeof(*into));
	stats_subgroups_merge(&job->half_terms[0], found.list, found.count,
	    JACCARD, SUGGEST_MAX, into);
	ret->rate = mean(&job->whole[1]);
	ret->terms = job->terms.count;
	ret->left_out = job->terms.left_out;
	ret->tries = found.tries;
	ret->complete = found.complete;
	check(job, &found, into, ret);
	free(into);
	stats_subgroups_release(&found);
}

int
suggest_segments(struct store *st, const struct tenant *t,
    const struct suggest_how *how, const struct cond_moment *moment,
    struct suggested *ret, struct err *err)
{
	struct job job = {.how = how,
	    .sample = {.where = how->where,
		.lead_time = how->lead_time,
		.limit = SUGGEST_LEADS},
	    .japanese = strcmp(t->settings.locale, "ja") == 0};
	int code;

	memset(ret, 0, sizeof(*ret));
	code = gather(&job, st, t, moment, ret, err);
	if (code == 0)
		search(&job, ret);
	terms_release(&job.terms);
	sample_columns_release(&job.columns);
	for (int half = 0; half < 2; half++) {
		free(job.bits[half]);
		free(job.outcome[half]);
	}
	free(job.group);
	free(job.exclude);
	free(job.half);
	free(job.place);
	return code;
}

void
suggested_release(struct suggested *s)
{
	for (size_t i = 0; i < s->count; i++) {
		free(s->list[i].where);
		free(s->list[i].text);
		for (char **also = s->list[i].also; *also; also++)
			free(*also);
		free(s->list[i].also);
	}
	free(s->list);
	arena_release(&s->arena);
	memset(s, 0, sizeof(*s));
}
