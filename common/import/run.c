/* SPDX-License-Identifier: ISC */
/*
 * The applying thread: batches into transactions. A transaction goes on while
 * there is more to apply and nobody waits to write; it is looked at after
 * every slice, so that a waiting program waits for one slice and its commit.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "import/import_priv.h"

/* Items between two looks at who waits: as many as take so long, by what the
 * slice before took. */
#define SLICE_FIRST 256
#define SLICE_MIN   32
#define SLICE_MAX   16384
#define AWAITED_MS  15
#define ALONE_MS    150
/* Emptying a log of the ordinary size takes longer than others like to wait:
 * beside them it is done oftener, in small bites. */
#define AWAITED_LOG_BYTES ((int64_t)8 << 20)
#define TRANSACTION_ITEMS 262144
/* Pages that are written several times before a commit stay in memory. */
#define PAGE_BYTES  ((int64_t)32 << 20)
#define SPOOL_BYTES ((size_t)4 << 20)

static const struct place nowhere;

/* ---- telling ------------------------------------------------------------ */

static void
tell_lines(struct importer *im, struct str lines)
{
	struct str line;
	bool more = true;

	while (more) {
		more = str_cut(&lines, '\n', &line);
		if (line.n > 0)
			im->run->change(im->run->context, line);
	}
}

/* Changes of a run that is all or nothing are told at its end only; many of
 * them wait in a temporary file. */
static int
spool_changes(struct importer *im, struct err *err)
{
	if (im->changes.len < SPOOL_BYTES)
		return 0;
	if (!im->spool && !(im->spool = tmpfile()))
		return err_sys(err, "a temporary file");
	if (fwrite(im->changes.p, 1, im->changes.len, im->spool) !=
	    im->changes.len)
		return err_sys(err, "a temporary file");
	buf_clear(&im->changes);
	return 0;
}

static int
tell_spooled(struct importer *im, struct err *err)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	if (!im->spool)
		return 0;
	if (fseek(im->spool, 0, SEEK_SET) < 0)
		return err_sys(err, "a temporary file");
	while ((n = getline(&line, &cap, im->spool)) > 0)
		tell_lines(im, (struct str){line, (size_t)n - 1});
	free(line);
	return 0;
}

static int
flush_changes(struct importer *im, struct err *err)
{
	if (!im->want_changes)
		return 0;
	if (tell_spooled(im, err) < 0)
		return -1;
	tell_lines(im, buf_str(&im->changes));
	buf_clear(&im->changes);
	return 0;
}

/* Rejects in the order of the input: a remark each, and a line in the file. */
static void
tell_rejects(struct importer *im, const struct batch *b)
{
	const struct import_run *run = im->run;

	for (size_t i = 0; i < b->count; i++) {
		const struct item *it = &b->item[i];

		if (!it->reason.p)
			continue;
		remark(run->remarks, it->place, "%.*s", STR_ARG(it->reason));
		if (it->record) {
			char *reason = str_dup(it->reason);

			record_rejects_add_record(
			    run->rejects, it->record, reason);
			free(reason);
		} else if (it->raw) {
			record_rejects_add(run->rejects, it->raw);
		}
	}
}

static uint64_t
count_rejects(struct item *const *item, size_t count)
{
	uint64_t rejects = 0;

	for (size_t i = 0; i < count; i++)
		rejects += item[i]->reason.p != NULL;
	return rejects;
}

static void
tell_early(struct importer *im)
{
	struct buf time = {0};

	if (!im->first_early_type)
		return;
	time_add(&time, im->first_early_at);
	remark(im->run->remarks, nowhere,
	    "%llu conversion%s dated before the lead was created (kept); the "
	    "first: %s of %s at %s",
	    (unsigned long long)im->done.early,
	    im->done.early == 1 ? " is" : "s are", im->first_early_type,
	    quoted(str_of(im->first_early_ref)), time.p);
	buf_release(&time);
}

/* ---- transactions ------------------------------------------------------- */

static bool
all_or_nothing(const struct importer *im)
{
	return im->run->dry_run || im->run->strict;
}

static int
begin(struct importer *im, struct err *err)
{
	static const char *const who[] = {
	    "import leads", "import events", "import assessments"};

	if (store_in_transaction(im->st))
		return 0;
	im->applied = 0;
	if (store_begin(im->st, STORE_CHANGE, who[im->run->what], err) < 0)
		return -1;
	if (store_moment(
		im->st, im->t->id, im->run->now, im->run->replay, err) < 0)
		return -1;
	return lead_erasures(im->st, im->t, &im->erasures, err);
}

static int
commit(struct importer *im, struct err *err)
{
	if (!store_in_transaction(im->st))
		return 0;
	/* What is told to the world must not be lost again. */
	if (store_commit(im->st, im->want_changes, err) < 0)
		return -1;
	im->committed = im->done;
	return flush_changes(im, err);
}

static void
resize_slice(struct importer *im, int64_t wanted)
{
	int64_t took = time_monotonic() - im->slice_began;
	size_t slice = im->slice;

	if (took <= wanted / 4)
		slice *= 4;
	else
		slice = slice * (size_t)wanted / (size_t)took;
	im->slice = slice < SLICE_MIN   ? SLICE_MIN
		    : slice > SLICE_MAX ? SLICE_MAX
					: slice;
}

/* Between two slices: let others in, keep a transaction within bounds. */
static int
breathe(struct importer *im, struct err *err)
{
	bool awaited;

	if (im->run->dry_run)
		return flush_changes(im, err);
	if (im->run->strict)
		return spool_changes(im, err);
	awaited = store_awaited(im->st);
	if ((awaited || im->applied >= TRANSACTION_ITEMS) &&
	    commit(im, err) < 0)
		return -1;
	resize_slice(im, awaited ? AWAITED_MS : ALONE_MS);
	return awaited ? store_checkpoint(im->st, AWAITED_LOG_BYTES, err) : 0;
}

/* Numbers found before somebody was erased may be wrong, ids made of whose they
 * were as well; then none of the rest is known to stand there once. */
static void
check_lookups(struct importer *im, struct batch *b)
{
	if (!b->looked_up || b->erasures == im->erasures)
		return;
	for (size_t i = 0; i < b->count; i++) {
		struct event_in *in;

		if (b->item[i].reason.p)
			continue;
		in = im->run->what == IMPORT_EVENTS ? b->item[i].in.event
						    : &b->item[i].in.run->event;
		in->lead = 0;
		if (in->id_made)
			in->id = (struct str){0};
	}
	b->looked_up = false;
	b->sorted = 0;
}

static int
apply_items(
    struct importer *im, struct item **item, size_t count, struct err *err)
{
	switch (im->run->what) {
	case IMPORT_LEADS:
		return leads_apply(im, item, count, err);
	case IMPORT_EVENTS:
		return events_apply(im, item, count, err);
	case IMPORT_ASSESSMENTS:
		return runs_apply(im, item, count, err);
	}
	BUG("import of kind %d", (int)im->run->what);
}

/* Returns how many items it dealt with in *ret. */
static int
apply_slice(struct importer *im, struct batch *b, size_t from, size_t *ret,
    struct err *err)
{
	struct item **item = b->order + from;
	size_t end, count;

	if (begin(im, err) < 0 || dry_begin(im, err) < 0)
		return -1;
	im->slice_began = time_monotonic();
	check_lookups(im, b);
	end = from < b->sorted ? b->sorted : b->count;
	count = end - from < im->slice ? end - from : im->slice;
	im->sorted = from < b->sorted;
	if (apply_items(im, item, count, err) < 0)
		return -1;
	dry_end(im);
	im->done.counts.rejected += count_rejects(item, count);
	im->done.counts.read += count;
	im->applied += count;
	*ret = count;
	return 0;
}

static void
tell_noted(struct importer *im, struct batch *b)
{
	for (size_t i = 0; i < b->noteds; i++)
		remark(im->run->remarks, b->noted[i].place, "%.*s",
		    STR_ARG(b->noted[i].text));
	b->noteds = 0;
}

static int
apply_batch(struct importer *im, struct batch *b, struct err *err)
{
	int rc = 0;

	tell_noted(im, b);
	im->arena = &b->arena;
	for (size_t from = 0, count; rc == 0 && from < b->count;
	     from += count) {
		rc = apply_slice(im, b, from, &count, err);
		if (rc == 0)
			rc = breathe(im, err);
	}
	tell_rejects(im, b);
	if (rc < 0)
		return -1;
	if (im->run->progress)
		im->run->progress(
		    im->run->context, im->done.counts.read, b->part, b->whole);
	return 0;
}

/* ---- runs --------------------------------------------------------------- */

/* Reads all of it without the store. The number of rejects, or -1. */
static int64_t
rehearse(struct importer *im, char *const *paths, size_t count,
    const struct record_input *input, struct err *err)
{
	struct feeder *f;
	struct batch *b;
	int got;

	if (feeder_start(im->run, paths, count, input, false, &f, err) < 0)
		return -1;
	while ((got = feeder_next(f, &b, err)) > 0) {
		tell_rejects(im, b);
		im->done.counts.read += b->count;
		im->done.counts.rejected += count_rejects(b->order, b->count);
	}
	feeder_stop(f);
	return got < 0 ? -1 : (int64_t)im->done.counts.rejected;
}

static int
apply_all(struct importer *im, char *const *paths, size_t count,
    const struct record_input *input, struct err *err)
{
	struct feeder *f;
	struct batch *b;
	int got;

	if (feeder_start(im->run, paths, count, input, true, &f, err) < 0)
		return -1;
	while ((got = feeder_next(f, &b, err)) > 0) {
		if (apply_batch(im, b, err) < 0) {
			got = -1;
			break;
		}
		/* The lock is not held while waiting for input. */
		if (!all_or_nothing(im) && !feeder_ready(f) &&
		    commit(im, err) < 0) {
			got = -1;
			break;
		}
	}
	feeder_stop(f);
	return got;
}

/* What strict makes of a run with rejects: nothing happened. */
static void
hold_back(struct importer *im)
{
	struct record_counts *c = &im->done.counts;
	struct import_done held = {
	    .counts = {.read = c->read, .rejected = c->rejected},
	    .held_back = c->read - c->rejected};

	im->committed = im->done = held;
}

static bool
stopped(const struct importer *im)
{
	return im->run->stop && im->run->stop(im->run->context);
}

static int
finish(struct importer *im, struct err *err)
{
	if (im->run->strict && (im->done.counts.rejected > 0 || stopped(im))) {
		store_rollback(im->st);
		buf_clear(&im->changes);
		hold_back(im);
		return 0;
	}
	tell_early(im);
	if (im->run->dry_run) {
		store_rollback(im->st);
		im->committed = im->done;
		return flush_changes(im, err);
	}
	if (commit(im, err) < 0)
		return -1;
	return store_sync(im->st, err);
}

/* Strict runs read their input twice. */
static int
check_twice(char *const *paths, size_t count, struct err *err)
{
	bool standard = count == 0;
	struct stat sb;

	for (size_t i = 0; i < count; i++) {
		if (strcmp(paths[i], "-") == 0)
			standard = true;
		else if (stat(paths[i], &sb) == 0 && !S_ISREG(sb.st_mode))
			return err_set(err, ERR_USAGE,
			    "%s: not a plain file, and --strict reads its "
			    "input twice (standard input will do)",
			    paths[i]);
	}
	if (standard && lseek(STDIN_FILENO, 0, SEEK_CUR) < 0)
		BUG("strict runs want a standard input that can be rewound");
	return 0;
}

static int
run_strict(struct importer *im, char *const *paths, size_t count,
    const struct record_input *input, struct err *err)
{
	off_t start = lseek(STDIN_FILENO, 0, SEEK_CUR);
	int64_t rejects;

	if (check_twice(paths, count, err) < 0)
		return -1;
	rejects = rehearse(im, paths, count, input, err);
	if (rejects < 0)
		return -1;
	if (rejects > 0) {
		hold_back(im);
		return 0;
	}
	im->done = (struct import_done){0};
	if (start >= 0)
		lseek(STDIN_FILENO, start, SEEK_SET);
	if (apply_all(im, paths, count, input, err) < 0)
		return -1;
	return finish(im, err);
}

static void
release(struct importer *im)
{
	leads_free(im->leads);
	events_free(im->events);
	lead_event_types_free(im->types);
	buf_release(&im->changes);
	free(im->first_early_type);
	free(im->first_early_ref);
	if (im->spool)
		fclose(im->spool);
}

int
import_run(const struct import_run *run, char *const *paths, size_t count,
    const struct record_input *input, struct import_done *ret, struct err *err)
{
	struct importer im = {.run = run,
	    .st = run->store,
	    .t = run->tenant,
	    .slice = SLICE_FIRST,
	    .want_changes = run->change != NULL};
	int rc;

	*ret = im.committed;
	if ((run->dry_run && dry_open(&im, err) < 0) ||
	    store_cache(im.st, PAGE_BYTES, err) < 0) {
		dry_close(&im);
		return -1;
	}
	im.types = lead_event_types_new(im.st, im.t);
	if (run->strict && !run->dry_run) {
		rc = run_strict(&im, paths, count, input, err);
	} else {
		rc = apply_all(&im, paths, count, input, err);
		if (rc == 0)
			rc = finish(&im, err);
	}
	store_rollback(run->store);
	*ret = im.committed;
	release(&im);
	dry_close(&im);
	return rc;
}
