/* SPDX-License-Identifier: ISC */
/* The metrics there are, by name. */
#include "json/json.h"
#include "metric/metric_priv.h"

/* In the same order: where the facts come from. */
static const enum metric_source sources[] = {FROM_LEADS, FROM_CONVERSIONS,
    FROM_COHORTS, FROM_DEALS, FROM_ALL_EVENTS, FROM_EVENTS, FROM_ASSESSMENTS,
    FROM_STAGE, FROM_HOT, FROM_TASKS, FROM_MESSAGES, FROM_SCORES, FROM_SEGMENT};

const struct metric_about metric_list[COUNT_OF(sources) + 1] = {
    {"leads", METRIC_COUNT, "leads that came"},
    {"conversions", METRIC_COUNT, "leads that converted"},
    {"conversion_rate", METRIC_RATE,
	"of the leads that came, those that converted in time (--within)"},
    {"win_rate", METRIC_RATE, "of the deals that ended, those that were won"},
    {"events", METRIC_COUNT, "events of all types"},
    {"events:TYPE", METRIC_COUNT, "events of one type"},
    {"assessments", METRIC_COUNT, "assessments that were completed"},
    {"stage:NAME", METRIC_COUNT, "moves into a stage"},
    {"hot", METRIC_COUNT, "leads that became hot"},
    {"tasks", METRIC_COUNT, "tasks that were done"},
    {"messages", METRIC_COUNT, "messages that were sent"},
    {"score", METRIC_LEVEL, "the mean score of all leads that have one"},
    {"segment:NAME", METRIC_LEVEL, "how many leads are in a segment"},
    {0},
};

void
metric_lines(struct buf *out)
{
	static const char *const kinds[] = {"count", "rate", "level"};

	for (const struct metric_about *m = metric_list; m->name; m++) {
		struct json_writer w = {.out = out};

		json_put_object(&w);
		json_add_text(&w, "metric", str_of(m->name));
		json_add_text(&w, "kind", str_of(kinds[m->kind]));
		json_add_text(&w, "about", str_of(m->help));
		json_put_end(&w);
		buf_addc(out, '\n');
	}
}

static int
unknown(struct str name, struct err *err)
{
	struct nearest near;

	nearest_start(&near, name);
	for (const struct metric_about *m = metric_list; m->name; m++)
		nearest_offer(&near, str_of(m->name));
	return nearest_err(&near, "metric", err);
}

int
metric_find(const char *name, const struct metric_about **ret,
    enum metric_source *ret_source, struct str *ret_word, struct err *err)
{
	struct str rest = str_of(name), head, about, about_head;
	bool word = str_cut(&rest, ':', &head);

	for (size_t i = 0; i < COUNT_OF(sources); i++) {
		about = str_of(metric_list[i].name);
		if (str_cut(&about, ':', &about_head) != word ||
		    !str_eq(head, about_head))
			continue;
		if (word && rest.n == 0)
			return err_set(err, ERR_USAGE,
			    "%s names nothing: it is %s", name,
			    metric_list[i].name);
		*ret = &metric_list[i];
		*ret_source = sources[i];
		*ret_word = word ? rest : (struct str){0};
		return 0;
	}
	return unknown(str_of(name), err);
}

int
metric_about_of(
    const char *name, const struct metric_about **ret, struct err *err)
{
	enum metric_source source;
	struct str word;

	return metric_find(name, ret, &source, &word, err);
}
