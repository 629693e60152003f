/* SPDX-License-Identifier: ISC */
/* A watch as a document. */
#include <stdlib.h>

#include "lead/lead.h"
#include "series/series.h"
#include "watch/watch.h"

/* A step is judged so long after its end unless told: imports of the night
 * are done then. */
enum { RARE = 30, RARE_MOST = 1000000 };
#define AFTER_DAYS  (6 * MS_HOUR)
#define AFTER_HOURS (10 * MS_MINUTE)
#define AFTER_MOST  (31 * MS_DAY)
#define WITHIN      (90 * MS_DAY)

static int
read_unit(struct watch *w, const struct json *root, struct err *err)
{
	static const char *const units[] = {"hour", "day", "week", "month"};
	struct str by = STR("day");

	if (json_take_text(root, "by", &by, err) < 0)
		return -1;
	for (size_t i = 0; i < COUNT_OF(units); i++)
		if (str_is(by, units[i])) {
			w->unit = units[i];
			return 0;
		}
	return json_err(json_find(root, "by"), err,
	    "not hour, day, week or month: %s", quoted(by));
}

static int
read_least(struct watch *w, const struct json *root, struct err *err)
{
	struct str least = STR("minor");

	if (json_take_text(root, "least", &least, err) < 0)
		return -1;
	for (int i = 0; forecast_severities[i]; i++)
		if (str_is(least, forecast_severities[i])) {
			w->least = (enum forecast_severity)i;
			return 0;
		}
	return json_err(json_find(root, "least"), err,
	    "not minor, major or critical: %s", quoted(least));
}

/* A field of leads, or an attribute. */
static int
read_group(struct watch *w, const struct json *root, struct err *err)
{
	struct str group = {0};
	struct buf text = {0};
	struct cond *probe = NULL;
	struct err why = {0};
	int rc = json_take_text(root, "group", &group, err);

	if (rc < 0 || !group.p)
		return rc;
	w->group = str_dup(group);
	buf_addf(&text, "%s exists", w->group);
	if (metric_group_check(w->group, "alarms", &why) < 0 ||
	    cond_parse(buf_str(&text), "group", &lead_catalogue, &probe, &why) <
		0)
		rc = json_err(json_find(root, "group"), err, "%s", why.text);
	cond_free(probe);
	buf_release(&text);
	return rc;
}

static int
read_metric(struct watch *w, const struct json *root, struct err *err)
{
	const struct metric_about *about;
	struct err why = {0};
	struct str metric;

	if (json_need_text(root, "metric", &metric, err) < 0)
		return -1;
	w->metric = str_dup(metric);
	if (metric_about_of(w->metric, &about, &why) < 0)
		return json_err(json_find(root, "metric"), err, "%s", why.text);
	return 0;
}

static int
read_spans(struct watch *w, const struct json *root, struct err *err)
{
	w->within = WITHIN;
	w->after = strcmp(w->unit, "hour") == 0 ? AFTER_HOURS : AFTER_DAYS;
	w->rare = RARE;
	if (json_take_duration(root, "within", &w->within, err) < 0 ||
	    json_take_duration(root, "after", &w->after, err) < 0 ||
	    json_take_int(root, "rare", &w->rare, err) < 0)
		return -1;
	if (w->after > AFTER_MOST)
		return json_err(
		    json_find(root, "after"), err, "more than 31 days");
	if (w->rare < 1 || w->rare > RARE_MOST)
		return json_err(json_find(root, "rare"), err, "not 1 to %d",
		    (int)RARE_MOST);
	return 0;
}

static int
read_document(struct watch *w, const char *name, struct err *err)
{
	static const char *const names[] = {"name", "description", "metric",
	    "by", "where", "group", "within", "after", "least", "rare", NULL};
	const struct json *root = w->document, *where;
	struct str given = {0};

	if (json_as_object(root, err) < 0 || json_only(root, names, err) < 0 ||
	    json_take_text(root, "name", &given, err) < 0 ||
	    json_take_text(root, "description", &w->description, err) < 0)
		return -1;
	if (name)
		given = str_of(name);
	if (!given.p)
		return err_set(err, ERR_USAGE,
		    "a watch needs a name: as operand, or as \"name\"");
	if (name_check("watch", given, err) < 0)
		return -1;
	w->name = str_dup(given);
	where = json_find(root, "where");
	if (read_metric(w, root, err) < 0 || read_unit(w, root, err) < 0 ||
	    read_group(w, root, err) < 0 || read_least(w, root, err) < 0 ||
	    read_spans(w, root, err) < 0)
		return -1;
	return where ? cond_parse_json(where, &lead_catalogue, &w->where, err)
		     : 0;
}

int
watch_of(struct json *document, const char *name, struct watch **ret,
    struct err *err)
{
	struct watch *w = xcalloc(1, sizeof(*w));

	w->document = document;
	w->enabled = true;
	w->judged_until = TIME_MIN;
	if (read_document(w, name, err) < 0) {
		watch_free(w);
		return -1;
	}
	*ret = w;
	return 0;
}

void
watch_free(struct watch *w)
{
	if (!w)
		return;
	free(w->name);
	free(w->metric);
	free(w->group);
	cond_free(w->where);
	json_doc_free(w->document);
	free(w);
}

void
watch_print(const struct watch *w, struct buf *out)
{
	static const char *const rest[] = {"description", "metric", "by",
	    "where", "group", "within", "after", "least", "rare"};
	struct json_writer j = {.out = out, .pretty = true};

	json_put_object(&j);
	json_add_text(&j, "name", str_of(w->name));
	for (size_t i = 0; i < COUNT_OF(rest); i++) {
		const struct json *n = json_find(w->document, rest[i]);

		if (!n)
			continue;
		json_put_name(&j, rest[i]);
		json_put_node(&j, n);
	}
	json_put_end(&j);
	buf_addc(out, '\n');
}

void
watch_put(const struct watch *w, struct buf *out)
{
	struct json_writer j = {.out = out};
	struct buf text = {0};

	json_put_object(&j);
	json_add_text(&j, "name", str_of(w->name));
	json_add_bool(&j, "enabled", w->enabled);
	json_add_text(&j, "metric", str_of(w->metric));
	json_add_text(&j, "by", str_of(w->unit));
	if (w->where) {
		cond_print(w->where, &text);
		json_add_text(&j, "where", buf_str(&text));
	}
	if (w->group)
		json_add_text(&j, "group", str_of(w->group));
	json_add_text(&j, "least", str_of(forecast_severities[w->least]));
	if (w->updated_at && w->enabled)
		json_add_time(&j, "due_at", w->due_at);
	if (w->judged_until != TIME_MIN)
		json_add_time(&j, "judged_until", w->judged_until);
	if (w->description.p)
		json_add_text(&j, "description", w->description);
	json_put_end(&j);
	buf_release(&text);
}
