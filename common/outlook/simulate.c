/* SPDX-License-Identifier: ISC */
/* What if: the question of the options, and its answer for each series. */
#include <math.h>
#include <stdlib.h>

#include "outlook/outlook.h"

struct what_if {
	const struct outlook_what_if *how;
	struct outlook_of of; /* with every driver that is named anywhere */
	struct series_question q;
	struct series_change *changes;
	struct series_price *prices;
};

static int
simulate_one(struct outlook *o, const struct series *series, struct err *err)
{
	const struct what_if *w = o->context;
	struct forecast_ask ask = outlook_ahead_ask(&w->how->ahead, series);
	struct err why = {0};

	(void)err;
	if (series_simulate(series, &ask, &w->q, &o->lines, &why) < 0)
		outlook_refuse(o, series, &why);
	else
		outlook_put(o);
	return 0;
}

static void
add_driver(struct cli_list *drivers, struct str name)
{
	for (size_t i = 0; i < drivers->count; i++)
		if (str_is(name, drivers->items[i]))
			return;
	GROW(drivers->items, drivers->cap, drivers->count + 1);
	drivers->items[drivers->count++] = str_dup(name);
}

static int
read_question(struct what_if *w, struct err *err)
{
	const struct cli_list *set = &w->how->set, *cost = &w->how->cost;

	if (!set->count)
		return err_set(err, ERR_USAGE,
		    "what if? give --set, like --set budget=+20%%");
	for (size_t i = 0; i < set->count; i++) {
		if (series_change_read(
			str_of(set->items[i]), &w->changes[i], err) < 0)
			return err_prefix(err, "--set");
		add_driver(&w->of.drivers, w->changes[i].driver);
	}
	for (size_t i = 0; i < cost->count; i++) {
		if (series_price_read(
			str_of(cost->items[i]), &w->prices[i], err) < 0)
			return err_prefix(err, "--cost");
		add_driver(&w->of.drivers, w->prices[i].driver);
	}
	if (!isnan(w->how->worth) && !cost->count)
		return err_set(err, ERR_USAGE,
		    "--worth: returns are told of costs: give --cost");
	return outlook_rules(&w->of, false, &w->q.rules, err);
}

int
outlook_simulate(struct session *s, const struct outlook_of *of,
    const struct outlook_what_if *how, struct err *err)
{
	struct what_if w = {.how = how, .of = *of};
	struct outlook o = {
	    .s = s, .of = &w.of, .each = simulate_one, .context = &w};
	const char *columns[SERIES_SIMULATE_COLUMNS];
	int rc = -1;

	/* A list of its own: those of the options stay as they are. */
	w.of.drivers = (struct cli_list){0};
	for (size_t i = 0; i < of->drivers.count; i++)
		add_driver(&w.of.drivers, str_of(of->drivers.items[i]));
	w.changes = xcalloc(how->set.count + 1, sizeof(*w.changes));
	w.prices = xcalloc(how->cost.count + 1, sizeof(*w.prices));
	w.q = (struct series_question){.changes = w.changes,
	    .change_count = how->set.count,
	    .prices = w.prices,
	    .price_count = how->cost.count,
	    .worth = how->worth,
	    .steps = how->steps,
	    .effects = how->effects,
	    .remarks = cli_remarks(s->call)};
	if (read_question(&w, err) == 0 &&
	    session_print(
		s, columns, series_simulate_columns(&w.q, columns), err) == 0)
		rc = outlook_read(&o, err);
	outlook_release(&o);
	for (size_t i = 0; i < w.of.drivers.count; i++)
		free((void *)(uintptr_t)w.of.drivers.items[i]);
	free(w.of.drivers.items);
	free(w.changes);
	free(w.prices);
	return rc;
}
