/* SPDX-License-Identifier: ISC */
/* Forecasts go into the store as they were made. */
#include <stdlib.h>

#include "metric/metric.sql.h"
#include "metric/metric_priv.h"

struct metric_keeping {
	struct buf definition;
	char what[33];
	struct bulk *rows;
};

void
metric_define(const struct metric_ask *ask, struct buf *out)
{
	struct json_writer w = {.out = out};
	struct buf text = {0};

	json_put_object(&w);
	json_add_text(&w, "metric", str_of(ask->metric));
	json_add_text(&w, "by", str_of(ask->unit));
	if (ask->where) {
		cond_print(ask->where, &text);
		json_add_text(&w, "where", buf_str(&text));
	}
	if (ask->group)
		json_add_text(&w, "group", str_of(ask->group));
	if (strcmp(ask->metric, "conversion_rate") == 0) {
		buf_clear(&text);
		duration_add(&text, ask->within);
		json_add_text(&w, "within", buf_str(&text));
	}
	json_put_end(&w);
	buf_release(&text);
}

void
metric_hash(struct str text, char ret[33])
{
	char hex[65];

	sha256_hex(text.p, text.n, hex);
	memcpy(ret, hex, 32);
	ret[32] = '\0';
}

int
metric_group_check(const char *group, const char *what, struct err *err)
{
	static const enum lead_field people[] = {
	    LEAD_ID, LEAD_EMAIL, LEAD_NAME, LEAD_PHONE};

	for (size_t i = 0; group && i < COUNT_OF(people); i++)
		if (strcmp(group, lead_catalogue.fields[people[i]].name) == 0)
			return err_set(err, ERR_USAGE,
			    "--group %s: %s of single people are not kept",
			    group, what);
	return 0;
}

int
metric_keeping_new(
    const struct metric_ask *ask, struct metric_keeping **ret, struct err *err)
{
	struct metric_keeping *k;

	if (metric_group_check(ask->group, "forecasts", err) < 0)
		return -1;
	k = xcalloc(1, sizeof(*k));
	metric_define(ask, &k->definition);
	metric_hash(buf_str(&k->definition), k->what);
	k->rows = bulk_new(&bulk_forecast);
	*ret = k;
	return 0;
}

void
metric_keeping_free(struct metric_keeping *k)
{
	if (!k)
		return;
	buf_release(&k->definition);
	bulk_free(k->rows);
	free(k);
}

void
metric_keeping_add(struct metric_keeping *k, const struct series *s,
    const char *method, const struct forecast *f)
{
	struct buf steps = {0};
	char part[33];

	metric_hash(s->name, part);
	series_put_steps(f, &steps);
	bulk_text(k->rows, str_of(k->what));
	bulk_text(k->rows, str_of(part));
	bulk_text(k->rows, buf_str(&k->definition));
	bulk_text(k->rows, s->name);
	bulk_text(k->rows, str_of(method));
	bulk_text(k->rows, str_of(f->method));
	bulk_int(k->rows, (int64_t)s->period);
	bulk_int(k->rows, series_time(&s->calendar, (int64_t)s->n));
	bulk_text(k->rows, buf_str(&steps));
	bulk_end_row(k->rows);
	buf_release(&steps);
}

int
metric_keep(struct store *st, const struct tenant *t, struct metric_keeping *k,
    int64_t now, struct err *err)
{
	if (bulk_count(k->rows) == 0)
		return 0;
	if (store_bulk(st, k->rows, err) < 0)
		return -1;
	return store_run(st, &sql_metric_keep,
	    BINDS(BIND_INT(t->id), BIND_INT(now)), NULL, err);
}

int
metric_forget(struct store *st, const struct tenant *t, int64_t until,
    int64_t *ret_count, struct err *err)
{
	return store_run(st, &sql_metric_forget,
	    BINDS(BIND_INT(t->id), BIND_INT(until)), ret_count, err);
}
