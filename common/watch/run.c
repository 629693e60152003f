/* SPDX-License-Identifier: ISC */
/*
 * A run: what is due is looked at, each watch for itself; what was found, the
 * signals of it and how far it was judged are one change.
 */
#include <stdlib.h>

#include "lead/lead.h"
#include "signal/signal.h"
#include "watch/watch.sql.h"
#include "watch/watch_priv.h"

struct running {
	struct store *st;
	const struct tenant *tenant;
	const struct watch_run *job;
	struct watch_ran *ret;
	struct buf lines;
};

/* ---- telling --------------------------------------------------------------
 */

/* Said lately, as gravely: by what is stored, and by this look. 1, 0, -1. */
static int
is_told(struct running *r, const struct look *l, const struct odd *o,
    struct err *err)
{
	int64_t gravest = -1;

	for (const struct odd *e = l->odd; e < o; e++)
		if (strcmp(e->part, o->part) == 0 && e->upwards == o->upwards &&
		    e->at >= o->from && e->severity >= o->severity)
			return 1;
	if (store_int(r->st, &sql_alarm_near,
		BINDS(BIND_INT(r->tenant->id), BIND_TEXT(str_of(l->what)),
		    BIND_TEXT(str_of(o->part)), BIND_INT(o->from),
		    BIND_INT(o->at), BIND_INT(o->upwards)),
		&gravest, err) < 0)
		return -1;
	return gravest >= (int64_t)o->severity;
}

/* 1 it is new, 0 this step was told of. */
static int
write_alarm(struct running *r, const struct look *l, const struct odd *o,
    struct err *err)
{
	int64_t added;

	if (store_run(r->st, &sql_alarm_write,
		BINDS(BIND_INT(r->tenant->id), BIND_TEXT(str_of(l->what)),
		    BIND_TEXT(str_of(o->part)), BIND_INT(o->at),
		    BIND_INT(o->upwards), BIND_INT((int64_t)o->severity),
		    BIND_INT(r->job->moment.now),
		    BIND_TEXT(str_of(l->watch->name)),
		    BIND_TEXT(str_of(o->data))),
		&added, err) < 0)
		return -1;
	return added > 0;
}

static int
tell(struct running *r, const struct look *l, struct bulk *signals,
    struct err *err)
{
	for (size_t i = 0; i < l->count; i++) {
		const struct odd *o = &l->odd[i];
		int told = is_told(r, l, o, err);

		if (told == 0 && !r->job->dry_run) {
			int new = write_alarm(r, l, o, err);

			told = new < 0 ? -1 : !new;
		}
		if (told < 0)
			return -1;
		if (told)
			continue;
		bulk_int(signals, (int64_t)bulk_count(signals));
		bulk_text(signals, STR("metric.anomaly"));
		bulk_null(signals);
		bulk_text(signals, str_of(o->data));
		bulk_end_row(signals);
		buf_addstr(&r->lines, o->data);
		buf_addc(&r->lines, '\n');
	}
	return 0;
}

/* 0 also when the watch was changed meanwhile: nothing is told of it then. */
static int
conclude(struct running *r, const struct look *l, struct bulk *signals,
    struct err *err)
{
	int64_t same = 0, now = r->job->moment.now;

	if (r->job->dry_run)
		return tell(r, l, signals, err);
	if (store_moment(r->st, r->tenant->id, now, r->job->replay, err) < 0 ||
	    store_run(r->st, &sql_watch_judged,
		BINDS(BIND_INT(r->tenant->id),
		    BIND_TEXT(str_of(l->watch->name)),
		    BIND_INT(l->watch->updated_at), BIND_INT(l->due_at),
		    l->judged_until == TIME_MIN ? BIND_NULL('i')
						: BIND_INT(l->judged_until)),
		&same, err) < 0)
		return -1;
	if (!same)
		return 0;
	if (tell(r, l, signals, err) < 0)
		return -1;
	return signal_add_bulk(r->st, r->tenant->id, now, signals, err);
}

static int
store_look(struct running *r, const struct look *l, struct err *err)
{
	struct bulk *signals = bulk_new(&bulk_signal);
	bool dry = r->job->dry_run;
	int rc;

	rc = store_begin(
	    r->st, dry ? STORE_SNAPSHOT : STORE_CHANGE, "watch", err);
	if (rc == 0)
		rc = conclude(r, l, signals, err);
	if (rc == 0 && !dry)
		rc = store_commit(r->st, true, err);
	store_rollback(r->st);
	if (rc == 0) {
		r->ret->watches++;
		r->ret->steps += l->steps;
		r->ret->alarms += bulk_count(signals);
		if (r->job->flush && r->lines.len)
			rc = r->job->flush(
			    r->job->context, buf_str(&r->lines), err);
	}
	buf_clear(&r->lines);
	bulk_free(signals);
	return rc;
}

/* ---- what is due ----------------------------------------------------------
 */

static int
run_one(struct running *r, struct watch *w, struct err *err)
{
	struct look l = {0};
	int rc = watch_check(r->st, r->tenant, w, err);

	if (rc == 0)
		rc = watch_look(r->st, r->tenant, w, &r->job->moment, &l, err);
	if (rc < 0 && err->kind == ERR_USAGE) {
		r->ret->problems++;
		remark(r->job->remarks, (struct place){0}, "watch %s: %s",
		    w->name, err->text);
		err_clear(err);
		return 0;
	}
	if (rc == 0)
		rc = store_look(r, &l, err);
	look_release(&l);
	return rc;
}

static void
add_watch(struct watch ***list, size_t *count, struct watch *w)
{
	*list = xreallocarray(*list, *count + 2, sizeof(struct watch *));
	(*list)[(*count)++] = w;
	(*list)[*count] = NULL;
}

static int
find_named(struct running *r, struct watch ***list, struct err *err)
{
	const char *const *name = r->job->names;
	size_t count = 0;

	for (; *name; name++) {
		struct watch *w;

		if (watch_need(r->st, r->tenant, *name, &w, err) < 0)
			return -1;
		add_watch(list, &count, w);
		if (!w->enabled)
			return err_set(err, ERR_USAGE,
			    "%s is switched off: dl-watch enable %s", *name,
			    *name);
	}
	return 0;
}

static int
find_due(struct running *r, struct watch ***list, struct err *err)
{
	size_t count = 0;
	struct rows *rows;
	int got;

	if (store_query(r->st, &sql_watch_due,
		BINDS(BIND_INT(r->tenant->id), BIND_INT(r->job->moment.now)),
		&rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		struct watch *w;
		struct err why = {0};

		if (watch_of_row(rows, &w, &why) == 0) {
			add_watch(list, &count, w);
			continue;
		}
		r->ret->problems++;
		remark(
		    r->job->remarks, (struct place){0}, "watch %s", why.text);
	}
	rows_close(rows);
	return got;
}

static int
run_all(struct running *r, struct watch **list, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && list[i]; i++) {
		rc = run_one(r, list[i], err);
		if (rc == 0 && !r->job->dry_run)
			rc = lease_renew(r->st, err);
	}
	return rc;
}

int
watch_run(struct store *st, const struct tenant *t, const struct watch_run *job,
    struct watch_ran *ret, struct err *err)
{
	struct running r = {.st = st, .tenant = t, .job = job, .ret = ret};
	struct watch **list = NULL;
	int rc;

	memset(ret, 0, sizeof(*ret));
	rc = job->names ? find_named(&r, &list, err) : find_due(&r, &list, err);
	if (rc == 0 && list && !job->dry_run) {
		rc = lease_take(st, t->id, "watch", &ret->holder, err);
		if (rc > 0) {
			buf_clear(&ret->holder);
			rc = run_all(&r, list, err);
			lease_release(st);
		}
	} else if (rc == 0 && list) {
		rc = run_all(&r, list, err);
	}
	watch_list_free(list);
	buf_release(&r.lines);
	return rc;
}
